//! What was announced to everybody who has an account: that a document gets a new version, somebody is to get data,
//! the data map is to be materially another, or the brand ends or goes on after all; from when on, and how far the
//! telling has come.
//!
//! Invariant: an announcement never changes, but for how far it was told and where it stands in the log.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Category, Declaration, Item, Subject};
use model::id::{AccountId, AnnouncementId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "announcement",
    items: &[
        Item::own("id", "the announcement's id", "naming it").about(Subject::Brand),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own(
            "kind",
            "which document, or that it is a recipient, the data map or the brand's end",
            "saying what changes",
        )
        .about(Subject::Brand),
        Item::own("version", "its new version, or its number", "saying what changes").about(Subject::Brand),
        Item::own("hash", "SHA-256 of its texts and dates", "proving what was announced")
            .about(Subject::Brand)
            .is(Category::BrandMatter),
        Item::own("early", "why it comes with less notice", "saying why").about(Subject::Brand),
        Item::own("announced_at", "when it was announced", "proving what was announced")
            .about(Subject::Brand),
        Item::own("effective_at", "from when it is in force", "proving what was announced")
            .about(Subject::Brand),
        Item::own("told_up_to", "the account that was told last", "telling everybody once")
            .about(Subject::Brand),
        Item::own("told", "how many were told", "showing that everybody was").about(Subject::Brand),
        Item::own("done_at", "when everybody had been told", "showing that everybody was")
            .about(Subject::Brand),
        Item::own("leaf_index", "its leaf in the ledger", "proving it").about(Subject::Brand),
        Item::own(
            "text",
            "the announced data map, and what changes in words; when the brand ends",
            "showing and proving what is coming",
        )
        .about(Subject::Brand),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO announcement (id, brand_id, kind, version, hash, early, announced_at, effective_at, told_up_to, text, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)";
    OPEN = "SELECT id, kind, version, hash, early, announced_at, effective_at, told_up_to, told, done_at, leaf_index FROM announcement WHERE brand_id = $1 AND done_at IS NULL ORDER BY announced_at LIMIT 1";
    OPEN_COUNT = "SELECT count(*) FROM announcement WHERE done_at IS NULL";
    LIST = "SELECT id, kind, version, hash, early, announced_at, effective_at, told_up_to, told, done_at, leaf_index FROM announcement WHERE brand_id = $1 ORDER BY announced_at DESC, version DESC LIMIT $2";
    OF_KIND = "SELECT id, kind, version, hash, early, announced_at, effective_at, told_up_to, told, done_at, leaf_index FROM announcement WHERE brand_id = $1 AND kind = $2";
    TEXT = "SELECT text FROM announcement WHERE brand_id = $1 AND kind = $2 AND version = $3";
    TEXTS = "SELECT version, effective_at, text FROM announcement WHERE brand_id = $1 AND kind = $2 AND text IS NOT NULL ORDER BY version";
    // Whom a change concerns: who had an account when it was announced.
    NEXT = "SELECT id FROM account WHERE brand_id = $1 AND id > $2 AND created_at <= $3 ORDER BY id LIMIT $4";
    TOLD = "UPDATE announcement SET told_up_to = $1, told = told + $2, done_at = $3 WHERE id = $4 AND told_up_to = $5 AND done_at IS NULL";
    STOP = "UPDATE announcement SET done_at = $1 WHERE id = $2 AND brand_id = $3 AND done_at IS NULL";
    UNTOLD = "SELECT count(*) FROM account a JOIN credential c ON c.account_id = a.id WHERE a.brand_id = $1 AND a.id > $2 AND a.created_at <= $3 AND a.state = 'active'";
    PASSED = "SELECT count(*) FROM announcement WHERE id = $1 AND brand_id = $2 AND (done_at IS NOT NULL OR told_up_to >= $3 OR announced_at < $4)";
    SET_LEAF = "UPDATE announcement SET leaf_index = $1 WHERE hash = $2 AND leaf_index IS NULL";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub id: AnnouncementId,
    pub kind: String,
    pub version: i64,
    pub hash: [u8; 32],
    /// Why with less notice than is promised.
    pub early: Option<String>,
    pub announced_at: Timestamp,
    pub effective_at: Timestamp,
    pub told_up_to: AccountId,
    pub told: u64,
    pub done_at: Option<Timestamp>,
    pub leaf_index: Option<u64>,
}

/// A new one.
#[derive(Debug, Clone)]
pub struct NewAnnouncement<'a> {
    pub id: AnnouncementId,
    pub kind: &'a str,
    pub version: i64,
    pub hash: [u8; 32],
    pub early: Option<&'a str>,
    pub announced_at: Timestamp,
    pub effective_at: Timestamp,
    /// What exactly, where that stands in no other table.
    pub text: Option<&'a [u8]>,
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn read(row: &Row) -> Result<Announcement, StoreError> {
    Ok(Announcement {
        id: row.id(0)?,
        kind: row.text(1)?.to_owned(),
        version: row.int(2)?,
        hash: row.array(3)?,
        early: row.opt_text(4)?.map(str::to_owned),
        announced_at: row.at(5)?,
        effective_at: row.at(6)?,
        told_up_to: row.id(7)?,
        told: number(row.int(8)?),
        done_at: row.opt_at(9)?,
        leaf_index: row.opt_int(10)?.map(number),
    })
}

pub fn insert(scope: Scope<'_>, new: &NewAnnouncement<'_>) -> Result<(), StoreError> {
    let row = params![
        new.id,
        scope.brand(),
        new.kind,
        new.version,
        new.hash,
        new.early,
        new.announced_at,
        new.effective_at,
        AccountId([0; 16]),
        new.text
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The oldest that not everybody was told of.
pub fn open(scope: Scope<'_>) -> Result<Option<Announcement>, StoreError> {
    scope.tx.query_opt(&OPEN, &params![scope.brand()])?.as_ref().map(read).transpose()
}

/// Whether any brand has one of which not everybody was told.
pub fn is_any_open(tx: &Tx<'_>) -> Result<bool, StoreError> {
    Ok(tx.query_one(&OPEN_COUNT, &[])?.int(0)? > 0)
}

/// The newest first.
pub fn list(scope: Scope<'_>, limit: u32) -> Result<Vec<Announcement>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand(), limit])?.iter().map(read).collect()
}

/// All of one kind.
pub fn list_of_kind(scope: Scope<'_>, kind: &str) -> Result<Vec<Announcement>, StoreError> {
    scope.tx.query(&OF_KIND, &params![scope.brand(), kind])?.iter().map(read).collect()
}

/// What exactly was announced.
pub struct Text {
    pub version: i64,
    pub effective_at: Timestamp,
    pub text: Vec<u8>,
}

/// What exactly was announced under this number.
pub fn text(scope: Scope<'_>, kind: &str, version: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(row) = scope.tx.query_opt(&TEXT, &params![scope.brand(), kind, version])? else {
        return Ok(None);
    };
    Ok(row.opt_bytes(0)?.map(<[u8]>::to_vec))
}

/// The same of all of one kind, the oldest first.
pub fn texts(scope: Scope<'_>, kind: &str) -> Result<Vec<Text>, StoreError> {
    let read =
        |row: &Row| Ok(Text { version: row.int(0)?, effective_at: row.at(1)?, text: row.bytes(2)?.to_vec() });
    scope.tx.query(&TEXTS, &params![scope.brand(), kind])?.iter().map(read).collect()
}

/// The next accounts to tell.
pub fn next(scope: Scope<'_>, of: &Announcement, limit: u32) -> Result<Vec<AccountId>, StoreError> {
    let of = params![scope.brand(), of.told_up_to, of.announced_at, limit];
    scope.tx.query(&NEXT, &of)?.iter().map(|row| row.id(0)).collect()
}

/// Whether the telling does not come to this account any more.
pub fn has_passed(
    scope: Scope<'_>,
    id: AnnouncementId,
    account: AccountId,
    created_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(scope.tx.query_one(&PASSED, &params![id, scope.brand(), account, created_at])?.int(0)? > 0)
}

/// Notes how far it was told, in the commit that writes the letters; `false`: another was quicker, and nothing of
/// this commit may stand.
pub fn set_told(
    scope: Scope<'_>,
    of: &Announcement,
    up_to: AccountId,
    count: u64,
    done_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let row = params![up_to, count, done_at, of.id, of.told_up_to];
    Ok(scope.tx.execute(&TOLD, &row)? == 1)
}

/// Nobody else is told of it: what it announced is taken back.
pub fn stop(scope: Scope<'_>, id: AnnouncementId, now: Timestamp) -> Result<(), StoreError> {
    scope.tx.execute(&STOP, &params![now, id, scope.brand()]).map(drop)
}

/// How many are still to be told of it.
pub fn count_untold(scope: Scope<'_>, of: &Announcement) -> Result<u64, StoreError> {
    if of.done_at.is_some() {
        return Ok(0);
    }
    let of = params![scope.brand(), of.told_up_to, of.announced_at];
    scope.tx.query_one(&UNTOLD, &of)?.unsigned(0)
}

/// The sequencer notes where the hashes stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> =
        leaves.iter().map(|(hash, index)| params![i64::try_from(*index).unwrap_or(i64::MAX), hash]).collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}
