//! The versions after this one, as tests of changing versions one node at a time play them: the same program with a
//! migration more, or two, and another version's name.
//!
//! Invariant: without the test's switch, `ENTENTE_TEST_NEXT`, this version is all there is.

use crate::wiring::test_switch;
use std::sync::LazyLock;
use store::Migration;

static MIGRATIONS: LazyLock<Option<Vec<Migration>>> = LazyLock::new(|| {
    let which = test_switch("ENTENTE_TEST_NEXT")?;
    Some(store::next::migrations(which == "contract"))
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
