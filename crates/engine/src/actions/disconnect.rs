//! Disconnecting a page: Meta delivers nothing of it here any more, and its token is gone. Its leads, their evidence and
//! its bot stay, and are there again when it is connected anew.
//!
//! Invariants: nothing is changed here before Meta took it or said that this token may not; a page that was connected
//! anew meanwhile is looked at again, with its new token.

use crate::actions::facebook;
use crate::actions::pages::PageSecrets;
use crate::views::own;
use crate::views::pages::{PageView, view};
use crate::{Actor, Engine, EngineError, TokenScope};
use messenger::graph::GraphError;
use model::id::PageId;
use store::tables::page::StoredPage;

async fn stored(engine: &Engine, actor: &Actor, id: PageId) -> Result<StoredPage, EngineError> {
    let asking = actor.clone();
    engine.data.read("page_to_disconnect", move |tx| own::page(tx.brand(asking.brand), &asking, id)).await
}

/// What became of it.
#[derive(Debug)]
pub struct Disconnected {
    pub page: PageView,
    /// Whether Meta is known to deliver nothing of it any more. If not, what people write there may go on coming here.
    pub is_let_go: bool,
}

/// Ends a page's connection. One that is not connected stays as it is.
///
/// # Errors
/// [`EngineError::Meta`] when Meta gave no answer that counts: nothing was changed here then.
pub async fn disconnect(engine: &Engine, actor: &Actor, id: PageId) -> Result<Disconnected, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let ctx = &engine.brand(actor.brand)?;
    loop {
        let found = stored(engine, actor, id).await?;
        let secrets = PageSecrets::open(engine, ctx, &found).await?;
        if secrets.token.reveal().is_empty() {
            let is_let_go = secrets.waits_for.is_some() || secrets.is_let_go == Some(true);
            return Ok(Disconnected { page: view(engine, ctx, &found).await?, is_let_go });
        }
        let is_let_go = take_leave(engine, &found.page.meta_id, &secrets).await?;
        facebook::empty(engine, ctx, found, (is_let_go, None)).await?;
    }
}

/// Takes away at Meta what connecting set there: the events, and the menu whose taps nobody would answer. False: this
/// token may not.
async fn take_leave(engine: &Engine, meta_id: &str, secrets: &PageSecrets) -> Result<bool, EngineError> {
    match engine.graph.unsubscribe(meta_id, &secrets.token).await {
        Ok(()) => {}
        Err(error) if is_final(&error) => return Ok(false),
        Err(error) => return Err(EngineError::Meta(error.to_string())),
    }
    if let Err(error) = engine.graph.clear_profile(meta_id, &secrets.token).await {
        tracing::warn!(%error, "the greeting and menu of a page that is disconnected stay at Meta");
    }
    Ok(true)
}

/// Whether Meta says that this token may not, so that it never will.
pub(crate) const fn is_final(error: &GraphError) -> bool {
    matches!(error, GraphError::Refused { code: 3 | 10 | 100 | 190 | 200 | 230, .. })
}
