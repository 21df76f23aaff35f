//! What a lead's rights leave behind beside the lead's own rows.

use model::id::LeadId;
use model::time::Timestamp;
use store::StoreError;
use store::tables::{Scope, lead_link, reading, request, support};

/// Part of the erasure's commit: no link opens any more, the lines of who looked go, and the register keeps that
/// something was asked for, without whom it was. How many lines there were.
pub fn forget_lead(scope: Scope<'_>, lead: LeadId, now: Timestamp) -> Result<u64, StoreError> {
    lead_link::delete_of_lead(scope, lead)?;
    request::forget_lead(scope, lead, now)?;
    support::forget(scope, lead.0)?;
    reading::delete_of_person(scope, lead.0)
}
