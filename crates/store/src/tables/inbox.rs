//! Events that were taken with a 200 and wait to be processed; sealed under their brand's key and
//! deleted in the commit that has processed them.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::{BrandId, InboxId, PageId};
use model::time::Timestamp;

/// What could not be processed is set aside for somebody to look at, and goes after so many days.
const KEPT: Retention = Retention::Days(30);

pub const DECLARATION: Declaration = Declaration {
    place: "inbox",
    items: &[
        Item::own("id", "the waiting event's id", "order of processing").kept(KEPT),
        Item::own("brand_id", "the brand", "whose key opens it").kept(KEPT),
        Item::own("page_id", "the page", "routing").kept(KEPT),
        Item::own("received_at", "when it came", "the five-second and thirty-second rules").kept(KEPT),
        Item::own("bucket", "one of sixteen parts of the pages", "sharing the work between nodes").kept(KEPT),
        Item::own("attempts", "how often processing failed", "setting a broken event aside").kept(KEPT),
        Item::own("sealed", "the event as Meta sent it", "processing it")
            .about(Subject::Lead)
            .basis(Basis::Contract)
            .kept(KEPT)
            .protected(Protection::SealedBrand),
    ],
};

/// After so many failures an event is left aside for a person to look at. Where several versions serve none is counted.
pub const MAX_ATTEMPTS: i64 = 5;

crate::statements! {
    INSERT = "INSERT INTO inbox (id, brand_id, page_id, received_at, sealed, bucket) VALUES ($1, $2, $3, $4, $5, $6)";
    OLDEST = "SELECT id, brand_id, page_id, received_at, sealed FROM inbox WHERE id > $1 AND attempts < $2 ORDER BY id LIMIT $3";
    OLDEST_IN = "SELECT id, brand_id, page_id, received_at, sealed FROM inbox WHERE id > $1 AND attempts < $2 AND (CAST($4 AS BIGINT) >> bucket) & 1 = 1 ORDER BY id LIMIT $3";
    OF_PAGE = "SELECT id, brand_id, page_id, received_at, sealed FROM inbox WHERE brand_id = $1 AND page_id = $2 AND id > $3 ORDER BY id LIMIT $4";
    OLDER = "SELECT count(*) FROM inbox WHERE brand_id = $1 AND page_id = $2 AND received_at <= $3 AND attempts < $4";
    keyed DELETE = "DELETE FROM inbox WHERE id = $1";
    FAILED = "UPDATE inbox SET attempts = attempts + 1 WHERE id = $1";
    AGAIN = "UPDATE inbox SET attempts = 0 WHERE attempts >= $1";
    COUNT = "SELECT count(*) FROM inbox WHERE attempts < $1";
    COUNT_ASIDE = "SELECT count(*) FROM inbox WHERE attempts >= $1";
}

/// Pages are shared out between nodes in so many parts.
pub const BUCKETS: u8 = 16;

/// Where a page belongs: all its events, so that each lead's stay in order.
pub const fn bucket_of(page: PageId) -> u8 {
    let [.., last] = page.0;
    last % BUCKETS
}

#[derive(Debug, Clone)]
pub struct Waiting {
    pub id: InboxId,
    pub brand: BrandId,
    pub page: PageId,
    pub received_at: Timestamp,
    pub sealed: Vec<u8>,
}

/// Whole installation: one delivery may hold events of several brands.
pub fn insert_many(tx: &Tx<'_>, events: &[Waiting]) -> Result<(), StoreError> {
    let rows: Vec<_> = events
        .iter()
        .map(|e| params![e.id, e.brand, e.page, e.received_at, &e.sealed, i64::from(bucket_of(e.page))])
        .collect();
    tx.execute_many(&INSERT, &rows).map(drop)
}

/// Whole installation: the oldest waiting events after `after`; of these buckets only, if they are given, one bit
/// for each.
pub fn list_oldest(
    tx: &Tx<'_>,
    after: InboxId,
    limit: u32,
    buckets: Option<u16>,
) -> Result<Vec<Waiting>, StoreError> {
    let rows = match buckets {
        None => tx.query(&OLDEST, &params![after, MAX_ATTEMPTS, limit])?,
        Some(buckets) => tx.query(&OLDEST_IN, &params![after, MAX_ATTEMPTS, limit, i64::from(buckets)])?,
    };
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        id: row.id(0)?,
        brand: row.id(1)?,
        page: row.id(2)?,
        received_at: row.at(3)?,
        sealed: row.bytes(4)?.to_vec(),
    })
}

/// One page's waiting events, those that were set aside too.
pub fn list_of_page(
    scope: Scope<'_>,
    page: PageId,
    after: InboxId,
    limit: u32,
) -> Result<Vec<Waiting>, StoreError> {
    scope.tx.query(&OF_PAGE, &params![scope.brand(), page, after, limit])?.iter().map(read).collect()
}

/// How many of a page's events that came until `at` are still to be processed.
pub fn count_until(scope: Scope<'_>, page: PageId, at: Timestamp) -> Result<u64, StoreError> {
    scope.tx.query_one(&OLDER, &params![scope.brand(), page, at, MAX_ATTEMPTS])?.unsigned(0)
}

pub fn delete_many(tx: &Tx<'_>, ids: &[InboxId]) -> Result<u64, StoreError> {
    let rows: Vec<_> = ids.iter().map(|id| params![id]).collect();
    tx.execute_many(&DELETE, &rows)
}

pub fn record_failure(tx: &Tx<'_>, id: InboxId) -> Result<(), StoreError> {
    tx.execute(&FAILED, &params![id]).map(drop)
}

/// Whole installation: what was set aside waits again, as if nothing had been tried; how many.
pub fn try_again(tx: &Tx<'_>) -> Result<u64, StoreError> {
    tx.execute(&AGAIN, &params![MAX_ATTEMPTS])
}

/// How many were set aside.
pub fn count_aside(tx: &Tx<'_>) -> Result<u64, StoreError> {
    tx.query_one(&COUNT_ASIDE, &params![MAX_ATTEMPTS])?.unsigned(0)
}

/// How many wait.
pub fn count(tx: &Tx<'_>) -> Result<u64, StoreError> {
    tx.query_one(&COUNT, &params![MAX_ATTEMPTS])?.unsigned(0)
}
