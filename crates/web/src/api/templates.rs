//! `/api/v1/templates`: utility templates, handed to Meta for approval and followed.

use super::wire::{Button, List};
use super::{DEFAULT_LIMIT, Id, Json, Nothing, Query, next};
use crate::App;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use engine::views::templates::TemplateView;
use engine::{Actor, actions, views};
use model::id::{PageId, TemplateId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A utility template to be made. The unsubscribe button is added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateForm {
    /// The page that it is made for.
    pub page: String,
    /// Small letters, digits and underscores.
    #[schema(example = "order_ready")]
    pub name: String,
    #[schema(example = "en_US")]
    pub language: String,
    /// Variables are `{{1}}`, `{{2}}`, … in order, neither first nor last.
    #[schema(example = "Your order {{1}} is ready at the counter.")]
    pub body: String,
    /// One for each variable.
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub link: Option<Link>,
}

/// A button that opens a web page.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub title: String,
    /// Begins with `https://`.
    pub url: String,
}

/// A utility template, and where it stands at Meta.
#[derive(Serialize, ToSchema)]
pub struct UtilityTemplate {
    #[schema(example = "tpl_019ab2c3d4e57f00a1b2c3d4e5f60718")]
    pub id: String,
    pub page: String,
    pub name: String,
    pub language: String,
    pub body: String,
    pub examples: Vec<String>,
    pub link: Option<Link>,
    /// As a lead sees them.
    pub buttons: Vec<Button>,
    /// `approved`, `pending`, `rejected`, …; `unknown` until Meta has answered.
    #[schema(example = "approved")]
    pub status: &'static str,
    /// Meta's code of a rejection.
    pub reason: Option<String>,
    #[schema(format = "date-time")]
    pub created_at: String,
    #[schema(format = "date-time")]
    pub checked_at: Option<String>,
}

impl From<TemplateView> for UtilityTemplate {
    fn from(view: TemplateView) -> Self {
        Self {
            id: view.id.to_string(),
            page: view.page.to_string(),
            name: view.name,
            language: view.language,
            body: view.body,
            examples: view.examples,
            link: view.link.map(|link| Link { title: link.title, url: link.url }),
            buttons: view.buttons.into_iter().map(Button::from).collect(),
            status: view.status.code(),
            reason: view.reason,
            created_at: view.created_at.to_string(),
            checked_at: view.checked_at.map(|at| at.to_string()),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TemplateCursor {
    /// `next` of the list before.
    #[param(value_type = Option<String>)]
    after: Option<TemplateId>,
    /// 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// Hands a template to Meta for approval.
#[utoipa::path(
    post, path = "/api/v1/templates", tag = "templates", security(("token" = ["broadcasts:write"])),
    request_body = TemplateForm,
    responses((status = 201, description = "Made", body = UtilityTemplate))
)]
pub async fn create(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Json(form): Json<TemplateForm>,
) -> Result<(StatusCode, axum::Json<UtilityTemplate>), Problem> {
    let page: PageId = form
        .page
        .parse()
        .map_err(|error: model::id::IdError| Problem::invalid("page", &error.to_string()))?;
    let link = form.link.map(|link| model::template::Link { title: link.title, url: link.url });
    let (name, language, body, examples) = (form.name, form.language, form.body, form.examples);
    let form = actions::templates::TemplateForm { page, name, language, body, examples, link };
    let made = actions::templates::create(&app.engine, &actor, form).await?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// Lists the account's templates.
#[utoipa::path(
    get, path = "/api/v1/templates", tag = "templates", security(("token" = ["broadcasts:read"])),
    params(TemplateCursor),
    responses((status = 200, description = "Done", body = List<UtilityTemplate>))
)]
pub async fn list(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Query(cursor): Query<TemplateCursor>,
) -> Result<axum::Json<List<UtilityTemplate>>, Problem> {
    let limit = cursor.limit.unwrap_or(DEFAULT_LIMIT);
    let found = views::templates::list(&app.engine, &actor, cursor.after, limit).await?;
    let next = next(&found, limit, |template| template.id);
    Ok(axum::Json(List { items: found.into_iter().map(UtilityTemplate::from).collect(), next }))
}

/// Shows a template as it stands here.
#[utoipa::path(
    get, path = "/api/v1/templates/{id}", tag = "templates", security(("token" = ["broadcasts:read"])),
    params(("id" = String, Path, description = "`tpl_…`")),
    responses((status = 200, description = "Done", body = UtilityTemplate))
)]
pub async fn show(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<TemplateId>,
) -> Result<axum::Json<UtilityTemplate>, Problem> {
    Ok(axum::Json(views::templates::get(&app.engine, &actor, id).await?.into()))
}

/// Asks Meta where it stands.
#[utoipa::path(
    post, path = "/api/v1/templates/{id}/refresh", tag = "templates", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`tpl_…`")),
    responses((status = 200, description = "Done", body = UtilityTemplate))
)]
pub async fn refresh(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<TemplateId>,
    Nothing: Nothing,
) -> Result<axum::Json<UtilityTemplate>, Problem> {
    Ok(axum::Json(actions::templates::refresh(&app.engine, &actor, id).await?.into()))
}

/// Deletes it, at Meta in all its languages.
#[utoipa::path(
    delete, path = "/api/v1/templates/{id}", tag = "templates", security(("token" = ["broadcasts:write"])),
    params(("id" = String, Path, description = "`tpl_…`")),
    responses((status = 204, description = "Deleted"))
)]
pub async fn remove(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<TemplateId>,
) -> Result<StatusCode, Problem> {
    actions::templates::delete(&app.engine, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
