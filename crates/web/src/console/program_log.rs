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

/// Lines on a page.
const SHOWN: usize = 200;
/// From which level on lines are shown: its code, and the levels.
const LEVELS: [(&str, &[&str]); 3] = [("", &[]), ("warn", &["WARN", "ERROR"]), ("error", &["ERROR"])];
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
    pub levels: Vec<Choice>,
    pub rows: Vec<Row>,
    /// How many there are, in words.
    pub found: String,
    /// Which of them stand on this page, in words, and how many newer ones do not; where they are more than a page's.
    pub part: Option<(String, usize)>,
    /// How many the pages before the next have; where there is a next.
    pub next: Option<usize>,
    /// Where none are kept, nothing is said of whose they are.
    pub held: Option<Held>,
}

/// From which level on.
pub struct Choice {
    pub value: &'static str,
    pub label: String,
    pub is_chosen: bool,
}

/// Whose lines a process holds.
#[derive(Debug, Clone)]
pub struct Held {
    pub node: String,
    /// Every line from then on is there.
    pub since: At,
    /// How many of them the reader may see.
    pub lines: usize,
    pub has_others: bool,
}

#[derive(Deserialize, Default, Clone)]
pub struct Asked {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub level: String,
    #[serde(default)]
    pub skip: usize,
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

impl Held {
    /// What whoever runs the server types to read what came before, as systemd has it.
    pub fn command(&self) -> String {
        let until = jiff::Timestamp::from_microsecond(self.since.0.0).unwrap_or_default();
        format!("journalctl -u entente --until \"{}\"", until.strftime("%Y-%m-%d %H:%M:%S UTC"))
    }
}

/// Whether a line is of one of these levels; of none named, any is.
fn is_of(line: &LogLine, levels: &[&str]) -> bool {
    levels.is_empty() || levels.contains(&line.level)
}

impl<'a> LogPage<'a> {
    /// Of lines that this admin is shown, the newest first.
    pub fn new(frame: Shell<'a>, lines: &[LogLine], asked: &Asked, held: Option<Held>) -> Self {
        let (level, levels) = LEVELS.into_iter().find(|(code, _)| *code == asked.level).unwrap_or(LEVELS[0]);
        let skip = asked.skip;
        let asked: String = asked.q.trim().chars().take(LONGEST).collect();
        let words = asked.to_lowercase();
        let fits = |line: &&LogLine| is_of(line, levels) && holds(line, &words);
        let found: Vec<&LogLine> = lines.iter().filter(fits).collect();
        // Lines go, so where there is none any more the newest are shown.
        let skip = if skip < found.len() { skip } else { 0 };
        let rows: Vec<Row> = found.iter().skip(skip).take(SHOWN).map(|line| Row::new(&frame, line)).collect();
        let end = skip.saturating_add(rows.len());
        let choice = |(value, _): (&'static str, _)| Choice {
            value,
            label: frame.say(&format!("program-log-from-{}", if value.is_empty() { "all" } else { value })),
            is_chosen: value == level,
        };
        Self {
            levels: LEVELS.into_iter().map(choice).collect(),
            found: count(frame.language, "program-log-found", u64::try_from(found.len()).unwrap_or(u64::MAX)),
            part: (rows.len() < found.len()).then(|| (part(&frame, skip, end), skip)),
            next: (end < found.len()).then_some(end),
            rows,
            held,
            asked,
            frame,
        }
    }

    pub fn level(&self) -> &'static str {
        self.levels.iter().find(|choice| choice.is_chosen).map_or("", |choice| choice.value)
    }

    pub fn is_filtered(&self) -> bool {
        !self.asked.is_empty() || !self.level().is_empty()
    }

    /// Whose lines these are, each with its label.
    pub fn facts(&self, held: &Held) -> Vec<(String, String)> {
        let said = |id: &str, value: String| (self.frame.say(id), value);
        let lines = number(u64::try_from(held.lines).unwrap_or(u64::MAX));
        vec![
            said("program-log-node", held.node.clone()),
            said("program-log-since", time(self.frame.reader(), held.since)),
            said("program-log-held", self.frame.say_with("program-log-held-of", "lines", &lines)),
        ]
    }
}

/// Which lines stand on a page.
fn part(frame: &Shell<'_>, skip: usize, end: usize) -> String {
    let shown = |at: usize| number(u64::try_from(at).unwrap_or(u64::MAX));
    let mut args = FluentArgs::new();
    args.set("from", shown(skip.saturating_add(1)));
    args.set("to", shown(end));
    frame.language.tell("program-log-part", Some(&args))
}

/// Whose lines are held, and since when, in one sentence.
pub fn kept(frame: &Shell<'_>, held: &Held) -> String {
    let mut args = FluentArgs::new();
    args.set("node", held.node.clone());
    args.set("since", time(frame.reader(), held.since));
    frame.language.tell("program-log-kept", Some(&args))
}

/// What this process holds, of which so many lines are shown to this reader.
fn held_here(app: &App, lines: usize) -> Option<Held> {
    let log = app.settings.log.as_ref()?;
    let (node, has_others) = (app.engine.node(), app.engine.is_one_of_several());
    Some(Held { node, since: At(log.since()), lines, has_others })
}

/// What this brand's admin may read of the log, the newest first.
fn readable(app: &App, brand: BrandId) -> Vec<LogLine> {
    let brand = brand.to_string();
    let is_alone = app.engine.brands().count() <= 1;
    let mut lines = app.settings.log.as_ref().map(|log| log.newest()).unwrap_or_default();
    lines.retain(|line| is_own(line, &brand, is_alone));
    lines
}

/// The newest of them, and in one sentence whose they are.
pub fn newest(app: &App, brand: BrandId, frame: &Shell<'_>) -> (Vec<Row>, String) {
    let lines = readable(app, brand);
    let rows = lines.iter().take(SHOWN).map(|line| Row::new(frame, line)).collect();
    (rows, held_here(app, lines.len()).map(|held| kept(frame, &held)).unwrap_or_default())
}

/// `GET /admin/log`
pub async fn show(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let lines = readable(&desk.app, desk.actor.brand);
    let held = held_here(&desk.app, lines.len());
    Ok(page::html(&LogPage::new(desk.shell(Section::Log)?, &lines, &asked, held)))
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
    fn a_line_is_of_the_level_that_is_asked_for_or_a_worse_one() {
        let levels = |code: &str| LEVELS.into_iter().find(|(own, _)| *own == code).unwrap().1;
        for (level, of) in
            [("ERROR", [true, true, true]), ("WARN", [true, true, false]), ("INFO", [true, false, false])]
        {
            let line = LogLine { level, ..line("a", &[]) };
            assert_eq!(["", "warn", "error"].map(|code| is_of(&line, levels(code))), of, "{level}");
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
