//! `/app/pages/{id}/bot/try`: talking to the bot without Facebook.
//!
//! Invariants: the pane writes nothing down and sends nothing; the conversation travels in the form, holds at
//! most [`TURNS`] things that were said, and is answered anew each time by the settings in force.

use super::{About, about, look, name_of};
use crate::api::Id;
use crate::console::fields::Fields;
use crate::console::leads::Choice;
use crate::console::{Desk, Section, Shell};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views;
use engine::views::bot::{Said, TryStart, TryView};
use model::bot::profile::MessengerProfile;
use model::bot::settings::{IceBreaker, MenuEntry};
use model::consent::EvidenceLevel;
use model::id::PageId;
use model::outgoing::{Button, TEXT_LIMIT};

/// Things that are said in one conversation.
pub const TURNS: usize = 20;

/// Something that was said, as the form carries it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    /// `start`, `text` or `tap`.
    pub kind: String,
    pub text: String,
    pub payload: String,
}

impl Turn {
    fn text(text: &str) -> Self {
        let text = text.chars().take(TEXT_LIMIT).collect();
        Self { kind: "text".to_owned(), text, payload: String::new() }
    }

    fn tap(title: &str, payload: &str) -> Self {
        Self { kind: "tap".to_owned(), text: title.to_owned(), payload: payload.to_owned() }
    }

    fn said(&self) -> Said {
        match self.kind.as_str() {
            "start" => Said::GetStarted,
            "tap" => Said::Tap { title: self.text.clone(), payload: self.payload.clone() },
            _ => Said::Text(self.text.clone()),
        }
    }
}

/// Something that can be tapped, or an address that would be opened.
pub struct Chip {
    pub title: String,
    /// What the form sends when it is tapped; `None`: it opens an address.
    pub value: Option<String>,
    pub url: String,
}

/// A message of the bot's.
pub struct Answered {
    pub text: String,
    pub buttons: Vec<Chip>,
    pub replies: Vec<Chip>,
}

/// Something that was said, and what the bot did.
pub struct Exchange {
    pub turn: Turn,
    /// What is shown of the turn.
    pub said: String,
    pub answers: Vec<Answered>,
    /// Why, and what would follow: kind and sentence.
    pub notes: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "console/bot/try.html")]
pub struct TryPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub page: String,
    pub is_known: bool,
    pub languages: Vec<Choice>,
    pub greeting: String,
    pub get_started: String,
    pub breakers: Vec<Chip>,
    pub menu: Vec<Chip>,
    pub exchanges: Vec<Exchange>,
    pub is_full: bool,
}

/// Who talks, and what was said until now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Talk {
    pub is_known: bool,
    /// A language's code; empty: whatever they write.
    pub spoken: String,
    pub turns: Vec<Turn>,
}

impl Talk {
    pub fn read(fields: &Fields) -> Self {
        let all = |name: &str| -> Vec<String> { fields.all(name).map(str::to_owned).collect() };
        let (kinds, texts, payloads) = (all("turn_kind"), all("turn_text"), all("turn_payload"));
        let turns = kinds.into_iter().zip(texts).zip(payloads);
        let turn = |((kind, text), payload): ((String, String), String)| Turn { kind, text, payload };
        Self {
            is_known: fields.get("who") == "known",
            spoken: fields.get("spoken").to_owned(),
            turns: turns.map(turn).take(TURNS).collect(),
        }
    }

    fn start(&self, languages: &[String]) -> TryStart {
        let language = Some(self.spoken.clone()).filter(|code| languages.contains(code));
        TryStart { is_new: !self.is_known, language }
    }
}

/// What Messenger shows beside the conversation, in the language that was chosen.
struct Beside {
    greeting: String,
    menu: Vec<MenuEntry>,
    breakers: Vec<IceBreaker>,
}

impl Beside {
    fn new(about: &About<'_>, spoken: &str, shown: &MessengerProfile) -> Self {
        let at = about.brand.languages.iter().position(|code| code == spoken).unwrap_or(0);
        let code = about.brand.languages.get(at).map_or("", String::as_str);
        let own = about.settings.speech.get(code);
        Self {
            greeting: shown.greetings.get(at).map(|(_, text)| text.clone()).unwrap_or_default(),
            menu: shown.menus.get(at).map(|(_, entries)| entries.clone()).unwrap_or_default(),
            breakers: own.map(|speech| speech.ice_breakers.clone()).unwrap_or_default(),
        }
    }
}

fn entry_chip((at, entry): (usize, &MenuEntry)) -> Chip {
    match entry {
        MenuEntry::Url { title, url } => Chip { title: title.clone(), value: None, url: url.clone() },
        MenuEntry::Postback { title, .. } => {
            Chip { title: title.clone(), value: Some(format!("menu:{at}")), url: String::new() }
        }
    }
}

/// The thing that was tapped, by its place: in the menu, among the ice breakers, or under an answer.
fn tapped(value: &str, beside: &Beside, views: &[TryView]) -> Option<Turn> {
    let (place, at) = value.split_once(':')?;
    let at: usize = at.parse().ok()?;
    match place {
        "menu" => match beside.menu.get(at)? {
            MenuEntry::Url { .. } => None,
            MenuEntry::Postback { title, payload } => Some(Turn::tap(title, payload)),
        },
        "breaker" => beside.breakers.get(at).map(|breaker| Turn::tap(&breaker.question, &breaker.payload)),
        turn => {
            let view = views.get(turn.parse::<usize>().ok()?)?;
            let chips = view.messages.iter().flat_map(|message| {
                let buttons = message.buttons.iter().map(|button| match button {
                    Button::Url { .. } => None,
                    Button::Postback { title, payload } => Some(Turn::tap(title, payload)),
                });
                let replies = message.quick_replies.iter();
                buttons.chain(replies.map(|reply| Some(Turn::tap(&reply.title, &reply.payload))))
            });
            chips.into_iter().nth(at).flatten()
        }
    }
}

fn exchange(language: Language, number: usize, turn: &Turn, view: &TryView) -> Exchange {
    let mut at = 0;
    let mut place = || {
        let value = format!("{number}:{at}");
        at += 1;
        value
    };
    let mut answers = Vec::with_capacity(view.messages.len());
    for message in &view.messages {
        let mut buttons = Vec::with_capacity(message.buttons.len());
        for button in &message.buttons {
            let value = place();
            buttons.push(match button {
                Button::Url { title, url } => Chip { title: title.clone(), value: None, url: url.clone() },
                Button::Postback { title, .. } => {
                    Chip { title: title.clone(), value: Some(value), url: String::new() }
                }
            });
        }
        let mut replies = Vec::with_capacity(message.quick_replies.len());
        for reply in &message.quick_replies {
            replies.push(Chip { title: reply.title.clone(), value: Some(place()), url: String::new() });
        }
        answers.push(Answered { text: message.text.clone(), buttons, replies });
    }
    let said = if turn.kind == "start" { language.say("bot-get-started") } else { turn.text.clone() };
    Exchange { turn: turn.clone(), said, answers, notes: notes(language, view) }
}

/// Why the bot did that, and what would follow from it.
fn notes(language: Language, view: &TryView) -> Vec<(&'static str, String)> {
    let name = view.because.name.as_deref().unwrap_or_default();
    let because = language.say_with(&format!("bot-because-{}", view.because.code), "name", name);
    let mut notes = vec![("", because)];
    if let Some(level) = view.evidence {
        let kind = if level == EvidenceLevel::Confirmed.code() { "good" } else { "" };
        notes.push((kind, language.say(&format!("bot-try-evidence-{level}"))));
    }
    if view.withdraws {
        notes.push(("bad", language.say("bot-try-withdraws")));
    }
    if let Some(purpose) = &view.keeps_for {
        notes.push(("warn", language.say_with("bot-try-keeps", "purpose", purpose)));
    }
    if view.messages.is_empty() {
        notes.push(("", language.say("bot-try-silent")));
    }
    if let Some(question) = &view.pending {
        notes.push(("", language.say_with("bot-try-waits", "question", question)));
    }
    notes
}

impl<'a> TryPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        id: PageId,
        about: &About<'_>,
        talk: &Talk,
        views: &[TryView],
        shown: &MessengerProfile,
    ) -> Self {
        let language = frame.language;
        let beside = Beside::new(about, &talk.spoken, shown);
        let breaker = |(at, breaker): (usize, &IceBreaker)| Chip {
            title: breaker.question.clone(),
            value: Some(format!("breaker:{at}")),
            url: String::new(),
        };
        let choice = |code: &str, label: String| Choice {
            is_chosen: code == talk.spoken,
            value: code.to_owned(),
            label,
        };
        let spoken = Language::from_tag(&talk.spoken).unwrap_or(language);
        let languages = about.brand.languages.iter().map(|code| choice(code, name_of(code)));
        let pairs = talk.turns.iter().zip(views).enumerate();
        Self {
            id: id.to_string(),
            page: about.page_name.to_owned(),
            is_known: talk.is_known,
            languages: languages.collect(),
            get_started: spoken.say("bot-get-started"),
            breakers: beside.breakers.iter().enumerate().map(breaker).collect(),
            menu: beside.menu.iter().enumerate().map(entry_chip).collect(),
            greeting: beside.greeting,
            exchanges: pairs.map(|(number, (turn, view))| exchange(language, number, turn, view)).collect(),
            is_full: talk.turns.len() >= TURNS,
            frame,
        }
    }
}

async fn draw(desk: &Desk, id: PageId, mut talk: Talk, fields: &Fields) -> Result<Response, Problem> {
    let (page, bot) = look(desk, id).await?;
    let about = about(desk, &page, &bot);
    let languages = &about.brand.languages;
    if !languages.contains(&talk.spoken) {
        // Whoever asks in their own language is answered in it.
        let own = languages.iter().find(|code| *code == desk.language().code()).or_else(|| languages.first());
        talk.spoken = own.cloned().unwrap_or_default();
    }
    let (engine, actor) = (desk.engine(), &desk.actor);
    let answer = async |talk: &Talk| {
        let said = talk.turns.iter().map(Turn::said).collect();
        views::bot::talk(engine, actor, id, talk.start(languages), said).await
    };
    let shown = views::bot::shown_at_meta(engine, actor, id, None).await?;
    let mut views = answer(&talk).await?;
    if let Some(turn) = said(fields, &Beside::new(&about, &talk.spoken, &shown), &views)
        && talk.turns.len() < TURNS
    {
        talk.turns.push(turn);
        views = answer(&talk).await?;
    }
    Ok(page::html(&TryPage::new(desk.shell(Section::Pages)?, id, &about, &talk, &views, &shown)))
}

/// What is said now, if anything.
fn said(fields: &Fields, beside: &Beside, views: &[TryView]) -> Option<Turn> {
    let tap = fields.get("tap");
    if !tap.is_empty() {
        return tapped(tap, beside, views);
    }
    match fields.get("do") {
        "start" => Some(Turn { kind: "start".to_owned(), ..Turn::default() }),
        "again" => None,
        _ => Some(fields.get("say")).filter(|text| !text.is_empty()).map(Turn::text),
    }
}

/// `GET /app/pages/{id}/bot/try`
pub async fn show(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    draw(&desk, id, Talk::default(), &Fields::default()).await
}

/// `POST /app/pages/{id}/bot/try`: says something more, or begins anew. Keeps nothing.
pub async fn talk(desk: Desk, Id(id): Id<PageId>, fields: Fields) -> Result<Response, Problem> {
    let mut talk = Talk::read(&fields);
    if fields.get("do") == "again" {
        talk.turns.clear();
    }
    draw(&desk, id, talk, &fields).await
}
