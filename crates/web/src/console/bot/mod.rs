//! `/app/pages/{id}/bot`: the bot of a page. An overview, and one form for each of its parts.
//!
//! Invariants: a form changes its own part and nothing else, on top of the version that it was made from;
//! a lost race keeps what was typed and says what to do; the engine judges, this page explains.

pub mod form;
pub mod pane;
pub mod questions;
pub mod rules;
#[cfg(test)]
pub mod samples;
pub mod says;
pub mod speech;
#[cfg(test)]
mod tests;
pub mod wrong;

use self::form::{Group, Item, Shape, place};
use self::wrong::{Place, Wrong, wrong};
use super::compose::{Bubble, Sketch};
use super::fields::Fields;
use super::words::{count, time};
use super::{Desk, Section, Shell, see};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::response::Response;
use engine::views::bot::{BotView, PublishState, Published, WordingView};
use engine::views::pages::PageView;
use engine::{EngineError, actions, views};
use model::bot::BotError;
use model::bot::fixed::fixed;
use model::bot::settings::{BotSettings, Speech};
use model::brand::{Brand, fill_names};
use model::id::PageId;
use model::outgoing::{Button, Outgoing};
use serde::Deserialize;

/// What a part of the bot is seen with.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// Of the page that shows it.
    pub language: Language,
    pub brand: &'a Brand,
    pub page_name: &'a str,
    /// As they are kept.
    pub settings: &'a BotSettings,
}

impl About<'_> {
    pub fn say(&self, id: &str) -> String {
        self.language.say(id)
    }

    pub fn filled(&self, text: &str) -> String {
        fill_names(text, self.page_name, self.brand)
    }

    pub fn first_language(&self) -> &str {
        self.brand.languages.first().map_or("", String::as_str)
    }
}

/// A language's name, in itself.
pub fn name_of(code: &str) -> String {
    Language::from_tag(code).map_or_else(|| code.to_owned(), |language| language.say("language-name"))
}

/// A message as a bubble.
pub fn bubble(whose: String, message: &Outgoing) -> Bubble {
    Bubble {
        whose,
        text: message.text.reveal().clone(),
        image: None,
        buttons: message.buttons.iter().map(|button| Button::title(button).to_owned()).collect(),
        replies: message.quick_replies.iter().map(|reply| reply.title.clone()).collect(),
    }
}

/// What the addresses of these pages say. What they do not know, they leave out.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    pub at: String,
    #[serde(default)]
    pub version: String,
    #[serde(default, rename = "do")]
    pub wish: String,
}

/// A part of the bot that has a form.
pub trait Part: Sized {
    /// The last part of its address, and the middle of its texts' ids.
    const NAME: &'static str;
    /// Where one is led after saving, below the bot's address.
    const BACK: &'static str = "";
    /// As it is kept; `None`: there is none at this place any more.
    fn of(about: &About<'_>, at: Option<usize>) -> Option<Self>;
    /// As it was typed.
    fn read(about: &About<'_>, fields: &Fields) -> Self;
    fn apply(&self, settings: &mut BotSettings);
    fn groups(&self, about: &About<'_>) -> Vec<Group>;
    /// What people see of it.
    fn sketch(&self, about: &About<'_>) -> Result<Vec<Bubble>, BotError>;
    /// Whether this mistake in the settings belongs to it.
    fn is_meant(&self, settings: &BotSettings, place: Place) -> bool;
    /// The name under which it was kept before it was typed anew.
    fn was(&self) -> &str {
        ""
    }
}

/// A remark over a form.
pub struct Note {
    pub kind: &'static str,
    pub text: String,
    /// Where to look, and what that is called.
    pub link: Option<(String, String)>,
}

/// The form of a part.
#[derive(Template)]
#[template(path = "console/bot/part.html")]
pub struct PartPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub name: &'static str,
    pub title: String,
    pub lead: String,
    pub page: String,
    pub back: (String, String),
    pub version: i64,
    pub was: String,
    /// Where it is deleted, if it is there already.
    pub delete: Option<String>,
    pub groups: Vec<Group>,
    pub notes: Vec<Note>,
    pub sketch: Sketch,
    pub trouble: Option<String>,
    /// What the program adds or keeps to, whatever is typed.
    pub promises: Vec<String>,
    pub wordings: Vec<Wording>,
}

/// A wording of the opt-in question, as it is shown.
pub struct Wording {
    pub name: String,
    pub language: String,
    pub text: String,
    pub state: String,
    pub kind: &'static str,
}

impl Wording {
    pub fn new(reader: Reader, view: &WordingView) -> Self {
        let language = reader.language;
        let state = match (view.in_force, view.since) {
            (true, Some(at)) => language.say_with("bot-wording-since", "at", &time(reader, at)),
            (true, None) if view.is_own => language.say("bot-wording-now"),
            (true, None) => language.say("bot-wording-brand"),
            (false, at) => {
                let at = at.map(|at| time(reader, at)).unwrap_or_default();
                language.say_with("bot-wording-before", "at", &at)
            }
        };
        Self {
            name: view.name.clone(),
            language: name_of(&view.language),
            text: format!("{}\n{} · {}", view.text, view.yes, view.no),
            state,
            kind: if view.in_force { "good" } else { "" },
        }
    }
}

/// What a form is drawn with.
pub struct Draw<'a> {
    pub about: About<'a>,
    pub id: PageId,
    pub version: i64,
    pub at: Option<usize>,
}

impl<'a> PartPage<'a> {
    pub fn new<P: Part>(frame: Shell<'a>, draw: &Draw<'_>, part: &P) -> Self {
        let about = &draw.about;
        let say = |what: &str| about.say(&format!("bot-{}-{what}", P::NAME));
        let is_listed = !P::BACK.is_empty();
        let is_kept = is_listed && draw.at.is_some();
        let bot = format!("/app/pages/{}/bot", draw.id);
        let (drawn, trouble) = match part.sketch(about) {
            Ok(bubbles) => (bubbles, None),
            Err(error) => {
                let wrong = wrong(about.language, &error, about.first_language());
                (Vec::new(), Some(wrong.sentence))
            }
        };
        let promises = (1..=3).map(|number| format!("bot-{}-promise-{number}", P::NAME));
        Self {
            id: draw.id.to_string(),
            name: P::NAME,
            title: if is_listed && !is_kept { say("new") } else { say("title") },
            lead: say("lead"),
            page: about.page_name.to_owned(),
            back: if is_listed {
                (format!("{bot}{}", P::BACK), about.say(&format!("bot-{}s-title", P::NAME)))
            } else {
                (bot.clone(), about.say("bot-title"))
            },
            version: draw.version,
            was: part.was().to_owned(),
            delete: draw
                .at
                .filter(|_| is_kept)
                .map(|at| format!("{bot}/{}/delete?at={at}&version={}", P::NAME, draw.version)),
            groups: part.groups(about),
            notes: Vec::new(),
            sketch: Sketch { bubbles: drawn, template: None },
            trouble,
            promises: promises.filter_map(|id| about.language.find(&id, None)).collect(),
            wordings: Vec::new(),
            frame,
        }
    }

    /// Shows a mistake at its field, or says where else it lies.
    pub fn refuse<P: Part>(&mut self, draw: &Draw<'_>, part: &P, tried: &BotSettings, wrong: &Wrong) {
        let about = &draw.about;
        let is_here =
            part.is_meant(tried, wrong.place) && place(&mut self.groups, &wrong.field, &wrong.sentence);
        if is_here {
            let link = Some((format!("#{}", wrong.field), about.say("console-to-field")));
            self.notes.push(Note { kind: "bad", text: about.say("bot-wrong"), link });
            return;
        }
        let bot = format!("/app/pages/{}/bot", draw.id);
        let text = about.language.say_with("bot-wrong-elsewhere", "problem", &wrong.sentence);
        self.notes.push(Note { kind: "bad", text, link: Some((bot, about.say("bot-look"))) });
    }
}

/// The page and its bot, for whoever may see them.
async fn look(desk: &Desk, id: PageId) -> Result<(PageView, BotView), Problem> {
    let page = views::pages::get(desk.engine(), &desk.actor, id).await?;
    let bot = views::bot::get(desk.engine(), &desk.actor, id).await?;
    Ok((page, bot))
}

fn about<'a>(desk: &'a Desk, page: &'a PageView, bot: &'a BotView) -> About<'a> {
    About {
        language: desk.language(),
        brand: &desk.visit.brand.brand,
        page_name: &page.name,
        settings: &bot.settings,
    }
}

/// The place in a list that an address names, of the list as it was then; `Err`: it names another list.
fn place_in(asked: &Asked, version: i64) -> Result<Option<usize>, ()> {
    if asked.at.is_empty() {
        return Ok(None);
    }
    match (asked.at.parse(), asked.version.parse::<i64>()) {
        (Ok(at), Ok(of)) if of == version => Ok(Some(at)),
        _ => Err(()),
    }
}

/// `GET` of a part's form.
pub async fn show<P: Part>(
    desk: Desk,
    Id(id): Id<PageId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (page, bot) = look(&desk, id).await?;
    let about = about(&desk, &page, &bot);
    let changed = || see(&format!("/app/pages/{id}/bot{}", P::BACK), "changed");
    let Ok(at) = place_in(&asked, bot.version) else { return Ok(changed()) };
    let Some(part) = P::of(&about, at) else { return Ok(changed()) };
    let draw = Draw { about, id, version: bot.version, at };
    let mut shown = PartPage::new(desk.shell(Section::Pages)?, &draw, &part);
    // What is in force, and no mistake of somebody who has not typed yet.
    shown.trouble = None;
    shown.wordings = wordings::<P>(&desk, id).await?;
    Ok(page::html(&shown))
}

async fn wordings<P: Part>(desk: &Desk, id: PageId) -> Result<Vec<Wording>, Problem> {
    if P::NAME != speech::Opening::NAME {
        return Ok(Vec::new());
    }
    let views = views::bot::wordings_of(desk.engine(), &desk.actor, id).await?;
    Ok(views.iter().map(|view| Wording::new(desk.reader(), view)).collect())
}

/// `POST` of a part's form: shows it anew, or keeps it.
pub async fn save<P: Part>(
    desk: Desk,
    Id(id): Id<PageId>,
    Query(asked): Query<Asked>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (page, bot) = look(&desk, id).await?;
    let about = about(&desk, &page, &bot);
    let part = P::read(&about, &fields);
    let mut settings = bot.settings.clone();
    part.apply(&mut settings);
    let is_sketch = asked.wish == "sketch" || fields.get("do") == "sketch";
    let is_fresh = fields.get("version").parse() == Ok(bot.version);
    let outcome = if is_sketch {
        Outcome::Sketched
    } else if is_fresh {
        set(&desk, id, bot.version, settings.clone()).await?
    } else {
        Outcome::Stale
    };
    if matches!(outcome, Outcome::Saved) {
        return Ok(see(&format!("/app/pages/{id}/bot{}", P::BACK), "bot-saved"));
    }
    // Somebody may just have been quicker.
    let fresher = if matches!(outcome, Outcome::Stale) { Some(look(&desk, id).await?.1) } else { None };
    let now = fresher.as_ref().unwrap_or(&bot);
    let about = About { settings: &now.settings, ..about };
    let at = position(&part, &now.settings);
    let draw = Draw { about, id, version: now.version, at };
    let mut shown = PartPage::new(desk.shell(Section::Pages)?, &draw, &part);
    match outcome {
        Outcome::Wrong(error) => {
            let wrong = wrong(desk.language(), &error, about.first_language());
            shown.refuse(&draw, &part, &settings, &wrong);
        }
        Outcome::Stale => shown.notes.push(Note {
            kind: "warn",
            text: desk.language().say("bot-stale"),
            link: Some((format!("/app/pages/{id}/bot{}", P::BACK), desk.language().say("bot-look"))),
        }),
        Outcome::Sketched | Outcome::Saved => {}
    }
    shown.wordings = wordings::<P>(&desk, id).await?;
    Ok(page::html(&shown))
}

/// Where a part that was typed anew stands in the list that it is from.
fn position<P: Part>(part: &P, settings: &BotSettings) -> Option<usize> {
    let was = part.was();
    match P::NAME {
        rules::RuleForm::NAME => settings.rules.iter().position(|rule| rule.name == was),
        questions::AskForm::NAME => settings.questions.iter().position(|question| question.name == was),
        _ => None,
    }
}

enum Outcome {
    Saved,
    Sketched,
    Wrong(BotError),
    Stale,
}

async fn set(desk: &Desk, id: PageId, version: i64, settings: BotSettings) -> Result<Outcome, Problem> {
    match actions::bot::set(desk.engine(), &desk.actor, id, version, settings).await {
        Ok(_) => Ok(Outcome::Saved),
        Err(EngineError::Bot(error)) => Ok(Outcome::Wrong(error)),
        Err(EngineError::Conflict(_)) => Ok(Outcome::Stale),
        Err(error) => Err(error.into()),
    }
}

/// Keeps a change that was made to a list, and leads back to it.
async fn keep(
    desk: &Desk,
    id: PageId,
    version: i64,
    settings: BotSettings,
    (path, done): (&str, &str),
) -> Result<Response, Problem> {
    let path = format!("/app/pages/{id}/bot{path}");
    Ok(match set(desk, id, version, settings).await? {
        Outcome::Saved | Outcome::Sketched => see(&path, done),
        Outcome::Stale => see(&path, "changed"),
        Outcome::Wrong(_) => see(&path, "bot-kept"),
    })
}

/// A part in the overview.
pub struct Line {
    pub href: String,
    pub icon: &'static str,
    pub title: String,
    pub state: String,
}

#[derive(Template)]
#[template(path = "console/bot/overview.html")]
pub struct BotPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub page: String,
    pub is_on: bool,
    pub lines: Vec<Line>,
    pub published: Shown,
    pub automated: Vec<Automated>,
    pub changed_at: Option<String>,
}

/// Where people of one language learn that the bot is automated.
pub struct Automated {
    pub language: String,
    /// Where it is said, and in which words.
    pub said: [(String, String); 2],
}

impl Automated {
    /// The program adds its own sentences to a user's words; the brand's say it themselves.
    fn new(about: &About<'_>, code: &str) -> Self {
        let own = about.settings.speech.get(code);
        let has_greeting = own.is_some_and(|speech| speech.greeting.is_some());
        let has_opening = own.is_some_and(opens);
        let brands = about.brand.texts.get(code);
        let greeting = brands.map_or("", |texts| &texts.greeting);
        let welcome = brands.and_then(|texts| texts.welcome.trim().split("\n\n").next()).unwrap_or("");
        let said = |what: &str, is_own: bool, program: &str, brand: &str| {
            let whose = if is_own { "own" } else { "brand" };
            let words = if is_own { program.to_owned() } else { about.filled(brand) };
            (about.say(&format!("bot-automated-{what}-{whose}")), words)
        };
        Self {
            language: name_of(code),
            said: [
                said("greeting", has_greeting, fixed(code).greeting, greeting),
                said("first", has_opening, fixed(code).automated, welcome),
            ],
        }
    }
}

/// Whether the first answer is the page's own.
const fn opens(speech: &Speech) -> bool {
    speech.welcome.is_some() || speech.question.is_some() || speech.yes.is_some() || speech.no.is_some()
}

/// Where publishing stands, in words.
pub struct Shown {
    pub kind: &'static str,
    pub sentence: String,
    pub at: Option<String>,
    pub failure: Option<String>,
    pub again_at: Option<String>,
}

/// How well it stands, and that in a sentence.
pub fn standing(language: Language, published: &Published) -> (&'static str, String) {
    let (kind, id) = match published.state {
        PublishState::Never => ("warn", "bot-published-never"),
        PublishState::Waiting if published.failure.is_some() => ("warn", "bot-published-again"),
        PublishState::Waiting => ("info", "bot-published-waiting"),
        PublishState::Done => ("good", "bot-published-done"),
        PublishState::Failed => ("bad", "bot-published-failed"),
    };
    (kind, language.say(id))
}

impl Shown {
    pub fn new(reader: Reader, published: &Published) -> Self {
        let language = reader.language;
        let (kind, sentence) = standing(language, published);
        Self {
            kind,
            sentence,
            at: published.at.map(|at| time(reader, at)),
            failure: published.failure.as_deref().map(|code| failure(language, code)),
            again_at: published.again_at.filter(|_| published.failure.is_some()).map(|at| time(reader, at)),
        }
    }
}

/// Why Meta does not show what was set.
pub fn failure(language: Language, code: &str) -> String {
    if let Some(stop) = code.strip_prefix("page_") {
        return language.say(&format!("page-stop-{stop}"));
    }
    let id = match code.split('/').next().unwrap_or(code) {
        "unreachable" => "bot-failure-unreachable",
        "unreadable" => "bot-failure-unreadable",
        "100" => "bot-failure-refused",
        "190" | "102" => "bot-failure-access",
        "4" | "17" | "32" | "613" => "bot-failure-slow",
        code if code == "10" || code == "3" || code.starts_with('2') && code.len() == 3 => {
            "bot-failure-permission"
        }
        code if code.starts_with("http_") => "bot-failure-unreachable",
        _ => "bot-failure-other",
    };
    language.say_with(id, "code", code)
}

fn lines(about: &About<'_>, id: PageId) -> Vec<Line> {
    let (language, settings) = (about.language, about.settings);
    let line = |name: &str, icon: &'static str, state: String| Line {
        href: format!("/app/pages/{id}/bot/{name}"),
        icon,
        title: language.say(&format!("bot-{name}-title")),
        state,
    };
    let own = |has: &dyn Fn(&Speech) -> bool| {
        let speaks = |code: &&String| settings.speech.get(code.as_str()).is_some_and(has);
        let names: Vec<String> =
            about.brand.languages.iter().filter(speaks).map(|code| name_of(code)).collect();
        if names.is_empty() {
            language.say("bot-state-brand")
        } else {
            language.say_with("bot-state-own", "languages", &names.join(" · "))
        }
    };
    let many = |id: &str, number: usize| count(language, id, u64::try_from(number).unwrap_or(u64::MAX));
    let entries: usize = settings.speech.values().map(|speech| speech.menu.len()).max().unwrap_or(0);
    vec![
        line("greeting", "flag", own(&|speech| speech.greeting.is_some() || !speech.ice_breakers.is_empty())),
        line("opening", "chat", own(&opens)),
        line("menu", "menu", many("bot-state-menu", entries)),
        line("rules", "sheet", many("bot-state-rules", settings.rules.len())),
        line("fallback", "send", own(&|speech| speech.default_answer.is_some())),
        line("asks", "person", many("bot-state-asks", settings.questions.len())),
    ]
}

impl<'a> BotPage<'a> {
    pub fn new(frame: Shell<'a>, about: &About<'_>, bot: &BotView) -> Self {
        let reader = frame.reader();
        Self {
            id: bot.page.to_string(),
            page: about.page_name.to_owned(),
            is_on: bot.settings.is_on,
            lines: lines(about, bot.page),
            published: Shown::new(reader, &bot.published),
            automated: about.brand.languages.iter().map(|code| Automated::new(about, code)).collect(),
            changed_at: bot.changed_at.map(|at| time(reader, at)),
            frame,
        }
    }
}

/// `GET /app/pages/{id}/bot`
pub async fn overview(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    let (page, bot) = look(&desk, id).await?;
    let about = about(&desk, &page, &bot);
    Ok(page::html(&BotPage::new(desk.shell(Section::Pages)?, &about, &bot)))
}

/// `POST /app/pages/{id}/bot/switch`
pub async fn switch(desk: Desk, Id(id): Id<PageId>, fields: Fields) -> Result<Response, Problem> {
    let (_, bot) = look(&desk, id).await?;
    let is_on = fields.get("on") == "yes";
    let settings = BotSettings { is_on, ..bot.settings };
    keep(&desk, id, bot.version, settings, ("", if is_on { "bot-on" } else { "bot-off" })).await
}

/// `POST /app/pages/{id}/bot/publish`
pub async fn publish(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    actions::bot::publish(desk.engine(), &desk.actor, id).await?;
    Ok(see(&format!("/app/pages/{id}/bot"), "bot-publishing"))
}
