//! A brand's figures by page: for the operator and the demo. Counts only, nobody is named.

use crate::{Engine, EngineError};
use model::id::{BrandId, BroadcastId, PageId};
use serde::Serialize;
use std::collections::BTreeMap;
use store::tables::{account, broadcast, consent_event, delivery, lead, page, tally};
use store::{StoreError, Tx};

/// The figures of one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageSummary {
    pub page: PageId,
    pub meta_id: String,
    pub leads: u64,
    /// Opt-in events by evidence level.
    pub opt_ins: BTreeMap<String, u64>,
    /// Other counts by name: duplicates, unsubscribes by way, erasures.
    pub tallies: BTreeMap<String, u64>,
    /// By broadcast: each delivery counted once, under its state, or `state/reason` where it has one.
    pub deliveries: BTreeMap<BroadcastId, BTreeMap<String, u64>>,
}

/// Broadcasts read at a time.
const CHUNK: u32 = 200;

/// All pages of a brand. For trusted callers.
pub async fn pages(engine: &Engine, brand: BrandId) -> Result<Vec<PageSummary>, EngineError> {
    engine.brand(brand)?;
    let summaries = engine.data.read("summary", move |tx| summarise(tx, brand)).await?;
    Ok(summaries.into_values().collect())
}

fn summarise(tx: &Tx<'_>, brand: BrandId) -> Result<BTreeMap<PageId, PageSummary>, StoreError> {
    let scope = tx.brand(brand);
    let mut pages: BTreeMap<PageId, PageSummary> = page::list_every(tx)?
        .into_iter()
        .filter(|stored| stored.page.brand == brand)
        .map(|stored| (stored.page.id, empty(stored.page.id, stored.page.meta_id)))
        .collect();
    for count in lead::count_by_page(scope)? {
        if let Some(page) = pages.get_mut(&count.page) {
            page.leads = count.leads;
        }
    }
    for (id, kind, how, count) in consent_event::count_by_page(scope)? {
        if let Some(page) = pages.get_mut(&id).filter(|_| kind == "opt_in") {
            page.opt_ins.insert(how.to_owned(), count);
        }
    }
    for (id, name, count) in tally::list(scope)? {
        if let Some(page) = pages.get_mut(&id) {
            page.tallies.insert(name, count);
        }
    }
    for (account, _) in account::list(scope)? {
        let mut after = BroadcastId([0; 16]);
        loop {
            let some = broadcast::list_of_account(scope, account, after, CHUNK)?;
            let Some(last) = some.last() else { break };
            after = last.broadcast.id;
            for stored in &some {
                count_deliveries(
                    stored.broadcast.id,
                    &delivery::count(scope, stored.broadcast.id)?,
                    &mut pages,
                );
            }
        }
    }
    Ok(pages)
}

fn empty(page: PageId, meta_id: String) -> PageSummary {
    PageSummary {
        page,
        meta_id,
        leads: 0,
        opt_ins: BTreeMap::new(),
        tallies: BTreeMap::new(),
        deliveries: BTreeMap::new(),
    }
}

fn count_deliveries(
    broadcast: BroadcastId,
    counted: &[delivery::DeliveryCount],
    pages: &mut BTreeMap<PageId, PageSummary>,
) {
    for line in counted {
        let Some(page) = pages.get_mut(&line.page) else { continue };
        let deliveries = page.deliveries.entry(broadcast).or_default();
        let state = line.state.code();
        let name =
            line.reason.as_ref().map_or_else(|| state.to_owned(), |reason| format!("{state}/{reason}"));
        *deliveries.entry(name).or_insert(0) += line.count;
    }
}
