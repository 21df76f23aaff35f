//! The ledger's rows: commitments that wait for their number, the tree's tiles, the checkpoints.
//! Whole installation: all brands share one log.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::ConsentId;
use model::time::Timestamp;

pub const PENDING: Declaration = Declaration {
    place: "ledger_pending",
    items: &[
        Item::own("id", "order of arrival", "numbering leaves").kept(Retention::UntilProcessed),
        Item::own("commitment", "keyed hash of a record", "proving the record")
            .about(Subject::Lead)
            .basis(Basis::LegalObligation)
            .kept(Retention::UntilProcessed)
            .protected(Protection::KeyedHash),
        Item::own("consent_id", "the consent event", "noting its leaf").kept(Retention::UntilProcessed),
    ],
};

pub const TILE: Declaration = Declaration {
    place: "ledger_tile",
    items: &[
        Item::own("level", "level in the tree", "the log"),
        Item::own("idx", "number of the tile", "the log"),
        Item::own("hashes", "hashes of commitments; noise once their key is gone", "the log")
            .about(Subject::Lead)
            .kept(Retention::Installation)
            .basis(Basis::LegalObligation)
            .protected(Protection::KeyedHash),
    ],
};

pub const CHECKPOINT: Declaration = Declaration {
    place: "ledger_checkpoint",
    items: &[
        Item::own("size", "number of leaves", "the log"),
        Item::own("root", "root hash", "the log"),
        Item::own("note", "signed checkpoint", "proving the log's state"),
        Item::own("signed_at", "when it was signed", "proving the log's state"),
    ],
};

crate::statements! {
    PEND = "INSERT INTO ledger_pending (id, commitment, consent_id) VALUES ($1, $2, $3)";
    OLDEST = "SELECT id, commitment, consent_id FROM ledger_pending ORDER BY id LIMIT $1";
    COUNT_BETWEEN = "SELECT count(*) FROM ledger_pending WHERE id >= $1 AND id <= $2";
    UNPEND = "DELETE FROM ledger_pending WHERE id >= $1 AND id <= $2";
    // An event that was erased meanwhile has no row any more, and gets none here.
    pair NUMBER = {
        sqlite: "INSERT INTO consent_leaf (consent_id, leaf_index) \
        SELECT p.consent_id, p.leaf FROM (SELECT consent_id, $1 + row_number() OVER (ORDER BY id) - 1 AS leaf FROM ledger_pending WHERE id >= $2 AND id <= $3) p \
        WHERE EXISTS (SELECT 1 FROM consent_event c WHERE c.id = p.consent_id)",
        postgres: "INSERT INTO consent_leaf (consent_id, leaf_index) \
        SELECT p.consent_id, p.leaf FROM (SELECT consent_id, CAST($1 AS BIGINT) + row_number() OVER (ORDER BY id) - 1 AS leaf FROM ledger_pending WHERE id >= $2 AND id <= $3) p \
        WHERE EXISTS (SELECT 1 FROM consent_event c WHERE c.id = p.consent_id)",
    };
    PENDING_COUNT = "SELECT count(*) FROM ledger_pending";
    TILE_GET = "SELECT hashes FROM ledger_tile WHERE level = $1 AND idx = $2";
    TILE_SET = "INSERT INTO ledger_tile (level, idx, hashes) VALUES ($1, $2, $3) ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes";
    HEAD = "SELECT size, root, note, signed_at FROM ledger_checkpoint ORDER BY size DESC LIMIT 1";
    AT = "SELECT size, root, note, signed_at FROM ledger_checkpoint WHERE size = $1";
    SIGN = "INSERT INTO ledger_checkpoint (size, root, note, signed_at) VALUES ($1, $2, $3, $4)";
}

/// A commitment that waits for its number.
#[derive(Debug, Clone)]
pub struct PendingLeaf {
    pub id: [u8; 16],
    pub commitment: [u8; 32],
    pub consent: Option<ConsentId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub size: u64,
    pub root: [u8; 32],
    pub note: String,
    pub signed_at: Timestamp,
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub fn insert_pending(tx: &Tx<'_>, leaves: &[PendingLeaf]) -> Result<(), StoreError> {
    let rows: Vec<_> = leaves.iter().map(|l| params![l.id, l.commitment, l.consent]).collect();
    tx.execute_many(&PEND, &rows).map(drop)
}

pub fn list_pending(tx: &Tx<'_>, limit: u32) -> Result<Vec<PendingLeaf>, StoreError> {
    tx.query(&OLDEST, &params![limit])?
        .iter()
        .map(|row| Ok(PendingLeaf { id: row.array(0)?, commitment: row.array(1)?, consent: row.opt_id(2)? }))
        .collect()
}

/// Numbers the pending commitments from the first to the last of `batch`, which are as listed: notes each
/// consent event's leaf, counted from `from`, and deletes them. `false`, and nothing is done, when they
/// are not the same any more.
pub fn number_pending(tx: &Tx<'_>, batch: &[PendingLeaf], from: u64) -> Result<bool, StoreError> {
    let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(true) };
    let count = tx.query_one(&COUNT_BETWEEN, &params![first.id, last.id])?.unsigned(0)?;
    if count != u64::try_from(batch.len()).unwrap_or(u64::MAX) {
        return Ok(false);
    }
    tx.execute(&NUMBER, &params![number(from), first.id, last.id])?;
    tx.execute(&UNPEND, &params![first.id, last.id])?;
    Ok(true)
}

pub fn count_pending(tx: &Tx<'_>) -> Result<u64, StoreError> {
    tx.query_one(&PENDING_COUNT, &[])?.unsigned(0)
}

pub fn tile(tx: &Tx<'_>, level: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
    tx.query_opt(&TILE_GET, &params![level, number(index)])?
        .map(|row| row.bytes(0).map(<[u8]>::to_vec))
        .transpose()
}

pub fn set_tile(tx: &Tx<'_>, level: u8, index: u64, hashes: &[u8]) -> Result<(), StoreError> {
    tx.execute(&TILE_SET, &params![level, number(index), hashes]).map(drop)
}

fn read(row: &Row) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        size: row.unsigned(0)?,
        root: row.array(1)?,
        note: row.text(2)?.to_owned(),
        signed_at: row.at(3)?,
    })
}

/// The newest checkpoint.
pub fn head(tx: &Tx<'_>) -> Result<Option<Checkpoint>, StoreError> {
    tx.query_opt(&HEAD, &[])?.as_ref().map(read).transpose()
}

pub fn checkpoint_at(tx: &Tx<'_>, size: u64) -> Result<Option<Checkpoint>, StoreError> {
    tx.query_opt(&AT, &params![number(size)])?.as_ref().map(read).transpose()
}

/// A conflict means that another signer was quicker.
pub fn insert_checkpoint(tx: &Tx<'_>, new: &Checkpoint) -> Result<(), StoreError> {
    tx.execute(&SIGN, &params![number(new.size), new.root, &new.note, new.signed_at]).map(drop)
}
