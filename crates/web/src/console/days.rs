//! The last days as columns, drawn by the server as SVG, with the same figures as a table.
//!
//! Invariants: time runs the way one reads; whatever a column shows stands in the table too; parts of a
//! column differ in lightness, not in colour alone.

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
    pub values: Vec<String>,
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
    /// Class, word and sum of each part.
    pub legend: Vec<(&'static str, String, String)>,
    /// The days on which something happened, the newest first.
    pub lines: Vec<Line>,
}

impl DaysChart {
    /// What was sent and what was not, in the words and colours of the broadcasts' own charts.
    pub fn of_sending(language: Language, days: &[Day]) -> Self {
        let of = |day: &Day| [day.sent, day.unknown, day.failed, day.refused];
        // Nearly always everything is known.
        let is_known = days.iter().all(|day| day.unknown == 0);
        let kept: Vec<usize> = (0..4).filter(|at| *at != 1 || !is_known).collect();
        let names = [
            ("sent", "chart-sent"),
            ("unknown", "chart-unknown"),
            ("failed", "chart-failed"),
            ("refused", "chart-refused"),
        ];
        let names: Vec<_> = kept.iter().filter_map(|at| names.get(*at).copied()).collect();
        Self::new(language, "sending", &names, days, |day| {
            let values = of(day);
            kept.iter().filter_map(|at| values.get(*at).copied()).collect()
        })
    }

    /// Who agreed and who left.
    pub fn of_consent(language: Language, days: &[Day]) -> Self {
        let names = [("sent", "days-agreed"), ("failed", "days-left")];
        Self::new(language, "consent", &names, days, |day| vec![day.agreed, day.left])
    }

    fn new(
        language: Language,
        id: &'static str,
        names: &[(&'static str, &str)],
        days: &[Day],
        of: impl Fn(&Day) -> Vec<u64>,
    ) -> Self {
        let values: Vec<Vec<u64>> = days.iter().map(&of).collect();
        let whole = |values: &Vec<u64>| values.iter().fold(0_u64, |sum, value| sum.saturating_add(*value));
        let tallest = values.iter().map(whole).max().unwrap_or(0);
        let count = u64::try_from(days.len()).unwrap_or(0);
        let width = count * STEP;
        let mut parts = Vec::new();
        for (at, value) in (0_u64..).zip(&values) {
            let from = at * STEP + (STEP - WIDTH) / 2;
            let x = if language.direction() == "rtl" { width.saturating_sub(from + WIDTH) } else { from };
            let mut floor = HEIGHT;
            for ((class, _), value) in names.iter().zip(value).filter(|(_, value)| **value > 0) {
                // What is there is seen, however little it is.
                let height = scaled(*value, tallest).max(2).min(floor);
                floor -= height;
                parts.push(Part { class, x, y: floor, height });
            }
        }
        let sum = |part: usize| number(values.iter().filter_map(|value| value.get(part)).sum());
        let end = |found: Option<&Day>| found.map(|found| day(language, found.day)).unwrap_or_default();
        let legend =
            names.iter().enumerate().map(|(at, (class, word))| (*class, language.say(word), sum(at)));
        Self {
            id,
            title: language.say(&format!("days-title-{id}")),
            parts,
            width,
            top: language.say_with("days-most", "most", &number(tallest)),
            from: end(days.first()),
            to: end(days.last()),
            legend: legend.collect(),
            lines: days
                .iter()
                .zip(&values)
                .rev()
                .filter(|(_, values)| whole(values) > 0)
                .map(|(own, values)| Line {
                    day: day(language, own.day),
                    values: values.iter().copied().map(number).collect(),
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
            Day { sent: 3, failed: 1, refused: 2, ..quiet(20_001) },
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
            [("sent", 23, 98, 2), ("failed", 23, 96, 2), ("refused", 23, 94, 2), ("sent", 43, 0, 100)]
        );
        assert_eq!(
            drawn(Language::Arabic),
            [("sent", 23, 98, 2), ("failed", 23, 96, 2), ("refused", 23, 94, 2), ("sent", 3, 0, 100)]
        );
    }

    #[test]
    fn the_table_says_what_the_columns_show() {
        let chart = DaysChart::of_sending(Language::English, &days());
        let said: Vec<_> = chart.lines.iter().map(|l| (l.day.as_str(), l.values.join(" "))).collect();
        assert_eq!(said, [("6 October", "1,000 0 0".to_owned()), ("5 October", "3 1 2".to_owned())]);
        assert_eq!((chart.from.as_str(), chart.to.as_str()), ("4 October", "6 October"));
        assert!(chart.top.contains("1,000"), "{}", chart.top);
        let sums: Vec<_> =
            chart.legend.iter().map(|(class, word, sum)| (*class, word.as_str(), sum.as_str())).collect();
        assert_eq!(
            sums,
            [("sent", "Sent", "1,003"), ("failed", "Refused by Meta", "1"), ("refused", "Left out", "2")],
            "in the words of a broadcast's own chart"
        );
        let lost = [Day { unknown: 1, ..Day::default() }];
        assert_eq!(DaysChart::of_sending(Language::English, &lost).legend.len(), 4);
        let nothing = DaysChart::of_consent(Language::English, &days());
        assert!(nothing.parts.is_empty() && nothing.lines.is_empty());
    }
}
