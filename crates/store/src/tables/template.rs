//! Utility templates and where each stands at Meta; what they say lies sealed under the account's key.
//!
//! Invariants: an answer of Meta's counts by when it was asked for, so that a late one takes nothing back; being asked
//! again, once that was due, is put off only by whoever saw when it was due.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId, PageId, TemplateId};
use model::template::TemplateStatus;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "template",
    items: &[
        Item::own("id", "the template's id here", "telling templates apart").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account that wrote it", "whose it is").about(Subject::Account),
        Item::own("page_id", "the page that it was made for", "sending through that page")
            .about(Subject::Account),
        Item::own("status", "where it stands at Meta", "sending only what is approved")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("reason", "Meta's code of a rejection", "showing it")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("created_at", "when it was made", "order").about(Subject::Account),
        Item::own("checked_at", "when Meta was last asked", "showing it").about(Subject::Account),
        Item::own("check_at", "when Meta is asked again", "following the approval").about(Subject::Account),
        Item::own("sealed", "name, language, text, examples, link", "having it approved")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::SealedPerson)
            .shared_with(&["meta"]),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO template (id, brand_id, account_id, page_id, status, created_at, check_at, sealed) VALUES ($1, $2, $3, $4, 'unknown', $5, $6, $7)";
    GET = "SELECT id, brand_id, account_id, page_id, status, reason, created_at, checked_at, check_at, sealed FROM template WHERE id = $1 AND brand_id = $2";
    LIST = "SELECT id, brand_id, account_id, page_id, status, reason, created_at, checked_at, check_at, sealed FROM template WHERE brand_id = $1 AND account_id = $2 AND id > $3 ORDER BY id LIMIT $4";
    OF_PAGE = "SELECT id, brand_id, account_id, page_id, status, reason, created_at, checked_at, check_at, sealed FROM template WHERE page_id = $1 AND brand_id = $2 ORDER BY id";
    DUE_PAGES = "SELECT DISTINCT brand_id, page_id FROM template WHERE check_at IS NOT NULL AND check_at <= $1 ORDER BY page_id LIMIT $2";
    NEXT = "SELECT min(check_at) FROM template WHERE check_at IS NOT NULL";
    SET = "UPDATE template SET status = $1, reason = $2, checked_at = $3, check_at = CASE WHEN check_at IS NULL OR check_at = $7 THEN $4 ELSE check_at END WHERE id = $5 AND brand_id = $6 AND (checked_at IS NULL OR checked_at <= $3)";
    POSTPONE = "UPDATE template SET check_at = $1 WHERE page_id = $2 AND brand_id = $3 AND check_at IS NOT NULL AND check_at <= $4";
    CHECK_PAGE = "UPDATE template SET check_at = $1 WHERE page_id = $2 AND brand_id = $3";
    DELETE = "DELETE FROM template WHERE id = $1 AND brand_id = $2";
}

/// A template's row, and the envelope.
#[derive(Debug, Clone)]
pub struct StoredTemplate {
    pub id: TemplateId,
    pub brand: BrandId,
    pub account: AccountId,
    pub page: PageId,
    pub status: TemplateStatus,
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub checked_at: Option<Timestamp>,
    pub check_at: Option<Timestamp>,
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredTemplate, StoreError> {
    Ok(StoredTemplate {
        id: row.id(0)?,
        brand: row.id(1)?,
        account: row.id(2)?,
        page: row.id(3)?,
        status: TemplateStatus::from_code(row.text(4)?).unwrap_or(TemplateStatus::Unknown),
        reason: row.opt_text(5)?.map(str::to_owned),
        created_at: row.at(6)?,
        checked_at: row.opt_at(7)?,
        check_at: row.opt_at(8)?,
        sealed: row.bytes(9)?.to_vec(),
    })
}

/// Its status is `unknown` until Meta has answered; `check_at` says when to ask, should the answer be
/// lost.
pub fn insert(scope: Scope<'_>, new: &StoredTemplate) -> Result<(), StoreError> {
    let row =
        params![new.id, scope.brand(), new.account, new.page, new.created_at, new.check_at, &new.sealed];
    scope.tx.execute(&INSERT, &row).map(drop)
}

pub fn get(scope: Scope<'_>, id: TemplateId) -> Result<Option<StoredTemplate>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

pub fn list_of_account(
    scope: Scope<'_>,
    account: AccountId,
    after: TemplateId,
    limit: u32,
) -> Result<Vec<StoredTemplate>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand(), account, after, limit])?.iter().map(read).collect()
}

pub fn list_of_page(scope: Scope<'_>, page: PageId) -> Result<Vec<StoredTemplate>, StoreError> {
    scope.tx.query(&OF_PAGE, &params![page, scope.brand()])?.iter().map(read).collect()
}

/// Whole installation: pages of whose templates Meta is to be asked now.
pub fn list_due_pages(tx: &Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<(BrandId, PageId)>, StoreError> {
    tx.query(&DUE_PAGES, &params![now, limit])?.iter().map(|row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// Whole installation: when Meta is next to be asked.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    tx.query_one(&NEXT, &[])?.opt_at(0)
}

/// What Meta says of one that was read before it was asked; `asked_at`: when it was, `check_at`: when to ask again. What
/// it said when it was asked later stays; so does a time for asking that was set since it was read.
pub fn set_status(
    scope: Scope<'_>,
    (id, was_due): (TemplateId, Option<Timestamp>),
    (status, reason): (TemplateStatus, Option<&str>),
    asked_at: Timestamp,
    check_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let row = params![status.code(), reason, asked_at, check_at, id, scope.brand(), was_due];
    scope.tx.execute(&SET, &row).map(drop)
}

/// Meta could not be asked: again at a later time.
pub fn postpone(scope: Scope<'_>, page: PageId, at: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    scope.tx.execute(&POSTPONE, &params![at, page, scope.brand(), now]).map(drop)
}

/// Meta said that something changed: ask about all of the page's.
pub fn check_page(scope: Scope<'_>, page: PageId, now: Timestamp) -> Result<(), StoreError> {
    scope.tx.execute(&CHECK_PAGE, &params![now, page, scope.brand()]).map(drop)
}

pub fn delete(scope: Scope<'_>, id: TemplateId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&DELETE, &params![id, scope.brand()])? == 1)
}
