//! What another data map changes, in plain words: for the mails and pages that announce it.
//!
//! Invariants: the words are made by the program that brings the map, which knows all its codes; the program that is
//! served until then repeats them. Each kind of change has a sentence in each language.

use super::words;
use crate::console::{self, words::count};
use crate::language::Language;
use engine::datamap::diff::{Change, Kept};
use engine::datamap::gate::{ComingView, Words};
use engine::datamap::{DataMap, Place};
use engine::views::At;
use engine::views::announced::Unmailed;
use fluent_bundle::FluentArgs;
use model::brand::Brand;
use model::id::AnnouncementId;
use std::collections::HashMap;

/// What changes, a sentence each, in every language of the brand.
pub fn in_words(brand: &Brand, map: &DataMap, changes: &[Change]) -> Words {
    let spoken = brand.languages.iter().filter_map(|code| Some((code, Language::from_tag(code)?)));
    spoken
        .map(|(code, language)| {
            (code.clone(), changes.iter().map(|change| said(language, map, change)).collect())
        })
        .collect()
}

/// The words of a code, or the code.
fn named(language: Language, kind: &str, code: &str) -> String {
    language.find(&format!("data-{kind}-{code}"), None).unwrap_or_else(|| code.to_owned())
}

fn kept(language: Language, kept: Kept) -> String {
    match kept {
        Kept::Days(days) => count(language, "data-days", u64::from(days)),
        other => language.say(&format!("data-{}", other.code())),
    }
}

/// Who gets data, as the register calls them.
fn recipient(map: &DataMap, name: &str) -> String {
    let entry = map.recipients.iter().find(|one| one.name == name);
    entry.map_or_else(|| name.to_owned(), |one| one.who.clone())
}

/// A table that is new: also what is in it and how long.
fn new_place(language: Language, place: Option<&Place>) -> (String, String) {
    place.map_or_else(Default::default, |place| {
        (language.joined(&words::contents(language, place)), words::kept(language, place))
    })
}

/// One change as a sentence.
pub fn said(language: Language, map: &DataMap, change: &Change) -> String {
    let place = |name: &str| named(language, "place", name);
    let days = |days: u16| count(language, "data-days", u64::from(days));
    let (id, about, what, more) = match change {
        Change::NewPlace { place: name } => {
            let (what, kept) = new_place(language, map.places.iter().find(|one| one.name == name));
            ("new-place", place(name), what, kept)
        }
        Change::NewField { place: name, category, .. } => {
            ("new-field", place(name), named(language, "is", category), String::new())
        }
        Change::NewPurpose { place: name, purpose } => {
            ("new-purpose", place(name), named(language, "for", purpose), String::new())
        }
        Change::NewBasis { place: name, basis } => {
            ("new-basis", place(name), named(language, "basis", basis), String::new())
        }
        Change::NewRecipient { place: name, recipient: who } => {
            ("new-recipient", place(name), recipient(map, who), String::new())
        }
        Change::Longer { place: name, kept: longest } => {
            ("longer", place(name), kept(language, *longest), String::new())
        }
        Change::LaterErased { place: name, goes } => {
            ("later-erased", place(name), named(language, "goes", goes), String::new())
        }
        Change::Weaker { place: name, field, protection } => {
            ("weaker", place(name), named(language, "way", protection), field.clone())
        }
        Change::NewInBrowser { name } => ("new-in-browser", String::new(), name.clone(), String::new()),
        Change::LongerInBrowser { name } => ("longer-in-browser", String::new(), name.clone(), String::new()),
        Change::NewPurposeInBrowser { name, purpose } => {
            ("new-purpose", name.clone(), named(language, "for", purpose), String::new())
        }
        Change::NewInMemory { code, category } => {
            let what = language.find(&format!("data-memory-{code}"), None);
            let what = what.unwrap_or_else(|| named(language, "is", category));
            ("new-in-memory", String::new(), what, String::new())
        }
        Change::LongerInMemory { code, days: longest } => {
            ("longer-in-memory", named(language, "memory", code), days(*longest), String::new())
        }
        Change::NewPurposeInMemory { code, purpose } => {
            ("new-purpose", named(language, "memory", code), named(language, "for", purpose), String::new())
        }
        Change::NewInFiles { category } => {
            ("new-in-files", String::new(), named(language, "is", category), String::new())
        }
        Change::NewInLetters { category } => {
            ("new-in-letters", String::new(), named(language, "is", category), String::new())
        }
        Change::NewFlow { recipient: who, category } => {
            ("new-flow", recipient(map, who), named(language, "is", category), String::new())
        }
        Change::NewPurposeOfFlow { recipient: who, purpose } => {
            ("new-purpose-of-flow", recipient(map, who), named(language, "for", purpose), String::new())
        }
        Change::LongerBackups { days: longest } => {
            ("longer-backups", String::new(), days(*longest), String::new())
        }
        Change::NewInBackups { place: name } => ("new-in-backups", place(name), String::new(), String::new()),
    };
    let mut args = FluentArgs::new();
    args.set("about", about);
    args.set("what", what);
    args.set("more", more);
    language.tell(&format!("data-change-{id}"), Some(&args)).replace(['\u{2068}', '\u{2069}'], "")
}

/// A map that is announced, as a page shows it.
pub struct Coming {
    pub from: String,
    pub announced: String,
    /// Why with less notice than is promised.
    pub early: Option<String>,
    pub changes: Vec<String>,
    /// The mails that have not left, for the admin.
    pub unmailed: Vec<String>,
    pub leaf: String,
    pub hash: String,
    /// The announced map.
    pub file: String,
}

pub fn coming(
    language: Language,
    time: impl Fn(At) -> String,
    all: &[ComingView],
    unmailed: &HashMap<AnnouncementId, Unmailed>,
) -> Vec<Coming> {
    let one = |view: &ComingView| {
        let of = &view.announcement;
        Coming {
            from: language.say_with("data-coming-from", "time", &time(At(of.effective_at))),
            announced: format!("{} · {}", time(At(of.announced_at)), language.say("recipients-by-mail")),
            early: of.early.as_ref().map(|early| language.say(&format!("document-early-{early}"))),
            changes: view.said(language.code()).to_vec(),
            unmailed: unmailed
                .get(&of.id)
                .map_or_else(Vec::new, |mails| console::words::unmailed(language, *mails)),
            leaf: of.leaf_index.map_or_else(
                || language.say("data-leaf-waits"),
                |leaf| language.say_with("data-leaf", "leaf", &leaf.to_string()),
            ),
            hash: hex::encode(of.hash),
            file: format!("/data/coming/{}", of.version),
        }
    };
    all.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> Vec<Change> {
        let s = String::from;
        vec![
            Change::NewPlace { place: s("session") },
            Change::NewField { place: s("session"), field: s("mood"), category: s("name") },
            Change::NewPurpose { place: s("session"), purpose: s("count") },
            Change::NewBasis { place: s("session"), basis: s("consent") },
            Change::NewRecipient { place: s("session"), recipient: s("meta") },
            Change::Longer { place: s("session"), kept: Kept::Days(180) },
            Change::Longer { place: s("lead"), kept: Kept::UntilErasure },
            Change::LaterErased { place: s("session"), goes: s("stays") },
            Change::Weaker { place: s("session"), field: s("seen_at"), protection: s("plain") },
            Change::NewInBrowser { name: s("__Host-mood") },
            Change::LongerInBrowser { name: s("__Host-session") },
            Change::NewPurposeInBrowser { name: s("__Host-session"), purpose: s("count") },
            Change::NewInMemory { code: s("tries"), category: s("ip-address") },
            Change::LongerInMemory { code: s("tries"), days: 9 },
            Change::NewPurposeInMemory { code: s("tries"), purpose: s("count") },
            Change::NewInLetters { category: s("message") },
            Change::NewInFiles { category: s("message") },
            Change::NewFlow { recipient: s("meta"), category: s("name") },
            Change::NewPurposeOfFlow { recipient: s("meta"), purpose: s("count") },
            Change::LongerBackups { days: 14 },
            Change::NewInBackups { place: s("session") },
        ]
    }

    #[test]
    fn claim_f7_each_change_is_told_in_plain_words_of_each_language() {
        let brand: Brand =
            toml::from_str(include_str!("../../../../brands/leangzbotchat/brand.toml")).unwrap();
        let announced =
            engine::datamap::Announced::parse(include_str!("../../../../brands/recipients.toml")).unwrap();
        let map = DataMap::new(&brand, &announced, 7);
        let words = in_words(&brand, &map, &every());
        assert_eq!(words.keys().map(String::as_str).collect::<Vec<_>>(), ["ar", "en"]);
        for (language, lines) in &words {
            assert_eq!(lines.len(), every().len());
            for line in lines {
                let unsaid = line.contains("data-") || line.contains('{') || line.contains('\u{2068}');
                assert!(line.len() > 15 && !unsaid, "{language}: {line}");
            }
            let distinct: std::collections::BTreeSet<&String> = lines.iter().collect();
            assert_eq!(distinct.len(), lines.len(), "{language}: two changes read alike");
        }
        let english = &words["en"];
        assert!(english[0].contains("IP address") && english[0].contains("90 days at most"), "{english:?}");
        assert!(english[4].contains("Meta Platforms Ireland Limited"), "{english:?}");
        assert!(english[5].contains("180 days at most"), "{english:?}");
    }
}
