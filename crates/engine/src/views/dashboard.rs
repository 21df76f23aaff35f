//! What an account's owner has to know first: what stands still and why, and the figures.
//!
//! Invariant: counts and states only; nobody is named and no lead's envelope is opened.

use super::broadcasts::{BroadcastView, newest};
use super::days::{self, Day};
use super::pages::{PageView, view};
use crate::{Actor, Engine, EngineError, TokenScope};
use model::gate::WINDOW;
use model::id::PageId;
use model::plan::SubscriptionState;
use model::time::{Span, Timestamp};
use store::Tx;
use store::tables;

/// A window that closes within this time is worth a word.
pub const CLOSING: Span = Span::hours(3);
/// Pages and broadcasts looked at.
const LOOKED_AT: u32 = 200;
const SHOWN: u32 = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardView {
    pub pages: Vec<PageView>,
    /// The newest broadcasts, newest first.
    pub broadcasts: Vec<BroadcastView>,
    pub leads: u64,
    /// With a Yes to promotions that is in force.
    pub confirmed: u64,
    /// Whose 24-hour window is open, and who may get something in it.
    pub windows_open: u64,
    /// Who said Yes and gets nothing in bulk before they write: not heard of since the return of a backup.
    pub unheard: u64,
    /// Whose window closes within [`CLOSING`].
    pub windows_closing: u64,
    /// The last days, the oldest first.
    pub days: Vec<Day>,
    /// Messages that the plan still has this month; `None` without a limit.
    pub quota_left: Option<u64>,
    /// Leads that the plan allows, if there are more.
    pub leads_limit: Option<u64>,
    pub state: SubscriptionState,
}

pub async fn get(engine: &Engine, actor: &Actor) -> Result<DashboardView, EngineError> {
    for scope in [TokenScope::PagesRead, TokenScope::LeadsRead, TokenScope::BroadcastsRead] {
        actor.may(scope)?;
    }
    let (brand, owner, now) = (actor.brand, actor.account, engine.clock.now());
    let until = now.minus(WINDOW).plus(CLOSING);
    // The gate lets nobody through who has not written since the return; its window is not counted as open.
    let heard = engine.restored_at.unwrap_or(Timestamp::ZERO);
    let since = now.minus(WINDOW).max(heard.minus(Span(1)));
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let pages = tables::page::list_of_account(scope, owner, PageId([0; 16]), LOOKED_AT)?;
        let standing = tables::lead::count_standing(scope, owner, [since, until, heard])?;
        let own = tables::subscription::get(scope, owner)?.ok_or(EngineError::NotFound("this account"))?;
        Ok::<_, EngineError>((pages, standing, own.subscription))
    };
    let (rows, standing, own) = engine.data.read("dashboard", read).await?;
    let ctx = &engine.brand(brand)?;
    let mut pages = Vec::with_capacity(rows.len());
    for stored in &rows {
        pages.push(view(engine, ctx, stored).await?);
    }
    Ok(DashboardView {
        pages,
        broadcasts: newest(engine, actor, None, SHOWN).await?,
        leads: standing.leads,
        confirmed: standing.confirmed,
        windows_open: standing.wrote_since,
        unheard: standing.unheard,
        windows_closing: standing.wrote_between,
        days: days::last(engine, actor).await?,
        quota_left: own.messages_left(now),
        leads_limit: own.limits.leads.filter(|limit| standing.leads > *limit),
        state: own.standing(),
    })
}
