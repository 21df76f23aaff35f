//! What a send came to, as the engine has to know it. The table that maps Meta's codes to these
//! classes is data in `messenger` (`errors.rs`).

use crate::page::PageStop;
use crate::time::Span;

/// What to do about a failed send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Try again a few times with growing pauses; then as given.
    Retry,
    /// Meta is limiting: slow the page down and try again.
    Throttle,
    /// This message will never reach this person.
    Permanent,
    /// The person is unavailable (blocked the page, deactivated): let them rest.
    Unavailable,
    /// The person stopped this topic at Meta: a withdrawal.
    OptedOut,
    /// Outside the allowed window.
    WindowClosed,
    /// Another app owns the thread.
    ThreadElsewhere,
    /// The page cannot send until somebody acts: stop it.
    PageStop(PageStop),
    /// It may have been delivered: never sent again blindly.
    Unknown,
}

/// Why a message did not go, or is not known to have gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub class: Class,
    /// Short and stable, for rows and lists: `551/1545041`, `timeout`, `null_slot`.
    pub code: String,
    /// What Meta asked us to wait, where it said so.
    pub retry_after: Option<Span>,
}

/// What Meta answered for one message.
pub type Sent = Result<SentMessage, Failure>;

/// Meta took the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    pub mid: String,
}

/// How much of its rate a page has used, as Meta reports it (percent of the limit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// The highest of calls, time and processor time.
    pub percent: u32,
    /// When limited: how long until calls are taken again.
    pub regain: Option<Span>,
}
