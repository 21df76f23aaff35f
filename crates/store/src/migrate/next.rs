//! The data's migrations of the versions after this one, as tests of changing versions one node at a time play them: the
//! next adds something, the one after it takes that away.
//!
//! Invariant: no program applies them unless a test's switch tells it to.

use super::{DATA, Kind, Migration};

const EXPAND: &str = "ALTER TABLE lead ADD COLUMN next BIGINT NOT NULL DEFAULT 0; CREATE TABLE next (id BIGINT NOT NULL PRIMARY KEY)";
const CONTRACT: &str = "ALTER TABLE lead DROP COLUMN next; DROP TABLE next";

/// This version's and one more, or with `contracts` two more.
pub fn migrations(contracts: bool) -> Vec<Migration> {
    let mut all = DATA.to_vec();
    let expanding = all.last().map_or(0, |migration| migration.number).saturating_add(1);
    let (number, kind) = (expanding, Kind::Expand);
    all.push(Migration { number, kind, name: "next_expand", sqlite: EXPAND, postgres: EXPAND });
    if contracts {
        let (number, kind) = (expanding.saturating_add(1), Kind::Contract { since: expanding });
        all.push(Migration { number, kind, name: "next_contract", sqlite: CONTRACT, postgres: CONTRACT });
    }
    all
}
