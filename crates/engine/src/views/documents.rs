//! The documents in force and all their versions, for everybody; and what an account has still to decide.

use super::{At, LIMIT};
use crate::actions::documents::{KINDS, REQUIRED};
use crate::datamap::versions as datamap;
use crate::{Actor, Engine, EngineError, Role};
use model::id::BrandId;
use model::time::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::tables::{acceptance, announcement, document};
use store::{StoreError, Tx};

pub use store::tables::announcement::Announcement;
pub use store::tables::document::Document;

/// The newest version of each document that is in force, in all languages.
pub async fn in_force(engine: &Engine, brand: BrandId) -> Result<Vec<Document>, EngineError> {
    let now = engine.clock.now();
    Ok(engine.data.read("documents", move |tx| document::list_in_force(tx.brand(brand), now)).await?)
}

/// One document in one language, or in the first it has.
pub async fn get(
    engine: &Engine,
    brand: BrandId,
    kind: &str,
    language: &str,
) -> Result<Option<Document>, EngineError> {
    let found: Vec<Document> =
        in_force(engine, brand).await?.into_iter().filter(|document| document.kind == kind).collect();
    Ok(in_language(&found, language).cloned())
}

/// Of one document's texts the one that is shown to somebody who reads `language`.
fn in_language<'a>(texts: &'a [Document], language: &str) -> Option<&'a Document> {
    texts.iter().find(|text| text.language == language).or(texts.first())
}

/// The documents of which there is no version yet.
pub async fn unpublished(engine: &Engine, brand: BrandId) -> Result<Vec<&'static str>, EngineError> {
    let read = move |tx: &Tx<'_>| document::versions(tx.brand(brand));
    let all: Vec<document::Version> = engine.data.read("unpublished", read).await?;
    Ok(KINDS.into_iter().filter(|kind| !all.iter().any(|version| version.kind == *kind)).collect())
}

/// One version, in force or not, in all its languages; empty if there is none of this number.
pub async fn version(
    engine: &Engine,
    brand: BrandId,
    kind: &str,
    number: i64,
) -> Result<Vec<Document>, EngineError> {
    let kind = kind.to_owned();
    let read = move |tx: &Tx<'_>| document::list_of_version(tx.brand(brand), &kind, number);
    Ok(engine.data.read("document_version", read).await?)
}

/// A version that was ever published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionView {
    pub kind: String,
    pub number: i64,
    pub published_at: Timestamp,
    pub effective_at: Timestamp,
    /// How it was announced; a first version never was.
    pub announcement: Option<Announcement>,
}

/// All versions: by document, the newest first.
pub async fn versions(engine: &Engine, brand: BrandId) -> Result<Vec<VersionView>, EngineError> {
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((document::versions(scope)?, announcement::list(scope, LIMIT)?))
    };
    let (versions, announced) = engine.data.read("document_versions", read).await?;
    let of = |version: document::Version| VersionView {
        announcement: announced
            .iter()
            .find(|one| one.kind == version.kind && one.version == version.number)
            .cloned(),
        kind: version.kind,
        number: version.number,
        published_at: version.published_at,
        effective_at: version.effective_at,
    };
    Ok(versions.into_iter().map(of).collect())
}

/// A version as its hash in the log stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub kind: String,
    pub version: i64,
    pub hash: [u8; 32],
}

/// The bytes that a version's hash is of: its texts with their dates, by language. Public.
pub fn bytes_of(brand: BrandId, texts: &[Document]) -> Vec<u8> {
    let first = texts.first();
    let texts: Vec<_> = texts
        .iter()
        .map(|one| json!({ "language": one.language, "text": one.text, "summary": one.summary }))
        .collect();
    json!({
        "format": "entente-document/1",
        "brand": brand.to_string(),
        "document": first.map(|one| one.kind.as_str()),
        "version": first.map(|one| one.version),
        "published_at": first.map(|one| At(one.published_at).to_string()),
        "effective_at": first.map(|one| At(one.effective_at).to_string()),
        "texts": texts,
    })
    .to_string()
    .into_bytes()
}

/// The same hash, in hexadecimal.
pub fn fingerprint(brand: BrandId, texts: &[Document]) -> String {
    hex::encode(hash_of(brand, texts))
}

pub(crate) fn hash_of(brand: BrandId, texts: &[Document]) -> [u8; 32] {
    Sha256::digest(bytes_of(brand, texts)).into()
}

/// Whether it is a document that accounts accept.
fn is_accepted(version: &document::Version) -> bool {
    REQUIRED.contains(&version.kind.as_str())
}

/// Something that an account has not accepted yet.
#[derive(Debug, Clone)]
pub struct Decision {
    pub shown: Shown,
    pub effective_at: Timestamp,
    /// Whether it is in force, so that nothing else goes on without a decision.
    pub is_due: bool,
    /// The version that the account accepted last; 0 if none.
    pub accepted: i64,
    /// In all languages.
    pub texts: Vec<Document>,
}

/// What an account of the brand has not decided: the newest version in force of each document if it is not
/// accepted, and those that are announced. An admin has published them, and decides nothing.
pub async fn to_decide(engine: &Engine, actor: &Actor) -> Result<Vec<Decision>, EngineError> {
    if actor.role == Role::Admin {
        return Ok(Vec::new());
    }
    let (brand, account, now) = (actor.brand, actor.account, engine.clock.now());
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let accepted = acceptance::newest(scope, account)?;
        let mut open = Vec::new();
        let mut in_force: Vec<String> = Vec::new();
        // The newest of a document come first.
        for version in document::versions(scope)?.into_iter().filter(is_accepted) {
            let is_due = version.effective_at <= now;
            let is_known = in_force.contains(&version.kind);
            if is_due {
                in_force.push(version.kind.clone());
            }
            let accepted = accepted.iter().find(|(kind, _)| *kind == version.kind).map_or(0, |(_, n)| *n);
            if !is_known && version.number > accepted {
                let texts = document::list_of_version(scope, &version.kind, version.number)?;
                open.push(Decision {
                    shown: Shown {
                        hash: hash_of(brand, &texts),
                        kind: version.kind,
                        version: version.number,
                    },
                    effective_at: version.effective_at,
                    is_due,
                    accepted,
                    texts,
                });
            }
        }
        Ok::<_, StoreError>(open)
    };
    Ok(engine.data.read("to_decide", read).await?)
}

/// Since when a decision is due that the account has not taken; `None`: nothing is.
pub async fn due_since(engine: &Engine, actor: &Actor) -> Result<Option<Timestamp>, EngineError> {
    if actor.role == Role::Admin {
        return Ok(None);
    }
    let (brand, account, now) = (actor.brand, actor.account, engine.clock.now());
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let accepted = acceptance::newest(scope, account)?;
        let is_open = |kind: &str, number: i64| {
            accepted.iter().find(|(own, _)| own == kind).map_or(0, |(_, accepted)| *accepted) < number
        };
        let open = document::versions(scope)?.into_iter().filter(is_accepted);
        let open =
            open.filter(|version| version.effective_at <= now && is_open(&version.kind, version.number));
        Ok::<_, StoreError>(open.map(|version| version.effective_at).min())
    };
    Ok(engine.data.read("due_since", read).await?)
}

/// The proof file of what the account accepted.
///
/// # Errors
/// As [`EngineError::NotFound`] and [`EngineError::NotYet`] say.
pub async fn acceptance_proof(
    engine: &Engine,
    actor: &Actor,
    kind: &str,
    version: i64,
) -> Result<Vec<u8>, EngineError> {
    let ctx = engine.brand(actor.brand)?;
    crate::acceptance::proof(engine, &ctx, actor.account, (kind, version)).await
}

/// Each required document in force, and the data map that is shown with them, with the language in which somebody who reads
/// `language` is shown it; `None` while a document is missing, so that nobody can sign up.
pub(crate) async fn shown(
    engine: &Engine,
    brand: BrandId,
    language: &str,
) -> Result<Option<Vec<(Shown, String)>>, EngineError> {
    let documents = in_force(engine, brand).await?;
    let map = datamap::in_force(engine, brand).await?;
    let required: Option<Vec<(Shown, String)>> = REQUIRED
        .iter()
        .map(|kind| {
            let texts: Vec<Document> = documents.iter().filter(|one| one.kind == *kind).cloned().collect();
            let read = in_language(&texts, language)?;
            let shown =
                Shown { kind: (*kind).to_owned(), version: read.version, hash: hash_of(brand, &texts) };
            Some((shown, read.language.clone()))
        })
        .collect();
    let map = map.and_then(|map| {
        let hash = hex::decode(&map.hash).ok()?.try_into().ok()?;
        Some((Shown { kind: datamap::KIND.to_owned(), version: map.number, hash }, language.to_owned()))
    });
    Ok(required.map(|required| required.into_iter().chain(map).collect()))
}

/// Kind and version of what whoever signs up accepts; `None` while a document is missing.
pub async fn to_accept(engine: &Engine, brand: BrandId) -> Result<Option<Vec<(String, i64)>>, EngineError> {
    let shown = shown(engine, brand, "").await?;
    Ok(shown.map(|all| all.into_iter().map(|(one, _)| (one.kind, one.version)).collect()))
}
