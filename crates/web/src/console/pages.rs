//! `/app/pages`: connecting Facebook pages, how each of them is, and pausing it.
//!
//! Invariants: opening Facebook's dialog and coming back from it change nothing, the button after it
//! does (GET is safe); its `state` belongs to this session and is checked before the code is used.

use super::words::time;
use super::{Desk, ROWS, Section, Shell, away, see};
use crate::api::{Id, Query};
use crate::console::fields::Fields;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views::pages::PageView;
use engine::{EngineError, actions, views};
use model::id::PageId;
use serde::Deserialize;

/// A page's health in one word.
pub struct Health {
    pub kind: &'static str,
    pub word: String,
    pub sentence: String,
}

pub struct Row {
    pub href: String,
    pub name: String,
    pub health: Health,
    pub connected_at: String,
}

/// One point of the self-check.
pub struct Check {
    /// `good`, `warn` or `bad`.
    pub kind: &'static str,
    pub title: String,
    pub explain: String,
}

#[derive(Template)]
#[template(path = "console/pages.html")]
pub struct PagesPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
}

#[derive(Template)]
#[template(path = "console/page.html")]
pub struct PagePage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub name: String,
    pub meta_id: String,
    pub health: Health,
    pub checks: Vec<Check>,
    /// Whether connecting anew mends what is wrong.
    pub wants_reconnect: bool,
    pub may_pause: bool,
    pub may_resume: bool,
    pub connected_at: String,
}

/// What came of Facebook's dialog.
#[derive(Template)]
#[template(path = "console/connected.html")]
pub struct ConnectedPage<'a> {
    pub frame: Shell<'a>,
    /// Code and state for the button; `None` when there is nothing to finish.
    pub granted: Option<(String, String)>,
    /// Why not: a Fluent id.
    pub problem: &'static str,
    /// What Meta said, in its words.
    pub detail: String,
}

#[derive(Deserialize)]
pub struct Cursor {
    after: Option<PageId>,
}

/// What the dialog puts into the address. Nothing else of it is read.
#[derive(Deserialize)]
pub struct Returned {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
}

pub fn health(language: Language, page: &PageView) -> Health {
    let (kind, word, sentence) = match page.stop {
        None if page.has_echoes && page.greeting_at.is_some() => {
            ("good", "pages-health-good", language.say("pages-health-good-explain"))
        }
        None => ("warn", "pages-health-gaps", language.say("pages-health-gaps-explain")),
        Some(stop @ ("paused" | "disconnected")) => {
            ("warn", "pages-health-still", language.say(&format!("page-stop-{stop}")))
        }
        Some(stop) => ("bad", "pages-health-stopped", language.say(&format!("page-stop-{stop}"))),
    };
    Health { kind, word: language.say(word), sentence }
}

fn checks(language: Language, page: &PageView) -> Vec<Check> {
    let check = |is_well: bool, otherwise: &'static str, id: &str| Check {
        kind: if is_well { "good" } else { otherwise },
        title: language.say(&format!("pages-check-{id}-{}", if is_well { "good" } else { "bad" })),
        explain: language.say(&format!("pages-check-{id}-explain")),
    };
    let stopped_by = |codes: &[&str]| page.stop.is_some_and(|stop| codes.contains(&stop));
    vec![
        check(!stopped_by(&["token_invalid", "disconnected"]), "bad", "access"),
        check(!stopped_by(&["permission_missing"]), "bad", "permissions"),
        check(!stopped_by(&["restricted", "policy_blocked"]), "bad", "policy"),
        check(page.greeting_at.is_some(), "warn", "greeting"),
        check(page.has_echoes, "warn", "echoes"),
    ]
}

/// `GET /app/pages`
pub async fn list(desk: Desk, Query(cursor): Query<Cursor>) -> Result<Response, Problem> {
    let found = views::pages::list(desk.engine(), &desk.actor, cursor.after, ROWS).await?;
    let next = crate::api::next(&found, ROWS, |page| page.id);
    let language = desk.language();
    let rows = found.iter().map(|page| Row::new(language, page)).collect();
    Ok(page::html(&PagesPage { frame: desk.shell(Section::Pages)?, rows, next }))
}

impl Row {
    pub fn new(language: Language, page: &PageView) -> Self {
        Self {
            href: format!("/app/pages/{}", page.id),
            name: page.name.clone(),
            health: health(language, page),
            connected_at: time(language, page.connected_at),
        }
    }
}

impl<'a> PagePage<'a> {
    pub fn new(frame: Shell<'a>, page: PageView) -> Self {
        let language = frame.language;
        let is_well = page.stop.is_none() && page.has_echoes && page.greeting_at.is_some();
        Self {
            id: page.id.to_string(),
            health: health(language, &page),
            checks: checks(language, &page),
            wants_reconnect: !is_well && page.stop != Some("paused"),
            may_pause: page.stop.is_none(),
            may_resume: page.stop == Some("paused"),
            connected_at: time(language, page.connected_at),
            name: page.name,
            meta_id: page.meta_id,
            frame,
        }
    }
}

/// `GET /app/pages/{id}`
pub async fn show(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    let view = views::pages::get(desk.engine(), &desk.actor, id).await?;
    Ok(page::html(&PagePage::new(desk.shell(Section::Pages)?, view)))
}

/// `POST /app/pages/{id}/pause`
pub async fn pause(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    actions::pages::set_paused(desk.engine(), &desk.actor, id, true).await?;
    Ok(see(&format!("/app/pages/{id}"), "paused"))
}

/// `POST /app/pages/{id}/resume`
pub async fn resume(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    actions::pages::set_paused(desk.engine(), &desk.actor, id, false).await?;
    Ok(see(&format!("/app/pages/{id}"), "resumed"))
}

/// Where Facebook sends the browser back to; registered at Meta.
fn return_address(desk: &Desk) -> String {
    format!("{}/app/pages/connected", desk.visit.brand.brand.public_url)
}

/// `GET /app/pages/connect`: to Facebook's login dialog.
pub async fn connect(desk: Desk) -> Result<Response, Problem> {
    let state = actions::pages::login_state(desk.engine(), &desk.actor, &desk.session.binding)?;
    Ok(away(&actions::pages::own_login_url(desk.engine(), &return_address(&desk), &state)))
}

/// `GET /app/pages/connected`: back from the dialog. Says what came of it; a button finishes it.
pub async fn connected(desk: Desk, Query(returned): Query<Returned>) -> Result<Response, Problem> {
    let is_ours = is_own_state(&desk, &returned.state)?;
    let problem = if !returned.error.is_empty() {
        "pages-connect-denied"
    } else if !is_ours {
        "pages-connect-stale"
    } else if returned.code.is_empty() {
        "pages-connect-failed"
    } else {
        ""
    };
    let granted = problem.is_empty().then_some((returned.code, returned.state));
    answer(&desk, granted, problem, String::new())
}

/// `POST /app/pages/connected`
pub async fn finish(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    if !is_own_state(&desk, fields.get("state"))? {
        return answer(&desk, None, "pages-connect-stale", String::new());
    }
    let form = actions::pages::ConnectForm {
        code: fields.get("code").to_owned(),
        redirect_uri: return_address(&desk),
        pages: None,
    };
    let (problem, detail) = match actions::pages::connect(desk.engine(), &desk.actor, form).await {
        Ok(_) => return Ok(see("/app/pages", "connected")),
        Err(EngineError::Invalid { .. }) => ("pages-connect-none", String::new()),
        Err(EngineError::Conflict(_)) => ("pages-connect-taken", String::new()),
        Err(EngineError::PlanLimit { pages }) => ("pages-connect-limit", super::words::number(pages)),
        Err(EngineError::Cancelled) => ("pages-connect-cancelled", String::new()),
        Err(EngineError::Meta(said)) => ("pages-connect-failed", said),
        Err(error) => return Err(error.into()),
    };
    answer(&desk, None, problem, detail)
}

fn is_own_state(desk: &Desk, state: &str) -> Result<bool, Problem> {
    Ok(actions::pages::is_login_state(desk.engine(), &desk.actor, &desk.session.binding, state)?)
}

fn answer(
    desk: &Desk,
    granted: Option<(String, String)>,
    problem: &'static str,
    detail: String,
) -> Result<Response, Problem> {
    Ok(page::html(&ConnectedPage { frame: desk.shell(Section::Pages)?, granted, problem, detail }))
}
