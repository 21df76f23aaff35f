//! Three nodes on a PostgreSQL of their own, each with wires of its own to it and to the platform, and what befalls
//! them while people live on (`crowd`). What befalls whom is drawn from a seed; when it falls is real time.

use crate::crowd::{Town, text};
use crate::databases::{Databases, environment};
use crate::own_server::Server;
use crate::program::{Program, World};
use crate::proxy::{After, Proxy, Wire, lead, server_of};
use crate::site::pause;
use model::entropy::random;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Schema;
use testkit::{SeededEntropy, short_or_long};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub const NODES: usize = 3;
const HOUR: i64 = 3_600;

/// What may befall nodes, the database and the wires between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// SIGKILL to a node, and its start.
    Kill,
    KillAll,
    /// A node stands still for longer than its leases and its permits last.
    Stop,
    /// A node's connections to the database end and none are made.
    CutOff,
    /// They stand, and nothing comes through; what was sent into it arrives late.
    Silence,
    /// Every piece to and from the database is late.
    Slow,
    /// No node's connections to the keys stand, and the data is there.
    NoKeys,
    /// A node's stand, and nothing comes through.
    SilentKeys,
    /// SIGKILL to the whole server, and its start.
    KillServer,
    /// SIGKILL to one of its connections, after which it ends all and recovers.
    Crash,
    /// SIGKILL to the server, and its replica takes over.
    Failover,
    /// The server's disk is full.
    Full,
    /// A node does not reach the platform.
    NoGraph,
    /// It does, and hears nothing.
    SilentGraph,
    SlowGraph,
    /// A node's wall clock is off by so many hours.
    Clock(i64),
    /// The server's is, whose time all nodes take for theirs.
    ServerClock(i64),
}

/// Where a wire leads.
#[derive(Debug, Clone, Copy)]
enum To {
    /// The database, with data and keys.
    Both,
    Keys,
    Graph,
}

pub struct Slot {
    pub program: Option<Program>,
    /// Before each of the servers, for the data and for the keys.
    data: Vec<Proxy>,
    keys: Vec<Proxy>,
    graph: Proxy,
    clock: PathBuf,
}

pub struct Play {
    pub name: &'static str,
    pub seed: u64,
    pub world: World,
    pub slots: Vec<Slot>,
    pub town: Arc<Town>,
    pub server: Server,
    pub blows: Vec<Blow>,
    pub pages_stop: bool,
    pub began: Instant,
    /// Whether the deeds of nodes are shown when the play fails.
    is_over: bool,
    batch: String,
    entropy: SeededEntropy,
    stop: watch::Sender<bool>,
    crowd: Vec<JoinHandle<()>>,
}

/// How a play is set.
pub struct Setting {
    pub name: &'static str,
    /// A program of an earlier commit, of which the first nodes are.
    pub earlier: Option<String>,
    /// What `scripts/postgres` is asked for.
    pub server: &'static [&'static str],
    pub pages: usize,
    pub people: usize,
    /// Messages in a request.
    pub batch: usize,
    /// Milliseconds between two acts of the crowd.
    pub rest: u64,
    /// How often everybody is sent something beside what the play sends.
    pub every: Option<Duration>,
    /// One page loses its token and one is restricted; in the long form Meta limits two others for a minute.
    pub pages_stop: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            name: "",
            earlier: None,
            server: &["own"],
            pages: 6,
            people: short_or_long(90, 600),
            batch: 3,
            rest: 150,
            every: Some(Duration::from_secs(3)),
            pages_stop: false,
        }
    }
}

/// The seed that was asked for; or this one, and two more in the long form.
pub fn seeds(first: u64) -> Vec<u64> {
    let asked = environment("ENTENTE_FAULT_SEED").map(|seed| vec![seed.parse().unwrap()]);
    asked.unwrap_or_else(|| (first..first + short_or_long(1, 3)).collect())
}

#[expect(clippy::disallowed_methods, reason = "measures how long real work takes")]
pub fn now() -> Instant {
    Instant::now()
}

async fn seconds(short: u64, long: u64) {
    pause(Duration::from_secs(short_or_long(short, long))).await;
}

impl Play {
    /// `None`, said aloud, where the server that it needs cannot be had.
    pub async fn begin(setting: &Setting, seed: u64) -> Option<Self> {
        let began = now();
        let server = Server::start(setting.server)?;
        let databases = Databases::at(server.url.clone()).await;
        // There before anything is prepared that calls it.
        set_clock(&databases, 0).await;
        let mut world = World::over(databases, setting.pages).await;
        let batch = setting.batch.to_string();
        if let Some(earlier) = &setting.earlier {
            world.serve_from(earlier).await;
        }
        let mut slots = Vec::new();
        for number in 0..NODES {
            slots.push(slot(&world, &server, number).await);
        }
        for slot in &mut slots {
            slot.program = Some(start(&mut world, slot, &batch).await);
        }
        let town =
            Town::new(world.sim.clone(), &world.pages, &world.databases, world.token(), seed ^ 0xc0ffee);
        let (stop, _) = watch::channel(false);
        let mut play = Self {
            name: setting.name,
            seed,
            world,
            slots,
            town: Arc::new(town),
            server,
            blows: Vec::new(),
            pages_stop: setting.pages_stop,
            began,
            is_over: false,
            batch,
            entropy: SeededEntropy::new(seed),
            stop,
            crowd: Vec::new(),
        };
        for number in 0..NODES {
            play.show(number);
        }
        play.tell("the nodes serve");
        play.town.any()?.connect(&play.world.sim, &play.world.pages).await;
        play.town.gather(setting.people / setting.pages).await;
        play.tell("the people have agreed");
        let (town, stopped) = (Arc::clone(&play.town), play.stop.subscribe());
        let (rest, every) = (setting.rest, setting.every);
        play.crowd.push(tokio::spawn(async move { town.live(rest, every, stopped).await }));
        let (town, stopped) = (Arc::clone(&play.town), play.stop.subscribe());
        play.crowd.push(tokio::spawn(async move { town.watch(stopped).await }));
        Some(play)
    }

    /// The balancer sends to this node.
    fn show(&self, number: usize) {
        let address = self.slots[number].program.as_ref().map(|program| program.site.address);
        self.town.set_node(number, address);
    }

    fn hide(&self, number: usize) {
        self.town.set_node(number, None);
    }

    pub fn roll(&self, sides: usize) -> usize {
        usize::try_from(u64::from_le_bytes(random::<8>(&self.entropy)) % sides as u64).unwrap()
    }

    /// Says how far it is; shown when the play fails.
    pub fn tell(&self, what: &str) {
        eprintln!("{:5.1} s: {what}", self.began.elapsed().as_secs_f64());
    }

    fn kill(&mut self, number: usize) {
        self.hide(number);
        self.slots[number].program = None;
    }

    /// Asks a node to end, once the balancer sends it nothing more.
    pub async fn stop(&mut self, number: usize) {
        self.tell(&format!("the end of {number}"));
        self.hide(number);
        seconds(1, 1).await;
        self.slots[number].program.take().unwrap().stop().await;
    }

    /// One more comes to those that are there.
    pub async fn join(&mut self) {
        let number = self.slots.len();
        self.slots.push(slot(&self.world, &self.server, number).await);
        self.start(number).await;
    }

    pub async fn start(&mut self, number: usize) {
        self.tell(&format!("the start of {number}"));
        let program = start(&mut self.world, &self.slots[number], &self.batch).await;
        self.slots[number].program = Some(program);
        self.show(number);
    }

    async fn wire(&self, which: &[usize], wire: Wire, to: To, (short, long): (u64, u64)) {
        let set = |wire| {
            for number in which {
                let slot = &self.slots[*number];
                let wires: Vec<&Proxy> = match to {
                    To::Both => slot.data.iter().chain(&slot.keys).collect(),
                    To::Keys => slot.keys.iter().collect(),
                    To::Graph => vec![&slot.graph],
                };
                wires.iter().for_each(|proxy| proxy.set(wire));
            }
        };
        set(wire);
        seconds(short, long).await;
        set(Wire::Whole);
    }

    pub async fn befall(&mut self, blow: Blow) {
        let number = self.roll(NODES);
        self.blows.push(blow);
        self.tell(&format!("{blow:?}, {number}"));
        match blow {
            Blow::Kill => {
                self.kill(number);
                self.start(number).await;
            }
            Blow::KillAll => {
                (0..NODES).for_each(|number| self.kill(number));
                for number in 0..NODES {
                    self.start(number).await;
                }
            }
            Blow::Stop => {
                let node = self.slots[number].program.as_ref().unwrap();
                node.signal("STOP");
                // Until the balancer has seen it.
                seconds(1, 1).await;
                self.hide(number);
                // The long form: beyond the lease of a lane, too.
                seconds(12, 64).await;
                node.signal("CONT");
                self.show(number);
            }
            Blow::CutOff => self.wire(&[number], Wire::Cut, To::Both, (4, 20)).await,
            Blow::Silence => self.wire(&[number], Wire::Silent, To::Both, (9, 20)).await,
            Blow::Slow => self.wire(&[0, 1, 2], Wire::Slow(15), To::Both, (6, 20)).await,
            Blow::NoKeys => self.wire(&[0, 1, 2], Wire::Cut, To::Keys, (4, 20)).await,
            Blow::SilentKeys => self.wire(&[number], Wire::Silent, To::Keys, (9, 20)).await,
            Blow::NoGraph => self.wire(&[number], Wire::Cut, To::Graph, (4, 20)).await,
            Blow::SilentGraph => self.wire(&[number], Wire::Silent, To::Graph, (6, 20)).await,
            Blow::SlowGraph => self.wire(&[0, 1, 2], Wire::Slow(250), To::Graph, (5, 20)).await,
            Blow::KillServer => {
                self.server.order("kill");
                seconds(2, 10).await;
                self.server.order("start");
            }
            Blow::Crash => self.server.order("crash"),
            Blow::Failover => {
                self.server.order("follow");
                self.server.order("kill");
                seconds(2, 5).await;
                self.server.order("promote");
            }
            Blow::Full => {
                let sql = "CREATE TEMP TABLE it AS SELECT repeat('-', 1000) FROM generate_series(1, 10000)";
                let mut has_room = true;
                // What the server gives back of its log meanwhile is filled, too.
                for _ in 0..5 {
                    self.server.order("fill");
                    has_room = self.world.databases.try_rows(Schema::Data, sql).await.is_some();
                    if !has_room {
                        break;
                    }
                }
                assert!(!has_room, "seed {}: there is room on the server's disk", self.seed);
                seconds(6, 20).await;
                self.server.order("free");
            }
            Blow::Clock(hours) => self.turn(number, hours).await,
            Blow::ServerClock(hours) => self.turn_server(hours).await,
        }
        // Until what was disturbed works again.
        seconds(2, 4).await;
    }

    /// A node's clock is wrong.
    async fn turn(&self, number: usize, hours: i64) {
        let slot = &self.slots[number];
        std::fs::write(&slot.clock, (hours * HOUR * 1_000_000).to_string()).unwrap();
        self.live_with(&[number]).await;
        std::fs::write(&slot.clock, "0").unwrap();
    }

    async fn turn_server(&self, hours: i64) {
        set_clock(&self.world.databases, hours).await;
        self.live_with(&[0, 1, 2]).await;
        set_clock(&self.world.databases, 0).await;
    }

    /// Some leave at nodes whose time is wrong, and everybody is sent something.
    async fn live_with(&self, numbers: &[usize]) {
        // At once, and once they have said that they live.
        for is_heard in [false, true] {
            for number in numbers {
                let node = self.town.node(*number).unwrap();
                for _ in 0..3 {
                    self.town.leave_by_word(&node).await;
                    self.town.leave_by_link(&node).await;
                }
            }
            // Where there are many, what was sent before is still on its way.
            if is_heard || !self.town.is_large() {
                self.town.send(&text(0)).await;
            }
            seconds(3, 5).await;
        }
    }

    /// Nobody acts any more, and no act is under way.
    pub async fn quiet(&mut self) {
        self.stop.send_replace(true);
        for one in self.crowd.drain(..) {
            one.await.unwrap();
        }
    }

    /// All went well: what the nodes said is of no interest.
    pub async fn end(mut self) {
        self.is_over = true;
        let folder = self.world.folder.path().to_owned();
        for slot in &mut self.slots {
            slot.program.take().unwrap().stop().await;
        }
        let checked = crate::program::run(&folder, &["ledger", "check", "--config", "entente.toml"]).await;
        assert!(checked.status.success(), "seed {}: {}", self.seed, String::from_utf8_lossy(&checked.stderr));
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.is_over {
            eprintln!("{}, ENTENTE_FAULT_SEED={}: {:?}", self.name, self.seed, self.blows);
            let logs = self.world.logs();
            let lines: Vec<&str> = logs.lines().collect();
            for line in &lines[lines.len().saturating_sub(60)..] {
                eprintln!("{line}");
            }
        }
    }
}

/// What the program asks a server for the time is a function of the schema's own.
async fn set_clock(databases: &Databases, hours: i64) {
    let time = format!("SELECT pg_catalog.clock_timestamp() + make_interval(hours => {hours})");
    let sql = format!(
        "CREATE OR REPLACE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $${time}$$"
    );
    for schema in [Schema::Data, Schema::Keys] {
        databases.change(schema, &sql).await;
    }
}

/// The place of a node, with its wires.
async fn slot(world: &World, server: &Server, number: usize) -> Slot {
    let (mut data, mut keys) = (Vec::new(), Vec::new());
    for one in server_of(&server.url).split(',') {
        for wires in [&mut data, &mut keys] {
            wires.push(Proxy::before(one, After::Late).await);
        }
    }
    let graph = Proxy::before(&world.sim.addr().to_string(), After::Lost).await;
    let clock = world.folder.path().join(format!("clock-{number}"));
    Slot { program: None, data, keys, graph, clock }
}

async fn start(world: &mut World, slot: &Slot, batch: &str) -> Program {
    let [data, keys] = world.databases.urls.clone();
    let (data, keys) = (lead(&data, &slot.data), lead(&keys, &slot.keys));
    let graph = format!("http://{}", slot.graph.address);
    let environment = [
        ("ENTENTE_DATABASE__URL", data.as_str()),
        ("ENTENTE_KEYS__URL", keys.as_str()),
        ("ENTENTE_MESSENGER__GRAPH_URL", graph.as_str()),
        ("ENTENTE_TEST_CLOCK", slot.clock.to_str().unwrap()),
        ("ENTENTE_TEST_BATCH", batch),
    ];
    world.serve(&environment).await
}
