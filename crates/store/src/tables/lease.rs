//! Leases: who holds a lane or a job, until when, with a fencing number that only grows.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Declaration, Item};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "lease",
    items: &[
        Item::own("name", "what is held", "one holder at a time"),
        Item::own("holder", "random id of the node's run", "one holder at a time"),
        Item::own("fence", "number that grows with each holder", "refusing a holder that was cut off"),
        Item::own("expires_at", "until when", "taking over from a dead node"),
    ],
};

crate::statements! {
    TAKE = "INSERT INTO lease (name, holder, fence, expires_at) VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO UPDATE SET \
          fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END, \
          holder = excluded.holder, expires_at = excluded.expires_at \
        WHERE lease.holder = excluded.holder OR lease.expires_at <= $4 RETURNING fence";
    HOLDS = "SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND expires_at > $3";
    RELEASE = "DELETE FROM lease WHERE name = $1 AND holder = $2";
    HELD = "SELECT count(*) FROM lease WHERE name LIKE $1 AND holder = $2 AND expires_at > $3";
    RELEASE_ALL = "DELETE FROM lease WHERE holder = $1";
}

/// Takes or extends the lease; the fence if it is now held, `None` if another holds it.
pub fn take(
    tx: &Tx<'_>,
    name: &str,
    holder: &[u8; 16],
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    tx.query_opt(&TAKE, &params![name, holder, until, now])?.map(|row| row.int(0)).transpose()
}

/// Whether `holder` still holds it: asked inside each commit that relies on it. A holder's id is
/// made anew for each run, so nobody else can have it.
pub fn holder_is(tx: &Tx<'_>, name: &str, holder: &[u8; 16], now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&HOLDS, &params![name, holder, now])?.is_some())
}

pub fn release(tx: &Tx<'_>, name: &str, holder: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&RELEASE, &params![name, holder]).map(drop)
}

/// Whatever this run holds: it ends.
pub fn release_all(tx: &Tx<'_>, holder: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&RELEASE_ALL, &params![holder]).map(drop)
}

/// How many leases this run holds whose name begins with `prefix`.
pub fn count_held(tx: &Tx<'_>, prefix: &str, holder: &[u8; 16], now: Timestamp) -> Result<u64, StoreError> {
    tx.query_one(&HELD, &params![format!("{prefix}%"), holder, now])?.unsigned(0)
}
