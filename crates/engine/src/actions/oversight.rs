//! What the brand's admin looks at of what an account keeps: its pages and what their bots say, its leads without names
//! and one of them with who it is, its tags, how its broadcasts went and what one of them says, its templates, and which
//! files it took out (claim A1).
//!
//! Invariants: by an admin alone, and for a reason; whatever is shown was noted before, in one commit: for the account, for
//! a lead who is shown, in the audit, and in the mail that tells the account; only the mail may be left out. Nothing that
//! anything could be changed by is shown, and nothing is changed.

use super::support::{Person, reason};
use crate::accounts::notice::{Notice, Rows};
use crate::audit::{self, Act};
use crate::mail::Letter;
use crate::views::bot::{self, BotView};
use crate::views::broadcasts::{self, BroadcastView};
use crate::views::exports::{self, ExportView};
use crate::views::leads::{self, Identity, LeadDetail, LeadView};
use crate::views::oversight::{keeper_of_broadcast, keeper_of_lead, reader};
use crate::views::pages::{self, PageView};
use crate::views::tags::{self, TagView};
use crate::views::templates::{self, TemplateView};
use crate::views::{own, plans};
use crate::{Actor, Engine, EngineError, Reader, reading};
use model::id::{AccountId, BroadcastId, ExportId, LeadId, PageId, TemplateId};
use model::personal::Personal;
use store::{Tx, tables};
use vault::Key;

/// A kind of data that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Pages,
    /// Their list, which names nobody.
    Leads,
    Lead,
    /// How they went.
    Broadcasts,
    /// What one says.
    Broadcast,
    /// What they say and ask on its pages.
    Bots,
    Templates,
    Tags,
    /// Which files with leads were taken out, and what for.
    Exports,
}

impl Part {
    pub const ALL: [Self; 9] = [
        Self::Pages,
        Self::Leads,
        Self::Lead,
        Self::Broadcasts,
        Self::Broadcast,
        Self::Bots,
        Self::Templates,
        Self::Tags,
        Self::Exports,
    ];

    /// In the audit, in the lines about who looked, and in mails.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pages => "opened_pages",
            Self::Leads => "opened_leads",
            Self::Lead => "lead",
            Self::Broadcasts => "opened_broadcasts",
            Self::Broadcast => "broadcast",
            Self::Bots => "opened_bots",
            Self::Templates => "opened_templates",
            Self::Tags => "opened_tags",
            Self::Exports => "opened_exports",
        }
    }
}

/// Who a lead is, and what is kept about them.
pub struct Shown {
    pub account: AccountId,
    pub who: Identity,
    pub detail: LeadDetail,
}

/// An account's pages, in their order.
///
/// # Errors
/// [`EngineError::Invalid`] without a reason, as in all that follows.
pub async fn pages(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
    (after, limit): (Option<PageId>, u32),
) -> Result<Vec<PageView>, EngineError> {
    let why = asked(engine, actor, account, why).await?;
    let found = pages::list(engine, &reader(actor, account), after, limit).await?;
    note(engine, actor, (account, None), (Part::Pages, why)).await?;
    Ok(found)
}

/// An account's leads, in the order in which they first wrote.
pub async fn leads(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
    (after, limit): (Option<LeadId>, u32),
) -> Result<Vec<LeadView>, EngineError> {
    let why = asked(engine, actor, account, why).await?;
    let found = leads::list(engine, &reader(actor, account), after, limit).await?;
    note(engine, actor, (account, None), (Part::Leads, why)).await?;
    Ok(found)
}

/// An account's broadcasts, the newest first.
pub async fn broadcasts(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
    (before, limit): (Option<BroadcastId>, u32),
) -> Result<Vec<BroadcastView>, EngineError> {
    let why = asked(engine, actor, account, why).await?;
    let found = broadcasts::newest(engine, &reader(actor, account), before, limit).await?;
    note(engine, actor, (account, None), (Part::Broadcasts, why)).await?;
    Ok(found)
}

/// What the bots of an account's pages say and ask, in the order of the pages.
pub async fn bots(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
    (after, limit): (Option<PageId>, u32),
) -> Result<Vec<(PageView, BotView)>, EngineError> {
    let why = asked(engine, actor, account, why).await?;
    let reader = reader(actor, account);
    let mut found = Vec::new();
    for page in pages::list(engine, &reader, after, limit).await? {
        let bot = bot::get(engine, &reader, page.id).await?;
        found.push((page, bot));
    }
    note(engine, actor, (account, None), (Part::Bots, why)).await?;
    Ok(found)
}

/// An account's templates, in the order in which they were made.
pub async fn templates(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
    (after, limit): (Option<TemplateId>, u32),
) -> Result<Vec<TemplateView>, EngineError> {
    let why = asked(engine, actor, account, why).await?;
    let found = templates::list(engine, &reader(actor, account), after, limit).await?;
    note(engine, actor, (account, None), (Part::Templates, why)).await?;
    Ok(found)
}

/// An account's tags, all of them.
pub async fn tags(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
) -> Result<Vec<TagView>, EngineError> {
    let why = asked(engine, actor, account, why).await?;
    let found = tags::list(engine, &reader(actor, account)).await?;
    note(engine, actor, (account, None), (Part::Tags, why)).await?;
    Ok(found)
}

/// Which files an account took out, the newest first.
pub async fn exports(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
    (before, limit): (Option<ExportId>, u32),
) -> Result<Vec<ExportView>, EngineError> {
    let why = asked(engine, actor, account, why).await?;
    let found = exports::newest(engine, &reader(actor, account), before, limit).await?;
    note(engine, actor, (account, None), (Part::Exports, why)).await?;
    Ok(found)
}

/// Who a lead is and what is kept about them, as far as the account may see it.
///
/// # Errors
/// [`EngineError::Conflict`] for a lead who asked that their data be kept and not used.
pub async fn lead(engine: &Engine, actor: &Actor, id: LeadId, why: &str) -> Result<Shown, EngineError> {
    let account = keeper_of_lead(engine, actor, id).await?;
    let (why, reader) = (may_look(engine, actor, why)?, reader(actor, account));
    let detail = leads::get(engine, &reader, id).await?;
    if detail.lead.restricted {
        return Err(EngineError::Conflict(
            "this person asked that their data be kept and not used: nothing of it is shown".to_owned(),
        ));
    }
    let who = leads::identity(engine, &reader, id).await?;
    let key = own::lead_key(engine, id).await?;
    note(engine, actor, (account, Some((id, &key))), (Part::Lead, why)).await?;
    Ok(Shown { account, who, detail })
}

/// What a broadcast says, and how it went.
pub async fn broadcast(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
    why: &str,
) -> Result<(AccountId, BroadcastView), EngineError> {
    let account = keeper_of_broadcast(engine, actor, id).await?;
    let why = may_look(engine, actor, why)?;
    let found = broadcasts::get(engine, &reader(actor, account), id).await?;
    note(engine, actor, (account, None), (Part::Broadcast, why)).await?;
    Ok((account, found))
}

/// Whether the account is there, first, so that no answer depends on what was typed where there is none; then the reason.
async fn asked(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    why: &str,
) -> Result<Personal<String>, EngineError> {
    plans::account(engine, actor, account).await?;
    may_look(engine, actor, why)
}

/// What for, of one who does not look too often.
fn may_look(engine: &Engine, actor: &Actor, why: &str) -> Result<Personal<String>, EngineError> {
    let why = reason(why)?;
    engine.limits.may_reveal(actor.account.0)?;
    Ok(why)
}

/// Writes down that an account was looked into: for its holder, for the lead who is shown, if one is, and for the audit.
async fn note(
    engine: &Engine,
    actor: &Actor,
    (account, lead): (AccountId, Option<(LeadId, &Key)>),
    (part, reason): (Part, Personal<String>),
) -> Result<(), EngineError> {
    let (ctx, brand) = (engine.brand(actor.brand)?, actor.brand);
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let line = |what: &[&str], person: ([u8; 16], &Key)| {
        let kept = reading::Kept::said(Reader::Admin, reason.clone(), what);
        Ok::<_, EngineError>((person.0, reading::line(engine, &ctx, person, (&kept, actor.door))?))
    };
    let mut lines = vec![line(&[part.code()], (account.0, &key))?];
    if let Some((id, key)) = lead {
        lines.push(line(&["identity", "answers"], (id.0, key))?);
    }
    let told = told(engine, actor, account, (part, &reason)).await?;
    let act = Act::AccountOpened { account, what: part.code(), reason };
    let entry = audit::by(engine, &ctx, actor, &act).await?;
    let of = lead.map_or(Person::Account(account), |(id, _)| Person::Lead(id));
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        // An erasure that has begun meanwhile finds no line that it did not know of.
        if !of.is_there(scope)? || !Person::Account(account).is_there(scope)? {
            return Err(EngineError::NotFound("this account"));
        }
        for (person, line) in &lines {
            tables::reading::insert(scope, *person, line)?;
        }
        tables::audit::insert(scope, &entry)?;
        told.insert(scope)?;
        Ok(())
    };
    engine.data.write("account_opened", write).await?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(())
}

/// The mail to the account, unless it had many within the hour; the last of them says so.
async fn told(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    (part, reason): (Part, &Personal<String>),
) -> Result<Rows, EngineError> {
    if account == actor.account {
        return Ok(Rows::default());
    }
    let Some(more) = engine.limits.letters_after("admin_opened", account) else { return Ok(Rows::default()) };
    let at = engine.clock.now();
    let letter = |notice: &mut Notice<'_>| Letter::AdminOpened {
        at,
        what: part.code().to_owned(),
        reason: reason.clone(),
        link: notice.page("/account#looks"),
        stop: more == 0,
    };
    engine.told(actor.brand, account, letter).await
}
