//! What a broadcast came to, once its deliveries are only counted (claim F5): how many by page, state and reason.
//!
//! Invariant: a delivery is in its own row or in one of these counts, and never in both or in none, since it goes from
//! the one to the other in one commit.

use super::Scope;
use super::delivery::DeliveryCount;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Category, Declaration, Item, Subject};
use model::delivery::DeliveryState;
use model::id::{BrandId, BroadcastId, LeadId, PageId};
use model::time::Timestamp;
use std::collections::BTreeMap;

pub const DECLARATION: Declaration = Declaration {
    place: "broadcast_count",
    items: &[
        Item::own("broadcast_id", "the broadcast", "its figures").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("page_id", "the page", "figures per page").about(Subject::Account),
        Item::own("state", "sent, refused, …", "its figures").is(Category::State).about(Subject::Account),
        Item::own("reason", "why not", "its figures").is(Category::State).about(Subject::Account),
        Item::own("count", "how many", "its figures").is(Category::Count).about(Subject::Account),
    ],
};

crate::statements! {
    // The index holds those that are still to be counted, the oldest first.
    NEXT = "SELECT id, brand_id FROM broadcast WHERE finished_at IS NOT NULL AND counted_at IS NULL AND finished_at <= $1 ORDER BY finished_at LIMIT 1";
    IS_OVER = "SELECT 1 FROM broadcast WHERE id = $1 AND brand_id = $2 AND finished_at IS NOT NULL AND counted_at IS NULL";
    SOME = "SELECT page_id, lead_id, state, reason FROM delivery WHERE broadcast_id = $1 AND brand_id = $2 ORDER BY page_id, lead_id LIMIT $3";
    ADD = "INSERT INTO broadcast_count (broadcast_id, brand_id, page_id, state, reason, count) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (broadcast_id, page_id, state, reason) DO UPDATE SET count = broadcast_count.count + excluded.count";
    GONE = "DELETE FROM delivery WHERE broadcast_id = $1 AND brand_id = $2 AND (page_id, lead_id) <= ($3, $4)";
    COUNTED = "UPDATE broadcast SET counted_at = $1 WHERE id = $2 AND brand_id = $3 AND finished_at IS NOT NULL";
    LIST = "SELECT page_id, state, reason, count FROM broadcast_count WHERE broadcast_id = $1 AND brand_id = $2 ORDER BY page_id, state, reason";
}

/// Whole installation: a broadcast that was finished by then and whose deliveries are not counted yet.
pub fn next(tx: &Tx<'_>, finished_by: Timestamp) -> Result<Option<(BrandId, BroadcastId)>, StoreError> {
    tx.query_opt(&NEXT, &params![finished_by])?.map(|row| Ok((row.id(1)?, row.id(0)?))).transpose()
}

/// Turns some of its deliveries into counts; how many. Fewer than `limit`: all are.
pub fn count_some(
    scope: Scope<'_>,
    broadcast: BroadcastId,
    limit: u32,
    now: Timestamp,
) -> Result<u64, StoreError> {
    // It may have been sent again meanwhile.
    if scope.tx.query_opt(&IS_OVER, &params![broadcast, scope.brand()])?.is_none() {
        return Ok(0);
    }
    let rows = scope.tx.query(&SOME, &params![broadcast, scope.brand(), limit])?;
    let mut counts = BTreeMap::<(PageId, i64, &str), i64>::new();
    let mut last = None;
    for row in &rows {
        let (page, lead): (PageId, LeadId) = (row.id(0)?, row.id(1)?);
        *counts.entry((page, row.int(2)?, row.opt_text(3)?.unwrap_or_default())).or_default() += 1;
        last = Some((page, lead));
    }
    let added: Vec<_> = counts
        .into_iter()
        .map(|((page, state, reason), count)| params![broadcast, scope.brand(), page, state, reason, count])
        .collect();
    scope.tx.execute_many(&ADD, &added)?;
    if let Some((page, lead)) = last {
        scope.tx.execute(&GONE, &params![broadcast, scope.brand(), page, lead])?;
    }
    let counted = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    if counted < u64::from(limit) {
        scope.tx.execute(&COUNTED, &params![now, broadcast, scope.brand()])?;
    }
    Ok(counted)
}

/// The counts of a broadcast.
pub fn list(scope: Scope<'_>, broadcast: BroadcastId) -> Result<Vec<DeliveryCount>, StoreError> {
    let rows = scope.tx.query(&LIST, &params![broadcast, scope.brand()])?;
    rows.iter()
        .map(|row| {
            Ok(DeliveryCount {
                page: row.id(0)?,
                state: DeliveryState::from_number(row.int(1)?).unwrap_or(DeliveryState::Unknown),
                reason: Some(row.text(2)?.to_owned()).filter(|reason| !reason.is_empty()),
                count: row.unsigned(3)?,
            })
        })
        .collect()
}
