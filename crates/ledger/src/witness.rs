//! What a log sends to a witness, and when the witness may cosign (c2sp.org/tlog-witness, `add-checkpoint`).
//!
//! Why here: both ends of the protocol are checked against each other and against the tree, without a
//! server. Keeping the newest checkpoint, and doing so before answering, is the caller's.
//!
//! Invariant: [`Request::judge`] says Yes only to a checkpoint that the log's key signed and that extends
//! the one given as the newest: never another root for the same size, never a smaller size.
//!
//! Limits: checkpoints with extension lines are refused (400), as everywhere here; cosignatures are those of
//! version 1 (Ed25519); subtrees are not signed.

use crate::checkpoint::{Checkpoint, decimal};
use crate::hash::{self, Hash};
use crate::logged::MAX_PATH;
use crate::note::{MAX_NOTE, Note, NoteError, VerifyingKey};
use crate::path::{self, PathError};

/// Longest request that is read, in bytes: a note, 63 hashes and the first line.
pub const MAX_REQUEST: usize = MAX_NOTE + 4 * 1024;
/// Longest answer that is read: 64 lines of a reasonable length.
pub const MAX_ANSWER: usize = 32 * 1024;

/// `POST …/add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The size that the witness is believed to know.
    pub old: u64,
    /// That the log of `old` entries begins the one of the checkpoint.
    pub proof: Vec<Hash>,
    /// The signed checkpoint, word for word.
    pub note: String,
}

/// Why a witness does not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this is no request to add a checkpoint: {0}")]
    Malformed(&'static str),
    #[error(transparent)]
    Checkpoint(NoteError),
    #[error("this witness does not know that log: ask its operator to add the log's key")]
    UnknownLog,
    #[error(transparent)]
    NotSigned(NoteError),
    /// The witness has seen this many entries.
    #[error("{0}")]
    Conflict(u64),
    #[error("this does not extend what the witness has seen: {0}")]
    Inconsistent(PathError),
}

impl Refusal {
    /// The HTTP status that the protocol gives it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::Checkpoint(_) => 400,
            Self::NotSigned(_) => 403,
            Self::UnknownLog => 404,
            Self::Conflict(_) => 409,
            Self::Inconsistent(_) => 422,
        }
    }
}

impl Request {
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof {
            text.push_str(&hash.to_base64());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.note);
        text
    }

    /// The reverse of [`Self::to_text`]. The note is looked at later.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = Refusal::Malformed;
        if text.len() > MAX_REQUEST {
            return Err(bad("it is too long"));
        }
        let (head, note) = text.split_once("\n\n").ok_or(bad("the empty line is missing"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or(bad("its first line is not the old size"))?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_PATH {
                return Err(bad("its proof is too long"));
            }
            proof.push(Hash::from_base64(line).ok_or(bad("a line of its proof is not a hash"))?);
        }
        Ok(Self { old, proof, note: note.to_owned() })
    }

    /// What it wants cosigned; nothing of it is believed yet.
    pub fn claimed(&self) -> Result<Checkpoint, Refusal> {
        let note = Note::parse(&self.note).map_err(Refusal::Checkpoint)?;
        Checkpoint::parse(note.text).map_err(Refusal::Checkpoint)
    }

    /// Whether it may be cosigned by a witness whose newest checkpoint of this log is `newest`; in the order
    /// of the protocol. Returns what to keep, then to sign.
    pub fn judge(&self, key: &VerifyingKey, newest: Option<&Checkpoint>) -> Result<Checkpoint, Refusal> {
        let claimed = self.claimed()?;
        if claimed.origin != key.name() {
            return Err(Refusal::UnknownLog);
        }
        let note = Note::parse(&self.note).map_err(Refusal::Checkpoint)?;
        key.verify(&note).map_err(Refusal::NotSigned)?;
        if self.old > claimed.size {
            return Err(Refusal::Malformed("its old size is larger than the checkpoint's"));
        }
        let (size, root) = newest.map_or((0, hash::empty_root()), |newest| (newest.size, newest.root));
        if self.old != size {
            return Err(Refusal::Conflict(size));
        }
        if claimed.size == 0 && claimed.root != hash::empty_root() {
            return Err(Refusal::Inconsistent(PathError::Root));
        }
        path::verify_consistency(size, root, claimed.size, claimed.root, &self.proof)
            .map_err(Refusal::Inconsistent)?;
        Ok(claimed)
    }
}

/// The size in the body of a 409.
pub fn conflicting_size(body: &str) -> Option<u64> {
    decimal(body.strip_suffix('\n')?)
}
