//! Checkpoints (c2sp.org/tlog-checkpoint): three lines that say which log, how long, which root,
//! signed by the log and, if there are any, by witnesses.
//!
//! Invariant: only [`Checkpoint::open`] turns text into a checkpoint that may be believed, and it
//! does so only under a key that the caller brought. Extension lines are refused: we write none, and
//! nobody could audit them.

use crate::hash::Hash;
use crate::note::{Note, NoteError, SigningKey, VerifyingKey, WitnessKey};
use crate::tiles;
use model::time::Timestamp;

/// The state of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name; the same as its key's.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    pub root: Hash,
}

/// A checkpoint whose signatures were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub checkpoint: Checkpoint,
    /// The witnesses, among those asked for, that cosigned it, and when. Empty: unwitnessed.
    pub witnessed_by: Vec<(String, Timestamp)>,
}

impl Checkpoint {
    /// The signed text.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }

    /// The reverse of [`Self::text`], byte for byte. Proves nothing.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let body = text.strip_suffix('\n').ok_or(NoteError::Checkpoint("the last newline is missing"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(NoteError::Checkpoint("its text does not have three lines"));
        };
        if origin.is_empty() {
            return Err(NoteError::Checkpoint("its origin is empty"));
        }
        let size = decimal(size).ok_or(NoteError::Checkpoint("its second line is not a size"))?;
        tiles::sane(size).map_err(|_| NoteError::Checkpoint("its size is beyond any log"))?;
        let root = Hash::from_base64(root).ok_or(NoteError::Checkpoint("its third line is not a root"))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Signs; returns the whole note.
    pub fn sign(&self, key: &SigningKey) -> Result<String, NoteError> {
        if self.origin != key.name() {
            return Err(NoteError::OtherLog(key.name().to_owned()));
        }
        key.sign(&self.text())
    }

    /// Reads a signed checkpoint: the log's signature must be there and right, every cosignature by
    /// one of `witnesses` must be right, and the origin must be the key's name.
    pub fn open(note: &str, key: &VerifyingKey, witnesses: &[WitnessKey]) -> Result<Opened, NoteError> {
        let note = Note::parse(note)?;
        key.verify(&note)?;
        let checkpoint = Self::parse(note.text)?;
        if checkpoint.origin != key.name() {
            return Err(NoteError::OtherLog(key.name().to_owned()));
        }
        let mut witnessed_by = Vec::new();
        for (nth, witness) in witnesses.iter().enumerate() {
            // One signer counts once under however many names, and a log is nobody's witness of itself.
            if witnesses.iter().take(nth).any(|w| w.is_signer(witness)) || witness.is_of_log(key) {
                continue;
            }
            if let Some(at) = witness.cosigned_at(&note)? {
                witnessed_by.push((witness.name().to_owned(), at));
            }
        }
        Ok(Opened { checkpoint, witnessed_by })
    }
}

/// An ASCII decimal without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}
