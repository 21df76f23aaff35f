//! `/admin/breaches`: the register of breaches. What is suspected, the 72 hours, who is affected, what the authority and
//! the people are told; each by a form of its own, in the order in which it happens.
//!
//! Invariants: nobody's name stands here, only numbers; what does not fit is said beside the form, which keeps what was
//! typed.

use super::breach_draft::draft;
use super::fields::Fields;
use super::leads::{Badge, Choice};
use super::words::{count, number, time};
use super::{Desk, ROWS, Section, Shell, see};
use crate::api::{Id, Query};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::{Reader, Zone};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use engine::actions::breaches::{self as actions, FactsForm};
use engine::views::At;
use engine::views::breaches::{
    Asked as Search, BreachDetail, BreachView, Checked, DoorView, EntryView, Fault, Part, Way, Words, check,
    doors, get, list as all, proof,
};
use engine::views::documents;
use fluent_bundle::FluentArgs;
use model::breach::{EntryKind, Standing, Start, Whats};
use model::id::{AccountId, BreachId};
use model::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// Names of the fields, since a form's are fixed: what happened, what was done, what they can do, in a language.
const TEXTS: [(&str, &str, &str, &str); 2] =
    [("happened-en", "done-en", "advice-en", "en"), ("happened-ar", "done-ar", "advice-ar", "ar")];

/// A case in the list.
pub struct Row {
    pub href: String,
    pub title: String,
    pub suspected: String,
    pub due: String,
    pub badge: Badge,
}

#[derive(Template)]
#[template(path = "console/breaches.html")]
pub struct BreachesPage<'a> {
    pub frame: Shell<'a>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
    /// How the register stands, and whether it does.
    pub register: (&'static str, String),
    pub has_policy: bool,
    pub clocks: String,
    pub now: String,
    pub title: String,
    pub nature: String,
    /// The Fluent id of what was wrong with the form.
    pub wrong: Option<&'static str>,
}

/// An entry in words.
pub struct Entry {
    pub number: u64,
    pub kind: String,
    pub at: String,
    pub texts: Vec<String>,
    pub leaf: Option<u64>,
}

/// What people are told in one language: the names of its fields, their labels, and what stands in them.
pub struct Spoken {
    pub code: &'static str,
    pub direction: &'static str,
    pub parts: Vec<(&'static str, String, String)>,
}

/// How many of one part were told in which way.
pub struct Told {
    pub part: String,
    pub ways: Vec<(String, String)>,
}

/// A session or token to begin with.
pub struct FoundDoor {
    pub name: String,
    pub words: String,
    pub start: &'static str,
}

/// What was typed into the search.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub name: String,
    pub from: String,
    pub until: String,
    pub with_keys: bool,
}

#[derive(Template)]
#[template(path = "console/breach.html")]
pub struct BreachPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub title: String,
    pub badge: Badge,
    pub clock: Vec<(String, String)>,
    pub reason: String,
    pub is_open: bool,
    pub is_aware: bool,
    pub is_settled: bool,
    pub phases: Option<String>,
    pub was_told: bool,
    pub is_complete: bool,
    pub facts: [(&'static str, String, String); 4],
    pub found: Vec<(String, String)>,
    pub starts: Vec<Choice>,
    pub typed: Typed,
    pub account: String,
    pub doors: Option<Vec<FoundDoor>>,
    pub doors_wrong: bool,
    pub texts: Vec<Spoken>,
    pub has_texts: bool,
    pub told: Vec<Told>,
    pub entries: Vec<Entry>,
    pub clocks: String,
    pub now: String,
    /// Which form was wrong, and the Fluent id of what was.
    pub wrong: Option<(&'static str, &'static str)>,
}

impl BreachPage<'_> {
    /// What was wrong with this form.
    pub fn wrong_of(&self, form: &str) -> Option<&'static str> {
        self.wrong.filter(|(own, _)| *own == form).map(|(_, text)| text)
    }
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    before: String,
    /// Whose sessions and tokens are looked for.
    #[serde(default)]
    account: String,
    /// With what the search is to begin.
    #[serde(default)]
    start: String,
    #[serde(default)]
    name: String,
}

/// How a case's time stands, in words.
fn standing(language: Language, standing: Standing) -> Badge {
    let (kind, word) = match standing {
        Standing::Suspected => ("info", language.say("breaches-standing-suspected")),
        Standing::Left(0) => ("bad", language.say("breaches-standing-today")),
        Standing::Left(hours) => (
            if hours > 24 { "info" } else { "warn" },
            count(language, "breaches-standing-left", u64::from(hours)),
        ),
        Standing::Overdue(0) => ("bad", language.say("breaches-standing-overdue-now")),
        Standing::Overdue(hours) => {
            ("bad", count(language, "breaches-standing-overdue", u64::from(hours)))
        }
        Standing::Settled => ("good", language.say("breaches-standing-settled")),
        Standing::Closed => ("good", language.say("breaches-standing-closed")),
    };
    Badge { kind, word }
}

fn row(frame: &Shell<'_>, breach: &BreachView) -> Row {
    let due = breach.course.due_at().map_or_else(|| "–".to_owned(), |at| time(frame.reader(), At(at)));
    Row {
        href: format!("/admin/breaches/{}", breach.id),
        title: breach.title.clone(),
        suspected: time(frame.reader(), At(breach.course.suspected_at)),
        due,
        badge: standing(frame.language, breach.standing),
    }
}

/// How the register stands, in words.
fn register(language: Language, checked: &Checked) -> (&'static str, String) {
    let said = |id: &str, number: u64| language.say_with(id, "number", &number.to_string());
    match checked.fault {
        Some(Fault::Missing(number)) => ("bad", said("breaches-register-missing", number)),
        Some(Fault::Changed(number)) => ("bad", said("breaches-register-changed", number)),
        Some(Fault::NotInLog(number)) => ("bad", said("breaches-register-not-in-log", number)),
        None if checked.entries == 0 => ("info", language.say("breaches-register-empty")),
        None => ("good", count(language, "breaches-register-whole", checked.entries)),
    }
}

/// `2026-11-26T14:05`, as the reader's clocks show it.
fn local(zone: Zone, at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .map(|at| at.to_zoned(zone.tz()).strftime("%Y-%m-%dT%H:%M").to_string())
        .unwrap_or_default()
}

/// What a field with a time holds.
fn moment(zone: Zone, text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
    Some(Timestamp(civil.to_zoned(zone.tz()).ok()?.timestamp().as_microsecond()))
}

/// Fields know minutes only: what lies before `floor` in the same minute is meant to follow it.
fn not_before(at: Timestamp, floor: Option<Timestamp>) -> Timestamp {
    match floor {
        Some(floor) if at < floor && floor.since(at) < Span::minutes(1) => floor,
        _ => at,
    }
}

/// The end of the minute that a field names, as far as it is over.
fn end_of(at: Timestamp, now: Timestamp) -> Timestamp {
    let end = at.plus(Span::minutes(1)).minus(Span(1));
    if at <= now { end.min(now) } else { at }
}

impl<'a> BreachesPage<'a> {
    pub fn new(frame: Shell<'a>, rows: &[BreachView], checked: &Checked, now: Timestamp) -> Self {
        let is_full = rows.len() >= usize::try_from(ROWS).unwrap_or(usize::MAX);
        Self {
            rows: rows.iter().map(|one| row(&frame, one)).collect(),
            next: rows.last().filter(|_| is_full).map(|last| last.id.to_string()),
            register: register(frame.language, checked),
            has_policy: true,
            clocks: frame.say_with("breaches-times", "zone", &frame.zone.shown()),
            now: local(frame.zone, now),
            title: String::new(),
            nature: String::new(),
            wrong: None,
            frame,
        }
    }
}

/// Kinds of data in words.
pub fn whats(language: Language, what: Whats) -> String {
    let words: Vec<String> =
        what.iter().map(|what| language.say(&format!("breaches-what-{}", what.code()))).collect();
    language.joined(&words)
}

fn entry(reader: Reader, entry: &EntryView) -> Entry {
    let language = reader.language;
    let facts = &entry.facts;
    let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number_of = |name: &str| facts.get(name).and_then(Value::as_u64).unwrap_or(0);
    let when = |name: &str| At::parse(&text(name)).map(|at| time(reader, at)).unwrap_or_default();
    let is = |name: &str| facts.get(name).and_then(Value::as_bool).unwrap_or(false);
    let mut texts = Vec::new();
    match entry.kind {
        EntryKind::Suspected => texts.extend([text("title"), when("suspected_at"), text("nature")]),
        EntryKind::Aware => texts.push(when("aware_at")),
        EntryKind::Facts => {
            texts.extend(["nature", "contact", "consequences", "measures"].map(text));
        }
        EntryKind::Affected => {
            let start = Start::from_code(&text("start"));
            texts.extend(
                start.map(|start| language.say(&format!("breaches-affected-start-{}", start.code()))),
            );
            texts.extend([text("name"), format!("{} – {}", when("from"), when("until"))]);
            let mut args = FluentArgs::new();
            args.set("certain", number(number_of("leads_certain")));
            args.set("possible", number(number_of("leads_possible")));
            args.set("certain_accounts", number(number_of("accounts_certain")));
            args.set("possible_accounts", number(number_of("accounts_possible")));
            texts.push(language.tell("breaches-said-found", Some(&args)));
            if number_of("unreadable") > 0 {
                texts.push(count(language, "breaches-said-unreadable", number_of("unreadable")));
            }
            if number_of("gone") > 0 {
                texts.push(count(language, "breaches-said-gone", number_of("gone")));
            }
        }
        EntryKind::Authority => {
            texts.push(language.say_with("breaches-said-phase", "phase", &number_of("phase").to_string()));
            texts.push(when("told_at"));
            if is("late") {
                texts.push(language.say("breaches-said-late"));
            }
            texts.push(text("reason"));
        }
        EntryKind::NotTold => texts.push(text("reason")),
        EntryKind::People => {
            let all = facts.get("texts").and_then(Value::as_array);
            let own = all.and_then(|all| {
                let is_own = |one: &&Value| one.get("language").and_then(Value::as_str) == Some(language.code());
                all.iter().find(is_own).or(all.first())
            });
            let part = |name: &str| own.and_then(|own| own.get(name)).and_then(Value::as_str).map(str::to_owned);
            texts.extend(["happened", "done", "advice"].iter().filter_map(|name| part(name)));
        }
        EntryKind::Closed => texts.push(text("words")),
    }
    texts.retain(|text| !text.is_empty());
    Entry {
        number: entry.number,
        kind: language.say(&format!("breaches-entry-{}", entry.kind.code())),
        at: time(reader, entry.written_at),
        texts,
        leaf: entry.leaf_index,
    }
}

fn spoken(language: Language, languages: &[String], texts: &[Words]) -> Vec<Spoken> {
    let speaks = |code: &str| languages.iter().any(|own| own == code);
    let all = TEXTS.into_iter().filter(|(.., code)| speaks(code));
    all.filter_map(|(happened, done, advice, code)| {
        let own = Language::from_tag(code)?;
        let name = own.say("language-name");
        let known = texts.iter().find(|text| text.language == code).cloned().unwrap_or_default();
        let label = |part: &str| language.say_with(&format!("breaches-people-{part}"), "language", &name);
        Some(Spoken {
            code: own.code(),
            direction: own.direction(),
            parts: vec![
                (happened, label("happened"), known.happened),
                (done, label("done"), known.done),
                (advice, label("advice"), known.advice),
            ],
        })
    })
    .collect()
}

fn told(language: Language, detail: &BreachDetail) -> Vec<Told> {
    let part = |part: Part| {
        let ways = Way::ALL.map(Some).into_iter().chain([None]).filter_map(|way| {
            let people = detail.told(part, way);
            let code = way.map_or("waiting", Way::code);
            (people > 0).then(|| (language.say(&format!("breaches-told-{code}")), number(people)))
        });
        let ways: Vec<_> = ways.collect();
        let name = language.say(&format!("breaches-told-{}", part.code()));
        (!ways.is_empty()).then_some(Told { part: name, ways })
    };
    Part::ALL.into_iter().filter_map(part).collect()
}

fn found(language: Language, detail: &BreachDetail) -> Vec<(String, String)> {
    let all = [(Part::Lead, "leads"), (Part::Account, "accounts")];
    let mut found = Vec::new();
    for (part, name) in all {
        for (is_certain, how) in [(true, "certain"), (false, "possible")] {
            let people = detail.people(part, is_certain);
            if people > 0 {
                found.push((language.say(&format!("breaches-found-{name}-{how}")), number(people)));
            }
        }
        let what = if part == Part::Lead { detail.what_of_leads } else { detail.what_of_accounts };
        if !what.is_empty() {
            found.push((language.say(&format!("breaches-found-what-{name}")), whats(language, what)));
        }
    }
    found
}

impl<'a> BreachPage<'a> {
    pub fn new(frame: Shell<'a>, languages: &[String], detail: &BreachDetail, now: Timestamp) -> Self {
        let (language, reader, course) = (frame.language, frame.reader(), detail.breach.course);
        let at = |id: &str, at: Option<Timestamp>| {
            Some((language.say(&format!("breaches-clock-{id}")), time(reader, At(at?))))
        };
        let clock = [
            at("suspected", Some(course.suspected_at)),
            at("aware", course.aware_at),
            at("due", course.due_at()),
            at("told", course.told_at),
            at("not-told", course.not_told_at),
            at("people", course.people_told_at),
            at("closed", course.closed_at),
        ];
        let fact = |name: &'static str, text: &str| {
            (name, language.say(&format!("breaches-facts-{name}")), text.to_owned())
        };
        let start = |start: Start| Choice {
            value: start.code().to_owned(),
            label: language.say(&format!("breaches-affected-start-{}", start.code())),
            is_chosen: false,
        };
        Self {
            id: detail.breach.id.to_string(),
            title: detail.breach.title.clone(),
            badge: standing(language, detail.breach.standing),
            clock: clock.into_iter().flatten().collect(),
            reason: detail.reason.clone(),
            is_open: course.closed_at.is_none(),
            is_aware: course.aware_at.is_some(),
            is_settled: course.told_at.is_some() || course.not_told_at.is_some(),
            phases: (course.phases > 0)
                .then(|| count(language, "breaches-authority-phases", u64::from(course.phases))),
            was_told: course.told_at.is_some(),
            is_complete: detail.is_complete,
            facts: [
                fact("nature", &detail.nature),
                fact("contact", &detail.contact),
                fact("consequences", &detail.consequences),
                fact("measures", &detail.measures),
            ],
            found: found(language, detail),
            starts: Start::ALL.map(start).into(),
            typed: Typed {
                from: local(frame.zone, course.suspected_at.minus(Span::days(1))),
                until: local(frame.zone, now),
                ..Typed::default()
            },
            account: String::new(),
            doors: None,
            doors_wrong: false,
            texts: spoken(language, languages, &detail.texts),
            has_texts: !detail.texts.is_empty(),
            told: told(language, detail),
            entries: detail.entries.iter().rev().map(|one| entry(reader, one)).collect(),
            clocks: frame.say_with("breaches-times", "zone", &frame.zone.shown()),
            now: local(frame.zone, now),
            wrong: None,
            frame,
        }
    }

    /// Which start is chosen.
    fn begin(&mut self, code: &str) {
        for start in &mut self.starts {
            start.is_chosen = start.value == code;
        }
    }
}

/// `GET /admin/breaches`
pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    Ok(page::html(&listed(&desk, asked.before.parse().ok()).await?))
}

async fn listed(desk: &Desk, before: Option<BreachId>) -> Result<BreachesPage<'_>, Problem> {
    let rows = all(desk.engine(), &desk.actor, before, ROWS).await?;
    let checked = check(desk.engine(), &desk.actor).await?;
    let now = desk.engine().clock().now();
    let mut page = BreachesPage::new(desk.shell(Section::Breaches)?, &rows, &checked, now);
    let missing = documents::unpublished(desk.engine(), desk.actor.brand).await?;
    page.has_policy = !missing.contains(&"breach_policy");
    Ok(page)
}

/// `POST /admin/breaches`: notes a case.
pub async fn note(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let zone = desk.reader().zone;
    let (title, nature) = (fields.get("title"), fields.get("nature"));
    let wrong = match moment(zone, fields.get("suspected")) {
        Some(at) => match actions::note(desk.engine(), &desk.actor, title, nature, at).await {
            Ok(id) => return Ok(see(&format!("/admin/breaches/{id}"), "breach-noted")),
            Err(EngineError::Invalid { field: "title", .. }) => "breaches-wrong-title",
            Err(EngineError::Invalid { field: "nature", .. }) => "breaches-wrong-nature",
            Err(EngineError::Invalid { .. }) => "breaches-wrong-at",
            Err(EngineError::Conflict(_)) => return Ok(see("/admin/breaches", "changed")),
            Err(error) => return Err(error.into()),
        },
        None => "breaches-wrong-at",
    };
    let mut page = listed(&desk, None).await?;
    page.wrong = Some(wrong);
    (page.title, page.nature) = (title.to_owned(), nature.to_owned());
    fields.get("suspected").clone_into(&mut page.now);
    Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn one(desk: &Desk, id: BreachId) -> Result<BreachPage<'_>, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let now = desk.engine().clock().now();
    let languages = &desk.visit.brand.brand.languages;
    Ok(BreachPage::new(desk.shell(Section::Breaches)?, languages, &detail, now))
}

/// `GET /admin/breaches/{id}`
pub async fn show(desk: Desk, Id(id): Id<BreachId>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut page = one(&desk, id).await?;
    asked.name.trim().clone_into(&mut page.typed.name);
    page.begin(&asked.start);
    asked.account.trim().clone_into(&mut page.account);
    if let Ok(account) = page.account.parse::<AccountId>() {
        let found = doors(desk.engine(), &desk.actor, account).await?;
        page.doors = Some(found.iter().map(|door| found_door(desk.reader(), door)).collect());
    } else {
        page.doors_wrong = !page.account.is_empty();
    }
    Ok(page::html(&page))
}

fn found_door(reader: Reader, door: &DoorView) -> FoundDoor {
    let mut args = FluentArgs::new();
    let language = reader.language;
    match door {
        DoorView::Session { id, since, seen_at } => {
            args.set("since", time(reader, *since));
            args.set("seen", time(reader, *seen_at));
            let words = language.tell("breaches-door-session", Some(&args));
            FoundDoor { name: id.to_string(), words, start: Start::Session.code() }
        }
        DoorView::Token { id, since, until } => {
            args.set("since", time(reader, *since));
            let words = match until {
                Some(until) => {
                    args.set("until", time(reader, *until));
                    language.tell("breaches-door-token-until", Some(&args))
                }
                None => language.tell("breaches-door-token", Some(&args)),
            };
            FoundDoor { name: id.to_string(), words, start: Start::Token.code() }
        }
    }
}

/// What became of a form: on to the page, or the page with what was wrong beside the form.
async fn ended(
    desk: &Desk,
    id: BreachId,
    (form, done): (&'static str, &'static str),
    result: Result<(), EngineError>,
    typed: impl FnOnce(&mut BreachPage<'_>),
) -> Result<Response, Problem> {
    let wrong = match result {
        Ok(()) => return Ok(see(&format!("/admin/breaches/{id}"), done)),
        Err(EngineError::Conflict(_)) => "breaches-wrong-order",
        Err(EngineError::Invalid { field, .. }) => match (form, field) {
            ("search", "until") => "breaches-wrong-until",
            ("search", _) => "breaches-wrong-name",
            ("leave", _) => "breaches-wrong-leave",
            ("people", _) => "breaches-wrong-text",
            ("facts", _) => "breaches-wrong-facts-size",
            (_, "facts") => "breaches-wrong-facts",
            (_, "words") => "breaches-wrong-words",
            (_, "reason") => "breaches-wrong-reason",
            _ => "breaches-wrong-at",
        },
        Err(error) => return Err(error.into()),
    };
    let mut page = one(desk, id).await?;
    page.wrong = Some((form, wrong));
    typed(&mut page);
    Ok(page::html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// The time in this field; [`EngineError::Invalid`] where there is none.
fn time_of(desk: &Desk, fields: &Fields, name: &'static str) -> Result<Timestamp, EngineError> {
    moment(desk.reader().zone, fields.get(name))
        .ok_or_else(|| EngineError::Invalid { field: name, problem: "is no time".to_owned() })
}

/// `POST /admin/breaches/{id}/aware`
pub async fn aware(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let course = get(desk.engine(), &desk.actor, id).await?.breach.course;
    let result = match time_of(&desk, &fields, "at") {
        Ok(at) => {
            let at = not_before(at, Some(course.suspected_at));
            actions::become_aware(desk.engine(), &desk.actor, id, at).await
        }
        Err(error) => Err(error),
    };
    ended(&desk, id, ("aware", "breach-aware"), result, |_| {}).await
}

/// `POST /admin/breaches/{id}/facts`
pub async fn facts(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let form = FactsForm {
        nature: fields.get("nature").to_owned(),
        contact: fields.get("contact").to_owned(),
        consequences: fields.get("consequences").to_owned(),
        measures: fields.get("measures").to_owned(),
    };
    let result = actions::set_facts(desk.engine(), &desk.actor, id, &form).await;
    ended(&desk, id, ("facts", "breach-facts"), result, |page| {
        for (name, _, text) in &mut page.facts {
            fields.get(name).clone_into(text);
        }
    })
    .await
}

/// `POST /admin/breaches/{id}/search`
pub async fn search(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let start = Start::from_code(fields.get("start")).unwrap_or(Start::Window);
    let with_keys = fields.get("with_keys") == "yes";
    let times = time_of(&desk, &fields, "from").and_then(|from| Ok((from, time_of(&desk, &fields, "until")?)));
    let result = match times {
        Ok((from, until)) => {
            let (name, until) = (fields.get("name").to_owned(), end_of(until, desk.engine().clock().now()));
            let asked = Search { start, name, from, until, with_keys };
            actions::search(desk.engine(), &desk.actor, id, &asked).await.map(drop)
        }
        Err(_) => Err(EngineError::Invalid { field: "until", problem: "is no time".to_owned() }),
    };
    ended(&desk, id, ("search", "breach-searched"), result, |page| {
        page.begin(start.code());
        page.typed = Typed {
            name: fields.get("name").to_owned(),
            from: fields.get("from").to_owned(),
            until: fields.get("until").to_owned(),
            with_keys,
        };
    })
    .await
}

/// `POST /admin/breaches/{id}/authority`
pub async fn authority(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let course = get(desk.engine(), &desk.actor, id).await?.breach.course;
    let result = match time_of(&desk, &fields, "at") {
        Ok(at) => {
            let (at, reason) = (not_before(at, course.aware_at), fields.get("reason"));
            actions::tell_authority(desk.engine(), &desk.actor, id, at, reason).await.map(drop)
        }
        Err(error) => Err(error),
    };
    ended(&desk, id, ("authority", "breach-told"), result, |_| {}).await
}

/// `POST /admin/breaches/{id}/leave`
pub async fn leave(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let result = actions::leave_authority(desk.engine(), &desk.actor, id, fields.get("reason")).await;
    ended(&desk, id, ("leave", "breach-left"), result, |_| {}).await
}

/// `POST /admin/breaches/{id}/people`
pub async fn people(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let texts = TEXTS.map(|(happened, done, advice, code)| Words {
        language: code.to_owned(),
        happened: fields.get(happened).to_owned(),
        done: fields.get(done).to_owned(),
        advice: fields.get(advice).to_owned(),
    });
    let result = actions::tell_people(desk.engine(), &desk.actor, id, &texts).await;
    ended(&desk, id, ("people", "breach-people"), result, |page| {
        for text in &mut page.texts {
            for (name, _, value) in &mut text.parts {
                fields.get(name).clone_into(value);
            }
        }
    })
    .await
}

/// `POST /admin/breaches/{id}/close`
pub async fn close(desk: Desk, Id(id): Id<BreachId>, fields: Fields) -> Result<Response, Problem> {
    let result = actions::close(desk.engine(), &desk.actor, id, fields.get("words")).await;
    ended(&desk, id, ("close", "breach-closed"), result, |_| {}).await
}

/// `GET /admin/breaches/{id}/authority.md`: what the authority is told, in the reader's language.
pub async fn authority_draft(desk: Desk, Id(id): Id<BreachId>) -> Result<Response, Problem> {
    let detail = get(desk.engine(), &desk.actor, id).await?;
    let now = At(desk.engine().clock().now());
    let text = draft(desk.reader(), &desk.visit.brand.brand, &detail, now);
    let name = format!("attachment; filename=\"{id}.md\"");
    Ok(([(CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], text)
        .into_response())
}

/// `GET /admin/breaches/entries/{number}/proof`: that an entry was written then and not changed since.
pub async fn entry_proof(desk: Desk, Path(number): Path<u64>) -> Result<Response, Problem> {
    let file = proof(desk.engine(), &desk.actor, number).await?;
    let name = format!("attachment; filename=\"breach-entry-{number}.proof.json\"");
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)], file).into_response())
}
