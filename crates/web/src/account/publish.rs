//! The documents as fields of a form, folded, one per document and language: in the set-up, and in the console
//! where a brand has none yet.
//!
//! Invariant: what is published is what the form brought, in each of the brand's languages; a text that is
//! missing or too long is named beside its own field, which is unfolded.

use super::documents;
use super::form::{Field, Wrong};
use crate::console::fields::Fields;
use crate::language::Language;
use axum::http::StatusCode;
use engine::actions::documents::{LONGEST, NewDocument};
use model::brand::Brand;

/// Their names, since a form's are fixed.
const FIELDS: [(&str, &str, &str); 8] = [
    ("terms-en", "terms", "en"),
    ("terms-ar", "terms", "ar"),
    ("privacy-en", "privacy", "en"),
    ("privacy-ar", "privacy", "ar"),
    ("data_use-en", "data_use", "en"),
    ("data_use-ar", "data_use", "ar"),
    ("breach_policy-en", "breach_policy", "en"),
    ("breach_policy-ar", "breach_policy", "ar"),
];

/// The fields of these documents, filled with what the brand starts with.
pub fn fields(language: Language, brand: &Brand, kinds: &[&str]) -> Vec<Field> {
    let wanted = documents::first(brand).into_iter().filter(|one| kinds.contains(&one.kind.as_str()));
    wanted.filter_map(|document| field(language, brand, document)).collect()
}

fn field(language: Language, brand: &Brand, document: NewDocument) -> Option<Field> {
    let (name, kind, code) =
        FIELDS.iter().find(|(_, kind, code)| *kind == document.kind && *code == document.language)?;
    let mut field = Field::new(language, name, "textarea").value(document.text).folded();
    let title = language.say(&format!("document-{kind}"));
    let spoken = Language::from_tag(code).unwrap_or(language).say("language-name");
    let origin = if brand.own_document(kind, code).is_some() { "own" } else { "template" };
    let what = language.say(&format!("document-{kind}-what"));
    field.label = format!("{title} (\u{2068}{spoken}\u{2069})");
    field.why = format!("{what} {}", language.say(&format!("document-from-{origin}")));
    Some(field)
}

/// What the form brought of these documents.
///
/// # Errors
/// The first that is empty or too long.
pub fn read(
    language: Language,
    brand: &Brand,
    kinds: &[&str],
    fields: &Fields,
) -> Result<Vec<NewDocument>, Wrong> {
    let spoken = |code: &str| brand.languages.iter().any(|own| own == code);
    let wanted = FIELDS.iter().filter(|(_, kind, code)| kinds.contains(kind) && spoken(code));
    wanted
        .map(|(name, kind, code)| {
            let text = fields.get(name).to_owned();
            if text.is_empty() {
                return Err(Wrong::new(language, name, "wrong-document-empty"));
            }
            if text.chars().count() > LONGEST {
                let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
                let sentence = crate::console::words::count(language, "wrong-document-long", limit);
                return Err(Wrong { field: name, sentence, status: StatusCode::UNPROCESSABLE_ENTITY });
            }
            Ok(NewDocument { kind: (*kind).to_owned(), language: (*code).to_owned(), text })
        })
        .collect()
}
