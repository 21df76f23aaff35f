//! The register of requests, as the admin sees it, and one request as whoever holds its code does.

use super::{At, limited};
use crate::actions::requests::admin;
use crate::brands::BrandContext;
use crate::views::own;
use crate::{Actor, Engine, EngineError};
use minicbor::{Decode, Encode};
use model::id::{BrandId, RequestId};
use model::personal::Personal;
use model::request::{Outcome, RequestKind, RequestWay, Standing};
use model::time::Timestamp;
use store::Tx;
use store::tables::request::{self, StoredRequest};

/// What lies in `request.sealed`: the admin's own words.
#[derive(Clone, Default, Encode, Decode)]
pub(crate) struct Note {
    #[n(0)]
    pub note: Option<Personal<String>>,
    /// Why it was put off.
    #[n(1)]
    pub reason: Option<Personal<String>>,
    /// What was answered.
    #[n(2)]
    pub answer: Option<Personal<String>>,
}

impl Note {
    pub fn of(brand: &BrandContext, stored: &StoredRequest) -> Result<Self, EngineError> {
        match &stored.sealed {
            Some(sealed) => own::opened(&brand.key, &brand.place("request", stored.id.0), sealed),
            None => Ok(Self::default()),
        }
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct RequestView {
    pub id: RequestId,
    pub kind: RequestKind,
    pub way: RequestWay,
    pub received_at: At,
    pub due_at: At,
    pub extended_at: Option<At>,
    pub done_at: Option<At>,
    pub outcome: Option<Outcome>,
    pub standing: Standing,
    /// Whether it can be put off yet.
    pub can_extend: bool,
    pub note: Option<Personal<String>>,
    pub reason: Option<Personal<String>>,
    pub answer: Option<Personal<String>>,
}

pub(crate) fn view(
    brand: &BrandContext,
    stored: &StoredRequest,
    now: Timestamp,
) -> Result<RequestView, EngineError> {
    let note = Note::of(brand, stored)?;
    let term = stored.term;
    let can_extend = term.clone().extend(now, &crate::actions::requests::CALENDAR).is_ok();
    Ok(RequestView {
        id: stored.id,
        kind: stored.kind,
        way: stored.way,
        received_at: At(term.received_at),
        due_at: At(term.due_at),
        extended_at: term.extended_at.map(At),
        done_at: term.done_at.map(At),
        outcome: stored.outcome,
        standing: term.standing(now),
        can_extend,
        note: note.note,
        reason: note.reason,
        answer: note.answer,
    })
}

/// Those that wait, the most pressing first, and a page of those that are closed, the newest first.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    before: Option<RequestId>,
    limit: u32,
) -> Result<(Vec<RequestView>, Vec<RequestView>), EngineError> {
    admin(actor)?;
    let (brand, limit, now) = (&engine.brand(actor.brand)?, limited(limit)?, engine.clock.now());
    let (scope, before) = (brand.id, before.unwrap_or(RequestId([0xff; 16])));
    let (open, closed) = engine
        .data
        .read("requests", move |tx: &Tx<'_>| {
            let scope = tx.brand(scope);
            Ok::<_, store::StoreError>((
                request::list_open(scope, super::LIMIT)?,
                request::list_closed(scope, before, limit)?,
            ))
        })
        .await?;
    let views = |rows: Vec<StoredRequest>| -> Result<Vec<RequestView>, EngineError> {
        rows.iter().map(|row| view(brand, row, now)).collect()
    };
    Ok((views(open)?, views(closed)?))
}

pub async fn get(engine: &Engine, actor: &Actor, id: RequestId) -> Result<RequestView, EngineError> {
    admin(actor)?;
    let (brand, now) = (&engine.brand(actor.brand)?, engine.clock.now());
    let scope = brand.id;
    let found = engine.data.read("request", move |tx| request::get(tx.brand(scope), id)).await?;
    view(brand, &found.ok_or(EngineError::NotFound("this request"))?, now)
}

/// The request with this code, for whoever holds it: what Facebook's callback asked for.
pub async fn by_code(
    engine: &Engine,
    brand: BrandId,
    code: &str,
) -> Result<Option<RequestView>, EngineError> {
    let (ctx, now, code) = (&engine.brand(brand)?, engine.clock.now(), code.to_owned());
    let found =
        engine.data.read("request_by_code", move |tx| request::find_by_code(tx.brand(brand), &code)).await?;
    found.as_ref().map(|found| view(ctx, found, now)).transpose()
}
