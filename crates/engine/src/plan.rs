//! Planning: walks a broadcast's audience by cursor and writes a delivery per lead, a chunk a
//! commit. Planning a chunk twice is harmless: a delivery is unique per broadcast and lead.

use crate::failpoint::Point;
use crate::{Engine, EngineError};
use model::broadcast::{Broadcast, BroadcastState};
use model::id::{BrandId, BroadcastId, LeadId};
use std::sync::Arc;
use store::StoreError;
use store::tables::{broadcast, delivery};

/// Deliveries written in one commit.
const CHUNK: u32 = 2_000;

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

    /// Plans the next chunk; whether there is more.
    async fn plan_chunk(self: &Arc<Self>, broadcast: &Broadcast) -> Result<bool, EngineError> {
        let (id, brand, pages) = (broadcast.id, broadcast.brand, broadcast.pages.clone());
        let now = self.clock.now();
        let fail_points = self.settings.fail_points.clone();
        let planned = self
            .data
            .write("plan", move |tx| {
                let scope = tx.brand(brand);
                // None: paused, cancelled or done meanwhile.
                let Some((at, after)) = broadcast::plan_cursor(scope, id)? else {
                    return Ok::<_, StoreError>(None);
                };
                let Some(page) = pages.get(at).copied() else {
                    broadcast::set_plan_cursor(scope, id, at, after, true)?;
                    return Ok(None);
                };
                match delivery::plan_chunk(scope, id, page, after, CHUNK, now)? {
                    Some(last) => broadcast::set_plan_cursor(scope, id, at, last, false)?,
                    None => {
                        let next = at.saturating_add(1);
                        broadcast::set_plan_cursor(scope, id, next, LeadId([0; 16]), next >= pages.len())?;
                    }
                }
                fail_points.pass(Point::BeforePlanCommit);
                Ok(Some(page))
            })
            .await?;
        if let Some(page) = planned {
            self.settings.fail_points.pass(Point::AfterPlanCommit);
            self.wake_lane(page);
        }
        Ok(planned.is_some())
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
