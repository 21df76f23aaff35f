//! A page's pace: how fast its lane may send, kept under what Meta allows and adapted to what
//! Meta reports.
//!
//! Invariant: never more than [`POLITE_PER_SECOND`] a second over any second, whatever is reported;
//! while Meta limits the page, nothing leaves until the time it gave. Pure: the caller waits.

use crate::failure::Usage;
use crate::time::{Span, Timestamp};

/// Above 40 messages a second the page's inbox stops working for its owner (Meta's rate-limit page).
pub const POLITE_PER_SECOND: u32 = 38;
/// Messages that may leave at once, in one Graph batch.
pub const BURST: u32 = 38;
/// From this share of the reported limit on, slow down.
const EASE_FROM: u32 = 75;
/// Pause after a throttle that did not say how long.
const DEFAULT_REGAIN: Span = Span::minutes(1);

/// One page's pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    per_second: u32,
    limit: u32,
    /// Generic cell rate: the time up to which the rate is spoken for.
    spent_until: Timestamp,
    blocked_until: Timestamp,
    blocked_for: Span,
}

impl Pace {
    /// A pace of at most `limit` messages a second.
    pub const fn new(limit: u32) -> Self {
        Self {
            per_second: limit,
            limit,
            spent_until: Timestamp::ZERO,
            blocked_until: Timestamp::ZERO,
            blocked_for: Span::ZERO,
        }
    }

    /// What the time is now. What was counted while the clock was ahead holds for no longer from now on than it was to hold
    /// then: otherwise nothing would leave until the clock is there again.
    pub fn notice(&mut self, now: Timestamp) {
        self.spent_until = self.spent_until.min(now.plus(self.cost(BURST)));
        self.blocked_until = self.blocked_until.min(now.plus(self.blocked_for));
    }

    fn cost(self, messages: u32) -> Span {
        Span::micros(1_000_000 * i64::from(messages) / i64::from(self.per_second.max(1)))
    }

    fn burst(self) -> Span {
        self.cost(BURST.min(self.per_second))
    }

    /// When `messages` may leave together: `now` or later.
    pub fn when(&self, messages: u32, now: Timestamp) -> Timestamp {
        let start = self.spent_until.max(now.minus(self.burst()));
        let fits = start.plus(self.cost(messages.min(BURST).min(self.per_second)));
        now.max(fits).max(self.blocked_until)
    }

    /// How many may leave now.
    pub fn available(&self, now: Timestamp) -> u32 {
        if now < self.blocked_until {
            return 0;
        }
        let start = self.spent_until.max(now.minus(self.burst()));
        let room = now.since(start).0.max(0);
        u32::try_from(room / self.cost(1).0.max(1)).unwrap_or(BURST).min(BURST)
    }

    /// Notes that `messages` leave now.
    pub fn spend(&mut self, messages: u32, now: Timestamp) {
        let start = self.spent_until.max(now.minus(self.burst()));
        self.spent_until = start.plus(self.cost(messages));
    }

    /// Takes in what Meta reported with an answer.
    pub fn heed(&mut self, usage: Usage, now: Timestamp) {
        if let Some(regain) = usage.regain.filter(|r| *r > Span::ZERO) {
            self.block(regain, now);
        }
        self.per_second = match usage.percent {
            p if p >= 95 => (self.limit / 8).max(1),
            p if p >= EASE_FROM => (self.limit / 2).max(1),
            _ => self.limit,
        };
    }

    fn block(&mut self, span: Span, now: Timestamp) {
        // One that was set while the clock was ahead must not stand in for this one.
        self.notice(now);
        let until = now.plus(span);
        if until >= self.blocked_until {
            (self.blocked_until, self.blocked_for) = (until, span);
        }
    }

    /// Meta refused because of a limit.
    pub fn throttle(&mut self, regain: Option<Span>, now: Timestamp) {
        self.block(regain.unwrap_or(DEFAULT_REGAIN), now);
        self.per_second = (self.per_second / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn however_requests_come_the_page_stays_under_its_limit_but_for_one_burst(
            requests in proptest::collection::vec((1u32..=38, 0i64..200_000), 1..200),
        ) {
            let mut pace = Pace::new(POLITE_PER_SECOND);
            let mut now = Timestamp::from_secs(1_000);
            let start = now;
            let mut sent = Vec::new();
            for (messages, pause) in requests {
                now = now.plus(Span::micros(pause));
                now = pace.when(messages, now);
                let leaving = messages.min(pace.available(now));
                prop_assert!(leaving > 0);
                pace.spend(leaving, now);
                sent.push((now, leaving));
            }
            let total: u32 = sent.iter().map(|(_, m)| m).sum();
            let seconds = now.since(start).0 as f64 / 1e6;
            prop_assert!(f64::from(total) <= f64::from(POLITE_PER_SECOND) * (seconds + 1.0) + 1.0);
        }
    }

    #[test]
    fn a_block_holds_until_the_time_meta_gave() {
        let mut pace = Pace::new(POLITE_PER_SECOND);
        let now = Timestamp::from_secs(1_000);
        pace.throttle(Some(Span::minutes(5)), now);
        assert_eq!(pace.when(1, now), now.plus(Span::minutes(5)));
        assert_eq!(pace.available(now), 0);
    }

    #[test]
    fn a_clock_that_is_put_back_holds_up_nothing_and_lifts_no_limit() {
        let (now, hour, block) = (Timestamp::from_secs(100_000), Span::minutes(60), Span::minutes(30));
        let (mut pace, ahead) = (Pace::new(10), now.plus(hour));
        pace.notice(ahead);
        pace.spend(BURST, ahead);
        pace.notice(now);
        assert!(pace.available(now) == 0 && pace.when(1, now) <= now.plus(Span::secs(4)));
        // Said while it was ahead: for as long from now on.
        pace.throttle(Some(block), ahead);
        pace.notice(now);
        assert_eq!(pace.when(1, now), now.plus(block));
        // A short one of that time does not hide what is said now.
        let mut pace = Pace::new(10);
        pace.throttle(Some(Span::minutes(1)), ahead);
        pace.throttle(Some(block), now);
        pace.notice(now);
        assert_eq!(pace.when(1, now), now.plus(block));
        // Said before it was, or after it was put back and not noticed yet: until then.
        for first in [now, ahead] {
            let mut pace = Pace::new(10);
            pace.notice(first);
            pace.throttle(Some(block), now);
            let later = now.plus(Span::minutes(10));
            pace.notice(later.plus(hour));
            pace.notice(later);
            assert_eq!((pace.when(1, later), pace.available(later)), (now.plus(block), 0));
        }
    }

    #[test]
    fn a_rising_usage_slows_the_page_and_a_falling_one_lets_it_go() {
        let mut pace = Pace::new(40);
        pace.heed(Usage { percent: 80, regain: None }, Timestamp::ZERO);
        assert_eq!(pace.per_second, 20);
        pace.heed(Usage { percent: 10, regain: None }, Timestamp::ZERO);
        assert_eq!(pace.per_second, 40);
    }
}
