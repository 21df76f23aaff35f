//! The second receipt: from when on no backup of keys can open what was erased.
//!
//! Invariant: it is said once, in the commit that also notes its leaf for the log, and never before the condition
//! holds.

use crate::look_ups::may_look_ups_tell;
use crate::{Engine, EngineError};
use model::id::ErasureId;
use model::time::{Span, Timestamp};
use store::tables::erasure::{self, Erasure};
use store::tables::ledger::{self, PendingLeaf};
use store::{StoreError, Tx};
use vault::Strength;

/// Days for which copies of the key store are kept, unless the configuration says otherwise.
pub const BACKUP_DAYS: u16 = 7;
/// Marked in one go.
const SOME: u32 = 100;

/// Whether a copy of the keys that may still exist could open what this erasure made unreadable: so long as copies
/// from before it are kept, or one is known that was not destroyed, or the look-up key of then is in force; for ever
/// where the root stays the same. The one place where that is decided.
fn may_backups_open(engine: &Engine, erasure: &Erasure, oldest: Option<Timestamp>, now: Timestamp) -> bool {
    let is_fixed = erasure.root.as_ref().is_none_or(|(_, class)| class == Strength::Fixed.letter());
    is_fixed
        || erasure
            .unreadable_at
            .is_none_or(|at| at.plus(kept(engine)) > now || oldest.is_some_and(|made| made <= at))
        || may_look_ups_tell(engine, erasure)
}

fn kept(engine: &Engine) -> Span {
    Span::days(i64::from(engine.settings.backup_days))
}

/// Marks the erasures that no backup can open any more, and notes it for the log; how many they were.
pub(super) async fn mark_some(engine: &Engine) -> Result<usize, EngineError> {
    let now = engine.clock.now();
    let before = now.minus(kept(engine));
    let found = engine.data.read("in_backups", move |tx| erasure::list_in_backups(tx, before, SOME)).await?;
    let oldest = engine.vault.oldest_copy().await?;
    let over: Vec<Erasure> =
        found.into_iter().filter(|erasure| !may_backups_open(engine, erasure, oldest, now)).collect();
    if over.is_empty() {
        return Ok(0);
    }
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
