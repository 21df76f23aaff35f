//! The mailed links: confirm an address, choose a new password, "this was not me", confirm a new address; and
//! asking for one of them.
//!
//! Invariants: GET shows a button and nothing of the person, and changes nothing; POST uses the link up; a
//! link that is not good (any more) says so and what to do.

use super::Guest;
use super::entry::enter_and_decide;
use super::form::{Field, Form, Wrong, show};
use super::register::SENT;
use crate::console::fields::Fields;
use crate::door::Named;
use crate::language::Language;
use crate::problem::Problem;
use crate::session;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use engine::actions::recovery;
use engine::actions::sign_up::{self, Confirmed};
use engine::{EngineError, Guess, LinkPurpose};
use model::personal::Personal;

/// In `?done=`: nobody is signed in any more, and a mail with the way back is under way.
const NOT_ME: &str = "not-me";

/// A page without a form: what became of it, and where to go on.
pub fn told(language: Language, id: &'static str, links: &[(&str, &str)]) -> Form {
    let mut form = Form::new(language, id);
    form.button = String::new();
    links.iter().fold(form, |form, (address, label)| form.link(language, address, label))
}

pub fn not_good(language: Language) -> Form {
    let ways = [("/login", "register-sign-in"), ("/account/forgotten", "sign-in-forgotten")];
    told(language, "link-not-good", &ways)
}

fn refuse(guest: &Guest) -> Result<Response, Problem> {
    guest.engine().guessed(Guess::Link, guest.whence.address)?;
    Ok(show(guest.frame()?, not_good(guest.language()), StatusCode::NOT_FOUND))
}

async fn ask(
    guest: &Guest,
    secret: &str,
    purpose: LinkPurpose,
    form: impl FnOnce(Language) -> Form,
) -> Result<Response, Problem> {
    if !sign_up::is_good(guest.engine(), guest.brand(), secret, purpose).await? {
        return refuse(guest);
    }
    Ok(show(guest.frame()?, form(guest.language()), StatusCode::OK))
}

pub fn confirm_form(language: Language) -> Form {
    let mut field = Field::new(language, "password", "password").filled_by("current-password");
    field.label = language.say("confirm-password");
    Form::new(language, "confirm").field(field).link(language, "/account/forgotten", "confirm-forgotten")
}

pub fn address_form(language: Language) -> Form {
    let mut field = Field::new(language, "password", "password").filled_by("current-password");
    field.label = language.say("field-current-password");
    Form::new(language, "confirm-address").field(field)
}

pub fn not_me_form(language: Language) -> Form {
    Form { is_dangerous: true, ..Form::new(language, "not-me") }
}

pub fn reset_form(language: Language) -> Form {
    let mut field = Field::new(language, "password", "password").filled_by("new-password");
    field.label = language.say("field-new-password");
    field.why = language.say("field-new-password-why");
    Form::new(language, "reset").field(field)
}

pub fn forgotten_form(language: Language) -> Form {
    Form::new(language, "forgotten").field(Field::new(language, "email", "email").filled_by("username")).link(
        language,
        "/login",
        "register-sign-in",
    )
}

/// `GET /account/confirm/{token}`
pub async fn show_confirm(guest: Guest, Named(secret): Named) -> Result<Response, Problem> {
    ask(&guest, &secret, LinkPurpose::Confirm, confirm_form).await
}

/// The form again, with what was wrong: a password that is not right is said beside its field.
fn once_more(guest: &Guest, form: Form, error: EngineError, id: &str) -> Result<Response, Problem> {
    let wrong = match error {
        EngineError::WrongCredentials => Wrong::new(guest.language(), "password", id),
        other => Wrong::of(guest.language(), other)?,
    };
    let status = wrong.status;
    Ok(show(guest.frame()?, form.wrong(wrong), status))
}

/// `POST /account/confirm/{token}`: who gives the password is signed in at once, unless another site sent it.
pub async fn confirm(
    guest: Guest,
    Named(secret): Named,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let (engine, brand, whence) = (guest.engine(), guest.brand(), &guest.whence);
    let password = Personal::from(fields.raw("password"));
    let signs_in = !session::is_from_elsewhere(&headers);
    match sign_up::confirm(engine, brand, &secret, &password, signs_in, whence).await {
        Ok(Some(Confirmed { begun: Some(begun) })) => {
            enter_and_decide(&guest, &begun, "/app?done=confirmed").await
        }
        Ok(Some(_)) => Ok(guest.see("/login", "confirmed")),
        Ok(None) => refuse(&guest),
        Err(error) => once_more(&guest, confirm_form(guest.language()), error, "wrong-confirm-password"),
    }
}

/// `GET /account/address/{token}`
pub async fn show_address(guest: Guest, Named(secret): Named) -> Result<Response, Problem> {
    ask(&guest, &secret, LinkPurpose::NewAddress, address_form).await
}

/// `POST /account/address/{token}`
pub async fn address(guest: Guest, Named(secret): Named, fields: Fields) -> Result<Response, Problem> {
    let (engine, brand, whence) = (guest.engine(), guest.brand(), &guest.whence);
    let password = Personal::from(fields.raw("password"));
    match recovery::confirm_address(engine, brand, &secret, &password, whence).await {
        Ok(true) => Ok(guest.see("/login", "address")),
        Ok(false) => refuse(&guest),
        Err(error) => once_more(&guest, address_form(guest.language()), error, "wrong-current"),
    }
}

/// `GET /account/not-me/{token}`
pub async fn show_not_me(guest: Guest, Named(secret): Named) -> Result<Response, Problem> {
    ask(&guest, &secret, LinkPurpose::NotMe, not_me_form).await
}

/// `POST /account/not-me/{token}`
pub async fn not_me(guest: Guest, Named(secret): Named) -> Result<Response, Problem> {
    if recovery::not_me(guest.engine(), guest.brand(), &secret).await? {
        Ok(guest.see("/account/forgotten", NOT_ME))
    } else {
        refuse(&guest)
    }
}

/// `GET /account/reset/{token}`
pub async fn show_reset(guest: Guest, Named(secret): Named) -> Result<Response, Problem> {
    ask(&guest, &secret, LinkPurpose::Reset, reset_form).await
}

/// `POST /account/reset/{token}`
pub async fn reset(guest: Guest, Named(secret): Named, fields: Fields) -> Result<Response, Problem> {
    let new = Personal::from(fields.raw("password"));
    match recovery::reset(guest.engine(), guest.brand(), &secret, &new, &guest.whence).await {
        Ok(()) => Ok(guest.see("/login", "reset")),
        Err(EngineError::NotFound(_)) => refuse(&guest),
        Err(error) => {
            let wrong = Wrong::of(guest.language(), error)?;
            let status = wrong.status;
            Ok(show(guest.frame()?, reset_form(guest.language()).wrong(wrong), status))
        }
    }
}

/// `GET /account/forgotten`
pub async fn show_forgotten(guest: Guest) -> Result<Response, Problem> {
    let done = match guest.asked("done") {
        SENT => Some("forgotten-sent"),
        NOT_ME => Some("not-me-done"),
        _ => None,
    };
    if let Some(id) = done {
        return Ok(show(guest.frame()?, told(guest.language(), id, &[]), StatusCode::OK));
    }
    if !guest.engine().can_mail() {
        let closed = super::register::closed_form(guest.language(), "forgotten-no-mail");
        return Ok(show(guest.frame()?, closed, StatusCode::OK));
    }
    Ok(show(guest.frame()?, forgotten_form(guest.language()), StatusCode::OK))
}

/// `POST /account/forgotten`
pub async fn forgotten(guest: Guest, fields: Fields) -> Result<Response, Problem> {
    let language = guest.language();
    match recovery::forgotten(guest.engine(), guest.brand(), fields.get("email"), &guest.whence).await {
        Ok(()) => Ok(guest.see("/account/forgotten", SENT)),
        Err(error) => {
            let wrong = Wrong::of(language, error)?;
            let status = wrong.status;
            Ok(show(guest.frame()?, forgotten_form(language).typed(&fields).wrong(wrong), status))
        }
    }
}
