//! Planning: walks a broadcast's audience by cursor and writes a delivery per lead, a chunk a
//! commit. Planning a chunk twice is harmless: a delivery is unique per broadcast and lead.

use crate::brands::BrandContext;
use crate::failpoint::Point;
use crate::rest::between;
use crate::views::own;
use crate::{Engine, EngineError, audience};
use model::broadcast::{Broadcast, BroadcastState};
use model::id::{BrandId, BroadcastId, LeadId};
use model::outgoing::Filter;
use std::sync::Arc;
use store::StoreError;
use store::tables::broadcast::StoredBroadcast;
use store::tables::{broadcast, delivery};

/// Deliveries written in one commit, unless a test wants fewer.
pub const CHUNK: u32 = 4_000;
/// The same of a filtered broadcast, whose leads are read whole.
const FILTERED: u32 = 1_000;
/// A chunk that others have undone again and again is tried as a part of this.
const LESS: u32 = 8;

impl Engine {
    /// Plans every broadcast that is being sent, to its end.
    pub(crate) async fn plan_all(self: &Arc<Self>) -> Result<(), EngineError> {
        let active = self.data.read("active_broadcasts", broadcast::list_active).await?;
        for stored in active {
            let broadcast = stored.broadcast.clone();
            if broadcast.state == BroadcastState::Sending && !broadcast.is_planned {
                if broadcast.is_filtered {
                    self.plan_filtered(&stored).await?;
                } else {
                    self.plan_whole(&broadcast).await?;
                }
            }
            // The letter at the end of another one is for a node to write that has its brand's file.
            if self.brands.knows(broadcast.brand) {
                self.finish_if_done(broadcast.brand, broadcast.id).await?;
            }
            // A lane leaves a paused one alone, and whoever has it go on wakes the lanes.
            let is_paused = broadcast.state == BroadcastState::Paused;
            for page in broadcast.pages.iter().filter(|_| !is_paused) {
                self.wake_lane(*page);
            }
        }
        Ok(())
    }

    /// On a server, others who change these leads all the while undo a commit that reads thousands of them: what is
    /// shorter gets through.
    async fn plan_whole(self: &Arc<Self>, broadcast: &Broadcast) -> Result<(), EngineError> {
        let mut chunk = self.settings.plan_chunk.max(1);
        loop {
            match self.plan_chunk(broadcast, chunk).await {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(EngineError::Store(StoreError::Contended { .. })) if chunk > 1 => {
                    chunk = (chunk / LESS).max(1);
                    tracing::debug!(broadcast = %broadcast.id, "planned in smaller chunks, beside much other work");
                }
                Err(error) => return Err(error),
            }
            between().await;
        }
    }

    /// Plans the next chunk, of as many pages as it takes; whether there is more.
    async fn plan_chunk(self: &Arc<Self>, broadcast: &Broadcast, chunk: u32) -> Result<bool, EngineError> {
        let (id, brand, pages) = (broadcast.id, broadcast.brand, broadcast.pages.clone());
        let now = self.clock.now();
        let fail_points = self.settings.fail_points.clone();
        let planned = self
            .data
            .write("plan", move |tx| {
                let scope = tx.brand(brand);
                // None: paused, cancelled or done meanwhile.
                let Some((mut at, mut after)) = broadcast::plan_cursor(scope, id)? else {
                    return Ok::<_, StoreError>(None);
                };
                let (mut reached, mut left) = (Vec::new(), chunk);
                while let Some(page) = pages.get(at).filter(|_| left > 0) {
                    let (end, planned) = delivery::plan_chunk(scope, id, *page, after, left, now)?;
                    // An empty page is work too.
                    left = left.saturating_sub(u32::try_from(planned).unwrap_or(chunk).max(1));
                    reached.push(*page);
                    match end {
                        Some(last) => after = last,
                        None => (at, after) = (at.saturating_add(1), LeadId([0; 16])),
                    }
                }
                let is_done = at >= pages.len();
                broadcast::set_plan_cursor(scope, id, at, after, is_done)?;
                fail_points.pass(Point::BeforePlanCommit);
                Ok(Some((reached, is_done)))
            })
            .await?;
        let Some((reached, is_done)) = planned else { return Ok(false) };
        self.settings.fail_points.pass(Point::AfterPlanCommit);
        for page in reached {
            self.wake_lane(page);
        }
        Ok(!is_done)
    }

    /// Plans a broadcast that goes to some of the leads only. What it cannot read (its account or its brand is
    /// gone) it leaves, and goes on with the others.
    async fn plan_filtered(self: &Arc<Self>, stored: &StoredBroadcast) -> Result<(), EngineError> {
        let read = async {
            let brand = self.brands.get(stored.broadcast.brand)?;
            let content = own::content(self, &brand, stored).await?;
            Ok::<_, EngineError>((brand, content))
        };
        let (brand, content) = match read.await {
            Ok(read) => read,
            Err(error) if error.is_about_the_data() => {
                tracing::warn!(%error, broadcast = %stored.broadcast.id, "a broadcast cannot be planned");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let filter = content.filter().cloned().unwrap_or_default();
        while self.plan_filtered_chunk(&brand, &stored.broadcast, &filter).await? {
            between().await;
        }
        Ok(())
    }

    /// As [`Self::plan_chunk`], with the leads read and chosen before the commit. If somebody else
    /// planned meanwhile, the commit finds another cursor and writes nothing.
    async fn plan_filtered_chunk(
        self: &Arc<Self>,
        brand: &Arc<BrandContext>,
        broadcast: &Broadcast,
        filter: &Filter,
    ) -> Result<bool, EngineError> {
        let (id, brand_id, pages) = (broadcast.id, broadcast.brand, broadcast.pages.clone());
        let chunk = self.settings.plan_chunk.clamp(1, FILTERED);
        let (wanted, order) = (filter.clone(), pages.clone());
        let read = self
            .data
            .read("filtered", move |tx| {
                let Some((at, after)) = broadcast::plan_cursor(tx.brand(brand_id), id)? else {
                    return Ok::<_, StoreError>(None);
                };
                let Some(page) = order.get(at).copied() else { return Ok(Some((at, after, None))) };
                let stretch = audience::stretch(tx, brand_id, page, after, chunk, &wanted)?;
                Ok(Some((at, after, Some((page, stretch)))))
            })
            .await?;
        // None: paused, cancelled or done meanwhile.
        let Some((at, after, found)) = read else { return Ok(false) };
        let mut leads = Vec::new();
        let (mut next, mut reached) = ((at, after), None);
        if let Some((page, stretch)) = found {
            let chosen = audience::chosen(self, brand, &stretch, filter, broadcast.purpose).await?;
            leads = stretch.leads.iter().map(|s| s.lead.id).filter(|lead| chosen.contains(lead)).collect();
            let is_last = stretch.leads.len() < usize::try_from(chunk).unwrap_or(usize::MAX);
            next = match stretch.leads.last() {
                Some(last) if !is_last => (at, last.lead.id),
                _ => (at.saturating_add(1), LeadId([0; 16])),
            };
            reached = Some(page);
        }
        let is_done = next.0 >= pages.len();
        let (now, fail_points) = (self.clock.now(), self.settings.fail_points.clone());
        self.data
            .write("plan_filtered", move |tx| {
                let scope = tx.brand(brand_id);
                if broadcast::plan_cursor(scope, id)? != Some((at, after)) {
                    return Ok::<_, StoreError>(());
                }
                if let Some(page) = reached {
                    delivery::plan_some(scope, id, page, &leads, now)?;
                }
                broadcast::set_plan_cursor(scope, id, next.0, next.1, is_done)?;
                fail_points.pass(Point::BeforePlanCommit);
                Ok(())
            })
            .await?;
        self.settings.fail_points.pass(Point::AfterPlanCommit);
        if let Some(page) = reached {
            self.wake_lane(page);
        }
        Ok(!is_done)
    }

    /// Finishes a broadcast whose deliveries all have an end state, and tells its account.
    pub(crate) async fn finish_if_done(
        self: &Arc<Self>,
        brand: BrandId,
        id: BroadcastId,
    ) -> Result<bool, EngineError> {
        let _one = self.finishing.lock().await;
        let Some(told) = self.told_of_finish(brand, id).await? else { return Ok(false) };
        let now = self.clock.now();
        let fail_points = self.settings.fail_points.clone();
        let finished = self
            .data
            .write("finish", move |tx| {
                let finished = broadcast::finish(tx.brand(brand), id, now)?;
                if finished {
                    told.insert(tx.brand(brand))?;
                    fail_points.pass(Point::BeforeFinishCommit);
                }
                Ok::<_, StoreError>(finished)
            })
            .await?;
        if finished {
            self.wake_mail();
            self.settings.fail_points.pass(Point::AfterFinishCommit);
        }
        Ok(finished)
    }
}
