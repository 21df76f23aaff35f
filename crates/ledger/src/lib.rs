//! The ledger: an append-only Merkle log of commitments, its signed checkpoints, and proofs that a
//! stranger checks without us.
//!
//! Why a crate of its own: it is pure (no I/O, no clock, no randomness, no tables), so that what a
//! third party must trust can be read alone. Formats are public ones: RFC 6962/9162 hashing, C2SP
//! tiles, signed notes, checkpoints, cosignatures and proofs; `docs/proof.md` describes the files.
//!
//! Invariant: a leaf says nothing about its record to anybody who lacks the record's 64-byte key.
//! Once that key is destroyed the leaf is noise, while every other leaf's proof keeps working.
//!
//! Order of reading: [`hash`] → [`tiles`] → [`tree`] → [`path`] → [`note`] → [`checkpoint`] →
//! [`logged`] → [`proof`], [`receipt`] → [`check`], [`witness`].

pub mod check;
pub mod checkpoint;
pub mod hash;
pub mod logged;
pub mod note;
pub mod path;
pub mod proof;
pub mod receipt;
pub mod tiles;
pub mod tree;
pub mod witness;

pub use check::{Broken, Checker, Report, RollBack, check, extends};
pub use checkpoint::{Checkpoint, Opened};
pub use hash::{Hash, commit, leaf};
pub use logged::{Logged, LoggedError};
pub use note::{Cosigner, NoteError, SigningKey, VerifyingKey, WitnessKey};
pub use tiles::{TileError, TileId, TileReader, TileWrite, Tiles};
pub use tree::Tree;

/// The largest log this crate handles, in leaves. Far beyond any real one; it keeps every shift and
/// sum below free of overflow, whatever a damaged database or a forged checkpoint says.
pub const MAX_SIZE: u64 = 1 << 62;
