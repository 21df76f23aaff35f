//! `/app/templates`: the notices that Meta has to approve, where each stands, writing one, asking Meta
//! anew, deleting.
//!
//! Invariants: what stands here is what Meta said last, with when; what was typed is shown again after a
//! mistake; deleting asks first, because Meta deletes all languages of a name.

use super::fields::Fields;
use super::leads::{Choice, page_names};
use super::words::{excerpt, time};
use super::{ConfirmPage, Desk, ROWS, Section, Shell, see};
use crate::api::{Id, Query, next};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::response::Response;
use engine::actions::templates::{self, TemplateForm};
use engine::views::templates::TemplateView;
use engine::{EngineError, views};
use model::id::{PageId, TemplateId};
use model::template::{Link, TemplateStatus};
use serde::Deserialize;

pub struct Row {
    pub id: String,
    pub name: String,
    pub language: String,
    pub page: String,
    pub body: String,
    pub kind: &'static str,
    pub state: String,
    /// What the state means, or why Meta rejected it.
    pub explain: String,
    /// When Meta was last asked.
    pub checked_at: String,
}

#[derive(Template)]
#[template(path = "console/templates.html")]
pub struct TemplatesPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
}

#[derive(Deserialize)]
pub struct Cursor {
    after: Option<TemplateId>,
}

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub page: String,
    pub name: String,
    pub language: String,
    pub body: String,
    pub examples: String,
    pub link_title: String,
    pub link_url: String,
}

/// What is wrong: the field, what it takes, and what Meta said if it was Meta.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub field: &'static str,
    pub sentence: String,
    pub detail: String,
}

#[derive(Template)]
#[template(path = "console/template.html")]
pub struct WritePage<'a> {
    pub frame: Shell<'a>,
    pub typed: Typed,
    pub pages: Vec<Choice>,
    pub wrong: Option<Wrong>,
}

fn kind(status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Approved => "good",
        TemplateStatus::Rejected | TemplateStatus::Disabled | TemplateStatus::Deleted => "bad",
        TemplateStatus::Paused | TemplateStatus::LimitExceeded => "warn",
        TemplateStatus::Pending | TemplateStatus::InAppeal | TemplateStatus::Unknown => "info",
        TemplateStatus::Archived | TemplateStatus::PendingDeletion => "",
    }
}

/// Meta's code of a rejection in words, where it is one that is known.
fn reason(language: Language, code: &str) -> String {
    let known = ["INCORRECT_PARAMS", "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT", "TAG_SHOULD_BE_MARKETING"];
    if known.contains(&code) {
        language.say(&format!("templates-reason-{}", code.to_lowercase()))
    } else {
        language.say_with("templates-reason", "code", code)
    }
}

impl Row {
    pub fn new(reader: Reader, view: &TemplateView, pages: &[(PageId, String)]) -> Self {
        let language = reader.language;
        let code = view.status.code();
        let said = view.reason.as_deref().filter(|code| !code.is_empty() && *code != "NONE");
        Self {
            id: view.id.to_string(),
            name: view.name.clone(),
            language: view.language.clone(),
            page: pages
                .iter()
                .find(|(id, _)| *id == view.page)
                .map(|(_, name)| name.clone())
                .unwrap_or_default(),
            body: excerpt(&view.body),
            kind: kind(view.status),
            state: language.say(&format!("templates-state-{code}")),
            explain: match said {
                Some(code) => reason(language, code),
                None => language.say(&format!("templates-state-{code}-explain")),
            },
            checked_at: view.checked_at.map_or_else(
                || language.say("templates-not-asked"),
                |at| language.say_with("templates-asked", "at", &time(reader, at)),
            ),
        }
    }
}

impl<'a> WritePage<'a> {
    pub fn new(frame: Shell<'a>, typed: Typed, pages: &[(PageId, String)], wrong: Option<Wrong>) -> Self {
        let choice = |(id, name): &(PageId, String)| {
            let value = id.to_string();
            Choice { is_chosen: value == typed.page, label: name.clone(), value }
        };
        Self { pages: pages.iter().map(choice).collect(), typed, wrong, frame }
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.as_ref().is_some_and(|wrong| wrong.field == field)
    }
}

/// `GET /app/templates`
pub async fn list(desk: Desk, Query(cursor): Query<Cursor>) -> Result<Response, Problem> {
    let found = views::templates::list(desk.engine(), &desk.actor, cursor.after, ROWS).await?;
    let next = next(&found, ROWS, |template| template.id);
    let pages = page_names(&desk).await?;
    let rows = found.iter().map(|view| Row::new(desk.reader(), view, &pages)).collect();
    Ok(page::html(&TemplatesPage { frame: desk.shell(Section::Templates)?, rows, next }))
}

/// `GET /app/templates/new`
pub async fn write(desk: Desk) -> Result<Response, Problem> {
    let pages = page_names(&desk).await?;
    let language = if desk.language() == Language::Arabic { "ar" } else { "en_US" };
    let typed = Typed { language: language.to_owned(), ..Typed::default() };
    Ok(page::html(&WritePage::new(desk.shell(Section::Templates)?, typed, &pages, None)))
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        let text = |name| fields.get(name).to_owned();
        Self {
            page: text("page"),
            name: text("name"),
            language: text("language"),
            body: text("body"),
            examples: text("examples"),
            link_title: text("link_title"),
            link_url: text("link_url"),
        }
    }

    fn form(&self, page: PageId) -> TemplateForm {
        let examples = self.examples.lines().map(str::trim).filter(|line| !line.is_empty());
        let has_link = !self.link_title.is_empty() || !self.link_url.is_empty();
        let link = Link { title: self.link_title.clone(), url: self.link_url.clone() };
        TemplateForm {
            page,
            name: self.name.clone(),
            language: self.language.clone(),
            body: self.body.clone(),
            examples: examples.map(str::to_owned).collect(),
            link: has_link.then_some(link),
        }
    }
}

/// The engine's No, or Meta's, in the words of the page.
fn wrong(language: Language, error: &EngineError) -> Option<Wrong> {
    let (field, detail) = match error {
        EngineError::Invalid { field, problem } => match *field {
            "template" => ("meta", problem.clone()),
            field @ ("name" | "language" | "body" | "examples") => (field, String::new()),
            _ => ("link", String::new()),
        },
        EngineError::NotFound("this page") | EngineError::Conflict(_) => ("page", String::new()),
        EngineError::Meta(said) => ("meta", said.clone()),
        _ => return None,
    };
    Some(Wrong { field, sentence: language.say(&format!("templates-wrong-{field}")), detail })
}

/// `POST /app/templates`: hands it over to Meta.
pub async fn create(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let typed = Typed::read(&fields);
    let made = match typed.page.parse() {
        Ok(page) => templates::create(desk.engine(), &desk.actor, typed.form(page)).await,
        Err(_) => Err(EngineError::NotFound("this page")),
    };
    let error = match made {
        Ok(_) => return Ok(see("/app/templates", "template-made")),
        Err(error) => error,
    };
    let Some(wrong) = wrong(desk.language(), &error) else { return Err(error.into()) };
    let pages = page_names(&desk).await?;
    Ok(page::html(&WritePage::new(desk.shell(Section::Templates)?, typed, &pages, Some(wrong))))
}

/// `POST /app/templates/{id}/refresh`: asks Meta now.
pub async fn refresh(desk: Desk, Id(id): Id<TemplateId>) -> Result<Response, Problem> {
    match templates::refresh(desk.engine(), &desk.actor, id).await {
        Ok(_) => Ok(see("/app/templates", "template-asked")),
        Err(EngineError::Meta(_) | EngineError::Conflict(_)) => Ok(see("/app/templates", "template-silent")),
        Err(error) => Err(error.into()),
    }
}

pub fn delete_question<'a>(frame: Shell<'a>, view: &TemplateView) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("templates-delete-title", "name", &view.name),
        back: ("/app/templates".to_owned(), language.say("templates-title")),
        sentences: vec![language.say("templates-delete-what")],
        button: language.say("templates-delete-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /app/templates/{id}/delete`: asks.
pub async fn ask_delete(desk: Desk, Id(id): Id<TemplateId>) -> Result<Response, Problem> {
    let view = views::templates::get(desk.engine(), &desk.actor, id).await?;
    Ok(page::html(&delete_question(desk.shell(Section::Templates)?, &view)))
}

/// `POST /app/templates/{id}/delete`
pub async fn delete(desk: Desk, Id(id): Id<TemplateId>) -> Result<Response, Problem> {
    match templates::delete(desk.engine(), &desk.actor, id).await {
        Ok(()) => Ok(see("/app/templates", "template-deleted")),
        Err(EngineError::Meta(_) | EngineError::Conflict(_)) => Ok(see("/app/templates", "template-kept")),
        Err(error) => Err(error.into()),
    }
}
