//! What leads answered to questions that asked for data, sealed under their own keys together with the
//! purpose that was shown and the permissions they gave.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::value::Row;
use model::datamap::{Basis, Declaration, Item};
use model::id::{AnswerId, LeadId, PageId};
use model::time::Timestamp;

const ID: &str = "an id without content";

pub const DECLARATION: Declaration = Declaration {
    place: "answer",
    items: &[
        Item::lead_plain("id", "the answer's id", "telling answers apart", "a random id")
            .basis(Basis::Consent),
        Item::lead_plain("brand_id", "the brand", "keeping brands apart", ID).basis(Basis::Consent),
        Item::lead_plain("page_id", "the page that asked", "whose question it was", ID).basis(Basis::Consent),
        Item::lead_plain("lead_id", "the lead", "whose answer it is", ID).basis(Basis::Consent),
        Item::lead_plain("answered_at", "when it was answered", "order", "a time without content")
            .basis(Basis::Consent),
        Item::lead_sealed(
            "sealed",
            "the question, its purpose as it was shown, the answer, and what may be done with it",
            "the purpose that the lead was told with the question",
            Basis::Consent,
        ),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO answer (id, brand_id, page_id, lead_id, answered_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)";
    OF_LEAD = "SELECT id, page_id, lead_id, answered_at, sealed FROM answer WHERE lead_id = $1 AND brand_id = $2 ORDER BY id";
    GET = "SELECT id, page_id, lead_id, answered_at, sealed FROM answer WHERE id = $1 AND brand_id = $2";
    SET_SEALED = "UPDATE answer SET sealed = $1 WHERE id = $2 AND brand_id = $3 AND sealed = $4";
    DELETE_LEAD = "DELETE FROM answer WHERE lead_id = $1 AND brand_id = $2";
}

/// One answer and its envelope.
#[derive(Debug, Clone)]
pub struct StoredAnswer {
    pub id: AnswerId,
    pub page: PageId,
    pub lead: LeadId,
    pub answered_at: Timestamp,
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<StoredAnswer, StoreError> {
    Ok(StoredAnswer {
        id: row.id(0)?,
        page: row.id(1)?,
        lead: row.id(2)?,
        answered_at: row.at(3)?,
        sealed: row.bytes(4)?.to_vec(),
    })
}

pub fn insert_many(scope: Scope<'_>, answers: &[StoredAnswer]) -> Result<(), StoreError> {
    let rows: Vec<_> = answers
        .iter()
        .map(|new| params![new.id, scope.brand(), new.page, new.lead, new.answered_at, &new.sealed])
        .collect();
    scope.tx.execute_many(&INSERT, &rows).map(drop)
}

pub fn get(scope: Scope<'_>, id: AnswerId) -> Result<Option<StoredAnswer>, StoreError> {
    scope.tx.query_opt(&GET, &params![id, scope.brand()])?.as_ref().map(read).transpose()
}

/// In the order in which they were given.
pub fn list_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<Vec<StoredAnswer>, StoreError> {
    scope.tx.query(&OF_LEAD, &params![lead, scope.brand()])?.iter().map(read).collect()
}

/// Compare and set on the envelope: `false` when somebody was quicker.
pub fn set_sealed(scope: Scope<'_>, id: AnswerId, from: &[u8], to: &[u8]) -> Result<bool, StoreError> {
    Ok(scope.tx.execute(&SET_SEALED, &params![to, id, scope.brand(), from])? == 1)
}

pub fn delete_of_lead(scope: Scope<'_>, lead: LeadId) -> Result<u64, StoreError> {
    scope.tx.execute(&DELETE_LEAD, &params![lead, scope.brand()])
}
