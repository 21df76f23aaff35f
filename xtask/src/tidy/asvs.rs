//! The table that holds the program against OWASP's standard: each row has its form, each test that it
//! names exists, none of levels 1 and 2 is left out, and its sums are right.
//!
//! Invariant: "met" never stands alone; a test or a dated look stands beside it.

use super::{Finding, Tree};
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = "docs/security/asvs.md";
/// Requirements that version 5.0.0 has at the levels that are kept whole.
const WHOLE: [(&str, usize); 2] = [("1", 70), ("2", 183)];
const STATES: [&str; 4] = ["met", "partly", "not met", "n/a"];

/// One requirement.
struct Row<'a> {
    line: usize,
    id: &'a str,
    level: &'a str,
    state: &'a str,
    shown_by: &'a str,
}

/// Rows of requirements, and of the sums (level and four figures).
fn rows(text: &str) -> (Vec<Row<'_>>, BTreeMap<&str, Vec<&str>>) {
    let (mut rows, mut sums) = (Vec::new(), BTreeMap::new());
    for (at, line) in text.lines().enumerate() {
        let Some(inside) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
        let cells: Vec<&str> = inside.split(" | ").collect();
        let is_number = |cell: &&str| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit());
        match cells.as_slice() {
            [level, rest @ ..] if rest.len() == 4 && cells.iter().all(is_number) => {
                sums.insert(*level, rest.to_vec());
            }
            [id, level, _, state, shown_by] if id.split('.').filter(is_number).count() == 3 => {
                rows.push(Row { line: at + 1, id, level, state, shown_by });
            }
            _ => {}
        }
    }
    (rows, sums)
}

/// Whether it says on which day somebody looked.
fn is_dated(text: &str) -> bool {
    text.match_indices("checked ").any(|(at, word)| {
        let day = text.get(at + word.len()..).and_then(|rest| rest.get(..10)).unwrap_or_default();
        let shape: String = day.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        shape == "0000-00-00"
    })
}

/// Names in code letters that only a test can have: four words or more.
fn tests(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|name| {
        let is_a_name = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        is_a_name && name.matches('_').count() >= 3
    })
}

fn order(id: &str) -> Vec<u32> {
    id.split('.').filter_map(|part| part.parse().ok()).collect()
}

pub fn table(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.files.iter().find(|file| file.path == TABLE) else { return Vec::new() };
    let (rows, sums) = rows(&file.text);
    let mut findings = Vec::new();
    let mut before: Option<&Row<'_>> = None;
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &rows {
        let mut say = |message: String| findings.push(file.finding(row.line, message));
        if before.is_some_and(|before| order(before.id) >= order(row.id)) {
            say(format!("{} stands twice or out of order", row.id));
        }
        before = Some(row);
        if !["1", "2", "3"].contains(&row.level) {
            say(format!("{} is of level 1, 2 or 3", row.id));
        }
        if !STATES.contains(&row.state) {
            say(format!("{} is one of: {}", row.id, STATES.join(", ")));
        }
        let named: BTreeSet<&str> = tests(row.shown_by).collect();
        for name in &named {
            let definition = format!("fn {name}(");
            if !tree.rust().any(|(_, lexed)| lexed.find(&definition).next().is_some()) {
                say(format!("there is no test `{name}`: name one that exists"));
            }
        }
        if row.shown_by.trim().is_empty() {
            say(format!("{} needs a reason", row.id));
        }
        if row.state == "met" && named.is_empty() && !is_dated(row.shown_by) {
            say(format!("{} is met by which test, or \"checked\" on which day?", row.id));
        }
        *counted.entry((row.level, row.state)).or_default() += 1;
    }
    for (level, wanted) in WHOLE {
        let there = rows.iter().filter(|row| row.level == level).count();
        if there != wanted {
            findings
                .push(file.finding(0, format!("level {level} has {wanted} requirements, {there} are here")));
        }
    }
    for level in ["1", "2", "3"] {
        let right: Vec<String> = STATES
            .iter()
            .map(|state| counted.get(&(level, *state)).copied().unwrap_or_default().to_string())
            .collect();
        if sums.get(level).is_none_or(|said| *said != right) {
            findings.push(file.finding(0, format!("the sums of level {level} are {}", right.join(", "))));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    const NONE: [String; 0] = [];
    const CODE: (&str, &str) = ("crates/a/src/lib.rs", "//! x\n#[test]\nfn the_door_is_shut_at_night() {}\n");

    /// A whole table, in which row 3 of chapter 1 reads as given.
    fn text(third: &str) -> String {
        let mut rows: Vec<String> = Vec::new();
        for (level, count) in WHOLE {
            for n in 1..=count {
                rows.push(format!("| {level}.1.{n} | {level} | asks | n/a | none is spoken |"));
            }
        }
        third.clone_into(&mut rows[2]);
        let met = usize::from(third.contains("| met |"));
        format!(
            "| 1 | {met} | 0 | 0 | {} |\n| 2 | 0 | 0 | 0 | 183 |\n| 3 | 0 | 0 | 0 | 0 |\n{}\n",
            70 - met,
            rows.join("\n")
        )
    }

    fn said(third: &str) -> Vec<String> {
        found(table, &[CODE, (TABLE, &text(third))])
    }

    #[test]
    fn a_row_that_is_met_names_a_test_that_exists_or_a_day() {
        for good in [
            "`the_door_is_shut_at_night`",
            "by design; checked 2026-11-26 in `a.rs`",
            "`the_door_is_shut_at_night`, `is_x`",
        ] {
            assert_eq!(said(&format!("| 1.1.3 | 1 | asks | met | {good} |")), NONE, "{good}");
        }
        for (bad, message) in [
            ("`the_door_is_shut_at_noon`", "there is no test `the_door_is_shut_at_noon`"),
            ("by design", "which test"),
            ("checked recently", "which test"),
        ] {
            let said = said(&format!("| 1.1.3 | 1 | asks | met | {bad} |"));
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(
                said[0].starts_with("docs/security/asvs.md:6: ") && said[0].contains(message),
                "{said:?}"
            );
        }
    }

    #[test]
    fn none_is_left_out_twice_or_of_an_unknown_state() {
        assert!(said("| 1.1.2 | 1 | asks | n/a | none |")[0].contains("stands twice"));
        assert!(said("| 1.1.3 | 1 | asks | perhaps | none |").iter().any(|line| line.contains("is one of")));
        assert!(said("a line").iter().any(|line| line.contains("level 1 has 70 requirements, 69 are here")));
        assert!(said("a line").iter().any(|line| line.contains("the sums of level 1 are 0, 0, 0, 69")));
        assert_eq!(found(table, &[CODE]), NONE);
    }
}
