//! Entente and the simulator in this process, joined by HTTP as in operation, on a clock that stands
//! still until it is turned. What leaves for Meta and what is acknowledged to it is written down in
//! one order.
//!
//! Invariant: a test ends with [`Home::close`], which refuses what still waits.

use crate::databases::{Databases, On};
use crate::site::{Site, make_pages};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use bytes::Bytes;
use engine::actions::accounts::NewAccount;
use engine::actions::plans::PlanForm;
use engine::actions::subscriptions::{self, Terms};
use engine::failpoint::FailPoints;
use engine::{Actor, Engine, Parts, Role, Running, Settings, TokenScope};
use messenger::graph::{Graph, GraphConfig};
use model::brand::Brand;
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PlanId};
use model::outgoing::UNSUBSCRIBE;
use model::personal::Personal;
use model::plan::{Limits, SubscriptionState};
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Span};
use serde_json::Value;
use simulator::{Action, Config, Handle, Login, Options, PageId, Psid, Simulator};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use store::{Database, Schema, SqlKeyStore, tables};
use testkit::{FixedClock, SeededEntropy};
use tokio::sync::oneshot;
use vault::{FileRoot, Vault};

pub const APP_SECRET: &str = "simulated_app_secret";
const BRAND: &str = include_str!("../../../../brands/mysocium/brand.toml");
const RECIPIENTS: &str = include_str!("../../../../brands/recipients.toml");

/// How the program is set up.
#[derive(Clone)]
pub struct Setup {
    pub on: On,
    pub pages: usize,
    pub pace: Option<u32>,
    pub batch: usize,
    pub quota: u64,
    pub seed: u64,
    pub fail_points: FailPoints,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            on: On::Sqlite,
            pages: 1,
            pace: None,
            batch: 10,
            quota: 1_000_000,
            seed: 1,
            fail_points: FailPoints::default(),
        }
    }
}

/// Something that happened between Entente and Meta.
pub enum Happened {
    /// A request began to leave.
    Started { body: String },
    /// A delivery was answered 200.
    Acknowledged { body: Bytes, signature: Option<String> },
}

/// Everything that happened, in order.
#[derive(Clone, Default)]
pub struct Diary(Arc<Mutex<Vec<Happened>>>);

impl Diary {
    fn note(&self, what: Happened) {
        self.0.lock().unwrap().push(what);
    }

    pub fn read<T>(&self, look: impl FnOnce(&[Happened]) -> T) -> T {
        look(&self.0.lock().unwrap())
    }

    /// The deliveries that were acknowledged and name this person as their sender.
    pub fn deliveries_of(&self, person: Psid) -> Vec<(Bytes, Option<String>)> {
        let sender = format!("\"sender\":{{\"id\":\"{person}\"}}");
        self.read(|all| {
            let of_person = all.iter().filter_map(|happened| match happened {
                Happened::Acknowledged { body, signature } => {
                    let text = String::from_utf8_lossy(body).replace(' ', "");
                    text.contains(&sender).then(|| (body.clone(), signature.clone()))
                }
                Happened::Started { .. } => None,
            });
            of_person.collect()
        })
    }
}

/// The one way out, watched.
struct Watched(outbound::Client, Diary);

impl Outbound for Watched {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        self.1.note(Happened::Started { body: String::from_utf8_lossy(&request.body).into_owned() });
        self.0.send(request)
    }
}

async fn watch(diary: Diary, request: Request, next: Next) -> Response {
    if request.method() != "POST" || request.uri().path() != "/webhooks/messenger" {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let header = parts.headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    let signature = header.map(str::to_owned);
    let answer = next.run(Request::from_parts(parts, body.clone().into())).await;
    if answer.status().is_success() {
        diary.note(Happened::Acknowledged { body, signature });
    }
    answer
}

/// Entente at work.
struct Work {
    engine: Arc<Engine>,
    running: Running,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    stop: oneshot::Sender<()>,
    data: Database,
}

pub struct Home {
    pub folder: tempfile::TempDir,
    pub databases: Databases,
    pub clock: Arc<FixedClock>,
    pub sim: Handle,
    pub site: Site,
    pub pages: Vec<PageId>,
    pub brand: BrandId,
    pub account: AccountId,
    pub diary: Diary,
    simulator: Simulator,
    entropy: Arc<SeededEntropy>,
    setup: Setup,
    work: Option<Work>,
}

/// A plan of so many messages a month.
async fn plan(engine: &Engine, brand: BrandId, messages: u64) -> PlanId {
    let admin =
        Actor { brand, account: AccountId([9; 16]), role: Role::Admin, scopes: Vec::new(), door: None };
    let limits = Limits { messages: Some(messages), ..Limits::NONE };
    let form = PlanForm { name: format!("Plan of {messages}"), limits };
    engine::actions::plans::create(engine, &admin, form).await.unwrap()
}

impl Home {
    pub async fn new(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let databases = Databases::new(setup.on, folder.path()).await;
        let clock = Arc::new(FixedClock::new());
        let entropy = Arc::new(SeededEntropy::new(setup.seed));
        let mut config = Config::new(Arc::clone(&clock) as Arc<dyn Clock>, setup.seed);
        config.settings.login = Login::Auto;
        config.settings.require_proof = true;
        assert_eq!(config.app_secret, APP_SECRET);
        let simulator = Simulator::start(config).await.unwrap();
        let sim = simulator.handle();
        let diary = Diary::default();
        let work = start((folder.path(), &databases), &setup, &clock, &entropy, &sim, &diary).await;
        let (work, address) = work;
        let brand = work.engine.brand_by_host("mysocium.localhost").unwrap().id;
        let plan = plan(&work.engine, brand, setup.quota).await;
        let new = NewAccount {
            role: Role::User,
            name: Personal::from("Sample Shop"),
            email: Personal::from("owner@shop.example.com"),
            plan: Some(plan),
        };
        let account = engine::actions::accounts::create(&work.engine, brand, new).await.unwrap();
        let (_, token) =
            engine::actions::tokens::create(&work.engine, brand, account, &TokenScope::ALL, None)
                .await
                .unwrap();
        let site = Site::new(address, "mysocium.localhost", token.reveal());
        sim.set_callback(&format!("http://{address}/webhooks/messenger")).await.unwrap();
        let callback = |what: &str| Some(format!("http://{address}/facebook/{what}"));
        sim.set_person_callbacks(callback("deauthorize"), callback("data-deletion"));
        let pages = make_pages(&sim, setup.pages);
        site.connect(&sim, &pages).await;
        Self {
            folder,
            databases,
            clock,
            sim,
            site,
            pages,
            brand,
            account,
            diary,
            simulator,
            entropy,
            setup,
            work: Some(work),
        }
    }

    pub fn engine(&self) -> &Arc<Engine> {
        &self.work.as_ref().unwrap().engine
    }

    /// Stops Entente as an orderly end does, and starts it again on the same folder.
    pub async fn restart(&mut self) {
        stop(self.work.take().unwrap()).await;
        let place = (self.folder.path(), &self.databases);
        let started = start(place, &self.setup, &self.clock, &self.entropy, &self.sim, &self.diary).await;
        let (work, address) = started;
        self.work = Some(work);
        self.site = Site::new(address, &self.site.host, &self.site.token);
        self.sim.set_callback(&format!("http://{address}/webhooks/messenger")).await.unwrap();
    }

    /// Until the simulator has delivered everything and Entente has done all its work.
    pub async fn settle(&self) {
        let settling = async {
            loop {
                self.sim.flush().await;
                self.engine().settle().await.unwrap();
                if self.sim.pending() == 0 {
                    return;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), settling).await.expect("nothing settles");
    }

    /// New people on one page, who have not written yet.
    pub fn people(&self, page: usize, count: usize) -> Vec<Psid> {
        self.sim.add_people(self.pages[page], count).unwrap()
    }

    /// They all do the same, a second later.
    pub fn all(&self, people: &[Psid], action: &Action) {
        self.clock.advance(Span::secs(1));
        for person in people {
            self.sim.act(*person, action, &Options::default()).unwrap();
        }
    }

    /// They tap Get Started.
    pub async fn start_all(&self, people: &[Psid]) {
        self.all(people, &Action::get_started());
        self.settle().await;
    }

    /// They answer the question with its first button, Yes.
    pub async fn agree_all(&self, people: &[Psid]) {
        self.all(people, &tap(0));
        self.settle().await;
    }

    /// New people who have agreed to promotions.
    pub async fn agreed(&self, page: usize, count: usize) -> Vec<Psid> {
        let people = self.people(page, count);
        self.start_all(&people).await;
        self.agree_all(&people).await;
        people
    }

    pub async fn write(&self, person: Psid, text: &str) {
        self.all(&[person], &Action::write(text));
        self.settle().await;
    }

    pub fn leave_by_button(&self, person: Psid) {
        self.sim.tap_payload(person, UNSUBSCRIBE).unwrap();
    }

    /// Composes and sends a promotion, without waiting.
    pub async fn send(&self, text: &str) -> BroadcastId {
        let id = self.site.compose(text).await;
        self.site.step(id, "send").await;
        id
    }

    /// Composes and sends a promotion, and waits until it has finished.
    pub async fn promote(&self, text: &str) -> BroadcastId {
        let id = self.send(text).await;
        self.settle().await;
        id
    }

    /// The lead behind each person, by what only the person's export says.
    pub async fn leads_of(&self) -> BTreeMap<Psid, LeadId> {
        let mut leads = BTreeMap::new();
        for lead in self.site.leads().await {
            let id: LeadId = lead["id"].as_str().unwrap().parse().unwrap();
            let export = self.site.get(&format!("/api/v1/leads/{id}/export")).await;
            leads.insert(export["profile"]["psid"].as_str().unwrap().parse().unwrap(), id);
        }
        leads
    }

    /// What became of a broadcast's delivery to one person: state and reason.
    pub async fn outcome(&self, broadcast: BroadcastId, person: Psid) -> (String, String) {
        let leads = self.leads_of().await;
        self.site.deliveries(broadcast).await.remove(&leads[&person]).unwrap()
    }

    pub async fn page(&self, number: usize) -> Value {
        let meta = self.pages[number].to_string();
        let pages = self.site.every("/api/v1/pages").await;
        pages.into_iter().find(|page| page["meta_id"] == meta.as_str()).unwrap()
    }

    /// Has the account have so many messages left this month, on a plan of its own.
    pub async fn set_quota(&self, left: u64) {
        let engine = self.engine();
        let owner = Actor { role: Role::User, ..self.admin() };
        let used = engine::views::plans::own(engine, &owner).await.unwrap().messages;
        let plan = plan(engine, self.brand, used + left).await;
        let terms = Terms { plan, state: SubscriptionState::Active };
        subscriptions::set(engine, &self.admin(), self.account, terms).await.unwrap();
    }

    pub fn admin(&self) -> Actor {
        Actor {
            brand: self.brand,
            account: self.account,
            role: Role::Admin,
            scopes: TokenScope::ALL.to_vec(),
            door: None,
        }
    }

    /// Ends it: nothing may wait, and the log must stand.
    pub async fn close(mut self) {
        let work = self.work.take().unwrap();
        let waiting = |tx: &store::Tx<'_>| {
            Ok::<_, store::StoreError>((tables::inbox::count(tx)?, tables::outbox::count(tx)?))
        };
        assert_eq!(work.data.read("waiting", waiting).await.unwrap(), (0, 0), "events or answers still wait");
        work.engine.check_log().await.unwrap();
        stop(work).await;
        self.databases.remove().await;
        self.simulator.handle().clear_faults();
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        assert!(self.work.is_none() || std::thread::panicking(), "a test ends with `close`");
    }
}

/// Taps the button at this place in the newest message that has buttons.
pub const fn tap(index: usize) -> Action {
    Action::Tap { title: None, payload: None, index: Some(index), message: None }
}

async fn start(
    (folder, databases): (&Path, &Databases),
    setup: &Setup,
    clock: &Arc<FixedClock>,
    entropy: &Arc<SeededEntropy>,
    sim: &Handle,
    diary: &Diary,
) -> (Work, std::net::SocketAddr) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut brand: Brand = toml::from_str(BRAND).unwrap();
    brand.public_url = format!("http://mysocium.localhost:{}", address.port());
    brand.check().unwrap();
    let open =
        |url, schema| async move { Database::open(url, schema, store::Options::default()).await.unwrap() };
    let [data, keys] = &databases.urls;
    let (data, keys) = (open(data, Schema::Data).await, open(keys, Schema::Keys).await);
    let (dyn_clock, dyn_entropy) = (Arc::clone(clock) as Arc<dyn Clock>, Arc::clone(entropy) as Arc<_>);
    let root = FileRoot::new(folder.join("root.key"));
    let vault =
        Vault::open(Arc::new(SqlKeyStore::new(keys)), root, Arc::clone(&dyn_clock), Arc::clone(&dyn_entropy));
    let register = outbound::Register::parse(RECIPIENTS).unwrap().at_loopback("meta", sim.addr()).unwrap();
    let out = Watched(outbound::Client::new(register, Arc::clone(&dyn_clock)), diary.clone());
    let config = GraphConfig {
        base_url: format!("http://{}", sim.addr()),
        version: "v25.0".to_owned(),
        app_id: sim.app_id().to_string(),
        app_secret: Personal::from(APP_SECRET),
    };
    let parts = Parts {
        data: data.clone(),
        vault: vault.await.unwrap(),
        graph: Graph::new(Arc::new(out), config, Arc::clone(&dyn_clock)),
        clock: dyn_clock,
        entropy: dyn_entropy,
        brands: vec![brand],
        post: None,
        witnesses: None,
        scanner: None,
    };
    let settings = Settings {
        app_secrets: vec![Personal::from(APP_SECRET)],
        app_id: sim.app_id().to_string(),
        verify_token: Personal::from("simulated_verify_token"),
        log_name: "log.example/entente".to_owned(),
        pace: setup.pace,
        batch: setup.batch,
        in_flight: engine::IN_FLIGHT,
        version: engine::VERSION.to_owned(),
        plan_chunk: engine::PLAN_CHUNK,
        checkpoint_every: Span::secs(1),
        backup_days: engine::actions::erasure::BACKUP_DAYS,
        breached: None,
        second_factor: engine::SecondFactor::Offered,
        fail_points: setup.fail_points.clone(),
    };
    let engine = Engine::open(parts, settings).await.unwrap();
    let running = engine.run();
    let diary = diary.clone();
    let router = web::router(Arc::clone(&engine), web::WebSettings::default())
        .layer(from_fn(move |request: Request, next: Next| watch(diary.clone(), request, next)));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(web::serve(listener, router, async {
        let _ = stopped.await;
    }));
    (Work { engine, running, server, stop, data }, address)
}

async fn stop(work: Work) {
    let Work { engine, running, server, stop, data } = work;
    running.stop().await;
    let _ = stop.send(());
    // Connections that are kept alive would be waited for: their requests are over.
    server.abort();
    drop((engine, data));
}
