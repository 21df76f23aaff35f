//! Passkeys: public keys by which an account signs in without its password.

use super::Scope;
use super::lookup::{GENERATION, Macs};
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, PasskeyId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "passkey",
    items: &[
        Item::own("id", "the passkey's id", "naming it in lists").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account", "whom it lets in").about(Subject::Account),
        Item::own("mac", "keyed hash of the passkey's own id", "finding the account at sign-in")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::KeyedHash),
        GENERATION.about(Subject::Account),
        Item::own("created_at", "when it was added", "showing it to the person").about(Subject::Account),
        Item::own("used_at", "when it was last used", "showing it to the person").about(Subject::Account),
        Item::own("counter", "how often the device says that it signed", "noticing a copied passkey")
            .is(Category::Count)
            .about(Subject::Account),
        Item::own("sealed", "its name, its own id, its public key", "signing in")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO passkey (id, brand_id, account_id, mac, created_at, counter, sealed, generation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND = "SELECT id, account_id, created_at, used_at, counter, sealed FROM passkey WHERE mac = $1 AND brand_id = $2";
    LIST = "SELECT id, account_id, created_at, used_at, counter, sealed FROM passkey WHERE account_id = $1 AND brand_id = $2 ORDER BY id";
    USED = "UPDATE passkey SET used_at = $1, counter = $2 WHERE id = $3 AND brand_id = $4 AND counter = $5";
    DELETE = "DELETE FROM passkey WHERE id = $1 AND account_id = $2 AND brand_id = $3";
    DELETE_OF = "DELETE FROM passkey WHERE account_id = $1 AND brand_id = $2";
}

#[derive(Debug, Clone)]
pub struct StoredPasskey {
    pub id: PasskeyId,
    pub account: AccountId,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub counter: i64,
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredPasskey, StoreError> {
    Ok(StoredPasskey {
        id: row.id(0)?,
        account: row.id(1)?,
        created_at: row.at(2)?,
        used_at: row.opt_at(3)?,
        counter: row.int(4)?,
        sealed: row.bytes(5)?.to_vec(),
    })
}

/// A conflict means that there is a passkey with this id of its own.
pub fn insert(scope: Scope<'_>, macs: &Macs, new: &StoredPasskey) -> Result<(), StoreError> {
    let row = params![
        new.id,
        scope.brand(),
        new.account,
        macs.in_force,
        new.created_at,
        new.counter,
        &new.sealed,
        macs.generation
    ];
    scope.tx.execute(&INSERT, &row).map(drop)
}

pub fn find(scope: Scope<'_>, macs: &Macs) -> Result<Option<StoredPasskey>, StoreError> {
    macs.either(|mac| scope.tx.query_opt(&FIND, &params![mac, scope.brand()])?.as_ref().map(read).transpose())
}

/// In the order in which they were added.
pub fn list_of_account(scope: Scope<'_>, account: AccountId) -> Result<Vec<StoredPasskey>, StoreError> {
    scope.tx.query(&LIST, &params![account, scope.brand()])?.iter().map(read).collect()
}

/// Compare and set: `false` when it was used meanwhile, or is gone.
pub fn set_used(
    scope: Scope<'_>,
    id: PasskeyId,
    (from, to): (i64, i64),
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&USED, &params![at, to, id, scope.brand(), from])? == 1)
}

/// One of the account's own.
pub fn delete(scope: Scope<'_>, account: AccountId, id: PasskeyId) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&DELETE, &params![id, account, scope.brand()])? == 1)
}

/// All of the account's own.
pub fn delete_of_account(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_OF, &params![account, scope.brand()])
}
