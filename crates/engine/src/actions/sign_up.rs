//! Signing up: the form names the documents that were shown; the address is confirmed by mail; then the
//! account is active (claims A2, U2, F6).
//!
//! Invariants: sign-up is shut until the brand's documents are published; whoever signs up with an address
//! that has an account learns nothing of it here, neither from the answer nor from the work, only its owner
//! does, by mail; an account is opened by whoever both reads its mails and knows its password, so that nobody
//! opens an account whose password somebody else has chosen.

use super::security::{REPEATS, changed_meanwhile};
use super::sign_in::{Begun, Way, begin};
use crate::accounts::limits::Trying;
use crate::accounts::notice::{LinkPurpose, Notice, Rows};
use crate::accounts::whence::Whence;
use crate::accounts::{AccountProfile, Credential, Opened, checked_name, hash_of, is_unchanged};
use crate::brands::BrandContext;
use crate::failpoint::Point;
use crate::mail::Letter;
use crate::views::documents::{self, Shown};
use crate::{Engine, EngineError, Role, acceptance};
use model::id::{AccountId, BrandId};
use model::mail::EmailAddress;
use model::personal::Personal;
use std::sync::PoisonError;
use store::tables::{self, credential::StoredCredential};
use vault::NewKey;

/// The form, as typed.
pub struct SignUp {
    pub name: String,
    pub email: String,
    pub password: Personal<String>,
    pub language: String,
    /// The documents that were shown: kind and version.
    pub accepted: Vec<(String, i64)>,
}

/// The words that a password must not be made of.
pub(crate) fn own_words<'a>(ctx: &'a BrandContext, name: &'a str, email: &'a str) -> [&'a str; 4] {
    [name, email, &ctx.brand.name, &ctx.brand.slug]
}

/// Checks the form and, if all is well, sends a mail to the address. The answer is the same whether the
/// address has an account or not.
pub async fn register(
    engine: &Engine,
    brand: BrandId,
    form: SignUp,
    whence: &Whence,
) -> Result<(), EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let language = ctx.brand.languages.contains(&form.language).then_some(form.language);
    let wanted =
        documents::shown(engine, brand, language.as_deref().unwrap_or_default()).await?.ok_or_else(|| {
            EngineError::Conflict("sign-up is closed: the documents are not published yet".into())
        })?;
    let name = checked_name(&form.name)?;
    let email = EmailAddress::parse(&form.email)?.folded();
    let named = wanted.iter().map(|(one, _)| (one.kind.as_str(), one.version));
    if !named.eq(form.accepted.iter().map(|(kind, version)| (kind.as_str(), *version))) {
        return Err(EngineError::invalid(
            "accepted",
            "the documents have changed meanwhile, or were not accepted: read them and accept them",
        ));
    }
    engine.limits.check(Trying::SignUp, whence.address, None)?;
    let own = own_words(ctx, &name, email.reveal());
    engine.passwords.judge(&form.password, &own, Role::User).await?;
    engine.limits.check(Trying::Mail, whence.address, Some(ctx.email_mac(email.reveal())))?;
    let hash = engine.passwords.hash(&form.password, &*engine.entropy).await?;
    let profile = AccountProfile { name: Personal::new(name), email: email.clone(), language, zone: None };
    let credential = Credential { hash, totp: None };
    // Made whatever follows: a key more or less would show by the time it takes.
    let id = AccountId::new(engine.clock.now(), &*engine.entropy);
    let keys = engine.vault.create(&[NewKey { id: id.0, parent: Some(brand.0) }]).await?;
    let key = keys.first().ok_or(EngineError::NotFound("the account's key"))?;
    let is_new = match engine.find_account(ctx, email.reveal()).await? {
        Some(known) if known.stored.state != "unconfirmed" => already(engine, ctx, &known).await,
        Some(unconfirmed) => again(engine, ctx, &unconfirmed, &profile, &credential, &wanted).await,
        None => fresh(engine, ctx, (id, key), &profile, &credential, &wanted).await,
    };
    // Only what is known not to be needed: a commit whose answer was lost may have taken place, and a key that
    // nobody has harms nobody.
    if matches!(is_new, Ok(false)) {
        engine.spare_keys.lock().unwrap_or_else(PoisonError::into_inner).push(id.0);
        engine.wake.seen.notify_one();
    }
    is_new.map(drop)
}

/// The address has an account: its owner is told.
async fn already(engine: &Engine, ctx: &BrandContext, known: &Opened) -> Result<bool, EngineError> {
    let mut notice = Notice::new(engine, ctx, known);
    let letter = Letter::AlreadyRegistered {
        at: engine.clock.now(),
        sign_in: notice.page("/login"),
        forgotten: notice.page("/account/forgotten"),
    };
    notice.tell(letter)?;
    let (rows, brand) = (notice.rows(), ctx.id);
    engine.data.write("already_registered", move |tx| rows.insert(tx.brand(brand))).await?;
    engine.wake_mail();
    Ok(false)
}

fn confirmation(
    engine: &Engine,
    ctx: &BrandContext,
    account: AccountId,
    key: &vault::Key,
    profile: &AccountProfile,
) -> Result<Rows, EngineError> {
    let mut notice = Notice::of(engine, ctx, account, key, profile);
    let (link, valid_until) = notice.link(LinkPurpose::Confirm);
    notice.tell(Letter::ConfirmAddress { link, valid_until })?;
    Ok(notice.rows())
}

/// A new account: its key is there, durably; now its rows and the mail in one commit. Whether it was made.
async fn fresh(
    engine: &Engine,
    ctx: &BrandContext,
    (id, key): (AccountId, &vault::Key),
    profile: &AccountProfile,
    credential: &Credential,
    wanted: &[(Shown, String)],
) -> Result<bool, EngineError> {
    let (now, brand) = (engine.clock.now(), ctx.id);
    let sealed = engine.seal_account(ctx, id, key, profile)?;
    let credential = engine.seal_credential(ctx, id, key, credential)?;
    let rows = confirmation(engine, ctx, id, key, profile)?;
    let accepted = acceptance::accept(engine, ctx, (id, key), wanted)?;
    let mac = ctx.email_macs(profile.email.reveal());
    let made = engine
        .data
        .write("register", move |tx| {
            let scope = tx.brand(brand);
            // Somebody was quicker with the same address: as if this one had come second.
            if tables::account_lookup::find(scope, &mac)?.is_some() {
                return Ok::<_, store::StoreError>(false);
            }
            let row = tables::account::NewAccount {
                id,
                role: "user",
                plan: Some(tables::plan::start(scope)?),
                state: "unconfirmed",
                sealed: sealed.clone(),
            };
            tables::account::insert(scope, &row, now)?;
            tables::account_lookup::insert(scope, &mac, id)?;
            tables::credential::set(scope, id, &credential)?;
            accepted.insert(tx, brand)?;
            rows.insert(scope)?;
            Ok(true)
        })
        .await?;
    engine.wake_mail();
    engine.wake.log.notify_one();
    Ok(made)
}

/// An account that nobody has confirmed yet: what was typed last counts, and a new mail goes.
async fn again(
    engine: &Engine,
    ctx: &BrandContext,
    known: &Opened,
    profile: &AccountProfile,
    credential: &Credential,
    wanted: &[(Shown, String)],
) -> Result<bool, EngineError> {
    let (brand, id) = (ctx.id, known.id);
    let seen = known.stored.sealed.clone();
    let sealed = engine.seal_account(ctx, id, &known.key, profile)?;
    let credential: StoredCredential = engine.seal_credential(ctx, id, &known.key, credential)?;
    let rows = confirmation(engine, ctx, id, &known.key, profile)?;
    let accepted = acceptance::accept(engine, ctx, (id, &known.key), wanted)?;
    engine
        .data
        .write("register_again", move |tx| {
            let scope = tx.brand(brand);
            // Confirmed in this very moment: then nothing of this counts.
            if tables::account::get(scope, id)?.is_none_or(|account| account.state != "unconfirmed") {
                return Ok::<_, store::StoreError>(());
            }
            // Somebody was quicker with the same address: as if this one had come first.
            if !tables::account::set_sealed(scope, id, &seen, &sealed)? {
                return Ok(());
            }
            tables::credential::set(scope, id, &credential)?;
            // Whoever typed before may have been somebody else.
            tables::acceptance::delete_of_account(scope, id)?;
            accepted.insert(tx, brand)?;
            tables::link::delete_of_account(scope, id, LinkPurpose::Confirm.code())?;
            rows.insert(scope)
        })
        .await?;
    engine.wake_mail();
    engine.wake.log.notify_one();
    Ok(false)
}

/// Whether a link of this purpose is good; looking changes nothing.
pub async fn is_good(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
    purpose: LinkPurpose,
) -> Result<bool, EngineError> {
    let (hash, now) = (hash_of(secret), engine.clock.now());
    let found = engine.data.read("link", move |tx| tables::link::get(tx.brand(brand), &hash, now)).await?;
    Ok(found.is_some_and(|link| link.purpose == purpose.code()))
}

/// An account that was opened.
pub struct Confirmed {
    /// A session, if one was wanted.
    pub begun: Option<Begun>,
}

/// The address is confirmed by its mail and the password of the sign-up; `None` when the link is not good (any
/// more). With `signs_in` a session begins that ends with the browser.
///
/// # Errors
/// [`EngineError::WrongCredentials`], which leaves the link good.
pub async fn confirm(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
    password: &Personal<String>,
    signs_in: bool,
    whence: &Whence,
) -> Result<Option<Confirmed>, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let (hash, now) = (hash_of(secret), engine.clock.now());
    let found = engine.data.read("link", move |tx| tables::link::get(tx.brand(brand), &hash, now)).await?;
    let account = found.filter(|link| link.purpose == LinkPurpose::Confirm.code()).and_then(|l| l.account);
    let Some(account) = account else { return Ok(None) };
    let Some(opened) = engine.open_account(ctx, account).await? else { return Ok(None) };
    let mac = ctx.email_mac(opened.profile.email.reveal());
    engine.limits.check(Trying::Proof, whence.address, Some(mac))?;
    let Some((seen, credential)) = &opened.credential else { return Ok(None) };
    if !engine.passwords.verify(password, Some(&credential.hash)).await {
        return Err(EngineError::WrongCredentials);
    }
    let mut confirmed = None;
    for _ in 0..REPEATS {
        let mut notice = Notice::new(engine, ctx, &opened);
        let not_me = notice.not_me();
        let sign_in = notice.page("/login");
        notice.tell(Letter::AccountCreated { at: now, sign_in, not_me })?;
        let missed = engine.missed(ctx, &opened).await?;
        let (rows, seen, created_at) = (notice.rows(), seen.clone(), opened.stored.created_at);
        engine.settings.fail_points.pass(Point::BeforeTellCommit);
        confirmed = engine
            .data
            .write("confirm_address", move |tx| {
                let scope = tx.brand(brand);
                // Somebody signed up anew since the password was looked at: then theirs counts.
                if !is_unchanged(scope, account, &seen)? {
                    return Err(EngineError::WrongCredentials);
                }
                if missed.is_behind(scope, now)? {
                    return Ok(None);
                }
                if tables::link::take(scope, &hash, now)?.is_none()
                    || !tables::account::set_state(scope, account, "unconfirmed", "active")?
                {
                    return Ok(Some(false));
                }
                tables::link::delete_of_account(scope, account, LinkPurpose::Confirm.code())?;
                tables::breach_person::set_reached(scope, account)?;
                rows.insert(scope)?;
                missed.insert(scope, account, created_at)?;
                Ok(Some(true))
            })
            .await?;
        if confirmed.is_some() {
            break;
        }
    }
    engine.wake_mail();
    engine.wake.breach.notify_one();
    if !confirmed.ok_or_else(changed_meanwhile)? {
        return Ok(None);
    }
    engine.limits.remember(mac, whence.address);
    let begun =
        if signs_in { Some(begin(engine, ctx, &opened, whence, None, Way::Link).await?) } else { None };
    Ok(Some(Confirmed { begun }))
}
