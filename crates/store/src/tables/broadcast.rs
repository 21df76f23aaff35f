//! Broadcasts; what they say lies sealed under the account's key.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::broadcast::{Broadcast, BroadcastState};
use model::consent::Purpose;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PageId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "broadcast",
    items: &[
        Item::own("id", "the broadcast's id", "telling broadcasts apart").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account that sends", "whose broadcast it is").about(Subject::Account),
        Item::own("purpose", "promotion or utility", "the gate").is(Category::State).about(Subject::Account),
        Item::own("state", "draft, sending, …", "sending").is(Category::State).about(Subject::Account),
        Item::own("pages", "the pages it goes through", "the audience")
            .is(Category::Id)
            .about(Subject::Account),
        Item::own("open_until", "not sent after", "the gate").is(Category::Time).about(Subject::Account),
        Item::own("created_at", "when it was made", "order").about(Subject::Account),
        Item::own("started_at", "when sending began", "result").about(Subject::Account),
        Item::own("finished_at", "when all had an end state", "result").about(Subject::Account),
        Item::own("plan_page", "how far planning is: page", "resuming planning"),
        Item::own("plan_after", "how far planning is: lead", "resuming planning")
            .is(Category::Id)
            .about(Subject::Lead)
            .protected(Protection::Plain("an id without content")),
        Item::own("is_planned", "planning is done", "finishing"),
        Item::own("send_at", "when it is sent by itself", "sending it then").about(Subject::Account),
        Item::own("zone", "the time zone in which that was said", "showing it")
            .is(Category::TimeZone)
            .about(Subject::Account),
        Item::own("is_filtered", "whether it goes to some of the leads only", "planning")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("counted_at", "when its deliveries were only counted", "doing that once")
            .about(Subject::Account),
        Item::own("sealed", "text, buttons, template", "sending it")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::SealedPerson)
            .shared_with(&["meta"]),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO broadcast (id, brand_id, account_id, purpose, state, pages, open_until, created_at, plan_after, is_filtered, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    REVISE = "UPDATE broadcast SET purpose = $1, pages = $2, open_until = $3, is_filtered = $4, sealed = $5 WHERE id = $6 AND brand_id = $7 AND state = 0";
    INSERT_PAST = "INSERT INTO broadcast (id, brand_id, account_id, purpose, state, pages, open_until, created_at, started_at, finished_at, is_planned, plan_after, is_filtered, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13) ON CONFLICT (id) DO NOTHING";
    GET = "SELECT id, brand_id, account_id, purpose, state, pages, open_until, created_at, started_at, finished_at, is_planned, send_at, zone, is_filtered, sealed FROM broadcast WHERE id = $1 AND brand_id = $2";
    LIST = "SELECT id, brand_id, account_id, purpose, state, pages, open_until, created_at, started_at, finished_at, is_planned, send_at, zone, is_filtered, sealed FROM broadcast WHERE brand_id = $1 AND account_id = $2 AND id > $3 ORDER BY id LIMIT $4";
    NEWEST = "SELECT id, brand_id, account_id, purpose, state, pages, open_until, created_at, started_at, finished_at, is_planned, send_at, zone, is_filtered, sealed FROM broadcast WHERE brand_id = $1 AND account_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    ACTIVE = "SELECT id, brand_id, account_id, purpose, state, pages, open_until, created_at, started_at, finished_at, is_planned, send_at, zone, is_filtered, sealed FROM broadcast WHERE state IN (1, 2, 4) AND finished_at IS NULL ORDER BY id";
    // Without what they say and to which pages: a lane asks for each request. The states are those of the
    // index, so that finished broadcasts, which grow in number, are not looked at.
    pair ACTIVE_OF = {
        sqlite: "SELECT id, account_id, purpose, state, open_until FROM broadcast INDEXED BY broadcast_active WHERE state IN (1, 2, 4) AND finished_at IS NULL AND state <> 2 AND brand_id = $1 AND instr(pages, $2) > 0 ORDER BY id",
        postgres: "SELECT id, account_id, purpose, state, open_until FROM broadcast WHERE state IN (1, 2, 4) AND finished_at IS NULL AND state <> 2 AND brand_id = $1 AND position($2 IN pages) > 0 ORDER BY id",
    };
    // Without what they say, for a node that looks every moment; the states are those of the index.
    PAGES_TO_SEND = "SELECT pages FROM broadcast WHERE state IN (1, 2, 4) AND finished_at IS NULL AND state <> 2";
    STEP = "UPDATE broadcast SET state = $1, started_at = coalesce(started_at, $2) WHERE id = $3 AND brand_id = $4 AND state = $5";
    SCHEDULE = "UPDATE broadcast SET state = 5, send_at = $1, zone = $2 WHERE id = $3 AND brand_id = $4 AND state IN (0, 5)";
    UNSCHEDULE = "UPDATE broadcast SET state = 0, send_at = NULL, zone = NULL WHERE id = $1 AND brand_id = $2 AND state = 5";
    STAND_STILL = "UPDATE broadcast SET state = CASE WHEN state = 1 THEN 2 ELSE 0 END, send_at = CASE WHEN state = 1 THEN send_at ELSE NULL END, zone = CASE WHEN state = 1 THEN zone ELSE NULL END WHERE account_id = $1 AND brand_id = $2 AND state IN (1, 5)";
    START_DUE = "UPDATE broadcast SET state = 1, started_at = $1 WHERE state = 5 AND send_at <= $1 RETURNING id";
    NEXT_START = "SELECT min(send_at) FROM broadcast WHERE state = 5";
    REOPEN = "UPDATE broadcast SET state = CASE WHEN state = 3 THEN 1 ELSE state END, finished_at = NULL, counted_at = NULL WHERE id = $1 AND brand_id = $2 AND state IN (1, 2, 3)";
    // SQLite keeps no statistics here and would walk all of the broadcast's deliveries.
    pair FINISH = {
        sqlite: "UPDATE broadcast SET state = CASE WHEN state = 4 THEN 4 ELSE 3 END, finished_at = $1 WHERE id = $2 AND brand_id = $3 AND finished_at IS NULL \
        AND (is_planned = 1 OR state = 4) AND NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_planned WHERE broadcast_id = $2 AND state = 0) \
        AND NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_sending WHERE broadcast_id = $2 AND state = 1)",
        postgres: "UPDATE broadcast SET state = CASE WHEN state = 4 THEN 4 ELSE 3 END, finished_at = $1 WHERE id = $2 AND brand_id = $3 AND finished_at IS NULL \
        AND (is_planned = 1 OR state = 4) AND NOT EXISTS (SELECT 1 FROM delivery WHERE broadcast_id = $2 AND state = 0) AND NOT EXISTS (SELECT 1 FROM delivery WHERE broadcast_id = $2 AND state = 1)",
    };
    // As FINISH asks, in whose plan SQLite needs the same help.
    pair READY = {
        sqlite: "SELECT account_id, state FROM broadcast WHERE id = $1 AND brand_id = $2 AND finished_at IS NULL \
        AND (is_planned = 1 OR state = 4) AND NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_planned WHERE broadcast_id = $1 AND state = 0) \
        AND NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_sending WHERE broadcast_id = $1 AND state = 1)",
        postgres: "SELECT account_id, state FROM broadcast WHERE id = $1 AND brand_id = $2 AND finished_at IS NULL \
        AND (is_planned = 1 OR state = 4) AND NOT EXISTS (SELECT 1 FROM delivery WHERE broadcast_id = $1 AND state = 0) AND NOT EXISTS (SELECT 1 FROM delivery WHERE broadcast_id = $1 AND state = 1)",
    };
    CURSOR = "SELECT plan_page, plan_after FROM broadcast WHERE id = $1 AND brand_id = $2 AND state = 1 AND is_planned = 0";
    ADVANCE = "UPDATE broadcast SET plan_page = $1, plan_after = $2, is_planned = $3 WHERE id = $4 AND brand_id = $5";
}

/// A broadcast's row: what the rules read, and the envelope.
#[derive(Debug, Clone)]
pub struct StoredBroadcast {
    pub broadcast: Broadcast,
    pub sealed: Vec<u8>,
}

/// A broadcast as a lane asks for it.
#[derive(Debug, Clone, Copy)]
pub struct ActiveBroadcast {
    pub id: BroadcastId,
    pub account: AccountId,
    pub purpose: Purpose,
    /// `Sending` or `Cancelled`.
    pub state: BroadcastState,
    pub open_until: Option<Timestamp>,
}

fn purpose(code: &str) -> Purpose {
    if code == Purpose::Utility.code() { Purpose::Utility } else { Purpose::Promotion }
}

fn pages_of(row: &Row, column: usize) -> Result<Vec<PageId>, StoreError> {
    Ok(row.bytes(column)?.chunks_exact(16).filter_map(PageId::from_slice).collect())
}

fn read(row: &Row) -> Result<StoredBroadcast, StoreError> {
    let state = BroadcastState::from_number(row.int(4)?).unwrap_or(BroadcastState::Paused);
    Ok(StoredBroadcast {
        broadcast: Broadcast {
            id: row.id(0)?,
            brand: row.id(1)?,
            account: row.id(2)?,
            purpose: purpose(row.text(3)?),
            state,
            pages: pages_of(row, 5)?,
            open_until: row.opt_at(6)?,
            created_at: row.at(7)?,
            started_at: row.opt_at(8)?,
            finished_at: row.opt_at(9)?,
            is_planned: row.flag(10)?,
            send_at: row.opt_at(11)?,
            zone: row.opt_text(12)?.map(str::to_owned),
            is_filtered: row.flag(13)?,
        },
        sealed: row.bytes(14)?.to_vec(),
    })
}

pub fn insert(scope: Scope<'_>, new: &StoredBroadcast) -> Result<(), StoreError> {
    let b = &new.broadcast;
    let pages: Vec<u8> = b.pages.iter().flat_map(|page| page.as_bytes().iter().copied()).collect();
    let row = params![
        b.id,
        scope.brand(),
        b.account,
        b.purpose.code(),
        b.state.number(),
        pages,
        b.open_until,
        b.created_at,
        [0_u8; 16],
        b.is_filtered,
        &new.sealed
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// Another content in the place of a draft's; false when it is no draft.
pub fn revise(scope: Scope<'_>, draft: &StoredBroadcast) -> Result<bool, StoreError> {
    let b = &draft.broadcast;
    let pages: Vec<u8> = b.pages.iter().flat_map(|page| page.as_bytes().iter().copied()).collect();
    let row =
        params![b.purpose.code(), pages, b.open_until, b.is_filtered, &draft.sealed, b.id, scope.brand()];
    Ok(scope.tx.execute(&REVISE, &row)? == 1)
}

/// One of the past, as an archive had it: nothing of it is sent. There already: left as it is.
pub fn insert_past(scope: Scope<'_>, past: &StoredBroadcast) -> Result<bool, StoreError> {
    let b = &past.broadcast;
    let pages: Vec<u8> = b.pages.iter().flat_map(|page| page.as_bytes().iter().copied()).collect();
    let row = params![
        b.id,
        scope.brand(),
        b.account,
        b.purpose.code(),
        b.state.number(),
        pages,
        b.open_until,
        b.created_at,
        b.started_at,
        b.finished_at,
        [0_u8; 16],
        b.is_filtered,
        &past.sealed
    ];
    Ok(scope.tx.execute(&INSERT_PAST, &row)? == 1)
}

pub fn get(scope: Scope<'_>, id: BroadcastId) -> Result<Option<StoredBroadcast>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

pub fn list_of_account(
    scope: Scope<'_>,
    account: AccountId,
    after: BroadcastId,
    limit: u32,
) -> Result<Vec<StoredBroadcast>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand(), account, after, limit])?.iter().map(read).collect()
}

/// The newest first, of those older than `before`.
pub fn list_newest_of_account(
    scope: Scope<'_>,
    account: AccountId,
    before: BroadcastId,
    limit: u32,
) -> Result<Vec<StoredBroadcast>, StoreError> {
    scope.tx.query(&NEWEST, &params![scope.brand(), account, before, limit])?.iter().map(read).collect()
}

/// Whole installation: what planning and the lanes still have to do with.
pub fn list_active(tx: &Tx<'_>) -> Result<Vec<StoredBroadcast>, StoreError> {
    tx.query(&ACTIVE, &[])?.iter().map(read).collect()
}

/// Whole installation: the pages whose lanes may have to do with a broadcast, so not those of paused ones, which a lane
/// leaves alone. A page may be named more than once.
pub fn list_pages_to_send(tx: &Tx<'_>) -> Result<Vec<PageId>, StoreError> {
    let rows = tx.query(&PAGES_TO_SEND, &[])?;
    let pages: Result<Vec<_>, StoreError> = rows.iter().map(|row| pages_of(row, 0)).collect();
    Ok(pages?.concat())
}

/// Whole installation (lanes know their pages): what each page's lane has to do with, which is broadcasts that are
/// being sent, and cancelled ones that are not finished.
pub fn list_active_of_pages(
    tx: &Tx<'_>,
    pages: &[(BrandId, PageId)],
) -> Result<Vec<Vec<ActiveBroadcast>>, StoreError> {
    let keys: Vec<_> = pages.iter().map(|(brand, page)| params![brand, page]).collect();
    let active = |row: &Row| {
        Ok(ActiveBroadcast {
            id: row.id(0)?,
            account: row.id(1)?,
            purpose: purpose(row.text(2)?),
            state: BroadcastState::from_number(row.int(3)?).unwrap_or(BroadcastState::Paused),
            open_until: row.opt_at(4)?,
        })
    };
    tx.query_each(&ACTIVE_OF, &keys)?.iter().map(|rows| rows.iter().map(active).collect()).collect()
}

/// Compare and set: `false` when somebody was quicker.
pub fn set_state(
    scope: Scope<'_>,
    id: BroadcastId,
    from: BroadcastState,
    to: BroadcastState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let started = (to == BroadcastState::Sending).then_some(now);
    Ok(scope.tx.execute(&STEP, &params![to.number(), started, id, scope.brand(), from.number()])? == 1)
}

/// To be sent at a time; `false` when it has begun or ended.
pub fn schedule(
    scope: Scope<'_>,
    id: BroadcastId,
    at: Timestamp,
    zone: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&SCHEDULE, &params![at, zone, id, scope.brand()])? == 1)
}

/// Back to a draft; `false` when it is not scheduled any more.
pub fn unschedule(scope: Scope<'_>, id: BroadcastId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&UNSCHEDULE, &params![id, scope.brand()])? == 1)
}

/// Has all of an account's broadcasts stand still: what is being sent is paused, what was to be sent at a time
/// is a draft again.
pub fn stand_still(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&STAND_STILL, &params![account, scope.brand()])
}

/// Whole installation: begins what is due, each once; those that this call began.
pub fn start_due(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<BroadcastId>, StoreError> {
    tx.query(&START_DUE, &params![now])?.iter().map(|row| row.id(0)).collect()
}

/// Whole installation: when the next one begins.
pub fn next_start(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    tx.query_one(&NEXT_START, &[])?.opt_at(0)
}

/// Takes a finished one up again, for deliveries that were put back; `false` for one that never began
/// or was cancelled.
pub fn reopen(scope: Scope<'_>, id: BroadcastId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&REOPEN, &params![id, scope.brand()])? == 1)
}

/// A broadcast whose deliveries all have an end state, and which is not finished yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    pub account: AccountId,
    pub is_cancelled: bool,
}

/// What [`finish`] would finish.
pub fn ready_to_finish(scope: Scope<'_>, id: BroadcastId) -> Result<Option<Ready>, StoreError> {
    scope
        .tx
        .query_opt(&READY, &params![id, scope.brand()])?
        .map(|row| {
            let is_cancelled = row.int(1)? == BroadcastState::Cancelled.number();
            Ok(Ready { account: row.id(0)?, is_cancelled })
        })
        .transpose()
}

/// Finishes it if every delivery has an end state.
pub fn finish(scope: Scope<'_>, id: BroadcastId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&FINISH, &params![now, id, scope.brand()])? == 1)
}

/// How far planning is: the number of the page in the list, and the last lead. `None` when there
/// is nothing to plan (paused, cancelled, done).
pub fn plan_cursor(scope: Scope<'_>, id: BroadcastId) -> Result<Option<(usize, LeadId)>, StoreError> {
    scope
        .tx
        .query_opt(&CURSOR, &params![id, scope.brand()])?
        .map(|row| Ok((usize::try_from(row.int(0)?).unwrap_or(usize::MAX), row.id(1)?)))
        .transpose()
}

pub fn set_plan_cursor(
    scope: Scope<'_>,
    id: BroadcastId,
    page: usize,
    after: LeadId,
    is_planned: bool,
) -> Result<(), StoreError> {
    let page = i64::try_from(page).unwrap_or(i64::MAX);
    scope.tx.execute(&ADVANCE, &params![page, after, is_planned, id, scope.brand()]).map(drop)
}
