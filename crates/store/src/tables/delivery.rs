//! Deliveries: one broadcast to one lead.
//!
//! Invariant: every change of state names the state it comes from, so that a step done twice, or
//! by a node that lost its lane, changes nothing.

use super::lead::{self, StoredLead};
use super::{Scope, broadcast_count};
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Category, Declaration, Item, Retention};
use model::delivery::{DeliveryRef, DeliveryState};
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PageId};
use model::time::Timestamp;
use std::collections::HashSet;

const ID: &str = "an id without content";
/// Until its broadcast has been over for a while: then it is only counted (`broadcast_count`).
const ENDS: Retention = Retention::UntilProcessed;

pub const DECLARATION: Declaration = Declaration {
    place: "delivery",
    items: &[
        Item::lead_plain("broadcast_id", "the broadcast", "sending it once", ID)
            .kept(ENDS)
            .shared_with(&["meta"]),
        Item::lead_plain("lead_id", "the lead", "sending it once", ID).kept(ENDS).shared_with(&["meta"]),
        Item::lead_plain("brand_id", "the brand", "keeping brands apart", ID).kept(ENDS),
        Item::lead_plain("page_id", "the page", "the page's lane", ID).kept(ENDS),
        Item::lead_plain(
            "state",
            "planned, sent, refused, …",
            "accounting for everybody",
            "a state without content",
        )
        .is(Category::State)
        .kept(ENDS),
        Item::lead_plain(
            "reason",
            "why it was not sent",
            "accounting for everybody",
            "a code without content",
        )
        .is(Category::State)
        .kept(ENDS),
        Item::lead_plain("attempts", "how often it was tried", "retrying", "a count without content")
            .is(Category::Count)
            .kept(ENDS),
        Item::lead_plain("next_at", "not tried before", "retrying", "a time without content").kept(ENDS),
        Item::lead_plain("claim", "the run that is sending it", "recovering after a crash", ID).kept(ENDS),
        Item::lead_plain("changed_at", "when the state changed", "result", "a time without content")
            .kept(ENDS),
    ],
};

crate::statements! {
    // The index holds all that is asked, so no lead is read. SQLite keeps no statistics here and would
    // walk all of a brand.
    pair PLAN = {
        sqlite: "INSERT INTO delivery (broadcast_id, page_id, lead_id, brand_id, state, changed_at) \
        SELECT $1, page_id, id, brand_id, 0, $2 FROM lead INDEXED BY lead_page WHERE brand_id = $3 AND page_id = $4 AND id > $5 AND id <= $6 AND fenced_at IS NULL ORDER BY id \
        ON CONFLICT (broadcast_id, page_id, lead_id) DO NOTHING",
        postgres: "INSERT INTO delivery (broadcast_id, page_id, lead_id, brand_id, state, changed_at) \
        SELECT CAST($1 AS BYTEA), page_id, id, brand_id, 0, CAST($2 AS BIGINT) FROM lead WHERE brand_id = $3 AND page_id = $4 AND id > $5 AND id <= $6 AND fenced_at IS NULL ORDER BY id \
        ON CONFLICT (broadcast_id, page_id, lead_id) DO NOTHING",
    };
    pair PLAN_END = {
        sqlite: "SELECT id FROM lead INDEXED BY lead_page WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT 1 OFFSET $4",
        postgres: "SELECT id FROM lead WHERE brand_id = $1 AND page_id = $2 AND id > $3 AND fenced_at IS NULL ORDER BY id LIMIT 1 OFFSET $4",
    };
    pair PLAN_ONE = {
        sqlite: "INSERT INTO delivery (broadcast_id, page_id, lead_id, brand_id, state, changed_at) \
        SELECT $1, page_id, id, brand_id, 0, $2 FROM lead WHERE id = $3 AND brand_id = $4 AND page_id = $5 AND fenced_at IS NULL \
        ON CONFLICT (broadcast_id, page_id, lead_id) DO NOTHING",
        postgres: "INSERT INTO delivery (broadcast_id, page_id, lead_id, brand_id, state, changed_at) \
        SELECT CAST($1 AS BYTEA), page_id, id, brand_id, 0, CAST($2 AS BIGINT) FROM lead WHERE id = $3 AND brand_id = $4 AND page_id = $5 AND fenced_at IS NULL \
        ON CONFLICT (broadcast_id, page_id, lead_id) DO NOTHING",
    };
    pair CLAIMABLE = {
        sqlite: "SELECT d.attempts, l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed \
        FROM delivery d INDEXED BY delivery_planned JOIN lead l ON l.id = d.lead_id WHERE d.page_id = $1 AND d.broadcast_id = $2 AND d.state = 0 AND d.lead_id > $3 AND d.next_at <= $4 ORDER BY d.lead_id LIMIT $5",
        postgres: "SELECT d.attempts, l.id, l.brand_id, l.page_id, l.created_at, l.last_inbound_at, l.started_at, l.started_id, l.informed_at, l.informed_id, l.confirmed_at, l.confirmed_id, l.withdrawn_at, l.promotion_withdrawn_at, l.utility_withdrawn_at, l.unavailable_at, l.thread_elsewhere_at, l.asked_at, l.fenced_at, l.dormant_at, l.restricted_at, l.sealed \
        FROM delivery d JOIN lead l ON l.id = d.lead_id WHERE d.page_id = $1 AND d.broadcast_id = $2 AND d.state = 0 AND d.lead_id > $3 AND d.next_at <= $4 ORDER BY d.lead_id LIMIT $5 FOR UPDATE OF l",
    };
    pair NEXT_DUE = {
        sqlite: "SELECT min(next_at) FROM delivery INDEXED BY delivery_planned WHERE page_id = $1 AND broadcast_id = $2 AND state = 0",
        postgres: "SELECT min(next_at) FROM delivery WHERE page_id = $1 AND broadcast_id = $2 AND state = 0",
    };
    pair PULL = {
        sqlite: "UPDATE delivery INDEXED BY delivery_planned SET next_at = $1 WHERE page_id = $2 AND broadcast_id = $3 AND state = 0 AND next_at > $4",
        postgres: "UPDATE delivery SET next_at = $1 WHERE page_id = $2 AND broadcast_id = $3 AND state = 0 AND next_at > $4",
    };
    keyed SENDING = "UPDATE delivery SET state = 1, claim = $1, changed_at = $2 WHERE broadcast_id = $3 AND page_id = $4 AND lead_id = $5 AND state + 0 = 0";
    keyed REFUSE = "UPDATE delivery SET state = 3, reason = $1, changed_at = $2 WHERE broadcast_id = $3 AND page_id = $4 AND lead_id = $5 AND state + 0 = 0";
    keyed OUTCOME = "UPDATE delivery SET state = $1, reason = $2, attempts = attempts + 1, next_at = $3, claim = NULL, changed_at = $4 WHERE broadcast_id = $5 AND page_id = $6 AND lead_id = $7 AND state + 0 = 1 AND claim = $8";
    keyed UNSTART = "UPDATE delivery SET state = 0, claim = NULL WHERE broadcast_id = $1 AND page_id = $2 AND lead_id = $3 AND state + 0 = 1 AND claim = $4";
    RECOVER = "UPDATE delivery SET state = 5, reason = 'interrupted', claim = NULL, changed_at = $1 WHERE page_id = $2 AND state = 1 AND claim <> $3";
    keyed ECHO = "UPDATE delivery SET state = 2, reason = NULL, claim = NULL, changed_at = $1 WHERE broadcast_id = $2 AND page_id = $3 AND lead_id = $4 AND brand_id = $5 AND state IN (0, 1, 4, 5)";
    pair CANCEL = {
        sqlite: "UPDATE delivery INDEXED BY delivery_planned SET state = 3, reason = 'broadcast_cancelled', changed_at = $1 WHERE broadcast_id = $2 AND brand_id = $3 AND state = 0",
        postgres: "UPDATE delivery SET state = 3, reason = 'broadcast_cancelled', changed_at = $1 WHERE broadcast_id = $2 AND brand_id = $3 AND state = 0",
    };
    INSERT_PAST = "INSERT INTO delivery (broadcast_id, page_id, lead_id, brand_id, state, reason, attempts, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (broadcast_id, page_id, lead_id) DO NOTHING";
    UNCOUNTED = "UPDATE broadcast SET counted_at = NULL WHERE id = $1 AND brand_id = $2 AND counted_at IS NOT NULL";
    AGAIN = "UPDATE delivery SET state = 0, reason = NULL, attempts = 0, next_at = 0, changed_at = $1 WHERE broadcast_id = $2 AND brand_id = $3 AND state = 4 AND reason = $4";
    AGAIN_UNKNOWN = "UPDATE delivery SET state = 0, reason = NULL, attempts = 0, next_at = 0, changed_at = $1 WHERE broadcast_id = $2 AND brand_id = $3 AND state = 5";
    LIST_NOT_SENT = "SELECT page_id, lead_id, state, reason, attempts, changed_at FROM delivery WHERE broadcast_id = $1 AND brand_id = $2 AND (page_id, lead_id) > ($3, $4) AND state <> 2 ORDER BY page_id, lead_id LIMIT $5";
    // A lead has at most one delivery of each broadcast of the account that its page belongs to.
    DELETE_LEAD = "DELETE FROM delivery WHERE broadcast_id IN (SELECT b.id FROM page p JOIN broadcast b ON b.account_id = p.account_id WHERE p.id = $1) AND page_id = $1 AND lead_id = $2 AND brand_id = $3 RETURNING state";
    OF_LEAD = "SELECT broadcast_id, state, reason, attempts, changed_at FROM delivery WHERE broadcast_id IN (SELECT b.id FROM page p JOIN broadcast b ON b.account_id = p.account_id WHERE p.id = $1) AND page_id = $1 AND lead_id = $2 AND brand_id = $3 ORDER BY broadcast_id";
    pair SENDING_NOW = {
        sqlite: "SELECT count(*) FROM delivery INDEXED BY delivery_sending WHERE page_id = $1 AND state = 1 AND lead_id = $2 AND brand_id = $3",
        postgres: "SELECT count(*) FROM delivery WHERE page_id = $1 AND state = 1 AND lead_id = $2 AND brand_id = $3",
    };
    pair SENDING_OF_OTHERS = {
        sqlite: "SELECT count(*) FROM delivery INDEXED BY delivery_sending WHERE page_id = $1 AND state = 1 AND brand_id = $2 AND claim <> $3",
        postgres: "SELECT count(*) FROM delivery WHERE page_id = $1 AND state = 1 AND brand_id = $2 AND claim <> $3",
    };
    pair SENDING_OF_PAGE = {
        sqlite: "SELECT count(*) FROM delivery INDEXED BY delivery_sending WHERE page_id = $1 AND state = 1 AND brand_id = $2",
        postgres: "SELECT count(*) FROM delivery WHERE page_id = $1 AND state = 1 AND brand_id = $2",
    };
    pair PAGES_ON_THE_WIRE = {
        sqlite: "SELECT DISTINCT page_id FROM delivery INDEXED BY delivery_sending WHERE state = 1",
        postgres: "SELECT DISTINCT page_id FROM delivery WHERE state = 1",
    };
    grouped COUNT = { of: "page_id, state, reason", from: "delivery WHERE broadcast_id = $1 AND brand_id = $2" };
    // Of the broadcasts that were at work in that time only; their deliveries lie together.
    grouped BY_DAY = {
        of: "d.changed_at / 86400000000, d.state",
        from: "broadcast b JOIN delivery d ON d.broadcast_id = b.id WHERE b.brand_id = $1 AND b.account_id = $2 AND b.started_at IS NOT NULL AND (b.finished_at IS NULL OR b.finished_at >= $3) AND d.changed_at >= $3 AND d.state IN (2, 3, 4, 5)",
    };
    LIST = "SELECT page_id, lead_id, state, reason, attempts, changed_at FROM delivery WHERE broadcast_id = $1 AND brand_id = $2 AND (page_id, lead_id) > ($3, $4) ORDER BY page_id, lead_id LIMIT $5";
    LIST_STATE = "SELECT page_id, lead_id, state, reason, attempts, changed_at FROM delivery WHERE broadcast_id = $1 AND brand_id = $2 AND (page_id, lead_id) > ($3, $4) AND state = $6 ORDER BY page_id, lead_id LIMIT $5";
}

/// Writes deliveries for the next `limit` leads of the page after `after`; where to go on, or
/// `None` when the page is done, and how many were written.
pub fn plan_chunk(
    scope: Scope<'_>,
    broadcast: BroadcastId,
    page: PageId,
    after: LeadId,
    limit: u32,
    now: Timestamp,
) -> Result<(Option<LeadId>, u64), StoreError> {
    let last = params![scope.brand(), page, after, limit.saturating_sub(1)];
    let end: Option<LeadId> = scope.tx.query_opt(&PLAN_END, &last)?.map(|row| row.id(0)).transpose()?;
    let until = end.unwrap_or(LeadId([0xFF; 16]));
    let planned = scope.tx.execute(&PLAN, &params![broadcast, now, scope.brand(), page, after, until])?;
    Ok((end, planned))
}

/// Writes deliveries for these leads of the page, unless one is being erased.
pub fn plan_some(
    scope: Scope<'_>,
    broadcast: BroadcastId,
    page: PageId,
    leads: &[LeadId],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let rows: Vec<_> = leads.iter().map(|lead| params![broadcast, now, lead, scope.brand(), page]).collect();
    scope.tx.execute_many(&PLAN_ONE, &rows)
}

/// Deliveries of the past, as an archive had them. They are counted when their broadcast is long over, as all are.
pub fn insert_past(scope: Scope<'_>, past: &[(BroadcastId, DeliveryLine)]) -> Result<u64, StoreError> {
    let rows: Vec<_> = past
        .iter()
        .map(|(broadcast, line)| {
            let reason = line.reason.as_deref();
            params![
                broadcast,
                line.page,
                line.lead,
                scope.brand(),
                line.state.number(),
                reason,
                line.attempts,
                line.changed_at
            ]
        })
        .collect();
    let mut broadcasts: Vec<BroadcastId> = past.iter().map(|(broadcast, _)| *broadcast).collect();
    broadcasts.sort_unstable();
    broadcasts.dedup();
    let uncounted: Vec<_> = broadcasts.iter().map(|id| params![id, scope.brand()]).collect();
    scope.tx.execute_many(&UNCOUNTED, &uncounted)?;
    scope.tx.execute_many(&INSERT_PAST, &rows)
}

/// A delivery that may be asked for, with its lead.
#[derive(Debug, Clone)]
pub struct Claimable {
    pub attempts: i64,
    pub lead: StoredLead,
}

/// Of which page and broadcast a lane wants deliveries, of the leads after this one, and how many.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub page: PageId,
    pub broadcast: BroadcastId,
    pub after: LeadId,
    pub limit: u32,
}

/// Whole installation (lanes know their pages): planned deliveries that are due, for each that is wanted.
pub fn list_claimable(
    tx: &Tx<'_>,
    wanted: &[Wanted],
    now: Timestamp,
) -> Result<Vec<Vec<Claimable>>, StoreError> {
    let keys: Vec<_> =
        wanted.iter().map(|one| params![one.page, one.broadcast, one.after, now, one.limit]).collect();
    let claimable = |row: &Row| Ok(Claimable { attempts: row.int(0)?, lead: lead::read(row, 1)? });
    tx.query_each(&CLAIMABLE, &keys)?.iter().map(|rows| rows.iter().map(claimable).collect()).collect()
}

/// Of each of these, when the page's next planned delivery of the broadcast is due, if any is planned.
pub fn next_due(tx: &Tx<'_>, of: &[(PageId, BroadcastId)]) -> Result<Vec<Option<Timestamp>>, StoreError> {
    let keys: Vec<_> = of.iter().map(|(page, broadcast)| params![page, broadcast]).collect();
    let rows = tx.query_many(&NEXT_DUE, &keys)?;
    rows.iter().map(|row| row.as_ref().map_or(Ok(None), |row| row.opt_at(0))).collect()
}

/// What the page's planned deliveries of the broadcast were put off to, beyond `last`, is now.
pub fn pull(
    tx: &Tx<'_>,
    (page, broadcast): (PageId, BroadcastId),
    last: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(&PULL, &params![now, page, broadcast, last])
}

/// Each with its lane's claim.
pub fn set_sending(
    tx: &Tx<'_>,
    claimed: &[(PageId, DeliveryRef, [u8; 16])],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let rows: Vec<_> =
        claimed.iter().map(|(page, d, claim)| params![claim, now, d.broadcast, page, d.lead]).collect();
    tx.execute_many(&SENDING, &rows)
}

pub fn set_refused(
    tx: &Tx<'_>,
    refused: &[(PageId, DeliveryRef, &'static str)],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let rows: Vec<_> =
        refused.iter().map(|(page, d, reason)| params![*reason, now, d.broadcast, page, d.lead]).collect();
    tx.execute_many(&REFUSE, &rows)
}

/// What became of a delivery that was being sent.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub delivery: DeliveryRef,
    /// `Planned` puts it back for another attempt at `next_at`.
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub next_at: Timestamp,
}

/// Each with its page and its lane's claim.
pub fn record_outcomes<'o>(
    tx: &Tx<'_>,
    outcomes: impl IntoIterator<Item = (PageId, &'o [u8; 16], &'o Outcome)>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let rows: Vec<_> = outcomes
        .into_iter()
        .map(|(page, claim, o)| {
            let d = o.delivery;
            params![o.state.number(), o.reason.as_deref(), o.next_at, now, d.broadcast, page, d.lead, claim]
        })
        .collect();
    tx.execute_many(&OUTCOME, &rows)
}

/// Puts back what was claimed and whose request never started.
pub fn unstart(tx: &Tx<'_>, page: PageId, rows: &[DeliveryRef], claim: &[u8; 16]) -> Result<u64, StoreError> {
    let rows: Vec<_> = rows.iter().map(|d| params![d.broadcast, page, d.lead, claim]).collect();
    tx.execute_many(&UNSTART, &rows)
}

/// What another run of the program was sending when it ended is unknown.
pub fn recover(tx: &Tx<'_>, page: PageId, claim: &[u8; 16], now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&RECOVER, &params![now, page, claim])
}

/// An echo of one delivery, and when it came.
#[derive(Debug, Clone, Copy)]
pub struct Echo {
    pub brand: BrandId,
    pub page: PageId,
    pub delivery: DeliveryRef,
    pub at: Timestamp,
}

/// Meta's echo proves that it went, whatever the answer to its request was; only what was sent once
/// has an echo. How many were settled by it.
pub fn settle_by_echoes(tx: &Tx<'_>, echoes: impl IntoIterator<Item = Echo>) -> Result<u64, StoreError> {
    // Meta delivers some twice, and both may have come into one commit.
    let mut came = HashSet::new();
    let rows: Vec<_> = echoes
        .into_iter()
        .filter(|echo| came.insert((echo.brand, echo.page, echo.delivery.broadcast, echo.delivery.lead)))
        .map(|Echo { brand, page, delivery, at }| params![at, delivery.broadcast, page, delivery.lead, brand])
        .collect();
    tx.execute_many(&ECHO, &rows)
}

pub fn cancel_planned(scope: Scope<'_>, broadcast: BroadcastId, now: Timestamp) -> Result<u64, StoreError> {
    scope.tx.execute(&CANCEL, &params![now, broadcast, scope.brand()])
}

/// Plans once more what failed for this reason.
pub fn again(
    scope: Scope<'_>,
    broadcast: BroadcastId,
    reason: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    scope.tx.execute(&AGAIN, &params![now, broadcast, scope.brand(), reason])
}

/// The reasons of a broadcast's deliveries in one state.
pub fn list_reasons(
    scope: Scope<'_>,
    broadcast: BroadcastId,
    of: DeliveryState,
) -> Result<Vec<String>, StoreError> {
    let mut reasons: Vec<String> = count_rows(scope, broadcast)?
        .into_iter()
        .filter(|line| line.state == of)
        .filter_map(|line| line.reason)
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    Ok(reasons)
}

/// Plans once more what may have been delivered: only on the user's word.
pub fn again_unknown(scope: Scope<'_>, broadcast: BroadcastId, now: Timestamp) -> Result<u64, StoreError> {
    scope.tx.execute(&AGAIN_UNKNOWN, &params![now, broadcast, scope.brand()])
}

/// Deletes a lead's deliveries; the state of each, to be counted.
pub fn delete_of_lead(
    scope: Scope<'_>,
    page: PageId,
    lead: LeadId,
) -> Result<Vec<DeliveryState>, StoreError> {
    let rows = scope.tx.query(&DELETE_LEAD, &params![page, lead, scope.brand()])?;
    rows.iter().map(|row| state(row, 0)).collect()
}

/// How many of a lead's deliveries are on the wire.
pub fn count_sending(scope: Scope<'_>, page: PageId, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.query_one(&SENDING_NOW, &params![page, lead, scope.brand()])?.unsigned(0)
}

/// How many of a page's deliveries others than this claim have on the wire.
pub fn count_sending_of_others(scope: Scope<'_>, page: PageId, claim: &[u8; 16]) -> Result<u64, StoreError> {
    scope.tx.query_one(&SENDING_OF_OTHERS, &params![page, scope.brand(), claim])?.unsigned(0)
}

/// Whole installation: the pages that have deliveries on the wire, or had them when their node died.
pub fn list_pages_on_the_wire(tx: &Tx<'_>) -> Result<Vec<PageId>, StoreError> {
    tx.query(&PAGES_ON_THE_WIRE, &[])?.iter().map(|row| row.id(0)).collect()
}

/// How many of a page's deliveries are on the wire.
pub fn count_sending_of_page(scope: Scope<'_>, page: PageId) -> Result<u64, StoreError> {
    scope.tx.query_one(&SENDING_OF_PAGE, &params![page, scope.brand()])?.unsigned(0)
}

fn state(row: &Row, column: usize) -> Result<DeliveryState, StoreError> {
    Ok(DeliveryState::from_number(row.int(column)?).unwrap_or(DeliveryState::Unknown))
}

/// Deliveries by page, state and reason.
#[derive(Debug, Clone)]
pub struct DeliveryCount {
    pub page: PageId,
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub count: u64,
}

/// All of them, also those that are only counted.
pub fn count(scope: Scope<'_>, broadcast: BroadcastId) -> Result<Vec<DeliveryCount>, StoreError> {
    let mut counts = count_rows(scope, broadcast)?;
    for more in broadcast_count::list(scope, broadcast)? {
        let is_same = |line: &&mut DeliveryCount| {
            (line.page, line.state, &line.reason) == (more.page, more.state, &more.reason)
        };
        match counts.iter_mut().find(is_same) {
            Some(line) => line.count = line.count.saturating_add(more.count),
            None => counts.push(more),
        }
    }
    Ok(counts)
}

/// Those of which it is still known who they went to.
pub fn count_rows(scope: Scope<'_>, broadcast: BroadcastId) -> Result<Vec<DeliveryCount>, StoreError> {
    scope
        .tx
        .count_grouped(&COUNT, &params![broadcast, scope.brand()])?
        .iter()
        .map(|row| {
            Ok(DeliveryCount {
                page: row.id(0)?,
                state: state(row, 1)?,
                reason: row.opt_text(2)?.map(str::to_owned),
                count: row.unsigned(3)?,
            })
        })
        .collect()
}

/// An account's deliveries that came to their present state at `since` or later: day (UTC, counted from
/// 1970-01-01), state, how many.
pub fn count_by_day(
    scope: Scope<'_>,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<(i64, DeliveryState, u64)>, StoreError> {
    let rows = scope.tx.count_grouped(&BY_DAY, &params![scope.brand(), account, since])?;
    rows.iter().map(|row| Ok((row.int(0)?, state(row, 1)?, row.unsigned(2)?))).collect()
}

/// One line of the list of who got it and who did not.
#[derive(Debug, Clone)]
pub struct DeliveryLine {
    pub lead: LeadId,
    pub page: PageId,
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub attempts: i64,
    pub changed_at: Timestamp,
}

/// In the order of pages and leads, after one of them.
pub fn list(
    scope: Scope<'_>,
    broadcast: BroadcastId,
    only: Option<DeliveryState>,
    after: (PageId, LeadId),
    limit: u32,
) -> Result<Vec<DeliveryLine>, StoreError> {
    let mut row = params![broadcast, scope.brand(), after.0, after.1, limit];
    let rows = match only {
        None => scope.tx.query(&LIST, &row)?,
        Some(state) => {
            row.push(state.number().into());
            scope.tx.query(&LIST_STATE, &row)?
        }
    };
    rows.iter().map(line).collect()
}

/// Who did not get it, or not yet, in the same order.
pub fn list_not_sent(
    scope: Scope<'_>,
    broadcast: BroadcastId,
    after: (PageId, LeadId),
    limit: u32,
) -> Result<Vec<DeliveryLine>, StoreError> {
    let row = params![broadcast, scope.brand(), after.0, after.1, limit];
    scope.tx.query(&LIST_NOT_SENT, &row)?.iter().map(line).collect()
}

fn line(row: &Row) -> Result<DeliveryLine, StoreError> {
    Ok(DeliveryLine {
        page: row.id(0)?,
        lead: row.id(1)?,
        state: state(row, 2)?,
        reason: row.opt_text(3)?.map(str::to_owned),
        attempts: row.int(4)?,
        changed_at: row.at(5)?,
    })
}

/// Everything that was to go to one lead, by broadcast: for the lead's export.
pub fn list_of_lead(
    scope: Scope<'_>,
    page: PageId,
    lead: LeadId,
) -> Result<Vec<(BroadcastId, DeliveryLine)>, StoreError> {
    let rows = scope.tx.query(&OF_LEAD, &params![page, lead, scope.brand()])?;
    rows.iter()
        .map(|row| {
            let line = DeliveryLine {
                lead,
                page,
                state: state(row, 1)?,
                reason: row.opt_text(2)?.map(str::to_owned),
                attempts: row.int(3)?,
                changed_at: row.at(4)?,
            };
            Ok((row.id(0)?, line))
        })
        .collect()
}
