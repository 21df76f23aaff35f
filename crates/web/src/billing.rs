//! `POST /billing/webhook`: the signed call that sets an account's plan and state (docs/billing.md).
//!
//! Invariant: the bytes that were signed are the bytes that are checked, and nothing of them is looked at
//! before.

use crate::App;
use crate::door::Visit;
use crate::listen::client::ClientAddress;
use crate::problem::Problem;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use engine::Guess;
use engine::actions::billing::{self, CALL_LIMIT, CallError, Outcome, SIGNATURE};
use serde::Serialize;

/// What came of it.
#[derive(Serialize)]
struct Answer {
    outcome: Outcome,
}

pub async fn receive(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    from: ClientAddress,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, CALL_LIMIT).await.map_err(|_| Problem::too_large(CALL_LIMIT))?;
    let header = parts.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    match billing::receive(&app.engine, visit.brand.id, header, &body).await {
        Ok(outcome) => Ok(Json(Answer { outcome }).into_response()),
        Err(error) => {
            if matches!(error, CallError::BadSignature) {
                app.engine.guessed(Guess::SignedCall, Some(from.0))?;
            }
            Err(error.into())
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::BadSignature => Self::new(
                StatusCode::FORBIDDEN,
                "bad-signature",
                "The signature does not fit",
                "Send `Entente-Signature: t=SECONDS,v1=HEX`: HMAC-SHA256 with this brand's secret over SECONDS, a dot and the body as it is sent. The brand's admin makes the secret under Signed calls.",
            ),
            CallError::Stale { signed, now } => Self::new(
                StatusCode::FORBIDDEN,
                "stale-signature",
                "The signature is too old or too new",
                format!(
                    "It was made at {signed}, and it is {now} here: sign each call when it is sent, and have the clock set by the network. Five minutes are allowed."
                ),
            ),
            CallError::Malformed(problem) => {
                Self::malformed(format!("The body is not as documented: {problem}."))
            }
            CallError::Engine(error) => error.into(),
        }
    }
}
