//! Brands that the installation knows. Everything else about a brand lies in its file.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Declaration, Item};
use model::id::BrandId;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "brand",
    items: &[
        Item::own("id", "the brand's id", "telling brands apart"),
        Item::own("slug", "the brand's short name", "finding the brand's file"),
        Item::own("created_at", "when the brand was first seen", "order"),
    ],
};

crate::statements! {
    BY_SLUG = "SELECT id FROM brand WHERE slug = $1";
    LIST = "SELECT id, slug FROM brand ORDER BY id";
    INSERT = "INSERT INTO brand (id, slug, created_at) VALUES ($1, $2, $3)";
}

pub fn find_by_slug(tx: &Tx<'_>, slug: &str) -> Result<Option<BrandId>, StoreError> {
    tx.query_opt(&BY_SLUG, &params![slug])?.map(|row| row.id(0)).transpose()
}

pub fn list(tx: &Tx<'_>) -> Result<Vec<(BrandId, String)>, StoreError> {
    tx.query(&LIST, &[])?.iter().map(|row| Ok((row.id(0)?, row.text(1)?.to_owned()))).collect()
}

pub fn insert(tx: &Tx<'_>, id: BrandId, slug: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(&INSERT, &params![id, slug, now]).map(drop)
}
