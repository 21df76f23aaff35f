//! Which version of which document an account was shown and accepted, and when.

use super::Scope;
use crate::error::StoreError;
use crate::params;
use crate::port::Tx;
use model::datamap::{Basis, Category, Declaration, Item, Protection, Subject};
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
        Item::own("commitment", "keyed hash of what was accepted, as the log shows it", "proving it")
            .is(Category::SecretHash)
            .about(Subject::Account)
            .basis(Basis::LegalObligation),
        Item::own("sealed", "what was accepted, as the log holds it, and what opens that", "proving it")
            .about(Subject::Account)
            .basis(Basis::LegalObligation)
            .protected(Protection::SealedPerson),
        Item::own("leaf_index", "its leaf in the ledger", "proving it")
            .is(Category::Count)
            .about(Subject::Account)
            .basis(Basis::LegalObligation),
    ],
};

crate::statements! {
    INSERT = "INSERT INTO acceptance (account_id, kind, version, brand_id, language, accepted_at, commitment, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (account_id, kind, version) DO NOTHING";
    LIST = "SELECT kind, version, language, accepted_at, leaf_index FROM acceptance WHERE account_id = $1 AND brand_id = $2 ORDER BY kind, version";
    NEWEST = "SELECT kind, max(version) FROM acceptance WHERE account_id = $1 AND brand_id = $2 GROUP BY kind";
    EVIDENCE = "SELECT commitment, sealed, leaf_index FROM acceptance WHERE account_id = $1 AND kind = $2 AND version = $3 AND brand_id = $4 AND sealed IS NOT NULL";
    DELETE = "DELETE FROM acceptance WHERE account_id = $1 AND brand_id = $2";
    SET_LEAF = "UPDATE acceptance SET leaf_index = $1 WHERE commitment = $2 AND leaf_index IS NULL";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub kind: String,
    pub version: i64,
    pub language: String,
    pub accepted_at: Timestamp,
    /// Where it stands in the log; not yet, or not for one of before acceptances stood there.
    pub leaf_index: Option<u64>,
}

/// A new one, with its evidence.
#[derive(Debug, Clone)]
pub struct NewAcceptance {
    pub kind: String,
    pub version: i64,
    pub language: String,
    pub accepted_at: Timestamp,
    pub commitment: [u8; 32],
    pub sealed: Vec<u8>,
}

/// `false`: it was accepted before, and that stays.
pub fn insert(scope: Scope<'_>, account: AccountId, new: &NewAcceptance) -> Result<bool, StoreError> {
    let row = params![
        account,
        &new.kind,
        new.version,
        scope.brand(),
        &new.language,
        new.accepted_at,
        new.commitment,
        &new.sealed
    ];
    Ok(scope.tx.execute(&INSERT, &row)? == 1)
}

/// Of an account that nobody has confirmed yet.
pub fn delete_of_account(scope: Scope<'_>, account: AccountId) -> Result<(), StoreError> {
    scope.tx.execute(&DELETE, &params![account, scope.brand()]).map(drop)
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
                leaf_index: row.opt_int(4)?.and_then(|index| u64::try_from(index).ok()),
            })
        })
        .collect()
}

/// The newest version of each document that the account has accepted.
pub fn newest(scope: Scope<'_>, account: AccountId) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = scope.tx.query(&NEWEST, &params![account, scope.brand()])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).collect()
}

/// The evidence of one.
#[derive(Debug, Clone)]
pub struct Evidence {
    pub commitment: [u8; 32],
    pub sealed: Vec<u8>,
    pub leaf_index: Option<u64>,
}

/// None for what was not accepted, or was before acceptances had evidence.
pub fn evidence(
    scope: Scope<'_>,
    account: AccountId,
    kind: &str,
    version: i64,
) -> Result<Option<Evidence>, StoreError> {
    let row = scope.tx.query_opt(&EVIDENCE, &params![account, kind, version, scope.brand()])?;
    row.map(|row| {
        Ok(Evidence {
            commitment: row.array(0)?,
            sealed: row.bytes(1)?.to_vec(),
            leaf_index: row.opt_int(2)?.and_then(|index| u64::try_from(index).ok()),
        })
    })
    .transpose()
}

/// The sequencer notes where the commitments stand.
pub fn set_leaves(tx: &Tx<'_>, leaves: &[([u8; 32], u64)]) -> Result<(), StoreError> {
    let rows: Vec<_> = leaves
        .iter()
        .map(|(commitment, index)| params![i64::try_from(*index).unwrap_or(i64::MAX), commitment])
        .collect();
    tx.execute_many(&SET_LEAF, &rows).map(drop)
}
