//! What an account holder changes about their own account: password, address, second factor, sessions
//! (claims U3, F6). The ways back in are [`super::recovery`]'s.
//!
//! Invariants: weighty changes ask for the password or a proof that is minutes old; each is told by mail, to
//! the old address too; a change of password ends the other sessions, and so does the first second factor where one
//! is demanded; what is changed is written only over what was read.

use super::plans::admin;
use super::recovery::{NewPassword, set_password};
use super::sign_in::{Begun, SignedIn, Turn, take_code};
use crate::accounts::demand::{self, SecondFactor};
use crate::accounts::limits::Trying;
use crate::accounts::notice::{LinkPurpose, Notice, Rows};
use crate::accounts::totp::Factor;
use crate::accounts::whence::Whence;
use crate::accounts::{AccountProfile, Credential, Opened, checked_name, checked_zone, is_unchanged};
use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::mail::{Letter, TwoFactorChange};
use crate::support::OpenOf;
use crate::{Actor, Denial, Engine, EngineError};
use model::id::{AccountId, SessionId, TokenId};
use model::mail::EmailAddress;
use model::personal::Personal;
use model::support::End;
use std::sync::Arc;
use store::tables::audit::NewAudit;
use store::tables::{self, Scope, api_token, session};
use store::{StoreError, Tx};

/// How often a change is tried anew when another one came between looking and writing.
pub(crate) const REPEATS: usize = 8;

pub(crate) fn changed_meanwhile() -> EngineError {
    EngineError::Conflict("the account was changed meanwhile: look again".to_owned())
}

pub(crate) async fn own(engine: &Engine, who: &SignedIn) -> Result<(Arc<BrandContext>, Opened), EngineError> {
    let ctx = engine.brand(who.actor.brand)?.clone();
    let opened = engine.open_account(&ctx, who.actor.account).await?;
    Ok((ctx, opened.ok_or(EngineError::NotFound("this account"))?))
}

/// Whether this is the account's password; tries are limited, and a wrong one is a denial.
async fn is_password(
    engine: &Engine,
    who: &SignedIn,
    (ctx, opened): (&BrandContext, &Opened),
    password: &Personal<String>,
    whence: &Whence,
) -> Result<bool, EngineError> {
    let mac = ctx.email_mac(opened.profile.email.reveal());
    engine.limits.check(Trying::Proof, whence.address, Some(mac))?;
    let hash = opened.credential.as_ref().map(|(_, credential)| &credential.hash);
    let is_right = engine.passwords.verify(password, hash).await;
    if !is_right {
        engine.denied(&who.actor, Denial::Proof, &whence.route);
    }
    Ok(is_right)
}

/// The password again, before a weighty act; good for this session and a few minutes. The session goes on under the
/// secret that is handed out; the one before is worth nothing any more.
///
/// # Errors
/// [`EngineError::WrongCredentials`].
pub async fn prove(
    engine: &Engine,
    who: &SignedIn,
    password: &Personal<String>,
    whence: &Whence,
) -> Result<Begun, EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    if !is_password(engine, who, (&ctx, &opened), password, whence).await? {
        return Err(EngineError::WrongCredentials);
    }
    let seen = opened.credential.map(|(stored, _)| stored).ok_or(EngineError::WrongCredentials)?;
    let (brand, id, turn) = (ctx.id, opened.id, Turn::new(engine, who));
    let write = turn.writer();
    let kept_until = engine
        .data
        .write("prove", move |tx| {
            let scope = tx.brand(brand);
            if !is_unchanged(scope, id, &seen)? {
                return Err(EngineError::WrongCredentials);
            }
            write(scope)
        })
        .await?;
    Ok(turn.done(engine, kept_until))
}

/// A new password over the old one. The account's other sessions end, and its API tokens if that is wanted.
pub async fn change_password(
    engine: &Engine,
    who: &SignedIn,
    old: &Personal<String>,
    new: &Personal<String>,
    ends_tokens: bool,
    whence: &Whence,
) -> Result<(), EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    if !is_password(engine, who, (&ctx, &opened), old, whence).await? {
        return Err(EngineError::WrongCredentials);
    }
    if old.reveal() == new.reveal() {
        return Err(EngineError::invalid("password", "is the one you have: choose another"));
    }
    let wanted = NewPassword { text: new, stays: Some(who.session), link: None, ends_tokens };
    set_password(engine, &ctx, &opened, wanted).await
}

/// Sends a link to the new address; until it is used the old one stays.
pub async fn change_address(
    engine: &Engine,
    who: &SignedIn,
    password: &Personal<String>,
    new: &str,
    whence: &Whence,
) -> Result<(), EngineError> {
    let new = EmailAddress::parse(new)?.folded();
    let (ctx, opened) = own(engine, who).await?;
    if !is_password(engine, who, (&ctx, &opened), password, whence).await? {
        return Err(EngineError::WrongCredentials);
    }
    if new == opened.profile.email {
        return Err(EngineError::invalid("email", "is the address you have"));
    }
    engine.limits.check(Trying::Mail, whence.address, Some(ctx.email_mac(new.reveal())))?;
    // Whether it has an account already shows when the link is used, to who reads its mails.
    let mut notice = Notice::new(engine, &ctx, &opened);
    let (link, valid_until) = notice.link_carrying(LinkPurpose::NewAddress, &new)?;
    notice.tell_at(&new, Letter::ConfirmNewAddress { link, valid_until })?;
    let (rows, brand, id) = (notice.rows(), ctx.id, opened.id);
    engine
        .data
        .write("change_address", move |tx| {
            let scope = tx.brand(brand);
            tables::link::delete_of_account(scope, id, LinkPurpose::NewAddress.code())?;
            rows.insert(scope)
        })
        .await?;
    engine.wake_mail();
    Ok(())
}

/// Name, language and time zone; an empty zone is none.
pub async fn change_profile(
    engine: &Engine,
    who: &SignedIn,
    name: &str,
    language: &str,
    zone: &str,
) -> Result<(), EngineError> {
    let (name, zone) = (checked_name(name)?, checked_zone(zone)?);
    for _ in 0..REPEATS {
        let (ctx, opened) = own(engine, who).await?;
        if !ctx.brand.languages.iter().any(|spoken| spoken == language) {
            return Err(EngineError::invalid("language", "is none of this brand's languages"));
        }
        let profile = AccountProfile {
            name: Personal::new(name.clone()),
            language: Some(language.to_owned()),
            zone: zone.clone(),
            ..opened.profile.clone()
        };
        let sealed = engine.seal_account(&ctx, opened.id, &opened.key, &profile)?;
        let (brand, id, seen) = (ctx.id, opened.id, opened.stored.sealed);
        let written = engine
            .data
            .write("change_profile", move |tx| {
                tables::account::set_sealed(tx.brand(brand), id, &seen, &sealed)
            })
            .await?;
        if written {
            return Ok(());
        }
    }
    Err(changed_meanwhile())
}

/// Ends one of one's own sessions.
pub async fn end_session(engine: &Engine, who: &SignedIn, id: SessionId) -> Result<(), EngineError> {
    let (brand, account) = (who.actor.brand, who.actor.account);
    let act = Act::SessionEnded { session: id };
    let entry = audit::by(engine, &*engine.brand(brand)?, &who.actor, &act).await?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if session::delete_by_id(scope, account, id)? != 1 {
            return Err(EngineError::NotFound("this session"));
        }
        Ok(tables::audit::insert(scope, &entry)?)
    };
    engine.data.write("end_session", write).await?;
    engine.wake.log.notify_one();
    Ok(())
}

/// Ends all of one's own sessions but this one; and every API token, if that is wanted, told by one letter, with every
/// access for support that one gave. How many sessions it were.
pub async fn end_other_sessions(
    engine: &Engine,
    who: &SignedIn,
    ends_tokens: bool,
) -> Result<u64, EngineError> {
    for _ in 0..REPEATS {
        let tokens = if ends_tokens { tokens_of(engine, who).await? } else { Vec::new() };
        if let Some(ended) = end_others(engine, who, ends_tokens, tokens).await? {
            engine.wake.log.notify_one();
            engine.wake_mail();
            return Ok(ended);
        }
    }
    Err(changed_meanwhile())
}

async fn tokens_of(engine: &Engine, who: &SignedIn) -> Result<Vec<TokenId>, EngineError> {
    let found = crate::views::tokens::list(engine, &who.actor).await?;
    Ok(found.into_iter().map(|token| token.id).collect())
}

/// `None`: another token was made, or one ended, or access for support was given, meanwhile.
async fn end_others(
    engine: &Engine,
    who: &SignedIn,
    ends_tokens: bool,
    tokens: Vec<TokenId>,
) -> Result<Option<u64>, EngineError> {
    let (brand, account, stays) = (who.actor.brand, who.actor.account, who.session);
    let (ctx, now) = (engine.brand(brand)?.clone(), engine.clock.now());
    let mut entries = vec![audit::by(engine, &ctx, &who.actor, &Act::OtherSessionsEnded).await?];
    for token in &tokens {
        entries.push(audit::by(engine, &ctx, &who.actor, &Act::TokenRevoked { token: *token }).await?);
    }
    let letter = |notice: &mut Notice<'_>| Letter::TokenRevoked { at: now, not_me: notice.not_me() };
    let told = if tokens.is_empty() { Rows::default() } else { engine.told(brand, account, letter).await? };
    let given = if ends_tokens {
        let (_, opened) = own(engine, who).await?;
        Some(Arc::new(OpenOf::look(engine, &ctx, &opened, End::Admin).await?))
    } else {
        None
    };
    let ending = given.clone();
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if let Some(given) = &ending {
            if !given.is_all(scope)? {
                return Ok(None);
            }
            given.end(scope)?;
        }
        if ends_tokens {
            let all = api_token::list_of_account(scope, account, now)?;
            if all.iter().map(|token| token.id).ne(tokens.iter().copied()) {
                return Ok(None);
            }
            for token in &tokens {
                api_token::revoke_of_account(scope, account, *token, now)?;
            }
        }
        let ended = session::delete_of_account(scope, account, Some(stays))?;
        entries.iter().try_for_each(|entry| tables::audit::insert(scope, entry))?;
        told.insert(scope)?;
        Ok::<_, StoreError>(Some(ended))
    };
    let ended = engine.data.write("end_sessions", write).await?;
    if let Some(given) = given.filter(|_| ended.is_some()) {
        given.sum_up(engine, &ctx).await;
    }
    Ok(ended)
}

/// The admin ends every session of an account, as when one is in the wrong hands; its holder is told by mail, and comes
/// in again as ever. Every access for support that it gave ends, too. Tokens stay: they are others, and listed and ended
/// each by itself.
pub async fn end_sessions_of(engine: &Engine, actor: &Actor, account: AccountId) -> Result<u64, EngineError> {
    admin(actor)?;
    for _ in 0..REPEATS {
        if let Some(ended) = end_all_of(engine, actor, account).await? {
            engine.wake.log.notify_one();
            engine.wake_mail();
            return Ok(ended);
        }
    }
    Err(changed_meanwhile())
}

/// `None`: it gave access for support meanwhile.
async fn end_all_of(engine: &Engine, actor: &Actor, account: AccountId) -> Result<Option<u64>, EngineError> {
    let (brand, ctx, at) = (actor.brand, engine.brand(actor.brand)?.clone(), engine.clock.now());
    let role = move |tx: &Tx<'_>| tables::account::role(tx.brand(brand), account);
    engine.data.read("role", role).await?.ok_or(EngineError::NotFound("this account"))?;
    let letter = |notice: &mut Notice<'_>| Letter::SessionsEnded { at, link: notice.page("/account") };
    let told = engine.told(brand, account, letter).await?;
    let entry = audit::by(engine, &ctx, actor, &Act::AccountSessionsEnded { account }).await?;
    let given = Arc::new(OpenOf::look_unsigned(engine, &ctx, account).await?);
    let ending = Arc::clone(&given);
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if !ending.is_all(scope)? {
            return Ok(None);
        }
        ending.end(scope)?;
        let ended = session::delete_of_account(scope, account, None)?;
        tables::audit::insert(scope, &entry)?;
        if ended > 0 {
            told.insert(scope)?;
        }
        Ok::<_, StoreError>(Some(ended))
    };
    let ended = engine.data.write("end_sessions_of_account", write).await?;
    if ended.is_some() {
        given.sum_up(engine, &ctx).await;
    }
    Ok(ended)
}

/// The language that one is spoken to in, and nothing else of the profile.
pub async fn change_language(engine: &Engine, who: &SignedIn, language: &str) -> Result<(), EngineError> {
    for _ in 0..REPEATS {
        let (ctx, opened) = own(engine, who).await?;
        if !ctx.brand.languages.iter().any(|spoken| spoken == language) {
            return Err(EngineError::invalid("language", "is none of this brand's languages"));
        }
        let profile = AccountProfile { language: Some(language.to_owned()), ..opened.profile.clone() };
        let sealed = engine.seal_account(&ctx, opened.id, &opened.key, &profile)?;
        let (brand, id, seen) = (ctx.id, opened.id, opened.stored.sealed);
        let write = move |tx: &Tx<'_>| tables::account::set_sealed(tx.brand(brand), id, &seen, &sealed);
        if engine.data.write("change_language", write).await? {
            return Ok(());
        }
    }
    Err(changed_meanwhile())
}

/// A second factor that is to be confirmed by a code: what the app needs, and the recovery codes.
pub struct NewFactor {
    pub secret: Personal<String>,
    /// For the picture that the app reads.
    pub address: Personal<String>,
    pub recovery: Vec<Personal<String>>,
}

/// The sessions that were begun without a second factor, ended by the first one where it is demanded; with the
/// entry that says so.
pub(crate) struct Others {
    account: AccountId,
    stays: SessionId,
    demand: SecondFactor,
    entry: NewAudit,
}

impl Others {
    pub(crate) async fn new(
        engine: &Engine,
        ctx: &BrandContext,
        who: &SignedIn,
    ) -> Result<Self, EngineError> {
        let entry = audit::by(engine, ctx, &who.actor, &Act::OtherSessionsEnded).await?;
        let (account, stays) = (who.actor.account, who.session);
        Ok(Self { account, stays, demand: engine.settings.second_factor, entry })
    }

    /// Part of the first factor's transaction.
    pub(crate) fn end(&self, scope: Scope<'_>) -> Result<(), StoreError> {
        let is_over = self.demand.binds(scope, self.account)?
            && session::delete_of_account(scope, self.account, Some(self.stays))? > 0;
        if is_over { tables::audit::insert(scope, &self.entry) } else { Ok(()) }
    }
}

async fn store_credential(
    engine: &Engine,
    who: &SignedIn,
    ctx: &BrandContext,
    opened: &Opened,
    totp: Option<Factor>,
    change: Option<TwoFactorChange>,
) -> Result<(), EngineError> {
    let (stored, credential) =
        opened.credential.as_ref().ok_or(EngineError::NotFound("this account's password"))?;
    let credential = Credential { hash: credential.hash.clone(), totp };
    let mut row = engine.seal_credential(ctx, opened.id, &opened.key, &credential)?;
    row.must_change = stored.must_change;
    let mut notice = Notice::new(engine, ctx, opened);
    let mut entry = None;
    if let Some(change) = change {
        let not_me = notice.not_me();
        let act = if credential.totp.is_some() { Act::CodesOn } else { Act::CodesOff };
        entry = Some(audit::at(engine, ctx, opened, &act)?);
        notice.tell(Letter::TwoFactorChanged { at: engine.clock.now(), change, not_me })?;
    }
    let others = Others::new(engine, ctx, who).await?;
    let (rows, brand, id, seen) = (notice.rows(), ctx.id, opened.id, stored.clone());
    let (hash, demand) = (who.hash, engine.settings.second_factor);
    engine
        .data
        .write("set_factor", move |tx| {
            let scope = tx.brand(brand);
            // Another session's first factor ends this one: then nothing comes after it.
            if !is_unchanged(scope, id, &seen)? || session::find(scope, &hash)?.is_none() {
                return Err(changed_meanwhile());
            }
            tables::credential::set(scope, id, &row)?;
            match change {
                Some(TwoFactorChange::CodesOff)
                    if demand.binds(scope, id)? && !demand::has_passkeys(scope, id)? =>
                {
                    return Err(demand::last());
                }
                Some(TwoFactorChange::CodesOn) if !demand::has_passkeys(scope, id)? => others.end(scope)?,
                _ => {}
            }
            if let Some(entry) = &entry {
                tables::audit::insert(scope, entry)?;
            }
            rows.insert(scope)?;
            Ok(())
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(())
}

/// Makes a second factor. It is asked for at sign-in only once [`confirm_factor`] has seen a code of it.
pub async fn begin_factor(engine: &Engine, who: &SignedIn) -> Result<NewFactor, EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    if opened.has_codes() {
        return Err(EngineError::Conflict("there is a second factor already: switch it off first".into()));
    }
    let (factor, recovery) = Factor::new(&*engine.entropy);
    let new = NewFactor {
        secret: factor.secret_text(),
        address: factor.address(&ctx.brand.name, opened.profile.email.reveal()),
        recovery,
    };
    store_credential(engine, who, &ctx, &opened, Some(factor), None).await?;
    Ok(new)
}

/// Switches it on, by a first code.
pub async fn confirm_factor(
    engine: &Engine,
    who: &SignedIn,
    code: &str,
    whence: &Whence,
) -> Result<(), EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    let mac = ctx.email_mac(opened.profile.email.reveal());
    engine.limits.check(Trying::SecondFactor, whence.address, Some(mac))?;
    let factor = opened.credential.as_ref().and_then(|(_, credential)| credential.totp.clone());
    let Some(mut factor) = factor.filter(|factor| !factor.is_confirmed) else {
        return Err(EngineError::Conflict("there is no second factor to confirm: begin anew".into()));
    };
    if !factor.take(code, engine.clock.now()) {
        return Err(EngineError::invalid("code", "is not right: type the six digits that the app shows now"));
    }
    store_credential(engine, who, &ctx, &opened, Some(factor), Some(TwoFactorChange::CodesOn)).await
}

/// Switches it off, by password and a code.
///
/// # Errors
/// [`EngineError::Invalid`] of `second_factor` when one is demanded and there is no other.
pub async fn remove_factor(
    engine: &Engine,
    who: &SignedIn,
    password: &Personal<String>,
    code: &str,
    whence: &Whence,
) -> Result<(), EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    if !is_password(engine, who, (&ctx, &opened), password, whence).await? {
        return Err(EngineError::WrongCredentials);
    }
    // Looked at here too: a refusal shall cost no recovery code.
    let (brand, id, demand) = (ctx.id, opened.id, engine.settings.second_factor);
    let is_last = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>(demand.binds(scope, id)? && !demand::has_passkeys(scope, id)?)
    };
    if engine.data.read("is_last_factor", is_last).await? {
        return Err(demand::last());
    }
    if !take_code(engine, &ctx, &opened, code).await? {
        engine.denied(&who.actor, Denial::Proof, &whence.route);
        return Err(EngineError::invalid("code", "is not right: type the six digits that the app shows now"));
    }
    // With the code that is used up.
    let (ctx, opened) = own(engine, who).await?;
    store_credential(engine, who, &ctx, &opened, None, Some(TwoFactorChange::CodesOff)).await
}
