//! Being a witness, by HTTP: `/witness/…` here, or nothing but that (`entente witness`). The protocol is
//! c2sp.org/tlog-witness; `/witness` is its submission and its monitoring prefix.
//!
//! Invariant: whoever asks gets what the log's own signature entitles them to; there is nothing else to know
//! or to change.

use crate::App;
use crate::listen::client::ClientAddress;
use crate::problem::Problem;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use engine::witness::{Answer, Cosigning, MAX_REQUEST};
use std::sync::Arc;

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

/// For a place that asks too often.
fn too_often(seconds: u32) -> Response {
    let said = "too many requests from this address\n";
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())], said).into_response()
}

async fn added(cosigning: Arc<Cosigning>, from: ClientAddress, body: Body) -> Response {
    if let Err(seconds) = cosigning.admit(from.0) {
        return too_often(seconds);
    }
    let Ok(body) = to_bytes(body, MAX_REQUEST).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "a checkpoint is never so long\n").into_response();
    };
    // It waits for the disk.
    let answered = tokio::task::spawn_blocking(move || cosigning.add_checkpoint(&body)).await;
    answered.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), respond)
}

async fn kept(cosigning: Arc<Cosigning>, from: ClientAddress, log: String) -> Response {
    if let Err(seconds) = cosigning.admit(from.0) {
        return too_often(seconds);
    }
    let answered = tokio::task::spawn_blocking(move || cosigning.newest(&log)).await;
    answered.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), respond)
}

fn key_of(cosigning: &Cosigning) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{}\n", cosigning.key())).into_response()
}

fn own(app: &App) -> Result<Arc<Cosigning>, Problem> {
    app.settings.witness.clone().ok_or_else(|| Problem::not_found("a witness"))
}

/// `POST /witness/add-checkpoint`: signs a checkpoint that extends the one that was signed before.
pub async fn add_checkpoint(
    State(app): State<App>,
    from: ClientAddress,
    body: Body,
) -> Result<Response, Problem> {
    Ok(added(own(&app)?, from, body).await)
}

/// `GET /witness/{log}/checkpoint`: the newest signed checkpoint of the log whose origin has this hash.
pub async fn checkpoint(
    State(app): State<App>,
    from: ClientAddress,
    Path(log): Path<String>,
) -> Result<Response, Problem> {
    Ok(kept(own(&app)?, from, log).await)
}

/// `GET /witness/key`: the key by which this witness's signatures are checked.
pub async fn key(State(app): State<App>) -> Result<Response, Problem> {
    Ok(key_of(&*own(&app)?))
}

async fn dressed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, axum::http::HeaderValue::from_static("nosniff"));
    response
}

/// A witness and nothing else.
pub fn router(cosigning: Arc<Cosigning>) -> Router {
    Router::new()
        .route(
            "/witness/add-checkpoint",
            post(|State(at): State<Arc<Cosigning>>, from: ClientAddress, body: Body| added(at, from, body)),
        )
        .route(
            "/witness/{log}/checkpoint",
            get(|State(at): State<Arc<Cosigning>>, from: ClientAddress, Path(log): Path<String>| {
                kept(at, from, log)
            }),
        )
        .route("/witness/key", get(|State(at): State<Arc<Cosigning>>| async move { key_of(&at) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .layer(axum::middleware::map_response(dressed))
        .with_state(cosigning)
}
