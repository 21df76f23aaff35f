//! A brand's logo, as the console has set it.
//!
//! Invariant: whoever sets or deletes one also says so in the brand's row ([`super::brand::touch`]), or the
//! other nodes would go on showing the old one.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Declaration, Item, Subject};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "logo",
    items: &[
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("set_at", "when it was set", "order").about(Subject::Brand),
        Item::own("content", "the picture, without what a camera or a program adds", "the brand's look")
            .about(Subject::Brand),
    ],
};

crate::statements! {
    GET = "SELECT content FROM logo WHERE brand_id = $1";
    SET = "INSERT INTO logo (brand_id, set_at, content) VALUES ($1, $2, $3) ON CONFLICT (brand_id) DO UPDATE SET set_at = excluded.set_at, content = excluded.content";
    DELETE = "DELETE FROM logo WHERE brand_id = $1";
}

pub fn get(scope: Scope<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    let row = scope.tx.query_opt(&GET, &params![scope.brand()])?;
    row.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
}

pub fn set(scope: Scope<'_>, content: &[u8], now: Timestamp) -> Result<(), StoreError> {
    scope.tx.execute(&SET, &params![scope.brand(), now, content]).map(drop)
}

/// Whether there was one.
pub fn delete(scope: Scope<'_>) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&DELETE, &params![scope.brand()])? == 1)
}
