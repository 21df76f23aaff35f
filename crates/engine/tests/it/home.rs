//! A whole engine on a folder of its own: databases (`testkit::place`), fixed clock, seeded randomness, one page, and a
//! Meta that does as the test says.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use engine::actions::accounts::{self, NewAccount};
use engine::actions::plans::{self, PlanForm};
use engine::actions::subscriptions::{self, Terms};
use engine::failpoint::FailPoints;
use engine::mail::Post;
use engine::witness::Witnesses;
use engine::{Actor, Engine, EngineError, Parts, Role, SecondFactor, Settings, TokenScope};
use messenger::graph::{Graph, GraphConfig};
use minicbor::Encode;
use model::brand::Brand;
use model::id::{AccountId, BrandId, LeadId, PageId, PlanId};
use model::personal::Personal;
use model::plan::{Limits, SubscriptionState};
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Span};
use outbound::scanner::Scanner;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::{Database, Options, Schema, SqlKeyStore, tables};
use testkit::place::Place;
pub use testkit::place::is_on_server;
use testkit::{FixedClock, SeededEntropy};
use vault::{FileRoot, LookupKey, Vault};

pub const SECRET: &str = "the app's secret";
pub const META_PAGE: &str = "100200300400";
pub const PAGE_NAME: &str = "Corner Bakery";

store::statements! {
    pair BREAK = {
        sqlite: "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken'); END",
        postgres: "ALTER TABLE audit ADD CONSTRAINT broken CHECK (false) NOT VALID"
    };
    pair MEND = {
        sqlite: "DROP TRIGGER broken",
        postgres: "ALTER TABLE audit DROP CONSTRAINT broken"
    };
    pair BREAK_RECORDS = {
        sqlite: "CREATE TRIGGER broken BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'broken'); END",
        postgres: "ALTER TABLE record ADD CONSTRAINT broken CHECK (false) NOT VALID"
    };
    pair MEND_RECORDS = {
        sqlite: "DROP TRIGGER broken",
        postgres: "ALTER TABLE record DROP CONSTRAINT broken"
    };
}

type Answer = Box<dyn Fn(&OutboundRequest) -> Option<Value> + Send + Sync>;
type Hold = Arc<dyn Fn(&OutboundRequest) + Send + Sync>;

/// Meta, played: remembers every request and answers them all.
#[derive(Default)]
pub struct FakeMeta {
    pub requests: Mutex<Vec<OutboundRequest>>,
    /// Asked first; `None`: the usual answer.
    pub script: Mutex<Option<Answer>>,
    /// Called with each request before that; while one is held others are answered.
    held: Mutex<Option<Hold>>,
    sent: AtomicU64,
}

impl FakeMeta {
    pub fn answer_with(&self, script: impl Fn(&OutboundRequest) -> Option<Value> + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Some(Box::new(script));
    }

    pub fn hold_with(&self, hold: impl Fn(&OutboundRequest) + Send + Sync + 'static) {
        *self.held.lock().unwrap() = Some(Arc::new(hold));
    }

    fn usual(&self, request: &OutboundRequest) -> Value {
        let form = |body: &str| match serde_json::from_str::<Value>(body) {
            Ok(json) => json,
            Err(_) => json!({}),
        };
        if request.url.contains("/messages") {
            let number = self.sent.fetch_add(1, Ordering::SeqCst);
            let body = form(std::str::from_utf8(&request.body).unwrap());
            let to = body.pointer("/recipient/id").cloned().unwrap_or_default();
            return json!({ "recipient_id": to, "message_id": format!("m_{number}") });
        }
        json!({ "success": true, "result": "success" })
    }

    /// The bodies of all messages sent, unescaped as far as a test needs to look into them.
    pub fn messages(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let messages = requests.iter().filter(|r| r.url.contains("/messages"));
        messages.map(|r| decoded(std::str::from_utf8(&r.body).unwrap())).collect()
    }
}

/// Undoes percent-encoding, where the body is a form.
fn decoded(body: &str) -> String {
    let mut out = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = &tail[2..];
            }
            _ => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(out).unwrap()
}

impl Outbound for FakeMeta {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        let held = self.held.lock().unwrap().clone();
        held.iter().for_each(|hold| hold(&request));
        let scripted = self.script.lock().unwrap().as_ref().and_then(|script| script(&request));
        let answer = scripted.unwrap_or_else(|| self.usual(&request));
        let status = if answer.get("error").is_some() { 400 } else { 200 };
        self.requests.lock().unwrap().push(request);
        let body = Bytes::from(answer.to_string());
        Box::pin(async move { Ok(OutboundResponse { status, headers: Vec::new(), body }) })
    }
}

/// What the engine seals of a page: name and token.
#[derive(Encode)]
struct Page<'a>(#[n(0)] &'a str, #[n(1)] &'a str);

pub struct Home {
    pub dir: tempfile::TempDir,
    pub clock: Arc<FixedClock>,
    pub meta: Arc<FakeMeta>,
    pub engine: Arc<Engine>,
    /// Further handles to the databases, to look into them past the engine.
    pub data: Database,
    pub keys: Database,
    pub vault: Vault,
    pub brand: BrandId,
    pub account: AccountId,
    pub page: PageId,
    entropy: Arc<SeededEntropy>,
    post: Option<Post>,
    /// Of engines that are opened from now on.
    pub witnesses: Option<Witnesses>,
    /// Goes after all that looks at it.
    place: Place,
}

pub fn brand(slug: &str) -> Brand {
    let texts = |stop: &str| {
        json!({
            "greeting": "Talk to {page}; it would like to send you offers.",
            "welcome": "Hello, this is {page}'s bot. I am automated.",
            "question": "May {page} send you offers here? Say stop at any time.",
            "yes": "Yes, please", "no": "No, thanks",
            "thanks": "Thank you!", "declined": "Fine, none then.",
            "default_answer": "A person will look at this.",
            "stopped": "Done. You will get no more offers.",
            "my_data": "Write to {contact}.",
            "unsubscribe_button": stop, "unsubscribe_sentence": "No more of these:",
        })
    };
    let brand: Brand = serde_json::from_value(json!({
        "slug": slug, "name": format!("The {slug} bot"), "hosts": [format!("{slug}.example")],
        "public_url": format!("https://{slug}.example"),
        "languages": ["en", "ar"],
        "colours": { "primary": "#1f4e79", "on_primary": "#ffffff" },
        "controller": { "name": "Example Ltd", "address": "1 Example Street", "country": "IE", "contact": "privacy@brand.example" },
        "texts": { "en": texts("Unsubscribe"), "ar": texts("إلغاء الاشتراك") },
    }))
    .unwrap();
    brand.check().unwrap();
    brand
}

pub fn settings() -> Settings {
    Settings {
        app_secrets: vec![Personal::from(SECRET)],
        app_id: "4711".to_owned(),
        verify_token: Personal::from("verify"),
        log_name: "log.brand.example/entente".to_owned(),
        pace: None,
        batch: 1,
        in_flight: engine::IN_FLIGHT,
        version: engine::VERSION.to_owned(),
        plan_chunk: engine::PLAN_CHUNK,
        checkpoint_every: Span::secs(1),
        backup_days: engine::actions::erasure::BACKUP_DAYS,
        breached: None,
        second_factor: SecondFactor::Offered,
        fail_points: FailPoints::default(),
    }
}

async fn databases(place: &Place) -> (Database, Database) {
    let [data, keys] = &place.urls;
    let open = |url, schema| async move { Database::open(url, schema, Options::default()).await.unwrap() };
    (open(data, Schema::Data).await, open(keys, Schema::Keys).await)
}

/// A test that copies a database's files says so and ends where there are none.
pub fn are_no_files() -> bool {
    if is_on_server() {
        eprintln!("skipped on PostgreSQL: it copies the files of a database");
    }
    is_on_server()
}

/// With a root that erasures exchange.
async fn vault(world: &World, keys: &Database) -> Vault {
    let store = Arc::new(SqlKeyStore::new(keys.clone()));
    let root = FileRoot::new(world.folder.join("root.key"));
    let clock = Arc::<FixedClock>::clone(&world.clock);
    Vault::open(store, root, clock, Arc::<SeededEntropy>::clone(&world.entropy)).await.unwrap()
}

struct World {
    folder: PathBuf,
    clock: Arc<FixedClock>,
    entropy: Arc<SeededEntropy>,
    meta: Arc<FakeMeta>,
    post: Option<Post>,
    witnesses: Option<Witnesses>,
}

async fn open_with(
    world: &World,
    data: &Database,
    keys: &Database,
    fail_points: FailPoints,
) -> Result<Arc<Engine>, EngineError> {
    let parts = parts(world, data, keys).await;
    Engine::open(parts, Settings { fail_points, ..settings() }).await
}

async fn open(world: &World, data: &Database, keys: &Database) -> Result<Arc<Engine>, EngineError> {
    Engine::open(parts(world, data, keys).await, settings()).await
}

async fn parts(world: &World, data: &Database, keys: &Database) -> Parts {
    let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(&world.clock);
    let config = GraphConfig {
        base_url: "https://graph.facebook.com".to_owned(),
        version: "v25.0".to_owned(),
        app_id: "4711".to_owned(),
        app_secret: Personal::from(SECRET),
    };
    let out: Arc<dyn Outbound> = Arc::<FakeMeta>::clone(&world.meta);
    Parts {
        data: data.clone(),
        vault: vault(world, keys).await,
        graph: Graph::new(out, config, Arc::clone(&clock)),
        clock,
        entropy: Arc::<SeededEntropy>::clone(&world.entropy),
        brands: vec![brand("bakery"), brand("florist")],
        post: world.post.clone(),
        witnesses: world.witnesses.clone(),
        scanner: None,
    }
}

impl Home {
    /// An engine with two brands; the first has an account with one page.
    pub async fn new() -> Self {
        Self::with_post(None).await
    }

    /// The same, with something to write and send mails.
    pub async fn with_post(post: Option<Post>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::new(dir.path()).await;
        Self::in_place(dir, place, post).await
    }

    /// On a server, also where the other tests are not; `None` where there is none.
    pub async fn on_server() -> Option<Self> {
        let place = Place::on_server().await?;
        Some(Self::in_place(tempfile::tempdir().unwrap(), place, None).await)
    }

    async fn in_place(dir: tempfile::TempDir, place: Place, post: Option<Post>) -> Self {
        let world = World {
            folder: dir.path().to_owned(),
            clock: Arc::new(FixedClock::new()),
            entropy: Arc::new(SeededEntropy::new(7)),
            meta: Arc::new(FakeMeta::default()),
            post,
            witnesses: None,
        };
        let (data, keys) = databases(&place).await;
        let engine = open(&world, &data, &keys).await.unwrap();
        let brand = engine.brand_by_host("bakery.example").unwrap().id;
        let account = account(&engine, brand, 1_000).await;
        if place.is_on_server() {
            // In good order: for whoever was lost, receipts wait.
            engine.run().stop().await;
        }
        drop(engine);
        let vault = vault(&world, &keys).await;
        let page = PageId::new(world.clock.now(), &*world.entropy);
        insert_page(&world, &data, &vault, brand, account, page, META_PAGE).await;
        // Opened again: now the page is in its routes.
        let engine = open(&world, &data, &keys).await.unwrap();
        let World { clock, entropy, meta, post, witnesses, .. } = world;
        Self {
            dir,
            place,
            clock,
            meta,
            engine,
            data,
            keys,
            vault,
            brand,
            account,
            page,
            entropy,
            post,
            witnesses,
        }
    }

    fn world(&self) -> World {
        World {
            folder: self.dir.path().to_owned(),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            meta: Arc::clone(&self.meta),
            post: self.post.clone(),
            witnesses: self.witnesses.clone(),
        }
    }

    pub fn actor(&self) -> Actor {
        actor(self.brand, self.account)
    }

    /// Of the data, as whoever connects to it needs it.
    pub fn data_url(&self) -> &str {
        &self.place.urls[0]
    }

    /// Has the account have so many messages left this month.
    pub async fn set_quota(&self, left: u64) {
        let used = engine::views::plans::own(&self.engine, &self.actor()).await.unwrap();
        self.set_limits(Limits { messages: Some(used.messages + left), ..Limits::NONE }).await;
    }

    /// Puts the account on a plan with these limits.
    pub async fn set_limits(&self, limits: Limits) {
        let plan = plan(&self.engine, self.brand, limits).await;
        let terms = Terms { plan, state: SubscriptionState::Active };
        subscriptions::set(&self.engine, &admin(self.brand), self.account, terms).await.unwrap();
    }

    /// Messages that the account has left this month.
    pub async fn quota(&self) -> u64 {
        let (brand, account, now) = (self.brand, self.account, self.clock.now());
        let read = move |tx: &store::Tx<'_>| tables::subscription::get(tx.brand(brand), account);
        let stored = self.data.read("quota", read).await.unwrap().unwrap();
        stored.subscription.messages_left(now).unwrap_or(u64::MAX)
    }

    pub fn other_brand(&self) -> BrandId {
        self.engine.brand_by_host("florist.example").unwrap().id
    }

    /// A second engine on the same databases: another node, or this one started again.
    pub async fn another(&self) -> Result<Arc<Engine>, EngineError> {
        open(&self.world(), &self.data, &self.keys).await
    }

    /// As [`Self::another`], of this version, which has the files of these brands besides.
    pub async fn of_version(&self, version: &str, more: &[&str]) -> Arc<Engine> {
        let mut parts = parts(&self.world(), &self.data, &self.keys).await;
        parts.brands.extend(more.iter().map(|slug| brand(slug)));
        Engine::open(parts, Settings { version: version.to_owned(), ..settings() }).await.unwrap()
    }

    /// As [`Self::another`], which keeps copies of the keys so many days, and says so in its data map.
    pub async fn with_backup_days(&self, backup_days: u16) -> Arc<Engine> {
        let parts = parts(&self.world(), &self.data, &self.keys).await;
        let version = "9.9.9".to_owned();
        Engine::open(parts, Settings { backup_days, version, ..settings() }).await.unwrap()
    }

    /// As [`Self::another`], whose pages send so many messages a second.
    pub async fn with_pace(&self, pace: u32) -> Arc<Engine> {
        let parts = parts(&self.world(), &self.data, &self.keys).await;
        Engine::open(parts, Settings { pace: Some(pace), ..settings() }).await.unwrap()
    }

    /// From here on an engine that demands a second factor, on the same databases.
    pub async fn demand(&mut self, second_factor: SecondFactor) {
        let parts = parts(&self.world(), &self.data, &self.keys).await;
        let version = "9.9.9".to_owned();
        self.engine = Engine::open(parts, Settings { second_factor, version, ..settings() }).await.unwrap();
    }

    /// From here on an engine that has a list of passwords that became known.
    pub async fn refuse_breached(&mut self, list: &std::path::Path) {
        let parts = parts(&self.world(), &self.data, &self.keys).await;
        let breached = Some(Arc::new(engine::Breached::open(list).unwrap()));
        self.engine = Engine::open(parts, Settings { breached, ..settings() }).await.unwrap();
    }

    /// From here on an engine that shows uploaded files to this scanner.
    pub async fn show_files_to(&mut self, scanner: Scanner) {
        let scanner = Some(scanner);
        let parts = Parts { scanner, ..parts(&self.world(), &self.data, &self.keys).await };
        self.engine = Engine::open(parts, settings()).await.unwrap();
    }

    /// As [`Self::another`], which dies at the points that the test's hook says.
    pub async fn dying(&self, fail_points: FailPoints) -> Result<Arc<Engine>, EngineError> {
        open_with(&self.world(), &self.data, &self.keys, fail_points).await
    }

    /// The page of another account of this brand, with a token of its own.
    pub async fn add_page(&self, account: AccountId, meta_id: &str) -> PageId {
        self.add_page_of(self.brand, account, meta_id).await
    }

    /// The same, of whichever brand.
    pub async fn add_page_of(&self, brand: BrandId, account: AccountId, meta_id: &str) -> PageId {
        let page = PageId::new(self.clock.now(), &*self.entropy);
        insert_page(&self.world(), &self.data, &self.vault, brand, account, page, meta_id).await;
        page
    }

    /// The envelope of the page with another token, as connecting it again makes it.
    pub async fn envelope_with(&self, token: &str) -> Vec<u8> {
        let place =
            vault::Place { brand: self.brand, person: self.account.0, table: "page", row: self.page.0 };
        let key = self.vault.key(&self.account.0).await.unwrap().unwrap();
        key.seal_value(&place, &Page(PAGE_NAME, token), &*self.entropy).unwrap()
    }

    /// From now on no entry of the audit can be written, or again.
    pub async fn refuse_entries(&self, is_refused: bool) {
        let change = if is_refused { &BREAK } else { &MEND };
        self.data.write("refuse_entries", move |tx| tx.execute(change, &[])).await.unwrap();
    }

    /// From now on the key store keeps no record, or again.
    pub async fn refuse_records(&self, is_refused: bool) {
        let change = if is_refused { &BREAK_RECORDS } else { &MEND_RECORDS };
        self.keys.write("refuse_records", move |tx| tx.execute(change, &[])).await.unwrap();
    }

    /// Closes everything, lets the test touch the files, and opens again.
    pub async fn restart(self, between: impl FnOnce(&Path)) -> Result<Self, EngineError> {
        let world = self.world();
        let Self { dir, place, engine, data, keys, vault, brand, account, page, .. } = self;
        drop((engine, data, keys, vault));
        between(dir.path());
        let (data, keys) = databases(&place).await;
        let vault = self::vault(&world, &keys).await;
        let engine = open(&world, &data, &keys).await?;
        let World { clock, entropy, meta, post, witnesses, .. } = world;
        Ok(Self {
            dir,
            place,
            clock,
            meta,
            engine,
            data,
            keys,
            vault,
            brand,
            account,
            page,
            entropy,
            post,
            witnesses,
        })
    }

    /// A delivery by Meta, signed; nothing is processed yet.
    pub async fn deliver(&self, body: &Value) {
        deliver_to(&self.engine, body).await;
    }

    pub fn event(&self, psid: &str, what: Value) -> Value {
        let at = self.clock.now().millis();
        let mut event =
            json!({ "sender": { "id": psid }, "recipient": { "id": META_PAGE }, "timestamp": at });
        event.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        json!({ "object": "page", "entry": [{ "id": META_PAGE, "time": at, "messaging": [event] }] })
    }

    /// A person writes.
    pub async fn write(&self, psid: &str, text: &str) {
        self.clock.advance(Span::secs(1));
        let mid = format!("m_in_{}", self.clock.now().micros());
        self.deliver(&self.event(psid, json!({ "message": { "mid": mid, "text": text } }))).await;
    }

    /// A person taps a quick reply.
    pub async fn tap(&self, psid: &str, payload: &str) {
        self.clock.advance(Span::secs(1));
        let mid = format!("m_in_{}", self.clock.now().micros());
        let message = json!({ "mid": mid, "text": "Yes, please", "quick_reply": { "payload": payload } });
        self.deliver(&self.event(psid, json!({ "message": message }))).await;
    }

    /// Lets the stations work until nothing waits.
    pub async fn settle(&self) {
        let running = self.engine.run();
        self.engine.settle().await.unwrap();
        running.stop().await;
    }

    /// Lets the stations work until what was set stands at Meta, or does not for good.
    pub async fn work(&self, until: engine::views::bot::PublishState) {
        let running = self.engine.run();
        loop {
            let view = engine::views::bot::get(&self.engine, &self.actor(), self.page).await.unwrap();
            if view.published.state == until {
                break;
            }
            tokio::task::yield_now().await;
        }
        running.stop().await;
    }

    /// The payload that the question's Yes carries in the newest question.
    pub fn yes(&self) -> String {
        let messages = self.meta.messages();
        let question = messages.iter().rev().find(|m| m.contains("entente:yes:promotion:")).unwrap();
        let at = question.find("entente:yes:promotion:").unwrap();
        question[at..].split(['"', '\\']).next().unwrap().to_owned()
    }

    /// Somebody writes first, is asked, and says Yes.
    pub async fn opt_in(&self, psid: &str, first: &str) -> LeadId {
        self.write(psid, first).await;
        self.settle().await;
        self.tap(psid, &self.yes()).await;
        self.settle().await;
        self.lead(psid).await.unwrap()
    }

    /// The lead of a page-scoped id, by the look-up.
    pub async fn lead(&self, psid: &str) -> Option<LeadId> {
        let keys = self.vault.lookup(self.brand).await.unwrap();
        let mac = |key: &LookupKey| key.mac("lead", &[META_PAGE.as_bytes(), psid.as_bytes()]);
        let (generation, key) = &keys.in_force;
        let other = keys.other.as_ref().map(|(_, key)| mac(key));
        let macs = tables::lookup::Macs { in_force: mac(key), generation: *generation, other };
        let brand = self.brand;
        let found = move |tx: &store::Tx<'_>| tables::lookup::find_many(tx.brand(brand), &[macs]);
        self.data.read("find", found).await.unwrap().into_iter().next().flatten()
    }

    /// Has the key of look-ups change as far as it will, while time goes by.
    pub async fn change_look_up_key(&self) {
        for _ in 0..6 {
            self.engine.renew_look_ups().await.unwrap();
            self.clock.advance(engine::look_ups::HEARD);
        }
    }

    /// Everything in the data's files that is not the reader's lock table.
    pub async fn content(&self) -> Vec<(String, Vec<u8>)> {
        self.place.content(self.dir.path()).await.into_iter().collect()
    }
}

/// A delivery by Meta to this node.
pub async fn deliver_to(engine: &Arc<Engine>, body: &Value) {
    let body = Bytes::from(body.to_string());
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = format!("sha256={}", hex::encode(aws_lc_rs::hmac::sign(&key, &body)));
    engine.receive(body, Some(&signature)).await.unwrap();
}

/// Every file of a folder.
pub fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(dir)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

pub fn actor(brand: BrandId, account: AccountId) -> Actor {
    Actor { brand, account, role: Role::User, scopes: TokenScope::ALL.to_vec(), door: None }
}

/// The brand's admin, as far as an action asks.
pub fn admin(brand: BrandId) -> Actor {
    Actor { role: Role::Admin, ..actor(brand, AccountId([9; 16])) }
}

/// A plan of its own with so many messages a month.
pub async fn plan(engine: &Engine, brand: BrandId, limits: Limits) -> PlanId {
    let number = engine::views::plans::list(engine, &admin(brand)).await.unwrap().len();
    let form = PlanForm { name: format!("Plan {number}"), limits };
    plans::create(engine, &admin(brand), form).await.unwrap()
}

/// Somebody with an account and an address of their own, on a plan of so many messages a month.
pub async fn account(engine: &Engine, brand: BrandId, quota: u64) -> AccountId {
    let others = engine::views::plans::accounts(engine, &admin(brand), None, 200).await.unwrap().len();
    let plan = plan(engine, brand, Limits { messages: Some(quota), ..Limits::NONE }).await;
    let email = match others {
        0 => "owner@brand.example".to_owned(),
        _ => format!("{others}.owner@brand.example"),
    };
    let new = NewAccount {
        role: Role::User,
        name: Personal::from("Sample Owner"),
        email: Personal::new(email),
        plan: Some(plan),
    };
    accounts::create(engine, brand, new).await.unwrap()
}

async fn insert_page(
    world: &World,
    data: &Database,
    vault: &Vault,
    brand: BrandId,
    account: AccountId,
    page: PageId,
    meta_id: &str,
) {
    let place = vault::Place { brand, person: account.0, table: "page", row: page.0 };
    let key = vault.key(&account.0).await.unwrap().unwrap();
    let sealed = key.seal_value(&place, &Page(PAGE_NAME, "EAAtoken"), &*world.entropy).unwrap();
    let (now, meta_id) = (world.clock.now(), meta_id.to_owned());
    data.write("insert_page", move |tx| {
        let sealed = sealed.clone();
        let new = tables::page::NewPage {
            id: page,
            account,
            meta_id: &meta_id,
            has_echoes: true,
            greeting_at: Some(now),
            sealed,
        };
        tables::page::insert(tx.brand(brand), &new, now)
    })
    .await
    .unwrap();
}

/// The forms in which a text could lie in a file.
pub fn forms(text: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![text.to_vec(), hex::encode(text).into_bytes(), hex::encode_upper(text).into_bytes()];
    if let Ok(text) = std::str::from_utf8(text) {
        forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    // Base 64 of a longer text that holds this one at any of the three offsets: the letters that
    // depend on the neighbours are left out.
    for before in 0..3_usize {
        let padded = [vec![0; before], text.to_vec()].concat();
        let encoded = BASE64_STANDARD.encode(&padded);
        let letters = encoded.trim_end_matches('=');
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        let sure = &letters[first..last.min(letters.len())];
        forms.push(sure.as_bytes().to_vec());
        forms.push(sure.replace('+', "-").replace('/', "_").into_bytes());
    }
    forms
}

/// Where any form of `text` lies in any of the files.
pub fn find(files: &[(String, Vec<u8>)], text: &[u8]) -> Option<String> {
    let forms = forms(text);
    files.iter().find_map(|(name, bytes)| {
        let hit = forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form));
        hit.then(|| name.clone())
    })
}
