//! The station that removes the rows of erased accounts and brands, tells recipients, and says when no backup can
//! open them any more. It works while everything else does: a chunk to a commit.
//!
//! Invariant: it looks unasked once a minute of real time, not of the given clock, which it would run away with.

use super::{backups, lead, recipients, whole};
use crate::failpoint::Point;
use crate::nodes::Job;
use crate::rest::{between, rest};
use crate::run::pause;
use crate::{Engine, EngineError};
use std::time::Duration;
use store::tables::erasure::{self, ErasureKind};

/// Keys swept in one go.
const SWEPT: u32 = 5_000;
const LOOK_EVERY: Duration = Duration::from_secs(60);

impl Engine {
    /// One step of everything that is being erased; whether there is more to do at once. Safe to run on several
    /// nodes at once, and after being stopped anywhere.
    pub async fn erase_some(&self) -> Result<bool, EngineError> {
        let open = self.data.read("open_erasures", erasure::list_open).await?;
        let mut has_more = false;
        for erasure in open {
            if erasure.kind != ErasureKind::Lead {
                whole::step(self, erasure).await?;
                has_more = true;
            } else if self.is_left(&erasure) {
                // Whoever began it is gone, or slow: what is under way is waited for here as there. One that cannot
                // be ended keeps nothing else waiting.
                if let Err(error) = lead::finish_left(self, erasure).await {
                    self.failed("erase", &error).await;
                }
            }
        }
        if !has_more {
            has_more = self.sweep_keys().await?;
        }
        has_more |= recipients::tell_some(self).await?;
        recipients::close_some(self).await?;
        has_more |= backups::mark_some(self).await? > 0;
        Ok(has_more)
    }

    /// Removes keys that hang on nothing any more and open for nobody; whether there were some. While rows are
    /// going, each goes with its row, so that its tag is noted before. What is swept was found before it is looked
    /// whether somebody is being erased: whose key is destroyed after that, on this node or another, is not among it,
    /// and who was destroyed before it is still open, as the fence comes before the key.
    async fn sweep_keys(&self) -> Result<bool, EngineError> {
        self.settings.fail_points.pass(Point::BeforeSweepLook);
        let felled = self.vault.felled(SWEPT).await?;
        let open = self.data.read("open_erasures", erasure::list_open).await?;
        if open.iter().any(|erasure| erasure.kind != ErasureKind::Lead) {
            return Ok(true);
        }
        self.settings.fail_points.pass(Point::BeforeSweep);
        if felled.is_empty() {
            return Ok(false);
        }
        self.vault.sweep_of(felled, SWEPT).await?;
        Ok(true)
    }

    pub(crate) async fn erase_forever(&self) {
        loop {
            self.nodes.duty(Job::Erase).await;
            match self.erase_some().await {
                Ok(true) => between().await,
                Ok(false) => tokio::select! {
                    () = pause(LOOK_EVERY) => {}
                    () = rest(self.wake.erase.notified()) => {}
                },
                Err(error) => self.failed("erase", &error).await,
            }
        }
    }
}
