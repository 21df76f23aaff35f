//! How long transactions take, by name: for whoever operates the installation, never for a rule.
//!
//! Invariant: a name is fixed when compiling, so nothing of anybody's is counted under one.

use crate::line::{Line, Waiting};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What was seen of the transactions of one name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    pub runs: u64,
    /// Of these, those that returned an error.
    pub failures: u64,
    /// How often one was run again because of others (PostgreSQL).
    pub retries: u64,
    /// From asking to the answer, waiting for a connection or for the writer included; of all together.
    pub micros: u64,
}

/// The connections of this process to a PostgreSQL server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    pub at_most: usize,
    pub open: usize,
    /// Of these, those that nobody uses at this moment.
    pub idle: usize,
}

/// Shared by all handles to one database.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timings(Arc<Mutex<BTreeMap<&'static str, Timing>>>);

impl Timings {
    fn change(&self, name: &'static str, change: impl FnOnce(&mut Timing)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default());
    }

    pub(crate) fn retried(&self, name: &'static str) {
        self.change(name, |timing| timing.retries = timing.retries.saturating_add(1));
    }

    /// Awaits a transaction and counts it.
    pub(crate) async fn of<T, E>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        #[expect(clippy::disallowed_methods, reason = "real time is measured; no rule depends on it")]
        let began = Instant::now();
        let returned = work.await;
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.change(name, |timing| {
            timing.runs = timing.runs.saturating_add(1);
            timing.failures = timing.failures.saturating_add(u64::from(returned.is_err()));
            timing.micros = timing.micros.saturating_add(took);
        });
        returned
    }

    pub(crate) fn all(&self) -> Vec<(&'static str, Timing)> {
        let timings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        timings.iter().map(|(name, timing)| (*name, *timing)).collect()
    }
}

/// Looks at a database's figures without keeping it open.
#[derive(Clone)]
pub struct Figures {
    pub(crate) timings: Timings,
    pub(crate) line: Line,
    pub(crate) pool: Option<deadpool_postgres::Pool>,
}

impl Figures {
    /// In the order of their names.
    pub fn transactions(&self) -> Vec<(&'static str, Timing)> {
        self.timings.all()
    }

    /// Who waits for the writer or a reader (SQLite) or for a connection (PostgreSQL).
    pub fn waiting(&self) -> Waiting {
        self.line.stands()
    }

    /// `None` on SQLite, which has none.
    pub fn connections(&self) -> Option<Connections> {
        let status = self.pool.as_ref()?.status();
        Some(Connections { at_most: status.max_size, open: status.size, idle: status.available })
    }
}
