//! Consent events: opt-ins and withdrawals with their sealed evidence, each committed to the ledger.

use super::{Scope, daily};
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection};
use model::id::{ConsentId, LeadId, PageId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "consent_event",
    items: &[
        Item::lead_plain("id", "the event's id", "naming it", "an id without content"),
        Item::lead_plain("brand_id", "the brand", "keeping brands apart", "an id without content"),
        Item::lead_plain("lead_id", "the lead", "whose consent it is", "an id without content"),
        Item::lead_plain("page_id", "the page", "figures per page", "an id without content"),
        Item::lead_plain("kind", "opt-in or withdrawal", "figures per page", "a state without content")
            .is(Category::State),
        Item::lead_plain("purpose", "what it is about", "figures per page", "a state without content")
            .is(Category::State),
        Item::lead_plain("how", "evidence level or way", "figures per page", "a state without content")
            .is(Category::State),
        Item::lead_plain("happened_at", "when it happened", "order of events", "a time without content"),
        Item::lead_plain("recorded_at", "when it was recorded", "order of events", "a time without content"),
        Item::lead_plain(
            "sealed",
            "the record: what was shown, what was answered, Meta's signed delivery",
            "proving consent",
            "",
        )
        .protected(Protection::SealedPerson)
        .basis(Basis::LegalObligation),
    ],
};

/// Where each event stands in the log; apart, because a record is large and writing its number into it
/// would write it whole again.
pub const LEAF: Declaration = Declaration {
    place: "consent_leaf",
    items: &[
        Item::lead_plain("consent_id", "the event's id", "naming it", "an id without content"),
        Item::lead_plain("leaf_index", "its leaf in the ledger", "proving it", "a number without content")
            .is(Category::Count),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO consent_event (id, brand_id, lead_id, page_id, kind, purpose, how, happened_at, recorded_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    LIST = "SELECT id, lead_id, page_id, kind, purpose, how, happened_at, recorded_at, (SELECT leaf_index FROM consent_leaf WHERE consent_id = id), sealed FROM consent_event WHERE lead_id = $1 AND brand_id = $2 ORDER BY id";
    GET = "SELECT id, lead_id, page_id, kind, purpose, how, happened_at, recorded_at, (SELECT leaf_index FROM consent_leaf WHERE consent_id = id), sealed FROM consent_event WHERE id = $1 AND brand_id = $2";
    DELETE_LEAVES = "DELETE FROM consent_leaf WHERE consent_id IN (SELECT id FROM consent_event WHERE lead_id = $1 AND brand_id = $2)";
    DELETE = "DELETE FROM consent_event WHERE lead_id = $1 AND brand_id = $2";
    grouped COUNT = { of: "page_id, kind, how", from: "consent_event WHERE brand_id = $1" };
}

#[derive(Debug, Clone)]
pub struct ConsentEvent {
    pub id: ConsentId,
    pub lead: LeadId,
    pub page: PageId,
    /// `opt_in` or `withdrawal`.
    pub kind: &'static str,
    /// `promotion`, `utility` or `all`.
    pub purpose: &'static str,
    /// Evidence level or way.
    pub how: &'static str,
    pub happened_at: Timestamp,
    pub recorded_at: Timestamp,
    pub leaf_index: Option<u64>,
    pub sealed: Vec<u8>,
}

const WORDS: [&str; 15] = [
    "opt_in",
    "conversation",
    "withdrawal",
    "promotion",
    "utility",
    "all",
    "started",
    "informed",
    "confirmed",
    "button",
    "link",
    "word",
    "answer",
    "platform",
    "console",
];

fn known(text: &str) -> &'static str {
    WORDS.into_iter().find(|word| *word == text).unwrap_or("unknown")
}

fn read(row: &Row) -> Result<ConsentEvent, StoreError> {
    Ok(ConsentEvent {
        id: row.id(0)?,
        lead: row.id(1)?,
        page: row.id(2)?,
        kind: known(row.text(3)?),
        purpose: known(row.text(4)?),
        how: known(row.text(5)?),
        happened_at: row.at(6)?,
        recorded_at: row.at(7)?,
        leaf_index: row.opt_int(8)?.and_then(|n| u64::try_from(n).ok()),
        sealed: row.bytes(9)?.to_vec(),
    })
}

/// Writes the events and counts them by day.
pub fn insert_many(scope: Scope<'_>, events: &[ConsentEvent]) -> Result<(), StoreError> {
    let rows: Vec<_> = events
        .iter()
        .map(|e| {
            params![
                e.id,
                scope.brand(),
                e.lead,
                e.page,
                e.kind,
                e.purpose,
                e.how,
                e.happened_at,
                e.recorded_at,
                &e.sealed
            ]
        })
        .collect();
    scope.tx.execute_many(&INSERT, &rows)?;
    let happened =
        events.iter().map(|e| (e.page, e.recorded_at, if e.kind == "opt_in" { e.how } else { e.kind }));
    daily::add_each(scope, happened)
}

pub fn list_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<Vec<ConsentEvent>, StoreError> {
    scope.tx.query(&LIST, &params![lead, scope.brand()])?.iter().map(read).collect()
}

pub fn get(scope: Scope<'_>, id: ConsentId) -> Result<Option<ConsentEvent>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

pub fn delete_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<u64, StoreError> {
    let of = params![lead, scope.brand()];
    scope.tx.execute(&DELETE_LEAVES, &of)?;
    scope.tx.execute(&DELETE, &of)
}

/// Events by page, kind and level or way.
pub fn count_by_page(scope: Scope<'_>) -> Result<Vec<(PageId, &'static str, &'static str, u64)>, StoreError> {
    let rows = scope.tx.count_grouped(&COUNT, &params![scope.brand()])?;
    rows.iter().map(|r| Ok((r.id(0)?, known(r.text(1)?), known(r.text(2)?), r.unsigned(3)?))).collect()
}
