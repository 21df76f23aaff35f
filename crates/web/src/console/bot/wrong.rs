//! What does not fit a bot's settings, in the words of the page: the engine names the field by its path, the
//! sentence says all that the field takes.
//!
//! Invariant: every path that the model can name leads to a field and a sentence.

use crate::console::words::{count, number};
use crate::language::Language;
use fluent_bundle::FluentArgs;
use model::bot::BotError;
use model::bot::question::{PURPOSE_LIMIT, QUESTION_LIMIT};
use model::bot::rule::{ANSWER_LIMIT, ANSWER_WITH_BUTTONS_LIMIT, PATTERNS_LIMIT, RULES_LIMIT};
use model::bot::settings::{
    ICE_BREAKER_LIMIT, ICE_BREAKERS_LIMIT, MENU_LIMIT, MENU_TITLE_LIMIT, OPENING_LIMIT, OWN_ENTRIES,
    QUESTIONS_LIMIT, greeting_limit,
};
use model::outgoing::{BUTTONS_LIMIT, QUICK_REPLIES_LIMIT, TEXT_LIMIT, TITLE_LIMIT};

/// A mistake: where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub place: Place,
    /// The field's id on its page.
    pub field: String,
    pub sentence: String,
}

/// Which part of the settings is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Speech,
    Rule(usize),
    Question(usize),
}

/// The number in `name[3]…`, and what follows.
fn numbered<'a>(path: &'a str, name: &str) -> Option<(usize, &'a str)> {
    let (number, rest) = path.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?;
    Some((number.parse().ok()?, rest.strip_prefix('.').unwrap_or(rest)))
}

struct Voice {
    language: Language,
    /// What the model says, for where it says more than a page can: a regular expression.
    problem: String,
}

impl Voice {
    fn say(&self, id: &str, row: usize, limit: usize) -> String {
        let mut args = FluentArgs::new();
        args.set("row", row.to_string());
        args.set("limit", number(u64::try_from(limit).unwrap_or(u64::MAX)));
        args.set("problem", self.problem.as_str());
        self.language.tell(id, Some(&args))
    }

    /// A text of at most so many characters.
    fn length(&self, id: &str, limit: usize) -> String {
        let limit = count(self.language, "bot-characters", u64::try_from(limit).unwrap_or(u64::MAX));
        self.language.say_with(id, "limit", &limit)
    }

    /// Rows of something; the path begins with the list's name.
    fn rows(&self, path: &str, name: &str, most: usize, title: usize) -> String {
        match numbered(path, name) {
            None => self.say("bot-wrong-rows", 0, most),
            Some((at, "url")) => self.say("bot-wrong-url", at + 1, 0),
            Some((at, "payload")) => self.say("bot-wrong-sign", at + 1, 0),
            Some((at, _)) => self.say("bot-wrong-row", at + 1, title),
        }
    }

    /// Field and sentence within an answer.
    fn answer(&self, path: &str) -> (&'static str, String) {
        if path.starts_with("buttons") {
            ("buttons", self.rows(path, "buttons", BUTTONS_LIMIT, TITLE_LIMIT))
        } else if path.starts_with("quick_replies") {
            ("replies", self.rows(path, "quick_replies", QUICK_REPLIES_LIMIT, TITLE_LIMIT))
        } else {
            let mut args = FluentArgs::new();
            for (name, limit) in [("limit", ANSWER_LIMIT), ("less", ANSWER_WITH_BUTTONS_LIMIT)] {
                args.set(name, number(u64::try_from(limit).unwrap_or(u64::MAX)));
            }
            ("text", self.language.tell("bot-wrong-answer", Some(&args)))
        }
    }

    fn speech(&self, spoken: &str, path: &str) -> (String, String) {
        let (field, sentence) = match path.split(['.', '[']).next().unwrap_or_default() {
            "greeting" => ("greeting", self.length("bot-wrong-length", greeting_limit(spoken))),
            "welcome" => ("welcome", self.length("bot-wrong-length", OPENING_LIMIT)),
            "question" => ("question", self.length("bot-wrong-length", OPENING_LIMIT)),
            "yes" => ("yes", self.length("bot-wrong-length", TITLE_LIMIT)),
            "no" => ("no", self.length("bot-wrong-no", TITLE_LIMIT)),
            "menu" => ("menu", self.rows(path, "menu", MENU_LIMIT - OWN_ENTRIES, MENU_TITLE_LIMIT)),
            "ice_breakers" => {
                let path = path.replace("].question", "].title");
                ("breakers", self.rows(&path, "ice_breakers", ICE_BREAKERS_LIMIT, ICE_BREAKER_LIMIT))
            }
            "default_answer" => self.answer(path.strip_prefix("default_answer.").unwrap_or(path)),
            // A language that the brand has given up.
            _ => ("", self.say("bot-wrong-language", 0, 0)),
        };
        (format!("{field}-{spoken}"), sentence)
    }

    fn rule(&self, path: &str) -> (String, String) {
        if let Some(answer) = path.strip_prefix("then.answer.") {
            let (field, sentence) = self.answer(answer);
            return (field.to_owned(), sentence);
        }
        let (field, sentence) = match path {
            "name" => ("name", self.say("bot-wrong-name", 0, 0)),
            "language" => ("language", self.say("bot-wrong-language", 0, 0)),
            "when" => ("value", self.say("bot-wrong-patterns", 0, PATTERNS_LIMIT)),
            "when.pattern" => ("value", self.say("bot-wrong-pattern", 0, 0)),
            "when.payload" => ("value", self.say("bot-wrong-tap", 0, 0)),
            "then.question" => ("ask", self.say("bot-wrong-ask", 0, 0)),
            _ => ("value", self.words(path)),
        };
        (field.to_owned(), sentence)
    }

    fn words(&self, path: &str) -> String {
        match numbered(path, "when.words") {
            Some((at, _)) => self.say("bot-wrong-word", at + 1, 0),
            None => self.say("bot-wrong-words", 0, 0),
        }
    }

    /// `first`: the language whose fields stand first.
    fn question(&self, path: &str, first: &str) -> (String, String) {
        let Some(speech) = path.strip_prefix("speech.") else {
            return match path {
                "uses" => ("uses".to_owned(), self.say("bot-wrong-uses", 0, 0)),
                "speech" => (format!("text-{first}"), self.say("bot-wrong-no-speech", 0, 0)),
                _ => ("name".to_owned(), self.say("bot-wrong-name", 0, 0)),
            };
        };
        let (spoken, field) = speech.split_once('.').unwrap_or((speech, ""));
        let (field, sentence) = match field {
            "purpose" => ("purpose", self.length("bot-wrong-purpose", PURPOSE_LIMIT)),
            "text" => ("text", self.length("bot-wrong-text", QUESTION_LIMIT)),
            "thanks" => ("thanks", self.length("bot-wrong-length", TEXT_LIMIT)),
            "" => ("text", self.say("bot-wrong-language", 0, 0)),
            _ => ("choices", self.say("bot-wrong-choices", 0, TITLE_LIMIT)),
        };
        (format!("{field}-{spoken}"), sentence)
    }
}

/// The model's No in the words of the page.
pub fn wrong(language: Language, error: &BotError, first: &str) -> Wrong {
    let voice = Voice { language, problem: error.problem.clone() };
    let path = error.field.as_str();
    let (place, (field, sentence)) = if let Some((at, rest)) = numbered(path, "rules") {
        (Place::Rule(at), voice.rule(rest))
    } else if let Some((at, rest)) = numbered(path, "questions") {
        (Place::Question(at), voice.question(rest, first))
    } else if let Some(rest) = path.strip_prefix("speech.") {
        let (spoken, rest) = rest.split_once('.').unwrap_or((rest, ""));
        (Place::Speech, voice.speech(spoken, rest))
    } else if path == "rules" {
        (Place::Rule(RULES_LIMIT), ("name".to_owned(), voice.say("bot-wrong-many", 0, RULES_LIMIT)))
    } else {
        (
            Place::Question(QUESTIONS_LIMIT),
            ("name".to_owned(), voice.say("bot-wrong-many", 0, QUESTIONS_LIMIT)),
        )
    };
    Wrong { place, field, sentence }
}
