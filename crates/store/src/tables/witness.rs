//! What witnesses said of our checkpoints, and whom the newest was mailed to. Whole installation: all
//! brands share one log.
//!
//! Invariant: a cosignature is stored only after it was verified, and is never changed: of two by the same
//! witness under the same checkpoint the first stays.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Declaration, Item};
use model::time::Timestamp;

pub const COSIGNATURE: Declaration = Declaration {
    place: "ledger_cosignature",
    items: &[
        Item::own("size", "the checkpoint's number of leaves", "proving the log's state"),
        Item::own("witness", "the witness's public key", "proving the log's state"),
        Item::own("line", "the witness's signature", "proving the log's state"),
        Item::own("cosigned_at", "when it was signed, as the witness says", "proving the log's state"),
    ],
};

pub const WITNESS: Declaration = Declaration {
    place: "ledger_witness",
    items: &[
        Item::own("witness", "the witness's public key", "asking it for its signature"),
        Item::own("size", "the number of leaves that it has seen", "asking it for its signature"),
        Item::own("tried_at", "when it was asked last", "seeing whether it is there"),
        Item::own("cosigned_at", "when it signed last", "seeing whether it is there"),
        Item::own("problem", "why it did not sign, by code", "seeing whether it is there"),
    ],
};

pub const LETTER: Declaration = Declaration {
    place: "ledger_letter",
    items: &[
        Item::own("brand_id", "the brand", "mailing a checkpoint once a week"),
        Item::own("week", "the week whose checkpoint was mailed", "mailing a checkpoint once a week"),
    ],
};

crate::statements! {
    COSIGN = "INSERT INTO ledger_cosignature (size, witness, line, cosigned_at) VALUES ($1, $2, $3, $4) ON CONFLICT (size, witness) DO NOTHING";
    LINES = "SELECT witness, line, cosigned_at FROM ledger_cosignature WHERE size = $1 ORDER BY cosigned_at, witness";
    // As far back as it makes sense to look: one checkpoint a minute is a day and more.
    BEST = "SELECT c.size FROM (SELECT size, witness FROM ledger_cosignature WHERE size > $1 ORDER BY size DESC LIMIT 4096) c \
        GROUP BY c.size HAVING count(*) >= $2 ORDER BY c.size DESC LIMIT 1";
    TRIED = "INSERT INTO ledger_witness (witness, size, tried_at, cosigned_at, problem) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (witness) DO UPDATE SET \
        size = excluded.size, tried_at = excluded.tried_at, cosigned_at = coalesce(excluded.cosigned_at, ledger_witness.cosigned_at), problem = excluded.problem";
    GET = "SELECT size, tried_at, cosigned_at, problem FROM ledger_witness WHERE witness = $1";
    MAIL = "INSERT INTO ledger_letter (brand_id, week) VALUES ($1, $2) ON CONFLICT (brand_id) DO UPDATE SET week = excluded.week WHERE ledger_letter.week < excluded.week RETURNING week";
    MAILED = "SELECT week FROM ledger_letter WHERE brand_id = $1";
}

/// A verified line under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's key, as `name+id+key`.
    pub witness: String,
    /// Without its newline.
    pub line: String,
    pub cosigned_at: Timestamp,
}

/// How far a witness is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Leaves that it has seen.
    pub size: u64,
    pub tried_at: Timestamp,
    pub cosigned_at: Option<Timestamp>,
    /// Why it did not sign when it was last asked.
    pub problem: Option<String>,
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub fn insert_cosignature(tx: &Tx<'_>, size: u64, new: &Cosignature) -> Result<(), StoreError> {
    tx.execute(&COSIGN, &params![number(size), &new.witness, &new.line, new.cosigned_at]).map(drop)
}

/// Those under the checkpoint of this size, the earliest first.
pub fn list_cosignatures(tx: &Tx<'_>, size: u64) -> Result<Vec<Cosignature>, StoreError> {
    let read = |row: &Row| {
        Ok(Cosignature {
            witness: row.text(0)?.to_owned(),
            line: row.text(1)?.to_owned(),
            cosigned_at: row.at(2)?,
        })
    };
    tx.query(&LINES, &params![number(size)])?.iter().map(read).collect()
}

/// The size of the newest checkpoint with more than `index` leaves that has `least` cosignatures.
pub fn newest_with(tx: &Tx<'_>, index: u64, least: u64) -> Result<Option<u64>, StoreError> {
    tx.query_opt(&BEST, &params![number(index), number(least)])?.map(|row| row.unsigned(0)).transpose()
}

/// Notes how it went with this witness. A time that is left out stays as it was.
pub fn set_standing(tx: &Tx<'_>, witness: &str, now: &Standing) -> Result<(), StoreError> {
    let values = params![witness, number(now.size), now.tried_at, now.cosigned_at, now.problem.as_deref()];
    tx.execute(&TRIED, &values).map(drop)
}

/// `None`: it was never asked.
pub fn standing(tx: &Tx<'_>, witness: &str) -> Result<Option<Standing>, StoreError> {
    let read = |row: Row| {
        Ok(Standing {
            size: row.unsigned(0)?,
            tried_at: row.at(1)?,
            cosigned_at: row.opt_at(2)?,
            problem: row.opt_text(3)?.map(str::to_owned),
        })
    };
    tx.query_opt(&GET, &params![witness])?.map(read).transpose()
}

/// Notes that this week's checkpoint is mailed to the brand's people, in the commit that writes the mails.
/// `false`: it was already, and nothing is to be written.
pub fn set_mailed(scope: Scope<'_>, week: i64) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&MAIL, &params![scope.brand(), week])?.is_some())
}

/// The last week whose checkpoint was mailed.
pub fn mailed(scope: Scope<'_>) -> Result<Option<i64>, StoreError> {
    scope.tx.query_opt(&MAILED, &params![scope.brand()])?.map(|row| row.int(0)).transpose()
}
