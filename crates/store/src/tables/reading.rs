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
    INSERT = "INSERT INTO reading (id, brand_id, person_id, read_at, sealed) VALUES ($1, $2, $3, $4, $5)";
    LIST = "SELECT id, read_at, sealed FROM reading WHERE person_id = $1 AND brand_id = $2 ORDER BY id DESC LIMIT $3";
    DELETE_PERSON = "DELETE FROM reading WHERE person_id = $1 AND brand_id = $2";
}

/// One look.
#[derive(Debug, Clone)]
pub struct StoredReading {
    pub id: ReadingId,
    pub read_at: Timestamp,
    pub sealed: Vec<u8>,
}

pub fn insert(scope: Scope<'_>, person: [u8; 16], new: &StoredReading) -> Result<(), StoreError> {
    let row = params![new.id, scope.brand(), person.as_slice(), new.read_at, &new.sealed];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The newest first.
pub fn list(scope: Scope<'_>, person: [u8; 16], limit: u32) -> Result<Vec<StoredReading>, StoreError> {
    let rows = scope.tx.query(&LIST, &params![person.as_slice(), scope.brand(), limit])?;
    rows.iter()
        .map(|row| Ok(StoredReading { id: row.id(0)?, read_at: row.at(1)?, sealed: row.bytes(2)?.to_vec() }))
        .collect()
}

pub fn delete_of_person(scope: Scope<'_>, person: [u8; 16]) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_PERSON, &params![person.as_slice(), scope.brand()])
}
