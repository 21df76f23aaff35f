//! What an account holder changes about their own account: password, address, second factor, sessions; and
//! the ways back in (claims U3, F6).
//!
//! Invariants: weighty changes ask for the password; each is told by mail, to the old address too; a change
//! of password and "this was not me" end the other sessions.

use super::sign_in::{SignedIn, take_code};
use super::sign_up::own_words;
use crate::accounts::limits::Trying;
use crate::accounts::notice::{LinkPurpose, Notice};
use crate::accounts::password::judge;
use crate::accounts::totp::Factor;
use crate::accounts::whence::Whence;
use crate::accounts::{AccountProfile, Credential, Opened, checked_name, hash_of, is_unchanged};
use crate::brands::BrandContext;
use crate::mail::{Letter, TwoFactorChange};
use crate::{Engine, EngineError, Role};
use model::id::{AccountId, BrandId, SessionId};
use model::mail::EmailAddress;
use model::personal::Personal;
use std::sync::Arc;
use store::StoreError;
use store::tables::{self, link::StoredLink, session};

async fn own(engine: &Engine, who: &SignedIn) -> Result<(Arc<BrandContext>, Opened), EngineError> {
    let ctx = engine.brand(who.actor.brand)?.clone();
    let opened = engine.open_account(&ctx, who.actor.account).await?;
    Ok((ctx, opened.ok_or(EngineError::NotFound("this account"))?))
}

fn role(opened: &Opened) -> Role {
    if opened.stored.role == "admin" { Role::Admin } else { Role::User }
}

/// Whether this is the account's password; tries are limited.
async fn is_password(
    engine: &Engine,
    ctx: &BrandContext,
    opened: &Opened,
    password: &Personal<String>,
    whence: &Whence,
) -> Result<bool, EngineError> {
    let mac = ctx.email_mac(opened.profile.email.reveal());
    engine.limits.check(Trying::SignIn, whence.address, Some(mac))?;
    let hash = opened.credential.as_ref().map(|(_, credential)| &credential.hash);
    Ok(engine.passwords.verify(password, hash).await)
}

/// The password again, before a weighty act.
///
/// # Errors
/// [`EngineError::WrongCredentials`].
pub async fn prove(
    engine: &Engine,
    who: &SignedIn,
    password: &Personal<String>,
    whence: &Whence,
) -> Result<(), EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    if !is_password(engine, &ctx, &opened, password, whence).await? {
        return Err(EngineError::WrongCredentials);
    }
    let (brand, hash, now) = (ctx.id, who.hash, engine.clock.now());
    engine.data.write("prove", move |tx| session::set_proved(tx.brand(brand), &hash, now)).await?;
    Ok(())
}

/// A new password over the old one. The account's other sessions end.
pub async fn change_password(
    engine: &Engine,
    who: &SignedIn,
    old: &Personal<String>,
    new: &Personal<String>,
    whence: &Whence,
) -> Result<(), EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    if !is_password(engine, &ctx, &opened, old, whence).await? {
        return Err(EngineError::WrongCredentials);
    }
    if old.reveal() == new.reveal() {
        return Err(EngineError::invalid("password", "is the one you have: choose another"));
    }
    set_password(engine, &ctx, &opened, new, Some(who.hash), None).await
}

/// Sets it, ends the sessions but `stays`, uses up `link`, and tells it by mail; in one commit.
async fn set_password(
    engine: &Engine,
    ctx: &BrandContext,
    opened: &Opened,
    new: &Personal<String>,
    stays: Option<[u8; 32]>,
    link: Option<[u8; 32]>,
) -> Result<(), EngineError> {
    let profile = &opened.profile;
    judge(new.reveal(), &own_words(ctx, profile.name.reveal(), profile.email.reveal()), role(opened))
        .map_err(EngineError::Weak)?;
    let hash = engine.passwords.hash(new, &*engine.entropy).await?;
    let totp = opened.credential.as_ref().and_then(|(_, credential)| credential.totp.clone());
    let row = engine.seal_credential(ctx, opened.id, &opened.key, &Credential { hash, totp })?;
    let now = engine.clock.now();
    let mut notice = Notice::new(engine, ctx, opened);
    let not_me = notice.not_me();
    notice.tell(Letter::PasswordChanged { at: now, not_me })?;
    let (rows, brand, id) = (notice.rows(), ctx.id, opened.id);
    let seen = opened.credential.as_ref().map(|(stored, _)| stored.clone());
    engine
        .data
        .write("set_password", move |tx| {
            let scope = tx.brand(brand);
            if let Some(link) = &link {
                if tables::link::take(scope, link, now)?.is_none() {
                    return Err(EngineError::NotFound("this link"));
                }
                // The mail arrived there.
                tables::account::set_state(scope, id, "unconfirmed", "active")?;
            } else {
                // Another password counts since the old one was looked at.
                let seen = seen.as_ref().ok_or(EngineError::WrongCredentials)?;
                if !is_unchanged(scope, id, seen)? {
                    return Err(EngineError::WrongCredentials);
                }
            }
            tables::credential::set(scope, id, &row)?;
            session::delete_of_account(scope, id, stays.as_ref())?;
            tables::link::delete_of_account(scope, id, LinkPurpose::Reset.code())?;
            if link.is_some() {
                tables::link::delete_of_account(scope, id, LinkPurpose::NewAddress.code())?;
            }
            rows.insert(scope)?;
            Ok(())
        })
        .await?;
    engine.wake_mail();
    Ok(())
}

/// Sends a link for a new password to the address, if it has an account; the answer is the same if not.
pub async fn forgotten(
    engine: &Engine,
    brand: BrandId,
    email: &str,
    whence: &Whence,
) -> Result<(), EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let email = EmailAddress::parse(email)?.folded();
    engine.limits.check(Trying::Mail, whence.address, Some(ctx.email_mac(email.reveal())))?;
    let Some(opened) = engine.find_account(ctx, email.reveal()).await? else { return Ok(()) };
    send_reset(engine, ctx, &opened).await
}

async fn send_reset(engine: &Engine, ctx: &BrandContext, opened: &Opened) -> Result<(), EngineError> {
    let mut notice = Notice::new(engine, ctx, opened);
    let (link, valid_until) = notice.link(LinkPurpose::Reset);
    notice.tell(Letter::PasswordForgotten { link, valid_until })?;
    let (rows, brand) = (notice.rows(), ctx.id);
    engine.data.write("send_reset", move |tx| rows.insert(tx.brand(brand))).await?;
    engine.wake_mail();
    Ok(())
}

async fn linked(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
    purpose: LinkPurpose,
) -> Result<Option<(StoredLink, AccountId)>, EngineError> {
    let (hash, now) = (hash_of(secret), engine.clock.now());
    let found = engine.data.read("link", move |tx| tables::link::get(tx.brand(brand), &hash, now)).await?;
    let found = found.filter(|link| link.purpose == purpose.code());
    Ok(found.and_then(|link| link.account.map(|account| (link, account))))
}

/// A new password by a mailed link, which is used up; all sessions end. An unconfirmed address is confirmed
/// by it, since the mail arrived there.
///
/// # Errors
/// [`EngineError::NotFound`] when the link is not good (any more); [`EngineError::Weak`] leaves it good.
pub async fn reset(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
    new: &Personal<String>,
) -> Result<(), EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let missing = || EngineError::NotFound("this link");
    let (_, account) = linked(engine, brand, secret, LinkPurpose::Reset).await?.ok_or_else(missing)?;
    let opened = engine.open_account(ctx, account).await?.ok_or_else(missing)?;
    set_password(engine, ctx, &opened, new, None, Some(hash_of(secret))).await
}

/// "This was not me": ends every session, every token and every change of address that is under way, demands
/// a new password, and mails the link for it. After a change of address the account goes back to the address
/// that the link was mailed to. `false` when the link is not good (any more).
pub async fn not_me(engine: &Engine, brand: BrandId, secret: &str) -> Result<bool, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let Some((stored, account)) = linked(engine, brand, secret, LinkPurpose::NotMe).await? else {
        return Ok(false);
    };
    let Some(mut opened) = engine.open_account(ctx, account).await? else { return Ok(false) };
    let mut back = None;
    if let Some(carried) = stored.sealed {
        let place = ctx.person_place(account.0, "link", account.0);
        let email: Personal<String> =
            opened.key.open_value(&place, &carried).map_err(|_| EngineError::Sealed { place: "link" })?;
        opened.profile.email = email;
        let sealed = engine.seal_account(ctx, account, &opened.key, &opened.profile)?;
        back = Some((ctx.email_mac(opened.profile.email.reveal()), sealed));
    }
    let mut notice = Notice::new(engine, ctx, &opened);
    let (link, valid_until) = notice.link(LinkPurpose::Reset);
    notice.tell(Letter::PasswordForgotten { link, valid_until })?;
    let (rows, hash, now) = (notice.rows(), hash_of(secret), engine.clock.now());
    let done = engine
        .data
        .write("not_me", move |tx| {
            let scope = tx.brand(brand);
            if tables::link::take(scope, &hash, now)?.is_none() {
                return Ok::<_, StoreError>(false);
            }
            if let Some((mac, sealed)) = &back {
                // Somebody else may have taken the address meanwhile; then the mail alone goes there.
                if tables::account_lookup::find(scope, mac)?.is_none_or(|owner| owner == account) {
                    tables::account_lookup::delete_of_account(scope, account)?;
                    tables::account_lookup::insert(scope, mac, account)?;
                    tables::account::set_sealed(scope, account, sealed)?;
                }
            }
            tables::link::delete_of_account(scope, account, LinkPurpose::NewAddress.code())?;
            tables::link::delete_of_account(scope, account, LinkPurpose::Reset.code())?;
            session::delete_of_account(scope, account, None)?;
            tables::credential::demand_change(scope, account)?;
            tables::api_token::revoke_all_of_account(scope, account, now)?;
            rows.insert(scope)?;
            Ok(true)
        })
        .await?;
    engine.wake_mail();
    Ok(done)
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
    if !is_password(engine, &ctx, &opened, password, whence).await? {
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

/// The new address counts from now on; both addresses are told. `false` when the link is not good.
pub async fn confirm_address(engine: &Engine, brand: BrandId, secret: &str) -> Result<bool, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let found = linked(engine, brand, secret, LinkPurpose::NewAddress).await?;
    let Some((link, account)) = found else { return Ok(false) };
    let Some(opened) = engine.open_account(ctx, account).await? else { return Ok(false) };
    let place = ctx.person_place(account.0, "link", account.0);
    let new: Personal<String> = opened
        .key
        .open_value(&place, &link.sealed.unwrap_or_default())
        .map_err(|_| EngineError::Sealed { place: "link" })?;
    let now = engine.clock.now();
    let mut notice = Notice::new(engine, ctx, &opened);
    let not_me = notice.link_carrying(LinkPurpose::NotMe, &opened.profile.email)?.0;
    let sign_in = notice.page("/login");
    notice.tell(Letter::AddressChangedOld { at: now, new_address: new.clone(), not_me })?;
    notice.tell_at(&new, Letter::AddressChangedNew { at: now, sign_in })?;
    let rows = notice.rows();
    let profile = AccountProfile { email: new.clone(), ..opened.profile.clone() };
    let sealed = engine.seal_account(ctx, account, &opened.key, &profile)?;
    let (mac, hash) = (ctx.email_mac(new.reveal()), hash_of(secret));
    let changed = engine
        .data
        .write("confirm_new_address", move |tx| {
            let scope = tx.brand(brand);
            if tables::link::take(scope, &hash, now)?.is_none()
                || tables::account_lookup::find(scope, &mac)?.is_some()
            {
                return Ok::<_, StoreError>(false);
            }
            tables::account_lookup::delete_of_account(scope, account)?;
            tables::account_lookup::insert(scope, &mac, account)?;
            tables::account::set_sealed(scope, account, &sealed)?;
            rows.insert(scope)?;
            Ok(true)
        })
        .await?;
    engine.wake_mail();
    Ok(changed)
}

/// Name and language.
pub async fn change_profile(
    engine: &Engine,
    who: &SignedIn,
    name: &str,
    language: &str,
) -> Result<(), EngineError> {
    let name = checked_name(name)?;
    let (ctx, opened) = own(engine, who).await?;
    if !ctx.brand.languages.iter().any(|spoken| spoken == language) {
        return Err(EngineError::invalid("language", "is none of this brand's languages"));
    }
    let profile = AccountProfile {
        name: Personal::new(name),
        language: Some(language.to_owned()),
        ..opened.profile.clone()
    };
    let sealed = engine.seal_account(&ctx, opened.id, &opened.key, &profile)?;
    let (brand, id) = (ctx.id, opened.id);
    engine
        .data
        .write("change_profile", move |tx| tables::account::set_sealed(tx.brand(brand), id, &sealed))
        .await?;
    Ok(())
}

/// Ends one of one's own sessions.
pub async fn end_session(engine: &Engine, who: &SignedIn, id: SessionId) -> Result<(), EngineError> {
    let (brand, account) = (who.actor.brand, who.actor.account);
    let ended = engine
        .data
        .write("end_session", move |tx| session::delete_by_id(tx.brand(brand), account, id))
        .await?;
    if ended == 1 { Ok(()) } else { Err(EngineError::NotFound("this session")) }
}

/// Ends all of one's own sessions but this one.
pub async fn end_other_sessions(engine: &Engine, who: &SignedIn) -> Result<u64, EngineError> {
    let (brand, account, stays) = (who.actor.brand, who.actor.account, who.hash);
    Ok(engine
        .data
        .write("end_sessions", move |tx| session::delete_of_account(tx.brand(brand), account, Some(&stays)))
        .await?)
}

/// A second factor that is to be confirmed by a code: what the app needs, and the recovery codes.
pub struct NewFactor {
    pub secret: Personal<String>,
    /// For the picture that the app reads.
    pub address: Personal<String>,
    pub recovery: Vec<Personal<String>>,
}

async fn store_credential(
    engine: &Engine,
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
    if let Some(change) = change {
        let not_me = notice.not_me();
        notice.tell(Letter::TwoFactorChanged { at: engine.clock.now(), change, not_me })?;
    }
    let (rows, brand, id, seen) = (notice.rows(), ctx.id, opened.id, stored.clone());
    engine
        .data
        .write("set_factor", move |tx| {
            let scope = tx.brand(brand);
            if !is_unchanged(scope, id, &seen)? {
                return Err(EngineError::Conflict(
                    "password or second factor were changed meanwhile: look again".to_owned(),
                ));
            }
            tables::credential::set(scope, id, &row)?;
            rows.insert(scope)?;
            Ok(())
        })
        .await?;
    engine.wake_mail();
    Ok(())
}

/// Makes a second factor. It is asked for at sign-in only once [`confirm_factor`] has seen a code of it.
pub async fn begin_factor(engine: &Engine, who: &SignedIn) -> Result<NewFactor, EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    let has_one = opened
        .credential
        .as_ref()
        .and_then(|(_, credential)| credential.totp.as_ref())
        .is_some_and(|factor| factor.is_confirmed);
    if has_one {
        return Err(EngineError::Conflict("there is a second factor already: switch it off first".into()));
    }
    let (factor, recovery) = Factor::new(&*engine.entropy);
    let new = NewFactor {
        secret: factor.secret_text(),
        address: factor.address(&ctx.brand.name, opened.profile.email.reveal()),
        recovery,
    };
    store_credential(engine, &ctx, &opened, Some(factor), None).await?;
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
    store_credential(engine, &ctx, &opened, Some(factor), Some(TwoFactorChange::CodesOn)).await
}

/// Switches it off, by password and a code.
pub async fn remove_factor(
    engine: &Engine,
    who: &SignedIn,
    password: &Personal<String>,
    code: &str,
    whence: &Whence,
) -> Result<(), EngineError> {
    let (ctx, opened) = own(engine, who).await?;
    if !is_password(engine, &ctx, &opened, password, whence).await? {
        return Err(EngineError::WrongCredentials);
    }
    if !take_code(engine, &ctx, &opened, code).await? {
        return Err(EngineError::invalid("code", "is not right: type the six digits that the app shows now"));
    }
    // With the code that is used up.
    let (ctx, opened) = own(engine, who).await?;
    store_credential(engine, &ctx, &opened, None, Some(TwoFactorChange::CodesOff)).await
}
