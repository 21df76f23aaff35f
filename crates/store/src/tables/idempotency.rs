//! Answers already given to an `Idempotency-Key`, for a day.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::AccountId;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "idempotency",
    items: &[
        Item::own("hash", "hash of account and key", "answering a repeated request once")
            .about(Subject::Account)
            .kept(Retention::Days(1))
            .protected(Protection::Hash),
        Item::own("brand_id", "the brand", "keeping brands apart").kept(Retention::Days(1)),
        Item::own("account_id", "the account that asked", "removing it with the account")
            .about(Subject::Account)
            .kept(Retention::Days(1)),
        Item::own("request", "hash of the request", "refusing a key used for something else")
            .kept(Retention::Days(1))
            .protected(Protection::Hash),
        Item::own("status", "HTTP status given", "answering a repeated request once")
            .kept(Retention::Days(1)),
        Item::own("expires_at", "until when", "dropping it after a day").kept(Retention::Days(1)),
        Item::own("sealed", "the answer given", "answering a repeated request once")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::Days(1))
            .protected(Protection::SealedBrand),
    ],
};

crate::statements! {
    CLAIM = "INSERT INTO idempotency (hash, brand_id, account_id, request, status, expires_at) VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (hash) DO NOTHING RETURNING 1";
    GET = "SELECT request, status, sealed FROM idempotency WHERE hash = $1 AND brand_id = $2";
    SETTLE = "UPDATE idempotency SET status = $1, sealed = $2 WHERE hash = $3 AND brand_id = $4";
    RELEASE = "DELETE FROM idempotency WHERE hash = $1 AND brand_id = $2";
    PURGE = "DELETE FROM idempotency WHERE expires_at <= $1";
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Never seen: it is now claimed for this request.
    New,
    /// Used for another request.
    Other,
    /// The first request is still at work.
    Running,
    Answered {
        status: i64,
        sealed: Vec<u8>,
    },
}

pub fn claim(
    scope: Scope<'_>,
    account: AccountId,
    hash: &[u8; 32],
    request: &[u8; 32],
    until: Timestamp,
    now: Timestamp,
) -> Result<Known, StoreError> {
    scope.tx.execute(&PURGE, &params![now])?;
    if scope.tx.query_opt(&CLAIM, &params![hash, scope.brand(), account, request, until])?.is_some() {
        return Ok(Known::New);
    }
    let Some(row) = scope.tx.query_opt(&GET, &params![hash, scope.brand()])? else { return Ok(Known::Other) };
    if row.bytes(0)? != request {
        return Ok(Known::Other);
    }
    Ok(match row.opt_bytes(2)? {
        Some(sealed) => Known::Answered { status: row.int(1)?, sealed: sealed.to_vec() },
        None => Known::Running,
    })
}

pub fn settle(scope: Scope<'_>, hash: &[u8; 32], status: i64, sealed: &[u8]) -> Result<(), StoreError> {
    scope.tx.execute(&SETTLE, &params![status, sealed, hash, scope.brand()]).map(drop)
}

/// Forgets a claim whose request failed, so that it can be made again.
pub fn release(scope: Scope<'_>, hash: &[u8; 32]) -> Result<(), StoreError> {
    scope.tx.execute(&RELEASE, &params![hash, scope.brand()]).map(drop)
}
