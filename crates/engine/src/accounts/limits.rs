//! How often somebody may try: to sign in, to sign up, to have a mail sent, to call the API; how often a place may
//! be wrong about a link, a code or a secret; and how often an account is told of what is done again and again. In
//! memory, per process.
//!
//! Invariants: who is limited learns when to come again and nothing else; guessing at one account from many
//! places is limited as well as guessing at many accounts from one; strangers who guess do not keep an owner
//! waiting at a place where the account was signed in to lately, nor one who is signed in, nor one who has
//! just chosen a new password by a mailed link; whoever has the right link, code or secret is never turned away
//! because others at the same place had wrong ones.

use crate::EngineError;
use governor::clock::Clock as Ticks;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use model::id::{AccountId, LeadId, TokenId};
use model::time::{Clock, Monotonic, Span};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Keys after which what is full again is forgotten.
const SWEEP_AT: usize = 10_000;
/// How long a place is known after a sign-in there.
const KNOWN: Span = Span::days(30);

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

/// An account and a place.
type Haunt = ([u8; 32], Option<IpAddr>);

pub struct Limits {
    clock: Forward,
    /// By what is tried and from where.
    from_place: Limiter<(Trying, Option<IpAddr>)>,
    /// By what is tried on which account from where.
    on_account_from: Limiter<(Trying, [u8; 32], Option<IpAddr>)>,
    /// By what is tried on which account, from places where it was not signed in to lately.
    on_account: Limiter<(Trying, [u8; 32])>,
    /// The same where whoever tries has proved something already.
    by_acquaintance: Limiter<(Trying, [u8; 32])>,
    /// Where an account was signed in to, and when.
    known: Mutex<HashMap<Haunt, Monotonic>>,
    /// By the address that mails are asked for.
    mails: Limiter<[u8; 32]>,
    /// By the lead whose page the links lead to.
    links: Limiter<LeadId>,
    /// By what was wrong and from where.
    guesses: Limiter<(Guess, Option<IpAddr>)>,
    tokens: Limiter<TokenId>,
    /// By the kind of letter.
    letters: Limiter<(&'static str, AccountId)>,
}

/// What is being tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trying {
    SignIn,
    /// By somebody who knows the password.
    SecondFactor,
    /// The password once more, by somebody who is signed in.
    Proof,
    /// A passkey, whose account is not known before it is seen.
    Passkey,
    SignUp,
    /// Opens a lead's own page by a link.
    OwnPage,
    /// Has a mail sent.
    Mail,
}

/// What somebody was wrong about who is let in by knowing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// The link of a bulk message.
    Unsubscribe,
    /// The link that makes a brand's first admin.
    SetUp,
    /// Of an erasure, or of a request.
    Code,
    /// The webhook's.
    VerifyToken,
    /// The signature of a call about a subscription.
    SignedCall,
    ApiToken,
    /// The code of access for support.
    SupportCode,
}

/// Requests of strangers that cost us something, counted by where they come from.
pub(crate) struct ByPlace {
    limiter: Limiter<Option<IpAddr>>,
    clock: Forward,
}

impl ByPlace {
    /// So many at once, and then one every so often.
    pub fn new(clock: Arc<dyn Clock>, burst: u32, every: Duration) -> Self {
        let clock = Forward(clock);
        Self { limiter: RateLimiter::hashmap_with_clock(quota(every, burst), clock.clone()), clock }
    }

    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn check(&self, from: Option<IpAddr>) -> Result<(), EngineError> {
        ask(&self.limiter, &self.clock, from.map(place))
    }
}

fn ask<K: Clone + Eq + Hash>(limiter: &Limiter<K>, clock: &Forward, key: K) -> Result<(), EngineError> {
    if limiter.len() > SWEEP_AT {
        limiter.retain_recent();
    }
    limiter.check_key(&key).map_err(|not_until| {
        let wait = not_until.wait_time_from(clock.now());
        EngineError::TooMany { seconds: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1) }
    })
}

fn quota(every: Duration, burst: u32) -> Quota {
    let quota = Quota::with_period(every).unwrap_or_else(|| Quota::per_minute(NonZeroU32::MIN));
    quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

impl Limits {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Forward(clock);
        // Thirty at once and then one in ten seconds from a place; ten at once and then one in half a
        // minute on an account from a place; a hundred at once and then one in half a minute on an account
        // from all places where it is not known.
        let place = quota(Duration::from_secs(10), 30);
        let account = quota(Duration::from_secs(30), 10);
        let softer = quota(Duration::from_secs(30), 100);
        // Five mails at once to an address, and then four in an hour: nobody's letter box is filled by others.
        let mails = quota(Duration::from_secs(15 * 60), 5);
        // Five links at once, and then one in three minutes: who needs more has missed the newest.
        let links = quota(Duration::from_secs(3 * 60), 5);
        // Ten letters of a kind at once, and then ten in an hour.
        let letters = quota(Duration::from_secs(6 * 60), 10);
        // Fifty calls a second of a token, and five seconds' worth of them at once.
        let tokens = quota(Duration::from_millis(20), 250);
        Self {
            from_place: RateLimiter::hashmap_with_clock(place, clock.clone()),
            on_account_from: RateLimiter::hashmap_with_clock(account, clock.clone()),
            on_account: RateLimiter::hashmap_with_clock(softer, clock.clone()),
            by_acquaintance: RateLimiter::hashmap_with_clock(account, clock.clone()),
            known: Mutex::default(),
            mails: RateLimiter::hashmap_with_clock(mails, clock.clone()),
            links: RateLimiter::hashmap_with_clock(links, clock.clone()),
            guesses: RateLimiter::hashmap_with_clock(place, clock.clone()),
            tokens: RateLimiter::hashmap_with_clock(tokens, clock.clone()),
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
        let from = from.map(place);
        self.ask(&self.from_place, (what, from))?;
        match (what, account) {
            (_, None) => Ok(()),
            (Trying::Mail, Some(address)) => self.ask(&self.mails, address),
            (Trying::SecondFactor | Trying::Proof, Some(account)) => {
                self.ask(&self.by_acquaintance, (what, account))
            }
            (_, Some(account)) => {
                self.ask(&self.on_account_from, (what, account, from))?;
                if self.is_known(account, from) {
                    Ok(())
                } else {
                    self.ask(&self.on_account, (what, account))
                }
            }
        }
    }

    /// The account was signed in to here, or its owner has shown here that the mail is theirs.
    pub fn remember(&self, account: [u8; 32], from: Option<IpAddr>) {
        let now = self.clock.0.monotonic();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > SWEEP_AT {
            known.retain(|_, at| now.0.saturating_sub(at.0) <= KNOWN.0);
        }
        known.insert((account, from.map(place)), now);
    }

    fn is_known(&self, account: [u8; 32], from: Option<IpAddr>) -> bool {
        let now = self.clock.0.monotonic();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(account, from)).is_some_and(|at| now.0.saturating_sub(at.0) <= KNOWN.0)
    }

    /// Counts one call of the API by this token.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn of_token(&self, token: TokenId) -> Result<(), EngineError> {
        self.ask(&self.tokens, token)
    }

    /// Counts what somebody was wrong about. Whoever was right is not counted and does not ask.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn guessed(&self, what: Guess, from: Option<IpAddr>) -> Result<(), EngineError> {
        self.ask(&self.guesses, (what, from.map(place)))
    }

    /// Whether a lead may have one more link to their own page.
    pub fn may_link(&self, lead: LeadId) -> bool {
        self.ask(&self.links, lead).is_ok()
    }

    /// Whether an account may be told once more of what is done many times over.
    pub fn may_tell(&self, kind: &'static str, account: AccountId) -> bool {
        self.ask(&self.letters, (kind, account)).is_ok()
    }

    fn ask<K: Clone + Eq + Hash>(&self, limiter: &Limiter<K>, key: K) -> Result<(), EngineError> {
        ask(limiter, &self.clock, key)
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

    fn home() -> (Arc<FixedClock>, Limits) {
        let clock = Arc::new(FixedClock::new());
        let limits = Limits::new(Arc::<FixedClock>::clone(&clock));
        (clock, limits)
    }

    #[test]
    fn claim_x10_guessing_is_slowed_for_a_place_and_for_an_account() {
        let (clock, limits) = home();
        let here: Option<IpAddr> = "2001:db8::1".parse().ok();
        let tries = |place: Option<IpAddr>, account: u8| {
            (0..100).take_while(|_| limits.check(Trying::SignIn, place, Some([account; 32])).is_ok()).count()
        };
        assert_eq!(tries(here, 1), 10);
        assert_eq!(tries("2001:db8::2".parse().ok(), 2), 10, "another account, the same customer");
        assert!(tries(here, 3) < 10, "the place has had its share");
        assert!(limits.check(Trying::SignUp, here, None).is_ok(), "other things count apart");
        // The same account from ever more places.
        let everywhere: usize = (0..40).map(|n| tries(format!("192.0.2.{n}").parse().ok(), 1)).sum();
        assert_eq!(everywhere, 90, "a hundred with those before");
        clock.advance(Span::secs(30));
        assert_eq!(tries("198.51.100.2".parse().ok(), 1), 1);
        let Err(EngineError::TooMany { seconds }) =
            limits.check(Trying::SignIn, "198.51.100.3".parse().ok(), Some([1; 32]))
        else {
            panic!("not limited")
        };
        assert!((1..=30).contains(&seconds), "{seconds}");
    }

    #[test]
    fn strangers_who_guess_do_not_keep_the_owner_waiting() {
        let (clock, limits) = home();
        let at = |text: &str| text.parse::<IpAddr>().ok();
        limits.remember([1; 32], at("203.0.113.5"));
        let guess =
            |n: usize| limits.check(Trying::SignIn, at(&format!("192.0.2.{}", n % 250)), Some([1; 32]));
        assert!((0..300).any(|n| guess(n).is_err()), "the strangers have to wait");
        assert!(limits.check(Trying::SignIn, at("203.0.113.5"), Some([1; 32])).is_ok(), "the owner's place");
        assert!(limits.check(Trying::Proof, at("198.51.100.1"), Some([1; 32])).is_ok(), "who is signed in");
        assert!(limits.check(Trying::SignIn, at("198.51.100.1"), Some([1; 32])).is_err(), "a new place");
        limits.remember([1; 32], at("198.51.100.1"));
        assert!(limits.check(Trying::SignIn, at("198.51.100.1"), Some([1; 32])).is_ok(), "by a mailed link");
        // Nor does a known place give more tries than any other.
        let tries =
            (0..50).take_while(|_| limits.check(Trying::SignIn, at("203.0.113.5"), Some([1; 32])).is_ok());
        assert_eq!(tries.count(), 9);
        clock.advance(Span::days(31));
        assert!((0..300).any(|n| guess(n).is_err()));
        assert!(limits.check(Trying::SignIn, at("203.0.113.5"), Some([1; 32])).is_err(), "a month ago");
    }

    #[test]
    fn a_code_is_guessed_at_no_faster_from_many_places() {
        let (_, limits) = home();
        let tries = (0..50).take_while(|n| {
            limits.check(Trying::SecondFactor, format!("192.0.2.{n}").parse().ok(), Some([1; 32])).is_ok()
        });
        assert_eq!(tries.count(), 10);
    }

    #[test]
    fn claim_x10_a_token_calls_fifty_times_a_second_and_is_told_when_to_come_again() {
        let (clock, limits) = home();
        let calls =
            |token: u8| (0..1_000).take_while(|_| limits.of_token(TokenId([token; 16])).is_ok()).count();
        assert_eq!((calls(1), calls(2)), (250, 250), "each token has its own share");
        clock.advance(Span::secs(1));
        assert_eq!(calls(1), 50);
        let Err(EngineError::TooMany { seconds }) = limits.of_token(TokenId([1; 16])) else {
            panic!("not limited")
        };
        assert_eq!(seconds, 1);
    }

    #[test]
    fn claim_x10_wrong_guesses_are_slowed_by_what_and_by_where() {
        let (clock, limits) = home();
        let at = |text: &str| text.parse::<IpAddr>().ok();
        let wrong =
            |what, place: &str| (0..100).take_while(|_| limits.guessed(what, at(place)).is_ok()).count();
        assert_eq!(wrong(Guess::Code, "192.0.2.1"), 30);
        assert_eq!(wrong(Guess::VerifyToken, "192.0.2.1"), 30, "other things count apart");
        assert_eq!(wrong(Guess::Code, "192.0.2.2"), 30, "so do other places");
        assert_eq!((wrong(Guess::Code, "2001:db8::1"), wrong(Guess::Code, "2001:db8::2")), (30, 0));
        clock.advance(Span::secs(10));
        assert_eq!(wrong(Guess::Code, "192.0.2.1"), 1);
    }
}
