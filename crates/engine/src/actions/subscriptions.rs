//! Which plan an account is on and how its subscription stands: set by its holder, by the brand's admin, or by
//! the signed call.
//!
//! Invariants: a change and the letter that tells of it are one commit; cancelling stands the account's
//! broadcasts still in that very commit, and nothing of the account's is deleted by it; what an account has
//! cancelled itself, a signed call does not take back.

use super::plans::admin;
use super::sign_in::history_row;
use super::support::reason;
use crate::accounts::Opened;
use crate::accounts::notice::{Notice, Rows};
use crate::accounts::whence::Whence;
use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::mail::Letter;
use crate::{Actor, Engine, EngineError, Reader, reading};
use model::id::{AccountId, BrandId, PlanId};
use model::mail::EmailAddress;
use model::personal::Personal;
use model::plan::{Subscription, SubscriptionState};
use model::time::Timestamp;
use store::tables::audit::NewAudit;
use store::tables::subscription::StoredSubscription;
use store::tables::{self, Scope, account, broadcast, plan, subscription};
use store::{StoreError, Tx};

/// How often a change is tried anew when somebody changes the same at the same time.
const TRIES: usize = 5;

/// What is to be another way. `None`: as it is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Change {
    pub plan: Option<PlanId>,
    pub state: Option<SubscriptionState>,
    /// Whether the account's own cancelling is made or taken back.
    pub cancels: Option<bool>,
    /// By the signed call: when it happened there.
    pub event_at: Option<Timestamp>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changed {
    Done,
    /// It was so already.
    Same,
    /// Somebody else changed it meanwhile: look again.
    Meanwhile,
}

impl Change {
    fn of(self, seen: &Subscription, now: Timestamp) -> Subscription {
        let cancelled_at = match self.cancels {
            None => seen.cancelled_at,
            Some(true) => seen.cancelled_at.or(Some(now)),
            Some(false) => None,
        };
        Subscription {
            plan: self.plan.or(seen.plan),
            state: self.state.unwrap_or(seen.state),
            cancelled_at,
            event_at: self.event_at.or(seen.event_at),
            ..*seen
        }
    }
}

/// What does not change while messages are counted.
pub(crate) fn terms(of: &Subscription) -> impl PartialEq + use<> {
    (of.plan, of.state, of.cancelled_at, of.event_at)
}

/// Writes a change, if the subscription is still what was seen.
pub(crate) fn write(
    scope: Scope<'_>,
    account: AccountId,
    seen: &Subscription,
    to: &Subscription,
    told: &Rows,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    let Some(stored) = subscription::get(scope, account)? else { return Ok(Changed::Meanwhile) };
    if terms(&stored.subscription) != terms(seen) {
        return Ok(Changed::Meanwhile);
    }
    if terms(seen) == terms(to) {
        return Ok(Changed::Same);
    }
    subscription::set(scope, account, to, now)?;
    if to.is_cancelled() {
        broadcast::stand_still(scope, account)?;
    }
    told.insert(scope)?;
    Ok(Changed::Done)
}

impl Engine {
    /// An account's subscription and the plan that it may be put on.
    pub(crate) async fn subscription(
        &self,
        brand: BrandId,
        id: AccountId,
    ) -> Result<StoredSubscription, EngineError> {
        let found = self.data.read("subscription", move |tx| subscription::get(tx.brand(brand), id)).await?;
        found.ok_or(EngineError::NotFound("this account"))
    }

    /// What goes into the commit of a change: the letter, if what it tells is another thing than before.
    pub(crate) async fn told_of_change(
        &self,
        brand: BrandId,
        account: AccountId,
        seen: &StoredSubscription,
        change: Change,
    ) -> Result<(Subscription, Rows), EngineError> {
        let at = self.clock.now();
        let to = change.of(&seen.subscription, at);
        let (from, state) = (seen.subscription.standing(), to.standing());
        if to.plan == seen.subscription.plan && state == from {
            return Ok((to, Rows::default()));
        }
        let name = match to.plan {
            Some(id) if seen.subscription.plan != Some(id) => {
                let found = self.data.read("plan", move |tx| plan::get(tx.brand(brand), id)).await?;
                found.ok_or(EngineError::NotFound("this plan"))?.name
            }
            _ => seen.plan_name.clone().unwrap_or_default(),
        };
        let letter = |notice: &mut Notice<'_>| Letter::PlanChanged {
            at,
            plan: name,
            link: notice.page("/account/plan"),
            state,
        };
        Ok((to, self.told(brand, account, letter).await?))
    }

    /// Changes a subscription and wakes what waits for it.
    async fn change_subscription(
        &self,
        brand: BrandId,
        account: AccountId,
        change: Change,
        entry: Option<NewAudit>,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES {
            let seen = self.subscription(brand, account).await?;
            let (to, told) = self.told_of_change(brand, account, &seen, change).await?;
            let (now, entry) = (self.clock.now(), entry.clone());
            let commit = move |tx: &Tx<'_>| {
                let scope = tx.brand(brand);
                let changed = write(scope, account, &seen.subscription, &to, &told, now)?;
                if let Some(entry) = entry.as_ref().filter(|_| changed == Changed::Done) {
                    tables::audit::insert(scope, entry)?;
                }
                Ok::<_, StoreError>(changed)
            };
            let changed = self.data.write("change_subscription", commit).await?;
            if changed != Changed::Meanwhile {
                self.wake_mail();
                self.wake.log.notify_one();
                return Ok(());
            }
        }
        Err(EngineError::Conflict("somebody changed this subscription just now: look again".to_owned()))
    }
}

/// An account's holder cancels: nothing is sent in bulk any more from this commit on. Nothing is deleted.
pub async fn cancel(engine: &Engine, actor: &Actor) -> Result<(), EngineError> {
    if admin(actor).is_ok() {
        return Err(EngineError::Conflict("the brand's admin has no subscription to cancel".to_owned()));
    }
    let change = Change { cancels: Some(true), ..Change::default() };
    engine.change_subscription(actor.brand, actor.account, change, None).await
}

/// An account's holder takes back that they cancelled. Broadcasts stay paused until they are resumed.
///
/// # Errors
/// [`EngineError::Conflict`] when somebody else cancelled it.
pub async fn resume(engine: &Engine, actor: &Actor) -> Result<(), EngineError> {
    let seen = engine.subscription(actor.brand, actor.account).await?.subscription;
    if seen.state == SubscriptionState::Cancelled {
        return Err(EngineError::Conflict(
            "this subscription was not cancelled by you: ask the operator of this site".to_owned(),
        ));
    }
    let change = Change { cancels: Some(false), ..Change::default() };
    engine.change_subscription(actor.brand, actor.account, change, None).await
}

/// What the admin sets of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub plan: PlanId,
    pub state: SubscriptionState,
}

/// Whether this account may be put on this plan.
pub(crate) fn check(
    tx: &Tx<'_>,
    brand: BrandId,
    account: AccountId,
    wanted: Option<PlanId>,
) -> Result<(), EngineError> {
    let scope = tx.brand(brand);
    let role = account::role(scope, account)?.ok_or(EngineError::NotFound("this account"))?;
    if role == "admin" {
        return Err(EngineError::Conflict(
            "this is the brand's admin, whose account has no plan and no limits".to_owned(),
        ));
    }
    let Some(id) = wanted else { return Ok(()) };
    let Some(found) = plan::get(scope, id)? else {
        return Err(EngineError::invalid("plan", "is none of this brand's plans"));
    };
    let is_on_it = subscription::get(scope, account)?.is_some_and(|s| s.subscription.plan == Some(id));
    if found.retired_at.is_some() && !is_on_it {
        return Err(EngineError::invalid("plan", "is retired: nobody new is put on it"));
    }
    Ok(())
}

/// The admin puts an account on a plan and says how it stands, at once. Setting it to anything but cancelled
/// also takes back that the account itself cancelled.
pub async fn set(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    terms: Terms,
) -> Result<(), EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    engine.data.read("check_terms", move |tx| check(tx, brand, account, Some(terms.plan))).await?;
    let seen = engine.subscription(brand, account).await?.subscription;
    // Of an account that cancelled itself, what shows is what was there before: left alone, it changes nothing.
    let is_left_alone = seen.cancelled_at.is_some() && terms.state == SubscriptionState::Cancelled;
    let change = Change {
        plan: Some(terms.plan),
        state: (!is_left_alone).then_some(terms.state),
        cancels: (terms.state != SubscriptionState::Cancelled).then_some(false),
        event_at: None,
    };
    let act = Act::SubscriptionSet { account, plan: Some(terms.plan), state: terms.state };
    let entry = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    engine.change_subscription(brand, account, change, Some(entry)).await
}

/// The account of this address, for an admin to whom somebody writes. Found, it says whose account it is, so the
/// account reads of it as of [`reveal`]; that it was looked for is audited, found or not.
///
/// # Errors
/// [`EngineError::Invalid`] without a reason; [`EngineError::TooMany`] for one who looks too often.
pub async fn seek(
    engine: &Engine,
    actor: &Actor,
    email: &str,
    why: &str,
) -> Result<Option<AccountId>, EngineError> {
    admin(actor)?;
    let (ctx, why) = (engine.brand(actor.brand)?, reason(why)?);
    let email = EmailAddress::parse(email)?.folded();
    engine.limits.may_reveal(actor.account.0)?;
    let (brand, macs) = (ctx.id, ctx.email_macs(email.reveal()));
    let find = move |tx: &Tx<'_>| tables::account_lookup::find(tx.brand(brand), &macs);
    let found = match engine.data.read("seek_account", find).await? {
        Some(id) => engine.open_account(&ctx, id).await?,
        None => None,
    };
    if let Some(opened) = found {
        let act = Act::AccountSought { account: Some(opened.id), reason: why.clone() };
        looked_at(engine, &ctx, actor, &opened, (&act, why)).await?;
        return Ok(Some(opened.id));
    }
    let act = Act::AccountSought { account: None, reason: why };
    let entry = audit::by(engine, &ctx, actor, &act).await?;
    let write = move |tx: &Tx<'_>| tables::audit::insert(tx.brand(brand), &entry);
    engine.data.write("account_sought", write).await?;
    engine.wake.log.notify_one();
    Ok(None)
}

/// Who an account is.
pub struct Who {
    pub name: Personal<String>,
    pub email: Personal<String>,
}

/// Shows the admin whose account it is (claims A1, F6); nothing is shown if that cannot be written down.
///
/// # Errors
/// [`EngineError::Invalid`] without a reason; [`EngineError::TooMany`] for one who looks too often.
pub async fn reveal(engine: &Engine, actor: &Actor, id: AccountId, why: &str) -> Result<Who, EngineError> {
    admin(actor)?;
    let (ctx, why) = (engine.brand(actor.brand)?, reason(why)?);
    engine.limits.may_reveal(actor.account.0)?;
    let opened = engine.open_account(&ctx, id).await?.ok_or(EngineError::NotFound("this account"))?;
    let act = Act::AccountRevealed { account: id, reason: why.clone() };
    looked_at(engine, &ctx, actor, &opened, (&act, why)).await?;
    Ok(Who { name: opened.profile.name, email: opened.profile.email })
}

/// That the admin learns whose account it is is written into its history each time, in one commit with the mail that
/// tells of it and the entry of the audit; only the mail may be left out.
async fn looked_at(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    opened: &Opened,
    (act, why): (&Act, Personal<String>),
) -> Result<(), EngineError> {
    let (at, brand, id) = (engine.clock.now(), ctx.id, opened.id);
    // From where the admin looked is nothing that the account has to know.
    let entry = history_row(engine, ctx, opened, &Whence::default(), "admin_read")?;
    let told = if id != actor.account && engine.limits.may_tell("admin_read", id) {
        let letter = |notice: &mut Notice<'_>| Letter::AdminRead { at, link: notice.page("/account") };
        engine.told(brand, id, letter).await?
    } else {
        Rows::default()
    };
    let kept = reading::Kept::said(Reader::Admin, why, &["account"]);
    let line = reading::line(engine, ctx, (id.0, &opened.key), (&kept, actor.door))?;
    let audited = audit::by(engine, ctx, actor, act).await?;
    engine
        .data
        .write("admin_read", move |tx| {
            let scope = tx.brand(brand);
            tables::sign_in::insert(scope, id, &entry)?;
            tables::reading::insert(scope, id.0, &line)?;
            tables::audit::insert(scope, &audited)?;
            told.insert(scope)
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(())
}
