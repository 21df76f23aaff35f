//! The audit as the brand's admin reads it, and each account's own part of it for its archive (claims A1, R4).
//!
//! Invariant: entries are looked for within the brand, the newest first; nothing here changes anything.

use super::{At, limited};
use crate::actions::plans::admin;
use crate::audit::{self, By};
use crate::{Actor, Engine, EngineError};
use model::id::{AccountId, AuditId};
use model::personal::Personal;
use model::time::Timestamp;
use serde_json::Value;
use store::tables::audit::{self as table, StoredAudit, Wanted};

pub use crate::audit::{FACTS, KINDS};
pub use store::tables::audit::DAYS;

/// Which entries. None: all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of [`KINDS`].
    pub kind: Option<&'static str>,
    pub by: Option<By>,
    pub since: Option<Timestamp>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct AuditView {
    pub id: AuditId,
    pub at: At,
    pub kind: String,
    pub by: String,
    pub account: Option<AccountId>,
    /// What it tells beside its kind: ids, codes and counts, and the reason for a file.
    pub facts: Vec<(String, Personal<String>)>,
    /// Whether it stands under a checkpoint, so that its file can be had.
    pub is_logged: bool,
    /// Whose it was is being erased: what it told cannot be read any more, by anybody.
    pub is_erased: bool,
}

fn facts(record: &str) -> Vec<(String, Personal<String>)> {
    let record: Value = serde_json::from_str(record).unwrap_or_default();
    let told = record.get("facts").and_then(Value::as_object).cloned().unwrap_or_default();
    let told = told.into_iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
    told.map(|(name, value)| match value {
        Value::String(text) => (name, Personal::new(text)),
        other => (name, Personal::new(other.to_string())),
    })
    .collect()
}

/// The newest first.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    filter: Filter,
    before: Option<AuditId>,
    limit: u32,
) -> Result<Vec<AuditView>, EngineError> {
    admin(actor)?;
    let (ctx, brand, limit) = (engine.brand(actor.brand)?, actor.brand, limited(limit)?);
    let wanted = Wanted {
        before: before.unwrap_or(AuditId([0xff; 16])),
        since: filter.since.unwrap_or(Timestamp::ZERO),
        kind: filter.kind.unwrap_or_default().to_owned(),
        actor: filter.by.map_or("", By::code).to_owned(),
    };
    let rows = engine.data.read("audit", move |tx| table::list(tx.brand(brand), &wanted, limit)).await?;
    let mut views = Vec::with_capacity(rows.len());
    for stored in rows {
        // It keeps its place in the list: whoever reads on goes by how many there are.
        let kept = audit::open(engine, &ctx, &stored).await?;
        views.push(AuditView {
            id: stored.id,
            at: At(stored.at),
            facts: kept.as_ref().map(|kept| facts(kept.record.reveal())).unwrap_or_default(),
            is_logged: stored.leaf_index.is_some() && kept.is_some(),
            is_erased: kept.is_none(),
            kind: stored.kind,
            by: stored.actor,
            account: stored.account.filter(|_| kept.is_some()),
        });
    }
    Ok(views)
}

/// The file that proves an entry.
///
/// # Errors
/// [`EngineError::NotYet`] until it stands under a checkpoint.
pub async fn proof(engine: &Engine, actor: &Actor, id: AuditId) -> Result<Vec<u8>, EngineError> {
    admin(actor)?;
    let (ctx, brand) = (engine.brand(actor.brand)?, actor.brand);
    let found = engine.data.read("audit_entry", move |tx| table::get(tx.brand(brand), id)).await?;
    audit::proof(engine, &ctx, &found.ok_or(EngineError::NotFound("this entry"))?).await
}

/// The actor's own entries, as the log holds them, each with what opens its leaf.
pub(crate) async fn own(engine: &Engine, actor: &Actor) -> Result<Vec<Value>, EngineError> {
    let (ctx, brand, account) = (engine.brand(actor.brand)?, actor.brand, actor.account);
    let read = move |tx: &store::Tx<'_>| table::list_of_account(tx.brand(brand), account);
    let rows: Vec<StoredAudit> = engine.data.read("own_audit", read).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for stored in rows {
        let Some(kept) = audit::open(engine, &ctx, &stored).await? else { continue };
        let record: Value = serde_json::from_str(kept.record.reveal()).unwrap_or_default();
        entries.push(serde_json::json!({
            "id": stored.id, "record": record, "key": hex::encode(&kept.key), "leaf_index": stored.leaf_index,
        }));
    }
    Ok(entries)
}
