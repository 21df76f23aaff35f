//! The ways to a lead's own page: one-time links that the bot sent, and the short sessions that such a link opens.
//! Of each secret only the hash is kept.
//!
//! Invariants: a link is taken once; a lead has one link, the newest; a row past its time opens nothing.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{BrandId, LeadId};
use model::time::Timestamp;

const KEPT: Retention = Retention::Days(1);

pub const DECLARATION: Declaration = Declaration {
    place: "lead_link",
    items: &[
        Item::own("hash", "SHA-256 of the link's or the page's secret", "recognising it")
            .about(Subject::Lead)
            .basis(Basis::LegalObligation)
            .kept(KEPT)
            .protected(Protection::Hash),
        of_lead("brand_id", "the brand", "keeping brands apart"),
        of_lead("lead_id", "the lead", "whose page it opens"),
        of_lead("kind", "a link, or a page that is open", "what it opens").is(Category::State),
        of_lead("expires_at", "when it ends", "ending it"),
    ],
};

const fn of_lead(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::lead_plain(name, category, purpose, "an id, a state or a time without content")
        .basis(Basis::LegalObligation)
        .kept(KEPT)
}

crate::statements! {
    INSERT = "INSERT INTO lead_link (hash, brand_id, lead_id, kind, expires_at) VALUES ($1, $2, $3, $4, $5)";
    GET = "SELECT lead_id, expires_at FROM lead_link WHERE hash = $1 AND brand_id = $2 AND kind = $3 AND expires_at > $4";
    TAKE = "DELETE FROM lead_link WHERE hash = $1 AND brand_id = $2 AND kind = 'link' AND expires_at > $3 RETURNING lead_id";
    DELETE = "DELETE FROM lead_link WHERE hash = $1 AND brand_id = $2";
    DELETE_LINKS = "DELETE FROM lead_link WHERE lead_id = $1 AND brand_id = $2 AND kind = 'link'";
    DELETE_LEAD = "DELETE FROM lead_link WHERE lead_id = $1 AND brand_id = $2";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    Link,
    Session,
}

impl LinkKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Session => "session",
        }
    }
}

#[derive(Debug, Clone)]
pub struct NewLeadLink {
    pub hash: [u8; 32],
    pub brand: BrandId,
    pub lead: LeadId,
    pub kind: LinkKind,
    pub expires_at: Timestamp,
}

/// A new link ends the ones before it.
pub fn insert(tx: &Tx<'_>, new: &NewLeadLink) -> Result<(), StoreError> {
    if new.kind == LinkKind::Link {
        tx.execute(&DELETE_LINKS, &params![new.lead, new.brand])?;
    }
    tx.execute(&INSERT, &params![new.hash, new.brand, new.lead, new.kind.code(), new.expires_at]).map(drop)
}

/// Whose it is and until when. Looks and changes nothing.
pub fn get(
    scope: Scope<'_>,
    hash: &[u8; 32],
    kind: LinkKind,
    now: Timestamp,
) -> Result<Option<(LeadId, Timestamp)>, StoreError> {
    let row = scope.tx.query_opt(&GET, &params![hash, scope.brand(), kind.code(), now])?;
    row.map(|row| Ok((row.id(0)?, row.at(1)?))).transpose()
}

/// Uses a link up.
pub fn take(scope: Scope<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<LeadId>, StoreError> {
    let row = scope.tx.query_opt(&TAKE, &params![hash, scope.brand(), now])?;
    row.map(|row| row.id(0)).transpose()
}

pub fn delete(scope: Scope<'_>, hash: &[u8; 32]) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE, &params![hash, scope.brand()])
}

pub fn delete_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_LEAD, &params![lead, scope.brand()])
}
