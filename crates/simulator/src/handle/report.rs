//! Faults, settings and the record.
//!
//! Invariant: reading the record changes nothing.

use super::Handle;
use crate::config::Settings;
use crate::faults::{Fault, SetFault};
use crate::id::{PageId, Psid};
use crate::record::{Refused, Repeated, SentMessage, Totals, Webhooks};
use std::collections::BTreeMap;

impl Handle {
    /// Sets a fault; the number is for [`Handle::remove_fault`].
    pub fn add_fault(&self, fault: Fault) -> u64 {
        self.0.world().faults.add(fault)
    }

    pub fn remove_fault(&self, id: u64) -> bool {
        self.0.world().faults.remove(id)
    }

    pub fn clear_faults(&self) {
        self.0.world().faults.clear();
    }

    pub fn faults(&self) -> Vec<SetFault> {
        self.0.world().faults.list().to_vec()
    }

    pub fn settings(&self) -> Settings {
        self.0.world().settings.clone()
    }

    pub fn set_settings(&self, settings: Settings) {
        self.0.world().settings = settings;
    }

    pub fn totals(&self) -> Totals {
        let world = self.0.world();
        world.record.totals(world.pages.values().map(|page| page.usage.warnings).sum())
    }

    /// Accepted messages after place `after`, of one page or person if wished.
    pub fn messages(
        &self,
        page: Option<PageId>,
        person: Option<Psid>,
        after: usize,
        limit: usize,
    ) -> Vec<SentMessage> {
        let world = self.0.world();
        world.record.list(world.seed, page, person, after, limit)
    }

    /// How many messages were accepted until now: the place of the newest in the record.
    pub fn accepted(&self) -> usize {
        self.0.world().record.len()
    }

    /// Whom the same metadata reached more than once.
    pub fn reached_more_than_once(&self) -> Vec<Repeated> {
        self.0.world().record.repeated()
    }

    pub fn refused(&self, after: usize, limit: usize) -> Vec<Refused> {
        self.0.world().record.list_refused(after, limit)
    }

    pub fn webhooks(&self) -> BTreeMap<PageId, Webhooks> {
        self.0.world().record.webhooks_by_page()
    }

    /// Graph calls by method and path, ids left out.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.0.world().record.requests()
    }
}
