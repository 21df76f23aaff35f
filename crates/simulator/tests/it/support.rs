//! A bot to be told, and a client to call with.
//!
//! Invariant: both talk to loopback only.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde_json::{Value, json};
use simulator::{Config, NewPage, PageId, Psid, Simulator};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use testkit::FixedClock;

pub const ALL_FIELDS: [&str; 14] = [
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "messaging_policy_enforcement",
    "messaging_account_linking",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "standby",
    "feed",
];

/// One webhook as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// What a bot answers with, and what it was told.
#[derive(Default)]
pub struct Ear {
    pub status: AtomicU16,
    pub heard: Mutex<Vec<Received>>,
    pub attempts: AtomicUsize,
    pub forms: Mutex<Vec<(String, String)>>,
}

impl Ear {
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub fn heard(&self) -> Vec<Received> {
        self.heard.lock().unwrap().clone()
    }

    pub fn clear(&self) {
        self.heard.lock().unwrap().clear();
    }

    /// Every event of every entry, with the array it was in.
    pub fn events(&self) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        for received in self.heard() {
            for entry in received.json()["entry"].as_array().unwrap() {
                for channel in ["messaging", "standby", "changes"] {
                    for event in entry[channel].as_array().into_iter().flatten() {
                        events.push((channel.to_owned(), event.clone()));
                    }
                }
            }
        }
        events
    }

    /// The one event there is; clears it.
    #[track_caller]
    pub fn only(&self) -> Value {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{events:#?}");
        self.clear();
        events.remove(0).1
    }
}

/// A running bot's address and ear.
pub struct Bot {
    pub url: String,
    pub ear: Arc<Ear>,
}

pub async fn bot() -> Bot {
    let ear = Arc::new(Ear::default());
    ear.answer(200);
    let router = Router::new()
        .route("/webhook", get(verify).post(hear))
        .route("/deauthorize", axum::routing::post(form))
        .route("/deletion", axum::routing::post(deletion))
        .with_state(ear.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Bot { url, ear }
}

async fn verify(Query(query): Query<HashMap<String, String>>) -> (StatusCode, String) {
    let fits = query["hub.mode"] == "subscribe" && query["hub.verify_token"] == "simulated_verify_token";
    if fits {
        (StatusCode::OK, query["hub.challenge"].clone())
    } else {
        (StatusCode::FORBIDDEN, String::new())
    }
}

async fn hear(State(ear): State<Arc<Ear>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    ear.attempts.fetch_add(1, Ordering::SeqCst);
    let status = StatusCode::from_u16(ear.status.load(Ordering::SeqCst)).unwrap();
    if status == StatusCode::OK {
        ear.heard.lock().unwrap().push(Received { headers, body });
    }
    status
}

async fn form(State(ear): State<Arc<Ear>>, body: String) -> &'static str {
    ear.forms.lock().unwrap().push(("deauthorize".to_owned(), body));
    "ok"
}

async fn deletion(State(ear): State<Arc<Ear>>, body: String) -> axum::Json<Value> {
    ear.forms.lock().unwrap().push(("deletion".to_owned(), body));
    axum::Json(json!({ "url": "https://bot.invalid/status", "confirmation_code": "c1" }))
}

/// A simulator with one page that tells a bot everything, and one person who has written.
pub struct Scene {
    pub simulator: Simulator,
    pub bot: Bot,
    pub clock: Arc<FixedClock>,
    pub page: PageId,
    pub person: Psid,
    pub token: String,
    pub http: reqwest::Client,
}

/// An answer with its status.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    /// Code and subcode of the error.
    #[track_caller]
    pub fn refusal(&self) -> (i64, Option<i64>) {
        let error = &self.body["error"];
        (
            error["code"].as_i64().unwrap_or_else(|| panic!("no error: {self:?}")),
            error["error_subcode"].as_i64(),
        )
    }
}

pub async fn scene() -> Scene {
    scene_with(|_| {}).await
}

pub async fn scene_with(change: impl FnOnce(&mut Config)) -> Scene {
    let clock = Arc::new(FixedClock::new());
    let bot = bot().await;
    let mut config = Config::new(clock.clone(), 7);
    config.callback_url = Some(format!("{}/webhook", bot.url));
    change(&mut config);
    let simulator = Simulator::start(config).await.unwrap();
    let page = simulator
        .add_page(NewPage {
            name: "Bäckerei Müller".to_owned(),
            subscribe: ALL_FIELDS.map(str::to_owned).to_vec(),
            ..NewPage::default()
        })
        .unwrap();
    let person = simulator.add_people(page, 1).unwrap()[0];
    let token = simulator.page_token(page).unwrap();
    simulator.write(person, "hello").unwrap();
    simulator.flush().await;
    bot.ear.clear();
    let http =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Scene { simulator, bot, clock, page, person, token, http }
}

impl Scene {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.url())
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut request = self
            .http
            .request(method.parse().unwrap(), self.url(path))
            .header("authorization", format!("Bearer {}", self.token));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        reply(request.send().await.unwrap()).await
    }

    /// Sends to the person: `more` beside the recipient.
    pub async fn send(&self, more: Value) -> Reply {
        let mut body = json!({ "recipient": { "id": self.person.to_string() } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("POST", "/v25.0/me/messages", Some(body)).await
    }

    pub async fn say(&self, text: &str) -> Reply {
        self.send(json!({ "messaging_type": "RESPONSE", "message": { "text": text } })).await
    }

    pub async fn control(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut request = self.http.request(method.parse().unwrap(), self.url(&format!("/simulator{path}")));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        reply(request.send().await.unwrap()).await
    }

    pub async fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let request =
            self.http.post(self.url(path)).header("content-type", "application/x-www-form-urlencoded");
        reply(request.body(encode(pairs)).send().await.unwrap()).await
    }

    /// One batch of operations, each a body to `me/messages`.
    pub async fn batch(&self, operations: &[Value]) -> reqwest::Result<Reply> {
        let batch = Value::Array(operations.to_vec()).to_string();
        let body = encode(&[("access_token", self.token.as_str()), ("batch", batch.as_str())]);
        let request = self.http.post(self.url("/v25.0/"));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        Ok(reply(request.send().await?).await)
    }
}

/// A batch operation that sends a text.
pub fn operation(person: &str, text: &str) -> Value {
    let recipient = json!({ "id": person }).to_string();
    let message = json!({ "text": text, "metadata": text }).to_string();
    let body = encode(&[("recipient", recipient.as_str()), ("message", message.as_str())]);
    json!({ "method": "POST", "relative_url": "me/messages", "body": body })
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://x.invalid/").unwrap();
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap().to_owned()
}

pub async fn reply(response: reqwest::Response) -> Reply {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let text = response.text().await.unwrap();
    Reply { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// Logs in without asking, with these permissions; the user token.
pub async fn log_in(scene: &Scene, scopes: &str) -> String {
    let settings = simulator::Settings { login: simulator::Login::Auto, ..scene.simulator.settings() };
    scene.simulator.set_settings(settings);
    let back = "https://bot.invalid/back";
    let query = encode(&[("client_id", APP), ("redirect_uri", back), ("state", "s 1"), ("scope", scopes)]);
    let answer = scene.http.get(scene.url(&format!("/v25.0/dialog/oauth?{query}"))).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    let target = reqwest::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let pairs: HashMap<String, String> = target.query_pairs().into_owned().collect();
    assert_eq!(pairs["state"], "s 1");
    let answer = exchange(scene, &[("redirect_uri", back), ("code", &pairs["code"])]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["access_token"].as_str().unwrap().to_owned()
}

pub const APP: &str = "1000000000000001";
pub const SECRET: &str = "simulated_app_secret";

/// `GET /oauth/access_token` as the app.
pub async fn exchange(scene: &Scene, with: &[(&str, &str)]) -> Reply {
    let mut pairs = vec![("client_id", APP), ("client_secret", SECRET)];
    pairs.extend(with);
    reply(
        scene
            .http
            .get(scene.url(&format!("/v25.0/oauth/access_token?{}", encode(&pairs))))
            .send()
            .await
            .unwrap(),
    )
    .await
}
