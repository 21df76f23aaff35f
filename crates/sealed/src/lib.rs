//! Files encrypted to a passphrase or to a public key, in the format of age (age-encryption.org, version 1),
//! so that whoever holds one opens it without this program too.
//!
//! Invariants:
//! - writing and reading are streams: memory does not grow with the file;
//! - no byte comes out of a reader before its chunk was found unaltered, and a file that was cut off
//!   ends in an error, never in a short but pleasant result;
//! - the work that a passphrase asks for is bounded by the reader, not by the file;
//! - keys are wiped when dropped, and randomness is a parameter.
//!
//! This crate knows nothing of the others: it can be read and audited alone.

mod bech32;
mod header;
mod key;
mod payload;
mod primitive;
mod reader;
mod writer;

pub use header::{Lock, lock_of};
pub use key::{Identity, KeyError, Recipient};
pub use reader::{Reader, decrypt_with_identity, decrypt_with_passphrase};
pub use writer::{Writer, encrypt_to_passphrase, encrypt_to_recipient};

/// How much work it is to try one passphrase: scrypt with N = 2^this, r = 8 and p = 1, which needs
/// 1 KiB × 2^this of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkFactor(u8);

impl WorkFactor {
    /// 256 MiB, about a second: what age itself takes.
    pub const AGE: Self = Self(18);
    /// 32 MiB, about a tenth of a second: for a server that many people ask at once. Take a long passphrase.
    pub const SERVER: Self = Self(15);
    /// 1 MiB: for tests alone.
    pub const LOWEST: Self = Self(10);
    const HIGHEST: u8 = 22;

    /// Between 10 and 22 (4 GiB).
    pub fn new(log_n: u8) -> Option<Self> {
        (Self::LOWEST.0..=Self::HIGHEST).contains(&log_n).then_some(Self(log_n))
    }

    pub fn log_n(self) -> u8 {
        self.0
    }
}

/// The file does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("this is not a file in the age format: choose the file as it was saved, not a copy of its text")]
    NotAge,
    #[error("the file is of a newer age format than version 1, which is the one that can be read here")]
    OtherVersion,
    #[error("the beginning of the file is damaged: take another copy of it")]
    DamagedHeader,
    #[error("the file was encrypted to a passphrase: give the passphrase, not a key")]
    AsksForPassphrase,
    #[error("the file was encrypted to a key: give the secret key that belongs to it, not a passphrase")]
    AsksForKey,
    #[error("the passphrase does not open this file: mind capital letters and blanks, and try again")]
    WrongPassphrase,
    #[error("this key does not open this file: it was encrypted to another one")]
    WrongKey,
    #[error("the passphrase of this file asks for more work (2^{asked}) than is allowed here (2^{allowed})")]
    TooMuchWork { asked: u8, allowed: u8 },
    #[error("the file is damaged or was altered: take another copy of it")]
    Damaged,
    #[error("the file ends too early: it was not saved whole, take another copy of it")]
    Truncated,
    #[error("the file cannot be read")]
    Io(#[from] std::io::Error),
}

impl OpenError {
    /// What an [`std::io::Error`] of a [`Reader`] carries, for whoever reads through `std::io::Read`.
    pub fn of(error: &std::io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}
