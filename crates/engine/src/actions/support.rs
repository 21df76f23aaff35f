//! Access for support: an admin grants it; a helper comes in by the grant's code, looks, is shown single people for a
//! reason, and leaves (claims R5, A1, F6).
//!
//! Invariants: only an admin grants, and nothing longer than 72 hours; a code opens one browser, once, in the commit of its
//! entry; a helper reaches what the grant names, changes nothing but the grant's own end, and is shown no secret by which
//! anything could be changed; whoever or whatever is shown is noted in a commit before it is shown, and a person's own line
//! about it stands in the same commit.

use super::requests::admin;
use super::tokens;
use crate::accounts::notice::{Notice, Rows};
use crate::accounts::{Secret, hash_of};
use crate::audit::{self, Act as Audited};
use crate::brands::BrandContext;
use crate::mail::Letter;
use crate::reading;
use crate::support::{Given, Seen, line, sealed};
use crate::views::leads::{Identity, identity, keeper, masked};
use crate::views::own;
use crate::{Actor, Door, Engine, EngineError, Guess, Reader, Role, TokenScope};
use model::id::{AccountId, BrandId, LeadId, SupportGrantId};
use model::personal::Personal;
use model::support::{Act, End, Scope, ends_at, joined};
use model::time::{Span, Timestamp};
use std::net::IpAddr;
use store::tables::support::{self, NewGrant};
use store::tables::{self, account, lead, session};
use store::{StoreError, Tx};

pub use super::subscriptions::Who;

/// Characters of a helper's name, of a purpose and of a reason.
pub const NAME_LIMIT: usize = 100;
pub const TEXT_LIMIT: usize = 500;
/// What a reason has at least.
pub const REASON_LEAST: usize = 10;
/// Grants of a brand that are open at a time.
pub const OPEN_LIMIT: usize = 10;

/// What an admin grants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Who helps.
    pub helper: String,
    pub purpose: String,
    pub scopes: Vec<Scope>,
    pub lasts: Span,
}

/// Somebody who came in by a grant's code.
#[derive(Debug, Clone)]
pub struct Helper {
    pub brand: BrandId,
    pub grant: SupportGrantId,
    pub scopes: Vec<Scope>,
    pub ends_at: Timestamp,
    /// In whose name tokens are made.
    admin: Option<AccountId>,
}

impl Helper {
    /// # Errors
    /// [`EngineError::NotGranted`]: what a grant does not name is not there.
    pub fn may(&self, scope: Scope) -> Result<(), EngineError> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(EngineError::NotGranted) }
    }

    /// As whom something is denied to them.
    pub fn asker(&self) -> Actor {
        self.anybody(AccountId([0; 16]), Role::User)
    }

    /// In the name of an account, to read and for views only.
    pub(crate) fn reader(&self, account: AccountId) -> Actor {
        let scopes = vec![TokenScope::LeadsRead, TokenScope::BroadcastsRead];
        Actor { scopes, ..self.anybody(account, Role::User) }
    }

    /// For lists of the brand that name nobody.
    pub(crate) fn overseer(&self) -> Actor {
        self.anybody(AccountId([0; 16]), Role::Admin)
    }

    fn anybody(&self, account: AccountId, role: Role) -> Actor {
        let door = Some(Door::Support(self.grant));
        Actor { brand: self.brand, account, role, scopes: Vec::new(), door }
    }
}

fn words(field: &'static str, text: &str, least: usize, most: usize) -> Result<String, EngineError> {
    let text = text.trim();
    if (least..=most).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(EngineError::invalid(field, format!("must have {least} to {most} characters")))
    }
}

/// What somebody is shown something for.
pub(super) fn reason(text: &str) -> Result<Personal<String>, EngineError> {
    words("reason", text, REASON_LEAST, TEXT_LIMIT).map(Personal::new)
}

/// "This was not me" ends the session: then nothing comes after it that would let somebody in.
///
/// # Errors
/// [`EngineError::NotFound`] where the session is gone.
pub(super) fn still_signed_in(scope: tables::Scope<'_>, actor: &Actor) -> Result<(), EngineError> {
    match actor.door {
        Some(Door::Session(id)) if session::account_of(scope, id)? != Some(actor.account) => {
            Err(EngineError::NotFound("this session"))
        }
        _ => Ok(()),
    }
}

const fn over() -> EngineError {
    EngineError::NotFound("this grant")
}

/// Grants access; the code by which the helper comes in is shown this once.
///
/// # Errors
/// [`EngineError::Invalid`] naming the field; [`EngineError::Conflict`] where too many are open.
pub async fn grant(
    engine: &Engine,
    actor: &Actor,
    wanted: &Wanted,
) -> Result<(SupportGrantId, Personal<String>), EngineError> {
    admin(actor)?;
    let (ctx, now) = (engine.brand(actor.brand)?, engine.clock.now());
    let given = Given {
        helper: Personal::new(words("helper", &wanted.helper, 2, NAME_LIMIT)?),
        purpose: Personal::new(words("purpose", &wanted.purpose, REASON_LEAST, TEXT_LIMIT)?),
        key: None,
        record: None,
    };
    if wanted.scopes.is_empty() {
        return Err(EngineError::invalid("scopes", "names nothing: choose what the helper has to see"));
    }
    let ends_at = ends_at(now, wanted.lasts)
        .ok_or_else(|| EngineError::invalid("lasts", "must be longer than nothing and 72 hours at most"))?;
    let (id, code) = (SupportGrantId::new(now, &*engine.entropy), Secret::new(&*engine.entropy));
    let sealed = sealed(engine, &ctx, id, &given)?;
    let opens = joined(&wanted.scopes);
    let letter = |notice: &mut Notice<'_>| Letter::SupportGranted {
        at: now,
        opens: opens.clone(),
        ends_at,
        link: notice.page(&format!("/admin/support/{id}")),
    };
    let letters = engine.told_admins(ctx.id, letter).await?;
    let act = Audited::SupportGranted { grant: id, scopes: opens.clone() };
    let entry = audit::by(engine, &ctx, actor, &act).await?;
    let new = NewGrant {
        id,
        account: actor.account,
        scopes: wanted.scopes.clone(),
        made_at: now,
        ends_at,
        code_hash: code.hash,
        sealed,
    };
    let (brand, asking) = (ctx.id, actor.clone());
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        still_signed_in(scope, &asking)?;
        let all = support::list_unfinished(tx)?;
        let open = all.iter().filter(|grant| grant.brand == brand && grant.ended_at.is_none());
        if open.count() >= OPEN_LIMIT {
            return Err(EngineError::Conflict(format!(
                "{OPEN_LIMIT} grants are open: end one of them first"
            )));
        }
        support::insert(scope, &new)?;
        tables::audit::insert(scope, &entry)?;
        letters.iter().try_for_each(|rows| rows.insert(scope))?;
        Ok(())
    };
    engine.data.write("grant_support", write).await?;
    engine.wake.support.notify_one();
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok((id, code.text))
}

/// Another code, when the first was lost or used by somebody else: whoever came in by the one before is out. For the admin
/// who gave the access alone: it ends when their account is taken back.
pub async fn renew(
    engine: &Engine,
    actor: &Actor,
    id: SupportGrantId,
) -> Result<Personal<String>, EngineError> {
    admin(actor)?;
    let (ctx, now) = (engine.brand(actor.brand)?, engine.clock.now());
    let (brand, code) = (ctx.id, Secret::new(&*engine.entropy));
    let entry = audit::by(engine, &ctx, actor, &Audited::SupportCode { grant: id }).await?;
    let (hash, asking) = (code.hash, actor.clone());
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        still_signed_in(scope, &asking)?;
        if !support::renew(scope, (id, asking.account), &hash, now)? {
            return Err(over());
        }
        tables::audit::insert(scope, &entry)?;
        Ok(())
    };
    engine.data.write("renew_support", write).await?;
    engine.wake.log.notify_one();
    Ok(code.text)
}

/// Ends a grant at once, with every token that was made under it.
pub async fn end(engine: &Engine, actor: &Actor, id: SupportGrantId) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    engine.end_support(&ctx, id, End::Admin, Some(actor)).await
}

/// Comes in by a code: the secret of the helper's session. `None` for a code that is not good (any more).
///
/// # Errors
/// [`EngineError::TooMany`] for a place that guesses.
pub async fn enter(
    engine: &Engine,
    brand: BrandId,
    code: &str,
    from: Option<IpAddr>,
) -> Result<Option<Personal<String>>, EngineError> {
    let (ctx, now) = (engine.brand(brand)?, engine.clock.now());
    let (hash, session) = (hash_of(code.trim()), Secret::new(&*engine.entropy));
    let find = move |tx: &Tx<'_>| support::find_by_code(tx.brand(brand), &hash, now);
    let found = engine.data.read("support_code", find).await?;
    let entered = match found {
        Some(grant) => come_in(engine, &ctx, grant, (hash, session.hash)).await?,
        None => false,
    };
    if !entered {
        engine.guessed(Guess::SupportCode, from)?;
        return Ok(None);
    }
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(Some(session.text))
}

/// Uses the code up, with its entry and what tells the admins; `false` when somebody else did, or it is over.
async fn come_in(
    engine: &Engine,
    ctx: &BrandContext,
    grant: SupportGrantId,
    (code, session): ([u8; 32], [u8; 32]),
) -> Result<bool, EngineError> {
    let (brand, now) = (ctx.id, engine.clock.now());
    let letter = |notice: &mut Notice<'_>| Letter::SupportEntered {
        at: now,
        link: notice.page(&format!("/admin/support/{grant}")),
    };
    let letters = engine.told_admins(brand, letter).await?;
    let entry = audit::helper(engine, ctx, &Audited::SupportEntered { grant })?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if support::enter(scope, &code, &session, now)? != Some(grant) {
            return Ok(false);
        }
        tables::audit::insert(scope, &entry)?;
        letters.iter().try_for_each(|rows| rows.insert(scope))?;
        Ok::<_, StoreError>(true)
    };
    Ok(engine.data.write("enter_support", write).await?)
}

/// Who holds this session. Changes nothing.
pub async fn find(engine: &Engine, brand: BrandId, secret: &str) -> Result<Option<Helper>, EngineError> {
    let (hash, now) = (hash_of(secret), engine.clock.now());
    let find = move |tx: &Tx<'_>| support::of_session(tx.brand(brand), &hash, now);
    let found = engine.data.read("support_session", find).await?;
    Ok(found.map(|grant| Helper {
        brand,
        grant: grant.id,
        scopes: grant.scopes,
        ends_at: grant.ends_at,
        admin: grant.account,
    }))
}

/// The helper is done: the grant ends.
pub async fn leave(engine: &Engine, helper: &Helper) -> Result<(), EngineError> {
    let ctx = engine.brand(helper.brand)?;
    engine.end_support(&ctx, helper.grant, End::Helper, None).await
}

/// Notes that the helper opens a page on which nobody is named; `what` says which, and `about` whose it is, if it is
/// somebody's. Such a line goes with them.
///
/// # Errors
/// [`EngineError::NotFound`] when the grant is over, or when they are gone.
pub async fn look(
    engine: &Engine,
    helper: &Helper,
    what: &'static str,
    about: Option<Person>,
) -> Result<(), EngineError> {
    let seen = Seen { what: what.to_owned(), reason: Personal::new(String::new()) };
    let (brand, grant) = (helper.brand, helper.grant);
    let key = match about {
        Some(person) => {
            let key = engine.vault.key(&person.id()).await?;
            Some((person.id(), key.ok_or(EngineError::NotFound("this person"))?))
        }
        None => None,
    };
    let person = key.as_ref().map(|(id, key)| (*id, &**key));
    let act = line(engine, &*engine.brand(brand)?, Act::Looked, person, &seen)?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let is_there = about.map_or(Ok(true), |person| person.is_kept(scope))?;
        Ok::<_, EngineError>(is_there && support::note(scope, grant, &act)?)
    };
    if engine.data.write("support_look", write).await? { Ok(()) } else { Err(over()) }
}

/// Notes that the API is called by a token that was made for the helper of this grant; `what` says by which method and
/// path. Before it is answered.
///
/// # Errors
/// [`EngineError::NotFound`] when the grant is over.
pub async fn call(
    engine: &Engine,
    brand: BrandId,
    grant: SupportGrantId,
    what: String,
) -> Result<(), EngineError> {
    let seen = Seen { what, reason: Personal::new(String::new()) };
    let act = line(engine, &*engine.brand(brand)?, Act::Called, None, &seen)?;
    let write = move |tx: &Tx<'_>| support::note(tx.brand(brand), grant, &act);
    if engine.data.write("support_call", write).await? { Ok(()) } else { Err(over()) }
}

/// Somebody who is looked at, and how it is found out in the commit that they are there and may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Lead(LeadId),
    Account(AccountId),
}

impl Person {
    const fn id(self) -> [u8; 16] {
        match self {
            Self::Lead(id) => id.0,
            Self::Account(id) => id.0,
        }
    }

    const fn act(self) -> Act {
        match self {
            Self::Lead(_) => Act::Lead,
            Self::Account(_) => Act::Account,
        }
    }

    /// Whether there is anything of them that a line may go with.
    fn is_kept(self, scope: tables::Scope<'_>) -> Result<bool, EngineError> {
        Ok(match self {
            Self::Lead(id) => lead::get(scope, id)?.is_some(),
            Self::Account(id) => account::role(scope, id)?.is_some(),
        })
    }

    pub(super) fn is_there(self, scope: tables::Scope<'_>) -> Result<bool, EngineError> {
        Ok(match self {
            Self::Lead(id) => lead::get(scope, id)?
                .is_some_and(|stored| stored.lead.fenced_at.is_none() && stored.lead.restricted_at.is_none()),
            Self::Account(id) => account::role(scope, id)?.is_some(),
        })
    }
}

/// Writes down that somebody is shown, for them and for the admins.
async fn note(
    engine: &Engine,
    ctx: &BrandContext,
    helper: &Helper,
    (person, key): (Person, &vault::Key),
    (reason, told): (Personal<String>, Rows),
) -> Result<(), EngineError> {
    let (brand, grant, id) = (helper.brand, helper.grant, person.id());
    let what = match person {
        Person::Lead(_) => "identity",
        Person::Account(_) => "account",
    };
    let kept = reading::Kept::said(Reader::Support, reason.clone(), &[what]);
    let own = reading::line(engine, ctx, (id, key), (&kept, Some(Door::Support(grant))))?;
    let act = line(engine, ctx, person.act(), Some((id, key)), &Seen { what: String::new(), reason })?;
    let audited = Audited::SupportShown { grant, what: person.act().code() };
    let entry = audit::helper(engine, ctx, &audited)?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if !person.is_there(scope)? || !support::note(scope, grant, &act)? {
            return Err(over());
        }
        tables::reading::insert(scope, id, &own)?;
        tables::audit::insert(scope, &entry)?;
        told.insert(scope)?;
        Ok(())
    };
    engine.data.write("support_shown", write).await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(())
}

/// Shows who a lead is, as far as whoever runs the page may see it.
///
/// # Errors
/// [`EngineError::Conflict`] for a lead who asked that their data be kept and not used.
pub async fn show_lead(
    engine: &Engine,
    helper: &Helper,
    id: LeadId,
    why: &str,
) -> Result<Identity, EngineError> {
    helper.may(Scope::Leads)?;
    let reason = reason(why)?;
    engine.limits.may_reveal(helper.grant.0)?;
    let ctx = engine.brand(helper.brand)?;
    let actor = helper.reader(keeper(engine, &ctx, id).await?.account);
    let (view, _) = masked(engine, &actor, id).await?;
    if view.restricted {
        return Err(EngineError::Conflict(
            "this person asked that their data be kept and not used: nothing of it is shown".to_owned(),
        ));
    }
    let who = identity(engine, &actor, id).await?;
    let key = own::lead_key(engine, id).await?;
    note(engine, &ctx, helper, (Person::Lead(id), &key), (reason, Rows::default())).await?;
    Ok(who)
}

/// Shows whose an account is, and tells them by mail.
pub async fn show_account(
    engine: &Engine,
    helper: &Helper,
    id: AccountId,
    why: &str,
) -> Result<Who, EngineError> {
    helper.may(Scope::Accounts)?;
    let reason = reason(why)?;
    engine.limits.may_reveal(helper.grant.0)?;
    let ctx = engine.brand(helper.brand)?;
    let opened = engine.open_account(&ctx, id).await?.ok_or(EngineError::NotFound("this account"))?;
    let at = engine.clock.now();
    let told = match engine.limits.letters_after("support_read", id) {
        Some(more) => {
            let letter = |notice: &mut Notice<'_>| Letter::SupportRead {
                at,
                reason: reason.clone(),
                link: notice.page("/account#looks"),
                stop: Some(more == 0),
            };
            engine.told(ctx.id, id, letter).await?
        }
        None => Rows::default(),
    };
    note(engine, &ctx, helper, (Person::Account(id), &opened.key), (reason, told)).await?;
    Ok(Who { name: opened.profile.name, email: opened.profile.email })
}

/// Makes a token that reads the pages and broadcasts of the admin who granted this, for trying the API. Each call by it is
/// noted under the grant. It is revoked with the grant's end, and would run out then in any case.
///
/// # Errors
/// [`EngineError::Conflict`] where the admin's account is there no more, or ten were made already.
pub async fn make_token(
    engine: &Engine,
    helper: &Helper,
    why: &str,
) -> Result<Personal<String>, EngineError> {
    helper.may(Scope::Secrets)?;
    let reason = reason(why)?;
    let account = helper.admin.ok_or_else(|| {
        EngineError::Conflict("the admin who granted this is gone, and a token would act for them".to_owned())
    })?;
    tokens::create_for_support(engine, helper, account, reason).await
}
