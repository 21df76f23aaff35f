//! A brand's plans: a name and limits, chosen by its admin.
//!
//! Invariants: a brand has exactly one plan that sign-ups start on, from its first moment; a plan that an
//! account is on is never deleted, nor is the one that sign-ups start on.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::datamap::{Declaration, Item, Subject};
use model::id::PlanId;
use model::plan::{Limits, START_NAME};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "plan",
    items: &[
        Item::own("id", "the plan's id", "telling plans apart").about(Subject::Brand),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("name", "what the plan is called", "choosing it").about(Subject::Brand),
        Item::own("pages", "how many pages it allows", "the plan's limit").about(Subject::Brand),
        Item::own("leads", "how many leads it allows", "the plan's limit").about(Subject::Brand),
        Item::own("messages", "bulk messages a month it allows", "the plan's limit").about(Subject::Brand),
        Item::own("is_start", "whether sign-ups start on it", "signing up").about(Subject::Brand),
        Item::own("created_at", "when it was made", "order").about(Subject::Brand),
        Item::own("retired_at", "since when nobody new is put on it", "choosing plans").about(Subject::Brand),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO plan (id, brand_id, name, pages, leads, messages, is_start, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    GET = "SELECT id, name, pages, leads, messages, is_start, created_at, retired_at, (SELECT count(*) FROM subscription s WHERE s.plan_id = plan.id) FROM plan WHERE id = $1 AND brand_id = $2";
    LIST = "SELECT id, name, pages, leads, messages, is_start, created_at, retired_at, (SELECT count(*) FROM subscription s WHERE s.plan_id = plan.id) FROM plan WHERE brand_id = $1 ORDER BY id";
    START = "SELECT id FROM plan WHERE brand_id = $1 AND is_start = 1";
    SET = "UPDATE plan SET name = $1, pages = $2, leads = $3, messages = $4 WHERE id = $5 AND brand_id = $6";
    UNSTART = "UPDATE plan SET is_start = 0 WHERE brand_id = $1 AND is_start = 1";
    MAKE_START = "UPDATE plan SET is_start = 1 WHERE id = $1 AND brand_id = $2 AND retired_at IS NULL";
    RETIRE = "UPDATE plan SET retired_at = $1 WHERE id = $2 AND brand_id = $3 AND is_start = 0 AND retired_at IS NULL";
    OFFER = "UPDATE plan SET retired_at = NULL WHERE id = $1 AND brand_id = $2 AND retired_at IS NOT NULL";
    DELETE = "DELETE FROM plan WHERE id = $1 AND brand_id = $2 AND is_start = 0 AND NOT EXISTS (SELECT 1 FROM subscription WHERE plan_id = $1)";
}

/// A plan's row, and how many accounts are on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPlan {
    pub id: PlanId,
    pub name: String,
    pub limits: Limits,
    pub is_start: bool,
    pub created_at: Timestamp,
    pub retired_at: Option<Timestamp>,
    pub accounts: u64,
}

/// A limit's column.
pub(super) fn limit(row: &Row, column: usize) -> Result<Option<u64>, StoreError> {
    Ok(row.opt_int(column)?.map(|limit| u64::try_from(limit).unwrap_or(0)))
}

/// The three columns of limits, the first of them at `from`.
pub(super) fn limits(row: &Row, from: usize) -> Result<Limits, StoreError> {
    let at = |n: usize| limit(row, from.saturating_add(n));
    Ok(Limits { pages: at(0)?, leads: at(1)?, messages: at(2)? })
}

fn number(limit: Option<u64>) -> Option<i64> {
    limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX))
}

fn read(row: &Row) -> Result<StoredPlan, StoreError> {
    Ok(StoredPlan {
        id: row.id(0)?,
        name: row.text(1)?.to_owned(),
        limits: limits(row, 2)?,
        is_start: row.flag(5)?,
        created_at: row.at(6)?,
        retired_at: row.opt_at(7)?,
        accounts: row.unsigned(8)?,
    })
}

fn put(
    scope: Scope<'_>,
    id: PlanId,
    name: &str,
    limits: &Limits,
    is_start: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (pages, leads, messages) = (number(limits.pages), number(limits.leads), number(limits.messages));
    let row = params![id, scope.brand(), name, pages, leads, messages, is_start, now];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The plan that a brand begins with. It bears the brand's own id, which no other plan can.
pub(super) fn insert_first(scope: Scope<'_>, now: Timestamp) -> Result<(), StoreError> {
    put(scope, PlanId(scope.brand().0), START_NAME, &Limits::START, true, now)
}

pub fn insert(
    scope: Scope<'_>,
    id: PlanId,
    name: &str,
    limits: &Limits,
    now: Timestamp,
) -> Result<(), StoreError> {
    put(scope, id, name, limits, false, now)
}

pub fn get(scope: Scope<'_>, id: PlanId) -> Result<Option<StoredPlan>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

/// In the order in which they were made; those that are retired too.
pub fn list(scope: Scope<'_>) -> Result<Vec<StoredPlan>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand()])?.iter().map(read).collect()
}

/// The plan that sign-ups start on.
pub fn start(scope: Scope<'_>) -> Result<PlanId, StoreError> {
    scope.tx.query_one(&START, &params![scope.brand()])?.id(0)
}

/// A new name and new limits; `false` when there is no such plan.
pub fn set(scope: Scope<'_>, id: PlanId, name: &str, limits: &Limits) -> Result<bool, StoreError> {
    let (pages, leads, messages) = (number(limits.pages), number(limits.leads), number(limits.messages));
    Ok(scope.tx.execute(&SET, &params![name, pages, leads, messages, id, scope.brand()])? == 1)
}

/// Sign-ups start on this one from now on; `false`, and nothing is changed, when it is retired or not there.
pub fn make_start(scope: Scope<'_>, id: PlanId) -> Result<bool, StoreError> {
    let is_offered = get(scope, id)?.is_some_and(|plan| plan.retired_at.is_none());
    if is_offered {
        scope.tx.execute(&UNSTART, &params![scope.brand()])?;
        scope.tx.execute(&MAKE_START, &params![id, scope.brand()])?;
    }
    Ok(is_offered)
}

/// Nobody new is put on it; `false` when sign-ups start on it or it is retired already.
pub fn retire(scope: Scope<'_>, id: PlanId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&RETIRE, &params![now, id, scope.brand()])? == 1)
}

/// Takes a retired plan up again.
pub fn offer(scope: Scope<'_>, id: PlanId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&OFFER, &params![id, scope.brand()])? == 1)
}

/// `false` when an account is on it, or sign-ups start on it.
pub fn delete(scope: Scope<'_>, id: PlanId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&DELETE, &params![id, scope.brand()])? == 1)
}
