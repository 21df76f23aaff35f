//! Telling recipients that somebody is erased (GDPR articles 17(2) and 19). Meta is told page by page: it delivers
//! nothing more to this app. (Its pages' tokens have no end of their own that an app could set; ours are gone
//! with the notice.)
//!
//! Invariants: nobody waits for Meta: the erasure goes on beside; a notice is tried again, ever later, and ends
//! after stated days, and the receipt says what could not be told; a page that somebody has connected anew is not
//! cut off: that a call begins is written down before it does, and where it was connected anew during the call, or whoever
//! made it died or stood still, Meta is asked to deliver again, until no call of before can be on its way.

use super::own_place;
use crate::actions::disconnect::is_final;
use crate::actions::page_check;
use crate::failpoint::Point;
use crate::{Engine, EngineError};
use model::id::ErasureId;
use model::personal::Personal;
use model::time::{Span, Timestamp};
use store::tables::erasure;
use store::tables::erasure_page::{self, DueNotice, Taken};
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

/// Tries the notices that are due, and looks at pages that were connected anew meanwhile; whether there were any.
pub(super) async fn tell_some(engine: &Engine) -> Result<bool, EngineError> {
    let now = engine.clock.now();
    let due = engine.data.read("notices_due", move |tx| erasure_page::list_due(tx, now, AT_ONCE)).await?;
    let taken = engine.data.read("pages_taken", move |tx| erasure_page::list_taken(tx, now, AT_ONCE)).await?;
    let had_any = !due.is_empty() || !taken.is_empty();
    for notice in due {
        // Those before it took their time, and another node may be at it.
        if !begin(engine, &notice).await? {
            continue;
        }
        let told = tell(engine, &notice).await?;
        let meta_id = notice.meta_id.clone();
        if !record(engine, notice, told).await? {
            deliver_again(engine, &meta_id).await?;
        }
    }
    for page in taken {
        deliver_again(engine, &page.meta_id).await?;
        looked(engine, page).await?;
    }
    Ok(had_any)
}

/// After so many tries the next one is then.
fn again_at(engine: &Engine, attempts: i64) -> Timestamp {
    let doublings = u32::try_from(attempts.clamp(0, DOUBLINGS)).unwrap_or(0);
    engine.clock.now().plus(Span(FIRST_PAUSE.0.saturating_mul(2_i64.saturating_pow(doublings))))
}

/// Writes down that Meta is told now; false: there is nothing to tell any more.
async fn begin(engine: &Engine, notice: &DueNotice) -> Result<bool, EngineError> {
    let (page, attempts) = (notice.page, notice.attempts);
    let write = move |tx: &Tx<'_>| erasure_page::begin_notice(tx, page, attempts);
    Ok(engine.data.write("notice_begun", write).await?)
}

/// The page that has this id at Meta was connected anew while Meta was told of the one before. What cannot be done now
/// is done when it is next looked at, and keeps nobody else waiting.
async fn deliver_again(engine: &Engine, meta_id: &str) -> Result<(), EngineError> {
    match page_check::keep_delivered(engine, meta_id).await {
        Err(error) if error.is_about_the_data() || matches!(error, EngineError::Meta(_)) => {
            tracing::warn!(%error, "a page that was connected anew could not be looked at: it will be again");
            Ok(())
        }
        looked => looked,
    }
}

async fn looked(engine: &Engine, page: Taken) -> Result<(), EngineError> {
    let again = Some(again_at(engine, page.attempts)).filter(|again| *again <= page.ends_at);
    let write = move |tx: &Tx<'_>| erasure_page::set_looked(tx, page.page, again);
    Ok(engine.data.write("page_looked_at", write).await?)
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

/// Writes down what came of it; false: the page was connected anew meanwhile, or another node has ended the notice.
async fn record(engine: &Engine, notice: DueNotice, told: Told) -> Result<bool, EngineError> {
    let again = again_at(engine, notice.attempts);
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
    let is_so = engine
        .data
        .write("notice_told", write)
        .await
        .map_err(|error: StoreError| EngineError::from(error))?;
    engine.settings.fail_points.pass(Point::AfterNoticeCommit);
    Ok(is_so)
}

fn ended(tx: &Tx<'_>, page: model::id::PageId, id: ErasureId, was_told: bool) -> Result<bool, StoreError> {
    let is_ended = erasure_page::end_notice(tx, page)?;
    if is_ended {
        erasure::add_told(tx, id, was_told)?;
    }
    Ok(is_ended)
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
/// cut it off any more; if that may just happen, it is looked at for as long as that would have been tried. Within the connecting
/// commit.
pub(crate) fn connected_anew(tx: &Tx<'_>, meta_id: &str, now: Timestamp) -> Result<(), EngineError> {
    check_free(tx, meta_id)?;
    for (page, erasure) in erasure_page::list_of_meta_id(tx, meta_id)? {
        if erasure_page::take_notice(tx, page, now.plus(FIRST_PAUSE))? {
            erasure::add_told(tx, erasure, false)?;
        }
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
