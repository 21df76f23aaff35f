//! API tokens: made, shown once, revoked. Only the secret's SHA-256 is kept.

use crate::{Actor, Engine, EngineError, TokenScope};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::entropy::random;
use model::id::{AccountId, BrandId, TokenId};
use model::personal::Personal;
use model::time::Timestamp;
use sha2::{Digest, Sha256};
use store::tables::{account, api_token};

/// How every secret begins, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "ent_";

pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Makes a token for an account of this brand; the secret is shown this once. For trusted callers.
pub async fn create(
    engine: &Engine,
    brand: BrandId,
    account: AccountId,
    scopes: &[TokenScope],
    expires: Option<Timestamp>,
) -> Result<(TokenId, Personal<String>), EngineError> {
    let now = engine.clock.now();
    if scopes.is_empty() {
        return Err(EngineError::invalid("scopes", "name at least one thing that the token may do"));
    }
    if expires.is_some_and(|at| at <= now) {
        return Err(EngineError::invalid("expires", "lies in the past"));
    }
    let id = TokenId::new(now, &*engine.entropy);
    let secret = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(random::<32>(&*engine.entropy)));
    let secret = Personal::new(secret);
    let hash = hash(secret.reveal());
    let codes: Vec<&str> =
        TokenScope::ALL.into_iter().filter(|s| scopes.contains(s)).map(TokenScope::code).collect();
    let codes = codes.join(" ");
    engine
        .data
        .write("insert_token", move |tx| {
            let scope = tx.brand(brand);
            if account::role(scope, account)?.is_none() {
                return Err(EngineError::NotFound("this account"));
            }
            let row = api_token::NewApiToken { id, account, hash, scopes: &codes, expires_at: expires };
            Ok(api_token::insert(scope, &row, now)?)
        })
        .await?;
    Ok((id, secret))
}

/// Ends a token of this brand. For trusted callers.
pub async fn revoke(engine: &Engine, brand: BrandId, token: TokenId) -> Result<(), EngineError> {
    let now = engine.clock.now();
    let revoked =
        engine.data.write("revoke_token", move |tx| api_token::revoke(tx.brand(brand), token, now)).await?;
    if revoked { Ok(()) } else { Err(EngineError::NotFound("this token")) }
}

/// Makes a token for the actor's own account; the secret is shown this once.
///
/// # Errors
/// When it would be allowed more than the actor is.
pub async fn create_own(
    engine: &Engine,
    actor: &Actor,
    scopes: &[TokenScope],
    expires: Option<Timestamp>,
) -> Result<(TokenId, Personal<String>), EngineError> {
    for scope in scopes {
        actor.may(*scope)?;
    }
    create(engine, actor.brand, actor.account, scopes, expires).await
}

/// Ends a token of the actor's own account.
pub async fn revoke_own(engine: &Engine, actor: &Actor, token: TokenId) -> Result<(), EngineError> {
    let (brand, account, now) = (actor.brand, actor.account, engine.clock.now());
    let revoked = engine
        .data
        .write("revoke_own_token", move |tx| {
            api_token::revoke_of_account(tx.brand(brand), account, token, now)
        })
        .await?;
    if revoked { Ok(()) } else { Err(EngineError::NotFound("this token")) }
}
