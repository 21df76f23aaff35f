//! An account's leads: masked in lists, opened one at a time, with their evidence, its proof, and
//! the export of everything that is kept about them (GDPR articles 15 and 20).

pub use super::filtered::{Counted, Filter, Found, LeadState, SCANNED, count, count_first, filtered};
use super::tags::{self, TagView};
use super::{At, limited, own};
use crate::brands::BrandContext;
use crate::evidence;
use crate::{Actor, Engine, EngineError, Role, TokenScope, log};
use model::bot::permission::Use;
use model::bot::question::LeadAnswer;
use model::consent::{EvidenceLevel, Purpose};
use model::gate::WINDOW;
use model::id::{AnswerId, ConsentId, LeadId, PageId};
use model::lead::Lead;
use model::outgoing::Outgoing;
use model::personal::Personal;
use model::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use store::tables;
use store::tables::answer::{self, StoredAnswer};
use store::tables::consent_event::ConsentEvent;
use store::tables::lead::StoredLead;
use vault::Key;

/// A lead without anything that says who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeadView {
    pub id: LeadId,
    pub page: PageId,
    pub created_at: At,
    pub last_inbound_at: Option<At>,
    /// The best evidence there ever was, withdrawn or not.
    pub level: Option<&'static str>,
    /// Whether promotions may be sent, as far as consent goes.
    pub promotion_in_force: bool,
    /// When promotions were last withdrawn.
    pub withdrawn_at: Option<At>,
    /// Until when the 24-hour window is open; `None` when it is closed.
    pub window_open_until: Option<At>,
    /// Meta said that the person is unavailable.
    pub unavailable: bool,
    /// The lead asked that their data be kept and not used.
    pub restricted: bool,
    /// Came back from an archive then, and has done nothing since: not written to before a new opt-in.
    pub dormant_since: Option<At>,
}

/// One consent event, without its sealed record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentView {
    pub id: ConsentId,
    /// `opt_in` or `withdrawal`.
    pub kind: &'static str,
    pub purpose: &'static str,
    /// Evidence level or way.
    pub how: &'static str,
    pub happened_at: At,
    pub recorded_at: At,
    /// Its place in the log; `None` until the next checkpoint.
    pub leaf_index: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeadDetail {
    #[serde(flatten)]
    pub lead: LeadView,
    pub given_name: Option<String>,
    pub language: Option<String>,
    pub consents: Vec<ConsentView>,
    /// To questions that asked for data.
    pub answers: Vec<AnswerView>,
    pub tags: Vec<TagView>,
    /// From before they came back from an archive.
    pub earlier: Vec<EarlierView>,
}

/// What a lead answered, as far as they permit it to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerView {
    pub id: AnswerId,
    pub question: String,
    /// `given_name`, `phone`, `email`, `free_text` or `choice`.
    pub kind: &'static str,
    /// Why it was asked, as the lead was told.
    pub purpose: String,
    pub answered_at: At,
    /// `None`: the lead has not permitted to show it, or has withdrawn that.
    pub value: Option<String>,
    pub permissions: Vec<PermissionView>,
}

/// One use of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionView {
    /// `store`, `show`, `message` or `share`.
    pub what: &'static str,
    pub given_at: Option<At>,
    pub withdrawn_at: Option<At>,
    pub in_force: bool,
}

fn permissions(answer: &LeadAnswer) -> Vec<PermissionView> {
    let standing = Use::ALL.map(|what| answer.permissions().standing(what));
    let known = standing.into_iter().filter(|s| s.given_at.is_some() || s.withdrawn_at.is_some());
    known
        .map(|s| PermissionView {
            what: s.what.code(),
            given_at: s.given_at.map(At),
            withdrawn_at: s.withdrawn_at.map(At),
            in_force: answer.permissions().may(s.what).is_ok(),
        })
        .collect()
}

fn answer_view(stored: &StoredAnswer, answer: &LeadAnswer, hands: Hands) -> AnswerView {
    let value = match hands {
        Hands::Account => answer.for_use(Use::Show).ok(),
        Hands::Lead => answer.for_the_lead(),
        Hands::Nobody => None,
    };
    AnswerView {
        id: stored.id,
        question: answer.question().reveal().clone(),
        kind: answer.kind().code(),
        purpose: answer.purpose().reveal().clone(),
        answered_at: At(stored.answered_at),
        value: value.map(|value| value.reveal().clone()),
        permissions: permissions(answer),
    }
}

pub(super) fn answers_for(
    brand: &BrandContext,
    key: &Key,
    given: &[StoredAnswer],
    hands: Hands,
) -> Result<Vec<AnswerView>, EngineError> {
    given.iter().map(|stored| Ok(answer_view(stored, &open_answer(brand, key, stored)?, hands))).collect()
}

fn open_answer(brand: &BrandContext, key: &Key, stored: &StoredAnswer) -> Result<LeadAnswer, EngineError> {
    own::opened(key, &brand.person_place(stored.lead.0, "answer", stored.id.0), &stored.sealed)
}

pub(super) fn view(lead: &Lead, now: Timestamp) -> LeadView {
    let needed = Purpose::Promotion.needs();
    let in_force = lead.consents.in_force(Purpose::Promotion).is_some_and(|(level, _)| level >= needed);
    LeadView {
        id: lead.id,
        page: lead.page,
        created_at: At(lead.created_at),
        last_inbound_at: lead.last_inbound_at.map(At),
        level: lead.consents.best_level().map(EvidenceLevel::code),
        promotion_in_force: in_force,
        withdrawn_at: lead.consents.withdrawal(Purpose::Promotion).map(At),
        window_open_until: lead.last_inbound_at.map(|at| at.plus(WINDOW)).filter(|at| now < *at).map(At),
        unavailable: lead.unavailable_at.is_some(),
        restricted: lead.restricted_at.is_some(),
        dormant_since: lead.dormant_at.map(At),
    }
}

impl From<&ConsentEvent> for ConsentView {
    fn from(event: &ConsentEvent) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            purpose: event.purpose,
            how: event.how,
            happened_at: At(event.happened_at),
            recorded_at: At(event.recorded_at),
            leaf_index: event.leaf_index,
        }
    }
}

/// In the order in which they first wrote. Nothing sealed is opened.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    after: Option<LeadId>,
    limit: u32,
) -> Result<Vec<LeadView>, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let (brand, account, limit) = (actor.brand, actor.account, limited(limit)?);
    let after = after.unwrap_or(LeadId([0; 16]));
    let rows = engine
        .data
        .read("list_leads", move |tx| tables::lead::list_of_account(tx.brand(brand), account, after, limit))
        .await?;
    let now = engine.clock.now();
    Ok(rows.iter().map(|stored| view(&stored.lead, now)).collect())
}

/// The lead whom Meta calls `psid` at this page of the actor's: by keyed look-up, exactly.
pub async fn find(
    engine: &Engine,
    actor: &Actor,
    page: PageId,
    psid: &str,
) -> Result<Option<LeadId>, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let (ctx, asking, psid) = (engine.brand(actor.brand)?, actor.clone(), psid.to_owned());
    engine
        .data
        .read("find_lead", move |tx| {
            let scope = tx.brand(asking.brand);
            let page = own::page(scope, &asking, page)?;
            let mac = ctx.lead_macs(&page.page.meta_id, &psid);
            let found = tables::lookup::find_many(scope, &[mac])?.into_iter().flatten().next();
            Ok::<_, EngineError>(found.filter(|id| own::lead(scope, &asking, *id).is_ok()))
        })
        .await
}

/// A lead and the consent events, with nothing that says who it is: nothing sealed is opened.
pub async fn masked(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
) -> Result<(LeadView, Vec<ConsentView>), EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let (stored, events) = read(engine, actor, id).await?;
    let lead = view(&stored.lead, engine.clock.now());
    Ok((lead, events.iter().map(ConsentView::from).collect()))
}

/// Who a lead is.
#[derive(Debug)]
pub struct Identity {
    pub psid: Personal<String>,
    /// `None` too where the lead does not permit to show it.
    pub given_name: Option<Personal<String>>,
    pub language: Option<Personal<String>>,
}

/// Opens who a lead is: for [`crate::actions::leads::reveal`].
pub(crate) async fn identity(engine: &Engine, actor: &Actor, id: LeadId) -> Result<Identity, EngineError> {
    let (stored, _) = read(engine, actor, id).await?;
    let key = own::lead_key(engine, id).await?;
    let profile = own::profile(&*engine.brand(actor.brand)?, &key, &stored)?;
    let given_name = profile.shown_name().cloned();
    Ok(Identity { psid: profile.psid, given_name, language: profile.language })
}

/// A lead and its consent events, in one reading.
async fn read(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
) -> Result<(StoredLead, Vec<ConsentEvent>), EngineError> {
    let asking = actor.clone();
    engine
        .data
        .read("get_lead", move |tx| {
            let scope = tx.brand(asking.brand);
            let (lead, _) = own::lead(scope, &asking, id)?;
            Ok::<_, EngineError>((lead, tables::consent_event::list_of_lead(scope, id)?))
        })
        .await
}

pub async fn get(engine: &Engine, actor: &Actor, id: LeadId) -> Result<LeadDetail, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let (stored, events) = read(engine, actor, id).await?;
    let ctx = &engine.brand(actor.brand)?;
    let key = own::lead_key(engine, id).await?;
    let profile = own::profile(ctx, &key, &stored)?;
    let brand = actor.brand;
    let given =
        engine.data.read("answers_of_lead", move |tx| answer::list_of_lead(tx.brand(brand), id)).await?;
    let hands = Hands::of_account(&stored.lead);
    let shown = |value: &Personal<String>| (hands == Hands::Account).then(|| value.reveal().clone());
    Ok(LeadDetail {
        answers: answers_for(ctx, &key, &given, hands)?,
        tags: tags::of_lead(engine, actor, id).await?,
        earlier: earlier(engine, ctx, &key, id).await?,
        lead: view(&stored.lead, engine.clock.now()),
        given_name: profile.shown_name().and_then(shown),
        language: profile.language.as_ref().and_then(shown),
        consents: events.iter().map(ConsentView::from).collect(),
    })
}

/// The proof file of one of a lead's consent events; of the opt-in that is in force where none is named.
///
/// # Errors
/// [`EngineError::Conflict`] where none is named and none in force; [`EngineError::NotYet`] until the event stands
/// under a checkpoint.
pub async fn proof(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
    of: Option<ConsentId>,
) -> Result<Vec<u8>, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let (stored, events) = read(engine, actor, id).await?;
    let in_force = || stored.lead.consents.in_force(Purpose::Promotion).map(|(_, id)| id);
    // Whoever asks for the opt-in takes what they get for one.
    let wanted = of.or_else(in_force).ok_or_else(none_in_force)?;
    let event = events.iter().find(|event| event.id == wanted).ok_or(EngineError::NotFound("this event"))?;
    let ctx = &engine.brand(actor.brand)?;
    let key = own::lead_key(engine, id).await?;
    proof_of(engine, ctx, &key, event).await
}

fn none_in_force() -> EngineError {
    EngineError::Conflict(
        "no opt-in of this lead to promotions is in force: name the consent event that the proof is wanted of".to_owned(),
    )
}

async fn proof_of(
    engine: &Engine,
    brand: &BrandContext,
    key: &Key,
    event: &ConsentEvent,
) -> Result<Vec<u8>, EngineError> {
    let opened = evidence::open(brand, key, event)?;
    log::proof_file(engine, event.leaf_index, &opened.record, &opened.key).await
}

/// One of the lead's own events, for a lead who proved themselves (trusted caller).
pub(crate) async fn proof_for_the_lead(
    engine: &Engine,
    brand: &BrandContext,
    id: LeadId,
    event: ConsentId,
) -> Result<Vec<u8>, EngineError> {
    let scope = brand.id;
    let events = engine
        .data
        .read("consents_of_lead", move |tx| tables::consent_event::list_of_lead(tx.brand(scope), id))
        .await?;
    let event = events.iter().find(|own| own.id == event);
    let key = own::lead_key(engine, id).await?;
    proof_of(engine, brand, &key, event.ok_or(EngineError::NotFound("this event"))?).await
}

/// Into whose hands a lead's file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hands {
    /// The account's: it reads what it may be shown, and that there is more (claim D2).
    Account,
    /// The lead's own, who needs nobody's permission.
    Lead,
    /// The account's, of a lead who asked that their data be kept and not used: nothing of who they are.
    Nobody,
}

impl Hands {
    const fn of_account(lead: &Lead) -> Self {
        if lead.restricted_at.is_some() { Self::Nobody } else { Self::Account }
    }
}

/// What is kept about a lead, as JSON, as far as the account may see it.
pub async fn export(engine: &Engine, actor: &Actor, id: LeadId) -> Result<Vec<u8>, EngineError> {
    written(&whole(engine, actor, id, None).await?)
}

fn written(file: &Value) -> Result<Vec<u8>, EngineError> {
    serde_json::to_vec_pretty(file).map_err(|_| EngineError::Sealed { place: "lead" })
}

/// Everything that is kept about a lead, for a lead who proved themselves (trusted caller).
pub async fn export_for_the_lead(
    engine: &Engine,
    brand: &BrandContext,
    id: LeadId,
) -> Result<Vec<u8>, EngineError> {
    let mut file = whole(engine, &keeper(engine, brand, id).await?, id, Some(Hands::Lead)).await?;
    if let Value::Object(file) = &mut file {
        file.extend(super::my::beside(engine, brand, id).await?);
    }
    written(&file)
}

/// The account that keeps a lead's data: in its name the lead's own page reads.
pub(crate) async fn keeper(engine: &Engine, brand: &BrandContext, id: LeadId) -> Result<Actor, EngineError> {
    let brand = brand.id;
    let find = move |tx: &store::Tx<'_>| {
        let scope = tx.brand(brand);
        let Some(stored) = tables::lead::get(scope, id)? else { return Ok(None) };
        tables::page::get(scope, stored.lead.page)
    };
    let page = engine.data.read("page_of_lead", find).await?.ok_or(EngineError::NotFound("this lead"))?;
    let scopes = vec![TokenScope::LeadsRead];
    Ok(Actor { brand, account: page.page.account, role: Role::User, scopes, door: None })
}

async fn whole(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
    hands: Option<Hands>,
) -> Result<Value, EngineError> {
    let (mut export, _) = described(engine, actor, id, hands).await?;
    let controller = &engine.brand(actor.brand)?.brand.controller;
    if let Some(members) = export.as_object_mut() {
        members.insert("format".to_owned(), json!("entente-lead-export/1"));
        members.insert("exported_at".to_owned(), json!(At(engine.clock.now())));
        let controller = json!({
            "name": controller.name,
            "address": controller.address,
            "country": controller.country,
            "contact": controller.contact,
        });
        members.insert("controller".to_owned(), controller);
    }
    Ok(export)
}

/// The same for an account's archive, with the proof of each opt-in that stands under a checkpoint.
pub(crate) async fn archived(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
) -> Result<(Value, Vec<(ConsentId, Vec<u8>)>), EngineError> {
    let (lead, events) = described(engine, actor, id, None).await?;
    let ctx = engine.brand(actor.brand)?;
    let key = own::lead_key(engine, id).await?;
    let mut proofs = Vec::new();
    for event in events.iter().filter(|event| event.kind == "opt_in" && event.leaf_index.is_some()) {
        match proof_of(engine, &ctx, &key, event).await {
            Ok(proof) => proofs.push((event.id, proof)),
            // Numbered, and its checkpoint is about to be signed.
            Err(EngineError::NotYet(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((lead, proofs))
}

/// Everything about a lead, as far as these hands may have it, and the consent events it tells of.
async fn described(
    engine: &Engine,
    actor: &Actor,
    id: LeadId,
    hands: Option<Hands>,
) -> Result<(Value, Vec<ConsentEvent>), EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let asking = actor.clone();
    let (stored, page, events, deliveries, answers, given) = engine
        .data
        .read("export_lead", move |tx| {
            let scope = tx.brand(asking.brand);
            let (lead, page) = own::lead(scope, &asking, id)?;
            let events = tables::consent_event::list_of_lead(scope, id)?;
            let deliveries = tables::delivery::list_of_lead(scope, lead.lead.page, id)?;
            let answers = tables::outbox::list_of_lead(scope, id)?;
            let given = answer::list_of_lead(scope, id)?;
            Ok::<_, EngineError>((lead, page, events, deliveries, answers, given))
        })
        .await?;
    let hands = hands.unwrap_or(Hands::of_account(&stored.lead));
    let is_shown = hands != Hands::Nobody;
    let ctx = &engine.brand(actor.brand)?;
    let key = own::lead_key(engine, id).await?;
    let profile = own::profile(ctx, &key, &stored)?;
    let page = super::pages::view(engine, ctx, &page).await?;
    let mut consents = Vec::with_capacity(events.len());
    for event in &events {
        let opened = evidence::open(ctx, &key, event)?;
        let record: Value = serde_json::from_slice(&opened.record)
            .map_err(|_| EngineError::Sealed { place: "consent_event" })?;
        let record = is_shown.then_some(record);
        consents.push(json!({ "event": ConsentView::from(event), "record": record }));
    }
    let deliveries: Vec<Value> = deliveries
        .iter()
        .map(|(broadcast, line)| {
            json!({
                "broadcast": broadcast,
                "state": line.state,
                "reason": line.reason,
                "attempts": line.attempts,
                "changed_at": At(line.changed_at),
            })
        })
        .collect();
    let mut waiting = Vec::with_capacity(answers.len());
    for (answer, answers_at, sealed) in &answers {
        let message: Outgoing = own::opened(&key, &ctx.person_place(id.0, "outbox", answer.0), sealed)?;
        waiting.push(json!({ "id": answer, "answers_at": At(*answers_at), "text": is_shown.then(|| message.text.reveal()) }));
    }
    let mut told = Vec::with_capacity(given.len());
    for stored in &given {
        let answer = open_answer(ctx, &key, stored)?;
        let value = match hands {
            Hands::Account => answer.for_use(Use::Show).ok(),
            Hands::Lead => answer.for_the_lead(),
            Hands::Nobody => None,
        };
        told.push(json!({
            "id": stored.id,
            "answered_at": At(stored.answered_at),
            "question": answer.question().reveal(),
            "purpose": answer.purpose().reveal(),
            "shown": answer.shown().reveal(),
            "answer": value.map(|value| value.reveal().as_str()),
            "not_shown": value.is_none() && answer.for_the_lead().is_some(),
            "permissions": permissions(&answer),
        }));
    }
    let brand = actor.brand;
    let came = engine.data.read("returned", move |tx| tables::returned::get(tx.brand(brand), id)).await?;
    let history = came.filter(|_| is_shown).map(|sealed| history_of(ctx, &key, id, &sealed)).transpose()?;
    let pending = profile.pending.as_ref().map(|pending| {
        json!({ "question": pending.question.reveal(), "asked_at": At(Timestamp(pending.asked_at)) })
    });
    let name = match hands {
        Hands::Account => profile.shown_name(),
        Hands::Lead => profile.given_name.as_ref(),
        Hands::Nobody => None,
    };
    let export = json!({
        "page": { "meta_id": page.meta_id, "name": page.name },
        "lead": view(&stored.lead, engine.clock.now()),
        "standing": standing(&stored.lead),
        "profile": {
            "psid": is_shown.then(|| profile.psid.reveal()),
            "given_name": name.map(|name| name.reveal().as_str()),
            "given_name_not_shown": name.is_none() && profile.given_name.is_some(),
            "language": profile.language.as_ref().filter(|_| is_shown).map(|language| language.reveal().as_str()),
            "question_that_waits": pending,
        },
        "answers_to_questions": told,
        // What the log will show once this person is erased: who noted it can find the erasure there alone.
        "erasure_tag": engine.vault.erasure_tag(&id.0).await?.map(hex::encode),
        "tags": tags::of_lead(engine, actor, id).await?.into_iter().map(|tag| tag.name).collect::<Vec<_>>(),
        "consent_events": consents,
        "deliveries": deliveries,
        "waiting_answers": waiting,
        "history": history,
    });
    Ok((export, events))
}

/// What is known of a lead from before they came back from an archive.
fn history_of(brand: &BrandContext, key: &Key, id: LeadId, sealed: &[u8]) -> Result<Value, EngineError> {
    let text: Personal<String> = own::opened(key, &brand.person_place(id.0, "returned", id.0), sealed)?;
    serde_json::from_str(text.reveal()).map_err(|_| EngineError::Sealed { place: "returned" })
}

/// An opt-in or withdrawal from before, as an archive told of it: shown as such, and a basis for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EarlierView {
    pub kind: String,
    pub purpose: String,
    pub happened_at: Option<At>,
    pub shown: Option<String>,
    pub answered: Option<String>,
}

/// The earlier consent events of a lead who came back; none for others.
async fn earlier(
    engine: &Engine,
    brand: &BrandContext,
    key: &Key,
    id: LeadId,
) -> Result<Vec<EarlierView>, EngineError> {
    let brand_id = brand.id;
    let came = engine.data.read("returned", move |tx| tables::returned::get(tx.brand(brand_id), id)).await?;
    let Some(sealed) = came else { return Ok(Vec::new()) };
    let history = history_of(brand, key, id, &sealed)?;
    let text = |event: &Value, at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let view = |event: &Value| EarlierView {
        kind: text(event, "/event/kind").unwrap_or_default(),
        purpose: text(event, "/event/purpose").unwrap_or_default(),
        happened_at: text(event, "/event/happened_at").as_deref().and_then(At::parse),
        shown: text(event, "/record/shown/text"),
        answered: text(event, "/record/shown/answered"),
    };
    let events = history.get("consent_events").and_then(Value::as_array);
    Ok(events.map(|events| events.iter().map(view).collect()).unwrap_or_default())
}

/// The rest of a lead's row: every time that is kept.
fn standing(lead: &Lead) -> Value {
    let c = &lead.consents;
    let at = |at: Option<Timestamp>| at.map(At);
    json!({
        "started_at": at(c.started.map(|(at, _)| at)),
        "informed_at": at(c.informed.map(|(at, _)| at)),
        "confirmed_at": at(c.confirmed.map(|(at, _)| at)),
        "withdrawn_at": at(c.withdrawn_at),
        "promotion_withdrawn_at": at(c.promotion_withdrawn_at),
        "utility_withdrawn_at": at(c.utility_withdrawn_at),
        "unavailable_at": at(lead.unavailable_at),
        "thread_elsewhere_at": at(lead.thread_elsewhere_at),
        "asked_at": at(lead.asked_at),
        "restricted_at": at(lead.restricted_at),
        "dormant_since": at(lead.dormant_at),
    })
}
