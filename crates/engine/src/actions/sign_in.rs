//! Signing in and out (claims F3, F4, U3, X3): a session is a random secret in a cookie, whose hash is kept.
//!
//! Invariants: the answer to a wrong address and to a wrong password is the same, and so is the work; a sign-in from a new
//! place is told by mail, with a way to undo it; signing out deletes the row; a session that begins ends the one that its
//! browser still showed, and a proof inside one gives it another secret, so that a secret is worth nothing beside the next.

use super::passkeys::Used;
use crate::accounts::demand;
use crate::accounts::limits::Trying;
use crate::accounts::notice::{LinkPurpose, Notice};
use crate::accounts::whence::{Kept, Whence};
use crate::accounts::{Opened, Secret, hash_of, is_unchanged};
use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::mail::Letter;
use crate::{Actor, Door, Engine, EngineError, Role, TokenScope};
use model::id::{AccountId, BrandId, SessionId, SignInId};
use model::mail::EmailAddress;
use model::personal::Personal;
use model::time::{Span, Timestamp};
use std::sync::PoisonError;
use store::StoreError;
use store::tables::audit::NewAudit;
use store::tables::session::{self, NewSession, Stage, StoredSession};
use store::tables::{self, Scope, sign_in::StoredSignIn};

/// Without "stay signed in": so long without a request, and so long in all.
pub const IDLE: Span = Span::minutes(30);
pub const LONGEST: Span = Span::hours(12);
/// Days for which one may stay signed in.
pub const KEEP_DAYS: [u16; 3] = [7, 30, 90];
/// How long the history of sign-ins is kept.
const HISTORY: Span = Span::days(30);
/// For typing the second factor.
const SECOND_FACTOR: Span = Span::minutes(10);
/// Weighty acts ask for the password again after so long.
pub const PROOF: Span = Span::minutes(15);
/// Sign-ins that are compared with, to tell a new place.
const KNOWN_PLACES: u32 = 100;

/// The form, as typed.
pub struct Attempt {
    pub email: String,
    pub password: Personal<String>,
    /// Stay signed in for so many days.
    pub keep_days: Option<u16>,
}

/// A session that has begun.
pub struct Begun {
    /// For the cookie.
    pub secret: Personal<String>,
    /// The second factor is still to come.
    pub needs_second_factor: bool,
    /// How long the cookie is kept; `None`: until the browser is closed.
    pub kept_until: Option<Timestamp>,
}

/// Who is signed in.
#[derive(Clone)]
pub struct SignedIn {
    pub actor: Actor,
    pub session: SessionId,
    pub hash: [u8; 32],
    pub proved_at: Timestamp,
    pub needs_second_factor: bool,
}

impl SignedIn {
    /// Whether the password was given lately enough for a weighty act.
    pub fn is_proved(&self, now: Timestamp) -> bool {
        now.since(self.proved_at) <= PROOF
    }
}

/// Another secret for a session whose person has proved who it is. The row stays, and so does what is bound to its id.
pub(crate) struct Turn {
    secret: Secret,
    old: [u8; 32],
    now: Timestamp,
}

impl Turn {
    pub(crate) fn new(engine: &Engine, who: &SignedIn) -> Self {
        Self { secret: Secret::new(&*engine.entropy), old: who.hash, now: engine.clock.now() }
    }

    /// Part of the proof's transaction; how long the cookie is kept.
    pub(crate) fn writer(
        &self,
    ) -> impl Fn(Scope<'_>) -> Result<Option<Timestamp>, EngineError> + Send + use<> {
        let (old, new, now) = (self.old, self.secret.hash, self.now);
        move |scope| {
            let ended = || EngineError::WrongCredentials;
            let session = session::find(scope, &old)?.ok_or_else(ended)?;
            if session::turn(scope, &old, &new, now)? != 1 {
                return Err(ended());
            }
            Ok(session.is_kept.then_some(session.expires_at))
        }
    }

    /// The session as it goes on.
    pub(crate) fn done(self, engine: &Engine, kept_until: Option<Timestamp>) -> Begun {
        engine.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.old);
        Begun { secret: self.secret.text, needs_second_factor: false, kept_until }
    }
}

/// The session that a browser still shows while another begins, if it is good. A proof in another window may turn its
/// secret meanwhile, so it is ended by its id.
struct Shown {
    account: AccountId,
    id: SessionId,
    /// None of one whose second factor never came.
    entry: Option<NewAudit>,
}

impl Shown {
    async fn find(engine: &Engine, ctx: &BrandContext, whence: &Whence) -> Result<Option<Self>, EngineError> {
        let Some(hash) = whence.shown else { return Ok(None) };
        let Some(who) = find_by_hash(engine, ctx.id, hash).await? else { return Ok(None) };
        let act = Act::SignedOut { session: who.session };
        let entry = if who.needs_second_factor {
            None
        } else {
            Some(audit::by(engine, ctx, &who.actor, &act).await?)
        };
        Ok(Some(Self { account: who.actor.account, id: who.session, entry }))
    }

    /// Part of the commit in which the other begins.
    fn end(&self, scope: Scope<'_>) -> Result<(), StoreError> {
        let is_ended = session::delete_by_id(scope, self.account, self.id)? == 1;
        self.entry.iter().filter(|_| is_ended).try_for_each(|entry| tables::audit::insert(scope, entry))
    }
}

fn place(ctx: &BrandContext, account: AccountId, table: &'static str, row: [u8; 16]) -> vault::Place {
    ctx.person_place(account.0, table, row)
}

/// Begins a session, if address and password are right.
///
/// # Errors
/// [`EngineError::WrongCredentials`] whatever was wrong; [`EngineError::Unconfirmed`] when only the
/// confirmation is missing (a new mail is on its way); [`EngineError::MustReset`] after "this was not me";
/// [`EngineError::NeedsPasskey`] when a second factor is demanded and the account's passkeys are the only ones.
pub async fn sign_in(
    engine: &Engine,
    brand: BrandId,
    attempt: Attempt,
    whence: &Whence,
) -> Result<Begun, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let email = EmailAddress::parse(&attempt.email).map_err(|_| EngineError::WrongCredentials)?.folded();
    engine.limits.check(Trying::SignIn, whence.address, Some(ctx.email_mac(email.reveal())))?;
    let found = engine.find_account(ctx, email.reveal()).await?;
    let credential = found.as_ref().and_then(|account| account.credential.as_ref());
    let is_right =
        engine.passwords.verify(&attempt.password, credential.map(|(_, credential)| &credential.hash)).await;
    let Some(account) = found else {
        engine.stand_in(brand).await?;
        return Err(EngineError::WrongCredentials);
    };
    if !is_right {
        note(engine, ctx, &account, whence, "wrong_password").await?;
        return Err(EngineError::WrongCredentials);
    }
    if account.stored.state == "unconfirmed" {
        confirm_first(engine, ctx, &account, whence).await?;
        return Err(EngineError::Unconfirmed);
    }
    if account.credential.as_ref().is_some_and(|(stored, _)| stored.must_change) {
        note(engine, ctx, &account, whence, "ended_password").await?;
        return Err(EngineError::MustReset);
    }
    let keep = attempt.keep_days.filter(|days| KEEP_DAYS.contains(days));
    let way = if account.has_codes() { Way::FirstOfTwo } else { Way::Password };
    let begun = begin(engine, ctx, &account, whence, keep, way).await;
    if matches!(begun, Err(EngineError::NeedsPasskey)) {
        // As far as the password and a code still to come.
        let row = history_row(engine, ctx, &account, whence, "second_factor")?;
        let write = move |tx: &store::Tx<'_>| tables::sign_in::insert(tx.brand(brand), account.id, &row);
        engine.data.write("note_first_of_two", write).await?;
    }
    begun
}

/// The mail that confirms the address, once more.
async fn confirm_first(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    whence: &Whence,
) -> Result<(), EngineError> {
    engine.limits.check(Trying::Mail, whence.address, Some(ctx.email_mac(account.profile.email.reveal())))?;
    let mut notice = Notice::new(engine, ctx, account);
    let (link, valid_until) = notice.link(LinkPurpose::Confirm);
    notice.tell(Letter::ConfirmAddress { link, valid_until })?;
    let (rows, brand) = (notice.rows(), ctx.id);
    engine.data.write("confirm_again", move |tx| rows.insert(tx.brand(brand))).await?;
    engine.wake_mail();
    Ok(())
}

pub(crate) fn history_row(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    whence: &Whence,
    outcome: &str,
) -> Result<StoredSignIn, EngineError> {
    let now = engine.clock.now();
    let id = SignInId::new(now, &*engine.entropy);
    let sealed = account
        .key
        .seal_value(&place(ctx, account.id, "sign_in", id.0), &whence.kept(), &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "sign_in" })?;
    Ok(StoredSignIn { id, at: now, outcome: outcome.to_owned(), sealed })
}

/// Writes into the history that somebody did not come in.
pub(crate) async fn note(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    whence: &Whence,
    outcome: &'static str,
) -> Result<(), EngineError> {
    let row = history_row(engine, ctx, account, whence, outcome)?;
    let entry = audit::at(engine, ctx, account, &Act::SignInFailed { why: outcome })?;
    let (brand, id) = (ctx.id, account.id);
    let write = move |tx: &store::Tx<'_>| {
        tables::sign_in::insert(tx.brand(brand), id, &row)?;
        tables::audit::insert(tx.brand(brand), &entry)
    };
    engine.data.write("note_sign_in", write).await?;
    engine.wake.log.notify_one();
    Ok(())
}

/// Where this account has signed in before.
async fn known_places(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
) -> Result<Vec<Kept>, EngineError> {
    let (brand, id) = (ctx.id, account.id);
    let rows = engine
        .data
        .read("sign_ins", move |tx| tables::sign_in::signed_in(tx.brand(brand), id, KNOWN_PLACES))
        .await?;
    rows.iter()
        .map(|row| {
            account
                .key
                .open_value(&place(ctx, id, "sign_in", row.id.0), &row.sealed)
                .map_err(|_| EngineError::Sealed { place: "sign_in" })
        })
        .collect()
}

/// By what somebody comes in.
pub(crate) enum Way {
    Password,
    /// The password, and a second factor is still to come.
    FirstOfTwo,
    /// The second factor, after the password.
    Code,
    Passkey(Used),
    /// The mailed link that confirms an address.
    Link,
}

/// A session with its history entry, the use of a passkey and, from a new place, a mail, in place of the one that the
/// browser showed; in one commit.
pub(crate) async fn begin(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    whence: &Whence,
    keep_days: Option<u16>,
    way: Way,
) -> Result<Begun, EngineError> {
    let needs_second_factor = matches!(way, Way::FirstOfTwo);
    let is_alone = matches!(way, Way::Password | Way::Link);
    let demand = engine.settings.second_factor;
    let (now, brand, id) = (engine.clock.now(), ctx.id, account.id);
    let secret = Secret::new(&*engine.entropy);
    let session = SessionId::new(now, &*engine.entropy);
    let sealed = account
        .key
        .seal_value(&place(ctx, id, "session", session.0), &whence.kept(), &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "session" })?;
    let lasts = match (needs_second_factor, keep_days) {
        (true, _) => SECOND_FACTOR,
        (false, Some(days)) => Span::days(i64::from(days)),
        (false, None) => LONGEST,
    };
    let row = NewSession {
        hash: secret.hash,
        id: session,
        account: id,
        stage: if needs_second_factor { Stage::SecondFactor } else { Stage::SignedIn },
        is_kept: keep_days.is_some(),
        created_at: now,
        expires_at: now.plus(lasts),
        sealed,
    };
    let kept_until = keep_days.filter(|_| !needs_second_factor).map(|_| row.expires_at);
    // The history says how far it came; a place is known once somebody was signed in there.
    let mut notice = Notice::new(engine, ctx, account);
    let outcome = if needs_second_factor { "second_factor" } else { "signed_in" };
    let entry = history_row(engine, ctx, account, whence, outcome)?;
    if !needs_second_factor {
        let known = known_places(engine, ctx, account).await?;
        // The first sign-in of all has nothing to be compared with. An account whose history has run out
        // is told of the next one as of a new place.
        let is_young = now.since(account.stored.created_at) < HISTORY;
        if (!known.is_empty() || !is_young) && whence.is_new_beside(&known) {
            let (network, browser) = whence.told();
            let not_me = notice.not_me();
            notice.tell(Letter::NewPlace { at: now, network, browser, not_me })?;
        }
    }
    let rows = notice.rows();
    let (way, passkey) = match way {
        Way::FirstOfTwo => (None, None),
        Way::Password => (Some("password"), None),
        Way::Code => (Some("password_and_code"), None),
        Way::Link => (Some("link"), None),
        Way::Passkey(used) => (Some("passkey"), Some(used)),
    };
    let act = way.map(|way| Act::SignedIn { session, way });
    let audited = act.map(|act| audit::at(engine, ctx, account, &act)).transpose()?;
    let seen = account.credential.as_ref().map(|(stored, _)| stored.clone());
    let seen = seen.ok_or(EngineError::WrongCredentials)?;
    let shown = Shown::find(engine, ctx, whence).await?;
    engine
        .data
        .write("begin_session", move |tx| {
            let scope = tx.brand(brand);
            // Another password counts since it was looked at: then nobody comes in by the old one.
            if !is_unchanged(scope, id, &seen)? {
                return Err(EngineError::WrongCredentials);
            }
            // A passkey counts as a second factor only where nobody comes in beside it.
            if is_alone && demand.binds(scope, id)? && demand::has_passkeys(scope, id)? {
                return Err(EngineError::NeedsPasskey);
            }
            // The passkey was removed, or has signed something else since.
            if let Some(passkey) = &passkey
                && !passkey.write(scope, now)?
            {
                return Err(EngineError::WrongCredentials);
            }
            if let Some(shown) = &shown {
                shown.end(scope)?;
            }
            session::insert(scope, &row)?;
            tables::sign_in::insert(scope, id, &entry)?;
            if let Some(audited) = &audited {
                tables::audit::insert(scope, audited)?;
            }
            rows.insert(scope)?;
            Ok(())
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    if let Some(ended) = &whence.shown {
        engine.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(ended);
    }
    if !needs_second_factor {
        engine.limits.remember(ctx.email_mac(account.profile.email.reveal()), whence.address);
    }
    Ok(Begun { secret: secret.text, needs_second_factor, kept_until })
}

/// Takes the second factor: the half-open session ends and a full one begins.
///
/// # Errors
/// [`EngineError::WrongCredentials`] when the code is not right (any more).
pub async fn second_factor(
    engine: &Engine,
    signed_in: &SignedIn,
    code: &str,
    keep_days: Option<u16>,
    whence: &Whence,
) -> Result<Begun, EngineError> {
    let (brand, id) = (signed_in.actor.brand, signed_in.actor.account);
    let ctx = &*engine.brand(brand)?.clone();
    let account = engine.open_account(ctx, id).await?.ok_or(EngineError::WrongCredentials)?;
    engine.limits.check(
        Trying::SecondFactor,
        whence.address,
        Some(ctx.email_mac(account.profile.email.reveal())),
    )?;
    if !take_code(engine, ctx, &account, code).await? {
        note(engine, ctx, &account, whence, "wrong_code").await?;
        return Err(EngineError::WrongCredentials);
    }
    let hash = signed_in.hash;
    let ended =
        engine.data.write("end_half_session", move |tx| session::delete(tx.brand(brand), &hash)).await?;
    if ended != 1 {
        // A new password or "this was not me" came first.
        return Err(EngineError::WrongCredentials);
    }
    // With the code that is used up.
    let account = engine.open_account(ctx, account.id).await?.ok_or(EngineError::WrongCredentials)?;
    let keep = keep_days.filter(|days| KEEP_DAYS.contains(days));
    begin(engine, ctx, &account, whence, keep, Way::Code).await
}

/// Whether the code is right; if so it is used up.
pub(crate) async fn take_code(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    code: &str,
) -> Result<bool, EngineError> {
    let Some((stored, mut credential)) = account.credential.clone() else { return Ok(false) };
    let Some(factor) = credential.totp.as_mut() else { return Ok(false) };
    if !factor.take(code, engine.clock.now()) {
        return Ok(false);
    }
    let mut row = engine.seal_credential(ctx, account.id, &account.key, &credential)?;
    (row.must_change, row.changed_at) = (stored.must_change, stored.changed_at);
    let (brand, id) = (ctx.id, account.id);
    engine
        .data
        .write("use_code", move |tx| {
            let scope = tx.brand(brand);
            // Used or changed meanwhile: then this one is not good.
            let is_same = tables::credential::get(scope, id)?.is_some_and(|now| now.sealed == stored.sealed);
            if is_same {
                tables::credential::set(scope, id, &row)?;
            }
            Ok::<_, store::StoreError>(is_same)
        })
        .await
        .map_err(EngineError::from)
}

/// Whose session this is, if it is still good. Changes nothing but the memory of when it was used, which is
/// written down later.
pub async fn find(engine: &Engine, brand: BrandId, secret: &str) -> Result<Option<SignedIn>, EngineError> {
    find_by_hash(engine, brand, hash_of(secret)).await
}

async fn find_by_hash(
    engine: &Engine,
    brand: BrandId,
    hash: [u8; 32],
) -> Result<Option<SignedIn>, EngineError> {
    let now = engine.clock.now();
    let found = engine.data.read("session", move |tx| session::find(tx.brand(brand), &hash)).await?;
    let Some(stored) = found else { return Ok(None) };
    let mut seen = engine.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let seen_at = seen.get(&hash).copied().unwrap_or(Timestamp::ZERO).max(stored.seen_at);
    let is_idle = !stored.is_kept && now.since(seen_at) > IDLE;
    if now >= stored.expires_at || is_idle || stored.state == "unconfirmed" || stored.must_change {
        return Ok(None);
    }
    // To the minute: nobody needs to know it better.
    if now.since(seen_at) >= Span::minutes(1) {
        seen.insert(hash, now);
        drop(seen);
        engine.wake.seen.notify_one();
    }
    Ok(Some(signed_in(brand, &stored)))
}

fn signed_in(brand: BrandId, stored: &StoredSession) -> SignedIn {
    SignedIn {
        actor: Actor {
            brand,
            account: stored.account,
            role: Role::named(&stored.role),
            scopes: TokenScope::ALL.to_vec(),
            door: Some(Door::Session(stored.id)),
        },
        session: stored.id,
        hash: stored.hash,
        proved_at: stored.proved_at,
        needs_second_factor: stored.stage == Stage::SecondFactor,
    }
}

/// Ends this session, also where a proof in another window has turned its secret meanwhile.
pub async fn sign_out(engine: &Engine, signed_in: &SignedIn) -> Result<(), EngineError> {
    let (brand, account) = (signed_in.actor.brand, signed_in.actor.account);
    let (id, hash) = (signed_in.session, signed_in.hash);
    let act = Act::SignedOut { session: id };
    let entry = audit::by(engine, &*engine.brand(brand)?, &signed_in.actor, &act).await?;
    let write = move |tx: &store::Tx<'_>| {
        let scope = tx.brand(brand);
        let gone = session::delete_by_id(scope, account, id)?;
        if gone == 1 { tables::audit::insert(scope, &entry) } else { Ok(()) }
    };
    engine.data.write("sign_out", write).await?;
    engine.wake.log.notify_one();
    engine.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
    Ok(())
}

impl Engine {
    /// Writes down when sessions were last used, and drops what is past its time or was never needed.
    pub async fn tidy_sessions(&self) -> Result<(), EngineError> {
        let spare: Vec<_> =
            self.spare_keys.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        if !spare.is_empty()
            && let Err(error) = self.vault.destroy(&spare).await
        {
            self.spare_keys.lock().unwrap_or_else(PoisonError::into_inner).extend(spare);
            return Err(error.into());
        }
        let seen: Vec<_> = self.seen.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        let kept = seen.clone();
        let written = self.data.write("tidy_sessions", move |tx| session::set_seen(tx, &seen)).await;
        if written.is_err() {
            // Known still, and written with the next.
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(kept);
        }
        written?;
        crate::retention::enforce(&self.data, self.clock.now()).await.map(drop)
    }
}
