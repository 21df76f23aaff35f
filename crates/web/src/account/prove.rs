//! `/account/prove`: the password once more before something weighty (a second factor, an API token, data that
//! is taken out or erased), and back to what was wanted.
//!
//! Invariant: it leads to pages of this site only, and does nothing of what was wanted by itself.

use super::form::{Field, Form, Wrong, show};
use super::next_of;
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
use engine::{EngineError, Whence};
use model::personal::Personal;

pub fn form(language: Language, next: &str, is_again: bool) -> Form {
    let mut password = Field::new(language, "password", "password").filled_by("current-password");
    password.label = language.say("field-current-password");
    let mut form = Form::new(language, "prove")
        .field(password)
        .field(Field::hidden("next", next))
        .field(Field::hidden("again", if is_again { "1" } else { "" }))
        .link(language, "/account/forgotten", "sign-in-forgotten");
    "/account/prove".clone_into(&mut form.action);
    form
}

/// On to what was wanted. Where a button has to be pressed once more, the page says so.
pub(super) fn on(next: &str, is_again: bool) -> Response {
    if is_again && !next.contains('?') { see(next, "proved") } else { see(next, "") }
}

/// `GET /account/prove`
pub async fn show_form(desk: Desk, uri: Uri) -> Result<Response, Problem> {
    let query = uri.query().unwrap_or_default();
    let (next, is_again) = (next_of(query), query.split('&').any(|pair| pair == "again=1"));
    if desk.session.is_proved {
        return Ok(on(&next, is_again));
    }
    let form = form(desk.language(), &next, is_again);
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
        Ok(()) => return Ok(on(next, is_again)),
        Err(EngineError::WrongCredentials) => Wrong::new(language, "password", "wrong-current"),
        Err(other) => Wrong::of(language, other)?,
    };
    let status = wrong.status;
    Ok(show(desk.shell(Section::Account)?, form(language, next, is_again).wrong(wrong), status))
}
