//! Planning: walks a broadcast's audience by cursor and writes a delivery per lead, a chunk a
//! commit. Planning a chunk twice is harmless: a delivery is unique per broadcast and lead.

use crate::failpoint::Point;
use crate::{Engine, EngineError};
use model::broadcast::{Broadcast, BroadcastState};
use model::id::{BrandId, BroadcastId, LeadId};
use std::sync::Arc;
use store::StoreError;
use store::tables::{broadcast, delivery};

/// Deliveries written in one commit, unless a test wants fewer.
pub const CHUNK: u32 = 4_000;

impl Engine {
    /// Plans every broadcast that is being sent, to its end.
    pub(crate) async fn plan_all(self: &Arc<Self>) -> Result<(), EngineError> {
        let active = self.data.read("active_broadcasts", broadcast::list_active).await?;
        for stored in active {
            let broadcast = stored.broadcast;
            if broadcast.state == BroadcastState::Sending && !broadcast.is_planned {
                while self.plan_chunk(&broadcast).await? {}
            }
            self.finish_if_done(broadcast.brand, broadcast.id).await?;
            for page in &broadcast.pages {
                self.wake_lane(*page);
            }
        }
        Ok(())
    }

    /// Plans the next chunk, of as many pages as it takes; whether there is more.
    async fn plan_chunk(self: &Arc<Self>, broadcast: &Broadcast) -> Result<bool, EngineError> {
        let (id, brand, pages) = (broadcast.id, broadcast.brand, broadcast.pages.clone());
        let now = self.clock.now();
        let (fail_points, chunk) = (self.settings.fail_points.clone(), self.settings.plan_chunk.max(1));
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

    /// Finishes a broadcast whose deliveries all have an end state.
    pub(crate) async fn finish_if_done(
        self: &Arc<Self>,
        brand: BrandId,
        id: BroadcastId,
    ) -> Result<bool, EngineError> {
        let now = self.clock.now();
        let fail_points = self.settings.fail_points.clone();
        let finished = self
            .data
            .write("finish", move |tx| {
                let finished = broadcast::finish(tx.brand(brand), id, now)?;
                if finished {
                    fail_points.pass(Point::BeforeFinishCommit);
                }
                Ok::<_, StoreError>(finished)
            })
            .await?;
        if finished {
            self.settings.fail_points.pass(Point::AfterFinishCommit);
        }
        Ok(finished)
    }
}
