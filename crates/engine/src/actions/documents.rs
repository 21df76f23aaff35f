//! A brand's documents: published in versions, shown before anybody gives data (claims A2, U1).
//!
//! Invariant: a version never changes; whoever signs up accepts the versions that were in force and shown.

use crate::{Actor, Engine, EngineError, Role};
use model::id::BrandId;
use model::time::Timestamp;
use store::StoreError;
use store::tables::document::{self, Document};

/// The documents without which nobody can sign up.
pub use model::brand::DOCUMENTS as REQUIRED;

/// Characters of one document.
pub const LONGEST: usize = 200_000;

/// One document in one language, to be published.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// One of [`REQUIRED`].
    pub kind: String,
    pub language: String,
    /// Markdown.
    pub text: String,
}

pub(crate) fn check(new: &[NewDocument], languages: &[String]) -> Result<(), EngineError> {
    for document in new {
        if !REQUIRED.contains(&document.kind.as_str()) {
            return Err(EngineError::invalid("documents", "is none of terms, privacy, data_use"));
        }
        let length = document.text.chars().count();
        if document.text.trim().is_empty() || length > LONGEST {
            return Err(EngineError::invalid(
                "documents",
                format!("a document must have 1 to {LONGEST} characters"),
            ));
        }
    }
    for kind in new.iter().map(|document| &document.kind) {
        for language in languages {
            if !new.iter().any(|document| document.kind == *kind && document.language == *language) {
                return Err(EngineError::invalid(
                    "documents",
                    "must be there in each of the brand's languages",
                ));
            }
        }
    }
    Ok(())
}

/// Publishes new versions, in force from `effective_at`: each kind in all of the brand's languages at once.
pub async fn publish(
    engine: &Engine,
    actor: &Actor,
    new: Vec<NewDocument>,
    effective_at: Timestamp,
) -> Result<(), EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    publish_for(engine, actor.brand, new, effective_at).await
}

/// Publishes version 1 of documents of which there is none yet; in force at once.
pub async fn publish_first(engine: &Engine, actor: &Actor, new: Vec<NewDocument>) -> Result<(), EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    check(&new, &engine.brand(actor.brand)?.brand.languages)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    engine
        .data
        .write("publish_first", move |tx| {
            let scope = tx.brand(brand);
            for one in &new {
                if document::newest_version(scope, &one.kind)? > 0 {
                    return Err(EngineError::Conflict("this document has been published already".into()));
                }
            }
            Ok(insert(scope, &new, now, now)?)
        })
        .await
}

/// As [`publish`], for trusted callers.
pub(crate) async fn publish_for(
    engine: &Engine,
    brand: BrandId,
    new: Vec<NewDocument>,
    effective_at: Timestamp,
) -> Result<(), EngineError> {
    check(&new, &engine.brand(brand)?.brand.languages)?;
    let now = engine.clock.now();
    engine
        .data
        .write("publish_documents", move |tx| insert(tx.brand(brand), &new, now, effective_at))
        .await?;
    Ok(())
}

/// Part of a transaction.
pub(crate) fn insert(
    scope: store::tables::Scope<'_>,
    new: &[NewDocument],
    now: Timestamp,
    effective_at: Timestamp,
) -> Result<(), StoreError> {
    for kind in REQUIRED {
        let version = document::newest_version(scope, kind)?.saturating_add(1);
        for one in new.iter().filter(|one| one.kind == kind) {
            let row = Document {
                kind: kind.to_owned(),
                version,
                language: one.language.clone(),
                text: one.text.clone(),
                published_at: now,
                effective_at: effective_at.max(now),
            };
            document::insert(scope, &row)?;
        }
    }
    Ok(())
}
