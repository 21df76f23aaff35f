//! The versions of the data map that a brand has shown, with the leaf of the log that each one's hash became: what
//! was promised when is provable.
//!
//! Invariant: a version never changes; only its leaf, and since when programs hold themselves to it, are noted once.

use super::Scope;
use crate::error::StoreError;
use crate::migrate;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Category, Declaration, Item, Subject};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "data_map",
    items: &[
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("version", "number of the version", "saying which one was shown").about(Subject::Brand),
        Item::own("hash", "SHA-256 of its text", "proving it")
            .about(Subject::Brand)
            .is(Category::BrandMatter),
        Item::own("text", "the map, as it was shown", "proving what was promised").about(Subject::Brand),
        Item::own("made_at", "since when it was shown", "proving what was promised").about(Subject::Brand),
        Item::own("leaf_index", "its leaf in the ledger", "proving it").about(Subject::Brand),
        Item::own(
            "held_at",
            "since when programs hold themselves to it",
            "announcing what is materially another",
        )
        .about(Subject::Brand),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO data_map (brand_id, version, hash, text, made_at, held_at) VALUES ($1, $2, $3, $4, $5, $5)";
    NEWEST = "SELECT version, hash, made_at, leaf_index, held_at FROM data_map WHERE brand_id = $1 ORDER BY version DESC LIMIT 1";
    LIST = "SELECT version, hash, made_at, leaf_index, held_at FROM data_map WHERE brand_id = $1 ORDER BY version DESC LIMIT $2";
    TEXT = "SELECT text FROM data_map WHERE brand_id = $1 AND version = $2";
    HELD = "SELECT version FROM data_map WHERE brand_id = $1 AND held_at IS NOT NULL LIMIT 1";
    HOLD = "UPDATE data_map SET held_at = $1 WHERE brand_id = $2 AND version = $3 AND held_at IS NULL";
    PROMISED = "SELECT text, made_at, held_at FROM data_map WHERE brand_id = $1 ORDER BY version DESC LIMIT 2";
    MIGRATED = "SELECT count(*) FROM migration WHERE schema = 'data' AND number = $1";
    SET_LEAF = "UPDATE data_map SET leaf_index = $1 WHERE hash = $2 AND leaf_index IS NULL";
}

/// A version, without its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    pub hash: [u8; 32],
    pub made_at: Timestamp,
    pub leaf_index: Option<u64>,
    /// Whether a program that serves holds itself to it.
    pub is_held: bool,
}

fn read(row: &Row) -> Result<Version, StoreError> {
    let leaf_index = row.opt_int(3)?.and_then(|index| u64::try_from(index).ok());
    let is_held = row.opt_at(4)?.is_some();
    Ok(Version { number: row.int(0)?, hash: row.array(1)?, made_at: row.at(2)?, leaf_index, is_held })
}

pub fn insert(
    scope: Scope<'_>,
    number: i64,
    hash: &[u8; 32],
    text: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    scope.tx.execute(&INSERT, &params![scope.brand(), number, hash, text, now]).map(drop)
}

pub fn newest(scope: Scope<'_>) -> Result<Option<Version>, StoreError> {
    scope.tx.query_opt(&NEWEST, &params![scope.brand()])?.as_ref().map(read).transpose()
}

/// The newest first.
pub fn list(scope: Scope<'_>, limit: u32) -> Result<Vec<Version>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand(), limit])?.iter().map(read).collect()
}

/// The bytes that were shown.
pub fn text(scope: Scope<'_>, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let row = scope.tx.query_opt(&TEXT, &params![scope.brand(), number])?;
    row.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
}

/// From now on what is materially another is announced first.
pub fn hold(scope: Scope<'_>, number: i64, now: Timestamp) -> Result<(), StoreError> {
    scope.tx.execute(&HOLD, &params![now, scope.brand(), number]).map(drop)
}

/// Whether a program that holds itself to what it shows has ever served.
pub fn was_held(scope: Scope<'_>) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&HELD, &params![scope.brand()])?.is_some())
}

/// What people were promised last.
pub struct Promised {
    pub text: Vec<u8>,
    pub made_at: Timestamp,
    /// What the version before it showed.
    pub before: Option<Vec<u8>>,
}

/// The newest version, if programs hold themselves to it: what a program without a gate has shown is taken over as it
/// is.
pub fn promised(scope: Scope<'_>) -> Result<Option<Promised>, StoreError> {
    let rows = scope.tx.query(&PROMISED, &params![scope.brand()])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let before = rows.get(1).map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()?;
    let promised = Promised { text: row.bytes(0)?.to_vec(), made_at: row.at(1)?, before };
    Ok(row.opt_at(2)?.is_some().then_some(promised))
}

/// Whether the database, as it lies, keeps what [`promised`] asks for.
pub fn has_gate(tx: &Tx<'_>) -> Result<bool, StoreError> {
    let gate = migrate::DATA.iter().find(|migration| migration.name.ends_with("_gate"));
    let Some(gate) = gate else { return Ok(false) };
    Ok(tx.query_one(&MIGRATED, &params![gate.number])?.int(0)? > 0)
}

/// The sequencer notes where the hashes stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> =
        leaves.iter().map(|(hash, index)| params![i64::try_from(*index).unwrap_or(i64::MAX), hash]).collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}
