//! A brand's site as its customer's scripts see it: the API by its address, host name and token; and
//! what both kinds of test ask of the simulator.

use model::delivery::DeliveryRef;
use model::id::{BroadcastId, LeadId};
use serde_json::{Value, json};
use simulator::{Handle, NewPage, PageId, Psid, Visitor};
use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

/// One brand, reached by HTTP.
pub struct Site {
    pub visitor: Visitor,
    pub address: SocketAddr,
    pub host: String,
    pub token: String,
}

impl Site {
    pub fn new(address: SocketAddr, host: &str, token: &str) -> Self {
        let visitor = Visitor::new(address, "a customer's script").unwrap();
        Self { visitor, address, host: host.to_owned(), token: token.to_owned() }
    }

    /// Status and body; `None` when there was no answer.
    pub async fn try_call(&self, method: &str, path: &str, body: Option<Value>) -> Option<(u16, Vec<u8>)> {
        let token = Some(self.token.as_str());
        let answer = match method {
            "GET" => self.visitor.get(&self.host, path, token).await,
            "DELETE" => self.visitor.delete(&self.host, path, token).await,
            _ => self.visitor.post(&self.host, path, token, body.map(|b| b.to_string())).await,
        };
        answer.ok().map(|a| (a.status, a.body.to_vec()))
    }

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, body) = self.try_call(method, path, body).await.unwrap();
        let text = String::from_utf8(body).unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.call("GET", path, None).await
    }

    /// Every item of a list, page by page.
    pub async fn every(&self, path: &str) -> Vec<Value> {
        let (mut items, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}?limit=200{after}")).await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { return items };
            after = format!("&after={next}");
        }
    }

    pub async fn leads(&self) -> Vec<Value> {
        self.every("/api/v1/leads").await
    }

    /// Composes a promotion; what it is.
    pub async fn compose(&self, text: &str) -> BroadcastId {
        let form = json!({ "purpose": "promotion", "text": text });
        let made = self.call("POST", "/api/v1/broadcasts", Some(form)).await;
        made["id"].as_str().unwrap().parse().unwrap()
    }

    pub async fn step(&self, broadcast: BroadcastId, step: &str) -> Value {
        self.call("POST", &format!("/api/v1/broadcasts/{broadcast}/{step}"), None).await
    }

    pub async fn broadcast(&self, broadcast: BroadcastId) -> Value {
        self.get(&format!("/api/v1/broadcasts/{broadcast}")).await
    }

    /// State and reason of every delivery.
    pub async fn deliveries(&self, broadcast: BroadcastId) -> BTreeMap<LeadId, (String, String)> {
        let lines = self.every(&format!("/api/v1/broadcasts/{broadcast}/deliveries")).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lines
            .iter()
            .map(|line| {
                let lead = line["lead"].as_str().unwrap().parse().unwrap();
                (lead, (text(&line["state"]), text(&line["reason"])))
            })
            .collect()
    }

    /// The owner signs in at the simulator's dialog and allows these pages.
    pub async fn connect(&self, sim: &Handle, pages: &[PageId]) {
        let redirect = format!("http://{}/app/pages/connected", self.host);
        let dialog = format!(
            "/v25.0/dialog/oauth?client_id={}&redirect_uri=http%3A%2F%2F{}%2Fapp%2Fpages%2Fconnected&state=s1&scope=pages_messaging,pages_manage_metadata,pages_show_list,business_management,pages_utility_messaging",
            sim.app_id(),
            self.host
        );
        let browser = Visitor::new(sim.addr(), "a browser").unwrap();
        let answer = browser.get(&sim.addr().to_string(), &dialog, None).await.unwrap();
        let back = answer.location.unwrap_or_else(|| panic!("the dialog did not return: {}", answer.status));
        let code = back.split(['?', '&', '#']).find_map(|part| part.strip_prefix("code=")).unwrap();
        let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
        let body = json!({ "code": code, "redirect_uri": redirect, "pages": pages });
        let connected = self.call("POST", "/api/v1/pages", Some(body)).await;
        assert_eq!(connected["items"].as_array().unwrap().len(), pages.len());
    }
}

/// Pages of one owner, not yet connected.
pub fn make_pages(sim: &Handle, count: usize) -> Vec<PageId> {
    let owner = sim.users().first().map_or_else(|| sim.add_user("Sample Owner"), |(user, _)| *user);
    (1..=count)
        .map(|number| {
            let name = format!("Sample Page {number}");
            sim.add_page(NewPage { name, admins: vec![owner], ..NewPage::default() }).unwrap()
        })
        .collect()
}

/// Whom this broadcast reached, as the simulator saw it: one entry for each message accepted.
pub fn reached(sim: &Handle, broadcast: BroadcastId) -> Vec<(LeadId, Psid)> {
    let all = sim.messages(None, None, 0, usize::MAX);
    let named = all.iter().filter_map(|message| {
        let named = DeliveryRef::from_metadata(message.metadata.as_deref()?)?;
        (named.broadcast == broadcast).then_some((named.lead, message.person))
    });
    named.collect()
}

/// Whether nobody got anything twice: no metadata to a person twice, no broadcast to a person twice.
pub fn assert_nobody_reached_twice(sim: &Handle) {
    assert_eq!(sim.reached_more_than_once(), []);
    let mut seen = std::collections::BTreeSet::new();
    for message in sim.messages(None, None, 0, usize::MAX) {
        let named = message.metadata.as_deref().and_then(DeliveryRef::from_metadata);
        if let Some(named) = named {
            assert!(
                seen.insert((named.broadcast, message.person)),
                "{} got a broadcast twice",
                message.person
            );
        }
    }
}

/// Asks again and again, in real time, until there is an answer; fails after a minute.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, ask: impl FnMut() -> F) -> T {
    within(60, what, ask).await
}

/// The same, for so many seconds.
pub async fn within<T, F: Future<Output = Option<T>>>(
    seconds: u64,
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            pause(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(seconds), asking)
        .await
        .unwrap_or_else(|_| panic!("did not come within {seconds} s: {what}"))
}

pub async fn pause(time: Duration) {
    #[expect(
        clippy::disallowed_methods,
        reason = "other processes are waited for: no clock of ours is in it"
    )]
    tokio::time::sleep(time).await;
}
