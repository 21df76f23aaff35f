//! What the bot answers: a pure function of the event, the lead, the brand's texts and the page's
//! settings.
//!
//! Invariants: an opt-in comes only out of a payload that names the wording that was shown; the
//! words "subscribe" or "yes" alone only lead to the question. What a lead means by a stop word, a
//! my-data word or a button of the program is read before any rule of a page is asked, so that no
//! setting can take it over. Standby events are never answered.

pub mod fixed;
pub mod permission;
pub mod profile;
pub mod question;
pub mod rule;
pub mod settings;

use self::fixed::fixed;
use self::profile::MY_DATA;
use self::question::{Given, Question};
use self::rule::{Said, Then};
use self::settings::Bot;
use crate::brand::{Brand, Texts, fill_names};
use crate::consent::{EvidenceLevel, Purpose, Scope, Way};
use crate::inbound::{Array, Event, Inbound};
use crate::outgoing::{GET_STARTED, Outgoing, QuickReply, UNSUBSCRIBE};
use crate::personal::Personal;
use crate::time::Timestamp;
use crate::words::{self, Word};

/// What is wrong with a bot's settings: the field by its path, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct BotError {
    pub field: String,
    pub problem: String,
}

fn wrong(field: impl Into<String>, problem: impl Into<String>) -> BotError {
    BotError { field: field.into(), problem: problem.into() }
}

/// What a lead did, in the terms of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    GetStarted,
    Yes {
        purpose: Purpose,
        wording: String,
    },
    No {
        purpose: Purpose,
        wording: String,
    },
    Withdraw {
        scope: Scope,
        way: Way,
    },
    Start,
    MyData,
    /// Leaves a question that asks for data unanswered.
    Skip {
        question: String,
    },
    /// Tapped one of its answers.
    Choose {
        question: String,
        choice: usize,
    },
    /// Wrote or tapped something else that deserves an answer.
    Talk,
    /// Nothing to answer (a reaction, a read receipt, …).
    Nothing,
}

const YES: &str = "entente:yes:";
const NO: &str = "entente:no:";

/// The payload of an answer to the opt-in question; `wording` names the text that was shown.
pub fn answer_payload(yes: bool, purpose: Purpose, wording: &str) -> String {
    format!("{}{}:{wording}", if yes { YES } else { NO }, purpose.code())
}

fn payload_meaning(payload: &str) -> Meaning {
    let answer = |rest: &str| {
        let (purpose, wording) = rest.split_once(':')?;
        let purpose = match purpose {
            "promotion" => Purpose::Promotion,
            "utility" => Purpose::Utility,
            _ => return None,
        };
        (!wording.is_empty()).then(|| (purpose, wording.to_owned()))
    };
    if payload == GET_STARTED {
        return Meaning::GetStarted;
    }
    if payload == UNSUBSCRIBE {
        return Meaning::Withdraw { scope: Scope::All, way: Way::Button };
    }
    if let Some((purpose, wording)) = payload.strip_prefix(YES).and_then(answer) {
        return Meaning::Yes { purpose, wording };
    }
    if let Some((purpose, wording)) = payload.strip_prefix(NO).and_then(answer) {
        return Meaning::No { purpose, wording };
    }
    match (payload, question::tapped(payload)) {
        (MY_DATA, _) => Meaning::MyData,
        ("entente:start", _) => Meaning::Start,
        (_, Some((question, None))) => Meaning::Skip { question: question.to_owned() },
        (_, Some((question, Some(choice)))) => Meaning::Choose { question: question.to_owned(), choice },
        _ => Meaning::Talk,
    }
}

/// Reads what the lead meant. Withdrawals are recognised here and nowhere else, both at the door
/// (before the 200) and when the bot answers.
pub fn meaning(event: &Event) -> Meaning {
    match event {
        Event::Message(message) if message.is_deleted => Meaning::Nothing,
        Event::Message(message) => {
            if let Some(payload) = &message.quick_reply {
                return payload_meaning(payload);
            }
            match message.text.as_ref().and_then(|text| words::recognise(text.reveal())) {
                Some(Word::Stop) => Meaning::Withdraw { scope: Scope::All, way: Way::Word },
                Some(Word::Start) => Meaning::Start,
                Some(Word::MyData) => Meaning::MyData,
                None => Meaning::Talk,
            }
        }
        Event::Postback { payload: Some(payload), .. } => payload_meaning(payload),
        // In `standby` a tapped button comes with its title only; the title of every unsubscribe
        // button is a stop word (`Brand::check`).
        Event::Postback { payload: None, title: Some(title), .. }
            if words::recognise(title.reveal()) == Some(Word::Stop) =>
        {
            Meaning::Withdraw { scope: Scope::All, way: Way::Button }
        }
        Event::Postback { payload: None, .. } | Event::Referral { .. } => Meaning::Talk,
        Event::OptOut => Meaning::Withdraw { scope: Scope::All, way: Way::Platform },
        _ => Meaning::Nothing,
    }
}

/// What a withdrawal event ends, if it is one: an explicit withdrawal, or a No to the question.
pub fn withdrawal(event: &Event) -> Option<(Scope, Way)> {
    match meaning(event) {
        Meaning::Withdraw { scope, way } => Some((scope, way)),
        Meaning::No { purpose, .. } => Some((Scope::Only(purpose), Way::Answer)),
        _ => None,
    }
}

/// The wording that is shown when the question is put, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Hexadecimal hash of brand, language and texts; travels in the buttons' payloads.
    pub name: String,
    pub language: String,
    /// Welcome and question with `{page}` not yet filled.
    pub text: String,
    pub yes: String,
    pub no: String,
}

/// Why the bot answered as it did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Because {
    /// Nothing is answered: not the page's thread, or nothing that wants an answer.
    #[default]
    Nothing,
    /// The one confirmation of a withdrawal.
    Withdrawn,
    SaidYes,
    SaidNo,
    MyData,
    /// Somebody came, or asked to be asked: the opt-in question.
    Opening,
    /// This rule matched.
    Rule(String),
    /// An answer to this question was taken.
    Answered(String),
    /// This question was skipped.
    Skipped(String),
    /// This question was waiting and what was written is no answer to it.
    Unfit(String),
    Default,
    /// The page's bot is switched off.
    Off,
}

/// What happens to a question that asks for data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// The reply puts this question.
    Asked(String),
    Given(Given),
    Skipped(String),
}

/// What the bot does about one event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reaction {
    /// Evidence that this event is, beyond withdrawals.
    pub evidence: Option<EvidenceLevel>,
    /// The wording a Yes refers to.
    pub wording: Option<String>,
    pub withdrawal: Option<(Scope, Way)>,
    pub reply: Option<Outgoing>,
    /// Whether the reply puts the opt-in question.
    pub asks: bool,
    pub given_name: Option<Personal<String>>,
    pub language: Option<&'static str>,
    pub data: Option<Data>,
    pub because: Because,
}

/// A question that asks for data, put to the lead and not answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending<'a> {
    pub question: &'a str,
    pub asked_at: Timestamp,
}

/// What the bot must know beside the event.
#[derive(Debug, Clone, Copy)]
pub struct Thread<'a> {
    pub brand: &'a Brand,
    pub page_name: &'a str,
    /// What the lead is known to write, if anything.
    pub language: Option<&'a str>,
    /// The lead's first event.
    pub is_new: bool,
    /// The opt-in question was put to the lead before.
    pub was_asked: bool,
    /// The greeting that names the purpose is set at Meta.
    pub greeted: bool,
    /// The wordings in force, by language: the page's own before the brand's.
    pub wordings: &'a [Wording],
    /// The page's settings, if its user has made any.
    pub bot: Option<&'a Bot>,
    pub pending: Option<Pending<'a>>,
}

/// Decides the reaction to one event.
pub fn react(inbound: &Inbound, thread: Thread<'_>) -> Reaction {
    let mut reaction = Reaction::default();
    let text = match &inbound.event {
        Event::Message(message) => message.text.as_ref().map(|t| t.reveal().as_str()),
        _ => None,
    };
    if let Some(text) = text {
        reaction.given_name = words::given_name(text).map(Personal::from);
        if text.chars().any(char::is_alphabetic) {
            reaction.language = Some(if words::is_arabic(text) { "ar" } else { "en" });
        }
    }
    let meaning = meaning(&inbound.event);
    let starts = !matches!(meaning, Meaning::Nothing);
    reaction.evidence = match &meaning {
        Meaning::Yes { wording, .. } => {
            reaction.wording = Some(wording.clone());
            Some(EvidenceLevel::Confirmed)
        }
        Meaning::GetStarted if thread.greeted => Some(EvidenceLevel::Informed),
        Meaning::GetStarted => Some(EvidenceLevel::Started),
        _ if thread.is_new && starts => Some(EvidenceLevel::Started),
        _ => None,
    };
    reaction.withdrawal = withdrawal(&inbound.event);
    if inbound.array != Array::Messaging || matches!(inbound.event, Event::OptOut) {
        return reaction;
    }
    let Some((language, texts)) = thread.brand.texts_for(reaction.language.or(thread.language)) else {
        return reaction;
    };
    let voice = Voice { thread, language, texts };
    voice.answer(inbound, meaning, &mut reaction);
    reaction
}

/// Who speaks to whom, in which language.
struct Voice<'a> {
    thread: Thread<'a>,
    language: &'a str,
    texts: &'a Texts,
}

impl Voice<'_> {
    fn fill(&self, text: &str) -> String {
        fill_names(text, self.thread.page_name, self.thread.brand)
    }

    fn plain(&self, text: &str) -> Outgoing {
        Outgoing { text: Personal::new(self.fill(text)), ..Outgoing::default() }
    }

    /// What is said to somebody new begins by saying that it is automated.
    fn introduced(&self, text: String) -> String {
        if self.thread.is_new { format!("{}\n\n{text}", fixed(self.language).automated) } else { text }
    }

    fn opening(&self) -> Option<Outgoing> {
        let wording = self.thread.wordings.iter().find(|w| w.language == self.language)?;
        let mut message = self.plain(&wording.text);
        message.quick_replies = [(true, &wording.yes), (false, &wording.no)]
            .map(|(yes, title)| QuickReply {
                title: title.clone(),
                payload: answer_payload(yes, Purpose::Promotion, &wording.name),
            })
            .into();
        Some(message)
    }

    /// What the lead means by a word or a button of the program comes first; then the question that
    /// waits, then the page's rules, then its default answer.
    fn answer(&self, inbound: &Inbound, meaning: Meaning, reaction: &mut Reaction) {
        let off = self.thread.bot.is_some_and(|bot| !bot.is_on());
        let (because, reply) = match meaning {
            Meaning::Nothing => return,
            Meaning::Withdraw { .. } => (Because::Withdrawn, Some(self.plain(&self.texts.stopped))),
            Meaning::Yes { .. } => (Because::SaidYes, Some(self.plain(&self.texts.thanks))),
            Meaning::No { .. } => (Because::SaidNo, Some(self.plain(&self.texts.declined))),
            Meaning::MyData => (Because::MyData, Some(self.plain(&self.texts.my_data))),
            _ if off => (Because::Off, None),
            Meaning::GetStarted | Meaning::Start => (Because::Opening, self.opening()),
            Meaning::Skip { question } => {
                reaction.data = Some(Data::Skipped(question.clone()));
                (Because::Skipped(question), Some(self.plain(fixed(self.language).skipped)))
            }
            Meaning::Choose { question, choice } => self.chosen(&question, choice, reaction),
            Meaning::Talk => self.talk(inbound, reaction),
        };
        reaction.asks = because == Because::Opening;
        (reaction.because, reaction.reply) = (because, reply);
    }

    fn chosen(&self, name: &str, choice: usize, reaction: &mut Reaction) -> (Because, Option<Outgoing>) {
        let question = self.thread.bot.and_then(|bot| bot.question(name));
        match question.and_then(|question| Some((question, question.chosen(self.language, choice)?))) {
            Some((question, given)) => self.taken(question, given, reaction),
            // The question was taken away meanwhile.
            None => self.otherwise(),
        }
    }

    fn taken(
        &self,
        question: &Question,
        given: Given,
        reaction: &mut Reaction,
    ) -> (Because, Option<Outgoing>) {
        // What was given for one purpose is not taken for another.
        reaction.given_name = None;
        reaction.data = Some(Data::Given(given));
        (Because::Answered(question.name().to_owned()), Some(self.plain(&question.thanks(self.language))))
    }

    fn talk(&self, inbound: &Inbound, reaction: &mut Reaction) -> (Because, Option<Outgoing>) {
        let (text, payload) = match &inbound.event {
            Event::Message(message) => {
                (message.text.as_ref().map(|text| text.reveal().as_str()), message.quick_reply.as_deref())
            }
            Event::Postback { title, payload, .. } => {
                (title.as_ref().map(|title| title.reveal().as_str()), payload.as_deref())
            }
            _ => (None, None),
        };
        let pending =
            self.thread.pending.filter(|pending| inbound.at < pending.asked_at.plus(question::PENDING));
        let waits = pending.zip(self.thread.bot).and_then(|(pending, bot)| bot.question(pending.question));
        // A tapped button is no answer to a question that waits for words.
        if let (Some(question), Some(text), None) = (waits, text, payload)
            && let Some(given) = question.answer(self.language, text)
        {
            return self.taken(question, given, reaction);
        }
        if let Some(bot) = self.thread.bot
            && let Some(rule) = bot.rule(&Said::new(text, payload), self.language)
        {
            let reply = match &rule.then {
                Then::Answer { answer } => Some(answer.message(|text| self.introduced(self.fill(text)))),
                Then::Ask { question } => {
                    reaction.data = Some(Data::Asked(question.clone()));
                    bot.question(question).map(|question| {
                        let mut asked = question.ask(self.language);
                        asked.text = Personal::new(self.introduced(asked.text.reveal().clone()));
                        asked
                    })
                }
            };
            return (Because::Rule(rule.name.clone()), reply);
        }
        // Whom a rule has answered first is asked now.
        if self.thread.is_new || (self.thread.bot.is_some() && !self.thread.was_asked && waits.is_none()) {
            return (Because::Opening, self.opening());
        }
        if let (Some(question), Some(_), None) = (waits, text, payload) {
            let name = question.name().to_owned();
            let mut again = question.ask(self.language);
            again.text = Personal::from(fixed(self.language).unfit);
            return (Because::Unfit(name), Some(again));
        }
        self.otherwise()
    }

    fn otherwise(&self) -> (Because, Option<Outgoing>) {
        let own = self.thread.bot.and_then(|bot| bot.default_answer(self.language));
        let reply = match own {
            Some(answer) => answer.message(|text| self.fill(text)),
            None => self.plain(&self.texts.default_answer),
        };
        (Because::Default, Some(reply))
    }
}

#[cfg(test)]
mod tests {
    use super::permission::Use;
    use super::question::{FieldKind, QuestionForm, QuestionSpeech};
    use super::rule::{Answer, Rule, When};
    use super::settings::{BotSettings, MenuEntry, Speech};
    use super::*;
    use crate::inbound::Message;
    use crate::outgoing::{Button, QUICK_REPLIES_LIMIT, TEXT_LIMIT, TITLE_LIMIT};
    use proptest::prelude::*;
    use serde_json::json;

    fn tap(payload: Option<&str>, title: &str) -> Event {
        Event::Postback {
            mid: None,
            title: Some(Personal::from(title)),
            payload: payload.map(str::to_owned),
            referral: false,
        }
    }

    fn write(text: &str) -> Event {
        Event::Message(Message { text: Some(Personal::from(text)), ..Message::default() })
    }

    fn brand() -> Brand {
        let texts = |stop: &str| {
            json!({
                "greeting": "Hi", "welcome": "Brand's welcome.", "question": "Brand's question?", "yes": "Yes", "no": "No",
                "thanks": "Thanks.", "declined": "Fine.", "default_answer": "Brand's default.", "stopped": "Stopped.",
                "my_data": "Your data.", "unsubscribe_button": stop, "unsubscribe_sentence": "No more:",
            })
        };
        let brand: Brand = serde_json::from_value(json!({
            "slug": "bakery", "name": "Bakery", "hosts": ["bakery.example"], "public_url": "https://bakery.example",
            "languages": ["en", "ar"], "colours": { "primary": "#1f4e79", "on_primary": "#ffffff" },
            "controller": { "name": "A", "address": "B", "country": "IE", "contact": "a@b.example" },
            "texts": { "en": texts("Unsubscribe"), "ar": texts("إلغاء الاشتراك") },
        }))
        .unwrap();
        brand.check().unwrap();
        brand
    }

    fn answer(text: &str) -> Then {
        Then::Answer { answer: Answer { text: text.into(), ..Answer::default() } }
    }

    fn rule(name: &str, when: When, then: Then) -> Rule {
        Rule { name: name.into(), language: None, when, then }
    }

    fn contains(word: &str) -> When {
        When::Contains { words: vec![word.into()] }
    }

    fn question() -> QuestionForm {
        let speech = QuestionSpeech {
            text: "Your phone?".into(),
            purpose: "To call you about the cake.".into(),
            ..QuestionSpeech::default()
        };
        QuestionForm {
            name: "phone".into(),
            kind: FieldKind::Phone,
            uses: vec![Use::Store, Use::Show],
            speech: [("en".to_owned(), speech)].into(),
        }
    }

    fn settings(rules: Vec<Rule>) -> BotSettings {
        BotSettings { rules, questions: vec![question()], ..BotSettings::default() }
    }

    /// What the bot does about `event` of somebody who has been asked before.
    fn reaction(settings: &BotSettings, event: Event, change: impl FnOnce(&mut Thread<'_>)) -> Reaction {
        let brand = brand();
        let bot = Bot::new(settings.clone(), &brand).unwrap();
        let wording = Wording {
            name: "w".into(),
            language: "en".into(),
            text: "Opening".into(),
            yes: "Yes".into(),
            no: "No".into(),
        };
        let wordings = [wording];
        let mut thread = Thread {
            brand: &brand,
            page_name: "Corner Shop",
            language: Some("en"),
            is_new: false,
            was_asked: true,
            greeted: true,
            wordings: &wordings,
            bot: Some(&bot),
            pending: None,
        };
        change(&mut thread);
        let inbound = Inbound {
            meta_page: "1".into(),
            array: Array::Messaging,
            psid: Some(Personal::from("5")),
            at: Timestamp::from_secs(1_000),
            stated_at: None,
            event,
            bytes: 0..0,
        };
        react(&inbound, thread)
    }

    fn said(reaction: &Reaction) -> &str {
        reaction.reply.as_ref().map_or("", |reply| reply.text.reveal())
    }

    #[test]
    fn claim_b3_the_unsubscribe_button_withdraws_also_where_only_its_title_arrives() {
        let button = Some((Scope::All, Way::Button));
        assert_eq!(withdrawal(&tap(Some(UNSUBSCRIBE), "Leave the list")), button);
        assert_eq!(withdrawal(&tap(None, "Leave the list")), button);
        assert_eq!(withdrawal(&tap(None, "إيقاف العروض")), button);
        assert_eq!(withdrawal(&tap(None, "Opening hours")), None);
        assert_eq!(withdrawal(&tap(Some("hours"), "Stop offers")), None);
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let when = prop_oneof![
            "[a-z]{1,8}( [a-z]{1,8})?".prop_map(|word| When::Exact { words: vec![word] }),
            "[a-z]{1,8}".prop_map(|word| contains(&word)),
            Just(When::Pattern { pattern: ".".into() }),
            Just(When::Pattern { pattern: "stop|data|توقف|بياناتي".into() }),
            Just(contains("please stop")),
            "[a-z]{1,8}".prop_map(|payload| When::Tap { payload }),
        ];
        let then =
            prop_oneof![Just(answer("A rule's answer.")), Just(Then::Ask { question: "phone".into() })];
        (when, then).prop_map(|(when, then)| rule("r", when, then))
    }

    proptest! {
        #[test]
        fn claim_b3_stop_and_my_data_win_over_every_rule_and_every_question(
            rules in proptest::collection::vec(any_rule(), 0..8), is_on: bool, is_new: bool, waiting: bool,
            word in proptest::sample::select(vec!["stop", "STOP!", "Unsubscribe me", "توقف", "إلغاء الاشتراك", "my data", "بياناتي"]),
        ) {
            let rules = rules.into_iter().enumerate().map(|(n, rule)| Rule { name: format!("r{n}"), ..rule }).collect();
            let settings = BotSettings { is_on, ..settings(rules) };
            prop_assume!(Bot::new(settings.clone(), &brand()).is_ok());
            let got = reaction(&settings, write(word), |thread| {
                thread.is_new = is_new;
                thread.pending = waiting.then_some(Pending { question: "phone", asked_at: Timestamp::from_secs(999) });
            });
            if words::recognise(word) == Some(Word::Stop) {
                prop_assert_eq!(&got.because, &Because::Withdrawn);
                prop_assert_eq!(got.withdrawal, Some((Scope::All, Way::Word)));
                prop_assert_eq!(said(&got), "Stopped.");
            } else {
                prop_assert_eq!(&got.because, &Because::MyData);
            }
            prop_assert_eq!(got.data, None);
        }

        #[test]
        fn the_first_rule_that_matches_answers(
            rules in proptest::collection::vec((proptest::sample::select(vec!["bread", "cake", "tea"]), any::<bool>()), 1..8),
            text in proptest::sample::select(vec!["bread and tea", "cake", "tea please", "coffee"]),
        ) {
            let made = rules.iter().enumerate().map(|(n, (word, arabic))| Rule {
                language: arabic.then(|| "ar".to_owned()),
                ..rule(&format!("r{n}"), contains(word), answer(&format!("answer {n}")))
            });
            let got = reaction(&settings(made.collect()), write(text), |_| {});
            let first = rules.iter().position(|(word, arabic)| !arabic && text.split(' ').any(|w| w == *word));
            match first {
                Some(n) => {
                    prop_assert_eq!(&got.because, &Because::Rule(format!("r{n}")));
                    prop_assert_eq!(said(&got), format!("answer {n}"));
                }
                None => prop_assert_eq!(&got.because, &Because::Default),
            }
        }

        #[test]
        fn settings_are_taken_or_refused_by_field_and_what_is_taken_fits_messenger(
            texts in proptest::collection::vec(".{0,700}", 5), title in ".{0,35}", payload in ".{0,30}", url in "(https://)?.{0,20}",
        ) {
            let buttons = vec![
                Button::Postback { title: title.clone(), payload: payload.clone() },
                Button::Url { title: format!("{title}2"), url: url.clone() },
            ];
            let replies = vec![QuickReply { title: title.clone(), payload: payload.clone() }];
            let speech = Speech {
                greeting: Some(texts[0].clone()), welcome: Some(texts[1].clone()), question: Some(texts[2].clone()),
                menu: vec![MenuEntry::Postback { title: title.clone(), payload: payload.clone() }],
                ..Speech::default()
            };
            let answer = Answer { text: texts[3].clone(), buttons, quick_replies: replies };
            let rules = vec![rule("r", contains(&texts[4]), Then::Answer { answer })];
            let settings = BotSettings { speech: [("en".to_owned(), speech)].into(), rules, ..BotSettings::default() };
            match Bot::new(settings, &brand()) {
                Err(error) => prop_assert!(error.field.starts_with("speech.en.") || error.field.starts_with("rules[0]."), "{}", error),
                Ok(bot) => {
                    let Then::Answer { answer } = &bot.settings().rules[0].then else { unreachable!() };
                    let message = answer.message(str::to_owned);
                    prop_assert!(message.text.reveal().chars().count() <= 640);
                    prop_assert!(message.buttons.iter().all(|b| b.title().chars().count() <= TITLE_LIMIT));
                    let opening = bot.opening(&brand(), "en").unwrap();
                    prop_assert!(opening.text.contains(fixed("en").automated) && opening.text.contains(fixed("en").ends));
                    prop_assert!(opening.text.chars().count() <= TEXT_LIMIT);
                    let profile = profile::profile(&brand(), "Corner Shop", Some(&bot));
                    prop_assert!(profile.greetings[0].1.ends_with(fixed("en").greeting));
                    prop_assert!(profile.greetings.iter().all(|(_, text)| text.chars().count() <= 160));
                }
            }
        }
    }

    #[test]
    fn claim_b3_every_menu_has_my_data_and_stop() {
        let entry = |n: usize| MenuEntry::Postback { title: format!("Entry {n}"), payload: "p".into() };
        let menu = (0..18).map(entry).collect();
        let speech = Speech { menu, ..Speech::default() };
        let mut settings =
            BotSettings { speech: [("en".to_owned(), speech)].into(), ..BotSettings::default() };
        for bot in [None, Some(Bot::new(settings.clone(), &brand()).unwrap())] {
            for (_, menu) in profile::profile(&brand(), "Shop", bot.as_ref()).menus {
                let has = |wanted: &str| {
                    menu.iter().any(|e| matches!(e, MenuEntry::Postback { payload, .. } if payload == wanted))
                };
                assert!(has(UNSUBSCRIBE) && has(MY_DATA) && menu.len() <= 20);
            }
        }
        settings.speech.get_mut("en").unwrap().menu.push(entry(18));
        assert_eq!(Bot::new(settings, &brand()).unwrap_err().field, "speech.en.menu");
    }

    #[test]
    fn whoever_is_new_is_told_that_it_is_automated_whatever_rule_answers() {
        let settings = settings(vec![rule("bread", contains("bread"), answer("We have rye."))]);
        let got =
            reaction(&settings, write("bread?"), |thread| (thread.is_new, thread.was_asked) = (true, false));
        assert_eq!(said(&got), format!("{}\n\nWe have rye.", fixed("en").automated));
        // And is asked for offers the next time.
        let got = reaction(&settings, write("thank you"), |thread| thread.was_asked = false);
        assert_eq!((got.because, got.asks), (Because::Opening, true));
    }

    #[test]
    fn a_tap_finds_its_rule_and_a_bot_that_is_off_is_silent() {
        let rules = vec![rule("hours", When::Tap { payload: "HOURS".into() }, answer("9 to 5"))];
        let on = settings(rules);
        let tapped = || tap(Some("HOURS"), "Hours");
        assert_eq!(reaction(&on, tapped(), |_| {}).because, Because::Rule("hours".into()));
        let off = BotSettings { is_on: false, ..on };
        let silent = reaction(&off, tapped(), |_| {});
        assert_eq!((silent.because, silent.reply), (Because::Off, None));
    }

    #[test]
    fn claim_a3_a_question_is_put_answered_skipped_and_forgotten_in_time() {
        let settings = settings(vec![rule("call", contains("call"), Then::Ask { question: "phone".into() })]);
        let asked = reaction(&settings, write("call me"), |_| {});
        assert_eq!(asked.data, Some(Data::Asked("phone".into())));
        assert!(said(&asked).contains("To call you about the cake."));
        let waiting = |asked_at: i64| {
            move |thread: &mut Thread<'_>| {
                thread.pending =
                    Some(Pending { question: "phone", asked_at: Timestamp::from_secs(asked_at) });
            }
        };
        let given = reaction(&settings, write("0123 456789"), waiting(999));
        let Some(Data::Given(got)) = &given.data else { panic!("{given:?}") };
        assert_eq!(
            (got.value.reveal().as_str(), got.purpose.as_str()),
            ("0123456789", "To call you about the cake.")
        );
        assert_eq!(reaction(&settings, write("why?"), waiting(999)).because, Because::Unfit("phone".into()));
        assert_eq!(reaction(&settings, write("0123 456789"), waiting(-9_999)).because, Because::Default);
        let skip =
            Event::Message(Message { quick_reply: Some("entente:skip:phone".into()), ..Message::default() });
        assert_eq!(reaction(&settings, skip, waiting(999)).data, Some(Data::Skipped("phone".into())));
        assert!(asked.reply.unwrap().quick_replies.len() < QUICK_REPLIES_LIMIT);
    }

    #[test]
    fn what_a_user_may_not_set_is_named_by_its_field() {
        let titled = |title: &str| {
            let buttons = vec![Button::Postback { title: title.into(), payload: "p".into() }];
            settings(vec![rule(
                "r",
                contains("x"),
                Then::Answer { answer: Answer { text: "t".into(), buttons, quick_replies: vec![] } },
            )])
        };
        let on = |change: fn(&mut BotSettings)| {
            let mut changed = settings(vec![rule("r", contains("x"), answer("t"))]);
            change(&mut changed);
            changed
        };
        for (settings, field) in [
            (titled("Stop offers"), "rules[0].then.answer.buttons[0].title"),
            (on(|s| s.rules[0].when = When::Exact { words: vec!["stop".into()] }), "rules[0].when.words[0]"),
            (on(|s| s.rules[0].when = When::Pattern { pattern: "(".into() }), "rules[0].when.pattern"),
            (on(|s| s.rules[0].language = Some("fr".into())), "rules[0].language"),
            (on(|s| s.rules[0].then = Then::Ask { question: "shoe size".into() }), "rules[0].then.question"),
            (on(|s| s.rules.push(s.rules[0].clone())), "rules[1].name"),
            (on(|s| s.questions[0].uses = vec![Use::Show]), "questions[0].uses"),
            (on(|s| s.questions[0].uses.push(Use::Share)), "questions[0].uses"),
            (
                on(|s| {
                    s.speech.insert("fr".into(), Speech::default());
                }),
                "speech.fr",
            ),
            (
                on(|s| {
                    s.speech.insert("en".into(), Speech { yes: Some("No".into()), ..Speech::default() });
                }),
                "speech.en.no",
            ),
        ] {
            assert_eq!(Bot::new(settings, &brand()).unwrap_err().field, field);
        }
    }
}
