//! Access for support: grants, and what a helper did under each (claim R5).
//!
//! Invariants: a grant is open until it is ended, once, whatever is done under it meanwhile; its code opens one session and
//! is gone then; with its end go the hashes by which anybody could come in, and nothing is counted under it any more, so
//! that its summary, which is written once, sums up what stands still; a line about a token that was made for a helper has
//! the token's id; a line about a person goes with the person, and how many there were stays.

use super::Scope;
use super::ledger::{self, PendingLeaf};
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId, SupportActId, SupportGrantId, TokenId};
use model::support::{self, Act, End};
use model::time::Timestamp;

/// Days that a line is kept of what a helper did, and a grant after its end.
pub const DAYS: u16 = 365;

pub const GRANT: Declaration = Declaration {
    place: "support_grant",
    items: &[
        own("id", "the grant's id", "naming it"),
        own("brand_id", "the brand", "keeping brands apart"),
        own("account_id", "the admin's account", "making tokens in whose name, and telling whom")
            .about(Subject::Account)
            .basis(Basis::LegitimateInterest),
        own("scopes", "what it opens", "opening just that"),
        own("made_at", "when it was made", "order"),
        own("ends_at", "when it ends at the latest", "ending it"),
        own("entered_at", "when the helper came in", "showing that somebody did"),
        own("ended_at", "when it ended", "showing that it did"),
        own("ended_by", "whether an admin, the helper or the clock ended it", "showing how it did"),
        own("looks", "how often the helper opened or called what names nobody", "the summary")
            .is(Category::Count),
        own("people", "how many people the helper was shown", "the summary").is(Category::Count),
        own("code_hash", "SHA-256 of the code that the helper comes in by", "recognising it")
            .is(Category::SecretHash)
            .protected(Protection::Hash),
        own("session_hash", "SHA-256 of the helper's cookie", "recognising it")
            .is(Category::SecretHash)
            .protected(Protection::Hash),
        own(
            "sealed",
            "the name of who helps, with what, and in the end the summary",
            "knowing who had access",
        )
        .is(Category::BrandMatter)
        .protected(Protection::SealedBrand),
        own("commitment", "keyed hash of the summary, as the log shows it", "proving how it ended")
            .protected(Protection::KeyedHash),
        own("leaf_index", "its leaf in the ledger", "proving how it ended"),
    ],
};

pub const ACT: Declaration = Declaration {
    place: "support_act",
    items: &[
        act("id", "the line's id, or that of the token that was made", "order"),
        act("brand_id", "the brand", "keeping brands apart"),
        act("grant_id", "the grant", "under which it was done").is(Category::BrandMatter),
        act("at", "when", "knowing what was seen"),
        act(
            "kind",
            "what was done: a list opened, a person shown, a token made or used",
            "knowing what was seen",
        )
        .is(Category::State),
        act("person_id", "who was looked at", "telling whoever asks"),
        act("sealed", "what for, and which list or call", "knowing what was seen")
            .protected(Protection::SealedPerson),
    ],
};

const fn own(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose).about(Subject::Brand).kept(Retention::Days(DAYS))
}

const fn act(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose)
        .about(Subject::Lead)
        .basis(Basis::LegalObligation)
        .kept(Retention::Days(DAYS))
}

crate::statements! {
    INSERT = "INSERT INTO support_grant (id, brand_id, account_id, scopes, made_at, ends_at, looks, people, code_hash, sealed) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8)";
    GET = "SELECT id, brand_id, account_id, scopes, made_at, ends_at, entered_at, ended_at, ended_by, looks, people, sealed, leaf_index, CASE WHEN session_hash IS NULL THEN 0 ELSE 1 END FROM support_grant WHERE id = $1 AND brand_id = $2";
    LIST = "SELECT id, brand_id, account_id, scopes, made_at, ends_at, entered_at, ended_at, ended_by, looks, people, sealed, leaf_index, CASE WHEN session_hash IS NULL THEN 0 ELSE 1 END FROM support_grant WHERE brand_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    UNFINISHED = "SELECT id, brand_id, account_id, scopes, made_at, ends_at, entered_at, ended_at, ended_by, looks, people, sealed, leaf_index, CASE WHEN session_hash IS NULL THEN 0 ELSE 1 END FROM support_grant WHERE commitment IS NULL AND leaf_index IS NULL ORDER BY ends_at";
    MADE_BY = "SELECT id FROM support_grant WHERE account_id = $1 AND brand_id = $2 AND made_at >= $3 AND made_at <= $4 ORDER BY id";
    OPEN_OF = "SELECT id, ends_at FROM support_grant WHERE account_id = $1 AND brand_id = $2 AND ended_at IS NULL ORDER BY id";
    BY_SESSION = "SELECT id, brand_id, account_id, scopes, made_at, ends_at, entered_at, ended_at, ended_by, looks, people, sealed, leaf_index, CASE WHEN session_hash IS NULL THEN 0 ELSE 1 END FROM support_grant WHERE session_hash = $1 AND brand_id = $2 AND ended_at IS NULL AND ends_at > $3";
    ENTER = "UPDATE support_grant SET code_hash = NULL, session_hash = $1, entered_at = $2 WHERE code_hash = $3 AND brand_id = $4 AND ended_at IS NULL AND ends_at > $2 RETURNING id";
    BY_CODE = "SELECT id FROM support_grant WHERE code_hash = $1 AND brand_id = $2 AND ended_at IS NULL AND ends_at > $3";
    RENEW = "UPDATE support_grant SET code_hash = $1, session_hash = NULL WHERE id = $2 AND brand_id = $3 AND account_id = $4 AND ended_at IS NULL AND ends_at > $5";
    LOOKED = "UPDATE support_grant SET looks = looks + 1 WHERE id = $1 AND brand_id = $2 AND ended_at IS NULL AND ends_at > $3";
    SHOWN = "UPDATE support_grant SET people = people + 1 WHERE id = $1 AND brand_id = $2 AND ended_at IS NULL AND ends_at > $3";
    END = "UPDATE support_grant SET ended_at = $1, ended_by = $2, code_hash = NULL, session_hash = NULL WHERE id = $3 AND brand_id = $4 AND ended_at IS NULL";
    SUM_UP = "UPDATE support_grant SET sealed = $1, commitment = $2 WHERE id = $3 AND brand_id = $4 AND ended_at IS NOT NULL AND commitment IS NULL";
    SET_LEAF = "UPDATE support_grant SET leaf_index = $1 WHERE commitment = $2 AND leaf_index IS NULL";
    FORGET = "DELETE FROM support_act WHERE person_id = $1 AND brand_id = $2";
    INSERT_ACT = "INSERT INTO support_act (id, brand_id, grant_id, at, kind, person_id, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    ACTS = "SELECT id, at, kind, person_id, sealed FROM support_act WHERE grant_id = $1 AND brand_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    OPENED = "SELECT id, at, kind, person_id, sealed FROM support_act WHERE person_id = $1 AND brand_id = $2 AND kind = 'looked' ORDER BY id DESC LIMIT $3";
    OPENED_UNDER = "SELECT id, at, kind, person_id, sealed FROM support_act WHERE grant_id = $1 AND brand_id = $2 AND kind = 'looked' AND person_id IS NOT NULL AND at >= $3 AND at <= $4 AND id > $5 ORDER BY id LIMIT $6";
    OPENED_BETWEEN = "SELECT id, at, kind, person_id, sealed FROM support_act WHERE brand_id = $1 AND kind = 'looked' AND person_id IS NOT NULL AND at >= $2 AND at <= $3 AND id > $4 ORDER BY id LIMIT $5";
    TOKENS = "SELECT id FROM support_act WHERE grant_id = $1 AND brand_id = $2 AND kind = 'token' ORDER BY id";
}

/// A new grant.
#[derive(Debug, Clone)]
pub struct NewGrant {
    pub id: SupportGrantId,
    pub account: AccountId,
    pub scopes: Vec<support::Scope>,
    pub made_at: Timestamp,
    pub ends_at: Timestamp,
    pub code_hash: [u8; 32],
    pub sealed: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct StoredGrant {
    pub id: SupportGrantId,
    pub brand: BrandId,
    /// The admin who made it, as long as that account stands.
    pub account: Option<AccountId>,
    pub scopes: Vec<support::Scope>,
    pub made_at: Timestamp,
    pub ends_at: Timestamp,
    pub entered_at: Option<Timestamp>,
    /// Whether somebody holds the session.
    pub is_inside: bool,
    pub ended_at: Option<Timestamp>,
    pub ended_by: Option<End>,
    pub looks: u64,
    pub people: u64,
    pub sealed: Vec<u8>,
    pub leaf_index: Option<u64>,
}

#[derive(Debug, Clone)]
pub struct StoredAct {
    pub id: SupportActId,
    pub at: Timestamp,
    pub kind: Act,
    pub person: Option<[u8; 16]>,
    pub sealed: Vec<u8>,
}

/// What a grant has come to: what is known of it with its summary, sealed, and what the log shows of it.
#[derive(Debug, Clone)]
pub struct Summary {
    pub sealed: Vec<u8>,
    pub commitment: [u8; 32],
    /// The entry's id in the queue of the log.
    pub leaf: [u8; 16],
}

fn read(row: &Row) -> Result<StoredGrant, StoreError> {
    Ok(StoredGrant {
        id: row.id(0)?,
        brand: row.id(1)?,
        account: row.opt_id(2)?,
        scopes: support::parted(row.text(3)?),
        made_at: row.at(4)?,
        ends_at: row.at(5)?,
        entered_at: row.opt_at(6)?,
        ended_at: row.opt_at(7)?,
        ended_by: row.opt_text(8)?.and_then(End::from_code),
        looks: row.unsigned(9)?,
        people: row.unsigned(10)?,
        sealed: row.bytes(11)?.to_vec(),
        leaf_index: row.opt_int(12)?.and_then(|index| u64::try_from(index).ok()),
        is_inside: row.int(13)? == 1,
    })
}

fn read_act(row: &Row) -> Result<StoredAct, StoreError> {
    Ok(StoredAct {
        id: row.id(0)?,
        at: row.at(1)?,
        // Only known ones are written; of a newer program's, at least that there was something.
        kind: Act::from_code(row.text(2)?).unwrap_or(Act::Looked),
        person: row.opt_bytes(3)?.and_then(|bytes| bytes.try_into().ok()),
        sealed: row.bytes(4)?.to_vec(),
    })
}

pub fn insert(scope: Scope<'_>, new: &NewGrant) -> Result<(), StoreError> {
    let row = params![
        new.id,
        scope.brand(),
        new.account,
        support::joined(&new.scopes),
        new.made_at,
        new.ends_at,
        new.code_hash,
        &new.sealed
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

pub fn get(scope: Scope<'_>, id: SupportGrantId) -> Result<Option<StoredGrant>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

/// The newest first.
pub fn list(scope: Scope<'_>, before: SupportGrantId, limit: u32) -> Result<Vec<StoredGrant>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand(), before, limit])?.iter().map(read).collect()
}

/// Those that this admin made in a time, ended or not.
pub fn made_between(
    scope: Scope<'_>,
    account: AccountId,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<SupportGrantId>, StoreError> {
    let rows = scope.tx.query(&MADE_BY, &params![account, scope.brand(), from, until])?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Those that this admin made and nobody has ended, with when their time is over.
pub fn list_open_of(
    scope: Scope<'_>,
    account: AccountId,
) -> Result<Vec<(SupportGrantId, Timestamp)>, StoreError> {
    let rows = scope.tx.query(&OPEN_OF, &params![account, scope.brand()])?;
    rows.iter().map(|row| Ok((row.id(0)?, row.at(1)?))).collect()
}

/// Whole installation: those that are open, and those that are ended and have no summary yet; whose time is over first.
pub fn list_unfinished(tx: &Tx<'_>) -> Result<Vec<StoredGrant>, StoreError> {
    tx.query(&UNFINISHED, &[])?.iter().map(read).collect()
}

/// The open grant whose helper holds this session.
pub fn of_session(
    scope: Scope<'_>,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<StoredGrant>, StoreError> {
    scope.tx.query_opt(&BY_SESSION, &params![hash, scope.brand(), now])?.as_ref().map(read).transpose()
}

/// The open grant that this code is of.
pub fn find_by_code(
    scope: Scope<'_>,
    code: &[u8; 32],
    now: Timestamp,
) -> Result<Option<SupportGrantId>, StoreError> {
    let row = scope.tx.query_opt(&BY_CODE, &params![code, scope.brand(), now])?;
    row.map(|row| row.id(0)).transpose()
}

/// Uses the code up and begins the session; which grant it was.
pub fn enter(
    scope: Scope<'_>,
    code: &[u8; 32],
    session: &[u8; 32],
    now: Timestamp,
) -> Result<Option<SupportGrantId>, StoreError> {
    let row = scope.tx.query_opt(&ENTER, &params![session, now, code, scope.brand()])?;
    row.map(|row| row.id(0)).transpose()
}

/// Gives the open grant of this admin another code, and ends the session that there is; whether there was one.
pub fn renew(
    scope: Scope<'_>,
    (id, account): (SupportGrantId, AccountId),
    code: &[u8; 32],
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&RENEW, &params![code, id, scope.brand(), account, now])? == 1)
}

/// Writes down what the helper of an open grant does; `false`, and nothing is written, when it is open no more.
pub fn note(scope: Scope<'_>, grant: SupportGrantId, new: &StoredAct) -> Result<bool, StoreError> {
    let count = match new.kind {
        Act::Looked | Act::Called | Act::Token => &LOOKED,
        Act::Lead | Act::Account => &SHOWN,
    };
    if scope.tx.execute(count, &params![grant, scope.brand(), new.at])? != 1 {
        return Ok(false);
    }
    let person = new.person.map(|person| person.to_vec());
    let row = params![new.id, scope.brand(), grant, new.at, new.kind.code(), person, &new.sealed];
    scope.tx.execute(&INSERT_ACT, &row)?;
    Ok(true)
}

/// Whoever was looked at is erased.
pub fn forget(scope: Scope<'_>, person: [u8; 16]) -> Result<u64, StoreError> {
    scope.tx.execute(&FORGET, &params![person, scope.brand()])
}

/// The newest first.
pub fn list_acts(
    scope: Scope<'_>,
    grant: SupportGrantId,
    before: SupportActId,
    limit: u32,
) -> Result<Vec<StoredAct>, StoreError> {
    scope.tx.query(&ACTS, &params![grant, scope.brand(), before, limit])?.iter().map(read_act).collect()
}

/// Pages about somebody that were opened and named nobody, the newest first.
pub fn list_opened_of(scope: Scope<'_>, person: [u8; 16], limit: u32) -> Result<Vec<StoredAct>, StoreError> {
    let row = params![person.as_slice(), scope.brand(), limit];
    scope.tx.query(&OPENED, &row)?.iter().map(read_act).collect()
}

/// Pages about anybody that were opened in a time and named nobody, in order: under one grant, or all.
pub fn list_opened(
    scope: Scope<'_>,
    grant: Option<SupportGrantId>,
    (from, until): (Timestamp, Timestamp),
    after: SupportActId,
    limit: u32,
) -> Result<Vec<StoredAct>, StoreError> {
    let rows = match grant {
        Some(grant) => {
            let row = params![grant, scope.brand(), from, until, after, limit];
            scope.tx.query(&OPENED_UNDER, &row)?
        }
        None => scope.tx.query(&OPENED_BETWEEN, &params![scope.brand(), from, until, after, limit])?,
    };
    rows.iter().map(read_act).collect()
}

/// Every token that was made for the helper, in order.
pub fn list_tokens(scope: Scope<'_>, grant: SupportGrantId) -> Result<Vec<TokenId>, StoreError> {
    scope.tx.query(&TOKENS, &params![grant, scope.brand()])?.iter().map(|row| row.id(0)).collect()
}

/// Ends a grant: from now on nobody comes in and nothing is noted under it. `false`, and nothing is written, when it is
/// ended already.
pub fn end(scope: Scope<'_>, id: SupportGrantId, by: End, now: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&END, &params![now, by.code(), id, scope.brand()])? == 1)
}

/// Writes the summary of a grant that is ended, with its leaf; `false`, and nothing is written, when it has one.
pub fn sum_up(scope: Scope<'_>, id: SupportGrantId, summary: &Summary) -> Result<bool, StoreError> {
    let row = params![&summary.sealed, summary.commitment, id, scope.brand()];
    if scope.tx.execute(&SUM_UP, &row)? != 1 {
        return Ok(false);
    }
    let leaf = PendingLeaf { id: summary.leaf, commitment: summary.commitment, consent: None };
    ledger::insert_pending(scope.tx, &[leaf])?;
    Ok(true)
}

/// The sequencer notes where the summaries stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> = leaves
        .iter()
        .map(|(commitment, index)| params![i64::try_from(*index).unwrap_or(i64::MAX), commitment])
        .collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}
