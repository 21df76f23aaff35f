//! How a page's bot is set: what its user wrote, checked against Messenger's limits, and made ready to
//! be asked.
//!
//! Invariants: a [`Bot`] holds rules that compile and questions that have a purpose; what a page says
//! at the start always says that it is automated and how offers end; its menu always has *my data* and
//! *stop* (`profile`), because the program adds them and settings have no place for them.

use super::fixed::fixed;
use super::question::{Question, QuestionForm};
use super::rule::{self, Answer, Matcher, PATTERNS_LIMIT, RULES_LIMIT, Rule, Said, Then, Titles, When};
use super::{BotError, wrong};
use crate::brand::{Brand, GREETING_LIMIT, LANGUAGES};
use crate::outgoing::{TEXT_LIMIT, TITLE_LIMIT};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of a menu, of which two are the program's.
pub const MENU_LIMIT: usize = 20;
pub const OWN_ENTRIES: usize = 2;
pub const MENU_TITLE_LIMIT: usize = 30;
pub const ICE_BREAKERS_LIMIT: usize = 4;
pub const ICE_BREAKER_LIMIT: usize = 80;
pub const QUESTIONS_LIMIT: usize = 20;
/// Characters of a welcome and of an opt-in question.
pub const OPENING_LIMIT: usize = TEXT_LIMIT / 4;

/// Characters of a greeting in a language, beside the purpose that the program adds.
pub fn greeting_limit(language: &str) -> usize {
    GREETING_LIMIT.saturating_sub(fixed(language).greeting.chars().count() + 1)
}

/// Everything that a user sets about a page's bot. What is left out is the brand's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct BotSettings {
    /// Off: only withdrawals, answers to the opt-in question and *my data* are answered.
    #[n(0)]
    pub is_on: bool,
    /// By language.
    #[n(1)]
    #[serde(default)]
    pub speech: BTreeMap<String, Speech>,
    /// In the order in which they are tried.
    #[n(2)]
    #[serde(default)]
    pub rules: Vec<Rule>,
    #[n(3)]
    #[serde(default)]
    pub questions: Vec<QuestionForm>,
}

impl Default for BotSettings {
    fn default() -> Self {
        Self { is_on: true, speech: BTreeMap::new(), rules: Vec::new(), questions: Vec::new() }
    }
}

/// What the page says in one language. `{page}`, `{brand}` and `{contact}` are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields, default)]
pub struct Speech {
    /// Shown by Messenger before the first tap. The program adds the purpose.
    #[n(0)]
    pub greeting: Option<String>,
    /// Begins the first answer, after the sentence that says that it is automated.
    #[n(1)]
    pub welcome: Option<String>,
    /// The opt-in question; the program adds how offers end.
    #[n(2)]
    pub question: Option<String>,
    #[n(3)]
    pub yes: Option<String>,
    #[n(4)]
    pub no: Option<String>,
    /// To whatever no rule answers.
    #[n(5)]
    pub default_answer: Option<Answer>,
    /// Entries of the menu beside *my data* and *stop*.
    #[n(6)]
    pub menu: Vec<MenuEntry>,
    /// Questions that Messenger offers before the first message.
    #[n(7)]
    pub ice_breakers: Vec<IceBreaker>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum MenuEntry {
    #[n(0)]
    Url {
        #[n(0)]
        title: String,
        #[n(1)]
        url: String,
    },
    #[n(1)]
    Postback {
        #[n(0)]
        title: String,
        #[n(1)]
        payload: String,
    },
}

impl MenuEntry {
    pub fn title(&self) -> &str {
        match self {
            Self::Url { title, .. } | Self::Postback { title, .. } => title,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct IceBreaker {
    #[n(0)]
    pub question: String,
    #[n(1)]
    pub payload: String,
}

/// The opening as it is shown, names not yet filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub text: String,
    pub yes: String,
    pub no: String,
}

impl BotSettings {
    /// Drops what is blank, as forms send it.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        for speech in self.speech.values_mut() {
            let texts = [
                &mut speech.greeting,
                &mut speech.welcome,
                &mut speech.question,
                &mut speech.yes,
                &mut speech.no,
            ];
            for text in texts {
                *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            }
            speech.default_answer =
                speech.default_answer.take().filter(|answer| *answer != Answer::default());
        }
        self.speech.retain(|_, speech| *speech != Speech::default());
        self
    }
}

/// A page's bot, ready to be asked.
#[derive(Debug, Clone)]
pub struct Bot {
    settings: BotSettings,
    rules: Vec<(Matcher, usize)>,
    questions: Vec<Question>,
}

impl Bot {
    /// Checks settings for a page of `brand`.
    ///
    /// # Errors
    /// The first field that does not fit, by its path, and what to do.
    pub fn new(settings: BotSettings, brand: &Brand) -> Result<Self, BotError> {
        for (language, speech) in &settings.speech {
            let at = format!("speech.{language}");
            if !brand.languages.contains(language) {
                return Err(wrong(
                    at,
                    format!("is not one of the brand's languages: {}", brand.languages.join(", ")),
                ));
            }
            speech.check(brand, language, &at)?;
        }
        let questions = questions(&settings, brand)?;
        let rules = rules(&settings, brand, &questions)?;
        Ok(Self { settings, rules, questions })
    }

    /// What was checked when it was kept. A rule or a question that does not stand any more, because
    /// the brand gave up its language, is left out.
    pub fn kept(settings: BotSettings) -> Self {
        let languages = LANGUAGES.map(str::to_owned);
        let rules = settings.rules.iter().enumerate();
        let rules = rules.filter_map(|(at, rule)| Some((Matcher::new(&rule.when).ok()?, at))).collect();
        let questions = settings.questions.iter();
        let questions =
            questions.filter_map(|form| Question::new(form.clone(), &languages, "questions").ok()).collect();
        Self { settings, rules, questions }
    }

    pub const fn settings(&self) -> &BotSettings {
        &self.settings
    }

    pub const fn is_on(&self) -> bool {
        self.settings.is_on
    }

    /// Whether anything asks for data, whatever its rules put now.
    pub const fn asks(&self) -> bool {
        !self.questions.is_empty()
    }

    pub fn question(&self, name: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.name() == name)
    }

    /// The first rule that matches.
    pub(super) fn rule(&self, said: &Said<'_>, language: &str) -> Option<&Rule> {
        self.rules.iter().find_map(|(matcher, at)| {
            let rule = self.settings.rules.get(*at)?;
            let speaks = rule.language.as_ref().is_none_or(|own| own == language);
            (speaks && matcher.matches(said)).then_some(rule)
        })
    }

    pub(super) fn default_answer(&self, language: &str) -> Option<&Answer> {
        self.settings.speech.get(language)?.default_answer.as_ref()
    }

    /// The page's own opening in a language, if it has one: that it is automated, the welcome, the
    /// question, and how offers end.
    pub fn opening(&self, brand: &Brand, language: &str) -> Option<Opening> {
        let (own, texts) = (self.settings.speech.get(language)?, brand.texts.get(language)?);
        if own.welcome.is_none() && own.question.is_none() && own.yes.is_none() && own.no.is_none() {
            return None;
        }
        let program = fixed(language);
        let or = |own: &Option<String>, brands: &String| own.as_ref().unwrap_or(brands).clone();
        let (welcome, question) = (or(&own.welcome, &texts.welcome), or(&own.question, &texts.question));
        Some(Opening {
            text: format!("{}\n\n{welcome}\n\n{question}\n{}", program.automated, program.ends),
            yes: or(&own.yes, &texts.yes),
            no: or(&own.no, &texts.no),
        })
    }

    /// The page's own greeting in a language, with the purpose.
    pub fn greeting(&self, language: &str) -> Option<String> {
        let own = self.settings.speech.get(language)?.greeting.as_ref()?;
        Some(format!("{own} {}", fixed(language).greeting))
    }

    pub fn menu(&self, language: &str) -> &[MenuEntry] {
        self.settings.speech.get(language).map_or(&[], |speech| &speech.menu)
    }

    pub fn ice_breakers(&self, language: &str) -> &[IceBreaker] {
        self.settings.speech.get(language).map_or(&[], |speech| &speech.ice_breakers)
    }
}

fn questions(settings: &BotSettings, brand: &Brand) -> Result<Vec<Question>, BotError> {
    if settings.questions.len() > QUESTIONS_LIMIT {
        return Err(wrong("questions", format!("at most {QUESTIONS_LIMIT} are allowed")));
    }
    let mut names = BTreeSet::new();
    let mut questions = Vec::with_capacity(settings.questions.len());
    for (number, form) in settings.questions.iter().enumerate() {
        let at = format!("questions[{number}]");
        let question = Question::new(form.clone(), &brand.languages, &at)?;
        if !names.insert(form.name.as_str()) {
            return Err(wrong(format!("{at}.name"), "stands twice: give each question a name of its own"));
        }
        questions.push(question);
    }
    Ok(questions)
}

fn rules(
    settings: &BotSettings,
    brand: &Brand,
    questions: &[Question],
) -> Result<Vec<(Matcher, usize)>, BotError> {
    if settings.rules.len() > RULES_LIMIT {
        return Err(wrong("rules", format!("at most {RULES_LIMIT} are allowed")));
    }
    let mut names = BTreeSet::new();
    let (mut patterns, mut rules) = (0, Vec::with_capacity(settings.rules.len()));
    for (number, rule) in settings.rules.iter().enumerate() {
        let at = format!("rules[{number}]");
        if !rule::is_name(&rule.name) {
            return Err(wrong(format!("{at}.name"), rule::NAME_RULE));
        }
        if !names.insert(rule.name.as_str()) {
            return Err(wrong(format!("{at}.name"), "stands twice: give each rule a name of its own"));
        }
        if rule.language.as_ref().is_some_and(|language| !brand.languages.contains(language)) {
            return Err(wrong(format!("{at}.language"), "is not one of the brand's languages"));
        }
        patterns += usize::from(matches!(rule.when, When::Pattern { .. }));
        if patterns > PATTERNS_LIMIT {
            return Err(wrong(
                format!("{at}.when"),
                format!("is one pattern too many: {PATTERNS_LIMIT} are allowed"),
            ));
        }
        let matcher = Matcher::new(&rule.when)
            .map_err(|(field, problem)| wrong(format!("{at}.when.{field}"), problem))?;
        match &rule.then {
            Then::Answer { answer } => answer.check(&format!("{at}.then.answer"))?,
            Then::Ask { question } if questions.iter().all(|known| known.name() != question) => {
                return Err(wrong(
                    format!("{at}.then.question"),
                    "names a question that is not among `questions`",
                ));
            }
            Then::Ask { .. } => {}
        }
        rules.push((matcher, number));
    }
    Ok(rules)
}

impl Speech {
    fn check(&self, brand: &Brand, language: &str, at: &str) -> Result<(), BotError> {
        let limits = [
            ("greeting", &self.greeting, greeting_limit(language)),
            ("welcome", &self.welcome, OPENING_LIMIT),
            ("question", &self.question, OPENING_LIMIT),
            ("yes", &self.yes, TITLE_LIMIT),
            ("no", &self.no, TITLE_LIMIT),
        ];
        for (field, text, limit) in limits {
            let Some(text) = text else { continue };
            let length = text.chars().count();
            if text.trim().is_empty() || length > limit {
                return Err(wrong(
                    format!("{at}.{field}"),
                    format!("has {length} characters; 1 to {limit} are allowed"),
                ));
            }
        }
        if let Some(texts) = brand.texts.get(language) {
            let (yes, no) = (self.yes.as_ref().unwrap_or(&texts.yes), self.no.as_ref().unwrap_or(&texts.no));
            if yes == no {
                return Err(wrong(format!("{at}.no"), "must differ from `yes`"));
            }
        }
        if let Some(answer) = &self.default_answer {
            answer.check(&format!("{at}.default_answer"))?;
        }
        if self.menu.len() > MENU_LIMIT - OWN_ENTRIES {
            let most = MENU_LIMIT - OWN_ENTRIES;
            return Err(wrong(
                format!("{at}.menu"),
                format!("at most {most}: two places belong to \"my data\" and \"stop\""),
            ));
        }
        let mut titles = Titles::default();
        for (number, entry) in self.menu.iter().enumerate() {
            let at = format!("{at}.menu[{number}]");
            titles.check(entry.title(), MENU_TITLE_LIMIT, format!("{at}.title"))?;
            match entry {
                MenuEntry::Url { url, .. } => rule::check_url(url, format!("{at}.url"))?,
                MenuEntry::Postback { payload, .. } => rule::check_payload(payload, format!("{at}.payload"))?,
            }
        }
        if self.ice_breakers.len() > ICE_BREAKERS_LIMIT {
            return Err(wrong(
                format!("{at}.ice_breakers"),
                format!("at most {ICE_BREAKERS_LIMIT} are allowed"),
            ));
        }
        let mut titles = Titles::default();
        for (number, breaker) in self.ice_breakers.iter().enumerate() {
            let at = format!("{at}.ice_breakers[{number}]");
            titles.check(&breaker.question, ICE_BREAKER_LIMIT, format!("{at}.question"))?;
            rule::check_payload(&breaker.payload, format!("{at}.payload"))?;
        }
        Ok(())
    }
}
