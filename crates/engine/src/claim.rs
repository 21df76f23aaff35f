//! The claiming commit of one lane, or of several at once: what became of their last requests, and which messages may
//! go now. The gate is asked for each, rows that it permits become `sending`, rows that it refuses end with their
//! reason; answers of the bot come before broadcasts. What several lanes ask, they ask together: on a server each
//! question is a conversation, and a permit does not wait.
//!
//! Invariant: permits are made here and nowhere else, inside the commit that marks their rows.

use crate::failpoint::Point;
use crate::flight::Flight;
use crate::record::{self, Item, PUT_OFF, Place, Recording, Records, With};
use crate::subscriptions::{Allowance, LeadsEnd};
use crate::{Engine, breach};
use model::broadcast::BroadcastState;
use model::consent::Purpose;
use model::delivery::DeliveryRef;
use model::gate::{self, Bulk, Intent, Permit};
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PageId};
use model::page::Page;
use model::plan::Month;
use model::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use store::tables::broadcast::{ActiveBroadcast, StoredBroadcast};
use store::tables::delivery::{Claimable, Wanted};
use store::tables::lead::StoredLead;
use store::tables::outbox::{ReplyIntent, WaitingReply};
use store::tables::page::StoredPage;
use store::tables::{self, broadcast, delivery, lease, outbox, subscription, tally};
use store::together::Share;
use store::{StoreError, Tx};

/// Rows that a lane looks at in one commit, so that a commit stays short when the gate refuses most.
const LOOKED_AT: usize = 2_000;
/// Rows that all lanes of a commit look at.
const LOOKED_AT_TOGETHER: usize = 8_000;
/// Rows fetched at a time once the gate has begun to refuse.
const FETCH: usize = 250;
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

/// What the lane knows.
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

/// What a lane wants committed.
pub(crate) struct Claiming {
    pub engine: Arc<Engine>,
    pub place: Place,
    pub known: Known,
    /// What became of its last request.
    pub records: Records,
    pub with: With,
}

impl Claiming {
    pub(crate) fn alone(&self, tx: &Tx<'_>) -> Result<Claim, StoreError> {
        let claims = Self::commit(tx, std::slice::from_ref(self))?;
        claims.into_iter().next().ok_or(StoreError::Panicked { name: Self::NAME })
    }
}

/// Lanes of an account change the same row, the month's count: beside each other, a server undoes all but one of them,
/// again and again. One after another they wait, and those that wait share a commit. Other nodes' wait for the rows,
/// which all take in the same order.
impl Share for Claiming {
    type Done = Claim;
    const NAME: &'static str = "claim";
    /// In messages. But for what is rare, a commit asks as often for many lanes as for one, also where the server is far; what grows with the
    /// messages is the server's work, and permits are good for two seconds.
    const MOST: usize = 400;
    const COMMITS: usize = 1;

    fn weight(&self) -> usize {
        self.known.room.max(1)
    }

    fn commit(tx: &Tx<'_>, all: &[Self]) -> Result<Vec<Claim>, StoreError> {
        let Some(first) = all.first() else { return Ok(Vec::new()) };
        let (engine, now) = (&first.engine, first.engine.clock.now());
        let accounts: BTreeSet<_> = all.iter().map(|one| (one.place.brand, one.place.account)).collect();
        for (brand, account) in accounts {
            subscription::hold(tx.brand(brand), account)?;
        }
        let known = all.iter().filter(|one| !one.records.is_empty()).map(|one| Recording {
            records: &one.records,
            with: &one.with,
            place: one.place,
            claim: &one.known.claim_id,
        });
        record::commit(tx, &known.collect::<Vec<_>>(), now)?;
        all.iter()
            .filter(|one| !one.records.is_empty())
            .for_each(|_| engine.settings.fail_points.pass(Point::BeforeRecordCommit));
        // Permits count from here: what was waited for, and what is rare, is behind.
        let claims = claim(tx, engine, all, engine.clock.now())?;
        claims
            .iter()
            .filter(|claim| !claim.messages.is_empty())
            .for_each(|_| engine.settings.fail_points.pass(Point::BeforeClaimCommit));
        Ok(claims)
    }
}

/// One lane's part of the commit.
struct Turn<'a> {
    of: &'a Claiming,
    /// Rows that it may look at.
    most: usize,
    claim: Claim,
    /// Broadcasts that are not looked at yet.
    left: VecDeque<ActiveBroadcast>,
    at: Option<Look>,
    /// Broadcasts of which nothing was planned that is due, and nothing claimed.
    ended: Vec<BroadcastId>,
    /// Broadcasts of which something was claimed.
    begun: Vec<BroadcastId>,
}

/// The broadcast that a lane looks at.
struct Look {
    of: ActiveBroadcast,
    pass: Pass,
    looked_at: usize,
    has_claimed: bool,
}

/// What the accounts of these lanes may still send, and what they send.
struct Quotas(BTreeMap<(BrandId, AccountId), Quota>);

struct Quota {
    allowance: Allowance,
    spent: u64,
}

/// What the gate said in one round.
#[derive(Default)]
struct Said {
    taken: Vec<(PageId, DeliveryRef, [u8; 16])>,
    refused: Vec<(PageId, DeliveryRef, &'static str)>,
}

/// One claim for each, in their order.
fn claim(
    tx: &Tx<'_>,
    engine: &Arc<Engine>,
    all: &[Claiming],
    now: Timestamp,
) -> Result<Vec<Claim>, StoreError> {
    let most = LOOKED_AT_TOGETHER.checked_div(all.len()).unwrap_or(1).clamp(1, LOOKED_AT);
    let mut turns: Vec<Turn<'_>> = all.iter().map(|of| Turn::new(of, now, most)).collect();
    let names: Vec<&str> = all.iter().map(|one| one.known.lease.as_str()).collect();
    let held = lease::are_held(tx, &names, &engine.holder, now)?;
    let pages: Vec<_> = all.iter().map(|one| (one.place.brand, one.place.page)).collect();
    for ((turn, is_held), page) in turns.iter_mut().zip(held).zip(tables::page::get_many(tx, &pages)?) {
        turn.claim.is_held = is_held;
        turn.claim.page = page.filter(|_| is_held);
    }
    let mut living: Vec<&mut Turn<'_>> = turns.iter_mut().filter(|turn| turn.claim.page.is_some()).collect();
    claim_replies(tx, engine, &mut living, now)?;
    claim_deliveries(tx, engine, &mut living, now)?;
    for turn in &mut living {
        turn.end(tx, engine)?;
    }
    when_due(tx, &mut living, now)?;
    Ok(turns.into_iter().map(|turn| turn.claim).collect())
}

fn claim_replies(
    tx: &Tx<'_>,
    engine: &Engine,
    turns: &mut [&mut Turn<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let wanted: Vec<_> = turns
        .iter()
        .map(|turn| (turn.of.place.page, u32::try_from(turn.of.known.room).unwrap_or(u32::MAX)))
        .collect();
    let (mut claimed, mut refused) = (Vec::new(), Vec::new());
    for (turn, waiting) in turns.iter_mut().zip(outbox::list_claimable(tx, &wanted, now)?) {
        let before = refused.len();
        for reply in waiting {
            match turn.permit_reply(engine, &reply, now) {
                Some(permit) => {
                    claimed.push((reply.id, turn.of.known.claim_id));
                    turn.claim.messages.push(Claimed {
                        item: Item::Reply(reply.id),
                        permit,
                        attempts: reply.attempts,
                        lead: reply.lead,
                        body: Body::Reply(reply.sealed),
                    });
                }
                None => refused.push((turn.of.place.brand, reply.lead.lead.id, reply.id)),
            }
        }
        let count = refused.len().saturating_sub(before);
        if count > 0 {
            let (place, count) = (turn.of.place, i64::try_from(count).unwrap_or(i64::MAX));
            tally::add(tx.brand(place.brand), place.page, "replies_refused", count)?;
            turn.claim.is_cut = turn.claim.messages.is_empty();
        }
    }
    all_marked(outbox::set_sending(tx, &claimed)?, claimed.len())?;
    breach::tell::not_sent(tx, &refused)?;
    let refused: Vec<_> = refused.into_iter().map(|(.., id)| id).collect();
    outbox::delete_many(tx, &refused).map(drop)
}

/// In rounds: each asks once for every lane that has room.
fn claim_deliveries(
    tx: &Tx<'_>,
    engine: &Engine,
    turns: &mut [&mut Turn<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let pages: Vec<_> = turns.iter().map(|turn| (turn.of.place.brand, turn.of.place.page)).collect();
    for (turn, active) in turns.iter_mut().zip(broadcast::list_active_of_pages(tx, &pages)?) {
        turn.begin(tx, active, now)?;
    }
    let mut quotas = Quotas::load(tx, turns, now)?;
    loop {
        let (mut wanted, mut who) = (Vec::new(), Vec::new());
        for (number, turn) in turns.iter_mut().enumerate() {
            if let Some(one) = turn.wants(&quotas, now) {
                wanted.push(one);
                who.push(number);
            }
        }
        if wanted.is_empty() {
            break;
        }
        let mut said = Said::default();
        for (number, rows) in who.into_iter().zip(delivery::list_claimable(tx, &wanted, now)?) {
            if let Some(turn) = turns.get_mut(number) {
                turn.ask(engine, rows, &mut quotas, now, &mut said);
            }
        }
        delivery::set_refused(tx, &said.refused, now)?;
        all_marked(delivery::set_sending(tx, &said.taken, now)?, said.taken.len())?;
    }
    quotas.spend(tx)
}

/// Each message that got a permit has a row of its own, which was planned until now: never two permits for one.
fn all_marked(marked: u64, permitted: usize) -> Result<(), StoreError> {
    let is_so = usize::try_from(marked) == Ok(permitted);
    if is_so { Ok(()) } else { Err(StoreError::Panicked { name: Claiming::NAME }) }
}

/// When lanes that got nothing have something to do again, and of which broadcasts nothing is left to them.
fn when_due(tx: &Tx<'_>, turns: &mut [&mut Turn<'_>], now: Timestamp) -> Result<(), StoreError> {
    let mut idle: Vec<_> = turns.iter_mut().filter(|turn| turn.claim.messages.is_empty()).collect();
    let pages: Vec<_> = idle.iter().map(|turn| turn.of.place.page).collect();
    let last = now.plus(PUT_OFF);
    for (turn, at) in idle.iter_mut().zip(outbox::next_due(tx, &pages)?) {
        let is_beyond = at.is_some_and(|at| at > last);
        if is_beyond {
            outbox::pull(tx, turn.of.place.page, last, now)?;
        }
        turn.is_due(if is_beyond { Some(now) } else { at });
    }
    let ended: Vec<_> = turns
        .iter()
        .flat_map(|turn| turn.ended.iter().map(|broadcast| (turn.of.place.page, *broadcast)))
        .collect();
    let mut due = delivery::next_due(tx, &ended)?.into_iter();
    for turn in turns {
        for broadcast in std::mem::take(&mut turn.ended) {
            match due.next().flatten() {
                Some(at) if at > last => {
                    delivery::pull(tx, (turn.of.place.page, broadcast), last, now)?;
                    turn.is_due(Some(now));
                }
                at @ Some(_) => turn.is_due(at),
                None => turn.claim.drained.push(broadcast),
            }
        }
    }
    Ok(())
}

impl<'a> Turn<'a> {
    fn new(of: &'a Claiming, now: Timestamp, most: usize) -> Self {
        let claim = Claim {
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
        Self { of, most, claim, left: VecDeque::new(), at: None, ended: Vec::new(), begun: Vec::new() }
    }

    fn page(&self) -> Option<&Page> {
        self.claim.page.as_ref().map(|stored| &stored.page)
    }

    fn room(&self) -> usize {
        self.of.known.room.saturating_sub(self.claim.messages.len())
    }

    fn permit_reply(&self, engine: &Engine, reply: &WaitingReply, now: Timestamp) -> Option<Permit> {
        let intent = match reply.intent {
            ReplyIntent::Answer => Intent::Answer { to: reply.answers_at },
            ReplyIntent::Confirmation => Intent::Confirmation { to: reply.answers_at },
        };
        gate::permit(intent, &reply.lead.lead, self.page()?, now, engine.clock.monotonic()).ok()
    }

    /// Puts aside what is not for this commit.
    fn begin(&mut self, tx: &Tx<'_>, active: Vec<ActiveBroadcast>, now: Timestamp) -> Result<(), StoreError> {
        let scope = tx.brand(self.of.place.brand);
        let is_stopped = self.page().is_some_and(|page| page.stop.is_some());
        for of in active {
            let is_known = is_stopped || self.of.known.approved.contains_key(&of.id);
            match of.state {
                BroadcastState::Sending if of.purpose == Purpose::Utility && !is_known => {
                    self.claim.unapproved.extend(broadcast::get(scope, of.id)?);
                }
                BroadcastState::Sending => self.left.push_back(of),
                BroadcastState::Cancelled => {
                    // Also what came back from the wire after the cancel.
                    delivery::cancel_planned(scope, of.id, now)?;
                    self.claim.drained.push(of.id);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What this lane asks for next.
    fn wants(&mut self, quotas: &Quotas, now: Timestamp) -> Option<Wanted> {
        loop {
            let (room, page) = (self.room(), self.of.place.page);
            if let Some(look) = &self.at {
                let may = self.most.saturating_sub(look.looked_at);
                if may == 0 && room > 0 {
                    self.claim.is_cut = true;
                } else if room > 0 {
                    let most = if look.looked_at == 0 { room } else { may.min(FETCH) };
                    let limit = u32::try_from(most).unwrap_or(u32::MAX);
                    return Some(Wanted { page, broadcast: look.of.id, after: look.pass.after, limit });
                }
                self.close(false);
            }
            if room == 0 || self.claim.is_cut {
                return None;
            }
            let of = self.left.pop_front()?;
            self.open(of, quotas, now);
        }
    }

    fn open(&mut self, of: ActiveBroadcast, quotas: &Quotas, now: Timestamp) {
        let Some(quota) = quotas.0.get(&(self.of.place.brand, of.account)) else { return };
        if !self.of.known.leads_end.fits(&quota.allowance.limits, now) {
            self.claim.wants_leads_end = true;
            return;
        }
        self.claim.month = quota.allowance.month;
        let begun = self.of.known.passes.get(&of.id).filter(|pass| now < pass.began_at.plus(PASS));
        let pass = begun.copied().unwrap_or(Pass { after: FIRST, began_at: now });
        self.at = Some(Look { of, pass, looked_at: 0, has_claimed: false });
    }

    /// The gate is asked for each of these.
    fn ask(
        &mut self,
        engine: &Engine,
        rows: Vec<Claimable>,
        quotas: &mut Quotas,
        now: Timestamp,
        said: &mut Said,
    ) {
        let (mut room, place, known) = (self.room(), self.of.place, &self.of.known);
        let (Some(look), Some(stored)) = (&mut self.at, &self.claim.page) else { return };
        let (of, page) = (look.of, &stored.page);
        let Some(quota) = quotas.0.get_mut(&(place.brand, of.account)) else { return };
        if rows.is_empty() {
            if look.pass.after == FIRST {
                self.close(true);
            } else {
                look.pass = Pass { after: FIRST, began_at: now };
            }
            return;
        }
        for row in rows {
            if room == 0 {
                break;
            }
            look.looked_at = look.looked_at.saturating_add(1);
            look.pass.after = row.lead.lead.id;
            let bulk = Bulk {
                purpose: of.purpose,
                // A stopped page is refused as such, whatever its templates.
                template_approved: page.stop.is_some()
                    || known.approved.get(&of.id).copied().unwrap_or(false),
                is_subscribed: quota.allowance.is_subscribed,
                leads_end: known.leads_end.end,
                quota_left: quota.allowance.quota_left,
                open_until: of.open_until,
                restored_at: engine.restored_at,
            };
            let named = DeliveryRef { broadcast: of.id, lead: row.lead.lead.id };
            match gate::permit(Intent::Bulk(bulk), &row.lead.lead, page, now, engine.clock.monotonic()) {
                Ok(permit) => {
                    quota.take_one();
                    room -= 1;
                    look.has_claimed = true;
                    said.taken.push((place.page, named, known.claim_id));
                    self.claim.messages.push(Claimed {
                        item: Item::Delivery(named),
                        permit,
                        attempts: row.attempts,
                        lead: row.lead,
                        body: Body::Bulk(of.id),
                    });
                }
                Err(refusal) => {
                    self.claim.refused += 1;
                    said.refused.push((place.page, named, refusal.code()));
                }
            }
        }
    }

    /// Looks no further at this broadcast; `is_at_end`: nothing of it is due.
    fn close(&mut self, is_at_end: bool) {
        let Some(look) = self.at.take() else { return };
        self.claim.passes.push((look.of.id, look.pass));
        if look.has_claimed {
            self.begun.push(look.of.id);
        } else if is_at_end {
            self.ended.push(look.of.id);
        }
    }

    /// What goes with the messages.
    fn end(&mut self, tx: &Tx<'_>, engine: &Arc<Engine>) -> Result<(), StoreError> {
        for id in std::mem::take(&mut self.begun) {
            if !self.of.known.contents.contains(&id) {
                self.claim.contents.extend(broadcast::get(tx.brand(self.of.place.brand), id)?);
            }
        }
        if !self.claim.messages.is_empty() {
            let leads: Vec<LeadId> = self.claim.messages.iter().map(|m| m.lead.lead.id).collect();
            self.claim.flight = Some(Flight::enter(engine, self.of.place.page, leads));
        }
        Ok(())
    }

    fn is_due(&mut self, at: Option<Timestamp>) {
        self.claim.next_due = [self.claim.next_due, at].into_iter().flatten().min();
    }
}

impl Quota {
    fn take_one(&mut self) {
        self.allowance.quota_left = self.allowance.quota_left.saturating_sub(1);
        self.spent = self.spent.saturating_add(1);
    }
}

impl Quotas {
    fn load(tx: &Tx<'_>, turns: &[&mut Turn<'_>], now: Timestamp) -> Result<Self, StoreError> {
        let of = turns
            .iter()
            .flat_map(|turn| turn.left.iter().map(|of| (turn.of.place.brand, of.account)))
            .collect::<BTreeSet<_>>();
        let accounts: Vec<_> = of.into_iter().collect();
        let found = subscription::get_many(tx, &accounts)?.into_iter();
        let quota = |found| Quota { allowance: Allowance::of(found, now), spent: 0 };
        Ok(Self(accounts.into_iter().zip(found.map(quota)).collect()))
    }

    fn spend(self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let spent = self.0.into_iter().filter(|(_, quota)| quota.spent > 0);
        for ((brand, account), quota) in spent {
            subscription::spend(tx.brand(brand), account, quota.allowance.month, quota.spent)?;
        }
        Ok(())
    }
}
