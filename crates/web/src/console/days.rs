//! The last days as columns, drawn by the server as SVG, with the same figures as a table.
//!
//! Invariants: time runs the way one reads; whatever a column shows stands in the table too; two parts of
//! a column differ in lightness, not in colour alone.

use super::words::{day, number};
use crate::language::Language;
use engine::views::days::Day;

/// Units of the drawing.
const STEP: u64 = 20;
const WIDTH: u64 = 14;
const HEIGHT: u64 = 100;

/// A part of a column.
pub struct Part {
    pub class: &'static str,
    pub x: u64,
    pub y: u64,
    pub height: u64,
}

/// A day in the table.
pub struct Line {
    pub day: String,
    pub first: String,
    pub second: String,
}

pub struct DaysChart {
    /// Names the drawing among others of the page.
    pub id: &'static str,
    pub title: String,
    pub parts: Vec<Part>,
    /// The whole width of the drawing.
    pub width: u64,
    /// The tallest column, as a number.
    pub top: String,
    /// The days at both ends, in the order in which they are read.
    pub from: String,
    pub to: String,
    /// Class, word and sum of both parts.
    pub legend: [(&'static str, String, String); 2],
    /// The days on which something happened, the newest first.
    pub lines: Vec<Line>,
}

impl DaysChart {
    /// What was sent and what was not.
    pub fn of_sending(language: Language, days: &[Day]) -> Self {
        let names = [("sent", "days-sent"), ("failed", "days-not-reached")];
        Self::new(language, "sending", names, days, |day| [day.sent, day.not_reached])
    }

    /// Who agreed and who left.
    pub fn of_consent(language: Language, days: &[Day]) -> Self {
        let names = [("sent", "days-agreed"), ("failed", "days-left")];
        Self::new(language, "consent", names, days, |day| [day.agreed, day.left])
    }

    fn new(
        language: Language,
        id: &'static str,
        names: [(&'static str, &str); 2],
        days: &[Day],
        of: impl Fn(&Day) -> [u64; 2],
    ) -> Self {
        let values: Vec<[u64; 2]> = days.iter().map(&of).collect();
        let tallest = values.iter().map(|[a, b]| a.saturating_add(*b)).max().unwrap_or(0);
        let count = u64::try_from(days.len()).unwrap_or(0);
        let width = count * STEP;
        let mut parts = Vec::new();
        for (at, value) in (0_u64..).zip(&values) {
            let from = at * STEP + (STEP - WIDTH) / 2;
            let x = if language.direction() == "rtl" { width.saturating_sub(from + WIDTH) } else { from };
            let mut floor = HEIGHT;
            for ((class, _), value) in names.into_iter().zip(value).filter(|(_, value)| **value > 0) {
                // What is there is seen, however little it is.
                let height = scaled(*value, tallest).max(2).min(floor);
                floor -= height;
                parts.push(Part { class, x, y: floor, height });
            }
        }
        let sum = |part: usize| number(values.iter().filter_map(|value| value.get(part)).sum());
        let [(first, first_word), (second, second_word)] = names;
        let end = |found: Option<&Day>| found.map(|found| day(language, found.day)).unwrap_or_default();
        Self {
            id,
            title: language.say(&format!("days-title-{id}")),
            parts,
            width,
            top: number(tallest),
            from: end(days.first()),
            to: end(days.last()),
            legend: [(first, language.say(first_word), sum(0)), (second, language.say(second_word), sum(1))],
            lines: days
                .iter()
                .rev()
                .filter(|own| of(own) != [0, 0])
                .map(|own| {
                    let [first, second] = of(own).map(number);
                    Line { day: day(language, own.day), first, second }
                })
                .collect(),
        }
    }
}

fn scaled(value: u64, most: u64) -> u64 {
    (u128::from(value) * u128::from(HEIGHT))
        .checked_div(u128::from(most))
        .and_then(|scaled| u64::try_from(scaled).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days() -> Vec<Day> {
        let quiet = |day| Day { day, ..Day::default() };
        vec![
            quiet(20_000),
            Day { sent: 3, not_reached: 1, ..quiet(20_001) },
            Day { sent: 1_000, ..quiet(20_002) },
        ]
    }

    #[test]
    fn time_runs_the_way_one_reads_and_little_is_seen_beside_much() {
        let drawn = |language| {
            let chart = DaysChart::of_sending(language, &days());
            chart.parts.iter().map(|part| (part.class, part.x, part.y, part.height)).collect::<Vec<_>>()
        };
        assert_eq!(
            drawn(Language::English),
            [("sent", 23, 98, 2), ("failed", 23, 96, 2), ("sent", 43, 0, 100)]
        );
        assert_eq!(
            drawn(Language::Arabic),
            [("sent", 23, 98, 2), ("failed", 23, 96, 2), ("sent", 3, 0, 100)]
        );
    }

    #[test]
    fn the_table_says_what_the_columns_show() {
        let chart = DaysChart::of_sending(Language::English, &days());
        let said: Vec<_> =
            chart.lines.iter().map(|l| (l.day.as_str(), l.first.as_str(), l.second.as_str())).collect();
        assert_eq!(said, [("6 October", "1,000", "0"), ("5 October", "3", "1")]);
        assert_eq!(
            (chart.top.as_str(), chart.from.as_str(), chart.to.as_str()),
            ("1,000", "4 October", "6 October")
        );
        let [(_, _, sent), (_, _, not)] = chart.legend;
        assert_eq!((sent.as_str(), not.as_str()), ("1,003", "1"));
        let nothing = DaysChart::of_consent(Language::English, &days());
        assert!(nothing.parts.is_empty() && nothing.lines.is_empty());
    }
}
