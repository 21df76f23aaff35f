//! Where the root key lies, and how it is exchanged for the next one.
//!
//! A rotation is: the next root is laid beside the current one (`stage`), the tree is committed under it,
//! the current one is destroyed (`settle`). A crash leaves one root or two; which of them is in force, the
//! key store says.
//!
//! Invariants: a staged root is durable before `stage` returns; a rotation's `settle` destroys nothing but
//! what it is told to drop, so that a late call of a process that lost its turn harms nobody; every call is
//! safe to repeat.

mod command;
mod file;
mod split;

pub use command::CommandRoot;
pub use file::FileRoot;
pub use split::SplitRoot;

use crate::root::RootKey;

/// How well an old root is destroyed: the class that receipts print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// `K`: a program of the operator's, which keeps it in a key service, a TPM or the like.
    Service,
    /// `S`: two halves in two places, each worthless without the other.
    Split,
    /// `F`: a file that is overwritten; what the medium keeps of it (flash wears evenly) is out of our hands.
    File,
    /// It stays the same: an older copy of the key store opens with it for ever. For trials.
    Fixed,
}

impl Strength {
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Service => "K",
            Self::Split => "S",
            Self::File => "F",
            Self::Fixed => "-",
        }
    }

    /// Whether an erasure makes older copies of the key store worthless.
    pub const fn can_rotate(self) -> bool {
        !matches!(self, Self::Fixed)
    }
}

/// The source failed, in a sentence that names the place and says what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct RootSourceError(pub String);

/// What lies at a source.
pub struct Found {
    /// None before the very first start; one; or several candidates after a crash.
    pub roots: Vec<RootKey>,
    /// Whether there is one root, at its place, and nothing of others beside it.
    pub is_settled: bool,
}

/// Where the root key lies. Calls may block; the vault keeps them off its own threads.
pub trait RootSource: Send + Sync {
    fn strength(&self) -> Strength;
    fn read(&self) -> Result<Found, RootSourceError>;
    /// Lays the next root beside the current one, in place of one that was laid there before. Durable
    /// when it returns.
    fn stage(&self, next: &RootKey) -> Result<(), RootSourceError>;
    /// Makes `keep` the root and destroys `drop`. If they are the same, destroys whatever else lies there:
    /// asked for by nobody who may not stage. Durable when it returns.
    fn settle(&self, keep: &RootKey, drop: &RootKey) -> Result<(), RootSourceError>;
}

/// A root that stays the same: from the environment, or in a test.
pub struct FixedRoot(pub RootKey);

impl RootSource for FixedRoot {
    fn strength(&self) -> Strength {
        Strength::Fixed
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        Ok(Found { roots: vec![self.0.clone()], is_settled: true })
    }

    fn stage(&self, _: &RootKey) -> Result<(), RootSourceError> {
        Err(RootSourceError("a root key from the environment cannot be exchanged".to_owned()))
    }

    fn settle(&self, _: &RootKey, _: &RootKey) -> Result<(), RootSourceError> {
        Ok(())
    }
}

impl From<RootKey> for Box<dyn RootSource> {
    fn from(root: RootKey) -> Self {
        Box::new(FixedRoot(root))
    }
}
