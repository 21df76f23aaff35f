//! The control API: what [`crate::Handle`] can do, as JSON over HTTP under `/simulator`.
//!
//! Invariant: a handler reads, calls one control function and answers. What is not understood is
//! answered 400 with a sentence that says what to do; nothing is half done.

mod actions;
mod look;
mod platform;
mod report;
mod setup;

use crate::action::Refusal;
use crate::handle::{Handle, SetupError};
use crate::inner::Inner;
use crate::notices::NotCalled;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::str::FromStr;
use std::sync::Arc;

pub use look::index;

type Shared = State<Arc<Inner>>;
type Outcome = Result<Response, Trouble>;

/// Every route of the control API.
pub fn router() -> Router<Arc<Inner>> {
    Router::new()
        .route("/simulator", get(index))
        .route("/simulator/", get(index))
        .route("/simulator/look/{page}", get(look::page).post(look::come))
        .route("/simulator/look/{page}/{person}", get(look::thread).post(look::say))
        .route("/simulator/apps", get(setup::apps).post(setup::add_app))
        .route("/simulator/users", get(setup::users).post(setup::add_user))
        .route("/simulator/pages", get(setup::pages).post(setup::add_page))
        .route("/simulator/pages/{page}", get(setup::page).patch(setup::change_page))
        .route("/simulator/pages/{page}/token", post(setup::page_token))
        .route("/simulator/pages/{page}/subscribe", post(setup::subscribe))
        .route("/simulator/pages/{page}/people", get(setup::people).post(setup::add_people))
        .route("/simulator/pages/{page}/crowd", post(actions::crowd))
        .route("/simulator/pages/{page}/policy-notice", post(platform::policy_notice))
        .route("/simulator/pages/{page}/templates/{template}", post(platform::template_status))
        .route("/simulator/people/{person}", get(setup::person).patch(setup::change_person))
        .route("/simulator/people/{person}/transcript", get(report::transcript))
        .route("/simulator/people/{person}/introduce", post(setup::introduce))
        .route("/simulator/people/{person}/act", post(actions::act))
        .route("/simulator/people/{person}/inbox-reply", post(actions::inbox_reply))
        .route("/simulator/together", post(actions::together))
        .route("/simulator/raw", post(actions::raw))
        .route("/simulator/callback", post(platform::callback))
        .route("/simulator/clock", get(platform::clock).post(platform::turn))
        .route("/simulator/flush", post(platform::flush))
        .route("/simulator/settings", get(platform::settings).patch(platform::change_settings))
        .route(
            "/simulator/faults",
            get(platform::faults).post(platform::add_fault).delete(platform::clear_faults),
        )
        .route("/simulator/faults/{id}", axum::routing::delete(platform::remove_fault))
        .route("/simulator/tokens/kill", post(platform::kill_tokens))
        .route("/simulator/users/{user}/remove-app", post(platform::remove_app))
        .route("/simulator/users/{user}/ask-deletion", post(platform::ask_deletion))
        .route("/simulator/record", get(report::totals))
        .route("/simulator/record/messages", get(report::messages))
        .route("/simulator/record/repeated", get(report::repeated))
        .route("/simulator/record/refused", get(report::refused))
        .route("/simulator/record/webhooks", get(report::webhooks))
        .route("/simulator/record/requests", get(report::requests))
        .route("/simulator/{*rest}", axum::routing::any(nowhere))
}

async fn nowhere() -> Trouble {
    Trouble::missing("there is no such control endpoint; docs/simulator.md lists them")
}

/// Why a control call was not done.
pub struct Trouble {
    status: StatusCode,
    message: String,
}

impl Trouble {
    fn bad(message: impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.to_string() }
    }

    fn missing(message: impl ToString) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.to_string() }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        (self.status, axum::Json(json!({ "error": self.message }))).into_response()
    }
}

impl From<SetupError> for Trouble {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::NoPage(_)
            | SetupError::NoUser(_)
            | SetupError::NoPerson(_)
            | SetupError::NoApp(_)
            | SetupError::NoTemplate(_) => Self::missing(error),
            SetupError::NoName | SetupError::NoStatus(_) | SetupError::Field(_) | SetupError::Callback(_) => {
                Self::bad(error)
            }
        }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoPerson(_) => Self::missing(refusal),
            _ => Self { status: StatusCode::CONFLICT, message: refusal.to_string() },
        }
    }
}

impl From<NotCalled> for Trouble {
    fn from(error: NotCalled) -> Self {
        Self { status: StatusCode::CONFLICT, message: error.to_string() }
    }
}

/// The body as what it should be; no body counts as an empty object.
fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Trouble> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Trouble::bad(format!("the body is not right: {error}")))
}

/// An id from the path.
fn id<T: FromStr>(text: &str) -> Result<T, Trouble> {
    text.parse().map_err(|_| Trouble::bad(format!("`{text}` is not an id; an id is a string of digits")))
}

fn done(value: impl Serialize) -> Outcome {
    let value: Value = serde_json::to_value(value).map_err(Trouble::bad)?;
    Ok(axum::Json(value).into_response())
}

const fn handle(inner: Arc<Inner>) -> Handle {
    Handle(inner)
}
