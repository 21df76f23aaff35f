//! Who looked at somebody's data: a line per look, sealed under the key of whoever was looked at, for their own
//! eyes (claim A1). Who looked is not kept, only in which role.
//!
//! Invariant: a line is in the data before what it is about is shown.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Declaration, Item, Protection, Retention};
use model::id::ReadingId;
use model::time::Timestamp;

/// Days that a line is kept.
pub const DAYS: u16 = 365;
const KEPT: Retention = Retention::Days(DAYS);

pub const DECLARATION: Declaration = Declaration {
    place: "reading",
    items: &[
        line("id", "the line's id", "order"),
        line("brand_id", "the brand", "keeping brands apart"),
        line("person_id", "the lead or the account that was looked at", "whose line it is"),
        line("read_at", "when somebody looked", "telling the person"),
        line("door", "keyed hash of the session or token", "finding out after a breach who was looked at")
            .protected(Protection::KeyedHash),
        Item::lead_sealed(
            "sealed",
            "in which role somebody looked, by which way, what for, and at which fields",
            "so that people can always see who looked at what is kept about them",
            Basis::LegalObligation,
        )
        .kept(KEPT)
        .protected(Protection::SealedPerson),
    ],
};

const fn line(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::lead_plain(name, category, purpose, "an id or a time without content")
        .basis(Basis::LegalObligation)
        .kept(KEPT)
}

crate::statements! {
    INSERT = "INSERT INTO reading (id, brand_id, person_id, read_at, door, sealed) VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT id, read_at, sealed FROM reading WHERE person_id = $1 AND brand_id = $2 ORDER BY id DESC LIMIT $3";
    THROUGH = "SELECT id, person_id, sealed, CAST(1 AS BIGINT), read_at FROM reading WHERE brand_id = $1 AND door = $2 AND read_at >= $3 AND read_at <= $4 AND id > $5 ORDER BY id LIMIT $6";
    // In the order of its index, so that each page begins where the one before ended.
    BETWEEN = "SELECT id, person_id, sealed, CAST(CASE WHEN door IS NULL THEN 0 ELSE 1 END AS BIGINT), read_at FROM reading WHERE brand_id = $1 AND read_at >= $2 AND (read_at > $2 OR id > $3) AND read_at <= $4 ORDER BY read_at, id LIMIT $5";
    DELETE_PERSON = "DELETE FROM reading WHERE person_id = $1 AND brand_id = $2";
}

/// One look.
#[derive(Debug, Clone)]
pub struct StoredReading {
    pub id: ReadingId,
    pub read_at: Timestamp,
    /// Keyed hash of the session or token; `None` where it was by neither.
    pub door: Option<[u8; 32]>,
    pub sealed: Vec<u8>,
}

pub fn insert(scope: Scope<'_>, person: [u8; 16], new: &StoredReading) -> Result<(), StoreError> {
    let row = params![new.id, scope.brand(), person.as_slice(), new.read_at, new.door, &new.sealed];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The newest first.
pub fn list(scope: Scope<'_>, person: [u8; 16], limit: u32) -> Result<Vec<StoredReading>, StoreError> {
    let rows = scope.tx.query(&LIST, &params![person.as_slice(), scope.brand(), limit])?;
    rows.iter()
        .map(|row| {
            Ok(StoredReading {
                id: row.id(0)?,
                read_at: row.at(1)?,
                door: None,
                sealed: row.bytes(2)?.to_vec(),
            })
        })
        .collect()
}

/// A look as the search for whoever is affected by a breach finds it.
#[derive(Debug, Clone)]
pub struct Look {
    pub id: ReadingId,
    pub read_at: Timestamp,
    pub person: [u8; 16],
    pub sealed: Vec<u8>,
    /// `false`: from before doors were written down, or by a way that has none.
    pub has_door: bool,
}

/// When looks lie, both ends among them.
#[derive(Debug, Clone, Copy)]
pub struct Between {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Looks in a time, in their order, behind the one that was read at `after`: through one door, or all.
pub fn list_between(
    scope: Scope<'_>,
    door: Option<[u8; 32]>,
    of: Between,
    after: Option<(Timestamp, ReadingId)>,
    limit: u32,
) -> Result<Vec<Look>, StoreError> {
    let (at, id) = after.unwrap_or((of.from, ReadingId([0; 16])));
    let rows = match door {
        Some(door) => {
            scope.tx.query(&THROUGH, &params![scope.brand(), door, of.from, of.until, id, limit])?
        }
        None => scope.tx.query(&BETWEEN, &params![scope.brand(), at, id, of.until, limit])?,
    };
    rows.iter()
        .map(|row| {
            Ok(Look {
                id: row.id(0)?,
                person: row.array(1)?,
                sealed: row.bytes(2)?.to_vec(),
                has_door: row.flag(3)?,
                read_at: row.at(4)?,
            })
        })
        .collect()
}

pub fn delete_of_person(scope: Scope<'_>, person: [u8; 16]) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_PERSON, &params![person.as_slice(), scope.brand()])
}
