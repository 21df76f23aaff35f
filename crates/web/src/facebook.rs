//! Facebook's two callbacks about a person: the app was removed, or what a login gave is to be erased.
//!
//! Invariants: what Facebook did not sign changes nothing; the answer to a deletion has the shape that Facebook
//! asks for, and its address shows what became of it, also where nobody of that id was known.

use crate::App;
use crate::console::fields;
use crate::headers::{self, Keeping};
use crate::listen::client::ClientAddress;
use crate::problem::{self, Problem};
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::response::{IntoResponse, Response};
use engine::Guess;
use engine::actions::facebook::{Answered, Callback, CallbackError, received};
use serde_json::json;

/// The largest body, in bytes. Facebook's have a few hundred.
const LIMIT: usize = 16 * 1024;

/// `POST /facebook/deauthorize`
pub async fn deauthorize(State(app): State<App>, request: Request) -> Response {
    let answer = take(&app, Callback::Removal, request).await;
    out(&app, answer.map(|_| StatusCode::OK.into_response()))
}

/// `POST /facebook/data-deletion`
pub async fn data_deletion(State(app): State<App>, request: Request) -> Response {
    let answer = take(&app, Callback::Deletion, request).await;
    let written = |answered: Answered| {
        axum::Json(json!({ "url": answered.url, "confirmation_code": answered.code })).into_response()
    };
    out(&app, answer.map(written))
}

async fn take(app: &App, what: Callback, request: Request) -> Result<Answered, Problem> {
    let (parts, body) = request.into_parts();
    let from = ClientAddress::of(&parts.extensions);
    let body = to_bytes(body, LIMIT).await.map_err(|_| Problem::too_large(LIMIT))?;
    let signed = fields::of_body(&parts.headers, &body, "signed_request")
        .ok_or_else(|| Problem::malformed("The form has no field `signed_request`."))?;
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let own = app.clone();
    // A task of its own: who hangs up does not leave a page half let go.
    let work = tokio::spawn(async move { received(&own.engine, host.as_deref(), what, &signed).await });
    let answered = work.await.map_err(Problem::broken)?;
    answered.map_err(|error| match error {
        CallbackError::NoApp => Problem::no_app(error),
        CallbackError::Refused(_) => {
            let refused = Problem::forbidden(
                "The signed_request is not one that Facebook signed with this app's secret, `messenger.app_secret`.",
            );
            app.engine.guessed(Guess::Signature, Some(from.0)).map_or_else(Problem::from, |()| refused)
        }
        CallbackError::Engine(error) => error.into(),
    })
}

/// The door is not in front of these routes, so the answer is dressed here.
fn out(app: &App, answer: Result<Response, Problem>) -> Response {
    let mut response = answer.unwrap_or_else(|problem| {
        let number = problem::number(app.engine.entropy());
        problem.log(&number);
        problem.to_json(&number)
    });
    headers::put(response.headers_mut(), Keeping::Private, app.settings.is_https);
    response
}
