//! What the forms about a bot are made of: fields, rows of buttons, choices. A part of the bot says which it
//! has; one template draws them all.
//!
//! Invariants: whatever was typed stands in the form that is shown again; a mistake stands at its field.

use crate::console::fields::Fields;
use crate::console::leads::Choice;
use crate::language::Language;
use model::bot::rule::Answer;
use model::bot::settings::{IceBreaker, MenuEntry};
use model::outgoing::{BUTTONS_LIMIT, Button, QuickReply};

/// Empty rows after those that are filled in, where there may be many.
const SPARE: usize = 2;

/// Fields that belong together.
pub struct Group {
    /// Empty for the only group of a form.
    pub legend: String,
    /// A class by which the group is hidden while another choice makes it idle.
    pub only: &'static str,
    pub items: Vec<Item>,
}

pub enum Item {
    Text(TextItem),
    Rows(RowsItem),
    Options(OptionsItem),
    /// Something to know, where nothing is typed.
    Fixed(FixedItem),
}

pub struct TextItem {
    pub id: String,
    pub label: String,
    pub why: String,
    pub value: String,
    /// 0: one line.
    pub lines: u8,
    /// Shown where nothing was typed: what is in force then.
    pub instead: String,
    pub only: &'static str,
    pub wrong: Option<String>,
}

pub struct RowsItem {
    pub id: String,
    pub label: String,
    pub why: String,
    pub rows: Vec<Row>,
    /// Whether a row may open an address, too.
    pub has_kinds: bool,
    pub wrong: Option<String>,
}

/// A button, a quick reply, an entry of the menu: its title, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    pub title: String,
    pub opens: bool,
    /// The address that is opened, or the sign that rules wait for.
    pub target: String,
}

pub struct OptionsItem {
    pub id: String,
    pub label: String,
    pub why: String,
    pub shape: Shape,
    pub options: Vec<Choice>,
    /// A sentence for each option, or none.
    pub explains: Vec<String>,
    /// Options that are always chosen, or never.
    pub is_fixed: Vec<bool>,
    pub only: &'static str,
    pub wrong: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    One,
    Several,
    List,
}

pub struct FixedItem {
    pub label: String,
    pub lines: Vec<String>,
}

impl TextItem {
    pub fn new(id: impl Into<String>, label: String, why: String, value: &str, lines: u8) -> Self {
        Self {
            id: id.into(),
            label,
            why,
            value: value.to_owned(),
            lines,
            instead: String::new(),
            only: "",
            wrong: None,
        }
    }

    /// The ids of what explains it.
    pub fn described(&self) -> String {
        described(&self.id, !self.why.is_empty(), self.wrong.is_some())
    }

    pub fn direction(&self) -> &'static str {
        direction(&self.id)
    }

    pub fn instead(self, instead: &str) -> Self {
        Self { instead: instead.to_owned(), ..self }
    }

    pub fn only(self, only: &'static str) -> Self {
        Self { only, ..self }
    }
}

/// How what is typed there is read: a field of a language says it, whatever is typed, so that what stands in
/// an empty one runs its way, too.
fn direction(id: &str) -> &'static str {
    let spoken = id.rsplit_once('-').and_then(|(_, code)| Language::from_tag(code));
    spoken.map_or("auto", Language::direction)
}

fn described(id: &str, has_why: bool, is_wrong: bool) -> String {
    match (has_why, is_wrong) {
        (true, true) => format!("{id}-why {id}-wrong"),
        (true, false) => format!("{id}-why"),
        (false, true) => format!("{id}-wrong"),
        (false, false) => String::new(),
    }
}

impl OptionsItem {
    /// The ids of what explains it.
    pub fn described(&self) -> String {
        described(&self.id, !self.why.is_empty(), self.wrong.is_some())
    }

    pub fn new(id: &str, shape: Shape, label: String, why: String) -> Self {
        Self {
            id: id.to_owned(),
            label,
            why,
            shape,
            options: Vec::new(),
            explains: Vec::new(),
            is_fixed: Vec::new(),
            only: "",
            wrong: None,
        }
    }

    pub fn option(mut self, value: &str, label: String, is_chosen: bool, explain: String) -> Self {
        self.options.push(Choice { value: value.to_owned(), label, is_chosen });
        self.explains.push(explain);
        self.is_fixed.push(false);
        self
    }

    /// Fixes the option that was put in last.
    pub fn fixed(mut self) -> Self {
        if let Some(last) = self.is_fixed.last_mut() {
            *last = true;
        }
        self
    }

    pub fn explain(&self, at: &usize) -> &str {
        self.explains.get(*at).map_or("", String::as_str)
    }

    pub fn is_fixed(&self, at: &usize) -> bool {
        self.is_fixed.get(*at).copied().unwrap_or(false)
    }
}

impl RowsItem {
    pub fn direction(&self) -> &'static str {
        direction(&self.id)
    }

    /// Whether it is shown unfolded.
    pub fn is_open(&self) -> bool {
        self.wrong.is_some() || self.rows.iter().any(|row| !row.is_blank())
    }

    /// What is read out with a row's first field.
    pub fn titled(&self, language: &Language, at: &usize) -> String {
        language.say_with("bot-row-title", "row", &at.to_string())
    }

    pub fn kind(&self, language: &Language, at: &usize) -> String {
        language.say_with("bot-row-kind", "row", &at.to_string())
    }

    pub fn target(&self, language: &Language, at: &usize) -> String {
        let id = if self.has_kinds { "bot-row-target" } else { "bot-row-sign" };
        language.say_with(id, "row", &at.to_string())
    }
}

impl Item {
    /// Puts a mistake at this field, if it is the one; whether it is.
    fn take(&mut self, field: &str, sentence: &str) -> bool {
        let (id, wrong) = match self {
            Self::Text(item) => (&item.id, &mut item.wrong),
            Self::Rows(item) => (&item.id, &mut item.wrong),
            Self::Options(item) => (&item.id, &mut item.wrong),
            Self::Fixed(_) => return false,
        };
        if id == field {
            *wrong = Some(sentence.to_owned());
        }
        id == field
    }
}

/// Puts a mistake at its field; whether the form has it.
pub fn place(groups: &mut [Group], field: &str, sentence: &str) -> bool {
    groups.iter_mut().flat_map(|group| &mut group.items).any(|item| item.take(field, sentence))
}

impl Row {
    pub fn is_blank(&self) -> bool {
        self.title.is_empty() && self.target.is_empty()
    }

    /// What comes back when it is tapped: its own title where no sign was given, so that rules for what is
    /// written answer it, too.
    fn payload(&self) -> String {
        if self.target.is_empty() { self.title.clone() } else { self.target.clone() }
    }

    fn tapped(title: &str, payload: &str) -> Self {
        let target = if payload == title { String::new() } else { payload.to_owned() };
        Self { title: title.to_owned(), opens: false, target }
    }

    fn opening(title: &str, url: &str) -> Self {
        Self { title: title.to_owned(), opens: true, target: url.to_owned() }
    }

    pub fn of_button(button: &Button) -> Self {
        match button {
            Button::Url { title, url } => Self::opening(title, url),
            Button::Postback { title, payload } => Self::tapped(title, payload),
        }
    }

    fn button(&self) -> Button {
        let title = self.title.clone();
        if self.opens {
            Button::Url { title, url: self.target.clone() }
        } else {
            Button::Postback { title, payload: self.payload() }
        }
    }

    pub fn of_entry(entry: &MenuEntry) -> Self {
        match entry {
            MenuEntry::Url { title, url } => Self::opening(title, url),
            MenuEntry::Postback { title, payload } => Self::tapped(title, payload),
        }
    }

    pub fn entry(&self) -> MenuEntry {
        let title = self.title.clone();
        if self.opens {
            MenuEntry::Url { title, url: self.target.clone() }
        } else {
            MenuEntry::Postback { title, payload: self.payload() }
        }
    }

    pub fn of_breaker(breaker: &IceBreaker) -> Self {
        Self::tapped(&breaker.question, &breaker.payload)
    }

    pub fn breaker(&self) -> IceBreaker {
        IceBreaker { question: self.title.clone(), payload: self.payload() }
    }
}

/// The rows of this name that hold something.
pub fn rows(fields: &Fields, id: &str) -> Vec<Row> {
    let all =
        |part: &str| -> Vec<String> { fields.all(&format!("{id}_{part}")).map(str::to_owned).collect() };
    let (titles, kinds, targets) = (all("title"), all("kind"), all("target"));
    let at = |list: &[String], at: usize| list.get(at).cloned().unwrap_or_default();
    (0..titles.len().max(targets.len()))
        .map(|n| Row { title: at(&titles, n), opens: at(&kinds, n) == "url", target: at(&targets, n) })
        .filter(|row| !row.is_blank())
        .collect()
}

/// With room for more: all places where there are few, else some.
pub fn with_spare(rows: &[Row], limit: usize) -> Vec<Row> {
    let wanted = if limit <= 4 { limit } else { limit.min(rows.len().saturating_add(SPARE)) };
    let spare = wanted.saturating_sub(rows.len());
    rows.iter().cloned().chain(std::iter::repeat_n(Row::default(), spare)).collect()
}

/// What was typed of something that the bot says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    pub text: String,
    pub buttons: Vec<Row>,
    pub replies: Vec<Row>,
}

impl Typed {
    pub fn of(answer: &Answer) -> Self {
        let reply = |reply: &QuickReply| Row::tapped(&reply.title, &reply.payload);
        Self {
            text: answer.text.clone(),
            buttons: answer.buttons.iter().map(Row::of_button).collect(),
            replies: answer.quick_replies.iter().map(reply).collect(),
        }
    }

    pub fn read(fields: &Fields, suffix: &str) -> Self {
        Self {
            text: fields.get(&format!("text{suffix}")).to_owned(),
            buttons: rows(fields, &format!("buttons{suffix}")),
            replies: rows(fields, &format!("replies{suffix}")),
        }
    }

    pub fn answer(&self) -> Answer {
        let reply = |row: &Row| QuickReply { title: row.title.clone(), payload: row.payload() };
        Answer {
            text: self.text.clone(),
            buttons: self.buttons.iter().map(Row::button).collect(),
            quick_replies: self.replies.iter().map(reply).collect(),
        }
    }

    pub fn items(&self, language: Language, suffix: &str, only: &'static str, instead: &str) -> Vec<Item> {
        let text = TextItem::new(
            format!("text{suffix}"),
            language.say("bot-answer-text"),
            language.say("bot-answer-text-why"),
            &self.text,
            4,
        );
        let rows = |id: &str, rows: &[Row], limit: usize, has_kinds: bool| {
            Item::Rows(RowsItem {
                id: format!("{id}{suffix}"),
                label: language.say(&format!("bot-answer-{id}")),
                why: language.say(&format!("bot-answer-{id}-why")),
                rows: with_spare(rows, limit),
                has_kinds,
                wrong: None,
            })
        };
        vec![
            Item::Text(text.instead(instead).only(only)),
            rows("buttons", &self.buttons, BUTTONS_LIMIT, true),
            rows("replies", &self.replies, model::outgoing::QUICK_REPLIES_LIMIT, false),
        ]
    }
}
