//! Accounts whose address nobody confirmed: erased with everything else about them after a month, since nobody can
//! sign in to them and ask for it.
//!
//! Invariant: one that is confirmed at the last moment stays: the fence looks again in its own commit.

use super::account::{self, By};
use crate::{Engine, EngineError};
use model::time::Span;
use store::tables;

/// Days that an address may stay unconfirmed.
pub const UNCONFIRMED_DAYS: u16 = 30;
/// In one run of the job: the next one goes on.
const AT_ONCE: u32 = 500;

/// Erases those whose time is over; how many.
pub(crate) async fn erase(engine: &Engine) -> Result<u64, EngineError> {
    let until = engine.clock.now().minus(Span::days(i64::from(UNCONFIRMED_DAYS)));
    let found = engine
        .data
        .read("unconfirmed", move |tx| tables::account::list_unconfirmed(tx, until, AT_ONCE))
        .await?;
    let mut erased = 0;
    for (id, brand) in found {
        match account::erase(engine, brand, id, &By::Unconfirmed).await {
            Ok(_) => erased += 1,
            // Confirmed meanwhile.
            Err(EngineError::Conflict(_)) => {}
            // It holds up no other.
            Err(error) if error.is_about_the_data() => {
                tracing::warn!(%error, account = %id, "an account that was never confirmed could not be erased");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(erased)
}
