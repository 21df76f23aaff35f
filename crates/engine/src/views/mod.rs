//! The only way to see something. Each function takes the actor first, or says that its caller is
//! trusted (the operator's command line, the public pages).
//!
//! Invariants: an actor sees its own account's things only, and what it may not see does not exist;
//! personal data stands in a view only where showing it is the view's purpose; nothing here changes
//! anything.

pub mod account;
pub mod announced;
pub mod asked;
pub mod audit;
pub mod bot;
pub mod brand_end;
pub mod breaches;
pub mod broadcasts;
pub mod csv;
pub mod dashboard;
pub mod days;
pub mod documents;
pub mod erasures;
pub mod exports;
pub mod failures;
mod filtered;
pub mod leads;
pub mod log;
pub mod mail;
pub mod my;
pub mod oversight;
pub(crate) mod own;
pub mod pages;
pub mod passkeys;
pub mod plans;
pub mod received;
pub mod recipients;
pub mod requests;
pub mod standing;
pub mod summary;
pub mod support;
pub mod tags;
pub mod templates;
pub mod tokens;

pub(crate) use filtered::Walk;

use crate::EngineError;
use model::time::Timestamp;
use serde::{Serialize, Serializer};
use std::fmt;

/// Longest list that one question is answered with.
pub const LIMIT: u32 = 200;

/// A point in time as outsiders read it: RFC 3339, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Timestamp);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::evidence::rfc3339(self.0))
    }
}

impl At {
    /// From RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        let at: jiff::Timestamp = text.parse().ok()?;
        Some(Self(Timestamp(at.as_microsecond())))
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl From<Timestamp> for At {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

/// Checks how many rows are asked for.
fn limited(limit: u32) -> Result<u32, EngineError> {
    if (1..=LIMIT).contains(&limit) {
        Ok(limit)
    } else {
        Err(EngineError::invalid("limit", format!("must be 1 to {LIMIT}")))
    }
}
