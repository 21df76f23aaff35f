//! Where the root key lies, and how it is exchanged for the next one.
//!
//! A rotation is: the next root is laid beside the current one (`stage`), the tree is committed under it,
//! the current one is destroyed (`settle`). A crash leaves one root or two; which of them is in force, the
//! key store says.
//!
//! Several processes may share a source, and any of them may stand still between two steps for as long as it likes. What
//! keeps them apart is the number of the right to rotate (the *fence*), which only grows: a next root lies under the
//! number it was staged with, and nothing else ever lies under that. The commit in the key store is refused to a number that is
//! over; so what lies under one is either in force already or worthless for ever.
//!
//! Invariants: a staged root is durable before `stage` returns; `settle` destroys the root that the kept one takes the place of
//! and what was listed before, never what came meanwhile, so that a late call of a process that lost its turn harms
//! nobody; every call is safe to repeat.

mod command;
mod file;
mod split;

pub use command::CommandRoot;
pub use file::FileRoot;
pub use split::SplitRoot;

use crate::VaultError;
use crate::root::RootKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// Whether the first of them lies at its place, as far as the source tells.
    pub is_in_place: bool,
    /// The names of what lies beside the root's place, whole or torn, where it has names.
    pub beside: Vec<PathBuf>,
}

/// What goes when a root is settled.
#[derive(Clone, Copy)]
pub enum Goes<'a> {
    /// The root that was in force until this one was committed.
    Before(&'a RootKey),
    /// Whatever was found, but for the root that is kept: after a crash.
    Listed(&'a Found),
}

/// Where the root key lies. Calls may block; the vault keeps them off its own threads.
pub trait RootSource: Send + Sync {
    fn strength(&self) -> Strength;
    fn read(&self) -> Result<Found, RootSourceError>;
    /// Lays the next root beside the current one, under the number of the right to do so. Durable when it returns.
    fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError>;
    /// Makes `keep` the root and destroys what goes. An error, and nothing is destroyed, if `keep` is not there.
    /// Durable when it returns.
    fn settle(&self, keep: &RootKey, goes: Goes<'_>, fence: u64) -> Result<(), RootSourceError>;
}

/// A source as the vault asks it: on a thread of its own, as it may block for as long as a disk or a key service takes, and
/// one question at a time.
pub struct Source {
    source: Arc<dyn RootSource>,
    turn: tokio::sync::Mutex<()>,
}

impl Source {
    pub fn new(source: Box<dyn RootSource>) -> Self {
        Self { source: source.into(), turn: tokio::sync::Mutex::new(()) }
    }

    pub fn strength(&self) -> Strength {
        self.source.strength()
    }

    pub async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn RootSource) -> Result<T, RootSourceError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let _turn = self.turn.lock().await;
        let source = Arc::clone(&self.source);
        let asked = tokio::task::spawn_blocking(move || ask(&*source)).await;
        Ok(asked.map_err(|_| VaultError::Stopped)??)
    }

    pub async fn read(&self) -> Result<Found, VaultError> {
        self.ask(|source| source.read()).await
    }

    /// Stages, and sees that it lies there: what is committed next may be opened by nothing else.
    pub async fn lay(&self, next: &RootKey, fence: u64) -> Result<Found, VaultError> {
        let staged = next.clone();
        self.ask(move |source| source.stage(&staged, fence)).await?;
        let found = self.read().await?;
        if found.roots.contains(next) {
            return Ok(found);
        }
        Err(RootSourceError(
            "what was laid there is not found there: see that it keeps what it is given".to_owned(),
        )
        .into())
    }
}

/// The files of the root at `file` that are there: itself, and what was staged beside it.
pub fn root_files(file: &Path) -> Vec<PathBuf> {
    let itself = file.exists().then(|| file.to_owned());
    // A folder that cannot be read is told by whoever reads the root.
    itself.into_iter().chain(file::beside(file).unwrap_or_default()).collect()
}

/// A root that stays the same: from the environment, or in a test.
pub struct FixedRoot(pub RootKey);

impl RootSource for FixedRoot {
    fn strength(&self) -> Strength {
        Strength::Fixed
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        Ok(Found { roots: vec![self.0.clone()], is_settled: true, is_in_place: true, beside: Vec::new() })
    }

    fn stage(&self, _: &RootKey, _: u64) -> Result<(), RootSourceError> {
        Err(RootSourceError("a root key from the environment cannot be exchanged".to_owned()))
    }

    fn settle(&self, _: &RootKey, _: Goes<'_>, _: u64) -> Result<(), RootSourceError> {
        Ok(())
    }
}

impl From<RootKey> for Box<dyn RootSource> {
    fn from(root: RootKey) -> Self {
        Box::new(FixedRoot(root))
    }
}
