//! A brand's documents (terms, privacy notice, announcement of data use), in versions that never change.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Declaration, Item};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "document",
    items: &[
        Item::own("brand_id", "the brand", "keeping brands apart"),
        Item::own("kind", "which document", "showing it"),
        Item::own("version", "its version", "saying which one was accepted"),
        Item::own("language", "its language", "showing it"),
        Item::own("text", "its text, as published", "showing it"),
        Item::own("published_at", "when it was published", "showing it"),
        Item::own("effective_at", "from when it is in force", "showing it"),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO document (brand_id, kind, version, language, text, published_at, effective_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    IN_FORCE = "SELECT kind, version, language, text, published_at, effective_at FROM document d WHERE brand_id = $1 AND effective_at <= $2 \
        AND version = (SELECT max(version) FROM document n WHERE n.brand_id = d.brand_id AND n.kind = d.kind AND n.effective_at <= $2) ORDER BY kind, language";
    NEWEST = "SELECT coalesce(max(version), 0) FROM document WHERE brand_id = $1 AND kind = $2";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub kind: String,
    pub version: i64,
    pub language: String,
    pub text: String,
    pub published_at: Timestamp,
    pub effective_at: Timestamp,
}

pub fn insert(scope: Scope<'_>, new: &Document) -> Result<(), StoreError> {
    let row = params![
        scope.brand(),
        &new.kind,
        new.version,
        &new.language,
        &new.text,
        new.published_at,
        new.effective_at
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The newest version of each document that is in force, in all its languages.
pub fn list_in_force(scope: Scope<'_>, now: Timestamp) -> Result<Vec<Document>, StoreError> {
    let rows = scope.tx.query(&IN_FORCE, &params![scope.brand(), now])?;
    rows.iter()
        .map(|row| {
            Ok(Document {
                kind: row.text(0)?.to_owned(),
                version: row.int(1)?,
                language: row.text(2)?.to_owned(),
                text: row.text(3)?.to_owned(),
                published_at: row.at(4)?,
                effective_at: row.at(5)?,
            })
        })
        .collect()
}

/// 0 when there is none yet.
pub fn newest_version(scope: Scope<'_>, kind: &str) -> Result<i64, StoreError> {
    scope.tx.query_one(&NEWEST, &params![scope.brand(), kind])?.int(0)
}
