//! The register of breaches, as the admin sees it; its figures, for everybody; and what a lead is told.

use super::{At, LIMIT, limited};
use crate::actions::requests::admin;
use crate::brands::BrandContext;
use crate::breach::{self as register, Facts, Opened};
use crate::{Actor, Engine, EngineError};
use model::breach::{Course, EntryKind, Standing, Whats};
use model::id::{AccountId, BrandId, BreachId, LeadId, SessionId, TokenId};
use model::time::Timestamp;
use serde_json::Value;
use store::tables::breach::{self, StoredBreach};
use store::tables::{api_token, breach_person, session};
use store::{StoreError, Tx};

pub use crate::breach::affected::{Asked, Summary};
pub use crate::breach::{Checked, Fault, Words};
pub use store::tables::breach::Figures;
pub use store::tables::breach_person::{Count, Part, Way};

/// A case in a list.
#[derive(Debug, Clone)]
pub struct BreachView {
    pub id: BreachId,
    pub title: String,
    pub course: Course,
    pub standing: Standing,
}

/// What is known of a case.
#[derive(Debug, Clone)]
pub struct BreachDetail {
    pub breach: BreachView,
    pub nature: String,
    pub contact: String,
    pub consequences: String,
    pub measures: String,
    /// Why late, or why not told.
    pub reason: String,
    pub is_complete: bool,
    /// What people are told, by language; nothing until it was written.
    pub texts: Vec<Words>,
    pub counts: Vec<Count>,
    /// Of leads and of accounts.
    pub what_of_leads: Whats,
    pub what_of_accounts: Whats,
    pub entries: Vec<EntryView>,
}

/// One entry, opened.
#[derive(Debug, Clone)]
pub struct EntryView {
    pub number: u64,
    pub kind: EntryKind,
    pub written_at: At,
    pub leaf_index: Option<u64>,
    pub facts: Value,
}

impl BreachDetail {
    /// How many of this part there are.
    pub fn people(&self, part: Part, is_certain: bool) -> u64 {
        self.counts.iter().filter(|c| c.part == part && c.is_certain == is_certain).map(|c| c.people).sum()
    }

    /// How many of this part were told in this way; `None`: not yet.
    pub fn told(&self, part: Part, way: Option<Way>) -> u64 {
        self.counts.iter().filter(|c| c.part == part && c.way == way).map(|c| c.people).sum()
    }
}

fn view(
    ctx: &BrandContext,
    stored: &StoredBreach,
    now: Timestamp,
) -> Result<(BreachView, Facts), EngineError> {
    let facts = Facts::open(ctx, stored)?;
    let view = BreachView {
        id: stored.id,
        title: facts.title.reveal().clone(),
        course: stored.course,
        standing: stored.course.standing(now),
    };
    Ok((view, facts))
}

/// The newest first.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    before: Option<BreachId>,
    limit: u32,
) -> Result<Vec<BreachView>, EngineError> {
    admin(actor)?;
    let (ctx, limit, now) = (engine.brand(actor.brand)?, limited(limit)?, engine.clock.now());
    let (brand, before) = (ctx.id, before.unwrap_or(BreachId([0xff; 16])));
    let rows = engine.data.read("breaches", move |tx| breach::list(tx.brand(brand), before, limit)).await?;
    rows.iter().map(|row| Ok(view(&ctx, row, now)?.0)).collect()
}

pub async fn get(engine: &Engine, actor: &Actor, id: BreachId) -> Result<BreachDetail, EngineError> {
    admin(actor)?;
    let (ctx, now) = (engine.brand(actor.brand)?, engine.clock.now());
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let Some(stored) = breach::get(scope, id)? else { return Ok(None) };
        Ok::<_, StoreError>(Some((
            stored,
            breach::list_entries_of(scope, id)?,
            breach_person::count(scope, id)?,
            breach_person::whats(scope, id, Part::Lead)?,
            breach_person::whats(scope, id, Part::Account)?,
        )))
    };
    let found = engine.data.read("breach_detail", read).await?;
    let (stored, entries, counts, what_of_leads, what_of_accounts) =
        found.ok_or(EngineError::NotFound("this case"))?;
    let (breach, facts) = view(&ctx, &stored, now)?;
    let entries = entries.iter().map(|entry| {
        let mut record = Opened::of(&ctx, entry)?.value()?;
        Ok(EntryView {
            number: entry.number,
            kind: entry.kind,
            written_at: At(entry.written_at),
            leaf_index: entry.leaf_index,
            facts: record.get_mut("facts").map(Value::take).unwrap_or_default(),
        })
    });
    Ok(BreachDetail {
        breach,
        nature: facts.nature.reveal().clone(),
        contact: facts.contact.reveal().clone(),
        consequences: facts.consequences.reveal().clone(),
        measures: facts.measures.reveal().clone(),
        reason: facts.reason.reveal().clone(),
        is_complete: facts.is_complete(),
        texts: facts.texts,
        counts,
        what_of_leads,
        what_of_accounts,
        entries: entries.collect::<Result<_, EngineError>>()?,
    })
}

/// Reads the whole register: whether any entry is missing or was changed, and whether each stands in the log.
pub async fn check(engine: &Engine, actor: &Actor) -> Result<Checked, EngineError> {
    admin(actor)?;
    register::check(engine, &*engine.brand(actor.brand)?).await
}

/// The proof file of an entry.
///
/// # Errors
/// [`EngineError::NotFound`]; [`EngineError::NotYet`] until it stands under a checkpoint.
pub async fn proof(engine: &Engine, actor: &Actor, number: u64) -> Result<Vec<u8>, EngineError> {
    admin(actor)?;
    register::proof(engine, &*engine.brand(actor.brand)?, number).await
}

/// How large a brand's register is, for everybody.
pub async fn figures(engine: &Engine, brand: BrandId) -> Result<Figures, EngineError> {
    Ok(engine.data.read("breach_figures", move |tx| breach::figures(tx.brand(brand))).await?)
}

/// Whoever of this part was found, for the admin: ids only.
pub async fn people(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    (part, is_certain): (Part, bool),
) -> Result<Vec<[u8; 16]>, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| breach_person::list(tx.brand(brand), id, part, is_certain);
    Ok(engine.data.read("breach_people", read).await?)
}

/// A door of an account, to begin a search with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorView {
    Session { id: SessionId, since: At },
    Token { id: TokenId, since: At, until: Option<At> },
}

/// The sessions that an account has and the tokens that it ever had, with when they began and ended and nothing else.
/// Whose account it is stays masked.
pub async fn doors(engine: &Engine, actor: &Actor, account: AccountId) -> Result<Vec<DoorView>, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((
            session::list_of_account(scope, account)?,
            api_token::lives_of_account(scope, account)?,
        ))
    };
    let (sessions, tokens) = engine.data.read("doors", read).await?;
    let sessions =
        sessions.into_iter().map(|one| DoorView::Session { id: one.id, since: At(one.created_at) });
    let tokens = tokens.into_iter().map(|one| DoorView::Token {
        id: one.id,
        since: At(one.created_at),
        until: [one.revoked_at, one.expires_at].into_iter().flatten().min().map(At),
    });
    Ok(sessions.chain(tokens).collect())
}

/// What somebody is told of a breach that concerns them.
#[derive(Debug, Clone)]
pub struct ConcernView {
    pub told_at: Option<At>,
    pub what: Whats,
    pub is_certain: bool,
    /// By language.
    pub texts: Vec<Words>,
}

/// What a lead is told, on their own page: trusted caller.
pub(crate) async fn of_lead(
    engine: &Engine,
    ctx: &BrandContext,
    lead: LeadId,
) -> Result<Vec<ConcernView>, EngineError> {
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        breach_person::list_of_person(scope, (Part::Lead, lead.0), LIMIT)?
            .into_iter()
            .map(|concern| Ok((breach::get(scope, concern.breach)?, concern)))
            .collect::<Result<Vec<_>, StoreError>>()
    };
    let found = engine.data.read("breaches_of_lead", read).await?;
    found
        .into_iter()
        .filter_map(|(stored, concern)| Some((stored?, concern)))
        .map(|(stored, concern)| {
            let facts = Facts::open(ctx, &stored)?;
            Ok(ConcernView {
                told_at: concern.told_at.map(At),
                what: concern.what,
                is_certain: concern.is_certain,
                texts: facts.texts,
            })
        })
        .collect()
}
