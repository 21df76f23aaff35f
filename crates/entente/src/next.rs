//! The versions after this one, as tests of changing versions one node at a time play them: the same program with a
//! migration more, or two, and another version's name.
//!
//! Invariant: without the test's switch, `ENTENTE_TEST_NEXT`, this version is all there is.

use crate::wiring::test_switch;
use std::sync::LazyLock;
use store::{Kind, Migration, Schema};

const EXPAND: &str = "ALTER TABLE lead ADD COLUMN next BIGINT NOT NULL DEFAULT 0; CREATE TABLE next (id BIGINT NOT NULL PRIMARY KEY)";
const CONTRACT: &str = "ALTER TABLE lead DROP COLUMN next; DROP TABLE next";

static MIGRATIONS: LazyLock<Option<Vec<Migration>>> = LazyLock::new(|| {
    let which = test_switch("ENTENTE_TEST_NEXT")?;
    let mut all = store::migrations(Schema::Data).to_vec();
    let known = all.last().map_or(0, |migration| migration.number);
    let (number, kind) = (known.saturating_add(1), Kind::Expand);
    all.push(Migration { number, kind, name: "next_expand", sqlite: EXPAND, postgres: EXPAND });
    if which == "contract" {
        let kind = Kind::Contract { since: number };
        let number = number.saturating_add(1);
        all.push(Migration { number, kind, name: "next_contract", sqlite: CONTRACT, postgres: CONTRACT });
    }
    Some(all)
});

/// The data's migrations of the version that is played.
pub fn migrations() -> Option<&'static [Migration]> {
    MIGRATIONS.as_deref()
}

/// What other nodes are told.
pub fn version() -> String {
    let own = engine::VERSION.to_owned();
    test_switch("ENTENTE_TEST_NEXT").map_or(own.clone(), |which| format!("{own}-{which}"))
}
