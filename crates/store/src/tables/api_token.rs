//! API tokens: only the hash is kept.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use crate::value::Row;
use model::datamap::{Category, Declaration, Item, Protection, Subject};
use model::id::{AccountId, BrandId, SupportGrantId, TokenId};
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "api_token",
    items: &[
        Item::own("id", "the token's id", "naming it in lists").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account", "whose rights the token has").about(Subject::Account),
        Item::own("hash", "SHA-256 of the secret", "recognising the token")
            .about(Subject::Account)
            .protected(Protection::Hash),
        Item::own("tail", "the last four characters of the secret", "knowing it again in lists")
            .is(Category::Id)
            .about(Subject::Account),
        Item::own("scopes", "what the token may do", "least privilege")
            .is(Category::State)
            .about(Subject::Account),
        Item::own("created_at", "when it was made", "order").about(Subject::Account),
        Item::own("expires_at", "when it ends", "short-lived access").about(Subject::Account),
        Item::own("revoked_at", "when it was revoked", "ending access").about(Subject::Account),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO api_token (id, brand_id, account_id, hash, tail, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    // A line about a token that was made for a helper has the token's id.
    BY_HASH = "SELECT t.id, t.brand_id, t.account_id, t.scopes, a.role, (SELECT s.grant_id FROM support_act s WHERE s.id = t.id AND s.kind = 'token') FROM api_token t JOIN account a ON a.id = t.account_id \
        WHERE t.hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)";
    LIST = "SELECT id, scopes, created_at, expires_at, tail FROM api_token WHERE brand_id = $1 AND account_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3) ORDER BY id";
    READERS = "SELECT created_at, revoked_at, expires_at, scopes FROM api_token WHERE brand_id = $1 AND account_id = $2 AND (scopes LIKE '%leads:read%' OR scopes LIKE '%broadcasts:read%') AND (revoked_at IS NULL OR revoked_at > $3) AND (expires_at IS NULL OR expires_at > $3) ORDER BY id";
    LIFE = "SELECT id, account_id, scopes, created_at, revoked_at, expires_at, tail FROM api_token WHERE id = $1 AND brand_id = $2";
    LIVES = "SELECT id, account_id, scopes, created_at, revoked_at, expires_at, tail FROM api_token WHERE account_id = $1 AND brand_id = $2 ORDER BY id";
    REVOKE_OWN = "UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND brand_id = $3 AND account_id = $4 AND revoked_at IS NULL";
    OWNER = "SELECT account_id FROM api_token WHERE id = $1 AND brand_id = $2 AND revoked_at IS NULL";
    REVOKE_UNDER = "UPDATE api_token SET revoked_at = $1 WHERE brand_id = $2 AND revoked_at IS NULL AND id IN (SELECT id FROM support_act WHERE grant_id = $3 AND brand_id = $2 AND kind = 'token')";
    REVOKE_OF = "UPDATE api_token SET revoked_at = $1 WHERE account_id = $2 AND brand_id = $3 AND revoked_at IS NULL";
}

/// A token in force.
#[derive(Debug, Clone)]
pub struct ApiToken {
    pub id: TokenId,
    pub brand: BrandId,
    pub account: AccountId,
    /// Space-separated.
    pub scopes: String,
    pub role: String,
    /// The access for support that it was made under.
    pub under: Option<SupportGrantId>,
}

pub struct NewApiToken<'a> {
    pub id: TokenId,
    pub account: AccountId,
    pub hash: [u8; 32],
    /// The last characters of the secret.
    pub tail: &'a str,
    pub scopes: &'a str,
    pub expires_at: Option<Timestamp>,
}

/// From when until when a token could read leads, or to which of them broadcasts went.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Else only broadcasts.
    pub reads_leads: bool,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

/// The account's tokens that could read leads, or to which of them broadcasts went, at some time after `since`.
pub fn readers_since(
    scope: Scope<'_>,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<Reader>, StoreError> {
    let rows = scope.tx.query(&READERS, &params![scope.brand(), account, since])?;
    rows.iter()
        .map(|row| {
            let ends = [row.opt_at(1)?, row.opt_at(2)?];
            Ok(Reader {
                reads_leads: may(row.text(3)?, "leads:read"),
                from: row.at(0)?,
                until: ends.into_iter().flatten().min(),
            })
        })
        .collect()
}

pub fn insert(scope: Scope<'_>, new: &NewApiToken<'_>, now: Timestamp) -> Result<(), StoreError> {
    let row =
        params![new.id, scope.brand(), new.account, new.hash, new.tail, new.scopes, now, new.expires_at];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// Whole installation: the hash alone says whose token it is; the caller compares the brand.
pub fn find_by_hash(tx: &Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
    tx.query_opt(&BY_HASH, &params![hash, now])?
        .map(|row| {
            Ok(ApiToken {
                id: row.id(0)?,
                brand: row.id(1)?,
                account: row.id(2)?,
                scopes: row.text(3)?.to_owned(),
                role: row.text(4)?.to_owned(),
                under: row.opt_id(5)?,
            })
        })
        .transpose()
}

/// From when until when a token is or was good, also one that was revoked.
#[derive(Debug, Clone)]
pub struct Life {
    pub id: TokenId,
    pub account: AccountId,
    /// Whether it may read leads.
    pub reads_leads: bool,
    /// Whether it may read broadcasts, and with them to which leads they went.
    pub reads_deliveries: bool,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// Space-separated.
    pub scopes: String,
    /// Empty for one of before these were kept.
    pub tail: String,
}

fn may(scopes: &str, wanted: &str) -> bool {
    scopes.split(' ').any(|scope| scope == wanted)
}

fn read_life(row: &Row) -> Result<Life, StoreError> {
    Ok(Life {
        id: row.id(0)?,
        account: row.id(1)?,
        reads_leads: may(row.text(2)?, "leads:read"),
        reads_deliveries: may(row.text(2)?, "broadcasts:read"),
        created_at: row.at(3)?,
        revoked_at: row.opt_at(4)?,
        expires_at: row.opt_at(5)?,
        scopes: row.text(2)?.to_owned(),
        tail: row.text(6)?.to_owned(),
    })
}

pub fn life(scope: Scope<'_>, id: TokenId) -> Result<Option<Life>, StoreError> {
    scope.tx.query_opt(&LIFE, &params![id, scope.brand()])?.as_ref().map(read_life).transpose()
}

/// In the order in which they were made.
pub fn lives_of_account(scope: Scope<'_>, account: AccountId) -> Result<Vec<Life>, StoreError> {
    scope.tx.query(&LIVES, &params![account, scope.brand()])?.iter().map(read_life).collect()
}

/// Whose token it is; `None` for one that was revoked.
pub fn owner(scope: Scope<'_>, id: TokenId) -> Result<Option<AccountId>, StoreError> {
    scope.tx.query_opt(&OWNER, &params![id, scope.brand()])?.map(|row| row.id(0)).transpose()
}

/// Ends all tokens that were made under an access for support.
pub fn revoke_all_under(scope: Scope<'_>, grant: SupportGrantId, now: Timestamp) -> Result<u64, StoreError> {
    scope.tx.execute(&REVOKE_UNDER, &params![now, scope.brand(), grant])
}

/// Ends all tokens of an account.
pub fn revoke_all_of_account(
    scope: Scope<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    scope.tx.execute(&REVOKE_OF, &params![now, account, scope.brand()])
}

/// A token as its account sees it in a list.
#[derive(Debug, Clone)]
pub struct ListedToken {
    pub id: TokenId,
    /// Space-separated.
    pub scopes: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Empty for one of before these were kept.
    pub tail: String,
}

/// An account's tokens that are in force, in the order in which they were made.
pub fn list_of_account(
    scope: Scope<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<ListedToken>, StoreError> {
    let rows = scope.tx.query(&LIST, &params![scope.brand(), account, now])?;
    rows.iter()
        .map(|row| {
            Ok(ListedToken {
                id: row.id(0)?,
                scopes: row.text(1)?.to_owned(),
                created_at: row.at(2)?,
                expires_at: row.opt_at(3)?,
                tail: row.text(4)?.to_owned(),
            })
        })
        .collect()
}

/// Ends a token of this account.
pub fn revoke_of_account(
    scope: Scope<'_>,
    account: AccountId,
    id: TokenId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&REVOKE_OWN, &params![now, id, scope.brand(), account])? == 1)
}
