//! What came back from an archive with a lead: how to find them once their page is connected, and what was
//! known of them before, as history (claim F1).
//!
//! Invariants: nothing here is a basis for anything; a look-up is made only when the page was connected
//! through Facebook's dialog, so that nobody takes another's leads by naming their page; a lead comes back
//! once per page.

use super::Scope;
use super::lookup::{GENERATION, Macs};
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Declaration, Item, Protection, Subject};
use model::id::{AccountId, LeadId, PageId};

pub const DECLARATION: Declaration = Declaration {
    place: "returned",
    items: &[
        Item::lead_plain("lead_id", "the lead", "whose history it is", "an id without content"),
        Item::lead_plain("brand_id", "the brand", "keeping brands apart", "an id without content"),
        Item::lead_plain(
            "page_id",
            "the page",
            "finding the lead once it is connected",
            "an id without content",
        ),
        Item::lead_plain("mac", "keyed hash of page and PSID", "finding the lead of an event", "")
            .protected(Protection::KeyedHash),
        GENERATION.about(Subject::Lead),
        Item::lead_plain(
            "sealed",
            "earlier opt-ins, withdrawals and answers, as the archive had them",
            "showing what was agreed before; no message is sent on it",
            "",
        )
        .protected(Protection::SealedPerson)
        .basis(Basis::LegalObligation),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO returned (lead_id, brand_id, page_id, mac, sealed, generation) VALUES ($1, $2, $3, $4, $5, $6)";
    KNOWN = "SELECT lead_id FROM returned WHERE page_id = $1 AND mac = $2";
    GET = "SELECT sealed FROM returned WHERE lead_id = $1 AND brand_id = $2";
    DELETE = "DELETE FROM returned WHERE lead_id = $1 AND brand_id = $2";
    // Who wrote in the meantime is there already and stays.
    JOIN = "INSERT INTO lookup (mac, lead_id, generation) SELECT mac, lead_id, generation FROM returned WHERE page_id = $1 AND brand_id = $2 ON CONFLICT (mac) DO NOTHING";
    DELETE_ACCOUNT = "DELETE FROM returned WHERE brand_id = $1 AND page_id IN (SELECT id FROM page WHERE account_id = $2 AND brand_id = $1)";
}

#[derive(Debug, Clone)]
pub struct Returned {
    pub lead: LeadId,
    pub page: PageId,
    pub macs: Macs,
    pub sealed: Vec<u8>,
}

pub fn insert_many(scope: Scope<'_>, new: &[Returned]) -> Result<(), StoreError> {
    let row =
        |r: &Returned| params![r.lead, scope.brand(), r.page, r.macs.in_force, &r.sealed, r.macs.generation];
    let rows: Vec<_> = new.iter().map(row).collect();
    scope.tx.execute_many(&INSERT, &rows).map(drop)
}

/// The lead who came back to this page under one of these hashes.
pub fn known(scope: Scope<'_>, page: PageId, macs: &Macs) -> Result<Option<LeadId>, StoreError> {
    macs.either(|mac| scope.tx.query_opt(&KNOWN, &params![page, mac])?.map(|row| row.id(0)).transpose())
}

/// The sealed history of a lead, if they came back.
pub fn get(scope: Scope<'_>, lead: LeadId) -> Result<Option<Vec<u8>>, StoreError> {
    let row = scope.tx.query_opt(&GET, &params![lead, scope.brand()])?;
    row.map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()
}

pub fn delete_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE, &params![lead, scope.brand()])
}

/// Of all pages of an account, while its pages are there.
pub fn delete_of_account(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_ACCOUNT, &params![scope.brand(), account])
}

/// The page was connected: from now on events find those who came back. How many.
pub fn join(scope: Scope<'_>, page: PageId) -> Result<u64, StoreError> {
    scope.tx.execute(&JOIN, &params![page, scope.brand()])
}
