//! The newest lines of the program's log, in memory, for the console (claim A1).
//!
//! Invariants: of a line there is kept what the program wrote itself and the fields that the data map declares
//! (`LOG_FIELDS`), nothing else; no more than [`MOST`] lines are held; writing one never waits for a reader of the page.

use model::datamap::elsewhere::LOG_FIELDS;
use model::ports::{LogLine, LogLines};
use model::time::{Clock, Timestamp};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Lines that are held.
pub const MOST: usize = 2_000;
/// Characters of a message or a field.
const LONGEST: usize = 1_000;
/// Parts of the program that write lines; what others write is not declared.
const OWN: [&str; 9] =
    ["engine", "entente", "ledger", "messenger", "model", "outbound", "store", "vault", "web"];

/// What is held.
pub struct Lines {
    clock: Arc<dyn Clock>,
    began_at: Timestamp,
    kept: Mutex<VecDeque<LogLine>>,
}

impl Lines {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { began_at: clock.now(), clock, kept: Mutex::new(VecDeque::new()) }
    }
}

impl LogLines for Lines {
    fn newest(&self) -> Vec<LogLine> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    fn since(&self) -> Timestamp {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = kept.front().filter(|_| kept.len() >= MOST);
        oldest.map_or(self.began_at, |line| line.at)
    }
}

/// Fills [`Lines`].
pub struct Keeping(pub Arc<Lines>);

impl<S: Subscriber> Layer<S> for Keeping {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let about = event.metadata();
        let part = about.target().split("::").next().unwrap_or_default();
        if !OWN.contains(&part) {
            return;
        }
        let mut said = Said::default();
        event.record(&mut said);
        let line = LogLine {
            at: self.0.clock.now(),
            level: about.level().as_str(),
            part: part.to_owned(),
            message: said.message,
            fields: said.fields,
        };
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}

#[derive(Default)]
struct Said {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Said {
    fn note(&mut self, field: &Field, value: &str) {
        let value: String = value.chars().take(LONGEST).collect();
        if field.name() == "message" {
            self.message = value;
        } else if LOG_FIELDS.iter().any(|declared| declared.name == field.name()) {
            self.fields.push((field.name(), value));
        }
    }
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.note(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.note(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::Span;
    use testkit::FixedClock;
    use tracing_subscriber::layer::SubscriberExt as _;

    fn lines(write: impl FnOnce()) -> Vec<LogLine> {
        let lines = Arc::new(Lines::new(Arc::new(FixedClock::new())));
        let subscriber = tracing_subscriber::registry().with(Keeping(Arc::clone(&lines)));
        tracing::subscriber::with_default(subscriber, write);
        lines.newest()
    }

    #[test]
    fn all_lines_are_held_since_the_start_and_once_some_made_way_since_the_oldest() {
        let clock = Arc::new(FixedClock::new());
        let lines = Arc::new(Lines::new(Arc::<FixedClock>::clone(&clock)));
        let began = clock.now();
        let subscriber = tracing_subscriber::registry().with(Keeping(Arc::clone(&lines)));
        tracing::subscriber::with_default(subscriber, || {
            clock.advance(Span::secs(1));
            tracing::warn!("the first");
            assert_eq!(lines.since(), began);
            for tries in 0..MOST {
                clock.advance(Span::secs(1));
                tracing::warn!(tries, "once more");
            }
        });
        assert_eq!(lines.since(), began.plus(Span::secs(2)));
    }

    #[test]
    fn claim_a1_a_line_is_kept_with_its_words_and_its_declared_fields_and_nothing_else() {
        let found = lines(|| {
            let (page, name) = ("pag_1", "Ada Lovelace");
            tracing::error!(%page, tries = 3, name, "the page could not be asked; trying again");
            tracing::info!(target: "hyper::client", page, "somebody else's words");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].level, found[0].part.as_str()), ("ERROR", "entente"));
        assert_eq!(found[0].message, "the page could not be asked; trying again");
        assert_eq!(found[0].fields, [("page", "pag_1".to_owned()), ("tries", "3".to_owned())]);
    }

    #[test]
    fn the_oldest_lines_make_way_and_the_newest_come_first() {
        let found = lines(|| {
            for tries in 0..MOST + 5 {
                tracing::warn!(tries, "once more");
            }
        });
        assert_eq!(found.len(), MOST);
        let tries = |line: &LogLine| line.fields[0].1.clone();
        assert_eq!((tries(&found[0]), tries(&found[MOST - 1])), ((MOST + 4).to_string(), "5".to_owned()));
    }
}
