//! The people: who they are, and the thread each has with a page.
//!
//! Invariant: every name is invented here; a thread's lines are numbered without gaps, and a line's
//! message id follows from its number.

use crate::id::{AppId, PageId, Psid};
use crate::json::Json;
use crate::seed::{self, SplitMix};
use crate::state::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;

const FIRST: [&str; 24] = [
    "Amélie", "Bruno", "Chloé", "Dalia", "Emre", "Farah", "Goran", "Hanna", "Ismail", "Jana", "Kofi",
    "Layla", "Mateo", "Noor", "Oskar", "Priya", "Rania", "Søren", "Tomás", "Ulla", "Vera", "Yusuf", "ليلى",
    "عمر",
];
const LAST: [&str; 20] = [
    "Adler",
    "Benali",
    "Çelik",
    "Dufour",
    "Eriksen",
    "Fontaine",
    "Grün",
    "Haddad",
    "Ito",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Núñez",
    "Okafor",
    "Petrov",
    "Rossi",
    "Silva",
    "Weiß",
    "حداد",
];
const LOCALES: [&str; 6] = ["en_US", "de_DE", "fr_FR", "ar_AR", "es_ES", "en_GB"];

/// A person to be made; what is absent is invented.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewPerson {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub locale: Option<String>,
}

/// A human being, whichever pages they talk to.
pub struct Human {
    pub first_name: Box<str>,
    pub last_name: Box<str>,
    pub locale: Box<str>,
}

/// One person's conversation with one page.
pub struct Thread {
    pub psid: Psid,
    pub page: PageId,
    pub human: usize,
    /// The person blocked the page: nothing reaches them.
    pub blocked: bool,
    /// Deactivated, gone: nothing reaches them, without their doing.
    pub unavailable: bool,
    /// The person's last act that opens the window (microseconds).
    pub last_inbound: Option<i64>,
    /// The last thing either side did; ownership lapses a day after it.
    pub last_activity: i64,
    pub owner: Option<AppId>,
    /// Timestamps of one thread never repeat, or two events would look like one.
    pub last_stamp: i64,
    pub next_line: u32,
    pub lines: VecDeque<Line>,
    /// Send calls that named this person, refused ones included.
    pub calls: u32,
    /// Webhooks about this thread that chance decided on.
    pub told: u32,
}

/// One message in a thread.
pub struct Line {
    pub number: u32,
    /// When (milliseconds).
    pub at: i64,
    /// The app that sent it; absent for the person's own.
    pub from: Option<AppId>,
    /// The message as JSON, as the Send API took it or the webhook carried it.
    pub body: Box<str>,
    pub edits: u8,
}

/// What a line looks like to whoever asks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    pub mid: String,
    pub at_millis: i64,
    /// `person`, or the sending app's id.
    pub from: String,
    pub text: Option<String>,
    pub message: Value,
    pub buttons: Vec<Button>,
}

/// Something a person can tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    /// `quick_reply`, `postback`, `web_url`, …
    pub kind: String,
    pub title: String,
    pub payload: Option<String>,
    pub url: Option<String>,
}

impl Line {
    pub fn show(&self, seed: u64, psid: Psid) -> Shown {
        let message: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let payload = message.at("attachment").at("payload");
        let text = message
            .at("text")
            .as_str()
            .or_else(|| payload.at("text").as_str())
            .or_else(|| payload.at("title").as_str())
            .or_else(|| payload.at("elements").get(0).and_then(|element| element.at("title").as_str()));
        Shown {
            mid: seed::mid(seed, psid, self.number),
            at_millis: self.at,
            from: self.from.map_or_else(|| "person".to_owned(), |app| app.to_string()),
            text: text.map(str::to_owned),
            buttons: buttons(&message),
            message,
        }
    }
}

/// Everything tappable in a message, in the order a person sees it.
fn buttons(message: &Value) -> Vec<Button> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let payload = message.at("attachment").at("payload");
    let mut found = Vec::new();
    for button in list(payload.at("buttons"))
        .iter()
        .chain(&list(payload.at("elements")).iter().flat_map(|e| list(e.at("buttons"))).collect::<Vec<_>>())
        .chain(&list(message.at("template_buttons")))
    {
        found.push(Button {
            kind: text(button.at("type")).unwrap_or_default(),
            title: text(button.at("title")).unwrap_or_default(),
            payload: text(button.at("payload")),
            url: text(button.at("url")),
        });
    }
    if payload.at("template_type") == "notification_messages" {
        found.push(Button {
            kind: "notification_messages".to_owned(),
            title: text(payload.at("title")).unwrap_or_else(|| "Updates and promotions".to_owned()),
            payload: text(payload.at("payload")),
            url: None,
        });
    }
    for reply in list(message.at("quick_replies")) {
        found.push(Button {
            kind: "quick_reply".to_owned(),
            title: text(reply.at("title")).or_else(|| text(reply.at("content_type"))).unwrap_or_default(),
            payload: text(reply.at("payload")),
            url: None,
        });
    }
    found
}

impl Thread {
    /// The next timestamp of this thread in milliseconds: now, or just after the last one.
    pub fn stamp(&mut self, now_millis: i64) -> i64 {
        self.last_stamp = now_millis.max(self.last_stamp.saturating_add(1));
        self.last_stamp
    }

    pub fn push_line(&mut self, keep: usize, at: i64, from: Option<AppId>, body: &Value) -> u32 {
        self.next_line += 1;
        while self.lines.len() >= keep {
            self.lines.pop_front();
        }
        let body = body.to_string().into_boxed_str();
        self.lines.push_back(Line { number: self.next_line, at, from, body, edits: 0 });
        self.next_line
    }

    pub fn line(&self, number: u32) -> Option<&Line> {
        self.lines.iter().find(|line| line.number == number)
    }

    pub fn line_mut(&mut self, number: u32) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.number == number)
    }
}

impl World {
    /// Makes a person with a thread on `page`; `None` when there is no such page.
    pub fn add_person(&mut self, page: PageId, new: NewPerson) -> Option<Psid> {
        let mut choice = SplitMix::new(seed::mix(&[self.seed, self.humans.len() as u64]));
        let mut pick = |given: Option<String>, from: &[&str]| {
            let chosen = usize::try_from(choice.below(from.len() as u64)).unwrap_or(0);
            given.unwrap_or_else(|| from.get(chosen).copied().unwrap_or("Kim").to_owned()).into_boxed_str()
        };
        let human = Human {
            first_name: pick(new.first_name, &FIRST),
            last_name: pick(new.last_name, &LAST),
            locale: pick(new.locale, &LOCALES),
        };
        if !self.pages.contains_key(&page) {
            return None;
        }
        self.humans.push(human);
        self.open_thread(self.humans.len() - 1, page)
    }

    /// Gives a human a thread on a further page (or returns the one they have).
    pub fn introduce(&mut self, human: usize, page: PageId) -> Option<Psid> {
        let known = self
            .pages
            .get(&page)?
            .people
            .iter()
            .find(|psid| self.threads.get(*psid).is_some_and(|thread| thread.human == human));
        match known {
            Some(psid) => Some(*psid),
            None => self.open_thread(human, page),
        }
    }

    fn open_thread(&mut self, human: usize, page: PageId) -> Option<Psid> {
        let psid = Psid(self.fresh_number(17));
        self.pages.get_mut(&page)?.people.push(psid);
        self.threads.insert(
            psid,
            Thread {
                psid,
                page,
                human,
                blocked: false,
                unavailable: false,
                last_inbound: None,
                last_activity: 0,
                owner: None,
                last_stamp: 0,
                next_line: 0,
                lines: VecDeque::new(),
                calls: 0,
                told: 0,
            },
        );
        Some(psid)
    }
}
