//! Whether this node may be sent requests: what `readyz` says to a balancer.
//!
//! Invariants: ready means that the data answers and other nodes see this one, that the key store answers and its root opens what lies
//! directly under it, and that nobody is stopping this node; the reason is one of a few sentences without
//! anything of anybody's.

use crate::Engine;
use std::fmt::Display;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::tables::installation;
use vault::VaultError;

/// How long a database may take to answer. Balancers ask again after a few seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Set once, when this node is being stopped.
#[derive(Default)]
pub(crate) struct Draining(AtomicBool);

/// Why this node should be sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("it is being stopped")]
    Draining,
    #[error("the data database does not answer")]
    Data,
    #[error("other nodes cannot be told that this one lives")]
    CutOff,
    #[error("the key store does not answer")]
    Keys,
    #[error("the root key does not open the key store")]
    Root,
}

impl Engine {
    /// From now on this node says that it is not ready; it goes on serving.
    pub fn drain(&self) {
        self.draining.0.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// The first reason that is found.
    pub async fn ready(&self) -> Result<(), NotReady> {
        if self.is_draining() {
            return Err(NotReady::Draining);
        }
        let asked = self.data.read("ready", |tx| installation::get(tx, crate::log::NAME));
        match soon(asked).await {
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(unready(NotReady::Data, &error)),
            None => return Err(NotReady::Data),
        }
        if !self.nodes.is_connected() {
            return Err(NotReady::CutOff);
        }
        match soon(self.vault.check()).await {
            Some(Ok(())) => Ok(()),
            Some(Err(VaultError::Store(error))) => Err(unready(NotReady::Keys, &error)),
            Some(Err(error)) => Err(unready(NotReady::Root, &error)),
            None => Err(NotReady::Keys),
        }
    }
}

/// `None`: not within our patience.
async fn soon<T>(asked: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(PATIENCE, asked).await.ok()
}

/// Whoever asks gets the sentence; the operator, in the log, also what the database said.
fn unready(reason: NotReady, error: &dyn Display) -> NotReady {
    tracing::warn!(%error, problem = %reason, "not ready");
    reason
}
