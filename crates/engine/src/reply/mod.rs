//! Processing waiting events: the lead, the evidence, the window, the bot's answer, in one commit
//! that also deletes the waiting event.
//!
//! Invariants: keys are durable before the rows that need them; a lead is raised only by a person's
//! own act; what the rules read is read again inside the commit, so that a withdrawal that came
//! through the door meanwhile is never overwritten; doing a batch twice changes nothing.

pub(crate) mod aside;
mod commit;
mod people;
mod untold;

use self::commit::{Batch, Change, commit};
use self::people::Person;
use crate::accounts::Secret;
use crate::accounts::notice::{Rows, address};
use crate::actions::my::LINK_LIFE;
use crate::actions::pages::PageSecrets;
use crate::bots;
use crate::brands::BrandContext;
use crate::evidence::{self, About, NewEvidence, PageNames};
use crate::failpoint::Point;
use crate::nodes::{Buckets, holds_buckets};
use crate::receive::KeptEvent;
use crate::run::pause;
use crate::{Engine, EngineError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use messenger::webhook;
use model::bot::settings::Bot;
use model::bot::{self, Because, Meaning, Pending, Reaction, Thread, Wording};
use model::brand::fill_names;
use model::consent::{Act, EvidenceLevel, Purpose, Scope};
use model::evidence::{LogHead, NOT_RECHECKABLE, Shown, Source};
use model::id::{BrandId, ConsentId, OutboxId, PageId};
use model::inbound::{Array, Event, Inbound};
use model::page::PageStop;
use model::time::Timestamp;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use store::tables;
use store::tables::inbox::Waiting;
use store::tables::lead::Resealed;
use store::tables::lead_link::{LinkKind, NewLeadLink};
use store::tables::lookup::Macs;
use store::tables::outbox::{NewReply, ReplyIntent};

/// Events processed in one commit.
const BATCH: u32 = 500;
/// Pause before looking again at what another node has processed.
const AFTER_OTHERS: Duration = Duration::from_millis(20);

/// One waiting event, opened.
struct Opened {
    page: PageId,
    inbound: Inbound,
    kept: KeptEvent,
    mac: Option<Macs>,
}

/// A page as the bot needs it.
struct PageContext {
    names: PageNames,
    account: [u8; 16],
    greeted: bool,
    /// The user's settings, if there are any.
    bot: Option<Arc<Bot>>,
    /// In force, by language: the page's own before the brand's.
    wordings: Vec<Wording>,
    /// All that the page ever used of its own.
    own_wordings: HashMap<String, Wording>,
}

impl Engine {
    /// Processes the oldest waiting events; how many were done or tried. An event that cannot be processed rests,
    /// is set aside after some attempts, and never stops the others ([`aside`]).
    pub(crate) async fn reply_some(self: &Arc<Self>) -> Result<usize, EngineError> {
        self.retain().await?;
        self.aside.look(self.clock.monotonic());
        // Before the events are read: whoever has them in between makes the fences others.
        let held = self.nodes.buckets();
        if held.as_ref().is_some_and(Buckets::is_empty) {
            return Ok(0);
        }
        let bits = held.as_ref().map(|held| held.keys().fold(0_u16, |all, bucket| all | 1 << *bucket));
        let waiting = self.oldest(bits).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let count = waiting.len();
        let error = match self.reply_batch(&waiting, held.as_ref()).await {
            Ok(()) => return Ok(count),
            // Another node was quicker, or has them now.
            Err(EngineError::NotYet(_)) => {
                pause(AFTER_OTHERS).await;
                return Ok(count);
            }
            Err(error) if error.is_about_the_data() => error,
            // The database or the key store is not there: the events wait, and so do we.
            Err(error) => return Err(error),
        };
        tracing::warn!(%error, events = count, "a batch of events failed; trying them page by page");
        let mut pages: BTreeMap<PageId, Vec<Waiting>> = BTreeMap::new();
        for event in waiting {
            pages.entry(event.page).or_default().push(event);
        }
        for events in pages.values() {
            match self.reply_to_page(events, held.as_ref()).await {
                Err(EngineError::NotYet(_)) => {}
                done => done?,
            }
        }
        Ok(count)
    }

    async fn reply_batch(
        self: &Arc<Self>,
        waiting: &[Waiting],
        held: Option<&Buckets>,
    ) -> Result<(), EngineError> {
        self.take_up_brands().await?;
        let opened = self.open_waiting(waiting)?;
        let pages = self.page_contexts(waiting).await?;
        let mut batch = Batch { done: waiting.iter().map(|w| w.id).collect(), ..Batch::default() };
        let mut people = self.people(&opened, &pages, &mut batch).await?;
        self.tell_untold(&opened, &mut people, &mut batch).await?;
        let head = self.log_head().await?;
        for (brand, event) in &opened {
            self.one(brand, event, &pages, &mut people, head.as_ref(), &mut batch)?;
        }
        for ((brand, _), person) in people.iter().filter(|(_, p)| p.changed && !p.is_new) {
            let to = self.seal_profile(brand, person)?;
            batch.profiles.push((*brand, Resealed { lead: person.id, from: person.read.clone(), to }));
        }
        // New leads' profiles are sealed last, with all that the batch has learnt of them.
        for (new, mac) in &mut batch.new_leads {
            if let Some(person) = people.get(&(new.lead.brand, *mac)) {
                new.sealed = self.seal_profile(&new.lead.brand, person)?;
            }
        }
        for (brand, page, block) in &mut batch.stops {
            if let Some(told) = block {
                *told = self.told_of_stop(*brand, *page, PageStop::PolicyBlocked).await?;
            }
        }
        let has_stops = !batch.stops.is_empty();
        let mut lanes: Vec<PageId> = batch.replies.iter().map(|r| r.page).collect();
        lanes.sort_unstable();
        lanes.dedup();
        let has_evidence = !batch.pending.is_empty();
        let has_templates = !batch.templates.is_empty();
        let now = self.clock.now();
        let fail_points = self.settings.fail_points.clone();
        let of = held.map(|held| {
            let pages: Vec<PageId> = waiting.iter().map(|event| event.page).collect();
            (self.holder, held.clone(), pages)
        });
        self.data
            .write("reply", move |tx| {
                if let Some((own, held, pages)) = &of
                    && !holds_buckets(tx, own, held, pages.iter().copied())?
                {
                    return Err(EngineError::NotYet("another node has these events"));
                }
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
        if has_stops {
            self.wake_mail();
        }
        if has_templates {
            self.wake.templates.notify_one();
        }
        Ok(())
    }

    fn open_waiting(&self, waiting: &[Waiting]) -> Result<Vec<(Arc<BrandContext>, Opened)>, EngineError> {
        let sealed = || EngineError::Sealed { place: "inbox" };
        let mut opened = Vec::with_capacity(waiting.len());
        // One state of each brand for the whole batch: a person's hashes are the same in all of it.
        let mut brands: HashMap<BrandId, Arc<BrandContext>> = HashMap::new();
        for event in waiting {
            let brand = match brands.entry(event.brand) {
                Entry::Occupied(known) => Arc::clone(known.get()),
                Entry::Vacant(new) => Arc::clone(new.insert(self.brands.get(event.brand)?)),
            };
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
            let mac = inbound.psid.as_ref().map(|psid| brand.lead_macs(&kept.page, psid.reveal()));
            opened.push((brand, Opened { page: event.page, inbound, kept, mac }));
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
                let mut rows = Vec::with_capacity(wanted.len());
                let pages = tables::page::get_many(tx, &wanted)?;
                for (stored, bot) in pages.into_iter().zip(tables::bot::get_many(tx, &wanted)?) {
                    let Some(stored) = stored else { continue };
                    let own = match &bot {
                        Some(bot) => tables::wording::list_of_page(tx.brand(bot.brand), bot.page)?,
                        None => Vec::new(),
                    };
                    rows.push((stored, bot, own));
                }
                Ok::<_, StoreError>(rows)
            })
            .await?;
        let mut pages = HashMap::with_capacity(rows.len());
        for (stored, bot, own) in rows {
            let brand = &self.brands.get(stored.page.brand)?;
            let secrets = PageSecrets::open(self, brand, &stored).await?;
            let name = secrets.name.reveal().clone();
            let names = PageNames { id: stored.page.id, meta_id: stored.page.meta_id, name };
            let mut own_wordings: HashMap<String, Wording> =
                own.into_iter().map(|wording| (wording.name.clone(), wording)).collect();
            let (bot, wordings) = match bot {
                None => (None, brand.wordings.clone()),
                Some(stored) => {
                    let bot = self.open_bot(brand, &stored).await?;
                    let wordings = bots::wordings(brand, names.id, &bot);
                    // A wording is written down before it is shown for the first time.
                    let new: Vec<Wording> = wordings
                        .iter()
                        .filter(|w| {
                            !own_wordings.contains_key(&w.name) && !brand.all_wordings.contains_key(&w.name)
                        })
                        .cloned()
                        .collect();
                    self.note_wordings(brand.id, names.id, &new).await?;
                    own_wordings.extend(new.into_iter().map(|wording| (wording.name.clone(), wording)));
                    (Some(bot), wordings)
                }
            };
            let context = PageContext {
                account: stored.page.account.0,
                greeted: stored.page.greeting_at.is_some(),
                names,
                bot,
                wordings,
                own_wordings,
            };
            pages.insert(context.names.id, context);
        }
        Ok(pages)
    }

    /// Works out what one event does.
    fn one(
        &self,
        brand: &Arc<BrandContext>,
        event: &Opened,
        pages: &HashMap<PageId, PageContext>,
        people: &mut HashMap<(BrandId, Macs), Person>,
        head: Option<&LogHead>,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        let inbound = &event.inbound;
        if let Event::Policy { action } = &inbound.event {
            match action.as_str() {
                "block" => batch.stops.push((brand.id, event.page, Some(Rows::default()))),
                "unblock" => batch.stops.push((brand.id, event.page, None)),
                _ => {}
            }
            return Ok(());
        }
        if matches!(inbound.event, Event::TemplateStatus { .. }) {
            // What it says is asked for where it is certain.
            batch.templates.push((brand.id, event.page));
            return Ok(());
        }
        let Some(page) = pages.get(&event.page) else { return Ok(()) };
        let Some(person) = event.mac.and_then(|mac| people.get_mut(&(brand.id, mac))) else { return Ok(()) };
        if person.fenced || (person.restricted && !is_about_rights(&inbound.event)) {
            return Ok(());
        }
        let is_first = (person.is_new || person.wakes) && !std::mem::replace(&mut person.met, true);
        let pending = person.profile.pending.clone();
        let thread = Thread {
            brand: &brand.brand,
            page_name: &page.names.name,
            language: person.profile.language.as_ref().map(|l| l.reveal().as_str()),
            is_new: is_first,
            was_asked: person.was_asked,
            greeted: page.greeted,
            wordings: &page.wordings,
            bot: page.bot.as_deref(),
            pending: pending
                .as_ref()
                .map(|p| Pending { question: p.question.reveal(), asked_at: Timestamp(p.asked_at) }),
        };
        let mut reaction = bot::react(inbound, thread);
        if reaction.because == Because::MyData
            && let Some(reply) = &mut reaction.reply
        {
            let spoken = brand.brand.texts_for(reaction.language.or(thread.language));
            let link = self.own_page_link(brand, person.id, spoken.map_or("en", |(code, _)| code), batch);
            bot::add_link(reply, &thread, reaction.language, link.as_ref().map(|l| l.reveal().as_str()));
        }
        if !person.restricted {
            self.learn(person, &mut reaction);
        }
        if let Some(data) = reaction.data.take()
            && let Some(answer) = self.take_data(brand, person, data, event.page, inbound.at)?
        {
            batch.answers.push((brand.id, answer));
        }
        let mut change = Change {
            brand: brand.id,
            lead: person.id,
            at: inbound.at,
            opens_window: inbound.event.opens_window() && !person.restricted,
            acts: Vec::new(),
            asked: reaction.asks,
            elsewhere: match &inbound.event {
                Event::ThreadControl { new_owner } => {
                    Some(new_owner.as_deref().is_some_and(|owner| owner != self.settings.app_id))
                }
                _ => None,
            },
        };
        for new in self.evidence_of(brand, page, event, &reaction) {
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
            let id = OutboxId::in_order(self.clock.now(), batch.replies.len(), &*self.entropy);
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

    /// A new link to the lead's own page in this language, which a page that is closed does not know otherwise;
    /// unless there were many just now.
    fn own_page_link(
        &self,
        brand: &BrandContext,
        lead: model::id::LeadId,
        language: &str,
        batch: &mut Batch,
    ) -> Option<model::personal::Personal<String>> {
        if !self.limits.may_link(lead) {
            return None;
        }
        let secret = Secret::new(&*self.entropy);
        batch.links.push(NewLeadLink {
            hash: secret.hash,
            brand: brand.id,
            lead,
            kind: LinkKind::Link,
            expires_at: self.clock.now().plus(LINK_LIFE),
        });
        Some(address(brand, &format!("/my/{}?lang={language}", secret.text.reveal())))
    }

    /// The consent events that one event is.
    fn evidence_of(
        &self,
        brand: &BrandContext,
        page: &PageContext,
        event: &Opened,
        reaction: &Reaction,
    ) -> Vec<NewEvidence> {
        let mut new = Vec::new();
        let id = || ConsentId::new(self.clock.now(), &*self.entropy);
        let happened_at = event.inbound.at;
        // A Yes counts only for a wording that this brand or this page has used, and for promotions.
        let known = |name: &String| brand.all_wordings.get(name).or_else(|| page.own_wordings.get(name));
        let wording = reaction.wording.as_ref().and_then(known);
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
                        text: fill_names(&wording.text, &page.names.name, &brand.brand),
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

/// What has failed about the data, if anything has; all else passes.
fn failed<T>(done: Result<T, EngineError>) -> Result<Option<EngineError>, EngineError> {
    match done {
        Ok(_) => Ok(None),
        Err(error) if error.is_about_the_data() => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// What is read of somebody whose data is kept and not used: their rights, and that they leave.
fn is_about_rights(event: &Event) -> bool {
    matches!(bot::meaning(event), Meaning::MyData | Meaning::Withdraw { .. } | Meaning::No { .. })
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
