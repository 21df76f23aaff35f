//! What belongs to an actor: looked up within its brand and account, and opened.
//!
//! Invariant: what is another's is missing, never forbidden, so that ids cannot be tried out.

use crate::brands::BrandContext;
use crate::{Actor, Engine, EngineError};
use minicbor::Decode;
use model::id::{BroadcastId, LeadId, PageId, TagId, TemplateId};
use model::lead::LeadProfile;
use model::outgoing::Content;
use std::sync::Arc;
use store::tables::broadcast::StoredBroadcast;
use store::tables::lead::StoredLead;
use store::tables::page::StoredPage;
use store::tables::tag::StoredTag;
use store::tables::template::StoredTemplate;
use store::tables::{self, Scope};
use vault::Key;

pub fn page(scope: Scope<'_>, actor: &Actor, id: PageId) -> Result<StoredPage, EngineError> {
    tables::page::get(scope, id)?
        .filter(|stored| stored.page.account == actor.account)
        .ok_or(EngineError::NotFound("this page"))
}

/// The lead, also while it is being erased, and its page.
pub fn lead_or_fenced(
    scope: Scope<'_>,
    actor: &Actor,
    id: LeadId,
) -> Result<(StoredLead, StoredPage), EngineError> {
    let missing = || EngineError::NotFound("this lead");
    let lead = tables::lead::get(scope, id)?.ok_or_else(missing)?;
    let page = tables::page::get(scope, lead.lead.page)?
        .filter(|stored| stored.page.account == actor.account)
        .ok_or_else(missing)?;
    Ok((lead, page))
}

/// The lead and its page. A lead that is being erased is missing.
pub fn lead(scope: Scope<'_>, actor: &Actor, id: LeadId) -> Result<(StoredLead, StoredPage), EngineError> {
    let (lead, page) = lead_or_fenced(scope, actor, id)?;
    if lead.lead.fenced_at.is_some() { Err(EngineError::NotFound("this lead")) } else { Ok((lead, page)) }
}

pub fn broadcast(scope: Scope<'_>, actor: &Actor, id: BroadcastId) -> Result<StoredBroadcast, EngineError> {
    tables::broadcast::get(scope, id)?
        .filter(|stored| stored.broadcast.account == actor.account)
        .ok_or(EngineError::NotFound("this broadcast"))
}

pub fn tag(scope: Scope<'_>, actor: &Actor, id: TagId) -> Result<StoredTag, EngineError> {
    tables::tag::get(scope, id)?
        .filter(|stored| stored.account == actor.account)
        .ok_or(EngineError::NotFound("this tag"))
}

pub fn template(scope: Scope<'_>, actor: &Actor, id: TemplateId) -> Result<StoredTemplate, EngineError> {
    tables::template::get(scope, id)?
        .filter(|stored| stored.account == actor.account)
        .ok_or(EngineError::NotFound("this template"))
}

/// A lead's key. One that is gone is an erasure's doing: then the lead is missing too.
pub async fn lead_key(engine: &Engine, lead: LeadId) -> Result<Arc<Key>, EngineError> {
    engine.vault.key(&lead.0).await?.ok_or(EngineError::NotFound("this lead"))
}

pub fn opened<T: for<'b> Decode<'b, ()>>(
    key: &Key,
    place: &vault::Place,
    sealed: &[u8],
) -> Result<T, EngineError> {
    key.open_value(place, sealed).map_err(|_| EngineError::Sealed { place: place.table })
}

pub fn profile(brand: &BrandContext, key: &Key, stored: &StoredLead) -> Result<LeadProfile, EngineError> {
    let id = stored.lead.id.0;
    opened(key, &brand.person_place(id, "lead", id), &stored.sealed)
}

/// What a broadcast says.
pub async fn content(
    engine: &Engine,
    brand: &BrandContext,
    stored: &StoredBroadcast,
) -> Result<Content, EngineError> {
    let account = stored.broadcast.account.0;
    let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
    opened(&key, &brand.person_place(account, "broadcast", stored.broadcast.id.0), &stored.sealed)
}
