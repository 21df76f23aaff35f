//! `/data`: in layers. First in short, then by whom it is about and how it came, then everything.
//!
//! Invariant: every table with anything in it about a person is a card, and every column of every table a row.

use super::changes::{self, Coming};
use super::words;
use crate::account::documents::rendered;
use crate::account::recipients;
use crate::console::Shell;
use crate::console::words::{count, number, time_in};
use crate::language::Language;
use crate::my::authority::named;
use askama::Template;
use engine::datamap::gate::ComingView;
use engine::datamap::versions::{Shown, VersionView};
use engine::datamap::{Announced, Entry, Place};
use engine::views::documents::Document;
use fluent_bundle::FluentArgs;
use model::datamap::Subject;
use model::datamap::elsewhere::{ADDRESSES, BROWSER, MEMORY};
use std::collections::HashMap;

/// What a page is made from.
pub struct Facts<'a> {
    pub shown: &'a Shown,
    pub version: Option<&'a VersionView>,
    pub announced: Option<&'a Document>,
    pub coming: &'a [ComingView],
}

/// A table, as people read it.
pub struct Card {
    pub title: String,
    pub what: String,
    pub contents: String,
    pub purposes: Vec<String>,
    pub bases: String,
    pub kept: String,
    pub who: String,
    pub ways: Vec<String>,
    pub place: String,
}

/// The cards of one kind.
pub struct Group {
    pub id: &'static str,
    pub cards: Vec<Card>,
}

/// A column, or a field in an envelope.
pub struct Row {
    pub name: &'static str,
    pub is_inside: bool,
    pub what: String,
    /// In the declaration's own words, where they are of the page's language.
    pub said: &'static str,
    pub kept: String,
    pub way: String,
}

/// All of a table.
pub struct Table {
    pub name: &'static str,
    pub title: String,
    pub columns: String,
    pub goes: String,
    pub source: String,
    pub rows: Vec<Row>,
}

/// Something that the browser keeps.
pub struct Kept {
    pub name: &'static str,
    pub purposes: String,
    pub life: String,
}

/// A place with IP addresses, and for how long.
pub struct Address {
    pub what: String,
    pub kept: String,
}

/// What backups hold.
pub struct Backed {
    pub keys: String,
    /// What goes into none.
    pub left: Vec<String>,
}

#[derive(Template)]
#[template(path = "account/data.html")]
pub struct DataPage<'a> {
    pub frame: Shell<'a>,
    pub version: Option<String>,
    pub hash: String,
    pub leaf: String,
    pub short: Vec<String>,
    pub announced: Option<String>,
    pub coming: Vec<Coming>,
    pub groups: Vec<Group>,
    pub browser: Vec<Kept>,
    pub memory: Vec<String>,
    pub addresses: Vec<Address>,
    pub recipients: Vec<Announced>,
    pub backups: Backed,
    pub not: Vec<String>,
    pub tables: Vec<Table>,
    pub rights: String,
}

const SHORT: [&str; 7] = [
    "data-short-need",
    "data-short-texts",
    "data-short-sealed",
    "data-short-promotion",
    "data-short-cookie",
    "data-short-shared",
    "data-short-end",
];
/// Before the second of them comes the one that says for how many days.
const NOT: [&str; 3] = ["data-not-running", "data-not-meta", "data-not-operator"];

fn plain(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "")
}

/// Who gets something of a table, by the names that the register gives them.
fn who(language: Language, place: &Place, recipients: &[Announced]) -> String {
    let mut named = place.entries().flat_map(|entry| entry.recipients.iter()).peekable();
    let is_nobody = named.peek().is_none();
    // Who is not announced gets nothing.
    let said = named.filter_map(|name| recipients.iter().find(|one| one.name == *name));
    let said = words::listed(said.map(|one| one.who.clone()));
    match said.is_empty() {
        true if is_nobody => language.say("data-nobody"),
        true => language.say("data-nobody-yet"),
        false => language.joined(&said),
    }
}

fn in_words_of(language: Language, one: &Announced) -> Announced {
    let said = |text: &str| recipients::said(language, text);
    Announced {
        data: said(&one.data),
        purpose: said(&one.purpose),
        country: said(&one.country),
        safeguard: said(&one.safeguard),
        ..one.clone()
    }
}

fn card(language: Language, place: &Place, recipients: &[Announced]) -> Card {
    let of_people: Vec<&Entry> = place.personal().collect();
    let say = |part: &str| language.say(&format!("data-place-{}{part}", place.name));
    let database = format!("data-where-{}", place.database);
    Card {
        title: say(""),
        what: say("-what"),
        contents: language.joined(&words::contents(language, place)),
        purposes: words::listed(of_people.iter().flat_map(|entry| words::purposes(language, entry))),
        bases: language
            .joined(&words::listed(of_people.iter().flat_map(|entry| words::bases(language, entry)))),
        kept: words::kept(language, place),
        who: who(language, place, recipients),
        ways: words::protections(language, place),
        place: plain(&language.say_with(&database, "table", place.name)),
    }
}

fn groups(language: Language, shown: &Shown) -> Vec<Group> {
    let kinds = [
        ("account-given", Subject::Account, true),
        ("account-arises", Subject::Account, false),
        ("lead-given", Subject::Lead, true),
        ("lead-arises", Subject::Lead, false),
    ];
    kinds
        .into_iter()
        .map(|(id, subject, is_given)| {
            let places = shown.map.places.iter().filter(|place| place.personal().next().is_some());
            let places = places.filter(|place| place.subject() == subject && place.is_given() == is_given);
            let cards = places.map(|place| card(language, place, &shown.map.recipients)).collect();
            Group { id, cards }
        })
        .collect()
}

fn row(language: Language, entry: &Entry, is_inside: bool) -> Row {
    Row {
        name: entry.name,
        is_inside,
        what: words::category(language, entry.category),
        said: if language == Language::English { entry.what } else { "" },
        kept: words::retention(language, entry.retention),
        way: words::protection(language, entry.protection),
    }
}

fn table(language: Language, place: &Place) -> Table {
    let columns = place.columns.iter().map(|entry| row(language, entry, false));
    let mut rows = Vec::new();
    for column in columns {
        let is_envelope = column.name == "sealed" && !place.sealed.is_empty();
        rows.push(column);
        if is_envelope {
            rows.extend(place.sealed.iter().map(|entry| row(language, entry, true)));
        }
    }
    Table {
        name: place.name,
        title: language.say(&format!("data-place-{}", place.name)),
        columns: count(language, "data-columns", u64::try_from(rows.len()).unwrap_or(u64::MAX)),
        goes: language.say(&format!("data-goes-{}", place.goes.code())),
        source: language.say(&format!("data-from-{}", place.source.code())),
        rows,
    }
}

fn browser(language: Language) -> Vec<Kept> {
    BROWSER
        .iter()
        .map(|one| {
            let mut args = FluentArgs::new();
            args.set("idle", number(u64::from(one.idle_minutes)));
            args.set("hours", number(u64::from(one.longest_hours)));
            args.set("days", number(u64::from(one.longest_days)));
            let purposes =
                one.purposes.iter().map(|purpose| language.say(&format!("data-for-{}", purpose.code())));
            Kept {
                name: one.name,
                purposes: language.joined(&words::listed(purposes)),
                life: plain(&language.tell(&format!("data-life-{}", one.code), Some(&args))),
            }
        })
        .collect()
}

fn backups(language: Language, shown: &Shown) -> Backed {
    let left = shown.map.backups.left_out.iter();
    Backed {
        keys: count(language, "data-backups-keys-text", u64::from(shown.map.backups.days_of_keys)),
        left: left.map(|one| language.say(&format!("data-place-{}", one.place))).collect(),
    }
}

fn not(language: Language, shown: &Shown) -> Vec<String> {
    let backup = count(language, "data-not-backup", u64::from(shown.map.backups.days_of_keys));
    let mut said: Vec<String> = NOT.map(|id| language.say(id)).into();
    said.insert(1.min(said.len()), backup);
    said
}

fn rights(frame: &Shell<'_>, shown: &Shown) -> String {
    let mut args = FluentArgs::new();
    args.set("contact", shown.map.controller.contact.as_str());
    args.set("country", named(frame.language, &shown.map.controller.country));
    frame.language.tell("data-rights-text", Some(&args))
}

impl<'a> DataPage<'a> {
    pub fn new(frame: Shell<'a>, facts: &Facts<'_>) -> Self {
        let (language, shown) = (frame.language, facts.shown);
        let version = facts.version.map(|version| {
            let mut args = FluentArgs::new();
            args.set("number", version.number.to_string());
            args.set("time", time_in(language, version.made_at, None));
            language.tell("data-version", Some(&args))
        });
        let hash = hex::encode(shown.hash);
        let leaf =
            facts.version.filter(|version| version.hash == hash).and_then(|version| version.leaf_index);
        let leaf = leaf.map_or_else(
            || language.say("data-leaf-waits"),
            |leaf| language.say_with("data-leaf", "leaf", &leaf.to_string()),
        );
        let tables = u64::try_from(shown.map.places.len()).unwrap_or(u64::MAX);
        let first = plain(&language.say_with("data-short-list", "tables", &number(tables)));
        let addresses = ADDRESSES.iter().map(|one| Address {
            what: language.say(&format!("data-address-{}", one.code)),
            kept: count(language, "data-days", u64::from(one.days)),
        });
        Self {
            version,
            hash,
            leaf,
            short: std::iter::once(first).chain(SHORT.map(|id| language.say(id))).collect(),
            announced: facts.announced.map(|document| rendered(&document.text, 3, frame.asked())),
            coming: changes::coming(
                language,
                |at| time_in(language, at, None),
                facts.coming,
                &HashMap::new(),
            ),
            groups: groups(language, shown),
            browser: browser(language),
            memory: MEMORY.iter().map(|one| language.say(&format!("data-memory-{}", one.code))).collect(),
            addresses: addresses.collect(),
            recipients: shown.map.recipients.iter().map(|one| in_words_of(language, one)).collect(),
            backups: backups(language, shown),
            not: not(language, shown),
            tables: shown.map.places.iter().map(|place| table(language, place)).collect(),
            rights: rights(&frame, shown),
            frame,
        }
    }

    pub fn announcement(&self) -> String {
        self.frame.language.say_with("data-announcement", "brand", self.frame.brand)
    }

    pub fn of_group(&self, group: &Group, part: &str) -> String {
        self.frame.language.say_with(&format!("data-{}{part}", group.id), "brand", self.frame.brand)
    }
}
