//! Meta's door: the subscription handshake and the signed deliveries.
//!
//! The one hot path, so it has no layer in front. Invariants: the bytes that were signed are the
//! bytes that are checked; 200 is said only when what matters of a delivery is durable, and something is said
//! while Meta still listens.

use crate::App;
use crate::headers::{self, Keeping};
use crate::listen::client::ClientAddress;
use crate::problem::{self, Problem};
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use engine::{Guess, ReceiveError};
use futures_util::FutureExt;
use serde::Deserialize;
use std::panic::AssertUnwindSafe;
use subtle::ConstantTimeEq;

/// The largest delivery, in bytes. Meta's stay far below.
pub const DELIVERY_LIMIT: usize = 1024 * 1024;
const SIGNATURE: &str = "x-hub-signature-256";
/// Meta's challenge is a short number; we echo nothing longer.
const CHALLENGE_LIMIT: usize = 200;

#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "hub.mode")]
    mode: String,
    #[serde(rename = "hub.verify_token")]
    verify_token: String,
    #[serde(rename = "hub.challenge")]
    challenge: String,
}

/// `GET /webhooks/messenger`: shows Meta that the app is ours.
pub async fn verify(State(app): State<App>, from: ClientAddress, uri: Uri) -> Response {
    if !app.engine.settings().has_app() {
        return out(&app, Err(Problem::no_app(ReceiveError::NoApp)));
    }
    let refused =
        Problem::forbidden("hub.verify_token is not the `messenger.verify_token` of this installation.");
    let Ok(Query(asked)) = Query::<Handshake>::try_from_uri(&uri) else { return out(&app, Err(refused)) };
    let token = app.engine.settings().verify_token.reveal();
    let fits = bool::from(token.as_bytes().ct_eq(asked.verify_token.as_bytes()));
    if asked.mode != "subscribe" || token.is_empty() || !fits || asked.challenge.len() > CHALLENGE_LIMIT {
        let wrong =
            app.engine.guessed(Guess::VerifyToken, Some(from.0)).map_or_else(Problem::from, |()| refused);
        return out(&app, Err(wrong));
    }
    let mut response = Response::new(Body::from(asked.challenge));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    out(&app, Ok(response))
}

/// `POST /webhooks/messenger`: takes one delivery.
pub async fn receive(State(app): State<App>, request: Request) -> Response {
    // A panic costs this delivery its 200, so that Meta sends it again, and nothing more.
    let taken = AssertUnwindSafe(take(&app, request)).catch_unwind().await;
    let taken = taken.unwrap_or_else(|_| Err(Problem::broken("taking a delivery panicked")));
    out(&app, taken.map(|()| StatusCode::OK.into_response()))
}

async fn take(app: &App, request: Request) -> Result<(), Problem> {
    let (parts, body) = request.into_parts();
    let from = ClientAddress::of(&parts.extensions);
    if declared_length(&parts.headers).is_some_and(|length| length > DELIVERY_LIMIT) {
        return Err(Problem::too_large(DELIVERY_LIMIT));
    }
    let body = to_bytes(body, DELIVERY_LIMIT).await.map_err(|_| Problem::too_large(DELIVERY_LIMIT))?;
    let signature = parts.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let received = app.engine.receive(body, signature);
    let Ok(received) = tokio::time::timeout(app.settings.answer_within, received).await else {
        app.engine.note_turned_away("webhook");
        return Err(Problem::late());
    };
    if matches!(received, Err(ReceiveError::BadSignature)) {
        app.engine.guessed(Guess::Signature, Some(from.0))?;
    }
    received?;
    Ok(())
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The door is not in front of this route, so the answer is dressed here.
fn out(app: &App, answer: Result<Response, Problem>) -> Response {
    let mut response = answer.unwrap_or_else(|problem| {
        let number = problem::number(app.engine.entropy());
        problem.log(&number);
        problem.to_json(&number)
    });
    headers::put(response.headers_mut(), Keeping::Private, app.settings.is_https);
    response
}
