//! `/api/v1/tags`: words that the account puts on its leads.

use super::wire::{List, Tag};
use super::{Id, Json};
use crate::App;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use engine::{Actor, actions, views};
use model::id::{LeadId, TagId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tag to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagForm {
    /// 1 to 40 characters.
    pub name: String,
}

/// Who bears a tag from now on, or no more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagLeads {
    /// `led_…`, 1 to 1000.
    pub leads: Vec<String>,
    pub bears: bool,
}

/// How many leads changed.
#[derive(Serialize, ToSchema)]
pub struct Tagged {
    pub changed: u64,
}

/// Makes a tag; one of that name that is there already is given back.
#[utoipa::path(
    post, path = "/api/v1/tags", tag = "tags", security(("token" = ["broadcasts:write"])),
    request_body = TagForm,
    responses((status = 201, description = "Made", body = Tag))
)]
pub async fn create(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Json(form): Json<TagForm>,
) -> Result<(StatusCode, axum::Json<Tag>), Problem> {
    let made = actions::tags::create(&app.engine, &actor, &form.name).await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// Lists the account's tags; there are 100 at most.
#[utoipa::path(
    get, path = "/api/v1/tags", tag = "tags", security(("token" = ["broadcasts:read"])),
    responses((status = 200, description = "Done", body = List<Tag>))
)]
pub async fn list(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
) -> Result<axum::Json<List<Tag>>, Problem> {
    let found = views::tags::list(&app.engine, &actor).await?;
    Ok(axum::Json(List { items: found.into_iter().map(Tag::from).collect(), next: None }))
}

/// Puts a tag on leads, or takes it from them.
#[utoipa::path(
    post, path = "/api/v1/tags/{id}/leads", tag = "tags", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`tag_…`")),
    request_body = TagLeads,
    responses((status = 200, description = "Done", body = Tagged))
)]
pub async fn set(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<TagId>,
    Json(form): Json<TagLeads>,
) -> Result<axum::Json<Tagged>, Problem> {
    let lead = |(at, text): (usize, &String)| {
        text.parse::<LeadId>().map_err(|error| Problem::invalid(&format!("leads[{at}]"), &error.to_string()))
    };
    let leads = form.leads.iter().enumerate().map(lead).collect::<Result<Vec<_>, _>>()?;
    let changed = actions::tags::set(&app.engine, &actor, id, &leads, form.bears).await?;
    Ok(axum::Json(Tagged { changed }))
}

/// Deletes a tag, from its leads too.
#[utoipa::path(
    delete, path = "/api/v1/tags/{id}", tag = "tags", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`tag_…`")),
    responses((status = 204, description = "Deleted"))
)]
pub async fn remove(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<TagId>,
) -> Result<StatusCode, Problem> {
    actions::tags::delete(&app.engine, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
