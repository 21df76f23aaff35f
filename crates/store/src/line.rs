//! Who waits for the database: for the writer or a reader (SQLite), or for a connection (PostgreSQL).
//!
//! How long the first in the line has waited is what decides first whether new work is turned away elsewhere: it
//! grows with the load, with a slow disk and with a lock that somebody holds, and is nought when all is well.
//! Invariants: whoever gives up leaves the line; a transaction that runs is not in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Transactions that wait for their turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    pub count: usize,
    /// How long the first of them has waited.
    pub longest: Duration,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Line(Arc<Mutex<Places>>);

#[derive(Debug, Default)]
struct Places {
    next: u64,
    /// In the order in which they came.
    since: BTreeMap<u64, Instant>,
}

/// A place in the line; dropping it leaves the line.
#[must_use]
pub struct Place {
    line: Line,
    number: u64,
}

impl Line {
    pub(crate) fn join(&self) -> Place {
        let now = now();
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = places.next;
        places.next = number.wrapping_add(1);
        places.since.insert(number, now);
        Place { line: self.clone(), number }
    }

    pub(crate) fn stands(&self) -> Waiting {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = places.since.first_key_value().map(|(_, since)| *since);
        Waiting { count: places.since.len(), longest: first.map_or(Duration::ZERO, |since| since.elapsed()) }
    }
}

fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "waiting happens in real time, whatever clock the rules are told"
    )]
    Instant::now()
}

impl Drop for Place {
    fn drop(&mut self) {
        self.line.0.lock().unwrap_or_else(PoisonError::into_inner).since.remove(&self.number);
    }
}
