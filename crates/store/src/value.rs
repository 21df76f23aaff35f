//! What goes into a statement and what comes out of it.
//!
//! Four kinds of value are enough for both engines: ids are 16 bytes, times are microseconds, flags
//! are 0 and 1. Invariant: a value never shows its content when printed, as it may be personal.

use crate::error::StoreError;
use model::id;
use model::time::Timestamp;
use std::fmt;

/// One parameter or one column.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    Null,
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
}

impl Value {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "a whole number",
            Self::Bytes(_) => "bytes",
            Self::Text(_) => "text",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

macro_rules! values {
    ($($from:ty => $into:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                ($into)(value)
            }
        }
    )*};
}

values! {
    i64 => Value::Int;
    i32 => |v: i32| Value::Int(v.into());
    u32 => |v: u32| Value::Int(v.into());
    u16 => |v: u16| Value::Int(v.into());
    u8 => |v: u8| Value::Int(v.into());
    bool => |v: bool| Value::Int(v.into());
    Timestamp => |v: Timestamp| Value::Int(v.micros());
    Vec<u8> => Value::Bytes;
    &[u8] => |v: &[u8]| Value::Bytes(v.to_vec());
    &Vec<u8> => |v: &Vec<u8>| Value::Bytes(v.clone());
    String => Value::Text;
    &str => |v: &str| Value::Text(v.to_owned());
    &String => |v: &String| Value::Text(v.clone());
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// An id that lies in a column as its 16 bytes.
pub trait StoredId: Sized {
    fn from_column(bytes: &[u8]) -> Option<Self>;
}

impl StoredId for [u8; 16] {
    fn from_column(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

macro_rules! stored_ids {
    ($($id:ty),* $(,)?) => {$(
        impl StoredId for $id {
            fn from_column(bytes: &[u8]) -> Option<Self> {
                Self::from_slice(bytes)
            }
        }
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::from(id.as_bytes())
            }
        }
        impl From<&$id> for Value {
            fn from(id: &$id) -> Self {
                Self::from(id.as_bytes())
            }
        }
    )*};
}

// Every id of `model::id` that is stored; a new one needs its name here.
stored_ids![
    id::BrandId,
    id::AccountId,
    id::PageId,
    id::LeadId,
    id::BroadcastId,
    id::ConsentId,
    id::InboxId,
    id::OutboxId,
    id::MailId,
    id::TokenId,
    id::ErasureId,
    id::SessionId,
    id::PasskeyId,
    id::SignInId,
    id::AuditId,
    id::SupportGrantId,
    id::SupportActId,
    id::ExportId,
    id::RequestId,
    id::AnnouncementId,
    id::BreachId,
    id::BreachEntryId,
    id::ReadingId,
    id::AnswerId,
    id::TagId,
    id::TemplateId,
    id::PlanId,
];

/// The parameters of one execution: `params![id, now, None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        ::std::vec![$($crate::Value::from($value)),*]
    };
}

/// One row of an answer. Columns are counted from 0.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    statement: &'static str,
    values: Vec<Value>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.values).finish()
    }
}

impl Row {
    pub(crate) const fn new(statement: &'static str, values: Vec<Value>) -> Self {
        Self { statement, values }
    }

    fn wrong(&self, column: usize, wanted: &'static str) -> StoreError {
        let found = self.values.get(column).map_or("missing", Value::kind);
        StoreError::Column { statement: self.statement, column, wanted, found }
    }

    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    pub(crate) fn into_values(self) -> Vec<Value> {
        self.values
    }

    pub fn value(&self, column: usize) -> Result<&Value, StoreError> {
        self.values.get(column).ok_or_else(|| self.wrong(column, "there"))
    }

    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| self.wrong(column, "a whole number"))
    }

    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(int) => Ok(Some(*int)),
            _ => Err(self.wrong(column, "a whole number")),
        }
    }

    /// A count, a size, a version: a number that cannot be negative.
    pub fn unsigned(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(column)?).map_err(|_| self.wrong(column, "zero or more"))
    }

    pub fn flag(&self, column: usize) -> Result<bool, StoreError> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.wrong(column, "0 or 1")),
        }
    }

    pub fn at(&self, column: usize) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp)
    }

    pub fn opt_at(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        self.opt_int(column).map(|at| at.map(Timestamp))
    }

    pub fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        self.opt_bytes(column)?.ok_or_else(|| self.wrong(column, "bytes"))
    }

    pub fn opt_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes)),
            _ => Err(self.wrong(column, "bytes")),
        }
    }

    /// Bytes of one fixed length: a hash, a tag, a key.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        self.bytes(column)?.try_into().map_err(|_| self.wrong(column, "bytes of the expected length"))
    }

    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.opt_text(column)?.ok_or_else(|| self.wrong(column, "text"))
    }

    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            _ => Err(self.wrong(column, "text")),
        }
    }

    pub fn id<T: StoredId>(&self, column: usize) -> Result<T, StoreError> {
        T::from_column(self.bytes(column)?).ok_or_else(|| self.wrong(column, "an id of 16 bytes"))
    }

    pub fn opt_id<T: StoredId>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.opt_bytes(column)?
            .map(|bytes| T::from_column(bytes).ok_or_else(|| self.wrong(column, "an id of 16 bytes")))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claim_f2_a_value_never_shows_its_content() {
        let row = Row::new("t", params!["Sample Person", 4711_i64, b"secret", None::<i64>]);
        let shown = format!("{row:?}");
        assert_eq!(shown, "[text, a whole number, bytes, null]");
        assert!(!row.int(0).unwrap_err().to_string().contains("Sample"));
    }

    #[test]
    fn a_column_of_the_wrong_kind_is_an_error_that_names_it() {
        let row = Row::new("t", params![vec![1_u8; 15], -1_i64, 2_i64]);
        assert_eq!(
            row.id::<id::LeadId>(0),
            Err(StoreError::Column {
                statement: "t",
                column: 0,
                wanted: "an id of 16 bytes",
                found: "bytes"
            })
        );
        assert!(row.unsigned(1).is_err());
        assert!(row.flag(2).is_err());
        assert!(row.text(1).is_err());
        assert!(row.int(9).is_err());
        assert_eq!(row.at(1), Ok(Timestamp(-1)));
    }
}
