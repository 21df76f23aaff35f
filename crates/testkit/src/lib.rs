//! For tests only: a clock that is turned by hand, seeded randomness, hostile bytes, a mail catcher, a browser,
//! certificates.

pub mod authenticator;
pub mod browser;
#[cfg(unix)]
pub mod clamd;
pub mod keys;
pub mod mail;
pub mod mutate;
pub mod place;
pub mod sign_in;

use model::entropy::Entropy;
use model::time::{BoxFuture, Clock, Monotonic, Span, Timestamp};
use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, AtomicU16, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often or how much: tests that come in two forms run in the long one under `./test long`.
pub fn short_or_long<T>(short: T, long: T) -> T {
    #[expect(clippy::disallowed_methods, reason = "which form is wanted, the environment says")]
    let is_long = std::env::var("ENTENTE_TEST_LONG").is_ok();
    if is_long { long } else { short }
}

/// A step that takes so many milliseconds on purpose, so that something comes in its midst. Nothing is waited for by it.
pub fn dawdle(millis: u64) {
    std::thread::park_timeout(Duration::from_millis(millis));
}

/// A port of 127.0.0.1 that is free, for whoever has to be told one before it listens. It lies below those that systems
/// deal out by themselves, or one of their connections could have it by then, and is none that a browser refuses; processes
/// begin at different ones.
pub fn free_port() -> u16 {
    static ASKED: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 1_000).unwrap_or_default() * 16;
    loop {
        let asked = ASKED.fetch_add(1, Ordering::SeqCst);
        let port = 11_000 + first.wrapping_add(asked) % 16_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A clock that stands still until it is turned. `sleep_until` turns it there at once.
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// 2026-11-22T12:00:00Z.
    pub fn new() -> Self {
        Self(AtomicI64::new(1_795_348_800_000_000))
    }

    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.0, Ordering::SeqCst);
    }
}

impl Default for FixedClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.0.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        self.0.fetch_max(at.0, Ordering::SeqCst);
        Box::pin(tokio::task::yield_now())
    }
}

/// Real time, for processes that run by it and for several that wait for each other's real work.
pub struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "what is tested lives in real time")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.now().micros())
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let micros = u64::try_from(at.since(self.now()).0).unwrap_or(0);
        #[expect(clippy::disallowed_methods, reason = "what is tested lives in real time")]
        Box::pin(tokio::time::sleep(Duration::from_micros(micros)))
    }
}

/// Repeatable bytes (SplitMix64). Never for anything but tests.
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z =
                self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst).wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            for (byte, random) in chunk.iter_mut().zip((z ^ (z >> 31)).to_le_bytes()) {
                *byte = random;
            }
        }
    }
}
