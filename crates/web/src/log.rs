//! What everybody may know: that we live, whether we are ready, and where the log stands.
//!
//! Invariant: the same for all brands and without any of their data.

use crate::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use engine::views;

fn text(body: impl Into<String>) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], body.into()).into_response()
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> Response {
    text("ok\n")
}

/// `GET /readyz`: whether a balancer may send requests here: see [`engine::NotReady`].
pub async fn readyz(State(app): State<App>) -> Response {
    match app.engine.ready().await {
        Ok(()) => text("ok\n"),
        Err(reason) => {
            (StatusCode::SERVICE_UNAVAILABLE, text(format!("not ready: {reason}\n"))).into_response()
        }
    }
}

/// `GET /.well-known/entente/checkpoint`: the newest signed checkpoint, as a C2SP note.
pub async fn checkpoint(State(app): State<App>) -> Result<Response, Problem> {
    let note = views::log::checkpoint(&app.engine).await?;
    note.map(text).ok_or_else(|| Problem::not_found("a checkpoint (nothing has been logged yet)"))
}

/// `GET /.well-known/entente/log-key`: the key by which checkpoints, proofs and receipts are checked.
pub async fn key(State(app): State<App>) -> Response {
    text(views::log::key(&app.engine))
}
