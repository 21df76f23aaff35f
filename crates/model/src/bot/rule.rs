//! Keyword rules: what a lead writes or taps, and what is answered. The first rule that matches, in the
//! user's order, answers.
//!
//! Invariants: matching takes time linear in what was written, whatever the pattern (`regex` neither
//! backtracks nor looks around, and a pattern's size is limited when it is compiled); no rule and no
//! button of a user bears one of the words that always mean something (stop, my data).

use super::{BotError, wrong};
use crate::outgoing::{
    self, BUTTON_TEXT_LIMIT, BUTTONS_LIMIT, Button, Outgoing, QUICK_REPLIES_LIMIT, QuickReply, TEXT_LIMIT,
    TITLE_LIMIT,
};
use crate::personal::Personal;
use crate::words;
use minicbor::{Decode, Encode};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub const RULES_LIMIT: usize = 100;
/// Rules with patterns, each of which takes memory.
pub const PATTERNS_LIMIT: usize = 10;
pub const PATTERN_LIMIT: usize = 200;
/// Bytes of a compiled pattern.
const PATTERN_SIZE: usize = 512 * 1024;
const PATTERN_DEPTH: u32 = 20;
/// Characters of a message that rules look at.
const LOOKED_AT: usize = 2_000;
/// Kept free before an answer: to somebody new it begins by saying that it is automated.
const AUTOMATED_ROOM: usize = 40;
/// Characters of an answer.
pub const ANSWER_LIMIT: usize = TEXT_LIMIT - AUTOMATED_ROOM;
/// The same with buttons.
pub const ANSWER_WITH_BUTTONS_LIMIT: usize = BUTTON_TEXT_LIMIT - AUTOMATED_ROOM;
const WORDS_LIMIT: usize = 20;
const WORD_LIMIT: usize = 80;
pub(super) const NAME_RULE: &str = "must be 1 to 40 letters, digits, spaces, hyphens or underscores";

/// One rule. Its place in the list is its priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What the test pane calls it.
    #[n(0)]
    pub name: String,
    /// For leads who write this language; all when left out.
    #[n(1)]
    #[serde(default)]
    pub language: Option<String>,
    #[n(2)]
    pub when: When,
    #[n(3)]
    pub then: Then,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum When {
    /// The whole message is one of these, whatever its case and punctuation.
    #[n(0)]
    Exact {
        #[n(0)]
        words: Vec<String>,
    },
    /// One of these stands in the message, as whole words.
    #[n(1)]
    Contains {
        #[n(0)]
        words: Vec<String>,
    },
    /// A regular expression finds something in the message; case does not matter.
    #[n(2)]
    Pattern {
        #[n(0)]
        pattern: String,
    },
    /// A button, a quick reply, an entry of the menu or an ice breaker with this payload is tapped.
    #[n(3)]
    Tap {
        #[n(0)]
        payload: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Then {
    #[n(0)]
    Answer {
        #[n(0)]
        answer: Answer,
    },
    /// Puts a question that asks for data.
    #[n(1)]
    Ask {
        #[n(0)]
        question: String,
    },
}

/// What the bot says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    #[n(0)]
    pub text: String,
    #[n(1)]
    #[serde(default)]
    pub buttons: Vec<Button>,
    #[n(2)]
    #[serde(default)]
    pub quick_replies: Vec<QuickReply>,
}

impl Answer {
    pub(super) fn check(&self, at: &str) -> Result<(), BotError> {
        let limit = if self.buttons.is_empty() { ANSWER_LIMIT } else { ANSWER_WITH_BUTTONS_LIMIT };
        let length = self.text.chars().count();
        if self.text.trim().is_empty() || length > limit {
            return Err(wrong(
                format!("{at}.text"),
                format!(
                    "has {length} characters; 1 to {limit} are allowed{}",
                    if self.buttons.is_empty() { "" } else { " with buttons" }
                ),
            ));
        }
        if self.buttons.len() > BUTTONS_LIMIT {
            return Err(wrong(format!("{at}.buttons"), format!("at most {BUTTONS_LIMIT} are allowed")));
        }
        if self.quick_replies.len() > QUICK_REPLIES_LIMIT {
            return Err(wrong(
                format!("{at}.quick_replies"),
                format!("at most {QUICK_REPLIES_LIMIT} are allowed"),
            ));
        }
        let mut titles = Titles::default();
        for (number, button) in self.buttons.iter().enumerate() {
            let at = format!("{at}.buttons[{number}]");
            titles.check(button.title(), TITLE_LIMIT, format!("{at}.title"))?;
            match button {
                Button::Url { url, .. } => check_url(url, format!("{at}.url"))?,
                Button::Postback { payload, .. } => check_payload(payload, format!("{at}.payload"))?,
            }
        }
        let mut titles = Titles::default();
        for (number, reply) in self.quick_replies.iter().enumerate() {
            let at = format!("{at}.quick_replies[{number}]");
            titles.check(&reply.title, TITLE_LIMIT, format!("{at}.title"))?;
            check_payload(&reply.payload, format!("{at}.payload"))?;
        }
        Ok(())
    }

    const fn limit(&self) -> usize {
        if self.buttons.is_empty() { TEXT_LIMIT } else { BUTTON_TEXT_LIMIT }
    }

    /// The message; `fill` puts names into its text, which may grow by them and is cut at the limit.
    pub(super) fn message(&self, fill: impl Fn(&str) -> String) -> Outgoing {
        Outgoing {
            text: Personal::new(fill(&self.text).chars().take(self.limit()).collect()),
            buttons: self.buttons.clone(),
            quick_replies: self.quick_replies.clone(),
            ..Outgoing::default()
        }
    }
}

/// Titles of one message: each once, within the limit, and none that means something of its own.
#[derive(Default)]
pub(super) struct Titles(BTreeSet<String>);

impl Titles {
    pub fn check(&mut self, title: &str, limit: usize, at: String) -> Result<(), BotError> {
        outgoing::check_title(title, limit).map_err(|problem| wrong(at.clone(), problem))?;
        if words::recognise(title).is_some() {
            return Err(wrong(
                at,
                "is a word that always ends offers, starts them or asks for one's data: choose another",
            ));
        }
        if self.0.insert(title.trim().to_owned()) { Ok(()) } else { Err(wrong(at, "stands twice")) }
    }
}

pub(super) fn check_url(url: &str, at: String) -> Result<(), BotError> {
    outgoing::check_url(url).map_err(|problem| wrong(at, problem))
}

pub(super) fn check_payload(payload: &str, at: String) -> Result<(), BotError> {
    outgoing::check_payload(payload).map_err(|problem| wrong(at, problem))
}

pub(super) fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    !name.trim().is_empty() && name.chars().count() <= 40 && name.chars().all(fits)
}

/// A rule's condition, ready to be asked.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    Exact(Vec<String>),
    Contains(Vec<Vec<String>>),
    Pattern(Regex),
    Tap(String),
}

impl Matcher {
    /// Compiles and checks; on trouble the field within `when` and what is wrong with it.
    pub fn new(when: &When) -> Result<Self, (String, String)> {
        match when {
            When::Exact { words } => Ok(Self::Exact(folded(words)?)),
            When::Contains { words } => {
                let split = |text: String| text.split(' ').map(str::to_owned).collect();
                Ok(Self::Contains(folded(words)?.into_iter().map(split).collect()))
            }
            When::Pattern { pattern } => {
                compile(pattern).map(Self::Pattern).map_err(|p| ("pattern".to_owned(), p))
            }
            When::Tap { payload } => match check_payload(payload, "payload".to_owned()) {
                Ok(()) => Ok(Self::Tap(payload.clone())),
                Err(error) => Err((error.field, error.problem)),
            },
        }
    }

    pub fn matches(&self, said: &Said<'_>) -> bool {
        match self {
            Self::Exact(words) => words.contains(&said.folded),
            Self::Contains(phrases) => {
                let spoken: Vec<&str> = said.folded.split(' ').collect();
                phrases.iter().any(|phrase| {
                    spoken
                        .windows(phrase.len())
                        .any(|window| window.iter().zip(phrase).all(|(a, b)| is_word(a, b)))
                })
            }
            Self::Pattern(pattern) => said.text.is_some_and(|text| pattern.is_match(text)),
            Self::Tap(payload) => said.payload == Some(payload),
        }
    }
}

/// What a lead wrote or tapped, as rules see it.
pub(super) struct Said<'a> {
    pub text: Option<&'a str>,
    pub payload: Option<&'a str>,
    folded: String,
}

impl<'a> Said<'a> {
    pub fn new(text: Option<&'a str>, payload: Option<&'a str>) -> Self {
        let text = text.map(|text| {
            text.char_indices().nth(LOOKED_AT).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
        });
        Self { text, payload, folded: text.map(words::fold).unwrap_or_default() }
    }
}

/// Whether a written word is the wanted one; in Arabic also with the particles that are written onto it.
fn is_word(written: &str, wanted: &str) -> bool {
    const PARTICLES: [&str; 10] = ["وال", "فال", "بال", "كال", "لل", "ال", "و", "ف", "ب", "ل"];
    written == wanted
        || (wanted.chars().count() > 2
            && words::is_arabic(wanted)
            && PARTICLES.iter().any(|particle| written.strip_prefix(particle) == Some(wanted)))
}

fn folded(words: &[String]) -> Result<Vec<String>, (String, String)> {
    if words.is_empty() || words.len() > WORDS_LIMIT {
        return Err(("words".to_owned(), format!("must be 1 to {WORDS_LIMIT}")));
    }
    let mut all = Vec::with_capacity(words.len());
    for (number, word) in words.iter().enumerate() {
        let at = format!("words[{number}]");
        let length = word.chars().count();
        let folded = words::fold(word);
        if folded.is_empty() || length > WORD_LIMIT {
            return Err((
                at,
                format!("has {length} characters; 1 to {WORD_LIMIT} with a letter or a digit are allowed"),
            ));
        }
        if words::recognise(word).is_some() {
            return Err((at, "is a word that always ends offers, starts them or asks for one's data: no rule can take it over".to_owned()));
        }
        all.push(folded);
    }
    Ok(all)
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let length = pattern.chars().count();
    if pattern.trim().is_empty() || length > PATTERN_LIMIT {
        return Err(format!("has {length} characters; 1 to {PATTERN_LIMIT} are allowed"));
    }
    let built = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(PATTERN_SIZE)
        .dfa_size_limit(PATTERN_SIZE)
        .nest_limit(PATTERN_DEPTH)
        .build();
    let compiled = built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            "is too large once its repetitions are written out: repeat less".to_owned()
        }
        // The parser draws the pattern over several lines; its last line says what is wrong.
        regex::Error::Syntax(text) => {
            let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
            format!("is not a regular expression: {}", line.strip_prefix("error: ").unwrap_or(line))
        }
        _ => "is not a regular expression".to_owned(),
    })?;
    if compiled.is_match("") {
        return Err("matches an empty message, and so every one: say what must be there".to_owned());
    }
    Ok(compiled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(pattern: &str) -> Result<Matcher, (String, String)> {
        Matcher::new(&When::Pattern { pattern: pattern.to_owned() })
    }

    fn said(matcher: &Matcher, text: &str) -> bool {
        matcher.matches(&Said::new(Some(text), None))
    }

    #[test]
    fn exact_and_contains_do_not_mind_case_punctuation_or_arabic_spelling() {
        let exact = Matcher::new(&When::Exact {
            words: vec!["Opening hours".into(), "أوقات العمل".into()]
        })
        .unwrap();
        assert!(said(&exact, "opening HOURS?") && said(&exact, "اوقات العمل!"));
        assert!(!said(&exact, "what are your opening hours"));
        let contains =
            Matcher::new(&When::Contains { words: vec!["price list".into(), "سعر".into()] }).unwrap();
        assert!(said(&contains, "Is there a price list, please?") && said(&contains, "كم السِّعر؟"));
        assert!(!said(&contains, "the price of the list") && !said(&contains, "priceless list"));
    }

    #[test]
    fn a_pattern_that_cannot_be_kept_small_is_refused_in_words() {
        for (text, says) in [
            ("", "characters"),
            (&"a".repeat(201), "characters"),
            ("(open", "unclosed group"),
            (r"(?=price)", "look-around"),
            (r"(a)\1", "backreferences"),
            (r"((\w{100}){100}){100}", "too large"),
            (".*", "empty message"),
            ("((((((((((((((((((((((((a))))))))))))))))))))))))", "regular expression"),
        ] {
            let (field, problem) = pattern(text).unwrap_err();
            assert!(field == "pattern" && problem.contains(says), "{text}: {problem}");
            assert!(!problem.contains('\n'), "{problem}");
        }
        let fine = pattern(r"\bprice(s| list)?\b").unwrap();
        assert!(said(&fine, "PRICES please") && !said(&fine, "priceless"));
    }

    #[test]
    fn a_message_made_to_be_slow_is_not() {
        let slow_elsewhere = pattern(r"^(a+)+(a|b)*c$").unwrap();
        let text = "a".repeat(100_000);
        for _ in 0..50 {
            assert!(!said(&slow_elsewhere, &text));
        }
    }

    proptest! {
        #[test]
        fn any_pattern_is_compiled_within_limits_or_refused(text in r"[a-z\\\[\](){}|*+?.^$0-9,:<>=!-]{0,60}", message in ".{0,80}") {
            if let Ok(matcher) = pattern(&text) {
                let _ = said(&matcher, &message);
            }
        }

        #[test]
        fn any_text_is_a_pattern_or_refused(text in ".{0,250}") {
            let _ = pattern(&text);
        }
    }
}
