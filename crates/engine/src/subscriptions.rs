//! What an account's subscription lets it do, for the stations and the actions: what is left this month, who
//! is beyond the plan's number of leads, what may be begun.
//!
//! Invariant: whatever lets something begin asks inside the commit that begins it.

use crate::{Engine, EngineError};
use model::id::{AccountId, BrandId, LeadId, PageId};
use model::plan::{Limits, Month, Subscription};
use model::time::{Span, Timestamp};
use store::StoreError;
use store::tables::subscription::StoredSubscription;
use store::tables::{Scope, subscription};

/// How long it is good to know who is beyond the plan's number of leads: leads leave meanwhile.
pub(crate) const LEADS_END_LIFE: Span = Span::minutes(1);
/// The same while nobody is beyond it: the next who writes may be the first.
const NOBODY_LIFE: Span = Span::secs(2);

/// Who is beyond the plan's number of leads, under which number that was found out, and when.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LeadsEnd {
    limit: Option<u64>,
    pub end: Option<LeadId>,
    at: Timestamp,
}

impl LeadsEnd {
    /// Whether it may be relied on for a plan with this number.
    pub(crate) fn fits(&self, limits: &Limits, now: Timestamp) -> bool {
        let life = if self.end.is_some() { LEADS_END_LIFE } else { NOBODY_LIFE };
        // One of a time that has not come was found out while the clock was ahead.
        let age = now.since(self.at);
        let is_fresh = self.limit.is_none() || (age >= Span::ZERO && age < life);
        self.limit == limits.leads && is_fresh
    }
}

/// What the gate must know of the account, in this commit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub is_subscribed: bool,
    /// `u64::MAX` without a limit.
    pub quota_left: u64,
    pub limits: Limits,
    /// Under which what is spent now is counted.
    pub month: Month,
}

impl Allowance {
    /// An account that is gone may send nothing.
    pub(crate) fn of(found: Option<StoredSubscription>, now: Timestamp) -> Self {
        found.map(|stored| stored.subscription).map_or(
            Self { is_subscribed: false, quota_left: 0, limits: Limits::NONE, month: Month::of(now) },
            |own| Self {
                is_subscribed: !own.is_cancelled(),
                quota_left: own.messages_left(now).unwrap_or(u64::MAX),
                limits: own.limits,
                month: own.counting(now),
            },
        )
    }
}

pub(crate) fn allowance(
    scope: Scope<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<Allowance, StoreError> {
    Ok(Allowance::of(subscription::get(scope, account)?, now))
}

fn own(scope: Scope<'_>, account: AccountId) -> Result<Subscription, EngineError> {
    let found = subscription::get(scope, account)?;
    Ok(found.ok_or(EngineError::NotFound("this account"))?.subscription)
}

/// That broadcasts may be begun.
///
/// # Errors
/// [`EngineError::Cancelled`].
pub(crate) fn may_send(scope: Scope<'_>, account: AccountId) -> Result<(), EngineError> {
    if own(scope, account)?.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
}

/// That so many pages more may be connected.
///
/// # Errors
/// [`EngineError::PlanLimit`], or [`EngineError::Cancelled`].
pub(crate) fn may_connect(scope: Scope<'_>, account: AccountId, more: u64) -> Result<(), EngineError> {
    if more == 0 {
        return Ok(());
    }
    let own = own(scope, account)?;
    if own.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    let Some(limit) = own.limits.pages else { return Ok(()) };
    let pages = subscription::count_pages(scope, account)?.saturating_add(more);
    if pages > limit { Err(EngineError::PlanLimit { pages: limit }) } else { Ok(()) }
}

/// Whether connecting this page adds one to those that count.
pub(crate) fn adds_a_page(scope: Scope<'_>, known: Option<PageId>) -> Result<bool, StoreError> {
    Ok(match known {
        Some(page) => !subscription::is_counted(scope, page)?,
        None => true,
    })
}

impl Engine {
    /// Finds out who is beyond the plan's number of leads.
    pub(crate) async fn leads_end(
        &self,
        brand: BrandId,
        account: AccountId,
    ) -> Result<LeadsEnd, EngineError> {
        let now = self.clock.now();
        let mut found = self
            .data
            .read("leads_end", move |tx| {
                let scope = tx.brand(brand);
                let limits = allowance(scope, account, now)?.limits;
                let end = subscription::leads_end(scope, account, &limits)?;
                Ok::<_, StoreError>(LeadsEnd { limit: limits.leads, end, at: now })
            })
            .await?;
        // From when it was known, or a slow answer would be too old at once.
        found.at = self.clock.now();
        Ok(found)
    }

    /// The same for an account's lanes: one of them finds it out for all.
    pub(crate) async fn shared_leads_end(
        &self,
        brand: BrandId,
        account: AccountId,
    ) -> Result<LeadsEnd, EngineError> {
        let now = self.clock.now();
        let mut known = self.leads_ends.lock().await;
        let limits = self
            .data
            .read("limits", move |tx| Ok::<_, StoreError>(allowance(tx.brand(brand), account, now)?.limits))
            .await?;
        if let Some(end) = known.get(&account).filter(|end| end.fits(&limits, now)) {
            return Ok(*end);
        }
        let found = self.leads_end(brand, account).await?;
        known.retain(|_, end| now.since(end.at) < LEADS_END_LIFE);
        known.insert(account, found);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_beyond_the_plan_is_believed_for_a_while_and_not_from_a_time_that_has_not_come() {
        let limits = Limits { leads: Some(5), ..Limits::NONE };
        let at = Timestamp::from_secs(10_000);
        for (end, life) in [(None, NOBODY_LIFE), (Some(LeadId([1; 16])), LEADS_END_LIFE)] {
            let found = LeadsEnd { limit: limits.leads, end, at };
            assert!(found.fits(&limits, at) && !found.fits(&limits, at.plus(life)));
            assert!(found.fits(&limits, at.plus(life).minus(Span::micros(1))));
            assert!(!found.fits(&limits, at.minus(Span::secs(1))), "the clock was put back");
            assert!(!found.fits(&Limits { leads: Some(6), ..limits }, at));
        }
    }
}
