//! Which version of which document an account was shown and accepted, and when.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use model::datamap::{Basis, Category, Declaration, Item, Subject};
use model::id::AccountId;
use model::time::Timestamp;

pub const DECLARATION: Declaration = Declaration {
    place: "acceptance",
    items: &[
        Item::own("account_id", "the account", "who accepted").about(Subject::Account),
        Item::own("kind", "which document", "what was accepted").is(Category::State).about(Subject::Account),
        Item::own("version", "its version", "what was accepted").is(Category::Count).about(Subject::Account),
        Item::own("brand_id", "the brand", "keeping brands apart").about(Subject::Account),
        Item::own("language", "the language it was shown in", "what was accepted")
            .is(Category::Language)
            .about(Subject::Account),
        Item::own("accepted_at", "when", "proving it").about(Subject::Account).basis(Basis::LegalObligation),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO acceptance (account_id, kind, version, brand_id, language, accepted_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, kind, version) DO NOTHING";
    LIST = "SELECT kind, version, language, accepted_at FROM acceptance WHERE account_id = $1 AND brand_id = $2 ORDER BY kind, version";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub kind: String,
    pub version: i64,
    pub language: String,
    pub accepted_at: Timestamp,
}

pub fn insert_many(scope: Scope<'_>, account: AccountId, new: &[Acceptance]) -> Result<u64, StoreError> {
    let rows: Vec<_> = new
        .iter()
        .map(|a| params![account, &a.kind, a.version, scope.brand(), &a.language, a.accepted_at])
        .collect();
    scope.tx.execute_many(&INSERT, &rows)
}

pub fn list(scope: Scope<'_>, account: AccountId) -> Result<Vec<Acceptance>, StoreError> {
    let rows = scope.tx.query(&LIST, &params![account, scope.brand()])?;
    rows.iter()
        .map(|row| {
            Ok(Acceptance {
                kind: row.text(0)?.to_owned(),
                version: row.int(1)?,
                language: row.text(2)?.to_owned(),
                accepted_at: row.at(3)?,
            })
        })
        .collect()
}
