//! Brands that the installation knows. Everything else about a brand lies in its file; what the console
//! has set goes over it.

use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Declaration, Item, Subject};
use model::id::BrandId;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "brand",
    items: &[
        Item::own("id", "the brand's id", "telling brands apart"),
        Item::own("slug", "the brand's short name", "finding the brand's file"),
        Item::own("created_at", "when the brand was first seen", "order"),
        Item::own(
            "particulars",
            "name, colours, languages and controller as set in the console",
            "the brand's look",
        )
        .about(Subject::Brand),
    ],
};

crate::statements! {
    BY_SLUG = "SELECT id FROM brand WHERE slug = $1";
    LIST = "SELECT id, slug FROM brand ORDER BY id";
    PARTICULARS = "SELECT particulars FROM brand WHERE id = $1";
    SET_PARTICULARS = "UPDATE brand SET particulars = $1 WHERE id = $2";
    INSERT = "INSERT INTO brand (id, slug, created_at) VALUES ($1, $2, $3)";
}

pub fn find_by_slug(tx: &Tx<'_>, slug: &str) -> Result<Option<BrandId>, StoreError> {
    tx.query_opt(&BY_SLUG, &params![slug])?.map(|row| row.id(0)).transpose()
}

pub fn list(tx: &Tx<'_>) -> Result<Vec<(BrandId, String)>, StoreError> {
    tx.query(&LIST, &[])?.iter().map(|row| Ok((row.id(0)?, row.text(1)?.to_owned()))).collect()
}

/// With the plan that sign-ups start on, so that no brand is ever without one.
pub fn insert(tx: &Tx<'_>, id: BrandId, slug: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(&INSERT, &params![id, slug, now])?;
    super::plan::insert_first(tx.brand(id), now)
}

/// What the console has set, over the brand's file.
pub fn particulars(scope: super::Scope<'_>) -> Result<Option<String>, StoreError> {
    let row = scope.tx.query_opt(&PARTICULARS, &params![scope.brand()])?;
    row.map(|row| row.opt_text(0).map(|text| text.map(str::to_owned))).transpose().map(Option::flatten)
}

pub fn set_particulars(scope: super::Scope<'_>, text: &str) -> Result<u64, StoreError> {
    scope.tx.execute(&SET_PARTICULARS, &params![text, scope.brand()])
}
