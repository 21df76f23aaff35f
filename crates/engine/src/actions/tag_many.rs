//! A tag on many leads at once: on those that were named, or on all that fit a filter; and taking that back.
//!
//! Invariants: an account tags its own leads with its own tags only; nobody is tagged who is being erased;
//! what is taken back changes those leads only that the first step changed.

use crate::actions::tags::LEADS_LIMIT;
use crate::views::leads::Filter;
use crate::views::{Walk, own};
use crate::{Actor, Engine, EngineError, TokenScope};
use model::id::{LeadId, TagId};
use model::time::Timestamp;
use std::collections::HashSet;
use store::Tx;
use store::tables::{lead, tag};

/// Whom a tag is put on or taken from.
#[derive(Debug, Clone)]
pub enum Whom {
    /// These; 1 to [`LEADS_LIMIT`].
    Named(Vec<LeadId>),
    /// All that fit.
    Fitting(Filter),
}

/// What putting or taking a tag changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub leads: u64,
    /// When: names what was put, for [`take_back`].
    pub at: Timestamp,
    /// Those from whom it was taken, of leads that were named.
    pub taken: Vec<LeadId>,
}

/// Puts the tag on leads, or takes it from them.
pub async fn tag_many(
    engine: &Engine,
    actor: &Actor,
    id: TagId,
    whom: Whom,
    bears: bool,
) -> Result<Changed, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let mut changed = Changed { leads: 0, at: engine.clock.now(), taken: Vec::new() };
    match whom {
        Whom::Named(leads) => {
            if leads.is_empty() || leads.len() > LEADS_LIMIT {
                return Err(EngineError::invalid("leads", format!("must be 1 to {LEADS_LIMIT}")));
            }
            let (leads, taken) = chunk(engine, actor, id, leads, bears, changed.at).await?;
            (changed.leads, changed.taken) = (leads, taken);
        }
        Whom::Fitting(filter) => {
            actor.may(TokenScope::LeadsRead)?;
            let mut walk = Walk::new(actor.clone(), filter);
            while let Some(some) = walk.next(engine).await? {
                let ids: Vec<LeadId> = some.iter().map(|(stored, _)| stored.lead.id).collect();
                let (leads, _) = chunk(engine, actor, id, ids, bears, changed.at).await?;
                changed.leads = changed.leads.saturating_add(leads);
            }
        }
    }
    Ok(changed)
}

/// One commit; how many changed, and from whom the tag was taken.
async fn chunk(
    engine: &Engine,
    actor: &Actor,
    id: TagId,
    ids: Vec<LeadId>,
    bears: bool,
    at: Timestamp,
) -> Result<(u64, Vec<LeadId>), EngineError> {
    let asking = actor.clone();
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(asking.brand);
        own::tag(scope, &asking, id)?;
        let mut pages = HashSet::new();
        let mut own_leads = Vec::with_capacity(ids.len());
        for stored in lead::get_many(scope, &ids)?.into_iter().flatten() {
            if stored.lead.fenced_at.is_some() {
                continue;
            }
            if pages.insert(stored.lead.page) {
                own::page(scope, &asking, stored.lead.page)
                    .map_err(|_| EngineError::NotFound("this lead"))?;
            }
            own_leads.push(stored.lead.id);
        }
        if bears {
            return Ok((tag::put(scope, id, &own_leads, at)?, Vec::new()));
        }
        let (Some(first), Some(last)) = (own_leads.iter().min(), own_leads.iter().max()) else {
            return Ok((0, Vec::new()));
        };
        let bearers: HashSet<LeadId> = tag::list_between(scope, id, (*first, *last))?.into_iter().collect();
        own_leads.retain(|lead| bearers.contains(lead));
        Ok::<_, EngineError>((tag::take(scope, id, &own_leads)?, own_leads))
    };
    engine.data.write("tag_many", write).await
}

/// Leads looked at in one commit of [`take_back`].
const CHUNK: u32 = 500;

/// Takes the tag from those on whom [`tag_many`] put it at that time; how many. In commits of their own, so
/// that others write in between; one that is broken off is taken up by asking again.
pub async fn take_back(engine: &Engine, actor: &Actor, id: TagId, at: Timestamp) -> Result<u64, EngineError> {
    actor.may(TokenScope::BroadcastsWrite)?;
    let (mut after, mut taken) = (LeadId([0; 16]), 0_u64);
    loop {
        let asking = actor.clone();
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(asking.brand);
            own::tag(scope, &asking, id)?;
            let bearers = tag::list_bearers(scope, id, after, CHUNK)?;
            let Some(last) = bearers.last().copied() else { return Ok(None) };
            Ok::<_, EngineError>(Some((last, tag::take_put_at(scope, id, at, (after, last))?)))
        };
        let Some((last, some)) = engine.data.write("untag_many", write).await? else { return Ok(taken) };
        after = last;
        taken = taken.saturating_add(some);
    }
}
