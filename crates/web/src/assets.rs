//! The brand's style sheet, under a name that changes with its content.

use crate::App;
use crate::door::{Named, Visit};
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// `GET /assets/{file}`
pub async fn stylesheet(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Named(file): Named,
) -> Result<Response, Problem> {
    let sheet = app.stylesheet(visit.brand.id).filter(|sheet| sheet.file == file);
    let sheet = sheet.ok_or_else(Problem::no_such_route)?;
    Ok(([(CONTENT_TYPE, "text/css; charset=utf-8")], sheet.content.clone()).into_response())
}
