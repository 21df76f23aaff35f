//! The bot's answers that wait for their page's lane; sealed under the lead's key and deleted once
//! sent: what is not needed is not kept.

use super::Scope;
use super::lead::{self, StoredLead};
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::{BrandId, LeadId, OutboxId, PageId};
use model::time::Timestamp;
use std::collections::HashSet;

pub const DECLARATION: Declaration = Declaration {
    place: "outbox",
    items: &[
        Item::own("id", "the answer's id", "order").kept(Retention::UntilProcessed),
        Item::own("brand_id", "the brand", "keeping brands apart").kept(Retention::UntilProcessed),
        Item::own("page_id", "the page", "the page's lane").kept(Retention::UntilProcessed),
        Item::own("lead_id", "the lead", "whom it answers")
            .about(Subject::Lead)
            .kept(Retention::UntilProcessed),
        Item::own("state", "planned or sending", "sending once").kept(Retention::UntilProcessed),
        Item::own("intent", "answer or confirmation", "the gate").kept(Retention::UntilProcessed),
        Item::own("answers_at", "time of the event it answers", "the gate").kept(Retention::UntilProcessed),
        Item::own("attempts", "how often it was tried", "retrying").kept(Retention::UntilProcessed),
        Item::own("next_at", "not tried before", "retrying").kept(Retention::UntilProcessed),
        Item::own("claim", "the run that is sending it", "recovering after a crash")
            .kept(Retention::UntilProcessed),
        Item::own("sealed", "the answer's text", "sending it")
            .about(Subject::Lead)
            .basis(Basis::Contract)
            .kept(Retention::UntilProcessed)
            .protected(Protection::SealedPerson)
            .shared_with(&["meta"]),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO outbox (id, brand_id, page_id, lead_id, state, intent, answers_at, sealed) VALUES ($1, $2, $3, $4, 0, $5, $6, $7)";
    pair CLAIMABLE = {
        sqlite: "SELECT o.id, o.intent, o.answers_at, o.attempts, o.sealed, l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed \
        FROM outbox o JOIN lead l ON l.id = o.lead_id WHERE o.page_id = $1 AND o.state = 0 AND o.next_at <= $2 ORDER BY o.next_at, o.id LIMIT $3",
        // The lead stays as read until the commit: a withdrawal waits for it, or makes it run again.
        postgres: "SELECT o.id, o.intent, o.answers_at, o.attempts, o.sealed, l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed \
        FROM outbox o JOIN lead l ON l.id = o.lead_id WHERE o.page_id = $1 AND o.state = 0 AND o.next_at <= $2 ORDER BY o.next_at, o.id LIMIT $3 FOR UPDATE OF l",
    };
    NEXT_DUE = "SELECT min(next_at) FROM outbox WHERE page_id = $1 AND state = 0";
    keyed SENDING = "UPDATE outbox SET state = 1, claim = $1 WHERE id = $2 AND state + 0 = 0";
    PULL = "UPDATE outbox SET next_at = $1 WHERE page_id = $2 AND state = 0 AND next_at > $3";
    AGAIN = "UPDATE outbox SET state = 0, claim = NULL, attempts = attempts + $1, next_at = $2 WHERE id = $3 AND claim = $4";
    keyed DELETE = "DELETE FROM outbox WHERE id = $1";
    keyed END = "DELETE FROM outbox WHERE id = $1 AND claim = $2 RETURNING id";
    RECOVER = "DELETE FROM outbox WHERE page_id = $1 AND state = 1 AND claim <> $2";
    OF_LEAD = "SELECT id, answers_at, sealed FROM outbox WHERE lead_id = $1 AND brand_id = $2 ORDER BY id";
    DELETE_LEAD = "DELETE FROM outbox WHERE lead_id = $1 AND brand_id = $2";
    SENDING_NOW = "SELECT count(*) FROM outbox WHERE page_id = $1 AND state = 1 AND lead_id = $2 AND brand_id = $3";
    SENDING_OF_OTHERS = "SELECT count(*) FROM outbox WHERE page_id = $1 AND state = 1 AND brand_id = $2 AND claim <> $3";
    SENDING_OF_PAGE = "SELECT count(*) FROM outbox WHERE page_id = $1 AND state = 1 AND brand_id = $2";
    COUNT = "SELECT count(*) FROM outbox";
    PAGES = "SELECT DISTINCT page_id FROM outbox";
}

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyIntent {
    Answer,
    /// The one confirmation of a withdrawal.
    Confirmation,
}

impl ReplyIntent {
    const fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Confirmation => "confirmation",
        }
    }
}

#[derive(Debug, Clone)]
pub struct NewReply {
    pub id: OutboxId,
    pub brand: BrandId,
    pub page: PageId,
    pub lead: LeadId,
    pub intent: ReplyIntent,
    pub answers_at: Timestamp,
    pub sealed: Vec<u8>,
}

pub fn insert_many(tx: &Tx<'_>, replies: &[NewReply]) -> Result<(), StoreError> {
    let rows: Vec<_> = replies
        .iter()
        .map(|r| params![r.id, r.brand, r.page, r.lead, r.intent.code(), r.answers_at, &r.sealed])
        .collect();
    tx.execute_many(&INSERT, &rows).map(drop)
}

/// An answer that waits, with its lead.
#[derive(Debug, Clone)]
pub struct WaitingReply {
    pub id: OutboxId,
    pub intent: ReplyIntent,
    pub answers_at: Timestamp,
    pub attempts: i64,
    pub sealed: Vec<u8>,
    pub lead: StoredLead,
}

/// Whole installation (lanes know their pages): of each page up to so many answers that are due, oldest first; one that
/// failed stands behind those that were not tried.
pub fn list_claimable(
    tx: &Tx<'_>,
    pages: &[(PageId, u32)],
    now: Timestamp,
) -> Result<Vec<Vec<WaitingReply>>, StoreError> {
    let keys: Vec<_> = pages.iter().map(|(page, limit)| params![page, now, *limit]).collect();
    let waiting = |row: &Row| {
        let is_confirmation = row.text(1)? == "confirmation";
        Ok(WaitingReply {
            id: row.id(0)?,
            intent: if is_confirmation { ReplyIntent::Confirmation } else { ReplyIntent::Answer },
            answers_at: row.at(2)?,
            attempts: row.int(3)?,
            sealed: row.bytes(4)?.to_vec(),
            lead: lead::read(row, 5)?,
        })
    };
    tx.query_each(&CLAIMABLE, &keys)?.iter().map(|rows| rows.iter().map(waiting).collect()).collect()
}

/// What the page's answers were put off to, beyond `last`, is now.
pub fn pull(tx: &Tx<'_>, page: PageId, last: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&PULL, &params![now, page, last])
}

/// Of each of these pages, when its next answer is due.
pub fn next_due(tx: &Tx<'_>, pages: &[PageId]) -> Result<Vec<Option<Timestamp>>, StoreError> {
    let keys: Vec<_> = pages.iter().map(|page| params![page]).collect();
    let rows = tx.query_many(&NEXT_DUE, &keys)?;
    rows.iter().map(|row| row.as_ref().map_or(Ok(None), |row| row.opt_at(0))).collect()
}

/// Each with its lane's claim.
pub fn set_sending(tx: &Tx<'_>, claimed: &[(OutboxId, [u8; 16])]) -> Result<u64, StoreError> {
    let rows: Vec<_> = claimed.iter().map(|(id, claim)| params![claim, id]).collect();
    tx.execute_many(&SENDING, &rows)
}

/// Puts an answer back: after a failed attempt (`tried`), or because its request never started.
pub fn set_again(
    tx: &Tx<'_>,
    id: OutboxId,
    tried: bool,
    next_at: Timestamp,
    claim: &[u8; 16],
) -> Result<u64, StoreError> {
    tx.execute(&AGAIN, &params![tried, next_at, id, claim])
}

/// Sent, failed for good or unknown: it is not kept. Of each, whether its claim still had it.
pub fn end_many<'c>(
    tx: &Tx<'_>,
    ended: impl IntoIterator<Item = (OutboxId, &'c [u8; 16])>,
) -> Result<Vec<bool>, StoreError> {
    let (ids, keys): (Vec<OutboxId>, Vec<_>) =
        ended.into_iter().map(|(id, claim)| (id, params![id, claim])).unzip();
    let mut ended: HashSet<OutboxId> =
        tx.query_rows(&END, &keys)?.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?;
    Ok(ids.iter().map(|id| ended.remove(id)).collect())
}

/// Refused by the gate: it is not kept.
pub fn delete_many(tx: &Tx<'_>, ids: &[OutboxId]) -> Result<u64, StoreError> {
    let rows: Vec<_> = ids.iter().map(|id| params![id]).collect();
    tx.execute_many(&DELETE, &rows)
}

/// How many answers to this lead are on the wire.
pub fn count_sending(scope: Scope<'_>, page: PageId, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.query_one(&SENDING_NOW, &params![page, lead, scope.brand()])?.unsigned(0)
}

/// How many answers others than this claim have on the wire.
pub fn count_sending_of_others(scope: Scope<'_>, page: PageId, claim: &[u8; 16]) -> Result<u64, StoreError> {
    scope.tx.query_one(&SENDING_OF_OTHERS, &params![page, scope.brand(), claim])?.unsigned(0)
}

/// How many answers of this page are.
pub fn count_sending_of_page(scope: Scope<'_>, page: PageId) -> Result<u64, StoreError> {
    scope.tx.query_one(&SENDING_OF_PAGE, &params![page, scope.brand()])?.unsigned(0)
}

/// Answers that another run was sending when it ended are unknown and not sent again; how many.
pub fn recover(tx: &Tx<'_>, page: PageId, claim: &[u8; 16]) -> Result<u64, StoreError> {
    tx.execute(&RECOVER, &params![page, claim])
}

pub fn delete_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_LEAD, &params![lead, scope.brand()])
}

/// The answers that wait for one lead (id, time of the event answered, envelope): for its export.
pub fn list_of_lead(
    scope: Scope<'_>,
    lead: LeadId,
) -> Result<Vec<(OutboxId, Timestamp, Vec<u8>)>, StoreError> {
    let rows = scope.tx.query(&OF_LEAD, &params![lead, scope.brand()])?;
    rows.iter().map(|row| Ok((row.id(0)?, row.at(1)?, row.bytes(2)?.to_vec()))).collect()
}

pub fn count(tx: &Tx<'_>) -> Result<u64, StoreError> {
    tx.query_one(&COUNT, &[])?.unsigned(0)
}

/// Whole installation: pages whose lanes have answers to send.
pub fn list_pages(tx: &Tx<'_>) -> Result<Vec<PageId>, StoreError> {
    tx.query(&PAGES, &[])?.iter().map(|row| row.id(0)).collect()
}
