//! Consents and withdrawals by page and day (UTC), for charts. Counts, never persons (claims X4, F5): they
//! stay when somebody is erased.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Declaration, Item, Subject};
use model::id::{AccountId, PageId};
use model::time::Timestamp;
use std::collections::BTreeMap;

pub const DECLARATION: Declaration = Declaration {
    place: "daily",
    items: &[
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("page_id", "the page", "counting per page").about(Subject::Brand),
        Item::own("day", "the day", "figures per day").about(Subject::Brand),
        Item::own("name", "what is counted", "figures per day").about(Subject::Brand),
        Item::own("count", "how many", "figures per day").about(Subject::Brand),
    ],
};

crate::statements! {
    keyed ADD = "INSERT INTO daily (brand_id, page_id, day, name, count) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (page_id, day, name) DO UPDATE SET count = daily.count + excluded.count";
    // Page by page along the key.
    SINCE = "SELECT d.day, d.name, CAST(sum(d.count) AS BIGINT) FROM page p JOIN daily d ON d.page_id = p.id WHERE p.brand_id = $1 AND p.account_id = $2 AND d.day >= $3 GROUP BY d.day, d.name ORDER BY d.day, d.name";
}

const DAY: i64 = 86_400_000_000;

/// The day of a time, counted from 1970-01-01, in UTC.
pub const fn day(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY)
}

/// Counts what happened: page, time and name of each.
pub fn add_each<'a>(
    scope: Scope<'_>,
    happened: impl Iterator<Item = (PageId, Timestamp, &'a str)>,
) -> Result<(), StoreError> {
    // In one order, so that writers that meet wait for each other and do not lock each other out.
    let mut counts: BTreeMap<(PageId, i64, &str), i64> = BTreeMap::new();
    for (page, at, name) in happened {
        *counts.entry((page, day(at), name)).or_default() += 1;
    }
    let rows: Vec<_> = counts
        .into_iter()
        .map(|((page, day, name), count)| params![scope.brand(), page, day, name, count])
        .collect();
    scope.tx.execute_many(&ADD, &rows).map(drop)
}

/// An account's figures from a day on: day, name, count.
pub fn list_since(
    scope: Scope<'_>,
    account: AccountId,
    day: i64,
) -> Result<Vec<(i64, String, u64)>, StoreError> {
    let rows = scope.tx.query(&SINCE, &params![scope.brand(), account, day])?;
    rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?.to_owned(), row.unsigned(2)?))).collect()
}
