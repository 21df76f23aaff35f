//! API tokens: recognising one, and an account's list of its own.

use super::At;
use crate::actions::tokens::hash;
use crate::{Actor, Door, Engine, EngineError, Role, TokenScope};
use model::id::{BrandId, TokenId};
use store::Tx;
use store::tables::api_token;

/// Who calls, and by which of their tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calling {
    pub actor: Actor,
    pub token: TokenId,
}

/// Who holds this secret, within this brand. Another brand's token is nobody's here. Whoever lets them do something asks
/// [`Engine::called`] first.
pub async fn authenticate(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
) -> Result<Option<Calling>, EngineError> {
    // The row is found by a hash of 256 random bits: its comparison's time tells nothing.
    let (hash, now) = (hash(secret), engine.clock.now());
    let found = engine.data.read("find_token", move |tx| api_token::find_by_hash(tx, &hash, now)).await?;
    let Some(token) = found.filter(|token| token.brand == brand) else { return Ok(None) };
    let actor = Actor {
        brand: token.brand,
        account: token.account,
        role: if token.role == "admin" { Role::Admin } else { Role::User },
        scopes: token.scopes.split(' ').filter_map(TokenScope::from_code).collect(),
        // Whoever holds one that was made for a helper came in by the grant.
        door: Some(token.under.map_or(Door::Token(token.id), Door::Support)),
    };
    Ok(Some(Calling { actor, token: token.id }))
}

/// A token in force. Its secret was shown once and is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    pub id: TokenId,
    pub scopes: Vec<TokenScope>,
    pub created_at: At,
    pub expires_at: Option<At>,
    /// The last characters of its secret; nothing for one of before these were kept.
    pub tail: Option<String>,
}

/// The actor's own tokens that are in force. For a person in the console: a token does not see its
/// like, because the API has no route that leads here.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<Vec<TokenView>, EngineError> {
    let (brand, account, now) = (actor.brand, actor.account, engine.clock.now());
    let read = move |tx: &Tx<'_>| api_token::list_of_account(tx.brand(brand), account, now);
    let found = engine.data.read("list_tokens", read).await?;
    let view = |token: api_token::ListedToken| TokenView {
        id: token.id,
        scopes: token.scopes.split(' ').filter_map(TokenScope::from_code).collect(),
        created_at: At(token.created_at),
        expires_at: token.expires_at.map(At),
        tail: Some(token.tail).filter(|tail| !tail.is_empty()),
    };
    Ok(found.into_iter().map(view).collect())
}
