//! Pages of accounts that are being erased: whose leads are still to be removed, and of which Meta is still to
//! be told that nothing more shall be delivered (GDPR articles 17(2) and 19).
//!
//! A row goes when both are over. Until then it keeps the page from being connected anew while its former
//! leads are still being removed. Where it is connected anew while Meta may just be told, the row stays for its days: it is
//! looked whether Meta still delivers what somebody has connected.
//!
//! Invariant: that a call to Meta begins is written down before it does, so that a row of which none was ever written down
//! leads to no call that anybody has to make good.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{BrandId, ErasureId, PageId};
use model::time::Timestamp;

/// Days for which a recipient is tried.
pub const DAYS: u16 = 3;

pub const DECLARATION: Declaration = Declaration {
    place: "erasure_page",
    items: &[
        passing("page_id", "the page's id here", "finding its leads"),
        passing("erasure_id", "the erasure it belongs to", "the receipt"),
        passing("brand_id", "the brand", "keeping brands apart"),
        passing("meta_id", "Meta's public id of the page", "telling Meta to deliver nothing more")
            .is(Category::PageId)
            .shared_with(&["meta"]),
        passing("has_rows", "whether leads of it are still to be removed", "finishing after a crash")
            .is(Category::State),
        passing("attempts", "how often Meta was tried", "trying again, ever later").is(Category::Count),
        passing("next_at", "when Meta is tried next", "trying again, ever later"),
        passing("ends_at", "until when Meta is tried", "ending it"),
        passing(
            "sealed",
            "the page's access token, under the erasure's own key",
            "telling Meta to deliver nothing more",
        )
        .protected(Protection::SealedPerson)
        .shared_with(&["meta"]),
    ],
};

/// Gone within days.
const fn passing(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose)
        .about(Subject::Account)
        .basis(Basis::LegalObligation)
        .kept(Retention::Days(DAYS))
}

crate::statements! {
    INSERT = "INSERT INTO erasure_page (page_id, erasure_id, brand_id, meta_id, has_rows, next_at, ends_at, sealed) VALUES ($1, $2, $3, $4, 1, $5, $6, $7)";
    WITH_ROWS = "SELECT page_id FROM erasure_page WHERE erasure_id = $1 AND has_rows = 1 ORDER BY page_id";
    IS_BEING_ERASED = "SELECT 1 FROM erasure_page WHERE meta_id = $1 AND has_rows = 1";
    DROP_ROWS = "UPDATE erasure_page SET has_rows = 0 WHERE page_id = $1 AND has_rows = 1";
    BEGIN = "UPDATE erasure_page SET attempts = attempts + 1 WHERE page_id = $1 AND sealed IS NOT NULL AND attempts = $2";
    DROP_NOTICE = "UPDATE erasure_page SET sealed = NULL WHERE page_id = $1 AND sealed IS NOT NULL";
    LATER = "UPDATE erasure_page SET next_at = $1 WHERE page_id = $2 AND sealed IS NOT NULL";
    UNTRIED = "DELETE FROM erasure_page WHERE page_id = $1 AND has_rows = 0 AND sealed IS NOT NULL AND attempts = 0";
    TAKEN = "UPDATE erasure_page SET sealed = NULL, attempts = 1, next_at = $1 WHERE page_id = $2 AND has_rows = 0 AND sealed IS NOT NULL";
    TO_LOOK_AT = "SELECT page_id, meta_id, attempts, ends_at FROM erasure_page WHERE sealed IS NULL AND has_rows = 0 AND next_at <= $1 ORDER BY next_at LIMIT $2";
    LOOKED = "UPDATE erasure_page SET attempts = attempts + 1, next_at = $1 WHERE page_id = $2 AND sealed IS NULL AND has_rows = 0";
    OVER = "DELETE FROM erasure_page WHERE page_id = $1 AND has_rows = 0 AND sealed IS NULL";
    DUE = "SELECT page_id, erasure_id, brand_id, meta_id, attempts, ends_at, sealed FROM erasure_page WHERE sealed IS NOT NULL AND next_at <= $1 ORDER BY next_at LIMIT $2";
    OF_META = "SELECT page_id, erasure_id FROM erasure_page WHERE meta_id = $1 AND sealed IS NOT NULL";
    COUNT = "SELECT count(*) FROM erasure_page WHERE erasure_id = $1 AND (has_rows = 1 OR sealed IS NOT NULL)";
}

/// A page at the moment of the fence.
#[derive(Debug, Clone)]
pub struct NewErasurePage {
    pub page: PageId,
    pub erasure: ErasureId,
    pub meta_id: String,
    pub ends_at: Timestamp,
    /// `None`: there is nothing to tell Meta, or nothing to tell it with.
    pub sealed: Option<Vec<u8>>,
    /// Meta delivers nothing of it already: it was disconnected, or the app was taken off it.
    pub is_let_go: bool,
}

/// A notice that is due.
#[derive(Debug, Clone)]
pub struct DueNotice {
    pub page: PageId,
    pub erasure: ErasureId,
    pub brand: BrandId,
    pub meta_id: String,
    pub attempts: i64,
    pub ends_at: Timestamp,
    pub sealed: Vec<u8>,
}

/// A page that somebody has connected anew while Meta may have been told to deliver nothing more of it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id of before.
    pub page: PageId,
    pub meta_id: String,
    pub attempts: i64,
    pub ends_at: Timestamp,
}

pub fn insert_many(scope: Scope<'_>, new: &[NewErasurePage], now: Timestamp) -> Result<(), StoreError> {
    let rows: Vec<_> = new
        .iter()
        .map(|n| params![n.page, n.erasure, scope.brand(), &n.meta_id, now, n.ends_at, n.sealed.clone()])
        .collect();
    scope.tx.execute_many(&INSERT, &rows).map(drop)
}

/// The pages of an erasure that still have leads to remove, in order.
pub fn list_with_rows(tx: &Tx<'_>, erasure: ErasureId) -> Result<Vec<PageId>, StoreError> {
    tx.query(&WITH_ROWS, &params![erasure])?.iter().map(|row| row.id(0)).collect()
}

/// Whole installation: whether leads of a page with this id are still being removed.
pub fn is_being_erased(tx: &Tx<'_>, meta_id: &str) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&IS_BEING_ERASED, &params![meta_id])?.is_some())
}

/// All leads of the page are gone.
pub fn set_without_rows(tx: &Tx<'_>, page: PageId) -> Result<(), StoreError> {
    if tx.execute(&DROP_ROWS, &params![page])? == 1 {
        tx.execute(&OVER, &params![page])?;
    }
    Ok(())
}

/// Meta is told now, after so many attempts. `false`: there is nothing to tell any more, or somebody else is at it.
pub fn begin_notice(tx: &Tx<'_>, page: PageId, attempts: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&BEGIN, &params![page, attempts])? == 1)
}

/// Meta was told, or is not tried any more; `false` if somebody else has noted it, or the page was connected anew.
pub fn end_notice(tx: &Tx<'_>, page: PageId) -> Result<bool, StoreError> {
    let ended = tx.execute(&DROP_NOTICE, &params![page])? == 1;
    if ended {
        tx.execute(&OVER, &params![page])?;
    }
    Ok(ended)
}

/// As [`end_notice`], when Meta could not be told yet.
pub fn set_later(tx: &Tx<'_>, page: PageId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&LATER, &params![at, page])? == 1)
}

/// The page was connected anew, so that Meta is told no more; `false` if it was told, or somebody has noted this. If it
/// may just be told, it is looked at from then on whether it is delivered.
pub fn take_notice(tx: &Tx<'_>, page: PageId, look_at: Timestamp) -> Result<bool, StoreError> {
    if tx.execute(&UNTRIED, &params![page])? == 1 {
        return Ok(true);
    }
    Ok(tx.execute(&TAKEN, &params![look_at, page])? == 1)
}

/// Whole installation: pages that were connected anew and are to be looked at.
pub fn list_taken(tx: &Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Taken>, StoreError> {
    let read = |row: &Row| {
        Ok(Taken {
            page: row.id(0)?,
            meta_id: row.text(1)?.to_owned(),
            attempts: row.int(2)?,
            ends_at: row.at(3)?,
        })
    };
    tx.query(&TO_LOOK_AT, &params![now, limit])?.iter().map(read).collect()
}

/// It was looked at; `None`: for the last time.
pub fn set_looked(tx: &Tx<'_>, page: PageId, again_at: Option<Timestamp>) -> Result<(), StoreError> {
    match again_at {
        Some(at) => tx.execute(&LOOKED, &params![at, page]),
        None => tx.execute(&OVER, &params![page]),
    }
    .map(drop)
}

fn due(row: &Row) -> Result<DueNotice, StoreError> {
    Ok(DueNotice {
        page: row.id(0)?,
        erasure: row.id(1)?,
        brand: row.id(2)?,
        meta_id: row.text(3)?.to_owned(),
        attempts: row.int(4)?,
        ends_at: row.at(5)?,
        sealed: row.bytes(6)?.to_vec(),
    })
}

/// Whole installation: notices that are due.
pub fn list_due(tx: &Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<DueNotice>, StoreError> {
    tx.query(&DUE, &params![now, limit])?.iter().map(due).collect()
}

/// Whole installation: notices of a page that somebody has connected anew: telling Meta now would cut off the
/// new connection.
pub fn list_of_meta_id(tx: &Tx<'_>, meta_id: &str) -> Result<Vec<(PageId, ErasureId)>, StoreError> {
    tx.query(&OF_META, &params![meta_id])?.iter().map(|row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// What of the erasure still waits; nobody waits for a page that is only looked at.
pub fn count(tx: &Tx<'_>, erasure: ErasureId) -> Result<u64, StoreError> {
    tx.query_one(&COUNT, &params![erasure])?.unsigned(0)
}
