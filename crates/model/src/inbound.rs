//! What comes in from the platform, after `messenger` has read its JSON.
//!
//! Invariant: nothing here decides anything. An event that is not understood is still an event
//! ([`Event::Other`]); it never makes a delivery fail.

use crate::personal::Personal;
use crate::time::Timestamp;

/// One event out of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbound {
    /// Meta's id of the page it belongs to.
    pub meta_page: String,
    pub array: Array,
    /// The lead's page-scoped id; `None` where the event concerns the page, or a guest without one.
    pub psid: Option<Personal<String>>,
    /// When it happened (seconds and milliseconds made equal); the delivery's own time if it says none.
    pub at: Timestamp,
    /// The time that the event or its delivery states, never that of receiving it: a repeated delivery
    /// states it again.
    pub stated_at: Option<Timestamp>,
    pub event: Event,
    /// Where this event's bytes lie in the delivery's body.
    pub bytes: std::ops::Range<usize>,
}

/// Which array of the entry carried the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Array {
    Messaging,
    /// Another app owns the thread: noted and not answered.
    Standby,
    Changes,
}

impl Array {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Messaging => "messaging",
            Self::Standby => "standby",
            Self::Changes => "changes",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Message(Message),
    Postback {
        mid: Option<String>,
        title: Option<Personal<String>>,
        /// Missing in `standby`.
        payload: Option<String>,
        referral: bool,
    },
    Referral {
        source: Option<String>,
    },
    /// A plugin's or a notification's opt-in; not by itself a consent to promotions.
    OptIn {
        kind: Option<String>,
    },
    /// The person stopped notifications.
    OptOut,
    /// The person resumed them: not a new opt-in.
    Resume,
    /// Our own (or another app's) message, as Meta saw it go.
    Echo {
        mid: Option<String>,
        app_id: Option<String>,
        metadata: Option<String>,
    },
    Delivered {
        watermark: Option<Timestamp>,
    },
    Read {
        watermark: Option<Timestamp>,
    },
    Reaction {
        removed: bool,
    },
    Edit,
    AccountLinking,
    /// The thread passed to another app (`ours` false) or back.
    ThreadControl {
        new_owner: Option<String>,
    },
    /// Meta warned, blocked or unblocked the page.
    Policy {
        action: String,
    },
    TemplateStatus {
        event: Option<String>,
        name: Option<String>,
    },
    /// A comment or post on the page.
    Feed {
        item: Option<String>,
    },
    /// Anything else, by the name of its key.
    Other {
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    pub mid: Option<String>,
    pub text: Option<Personal<String>>,
    pub quick_reply: Option<String>,
    /// Types only (`image`, `location`, …): the contents are not kept.
    pub attachments: Vec<String>,
    pub referral: bool,
    pub is_deleted: bool,
    pub is_unsupported: bool,
}

impl Event {
    /// The kind's name, for duplicates' keys, metrics and log lines.
    pub fn name(&self) -> &str {
        match self {
            Self::Message(_) => "message",
            Self::Postback { .. } => "postback",
            Self::Referral { .. } => "referral",
            Self::OptIn { .. } => "optin",
            Self::OptOut => "optout",
            Self::Resume => "resume",
            Self::Echo { .. } => "echo",
            Self::Delivered { .. } => "delivery",
            Self::Read { .. } => "read",
            Self::Reaction { .. } => "reaction",
            Self::Edit => "edit",
            Self::AccountLinking => "account_linking",
            Self::ThreadControl { .. } => "thread_control",
            Self::Policy { .. } => "policy",
            Self::TemplateStatus { .. } => "template_status",
            Self::Feed { .. } => "feed",
            Self::Other { .. } => "other",
        }
    }

    /// The message id, where the event has one of its own.
    pub fn mid(&self) -> Option<&str> {
        match self {
            Self::Message(message) => message.mid.as_deref(),
            Self::Postback { mid, .. } | Self::Echo { mid, .. } => mid.as_deref(),
            _ => None,
        }
    }

    /// Whether the lead did something that opens the 24-hour window (Meta's list: a message, a
    /// tap, a link into the thread, a reaction).
    pub fn opens_window(&self) -> bool {
        match self {
            Self::Message(message) => !message.is_deleted,
            Self::Postback { .. } | Self::Referral { .. } | Self::Reaction { removed: false } => true,
            _ => false,
        }
    }
}
