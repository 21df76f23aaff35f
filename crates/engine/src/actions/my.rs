//! A lead's own page, without an account: the thread is the proof. The bot sent a link there; pressing its button
//! uses it up and opens the page for half an hour, in that browser only.
//!
//! Invariants: of a link's and a page's secret only the hash is kept; a link opens one page, once, within ten
//! minutes; whoever holds neither learns nothing; what is done here is done at once and stands in the register.

use super::leads::withdraw;
use super::{bot, erasure, requests};
use crate::accounts::limits::Trying;
use crate::accounts::{Secret, hash_of};
use crate::actions::pages::PageSecrets;
use crate::views::erasures::ErasureView;
use crate::views::{self, own};
use crate::{Engine, EngineError};
use model::bot::permission::Use;
use model::consent::{Purpose, Scope, Way};
use model::evidence::Source;
use model::id::{AnswerId, BrandId, ConsentId, LeadId};
use model::lead::LeadProfile;
use model::personal::Personal;
use model::request::{Outcome, RequestKind, RequestWay};
use model::time::{Span, Timestamp};
use std::net::IpAddr;
use store::tables::lead::{self, Resealed};
use store::tables::lead_link::{self, LinkKind, NewLeadLink};
use store::tables::{page, request};
use store::{StoreError, Tx};

/// How long a link is good.
pub const LINK_LIFE: Span = Span::minutes(10);
/// How long the page stays open.
pub const PAGE_LIFE: Span = Span::minutes(30);
/// Characters of a name.
const NAME_LIMIT: usize = 50;

/// A lead who proved themselves.
#[derive(Debug, Clone)]
pub struct Proven {
    pub brand: BrandId,
    pub lead: LeadId,
    pub until: Timestamp,
    hash: [u8; 32],
}

/// What the page behind a link may show before its button is pressed.
#[derive(Debug, Clone)]
pub struct Ahead {
    pub page_name: String,
    /// The language that the lead writes, if it is known.
    pub language: Option<String>,
}

/// What lies behind a link that is still good. Changes nothing.
pub async fn look(engine: &Engine, brand: BrandId, token: &str) -> Result<Option<Ahead>, EngineError> {
    let (hash, now) = (hash_of(token), engine.clock.now());
    let found = engine
        .data
        .read("lead_of_own_link", move |tx| {
            let scope = tx.brand(brand);
            let Some((id, _)) = lead_link::get(scope, &hash, LinkKind::Link, now)? else { return Ok(None) };
            let Some(stored) = lead::get(scope, id)?.filter(|s| s.lead.fenced_at.is_none()) else {
                return Ok(None);
            };
            Ok::<_, StoreError>(page::get(scope, stored.lead.page)?.map(|page| (stored, page)))
        })
        .await?;
    let Some((stored, page)) = found else { return Ok(None) };
    let ctx = &engine.brand(brand)?;
    let Some(key) = engine.vault.key(&stored.lead.id.0).await? else { return Ok(None) };
    let language = own::profile(ctx, &key, &stored)?.language.map(|language| language.reveal().clone());
    let page_name = PageSecrets::open(engine, ctx, &page).await?.name.reveal().clone();
    Ok(Some(Ahead { page_name, language }))
}

/// Uses a link up and opens the page: its secret, and until when. `None` for a link that is not good (any more).
///
/// # Errors
/// [`EngineError::TooMany`] for a place that tries one after the other.
pub async fn enter(
    engine: &Engine,
    brand: BrandId,
    token: &str,
    from: Option<IpAddr>,
) -> Result<Option<Personal<String>>, EngineError> {
    engine.limits.check(Trying::OwnPage, from, None)?;
    let (hash, now) = (hash_of(token), engine.clock.now());
    let secret = Secret::new(&*engine.entropy);
    let (page, until) = (secret.hash, now.plus(PAGE_LIFE));
    let kind = RequestKind::Access;
    let asked = requests::done_at_once(engine, kind, RequestWay::OwnPage, None, Outcome::Done);
    let opened = engine
        .data
        .write("open_own_page", move |tx| {
            let scope = tx.brand(brand);
            let Some(id) = lead_link::take(scope, &hash, now)? else { return Ok(false) };
            if lead::get(scope, id)?.is_none_or(|stored| stored.lead.fenced_at.is_some()) {
                return Ok(false);
            }
            let session =
                NewLeadLink { hash: page, brand, lead: id, kind: LinkKind::Session, expires_at: until };
            lead_link::insert(tx, &session)?;
            request::insert(scope, &request::StoredRequest { lead: Some(id), ..asked.clone() })?;
            Ok::<_, StoreError>(true)
        })
        .await?;
    Ok(opened.then_some(secret.text))
}

/// Whose page this secret keeps open. Changes nothing.
pub async fn find(engine: &Engine, brand: BrandId, secret: &str) -> Result<Option<Proven>, EngineError> {
    let (hash, now) = (hash_of(secret), engine.clock.now());
    let found = engine
        .data
        .read("own_page", move |tx| {
            let scope = tx.brand(brand);
            let Some((id, until)) = lead_link::get(scope, &hash, LinkKind::Session, now)? else {
                return Ok(None);
            };
            let stays = lead::get(scope, id)?.is_some_and(|stored| stored.lead.fenced_at.is_none());
            Ok::<_, StoreError>(stays.then_some((id, until)))
        })
        .await?;
    Ok(found.map(|(lead, until)| Proven { brand, lead, until, hash }))
}

/// Closes the page before its time.
pub async fn leave(engine: &Engine, who: &Proven) -> Result<(), EngineError> {
    let (brand, hash) = (who.brand, who.hash);
    engine.data.write("close_own_page", move |tx| lead_link::delete(tx.brand(brand), &hash)).await?;
    Ok(())
}

/// What a lead may set right by themselves.
#[derive(Debug, Clone)]
pub struct Correction {
    /// Empty: to be forgotten.
    pub name: Personal<String>,
    /// Whether the people who run the page may see the name.
    pub is_shown: bool,
    /// One of the brand's languages; empty leaves it.
    pub language: String,
}

/// Puts name and language right.
pub async fn correct(engine: &Engine, who: &Proven, new: &Correction) -> Result<(), EngineError> {
    let brand = &engine.brand(who.brand)?;
    let name = new.name.reveal().trim();
    if name.chars().count() > NAME_LIMIT || name.chars().any(char::is_control) {
        return Err(EngineError::invalid("name", format!("may have {NAME_LIMIT} characters at most")));
    }
    let speaks = brand.brand.languages.contains(&new.language);
    change_profile(engine, who, |profile| {
        if name.is_empty() {
            profile.forget_name();
        } else {
            profile.set_name(Personal::from(name), new.is_shown);
        }
        if speaks {
            profile.language = Some(Personal::from(new.language.as_str()));
        }
    })
    .await?;
    requests::note_own(engine, brand, RequestKind::Correction, who.lead).await
}

async fn change_profile(
    engine: &Engine,
    who: &Proven,
    change: impl Fn(&mut LeadProfile) + Send + Sync,
) -> Result<(), EngineError> {
    let (scope, id) = (who.brand, who.lead);
    let brand = &engine.brand(scope)?;
    let key = own::lead_key(engine, id).await?;
    loop {
        let found = engine.data.read("lead_to_correct", move |tx| lead::get(tx.brand(scope), id)).await?;
        let stored = found.filter(|stored| stored.lead.fenced_at.is_none());
        let stored = stored.ok_or(EngineError::NotFound("this lead"))?;
        let mut profile = own::profile(brand, &key, &stored)?;
        change(&mut profile);
        let to = key
            .seal_value(&brand.person_place(id.0, "lead", id.0), &profile, &*engine.entropy)
            .map_err(|_| EngineError::Sealed { place: "lead" })?;
        let new = [Resealed { lead: id, from: stored.sealed, to }];
        // None: the lead has written meanwhile, and what that changed stays.
        let write = move |tx: &Tx<'_>| lead::set_sealed_many(tx.brand(scope), &new);
        if engine.data.write("correct_lead", write).await? == 1 {
            return Ok(());
        }
    }
}

/// Has the data kept and not used, or used again (GDPR article 18). When it returns, nothing that is not an
/// answer about the lead's rights can start.
pub async fn restrict(engine: &Engine, who: &Proven, is_restricted: bool) -> Result<(), EngineError> {
    let (scope, id, now) = (who.brand, who.lead, engine.clock.now());
    let kind = if is_restricted { RequestKind::Restriction } else { RequestKind::Lifting };
    let asked = requests::done_at_once(engine, kind, RequestWay::OwnPage, Some(id), Outcome::Done);
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(scope);
        let stored = lead::get(scope, id)?.filter(|stored| stored.lead.fenced_at.is_none());
        let mut stored = stored.ok_or(EngineError::NotFound("this lead"))?;
        stored.lead.restricted_at = match (is_restricted, stored.lead.restricted_at) {
            (true, since) => Some(since.unwrap_or(now)),
            (false, _) => None,
        };
        lead::set_many(scope, std::iter::once(&stored.lead))?;
        request::insert(scope, &asked)?;
        Ok::<_, EngineError>(())
    };
    engine.data.write("restrict_lead", write).await?;
    if is_restricted {
        engine.landed(&[(who.brand, who.lead)]).await;
    }
    Ok(())
}

/// Objects to marketing, or takes back what was agreed to for one purpose, or all of it.
pub async fn stop(engine: &Engine, who: &Proven, what: Stop) -> Result<(), EngineError> {
    let brand = &engine.brand(who.brand)?;
    let (scope, kind) = match what {
        Stop::Marketing => (Scope::Only(Purpose::Promotion), RequestKind::Objection),
        Stop::Notices => (Scope::Only(Purpose::Utility), RequestKind::Withdrawal),
        Stop::Everything => (Scope::All, RequestKind::Withdrawal),
    };
    withdraw(engine, brand, who.lead, scope, Way::Link, Source::Link).await?;
    engine.landed(&[(who.brand, who.lead)]).await;
    requests::note_own(engine, brand, kind, who.lead).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Marketing,
    Notices,
    Everything,
}

impl Stop {
    pub const ALL: [Self; 3] = [Self::Marketing, Self::Notices, Self::Everything];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Notices => "notices",
            Self::Everything => "everything",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stop| stop.code() == code)
    }
}

/// Ends one use of an answer. Whether there was such an answer.
pub async fn end_use(
    engine: &Engine,
    who: &Proven,
    answer: AnswerId,
    what: Use,
) -> Result<bool, EngineError> {
    let brand = &engine.brand(who.brand)?;
    let is_there = bot::withdraw_use(engine, brand, who.lead, answer, what).await?;
    if is_there {
        requests::note_own(engine, brand, RequestKind::Withdrawal, who.lead).await?;
    }
    Ok(is_there)
}

/// Everything that is kept about the lead, as a file.
pub async fn export(engine: &Engine, who: &Proven) -> Result<Vec<u8>, EngineError> {
    let brand = &engine.brand(who.brand)?;
    let file = views::leads::export_for_the_lead(engine, brand, who.lead).await?;
    requests::note_own(engine, brand, RequestKind::Export, who.lead).await?;
    Ok(file)
}

/// The proof file of one of the lead's own consent events. Changes nothing.
///
/// # Errors
/// [`EngineError::NotYet`] until the event stands under a checkpoint.
pub async fn proof(engine: &Engine, who: &Proven, event: ConsentId) -> Result<Vec<u8>, EngineError> {
    views::leads::proof_for_the_lead(engine, &*engine.brand(who.brand)?, who.lead, event).await
}

/// Erases the lead. The page closes with it.
pub async fn erase(engine: &Engine, who: &Proven) -> Result<ErasureView, EngineError> {
    let brand = &engine.brand(who.brand)?;
    let mut asked = requests::done_at_once(
        engine,
        RequestKind::Erasure,
        RequestWay::OwnPage,
        Some(who.lead),
        Outcome::Done,
    );
    // The erasure's own commit closes it, after a crash too.
    (asked.term.done_at, asked.outcome) = (None, None);
    let (scope, lead) = (who.brand, who.lead);
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(scope);
        // Pressed twice: one request.
        if lead::get(scope, lead)?.is_some_and(|stored| stored.lead.fenced_at.is_none()) {
            request::insert(scope, &asked)?;
        }
        Ok::<_, StoreError>(())
    };
    engine.data.write("ask_erasure", write).await?;
    Ok(ErasureView::from(&erasure::erase_lead(engine, brand, who.lead).await?))
}
