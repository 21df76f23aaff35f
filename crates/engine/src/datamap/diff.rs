//! What another data map means for people: whether it is the same, says the same in other words or promises more, or is
//! materially another.
//!
//! Looked at is what concerns people (accounts and leads). More places, fields, purposes, bases or recipients, a longer
//! life and a weaker protection are material; what is less, shorter or better protected is not, and neither are words.
//! The register of recipients and the controller are left out: the one is announced by itself ([`crate::recipients`]),
//! the other stands in the brand's documents.
//!
//! Invariant: what cannot be read promised nothing, so everything is material against it.

use super::DataMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// One thing that is materially another, by the codes that the map uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// A table about people that was not there, or was about nobody.
    NewPlace {
        place: String,
    },
    /// A field about people, or one that holds something else than before.
    NewField {
        place: String,
        field: String,
        category: String,
    },
    NewPurpose {
        place: String,
        purpose: String,
    },
    NewBasis {
        place: String,
        basis: String,
    },
    NewRecipient {
        place: String,
        recipient: String,
    },
    Longer {
        place: String,
        kept: Kept,
    },
    /// It goes with whoever is erased later.
    LaterErased {
        place: String,
        goes: String,
    },
    Weaker {
        place: String,
        field: String,
        protection: String,
    },
    NewInBrowser {
        name: String,
    },
    LongerInBrowser {
        name: String,
    },
    NewPurposeInBrowser {
        name: String,
        purpose: String,
    },
    NewInMemory {
        code: String,
        category: String,
    },
    LongerInMemory {
        code: String,
        days: u16,
    },
    NewPurposeInMemory {
        code: String,
        purpose: String,
    },
    /// Letters tell something of a kind that they did not.
    NewInLetters {
        category: String,
    },
    /// The same of the files that are taken out.
    NewInFiles {
        category: String,
    },
    /// Something of another kind goes to a recipient that was there before.
    NewFlow {
        recipient: String,
        category: String,
    },
    /// What goes there anyway goes for something else, too.
    NewPurposeOfFlow {
        recipient: String,
        purpose: String,
    },
    /// Copies of the keys are kept longer.
    LongerBackups {
        days: u16,
    },
    /// A table is copied that was not.
    NewInBackups {
        place: String,
    },
}

/// The map's own codes, for whoever runs the program.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewPlace { place } => write!(f, "new-place {place}"),
            Self::NewField { place, field, category } => write!(f, "new-field {place}.{field} ({category})"),
            Self::NewPurpose { place, purpose } => write!(f, "new-purpose {place}: {purpose}"),
            Self::NewBasis { place, basis } => write!(f, "new-basis {place}: {basis}"),
            Self::NewRecipient { place, recipient } => write!(f, "new-recipient {place}: {recipient}"),
            Self::Longer { place, kept } => write!(f, "longer {place}: {}", kept.code()),
            Self::LaterErased { place, goes } => write!(f, "later-erased {place}: {goes}"),
            Self::Weaker { place, field, protection } => {
                write!(f, "weaker {place}.{field}: {protection}")
            }
            Self::NewInBrowser { name } => write!(f, "new-in-browser {name}"),
            Self::LongerInBrowser { name } => write!(f, "longer-in-browser {name}"),
            Self::NewPurposeInBrowser { name, purpose } => {
                write!(f, "new-purpose-in-browser {name}: {purpose}")
            }
            Self::NewInMemory { code, category } => write!(f, "new-in-memory {code} ({category})"),
            Self::LongerInMemory { code, days } => write!(f, "longer-in-memory {code}: {days} days"),
            Self::NewPurposeInMemory { code, purpose } => {
                write!(f, "new-purpose-in-memory {code}: {purpose}")
            }
            Self::NewInLetters { category } => write!(f, "new-in-letters {category}"),
            Self::NewInFiles { category } => write!(f, "new-in-files {category}"),
            Self::NewFlow { recipient, category } => write!(f, "new-flow {recipient}: {category}"),
            Self::NewPurposeOfFlow { recipient, purpose } => {
                write!(f, "new-purpose-of-flow {recipient}: {purpose}")
            }
            Self::LongerBackups { days } => write!(f, "longer-backups {days} days"),
            Self::NewInBackups { place } => write!(f, "new-in-backups {place}"),
        }
    }
}

/// How a map stands to one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    Same,
    /// Other words, or less of something.
    Wording,
    Material(Vec<Change>),
}

impl Difference {
    /// What is material about it.
    pub fn material(&self) -> &[Change] {
        match self {
            Self::Same | Self::Wording => &[],
            Self::Material(changes) => changes,
        }
    }
}

/// How long something is kept, from the shortest to the longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    UntilProcessed,
    Days(u16),
    UntilErasure,
    Installation,
}

impl Kept {
    pub fn code(self) -> String {
        match self {
            Self::UntilProcessed => "until-processed".to_owned(),
            Self::Days(days) => format!("{days} days"),
            Self::UntilErasure => "until-erasure".to_owned(),
            Self::Installation => "installation".to_owned(),
        }
    }
}

/// How something lies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    Plain(String),
    Hash,
    KeyedHash,
    SealedBrand,
    Wrapped,
    SealedPerson,
}

impl Way {
    /// The higher, the better. A key that is wrapped lies as well as what it opens.
    const fn strength(&self) -> u8 {
        match self {
            Self::Plain(_) => 0,
            Self::Hash => 1,
            Self::KeyedHash => 2,
            Self::SealedBrand => 3,
            Self::Wrapped | Self::SealedPerson => 4,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Plain(_) => "plain",
            Self::Hash => "hash",
            Self::KeyedHash => "keyed-hash",
            Self::SealedBrand => "sealed-brand",
            Self::Wrapped => "wrapped",
            Self::SealedPerson => "sealed-person",
        }
    }
}

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    category: String,
    subject: String,
    purposes: BTreeSet<String>,
    bases: BTreeSet<String>,
    retention: Kept,
    protection: Way,
    recipients: BTreeSet<String>,
}

impl Entry {
    fn is_about_people(&self) -> bool {
        matches!(self.subject.as_str(), "account" | "lead")
    }
}

#[derive(Debug, Deserialize)]
struct Place {
    name: String,
    goes: String,
    days: Option<u16>,
    columns: Vec<Entry>,
    sealed: Vec<Entry>,
}

impl Place {
    fn personal(&self) -> impl Iterator<Item = &Entry> {
        self.columns.iter().chain(&self.sealed).filter(|entry| entry.is_about_people())
    }

    /// The entry that another's is to be compared with: where it stood, or elsewhere in the place.
    fn like(&self, entry: &Entry, is_inside: bool) -> Option<&Entry> {
        let is_it = |one: &&Entry| one.name == entry.name && one.subject == entry.subject;
        let (first, second) =
            if is_inside { (&self.sealed, &self.columns) } else { (&self.columns, &self.sealed) };
        first.iter().find(is_it).or_else(|| second.iter().find(is_it))
    }

    /// When its rows go, the later the higher.
    fn goes_at(&self) -> u8 {
        match self.goes.as_str() {
            "lead" => 0,
            "account" => 1,
            "brand" => 2,
            _ => 3,
        }
    }
}

#[derive(Debug, Deserialize)]
struct InBrowser {
    name: String,
    purposes: BTreeSet<String>,
    longest_days: u16,
    longest_hours: u16,
    idle_minutes: u16,
}

impl InBrowser {
    /// The minutes after which it ends unused, without the choice to stay signed in; none stated are without end.
    fn idle(&self) -> u32 {
        if self.idle_minutes == 0 { u32::MAX } else { u32::from(self.idle_minutes) }
    }

    /// The minutes after which it ends in any case: where no hours are stated, those without use.
    fn longest(&self) -> u32 {
        if self.longest_hours == 0 { self.idle() } else { u32::from(self.longest_hours).saturating_mul(60) }
    }

    fn is_longer_than(&self, old: &Self) -> bool {
        self.longest_days > old.longest_days || self.longest() > old.longest() || self.idle() > old.idle()
    }
}

#[derive(Debug, Deserialize)]
struct InMemory {
    code: String,
    is: String,
    purposes: BTreeSet<String>,
    days: u16,
}

/// A field of letters or files.
#[derive(Debug, Deserialize)]
struct Told {
    is: String,
}

#[derive(Debug, Deserialize)]
struct Sent {
    recipient: String,
    category: String,
    purposes: BTreeSet<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Backups {
    days_of_keys: u16,
    left_out: Vec<LeftOut>,
}

#[derive(Debug, Deserialize)]
struct LeftOut {
    place: String,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

/// What of a map is compared; all else in it is words.
#[derive(Debug, Default, Deserialize)]
struct Map {
    places: Vec<Place>,
    browser: Vec<InBrowser>,
    memory: Vec<InMemory>,
    letter_fields: Vec<Told>,
    export_fields: Vec<Told>,
    flows: Vec<Sent>,
    backups: Backups,
    recipients: Vec<Named>,
}

/// How `after` stands to the map of these bytes.
pub fn diff(before: &[u8], after: &DataMap) -> Difference {
    let bytes = after.bytes();
    if before == bytes {
        return Difference::Same;
    }
    let found = compare(&read(before), &read(&bytes));
    if found.is_empty() { Difference::Wording } else { Difference::Material(found.into_iter().collect()) }
}

/// Our own can be read, as a test shows.
fn read(map: &[u8]) -> Map {
    serde_json::from_slice(map).unwrap_or_default()
}

/// A file that announces a map.
#[derive(Debug, Default, Deserialize)]
struct Announced {
    map: Map,
}

/// Whether nothing of `after` is material against the map that is announced in this file.
pub fn is_announced_in(file: &[u8], after: &DataMap) -> bool {
    let announced: Announced = serde_json::from_slice(file).unwrap_or_default();
    compare(&announced.map, &read(&after.bytes())).is_empty()
}

/// Whether the map that is announced in this file is materially another than the one that is shown. So is one that
/// this program cannot read: a newer one wrote it.
pub fn is_more_than(file: &[u8], shown: &[u8]) -> bool {
    let announced: Result<Announced, _> = serde_json::from_slice(file);
    announced.map_or(true, |announced| !compare(&read(shown), &announced.map).is_empty())
}

fn compare(before: &Map, after: &Map) -> BTreeSet<Change> {
    let mut found = BTreeSet::new();
    for place in &after.places {
        of_place(before.places.iter().find(|old| old.name == place.name), place, &mut found);
    }
    browser(before, after, &mut found);
    memory(before, after, &mut found);
    found.extend(told(&before.letter_fields, &after.letter_fields, |category| Change::NewInLetters {
        category,
    }));
    found.extend(told(&before.export_fields, &after.export_fields, |category| Change::NewInFiles {
        category,
    }));
    flows(before, after, &mut found);
    backups(before, after, &mut found);
    found
}

fn of_place(old: Option<&Place>, new: &Place, found: &mut BTreeSet<Change>) {
    if new.personal().next().is_none() {
        return;
    }
    let place = || new.name.clone();
    let Some(old) = old.filter(|old| old.personal().next().is_some()) else {
        found.insert(Change::NewPlace { place: place() });
        return;
    };
    if new.goes_at() > old.goes_at() {
        found.insert(Change::LaterErased { place: place(), goes: new.goes.clone() });
    }
    // Where rows end by themselves after some days, not to end or to end later is longer.
    match (old.days, new.days) {
        (Some(before), Some(days)) if days > before => {
            found.insert(Change::Longer { place: place(), kept: Kept::Days(days) });
        }
        (Some(_), None) => {
            found.insert(Change::Longer { place: place(), kept: Kept::UntilErasure });
        }
        _ => {}
    }
    let columns = new.columns.iter().map(|entry| (entry, false));
    let all = columns.chain(new.sealed.iter().map(|entry| (entry, true)));
    for (entry, is_inside) in all.filter(|(entry, _)| entry.is_about_people()) {
        let new_field = || Change::NewField {
            place: place(),
            field: entry.name.clone(),
            category: entry.category.clone(),
        };
        match old.like(entry, is_inside) {
            Some(was) if was.category == entry.category => of_entry(was, entry, &new.name, found),
            _ => {
                found.insert(new_field());
            }
        }
    }
}

fn of_entry(was: &Entry, is: &Entry, place: &str, found: &mut BTreeSet<Change>) {
    let place = || place.to_owned();
    for purpose in is.purposes.difference(&was.purposes) {
        found.insert(Change::NewPurpose { place: place(), purpose: purpose.clone() });
    }
    // Fewer bases for the same purposes: one of them rests on another now.
    let is_moved = is.bases.len() < was.bases.len() && is.purposes == was.purposes;
    for basis in is.bases.iter().filter(|basis| is_moved || !was.bases.contains(*basis)) {
        // The code by which pages and mails name it.
        found.insert(Change::NewBasis { place: place(), basis: basis.replace('_', "-") });
    }
    for recipient in is.recipients.difference(&was.recipients) {
        found.insert(Change::NewRecipient { place: place(), recipient: recipient.clone() });
    }
    if is.retention > was.retention {
        found.insert(Change::Longer { place: place(), kept: is.retention });
    }
    if is.protection.strength() < was.protection.strength() {
        let protection = is.protection.code().to_owned();
        found.insert(Change::Weaker { place: place(), field: is.name.clone(), protection });
    }
}

fn browser(before: &Map, after: &Map, found: &mut BTreeSet<Change>) {
    for one in &after.browser {
        let name = || one.name.clone();
        let Some(old) = before.browser.iter().find(|old| old.name == one.name) else {
            found.insert(Change::NewInBrowser { name: name() });
            continue;
        };
        if one.is_longer_than(old) {
            found.insert(Change::LongerInBrowser { name: name() });
        }
        for purpose in one.purposes.difference(&old.purposes) {
            found.insert(Change::NewPurposeInBrowser { name: name(), purpose: purpose.clone() });
        }
    }
}

fn memory(before: &Map, after: &Map, found: &mut BTreeSet<Change>) {
    for one in after.memory.iter().filter(|one| is_of_people(&one.is)) {
        let code = || one.code.clone();
        let Some(old) = before.memory.iter().find(|old| old.code == one.code && old.is == one.is) else {
            found.insert(Change::NewInMemory { code: code(), category: one.is.clone() });
            continue;
        };
        if one.days > old.days {
            found.insert(Change::LongerInMemory { code: code(), days: one.days });
        }
        for purpose in one.purposes.difference(&old.purposes) {
            found.insert(Change::NewPurposeInMemory { code: code(), purpose: purpose.clone() });
        }
    }
}

/// The kinds of data that letters or files tell and did not.
fn told(before: &[Told], after: &[Told], change: fn(String) -> Change) -> BTreeSet<Change> {
    let is_told = |is: &str| before.iter().any(|old| old.is == is);
    let new = after.iter().filter(|one| is_of_people(&one.is) && !is_told(&one.is));
    new.map(|one| change(one.is.clone())).collect()
}

fn flows(before: &Map, after: &Map, found: &mut BTreeSet<Change>) {
    for one in after.flows.iter().filter(|one| is_of_people(&one.category)) {
        // What a new recipient gets is announced with it.
        if !before.recipients.iter().any(|old| old.name == one.recipient) {
            continue;
        }
        let recipient = || one.recipient.clone();
        let of_kind = |old: &&Sent| old.recipient == one.recipient && old.category == one.category;
        let went: Vec<&Sent> = before.flows.iter().filter(of_kind).collect();
        if went.is_empty() {
            found.insert(Change::NewFlow { recipient: recipient(), category: one.category.clone() });
            continue;
        }
        for purpose in
            one.purposes.iter().filter(|purpose| !went.iter().any(|old| old.purposes.contains(*purpose)))
        {
            found.insert(Change::NewPurposeOfFlow { recipient: recipient(), purpose: purpose.clone() });
        }
    }
}

/// Whether a category is not only the brand's or the program's own.
fn is_of_people(category: &str) -> bool {
    !matches!(category, "brand" | "book-keeping")
}

fn backups(before: &Map, after: &Map, found: &mut BTreeSet<Change>) {
    let days = after.backups.days_of_keys;
    if days > before.backups.days_of_keys {
        found.insert(Change::LongerBackups { days });
    }
    let is_left_out = |map: &Map, place: &str| map.backups.left_out.iter().any(|one| one.place == place);
    for place in after.places.iter().filter(|place| place.personal().next().is_some()) {
        if is_left_out(before, &place.name) && !is_left_out(after, &place.name) {
            found.insert(Change::NewInBackups { place: place.name.clone() });
        }
    }
}

#[cfg(test)]
mod tests;
