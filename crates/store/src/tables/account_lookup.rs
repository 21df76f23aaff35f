//! Finding an account by its e-mail address: a keyed hash under the brand's look-up key.

use super::Scope;
use super::lookup::{GENERATION, Macs};
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::AccountId;

pub const DECLARATION: Declaration = Declaration {
    place: "account_lookup",
    items: &[
        Item::own("mac", "keyed hash of the e-mail address", "finding the account at sign-in")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::KeyedHash),
        Item::own("account_id", "the account", "finding the account at sign-in").about(Subject::Account),
        GENERATION.about(Subject::Account),
    ],
};

crate::statements! {
    GET = "SELECT account_id FROM account_lookup WHERE mac = $1";
    INSERT = "INSERT INTO account_lookup (mac, account_id, generation) VALUES ($1, $2, $3)";
    DELETE_OF = "DELETE FROM account_lookup WHERE account_id = $1";
}

/// The same work whether it is there or not.
pub fn find(scope: Scope<'_>, macs: &Macs) -> Result<Option<AccountId>, StoreError> {
    macs.either(|mac| scope.tx.query_opt(&GET, &params![mac])?.map(|row| row.id(0)).transpose())
}

/// A conflict means that the address has an account already.
pub fn insert(scope: Scope<'_>, macs: &Macs, account: AccountId) -> Result<(), StoreError> {
    scope.tx.execute(&INSERT, &params![macs.in_force, account, macs.generation]).map(drop)
}

pub fn delete_of_account(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_OF, &params![account])
}
