//! The vault: each person's key, sealing under it, keyed look-ups, and erasing by destroying the key.
//!
//! Invariants:
//! - every key is random and wrapped by its parent, none is derived from a master, so that destroying
//!   one makes everything under it unreadable;
//! - what is sealed opens only at its own place (brand, person, table, row);
//! - a wrong root key is refused before anything is written;
//! - once [`Vault::destroy`] was called for a key, this vault hands it out to nobody any more;
//! - keys and opened plaintexts are wiped when dropped.
//!
//! The vault knows no tables and no SQL: wrapped keys lie behind [`model::ports::KeyStore`]. Loading
//! keys waits for that store; sealing and opening under a loaded [`Key`] never waits.

mod cache;
mod envelope;
mod key;
mod named;
mod primitive;
mod root;
mod tags;
mod tree;
#[cfg(test)]
mod two_faced;

pub use cache::{CACHE_ENTRIES, CACHE_LIFE};
pub use envelope::{MAGIC, OpenError, Opened, Place, SealError};
pub use key::Key;
pub use named::{DUPLICATE_PERIOD, DuplicateKey, DuplicateKeys, LookupKey};
pub use root::{RootKey, RootKeyError};
pub use tree::{NewKey, Vault};

use model::ports::{KeyId, KeyStoreError};

/// The vault cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error(
        "the root key does not belong to this key store, nothing was changed: give the root key that was in use \
         when the key store was made (keys.root_file), or point keys.url at the key store that belongs to this root key"
    )]
    WrongRoot,
    #[error("there is no key {} to hold the new key: it was erased or never made, so create it first", hex::encode(.0))]
    NoParent(KeyId),
    #[error(
        "key {} in the key store is damaged or was exchanged: restore the key store from its backup, and find out who wrote to it",
        hex::encode(.0)
    )]
    DamagedKey(KeyId),
    #[error(
        "the record `{0}` in the key store is damaged or was exchanged: restore the key store from its backup, and find out who wrote to it"
    )]
    DamagedRecord(String),
    #[error(transparent)]
    Store(#[from] KeyStoreError),
}
