//! The installation's own settings: its log's origin and such. No personal data.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Declaration, Item};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "installation",
    items: &[
        Item::own("name", "name of a setting", "running the installation"),
        Item::own("value", "value of a setting", "running the installation"),
    ],
};

/// When the data was copied last: eight bytes of microseconds.
pub const LAST_BACKUP: &str = "backup.last";

crate::statements! {
    GET = "SELECT value FROM installation WHERE name = $1";
    SET = "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    REMOVE = "DELETE FROM installation WHERE name = $1";
}

pub fn get(tx: &Tx<'_>, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tx.query_opt(&GET, &params![name])?.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
}

/// When the data was copied last, as far as is known.
pub fn last_backup(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    let found = get(tx, LAST_BACKUP)?;
    Ok(found.and_then(|value| Some(Timestamp(i64::from_be_bytes(value.try_into().ok()?)))))
}

pub fn set(tx: &Tx<'_>, name: &str, value: &[u8]) -> Result<(), StoreError> {
    tx.execute(&SET, &params![name, value]).map(drop)
}

pub fn remove(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute(&REMOVE, &params![name]).map(drop)
}
