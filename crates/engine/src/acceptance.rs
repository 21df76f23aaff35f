//! What somebody accepted, as evidence: a record of the very text, committed to in the log and sealed under the
//! account's key (claims A2, F7).
//!
//! Invariant: an acceptance stands in one commit with its leaf; once the account's key is gone, the leaf is noise.

use crate::brands::BrandContext;
use crate::evidence::{Kept, controller, rfc3339};
use crate::views::documents::Shown;
use crate::views::own::opened;
use crate::{Engine, EngineError};
use model::id::{AccountId, BrandId, ErasureId};
use serde_json::json;
use store::tables::acceptance::{self, NewAcceptance};
use store::tables::ledger::{self, PendingLeaf};
use store::{StoreError, Tx};
use vault::Key;

/// Name and version of the record's format.
const FORMAT: &str = "entente-acceptance/1";
const TABLE: &str = "acceptance";

/// Acceptances that are to be written down with an act.
#[derive(Clone)]
pub(crate) struct Accepted {
    account: AccountId,
    rows: Vec<(NewAcceptance, PendingLeaf)>,
}

impl Accepted {
    /// Part of the act's transaction. What was accepted before stays as it is.
    pub(crate) fn insert(&self, tx: &Tx<'_>, brand: BrandId) -> Result<(), StoreError> {
        for (row, leaf) in &self.rows {
            if acceptance::insert(tx.brand(brand), self.account, row)? {
                ledger::insert_pending(tx, std::slice::from_ref(leaf))?;
            }
        }
        Ok(())
    }
}

/// The place of an acceptance: its row has no id, but its commitment is its own.
fn place(ctx: &BrandContext, account: AccountId, commitment: &[u8; 32]) -> vault::Place {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = *commitment;
    ctx.person_place(account.0, TABLE, [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}

/// Somebody accepts these, each as it was shown to them in a language.
pub(crate) fn accept(
    engine: &Engine,
    ctx: &BrandContext,
    (account, key): (AccountId, &Key),
    shown: &[(Shown, String)],
) -> Result<Accepted, EngineError> {
    let now = engine.clock.now();
    let row = |(shown, language): &(Shown, String)| {
        let record = json!({
            "format": FORMAT,
            "event": "acceptance",
            "document": shown.kind,
            "version": shown.version,
            "hash": hex::encode(shown.hash),
            "language": language,
            "account": account.to_string(),
            "brand": ctx.brand.name,
            "controller": controller(&ctx.brand),
            "accepted_at": rfc3339(now),
        })
        .to_string();
        let (kept, commitment) = Kept::commit(engine, record);
        let sealed = key
            .seal_value(&place(ctx, account, &commitment), &kept, &*engine.entropy)
            .map_err(|_| EngineError::Sealed { place: TABLE })?;
        let leaf = PendingLeaf { id: ErasureId::new(now, &*engine.entropy).0, commitment, consent: None };
        let row = NewAcceptance {
            kind: shown.kind.clone(),
            version: shown.version,
            language: language.clone(),
            accepted_at: now,
            commitment,
            sealed,
        };
        Ok((row, leaf))
    };
    let rows: Result<Vec<_>, EngineError> = shown.iter().map(row).collect();
    Ok(Accepted { account, rows: rows? })
}

/// The proof file of what the account accepted.
///
/// # Errors
/// [`EngineError::NotFound`] for what was not accepted, or before acceptances stood in the log;
/// [`EngineError::NotYet`] until it stands under a checkpoint.
pub(crate) async fn proof(
    engine: &Engine,
    ctx: &BrandContext,
    account: AccountId,
    (kind, version): (&str, i64),
) -> Result<Vec<u8>, EngineError> {
    let missing = || EngineError::NotFound("a proof of this acceptance");
    let key = engine.vault.key(&account.0).await?.ok_or_else(missing)?;
    let (brand, wanted) = (ctx.id, kind.to_owned());
    let found = engine
        .data
        .read("acceptance", move |tx| acceptance::evidence(tx.brand(brand), account, &wanted, version))
        .await?;
    let found = found.ok_or_else(missing)?;
    let kept: Kept = opened(&key, &place(ctx, account, &found.commitment), &found.sealed)?;
    kept.proof(engine, TABLE, found.leaf_index).await
}
