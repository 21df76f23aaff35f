//! Questions that ask a lead for data, and what is kept of the answers.
//!
//! Invariants: a [`Question`] is made only by [`Question::new`], which wants a declared purpose in each
//! of its languages; the lead reads the purpose, and what happens to the answer, in the very message
//! that asks (claim A3); an answer is kept only with the permission to store it (claim D2).

use super::fixed::fixed;
use super::permission::{NotPermitted, Permissions, Use};
use super::rule::Titles;
use super::{BotError, wrong};
use crate::datamap::{Basis, Category, Declaration, Declared, Item};
use crate::outgoing::{Outgoing, QUICK_REPLIES_LIMIT, QuickReply, TEXT_LIMIT, TITLE_LIMIT};
use crate::personal::Personal;
use crate::time::{Span, Timestamp};
use crate::words;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// For how long what a lead writes next is taken for the answer.
pub const PENDING: Span = Span::hours(1);
const SKIP: &str = "entente:skip:";
const CHOICE: &str = "entente:choice:";
/// Characters of a question.
pub const QUESTION_LIMIT: usize = 300;
/// Characters of a purpose.
pub const PURPOSE_LIMIT: usize = 200;
const ANSWER_LIMIT: usize = 500;

/// What kind of data is asked for. Closed list: whatever else somebody would like to know is free text
/// with a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum FieldKind {
    #[n(0)]
    GivenName,
    #[n(1)]
    Phone,
    #[n(2)]
    Email,
    #[n(3)]
    FreeText,
    #[n(4)]
    Choice,
}

impl FieldKind {
    pub const ALL: [Self; 5] = [Self::GivenName, Self::Phone, Self::Email, Self::FreeText, Self::Choice];

    pub const fn code(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::FreeText => "free_text",
            Self::Choice => "choice",
        }
    }
}

/// A question as the user wrote it, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct QuestionForm {
    /// Short, for rules to name it.
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub kind: FieldKind,
    /// What the answer will be used for; the lead is told each.
    #[n(2)]
    pub uses: Vec<Use>,
    /// By language.
    #[n(3)]
    pub speech: BTreeMap<String, QuestionSpeech>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct QuestionSpeech {
    #[n(0)]
    pub text: String,
    /// Why it is asked: shown with the question.
    #[n(1)]
    pub purpose: String,
    /// Of a choice.
    #[n(2)]
    #[serde(default)]
    pub choices: Vec<String>,
    /// After the answer; the program's own when left out.
    #[n(3)]
    #[serde(default)]
    pub thanks: Option<String>,
}

/// A question that may be put: it has a purpose, in each language it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    form: QuestionForm,
}

/// What a lead answered, checked, with what they were shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub question: String,
    pub kind: FieldKind,
    pub purpose: String,
    /// The whole message that asked.
    pub shown: String,
    pub value: Personal<String>,
    pub uses: Vec<Use>,
}

impl Question {
    /// Checks a form. `languages` are the brand's.
    ///
    /// # Errors
    /// The first field that does not fit; above all a purpose that is missing.
    pub fn new(form: QuestionForm, languages: &[String], at: &str) -> Result<Self, BotError> {
        if !super::rule::is_name(&form.name) {
            return Err(wrong(format!("{at}.name"), super::rule::NAME_RULE));
        }
        if !form.uses.contains(&Use::Store) {
            return Err(wrong(
                format!("{at}.uses"),
                "must have `store`: an answer that is not kept is not asked for",
            ));
        }
        if form.uses.contains(&Use::Share) {
            return Err(wrong(format!("{at}.uses"), "cannot have `share`: answers are passed on to nobody"));
        }
        if form.speech.is_empty() {
            return Err(wrong(
                format!("{at}.speech"),
                "is empty: write the question in one of the brand's languages",
            ));
        }
        for (language, speech) in &form.speech {
            let at = format!("{at}.speech.{language}");
            if !languages.contains(language) {
                return Err(wrong(at, "is not one of the brand's languages"));
            }
            speech.check(form.kind, &at)?;
        }
        Ok(Self { form })
    }

    pub fn name(&self) -> &str {
        &self.form.name
    }

    pub const fn kind(&self) -> FieldKind {
        self.form.kind
    }

    fn speech(&self, language: &str) -> Option<(&str, &QuestionSpeech)> {
        let own = self.form.speech.get_key_value(language);
        own.or_else(|| self.form.speech.first_key_value()).map(|(l, s)| (l.as_str(), s))
    }

    /// The message that asks: the question, why, and what happens to the answer.
    pub fn ask(&self, language: &str) -> Outgoing {
        let Some((language, speech)) = self.speech(language) else { return Outgoing::default() };
        let own = fixed(language);
        let choices = speech.choices.iter().enumerate().map(|(number, title)| QuickReply {
            title: title.clone(),
            payload: format!("{CHOICE}{}:{number}", self.form.name),
        });
        let skip = QuickReply { title: own.skip.to_owned(), payload: format!("{SKIP}{}", self.form.name) };
        Outgoing {
            text: Personal::new(self.shown(language, speech)),
            quick_replies: choices.chain([skip]).collect(),
            ..Outgoing::default()
        }
    }

    fn shown(&self, language: &str, speech: &QuestionSpeech) -> String {
        let own = fixed(language);
        let mut text = format!("{}\n\n{} {}", speech.text.trim(), own.why, speech.purpose.trim());
        for what in Use::ALL.into_iter().filter(|what| self.form.uses.contains(what)) {
            text.push('\n');
            text.push_str(own.of_use(what));
        }
        text
    }

    pub fn thanks(&self, language: &str) -> String {
        let own = self.speech(language).and_then(|(_, speech)| speech.thanks.clone());
        own.unwrap_or_else(|| fixed(language).noted.to_owned())
    }

    /// The answer in what the lead wrote, if it is one.
    pub fn answer(&self, language: &str, text: &str) -> Option<Given> {
        let (_, speech) = self.speech(language)?;
        let text = text.trim();
        let value = match self.form.kind {
            FieldKind::GivenName => {
                let name = words::given_name(text).unwrap_or(text);
                (name.chars().count() <= 50 && name.chars().any(char::is_alphabetic)).then(|| name.to_owned())
            }
            FieldKind::Phone => phone(text),
            FieldKind::Email => is_email(text).then(|| text.to_owned()),
            FieldKind::FreeText => {
                (!text.is_empty() && text.chars().count() <= ANSWER_LIMIT).then(|| text.to_owned())
            }
            FieldKind::Choice => {
                let wanted = words::fold(text);
                speech.choices.iter().find(|choice| words::fold(choice) == wanted).cloned()
            }
        };
        self.given(language, value?)
    }

    /// The answer in a tapped choice.
    pub fn chosen(&self, language: &str, number: usize) -> Option<Given> {
        let (_, speech) = self.speech(language)?;
        self.given(language, speech.choices.get(number)?.clone())
    }

    fn given(&self, language: &str, value: String) -> Option<Given> {
        let (language, speech) = self.speech(language)?;
        Some(Given {
            question: self.form.name.clone(),
            kind: self.form.kind,
            purpose: speech.purpose.clone(),
            shown: self.shown(language, speech),
            value: Personal::new(value),
            uses: self.form.uses.clone(),
        })
    }
}

impl QuestionSpeech {
    fn check(&self, kind: FieldKind, at: &str) -> Result<(), BotError> {
        if self.purpose.trim().is_empty() {
            return Err(wrong(
                format!("{at}.purpose"),
                "is missing: say to the lead what the answer is needed for; without a purpose nothing may be asked",
            ));
        }
        for (field, text, limit) in
            [("text", &self.text, QUESTION_LIMIT), ("purpose", &self.purpose, PURPOSE_LIMIT)]
        {
            let length = text.chars().count();
            if text.trim().is_empty() || length > limit {
                return Err(wrong(
                    format!("{at}.{field}"),
                    format!("has {length} characters; 1 to {limit} are allowed"),
                ));
            }
        }
        if self
            .thanks
            .as_ref()
            .is_some_and(|text| text.trim().is_empty() || text.chars().count() > TEXT_LIMIT)
        {
            return Err(wrong(format!("{at}.thanks"), format!("must have 1 to {TEXT_LIMIT} characters")));
        }
        let number = self.choices.len();
        if kind == FieldKind::Choice && !(2..QUICK_REPLIES_LIMIT).contains(&number) {
            let most = QUICK_REPLIES_LIMIT - 1;
            return Err(wrong(
                format!("{at}.choices"),
                format!("must be 2 to {most}: one place belongs to \"skip\""),
            ));
        }
        if kind != FieldKind::Choice && number > 0 {
            return Err(wrong(format!("{at}.choices"), "belong to a question of the kind `choice`"));
        }
        let mut titles = Titles::default();
        for (number, choice) in self.choices.iter().enumerate() {
            titles.check(choice, TITLE_LIMIT, format!("{at}.choices[{number}]"))?;
        }
        Ok(())
    }
}

/// What a tapped payload of a question means.
pub(super) fn tapped(payload: &str) -> Option<(&str, Option<usize>)> {
    if let Some(name) = payload.strip_prefix(SKIP) {
        return Some((name, None));
    }
    let (name, number) = payload.strip_prefix(CHOICE)?.rsplit_once(':')?;
    Some((name, Some(number.parse().ok()?)))
}

/// Digits as they are dialled, in whichever script they were written.
fn phone(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        match c {
            '+' if at == 0 => digits.push('+'),
            ' ' | '-' | '.' | '/' | '(' | ')' => {}
            '\u{0660}'..='\u{0669}' => digits.push(char::from_digit(u32::from(c).checked_sub(0x660)?, 10)?),
            '0'..='9' => digits.push(c),
            _ => return None,
        }
    }
    (6..=15).contains(&digits.trim_start_matches('+').len()).then_some(digits)
}

fn is_email(text: &str) -> bool {
    let (name, host) = text.split_once('@').unwrap_or_default();
    !name.is_empty()
        && text.chars().count() <= 254
        && !text.contains(char::is_whitespace)
        && !host.contains('@')
        && host.split('.').count() >= 2
        && host.split('.').all(|part| !part.is_empty())
}

/// What is kept of an answer: sealed under the lead's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LeadAnswer {
    #[n(0)]
    question: Personal<String>,
    #[n(1)]
    kind: FieldKind,
    #[n(2)]
    purpose: Personal<String>,
    #[n(3)]
    shown: Personal<String>,
    /// Gone once the permission to store it is withdrawn.
    #[n(4)]
    value: Option<Personal<String>>,
    #[n(5)]
    permissions: Permissions,
}

impl LeadAnswer {
    /// Keeps an answer.
    ///
    /// # Errors
    /// [`NotPermitted`] where the question did not ask for permission to store.
    pub fn keep(given: &Given, at: Timestamp) -> Result<Self, NotPermitted> {
        let permissions = Permissions::given(&given.uses, at);
        permissions.may(Use::Store)?;
        Ok(Self {
            question: Personal::from(given.question.as_str()),
            kind: given.kind,
            purpose: Personal::from(given.purpose.as_str()),
            shown: Personal::from(given.shown.as_str()),
            value: Some(given.value.clone()),
            permissions,
        })
    }

    pub const fn question(&self) -> &Personal<String> {
        &self.question
    }

    pub const fn kind(&self) -> FieldKind {
        self.kind
    }

    pub const fn purpose(&self) -> &Personal<String> {
        &self.purpose
    }

    /// The message that asked, as the lead saw it.
    pub const fn shown(&self) -> &Personal<String> {
        &self.shown
    }

    pub const fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// The answer, for one use.
    ///
    /// # Errors
    /// [`NotPermitted`], where the lead did not permit it or has withdrawn it.
    pub fn for_use(&self, what: Use) -> Result<&Personal<String>, NotPermitted> {
        self.permissions.may(what)?;
        self.value.as_ref().ok_or(NotPermitted(Use::Store))
    }

    /// The answer for the lead themselves, who needs nobody's permission.
    pub const fn for_the_lead(&self) -> Option<&Personal<String>> {
        self.value.as_ref()
    }

    /// Ends a use. Without the permission to store it the answer itself goes.
    pub fn withdraw(&mut self, what: Use, at: Timestamp) {
        self.permissions.withdraw(what, at);
        if what == Use::Store {
            self.value = None;
        }
    }
}

impl Declared for LeadAnswer {
    const DECLARATION: Declaration = Declaration {
        place: "answer.sealed",
        items: &[
            Item::lead_sealed("question", "name of the question", "telling answers apart", Basis::Consent)
                .is(Category::OwnWords),
            Item::lead_sealed(
                "kind",
                "given name, phone, e-mail, text or choice",
                "showing it",
                Basis::Consent,
            )
            .is(Category::State),
            Item::lead_sealed("purpose", "why it was asked", "holding to it", Basis::Consent)
                .is(Category::OwnWords),
            Item::lead_sealed(
                "shown",
                "the message that asked",
                "proving what was agreed to",
                Basis::Consent,
            )
            .is(Category::OwnWords),
            Item::lead_sealed(
                "value",
                "what the lead answered",
                "the purpose shown with the question",
                Basis::Consent,
            )
            .is(Category::Answer),
            Item::lead_sealed(
                "permissions",
                "what may be done with it",
                "doing nothing else",
                Basis::Consent,
            )
            .is(Category::Permission),
        ],
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(kind: FieldKind, purpose: &str) -> QuestionForm {
        let choices = if kind == FieldKind::Choice { vec!["Red".into(), "Blue".into()] } else { Vec::new() };
        let speech =
            QuestionSpeech { text: "Tell us?".into(), purpose: purpose.into(), choices, thanks: None };
        QuestionForm {
            name: "q".into(),
            kind,
            uses: vec![Use::Store],
            speech: [("en".to_owned(), speech)].into(),
        }
    }

    fn made(kind: FieldKind) -> Question {
        Question::new(form(kind, "To deliver your order."), &["en".to_owned()], "questions[0]").unwrap()
    }

    proptest! {
        #[test]
        fn claim_a3_a_question_without_a_purpose_cannot_be_made(blank in "[ \t\n]{0,20}", kind in 0usize..5) {
            let refused = Question::new(form(FieldKind::ALL[kind], &blank), &["en".to_owned()], "questions[0]");
            prop_assert_eq!(refused.unwrap_err().field, "questions[0].speech.en.purpose");
        }

        #[test]
        fn claim_a3_whoever_is_asked_reads_the_purpose_and_can_skip(purpose in "[a-zA-Z][a-zA-Z ]{0,150}", kind in 0usize..5) {
            let question = Question::new(form(FieldKind::ALL[kind], &purpose), &["en".to_owned()], "q").unwrap();
            let asked = question.ask("en");
            prop_assert!(asked.text.reveal().contains(purpose.trim()));
            prop_assert!(asked.text.reveal().contains(fixed("en").of_use(Use::Store)));
            prop_assert!(asked.quick_replies.iter().any(|reply| tapped(&reply.payload) == Some(("q", None))));
            prop_assert!(asked.quick_replies.len() <= QUICK_REPLIES_LIMIT);
        }

        #[test]
        fn no_answer_makes_it_panic(text in ".{0,600}", kind in 0usize..5) {
            let _ = made(FieldKind::ALL[kind]).answer("en", &text);
        }
    }

    #[test]
    fn an_answer_fits_its_kind_or_is_none() {
        for (kind, good, bad) in [
            (FieldKind::GivenName, "My name is Sam", "12"),
            (FieldKind::Phone, "+353 (0)1 234-5678", "call me"),
            (FieldKind::Phone, "٠١٢٣٤٥٦٧", "12"),
            (FieldKind::Email, "sam@example.com", "sam@example"),
            (FieldKind::FreeText, "leave it at the door", "   "),
            (FieldKind::Choice, " red! ", "green"),
        ] {
            assert!(made(kind).answer("en", good).is_some(), "{good}");
            assert!(made(kind).answer("en", bad).is_none(), "{bad}");
        }
        assert_eq!(made(FieldKind::GivenName).answer("en", "My name is Sam").unwrap().value.reveal(), "Sam");
        assert_eq!(made(FieldKind::Choice).chosen("en", 1).unwrap().value.reveal(), "Blue");
        assert!(made(FieldKind::Choice).chosen("en", 2).is_none());
    }

    #[test]
    fn claim_d2_an_answer_is_given_out_for_permitted_uses_only_and_goes_with_its_permission() {
        let mut given = made(FieldKind::Phone).answer("en", "0123456").unwrap();
        given.uses = vec![Use::Store, Use::Show];
        let mut kept = LeadAnswer::keep(&given, Timestamp(10)).unwrap();
        assert_eq!(kept.for_use(Use::Show).unwrap().reveal(), "0123456");
        assert_eq!(kept.for_use(Use::Message), Err(NotPermitted(Use::Message)));
        kept.withdraw(Use::Show, Timestamp(20));
        assert_eq!(kept.for_use(Use::Show), Err(NotPermitted(Use::Show)));
        assert!(kept.for_the_lead().is_some());
        kept.withdraw(Use::Store, Timestamp(30));
        assert_eq!(kept.for_the_lead(), None);
        given.uses = vec![Use::Show];
        assert_eq!(LeadAnswer::keep(&given, Timestamp(10)), Err(NotPermitted(Use::Store)));
    }
}
