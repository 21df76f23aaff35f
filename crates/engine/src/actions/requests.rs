//! The register of requests: what people asked for, by when it is to be answered, and how it ended.
//!
//! Invariants: a request is due a month after it came, whatever happens here; it is put off once, with a reason;
//! what the admin writes lies sealed under the brand's key; what is done by itself is done when it is written.

use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::views::requests::Note;
use crate::{Actor, Engine, EngineError, Role};
use jiff::tz::TimeZone;
use model::id::{LeadId, RequestId};
use model::personal::Personal;
use model::request::{Outcome, RequestKind, RequestWay, Term};
use model::time::{Span, Timestamp};
use store::Tx;
use store::tables::audit as entries;
use store::tables::request::{self, StoredRequest};

/// Characters of a note and of a reason.
pub const NOTE_LIMIT: usize = 500;

/// Months are counted on this calendar: what is due is then due everywhere.
pub(crate) const CALENDAR: TimeZone = TimeZone::UTC;

pub(crate) fn admin(actor: &Actor) -> Result<(), EngineError> {
    if actor.role == Role::Admin { Ok(()) } else { Err(EngineError::NotFound("this register")) }
}

/// A request that is answered by itself.
pub(crate) fn done_at_once(
    engine: &Engine,
    kind: RequestKind,
    way: RequestWay,
    lead: Option<LeadId>,
    outcome: Outcome,
) -> StoredRequest {
    let now = engine.clock.now();
    StoredRequest {
        id: RequestId::new(now, &*engine.entropy),
        kind,
        way,
        term: Term::at_once(now, &CALENDAR),
        outcome: Some(outcome),
        lead,
        code: None,
        sealed: None,
    }
}

/// Writes down that a lead used a right on their own page.
pub(crate) async fn note_own(
    engine: &Engine,
    brand: &BrandContext,
    kind: RequestKind,
    lead: LeadId,
) -> Result<(), EngineError> {
    let new = done_at_once(engine, kind, RequestWay::OwnPage, Some(lead), Outcome::Done);
    let scope = brand.id;
    Ok(engine.data.write("note_request", move |tx| request::insert(tx.brand(scope), &new)).await?)
}

fn seal(engine: &Engine, brand: &BrandContext, id: RequestId, note: &Note) -> Result<Vec<u8>, EngineError> {
    brand
        .key
        .seal_value(&brand.place("request", id.0), note, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "request" })
}

fn words(field: &'static str, text: &str, least: usize) -> Result<Personal<String>, EngineError> {
    let text = text.trim();
    let length = text.chars().count();
    if (least..=NOTE_LIMIT).contains(&length) {
        Ok(Personal::from(text))
    } else {
        Err(EngineError::invalid(field, format!("must have {least} to {NOTE_LIMIT} characters")))
    }
}

/// Notes a request that came by mail, letter or call.
///
/// # Errors
/// [`EngineError::Invalid`] where it came in the future, or the note is too long.
pub async fn note(
    engine: &Engine,
    actor: &Actor,
    kind: RequestKind,
    received_at: Timestamp,
    text: &str,
) -> Result<RequestId, EngineError> {
    admin(actor)?;
    let now = engine.clock.now();
    if received_at > now.plus(Span::days(1)) {
        return Err(EngineError::invalid("received", "lies in the future: say when the request came"));
    }
    let text = words("note", text, 0)?;
    let brand = &engine.brand(actor.brand)?;
    let id = RequestId::new(now, &*engine.entropy);
    let note = Note { note: Some(text).filter(|text| !text.reveal().is_empty()), ..Note::default() };
    let new = StoredRequest {
        id,
        kind,
        way: RequestWay::Mail,
        term: Term::new(received_at.min(now), &CALENDAR),
        outcome: None,
        lead: None,
        code: None,
        sealed: Some(seal(engine, brand, id, &note)?),
    };
    let scope = brand.id;
    let entry = audit::by(engine, brand, actor, &Act::RequestNoted { request: id }).await?;
    let write = move |tx: &Tx<'_>| {
        request::insert(tx.brand(scope), &new)?;
        entries::insert(tx.brand(scope), &entry)
    };
    engine.data.write("note_request", write).await?;
    engine.wake.log.notify_one();
    Ok(id)
}

async fn find(
    engine: &Engine,
    brand: &BrandContext,
    id: RequestId,
) -> Result<(StoredRequest, Note), EngineError> {
    let scope = brand.id;
    let found = engine.data.read("request", move |tx| request::get(tx.brand(scope), id)).await?;
    let found = found.ok_or(EngineError::NotFound("this request"))?;
    let note = Note::of(brand, &found)?;
    Ok((found, note))
}

fn closed() -> EngineError {
    EngineError::Conflict("this request was closed or put off meanwhile: look again".to_owned())
}

/// Puts a request off by two months, with a reason that the person is to be told.
pub async fn extend(engine: &Engine, actor: &Actor, id: RequestId, reason: &str) -> Result<(), EngineError> {
    admin(actor)?;
    let brand = &engine.brand(actor.brand)?;
    let (mut found, mut note) = find(engine, brand, id).await?;
    note.reason = Some(words("reason", reason, 3)?);
    let now = engine.clock.now();
    found.term.extend(now, &CALENDAR).map_err(|why| EngineError::Conflict(why.to_string()))?;
    let (scope, sealed) = (brand.id, seal(engine, brand, id, &note)?);
    let entry = audit::by(engine, brand, actor, &Act::RequestExtended { request: id }).await?;
    let write = move |tx: &Tx<'_>| {
        if !request::extend(tx.brand(scope), id, &found.term, &sealed)? {
            return Err(closed());
        }
        Ok(entries::insert(tx.brand(scope), &entry)?)
    };
    engine.data.write("extend_request", write).await?;
    engine.wake.log.notify_one();
    Ok(())
}

/// Closes a request with how it ended.
pub async fn close(
    engine: &Engine,
    actor: &Actor,
    id: RequestId,
    outcome: Outcome,
    text: &str,
) -> Result<(), EngineError> {
    admin(actor)?;
    let brand = &engine.brand(actor.brand)?;
    let (_, mut note) = find(engine, brand, id).await?;
    let least = if matches!(outcome, Outcome::Refused | Outcome::Partly) { 3 } else { 0 };
    note.answer = Some(words("answer", text, least)?).filter(|text| !text.reveal().is_empty());
    let (scope, sealed, now) = (brand.id, seal(engine, brand, id, &note)?, engine.clock.now());
    let entry = audit::by(engine, brand, actor, &Act::RequestClosed { request: id, outcome }).await?;
    let write = move |tx: &Tx<'_>| {
        if !request::close(tx.brand(scope), id, outcome, Some(sealed.clone()), now)? {
            return Err(closed());
        }
        Ok(entries::insert(tx.brand(scope), &entry)?)
    };
    engine.data.write("close_request", write).await?;
    engine.wake.log.notify_one();
    Ok(())
}
