//! How the map's codes read in a language.
//!
//! Invariant: a code has one text, the same on every page.

use crate::console::words::count;
use crate::language::Language;
use engine::datamap::{Entry, Place};
use fluent_bundle::FluentArgs;
use model::datamap::{Category, Protection, Retention};

/// A list as it is read: each once, in the order of its first appearance.
pub fn listed(parts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for part in parts {
        if !part.is_empty() && !known.contains(&part) {
            known.push(part);
        }
    }
    known
}

pub fn category(language: Language, category: Category) -> String {
    language.say(&format!("data-is-{}", category.code()))
}

pub fn purposes(language: Language, entry: &Entry) -> Vec<String> {
    entry.purposes.iter().map(|purpose| language.say(&format!("data-for-{}", purpose.code()))).collect()
}

pub fn bases(language: Language, entry: &Entry) -> Vec<String> {
    entry.bases.iter().map(|basis| language.say(&format!("data-basis-{}", basis.code()))).collect()
}

pub fn retention(language: Language, retention: Retention) -> String {
    match retention {
        Retention::Days(days) => count(language, "data-days", u64::from(days)),
        other => language.say(&format!("data-{}", other.code())),
    }
}

/// How long rows of a place are kept: the step that ends them, and the longest.
pub fn kept(language: Language, place: &Place) -> String {
    let longest = match place.days {
        Some(days) => count(language, "data-days", u64::from(days)),
        None => {
            // What is about people lies no longer than anything else in its row.
            let of_people = place.personal().map(|entry| entry.retention);
            let said = listed(of_people.map(|one| retention(language, one)));
            let rows = place.columns.iter().map(|entry| entry.retention);
            let said = if said.is_empty() { listed(rows.map(|one| retention(language, one))) } else { said };
            language.joined(&said)
        }
    };
    if place.step.is_empty() {
        return longest;
    }
    let step = language.say(&format!("data-step-{}", place.step));
    let by_step = language.say("data-until-processed");
    if longest == by_step {
        return step;
    }
    let mut args = FluentArgs::new();
    args.set("step", step);
    args.set("longest", longest);
    language.tell("data-step", Some(&args)).replace(['\u{2068}', '\u{2069}'], "")
}

pub fn protection(language: Language, protection: Protection) -> String {
    match protection {
        Protection::Plain(_) => language.say("data-way-plain"),
        other => language.say(&format!("data-way-{}", other.code())),
    }
}

/// How a place is protected, as one reads it: what is sealed, and what of it is readable.
pub fn protections(language: Language, place: &Place) -> Vec<String> {
    let mut ways = Vec::new();
    for entry in place.entries().filter(|entry| !matches!(entry.protection, Protection::Plain(_))) {
        ways.push(protection(language, entry.protection));
    }
    let readable = place.entries().filter(|entry| matches!(entry.protection, Protection::Plain(_)));
    let readable = listed(readable.map(|entry| category(language, entry.category)));
    if !readable.is_empty() {
        let said = language.say_with("data-way-readable", "what", &language.joined(&readable));
        ways.push(said.replace(['\u{2068}', '\u{2069}'], ""));
    }
    listed(ways)
}

/// What is in it: what lies sealed first, because it is what matters; what every row has comes last.
pub fn contents(language: Language, place: &Place) -> Vec<String> {
    let common = |category: Category| {
        matches!(category, Category::Id | Category::Time | Category::State | Category::Count)
    };
    let of = |entry: &&Entry| entry.category != Category::Envelope;
    let special =
        place.sealed.iter().chain(&place.columns).filter(of).filter(|entry| !common(entry.category));
    let rest = place.entries().filter(of).filter(|entry| common(entry.category));
    listed(special.chain(rest).map(|entry| category(language, entry.category)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::is_text;
    use engine::datamap::places;
    use model::datamap::elsewhere::{ADDRESSES, BROWSER, MEMORY};
    use model::datamap::{Basis, Goes, Purpose, Source};

    #[test]
    fn claim_r1_every_code_of_the_map_has_its_words_in_every_language() {
        let codes = |kind: &str, codes: Vec<&str>| {
            codes.into_iter().map(|code| format!("data-{kind}-{code}")).collect::<Vec<_>>()
        };
        let places = places();
        let names: Vec<&str> = places.iter().map(|place| place.name).collect();
        let mut ids = [
            codes("is", Category::ALL.iter().map(|one| one.code()).collect()),
            codes("for", Purpose::ALL.iter().map(|one| one.code()).collect()),
            codes("basis", Basis::ALL.iter().map(|one| one.code()).collect()),
            codes("goes", Goes::ALL.iter().map(|one| one.code()).collect()),
            codes("from", Source::ALL.iter().map(|one| one.code()).collect()),
            codes("step", places.iter().map(|place| place.step).filter(|step| !step.is_empty()).collect()),
            codes("life", BROWSER.iter().map(|one| one.code).collect()),
            codes("memory", MEMORY.iter().map(|one| one.code).collect()),
            codes("address", ADDRESSES.iter().map(|one| one.code).collect()),
            codes("place", names),
        ]
        .concat();
        ids.extend(places.iter().map(|place| format!("data-place-{}-what", place.name)));
        for language in Language::ALL {
            for id in &ids {
                assert!(
                    is_text(language, id),
                    "write `{id}` in crates/web/locales/{}/data.ftl",
                    language.code()
                );
            }
        }
    }

    #[test]
    fn a_card_says_what_is_sealed_first_and_how_long_it_stays() {
        let places = places();
        let session = places.iter().find(|place| place.name == "session").expect("a table");
        let contents = contents(Language::English, session);
        assert_eq!(contents.first().map(String::as_str), Some("IP address"));
        assert_eq!(kept(Language::English, session), "until you sign out; 90 days at most");
        let ways = protections(Language::English, session);
        assert!(ways.contains(&"encrypted under the person's own key".to_owned()), "{ways:?}");
        assert!(ways.iter().any(|way| way.starts_with("readable: ")), "{ways:?}");
        let outbox = places.iter().find(|place| place.name == "outbox").expect("a table");
        assert_eq!(kept(Language::English, outbox), "until it is sent");
    }
}
