//! `/app/pages`: connecting Facebook pages, how each of them is, and pausing it.
//!
//! Invariants: opening Facebook's dialog and coming back from it change nothing, the button after it
//! does (GET is safe); its `state` belongs to this session and is checked before the code is used.

use super::check::{Check, Known, checks, known, renews};
use super::words::time;
use super::{Desk, ROWS, Section, Shell, away, see};
use crate::api::{Id, Query};
use crate::console::fields::Fields;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::response::Response;
use engine::actions::page_check::PageCheck;
use engine::views::pages::PageView;
use engine::{EngineError, TakenPage, actions, views};
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
    /// Whether Meta was just asked.
    pub was_checked: bool,
    /// Whether renewing the access mends what is wrong.
    pub wants_renewal: bool,
    pub may_pause: bool,
    pub may_resume: bool,
    /// Whether there is an access that can be given up.
    pub may_disconnect: bool,
    /// From an archive, and to be connected.
    pub is_awaited: bool,
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
    /// The page whose access is renewed.
    pub renews: Option<String>,
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
        _ if page.is_awaited => {
            ("info", "pages-health-awaited", language.say("pages-health-awaited-explain"))
        }
        None if page.is_whole() => ("good", "pages-health-good", language.say("pages-health-good-explain")),
        None => ("warn", "pages-health-gaps", language.say("pages-health-gaps-explain")),
        Some(stop @ ("paused" | "disconnected")) => {
            ("warn", "pages-health-still", language.say(&format!("page-stop-{stop}")))
        }
        Some(stop) => ("bad", "pages-health-stopped", language.say(&format!("page-stop-{stop}"))),
    };
    Health { kind, word: language.say(word), sentence }
}

/// `GET /app/pages`
pub async fn list(desk: Desk, Query(cursor): Query<Cursor>) -> Result<Response, Problem> {
    let found = views::pages::list(desk.engine(), &desk.actor, cursor.after, ROWS).await?;
    let next = crate::api::next(&found, ROWS, |page| page.id);
    let rows = found.iter().map(|page| Row::new(desk.reader(), page)).collect();
    Ok(page::html(&PagesPage { frame: desk.shell(Section::Pages)?, rows, next }))
}

impl Row {
    pub fn new(reader: Reader, page: &PageView) -> Self {
        let language = reader.language;
        Self {
            href: format!("/app/pages/{}", page.id),
            name: page.name.clone(),
            health: health(language, page),
            connected_at: connected_at(reader, page),
        }
    }
}

fn connected_at(reader: Reader, page: &PageView) -> String {
    if page.is_awaited { reader.language.say("pages-not-yet") } else { time(reader, page.connected_at) }
}

impl<'a> PagePage<'a> {
    pub fn new(frame: Shell<'a>, page: PageView, known: &Known, asked: Option<&PageCheck>) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        Self {
            id: page.id.to_string(),
            health: health(language, &page),
            checks: checks(reader, &page, known, asked),
            was_checked: asked.is_some(),
            wants_renewal: matches!(page.stop, Some("token_invalid" | "permission_missing" | "disconnected"))
                && !page.is_awaited,
            may_pause: page.stop.is_none(),
            may_resume: page.stop == Some("paused"),
            may_disconnect: page.has_access,
            connected_at: connected_at(reader, &page),
            is_awaited: page.is_awaited,
            name: page.name,
            meta_id: page.meta_id,
            frame,
        }
    }
}

/// `GET /app/pages/{id}`
pub async fn show(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    let view = views::pages::get(desk.engine(), &desk.actor, id).await?;
    let known = known(&desk, id).await?;
    Ok(page::html(&PagePage::new(desk.shell(Section::Pages)?, view, &known, None)))
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

/// `POST /app/pages/{id}/disconnect`
pub async fn disconnect(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    match actions::disconnect::disconnect(desk.engine(), &desk.actor, id).await {
        Ok(done) => {
            let done = if done.is_let_go { "disconnected" } else { "disconnected-here" };
            Ok(see(&format!("/app/pages/{id}"), done))
        }
        // Meta could not be asked; nothing was changed.
        Err(EngineError::Meta(_)) => Ok(see(&format!("/app/pages/{id}"), "still-connected")),
        Err(error) => Err(error.into()),
    }
}

/// Where Facebook sends the browser back to; registered at Meta.
pub fn return_address(desk: &Desk) -> String {
    format!("{}/app/pages/connected", desk.visit.brand.brand.public_url)
}

/// `GET /app/pages/connect`: to Facebook's login dialog.
pub async fn connect(desk: Desk) -> Result<Response, Problem> {
    if !desk.engine().settings().has_app() {
        return answer(&desk, None, "pages-connect-no-app", String::new(), None);
    }
    let state = actions::pages::login_state(desk.engine(), &desk.actor, &desk.session.binding)?;
    Ok(away(&actions::pages::own_login_url(desk.engine(), &return_address(&desk), &state)))
}

/// `GET /app/pages/connected`: back from the dialog. Says what came of it; a button finishes it.
pub async fn connected(desk: Desk, Query(returned): Query<Returned>) -> Result<Response, Problem> {
    let renewed = renews(&desk, &returned.state)?;
    let is_ours = renewed.is_some() || is_own_state(&desk, &returned.state)?;
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
    answer(&desk, granted, problem, String::new(), renewed)
}

/// `POST /app/pages/connected`
pub async fn finish(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    if let Some(id) = renews(&desk, fields.get("state"))? {
        return super::check::finish(desk, id, &fields).await;
    }
    if !is_own_state(&desk, fields.get("state"))? {
        return answer(&desk, None, "pages-connect-stale", String::new(), None);
    }
    let form = actions::pages::ConnectForm {
        code: fields.get("code").to_owned(),
        redirect_uri: return_address(&desk),
        pages: None,
    };
    let (problem, detail) = match actions::pages::connect(desk.engine(), &desk.actor, form).await {
        Ok(_) => return Ok(see("/app/pages", "connected")),
        // Used, or too old: by a second press, it may be, of which the first has done it all.
        Err(EngineError::Invalid { field: "code", .. }) => ("pages-connect-used", String::new()),
        Err(EngineError::Invalid { .. }) => ("pages-connect-none", String::new()),
        Err(error) => in_the_way(desk.language(), error)?,
    };
    answer(&desk, None, problem, detail, None)
}

/// What stands in the way of connecting a page, or of connecting it again, and what is said beside it.
///
/// # Errors
/// What is nothing that whoever connects can change.
pub fn in_the_way(language: Language, error: EngineError) -> Result<(&'static str, String), Problem> {
    Ok(match error {
        EngineError::PageTaken(pages) => ("pages-connect-taken", taken(language, &pages)),
        EngineError::NoApp => ("pages-connect-no-app", String::new()),
        EngineError::BeingRemoved => ("pages-connect-removing", String::new()),
        EngineError::PlanLimit { pages } => ("pages-connect-limit", super::words::number(pages)),
        EngineError::Cancelled => ("pages-connect-cancelled", String::new()),
        EngineError::Meta(said) => ("pages-connect-failed", said),
        error => return Err(error.into()),
    })
}

/// The pages by the names that Facebook's dialog had for them.
fn taken(language: Language, pages: &[TakenPage]) -> String {
    language.joined(&pages.iter().map(|page| page.name.reveal().clone()).collect::<Vec<_>>())
}

fn is_own_state(desk: &Desk, state: &str) -> Result<bool, Problem> {
    Ok(actions::pages::is_login_state(desk.engine(), &desk.actor, &desk.session.binding, state)?)
}

pub fn answer(
    desk: &Desk,
    granted: Option<(String, String)>,
    problem: &'static str,
    detail: String,
    renews: Option<PageId>,
) -> Result<Response, Problem> {
    let renews = renews.map(|id| id.to_string());
    Ok(page::html(&ConnectedPage { frame: desk.shell(Section::Pages)?, granted, problem, detail, renews }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_in_the_way_of_connecting_has_its_own_sentence() {
        let said = |error| in_the_way(Language::English, error).map(|(problem, _)| problem);
        for (error, wanted) in [
            (EngineError::NoApp, "pages-connect-no-app"),
            (EngineError::BeingRemoved, "pages-connect-removing"),
            (EngineError::Cancelled, "pages-connect-cancelled"),
            (EngineError::PlanLimit { pages: 3 }, "pages-connect-limit"),
            (EngineError::PageTaken(Vec::new()), "pages-connect-taken"),
            (EngineError::Meta("so".to_owned()), "pages-connect-failed"),
        ] {
            assert_eq!(said(error), Ok(wanted));
            for language in Language::ALL {
                assert_ne!(language.say(wanted), wanted, "{language:?}");
            }
        }
        // Nothing is taken for another.
        let other = said(EngineError::Conflict("another".to_owned())).expect_err("a problem");
        assert_eq!((other.status.as_u16(), other.code), (409, "conflict"));
    }
}
