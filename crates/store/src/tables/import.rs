//! An archive while it is being read in: one per account. Its parts lie sealed until each is in.
//!
//! Invariant: whoever deletes a part does what is in it, in the same commit, so that a part is done once,
//! however often it is tried and however many try.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId};
use model::time::Timestamp;

const fn own(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose).about(Subject::Account).kept(Retention::UntilErasure)
}

pub const DECLARATION: Declaration = Declaration {
    place: "import",
    items: &[
        own("account_id", "the account", "whose it is"),
        own("brand_id", "the brand", "keeping brands apart"),
        own("state", "looked through, being read in, or done", "going on after a stop").is(Category::State),
        own("changed_at", "since when", "dropping what was not wanted"),
        own("parts", "how many parts it has", "showing progress").is(Category::Count),
        own("parts_done", "how many are in", "showing progress").is(Category::Count),
        own("leads", "how many leads it holds", "showing progress").is(Category::Count),
        own("leads_in", "how many came back", "telling what came").is(Category::Count),
        own("leads_known", "how many were there already", "telling what did not come").is(Category::Count),
        own("leads_left", "how many could not be read", "telling what did not come").is(Category::Count),
        own("sealed", "what is in it, by number, and what could not come", "telling you before and after")
            .basis(Basis::Contract)
            .protected(Protection::SealedPerson),
    ],
};

pub const PART: Declaration = Declaration {
    place: "import_part",
    items: &[
        own("account_id", "the account", "whose it is"),
        own("number", "the part's number", "order").is(Category::Count),
        own("brand_id", "the brand", "keeping brands apart"),
        own("sealed", "a part of the archive that is not in yet", "reading it in")
            .basis(Basis::Contract)
            .kept(Retention::UntilProcessed)
            .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    PUT = "INSERT INTO import (account_id, brand_id, state, changed_at, parts, parts_done, leads, leads_in, leads_known, leads_left, sealed) VALUES ($1, $2, 'checked', $3, $4, 0, $5, 0, 0, 0, $6)";
    GET = "SELECT account_id, brand_id, state, changed_at, parts, parts_done, leads, leads_in, leads_known, leads_left, sealed FROM import WHERE account_id = $1 AND brand_id = $2";
    START = "UPDATE import SET state = 'running', changed_at = $1 WHERE account_id = $2 AND brand_id = $3 AND state = 'checked'";
    ADVANCE = "UPDATE import SET parts_done = parts_done + 1, leads_in = leads_in + $1, leads_known = leads_known + $2, leads_left = leads_left + $3, changed_at = $4, state = CASE WHEN parts_done + 1 >= parts THEN 'done' ELSE state END WHERE account_id = $5 AND brand_id = $6 AND state = 'running'";
    RUNNING = "SELECT account_id, brand_id, state, changed_at, parts, parts_done, leads, leads_in, leads_known, leads_left, sealed FROM import WHERE state = 'running' ORDER BY account_id";
    DELETE = "DELETE FROM import WHERE account_id = $1 AND brand_id = $2";
    PUT_PART = "INSERT INTO import_part (account_id, number, brand_id, sealed) VALUES ($1, $2, $3, $4)";
    NEXT_PART = "SELECT number, sealed FROM import_part WHERE account_id = $1 AND brand_id = $2 ORDER BY number LIMIT 1";
    DELETE_PART = "DELETE FROM import_part WHERE account_id = $1 AND brand_id = $2 AND number = $3";
    DELETE_PARTS = "DELETE FROM import_part WHERE account_id = $1 AND brand_id = $2";
    STALE = "SELECT account_id, brand_id, state, changed_at, parts, parts_done, leads, leads_in, leads_known, leads_left, sealed FROM import WHERE state = 'checked' AND changed_at < $1";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Looked through; its owner has not said yes yet.
    Checked,
    Running,
    Done,
}

#[derive(Debug, Clone)]
pub struct StoredImport {
    pub account: AccountId,
    pub brand: BrandId,
    pub state: ImportState,
    pub changed_at: Timestamp,
    pub parts: u64,
    pub parts_done: u64,
    pub leads: u64,
    pub leads_in: u64,
    pub leads_known: u64,
    pub leads_left: u64,
    pub sealed: Vec<u8>,
}

/// What one part brought.
#[derive(Debug, Clone, Copy, Default)]
pub struct Brought {
    pub leads: u64,
    /// There already.
    pub known: u64,
    /// Could not come.
    pub left: u64,
}

fn read(row: &Row) -> Result<StoredImport, StoreError> {
    Ok(StoredImport {
        account: row.id(0)?,
        brand: row.id(1)?,
        state: match row.text(2)? {
            "running" => ImportState::Running,
            "done" => ImportState::Done,
            _ => ImportState::Checked,
        },
        changed_at: row.at(3)?,
        parts: row.unsigned(4)?,
        parts_done: row.unsigned(5)?,
        leads: row.unsigned(6)?,
        leads_in: row.unsigned(7)?,
        leads_known: row.unsigned(8)?,
        leads_left: row.unsigned(9)?,
        sealed: row.bytes(10)?.to_vec(),
    })
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Instead of one that was looked through or is done. `false`: one is being read in.
pub fn begin(scope: Scope<'_>, new: &StoredImport) -> Result<bool, StoreError> {
    if get(scope, new.account)?.is_some_and(|known| known.state == ImportState::Running) {
        return Ok(false);
    }
    delete(scope, new.account)?;
    let row = params![
        new.account,
        scope.brand(),
        new.changed_at,
        number(new.parts),
        number(new.leads),
        &new.sealed
    ];
    scope.tx.execute(&PUT, &row)?;
    Ok(true)
}

pub fn put_part(scope: Scope<'_>, account: AccountId, part: u64, sealed: &[u8]) -> Result<(), StoreError> {
    scope.tx.execute(&PUT_PART, &params![account, number(part), scope.brand(), sealed]).map(drop)
}

pub fn get(scope: Scope<'_>, account: AccountId) -> Result<Option<StoredImport>, StoreError> {
    scope.tx.query_opt(&GET, &params![account, scope.brand()])?.as_ref().map(read).transpose()
}

pub fn start(scope: Scope<'_>, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&START, &params![now, account, scope.brand()])? == 1)
}

/// Whole installation: those that are being read in.
pub fn list_running(tx: &Tx<'_>) -> Result<Vec<StoredImport>, StoreError> {
    tx.query(&RUNNING, &[])?.iter().map(read).collect()
}

/// Whole installation: those that were looked through before then and not wanted since.
pub fn list_stale(tx: &Tx<'_>, before: Timestamp) -> Result<Vec<StoredImport>, StoreError> {
    tx.query(&STALE, &params![before])?.iter().map(read).collect()
}

/// The part that comes next, sealed, and its number.
pub fn next_part(scope: Scope<'_>, account: AccountId) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let row = scope.tx.query_opt(&NEXT_PART, &params![account, scope.brand()])?;
    row.map(|row| Ok((row.unsigned(0)?, row.bytes(1)?.to_vec()))).transpose()
}

/// Takes a part away and counts what it brought; `false`: somebody did it already.
pub fn finish_part(
    scope: Scope<'_>,
    account: AccountId,
    part: u64,
    brought: Brought,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if scope.tx.execute(&DELETE_PART, &params![account, scope.brand(), number(part)])? == 0 {
        return Ok(false);
    }
    let row = params![
        number(brought.leads),
        number(brought.known),
        number(brought.left),
        now,
        account,
        scope.brand()
    ];
    Ok(scope.tx.execute(&ADVANCE, &row)? == 1)
}

/// With all that is not in yet.
pub fn delete(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_PARTS, &params![account, scope.brand()])?;
    scope.tx.execute(&DELETE, &params![account, scope.brand()])
}
