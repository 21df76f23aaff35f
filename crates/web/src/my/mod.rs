//! `/my`: a lead's own page, without an account (GDPR articles 15 to 22).
//!
//! The bot sends a link; looking at it shows a button and nothing of the person; pressing the button uses the
//! link up and opens the page for half an hour, in this browser. What is done there is done at once.
//!
//! Invariants: GET changes nothing; nothing of a lead is shown without the page's secret, which is in a cookie of
//! its own that ends by itself; the page needs no script and loads nothing from elsewhere; erasing asks first.

pub mod authority;
pub mod held;
pub(crate) mod page;

pub use page::standing;

use crate::App;
use crate::console::fields::Fields;
use crate::console::see;
use crate::door::{Named, Visit};
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::page::{Frame, html, html_with};
use crate::problem::Problem;
use crate::session;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use engine::actions::my::{self, Correction, Proven, Stop};
use engine::{EngineError, Guess, views};
use model::bot::permission::Use;
use model::id::ConsentId;
use model::personal::Personal;
use model::time::Span;
use std::net::IpAddr;

/// Keeps the page open in this browser.
pub const COOKIE_NAME: &str = "__Host-my";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// What the door found of a page that is open, for the handlers.
#[derive(Clone)]
pub struct OpenPage {
    pub who: Proven,
    /// What a form of this page carries in its hidden field.
    pub csrf: String,
}

fn cookie(secret: &str) -> Option<HeaderValue> {
    let seconds = my::PAGE_LIFE.0 / Span::secs(1).0;
    HeaderValue::from_str(&format!("{COOKIE_NAME}={secret}; {ATTRIBUTES}; Max-Age={seconds}")).ok()
}

fn forget() -> HeaderValue {
    HeaderValue::from_static("__Host-my=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

#[derive(Template)]
#[template(path = "my/link.html")]
struct LinkPage<'a> {
    frame: Frame<'a>,
    page: &'a str,
}

#[derive(Template)]
#[template(path = "my/closed.html")]
struct ClosedPage<'a> {
    frame: Frame<'a>,
}

#[derive(Template)]
#[template(path = "my/erase.html")]
struct ErasePage<'a> {
    frame: Frame<'a>,
    csrf: &'a str,
    tag: &'a str,
}

fn frame(visit: &Visit, language: Language) -> Frame<'_> {
    let mut frame = visit.frame(language);
    frame.foot = "my-footer";
    frame
}

/// A link that is used up, cut off or past its time, or a page that has closed: how to get another.
pub fn closed(visit: &Visit) -> Response {
    html_with(StatusCode::NOT_FOUND, &ClosedPage { frame: frame(visit, visit.language) })
}

/// What the lead chose on the page, else what they write.
fn spoken(visit: &Visit, writes: Option<&str>) -> Language {
    let writes = writes.and_then(Language::from_tag).filter(|_| !visit.is_asked);
    let offered =
        |language: &Language| visit.brand.brand.languages.iter().any(|code| code == language.code());
    writes.filter(offered).unwrap_or(visit.language)
}

/// As [`closed`], for a link: whoever tries one after the other is told to wait.
fn not_good(app: &App, visit: &Visit, from: Option<IpAddr>) -> Result<Response, Problem> {
    app.engine.guessed(Guess::Link, from)?;
    Ok(closed(visit))
}

/// `GET /my/{token}`: a button.
pub async fn look(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    address: Option<Extension<ClientAddress>>,
    Named(token): Named,
) -> Result<Response, Problem> {
    let Some(ahead) = my::look(&app.engine, visit.brand.id, &token).await? else {
        return not_good(&app, &visit, address.map(|Extension(client)| client.0));
    };
    let frame = frame(&visit, spoken(&visit, ahead.language.as_deref()));
    Ok(html(&LinkPage { frame, page: &ahead.page_name }))
}

/// `POST /my/{token}`: uses the link up and leads to the page.
pub async fn enter(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    address: Option<Extension<ClientAddress>>,
    Named(token): Named,
) -> Result<Response, Problem> {
    let from = address.map(|Extension(client)| client.0);
    let opened = my::enter(&app.engine, visit.brand.id, &token, from).await?;
    let Some(cookie) = opened.and_then(|secret| cookie(secret.reveal())) else {
        return not_good(&app, &visit, from);
    };
    let mut response = see(&visit.carry("/my"), "");
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /my`
pub async fn show(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
    uri: Uri,
) -> Result<Response, Problem> {
    let view = views::my::get(&app.engine, &open.who).await?;
    let frame = frame(&visit, spoken(&visit, view.language.as_deref()));
    let done = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("done=")));
    Ok(html(&page::MyPage::new(frame, &visit.brand.brand, &open.csrf, view, done)))
}

/// `POST /my/export`
pub async fn export(
    State(app): State<App>,
    Extension(open): Extension<OpenPage>,
) -> Result<Response, Problem> {
    Ok(crate::api::file("my-data.json", my::export(&app.engine, &open.who).await?))
}

/// `GET /my/proof/{event}`
pub async fn proof(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
    Named(event): Named,
) -> Result<Response, Problem> {
    let Ok(event) = event.parse::<ConsentId>() else { return Err(Problem::no_such_route()) };
    match my::proof(&app.engine, &open.who, event).await {
        Ok(proof) => Ok(crate::api::file("proof.json", proof)),
        Err(EngineError::NotYet(_)) => Ok(back(&visit, "proof-waits")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /my/correct`
pub async fn correct(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
    fields: Fields,
) -> Result<Response, Problem> {
    let new = Correction {
        name: Personal::from(fields.get("name")),
        is_shown: fields.get("shown") == "yes",
        language: fields.get("language").to_owned(),
    };
    let mut visit = visit;
    let done = match my::correct(&app.engine, &open.who, &new).await {
        Ok(()) => {
            // From here on in the language that was just chosen.
            visit.language = spoken(&Visit { is_asked: false, ..visit.clone() }, Some(&new.language));
            "corrected"
        }
        Err(EngineError::Invalid { .. }) => "not-corrected",
        Err(error) => return Err(error.into()),
    };
    Ok(back(&visit, done))
}

/// `POST /my/restrict`: the data is kept and not used, or used again.
pub async fn restrict(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
    fields: Fields,
) -> Result<Response, Problem> {
    let is_restricted = fields.get("restricted") == "yes";
    my::restrict(&app.engine, &open.who, is_restricted).await?;
    Ok(back(&visit, if is_restricted { "restricted" } else { "lifted" }))
}

/// `POST /my/stop`: no more of one kind of message, or of any.
pub async fn stop(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
    fields: Fields,
) -> Result<Response, Problem> {
    let Some(what) = Stop::from_code(fields.get("what")) else {
        return Ok(see(&visit.carry("/my"), ""));
    };
    my::stop(&app.engine, &open.who, what).await?;
    Ok(back(&visit, "stopped"))
}

/// `POST /my/answer`: one use of an answer ends; without leave to store it, it goes.
pub async fn end_use(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
    fields: Fields,
) -> Result<Response, Problem> {
    let done = match (fields.get("answer").parse(), Use::from_code(fields.get("use"))) {
        (Ok(answer), Some(what)) => my::end_use(&app.engine, &open.who, answer, what).await?,
        _ => false,
    };
    Ok(back(&visit, if done { "use-ended" } else { "" }))
}

/// `GET /my/erase`: asks.
pub async fn ask_erase(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
) -> Result<Response, Problem> {
    let view = views::my::get(&app.engine, &open.who).await?;
    let frame = frame(&visit, spoken(&visit, view.language.as_deref()));
    Ok(html(&ErasePage { frame, csrf: &open.csrf, tag: &view.erasure_tag }))
}

/// `POST /my/erase`: and then to the page on which everybody with the code sees that it is done.
pub async fn erase(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
) -> Result<Response, Problem> {
    let erasure = my::erase(&app.engine, &open.who).await?;
    Ok(left(see(&visit.carry(&format!("/erasure/{}", erasure.code)), "")))
}

/// `POST /my/close`
pub async fn close(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Extension(open): Extension<OpenPage>,
) -> Result<Response, Problem> {
    my::leave(&app.engine, &open.who).await?;
    Ok(left(see(&visit.carry("/my"), "")))
}

/// Back to the page, which says what was done.
fn back(visit: &Visit, done: &str) -> Response {
    let address = if done.is_empty() { "/my".to_owned() } else { format!("/my?done={done}") };
    see(&visit.carry(&address), "")
}

/// The browser forgets the page.
fn left(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, forget());
    headers.insert(session::CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    response
}
