//! The installation's own settings: its log's origin and such. No personal data.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Declaration, Item};

pub const DECLARATION: Declaration = Declaration {
    place: "installation",
    items: &[
        Item::own("name", "name of a setting", "running the installation"),
        Item::own("value", "value of a setting", "running the installation"),
    ],
};

crate::statements! {
    GET = "SELECT value FROM installation WHERE name = $1";
    SET = "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    REMOVE = "DELETE FROM installation WHERE name = $1";
}

pub fn get(tx: &Tx<'_>, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tx.query_opt(&GET, &params![name])?.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
}

pub fn set(tx: &Tx<'_>, name: &str, value: &[u8]) -> Result<(), StoreError> {
    tx.execute(&SET, &params![name, value]).map(drop)
}

pub fn remove(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute(&REMOVE, &params![name]).map(drop)
}
