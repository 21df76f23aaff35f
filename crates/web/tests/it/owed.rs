//! Who owes a second factor: every route but the page to set one up and their own rights leads to that page, which
//! says why; and what is set up opens all the rest.

use crate::admin::Person;
use crate::browser::{Site, check, look};
use crate::home::{Answer, HOST, Home};
use crate::look::{axe, picture};
use crate::people::{self, PASSWORD};
use axum::body::Body;
use axum::http::{Method, Request};
use engine::SecondFactor;
use engine::actions::sign_in;
use engine::views::audit::{self, Filter};
use model::time::{Clock, Span};
use testkit::authenticator::code;
use testkit::browser::{self, Browser, WIDTHS};
use web::routes::{OWED, ROUTES};

const ADMIN: &str = "admin@corner.example.com";

store::statements! {
    ROLE = "UPDATE account SET role = $1 WHERE id = $2";
}

fn leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, path), "{}", answer.text());
}

/// What is open all the same.
const OPEN: [&str; 17] = [
    "/account/accepted/{kind}/{version}",
    "/account/archive",
    "/account/decide",
    "/account/erase",
    "/account/language",
    "/account/leave",
    "/account/passkeys",
    "/account/passkeys/begin",
    "/account/plan",
    "/account/plan/cancel",
    "/account/prove",
    "/account/prove/passkey",
    "/account/prove/passkey/begin",
    "/account/second-factor",
    "/account/two-factor",
    "/account/two-factor/confirm",
    "/logout",
];

fn filled(path: &str) -> String {
    let path = path.replace("{id}", &format!("led_{}", "0".repeat(32))).replace("{kind}", "terms");
    path.replace("{version}", "1")
        .replace("{number}", "1")
        .replace("{language}", "en")
        .replace("{part}", "name")
}

/// The secret that the page shows for an app.
fn secret(page: &Answer) -> String {
    let (_, rest) = page.text().split_once("<code class=\"e-secret\"").expect("a secret");
    rest.split_once('>').unwrap().1.split('<').next().unwrap().to_owned()
}

/// Sets up codes; the secret they are made of.
pub async fn set_up(home: &Home, admin: &Person<'_>) -> String {
    let begun = admin.post("/account/two-factor", &[]).await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    let secret = secret(&begun);
    let first = code(&secret, home.clock.fixed.now());
    leads_to(
        &admin.post("/account/two-factor/confirm", &[("code", &first)]).await,
        "/account?done=factor-on",
    );
    secret
}

#[tokio::test]
async fn claim_f10_an_admin_who_owes_a_second_factor_reaches_setting_one_up_and_their_rights_and_nothing_else()
 {
    let home = Home::demanding(SecondFactor::Admins).await;
    let admin = Person::admin(&home).await;
    let before = home.content().await;
    let mut refused = 0;
    for route in ROUTES.iter().filter(|route| route.caller.is_signed_in() && !OPEN.contains(&route.path)) {
        let path = filled(route.path);
        let answer = if route.method == Method::POST {
            admin.post(&path, &[]).await
        } else {
            admin.ask(route.method.as_str(), &path).await
        };
        leads_to(&answer, OWED);
        refused += 1;
    }
    assert!(refused > 150, "{refused}");
    assert!(before == home.content().await, "what was refused changed nothing");
    for route in ROUTES.iter().filter(|route| OPEN.contains(&route.path) && route.path != "/logout") {
        let answer = admin.ask(route.method.as_str(), &filled(route.path)).await;
        assert_ne!(answer.header("location"), OWED, "{} {}", route.method, route.path);
    }
    // What a page asks for in its midst is led there as a whole.
    let part = Request::builder().uri("/app").header("host", HOST).header("hx-request", "true");
    let part = part.header("cookie", format!("__Host-session={}", admin.session));
    assert_eq!(home.ask(part.body(Body::empty()).unwrap()).await.header("hx-redirect"), OWED);
    // It says why and what to do, in both languages, and nothing of whose account it is.
    let page = admin.get(OWED).await;
    assert_eq!(page.status, 200);
    for part in [
        "reaches everybody&#39;s data",
        "/account/two-factor",
        "/account/passkeys",
        "/account/archive",
        "/account/erase",
        "/account/plan/cancel",
        "/account/language",
        "/logout",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains(ADMIN) && !page.text().contains("Sample Admin"), "{}", page.text());
    let page = admin.get(&format!("{OWED}?lang=ar")).await;
    assert!(page.text().contains("dir=\"rtl\"") && page.text().contains("فعّل خطوة ثانية"), "{}", page.text());
    leads_to(&admin.post("/account/language", &[("language", "ar"), ("back", OWED)]).await, OWED);
    assert!(admin.get(OWED).await.text().contains("dir=\"rtl\""));
    // Users are asked for nothing, and tokens go on, the admin's too.
    assert_eq!(home.call("GET", "/app").await.status, 200);
    leads_to(&home.call("GET", OWED).await, "/account");
    let who = sign_in::find(&home.engine, home.brand_id(HOST), &admin.session).await.unwrap().unwrap();
    let token = people::token(&home.engine, home.brand_id(HOST), who.actor.account).await;
    let call = Request::builder().uri("/api/v1/leads").header("host", HOST);
    let call = call.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(home.ask(call).await.status, 200);
    // And the way out is one.
    leads_to(&admin.post("/logout", &[]).await, "/login?done=out");
}

#[tokio::test]
async fn claim_f10_a_code_set_up_opens_the_rest_ends_the_other_sessions_and_stays() {
    let home = Home::demanding(SecondFactor::Admins).await;
    let admin = Person::admin(&home).await;
    let fields = [("email", ADMIN), ("password", PASSWORD), ("next", "/admin/brand")];
    leads_to(&home.submit("/login", &fields).await, "/admin/brand");
    let brand = home.brand_id(HOST);
    let attempt = sign_in::Attempt {
        email: ADMIN.into(),
        password: model::personal::Personal::from(PASSWORD),
        keep_days: Some(90),
    };
    let other = sign_in::sign_in(&home.engine, brand, attempt, &engine::Whence::default()).await.unwrap();
    let other = Person { home: &home, host: HOST, session: other.secret.reveal().clone() };
    leads_to(&other.get("/admin/brand").await, OWED);
    // A code that is not right, on the same page.
    let begun = admin.post("/account/two-factor", &[]).await;
    assert!(begun.text().contains("e-codes") && !begun.text().contains(ADMIN), "{}", begun.text());
    let wrong = admin.post("/account/two-factor/confirm", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("e-wrong") && wrong.text().contains("/account/archive"),
        "{}",
        wrong.text()
    );
    leads_to(&admin.get("/admin/brand").await, OWED);
    let secret = set_up(&home, &admin).await;
    assert_eq!(admin.get("/admin/brand").await.status, 200);
    assert!(other.get("/admin/brand").await.header("location").starts_with("/login"));
    let actor = engine::Actor { role: engine::Role::Admin, ..home.actor() };
    let entries = audit::list(&home.engine, &actor, Filter::default(), None, 50).await.unwrap();
    for kind in ["codes_on", "other_sessions_ended"] {
        assert!(entries.iter().any(|entry| entry.kind == kind), "{kind}");
    }
    // From now on the password is the first of two, and the codes are not switched off.
    let half = home.submit("/login", &fields).await;
    assert!(half.header("location").starts_with("/login/second?"), "{}", half.header("location"));
    home.clock.fixed.advance(Span::secs(30));
    let next = code(&secret, home.clock.fixed.now());
    let off = [("current", PASSWORD), ("code", next.as_str())];
    let refused = admin.post("/account/two-factor/off", &off).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("this is its last one"), "{}", refused.text());
    assert_eq!(admin.get("/admin/brand").await.status, 200);
}

#[tokio::test]
async fn claim_f10_the_last_passkey_stays_with_the_reason_and_the_password_alone_signs_nobody_in() {
    let mut home = Home::demanding(SecondFactor::Everyone).await;
    leads_to(&home.call("GET", "/app").await, OWED);
    let page = home.call("GET", OWED).await;
    assert!(page.text().contains("This service asks for a second factor"), "{}", page.text());
    let passkey = home.add_passkey().await;
    assert_eq!(home.call("GET", "/app").await.status, 200);
    let refused = home.submit(&format!("/account/passkeys/{passkey}/remove"), &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("this is its last one"), "{}", refused.text());
    let fields = [("email", people::EMAIL), ("password", PASSWORD)];
    let answer = home.submit("/login", &fields).await;
    assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (422, ""));
    assert!(answer.text().contains("sign in with its passkey"), "{}", answer.text());
    assert!(answer.text().contains("data-begin=\"/login/passkey/begin\""));
    // Who has not signed in is asked for that first.
    home.session = String::from("nobody's");
    assert!(home.call("GET", OWED).await.header("location").starts_with("/login"));
}

#[tokio::test]
async fn claim_f10_whoever_is_made_an_admin_is_asked_with_the_next_request() {
    let home = Home::demanding(SecondFactor::Admins).await;
    let role = |role: &'static str| {
        let (data, account) = (home.data.clone(), home.account);
        async move { data.write("role", move |tx| tx.execute(&ROLE, &store::params![role, account])).await }
    };
    assert_eq!(home.call("GET", "/app/leads").await.status, 200);
    assert_eq!(role("admin").await.unwrap(), 1);
    leads_to(&home.call("GET", "/app/leads").await, OWED);
    leads_to(&home.submit("/app/leads/find", &[("psid", "1")]).await, OWED);
    assert_eq!(role("user").await.unwrap(), 1);
    assert_eq!(home.call("GET", "/app/leads").await.status, 200);
}

#[tokio::test]
async fn claim_u3_a_recovery_code_has_a_field_of_its_own_with_all_keys() {
    let home = Home::new().await;
    let me = Person { home: &home, host: HOST, session: home.session.clone() };
    let begun = me.post("/account/two-factor", &[]).await;
    let codes = begun.text().split("e-codes").nth(1).unwrap();
    let codes: Vec<String> =
        codes.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    let first = code(&secret(&begun), home.clock.fixed.now());
    leads_to(&me.post("/account/two-factor/confirm", &[("code", &first)]).await, "/account?done=factor-on");
    let off = me.get("/account").await;
    let field = off.text().split("id=\"factor-off-code\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(!field.contains("inputmode") && field.contains("autocapitalize=\"none\""), "{field}");

    let sign_in = [("email", people::EMAIL), ("password", PASSWORD), ("next", "/app/leads"), ("keep", "30")];
    let half = home.submit("/login", &sign_in).await;
    let (session, second) = (half.session().to_owned(), half.header("location").to_owned());
    assert_eq!(second, "/login/second?next=/app/leads&keep=30");
    let page = home.call_as(&session, "GET", &second).await;
    let with = format!("{second}&with=recovery");
    assert!(page.text().contains("inputmode=\"numeric\"") && page.text().contains("one-time-code"));
    assert!(page.text().contains(&with.replace('&', "&#38;")), "{}", page.text());
    let page = home.call_as(&session, "GET", &with).await;
    let field = page.text().split("id=\"recovery\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(!page.text().contains("inputmode") && !page.text().contains("one-time-code"), "{}", page.text());
    for part in ["autocapitalize=\"none\"", "spellcheck=\"false\"", "autocomplete=\"off\"", "dir=\"ltr\""] {
        assert!(field.contains(part), "{part} in {field}");
    }
    assert!(page.text().contains(&format!("href=\"{}\"", second.replace('&', "&#38;"))), "{}", page.text());
    let arabic = home.call_as(&session, "GET", &format!("{with}&lang=ar")).await;
    assert!(arabic.text().contains("رمز الاسترداد") && arabic.text().contains("lang=ar"));
    let wrong = [("recovery", "0000-0000-0000-0000-0000-0000"), ("next", "/app/leads"), ("keep", "30")];
    let wrong = home.submit_as(&session, &with, &wrong).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("take the next") && wrong.text().contains("id=\"recovery-wrong\""));
    assert!(!wrong.text().contains("0000-0000"), "it is not shown again");
    // As somebody types it off paper.
    let typed = codes[0].to_uppercase().replace('-', " ");
    let right = [("recovery", typed.as_str()), ("next", "/app/leads"), ("keep", "30")];
    let entered = home.submit_as(&session, &with, &right).await;
    leads_to(&entered, "/app/leads");
    assert!(entered.header("set-cookie").contains("Max-Age="), "{}", entered.header("set-cookie"));
    // Who has it in the wrong field is let in all the same.
    let half = home.submit("/login", &sign_in).await;
    let typed = [("code", codes[1].as_str()), ("next", "/app"), ("keep", "")];
    leads_to(&home.submit_as(half.session(), "/login/second?next=/app", &typed).await, "/app");
    // Whoever knows the password and guesses at the codes (claim X10).
    home.clock.fixed.advance(Span::hours(1));
    let half = home.submit("/login", &sign_in).await;
    let mut told = Vec::new();
    for guess in 0..12 {
        let typed = [("code", format!("{guess:06}"))];
        let typed = typed.each_ref().map(|(name, text)| (*name, text.as_str()));
        told.push(home.submit_as(half.session(), "/login/second", &typed).await.status == 429);
    }
    assert_eq!(told.iter().position(|told| *told), Some(10), "{told:?}");
}

/// The page as people meet it, from the sign-in to the first code: in one language, on desk and phone.
async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let axe = axe();
    let home = Home::demanding(SecondFactor::Admins).await;
    let admin = home.admin_session().await;
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    let site = Site::of(home, HOST, &admin, language).await;
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        // Led there from where they wanted to go.
        browser.go(&format!("{}/admin/brand", site.base)).await;
        assert_eq!(browser.address().await, format!("{}{OWED}", site.base));
        troubles.extend(look(&site, &browser, &axe, OWED, &format!("owed-{language}-{device}")).await);
        browser.click("form[action='/account/two-factor'] button").await;
        browser.wait_for("#factor-confirm-code").await;
        let at = format!("owed-code-{language}-{device}");
        browser.photograph(&picture(&at)).await;
        troubles.extend(check(&site, &browser, &axe, &at).await);
    }
    let shown = browser.text(".e-secret").await;
    let now = code(shown.trim(), site.home.clock.fixed.now());
    browser.write("#factor-confirm-code", &now).await;
    browser.click("form[action='/account/two-factor/confirm'] button").await;
    browser.wait_for("body.e-shell .e-note.good").await;
    // From then on it is asked for, or a recovery code: on a small phone, too.
    let Site { home, .. } = site;
    let half = home.submit("/login", &[("email", ADMIN), ("password", PASSWORD)]).await;
    let session = half.session().to_owned();
    let site = Site::of(home, HOST, &session, language).await;
    for (width, height, device) in [WIDTHS[0], WIDTHS[1], (360, 740, "small")] {
        browser.resize(width, height).await;
        for (name, with) in [("second", ""), ("second-recovery", "&with=recovery")] {
            let at = format!("{name}-{language}-{device}");
            browser.go(&format!("{}/login/second?next=/app{with}", site.base)).await;
            browser.wait_for(if with.is_empty() { "#code[inputmode=numeric]" } else { "#recovery" }).await;
            browser.photograph(&picture(&at)).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_f10_an_admin_sets_up_the_demanded_factor_in_a_browser_in_english() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_f10_an_admin_sets_up_the_demanded_factor_in_a_browser_in_arabic() {
    tour("ar").await;
}
