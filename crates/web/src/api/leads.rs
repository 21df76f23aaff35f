//! `/api/v1/leads`: lists without names, one lead with its evidence, proof, export, erasure.

use super::wire::{Erasure, Lead, LeadWithEvidence, List};
use super::{DEFAULT_LIMIT, Id, Json, Query, file};
use crate::App;
use crate::door::Visit;
use crate::problem::Problem;
use crate::table::Streamed;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use engine::{Actor, actions, views};
use model::id::{ConsentId, LeadId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LeadCursor {
    /// `next` of the list before.
    #[param(value_type = Option<String>)]
    after: Option<LeadId>,
    /// 1 to 200; 50 when left out.
    limit: Option<u32>,
    /// `pag_…`: only those of this page.
    page: Option<String>,
    /// `started`, `informed` or `confirmed`: only those with this best evidence.
    level: Option<String>,
    /// `subscribed`, `unsubscribed`, `window_open` or `unavailable`.
    state: Option<String>,
    /// `tag_…`: only those who bear it.
    tag: Option<String>,
}

/// Lists the account's leads, or those that fit a filter, without anything that says who they are.
///
/// With `level` or `state`, a list may be shorter than `limit` and still have a `next`: each request
/// looks at 4,000 leads at most.
#[utoipa::path(
    get, path = "/api/v1/leads", tag = "leads", security(("token" = ["leads:read"])),
    params(LeadCursor),
    responses((status = 200, description = "Done", body = List<Lead>))
)]
pub async fn list(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Query(cursor): Query<LeadCursor>,
) -> Result<axum::Json<List<Lead>>, Problem> {
    let limit = cursor.limit.unwrap_or(DEFAULT_LIMIT);
    let parts = [&cursor.page, &cursor.level, &cursor.state, &cursor.tag].map(Option::as_deref);
    let [page, level, state, tag] = parts;
    let filter = super::exports::filter(page, level, state, tag)?;
    let found = views::leads::filtered(&app.engine, &actor, filter, cursor.after, limit).await?;
    let next = found.next.map(|after| after.to_string());
    Ok(axum::Json(List { items: found.leads.into_iter().map(Lead::from).collect(), next }))
}

/// Shows one lead, with the consent events.
#[utoipa::path(
    get, path = "/api/v1/leads/{id}", tag = "leads", security(("token" = ["leads:read"])),
    params(("id" = String, Path, description = "`led_…`")),
    responses((status = 200, description = "Done", body = LeadWithEvidence))
)]
pub async fn show(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<LeadId>,
) -> Result<axum::Json<LeadWithEvidence>, Problem> {
    Ok(axum::Json(views::leads::get(&app.engine, &actor, id).await?.into()))
}

/// Erases everything about a lead: destroys the key, deletes the rows, notes it in the log.
#[utoipa::path(
    delete, path = "/api/v1/leads/{id}", tag = "leads", security(("token" = ["leads:erase"])),
    params(("id" = String, Path, description = "`led_…`")),
    responses((status = 200, description = "Done", body = Erasure))
)]
pub async fn erase(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Extension(visit): Extension<Visit>,
    Id(id): Id<LeadId>,
) -> Result<axum::Json<Erasure>, Problem> {
    let erasure = actions::leads::erase(&app.engine, &actor, id).await?;
    Ok(axum::Json(Erasure::new(erasure, &visit.brand.brand.public_url)))
}

/// Which of a lead's consent events.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OfEvent {
    /// `con_…`, one of the lead's `consents`; the opt-in that is in force for promotions if it is left out.
    #[param(value_type = Option<String>)]
    event: Option<ConsentId>,
}

/// The proof of a consent event: a file that anybody can check offline. Of the opt-in that is in force for promotions,
/// unless another event of the lead is named.
///
/// 409 `conflict` where none is named and no opt-in is in force (the lead has withdrawn); 409 `not-yet` until the record
/// stands under a signed checkpoint. What the record says, `event`, `purpose` and `how` above all, is for you to read:
/// that a proof holds does not say that it is of an opt-in to promotions.
#[utoipa::path(
    get, path = "/api/v1/leads/{id}/proof", tag = "leads", security(("token" = ["leads:read"])),
    params(("id" = String, Path, description = "`led_…`"), OfEvent),
    responses((status = 200, description = "An entente-proof/1 file, see docs/proof.md", body = serde_json::Value, content_type = "application/json"))
)]
pub async fn proof(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<LeadId>,
    Query(of): Query<OfEvent>,
) -> Result<Response, Problem> {
    Ok(file("proof.json", views::leads::proof(&app.engine, &actor, id, of.event).await?))
}

/// What a lead's file is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadExportRequest {
    /// What the file is for, in 3 to 200 characters. Kept for a year.
    pub why: String,
}

/// Gives what is kept about a lead as a file. It is written down with what it is for, and the account is told
/// by mail. A request repeated with its `Idempotency-Key` makes it anew.
#[utoipa::path(
    post, path = "/api/v1/leads/{id}/export", tag = "leads", security(("token" = ["leads:read"])),
    params(("id" = String, Path, description = "`led_…`")),
    request_body = LeadExportRequest,
    responses((status = 200, description = "An entente-lead-export/1 file", body = serde_json::Value, content_type = "application/json"))
)]
pub async fn take_one(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<LeadId>,
    Json(asked): Json<LeadExportRequest>,
) -> Result<Response, Problem> {
    let whole = actions::leads::export_by_api(&app.engine, &actor, id, &asked.why).await?;
    let mut response = file("export.json", whole);
    // Kept for the key, it would outlive the lead.
    response.extensions_mut().insert(Streamed);
    Ok(response)
}

/// Shows what is kept about a lead, as far as the lead permits, with how it is kept (GDPR articles 15 and 20).
/// Looking writes nothing down; `POST` takes it out as a file.
#[utoipa::path(
    get, path = "/api/v1/leads/{id}/export", tag = "leads", security(("token" = ["leads:read"])),
    params(("id" = String, Path, description = "`led_…`")),
    responses((status = 200, description = "An entente-lead-export/1 file", body = serde_json::Value, content_type = "application/json"))
)]
pub async fn export(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<LeadId>,
) -> Result<Response, Problem> {
    Ok(file("export.json", views::leads::export(&app.engine, &actor, id).await?))
}
