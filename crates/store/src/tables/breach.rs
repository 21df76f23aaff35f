//! The register of breaches: its cases, and their entries, which only grow in number.
//!
//! Invariants: an entry never changes, but for where it stands in the log; entries of a brand are numbered without a
//! gap, and each is written only behind the one that its writer had before them; what a case says of how far it has
//! come is written in the commit of an entry that tells of it; a draft of what people are told says nothing of that.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::breach::{Course, EntryKind};
use model::datamap::{Basis, Category, Declaration, Item, Protection, Subject};
use model::id::{BrandId, BreachEntryId, BreachId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "breach",
    items: &[
        own("id", "the case's id", "naming it"),
        own("brand_id", "the brand", "keeping brands apart"),
        own("suspected_at", "when something was suspected", "documenting it"),
        own("aware_at", "when one was aware that personal data was concerned", "the 72 hours"),
        own("told_at", "when the authority was told", "showing that it was"),
        own("phases", "how often it was told", "showing that it was"),
        own("not_told_at", "when it was decided that it need not be told", "showing how it was decided"),
        own("people_told_at", "when telling the people began", "telling them"),
        own("closed_at", "when the case was closed", "documenting it"),
        own("reminded", "how often the admins were reminded", "reminding them once"),
        sealed(
            "sealed",
            "what happened, what follows from it, what was done, and what people and the authority are told",
        ),
    ],
};

pub const ENTRY: Declaration = Declaration {
    place: "breach_entry",
    items: &[
        own("id", "the entry's id", "naming it"),
        own("brand_id", "the brand", "keeping brands apart"),
        own("breach_id", "the case", "whose entry it is").is(Category::BrandMatter),
        own("number", "its number", "showing that none is missing"),
        own("kind", "what it tells of", "documenting it"),
        own("written_at", "when it was written", "documenting it"),
        own("commitment", "keyed hash of the entry and of the one before", "showing that none was changed")
            .protected(Protection::KeyedHash),
        own("leaf_index", "its leaf in the ledger", "proving it"),
        sealed("sealed", "the entry, and what opens its leaf"),
    ],
};

const fn own(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose).about(Subject::Brand)
}

const fn sealed(name: &'static str, category: &'static str) -> Item {
    own(name, category, "documenting each breach")
        .basis(Basis::LegalObligation)
        .protected(Protection::SealedBrand)
}

crate::statements! {
    INSERT = "INSERT INTO breach (id, brand_id, suspected_at, aware_at, told_at, phases, not_told_at, people_told_at, closed_at, reminded, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)";
    SET = "UPDATE breach SET aware_at = $1, told_at = $2, phases = $3, not_told_at = $4, people_told_at = $5, closed_at = $6, sealed = $7 WHERE id = $8 AND brand_id = $9";
    GET = "SELECT id, suspected_at, aware_at, told_at, phases, not_told_at, people_told_at, closed_at, reminded, sealed FROM breach WHERE id = $1 AND brand_id = $2";
    LIST = "SELECT id, suspected_at, aware_at, told_at, phases, not_told_at, people_told_at, closed_at, reminded, sealed FROM breach WHERE brand_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    OPEN = "SELECT brand_id, id, suspected_at, aware_at, told_at, phases, not_told_at, people_told_at, closed_at, reminded FROM breach WHERE closed_at IS NULL OR people_told_at IS NOT NULL ORDER BY id";
    ANY_TOLD = "SELECT id FROM breach WHERE people_told_at IS NOT NULL LIMIT 1";
    REMIND = "UPDATE breach SET reminded = $1 WHERE id = $2 AND brand_id = $3 AND reminded = $4";
    INSERT_ENTRY = "INSERT INTO breach_entry (id, brand_id, breach_id, number, kind, written_at, commitment, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    HEAD = "SELECT number, commitment FROM breach_entry WHERE brand_id = $1 ORDER BY number DESC LIMIT 1";
    ENTRIES = "SELECT id, breach_id, number, kind, written_at, commitment, leaf_index, sealed FROM breach_entry WHERE brand_id = $1 AND number > $2 ORDER BY number LIMIT $3";
    OF_BREACH = "SELECT id, breach_id, number, kind, written_at, commitment, leaf_index, sealed FROM breach_entry WHERE breach_id = $1 AND brand_id = $2 ORDER BY number";
    FIGURES = "SELECT count(*), max(e.written_at), max(e.leaf_index), count(CASE WHEN e.kind = 'aware' AND d.id IS NULL THEN 1 END), count(CASE WHEN e.kind = 'drill' THEN 1 END) \
        FROM breach_entry e LEFT JOIN breach_entry d ON d.breach_id = e.breach_id AND d.kind = 'drill' WHERE e.brand_id = $1";
    DRAFT = "UPDATE breach SET sealed = $1 WHERE id = $2 AND brand_id = $3";
    SET_LEAF = "UPDATE breach_entry SET leaf_index = $1 WHERE commitment = $2 AND leaf_index IS NULL";
}

/// Whole installation: whether people are told of any case.
pub fn is_any_told(tx: &Tx<'_>) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&ANY_TOLD, &[])?.is_some())
}

/// A case as it lies.
#[derive(Debug, Clone)]
pub struct StoredBreach {
    pub id: BreachId,
    pub course: Course,
    /// How many reminders went to the admins.
    pub reminded: u32,
    pub sealed: Vec<u8>,
}

/// What an entry tells of, as its row has it: a newer version may write what this one does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind(pub String);

impl Kind {
    pub fn code(&self) -> &str {
        &self.0
    }

    pub fn known(&self) -> Option<EntryKind> {
        EntryKind::from_code(&self.0)
    }
}

impl From<EntryKind> for Kind {
    fn from(kind: EntryKind) -> Self {
        Self(kind.code().to_owned())
    }
}

#[derive(Debug, Clone)]
pub struct StoredEntry {
    pub id: BreachEntryId,
    pub breach: BreachId,
    pub number: u64,
    pub kind: Kind,
    pub written_at: Timestamp,
    pub commitment: [u8; 32],
    pub leaf_index: Option<u64>,
    pub sealed: Vec<u8>,
}

/// The newest entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    pub commitment: [u8; 32],
}

/// What everybody may know of a brand's register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    pub entries: u64,
    /// Cases in which personal data was concerned; drills are none.
    pub breaches: u64,
    /// Cases that were only practised.
    pub drills: u64,
    pub newest_at: Option<Timestamp>,
    /// Of the newest that stands in the log.
    pub leaf_index: Option<u64>,
}

fn small(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

fn wide(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn course(row: &Row, first: usize) -> Result<Course, StoreError> {
    Ok(Course {
        suspected_at: row.at(first)?,
        aware_at: row.opt_at(first + 1)?,
        told_at: row.opt_at(first + 2)?,
        phases: small(row.int(first + 3)?),
        not_told_at: row.opt_at(first + 4)?,
        people_told_at: row.opt_at(first + 5)?,
        closed_at: row.opt_at(first + 6)?,
    })
}

fn read(row: &Row) -> Result<StoredBreach, StoreError> {
    Ok(StoredBreach {
        id: row.id(0)?,
        course: course(row, 1)?,
        reminded: small(row.int(8)?),
        sealed: row.bytes(9)?.to_vec(),
    })
}

fn read_entry(row: &Row) -> Result<StoredEntry, StoreError> {
    Ok(StoredEntry {
        id: row.id(0)?,
        breach: row.id(1)?,
        number: row.unsigned(2)?,
        kind: Kind(row.text(3)?.to_owned()),
        written_at: row.at(4)?,
        commitment: row.array(5)?,
        leaf_index: row.opt_int(6)?.and_then(|index| u64::try_from(index).ok()),
        sealed: row.bytes(7)?.to_vec(),
    })
}

pub fn insert(scope: Scope<'_>, new: &StoredBreach) -> Result<(), StoreError> {
    let of = &new.course;
    let row = params![
        new.id,
        scope.brand(),
        of.suspected_at,
        of.aware_at,
        of.told_at,
        i64::from(of.phases),
        of.not_told_at,
        of.people_told_at,
        of.closed_at,
        &new.sealed
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// How far it has come, and what is known of it; in the commit of an entry.
pub fn set(scope: Scope<'_>, new: &StoredBreach) -> Result<bool, StoreError> {
    let of = &new.course;
    let row = params![
        of.aware_at,
        of.told_at,
        i64::from(of.phases),
        of.not_told_at,
        of.people_told_at,
        of.closed_at,
        &new.sealed,
        new.id,
        scope.brand()
    ];
    Ok(scope.tx.execute(&SET, &row)? == 1)
}

/// What is being written and tells nobody anything yet; `false`, and nothing is written, when an entry came meanwhile.
pub fn set_draft(
    scope: Scope<'_>,
    after: Option<Head>,
    id: BreachId,
    sealed: &[u8],
) -> Result<bool, StoreError> {
    Ok(head(scope)? == after && scope.tx.execute(&DRAFT, &params![sealed, id, scope.brand()])? == 1)
}

pub fn get(scope: Scope<'_>, id: BreachId) -> Result<Option<StoredBreach>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

/// The newest first.
pub fn list(scope: Scope<'_>, before: BreachId, limit: u32) -> Result<Vec<StoredBreach>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand(), before, limit])?.iter().map(read).collect()
}

/// A case of which the station has to know.
#[derive(Debug, Clone, Copy)]
pub struct OpenBreach {
    pub brand: BrandId,
    pub id: BreachId,
    pub course: Course,
    pub reminded: u32,
}

/// Whole installation: cases that are open, or whose people are being told.
pub fn list_open(tx: &Tx<'_>) -> Result<Vec<OpenBreach>, StoreError> {
    tx.query(&OPEN, &[])?
        .iter()
        .map(|row| {
            Ok(OpenBreach {
                brand: row.id(0)?,
                id: row.id(1)?,
                course: course(row, 2)?,
                reminded: small(row.int(9)?),
            })
        })
        .collect()
}

/// Compare and set: `false` when another was quicker.
pub fn set_reminded(scope: Scope<'_>, id: BreachId, from: u32, to: u32) -> Result<bool, StoreError> {
    let row = params![i64::from(to), id, scope.brand(), i64::from(from)];
    Ok(scope.tx.execute(&REMIND, &row)? == 1)
}

pub fn head(scope: Scope<'_>) -> Result<Option<Head>, StoreError> {
    let row = scope.tx.query_opt(&HEAD, &params![scope.brand()])?;
    row.map(|row| Ok(Head { number: row.unsigned(0)?, commitment: row.array(1)? })).transpose()
}

/// Writes an entry behind this head; `false`, and nothing is written, when another one is the newest by now.
pub fn append(scope: Scope<'_>, after: Option<Head>, new: &StoredEntry) -> Result<bool, StoreError> {
    if head(scope)? != after {
        return Ok(false);
    }
    let row = params![
        new.id,
        scope.brand(),
        new.breach,
        wide(new.number),
        new.kind.code(),
        new.written_at,
        new.commitment,
        &new.sealed
    ];
    scope.tx.execute(&INSERT_ENTRY, &row)?;
    Ok(true)
}

/// In their order.
pub fn list_entries(scope: Scope<'_>, after: u64, limit: u32) -> Result<Vec<StoredEntry>, StoreError> {
    scope.tx.query(&ENTRIES, &params![scope.brand(), wide(after), limit])?.iter().map(read_entry).collect()
}

/// In their order.
pub fn list_entries_of(scope: Scope<'_>, id: BreachId) -> Result<Vec<StoredEntry>, StoreError> {
    scope.tx.query(&OF_BREACH, &params![id, scope.brand()])?.iter().map(read_entry).collect()
}

pub fn figures(scope: Scope<'_>) -> Result<Figures, StoreError> {
    let row = scope.tx.query_one(&FIGURES, &params![scope.brand()])?;
    Ok(Figures {
        entries: row.unsigned(0)?,
        newest_at: row.opt_at(1)?,
        leaf_index: row.opt_int(2)?.and_then(|index| u64::try_from(index).ok()),
        breaches: row.unsigned(3)?,
        drills: row.unsigned(4)?,
    })
}

/// The sequencer notes where the entries stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> = leaves.iter().map(|(hash, index)| params![wide(*index), hash]).collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}
