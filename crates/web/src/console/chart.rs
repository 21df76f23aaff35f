//! Charts as the server draws them: bars made of parts, as SVG, without a script or a style.
//!
//! Invariants: bars grow the way one reads; what a bar says stands beside it in words and numbers
//! too, so that nobody depends on seeing it; the parts' colours differ in lightness (console.css).

use super::words::number;
use crate::language::Language;
use std::collections::BTreeMap;

/// Width of a bar in its own units.
const WIDTH: u64 = 1_000;

/// The parts of a bar, in their order: class, Fluent id, the delivery states that count.
pub const PARTS: [(&str, &str, &[&str]); 5] = [
    ("sent", "chart-sent", &["sent"]),
    ("waiting", "chart-waiting", &["planned", "sending"]),
    ("unknown", "chart-unknown", &["unknown"]),
    ("failed", "chart-failed", &["failed"]),
    ("refused", "chart-refused", &["refused"]),
];

pub struct Part {
    pub class: &'static str,
    pub x: u64,
    pub width: u64,
}

pub struct Bar {
    /// What it is about: somebody's words.
    pub label: String,
    /// Where the label leads; empty for nowhere.
    pub href: String,
    /// At its end: the number that counts.
    pub figure: String,
    /// All of it in words, for whoever does not see it.
    pub words: String,
    pub parts: Vec<Part>,
}

pub struct Chart {
    pub bars: Vec<Bar>,
    /// Class and word of each part that occurs.
    pub legend: Vec<(&'static str, String)>,
}

/// How many deliveries each part has.
pub fn parts_of(counts: &BTreeMap<String, u64>) -> [u64; 5] {
    PARTS.map(|(_, _, states)| states.iter().filter_map(|state| counts.get(*state)).sum())
}

/// Deliveries by state, one bar for each `(label, address, counts)`.
pub fn deliveries(language: Language, rows: Vec<(String, String, &BTreeMap<String, u64>)>) -> Chart {
    let mut occurs = [false; 5];
    let bars = rows
        .into_iter()
        .map(|(label, href, counts)| {
            let values = parts_of(counts);
            occurs.iter_mut().zip(values).for_each(|(occurs, value)| *occurs |= value > 0);
            bar(language, label, href, values)
        })
        .collect();
    let legend = PARTS
        .iter()
        .zip(occurs)
        .filter(|(_, occurs)| *occurs)
        .map(|((class, id, _), _)| (*class, language.say(id)));
    Chart { bars, legend: legend.collect() }
}

fn bar(language: Language, label: String, href: String, values: [u64; 5]) -> Bar {
    let total: u64 = values.iter().sum();
    let mut parts = Vec::new();
    let (mut before, mut words) = (0_u64, Vec::new());
    for ((class, id, _), value) in PARTS.iter().zip(values).filter(|(_, value)| *value > 0) {
        words.push(format!("{} {}", language.say(id), number(value)));
        let (from, to) = (scaled(before, total), scaled(before + value, total));
        before += value;
        // What is there is seen, however little it is.
        let width = to.saturating_sub(from).max(4);
        let x = if language.direction() == "rtl" { WIDTH.saturating_sub(from + width) } else { from };
        parts.push(Part { class, x, width });
    }
    let [sent, ..] = values;
    let figure = if total == 0 { "0".to_owned() } else { format!("{} / {}", number(sent), number(total)) };
    Bar { label, href, figure, words: words.join(" · "), parts }
}

fn scaled(value: u64, total: u64) -> u64 {
    (u128::from(value) * u128::from(WIDTH))
        .checked_div(u128::from(total))
        .and_then(|scaled| u64::try_from(scaled).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_the_way_one_reads() {
        let counts = BTreeMap::from([("sent".to_owned(), 3), ("refused".to_owned(), 1)]);
        let drawn = |language| {
            let chart = deliveries(language, vec![("x".to_owned(), String::new(), &counts)]);
            let bar = chart.bars.into_iter().next().expect("a bar");
            assert_eq!((bar.figure.as_str(), chart.legend.len()), ("3 / 4", 2));
            bar.parts.into_iter().map(|part| (part.class, part.x, part.width)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(Language::English), [("sent", 0, 750), ("refused", 750, 250)]);
        assert_eq!(drawn(Language::Arabic), [("sent", 250, 750), ("refused", 0, 250)]);
    }

    #[test]
    fn a_bar_of_nothing_is_empty() {
        let counts = BTreeMap::new();
        let chart = deliveries(Language::English, vec![("x".to_owned(), String::new(), &counts)]);
        assert!(chart.bars.iter().all(|bar| bar.parts.is_empty()) && chart.legend.is_empty());
    }
}
