//! The process as the operating system sees it, under the names that every program uses for it.
//!
//! Invariant: what this system does not tell is left out.

use super::page::Page;
use super::seconds;
use model::time::Timestamp;
use prometheus_client::registry::Unit;

pub fn put(page: &mut Page, started_at: Timestamp) {
    let started = [(vec![], seconds(started_at.micros()))];
    page.gauge(
        "process_start_time",
        "When the process was started, as Unix time",
        Some(Unit::Seconds),
        started,
    );
    let memory = resident().map(|bytes| (vec![], bytes));
    page.gauge("process_resident_memory", "Memory in use", Some(Unit::Bytes), memory);
    page.gauge("process_open_fds", "Open descriptors", None, open_files().map(|files| (vec![], files)));
    page.gauge("process_max_fds", "As many as there may be", None, most_files().map(|files| (vec![], files)));
}

/// Linux: a line such as `VmRSS:     5832 kB`.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn open_files() -> Option<f64> {
    let count = u32::try_from(std::fs::read_dir("/proc/self/fd").ok()?.count()).ok()?;
    // Without the one that counted.
    Some(f64::from(count.saturating_sub(1)))
}

#[cfg(unix)]
fn most_files() -> Option<f64> {
    use rustix::process::{Resource, getrlimit};
    #[expect(clippy::cast_precision_loss, reason = "a figure")]
    getrlimit(Resource::Nofile).current.map(|most| most as f64)
}

#[cfg(not(unix))]
const fn most_files() -> Option<f64> {
    None
}
