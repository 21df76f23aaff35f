//! Accounts: users and admins within a brand.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::retention::Standing;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, BrandId, PlanId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "account",
    items: &[
        Item::own("id", "the account's id", "telling accounts apart").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("role", "admin or user", "deciding what the account may do")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("created_at", "when the account was made", "order").about(Subject::Account),
        Item::own("state", "whether the address is confirmed", "deciding what the account may do")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("sealed", "name, e-mail address and language", "running the account")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::SealedPerson),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO account (id, brand_id, role, created_at, state, sealed) VALUES ($1, $2, $3, $4, $5, $6)";
    GET = "SELECT role, state, created_at, sealed FROM account WHERE id = $1 AND brand_id = $2";
    SET_STATE = "UPDATE account SET state = $1 WHERE id = $2 AND brand_id = $3 AND state = $4";
    SET_SEALED = "UPDATE account SET sealed = $1 WHERE id = $2 AND brand_id = $3 AND sealed = $4";
    ADMINS = "SELECT count(*) FROM account a JOIN credential c ON c.account_id = a.id WHERE a.brand_id = $1 AND a.role = 'admin'";
    UNCONFIRMED_STANDING = "SELECT count(*), min(created_at), count(CASE WHEN created_at <= $1 THEN 1 END) FROM account WHERE state = 'unconfirmed' AND role = 'user'";
    UNCONFIRMED_OF = "SELECT count(*), min(created_at), count(CASE WHEN created_at <= $1 THEN 1 END) FROM account WHERE state = 'unconfirmed' AND role = 'user' AND brand_id = $2";
    UNCONFIRMED = "SELECT id, brand_id FROM account WHERE state = 'unconfirmed' AND role = 'user' AND created_at <= $1 ORDER BY created_at, id LIMIT $2";
    LIST = "SELECT id, role FROM account WHERE brand_id = $1 ORDER BY id";
    ANY_USER = "SELECT a.id FROM account a JOIN credential c ON c.account_id = a.id WHERE a.brand_id = $1 AND a.role = 'user' AND a.state <> 'unconfirmed' LIMIT 1";
    JOINED = "SELECT id FROM account WHERE brand_id = $1 AND role = 'user' AND created_at >= $2 LIMIT 1";
    REACHABLE = "SELECT a.id FROM account a JOIN credential c ON c.account_id = a.id WHERE a.id = $1 AND a.brand_id = $2 AND a.state = 'active'";
    COUNT_REACHABLE = "SELECT count(*) FROM account a JOIN credential c ON c.account_id = a.id WHERE a.brand_id = $1 AND a.state = 'active'";
    ROLE = "SELECT role FROM account WHERE id = $1 AND brand_id = $2";
}

/// Whether anybody but admins has a confirmed account.
pub fn has_users(scope: Scope<'_>) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&ANY_USER, &params![scope.brand()])?.is_some())
}

/// Whether anybody but admins signed up since then, confirmed or not.
pub fn has_joined_since(scope: Scope<'_>, since: Timestamp) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&JOINED, &params![scope.brand(), since])?.is_some())
}

/// Whether its address is confirmed and it has a password: then it is told of things by mail.
pub fn is_reachable(scope: Scope<'_>, id: AccountId) -> Result<bool, StoreError> {
    Ok(scope.tx.query_opt(&REACHABLE, &params![id, scope.brand()])?.is_some())
}

/// How many are told what everybody is told.
pub fn count_reachable(scope: Scope<'_>) -> Result<u64, StoreError> {
    scope.tx.query_one(&COUNT_REACHABLE, &params![scope.brand()])?.unsigned(0)
}

/// A checked account, not yet in the table.
pub struct NewAccount<'a> {
    pub id: AccountId,
    /// `admin` or `user`.
    pub role: &'a str,
    /// `None`: without limits, as the brand's admin is.
    pub plan: Option<PlanId>,
    /// `unconfirmed` or `active`.
    pub state: &'a str,
    pub sealed: Vec<u8>,
}

/// An account's row.
#[derive(Debug, Clone)]
pub struct StoredAccount {
    pub role: String,
    pub state: String,
    pub created_at: Timestamp,
    pub sealed: Vec<u8>,
}

pub fn get(scope: Scope<'_>, id: AccountId) -> Result<Option<StoredAccount>, StoreError> {
    let row = scope.tx.query_opt(&GET, &params![id, scope.brand()])?;
    row.map(|row| {
        Ok(StoredAccount {
            role: row.text(0)?.to_owned(),
            state: row.text(1)?.to_owned(),
            created_at: row.at(2)?,
            sealed: row.bytes(3)?.to_vec(),
        })
    })
    .transpose()
}

/// Compare and set.
pub fn set_state(scope: Scope<'_>, id: AccountId, from: &str, to: &str) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&SET_STATE, &params![to, id, scope.brand(), from])? == 1)
}

/// Compare and set: whoever changes one part of it writes the others as they were read.
pub fn set_sealed(scope: Scope<'_>, id: AccountId, from: &[u8], to: &[u8]) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&SET_SEALED, &params![to, id, scope.brand(), from])? == 1)
}

/// Admins of the brand who can sign in.
pub fn count_admins(scope: Scope<'_>) -> Result<u64, StoreError> {
    scope.tx.query_one(&ADMINS, &params![scope.brand()])?.unsigned(0)
}

/// With its subscription, so that no account is ever without one.
pub fn insert(scope: Scope<'_>, new: &NewAccount<'_>, now: Timestamp) -> Result<(), StoreError> {
    let row = params![new.id, scope.brand(), new.role, now, new.state, &new.sealed];
    scope.tx.execute(&INSERT, &row)?;
    super::subscription::insert(scope, new.id, new.plan, now)
}

/// How it stands with those whose address nobody confirmed, of one brand or of all; due are those made until then.
pub fn standing_unconfirmed(
    tx: &Tx<'_>,
    brand: Option<BrandId>,
    until: Timestamp,
) -> Result<Standing, StoreError> {
    let row = match brand {
        Some(brand) => tx.query_one(&UNCONFIRMED_OF, &params![until, brand])?,
        None => tx.query_one(&UNCONFIRMED_STANDING, &params![until])?,
    };
    Ok(Standing { rows: row.unsigned(0)?, oldest: row.opt_at(1)?, due: row.unsigned(2)? })
}

/// Whole installation: those made until then whose address nobody confirmed, the oldest first.
pub fn list_unconfirmed(
    tx: &Tx<'_>,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<(AccountId, BrandId)>, StoreError> {
    let rows = tx.query(&UNCONFIRMED, &params![until, limit])?;
    rows.iter().map(|row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// Ids and roles.
pub fn list(scope: Scope<'_>) -> Result<Vec<(AccountId, String)>, StoreError> {
    scope
        .tx
        .query(&LIST, &params![scope.brand()])?
        .iter()
        .map(|row| Ok((row.id(0)?, row.text(1)?.to_owned())))
        .collect()
}

/// The account's role; `None` when there is no such account in this brand.
pub fn role(scope: Scope<'_>, id: AccountId) -> Result<Option<String>, StoreError> {
    let row = scope.tx.query_opt(&ROLE, &params![id, scope.brand()])?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}
