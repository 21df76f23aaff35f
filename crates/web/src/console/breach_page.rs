//! The pages of the register of breaches: what the views found, put into words.
//!
//! Invariant: nobody's name stands here, only numbers and what the admin wrote.

use super::ROWS;
use super::Shell;
use super::breach_mail::{Mailed, mailed};
use super::kept_form::Returned;
use super::leads::Badge;
use super::words::{count, number, time};
use crate::language::Language;
use crate::reader::{Reader, Zone};
use askama::Template;
use engine::views::At;
use engine::views::breaches::{BreachDetail, BreachView, Checked, EntryView, Fault, Part, Way};
use fluent_bundle::FluentArgs;
use model::breach::{EntryKind, Field, Mailing, Standing, Start, What, Whats};
use model::time::Timestamp;
use serde_json::Value;

/// A case in the list.
pub struct Row {
    pub href: String,
    pub title: String,
    pub suspected: String,
    pub due: String,
    pub is_drill: bool,
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
    pub by_clocks: String,
    /// What the field of the time begins with, and before which nothing can be suspected.
    pub now: String,
    pub since: String,
    pub title: String,
    pub nature: String,
    /// What was chosen of "is it real", if anything was.
    pub is_drill: Option<bool>,
    /// The Fluent id of what was wrong with the form.
    pub wrong: Option<&'static str>,
}

/// An entry in words.
pub struct Entry {
    pub number: String,
    pub kind: String,
    pub at: String,
    pub texts: Vec<String>,
    pub leaf: Option<String>,
}

/// How many of one part were told in which way.
pub struct Told {
    pub part: String,
    pub ways: Vec<(String, String)>,
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
    pub is_drill: bool,
    pub is_open: bool,
    pub is_aware: bool,
    pub is_settled: bool,
    pub phases: Option<String>,
    /// What the authority is told at least and is not known yet, in words.
    pub missing: Vec<String>,
    pub facts: [(&'static str, String, String); 4],
    /// What became of the last mail to the authority.
    pub mailed: Option<Mailed>,
    pub found: Vec<(String, String)>,
    pub has_texts: bool,
    pub has_draft: bool,
    pub told: Vec<Told>,
    /// The Fluent id of why it cannot be closed yet.
    pub not_yet: Option<&'static str>,
    pub entries: Vec<Entry>,
    pub by_clocks: String,
    pub suspected: String,
    /// What the forms hold.
    pub aware_at: String,
    pub told_at: String,
    pub late: String,
    pub leave: String,
    pub words: String,
    /// Which form was wrong, and the Fluent id of what was.
    pub wrong: Option<(&'static str, &'static str)>,
}

impl BreachPage<'_> {
    /// What was wrong with this form.
    pub fn wrong_of(&self, form: &str) -> Option<&'static str> {
        self.wrong.filter(|(own, _)| *own == form).map(|(_, text)| text)
    }

    /// The form to which the texts about the case belong.
    pub const fn facts_form(&self) -> &'static str {
        if self.is_aware { "authority-form" } else { "facts-form" }
    }

    /// With a form as it was typed, and what was wrong with it.
    pub fn again(&mut self, of: &Returned) {
        self.wrong = Some((of.form, of.wrong));
        let typed = |name: &str| of.fields.get(name).to_owned();
        match of.form {
            "aware" => self.aware_at = typed("at"),
            // They are one form, once the authority is to be told.
            "facts" | "authority" => {
                for (name, _, text) in &mut self.facts {
                    if of.fields.has(name) {
                        *text = typed(name);
                    }
                }
                if of.fields.has("at") {
                    self.told_at = typed("at");
                    self.late = typed("reason");
                }
            }
            "leave" => self.leave = typed("reason"),
            "close" => self.words = typed("words"),
            _ => {}
        }
    }
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
        Standing::Overdue(hours) => ("bad", count(language, "breaches-standing-overdue", u64::from(hours))),
        Standing::InPart => ("warn", language.say("breaches-standing-in-part")),
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
        is_drill: breach.is_drill,
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
pub fn local(zone: Zone, at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .map(|at| at.to_zoned(zone.tz()).strftime("%Y-%m-%dT%H:%M").to_string())
        .unwrap_or_default()
}

impl<'a> BreachesPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        rows: &[BreachView],
        checked: &Checked,
        (since, now): (At, Timestamp),
    ) -> Self {
        let is_full = rows.len() >= usize::try_from(ROWS).unwrap_or(usize::MAX);
        Self {
            rows: rows.iter().map(|one| row(&frame, one)).collect(),
            next: rows.last().filter(|_| is_full).map(|last| last.id.to_string()),
            register: register(frame.language, checked),
            has_policy: true,
            by_clocks: frame.say_with("breaches-times", "zone", &frame.zone.shown()),
            now: local(frame.zone, now),
            since: local(frame.zone, since.0),
            title: String::new(),
            nature: String::new(),
            is_drill: None,
            wrong: None,
            frame,
        }
    }

    /// With the form as it was typed, and what was wrong with it.
    pub fn again(&mut self, of: &Returned) {
        self.wrong = Some(of.wrong);
        let typed = |name: &str| of.fields.get(name).to_owned();
        (self.title, self.nature, self.now) = (typed("title"), typed("nature"), typed("suspected"));
        self.is_drill = match of.fields.get("drill") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
    }
}

/// What the authority is told at least, in words.
pub fn field(language: Language, field: Field) -> String {
    language.say(&format!("breaches-field-{}", field.code()))
}

/// Kinds of data in words.
pub fn whats(language: Language, what: Whats) -> String {
    let words: Vec<String> =
        what.iter().map(|what| language.say(&format!("breaches-what-{}", what.code()))).collect();
    let words = language.joined(&words);
    // Said once, and only where nothing else of it says who they are.
    let names = [What::Found, What::Identity, What::Proof, What::File, What::Account];
    let is_nameless = !what.iter().any(|one| names.contains(&one));
    if is_nameless && what != Whats::default() {
        return language.say_with("breaches-what-nameless", "what", &words);
    }
    words
}

fn entry(reader: Reader, entry: &EntryView) -> Entry {
    let language = reader.language;
    let facts = &entry.facts;
    let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number_of = |name: &str| facts.get(name).and_then(Value::as_u64).unwrap_or(0);
    let when = |name: &str| At::parse(&text(name)).map(|at| time(reader, at)).unwrap_or_default();
    let is = |name: &str| facts.get(name).and_then(Value::as_bool).unwrap_or(false);
    let clock = |of: &str, at: String| format!("{}: {at}", language.say(&format!("breaches-clock-{of}")));
    let mut texts = Vec::new();
    match entry.kind {
        Some(EntryKind::Suspected | EntryKind::Drill) => {
            texts.extend([text("title"), clock("suspected", when("suspected_at")), text("nature")]);
        }
        Some(EntryKind::Aware) => texts.push(clock("aware", when("aware_at"))),
        Some(EntryKind::Facts) => {
            texts.extend(["nature", "contact", "consequences", "measures"].map(text));
        }
        Some(EntryKind::Affected) => {
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
        Some(EntryKind::Authority) => {
            texts.push(language.say_with("breaches-said-phase", "phase", &number_of("phase").to_string()));
            texts.push(clock("told", when("told_at")));
            texts.extend(facts.get("mail").into_iter().flat_map(|mail| mailed_entry(reader, mail)));
            if is("late") {
                texts.push(language.say("breaches-said-late"));
            }
            texts.push(text("reason"));
            let follows = facts.get("follows").and_then(Value::as_array);
            let follows = follows.into_iter().flatten().filter_map(Value::as_str);
            let follows: Vec<String> = follows
                .filter_map(|code| Field::ALL.into_iter().find(|own| own.code() == code))
                .map(|own| field(language, own))
                .collect();
            if !follows.is_empty() {
                let list = language.joined(&follows);
                texts.push(language.say_with("breaches-said-follows", "list", &list));
            }
        }
        Some(EntryKind::Mailed) => texts.extend(mailed_entry(reader, facts)),
        Some(EntryKind::NotTold) => texts.push(text("reason")),
        Some(EntryKind::People) => {
            let all = facts.get("texts").and_then(Value::as_array);
            let own = all.and_then(|all| {
                let is_own =
                    |one: &&Value| one.get("language").and_then(Value::as_str) == Some(language.code());
                all.iter().find(is_own).or(all.first())
            });
            let part =
                |name: &str| own.and_then(|own| own.get(name)).and_then(Value::as_str).map(str::to_owned);
            texts.extend(["happened", "follows", "done", "advice"].iter().filter_map(|name| part(name)));
            if is("drill") {
                texts.push(language.say("breaches-said-drill"));
            }
        }
        Some(EntryKind::Closed) => texts.push(text("words")),
        None => {}
    }
    texts.retain(|text| !text.is_empty());
    Entry {
        number: entry.number.to_string(),
        kind: language.say(&format!("breaches-entry-{}", entry.kind.map_or("unknown", EntryKind::code))),
        at: time(reader, entry.written_at),
        texts,
        leaf: entry.leaf_index.map(|leaf| leaf.to_string()),
    }
}

/// What an entry says of a mail to the authority.
fn mailed_entry(reader: Reader, facts: &Value) -> Vec<String> {
    let language = reader.language;
    let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
    let is = |name: &str| facts.get(name).and_then(Value::as_bool).unwrap_or(false);
    let state = Mailing::from_code(text("state")).unwrap_or(Mailing::Unanswered);
    let mut texts = vec![language.say_with(&format!("breaches-mailed-{}", state.code()), "to", text("to"))];
    if is("again") {
        texts.push(language.say("breaches-mailed-again"));
    }
    if is("drill") {
        texts.push(language.say("breaches-mailed-drill"));
    }
    texts.extend(["subject", "text"].map(|name| text(name).to_owned()));
    texts
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
    pub fn new(frame: Shell<'a>, detail: &BreachDetail, now: Timestamp) -> Self {
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
        let is_aware = course.aware_at.is_some();
        let is_settled = course.told_at.is_some() || course.not_told_at.is_some();
        let not_yet = match (course.told_at, course.not_told_at) {
            (None, None) if is_aware => Some("breaches-close-unsettled"),
            (Some(_), _) if !detail.told_in_full => Some("breaches-wrong-facts"),
            _ => None,
        };
        Self {
            id: detail.breach.id.to_string(),
            title: detail.breach.title.clone(),
            badge: standing(language, detail.breach.standing),
            clock: clock.into_iter().flatten().collect(),
            reason: detail.reason.clone(),
            is_drill: detail.breach.is_drill,
            is_open: course.closed_at.is_none(),
            is_aware,
            is_settled,
            phases: (course.phases > 0)
                .then(|| count(language, "breaches-authority-phases", u64::from(course.phases))),
            missing: detail.missing.iter().map(|own| field(language, *own)).collect(),
            facts: [
                fact("nature", &detail.nature),
                fact("contact", &detail.contact),
                fact("consequences", &detail.consequences),
                fact("measures", &detail.measures),
            ],
            mailed: mailed(reader, detail, now),
            found: found(language, detail),
            has_texts: !detail.texts.is_empty(),
            has_draft: detail.draft.is_some(),
            told: told(language, detail),
            not_yet,
            entries: detail.entries.iter().rev().map(|one| entry(reader, one)).collect(),
            by_clocks: frame.say_with("breaches-times", "zone", &frame.zone.shown()),
            suspected: local(frame.zone, course.suspected_at),
            aware_at: local(frame.zone, now),
            told_at: local(frame.zone, now),
            late: String::new(),
            leave: String::new(),
            words: String::new(),
            wrong: None,
            frame,
        }
    }
}
