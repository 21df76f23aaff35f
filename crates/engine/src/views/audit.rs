//! The audit as the brand's admin reads it, and each account's own part of it for its archive (claims A1, R4).
//!
//! Invariants: entries are looked for within the brand, the newest first; what an entry tells is sealed, so one in which an
//! id stands is found by opening them, so many at a request and no more; nothing here changes anything.

use super::{At, LIMIT, limited};
use crate::actions::plans::admin;
use crate::audit::{self, By};
use crate::brands::BrandContext;
use crate::{Actor, Engine, EngineError};
use model::id::{AccountId, AuditId};
use model::personal::Personal;
use model::time::{Span, Timestamp};
use serde_json::Value;
use std::fmt;
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
    /// Not itself.
    pub until: Option<Timestamp>,
    /// Those in which it stands.
    pub id: Option<Sought>,
}

/// Entries that are opened at a request, when an id is looked for.
pub const OPENED: u32 = 500;

/// An id, as it is shown whole: `acc_` and 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sought([u8; 36]);

impl Sought {
    /// `None` for what is no id.
    pub fn parse(text: &str) -> Option<Self> {
        let (noun, digits) = text.split_once('_')?;
        let is_id = noun.len() == 3
            && noun.bytes().all(|byte| byte.is_ascii_lowercase())
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        text.as_bytes().try_into().ok().filter(|_| is_id).map(Self)
    }

    fn is(&self, text: &str) -> bool {
        text.as_bytes() == self.0
    }

    /// Whether the entry is its, or about it, or the entry itself.
    fn stands_in(&self, entry: &AuditView) -> bool {
        self.is(&entry.id.to_string())
            || entry.account.is_some_and(|account| self.is(&account.to_string()))
            || entry.facts.iter().any(|(_, value)| self.is(value.reveal()))
    }
}

impl fmt::Display for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a request found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub entries: Vec<AuditView>,
    /// How many were opened for it.
    pub opened: u32,
    /// Behind which entry it goes on; `None`: there are no older ones.
    pub next: Option<AuditId>,
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

/// The newest first. Where an id is looked for, these may be few or none though there are older ones: `next` says so.
pub async fn find(
    engine: &Engine,
    actor: &Actor,
    filter: Filter,
    before: Option<AuditId>,
    limit: u32,
) -> Result<Found, EngineError> {
    admin(actor)?;
    let (ctx, brand, limit) = (engine.brand(actor.brand)?, actor.brand, limited(limit)?);
    let mut wanted = Wanted {
        before: before.unwrap_or(AuditId([0xff; 16])).min(made_by(filter.until)),
        since: filter.since.unwrap_or(Timestamp::ZERO),
        until: filter.until.unwrap_or(Timestamp(i64::MAX)),
        kind: filter.kind.unwrap_or_default().to_owned(),
        actor: filter.by.map_or("", By::code).to_owned(),
    };
    let most = if filter.id.is_some() { OPENED } else { limit };
    let (full, mut found) = (usize::try_from(limit).unwrap_or(usize::MAX), Found::default());
    while found.opened < most && found.entries.len() < full {
        let (some, asked) = (LIMIT.min(most - found.opened), wanted.clone());
        let read = move |tx: &store::Tx<'_>| table::list(tx.brand(brand), &asked, some);
        let rows = engine.data.read("audit", read).await?;
        let is_end = u32::try_from(rows.len()).is_ok_and(|rows| rows < some);
        found.next = None;
        for stored in rows {
            if found.entries.len() == full {
                return Ok(found);
            }
            wanted.before = stored.id;
            found.opened += 1;
            let entry = view(engine, &ctx, stored).await?;
            if filter.id.is_none_or(|id| id.stands_in(&entry)) {
                found.entries.push(entry);
            }
            found.next = Some(wanted.before);
        }
        if is_end {
            found.next = None;
            break;
        }
    }
    Ok(found)
}

/// An id that no entry of before this time has reached: ids begin with their time in milliseconds, so what is newer is not
/// walked through. A day more than asked, for an entry that was written after what it is about.
fn made_by(until: Option<Timestamp>) -> AuditId {
    let mut id = [0xff; 16];
    if let Some(until) = until {
        let millis = u64::try_from(until.plus(Span::days(1)).micros() / 1_000).unwrap_or(0);
        id.iter_mut().zip(millis.to_be_bytes().into_iter().skip(2)).for_each(|(to, from)| *to = from);
    }
    AuditId(id)
}

/// The same without where it goes on.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    filter: Filter,
    before: Option<AuditId>,
    limit: u32,
) -> Result<Vec<AuditView>, EngineError> {
    Ok(find(engine, actor, filter, before, limit).await?.entries)
}

/// One whose key is gone stays in its place: that something was done is known.
async fn view(engine: &Engine, ctx: &BrandContext, stored: StoredAudit) -> Result<AuditView, EngineError> {
    let kept = audit::open(engine, ctx, &stored).await?;
    Ok(AuditView {
        id: stored.id,
        at: At(stored.at),
        facts: kept.as_ref().map(|kept| facts(kept.record.reveal())).unwrap_or_default(),
        is_logged: stored.leaf_index.is_some() && kept.is_some(),
        is_erased: kept.is_none(),
        kind: stored.kind,
        by: stored.actor,
        account: stored.account.filter(|_| kept.is_some()),
    })
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
