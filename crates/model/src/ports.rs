//! The ports between crates that must not know each other: the vault's key store (implemented by
//! `store`), the one way out and what carries mail (implemented by `outbound`).

pub use crate::keys::{
    FlatKey, KeyId, KeyStore, KeyStoreError, Record, Replaced, Snapshot, Spine, TreeChange, TreeState,
    WrappedKey,
};

use crate::id::BrandId;
use crate::mail::EmailAddress;
use crate::personal::Personal;
use crate::time::{BoxFuture, Timestamp};
use std::borrow::Cow;
use std::time::Duration;

/// A request to a third party, before it has left.
#[derive(Clone)]
pub struct OutboundRequest {
    /// The recipient's name in the register, for example `meta`.
    pub recipient: Cow<'static, str>,
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: bytes::Bytes,
    /// For the whole exchange.
    pub timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Delete,
}

/// What came back, whatever the status.
#[derive(Clone)]
pub struct OutboundResponse {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: bytes::Bytes,
}

impl OutboundResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Why there is no answer. The difference between the two last decides whether a message may be
/// sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    #[error(
        "the register of recipients has no entry in force for {host}: add it to the register, with its date, before connecting"
    )]
    NotInRegister { host: String },
    #[error("the address is not usable: {0}")]
    BadUrl(String),
    /// No byte of the request has left.
    #[error("could not connect: {0}")]
    NotSent(String),
    /// The request may have been received; whether it was is not known.
    #[error("no usable answer: {0}")]
    Unanswered(String),
}

/// How long establishing a connection may take, with its name and its TLS: so long after a permit was good the last request
/// with it starts. A request whose own timeout is shorter cannot tell a peer that is not there from one that does not answer.
pub const MAX_CONNECT: Duration = Duration::from_millis(1_500);

/// The one way out.
pub trait Outbound: Send + Sync {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>>;
}

/// A mail, written and not yet sent.
pub struct Mail {
    /// The same for every attempt at the same mail; letters, digits, `_` and `-` only. The Message-ID
    /// is made of it, so that a repeat is recognised.
    pub id: String,
    pub brand: BrandId,
    /// The brand's name, shown as the sender.
    pub from_name: String,
    /// Where an answer goes: the brand's contact.
    pub reply_to: Option<EmailAddress>,
    pub to: EmailAddress,
    /// Language tag, for example `ar`.
    pub language: String,
    pub subject: Personal<String>,
    pub text: Personal<String>,
    /// The same for programs that show it; none: a mail of plain text.
    pub html: Option<Personal<String>>,
    /// Whether nobody wrote it: then machines are asked not to answer (RFC 3834).
    pub is_automatic: bool,
    /// When it was asked for: its date.
    pub at: Timestamp,
}

/// Why a mail is not known to have been taken. No text here repeats an address or what a server said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Nobody took it, and later somebody may.
    #[error("not sent yet: {0}")]
    NotNow(String),
    /// The server refuses this mail or its receiver for good.
    #[error("refused for good: {0}")]
    Refused(String),
    /// It was handed over, and no answer came: it may be on its way.
    #[error("handed over without an answer: {0}")]
    Unanswered(String),
}

/// Carries mail.
pub trait Mailer: Send + Sync {
    /// Hands over one mail. `mark` is awaited once all preliminaries are done and before the first
    /// byte that may put the mail on its way; if it says no, nothing is handed over
    /// ([`MailError::NotNow`]).
    fn send<'a>(&'a self, mail: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>>;
}

/// A line that the program wrote to its log: its own words, and fields of `LOG_FIELDS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub at: Timestamp,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    pub level: &'static str,
    /// The part of the program.
    pub part: String,
    pub message: String,
    pub fields: Vec<(&'static str, String)>,
}

/// The newest lines of this process.
pub trait LogLines: Send + Sync {
    /// The newest first.
    fn newest(&self) -> Vec<LogLine>;
    /// From when on every line that was written is among them.
    fn since(&self) -> Timestamp;
}
