//! An account's passkeys, as its holder sees them.

use crate::actions::passkeys::opened;
use crate::actions::sign_in::SignedIn;
use crate::{Engine, EngineError};
use model::id::PasskeyId;
use model::personal::Personal;
use model::time::Timestamp;
use store::tables;

pub struct PasskeyView {
    pub id: PasskeyId,
    pub name: Personal<String>,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// In the order in which they were added.
pub async fn list(engine: &Engine, who: &SignedIn) -> Result<Vec<PasskeyView>, EngineError> {
    let (brand, id) = (who.actor.brand, who.actor.account);
    let ctx = engine.brand(brand)?.clone();
    let key = engine.vault.key(&id.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let rows =
        engine.data.read("passkeys", move |tx| tables::passkey::list_of_account(tx.brand(brand), id)).await?;
    rows.iter()
        .map(|row| {
            let name = opened(&ctx, &key, row)?.name;
            Ok(PasskeyView { id: row.id, name, created_at: row.created_at, used_at: row.used_at })
        })
        .collect()
}
