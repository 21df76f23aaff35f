//! API tokens: made, shown once, revoked, and the account told of both by mail. Only the secret's SHA-256 is
//! kept.

use super::support::{Helper, still_signed_in};
use crate::accounts::notice::Notice;
use crate::audit::{self, Act};
use crate::mail::Letter;
use crate::support::token_line;
use crate::{ActBy, Actor, Engine, EngineError, TokenScope};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::entropy::random;
use model::id::{AccountId, BrandId, TokenId};
use model::personal::Personal;
use model::time::Timestamp;
use sha2::{Digest, Sha256};
use store::tables::{self, account, api_token, audit as entries};

/// How every secret begins, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "ent_";

pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// What is shown of a secret ever after: enough to know it again, too little to be of use to anybody.
pub(crate) fn tail(secret: &str) -> &str {
    secret.get(secret.len().saturating_sub(4)..).unwrap_or_default()
}

/// Makes a token for an account of this brand; the secret is shown this once. For trusted callers.
pub async fn create(
    engine: &Engine,
    brand: BrandId,
    account: AccountId,
    scopes: &[TokenScope],
    expires: Option<Timestamp>,
) -> Result<(TokenId, Personal<String>), EngineError> {
    make(engine, brand, (account, ActBy::Program), (scopes, expires), None, None).await
}

/// Tokens that a helper makes under one grant: each is mailed to the admin, and stands in the summary.
pub const SUPPORT_LIMIT: usize = 10;
/// What a helper's token may do.
const FOR_SUPPORT: [TokenScope; 2] = [TokenScope::PagesRead, TokenScope::BroadcastsRead];

/// Makes a token for the account of the admin who granted access for support, noted under the grant in the same commit.
pub(crate) async fn create_for_support(
    engine: &Engine,
    helper: &Helper,
    account: AccountId,
    reason: Personal<String>,
) -> Result<Personal<String>, EngineError> {
    let (brand, by) = (helper.brand, (account, ActBy::Support));
    let under = Some((helper, reason));
    Ok(make(engine, brand, by, (&FOR_SUPPORT, Some(helper.ends_at)), under, None).await?.1)
}

async fn make(
    engine: &Engine,
    brand: BrandId,
    (account, by): (AccountId, ActBy),
    (scopes, expires): (&[TokenScope], Option<Timestamp>),
    under: Option<(&Helper, Personal<String>)>,
    asking: Option<&Actor>,
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
    let tail = tail(secret.reveal()).to_owned();
    let codes: Vec<&str> =
        TokenScope::ALL.into_iter().filter(|s| scopes.contains(s)).map(TokenScope::code).collect();
    let told = engine
        .told(brand, account, |notice| Letter::TokenMade {
            at: now,
            scopes: codes.iter().map(|code| (*code).to_owned()).collect(),
            not_me: notice.not_me(),
            by_helper: under.as_ref().map(|_| true),
        })
        .await?;
    let codes = codes.join(" ");
    let act = Act::TokenMade { token: id, scopes: codes.clone() };
    let ctx = engine.brand(brand)?;
    let entry = audit::of(engine, &ctx, by, account, &act).await?;
    let shown = match under {
        Some((helper, reason)) => Some((helper.grant, token_line(engine, &ctx, id, reason)?)),
        None => None,
    };
    let asking = asking.cloned();
    engine
        .data
        .write("insert_token", move |tx| {
            let scope = tx.brand(brand);
            if let Some(asking) = &asking {
                still_signed_in(scope, asking)?;
            }
            if account::role(scope, account)?.is_none() {
                return Err(EngineError::NotFound("this account"));
            }
            if let Some((grant, act)) = &shown {
                if tables::support::list_tokens(scope, *grant)?.len() >= SUPPORT_LIMIT {
                    return Err(EngineError::Conflict(format!("{SUPPORT_LIMIT} tokens were made already")));
                }
                if !tables::support::note(scope, *grant, act)? {
                    return Err(EngineError::NotFound("this grant"));
                }
            }
            let row = api_token::NewApiToken {
                id,
                account,
                hash,
                tail: &tail,
                scopes: &codes,
                expires_at: expires,
            };
            api_token::insert(scope, &row, now)?;
            entries::insert(scope, &entry)?;
            Ok(told.insert(scope)?)
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok((id, secret))
}

/// Ends a token of this brand. For trusted callers.
pub async fn revoke(engine: &Engine, brand: BrandId, token: TokenId) -> Result<(), EngineError> {
    let owner =
        engine.data.read("owner_of_token", move |tx| api_token::owner(tx.brand(brand), token)).await?;
    let owner = owner.ok_or(EngineError::NotFound("this token"))?;
    revoke_of(engine, brand, (owner, ActBy::Program), token).await
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
    make(engine, actor.brand, (actor.account, actor.role.into()), (scopes, expires), None, Some(actor)).await
}

/// Ends a token of the actor's own account.
pub async fn revoke_own(engine: &Engine, actor: &Actor, token: TokenId) -> Result<(), EngineError> {
    revoke_of(engine, actor.brand, (actor.account, actor.role.into()), token).await
}

async fn revoke_of(
    engine: &Engine,
    brand: BrandId,
    (account, by): (AccountId, ActBy),
    token: TokenId,
) -> Result<(), EngineError> {
    let now = engine.clock.now();
    let letter = |notice: &mut Notice<'_>| Letter::TokenRevoked { at: now, not_me: notice.not_me() };
    let told = engine.told(brand, account, letter).await?;
    let ctx = engine.brand(brand)?;
    let entry = audit::of(engine, &ctx, by, account, &Act::TokenRevoked { token }).await?;
    engine
        .data
        .write("revoke_token", move |tx| {
            let scope = tx.brand(brand);
            if !api_token::revoke_of_account(scope, account, token, now)? {
                return Err(EngineError::NotFound("this token"));
            }
            entries::insert(scope, &entry)?;
            Ok(told.insert(scope)?)
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(())
}
