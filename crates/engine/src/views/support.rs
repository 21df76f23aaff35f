//! Access for support: what admins see of it, and what a helper sees, which names nobody.

use super::broadcasts::{self, BroadcastView};
use super::leads::{self, LeadView};
use super::plans::{self, AccountView};
use super::{At, limited};
use crate::actions::billing::{SecretView, tail_of};
use crate::actions::requests::admin;
use crate::actions::support::{Helper, Person};
use crate::brands::BrandContext;
use crate::support::{given, seen, summary};
use crate::{Actor, Engine, EngineError};
use model::id::{AccountId, BroadcastId, LeadId, SupportActId, SupportGrantId};
use model::support::{Act, End, Scope};
use store::tables::support::{self, StoredGrant};

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    pub id: SupportGrantId,
    pub helper: String,
    pub purpose: String,
    pub scopes: Vec<Scope>,
    pub made_at: At,
    pub ends_at: At,
    pub entered_at: Option<At>,
    pub ended_at: Option<At>,
    pub ended_by: Option<End>,
    /// Whether it still opens something.
    pub is_open: bool,
    /// Whether whoever looks gave it: the others make no code for it.
    pub is_own: bool,
    /// Whether somebody holds the session.
    pub is_inside: bool,
    /// How often something was opened that names nobody.
    pub looks: u64,
    /// How many people were shown.
    pub people: u64,
    /// Where its summary stands in the log.
    pub leaf_index: Option<u64>,
}

/// Something that was done under a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActView {
    pub id: SupportActId,
    pub at: At,
    pub kind: Act,
    /// Which page was opened, which token was made, or what was called by one.
    pub what: String,
    /// Whom it was about.
    pub about: Option<Person>,
    /// Whether the key is gone under which the rest stood: whoever it was about is erased, and the line follows.
    pub is_erased: bool,
    pub reason: String,
}

fn view(
    engine: &Engine,
    ctx: &BrandContext,
    stored: &StoredGrant,
    looks: Option<&Actor>,
) -> Result<GrantView, EngineError> {
    let given = given(ctx, stored)?;
    Ok(GrantView {
        id: stored.id,
        helper: given.helper.reveal().clone(),
        purpose: given.purpose.reveal().clone(),
        scopes: stored.scopes.clone(),
        made_at: At(stored.made_at),
        ends_at: At(stored.ends_at),
        entered_at: stored.entered_at.map(At),
        ended_at: stored.ended_at.map(At),
        ended_by: stored.ended_by,
        is_open: stored.ended_at.is_none() && stored.ends_at > engine.clock.now(),
        is_own: looks.is_some_and(|actor| stored.account == Some(actor.account)),
        is_inside: stored.is_inside,
        looks: stored.looks,
        people: stored.people,
        leaf_index: stored.leaf_index,
    })
}

/// The newest first.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    before: Option<SupportGrantId>,
    limit: u32,
) -> Result<Vec<GrantView>, EngineError> {
    admin(actor)?;
    let (ctx, limit) = (engine.brand(actor.brand)?, limited(limit)?);
    let (brand, before) = (ctx.id, before.unwrap_or(SupportGrantId([0xff; 16])));
    let rows =
        engine.data.read("support_grants", move |tx| support::list(tx.brand(brand), before, limit)).await?;
    rows.iter().map(|row| view(engine, &ctx, row, Some(actor))).collect()
}

/// Whether any access is open, and whether one is that whoever looks gave. Nothing has to be opened for it.
pub async fn are_open(engine: &Engine, actor: &Actor) -> Result<(bool, bool), EngineError> {
    admin(actor)?;
    let (brand, account, now) = (actor.brand, Some(actor.account), engine.clock.now());
    let all = engine.data.read("support_unfinished", support::list_unfinished).await?;
    let is_open = |of: &&StoredGrant| of.brand == brand && of.ended_at.is_none() && of.ends_at > now;
    let open: Vec<_> = all.iter().filter(is_open).collect();
    Ok((!open.is_empty(), open.iter().any(|of| of.account == account)))
}

async fn stored(engine: &Engine, ctx: &BrandContext, id: SupportGrantId) -> Result<StoredGrant, EngineError> {
    let brand = ctx.id;
    let found = engine.data.read("support_grant", move |tx| support::get(tx.brand(brand), id)).await?;
    found.ok_or(EngineError::NotFound("this grant"))
}

/// One of them.
pub async fn get(engine: &Engine, actor: &Actor, id: SupportGrantId) -> Result<GrantView, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    view(engine, &ctx, &stored(engine, &ctx, id).await?, Some(actor))
}

/// What was done under it, the newest first.
pub async fn acts(
    engine: &Engine,
    actor: &Actor,
    id: SupportGrantId,
    before: Option<SupportActId>,
    limit: u32,
) -> Result<Vec<ActView>, EngineError> {
    admin(actor)?;
    let (ctx, limit) = (engine.brand(actor.brand)?, limited(limit)?);
    let (brand, before) = (ctx.id, before.unwrap_or(SupportActId([0xff; 16])));
    let read = move |tx: &store::Tx<'_>| support::list_acts(tx.brand(brand), id, before, limit);
    let rows = engine.data.read("support_acts", read).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in &rows {
        let seen = seen(engine, &ctx, row).await?;
        let is_erased = seen.is_none();
        let (what, reason) =
            seen.map_or_else(Default::default, |seen| (seen.what, seen.reason.reveal().clone()));
        let about = row.person.filter(|_| !is_erased).map(|person| match (row.kind, what.as_str()) {
            (Act::Lead, _) | (Act::Looked, "lead") => Person::Lead(LeadId(person)),
            _ => Person::Account(AccountId(person)),
        });
        views.push(ActView { id: row.id, at: At(row.at), kind: row.kind, what, about, is_erased, reason });
    }
    Ok(views)
}

/// The proof file of a grant's summary.
///
/// # Errors
/// [`EngineError::NotFound`] while the grant is open, [`EngineError::NotYet`] until the summary stands under a checkpoint.
pub async fn summary_file(
    engine: &Engine,
    actor: &Actor,
    id: SupportGrantId,
) -> Result<Vec<u8>, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let stored = stored(engine, &ctx, id).await?;
    if stored.ended_at.is_none() {
        return Err(EngineError::NotFound("a summary: the grant is open"));
    }
    let kept = summary(&ctx, &stored)?.ok_or(EngineError::NotYet("the summary is being written"))?;
    kept.proof(engine, crate::support::GRANT, stored.leaf_index).await
}

/// The grant that a helper came in by.
pub async fn own(engine: &Engine, helper: &Helper) -> Result<GrantView, EngineError> {
    let ctx = engine.brand(helper.brand)?;
    view(engine, &ctx, &stored(engine, &ctx, helper.grant).await?, None)
}

/// By what the brand's secret for signed calls is known again, if it has one.
pub async fn billing_secret(engine: &Engine, helper: &Helper) -> Result<Option<SecretView>, EngineError> {
    helper.may(Scope::Secrets)?;
    tail_of(engine, helper.brand).await
}

/// Whoever may see leads or broadcasts has to find whose.
fn finds_accounts(helper: &Helper) -> Result<(), EngineError> {
    let finds = [Scope::Leads, Scope::Broadcasts].iter().any(|scope| helper.scopes.contains(scope));
    if finds { Ok(()) } else { helper.may(Scope::Accounts) }
}

/// The brand's accounts, the newest first.
pub async fn accounts(
    engine: &Engine,
    helper: &Helper,
    before: Option<AccountId>,
    limit: u32,
) -> Result<Vec<AccountView>, EngineError> {
    finds_accounts(helper)?;
    plans::accounts(engine, &helper.overseer(), before, limit).await
}

/// An account's leads, in the order in which they first wrote.
pub async fn leads(
    engine: &Engine,
    helper: &Helper,
    account: AccountId,
    after: Option<LeadId>,
    limit: u32,
) -> Result<Vec<LeadView>, EngineError> {
    helper.may(Scope::Leads)?;
    plans::account(engine, &helper.overseer(), account).await?;
    leads::list(engine, &helper.reader(account), after, limit).await
}

/// One of the brand's accounts.
pub async fn account(engine: &Engine, helper: &Helper, id: AccountId) -> Result<AccountView, EngineError> {
    finds_accounts(helper)?;
    plans::account(engine, &helper.overseer(), id).await
}

/// One lead of the brand's, without who it is.
pub async fn lead(engine: &Engine, helper: &Helper, id: LeadId) -> Result<LeadView, EngineError> {
    helper.may(Scope::Leads)?;
    let ctx = engine.brand(helper.brand)?;
    let keeper = leads::keeper(engine, &ctx, id).await?;
    Ok(leads::masked(engine, &helper.reader(keeper.account), id).await?.0)
}

/// An account's broadcasts, the newest first. What they say is not shown.
pub async fn broadcasts(
    engine: &Engine,
    helper: &Helper,
    account: AccountId,
    before: Option<BroadcastId>,
    limit: u32,
) -> Result<Vec<BroadcastView>, EngineError> {
    helper.may(Scope::Broadcasts)?;
    plans::account(engine, &helper.overseer(), account).await?;
    broadcasts::newest(engine, &helper.reader(account), before, limit).await
}
