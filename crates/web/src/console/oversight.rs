//! What an account keeps, for the brand's admin who says what for: its pages and their bots, leads, tags, broadcasts,
//! templates and exports as lists, one lead, and what one broadcast says (claim A1).
//!
//! Invariant: nothing of it stands on a page but on the answer to the POST that said what for, of which the engine has made
//! a note by then; an address alone shows the form that asks.

use super::admin_accounts::account_page;
use super::bot;
use super::broadcasts::purpose;
use super::compose::Sketch;
use super::exports;
use super::fields::Fields;
use super::leads::Event;
use super::pages::{Health, health};
use super::templates;
use super::told::Told;
use super::words::{short, time};
use super::{Desk, ROWS, Section, Shell};
use crate::api::{Id, next};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use crate::support::{BroadcastRow, LeadRow, identity_facts, lead_facts};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::actions::broadcasts::ExampleView;
use engine::actions::oversight::{self, Shown};
use engine::views::bot::BotView;
use engine::views::broadcasts::BroadcastView;
use engine::views::oversight as views;
use engine::views::pages::PageView;
use engine::views::templates::TemplateView;
use model::id::{AccountId, BroadcastId, LeadId};
use model::outgoing::Button;

pub(super) const REASON: &str = "reason";

/// What for, as it was typed, and what was wrong with it.
#[derive(Default)]
pub struct Why {
    pub typed: String,
    pub wrong: Option<String>,
}

impl Why {
    /// What was wrong with asking, in words.
    ///
    /// # Errors
    /// What is no fault of the form's.
    pub(super) fn refused(language: Language, fields: &Fields, error: EngineError) -> Result<Self, Problem> {
        let wrong = match error {
            EngineError::Invalid { field: REASON, .. } => "support-wrong-reason",
            EngineError::Conflict(_) => "oversight-lead-restricted",
            other => return Err(other.into()),
        };
        Ok(Self { typed: fields.get(REASON).to_owned(), wrong: Some(language.say(wrong)) })
    }

    pub const fn status(&self) -> StatusCode {
        if self.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}

/// A page of Facebook's in a list.
pub struct PageRow {
    pub name: String,
    pub meta_id: String,
    pub health: Health,
    pub connected_at: String,
}

impl PageRow {
    pub fn new(reader: Reader, page: &PageView) -> Self {
        Self {
            name: page.name.clone(),
            meta_id: page.meta_id.clone(),
            health: health(reader.language, page),
            connected_at: time(reader, page.connected_at),
        }
    }
}

/// What a page's bot says and asks.
pub struct BotRow {
    pub page: String,
    pub is_on: bool,
    /// Whether Messenger shows what is set.
    pub state: (&'static str, String),
    pub changed_at: Option<String>,
    pub says: Vec<(String, String)>,
}

impl BotRow {
    pub fn new(reader: Reader, page: &PageView, view: &BotView) -> Self {
        let language = reader.language;
        Self {
            page: page.name.clone(),
            is_on: view.settings.is_on,
            state: bot::standing(language, &view.published),
            changed_at: view.changed_at.map(|at| time(reader, at)),
            says: bot::says::says(language, &view.settings),
        }
    }
}

pub enum List {
    Pages(Vec<PageRow>),
    Leads(Vec<LeadRow>),
    Broadcasts(Vec<BroadcastRow>),
    Bots(Vec<BotRow>),
    Templates(Vec<templates::Row>),
    Tags(Vec<String>),
    Exports(Vec<exports::Row>),
}

impl List {
    /// As a form names it.
    const fn part(&self) -> &'static str {
        match self {
            Self::Pages(_) => "pages",
            Self::Leads(_) => "leads",
            Self::Broadcasts(_) => "broadcasts",
            Self::Bots(_) => "bots",
            Self::Templates(_) => "templates",
            Self::Tags(_) => "tags",
            Self::Exports(_) => "exports",
        }
    }
}

#[derive(Template)]
#[template(path = "console/oversight.html")]
pub struct ListPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub short: String,
    pub part: &'static str,
    pub title: String,
    pub rule: Option<String>,
    /// What for, for this part of the list and the next.
    pub reason: String,
    pub list: List,
    pub next: Option<String>,
}

impl<'a> ListPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        account: AccountId,
        reason: &str,
        (list, next): (List, Option<String>),
    ) -> Self {
        let (language, part) = (frame.language, list.part());
        Self {
            id: account.to_string(),
            short: short(&account),
            part,
            title: language.say(&format!("oversight-{part}")),
            rule: language.find(&format!("oversight-{part}-rule"), None),
            reason: reason.to_owned(),
            list,
            next,
            frame,
        }
    }
}

/// A broadcast in the list, with the page on which what it says can be asked for.
pub fn broadcast_row(reader: Reader, view: &BroadcastView) -> BroadcastRow {
    BroadcastRow { href: Some(format!("/admin/broadcasts/{}", view.id)), ..BroadcastRow::new(reader, view) }
}

/// A template with all its words, its examples and where its button leads; its page by its number.
pub fn template_row(reader: Reader, one: &TemplateView) -> templates::Row {
    let row = templates::Row::new(reader, one, &[(one.page, short(&one.page))]);
    let link = one.link.as_ref().map(|link| format!("{} ({})", link.title, link.url));
    let parts = [one.body.clone()].into_iter().chain(one.examples.iter().cloned()).chain(link);
    templates::Row { body: parts.collect::<Vec<_>>().join(" · "), ..row }
}

/// The part of the account that is asked for, from there on, and where it goes on.
async fn found(desk: &Desk, id: AccountId, fields: &Fields) -> Result<(List, Option<String>), EngineError> {
    let (engine, actor, reader) = (desk.engine(), &desk.actor, desk.reader());
    let (why, after) = (fields.get(REASON), fields.get("after"));
    Ok(match fields.get("part") {
        "leads" => {
            let from = (after.parse().ok(), ROWS);
            let found = oversight::leads(engine, actor, id, why, from).await?;
            let rows = found.iter().map(|lead| LeadRow::new(reader, "/admin/leads", lead)).collect();
            (List::Leads(rows), next(&found, ROWS, |lead| lead.id))
        }
        "broadcasts" => {
            let from = (after.parse().ok(), ROWS);
            let found = oversight::broadcasts(engine, actor, id, why, from).await?;
            let rows = found.iter().map(|one| broadcast_row(reader, one)).collect();
            (List::Broadcasts(rows), next(&found, ROWS, |one| one.id))
        }
        "bots" => {
            let from = (after.parse().ok(), ROWS);
            let found = oversight::bots(engine, actor, id, why, from).await?;
            let rows = found.iter().map(|(page, bot)| BotRow::new(reader, page, bot)).collect();
            (List::Bots(rows), next(&found, ROWS, |(page, _)| page.id))
        }
        "templates" => {
            let from = (after.parse().ok(), ROWS);
            let found = oversight::templates(engine, actor, id, why, from).await?;
            let rows = found.iter().map(|one| template_row(reader, one)).collect();
            (List::Templates(rows), next(&found, ROWS, |one| one.id))
        }
        "tags" => {
            let found = oversight::tags(engine, actor, id, why).await?;
            (List::Tags(found.into_iter().map(|tag| tag.name).collect()), None)
        }
        "exports" => {
            let from = (after.parse().ok(), ROWS);
            let found = oversight::exports(engine, actor, id, why, from).await?;
            let rows = found.iter().map(|one| exports::Row::new(reader, one, &[])).collect();
            (List::Exports(rows), next(&found, ROWS, |one| one.id))
        }
        _ => {
            let from = (after.parse().ok(), ROWS);
            let found = oversight::pages(engine, actor, id, why, from).await?;
            let rows = found.iter().map(|page| PageRow::new(reader, page)).collect();
            (List::Pages(rows), next(&found, ROWS, |page| page.id))
        }
    })
}

/// `POST /admin/accounts/{id}/look`: a kind of what an account keeps, a part of the list at a time.
pub async fn look(desk: Desk, Id(id): Id<AccountId>, fields: Fields) -> Result<Response, Problem> {
    let found = match found(&desk, id, &fields).await {
        Ok(found) => found,
        Err(error) => {
            let why = Why::refused(desk.language(), &fields, error)?;
            return account_page(&desk, id, None, why).await;
        }
    };
    let stands_at = format!("/admin/accounts/{id}");
    Ok(page::html(&ListPage::new(at(&desk, &stands_at)?, id, fields.get(REASON), found)))
}

/// The shell of a page that a form may be answered with, and that stands there.
fn at<'a>(desk: &'a Desk, address: &'a str) -> Result<Shell<'a>, Problem> {
    let mut frame = desk.shell(Section::Accounts)?;
    frame.path = address;
    Ok(frame)
}

/// Where whose it is has its page, and how that is shown.
fn trail(account: AccountId) -> (String, String) {
    (format!("/admin/accounts/{account}"), short(&account))
}

/// A lead, shown.
pub struct ShownLead {
    pub facts: Vec<(String, String)>,
    pub events: Vec<Event>,
    pub told: Vec<Told>,
    pub tags: Vec<String>,
}

impl ShownLead {
    pub fn new(reader: Reader, shown: &Shown) -> Self {
        let detail = &shown.detail;
        let facts = identity_facts(reader.language, &shown.who).into_iter();
        let told = |answer| {
            let mut told = Told::new(reader, detail.lead.id, answer);
            // That a lead takes something back is not the admin's to note.
            told.uses.iter_mut().for_each(|permitted| permitted.end = None);
            told
        };
        Self {
            facts: facts.chain(lead_facts(reader, &detail.lead)).collect(),
            // The newest first.
            events: detail.consents.iter().rev().map(|event| Event::new(reader, event)).collect(),
            told: detail.answers.iter().map(told).collect(),
            tags: detail.tags.iter().map(|tag| tag.name.clone()).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "console/oversight_lead.html")]
pub struct LeadPage<'a> {
    pub frame: Shell<'a>,
    pub short: String,
    /// Whose lead it is.
    pub account: (String, String),
    pub action: String,
    pub why: Why,
    pub shown: Option<ShownLead>,
}

impl<'a> LeadPage<'a> {
    pub fn new(frame: Shell<'a>, id: LeadId, account: AccountId, why: Why) -> Self {
        let (account, action) = (trail(account), format!("/admin/leads/{id}/show"));
        Self { short: short(&id), account, action, why, shown: None, frame }
    }
}

async fn lead_form(desk: &Desk, id: LeadId, why: Why) -> Result<Response, Problem> {
    let account = views::keeper_of_lead(desk.engine(), &desk.actor, id).await?;
    let (status, stands_at) = (why.status(), format!("/admin/leads/{id}"));
    Ok(page::html_with(status, &LeadPage::new(at(desk, &stands_at)?, id, account, why)))
}

/// `GET /admin/leads/{id}`: asks what for.
pub async fn ask_lead(desk: Desk, Id(id): Id<LeadId>) -> Result<Response, Problem> {
    lead_form(&desk, id, Why::default()).await
}

/// `POST /admin/leads/{id}/show`: who it is and what is kept, this once.
pub async fn show_lead(desk: Desk, Id(id): Id<LeadId>, fields: Fields) -> Result<Response, Problem> {
    let shown = match oversight::lead(desk.engine(), &desk.actor, id, fields.get(REASON)).await {
        Ok(shown) => shown,
        Err(error) => {
            let why = Why::refused(desk.language(), &fields, error)?;
            return lead_form(&desk, id, why).await;
        }
    };
    let stands_at = format!("/admin/leads/{id}");
    let page = LeadPage::new(at(&desk, &stands_at)?, id, shown.account, Why::default());
    Ok(page::html(&LeadPage { shown: Some(ShownLead::new(desk.reader(), &shown)), ..page }))
}

/// A broadcast, shown.
pub struct ShownBroadcast {
    pub row: BroadcastRow,
    pub facts: Vec<(String, String)>,
    pub sketch: Sketch,
}

impl ShownBroadcast {
    pub fn new(reader: Reader, view: BroadcastView) -> Self {
        let (language, row) = (reader.language, BroadcastRow::new(reader, &view));
        let mut facts = vec![
            (language.say("compose-purpose"), purpose(language, view.purpose)),
            (language.say("support-column-state"), row.state.word.clone()),
            (language.say("broadcasts-column-made"), row.created_at.clone()),
        ];
        facts.extend(row.counts.iter().cloned());
        // Where its buttons lead to.
        facts.extend(view.buttons.iter().filter_map(|button| match button {
            Button::Url { title, url } => Some((title.clone(), url.clone())),
            Button::Postback { .. } => None,
        }));
        let (text, image, buttons, template) = (view.text, view.image, view.buttons, view.template);
        let sketch = Sketch::of(ExampleView { text, image, buttons, template }, String::new());
        Self { row, facts, sketch }
    }
}

#[derive(Template)]
#[template(path = "console/oversight_broadcast.html")]
pub struct BroadcastPage<'a> {
    pub frame: Shell<'a>,
    pub short: String,
    /// Whose broadcast it is.
    pub account: (String, String),
    pub action: String,
    pub why: Why,
    pub shown: Option<ShownBroadcast>,
}

impl<'a> BroadcastPage<'a> {
    pub fn new(frame: Shell<'a>, id: BroadcastId, account: AccountId, why: Why) -> Self {
        let (account, action) = (trail(account), format!("/admin/broadcasts/{id}/show"));
        Self { short: short(&id), account, action, why, shown: None, frame }
    }
}

async fn broadcast_form(desk: &Desk, id: BroadcastId, why: Why) -> Result<Response, Problem> {
    let account = views::keeper_of_broadcast(desk.engine(), &desk.actor, id).await?;
    let (status, stands_at) = (why.status(), format!("/admin/broadcasts/{id}"));
    Ok(page::html_with(status, &BroadcastPage::new(at(desk, &stands_at)?, id, account, why)))
}

/// `GET /admin/broadcasts/{id}`: asks what for.
pub async fn ask_broadcast(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    broadcast_form(&desk, id, Why::default()).await
}

/// `POST /admin/broadcasts/{id}/show`: what it says, this once.
pub async fn show_broadcast(
    desk: Desk,
    Id(id): Id<BroadcastId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (account, view) = match oversight::broadcast(desk.engine(), &desk.actor, id, fields.get(REASON)).await
    {
        Ok(found) => found,
        Err(error) => {
            let why = Why::refused(desk.language(), &fields, error)?;
            return broadcast_form(&desk, id, why).await;
        }
    };
    let stands_at = format!("/admin/broadcasts/{id}");
    let page = BroadcastPage::new(at(&desk, &stands_at)?, id, account, Why::default());
    Ok(page::html(&BroadcastPage { shown: Some(ShownBroadcast::new(desk.reader(), view)), ..page }))
}
