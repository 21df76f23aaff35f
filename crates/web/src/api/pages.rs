//! `/api/v1/pages`: connecting pages and listing them.

use super::wire::{ConnectForm, List, Page};
use super::{DEFAULT_LIMIT, Id, Json, Nothing, Query, next};
use crate::App;
use crate::door::Visit;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use engine::{Actor, actions, views};
use model::id::PageId;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageCursor {
    /// `next` of the list before.
    #[param(value_type = Option<String>)]
    after: Option<PageId>,
    /// 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// Connects the pages that a user granted in Facebook's login dialog.
///
/// Answers with the connected pages. A page that another account has connected is a conflict; one of
/// the same account is connected anew.
#[utoipa::path(
    post, path = "/api/v1/pages", tag = "pages", security(("token" = ["pages:write"])),
    request_body = ConnectForm,
    responses((status = 201, description = "Made", body = List<Page>))
)]
pub async fn connect(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Extension(visit): Extension<Visit>,
    Json(form): Json<ConnectForm>,
) -> Result<(StatusCode, axum::Json<List<Page>>), Problem> {
    let form =
        actions::pages::ConnectForm { code: form.code, redirect_uri: form.redirect_uri, pages: form.pages };
    let connected = actions::pages::connect(&app.engine, &actor, form).await?;
    let items = connected.into_iter().map(|view| Page::new(view, visit.language)).collect();
    Ok((StatusCode::CREATED, axum::Json(List { items, next: None })))
}

/// Lists the account's pages.
#[utoipa::path(
    get, path = "/api/v1/pages", tag = "pages", security(("token" = ["pages:read"])),
    params(PageCursor),
    responses((status = 200, description = "Done", body = List<Page>))
)]
pub async fn list(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Extension(visit): Extension<Visit>,
    Query(cursor): Query<PageCursor>,
) -> Result<axum::Json<List<Page>>, Problem> {
    let limit = cursor.limit.unwrap_or(DEFAULT_LIMIT);
    let pages = views::pages::list(&app.engine, &actor, cursor.after, limit).await?;
    let next = next(&pages, limit, |page| page.id);
    let items = pages.into_iter().map(|view| Page::new(view, visit.language)).collect();
    Ok(axum::Json(List { items, next }))
}

/// Disconnects a page.
///
/// Meta delivers nothing of it here any more, its greeting and menu are taken away there, and its token is deleted here.
/// Leads, their evidence and the bot stay, and are there again when it is connected anew. Doing it twice changes nothing;
/// when Meta gives no answer, nothing is changed and the answer is 502.
#[utoipa::path(
    post, path = "/api/v1/pages/{id}/disconnect", tag = "pages", security(("token" = ["pages:write"])),
    params(("id" = String, Path, description = "`pag_…`")),
    responses((status = 200, description = "Done", body = Page))
)]
pub async fn disconnect(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Extension(visit): Extension<Visit>,
    Id(id): Id<PageId>,
    Nothing: Nothing,
) -> Result<axum::Json<Page>, Problem> {
    let done = actions::disconnect::disconnect(&app.engine, &actor, id).await?;
    Ok(axum::Json(Page::new(done.page, visit.language)))
}
