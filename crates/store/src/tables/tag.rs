//! Tags: words that an account puts on its leads, sealed under the account's key; and which lead bears
//! which.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::datamap::{Basis, Declaration, Item, Protection, Retention, Subject};
use model::id::{AccountId, LeadId, TagId};
use model::time::Timestamp;

const ID: &str = "an id without content";

pub const DECLARATION: Declaration = Declaration {
    place: "tag",
    items: &[
        Item::own("id", "the tag's id", "telling tags apart").about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("account_id", "the account", "whose word it is").about(Subject::Account),
        Item::own("created_at", "when it was made", "order").about(Subject::Account),
        Item::own("sealed", "the word", "so that you can choose who gets a broadcast")
            .about(Subject::Account)
            .basis(Basis::Contract)
            .kept(Retention::UntilErasure)
            .protected(Protection::SealedPerson),
    ],
};

pub const LEAD: Declaration = Declaration {
    place: "lead_tag",
    items: &[
        Item::lead_plain("lead_id", "the lead", "choosing who gets a broadcast", ID),
        Item::lead_plain("tag_id", "the tag, whose word is sealed", "choosing who gets a broadcast", ID),
        Item::lead_plain("brand_id", "the brand", "keeping brands apart", ID),
        Item::lead_plain("tagged_at", "since when", "showing it", "a time without content"),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO tag (id, brand_id, account_id, created_at, sealed) VALUES ($1, $2, $3, $4, $5)";
    LIST = "SELECT id, account_id, created_at, sealed FROM tag WHERE brand_id = $1 AND account_id = $2 ORDER BY id";
    GET = "SELECT id, account_id, created_at, sealed FROM tag WHERE id = $1 AND brand_id = $2";
    DELETE = "DELETE FROM tag WHERE id = $1 AND brand_id = $2";
    CLEAR = "DELETE FROM lead_tag WHERE tag_id = $1 AND brand_id = $2";
    PUT = "INSERT INTO lead_tag (lead_id, tag_id, brand_id, tagged_at) VALUES ($1, $2, $3, $4) ON CONFLICT (lead_id, tag_id) DO NOTHING";
    TAKE = "DELETE FROM lead_tag WHERE lead_id = $1 AND tag_id = $2 AND brand_id = $3";
    UNDO = "DELETE FROM lead_tag WHERE tag_id = $1 AND brand_id = $2 AND tagged_at = $3 AND lead_id > $4 AND lead_id <= $5";
    BEARERS = "SELECT lead_id FROM lead_tag WHERE tag_id = $1 AND brand_id = $2 AND lead_id > $3 ORDER BY lead_id LIMIT $4";
    OF_LEAD = "SELECT tag_id FROM lead_tag WHERE lead_id = $1 AND brand_id = $2 ORDER BY tag_id";
    DELETE_LEAD = "DELETE FROM lead_tag WHERE lead_id = $1 AND brand_id = $2";
    BETWEEN = "SELECT lead_id FROM lead_tag WHERE tag_id = $1 AND brand_id = $2 AND lead_id >= $3 AND lead_id <= $4";
}

#[derive(Debug, Clone)]
pub struct StoredTag {
    pub id: TagId,
    pub account: AccountId,
    pub created_at: Timestamp,
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredTag, StoreError> {
    Ok(StoredTag {
        id: row.id(0)?,
        account: row.id(1)?,
        created_at: row.at(2)?,
        sealed: row.bytes(3)?.to_vec(),
    })
}

pub fn insert(scope: Scope<'_>, new: &StoredTag) -> Result<(), StoreError> {
    let row = params![new.id, scope.brand(), new.account, new.created_at, &new.sealed];
    scope.tx.execute(&INSERT, &row).map(drop)
}

/// All of an account; there are few.
pub fn list_of_account(scope: Scope<'_>, account: AccountId) -> Result<Vec<StoredTag>, StoreError> {
    scope.tx.query(&LIST, &params![scope.brand(), account])?.iter().map(read).collect()
}

pub fn get(scope: Scope<'_>, id: TagId) -> Result<Option<StoredTag>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

/// Deletes the tag, from its leads too.
pub fn delete(scope: Scope<'_>, id: TagId) -> Result<bool, StoreError> {
    scope.tx.execute(&CLEAR, &params![id, scope.brand()])?;
    Ok(scope.tx.execute(&DELETE, &params![id, scope.brand()])? == 1)
}

pub fn put(scope: Scope<'_>, tag: TagId, leads: &[LeadId], now: Timestamp) -> Result<u64, StoreError> {
    let rows: Vec<_> = leads.iter().map(|lead| params![lead, tag, scope.brand(), now]).collect();
    scope.tx.execute_many(&PUT, &rows)
}

pub fn take(scope: Scope<'_>, tag: TagId, leads: &[LeadId]) -> Result<u64, StoreError> {
    let rows: Vec<_> = leads.iter().map(|lead| params![lead, tag, scope.brand()]).collect();
    scope.tx.execute_many(&TAKE, &rows)
}

/// Takes the tag from those of a stretch of ids, its first left out, on whom it was put at this very time.
pub fn take_put_at(
    scope: Scope<'_>,
    tag: TagId,
    at: Timestamp,
    (after, last): (LeadId, LeadId),
) -> Result<u64, StoreError> {
    scope.tx.execute(&UNDO, &params![tag, scope.brand(), at, after, last])
}

/// The next leads that bear the tag, in the order of their ids.
pub fn list_bearers(
    scope: Scope<'_>,
    tag: TagId,
    after: LeadId,
    limit: u32,
) -> Result<Vec<LeadId>, StoreError> {
    scope
        .tx
        .query(&BEARERS, &params![tag, scope.brand(), after, limit])?
        .iter()
        .map(|row| row.id(0))
        .collect()
}

pub fn list_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<Vec<TagId>, StoreError> {
    scope.tx.query(&OF_LEAD, &params![lead, scope.brand()])?.iter().map(|row| row.id(0)).collect()
}

/// Which leads of a stretch of ids bear the tag.
pub fn list_between(
    scope: Scope<'_>,
    tag: TagId,
    (first, last): (LeadId, LeadId),
) -> Result<Vec<LeadId>, StoreError> {
    let key = params![tag, scope.brand(), first, last];
    scope.tx.query(&BETWEEN, &key)?.iter().map(|row| row.id(0)).collect()
}

pub fn delete_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_LEAD, &params![lead, scope.brand()])
}
