//! Erasures as the erased person, or anybody they show the code to, may look them up: that it was
//! done, when, and the receipt. No personal data is left to show.

use super::At;
use crate::{Engine, EngineError, log};
use ledger::receipt::{self, Fact, Statement};
use model::id::{BrandId, ErasureId};
use serde::Serialize;
use store::tables::erasure::{self, Erasure};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasureView {
    pub id: ErasureId,
    /// For the public status page.
    pub code: String,
    /// What the log says of it, in hexadecimal.
    pub tag: String,
    pub requested_at: At,
    /// `None` while it is under way.
    pub finished_at: Option<At>,
}

impl From<&Erasure> for ErasureView {
    fn from(erasure: &Erasure) -> Self {
        Self {
            id: erasure.id,
            code: erasure.code.clone(),
            tag: hex::encode(erasure.tag),
            requested_at: At(erasure.requested_at),
            finished_at: erasure.finished_at.map(At),
        }
    }
}

async fn find(engine: &Engine, brand: BrandId, code: &str) -> Result<Option<Erasure>, EngineError> {
    let code = code.to_owned();
    let found =
        engine.data.read("find_erasure", move |tx| erasure::find_by_code(tx.brand(brand), &code)).await?;
    Ok(found)
}

/// How far the erasure with this code is. For everybody.
pub async fn by_code(
    engine: &Engine,
    brand: BrandId,
    code: &str,
) -> Result<Option<ErasureView>, EngineError> {
    Ok(find(engine, brand, code).await?.as_ref().map(ErasureView::from))
}

/// The receipt file of a finished erasure. For everybody who has the code.
///
/// # Errors
/// [`EngineError::NotYet`] until the tag stands under a checkpoint.
pub async fn receipt(engine: &Engine, brand: BrandId, code: &str) -> Result<Option<Vec<u8>>, EngineError> {
    let Some(erasure) = find(engine, brand, code).await? else { return Ok(None) };
    let (Some(finished_at), Some(index)) = (erasure.finished_at, erasure.leaf_index) else {
        return Err(EngineError::NotYet(
            "the receipt waits for the log's next checkpoint: ask again in a minute",
        ));
    };
    let logged = log::proof(engine, index).await?;
    let erased: Statement = serde_json::from_str(&erasure.counts).map_err(EngineError::log)?;
    let statement = Statement::new()
        .with("brand", Fact::Text(engine.brand(brand)?.brand.slug.clone()))
        .with("erasure", Fact::Text(erasure.id.to_string()))
        .with("requested_at", Fact::Text(At(erasure.requested_at).to_string()))
        .with("erased_at", Fact::Text(At(finished_at).to_string()))
        .with("rows", Fact::Group(erased))
        .with("kept", Fact::Text("counts per page, and log entries that no key opens any more".to_owned()));
    receipt::build(&erasure.tag, &statement, &logged, &engine.log_key).map(Some).map_err(EngineError::log)
}
