//! Telling everybody who has an account of what was announced, by a mail about nothing else (claims F7, R3, X7).
//!
//! Invariant: whoever had an account when it was announced, or confirms one before it is in force, is told once,
//! however many nodes look and however often they are killed: how far the telling has come is noted in the commit that
//! writes the mails. Whoever confirms in that very moment is told by the one that commits later: a telling that passed
//! by somebody who was not there is not committed once they are, and a confirmation that knows less than was announced
//! is not either. Its mails are known by their ids ([`crate::ends`]), so that those that nobody took do not count as
//! having told somebody.

use crate::accounts::Opened;
use crate::accounts::notice::{Notice, Rows, address};
use crate::actions::documents::REQUIRED;
use crate::brands::BrandContext;
use crate::datamap::gate::Coming;
use crate::datamap::versions;
use crate::ends::End;
use crate::failpoint::Point;
use crate::mail::Letter;
use crate::nodes::Job;
use crate::rest::rest;
use crate::run::pause;
use crate::views::{LIMIT, brand_end};
use crate::{Engine, EngineError, ends, recipients};
use model::id::{AccountId, AnnouncementId, BrandId};
use model::personal::Personal;
use model::time::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use store::tables::Scope;
use store::tables::account;
use store::tables::announcement::{self, Announcement};
use store::tables::document::{self, Document};
use store::tables::mail::{self, Ended};
use store::tables::recipient::{self, Recipient};
use store::{StoreError, Tx};

/// Accounts told in one commit.
const AT_ONCE: u32 = 100;
/// Another node, or a program that is to be served later, may have announced something without being heard.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Where the differences of a version to the one before are shown.
fn page_of(kind: &str, version: i64) -> String {
    format!("/documents/{kind}/{version}")
}

/// What an announcement is about.
enum Subject {
    Document(Vec<Document>),
    Recipient(Box<Recipient>),
    Map(Coming),
    /// The brand ends.
    End,
    /// It goes on, beyond the day that was announced for its end.
    GoesOn(Timestamp),
}

impl Subject {
    fn read(scope: Scope<'_>, of: &Announcement) -> Result<Self, StoreError> {
        if of.kind == versions::KIND {
            return Ok(Self::Map(Coming::read(scope, of.version)?));
        }
        if of.kind == brand_end::KIND {
            return Ok(Self::End);
        }
        if of.kind == brand_end::OFF {
            let ends = announcement::list_of_kind(scope, brand_end::KIND)?;
            let end = ends.iter().find(|end| end.version == of.version);
            return Ok(Self::GoesOn(end.map_or(of.effective_at, |end| end.effective_at)));
        }
        if of.kind == recipients::KIND
            && let Some(entry) = recipient::get(scope, of.version)?
        {
            return Ok(Self::Recipient(Box::new(entry)));
        }
        Ok(Self::Document(document::list_of_version(scope, &of.kind, of.version)?))
    }
}

/// Where somebody stays with what is coming, or backs up and leaves.
const LEAVE: &str = "/account/leave";
/// The role of who announces.
const ADMIN: &str = "admin";

/// An admin has published or announced it, and decides nothing.
fn letter(of: &Announcement, subject: &Subject, notice: &Notice<'_>, is_admin: bool) -> Letter {
    let leave = (!is_admin).then(|| notice.page(LEAVE));
    match subject {
        Subject::Document(texts) => about_document(of, texts, notice, is_admin),
        Subject::Map(coming) => Letter::DataMapChanged {
            summary: coming.said(notice.language()).to_vec(),
            effective_at: of.effective_at,
            early: of.early.clone(),
            link: notice.page("/data"),
            leave,
        },
        Subject::Recipient(entry) => about_recipient(entry, notice.page("/recipients"), leave),
        Subject::End => Letter::BrandEnds { effective_at: of.effective_at, link: notice.page(LEAVE) },
        Subject::GoesOn(ends_at) => {
            Letter::BrandGoesOn { effective_at: *ends_at, link: notice.page("/account") }
        }
    }
}

fn about_recipient(entry: &Recipient, link: Personal<String>, leave: Option<Personal<String>>) -> Letter {
    Letter::RecipientAnnounced {
        who: entry.who.clone(),
        data: entry.data.clone(),
        purpose: entry.purpose.clone(),
        country: entry.country.clone(),
        safeguard: entry.safeguard.clone(),
        effective_at: entry.in_force_from,
        early: entry.reason.clone(),
        link,
        leave,
    }
}

/// The letter about an entry as users get it, to be looked at before it is announced.
pub(crate) fn recipient_letter(ctx: &BrandContext, entry: &Recipient) -> Letter {
    about_recipient(entry, address(ctx, "/recipients"), Some(address(ctx, LEAVE)))
}

/// The letter about the end of a brand.
pub(crate) fn end_letter(ctx: &BrandContext, ends_at: Timestamp) -> Letter {
    Letter::BrandEnds { effective_at: ends_at, link: address(ctx, LEAVE) }
}

fn about_document(of: &Announcement, texts: &[Document], notice: &Notice<'_>, is_admin: bool) -> Letter {
    let own = texts.iter().find(|text| text.language == notice.language()).or(texts.first());
    Letter::DocumentChanged {
        document: of.kind.clone(),
        version: of.version,
        summary: own.map(|text| text.summary.clone()).unwrap_or_default(),
        effective_at: of.effective_at,
        early: of.early.clone(),
        link: notice.page(&page_of(&of.kind, of.version)),
        decide: if REQUIRED.contains(&of.kind.as_str()) && !is_admin {
            notice.page("/account/decide")
        } else {
            Personal::default()
        },
    }
}

/// Letters of what is announced and not in force yet, for an account that is only being confirmed.
pub(crate) struct Missed(Vec<(Announcement, Rows)>);

/// What is announced and not in force yet; the brand's end also after its day, as long as the brand is there.
fn coming(scope: Scope<'_>, now: Timestamp) -> Result<Vec<Announcement>, StoreError> {
    let end = brand_end::standing(scope)?.map(|end| end.id);
    let is_coming = |of: &Announcement| {
        if of.kind == brand_end::KIND { end == Some(of.id) } else { of.effective_at > now }
    };
    Ok(announcement::list(scope, LIMIT)?.into_iter().filter(is_coming).collect())
}

/// The announcements of a brand, by how their ids end.
pub(crate) fn by_end(scope: Scope<'_>) -> Result<HashMap<End, AnnouncementId>, StoreError> {
    Ok(announcement::list(scope, LIMIT)?.into_iter().map(|of| (ends::end(&of.id.0), of.id)).collect())
}

/// These mails end and nobody took them: what they were to tell of is counted as not told. Part of the commit that ends
/// them.
pub(crate) fn lost(tx: &Tx<'_>, mails: &[Ended]) -> Result<(), StoreError> {
    let mut brands: BTreeMap<BrandId, HashMap<End, u64>> = BTreeMap::new();
    for (brand, account, id) in mails {
        let count = brands.entry(*brand).or_default().entry(ends::about(&id.0, &account.0)).or_insert(0);
        *count = count.saturating_add(1);
    }
    for (brand, counts) in brands {
        let scope = tx.brand(brand);
        for (end, of) in by_end(scope)? {
            if let Some(count) = counts.get(&end) {
                mail::add_lost(scope, of, *count)?;
            }
        }
    }
    Ok(())
}

impl Missed {
    /// Whether more was announced since it was looked; then nothing may be committed by it.
    pub(crate) fn is_behind(&self, scope: Scope<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let is_known = |of: &Announcement| self.0.iter().any(|(known, _)| known.id == of.id);
        Ok(!coming(scope, now)?.iter().all(is_known))
    }

    /// Part of the commit that confirms the account: what the telling has passed by.
    pub(crate) fn insert(
        &self,
        scope: Scope<'_>,
        account: AccountId,
        created_at: Timestamp,
    ) -> Result<(), StoreError> {
        for (of, rows) in &self.0 {
            if announcement::has_passed(scope, of.id, account, created_at)?
                && !brand_end::is_called_off(scope, of)?
            {
                rows.insert(scope)?;
            }
        }
        Ok(())
    }
}

impl Engine {
    pub(crate) async fn missed(&self, ctx: &BrandContext, opened: &Opened) -> Result<Missed, EngineError> {
        let (brand, now) = (ctx.id, self.clock.now());
        let read = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            coming(scope, now)?
                .into_iter()
                .map(|of| {
                    let subject = Subject::read(scope, &of)?;
                    Ok((of, subject))
                })
                .collect::<Result<Vec<_>, StoreError>>()
        };
        let mut missed = Vec::new();
        for (of, subject) in self.data.read("missed_announcements", read).await? {
            let mut notice = Notice::new(self, ctx, opened);
            // Whoever confirms an address signed up: admins never do.
            let letter = letter(&of, &subject, &notice, false);
            notice.tell(letter)?;
            missed.push((of, notice.rows()));
        }
        Ok(Missed(missed))
    }

    /// Tells the next accounts of what this brand has announced; `false`: everybody knows of everything.
    async fn announce_of(&self, brand: BrandId) -> Result<bool, EngineError> {
        let read = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            let Some(of) = announcement::open(scope)? else { return Ok(None) };
            let subject = Subject::read(scope, &of)?;
            let next = announcement::next(scope, &of, AT_ONCE)?;
            let next = next.into_iter().map(|id| {
                let is_admin = account::role(scope, id)?.as_deref() == Some(ADMIN);
                Ok((id, account::is_reachable(scope, id)?, is_admin))
            });
            let next = next.collect::<Result<Vec<_>, StoreError>>()?;
            Ok::<_, StoreError>(Some((of, subject, next)))
        };
        let Some((of, subject, next)) = self.data.read("to_announce", read).await? else { return Ok(false) };
        let mut letters: Vec<Rows> = Vec::new();
        for (account, _, is_admin) in &next {
            let write = |notice: &mut Notice<'_>| {
                notice.tells_of(of.id.0);
                letter(&of, &subject, notice, *is_admin)
            };
            let rows = self.told(brand, *account, write).await?;
            if !rows.is_empty() {
                letters.push(rows);
            }
        }
        let is_last = next.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let up_to: AccountId = next.last().map_or(of.told_up_to, |(account, ..)| *account);
        let (count, done_at) =
            (u64::try_from(letters.len()).unwrap_or(u64::MAX), is_last.then(|| self.clock.now()));
        let absent: Vec<AccountId> =
            next.iter().filter(|(_, is_reachable, _)| !is_reachable).map(|(account, ..)| *account).collect();
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            for account in &absent {
                // Confirmed since: the confirmation relied on being told here. All of these once more.
                if account::is_reachable(scope, *account)? {
                    return Ok(());
                }
            }
            if announcement::set_told(scope, &of, up_to, count, done_at)? {
                letters.iter().try_for_each(|rows| rows.insert(scope))?;
            }
            Ok::<_, StoreError>(())
        };
        self.settings.fail_points.pass(Point::BeforeTellCommit);
        self.data.write("announce", write).await?;
        // What another program has announced waits for its leaf, too.
        self.wake.log.notify_one();
        self.wake_mail();
        Ok(true)
    }

    /// Tells everybody of everything that is announced.
    pub async fn announce_all(&self) -> Result<(), EngineError> {
        let brands: Vec<BrandId> = self.brands().map(|ctx| ctx.id).collect();
        for brand in brands {
            while self.announce_of(brand).await? {}
        }
        Ok(())
    }

    pub(crate) async fn announce_forever(&self) {
        loop {
            self.nodes.duty(Job::Announce).await;
            if let Err(error) = self.announce_all().await {
                self.failed("announce", &error).await;
                continue;
            }
            tokio::select! {
                () = rest(self.wake.announce.notified()) => {}
                () = pause(LOOK_EVERY) => {}
            }
        }
    }
}
