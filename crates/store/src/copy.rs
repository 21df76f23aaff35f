//! A whole database as a stream of rows: what backups are made of and brought back from, the same for
//! both engines.
//!
//! The stream is a row of frames, each its length in four bytes and then CBOR: `[0, table, [column …]]` opens a
//! table, `[1, [row …]]` holds rows of the table opened last, `[2, rows]` is the end. Tables come parents
//! before children.
//!
//! Invariants: what is copied out is one snapshot, taken while others work; every table is listed, either to
//! be copied or left out with the reason; a stream without its end, or with a table or column that this
//! version does not know, is refused.

use crate::error::StoreError;
use crate::port::{Database, Schema, Tx};
use crate::statement::Stmt;
use crate::statements;
use crate::value::{Row, Value};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::mpsc::SyncSender;

/// Rows in one frame and one commit.
const ROWS: i64 = 2_000;
/// No frame that we make comes near it.
const MAX_FRAME: usize = 256 * 1024 * 1024;

statements! {
    pair PRIMARY = {
        sqlite: "SELECT m.name, p.name, p.type = 'TEXT' FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND p.pk > 0 ORDER BY m.name, p.pk",
        postgres: "SELECT k.table_name::text, k.column_name::text, i.data_type = 'text' FROM information_schema.table_constraints c JOIN information_schema.key_column_usage k ON k.constraint_schema = c.constraint_schema AND k.constraint_name = c.constraint_name JOIN information_schema.columns i ON i.table_schema = k.table_schema AND i.table_name = k.table_name AND i.column_name = k.column_name WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = current_schema() ORDER BY k.table_name, k.ordinal_position",
    };
    NEWEST = "SELECT COALESCE(MAX(number), 0) FROM migration";
}

/// Whether a table goes into copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    Yes,
    /// Why not.
    No(&'static str),
}

const REBUILT: Copied =
    Copied::No("made again from what is sealed, so that no copy holds a hash of an address or id");
const PASSING: Copied = Copied::No("of the moment: what it says does not hold after a return");

/// Every table, parents before children.
pub const fn tables(schema: Schema) -> &'static [(&'static str, Copied)] {
    match schema {
        Schema::Data => DATA,
        Schema::Keys => KEYS,
    }
}

const DATA: &[(&str, Copied)] = &[
    ("migration", Copied::No("the database into which a copy comes has its own")),
    ("installation", Copied::Yes),
    ("brand", Copied::Yes),
    ("account", Copied::Yes),
    ("account_lookup", REBUILT),
    ("credential", Copied::Yes),
    ("api_token", Copied::Yes),
    ("page", Copied::Yes),
    ("wording", Copied::Yes),
    ("bot", Copied::Yes),
    ("plan", Copied::Yes),
    ("subscription", Copied::Yes),
    ("billing_secret", Copied::Yes),
    ("billing_event", Copied::Yes),
    ("document", Copied::Yes),
    ("announcement", Copied::Yes),
    ("recipient", Copied::Yes),
    ("data_map", Copied::Yes),
    ("acceptance", Copied::Yes),
    ("session", PASSING),
    ("sign_in", Copied::Yes),
    ("audit", Copied::Yes),
    ("link", PASSING),
    ("passkey", Copied::Yes),
    ("logo", Copied::Yes),
    ("export", Copied::Yes),
    ("template", Copied::Yes),
    ("tag", Copied::Yes),
    ("lead", Copied::Yes),
    ("lookup", REBUILT),
    ("returned", Copied::Yes),
    ("import", PASSING),
    ("import_part", PASSING),
    ("lead_link", PASSING),
    ("request", Copied::Yes),
    ("reading", Copied::Yes),
    ("breach", Copied::Yes),
    ("breach_entry", Copied::Yes),
    ("breach_person", Copied::Yes),
    ("support_grant", Copied::Yes),
    ("support_act", Copied::Yes),
    ("facebook_login", Copied::Yes),
    ("pending_withdrawal", Copied::Yes),
    ("consent_event", Copied::Yes),
    ("consent_leaf", Copied::Yes),
    ("answer", Copied::Yes),
    ("lead_tag", Copied::Yes),
    ("broadcast", Copied::Yes),
    ("delivery", Copied::Yes),
    ("broadcast_count", Copied::Yes),
    ("outbox", Copied::No("an answer that waited then is too late, or was given")),
    ("inbox", Copied::No("events that waited lie under the brand's key and outlive their person's there")),
    ("seen", Copied::Yes),
    ("ledger_pending", Copied::Yes),
    ("ledger_tile", Copied::Yes),
    ("ledger_checkpoint", Copied::Yes),
    ("ledger_cosignature", Copied::Yes),
    ("ledger_witness", Copied::Yes),
    ("ledger_letter", Copied::Yes),
    ("lease", PASSING),
    ("node", PASSING),
    ("erasure", Copied::Yes),
    ("erasure_page", Copied::Yes),
    ("idempotency", PASSING),
    ("tally", Copied::Yes),
    ("daily", Copied::Yes),
    ("mail", Copied::No("a letter that waited then may have left since, and none is sent twice")),
    ("mail_count", Copied::Yes),
];

const KEYS: &[(&str, Copied)] = &[
    ("migration", Copied::No("the database into which a copy comes has its own")),
    ("tree", Copied::Yes),
    ("flat_key", Copied::Yes),
    ("key", Copied::Yes),
    ("felled", Copied::Yes),
    ("erased_key", Copied::Yes),
    ("key_copy", Copied::Yes),
    // Last: only with its records a key store is in use, so one that was filled half is not.
    ("record", Copied::Yes),
];

/// How a table is read and filled. Its names come from our own migrations.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<&'static str>,
}

/// A column of a table's primary key.
pub(crate) struct KeyColumn {
    name: String,
    is_text: bool,
}

/// The primary key of every table.
pub(crate) fn primary_keys(tx: &Tx<'_>) -> Result<BTreeMap<String, Vec<KeyColumn>>, StoreError> {
    let mut keys: BTreeMap<String, Vec<KeyColumn>> = BTreeMap::new();
    for row in tx.query(&PRIMARY, &[])? {
        let column = KeyColumn { name: row.text(1)?.to_owned(), is_text: row.flag(2)? };
        keys.entry(row.text(0)?.to_owned()).or_default().push(column);
    }
    Ok(keys)
}

impl Table {
    pub(crate) fn of(schema: Schema, name: &str) -> Option<Self> {
        let declared = crate::declarations(schema).into_iter().find(|declared| declared.place == name)?;
        let columns = declared.items.iter().map(|item| item.name).collect();
        Some(Self { name: declared.place, columns })
    }

    /// The first rows, and those after the row with a given key. Both engines keep the same order: that of the
    /// bytes, whatever PostgreSQL's language is.
    fn pages(&self, key: &[KeyColumn]) -> (Stmt, Stmt) {
        let columns = self.columns.join(", ");
        let names = |collated: &str| -> String {
            let of = |column: &KeyColumn| match column.is_text {
                true => format!("{}{collated}", column.name),
                false => column.name.clone(),
            };
            key.iter().map(of).collect::<Vec<_>>().join(", ")
        };
        let given: Vec<_> = (2..).take(key.len()).map(|n| format!("${n}")).collect();
        let (given, table) = (given.join(", "), self.name);
        let first = |order: &str| format!("SELECT {columns} FROM {table} ORDER BY {order} LIMIT $1");
        let next = |order: &str| {
            format!("SELECT {columns} FROM {table} WHERE ({order}) > ({given}) ORDER BY {order} LIMIT $1")
        };
        let (sqlite, postgres) = (names(""), names(" COLLATE \"C\""));
        (
            Stmt::pair_of_tables("copy::FIRST", first(&sqlite), first(&postgres)),
            Stmt::pair_of_tables("copy::NEXT", next(&sqlite), next(&postgres)),
        )
    }

    /// The rows in the order of their key, `limit` at a time, each time with the last one's key; from the start, or
    /// from after a key.
    pub(crate) fn read<E: From<StoreError>>(
        &self,
        tx: &Tx<'_>,
        key: &[KeyColumn],
        after: Option<&[Value]>,
        limit: i64,
        mut each: impl FnMut(Vec<Row>, &[Value]) -> Result<(), E>,
    ) -> Result<(), E> {
        let places: Vec<usize> =
            key.iter().filter_map(|key| self.columns.iter().position(|column| *column == key.name)).collect();
        let (first, next) = self.pages(key);
        let limited = |after: &[Value]| [&[Value::Int(limit)], after].concat();
        let mut rows = match after {
            None => tx.query(&first, &[Value::Int(limit)])?,
            Some(after) => tx.query(&next, &limited(after))?,
        };
        while let Some(last) = rows.last() {
            let last: Vec<Value> =
                places.iter().map(|place| last.value(*place).cloned()).collect::<Result<_, _>>()?;
            each(rows, &last)?;
            rows = tx.query(&next, &limited(&last))?;
        }
        Ok(())
    }

    pub(crate) fn insert<S: std::borrow::Borrow<str>>(&self, columns: &[S]) -> Stmt {
        let given: Vec<_> = (1..).take(columns.len()).map(|n| format!("${n}")).collect();
        let into = columns.join(", ");
        let text = format!("INSERT INTO {} ({into}) VALUES ({})", self.name, given.join(", "));
        Stmt::of_tables("copy::INSERT", text)
    }
}

/// A copy could not be made or brought in.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the copy cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    #[error("the copy is damaged: {0}; take an older one")]
    Damaged(&'static str),
    #[error(
        "the copy was made by a version with other tables ({0}): bring it back with the version that made it"
    )]
    Unknown(String),
    #[error("nobody takes the copy any more")]
    Hung,
    #[error(
        "the database is at version {found}, this program at {wanted}: make the copy with the program that serves it"
    )]
    Version { found: i64, wanted: i64 },
}

/// The newest migration of this program.
pub fn version(schema: Schema) -> i64 {
    schema.migrations().last().map_or(0, |migration| migration.number)
}

impl Database {
    /// Writes every table that is copied, out of one snapshot, frame by frame. Others may go on working on the
    /// database; this holds no lock that they need. `seen` is called within the snapshot, first.
    pub async fn copy_out<F>(
        url: &str,
        schema: Schema,
        out: SyncSender<Vec<u8>>,
        mut seen: F,
    ) -> Result<u64, CopyError>
    where
        F: FnMut(&Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    {
        let mut is_begun = false;
        let copied = Self::peek_snapshot(url, "copy_out", move |tx| {
            // What was written of a snapshot that was given up cannot be taken back.
            if std::mem::replace(&mut is_begun, true) {
                return Err(StoreError::Contended { statement: "copy_out" });
            }
            seen(tx)?;
            Ok(write_all(tx, schema, &out))
        });
        copied.await?
    }

    /// Fills an empty database of this version from a stream; the number of rows. Whoever calls it again
    /// after a failure begins with another empty database.
    pub async fn copy_in<R, F>(&self, schema: Schema, mut from: R, mut told: F) -> Result<u64, CopyError>
    where
        R: Read + Send,
        F: FnMut(u64) + Send,
    {
        let (mut into, mut rows_in) = (None, 0_u64);
        loop {
            match read_frame(&mut from)? {
                Frame::Table { name, columns } => {
                    let (empty, fill) = opened(schema, &name, &columns)?;
                    // A migration may have laid a first row.
                    self.write("copy_in", |tx| tx.execute(empty, &[]).map(drop)).await?;
                    into = Some(fill);
                }
                Frame::Rows(rows) => {
                    let Some(insert) = &into else { return Err(CopyError::Damaged("rows without a table")) };
                    let (insert, count): (&'static Stmt, _) = (insert, rows.len());
                    let fill = move |tx: &Tx<'_>| tx.execute_many(insert, &rows).map(drop);
                    self.write("copy_in", fill).await?;
                    rows_in = rows_in.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
                    told(rows_in);
                }
                Frame::End(rows) if rows == rows_in => return Ok(rows),
                Frame::End(_) => return Err(CopyError::Damaged("rows are missing")),
            }
        }
    }
}

/// What empties the table, and what fills it.
fn opened(
    schema: Schema,
    name: &str,
    columns: &[String],
) -> Result<(&'static Stmt, &'static Stmt), CopyError> {
    let unknown = || CopyError::Unknown(name.chars().filter(|c| !c.is_control()).take(64).collect());
    let is_copied = tables(schema).iter().any(|(known, copied)| *known == name && *copied == Copied::Yes);
    let table = Table::of(schema, name).filter(|_| is_copied).ok_or_else(unknown)?;
    let mut wanted: Vec<&str> = table.columns.clone();
    let mut given: Vec<&str> = columns.iter().map(String::as_str).collect();
    wanted.sort_unstable();
    given.sort_unstable();
    if wanted != given {
        return Err(unknown());
    }
    // One for each table of a copy, and a copy is brought in once in the life of a process.
    let empty = Stmt::of_tables("copy::EMPTY", format!("DELETE FROM {}", table.name));
    Ok((Box::leak(Box::new(empty)), Box::leak(Box::new(table.insert(columns)))))
}

pub(crate) fn refuse_other_version(tx: &Tx<'_>, schema: Schema) -> Result<(), CopyError> {
    let (found, wanted) = (tx.query_one(&NEWEST, &[])?.int(0)?, version(schema));
    if found == wanted { Ok(()) } else { Err(CopyError::Version { found, wanted }) }
}

fn write_all(tx: &Tx<'_>, schema: Schema, out: &SyncSender<Vec<u8>>) -> Result<u64, CopyError> {
    refuse_other_version(tx, schema)?;
    let keys = primary_keys(tx)?;
    let mut sum = 0_u64;
    for (name, _) in tables(schema).iter().filter(|(_, copied)| *copied == Copied::Yes) {
        let unknown = || CopyError::Unknown((*name).to_owned());
        let table = Table::of(schema, name).ok_or_else(unknown)?;
        let key = keys.get(*name).ok_or_else(unknown)?;
        send(out, |cbor| {
            cbor.array(3)?.u8(0)?.str(table.name)?.array(table.columns.len() as u64)?;
            table.columns.iter().try_for_each(|column| cbor.str(column).map(drop))
        })?;
        table.read(tx, key, None, ROWS, |rows, _| {
            sum = sum.saturating_add(rows.len() as u64);
            send(out, |cbor| {
                cbor.array(2)?.u8(1)?.array(rows.len() as u64)?;
                rows.iter().try_for_each(|row| encode(cbor, row.values()))
            })
        })?;
    }
    send(out, |cbor| cbor.array(2)?.u8(2)?.u64(sum).map(drop))?;
    Ok(sum)
}

pub(crate) type Cbor<'b> = Encoder<&'b mut Vec<u8>>;
pub(crate) type Encoded = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

pub(crate) fn encode(cbor: &mut Cbor<'_>, row: &[Value]) -> Encoded {
    cbor.array(row.len() as u64)?;
    row.iter().try_for_each(|value| {
        match value {
            Value::Null => cbor.null(),
            Value::Int(int) => cbor.i64(*int),
            Value::Bytes(bytes) => cbor.bytes(bytes),
            Value::Text(text) => cbor.str(text),
        }
        .map(drop)
    })
}

fn send(out: &SyncSender<Vec<u8>>, fill: impl FnOnce(&mut Cbor<'_>) -> Encoded) -> Result<(), CopyError> {
    let mut bytes = vec![0; 4];
    // Memory is the only thing that can fail here.
    fill(&mut Encoder::new(&mut bytes)).map_err(|_| CopyError::Damaged("a row could not be written"))?;
    let length = bytes.len().saturating_sub(4);
    let length = u32::try_from(length).map_err(|_| CopyError::Damaged("a row is too long"))?;
    bytes.iter_mut().zip(length.to_be_bytes()).for_each(|(to, from)| *to = from);
    out.send(bytes).map_err(|_| CopyError::Hung)
}

#[derive(Debug)]
enum Frame {
    Table { name: String, columns: Vec<String> },
    Rows(Vec<Vec<Value>>),
    End(u64),
}

fn read_frame(from: &mut impl Read) -> Result<Frame, CopyError> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX_FRAME {
        return Err(CopyError::Damaged("a frame is longer than any that is made"));
    }
    // Grows with what really comes, not with what is announced.
    let mut bytes = Vec::new();
    from.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() != length {
        return Err(CopyError::Damaged("it ends in the middle"));
    }
    decode(&bytes).map_err(|_| CopyError::Damaged("a frame does not read as one"))
}

fn decode(bytes: &[u8]) -> Result<Frame, minicbor::decode::Error> {
    let mut cbor = Decoder::new(bytes);
    let wrong = || minicbor::decode::Error::message("not a frame");
    let (length, kind) = (cbor.array()?, cbor.u8()?);
    let frame = match (kind, length) {
        (0, Some(3)) => {
            let name = cbor.str()?.to_owned();
            let columns = counted(&mut cbor, |cbor| cbor.str().map(str::to_owned))?;
            Frame::Table { name, columns }
        }
        (1, Some(2)) => Frame::Rows(counted(&mut cbor, |cbor| counted(cbor, value))?),
        (2, Some(2)) => Frame::End(cbor.u64()?),
        _ => return Err(wrong()),
    };
    if cbor.position() == bytes.len() { Ok(frame) } else { Err(wrong()) }
}

pub(crate) fn counted<'b, T>(
    cbor: &mut Decoder<'b>,
    mut one: impl FnMut(&mut Decoder<'b>) -> Result<T, minicbor::decode::Error>,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let count = cbor.array()?.ok_or_else(|| minicbor::decode::Error::message("without a length"))?;
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(one(cbor)?);
    }
    Ok(all)
}

pub(crate) fn value(cbor: &mut Decoder<'_>) -> Result<Value, minicbor::decode::Error> {
    Ok(match cbor.datatype()? {
        Type::Null => {
            cbor.null()?;
            Value::Null
        }
        Type::Bytes => Value::Bytes(cbor.bytes()?.to_vec()),
        Type::String => Value::Text(cbor.str()?.to_owned()),
        _ => Value::Int(cbor.i64()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_that_is_cut_or_too_long_is_refused_without_taking_the_memory() {
        let (out, frames) = std::sync::mpsc::sync_channel(1);
        send(&out, |cbor| cbor.array(2)?.u8(2)?.u64(7).map(drop)).unwrap();
        let frame = frames.recv().unwrap();
        assert!(matches!(read_frame(&mut frame.as_slice()).unwrap(), Frame::End(7)));
        for cut in 0..frame.len() {
            read_frame(&mut &frame[..cut]).unwrap_err();
        }
        read_frame(&mut [0xFF; 64].as_slice()).unwrap_err();
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_frame(&mut bytes.as_slice());
            let _ = decode(&bytes);
        }

        #[test]
        fn a_row_comes_back_as_it_was(
            ints in proptest::collection::vec(any::<i64>(), 0..5),
            bytes in proptest::collection::vec(any::<u8>(), 0..50),
            text in ".{0,20}",
        ) {
            let mut row: Vec<Value> = ints.into_iter().map(Value::Int).collect();
            row.extend([Value::Null, Value::Bytes(bytes), Value::Text(text)]);
            let (out, frames) = std::sync::mpsc::sync_channel(1);
            send(&out, |cbor| {
                cbor.array(2)?.u8(1)?.array(1)?;
                encode(cbor, &row)
            }).unwrap();
            let Frame::Rows(rows) = read_frame(&mut frames.recv().unwrap().as_slice()).unwrap() else {
                panic!("no rows")
            };
            prop_assert!(rows == [row]);
        }
    }
}
