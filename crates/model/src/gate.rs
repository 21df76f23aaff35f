//! The gate: the one place that decides whether a message may go to a lead now.
//!
//! Invariant 1: a [`Permit`] has no public constructor, is neither copied nor stored, and is good
//! for [`PERMIT_LIFE`] on the forward-only clock. Sending takes it by value. There is no other way
//! to send. The gate's No is a value, [`Refusal`], from a closed list.

use crate::consent::{EvidenceLevel, Purpose};
use crate::id::{ConsentId, LeadId, PageId};
use crate::lead::Lead;
use crate::page::{Page, PageStop};
use crate::time::{Monotonic, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Meta's standard messaging window after the lead's last message.
pub const WINDOW: Span = Span::hours(24);
/// A human's own messages may follow for seven days (the `HUMAN_AGENT` tag).
pub const HUMAN_WINDOW: Span = Span::days(7);
/// How long a permit is good for.
pub const PERMIT_LIFE: Span = Span::secs(2);
/// How long a person whom Meta called unavailable is left alone, unless they write.
pub const UNAVAILABLE_REST: Span = Span::days(7);

/// What is to be sent, as far as the rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// The bot's answer to what the lead wrote at `to`.
    Answer { to: Timestamp },
    /// The one confirmation that follows a withdrawal made at `to`.
    Confirmation { to: Timestamp },
    /// A person of the page's staff writes.
    Human,
    /// A bulk message.
    Bulk(Bulk),
}

/// What the gate must know of the broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bulk {
    pub purpose: Purpose,
    /// Utility only: whether its template is approved at Meta.
    pub template_approved: bool,
    /// The evidence the brand asks for; below `Confirmed` only by an admin's recorded act.
    pub required: EvidenceLevel,
    /// Messages the account may still send under its plan.
    pub quota_left: u64,
    /// Not sent after this.
    pub open_until: Option<Timestamp>,
}

/// Why a message does not go. Closed list; each has a sentence in every language (`refusal-…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    Erased,
    NoConsent,
    EvidenceTooWeak,
    Withdrawn,
    WindowClosed,
    PersonUnavailable,
    ThreadElsewhere,
    PageTokenInvalid,
    PageRestricted,
    PagePermissionMissing,
    PagePolicyBlocked,
    PagePaused,
    PageDisconnected,
    QuotaExhausted,
    TemplateNotApproved,
    BroadcastEnded,
    BroadcastCancelled,
}

impl Refusal {
    pub const ALL: [Self; 17] = [
        Self::Erased,
        Self::NoConsent,
        Self::EvidenceTooWeak,
        Self::Withdrawn,
        Self::WindowClosed,
        Self::PersonUnavailable,
        Self::ThreadElsewhere,
        Self::PageTokenInvalid,
        Self::PageRestricted,
        Self::PagePermissionMissing,
        Self::PagePolicyBlocked,
        Self::PagePaused,
        Self::PageDisconnected,
        Self::QuotaExhausted,
        Self::TemplateNotApproved,
        Self::BroadcastEnded,
        Self::BroadcastCancelled,
    ];

    /// The name outsiders see, in rows, JSON and message ids.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::NoConsent => "no_consent",
            Self::EvidenceTooWeak => "evidence_too_weak",
            Self::Withdrawn => "withdrawn",
            Self::WindowClosed => "window_closed",
            Self::PersonUnavailable => "person_unavailable",
            Self::ThreadElsewhere => "thread_elsewhere",
            Self::PageTokenInvalid => "page_token_invalid",
            Self::PageRestricted => "page_restricted",
            Self::PagePermissionMissing => "page_permission_missing",
            Self::PagePolicyBlocked => "page_policy_blocked",
            Self::PagePaused => "page_paused",
            Self::PageDisconnected => "page_disconnected",
            Self::QuotaExhausted => "quota_exhausted",
            Self::TemplateNotApproved => "template_not_approved",
            Self::BroadcastEnded => "broadcast_ended",
            Self::BroadcastCancelled => "broadcast_cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }
}

impl From<PageStop> for Refusal {
    fn from(stop: PageStop) -> Self {
        match stop {
            PageStop::TokenInvalid => Self::PageTokenInvalid,
            PageStop::Restricted => Self::PageRestricted,
            PageStop::PermissionMissing => Self::PagePermissionMissing,
            PageStop::PolicyBlocked => Self::PagePolicyBlocked,
            PageStop::Paused => Self::PagePaused,
            PageStop::Disconnected => Self::PageDisconnected,
        }
    }
}

/// On what ground a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It answers what the lead wrote at this time, inside the window.
    Answer(Timestamp),
    /// This consent event permits it.
    Consent(ConsentId),
}

/// The proof that one message may go to one lead now. Not `Clone`, and made only by [`permit`].
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    lead: LeadId,
    page: PageId,
    basis: Basis,
    kind: SendKind,
    expires: Monotonic,
}

/// How Meta is told what kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendKind {
    /// Inside the window, answering.
    Response,
    /// Inside the window, unasked.
    Update,
    /// An approved utility template.
    Utility,
    /// A human's own message up to seven days after.
    HumanAgent,
}

impl Permit {
    pub const fn lead(&self) -> LeadId {
        self.lead
    }
    pub const fn page(&self) -> PageId {
        self.page
    }
    pub const fn basis(&self) -> Basis {
        self.basis
    }
    pub const fn kind(&self) -> SendKind {
        self.kind
    }
    /// Whether a request may still start on it.
    pub fn is_good(&self, now: Monotonic) -> bool {
        now < self.expires
    }
}

/// Decides. `now` is the wall clock (windows), `issued` the forward-only clock (the permit's life).
///
/// # Errors
/// The first reason that holds, in the order of [`Refusal::ALL`]'s groups: the person, consent,
/// the broadcast, the page, the window.
pub fn permit(
    intent: Intent,
    lead: &Lead,
    page: &Page,
    now: Timestamp,
    issued: Monotonic,
) -> Result<Permit, Refusal> {
    if lead.fenced_at.is_some() {
        return Err(Refusal::Erased);
    }
    let (basis, kind) = match intent {
        Intent::Answer { to } | Intent::Confirmation { to } => {
            // An answer is to one inbound event, and only while that event's window is open.
            inside(Some(to), WINDOW, now)?;
            (Basis::Answer(to), SendKind::Response)
        }
        Intent::Human => {
            let to = lead.last_inbound_at.ok_or(Refusal::WindowClosed)?;
            inside(Some(to), HUMAN_WINDOW, now)?;
            let kind =
                if inside(Some(to), WINDOW, now).is_ok() { SendKind::Response } else { SendKind::HumanAgent };
            (Basis::Answer(to), kind)
        }
        Intent::Bulk(bulk) => (Basis::Consent(consent_for(&bulk, lead)?), bulk_kind(&bulk, lead, now)?),
    };
    if let Some(stop) = page.stop {
        return Err(stop.into());
    }
    if lead.thread_elsewhere_at.is_some_and(|at| now < at.plus(WINDOW)) {
        return Err(Refusal::ThreadElsewhere);
    }
    if matches!(intent, Intent::Bulk(_))
        && lead.unavailable_at.is_some_and(|at| now < at.plus(UNAVAILABLE_REST))
    {
        return Err(Refusal::PersonUnavailable);
    }
    let expires = Monotonic(issued.0.saturating_add(PERMIT_LIFE.0));
    Ok(Permit { lead: lead.id, page: page.id, basis, kind, expires })
}

fn consent_for(bulk: &Bulk, lead: &Lead) -> Result<ConsentId, Refusal> {
    match lead.consents.in_force(bulk.purpose) {
        Some((level, id)) if level >= bulk.required => Ok(id),
        _ if lead.consents.withdrawal(bulk.purpose).is_some() => Err(Refusal::Withdrawn),
        Some(_) => Err(Refusal::EvidenceTooWeak),
        None => Err(Refusal::NoConsent),
    }
}

fn bulk_kind(bulk: &Bulk, lead: &Lead, now: Timestamp) -> Result<SendKind, Refusal> {
    if bulk.open_until.is_some_and(|until| now >= until) {
        return Err(Refusal::BroadcastEnded);
    }
    if bulk.quota_left == 0 {
        return Err(Refusal::QuotaExhausted);
    }
    match bulk.purpose {
        Purpose::Promotion => inside(lead.last_inbound_at, WINDOW, now).map(|()| SendKind::Update),
        // Utility templates have no documented window; they need approval instead.
        Purpose::Utility if bulk.template_approved => Ok(SendKind::Utility),
        Purpose::Utility => Err(Refusal::TemplateNotApproved),
    }
}

fn inside(from: Option<Timestamp>, window: Span, now: Timestamp) -> Result<(), Refusal> {
    match from {
        Some(at) if now < at.plus(window) => Ok(()),
        _ => Err(Refusal::WindowClosed),
    }
}
