//! How mail stands: whether it can leave, what waits, what became of it. Counts only.

use crate::{Actor, Engine, EngineError, Role};
use model::time::Timestamp;
use store::tables;

/// The installation's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailState {
    /// Whether there is anything to send with.
    pub is_configured: bool,
    pub waiting: u64,
    /// Since when the oldest waits. Hours, with a mailer, mean that the mail server takes nothing.
    pub oldest_at: Option<Timestamp>,
}

/// For the operator's checks (`doctor`, `readyz`): trusted callers.
pub async fn state(engine: &Engine) -> Result<MailState, EngineError> {
    let (waiting, oldest_at) = engine.data.read("mail_state", tables::mail::waiting).await?;
    Ok(MailState { is_configured: engine.post.is_some(), waiting, oldest_at })
}

/// How the brand's mails ended, by code (`sent`, `refused`, `given_up`, `unanswered`, `unreadable`).
pub async fn counts(engine: &Engine, actor: &Actor) -> Result<Vec<(String, u64)>, EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    let brand = actor.brand;
    Ok(engine.data.read("mail_counts", move |tx| tables::mail::counts(tx.brand(brand))).await?)
}
