//! The record of one consent event: what a third party reads in a proof.
//!
//! Invariant: the record is committed to by its exact bytes, so it is serialised once and kept as
//! it is. It is the one personal type with `Serialize`, because a proof is made to be handed out
//! by the person it concerns or on a lawful ground; at rest it lies sealed like everything else.

use serde::{Deserialize, Serialize};

pub const FORMAT: &str = "entente-consent/1";

/// Everything that shows when, how and to what somebody agreed (GDPR article 7(1), ISO/IEC TS 27560).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRecord {
    pub format: String,
    /// This event's id.
    pub id: String,
    /// `opt_in` or `withdrawal`.
    pub event: String,
    /// `promotion`, `utility` or `all`.
    pub purpose: String,
    /// Evidence level of an opt-in; the way of a withdrawal.
    pub how: String,
    pub lawful_basis: String,
    pub controller: Party,
    pub page: PageParty,
    /// The page-scoped id of the person.
    pub person: String,
    /// RFC 3339, UTC.
    pub happened_at: String,
    pub recorded_at: String,
    /// What was on the screen, where this event answers something shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    pub withdrawal_method: String,
    pub source: Source,
    /// The newest checkpoint when this was recorded: the record is not older than that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_before: Option<LogHead>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub name: String,
    pub address: String,
    pub country: String,
    pub contact: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageParty {
    pub meta_id: String,
    pub name: String,
}

/// The wording as it was shown, with the page's name filled in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Hash that names the wording; the same stands in the tapped button's payload.
    pub wording: String,
    pub language: String,
    pub text: String,
    /// The answers offered, in the order shown.
    pub answers: Vec<String>,
    pub answered: String,
}

/// Where the event came from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// The whole delivery named this person only: its bytes and Meta's signature over them.
    SignedDelivery { body: String, signature: String, encoding: String },
    /// The delivery named several people: only this person's event is kept.
    Event { body: String, encoding: String, note: String },
    /// The unsubscribe link.
    Link,
    /// Meta's answer to a send said that the person stopped.
    Platform { code: String },
    /// Recorded through the API or the console.
    Console,
}

/// What [`Source::Event`] says of itself.
pub const NOT_RECHECKABLE: &str = "the signature was verified at receipt; it cannot be re-checked, because the delivery also named other people";

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    pub size: u64,
    pub root: String,
}
