//! The second receipt: from when on no backup of keys can open what was erased.
//!
//! Invariant: it is said once, in the commit that also notes its leaf for the log, and never before the condition
//! holds.

use crate::look_ups::look_ups_gone_at;
use crate::{Engine, EngineError};
use model::id::{BrandId, ErasureId};
use model::time::{Span, Timestamp};
use std::collections::HashMap;
use store::tables::erasure::{self, Erasure};
use store::tables::ledger::{self, PendingLeaf};
use store::{StoreError, Tx};
use vault::Strength;

/// Days for which copies of the key store are kept, unless the configuration says otherwise.
pub const BACKUP_DAYS: u16 = 7;
/// Looked at, and marked, in one go.
const SOME: u32 = 100;

/// Whether a copy of the keys that may still exist could open what this erasure made unreadable, or tell who was
/// there: so long as copies from before it, and from before the look-up key of then was destroyed, are kept, or one
/// is known that was not destroyed; for ever where the root stays the same. The one place where that is decided.
fn may_backups_open(engine: &Engine, erasure: &Erasure, known: &Known) -> bool {
    let is_fixed = erasure.root.as_ref().is_none_or(|(_, class)| class == Strength::Fixed.letter());
    is_fixed
        || gone_at(engine, erasure, known)
            .is_none_or(|at| at.plus(kept(engine)) > known.now || known.oldest.is_some_and(|made| made <= at))
}

/// When the last of the keys was destroyed that opened it or tell of it: its own, and the one of look-ups.
fn gone_at(engine: &Engine, erasure: &Erasure, known: &Known) -> Option<Timestamp> {
    let unreadable_at = erasure.unreadable_at?;
    let look_ups = match known.brands_gone.get(&erasure.brand) {
        Some(at) => *at,
        None => look_ups_gone_at(engine, erasure.brand, unreadable_at)?,
    };
    Some(unreadable_at.max(look_ups))
}

/// What one look decides by.
struct Known {
    now: Timestamp,
    /// When the oldest copy of the keys was made that is not known to be gone.
    oldest: Option<Timestamp>,
    /// When the keys of erased brands were destroyed, and those of their look-ups with them.
    brands_gone: HashMap<BrandId, Timestamp>,
}

fn kept(engine: &Engine) -> Span {
    Span::days(i64::from(engine.settings.backup_days))
}

/// Marks the erasures that no backup can open any more, and notes it for the log; how many they were. Each time it
/// goes through all of them: one that cannot be marked holds up no other.
pub(super) async fn mark_some(engine: &Engine) -> Result<usize, EngineError> {
    let now = engine.clock.now();
    let before = now.minus(kept(engine));
    let brands_gone = engine.data.read("brands_gone", erasure::list_brands_gone).await?.into_iter().collect();
    let known = Known { now, oldest: engine.vault.oldest_copy().await?, brands_gone };
    let (mut after, mut count) = ((Timestamp(i64::MIN), ErasureId([0; 16])), 0_usize);
    loop {
        let read =
            move |tx: &Tx<'_>| erasure::list_in_backups(tx, before, Strength::Fixed.letter(), after, SOME);
        let found = engine.data.read("in_backups", read).await?;
        let Some(last) = found.last() else { return Ok(count) };
        after = (last.unreadable_at.unwrap_or(before), last.id);
        let over: Vec<Erasure> =
            found.into_iter().filter(|erasure| !may_backups_open(engine, erasure, &known)).collect();
        if !over.is_empty() {
            count = count.saturating_add(mark(engine, &over, now).await?);
        }
    }
}

async fn mark(engine: &Engine, over: &[Erasure], now: Timestamp) -> Result<usize, EngineError> {
    let marked: Vec<_> = over
        .iter()
        .enumerate()
        .map(|(order, erasure)| {
            let leaf = ErasureId::in_order(now, order, &*engine.entropy);
            (erasure.id, ::ledger::receipt::backups_tag(&erasure.tag), leaf)
        })
        .collect();
    let count = marked.len();
    let write = move |tx: &Tx<'_>| {
        for (id, tag, leaf) in &marked {
            if erasure::set_past_backups(tx, *id, tag, now)? {
                ledger::insert_pending(tx, &[PendingLeaf { id: leaf.0, commitment: *tag, consent: None }])?;
            }
        }
        Ok::<_, StoreError>(())
    };
    engine.data.write("past_backups", write).await?;
    engine.wake.log.notify_one();
    Ok(count)
}
