//! The journal of erasures: how far each is, and in the end a line without personal data.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{BrandId, ErasureId, LeadId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "erasure",
    items: &[
        Item::own("id", "the erasure's id", "naming it"),
        Item::own("brand_id", "the brand", "keeping brands apart"),
        Item::own("code", "code of the public status page", "showing that it is done"),
        Item::own("subject", "the lead being erased; emptied when done", "finishing after a crash")
            .is(Category::Id)
            .about(Subject::Lead)
            .basis(Basis::LegalObligation)
            .kept(Retention::UntilProcessed),
        Item::own("lookup", "its look-up hash; emptied when done", "finishing after a crash")
            .about(Subject::Lead)
            .basis(Basis::LegalObligation)
            .kept(Retention::UntilProcessed)
            .protected(Protection::KeyedHash),
        Item::own("tag", "hash of the destroyed key: noise once it is gone", "the receipt"),
        Item::own("step", "how far it is", "finishing after a crash"),
        Item::own("requested_at", "when it was asked for", "the receipt"),
        Item::own("finished_at", "when it was done", "the receipt"),
        Item::own("leaf_index", "the tag's leaf in the ledger", "the receipt"),
        Item::own("counts", "what was erased, by count", "the receipt"),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO erasure (id, brand_id, code, subject, lookup, tag, step, requested_at, counts) VALUES ($1, $2, $3, $4, $5, $6, 'fenced', $7, '{}')";
    STEP = "UPDATE erasure SET step = 'key_destroyed' WHERE id = $1 AND step = 'fenced'";
    DONE = "UPDATE erasure SET step = 'done', subject = NULL, lookup = NULL, finished_at = $1, counts = $2 WHERE id = $3 AND step = 'key_destroyed'";
    OPEN = "SELECT id, brand_id, code, subject, lookup, tag, step, requested_at, finished_at, leaf_index, counts FROM erasure WHERE finished_at IS NULL ORDER BY id";
    BY_CODE = "SELECT id, brand_id, code, subject, lookup, tag, step, requested_at, finished_at, leaf_index, counts FROM erasure WHERE code = $1 AND brand_id = $2";
    BY_LEAD = "SELECT id, brand_id, code, subject, lookup, tag, step, requested_at, finished_at, leaf_index, counts FROM erasure WHERE subject = $1 AND brand_id = $2";
    SET_LEAF = "UPDATE erasure SET leaf_index = $1 WHERE tag = $2 AND leaf_index IS NULL";
    COUNT = "SELECT count(*) FROM erasure WHERE brand_id = $1 AND step = 'done'";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureStep {
    /// Nothing more is written; the key still exists.
    Fenced,
    KeyDestroyed,
    Done,
}

#[derive(Debug, Clone)]
pub struct Erasure {
    pub id: ErasureId,
    pub brand: BrandId,
    pub code: String,
    pub subject: Option<LeadId>,
    pub lookup: Option<[u8; 32]>,
    pub tag: [u8; 32],
    pub step: ErasureStep,
    pub requested_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub leaf_index: Option<u64>,
    /// JSON object of counts.
    pub counts: String,
}

fn read(row: &Row) -> Result<Erasure, StoreError> {
    Ok(Erasure {
        id: row.id(0)?,
        brand: row.id(1)?,
        code: row.text(2)?.to_owned(),
        subject: row.opt_id(3)?,
        lookup: row.opt_bytes(4)?.and_then(|b| b.try_into().ok()),
        tag: row.array(5)?,
        step: match row.text(6)? {
            "fenced" => ErasureStep::Fenced,
            "key_destroyed" => ErasureStep::KeyDestroyed,
            _ => ErasureStep::Done,
        },
        requested_at: row.at(7)?,
        finished_at: row.opt_at(8)?,
        leaf_index: row.opt_int(9)?.and_then(|n| u64::try_from(n).ok()),
        counts: row.text(10)?.to_owned(),
    })
}

/// The journal's first entry: in the same commit as the fence.
pub fn insert(scope: Scope<'_>, new: &Erasure) -> Result<(), StoreError> {
    let row = params![new.id, scope.brand(), &new.code, new.subject, new.lookup, new.tag, new.requested_at];
    scope.tx.execute(&INSERT, &row).map(drop)
}

pub fn set_key_destroyed(tx: &Tx<'_>, id: ErasureId) -> Result<(), StoreError> {
    tx.execute(&STEP, &params![id]).map(drop)
}

pub fn set_done(tx: &Tx<'_>, id: ErasureId, counts: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&DONE, &params![now, counts, id])? == 1)
}

/// Whole installation: what a crash left half-way.
pub fn list_open(tx: &Tx<'_>) -> Result<Vec<Erasure>, StoreError> {
    tx.query(&OPEN, &[])?.iter().map(read).collect()
}

pub fn find_by_code(scope: Scope<'_>, code: &str) -> Result<Option<Erasure>, StoreError> {
    scope.tx.query_opt(&BY_CODE, &params![code, scope.brand()])?.as_ref().map(read).transpose()
}

/// The erasure of this lead that is under way.
pub fn find_open_by_lead(scope: Scope<'_>, lead: LeadId) -> Result<Option<Erasure>, StoreError> {
    scope.tx.query_opt(&BY_LEAD, &params![lead, scope.brand()])?.as_ref().map(read).transpose()
}

/// The sequencer notes where the tags stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> =
        leaves.iter().map(|(tag, index)| params![i64::try_from(*index).unwrap_or(i64::MAX), tag]).collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}

pub fn count_done(scope: Scope<'_>) -> Result<u64, StoreError> {
    scope.tx.query_one(&COUNT, &params![scope.brand()])?.unsigned(0)
}
