//! `/admin/requests`: the register of requests with its clocks, and what is done with one that came by mail.
//!
//! Invariant: what waits stands first, the most pressing at the top; nothing here shows who asked.

use super::fields::Fields;
use super::leads::{Badge, Choice};
use super::words::time;
use super::{Desk, ROWS, Section, Shell, see};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::my::standing;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::EngineError;
use engine::actions::requests;
use engine::views::requests::{RequestView, get, list as all};
use model::id::RequestId;
use model::request::{Outcome, RequestKind, Standing};
use model::time::{Span, Timestamp};
use serde::Deserialize;

pub struct Row {
    pub href: String,
    pub what: String,
    pub way: String,
    pub received: String,
    pub due: String,
    pub badge: Badge,
    pub outcome: String,
    pub is_put_off: bool,
}

#[derive(Template)]
#[template(path = "console/admin_requests.html")]
pub struct RequestsPage<'a> {
    pub frame: Shell<'a>,
    pub open: Vec<Row>,
    pub closed: Vec<Row>,
    pub next: Option<String>,
    pub kinds: Vec<Choice>,
    pub today: String,
    /// The Fluent id of what was wrong with the form, its day and its note.
    pub wrong: Option<&'static str>,
    pub note: String,
}

#[derive(Template)]
#[template(path = "console/admin_request.html")]
pub struct RequestPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub row: Row,
    pub is_open: bool,
    pub can_extend: bool,
    pub note: Option<String>,
    pub reason: Option<String>,
    pub answer: Option<String>,
    pub outcomes: Vec<Choice>,
    pub wrong: Option<&'static str>,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    before: String,
}

impl Row {
    pub fn new(frame: &Shell<'_>, request: &RequestView) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let kind = match request.standing {
            Standing::Done => "good",
            Standing::Left(days) if days > 7 => "info",
            Standing::Left(_) => "warn",
            Standing::Overdue(_) => "bad",
        };
        Self {
            href: format!("/admin/requests/{}", request.id),
            what: language.say(&format!("requests-kind-{}", request.kind.code())),
            way: language.say(&format!("requests-way-{}", request.way.code())),
            received: time(reader, request.received_at),
            due: time(reader, request.due_at),
            badge: Badge { kind, word: standing(language, request.standing) },
            outcome: request
                .outcome
                .map(|outcome| language.say(&format!("requests-outcome-{}", outcome.code())))
                .unwrap_or_default(),
            is_put_off: request.extended_at.is_some(),
        }
    }
}

fn kinds(language: Language, chosen: &str) -> Vec<Choice> {
    let choice = |kind: RequestKind| Choice {
        value: kind.code().to_owned(),
        label: language.say(&format!("requests-kind-{}", kind.code())),
        is_chosen: kind.code() == chosen,
    };
    RequestKind::BY_MAIL.map(choice).into()
}

fn outcomes(language: Language) -> Vec<Choice> {
    let choice = |outcome: Outcome| Choice {
        value: outcome.code().to_owned(),
        label: language.say(&format!("requests-outcome-{}", outcome.code())),
        is_chosen: outcome == Outcome::Done,
    };
    Outcome::ALL.map(choice).into()
}

/// `2026-11-26`
fn date(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
        .unwrap_or_default()
}

impl<'a> RequestsPage<'a> {
    pub fn new(frame: Shell<'a>, open: &[RequestView], closed: &[RequestView], now: Timestamp) -> Self {
        let rows = |some: &[RequestView]| some.iter().map(|one| Row::new(&frame, one)).collect();
        let is_full = closed.len() >= usize::try_from(ROWS).unwrap_or(usize::MAX);
        Self {
            open: rows(open),
            closed: rows(closed),
            next: closed.last().filter(|_| is_full).map(|last| last.id.to_string()),
            kinds: kinds(frame.language, ""),
            today: date(now),
            wrong: None,
            note: String::new(),
            frame,
        }
    }
}

impl<'a> RequestPage<'a> {
    pub fn new(frame: Shell<'a>, request: &RequestView) -> Self {
        let words = |words: &Option<model::personal::Personal<String>>| {
            words.as_ref().map(|words| words.reveal().clone())
        };
        Self {
            id: request.id.to_string(),
            row: Row::new(&frame, request),
            is_open: request.done_at.is_none(),
            can_extend: request.can_extend,
            note: words(&request.note),
            reason: words(&request.reason),
            answer: words(&request.answer),
            outcomes: outcomes(frame.language),
            wrong: None,
            frame,
        }
    }
}

/// `GET /admin/requests`
pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let before = asked.before.parse().ok();
    let (open, closed) = all(desk.engine(), &desk.actor, before, ROWS).await?;
    let now = desk.engine().clock().now();
    Ok(page::html(&RequestsPage::new(desk.shell(Section::Requests)?, &open, &closed, now)))
}

/// `POST /admin/requests`: notes one that came by mail.
pub async fn note(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let now = desk.engine().clock().now();
    let day: Option<jiff::civil::Date> = fields.get("received").parse().ok();
    let received = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let received = received.map(|day| Timestamp(day.timestamp().as_microsecond()));
    let kind = RequestKind::from_code(fields.get("kind")).filter(|kind| RequestKind::BY_MAIL.contains(kind));
    let wrong = match (kind, received.filter(|at| *at <= now.plus(Span::ZERO))) {
        (Some(kind), Some(at)) => {
            match requests::note(desk.engine(), &desk.actor, kind, at, fields.get("note")).await {
                Ok(_) => return Ok(see("/admin/requests", "request-noted")),
                Err(EngineError::Invalid { field: "note", .. }) => "requests-wrong-note",
                Err(EngineError::Invalid { .. }) => "requests-wrong-date",
                Err(error) => return Err(error.into()),
            }
        }
        _ => "requests-wrong-date",
    };
    let (open, closed) = all(desk.engine(), &desk.actor, None, ROWS).await?;
    let mut page = RequestsPage::new(desk.shell(Section::Requests)?, &open, &closed, now);
    page.kinds = kinds(desk.language(), fields.get("kind"));
    page.wrong = Some(wrong);
    fields.get("note").clone_into(&mut page.note);
    Ok(page::html(&page))
}

async fn one(desk: &Desk, id: RequestId, wrong: Option<&'static str>) -> Result<Response, Problem> {
    let request = get(desk.engine(), &desk.actor, id).await?;
    let mut page = RequestPage::new(desk.shell(Section::Requests)?, &request);
    page.wrong = wrong;
    Ok(page::html(&page))
}

/// `GET /admin/requests/{id}`
pub async fn show(desk: Desk, Id(id): Id<RequestId>) -> Result<Response, Problem> {
    one(&desk, id, None).await
}

/// `POST /admin/requests/{id}/extend`
pub async fn extend(desk: Desk, Id(id): Id<RequestId>, fields: Fields) -> Result<Response, Problem> {
    match requests::extend(desk.engine(), &desk.actor, id, fields.get("reason")).await {
        Ok(()) => Ok(see(&format!("/admin/requests/{id}"), "request-extended")),
        Err(EngineError::Invalid { .. }) => one(&desk, id, Some("requests-wrong-reason")).await,
        Err(EngineError::Conflict(_)) => one(&desk, id, Some("requests-extend-not")).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/requests/{id}/close`
pub async fn close(desk: Desk, Id(id): Id<RequestId>, fields: Fields) -> Result<Response, Problem> {
    let outcome = Outcome::from_code(fields.get("outcome")).unwrap_or(Outcome::Done);
    match requests::close(desk.engine(), &desk.actor, id, outcome, fields.get("answer")).await {
        Ok(()) => Ok(see("/admin/requests", "request-closed")),
        Err(EngineError::Invalid { .. }) => one(&desk, id, Some("requests-wrong-answer")).await,
        Err(EngineError::Conflict(_)) => Ok(see(&format!("/admin/requests/{id}"), "changed")),
        Err(error) => Err(error.into()),
    }
}
