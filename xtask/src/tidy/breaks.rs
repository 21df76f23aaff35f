//! Which test noticed a break on purpose (docs/security): one that can have noticed.
//!
//! Invariant: the crate of the test depends on a crate that the break changes, or is it. Another failed for something
//! else.

use super::{Finding, Tree, edges};

const PATCH: &str = "docs/security/breaks.patch";
const TABLE: &str = "docs/security/broken.md";

/// The crates that each break changes, by its name.
fn broken(patch: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    let mut crate_of = "";
    for line in patch.lines() {
        if let Some(path) = line.strip_prefix("+++ b/crates/") {
            crate_of = path.split('/').next().unwrap_or_default();
        }
        let said = line.strip_prefix('+').and_then(|code| {
            let (_, said) = code.split_once("// break ").or_else(|| code.split_once("{#- break "))?;
            said.split_once(": ")
        });
        all.extend(said.map(|(name, _)| (name, crate_of)));
    }
    all
}

/// Each row names a test that can see what was broken.
pub fn noticed_from_where_they_are_seen(tree: &Tree) -> Vec<Finding> {
    let broken = broken(tree.text(PATCH).unwrap_or_default());
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path == TABLE) {
        for (number, line) in file.text.lines().enumerate() {
            // `… what was broken (`x1`) | `test` | crates/web/tests/it/a.rs:1: what it said |`
            let Some((what, rest)) = line.split_once("`) | `") else { continue };
            let name = what.rsplit('`').next().unwrap_or_default();
            let by = rest.split_once("` | crates/").and_then(|(_, place)| place.split('/').next());
            let Some(by) = by else { continue };
            let mut crates = broken.iter().filter(|(own, _)| *own == name).map(|(_, on)| *on).peekable();
            let message = match crates.peek() {
                None => format!("{PATCH} has no break `{name}`: take the row out"),
                Some(on) => format!(
                    "`{name}` breaks `{on}`, which no test of `{by}` can see: `scripts/break {name}` says which test notices"
                ),
            };
            if !crates.any(|on| edges::can_see(tree, by, on)) {
                findings.push(file.finding(number + 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    #[test]
    fn a_break_is_noticed_by_a_test_that_can_see_it() {
        let manifest = |name: &str, rest: &str| format!("[package]\nname = \"{name}\"\n\n{rest}");
        let (model, store) =
            (manifest("model", ""), manifest("store", "[dependencies]\nmodel.workspace = true\n"));
        let vault = manifest(
            "vault",
            "[dependencies]\nmodel.workspace = true\n[dev-dependencies]\nstore.workspace = true\n",
        );
        let engine = manifest("engine", "[dependencies]\nvault.workspace = true\n");
        let patch = "+++ b/crates/model/src/a.rs\n+    // break a1: one\n+++ b/crates/store/a.html\n+{#- break b1-page: two -#}\n";
        let findings = |name: &str, by: &str| {
            let row = format!(
                "| X | 2026-11-26 | words (`{name}`) | `a::claim` | crates/{by}/tests/it/a.rs:1: no |\n"
            );
            let files = [
                ("crates/model/Cargo.toml", model.as_str()),
                ("crates/store/Cargo.toml", store.as_str()),
                ("crates/vault/Cargo.toml", vault.as_str()),
                ("crates/engine/Cargo.toml", engine.as_str()),
                (PATCH, patch),
                (TABLE, row.as_str()),
            ];
            found(noticed_from_where_they_are_seen, &files)
        };
        // The crate itself, one that depends on it over another, one whose tests do.
        for (name, by) in [("a1", "model"), ("a1", "engine"), ("b1-page", "store"), ("b1-page", "vault")] {
            assert_eq!(findings(name, by), Vec::<String>::new(), "{name} {by}");
        }
        for (name, by) in [("b1-page", "model"), ("b1-page", "engine")] {
            let found = findings(name, by);
            assert_eq!(found.len(), 1, "{name} {by}");
            assert!(
                found[0].starts_with("docs/security/broken.md:1: `b1-page` breaks `store`, which no test of")
            );
        }
        assert!(findings("c1", "model")[0].ends_with("has no break `c1`: take the row out"));
    }
}
