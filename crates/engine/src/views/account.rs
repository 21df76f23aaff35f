//! An account as its holder sees it: who they are, where they are signed in, who signed in (claims F3, F4).

use super::my::ReadingView;
use super::own::opened;
use super::received::{self, Person, ReceivedView};
use crate::accounts::demand;
use crate::accounts::whence::Kept;
use crate::actions::sign_in::SignedIn;
use crate::{Engine, EngineError};
use model::id::{PageId, SessionId};
use model::personal::Personal;
use model::time::Timestamp;
use store::{StoreError, Tx, tables};

pub use store::tables::acceptance::Acceptance;

/// Entries of the history that are shown.
const SHOWN: u32 = 50;

pub struct AccountView {
    pub name: Personal<String>,
    pub email: Personal<String>,
    pub language: Option<String>,
    pub zone: Option<String>,
    pub created_at: Timestamp,
    pub password_changed_at: Option<Timestamp>,
    pub has_second_factor: bool,
    pub recovery_codes_left: usize,
    pub accepted: Vec<Acceptance>,
}

pub struct SessionView {
    pub id: SessionId,
    pub is_this: bool,
    pub is_kept: bool,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub address: Option<Personal<String>>,
    pub browser: Personal<String>,
}

pub struct SignInView {
    pub at: Timestamp,
    /// `signed_in`, `second_factor`, `wrong_password`, `ended_password`, `wrong_code` or `wrong_passkey`; or
    /// `admin_read`: the admin had name and address shown.
    pub outcome: String,
    pub address: Option<Personal<String>>,
    pub browser: Personal<String>,
}

pub async fn get(engine: &Engine, who: &SignedIn) -> Result<AccountView, EngineError> {
    let (brand, id) = (who.actor.brand, who.actor.account);
    let ctx = engine.brand(brand)?.clone();
    let account = engine.open_account(&ctx, id).await?.ok_or(EngineError::NotFound("this account"))?;
    let accepted =
        engine.data.read("accepted", move |tx| tables::acceptance::list(tx.brand(brand), id)).await?;
    let factor = account.credential.as_ref().and_then(|(_, c)| c.totp.as_ref()).filter(|f| f.is_confirmed);
    Ok(AccountView {
        has_second_factor: factor.is_some(),
        recovery_codes_left: factor.map_or(0, crate::accounts::totp::Factor::recovery_codes_left),
        password_changed_at: account.credential.as_ref().map(|(stored, _)| stored.changed_at),
        created_at: account.stored.created_at,
        name: account.profile.name,
        email: account.profile.email,
        language: account.profile.language,
        zone: account.profile.zone,
        accepted,
    })
}

/// How somebody is greeted: by which name, in which language, by which clocks.
pub struct Greeting {
    pub name: Personal<String>,
    pub language: Option<String>,
    pub zone: Option<String>,
    /// A second factor is demanded of the account and it has none: nothing but setting one up and its holder's
    /// rights is open.
    pub owes_factor: bool,
}

pub async fn greeting(engine: &Engine, who: &SignedIn) -> Result<Greeting, EngineError> {
    let ctx = engine.brand(who.actor.brand)?.clone();
    let account = engine.open_account(&ctx, who.actor.account).await?;
    let account = account.ok_or(EngineError::NotFound("this account"))?;
    let owes_factor = demand::is_owed(engine, &ctx, &account).await?;
    let profile = account.profile;
    Ok(Greeting { name: profile.name, language: profile.language, zone: profile.zone, owes_factor })
}

pub async fn sessions(engine: &Engine, who: &SignedIn) -> Result<Vec<SessionView>, EngineError> {
    let (brand, id, now) = (who.actor.brand, who.actor.account, engine.clock.now());
    let ctx = engine.brand(brand)?.clone();
    let key = engine.vault.key(&id.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let rows =
        engine.data.read("sessions", move |tx| tables::session::list_of_account(tx.brand(brand), id)).await?;
    rows.into_iter()
        .filter(|row| row.expires_at > now)
        .map(|row| {
            let kept: Kept = opened(&key, &ctx.person_place(id.0, "session", row.id.0), &row.sealed)?;
            Ok(SessionView {
                id: row.id,
                is_this: row.hash == who.hash,
                is_kept: row.is_kept,
                created_at: row.created_at,
                seen_at: row.seen_at,
                expires_at: row.expires_at,
                address: kept.address,
                browser: kept.browser,
            })
        })
        .collect()
}

/// Who looked at what is kept about the account, the newest first (claim A1).
pub async fn readings(engine: &Engine, who: &SignedIn) -> Result<Vec<ReadingView>, EngineError> {
    let (ctx, id) = (engine.brand(who.actor.brand)?, who.actor.account);
    let key = engine.vault.key(&id.0).await?.ok_or(EngineError::NotFound("this account"))?;
    super::my::readings(engine, &ctx, (id.0, &key), super::my::SHOWN).await
}

/// Who received something of the account (claim X7).
pub async fn received(engine: &Engine, who: &SignedIn) -> Result<Vec<ReceivedView>, EngineError> {
    let (brand, id) = (who.actor.brand, who.actor.account);
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let pages = tables::page::list_of_account(scope, id, PageId([0; 16]), 1)?;
        Ok::<_, StoreError>((tables::account::get(scope, id)?, !pages.is_empty()))
    };
    let (stored, has_pages) = engine.data.read("received", read).await?;
    let stored = stored.ok_or(EngineError::NotFound("this account"))?;
    received::of(engine, brand, Person::Account { has_pages }, stored.created_at).await
}

/// Who signed in or tried to, and when the admin looked at who this is; the newest first.
pub async fn history(engine: &Engine, who: &SignedIn) -> Result<Vec<SignInView>, EngineError> {
    newest(engine, who, SHOWN).await
}

/// All that is kept of it.
pub async fn whole_history(engine: &Engine, who: &SignedIn) -> Result<Vec<SignInView>, EngineError> {
    newest(engine, who, u32::MAX).await
}

async fn newest(engine: &Engine, who: &SignedIn, limit: u32) -> Result<Vec<SignInView>, EngineError> {
    let (brand, id) = (who.actor.brand, who.actor.account);
    let ctx = engine.brand(brand)?.clone();
    let key = engine.vault.key(&id.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let rows =
        engine.data.read("sign_ins", move |tx| tables::sign_in::list(tx.brand(brand), id, limit)).await?;
    rows.into_iter()
        .map(|row| {
            let kept: Kept = opened(&key, &ctx.person_place(id.0, "sign_in", row.id.0), &row.sealed)?;
            Ok(SignInView { at: row.at, outcome: row.outcome, address: kept.address, browser: kept.browser })
        })
        .collect()
}
