//! Writing a broadcast: the form, what is wrong with it in words, and the message as Messenger
//! shows it while one writes.
//!
//! Invariants: the engine judges what may be sent, this page explains; what was typed is shown again
//! after a mistake; the live preview keeps nothing.

use super::fields::Fields;
use super::leads::Choice;
use super::{Desk, Section, Shell, see};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::actions::broadcasts::{
    BroadcastForm, ExampleView, create as create_broadcast, revise as revise_broadcast, sketch as sketched,
};
use engine::views::broadcasts::BroadcastView;
use engine::views::pages::PageView;
use engine::views::tags::TagView;
use engine::views::templates::TemplateView;
use engine::{EngineError, views};
use model::broadcast::BroadcastState;
use model::consent::{EvidenceLevel, Purpose};
use model::id::{BroadcastId, PageId, TagId};
use model::outgoing::{BUTTON_TEXT_LIMIT, Button, Filter, Template as Notice};
use model::template::TemplateStatus;
use model::time::{Span, Timestamp};
use serde::Deserialize;

/// Days for which a promotion may wait for windows to open.
pub const OPEN_DAYS: [(u32, &str); 5] = [
    (0, "compose-open-now"),
    (1, "compose-open-1"),
    (3, "compose-open-3"),
    (7, "compose-open-7"),
    (30, "compose-open-30"),
];
const BUTTONS: usize = 2;

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub is_utility: bool,
    pub text: String,
    pub buttons: Vec<(String, String)>,
    pub image: String,
    /// Name and language, as in `order_ready.en_US`.
    pub template: String,
    pub parameters: String,
    pub tags: Vec<String>,
    pub level: String,
    pub language: String,
    pub pages: Vec<String>,
    pub days: u32,
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        let titles = fields.all("title").map(str::to_owned);
        let urls = fields.all("url").map(str::to_owned);
        Self {
            is_utility: fields.get("purpose") == Purpose::Utility.code(),
            text: fields.get("text").to_owned(),
            buttons: titles.zip(urls).take(BUTTONS).collect(),
            image: fields.get("image").to_owned(),
            template: fields.get("template").to_owned(),
            parameters: fields.get("parameters").to_owned(),
            tags: fields.all("tag").map(str::to_owned).collect(),
            level: fields.get("level").to_owned(),
            language: fields.get("language").to_owned(),
            pages: fields.all("page").map(str::to_owned).collect(),
            days: fields.get("days").parse().unwrap_or(0),
        }
    }

    /// As a broadcast was written. How long it may wait is counted from now on again.
    fn of(view: BroadcastView, now: Timestamp) -> Self {
        let filter = view.filter.unwrap_or_default();
        let left = view.open_until.map(|at| at.0.since(now)).unwrap_or_default();
        let fits = |(days, _): &&(u32, &str)| left <= Span::hours(i64::from(*days) * 24);
        let longest = OPEN_DAYS.last().map_or(0, |(days, _)| *days);
        let days = if left > Span::ZERO {
            OPEN_DAYS.iter().find(fits).map_or(longest, |(days, _)| *days)
        } else {
            0
        };
        let template = view.template.as_ref();
        Self {
            is_utility: view.purpose == Purpose::Utility,
            text: view.text,
            buttons: view
                .buttons
                .into_iter()
                .filter_map(|button| match button {
                    Button::Url { title, url } => Some((title, url)),
                    Button::Postback { .. } => None,
                })
                .collect(),
            image: view.image.unwrap_or_default(),
            template: template.map(|t| format!("{}.{}", t.name, t.language)).unwrap_or_default(),
            parameters: template.map(|t| t.parameters.join("\n")).unwrap_or_default(),
            tags: filter.tags.iter().map(ToString::to_string).collect(),
            level: filter.level.map(|level| level.code().to_owned()).unwrap_or_default(),
            language: filter.language.unwrap_or_default(),
            pages: view.pages.iter().map(ToString::to_string).collect(),
            days,
        }
    }

    /// A tag that cannot be one is asked for all the same and found by nobody: leaving it out would send to
    /// more people than were meant.
    fn filter(&self) -> Filter {
        Filter {
            tags: self.tags.iter().map(|tag| tag.parse().unwrap_or(TagId([0; 16]))).collect(),
            level: EvidenceLevel::from_code(&self.level),
            language: Some(self.language.clone()).filter(|language| !language.is_empty()),
        }
    }

    /// As the engine takes it. A page that cannot be one is as good as none.
    fn form(&self, desk: &Desk) -> BroadcastForm {
        let days = OPEN_DAYS.iter().map(|(days, _)| *days).find(|days| *days == self.days).unwrap_or(0);
        let until = desk.engine().clock().now().plus(Span::hours(i64::from(days) * 24));
        let parameters = self.parameters.lines().map(str::trim).filter(|line| !line.is_empty());
        let (name, language) = self.template.split_once('.').unwrap_or_default();
        let notice = Notice {
            name: name.to_owned(),
            language: language.to_owned(),
            parameters: parameters.map(str::to_owned).collect(),
        };
        let buttons = self.buttons.iter().filter(|(title, url)| !title.is_empty() || !url.is_empty());
        let button = |(title, url): &(String, String)| Button::Url { title: title.clone(), url: url.clone() };
        BroadcastForm {
            purpose: if self.is_utility { Purpose::Utility } else { Purpose::Promotion },
            text: if self.is_utility { String::new() } else { self.text.clone() },
            buttons: if self.is_utility { Vec::new() } else { buttons.map(button).collect() },
            image: Some(self.image.clone()).filter(|image| !image.is_empty() && !self.is_utility),
            template: self.is_utility.then_some(notice),
            filter: self.filter(),
            pages: Some(self.pages.iter().filter_map(|page| page.parse::<PageId>().ok()).collect()),
            open_until: (days > 0).then_some(until),
        }
    }
}

/// One message as the lead sees it.
pub struct Bubble {
    /// Whose view it is; empty when there is only one.
    pub whose: String,
    pub text: String,
    /// The address of the picture over the text: shown as text, because the page loads nothing of others.
    pub image: Option<String>,
    pub buttons: Vec<String>,
    /// Titles of the quick replies below it.
    pub replies: Vec<String>,
}

/// The message, or why there is none yet.
#[derive(Default)]
pub struct Sketch {
    pub bubbles: Vec<Bubble>,
    /// Name of the template that carries its own text.
    pub template: Option<String>,
}

impl Sketch {
    pub fn of(example: ExampleView, whose: String) -> Self {
        match example.template {
            Some(template) => Self { bubbles: Vec::new(), template: Some(template.name) },
            None => Self {
                bubbles: vec![Bubble {
                    whose,
                    text: example.text,
                    image: example.image,
                    buttons: example.buttons.iter().map(|button| button.title().to_owned()).collect(),
                    replies: Vec::new(),
                }],
                template: None,
            },
        }
    }
}

impl Sketch {
    /// With the way out that every message has: a button, or a sentence where the text leaves no room for one.
    pub fn with_way_out(&mut self, button: &str, sentence: &str) {
        for bubble in &mut self.bubbles {
            if bubble.text.chars().count() <= BUTTON_TEXT_LIMIT {
                bubble.buttons.push(button.to_owned());
            } else {
                bubble.text = format!("{}\n\n{sentence} …", bubble.text);
            }
        }
    }
}

/// The part that is drawn anew while one writes.
#[derive(Template)]
#[template(path = "console/sketch.html")]
pub struct SketchPart<'a> {
    pub frame: Shell<'a>,
    pub sketch: Sketch,
    pub trouble: Option<Trouble>,
}

/// What is wrong: the field, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub field: &'static str,
    pub sentence: String,
}

pub struct PageChoice {
    pub id: String,
    pub name: String,
    pub is_chosen: bool,
    /// Why it does not send at present.
    pub stop: Option<String>,
}

/// What of the account's there is to choose from.
#[derive(Default)]
pub struct Stock {
    pub pages: Vec<PageView>,
    pub tags: Vec<TagView>,
    pub templates: Vec<TemplateView>,
    /// Codes of the brand's languages.
    pub languages: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/compose.html")]
pub struct ComposePage<'a> {
    pub frame: Shell<'a>,
    /// Where the form goes.
    pub action: String,
    /// The draft that is changed.
    pub changes: Option<BroadcastId>,
    pub typed: Typed,
    pub pages: Vec<PageChoice>,
    /// Those that Meta has approved.
    pub templates: Vec<Choice>,
    pub tags: Vec<Choice>,
    pub levels: Vec<Choice>,
    pub languages: Vec<Choice>,
    pub days: Vec<(u32, String, bool)>,
    pub sketch: Sketch,
    pub trouble: Option<Trouble>,
}

impl<'a> ComposePage<'a> {
    pub fn new(frame: Shell<'a>, mut typed: Typed, stock: &Stock) -> Self {
        let language = frame.language;
        typed.buttons.resize(BUTTONS, (String::new(), String::new()));
        let choice = |page: &PageView| PageChoice {
            id: page.id.to_string(),
            name: page.name.clone(),
            is_chosen: typed.pages.iter().any(|id| *id == page.id.to_string()),
            stop: page.stop.map(|stop| language.say(&format!("page-stop-{stop}"))),
        };
        let option = |value: &str, label: String, chosen: &str| Choice {
            is_chosen: value == chosen,
            value: value.to_owned(),
            label,
        };
        let mut templates: Vec<Choice> = Vec::new();
        for template in &stock.templates {
            let value = format!("{}.{}", template.name, template.language);
            // Several pages may have the same one.
            let is_new = templates.iter().all(|known| known.value != value);
            if template.status == TemplateStatus::Approved && is_new {
                let label = format!("{} ({})", template.name, template.language);
                templates.push(option(&value, label, &typed.template));
            }
        }
        let tag = |tag: &TagView| {
            let value = tag.id.to_string();
            Choice { is_chosen: typed.tags.contains(&value), label: tag.name.clone(), value }
        };
        let level = |level: EvidenceLevel| {
            let label = language.say(&format!("compose-level-{}", level.code()));
            option(level.code(), label, &typed.level)
        };
        let name = |code: &String| {
            let name =
                Language::from_tag(code).map_or_else(|| code.clone(), |known| known.say("language-name"));
            option(code, name, &typed.language)
        };
        // What is asked for and no longer there stays asked for, so that saving sends to nobody more.
        let is_there = |value: &String| stock.tags.iter().any(|tag| tag.id.to_string() == *value);
        let gone = |value: &String, label: String| Choice { is_chosen: true, label, value: value.clone() };
        let gone_tags: Vec<Choice> = typed
            .tags
            .iter()
            .filter(|value| !is_there(value))
            .map(|value| gone(value, language.say("broadcasts-tag-gone")))
            .collect();
        let gone_language = (!typed.language.is_empty() && !stock.languages.contains(&typed.language))
            .then(|| gone(&typed.language, typed.language.clone()));
        Self {
            action: "/app/broadcasts".to_owned(),
            changes: None,
            templates,
            tags: stock.tags.iter().map(tag).chain(gone_tags).collect(),
            levels: EvidenceLevel::ALL.map(level).into(),
            languages: stock.languages.iter().map(name).chain(gone_language).collect(),
            pages: stock.pages.iter().map(choice).collect(),
            days: OPEN_DAYS.map(|(days, id)| (days, language.say(id), days == typed.days)).into(),
            sketch: Sketch::default(),
            trouble: None,
            typed,
            frame,
        }
    }

    /// Of this draft instead of a new one.
    fn changing(self, id: BroadcastId) -> Self {
        Self { action: format!("/app/broadcasts/{id}/edit"), changes: Some(id), ..self }
    }

    const fn button(&self) -> &'static str {
        if self.changes.is_some() { "compose-change" } else { "compose-save" }
    }

    const fn title(&self) -> &'static str {
        if self.changes.is_some() { "compose-edit" } else { "broadcasts-write" }
    }

    fn has_buttons(&self) -> bool {
        self.is_wrong("buttons")
            || self.typed.buttons.iter().any(|(title, url)| !title.is_empty() || !url.is_empty())
    }

    fn is_filtered(&self) -> bool {
        let is_typed = |text: &String| !text.is_empty();
        self.is_wrong("tag")
            || self.is_wrong("language")
            || !self.typed.tags.is_empty()
            || [&self.typed.level, &self.typed.language].into_iter().any(is_typed)
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| trouble.field == field)
    }
}

/// The engine's No in the words of the page. The engine names the field; the sentence says all that
/// the field takes.
pub fn trouble(language: Language, error: &EngineError) -> Option<Trouble> {
    let field = match error {
        EngineError::NotFound("this tag") => "tag",
        EngineError::Invalid { field, .. } => match *field {
            field @ ("text" | "image" | "template" | "pages" | "open_until") => field,
            "template.parameters" => "parameters",
            "filter.tags" => "tag",
            "filter.language" => "language",
            _ => "buttons",
        },
        _ => return None,
    };
    Some(Trouble { field, sentence: language.say(&format!("compose-wrong-{field}")) })
}

/// The message with a name and, where that makes a difference, without one.
fn sketch_of(desk: &Desk, typed: &Typed) -> Result<Sketch, EngineError> {
    let language = desk.language();
    if !typed.text.contains('{') {
        return Ok(Sketch::of(sketched(desk.engine(), &desk.actor, typed.form(desk), None)?, String::new()));
    }
    let name = language.say("compose-sample-name");
    let with = sketched(desk.engine(), &desk.actor, typed.form(desk), Some(&name))?;
    let without = sketched(desk.engine(), &desk.actor, typed.form(desk), None)?;
    let mut sketch = Sketch::of(with, language.say_with("compose-sketch-named", "name", &name));
    sketch.bubbles.extend(Sketch::of(without, language.say("compose-sketch-nameless")).bubbles);
    Ok(sketch)
}

async fn stock(desk: &Desk) -> Result<Stock, Problem> {
    let (engine, actor) = (desk.engine(), &desk.actor);
    Ok(Stock {
        pages: views::pages::list(engine, actor, None, views::LIMIT).await?,
        tags: views::tags::list(engine, actor).await?,
        templates: views::templates::list(engine, actor, None, views::LIMIT).await?,
        languages: desk.visit.brand.brand.languages.clone(),
    })
}

#[derive(Deserialize)]
pub struct Like {
    /// Another broadcast, whose message and audience the form begins with.
    like: Option<BroadcastId>,
}

/// `GET /app/broadcasts/new`
pub async fn show(desk: Desk, Query(Like { like }): Query<Like>) -> Result<Response, Problem> {
    let stock = stock(&desk).await?;
    let typed = match like {
        Some(id) => {
            let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
            if !fits(&view) {
                return Ok(see(&format!("/app/broadcasts/{id}"), "by-the-api"));
            }
            Typed::of(view, desk.engine().clock().now())
        }
        None => {
            let all = stock.pages.iter().map(|page| page.id.to_string()).collect();
            Typed { pages: all, ..Typed::default() }
        }
    };
    let drawn = drawn(&desk, &typed)?;
    let mut page = ComposePage::new(desk.shell(Section::Broadcasts)?, typed, &stock);
    page.sketch = drawn.0;
    Ok(page::html(&page))
}

/// Whether all of it has a field in the form: buttons that answer are written by the API alone.
fn fits(view: &BroadcastView) -> bool {
    view.buttons.iter().all(|button| matches!(button, Button::Url { .. }))
}

/// `GET /app/broadcasts/{id}/edit`: the form with what the draft says.
pub async fn edit(desk: Desk, Id(id): Id<BroadcastId>) -> Result<Response, Problem> {
    let view = views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    if view.state != BroadcastState::Draft {
        return Ok(see(&format!("/app/broadcasts/{id}"), "changed"));
    }
    if !fits(&view) {
        return Ok(see(&format!("/app/broadcasts/{id}"), "by-the-api"));
    }
    let typed = Typed::of(view, desk.engine().clock().now());
    let (sketch, _) = drawn(&desk, &typed)?;
    let stock = stock(&desk).await?;
    let mut page = ComposePage::new(desk.shell(Section::Broadcasts)?, typed, &stock).changing(id);
    page.sketch = sketch;
    Ok(page::html(&page))
}

/// `POST /app/broadcasts/{id}/edit`: shows the message, or keeps it in the place of the draft's.
pub async fn revise(desk: Desk, Id(id): Id<BroadcastId>, fields: Fields) -> Result<Response, Problem> {
    // What is nobody's has no form to come back to.
    views::broadcasts::get(desk.engine(), &desk.actor, id).await?;
    let typed = Typed::read(&fields);
    let back = format!("/app/broadcasts/{id}");
    let found = if fields.get("do") == "preview" {
        drawn(&desk, &typed)?
    } else {
        match revise_broadcast(desk.engine(), &desk.actor, id, typed.form(&desk)).await {
            Ok(_) => return Ok(see(&back, "saved")),
            Err(EngineError::Conflict(_)) => return Ok(see(&back, "changed")),
            Err(error) => unsaved(&desk, error)?,
        }
    };
    let stock = stock(&desk).await?;
    let mut page = ComposePage::new(desk.shell(Section::Broadcasts)?, typed, &stock).changing(id);
    (page.sketch, page.trouble) = found;
    Ok(page::html(&page))
}

/// What is wrong at which field.
///
/// # Errors
/// What is at none of them.
fn unsaved(desk: &Desk, error: EngineError) -> Result<(Sketch, Option<Trouble>), Problem> {
    match trouble(desk.language(), &error) {
        Some(trouble) => Ok((Sketch::default(), Some(trouble))),
        None => Err(error.into()),
    }
}

/// `POST /app/broadcasts/sketch`: the message as typed so far. Keeps nothing.
pub async fn sketch(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let typed = Typed::read(&fields);
    let (sketch, trouble) = drawn(&desk, &typed)?;
    Ok(page::html(&SketchPart { frame: desk.shell(Section::Broadcasts)?, sketch, trouble }))
}

fn drawn(desk: &Desk, typed: &Typed) -> Result<(Sketch, Option<Trouble>), Problem> {
    if typed.text.is_empty() && !typed.is_utility {
        return Ok((Sketch::default(), None));
    }
    match sketch_of(desk, typed) {
        Ok(sketch) => Ok((sketch, None)),
        Err(error) => unsaved(desk, error),
    }
}

/// `POST /app/broadcasts`: shows the message, or keeps the broadcast as a draft.
pub async fn create(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let typed = Typed::read(&fields);
    let found = if fields.get("do") == "preview" {
        drawn(&desk, &typed)?
    } else {
        match create_broadcast(desk.engine(), &desk.actor, typed.form(&desk)).await {
            Ok(made) => return Ok(see(&format!("/app/broadcasts/{}", made.id), "saved")),
            Err(error) => unsaved(&desk, error)?,
        }
    };
    let stock = stock(&desk).await?;
    let mut page = ComposePage::new(desk.shell(Section::Broadcasts)?, typed, &stock);
    (page.sketch, page.trouble) = found;
    Ok(page::html(&page))
}
