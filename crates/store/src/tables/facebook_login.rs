//! By whose Facebook login a page was connected: Facebook names people by that id when they remove the app or
//! want erased what the login gave.

use super::Scope;
use super::lookup::{GENERATION, Macs};
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, PageId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "facebook_login",
    items: &[
        login("page_id", "the page", "which page the login gave"),
        login("brand_id", "the brand", "keeping brands apart"),
        login("account_id", "the account", "whose page it is"),
        login(
            "mac",
            "keyed hash of Facebook's id of whoever connected the page",
            "finding it when Facebook asks",
        )
        .protected(Protection::KeyedHash),
        GENERATION.about(Subject::Account),
        login("connected_at", "when the page was connected by it", "order"),
        login(
            "sealed",
            "Facebook's id of whoever connected the page, for this app only",
            "erasing what that login gave when Facebook asks",
        )
        .protected(Protection::SealedPerson)
        .shared_with(&["meta"]),
    ],
};

const fn login(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose)
        .about(Subject::Account)
        .basis(Basis::LegalObligation)
        .kept(Retention::UntilErasure)
}

crate::statements! {
    SET = "INSERT INTO facebook_login (page_id, brand_id, account_id, mac, connected_at, sealed, generation) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (page_id) DO UPDATE SET mac = excluded.mac, generation = excluded.generation, connected_at = excluded.connected_at, sealed = excluded.sealed";
    BY_MAC = "SELECT page_id FROM facebook_login WHERE mac = $1 AND brand_id = $2 AND connected_at <= $3 ORDER BY page_id";
    DELETE = "DELETE FROM facebook_login WHERE page_id = $1 AND brand_id = $2 AND mac = $3";
    DELETE_ACCOUNT = "DELETE FROM facebook_login WHERE account_id = $1 AND brand_id = $2";
}

#[derive(Debug, Clone)]
pub struct NewLogin {
    pub page: PageId,
    pub account: AccountId,
    pub macs: Macs,
    pub sealed: Vec<u8>,
}

/// The newest login of a page stands.
pub fn set(scope: Scope<'_>, new: &NewLogin, now: Timestamp) -> Result<(), StoreError> {
    let (mac, generation) = (new.macs.in_force, new.macs.generation);
    let row = params![new.page, scope.brand(), new.account, mac, now, &new.sealed, generation];
    scope.tx.execute(&SET, &row).map(drop)
}

/// The pages that this login gave until then.
pub fn pages_of(scope: Scope<'_>, macs: &Macs, until: Timestamp) -> Result<Vec<PageId>, StoreError> {
    let mut pages = Vec::new();
    for mac in macs.iter() {
        for row in scope.tx.query(&BY_MAC, &params![mac, scope.brand(), until])? {
            pages.push(row.id(0)?);
        }
    }
    Ok(pages)
}

pub fn delete(scope: Scope<'_>, page: PageId, macs: &Macs) -> Result<u64, StoreError> {
    let mut sum = 0_u64;
    for mac in macs.iter() {
        sum = sum.saturating_add(scope.tx.execute(&DELETE, &params![page, scope.brand(), mac])?);
    }
    Ok(sum)
}

pub fn delete_of_account(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_ACCOUNT, &params![account, scope.brand()])
}
