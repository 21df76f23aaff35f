//! Permits that are in flight, so that a withdrawal is acknowledged only when none is left: on this node by this
//! registry, on others by the rows that they have on the wire.
//!
//! Invariant: a lead is entered inside the claiming commit, before it is visible, and
//! leaves when its request starts, is given up, or its permit has expired.

use crate::Engine;
use crate::run::pause;
use model::gate::PERMIT_LIFE;
use model::id::{BrandId, LeadId, PageId};
use model::ports::MAX_CONNECT;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::tables::{self, delivery, outbox};
use store::{StoreError, Tx};
use tokio::sync::Notify;

/// After so long no request starts any more with a permit: it is good no longer, and connecting has failed.
pub(crate) const NONE_STARTS: Duration =
    Duration::from_micros(PERMIT_LIFE.0.unsigned_abs()).saturating_add(MAX_CONNECT);
/// Longer than any permit and any request that uses one is waited for.
const LANDS: Duration = Duration::from_secs(6);
const _: () = assert!(LANDS.as_millis() > NONE_STARTS.as_millis());
const LOOK: Duration = Duration::from_millis(50);

#[derive(Default)]
pub struct InFlight {
    leads: Mutex<HashMap<LeadId, usize>>,
    /// Claims that are in flight, by page.
    pages: Mutex<HashMap<PageId, usize>>,
    landed: Notify,
}

/// Leads of one claim; leaving scope takes them out.
pub struct Flight {
    registry: Arc<Engine>,
    page: PageId,
    leads: Vec<LeadId>,
}

fn up<K: Eq + std::hash::Hash>(map: &mut HashMap<K, usize>, key: K) {
    let count = map.entry(key).or_insert(0);
    *count = count.saturating_add(1);
}

fn down<K: Eq + std::hash::Hash>(map: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = map.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            map.remove(key);
        }
    }
}

impl InFlight {
    fn enter(&self, page: PageId, leads: &[LeadId]) {
        up(&mut self.pages.lock().unwrap_or_else(PoisonError::into_inner), page);
        let mut map = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        leads.iter().for_each(|lead| up(&mut map, *lead));
    }

    fn leave(&self, page: PageId, leads: &[LeadId]) {
        down(&mut self.pages.lock().unwrap_or_else(PoisonError::into_inner), &page);
        let mut map = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        leads.iter().for_each(|lead| down(&mut map, lead));
        drop(map);
        self.landed.notify_waiters();
    }

    /// Resolves when none of `pages` has a claim in flight.
    pub async fn wait_pages(&self, pages: &[PageId]) {
        loop {
            let landed = self.landed.notified();
            let flying = {
                let map = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
                pages.iter().any(|page| map.contains_key(page))
            };
            if !flying {
                return;
            }
            landed.await;
        }
    }

    /// Resolves when none of `leads` has a permit in flight.
    pub async fn wait(&self, leads: &[LeadId]) {
        loop {
            let landed = self.landed.notified();
            let flying = {
                let map = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
                leads.iter().any(|lead| map.contains_key(lead))
            };
            if !flying {
                return;
            }
            landed.await;
        }
    }
}

impl Flight {
    pub fn enter(engine: &Arc<Engine>, page: PageId, leads: Vec<LeadId>) -> Self {
        engine.in_flight.enter(page, &leads);
        Self { registry: Arc::clone(engine), page, leads }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.registry.in_flight.leave(self.page, &self.leads);
    }
}

impl Engine {
    /// Resolves when no message of any node can start to these leads that was permitted before: at the latest
    /// when every permit has long ended.
    pub(crate) async fn landed(&self, leads: &[(BrandId, LeadId)]) {
        let ids: Vec<_> = leads.iter().map(|(_, lead)| *lead).collect();
        self.in_flight.wait(&ids).await;
        let leads: Arc<[_]> = leads.into();
        let is_flying = move |tx: &Tx<'_>| {
            for (brand, lead) in leads.iter() {
                let scope = tx.brand(*brand);
                let Some(stored) = tables::lead::get(scope, *lead)? else { continue };
                let page = stored.lead.page;
                if outbox::count_sending(scope, page, *lead)? > 0
                    || delivery::count_sending(scope, page, *lead)? > 0
                {
                    return Ok::<_, StoreError>(true);
                }
            }
            Ok(false)
        };
        self.until_landed(is_flying).await;
    }

    /// The same, of everybody on these pages.
    pub(crate) async fn landed_pages(&self, brand: BrandId, pages: &[PageId]) {
        self.in_flight.wait_pages(pages).await;
        let pages: Arc<[PageId]> = pages.into();
        let is_flying = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            for page in pages.iter() {
                if outbox::count_sending_of_page(scope, *page)? > 0
                    || delivery::count_sending_of_page(scope, *page)? > 0
                {
                    return Ok::<_, StoreError>(true);
                }
            }
            Ok(false)
        };
        self.until_landed(is_flying).await;
    }

    /// Other nodes' requests are seen by the rows that they have on the wire.
    async fn until_landed(
        &self,
        is_flying: impl Fn(&Tx<'_>) -> Result<bool, StoreError> + Clone + Send + 'static,
    ) {
        // Whoever else may be there: who lives is known a beat late.
        if !self.nodes.is_shared {
            return;
        }
        for _ in 0..(LANDS.as_millis() / LOOK.as_millis().max(1)) {
            match self.data.read("in_flight", is_flying.clone()).await {
                Ok(false) => return,
                Ok(true) => {}
                Err(error) => tracing::warn!(%error, "what other nodes are sending could not be looked at"),
            }
            pause(LOOK).await;
        }
    }
}
