//! The table that holds the program against OWASP's standard: it is there, each row is a requirement of the standard at
//! its level and has its form, each test that it names exists, each day too, none of levels 1 and 2 is left out, and its
//! sums are right.
//!
//! Invariant: "met" never stands alone; a test or a dated look stands beside it.

use super::{Finding, Tree};
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = "docs/security/asvs.md";
/// The requirements of version 5.0.0: of each section the levels of its first, second, third … one. Numbers only; the
/// words are the standard's.
const REQUIREMENTS: &str = "\
    1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123 2.1:122 2.2:112 2.3:12223 2.4:23 3.1:3 \
    3.2:113 3.3:12223 3.4:11222233 3.5:11122333 3.6:3 3.7:22333 4.1:12233 4.2:23333 4.3:22 4.4:1222 \
    5.1:2 5.2:112333 5.3:113 5.4:222 6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 \
    6.6:2223 6.7:33 6.8:2222 7.1:222 7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22 8.1:1233 8.2:1123 8.3:133 \
    8.4:23 9.1:111 9.2:1222 10.1:22 10.2:223 10.3:22223 10.4:1111122222233333 10.5:22222 10.6:22 \
    10.7:222 11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23 11.7:33 12.1:12233 12.2:11 \
    12.3:22223 13.1:2333 13.2:222223 13.3:2233 13.4:1222233 14.1:22 14.2:12223333 14.3:122 15.1:12233 \
    15.2:12233 15.3:1222222 15.4:3333 16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223 17.1:23 \
    17.2:22223333 17.3:22";
/// Levels that are kept whole.
const WHOLE: [&str; 2] = ["1", "2"];
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

/// Every requirement with its level.
fn standard() -> impl Iterator<Item = (String, &'static str)> {
    REQUIREMENTS.split_whitespace().filter_map(|section| section.split_once(':')).flat_map(
        |(section, levels)| {
            let each = (0..levels.len()).filter_map(|at| levels.get(at..=at)).enumerate();
            each.map(move |(at, level)| (format!("{section}.{}", at + 1), level))
        },
    )
}

/// The days on which it says that somebody looked.
fn days(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("checked ")
        .filter_map(|(at, word)| text.get(at + word.len()..)?.get(..10))
        .filter(|day| day.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the calendar has this day, and the standard was there by then.
fn is_a_day(day: &str) -> bool {
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, date] = parts.as_slice() else { return false };
    let number = |text: &str, length| {
        let is_number = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if is_number { text.parse::<u16>().ok() } else { None }
    };
    let (Some(year), Some(month), Some(date)) = (number(year, 4), number(month, 2), number(date, 2)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (2025..=2099).contains(&year) && (1..=last).contains(&date)
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
    let Some(file) = tree.files.iter().find(|file| file.path == TABLE) else {
        let message = "the table of requirements is missing: the program is held against the standard here";
        return vec![Finding { path: TABLE.to_owned(), line: 0, message: message.to_owned() }];
    };
    let (rows, sums) = rows(&file.text);
    let wanted: BTreeMap<String, &str> = standard().collect();
    let mut findings = Vec::new();
    let mut before: Option<&Row<'_>> = None;
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &rows {
        let mut say = |message: String| findings.push(file.finding(row.line, message));
        if before.is_some_and(|before| order(before.id) >= order(row.id)) {
            say(format!("{} stands twice or out of order", row.id));
        }
        before = Some(row);
        match wanted.get(row.id) {
            None => say(format!("{} is no requirement of the standard", row.id)),
            Some(level) if *level != row.level => say(format!("{} is of level {level}", row.id)),
            Some(_) => {}
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
        for day in days(row.shown_by).filter(|day| !is_a_day(day)) {
            say(format!("{}: {day} is no day", row.id));
        }
        if row.state == "met" && named.is_empty() && !days(row.shown_by).any(is_a_day) {
            say(format!("{} is met by which test, or \"checked\" on which day?", row.id));
        }
        *counted.entry((row.level, row.state)).or_default() += 1;
    }
    for (id, level) in standard().filter(|(_, level)| WHOLE.contains(level)) {
        if rows.iter().all(|row| row.id != id) {
            findings.push(file.finding(0, format!("{id}, of level {level}, is left out")));
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

    /// A whole table, in which 1.2.1, its third row, reads as given.
    fn text(third: &str) -> String {
        let whole = standard().filter(|(_, level)| WHOLE.contains(level));
        let mut rows: Vec<String> =
            whole.map(|(id, level)| format!("| {id} | {level} | asks | n/a | none is spoken |")).collect();
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
            assert_eq!(said(&format!("| 1.2.1 | 1 | asks | met | {good} |")), NONE, "{good}");
        }
        for (bad, message) in [
            ("`the_door_is_shut_at_noon`", "there is no test `the_door_is_shut_at_noon`"),
            ("by design", "which test"),
            ("checked recently", "which test"),
        ] {
            let said = said(&format!("| 1.2.1 | 1 | asks | met | {bad} |"));
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(
                said[0].starts_with("docs/security/asvs.md:6: ") && said[0].contains(message),
                "{said:?}"
            );
        }
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for (day, is) in [
            ("2026-11-26", true),
            ("2028-02-29", true),
            ("2026-02-29", false),
            ("2026-11-31", false),
            ("2026-13-01", false),
            ("2026-00-10", false),
            ("1999-01-01", false),
            ("26-11-2026", false),
            ("2026-11-2x", false),
        ] {
            assert_eq!(is_a_day(day), is, "{day}");
        }
        let said = said("| 1.2.1 | 1 | asks | met | `the_door_is_shut_at_night`; checked 2026-11-31 |");
        assert!(said.len() == 1 && said[0].contains("2026-11-31 is no day"), "{said:?}");
    }

    #[test]
    fn the_standard_has_as_many_requirements_as_it_says() {
        let of = |wanted: &str| standard().filter(|(_, level)| *level == wanted).count();
        assert_eq!(["1", "2", "3"].map(of), [70, 183, 92]);
        assert_eq!(said("| 1.2.1 | 1 | asks | n/a | none |"), NONE);
    }

    #[test]
    fn none_is_left_out_stands_twice_or_is_of_an_unknown_state_or_level() {
        assert!(said("| 1.1.2 | 2 | asks | n/a | none |")[0].contains("stands twice"));
        assert!(said("| 1.2.1 | 1 | asks | perhaps | none |").iter().any(|line| line.contains("is one of")));
        assert!(
            said("| 1.2.1 | 2 | asks | n/a | none |").iter().any(|line| line.contains("1.2.1 is of level 1"))
        );
        assert!(
            said("| 1.1.3 | 1 | asks | n/a | none |")
                .iter()
                .any(|line| line.contains("1.1.3 is no requirement"))
        );
        assert!(said("a line").iter().any(|line| line.contains("1.2.1, of level 1, is left out")));
        assert!(said("a line").iter().any(|line| line.contains("the sums of level 1 are 0, 0, 0, 69")));
        assert!(found(table, &[CODE])[0].contains("is missing"));
    }
}
