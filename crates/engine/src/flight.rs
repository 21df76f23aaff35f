//! Permits that are in flight, so that a withdrawal is acknowledged only when none is left.
//!
//! Invariant: a lead is entered inside the claiming commit, before it is visible, and
//! leaves when its request starts, is given up, or its permit has expired.

use model::id::{LeadId, PageId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

#[derive(Default)]
pub struct InFlight {
    leads: Mutex<HashMap<LeadId, usize>>,
    /// Claims that are in flight, by page.
    pages: Mutex<HashMap<PageId, usize>>,
    landed: Notify,
}

/// Leads of one claim; leaving scope takes them out.
pub struct Flight {
    registry: Arc<crate::Engine>,
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
    pub fn enter(engine: &Arc<crate::Engine>, page: PageId, leads: Vec<LeadId>) -> Self {
        engine.in_flight.enter(page, &leads);
        Self { registry: Arc::clone(engine), page, leads }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.registry.in_flight.leave(self.page, &self.leads);
    }
}
