//! The world as it is: the operating system's clock and randomness, behind the model's ports.

use model::entropy::Entropy;
use model::time::{BoxFuture, Clock, Monotonic, Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The operating system's randomness.
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "the binary is where randomness comes from")]
        let filled = aws_lc_rs::rand::fill(bytes);
        #[expect(
            clippy::expect_used,
            reason = "without randomness no key may be made: ending is the only safe thing"
        )]
        filled.expect("the operating system gives no randomness");
    }
}

/// The operating system's clock.
pub struct OsClock {
    start: Duration,
}

impl OsClock {
    pub fn new() -> Self {
        Self { start: forward_only() }
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(forward_only().saturating_sub(self.start).as_micros()).unwrap_or(i64::MAX)
    }
}

/// Goes on while the machine is suspended: what was allowed for two seconds must not be so after a night.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn forward_only() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(now).unwrap_or_default()
}

/// Where there is no such clock; the permit's wall time stands in for it.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn forward_only() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "the binary is where time comes from")]
        std::time::Instant::now()
    });
    START.elapsed()
}

fn wall() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the binary is where time comes from")]
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

async fn wait(span: Span) {
    let micros = u64::try_from(span.0).unwrap_or(0);
    #[expect(clippy::disallowed_methods, reason = "the binary is where time comes from")]
    tokio::time::sleep(Duration::from_micros(micros)).await;
}

impl Clock for OsClock {
    fn now(&self) -> Timestamp {
        wall()
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.elapsed())
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(wait(at.since(wall())))
    }
}

/// The demo's clock: the operating system's, turned forward instead of waiting, so that the page
/// limiter and the 24-hour window are real rules that cost no real time.
pub struct TurnedClock {
    real: OsClock,
    ahead: AtomicI64,
}

impl TurnedClock {
    pub fn new() -> Self {
        Self { real: OsClock::new(), ahead: AtomicI64::new(0) }
    }

    pub fn advance(&self, span: Span) {
        self.ahead.fetch_add(span.0, Ordering::SeqCst);
    }

    /// How far it has been turned.
    pub fn ahead(&self) -> Span {
        Span(self.ahead.load(Ordering::SeqCst))
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        wall().plus(self.ahead())
    }

    fn monotonic(&self) -> Monotonic {
        self.real.monotonic()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let ahead = at.since(wall()).0;
        self.ahead.fetch_max(ahead, Ordering::SeqCst);
        Box::pin(tokio::task::yield_now())
    }
}
