//! Brands do not see each other: what belongs to another brand is answered as what never existed, to the byte
//! and by the same statements, whoever asks and wherever an id can stand.

use crate::admin::{LOGO, Person};
use crate::door::{Things, body, own_id};
use crate::home::{Answer, HOST, Home, OTHER_HOST, form_token};
use crate::people::EMAIL;
use axum::body::Body;
use axum::http::{Method, Request};
use engine::Whence;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use web::routes::{ROUTES, Route};

/// Somebody of the other brand, with all that opens doors there.
struct Other<'a> {
    home: &'a Home,
    user: String,
    admin: String,
    /// The session of somebody who helps there, and may see everything.
    helper: String,
    accept: &'static str,
}

impl<'a> Other<'a> {
    async fn new(home: &'a Home) -> Self {
        let admin = home.admin_session_of(OTHER_HOST).await;
        let boss =
            engine::Actor { brand: home.brand_id(OTHER_HOST), role: engine::Role::Admin, ..home.actor() };
        let wanted = engine::actions::support::Wanted {
            helper: "A Sample Helper".to_owned(),
            purpose: "messages do not arrive".to_owned(),
            scopes: model::support::Scope::ALL.to_vec(),
            lasts: model::support::LONGEST,
        };
        let (_, code) = engine::actions::support::grant(&home.engine, &boss, &wanted).await.unwrap();
        let entered = engine::actions::support::enter(&home.engine, boss.brand, code.reveal(), None).await;
        let helper = entered.unwrap().unwrap().reveal().clone();
        Self { home, user: home.other_session.clone(), admin, helper, accept: "application/json" }
    }

    async fn ask(&self, route: &Route, session: &str, path: &str) -> Answer {
        let is_helper = route.caller == web::routes::Caller::Support;
        let is_form = route.caller.is_signed_in() || is_helper;
        let kind = if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
        let request = Request::builder()
            .method(route.method.clone())
            .uri(path)
            .header("host", OTHER_HOST)
            .header("accept", self.accept)
            .header("content-type", kind)
            .header("cookie", format!("__Host-session={session}; __Host-support={}", self.helper))
            .header("authorization", format!("Bearer {}", self.home.other_token));
        let body = match body(route.path).filter(|_| !is_form).map(|body| body.to_string()) {
            _ if route.method.is_safe() || route.method == Method::DELETE => Body::empty(),
            _ if is_helper => {
                let token = form_token(&self.helper);
                Body::from(format!("csrf={token}&reason=looking+for+a+message"))
            }
            _ if is_form => Body::from(format!("csrf={}", self.home.form_token(session).await)),
            body => Body::from(body.unwrap_or_default()),
        };
        self.home.ask(request.body(body).unwrap()).await
    }

    /// Who may call the route: its admin at all of them, its user where users may.
    fn callers(&self, route: &Route) -> Vec<&str> {
        if route.caller.is_admins() { vec![&self.admin] } else { vec![&self.user, &self.admin] }
    }
}

/// An id of the same kind that was never anybody's.
fn nobody_s(id: &str) -> String {
    let (prefix, digits) = id.split_once('_').unwrap();
    format!(
        "{prefix}_{}",
        digits.chars().rev().map(|digit| if digit == '7' { '8' } else { '7' }).collect::<String>()
    )
}

/// The answer as its reader has it, but for the number that names this one answer.
fn told(answer: &Answer) -> (u16, BTreeMap<String, String>, String) {
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut text = String::new();
    for word in answer.text().split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_number = bare.len() == 16 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        text.push_str(if is_number { "<number>" } else { word });
    }
    (answer.status.as_u16(), headers.collect(), text)
}

#[tokio::test]
async fn claim_r4_what_is_another_brand_s_is_answered_to_the_byte_as_what_never_existed() {
    let home = Home::with_page().await;
    let things = Things::new(&home).await;
    let mut other = Other::new(&home).await;
    for accept in ["text/html", "application/json"] {
        other.accept = accept;
        let before = home.content().await;
        let mut compared = 0;
        for route in ROUTES.iter().filter(|route| route.path.contains("{id}")) {
            let id = own_id(&home, route.path, &things).await;
            for session in other.callers(route) {
                let at = format!("{} {} as {accept}", route.method, route.path);
                let theirs = other.ask(route, session, &route.path.replace("{id}", &id)).await;
                let none = other.ask(route, session, &route.path.replace("{id}", &nobody_s(&id))).await;
                assert_eq!(theirs.status, 404, "{at}");
                assert_eq!(told(&theirs), told(&none), "{at}");
                compared += 1;
            }
        }
        assert!(compared > 60, "the search finds what it looks for: {compared}");
        assert!(before == home.content().await, "nothing was changed");
    }
}

#[tokio::test]
async fn claim_r4_an_id_of_another_brand_s_within_a_request_is_an_id_of_nobody_s() {
    let home = Home::with_page().await;
    let things = Things::new(&home).await;
    let page = home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let (lead, tag) = (things.of("/leads"), things.of("/tags"));
    let post = async |path: &str, body: &Value| {
        let request = Request::builder().method("POST").uri(path).header("host", OTHER_HOST);
        let request = request.header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", home.other_token));
        home.ask(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let own = post("/api/v1/tags", &json!({ "name": "own" })).await.json();
    let own = format!("/api/v1/tags/{}/leads", own["id"].as_str().unwrap());
    let template = |page: &str| json!({ "page": page, "name": "ready", "language": "en", "body": "Ready." });
    let broadcast = |page: &str| json!({ "purpose": "promotion", "text": "Hi", "pages": [page] });
    let tagged = |tag: &str| json!({ "purpose": "promotion", "text": "Hi", "filter": { "tags": [tag] } });
    let leads = |lead: &str| json!({ "leads": [lead], "bears": true });
    for (path, theirs, none) in [
        ("/api/v1/templates", template(&page), template(&nobody_s(&page))),
        ("/api/v1/broadcasts", broadcast(&page), broadcast(&nobody_s(&page))),
        ("/api/v1/broadcasts", tagged(tag), tagged(&nobody_s(tag))),
        (own.as_str(), leads(lead), leads(&nobody_s(lead))),
    ] {
        let (theirs, none) = (post(path, &theirs).await, post(path, &none).await);
        assert!(theirs.status.is_client_error(), "{path}: {} {}", theirs.status, theirs.text());
        assert_eq!(told(&theirs), told(&none), "{path}");
    }
    // Found by what Meta calls them: the page is not this brand's, so nobody is there.
    let other = Person { home: &home, host: OTHER_HOST, session: home.other_session.clone() };
    let mut found = Vec::new();
    for (page, psid) in [(page.as_str(), "psid-7"), (page.as_str(), "psid-9"), (&nobody_s(&page), "psid-7")] {
        found.push(told(&other.post("/app/leads/find", &[("page", page), ("psid", psid)]).await));
    }
    assert_eq!(found[0].0, 404, "{found:?}");
    assert!(found.iter().all(|answer| *answer == found[0]), "{found:?}");
}

#[tokio::test]
async fn claim_r4_a_link_a_session_and_a_file_of_one_brand_are_nothing_at_another_s_host() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    let unsubscribe = home.unsubscribe_path().await;
    let gone = home.opt_in("psid-8", "hello").await;
    let erased = home.call("DELETE", &format!("/api/v1/leads/{gone}")).await.json();
    home.settle().await;
    let admin = Person::admin(&home).await;
    assert_eq!(admin.set_logo(LOGO).await.status, 303);
    let page = home.visit("GET", "/login").await.text().to_owned();
    let files = page.split("/assets/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let files: Vec<&str> = files
        .filter(|file| !["tabler", "passkeys", "once"].iter().any(|shared| file.starts_with(shared)))
        .collect();
    assert!(files.len() >= 3 && files.iter().any(|file| file.starts_with("logo.")), "{files:?}");
    let at = async |host: &str, method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header("host", host);
        let request = request.header("accept", "text/html").header("accept-language", "en");
        home.ask(request.body(Body::empty()).unwrap()).await
    };
    for file in files {
        assert_eq!(at(HOST, "GET", &format!("/assets/{file}")).await.status, 200, "{file}");
        let theirs = at(OTHER_HOST, "GET", &format!("/assets/{file}")).await;
        let none =
            at(OTHER_HOST, "GET", &format!("/assets/{}", file.replace(|c: char| c.is_ascii_digit(), "0")))
                .await;
        assert_eq!(told(&theirs), told(&none), "{file}");
    }
    let code = erased["code"].as_str().unwrap();
    let brand = home.brand_id(HOST);
    engine::actions::recovery::forgotten(&home.engine, brand, EMAIL, &Whence::default()).await.unwrap();
    let reset = home.mails.link(&home.engine, "password_forgotten", "/account/reset/").await;
    for (path, none) in [
        (unsubscribe, format!("/u/{}", "A".repeat(43))),
        (format!("/erasure/{code}"), "/erasure/none".to_owned()),
        (format!("/erasure/{code}/receipt"), "/erasure/none/receipt".to_owned()),
        (reset, format!("/account/reset/{}", "A".repeat(43))),
    ] {
        assert_eq!(at(HOST, "GET", &path).await.status, 200, "{path}");
        for method in ["GET", "POST"] {
            let (theirs, none) = (at(OTHER_HOST, method, &path).await, at(OTHER_HOST, method, &none).await);
            assert_ne!(theirs.status, 200, "{method} {path}");
            assert_eq!(told(&theirs), told(&none), "{method} {path}");
        }
    }
}

/// Notes the names of the statements that run.
struct Names(Arc<Mutex<Vec<String>>>);

struct Name<'a>(&'a mut Vec<String>);

impl Visit for Name<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "statement" {
            self.0.push(value.to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Names {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::TRACE && metadata.target().starts_with("store")
    }
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Name(&mut self.0.lock().unwrap()));
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Each test has a process of its own, so what is noted is this one's.
#[tokio::test]
async fn claim_r4_not_found_takes_the_same_statements_for_what_is_another_brand_s_and_for_what_never_existed()
{
    let ran = Arc::new(Mutex::new(Vec::new()));
    tracing::subscriber::set_global_default(Names(Arc::clone(&ran))).unwrap();
    let home = Home::with_page().await;
    let things = Things::new(&home).await;
    let other = Other::new(&home).await;
    assert!(!ran.lock().unwrap().is_empty(), "statements are noted");
    for route in ROUTES.iter().filter(|route| route.path.contains("{id}")) {
        let id = own_id(&home, route.path, &things).await;
        for session in other.callers(route) {
            let at = format!("{} {}", route.method, route.path);
            // The first time, keys are opened that are at hand afterwards.
            other.ask(route, session, &route.path.replace("{id}", &nobody_s(&id))).await;
            let mut noted = Vec::new();
            for id in [&id, &nobody_s(&id)] {
                ran.lock().unwrap().clear();
                assert_eq!(
                    other.ask(route, session, &route.path.replace("{id}", id)).await.status,
                    404,
                    "{at}"
                );
                noted.push(std::mem::take(&mut *ran.lock().unwrap()));
            }
            assert_eq!(noted[0], noted[1], "{at}");
            assert!(noted[0].len() > 1, "{at}: {noted:?}");
        }
    }
}
