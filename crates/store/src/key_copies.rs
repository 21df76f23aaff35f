//! Which copies of the key store were made, and which of them are gone.
//!
//! A copy opens everybody who was there when it was made. Receipts say from when on nobody can open somebody any
//! more, so copies are noted before they exist and crossed out after they are gone. They are noted by whoever
//! makes them, which is not the program that serves.

use crate::error::StoreError;
use crate::port::Tx;
use crate::{params, statements};
use model::datamap::{Declaration, Item};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "key_copy",
    items: &[
        Item::own("id", "a copy of the key store", "knowing which copies remain"),
        Item::own("made_at", "when it was made", "destroying it in time; the second receipt"),
        Item::own("place", "the file it was written to", "destroying it in time"),
        Item::own(
            "host",
            "a number of the machine it was written on",
            "only there can it be seen to be gone",
        ),
        Item::own("gone_at", "when it was found to be gone", "the second receipt"),
    ],
};

statements! {
    INSERT = "INSERT INTO key_copy (id, made_at, place, host) VALUES ($1, $2, $3, $4)";
    LIVING = "SELECT id, made_at, place, host FROM key_copy WHERE gone_at IS NULL ORDER BY made_at, id";
    GONE = "UPDATE key_copy SET gone_at = $1 WHERE id = $2 AND gone_at IS NULL";
    OLDEST = "SELECT MIN(made_at) FROM key_copy WHERE gone_at IS NULL";
    FORGET = "DELETE FROM key_copy WHERE gone_at < $1";
}

/// A copy of the keys that left the key store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCopy {
    pub id: [u8; 16],
    pub made_at: Timestamp,
    /// The file.
    pub place: String,
    /// The machine on which it was written; nothing if it was written before that was noted.
    pub host: Option<[u8; 16]>,
}

pub fn insert(tx: &Tx<'_>, copy: &KeyCopy) -> Result<(), StoreError> {
    tx.execute(&INSERT, &params![copy.id, copy.made_at, &copy.place, copy.host]).map(drop)
}

/// Those of which it is not known that they are gone, oldest first.
pub fn list_living(tx: &Tx<'_>) -> Result<Vec<KeyCopy>, StoreError> {
    let rows = tx.query(&LIVING, &[])?;
    rows.iter()
        .map(|row| {
            let place = row.text(2)?.to_owned();
            Ok(KeyCopy { id: row.id(0)?, made_at: row.at(1)?, place, host: row.opt_id(3)? })
        })
        .collect()
}

pub fn set_gone(tx: &Tx<'_>, id: &[u8; 16], at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&GONE, &params![at, id]).map(drop)
}

/// When the oldest was made that may still be there.
pub fn oldest(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    tx.query_one(&OLDEST, &[])?.opt_at(0)
}

/// Drops what is known of copies that are long gone.
pub fn forget(tx: &Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, &params![before])
}
