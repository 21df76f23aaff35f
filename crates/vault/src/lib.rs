//! The vault: each person's key, sealing under it, keyed look-ups, and erasing by destroying the key.
//!
//! Invariants:
//! - every key is random and wrapped by a node of the key tree, none is derived from a master; destroying
//!   one gives every node above it and the root another key, so that everything under it is unreadable from
//!   older copies of the key store too, as long as the root can be rotated ([`Strength`]);
//! - what is sealed opens only at its own place (brand, person, table, row);
//! - a wrong root key is refused before anything is written;
//! - several processes may share store and source, and stand still anywhere: see `source` and docs/decisions/0021;
//! - once [`Vault::destroy`] was called for a key, this vault hands it out to nobody any more;
//! - keys and opened plaintexts are wiped when dropped.
//!
//! The vault knows no tables and no SQL: wrapped keys lie behind [`model::ports::KeyStore`], the root
//! behind [`RootSource`]. Loading keys waits for that store; sealing and opening under a loaded [`Key`]
//! never waits. Destroying needs a Tokio runtime, which carries it to its end.

#[cfg(test)]
mod attack;
mod cache;
mod envelope;
mod flat;
mod generations;
mod grow;
mod key;
mod named;
mod primitive;
mod root;
mod rotate;
mod source;
#[doc(hidden)]
pub mod thief;
mod tree;
#[cfg(test)]
mod two_faced;
mod vault;

pub use cache::{CACHE_ENTRIES, CACHE_LIFE};
pub use envelope::{MAGIC, OpenError, Opened, Place, SealError};
pub use generations::{LookupKeys, LookupStep};
pub use key::Key;
pub use named::{DUPLICATE_PERIOD, DuplicateKey, DuplicateKeys, LookupKey};
pub use root::{RootKey, RootKeyError};
pub use source::{
    CommandRoot, FileRoot, FixedRoot, Found, Goes, RootSource, RootSourceError, SplitRoot, Strength,
    root_files,
};
pub use vault::{NewKey, Vault};

use model::ports::{KeyId, KeyStoreError};

/// The vault cannot do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum VaultError {
    #[error(
        "the root key does not belong to this key store, nothing was changed: give the root key that was in use \
         when the key store was made (keys.root_file), or point keys.url at the key store that belongs to this root key"
    )]
    WrongRoot,
    #[error(
        "there is no root key, but the key store is in use: put the root key back, without it nothing opens (keys.root_file)"
    )]
    NoRoot,
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
    #[error(
        "the root key in force lies in the memory of this process alone and cannot be put back ({0}): keep this process \
         running and make its place writable, it tries again; without it nothing opens"
    )]
    RootOnlyHere(String),
    #[error("other processes kept changing the key tree: try again")]
    Busy,
    #[error("the program is ending: what was begun is finished at the next start")]
    Stopped,
    #[error("the root key: {0}")]
    Source(#[from] RootSourceError),
    #[error(transparent)]
    Store(#[from] KeyStoreError),
}
