//! The register of requests: each exercise of a right, by when it is to be answered, and how it ended. No names:
//! what an admin wrote lies sealed under the brand's key, and a lead's id is emptied when the lead is erased.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::{LeadId, RequestId};
use model::request::{Outcome, RequestKind, RequestWay, Term};
use model::time::Timestamp;

/// Days that a closed request is kept: three years, in which somebody may ask how it was answered.
pub const DAYS: u16 = 1_096;
const KEPT: Retention = Retention::Days(DAYS);

pub const DECLARATION: Declaration = Declaration {
    place: "request",
    items: &[
        own("id", "the request's id", "naming it"),
        own("brand_id", "the brand", "keeping brands apart"),
        own("kind", "which right", "answering it"),
        own("way", "by which way it came", "answering it"),
        own("received_at", "when it came", "the month in which it has to be answered"),
        own("due_at", "by when it is to be answered", "answering it in time"),
        own("extended_at", "when it was put off", "putting it off once"),
        own("done_at", "when it was answered", "showing that it was"),
        own("outcome", "how it ended", "showing how"),
        Item::lead_plain(
            "lead_id",
            "whose request it is; emptied by the erasure",
            "showing the lead what became of it",
            "an id without content",
        )
        .basis(Basis::LegalObligation),
        own("code", "code of the public status page", "showing that it is done"),
        Item::own("sealed", "what the admin noted, and why it was put off", "answering it")
            .about(Subject::Brand)
            .basis(Basis::LegalObligation)
            .kept(KEPT)
            .protected(Protection::SealedBrand),
    ],
};

const fn own(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose).kept(KEPT)
}

crate::statements! {
    INSERT = "INSERT INTO request (id, brand_id, kind, way, received_at, due_at, extended_at, done_at, outcome, lead_id, code, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    GET = "SELECT id, kind, way, received_at, due_at, extended_at, done_at, outcome, lead_id, code, sealed FROM request WHERE id = $1 AND brand_id = $2";
    BY_CODE = "SELECT id, kind, way, received_at, due_at, extended_at, done_at, outcome, lead_id, code, sealed FROM request WHERE code = $1 AND brand_id = $2";
    OPEN = "SELECT id, kind, way, received_at, due_at, extended_at, done_at, outcome, lead_id, code, sealed FROM request WHERE brand_id = $1 AND done_at IS NULL ORDER BY due_at, id LIMIT $2";
    CLOSED = "SELECT id, kind, way, received_at, due_at, extended_at, done_at, outcome, lead_id, code, sealed FROM request WHERE brand_id = $1 AND done_at IS NOT NULL AND id < $2 ORDER BY id DESC LIMIT $3";
    OF_LEAD = "SELECT id, kind, way, received_at, due_at, extended_at, done_at, outcome, lead_id, code, sealed FROM request WHERE lead_id = $1 AND brand_id = $2 ORDER BY id DESC LIMIT $3";
    EXTEND = "UPDATE request SET due_at = $1, extended_at = $2, sealed = $3 WHERE id = $4 AND brand_id = $5 AND done_at IS NULL AND extended_at IS NULL";
    CLOSE = "UPDATE request SET done_at = $1, outcome = $2, sealed = $3 WHERE id = $4 AND brand_id = $5 AND done_at IS NULL";
    ERASED = "UPDATE request SET done_at = $1, outcome = 'done' WHERE lead_id = $2 AND brand_id = $3 AND kind = 'erasure' AND done_at IS NULL";
    keyed FORGET = "UPDATE request SET lead_id = NULL WHERE lead_id = $1 AND brand_id = $2";
}

#[derive(Debug, Clone)]
pub struct StoredRequest {
    pub id: RequestId,
    pub kind: RequestKind,
    pub way: RequestWay,
    pub term: Term,
    pub outcome: Option<Outcome>,
    pub lead: Option<LeadId>,
    pub code: Option<String>,
    pub sealed: Option<Vec<u8>>,
}

fn read(row: &Row) -> Result<StoredRequest, StoreError> {
    Ok(StoredRequest {
        id: row.id(0)?,
        kind: RequestKind::from_code(row.text(1)?).unwrap_or(RequestKind::Access),
        way: RequestWay::from_code(row.text(2)?).unwrap_or(RequestWay::Mail),
        term: Term {
            received_at: row.at(3)?,
            due_at: row.at(4)?,
            extended_at: row.opt_at(5)?,
            done_at: row.opt_at(6)?,
        },
        outcome: row.opt_text(7)?.and_then(Outcome::from_code),
        lead: row.opt_id(8)?,
        code: row.opt_text(9)?.map(str::to_owned),
        sealed: row.opt_bytes(10)?.map(<[u8]>::to_vec),
    })
}

pub fn insert(scope: Scope<'_>, new: &StoredRequest) -> Result<(), StoreError> {
    let row = params![
        new.id,
        scope.brand(),
        new.kind.code(),
        new.way.code(),
        new.term.received_at,
        new.term.due_at,
        new.term.extended_at,
        new.term.done_at,
        new.outcome.map(Outcome::code),
        new.lead,
        new.code.clone(),
        new.sealed.clone()
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

pub fn get(scope: Scope<'_>, id: RequestId) -> Result<Option<StoredRequest>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

pub fn find_by_code(scope: Scope<'_>, code: &str) -> Result<Option<StoredRequest>, StoreError> {
    scope.tx.query_opt(&BY_CODE, &params![code, scope.brand()])?.as_ref().map(read).transpose()
}

/// Those that wait, the most pressing first.
pub fn list_open(scope: Scope<'_>, limit: u32) -> Result<Vec<StoredRequest>, StoreError> {
    scope.tx.query(&OPEN, &params![scope.brand(), limit])?.iter().map(read).collect()
}

/// Those that are closed, the newest first.
pub fn list_closed(
    scope: Scope<'_>,
    before: RequestId,
    limit: u32,
) -> Result<Vec<StoredRequest>, StoreError> {
    scope.tx.query(&CLOSED, &params![scope.brand(), before, limit])?.iter().map(read).collect()
}

/// The newest first.
pub fn list_of_lead(scope: Scope<'_>, lead: LeadId, limit: u32) -> Result<Vec<StoredRequest>, StoreError> {
    scope.tx.query(&OF_LEAD, &params![lead, scope.brand(), limit])?.iter().map(read).collect()
}

/// Puts it off; `false` when that was done before, or it is closed.
pub fn extend(scope: Scope<'_>, id: RequestId, term: &Term, sealed: &[u8]) -> Result<bool, StoreError> {
    let row = params![term.due_at, term.extended_at, sealed, id, scope.brand()];
    Ok(scope.tx.execute(&EXTEND, &row)? == 1)
}

/// Closes it; `false` when it is closed.
pub fn close(
    scope: Scope<'_>,
    id: RequestId,
    outcome: Outcome,
    sealed: Option<Vec<u8>>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = params![now, outcome.code(), sealed, id, scope.brand()];
    Ok(scope.tx.execute(&CLOSE, &row)? == 1)
}

/// The lead is gone: that was what was asked for; the register keeps that it was, and nobody's id.
pub fn forget_lead(scope: Scope<'_>, lead: LeadId, now: Timestamp) -> Result<u64, StoreError> {
    forget_leads(scope, &[lead], now)
}

/// The same for many.
pub fn forget_leads(scope: Scope<'_>, leads: &[LeadId], now: Timestamp) -> Result<u64, StoreError> {
    let erased: Vec<_> = leads.iter().map(|lead| params![now, lead, scope.brand()]).collect();
    scope.tx.execute_many(&ERASED, &erased)?;
    let forgotten: Vec<_> = leads.iter().map(|lead| params![lead, scope.brand()]).collect();
    scope.tx.execute_many(&FORGET, &forgotten)
}
