//! Moving a whole database from one engine to the other: every table, chunk by chunk, and the marks that say how
//! far it is.
//!
//! Invariants: each chunk is one commit with the mark of how far it came, so that a move that was killed goes on
//! there; a chunk is never written twice; what is compared at the end is every row of both sides in the order of
//! its key.

use crate::copy::{self, CopyError, Table, counted, encode, primary_keys, refuse_other_version, value};
use crate::error::StoreError;
use crate::port::{Database, Schema, Tx};
use crate::statement::Stmt;
use crate::tables::installation;
use crate::value::{Row, Value};
use crate::{params, statements};
use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{Sender, channel};

/// The name under which both databases keep their mark.
const NAME: &str = "move";
/// Chunks on their way.
const QUEUE: usize = 2;
/// Rows in a chunk, unless told otherwise.
pub const ROWS: u32 = 4_000;
/// Tables whose rows may be large, and how many of them make a chunk.
const WIDE: [&str; 2] = ["logo", "import_part"];
const WIDE_ROWS: u32 = 8;
/// Rows that are compared one by one when it is asked whether two databases are the same: few, and whatever is done
/// with an installation changes one of them.
const TELLING: [&str; 5] = ["installation", "record", "tree", "key_copy", "ledger_checkpoint"];

// Of the key store; the data's mark is a setting of the installation.
statements! {
    MARK = "SELECT value FROM record WHERE name = $1";
    SET_MARK = "INSERT INTO record (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    CLEAR_MARK = "DELETE FROM record WHERE name = $1";
}

/// Which move it is: it follows from what the source holds, so that another source, or the same one after it was
/// served again, is another move.
pub type MoveId = [u8; 16];

/// What a database has to do with a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub id: MoveId,
    pub stage: Stage,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It is being filled: all tables before this one are there, and of this one all rows up to this key.
    Filling { table: String, after: Vec<Value> },
    /// Everything is there and was compared; nobody has served it yet.
    Whole,
    /// It is being taken back.
    Undone,
    /// Everything that was here went elsewhere.
    Moved,
}

impl Mark {
    fn to_bytes(&self) -> Vec<u8> {
        let (number, table, after): (u8, &str, &[Value]) = match &self.stage {
            Stage::Filling { table, after } => (0, table, after),
            Stage::Whole => (1, "", &[]),
            Stage::Undone => (2, "", &[]),
            Stage::Moved => (3, "", &[]),
        };
        let mut bytes = Vec::new();
        let mut cbor = Encoder::new(&mut bytes);
        // Memory is the only thing that can fail here.
        let written = cbor
            .array(4)
            .and_then(|cbor| cbor.bytes(&self.id))
            .and_then(|cbor| cbor.u8(number))
            .and_then(|cbor| cbor.str(table).map(drop))
            .and_then(|()| encode(&mut cbor, after));
        debug_assert!(written.is_ok(), "a mark is written to memory");
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        let wrong = || minicbor::decode::Error::message("not a mark");
        let mut cbor = Decoder::new(bytes);
        if cbor.array()? != Some(4) {
            return Err(wrong());
        }
        let id = cbor.bytes()?.try_into().map_err(|_| wrong())?;
        let (number, table) = (cbor.u8()?, cbor.str()?.to_owned());
        let after = counted(&mut cbor, value)?;
        let stage = match number {
            0 => Stage::Filling { table, after },
            1 => Stage::Whole,
            2 => Stage::Undone,
            3 => Stage::Moved,
            _ => return Err(wrong()),
        };
        Ok(Self { id, stage })
    }
}

/// The mark, if there is one.
pub fn mark(tx: &Tx<'_>, schema: Schema) -> Result<Option<Mark>, StoreError> {
    let found = match schema {
        Schema::Data => installation::get(tx, NAME)?,
        Schema::Keys => {
            tx.query_opt(&MARK, &params![NAME])?.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()?
        }
    };
    let Some(bytes) = found else { return Ok(None) };
    let read = Mark::read(&bytes);
    let damaged =
        |_| StoreError::Damaged { what: "the mark of the move".to_owned(), code: "CBOR".to_owned() };
    read.map(Some).map_err(damaged)
}

pub fn set_mark(tx: &Tx<'_>, schema: Schema, mark: &Mark) -> Result<(), StoreError> {
    match schema {
        Schema::Data => installation::set(tx, NAME, &mark.to_bytes()),
        Schema::Keys => tx.execute(&SET_MARK, &params![NAME, mark.to_bytes()]).map(drop),
    }
}

pub fn clear_mark(tx: &Tx<'_>, schema: Schema) -> Result<(), StoreError> {
    match schema {
        Schema::Data => installation::remove(tx, NAME),
        Schema::Keys => tx.execute(&CLEAR_MARK, &params![NAME]).map(drop),
    }
}

/// The mark of a database as it lies; nothing where nothing was ever made.
pub async fn mark_at(url: &str, schema: Schema) -> Result<Option<Mark>, StoreError> {
    if Database::is_bare(url).await? {
        return Ok(None);
    }
    Database::peek(url, "move_mark", move |tx| mark(tx, schema)).await
}

/// Every table that is moved, parents before children.
fn tables(schema: Schema) -> impl Iterator<Item = &'static str> {
    // The target has its own migrations, and who held a lease does not run any more.
    copy::tables(schema)
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !matches!(*name, "migration" | "lease" | "node"))
}

/// What the move itself has put there, which is no row of the other side.
fn is_own(table: &str, row: &Row, id: &MoveId) -> bool {
    match (table, row.values().first()) {
        ("installation" | "record", Some(Value::Text(name))) => name == NAME,
        ("key_copy", Some(Value::Bytes(copy))) => copy == id,
        _ => false,
    }
}

fn limit(table: &str, rows: u32) -> i64 {
    i64::from(if WIDE.contains(&table) { rows.min(WIDE_ROWS) } else { rows })
}

fn named(name: &str) -> CopyError {
    CopyError::Unknown(name.to_owned())
}

/// What a source holds: how many rows, and by what it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub rows: u64,
    pub known_by: [u8; 32],
}

/// Looks at a source that nobody serves: quick, as it counts most rows and reads few.
pub async fn look(url: &str, schema: Schema) -> Result<Seen, CopyError> {
    Database::peek_snapshot(url, "move_look", move |tx| Ok(look_at(tx, schema))).await?
}

fn look_at(tx: &Tx<'_>, schema: Schema) -> Result<Seen, CopyError> {
    refuse_other_version(tx, schema)?;
    let keys = primary_keys(tx)?;
    let (mut rows, mut all) = (0_u64, Sha256::new());
    for name in tables(schema) {
        let count = Stmt::of_tables("moving::COUNT", format!("SELECT count(*) FROM {name}"));
        let count = tx.query_one(&count, &[])?.unsigned(0)?;
        rows = rows.saturating_add(count);
        all.update(name);
        if TELLING.contains(&name) {
            let key = keys.get(name).ok_or_else(|| named(name))?;
            // No copy of this move is noted in its source.
            all.update(summed(tx, schema, (name, key), &[0; 16], ROWS, &mut |_| ())?.sha256);
        } else {
            all.update(count.to_be_bytes());
        }
    }
    Ok(Seen { rows, known_by: all.finalize().into() })
}

/// Everything that a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub table: &'static str,
    pub rows: u64,
    /// Over all rows in the order of their key.
    pub sha256: [u8; 32],
}

/// Reads every row of every table that is moved. `told` hears of rows.
pub async fn sum(
    url: &str,
    schema: Schema,
    id: MoveId,
    rows: u32,
    mut told: impl FnMut(u64) + Send + 'static,
) -> Result<Vec<Sum>, CopyError> {
    let all = move |tx: &Tx<'_>| {
        let keys = primary_keys(tx)?;
        let each = tables(schema).map(|name| {
            let key = keys.get(name).ok_or_else(|| named(name))?;
            summed(tx, schema, (name, key), &id, rows, &mut told)
        });
        Ok(each.collect::<Result<Vec<_>, _>>())
    };
    Database::peek_snapshot(url, "move_sum", all).await?
}

fn summed(
    tx: &Tx<'_>,
    schema: Schema,
    (name, key): (&str, &[copy::KeyColumn]),
    id: &MoveId,
    rows: u32,
    told: &mut impl FnMut(u64),
) -> Result<Sum, CopyError> {
    let table = Table::of(schema, name).ok_or_else(|| named(name))?;
    let (mut count, mut all, mut bytes) = (0_u64, Sha256::new(), Vec::new());
    table.read(tx, key, None, limit(name, rows), |rows, _| {
        for row in rows.iter().filter(|row| !is_own(name, row, id)) {
            bytes.clear();
            encode(&mut Encoder::new(&mut bytes), row.values())
                .map_err(|_| CopyError::Damaged("a row could not be read"))?;
            all.update(&bytes);
            count = count.saturating_add(1);
        }
        told(rows.len() as u64);
        Ok::<_, CopyError>(())
    })?;
    Ok(Sum { table: table.name, rows: count, sha256: all.finalize().into() })
}

/// How a target stands to a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Nothing is in it.
    Empty,
    /// It is this move's own, and was broken off or is done.
    Ours,
    /// Another move's, or this one's that is being taken back.
    Stale,
    InUse,
}

/// Looks at a target and changes nothing.
pub async fn target(url: &str, schema: Schema, id: MoveId) -> Result<Target, StoreError> {
    if Database::is_bare(url).await? {
        return Ok(Target::Empty);
    }
    Database::peek(url, "move_target", move |tx| target_of(tx, schema, &id)).await
}

fn target_of(tx: &Tx<'_>, schema: Schema, id: &MoveId) -> Result<Target, StoreError> {
    match mark(tx, schema)? {
        Some(Mark { id: found, stage: Stage::Filling { .. } | Stage::Whole }) if found == *id => {
            return Ok(Target::Ours);
        }
        Some(_) => return Ok(Target::Stale),
        None => {}
    }
    // A start that was broken off leaves tables without rows, but for what migrations lay.
    for name in tables(schema).filter(|name| *name != "tree") {
        let any = Stmt::of_tables("moving::ANY", format!("SELECT 1 FROM {name} LIMIT 1"));
        if tx.query_opt(&any, &[])?.is_some() {
            return Ok(Target::InUse);
        }
    }
    Ok(Target::Empty)
}

impl Database {
    /// Lays the mark into an empty target; one of this move stays as it is.
    pub async fn begin_move(&self, schema: Schema, id: MoveId) -> Result<Target, StoreError> {
        self.write("move_begin", move |tx| {
            let found = target_of(tx, schema, &id)?;
            if found == Target::Empty {
                for name in tables(schema) {
                    // What migrations laid comes from the source.
                    let empty = Stmt::of_tables("moving::EMPTY", format!("DELETE FROM {name}"));
                    tx.execute(&empty, &[])?;
                }
                let stage = Stage::Filling { table: String::new(), after: Vec::new() };
                set_mark(tx, schema, &Mark { id, stage })?;
            }
            Ok(found)
        })
        .await
    }

    /// Fills a target whose move was begun, from where it stands. `told` hears of the rows of each commit.
    pub async fn fill_from(
        &self,
        source: &str,
        schema: Schema,
        id: MoveId,
        rows: u32,
        mut told: impl FnMut(u64) + Send,
    ) -> Result<(), CopyError> {
        let begun = self.read("move_mark", move |tx| mark(tx, schema)).await?;
        let Some(Mark { stage: Stage::Filling { table, after }, .. }) = begun else { return Ok(()) };
        let (out, mut chunks) = channel(QUEUE);
        let reading = Database::peek_snapshot(source, "move_read", move |tx| {
            Ok(read_all(tx, schema, (&table, &after), (&id, rows), &out))
        });
        let writing = async move {
            let mut into: Option<(&'static str, &'static Stmt)> = None;
            while let Some(Chunk { table, rows, after }) = chunks.recv().await {
                let insert = match into {
                    Some((name, insert)) if name == table => insert,
                    _ => {
                        let table = Table::of(schema, table).ok_or_else(|| named(table))?;
                        // One for each table, and a database is moved once in the life of a process.
                        Box::leak(Box::new(table.insert(&table.columns)))
                    }
                };
                into = Some((table, insert));
                let count = rows.len() as u64;
                let mark = Mark { id, stage: Stage::Filling { table: table.to_owned(), after } };
                let fill = move |tx: &Tx<'_>| {
                    tx.execute_many(insert, &rows)?;
                    set_mark(tx, schema, &mark)
                };
                self.write::<_, StoreError, _>("move_chunk", fill).await?;
                told(count);
            }
            Ok::<_, CopyError>(())
        };
        let (read, written) = tokio::join!(reading, writing);
        // A reader whose rows nobody takes only noticed that.
        written?;
        read?
    }

    /// Takes every table out of a target that nobody has served; `false`: it has no mark any more.
    pub async fn drop_moved(url: &str, schema: Schema, id: MoveId) -> Result<bool, StoreError> {
        Database::touch(url, "move_drop", move |tx| {
            if mark(tx, schema)?.is_none_or(|mark| mark.id != id || mark.stage != Stage::Undone) {
                return Ok(false);
            }
            for (name, _) in copy::tables(schema).iter().rev() {
                tx.execute(&Stmt::of_tables("moving::DROP", format!("DROP TABLE {name}")), &[])?;
            }
            Ok(true)
        })
        .await
    }
}

/// Rows of one table, up to this key.
struct Chunk {
    table: &'static str,
    rows: Vec<Vec<Value>>,
    after: Vec<Value>,
}

fn read_all(
    tx: &Tx<'_>,
    schema: Schema,
    (table, after): (&str, &[Value]),
    (id, rows): (&MoveId, u32),
    out: &Sender<Chunk>,
) -> Result<(), CopyError> {
    let keys = primary_keys(tx)?;
    for name in tables(schema).skip_while(|name| !table.is_empty() && *name != table) {
        let key = keys.get(name).ok_or_else(|| named(name))?;
        let table_read = Table::of(schema, name).ok_or_else(|| named(name))?;
        let from = (name == table).then_some(after);
        table_read.read(tx, key, from, limit(name, rows), |rows, last| {
            let rows = rows.into_iter().filter(|row| !is_own(name, row, id)).map(Row::into_values).collect();
            let chunk = Chunk { table: name, rows, after: last.to_vec() };
            out.blocking_send(chunk).map_err(|_| CopyError::Hung)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_as_written_and_nothing_else_reads_as_one() {
        let stages = [
            Stage::Filling { table: "lead".to_owned(), after: params![[7_u8; 16], 4_i64, "a"] },
            Stage::Filling { table: String::new(), after: Vec::new() },
            Stage::Whole,
            Stage::Undone,
            Stage::Moved,
        ];
        for stage in stages {
            let mark = Mark { id: [3; 16], stage };
            let bytes = mark.to_bytes();
            assert_eq!(Mark::read(&bytes).unwrap(), mark);
            for cut in 0..bytes.len() {
                Mark::read(&bytes[..cut]).unwrap_err();
            }
        }
    }
}
