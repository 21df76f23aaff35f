//! Questions of a page's bot that ask a lead for data: their list, the form of one, deleting it.
//!
//! Invariants: the form asks for the purpose and shows the message with it (claim A3); each use of an answer is
//! a tick of its own, and passing it on cannot be ticked (claim D2); a question that a rule still asks is not
//! deleted.

use super::form::{FixedItem, Group, Item, OptionsItem, Shape, TextItem};
use super::wrong::Place;
use super::{About, Asked, Part, about, bubble, keep, look, name_of, place_in};
use crate::api::{Id, Query};
use crate::console::compose::Bubble;
use crate::console::fields::Fields;
use crate::console::words::excerpt;
use crate::console::{ConfirmPage, Desk, Section, Shell, see};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views::bot::BotView;
use model::bot::BotError;
use model::bot::permission::Use;
use model::bot::question::{FieldKind, Question, QuestionForm, QuestionSpeech};
use model::bot::rule::Then;
use model::bot::settings::BotSettings;
use model::id::PageId;

/// A question in one language, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Spoken {
    text: String,
    purpose: String,
    /// One a line.
    choices: String,
    thanks: String,
}

/// A question, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskForm {
    was: String,
    name: String,
    kind: String,
    /// Beside storing, without which nothing is asked.
    uses: Vec<String>,
    speech: Vec<(String, Spoken)>,
}

fn kind_of(code: &str) -> FieldKind {
    FieldKind::ALL.into_iter().find(|kind| kind.code() == code).unwrap_or(FieldKind::FreeText)
}

fn beside_storing<'a>(uses: impl Iterator<Item = &'a str>) -> Vec<String> {
    let named: Vec<&str> = uses.collect();
    let own = Use::ALL.into_iter().filter(|what| *what != Use::Store && named.contains(&what.code()));
    own.map(|what| what.code().to_owned()).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl AskForm {
    fn of_form(about: &About<'_>, form: &QuestionForm) -> Self {
        let spoken = |code: &String| {
            let own = form.speech.get(code).cloned().unwrap_or_default();
            let spoken = Spoken {
                text: own.text,
                purpose: own.purpose,
                choices: own.choices.join("\n"),
                thanks: own.thanks.unwrap_or_default(),
            };
            (code.clone(), spoken)
        };
        Self {
            was: form.name.clone(),
            name: form.name.clone(),
            kind: form.kind.code().to_owned(),
            uses: beside_storing(form.uses.iter().map(|what| what.code())),
            speech: about.brand.languages.iter().map(spoken).collect(),
        }
    }

    fn form(&self) -> QuestionForm {
        let kind = kind_of(&self.kind);
        let said = self.speech.iter().filter(|(_, spoken)| *spoken != Spoken::default());
        let speech = said.map(|(code, spoken)| {
            let speech = QuestionSpeech {
                text: spoken.text.clone(),
                purpose: spoken.purpose.clone(),
                choices: if kind == FieldKind::Choice { lines(&spoken.choices) } else { Vec::new() },
                thanks: Some(spoken.thanks.clone()).filter(|thanks| !thanks.is_empty()),
            };
            (code.clone(), speech)
        });
        let chosen = |what: &Use| *what == Use::Store || self.uses.iter().any(|code| code == what.code());
        QuestionForm {
            name: self.name.clone(),
            kind,
            uses: Use::ALL.into_iter().filter(chosen).collect(),
            speech: speech.collect(),
        }
    }
}

/// The message that asks, in each of its languages.
pub fn asked(about: &About<'_>, form: &QuestionForm) -> Result<Vec<Bubble>, BotError> {
    let question = Question::new(form.clone(), &about.brand.languages, "questions[0]")?;
    let codes: Vec<&String> =
        about.brand.languages.iter().filter(|code| form.speech.contains_key(*code)).collect();
    let whose = |code: &str| if codes.len() > 1 { name_of(code) } else { String::new() };
    Ok(codes.iter().map(|code| bubble(whose(code), &question.ask(code))).collect())
}

impl Part for AskForm {
    const NAME: &'static str = "ask";
    const BACK: &'static str = "/asks";

    fn of(about: &About<'_>, at: Option<usize>) -> Option<Self> {
        match at {
            None => {
                let empty = |code: &String| (code.clone(), Spoken::default());
                let speech = about.brand.languages.iter().map(empty).collect();
                let uses = vec![Use::Show.code().to_owned()];
                Some(Self { kind: FieldKind::Phone.code().to_owned(), uses, speech, ..Self::default() })
            }
            Some(at) => about.settings.questions.get(at).map(|form| Self::of_form(about, form)),
        }
    }

    fn read(about: &About<'_>, fields: &Fields) -> Self {
        let spoken = |code: &String| {
            let of = |name: &str| fields.get(&format!("{name}-{code}")).to_owned();
            let spoken = Spoken {
                text: of("text"),
                purpose: of("purpose"),
                choices: of("choices"),
                thanks: of("thanks"),
            };
            (code.clone(), spoken)
        };
        Self {
            was: fields.get("was").to_owned(),
            name: fields.get("name").to_owned(),
            kind: kind_of(fields.get("kind")).code().to_owned(),
            uses: beside_storing(fields.all("uses")),
            speech: about.brand.languages.iter().map(spoken).collect(),
        }
    }

    /// Rules that ask it follow it to its new name.
    fn apply(&self, settings: &mut BotSettings) {
        let form = self.form();
        let place = settings.questions.iter().position(|kept| !self.was.is_empty() && kept.name == self.was);
        let Some(kept) = place.and_then(|at| settings.questions.get_mut(at)) else {
            settings.questions.push(form);
            return;
        };
        for rule in &mut settings.rules {
            if let Then::Ask { question } = &mut rule.then
                && *question == self.was
            {
                question.clone_from(&form.name);
            }
        }
        *kept = form;
    }

    fn groups(&self, about: &About<'_>) -> Vec<Group> {
        let say = |id: &str| about.say(id);
        let mut kind = OptionsItem::new("kind", Shape::List, say("bot-ask-kind"), String::new());
        for own in FieldKind::ALL {
            let label = say(&format!("bot-field-{}", own.code()));
            kind = kind.option(own.code(), label, own == kind_of(&self.kind), String::new());
        }
        let mut uses = OptionsItem::new("uses", Shape::Several, say("bot-ask-uses"), say("bot-ask-uses-why"));
        for what in Use::ALL {
            let is_chosen = what == Use::Store || self.uses.iter().any(|code| code == what.code());
            let explain = say(&format!("bot-ask-use-{}", what.code()));
            uses = uses.option(what.code(), say(&format!("bot-use-{}", what.code())), is_chosen, explain);
            if what == Use::Store || what == Use::Share && !is_chosen {
                uses = uses.fixed();
            }
        }
        let kept = FixedItem { label: say("bot-ask-kept"), lines: vec![say("bot-ask-kept-why")] };
        let name = TextItem::new("name", say("bot-ask-name"), say("bot-ask-name-why"), &self.name, 0);
        let spoken = |(code, spoken): &(String, Spoken)| {
            let item = |field: &str, value: &str, lines: u8| {
                let id = format!("bot-ask-{field}");
                TextItem::new(format!("{field}-{code}"), say(&id), say(&format!("{id}-why")), value, lines)
            };
            let legend = if about.brand.languages.len() > 1 { name_of(code) } else { String::new() };
            let items = vec![
                Item::Text(item("text", &spoken.text, 2)),
                Item::Text(item("purpose", &spoken.purpose, 2)),
                Item::Text(item("choices", &spoken.choices, 4).only("e-if-choice")),
                Item::Text(item("thanks", &spoken.thanks, 0)),
            ];
            Group { legend, only: "", items }
        };
        let mut groups = vec![Group {
            legend: String::new(),
            only: "",
            items: vec![Item::Text(name), Item::Options(kind), Item::Options(uses), Item::Fixed(kept)],
        }];
        groups.extend(self.speech.iter().map(spoken));
        groups
    }

    fn sketch(&self, about: &About<'_>) -> Result<Vec<Bubble>, BotError> {
        let mut form = self.form();
        if form.speech.is_empty() {
            return Ok(Vec::new());
        }
        // Its name is not for the lead.
        form.name = "name".to_owned();
        asked(about, &form)
    }

    fn is_meant(&self, settings: &BotSettings, place: Place) -> bool {
        let Place::Question(at) = place else { return false };
        settings.questions.get(at).is_none_or(|question| question.name == self.name)
    }

    fn was(&self) -> &str {
        &self.was
    }
}

/// A question in the list.
pub struct Line {
    pub href: String,
    pub delete: String,
    pub name: String,
    pub kind: String,
    pub text: String,
    pub purpose: String,
    pub uses: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/bot/asks.html")]
pub struct AsksPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub page: String,
    pub lines: Vec<Line>,
}

impl<'a> AsksPage<'a> {
    pub fn new(frame: Shell<'a>, about: &About<'_>, bot: &BotView) -> Self {
        let bot_path = format!("/app/pages/{}/bot/ask", bot.page);
        let line = |(at, form): (usize, &QuestionForm)| {
            let query = format!("at={at}&version={}", bot.version);
            let own = form.speech.get(about.language.code());
            let speech = own.or_else(|| form.speech.values().next()).cloned().unwrap_or_default();
            Line {
                href: format!("{bot_path}?{query}"),
                delete: format!("{bot_path}/delete?{query}"),
                name: form.name.clone(),
                kind: about.say(&format!("bot-field-{}", form.kind.code())),
                text: excerpt(&speech.text),
                purpose: excerpt(&speech.purpose),
                uses: form.uses.iter().map(|what| about.say(&format!("bot-use-{}", what.code()))).collect(),
            }
        };
        Self {
            id: bot.page.to_string(),
            page: about.page_name.to_owned(),
            lines: bot.settings.questions.iter().enumerate().map(line).collect(),
            frame,
        }
    }
}

/// `GET /app/pages/{id}/bot/asks`
pub async fn list(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    let (page, bot) = look(&desk, id).await?;
    let about = about(&desk, &page, &bot);
    Ok(page::html(&AsksPage::new(desk.shell(Section::Pages)?, &about, &bot)))
}

/// Names of the rules that ask a question.
pub fn rules_that_ask(settings: &BotSettings, name: &str) -> Vec<String> {
    let asks = |then: &Then| matches!(then, Then::Ask { question } if question == name);
    settings.rules.iter().filter(|rule| asks(&rule.then)).map(|rule| rule.name.clone()).collect()
}

/// Asks, or says which rules stand in the way.
pub fn delete_question<'a>(frame: Shell<'a>, page: PageId, name: &str, rules: &[String]) -> ConfirmPage<'a> {
    let language: Language = frame.language;
    let (sentences, button) = if rules.is_empty() {
        (vec![language.say("bot-ask-delete-what")], language.say("bot-ask-delete-button"))
    } else {
        let names = rules.join(" · ");
        (vec![language.say_with("bot-ask-delete-rules", "rules", &names)], String::new())
    };
    ConfirmPage {
        title: language.say_with("bot-ask-delete-title", "question", name),
        back: (format!("/app/pages/{page}/bot/asks"), language.say("bot-asks-title")),
        sentences,
        button,
        is_dangerous: true,
        frame,
    }
}

/// `GET /app/pages/{id}/bot/ask/delete`
pub async fn ask_delete(
    desk: Desk,
    Id(id): Id<PageId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (_, bot) = look(&desk, id).await?;
    let at = place_in(&asked, bot.version).ok().flatten();
    let Some(form) = at.and_then(|at| bot.settings.questions.get(at)) else {
        return Ok(see(&format!("/app/pages/{id}/bot/asks"), "changed"));
    };
    let rules = rules_that_ask(&bot.settings, &form.name);
    Ok(page::html(&delete_question(desk.shell(Section::Pages)?, id, &form.name, &rules)))
}

/// `POST /app/pages/{id}/bot/ask/delete`
pub async fn delete(desk: Desk, Id(id): Id<PageId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (_, bot) = look(&desk, id).await?;
    let mut settings = bot.settings;
    match place_in(&asked, bot.version) {
        Ok(Some(at)) if at < settings.questions.len() => drop(settings.questions.remove(at)),
        _ => return Ok(see(&format!("/app/pages/{id}/bot/asks"), "changed")),
    }
    keep(&desk, id, bot.version, settings, ("/asks", "bot-deleted")).await
}
