//! The door: a signed delivery is verified, split, deduplicated and committed before its 200.
//!
//! Invariants: nothing is kept of a delivery whose signature is wrong; a withdrawal takes effect in
//! the very commit that precedes the 200 and is acknowledged only when no permit for that lead is
//! in flight; one delivery that names several people leaves no bytes of one in the rows of another;
//! what needs no processing (reads, deliveries) is not kept at all; no more deliveries wait than there is
//! [`crate::room`] for.

use crate::brands::BrandContext;
use crate::failpoint::Point;
use crate::flight::NONE_STARTS;
use crate::run::pause;
use crate::{Engine, EngineError, Route};
use bytes::Bytes;
use messenger::{recognise, signature, webhook};
use minicbor::{Decode, Encode};
use model::consent::{Act, Consents, Scope};
use model::delivery::DeliveryRef;
use model::id::{AccountId, BrandId, InboxId, LeadId, PageId};
use model::inbound::{Array, Event, Inbound};
use model::personal::Personal;
use model::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use store::tables::delivery::{self, Echo};
use store::tables::inbox::Waiting;
use store::tables::lookup::Macs;
use store::tables::seen::Mark;
use store::tables::{self, inbox, lookup, seen, tally};
use store::together::Share;
use store::{StoreError, Tx};
use tokio::sync::OwnedSemaphorePermit;
use vault::DuplicateKey;

/// The longest that a withdrawal's acknowledgement waits; Meta gives five seconds.
const ACKNOWLEDGE: Duration = Duration::from_secs(4);
const _: () = assert!(ACKNOWLEDGE.as_millis() > NONE_STARTS.as_millis());

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Received {
    /// Events that now wait to be processed.
    pub taken: usize,
    /// Events that had been received before.
    pub duplicates: usize,
    /// Events of pages that are not connected here, or that need no processing.
    pub passed_over: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error(
        "no Facebook app is configured, so that no delivery can be verified: give messenger.app_id, app_secret and verify_token"
    )]
    NoApp,
    #[error("the signature does not match the body: check the app secret in the configuration and at Meta")]
    BadSignature,
    #[error("the body is not a page's webhook delivery")]
    Malformed,
    #[error("more deliveries wait to be stored than there is room for; it will be repeated")]
    Full,
    #[error("the delivery could not be stored; it will be repeated")]
    Unavailable(#[from] EngineError),
}

impl From<StoreError> for ReceiveError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// A waiting event's envelope: what is needed to process it as if it came now.
#[derive(Encode, Decode)]
pub(crate) struct KeptEvent {
    /// Meta's page id.
    #[n(0)]
    pub page: String,
    /// 0 messaging, 1 standby, 2 changes.
    #[n(1)]
    pub array: u8,
    /// The whole delivery when it names this person only, else this event alone.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// Meta's signature over `body`, when it is the whole delivery.
    #[n(3)]
    pub signature: Option<String>,
    /// Where the event lies in `body`.
    #[n(4)]
    pub start: u64,
    #[n(5)]
    pub end: u64,
    /// When it happened, in microseconds, as read at the door.
    #[n(6)]
    pub at: i64,
    #[n(7)]
    pub psid: Option<Personal<String>>,
}

pub(crate) const fn array_number(array: Array) -> u8 {
    match array {
        Array::Messaging => 0,
        Array::Standby => 1,
        Array::Changes => 2,
    }
}

/// A withdrawal that has to stand before the 200.
#[derive(Clone, Copy)]
struct Withdrawal {
    brand: BrandId,
    mac: Macs,
    scope: Scope,
    /// By Meta's clock.
    stated_at: Timestamp,
    /// From when it counts, as far as our own is concerned.
    at: Timestamp,
}

/// One event on its way into the inbox.
#[derive(Clone)]
struct Arrival {
    waiting: Waiting,
    mark: Mark,
    withdrawal: Option<Withdrawal>,
    /// Nothing tells a repeated delivery of it from a new act.
    is_untimed: bool,
}

/// What a delivery leaves in the database.
pub(crate) struct Parcel {
    arrivals: Vec<Arrival>,
    echoes: Vec<(Route, DeliveryRef)>,
    /// Where its pages are to be still, and Meta's ids of them: where other nodes may have moved them.
    routes: Vec<(Route, String)>,
    now: Timestamp,
    _place: OwnedSemaphorePermit,
}

impl Share for Parcel {
    /// `None`: a page is not any more where it was.
    type Done = Option<Done>;
    const NAME: &'static str = "receive";
    const MOST: usize = 500;
    /// While one waits for the disk, the next is being written.
    const COMMITS: usize = 2;

    /// Its events.
    fn weight(&self) -> usize {
        self.arrivals.len().saturating_add(self.echoes.len())
    }

    fn commit(tx: &Tx<'_>, all: &[Self]) -> Result<Vec<Option<Done>>, StoreError> {
        commit(tx, all)
    }
}

impl Engine {
    /// Takes one delivery. When it returns `Ok`, what matters of it is durable.
    ///
    /// # Errors
    /// Nothing is stored on any of them.
    pub async fn receive(
        self: &Arc<Self>,
        body: Bytes,
        signature256: Option<&str>,
    ) -> Result<Received, ReceiveError> {
        if let Some(received) = self.try_receive(body.clone(), signature256).await? {
            return Ok(received);
        }
        // Another node has connected, moved or erased a page meanwhile: once more, by what holds now.
        self.load_routes().await?;
        let received = self.try_receive(body, signature256).await?;
        received.ok_or(ReceiveError::Unavailable(EngineError::NotYet("a page is just being moved")))
    }

    /// `None`: a page is not any more where this node knew it; nothing was stored.
    async fn try_receive(
        self: &Arc<Self>,
        body: Bytes,
        signature256: Option<&str>,
    ) -> Result<Option<Received>, ReceiveError> {
        if !self.settings.has_app() {
            return Err(ReceiveError::NoApp);
        }
        let now = self.clock.now();
        let secrets: Vec<&str> = self.settings.app_secrets.iter().map(|s| s.reveal().as_str()).collect();
        signature::verify(&secrets, &body, signature256).map_err(|_| ReceiveError::BadSignature)?;
        let events = webhook::parse(&body, now).map_err(|_| ReceiveError::Malformed)?;
        let is_withdrawal = events.iter().any(|event| recognise::withdrawal(event).is_some());
        let place = self.room.take(body.len(), is_withdrawal).ok_or_else(|| {
            self.note_turned_away("webhook");
            ReceiveError::Full
        })?;
        let mut received = Received::default();
        let keys = self.vault.duplicates(now).await.map_err(EngineError::from)?;
        // The raw delivery is evidence only when it names one person: else an erased person's bytes
        // would stay in another's row.
        let one_person = {
            let mut named = events.iter().filter_map(|e| e.psid.as_ref());
            let first = named.next();
            first.is_some()
                && named.all(|psid| Some(psid) == first)
                && events.iter().all(|e| e.psid.is_some())
        };
        let mut arrivals = Vec::with_capacity(events.len());
        let mut echoes = Vec::new();
        let mut routes: Vec<(Route, String)> = Vec::new();
        for (order, event) in events.iter().enumerate() {
            let Some(route) = self.routed(&event.meta_page).await? else {
                received.passed_over += 1;
                continue;
            };
            if !routes.iter().any(|(known, _)| *known == route) {
                routes.push((route, event.meta_page.clone()));
            }
            if let Event::Echo { metadata, .. } = &event.event {
                match metadata.as_deref().and_then(DeliveryRef::from_metadata) {
                    Some(delivery) => echoes.push((route, delivery)),
                    None => received.passed_over += 1,
                }
                continue;
            }
            if !matters(&event.event) {
                received.passed_over += 1;
                continue;
            }
            let brand = &self.brands.get(route.brand)?;
            let mark = {
                let parts = messenger::recognise::duplicate_parts(event, &body);
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                let placed = |key: &DuplicateKey| placed(key.mac(&parts), event.stated_at);
                Mark {
                    mac: placed(&keys.current.1),
                    period: keys.current.0,
                    others: [&keys.previous, &keys.next].map(|key| key.as_ref().map(|(_, key)| placed(key))),
                }
            };
            let kept = if one_person { body.to_vec() } else { body.slice(event.bytes.clone()).to_vec() };
            arrivals.push(Arrival {
                waiting: self.seal_waiting(
                    brand,
                    route,
                    event,
                    kept,
                    signature256.filter(|_| one_person),
                    order,
                    now,
                )?,
                mark,
                withdrawal: withdrawal(brand, event, now),
                is_untimed: event.stated_at.is_none() && event.event.mid().is_none(),
            });
        }
        if arrivals.is_empty() && echoes.is_empty() {
            self.counts.received(&received);
            return Ok(Some(received));
        }
        // Whatever becomes of this request, what was committed gets processed.
        let _wake = WakeReply(self, arrivals.iter().map(|arrival| arrival.waiting.page).collect());
        let mut parcel = Parcel { arrivals, echoes, routes: Vec::new(), now, _place: place };
        let stored = if self.nodes.is_shared {
            parcel.routes = routes;
            self.deliveries.store(&self.data, parcel).await
        } else {
            let write = move |tx: &Tx<'_>| commit(tx, std::slice::from_ref(&parcel));
            self.data.write(Parcel::NAME, write).await.map(|done| done.into_iter().next().flatten())
        };
        let Some(done) = stored? else {
            return Ok(None);
        };
        self.settings.fail_points.pass(Point::AfterReceiveCommit);
        received.taken = done.taken;
        received.duplicates = done.duplicates;
        self.counts.received(&received);
        if !done.withdrawn.is_empty() {
            // The acknowledgement waits until no message to these leads can start any more.
            // Flights end by themselves, and no later; the bound is for the unforeseen.
            tokio::select! {
                () = self.landed(&done.withdrawn) => {}
                () = pause(ACKNOWLEDGE) => tracing::error!("permits stayed in flight too long"),
            }
        }
        Ok(Some(received))
    }

    #[expect(clippy::too_many_arguments, reason = "one event's context; a struct would only rename it")]
    fn seal_waiting(
        &self,
        brand: &BrandContext,
        route: Route,
        event: &Inbound,
        body: Vec<u8>,
        signature: Option<&str>,
        order: usize,
        now: Timestamp,
    ) -> Result<Waiting, EngineError> {
        let id = InboxId::in_order(now, order, &*self.entropy);
        let (start, end) =
            if signature.is_some() { (event.bytes.start, event.bytes.end) } else { (0, body.len()) };
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let kept = KeptEvent {
            page: event.meta_page.clone(),
            array: array_number(event.array),
            body,
            signature: signature.map(str::to_owned),
            start: number(start),
            end: number(end),
            at: event.at.min(now).micros(),
            psid: event.psid.clone(),
        };
        let sealed = brand
            .key
            .seal_value(&brand.place("inbox", id.0), &kept, &*self.entropy)
            .map_err(|_| EngineError::Sealed { place: "inbox" })?;
        Ok(Waiting { id, brand: route.brand, page: route.page, received_at: now, sealed })
    }
}

/// A mark begins with the second of its event, so that marks of the same time lie together: scattered,
/// each would have the database write a page of its own.
fn placed(mac: [u8; 16], at: Option<Timestamp>) -> [u8; 16] {
    let second = at.map_or(0, |at| u32::try_from(at.micros() / 1_000_000).unwrap_or(u32::MAX));
    let mut placed = mac;
    placed.iter_mut().zip(second.to_be_bytes()).for_each(|(to, from)| *to = from);
    placed
}

/// Wakes the replies when dropped: also when the sender hangs up between the commit and the 200.
struct WakeReply<'a>(&'a Engine, Vec<PageId>);

impl Drop for WakeReply<'_> {
    fn drop(&mut self) {
        self.0.wake.reply.notify_one();
        self.0.call_reply(self.1.iter().copied());
    }
}

/// Whether an event needs to be processed. What Meta says of reading and delivering is not kept:
/// no behaviour is recorded per person (claim F5).
fn matters(event: &Event) -> bool {
    match event {
        Event::Message(_)
        | Event::Postback { .. }
        | Event::Referral { .. }
        | Event::OptIn { .. }
        | Event::OptOut
        | Event::Reaction { removed: false }
        | Event::ThreadControl { .. }
        | Event::TemplateStatus { .. }
        | Event::Policy { .. } => true,
        Event::Resume
        | Event::Echo { .. }
        | Event::Delivered { .. }
        | Event::Read { .. }
        | Event::Reaction { removed: true }
        | Event::Edit
        | Event::AccountLinking
        | Event::Feed { .. }
        | Event::Other { .. } => false,
    }
}

fn withdrawal(brand: &BrandContext, event: &Inbound, now: Timestamp) -> Option<Withdrawal> {
    let (scope, _) = recognise::withdrawal(event)?;
    let psid = event.psid.as_ref()?;
    Some(Withdrawal {
        brand: brand.id,
        mac: brand.lead_macs(&event.meta_page, psid.reveal()),
        scope,
        stated_at: stated_at(event.at),
        at: stated_at(event.at).min(now.plus(AHEAD)),
    })
}

/// How far Meta's clock may be ahead of ours.
const AHEAD: Span = Span::minutes(5);

/// When a withdrawal was, by Meta's clock: to the end of its second where Meta gave whole seconds, so that no Yes of the
/// same moment outlives it.
fn stated_at(at: Timestamp) -> Timestamp {
    let whole_second = at.micros() % 1_000_000 == 0;
    if whole_second { at.plus(Span::micros(999_999)) } else { at }
}

/// When it counts from: not moved back behind a Yes that was not later, where our clock is behind the one by which that
/// Yes was written down.
fn counts_from(consents: &Consents, withdrawal: &Withdrawal) -> Timestamp {
    let agreed =
        [consents.started, consents.informed, consents.confirmed].into_iter().flatten().map(|(at, _)| at);
    agreed.filter(|at| *at <= withdrawal.stated_at).fold(withdrawal.at, Timestamp::max)
}

/// What became of a parcel.
#[derive(Default)]
pub(crate) struct Done {
    taken: usize,
    duplicates: usize,
    /// Whose withdrawal stands now, or stood already when it came once more.
    withdrawn: Vec<(BrandId, LeadId)>,
}

/// Which of these pages do not lead any more where this node believes; each is asked for once a commit.
fn moved(tx: &Tx<'_>, parcels: &[Parcel]) -> Result<BTreeSet<(PageId, AccountId)>, StoreError> {
    let believed: BTreeMap<(PageId, AccountId), &(Route, String)> =
        parcels.iter().flat_map(|parcel| &parcel.routes).map(|route| (route.0.place(), route)).collect();
    let asked: Vec<_> = believed.values().map(|(route, _)| (route.brand, route.page)).collect();
    let found = tables::page::whose(tx, &asked)?;
    let gone = believed.iter().zip(found).filter(|((place, (_, meta_page)), found)| {
        found.as_ref().is_none_or(|(account, meta_id)| *account != place.1 || meta_id != meta_page)
    });
    Ok(gone.map(|((place, _), _)| *place).collect())
}

/// Stores what came, all of it or nothing; of a parcel whose pages are not any more where they were, nothing (`None`).
fn commit(tx: &Tx<'_>, parcels: &[Parcel]) -> Result<Vec<Option<Done>>, StoreError> {
    let moved = moved(tx, parcels)?;
    let stays = |parcel: &Parcel| parcel.routes.iter().all(|(route, _)| !moved.contains(&route.place()));
    let all: Vec<_> = parcels.iter().map(|parcel| stays(parcel).then_some(parcel)).collect();
    let marks: Vec<Mark> = all.iter().flatten().flat_map(|p| &p.arrivals).map(|a| a.mark).collect();
    let mut new = Vec::with_capacity(marks.len());
    // Where the key changes between two of them, the second is looked for under the first one's.
    for marks in marks.chunk_by(|one, next| one.period == next.period) {
        new.extend(seen::insert_new(tx, marks)?);
    }
    let mut new = new.into_iter();
    let mut taken = Vec::with_capacity(marks.len());
    let mut duplicates: BTreeMap<(BrandId, PageId), i64> = BTreeMap::new();
    let mut done = Vec::with_capacity(parcels.len());
    for parcel in &all {
        let Some(parcel) = parcel else {
            done.push(None);
            continue;
        };
        let new = new.by_ref().take(parcel.arrivals.len());
        done.push(Some(arrive(tx, parcel, new, &mut taken, &mut duplicates)?));
    }
    settle(tx, &all)?;
    inbox::insert_many(tx, &taken)?;
    for ((brand, page), count) in duplicates {
        tally::add(tx.brand(brand), page, "duplicates", count)?;
    }
    Ok(done)
}

/// What was heard of deliveries, all at once: a lane that writes down what became of them waits for these rows.
fn settle(tx: &Tx<'_>, all: &[Option<&Parcel>]) -> Result<(), StoreError> {
    let echoes = all.iter().flatten().flat_map(|parcel| {
        parcel.echoes.iter().map(|(route, delivery)| Echo {
            brand: route.brand,
            page: route.page,
            delivery: *delivery,
            at: parcel.now,
        })
    });
    delivery::settle_by_echoes(tx, echoes).map(drop)
}

/// Tells a parcel's new events from those that came before; withdrawals stand at once.
fn arrive(
    tx: &Tx<'_>,
    parcel: &Parcel,
    new: impl Iterator<Item = bool>,
    taken: &mut Vec<Waiting>,
    duplicates: &mut BTreeMap<(BrandId, PageId), i64>,
) -> Result<Done, StoreError> {
    let mut done = Done::default();
    for (arrival, is_new) in parcel.arrivals.iter().zip(new) {
        // A stop that may be a new one counts, on the safe side.
        if let Some(withdrawal) = arrival.withdrawal.filter(|_| is_new || arrival.is_untimed) {
            withdraw(tx, withdrawal, parcel.now, &mut done.withdrawn)?;
        }
        if !is_new {
            // Another node may have taken it and still be waiting: nobody is told before it is so.
            if let Some(withdrawal) = arrival.withdrawal {
                let found = lookup::find_many(tx.brand(withdrawal.brand), &[withdrawal.mac])?;
                done.withdrawn.extend(found.into_iter().flatten().map(|lead| (withdrawal.brand, lead)));
            }
            done.duplicates += 1;
            *duplicates.entry((arrival.waiting.brand, arrival.waiting.page)).or_insert(0) += 1;
            continue;
        }
        done.taken += 1;
        taken.push(arrival.waiting.clone());
    }
    Ok(done)
}

/// Makes a withdrawal stand: in the lead's row, or ahead of it.
fn withdraw(
    tx: &Tx<'_>,
    withdrawal: Withdrawal,
    now: Timestamp,
    withdrawn: &mut Vec<(BrandId, LeadId)>,
) -> Result<(), StoreError> {
    let scope = tx.brand(withdrawal.brand);
    match lookup::find_many(scope, &[withdrawal.mac])?.into_iter().flatten().next() {
        Some(lead) => {
            if let Some(mut stored) = tables::lead::get(scope, lead)? {
                let at = counts_from(&stored.lead.consents, &withdrawal);
                stored.lead.consents.record(Act::Withdrawal { scope: withdrawal.scope }, at);
                tables::lead::set_many(scope, std::iter::once(&stored.lead))?;
                withdrawn.push((withdrawal.brand, lead));
            }
        }
        None => lookup::withdraw_ahead(scope, &withdrawal.mac, withdrawal.scope, withdrawal.at, now)?,
    }
    Ok(())
}
