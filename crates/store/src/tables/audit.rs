//! The audit: what admins did, and what concerns the safety of an account. What users do with their bots, leads and
//! broadcasts is not in it (claims A1, R4).
//!
//! Invariants: an entry stands in one commit with its act and with its leaf of the log; it goes with the account whose
//! act it was, and the leaf stays as noise.

use super::Scope;
use super::ledger::{self, PendingLeaf};
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, AuditId};
use model::time::Timestamp;

/// Days that an entry is kept.
pub const DAYS: u16 = 365;

const fn own(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose)
        .about(Subject::Account)
        .basis(Basis::LegitimateInterest)
        .kept(Retention::Days(DAYS))
}

pub const DECLARATION: Declaration = Declaration {
    place: "audit",
    items: &[
        own("brand_id", "the brand", "keeping brands apart"),
        own("id", "the entry's id", "order"),
        own("account_id", "the account", "whose entry it is"),
        own(
            "actor",
            "whether an admin, an account's holder, a helper, somebody at its door, the billing system or the program acted",
            "security",
        )
        .is(Category::State),
        own("kind", "what was done: signed in, a plan changed, …", "security").is(Category::State),
        own("at", "when", "security"),
        own("sealed", "the entry as the log holds it, and what opens that", "proving what was done")
            .protected(Protection::SealedPerson),
        own("commitment", "keyed hash of the entry, as the log shows it", "proving what was done")
            .is(Category::SecretHash),
        own("leaf_index", "its leaf in the ledger", "proving what was done").is(Category::Count),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO audit (brand_id, id, account_id, actor, kind, at, sealed, commitment) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST = "SELECT id, account_id, actor, kind, at, sealed, leaf_index FROM audit WHERE brand_id = $1 AND id < $2 AND at >= $3 AND ($4 = '' OR kind = $4) AND ($5 = '' OR actor = $5) AND at < $6 ORDER BY id DESC LIMIT $7";
    GET = "SELECT id, account_id, actor, kind, at, sealed, leaf_index FROM audit WHERE brand_id = $1 AND id = $2";
    OF_ACCOUNT = "SELECT id, account_id, actor, kind, at, sealed, leaf_index FROM audit WHERE account_id = $1 AND brand_id = $2 ORDER BY id DESC";
    SET_LEAF = "UPDATE audit SET leaf_index = $1 WHERE commitment = $2 AND leaf_index IS NULL";
}

/// A new one, with its evidence.
#[derive(Debug, Clone)]
pub struct NewAudit {
    pub id: AuditId,
    pub account: Option<AccountId>,
    pub actor: &'static str,
    pub kind: &'static str,
    pub at: Timestamp,
    pub sealed: Vec<u8>,
    pub commitment: [u8; 32],
}

#[derive(Debug, Clone)]
pub struct StoredAudit {
    pub id: AuditId,
    pub account: Option<AccountId>,
    pub actor: String,
    pub kind: String,
    pub at: Timestamp,
    pub sealed: Vec<u8>,
    /// Where it stands in the log; not yet.
    pub leaf_index: Option<u64>,
}

/// Which entries, the newest first. Empty words: of every kind, by anybody.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub before: AuditId,
    pub since: Timestamp,
    /// Not itself.
    pub until: Timestamp,
    pub kind: String,
    pub actor: String,
}

/// With its leaf.
pub fn insert(scope: Scope<'_>, new: &NewAudit) -> Result<(), StoreError> {
    let row =
        params![scope.brand(), new.id, new.account, new.actor, new.kind, new.at, &new.sealed, new.commitment];
    scope.tx.execute(&INSERT, &row)?;
    let leaf = PendingLeaf { id: new.id.0, commitment: new.commitment, consent: None };
    ledger::insert_pending(scope.tx, &[leaf])
}

fn read(row: &Row) -> Result<StoredAudit, StoreError> {
    Ok(StoredAudit {
        id: row.id(0)?,
        account: row.opt_id(1)?,
        actor: row.text(2)?.to_owned(),
        kind: row.text(3)?.to_owned(),
        at: row.at(4)?,
        sealed: row.bytes(5)?.to_vec(),
        leaf_index: row.opt_int(6)?.and_then(|index| u64::try_from(index).ok()),
    })
}

pub fn list(scope: Scope<'_>, wanted: &Wanted, limit: u32) -> Result<Vec<StoredAudit>, StoreError> {
    let Wanted { before, since, until, kind, actor } = wanted;
    let params = params![scope.brand(), *before, *since, kind, actor, *until, limit];
    scope.tx.query(&LIST, &params)?.iter().map(read).collect()
}

pub fn get(scope: Scope<'_>, id: AuditId) -> Result<Option<StoredAudit>, StoreError> {
    scope.tx.query_opt(&GET, &params![scope.brand(), id])?.as_ref().map(read).transpose()
}

/// An account's own, the newest first.
pub fn list_of_account(scope: Scope<'_>, account: AccountId) -> Result<Vec<StoredAudit>, StoreError> {
    scope.tx.query(&OF_ACCOUNT, &params![account, scope.brand()])?.iter().map(read).collect()
}

/// The sequencer notes where the commitments stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> = leaves
        .iter()
        .map(|(commitment, index)| params![i64::try_from(*index).unwrap_or(i64::MAX), commitment])
        .collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}
