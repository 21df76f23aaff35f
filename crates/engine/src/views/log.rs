//! The log as the public sees it: newest checkpoint, key, and the check of everything stored.

use crate::{Engine, EngineError};
use ledger::{Report, VerifyingKey};
use store::{Database, tables};

/// The newest checkpoint, a signed note; `None` before the first.
pub async fn checkpoint(engine: &Engine) -> Result<Option<String>, EngineError> {
    let head = engine.data.read("log_head", tables::ledger::head).await?;
    Ok(head.map(|head| head.note))
}

/// The key by which checkpoints, proofs and receipts are verified, as published.
pub fn key(engine: &Engine) -> String {
    engine.log_key().to_string()
}

/// Computes the whole log again and compares it with what is stored and signed.
///
/// # Errors
/// [`EngineError::Log`] names the first place where it breaks.
pub async fn check(data: &Database, key: &VerifyingKey) -> Result<Report, EngineError> {
    crate::log::check(data, key).await
}
