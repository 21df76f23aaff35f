//! Permits that are in flight, so that a withdrawal is acknowledged only when none is left.
//!
//! Invariant: a lead is entered inside the claiming commit, before it is visible, and
//! leaves when its request starts, is given up, or its permit has expired.

use model::id::LeadId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

#[derive(Default)]
pub struct InFlight {
    leads: Mutex<HashMap<LeadId, usize>>,
    landed: Notify,
}

/// Leads of one claim; leaving scope takes them out.
pub struct Flight {
    registry: Arc<crate::Engine>,
    leads: Vec<LeadId>,
}

impl InFlight {
    fn enter(&self, leads: &[LeadId]) {
        let mut map = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        for lead in leads {
            let count = map.entry(*lead).or_insert(0);
            *count = count.saturating_add(1);
        }
    }

    fn leave(&self, leads: &[LeadId]) {
        let mut map = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        for lead in leads {
            if let Some(count) = map.get_mut(lead) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    map.remove(lead);
                }
            }
        }
        drop(map);
        self.landed.notify_waiters();
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
    pub fn enter(engine: &Arc<crate::Engine>, leads: Vec<LeadId>) -> Self {
        engine.in_flight.enter(&leads);
        Self { registry: Arc::clone(engine), leads }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.registry.in_flight.leave(&self.leads);
    }
}
