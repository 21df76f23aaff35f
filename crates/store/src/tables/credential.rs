//! What an account proves itself by: the password's hash and the second factor, sealed under its key.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::AccountId;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "credential",
    items: &[
        Item::own("account_id", "the account", "whose it is").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("changed_at", "when it was last changed", "showing it to the person")
            .about(Subject::Account),
        Item::own("must_change", "a new password is demanded", "after \"this was not me\"")
            .is(Category::State)
            .about(Subject::Account),
        Item::own(
            "sealed",
            "password hash (Argon2id), secret of the second factor, recovery codes",
            "signing in",
        )
        .about(Subject::Account)
        .basis(Basis::Contract)
        .kept(Retention::UntilErasure)
        .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    GET = "SELECT must_change, changed_at, sealed FROM credential WHERE account_id = $1 AND brand_id = $2";
    PUT = "INSERT INTO credential (account_id, brand_id, changed_at, must_change, sealed) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (account_id) DO UPDATE SET changed_at = excluded.changed_at, must_change = excluded.must_change, sealed = excluded.sealed";
    DEMAND = "UPDATE credential SET must_change = 1 WHERE account_id = $1 AND brand_id = $2";
}

#[derive(Debug, Clone)]
pub struct StoredCredential {
    pub must_change: bool,
    pub changed_at: Timestamp,
    pub sealed: Vec<u8>,
}

pub fn get(scope: Scope<'_>, account: AccountId) -> Result<Option<StoredCredential>, StoreError> {
    let row = scope.tx.query_opt(&GET, &params![account, scope.brand()])?;
    row.map(|row| {
        Ok(StoredCredential {
            must_change: row.flag(0)?,
            changed_at: row.at(1)?,
            sealed: row.bytes(2)?.to_vec(),
        })
    })
    .transpose()
}

pub fn set(scope: Scope<'_>, account: AccountId, new: &StoredCredential) -> Result<(), StoreError> {
    let row = params![account, scope.brand(), new.changed_at, new.must_change, &new.sealed];
    scope.tx.execute(&PUT, &row).map(drop)
}

/// From now on the account can do nothing but choose a new password.
pub fn demand_change(scope: Scope<'_>, account: AccountId) -> Result<u64, StoreError> {
    scope.tx.execute(&DEMAND, &params![account, scope.brand()])
}
