//! Files with leads that an account took out (claim A3): when, how many, and, sealed under the account's
//! key, which leads, in what form and what for. Kept for a year, for the account's own eyes.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, ExportId};
use model::time::Timestamp;

/// Days that an entry is kept.
pub const DAYS: u16 = 365;
const KEPT: Retention = Retention::Days(DAYS);

pub const DECLARATION: Declaration = Declaration {
    place: "export",
    items: &[
        Item::own("id", "the entry's id", "order").about(Subject::Account).kept(KEPT),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account).kept(KEPT),
        Item::own("account_id", "the account", "whose it is").about(Subject::Account).kept(KEPT),
        Item::own("taken_at", "when a file was taken out", "knowing what left")
            .about(Subject::Account)
            .kept(KEPT),
        Item::own("finished_at", "when it was complete", "knowing what left")
            .about(Subject::Account)
            .kept(KEPT),
        Item::own("door", "keyed hash of the session or token", "finding out after a breach what left")
            .about(Subject::Account)
            .basis(Basis::LegalObligation)
            .kept(KEPT)
            .protected(Protection::KeyedHash),
        Item::own("leads", "how many leads it holds", "knowing what left")
            .is(Category::Count)
            .about(Subject::Account)
            .kept(KEPT),
        Item::own(
            "sealed",
            "which leads, in what form, with names or without, by which way and what for",
            "so that you can always see what left and what for",
        )
        .about(Subject::Account)
        .basis(Basis::LegalObligation)
        .kept(KEPT)
        .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO export (id, brand_id, account_id, taken_at, finished_at, leads, door, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FINISH = "UPDATE export SET finished_at = $1, leads = $2 WHERE id = $3 AND brand_id = $4 AND finished_at IS NULL";
    LIST = "SELECT id, account_id, taken_at, finished_at, leads, door, sealed FROM export WHERE account_id = $1 AND brand_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    BETWEEN = "SELECT id, account_id, taken_at, finished_at, leads, door, sealed FROM export WHERE brand_id = $1 AND taken_at >= $2 AND taken_at <= $3 ORDER BY id";
}

#[derive(Debug, Clone)]
pub struct StoredExport {
    pub id: ExportId,
    pub account: AccountId,
    pub taken_at: Timestamp,
    /// `None`: it was broken off, or is being taken.
    pub finished_at: Option<Timestamp>,
    /// Counted beforehand; once it is finished, those that the file holds.
    pub leads: u64,
    /// Keyed hash of the session or token through which it left; `None`: from before that was written down.
    pub door: Option<[u8; 32]>,
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredExport, StoreError> {
    Ok(StoredExport {
        id: row.id(0)?,
        account: row.id(1)?,
        taken_at: row.at(2)?,
        finished_at: row.opt_at(3)?,
        leads: row.unsigned(4)?,
        door: row.opt_bytes(5)?.and_then(|door| door.try_into().ok()),
        sealed: row.bytes(6)?.to_vec(),
    })
}

pub fn insert(scope: Scope<'_>, new: &StoredExport) -> Result<(), StoreError> {
    let leads = i64::try_from(new.leads).unwrap_or(i64::MAX);
    let row = params![
        new.id,
        scope.brand(),
        new.account,
        new.taken_at,
        new.finished_at,
        leads,
        new.door,
        &new.sealed
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The file is complete and holds so many.
pub fn finish(scope: Scope<'_>, id: ExportId, leads: u64, now: Timestamp) -> Result<bool, StoreError> {
    let leads = i64::try_from(leads).unwrap_or(i64::MAX);
    Ok(scope.tx.execute(&FINISH, &params![now, leads, id, scope.brand()])? == 1)
}

/// The newest first.
pub fn list_newest_of_account(
    scope: Scope<'_>,
    account: AccountId,
    before: ExportId,
    limit: u32,
) -> Result<Vec<StoredExport>, StoreError> {
    scope.tx.query(&LIST, &params![account, scope.brand(), before, limit])?.iter().map(read).collect()
}

/// Whole brand: those taken in this time, in their order.
pub fn list_between(
    scope: Scope<'_>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<StoredExport>, StoreError> {
    scope.tx.query(&BETWEEN, &params![scope.brand(), from, until])?.iter().map(read).collect()
}
