//! Who gets in where: every route of the table, called by everybody who may not.

use crate::admin::Person;
use crate::home::{Answer, HOST, Home, OTHER_HOST};
use crate::people;
use crate::sessions::{Asked, asked};
use axum::body::Body;
use axum::http::{Method, Request};
use engine::TokenScope;
use model::time::Span;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use web::routes::{Caller, Keeping, ROUTES};

/// A path of the table with ids filled in, so that it leads to the route.
fn filled(path: &str) -> String {
    let nouns = [
        ("leads", "led"),
        ("pages", "pag"),
        ("tokens", "tok"),
        ("tags", "tag"),
        ("templates", "tpl"),
        ("passkeys", "pky"),
        ("requests", "req"),
        ("breaches", "bre"),
        ("audit", "aud"),
    ];
    let id = nouns.into_iter().find(|(noun, _)| path.contains(noun)).map_or("brd", |(_, id)| id);
    path.replace("{id}", &format!("{id}_{}", "0".repeat(32)))
        .replace("{token}", "AAAA")
        .replace("{code}", "none")
        .replace("{event}", &format!("con_{}", "0".repeat(32)))
        .replace("{file}", "0.css")
        .replace("{level}/{*tile}", "0/000.p/1")
        .replace("{language}", "en")
        .replace("{part}", "name")
        .replace("{kind}", "terms")
        .replace("{version}", "1")
}

/// What a route wants to read; nothing for most.
pub fn body(path: &str) -> Option<Value> {
    let lead = format!("led_{}", "0".repeat(32));
    match path.rsplit('/').next() {
        Some("schedule") => Some(json!({ "local": "2026-12-24T18:00", "zone": "Europe/Dublin" })),
        Some("again") => Some(json!({ "unknown_too": true })),
        Some("bot") => Some(json!({ "version": 0, "settings": { "is_on": false } })),
        Some("export") if path.starts_with("/api/") => Some(json!({ "why": "somebody asked" })),
        Some("{id}") if path.contains("/broadcasts/") => {
            Some(json!({ "purpose": "promotion", "text": "Fresh bread" }))
        }
        Some("try") => Some(json!({ "said": { "kind": "get_started" } })),
        Some("leads") if path.contains("/tags/") => Some(json!({ "leads": [lead], "bears": true })),
        _ => None,
    }
}

/// One of each thing that a path can name.
pub struct Things {
    lead: String,
    broadcast: String,
    template: String,
    tag: String,
    passkey: String,
    request: String,
    breach: String,
    audit: String,
    grant: String,
}

impl Things {
    pub async fn new(home: &Home) -> Self {
        let lead = home.opt_in("psid-7", "hello").await;
        let id = |answer: Answer| answer.json()["id"].as_str().unwrap().to_owned();
        let form = json!({ "purpose": "promotion", "text": "Hi" });
        let broadcast = id(home.post("/api/v1/broadcasts", &form).await);
        let page = home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].clone();
        let form = json!({ "page": page, "name": "ready", "language": "en", "body": "It is ready." });
        let template = id(home.post("/api/v1/templates", &form).await);
        let tag = id(home.post("/api/v1/tags", &json!({ "name": "regulars" })).await);
        let admin = engine::Actor { role: engine::Role::Admin, ..home.actor() };
        let kind = model::request::RequestKind::Access;
        let now = model::time::Clock::now(&home.clock.fixed);
        let request = engine::actions::requests::note(&home.engine, &admin, kind, now, "4711").await;
        let request = request.unwrap().to_string();
        let breach = engine::actions::breaches::note(&home.engine, &admin, ("4711", ""), now, false).await;
        let breach = breach.unwrap().to_string();
        home.engine.checkpoint().await.unwrap();
        let all = engine::views::audit::Filter::default();
        let audit =
            engine::views::audit::list(&home.engine, &admin, all, None, 1).await.unwrap()[0].id.to_string();
        let wanted = engine::actions::support::Wanted {
            helper: "A Sample Helper".to_owned(),
            purpose: "messages do not arrive".to_owned(),
            scopes: model::support::Scope::ALL.to_vec(),
            lasts: Span::hours(72),
        };
        let grant =
            engine::actions::support::grant(&home.engine, &admin, &wanted).await.unwrap().0.to_string();
        let passkey = home.add_passkey().await;
        Self { lead, broadcast, template, tag, passkey, request, breach, audit, grant }
    }

    pub fn of(&self, path: &str) -> &str {
        match path {
            path if path.contains("/requests") => &self.request,
            path if path.contains("/breaches") => &self.breach,
            path if path.starts_with("/admin/support") => &self.grant,
            path if path.contains("/audit") => &self.audit,
            path if path.contains("/tags") => &self.tag,
            path if path.contains("/templates") => &self.template,
            path if path.contains("/leads") => &self.lead,
            path if path.contains("/passkeys") => &self.passkey,
            _ => &self.broadcast,
        }
    }
}

async fn ask(home: &Home, method: &Method, path: &str, host: &str, token: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method.clone()).uri(filled(path)).header("host", host);
    request = request.header("accept", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    home.ask(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_guarded_route_refuses_strangers_wrong_scopes_and_other_brands() {
    let home = Home::with_page().await;
    let before = home.content().await;
    let mut guarded = 0;
    for route in ROUTES {
        let scope = match route.caller {
            Caller::Token(scope) => scope,
            _ => continue,
        };
        guarded += 1;
        let at = format!("{} {}", route.method, route.path);
        // Whoever is wrong too often is told to wait.
        home.clock.fixed.advance(Span::minutes(2));
        let stranger = ask(&home, &route.method, route.path, HOST, None).await;
        stranger.is_problem(401, "unauthorized");
        assert_eq!(stranger.header("www-authenticate"), "Bearer", "{at}");
        for token in ["", "ent_", "ent_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            ask(&home, &route.method, route.path, HOST, Some(token)).await.is_problem(401, "unauthorized");
        }
        let others: Vec<TokenScope> = TokenScope::ALL.into_iter().filter(|other| *other != scope).collect();
        let narrow = home.token_with(&others).await;
        let refused = ask(&home, &route.method, route.path, HOST, Some(&narrow)).await;
        refused.is_problem(403, "missing-scope");
        assert!(refused.json()["detail"].as_str().unwrap().contains(scope.code()), "{at}");
        // Another brand's token here, and ours at the other brand's host.
        ask(&home, &route.method, route.path, HOST, Some(&home.other_token))
            .await
            .is_problem(401, "unauthorized");
        ask(&home, &route.method, route.path, OTHER_HOST, Some(&home.token))
            .await
            .is_problem(401, "unauthorized");
    }
    assert_eq!(guarded, 40);
    // Only the tokens that this test made are new.
    let after = home.content().await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert_eq!(home.call("GET", "/api/v1/broadcasts").await.json()["items"], json!([]));
}

/// The id of something of the first brand's that this path is about.
pub async fn own_id(home: &Home, path: &str, things: &Things) -> String {
    if path.contains("tokens") {
        return home.own_token().await;
    }
    if path.contains("/admin/accounts") || path.contains("/support/accounts") {
        return home.account.to_string();
    }
    if path.contains("/admin/plans") {
        // A brand's first plan bears the brand's own id.
        return model::id::PlanId(home.brand_id(HOST).0).to_string();
    }
    if path.contains("sessions") {
        // A lead's cookie may stand behind it.
        let own = home.session.split(';').next().unwrap();
        let who = engine::actions::sign_in::find(&home.engine, home.brand_id(HOST), own).await;
        return who.unwrap().unwrap().session.to_string();
    }
    if !path.contains("pages") {
        return things.of(path).to_owned();
    }
    let pages = home.call("GET", "/api/v1/pages").await.json();
    pages["items"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_belongs_to_another_brand_does_not_exist() {
    let home = Home::with_page().await;
    let things = Things::new(&home).await;
    let before = home.content().await;
    for route in ROUTES.iter().filter(|route| route.path.contains("{id}")) {
        let id = own_id(&home, route.path, &things).await;
        let request = Request::builder().method(route.method.clone()).uri(route.path.replace("{id}", &id));
        let is_user = route.caller.is_signed_in();
        let kind = if is_user { "application/x-www-form-urlencoded" } else { "application/json" };
        let request = request
            .header("host", OTHER_HOST)
            .header("accept", "application/json")
            .header("content-type", kind)
            .header("cookie", format!("__Host-session={}", home.other_session))
            .header("authorization", format!("Bearer {}", home.other_token));
        let body = match body(route.path).filter(|_| !is_user).map(|body| body.to_string()) {
            _ if route.method.is_safe() || route.method == Method::DELETE => Body::empty(),
            _ if is_user => Body::from(format!("csrf={}", home.form_token(&home.other_session).await)),
            body => Body::from(body.unwrap_or_default()),
        };
        home.ask(request.body(body).unwrap()).await.is_problem(404, "not-found");
    }
    for path in ["/api/v1/leads", "/api/v1/pages", "/api/v1/broadcasts", "/api/v1/templates", "/api/v1/tags"]
    {
        let request = Request::builder().uri(path).header("host", OTHER_HOST);
        let request = request.header("authorization", format!("Bearer {}", home.other_token));
        assert_eq!(home.ask(request.body(Body::empty()).unwrap()).await.json()["items"], json!([]), "{path}");
    }
    assert!(before == home.content().await);
}

#[tokio::test]
async fn safe_methods_change_nothing_anywhere() {
    let mut home = Home::with_page().await;
    let things = Things::new(&home).await;
    let unsubscribe = home.unsubscribe_path().await;
    let gone = home.opt_in("psid-8", "hello").await;
    let erased = home.call("DELETE", &format!("/api/v1/leads/{gone}")).await.json();
    home.settle().await;
    let open = home.open_own_page("psid-7").await;
    let link = home.own_page_link("psid-7").await;
    // The clock went on to whatever the stations waited for: the proof may have grown too old.
    home.session = people::sign_in(&home.engine, home.brand_id(HOST), people::EMAIL).await;
    home.session = format!("{}; __Host-my={open}", home.session);
    // Something is set, so that there is something to give back.
    let admin = Person::admin(&home).await;
    assert_eq!(admin.post("/admin/brand/name", &[("name", "Bread")]).await.status, 303);
    let whole = home.call("GET", "/my").await;
    let proof = whole.text().split("/my/proof/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let before = home.content().await;
    let mut reached = BTreeSet::new();
    for route in ROUTES {
        // A token may call so often.
        home.clock.fixed.advance(Span::millis(200));
        let id = own_id(&home, route.path, &things).await;
        let path = route.path.replace("{id}", &id).replace("{code}", erased["code"].as_str().unwrap());
        let path = path
            .replace("/u/{token}", &unsubscribe)
            .replace("/my/{token}", &link)
            .replace("{event}", &proof)
            .replace("{file}", "0.css")
            .replace("{level}/{*tile}", "0/000.p/1");
        let path = path.replace("{language}", "en").replace("{part}", "name");
        let path = path.replace("{kind}", "terms").replace("{version}", "1").replace("{number}", "1");
        for method in ["GET", "HEAD", "OPTIONS"] {
            for _ in 0..2 {
                let answer = if route.caller.is_admins() {
                    admin.ask(method, &path).await
                } else {
                    home.call(method, &path).await
                };
                // The dialog is elsewhere, and a broadcast that was sent is not sent again.
                if answer.status == 200 || answer.status == 303 {
                    reached.insert((method, route.path));
                }
            }
        }
    }
    assert!(before == home.content().await, "a safe method changed the data");
    // All but the stale style sheet, the handshake without its token, the mailbox and the two of the witness that
    // are not there, the five kinds of mailed links
    // (`mailed_links_do_nothing_when_they_are_only_looked_at`), the summary of a grant that is open, the map and the
    // two of a brand's end that nobody announced, and the eight pages of
    // a helper, whose looks are written down (`support::claim_r5_what_a_helper_opens_is_written_down`)
    // were really reached.
    let readable = ROUTES.iter().filter(|route| route.method == Method::GET).count();
    assert_eq!(reached.iter().filter(|(method, _)| *method == "GET").count(), readable - 22, "{reached:?}");
}

#[tokio::test]
async fn a_host_without_a_brand_is_told_so_and_needs_none_for_what_is_everybody_s() {
    let home = Home::new().await;
    for route in ROUTES.iter().filter(|route| !matches!(route.caller, Caller::Anyone | Caller::Meta)) {
        let answer = ask(&home, &route.method, route.path, "elsewhere.example", Some(&home.token)).await;
        answer.is_problem(421, "unknown-host");
    }
    let request = Request::builder().uri("/nothing").body(Body::empty()).unwrap();
    home.ask(request).await.is_problem(421, "unknown-host");
    // A browser is shown what to do, in its language; which names there are it is not.
    for (spoken, title) in [("en", "No page lives at this address"), ("ar-JO", "لا توجد صفحة على هذا العنوان")]
    {
        for path in ["/", "/app", "/nothing"] {
            let asked = Request::builder().uri(path).header("host", "127.0.0.1:8480");
            let asked = asked.header("accept", "text/html,*/*;q=0.8").header("accept-language", spoken);
            let answer = home.ask(asked.body(Body::empty()).unwrap()).await;
            let (text, kind) = (answer.text(), answer.header("content-type"));
            assert_eq!((answer.status.as_u16(), kind), (421, "text/html; charset=utf-8"), "{path}: {text}");
            assert!(text.contains(title) && text.contains("brand.toml"), "{text}");
            for brand in crate::home::BRANDS.map(crate::home::brand) {
                assert!(!brand.hosts.iter().any(|host| text.contains(host.as_str())), "{text}");
                assert!(!text.contains(&brand.name), "{text}");
            }
        }
    }
    let api = Request::builder().uri("/api/v1/leads").header("accept", "text/html");
    home.ask(api.body(Body::empty()).unwrap()).await.is_problem(421, "unknown-host");
    for path in ["/healthz", "/readyz", "/.well-known/entente/log-key"] {
        let answer = ask(&home, &Method::GET, path, "elsewhere.example", None).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    // Ports and case do not matter.
    assert_eq!(
        ask(&home, &Method::GET, "/api/v1/openapi.json", "LeangzBotChat.localhost:8443", None).await.status,
        200
    );
}

#[tokio::test]
async fn claim_x10_every_answer_carries_the_protecting_headers() {
    let home = Home::with_page().await;
    let mut answers = vec![
        ("nothing", None, home.visit("GET", "/nothing").await),
        ("wrong method", None, home.visit("PUT", "/healthz").await),
        ("delivery", None, home.deliver(&home.event("p", &json!({ "text": "hi" }))).await),
    ];
    for route in ROUTES {
        for token in [Some(home.token.as_str()), None] {
            let answer = ask(&home, &route.method, route.path, HOST, token).await;
            answers.push((route.path, Some(route.keeping), answer));
        }
    }
    let mut scripted = 0;
    for (at, keeping, answer) in answers {
        let policy = answer.header("content-security-policy");
        let of = |name: &str| {
            let own = policy.split(';').map(str::trim).find_map(|part| part.strip_prefix(name));
            own.map(str::trim)
        };
        // Nothing but files of ours runs, on the pages that have any; styles are files too.
        assert!(matches!(of("script-src"), None | Some("'self'")), "{at}: {policy}");
        assert!(matches!(of("connect-src"), None | Some("'self'")), "{at}: {policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
            "{at}: {policy}"
        );
        scripted += u32::from(of("script-src").is_some());
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{at}: {part}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{at}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{at}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{at}");
        assert!(answer.header("permissions-policy").contains("geolocation=()"), "{at}");
        let transport = answer.header("strict-transport-security");
        assert!(transport.contains("max-age=63072000") && transport.contains("includeSubDomains"), "{at}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "",
            "{at}: nothing is shared with other sites"
        );
        assert_eq!(answer.header("x-frame-options"), "DENY", "{at}");
        assert_eq!(answer.header("cross-origin-embedder-policy"), "require-corp", "{at}");
        let (cache, referrer) = (answer.header("cache-control"), answer.header("referrer-policy"));
        match keeping {
            Some(Keeping::Console) => assert_eq!((cache, referrer), ("no-store", "same-origin"), "{at}"),
            Some(Keeping::Private | Keeping::Portal) => {
                assert_eq!((cache, referrer), ("no-store", "no-referrer"), "{at}");
            }
            // What is public may be asked for anew, or its address names what it is; what went wrong is never kept.
            Some(Keeping::Fresh | Keeping::Forever) if answer.status.is_success() => {
                assert!(
                    ["no-cache", "public, max-age=31536000, immutable"].contains(&cache),
                    "{at}: {cache}"
                );
                assert_eq!(referrer, "same-origin", "{at}");
            }
            _ => assert_eq!(cache, "no-store", "{at}"),
        }
        assert_eq!(answer.header("set-cookie"), "", "{at}");
    }
    assert!(scripted > 20, "the search finds pages with scripts: {scripted}");
}

#[tokio::test]
async fn claim_x2_browsers_are_told_to_stay_with_https_and_what_signs_in_travels_by_nothing_else() {
    let home = Home::with_page().await;
    let mut answers = vec![("nothing", home.visit("GET", "/nothing").await)];
    for route in ROUTES {
        answers.push((route.path, ask(&home, &route.method, route.path, HOST, None).await));
    }
    for (at, answer) in &answers {
        let told = answer.header("strict-transport-security");
        assert_eq!(told, "max-age=63072000; includeSubDomains", "{at}");
    }
    home.opt_in("psid-7", "hello").await;
    let own = home.visit("POST", &home.own_page_link("psid-7").await).await;
    let body = format!("email={}&password={}", people::EMAIL, people::PASSWORD);
    let signed_in = Asked { body, ..asked("POST", "/login", None) }.answer(&home).await;
    for (answer, name) in [(own, "__Host-my"), (signed_in, "__Host-session")] {
        let cookie = answer.header("set-cookie").to_owned();
        let (own, attributes) = cookie.split_once(';').unwrap();
        assert!(own.starts_with(&format!("{name}=")), "{cookie}");
        let attributes: Vec<&str> = attributes.split(';').map(str::trim).collect();
        for wanted in ["Secure", "HttpOnly", "Path=/", "SameSite=Strict"] {
            assert!(attributes.contains(&wanted), "{wanted} is missing: {cookie}");
        }
    }
}

#[tokio::test]
async fn claim_x10_what_is_somebodys_is_in_no_cache_and_its_address_goes_nowhere() {
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    for route in ROUTES.iter().filter(|route| route.method == Method::GET) {
        home.clock.fixed.advance(Span::secs(1));
        let path = filled(route.path).replace("{number}", "1");
        let answers = [
            ask(&home, &route.method, route.path, HOST, None).await,
            home.call("GET", &path).await,
            admin.ask("GET", &path).await,
        ];
        let (cache, referrer): (&[&str], _) = match route.keeping {
            Keeping::Console => (&["no-store"], "same-origin"),
            Keeping::Private | Keeping::Portal => (&["no-store"], "no-referrer"),
            Keeping::Fresh => (&["no-cache", "no-store"], "same-origin"),
            Keeping::Forever => {
                assert_eq!(route.path, "/assets/{file}", "only what is named by its content");
                continue;
            }
        };
        for answer in answers {
            assert!(
                cache.contains(&answer.header("cache-control")),
                "{path}: {}",
                answer.header("cache-control")
            );
            // What is not there is kept as what is somebody's.
            let is_there = answer.status.is_success() || route.keeping != Keeping::Fresh;
            let referrer = if is_there { referrer } else { "no-referrer" };
            assert_eq!(answer.header("referrer-policy"), referrer, "{path}");
        }
    }
    // What looks like a file behind a page of somebody's is nothing, and not kept either.
    for path in
        ["/app/leads/a.css", "/app/a.js", "/account/a.css", "/my/a/a.css", "/app;a.css", "/app%2fa.css"]
    {
        let answer = home.call("GET", path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.header("cache-control").contains("public"), "{path}");
    }
}

#[tokio::test]
async fn an_address_that_is_nothing_gets_a_page_or_a_problem_as_it_was_asked() {
    let home = Home::new().await;
    let page = home.visit("GET", "/nothing").await;
    assert_eq!(page.status, 404);
    assert!(
        page.text().contains("There is nothing here") && page.text().contains("<bdi>leangzbotchat</bdi>")
    );
    home.visit("GET", "/api/v1/nothing").await.is_problem(404, "not-found");
    let request =
        Request::builder().uri("/nothing").header("host", HOST).header("accept", "application/json");
    home.ask(request.body(Body::empty()).unwrap()).await.is_problem(404, "not-found");
    let wrong = home.visit("DELETE", "/healthz").await;
    wrong.is_problem(405, "wrong-method");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn the_log_shows_its_key_and_its_checkpoint_once_there_is_one() {
    let home = Home::with_page().await;
    let key = home.visit("GET", "/.well-known/entente/log-key").await;
    assert!(key.text().starts_with("log.brand.example/entente+"), "{}", key.text());
    assert_eq!(key.header("content-type"), "text/plain; charset=utf-8");
    home.opt_in("psid-7", "hello").await;
    let checkpoint = home.visit("GET", "/.well-known/entente/checkpoint").await;
    assert!(checkpoint.text().starts_with("log.brand.example/entente\n"), "{}", checkpoint.text());
}

#[tokio::test]
async fn it_serves_on_a_socket_until_it_is_told_to_stop() {
    let home = Home::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move { drop(stopped.await) };
    let serving = tokio::spawn(web::serve(listener, home.router.clone(), shutdown));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\nok\n"), "{answer}");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
