//! The register of breaches, as the admin sees it; its figures, for everybody; and what a lead is told.

use super::{At, LIMIT, limited};
use crate::accounts::notice::address;
use crate::actions::breach_mail::own_address;
use crate::actions::breaches::text_for;
use crate::actions::requests::admin;
use crate::actions::sign_in::SignedIn;
use crate::brands::BrandContext;
use crate::breach::mail::{Sender, known};
use crate::breach::tell;
use crate::breach::{self as register, Facts, Opened};
use crate::mail::Letter;
use crate::{Actor, Engine, EngineError};
use model::breach::{Course, EntryKind, Field, Standing, Start, Whats};
use model::gate;
use model::id::{AccountId, BrandId, BreachId, LeadId, SessionId, TokenId};
use model::time::Timestamp;
use serde_json::Value;
use store::tables::breach::{self, StoredBreach};
use store::tables::breach_person::{Concern, Found, Searches};
use store::tables::{api_token, brand, breach_person, installation, session};
use store::{StoreError, Tx};

pub use crate::breach::affected::{Asked, Summary};
pub use crate::breach::{Checked, Draft, Fault, MailDraft, Mailed, Words};
pub use store::tables::breach::Figures;
pub use store::tables::breach_person::{Count, Part, Way};

/// A case in a list.
#[derive(Debug, Clone)]
pub struct BreachView {
    pub id: BreachId,
    pub title: String,
    pub course: Course,
    pub standing: Standing,
    /// Only practised.
    pub is_drill: bool,
}

/// What is known of a case.
#[derive(Debug, Clone)]
pub struct BreachDetail {
    pub breach: BreachView,
    pub nature: String,
    pub contact: String,
    pub consequences: String,
    pub measures: String,
    /// Why late, or why not told.
    pub reason: String,
    /// What of it the authority is told at least and is not known yet.
    pub missing: Vec<Field>,
    /// Whether it was told everything.
    pub told_in_full: bool,
    /// What people are to be told, as it is being written.
    pub draft: Option<Draft>,
    /// What people are told, by language; nothing until it was written.
    pub texts: Vec<Words>,
    pub counts: Vec<Count>,
    /// The last mail to the authority, unless it was told since.
    pub mailed: Option<Mailed>,
    /// Of leads and of accounts.
    pub what_of_leads: Whats,
    pub what_of_accounts: Whats,
    pub entries: Vec<EntryView>,
}

/// One entry, opened.
#[derive(Debug, Clone)]
pub struct EntryView {
    pub number: u64,
    /// `None`: a newer version wrote it, and this one does not know of what it tells.
    pub kind: Option<EntryKind>,
    pub written_at: At,
    pub leaf_index: Option<u64>,
    pub facts: Value,
}

impl BreachDetail {
    /// How many of this part there are.
    pub fn people(&self, part: Part, is_certain: bool) -> u64 {
        self.counts.iter().filter(|c| c.part == part && c.is_certain == is_certain).map(|c| c.people).sum()
    }

    /// How many of this part were not told yet.
    pub fn waiting(&self, part: Part, is_certain: bool) -> u64 {
        let is_it = |c: &&Count| c.part == part && c.is_certain == is_certain && c.way.is_none();
        self.counts.iter().filter(is_it).map(|c| c.people).sum()
    }

    /// How many of this part were told in this way; `None`: not yet.
    pub fn told(&self, part: Part, way: Option<Way>) -> u64 {
        self.counts.iter().filter(|c| c.part == part && c.way == way).map(|c| c.people).sum()
    }
}

fn view(
    ctx: &BrandContext,
    stored: &StoredBreach,
    now: Timestamp,
) -> Result<(BreachView, Facts), EngineError> {
    let facts = Facts::open(ctx, stored)?;
    let view = BreachView {
        id: stored.id,
        title: facts.title.reveal().clone(),
        course: stored.course,
        standing: stored.course.standing(facts.told_in_full, now),
        is_drill: facts.is_drill,
    };
    Ok((view, facts))
}

/// The newest first.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    before: Option<BreachId>,
    limit: u32,
) -> Result<Vec<BreachView>, EngineError> {
    admin(actor)?;
    let (ctx, limit, now) = (engine.brand(actor.brand)?, limited(limit)?, engine.clock.now());
    let (brand, before) = (ctx.id, before.unwrap_or(BreachId([0xff; 16])));
    let rows = engine.data.read("breaches", move |tx| breach::list(tx.brand(brand), before, limit)).await?;
    rows.iter().map(|row| Ok(view(&ctx, row, now)?.0)).collect()
}

pub async fn get(engine: &Engine, actor: &Actor, id: BreachId) -> Result<BreachDetail, EngineError> {
    admin(actor)?;
    let (ctx, now) = (engine.brand(actor.brand)?, engine.clock.now());
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let Some(stored) = breach::get(scope, id)? else { return Ok(None) };
        Ok::<_, StoreError>(Some((
            stored,
            breach::list_entries_of(scope, id)?,
            breach_person::count(scope, id)?,
            breach_person::whats(scope, id, Part::Lead)?,
            breach_person::whats(scope, id, Part::Account)?,
        )))
    };
    let found = engine.data.read("breach_detail", read).await?;
    let (stored, entries, counts, what_of_leads, what_of_accounts) =
        found.ok_or(EngineError::NotFound("this case"))?;
    let (breach, facts) = view(&ctx, &stored, now)?;
    let entries = entries.iter().map(|entry| {
        let mut record = Opened::of(&ctx, entry)?.value()?;
        Ok(EntryView {
            number: entry.number,
            kind: entry.kind.known(),
            written_at: At(entry.written_at),
            leaf_index: entry.leaf_index,
            facts: record.get_mut("facts").map(Value::take).unwrap_or_default(),
        })
    });
    let entries = entries.collect::<Result<Vec<EntryView>, EngineError>>()?;
    Ok(BreachDetail {
        breach,
        mailed: Mailed::last(entries.iter().map(|one| (one.number, one.kind, &one.facts))),
        nature: facts.nature.reveal().clone(),
        contact: facts.contact.reveal().clone(),
        consequences: facts.consequences.reveal().clone(),
        measures: facts.measures.reveal().clone(),
        reason: facts.reason.reveal().clone(),
        missing: facts.missing(),
        told_in_full: facts.told_in_full,
        draft: facts.draft,
        texts: facts.texts,
        counts,
        what_of_leads,
        what_of_accounts,
        entries,
    })
}

/// Reads the whole register: whether any entry is missing or was changed, and whether each stands in the log.
pub async fn check(engine: &Engine, actor: &Actor) -> Result<Checked, EngineError> {
    admin(actor)?;
    register::check(engine, &*engine.brand(actor.brand)?).await
}

/// The proof file of an entry.
///
/// # Errors
/// [`EngineError::NotFound`]; [`EngineError::NotYet`] until it stands under a checkpoint.
pub async fn proof(engine: &Engine, actor: &Actor, number: u64) -> Result<Vec<u8>, EngineError> {
    admin(actor)?;
    register::proof(engine, &*engine.brand(actor.brand)?, number).await
}

/// How large a brand's register is, for everybody.
pub async fn figures(engine: &Engine, brand: BrandId) -> Result<Figures, EngineError> {
    Ok(engine.data.read("breach_figures", move |tx| breach::figures(tx.brand(brand))).await?)
}

/// Whoever of this part was found, for the admin: ids only.
pub async fn people(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    (part, is_certain): (Part, bool),
) -> Result<Vec<[u8; 16]>, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| breach_person::list(tx.brand(brand), id, part, is_certain);
    Ok(engine.data.read("breach_people", read).await?)
}

/// Whom a search began with, as its entry says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyView {
    pub start: Start,
    /// The session, token, account or grant; else empty.
    pub name: String,
    pub from: Option<At>,
    pub until: Option<At>,
    pub with_keys: bool,
    /// The number that whom it found bears; nothing in entries of before these were kept.
    search: Option<u32>,
}

/// Somebody whom a case concerns; it is not said who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    /// What the next ones are behind.
    pub person: [u8; 16],
    /// Of a lead: to whose page they wrote. Of an account: itself.
    pub account: Option<AccountId>,
    /// Of an account whose leads are concerned: how many.
    pub leads: u64,
    pub what: Whats,
    pub is_certain: bool,
    /// The searches that led there.
    pub whys: Vec<WhyView>,
    pub told: Option<(At, Way)>,
}

fn why(entry: &Value) -> Option<WhyView> {
    let facts = entry.get("facts")?;
    let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
    Some(WhyView {
        start: Start::from_code(text("start"))?,
        name: text("name").to_owned(),
        from: At::parse(text("from")),
        until: At::parse(text("until")),
        with_keys: facts.get("with_keys").and_then(Value::as_bool).unwrap_or(false),
        search: facts.get("search").and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()),
    })
}

/// Those of this part whom the case's searches found, in the order of their ids, with what led to each.
pub async fn affected(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    (part, after): (Part, Option<[u8; 16]>),
    limit: u32,
) -> Result<Vec<PersonView>, EngineError> {
    admin(actor)?;
    let (ctx, limit, after) = (engine.brand(actor.brand)?, limited(limit)?, after.unwrap_or_default());
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let mut people = Vec::new();
        for one in breach_person::list_after(scope, id, part, after, limit)? {
            let account = match part {
                Part::Lead => breach_person::owner(scope, one.person)?,
                Part::Account | Part::Owner => Some(AccountId(one.person)),
            };
            let leads = match (part, account) {
                (Part::Owner, Some(owner)) => breach_person::count_of_owner(scope, id, owner)?,
                _ => 0,
            };
            people.push((one, account, leads));
        }
        Ok::<_, StoreError>((people, breach::list_entries_of(scope, id)?))
    };
    let (people, entries) = engine.data.read("affected", read).await?;
    let mut searches = Vec::new();
    for entry in entries.iter().filter(|entry| entry.kind.known() == Some(EntryKind::Affected)) {
        searches.extend(why(&Opened::of(&ctx, entry)?.value()?));
    }
    // One that was noted before the number was: any of the searches of that time.
    let led = |found: Searches, why: &&WhyView| match why.search {
        Some(number) => found.has(number),
        None => found.is_empty(),
    };
    let view = |(one, account, leads): (breach_person::Listed, _, _)| PersonView {
        person: one.person,
        account,
        leads,
        what: one.what,
        is_certain: one.is_certain,
        whys: searches.iter().filter(|why| led(one.searches, why)).cloned().collect(),
        told: one.told.map(|(at, way)| (At(at), way)),
    };
    Ok(people.into_iter().map(view).collect())
}

/// Since when the brand is there: nothing can be suspected of before.
pub async fn since(engine: &Engine, actor: &Actor) -> Result<At, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let since = engine.data.read("brand_since", move |tx| brand::since(tx.brand(brand))).await?;
    Ok(At(since.unwrap_or(Timestamp::ZERO)))
}

/// Of which times there are copies, as far as is known here: of the data the newest, of the keys the oldest that may
/// still be there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Copies {
    pub data: Option<At>,
    pub keys: Option<At>,
}

pub async fn copies(engine: &Engine, actor: &Actor) -> Result<Copies, EngineError> {
    admin(actor)?;
    let data = engine.data.read("last_backup", installation::last_backup).await?;
    Ok(Copies { data: data.map(At), keys: engine.vault.oldest_copy().await?.map(At) })
}

/// A door of an account, to begin a search with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoorView {
    Session { id: SessionId, since: At, seen: At },
    Token { id: TokenId, since: At, until: Option<At>, scopes: Vec<String>, tail: String },
}

/// The sessions that an account has and the tokens that it ever had, the newest first: when they began and ended, what a
/// token may do and its last characters. Whose account it is stays masked.
pub async fn doors(engine: &Engine, actor: &Actor, account: AccountId) -> Result<Vec<DoorView>, EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((
            session::list_of_account(scope, account)?,
            api_token::lives_of_account(scope, account)?,
        ))
    };
    let (sessions, tokens) = engine.data.read("doors", read).await?;
    let sessions = sessions.into_iter().rev().map(|one| DoorView::Session {
        id: one.id,
        since: At(one.created_at),
        seen: At(one.seen_at),
    });
    let tokens = tokens.into_iter().rev().map(|one| DoorView::Token {
        id: one.id,
        since: At(one.created_at),
        until: [one.revoked_at, one.expires_at].into_iter().flatten().min().map(At),
        scopes: one.scopes.split_whitespace().map(str::to_owned).collect(),
        tail: one.tail,
    });
    Ok(sessions.chain(tokens).collect())
}

/// What is about to be sent in one language.
#[derive(Debug, Clone)]
pub struct SampleView {
    pub language: String,
    /// To which part, and whether it is certain that its data was seen.
    pub letters: Vec<(Part, bool, Letter)>,
    /// To leads, in their thread.
    pub in_thread: String,
}

/// What people would be told, and how many of them; as the letters of the station, before any of them is sent.
#[derive(Debug, Clone)]
pub struct Preview {
    pub draft: Draft,
    pub leads: u64,
    /// Of these, who wrote within the time in which they may be answered; the others read it on their own page.
    pub leads_in_thread: u64,
    pub accounts: u64,
    pub owners: u64,
    pub samples: Vec<SampleView>,
}

/// What is written for people, as it will be sent; nothing where nothing is.
pub async fn preview(
    engine: &Engine,
    actor: &Actor,
    detail: &BreachDetail,
) -> Result<Option<Preview>, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let Some(draft) = detail.draft.clone() else { return Ok(None) };
    let (brand, id) = (ctx.id, detail.breach.id);
    let since = engine.clock.now().minus(gate::WINDOW);
    let read = move |tx: &Tx<'_>| breach_person::count_writable(tx.brand(brand), id, since);
    let leads_in_thread = engine.data.read("leads_to_write_to", read).await?;
    let facts = Facts { texts: draft.texts.clone(), ..Facts::default() };
    let leads = detail.people(Part::Lead, true).saturating_add(detail.people(Part::Lead, false));
    let contact = &ctx.brand.controller.contact;
    let sample = |text: &Words| {
        let cases =
            [(Part::Account, true), (Part::Account, false), (Part::Owner, true), (Part::Owner, false)];
        let some = cases.into_iter().filter(|(part, is_certain)| detail.waiting(*part, *is_certain) > 0);
        // Those whose leads are concerned get one letter, whether it is certain or not.
        let mut some: Vec<(Part, bool)> =
            some.map(|(part, is_certain)| (part, is_certain || part == Part::Owner)).collect();
        some.dedup();
        let letter = |(part, is_certain): (Part, bool)| {
            let what = if part == Part::Owner { detail.what_of_leads } else { detail.what_of_accounts };
            let one = Found { part, person: [0; 16], what, is_certain };
            let words = text_for(&facts, &text.language);
            let link = address(&ctx, "/breach-policy");
            (part, is_certain, tell::letter(words, &one, leads, (contact, link)))
        };
        SampleView {
            language: text.language.clone(),
            letters: some.into_iter().map(letter).collect(),
            in_thread: tell::in_thread(text.clone(), contact),
        }
    };
    Ok(Some(Preview {
        leads: detail.told(Part::Lead, None),
        leads_in_thread,
        accounts: detail.told(Part::Account, None),
        owners: detail.told(Part::Owner, None),
        samples: draft.texts.iter().map(sample).collect(),
        draft,
    }))
}

/// What there is for the mail to the authority.
#[derive(Debug, Clone)]
pub struct MailView {
    /// As it was shown and may be sent; none where something was written into the case since, or where it would go out
    /// under another name or with another address for answers.
    pub draft: Option<MailDraft>,
    /// Where the last one went, of this case or of another.
    pub to: String,
    /// Of a drill: where it goes instead; the reader's own, if they have one that is confirmed.
    pub own: Option<String>,
    /// Whether there is anything to send it with.
    pub has_mailer: bool,
}

/// What is known of the mail to the authority before it is sent.
pub async fn mail(engine: &Engine, actor: &Actor, of: &BreachDetail) -> Result<MailView, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let (brand, id) = (ctx.id, of.breach.id);
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((breach::get(scope, id)?, breach::list(scope, BreachId([0xff; 16]), LIMIT)?))
    };
    let (own, others) = engine.data.read("mail_to_authority", read).await?;
    let facts = Facts::open(&ctx, &own.ok_or(EngineError::NotFound("this case"))?)?;
    let mut to = facts.mail.as_ref().map(|mail| mail.to.clone());
    for other in &others {
        if to.is_some() {
            break;
        }
        to = Facts::open(&ctx, other)?.mail.map(|mail| mail.to);
    }
    let known = known(of.entries.iter().map(|one| (one.number, one.kind)));
    let sender = Sender::of(&ctx, facts.contact.reveal());
    let own = match own_address(engine, &ctx, actor).await {
        Ok(own) => Some(own.reveal().to_owned()),
        Err(EngineError::Invalid { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(MailView {
        to: to.map(|to| to.reveal().clone()).unwrap_or_default(),
        draft: facts.mail.filter(|draft| draft.after == known && draft.is_of(&sender)),
        own,
        has_mailer: engine.post.is_some(),
    })
}

/// What somebody is told of a breach that concerns them.
#[derive(Debug, Clone)]
pub struct ConcernView {
    pub told_at: Option<At>,
    pub what: Whats,
    pub is_certain: bool,
    /// By language.
    pub texts: Vec<Words>,
}

/// What a lead is told, on their own page: trusted caller.
pub(crate) async fn of_lead(
    engine: &Engine,
    ctx: &BrandContext,
    lead: LeadId,
) -> Result<Vec<ConcernView>, EngineError> {
    of_person(engine, ctx, (Part::Lead, lead.0)).await
}

/// What the account itself is told, where its holder signs in: also who could not be told by mail. First of its own data,
/// then of that of its leads.
pub async fn of_account(engine: &Engine, who: &SignedIn) -> Result<[Vec<ConcernView>; 2], EngineError> {
    let (ctx, account) = (engine.brand(who.actor.brand)?.clone(), who.actor.account.0);
    let own = of_person(engine, &ctx, (Part::Account, account)).await?;
    Ok([own, of_person(engine, &ctx, (Part::Owner, account)).await?])
}

async fn of_person(
    engine: &Engine,
    ctx: &BrandContext,
    person: (Part, [u8; 16]),
) -> Result<Vec<ConcernView>, EngineError> {
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        breach_person::list_of_person(scope, person, LIMIT)?
            .into_iter()
            .map(|concern| Ok((breach::get(scope, concern.breach)?, concern)))
            .collect::<Result<Vec<_>, StoreError>>()
    };
    let found = engine.data.read("breaches_of_person", read).await?;
    let concern = |(stored, concern): (Option<StoredBreach>, Concern)| {
        let stored = stored?;
        // One that does not open keeps nobody from their page.
        let facts = Facts::open(ctx, &stored)
            .inspect_err(|error| tracing::warn!(%error, row = %stored.id, "a case does not open"))
            .ok()?;
        Some(ConcernView {
            told_at: concern.told_at.map(At),
            what: concern.what,
            is_certain: concern.is_certain,
            texts: facts.texts,
        })
    };
    Ok(found.into_iter().filter_map(concern).collect())
}

/// Of the newest cases those that are not settled, but for drills and what does not open.
pub async fn unsettled(engine: &Engine, actor: &Actor) -> Result<Vec<BreachView>, EngineError> {
    admin(actor)?;
    let (ctx, now) = (engine.brand(actor.brand)?, engine.clock.now());
    let (brand, newest) = (ctx.id, BreachId([0xff; 16]));
    let rows = engine.data.read("breaches", move |tx| breach::list(tx.brand(brand), newest, LIMIT)).await?;
    let all = rows.iter().filter_map(|row| Some(view(&ctx, row, now).ok()?.0));
    let is_open =
        |case: &BreachView| !case.is_drill && !matches!(case.standing, Standing::Settled | Standing::Closed);
    Ok(all.filter(is_open).collect())
}
