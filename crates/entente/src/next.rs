//! The versions after this one, as tests of changing versions one node at a time play them: the same program with
//! another version's name, and with a migration more (`expand`) or two (`contract`).
//!
//! Invariant: without the test's switch, `ENTENTE_TEST_NEXT`, this version is all there is.

use crate::wiring::test_switch;
use std::sync::LazyLock;
use store::Migration;

static MIGRATIONS: LazyLock<Option<Vec<Migration>>> =
    LazyLock::new(|| match test_switch("ENTENTE_TEST_NEXT")?.as_str() {
        "expand" => Some(store::next::migrations(false)),
        "contract" => Some(store::next::migrations(true)),
        _ => None,
    });

/// The data's migrations of the version that is played.
pub fn migrations() -> Option<&'static [Migration]> {
    MIGRATIONS.as_deref()
}

/// What other nodes are told.
pub fn version() -> String {
    let own = engine::VERSION;
    test_switch("ENTENTE_TEST_NEXT").map_or_else(|| own.to_owned(), |which| format!("{own}-{which}"))
}
