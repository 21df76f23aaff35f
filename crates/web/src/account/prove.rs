//! `/account/prove`: the password once more before something weighty (a second factor, an API token, data that
//! is taken out or erased), and back to what was wanted.
//!
//! Invariants: it leads to pages of this site only, and does nothing of what was wanted by itself; the session goes on under
//! another secret.

use super::entry::with_cookie;
use super::form::{Field, Form, Wrong, show};
use super::next_of;
use super::passkeys::PasskeyForm;
use crate::console::fields::Fields;
use crate::console::{Desk, Section, see};
use crate::language::Language;
use crate::problem::Problem;
use crate::session;
use axum::Extension;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use engine::actions::security;
use engine::actions::sign_in::SignedIn;
use engine::views::passkeys;
use engine::{EngineError, Whence};
use model::personal::Personal;

pub fn form(language: Language, next: &str, is_again: bool) -> Form {
    let mut password = Field::new(language, "password", "password").filled_by("current-password");
    password.label = language.say("field-current-password");
    let mut form = Form::new(language, "prove")
        .once()
        .field(password)
        .field(Field::hidden("next", next))
        .field(Field::hidden("again", if is_again { "1" } else { "" }))
        .link(language, "/account/forgotten", "sign-in-forgotten");
    "/account/prove".clone_into(&mut form.action);
    form
}

/// With the other way, for who has one.
async fn offered(desk: &Desk, who: &SignedIn, next: &str, is_again: bool) -> Result<Form, Problem> {
    let language = desk.language();
    let form = form(language, next, is_again);
    if passkeys::list(desk.engine(), who).await?.is_empty() {
        return Ok(form);
    }
    Ok(form.passkey(PasskeyForm::prove(language, next, is_again)))
}

/// The form again, with what was wrong.
pub(super) async fn once_more(
    desk: &Desk,
    who: &SignedIn,
    (next, is_again): (&str, bool),
    wrong: Wrong,
) -> Result<Response, Problem> {
    let status = wrong.status;
    let form = offered(desk, who, next, is_again).await?.wrong(wrong);
    Ok(show(desk.shell(Section::Account)?, form, status))
}

/// On to what was wanted. Where a button has to be pressed once more, the page says so.
pub(super) fn on(next: &str, is_again: bool) -> Response {
    if is_again && !next.contains('?') { see(next, "proved") } else { see(next, "") }
}

/// `GET /account/prove`
pub async fn show_form(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = uri.query().unwrap_or_default();
    let (next, is_again) = (next_of(query), query.split('&').any(|pair| pair == "again=1"));
    if desk.session.is_proved {
        return Ok(on(&next, is_again));
    }
    let form = offered(&desk, &who, &next, is_again).await?;
    Ok(show(desk.shell(Section::Account)?, form, StatusCode::OK))
}

/// `POST /account/prove`
pub async fn prove(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Extension(whence): Extension<Whence>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (next, is_again) = (session::next(fields.get("next")), fields.get("again") == "1");
    let password = Personal::from(fields.raw("password"));
    let language = desk.language();
    let wrong = match security::prove(desk.engine(), &who, &password, &whence).await {
        Ok(turned) => return Ok(with_cookie(desk.engine(), &turned, on(next, is_again))),
        Err(EngineError::WrongCredentials) => Wrong::new(language, "password", "wrong-current"),
        Err(other) => Wrong::of(language, other)?,
    };
    once_more(&desk, &who, (next, is_again), wrong).await
}
