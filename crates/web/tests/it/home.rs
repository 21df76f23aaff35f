//! A whole engine on a folder of its own, two brands with an account each, and the router that
//! outsiders talk to.

use crate::friend::Friend;
use crate::people::{self, Mails};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use engine::actions::documents::NOTICE;
use engine::actions::{passkeys, sign_in, tokens};
use engine::failpoint::FailPoints;
use engine::mail::Mailed;
use engine::{Actor, Engine, Parts, Role, SecondFactor, Settings, TokenScope};
use messenger::graph::{Graph, GraphConfig};
use model::brand::Brand;
use model::entropy::Entropy;
use model::id::{AccountId, BrandId};
use model::personal::Personal;
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Monotonic, Span, Timestamp};
use outbound::Register;
use outbound::scanner::Scanner;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::{Database, Options, Schema, SqlKeyStore};
use testkit::authenticator::{Authenticator, Moment};
use testkit::place::Place;
use testkit::{FixedClock, SeededEntropy};
use tower::ServiceExt;
use vault::{FileRoot, Vault};
use web::WebSettings;

pub const SECRET: &str = "the app's secret";
pub const VERIFY: &str = "the verify token";
pub const META_PAGE: &str = "100200300400";
/// As Facebook calls whoever connects the pages.
pub const FACEBOOK_USER: &str = "218471";
pub const PAGE_NAME: &str = "Corner <Bakery> & Sons";
pub const SECOND_PAGE: &str = "مقهى الياسمين";
pub const HOST: &str = "leangzbotchat.localhost";
pub const OTHER_HOST: &str = "almujeeb.localhost";

pub const BRANDS: [&str; 5] = [
    include_str!("../../../../brands/leangzbotchat/brand.toml"),
    include_str!("../../../../brands/chatmagico-bot/brand.toml"),
    include_str!("../../../../brands/qchatai/brand.toml"),
    include_str!("../../../../brands/almujeeb/brand.toml"),
    include_str!("../../../../brands/mysocium/brand.toml"),
];

/// The register that comes with the program.
pub const REGISTER: &str = include_str!("../../../../brands/recipients.toml");

store::statements! {
    DAY_COMES = "UPDATE announcement SET effective_at = announced_at, done_at = done_at - $2 WHERE brand_id = $1 AND kind = 'brand_end'";
    NAMES = "UPDATE document SET text = text || $1 WHERE brand_id = $2 AND kind = 'privacy'";
    UNPUBLISH = "DELETE FROM document WHERE brand_id = $1";
}

pub fn brand(file: &str) -> Brand {
    toml::from_str(file).unwrap()
}

/// Meta, played: one page to connect, every message taken.
#[derive(Default)]
pub struct FakeMeta {
    messages: Mutex<Vec<String>>,
    requests: AtomicU64,
    has_second_page: AtomicBool,
    /// Messages are refused, as if every window were closed.
    refuses: AtomicBool,
    /// A permission and an event are missing.
    lacks: AtomicBool,
    is_down: AtomicBool,
    /// Names and languages of templates that were handed over.
    templates: Mutex<Vec<(String, String)>>,
}

impl FakeMeta {
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    pub fn offer_second_page(&self) {
        self.has_second_page.store(true, Ordering::SeqCst);
    }

    pub fn lack(&self, lacks: bool) {
        self.lacks.store(lacks, Ordering::SeqCst);
    }

    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    /// Whether it answers everything with "try again later".
    pub fn be_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Each template stands as its name ends: `…_approved`, `…_rejected`, or it waits.
    fn templates(&self, request: &OutboundRequest) -> Value {
        let mut known = self.templates.lock().unwrap();
        if let Ok(new) = serde_json::from_slice::<Value>(&request.body) {
            let text = |name: &str| new[name].as_str().unwrap().to_owned();
            known.push((text("name"), text("language")));
        }
        let list: Vec<Value> = known
            .iter()
            .map(|(name, language)| {
                let status = name.rsplit('_').next().unwrap().to_uppercase();
                let status = if ["APPROVED", "REJECTED"].contains(&status.as_str()) {
                    status
                } else {
                    "PENDING".to_owned()
                };
                let reason = if status == "REJECTED" { "TAG_SHOULD_BE_MARKETING" } else { "NONE" };
                json!({ "name": name, "language": language, "status": status, "rejected_reason": reason })
            })
            .collect();
        json!({ "id": "1", "status": "PENDING", "success": true, "data": list })
    }

    fn answer(&self, request: &OutboundRequest) -> Value {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        let url = &request.url;
        if url.contains("/messages") {
            self.messages.lock().unwrap().push(decoded(&request.body));
            return json!({ "recipient_id": "1", "message_id": format!("m_{number}") });
        }
        if url.contains("/message_templates") {
            return self.templates(request);
        }
        if url.contains("/oauth/access_token") {
            return json!({ "access_token": "user-token" });
        }
        if url.contains("/me?") {
            return json!({ "id": FACEBOOK_USER });
        }
        if url.contains("/me/accounts") {
            let page = json!({ "id": META_PAGE, "name": PAGE_NAME, "access_token": "page-token", "tasks": ["MESSAGING"] });
            let second = json!({ "id": "500600700", "name": SECOND_PAGE, "access_token": "other-token", "tasks": ["MESSAGING"] });
            let pages =
                if self.has_second_page.load(Ordering::SeqCst) { vec![page, second] } else { vec![page] };
            return json!({ "data": pages });
        }
        let lacks = self.lacks.load(Ordering::SeqCst);
        if url.contains("/debug_token") {
            let scopes = messenger::login::PERMISSIONS.split(',');
            let scopes: Vec<&str> = scopes.filter(|name| !lacks || *name != "pages_messaging").collect();
            return json!({ "data": { "is_valid": true, "scopes": scopes } });
        }
        if url.contains("/subscribed_apps") {
            let fields = messenger::login::FIELDS.into_iter();
            let fields: Vec<&str> = fields.filter(|name| !lacks || *name != "messages").collect();
            return json!({ "success": true, "data": [{ "id": "4711", "subscribed_fields": fields }] });
        }
        json!({ "success": true, "result": "success" })
    }

    /// The newest text that holds `what`, from there on.
    pub fn newest(&self, what: &str) -> String {
        let messages = self.messages.lock().unwrap();
        let message = messages.iter().rev().find(|message| message.contains(what)).expect(what);
        message[message.find(what).unwrap()..].to_owned()
    }
}

/// Undoes percent-encoding and JSON's escaped slashes.
fn decoded(body: &[u8]) -> String {
    let mut out = Vec::new();
    let mut at = 0;
    while at < body.len() {
        let hex = body.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (body[at], hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap().replace("\\/", "/")
}

impl Outbound for FakeMeta {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        let refusal = if self.is_down.load(Ordering::SeqCst) {
            Some(json!({ "error": { "message": "try again later", "type": "OAuthException", "code": 2 } }))
        } else if request.url.contains("/messages") && self.refuses.load(Ordering::SeqCst) {
            let error = json!({ "error": { "message": "outside the window", "type": "OAuthException", "code": 10, "error_subcode": 2018278 } });
            Some(error)
        } else {
            None
        };
        if let Some(error) = refusal {
            let body = Bytes::from(error.to_string());
            return Box::pin(async move { Ok(OutboundResponse { status: 400, headers: Vec::new(), body }) });
        }
        let body = Bytes::from(self.answer(&request).to_string());
        Box::pin(async move { Ok(OutboundResponse { status: 200, headers: Vec::new(), body }) })
    }
}

/// A clock that panics when it is told to: the fault that a handler may have.
pub struct FaultyClock {
    pub fixed: FixedClock,
    pub is_broken: AtomicBool,
}

impl Clock for FaultyClock {
    fn now(&self) -> Timestamp {
        assert!(!self.is_broken.load(Ordering::SeqCst), "the clock is broken");
        self.fixed.now()
    }
    fn monotonic(&self) -> Monotonic {
        self.fixed.monotonic()
    }
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        self.fixed.sleep_until(at)
    }
}

pub struct Home {
    dir: tempfile::TempDir,
    pub data: Database,
    pub clock: Arc<FaultyClock>,
    pub meta: Arc<FakeMeta>,
    pub mails: Arc<Mails>,
    pub engine: Arc<Engine>,
    pub router: Router,
    pub account: AccountId,
    /// A token of the first brand that may do everything.
    pub token: String,
    /// The same, of an account of the other brand.
    pub other_token: String,
    /// The secret of a session of the first brand's account.
    pub session: String,
    pub other_session: String,
    /// Goes after all that looks at it.
    place: Place,
}

/// What came back.
#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    /// The secret of the session that begins, or goes on, with this answer.
    pub fn session(&self) -> &str {
        let cookie = self.header("set-cookie").strip_prefix("__Host-session=");
        cookie
            .and_then(|cookie| cookie.split(';').next())
            .unwrap_or_else(|| panic!("no session: {}", self.text()))
    }
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status.as_u16(), self.header("content-type")),
            (status, "application/problem+json"),
            "{}",
            self.text()
        );
        let body = self.json();
        assert_eq!(body["type"], format!("urn:entente:problem:{code}"), "{body}");
        assert_eq!(body["status"], status);
        assert!(body["instance"].as_str().unwrap().starts_with("urn:entente:request:"));
        assert!(body["detail"].as_str().unwrap().len() > 10);
    }
}

impl Home {
    pub async fn new() -> Self {
        Self::demanding(SecondFactor::Offered).await
    }

    /// As [`Home::new`], which demands a second factor.
    pub async fn demanding(second_factor: SecondFactor) -> Self {
        Self::with(second_factor, None).await
    }

    /// As [`Home::new`], which shows uploaded files to this scanner.
    pub async fn scanned_by(scanner: Scanner) -> Self {
        Self::with(SecondFactor::Offered, Some(scanner)).await
    }

    async fn with(second_factor: SecondFactor, scanner: Option<Scanner>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::new(dir.path()).await;
        let open =
            |url, schema| async move { Database::open(url, schema, Options::default()).await.unwrap() };
        let (data, keys) =
            (open(&place.urls[0], Schema::Data).await, open(&place.urls[1], Schema::Keys).await);
        let clock = Arc::new(FaultyClock { fixed: FixedClock::new(), is_broken: AtomicBool::new(false) });
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
        let as_clock: Arc<dyn Clock> = Arc::<FaultyClock>::clone(&clock);
        let root = FileRoot::new(dir.path().join("root.key"));
        let store = Arc::new(SqlKeyStore::new(keys));
        let vault = Vault::open(store, root, Arc::clone(&as_clock), Arc::clone(&entropy)).await.unwrap();
        let meta = Arc::new(FakeMeta::default());
        let mails = Arc::new(Mails::default());
        let config = GraphConfig {
            base_url: "https://graph.facebook.com".to_owned(),
            version: "v25.0".to_owned(),
            app_id: "4711".to_owned(),
            app_secret: Personal::from(SECRET),
        };
        let out: Arc<dyn Outbound> = Arc::<FakeMeta>::clone(&meta);
        let friend = Arc::new(Friend::default());
        let parts = Parts {
            data: data.clone(),
            vault,
            graph: Graph::new(out, config, Arc::clone(&as_clock)),
            clock: as_clock,
            entropy,
            brands: BRANDS.map(brand).into(),
            post: Some(mails.post()),
            witnesses: Some(friend.witnesses()),
            scanner,
        };
        let settings = Settings {
            app_secrets: vec![Personal::from(SECRET)],
            app_id: "4711".to_owned(),
            verify_token: Personal::from(VERIFY),
            log_name: "log.brand.example/entente".to_owned(),
            pace: None,
            batch: 1,
            in_flight: engine::IN_FLIGHT,
            version: engine::VERSION.to_owned(),
            plan_chunk: engine::PLAN_CHUNK,
            checkpoint_every: Span::secs(1),
            backup_days: engine::actions::erasure::BACKUP_DAYS,
            breached: None,
            second_factor,
            fail_points: FailPoints::default(),
        };
        let engine = Engine::open(parts, settings).await.unwrap();
        engine.announce(&Register::parse(REGISTER).unwrap()).await.unwrap();
        friend.meet(&engine, Arc::<FaultyClock>::clone(&clock));
        let router =
            web::router(Arc::clone(&engine), WebSettings { is_https: true, ..WebSettings::default() });
        let [brand, other] = [HOST, OTHER_HOST].map(|host| engine.brand_by_host(host).unwrap().id);
        let (account, session) = people::settle_in(&engine, &mails, brand, people::EMAIL).await;
        let token = people::token(&engine, brand, account).await;
        let (other_account, other_session) =
            people::settle_in(&engine, &mails, other, "owner@other.example.com").await;
        let other_token = people::token(&engine, other, other_account).await;
        Self {
            dir,
            data,
            clock,
            meta,
            mails,
            engine,
            router,
            account,
            token,
            other_token,
            session,
            other_session,
            place,
        }
    }

    /// As [`Home::new`], with the page connected through the API.
    pub async fn with_page() -> Self {
        let home = Self::new().await;
        let form = json!({ "code": "c", "redirect_uri": "https://leangzbotchat.localhost/back" });
        let answer = home.post("/api/v1/pages", &form).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        home
    }

    pub fn brand_id(&self, host: &str) -> BrandId {
        self.engine.brand_by_host(host).unwrap().id
    }

    pub async fn token_with(&self, scopes: &[TokenScope]) -> String {
        let brand = self.brand_id(HOST);
        let (_, secret) = tokens::create(&self.engine, brand, self.account, scopes, None).await.unwrap();
        secret.reveal().clone()
    }

    /// The id of a token of the first brand's account.
    pub async fn own_token(&self) -> String {
        let actor = self.actor();
        engine::views::tokens::list(&self.engine, &actor).await.unwrap()[0].id.to_string()
    }

    /// Adds a passkey to the first brand's account; its id.
    pub async fn add_passkey(&self) -> String {
        let found = sign_in::find(&self.engine, self.brand_id(HOST), &self.session).await;
        let who = found.unwrap().unwrap();
        let offer = passkeys::begin_adding(&self.engine, &who).await.unwrap();
        let moment = Moment::new(offer.challenge.reveal(), &format!("https://{HOST}"), HOST);
        let answer = Authenticator::p256("phone").make(&moment);
        let site = passkeys::Site::of_host(HOST);
        passkeys::add(&self.engine, &who, "My phone", &answer, &site).await.unwrap().to_string()
    }

    /// What the pages of a session carry in their forms, whatever its secret is by now.
    pub async fn form_token(&self, session: &str) -> String {
        for brand in self.engine.brands() {
            if let Some(who) = sign_in::find(&self.engine, brand.id, session).await.unwrap() {
                return form_token(&hex::encode(brand.bound(who.session)));
            }
        }
        form_token(session)
    }

    /// The secret of a session of the first brand's admin, who is made here.
    pub async fn admin_session(&self) -> String {
        self.admin_session_of(HOST).await
    }

    /// The same of another brand's.
    pub async fn admin_session_of(&self, host: &str) -> String {
        people::settle_admin(&self.engine, self.brand_id(host)).await
    }

    /// The brand's privacy notice in force names somebody, as if it had been announced and its day had come.
    pub async fn notice_names(&self, host: &str, name: &'static str) {
        let brand = self.brand_id(host);
        self.data.write("names", move |tx| tx.execute(&NAMES, &store::params![name, brand])).await.unwrap();
    }

    /// The end of a brand is announced, everybody was told, and the day has come.
    pub async fn let_end(&self, host: &str) {
        let brand = self.brand_id(host);
        let admin = Actor { brand, role: Role::Admin, ..self.actor() };
        let day = self.clock.fixed.now().plus(NOTICE);
        engine::actions::brand_end::announce(&self.engine, &admin, day).await.unwrap();
        self.engine.announce_all().await.unwrap();
        while self.engine.mail_some().await.unwrap() == Mailed::On {}
        let row = store::params![brand, NOTICE.0];
        self.data.write("day_comes", move |tx| tx.execute(&DAY_COMES, &row)).await.unwrap();
    }

    /// Takes a brand's documents away, as if nobody had ever published any.
    pub async fn unpublish(&self, host: &str) {
        let brand = self.brand_id(host);
        self.data.write("unpublish", move |tx| tx.execute(&UNPUBLISH, &store::params![brand])).await.unwrap();
    }

    /// The first brand's account, allowed everything.
    pub fn actor(&self) -> Actor {
        let (brand, account) = (self.brand_id(HOST), self.account);
        Actor { brand, account, role: Role::User, scopes: TokenScope::ALL.to_vec(), door: None }
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A request without a token.
    pub async fn visit(&self, method: &str, path: &str) -> Answer {
        self.ask(
            Request::builder().method(method).uri(path).header("host", HOST).body(Body::empty()).unwrap(),
        )
        .await
    }

    /// A request to the first brand's API with its token.
    pub async fn call(&self, method: &str, path: &str) -> Answer {
        self.ask(self.signed(method, path, &self.token).body(Body::empty()).unwrap()).await
    }

    /// As [`Self::call`], in another session.
    pub async fn call_as(&self, session: &str, method: &str, path: &str) -> Answer {
        self.ask(self.signed_as(session, method, path, &self.token).body(Body::empty()).unwrap()).await
    }

    pub fn signed(&self, method: &str, path: &str, token: &str) -> axum::http::request::Builder {
        self.signed_as(&self.session, method, path, token)
    }

    fn signed_as(
        &self,
        session: &str,
        method: &str,
        path: &str,
        token: &str,
    ) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header("host", HOST);
        // Pages ask for the one, the API for the other.
        let request = request.header("cookie", format!("__Host-session={session}"));
        request.header("authorization", format!("Bearer {token}"))
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.tell("POST", path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.tell("PUT", path, body).await
    }

    async fn tell(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = self.signed(method, path, &self.token).header("content-type", "application/json");
        self.ask(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// A form of the console, sent by whom it was shown to.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit_as(&self.session, path, fields).await
    }

    /// The same, in another session.
    pub async fn submit_as(&self, session: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token(session).await;
        let fields = fields.iter().copied().chain([("csrf", token.as_str())]);
        let body: Vec<String> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = self.signed_as(session, "POST", path, &self.token);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body.join("&"))).unwrap()).await
    }

    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.signed("POST", path, &self.token).header("content-type", "application/json");
        self.ask(request.header("idempotency-key", key).body(Body::from(body.to_string())).unwrap()).await
    }

    /// A delivery by Meta, signed, at the webhook.
    pub async fn deliver(&self, body: &str) -> Answer {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, body.as_bytes());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let request = Request::builder().method("POST").uri("/webhooks/messenger");
        let request = request.header("x-hub-signature-256", format!("sha256={hex}"));
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub fn event(&self, psid: &str, message: &Value) -> String {
        self.clock.fixed.advance(Span::secs(1));
        let at = self.clock.fixed.now().millis();
        let mut message = message.clone();
        message["mid"] = json!(format!("m_in_{at}"));
        let event = json!({ "sender": { "id": psid }, "recipient": { "id": META_PAGE }, "timestamp": at, "message": message });
        json!({ "object": "page", "entry": [{ "id": META_PAGE, "time": at, "messaging": [event] }] })
            .to_string()
    }

    pub async fn write(&self, psid: &str, message: Value) {
        let answer = self.deliver(&self.event(psid, &message)).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
        self.settle().await;
    }

    /// Lets the stations work until nothing waits.
    pub async fn settle(&self) {
        let running = self.engine.run();
        self.engine.settle().await.unwrap();
        running.stop().await;
    }

    /// Somebody writes first, is asked, says Yes: the lead's id.
    pub async fn opt_in(&self, psid: &str, hello: &str) -> String {
        self.write(psid, json!({ "text": hello })).await;
        let payload = self.meta.newest("entente:yes:promotion:");
        let payload = payload.split(['"', '\\']).next().unwrap();
        self.write(psid, json!({ "text": "Yes", "quick_reply": { "payload": payload } })).await;
        let leads = self.call("GET", "/api/v1/leads").await.json();
        leads["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Sends a message too long for buttons, which therefore carries the link: its path.
    pub async fn unsubscribe_path(&self) -> String {
        let text = format!("Hello {{name|friend}}. {}", "Fresh bread. ".repeat(60));
        let broadcast =
            self.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": text })).await.json();
        let id = broadcast["id"].as_str().unwrap();
        assert_eq!(self.post(&format!("/api/v1/broadcasts/{id}/send"), &json!({})).await.status, 200);
        self.settle().await;
        let link = self.meta.newest("/u/");
        link.split(|c: char| !(c.is_ascii_alphanumeric() || "/-_".contains(c))).next().unwrap().to_owned()
    }

    /// What the bot answers to "my data": the path of the link.
    pub async fn own_page_link(&self, psid: &str) -> String {
        self.write(psid, json!({ "text": "my data" })).await;
        let link = self.meta.newest("/my/");
        link.split(|c: char| !(c.is_ascii_alphanumeric() || "/-_".contains(c))).next().unwrap().to_owned()
    }

    /// The secret of an own page that a lead has just opened.
    pub async fn open_own_page(&self, psid: &str) -> String {
        let link = self.own_page_link(psid).await;
        let opened = self.visit("POST", &link).await;
        assert_eq!((opened.status.as_u16(), opened.header("location")), (303, "/my"), "{}", opened.text());
        let cookie = opened.header("set-cookie");
        let secret = cookie.strip_prefix("__Host-my=").unwrap().split(';').next().unwrap();
        secret.to_owned()
    }

    /// A request from an own page that is open.
    pub async fn on_own_page(&self, secret: &str, method: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let token = form_token(secret);
        let fields = form.iter().copied().chain([("csrf", token.as_str())]);
        let body: Vec<String> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = Request::builder().method(method).uri(path).header("host", HOST);
        let request = request.header("cookie", format!("__Host-my={secret}"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let body = if method == "GET" { Body::empty() } else { Body::from(body.join("&")) };
        self.ask(request.body(body).unwrap()).await
    }

    /// Every row of the data, as it lies: what a safe method must leave as it is.
    pub async fn content(&self) -> BTreeMap<String, Vec<u8>> {
        self.data.checkpoint_truncate().await.unwrap();
        self.place.content(self.dir.path()).await
    }
}

pub fn encoded(text: &str) -> String {
    let one = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.as_bytes().iter().map(one).collect()
}

/// What a page carries in its forms that is opened by a link, computed here by its definition.
pub fn form_token(session: &str) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest([b"entente/form/1".as_slice(), session.as_bytes()].concat()))
}
