//! Several nodes on one key store and one root, each of which may stand still, die or be slow at any step, their clocks
//! eleven seconds apart. On SQLite the right to rotate is taken over at once by whoever asks, and on PostgreSQL it is given
//! for a moment here: so everything goes on as if each standstill were longer than the right lasts.
//!
//! Invariant of these tests: after each act the source opens the store, everybody who lives opens, nobody who was erased opens
//! with any root that lies at the source and any row there ever was, and no root of before lies there.

use crate::files::{ACCOUNT, BRAND, place};
use crate::home::{Home, on_both};
use crate::sources::PROGRAM;
use crate::{id, new};
use model::entropy::Entropy;
use model::ports::{
    FlatKey, KeyId, KeyStore, KeyStoreError, Record, Snapshot, Spine, TreeChange, TreeState, WrappedKey,
};
use model::time::{BoxFuture, Span, Timestamp};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;
use store::{Schema, SqlKeyStore};
use testkit::{FixedClock, SeededEntropy, short_or_long};
use tokio::sync::Semaphore;
use vault::{
    CommandRoot, FileRoot, Found, Goes, LookupKeys, LookupStep, NewKey, RootKey, RootSource, RootSourceError,
    SplitRoot, Strength, Vault, VaultError,
};

/// What becomes of a node at its steps: a step is before and one after each thing it asks of store and source.
struct Fate {
    taken: AtomicUsize,
    stands_at: AtomicUsize,
    dies_at: AtomicUsize,
    stands: Semaphore,
    goes_on: Semaphore,
    /// Naps of chance.
    naps: Option<SeededEntropy>,
    /// For how long it is given the right to rotate.
    span: Span,
    asked_source: AtomicUsize,
    asked_store: AtomicUsize,
}

const NEVER: usize = usize::MAX;

impl Fate {
    fn new(span: Span, naps: Option<u64>) -> Arc<Self> {
        Arc::new(Self {
            taken: AtomicUsize::new(0),
            stands_at: AtomicUsize::new(NEVER),
            dies_at: AtomicUsize::new(NEVER),
            stands: Semaphore::new(0),
            goes_on: Semaphore::new(0),
            naps: naps.map(SeededEntropy::new),
            span,
            asked_source: AtomicUsize::new(0),
            asked_store: AtomicUsize::new(0),
        })
    }

    fn meets(&self, stands_at: usize, dies_at: usize) {
        self.taken.store(0, Ordering::SeqCst);
        self.stands_at.store(stands_at, Ordering::SeqCst);
        self.dies_at.store(dies_at, Ordering::SeqCst);
    }

    /// Whether it lives.
    async fn step(&self) -> bool {
        let number = self.taken.fetch_add(1, Ordering::SeqCst);
        if number == self.stands_at.load(Ordering::SeqCst) {
            self.stands.add_permits(1);
            self.goes_on.acquire().await.unwrap().forget();
        }
        if let Some(naps) = &self.naps {
            let mut bytes = [0; 2];
            naps.fill(&mut bytes);
            // Most steps are quick, some are slower than the right to rotate lasts.
            let millis = if bytes[0] < 16 { u64::from(bytes[1] % 60) } else { 0 };
            nap(millis).await;
        }
        number < self.dies_at.load(Ordering::SeqCst)
    }
}

async fn nap(millis: u64) {
    #[expect(clippy::disallowed_methods, reason = "a node that really stands still")]
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

struct StoreOf {
    inner: Arc<SqlKeyStore>,
    fate: Arc<Fate>,
}

type Answer<'a, T> = BoxFuture<'a, Result<T, KeyStoreError>>;

impl StoreOf {
    fn ask<'a, T: Send + 'a>(&'a self, asked: Answer<'a, T>) -> Answer<'a, T> {
        let dead = || KeyStoreError("the node is dead".to_owned());
        self.fate.asked_store.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            if !self.fate.step().await {
                return Err(dead());
            }
            let answer = asked.await?;
            if self.fate.step().await { Ok(answer) } else { Err(dead()) }
        })
    }
}

impl KeyStore for StoreOf {
    fn load<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Snapshot> {
        self.ask(self.inner.load(ids))
    }
    fn children<'a>(&'a self, nodes: &'a [KeyId]) -> Answer<'a, Snapshot> {
        self.ask(self.inner.children(nodes))
    }
    fn spine(&self, crown: KeyId) -> Answer<'_, Spine> {
        self.ask(self.inner.spine(crown))
    }
    fn list(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<WrappedKey>> {
        self.ask(self.inner.list(after, limit))
    }
    fn commit(&self, change: TreeChange) -> Answer<'_, bool> {
        self.ask(self.inner.commit(change))
    }
    fn hold(&self, holder: [u8; 16], anew: bool, now: Timestamp, _: Span) -> Answer<'_, Option<u64>> {
        self.ask(self.inner.hold(holder, anew, now, self.fate.span))
    }
    fn free(&self, fence: u64) -> Answer<'_, bool> {
        self.ask(self.inner.free(fence))
    }
    fn clean(&self) -> Answer<'_, ()> {
        // Its reading neighbours would make it wait.
        Box::pin(std::future::ready(Ok(())))
    }
    fn felled(&self, limit: u32) -> Answer<'_, Vec<KeyId>> {
        self.inner.felled(limit)
    }

    fn sweep(&self, nodes: Vec<KeyId>, limit: u32) -> Answer<'_, u64> {
        self.ask(self.inner.sweep(nodes, limit))
    }
    fn record<'a>(&'a self, name: &'a str) -> Answer<'a, (TreeState, Option<Vec<u8>>)> {
        self.ask(self.inner.record(name))
    }
    fn records(&self) -> Answer<'_, (TreeState, Vec<Record>)> {
        self.ask(self.inner.records())
    }
    fn flat(&self, limit: u32) -> Answer<'_, Vec<FlatKey>> {
        self.ask(self.inner.flat(limit))
    }
    fn drop_flat(&self) -> Answer<'_, ()> {
        self.ask(self.inner.drop_flat())
    }
}

struct SourceOf {
    inner: Box<dyn RootSource>,
    fate: Arc<Fate>,
}

impl SourceOf {
    fn ask<T>(&self, ask: impl FnOnce() -> Result<T, RootSourceError>) -> Result<T, RootSourceError> {
        let dead = || RootSourceError("the node is dead".to_owned());
        let step = || tokio::runtime::Handle::current().block_on(self.fate.step());
        self.fate.asked_source.fetch_add(1, Ordering::SeqCst);
        if !step() {
            return Err(dead());
        }
        let answer = ask()?;
        if step() { Ok(answer) } else { Err(dead()) }
    }
}

impl RootSource for SourceOf {
    fn strength(&self) -> Strength {
        self.inner.strength()
    }
    fn read(&self) -> Result<Found, RootSourceError> {
        self.ask(|| self.inner.read())
    }
    fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError> {
        self.ask(|| self.inner.stage(next, fence))
    }
    fn settle(&self, keep: &RootKey, goes: Goes<'_>, fence: u64) -> Result<(), RootSourceError> {
        self.ask(|| self.inner.settle(keep, goes, fence))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    File,
    Split,
    Program,
}

async fn store(home: &Home) -> Arc<SqlKeyStore> {
    let db = home.try_open(Schema::Keys, store::migrations(Schema::Keys)).await.unwrap();
    Arc::new(SqlKeyStore::new(db))
}

/// What several nodes share, and what is known of who lives.
struct World<'a> {
    home: &'a Home,
    /// Of nobody whose fate is told.
    plain: Arc<SqlKeyStore>,
    folder: tempfile::TempDir,
    kind: Kind,
    nodes: u64,
    rows: HashMap<KeyId, Vec<u8>>,
    living: BTreeSet<KeyId>,
    /// Every row that ever lay in the key store, and every root that was in force.
    stolen: Vec<WrappedKey>,
    seen: HashSet<(KeyId, Vec<u8>)>,
    roots: Vec<RootKey>,
}

const LEADS: u8 = 180;
/// Are never erased.
const STAYING: std::ops::RangeInclusive<u8> = 171..=LEADS;

impl<'a> World<'a> {
    async fn empty(home: &'a Home, kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("keep-root");
        std::fs::write(&program, PROGRAM).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        let (rows, living, stolen) = (HashMap::new(), BTreeSet::new(), Vec::new());
        let (plain, seen) = (store(home).await, HashSet::new());
        Self { home, plain, folder, kind, nodes: 0, rows, living, stolen, seen, roots: Vec::new() }
    }

    /// A brand with an account with many leads.
    async fn new(home: &'a Home, kind: Kind) -> Self {
        let mut world = Self::empty(home, kind).await;
        let (vault, _) = world.node(None).await;
        let leads = (1..=LEADS).map(|number| new(number, ACCOUNT));
        let keys: Vec<NewKey> = [new(BRAND, 0), new(ACCOUNT, BRAND)].into_iter().chain(leads).collect();
        for key in vault.create(&keys).await.unwrap() {
            world.rows.insert(*key.id(), key.seal(&place(*key.id()), b"x", &SeededEntropy::new(3)));
            world.living.insert(*key.id());
        }
        world.check().await;
        world
    }

    fn source(&self) -> Box<dyn RootSource> {
        let path = |name: &str| self.folder.path().join(name);
        let entropy = Arc::new(SeededEntropy::new(77_000 + self.nodes));
        match self.kind {
            Kind::File => FileRoot::new(path("root.key")).into(),
            Kind::Split => SplitRoot::new(path("root.key"), path("half.key"), entropy).into(),
            Kind::Program => CommandRoot::new(path("keep-root")).into(),
        }
    }

    /// Another node, whose clock is eleven seconds off that of the one before. The right to rotate lasts 40 ms for it.
    async fn node(&mut self, naps: Option<u64>) -> (Arc<Vault>, Arc<Fate>) {
        let fate = Fate::new(Span::millis(40), naps);
        self.nodes += 1;
        let vault = self.open(&fate, self.nodes).await.unwrap();
        (Arc::new(vault), fate)
    }

    async fn open(&self, fate: &Arc<Fate>, seed: u64) -> Result<Vault, vault::VaultError> {
        let store = Arc::new(StoreOf { inner: store(self.home).await, fate: Arc::clone(fate) });
        let source: Box<dyn RootSource> = Box::new(SourceOf { inner: self.source(), fate: Arc::clone(fate) });
        let clock = Arc::new(FixedClock::new());
        clock.advance(Span::secs(11 * i64::try_from(seed % 2).unwrap()));
        let entropy = Arc::new(SeededEntropy::new(50_000 + seed));
        Vault::open_with(store, source, clock, entropy, 4).await
    }

    fn erased(&mut self, numbers: &[u8]) {
        self.living.retain(|person| !numbers.iter().any(|number| *person == id(*number)));
    }

    /// Takes along whatever lies in the key store.
    async fn steal(&mut self) {
        let mut nodes = vec![[0; 16]];
        while let Some(node) = nodes.pop() {
            for row in self.plain.children(&[node]).await.unwrap().keys {
                if row.level > 0 {
                    nodes.push(row.id);
                }
                if self.seen.insert((row.id, row.wrapped.clone())) {
                    self.stolen.push(row);
                }
            }
        }
    }

    async fn check(&mut self) {
        self.steal().await;
        let (clock, entropy) = (Arc::new(FixedClock::new()), Arc::new(SeededEntropy::new(1)));
        let vault =
            Vault::look(self.plain.clone(), self.source(), clock.clone(), entropy.clone()).await.unwrap();
        let all: Vec<KeyId> = self.rows.keys().copied().collect();
        let keys = vault.keys(&all).await.unwrap();
        assert_eq!(keys.keys().copied().collect::<BTreeSet<_>>(), self.living);
        for (id, key) in &keys {
            assert!(key.open(&place(*id), &self.rows[id]).is_ok());
        }
        let found = self.source().read().unwrap();
        let mut in_force = None;
        for root in &found.roots {
            let opened = vault::thief::opened(root, &self.stolen);
            let opened: BTreeSet<KeyId> = opened.iter().map(|key| *key.id()).collect();
            if Vault::look(self.plain.clone(), root.clone(), clock.clone(), entropy.clone()).await.is_ok() {
                assert_eq!(opened, self.living, "the search finds who lives");
                in_force = Some(root.clone());
            }
            assert!(opened.is_subset(&self.living), "somebody who was erased opens");
        }
        let in_force = in_force.expect("the root in force lies at the source");
        self.roots.retain(|root| *root != in_force);
        for old in &self.roots {
            assert!(!found.roots.contains(old), "a root of before lies at the source");
        }
        self.roots.push(in_force);
    }
}

/// Lets one node stand still at each of its steps in turn while another one erases; then it goes on.
async fn stands_still(home: &Home, kind: Kind) {
    let mut world = World::new(home, kind).await;
    let ((one, fate), (two, _)) = (world.node(None).await, world.node(None).await);
    let mut lead = 0;
    // Programs are slow to start.
    let stride = if kind == Kind::Program { short_or_long(3, 1) } else { 1 };
    for is_same in [false, true] {
        let mut steps = 0;
        for step in (usize::from(is_same)..).step_by(stride) {
            lead += 1;
            let own = lead;
            lead += u8::from(!is_same);
            assert!(!STAYING.contains(&lead), "more leads are needed");
            fate.meets(step, NEVER);
            let slow = Arc::clone(&one);
            let mut slow = tokio::spawn(async move { slow.destroy(&[id(own)]).await });
            let ended = tokio::select! {
                permit = fate.stands.acquire() => { permit.unwrap().forget(); None }
                ended = &mut slow => Some(ended),
            };
            if let Some(ended) = ended {
                assert_eq!(ended.unwrap().unwrap().len(), 1);
                world.erased(&[own]);
                // The other one, which may be behind by one erasure now.
                two.destroy(&[id(lead)]).await.unwrap();
                world.erased(&[lead]);
                world.check().await;
                break;
            }
            two.destroy(&[id(lead)]).await.unwrap();
            world.erased(&[lead]);
            if !is_same {
                // Whether the slow one's is done yet is its own affair.
                if world.plain.get(&[id(own)]).await.unwrap().is_empty() {
                    world.erased(&[own]);
                }
            }
            world.check().await;
            fate.goes_on.add_permits(1);
            slow.await.unwrap().unwrap();
            world.erased(&[own]);
            world.check().await;
            steps = step;
        }
        assert!(steps > 20, "{steps}");
    }
}

/// Nodes of chance against each other, and one that reads all the while.
async fn against_each_other(home: &Home, kind: Kind, rounds: u8) {
    let mut world = World::new(home, kind).await;
    let ((one, _), (two, _)) = (world.node(Some(1)).await, world.node(Some(2)).await);
    let (reader, _) = world.node(None).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let rows = world.rows.clone();
    let reading = tokio::spawn(async move {
        let (staying, mut reads) = (STAYING.map(id).collect::<Vec<_>>(), 0);
        while !over.load(Ordering::SeqCst) {
            reader.notice().await.unwrap();
            let keys = reader.keys(&staying).await.unwrap();
            for person in &staying {
                assert!(keys[person].open(&place(*person), &rows[person]).is_ok());
            }
            reads += 1;
            nap(1).await;
        }
        (reader.epoch(), reads)
    });
    let mut lead = 0;
    for round in 0..rounds {
        lead += 1;
        let first = [id(lead)];
        // Now and then both are asked for the same.
        lead += u8::from(round % 3 > 0);
        let second = [id(lead)];
        let (a, b) = tokio::join!(one.destroy(&first), two.destroy(&second));
        a.unwrap();
        b.unwrap();
        world.erased(&[first[0][0], second[0][0]]);
        if round % 4 == 3 {
            let new = [NewKey { id: id(206 + round / 4), parent: Some(id(ACCOUNT)) }];
            let (made, rotated) = tokio::join!(one.create(&new), two.rotate());
            rotated.unwrap();
            for key in made.unwrap() {
                world.rows.insert(*key.id(), key.seal(&place(*key.id()), b"x", &SeededEntropy::new(3)));
                world.living.insert(*key.id());
            }
        }
        world.check().await;
    }
    is_over.store(true, Ordering::SeqCst);
    let (epoch, reads) = reading.await.unwrap();
    assert!(epoch > u64::from(rounds) && reads > 10, "{epoch}, {reads}");
    assert!(!STAYING.contains(&lead), "more leads are needed");
}

/// One dies at each of its steps in turn, and another is asked for the same.
async fn dies(home: &Home, kind: Kind) {
    let mut world = World::new(home, kind).await;
    let (other, _) = world.node(None).await;
    let mut left_unsettled = 0;
    for step in 0_usize.. {
        let lead = u8::try_from(step).unwrap() + 1;
        let (dying, fate) = world.node(None).await;
        fate.meets(NEVER, step);
        if dying.destroy(&[id(lead)]).await.is_ok() && fate.taken.load(Ordering::SeqCst) <= step {
            assert!(step > 20 && left_unsettled > 1, "{step}, {left_unsettled}");
            return;
        }
        let is_gone = world.plain.get(&[id(lead)]).await.unwrap().is_empty();
        left_unsettled += usize::from(is_gone && !world.source().read().unwrap().is_settled);
        other.destroy(&[id(lead)]).await.unwrap();
        // What it returned for is so: nobody else has to do anything.
        world.erased(&[lead]);
        assert!(world.source().read().unwrap().is_settled, "step {step}");
        world.check().await;
    }
}

const LOOKING: model::id::BrandId = model::id::BrandId(id(BRAND));

/// What a node does about a brand's look-up key, by what it saw.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Look,
    Announce,
    Tell,
    Write,
    Drop,
}

/// Every act, and the step at which it has something to do.
const ACTS: [(Act, LookupStep); 8] = [
    (Act::Look, LookupStep::Settled),
    (Act::Look, LookupStep::Announced),
    (Act::Look, LookupStep::Writing),
    (Act::Announce, LookupStep::Settled),
    (Act::Tell, LookupStep::Announced),
    (Act::Tell, LookupStep::Writing),
    (Act::Write, LookupStep::Announced),
    (Act::Drop, LookupStep::Writing),
];

impl Act {
    /// Whether it was in its turn.
    async fn does(self, vault: &Vault, seen: &LookupKeys) -> Result<bool, VaultError> {
        match self {
            Self::Look => vault.lookup(LOOKING).await.map(|_| true),
            Self::Announce => vault.announce_lookup(LOOKING, seen).await,
            Self::Tell => vault.note_lookup_told(LOOKING, seen, Timestamp(1)).await,
            Self::Write => vault.write_next_lookup(LOOKING, seen, Timestamp(2)).await,
            Self::Drop => vault.drop_previous_lookup(LOOKING, seen, || Timestamp(3)).await,
        }
    }
}

/// What is known of the keys: how far they are, and what is written under them.
fn face(keys: &LookupKeys) -> (LookupStep, i64, Option<Timestamp>, [u8; 32]) {
    (keys.step, keys.in_force.0, keys.told_at, keys.in_force.1.mac("lead", &[b"123"]))
}

/// Takes the change a step further.
async fn turn(vault: &Vault) {
    let seen = vault.lookup(LOOKING).await.unwrap();
    let act = match seen.step {
        LookupStep::Settled => Act::Announce,
        LookupStep::Announced => Act::Write,
        LookupStep::Writing => Act::Drop,
    };
    assert!(act.does(vault, &seen).await.unwrap());
}

async fn turn_to(vault: &Vault, step: LookupStep) -> LookupKeys {
    loop {
        let keys = vault.lookup(LOOKING).await.unwrap();
        if keys.step == step && keys.told_at.is_none() {
            return keys;
        }
        turn(vault).await;
    }
}

/// A node stands still at each step of each act about a look-up key, while another one changes the whole key; then it
/// goes on, and nothing is taken back.
async fn looks_up_late(home: &Home) {
    let mut world = World::empty(home, Kind::File).await;
    let ((one, fate), (two, _)) = (world.node(None).await, world.node(None).await);
    two.create(&[new(BRAND, 0)]).await.unwrap();
    for (act, step) in ACTS {
        let mut stood = 0;
        for at in 0.. {
            turn_to(&two, step).await;
            fate.meets(NEVER, NEVER);
            one.notice().await.unwrap();
            let seen = one.lookup(LOOKING).await.unwrap();
            fate.meets(at, NEVER);
            let slow = Arc::clone(&one);
            let mut slow = tokio::spawn(async move { act.does(&slow, &seen).await });
            let ended = tokio::select! {
                permit = fate.stands.acquire() => { permit.unwrap().forget(); None }
                ended = &mut slow => Some(ended),
            };
            if let Some(ended) = ended {
                assert!(ended.unwrap().unwrap(), "{act:?}: it was in its turn");
                break;
            }
            for _ in 0..3 {
                turn(&two).await;
            }
            let known = two.lookup(LOOKING).await.unwrap();
            fate.goes_on.add_permits(1);
            slow.await.unwrap().unwrap_or_else(|error| panic!("{act:?} from {step:?}, at {at}: {error}"));
            let (fresh, _) = world.node(None).await;
            for vault in [&one, &two, &fresh] {
                let keys = vault.lookup(LOOKING).await;
                let keys = keys.unwrap_or_else(|error| panic!("{act:?} from {step:?}, at {at}: {error}"));
                assert_eq!(face(&keys), face(&known), "{act:?} from {step:?}, at {at}");
            }
            stood += 1;
        }
        assert!(stood > 1, "{act:?} from {step:?}: {stood}");
    }
}

/// A node dies at each step of each act about a look-up key: whoever was found is found, and another one goes on.
async fn looks_up_and_dies(home: &Home) {
    let mut world = World::empty(home, Kind::File).await;
    let (other, _) = world.node(None).await;
    other.create(&[new(BRAND, 0)]).await.unwrap();
    for (act, step) in ACTS {
        for at in 0.. {
            let seen = turn_to(&other, step).await;
            let (dying, fate) = world.node(None).await;
            let seen_by_it = dying.lookup(LOOKING).await.unwrap();
            fate.meets(NEVER, at);
            let is_through =
                act.does(&dying, &seen_by_it).await.is_ok() && fate.taken.load(Ordering::SeqCst) <= at;
            let keys = other.lookup(LOOKING).await.unwrap();
            let looked_for = [Some(&keys.in_force), keys.other.as_ref()].into_iter().flatten();
            let mut looked_for = looked_for.map(|(_, key)| key.mac("lead", &[b"123"]));
            assert!(looked_for.any(|mac| mac == face(&seen).3), "{act:?} from {step:?}, at {at}");
            let (fresh, _) = world.node(None).await;
            assert_eq!(face(&fresh.lookup(LOOKING).await.unwrap()), face(&keys));
            for _ in 0..3 {
                turn(&other).await;
            }
            if is_through {
                assert!(at > 1, "{act:?} from {step:?}: {at}");
                break;
            }
        }
    }
}

on_both! {
    async fn claim_f1_whoever_stands_still_amid_a_change_of_the_look_up_key_takes_nothing_back(home: &Home) {
        looks_up_late(home).await;
    }

    async fn claim_f1_whoever_dies_amid_a_change_of_the_look_up_key_loses_nobody(home: &Home) {
        looks_up_and_dies(home).await;
    }

    async fn claim_f1_who_stands_still_at_any_step_harms_nobody_root_in_a_file(home: &Home) {
        stands_still(home, Kind::File).await;
    }

    async fn claim_f1_who_stands_still_at_any_step_harms_nobody_root_in_two_halves(home: &Home) {
        stands_still(home, Kind::Split).await;
    }

    async fn claim_f1_who_stands_still_at_any_step_harms_nobody_root_kept_by_a_program(home: &Home) {
        stands_still(home, Kind::Program).await;
    }

    async fn claim_f1_nodes_that_rotate_against_each_other_lose_nobody_root_in_a_file(home: &Home) {
        against_each_other(home, Kind::File, short_or_long(10, 80)).await;
    }

    async fn claim_f1_nodes_that_rotate_against_each_other_lose_nobody_root_in_two_halves(home: &Home) {
        against_each_other(home, Kind::Split, short_or_long(10, 80)).await;
    }

    async fn claim_f1_nodes_that_rotate_against_each_other_lose_nobody_root_kept_by_a_program(home: &Home) {
        against_each_other(home, Kind::Program, short_or_long(6, 40)).await;
    }

    async fn claim_f1_after_a_death_at_any_step_the_other_says_done_only_when_it_is_root_in_a_file(home: &Home) {
        dies(home, Kind::File).await;
    }

    async fn claim_f1_after_a_death_at_any_step_the_other_says_done_only_when_it_is_root_in_two_halves(home: &Home) {
        dies(home, Kind::Split).await;
    }

    async fn claim_f1_after_a_death_at_any_step_the_other_says_done_only_when_it_is_root_kept_by_a_program(home: &Home) {
        dies(home, Kind::Program).await;
    }

    async fn first_starts_at_the_same_moment_end_with_one_root(home: &Home) {
        let world = World::empty(home, Kind::File).await;
        let fates = [1, 2, 3].map(|seed| Fate::new(Span::millis(40), Some(seed)));
        let (a, b, c) =
            tokio::join!(world.open(&fates[0], 1), world.open(&fates[1], 2), world.open(&fates[2], 3));
        let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
        a.create(&[new(1, 0)]).await.unwrap();
        for vault in [&b, &c] {
            assert!(vault.key(&id(1)).await.unwrap().is_some());
        }
        b.destroy(&[id(1)]).await.unwrap();
        let found = world.source().read().unwrap();
        assert!(found.is_settled, "{:?}", found.beside);
    }

    async fn a_node_notices_what_others_do_and_ends_what_one_of_them_left(home: &Home) {
        let mut world = World::new(home, Kind::File).await;
        let ((dying, dies), (other, _)) = (world.node(None).await, world.node(None).await);
        let (fate, clock) = (Fate::new(Span::millis(40), None), Arc::new(FixedClock::new()));
        let store = Arc::new(StoreOf { inner: store(home).await, fate: Arc::clone(&fate) });
        let source: Box<dyn RootSource> = Box::new(SourceOf { inner: world.source(), fate: Arc::clone(&fate) });
        let entropy = Arc::new(SeededEntropy::new(4_711));
        let vault = Vault::open_with(store, source, clock.clone(), entropy, 4).await.unwrap();
        let asked = || (fate.asked_store.load(Ordering::SeqCst), fate.asked_source.load(Ordering::SeqCst));

        // An epoch that is new here is looked at once more after half a minute; then a notice costs one read.
        assert_eq!(vault.notice().await.unwrap(), 1);
        clock.advance(Span::secs(31));
        vault.notice().await.unwrap();
        let before = asked();
        for _ in 0..5 {
            clock.advance(Span::secs(40));
            assert_eq!(vault.notice().await.unwrap(), 1);
        }
        assert_eq!(asked(), (before.0 + 5, before.1));

        // What is at hand is forgotten when another node has changed the tree.
        assert!(vault.key(&id(7)).await.unwrap().is_some());
        other.destroy(&[id(7)]).await.unwrap();
        assert_eq!(vault.notice().await.unwrap(), 2);
        assert!(vault.key(&id(7)).await.unwrap().is_none());
        world.erased(&[7]);

        // A node dies after its commit and before the old root is destroyed.
        for step in 0.. {
            dies.meets(NEVER, step);
            assert!(dying.destroy(&[id(8)]).await.is_err(), "it never left anything, until step {step}");
            if world.plain.get(&[id(8)]).await.unwrap().is_empty() {
                break;
            }
        }
        world.erased(&[8]);
        let is_settled = |world: &World<'_>| world.source().read().unwrap().is_settled;
        assert_eq!(vault.notice().await.unwrap(), 3);
        for _ in 0..2 {
            clock.advance(Span::secs(14));
            vault.notice().await.unwrap();
            assert!(!is_settled(&world), "it may be slow, and was not waited for");
        }
        // On a server its right to rotate has to be over as well.
        clock.advance(Span::secs(3));
        for _ in 0..100 {
            vault.notice().await.unwrap();
            if is_settled(&world) {
                break;
            }
            nap(5).await;
        }
        assert!(is_settled(&world));
        world.check().await;
    }
}

/// A root is exchanged again and again while another thread reads: it always finds the one in force.
fn reads_while_it_is_exchanged(of: impl Fn(u64) -> Box<dyn RootSource>) {
    let root = |number: usize| RootKey::generate(&SeededEntropy::new(9_000 + u64::try_from(number).unwrap()));
    let (writer, reader) = (of(1), of(2));
    writer.stage(&root(0), 1).unwrap();
    let found = writer.read().unwrap();
    writer.settle(&root(0), Goes::Listed(&found), 1).unwrap();
    let (in_force, is_over, compared) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
    let rounds = short_or_long(150, 2_000);
    let both = Barrier::new(2);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            both.wait();
            while !is_over.load(Ordering::SeqCst) {
                let before = in_force.load(Ordering::SeqCst);
                let found = reader.read();
                if in_force.load(Ordering::SeqCst) == before {
                    assert!(found.unwrap().roots.contains(&root(before)));
                    compared.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        both.wait();
        // A reader that got no turn in that time gets more of it.
        for number in 1..=rounds * 20 {
            if number > rounds && compared.load(Ordering::SeqCst) > rounds / 10 {
                break;
            }
            let fence = u64::try_from(number).unwrap() + 1;
            writer.stage(&root(number), fence).unwrap();
            in_force.store(number, Ordering::SeqCst);
            writer.settle(&root(number), Goes::Before(&root(number - 1)), fence).unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        reading.join().unwrap();
        assert!(compared.load(Ordering::SeqCst) > rounds / 10);
    });
}

#[test]
fn whoever_reads_a_file_while_it_is_exchanged_finds_the_root_in_force() {
    let home = tempfile::tempdir().unwrap();
    reads_while_it_is_exchanged(|_| FileRoot::new(home.path().join("root.key")).into());
}

#[test]
fn whoever_reads_two_halves_while_they_are_exchanged_finds_the_root_in_force() {
    let home = tempfile::tempdir().unwrap();
    let (a, b) = (home.path().join("a"), home.path().join("b"));
    reads_while_it_is_exchanged(|seed| SplitRoot::new(&a, &b, Arc::new(SeededEntropy::new(seed))).into());
}
