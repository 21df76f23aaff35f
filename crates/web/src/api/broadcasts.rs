//! `/api/v1/broadcasts`: composing, previewing, sending, and who got it.

use super::wire::{Broadcast, BroadcastForm, Delivery, Filter, List, Preview};
use super::{DEFAULT_LIMIT, Id, Json, Nothing, Query, next};
use crate::App;
use crate::door::Visit;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use engine::views::broadcasts::DeliveryView;
use engine::{Actor, actions, views};
use model::broadcast::Step;
use model::consent::EvidenceLevel;
use model::delivery::DeliveryState;
use model::id::{BroadcastId, LeadId, PageId, TagId};
use model::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BroadcastCursor {
    /// `next` of the list before.
    #[param(value_type = Option<String>)]
    after: Option<BroadcastId>,
    /// 1 to 200; 50 when left out.
    limit: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryCursor {
    /// `planned`, `sending`, `sent`, `refused`, `failed` or `unknown`; all when left out.
    state: Option<String>,
    /// `next` of the list before.
    after: Option<String>,
    /// 1 to 200; 50 when left out.
    limit: Option<u32>,
}

fn checked(form: BroadcastForm) -> Result<actions::broadcasts::BroadcastForm, Problem> {
    let page = |(at, text): (usize, &String)| {
        text.parse::<PageId>().map_err(|error| Problem::invalid(&format!("pages[{at}]"), &error.to_string()))
    };
    let pages = form.pages.map(|pages| pages.iter().enumerate().map(page).collect()).transpose()?;
    let open_until = form.open_until.map(|text| {
        let at: Result<jiff::Timestamp, _> = text.parse();
        at.map(|at| Timestamp(at.as_microsecond()))
            .map_err(|_| Problem::invalid("open_until", "write a time as in 2026-12-31T18:00:00Z"))
    });
    Ok(actions::broadcasts::BroadcastForm {
        purpose: form.purpose.into(),
        filter: filter(form.filter.unwrap_or_default())?,
        image: form.image,
        text: form.text,
        buttons: form.buttons.into_iter().map(Into::into).collect(),
        template: form.template.map(Into::into),
        pages,
        open_until: open_until.transpose()?,
    })
}

fn filter(filter: Filter) -> Result<model::outgoing::Filter, Problem> {
    let tag = |(at, text): (usize, &String)| {
        text.parse::<TagId>()
            .map_err(|error| Problem::invalid(&format!("filter.tags[{at}]"), &error.to_string()))
    };
    let tags = filter.tags.iter().enumerate().map(tag).collect::<Result<_, _>>()?;
    let level = filter.level.as_deref().map(|code| {
        EvidenceLevel::from_code(code)
            .ok_or_else(|| Problem::invalid("filter.level", "is none of started, informed, confirmed"))
    });
    Ok(model::outgoing::Filter { tags, level: level.transpose()?, language: filter.language })
}

/// Composes a broadcast. Nothing is sent before `send`.
#[utoipa::path(
    post, path = "/api/v1/broadcasts", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    request_body = BroadcastForm,
    responses((status = 201, description = "Made", body = Broadcast))
)]
pub async fn create(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Json(form): Json<BroadcastForm>,
) -> Result<(StatusCode, axum::Json<Broadcast>), Problem> {
    let created = actions::broadcasts::create(&app.engine, &actor, checked(form)?).await?;
    Ok((StatusCode::CREATED, axum::Json(created.into())))
}

/// Writes a draft anew, whole. What is no draft any more is a conflict.
#[utoipa::path(
    put, path = "/api/v1/broadcasts/{id}", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    request_body = BroadcastForm,
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn revise(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Json(form): Json<BroadcastForm>,
) -> Result<axum::Json<Broadcast>, Problem> {
    let revised = actions::broadcasts::revise(&app.engine, &actor, id, checked(form)?).await?;
    Ok(axum::Json(revised.into()))
}

/// Lists the account's broadcasts.
#[utoipa::path(
    get, path = "/api/v1/broadcasts", tag = "broadcasts", security(("token" = ["broadcasts:read"])),
    params(BroadcastCursor),
    responses((status = 200, description = "Done", body = List<Broadcast>))
)]
pub async fn list(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Query(cursor): Query<BroadcastCursor>,
) -> Result<axum::Json<List<Broadcast>>, Problem> {
    let limit = cursor.limit.unwrap_or(DEFAULT_LIMIT);
    let found = views::broadcasts::list(&app.engine, &actor, cursor.after, limit).await?;
    let next = next(&found, limit, |broadcast| broadcast.id);
    Ok(axum::Json(List { items: found.into_iter().map(Broadcast::from).collect(), next }))
}

/// Shows a broadcast with its counts.
#[utoipa::path(
    get, path = "/api/v1/broadcasts/{id}", tag = "broadcasts", security(("token" = ["broadcasts:read"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn show(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
) -> Result<axum::Json<Broadcast>, Problem> {
    Ok(axum::Json(views::broadcasts::get(&app.engine, &actor, id).await?.into()))
}

/// Says how many would get it now and how many would not, and why. Sends nothing.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/preview", tag = "broadcasts", security(("token" = ["broadcasts:read"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Preview))
)]
pub async fn preview(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Extension(visit): Extension<Visit>,
    Id(id): Id<BroadcastId>,
    Nothing: Nothing,
) -> Result<axum::Json<Preview>, Problem> {
    let preview = actions::broadcasts::preview(&app.engine, &actor, id).await?;
    Ok(axum::Json(Preview::new(preview, visit.language)))
}

async fn step(app: App, actor: Actor, id: BroadcastId, step: Step) -> Result<axum::Json<Broadcast>, Problem> {
    Ok(axum::Json(actions::broadcasts::step(&app.engine, &actor, id, step).await?.into()))
}

/// Sends it. Asking twice sends once.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/send", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn send(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Nothing: Nothing,
) -> Result<axum::Json<Broadcast>, Problem> {
    step(app, actor, id, Step::Send).await
}

/// Pauses it: what has not left waits.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/pause", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn pause(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Nothing: Nothing,
) -> Result<axum::Json<Broadcast>, Problem> {
    step(app, actor, id, Step::Pause).await
}

/// Goes on after a pause.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/resume", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn resume(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Nothing: Nothing,
) -> Result<axum::Json<Broadcast>, Problem> {
    step(app, actor, id, Step::Resume).await
}

/// Stops it for good: what has not left is refused.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/cancel", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn cancel(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Nothing: Nothing,
) -> Result<axum::Json<Broadcast>, Problem> {
    step(app, actor, id, Step::Cancel).await
}

/// Lists who got it and who did not, and why.
#[utoipa::path(
    get, path = "/api/v1/broadcasts/{id}/deliveries", tag = "broadcasts", security(("token" = ["broadcasts:read"])),
    params(("id" = String, Path, description = "`brd_…`"), DeliveryCursor),
    responses((status = 200, description = "Done", body = List<Delivery>))
)]
pub async fn deliveries(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Extension(visit): Extension<Visit>,
    Id(id): Id<BroadcastId>,
    Query(cursor): Query<DeliveryCursor>,
) -> Result<axum::Json<List<Delivery>>, Problem> {
    let state = cursor.state.as_deref().map(|code| {
        DeliveryState::from_code(code).ok_or_else(|| {
            Problem::invalid("state", "is none of planned, sending, sent, refused, failed, unknown")
        })
    });
    let limit = cursor.limit.unwrap_or(DEFAULT_LIMIT);
    let after = behind(cursor.after.as_deref())?;
    let found =
        views::broadcasts::deliveries(&app.engine, &actor, id, state.transpose()?, after, limit).await?;
    Ok(listed(found, limit, visit))
}

/// Where a list of deliveries goes on.
fn behind(after: Option<&str>) -> Result<Option<(PageId, LeadId)>, Problem> {
    let parsed = |text: &str| {
        let ids =
            text.split_once('.').and_then(|(page, lead)| Some((page.parse().ok()?, lead.parse().ok()?)));
        ids.ok_or_else(|| Problem::invalid("after", "is not the `next` of a list of deliveries"))
    };
    after.map(parsed).transpose()
}

fn listed(found: Vec<DeliveryView>, limit: u32, visit: Visit) -> axum::Json<List<Delivery>> {
    let next = next(&found, limit, |delivery| format!("{}.{}", delivery.page, delivery.lead));
    let items = found.into_iter().map(|view| Delivery::new(view, visit.language)).collect();
    axum::Json(List { items, next })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NotReachedCursor {
    /// `next` of the list before.
    after: Option<String>,
    /// 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// Lists who did not get it, or not yet, and why.
#[utoipa::path(
    get, path = "/api/v1/broadcasts/{id}/not-reached", tag = "broadcasts", security(("token" = ["broadcasts:read"])),
    params(("id" = String, Path, description = "`brd_…`"), NotReachedCursor),
    responses((status = 200, description = "Done", body = List<Delivery>))
)]
pub async fn not_reached(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Extension(visit): Extension<Visit>,
    Id(id): Id<BroadcastId>,
    Query(cursor): Query<NotReachedCursor>,
) -> Result<axum::Json<List<Delivery>>, Problem> {
    let limit = cursor.limit.unwrap_or(DEFAULT_LIMIT);
    let after = behind(cursor.after.as_deref())?;
    let found = views::broadcasts::not_reached(&app.engine, &actor, id, after, limit).await?;
    Ok(listed(found, limit, visit))
}
