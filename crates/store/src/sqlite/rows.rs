//! SQLite's side of statements: values in, rows out, and what errors are told.
//!
//! Invariant: of an error at run time only the code is told.

use crate::error::StoreError;
use crate::statement::Stmt;
use crate::value::{Row, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ffi, params_from_iter};
use std::collections::HashMap;

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

fn prepared<'c>(connection: &'c Connection, stmt: &Stmt) -> Result<CachedStatement<'c>, StoreError> {
    connection.prepare_cached(stmt.sqlite()).map_err(|error| unprepared(stmt.name(), &error))
}

/// As [`failure`], but SQLite has read nothing yet than the statement's own text: its words are told.
pub(crate) fn unprepared(statement: &'static str, error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(code, Some(words)) if code.extended_code == ffi::SQLITE_ERROR => {
            StoreError::Statement { statement, code: words.clone() }
        }
        rusqlite::Error::SqlInputError { msg, .. } => StoreError::Statement { statement, code: msg.clone() },
        _ => failure(statement, error),
    }
}

pub(crate) fn prepare(connection: &Connection, stmt: &Stmt) -> Result<(), StoreError> {
    prepared(connection, stmt).map(drop)
}

pub(crate) fn execute(connection: &Connection, stmt: &Stmt, params: &[Value]) -> Result<u64, StoreError> {
    let touched = prepared(connection, stmt)?.execute(params_from_iter(params));
    touched.map(|rows| rows as u64).map_err(|error| failure(stmt.name(), &error))
}

pub(crate) fn execute_many(
    connection: &Connection,
    stmt: &Stmt,
    rows: &[Vec<Value>],
) -> Result<u64, StoreError> {
    let mut prepared = prepared(connection, stmt)?;
    rows.iter().try_fold(0_u64, |sum, row| match prepared.execute(params_from_iter(row)) {
        Ok(touched) => Ok(sum.saturating_add(touched as u64)),
        Err(error) => Err(failure(stmt.name(), &error)),
    })
}

pub(crate) fn query(connection: &Connection, stmt: &Stmt, params: &[Value]) -> Result<Vec<Row>, StoreError> {
    let mut prepared = prepared(connection, stmt)?;
    let mut run = || {
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(params))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(owned(stmt, row, columns)?);
        }
        Ok(all)
    };
    run().map_err(|error| failure(stmt.name(), &error))
}

pub(crate) fn count_grouped(
    connection: &Connection,
    stmt: &Stmt,
    params: &[Value],
) -> Result<Vec<Row>, StoreError> {
    let mut prepared = prepared(connection, stmt)?;
    let mut run = || {
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(params))?;
        let mut counts = HashMap::<Vec<Value>, i64>::new();
        // What lies together is mostly alike: no key is made of a row that is as the one before it.
        let (mut last, mut alike) = (Vec::new(), 0_i64);
        while let Some(row) = rows.next()? {
            if alike == 0 || !is_alike(row, &last)? {
                add(&mut counts, std::mem::replace(&mut last, values(row, columns)?), alike);
                alike = 0;
            }
            alike = alike.saturating_add(1);
        }
        add(&mut counts, last, alike);
        Ok(counts)
    };
    let counts = run().map_err(|error| failure(stmt.name(), &error))?;
    let row = |(mut of, count): (Vec<Value>, i64)| {
        of.push(Value::Int(count));
        Row::new(stmt.name(), of)
    };
    Ok(counts.into_iter().map(row).collect())
}

fn add(counts: &mut HashMap<Vec<Value>, i64>, of: Vec<Value>, more: i64) {
    if more > 0 {
        let count = counts.entry(of).or_default();
        *count = count.saturating_add(more);
    }
}

fn is_alike(row: &rusqlite::Row<'_>, to: &[Value]) -> rusqlite::Result<bool> {
    for (column, value) in to.iter().enumerate() {
        let is_alike = match (row.get_ref(column)?, value) {
            (ValueRef::Null, Value::Null) => true,
            (ValueRef::Integer(found), Value::Int(int)) => found == *int,
            (ValueRef::Blob(found), Value::Bytes(bytes)) => found == bytes.as_slice(),
            (ValueRef::Text(found), Value::Text(text)) => found == text.as_bytes(),
            _ => false,
        };
        if !is_alike {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(crate) fn query_many(
    connection: &Connection,
    stmt: &Stmt,
    keys: &[Vec<Value>],
) -> Result<Vec<Option<Row>>, StoreError> {
    let mut prepared = prepared(connection, stmt)?;
    let mut run = || {
        let columns = prepared.column_count();
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            let mut rows = prepared.query(params_from_iter(key))?;
            let first = rows.next()?.map(|row| owned(stmt, row, columns)).transpose()?;
            // To the end, as a statement with RETURNING is done only then.
            while rows.next()?.is_some() {}
            all.push(first);
        }
        Ok(all)
    };
    run().map_err(|error| failure(stmt.name(), &error))
}

fn owned(stmt: &Stmt, row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Row> {
    Ok(Row::new(stmt.name(), values(row, columns)?))
}

fn values(row: &rusqlite::Row<'_>, columns: usize) -> rusqlite::Result<Vec<Value>> {
    let mut values = Vec::with_capacity(columns);
    for column in 0..columns {
        values.push(match row.get_ref(column)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(int) => Value::Int(int),
            ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Real(_) => {
                return Err(rusqlite::Error::InvalidColumnType(
                    column,
                    String::new(),
                    rusqlite::types::Type::Real,
                ));
            }
        });
    }
    Ok(values)
}

/// The code only: SQLite's functions may quote in their messages what they were given.
pub(crate) fn failure(statement: &'static str, error: &rusqlite::Error) -> StoreError {
    let code = match error {
        rusqlite::Error::SqliteFailure(code, _) => *code,
        rusqlite::Error::InvalidColumnType(column, ..) => {
            return StoreError::Column {
                statement,
                column: *column,
                wanted: "a whole number",
                found: "a fraction",
            };
        }
        rusqlite::Error::InvalidParameterCount(given, wanted) => {
            return StoreError::Statement {
                statement,
                code: format!("{given} parameters given, {wanted} wanted"),
            };
        }
        other => return StoreError::Statement { statement, code: kind(other).to_owned() },
    };
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return StoreError::Conflict { statement };
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return StoreError::Constraint { statement, kind: "reference" },
        ffi::SQLITE_CONSTRAINT_NOTNULL => return StoreError::Constraint { statement, kind: "not-null" },
        ffi::SQLITE_CONSTRAINT_CHECK => return StoreError::Constraint { statement, kind: "check" },
        _ => {}
    }
    match code.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Held,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            StoreError::Damaged { what: "the database".to_owned(), code: code.to_string() }
        }
        ErrorCode::ConstraintViolation => StoreError::Constraint { statement, kind: "type" },
        _ => StoreError::Statement { statement, code: code.to_string() },
    }
}

const fn kind(error: &rusqlite::Error) -> &'static str {
    match error {
        rusqlite::Error::ExecuteReturnedResults => "it returns rows: use query",
        rusqlite::Error::MultipleStatement => "it is more than one statement",
        _ => "not carried out",
    }
}
