//! People at the console and scripts at the API, and how they come in: by the link that the start prints.
//!
//! Invariant: whoever is turned away must be told for how long; anything but that, an answer or a redirect is an
//! error of the program and ends the measurement.

use super::flood::Tally;
use crate::ambient::{Watch, pause};
use anyhow::{Context as _, Result, bail, ensure};
use engine::actions::documents::KINDS;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

const HOST: &str = "leangzbotchat.localhost";
const EMAIL: &str = "admin@sample.example";
/// A sample person's; judged as every password is.
const PASSWORD: &str = "nine-purple-anchors-under-glass";
/// Between two looks of one person.
const LOOKS: u64 = 100;
const CONSOLE: [&str; 6] = ["/app", "/app/leads", "/app/broadcasts", "/app/pages", "/account", "/app/tags"];
const API: [&str; 4] = ["/api/v1/leads?limit=50", "/api/v1/broadcasts", "/api/v1/pages", "/api/v1/tags"];

pub struct Site {
    client: Client,
    base: String,
    session: String,
    token: String,
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Result<&'a str> {
    let (_, rest) = text.split_once(before).with_context(|| format!("no {before}"))?;
    Ok(rest.split(after).next().unwrap_or_default().trim())
}

impl Site {
    /// Makes the brand's admin, signs in, and takes a token.
    pub async fn enter(address: SocketAddr, link: &str) -> Result<Self> {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.timeout(Duration::from_secs(60)).build()?;
        let (session, token) = (String::new(), String::new());
        let mut site = Self { client, base: format!("http://{address}"), session, token };
        let path = link.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
        let mut fields = vec![("name", "Sample"), ("email", EMAIL), ("password", PASSWORD)];
        let languages = |kind: &&str| ["en", "ar"].map(|language| format!("{kind}-{language}"));
        let documents: Vec<String> = KINDS.iter().flat_map(languages).collect();
        fields.extend(documents.iter().map(|name| (name.as_str(), "Sample")));
        let made = site.submit(path.context("no path")?, &fields).await?;
        ensure!(made.status() == 303, "the set-up was answered with {}", made.status());
        let entered = site.submit("/login", &[("email", EMAIL), ("password", PASSWORD)]).await?;
        let cookie = entered.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        site.session =
            cookie.and_then(|cookie| cookie.split(';').next()).context("not signed in")?.to_owned();
        let page = site.look("/app/tokens").await?.text().await?;
        let mut fields = vec![("csrf", between(&page, "name=\"csrf\" value=\"", "\"")?), ("days", "0")];
        fields.extend(engine::TokenScope::ALL.iter().map(|scope| ("scope", scope.code())));
        let made = site.submit("/app/tokens", &fields).await?.text().await?;
        site.token = format!("ent_{}", between(&made, "ent_", "<")?);
        Ok(site)
    }

    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Result<Response> {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.post(format!("{}{path}", self.base)).header("host", HOST);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Ok(request.header("cookie", &self.session).body(fields.join("&")).send().await?)
    }

    /// As a browser does.
    async fn look(&self, path: &str) -> Result<Response> {
        let request = self.client.get(format!("{}{path}", self.base)).header("host", HOST);
        Ok(request.header("cookie", &self.session).header("accept", "text/html").send().await?)
    }

    /// As a script does.
    async fn get(&self, path: &str) -> Result<Response> {
        let request = self.client.get(format!("{}{path}", self.base)).header("host", HOST);
        Ok(request.bearer_auth(&self.token).send().await?)
    }

    pub async fn get_json(&self, path: &str) -> Result<Value> {
        let answer = self.get(path).await?;
        ensure!(answer.status() == 200, "{path} was answered with {}", answer.status());
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// A POST that happens once, asked again while it is turned away.
    pub async fn insist(&self, path: &str, body: &Value, key: &str) -> Result<Value> {
        for _ in 0..600 {
            let request = self.client.post(format!("{}{path}", self.base)).header("host", HOST);
            let request = request.header("content-type", "application/json").header("idempotency-key", key);
            let answer = request.bearer_auth(&self.token).body(body.to_string()).send().await?;
            let status = answer.status();
            let said = answer.bytes().await?;
            if status.is_success() {
                return Ok(serde_json::from_slice(&said)?);
            }
            ensure!(status == 503, "{path} was answered with {status}: {}", String::from_utf8_lossy(&said));
            pause(500).await;
        }
        bail!("{path} was turned away for minutes")
    }

    pub async fn connect(&self, pages: &[String]) -> Result<()> {
        let redirect = format!("http://{HOST}/app/pages/connected");
        let form = json!({ "code": "c", "redirect_uri": redirect, "pages": pages });
        let made = self.insist("/api/v1/pages", &form, "connect").await?;
        let count = made.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(count == pages.len(), "{count} pages were connected");
        Ok(())
    }

    /// Our ids of these pages of Meta's, in their order.
    pub async fn ids_of(&self, pages: &[String]) -> Result<Vec<String>> {
        let list = self.get_json("/api/v1/pages?limit=200").await?;
        let items = list.get("items").and_then(Value::as_array).context("no pages")?;
        let id = |meta: &String| {
            let found = items.iter().find(|item| item.to_string().contains(meta.as_str()));
            found.and_then(|item| item.get("id")?.as_str()).map(str::to_owned).context("a page is not there")
        };
        pages.iter().map(id).collect()
    }
}

#[derive(Default)]
pub struct Visits {
    pub console: Tally,
    pub api: Tally,
}

/// Half of them look at pages, half call the API, until the load ends.
pub fn visit(site: &Arc<Site>, people: usize, ended: &Arc<AtomicBool>) -> JoinHandle<Result<Visits>> {
    let (site, ended) = (Arc::clone(site), Arc::clone(ended));
    tokio::spawn(async move {
        let mut tasks = tokio::task::JoinSet::new();
        for person in 0..people {
            tasks.spawn(one(Arc::clone(&site), person, Arc::clone(&ended)));
        }
        let mut all = Visits::default();
        while let Some(done) = tasks.join_next().await {
            let visits = done??;
            all.console.add(visits.console);
            all.api.add(visits.api);
        }
        Ok(all)
    })
}

async fn one(site: Arc<Site>, person: usize, ended: Arc<AtomicBool>) -> Result<Visits> {
    let mut visits = Visits::default();
    let is_browser = person.is_multiple_of(2);
    let mut looks = person;
    while !ended.load(Ordering::Relaxed) {
        let paths: &[&str] = if is_browser { &CONSOLE } else { &API };
        let path = paths.get(looks % paths.len()).copied().unwrap_or_default();
        looks += 1;
        let watch = Watch::start();
        let answer = if is_browser { site.look(path).await } else { site.get(path).await };
        let tally = if is_browser { &mut visits.console } else { &mut visits.api };
        match answer {
            Ok(answer) => {
                let status = answer.status().as_u16();
                let is_told = answer.headers().contains_key("retry-after");
                ensure!(
                    status == 200 || (matches!(status, 429 | 503) && is_told),
                    "{path} was answered with {status}"
                );
                // The page as a whole.
                answer.bytes().await?;
                tally.note(status, watch.seconds());
            }
            Err(_) => tally.note_broken(),
        }
        pause(LOOKS).await;
    }
    Ok(visits)
}
