//! Processing waiting events: the lead, the evidence, the window, the bot's answer, in one commit
//! that also deletes the waiting event.
//!
//! Invariants: keys are durable before the rows that need them; a lead is raised only by a person's
//! own act; what the rules read is read again inside the commit, so that a withdrawal that came
//! through the door meanwhile is never overwritten; doing a batch twice changes nothing.

use crate::actions::pages::PageSecrets;
use crate::brands::BrandContext;
use crate::evidence::{self, About, NewEvidence, PageNames};
use crate::failpoint::Point;
use crate::receive::KeptEvent;
use crate::{Engine, EngineError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use messenger::webhook;
use model::bot::{self, Meaning, Reaction, Thread};
use model::consent::{Act, EvidenceLevel, Purpose, Scope};
use model::evidence::{LogHead, NOT_RECHECKABLE, Shown, Source};
use model::id::{BrandId, ConsentId, InboxId, LeadId, OutboxId, PageId};
use model::inbound::{Array, Event, Inbound};
use model::lead::{Lead, LeadProfile};
use model::page::PageStop;
use model::personal::Personal;
use model::time::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::tables::consent_event::ConsentEvent;
use store::tables::inbox::Waiting;
use store::tables::lead::StoredLead;
use store::tables::ledger::PendingLeaf;
use store::tables::outbox::{NewReply, ReplyIntent};
use store::tables::{self, inbox, lookup, outbox, tally};
use store::{StoreError, Tx};
use vault::{Key, NewKey};

/// Events processed in one commit.
const BATCH: u32 = 500;

/// One waiting event, opened.
struct Opened {
    page: PageId,
    inbound: Inbound,
    kept: KeptEvent,
    mac: Option<[u8; 32]>,
}

/// A page as the bot needs it.
struct PageContext {
    names: PageNames,
    account: [u8; 16],
    greeted: bool,
}

/// What one event changes in its lead's standing, to be folded in inside the commit.
#[derive(Clone)]
struct Change {
    brand: BrandId,
    lead: LeadId,
    at: Timestamp,
    opens_window: bool,
    acts: Vec<Act>,
    asked: bool,
    elsewhere: Option<bool>,
}

/// Everything one batch writes.
#[derive(Default)]
struct Batch {
    new_leads: Vec<(StoredLead, [u8; 32])>,
    changes: Vec<Change>,
    profiles: Vec<(BrandId, LeadId, Vec<u8>)>,
    events: Vec<(BrandId, ConsentEvent)>,
    pending: Vec<PendingLeaf>,
    replies: Vec<NewReply>,
    tallies: HashMap<(BrandId, PageId, &'static str), i64>,
    stops: Vec<(BrandId, PageId, Option<PageStop>)>,
    done: Vec<InboxId>,
}

/// A lead while a batch is put together.
struct Person {
    id: LeadId,
    key: Arc<Key>,
    profile: LeadProfile,
    /// Made by this batch.
    is_new: bool,
    fenced: bool,
    changed: bool,
    /// An earlier event of this batch was this person's.
    met: bool,
}

impl Engine {
    /// Processes the oldest waiting events; how many were done. An event that cannot be processed
    /// is set aside after some attempts and never stops the others.
    pub(crate) async fn reply_some(self: &Arc<Self>) -> Result<usize, EngineError> {
        let waiting = self.data.read("inbox", |tx| inbox::list_oldest(tx, InboxId([0; 16]), BATCH)).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let count = waiting.len();
        let error = match self.reply_batch(&waiting).await {
            Ok(()) | Err(EngineError::NotYet(_)) => return Ok(count),
            Err(error) => error,
        };
        tracing::warn!(%error, events = count, "a batch of events failed; trying them one by one");
        for event in waiting {
            if let Err(error) = self.reply_batch(std::slice::from_ref(&event)).await {
                let id = event.id;
                tracing::error!(%error, event = %id, "an event could not be processed");
                self.data.write("inbox_failed", move |tx| inbox::record_failure(tx, id)).await?;
            }
        }
        Ok(count)
    }

    async fn reply_batch(self: &Arc<Self>, waiting: &[Waiting]) -> Result<(), EngineError> {
        let opened = self.open_waiting(waiting)?;
        let pages = self.page_contexts(waiting).await?;
        let mut batch = Batch { done: waiting.iter().map(|w| w.id).collect(), ..Batch::default() };
        let mut people = self.people(&opened, &pages, &mut batch).await?;
        let head = self.log_head().await?;
        for (brand, event) in &opened {
            self.one(brand, event, &pages, &mut people, head.as_ref(), &mut batch)?;
        }
        for ((brand, _), person) in people.iter().filter(|(_, p)| p.changed && !p.is_new) {
            let sealed = self.seal_profile(brand, person)?;
            batch.profiles.push((*brand, person.id, sealed));
        }
        // New leads' profiles are sealed last, with all that the batch has learnt of them.
        for (new, mac) in &mut batch.new_leads {
            if let Some(person) = people.get(&(new.lead.brand, *mac)) {
                new.sealed = self.seal_profile(&new.lead.brand, person)?;
            }
        }
        let mut lanes: Vec<PageId> = batch.replies.iter().map(|r| r.page).collect();
        lanes.sort_unstable();
        lanes.dedup();
        let has_evidence = !batch.pending.is_empty();
        let now = self.clock.now();
        let fail_points = self.settings.fail_points.clone();
        self.data
            .write("reply", move |tx| {
                commit(tx, &batch, now)?;
                fail_points.pass(Point::BeforeReplyCommit);
                Ok::<_, EngineError>(())
            })
            .await?;
        self.settings.fail_points.pass(Point::AfterReplyCommit);
        for page in lanes {
            self.wake_lane(page);
        }
        if has_evidence {
            self.wake.log.notify_one();
        }
        Ok(())
    }

    fn open_waiting(&self, waiting: &[Waiting]) -> Result<Vec<(Arc<BrandContext>, Opened)>, EngineError> {
        let sealed = || EngineError::Sealed { place: "inbox" };
        let mut opened = Vec::with_capacity(waiting.len());
        for event in waiting {
            let brand = self.brands.get(event.brand)?;
            let place = brand.place("inbox", event.id.0);
            let kept: KeptEvent = brand.key.open_value(&place, &event.sealed).map_err(|_| sealed())?;
            let array = match kept.array {
                0 => Array::Messaging,
                1 => Array::Standby,
                _ => Array::Changes,
            };
            let range = usize::try_from(kept.start).unwrap_or(0)..usize::try_from(kept.end).unwrap_or(0);
            let bytes = kept.body.get(range.clone()).ok_or_else(sealed)?;
            let at = Timestamp(kept.at);
            let Some(mut inbound) =
                webhook::parse_event(array, bytes, &kept.page, Some(at), event.received_at)
            else {
                return Err(sealed());
            };
            inbound.at = at;
            inbound.bytes = range;
            let mac = inbound.psid.as_ref().map(|psid| brand.lead_mac(&kept.page, psid.reveal()));
            opened.push((Arc::clone(brand), Opened { page: event.page, inbound, kept, mac }));
        }
        Ok(opened)
    }

    async fn page_contexts(&self, waiting: &[Waiting]) -> Result<HashMap<PageId, PageContext>, EngineError> {
        let mut wanted: Vec<(BrandId, PageId)> = waiting.iter().map(|w| (w.brand, w.page)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let rows = self
            .data
            .read("pages_of_events", move |tx| {
                wanted
                    .iter()
                    .filter_map(|(brand, page)| tables::page::get(tx.brand(*brand), *page).transpose())
                    .collect::<Result<Vec<_>, StoreError>>()
            })
            .await?;
        let mut pages = HashMap::with_capacity(rows.len());
        for stored in rows {
            let brand = self.brands.get(stored.page.brand)?;
            let secrets = PageSecrets::open(self, brand, &stored).await?;
            let name = secrets.name.reveal().clone();
            let names = PageNames { id: stored.page.id, meta_id: stored.page.meta_id, name };
            let greeted = stored.page.greeting_at.is_some();
            pages.insert(names.id, PageContext { names, account: stored.page.account.0, greeted });
        }
        Ok(pages)
    }

    /// Finds the leads of the batch; makes those who are new, their keys first.
    async fn people(
        &self,
        opened: &[(Arc<BrandContext>, Opened)],
        pages: &HashMap<PageId, PageContext>,
        batch: &mut Batch,
    ) -> Result<HashMap<(BrandId, [u8; 32]), Person>, EngineError> {
        let mut wanted: Vec<(BrandId, [u8; 32])> =
            opened.iter().filter_map(|(brand, event)| Some((brand.id, event.mac?))).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let asked = wanted.clone();
        let found = self
            .data
            .read("leads_of_events", move |tx| {
                let mut found = Vec::with_capacity(asked.len());
                for same in asked.chunk_by(|a, b| a.0 == b.0) {
                    let Some((brand, _)) = same.first() else { continue };
                    let scope = tx.brand(*brand);
                    let macs: Vec<[u8; 32]> = same.iter().map(|(_, mac)| *mac).collect();
                    let ids = lookup::find_many(scope, &macs)?;
                    let known: Vec<LeadId> = ids.iter().flatten().copied().collect();
                    let mut rows = tables::lead::get_many(scope, &known)?.into_iter();
                    found.extend(ids.iter().map(|id| id.and_then(|_| rows.next().flatten())));
                }
                Ok::<_, StoreError>(found)
            })
            .await?;
        let known: Vec<[u8; 16]> = found.iter().flatten().map(|stored| stored.lead.id.0).collect();
        let keys = self.vault.keys(&known).await?;
        let mut people = HashMap::with_capacity(wanted.len());
        let mut strangers = Vec::new();
        for (who, stored) in wanted.into_iter().zip(found) {
            let Some(stored) = stored else {
                strangers.push(who);
                continue;
            };
            // No key: this person is being erased. Nothing is written about them.
            let Some(key) = keys.get(&stored.lead.id.0) else { continue };
            let brand = self.brands.get(who.0)?;
            let place = brand.person_place(stored.lead.id.0, "lead", stored.lead.id.0);
            let profile =
                key.open_value(&place, &stored.sealed).map_err(|_| EngineError::Sealed { place: "lead" })?;
            let fenced = stored.lead.fenced_at.is_some();
            let id = stored.lead.id;
            people.insert(
                who,
                Person {
                    id,
                    key: Arc::clone(key),
                    profile,
                    is_new: false,
                    fenced,
                    changed: false,
                    met: false,
                },
            );
        }
        self.make_people(opened, pages, strangers, &mut people, batch).await?;
        Ok(people)
    }

    async fn make_people(
        &self,
        opened: &[(Arc<BrandContext>, Opened)],
        pages: &HashMap<PageId, PageContext>,
        strangers: Vec<(BrandId, [u8; 32])>,
        people: &mut HashMap<(BrandId, [u8; 32]), Person>,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        let mut first: HashMap<(BrandId, [u8; 32]), &Opened> = HashMap::new();
        for (brand, event) in opened.iter().filter(|(_, event)| raises(&event.inbound.event)) {
            if let Some(mac) = event.mac {
                first.entry((brand.id, mac)).or_insert(event);
            }
        }
        let mut new = Vec::new();
        for who in strangers {
            let Some(event) = first.get(&who) else { continue };
            let (Some(page), Some(psid)) = (pages.get(&event.page), event.inbound.psid.clone()) else {
                continue;
            };
            let id = LeadId::new(now, &*self.entropy);
            new.push((who, id, *event, page, psid));
        }
        let keys: Vec<NewKey> =
            new.iter().map(|(_, id, _, page, _)| NewKey { id: id.0, parent: Some(page.account) }).collect();
        let keys = if keys.is_empty() { Vec::new() } else { self.vault.create(&keys).await? };
        for ((who, id, event, _, psid), key) in new.into_iter().zip(keys) {
            let profile = LeadProfile { psid, given_name: None, language: None };
            let lead = Lead {
                id,
                brand: who.0,
                page: event.page,
                created_at: now,
                last_inbound_at: None,
                consents: model::consent::Consents::default(),
                unavailable_at: None,
                thread_elsewhere_at: None,
                asked_at: None,
                fenced_at: None,
            };
            batch.new_leads.push((StoredLead { lead, sealed: Vec::new() }, who.1));
            people.insert(
                who,
                Person { id, key, profile, is_new: true, fenced: false, changed: true, met: false },
            );
        }
        Ok(())
    }

    fn seal_profile(&self, brand: &BrandId, person: &Person) -> Result<Vec<u8>, EngineError> {
        let place = self.brands.get(*brand)?.person_place(person.id.0, "lead", person.id.0);
        person
            .key
            .seal_value(&place, &person.profile, &*self.entropy)
            .map_err(|_| EngineError::Sealed { place: "lead" })
    }

    /// Works out what one event does.
    fn one(
        &self,
        brand: &Arc<BrandContext>,
        event: &Opened,
        pages: &HashMap<PageId, PageContext>,
        people: &mut HashMap<(BrandId, [u8; 32]), Person>,
        head: Option<&LogHead>,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        let inbound = &event.inbound;
        if let Event::Policy { action } = &inbound.event {
            match action.as_str() {
                "block" => batch.stops.push((brand.id, event.page, Some(PageStop::PolicyBlocked))),
                "unblock" => batch.stops.push((brand.id, event.page, None)),
                _ => {}
            }
            return Ok(());
        }
        let Some(page) = pages.get(&event.page) else { return Ok(()) };
        let Some(person) = event.mac.and_then(|mac| people.get_mut(&(brand.id, mac))) else { return Ok(()) };
        if person.fenced {
            return Ok(());
        }
        let is_first = person.is_new && !std::mem::replace(&mut person.met, true);
        let thread = Thread {
            brand: &brand.brand,
            page_name: &page.names.name,
            language: person.profile.language.as_ref().map(|l| l.reveal().as_str()),
            is_new: is_first,
            greeted: page.greeted,
            wordings: &brand.wordings,
        };
        let mut reaction = bot::react(inbound, thread);
        self.learn(person, &mut reaction);
        let mut change = Change {
            brand: brand.id,
            lead: person.id,
            at: inbound.at,
            opens_window: inbound.event.opens_window(),
            acts: Vec::new(),
            asked: reaction.asks,
            elsewhere: match &inbound.event {
                Event::ThreadControl { new_owner } => {
                    Some(new_owner.as_deref().is_some_and(|owner| owner != self.settings.app_id))
                }
                _ => None,
            },
        };
        for new in self.evidence_of(brand, event, &reaction) {
            let about = About {
                page: &page.names,
                lead: person.id,
                psid: person.profile.psid.reveal(),
                key: &person.key,
                log_before: head.cloned(),
            };
            if let Some(act) = act_of(&new, reaction.withdrawal) {
                change.acts.push(act);
            }
            if new.event == "withdrawal" {
                let name = tally_of(new.how);
                *batch.tallies.entry((brand.id, event.page, name)).or_insert(0) += 1;
            }
            let (stored, leaf) = evidence::seal(self, brand, about, new)?;
            batch.events.push((brand.id, stored));
            batch.pending.push(leaf);
        }
        batch.changes.push(change);
        if let Some(message) = reaction.reply {
            let id = OutboxId::new(self.clock.now(), &*self.entropy);
            let sealed = person
                .key
                .seal_value(&brand.person_place(person.id.0, "outbox", id.0), &message, &*self.entropy)
                .map_err(|_| EngineError::Sealed { place: "outbox" })?;
            let intent =
                if reaction.withdrawal.is_some() { ReplyIntent::Confirmation } else { ReplyIntent::Answer };
            batch.replies.push(NewReply {
                id,
                brand: brand.id,
                page: event.page,
                lead: person.id,
                intent,
                answers_at: inbound.at,
                sealed,
            });
        }
        Ok(())
    }

    /// Takes into the profile what the lead told.
    fn learn(&self, person: &mut Person, reaction: &mut Reaction) {
        if let Some(name) = reaction.given_name.take() {
            person.profile.given_name = Some(name);
            person.changed = true;
        }
        if let Some(language) = reaction.language
            && person.profile.language.as_ref().is_none_or(|known| known.reveal() != language)
        {
            person.profile.language = Some(Personal::from(language));
            person.changed = true;
        }
    }

    /// The consent events that one event is.
    fn evidence_of(&self, brand: &BrandContext, event: &Opened, reaction: &Reaction) -> Vec<NewEvidence> {
        let mut new = Vec::new();
        let id = || ConsentId::new(self.clock.now(), &*self.entropy);
        let happened_at = event.inbound.at;
        // A Yes counts only for a wording that this brand has used, and for promotions.
        let wording = reaction.wording.as_ref().and_then(|name| brand.all_wordings.get(name));
        match reaction.evidence {
            Some(EvidenceLevel::Confirmed) => {
                let purpose = match bot::meaning(&event.inbound.event) {
                    Meaning::Yes { purpose, .. } => Some(purpose),
                    _ => None,
                };
                if let (Some(wording), Some(Purpose::Promotion)) = (wording, purpose) {
                    let shown = Shown {
                        wording: wording.name.clone(),
                        language: wording.language.clone(),
                        text: wording.text.clone(),
                        answers: vec![wording.yes.clone(), wording.no.clone()],
                        answered: wording.yes.clone(),
                    };
                    new.push(NewEvidence {
                        id: id(),
                        event: "opt_in",
                        purpose: "promotion",
                        how: "confirmed",
                        happened_at,
                        shown: Some(shown),
                        source: source_of(&event.kept),
                    });
                }
            }
            Some(level) => new.push(NewEvidence {
                id: id(),
                event: "opt_in",
                purpose: if level == EvidenceLevel::Informed { "promotion" } else { "conversation" },
                how: level.code(),
                happened_at,
                shown: None,
                source: source_of(&event.kept),
            }),
            None => {}
        }
        if let Some((scope, way)) = reaction.withdrawal {
            new.push(NewEvidence {
                id: id(),
                event: "withdrawal",
                purpose: match scope {
                    Scope::All => "all",
                    Scope::Only(purpose) => purpose.code(),
                },
                how: way.code(),
                happened_at,
                shown: None,
                source: source_of(&event.kept),
            });
        }
        new
    }

    /// The newest checkpoint, for records to name.
    pub(crate) async fn log_head(&self) -> Result<Option<LogHead>, EngineError> {
        let head = self.data.read("log_head", tables::ledger::head).await?;
        Ok(head.map(|h| LogHead { size: h.size, root: BASE64_STANDARD.encode(h.root) }))
    }
}

/// Whether an event is a person's own act, which may raise a new lead.
const fn raises(event: &Event) -> bool {
    matches!(
        event,
        Event::Message(_)
            | Event::Postback { .. }
            | Event::Referral { .. }
            | Event::OptOut
            | Event::Reaction { .. }
    )
}

fn source_of(kept: &KeptEvent) -> Source {
    let body = BASE64_STANDARD.encode(&kept.body);
    let encoding = "base64".to_owned();
    match &kept.signature {
        Some(signature) => Source::SignedDelivery { body, signature: signature.clone(), encoding },
        None => Source::Event { body, encoding, note: NOT_RECHECKABLE.to_owned() },
    }
}

fn act_of(new: &NewEvidence, withdrawal: Option<(Scope, model::consent::Way)>) -> Option<Act> {
    match new.how {
        "started" => Some(Act::OptIn { level: EvidenceLevel::Started, id: new.id }),
        "informed" => Some(Act::OptIn { level: EvidenceLevel::Informed, id: new.id }),
        "confirmed" => Some(Act::OptIn { level: EvidenceLevel::Confirmed, id: new.id }),
        _ => withdrawal.map(|(scope, _)| Act::Withdrawal { scope }),
    }
}

/// The count that a withdrawal adds to.
pub(crate) fn tally_of(way: &str) -> &'static str {
    match way {
        "button" => "unsubscribed_button",
        "link" => "unsubscribed_link",
        "word" => "unsubscribed_word",
        "answer" => "unsubscribed_answer",
        "platform" => "unsubscribed_platform",
        _ => "unsubscribed_console",
    }
}

fn commit(tx: &Tx<'_>, batch: &Batch, now: Timestamp) -> Result<(), EngineError> {
    let mut leads: HashMap<LeadId, StoredLead> = HashMap::new();
    for (new, mac) in &batch.new_leads {
        let mut new = new.clone();
        lookup::take_ahead(tx.brand(new.lead.brand), mac, &mut new.lead.consents)?;
        leads.insert(new.lead.id, new);
    }
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
    write_leads(tx, batch, &leads, &new)?;
    let stays = |lead: &LeadId| leads.get(lead).is_some_and(|s| s.lead.fenced_at.is_none());
    for same in batch.events.chunk_by(|a, b| a.0 == b.0) {
        let Some((brand, _)) = same.first() else { continue };
        let events: Vec<ConsentEvent> =
            same.iter().map(|(_, e)| e).filter(|e| stays(&e.lead)).cloned().collect();
        tables::consent_event::insert_many(tx.brand(*brand), &events)?;
    }
    tables::ledger::insert_pending(tx, &batch.pending)?;
    let replies: Vec<NewReply> = batch.replies.iter().filter(|r| stays(&r.lead)).cloned().collect();
    outbox::insert_many(tx, &replies)?;
    for ((brand, page, name), count) in &batch.tallies {
        tally::add(tx.brand(*brand), *page, name, *count)?;
    }
    for (brand, page, stop) in &batch.stops {
        tables::page::set_stop(tx.brand(*brand), *page, *stop, now)?;
    }
    // Fewer: an erasure removed some of them meanwhile, and nobody may be raised again by what it
    // removed. Nothing of this batch stands; the next one reads again.
    if inbox::delete_many(tx, &batch.done)? != u64::try_from(batch.done.len()).unwrap_or(u64::MAX) {
        return Err(EngineError::NotYet("the waiting events changed meanwhile; reading them again"));
    }
    Ok(())
}

fn write_leads(
    tx: &Tx<'_>,
    batch: &Batch,
    leads: &HashMap<LeadId, StoredLead>,
    new_ids: &HashSet<LeadId>,
) -> Result<(), StoreError> {
    let mut brands: Vec<BrandId> = leads.values().map(|s| s.lead.brand).collect();
    brands.sort_unstable();
    brands.dedup();
    for brand in brands {
        let scope = tx.brand(brand);
        let mut own: Vec<&StoredLead> = leads.values().filter(|s| s.lead.brand == brand).collect();
        own.sort_unstable_by_key(|s| s.lead.id);
        let (new, known): (Vec<&StoredLead>, Vec<&StoredLead>) =
            own.into_iter().partition(|s| new_ids.contains(&s.lead.id));
        let new: Vec<StoredLead> = new.into_iter().cloned().collect();
        tables::lead::insert_many(scope, &new)?;
        let macs: Vec<([u8; 32], LeadId)> = batch
            .new_leads
            .iter()
            .filter(|(new, _)| new.lead.brand == brand)
            .map(|(new, mac)| (*mac, new.lead.id))
            .collect();
        lookup::insert_many(scope, &macs)?;
        tables::lead::set_many(scope, known.iter().filter(|s| s.lead.fenced_at.is_none()).map(|s| &s.lead))?;
        let profiles: Vec<(LeadId, Vec<u8>)> = batch
            .profiles
            .iter()
            .filter(|(of, _, _)| *of == brand)
            .map(|(_, lead, sealed)| (*lead, sealed.clone()))
            .collect();
        tables::lead::set_sealed_many(scope, &profiles)?;
    }
    Ok(())
}

/// Folds one event into a lead's standing. Any order of the same events gives the same.
fn fold(lead: &mut Lead, change: &Change) {
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
