//! An account's broadcasts: what they say, how far they are, who got them and who did not, and why.

use super::{At, limited, own};
use crate::brands::BrandContext;
use crate::{Actor, Engine, EngineError, TokenScope, schedule};
use model::broadcast::BroadcastState;
use model::consent::Purpose;
use model::delivery::DeliveryState;
use model::id::{BrandId, BroadcastId, LeadId, PageId};
use model::outgoing::{Button, Filter, Template};
use serde::Serialize;
use std::collections::BTreeMap;
use store::tables::broadcast::StoredBroadcast;
use store::tables::delivery::{DeliveryCount, DeliveryLine};
use store::{StoreError, tables};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BroadcastView {
    pub id: BroadcastId,
    pub purpose: Purpose,
    pub state: BroadcastState,
    pub pages: Vec<PageId>,
    /// Not sent after this.
    pub open_until: Option<At>,
    /// When it is sent by itself.
    pub send_at: Option<At>,
    /// The same as the clocks of `zone` show it.
    pub send_local: Option<String>,
    pub zone: Option<String>,
    pub created_at: At,
    pub started_at: Option<At>,
    pub finished_at: Option<At>,
    pub text: String,
    pub image: Option<String>,
    /// Which of the pages' leads; `None`: all.
    pub filter: Option<Filter>,
    pub buttons: Vec<Button>,
    pub template: Option<Template>,
    /// Deliveries by state.
    pub counts: BTreeMap<String, u64>,
    /// Deliveries that have a reason, by `state/reason`.
    pub reasons: BTreeMap<String, u64>,
}

/// One delivery: names nobody, the lead's id only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    pub lead: LeadId,
    pub page: PageId,
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub attempts: i64,
    pub changed_at: At,
}

async fn view(
    engine: &Engine,
    brand: &BrandContext,
    stored: &StoredBroadcast,
    counted: &[DeliveryCount],
) -> Result<BroadcastView, EngineError> {
    let content = own::content(engine, brand, stored).await?;
    let (mut counts, mut reasons) = (BTreeMap::new(), BTreeMap::new());
    for line in counted {
        *counts.entry(line.state.code().to_owned()).or_insert(0) += line.count;
        if let Some(reason) = &line.reason {
            *reasons.entry(format!("{}/{reason}", line.state.code())).or_insert(0) += line.count;
        }
    }
    let b = &stored.broadcast;
    Ok(BroadcastView {
        id: b.id,
        purpose: b.purpose,
        state: b.state,
        pages: b.pages.clone(),
        open_until: b.open_until.map(At),
        send_at: b.send_at.map(At),
        send_local: b.send_at.map(|at| schedule::local(at, b.zone.as_deref())),
        zone: b.zone.clone(),
        created_at: At(b.created_at),
        started_at: b.started_at.map(At),
        finished_at: b.finished_at.map(At),
        text: content.text().to_owned(),
        image: content.image().map(str::to_owned),
        filter: content.filter().cloned(),
        buttons: content.buttons().to_vec(),
        template: content.template().cloned(),
        counts,
        reasons,
    })
}

async fn views(
    engine: &Engine,
    brand: BrandId,
    rows: &[(StoredBroadcast, Vec<DeliveryCount>)],
) -> Result<Vec<BroadcastView>, EngineError> {
    let ctx = &engine.brand(brand)?;
    let mut views = Vec::with_capacity(rows.len());
    for (stored, counted) in rows {
        views.push(view(engine, ctx, stored, counted).await?);
    }
    Ok(views)
}

pub async fn list(
    engine: &Engine,
    actor: &Actor,
    after: Option<BroadcastId>,
    limit: u32,
) -> Result<Vec<BroadcastView>, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let (brand, account, limit) = (actor.brand, actor.account, limited(limit)?);
    let after = after.unwrap_or(BroadcastId([0; 16]));
    let rows = engine
        .data
        .read("list_broadcasts", move |tx| {
            let scope = tx.brand(brand);
            with_counts(scope, tables::broadcast::list_of_account(scope, account, after, limit)?)
        })
        .await?;
    views(engine, brand, &rows).await
}

/// The newest first: where people look.
pub async fn newest(
    engine: &Engine,
    actor: &Actor,
    before: Option<BroadcastId>,
    limit: u32,
) -> Result<Vec<BroadcastView>, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let (brand, account, limit) = (actor.brand, actor.account, limited(limit)?);
    let before = before.unwrap_or(BroadcastId([0xff; 16]));
    let rows = engine
        .data
        .read("newest_broadcasts", move |tx| {
            let scope = tx.brand(brand);
            let found = tables::broadcast::list_newest_of_account(scope, account, before, limit)?;
            with_counts(scope, found)
        })
        .await?;
    views(engine, brand, &rows).await
}

fn with_counts(
    scope: tables::Scope<'_>,
    found: Vec<StoredBroadcast>,
) -> Result<Vec<(StoredBroadcast, Vec<DeliveryCount>)>, StoreError> {
    found
        .into_iter()
        .map(|stored| {
            let counted = tables::delivery::count(scope, stored.broadcast.id)?;
            Ok((stored, counted))
        })
        .collect()
}

pub async fn get(engine: &Engine, actor: &Actor, id: BroadcastId) -> Result<BroadcastView, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    show(engine, actor, id).await
}

/// As [`get`], for actions that answer with what they changed.
pub(crate) async fn show(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
) -> Result<BroadcastView, EngineError> {
    let asking = actor.clone();
    let (stored, counted) = engine
        .data
        .read("get_broadcast", move |tx| {
            let scope = tx.brand(asking.brand);
            let stored = own::broadcast(scope, &asking, id)?;
            Ok::<_, EngineError>((stored, tables::delivery::count(scope, id)?))
        })
        .await?;
    view(engine, &*engine.brand(actor.brand)?, &stored, &counted).await
}

/// Who got it and who did not, in the order of pages and leads.
pub async fn deliveries(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
    state: Option<DeliveryState>,
    after: Option<(PageId, LeadId)>,
    limit: u32,
) -> Result<Vec<DeliveryView>, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let (asking, limit) = (actor.clone(), limited(limit)?);
    let after = after.unwrap_or((PageId([0; 16]), LeadId([0; 16])));
    let lines = engine
        .data
        .read("list_deliveries", move |tx| {
            let scope = tx.brand(asking.brand);
            own::broadcast(scope, &asking, id)?;
            Ok::<_, EngineError>(tables::delivery::list(scope, id, state, after, limit)?)
        })
        .await?;
    Ok(lines.into_iter().map(DeliveryView::from).collect())
}

impl From<DeliveryLine> for DeliveryView {
    fn from(line: DeliveryLine) -> Self {
        Self {
            lead: line.lead,
            page: line.page,
            state: line.state,
            reason: line.reason,
            attempts: line.attempts,
            changed_at: At(line.changed_at),
        }
    }
}

/// Who did not get it, or not yet, and why, in the same order.
pub async fn not_reached(
    engine: &Engine,
    actor: &Actor,
    id: BroadcastId,
    after: Option<(PageId, LeadId)>,
    limit: u32,
) -> Result<Vec<DeliveryView>, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let (asking, limit) = (actor.clone(), limited(limit)?);
    let after = after.unwrap_or((PageId([0; 16]), LeadId([0; 16])));
    let lines = engine
        .data
        .read("list_not_reached", move |tx| {
            let scope = tx.brand(asking.brand);
            own::broadcast(scope, &asking, id)?;
            Ok::<_, EngineError>(tables::delivery::list_not_sent(scope, id, after, limit)?)
        })
        .await?;
    Ok(lines.into_iter().map(DeliveryView::from).collect())
}
