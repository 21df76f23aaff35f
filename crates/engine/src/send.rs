//! A page's lane: claims a few messages and records what became of the last request in one commit
//! (`claim`, `record`); then sends one request within the page's pace. Answers of the bot go before
//! broadcasts.
//!
//! Invariants: one lane holds the page at a time (lease with a fence, asked inside each commit);
//! permits are used or dropped within two seconds; at most one request is on the wire, so a kill leaves
//! at most one request's rows unknown. All lanes of a node together have no more on the wire than it has slots; a slot
//! is had before anything is claimed, because a permit does not wait, and first come is first served.

use crate::accounts::notice::Rows;
use crate::actions::links;
use crate::actions::pages::PageSecrets;
use crate::brands::BrandContext;
use crate::claim::{Body, Claim, Claimed, Claiming, Known, Pass};
use crate::failpoint::Point;
use crate::flight::NONE_STARTS;
use crate::record::{self, Item, PUT_OFF, Place, Recording, Records, Request};
use crate::run::pause;
use crate::subscriptions::LeadsEnd;
use crate::{Engine, EngineError, tell};
use messenger::errors;
use messenger::graph::GraphError;
use messenger::send::{Envelope, SendResult};
use model::entropy::random;
use model::failure::Class;
use model::id::{BroadcastId, PageId};
use model::lead::LeadProfile;
use model::outgoing::{BulkMessage, Content, Outgoing, WayOut};
use model::pace::Pace;
use model::page::{Page, PageStop};
use model::ports::MAX_CONNECT;
use model::time::{Span, Timestamp};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use store::tables::broadcast::StoredBroadcast;
use store::tables::page::StoredPage;
use store::tables::{delivery, lease, outbox, tally};
use store::together::Share as _;
use store::{StoreError, Tx};
use tokio::sync::OwnedSemaphorePermit;
use vault::Key;

/// The beginning of the names of lanes' leases.
pub(crate) const LANE: &str = "lane:";
/// How long a lane is held without being extended, which happens at half of it: longer than a request may take. A
/// node that is gone holds nothing ([`lease::take_from_node`]).
const LEASE: Span = Span::secs(60);
/// After so long nobody starts a request any more, some time for clocks included.
const PERMITS_END: Duration = NONE_STARTS.saturating_add(Duration::from_millis(500));
/// When Meta did not say whether a template is approved.
const APPROVAL_AGAIN: Span = Span::secs(10);
/// How long a withdrawal waits for a request whose answer does not come. Connecting gives up sooner, so by then the bytes
/// are handed over.
const FLIGHT: Duration = Duration::from_secs(2);
const _: () = assert!(FLIGHT.as_millis() > MAX_CONNECT.as_millis());

/// What the lane did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepped {
    /// Did something: come again at once.
    On,
    /// Nothing is due before then.
    Until(Timestamp),
    /// Nothing to do.
    Idle,
    /// Other lanes have as many requests on the wire as this node may: [`Lane::wait_for_slot`].
    Full,
    /// Another node holds the lane.
    Elsewhere,
}

pub struct Lane {
    engine: Arc<Engine>,
    page: PageId,
    brand: Arc<BrandContext>,
    place: Place,
    pace: Option<Pace>,
    held_until: Timestamp,
    /// The number under which the lease is held: another one says that somebody else held it in between.
    fence: Option<i64>,
    /// Marks the rows that this lane has on the wire; made anew when a commit was left in doubt.
    claim_id: [u8; 16],
    /// A commit failed, and whether it stands is not known.
    is_in_doubt: bool,
    records: Records,
    contents: HashMap<BroadcastId, Arc<Content>>,
    secrets: Option<(Vec<u8>, Arc<PageSecrets>)>,
    /// Utility broadcasts whose template Meta has, or has not, approved for this page.
    approved: HashMap<BroadcastId, bool>,
    passes: HashMap<BroadcastId, Pass>,
    /// Who is beyond the number of leads of the account's plan.
    leads_end: LeadsEnd,
    /// The last claim was of a broadcast: wait until a batch fits.
    in_bulk: bool,
    /// For the next request, if it was waited for.
    slot: Option<OwnedSemaphorePermit>,
}

impl Lane {
    pub fn new(engine: &Arc<Engine>, page: &Page) -> Result<Self, EngineError> {
        Ok(Self {
            brand: engine.brands.get(page.brand)?,
            place: Place { brand: page.brand, page: page.id, account: page.account },
            page: page.id,
            pace: engine.settings.pace.map(Pace::new),
            engine: Arc::clone(engine),
            held_until: Timestamp::ZERO,
            fence: None,
            claim_id: random(&*engine.entropy),
            is_in_doubt: false,
            records: Records::default(),
            contents: HashMap::new(),
            secrets: None,
            approved: HashMap::new(),
            passes: HashMap::new(),
            leads_end: LeadsEnd::default(),
            in_bulk: false,
            slot: None,
        })
    }

    /// Until this lane may have a request on the wire. Nothing is claimed and nothing unrecorded meanwhile.
    pub async fn wait_for_slot(&mut self) {
        // Never closed.
        self.slot = Arc::clone(&self.engine.slots).acquire_owned().await.ok();
    }

    fn lease_name(&self) -> String {
        format!("{LANE}{}", self.page)
    }

    /// One request's worth of work.
    pub async fn step(&mut self) -> Result<Stepped, EngineError> {
        // Given back at the end of this step, however it ends.
        let mut slot = self.slot.take();
        if self.is_in_doubt {
            // What was answered is written first, under the old mark; then whatever else bears that
            // mark was perhaps sent: it is unknown.
            self.flush().await?;
            self.claim_id = random(&*self.engine.entropy);
            self.held_until = Timestamp::ZERO;
            self.is_in_doubt = false;
        }
        self.engine.notice_brands().await;
        self.brand = self.engine.brands.get(self.place.brand)?;
        if !self.hold().await? {
            return Ok(Stepped::Elsewhere);
        }
        let room = match self.room() {
            Room::For(messages) => messages,
            Room::From(at) => {
                // What is known is not left unrecorded while waiting.
                self.flush().await?;
                return Ok(Stepped::Until(at));
            }
        };
        if slot.is_none() {
            slot = Arc::clone(&self.engine.slots).try_acquire_owned().ok();
        }
        if slot.is_none() {
            self.flush().await?;
            return Ok(Stepped::Full);
        }
        let claim = self.claim(room).await?;
        if claim.messages.is_empty() && claim.unapproved.is_empty() {
            // Nothing to ask of Graph.
            drop(slot);
        }
        if !claim.is_held {
            self.held_until = Timestamp::ZERO;
            return Ok(Stepped::On);
        }
        for id in &claim.drained {
            self.contents.remove(id);
            self.approved.remove(id);
            self.passes.remove(id);
            self.engine.finish_if_done(self.place.brand, *id).await?;
        }
        if claim.messages.is_empty() && claim.wants_leads_end {
            self.leads_end = self.engine.shared_leads_end(self.place.brand, self.place.account).await?;
            return Ok(Stepped::On);
        }
        if claim.messages.is_empty() && !claim.unapproved.is_empty() {
            return self.ask_approval(&claim).await;
        }
        if claim.messages.is_empty() {
            self.in_bulk = false;
            return Ok(match claim.next_due {
                _ if claim.is_cut => Stepped::On,
                Some(at) => Stepped::Until(at),
                None => Stepped::Idle,
            });
        }
        let now = self.engine.clock.now();
        if let Some(pace) = &mut self.pace {
            pace.spend(u32::try_from(claim.messages.len()).unwrap_or(u32::MAX), now);
        }
        self.in_bulk = matches!(claim.messages.last(), Some(Claimed { body: Body::Bulk(_), .. }));
        // What does not go after all is given back to the month that it was counted under.
        self.records.month = Some(claim.month);
        self.request(claim).await?;
        Ok(Stepped::On)
    }

    /// Takes or extends the lease. A new holder settles what the one before left on the wire.
    async fn hold(&mut self) -> Result<bool, EngineError> {
        let now = self.engine.clock.now();
        if now < self.held_until.minus(Span(LEASE.0 / 2)) {
            return Ok(true);
        }
        let was_held = now < self.held_until;
        let (name, holder, place) = (self.lease_name(), self.engine.holder, self.place);
        let (claim_id, known) = (self.claim_id, self.fence.filter(|_| was_held));
        let until = now.plus(LEASE);
        let fail_points = self.engine.settings.fail_points.clone();
        let is_shared = self.engine.nodes.is_shared;
        let taken = self
            .engine
            .data
            .write("hold_lane", move |tx| {
                let Some(fence) = lease::take_from_node(tx, &name, &holder, until, now)? else {
                    return Ok::<_, StoreError>(None);
                };
                let is_new = known != Some(fence);
                let must_wait = is_new && is_shared && are_others_on_the_wire(tx, place, &claim_id)?;
                if is_new && !must_wait {
                    recover(tx, place, &claim_id, now)?;
                }
                // Also while a broadcast fills the lane, which looks for no time then.
                outbox::pull(tx, place.page, now.plus(PUT_OFF), now)?;
                fail_points.pass(Point::BeforeHoldCommit);
                Ok(Some((fence, must_wait)))
            })
            .await?;
        self.engine.settings.fail_points.pass(Point::AfterHoldCommit);
        let Some((fence, must_wait)) = taken else {
            self.held_until = Timestamp::ZERO;
            return Ok(false);
        };
        if must_wait {
            // Whoever held it before may live on with permits: others wait for these rows, so they stay until no
            // permit is good any more.
            pause(PERMITS_END).await;
            let (name, now) = (self.lease_name(), self.engine.clock.now());
            let recovered = self.engine.data.write("take_up_lane", move |tx| {
                let is_held = lease::is_kept(tx, &name, &holder)?;
                if is_held {
                    recover(tx, place, &claim_id, now)?;
                }
                Ok::<_, StoreError>(is_held)
            });
            if !recovered.await? {
                return Ok(false);
            }
        }
        (self.held_until, self.fence) = (until, Some(fence));
        Ok(true)
    }

    /// How many messages may leave now, or when some may.
    fn room(&mut self) -> Room {
        let batch = self.engine.settings.batch.clamp(1, messenger::send::MAX_BATCH);
        let Some(pace) = &mut self.pace else { return Room::For(batch) };
        let now = self.engine.clock.now();
        pace.notice(now);
        let wanted = if self.in_bulk { u32::try_from(batch).unwrap_or(1) } else { 1 };
        let at = pace.when(wanted, now);
        let free = usize::try_from(pace.available(now)).unwrap_or(1).min(batch);
        if at > now || free == 0 { Room::From(at.max(now.plus(Span::millis(1)))) } else { Room::For(free) }
    }

    /// Records what is known and gives the lane back.
    pub async fn close(mut self) -> Result<(), EngineError> {
        self.flush().await?;
        let (name, holder) = (self.lease_name(), self.engine.holder);
        Ok(self.engine.data.write("release_lane", move |tx| lease::release(tx, &name, &holder)).await?)
    }

    /// Writes down what is known. It is forgotten only once it is written.
    async fn flush(&mut self) -> Result<(), EngineError> {
        if self.records.is_empty() {
            return Ok(());
        }
        let with = self.with_records().await?;
        let records = self.records.clone();
        let (place, claim_id, now) = (self.place, self.claim_id, self.engine.clock.now());
        let fail_points = self.engine.settings.fail_points.clone();
        self.engine
            .data
            .write("record", move |tx| {
                let one = Recording { records: &records, with: &with, place, claim: &claim_id };
                record::commit(tx, &[one], now)?;
                fail_points.pass(Point::BeforeRecordCommit);
                Ok::<_, StoreError>(())
            })
            .await
            .inspect_err(|_| self.is_in_doubt = true)?;
        self.engine.settings.fail_points.pass(Point::AfterRecordCommit);
        self.forget_records();
        Ok(())
    }

    /// What is to be written with what is known.
    async fn with_records(&self) -> Result<record::With, EngineError> {
        let told = self.told_of_stop(self.records.stop.as_ref().map(|(stop, _)| *stop)).await?;
        let opted_out = &self.records.opted_out;
        Ok(record::With {
            told,
            withdrawals: record::withdrawals(&self.engine, &self.brand, opted_out).await?,
        })
    }

    /// What the account is told when Meta's answers stop the page.
    async fn told_of_stop(&self, stop: Option<PageStop>) -> Result<Rows, EngineError> {
        match stop {
            Some(stop) => self.engine.told_of_stop(self.place.brand, self.place.page, stop).await,
            None => Ok(Rows::default()),
        }
    }

    /// They are written.
    fn forget_records(&mut self) {
        let written = std::mem::take(&mut self.records);
        self.engine.counts.ended(written.ended());
        if !written.opted_out.is_empty() {
            self.engine.wake.log.notify_one();
        }
        if written.stop.is_some() {
            self.engine.wake_mail();
        }
    }

    async fn claim(&mut self, room: usize) -> Result<Claim, EngineError> {
        let claiming = Claiming {
            engine: Arc::clone(&self.engine),
            place: self.place,
            known: Known {
                contents: self.contents.keys().copied().collect(),
                approved: self.approved.clone(),
                lease: self.lease_name(),
                claim_id: self.claim_id,
                room,
                leads_end: self.leads_end,
                passes: self.passes.clone(),
            },
            with: self.with_records().await?,
            records: self.records.clone(),
        };
        let had_records = !self.records.is_empty();
        let data = &self.engine.data;
        let claim = if self.engine.nodes.is_shared {
            self.engine.claims.store(data, claiming).await
        } else {
            // One writer takes what waits into one commit by itself.
            data.write(Claiming::NAME, move |tx| claiming.alone(tx)).await
        };
        let claim = claim.inspect_err(|_| self.is_in_doubt = true)?;
        if had_records {
            self.forget_records();
            self.engine.settings.fail_points.pass(Point::AfterRecordCommit);
        }
        self.passes.extend(claim.passes.iter().copied());
        self.engine.counts.refused(claim.refused);
        if !claim.messages.is_empty() {
            self.engine.settings.fail_points.pass(Point::AfterClaimCommit);
        }
        Ok(claim)
    }

    /// Asks Meta whether the templates of utility broadcasts are approved for this page. When Meta
    /// does not say, the question is put again in a while.
    async fn ask_approval(&mut self, claim: &Claim) -> Result<Stepped, EngineError> {
        let Some(page) = &claim.page else { return Ok(Stepped::Idle) };
        let secrets = self.page_secrets(page).await?;
        let now = self.engine.clock.now();
        for stored in &claim.unapproved {
            let content = self.open_content(stored).await?;
            let Some(template) = content.template() else {
                self.approved.insert(stored.broadcast.id, false);
                continue;
            };
            let graph = &self.engine.graph;
            self.engine.settings.fail_points.pass(Point::BeforeApprovalRequest);
            let asked = graph
                .is_template_approved(&page.page.meta_id, &secrets.token, &template.name, &template.language)
                .await;
            self.engine.settings.fail_points.pass(Point::AfterApprovalRequest);
            match asked {
                Ok(approved) => {
                    self.approved.insert(stored.broadcast.id, approved);
                }
                Err(error) => {
                    tracing::warn!(%error, page = %self.page, "Meta did not say whether a template is approved");
                    let stop = match error {
                        GraphError::Refused { code, subcode, .. } => {
                            errors::classify(code, subcode, false, 0)
                        }
                        _ => Class::Retry,
                    };
                    if let Class::PageStop(stop) = stop {
                        let (place, token) = (self.place, page.sealed.clone());
                        let told = self.told_of_stop(Some(stop)).await?;
                        self.engine
                            .data
                            .write("stop_page", move |tx| {
                                let scope = tx.brand(place.brand);
                                tell::stop_by_meta(scope, place.page, (stop, Some(&token)), &told, now)
                            })
                            .await?;
                        self.engine.wake_mail();
                        return Ok(Stepped::On);
                    }
                    return Ok(Stepped::Until(now.plus(APPROVAL_AGAIN)));
                }
            }
        }
        Ok(Stepped::On)
    }

    async fn open_content(&self, stored: &StoredBroadcast) -> Result<Content, EngineError> {
        let sealed = || EngineError::Sealed { place: "broadcast" };
        let account = stored.broadcast.account.0;
        let key = self.engine.vault.key(&account).await?.ok_or_else(sealed)?;
        let place = self.brand.person_place(account, "broadcast", stored.broadcast.id.0);
        key.open_value(&place, &stored.sealed).map_err(|_| sealed())
    }

    /// Renders and sends what was claimed, in one request.
    async fn request(&mut self, mut claim: Claim) -> Result<(), EngineError> {
        let Some(page) = &claim.page else { return Ok(()) };
        let (secrets, keys) = match self.make_ready(page, &claim).await {
            Ok(ready) => ready,
            Err(error) => {
                // Nothing has left: all of it is as if it had not been claimed.
                for message in &claim.messages {
                    self.records.not_started(message.item);
                }
                return Err(error);
            }
        };
        let mut items = Vec::with_capacity(claim.messages.len());
        let mut envelopes = Vec::with_capacity(claim.messages.len());
        for message in std::mem::take(&mut claim.messages) {
            let key = keys.get(&message.lead.lead.id.0);
            let rendered = key.and_then(|key| self.render(&message, key));
            let Some((profile, outgoing)) = rendered else {
                self.records.erased(message.item, message.lead.lead.id);
                continue;
            };
            items.push((message.item, message.lead.lead.id, message.attempts));
            let metadata = match message.item {
                Item::Delivery(delivery) => delivery.to_metadata(),
                Item::Reply(id) => id.to_string(),
            };
            envelopes.push(Envelope {
                permit: message.permit,
                psid: profile.psid.clone(),
                message: outgoing,
                metadata,
                attempts: message.attempts,
            });
        }
        if envelopes.is_empty() {
            return Ok(());
        }
        self.engine.settings.fail_points.pass(Point::BeforeRequest);
        let began_at = self.engine.clock.now();
        let graph = &self.engine.graph;
        let mut sending = pin!(graph.send(&secrets.token, &page.page.meta_id, envelopes));
        // A withdrawal that waits for this flight is acknowledged once the answer is there, or once
        // the request has long been handed over: connecting takes less than that, or fails.
        let report = tokio::select! {
            report = &mut sending => report,
            () = pause(FLIGHT) => {
                drop(claim.flight.take());
                sending.await
            }
        };
        self.engine.settings.fail_points.pass(Point::AfterRequest);
        let now = self.engine.clock.now();
        if let (Some(usage), Some(pace)) = (report.usage, &mut self.pace) {
            pace.heed(usage, now);
        }
        let request = Request { token: &page.sealed, began_at, answered_at: now };
        for ((item, lead, attempts), (_, result)) in items.into_iter().zip(report.results) {
            match result {
                SendResult::PermitExpired => self.records.not_started(item),
                SendResult::Done(sent) => {
                    self.engine.counts.sent(item, &sent);
                    self.records.answered(item, lead, attempts, sent, self.pace.as_mut(), &request);
                }
            }
        }
        Ok(())
    }

    /// Loads what the messages need: the page's token, the leads' keys, the broadcasts' content.
    async fn make_ready(
        &mut self,
        page: &StoredPage,
        claim: &Claim,
    ) -> Result<(Arc<PageSecrets>, HashMap<[u8; 16], Arc<Key>>), EngineError> {
        let secrets = self.page_secrets(page).await?;
        for stored in &claim.contents {
            let content = self.open_content(stored).await?;
            self.contents.insert(stored.broadcast.id, Arc::new(content));
        }
        let ids: Vec<[u8; 16]> = claim.messages.iter().map(|m| m.lead.lead.id.0).collect();
        Ok((secrets, self.engine.vault.keys(&ids).await?))
    }

    fn render(&self, message: &Claimed, key: &Key) -> Option<(LeadProfile, Outgoing)> {
        let lead = message.lead.lead.id;
        let place = self.brand.person_place(lead.0, "lead", lead.0);
        let profile: LeadProfile = key.open_value(&place, &message.lead.sealed).ok()?;
        let outgoing = match (&message.body, message.item) {
            (Body::Reply(sealed), Item::Reply(id)) => {
                key.open_value(&self.brand.person_place(lead.0, "outbox", id.0), sealed).ok()?
            }
            (Body::Bulk(id), _) => {
                let language = profile.language.as_ref().map(|l| l.reveal().as_str());
                let (_, texts) = self.brand.brand.texts_for(language)?;
                let link = links::unsubscribe_url(&self.brand, lead);
                let way_out = WayOut {
                    button: &texts.unsubscribe_button,
                    sentence: &texts.unsubscribe_sentence,
                    link: &link,
                };
                let name = profile.given_name.as_ref().map(|n| n.reveal().as_str());
                BulkMessage::compose(self.contents.get(id)?, name, way_out).into_outgoing()
            }
            (Body::Reply(_), Item::Delivery(_)) => return None,
        };
        Some((profile, outgoing))
    }

    async fn page_secrets(&mut self, page: &StoredPage) -> Result<Arc<PageSecrets>, EngineError> {
        if let Some((sealed, secrets)) = &self.secrets
            && *sealed == page.sealed
        {
            return Ok(Arc::clone(secrets));
        }
        let secrets = Arc::new(PageSecrets::open(&self.engine, &self.brand, page).await?);
        self.secrets = Some((page.sealed.clone(), Arc::clone(&secrets)));
        Ok(secrets)
    }
}

/// Whether a request of somebody else's with messages of this page may be under way.
fn are_others_on_the_wire(tx: &Tx<'_>, place: Place, claim: &[u8; 16]) -> Result<bool, StoreError> {
    let scope = tx.brand(place.brand);
    Ok(delivery::count_sending_of_others(scope, place.page, claim)? > 0
        || outbox::count_sending_of_others(scope, place.page, claim)? > 0)
}

/// What others left on the wire is unknown.
fn recover(tx: &Tx<'_>, place: Place, claim_id: &[u8; 16], now: Timestamp) -> Result<(), StoreError> {
    delivery::recover(tx, place.page, claim_id, now)?;
    let unknown = outbox::recover(tx, place.page, claim_id)?;
    if unknown > 0 {
        let unknown = i64::try_from(unknown).unwrap_or(i64::MAX);
        tally::add(tx.brand(place.brand), place.page, "replies_unknown", unknown)?;
    }
    Ok(())
}

/// What the pace allows.
enum Room {
    /// So many messages may leave now.
    For(usize),
    /// Something may leave from then on.
    From(Timestamp),
}
