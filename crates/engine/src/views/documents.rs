//! The documents in force, for everybody.

use crate::actions::documents::REQUIRED;
use crate::datamap::versions;
use crate::{Engine, EngineError};
use model::id::BrandId;
use store::tables::document;

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
    let mut found: Vec<Document> =
        in_force(engine, brand).await?.into_iter().filter(|document| document.kind == kind).collect();
    let at = found.iter().position(|document| document.language == language).unwrap_or(0);
    Ok((at < found.len()).then(|| found.swap_remove(at)))
}

/// Kind and version of each required document, and of the data map that is shown with them; `None` while a
/// document is missing, so nobody can sign up.
pub async fn to_accept(engine: &Engine, brand: BrandId) -> Result<Option<Vec<(String, i64)>>, EngineError> {
    let documents = in_force(engine, brand).await?;
    let map = versions::in_force(engine, brand).await?;
    let required: Option<Vec<(String, i64)>> = REQUIRED
        .iter()
        .map(|kind| {
            let found = documents.iter().find(|document| document.kind == *kind)?;
            Some(((*kind).to_owned(), found.version))
        })
        .collect();
    let map = map.map(|map| (versions::KIND.to_owned(), map.number));
    Ok(required.map(|required| required.into_iter().chain(map).collect()))
}
