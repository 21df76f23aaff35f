//! Erasures as the erased person, or anybody they show the code to, may look them up: that it was
//! done, how far its rows are, who was told, and the receipt. No personal data is left to show.

use super::At;
use crate::{Engine, EngineError, log};
use ledger::receipt::{self, Fact, Statement};
use model::id::{BrandId, ErasureId};
use model::time::{Span, Timestamp};
use serde::Serialize;
use store::tables::erasure::{self, Erasure, ErasureKind, ErasureStep};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasureView {
    pub id: ErasureId,
    /// For the public status page.
    pub code: String,
    /// What the log says of it, in hexadecimal.
    pub tag: String,
    pub requested_at: At,
    /// `None` while it is under way.
    pub finished_at: Option<At>,
}

impl From<&Erasure> for ErasureView {
    fn from(erasure: &Erasure) -> Self {
        Self {
            id: erasure.id,
            code: erasure.code.clone(),
            tag: hex::encode(erasure.tag),
            requested_at: At(erasure.requested_at),
            finished_at: erasure.finished_at.map(At),
        }
    }
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    Lead,
    Account,
    Brand,
}

/// An erasure with all that its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusView {
    pub erasure: ErasureView,
    pub what: Erased,
    /// Since when nothing of it can be read.
    pub unreadable_at: Option<At>,
    /// Of an account or a brand: its leads are counted by now.
    pub is_counted: bool,
    /// How many leads go with it, and how many of them are gone; 0 while they are still being counted.
    pub leads: u64,
    pub removed: u64,
    /// Pages of which Meta is to be told, was told, and could not be told.
    pub to_tell: u64,
    pub told: u64,
    pub untold: u64,
    /// Since when no backup of keys can open it; `None`: not yet.
    pub backups_at: Option<At>,
    /// From when on none will, as backups are kept here.
    pub backups_until: Option<At>,
    /// What went, by count; empty while nothing has.
    pub counts: Vec<(String, u64)>,
}

fn backups_until(engine: &Engine, unreadable_at: Timestamp) -> Timestamp {
    unreadable_at.plus(Span::days(i64::from(engine.settings().backup_days)))
}

/// Counting a million leads first would keep the fence waiting: they are counted as their tags are noted.
fn is_counted(erasure: &Erasure) -> bool {
    erasure.kind == ErasureKind::Lead || matches!(erasure.step, ErasureStep::Tagged | ErasureStep::Done)
}

fn counts(erasure: &Erasure) -> Vec<(String, u64)> {
    let counts: std::collections::BTreeMap<String, u64> =
        serde_json::from_str(&erasure.counts).unwrap_or_default();
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

async fn find(engine: &Engine, brand: BrandId, code: &str) -> Result<Option<Erasure>, EngineError> {
    let code = code.to_owned();
    let found =
        engine.data.read("find_erasure", move |tx| erasure::find_by_code(tx.brand(brand), &code)).await?;
    Ok(found)
}

/// How far the erasure with this code is. For everybody.
pub async fn by_code(
    engine: &Engine,
    brand: BrandId,
    code: &str,
) -> Result<Option<ErasureView>, EngineError> {
    Ok(find(engine, brand, code).await?.as_ref().map(ErasureView::from))
}

/// The same with all that the public page shows. For everybody who has the code.
pub async fn status(engine: &Engine, brand: BrandId, code: &str) -> Result<Option<StatusView>, EngineError> {
    let Some(erasure) = find(engine, brand, code).await? else { return Ok(None) };
    Ok(Some(StatusView {
        erasure: ErasureView::from(&erasure),
        what: match erasure.kind {
            ErasureKind::Lead => Erased::Lead,
            ErasureKind::Account => Erased::Account,
            ErasureKind::Brand => Erased::Brand,
        },
        unreadable_at: erasure.unreadable_at.map(At),
        is_counted: is_counted(&erasure),
        leads: if is_counted(&erasure) { erasure.leads } else { 0 },
        removed: erasure.removed.min(erasure.leads),
        to_tell: erasure.to_tell,
        told: erasure.told,
        untold: erasure.untold,
        backups_at: erasure.backups_at.map(At),
        backups_until: erasure.unreadable_at.map(|at| At(backups_until(engine, at))),
        counts: counts(&erasure),
    }))
}

/// Which root of the keys was in force afterwards, and how surely the ones before are gone; nothing for an erasure
/// that was done before receipts said so.
fn of_the_vault(erasure: &Erasure) -> Vec<(&'static str, Fact)> {
    let Some((epoch, class)) = &erasure.root else { return Vec::new() };
    let kept = match class.as_str() {
        "K" => "K: by a key service, which destroyed the one before",
        "S" => "S: in two halves in two places, of which both were overwritten",
        "F" => "F: in a file, which was overwritten",
        _ => "-: not exchanged, for trials: older copies of the keys open what was erased",
    };
    vec![("root_epoch", Fact::Count(*epoch)), ("root_kept", Fact::Text(kept.to_owned()))]
}

/// The receipt file of an erasure. For everybody who has the code. Of a lead once it is done; of an account or a
/// brand as soon as nothing of it can be read, with the rows that are gone so far.
///
/// # Errors
/// [`EngineError::NotYet`] until the tag stands under a checkpoint.
pub async fn receipt(engine: &Engine, brand: BrandId, code: &str) -> Result<Option<Vec<u8>>, EngineError> {
    let Some(erasure) = find(engine, brand, code).await? else { return Ok(None) };
    let ready = match erasure.kind {
        ErasureKind::Lead => erasure.finished_at.is_some(),
        ErasureKind::Account | ErasureKind::Brand => erasure.step != ErasureStep::Fenced,
    };
    // Another node may have the key open still: for a minute at the longest, unless it has seen that it is gone.
    let is_everywhere = erasure.root.as_ref().is_none_or(|(epoch, _)| engine.nodes.all_have_epoch(*epoch))
        || erasure.unreadable_at.is_none_or(|at| engine.clock.now() > at.plus(vault::CACHE_LIFE));
    let Some(index) = erasure.leaf_index.filter(|_| ready && is_everywhere) else {
        return Err(EngineError::NotYet(
            "the receipt waits for the log's next checkpoint: ask again in a minute",
        ));
    };
    let logged = log::proof(engine, index).await?;
    let first = statement(engine, &erasure)?;
    let second = match erasure.backups_at.zip(erasure.backups_leaf) {
        Some((at, leaf)) => Some((past_backups(engine, &erasure, at), log::proof(engine, leaf).await?)),
        None => None,
    };
    let second = second.as_ref().map(|(statement, logged)| (statement, logged));
    receipt::build_both(&erasure.tag, (&first, &logged), second, &engine.log_key)
        .map(Some)
        .map_err(EngineError::log)
}

fn statement(engine: &Engine, erasure: &Erasure) -> Result<Statement, EngineError> {
    let erased: Statement = serde_json::from_str(&erasure.counts).map_err(EngineError::log)?;
    let time = |at: Timestamp| Fact::Text(At(at).to_string());
    let slug = engine.slug(erasure.brand)?;
    let mut statement = Statement::new()
        .with("brand", Fact::Text(slug))
        .with("erasure", Fact::Text(erasure.id.to_string()))
        .with("erased", Fact::Text(erasure.kind.code().to_owned()))
        .with("stated_at", time(engine.clock.now()))
        .with("requested_at", time(erasure.requested_at))
        .with("rows", Fact::Group(erased))
        .with("kept", Fact::Group(kept(erasure.kind)));
    if let Some(at) = erasure.unreadable_at {
        statement = statement
            .with("unreadable_at", time(at))
            .with("backups_open_it_until", time(backups_until(engine, at)));
    }
    statement = match erasure.finished_at {
        Some(at) => statement.with("erased_at", time(at)),
        None if !is_counted(erasure) => statement,
        None => statement
            .with("leads_still_being_removed", Fact::Count(erasure.leads.saturating_sub(erasure.removed))),
    };
    if erasure.kind != ErasureKind::Lead {
        let waiting = erasure.to_tell.saturating_sub(erasure.told).saturating_sub(erasure.untold);
        let meta = Statement::new()
            .with("pages_told_of", Fact::Count(erasure.told))
            .with("pages_that_could_not_be_told_of", Fact::Count(erasure.untold))
            .with("pages_still_to_be_told_of", Fact::Count(waiting));
        statement =
            statement.with("recipients", Fact::Group(Statement::new().with("meta", Fact::Group(meta))));
    }
    for (name, fact) in of_the_vault(erasure) {
        statement = statement.with(name, fact);
    }
    Ok(statement)
}

/// What stays, why, and until when.
fn kept(kind: ErasureKind) -> Statement {
    let text = |text: &str| Fact::Text(text.to_owned());
    let kept = Statement::new()
        .with(
            "log_entries",
            text("commitments and tags in the public log, which relate to nothing any more; as long as the log"),
        )
        .with("receipt", text("this receipt, without personal data; so that it can be shown"));
    match kind {
        ErasureKind::Lead => {
            kept.with("counts", text("counts per page, never per person; as long as the page"))
        }
        ErasureKind::Account => kept,
        ErasureKind::Brand => {
            kept.with("name", text("the brand's short name, so that its file does not bring it back"))
        }
    }
}

fn past_backups(engine: &Engine, erasure: &Erasure, at: Timestamp) -> Statement {
    Statement::new()
        .with("erasure", Fact::Text(erasure.id.to_string()))
        .with("unreadable_in_every_backup_since", Fact::Text(At(at).to_string()))
        .with("days_that_backups_of_keys_are_kept", Fact::Count(u64::from(engine.settings().backup_days)))
}
