//! The rules of a page's bot: their list in the order in which they are tried, the form of one, moving and
//! deleting it.
//!
//! Invariants: an address names a rule by its place in a version of the list, and never by its name; what is
//! done to a list that has changed meanwhile is not done.

use super::form::{Group, Item, OptionsItem, Shape, TextItem, Typed};
use super::wrong::Place;
use super::{About, Asked, Part, about, keep, look, name_of, place_in, speech};
use crate::api::{Id, Query};
use crate::console::compose::Bubble;
use crate::console::fields::Fields;
use crate::console::words::excerpt;
use crate::console::{ConfirmPage, Desk, Section, Shell, see};
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views::bot::BotView;
use model::bot::BotError;
use model::bot::rule::{Rule, Then, When};
use model::bot::settings::BotSettings;
use model::id::PageId;

const KINDS: [&str; 4] = ["contains", "exact", "pattern", "tap"];

/// A rule, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleForm {
    /// The name that it is kept under; empty for a new one.
    was: String,
    name: String,
    /// Empty: all.
    spoken: String,
    kind: String,
    /// Words, one a line; a pattern; or a sign.
    value: String,
    asks: bool,
    ask: String,
    answer: Typed,
}

impl RuleForm {
    fn of_rule(rule: &Rule) -> Self {
        let (kind, value) = match &rule.when {
            When::Contains { words } => ("contains", words.join("\n")),
            When::Exact { words } => ("exact", words.join("\n")),
            When::Pattern { pattern } => ("pattern", pattern.clone()),
            When::Tap { payload } => ("tap", payload.clone()),
        };
        let (ask, answer) = match &rule.then {
            Then::Answer { answer } => (String::new(), Typed::of(answer)),
            Then::Ask { question } => (question.clone(), Typed::default()),
        };
        Self {
            was: rule.name.clone(),
            name: rule.name.clone(),
            spoken: rule.language.clone().unwrap_or_default(),
            kind: kind.to_owned(),
            value,
            asks: matches!(rule.then, Then::Ask { .. }),
            ask,
            answer,
        }
    }

    fn rule(&self) -> Rule {
        let words = || {
            let lines = self.value.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        };
        let when = match self.kind.as_str() {
            "exact" => When::Exact { words: words() },
            "pattern" => When::Pattern { pattern: self.value.clone() },
            "tap" => When::Tap { payload: self.value.trim().to_owned() },
            _ => When::Contains { words: words() },
        };
        let then = if self.asks {
            Then::Ask { question: self.ask.clone() }
        } else {
            Then::Answer { answer: self.answer.answer() }
        };
        let language = Some(self.spoken.clone()).filter(|code| !code.is_empty());
        Rule { name: self.name.clone(), language, when, then }
    }
}

impl Part for RuleForm {
    const NAME: &'static str = "rule";
    const BACK: &'static str = "/rules";

    fn of(about: &About<'_>, at: Option<usize>) -> Option<Self> {
        match at {
            None => Some(Self { kind: "contains".to_owned(), ..Self::default() }),
            Some(at) => about.settings.rules.get(at).map(Self::of_rule),
        }
    }

    fn read(_: &About<'_>, fields: &Fields) -> Self {
        Self {
            was: fields.get("was").to_owned(),
            name: fields.get("name").to_owned(),
            spoken: fields.get("language").to_owned(),
            kind: KINDS.into_iter().find(|kind| *kind == fields.get("kind")).unwrap_or("contains").to_owned(),
            value: fields.raw("value").to_owned(),
            asks: fields.get("then") == "ask",
            ask: fields.get("ask").to_owned(),
            answer: Typed::read(fields, ""),
        }
    }

    /// In its place; a new one, or one that was deleted meanwhile, comes last.
    fn apply(&self, settings: &mut BotSettings) {
        match settings.rules.iter_mut().find(|rule| !self.was.is_empty() && rule.name == self.was) {
            Some(kept) => *kept = self.rule(),
            None => settings.rules.push(self.rule()),
        }
    }

    fn groups(&self, about: &About<'_>) -> Vec<Group> {
        let say = |id: &str| about.say(id);
        let name = TextItem::new("name", say("bot-rule-name"), say("bot-rule-name-why"), &self.name, 0);
        let mut spoken = OptionsItem::new("language", Shape::List, say("bot-rule-language"), String::new())
            .option("", say("bot-rule-any-language"), self.spoken.is_empty(), String::new());
        let known = &about.brand.languages;
        let gone = Some(&self.spoken).filter(|code| !code.is_empty() && !known.contains(code));
        for code in known.iter().chain(gone) {
            spoken = spoken.option(code, name_of(code), *code == self.spoken, String::new());
        }
        let mut kind = OptionsItem::new("kind", Shape::One, say("bot-rule-kind"), String::new());
        for own in KINDS {
            let explain = say(&format!("bot-rule-kind-{own}-why"));
            kind = kind.option(own, say(&format!("bot-rule-kind-{own}")), own == self.kind, explain);
        }
        let value = TextItem::new("value", say("bot-rule-value"), say("bot-rule-value-why"), &self.value, 3);
        let mut then = OptionsItem::new("then", Shape::One, say("bot-rule-then"), String::new());
        for (own, is_chosen) in [("answer", !self.asks), ("ask", self.asks)] {
            let explain = say(&format!("bot-rule-then-{own}-why"));
            then = then.option(own, say(&format!("bot-rule-then-{own}")), is_chosen, explain);
        }
        let mut ask = OptionsItem::new("ask", Shape::List, say("bot-rule-ask"), say("bot-rule-ask-why"));
        ask = ask.option("", say("bot-rule-ask-none"), self.ask.is_empty(), String::new());
        let names: Vec<&str> =
            about.settings.questions.iter().map(|question| question.name.as_str()).collect();
        // One that was deleted meanwhile stays chosen until another is.
        let gone = Some(self.ask.as_str()).filter(|ask| !ask.is_empty() && !names.contains(ask));
        for name in names.iter().copied().chain(gone) {
            ask = ask.option(name, name.to_owned(), name == self.ask, String::new());
        }
        let group = |only: &'static str, items: Vec<Item>| Group { legend: String::new(), only, items };
        vec![
            group("", vec![Item::Options(kind), Item::Text(value)]),
            group("", vec![Item::Options(then)]),
            group("e-if-answer", self.answer.items(about.language, "", "", "")),
            group("e-if-ask", vec![Item::Options(ask)]),
            group("", vec![Item::Text(name), Item::Options(spoken)]),
        ]
    }

    fn sketch(&self, about: &About<'_>) -> Result<Vec<Bubble>, BotError> {
        if self.asks {
            let form = about.settings.questions.iter().find(|question| question.name == self.ask);
            return form.map_or_else(|| Ok(Vec::new()), |form| super::questions::asked(about, form));
        }
        let answer = self.answer.answer();
        if answer.text.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![speech::answered(about, String::new(), answer)])
    }

    fn is_meant(&self, settings: &BotSettings, place: Place) -> bool {
        let Place::Rule(at) = place else { return false };
        settings.rules.get(at).is_none_or(|rule| rule.name == self.name)
    }

    fn was(&self) -> &str {
        &self.was
    }
}

/// A rule in the list.
pub struct Line {
    pub href: String,
    pub delete: String,
    pub at: usize,
    pub number: String,
    pub name: String,
    pub language: Option<String>,
    pub when: String,
    /// What it waits for.
    pub value: String,
    pub then: String,
    pub is_first: bool,
    pub is_last: bool,
}

#[derive(Template)]
#[template(path = "console/bot/rules.html")]
pub struct RulesPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub page: String,
    pub version: i64,
    pub lines: Vec<Line>,
}

impl<'a> RulesPage<'a> {
    pub fn new(frame: Shell<'a>, about: &About<'_>, bot: &BotView) -> Self {
        let bot_path = format!("/app/pages/{}/bot/rule", bot.page);
        let last = bot.settings.rules.len().saturating_sub(1);
        let line = |(at, rule): (usize, &Rule)| {
            let typed = RuleForm::of_rule(rule);
            let query = format!("at={at}&version={}", bot.version);
            Line {
                href: format!("{bot_path}?{query}"),
                delete: format!("{bot_path}/delete?{query}"),
                at,
                number: (at + 1).to_string(),
                name: rule.name.clone(),
                language: rule.language.as_deref().map(name_of),
                when: about.say(&format!("bot-rule-kind-{}", typed.kind)),
                value: typed.value.lines().collect::<Vec<_>>().join(" · "),
                then: match &rule.then {
                    Then::Answer { answer } => excerpt(&answer.text),
                    Then::Ask { question } => about.language.say_with("bot-rule-asks", "question", question),
                },
                is_first: at == 0,
                is_last: at == last,
            }
        };
        Self {
            id: bot.page.to_string(),
            page: about.page_name.to_owned(),
            version: bot.version,
            lines: bot.settings.rules.iter().enumerate().map(line).collect(),
            frame,
        }
    }
}

/// `GET /app/pages/{id}/bot/rules`
pub async fn list(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    let (page, bot) = look(&desk, id).await?;
    let about = about(&desk, &page, &bot);
    Ok(page::html(&RulesPage::new(desk.shell(Section::Pages)?, &about, &bot)))
}

/// `POST /app/pages/{id}/bot/rules`: moves one up or down.
pub async fn step(desk: Desk, Id(id): Id<PageId>, fields: Fields) -> Result<Response, Problem> {
    let (_, bot) = look(&desk, id).await?;
    let stale = || see(&format!("/app/pages/{id}/bot/rules"), "changed");
    if fields.get("version").parse() != Ok(bot.version) {
        return Ok(stale());
    }
    let (up, down) = (fields.get("up").parse::<usize>().ok(), fields.get("down").parse::<usize>().ok());
    let pair = match (up, down) {
        (Some(at), _) => at.checked_sub(1).map(|before| (before, at)),
        (None, Some(at)) => at.checked_add(1).map(|after| (at, after)),
        (None, None) => None,
    };
    let mut settings = bot.settings;
    match pair {
        Some((one, other)) if other < settings.rules.len() => settings.rules.swap(one, other),
        _ => return Ok(stale()),
    }
    keep(&desk, id, bot.version, settings, ("/rules", "bot-moved")).await
}

pub fn delete_question<'a>(frame: Shell<'a>, page: PageId, rule: &Rule) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("bot-rule-delete-title", "rule", &rule.name),
        back: (format!("/app/pages/{page}/bot/rules"), language.say("bot-rules-title")),
        sentences: vec![language.say("bot-rule-delete-what")],
        button: language.say("bot-rule-delete-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /app/pages/{id}/bot/rule/delete`: asks.
pub async fn ask_delete(
    desk: Desk,
    Id(id): Id<PageId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (_, bot) = look(&desk, id).await?;
    let at = place_in(&asked, bot.version).ok().flatten();
    Ok(match at.and_then(|at| bot.settings.rules.get(at)) {
        Some(rule) => page::html(&delete_question(desk.shell(Section::Pages)?, id, rule)),
        None => see(&format!("/app/pages/{id}/bot/rules"), "changed"),
    })
}

/// `POST /app/pages/{id}/bot/rule/delete`
pub async fn delete(desk: Desk, Id(id): Id<PageId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (_, bot) = look(&desk, id).await?;
    let mut settings = bot.settings;
    match place_in(&asked, bot.version) {
        Ok(Some(at)) if at < settings.rules.len() => drop(settings.rules.remove(at)),
        _ => return Ok(see(&format!("/app/pages/{id}/bot/rules"), "changed")),
    }
    keep(&desk, id, bot.version, settings, ("/rules", "bot-deleted")).await
}
