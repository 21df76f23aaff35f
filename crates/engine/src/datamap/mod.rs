//! The data map, put together: everything that is declared anywhere, in one value from which the data page, the
//! records of processing, the erasure plan and the map's hash are made.
//!
//! Invariants: nothing is said here that is not declared elsewhere; the same program and the same register give
//! the same bytes, so that the hash names what was promised.

pub mod diff;
pub mod gate;
pub mod jsonld;
pub mod record;
pub mod sealed;
pub mod versions;

use crate::recipients::InForce;
use model::brand::Brand;
use model::datamap::elsewhere::{
    ADDRESSES, BROWSER, EXPORT_FIELDS, ExportField, FLOWS, InBrowser, InMemory, KeepsAddress, LETTER_FIELDS,
    LOG_FIELDS, LetterField, LogField, MEMORY,
};
use model::datamap::{
    Basis, Category, Declaration, Goes, Item, Protection, Purpose, Retention, Source, Subject,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::Schema;
use store::copy::Copied;

/// The map's form, named in it.
pub const FORMAT: &str = "entente-data-map/1";

/// A third party, as the register of this installation announces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Announced {
    pub name: String,
    pub who: String,
    pub data: String,
    pub purpose: String,
    pub country: String,
    /// The mechanism of the transfer, or what else protects the data there.
    pub safeguard: String,
    /// A day, as `2026-11-01`.
    pub in_force_from: String,
}

impl Announced {
    /// What the text of a register says.
    ///
    /// # Errors
    /// Names the line and what to do.
    pub fn parse(text: &str) -> Result<Vec<Self>, outbound::RegisterError> {
        outbound::Register::parse(text).map(|register| Self::of(&register, &InForce::new()))
    }

    /// What a register says, in its order; in force on its day, or from when `from` says.
    pub fn of(register: &outbound::Register, from: &InForce) -> Vec<Self> {
        let day = |at: model::time::Timestamp| crate::views::At(at).to_string().chars().take(10).collect();
        let entries = register.recipients().iter();
        entries
            .map(|entry| Self {
                name: entry.name.clone(),
                who: entry.who.clone(),
                data: entry.data.clone(),
                purpose: entry.purpose.clone(),
                country: entry.country.clone(),
                safeguard: entry.safeguard.clone(),
                in_force_from: day(from.get(&entry.name).copied().unwrap_or(entry.in_force_from)),
            })
            .collect()
    }
}

/// One stored item, with all that its declaration leaves to its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub name: &'static str,
    /// What it is, in the declaration's words.
    pub what: &'static str,
    pub category: Category,
    pub subject: Subject,
    /// Why it is kept, in the declaration's words.
    pub why: &'static str,
    pub purposes: Vec<Purpose>,
    /// Of the purposes, without doubles.
    pub bases: Vec<Basis>,
    pub source: Source,
    pub retention: Retention,
    pub protection: Protection,
    pub recipients: &'static [&'static str],
}

/// One table with what lies sealed in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    pub name: &'static str,
    /// `data` or `keys`.
    pub database: &'static str,
    pub source: Source,
    pub goes: Goes,
    /// The step that ends a row by itself; empty: none does.
    pub step: &'static str,
    /// The longest that a row is kept, where the job of retention or a station ends it.
    pub days: Option<u16>,
    pub columns: Vec<Entry>,
    /// What lies in the column `sealed`.
    pub sealed: Vec<Entry>,
}

impl Place {
    /// Columns and what is sealed.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.columns.iter().chain(&self.sealed)
    }

    /// What is about people.
    pub fn personal(&self) -> impl Iterator<Item = &Entry> {
        self.entries().filter(|entry| entry.subject.is_a_person())
    }

    /// Whose rows they are: of somebody, if anything in them is.
    pub fn subject(&self) -> Subject {
        let is = |subject| self.entries().any(|entry| entry.subject == subject);
        Subject::ALL
            .into_iter()
            .find(|subject| match (self.goes, subject) {
                (Goes::Lead, Subject::Account) => false,
                _ => is(*subject),
            })
            .unwrap_or(Subject::Nobody)
    }

    /// Whether people give what is personal in it themselves.
    pub fn is_given(&self) -> bool {
        self.personal().any(|entry| entry.source == Source::Given)
    }
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataMap {
    pub format: &'static str,
    pub program: &'static str,
    /// Who is responsible.
    pub controller: Controller,
    pub places: Vec<Place>,
    pub browser: &'static [InBrowser],
    pub memory: &'static [InMemory],
    pub addresses: &'static [KeepsAddress],
    pub log_fields: &'static [LogField],
    pub letter_fields: &'static [LetterField],
    pub export_fields: &'static [ExportField],
    pub flows: Vec<Sent>,
    pub backups: Backups,
    pub recipients: Vec<Announced>,
}

/// What goes to a third party without lying in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The recipient's name in the register.
    pub recipient: String,
    pub what: &'static str,
    pub category: Category,
    pub purposes: &'static [Purpose],
}

/// What backups hold, and how long those of the keys open what was erased since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backups {
    /// So many days at most, then a copy of the keys is destroyed.
    pub days_of_keys: u16,
    /// Tables that go into no copy, each with the reason.
    pub left_out: Vec<LeftOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub place: &'static str,
    pub why: &'static str,
}

impl Backups {
    fn new(days_of_keys: u16) -> Self {
        let tables = [Schema::Data, Schema::Keys]
            .into_iter()
            .flat_map(|schema| store::copy::tables(schema).iter().copied());
        let left_out = tables.filter_map(|(place, copied)| match copied {
            Copied::Yes => None,
            // Both databases keep which migrations they have had, and neither copies it.
            Copied::No(why) => Some(LeftOut { place, why }),
        });
        let mut left_out: Vec<LeftOut> = left_out.collect();
        left_out.sort_by_key(|one| one.place);
        left_out.dedup_by_key(|one| one.place);
        Self { days_of_keys, left_out }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Controller {
    pub brand: String,
    pub name: String,
    pub address: String,
    pub country: String,
    pub contact: String,
}

/// As declared, with what its table says where the item says nothing. A missing category is a fault that a
/// test finds; until then it counts as the most delicate one.
fn entry(item: &Item, place: &str) -> Entry {
    let holding = store::holdings::holding(place);
    let of_table = holding.map_or(&[] as &[Purpose], |holding| holding.purposes);
    let purposes = if item.serves.is_empty() { of_table } else { item.serves };
    let bases: BTreeSet<&str> = purposes.iter().map(|purpose| purpose.basis().code()).collect();
    let bases = if item.subject.is_a_person() {
        Basis::ALL.into_iter().filter(|basis| bases.contains(basis.code())).collect()
    } else {
        vec![Basis::NotPersonal]
    };
    Entry {
        name: item.name,
        what: item.category,
        category: item.category().unwrap_or(Category::MessageText),
        subject: item.subject,
        why: item.purpose,
        purposes: purposes.to_vec(),
        bases,
        source: item.from.or_else(|| holding.map(|holding| holding.source)).unwrap_or(Source::Made),
        retention: item.retention,
        protection: item.protection,
        recipients: item.recipients,
    }
}

fn place(declaration: &Declaration, database: &'static str, sealed: &[sealed::Sealed]) -> Place {
    let name = declaration.place;
    let holding = store::holdings::holding(name);
    let inside =
        sealed.iter().filter(|sealed| sealed.declaration.place.strip_suffix(".sealed") == Some(name));
    Place {
        name,
        database,
        source: holding.map_or(Source::Made, |holding| holding.source),
        goes: holding.map_or(Goes::Stays, |holding| holding.goes),
        step: holding.map_or("", |holding| holding.step),
        days: store::retention::rule(name).map(|rule| rule.days),
        columns: declaration.items.iter().map(|item| entry(item, name)).collect(),
        sealed: inside
            .flat_map(|sealed| sealed.declaration.items.iter().map(|item| entry(item, name)))
            .collect(),
    }
}

/// Every table of both databases.
pub fn places() -> Vec<Place> {
    let sealed = sealed::all();
    [(Schema::Data, "data"), (Schema::Keys, "keys")]
        .into_iter()
        .flat_map(|(schema, database)| {
            let declared = store::declarations(schema).into_iter();
            // Both databases keep which migrations they have had.
            let declared = declared.filter(move |one| database == "data" || one.place != "migration");
            declared.map(|one| place(&one, database, &sealed)).collect::<Vec<_>>()
        })
        .collect()
}

impl DataMap {
    /// The map of one brand, with the third parties that are announced, and for how many days copies of the keys
    /// are kept.
    pub fn new(brand: &Brand, recipients: &[Announced], backup_days: u16) -> Self {
        let controller = &brand.controller;
        let flows = recipients.iter().flat_map(|one| {
            FLOWS.iter().filter(|flow| flow.goes_to(&one.name)).map(|flow| Sent {
                recipient: one.name.clone(),
                what: flow.what,
                category: flow.is,
                purposes: flow.purposes,
            })
        });
        Self {
            format: FORMAT,
            program: concat!("entente ", env!("CARGO_PKG_VERSION")),
            controller: Controller {
                brand: brand.name.clone(),
                name: controller.name.clone(),
                address: controller.address.clone(),
                country: controller.country.clone(),
                contact: controller.contact.clone(),
            },
            places: places(),
            browser: BROWSER,
            memory: MEMORY,
            addresses: ADDRESSES,
            log_fields: LOG_FIELDS,
            letter_fields: LETTER_FIELDS,
            export_fields: EXPORT_FIELDS,
            flows: flows.collect(),
            backups: Backups::new(backup_days),
            recipients: recipients.to_vec(),
        }
    }

    /// The bytes that the hash is of: JSON, always the same for the same map, with an end of line.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// SHA-256 of [`DataMap::bytes`].
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &str = include_str!("../../../../brands/recipients.toml");

    fn brand() -> Brand {
        toml::from_str(include_str!("../../../../brands/leangzbotchat/brand.toml")).unwrap()
    }

    /// The register that comes with the program, with what it shows as an example taken in, and a certificate
    /// authority.
    fn whole_register() -> Vec<Announced> {
        let marked = REGISTER.replace("\n# [[recipient]]", "\n[[recipient]]");
        let lines = marked.lines().map(|line| match line.strip_prefix("# ") {
            Some(example) if example.contains(" = ") => example,
            _ => line,
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        let acme = "\n[[recipient]]\nname = \"acme\"\nhost = \"acme.example\"\nwho = \"w\"\ndata = \"d\"\npurpose = \"p\"\ncountry = \"c\"\nsafeguard = \"s\"\nin_force_from = 2026-11-01\n";
        Announced::parse(&format!("{text}{acme}")).unwrap()
    }

    #[test]
    fn claim_d3_the_register_names_everybody_whom_the_map_names_and_nobody_else() {
        let announced = whole_register();
        let map = DataMap::new(&brand(), &announced, 7);
        let register: BTreeSet<&str> = announced.iter().map(|one| one.name.as_str()).collect();
        let of_entries =
            map.places.iter().flat_map(Place::entries).flat_map(|entry| entry.recipients.iter().copied());
        let named: BTreeSet<&str> =
            of_entries.chain(map.flows.iter().map(|flow| flow.recipient.as_str())).collect();
        let unknown: Vec<_> = named.difference(&register).collect();
        assert!(
            unknown.is_empty(),
            "the map gives data to {unknown:?}: announce them in brands/recipients.toml"
        );
        // Whoever hosts the database gets all that the map says is stored: that is no flow of its own.
        let unused: Vec<_> = register.difference(&named).filter(|name| **name != "database").collect();
        assert!(
            unused.is_empty(),
            "nothing says what {unused:?} gets: `.shared_with(&[…])` at the item, or a line in FLOWS \
             (crates/model/src/datamap/elsewhere.rs)"
        );
        for one in &announced {
            assert!(
                !one.country.is_empty() && !one.safeguard.is_empty(),
                "{} has no country or mechanism",
                one.name
            );
        }
    }

    #[test]
    fn claim_d1_what_lies_in_envelopes_is_filed_too() {
        for one in sealed::all() {
            for item in one.declaration.items {
                let place = format!("{}.{}", one.declaration.place, item.name);
                assert!(item.category().is_some(), "{place}: say what it is: `.is(Category::…)`");
                let sealed = matches!(item.protection, Protection::SealedPerson | Protection::SealedBrand);
                assert!(sealed, "{place} lies in an envelope");
                // A field lies as long as its row does.
                let days = store::retention::rule(one.declaration.place).map(|rule| rule.days);
                assert_eq!(item.retention.days(), days, "{place}: its row's period is another");
            }
        }
    }

    #[test]
    fn claim_x5_every_place_with_an_ip_address_is_listed_with_its_days() {
        for place in places() {
            if place.entries().any(|entry| entry.category == Category::IpAddress) {
                let listed = ADDRESSES.iter().find(|one| one.place == place.name).map(|one| Some(one.days));
                assert_eq!(listed, Some(place.days), "{}: crates/model/src/datamap/elsewhere.rs", place.name);
            }
        }
        for one in MEMORY.iter().filter(|one| one.is == Category::IpAddress) {
            let listed = ADDRESSES.iter().find(|known| known.code == one.code).map(|known| known.days);
            assert_eq!(listed, Some(one.days), "{}", one.code);
        }
    }

    #[test]
    fn the_hash_is_of_the_bytes_that_are_shown_and_changes_with_what_is_promised() {
        let map = DataMap::new(&brand(), &whole_register(), 7);
        assert_eq!(map.hash(), <[u8; 32]>::from(Sha256::digest(map.bytes())));
        assert_eq!(map.bytes(), DataMap::new(&brand(), &whole_register(), 7).bytes());
        let fewer = whole_register().split_off(1);
        assert_ne!(
            map.hash(),
            DataMap::new(&brand(), &fewer, 7).hash(),
            "another recipient is another promise"
        );
        let longer = DataMap::new(&brand(), &whole_register(), 30);
        assert_ne!(map.hash(), longer.hash(), "so are more days of backups");
        let text = String::from_utf8(map.bytes()).unwrap();
        for word in
            ["\"ip-address\"", "\"__Host-session\"", "Meta Platforms Ireland Limited", "\"until_erasure\""]
        {
            assert!(text.contains(word), "{word}");
        }
    }

    #[test]
    fn message_texts_are_kept_only_until_they_are_answered_or_under_a_purpose_that_was_asked_for() {
        for place in places() {
            for entry in place.entries().filter(|entry| entry.subject == Subject::Lead) {
                if entry.category == Category::MessageText {
                    assert!(
                        entry.retention == Retention::UntilProcessed || place.step == "reply",
                        "{}.{} keeps texts",
                        place.name,
                        entry.name
                    );
                }
                if entry.category == Category::Answer {
                    assert_eq!(entry.bases, [Basis::Consent], "{}.{}", place.name, entry.name);
                }
            }
        }
    }
}
