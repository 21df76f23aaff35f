//! What the bot answers: a pure function of the event, the lead and the brand's texts.
//!
//! Invariant: an opt-in comes only out of a payload that names the wording that was shown; the
//! words "subscribe" or "yes" alone only lead to the question. Standby events are never answered.

use crate::brand::{Brand, fill_names};
use crate::consent::{EvidenceLevel, Purpose, Scope, Way};
use crate::inbound::{Array, Event, Inbound};
use crate::outgoing::{GET_STARTED, Outgoing, QuickReply, UNSUBSCRIBE};
use crate::personal::Personal;
use crate::words::{self, Word};

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
    match payload {
        "entente:my_data" => Meaning::MyData,
        "entente:start" => Meaning::Start,
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
    /// The greeting that names the purpose is set at Meta.
    pub greeted: bool,
    /// The brand's wordings in force, by language.
    pub wordings: &'a [Wording],
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
    let plain = |text: &str| Outgoing {
        text: Personal::new(fill_names(text, thread.page_name, thread.brand)),
        buttons: Vec::new(),
        quick_replies: Vec::new(),
        template: None,
    };
    let question = || {
        let wording = thread.wordings.iter().find(|w| w.language == language)?;
        let mut message = plain(&wording.text);
        message.quick_replies = [(true, &wording.yes), (false, &wording.no)]
            .map(|(yes, title)| QuickReply {
                title: title.clone(),
                payload: answer_payload(yes, Purpose::Promotion, &wording.name),
            })
            .into();
        Some(message)
    };
    reaction.reply = match meaning {
        Meaning::Nothing => None,
        Meaning::Withdraw { .. } => Some(plain(&texts.stopped)),
        Meaning::Yes { .. } => Some(plain(&texts.thanks)),
        Meaning::No { .. } => Some(plain(&texts.declined)),
        Meaning::MyData => Some(plain(&texts.my_data)),
        Meaning::GetStarted | Meaning::Start => {
            reaction.asks = true;
            question()
        }
        Meaning::Talk if thread.is_new => {
            reaction.asks = true;
            question()
        }
        Meaning::Talk => Some(plain(&texts.default_answer)),
    };
    reaction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tap(payload: Option<&str>, title: &str) -> Event {
        Event::Postback {
            mid: None,
            title: Some(Personal::from(title)),
            payload: payload.map(str::to_owned),
            referral: false,
        }
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
}
