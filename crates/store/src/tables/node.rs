//! Nodes: the processes that serve this installation now.
//!
//! Whether another node lives is not told by its clock: its beat grows while it does, and whoever sees a beat
//! stand still for long enough by the own clock takes it for dead. On PostgreSQL a node also holds a lock of the
//! server's that ends with its connection (`presence`), so that one that was killed is noticed at once.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Declaration, Item};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "node",
    items: &[
        Item::own("id", "random id of the node's run", "telling nodes apart"),
        Item::own("started_at", "when it began", "the operator's overview"),
        Item::own("seen_at", "when it last said that it lives", "noticing clocks that differ"),
        Item::own("beat", "how often it has said so", "noticing that it is gone"),
        Item::own(
            "key_epoch",
            "which state of the keys it works with",
            "saying when an erasure is everywhere",
        ),
        Item::own("version", "the program's version", "changing versions one node at a time"),
        Item::own("knows", "the newest migration that its program knows", "taking nothing away that it uses"),
        Item::own("likeness", "hash of brands and settings", "refusing nodes that are set up differently"),
    ],
};

crate::statements! {
    BEAT = "INSERT INTO node (id, started_at, seen_at, beat, key_epoch, version, likeness, knows) VALUES ($1, $2, $3, 1, $4, $5, $6, $7) \
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, beat = node.beat + 1, key_epoch = excluded.key_epoch";
    LIST = "SELECT id, started_at, seen_at, beat, key_epoch, version, likeness, knows FROM node ORDER BY id";
    DELETE = "DELETE FROM node WHERE id = $1";
    DELETE_ALL = "DELETE FROM node";
    RELEASE = "UPDATE lease SET expires_at = 0 WHERE holder = $1";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub id: [u8; 16],
    pub started_at: Timestamp,
    pub seen_at: Timestamp,
    pub beat: u64,
    pub key_epoch: u64,
    pub version: String,
    pub likeness: Vec<u8>,
    /// The newest migration of the data that its program knows.
    pub knows: i64,
}

/// Says that a node lives; the first time, that it is there.
pub fn beat(tx: &Tx<'_>, node: &Node) -> Result<(), StoreError> {
    let values = params![
        &node.id,
        node.started_at,
        node.seen_at,
        i64::try_from(node.key_epoch).unwrap_or(i64::MAX),
        &node.version,
        &node.likeness,
        node.knows
    ];
    tx.execute(&BEAT, &values).map(drop)
}

/// All that have not said that they end, in the order of their ids.
pub fn list(tx: &Tx<'_>) -> Result<Vec<Node>, StoreError> {
    let read = |row: &crate::value::Row| {
        Ok(Node {
            id: row.array(0)?,
            started_at: row.at(1)?,
            seen_at: row.at(2)?,
            beat: row.unsigned(3)?,
            key_epoch: row.unsigned(4)?,
            version: row.text(5)?.to_owned(),
            likeness: row.bytes(6)?.to_vec(),
            knows: row.int(7)?,
        })
    };
    tx.query(&LIST, &[])?.iter().map(read).collect()
}

/// A node is gone: so is all that it held.
pub fn remove(tx: &Tx<'_>, id: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&DELETE, &params![id])?;
    tx.execute(&RELEASE, &params![id]).map(drop)
}

/// Nobody can be there: for a database that only one process can open.
pub fn remove_all(tx: &Tx<'_>) -> Result<(), StoreError> {
    for node in list(tx)? {
        tx.execute(&RELEASE, &params![&node.id])?;
    }
    tx.execute(&DELETE_ALL, &[]).map(drop)
}
