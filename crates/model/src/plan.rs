//! What an account may use: a plan's limits, the state of its subscription, and what is left this month.
//!
//! Invariants: a month is a calendar month in UTC, so that it turns over by being asked about and no job has
//! to run at midnight; an account that is cancelled, by whomever, sends nothing in bulk; no limit ever keeps
//! out what a lead does: their messages, consents and withdrawals are always taken.

use crate::id::PlanId;
use crate::time::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The most that a limit can be; more than that is meant as none.
pub const LARGEST_LIMIT: u64 = 1_000_000_000;

/// How much of each there may be; `None`: as much as one likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Limits {
    /// Connected pages.
    pub pages: Option<u64>,
    /// Leads of all pages. Those beyond it are kept and answered; bulk messages go to those who came first.
    pub leads: Option<u64>,
    /// Bulk messages in a calendar month.
    pub messages: Option<u64>,
}

impl Limits {
    pub const NONE: Self = Self { pages: None, leads: None, messages: None };
    /// Of the plan that a brand begins with, until its admin says otherwise.
    pub const START: Self = Self { pages: None, leads: None, messages: Some(10_000) };
}

/// The name of the plan that a brand begins with.
pub const START_NAME: &str = "Start";

/// How an account stands with whom it pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionState {
    Active,
    /// A payment is late. Everything works; the account is told.
    PastDue,
    /// Nothing is sent in bulk and no page is added. Signing in, answering, leaving and taking data along
    /// go on.
    Cancelled,
}

impl SubscriptionState {
    pub const ALL: [Self; 3] = [Self::Active, Self::PastDue, Self::Cancelled];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A calendar month in UTC, counted from January of the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(i64);

impl Month {
    pub fn of(at: Timestamp) -> Self {
        let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = at.to_zoned(TimeZone::UTC).date();
        Self(i64::from(date.year()).saturating_mul(12).saturating_add(i64::from(date.month()) - 1))
    }

    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub const fn number(self) -> i64 {
        self.0
    }

    /// When the next month begins, and what was spent counts no longer.
    pub fn ends_at(self) -> Timestamp {
        let next = self.0.saturating_add(1);
        let (year, month) = (i16::try_from(next.div_euclid(12)), i8::try_from(next.rem_euclid(12) + 1));
        let begins = match (year, month) {
            (Ok(year), Ok(month)) => jiff::civil::Date::new(year, month, 1).ok(),
            _ => None,
        };
        let begins = begins.and_then(|date| date.to_zoned(TimeZone::UTC).ok());
        begins.map_or(Timestamp(i64::MAX), |at| Timestamp(at.timestamp().as_microsecond()))
    }
}

/// An account's subscription, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// `None`: the brand's admin, who has no limits.
    pub plan: Option<PlanId>,
    pub limits: Limits,
    /// As the admin or the signed call has set it.
    pub state: SubscriptionState,
    /// The account itself has cancelled. Only itself or the admin takes that back.
    pub cancelled_at: Option<Timestamp>,
    /// When the newest event that the signed call applied happened.
    pub event_at: Option<Timestamp>,
    /// The month that `spent` belongs to.
    pub month: Month,
    /// Bulk messages in that month.
    pub spent: u64,
}

impl Subscription {
    /// What holds: the account's own cancelling goes over what the others have set.
    pub const fn standing(&self) -> SubscriptionState {
        if self.cancelled_at.is_some() { SubscriptionState::Cancelled } else { self.state }
    }

    pub fn is_cancelled(&self) -> bool {
        self.standing() == SubscriptionState::Cancelled
    }

    /// The month under which what is spent now is counted. A clock that was put back into the month before
    /// does not open that one again.
    pub fn counting(&self, now: Timestamp) -> Month {
        self.month.max(Month::of(now))
    }

    /// Bulk messages of this month.
    pub fn spent(&self, now: Timestamp) -> u64 {
        if self.month == self.counting(now) { self.spent } else { 0 }
    }

    /// Bulk messages that the plan still has this month; `None` when it sets no limit.
    pub fn messages_left(&self, now: Timestamp) -> Option<u64> {
        Some(self.limits.messages?.saturating_sub(self.spent(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn subscription() -> Subscription {
        Subscription {
            plan: Some(PlanId([1; 16])),
            limits: Limits::START,
            state: SubscriptionState::Active,
            cancelled_at: None,
            event_at: None,
            month: Month::of(at("2026-11-30T12:00:00Z")),
            spent: 9_990,
        }
    }

    #[test]
    fn a_month_begins_on_its_first_day_in_utc() {
        let november = Month::of(at("2026-11-30T23:59:59.999999Z"));
        assert_eq!(november.ends_at(), at("2026-12-01T00:00:00Z"));
        let december = Month::of(november.ends_at());
        assert_eq!(december.number(), november.number() + 1);
        assert_eq!(december.ends_at(), at("2027-01-01T00:00:00Z"));
        // Midnight somewhere else is no turn.
        assert_eq!(Month::of(at("2026-12-01T01:00:00+02:00")), november);
        assert_eq!(Month::from_number(i64::MAX).ends_at(), Timestamp(i64::MAX));
    }

    #[test]
    fn the_messages_are_all_there_again_when_the_month_turns_and_not_before() {
        let own = subscription();
        assert_eq!(own.messages_left(at("2026-11-30T23:59:59Z")), Some(10));
        assert_eq!(own.messages_left(at("2026-12-01T00:00:00Z")), Some(10_000));
        // A clock that is put back gives nothing back, and what is spent then counts in the later month.
        assert_eq!(own.messages_left(at("2026-10-31T00:00:00Z")), Some(10));
        assert_eq!(own.counting(at("2026-10-31T00:00:00Z")), own.month);
        let unlimited = Subscription { limits: Limits::NONE, ..own };
        assert_eq!(unlimited.messages_left(at("2026-11-30T23:59:59Z")), None);
        let lowered = Subscription { limits: Limits { messages: Some(5), ..Limits::NONE }, ..own };
        assert_eq!(lowered.messages_left(at("2026-11-30T23:59:59Z")), Some(0));
    }

    #[test]
    fn an_account_s_own_cancelling_goes_over_what_the_others_say() {
        for state in SubscriptionState::ALL {
            assert_eq!(SubscriptionState::from_code(state.code()), Some(state));
            let own = Subscription { state, cancelled_at: Some(Timestamp(1)), ..subscription() };
            assert_eq!(own.standing(), SubscriptionState::Cancelled);
            assert_eq!(Subscription { cancelled_at: None, ..own }.standing(), state);
        }
    }

    proptest! {
        #[test]
        fn every_time_lies_before_the_end_of_its_month_and_not_before_the_end_of_the_one_before(
            seconds in -60_000_000_000_i64..250_000_000_000,
        ) {
            let at = Timestamp::from_secs(seconds);
            let month = Month::of(at);
            prop_assert!(at < month.ends_at());
            prop_assert!(Month::from_number(month.number() - 1).ends_at() <= at);
        }
    }
}
