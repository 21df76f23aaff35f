//! Leases: who holds a lane or a job, until when, with a fencing number that only grows.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::statement::Stmt;
use crate::value::Value;
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
    // Of one that says so by its name: what a node holds is free once the node is gone.
    TAKE_FROM_NODE = "INSERT INTO lease (name, holder, fence, expires_at) VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO UPDATE SET \
          fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END, \
          holder = excluded.holder, expires_at = excluded.expires_at \
        WHERE lease.holder = excluded.holder OR lease.expires_at <= $4 OR NOT EXISTS (SELECT 1 FROM node WHERE node.id = lease.holder) RETURNING fence";
    HOLDS = "SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND expires_at > $3";
    LIVING = "SELECT name FROM lease WHERE expires_at > $1 ORDER BY name";
    // The row stays, so that the fence goes on.
    KEEPS = "SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND expires_at > 0";
    KEEPS_UNDER = "SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND fence = $3 AND expires_at > 0";
    DROP = "DELETE FROM lease WHERE name = $1 AND holder = $2";
    RELEASE = "UPDATE lease SET expires_at = 0 WHERE name = $1 AND holder = $2";
    COUNT_HELD = "SELECT count(*) FROM lease WHERE name LIKE $1 AND holder = $2 AND expires_at > $3";
}

/// Takes or extends the lease; the fence if it is now held, `None` if another holds it.
pub fn take(
    tx: &Tx<'_>,
    name: &str,
    holder: &[u8; 16],
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    take_by(tx, &TAKE, &params![name, holder, until, now])
}

fn take_by(tx: &Tx<'_>, statement: &Stmt, values: &[Value]) -> Result<Option<i64>, StoreError> {
    tx.query_opt(statement, values)?.map(|row| row.int(0)).transpose()
}

/// The same, of what nodes hold (`lane:…`, `job:…`, `reply:…`, `look-ups`): one that is gone holds nothing.
pub fn take_from_node(
    tx: &Tx<'_>,
    name: &str,
    holder: &[u8; 16],
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    take_by(tx, &TAKE_FROM_NODE, &params![name, holder, until, now])
}

/// Whether `holder` still holds it: asked inside each commit that relies on it. A holder's id is
/// made anew for each run, so nobody else can have it.
pub fn holder_is(tx: &Tx<'_>, name: &str, holder: &[u8; 16], now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&HOLDS, &params![name, holder, now])?.is_some())
}

/// Which of these `holder` still holds: as [`holder_is`], of lanes that share a commit.
pub fn are_held(
    tx: &Tx<'_>,
    names: &[&str],
    holder: &[u8; 16],
    now: Timestamp,
) -> Result<Vec<bool>, StoreError> {
    let keys: Vec<_> = names.iter().map(|name| params![*name, holder, now]).collect();
    Ok(tx.query_many(&HOLDS, &keys)?.iter().map(Option::is_some).collect())
}

/// What is held at this moment: somebody is at work.
pub fn list_living(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<String>, StoreError> {
    tx.query(&LIVING, &params![now])?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Whether nobody else has taken it since, however long ago that was.
pub fn is_kept(tx: &Tx<'_>, name: &str, holder: &[u8; 16]) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&KEEPS, &params![name, holder])?.is_some())
}

/// Whether all of these are kept under the fences that `holder` had them with: who had one in between, and gave it back,
/// has made its fence another. By their names, so that a commit that asks reads no lease but these.
pub fn are_kept(tx: &Tx<'_>, fenced: &[(String, i64)], holder: &[u8; 16]) -> Result<bool, StoreError> {
    let keys: Vec<_> = fenced.iter().map(|(name, fence)| params![name, holder, *fence]).collect();
    Ok(tx.query_many(&KEEPS_UNDER, &keys)?.iter().all(Option::is_some))
}

/// Takes it away with its fence: for what is a mark rather than a right.
pub fn drop(tx: &Tx<'_>, name: &str, holder: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&DROP, &params![name, holder]).map(std::mem::drop)
}

pub fn release(tx: &Tx<'_>, name: &str, holder: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&RELEASE, &params![name, holder]).map(std::mem::drop)
}

/// How many leases this run holds whose name begins with `prefix`.
pub fn count_held(tx: &Tx<'_>, prefix: &str, holder: &[u8; 16], now: Timestamp) -> Result<u64, StoreError> {
    tx.query_one(&COUNT_HELD, &params![format!("{prefix}%"), holder, now])?.unsigned(0)
}
