//! The signed call by which somebody outside sets plan and state: each brand's secret, and which events were
//! applied already.
//!
//! Invariant: an event's own id is not kept, only a keyed hash of it, since whoever sends it may have put
//! anything in.

use super::Scope;
use crate::Tx;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::time::Timestamp;

pub const SECRET: Declaration = Declaration {
    place: "billing_secret",
    items: &[
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("made_at", "when the secret was made", "showing it").about(Subject::Brand),
        Item::own("sealed", "the secret", "verifying signed calls")
            .about(Subject::Brand)
            .basis(Basis::NotPersonal)
            .protected(Protection::SealedBrand),
    ],
};

pub const EVENT: Declaration = Declaration {
    place: "billing_event",
    items: &[
        Item::own("mac", "keyed hash of an event's id", "applying an event once")
            .kept(Retention::Days(30))
            .protected(Protection::KeyedHash),
        Item::own("brand_id", "the brand", "keeping brands apart").kept(Retention::Days(30)),
        Item::own("request", "keyed hash of what it said", "refusing an id used for something else")
            .kept(Retention::Days(30))
            .protected(Protection::KeyedHash),
        Item::own("received_at", "when it came", "dropping it after 30 days").kept(Retention::Days(30)),
    ],
};

crate::statements! {
    SET_SECRET = "INSERT INTO billing_secret (brand_id, made_at, sealed) VALUES ($1, $2, $3) ON CONFLICT (brand_id) DO UPDATE SET made_at = excluded.made_at, sealed = excluded.sealed";
    GET_SECRET = "SELECT made_at, sealed FROM billing_secret WHERE brand_id = $1";
    END_SECRET = "DELETE FROM billing_secret WHERE brand_id = $1";
    CLAIM = "INSERT INTO billing_event (mac, brand_id, request, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT (mac) DO NOTHING RETURNING 1";
    GET = "SELECT request FROM billing_event WHERE mac = $1 AND brand_id = $2";
    PURGE = "DELETE FROM billing_event WHERE received_at <= $1";
}

/// What is known of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Never seen: it is noted now.
    New,
    /// The same came before.
    Before,
    /// Its id came before, with something else.
    Other,
}

/// Makes this the brand's secret; the one before counts no longer.
pub fn set_secret(scope: Scope<'_>, sealed: &[u8], now: Timestamp) -> Result<(), StoreError> {
    scope.tx.execute(&SET_SECRET, &params![scope.brand(), now, sealed]).map(drop)
}

/// When it was made, and its envelope.
pub fn secret(scope: Scope<'_>) -> Result<Option<(Timestamp, Vec<u8>)>, StoreError> {
    let row = scope.tx.query_opt(&GET_SECRET, &params![scope.brand()])?;
    row.map(|row| Ok((row.at(0)?, row.bytes(1)?.to_vec()))).transpose()
}

/// No signed call is taken any more.
pub fn end_secret(scope: Scope<'_>) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&END_SECRET, &params![scope.brand()])? == 1)
}

/// Forgets events that were received at `before` or earlier.
pub fn purge(tx: &Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&PURGE, &params![before])
}

/// Notes an event, unless it came before. Those received at `before` or earlier are forgotten.
pub fn note(
    scope: Scope<'_>,
    mac: &[u8; 32],
    request: &[u8; 32],
    before: Timestamp,
    now: Timestamp,
) -> Result<Seen, StoreError> {
    purge(scope.tx, before)?;
    if scope.tx.query_opt(&CLAIM, &params![mac, scope.brand(), request, now])?.is_some() {
        return Ok(Seen::New);
    }
    let known = scope.tx.query_opt(&GET, &params![mac, scope.brand()])?;
    let is_same = known.map(|row| Ok::<_, StoreError>(row.bytes(0)? == request)).transpose()?;
    Ok(if is_same == Some(true) { Seen::Before } else { Seen::Other })
}
