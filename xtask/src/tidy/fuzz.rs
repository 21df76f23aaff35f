//! Samples, tests and fuzz targets match: every corpus is tried by a plain test and stands in the table of
//! `fuzz/README.md`; it has a target of its name, or stands in the sentence of those whose reader is inside a crate.

use super::{File, Finding, Tree};
use std::collections::BTreeSet;

const README: &str = "fuzz/README.md";
const MANIFEST: &str = "fuzz/Cargo.toml";
const TARGETS: &str = "fuzz/fuzz_targets/";
const CORPORA: &str = "fuzz/corpus/";
/// How a plain test names its samples.
const TRIED: &str = "mutate::fuzz(\"";
/// How the sentence begins that names those without a target.
const WITHOUT: &str = "By plain tests alone";

/// The names in backticks of a text.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// First columns of the table, below its head.
fn listed(readme: &File) -> BTreeSet<&str> {
    let rows = readme.text.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| row.split('|').nth(1)).flat_map(named).collect()
}

fn without(readme: &File) -> BTreeSet<&str> {
    let sentence = readme.text.split_once(WITHOUT).map_or("", |(_, rest)| rest);
    named(sentence.split("\n\n").next().unwrap_or_default()).collect()
}

/// What plain tests try, and what lies there.
fn tried(tree: &Tree) -> BTreeSet<&str> {
    let tests = tree.rust().filter(|(file, _)| !file.path.starts_with("xtask/"));
    let tests = tests.flat_map(|(file, _)| file.text.split(TRIED).skip(1));
    let tests = tests.filter_map(|rest| rest.split('"').next());
    let lie = tree.files.iter().filter_map(|file| file.path.strip_prefix(CORPORA)?.split('/').next());
    tests.chain(lie).collect()
}

/// Every corpus has a target or says that it has none, and every target has a corpus and is built.
pub fn targets(tree: &Tree) -> Vec<Finding> {
    let Some(readme) = tree.files.iter().find(|file| file.path == README) else { return Vec::new() };
    let (listed, without, tried) = (listed(readme), without(readme), tried(tree));
    let own = |file: &File| Some(file.path.strip_prefix(TARGETS)?.strip_suffix(".rs")?.to_owned());
    let targets: BTreeSet<String> = tree.files.iter().filter_map(own).collect();
    let manifest = tree.text(MANIFEST).unwrap_or_default();
    let mut wrong = Vec::new();
    let mut say = |message: String| wrong.push(readme.finding(0, message));
    for name in tried.difference(&listed) {
        say(format!("the samples `{name}` do not stand in the table: add their row"));
    }
    for name in listed.difference(&tried) {
        say(format!("nothing tries the samples `{name}`: write their test, or take the row out"));
    }
    for name in &listed {
        match (targets.contains(*name), without.contains(name)) {
            (false, false) => say(format!("`{name}` has no target: write {TARGETS}{name}.rs")),
            (true, true) => say(format!("`{name}` has a target: take it out of \"{WITHOUT}\"")),
            _ => {}
        }
    }
    for name in &targets {
        if !listed.contains(name.as_str()) {
            say(format!("{TARGETS}{name}.rs has no samples in {CORPORA}{name}"));
        }
        if !manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")) {
            say(format!("{TARGETS}{name}.rs is not built: name it in {MANIFEST}"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    const TEST: &str = "//! x\nfn t() { testkit::mutate::fuzz(\"webhook\", 1, |_| true); testkit::mutate::fuzz(\"form\", 1, |_| true); }\n";
    const TABLE: &str = "# Fuzzing\n\n| corpus | read by |\n| --- | --- |\n| `webhook` | Meta's |\n| `form` | forms |\n\nBy plain tests alone: `form`.\n\nMore.\n";
    const BUILT: &str = "[[bin]]\npath = \"fuzz_targets/webhook.rs\"\n";

    #[test]
    fn samples_tests_and_targets_match() {
        let good = [
            ("crates/a/src/lib.rs", TEST),
            ("fuzz/README.md", TABLE),
            ("fuzz/Cargo.toml", BUILT),
            ("fuzz/fuzz_targets/webhook.rs", "//! x\n"),
            ("fuzz/corpus/webhook/one.json", "{}"),
        ];
        assert_eq!(found(targets, &good), Vec::<String>::new());
        let with = |at: usize, text: &'static str| {
            let mut files = good;
            files[at].1 = text;
            found(targets, &files).join("\n")
        };
        assert!(with(1, "| `webhook` | Meta's |\n").contains("`form` do not stand in the table"));
        assert!(with(1, "| `webhook` | a |\n| `form` | b |\n").contains("`form` has no target"));
        assert!(
            with(1, "| `webhook` | a |\n| `form` | b |\n\nBy plain tests alone: `form`, `webhook`.\n")
                .contains("`webhook` has a target")
        );
        assert!(with(0, "//! x\n").contains("nothing tries the samples `form`"));
        assert!(with(2, "").contains("webhook.rs is not built"));
        assert!(with(1, "| `form` | b |\n\nBy plain tests alone: `form`.\n").contains("has no samples"));
    }
}
