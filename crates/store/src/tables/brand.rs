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
            "name, colours, languages, controller and the bot's texts as set in the console",
            "the brand's look",
        )
        .about(Subject::Brand),
        Item::own("version", "how often the console has set something", "noticing it on every node"),
        Item::own("erased_at", "when the brand was erased", "not bringing it back with its file"),
    ],
};

crate::statements! {
    BY_SLUG = "SELECT id FROM brand WHERE slug = $1";
    LIST = "SELECT id, slug FROM brand ORDER BY id";
    GET = "SELECT particulars, version FROM brand WHERE id = $1";
    ALL_PARTICULARS = "SELECT slug, particulars FROM brand WHERE particulars IS NOT NULL ORDER BY slug";
    VERSIONS = "SELECT id, version FROM brand ORDER BY id";
    SET = "UPDATE brand SET particulars = $1, version = version + 1 WHERE id = $2 AND version = $3";
    ERASE = "UPDATE brand SET erased_at = $1, particulars = NULL, version = version + 1 WHERE id = $2 AND erased_at IS NULL";
    ERASED = "SELECT id FROM brand WHERE erased_at IS NOT NULL ORDER BY id";
    TOUCH = "UPDATE brand SET version = version + 1 WHERE id = $1";
    SINCE = "SELECT created_at FROM brand WHERE id = $1";
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

/// When the brand was first seen.
pub fn since(scope: super::Scope<'_>) -> Result<Option<Timestamp>, StoreError> {
    scope.tx.query_opt(&SINCE, &params![scope.brand()])?.map(|row| row.at(0)).transpose()
}

/// What the console has set, over the brand's file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Particulars {
    /// JSON; `None`: nothing was ever set.
    pub text: Option<String>,
    /// One more with everything that is set, the logo included.
    pub version: i64,
}

pub fn particulars(scope: super::Scope<'_>) -> Result<Particulars, StoreError> {
    let row = scope.tx.query_one(&GET, &params![scope.brand()])?;
    Ok(Particulars { text: row.opt_text(0)?.map(str::to_owned), version: row.int(1)? })
}

/// Whole installation: what the console has set, by the brand's short name.
pub fn list_particulars(tx: &Tx<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let rows = tx.query(&ALL_PARTICULARS, &[])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
}

/// Whole installation: what each brand's version is.
pub fn list_versions(tx: &Tx<'_>) -> Result<Vec<(BrandId, i64)>, StoreError> {
    tx.query(&VERSIONS, &[])?.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// Over those of version `from`; `false` when somebody was quicker.
pub fn set_particulars(scope: super::Scope<'_>, text: &str, from: i64) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&SET, &params![text, scope.brand(), from])? == 1)
}

/// Says that something beside the particulars has changed.
pub fn touch(scope: super::Scope<'_>) -> Result<(), StoreError> {
    scope.tx.execute(&TOUCH, &params![scope.brand()]).map(drop)
}

/// Fences a brand: its row stays with its short name, so that its file does not bring it back. `false` when it is
/// erased already.
pub fn erase(scope: super::Scope<'_>, now: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&ERASE, &params![now, scope.brand()])? == 1)
}

/// Whole installation: brands that were erased.
pub fn list_erased(tx: &Tx<'_>) -> Result<Vec<BrandId>, StoreError> {
    tx.query(&ERASED, &[])?.iter().map(|row| row.id(0)).collect()
}
