//! The public state of an erasure, and its receipt, for whoever holds the code. Also what Meta's
//! deletion callback points people to.
//!
//! Invariant: shows nothing but the erasure itself; the person is gone or going.

use crate::App;
use crate::door::{Named, Visit};
use crate::page::{self, ErasurePage, ErasureUnknownPage, Frame};
use crate::problem::Problem;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use engine::views::At;
use engine::views::erasures;
use engine::views::requests::{self, RequestView};
use model::request::{Outcome, RequestKind};

/// What became of something that Facebook passed on.
#[derive(Template)]
#[template(path = "facebook_request.html")]
struct FacebookRequestPage<'a> {
    frame: Frame<'a>,
    heading: String,
    explain: String,
    code: &'a str,
    requested_at: String,
    finished_at: Option<String>,
}

impl<'a> FacebookRequestPage<'a> {
    fn new(frame: Frame<'a>, code: &'a str, request: &RequestView) -> Self {
        let what = match (request.outcome, request.kind) {
            (Some(Outcome::NoData), _) => "none",
            (_, RequestKind::FacebookRemoval) => "removed",
            _ => "done",
        };
        Self {
            heading: frame.say(&format!("requests-status-{what}")),
            explain: frame.say(&format!("requests-status-{what}-explain")),
            code,
            requested_at: to_the_second(request.received_at),
            finished_at: request.done_at.map(to_the_second),
            frame,
        }
    }
}

/// `GET /erasure/{code}`
pub async fn show(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Named(code): Named,
) -> Result<Response, Problem> {
    let brand = visit.brand.id;
    let frame = Frame::new(visit.language, &visit.brand.brand, &visit.look.public);
    let Some(erasure) = erasures::by_code(&app.engine, brand, &code).await? else {
        if let Some(request) = requests::by_code(&app.engine, brand, &code).await? {
            return Ok(page::html(&FacebookRequestPage::new(frame, &code, &request)));
        }
        let mut response = page::html(&ErasureUnknownPage { frame });
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    };
    let has_receipt = match erasures::receipt(&app.engine, brand, &code).await {
        Ok(receipt) => receipt.is_some(),
        Err(EngineError::NotYet(_)) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(page::html(&ErasurePage {
        frame,
        code: &erasure.code,
        tag: &erasure.tag,
        requested_at: to_the_second(erasure.requested_at),
        finished_at: erasure.finished_at.map(to_the_second),
        has_receipt,
    }))
}

/// `GET /erasure/{code}/receipt`: the signed file, without personal data.
pub async fn receipt(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Named(code): Named,
) -> Result<Response, Problem> {
    let receipt = erasures::receipt(&app.engine, visit.brand.id, &code).await?;
    let receipt = receipt.ok_or_else(|| Problem::not_found("this erasure"))?;
    let named =
        [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"receipt.json\"")];
    Ok((named, receipt).into_response())
}

/// `2026-11-22 12:00:00 UTC`
fn to_the_second(at: At) -> String {
    let text = at.to_string();
    let seconds = text.get(..19).unwrap_or(&text);
    format!("{} UTC", seconds.replacen('T', " ", 1))
}
