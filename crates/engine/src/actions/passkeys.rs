//! Passkeys: added, removed, signed in with, and given as a proof (claims U3, F6).
//!
//! Invariants: what a passkey is to sign is random, kept as a hash for minutes and used up by the first
//! answer, whatever that is worth; a passkey of one brand or account is nothing at another; adding and
//! removing are told by mail; a passkey is worth both factors, because the device verifies the person.

use super::security::{Others, changed_meanwhile, own};
use super::sign_in::{Begun, KEEP_DAYS, SignedIn, Turn, Way, begin, note};
use crate::accounts::demand;
use crate::accounts::limits::Trying;
use crate::accounts::notice::Notice;
use crate::accounts::passkey::{self, Flaw, New, Passkey, Signed};
use crate::accounts::whence::Whence;
use crate::accounts::{Opened, Secret, checked_name, hash_of, is_unchanged};
use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::mail::{Letter, TwoFactorChange};
use crate::{Denial, Engine, EngineError};
use model::id::{AccountId, BrandId, PasskeyId};
use model::personal::Personal;
use model::time::Span;
use store::tables::{self, Scope, link::NewLink, passkey::StoredPasskey, session};
use store::{StoreError, Tx};

pub use crate::accounts::passkey::{ALGORITHMS, Site};

/// How long a challenge is good: as long as browsers wait for the person.
pub const CHALLENGE: Span = Span::minutes(5);
/// Passkeys that an account may have.
pub const MOST: usize = 20;

/// What a challenge was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Adding,
    Proving,
    SigningIn,
}

impl For {
    const fn code(self) -> &'static str {
        match self {
            Self::Adding => "passkey_add",
            Self::Proving => "passkey_prove",
            Self::SigningIn => "passkey_in",
        }
    }
}

/// What the browser is asked to make.
pub struct Offer {
    pub challenge: Personal<String>,
    /// Names the account to the device.
    pub user: String,
    pub name: Personal<String>,
    pub email: Personal<String>,
    /// Own ids of those that there are, which the device shall not make anew.
    pub known: Vec<String>,
}

/// What the browser is asked to sign.
pub struct Question {
    pub challenge: Personal<String>,
    /// Own ids of those that may sign; none: any that the device finds.
    pub known: Vec<String>,
}

pub(crate) fn opened(
    ctx: &BrandContext,
    key: &vault::Key,
    stored: &StoredPasskey,
) -> Result<Passkey, EngineError> {
    let place = ctx.person_place(stored.account.0, "passkey", stored.id.0);
    key.open_value(&place, &stored.sealed).map_err(|_| EngineError::Sealed { place: "passkey" })
}

async fn of_account(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
) -> Result<Vec<Passkey>, EngineError> {
    let (brand, id) = (ctx.id, account.id);
    let rows =
        engine.data.read("passkeys", move |tx| tables::passkey::list_of_account(tx.brand(brand), id)).await?;
    rows.iter().map(|stored| opened(ctx, &account.key, stored)).collect()
}

async fn challenge(
    engine: &Engine,
    brand: BrandId,
    account: Option<AccountId>,
    what: For,
) -> Result<Personal<String>, EngineError> {
    let (now, secret) = (engine.clock.now(), Secret::new(&*engine.entropy));
    let row = NewLink {
        hash: secret.hash,
        account,
        purpose: what.code(),
        created_at: now,
        expires_at: now.plus(CHALLENGE),
        sealed: None,
    };
    engine
        .data
        .write("passkey_challenge", move |tx| {
            let scope = tx.brand(brand);
            // The newest counts: asking again and again leaves no more than one.
            if let Some(account) = account {
                tables::link::delete_of_account(scope, account, row.purpose)?;
            }
            tables::link::insert(scope, &row)
        })
        .await?;
    Ok(secret.text)
}

/// Uses a challenge up; whether it was good for this. In a commit of its own: a second answer finds nothing,
/// whatever the first was worth.
async fn use_up(
    engine: &Engine,
    brand: BrandId,
    challenge: &str,
    account: Option<AccountId>,
    what: For,
) -> Result<bool, EngineError> {
    let (hash, now) = (hash_of(challenge), engine.clock.now());
    let take = move |tx: &Tx<'_>| tables::link::take(tx.brand(brand), &hash, now);
    let taken = engine.data.write("passkey_answer", take).await?;
    Ok(taken.is_some_and(|link| link.purpose == what.code() && link.account == account))
}

/// Begins to add one.
pub async fn begin_adding(engine: &Engine, who: &SignedIn) -> Result<Offer, EngineError> {
    let (ctx, account) = own(engine, who).await?;
    let known = of_account(engine, &ctx, &account).await?;
    if known.len() >= MOST {
        return Err(EngineError::Conflict(format!("an account has at most {MOST} passkeys: remove one")));
    }
    Ok(Offer {
        challenge: challenge(engine, ctx.id, Some(account.id), For::Adding).await?,
        user: passkey::in_text(&account.id.0),
        name: account.profile.name.clone(),
        email: account.profile.email.clone(),
        known: known.iter().map(|own| passkey::in_text(own.own_id.reveal())).collect(),
    })
}

fn not_taken(flaw: Flaw) -> EngineError {
    tracing::debug!(?flaw, "a passkey was not taken");
    EngineError::invalid("passkey", "was not taken: try once more")
}

fn letter(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    change: TwoFactorChange,
) -> Result<crate::accounts::notice::Rows, EngineError> {
    let mut notice = Notice::new(engine, ctx, account);
    let not_me = notice.not_me();
    notice.tell(Letter::TwoFactorChanged { at: engine.clock.now(), change, not_me })?;
    Ok(notice.rows())
}

/// Adds the passkey that the browser has made; `answer` is the text that the page's script wrote.
///
/// # Errors
/// [`EngineError::Invalid`] of `passkey` when the answer does not count, of `name` when the name does not.
pub async fn add(
    engine: &Engine,
    who: &SignedIn,
    name: &str,
    answer: &str,
    site: &Site,
) -> Result<PasskeyId, EngineError> {
    let name = checked_name(name)?;
    let (ctx, account) = own(engine, who).await?;
    let new = New::read(answer, site).map_err(not_taken)?;
    if !use_up(engine, ctx.id, &new.challenge, Some(account.id), For::Adding).await? {
        return Err(EngineError::invalid("passkey", "took too long or was sent twice: try once more"));
    }
    let (now, brand, owner) = (engine.clock.now(), ctx.id, account.id);
    let id = PasskeyId::new(now, &*engine.entropy);
    let mac = ctx.passkey_macs(&new.own_id);
    let passkey =
        Passkey { name: Personal::new(name), own_id: Personal::new(new.own_id), key: Personal::new(new.key) };
    let place = ctx.person_place(owner.0, "passkey", id.0);
    let sealed = account
        .key
        .seal_value(&place, &passkey, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "passkey" })?;
    let counter = i64::from(new.counter);
    let row = StoredPasskey { id, account: owner, created_at: now, used_at: None, counter, sealed };
    let (rows, hash) = (letter(engine, &ctx, &account, TwoFactorChange::PasskeyAdded)?, who.hash);
    let entry = audit::at(engine, &ctx, &account, &Act::PasskeyAdded { passkey: id })?;
    let sessions = Others::new(engine, &ctx, who).await?;
    let has_codes = account.has_codes();
    engine
        .data
        .write("add_passkey", move |tx| {
            let scope = tx.brand(brand);
            // "This was not me" ends the session: then nothing comes after it.
            if session::find(scope, &hash)?.is_none() {
                return Err(EngineError::WrongCredentials);
            }
            let others = tables::passkey::list_of_account(scope, owner)?;
            if others.len() >= MOST || tables::passkey::find(scope, &mac)?.is_some() {
                return Err(EngineError::invalid("passkey", "is one that you have already"));
            }
            tables::passkey::insert(scope, &mac, &row)?;
            tables::audit::insert(scope, &entry)?;
            if others.is_empty() && !has_codes {
                sessions.end(scope)?;
            }
            rows.insert(scope)?;
            Ok(())
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(id)
}

/// Removes one of one's own.
///
/// # Errors
/// [`EngineError::Invalid`] of `second_factor` when one is demanded and there is no other.
pub async fn remove(engine: &Engine, who: &SignedIn, id: PasskeyId) -> Result<(), EngineError> {
    let (ctx, account) = own(engine, who).await?;
    let rows = letter(engine, &ctx, &account, TwoFactorChange::PasskeyRemoved)?;
    let entry = audit::at(engine, &ctx, &account, &Act::PasskeyRemoved { passkey: id })?;
    let (brand, owner, has_codes) = (ctx.id, account.id, account.has_codes());
    let (demand, seen) = (engine.settings.second_factor, account.credential.map(|(stored, _)| stored));
    engine
        .data
        .write("remove_passkey", move |tx| {
            let scope = tx.brand(brand);
            if !tables::passkey::delete(scope, owner, id)? {
                return Err(EngineError::NotFound("this passkey"));
            }
            if demand.binds(scope, owner)? && !demand::has_passkeys(scope, owner)? {
                // Codes that were there a moment ago may be off by now.
                let Some(seen) = seen.as_ref().filter(|_| has_codes) else { return Err(demand::last()) };
                if !is_unchanged(scope, owner, seen)? {
                    return Err(changed_meanwhile());
                }
            }
            tables::audit::insert(scope, &entry)?;
            rows.insert(scope)?;
            Ok(())
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(())
}

/// Begins to sign in: which account it is shows when a passkey answers.
pub async fn begin_sign_in(
    engine: &Engine,
    brand: BrandId,
    whence: &Whence,
) -> Result<Question, EngineError> {
    let ctx = engine.brand(brand)?;
    engine.limits.check(Trying::Passkey, whence.address, None)?;
    Ok(Question { challenge: challenge(engine, ctx.id, None, For::SigningIn).await?, known: Vec::new() })
}

/// A passkey that has signed: whose it is, and what becomes of its counter.
struct Shown {
    account: Opened,
    used: Used,
}

/// To be written down with what the passkey was shown for.
pub(crate) struct Used {
    id: PasskeyId,
    counter: (i64, i64),
}

impl Used {
    /// Part of the act's transaction.
    pub(crate) fn write(&self, scope: Scope<'_>, now: model::time::Timestamp) -> Result<bool, StoreError> {
        tables::passkey::set_used(scope, self.id, self.counter, now)
    }
}

/// Whose passkey has signed this, if it counts.
async fn shown(
    engine: &Engine,
    ctx: &BrandContext,
    signed: &Signed,
    site: &Site,
    whence: &Whence,
) -> Result<Shown, EngineError> {
    let (brand, mac) = (ctx.id, ctx.passkey_macs(&signed.own_id));
    let found = engine.data.read("passkey", move |tx| tables::passkey::find(tx.brand(brand), &mac)).await?;
    let stored = found.ok_or(EngineError::WrongCredentials)?;
    let account = engine.open_account(ctx, stored.account).await?.ok_or(EngineError::WrongCredentials)?;
    let passkey = opened(ctx, &account.key, &stored)?;
    let is_theirs = signed.user.as_ref().is_none_or(|user| user[..] == account.id.0);
    match signed.verify(&passkey, stored.counter, site) {
        Ok(counter) if is_theirs => {
            Ok(Shown { account, used: Used { id: stored.id, counter: (stored.counter, counter) } })
        }
        other => {
            let flaw = other.err();
            tracing::debug!(?flaw, "a passkey did not count");
            note(engine, ctx, &account, whence, "wrong_passkey").await?;
            Err(EngineError::WrongCredentials)
        }
    }
}

/// Begins a session by a passkey; `answer` is the text that the page's script wrote. No second factor is
/// asked for.
///
/// # Errors
/// As [`super::sign_in::sign_in`].
pub async fn sign_in(
    engine: &Engine,
    brand: BrandId,
    answer: &str,
    keep_days: Option<u16>,
    site: &Site,
    whence: &Whence,
) -> Result<Begun, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    engine.limits.check(Trying::Passkey, whence.address, None)?;
    let signed = Signed::read(answer, site).map_err(|flaw| {
        tracing::debug!(?flaw, "a passkey's answer was not taken");
        EngineError::WrongCredentials
    })?;
    if !use_up(engine, brand, &signed.challenge, None, For::SigningIn).await? {
        return Err(EngineError::WrongCredentials);
    }
    let Shown { account, used } = shown(engine, ctx, &signed, site, whence).await?;
    if account.credential.as_ref().is_some_and(|(stored, _)| stored.must_change) {
        note(engine, ctx, &account, whence, "ended_password").await?;
        return Err(EngineError::MustReset);
    }
    let keep = keep_days.filter(|days| KEEP_DAYS.contains(days));
    begin(engine, ctx, &account, whence, keep, Way::Passkey(used)).await
}

/// Begins a proof, by one of the account's own passkeys.
pub async fn begin_proof(engine: &Engine, who: &SignedIn) -> Result<Question, EngineError> {
    let (ctx, account) = own(engine, who).await?;
    let known = of_account(engine, &ctx, &account).await?;
    Ok(Question {
        challenge: challenge(engine, ctx.id, Some(account.id), For::Proving).await?,
        known: known.iter().map(|own| passkey::in_text(own.own_id.reveal())).collect(),
    })
}

/// One of the account's own passkeys, if it answers what it was asked.
async fn own_shown(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    answer: &str,
    site: &Site,
    whence: &Whence,
) -> Result<Used, EngineError> {
    let signed = Signed::read(answer, site).map_err(|_| EngineError::WrongCredentials)?;
    if !use_up(engine, ctx.id, &signed.challenge, Some(account.id), For::Proving).await? {
        return Err(EngineError::WrongCredentials);
    }
    let Shown { account: whose, used } = shown(engine, ctx, &signed, site, whence).await?;
    if whose.id == account.id { Ok(used) } else { Err(EngineError::WrongCredentials) }
}

/// A passkey before a weighty act, instead of the password, and to the same effect: see [`super::security::prove`].
///
/// # Errors
/// [`EngineError::WrongCredentials`].
pub async fn prove(
    engine: &Engine,
    who: &SignedIn,
    answer: &str,
    site: &Site,
    whence: &Whence,
) -> Result<Begun, EngineError> {
    let (ctx, account) = own(engine, who).await?;
    let mac = ctx.email_mac(account.profile.email.reveal());
    engine.limits.check(Trying::Proof, whence.address, Some(mac))?;
    let used = own_shown(engine, &ctx, &account, answer, site, whence).await.inspect_err(|error| {
        if matches!(error, EngineError::WrongCredentials) {
            engine.denied(&who.actor, Denial::Proof, &whence.route);
        }
    })?;
    let (brand, now, turn) = (ctx.id, engine.clock.now(), Turn::new(engine, who));
    let write = turn.writer();
    let kept_until = engine
        .data
        .write("prove_by_passkey", move |tx| {
            let scope = tx.brand(brand);
            if !used.write(scope, now)? {
                return Err(changed_meanwhile());
            }
            write(scope)
        })
        .await?;
    Ok(turn.done(engine, kept_until))
}
