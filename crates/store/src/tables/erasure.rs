//! The journal of erasures: how far each is, and in the end a line without personal data. Of a lead, of an
//! account with all its pages and leads, or of a whole brand.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId, ErasureId, LeadId, PageId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "erasure",
    items: &[
        Item::own("id", "the erasure's id", "naming it"),
        Item::own("brand_id", "the brand", "keeping brands apart"),
        Item::own(
            "kind",
            "whether a lead, an account or a brand was erased",
            "finishing it, and the receipt",
        ),
        Item::own("code", "code of the public status page", "showing that it is done"),
        Item::own("subject", "id of who is being erased; emptied when done", "finishing after a crash")
            .is(Category::Id)
            .about(Subject::Account)
            .basis(Basis::LegalObligation)
            .kept(Retention::UntilProcessed),
        Item::own("lookup", "a lead's look-up hash; emptied when done", "finishing after a crash")
            .about(Subject::Lead)
            .basis(Basis::LegalObligation)
            .kept(Retention::UntilProcessed)
            .protected(Protection::KeyedHash),
        Item::own("tag", "hash of the destroyed key: noise once it is gone", "the receipt"),
        Item::own("step", "how far it is", "finishing after a crash"),
        Item::own("requested_at", "when it was asked for", "the receipt"),
        Item::own("unreadable_at", "when the key was destroyed", "the receipt"),
        Item::own("finished_at", "when the last row was gone", "the receipt"),
        Item::own("leaf_index", "the tag's leaf in the ledger", "the receipt"),
        Item::own("counts", "what was erased, by count", "the receipt"),
        Item::own("leads", "how many leads go with it", "showing how far it is"),
        Item::own("removed", "how many of them are gone", "showing how far it is"),
        Item::own(
            "cursor",
            "page and lead whose tag was noted last; emptied when done",
            "noting each tag exactly once",
        )
        .is(Category::Id)
        .about(Subject::Lead)
        .basis(Basis::LegalObligation)
        .kept(Retention::UntilProcessed),
        Item::own("to_tell", "pages of which Meta is to be told", "the receipt"),
        Item::own("told", "pages of which Meta was told", "the receipt"),
        Item::own("untold", "pages of which Meta could not be told", "the receipt"),
        Item::own("closed_at", "when the last letter and notice about it had ended", "ending its own key"),
        Item::own("backups_at", "when no backup of keys could open it any more", "the second receipt"),
        Item::own("backups_tag", "what the log says of that", "the second receipt"),
        Item::own("backups_leaf", "its leaf in the ledger", "the second receipt"),
        Item::own("root_epoch", "how often the root of the keys had changed by then", "the receipt"),
        Item::own("root_class", "how the root of the keys was kept", "the receipt"),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO erasure (id, brand_id, kind, code, subject, lookup, tag, step, requested_at, counts, leads, to_tell) VALUES ($1, $2, $3, $4, $5, $6, $7, 'fenced', $8, $9, $10, $11)";
    STEP = "UPDATE erasure SET step = 'key_destroyed', unreadable_at = $1, root_epoch = $3, root_class = $4 WHERE id = $2 AND step = 'fenced'";
    TAGGED = "UPDATE erasure SET cursor = $1, leads = CASE WHEN cursor IS NULL THEN $2 ELSE leads + $2 END WHERE id = $3 AND step = 'key_destroyed'";
    ALL_TAGGED = "UPDATE erasure SET step = 'tagged', cursor = NULL WHERE id = $1 AND step = 'key_destroyed'";
    PROGRESS = "UPDATE erasure SET counts = $1, removed = removed + $2 WHERE id = $3 AND step = 'tagged'";
    DONE = "UPDATE erasure SET step = 'done', subject = NULL, lookup = NULL, cursor = NULL, finished_at = $1, counts = $2, removed = leads WHERE id = $3 AND step IN ('key_destroyed', 'tagged')";
    TOLD = "UPDATE erasure SET told = told + $1, untold = untold + $2 WHERE id = $3";
    CLOSE = "UPDATE erasure SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL";
    OPEN = "SELECT id, brand_id, kind, code, subject, lookup, tag, step, requested_at, unreadable_at, finished_at, leaf_index, counts, leads, removed, cursor, to_tell, told, untold, closed_at, backups_at, backups_tag, backups_leaf, root_epoch, root_class FROM erasure WHERE finished_at IS NULL ORDER BY id";
    UNCLOSED = "SELECT id, brand_id, kind, code, subject, lookup, tag, step, requested_at, unreadable_at, finished_at, leaf_index, counts, leads, removed, cursor, to_tell, told, untold, closed_at, backups_at, backups_tag, backups_leaf, root_epoch, root_class FROM erasure WHERE closed_at IS NULL AND finished_at IS NOT NULL ORDER BY id";
    BY_CODE = "SELECT id, brand_id, kind, code, subject, lookup, tag, step, requested_at, unreadable_at, finished_at, leaf_index, counts, leads, removed, cursor, to_tell, told, untold, closed_at, backups_at, backups_tag, backups_leaf, root_epoch, root_class FROM erasure WHERE code = $1 AND brand_id = $2";
    BY_SUBJECT = "SELECT id, brand_id, kind, code, subject, lookup, tag, step, requested_at, unreadable_at, finished_at, leaf_index, counts, leads, removed, cursor, to_tell, told, untold, closed_at, backups_at, backups_tag, backups_leaf, root_epoch, root_class FROM erasure WHERE subject = $1 AND brand_id = $2 AND kind = $3";
    IN_BACKUPS = "SELECT id, brand_id, kind, code, subject, lookup, tag, step, requested_at, unreadable_at, finished_at, leaf_index, counts, leads, removed, cursor, to_tell, told, untold, closed_at, backups_at, backups_tag, backups_leaf, root_epoch, root_class FROM erasure WHERE backups_at IS NULL AND unreadable_at <= $1 AND root_class <> $2 AND (unreadable_at > $3 OR (unreadable_at = $3 AND id > $4)) ORDER BY unreadable_at, id LIMIT $5";
    BRANDS_GONE = "SELECT brand_id, max(unreadable_at) FROM erasure WHERE kind = 'brand' AND unreadable_at IS NOT NULL GROUP BY brand_id";
    PAST_BACKUPS = "UPDATE erasure SET backups_at = $1, backups_tag = $2 WHERE id = $3 AND backups_at IS NULL";
    SET_LEAF = "UPDATE erasure SET leaf_index = $1 WHERE tag = $2 AND leaf_index IS NULL";
    SET_BACKUPS_LEAF = "UPDATE erasure SET backups_leaf = $1 WHERE backups_tag = $2 AND backups_leaf IS NULL";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureKind {
    Lead,
    Account,
    Brand,
}

impl ErasureKind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Account => "account",
            Self::Brand => "brand",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureStep {
    /// Nothing more is written; the key still exists.
    Fenced,
    KeyDestroyed,
    /// The tags of all leads that go with it are on their way to the log; their rows are being removed.
    Tagged,
    Done,
}

#[derive(Debug, Clone)]
pub struct Erasure {
    pub id: ErasureId,
    pub brand: BrandId,
    pub kind: ErasureKind,
    pub code: String,
    /// Whose key is destroyed; `None` once it is done.
    pub subject: Option<[u8; 16]>,
    /// Of a lead: the hashes by which it is found.
    pub lookup: Vec<[u8; 32]>,
    pub tag: [u8; 32],
    pub step: ErasureStep,
    pub requested_at: Timestamp,
    pub unreadable_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub leaf_index: Option<u64>,
    /// JSON object of counts.
    pub counts: String,
    /// How many leads go with it: of an account or a brand all of them once it is [`ErasureStep::Tagged`].
    pub leads: u64,
    pub removed: u64,
    /// Whose tag was noted last.
    pub cursor: Option<(PageId, LeadId)>,
    pub to_tell: u64,
    pub told: u64,
    pub untold: u64,
    pub closed_at: Option<Timestamp>,
    pub backups_at: Option<Timestamp>,
    pub backups_tag: Option<[u8; 32]>,
    pub backups_leaf: Option<u64>,
    /// The keys' root in force once it was done: how often it had changed, and the letter of how it is kept.
    pub root: Option<(u64, String)>,
}

impl Erasure {
    /// One that begins now.
    pub fn new(
        id: ErasureId,
        brand: BrandId,
        kind: ErasureKind,
        code: String,
        subject: [u8; 16],
        tag: [u8; 32],
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            brand,
            kind,
            code,
            subject: Some(subject),
            lookup: Vec::new(),
            tag,
            step: ErasureStep::Fenced,
            requested_at: now,
            unreadable_at: None,
            finished_at: None,
            leaf_index: None,
            counts: "{}".to_owned(),
            // Of an account or a brand they are counted behind the fence, as their tags are noted.
            leads: u64::from(kind == ErasureKind::Lead),
            removed: 0,
            cursor: None,
            to_tell: 0,
            told: 0,
            untold: 0,
            closed_at: None,
            backups_at: None,
            backups_tag: None,
            backups_leaf: None,
            root: None,
        }
    }

    /// The lead being erased, if it is a lead.
    pub fn lead(&self) -> Option<LeadId> {
        self.subject.filter(|_| self.kind == ErasureKind::Lead).map(LeadId)
    }

    /// The account being erased, if it is an account.
    pub fn account(&self) -> Option<AccountId> {
        self.subject.filter(|_| self.kind == ErasureKind::Account).map(AccountId)
    }
}

fn count(row: &Row, column: usize) -> Result<Option<u64>, StoreError> {
    Ok(row.opt_int(column)?.and_then(|n| u64::try_from(n).ok()))
}

fn cursor(bytes: &[u8]) -> Option<(PageId, LeadId)> {
    let (page, lead) = bytes.split_at_checked(16)?;
    Some((PageId::from_slice(page)?, LeadId::from_slice(lead)?))
}

fn read(row: &Row) -> Result<Erasure, StoreError> {
    Ok(Erasure {
        id: row.id(0)?,
        brand: row.id(1)?,
        kind: match row.text(2)? {
            "account" => ErasureKind::Account,
            "brand" => ErasureKind::Brand,
            _ => ErasureKind::Lead,
        },
        code: row.text(3)?.to_owned(),
        subject: row.opt_bytes(4)?.and_then(|b| b.try_into().ok()),
        lookup: row.opt_bytes(5)?.map(|b| b.as_chunks().0.to_vec()).unwrap_or_default(),
        tag: row.array(6)?,
        step: match row.text(7)? {
            "fenced" => ErasureStep::Fenced,
            "key_destroyed" => ErasureStep::KeyDestroyed,
            "tagged" => ErasureStep::Tagged,
            _ => ErasureStep::Done,
        },
        requested_at: row.at(8)?,
        unreadable_at: row.opt_at(9)?,
        finished_at: row.opt_at(10)?,
        leaf_index: count(row, 11)?,
        counts: row.text(12)?.to_owned(),
        leads: row.unsigned(13)?,
        removed: row.unsigned(14)?,
        cursor: row.opt_bytes(15)?.and_then(cursor),
        to_tell: row.unsigned(16)?,
        told: row.unsigned(17)?,
        untold: row.unsigned(18)?,
        closed_at: row.opt_at(19)?,
        backups_at: row.opt_at(20)?,
        backups_tag: row.opt_bytes(21)?.and_then(|b| b.try_into().ok()),
        backups_leaf: count(row, 22)?,
        root: count(row, 23)?.zip(row.opt_text(24)?.map(str::to_owned)),
    })
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The journal's first entry: in the same commit as the fence.
pub fn insert(scope: Scope<'_>, new: &Erasure) -> Result<(), StoreError> {
    let row = params![
        new.id,
        scope.brand(),
        new.kind.code(),
        &new.code,
        new.subject,
        (!new.lookup.is_empty()).then(|| new.lookup.concat()),
        new.tag,
        new.requested_at,
        &new.counts,
        number(new.leads),
        number(new.to_tell)
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// `false`: somebody else has noted it already.
pub fn set_key_destroyed(
    tx: &Tx<'_>,
    id: ErasureId,
    now: Timestamp,
    (epoch, class): (u64, &str),
) -> Result<bool, StoreError> {
    Ok(tx.execute(&STEP, &params![now, id, number(epoch), class])? == 1)
}

/// The tags up to and with this lead's are noted, of `leads` leads more.
pub fn set_tagged(
    tx: &Tx<'_>,
    id: ErasureId,
    (page, lead): (PageId, LeadId),
    leads: u64,
) -> Result<bool, StoreError> {
    let cursor = [page.0, lead.0].concat();
    Ok(tx.execute(&TAGGED, &params![cursor, number(leads), id])? == 1)
}

pub fn set_all_tagged(tx: &Tx<'_>, id: ErasureId) -> Result<bool, StoreError> {
    Ok(tx.execute(&ALL_TAGGED, &params![id])? == 1)
}

/// So many more leads are gone, and what is counted now.
pub fn set_progress(tx: &Tx<'_>, id: ErasureId, counts: &str, removed: u64) -> Result<bool, StoreError> {
    Ok(tx.execute(&PROGRESS, &params![counts, number(removed), id])? == 1)
}

pub fn set_done(tx: &Tx<'_>, id: ErasureId, counts: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&DONE, &params![now, counts, id])? == 1)
}

/// Meta was told of a page, or could not be.
pub fn add_told(tx: &Tx<'_>, id: ErasureId, was_told: bool) -> Result<(), StoreError> {
    let row = params![i64::from(was_told), i64::from(!was_told), id];
    tx.execute(&TOLD, &row).map(drop)
}

/// Nothing waits any more that its own key opens.
pub fn close(tx: &Tx<'_>, id: ErasureId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&CLOSE, &params![now, id])? == 1)
}

/// Whole installation: those whose rows are not all gone.
pub fn list_open(tx: &Tx<'_>) -> Result<Vec<Erasure>, StoreError> {
    tx.query(&OPEN, &[])?.iter().map(read).collect()
}

/// Whole installation: those that are done and of which a letter or a notice may still wait.
pub fn list_unclosed(tx: &Tx<'_>) -> Result<Vec<Erasure>, StoreError> {
    tx.query(&UNCLOSED, &[])?.iter().map(read).collect()
}

/// Whole installation: those unreadable since before `before` of which the second receipt is not made yet, after
/// this one. Left out are those done while the root was kept so, and those of which that is not known: none is ever
/// made of them.
pub fn list_in_backups(
    tx: &Tx<'_>,
    before: Timestamp,
    class: &str,
    after: (Timestamp, ErasureId),
    limit: u32,
) -> Result<Vec<Erasure>, StoreError> {
    tx.query(&IN_BACKUPS, &params![before, class, after.0, after.1, limit])?.iter().map(read).collect()
}

/// Whole installation: the brands that were erased, and when their keys were destroyed last.
pub fn list_brands_gone(tx: &Tx<'_>) -> Result<Vec<(BrandId, Timestamp)>, StoreError> {
    tx.query(&BRANDS_GONE, &[])?.iter().map(|row| Ok((row.id(0)?, row.at(1)?))).collect()
}

/// `false`: somebody else has noted it already.
pub fn set_past_backups(
    tx: &Tx<'_>,
    id: ErasureId,
    tag: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&PAST_BACKUPS, &params![now, tag, id])? == 1)
}

pub fn find_by_code(scope: Scope<'_>, code: &str) -> Result<Option<Erasure>, StoreError> {
    scope.tx.query_opt(&BY_CODE, &params![code, scope.brand()])?.as_ref().map(read).transpose()
}

/// The erasure of this lead that is under way.
pub fn find_open_by_lead(scope: Scope<'_>, lead: LeadId) -> Result<Option<Erasure>, StoreError> {
    find_open(scope, ErasureKind::Lead, lead.0)
}

/// The erasure of this account, or of the brand itself, that is under way.
pub fn find_open(
    scope: Scope<'_>,
    kind: ErasureKind,
    subject: [u8; 16],
) -> Result<Option<Erasure>, StoreError> {
    let row = scope.tx.query_opt(&BY_SUBJECT, &params![subject, scope.brand(), kind.code()])?;
    row.as_ref().map(read).transpose()
}

/// The sequencer notes where the tags stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> = leaves.iter().map(|(tag, index)| params![number(*index), tag]).collect();
    tx.execute_many(&SET_LEAF, &rows)?;
    tx.execute_many(&SET_BACKUPS_LEAF, &rows).map(drop)
}
