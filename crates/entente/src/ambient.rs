//! The world as it is: the operating system's clock and randomness, behind the model's ports.

use model::entropy::Entropy;
use model::time::{BoxFuture, Clock, Monotonic, Span, Timestamp};
use std::path::PathBuf;
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

/// How often whoever waits sees what became of the clock meanwhile.
const LOOK: Span = Span::secs(60);
/// No clock is followed.
const ALONE: i64 = i64::MIN;

/// The operating system's clock; once it follows another, that one's time, carried on by the forward-only clock.
pub struct OsClock {
    start: Duration,
    /// The time when the forward-only clock was zero, by the clock that is followed.
    base: AtomicI64,
    /// A test's file that says by how many microseconds the wall clock is off.
    off_by: Option<PathBuf>,
}

impl OsClock {
    pub fn new() -> Self {
        Self { start: forward_only(), base: AtomicI64::new(ALONE), off_by: None }
    }

    /// One whose wall clock can be set wrong while it runs. For tests.
    pub fn off_by(file: PathBuf) -> Self {
        Self { off_by: Some(file), ..Self::new() }
    }

    fn wall(&self) -> Timestamp {
        let off = self.off_by.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        wall().plus(Span(off.and_then(|text| text.trim().parse().ok()).unwrap_or(0)))
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(forward_only().saturating_sub(self.start).as_micros()).unwrap_or(i64::MAX)
    }

    /// Sooner where the clock is put forward meanwhile; and where it is put back, so that whoever waits looks again.
    async fn wait_for(&self, at: Timestamp, look: Span) {
        let mut left = at.since(self.now());
        while left > Span::ZERO {
            wait(left.min(look)).await;
            let before = std::mem::replace(&mut left, at.since(self.now()));
            if left > before {
                return;
            }
        }
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
        match self.base.load(Ordering::SeqCst) {
            ALONE => self.wall(),
            base => Timestamp(base.saturating_add(self.elapsed())),
        }
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.elapsed())
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(self.wait_for(at, LOOK))
    }

    /// No more is changed than the answer's way allows to know, so that the time does not tremble.
    fn follow(&self, said: Timestamp, asked: Monotonic, answered: Monotonic) -> Span {
        let (wall, elapsed) = (self.wall(), self.elapsed());
        let (least, most) =
            (said.0.saturating_sub(answered.0), said.0.saturating_sub(asked.0.min(answered.0)));
        let base = match self.base.load(Ordering::SeqCst) {
            ALONE => wall.0.saturating_sub(elapsed),
            base => base,
        };
        let base = base.clamp(least, most);
        self.base.store(base, Ordering::SeqCst);
        wall.since(Timestamp(base.saturating_add(elapsed)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_follows_another_does_not_jump_with_the_machines_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("off");
        let clock = OsClock::off_by(file.clone());
        let right = wall();
        // An hour behind from the start, and heard of it.
        std::fs::write(&file, Span::hours(-1).0.to_string()).unwrap();
        assert!(right.since(clock.now()) > Span::minutes(59));
        let asked = clock.monotonic();
        let off = clock.follow(wall(), asked, clock.monotonic());
        assert!(off < Span::minutes(-59), "{off:?}");
        for hours in [-1, 0, 48, -1_000] {
            std::fs::write(&file, Span::hours(hours).0.to_string()).unwrap();
            let apart = clock.now().since(wall());
            assert!(apart.0.abs() < 1_000_000, "{hours}: {apart:?}");
        }
        // An answer that took long says little, and changes nothing that it does not contradict.
        let (before, asked) = (clock.base.load(Ordering::SeqCst), clock.monotonic());
        let late = Monotonic(asked.0 + 4_000_000);
        clock.follow(wall().plus(Span::secs(2)), asked, late);
        assert_eq!(clock.base.load(Ordering::SeqCst), before);
        // The one that is followed was set: so is this one.
        let asked = clock.monotonic();
        clock.follow(wall().plus(Span::hours(1)), asked, clock.monotonic());
        let apart = clock.now().since(wall());
        assert!((apart.0 - Span::hours(1).0).abs() < 1_000_000, "{apart:?}");
    }

    #[tokio::test]
    async fn whoever_waits_sees_that_the_clock_was_put_forward_or_back() {
        let set = |clock: &OsClock, hours| {
            let asked = clock.monotonic();
            clock.follow(wall().plus(Span::hours(hours)), asked, clock.monotonic());
        };
        for hours in [3, -1] {
            let clock = OsClock::new();
            set(&clock, 0);
            let at = clock.now().plus(Span::hours(2));
            let waited = async {
                tokio::join!(clock.wait_for(at, Span::millis(5)), async {
                    wait(Span::millis(20)).await;
                    set(&clock, hours);
                })
            };
            tokio::time::timeout(Duration::from_secs(20), waited).await.expect("it goes on waiting");
        }
    }
}
