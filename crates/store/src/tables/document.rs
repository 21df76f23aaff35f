//! A brand's documents (terms, privacy notice, announcement of data use), in versions that never change.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
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
        Item::own("summary", "what changed, in plain words", "showing it"),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO document (brand_id, kind, version, language, text, published_at, effective_at, summary) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    IN_FORCE = "SELECT kind, version, language, text, published_at, effective_at, summary FROM document d WHERE brand_id = $1 AND effective_at <= $2 \
        AND version = (SELECT max(version) FROM document n WHERE n.brand_id = d.brand_id AND n.kind = d.kind AND n.effective_at <= $2) ORDER BY kind, language";
    NEWEST = "SELECT coalesce(max(version), 0) FROM document WHERE brand_id = $1 AND kind = $2";
    OF_VERSION = "SELECT kind, version, language, text, published_at, effective_at, summary FROM document WHERE brand_id = $1 AND kind = $2 AND version = $3 ORDER BY language";
    VERSIONS = "SELECT DISTINCT kind, version, published_at, effective_at FROM document WHERE brand_id = $1 ORDER BY kind, version DESC";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub kind: String,
    pub version: i64,
    pub language: String,
    pub text: String,
    pub published_at: Timestamp,
    pub effective_at: Timestamp,
    /// What changed, in plain words; empty for a first version.
    pub summary: String,
}

/// A version, without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub kind: String,
    pub number: i64,
    pub published_at: Timestamp,
    pub effective_at: Timestamp,
}

fn read(row: &Row) -> Result<Document, StoreError> {
    Ok(Document {
        kind: row.text(0)?.to_owned(),
        version: row.int(1)?,
        language: row.text(2)?.to_owned(),
        text: row.text(3)?.to_owned(),
        published_at: row.at(4)?,
        effective_at: row.at(5)?,
        summary: row.text(6)?.to_owned(),
    })
}

pub fn insert(scope: Scope<'_>, new: &Document) -> Result<(), StoreError> {
    let row = params![
        scope.brand(),
        &new.kind,
        new.version,
        &new.language,
        &new.text,
        new.published_at,
        new.effective_at,
        &new.summary
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The newest version of each document that is in force, in all its languages.
pub fn list_in_force(scope: Scope<'_>, now: Timestamp) -> Result<Vec<Document>, StoreError> {
    scope.tx.query(&IN_FORCE, &params![scope.brand(), now])?.iter().map(read).collect()
}

/// One version, in force or not, in all its languages; none if there is no such version.
pub fn list_of_version(scope: Scope<'_>, kind: &str, version: i64) -> Result<Vec<Document>, StoreError> {
    scope.tx.query(&OF_VERSION, &params![scope.brand(), kind, version])?.iter().map(read).collect()
}

fn read_version(row: &Row) -> Result<Version, StoreError> {
    Ok(Version {
        kind: row.text(0)?.to_owned(),
        number: row.int(1)?,
        published_at: row.at(2)?,
        effective_at: row.at(3)?,
    })
}

/// Every version there ever was, in force or not: by document, the newest first.
pub fn versions(scope: Scope<'_>) -> Result<Vec<Version>, StoreError> {
    scope.tx.query(&VERSIONS, &params![scope.brand()])?.iter().map(read_version).collect()
}

/// 0 when there is none yet.
pub fn newest_version(scope: Scope<'_>, kind: &str) -> Result<i64, StoreError> {
    scope.tx.query_one(&NEWEST, &params![scope.brand(), kind])?.int(0)
}
