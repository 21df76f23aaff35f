//! Reading and writing JSON of unknown shape without a step that could panic.
//!
//! Invariant: what is absent reads as null, and a member put into something that is no object makes it one.

use serde_json::{Map, Value};

/// Members of JSON values.
pub trait Json {
    /// The member of this name; null when there is none.
    fn at(&self, name: &str) -> &Value;
    /// Sets a member.
    fn put(&mut self, name: &str, value: impl Into<Value>);
}

impl Json for Value {
    fn at(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        if !self.is_object() {
            *self = Value::Object(Map::new());
        }
        if let Value::Object(members) = self {
            members.insert(name.to_owned(), value.into());
        }
    }
}
