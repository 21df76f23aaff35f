//! Of what was announced by mail: how many of the mails have not left, and how many never will. Counts only.

use crate::announce::by_end;
use crate::{Actor, Engine, EngineError, Role, ends};
use model::id::AnnouncementId;
use std::collections::HashMap;
use store::tables::mail;
use store::{StoreError, Tx};

/// Of the mails that were written about one announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unmailed {
    /// They are tried again.
    pub waiting: u64,
    /// Nobody took them, and they are not tried again.
    pub lost: u64,
}

impl Unmailed {
    /// Of so many for whom a mail was written, those whose mail has left.
    pub const fn told(self, written: u64) -> u64 {
        written.saturating_sub(self.waiting).saturating_sub(self.lost)
    }
}

/// Those announcements of the brand of which not every mail has left.
///
/// # Errors
/// [`EngineError::Forbidden`] for whoever is no admin.
pub async fn unmailed(
    engine: &Engine,
    actor: &Actor,
) -> Result<HashMap<AnnouncementId, Unmailed>, EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let (known, mut found) = (by_end(scope)?, HashMap::<_, Unmailed>::new());
        for (account, id) in mail::list_waiting(scope)? {
            if let Some(of) = known.get(&ends::about(&id.0, &account.0)) {
                let of = found.entry(*of).or_default();
                of.waiting = of.waiting.saturating_add(1);
            }
        }
        for (of, count) in mail::lost(scope)? {
            found.entry(of).or_default().lost = count;
        }
        Ok::<_, StoreError>(found)
    };
    Ok(engine.data.read("unmailed", read).await?)
}
