//! Wordings of opt-in questions that were ever put: public templates, named by their hash.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::bot::Wording;
use model::datamap::{Declaration, Item, Subject};
use model::id::PageId;
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
        Item::own(
            "page_id",
            "the page whose own question it is",
            "taking no Yes from another page's buttons",
        )
        .about(Subject::Account),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO wording (name, brand_id, language, text, yes, no, created_at, page_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING";
    LIST = "SELECT name, language, text, yes, no FROM wording WHERE brand_id = $1 AND page_id IS NULL";
    OF_PAGE = "SELECT name, language, text, yes, no FROM wording WHERE brand_id = $1 AND page_id = $2";
    HISTORY = "SELECT name, language, text, yes, no, created_at FROM wording WHERE brand_id = $1 AND page_id = $2 ORDER BY created_at DESC, name";
}

/// `page`: whose own question it is; `None`: the brand's.
pub fn insert(
    scope: Scope<'_>,
    wording: &Wording,
    page: Option<PageId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = params![
        &wording.name,
        scope.brand(),
        &wording.language,
        &wording.text,
        &wording.yes,
        &wording.no,
        now,
        page
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// All of the brand's that were ever used: an answer may come to an old question.
pub fn list(scope: Scope<'_>) -> Result<Vec<Wording>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand()])?.iter().map(read).collect()
}

/// All of one page's own that were ever used.
pub fn list_of_page(scope: Scope<'_>, page: PageId) -> Result<Vec<Wording>, StoreError> {
    scope.tx.query(&OF_PAGE, &params![scope.brand(), page])?.iter().map(read).collect()
}

/// The same, each with its first use, the newest first.
pub fn history_of_page(scope: Scope<'_>, page: PageId) -> Result<Vec<(Wording, Timestamp)>, StoreError> {
    let rows = scope.tx.query(&HISTORY, &params![scope.brand(), page])?;
    rows.iter().map(|row| Ok((read(row)?, row.at(5)?))).collect()
}

fn read(row: &Row) -> Result<Wording, StoreError> {
    Ok(Wording {
        name: row.text(0)?.to_owned(),
        language: row.text(1)?.to_owned(),
        text: row.text(2)?.to_owned(),
        yes: row.text(3)?.to_owned(),
        no: row.text(4)?.to_owned(),
    })
}
