//! What is kept about a lead, for their own eyes: everything, by the same reading that makes their file.
//!
//! Invariant: a trusted caller only, who holds a page that the lead opened ([`Proven`]); nothing here changes
//! anything.

use super::breaches::{self, ConcernView};
use super::leads::{AnswerView, ConsentView, Hands, answers_for, keeper};
use super::received::{self, Person, ReceivedView};
use super::requests::{self, RequestView};
use super::{At, own};
use crate::actions::exports::{DELIVERIES, Which};
use crate::actions::my::Proven;
use crate::actions::oversight::Part;
use crate::actions::pages::PageSecrets;
use crate::brands::BrandContext;
use crate::evidence;
use crate::reading;
use crate::support;
use crate::views::exports::Kept as Export;
use crate::{Engine, EngineError, Reader, views};
use model::consent::Purpose;
use model::id::{BroadcastId, ExportId, LeadId};
use model::outgoing::Outgoing;
use model::personal::Personal;
use model::request::Outcome;
use model::time::{Span, Timestamp};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use store::tables::export::StoredExport;
use store::tables::lead::StoredLead;
use store::tables::page::StoredPage;
use store::tables::{
    self, answer, api_token, broadcast_count, consent_event, daily, delivery, outbox, request,
};
use store::{StoreError, Tx};
use vault::Key;

/// Lines of a kind that are shown; the file has all.
pub(super) const SHOWN: u32 = 100;
/// Lines of the account that are searched for lists of leads.
const LISTED: u32 = 1_000;
/// A part of the list of an account's leads, as the lines of admins and of helpers say it.
const OPENED_LEADS: &str = Part::Leads.code();

/// A look at the lead's data.
#[derive(Debug, Clone)]
pub struct ReadingView {
    pub at: At,
    /// `page_owner`, `admin` or `support`.
    pub reader: String,
    /// `console` or `api`.
    pub way: String,
    /// A code of [`crate::reading::Reason`]; empty where it was said in own words.
    pub reason: String,
    pub words: Option<Personal<String>>,
    pub what: Vec<String>,
}

/// A file with many leads that held, or may have held, this one.
#[derive(Debug, Clone)]
pub struct BulkView {
    pub at: At,
    pub with_names: bool,
    pub by: String,
    pub why: Personal<String>,
    /// Only whether a message of a broadcast went, and if not, why.
    pub is_of_deliveries: bool,
    /// Chosen by what cannot be told any more: the file may have left this lead out.
    pub is_uncertain: bool,
}

/// How often, on one day of UTC's calendar, somebody of one role opened a part of the list of the account's leads, which
/// names nobody. Which part it was is not kept: the lead may have stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListView {
    /// Days since 1970.
    pub day: i64,
    pub reader: String,
    pub times: u64,
}

/// From when until when a program of the page's owner could read.
#[derive(Debug, Clone, Copy)]
pub struct ProgramView {
    /// Whether messages in bulk went, and if not, why; nothing else.
    pub is_of_deliveries: bool,
    pub from: At,
    pub until: Option<At>,
}

/// A consent event with what stood before the lead and what they said to it, where something did.
#[derive(Debug, Clone)]
pub struct AgreedView {
    pub event: ConsentView,
    pub shown: Option<Personal<String>>,
    pub answered: Option<Personal<String>>,
}

#[derive(Debug, Clone)]
pub struct DeliveryView {
    pub state: &'static str,
    /// A refusal's code, if it was not sent for one.
    pub reason: Option<String>,
    pub at: At,
}

/// Everything.
#[derive(Debug, Clone)]
pub struct MyView {
    pub until: At,
    pub page_name: String,
    pub psid: Personal<String>,
    pub given_name: Option<Personal<String>>,
    pub name_is_shown: bool,
    pub language: Option<String>,
    pub pending: Option<(Personal<String>, At)>,
    pub created_at: At,
    pub last_inbound_at: Option<At>,
    pub asked_at: Option<At>,
    pub unavailable_at: Option<At>,
    pub thread_elsewhere_at: Option<At>,
    pub restricted_at: Option<At>,
    pub promotion_in_force: bool,
    pub utility_in_force: bool,
    pub consents: Vec<AgreedView>,
    pub answers: Vec<AnswerView>,
    pub tags: Vec<String>,
    pub deliveries: Vec<DeliveryView>,
    pub waiting: Vec<Personal<String>>,
    pub readings: Vec<ReadingView>,
    pub bulk: Vec<BulkView>,
    pub lists: Vec<ListView>,
    pub programs: Vec<ProgramView>,
    pub requests: Vec<RequestView>,
    pub received: Vec<ReceivedView>,
    /// Breaches that concern the lead, and of which people are told.
    pub breaches: Vec<ConcernView>,
    /// In hexadecimal.
    pub erasure_tag: String,
}

struct Rows {
    stored: StoredLead,
    page: StoredPage,
    events: Vec<consent_event::ConsentEvent>,
    answers: Vec<answer::StoredAnswer>,
    deliveries: Vec<(model::id::BroadcastId, delivery::DeliveryLine)>,
    waiting: Vec<(model::id::OutboxId, Timestamp, Vec<u8>)>,
    exports: Vec<StoredExport>,
    programs: Vec<api_token::Reader>,
    requests: Vec<request::StoredRequest>,
}

impl Rows {
    async fn received(
        &self,
        engine: &Engine,
        brand: model::id::BrandId,
    ) -> Result<Vec<ReceivedView>, EngineError> {
        let lines: Vec<_> = self.deliveries.iter().map(|(_, line)| (line.state, line.changed_at)).collect();
        received::of(engine, brand, Person::Lead(&lines), self.stored.lead.created_at).await
    }
}

fn rows(tx: &Tx<'_>, brand: model::id::BrandId, id: LeadId) -> Result<Option<Rows>, StoreError> {
    let scope = tx.brand(brand);
    let Some(stored) = tables::lead::get(scope, id)?.filter(|s| s.lead.fenced_at.is_none()) else {
        return Ok(None);
    };
    let Some(page) = tables::page::get(scope, stored.lead.page)? else { return Ok(None) };
    let account = page.page.account;
    Ok(Some(Rows {
        events: consent_event::list_of_lead(scope, id)?,
        answers: answer::list_of_lead(scope, id)?,
        deliveries: delivery::list_of_lead(scope, stored.lead.page, id)?,
        waiting: outbox::list_of_lead(scope, id)?,
        exports: tables::export::list_newest_of_account(scope, account, ExportId([0xff; 16]), SHOWN)?,
        programs: api_token::readers_since(scope, account, stored.lead.created_at)?,
        requests: request::list_of_lead(scope, id, SHOWN)?,
        stored,
        page,
    }))
}

pub async fn get(engine: &Engine, who: &Proven) -> Result<MyView, EngineError> {
    let (brand, id, now) = (who.brand, who.lead, engine.clock.now());
    let missing = || EngineError::NotFound("this lead");
    let rows =
        engine.data.read("own_page_whole", move |tx| rows(tx, brand, id)).await?.ok_or_else(missing)?;
    let ctx = &engine.brand(brand)?;
    let key = own::lead_key(engine, id).await?;
    let tag = engine.vault.erasure_tag(&id.0).await?.ok_or_else(missing)?;
    let profile = own::profile(ctx, &key, &rows.stored)?;
    let keeper = keeper(engine, ctx, id).await?;
    let lead = &rows.stored.lead;
    let in_force = |purpose| lead.consents.in_force(purpose).is_some();
    let waiting = rows.waiting.iter().map(|(answer, _, sealed)| {
        let message: Outgoing = own::opened(&key, &ctx.person_place(id.0, "outbox", answer.0), sealed)?;
        Ok(message.text)
    });
    let requests = rows.requests.iter().map(|stored| requests::view(ctx, stored, now));
    Ok(MyView {
        until: At(who.until),
        page_name: PageSecrets::open(engine, ctx, &rows.page).await?.name.reveal().clone(),
        created_at: At(lead.created_at),
        last_inbound_at: lead.last_inbound_at.map(At),
        asked_at: lead.asked_at.map(At),
        unavailable_at: lead.unavailable_at.map(At),
        thread_elsewhere_at: lead.thread_elsewhere_at.map(At),
        restricted_at: lead.restricted_at.map(At),
        promotion_in_force: in_force(Purpose::Promotion),
        utility_in_force: in_force(Purpose::Utility),
        consents: rows.events.iter().map(|event| agreed(ctx, &key, event)).collect::<Result<_, _>>()?,
        answers: answers_for(ctx, &key, &rows.answers, Hands::Lead)?,
        tags: views::tags::of_lead(engine, &keeper, id).await?.into_iter().map(|tag| tag.name).collect(),
        deliveries: rows.deliveries.iter().map(|(_, line)| delivery_view(line)).collect(),
        waiting: waiting.collect::<Result<_, EngineError>>()?,
        readings: readings(engine, ctx, (id.0, &key), SHOWN).await?,
        bulk: bulk(engine, ctx, &rows).await?,
        lists: lists(engine, ctx, &rows).await?,
        programs: rows.programs.iter().map(program).collect(),
        requests: requests.collect::<Result<_, EngineError>>()?,
        received: rows.received(engine, brand).await?,
        breaches: breaches::of_lead(engine, ctx, id).await?,
        erasure_tag: hex::encode(tag),
        name_is_shown: profile.shown_name().is_some(),
        language: profile.language.map(|language| language.reveal().clone()),
        pending: profile.pending.map(|pending| (pending.question, At(Timestamp(pending.asked_at)))),
        psid: profile.psid,
        given_name: profile.given_name,
    })
}

fn agreed(
    brand: &BrandContext,
    key: &Key,
    event: &consent_event::ConsentEvent,
) -> Result<AgreedView, EngineError> {
    let opened = evidence::open(brand, key, event)?;
    let record: Value =
        serde_json::from_slice(&opened.record).map_err(|_| EngineError::Sealed { place: "consent_event" })?;
    let text = |at: &str| record.pointer(at).and_then(Value::as_str).map(Personal::from);
    let (shown, answered) = (text("/shown/text"), text("/shown/answered"));
    Ok(AgreedView { event: ConsentView::from(event), shown, answered })
}

fn program(one: &api_token::Reader) -> ProgramView {
    ProgramView { is_of_deliveries: !one.reads_leads, from: At(one.from), until: one.until.map(At) }
}

fn delivery_view(line: &delivery::DeliveryLine) -> DeliveryView {
    DeliveryView { state: line.state.code(), reason: line.reason.clone(), at: At(line.changed_at) }
}

/// Who looked at somebody, the newest first: whoever was shown something of them, and helpers who opened a page about them
/// that does not say who they are.
pub(crate) async fn readings(
    engine: &Engine,
    brand: &BrandContext,
    (person, key): ([u8; 16], &Key),
    limit: u32,
) -> Result<Vec<ReadingView>, EngineError> {
    let lines = reading::of_person(engine, brand, (person, key), limit).await?;
    let shown = lines.into_iter().map(|(row, kept)| ReadingView {
        at: At(row.read_at),
        reader: kept.reader,
        way: kept.way,
        reason: kept.reason,
        words: kept.words,
        what: kept.what,
    });
    let pages = support::opened_of(engine, brand, (person, key), limit).await?;
    let opened = pages.into_iter().map(|(row, seen)| ReadingView {
        at: At(row.at),
        reader: Reader::Support.code().to_owned(),
        way: "console".to_owned(),
        reason: String::new(),
        words: None,
        what: vec![format!("opened_{}", seen.what)],
    });
    let mut all: Vec<ReadingView> = shown.chain(opened).collect();
    all.sort_by_key(|look| Reverse(look.at.0));
    Ok(all)
}

/// What stands in the lead's own file beside what the account may see: who looked, what was asked for, the tag.
pub(super) async fn beside(
    engine: &Engine,
    brand: &BrandContext,
    id: LeadId,
) -> Result<serde_json::Map<String, Value>, EngineError> {
    let (scope, now) = (brand.id, engine.clock.now());
    let missing = || EngineError::NotFound("this lead");
    let rows =
        engine.data.read("beside_the_lead", move |tx| rows(tx, scope, id)).await?.ok_or_else(missing)?;
    let key = own::lead_key(engine, id).await?;
    let tag = engine.vault.erasure_tag(&id.0).await?.ok_or_else(missing)?;
    let looks = readings(engine, brand, (id.0, &key), SHOWN).await?.into_iter().map(|look| {
        json!({
            "at": look.at,
            "reader": look.reader,
            "way": look.way,
            "reason": look.reason,
            "words": look.words.map(|words| words.reveal().clone()),
            "what": look.what,
        })
    });
    let many = bulk(engine, brand, &rows).await?.into_iter().map(|file| {
        json!({
            "at": file.at,
            "with_names": file.with_names,
            "what": if file.is_of_deliveries { "deliveries" } else { "leads" },
            "by": file.by,
            "why": file.why.reveal(),
            "may_have_left_you_out": file.is_uncertain,
        })
    });
    let lists = lists(engine, brand, &rows).await?.into_iter();
    let lists = lists.map(|one| {
        let begins = Timestamp::ZERO.plus(Span::days(one.day));
        json!({ "day": At(begins), "reader": one.reader, "times": one.times })
    });
    let programs = rows.programs.iter().map(program).map(|one| {
        json!({
            "from": one.from,
            "until": one.until,
            "what": if one.is_of_deliveries { "deliveries" } else { "leads" },
        })
    });
    let mut asked = Vec::with_capacity(rows.requests.len());
    for stored in &rows.requests {
        let view = requests::view(brand, stored, now)?;
        asked.push(json!({
            "id": view.id,
            "kind": view.kind.code(),
            "way": view.way.code(),
            "received_at": view.received_at,
            "due_at": view.due_at,
            "done_at": view.done_at,
            "outcome": view.outcome.map(Outcome::code),
            "put_off_because": view.reason.map(|reason| reason.reveal().clone()),
            "answer": view.answer.map(|answer| answer.reveal().clone()),
        }));
    }
    let breaches = breaches::of_lead(engine, brand, id).await?.into_iter().map(|one| {
        let texts = one.texts.iter().map(|text| {
            json!({
                "language": text.language,
                "happened": text.happened,
                "follows": text.follows,
                "done": text.done,
                "advice": text.advice,
            })
        });
        json!({
            "told_at": one.told_at,
            "what": one.what.iter().map(model::breach::What::code).collect::<Vec<_>>(),
            "is_certain": one.is_certain,
            "texts": texts.collect::<Value>(),
        })
    });
    let members = [
        ("received", received::written(&rows.received(engine, scope).await?)),
        ("who_looked", looks.collect()),
        ("files_with_many", many.collect()),
        ("lists_that_were_opened", lists.collect()),
        ("programs_that_may_read", programs.collect()),
        ("requests", Value::Array(asked)),
        ("breaches", breaches.collect()),
        ("erasure_tag", Value::String(hex::encode(tag))),
    ];
    Ok(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// How often lists were opened in which this lead may have stood, since it came: read off the lines of the account, whose
/// list it is, so that a list costs no line per lead. The newest day first.
async fn lists(engine: &Engine, brand: &BrandContext, rows: &Rows) -> Result<Vec<ListView>, EngineError> {
    let (account, since) = (rows.page.page.account, rows.stored.lead.created_at);
    let Some(key) = engine.vault.key(&account.0).await? else { return Ok(Vec::new()) };
    let looks = readings(engine, brand, (account.0, &key), LISTED).await?.into_iter();
    let mut days: BTreeMap<(i64, String), u64> = BTreeMap::new();
    for look in looks.filter(|look| look.at.0 >= since && look.what.iter().any(|what| what == OPENED_LEADS)) {
        let times = days.entry((daily::day(look.at.0), look.reader)).or_default();
        *times = times.saturating_add(1);
    }
    Ok(days.into_iter().rev().map(|((day, reader), times)| ListView { day, reader, times }).collect())
}

/// The files with many leads that were taken since this one came, as far as they can have held them.
async fn bulk(engine: &Engine, brand: &BrandContext, rows: &Rows) -> Result<Vec<BulkView>, EngineError> {
    let (account, lead) = (rows.page.page.account, &rows.stored.lead);
    let Some(key) = engine.vault.key(&account.0).await? else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for row in rows.exports.iter().filter(|row| row.taken_at >= lead.created_at) {
        let place = brand.person_place(account.0, "export", row.id.0);
        let kept: Export = own::opened(&key, &place, &row.sealed)?;
        // A file about one lead has a line of its own among the looks.
        if kept.form != "lead" && kept.page.is_none_or(|page| page == lead.page) {
            files.push((row, kept));
        }
    }
    let counted =
        counted(engine, brand, files.iter().filter_map(|(_, kept)| kept.broadcast).collect()).await?;
    let mut found = Vec::new();
    for (row, kept) in files {
        let is_of_deliveries = kept.form == DELIVERIES;
        let is_chosen = kept.level.is_some() || kept.state.is_some() || kept.tag.is_some();
        let held =
            if is_of_deliveries { held(rows, &counted, (row, &kept)) } else { (!is_chosen).then_some(true) };
        if held == Some(false) {
            continue;
        }
        found.push(BulkView {
            at: At(row.taken_at),
            with_names: kept.with_names,
            by: kept.by,
            is_of_deliveries,
            is_uncertain: held.is_none(),
            why: kept.why,
        });
    }
    Ok(found)
}

/// Whether this lead stands in a table of deliveries; `None` where that cannot be told any more.
fn held(rows: &Rows, counted: &BTreeSet<BroadcastId>, (row, kept): (&StoredExport, &Export)) -> Option<bool> {
    if row.finished_at.is_some() && row.leads == 0 {
        return Some(false);
    }
    let (broadcast, which) = (kept.broadcast?, Which::from_code(kept.state.as_deref().unwrap_or_default())?);
    match rows.deliveries.iter().find(|(own, _)| *own == broadcast) {
        // One that was broken off need not have come to this lead.
        Some((_, line)) => {
            which.held(line, row.taken_at).filter(|is_held| !is_held || row.finished_at.is_some())
        }
        None => (!counted.contains(&broadcast)).then_some(false),
    }
}

/// Which of these have deliveries that are only counted.
async fn counted(
    engine: &Engine,
    brand: &BrandContext,
    of: BTreeSet<BroadcastId>,
) -> Result<BTreeSet<BroadcastId>, EngineError> {
    let brand = brand.id;
    let read = move |tx: &Tx<'_>| {
        let mut counted = BTreeSet::new();
        for id in &of {
            if !broadcast_count::list(tx.brand(brand), *id)?.is_empty() {
                counted.insert(*id);
            }
        }
        Ok::<_, StoreError>(counted)
    };
    Ok(engine.data.read("counted_broadcasts", read).await?)
}
