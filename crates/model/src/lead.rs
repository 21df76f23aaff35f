//! A lead: a person who wrote to a page.
//!
//! Invariant: what the gate needs is readable columns without content (times and states); who the
//! person is lies in [`LeadProfile`], which exists at rest only as an envelope under their key.

use crate::consent::Consents;
use crate::datamap::{Basis, Category, Declaration, Declared, Item, Purpose, Source};
use crate::id::{BrandId, LeadId, PageId};
use crate::personal::Personal;
use crate::time::Timestamp;
use minicbor::{Decode, Encode};

/// What the gate reads of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    pub id: LeadId,
    pub brand: BrandId,
    pub page: PageId,
    pub created_at: Timestamp,
    /// The newest event that opened the 24-hour window.
    pub last_inbound_at: Option<Timestamp>,
    pub consents: Consents,
    /// Set when Meta said the person is unavailable; cleared by their next message.
    pub unavailable_at: Option<Timestamp>,
    /// Another app (or the page's inbox) owns the thread since then.
    pub thread_elsewhere_at: Option<Timestamp>,
    /// Newest time the opt-in question was put.
    pub asked_at: Option<Timestamp>,
    /// Erasure has begun: nothing more is written to or about this person.
    pub fenced_at: Option<Timestamp>,
    /// The lead asked that their data be kept and not used (GDPR article 18), since then.
    pub restricted_at: Option<Timestamp>,
    /// Came back from an archive then: not written to before a new opt-in. Cleared by what they do next.
    pub dormant_at: Option<Timestamp>,
}

/// Who the lead is: sealed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct LeadProfile {
    /// The page-scoped id by which Meta knows the person.
    #[n(0)]
    pub psid: Personal<String>,
    /// What the lead told the bot to be called.
    #[n(1)]
    pub given_name: Option<Personal<String>>,
    /// The language the lead writes, `en` or `ar`.
    #[n(2)]
    pub language: Option<Personal<String>>,
    /// A question that asks for data, put and not answered yet.
    #[n(3)]
    pub pending: Option<PendingQuestion>,
    /// Whether the given name may be shown to the account. Absent is no: a name that is there may have
    /// been given for messages only (claim D2).
    #[n(4)]
    pub name_for_show: Option<bool>,
}

impl LeadProfile {
    /// Takes a name to address the lead by, and whether the account may see it.
    pub fn set_name(&mut self, name: Personal<String>, for_show: bool) {
        self.given_name = Some(name);
        self.name_for_show = Some(for_show);
    }

    pub fn forget_name(&mut self) {
        self.given_name = None;
        self.name_for_show = None;
    }

    /// The given name for the eyes of the account.
    pub fn shown_name(&self) -> Option<&Personal<String>> {
        self.given_name.as_ref().filter(|_| self.name_for_show == Some(true))
    }
}

/// Which question waits for an answer, since when (microseconds).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct PendingQuestion {
    #[n(0)]
    pub question: Personal<String>,
    #[n(1)]
    pub asked_at: i64,
}

impl Declared for LeadProfile {
    const DECLARATION: Declaration = Declaration {
        place: "lead.sealed",
        items: &[
            Item::lead_sealed(
                "psid",
                "page-scoped id at Meta",
                "addressing answers and messages",
                Basis::Contract,
            )
            .is(Category::MessengerId)
            .shared_with(&["meta"]),
            Item::lead_sealed(
                "given_name",
                "name the lead gave",
                "addressing the lead by name",
                Basis::Consent,
            )
            .is(Category::Name)
            .serves(&[Purpose::CallByName])
            .from(Source::Given)
            .shared_with(&["meta"]),
            Item::lead_sealed(
                "language",
                "language the lead writes",
                "answering in that language",
                Basis::Contract,
            )
            .is(Category::Language),
            Item::lead_sealed(
                "pending",
                "question that waits for an answer",
                "taking what is written next for the answer",
                Basis::Contract,
            )
            .is(Category::OwnWords),
            Item::lead_sealed(
                "name_for_show",
                "whether you permit the page's owner to see that name",
                "showing it to nobody otherwise",
                Basis::Consent,
            )
            .is(Category::Permission)
            .serves(&[Purpose::CallByName])
            .from(Source::Given),
        ],
    };
}
