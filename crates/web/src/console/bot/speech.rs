//! What a page's bot says in each of the brand's languages: the greeting, the opening with the opt-in question,
//! the menu, and the answer to whatever no rule answers.
//!
//! Invariant: what the program adds (that it is automated, the purpose, how offers end, *my data* and *stop*)
//! is shown with the form and is no field of it.

use super::form::{FixedItem, Group, Item, Row, RowsItem, TextItem, Typed, rows, with_spare};
use super::wrong::Place;
use super::{About, Part, bubble, name_of};
use crate::console::compose::Bubble;
use crate::console::fields::Fields;
use crate::language::Language;
use model::bot::BotError;
use model::bot::fixed::fixed;
use model::bot::profile::profile;
use model::bot::rule::Answer;
use model::bot::settings::{Bot, BotSettings, ICE_BREAKERS_LIMIT, MENU_LIMIT, OWN_ENTRIES, Speech};
use model::brand::Texts;
use model::outgoing::{Outgoing, QuickReply};
use model::personal::Personal;

/// Something by language, in the brand's order.
type Spoken<T> = Vec<(String, T)>;

fn each<T>(about: &About<'_>, of: impl Fn(&str) -> T) -> Spoken<T> {
    about.brand.languages.iter().map(|code| (code.clone(), of(code))).collect()
}

fn kept<'a>(about: &About<'a>, code: &str) -> Option<&'a Speech> {
    about.settings.speech.get(code)
}

fn texts<'a>(about: &About<'a>, code: &str) -> Option<&'a Texts> {
    about.brand.texts.get(code)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn or_none(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// The bot with these speeches and nothing else, for what people see of them.
fn speaking(about: &About<'_>, part: &impl Part) -> Result<Bot, BotError> {
    let mut settings = BotSettings { rules: Vec::new(), questions: Vec::new(), ..about.settings.clone() };
    part.apply(&mut settings);
    Bot::new(settings.tidied(), about.brand)
}

/// In which language a bubble is, where there are several.
fn whose(about: &About<'_>, code: &str) -> String {
    if about.brand.languages.len() > 1 { name_of(code) } else { String::new() }
}

fn group(about: &About<'_>, code: &str, items: Vec<Item>) -> Group {
    Group { legend: whose(about, code), only: "", items }
}

const fn is_speech(place: Place) -> bool {
    matches!(place, Place::Speech)
}

/// Shown by Messenger before the first tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting(Spoken<(String, Vec<Row>)>);

impl Part for Greeting {
    const NAME: &'static str = "greeting";

    fn of(about: &About<'_>, _: Option<usize>) -> Option<Self> {
        Some(Self(each(about, |code| {
            let own = kept(about, code);
            let breakers = own.map_or(&[][..], |speech| &speech.ice_breakers);
            (
                or_none(own.and_then(|speech| speech.greeting.as_ref())),
                breakers.iter().map(Row::of_breaker).collect(),
            )
        })))
    }

    fn read(about: &About<'_>, fields: &Fields) -> Self {
        Self(each(about, |code| {
            (fields.get(&format!("greeting-{code}")).to_owned(), rows(fields, &format!("breakers-{code}")))
        }))
    }

    fn apply(&self, settings: &mut BotSettings) {
        for (code, (greeting, breakers)) in &self.0 {
            let speech = settings.speech.entry(code.clone()).or_default();
            speech.greeting = some(greeting);
            speech.ice_breakers = breakers.iter().map(Row::breaker).collect();
        }
    }

    fn groups(&self, about: &About<'_>) -> Vec<Group> {
        let of = |(code, (greeting, breakers)): &(String, (String, Vec<Row>))| {
            let text = TextItem::new(
                format!("greeting-{code}"),
                about.say("bot-greeting-text"),
                about.say("bot-greeting-text-why"),
                greeting,
                2,
            );
            let adds = FixedItem {
                label: about.say("bot-greeting-adds"),
                lines: vec![fixed(code).greeting.to_owned()],
            };
            let breakers = RowsItem {
                id: format!("breakers-{code}"),
                label: about.say("bot-breakers"),
                why: about.say("bot-breakers-why"),
                rows: with_spare(breakers, ICE_BREAKERS_LIMIT),
                has_kinds: false,
                wrong: None,
            };
            let instead = texts(about, code).map_or("", |texts| &texts.greeting);
            let items = vec![Item::Text(text.instead(instead)), Item::Fixed(adds), Item::Rows(breakers)];
            group(about, code, items)
        };
        self.0.iter().map(of).collect()
    }

    fn sketch(&self, about: &About<'_>) -> Result<Vec<Bubble>, BotError> {
        let bot = speaking(about, self)?;
        let shown = profile(about.brand, about.page_name, Some(&bot));
        let of = |(code, (_, text)): (&String, &(String, String))| Bubble {
            whose: whose(about, code),
            text: text.clone(),
            image: None,
            buttons: vec![Language::from_tag(code).unwrap_or(about.language).say("bot-get-started")],
            replies: bot.ice_breakers(code).iter().map(|breaker| breaker.question.clone()).collect(),
        };
        Ok(about.brand.languages.iter().zip(&shown.greetings).map(of).collect())
    }

    fn is_meant(&self, _: &BotSettings, place: Place) -> bool {
        is_speech(place)
    }
}

/// Welcome, question, Yes and No, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asking {
    welcome: String,
    question: String,
    yes: String,
    no: String,
}

/// The first answer, with the opt-in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening(Spoken<Asking>);

impl Part for Opening {
    const NAME: &'static str = "opening";

    fn of(about: &About<'_>, _: Option<usize>) -> Option<Self> {
        Some(Self(each(about, |code| {
            kept(about, code).map_or_else(Asking::default, |own| Asking {
                welcome: or_none(own.welcome.as_ref()),
                question: or_none(own.question.as_ref()),
                yes: or_none(own.yes.as_ref()),
                no: or_none(own.no.as_ref()),
            })
        })))
    }

    fn read(about: &About<'_>, fields: &Fields) -> Self {
        Self(each(about, |code| {
            let of = |name: &str| fields.get(&format!("{name}-{code}")).to_owned();
            Asking { welcome: of("welcome"), question: of("question"), yes: of("yes"), no: of("no") }
        }))
    }

    fn apply(&self, settings: &mut BotSettings) {
        for (code, asking) in &self.0 {
            let speech = settings.speech.entry(code.clone()).or_default();
            speech.welcome = some(&asking.welcome);
            speech.question = some(&asking.question);
            speech.yes = some(&asking.yes);
            speech.no = some(&asking.no);
        }
    }

    fn groups(&self, about: &About<'_>) -> Vec<Group> {
        let of = |(code, asking): &(String, Asking)| {
            let texts = texts(about, code);
            let item = |name: &str, value: &str, lines: u8, instead: &dyn Fn(&Texts) -> String| {
                let (label, why) = (format!("bot-opening-{name}"), format!("bot-opening-{name}-why"));
                let why = about.language.find(&why, None).unwrap_or_default();
                let item = TextItem::new(format!("{name}-{code}"), about.say(&label), why, value, lines);
                Item::Text(item.instead(&texts.map(instead).unwrap_or_default()))
            };
            let adds = FixedItem {
                label: about.say("bot-opening-adds"),
                lines: vec![fixed(code).automated.to_owned(), fixed(code).ends.to_owned()],
            };
            let items = vec![
                item("welcome", &asking.welcome, 4, &|texts| texts.welcome.clone()),
                item("question", &asking.question, 2, &|texts| texts.question.clone()),
                item("yes", &asking.yes, 0, &|texts| texts.yes.clone()),
                item("no", &asking.no, 0, &|texts| texts.no.clone()),
                Item::Fixed(adds),
            ];
            group(about, code, items)
        };
        self.0.iter().map(of).collect()
    }

    fn sketch(&self, about: &About<'_>) -> Result<Vec<Bubble>, BotError> {
        let bot = speaking(about, self)?;
        let of = |code: &String| {
            let texts = texts(about, code)?;
            let own = bot.opening(about.brand, code);
            let (text, yes, no) = own.map_or_else(
                || (texts.opening(), texts.yes.clone(), texts.no.clone()),
                |own| (own.text, own.yes, own.no),
            );
            let reply = |title: String| QuickReply { title, payload: String::new() };
            let message = Outgoing {
                text: Personal::new(about.filled(&text)),
                quick_replies: vec![reply(yes), reply(no)],
                ..Outgoing::default()
            };
            Some(bubble(whose(about, code), &message))
        };
        Ok(about.brand.languages.iter().filter_map(of).collect())
    }

    fn is_meant(&self, _: &BotSettings, place: Place) -> bool {
        is_speech(place)
    }
}

/// The persistent menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu(Spoken<Vec<Row>>);

impl Part for Menu {
    const NAME: &'static str = "menu";

    fn of(about: &About<'_>, _: Option<usize>) -> Option<Self> {
        Some(Self(each(about, |code| {
            kept(about, code).map_or(&[][..], |own| &own.menu).iter().map(Row::of_entry).collect()
        })))
    }

    fn read(about: &About<'_>, fields: &Fields) -> Self {
        Self(each(about, |code| rows(fields, &format!("menu-{code}"))))
    }

    fn apply(&self, settings: &mut BotSettings) {
        for (code, entries) in &self.0 {
            let speech = settings.speech.entry(code.clone()).or_default();
            speech.menu = entries.iter().map(Row::entry).collect();
        }
    }

    fn groups(&self, about: &About<'_>) -> Vec<Group> {
        let of = |(code, entries): &(String, Vec<Row>)| {
            let stop = texts(about, code).map_or("", |texts| &texts.unsubscribe_button);
            let own = RowsItem {
                id: format!("menu-{code}"),
                label: about.say("bot-menu-entries"),
                why: about.say("bot-menu-entries-why"),
                rows: with_spare(entries, MENU_LIMIT - OWN_ENTRIES),
                has_kinds: true,
                wrong: None,
            };
            let fixed = FixedItem {
                label: about.say("bot-menu-adds"),
                lines: vec![fixed(code).my_data.to_owned(), stop.to_owned()],
            };
            group(about, code, vec![Item::Rows(own), Item::Fixed(fixed)])
        };
        self.0.iter().map(of).collect()
    }

    fn sketch(&self, about: &About<'_>) -> Result<Vec<Bubble>, BotError> {
        let shown = profile(about.brand, about.page_name, Some(&speaking(about, self)?));
        let of = |(code, (_, entries)): (&String, &(String, Vec<model::bot::settings::MenuEntry>))| Bubble {
            whose: whose(about, code),
            text: String::new(),
            image: None,
            buttons: entries.iter().map(|entry| entry.title().to_owned()).collect(),
            replies: Vec::new(),
        };
        Ok(about.brand.languages.iter().zip(&shown.menus).map(of).collect())
    }

    fn is_meant(&self, _: &BotSettings, place: Place) -> bool {
        is_speech(place)
    }
}

/// The answer to whatever no rule answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback(Spoken<Typed>);

impl Part for Fallback {
    const NAME: &'static str = "fallback";

    fn of(about: &About<'_>, _: Option<usize>) -> Option<Self> {
        Some(Self(each(about, |code| {
            let own = kept(about, code).and_then(|speech| speech.default_answer.as_ref());
            own.map(Typed::of).unwrap_or_default()
        })))
    }

    fn read(about: &About<'_>, fields: &Fields) -> Self {
        Self(each(about, |code| Typed::read(fields, &format!("-{code}"))))
    }

    fn apply(&self, settings: &mut BotSettings) {
        for (code, typed) in &self.0 {
            let speech = settings.speech.entry(code.clone()).or_default();
            speech.default_answer = Some(typed.answer()).filter(|answer| *answer != Answer::default());
        }
    }

    fn groups(&self, about: &About<'_>) -> Vec<Group> {
        let of = |(code, typed): &(String, Typed)| {
            let instead = texts(about, code).map_or("", |texts| &texts.default_answer);
            group(about, code, typed.items(about.language, &format!("-{code}"), "", instead))
        };
        self.0.iter().map(of).collect()
    }

    fn sketch(&self, about: &About<'_>) -> Result<Vec<Bubble>, BotError> {
        speaking(about, self)?;
        let of = |(code, typed): &(String, Typed)| {
            let mut answer = typed.answer();
            if answer == Answer::default() {
                answer.text = texts(about, code)?.default_answer.clone();
            }
            Some(answered(about, whose(about, code), answer))
        };
        Ok(self.0.iter().filter_map(of).collect())
    }

    fn is_meant(&self, _: &BotSettings, place: Place) -> bool {
        is_speech(place)
    }
}

/// An answer as a bubble, with the names filled in.
pub fn answered(about: &About<'_>, whose: String, answer: Answer) -> Bubble {
    let message = Outgoing {
        text: Personal::new(about.filled(&answer.text)),
        buttons: answer.buttons,
        quick_replies: answer.quick_replies,
        ..Outgoing::default()
    };
    bubble(whose, &message)
}
