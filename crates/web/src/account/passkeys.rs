//! Passkeys: `/account/passkeys` adds and removes them, `/login/passkey` signs in with one, and
//! `/account/prove/passkey` takes one as a proof.
//!
//! Invariants: the script only carries what browser and device say, as a form like any other; without it the
//! page says so and the password is there; a GET asks for nothing that would have to be kept.

use super::form::{Field, Wrong};
use super::own::{self, Came};
use super::{Guest, entry, prove};
use crate::api::Id;
use crate::console::fields::Fields;
use crate::console::words::time;
use crate::console::{ConfirmPage, Desk, Section, Shell, see};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use crate::session;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use engine::actions::passkeys::{self, ALGORITHMS, CHALLENGE, Offer, Question, Site};
use engine::actions::sign_in::SignedIn;
use engine::views::At;
use engine::views::passkeys::{PasskeyView, list};
use engine::{EngineError, Whence};
use model::id::PasskeyId;
use model::time::Span;
use serde_json::{Value, json};

/// A form whose answer a passkey gives.
pub struct PasskeyForm {
    /// `create` or `get`.
    pub kind: &'static str,
    /// Where the script asks what is to be signed.
    pub begin: &'static str,
    pub action: &'static str,
    /// Fields that the person fills, or hidden ones.
    pub fields: Vec<Field>,
    /// Hidden fields whose value another field of the page has: name and that field's id.
    pub copied: Vec<(&'static str, &'static str)>,
    pub button: String,
    pub wrong: Option<String>,
    /// Whether it is what its section is for.
    pub is_first: bool,
}

impl PasskeyForm {
    pub fn sign_in(language: Language, next: &str) -> Self {
        Self {
            kind: "get",
            begin: "/login/passkey/begin",
            action: "/login/passkey",
            fields: vec![Field::hidden("next", next)],
            copied: vec![("keep", "keep")],
            button: language.say("passkey-sign-in"),
            wrong: None,
            is_first: false,
        }
    }

    pub fn prove(language: Language, next: &str, is_again: bool) -> Self {
        Self {
            kind: "get",
            begin: "/account/prove/passkey/begin",
            action: "/account/prove/passkey",
            fields: vec![
                Field::hidden("next", next),
                Field::hidden("again", if is_again { "1" } else { "" }),
            ],
            copied: Vec::new(),
            button: language.say("passkey-prove"),
            wrong: None,
            is_first: false,
        }
    }

    pub fn add(language: Language) -> Self {
        let mut name = Field::new(language, "name", "text");
        name.within = "passkey";
        (name.label, name.why) = (language.say("passkey-name"), language.say("passkey-name-why"));
        Self {
            kind: "create",
            begin: "/account/passkeys/begin",
            action: "/account/passkeys",
            fields: vec![name],
            copied: Vec::new(),
            button: language.say("passkey-add"),
            wrong: None,
            is_first: true,
        }
    }
}

/// A passkey in the list.
pub struct PasskeyRow {
    pub name: String,
    pub made: String,
    pub used: String,
    pub remove: String,
}

impl PasskeyRow {
    pub fn new(reader: Reader, view: &PasskeyView) -> Self {
        Self {
            name: view.name.reveal().clone(),
            made: time(reader, At(view.created_at)),
            used: view
                .used_at
                .map_or_else(|| reader.language.say("passkeys-never"), |at| time(reader, At(at))),
            remove: format!("/account/passkeys/{}/remove", view.id),
        }
    }
}

fn entries(known: &[String]) -> Value {
    known.iter().map(|id| json!({ "type": "public-key", "id": id })).collect()
}

fn millis() -> i64 {
    CHALLENGE.0 / Span::millis(1).0
}

/// As `navigator.credentials.create` takes it, but for its bytes, which are written as text.
fn to_make(offer: &Offer, site: &Site, brand: &str) -> Response {
    let kinds: Vec<Value> =
        ALGORITHMS.iter().map(|number| json!({ "type": "public-key", "alg": number })).collect();
    Json(json!({
        "rp": { "id": site.host, "name": brand },
        "user": { "id": offer.user, "name": offer.email.reveal(), "displayName": offer.name.reveal() },
        "challenge": offer.challenge.reveal(),
        "pubKeyCredParams": kinds,
        "timeout": millis(),
        "attestation": "none",
        "authenticatorSelection":
            { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
        "excludeCredentials": entries(&offer.known),
    }))
    .into_response()
}

/// As `navigator.credentials.get` takes it, but for its bytes.
fn to_sign(question: &Question, site: &Site) -> Response {
    Json(json!({
        "rpId": site.host,
        "challenge": question.challenge.reveal(),
        "timeout": millis(),
        "userVerification": "required",
        "allowCredentials": entries(&question.known),
    }))
    .into_response()
}

/// A refusal to the script, whose page says it.
fn refused(error: EngineError) -> Result<Response, Problem> {
    let problem = Problem::from(error);
    Ok((problem.status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], "").into_response())
}

/// `POST /login/passkey/begin`
pub async fn begin_sign_in(guest: Guest) -> Result<Response, Problem> {
    match passkeys::begin_sign_in(guest.engine(), guest.brand(), &guest.whence).await {
        Ok(question) => Ok(to_sign(&question, &guest.visit.site)),
        Err(error) => refused(error),
    }
}

/// `POST /login/passkey`
pub async fn sign_in(guest: Guest, fields: Fields) -> Result<Response, Problem> {
    let (language, next) = (guest.language(), session::next(fields.get("next")));
    let (answer, keep, site) = (fields.get("answer"), entry::keep(&fields), &guest.visit.site);
    match passkeys::sign_in(guest.engine(), guest.brand(), answer, keep, site, &guest.whence).await {
        Ok(begun) => entry::enter_and_decide(&guest, &begun, next).await,
        Err(error) => {
            let wrong = match error {
                EngineError::WrongCredentials => Wrong::new(language, "", "passkey-wrong"),
                other => Wrong::of(language, other)?,
            };
            entry::once_more(&guest, next, &fields, wrong)
        }
    }
}

/// `POST /account/prove/passkey/begin`
pub async fn begin_proof(desk: Desk, Extension(who): Extension<SignedIn>) -> Result<Response, Problem> {
    match passkeys::begin_proof(desk.engine(), &who).await {
        Ok(question) => Ok(to_sign(&question, &desk.visit.site)),
        Err(error) => refused(error),
    }
}

/// `POST /account/prove/passkey`
pub async fn give_proof(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Extension(whence): Extension<Whence>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (next, is_again) = (session::next(fields.get("next")), fields.get("again") == "1");
    let came = passkeys::prove(desk.engine(), &who, fields.get("answer"), &desk.visit.site, &whence).await;
    let wrong = match came {
        Ok(turned) => return Ok(entry::with_cookie(desk.engine(), &turned, prove::on(next, is_again))),
        Err(EngineError::WrongCredentials) => Wrong::new(desk.language(), "", "passkey-wrong"),
        Err(other) => Wrong::of(desk.language(), other)?,
    };
    prove::once_more(&desk, &who, (next, is_again), wrong).await
}

/// `POST /account/passkeys/begin`
pub async fn begin_adding(desk: Desk, Extension(who): Extension<SignedIn>) -> Result<Response, Problem> {
    match passkeys::begin_adding(desk.engine(), &who).await {
        Ok(offer) => Ok(to_make(&offer, &desk.visit.site, &desk.visit.brand.brand.name)),
        Err(error) => refused(error),
    }
}

/// `POST /account/passkeys`
pub async fn add(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (name, answer) = (fields.get("name"), fields.get("answer"));
    let wrong = match passkeys::add(desk.engine(), &who, name, answer, &desk.visit.site).await {
        Ok(_) => return Ok(see("/account", "passkey-added")),
        Err(EngineError::Invalid { field: "passkey", .. }) => {
            Wrong::new(desk.language(), "", "passkey-not-added")
        }
        Err(other) => Wrong::of(desk.language(), other)?,
    };
    let came = Came { wrong: Some(("/account/passkeys", wrong)), ..Came::default() };
    own::shown(&desk, &who, came).await
}

pub fn remove_question<'a>(frame: Shell<'a>, name: &str) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("passkey-remove-title", "name", name),
        back: ("/account".to_owned(), language.say("account-title")),
        sentences: ["passkey-remove-what", "passkey-remove-device"].map(|id| language.say(id)).into(),
        button: language.say("passkey-remove-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /account/passkeys/{id}/remove`: asks.
pub async fn ask_remove(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Id(id): Id<PasskeyId>,
) -> Result<Response, Problem> {
    let all = list(desk.engine(), &who).await?;
    let found = all.iter().find(|own| own.id == id).ok_or_else(|| Problem::not_found("this passkey"))?;
    Ok(page::html(&remove_question(desk.shell(Section::Account)?, found.name.reveal())))
}

/// `POST /account/passkeys/{id}/remove`
pub async fn remove(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Id(id): Id<PasskeyId>,
) -> Result<Response, Problem> {
    let wrong = match passkeys::remove(desk.engine(), &who, id).await {
        Ok(()) => return Ok(see("/account", "passkey-removed")),
        Err(error) => Wrong::of(desk.language(), error)?,
    };
    own::shown(&desk, &who, Came { wrong: Some(("/account/passkeys", wrong)), ..Came::default() }).await
}
