//! `/admin/log`: the newest lines that this node's program has written to its log, to be searched (claim A1).
//!
//! Invariants: a line is ids, states and counts and the program's own words (its fields are `LOG_FIELDS`); of a brand's
//! things nothing is shown to another brand's admin. Beside other brands a line that names a thing and not its brand is
//! left out, since it cannot be told whose it is.

use super::words::{count, number, time};
use super::{Desk, Section, Shell};
use crate::App;
use crate::api::Query;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views::At;
use fluent_bundle::FluentArgs;
use model::id::BrandId;
use model::ports::LogLine;
use serde::Deserialize;

/// Lines on the page.
const SHOWN: usize = 200;
/// Characters of a search.
const LONGEST: usize = 100;
/// Fields that name something of a brand's.
const OF_A_BRAND: [&str; 8] = ["account", "broadcast", "erasure", "event", "lead", "page", "row", "template"];

/// One line.
pub struct Row {
    pub at: String,
    pub level: &'static str,
    /// `bad`, `warn` or `info`.
    pub kind: &'static str,
    pub part: String,
    pub message: String,
    pub fields: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/program_log.html")]
pub struct LogPage<'a> {
    pub frame: Shell<'a>,
    pub asked: String,
    pub rows: Vec<Row>,
    /// How many there are, in words.
    pub found: String,
    /// Whether more were found than are shown.
    pub is_cut: bool,
    /// Whose lines these are, and since when; empty where none are kept.
    pub kept: String,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// Whether this brand's admin is shown it.
fn is_own(line: &LogLine, brand: &str, is_alone: bool) -> bool {
    let of = |wanted: &str| line.fields.iter().find(|(name, _)| *name == wanted);
    match of("brand") {
        Some((_, named)) => named == brand,
        None => is_alone || OF_A_BRAND.iter().all(|name| of(name).is_none()),
    }
}

/// Whether the words stand somewhere in it, however they are written.
fn holds(line: &LogLine, words: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(words);
    words.is_empty()
        || has(&line.message)
        || has(line.level)
        || has(&line.part)
        || line.fields.iter().any(|(name, value)| has(name) || has(value) || has(&format!("{name}={value}")))
}

impl Row {
    fn new(frame: &Shell<'_>, line: &LogLine) -> Self {
        Self {
            at: time(frame.reader(), At(line.at)),
            level: line.level,
            kind: match line.level {
                "ERROR" => "bad",
                "WARN" => "warn",
                _ => "info",
            },
            part: line.part.clone(),
            message: line.message.clone(),
            fields: line.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        }
    }
}

impl<'a> LogPage<'a> {
    /// Of lines that this admin is shown, the newest first.
    pub fn new(frame: Shell<'a>, lines: &[LogLine], asked: &str, kept: String) -> Self {
        let asked: String = asked.trim().chars().take(LONGEST).collect();
        let words = asked.to_lowercase();
        let found: Vec<&LogLine> = lines.iter().filter(|line| holds(line, &words)).collect();
        Self {
            rows: found.iter().take(SHOWN).map(|line| Row::new(&frame, line)).collect(),
            found: count(frame.language, "program-log-found", u64::try_from(found.len()).unwrap_or(u64::MAX)),
            is_cut: found.len() > SHOWN,
            kept,
            asked,
            frame,
        }
    }

    pub fn cut(&self) -> String {
        self.frame.say_with("program-log-cut", "shown", &number(SHOWN as u64))
    }
}

/// Whose lines are held, and since when.
pub fn kept(frame: &Shell<'_>, node: &str, since: At) -> String {
    let mut args = FluentArgs::new();
    args.set("node", node.to_owned());
    args.set("since", time(frame.reader(), since));
    frame.language.tell("program-log-kept", Some(&args))
}

/// The same of what this process holds.
pub fn kept_here(app: &App, frame: &Shell<'_>) -> String {
    let held = app.settings.log.as_ref();
    held.map(|log| kept(frame, &app.engine.node(), At(log.since()))).unwrap_or_default()
}

/// What this brand's admin may read of the log, the newest first.
fn readable(app: &App, brand: BrandId) -> Vec<LogLine> {
    let brand = brand.to_string();
    let is_alone = app.engine.brands().count() <= 1;
    let mut lines = app.settings.log.as_ref().map(|log| log.newest()).unwrap_or_default();
    lines.retain(|line| is_own(line, &brand, is_alone));
    lines
}

/// The newest of them.
pub fn newest(app: &App, brand: BrandId, frame: &Shell<'_>) -> Vec<Row> {
    readable(app, brand).iter().take(SHOWN).map(|line| Row::new(frame, line)).collect()
}

/// `GET /admin/log`
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let lines = readable(&desk.app, desk.actor.brand);
    let frame = desk.shell(Section::Log)?;
    let kept = kept_here(&desk.app, &frame);
    Ok(page::html(&LogPage::new(frame, &lines, &asked.q, kept)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::Timestamp;

    fn line(message: &str, fields: &[(&'static str, &str)]) -> LogLine {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        LogLine {
            at: Timestamp::ZERO,
            level: "WARN",
            part: "engine".to_owned(),
            message: message.to_owned(),
            fields,
        }
    }

    #[test]
    fn claim_a1_lines_of_other_brands_are_left_out() {
        let (own, other) =
            (line("a", &[("brand", "bra_1")]), line("a", &[("brand", "bra_2"), ("page", "pag_1")]));
        let (nobodys, whose) = (line("a", &[("error", "disk full")]), line("a", &[("page", "pag_1")]));
        for is_alone in [true, false] {
            assert!(is_own(&own, "bra_1", is_alone) && is_own(&nobodys, "bra_1", is_alone));
            assert!(!is_own(&other, "bra_1", is_alone));
            assert_eq!(is_own(&whose, "bra_1", is_alone), is_alone);
        }
    }

    #[test]
    fn a_line_is_found_by_its_words_level_part_and_fields() {
        let line = line("the log could not be continued", &[("error", "Disk full"), ("tries", "3")]);
        for words in ["", "continued", "warn", "engine", "disk", "error", "tries=3"] {
            assert!(holds(&line, words), "{words}");
        }
        assert!(!holds(&line, "lead"));
    }
}
