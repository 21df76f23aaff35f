//! Three nodes on one PostgreSQL under everything that can happen to them: killed, stopped for longer than their
//! leases, cut off from the database, with a platform that fails and lies, while a broadcast runs, people leave, and
//! one is erased. After it the simulator's record and the database agree (claims B1, B3, F1).
//!
//! What happens is drawn from a seed: the same seed, the same acts in the same order. When they fall is real time.

use crate::databases::On;
use crate::installation::agreed;
use crate::program::{Program, World, run};
use crate::proxy::Proxy;
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use model::entropy::random;
use model::id::{BroadcastId, LeadId};
use simulator::{Action, Effect, Fault, Options, Psid};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use testkit::{SeededEntropy, short_or_long};

const NODES: usize = 3;
const PAGES: usize = 6;

/// What may befall a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    Kill,
    KillAll,
    Stop,
    CutOff,
}

struct Node {
    program: Program,
    proxy: Proxy,
}

struct Play {
    world: World,
    nodes: Vec<Node>,
    entropy: SeededEntropy,
    people: Vec<Psid>,
    /// Who left before the broadcast had reached them, as it was acknowledged.
    left: BTreeSet<Psid>,
    erased: BTreeSet<LeadId>,
}

fn pause(millis: u64) -> impl Future<Output = ()> {
    #[expect(clippy::disallowed_methods, reason = "the processes under test live in real time")]
    tokio::time::sleep(Duration::from_millis(millis))
}

impl Play {
    fn roll(&self, sides: usize) -> usize {
        usize::try_from(u64::from_le_bytes(random::<8>(&self.entropy)) % sides as u64).unwrap()
    }

    async fn begin(seed: u64, people: usize) -> Option<Self> {
        if !On::Postgres.is_there() {
            return None;
        }
        let mut world = World::on(On::Postgres, PAGES).await;
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            nodes.push(start(&mut world).await);
        }
        nodes[0].program.site.connect(&world.sim, &world.pages).await;
        let each = people / PAGES;
        let mut people = Vec::new();
        for page in 0..PAGES {
            people.extend(agreed(&world, page, each).await);
        }
        let entropy = SeededEntropy::new(seed);
        Some(Self { world, nodes, entropy, people, left: BTreeSet::new(), erased: BTreeSet::new() })
    }

    /// One that answers.
    fn any(&self) -> &Program {
        &self.nodes[self.roll(self.nodes.len())].program
    }

    fn deliver_to(&self, number: usize) {
        let address = self.nodes[number].program.site.address;
        self.world.sim.set_callback_unverified(&format!("http://{address}/webhooks/messenger"));
    }

    /// Somebody says stop; what is acknowledged counts.
    async fn leave(&mut self, broadcast: BroadcastId) {
        self.deliver_to(self.roll(self.nodes.len()));
        let person = self.people[self.roll(self.people.len())];
        self.world.sim.act(person, &Action::write("stop"), &Options::default()).unwrap();
        let is_acknowledged = self.world.sim.flush().await.backlog == 0;
        let has_it = reached(&self.world.sim, broadcast).iter().any(|(_, reached)| *reached == person);
        if is_acknowledged && !has_it {
            self.left.insert(person);
        }
    }

    /// The newest lead of a list is erased, if the node answers that it is.
    async fn erase(&mut self) {
        let leads = self.any().site.leads().await;
        let lead: LeadId = leads[self.roll(leads.len())]["id"].as_str().unwrap().parse().unwrap();
        let done = self.any().site.try_call("DELETE", &format!("/api/v1/leads/{lead}"), None).await;
        if done.is_some_and(|(status, _)| (200..300).contains(&status)) {
            self.erased.insert(lead);
        }
    }

    async fn befall(&mut self, blow: Blow) {
        let number = self.roll(self.nodes.len());
        match blow {
            Blow::Kill => {
                drop(self.nodes.remove(number));
                let node = start(&mut self.world).await;
                self.nodes.push(node);
            }
            Blow::KillAll => {
                self.nodes.clear();
                for _ in 0..NODES {
                    let node = start(&mut self.world).await;
                    self.nodes.push(node);
                }
            }
            Blow::Stop => {
                self.nodes[number].program.signal("STOP");
                pause(short_or_long(13_000, 25_000)).await;
                self.nodes[number].program.signal("CONT");
            }
            Blow::CutOff => {
                self.nodes[number].proxy.cut();
                pause(short_or_long(3_000, 20_000)).await;
                self.nodes[number].proxy.mend();
            }
        }
        self.deliver_to(self.roll(self.nodes.len()));
    }

    async fn check(&mut self, broadcast: BroadcastId, seed: u64) {
        let site = &self.nodes[0].program.site;
        let finished = || async {
            self.world.sim.flush().await;
            let (status, answer) =
                site.try_call("GET", &format!("/api/v1/broadcasts/{broadcast}"), None).await?;
            let text = String::from_utf8(answer).ok().filter(|_| status == 200)?;
            text.contains("\"state\":\"finished\"").then_some(())
        };
        eventually(&format!("seed {seed}: the end of the broadcast"), finished).await;
        assert_nobody_reached_twice(&self.world.sim);
        let accepted: BTreeMap<LeadId, Psid> = reached(&self.world.sim, broadcast).into_iter().collect();
        for person in &self.left {
            assert!(
                !accepted.values().any(|got| got == person),
                "seed {seed}: {person} got it after leaving"
            );
        }
        let settled = || async {
            self.world.sim.flush().await;
            let outcomes = site.deliveries(broadcast).await;
            let mut all = accepted.keys().filter(|lead| outcomes.contains_key(lead));
            all.all(|lead| outcomes[lead].0 == "sent").then_some(outcomes)
        };
        let outcomes = eventually(&format!("seed {seed}: the echoes"), settled).await;
        let leads = site.leads().await;
        for lead in &leads {
            let id: LeadId = lead["id"].as_str().unwrap().parse().unwrap();
            assert!(!self.erased.contains(&id), "seed {seed}: {id} is back");
            let (state, reason) = outcomes.get(&id).unwrap_or_else(|| panic!("seed {seed}: {id} is missing"));
            let honest = match state.as_str() {
                "sent" => accepted.contains_key(&id),
                "unknown" => !accepted.contains_key(&id),
                "refused" => reason == "withdrawn" && !accepted.contains_key(&id),
                "failed" => !accepted.contains_key(&id),
                _ => false,
            };
            assert!(honest, "seed {seed}: {id} is {state}, {reason}");
        }
        assert!(leads.len() + self.erased.len() >= self.people.len(), "seed {seed}: leads are missing");
        let stuck = "SELECT count(*) FROM lease l WHERE l.name LIKE '%:%' AND l.expires_at > 0 AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = l.holder)";
        let free =
            || async { (self.world.databases.number(store::Schema::Data, stuck).await == 0).then_some(()) };
        eventually(&format!("seed {seed}: no lease of a dead node"), free).await;
    }

    async fn end(self, seed: u64) {
        let folder = self.world.folder.path().to_owned();
        for node in self.nodes {
            node.program.stop().await;
        }
        let checked = run(&folder, &["ledger", "check", "--config", "entente.toml"]).await;
        assert!(checked.status.success(), "seed {seed}: {}", String::from_utf8_lossy(&checked.stderr));
        self.world.close().await;
    }
}

/// A node whose connections to the data go through a proxy of its own.
async fn start(world: &mut World) -> Node {
    let (proxy, url) = Proxy::before(&world.databases.urls[0]).await;
    let program = world.serve(&[("ENTENTE_DATABASE__URL", &url)]).await;
    Node { program, proxy }
}

async fn play(seed: u64, people: usize, blows: &[Blow]) {
    let Some(mut play) = Play::begin(seed, people).await else { return };
    let sim = &play.world.sim;
    sim.add_fault(Fault::new(Effect::Slow { millis: 30 }).probability(0.9));
    for effect in [
        Effect::DropBefore,
        Effect::DropAfter,
        Effect::NotJson,
        Effect::Truncate,
        Effect::PlainServerError,
        Effect::SuppressEcho,
    ] {
        sim.add_fault(Fault::new(effect).probability(0.01));
    }
    let broadcast = play.any().site.compose("Whatever happens").await;
    play.any().site.step(broadcast, "send").await;
    for blow in blows {
        play.leave(broadcast).await;
        play.befall(*blow).await;
        play.leave(broadcast).await;
        play.erase().await;
    }
    play.world.sim.clear_faults();
    play.check(broadcast, seed).await;
    play.end(seed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_nodes_that_are_killed_lose_nothing_and_send_nothing_twice() {
    for seed in short_or_long(1..2, 1..6) {
        play(seed, short_or_long(90, 600), &[Blow::Kill, Blow::KillAll, Blow::Kill]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_node_that_stood_still_or_was_cut_off_sends_nothing_twice_when_it_comes_back() {
    for seed in short_or_long(11..12, 11..16) {
        play(seed, short_or_long(90, 600), &[Blow::Stop, Blow::CutOff]).await;
    }
}
