//! How the bots of pages are set, and whether that stands at Meta. What a user wrote lies sealed under
//! the account's key.
//!
//! Invariants: settings are replaced by compare-and-set on their version, which only grows; publishing
//! says which version it published, so that a change made meanwhile is published again; two that published beside each
//! other do not know whose call came last, so it is published once more; the version that was published only grows, too.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId, PageId};
use model::time::{Span, Timestamp};

pub const DECLARATION: Declaration = Declaration {
    place: "bot",
    items: &[
        Item::own("page_id", "the page", "whose bot it is").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account", "whose words they are").about(Subject::Account),
        Item::own("version", "number of the settings", "not overwriting a change unseen")
            .is(Category::Count)
            .about(Subject::Account),
        Item::own("changed_at", "when they were changed", "showing it").about(Subject::Account),
        Item::own("published_version", "which settings stand at Meta", "publishing them")
            .is(Category::Count)
            .about(Subject::Account),
        Item::own("published_at", "since when they do", "showing it").about(Subject::Account),
        Item::own("publish_at", "when publishing is due", "publishing them").about(Subject::Account),
        Item::own("publish_attempts", "how often it failed", "trying again later")
            .is(Category::Count)
            .about(Subject::Account),
        Item::own("publish_failure", "Meta's code of the last failure", "showing it")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("sealed", "greeting, menu, rules, questions", "answering for the page")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::SealedPerson)
            .shared_with(&["meta"]),
    ],
};

crate::statements! {
    GET = "SELECT page_id, brand_id, account_id, version, changed_at, published_version, published_at, publish_at, publish_attempts, publish_failure, sealed FROM bot WHERE page_id = $1 AND brand_id = $2";
    INSERT = "INSERT INTO bot (page_id, brand_id, account_id, version, changed_at, publish_at, sealed) VALUES ($1, $2, $3, 1, $4, $5, $6) ON CONFLICT (page_id) DO NOTHING";
    REPLACE = "UPDATE bot SET version = version + 1, changed_at = $1, publish_at = $2, publish_attempts = 0, publish_failure = NULL, sealed = $3 WHERE page_id = $4 AND brand_id = $5 AND version = $6";
    AGAIN = "UPDATE bot SET publish_at = $1, publish_attempts = 0 WHERE page_id = $2 AND brand_id = $3";
    ALL_AGAIN = "UPDATE bot SET version = version + 1, publish_attempts = 0, publish_at = CASE WHEN published_at IS NOT NULL AND published_at + $1 > $2 THEN published_at + $1 ELSE $2 END WHERE brand_id = $3";
    DUE = "SELECT page_id, brand_id, account_id, version, changed_at, published_version, published_at, publish_at, publish_attempts, publish_failure, sealed FROM bot WHERE publish_at IS NOT NULL AND publish_at <= $1 ORDER BY publish_at LIMIT $2";
    NEXT = "SELECT min(publish_at) FROM bot WHERE publish_at IS NOT NULL";
    // $5 and $6: what stood as published when this one began.
    PUBLISHED = "UPDATE bot SET published_version = CASE WHEN published_version > $1 THEN published_version ELSE $1 END, published_at = CASE WHEN published_at > $2 THEN published_at ELSE $2 END, publish_attempts = 0, publish_failure = NULL, publish_at = CASE WHEN published_version <> $5 OR published_at IS DISTINCT FROM $6 THEN $2 WHEN version = $1 THEN NULL ELSE publish_at END WHERE page_id = $3 AND brand_id = $4";
    FAILED = "UPDATE bot SET publish_failure = $1, publish_attempts = publish_attempts + 1, publish_at = CASE WHEN published_version <> $6 OR published_at IS DISTINCT FROM $7 THEN $8 WHEN version = $5 THEN $2 ELSE publish_at END WHERE page_id = $3 AND brand_id = $4";
}

/// A page's row: where publishing stands, and the envelope.
#[derive(Debug, Clone)]
pub struct StoredBot {
    pub page: PageId,
    pub brand: BrandId,
    pub account: AccountId,
    /// From 1.
    pub version: i64,
    pub changed_at: Timestamp,
    /// 0: none.
    pub published_version: i64,
    pub published_at: Option<Timestamp>,
    /// `None`: nothing is to be published.
    pub publish_at: Option<Timestamp>,
    pub publish_attempts: i64,
    pub publish_failure: Option<String>,
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredBot, StoreError> {
    Ok(StoredBot {
        page: row.id(0)?,
        brand: row.id(1)?,
        account: row.id(2)?,
        version: row.int(3)?,
        changed_at: row.at(4)?,
        published_version: row.int(5)?,
        published_at: row.opt_at(6)?,
        publish_at: row.opt_at(7)?,
        publish_attempts: row.int(8)?,
        publish_failure: row.opt_text(9)?.map(str::to_owned),
        sealed: row.bytes(10)?.to_vec(),
    })
}

pub fn get(scope: Scope<'_>, page: PageId) -> Result<Option<StoredBot>, StoreError> {
    scope.tx.query_opt(&GET, &params![page, scope.brand()])?.as_ref().map(read).transpose()
}

/// Whole installation (events know their pages): the settings of each of these.
pub fn get_many(tx: &Tx<'_>, pages: &[(BrandId, PageId)]) -> Result<Vec<Option<StoredBot>>, StoreError> {
    let keys: Vec<_> = pages.iter().map(|(brand, page)| params![page, brand]).collect();
    tx.query_many(&GET, &keys)?.iter().map(|row| row.as_ref().map(read).transpose()).collect()
}

/// Settings to be written.
pub struct NewBot<'a> {
    pub page: PageId,
    pub account: AccountId,
    pub sealed: &'a [u8],
    /// When they are to be published.
    pub publish_at: Timestamp,
}

/// Writes settings over those of version `from` (0: there are none yet); `false` when somebody was
/// quicker.
pub fn set(scope: Scope<'_>, new: &NewBot<'_>, from: i64, now: Timestamp) -> Result<bool, StoreError> {
    let changed = if from == 0 {
        let row = params![new.page, scope.brand(), new.account, now, new.publish_at, new.sealed];
        scope.tx.execute(&INSERT, &row)?
    } else {
        let row = params![now, new.publish_at, new.sealed, new.page, scope.brand(), from];
        scope.tx.execute(&REPLACE, &row)?
    };
    Ok(changed == 1)
}

/// Makes publishing due once more; `false` where there are no settings.
pub fn publish_again(scope: Scope<'_>, page: PageId, now: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&AGAIN, &params![now, page, scope.brand()])? == 1)
}

/// Makes publishing due once more for every page of the brand that has settings, but for none sooner than
/// `between` after the last time. As a version of its own, so that what is just being published does not
/// count for it.
pub fn publish_all_again(scope: Scope<'_>, between: Span, now: Timestamp) -> Result<u64, StoreError> {
    scope.tx.execute(&ALL_AGAIN, &params![between.0, now, scope.brand()])
}

/// Whole installation: what is to be published now.
pub fn list_due(tx: &Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<StoredBot>, StoreError> {
    tx.query(&DUE, &params![now, limit])?.iter().map(read).collect()
}

/// Whole installation: when something is next to be published.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    tx.query_one(&NEXT, &[])?.opt_at(0)
}

/// Settings as they were read stand at Meta. Where others published since they were read, it is due once more.
pub fn set_published(scope: Scope<'_>, read: &StoredBot, now: Timestamp) -> Result<(), StoreError> {
    let (was, was_at) = (read.published_version, read.published_at);
    let row = params![read.version, now, read.page, scope.brand(), was, was_at];
    scope.tx.execute(&PUBLISHED, &row).map(drop)
}

/// Publishing settings as they were read failed; `again_at`: when it is tried again, if at all. What failed may have come
/// to Meta: where others published since they were read, it is due once more.
pub fn set_failed(
    scope: Scope<'_>,
    read: &StoredBot,
    failure: &str,
    again_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (was, was_at) = (read.published_version, read.published_at);
    let row = params![failure, again_at, read.page, scope.brand(), read.version, was, was_at, now];
    scope.tx.execute(&FAILED, &row).map(drop)
}
