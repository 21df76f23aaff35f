//! The proof that something is in the log (c2sp.org/tlog-proof): index, path and checkpoint as text.
//!
//! Why apart: a proof of a record and a receipt of an erasure both end in one of these.
//!
//! Invariant: [`Logged::verify`] succeeds only if the log signed a root under which the leaf stands
//! at that index. The optional `extra` line of the format is refused: it is not authenticated, and
//! we have no use for it.

use crate::checkpoint::{Checkpoint, Opened, decimal};
use crate::hash::Hash;
use crate::note::{Note, NoteError, VerifyingKey, WitnessKey};
use crate::path::{self, PathError};
use crate::tiles::{TileError, TileReader};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Longest path that any log can need.
pub const MAX_PATH: usize = 63;

/// A tlog-proof, not yet trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub index: u64,
    /// From the leaf's sibling upwards.
    pub path: Vec<Hash>,
    /// The signed note, word for word.
    pub checkpoint: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoggedError {
    #[error("the log proof is malformed: {0}")]
    Syntax(&'static str),
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error("the inclusion path is wrong: {0}")]
    Path(#[from] PathError),
}

impl Logged {
    /// Makes the proof for entry `index` under a signed checkpoint. Needs
    /// [`path::needed_for_inclusion`] of the checkpoint's size.
    pub fn new(
        index: u64,
        size: u64,
        checkpoint: String,
        stored: &impl TileReader,
    ) -> Result<Self, TileError> {
        Ok(Self { index, path: path::inclusion(index, size, stored)?, checkpoint })
    }

    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\nindex {}\n", self.index);
        for hash in &self.path {
            text.push_str(&hash.to_base64());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    pub fn parse(text: &str) -> Result<Self, LoggedError> {
        let syntax = LoggedError::Syntax;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(syntax("the blank line is missing"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(syntax("its first line is not that of version 1"));
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(syntax("its second line is not an index"))?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == MAX_PATH {
                return Err(syntax("its path is too long"));
            }
            path.push(Hash::from_base64(line).ok_or(syntax("a line of its path is not a hash"))?);
        }
        Ok(Self { index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks signatures and path for this leaf.
    pub fn verify(
        &self,
        leaf: Hash,
        key: &VerifyingKey,
        witnesses: &[WitnessKey],
    ) -> Result<Opened, LoggedError> {
        let opened = Checkpoint::open(&self.checkpoint, key, witnesses)?;
        self.verify_path(leaf, &opened.checkpoint)?;
        Ok(opened)
    }

    /// Checks the path only, whoever signed: what the one who makes a proof does before giving it away.
    pub(crate) fn verify_unsigned(&self, leaf: Hash) -> Result<(), LoggedError> {
        let checkpoint = Checkpoint::parse(Note::parse(&self.checkpoint)?.text)?;
        Ok(self.verify_path(leaf, &checkpoint)?)
    }

    fn verify_path(&self, leaf: Hash, checkpoint: &Checkpoint) -> Result<(), PathError> {
        path::verify_inclusion(leaf, self.index, checkpoint.size, &self.path, checkpoint.root)
    }
}
