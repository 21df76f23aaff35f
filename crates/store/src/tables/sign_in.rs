//! The history of sign-ins and of the admin's looks at whose account it is, for the person's own eyes: kept for
//! 30 days, sealed under the account's key.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, SignInId};
use model::time::Timestamp;

const KEPT: Retention = Retention::Days(30);

pub const DECLARATION: Declaration = Declaration {
    place: "sign_in",
    items: &[
        Item::own("id", "the entry's id", "order").about(Subject::Account).kept(KEPT),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account).kept(KEPT),
        Item::own("account_id", "the account", "whose it is").about(Subject::Account).kept(KEPT),
        Item::own(
            "at",
            "when somebody signed in or tried to, or the admin looked at whose it is",
            "security",
        )
        .about(Subject::Account)
        .kept(KEPT),
        Item::own("outcome", "signed in, wrong password, looked at by the admin, …", "security")
            .is(Category::State)
            .about(Subject::Account)
            .kept(KEPT),
        Item::own("sealed", "IP address and browser", "recognising a new place; showing it to the person")
            .about(Subject::Account)
            .basis(Basis::LegitimateInterest)
            .kept(KEPT)
            .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO sign_in (id, brand_id, account_id, at, outcome, sealed) VALUES ($1, $2, $3, $4, $5, $6)";
    LIST = "SELECT id, at, outcome, sealed FROM sign_in WHERE account_id = $1 AND brand_id = $2 AND (outcome = 'admin_read' OR id IN (SELECT id FROM sign_in WHERE account_id = $1 AND brand_id = $2 AND outcome <> 'admin_read' ORDER BY at DESC, id DESC LIMIT $3)) ORDER BY at DESC, id DESC";
    SIGNED_IN = "SELECT id, at, outcome, sealed FROM sign_in WHERE account_id = $1 AND brand_id = $2 AND outcome = 'signed_in' ORDER BY at DESC, id DESC LIMIT $3";
}

#[derive(Debug, Clone)]
pub struct StoredSignIn {
    pub id: SignInId,
    pub at: Timestamp,
    pub outcome: String,
    pub sealed: Vec<u8>,
}

pub fn insert(scope: Scope<'_>, account: AccountId, new: &StoredSignIn) -> Result<(), StoreError> {
    let row = params![new.id, scope.brand(), account, new.at, &new.outcome, &new.sealed];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// The newest first: so many sign-ins, and every look by the admin, which nobody pushes out of sight by signing in
/// wrongly.
pub fn list(scope: Scope<'_>, account: AccountId, limit: u32) -> Result<Vec<StoredSignIn>, StoreError> {
    scope.tx.query(&LIST, &params![account, scope.brand(), limit])?.iter().map(read).collect()
}

/// Those that went well, the newest first.
pub fn signed_in(scope: Scope<'_>, account: AccountId, limit: u32) -> Result<Vec<StoredSignIn>, StoreError> {
    scope.tx.query(&SIGNED_IN, &params![account, scope.brand(), limit])?.iter().map(read).collect()
}

fn read(row: &crate::value::Row) -> Result<StoredSignIn, StoreError> {
    Ok(StoredSignIn {
        id: row.id(0)?,
        at: row.at(1)?,
        outcome: row.text(2)?.to_owned(),
        sealed: row.bytes(3)?.to_vec(),
    })
}
