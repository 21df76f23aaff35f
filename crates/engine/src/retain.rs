//! Retention of what the door keeps: marks of events whose key is gone, withdrawals of people who
//! never got a row. Driven by arriving work, at most once an hour of the given clock, because a
//! loop of its own would run a turned clock away.

use crate::{Engine, EngineError};
use model::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use store::StoreError;
use store::tables::{lookup, seen};

/// How long a withdrawal waits for its lead.
const AHEAD: Span = Span::days(7);
const EVERY: Span = Span::hours(1);

/// When retention was last enforced.
pub struct Retained(AtomicI64);

impl Default for Retained {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl Engine {
    /// Drops what is past its time, if an hour has gone by since the last time.
    pub(crate) async fn retain(&self) -> Result<(), EngineError> {
        let now = self.clock.now();
        let last = self.retained.0.load(Ordering::Relaxed);
        if last != i64::MIN && now.since(Timestamp(last)) < EVERY {
            return Ok(());
        }
        let keys = self.vault.duplicates(now).await?;
        let oldest = keys.previous.as_ref().map_or(keys.current.0, |(period, _)| *period);
        self.data
            .write("retain", move |tx| {
                seen::delete_before(tx, oldest)?;
                lookup::purge_ahead(tx, now.minus(AHEAD))?;
                Self::drop_stale_imports(tx, now)?;
                Ok::<_, StoreError>(())
            })
            .await?;
        self.retained.0.store(now.micros(), Ordering::Relaxed);
        Ok(())
    }
}
