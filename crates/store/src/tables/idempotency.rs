//! Answers already given to an `Idempotency-Key`, for a day.

use super::Scope;
use crate::error::StoreError;
use crate::port::Tx;
use crate::{params, presence};
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::AccountId;
use model::time::{Span, Timestamp};

/// So long after a run was first found gone its request is nobody's: a run that was cut off and lives has noticed
/// that by itself, and carries nothing on.
pub const AFTER_GONE: Span = Span::secs(60);

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
        Item::own("holder", "random id of the node's run that does it", "answering after a node has died")
            .kept(Retention::Days(1)),
        Item::own("gone_at", "when that one was first found gone", "answering after a node has died")
            .kept(Retention::Days(1)),
        Item::own("sealed", "the answer given", "answering a repeated request once")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::Days(1))
            .protected(Protection::SealedBrand),
    ],
};

crate::statements! {
    CLAIM = "INSERT INTO idempotency (hash, brand_id, account_id, request, status, expires_at, holder) VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (hash) DO NOTHING RETURNING 1";
    GET = "SELECT request, status, sealed, holder, gone_at FROM idempotency WHERE hash = $1 AND brand_id = $2";
    SETTLE = "UPDATE idempotency SET status = $1, sealed = $2 WHERE hash = $3 AND brand_id = $4 AND holder = $5";
    RELEASE = "DELETE FROM idempotency WHERE hash = $1 AND brand_id = $2 AND holder = $3";
    SET_GONE = "UPDATE idempotency SET gone_at = $1 WHERE hash = $2 AND brand_id = $3";
    TAKE_OVER = "UPDATE idempotency SET holder = $1, gone_at = NULL, expires_at = $2 WHERE hash = $3 AND brand_id = $4";
    SERVES = "SELECT 1 FROM node WHERE id = $1";
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

/// The run that asks.
#[derive(Debug, Clone, Copy)]
pub struct Holder {
    pub id: [u8; 16],
    /// Others may serve the same database: only of a run that is gone as they are told apart nothing is under way any
    /// more, and that only after a while ([`AFTER_GONE`]). Else this run is the only one that lives.
    pub is_shared: bool,
}

pub fn claim(
    scope: Scope<'_>,
    account: AccountId,
    hash: &[u8; 32],
    request: &[u8; 32],
    own: Holder,
    until: Timestamp,
    now: Timestamp,
) -> Result<Known, StoreError> {
    scope.tx.execute(&PURGE, &params![now])?;
    if scope.tx.query_opt(&CLAIM, &params![hash, scope.brand(), account, request, until, &own.id])?.is_some()
    {
        return Ok(Known::New);
    }
    let Some(row) = scope.tx.query_opt(&GET, &params![hash, scope.brand()])? else { return Ok(Known::Other) };
    if row.bytes(0)? != request {
        return Ok(Known::Other);
    }
    if let Some(sealed) = row.opt_bytes(2)? {
        return Ok(Known::Answered { status: row.int(1)?, sealed: sealed.to_vec() });
    }
    let holder = row.opt_bytes(3)?.map(|_| row.array(3)).transpose()?;
    let gone_at = row.opt_int(4)?.map(Timestamp);
    let is_over = match holder {
        Some(holder) if holder == own.id => false,
        _ if !own.is_shared => true,
        Some(holder) => {
            let is_gone = is_gone(scope.tx, &holder)?;
            if is_gone != gone_at.is_some() {
                scope.tx.execute(&SET_GONE, &params![is_gone.then_some(now.0), hash, scope.brand()])?;
            }
            is_gone && gone_at.is_some_and(|at| now >= at.plus(AFTER_GONE))
        }
        // Of an older version's node nothing is known.
        None => false,
    };
    if !is_over {
        return Ok(Known::Running);
    }
    scope.tx.execute(&TAKE_OVER, &params![&own.id, until, hash, scope.brand()])?;
    Ok(Known::New)
}

/// Whether this run has not said for a while that it lives, and holds its lock no more.
fn is_gone(tx: &Tx<'_>, id: &[u8; 16]) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&SERVES, &params![id])?.is_none() && presence::is_gone(tx, id)?)
}

/// Keeps the answer, unless another run has taken the request over.
pub fn settle(
    scope: Scope<'_>,
    hash: &[u8; 32],
    own: &[u8; 16],
    status: i64,
    sealed: &[u8],
) -> Result<(), StoreError> {
    scope.tx.execute(&SETTLE, &params![status, sealed, hash, scope.brand(), own]).map(drop)
}

/// Forgets a claim whose request failed, so that it can be made again.
pub fn release(scope: Scope<'_>, hash: &[u8; 32], own: &[u8; 16]) -> Result<(), StoreError> {
    scope.tx.execute(&RELEASE, &params![hash, scope.brand(), own]).map(drop)
}
