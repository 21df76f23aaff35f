//! Who gets data, as announced: the register of recipients with its history.
//!
//! Invariant: an entry never changes, but for when it ended and where it stands in the log; other words are another
//! entry.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Category, Declaration, Item, Subject};
use model::time::Timestamp;

const fn public(name: &'static str, what: &'static str, why: &'static str) -> Item {
    Item::own(name, what, why).about(Subject::Brand).is(Category::BrandMatter)
}

pub const DECLARATION: Declaration = Declaration {
    place: "recipient",
    items: &[
        public("brand_id", "the brand", "keeping brands apart"),
        public("number", "the entry's number", "naming it"),
        public("name", "how the program calls the recipient", "saying who may be connected to"),
        public("origin", "whether the program connects to it by itself", "saying so"),
        public("host", "the recipient's host", "saying who may be connected to"),
        public("port", "its port", "saying who may be connected to"),
        public("who", "the company behind it", "saying who gets data"),
        public("data", "what it gets", "saying who gets data"),
        public("purpose", "what for", "saying who gets data"),
        public("country", "where it is", "saying who gets data"),
        public("safeguard", "what protects the data there", "saying who gets data"),
        public("reason", "why it comes with less notice", "saying why"),
        public("announced_at", "when it was announced", "proving what was announced"),
        public("in_force_from", "from when on it gets data", "giving nothing before"),
        public("ended_at", "until when", "giving nothing after"),
        public("hash", "SHA-256 of the entry", "proving what was announced"),
        public("leaf_index", "its leaf in the ledger", "proving it"),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO recipient (brand_id, number, name, origin, host, port, who, data, purpose, country, safeguard, reason, announced_at, in_force_from, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    LIST = "SELECT number, name, origin, host, port, who, data, purpose, country, safeguard, reason, announced_at, in_force_from, ended_at, hash, leaf_index FROM recipient WHERE brand_id = $1 ORDER BY number";
    GET = "SELECT number, name, origin, host, port, who, data, purpose, country, safeguard, reason, announced_at, in_force_from, ended_at, hash, leaf_index FROM recipient WHERE brand_id = $1 AND number = $2";
    SET_ENDED = "UPDATE recipient SET ended_at = $1 WHERE brand_id = $2 AND number = $3";
    SET_LEAF = "UPDATE recipient SET leaf_index = $1 WHERE hash = $2 AND leaf_index IS NULL";
}

/// Whom an entry is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The operator's file: the program connects there.
    File,
    /// The admin: others than the program give data there.
    Console,
}

impl Origin {
    pub const fn code(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Console => "console",
        }
    }

    /// The database lets no third one in.
    fn from_code(code: &str) -> Self {
        if code == Self::File.code() { Self::File } else { Self::Console }
    }
}

/// An entry of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub number: i64,
    pub name: String,
    pub origin: Origin,
    /// Empty: the program does not connect to it.
    pub host: String,
    pub port: u16,
    pub who: String,
    pub data: String,
    pub purpose: String,
    pub country: String,
    pub safeguard: String,
    /// Why with less notice than is promised.
    pub reason: Option<String>,
    pub announced_at: Timestamp,
    pub in_force_from: Timestamp,
    /// May lie ahead: then another entry of the same recipient follows it.
    pub ended_at: Option<Timestamp>,
    pub hash: [u8; 32],
    pub leaf_index: Option<u64>,
}

fn read(row: &Row) -> Result<Recipient, StoreError> {
    Ok(Recipient {
        number: row.int(0)?,
        name: row.text(1)?.to_owned(),
        origin: Origin::from_code(row.text(2)?),
        host: row.text(3)?.to_owned(),
        port: u16::try_from(row.int(4)?).unwrap_or(0),
        who: row.text(5)?.to_owned(),
        data: row.text(6)?.to_owned(),
        purpose: row.text(7)?.to_owned(),
        country: row.text(8)?.to_owned(),
        safeguard: row.text(9)?.to_owned(),
        reason: row.opt_text(10)?.map(str::to_owned),
        announced_at: row.at(11)?,
        in_force_from: row.at(12)?,
        ended_at: row.opt_at(13)?,
        hash: row.array(14)?,
        leaf_index: row.opt_int(15)?.and_then(|index| u64::try_from(index).ok()),
    })
}

/// A new entry, which has not ended and stands nowhere in the log yet.
pub fn insert(scope: Scope<'_>, new: &Recipient) -> Result<(), StoreError> {
    let row = params![
        scope.brand(),
        new.number,
        &*new.name,
        new.origin.code(),
        &*new.host,
        i64::from(new.port),
        &*new.who,
        &*new.data,
        &*new.purpose,
        &*new.country,
        &*new.safeguard,
        new.reason.as_deref(),
        new.announced_at,
        new.in_force_from,
        new.hash
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// All there ever were, the oldest first.
pub fn list(scope: Scope<'_>) -> Result<Vec<Recipient>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand()])?.iter().map(read).collect()
}

pub fn get(scope: Scope<'_>, number: i64) -> Result<Option<Recipient>, StoreError> {
    scope.tx.query_opt(&GET, &params![scope.brand(), number])?.as_ref().map(read).transpose()
}

/// `None`: it has not ended after all.
pub fn set_ended(scope: Scope<'_>, number: i64, ended_at: Option<Timestamp>) -> Result<(), StoreError> {
    scope.tx.execute(&SET_ENDED, &params![ended_at, scope.brand(), number]).map(drop)
}

/// The sequencer notes where the hashes stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> =
        leaves.iter().map(|(hash, index)| params![i64::try_from(*index).unwrap_or(i64::MAX), hash]).collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}
