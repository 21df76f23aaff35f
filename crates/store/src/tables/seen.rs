//! Keyed hashes of the events of the last days, so that a duplicate counts once across restarts.
//! Apart from persons' rows and untouched by erasure, so that a retry cannot raise an erased lead.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use std::collections::HashSet;

pub const DECLARATION: Declaration = Declaration {
    place: "seen",
    items: &[
        Item::own("mac", "second of an event and keyed hash of it", "recognising Meta's repeated deliveries")
            .about(Subject::Lead)
            .basis(Basis::Contract)
            .kept(Retention::Days(14))
            .protected(Protection::KeyedHash),
        Item::own("period", "number of the key's period", "dropping a period with its key")
            .kept(Retention::Days(14)),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO seen (mac, period) VALUES ($1, $2) ON CONFLICT (mac) DO NOTHING RETURNING mac";
    GET = "SELECT 1 FROM seen WHERE mac = $1";
    COUNT = "SELECT count(*) FROM seen";
}

/// One event's hashes: under the key in force and, near a change of key, under the one before and the one after.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    pub mac: [u8; 16],
    pub period: i64,
    pub others: [Option<[u8; 16]>; 2],
}

/// Notes the marks; for each whether it is new.
pub fn insert_new(tx: &Tx<'_>, marks: &[Mark]) -> Result<Vec<bool>, StoreError> {
    let mut known = vec![false; marks.len()];
    for (known, mark) in known.iter_mut().zip(marks) {
        for mac in mark.others.iter().flatten() {
            *known |= tx.query_opt(&GET, &params![mac])?.is_some();
        }
    }
    let rows: Vec<_> = marks.iter().map(|m| params![m.mac, m.period]).collect();
    let inserted = tx.query_rows(&INSERT, &rows)?;
    let mut inserted: HashSet<[u8; 16]> =
        inserted.iter().map(|row| row.array(0)).collect::<Result<_, _>>()?;
    // Of two that are the same the first is new.
    Ok(marks.iter().zip(known).map(|(mark, known)| inserted.remove(&mark.mac) && !known).collect())
}

/// Events that are remembered.
pub fn count(tx: &Tx<'_>) -> Result<u64, StoreError> {
    tx.query_one(&COUNT, &[])?.unsigned(0)
}
