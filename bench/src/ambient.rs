//! Real time and real randomness: what is measured must pay for them.

#![expect(clippy::disallowed_methods, reason = "a measurement reads the real clock and real randomness")]

use model::entropy::Entropy;
use model::time::{BoxFuture, Clock, Monotonic, Timestamp};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The operating system's clock.
pub struct RealClock(Instant);

impl RealClock {
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(i64::try_from(self.0.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let micros = u64::try_from(at.since(self.now()).0).unwrap_or(0);
        Box::pin(tokio::time::sleep(Duration::from_micros(micros)))
    }
}

/// The operating system's randomness.
pub struct RealEntropy;

impl Entropy for RealEntropy {
    #[expect(clippy::expect_used, reason = "without randomness there is nothing to measure")]
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system gives no randomness");
    }
}

/// How long something takes, on the real clock.
#[derive(Clone, Copy)]
pub struct Watch(Instant);

impl Watch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    /// `count` in a second.
    pub fn rate(self, count: usize) -> f64 {
        count as f64 / self.seconds()
    }
}

/// Processor time of this process so far, all threads, in seconds; not a number where the kernel does
/// not tell it in `/proc`.
pub fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold anything: state is the first field, user and system time the
    // 12th and 13th, in hundredths of a second.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: Vec<f64> = after_name.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
    if ticks.len() == 2 { ticks.iter().sum::<f64>() / 100.0 } else { f64::NAN }
}

/// Memory of this process in MiB, now and the most since the last time this was asked; not a number where the
/// kernel does not tell it.
pub fn memory() -> (f64, f64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
        value.and_then(|kib| kib.parse::<f64>().ok()).map_or(f64::NAN, |kib| kib / 1_024.0)
    };
    let found = (line("VmRSS:"), line("VmHWM:"));
    // Where it cannot be set back, the next answer is the most since the start.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    found
}

/// The machine's load over the last minute, or what is known of it.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

pub async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
