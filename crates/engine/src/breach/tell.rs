//! The station of breaches: reminding the admins before the 72 hours end, and telling whoever is affected (GDPR article
//! 34): accounts by mail, leads in their thread while its window is open and else on their own page (and in their thread
//! once they write, [`crate::reply`]), and those whose pages they wrote to.
//!
//! Invariants: each person is told once, however many nodes look and however often they are killed, because it is noted
//! in the commit of the letter or message; whether a message may go to a lead is the gate's to say, and of one that ends
//! unsent it is noted in that commit that it told nobody; one of whom nothing opens holds nobody else up, and is noted as
//! such; a case that does not open holds up no other; of a mail that nobody took it is noted, in the commit that ends it,
//! that it told nobody.

use super::{Facts, Words};
use crate::accounts::notice::{Notice, Rows};
use crate::actions::breaches::text_for;
use crate::brands::BrandContext;
use crate::failpoint::Point;
use crate::mail::Letter;
use crate::nodes::Job;
use crate::rest::rest;
use crate::run::pause;
use crate::views::own;
use crate::{Engine, EngineError, ends};
use model::breach::{Course, Whats};
use model::gate::{self, Intent};
use model::id::{AccountId, BrandId, BreachId, LeadId, OutboxId, PageId};
use model::outgoing::Outgoing;
use model::personal::Personal;
use model::time::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::tables::breach::{self, OpenBreach};
use store::tables::breach_person::{self, Found, Part, Way};
use store::tables::lead::StoredLead;
use store::tables::mail::Ended;
use store::tables::outbox::{self, NewReply, ReplyIntent};
use store::tables::page::StoredPage;
use store::tables::{account, lead, page};
use store::{StoreError, Tx};
use vault::Key;

/// People told in one commit.
const AT_ONCE: u32 = 100;
/// How late a reminder may be; and where another node may have written into the register without being heard.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// By their codes, with a space between.
fn codes(what: Whats) -> String {
    what.iter().map(model::breach::What::code).collect::<Vec<_>>().join(" ")
}

/// What somebody is told by mail of their own data, or of the data of so many leads of theirs.
pub(crate) fn letter(
    words: Words,
    one: &Found,
    leads: u64,
    (contact, link): (&str, Personal<String>),
) -> Letter {
    let Words { happened, done, advice, follows, .. } = words;
    let (contact, data) = (contact.to_owned(), codes(one.what));
    let follows = Some(follows).filter(|text| !text.is_empty());
    if one.part == Part::Owner {
        Letter::BreachOfLeads { people: leads, data, happened, done, advice, contact, link, follows }
    } else {
        let is_certain = one.is_certain;
        Letter::BreachNotice { is_certain, data, happened, done, advice, contact, link, follows }
    }
}

/// What a lead is told in their thread.
pub(crate) fn in_thread(words: Words, contact: &str) -> String {
    let parts = [words.happened, words.follows, words.done, words.advice, contact.to_owned()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The message that says it there.
pub(crate) fn to_thread(ctx: &BrandContext, facts: &Facts, language: &str) -> Outgoing {
    let text = in_thread(text_for(facts, language), &ctx.brand.controller.contact);
    Outgoing { text: Personal::new(text), ..Outgoing::default() }
}

/// The id of the message that tells this lead of this case.
pub(crate) fn message_id(
    engine: &Engine,
    order: usize,
    at: Timestamp,
    (case, lead): (BreachId, LeadId),
) -> OutboxId {
    let mut id = OutboxId::in_order(at, order, &*engine.entropy);
    ends::mark(&mut id.0, &case.0, &lead.0);
    id
}

/// These messages end without having been sent. Where one was to tell of a case, nothing but their own page told them,
/// and they are told once they write. Part of the commit that ends the messages.
pub(crate) fn not_sent(tx: &Tx<'_>, messages: &[(BrandId, LeadId, OutboxId)]) -> Result<(), StoreError> {
    if messages.is_empty() || !breach::is_any_told(tx)? {
        return Ok(());
    }
    let leads: Vec<_> = messages.iter().map(|(brand, lead, _)| (*brand, *lead)).collect();
    for ((brand, lead, id), cases) in messages.iter().zip(breach_person::in_thread(tx, &leads)?) {
        let about = ends::about(&id.0, &lead.0);
        for case in cases.into_iter().filter(|case| ends::end(&case.0) == about) {
            breach_person::set_not_in_thread(tx.brand(*brand), case, *lead)?;
        }
    }
    Ok(())
}

/// What a mail to somebody is about, by which it is known: who is concerned in two parts gets one for each.
fn mail_about(case: BreachId, part: Part) -> [u8; 16] {
    match part {
        Part::Owner => case.0.map(|byte| !byte),
        Part::Lead | Part::Account => case.0,
    }
}

/// These mails end and nobody took them. Where one was to tell of a case, it told nobody. Part of the commit that ends
/// the mails.
pub(crate) fn not_mailed(tx: &Tx<'_>, mails: &[Ended]) -> Result<(), StoreError> {
    if mails.is_empty() || !breach::is_any_told(tx)? {
        return Ok(());
    }
    for (brand, account, id) in mails {
        let (scope, about) = (tx.brand(*brand), ends::about(&id.0, &account.0));
        for (case, part) in breach_person::mailed(scope, *account)? {
            if ends::end(&mail_about(case, part)) == about {
                breach_person::set_not_mailed(scope, case, (part, *account))?;
            }
        }
    }
    Ok(())
}

/// When the next reminder is due.
fn next_reminder(course: &Course, reminded: u32) -> Option<Timestamp> {
    let after = model::breach::REMINDERS.into_iter().nth(usize::try_from(reminded).ok()?)?;
    let is_open = course.closed_at.is_none() && course.told_at.is_none() && course.not_told_at.is_none();
    course.aware_at.filter(|_| is_open).map(|aware| aware.plus(after))
}

impl Engine {
    async fn open_breaches(&self) -> Result<Vec<OpenBreach>, EngineError> {
        Ok(self.data.read("open_breaches", breach::list_open).await?)
    }

    /// Reminds the admins of a case whose time runs out. One letter, however many reminders were missed.
    async fn remind(&self, of: &OpenBreach) -> Result<(), EngineError> {
        let due = of.course.reminders(self.clock.now());
        let (Some(due_at), true) = (of.course.due_at(), due > of.reminded) else { return Ok(()) };
        let (brand, id, reminded) = (of.brand, of.id, of.reminded);
        let letter = |notice: &mut Notice<'_>| Letter::BreachDue {
            due_at,
            link: notice.page(&format!("/admin/breaches/{id}")),
        };
        let letters = self.told_admins(brand, letter).await?;
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            if breach::set_reminded(scope, id, reminded, due)? {
                letters.iter().try_for_each(|rows| rows.insert(scope))?;
            }
            Ok::<_, StoreError>(())
        };
        self.data.write("remind_of_breach", write).await?;
        self.wake_mail();
        Ok(())
    }

    /// Tells the next of one part; `false`: nobody of it is left.
    async fn tell_some(&self, ctx: &BrandContext, of: &OpenBreach, part: Part) -> Result<bool, EngineError> {
        let (brand, id) = (of.brand, of.id);
        let read = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            let Some(stored) = breach::get(scope, id)? else { return Ok(None) };
            Ok::<_, StoreError>(Some((stored, breach_person::untold(scope, id, part, AT_ONCE)?)))
        };
        let Some((stored, next)) = self.data.read("to_tell_of_breach", read).await? else {
            return Ok(false);
        };
        if next.is_empty() {
            return Ok(false);
        }
        let facts = Facts::open(ctx, &stored)?;
        match part {
            Part::Lead => self.tell_leads(ctx, of, &facts, next).await?,
            Part::Account | Part::Owner => self.tell_accounts(ctx, of, &facts, next).await?,
        }
        Ok(true)
    }

    async fn tell_accounts(
        &self,
        ctx: &BrandContext,
        of: &OpenBreach,
        facts: &Facts,
        next: Vec<Found>,
    ) -> Result<(), EngineError> {
        let (brand, id, now) = (of.brand, of.id, self.clock.now());
        let contact = &ctx.brand.controller.contact;
        let mut letters: Vec<(Found, bool, Rows)> = Vec::with_capacity(next.len());
        for one in next {
            let account = AccountId(one.person);
            let reachable = move |tx: &Tx<'_>| account::is_reachable(tx.brand(brand), account);
            let is_reachable = self.data.read("is_reachable", reachable).await?;
            let people = if one.part == Part::Owner {
                let count = move |tx: &Tx<'_>| breach_person::count_of_owner(tx.brand(brand), id, account);
                self.data.read("leads_of_owner", count).await?
            } else {
                0
            };
            let letter = |notice: &mut Notice<'_>| {
                notice.tells_of(mail_about(id, one.part));
                let words = text_for(facts, notice.language());
                self::letter(words, &one, people, (contact, notice.page("/breach-policy")))
            };
            letters.push((one, is_reachable, self.told(brand, account, letter).await?));
        }
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            for (one, was_reachable, rows) in &letters {
                // Confirmed since: the next look tells them.
                if rows.is_empty() && !was_reachable && account::is_reachable(scope, AccountId(one.person))? {
                    continue;
                }
                let way = if rows.is_empty() { Way::None } else { Way::Mail };
                if breach_person::set_told(scope, id, (one.part, one.person), way, now)? {
                    rows.insert(scope)?;
                }
            }
            Ok::<_, StoreError>(())
        };
        self.settings.fail_points.pass(Point::BeforeTellCommit);
        self.data.write("tell_accounts_of_breach", write).await?;
        self.settings.fail_points.pass(Point::AfterTellCommit);
        self.wake_mail();
        Ok(())
    }

    async fn tell_leads(
        &self,
        ctx: &BrandContext,
        of: &OpenBreach,
        facts: &Facts,
        next: Vec<Found>,
    ) -> Result<(), EngineError> {
        let (brand, id, now) = (of.brand, of.id, self.clock.now());
        let ids: Vec<[u8; 16]> = next.iter().map(|one| one.person).collect();
        let wanted = ids.clone();
        let read = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            wanted
                .iter()
                .map(|person| {
                    let Some(stored) = lead::get(scope, LeadId(*person))? else { return Ok(None) };
                    let page = page::get(scope, stored.lead.page)?;
                    Ok(page.map(|page| (stored, page)))
                })
                .collect::<Result<Vec<_>, StoreError>>()
        };
        let found = self.data.read("leads_to_tell", read).await?;
        let (keys, unreadable) = self.keys_that_open(&ids).await?;
        let mut messages: Vec<(Found, Way, Option<NewReply>)> = Vec::with_capacity(next.len());
        for (number, (one, found)) in next.into_iter().zip(found).enumerate() {
            let reply = message_id(self, number, now, (id, LeadId(one.person)));
            let message = match (found, keys.get(&one.person)) {
                _ if unreadable.contains(&one.person) => Err(EngineError::Sealed { place: "key" }),
                (Some((stored, page)), Some(key)) => self.message(ctx, facts, (&stored, &page), key, reply),
                // Who is gone, or is being erased.
                _ => Ok(None),
            };
            let (way, message) = match message {
                Ok(message) => (if message.is_some() { Way::Thread } else { Way::Page }, message),
                Err(error) if error.is_about_the_data() => {
                    tracing::warn!(%error, lead = %LeadId(one.person), "somebody could not be told of a breach");
                    (Way::Unreadable, None)
                }
                Err(error) => return Err(error),
            };
            messages.push((one, way, message));
        }
        let mut pages: Vec<PageId> =
            messages.iter().filter_map(|(_, _, message)| Some(message.as_ref()?.page)).collect();
        pages.sort_unstable();
        pages.dedup();
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            for (one, way, message) in &messages {
                let is_first = breach_person::set_told(scope, id, (one.part, one.person), *way, now)?;
                if let Some(message) = message.as_ref().filter(|_| is_first) {
                    outbox::insert_many(tx, std::slice::from_ref(message))?;
                }
            }
            Ok::<_, StoreError>(())
        };
        self.settings.fail_points.pass(Point::BeforeTellCommit);
        self.data.write("tell_leads_of_breach", write).await?;
        self.settings.fail_points.pass(Point::AfterTellCommit);
        for page in pages {
            self.wake_lane(page);
        }
        Ok(())
    }

    /// The keys of these people, and of whom they do not open: one that is damaged keeps no other away.
    async fn keys_that_open(
        &self,
        ids: &[[u8; 16]],
    ) -> Result<(HashMap<[u8; 16], Arc<Key>>, HashSet<[u8; 16]>), EngineError> {
        match self.vault.keys(ids).await.map_err(EngineError::from) {
            Err(error) if error.is_about_the_data() => {}
            all => return Ok((all?, HashSet::new())),
        }
        let (mut keys, mut damaged) = (HashMap::new(), HashSet::new());
        for id in ids {
            match self.vault.key(id).await.map_err(EngineError::from) {
                Ok(key) => keys.extend(key.map(|key| (*id, key))),
                Err(error) if error.is_about_the_data() => {
                    damaged.insert(*id);
                }
                Err(error) => return Err(error),
            }
        }
        Ok((keys, damaged))
    }

    /// What is written to a lead in their thread; nothing where the gate lets nothing pass.
    fn message(
        &self,
        ctx: &BrandContext,
        facts: &Facts,
        (stored, page): (&StoredLead, &StoredPage),
        key: &Key,
        id: OutboxId,
    ) -> Result<Option<NewReply>, EngineError> {
        let (lead, now) = (&stored.lead, self.clock.now());
        let profile = own::profile(ctx, key, stored)?;
        let to = lead.last_inbound_at.filter(|to| {
            let intent = Intent::Answer { to: *to };
            gate::permit(intent, lead, &page.page, now, self.clock.monotonic()).is_ok()
        });
        let Some(to) = to else { return Ok(None) };
        let language = profile.language.as_ref().map_or("", |language| language.reveal().as_str());
        let message = to_thread(ctx, facts, language);
        let sealed = key
            .seal_value(&ctx.person_place(lead.id.0, "outbox", id.0), &message, &*self.entropy)
            .map_err(|_| EngineError::Sealed { place: "outbox" })?;
        Ok(Some(NewReply {
            id,
            brand: ctx.id,
            page: lead.page,
            lead: lead.id,
            intent: ReplyIntent::Answer,
            answers_at: to,
            sealed,
        }))
    }

    async fn handle_breach(&self, ctx: &BrandContext, of: &OpenBreach) -> Result<(), EngineError> {
        self.remind(of).await?;
        if of.course.people_told_at.is_some() {
            for part in Part::ALL {
                while self.tell_some(ctx, of, part).await? {}
            }
        }
        Ok(())
    }

    /// Reminds whom it is time to remind, and tells whoever is to be told.
    pub async fn handle_breaches(&self) -> Result<(), EngineError> {
        for of in self.open_breaches().await? {
            // A brand that is not served writes to nobody.
            let Ok(ctx) = self.brand(of.brand) else { continue };
            if let Err(error) = self.handle_breach(&ctx, &of).await {
                if !error.is_about_the_data() {
                    return Err(error);
                }
                // One that is damaged keeps nobody from being reminded or told of another.
                tracing::warn!(%error, row = %of.id, "people could not be told of a breach");
            }
        }
        Ok(())
    }

    /// When the next reminder is due of all cases, but for brands that are not served.
    async fn next_reminder(&self) -> Result<Option<Timestamp>, EngineError> {
        let open = self.open_breaches().await?;
        let served = open.iter().filter(|of| self.brand(of.brand).is_ok());
        Ok(served.filter_map(|of| next_reminder(&of.course, of.reminded)).min())
    }

    pub(crate) async fn breach_forever(&self) {
        loop {
            self.nodes.duty(Job::Breach).await;
            if let Err(error) = self.handle_breaches().await {
                self.failed("breach", &error).await;
                continue;
            }
            let at = match self.next_reminder().await {
                Ok(at) => at,
                Err(error) => {
                    self.failed("breach", &error).await;
                    continue;
                }
            };
            tokio::select! {
                () = rest(self.wake.breach.notified()) => {}
                () = pause(LOOK_EVERY), if at.is_some() || self.nodes.is_shared => {}
            }
        }
    }
}
