//! A lead's own page: what the view found, put into words.

use super::authority;
use super::held::GROUPS;
use crate::account::own::received_when;
use crate::console::breach_page::whats;
use crate::console::words::{count, day, time};
use crate::language::Language;
use crate::page::Frame;
use crate::reader::{Reader, Zone};
use askama::Template;
use engine::views::At;
use engine::views::breaches::ConcernView;
use engine::views::leads::AnswerView;
use engine::views::my::{AgreedView, BulkView, DeliveryView, ListView, MyView, ProgramView, ReadingView};
use engine::views::received::ReceivedView;
use engine::views::requests::RequestView;
use fluent_bundle::FluentArgs;
use model::bot::permission::Use;
use model::brand::Brand;
use model::request::Standing;

/// Words about what was just done. A closed list: an address cannot put words on the page.
const DONE: [&str; 8] = [
    "corrected",
    "not-corrected",
    "restricted",
    "lifted",
    "stopped",
    "use-ended",
    "proof-waits",
    "export-taken",
];

/// A line of a list: a heading, what there is to say, and when.
pub struct Line {
    pub title: String,
    pub texts: Vec<String>,
    pub at: String,
    /// Where its file lies.
    pub file: Option<String>,
}

/// An answer, and the uses that can be ended.
pub struct Told {
    pub id: String,
    pub question: String,
    pub purpose: String,
    pub value: Option<String>,
    pub at: String,
    /// Code, what it permits, and the button that ends it.
    pub uses: Vec<(&'static str, String, String)>,
}

/// Why a group of data is kept.
pub struct Held {
    pub title: String,
    /// What, why and on which ground, how long, how it lies.
    pub parts: [(String, String); 4],
}

/// A language that the lead may choose.
pub struct Spoken {
    pub code: &'static str,
    pub name: String,
    pub is_chosen: bool,
}

/// A breach: which data for certain or possibly, and what is told of it.
pub struct Breached {
    pub seen: String,
    pub data: String,
    pub at: String,
    pub parts: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "my/page.html")]
pub struct MyPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub page: String,
    pub until: String,
    /// What was just done, and whether it went well.
    pub done: Option<(String, bool)>,
    pub facts: Vec<(String, String)>,
    pub name: String,
    pub name_is_shown: bool,
    pub languages: Vec<Spoken>,
    pub restricted: Option<String>,
    pub promotion: bool,
    pub utility: bool,
    pub consents: Vec<Line>,
    pub answers: Vec<Told>,
    pub tags: Vec<String>,
    pub sent: Vec<Line>,
    pub waiting: Vec<String>,
    pub looks: Vec<Line>,
    pub files: Vec<Line>,
    pub lists: Vec<Line>,
    pub programs: Vec<String>,
    /// Breaches that concern the lead: since when it is said, and what there is to say.
    pub breaches: Vec<Breached>,
    pub held: Vec<Held>,
    pub requests: Vec<Line>,
    pub received: Vec<Line>,
    pub tag: String,
    /// Who is responsible, and who keeps it for them.
    pub controller: String,
    pub authority: String,
}

impl<'a> MyPage<'a> {
    pub fn new(frame: Frame<'a>, brand: &Brand, csrf: &'a str, view: MyView, done: Option<&str>) -> Self {
        let language = frame.language;
        let reader = Reader { language, zone: Zone::UTC };
        let done = done.and_then(|done| DONE.iter().find(|own| **own == done));
        let done = done.map(|done| {
            (language.say(&format!("my-done-{done}")), !matches!(*done, "not-corrected" | "proof-waits"))
        });
        Self {
            csrf,
            until: time(reader, view.until),
            done,
            facts: facts(reader, &view),
            name: view.given_name.as_ref().map(|name| name.reveal().clone()).unwrap_or_default(),
            name_is_shown: view.name_is_shown,
            languages: languages(brand, view.language.as_deref()),
            restricted: view.restricted_at.map(|at| time(reader, at)),
            promotion: view.promotion_in_force,
            utility: view.utility_in_force,
            consents: view.consents.iter().rev().map(|event| consent(reader, event)).collect(),
            answers: view.answers.into_iter().map(|answer| told(reader, answer)).collect(),
            tags: view.tags,
            sent: view.deliveries.iter().map(|line| sent(reader, line)).collect(),
            waiting: view.waiting.iter().map(|text| text.reveal().clone()).collect(),
            looks: view.readings.iter().map(|look| looked(reader, look)).collect(),
            files: view.bulk.iter().map(|file| many(reader, file)).collect(),
            lists: view.lists.iter().map(|list| listed(language, list)).collect(),
            programs: view.programs.iter().map(|one| program(reader, one)).collect(),
            breaches: view.breaches.iter().map(|one| breached(reader, one)).collect(),
            held: GROUPS.iter().map(|group| held(language, group)).collect(),
            requests: view.requests.iter().map(|request| asked(reader, request)).collect(),
            received: view.received.iter().map(|one| received(reader, one)).collect(),
            tag: view.erasure_tag,
            controller: responsible(language, brand, &view.page_name),
            authority: complaint(language, brand),
            page: view.page_name,
            frame,
        }
    }
}

fn received(reader: Reader, one: &ReceivedView) -> Line {
    let language = reader.language;
    let mut texts = vec![one.data.clone()];
    if let Some((sent, first, last)) = one.messages {
        texts.push(format!(
            "{} {} – {}",
            count(language, "received-messages", sent),
            time(reader, first),
            time(reader, last)
        ));
    }
    if !one.is_ours {
        texts.push(language.say("received-general"));
    }
    Line { title: one.who.clone(), texts, at: received_when(reader, one), file: None }
}

fn facts(reader: Reader, view: &MyView) -> Vec<(String, String)> {
    let language = reader.language;
    let at = |at: Option<At>| at.map(|at| time(reader, at));
    let waits =
        view.pending.as_ref().map(|(question, at)| format!("{} · {}", question.reveal(), time(reader, *at)));
    let facts = [
        ("psid", Some(view.psid.reveal().clone())),
        ("name", view.given_name.as_ref().map(|name| name.reveal().clone())),
        ("language", view.language.as_deref().map(spoken)),
        ("pending", waits),
        ("created", Some(time(reader, view.created_at))),
        ("wrote", at(view.last_inbound_at)),
        ("asked", at(view.asked_at)),
        ("unavailable", at(view.unavailable_at)),
        ("elsewhere", at(view.thread_elsewhere_at)),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    facts.map(|(name, value)| (language.say(&format!("my-fact-{name}")), value)).collect()
}

/// A language by its name, where it is one of ours.
fn spoken(code: &str) -> String {
    Language::from_tag(code).map_or_else(|| code.to_owned(), |language| language.say("language-name"))
}

fn languages(brand: &Brand, own: Option<&str>) -> Vec<Spoken> {
    let known = brand.languages.iter().filter_map(|code| Language::from_tag(code));
    known
        .map(|language| Spoken {
            code: language.code(),
            name: language.say("language-name"),
            is_chosen: own == Some(language.code()),
        })
        .collect()
}

fn consent(reader: Reader, agreed: &AgreedView) -> Line {
    let (language, event) = (reader.language, &agreed.event);
    let mut texts = vec![language.say(&format!("my-purpose-{}", event.purpose))];
    let words = [("my-event-shown", &agreed.shown), ("my-event-answered", &agreed.answered)];
    let words = words.into_iter().filter_map(|(id, words)| Some((id, words.as_ref()?)));
    texts.extend(words.map(|(id, words)| language.say_with(id, "words", words.reveal())));
    Line {
        title: language.say(&format!("my-event-{}-{}", event.kind, event.how)),
        texts,
        at: time(reader, event.happened_at),
        file: event.leaf_index.map(|_| format!("/my/proof/{}", event.id)),
    }
}

fn told(reader: Reader, answer: AnswerView) -> Told {
    let language = reader.language;
    let standing = |code: &str| answer.permissions.iter().any(|own| own.what == code && own.in_force);
    let uses = Use::ALL.map(Use::code).into_iter().filter(|code| standing(code));
    Told {
        id: answer.id.to_string(),
        uses: uses
            .map(|code| {
                (code, language.say(&format!("my-use-{code}")), language.say(&format!("my-use-{code}-end")))
            })
            .collect(),
        question: answer.question,
        purpose: answer.purpose,
        value: answer.value,
        at: time(reader, answer.answered_at),
    }
}

fn sent(reader: Reader, line: &DeliveryView) -> Line {
    let language = reader.language;
    let reason = line.reason.as_ref().and_then(|code| language.find(&format!("refusal-{code}"), None));
    Line {
        title: language.say(&format!("my-sent-{}", line.state)),
        texts: reason.into_iter().collect(),
        at: time(reader, line.at),
        file: None,
    }
}

/// How it was read: in the console things are looked at, or downloaded.
fn way(language: Language, code: &str, is_file: bool) -> String {
    language.say(&format!("my-way-{}", if is_file && code == "console" { "file" } else { code }))
}

fn looked(reader: Reader, look: &ReadingView) -> Line {
    let language = reader.language;
    let what = look.what.iter().map(|what| language.say(&format!("my-look-{what}")));
    let mut texts: Vec<String> = what.collect();
    let is_file = look.what.iter().any(|what| matches!(what.as_str(), "file" | "proof"));
    texts.push(way(language, &look.way, is_file));
    match &look.words {
        Some(words) => texts.push(language.say_with("my-why-words", "words", words.reveal())),
        None if !look.reason.is_empty() => texts.push(language.say(&format!("my-why-{}", look.reason))),
        None => {}
    }
    Line {
        title: language.say(&format!("my-reader-{}", look.reader)),
        texts,
        at: time(reader, look.at),
        file: None,
    }
}

fn many(reader: Reader, file: &BulkView) -> Line {
    let language = reader.language;
    let mut texts = vec![
        language.say(match (file.is_of_deliveries, file.with_names) {
            (true, _) => "my-file-deliveries",
            (false, true) => "my-file-names",
            (false, false) => "my-file-no-names",
        }),
        way(language, &file.by, true),
        language.say_with("my-why-words", "words", file.why.reveal()),
    ];
    if file.is_uncertain {
        texts.push(language.say("my-file-uncertain"));
    }
    Line { title: language.say("my-file"), texts, at: time(reader, file.at), file: None }
}

fn listed(language: Language, list: &ListView) -> Line {
    let who = language.say(&format!("my-reader-{}", list.reader));
    let texts = vec![who, count(language, "my-list-times", list.times), language.say("my-list-uncertain")];
    Line { title: language.say("my-list"), texts, at: day(language, list.day), file: None }
}

fn program(reader: Reader, one: &ProgramView) -> String {
    let mut args = FluentArgs::new();
    args.set("from", time(reader, one.from));
    let language = reader.language;
    let when = match one.until {
        Some(until) => {
            args.set("until", time(reader, until));
            language.tell("my-program-until", Some(&args))
        }
        None => language.tell("my-program", Some(&args)),
    };
    if !one.is_of_deliveries {
        return when;
    }
    let mut args = FluentArgs::new();
    args.set("when", when);
    language.tell("my-program-deliveries", Some(&args))
}

pub(crate) fn breached(reader: Reader, one: &ConcernView) -> Breached {
    let language = reader.language;
    let own = one.texts.iter().find(|text| text.language == language.code()).or(one.texts.first());
    let text = own.cloned().unwrap_or_default();
    let part = |name: &str, text: String| (language.say(&format!("my-breach-{name}")), text);
    let parts = [
        part("happened", text.happened),
        part("follows", text.follows),
        part("done", text.done),
        part("advice", text.advice),
    ];
    Breached {
        seen: language.say(if one.is_certain { "my-breach-certain" } else { "my-breach-possible" }),
        data: whats(language, one.what),
        at: one.told_at.map(|at| time(reader, at)).unwrap_or_default(),
        parts: parts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
    }
}

fn held(language: Language, group: &str) -> Held {
    let part = |name: &str| {
        (language.say(&format!("my-held-{name}")), language.say(&format!("my-held-{group}-{name}")))
    };
    Held {
        title: language.say(&format!("my-held-{group}")),
        parts: [part("what"), part("why"), part("long"), part("how")],
    }
}

/// How the time of a request stands, in words.
pub fn standing(language: Language, standing: Standing) -> String {
    match standing {
        Standing::Done => language.say("requests-done"),
        Standing::Left(0) => language.say("requests-today"),
        Standing::Left(days) => count(language, "requests-left", u64::from(days)),
        Standing::Overdue(0) => language.say("requests-overdue-today"),
        Standing::Overdue(days) => count(language, "requests-overdue", u64::from(days)),
    }
}

fn asked(reader: Reader, request: &RequestView) -> Line {
    let language = reader.language;
    let mut texts = Vec::new();
    match (request.done_at, request.outcome) {
        (Some(done_at), Some(outcome)) => {
            let how = language.say(&format!("requests-outcome-{}", outcome.code()));
            // What was done in the moment in which it was asked for has one time.
            let is_at_once = done_at.0 == request.received_at.0;
            texts.push(if is_at_once { how } else { format!("{how} · {}", time(reader, done_at)) });
        }
        _ => {
            texts.push(language.say_with("my-request-due", "at", &time(reader, request.due_at)));
            texts.push(standing(language, request.standing));
        }
    }
    let words = [("my-request-reason", &request.reason), ("my-request-answer", &request.answer)];
    let words = words.into_iter().filter_map(|(id, words)| Some((id, words.as_ref()?)));
    texts.extend(words.map(|(id, words)| language.say_with(id, "words", words.reveal())));
    Line {
        title: language.say(&format!("requests-kind-{}", request.kind.code())),
        texts,
        at: time(reader, request.received_at),
        file: None,
    }
}

/// Who decides about the data, and who keeps it for them.
fn responsible(language: Language, brand: &Brand, page: &str) -> String {
    let mut args = FluentArgs::new();
    args.set("page", page);
    args.set("controller", format!("{}, {}", brand.controller.name, brand.controller.address));
    args.set("contact", brand.controller.contact.as_str());
    language.tell("my-recipient-controller", Some(&args))
}

fn complaint(language: Language, brand: &Brand) -> String {
    let country = authority::named(language, &brand.controller.country);
    match authority::of_country(&brand.controller.country) {
        Some(name) => {
            let mut args = FluentArgs::new();
            args.set("authority", name);
            args.set("country", country);
            language.tell("my-complain-to", Some(&args))
        }
        None => language.say_with("my-complain-general", "country", country),
    }
}
