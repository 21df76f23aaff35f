//! How much a page has sent: by the second, and over a rolling day.
//!
//! Invariant: measured in simulated time only, in memory that does not grow with the number of calls.

use crate::config::Rates;
use crate::id::PageId;
use serde_json::{Value, json};
use std::collections::VecDeque;

const SLOT: i64 = 15 * 60 * 1_000_000;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// A page's use of the send limits.
#[derive(Debug, Default)]
pub struct Usage {
    second: i64,
    messages: u32,
    media: u32,
    /// Seconds in which the page sent faster than its inbox can follow.
    pub warnings: u64,
    /// Calls of the last 24 hours, by quarter of an hour.
    slots: VecDeque<(i64, u64)>,
    calls: u64,
    private_replies: VecDeque<i64>,
    /// Set by the control API: pretend that so many percent are used.
    pub forced_percent: Option<u64>,
}

/// Which limit stopped a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    PerSecond,
    Media,
    RollingDay,
    PrivateReplies,
}

impl Usage {
    /// Counts one call against the rolling day; a refused call counts too.
    pub fn count_call(&mut self, now: i64) {
        self.forget(now);
        let slot = now - now.rem_euclid(SLOT);
        match self.slots.back_mut() {
            Some((last, count)) if *last == slot => *count += 1,
            _ => self.slots.push_back((slot, 1)),
        }
        self.calls += 1;
    }

    fn forget(&mut self, now: i64) {
        while let Some((slot, count)) = self.slots.front().copied() {
            if slot > now - DAY {
                break;
            }
            self.calls = self.calls.saturating_sub(count);
            self.slots.pop_front();
        }
    }

    /// How many percent of the rolling day's allowance are used (may exceed 100).
    pub fn percent(&self, rates: &Rates, engaged: u64) -> u64 {
        match (self.forced_percent, rates.calls_per_engaged_person) {
            (Some(percent), _) => percent,
            (None, Some(each)) => self.calls.saturating_mul(100) / each.saturating_mul(engaged.max(1)).max(1),
            (None, None) => 0,
        }
    }

    /// Admits one message to this second, or says which limit stands against it.
    pub fn admit(
        &mut self,
        rates: &Rates,
        engaged: u64,
        now: i64,
        media: bool,
        private: bool,
    ) -> Result<(), Limit> {
        let second = now.div_euclid(1_000_000);
        if self.second != second {
            self.second = second;
            self.messages = 0;
            self.media = 0;
        }
        if self.percent(rates, engaged) > 100 {
            return Err(Limit::RollingDay);
        }
        if rates.messages_per_second.is_some_and(|limit| self.messages >= limit) {
            return Err(Limit::PerSecond);
        }
        if media && rates.media_per_second.is_some_and(|limit| self.media >= limit) {
            return Err(Limit::Media);
        }
        if private {
            while self.private_replies.front().is_some_and(|at| *at <= now - DAY / 24) {
                self.private_replies.pop_front();
            }
            if rates.private_replies_per_hour.is_some_and(|limit| self.private_replies.len() >= limit) {
                return Err(Limit::PrivateReplies);
            }
            self.private_replies.push_back(now);
        }
        self.messages += 1;
        self.media += u32::from(media);
        if self.messages == rates.inbox_per_second.saturating_add(1) {
            self.warnings += 1;
        }
        Ok(())
    }

    /// The value of `x-business-use-case-usage`.
    pub fn header(&self, page: PageId, rates: &Rates, engaged: u64, now: i64) -> Value {
        let percent = self.percent(rates, engaged);
        let regain = if percent > 100 {
            // The oldest quarter of an hour falls out of the day first.
            let oldest = self.slots.front().map_or(now, |(slot, _)| *slot);
            ((oldest + DAY - now) / 60_000_000).max(1)
        } else {
            0
        };
        json!({ page.to_string(): [{
            "type": "messenger", "call_count": percent.clamp(1, 100), "total_cputime": (percent / 2).clamp(1, 100),
            "total_time": (percent / 2).clamp(1, 100), "estimated_time_to_regain_access": regain,
        }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_ends_and_the_day_rolls_on() {
        let rates = Rates {
            messages_per_second: Some(2),
            calls_per_engaged_person: Some(2),
            inbox_per_second: 1,
            ..Rates::default()
        };
        let mut usage = Usage::default();
        assert_eq!(usage.admit(&rates, 1, 0, false, false), Ok(()));
        assert_eq!(usage.admit(&rates, 1, 0, false, false), Ok(()));
        assert_eq!(usage.admit(&rates, 1, 0, false, false), Err(Limit::PerSecond));
        assert_eq!(usage.admit(&rates, 1, 1_000_000, false, false), Ok(()));
        assert_eq!(usage.warnings, 1);
        for _ in 0..3 {
            usage.count_call(1_000_000);
        }
        assert_eq!(usage.percent(&rates, 1), 150);
        assert_eq!(usage.admit(&rates, 1, 2_000_000, false, false), Err(Limit::RollingDay));
        usage.count_call(DAY + SLOT);
        assert_eq!(usage.percent(&rates, 1), 50);
    }

    #[test]
    fn media_and_private_replies_have_their_own_limits() {
        let rates =
            Rates { media_per_second: Some(1), private_replies_per_hour: Some(1), ..Rates::default() };
        let mut usage = Usage::default();
        assert_eq!(usage.admit(&rates, 1, 0, true, false), Ok(()));
        assert_eq!(usage.admit(&rates, 1, 0, true, false), Err(Limit::Media));
        assert_eq!(usage.admit(&rates, 1, 0, false, true), Ok(()));
        assert_eq!(usage.admit(&rates, 1, 1, false, true), Err(Limit::PrivateReplies));
        assert_eq!(usage.admit(&rates, 1, DAY / 24, false, true), Ok(()));
    }
}
