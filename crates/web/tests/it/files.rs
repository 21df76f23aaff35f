//! What leaves as a file: every answer of the table of routes that is one, and has people in it, is an export that was written
//! down, or stands here with the reason why not (claim A3).

use crate::admin::Person;
use crate::door::{Things, body, own_id};
use crate::home::{Answer, HOST, Home, encoded, form_token};
use crate::people::{self, EMAIL};
use axum::body::Body;
use axum::http::{Method, Request};
use engine::{Actor, Role, views};
use model::time::Span;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use web::routes::{Caller, ROUTES, Route};

const PSID: &str = "psid-7";

/// Files with people in them that leave no entry among the exports, and what there is instead.
const EXCEPTIONS: [(&str, &str); 10] = [
    ("POST /my/export", "the lead's own data, for themselves"),
    ("GET /my/proof/{event}", "the lead's own proof, for themselves"),
    ("GET /account/accepted/{kind}/{version}", "what the account itself accepted, for its holder"),
    ("POST /app/leads/{id}/proof", "one lead's proof: a line on their own page says so"),
    ("GET /api/v1/leads/{id}/proof", "a look at one lead by a token (decision 0012)"),
    ("GET /api/v1/leads/{id}/export", "a look at one lead by a token (decision 0012)"),
    ("POST /admin/audit/export", "no leads: its entry, with the reason, is one of the audit's own"),
    (
        "GET /admin/data-map/record-as-processor.md",
        "no leads: accounts by their ids, as the law asks of a processor (GDPR 30)",
    ),
    ("GET /admin/audit/{id}/proof", "one entry of the audit, of an admin's own act"),
    ("GET /erasure/{code}/receipt", "the receipt of whoever holds its code; it names nobody"),
];

/// Ends or erases something that the others need, and answers with a page. Each is named by a part of its path.
const ENDS: [&str; 8] = ["erase", "logout", "sessions", "revoke", "leave", "close", "/end", "remove"];

/// Exports of which this test has to have seen that they are recorded; without them it would find nothing to look at.
const RECORDED: [&str; 7] = [
    "POST /account/archive",
    "POST /app/leads/exports",
    "POST /app/leads/{id}/export",
    "POST /app/broadcasts/{id}/export",
    "POST /api/v1/leads/exports",
    "POST /api/v1/leads/{id}/export",
    "POST /api/v1/broadcasts/{id}/export",
];

fn is_file(answer: &Answer) -> bool {
    let (kind, how) = (answer.header("content-type"), answer.header("content-disposition"));
    answer.status == 200 && (kind.starts_with("text/csv") || how.starts_with("attachment"))
}

/// Everybody with a door of the first brand's.
struct Everybody<'a> {
    home: &'a Home,
    admin: Person<'a>,
    own_page: String,
    helper: String,
}

impl<'a> Everybody<'a> {
    async fn new(home: &'a Home) -> Self {
        let boss = Actor { role: Role::Admin, ..home.actor() };
        let wanted = engine::actions::support::Wanted {
            helper: "A Sample Helper".to_owned(),
            purpose: "messages do not arrive".to_owned(),
            scopes: model::support::Scope::ALL.to_vec(),
            lasts: model::support::LONGEST,
        };
        let (_, code) = engine::actions::support::grant(&home.engine, &boss, &wanted).await.unwrap();
        let entered = engine::actions::support::enter(&home.engine, boss.brand, code.reveal(), None).await;
        let helper = entered.unwrap().unwrap().reveal().clone();
        let own_page = home.open_own_page(PSID).await;
        Self { home, admin: Person::admin(home).await, own_page, helper }
    }

    async fn ask(&self, route: &Route, path: &str) -> Answer {
        // A proof is of one event: a withdrawal may be in the way of the opt-in.
        let (mut path, mut event) = (path.to_owned(), String::new());
        if route.path.ends_with("/leads/{id}/proof") {
            let lead = path.replace("/app/", "/api/v1/").replace("/proof", "");
            let about = self.home.call("GET", &lead).await.json();
            about["consents"][0]["id"].as_str().unwrap().clone_into(&mut event);
            path = format!("{path}?event={event}");
        }
        let session = if route.caller.is_admins() { &self.admin.session } else { &self.home.session };
        let csrf = match route.caller {
            Caller::Lead => form_token(&self.own_page),
            Caller::Support => form_token(&self.helper),
            _ => self.home.form_token(session).await,
        };
        let request = Request::builder().method(route.method.clone()).uri(&path).header("host", HOST);
        let cookie =
            format!("__Host-session={session}; __Host-my={}; __Host-support={}", self.own_page, self.helper);
        let request = request.header("cookie", cookie);
        let request = request.header("authorization", format!("Bearer {}", self.home.token));
        let is_form = !matches!(route.caller, Caller::Token(_));
        let kind = if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
        let why = "the accountant asked";
        let body = match route.method {
            Method::GET | Method::DELETE => Body::empty(),
            _ if is_form => {
                let fields = [
                    ("csrf", csrf.as_str()),
                    ("why", why),
                    ("lock", "none"),
                    ("form", "csv"),
                    ("event", &event),
                ];
                let fields = fields.map(|(name, value)| format!("{name}={}", encoded(value)));
                Body::from(fields.join("&"))
            }
            _ if path.ends_with("/leads/exports") => {
                Body::from(json!({ "form": "csv", "why": why }).to_string())
            }
            _ => Body::from(body(route.path).unwrap_or_else(|| json!({})).to_string()),
        };
        self.home.ask(request.header("content-type", kind).body(body).unwrap()).await
    }
}

#[tokio::test]
async fn claim_a3_every_file_with_people_in_it_is_an_export_that_is_written_down() {
    let mut home = Home::with_page().await;
    let things = Things::new(&home).await;
    let gone = home.opt_in("psid-8", "hello").await;
    let erased = home.call("DELETE", &format!("/api/v1/leads/{gone}")).await.json();
    let sent = things.of("/broadcasts").to_owned();
    assert_eq!(home.post(&format!("/api/v1/broadcasts/{sent}/send"), &json!({})).await.status, 200);
    home.settle().await;
    // The clock went on to whatever the stations waited for: the proof may have grown too old.
    home.session = people::sign_in(&home.engine, home.brand_id(HOST), EMAIL).await;
    let all = Everybody::new(&home).await;
    let whole = home.on_own_page(&all.own_page, "GET", "/my", &[]).await;
    let proof = whole.text().split("/my/proof/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let lead = things.of("/leads").to_owned();
    let people = [lead, PSID.to_owned(), EMAIL.to_owned(), home.account.to_string()];
    let entries =
        async || views::exports::newest(&home.engine, &home.actor(), None, 200).await.unwrap().len();
    let exceptions: BTreeMap<&str, &str> = EXCEPTIONS.into();
    let (mut recorded, mut excepted, mut nameless) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let ends = |route: &&Route| {
        route.method == Method::DELETE
            || (route.method != Method::GET && ENDS.iter().any(|part| route.path.contains(part)))
    };
    for route in ROUTES.iter().filter(|route| !ends(route)) {
        // A token may call so often.
        home.clock.fixed.advance(Span::millis(200));
        let id = own_id(&home, route.path, &things).await;
        let path = route.path.replace("{id}", &id).replace("{code}", erased["code"].as_str().unwrap());
        let path = path.replace("{event}", &proof).replace("{kind}", "terms").replace("{version}", "1");
        let path = path.replace("{level}/{*tile}", "0/000.p/1");
        let before = entries().await;
        let answer = all.ask(route, &path).await;
        // What cannot be read here counts as having people in it.
        let names = |text: &str| people.iter().any(|one| text.contains(one.as_str()));
        let at = format!("{} {}", route.method, route.path);
        if !is_file(&answer) {
            continue;
        }
        if !std::str::from_utf8(&answer.body).map_or(true, names) {
            nameless.insert(at);
            continue;
        }
        match (entries().await - before, exceptions.get_key_value(at.as_str())) {
            (1, None) => drop(recorded.insert(at)),
            (0, Some((known, _))) => drop(excepted.insert(*known)),
            (new, _) => panic!("{at} gives people away as a file and leaves {new} entries"),
        }
    }
    assert_eq!(recorded, RECORDED.map(str::to_owned).into());
    // Proofs and receipts hold the one they are of in digests alone, and stand in the list all the same.
    let stale: Vec<_> =
        exceptions.keys().filter(|at| !excepted.contains(*at) && !nameless.contains(**at)).collect();
    assert!(
        stale.is_empty() && excepted.len() >= 4,
        "no files any more: {stale:?}; with people: {excepted:?}"
    );
    let last: Value = home.call("GET", "/api/v1/leads/exports").await.json();
    assert_eq!(last["items"].as_array().unwrap().len(), RECORDED.len());
}
