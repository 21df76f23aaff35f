//! Taking the audit out as a file (claim A1).
//!
//! Invariant: that it was taken, which part of it and what for, is an entry of its own, in the log before the first line
//! leaves; the file is made while it is read.

use super::exports::reason;
use super::plans::admin;
use crate::audit::{self, Act, By};
use crate::views::audit::{AuditView, Filter, find};
use crate::views::{LIMIT, csv};
use crate::{Actor, Engine, EngineError};
use model::id::AuditId;
use model::personal::Personal;
use store::tables::audit as entries;

/// The columns of the file, each of which the page names in its language.
pub const COLUMNS: [&str; 6] = ["at", "kind", "by", "account", "facts", "id"];

/// A file that is being made.
pub struct AuditFile {
    actor: Actor,
    filter: Filter,
    /// Not written yet.
    heads: Option<[String; 6]>,
    before: Option<AuditId>,
    is_done: bool,
}

/// Begins the file; what is chosen and why is in the audit when this returns.
///
/// # Errors
/// [`EngineError::Invalid`] of `why` when it does not say what the file is for.
pub async fn begin(
    engine: &Engine,
    actor: &Actor,
    filter: Filter,
    why: &str,
    heads: [String; 6],
) -> Result<AuditFile, EngineError> {
    admin(actor)?;
    let act = Act::AuditExported {
        kind: filter.kind.unwrap_or_default(),
        by: filter.by.map_or("", By::code),
        since: filter.since,
        until: filter.until,
        id: filter.id.map(|id| id.to_string()).unwrap_or_default(),
        reason: Personal::from(reason(why)?),
    };
    let brand = actor.brand;
    let entry = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    // The file ends before the entry that tells of it.
    let before = Some(entry.id);
    engine.data.write("export_audit", move |tx| entries::insert(tx.brand(brand), &entry)).await?;
    engine.wake.log.notify_one();
    Ok(AuditFile { actor: actor.clone(), filter, heads: Some(heads), before, is_done: false })
}

impl AuditFile {
    /// The next part; none when it is at its end.
    pub async fn next(&mut self, engine: &Engine) -> Result<Option<String>, EngineError> {
        if let Some(heads) = self.heads.take() {
            return Ok(Some(csv::row(heads.iter().map(String::as_str))));
        }
        if self.is_done {
            return Ok(None);
        }
        let found = find(engine, &self.actor, self.filter, self.before, LIMIT).await?;
        self.is_done = found.next.is_none();
        self.before = found.next;
        Ok(Some(found.entries.iter().map(line).collect()))
    }
}

fn line(entry: &AuditView) -> String {
    let told = entry.facts.iter().map(|(name, value)| format!("{name}: {}", value.reveal()));
    let facts: Vec<String> = told.chain(entry.is_erased.then(|| "erased".to_owned())).collect();
    let account = entry.account.map(|account| account.to_string()).unwrap_or_default();
    csv::line([
        &entry.at.to_string(),
        &entry.kind,
        &entry.by,
        &account,
        &facts.join(", "),
        &entry.id.to_string(),
    ])
}
