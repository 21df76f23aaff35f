//! The claiming commit of a lane: which messages may go now. The gate is asked for each, rows that it
//! permits become `sending`, rows that it refuses end with their reason; answers of the bot come before
//! broadcasts.
//!
//! Invariant: permits are made here and nowhere else, inside the commit that marks their rows.

use crate::Engine;
use crate::brands::BrandContext;
use crate::flight::Flight;
use crate::record::{Item, Place};
use crate::subscriptions::{LeadsEnd, allowance};
use crate::together::Share;
use model::broadcast::BroadcastState;
use model::consent::{EvidenceLevel, Purpose};
use model::delivery::DeliveryRef;
use model::gate::{self, Bulk, Intent, Permit};
use model::id::{BroadcastId, LeadId};
use model::page::Page;
use model::plan::Month;
use model::time::{Span, Timestamp};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::tables::broadcast::{ActiveBroadcast, StoredBroadcast};
use store::tables::lead::StoredLead;
use store::tables::outbox::ReplyIntent;
use store::tables::page::StoredPage;
use store::tables::{self, broadcast, delivery, lease, outbox, subscription, tally};
use store::{StoreError, Tx};

/// Rows looked at in one commit, so that a commit stays short when the gate refuses most.
const LOOKED_AT: usize = 2_000;
/// Rows fetched at a time once the gate has begun to refuse.
const FETCH: u32 = 250;
/// Before every lead.
const FIRST: LeadId = LeadId([0; 16]);
/// After so long a lane begins at the first lead again: what is to be tried again lies behind it.
const PASS: Span = Span::minutes(1);

/// How far a lane has come with a broadcast: behind it nothing is planned, but for what is to be tried again. Without
/// it a server looks at what was planned there, and is dead, with every claim.
#[derive(Clone, Copy)]
pub struct Pass {
    after: LeadId,
    began_at: Timestamp,
}

/// One message that got its permit.
pub struct Claimed {
    pub item: Item,
    pub permit: Permit,
    pub attempts: i64,
    pub lead: StoredLead,
    pub body: Body,
}

pub enum Body {
    Reply(Vec<u8>),
    Bulk(BroadcastId),
}

/// What one commit claimed.
pub struct Claim {
    pub page: Option<StoredPage>,
    pub messages: Vec<Claimed>,
    pub contents: Vec<StoredBroadcast>,
    /// Broadcasts of which nothing was left for this page.
    pub drained: Vec<BroadcastId>,
    pub passes: Vec<(BroadcastId, Pass)>,
    /// Utility broadcasts whose template's approval is not known yet.
    pub unapproved: Vec<StoredBroadcast>,
    pub next_due: Option<Timestamp>,
    /// It has to be found out anew who is beyond the plan's number of leads.
    pub wants_leads_end: bool,
    /// The gate refused as many as one commit looks at: there may be more.
    pub is_cut: bool,
    /// Deliveries that the gate refused.
    pub refused: usize,
    pub is_held: bool,
    /// The month under which the account's messages were counted.
    pub month: Month,
    /// Keeps withdrawals waiting until these messages have started.
    pub flight: Option<Flight>,
}

/// What the lane brings into the claiming commit.
pub struct Known {
    /// Broadcasts whose content is open already.
    pub contents: Vec<BroadcastId>,
    pub approved: HashMap<BroadcastId, bool>,
    pub lease: String,
    /// Marks the rows that this lane has on the wire.
    pub claim_id: [u8; 16],
    /// Messages that may leave now.
    pub room: usize,
    pub leads_end: LeadsEnd,
    pub passes: HashMap<BroadcastId, Pass>,
}

type Commit = dyn Fn(&Tx<'_>) -> Result<Claim, StoreError> + Send + Sync;

/// What a lane wants committed.
pub(crate) struct Claiming {
    pub place: Place,
    pub commit: Box<Commit>,
}

/// Lanes of an account change the same row, the month's count: beside each other, a server undoes all but one of them,
/// again and again. One after another they wait, and those that wait share a commit. Other nodes' wait for the rows,
/// which all take in the same order.
impl Share for Claiming {
    type Done = Claim;
    const NAME: &'static str = "claim";
    /// Few: permits are made one lane after another and are good for two seconds from then, also where the server is far.
    const MOST: usize = 4;
    const COMMITS: usize = 1;

    fn weight(&self) -> usize {
        1
    }

    fn commit(tx: &Tx<'_>, all: &[Self]) -> Result<Vec<Claim>, StoreError> {
        let accounts: BTreeSet<_> = all.iter().map(|one| (one.place.brand, one.place.account)).collect();
        for (brand, account) in accounts {
            subscription::hold(tx.brand(brand), account)?;
        }
        all.iter().map(|one| (one.commit)(tx)).collect()
    }
}

/// The claiming commit.
pub fn claim(
    tx: &Tx<'_>,
    engine: &Arc<Engine>,
    brand: &BrandContext,
    place: Place,
    known: &Known,
) -> Result<Claim, StoreError> {
    let now = engine.clock.now();
    let room = known.room;
    let mut claim = Claim {
        page: None,
        messages: Vec::new(),
        contents: Vec::new(),
        drained: Vec::new(),
        passes: Vec::new(),
        unapproved: Vec::new(),
        next_due: None,
        wants_leads_end: false,
        is_cut: false,
        refused: 0,
        is_held: true,
        month: Month::of(now),
        flight: None,
    };
    if !lease::holder_is(tx, &known.lease, &engine.holder, now)? {
        claim.is_held = false;
        return Ok(claim);
    }
    let scope = tx.brand(place.brand);
    let Some(stored) = tables::page::get(scope, place.page)? else { return Ok(claim) };
    let page = stored.page.clone();
    claim.page = Some(stored);
    claim_replies(tx, engine, known, &page, now, &mut claim)?;
    for of in broadcast::list_active_of_page(scope, place.page)? {
        match of.state {
            BroadcastState::Sending
                if of.purpose == Purpose::Utility
                    && page.stop.is_none()
                    && !known.approved.contains_key(&of.id) =>
            {
                claim.unapproved.extend(broadcast::get(scope, of.id)?);
            }
            BroadcastState::Sending if claim.messages.len() < room && !claim.is_cut => {
                let had = claim.messages.len();
                let drained = claim_deliveries(tx, engine, brand, known, &page, &of, now, &mut claim)?;
                if claim.messages.len() > had && !known.contents.contains(&of.id) {
                    claim.contents.extend(broadcast::get(scope, of.id)?);
                } else if drained {
                    claim.drained.push(of.id);
                }
            }
            BroadcastState::Cancelled => {
                // Also what came back from the wire after the cancel.
                delivery::cancel_planned(scope, of.id, now)?;
                claim.drained.push(of.id);
            }
            _ => {}
        }
    }
    if !claim.messages.is_empty() {
        let leads: Vec<LeadId> = claim.messages.iter().map(|m| m.lead.lead.id).collect();
        claim.flight = Some(Flight::enter(engine, page.id, leads));
    }
    Ok(claim)
}

fn claim_replies(
    tx: &Tx<'_>,
    engine: &Engine,
    known: &Known,
    page: &Page,
    now: Timestamp,
    claim: &mut Claim,
) -> Result<(), StoreError> {
    let waiting = outbox::list_claimable(tx, page.id, now, u32::try_from(known.room).unwrap_or(u32::MAX))?;
    let mut refused = Vec::new();
    for reply in waiting {
        let intent = match reply.intent {
            ReplyIntent::Answer => Intent::Answer { to: reply.answers_at },
            ReplyIntent::Confirmation => Intent::Confirmation { to: reply.answers_at },
        };
        match gate::permit(intent, &reply.lead.lead, page, now, engine.clock.monotonic()) {
            Ok(permit) => claim.messages.push(Claimed {
                item: Item::Reply(reply.id),
                permit,
                attempts: reply.attempts,
                lead: reply.lead,
                body: Body::Reply(reply.sealed),
            }),
            Err(_) => refused.push(reply.id),
        }
    }
    let claimed: Vec<_> = claim
        .messages
        .iter()
        .filter_map(|m| match m.item {
            Item::Reply(id) => Some(id),
            Item::Delivery(_) => None,
        })
        .collect();
    outbox::set_sending(tx, &claimed, &known.claim_id)?;
    if !refused.is_empty() {
        outbox::delete_many(tx, &refused)?;
        let count = i64::try_from(refused.len()).unwrap_or(i64::MAX);
        tally::add(tx.brand(page.brand), page.id, "replies_refused", count)?;
    }
    if claim.messages.is_empty() {
        claim.next_due = outbox::next_due(tx, page.id)?;
        claim.is_cut = !refused.is_empty();
    }
    Ok(())
}

/// Claims deliveries of one broadcast; whether none is left to this page.
#[expect(clippy::too_many_arguments, reason = "one commit's context; a struct would only rename it")]
fn claim_deliveries(
    tx: &Tx<'_>,
    engine: &Engine,
    brand: &BrandContext,
    known: &Known,
    page: &Page,
    of: &ActiveBroadcast,
    now: Timestamp,
    claim: &mut Claim,
) -> Result<bool, StoreError> {
    let room = known.room;
    let scope = tx.brand(page.brand);
    let allowance = allowance(scope, of.account, now)?;
    if !known.leads_end.fits(&allowance.limits, now) {
        claim.wants_leads_end = true;
        return Ok(false);
    }
    claim.month = allowance.month;
    let mut quota = allowance.quota_left;
    let mut looked_at = 0;
    let begun = known.passes.get(&of.id).filter(|pass| now < pass.began_at.plus(PASS));
    let mut pass = begun.copied().unwrap_or(Pass { after: FIRST, began_at: now });
    let mut spent = 0_u64;
    let mut drained = false;
    let mut sending = Vec::new();
    while claim.messages.len() < room && !drained {
        if looked_at >= LOOKED_AT {
            claim.is_cut = true;
            break;
        }
        let left = u32::try_from(room - claim.messages.len()).unwrap_or(1);
        let fetch = if looked_at == 0 { left } else { FETCH };
        let rows = delivery::list_claimable(tx, page.id, of.id, pass.after, now, fetch)?;
        if rows.is_empty() && pass.after != FIRST {
            pass = Pass { after: FIRST, began_at: now };
            continue;
        }
        drained = rows.is_empty();
        let mut refused = Vec::new();
        let mut taken = Vec::new();
        for row in rows {
            if claim.messages.len() >= room {
                break;
            }
            looked_at += 1;
            pass.after = row.lead.lead.id;
            let bulk = Bulk {
                purpose: of.purpose,
                // A stopped page is refused as such, whatever its templates.
                template_approved: page.stop.is_some()
                    || known.approved.get(&of.id).copied().unwrap_or(false),
                required: required(brand, of.purpose),
                is_subscribed: allowance.is_subscribed,
                leads_end: known.leads_end.end,
                quota_left: quota,
                open_until: of.open_until,
                restored_at: engine.restored_at,
            };
            let named = DeliveryRef { broadcast: of.id, lead: row.lead.lead.id };
            match gate::permit(Intent::Bulk(bulk), &row.lead.lead, page, now, engine.clock.monotonic()) {
                Ok(permit) => {
                    quota = quota.saturating_sub(1);
                    spent += 1;
                    taken.push(named);
                    claim.messages.push(Claimed {
                        item: Item::Delivery(named),
                        permit,
                        attempts: row.attempts,
                        lead: row.lead,
                        body: Body::Bulk(of.id),
                    });
                }
                Err(refusal) => refused.push((named, refusal.code())),
            }
        }
        claim.refused += refused.len();
        delivery::set_refused(tx, page.id, &refused, now)?;
        delivery::set_sending(tx, page.id, &taken, &known.claim_id, now)?;
        sending.extend(taken);
    }
    claim.passes.push((of.id, pass));
    if spent > 0 {
        subscription::spend(scope, of.account, allowance.month, spent)?;
    }
    if !sending.is_empty() || !drained {
        return Ok(false);
    }
    match delivery::next_due(tx, page.id, of.id)? {
        Some(at) => {
            claim.next_due = Some(claim.next_due.map_or(at, |due| due.min(at)));
            Ok(false)
        }
        None => Ok(true),
    }
}

/// The evidence a bulk message needs.
pub(crate) fn required(brand: &BrandContext, purpose: Purpose) -> EvidenceLevel {
    match purpose {
        Purpose::Promotion => brand.brand.policy.promotions_need,
        // Notices about something the lead has asked for need no opt-in to promotions.
        Purpose::Utility => EvidenceLevel::Started,
    }
}
