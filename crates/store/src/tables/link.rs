//! One-time links and challenges: set up, confirm an address, choose a new password, "this was not me"; what a
//! passkey is to sign. Of a link's secret only the hash is kept; using it deletes the row.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::AccountId;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "link",
    items: &[
        Item::own("hash", "SHA-256 of the link's secret, or of what a passkey is to sign", "recognising it")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::Days(7))
            .protected(Protection::Hash),
        Item::own("brand_id", "the brand", "keeping brands apart").kept(Retention::Days(7)),
        Item::own("account_id", "the account", "whom it concerns")
            .about(Subject::Account)
            .kept(Retention::Days(7)),
        Item::own("purpose", "what it is for", "doing just that").kept(Retention::Days(7)),
        Item::own("created_at", "when it was made", "order").kept(Retention::Days(7)),
        Item::own("expires_at", "when it ends", "ending it").kept(Retention::Days(7)),
        Item::own(
            "sealed",
            "the address that is to be confirmed, or that the mail went to",
            "changing the address and taking it back",
        )
        .about(Subject::Account)
        .basis(Basis::Contract)
        .kept(Retention::Days(7))
        .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO link (hash, brand_id, account_id, purpose, created_at, expires_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    GET = "SELECT account_id, purpose, created_at, sealed FROM link WHERE hash = $1 AND brand_id = $2 AND expires_at > $3";
    TAKE = "DELETE FROM link WHERE hash = $1 AND brand_id = $2 AND expires_at > $3 RETURNING account_id, purpose, created_at, sealed";
    DELETE_OF = "DELETE FROM link WHERE account_id = $1 AND brand_id = $2 AND purpose = $3";
    DELETE_PURPOSE = "DELETE FROM link WHERE brand_id = $1 AND purpose = $2";
}

#[derive(Debug, Clone)]
pub struct NewLink {
    pub hash: [u8; 32],
    pub account: Option<AccountId>,
    pub purpose: &'static str,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub sealed: Option<Vec<u8>>,
}

#[derive(Debug, Clone)]
pub struct StoredLink {
    pub account: Option<AccountId>,
    pub purpose: String,
    pub created_at: Timestamp,
    pub sealed: Option<Vec<u8>>,
}

fn read(row: &crate::value::Row) -> Result<StoredLink, StoreError> {
    Ok(StoredLink {
        account: row.opt_id(0)?,
        purpose: row.text(1)?.to_owned(),
        created_at: row.at(2)?,
        sealed: row.opt_bytes(3)?.map(<[u8]>::to_vec),
    })
}

pub fn insert(scope: Scope<'_>, new: &NewLink) -> Result<(), StoreError> {
    let row = params![
        new.hash,
        scope.brand(),
        new.account,
        new.purpose,
        new.created_at,
        new.expires_at,
        new.sealed.clone()
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// Looks and changes nothing.
pub fn get(scope: Scope<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<StoredLink>, StoreError> {
    scope.tx.query_opt(&GET, &params![hash, scope.brand(), now])?.as_ref().map(read).transpose()
}

/// Uses it up.
pub fn take(scope: Scope<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<StoredLink>, StoreError> {
    scope.tx.query_opt(&TAKE, &params![hash, scope.brand(), now])?.as_ref().map(read).transpose()
}

/// Ends an account's links of one purpose.
pub fn delete_of_account(scope: Scope<'_>, account: AccountId, purpose: &str) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_OF, &params![account, scope.brand(), purpose])
}

/// Ends a brand's links of one purpose.
pub fn delete_of_brand(scope: Scope<'_>, purpose: &str) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_PURPOSE, &params![scope.brand(), purpose])
}
