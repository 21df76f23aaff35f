//! How often somebody may try: to sign in, to sign up, to have a mail sent, to call the API; how often a place may
//! be wrong about a link, a code or a secret; and how often an account is told of what is done again and again. In
//! memory, per process. What guards one account counts a try once for each node that serves, so that all of them
//! together allow no more than one would.
//!
//! Invariants: who is limited learns when to come again and nothing else; guessing at one account from many
//! places is limited as well as guessing at many accounts from one; strangers who guess do not keep an owner
//! waiting at a place where the account was signed in to lately, nor one who is signed in, nor one who has
//! just chosen a new password by a mailed link; whoever has the right link, code or secret is never turned away
//! because others at the same place had wrong ones. So being told to wait ends mistakes and cheap scans; it does not
//! slow down whoever goes on guessing all the same. What keeps those out is the size of what they guess: 128 random
//! bits and more, of which a billion tries a second find none within the age of the universe. Each time that somebody is
//! told to wait is counted, by what was limited and not by whom.

use crate::EngineError;
use governor::clock::Clock as Ticks;
use governor::middleware::{NoOpMiddleware, RateLimitingMiddleware, StateInformationMiddleware};
use governor::state::keyed::HashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use model::id::{AccountId, LeadId, PageId, TokenId};
use model::time::{Clock, Monotonic, Span};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Fewer keys are kept whether they are full again or not.
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

/// What a limit says besides Yes: nothing, or how much is left.
trait Says: RateLimitingMiddleware<Duration, NegativeOutcome = NotUntil<Duration>> {}

impl<M: RateLimitingMiddleware<Duration, NegativeOutcome = NotUntil<Duration>>> Says for M {}

/// A limit that is kept for each key.
struct Limiter<K: Clone + Eq + Hash, M: Says = NoOpMiddleware<Duration>> {
    of: RateLimiter<K, HashMapStateStore<K>, Forward, M>,
    burst: NonZeroU32,
    /// So many keys are kept before those that are full again are forgotten.
    sweep_at: AtomicUsize,
    clock: Forward,
}

impl<K: Clone + Eq + Hash, M: Says> Limiter<K, M> {
    fn new(quota: Quota, clock: &Forward) -> Self {
        let (burst, of) = (quota.burst_size(), RateLimiter::hashmap_with_clock(quota, clock.clone()));
        Self { of: of.with_middleware(), burst, sweep_at: AtomicUsize::new(SWEEP_AT), clock: clock.clone() }
    }

    fn ask(&self, key: &K) -> Result<M::PositiveOutcome, EngineError> {
        self.ask_among(key, NonZeroU32::MIN)
    }

    /// Where so many nodes ask, each by a limiter of its own. Of more nodes than may try at once each allows one.
    ///
    /// Looking through all keys is paid for by those that came since the last time: however many are kept because they
    /// are not full yet, as many more may come before it is looked again.
    fn ask_among(&self, key: &K, nodes: NonZeroU32) -> Result<M::PositiveOutcome, EngineError> {
        if self.of.len() > self.sweep_at.load(Ordering::Relaxed) {
            self.of.retain_recent();
            self.sweep_at.store(next_sweep(self.of.len()), Ordering::Relaxed);
        }
        let asked = self.of.check_key_n(key, nodes.min(self.burst));
        // No more is ever asked for than there may be.
        let said = asked.map_err(|_| EngineError::TooMany { seconds: u32::MAX })?;
        said.map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            EngineError::TooMany { seconds: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1) }
        })
    }
}

pub(crate) fn next_sweep(left: usize) -> usize {
    left.saturating_mul(2).max(SWEEP_AT)
}

/// Where accounts were signed in to, and when.
struct Haunts {
    all: HashMap<Haunt, Monotonic>,
    sweep_at: usize,
}

/// An account and a place.
type Haunt = ([u8; 32], Option<IpAddr>);

pub struct Limits {
    clock: Forward,
    /// How many nodes serve.
    nodes: AtomicU32,
    /// By what is tried and from where.
    from_place: Limiter<(Trying, Option<IpAddr>)>,
    /// By what is tried on which account from where.
    on_account_from: Limiter<(Trying, [u8; 32], Option<IpAddr>)>,
    /// By what is tried on which account, from places where it was not signed in to lately.
    on_account: Limiter<(Trying, [u8; 32])>,
    /// The same where whoever tries has proved something already.
    by_acquaintance: Limiter<(Trying, [u8; 32])>,
    /// Where an account was signed in to, and when.
    known: Mutex<Haunts>,
    /// By the address that mails are asked for.
    mails: Limiter<[u8; 32]>,
    /// By the lead whose page the links lead to.
    links: Limiter<LeadId>,
    /// By what was wrong and from where.
    guesses: Limiter<(Guess, Option<IpAddr>)>,
    tokens: Limiter<TokenId>,
    /// By whoever is shown who somebody is: an account's id, or a grant's.
    reveals: Limiter<[u8; 16]>,
    /// By the page whose set-up is looked at.
    checks: Limiter<PageId>,
    /// By the kind of letter.
    letters: Limiter<(&'static str, AccountId), StateInformationMiddleware>,
    /// How often somebody was told to wait, by what was limited.
    told: Mutex<BTreeMap<&'static str, u64>>,
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

impl Trying {
    const fn code(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::Proof => "proof",
            Self::Passkey => "passkey",
            Self::SignUp => "sign_up",
            Self::OwnPage => "own_page",
            Self::Mail => "mail",
        }
    }
}

/// What somebody was wrong about who is let in by knowing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// The link of a bulk message.
    Unsubscribe,
    /// A one-time link: of a mail to an account, or to a lead's own page.
    Link,
    /// The link that makes a brand's first admin.
    SetUp,
    /// Of an erasure, or of a request.
    Code,
    /// The webhook's.
    VerifyToken,
    /// Meta's signature, of a delivery or a callback.
    Signature,
    /// The signature of a call about a subscription.
    SignedCall,
    ApiToken,
    /// The code of access for support.
    SupportCode,
}

impl Guess {
    const fn code(self) -> &'static str {
        match self {
            Self::Unsubscribe => "unsubscribe",
            Self::Link => "link",
            Self::SetUp => "set_up",
            Self::Code => "code",
            Self::VerifyToken => "verify_token",
            Self::Signature => "signature",
            Self::SignedCall => "signed_call",
            Self::ApiToken => "api_token",
            Self::SupportCode => "support_code",
        }
    }
}

/// Requests of strangers that cost us something, counted by where they come from.
pub(crate) struct ByPlace {
    limiter: Limiter<Option<IpAddr>>,
}

impl ByPlace {
    /// So many at once, and then one every so often.
    pub fn new(clock: Arc<dyn Clock>, burst: u32, every: Duration) -> Self {
        Self { limiter: Limiter::new(quota(every, burst), &Forward(clock)) }
    }

    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn check(&self, from: Option<IpAddr>) -> Result<(), EngineError> {
        self.limiter.ask(&from.map(place))
    }
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
        // Sixty people at once, and then one in ten seconds: whoever answers them is not kept from it, and whoever would see
        // them all takes days.
        let reveals = quota(Duration::from_secs(10), 60);
        // Six looks at a page's set-up, each of which asks Meta, and then one in ten seconds.
        let checks = quota(Duration::from_secs(10), 6);
        // Fifty calls a second of a token, and five seconds' worth of them at once.
        let tokens = quota(Duration::from_millis(20), 250);
        Self {
            from_place: Limiter::new(place, &clock),
            on_account_from: Limiter::new(account, &clock),
            on_account: Limiter::new(softer, &clock),
            by_acquaintance: Limiter::new(account, &clock),
            known: Mutex::new(Haunts { all: HashMap::new(), sweep_at: SWEEP_AT }),
            mails: Limiter::new(mails, &clock),
            links: Limiter::new(links, &clock),
            guesses: Limiter::new(place, &clock),
            tokens: Limiter::new(tokens, &clock),
            reveals: Limiter::new(reveals, &clock),
            checks: Limiter::new(checks, &clock),
            letters: Limiter::new(letters, &clock),
            told: Mutex::default(),
            nodes: AtomicU32::new(1),
            clock,
        }
    }

    /// So many nodes serve, and tries at an account may come to any of them.
    pub fn are_among(&self, nodes: usize) {
        self.nodes.store(u32::try_from(nodes).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    fn among(&self) -> NonZeroU32 {
        NonZeroU32::new(self.nodes.load(Ordering::Relaxed)).unwrap_or(NonZeroU32::MIN)
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
        self.ask(what, from, account).inspect_err(|_| self.tell(what.code()))
    }

    fn ask(&self, what: Trying, from: Option<IpAddr>, account: Option<[u8; 32]>) -> Result<(), EngineError> {
        let from = from.map(place);
        let nodes = self.among();
        self.from_place.ask(&(what, from))?;
        match (what, account) {
            (_, None) => Ok(()),
            (Trying::Mail, Some(address)) => self.mails.ask_among(&address, nodes),
            (Trying::SecondFactor | Trying::Proof, Some(account)) => {
                self.by_acquaintance.ask_among(&(what, account), nodes)
            }
            (_, Some(account)) => {
                self.on_account_from.ask(&(what, account, from))?;
                if self.is_known(account, from) {
                    Ok(())
                } else {
                    self.on_account.ask_among(&(what, account), nodes)
                }
            }
        }
    }

    /// The account was signed in to here, or its owner has shown here that the mail is theirs.
    pub fn remember(&self, account: [u8; 32], from: Option<IpAddr>) {
        let now = self.clock.0.monotonic();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.all.len() > known.sweep_at {
            known.all.retain(|_, at| now.0.saturating_sub(at.0) <= KNOWN.0);
            known.sweep_at = next_sweep(known.all.len());
        }
        known.all.insert((account, from.map(place)), now);
    }

    fn is_known(&self, account: [u8; 32], from: Option<IpAddr>) -> bool {
        let now = self.clock.0.monotonic();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.all.get(&(account, from)).is_some_and(|at| now.0.saturating_sub(at.0) <= KNOWN.0)
    }

    /// Counts one call of the API by this token.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn of_token(&self, token: TokenId) -> Result<(), EngineError> {
        self.tokens.ask(&token).inspect_err(|_| self.tell("call"))
    }

    /// Counts what somebody was wrong about. Whoever was right is not counted and does not ask.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn guessed(&self, what: Guess, from: Option<IpAddr>) -> Result<(), EngineError> {
        self.guesses.ask(&(what, from.map(place))).inspect_err(|_| self.tell(what.code()))
    }

    /// Counts that somebody is shown who somebody else is, by an account's or a grant's id; nodes count together.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn may_reveal(&self, who: [u8; 16]) -> Result<(), EngineError> {
        self.reveals.ask_among(&who, self.among()).inspect_err(|_| self.tell("reveal"))
    }

    /// Counts that Meta is asked how a page is set up.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] with the seconds to wait.
    pub fn may_check(&self, page: PageId) -> Result<(), EngineError> {
        self.checks.ask(&page).inspect_err(|_| self.tell("page_check"))
    }

    fn told_to_wait(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, what: &'static str) {
        let mut told = self.told_to_wait();
        let times = told.entry(what).or_default();
        *times = times.saturating_add(1);
    }

    /// How often somebody was told to wait, by what was limited.
    pub fn told(&self) -> BTreeMap<&'static str, u64> {
        self.told_to_wait().clone()
    }

    /// Whether a lead may have one more link to their own page.
    pub fn may_link(&self, lead: LeadId) -> bool {
        self.links.ask(&lead).is_ok()
    }

    /// Whether an account may be told once more of what is done many times over.
    pub fn may_tell(&self, kind: &'static str, account: AccountId) -> bool {
        self.letters_after(kind, account).is_some()
    }

    /// How many letters of this kind may follow this one at once; `None` where this one may not be sent either.
    pub fn letters_after(&self, kind: &'static str, account: AccountId) -> Option<u32> {
        self.letters.ask(&(kind, account)).ok().map(|state| state.remaining_burst_capacity())
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
    fn an_account_is_guessed_at_no_faster_where_many_nodes_serve() {
        let at = |n: usize| format!("192.0.2.{}", n % 250).parse::<IpAddr>().ok();
        for (nodes, code, password, mails) in [(1, 10, 100, 5), (2, 10, 100, 4), (3, 9, 99, 3), (7, 7, 98, 7)]
        {
            let all: Vec<(Arc<FixedClock>, Limits)> = (0..nodes).map(|_| home()).collect();
            all.iter().for_each(|(_, limits)| limits.are_among(nodes));
            let tries = |what| {
                let each = |(_, limits): &(_, Limits)| {
                    (0..250).filter(|n| limits.check(what, at(*n), Some([1; 32])).is_ok()).count()
                };
                all.iter().map(each).sum::<usize>()
            };
            let done = (tries(Trying::SecondFactor), tries(Trying::SignIn), tries(Trying::Mail));
            assert_eq!(done, (code, password, mails), "{nodes} nodes, and no waiting");
            all.iter().for_each(|(clock, _)| clock.advance(Span::minutes(10)));
            assert!((18..=21).contains(&tries(Trying::SignIn)), "one in half a minute, from all of them");
        }
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
    fn the_last_letter_of_a_kind_knows_that_it_is() {
        let (clock, limits) = home();
        let next = || limits.letters_after("support_read", AccountId([1; 16]));
        let all: Vec<Option<u32>> = (0..12).map(|_| next()).collect();
        let wanted = (0..10).rev().map(Some).chain([None, None]);
        assert_eq!(all, wanted.collect::<Vec<_>>());
        clock.advance(Span::minutes(6));
        assert_eq!((next(), next()), (Some(0), None), "the one of the next six minutes is the last again");
        assert!(limits.may_tell("support_read", AccountId([2; 16])), "others are told of theirs");
    }

    #[test]
    fn what_is_full_again_is_forgotten_and_looking_for_it_is_not_done_at_each_ask() {
        let clock = Arc::new(FixedClock::new());
        let forward = Forward(Arc::<FixedClock>::clone(&clock));
        let limiter: Limiter<u32> = Limiter::new(quota(Duration::from_secs(60), 1), &forward);
        let at = || limiter.sweep_at.load(Ordering::Relaxed);
        // Nobody of these is full again: they are looked through once and then as many more may come.
        for key in 0..=10_001 {
            limiter.ask(&key).unwrap();
        }
        assert_eq!(at(), 20_002);
        for key in 10_002..20_000 {
            limiter.ask(&key).unwrap();
        }
        assert_eq!(at(), 20_002, "not looked through again");
        assert!(limiter.ask(&5).is_err(), "and still limited");
        clock.advance(Span::minutes(2));
        for key in 20_000..20_004 {
            limiter.ask(&key).unwrap();
        }
        assert_eq!(at(), SWEEP_AT);
        assert!(limiter.of.len() < 10, "{} are left", limiter.of.len());
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
