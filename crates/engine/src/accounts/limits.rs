//! How often somebody may try: to sign in, to sign up, to have a mail sent; and how often an account is
//! told of what is done again and again. In memory, per process.
//!
//! Invariants: who is limited learns when to come again and nothing else; guessing at one account from many
//! places is limited as well as guessing at many accounts from one.

use crate::EngineError;
use governor::clock::Clock as Ticks;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use model::id::AccountId;
use model::time::Clock;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// Keys after which what is full again is forgotten.
const SWEEP_AT: usize = 10_000;

/// The engine's forward-only clock, as the limiter asks for it.
#[derive(Clone)]
struct Forward(Arc<dyn Clock>);

impl Ticks for Forward {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.monotonic().0).unwrap_or(0))
    }
}

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, Forward, NoOpMiddleware<Duration>>;

pub struct Limits {
    clock: Forward,
    /// By what is tried and from where.
    from_place: Limiter<(Trying, Option<IpAddr>)>,
    /// By what is tried on which account.
    on_account: Limiter<(Trying, [u8; 32])>,
    /// By the address that mails are asked for.
    mails: Limiter<[u8; 32]>,
    /// By the kind of letter.
    letters: Limiter<(&'static str, AccountId)>,
}

/// What is being tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trying {
    SignIn,
    SecondFactor,
    SignUp,
    /// Has a mail sent.
    Mail,
}

fn quota(every: Duration, burst: u32) -> Quota {
    let quota = Quota::with_period(every).unwrap_or_else(|| Quota::per_minute(NonZeroU32::MIN));
    quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

impl Limits {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Forward(clock);
        // Thirty at once and then one in ten seconds from a place; ten at once and then one in half a
        // minute on an account.
        let place = quota(Duration::from_secs(10), 30);
        let account = quota(Duration::from_secs(30), 10);
        // Five mails at once to an address, and then four in an hour: nobody's letter box is filled by others.
        let mails = quota(Duration::from_secs(15 * 60), 5);
        // Ten letters of a kind at once, and then ten in an hour.
        let letters = quota(Duration::from_secs(6 * 60), 10);
        Self {
            from_place: RateLimiter::hashmap_with_clock(place, clock.clone()),
            on_account: RateLimiter::hashmap_with_clock(account, clock.clone()),
            mails: RateLimiter::hashmap_with_clock(mails, clock.clone()),
            letters: RateLimiter::hashmap_with_clock(letters, clock.clone()),
            clock,
        }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn check(
        &self,
        what: Trying,
        from: Option<IpAddr>,
        account: Option<[u8; 32]>,
    ) -> Result<(), EngineError> {
        self.ask(&self.from_place, (what, from.map(place)))?;
        match (what, account) {
            (_, None) => Ok(()),
            (Trying::Mail, Some(address)) => self.ask(&self.mails, address),
            (_, Some(account)) => self.ask(&self.on_account, (what, account)),
        }
    }

    /// Whether an account may be told once more of what is done many times over.
    pub fn may_tell(&self, kind: &'static str, account: AccountId) -> bool {
        self.ask(&self.letters, (kind, account)).is_ok()
    }

    fn ask<K: Clone + Eq + Hash>(&self, limiter: &Limiter<K>, key: K) -> Result<(), EngineError> {
        if limiter.len() > SWEEP_AT {
            limiter.retain_recent();
        }
        limiter.check_key(&key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            EngineError::TooMany { seconds: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1) }
        })
    }
}

/// One IPv6 customer has a whole /64.
fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::Span;
    use testkit::FixedClock;

    #[test]
    fn guessing_is_slowed_for_a_place_and_for_an_account() {
        let clock = Arc::new(FixedClock::new());
        let limits = Limits::new(Arc::<FixedClock>::clone(&clock));
        let here: Option<IpAddr> = "2001:db8::1".parse().ok();
        let tries = |place: Option<IpAddr>, account: u8| {
            (0..100).take_while(|_| limits.check(Trying::SignIn, place, Some([account; 32])).is_ok()).count()
        };
        assert_eq!(tries(here, 1), 10);
        assert_eq!(tries("2001:db8::2".parse().ok(), 2), 10, "another account, the same customer");
        assert!(tries(here, 3) < 10, "the place has had its share");
        assert_eq!(tries("192.0.2.1".parse().ok(), 1), 0, "the account has, from wherever");
        assert!(limits.check(Trying::SignUp, here, None).is_ok(), "other things count apart");
        clock.advance(Span::secs(30));
        assert_eq!(tries("192.0.2.2".parse().ok(), 1), 1);
        let Err(EngineError::TooMany { seconds }) =
            limits.check(Trying::SignIn, "192.0.2.3".parse().ok(), Some([1; 32]))
        else {
            panic!("not limited")
        };
        assert!((1..=30).contains(&seconds), "{seconds}");
    }
}
