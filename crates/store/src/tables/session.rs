//! Where accounts are signed in. Of a session's secret only the hash is kept; signing out deletes the row.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, SessionId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "session",
    items: &[
        Item::own("hash", "SHA-256 of the cookie's secret", "recognising the session")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::Days(90))
            .protected(Protection::Hash),
        Item::own("id", "the session's id", "ending it from another place").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account", "whose it is").about(Subject::Account),
        Item::own("stage", "signed in, or the second factor is still to come", "signing in")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("is_kept", "whether the person chose to stay signed in", "how long it lasts")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("created_at", "when it began", "showing it to the person").about(Subject::Account),
        Item::own("seen_at", "when it was last used, to the minute", "ending it when it is idle")
            .about(Subject::Account),
        Item::own("proved_at", "when the password was last given", "asking again before weighty acts")
            .about(Subject::Account),
        Item::own("expires_at", "when it ends at the latest", "ending it").about(Subject::Account),
        Item::own("sealed", "IP address and browser at sign-in", "showing it to the person")
            .about(Subject::Account)
            .basis(Basis::LegitimateInterest)
            .kept(Retention::Days(90))
            .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO session (hash, id, brand_id, account_id, stage, is_kept, created_at, seen_at, proved_at, expires_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, $9)";
    FIND = "SELECT s.hash, s.id, s.account_id, s.stage, s.is_kept, s.created_at, s.seen_at, s.proved_at, s.expires_at, s.sealed, a.role, a.state, coalesce(c.must_change, 0) \
        FROM session s JOIN account a ON a.id = s.account_id LEFT JOIN credential c ON c.account_id = s.account_id WHERE s.hash = $1 AND s.brand_id = $2";
    LIST = "SELECT s.hash, s.id, s.account_id, s.stage, s.is_kept, s.created_at, s.seen_at, s.proved_at, s.expires_at, s.sealed, a.role, a.state, CAST(0 AS BIGINT) \
        FROM session s JOIN account a ON a.id = s.account_id WHERE s.account_id = $1 AND s.brand_id = $2 ORDER BY s.created_at";
    ACCOUNT_OF = "SELECT account_id FROM session WHERE id = $1 AND brand_id = $2";
    keyed SEEN = "UPDATE session SET seen_at = $1 WHERE hash = $2 AND seen_at < $1";
    TURNED = "UPDATE session SET hash = $1, proved_at = $2, seen_at = $2 WHERE hash = $3 AND brand_id = $4";
    DELETE = "DELETE FROM session WHERE hash = $1 AND brand_id = $2";
    DELETE_ID = "DELETE FROM session WHERE id = $1 AND account_id = $2 AND brand_id = $3";
    DELETE_OF = "DELETE FROM session WHERE account_id = $1 AND brand_id = $2 AND id <> $3";
}

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right, the second factor is still to come.
    SecondFactor,
    SignedIn,
}

impl Stage {
    const fn code(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::SignedIn => "signed_in",
        }
    }
}

#[derive(Debug, Clone)]
pub struct NewSession {
    pub hash: [u8; 32],
    pub id: SessionId,
    pub account: AccountId,
    pub stage: Stage,
    pub is_kept: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub sealed: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct StoredSession {
    pub hash: [u8; 32],
    pub id: SessionId,
    pub account: AccountId,
    pub stage: Stage,
    pub is_kept: bool,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub proved_at: Timestamp,
    pub expires_at: Timestamp,
    pub sealed: Vec<u8>,
    /// Of the account.
    pub role: String,
    pub state: String,
    pub must_change: bool,
}

fn read(row: &Row) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        hash: row.array(0)?,
        id: row.id(1)?,
        account: row.id(2)?,
        stage: if row.text(3)? == Stage::SignedIn.code() { Stage::SignedIn } else { Stage::SecondFactor },
        is_kept: row.flag(4)?,
        created_at: row.at(5)?,
        seen_at: row.at(6)?,
        proved_at: row.at(7)?,
        expires_at: row.at(8)?,
        sealed: row.bytes(9)?.to_vec(),
        role: row.text(10)?.to_owned(),
        state: row.text(11)?.to_owned(),
        must_change: row.flag(12)?,
    })
}

pub fn insert(scope: Scope<'_>, new: &NewSession) -> Result<(), StoreError> {
    let row = params![
        new.hash,
        new.id,
        scope.brand(),
        new.account,
        new.stage.code(),
        new.is_kept,
        new.created_at,
        new.expires_at,
        &new.sealed
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// By the hash of its secret; whether it is still good is the caller's to judge.
pub fn find(scope: Scope<'_>, hash: &[u8; 32]) -> Result<Option<StoredSession>, StoreError> {
    scope.tx.query_opt(&FIND, &params![hash, scope.brand()])?.as_ref().map(read).transpose()
}

pub fn list_of_account(scope: Scope<'_>, account: AccountId) -> Result<Vec<StoredSession>, StoreError> {
    scope.tx.query(&LIST, &params![account, scope.brand()])?.iter().map(read).collect()
}

/// Whose it is; `None` once it has ended.
pub fn account_of(scope: Scope<'_>, id: SessionId) -> Result<Option<AccountId>, StoreError> {
    scope.tx.query_opt(&ACCOUNT_OF, &params![id, scope.brand()])?.map(|row| row.id(0)).transpose()
}

/// Whole installation: notes when sessions were last used.
pub fn set_seen(tx: &Tx<'_>, seen: &[([u8; 32], Timestamp)]) -> Result<u64, StoreError> {
    let rows: Vec<_> = seen.iter().map(|(hash, at)| params![at.micros(), hash]).collect();
    tx.execute_many(&SEEN, &rows)
}

/// Who it is was proved again: the session goes on under another secret.
pub fn turn(scope: Scope<'_>, old: &[u8; 32], new: &[u8; 32], at: Timestamp) -> Result<u64, StoreError> {
    scope.tx.execute(&TURNED, &params![new, at, old, scope.brand()])
}

pub fn delete(scope: Scope<'_>, hash: &[u8; 32]) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE, &params![hash, scope.brand()])
}

/// Ends one of the account's own sessions.
pub fn delete_by_id(scope: Scope<'_>, account: AccountId, id: SessionId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_ID, &params![id, account, scope.brand()])
}

/// Ends all of an account's sessions but one.
pub fn delete_of_account(
    scope: Scope<'_>,
    account: AccountId,
    but: Option<SessionId>,
) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_OF, &params![account, scope.brand(), but.unwrap_or(SessionId([0; 16]))])
}
