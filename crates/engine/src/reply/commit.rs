//! What one batch of events writes, in one commit.
//!
//! Invariants: what the rules read is read again inside the commit, so that a withdrawal that came
//! through the door meanwhile is never overwritten; nor is a profile that changed since it was read; an
//! erasure has the last word; doing a batch twice changes nothing. Who is told of a breach is noted in the commit of the
//! message, if the gate lets it pass there.

use crate::accounts::notice::Rows;
use crate::{EngineError, tell};
use model::consent::Act;
use model::gate::{self, Intent};
use model::id::{BrandId, BreachId, InboxId, LeadId, OutboxId, PageId};
use model::lead::Lead;
use model::page::PageStop;
use model::time::{Monotonic, Timestamp};
use std::collections::{BTreeSet, HashMap, HashSet};
use store::Tx;
use store::tables::answer::StoredAnswer;
use store::tables::breach_person;
use store::tables::consent_event::ConsentEvent;
use store::tables::lead::{Resealed, StoredLead};
use store::tables::lead_link::NewLeadLink;
use store::tables::ledger::PendingLeaf;
use store::tables::lookup::Macs;
use store::tables::outbox::NewReply;
use store::tables::{self, inbox, lookup, outbox, tally};

/// What one event changes in its lead's standing, to be folded in inside the commit.
#[derive(Clone)]
pub(super) struct Change {
    pub brand: BrandId,
    pub lead: LeadId,
    pub at: Timestamp,
    pub opens_window: bool,
    pub acts: Vec<Act>,
    pub asked: bool,
    pub elsewhere: Option<bool>,
}

/// A reply that tells its lead of a breach, of which only their own page had told them.
#[derive(Clone)]
pub(super) struct Notice {
    pub breach: BreachId,
    pub reply: OutboxId,
    /// For the gate.
    pub issued: Monotonic,
}

/// Everything one batch writes.
#[derive(Default)]
pub(super) struct Batch {
    pub new_leads: Vec<(StoredLead, Macs)>,
    pub changes: Vec<Change>,
    pub profiles: Vec<(BrandId, Resealed)>,
    pub events: Vec<(BrandId, ConsentEvent)>,
    pub pending: Vec<PendingLeaf>,
    /// To questions that asked for data.
    pub answers: Vec<(BrandId, StoredAnswer)>,
    pub replies: Vec<NewReply>,
    /// Those of the replies that tell of a breach.
    pub notices: Vec<Notice>,
    /// To leads' own pages.
    pub links: Vec<NewLeadLink>,
    pub tallies: HashMap<(BrandId, PageId, &'static str), i64>,
    /// Meta blocked the page, and what its account is told of that; or it lifted its block.
    pub stops: Vec<(BrandId, PageId, Option<Rows>)>,
    /// Pages of whose templates Meta said that something changed.
    pub templates: Vec<(BrandId, PageId)>,
    pub done: Vec<InboxId>,
}

pub(super) fn commit(tx: &Tx<'_>, batch: &Batch, now: Timestamp) -> Result<(), EngineError> {
    check_pages(tx, batch)?;
    let mut raised = batch.new_leads.clone();
    lookup::take_ahead(tx, raised.iter_mut().map(|(new, macs)| (&*macs, &mut new.lead.consents)))?;
    let mut leads: HashMap<LeadId, StoredLead> =
        raised.into_iter().map(|(new, _)| (new.lead.id, new)).collect();
    let new: HashSet<LeadId> = leads.keys().copied().collect();
    let mut known: Vec<(BrandId, LeadId)> = batch
        .changes
        .iter()
        .map(|c| (c.brand, c.lead))
        .filter(|(_, lead)| !leads.contains_key(lead))
        .collect();
    known.sort_unstable();
    known.dedup();
    for same in known.chunk_by(|a, b| a.0 == b.0) {
        let Some((brand, _)) = same.first() else { continue };
        let ids: Vec<LeadId> = same.iter().map(|(_, lead)| *lead).collect();
        for stored in tables::lead::get_many(tx.brand(*brand), &ids)?.into_iter().flatten() {
            leads.insert(stored.lead.id, stored);
        }
    }
    for change in &batch.changes {
        // Gone or fenced meanwhile: an erasure has the last word.
        if let Some(stored) = leads.get_mut(&change.lead).filter(|s| s.lead.fenced_at.is_none()) {
            fold(&mut stored.lead, change);
        }
    }
    write_leads(tx, batch, &leads, &new, now)?;
    let stays = |lead: &LeadId| leads.get(lead).is_some_and(|s| s.lead.fenced_at.is_none());
    for same in batch.events.chunk_by(|a, b| a.0 == b.0) {
        let Some((brand, _)) = same.first() else { continue };
        let events: Vec<ConsentEvent> =
            same.iter().map(|(_, e)| e).filter(|e| stays(&e.lead)).cloned().collect();
        tables::consent_event::insert_many(tx.brand(*brand), &events)?;
    }
    for (brand, answer) in batch.answers.iter().filter(|(_, answer)| stays(&answer.lead)) {
        tables::answer::insert_many(tx.brand(*brand), std::slice::from_ref(answer))?;
    }
    tables::ledger::insert_pending(tx, &batch.pending)?;
    let held_back = notices(tx, batch, &leads, now)?;
    let goes = |reply: &&NewReply| stays(&reply.lead) && !held_back.contains(&reply.id);
    let replies: Vec<NewReply> = batch.replies.iter().filter(goes).cloned().collect();
    outbox::insert_many(tx, &replies)?;
    for link in batch.links.iter().filter(|link| stays(&link.lead)) {
        tables::lead_link::insert(tx, link)?;
    }
    tally::add_many(
        tx,
        batch.tallies.iter().map(|((brand, page, name), count)| (*brand, *page, *name, *count)),
    )?;
    for (brand, page, block) in &batch.stops {
        let scope = tx.brand(*brand);
        if let Some(told) = block {
            tell::stop_by_meta(scope, *page, (PageStop::PolicyBlocked, None), told, now)?;
        } else {
            tables::page::clear_block(scope, *page)?;
        }
    }
    for (brand, page) in &batch.templates {
        tables::template::check_page(tx.brand(*brand), *page, now)?;
    }
    // Fewer: an erasure removed some of them meanwhile, and nobody may be raised again by what it
    // removed. Nothing of this batch stands; the next one reads again.
    if inbox::delete_many(tx, &batch.done)? != u64::try_from(batch.done.len()).unwrap_or(u64::MAX) {
        return Err(EngineError::NotYet("the waiting events changed meanwhile; reading them again"));
    }
    Ok(())
}

/// Notes who is told of a breach by this batch; which of these replies do not go after all: the gate lets nothing pass, or
/// somebody else was quicker.
fn notices(
    tx: &Tx<'_>,
    batch: &Batch,
    leads: &HashMap<LeadId, StoredLead>,
    now: Timestamp,
) -> Result<HashSet<OutboxId>, EngineError> {
    let mut held_back = HashSet::new();
    for notice in &batch.notices {
        let Some(reply) = batch.replies.iter().find(|reply| reply.id == notice.reply) else { continue };
        let scope = tx.brand(reply.brand);
        let page = tables::page::get(scope, reply.page)?;
        let intent = Intent::Answer { to: reply.answers_at };
        let may_go = leads.get(&reply.lead).zip(page).is_some_and(|(stored, page)| {
            gate::permit(intent, &stored.lead, &page.page, now, notice.issued).is_ok()
        });
        if !may_go || !breach_person::set_in_thread(scope, notice.breach, reply.lead, now)? {
            held_back.insert(reply.id);
        }
    }
    Ok(held_back)
}

/// A page whose account was erased meanwhile gets no lead any more. Nothing of this batch stands; the next one
/// reads again, and finds no page.
fn check_pages(tx: &Tx<'_>, batch: &Batch) -> Result<(), EngineError> {
    let pages: BTreeSet<(BrandId, PageId)> =
        batch.new_leads.iter().map(|(new, _)| (new.lead.brand, new.lead.page)).collect();
    let pages: Vec<(BrandId, PageId)> = pages.into_iter().collect();
    if tables::page::get_many(tx, &pages)?.iter().any(Option::is_none) {
        return Err(EngineError::NotYet("a page went meanwhile; reading the events again"));
    }
    Ok(())
}

fn write_leads(
    tx: &Tx<'_>,
    batch: &Batch,
    leads: &HashMap<LeadId, StoredLead>,
    new_ids: &HashSet<LeadId>,
    now: Timestamp,
) -> Result<(), EngineError> {
    let mut brands: Vec<BrandId> = leads.values().map(|s| s.lead.brand).collect();
    brands.sort_unstable();
    brands.dedup();
    for brand in brands {
        let scope = tx.brand(brand);
        let mut own: Vec<&StoredLead> = leads.values().filter(|s| s.lead.brand == brand).collect();
        own.sort_unstable_by_key(|s| s.lead.id);
        let pages: BTreeSet<PageId> = own.iter().map(|s| s.lead.page).collect();
        tables::page::set_heard(scope, pages.into_iter(), now)?;
        let (new, known): (Vec<&StoredLead>, Vec<&StoredLead>) =
            own.into_iter().partition(|s| new_ids.contains(&s.lead.id));
        let new: Vec<StoredLead> = new.into_iter().cloned().collect();
        tables::lead::insert_many(scope, &new)?;
        let macs: Vec<(Macs, LeadId)> = batch
            .new_leads
            .iter()
            .filter(|(new, _)| new.lead.brand == brand)
            .map(|(new, mac)| (*mac, new.lead.id))
            .collect();
        lookup::insert_many(scope, &macs)?;
        tables::lead::set_many(scope, known.iter().filter(|s| s.lead.fenced_at.is_none()).map(|s| &s.lead))?;
        let stays = |lead: &LeadId| leads.get(lead).is_some_and(|s| s.lead.fenced_at.is_none());
        let profiles: Vec<Resealed> = batch
            .profiles
            .iter()
            .filter(|(of, new)| *of == brand && stays(&new.lead))
            .map(|(_, new)| new.clone())
            .collect();
        // Fewer: a name was withdrawn from one of them meanwhile, and may not come back by what this batch
        // read before. Nothing of it stands; the next one reads again.
        let set = tables::lead::set_sealed_many(scope, &profiles)?;
        if set != u64::try_from(profiles.len()).unwrap_or(u64::MAX) {
            return Err(EngineError::NotYet("a lead's profile changed meanwhile; reading it again"));
        }
    }
    Ok(())
}

/// Folds one event into a lead's standing. Any order of the same events gives the same.
fn fold(lead: &mut Lead, change: &Change) {
    // What a person does, and nothing else, ends the sleep of who came back from an archive.
    let opts_in = change.acts.iter().any(|act| matches!(act, Act::OptIn { .. }));
    if change.opens_window || opts_in {
        lead.dormant_at = None;
    }
    for act in &change.acts {
        lead.consents.record(*act, change.at);
    }
    if change.opens_window {
        lead.last_inbound_at = lead.last_inbound_at.max(Some(change.at));
        if lead.unavailable_at.is_some_and(|at| change.at > at) {
            lead.unavailable_at = None;
        }
    }
    if change.asked {
        lead.asked_at = lead.asked_at.max(Some(change.at));
    }
    match change.elsewhere {
        Some(true) => lead.thread_elsewhere_at = lead.thread_elsewhere_at.max(Some(change.at)),
        Some(false) if lead.thread_elsewhere_at.is_some_and(|at| change.at >= at) => {
            lead.thread_elsewhere_at = None
        }
        _ => {}
    }
}
