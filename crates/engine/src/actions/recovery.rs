//! The ways back into an account: a forgotten password, "this was not me", and the mailed links by which an
//! address is changed (claims U3, F6).
//!
//! Invariants: each link is good once; a new password by a link ends every session, every API token and every
//! passkey, and every access for support that the account gave; what "this was not me" undoes, it undoes in one commit, and nothing that was looked at before
//! counts after it, nor any way in that was made before, however long ago: an intruder waits as long as it
//! takes; the mail with the way back goes to the address that the link was mailed to.

use super::security::{REPEATS, changed_meanwhile};
use super::sign_up::own_words;
use crate::accounts::limits::Trying;
use crate::accounts::notice::{LinkPurpose, Notice, Rows};
use crate::accounts::whence::Whence;
use crate::accounts::{AccountProfile, Credential, Opened, hash_of, is_unchanged};
use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::mail::Letter;
use crate::support::OpenOf;
use crate::{Engine, EngineError};
use model::id::{AccountId, BrandId, SessionId};
use model::mail::EmailAddress;
use model::personal::Personal;
use model::support::End;
use model::time::Timestamp;
use std::sync::Arc;
use store::StoreError;
use store::tables::credential::StoredCredential;
use store::tables::{self, Scope, link::StoredLink, session};

/// A password that is to be set.
pub(crate) struct NewPassword<'a> {
    pub text: &'a Personal<String>,
    /// The session that goes on.
    pub stays: Option<SessionId>,
    /// The mailed link that is used up by it.
    pub link: Option<[u8; 32]>,
    /// And every access for support that the account gave.
    pub ends_tokens: bool,
}

/// Sets it, ends the sessions but one, uses up the link, and tells it by mail; in one commit.
pub(crate) async fn set_password(
    engine: &Engine,
    ctx: &BrandContext,
    opened: &Opened,
    new: NewPassword<'_>,
) -> Result<(), EngineError> {
    let profile = &opened.profile;
    let own = own_words(ctx, profile.name.reveal(), profile.email.reveal());
    engine.passwords.judge(new.text, &own, opened.role()).await?;
    let hash = engine.passwords.hash(new.text, &*engine.entropy).await?;
    let totp = opened.credential.as_ref().and_then(|(_, credential)| credential.totp.clone());
    let row = engine.seal_credential(ctx, opened.id, &opened.key, &Credential { hash, totp })?;
    let now = engine.clock.now();
    for _ in 0..REPEATS {
        if write_password(engine, ctx, opened, &new, row.clone(), now).await? {
            engine.wake.log.notify_one();
            engine.wake.support.notify_one();
            engine.wake_mail();
            return Ok(());
        }
    }
    Err(changed_meanwhile())
}

/// `false`: something was announced meanwhile, of which an account that is opened by this would hear nothing; or the account
/// gave somebody access for support.
async fn write_password(
    engine: &Engine,
    ctx: &BrandContext,
    opened: &Opened,
    new: &NewPassword<'_>,
    row: StoredCredential,
    now: Timestamp,
) -> Result<bool, EngineError> {
    let mut notice = Notice::new(engine, ctx, opened);
    let not_me = notice.not_me();
    notice.tell(Letter::PasswordChanged { at: now, not_me })?;
    let rows = notice.rows();
    // For an account that is confirmed by it.
    let mut notice = Notice::new(engine, ctx, opened);
    let (sign_in, not_me) = (notice.page("/login"), notice.not_me());
    notice.tell(Letter::AccountCreated { at: now, sign_in, not_me })?;
    let (created, brand, id, created_at) = (notice.rows(), ctx.id, opened.id, opened.stored.created_at);
    // What went to an account without a password, or an address that nobody confirmed, went to nobody.
    let is_reachable = opened.credential.is_some() && opened.stored.state == "active";
    let missed = if is_reachable { None } else { Some(engine.missed(ctx, opened).await?) };
    let seen = opened.credential.as_ref().map(|(stored, _)| stored.clone());
    let NewPassword { stays, link, ends_tokens, .. } = *new;
    let act = if link.is_some() { Act::PasswordReset } else { Act::PasswordChanged };
    let entry = audit::at(engine, ctx, opened, &act)?;
    let by = if link.is_some() { End::Recovery } else { End::Admin };
    let given = if ends_tokens { Some(Arc::new(OpenOf::look(engine, ctx, opened, by).await?)) } else { None };
    let ending = given.clone();
    let is_set = engine
        .data
        .write("set_password", move |tx| {
            let scope = tx.brand(brand);
            if let Some(given) = &ending
                && !given.is_all(scope)?
            {
                return Ok(false);
            }
            let missed = missed.as_ref();
            if let Some(missed) = missed
                && missed.is_behind(scope, now)?
            {
                return Ok(false);
            }
            // By another link meanwhile.
            let was_reachable = tables::account::is_reachable(scope, id)?;
            if let Some(link) = &link {
                if tables::link::take(scope, link, now)?.is_none() {
                    return Err(EngineError::NotFound("this link"));
                }
                // The mail arrived there.
                if tables::account::set_state(scope, id, "unconfirmed", "active")? {
                    tables::link::delete_of_account(scope, id, LinkPurpose::Confirm.code())?;
                    created.insert(scope)?;
                }
            } else {
                // Another password counts since the old one was looked at.
                let seen = seen.as_ref().ok_or(EngineError::WrongCredentials)?;
                if !is_unchanged(scope, id, seen)? {
                    return Err(EngineError::WrongCredentials);
                }
            }
            tables::credential::set(scope, id, &row)?;
            if !was_reachable {
                tables::breach_person::set_reached(scope, id)?;
            }
            if let Some(missed) = missed.filter(|_| !was_reachable) {
                missed.insert(scope, id, created_at)?;
            }
            session::delete_of_account(scope, id, stays)?;
            tables::link::delete_of_account(scope, id, LinkPurpose::Reset.code())?;
            if link.is_some() {
                tables::link::delete_of_account(scope, id, LinkPurpose::NewAddress.code())?;
                // Whoever lost the password cannot say which of them are theirs.
                tables::passkey::delete_of_account(scope, id)?;
            }
            if let Some(given) = &ending {
                given.end(scope)?;
            }
            if ends_tokens {
                tables::api_token::revoke_all_of_account(scope, id, now)?;
            }
            tables::audit::insert(scope, &entry)?;
            rows.insert(scope)?;
            Ok::<_, EngineError>(true)
        })
        .await?;
    if let Some(given) = given.filter(|_| is_set) {
        given.sum_up(engine, ctx).await;
    }
    engine.wake.breach.notify_one();
    Ok(is_set)
}

/// Sends a link for a new password to the address, if it has an account; answer and work are the same if not.
pub async fn forgotten(
    engine: &Engine,
    brand: BrandId,
    email: &str,
    whence: &Whence,
) -> Result<(), EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let email = EmailAddress::parse(email)?.folded();
    engine.limits.check(Trying::Mail, whence.address, Some(ctx.email_mac(email.reveal())))?;
    match engine.find_account(ctx, email.reveal()).await? {
        Some(opened) => send_reset(engine, ctx, &opened).await,
        None => engine.stand_in(brand).await,
    }
}

fn reset_letter(
    engine: &Engine,
    ctx: &BrandContext,
    opened: &Opened,
    how: Option<&str>,
) -> Result<Rows, EngineError> {
    let mut notice = Notice::new(engine, ctx, opened);
    let (link, valid_until) = notice.link(LinkPurpose::Reset);
    let how = how.map(str::to_owned);
    notice.tell(Letter::PasswordForgotten { link, valid_until, how })?;
    Ok(notice.rows())
}

async fn send_reset(engine: &Engine, ctx: &BrandContext, opened: &Opened) -> Result<(), EngineError> {
    let (rows, brand) = (reset_letter(engine, ctx, opened, None)?, ctx.id);
    let entry = audit::at(engine, ctx, opened, &Act::RecoveryAsked)?;
    let write = move |tx: &store::Tx<'_>| {
        rows.insert(tx.brand(brand))?;
        tables::audit::insert(tx.brand(brand), &entry)
    };
    engine.data.write("send_reset", write).await?;
    engine.wake.log.notify_one();
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

/// The address that a link carries.
fn carried(
    ctx: &BrandContext,
    opened: &Opened,
    link: &StoredLink,
) -> Result<Option<Personal<String>>, EngineError> {
    let place = ctx.person_place(opened.id.0, "link", opened.id.0);
    let open = |sealed: &Vec<u8>| opened.key.open_value(&place, sealed);
    link.sealed.as_ref().map(open).transpose().map_err(|_| EngineError::Sealed { place: "link" })
}

/// A new password by a mailed link, which is used up; all sessions, API tokens and passkeys end, a second factor
/// stays. An unconfirmed address is confirmed by it, since the mail arrived there.
///
/// # Errors
/// [`EngineError::NotFound`] when the link is not good (any more); [`EngineError::Weak`] leaves it good.
pub async fn reset(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
    new: &Personal<String>,
    whence: &Whence,
) -> Result<(), EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let missing = || EngineError::NotFound("this link");
    let (_, account) = linked(engine, brand, secret, LinkPurpose::Reset).await?.ok_or_else(missing)?;
    let opened = engine.open_account(ctx, account).await?.ok_or_else(missing)?;
    let wanted = NewPassword { text: new, stays: None, link: Some(hash_of(secret)), ends_tokens: true };
    set_password(engine, ctx, &opened, wanted).await?;
    engine.limits.remember(ctx.email_mac(opened.profile.email.reveal()), whence.address);
    Ok(())
}

/// What a try to undo came to.
enum Undone {
    /// The link is not good (any more).
    No,
    /// The account was changed meanwhile: look at it again.
    Again,
    Yes,
}

/// "This was not me": ends every session, every API token, every access for support that the account gave and every change of address that is under way,
/// takes off second factor and passkeys, demands a new password, and mails the link for it to the address that
/// this one was mailed to; if the account was moved to another address since, it goes back there. `false` when the link is not good (any more).
pub async fn not_me(engine: &Engine, brand: BrandId, secret: &str) -> Result<bool, EngineError> {
    for _ in 0..REPEATS {
        match undo(engine, brand, secret).await? {
            Undone::No => return Ok(false),
            Undone::Yes => return Ok(true),
            Undone::Again => {}
        }
    }
    Err(changed_meanwhile())
}

/// The credential without its second factor; `None` when it has none.
fn without_factor(
    engine: &Engine,
    ctx: &BrandContext,
    opened: &Opened,
) -> Result<Option<StoredCredential>, EngineError> {
    let Some((stored, credential)) = &opened.credential else { return Ok(None) };
    if credential.totp.is_none() {
        return Ok(None);
    }
    let credential = Credential { hash: credential.hash.clone(), totp: None };
    let row = engine.seal_credential(ctx, opened.id, &opened.key, &credential)?;
    Ok(Some(StoredCredential { changed_at: stored.changed_at, ..row }))
}

async fn undo(engine: &Engine, brand: BrandId, secret: &str) -> Result<Undone, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let Some((link, account)) = linked(engine, brand, secret, LinkPurpose::NotMe).await? else {
        return Ok(Undone::No);
    };
    let Some(mut opened) = engine.open_account(ctx, account).await? else { return Ok(Undone::No) };
    let credential = without_factor(engine, ctx, &opened)?;
    let mut back = None;
    if let Some(email) = carried(ctx, &opened, &link)?.filter(|email| *email != opened.profile.email) {
        opened.profile.email = email;
        let sealed = engine.seal_account(ctx, account, &opened.key, &opened.profile)?;
        back = Some((ctx.email_macs(opened.profile.email.reveal()), sealed));
    }
    let rows = reset_letter(engine, ctx, &opened, Some("not_me"))?;
    let entry = audit::at(engine, ctx, &opened, &Act::Undone)?;
    let given = Arc::new(OpenOf::look(engine, ctx, &opened, End::Recovery).await?);
    let ending = Arc::clone(&given);
    let (hash, now, profile) = (hash_of(secret), engine.clock.now(), opened.stored.sealed);
    let seen = opened.credential.map(|(stored, _)| stored);
    let done = engine
        .data
        .write("not_me", move |tx| {
            let scope = tx.brand(brand);
            let is_same = tables::account::get(scope, account)?.is_some_and(|now| now.sealed == profile);
            let is_same = is_same
                && match &seen {
                    Some(seen) => is_unchanged(scope, account, seen)?,
                    None => true,
                };
            if !is_same || !ending.is_all(scope)? {
                return Ok(Undone::Again);
            }
            if tables::link::take(scope, &hash, now)?.is_none() {
                return Ok(Undone::No);
            }
            if let Some((mac, sealed)) = &back {
                take_back(scope, account, mac, (&profile, sealed))?;
            }
            if let Some(credential) = &credential {
                tables::credential::set(scope, account, credential)?;
            }
            tables::passkey::delete_of_account(scope, account)?;
            tables::link::delete_of_account(scope, account, LinkPurpose::NewAddress.code())?;
            tables::link::delete_of_account(scope, account, LinkPurpose::Reset.code())?;
            session::delete_of_account(scope, account, None)?;
            tables::credential::demand_change(scope, account)?;
            tables::api_token::revoke_all_of_account(scope, account, now)?;
            ending.end(scope)?;
            tables::audit::insert(scope, &entry)?;
            rows.insert(scope)?;
            Ok::<_, StoreError>(Undone::Yes)
        })
        .await?;
    if matches!(done, Undone::Yes) {
        given.sum_up(engine, ctx).await;
    }
    engine.wake.log.notify_one();
    engine.wake.support.notify_one();
    engine.wake_mail();
    Ok(done)
}

/// The account is found by its former address again. If somebody else has taken that meanwhile, the mail
/// alone goes there.
fn take_back(
    scope: Scope<'_>,
    account: AccountId,
    mac: &tables::lookup::Macs,
    (from, to): (&[u8], &[u8]),
) -> Result<(), StoreError> {
    if tables::account_lookup::find(scope, mac)?.is_none_or(|owner| owner == account) {
        tables::account_lookup::delete_of_account(scope, account)?;
        tables::account_lookup::insert(scope, mac, account)?;
        tables::account::set_sealed(scope, account, from, to)?;
    }
    Ok(())
}

/// The new address counts from now on; both addresses are told. `false` when the link is not good. The
/// password is asked for, so that nobody hands an account of theirs to whoever opens every link.
///
/// # Errors
/// [`EngineError::WrongCredentials`], which leaves the link good.
pub async fn confirm_address(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
    password: &Personal<String>,
    whence: &Whence,
) -> Result<bool, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let found = linked(engine, brand, secret, LinkPurpose::NewAddress).await?;
    let Some((_, account)) = found else { return Ok(false) };
    let Some(opened) = engine.open_account(ctx, account).await? else { return Ok(false) };
    let mac = ctx.email_mac(opened.profile.email.reveal());
    engine.limits.check(Trying::Proof, whence.address, Some(mac))?;
    let hash = opened.credential.as_ref().map(|(_, credential)| &credential.hash);
    if !engine.passwords.verify(password, hash).await {
        return Err(EngineError::WrongCredentials);
    }
    for _ in 0..REPEATS {
        match move_account(engine, ctx, secret, account).await? {
            Undone::No => return Ok(false),
            Undone::Yes => return Ok(true),
            Undone::Again => {}
        }
    }
    Err(changed_meanwhile())
}

async fn move_account(
    engine: &Engine,
    ctx: &BrandContext,
    secret: &str,
    account: AccountId,
) -> Result<Undone, EngineError> {
    let brand = ctx.id;
    let found = linked(engine, brand, secret, LinkPurpose::NewAddress).await?;
    let Some((link, _)) = found else { return Ok(Undone::No) };
    let Some(opened) = engine.open_account(ctx, account).await? else { return Ok(Undone::No) };
    let Some(new) = carried(ctx, &opened, &link)? else { return Ok(Undone::No) };
    let now = engine.clock.now();
    let mut notice = Notice::new(engine, ctx, &opened);
    let not_me = notice.not_me();
    let sign_in = notice.page("/login");
    notice.tell(Letter::AddressChangedOld { at: now, new_address: new.clone(), not_me })?;
    notice.tell_at(&new, Letter::AddressChangedNew { at: now, sign_in })?;
    let rows = notice.rows();
    let profile = AccountProfile { email: new.clone(), ..opened.profile.clone() };
    let sealed = engine.seal_account(ctx, account, &opened.key, &profile)?;
    let entry = audit::at(engine, ctx, &opened, &Act::AddressChanged)?;
    let (mac, hash, seen) = (ctx.email_macs(new.reveal()), hash_of(secret), opened.stored.sealed);
    let moved = engine
        .data
        .write("confirm_new_address", move |tx| {
            let scope = tx.brand(brand);
            if tables::account::get(scope, account)?.is_none_or(|now| now.sealed != seen) {
                return Ok(Undone::Again);
            }
            if tables::link::take(scope, &hash, now)?.is_none()
                || tables::account_lookup::find(scope, &mac)?.is_some()
            {
                return Ok::<_, StoreError>(Undone::No);
            }
            tables::account_lookup::delete_of_account(scope, account)?;
            tables::account_lookup::insert(scope, &mac, account)?;
            tables::account::set_sealed(scope, account, &seen, &sealed)?;
            tables::audit::insert(scope, &entry)?;
            rows.insert(scope)?;
            Ok(Undone::Yes)
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(moved)
}
