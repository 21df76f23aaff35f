//! Writing a broadcast: the form, what is wrong with it in words, and the message as Messenger
//! shows it while one writes.
//!
//! Invariants: the engine judges what may be sent, this page explains; what was typed is shown again
//! after a mistake; the live preview keeps nothing.

use super::fields::Fields;
use super::{Desk, Section, Shell, see};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::actions::broadcasts::{
    BroadcastForm, ExampleView, create as create_broadcast, sketch as sketched,
};
use engine::views::pages::PageView;
use engine::{EngineError, views};
use model::consent::Purpose;
use model::id::PageId;
use model::outgoing::{Button, Filter, Template as Notice};
use model::time::Span;

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
    pub template: String,
    pub template_language: String,
    pub parameters: String,
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
            template: fields.get("template").to_owned(),
            template_language: fields.get("template_language").to_owned(),
            parameters: fields.get("parameters").to_owned(),
            pages: fields.all("page").map(str::to_owned).collect(),
            days: fields.get("days").parse().unwrap_or(0),
        }
    }

    /// As the engine takes it. A page that cannot be one is as good as none.
    fn form(&self, desk: &Desk) -> BroadcastForm {
        let days = OPEN_DAYS.iter().map(|(days, _)| *days).find(|days| *days == self.days).unwrap_or(0);
        let until = desk.engine().clock().now().plus(Span::hours(i64::from(days) * 24));
        let parameters = self.parameters.lines().map(str::trim).filter(|line| !line.is_empty());
        let notice = Notice {
            name: self.template.clone(),
            language: self.template_language.clone(),
            parameters: parameters.map(str::to_owned).collect(),
        };
        let buttons = self.buttons.iter().filter(|(title, url)| !title.is_empty() || !url.is_empty());
        let button = |(title, url): &(String, String)| Button::Url { title: title.clone(), url: url.clone() };
        BroadcastForm {
            purpose: if self.is_utility { Purpose::Utility } else { Purpose::Promotion },
            text: if self.is_utility { String::new() } else { self.text.clone() },
            buttons: if self.is_utility { Vec::new() } else { buttons.map(button).collect() },
            image: None,
            template: self.is_utility.then_some(notice),
            filter: Filter::default(),
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
                }],
                template: None,
            },
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

#[derive(Template)]
#[template(path = "console/compose.html")]
pub struct ComposePage<'a> {
    pub frame: Shell<'a>,
    pub typed: Typed,
    pub pages: Vec<PageChoice>,
    pub days: Vec<(u32, String, bool)>,
    pub sketch: Sketch,
    pub trouble: Option<Trouble>,
}

impl<'a> ComposePage<'a> {
    pub fn new(frame: Shell<'a>, mut typed: Typed, pages: &[PageView]) -> Self {
        let language = frame.language;
        typed.buttons.resize(BUTTONS, (String::new(), String::new()));
        let choice = |page: &PageView| PageChoice {
            id: page.id.to_string(),
            name: page.name.clone(),
            is_chosen: typed.pages.iter().any(|id| *id == page.id.to_string()),
            stop: page.stop.map(|stop| language.say(&format!("page-stop-{stop}"))),
        };
        Self {
            pages: pages.iter().map(choice).collect(),
            days: OPEN_DAYS.map(|(days, id)| (days, language.say(id), days == typed.days)).into(),
            sketch: Sketch::default(),
            trouble: None,
            typed,
            frame,
        }
    }

    fn has_buttons(&self) -> bool {
        self.is_wrong("buttons")
            || self.typed.buttons.iter().any(|(title, url)| !title.is_empty() || !url.is_empty())
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| trouble.field == field)
    }
}

/// The engine's No in the words of the page. The engine names the field; the sentence says all that
/// the field takes.
pub fn trouble(language: Language, error: &EngineError) -> Option<Trouble> {
    let EngineError::Invalid { field, .. } = error else { return None };
    let field = match *field {
        field @ ("text" | "template" | "pages" | "open_until") => field,
        _ => "buttons",
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

async fn own_pages(desk: &Desk) -> Result<Vec<PageView>, Problem> {
    Ok(views::pages::list(desk.engine(), &desk.actor, None, views::LIMIT).await?)
}

/// `GET /app/broadcasts/new`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    let pages = own_pages(&desk).await?;
    let all = pages.iter().map(|page| page.id.to_string()).collect();
    let typed = Typed { pages: all, ..Typed::default() };
    Ok(page::html(&ComposePage::new(desk.shell(Section::Broadcasts)?, typed, &pages)))
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
        Err(error) => match trouble(desk.language(), &error) {
            Some(trouble) => Ok((Sketch::default(), Some(trouble))),
            None => Err(error.into()),
        },
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
            Err(error) => match trouble(desk.language(), &error) {
                Some(trouble) => (Sketch::default(), Some(trouble)),
                None => return Err(error.into()),
            },
        }
    };
    let pages = own_pages(&desk).await?;
    let mut page = ComposePage::new(desk.shell(Section::Broadcasts)?, typed, &pages);
    (page.sketch, page.trouble) = found;
    Ok(page::html(&page))
}
