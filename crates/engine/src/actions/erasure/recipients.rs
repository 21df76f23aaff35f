//! Telling recipients that somebody is erased (GDPR articles 17(2) and 19). Meta is told page by page: it delivers
//! nothing more to this app. (Its pages' tokens have no end of their own that an app could set; ours are gone
//! with the notice.)
//!
//! Invariants: nobody waits for Meta: the erasure goes on beside; a notice is tried again, ever later, and ends
//! after stated days, and the receipt says what could not be told; a page that somebody has connected anew is not
//! cut off.

use super::own_place;
use crate::actions::disconnect::is_final;
use crate::failpoint::Point;
use crate::{Engine, EngineError};
use model::id::ErasureId;
use model::personal::Personal;
use model::time::Span;
use store::tables::erasure;
use store::tables::erasure_page::{self, DueNotice};
use store::{StoreError, Tx};

/// Notices in one go.
const AT_ONCE: u32 = 20;
/// The pause after the first failure; it doubles each time.
const FIRST_PAUSE: Span = Span::minutes(1);
/// Doublings: the longest pause is a bit over four hours.
const DOUBLINGS: i64 = 8;

/// What came of one try.
enum Told {
    Yes,
    /// Meta answered that this token may not, so it never will.
    Never,
    Later,
}

/// Tries the notices that are due; whether there were any.
pub(super) async fn tell_some(engine: &Engine) -> Result<bool, EngineError> {
    let now = engine.clock.now();
    let due = engine.data.read("notices_due", move |tx| erasure_page::list_due(tx, now, AT_ONCE)).await?;
    let had_any = !due.is_empty();
    for notice in due {
        let told = tell(engine, &notice).await?;
        record(engine, notice, told).await?;
    }
    Ok(had_any)
}

async fn tell(engine: &Engine, notice: &DueNotice) -> Result<Told, EngineError> {
    let Some(key) = engine.vault.key(&notice.erasure.0).await? else { return Ok(Told::Never) };
    let place = vault::Place {
        brand: notice.brand,
        person: notice.erasure.0,
        table: "erasure_page",
        row: notice.page.0,
    };
    let Ok(token) = key.open_value::<Personal<String>>(&place, &notice.sealed) else {
        return Ok(Told::Never);
    };
    engine.settings.fail_points.pass(Point::BeforeNotice);
    let answer = engine.graph.unsubscribe(&notice.meta_id, &token).await;
    engine.settings.fail_points.pass(Point::AfterNotice);
    Ok(match answer {
        Ok(()) => Told::Yes,
        Err(error) if is_final(&error) => Told::Never,
        Err(error) => {
            tracing::warn!(%error, erasure = %notice.erasure, "Meta could not be told of an erasure yet");
            Told::Later
        }
    })
}

async fn record(engine: &Engine, notice: DueNotice, told: Told) -> Result<(), EngineError> {
    let doublings = u32::try_from(notice.attempts.clamp(0, DOUBLINGS)).unwrap_or(0);
    let again = engine.clock.now().plus(Span(FIRST_PAUSE.0.saturating_mul(2_i64.saturating_pow(doublings))));
    let told = match told {
        Told::Later if again > notice.ends_at => Told::Never,
        told => told,
    };
    let (page, erasure) = (notice.page, notice.erasure);
    let write = move |tx: &Tx<'_>| match told {
        Told::Later => erasure_page::set_later(tx, page, again),
        Told::Yes => ended(tx, page, erasure, true),
        Told::Never => ended(tx, page, erasure, false),
    };
    engine.data.write("notice_told", write).await.map_err(|error: StoreError| EngineError::from(error))?;
    engine.settings.fail_points.pass(Point::AfterNoticeCommit);
    Ok(())
}

fn ended(tx: &Tx<'_>, page: model::id::PageId, id: ErasureId, was_told: bool) -> Result<(), StoreError> {
    if erasure_page::end_notice(tx, page)? {
        erasure::add_told(tx, id, was_told)?;
    }
    Ok(())
}

/// # Errors
/// [`EngineError::BeingRemoved`] while leads that an erased account had of this page are still being removed.
pub(crate) fn check_free(tx: &Tx<'_>, meta_id: &str) -> Result<(), EngineError> {
    if erasure_page::is_being_erased(tx, meta_id)? {
        return Err(EngineError::BeingRemoved);
    }
    Ok(())
}

/// A page is being connected anew: whoever does it may, once the former leads are gone, and Meta is not told to
/// cut it off any more. Within the connecting commit.
pub(crate) fn connected_anew(tx: &Tx<'_>, meta_id: &str) -> Result<(), EngineError> {
    check_free(tx, meta_id)?;
    for (page, erasure) in erasure_page::list_of_meta_id(tx, meta_id)? {
        ended(tx, page, erasure, false)?;
    }
    Ok(())
}

/// Ends the keys of erasures of which nothing waits any more.
pub(super) async fn close_some(engine: &Engine) -> Result<(), EngineError> {
    let now = engine.clock.now();
    for open in engine.data.read("unclosed_erasures", erasure::list_unclosed).await? {
        let id = open.id;
        let waits = engine.data.read("waits_of_erasure", move |tx| {
            Ok::<_, StoreError>(
                erasure_page::count(tx, id)? > 0 || store::tables::removal::count_mails(tx, id)? > 0,
            )
        });
        if waits.await? {
            continue;
        }
        engine.vault.destroy(&[own_place(&open, "erasure", id.0).person]).await?;
        engine.data.write("close_erasure", move |tx| erasure::close(tx, id, now)).await?;
        super::whole::empty_log(engine, id).await;
        engine.settings.fail_points.pass(Point::AfterErasureClosed);
    }
    Ok(())
}
