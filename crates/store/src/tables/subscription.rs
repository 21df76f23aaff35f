//! What each account is on and what it has spent: one row per account.
//!
//! Invariants: messages are counted in the commit that claims them, with the month they belong to; what is
//! given back goes to the month from which it was taken, and to no other; the limits are read with the row,
//! so that a changed plan holds from the next commit on.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Category, Declaration, Item, Subject};
use model::id::{AccountId, BrandId, LeadId, PageId, PlanId};
use model::plan::{Limits, Month, Subscription, SubscriptionState};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "subscription",
    items: &[
        Item::own("account_id", "the account", "whose subscription it is").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("plan_id", "the plan it is on", "the plan's limits").about(Subject::Account),
        Item::own("state", "active, past due or cancelled", "deciding what the account may do")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("cancelled_at", "when the account itself cancelled", "deciding what the account may do")
            .about(Subject::Account),
        Item::own("changed_at", "when plan or state last changed", "showing it").about(Subject::Account),
        Item::own("event_at", "when the newest applied event happened", "passing over older events")
            .about(Subject::Account),
        Item::own("month", "the month that is counted", "the plan's limit").about(Subject::Account),
        Item::own("spent", "bulk messages in that month", "the plan's limit")
            .is(Category::Count)
            .about(Subject::Account),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO subscription (account_id, brand_id, plan_id, state, changed_at, month, spent) VALUES ($1, $2, $3, 'active', $4, 0, 0)";
    GET = "SELECT s.plan_id, p.pages, p.leads, p.messages, s.state, s.cancelled_at, s.event_at, s.month, s.spent, s.changed_at, p.name FROM subscription s LEFT JOIN plan p ON p.id = s.plan_id WHERE s.account_id = $1 AND s.brand_id = $2";
    SET = "UPDATE subscription SET plan_id = $1, state = $2, cancelled_at = $3, event_at = $4, changed_at = $5 WHERE account_id = $6 AND brand_id = $7";
    pair HOLD = {
        sqlite: "SELECT account_id FROM subscription WHERE account_id = $1 AND brand_id = $2",
        postgres: "SELECT account_id FROM subscription WHERE account_id = $1 AND brand_id = $2 FOR NO KEY UPDATE",
    };
    // A file has one writer. Found by the brand's accounts: a server would look at those of all brands for the column.
    pair HOLD_ALL = {
        sqlite: "SELECT $1",
        postgres: "SELECT s.account_id FROM account a JOIN subscription s ON s.account_id = a.id WHERE a.brand_id = $1 ORDER BY s.account_id FOR NO KEY UPDATE OF s",
    };
    SPEND = "UPDATE subscription SET spent = CASE WHEN month < $1 THEN $2 ELSE spent + $2 END, month = CASE WHEN month < $1 THEN $1 ELSE month END WHERE account_id = $3 AND brand_id = $4";
    GIVE_BACK = "UPDATE subscription SET spent = spent - $1 WHERE account_id = $2 AND brand_id = $3 AND month = $4 AND spent >= $1";
    NEWEST = "SELECT s.plan_id, p.pages, p.leads, p.messages, s.state, s.cancelled_at, s.event_at, s.month, s.spent, s.changed_at, p.name, a.id, a.role, a.state, a.created_at, (SELECT count(*) FROM page WHERE page.account_id = a.id AND (page.stop IS NULL OR page.stop <> 'disconnected')) FROM account a JOIN subscription s ON s.account_id = a.id LEFT JOIN plan p ON p.id = s.plan_id WHERE a.brand_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3";
    PAGES = "SELECT count(*) FROM page WHERE account_id = $1 AND brand_id = $2 AND (stop IS NULL OR stop <> 'disconnected')";
    IS_COUNTED = "SELECT 1 FROM page WHERE id = $1 AND brand_id = $2 AND (stop IS NULL OR stop <> 'disconnected')";
    // SQLite keeps no statistics here and would walk all leads of the brand.
    pair LEADS = {
        sqlite: "SELECT count(*) FROM page p CROSS JOIN lead l INDEXED BY lead_page ON l.page_id = p.id AND l.brand_id = $1 AND l.fenced_at IS NULL WHERE p.account_id = $2 AND p.brand_id = $1",
        postgres: "SELECT count(*) FROM page p JOIN lead l ON l.page_id = p.id AND l.brand_id = $1 AND l.fenced_at IS NULL WHERE p.account_id = $2 AND p.brand_id = $1",
    };
    pair LEADS_END = {
        sqlite: "SELECT l.id FROM page p CROSS JOIN lead l INDEXED BY lead_page ON l.page_id = p.id AND l.brand_id = $1 AND l.fenced_at IS NULL WHERE p.account_id = $2 AND p.brand_id = $1 ORDER BY l.id LIMIT 1 OFFSET $3",
        postgres: "SELECT l.id FROM page p JOIN lead l ON l.page_id = p.id AND l.brand_id = $1 AND l.fenced_at IS NULL WHERE p.account_id = $2 AND p.brand_id = $1 ORDER BY l.id LIMIT 1 OFFSET $3",
    };
}

/// A subscription's row, with the limits and the name of its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSubscription {
    pub subscription: Subscription,
    /// `None`: without a plan, and so without limits.
    pub plan_name: Option<String>,
    pub changed_at: Timestamp,
}

/// An account with its subscription, as a list of accounts shows it. Who it is lies sealed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    pub id: AccountId,
    pub role: String,
    /// Whether its address is confirmed.
    pub is_confirmed: bool,
    pub created_at: Timestamp,
    pub stored: StoredSubscription,
    pub pages: u64,
}

fn read(row: &Row) -> Result<StoredSubscription, StoreError> {
    let plan = row.opt_id(0)?;
    // A state that this program does not know stops sending rather than letting it run.
    let state = SubscriptionState::from_code(row.text(4)?).unwrap_or(SubscriptionState::Cancelled);
    Ok(StoredSubscription {
        subscription: Subscription {
            plan,
            limits: super::plan::limits(row, 1)?,
            state,
            cancelled_at: row.opt_at(5)?,
            event_at: row.opt_at(6)?,
            month: Month::from_number(row.int(7)?),
            spent: row.unsigned(8)?,
        },
        changed_at: row.at(9)?,
        plan_name: row.opt_text(10)?.map(str::to_owned),
    })
}

/// Of a new account. Without a plan: the brand's admin.
pub fn insert(
    scope: Scope<'_>,
    account: AccountId,
    plan: Option<PlanId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    scope.tx.execute(&INSERT, &params![account, scope.brand(), plan, now]).map(drop)
}

pub fn get(scope: Scope<'_>, account: AccountId) -> Result<Option<StoredSubscription>, StoreError> {
    scope.tx.query_opt(&GET, &params![account, scope.brand()])?.as_ref().map(read).transpose()
}

/// Whole installation (lanes know whose they are): several accounts'.
pub fn get_many(
    tx: &Tx<'_>,
    accounts: &[(BrandId, AccountId)],
) -> Result<Vec<Option<StoredSubscription>>, StoreError> {
    let keys: Vec<_> = accounts.iter().map(|(brand, account)| params![account, brand]).collect();
    tx.query_many(&GET, &keys)?.iter().map(|row| row.as_ref().map(read).transpose()).collect()
}

/// Another plan or state. What was spent stays counted.
pub fn set(
    scope: Scope<'_>,
    account: AccountId,
    to: &Subscription,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = params![to.plan, to.state.code(), to.cancelled_at, to.event_at, now, account, scope.brand()];
    Ok(scope.tx.execute(&SET, &row)? == 1)
}

/// Until this transaction ends nobody else changes it. Who has to wait for that begins anew: it comes first.
pub fn hold(scope: Scope<'_>, account: AccountId) -> Result<(), StoreError> {
    scope.tx.query_opt(&HOLD, &params![account, scope.brand()]).map(drop)
}

/// The same of all the brand's accounts, in the order in which lanes take them. A claim that waited for it sees these rows
/// as they were, so that what it counts in them conflicts with having read them here, and it begins anew.
pub fn hold_all(scope: Scope<'_>) -> Result<(), StoreError> {
    scope.tx.query(&HOLD_ALL, &params![scope.brand()]).map(drop)
}

/// Counts messages in a month; the first of a month begins its count.
pub fn spend(scope: Scope<'_>, account: AccountId, month: Month, messages: u64) -> Result<(), StoreError> {
    let messages = i64::try_from(messages).unwrap_or(i64::MAX);
    scope.tx.execute(&SPEND, &params![month.number(), messages, account, scope.brand()]).map(drop)
}

/// Messages that were counted in `month` and did not go. Once that month is over there is nothing to give
/// back.
pub fn give_back(
    scope: Scope<'_>,
    account: AccountId,
    month: Month,
    messages: u64,
) -> Result<(), StoreError> {
    let messages = i64::try_from(messages).unwrap_or(i64::MAX);
    scope.tx.execute(&GIVE_BACK, &params![messages, account, scope.brand(), month.number()]).map(drop)
}

/// Accounts with what they are on, the newest first, of those older than `before`.
pub fn list_newest(
    scope: Scope<'_>,
    before: AccountId,
    limit: u32,
) -> Result<Vec<ListedAccount>, StoreError> {
    let rows = scope.tx.query(&NEWEST, &params![scope.brand(), before, limit])?;
    rows.iter()
        .map(|row| {
            Ok(ListedAccount {
                stored: read(row)?,
                id: row.id(11)?,
                role: row.text(12)?.to_owned(),
                is_confirmed: row.text(13)? != "unconfirmed",
                created_at: row.at(14)?,
                pages: row.unsigned(15)?,
            })
        })
        .collect()
}

/// Pages that count: all but those that are disconnected.
pub fn count_pages(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.query_one(&PAGES, &params![account, scope.brand()])?.unsigned(0)
}

/// Whether this page is among those that count.
pub fn is_counted(scope: Scope<'_>, page: PageId) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&IS_COUNTED, &params![page, scope.brand()])?.is_some())
}

/// Leads of all the account's pages that are not being erased.
pub fn count_leads(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.query_one(&LEADS, &params![scope.brand(), account])?.unsigned(0)
}

/// The first lead, in the order in which they came, after `limit` others; `None` when there are not so many.
pub fn leads_end(
    scope: Scope<'_>,
    account: AccountId,
    limits: &Limits,
) -> Result<Option<LeadId>, StoreError> {
    let Some(limit) = limits.leads else { return Ok(None) };
    // Counting reads an index only; finding out who is the first beyond has to sort.
    if count_leads(scope, account)? <= limit {
        return Ok(None);
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    scope.tx.query_opt(&LEADS_END, &params![scope.brand(), account, limit])?.map(|row| row.id(0)).transpose()
}
