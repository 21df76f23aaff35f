//! Witnesses, in both directions: others sign our checkpoints ([`ask`]), and we sign those of others
//! ([`Cosigning`]).
//!
//! Why: our own word for what the log held when is worth nothing against ourselves. A witness signs one
//! history of a log that only grows, so that afterwards nothing can be put in, taken out or dated back.
//!
//! Invariant: a witness that is down, slow or false stops nothing here. What stops the start is only what our own
//! key signed ([`Problem::RolledBack`], [`Problem::Forked`]), which no witness can make up.

mod ask;
mod sign;
mod weekly;

pub use ledger::witness::MAX_REQUEST;
pub use ledger::{Cosigner, WitnessKey};
pub use sign::{Answer, Cosigning, Memory};

use model::ports::Outbound;
use std::sync::Arc;

/// Those who sign our checkpoints.
#[derive(Clone)]
pub struct Witnesses {
    pub out: Arc<dyn Outbound>,
    pub peers: Vec<Peer>,
    /// As many are asked for before a checkpoint counts as witnessed.
    pub quorum: usize,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its name in the register of recipients.
    pub recipient: String,
    /// Before `/add-checkpoint`; without a slash at its end.
    pub url: String,
    pub key: WitnessKey,
}

/// Why a witness did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No answer.
    Unreachable,
    /// It may not be connected to: it does not stand in the register of recipients, or not yet.
    Unregistered,
    /// It does not know this log.
    Unknown,
    /// It knows another key of this log.
    OtherKey,
    /// It answered something that makes no sense.
    Senseless,
    /// It has a longer log under our signature: the data here is older than what was published.
    RolledBack,
    /// It has another history under our signature.
    Forked,
}

impl Problem {
    pub const ALL: [Self; 7] = [
        Self::Unreachable,
        Self::Unregistered,
        Self::Unknown,
        Self::OtherKey,
        Self::Senseless,
        Self::RolledBack,
        Self::Forked,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unregistered => "unregistered",
            Self::Unknown => "unknown",
            Self::OtherKey => "other_key",
            Self::Senseless => "senseless",
            Self::RolledBack => "rolled_back",
            Self::Forked => "forked",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }

    /// Whether our own signature shows that this log is not the one that was published.
    pub const fn is_grave(self) -> bool {
        matches!(self, Self::RolledBack | Self::Forked)
    }
}
