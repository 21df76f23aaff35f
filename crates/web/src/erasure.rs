//! The public state of an erasure, and its receipt, for whoever holds the code. Also what Meta's
//! deletion callback points people to.
//!
//! Invariant: shows nothing but the erasure itself; the person is gone or going.

use crate::App;
use crate::api::file;
use crate::console::words::{count, number};
use crate::door::{Named, Visit};
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::page::{self, ErasurePage, ErasureUnknownPage, Frame};
use crate::problem::Problem;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::views::At;
use engine::views::erasures::{self, Erased, StatusView};
use engine::views::requests::{self, RequestView};
use engine::{EngineError, Guess};
use fluent_bundle::FluentArgs;
use model::id::BrandId;
use model::request::{Outcome, RequestKind};

/// What became of something that Facebook passed on.
#[derive(Template)]
#[template(path = "facebook_request.html")]
struct FacebookRequestPage<'a> {
    frame: Frame<'a>,
    heading: String,
    explain: String,
    code: &'a str,
    requested_at: String,
    finished_at: Option<String>,
}

impl<'a> FacebookRequestPage<'a> {
    fn new(frame: Frame<'a>, code: &'a str, request: &RequestView) -> Self {
        let what = match (request.outcome, request.kind) {
            (Some(Outcome::NoData), _) => "none",
            (_, RequestKind::FacebookRemoval) => "removed",
            _ => "done",
        };
        Self {
            heading: frame.say(&format!("requests-status-{what}")),
            explain: frame.say(&format!("requests-status-{what}-explain")),
            code,
            requested_at: to_the_second(request.received_at),
            finished_at: request.done_at.map(to_the_second),
            frame,
        }
    }
}

/// `GET /erasure/{code}`
pub async fn show(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    from: ClientAddress,
    Named(code): Named,
) -> Result<Response, Problem> {
    let frame = visit.frame(visit.language);
    shown(&app, visit.brand.id, frame, &code, from).await
}

/// The page of the erasure with this code, at a brand that is there or that is erased itself.
pub async fn shown(
    app: &App,
    brand: BrandId,
    frame: Frame<'_>,
    code: &str,
    from: ClientAddress,
) -> Result<Response, Problem> {
    let Some(status) = erasures::status(&app.engine, brand, code).await? else {
        if let Some(request) = requests::by_code(&app.engine, brand, code).await? {
            return Ok(page::html(&FacebookRequestPage::new(frame, code, &request)));
        }
        app.engine.guessed(Guess::Code, Some(from.0))?;
        let restored_at = app.engine.restored_at().map(to_the_second);
        return Ok(page::html_with(StatusCode::NOT_FOUND, &ErasureUnknownPage { frame, restored_at }));
    };
    let has_receipt = match erasures::receipt(&app.engine, brand, code).await {
        Ok(receipt) => receipt.is_some(),
        Err(EngineError::NotYet(_)) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(page::html(&page(frame, &status, has_receipt)))
}

/// What went, by the names that the page knows; all else is one line.
const COUNTED: [&str; 9] = [
    "leads",
    "accounts",
    "pages",
    "broadcasts",
    "deliveries",
    "consent_events",
    "answers_to_questions",
    "sign_ins",
    "api_tokens",
];

fn counts(language: Language, counts: &[(String, u64)]) -> Vec<(String, String)> {
    let line = |name: &str, count: u64| (language.say(&format!("erasure-count-{name}")), number(count));
    let found = |name: &str| counts.iter().find(|(counted, _)| counted == name).map(|(_, count)| *count);
    let mut lines: Vec<_> = COUNTED.iter().filter_map(|name| Some(line(name, found(name)?))).collect();
    let others = counts.iter().filter(|(name, _)| !COUNTED.contains(&name.as_str()));
    let others = others.fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    if others > 0 {
        lines.push(line("others", others));
    }
    lines
}

/// `3 of 5`
fn of(language: Language, id: &str, name: &'static str, some: u64, all: u64) -> String {
    let mut args = FluentArgs::new();
    args.set(name, number(some));
    args.set("all", number(all));
    language.tell(id, Some(&args))
}

/// A sentence with a time in it: what stands before it, the time, and the rest. In Arabic a time that was broken
/// over two lines would read backwards.
fn around(language: Language, id: &str, at: &str) -> [String; 3] {
    let said = language.say_with(id, "at", at).replace(['\u{2068}', '\u{2069}'], "");
    let (before, after) = said.split_once(at).unwrap_or((&said, ""));
    [before.to_owned(), at.to_owned(), after.to_owned()]
}

/// The page of an erasure.
pub fn page<'a>(frame: Frame<'a>, view: &'a StatusView, has_receipt: bool) -> ErasurePage<'a> {
    let language = frame.language;
    let is_done = view.erasure.finished_at.is_some();
    let (title, lead) = match (view.what, is_done) {
        (Erased::Lead, true) => ("erasure-heading-done", "erasure-explain-done"),
        (Erased::Lead, false) => ("erasure-heading-running", "erasure-explain-running"),
        (Erased::Account, true) => ("erasure-account-title", "erasure-account-done"),
        (Erased::Account, false) => ("erasure-account-title", "erasure-account-lead"),
        (Erased::Brand, true) => ("erasure-brand-title", "erasure-brand-done"),
        (Erased::Brand, false) => ("erasure-brand-title", "erasure-brand-lead"),
    };
    let is_whole = view.what != Erased::Lead;
    let progress = (is_whole && !is_done && view.leads > 0)
        .then(|| (view.removed, view.leads, of(language, "erasure-of", "removed", view.removed, view.leads)));
    let told = (is_whole && view.to_tell > 0).then(|| {
        let told = of(language, "erasure-told-pages", "told", view.told, view.to_tell);
        match view.untold {
            0 => told,
            untold => format!("{told} · {}", count(language, "erasure-told-untold", untold)),
        }
    });
    let backups = match (view.backups_at, view.backups_until) {
        (Some(at), _) => Some(around(language, "erasure-backups-over", &to_the_second(at))),
        (None, Some(at)) => Some(around(language, "erasure-backups-until", &to_the_second(at))),
        (None, None) => None,
    };
    ErasurePage {
        title: language.say(title),
        lead: language.say(lead),
        is_whole,
        progress,
        is_counting: is_whole && !is_done && !view.is_counted,
        code: &view.erasure.code,
        tag: &view.erasure.tag,
        requested_at: to_the_second(view.erasure.requested_at),
        unreadable_at: view.unreadable_at.map(to_the_second),
        finished_at: view.erasure.finished_at.map(to_the_second),
        told,
        backups,
        is_over: view.backups_at.is_some(),
        counts: if is_whole { counts(language, &view.counts) } else { Vec::new() },
        has_receipt,
        frame,
    }
}

/// `GET /erasure/{code}/receipt`: the signed file, without personal data.
pub async fn receipt(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    from: ClientAddress,
    Named(code): Named,
) -> Result<Response, Problem> {
    receipt_of(&app, visit.brand.id, &code, from).await
}

/// The same, also at a brand that is erased itself.
pub async fn receipt_of(
    app: &App,
    brand: BrandId,
    code: &str,
    from: ClientAddress,
) -> Result<Response, Problem> {
    let Some(receipt) = erasures::receipt(&app.engine, brand, code).await? else {
        app.engine.guessed(Guess::Code, Some(from.0))?;
        return Err(Problem::not_found("this erasure"));
    };
    Ok(file("receipt.json", receipt))
}

/// `2026-11-22 12:00:00 UTC`
fn to_the_second(at: At) -> String {
    let text = at.to_string();
    let seconds = text.get(..19).unwrap_or(&text);
    format!("{} UTC", seconds.replacen('T', " ", 1))
}
