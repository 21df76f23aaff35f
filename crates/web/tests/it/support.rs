//! Access for support over HTTP and in a browser: an admin grants it, a helper comes in, sees what nobody is named on, is
//! shown somebody for a reason, leaves, and is out.

use crate::admin::Person;
use crate::browser::{Site, check, look};
use crate::home::{Answer, HOST, Home, OTHER_HOST, encoded, form_token};
use axum::body::Body;
use axum::http::Request;
use engine::views::support as views;
use engine::{Actor, Role};
use model::id::SupportGrantId;
use model::support::Act;
use serde_json::json;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};
use web::routes::{Caller, ROUTES};

const WHY: &str = "looking for a lost message";

fn boss(home: &Home) -> Actor {
    Actor { role: Role::Admin, ..home.actor() }
}

/// What stands between two marks of a page.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).unwrap_or_else(|| panic!("no {before}")).split(after).next().unwrap()
}

/// A browser of a helper's.
struct Helper<'a> {
    home: &'a Home,
    cookie: String,
}

impl Helper<'_> {
    async fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)], is_signed: bool) -> Answer {
        let secret = self.cookie.split('=').nth(1).unwrap_or_default();
        let token = form_token(secret);
        let own = is_signed.then_some(("csrf", token.as_str()));
        let fields: Vec<String> = fields
            .iter()
            .copied()
            .chain(own)
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let request = Request::builder().method(method).uri(path).header("host", HOST);
        let request = request.header("cookie", &self.cookie).header("accept", "text/html");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.home.ask(request.body(Body::from(fields.join("&"))).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], false).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask("POST", path, fields, true).await
    }
}

async fn granted(admin: &Person<'_>, scopes: &[&str]) -> (SupportGrantId, String) {
    let home = admin.home;
    let mut form = vec![("helper", "A Sample Helper"), ("purpose", "messages do not arrive"), ("hours", "4")];
    form.extend(scopes.iter().map(|scope| ("scope", *scope)));
    let known = async || -> Vec<SupportGrantId> {
        views::list(&home.engine, &boss(home), None, 50).await.unwrap().iter().map(|grant| grant.id).collect()
    };
    let before = known().await;
    let given = admin.post("/admin/support?lang=en", &form).await;
    assert_eq!(given.status, 303, "{}", given.text());
    // Within one moment the newest need not be the first of the list.
    let id = known().await.into_iter().find(|id| !before.contains(id)).unwrap();
    let page = admin.post(&format!("/admin/support/{id}/code"), &[]).await;
    let code = between(page.text(), "<code class=\"e-secret\" dir=\"ltr\" tabindex=\"0\">", "<").to_owned();
    assert!(!admin.get(&format!("/admin/support/{id}")).await.text().contains(&code), "shown once");
    (id, code)
}

async fn inside<'a>(home: &'a Home, code: &str) -> Helper<'a> {
    let out = Helper { home, cookie: String::new() };
    let answer = out.ask("POST", "/support", &[("support-code", code)], false).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "/support/desk"),
        "{}",
        answer.text()
    );
    let set = answer.header("set-cookie").to_owned();
    for part in ["__Host-support=", "Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=14400"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    Helper { home, cookie: set.split(';').next().unwrap().to_owned() }
}

#[tokio::test]
async fn claim_r5_a_helper_sees_what_was_granted_masked_and_is_out_at_the_end() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let text = "Fresh rye bread on Friday";
    let broadcast = json!({ "purpose": "promotion", "text": text });
    let broadcast =
        home.post("/api/v1/broadcasts", &broadcast).await.json()["id"].as_str().unwrap().to_owned();
    // All of it is kept, and shown to whose it is.
    let own = home.call("GET", "/api/v1/broadcasts").await;
    assert!(own.text().contains(text), "{}", own.text());
    let own = home.call("GET", &format!("/api/v1/leads/{lead}")).await;
    assert_eq!(own.json()["given_name"], "Zelda");
    let admin = Person::admin(&home).await;
    let made = admin.post("/admin/billing/secret", &[]).await;
    let signing = format!("whs_{}", between(made.text(), "whs_", "<"));
    let (id, code) = granted(&admin, &["accounts", "leads", "broadcasts", "secrets"]).await;
    let helper = inside(&home, &code).await;
    // Whoever gave it reads on the overview and where sessions are ended that it is open.
    let says = [("/app", "Access for support is open"), ("/account", "is not signed out by this")];
    for (path, words) in says {
        assert!(admin.get(path).await.text().contains(words), "{path}");
    }
    let account = home.account;
    let person = format!("/support/accounts/{account}");
    let one = format!("/support/leads/{lead}");
    let lists = [
        "/support/desk".to_owned(),
        "/support/accounts".to_owned(),
        person.clone(),
        format!("{person}/leads"),
        format!("{person}/broadcasts"),
        one.clone(),
        "/support/secret".to_owned(),
    ];
    for path in &lists {
        let page = helper.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        for hidden in ["Zelda", "psid-7", crate::people::EMAIL, "Sample Owner", text, &signing] {
            assert!(!page.text().contains(hidden), "{path} shows {hidden}");
        }
    }
    assert!(helper.get(&format!("{person}/leads")).await.text().contains(&one));
    let tail = |id: &str| id[id.len() - 8..].to_owned();
    let page = helper.get(&format!("{person}/broadcasts")).await;
    assert!(page.text().contains(&tail(&broadcast)), "{}", page.text());
    let page = helper.get("/support/secret").await;
    assert!(page.text().contains(&format!("whs_…{}", &signing[signing.len() - 4..])), "{}", page.text());
    // Not granted: as if it did not exist.
    assert_eq!(helper.get("/support/log").await.status, 404);
    // Without a reason nobody is shown; with one, once.
    let refused = helper.post(&format!("{one}/show"), &[("reason", "so")]).await;
    assert!(refused.status == 422 && refused.text().contains("role=\"alert\""), "{}", refused.text());
    assert!(!refused.text().contains("psid-7"));
    let shown = helper.post(&format!("{one}/show"), &[("reason", WHY)]).await;
    assert!(shown.text().contains("psid-7") && shown.text().contains("Zelda"), "{}", shown.text());
    assert!(!helper.get(&one).await.text().contains("psid-7"));
    let shown = helper.post(&format!("{person}/show"), &[("reason", WHY)]).await;
    // The same page in another language is not the form's address, at which there is none.
    assert!(shown.text().contains(&format!("href=\"{person}?lang=ar\"")), "{}", shown.text());
    assert!(shown.text().contains(crate::people::EMAIL), "{}", shown.text());
    let page = helper.post("/support/token", &[("reason", WHY)]).await;
    let token = between(page.text(), "<code class=\"e-secret\" dir=\"ltr\" tabindex=\"0\">", "<").to_owned();
    let with_token = || async {
        let request = home.signed("GET", "/api/v1/pages", &token);
        home.ask(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(with_token().await, 200);
    // The lead sees it on their own page, with what for.
    let open = home.open_own_page("psid-7").await;
    let own = home.on_own_page(&open, "GET", "/my?lang=en", &[]).await;
    assert!(own.text().contains("Somebody who helps") && own.text().contains(WHY), "{}", own.text());
    // And the admin everything.
    let page = admin.get(&format!("/admin/support/{id}?lang=en")).await;
    for done in [WHY, "Was shown who a lead is", "Called the API by a token", "GET /api/v1/pages"] {
        assert!(page.text().contains(done), "{done} in {}", page.text());
    }

    let left = helper.post("/support/leave", &[]).await;
    assert_eq!(left.status, 303);
    assert!(left.header("set-cookie").contains("Max-Age=0"), "{}", left.header("set-cookie"));
    for path in &lists {
        assert_eq!(helper.get(path).await.status, 404, "{path}");
    }
    assert_eq!(helper.post(&format!("{one}/show"), &[("reason", WHY)]).await.status, 404);
    assert_eq!(with_token().await, 401);
    for (path, words) in says {
        assert!(!admin.get(path).await.text().contains(words), "{path}");
    }
    home.engine.checkpoint().await.unwrap();
    let file = admin.get(&format!("/admin/support/{id}/summary")).await;
    assert_eq!(file.status, 200, "{}", file.text());
    assert!(file.header("content-disposition").contains("support.json"));
}

#[tokio::test]
async fn claim_r5_what_a_helper_opens_is_written_down() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let admin = Person::admin(&home).await;
    let (id, code) = granted(&admin, &["accounts", "leads", "broadcasts", "log", "secrets"]).await;
    let helper = inside(&home, &code).await;
    home.settle().await;
    let acts = || async { views::acts(&home.engine, &boss(&home), id, None, 100).await.unwrap() };
    let account = home.account;
    let before = home.content().await;
    helper.get("/support/desk").await;
    assert!(before == home.content().await, "the desk shows nothing of anybody");
    for (number, path) in [
        "/support/accounts".to_owned(),
        format!("/support/accounts/{account}"),
        format!("/support/accounts/{account}/leads"),
        format!("/support/accounts/{account}/broadcasts"),
        format!("/support/leads/{lead}"),
        "/support/log".to_owned(),
        "/support/secret".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(helper.get(path).await.status, 200, "{path}");
        let now = acts().await;
        assert_eq!(now.len(), number + 1, "{path}");
        assert!(now.iter().all(|act| act.kind == Act::Looked));
    }
    // So is each call by a token, also one that finds nothing; one that the token may not make is none.
    let page = helper.post("/support/token", &[("reason", WHY)]).await;
    let token = between(page.text(), "<code class=\"e-secret\" dir=\"ltr\" tabindex=\"0\">", "<").to_owned();
    for (path, status) in [
        ("/api/v1/broadcasts", 200),
        ("/api/v1/broadcasts/brd_00000000000000000000000000000001", 404),
        ("/api/v1/leads", 403),
    ] {
        let request = home.signed("GET", path, &token).body(Body::empty()).unwrap();
        assert_eq!(home.ask(request).await.status, status, "{path}");
    }
    let found = acts().await;
    let mut calls: Vec<&str> =
        found.iter().filter(|act| act.kind == Act::Called).map(|act| act.what.as_str()).collect();
    calls.sort_unstable();
    assert_eq!(calls, ["GET /api/v1/broadcasts", "GET /api/v1/broadcasts/{id}"]);
    // The admin sees which, as the console calls them elsewhere.
    let page = admin.get(&format!("/admin/support/{id}")).await;
    let tail = |id: &str| id[id.len() - 8..].to_owned();
    let of_account = page.text().matches(&format!("href=\"/admin/accounts/{account}\"")).count();
    assert_eq!(of_account, 3, "{}", page.text());
    assert!(page.text().contains(&format!("led…{}", tail(&lead.to_string()))), "{}", page.text());
}

#[tokio::test]
async fn claim_r5_a_strangers_guess_opens_nothing_and_forms_from_elsewhere_are_refused() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let admin = Person::admin(&home).await;
    let (_, code) = granted(&admin, &["leads"]).await;
    let helper = inside(&home, &code).await;
    home.settle().await;
    let before = home.content().await;
    for route in ROUTES.iter().filter(|route| route.caller == Caller::Support) {
        let path = route.path.replace("{id}", if route.path.contains("leads/") { &lead } else { "acc_x" });
        for cookie in ["", "__Host-support=", "__Host-support=AAAA", "__Host-session=AAAA"] {
            let stranger = Helper { home: &home, cookie: cookie.to_owned() };
            let answer = stranger.ask(route.method.as_str(), &path, &[("reason", WHY)], false).await;
            assert_eq!(answer.status, 404, "{path} with {cookie}");
            assert!(!answer.text().contains("psid-7"));
        }
        let request = Request::builder().method(route.method.clone()).uri(&path).header("host", OTHER_HOST);
        let answer = home.ask(request.header("cookie", &helper.cookie).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 404, "{path} of another brand");
        if route.method == "POST" {
            let answer = helper.ask("POST", &path, &[("reason", WHY)], false).await;
            assert_eq!(answer.status, 403, "{path} without the form's token");
            let answer = helper.ask("POST", &path, &[("reason", WHY), ("csrf", "wrong")], false).await;
            assert_eq!(answer.status, 403, "{path} with a wrong one");
        }
    }
    assert!(before == home.content().await);
    // Used up, and a guess is told so; after many a place waits.
    let out = Helper { home: &home, cookie: String::new() };
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let answer = out.ask("POST", "/support", &[("support-code", &code)], false).await;
        assert_eq!(answer.header("set-cookie"), "");
        statuses.push(answer.status.as_u16());
    }
    assert_eq!((statuses[0], statuses[39]), (422, 429), "{statuses:?}");
}

/// By clicks only, and without scripts: granted by an admin, used by a helper, ended.
#[tokio::test(flavor = "multi_thread")]
async fn claim_r5_access_for_support_by_clicks_only() {
    if !browser::is_installed() {
        return;
    }
    let home = Home::with_page().await;
    home.opt_in("psid-7", "My name is Zelda").await;
    let account = home.account;
    let admin = home.admin_session().await;
    let site = Site::open_as(home, &admin, "en").await;
    let browser = Browser::start().await;
    browser.allow_scripts(false).await;
    browser.go(&format!("{}/app", site.base)).await;
    browser.click(".e-aside a[href='/admin/support']").await;
    browser.write("#helper", "A Sample Helper").await;
    browser.write("#purpose", "Messages do not arrive").await;
    browser.click("input[value=accounts]").await;
    browser.click("input[value=leads]").await;
    browser.click("form[action='/admin/support'] button").await;
    browser.wait_for("form[action$='/code'] button").await;
    browser.click("form[action$='/code'] button").await;
    browser.wait_for("[aria-labelledby=code] .e-secret").await;
    let code = browser.text("[aria-labelledby=code] .e-secret").await;
    let grant = browser.address().await;
    // The helper, who is not signed in: the same browser does, since its cookie is another.
    browser.go(&format!("{}/support", site.base)).await;
    browser.write("#support-code", code.trim()).await;
    browser.click("form button[type=submit]").await;
    browser.wait_for("a[href^='/support/accounts']").await;
    browser.click("a[href^='/support/accounts']").await;
    browser.wait_for("table a").await;
    browser.click(&format!("table a[href*='{account}']")).await;
    browser.wait_for("a[href*='/leads']").await;
    browser.click("a[href*='/leads']").await;
    browser.wait_for("h1#list").await;
    browser.click("table a").await;
    browser.wait_for("#why-shown").await;
    browser.write("#why-shown", WHY).await;
    browser.click("form[action*='/show'] button").await;
    browser.wait_for("dl").await;
    browser.reads("main", "psid-7").await;
    browser.go(&format!("{}/support/desk", site.base)).await;
    browser.click("form[action*='/support/leave'] button").await;
    browser.wait_for("#support-code").await;
    browser.reads("main", "Your access has ended").await;
    browser.go(&format!("{}/admin/support", site.base)).await;
    browser.click("table a").await;
    browser.wait_for("[aria-labelledby=did]").await;
    let page = browser.text("main").await;
    assert!(page.contains("Ended by the helper") && page.contains("Opened a page"), "{page} at {grant}");
}

/// Pages of one column.
const NARROW: [&str; 4] = ["support-desk", "support-account", "support-lead", "support-secret"];

async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let account = home.account;
    let scopes = ["accounts", "leads", "broadcasts", "log", "secrets"];
    let admin = Person::admin(&home).await;
    let (id, code) = granted(&admin, &scopes).await;
    let helper = inside(&home, &code).await;
    helper.get("/support/accounts").await;
    helper.post(&format!("/support/leads/{lead}/show"), &[("reason", WHY)]).await;
    let secret = helper.cookie.split('=').nth(1).unwrap().to_owned();
    granted(&admin, &["log"]).await;
    let session = admin.session.clone();
    let pages = [
        ("support-admin", "/admin/support".to_owned()),
        ("support-grant", format!("/admin/support/{id}")),
        ("support-desk", "/support/desk".to_owned()),
        ("support-accounts", "/support/accounts".to_owned()),
        ("support-account", format!("/support/accounts/{account}")),
        ("support-leads", format!("/support/accounts/{account}/leads")),
        ("support-lead", format!("/support/leads/{lead}")),
        ("support-broadcasts", format!("/support/accounts/{account}/broadcasts")),
        ("support-log", "/support/log".to_owned()),
        ("support-secret", "/support/secret".to_owned()),
    ];
    let both = format!("{session}; __Host-support={secret}");
    let site = Site::open_as(home, &both, language).await;
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in &pages {
            let at = format!("{name}-{language}-{device}");
            if NARROW.contains(name) {
                browser.go(&format!("{}{path}", site.base)).await;
                assert_eq!(browser.run("return location.pathname", &[]).await, *path, "{at}");
                assert!(
                    browser.run("return !!document.querySelector('.e-portal-main h1')", &[]).await == true
                );
                let pictures = browser::pictures(tmp);
                browser.photograph(&pictures.join(format!("{at}.png"))).await;
                troubles.extend(check(&site, &browser, &axe, &at).await);
            } else {
                troubles.extend(look(&site, &browser, &axe, path, &at).await);
            }
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn support_is_right_in_english_on_a_desk_and_on_a_phone() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn support_is_right_in_arabic_on_a_desk_and_on_a_phone() {
    tour("ar").await;
}

#[tokio::test]
async fn the_last_mail_about_looks_says_that_more_have_none_and_where_they_stand() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let (_, code) = granted(&admin, &["accounts"]).await;
    let helper = inside(&home, &code).await;
    let show = format!("/support/accounts/{}/show", home.account);
    for number in 1..=12 {
        let shown = helper.post(&show, &[("reason", WHY)]).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        let mail = home.mails.text_to(&home.engine, crate::people::EMAIL, "support_read").await;
        assert_eq!(
            mail.contains("There may be no further mail about it for now"),
            number >= 10,
            "{number}: {mail}"
        );
        assert!(mail.contains("/account?lang=en#looks"), "{mail}");
    }
    let page = home.call("GET", "/account").await;
    let looks = between(page.text(), "id=\"looks\"", "</section>");
    assert_eq!(looks.matches(WHY).count(), 12, "{looks}");
}
