//! What is denied to somebody who is known stands in the audit: each kind, few however often, and nothing that is a mere
//! mistake.

use crate::admin::Person;
use crate::door::Things;
use crate::home::{Answer, HOST, Home, OTHER_HOST};
use crate::owed;
use crate::people::PASSWORD;
use crate::sessions::{Asked, asked};
use axum::body::Body;
use axum::http::Request;
use engine::actions::support::{self, Wanted};
use engine::views::audit::{AuditView, Filter, list};
use engine::{Actor, Role, TokenScope};
use model::id::SupportGrantId;
use model::support::Scope;
use model::time::{Clock, Span};
use serde_json::Value;
use testkit::authenticator::code;

fn admin_of(home: &Home, host: &str) -> Actor {
    Actor { brand: home.brand_id(host), role: Role::Admin, ..home.actor() }
}

/// The entries of denials at this brand, the newest first, once they are written.
pub async fn denials(home: &Home, host: &str) -> Vec<AuditView> {
    home.engine.write_denials().await.unwrap();
    let all = list(&home.engine, &admin_of(home, host), Filter::default(), None, 200).await.unwrap();
    all.into_iter().filter(|entry| entry.kind.starts_with("denied_")).collect()
}

fn fact<'a>(entry: &'a AuditView, name: &str) -> &'a str {
    entry.facts.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.reveal())
}

/// Kind, by whom, and at which route, the oldest first.
pub fn told(entries: &[AuditView]) -> Vec<(&str, &str, &str)> {
    let told = entries.iter().rev();
    told.map(|entry| (entry.kind.as_str(), entry.by.as_str(), fact(entry, "route"))).collect()
}

async fn api(home: &Home, token: &str, path: &str) -> Answer {
    let request = Request::builder().uri(path).header("host", HOST);
    home.ask(request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap()).await
}

/// Somebody who helps and may see this: the grant, and the secret of their session.
async fn helper(home: &Home, scopes: &[Scope]) -> (SupportGrantId, String) {
    let wanted = Wanted {
        helper: "A Sample Helper".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: scopes.to_vec(),
        lasts: Span::hours(4),
    };
    let admin = admin_of(home, HOST);
    let (grant, code) = support::grant(&home.engine, &admin, &wanted).await.unwrap();
    let secret = support::enter(&home.engine, admin.brand, code.reveal(), None).await.unwrap().unwrap();
    (grant, secret.reveal().clone())
}

async fn helps(home: &Home, secret: &str, method: &str, path: &str, body: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", HOST);
    let request = request.header("cookie", format!("__Host-support={secret}"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    home.ask(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn claim_a1_each_kind_of_denial_is_an_entry_of_whose_it_was_with_the_route_and_no_path() {
    let home = Home::with_page().await;
    let things = Things::new(&home).await;
    let lead = things.of("/leads").to_owned();
    let user = Person { home: &home, host: HOST, session: home.session.clone() };
    let admin = Person::admin(&home).await;
    let (grant, secret) = helper(&home, &[Scope::Accounts, Scope::Secrets]).await;
    let helped = support::find(&home.engine, home.brand_id(HOST), &secret).await.unwrap().unwrap();
    let theirs = support::make_token(&home.engine, &helped, "looking for a lost message").await.unwrap();
    assert!(denials(&home, HOST).await.is_empty());

    // A tick for each, so that the newest is the newest.
    let tick = || home.clock.fixed.advance(Span(1_000));
    assert_eq!(user.get("/admin/audit?kind=signed_in&by=holder").await.status, 404);
    tick();
    // The admin is another account of this brand, and the other brand's user is of another.
    assert_eq!(admin.get(&format!("/app/leads/{lead}")).await.status, 404);
    tick();
    let narrow = home.token_with(&[TokenScope::PagesRead]).await;
    api(&home, &narrow, &format!("/api/v1/leads/{lead}?fields=all")).await.is_problem(403, "missing-scope");
    tick();
    let forged =
        Asked { body: "csrf=00".to_owned(), ..asked("POST", "/account/profile", Some(&home.session)) };
    assert_eq!(forged.answer(&home).await.status, 403);
    tick();
    assert_eq!(user.post("/account/prove", &[("password", "not-the-password-1")]).await.status, 422);
    tick();
    assert_eq!(helps(&home, &secret, "GET", &format!("/support/leads/{lead}"), "").await.status, 404);
    tick();
    assert_eq!(helps(&home, &secret, "POST", "/support/leave", "csrf=00").await.status, 403);
    tick();
    api(&home, theirs.reveal(), &format!("/api/v1/leads/{lead}")).await.is_problem(403, "missing-scope");
    tick();

    let entries = denials(&home, HOST).await;
    assert_eq!(
        told(&entries),
        [
            ("denied_page", "holder", "GET /admin/audit"),
            ("denied_id", "admin", "GET /app/leads/{id}"),
            ("denied_scope", "holder", "GET /api/v1/leads/{id}"),
            ("denied_form", "holder", "POST /account/profile"),
            ("denied_proof", "holder", "POST /account/prove"),
            ("denied_grant", "support", "GET /support/leads/{id}"),
            ("denied_form", "support", "POST /support/leave"),
            ("denied_scope", "support", "GET /api/v1/leads/{id}"),
        ]
    );
    for entry in &entries {
        let own = match entry.by.as_str() {
            "holder" => entry.account == Some(home.account) && fact(entry, "grant").is_empty(),
            "admin" => entry.account.is_some_and(|account| account != home.account),
            _ => entry.account.is_none() && fact(entry, "grant") == grant.to_string(),
        };
        assert!(own && fact(entry, "times") == "1", "{entry:?}");
        assert!(entry.by == "support" || fact(entry, "session").len() + fact(entry, "token").len() > 30);
        let told = entry.facts.iter().map(|(_, value)| value.reveal().as_str()).collect::<Vec<_>>().join(" ");
        for hidden in [lead.as_str(), "kind=", "fields", "csrf", "password", &narrow, &secret] {
            assert!(!told.contains(hidden), "{hidden} in {told}");
        }
    }
    // The same at the other brand, whose id it is nowhere: nobody learns whether it is somebody's.
    let other = Person { home: &home, host: OTHER_HOST, session: home.other_session.clone() };
    for id in [lead.as_str(), "led_00000000000000000000000000000007"] {
        assert_eq!(other.get(&format!("/app/leads/{id}")).await.status, 404);
    }
    let at_other = denials(&home, OTHER_HOST).await;
    assert_eq!(told(&at_other), [("denied_id", "holder", "GET /app/leads/{id}")]);
    assert_eq!(denials(&home, HOST).await.len(), 8, "and nothing of it here");
}

#[tokio::test]
async fn claim_a1_a_wrong_proof_is_noted_where_codes_are_switched_off_and_a_passkey_is_taken_off() {
    let home = Home::new().await;
    let passkey = home.add_passkey().await;
    let mut user = Person { home: &home, host: HOST, session: home.session.clone() };
    let secret = owed::set_up(&home, &user).await;
    let hour = || home.clock.fixed.advance(Span::hours(1));
    let right = || code(&secret, home.clock.fixed.now());
    hour();
    for (password, code) in [("not-the-password-1", right()), (PASSWORD, "000000".to_owned())] {
        let off = [("current", password), ("code", code.as_str())];
        assert_eq!(user.post("/account/two-factor/off", &off).await.status, 422);
        hour();
    }
    // A passkey is taken off by whoever has proved lately who they are.
    let remove = format!("/account/passkeys/{passkey}/remove");
    for (path, wrong) in
        [("/account/prove", ("password", "not-the-password-1")), ("/account/prove/passkey", ("answer", "{}"))]
    {
        assert!(user.get(&remove).await.header("location").starts_with("/account/prove?next="));
        assert!(user.post(&remove, &[]).await.header("location").starts_with("/account/prove?next="));
        assert_eq!(user.post(path, &[wrong, ("next", &remove)]).await.status, 422, "{path}");
        hour();
    }
    let routes =
        ["/account/two-factor/off", "/account/two-factor/off", "/account/prove", "/account/prove/passkey"];
    let wanted = routes.map(|path| ("denied_proof", "holder", format!("POST {path}")));
    let entries = denials(&home, HOST).await;
    let told: Vec<_> =
        told(&entries).into_iter().map(|(kind, by, route)| (kind, by, route.to_owned())).collect();
    assert_eq!(told, wanted);
    for entry in &entries {
        assert_eq!((entry.account, fact(entry, "times")), (Some(home.account), "1"));
        assert!(!format!("{:?}", entry.facts).contains(&passkey), "the passkey is not named");
    }
    // And what is right takes both off, and is no denial.
    assert_eq!(user.prove(&remove).await.status, 303);
    assert_eq!(user.post(&remove, &[]).await.header("location"), "/account?done=passkey-removed");
    let off = [("current", PASSWORD), ("code", &right())];
    assert_eq!(
        user.post("/account/two-factor/off", &off).await.header("location"),
        "/account?done=factor-off"
    );
    assert_eq!(denials(&home, HOST).await.len(), 4);
}

#[tokio::test]
async fn claim_a1_a_denial_is_sealed_proven_found_and_taken_out_like_every_entry() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let user = Person { home: &home, host: HOST, session: home.session.clone() };
    user.get("/admin/billing/secret").await;
    user.post("/account/password", &[("current", "not-the-password-1"), ("password", PASSWORD)]).await;
    assert_eq!(denials(&home, HOST).await.len(), 2);
    for (table, rows) in home.content().await {
        let found = rows.windows(14).any(|bytes| bytes == b"/admin/billing");
        assert!(!found, "the route stands readable in {table}");
    }
    home.engine.checkpoint().await.unwrap();
    let page = admin.get("/admin/audit?lang=en&kind=denied_page&by=holder&days=1").await;
    let rows = page.text().split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    assert_eq!(rows.matches("<tr>").count(), 1, "{rows}");
    assert!(
        rows.contains("a page that only admins have") && rows.contains("GET /admin/billing/secret"),
        "{rows}"
    );
    let arabic = admin.get("/admin/audit?lang=ar&kind=denied_page").await;
    assert!(arabic.text().contains("رفض: صفحة لا تتاح إلا للمديرين"), "{}", arabic.text());
    let path = rows.split("href=\"/admin/audit/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(admin.get(&format!("/admin/audit/{path}")).await.status, 200, "it has its file");
    home.clock.fixed.advance(Span(1_000));
    let csv = admin.post("/admin/audit/export", &[("by", "holder"), ("why", "for the auditor")]).await;
    for kind in ["\"denied_page\",\"holder\",\"acc_", "\"denied_proof\",\"holder\",\"acc_"] {
        assert!(csv.text().contains(kind), "{}", csv.text());
    }
    assert!(csv.text().contains("route: POST /account/password"), "{}", csv.text());
}

#[tokio::test]
async fn claim_r4_a_thousand_denials_leave_four_entries_and_the_next_hour_counts_anew() {
    let home = Home::new().await;
    let user = Person { home: &home, host: HOST, session: home.session.clone() };
    for round in 0..10 {
        for path in 0..100 {
            let path = ["/admin/audit", "/admin/log", "/admin/brand"][path % 3];
            assert_eq!(user.get(path).await.status, 404);
        }
        assert!(denials(&home, HOST).await.len() <= 4, "in round {round}");
    }
    let entries = denials(&home, HOST).await;
    let times: Vec<&str> = entries.iter().rev().map(|entry| fact(entry, "times")).collect();
    assert_eq!(times.len(), 4);
    for wanted in ["1", "10", "100", "1000"] {
        assert!(times.contains(&wanted), "{times:?}");
    }
    // A new session is the same person; the next hour is another.
    home.clock.fixed.advance(Span::minutes(59));
    user.get("/admin/audit").await;
    assert_eq!(denials(&home, HOST).await.len(), 4);
    home.clock.fixed.advance(Span::minutes(1));
    user.get("/admin/audit").await;
    let entries = denials(&home, HOST).await;
    assert_eq!((entries.len(), fact(&entries[0], "times")), (5, "1"));
}

#[tokio::test]
async fn claim_a1_who_reaches_a_limit_is_noted_and_whoever_is_not_known_is_only_counted() {
    let home = Home::with_page().await;
    let user = Person { home: &home, host: HOST, session: home.session.clone() };
    let (grant, secret) = helper(&home, &[Scope::Secrets]).await;
    let helped = support::find(&home.engine, home.brand_id(HOST), &secret).await.unwrap().unwrap();
    let theirs = support::make_token(&home.engine, &helped, "looking for a lost message").await.unwrap();
    let own = home.token_with(&[TokenScope::PagesRead]).await;
    let limits = async || {
        let all = denials(&home, HOST).await;
        all.into_iter().filter(|entry| entry.kind == "denied_limit").collect::<Vec<_>>()
    };
    let tick = || home.clock.fixed.advance(Span::hours(1));
    tick();
    // A form that is shown again, and calls by a token of one's own and by one that was made for a helper.
    let mut tried = 0;
    let wrong = [("password", "not-the-password-1")];
    while user.post("/account/prove", &wrong).await.status == 422 {
        tried += 1;
    }
    assert_eq!(tried, 10);
    assert_eq!(user.post("/account/prove", &wrong).await.status, 429);
    assert_eq!(limits().await.len(), 1, "the second is not told");
    for token in [own.as_str(), theirs.reveal()] {
        tick();
        let mut last = api(&home, token, "/api/v1/pages?limit=7").await;
        while last.status == 200 {
            last = api(&home, token, "/api/v1/pages?limit=7").await;
        }
        last.is_problem(429, "too-many");
    }
    let entries = limits().await;
    assert_eq!(
        told(&entries),
        [
            ("denied_limit", "holder", "POST /account/prove"),
            ("denied_limit", "holder", "GET /api/v1/pages"),
            ("denied_limit", "support", "GET /api/v1/pages"),
        ]
    );
    let through = ["session", "token", "grant"];
    for (entry, through) in entries.iter().rev().zip(through) {
        let names: Vec<&str> = entry.facts.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&through) && names.len() == 3, "{names:?}");
        assert_eq!(entry.account, (through != "grant").then_some(home.account));
    }
    assert_eq!(fact(&entries[0], "grant"), grant.to_string());
    // Whoever tries links out is nobody.
    let before =
        list(&home.engine, &admin_of(&home, HOST), Filter::default(), None, 200).await.unwrap().len();
    while home.visit("GET", "/u/AAAA").await.status != 429 {}
    home.engine.write_denials().await.unwrap();
    let after = list(&home.engine, &admin_of(&home, HOST), Filter::default(), None, 200).await.unwrap().len();
    assert_eq!(after, before);
    let counted = engine::views::standing::read(&home.engine).await.unwrap().counted.limited;
    assert_eq!(counted, [("call", 2), ("proof", 2), ("unsubscribe", 1)].into());
}

#[tokio::test]
async fn claim_r4_a_mistake_and_whoever_is_not_known_leave_no_entry() {
    let home = Home::with_page().await;
    let user = Person { home: &home, host: HOST, session: home.session.clone() };
    let admin = Person::admin(&home).await;
    let counted = async || {
        home.engine.write_denials().await.unwrap();
        list(&home.engine, &admin_of(&home, HOST), Filter::default(), None, 200).await.unwrap().len()
    };
    let before = counted().await;
    // A page that does not exist, an id that is none, a form that does not fit, another method.
    for (path, status) in [("/app/nothing", 404), ("/app/leads/xyz", 404), ("/nothing", 404)] {
        assert_eq!(user.get(path).await.status, status, "{path}");
    }
    assert_eq!(user.post("/app", &[]).await.status, 405);
    assert_eq!(admin.post("/admin/brand/colours", &[("primary", "red")]).await.status, 422);
    home.post("/api/v1/broadcasts", &Value::Null).await.is_problem(422, "invalid");
    home.call("GET", "/api/v1/leads/xyz").await.is_problem(404, "not-found");
    // A proof that is too old, or owed.
    home.clock.fixed.advance(Span::minutes(20));
    let asked_again = user.get("/account/archive").await;
    assert!(asked_again.header("location").starts_with("/account/prove"), "{}", asked_again.text());
    // A session that ran out, and none.
    let gone =
        Person { session: "A".repeat(43), ..Person { home: &home, host: HOST, session: String::new() } };
    assert_eq!(gone.get("/admin/audit").await.status, 303);
    assert_eq!(home.visit("GET", "/admin/audit").await.status, 303);
    // Nobody's token, a link and a code that lead nowhere.
    api(&home, "ent_AAAA", "/api/v1/leads").await.is_problem(401, "unauthorized");
    home.visit("GET", "/erasure/none").await;
    home.visit("POST", "/u/AAAA").await;
    assert_eq!(counted().await, before);
}
