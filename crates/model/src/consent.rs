//! Consent: what a lead agreed to, how well that is proven, and what was withdrawn.
//!
//! Invariant: the state after a set of events does not depend on the order in which
//! they arrived, and a consent counts only if it is strictly later than the newest withdrawal.

use crate::id::ConsentId;
use crate::time::Timestamp;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// How well an opt-in is proven.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum EvidenceLevel {
    /// Wrote first.
    #[n(0)]
    Started,
    /// Tapped Get Started under a greeting that named the purpose.
    #[n(1)]
    Informed,
    /// Answered Yes to a question that said exactly that.
    #[n(2)]
    Confirmed,
}

impl EvidenceLevel {
    pub const ALL: [Self; 3] = [Self::Started, Self::Informed, Self::Confirmed];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Informed => "informed",
            Self::Confirmed => "confirmed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// What bulk messages are for. Permission for one is no permission for the other (claim D2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Promotion,
    Utility,
}

impl Purpose {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Promotion => "promotion",
            Self::Utility => "utility",
        }
    }

    /// The evidence that a message of this purpose needs. No brand asks for less: what is said in public of promotions
    /// would not be so.
    pub const fn needs(self) -> EvidenceLevel {
        match self {
            Self::Promotion => EvidenceLevel::Confirmed,
            // Notices about something the lead has asked for need no opt-in to promotions.
            Self::Utility => EvidenceLevel::Started,
        }
    }
}

/// What a withdrawal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    All,
    Only(Purpose),
}

/// How a lead withdrew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The button in a bulk message.
    Button,
    /// The link in a bulk message.
    Link,
    /// A stop word in the thread.
    Word,
    /// Answered No to the question.
    Answer,
    /// Meta said so: an opt-out event, or a send refused because the person stopped the topic.
    Platform,
    /// The operator or user recorded it on the lead's behalf.
    Console,
}

impl Way {
    pub const ALL: [Self; 6] =
        [Self::Button, Self::Link, Self::Word, Self::Answer, Self::Platform, Self::Console];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Link => "link",
            Self::Word => "word",
            Self::Answer => "answer",
            Self::Platform => "platform",
            Self::Console => "console",
        }
    }
}

/// One consent event, as far as the rules need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    OptIn { level: EvidenceLevel, id: ConsentId },
    Withdrawal { scope: Scope },
}

/// A lead's standing, folded from all its consent events. Every field only moves one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consents {
    /// When the lead first wrote.
    pub started: Option<(Timestamp, ConsentId)>,
    /// The first informed start.
    pub informed: Option<(Timestamp, ConsentId)>,
    /// The newest Yes.
    pub confirmed: Option<(Timestamp, ConsentId)>,
    pub withdrawn_at: Option<Timestamp>,
    pub promotion_withdrawn_at: Option<Timestamp>,
    pub utility_withdrawn_at: Option<Timestamp>,
}

impl Consents {
    /// Folds one event in. Any order of the same events gives the same state; two events of the
    /// same time are told apart by their ids.
    pub fn record(&mut self, act: Act, at: Timestamp) {
        fn first(slot: &mut Option<(Timestamp, ConsentId)>, new: (Timestamp, ConsentId)) {
            *slot = Some(slot.map_or(new, |old| old.min(new)));
        }
        fn newest(slot: &mut Option<Timestamp>, at: Timestamp) {
            *slot = Some(slot.map_or(at, |old| old.max(at)));
        }
        match act {
            // Starting a conversation is evidence once; writing again after a stop is not a new
            // opt-in. Only a new Yes is.
            Act::OptIn { level: EvidenceLevel::Started, id } => first(&mut self.started, (at, id)),
            Act::OptIn { level: EvidenceLevel::Informed, id } => first(&mut self.informed, (at, id)),
            Act::OptIn { level: EvidenceLevel::Confirmed, id } => {
                let new = (at, id);
                self.confirmed = Some(self.confirmed.map_or(new, |old| old.max(new)));
            }
            Act::Withdrawal { scope: Scope::All } => newest(&mut self.withdrawn_at, at),
            Act::Withdrawal { scope: Scope::Only(Purpose::Promotion) } => {
                newest(&mut self.promotion_withdrawn_at, at);
            }
            Act::Withdrawal { scope: Scope::Only(Purpose::Utility) } => {
                newest(&mut self.utility_withdrawn_at, at)
            }
        }
    }

    /// The newest withdrawal that concerns `purpose`.
    pub fn withdrawal(&self, purpose: Purpose) -> Option<Timestamp> {
        let own = match purpose {
            Purpose::Promotion => self.promotion_withdrawn_at,
            Purpose::Utility => self.utility_withdrawn_at,
        };
        self.withdrawn_at.max(own)
    }

    /// The best evidence for `purpose` that no withdrawal has ended.
    pub fn in_force(&self, purpose: Purpose) -> Option<(EvidenceLevel, ConsentId)> {
        let withdrawn = self.withdrawal(purpose);
        let stands = |slot: Option<(Timestamp, ConsentId)>| {
            slot.filter(|(at, _)| withdrawn.is_none_or(|w| *at > w)).map(|(_, id)| id)
        };
        stands(self.confirmed)
            .map(|id| (EvidenceLevel::Confirmed, id))
            .or_else(|| stands(self.informed).map(|id| (EvidenceLevel::Informed, id)))
            .or_else(|| stands(self.started).map(|id| (EvidenceLevel::Started, id)))
    }

    /// The best evidence there ever was, withdrawn or not.
    pub fn best_level(&self) -> Option<EvidenceLevel> {
        if self.confirmed.is_some() {
            Some(EvidenceLevel::Confirmed)
        } else if self.informed.is_some() {
            Some(EvidenceLevel::Informed)
        } else {
            self.started.map(|_| EvidenceLevel::Started)
        }
    }
}
