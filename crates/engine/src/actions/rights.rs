//! What a lead's rights leave behind beside the lead's own rows, and when it goes.

use model::id::LeadId;
use model::time::{Span, Timestamp};
use store::tables::{Scope, lead_link, reading, request};
use store::{StoreError, Tx};

/// Part of the erasure's commit: no link opens any more, the lines of who looked go, and the register keeps that
/// something was asked for, without whom it was. How many lines there were.
pub fn forget_lead(scope: Scope<'_>, lead: LeadId, now: Timestamp) -> Result<u64, StoreError> {
    lead_link::delete_of_lead(scope, lead)?;
    request::forget_lead(scope, lead, now)?;
    reading::delete_of_person(scope, lead.0)
}

/// Whole installation: drops what is past its time.
pub fn purge(tx: &Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    let days = |days: u16| now.minus(Span::days(i64::from(days)));
    lead_link::purge(tx, now)?;
    reading::purge(tx, days(reading::DAYS))?;
    request::purge(tx, days(request::DAYS)).map(drop)
}
