//! How SQLite carries statements out: none sorts more in memory, nor makes an index there, than what ends.
//!
//! It sorts in memory (what is sorted must not come into a file beside the database), all rows before the first is
//! answered. An `ORDER BY` with a `LIMIT` keeps no more than that many; a grouping keeps all.

use crate::{Schema, migrate, statements, tables};
use rusqlite::Connection;

/// What may be sorted, and why it stays small.
const SMALL: &[(&str, &str)] = &[
    ("breach_person::WHAT", "combinations of kinds of data"),
    ("broadcast::ACTIVE", "broadcasts that are sent now"),
    ("broadcast::ACTIVE_OF", "broadcasts that are sent now"),
    ("copy::PRIMARY", "columns"),
    ("daily::SINCE", "pages and days of a month"),
    ("document::IN_FORCE", "documents of a brand"),
    ("document::VERSIONS", "documents of a brand"),
    ("erasure::BRANDS_GONE", "brands"),
    ("export::BETWEEN", "exports within the time of a breach"),
    ("key_copies::LIVING", "backups"),
    ("page::STANDING", "pages"),
    ("subscription::LEADS_END", "ids, as many as the plan allows, of who has more"),
    ("support::UNFINISHED", "open grants"),
    ("template::DUE_PAGES", "pages"),
    ("witness::LINES", "witnesses"),
    ("wording::HISTORY", "texts of a page"),
];

/// The statements of which SQLite lays rows in memory, as many as there are.
fn laying(connection: &Connection, schema: Schema) -> Vec<String> {
    let mut found = Vec::new();
    for stmt in statements(schema) {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", stmt.sqlite())).unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get(3).unwrap();
            let sorts = step.contains("TEMP B-TREE") || step.contains("AUTOMATIC");
            let ends = step.ends_with("ORDER BY") && stmt.sqlite().contains(" LIMIT ");
            let is_offset = stmt.sqlite().contains(" OFFSET ");
            if sorts && (!ends || is_offset) {
                found.push(
                    stmt.name().split("::").skip(1).collect::<Vec<_>>().join("::").replace("tables::", ""),
                );
            }
        }
    }
    found
}

/// What is asked of leases by whoever begins, counts or looks on: not inside the commits of work.
const OF_ALL_LEASES: &[&str] = &["lease::COUNT_HELD", "lease::LIVING"];

/// Each commit of a lane, of replies or of an import asks for its leases: one that read them all would conflict, on a
/// server, with everybody who extends one.
#[test]
fn a_lease_is_asked_for_by_its_name() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate::sqlite(&mut connection, Schema::Data, crate::migrations(Schema::Data)).unwrap();
    let mut found = Vec::new();
    for stmt in tables::lease::ALL {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", stmt.sqlite())).unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get(3).unwrap();
            if step.starts_with("SCAN lease") {
                found.extend(stmt.name().rsplit_once("tables::").map(|(_, name)| name.to_owned()));
            }
        }
    }
    found.sort_unstable();
    assert_eq!(found, OF_ALL_LEASES);
}

#[test]
fn nothing_is_sorted_in_memory_of_which_there_may_be_any_number() {
    let mut found = Vec::new();
    for schema in [Schema::Data, Schema::Keys] {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate::sqlite(&mut connection, schema, crate::migrations(schema)).unwrap();
        found.extend(laying(&connection, schema));
    }
    found.sort_unstable();
    found.dedup();
    let small: Vec<_> = SMALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, small, "count with `grouped`, or say in `SMALL` why it ends");
}
