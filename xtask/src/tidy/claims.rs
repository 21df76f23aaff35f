//! The promises keep what they say of themselves: each number stands in `docs/claims.md`, on the page of promises in
//! every language, and in the name of a test; the list of those tests is made from the sources.
//!
//! Invariant: a number is never lost, and none stands without a test except where [`WAITING`] says since when.

use super::{Finding, Tree, lex};
use std::collections::{BTreeMap, BTreeSet};

/// How many promises begin with each letter. They are numbered from 1 without a gap, for good.
const NUMBERS: [(char, usize); 7] = [('D', 3), ('R', 5), ('A', 3), ('U', 3), ('X', 10), ('F', 10), ('B', 3)];

/// Promises that no test carries yet, and since when that is so.
const WAITING: &[(&str, &str)] = &[];

const DOCUMENT: &str = "docs/claims.md";
const PAGE: &str = "crates/web/src/promises.rs";
const WORDS: [&str; 2] = ["crates/web/locales/en/promises.ftl", "crates/web/locales/ar/promises.ftl"];
/// Where the list of tests lies, which the page counts.
pub const LIST: &str = "crates/web/claims/tests.txt";

fn numbers() -> impl Iterator<Item = String> {
    NUMBERS.iter().flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}")))
}

/// The numbers that a test's name carries: `claim_b1_claim_b3_…` carries two.
fn carried(name: &str) -> Vec<String> {
    let mut parts = name.split('_').peekable();
    let mut found = Vec::new();
    while let Some(part) = parts.next() {
        let next = parts.peek().copied().unwrap_or_default();
        let (letter, digits) = next.split_at_checked(1).unwrap_or_default();
        let is_number = letter.chars().all(|c| c.is_ascii_lowercase()) && digits.parse::<usize>().is_ok();
        if part == "claim" && is_number {
            found.push(next.to_ascii_uppercase());
        }
    }
    found
}

/// What begins a test: an attribute, or the macro that makes one on each database of each name in it.
const TESTS: [&str; 3] = ["#[test]", "#[tokio::test]", "#[tokio::test("];
const ON_BOTH: &str = "on_both!";

/// Whether the function at this place is run as a test, whatever it is called.
fn is_run(lexed: &lex::Lexed, at: usize, name: &str) -> bool {
    let mut before = lexed.code.get(..at).unwrap_or_default().trim_end();
    before = before.strip_suffix("async").unwrap_or(before).trim_end();
    while before.ends_with(']') {
        let Some((rest, _)) = before.rsplit_once("#[") else { break };
        if TESTS.iter().any(|test| before.get(rest.len()..).is_some_and(|own| own.starts_with(test))) {
            return true;
        }
        before = rest.trim_end();
    }
    lexed.find(ON_BOTH).any(|at| {
        let open = at + ON_BOTH.len();
        let inside = lexed.code.get(open..lexed.closing(open)).unwrap_or_default();
        inside.split(|c: char| !lex::is_of_a_name(c)).any(|word| word == name)
    })
}

/// Every function that is called like a test of a promise: its numbers, its name, its place and whether it is run.
fn named(tree: &Tree) -> Vec<(Vec<String>, String, Finding, bool)> {
    let mut all = Vec::new();
    for (file, lexed) in tree.rust() {
        for at in lexed.find("fn claim_") {
            let rest = lexed.code.get(at + "fn ".len()..).unwrap_or_default();
            let name = rest.split(|c: char| !lex::is_of_a_name(c)).next().unwrap_or_default();
            let numbers = carried(name);
            if !numbers.is_empty() {
                let message =
                    format!("{name} is called like a test and is none: give it #[test], or another name");
                let place = file.finding(file.line_of(at), message);
                all.push((numbers, name.to_owned(), place, is_run(lexed, at, name)));
            }
        }
    }
    all
}

/// The tests of each number.
fn tests(tree: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (numbers, name, _, _) in named(tree).into_iter().filter(|(.., is_run)| *is_run) {
        for number in numbers {
            tests.entry(number).or_default().insert(name.clone());
        }
    }
    tests
}

/// The list as it has to be: a line per number and test, in the order of the numbers.
pub fn list(tree: &Tree) -> String {
    let tests = tests(tree);
    let lines = numbers().flat_map(|number| {
        let own = tests.get(&number).cloned().unwrap_or_default();
        own.into_iter().map(move |name| format!("{number} {name}\n"))
    });
    lines.collect()
}

/// The rule.
pub fn shown_and_tested(tree: &Tree) -> Vec<Finding> {
    check(tree, WAITING)
}

fn check(tree: &Tree, waiting: &[(&str, &str)]) -> Vec<Finding> {
    let (tests, all) = (tests(tree), numbers().collect::<BTreeSet<String>>());
    let mut findings: Vec<Finding> =
        named(tree).into_iter().filter(|(.., is_run)| !is_run).map(|(_, _, place, _)| place).collect();
    let mut find = |path: &str, message: String| {
        findings.push(Finding { path: path.to_owned(), line: 0, message });
    };
    let is_waiting = |number: &str| waiting.iter().any(|(own, _)| *own == number);
    for number in numbers() {
        let low = number.to_ascii_lowercase();
        match (tests.contains_key(&number), is_waiting(&number)) {
            (false, false) => find(DOCUMENT, format!("no test carries {number}: name one `claim_{low}_…`")),
            (true, true) => find("xtask/src/tidy/claims.rs", format!("{number} has tests: it waits no more")),
            _ => {}
        }
        let named = [
            (DOCUMENT, format!("\n| {number} | ")),
            (PAGE, format!("promise(\"{number}\", ")),
            (WORDS[0], format!("\npromises-{low}-what = ")),
            (WORDS[0], format!("\npromises-{low}-how = ")),
            (WORDS[1], format!("\npromises-{low}-what = ")),
            (WORDS[1], format!("\npromises-{low}-how = ")),
        ];
        for (path, mark) in named {
            let times = tree.text(path).unwrap_or_default().matches(&mark).count();
            if times != 1 {
                find(path, format!("`{}` stands here {times} times: it stands once", mark.trim()));
            }
        }
    }
    for number in tests.keys().filter(|number| !all.contains(*number)) {
        find(DOCUMENT, format!("a test carries {number}, which is no promise's number"));
    }
    for (number, since) in waiting {
        let date = since.get(..10).unwrap_or_default();
        let is_date = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !is_date || !all.contains(*number) {
            find("xtask/src/tidy/claims.rs", format!("{number} waits, but since when? Begin with the date"));
        }
    }
    if tree.text(LIST) != Some(list(tree).as_str()) {
        find(LIST, "the sources hold other tests: run `cargo run -p xtask -- claims`".to_owned());
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::tree;

    /// Files in which every promise is shown and tested once, but for what is taken out or changed.
    fn found(change: impl Fn(&mut BTreeMap<&str, String>), waiting: &[(&str, &str)]) -> Vec<String> {
        let lines = |line: &dyn Fn(&str, String) -> String| {
            numbers().map(|number| line(&number, number.to_ascii_lowercase())).collect::<String>()
        };
        let words = lines(&|_, low| format!("\npromises-{low}-what = a\npromises-{low}-how = b"));
        let mut files = BTreeMap::from([
            (DOCUMENT, lines(&|number, _| format!("\n| {number} | a | b |"))),
            (PAGE, lines(&|number, _| format!("promise(\"{number}\", &[]),"))),
            (WORDS[0], words.clone()),
            (WORDS[1], words),
            ("crates/a/tests/it/a.rs", lines(&|_, low| format!("#[test]\nfn claim_{low}_is_so() {{}}\n"))),
            (LIST, lines(&|number, low| format!("{number} claim_{low}_is_so\n"))),
        ]);
        change(&mut files);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        check(&tree(&files), waiting).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_promise_is_shown_and_tested_and_the_list_is_that_of_the_sources() {
        assert_eq!(found(|_| {}, &[]), Vec::<String>::new());
        for (path, mark) in [
            (DOCUMENT, "\n| X10 | "),
            (PAGE, "promise(\"X10\", "),
            (WORDS[0], "\npromises-x10-what = "),
            (WORDS[1], "\npromises-x10-how = "),
        ] {
            let without = |files: &mut BTreeMap<&str, String>| {
                let text = files.get_mut(path).unwrap();
                *text = text.replace(mark, "");
            };
            let found = found(without, &[]);
            assert!(found.len() == 1 && found[0].starts_with(path), "{found:?}");
            let twice = |files: &mut BTreeMap<&str, String>| files.get_mut(path).unwrap().push_str(mark);
            assert_eq!(self::found(twice, &[]).len(), 1);
        }
        let stale = |files: &mut BTreeMap<&str, String>| files.get_mut(LIST).unwrap().push_str("B3 gone\n");
        assert!(found(stale, &[])[0].contains("cargo run -p xtask -- claims"));
    }

    #[test]
    fn a_number_without_a_test_is_found_unless_it_waits_and_waits_no_longer_than_needed() {
        let untested = |files: &mut BTreeMap<&str, String>| {
            let code = files.get_mut("crates/a/tests/it/a.rs").unwrap();
            // A comment and another function's name are no tests.
            *code = code.replace("fn claim_u1_is_so", "// fn claim_u1_is_so\nfn claim_u10");
            let list = files.get_mut(LIST).unwrap();
            *list = list.replace("U1 claim_u1_is_so\n", "");
        };
        let missing = found(untested, &[]);
        assert!(missing.iter().any(|line| line.contains("no test carries U1:")), "{missing:?}");
        assert!(
            missing.iter().any(|line| line.contains("carries U10, which is no promise's")),
            "{missing:?}"
        );
        assert!(!found(untested, &[("U1", "2026-11-26: a")]).iter().any(|line| line.contains("U1:")));
        assert!(found(|_| {}, &[("U1", "2026-11-26: a")])[0].contains("U1 has tests"));
        assert_eq!(found(untested, &[("U1", "soon")]).len(), 2, "a date, and U10");
    }

    #[test]
    fn a_function_counts_only_if_it_is_run_as_a_test() {
        let with = |code: &'static str| {
            move |files: &mut BTreeMap<&str, String>| {
                files.insert("crates/b/tests/it/b.rs", code.to_owned());
                let list = files.get_mut(LIST).unwrap();
                *list = list.replace("F1 claim_f1_is_so\n", "F1 claim_f1_a\nF1 claim_f1_is_so\n");
            }
        };
        for run in [
            "#[test]\nfn claim_f1_a() {}",
            "#[cfg(unix)]\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn claim_f1_a() {}",
            "#[tokio::test]\n#[cfg(unix)]\nasync fn claim_f1_a() {}",
            "async fn claim_f1_a(on: On) {}\non_both! {\n    other,\n    claim_f1_a,\n}",
            "async fn claim_f1_a(on: On) {}\non_both!(claim_f1_a);",
            "on_both! {\n    async fn claim_f1_a(home: &Home) { a(); }\n}",
        ] {
            assert_eq!(found(with(run), &[]), Vec::<String>::new(), "{run}");
        }
        for not_run in [
            "fn claim_f1_a() {}",
            "#[expect(dead_code)]\nasync fn claim_f1_a() {}",
            "#[test]\nfn b() {}\nfn claim_f1_a() {}",
            "on_both! { claim_f1_ab }\nasync fn claim_f1_a(on: On) {}",
        ] {
            let found = found(with(not_run), &[]);
            assert!(found.iter().any(|line| line.contains("claim_f1_a is called like a test")), "{found:?}");
            assert!(found.iter().any(|line| line.contains("the sources hold other tests")), "{found:?}");
        }
    }

    #[test]
    fn a_name_may_carry_two_numbers_and_words_that_look_alike_none() {
        assert_eq!(carried("claim_b1_claim_b3_a_platform"), ["B1", "B3"]);
        assert_eq!(carried("claim_x10_a"), ["X10"]);
        for none in ["claim_replies", "claim_", "claimed_b1_a", "claim_b_1", "claim_é1"] {
            assert_eq!(carried(none), Vec::<String>::new(), "{none}");
        }
    }
}
