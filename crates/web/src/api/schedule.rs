//! `/api/v1/broadcasts/{id}/…`: sending at a time, and sending again.

use super::wire::Broadcast;
use super::{Id, Json, Nothing};
use crate::App;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use engine::Actor;
use engine::actions::broadcasts as actions;
use model::broadcast::Step;
use model::id::BroadcastId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a broadcast is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleForm {
    /// Date and time as the clocks there show it.
    #[schema(example = "2026-12-24T18:00")]
    pub local: String,
    /// A time zone of the IANA database.
    #[schema(example = "Europe/Dublin")]
    pub zone: String,
    /// Of a time that the clocks show twice, the second; the first when left out.
    #[serde(default)]
    pub second_time: bool,
}

/// What the clocks make of the time.
#[derive(Serialize, ToSchema)]
pub struct Scheduled {
    pub broadcast: Broadcast,
    /// `exact`; `skipped`: the clocks are put forward over that time, and it is sent later by as much;
    /// `twice`: they show it twice.
    #[schema(example = "exact")]
    pub how: &'static str,
}

/// Has it sent by itself at a time, or moves that time.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/schedule", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    request_body = ScheduleForm,
    responses((status = 200, description = "Done", body = Scheduled))
)]
pub async fn schedule(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Json(form): Json<ScheduleForm>,
) -> Result<axum::Json<Scheduled>, Problem> {
    let ScheduleForm { local, zone, second_time } = form;
    let form = actions::ScheduleForm { local, zone, second_time };
    let (view, resolved) = actions::schedule(&app.engine, &actor, id, form).await?;
    Ok(axum::Json(Scheduled { broadcast: view.into(), how: resolved.how.code() }))
}

/// Makes it a draft again, before it has begun.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/unschedule", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn unschedule(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Nothing: Nothing,
) -> Result<axum::Json<Broadcast>, Problem> {
    Ok(axum::Json(actions::step(&app.engine, &actor, id, Step::Unschedule).await?.into()))
}

/// What could be sent again.
#[derive(Serialize, ToSchema)]
pub struct Again {
    /// Not delivered, for a reason that may have passed.
    pub failed: u64,
    /// Perhaps delivered: whoever got it gets it twice.
    pub unknown: u64,
    /// Not delivered, for good.
    pub failed_for_good: u64,
}

/// Says how many could be sent it again. Sends nothing.
#[utoipa::path(
    get, path = "/api/v1/broadcasts/{id}/again", tag = "broadcasts", security(("token" = ["broadcasts:read"])),
    params(("id" = String, Path, description = "`brd_…`")),
    responses((status = 200, description = "Done", body = Again))
)]
pub async fn look_again(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
) -> Result<axum::Json<Again>, Problem> {
    let view = actions::look_again(&app.engine, &actor, id).await?;
    let (failed, unknown, failed_for_good) = (view.failed, view.unknown, view.failed_for_good);
    Ok(axum::Json(Again { failed, unknown, failed_for_good }))
}

/// Whom to send it to again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgainForm {
    /// Also those who perhaps got it. They may get it twice: say `true` only when that is wanted.
    #[serde(default)]
    pub unknown_too: bool,
}

/// Sends it again to those whom it did not reach, where that may have passed. Whoever has withdrawn gets
/// nothing.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/again", tag = "broadcasts", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`brd_…`")),
    request_body = AgainForm,
    responses((status = 200, description = "Done", body = Broadcast))
)]
pub async fn send_again(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Json(form): Json<AgainForm>,
) -> Result<axum::Json<Broadcast>, Problem> {
    Ok(axum::Json(actions::send_again(&app.engine, &actor, id, form.unknown_too).await?.into()))
}
