//! Webhooks on their way from what happened to the wire: who hears of it, in which shape, in what order.
//!
//! Invariant: a body is serialised once, here, and those bytes are what is signed and sent. Webhooks of
//! one person on one page share a lane, and a lane carries one at a time.

use crate::escape;
use crate::id::{AppId, PageId, Psid};
use crate::json::Json;
use crate::seed;
use crate::state::World;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Notify, mpsc};

/// How a webhook is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    #[default]
    Both,
    Sha256Only,
    Sha1Only,
    Unsigned,
    /// Both headers are there and neither is right.
    Bad,
}

/// How the webhook of an action departs from the ordinary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// How many times it is sent in all.
    pub copies: u32,
    /// The event happened so long ago.
    pub late_seconds: i64,
    /// The event's timestamp is in seconds instead of milliseconds.
    pub seconds: bool,
    /// Ids are numbers instead of strings.
    pub numeric_ids: bool,
    /// Held back behind the person's next webhook, or until the next flush.
    pub reorder: bool,
    pub sign: Sign,
    /// Comes in `standby` although nobody else owns the thread.
    pub standby: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            copies: 1,
            late_seconds: 0,
            seconds: false,
            numeric_ids: false,
            reorder: false,
            sign: Sign::Both,
            standby: false,
        }
    }
}

/// Which array of an entry an event is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    Messaging,
    Standby,
    Changes,
}

impl Channel {
    const fn name(self) -> &'static str {
        match self {
            Self::Messaging => "messaging",
            Self::Standby => "standby",
            Self::Changes => "changes",
        }
    }
}

/// One event for one app.
#[derive(Debug, Clone)]
pub struct Event {
    pub app: AppId,
    pub page: PageId,
    pub person: Option<Psid>,
    pub channel: Channel,
    pub value: Value,
    pub options: Options,
}

/// One body for one app, ready to be signed and sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub app: AppId,
    /// Absent for a raw body, whose pages the simulator does not know.
    pub page: Option<PageId>,
    pub lane: u64,
    pub body: Bytes,
    pub sign: Sign,
    /// A deliberate further copy.
    pub copy: bool,
    /// Was in the backlog: one attempt, then back there.
    pub again: bool,
}

/// How many webhooks are queued or under way.
#[derive(Default)]
pub struct Pending {
    count: AtomicUsize,
    idle: Notify,
}

impl Pending {
    fn add(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    pub fn done(&self) {
        if self.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.idle.notify_waiters();
        }
    }

    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Resolves when nothing is queued or under way.
    pub async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            if self.count() == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// The queues.
pub struct Outbox {
    lanes: Vec<mpsc::UnboundedSender<Outgoing>>,
    pub pending: Arc<Pending>,
    /// Failed webhooks that wait to be tried again.
    pub backlog: VecDeque<Outgoing>,
    /// Events of the future, by simulated time.
    schedule: BTreeMap<(i64, u64), Event>,
    scheduled: u64,
    /// Webhooks that wait to be overtaken, by lane.
    held: BTreeMap<u64, Vec<Outgoing>>,
    /// While several actions are packed into one delivery, their events gather here.
    pub collecting: Option<Vec<Event>>,
    /// Wakes whoever minds the backlog and the schedule.
    pub wake: Arc<Notify>,
}

impl Outbox {
    pub fn new(lanes: Vec<mpsc::UnboundedSender<Outgoing>>) -> Self {
        Self {
            lanes,
            pending: Arc::default(),
            backlog: VecDeque::new(),
            schedule: BTreeMap::new(),
            scheduled: 0,
            held: BTreeMap::new(),
            collecting: None,
            wake: Arc::default(),
        }
    }

    pub fn scheduled(&self) -> usize {
        self.schedule.len()
    }

    /// Puts a body on its lane.
    pub fn queue(&self, outgoing: Outgoing) {
        let lanes = self.lanes.len().max(1) as u64;
        let lane = usize::try_from(outgoing.lane % lanes).unwrap_or(0);
        self.pending.add();
        if self.lanes.get(lane).is_none_or(|lane| lane.send(outgoing).is_err()) {
            // The simulator is shutting down and nobody carries any more.
            self.pending.done();
        }
    }

    /// Keeps a failed webhook for later.
    pub fn put_back(&mut self, outgoing: Outgoing) {
        self.backlog.push_back(outgoing);
        self.wake.notify_one();
    }

    /// Tries what waits of one page and app again.
    pub fn retry_backlog_of(&mut self, page: PageId, app: AppId) {
        let (these, others): (VecDeque<Outgoing>, VecDeque<Outgoing>) = std::mem::take(&mut self.backlog)
            .into_iter()
            .partition(|waiting| waiting.page == Some(page) && waiting.app == app);
        self.backlog = others;
        for outgoing in these {
            self.queue(Outgoing { again: true, ..outgoing });
        }
    }

    /// Tries one waiting webhook of each page and app; when it arrives, the rest follows.
    pub fn probe_backlog(&mut self) {
        let mut probed = BTreeSet::new();
        let (probes, others): (VecDeque<Outgoing>, VecDeque<Outgoing>) = std::mem::take(&mut self.backlog)
            .into_iter()
            .partition(|waiting| probed.insert((waiting.app, waiting.page)));
        self.backlog = others;
        for outgoing in probes {
            self.queue(Outgoing { again: true, ..outgoing });
        }
    }

    fn queue_held(&mut self, lane: u64) {
        for outgoing in self.held.remove(&lane).unwrap_or_default() {
            self.queue(outgoing);
        }
    }

    pub fn release_held(&mut self) {
        for lane in self.held.keys().copied().collect::<Vec<_>>() {
            self.queue_held(lane);
        }
    }
}

/// What an event is about and how it is to be carried.
#[derive(Debug, Clone)]
pub struct Cause<'a> {
    pub page: PageId,
    pub person: Option<Psid>,
    /// The subscription field it belongs to.
    pub field: &'a str,
    pub options: &'a Options,
    /// Only this app hears of it.
    pub only: Option<AppId>,
    /// Leaves at this simulated time (microseconds); at once when it is not in the future.
    pub due: i64,
}

impl World {
    /// Tells every app that listens. `build` makes the event for one app, given whether it comes in
    /// standby.
    pub fn emit(&mut self, now: i64, cause: &Cause<'_>, build: impl Fn(AppId, bool) -> Value) {
        let Some(page) = self.pages.get(&cause.page) else { return };
        let owner = cause.person.and_then(|psid| self.threads.get(&psid)).and_then(|thread| thread.owner);
        let changes = matches!(cause.field, "feed" | "message_template_status_update");
        let mut events = Vec::with_capacity(1);
        for (app, subscription) in &page.subscriptions {
            let standby = !changes && (cause.options.standby || owner.is_some_and(|owner| owner != *app));
            let wanted = subscription.fields.contains(cause.field)
                && (!standby || subscription.fields.contains("standby"));
            if !wanted || cause.only.is_some_and(|only| only != *app) {
                continue;
            }
            let channel = match (changes, standby) {
                (true, _) => Channel::Changes,
                (false, true) => Channel::Standby,
                (false, false) => Channel::Messaging,
            };
            events.push(Event {
                app: *app,
                page: cause.page,
                person: cause.person,
                channel,
                value: build(*app, standby),
                options: cause.options.clone(),
            });
        }
        for event in events {
            self.record.webhooks(cause.page).made += 1;
            if cause.due > now {
                self.outbox.scheduled += 1;
                self.outbox.schedule.insert((cause.due, self.outbox.scheduled), event);
                self.outbox.wake.notify_one();
            } else if let Some(collected) = &mut self.outbox.collecting {
                collected.push(event);
            } else {
                self.dispatch(now, event);
            }
        }
    }

    /// Sends what the schedule holds up to now.
    pub fn release_due(&mut self, now: i64) {
        while let Some(entry) = self.outbox.schedule.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let event = entry.remove();
            self.dispatch(now, event);
        }
    }

    fn dispatch(&mut self, now: i64, event: Event) {
        let lane = seed::mix(&[event.app.0, event.page.0, event.person.map_or(0, |psid| psid.0)]);
        let body = envelope(now.div_euclid(1_000), std::slice::from_ref(&event), false);
        self.queue_body(lane, &event, &body);
    }

    /// Packs events into one body per app: each in an entry of its own, or one entry per page.
    pub fn dispatch_together(&mut self, now: i64, events: Vec<Event>, own_entries: bool) {
        let mut by_app = BTreeMap::<AppId, Vec<Event>>::new();
        for event in events {
            by_app.entry(event.app).or_default().push(event);
        }
        for events in by_app.into_values() {
            let Some(first) = events.first() else { continue };
            let lane = seed::mix(&[first.app.0, first.page.0, first.person.map_or(0, |psid| psid.0)]);
            let body = envelope(now.div_euclid(1_000), &events, own_entries);
            self.queue_body(lane, first, &body);
        }
    }

    fn queue_body(&mut self, lane: u64, event: &Event, body: &Value) {
        let outgoing = Outgoing {
            app: event.app,
            page: Some(event.page),
            lane,
            body: Bytes::from(escape::bytes(body)),
            sign: event.options.sign,
            copy: false,
            again: false,
        };
        let (mut copies, mut hold) = (event.options.copies, event.options.reorder);
        let noisy = self.settings.duplicate_webhooks > 0.0 || self.settings.reorder_webhooks > 0.0;
        if noisy && let Some(thread) = event.person.and_then(|psid| self.threads.get_mut(&psid)) {
            thread.told += 1;
            let decide = |salt| seed::mix(&[self.seed, thread.psid.0, u64::from(thread.told), salt]);
            if seed::happens(self.settings.duplicate_webhooks, decide(1)) {
                copies = copies.max(2);
            }
            hold |= seed::happens(self.settings.reorder_webhooks, decide(2));
        }
        let all = (0..copies).map(|copy| Outgoing { copy: copy > 0, ..outgoing.clone() });
        if hold {
            self.outbox.held.entry(lane).or_default().extend(all);
        } else {
            for outgoing in all {
                self.outbox.queue(outgoing);
            }
            self.outbox.queue_held(lane);
        }
    }
}

/// The body that carries these events.
fn envelope(now_millis: i64, events: &[Event], own_entries: bool) -> Value {
    let mut entries: Vec<Value> = Vec::with_capacity(1);
    for event in events {
        let name = event.channel.name();
        let shared = entries
            .iter_mut()
            .find(|entry| !own_entries && *entry.at("id") == id(event.page.0, event.options.numeric_ids));
        if let Some(Value::Object(entry)) = shared {
            if let Value::Array(list) = entry.entry(name).or_insert_with(|| json!([])) {
                list.push(event.value.clone());
            }
            continue;
        }
        let time = if event.channel == Channel::Changes { now_millis.div_euclid(1_000) } else { now_millis };
        entries.push(json!({
            "id": id(event.page.0, event.options.numeric_ids), "time": time, name: [event.value],
        }));
    }
    json!({ "object": "page", "entry": entries })
}

/// An id as this webhook writes ids.
pub fn id(number: u64, numeric: bool) -> Value {
    if numeric { json!(number) } else { json!(number.to_string()) }
}
