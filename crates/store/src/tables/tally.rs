//! Counts per page, never per person (claim F5): duplicates, unsubscribes by way, erasures.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Declaration, Item, Subject};
use model::id::{BrandId, PageId};

pub const DECLARATION: Declaration = Declaration {
    place: "tally",
    items: &[
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("page_id", "the page", "counting per page").about(Subject::Brand),
        Item::own("name", "what is counted", "figures per page").about(Subject::Brand),
        Item::own("count", "how many", "figures per page").about(Subject::Brand),
    ],
};

crate::statements! {
    keyed ADD = "INSERT INTO tally (brand_id, page_id, name, count) VALUES ($1, $2, $3, $4) ON CONFLICT (page_id, name) DO UPDATE SET count = tally.count + excluded.count";
    LIST = "SELECT page_id, name, count FROM tally WHERE brand_id = $1 ORDER BY page_id, name";
}

pub fn add(scope: Scope<'_>, page: PageId, name: &str, count: i64) -> Result<(), StoreError> {
    scope.tx.execute(&ADD, &params![scope.brand(), page, name, count]).map(drop)
}

/// Several counts at once, each of another page or name.
pub fn add_many(
    tx: &Tx<'_>,
    counts: impl IntoIterator<Item = (BrandId, PageId, &'static str, i64)>,
) -> Result<(), StoreError> {
    let row = |(brand, page, name, count)| params![brand, page, name, count];
    tx.execute_many(&ADD, &counts.into_iter().map(row).collect::<Vec<_>>()).map(drop)
}

pub fn list(scope: Scope<'_>) -> Result<Vec<(PageId, String, u64)>, StoreError> {
    let rows = scope.tx.query(&LIST, &params![scope.brand()])?;
    rows.iter().map(|row| Ok((row.id(0)?, row.text(1)?.to_owned(), row.unsigned(2)?))).collect()
}
