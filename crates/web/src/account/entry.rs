//! `/login`, `/login/second`, `/logout`, `/`.

use super::Guest;
use super::form::{Code, Field, Form, Wrong, show};
use super::passkeys::PasskeyForm;
use crate::App;
use crate::console::fields::Fields;
use crate::console::{Shell, see};
use crate::door::Session;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::routes::DECIDE;
use crate::session::{self, CLEAR_SITE_DATA};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use engine::actions::sign_in::{self, Attempt, Begun, KEEP_DAYS, SignedIn};
use engine::views::documents;
use engine::{Engine, EngineError};
use model::personal::Personal;

#[derive(Template)]
#[template(path = "account/home.html")]
pub struct HomePage<'a> {
    pub frame: Shell<'a>,
    /// Whether this browser shows a session.
    pub is_inside: bool,
}

/// `GET /`
pub async fn home(guest: Guest, headers: HeaderMap) -> Result<Response, Problem> {
    let is_inside = session::secret(&headers).is_some();
    Ok(page::html(&HomePage { frame: guest.frame()?, is_inside }))
}

fn keep_choices(language: Language) -> Vec<(String, String)> {
    let days = KEEP_DAYS
        .map(|days| (days.to_string(), crate::console::words::count(language, "keep-days", u64::from(days))));
    std::iter::once((String::new(), language.say("keep-no"))).chain(days).collect()
}

pub(super) fn keep(fields: &Fields) -> Option<u16> {
    fields.get("keep").parse().ok()
}

pub fn sign_in_form(language: Language, next: &str) -> Form {
    Form::new(language, "sign-in")
        .once()
        .field(Field::new(language, "email", "email").filled_by("username"))
        .field(Field::new(language, "password", "password").filled_by("current-password"))
        .field(Field::new(language, "keep", "select").options(keep_choices(language)))
        .field(Field::hidden("next", next))
        .link(language, "/account/forgotten", "sign-in-forgotten")
        .link(language, "/register", "sign-in-register")
        .passkey(PasskeyForm::sign_in(language, next))
}

/// `GET /login`
pub async fn show_sign_in(guest: Guest) -> Result<Response, Problem> {
    let language = guest.language();
    let mut form = sign_in_form(language, &guest.next());
    let said = [
        ("out", "good", "signed-out"),
        ("confirmed", "good", "confirmed"),
        ("address", "good", "address-confirmed"),
        ("reset", "good", "reset-done"),
        ("set-up", "good", "set-up-done"),
    ];
    let done = guest.asked("done");
    form.note =
        said.into_iter().find(|(code, ..)| *code == done).map(|(_, kind, id)| (kind, language.say(id)));
    Ok(show(guest.frame()?, form, StatusCode::OK))
}

/// Into the session that has begun.
pub(super) fn enter(guest: &Guest, begun: &Begun, next: &str) -> Response {
    with_cookie(guest.engine(), begun, see(next, ""))
}

/// The answer, with the secret under which the session begins or goes on.
pub(super) fn with_cookie(engine: &Engine, begun: &Begun, mut response: Response) -> Response {
    if let Some(cookie) = session::cookie(begun.secret.reveal(), begun.kept_until, engine.clock().now()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The same; whoever has something to decide is asked first.
pub(super) async fn enter_and_decide(guest: &Guest, begun: &Begun, next: &str) -> Result<Response, Problem> {
    let who = sign_in::find(guest.engine(), guest.brand(), begun.secret.reveal()).await?;
    let open = match who {
        Some(who) => documents::to_decide(guest.engine(), &who.actor).await?,
        None => Vec::new(),
    };
    let next = if open.is_empty() { next.to_owned() } else { session::then(DECIDE, next) };
    Ok(enter(guest, begun, &next))
}

/// `POST /login`
pub async fn sign_in(guest: Guest, fields: Fields) -> Result<Response, Problem> {
    let (language, next) = (guest.language(), session::next(fields.get("next")).to_owned());
    let attempt = Attempt {
        email: fields.get("email").to_owned(),
        password: Personal::from(fields.raw("password")),
        keep_days: keep(&fields),
    };
    match sign_in::sign_in(guest.engine(), guest.brand(), attempt, &guest.whence).await {
        Ok(begun) if begun.needs_second_factor => {
            Ok(enter(&guest, &begun, &guest.visit.carry(&second_address(&next, keep(&fields), ""))))
        }
        Ok(begun) => enter_and_decide(&guest, &begun, &next).await,
        Err(error) => once_more(&guest, &next, &fields, Wrong::of(language, error)?),
    }
}

/// The sign-in again, with what was wrong.
pub(super) fn once_more(
    guest: &Guest,
    next: &str,
    fields: &Fields,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let status = wrong.status;
    Ok(show(guest.frame()?, sign_in_form(guest.language(), next).typed(fields).wrong(wrong), status))
}

/// In `?with=`: a recovery code instead of the app's.
const RECOVERY: &str = "recovery";

/// Where the second factor is asked for.
fn second_address(next: &str, keep: Option<u16>, with: &str) -> String {
    let keep = keep.map(|days| format!("&keep={days}")).unwrap_or_default();
    let with = if with == RECOVERY { format!("&with={RECOVERY}") } else { String::new() };
    format!("{}{keep}{with}", session::then("/login/second", next))
}

/// A field of its own for each kind of code, so that a phone shows the keys that it needs; either takes both.
pub fn second_form(language: Language, next: &str, keep: &str, with: &str) -> Form {
    let to = |with| second_address(next, keep.parse().ok(), with);
    let form = if with == RECOVERY {
        Form::new(language, "second-recovery")
            .field(Field::new(language, RECOVERY, "text").code(Code::Letters))
            .link(language, &to(""), "second-by-app")
    } else {
        Form::new(language, "second")
            .field(Field::new(language, "code", "text").filled_by("one-time-code").code(Code::Digits))
            .link(language, &to(RECOVERY), "second-by-recovery")
    };
    form.once().field(Field::hidden("next", next)).field(Field::hidden("keep", keep)).link(
        language,
        "/login",
        "second-anew",
    )
}

/// The half-open session of this browser.
async fn half(guest: &Guest) -> Result<Option<SignedIn>, Problem> {
    let Some(secret) = &guest.secret else { return Ok(None) };
    let found = sign_in::find(guest.engine(), guest.brand(), secret).await?;
    Ok(found.filter(|found| found.needs_second_factor))
}

/// `GET /login/second`
pub async fn show_second(guest: Guest) -> Result<Response, Problem> {
    if half(&guest).await?.is_none() {
        return Ok(guest.see("/login", ""));
    }
    let form = second_form(guest.language(), &guest.next(), guest.asked("keep"), guest.asked("with"));
    Ok(show(guest.frame()?, form, StatusCode::OK))
}

/// `POST /login/second`
pub async fn second(guest: Guest, fields: Fields) -> Result<Response, Problem> {
    let (language, next) = (guest.language(), session::next(fields.get("next")).to_owned());
    let Some(half) = half(&guest).await? else { return Ok(guest.see("/login", "")) };
    let with = guest.asked("with");
    let field = if with == RECOVERY { RECOVERY } else { "code" };
    match sign_in::second_factor(guest.engine(), &half, fields.get(field), keep(&fields), &guest.whence).await
    {
        Ok(begun) => enter_and_decide(&guest, &begun, &next).await,
        Err(error) => {
            let wrong = match error {
                EngineError::WrongCredentials if with == RECOVERY => {
                    Wrong::new(language, RECOVERY, "wrong-recovery")
                }
                EngineError::WrongCredentials => Wrong::new(language, "code", "wrong-code"),
                other => Wrong::of(language, other)?,
            };
            let status = wrong.status;
            let form = second_form(language, &next, fields.get("keep"), with).wrong(wrong);
            Ok(show(guest.frame()?, form, status))
        }
    }
}

/// `POST /logout`: the row goes, and everything that the browser holds of us.
pub async fn sign_out(
    State(app): State<App>,
    Extension(who): Extension<SignedIn>,
    Extension(_): Extension<Session>,
) -> Result<Response, Problem> {
    sign_in::sign_out(&app.engine, &who).await?;
    let mut response = see("/login", "out");
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, session::forget());
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""));
    Ok(response)
}
