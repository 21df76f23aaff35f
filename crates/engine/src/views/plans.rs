//! Plans, and what accounts use of them. The admin sees every account of the brand, without who it is; a user
//! sees their own.

use super::At;
use crate::actions::plans::admin;
use crate::{Actor, Engine, EngineError};
use model::id::{AccountId, BrandId, PlanId};
use model::plan::{Limits, SubscriptionState};
use model::time::Timestamp;
use store::tables::subscription::{ListedAccount, StoredSubscription};
use store::tables::{account, plan, subscription};
use store::{StoreError, Tx};

/// A plan of the brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    pub id: PlanId,
    pub name: String,
    pub limits: Limits,
    /// Sign-ups start on it.
    pub is_start: bool,
    pub is_retired: bool,
    pub accounts: u64,
}

/// What an account is on, and what it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseView {
    pub account: AccountId,
    pub plan: Option<PlanId>,
    /// `None`: the brand's admin, without limits.
    pub plan_name: Option<String>,
    pub limits: Limits,
    pub state: SubscriptionState,
    /// When the account itself cancelled.
    pub cancelled_at: Option<At>,
    /// Whether the account itself may take the subscription up again.
    pub may_resume: bool,
    pub pages: u64,
    /// Of all pages; in a list of accounts they are not counted.
    pub leads: Option<u64>,
    /// Bulk messages this month.
    pub messages: u64,
    /// When the messages are all there again.
    pub refills_at: At,
}

/// An account, as its brand's admin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    pub id: AccountId,
    pub is_admin: bool,
    pub is_confirmed: bool,
    pub created_at: At,
    pub used: UseView,
}

/// The brand's plans, in the order in which they were made.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<Vec<PlanView>, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let found = engine.data.read("plans", move |tx| plan::list(tx.brand(brand))).await?;
    let view = |stored: plan::StoredPlan| PlanView {
        id: stored.id,
        name: stored.name,
        limits: stored.limits,
        is_start: stored.is_start,
        is_retired: stored.retired_at.is_some(),
        accounts: stored.accounts,
    };
    Ok(found.into_iter().map(view).collect())
}

fn used(
    account: AccountId,
    stored: &StoredSubscription,
    pages: u64,
    leads: Option<u64>,
    now: Timestamp,
) -> UseView {
    let own = &stored.subscription;
    UseView {
        account,
        plan: own.plan,
        plan_name: stored.plan_name.clone(),
        limits: own.limits,
        state: own.standing(),
        cancelled_at: own.cancelled_at.map(At),
        may_resume: own.cancelled_at.is_some() && own.state != SubscriptionState::Cancelled,
        pages,
        leads,
        messages: own.spent(now),
        refills_at: At(own.counting(now).ends_at()),
    }
}

fn of_account(
    tx: &Tx<'_>,
    brand: BrandId,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<UseView>, StoreError> {
    let scope = tx.brand(brand);
    let Some(stored) = subscription::get(scope, id)? else { return Ok(None) };
    let (pages, leads) = (subscription::count_pages(scope, id)?, subscription::count_leads(scope, id)?);
    Ok(Some(used(id, &stored, pages, Some(leads), now)))
}

/// What the asking account is on and uses.
pub async fn own(engine: &Engine, actor: &Actor) -> Result<UseView, EngineError> {
    let (brand, id, now) = (actor.brand, actor.account, engine.clock.now());
    let found = engine.data.read("own_plan", move |tx| of_account(tx, brand, id, now)).await?;
    found.ok_or(EngineError::NotFound("this account"))
}

/// The brand's accounts, the newest first, of those older than `before`.
pub async fn accounts(
    engine: &Engine,
    actor: &Actor,
    before: Option<AccountId>,
    limit: u32,
) -> Result<Vec<AccountView>, EngineError> {
    admin(actor)?;
    super::limited(limit)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let before = before.unwrap_or(AccountId([0xff; 16]));
    let found =
        engine.data.read("accounts", move |tx| subscription::list_newest(tx.brand(brand), before, limit));
    let view = |listed: ListedAccount| AccountView {
        id: listed.id,
        is_admin: listed.role == "admin",
        is_confirmed: listed.is_confirmed,
        created_at: At(listed.created_at),
        used: used(listed.id, &listed.stored, listed.pages, None, now),
    };
    Ok(found.await?.into_iter().map(view).collect())
}

/// One of them.
pub async fn account(engine: &Engine, actor: &Actor, id: AccountId) -> Result<AccountView, EngineError> {
    admin(actor)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let read = move |tx: &Tx<'_>| {
        let Some(stored) = account::get(tx.brand(brand), id)? else { return Ok(None) };
        Ok::<_, StoreError>(of_account(tx, brand, id, now)?.map(|used| (stored, used)))
    };
    let found = engine.data.read("account_and_use", read).await?;
    let (stored, used) = found.ok_or(EngineError::NotFound("this account"))?;
    Ok(AccountView {
        id,
        is_admin: stored.role == "admin",
        is_confirmed: stored.state != "unconfirmed",
        created_at: At(stored.created_at),
        used,
    })
}
