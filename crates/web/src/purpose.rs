//! Why a field is asked for: the purpose that the data map declares for what is kept of it (claim X1).
//!
//! Invariant: in English the declaration's own words; a translation names the words that it translates, and
//! a test holds them to be the declaration's, so that the map and the form cannot differ.

use crate::language::Language;
use model::datamap::Declaration;

fn id(place: &Declaration, name: &str) -> String {
    format!("purpose-{}-{name}", place.place.replace('.', "-"))
}

/// The sentence beside a field. Of what is not declared nothing can be said, which a test finds.
pub fn of(language: Language, place: &Declaration, name: &str) -> String {
    let Some(item) = place.items.iter().find(|item| item.name == name) else { return String::new() };
    let translated = (language != Language::English).then(|| language.find(&id(place, name), None)).flatten();
    let purpose = translated.unwrap_or_else(|| item.purpose.to_owned());
    // Without the marks around it: it is the whole of the sentence.
    language.say_with("purpose-sentence", "purpose", &purpose).replace(['\u{2068}', '\u{2069}'], "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::views::asked::{ACCOUNT, EXPORT, TAG};

    #[test]
    fn claim_x1_the_purpose_beside_a_field_is_the_data_maps_in_every_language() {
        for (place, name) in [
            (&ACCOUNT, "name"),
            (&ACCOUNT, "email"),
            (&ACCOUNT, "language"),
            (&ACCOUNT, "zone"),
            (&TAG, "sealed"),
            (&EXPORT, "sealed"),
        ] {
            let purpose = place.items.iter().find(|item| item.name == name).expect(name).purpose;
            let said = of(Language::English, place, name);
            assert!(said.contains(purpose), "{said}");
            for language in Language::ALL {
                let id = id(place, name);
                assert_eq!(
                    language.attribute(&id, "of").as_deref(),
                    Some(purpose),
                    "{id} translates other words"
                );
                assert!(!of(language, place, name).is_empty());
            }
            assert_ne!(of(Language::Arabic, place, name), said);
        }
    }
}
