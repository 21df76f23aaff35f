//! Which nodes serve this installation, and which of them does what.
//!
//! Every node says every two seconds that it lives (its beat), sees who else does, and from that alone works out
//! its share: of the pages (their lanes), of the buckets of waiting events, of the jobs that one node does at a
//! time. What it has a share of it takes by lease and gives back when its share has changed, so a new node has its
//! part within seconds; what a dead one held is free as soon as somebody has seen that it is gone.
//!
//! Invariants: shares only save work; that nothing is done twice is held by leases that are asked inside the
//! commits (lanes, replies, imports), the latter two under the number that they had when the work began, and by the rules of each
//! table. No clock of another node is believed, nor the machine's own, once the server's has been asked: a node is
//! gone when its lock at the server is free, or when its beat stands still while this one makes [`STILL`] of its own;
//! it may live on, cut off, and is waited for. The lanes of a node that comes wait until the others will have seen it.
//! On a database that one process alone can open, that one is written down, holds nothing but lanes, has a share of
//! everything and waits for nobody.

use crate::rest::rest;
use crate::run::pause;
use crate::{Engine, EngineError, Settings};
use model::brand::Brand;
use model::id::PageId;
use model::time::{Clock, Monotonic, Span, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::presence::{self, Presence};
use store::tables::inbox::{BUCKETS, bucket_of};
use store::tables::lease;
use store::tables::node::{self, Node};
use store::tables::{broadcast, delivery, outbox};
use store::{Database, StoreError, Tx};
use tokio::sync::Notify;

/// How often a node says that it lives.
pub(crate) const BEAT: Duration = Duration::from_secs(2);
/// A beat that takes longer counts as not written.
const BEAT_WITHIN: Duration = Duration::from_secs(8);
/// So long a node counts on being seen after a beat. Less than what it was at is left alone for once it is gone
/// (`idempotency::AFTER_GONE`).
const SEEN: Span = Span::secs(20);
/// A beat that stands still for so many of one's own is a dead node's.
const STILL: u64 = 5;
/// How long what a node holds is held without being extended.
const HELD: Span = Span::secs(15);
/// So long a node that finds others waits until they have seen it.
pub(crate) const MEET: Duration = Duration::from_millis(2_500);
/// After so many beats no node has a key open that it had when it was last seen (a minute, and some).
const FORGOTTEN: u64 = 40;
/// How long calls are gathered before they go out.
const GATHER: Duration = Duration::from_millis(10);
/// How many things are called out in one go.
const CALLS: usize = 100;
/// How far a machine's clock may be from the server's before that is said.
const APART: Span = Span::secs(5);
/// How often routes are read again, in beats.
const ROUTES_EVERY: u64 = 15;
/// How often a node that is alone looks at what the console of another process may have set.
const ALONE: Duration = Duration::from_secs(60);

/// What one node does at a time, for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Job {
    Plan,
    Schedule,
    Log,
    Publish,
    Templates,
    Witness,
    Erase,
    Retain,
    Import,
    Announce,
    Breach,
    Support,
}

impl Job {
    const ALL: [Self; 12] = [
        Self::Plan,
        Self::Schedule,
        Self::Log,
        Self::Publish,
        Self::Templates,
        Self::Witness,
        Self::Erase,
        Self::Retain,
        Self::Import,
        Self::Announce,
        Self::Breach,
        Self::Support,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Schedule => "schedule",
            Self::Log => "log",
            Self::Publish => "publish",
            Self::Templates => "templates",
            Self::Witness => "witness",
            Self::Erase => "erase",
            Self::Retain => "retain",
            Self::Import => "import",
            Self::Announce => "announce",
            Self::Breach => "breach",
            Self::Support => "support",
        }
    }

    pub(crate) fn lease(self) -> String {
        format!("job:{}", self.code())
    }
}

fn lease_of(bucket: u8) -> String {
    format!("reply:{bucket}")
}

/// All that can be held beside lanes.
fn leases() -> impl Iterator<Item = String> {
    Job::ALL.iter().map(|job| job.lease()).chain((0..BUCKETS).map(lease_of))
}

/// Whose this is among these nodes: each takes about the same, and when one comes or goes only its own part moves
/// (rendezvous hashing).
fn owner<'a>(what: &[u8], nodes: &'a BTreeSet<[u8; 16]>) -> Option<&'a [u8; 16]> {
    nodes.iter().max_by_key(|node| Sha256::new().chain_update(what).chain_update(node).finalize())
}

/// A job that this node has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Duty {
    job: Job,
    /// Whose lease it is, and under which fence; `None`: nobody else is there.
    held: Option<([u8; 16], i64)>,
}

/// The buckets whose events a node processes, with the fences under which it has them.
pub(crate) type Buckets = BTreeMap<u8, i64>;

/// What nodes of one installation have in common, as a hash: their brands' files, their app, and for how long they
/// keep copies of the keys.
pub(crate) fn likeness(brands: &[Brand], settings: &Settings) -> Vec<u8> {
    let mut brands: Vec<String> = brands.iter().map(|brand| format!("{brand:?}")).collect();
    brands.sort_unstable();
    let mut hash = Sha256::new();
    for part in brands.iter().chain([&settings.app_id, &settings.second_factor.code().to_owned()]) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.update(settings.backup_days.to_be_bytes());
    hash.finalize().to_vec()
}

#[derive(Default)]
struct State {
    /// Who lives, this node among them.
    alive: BTreeSet<[u8; 16]>,
    /// The last beat of each, and at which of ours it changed.
    beats: HashMap<[u8; 16], (u64, u64)>,
    /// What this node holds, and under which fence.
    held: HashMap<String, i64>,
    /// Nodes of another version live, or such that are set up differently.
    is_mixed: bool,
    /// The state of the keys that each works with.
    epochs: BTreeMap<[u8; 16], u64>,
    /// At which of our beats a node was last taken for gone: it may live on, cut off, and have keys open.
    lost_at: Option<u64>,
}

/// What a node knows of the others.
pub(crate) struct Nodes {
    pub(crate) is_shared: bool,
    pub(crate) own: [u8; 16],
    state: Mutex<State>,
    presence: tokio::sync::Mutex<Option<Arc<Presence>>>,
    started_at: Timestamp,
    likeness: Vec<u8>,
    beats: AtomicU64,
    /// The last beat was not written.
    is_cut_off: AtomicBool,
    /// When the last beat that was written began.
    seen_at: AtomicI64,
    /// This program's version does not fit the database any more.
    outdated: Notify,
    /// Something may be held now that was not.
    changed: Notify,
    calls: Mutex<BTreeSet<String>>,
    called: Notify,
}

impl Nodes {
    pub(crate) fn new(own: [u8; 16], is_shared: bool, started_at: Timestamp, likeness: Vec<u8>) -> Self {
        let state = State { alive: BTreeSet::from([own]), ..State::default() };
        Self {
            is_shared,
            own,
            state: Mutex::new(state),
            presence: tokio::sync::Mutex::default(),
            started_at,
            likeness,
            beats: AtomicU64::new(0),
            is_cut_off: AtomicBool::new(false),
            seen_at: AtomicI64::new(i64::MIN),
            outdated: Notify::new(),
            changed: Notify::new(),
            calls: Mutex::default(),
            called: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether others serve too.
    pub(crate) fn has_peers(&self) -> bool {
        self.is_shared && self.state().alive.len() > 1
    }

    /// Whether others live that may read what this one cannot, or the other way round.
    pub(crate) fn is_mixed(&self) -> bool {
        self.state().is_mixed
    }

    /// How many serve, this one among them.
    pub(crate) fn count(&self) -> usize {
        self.state().alive.len()
    }

    /// Whether this page's lane is this node's business.
    pub(crate) fn has_page(&self, page: PageId) -> bool {
        !self.is_shared || owner(&page.0, &self.state().alive) == Some(&self.own)
    }

    /// `None`: all, and nobody else is there.
    pub(crate) fn buckets(&self) -> Option<Buckets> {
        if !self.is_shared {
            return None;
        }
        let state = self.state();
        Some((0..BUCKETS).filter_map(|bucket| Some((bucket, *state.held.get(&lease_of(bucket))?))).collect())
    }

    /// Resolves while this node has the job.
    pub(crate) async fn duty(&self, job: Job) -> Duty {
        if !self.is_shared {
            return Duty { job, held: None };
        }
        loop {
            let changed = self.changed.notified();
            let fence = self.state().held.get(&job.lease()).copied();
            if let Some(fence) = fence {
                return Duty { job, held: Some((self.own, fence)) };
            }
            rest(changed).await;
        }
    }

    /// Calls out to the other nodes, soon.
    pub(crate) fn call(&self, what: String) {
        if self.has_peers() {
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).insert(what);
            self.called.notify_one();
        }
    }

    /// Whether every node that lives works with this state of the keys or a newer one.
    pub(crate) fn all_have_epoch(&self, epoch: u64) -> bool {
        let state = self.state();
        let beats = self.beats.load(Ordering::Relaxed);
        let is_lost = state.lost_at.is_some_and(|lost| beats.saturating_sub(lost) <= FORGOTTEN);
        let mut alive = state.alive.iter();
        !is_lost
            && alive
                .all(|node| *node == self.own || state.epochs.get(node).is_some_and(|known| *known >= epoch))
    }

    /// Whether others have seen this node alive a moment ago: nothing of its is taken over by then.
    pub(crate) fn is_seen(&self, now: Monotonic) -> bool {
        !self.is_shared || now.0.saturating_sub(self.seen_at.load(Ordering::Relaxed)) < SEEN.0
    }

    /// Whether the last beat was written: if not, nothing may be relied on that others could have changed.
    pub(crate) fn is_connected(&self) -> bool {
        !self.is_cut_off.load(Ordering::Relaxed)
    }
}

/// Inside a commit that processes events: whether this node has held their buckets ever since it read these. A
/// holder's id is made anew for each run, and whoever takes over puts its own there, so the time is not asked.
pub(crate) fn holds_buckets(
    tx: &Tx<'_>,
    own: &[u8; 16],
    held: &Buckets,
    events: impl Iterator<Item = PageId>,
) -> Result<bool, StoreError> {
    let wanted: BTreeSet<u8> = events.map(bucket_of).collect();
    let fenced = wanted.iter().map(|bucket| Some((lease_of(*bucket), *held.get(bucket)?)));
    let Some(fenced) = fenced.collect::<Option<Vec<_>>>() else { return Ok(false) };
    lease::are_kept(tx, &fenced, own)
}

/// Inside a commit that must not be made twice: whether this node has had the job ever since its work began.
pub(crate) fn has_job(tx: &Tx<'_>, duty: &Duty) -> Result<bool, StoreError> {
    let Some((own, fence)) = duty.held else { return Ok(true) };
    lease::are_kept(tx, &[(duty.job.lease(), fence)], &own)
}

/// Takes the server's time for this process's own: what nodes write down for each other, and what they decide by it, is
/// in one order, whatever becomes of a machine's clock. Nothing on a database that one process alone has.
pub(crate) async fn follow(data: &Database, clock: &dyn Clock) -> Result<(), EngineError> {
    if !data.can_be_shared() {
        return Ok(());
    }
    let asked = clock.monotonic();
    let said = data.read("time", presence::time).await?;
    let off = clock.follow(said, asked, clock.monotonic());
    if off.0.abs() > APART.0 {
        let seconds = off.0 / 1_000_000;
        tracing::error!(
            seconds,
            "this machine's clock is not the database server's, whose time counts: have both set by NTP"
        );
    }
    Ok(())
}

/// What one beat has found.
struct Seen {
    nodes: Vec<Node>,
    gone: Vec<[u8; 16]>,
    held: HashMap<String, i64>,
}

/// Whether the database still has what this program uses.
fn fits(tx: &Tx<'_>, known: i64) -> Result<(), EngineError> {
    let needed = store::needed(tx)?;
    if needed > known { Err(EngineError::Outdated { needed, known }) } else { Ok(()) }
}

/// Says that this node lives, takes away what dead ones held, takes its share and gives back what is none of it.
fn beat(tx: &Tx<'_>, own: &Node, still: &HashSet<[u8; 16]>, now: Timestamp) -> Result<Seen, EngineError> {
    fits(tx, own.knows)?;
    node::beat(tx, own)?;
    let (mut nodes, mut gone) = (Vec::new(), Vec::new());
    for other in node::list(tx)? {
        if other.id != own.id && (still.contains(&other.id) || presence::is_gone(tx, &other.id)?) {
            node::remove(tx, &other.id)?;
            gone.push(other.id);
        } else {
            nodes.push(other);
        }
    }
    let alive: BTreeSet<[u8; 16]> = nodes.iter().map(|node| node.id).collect();
    let mut held = HashMap::new();
    for name in leases() {
        if owner(name.as_bytes(), &alive) != Some(&own.id) {
            lease::release(tx, &name, &own.id)?;
        } else if let Some(fence) = lease::take_from_node(tx, &name, &own.id, now.plus(HELD), now)? {
            held.insert(name, fence);
        }
    }
    Ok(Seen { nodes, gone, held })
}

impl Engine {
    /// Joins those who serve already; on a database that this process alone has, nobody can be there.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] when one of the same version is set up differently; [`EngineError::Outdated`] when a newer
    /// version has just taken away what this one uses.
    pub(crate) async fn join(&self) -> Result<(), EngineError> {
        if !self.nodes.is_shared {
            let own = self.as_node(self.clock.now());
            let alone = move |tx: &Tx<'_>| {
                node::remove_all(tx)?;
                node::beat(tx, &own)
            };
            self.data.write("alone", alone).await?;
            return self.try_aside_again().await;
        }
        let others = self.data.read("nodes", node::list).await?;
        let own = &self.nodes;
        let differs = |other: &&Node| {
            other.id != own.own && other.version == self.settings.version && other.likeness != own.likeness
        };
        for other in others.iter().filter(differs) {
            // One that is gone may be set up as it likes.
            let id = other.id;
            if !self.data.read("is_gone", move |tx| presence::is_gone(tx, &id)).await? {
                return Err(EngineError::invalid(
                    "nodes",
                    "a node that serves this database has other brand files, another app or another keys.backup_days: give all nodes the same".to_owned(),
                ));
            }
        }
        self.pulse().await?;
        tracing::info!(node = %hex::encode(own.own), version = self.settings.version, "joined the nodes that serve");
        // Who takes something away has seen this node by now, or was done before.
        let known = self.data.knows();
        self.data.read("fits", move |tx| fits(tx, known)).await?;
        self.try_aside_again().await
    }

    fn as_node(&self, now: Timestamp) -> Node {
        Node {
            id: self.nodes.own,
            started_at: self.nodes.started_at,
            seen_at: now,
            beat: 0,
            key_epoch: self.vault.epoch(),
            version: self.settings.version.clone(),
            likeness: self.nodes.likeness.clone(),
            knows: self.data.knows(),
        }
    }

    /// One beat: what others have changed is taken up, and the share worked out anew.
    pub(crate) async fn pulse(&self) -> Result<(), EngineError> {
        let done = tokio::select! {
            done = self.try_pulse() => done,
            () = pause(BEAT_WITHIN) => Err(EngineError::NotYet("the database does not answer in time")),
        };
        self.nodes.is_cut_off.store(done.is_err(), Ordering::Relaxed);
        if let Err(EngineError::Outdated { .. }) = done {
            self.nodes.outdated.notify_one();
        }
        if done.is_err() {
            // What is held may be somebody else's by now; the leases say so in each commit.
            self.nodes.state().held.clear();
        }
        done
    }

    async fn try_pulse(&self) -> Result<(), EngineError> {
        let nodes = &self.nodes;
        {
            let mut presence = nodes.presence.lock().await;
            if !presence.as_ref().is_some_and(|known| known.is_there()) {
                *presence = self.data.presence(&nodes.own).await?.map(Arc::new);
            }
            if let Some(presence) = &*presence {
                presence.hold().await?;
            }
        }
        // Of those that were written: whoever was cut off has seen nobody's stand still.
        let number = nodes.beats.load(Ordering::Relaxed);
        let still: HashSet<[u8; 16]> = {
            let state = nodes.state();
            let stands = |(_, since): &(u64, u64)| number.saturating_sub(*since) >= STILL;
            state.beats.iter().filter(|(_, beat)| stands(beat)).map(|(id, _)| *id).collect()
        };
        follow(&self.data, &*self.clock).await?;
        let (now, begun) = (self.clock.now(), self.clock.monotonic());
        self.vault.notice().await?;
        let own = self.as_node(now);
        let seen = self.data.write("beat", move |tx| beat(tx, &own, &still, now)).await?;
        nodes.beats.store(number.saturating_add(1), Ordering::Relaxed);
        nodes.seen_at.store(begun.0, Ordering::Relaxed);
        for gone in &seen.gone {
            tracing::warn!(node = %hex::encode(gone), "a node is gone; the others share its work");
        }
        let mut state = nodes.state();
        let alive: BTreeSet<[u8; 16]> = seen.nodes.iter().map(|node| node.id).collect();
        let has_changed = alive != state.alive || seen.held != state.held;
        state.beats.retain(|id, _| alive.contains(id));
        for node in seen.nodes.iter().filter(|node| node.id != nodes.own) {
            let known = state.beats.entry(node.id).or_insert((node.beat, number));
            if known.0 != node.beat {
                *known = (node.beat, number);
            }
        }
        if !seen.gone.is_empty() {
            state.lost_at = Some(number);
        }
        let differs = |node: &Node| node.version != self.settings.version || node.likeness != nodes.likeness;
        state.is_mixed = seen.nodes.iter().any(differs);
        state.epochs = seen.nodes.iter().map(|node| (node.id, node.key_epoch)).collect();
        (state.alive, state.held) = (alive, seen.held);
        self.limits.are_among(state.alive.len());
        drop(state);
        if has_changed {
            nodes.changed.notify_waiters();
            // Lanes that are another node's now end, and give their leases back.
            let lanes = self.wake.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            lanes.values().for_each(|lane| lane.notify_one());
        }
        Ok(())
    }

    /// Resolves when this node must end, because a newer version has taken away what this one uses.
    pub async fn outdated(&self) {
        self.nodes.outdated.notified().await;
    }

    /// A node's beat, as long as it runs; and what it wakes, as nobody may have called.
    pub(crate) async fn pulse_forever(&self) {
        let mut beats = 0_u64;
        loop {
            if self.nodes.is_shared
                && let Err(error) = self.pulse().await
            {
                tracing::error!(%error, "this node could not say that it lives; trying again");
            }
            // Apart from the beat: what cannot be taken up does not make a node that lives look dead.
            let done = async {
                self.take_up_brands().await?;
                if self.nodes.is_shared {
                    if beats.is_multiple_of(ROUTES_EVERY) {
                        self.load_routes().await?;
                    }
                    self.wake_due().await?;
                    self.try_aside_again().await?;
                }
                Ok::<_, EngineError>(())
            };
            if let Err(error) = done.await {
                tracing::error!(%error, "what other nodes have changed could not be taken up; trying again");
            }
            beats = beats.wrapping_add(1);
            pause(if self.nodes.is_shared { BEAT } else { ALONE }).await;
        }
    }

    /// Wakes what may have something to do: what another node had taken up, or called out unheard.
    async fn wake_due(&self) -> Result<(), EngineError> {
        for station in [
            &self.wake.reply,
            &self.wake.log,
            &self.wake.plan,
            &self.wake.mail,
            &self.wake.erase,
            &self.wake.publish,
            &self.wake.schedule,
            &self.wake.templates,
            &self.wake.import,
            &self.wake.announce,
        ] {
            station.notify_one();
        }
        let due = |tx: &Tx<'_>| {
            let mut pages: BTreeSet<PageId> = outbox::list_pages(tx)?.into_iter().collect();
            pages.extend(broadcast::list_pages_to_send(tx)?);
            // What a node had under way when it died is settled by whoever has the lane now, also of a paused broadcast.
            pages.extend(delivery::list_pages_on_the_wire(tx)?);
            Ok::<_, StoreError>(pages)
        };
        let pages = self.data.read("pages_due", due).await?;
        for page in pages.into_iter().filter(|page| self.nodes.has_page(*page)) {
            self.wake_lane(page);
        }
        Ok(())
    }

    /// Calls out what was gathered, and hears what others call.
    pub(crate) async fn herald_forever(&self) {
        if !self.nodes.is_shared {
            return rest(std::future::pending()).await;
        }
        loop {
            let presence = self.nodes.presence.lock().await.clone();
            let hear = async {
                match &presence {
                    Some(presence) => presence.hear().await,
                    None => None,
                }
            };
            tokio::select! {
                () = rest(self.nodes.called.notified()) => {
                    pause(GATHER).await;
                    self.call_out().await;
                }
                heard = hear => match heard {
                    Some(said) => said.split(',').for_each(|what| self.heard(what)),
                    // Until the next beat has another connection.
                    None => rest(pause(BEAT)).await,
                },
            }
        }
    }

    async fn call_out(&self) {
        let calls = std::mem::take(&mut *self.nodes.calls.lock().unwrap_or_else(PoisonError::into_inner));
        let calls: Vec<String> = calls.into_iter().collect();
        for some in calls.chunks(CALLS) {
            let what = some.join(",");
            if let Err(error) = self.data.write("call", move |tx| presence::call(tx, &what)).await {
                tracing::warn!(%error, "other nodes could not be called; they look by themselves");
            }
        }
    }

    fn heard(&self, what: &str) {
        match what.split_once(':') {
            Some(("reply", _)) => self.wake.reply.notify_one(),
            Some(("lane", page)) => {
                if let Ok(page) = page.parse::<PageId>()
                    && self.nodes.has_page(page)
                {
                    self.wake_lane(page);
                }
            }
            _ => {}
        }
    }

    /// Tells whoever has these events' buckets.
    pub(crate) fn call_reply(&self, pages: impl Iterator<Item = PageId>) {
        let held = self.nodes.buckets();
        for bucket in pages.map(bucket_of).collect::<BTreeSet<u8>>() {
            if held.as_ref().is_some_and(|held| !held.contains_key(&bucket)) {
                self.nodes.call(lease_of(bucket));
            }
        }
    }

    /// Leaves: what this node held is free at once.
    pub(crate) async fn leave(&self) -> Result<(), EngineError> {
        let own = self.nodes.own;
        self.nodes.state().held.clear();
        *self.nodes.presence.lock().await = None;
        Ok(self.data.write("leave", move |tx| node::remove(tx, &own)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_has_its_share_and_only_the_part_of_one_that_goes_moves() {
        let id = |number: u8| [number; 16];
        let three: BTreeSet<[u8; 16]> = [id(1), id(2), id(3)].into();
        let two: BTreeSet<[u8; 16]> = [id(1), id(2)].into();
        let mut shares: HashMap<[u8; 16], usize> = HashMap::new();
        for number in 0..3_000_u32 {
            let what = number.to_be_bytes();
            let with = owner(&what, &three).expect("one of them");
            *shares.entry(*with).or_default() += 1;
            let without = owner(&what, &two).expect("one of them");
            assert!(with == without || *with == id(3), "something moved that need not");
        }
        assert!(shares.len() == 3 && shares.values().all(|share| (900..1_100).contains(share)), "{shares:?}");
        assert_eq!(owner(b"x", &BTreeSet::new()), None);
    }
}
