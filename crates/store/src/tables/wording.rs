//! Wordings of opt-in questions that were ever put: public templates, named by their hash.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::bot::Wording;
use model::datamap::{Declaration, Item, Subject};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "wording",
    items: &[
        Item::own("name", "hash of the wording", "naming it in buttons and proofs").about(Subject::Brand),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Brand),
        Item::own("language", "its language", "asking in the lead's language").about(Subject::Brand),
        Item::own("text", "the public text", "proving what was shown").about(Subject::Brand),
        Item::own("yes", "title of Yes", "proving what was shown").about(Subject::Brand),
        Item::own("no", "title of No", "proving what was shown").about(Subject::Brand),
        Item::own("created_at", "first use", "order").about(Subject::Brand),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO wording (name, brand_id, language, text, yes, no, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING";
    LIST = "SELECT name, language, text, yes, no FROM wording WHERE brand_id = $1";
}

pub fn insert(scope: Scope<'_>, wording: &Wording, now: Timestamp) -> Result<(), StoreError> {
    let row = params![
        &wording.name,
        scope.brand(),
        &wording.language,
        &wording.text,
        &wording.yes,
        &wording.no,
        now
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// All that were ever used: an answer may come to an old question.
pub fn list(scope: Scope<'_>) -> Result<Vec<Wording>, StoreError> {
    scope
        .tx
        .query(&LIST, &params![scope.brand()])?
        .iter()
        .map(|row| {
            Ok(Wording {
                name: row.text(0)?.to_owned(),
                language: row.text(1)?.to_owned(),
                text: row.text(2)?.to_owned(),
                yes: row.text(3)?.to_owned(),
                no: row.text(4)?.to_owned(),
            })
        })
        .collect()
}
