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
use crate::outgoing::{GET_STARTED, Outgoing, QuickReply, TEXT_LIMIT, UNSUBSCRIBE};
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

/// Adds to the answer about somebody's data the link to their own page, or that they asked for too many.
pub fn add_link(reply: &mut Outgoing, thread: &Thread<'_>, speaks: Option<&str>, link: Option<&str>) {
    let language = thread.brand.texts_for(speaks.or(thread.language)).map_or("en", |(language, _)| language);
    let own = fixed(language);
    let way = match link {
        Some(link) => format!("{}\n{link}", own.own_page),
        None => own.own_page_later.to_owned(),
    };
    let text = format!("{}\n\n{way}", reply.text.reveal());
    // The way to all of it is worth more than a summary that leaves no room for it.
    reply.text = Personal::new(if text.chars().count() <= TEXT_LIMIT { text } else { way });
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

    /// What is kept about the lead. Who writes the texts does not know what each page asks for.
    fn my_data(&self) -> String {
        let text = &self.texts.my_data;
        if self.thread.bot.is_some_and(Bot::asks) {
            format!("{text}\n\n{}", fixed(self.language).kept)
        } else {
            text.clone()
        }
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
            Meaning::MyData => (Because::MyData, Some(self.plain(&self.my_data()))),
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
mod tests;
