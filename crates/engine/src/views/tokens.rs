//! Recognising an API token.

use crate::actions::tokens::hash;
use crate::{Actor, Engine, EngineError, Role, TokenScope};
use model::id::BrandId;
use store::tables::api_token;

/// Who holds this secret, within this brand. Another brand's token is nobody's here.
pub async fn authenticate(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
) -> Result<Option<Actor>, EngineError> {
    // The row is found by a hash of 256 random bits: its comparison's time tells nothing.
    let (hash, now) = (hash(secret), engine.clock.now());
    let found = engine.data.read("find_token", move |tx| api_token::find_by_hash(tx, &hash, now)).await?;
    Ok(found.filter(|token| token.brand == brand).map(|token| Actor {
        brand: token.brand,
        account: token.account,
        role: if token.role == "admin" { Role::Admin } else { Role::User },
        scopes: token.scopes.split(' ').filter_map(TokenScope::from_code).collect(),
    }))
}
