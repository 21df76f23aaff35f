//! `/account/erase`: the holder has the account erased (claims F1, R3, X9). `/admin/accounts/{id}/erase`: the
//! brand's admin does, with a reason that the holder reads.
//!
//! Invariants: the page says by count what goes, what stays and why, before anything is asked; nothing is erased
//! unless the address, or a reason, was typed; afterwards the browser keeps nothing of the session.

use super::form::{Field, Wrong};
use crate::api::Id;
use crate::console::fields::Fields;
use crate::console::leads::known_erasure;
use crate::console::words::{count, short};
use crate::console::{Desk, Section, Shell, in_language, see};
use crate::door::Named;
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::page;
use crate::problem::Problem;
use crate::session::{self, CLEAR_SITE_DATA};
use askama::Template;
use axum::Extension;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use engine::actions::erasure::{self, Going};
use engine::actions::sign_in::SignedIn;
use engine::views::account;
use model::id::AccountId;

/// The way to take one's data along, and what it is called.
pub fn archive(language: Language) -> (&'static str, String) {
    ("/account/archive", language.say("erase-archive-button"))
}

/// The ids of what is said when this is erased, and where it is shown otherwise.
pub struct Words {
    pub up: &'static str,
    pub up_title: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    /// What goes besides what is counted.
    pub rest: &'static str,
    /// What is kept besides what always is.
    pub kept: Option<&'static str>,
    pub tag: &'static str,
    pub tag_lead: &'static str,
    pub archive: &'static str,
    pub button: &'static str,
}

const OWN: Words = Words {
    up: "/account",
    up_title: "account-title",
    title: "erase-title",
    lead: "erase-lead",
    rest: "erase-goes-account",
    kept: None,
    tag: "erase-tag-title",
    tag_lead: "erase-tag-lead",
    archive: "erase-archive-lead",
    button: "erase-button",
};

/// Asks whether an account, or a whole brand, is to be erased.
#[derive(Template)]
#[template(path = "account/erase.html")]
pub struct ErasePage<'a> {
    pub frame: Shell<'a>,
    pub words: &'static Words,
    pub goes: Vec<String>,
    pub kept: Vec<String>,
    pub archive: (&'static str, String),
    pub is_only_admin: bool,
    /// What has to be typed.
    pub field: Field,
    pub tag: String,
}

/// What goes, in words.
fn goes(language: Language, going: &Going) -> Vec<String> {
    [("pages", going.pages), ("leads", going.leads), ("broadcasts", going.broadcasts)]
        .map(|(what, number)| count(language, &format!("erase-goes-{what}"), number))
        .into()
}

pub fn field(language: Language, name: &'static str, kind: &'static str, id: &str) -> Field {
    let mut field = Field::new(language, name, kind);
    (field.label, field.why) = (language.say(id), language.say(&format!("{id}-why")));
    field
}

impl<'a> ErasePage<'a> {
    pub fn new(
        frame: Shell<'a>,
        words: &'static Words,
        goes: Vec<String>,
        field: Field,
        backup_days: u16,
        tag: String,
    ) -> Self {
        let language = frame.language;
        let say = |id| language.say(id);
        let backups = count(language, "erase-kept-backups", u64::from(backup_days));
        let kept = [say("erase-kept-receipt"), say("erase-kept-log"), backups, say("erase-kept-meta")];
        Self {
            goes: goes.into_iter().chain([say(words.rest)]).collect(),
            kept: kept.into_iter().chain(words.kept.map(say)).collect(),
            archive: archive(language),
            is_only_admin: false,
            words,
            field,
            tag,
            frame,
        }
    }

    pub fn of_account(frame: Shell<'a>, going: &Going, backup_days: u16, tag: String) -> Self {
        let language = frame.language;
        let field = field(language, "email", "email", "erase-type");
        let page = Self::new(frame, &OWN, goes(language, going), field, backup_days, tag);
        Self { is_only_admin: going.is_only_admin, ..page }
    }

    /// As an answer; with what was wrong, if something was.
    pub fn answer(mut self, wrong: Option<Wrong>) -> Response {
        let status = wrong.as_ref().map_or(StatusCode::OK, |wrong| wrong.status);
        self.field.wrong = wrong.map(|wrong| wrong.sentence);
        page::html_with(status, &self)
    }
}

async fn own_page(desk: &Desk, wrong: Option<Wrong>) -> Result<Response, Problem> {
    let engine = desk.engine();
    let going = erasure::counts_of(engine, &desk.actor, desk.actor.account).await?;
    let tag = erasure::own_tag(engine, &desk.actor).await?;
    let days = engine.settings().backup_days;
    Ok(ErasePage::of_account(desk.shell(Section::Account)?, &going, days, tag).answer(wrong))
}

/// `GET /account/erase`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    own_page(&desk, None).await
}

/// `POST /account/erase`: the way leads to the public page, since nobody is signed in any more.
pub async fn erase(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    fields: Fields,
) -> Result<Response, Problem> {
    let view = account::get(desk.engine(), &who).await?;
    if !fields.get("email").trim().eq_ignore_ascii_case(view.email.reveal()) {
        let wrong = Wrong::new(desk.language(), "email", "erase-wrong-type");
        return own_page(&desk, Some(wrong)).await;
    }
    let erased = erasure::erase_own_account(desk.engine(), &desk.actor).await?;
    Ok(gone_to(&erased.code, desk.language()))
}

/// To the public page of an erasure, in the language that was read here and is not known there any more; the
/// browser keeps nothing of the session.
pub fn gone_to(code: &str, language: Language) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    let to = HeaderValue::from_str(&in_language(&format!("/erasure/{code}"), language));
    headers.insert(LOCATION, to.unwrap_or(HeaderValue::from_static("/")));
    headers.append(SET_COOKIE, session::forget());
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""));
    response
}

#[derive(Template)]
#[template(path = "console/admin_erase.html")]
pub struct AdminErasePage<'a> {
    pub frame: Shell<'a>,
    pub short: String,
    pub back: String,
    pub goes: Vec<String>,
    pub field: Field,
}

/// After it.
#[derive(Template)]
#[template(path = "console/admin_erased.html")]
pub struct AdminErasedPage<'a> {
    pub frame: Shell<'a>,
    pub code: String,
}

impl<'a> AdminErasePage<'a> {
    pub fn new(frame: Shell<'a>, id: AccountId, going: &Going) -> Self {
        let language = frame.language;
        let mut reason = field(language, "reason", "textarea", "erase-other-reason");
        reason.rows = 4;
        Self {
            short: short(&id),
            back: format!("/admin/accounts/{id}"),
            goes: goes(language, going),
            field: reason,
            frame,
        }
    }
}

async fn other_page(desk: &Desk, id: AccountId, wrong: Option<&str>) -> Result<Response, Problem> {
    let going = erasure::counts_of(desk.engine(), &desk.actor, id).await?;
    let mut shown = AdminErasePage::new(desk.shell(Section::Accounts)?, id, &going);
    let Some(typed) = wrong else { return Ok(page::html(&shown)) };
    typed.clone_into(&mut shown.field.value);
    shown.field.wrong = Some(desk.language().say("erase-other-wrong"));
    Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

/// `GET /admin/accounts/{id}/erase`: asks.
pub async fn ask_other(desk: Desk, Id(id): Id<AccountId>) -> Result<Response, Problem> {
    other_page(&desk, id, None).await
}

/// `GET /admin/erased/{code}`: that it has begun, and where it is seen.
pub async fn other_erased(desk: Desk, from: ClientAddress, Named(code): Named) -> Result<Response, Problem> {
    known_erasure(&desk, from, &code).await?;
    Ok(page::html(&AdminErasedPage { frame: desk.shell(Section::Accounts)?, code }))
}

/// `POST /admin/accounts/{id}/erase`
pub async fn erase_other(desk: Desk, Id(id): Id<AccountId>, fields: Fields) -> Result<Response, Problem> {
    let reason = fields.get("reason");
    match erasure::erase_account_of(desk.engine(), &desk.actor, id, reason).await {
        Ok(erased) => Ok(see(&format!("/admin/erased/{}", erased.code), "")),
        Err(EngineError::Invalid { field: "reason", .. }) => other_page(&desk, id, Some(reason)).await,
        Err(error) => Err(error.into()),
    }
}
