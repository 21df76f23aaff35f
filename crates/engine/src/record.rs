//! Recording: what became of the messages of one request, in one commit.
//!
//! Invariant: `unknown` is an end state and never sent again by itself; a message is
//! tried again only after a well-formed refusal by Meta, or when no byte of it had left; a withdrawal that Meta's answer
//! tells of stands in the same commit as what it says of the message. What is written late takes nothing back that came to be
//! since: another token, a person's message, a row that somebody else has ended. Whoever was to be told of a breach by what
//! ends unsent is not told, in the same commit.

use crate::accounts::notice::Rows;
use crate::actions::leads::{self, Prepared};
use crate::brands::BrandContext;
use crate::{Engine, EngineError, breach, tell};
use model::consent::{Scope, Way};
use model::delivery::{DeliveryRef, DeliveryState};
use model::evidence::Source;
use model::failure::{Class, Failure, Sent};
use model::id::{AccountId, BrandId, LeadId, OutboxId, PageId};
use model::pace::Pace;
use model::page::PageStop;
use model::plan::Month;
use model::time::{Span, Timestamp};
use std::collections::BTreeMap;
use store::tables::delivery::{self, Outcome};
use store::tables::{self, outbox, tally};
use store::{StoreError, Tx};

/// Attempts before a message that Meta keeps refusing for a moment counts as failed.
const ATTEMPTS: i64 = 4;
/// The same while Meta limits the page.
const THROTTLED_ATTEMPTS: i64 = 40;

/// What was sent: a delivery of a broadcast, or an answer of the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    Delivery(DeliveryRef),
    Reply(OutboxId),
}

/// The request that was answered.
pub struct Request<'a> {
    /// The page's envelope, in which the token lay.
    pub token: &'a [u8],
    pub began_at: Timestamp,
    pub answered_at: Timestamp,
}

/// An answer that is not kept any more.
#[derive(Debug, Clone, Copy)]
struct Done {
    id: OutboxId,
    /// In the page's tally.
    counts_as: Option<&'static str>,
    /// Whom it certainly did not reach.
    missed: Option<LeadId>,
}

/// What one lane has to write down.
#[derive(Debug, Clone, Default)]
pub struct Records {
    outcomes: Vec<Outcome>,
    unstarted: Vec<DeliveryRef>,
    replies_done: Vec<Done>,
    replies_again: Vec<(OutboxId, bool, Timestamp)>,
    /// As of when the request began that was told so.
    unavailable: Vec<(LeadId, Timestamp)>,
    elsewhere: Vec<(LeadId, Timestamp)>,
    /// And the page's envelope of which Meta said it.
    pub stop: Option<(PageStop, Vec<u8>)>,
    /// The month under which they were counted against the plan.
    pub month: Option<Month>,
    /// People who stopped the topic at Meta: withdrawn in the same commit.
    pub opted_out: Vec<(LeadId, String)>,
}

impl Records {
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
            && self.unstarted.is_empty()
            && self.replies_done.is_empty()
            && self.replies_again.is_empty()
            && self.stop.is_none()
    }

    /// The states that deliveries are in once this is written.
    pub fn ended(&self) -> impl Iterator<Item = DeliveryState> {
        self.outcomes.iter().map(|outcome| outcome.state)
    }

    /// A message whose request never started: as if it had not been claimed.
    pub fn not_started(&mut self, item: Item) {
        match item {
            Item::Delivery(delivery) => self.unstarted.push(delivery),
            Item::Reply(id) => self.replies_again.push((id, false, Timestamp::ZERO)),
        }
    }

    /// The lead's key went between the claim and the request, or what it opens is damaged.
    pub fn erased(&mut self, item: Item, lead: LeadId) {
        match item {
            Item::Delivery(delivery) => self.end(delivery, DeliveryState::Refused, Some("erased".to_owned())),
            Item::Reply(id) => self.replies_done.push(Done { id, counts_as: None, missed: Some(lead) }),
        }
    }

    fn end(&mut self, delivery: DeliveryRef, state: DeliveryState, reason: Option<String>) {
        self.outcomes.push(Outcome { delivery, state, reason, next_at: Timestamp::ZERO });
    }

    /// Takes in Meta's answer for one message.
    pub fn answered(
        &mut self,
        item: Item,
        lead: LeadId,
        attempts: i64,
        sent: Sent,
        pace: Option<&mut Pace>,
        request: &Request<'_>,
    ) {
        let now = request.answered_at;
        let failure = match (sent, item) {
            (Ok(_), Item::Delivery(delivery)) => return self.end(delivery, DeliveryState::Sent, None),
            (Ok(_), Item::Reply(id)) => {
                return self.replies_done.push(Done { id, counts_as: Some("replies_sent"), missed: None });
            }
            (Err(failure), _) => failure,
        };
        match failure.class {
            Class::Unavailable => self.unavailable.push((lead, request.began_at)),
            Class::ThreadElsewhere => self.elsewhere.push((lead, request.began_at)),
            Class::OptedOut => self.opted_out.push((lead, failure.code.clone())),
            Class::PageStop(stop) => self.stop = Some((stop, request.token.to_vec())),
            Class::Throttle => {
                if let Some(pace) = pace {
                    pace.throttle(failure.retry_after, now);
                }
            }
            _ => {}
        }
        let again = again_at(&failure, attempts, now);
        match (item, again) {
            (Item::Delivery(delivery), Some(next_at)) => {
                let reason = Some(failure.code);
                self.outcomes.push(Outcome { delivery, state: DeliveryState::Planned, reason, next_at });
            }
            (Item::Delivery(delivery), None) => {
                let unknown = failure.class == Class::Unknown;
                let state = if unknown { DeliveryState::Unknown } else { DeliveryState::Failed };
                self.end(delivery, state, Some(failure.code));
            }
            (Item::Reply(id), Some(next_at)) => self.replies_again.push((id, true, next_at)),
            (Item::Reply(id), None) => {
                let is_unknown = failure.class == Class::Unknown;
                let counts_as = if is_unknown { "replies_unknown" } else { "replies_failed" };
                let missed = (!is_unknown).then_some(lead);
                self.replies_done.push(Done { id, counts_as: Some(counts_as), missed });
            }
        }
    }
}

/// Nothing is put off for longer: what is due later was put off by a clock that has been put back since.
pub(crate) const PUT_OFF: Span = Span::minutes(2);

/// When to try again, if at all. A stopped page's message goes back: the gate refuses it with the
/// page's reason, or it leaves once the page works again.
fn again_at(failure: &Failure, attempts: i64, now: Timestamp) -> Option<Timestamp> {
    match failure.class {
        Class::Retry if attempts < ATTEMPTS => {
            let pause = Span::secs(2_i64.saturating_pow(u32::try_from(attempts).unwrap_or(6).min(6)));
            Some(now.plus(failure.retry_after.unwrap_or(pause).min(PUT_OFF)))
        }
        Class::Throttle if attempts < THROTTLED_ATTEMPTS => Some(now),
        Class::PageStop(_) => Some(now),
        _ => None,
    }
}

/// Where the records belong.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub brand: BrandId,
    pub page: PageId,
    pub account: AccountId,
}

/// What is written with the records.
#[derive(Default)]
pub struct With {
    /// What the account is told of a stop.
    pub told: Rows,
    pub withdrawals: Vec<Prepared>,
}

/// What one of several lanes writes down.
pub struct Recording<'a> {
    pub records: &'a Records,
    pub with: &'a With,
    pub place: Place,
    /// Marks the rows that the lane had on the wire.
    pub claim: &'a [u8; 16],
}

impl<'a> Recording<'a> {
    /// What has ended, or is to be tried again.
    fn outcomes(
        &self,
        are_again: bool,
    ) -> impl Iterator<Item = (PageId, &'a [u8; 16], &'a Outcome)> + use<'a> {
        let (page, claim) = (self.place.page, self.claim);
        let of = self.records.outcomes.iter();
        of.filter(move |outcome| (outcome.state == DeliveryState::Planned) == are_again)
            .map(move |outcome| (page, claim, outcome))
    }
}

/// Writes the records, and what goes with them: part of the lanes' next commit, or one of its own.
pub fn commit(tx: &Tx<'_>, all: &[Recording<'_>], now: Timestamp) -> Result<(), StoreError> {
    delivery::record_outcomes(tx, all.iter().flat_map(|one| one.outcomes(false)), now)?;
    end_replies(tx, all)?;
    all.iter().try_for_each(|one| rest(tx, one, now))
}

/// Counts what it ends: what somebody else has ended meanwhile, or a commit of which nothing was heard, is counted already.
fn end_replies(tx: &Tx<'_>, all: &[Recording<'_>]) -> Result<(), StoreError> {
    let done: Vec<_> =
        all.iter().flat_map(|one| one.records.replies_done.iter().map(move |done| (one, *done))).collect();
    let ended = outbox::end_many(tx, done.iter().map(|(one, done)| (done.id, one.claim)))?;
    let mut counts: BTreeMap<(BrandId, PageId, &'static str), i64> = BTreeMap::new();
    let mut missed = Vec::new();
    for ((one, done), _) in done.into_iter().zip(ended).filter(|(_, is_ended)| *is_ended) {
        if let Some(name) = done.counts_as {
            *counts.entry((one.place.brand, one.place.page, name)).or_insert(0) += 1;
        }
        missed.extend(done.missed.map(|lead| (one.place.brand, lead, done.id)));
    }
    breach::tell::not_sent(tx, &missed)?;
    tally::add_many(tx, counts.into_iter().map(|((brand, page, name), count)| (brand, page, name, count)))
}

/// What is rare.
fn rest(tx: &Tx<'_>, of: &Recording<'_>, now: Timestamp) -> Result<(), StoreError> {
    let Recording { records, with, place, claim } = *of;
    let scope = tx.brand(place.brand);
    let unspent = delivery::record_outcomes(tx, of.outcomes(true), now)?.saturating_add(delivery::unstart(
        tx,
        place.page,
        &records.unstarted,
        claim,
    )?);
    for (id, tried, next_at) in &records.replies_again {
        outbox::set_again(tx, *id, *tried, *next_at, claim)?;
    }
    tables::lead::set_unavailable(tx, &records.unavailable)?;
    tables::lead::set_thread_elsewhere(tx, &records.elsewhere)?;
    for withdrawal in &with.withdrawals {
        leads::write(tx, place.brand, withdrawal, now)?;
    }
    if let Some((stop, token)) = &records.stop {
        tell::stop_by_meta(scope, place.page, (*stop, Some(token)), &with.told, now)?;
    }
    if let (Some(month), true) = (records.month, unspent > 0) {
        tables::subscription::give_back(scope, place.account, month, unspent)?;
    }
    Ok(())
}

/// Meta's answers to sends said that these people stopped: withdrawals like any other.
pub async fn withdrawals(
    engine: &Engine,
    brand: &BrandContext,
    opted_out: &[(LeadId, String)],
) -> Result<Vec<Prepared>, EngineError> {
    let mut ready = Vec::with_capacity(opted_out.len());
    for (lead, code) in opted_out {
        let source = Source::Platform { code: code.clone() };
        ready.push(leads::make_ready(engine, brand, *lead, (Scope::All, Way::Platform, source)).await?);
    }
    Ok(ready)
}
