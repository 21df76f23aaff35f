//! The console in a real browser: every page at the width of a desk and of a phone, in both
//! languages; what it loads, what it complains about, what axe-core finds. The pictures are kept in
//! `target/screenshots`, to be looked at.
//!
//! Without Chromium the tests say so and are left out; under `CI=true` they fail instead.

use crate::home::{HOST, Home, SECOND_PAGE};
use crate::zones;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use axum::middleware::map_request;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use testkit::browser::{self, Browser, WIDTHS};

/// Opens the folded parts of forms, to be looked at and checked too.
pub const UNFOLD: &str =
    "document.querySelectorAll('details.e-inner').forEach(part => { part.open = true; });";

/// The console at a port of its own, for somebody who has signed in and reads this language.
pub struct Site {
    pub home: Home,
    pub base: String,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Site {
    async fn open(home: Home, language: &'static str) -> Self {
        let session = home.session.clone();
        Self::of(home, HOST, &session, language).await
    }

    /// For whoever has this session.
    pub async fn open_as(home: Home, session: &str, language: &'static str) -> Self {
        Self::of(home, HOST, session, language).await
    }

    /// A brand's, at its host; nobody has signed in where the session is empty.
    pub async fn of(home: Home, host: &str, session: &str, language: &'static str) -> Self {
        let is_given = !session.is_empty();
        let cookie: Arc<str> = format!("__Host-session={session}").into();
        let router = home.router.clone();
        let as_signed_in = map_request(move |mut request: Request<Body>| {
            // What the browser keeps besides comes along.
            let own = request.headers().get("cookie").and_then(|own| own.to_str().ok());
            let cookie = own.map_or_else(|| cookie.to_string(), |own| format!("{cookie}; {own}"));
            let cookie = HeaderValue::from_str(&cookie).unwrap();
            if is_given {
                request.headers_mut().insert("cookie", cookie);
            }
            request.headers_mut().insert("accept-language", HeaderValue::from_static(language));
            async { request }
        });
        let router = Router::new().fallback_service(router).layer(as_signed_in);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{host}:{}", listener.local_addr().unwrap().port());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(web::serve(listener, router, async move { drop(stopped.await) }));
        Self { home, base, _stop: stop }
    }
}

/// Leads of every kind, broadcasts in every state, and a page that stands still.
async fn filled() -> (Home, Vec<(&'static str, String)>) {
    let home = Home::new().await;
    home.meta.offer_second_page();
    let form = json!({ "code": "c", "redirect_uri": "https://leangzbotchat.localhost/back" });
    assert_eq!(home.post("/api/v1/pages", &form).await.status, 201);
    for (number, name) in ["Zelda", "Omar", "Layla", "Jonas"].into_iter().enumerate() {
        home.opt_in(&format!("psid-{number}"), &format!("My name is {name}")).await;
    }
    for number in 4..8 {
        home.write(&format!("psid-{number}"), json!({ "text": "Are you open today?" })).await;
    }
    let first = broadcast(
        &home,
        "Hello {name|friend}, our autumn sale begins today: everything 20 % off until Sunday.",
    )
    .await;
    send(&home, &first).await;
    home.settle().await;
    home.write("psid-1", json!({ "text": "stop" })).await;
    let second =
        broadcast(&home, "مرحبًا {name|صديقنا}، وصلت تشكيلة الشتاء إلى المتجر. زورونا هذا الأسبوع!").await;
    send(&home, &second).await;
    home.settle().await;
    let paused = broadcast(&home, "New opening hours from Monday on.").await;
    send(&home, &paused).await;
    home.post(&format!("/api/v1/broadcasts/{paused}/pause"), &json!({})).await;
    let draft = broadcast(&home, "A cup of coffee on the house for everybody who brings a friend.").await;
    home.meta.refuse(true);
    let missed = broadcast(&home, "Fresh bread from seven o'clock on.").await;
    send(&home, &missed).await;
    home.settle().await;
    home.meta.refuse(false);
    let pages = home.call("GET", "/api/v1/pages").await.json();
    for name in ["order_approved", "appointment_rejected", "table_waits"] {
        let form = json!({ "page": pages["items"][0]["id"], "name": name, "language": "en_US",
            "body": "Your order {{1}} is ready. You can pick it up until {{2}} today.", "examples": ["4711", "18:00"] });
        assert_eq!(home.post("/api/v1/templates", &form).await.status, 201);
    }
    let templates = home.call("GET", "/api/v1/templates").await.json();
    let template = templates["items"][0]["id"].as_str().unwrap().to_owned();
    let asked = home.post(&format!("/api/v1/templates/{template}/refresh"), &json!({})).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    for name in ["Regulars", "زبائن المقهى"] {
        assert_eq!(home.post("/api/v1/tags", &json!({ "name": name })).await.status, 201);
    }
    let second_page =
        pages["items"].as_array().unwrap().iter().find(|page| page["name"] == SECOND_PAGE).unwrap();
    let second_page = second_page["id"].as_str().unwrap().to_owned();
    let id: model::id::PageId = second_page.parse().unwrap();
    engine::actions::pages::set_paused(&home.engine, &home.actor(), id, true).await.unwrap();
    let first_page = pages["items"][0]["id"].as_str().unwrap().to_owned();
    let leads = home.call("GET", "/api/v1/leads").await.json();
    let lead = |at: usize| leads["items"][at]["id"].as_str().unwrap().to_owned();
    let tag = home.call("GET", "/api/v1/tags").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let borne = json!({ "leads": [lead(1)], "bears": true });
    assert_eq!(home.post(&format!("/api/v1/tags/{tag}/leads"), &borne).await.status, 200);
    for (form, with_names) in [("csv", false), ("json", true)] {
        let asked =
            json!({ "form": form, "tag": tag, "with_names": with_names, "why": "The raffle in spring" });
        assert_eq!(home.post("/api/v1/leads/exports", &asked).await.status, 200);
    }
    let token = home.own_token().await;
    // Last of all: the clock of the tests goes on to whatever the stations wait for, and nobody would be
    // signed in any more by then.
    let timed = broadcast(&home, "The Christmas market opens at six.").await;
    let at = json!({ "local": "2027-03-01T18:00", "zone": "Asia/Riyadh" });
    let at = home.post(&format!("/api/v1/broadcasts/{timed}/schedule"), &at).await;
    assert_eq!(at.status, 200, "{}", at.text());
    let mut paths = vec![
        ("dashboard", "/app".to_owned()),
        ("pages", "/app/pages".to_owned()),
        ("page", format!("/app/pages/{first_page}")),
        ("page-paused", format!("/app/pages/{second_page}")),
        ("connect-denied", "/app/pages/connected?error=access_denied".to_owned()),
        ("leads", "/app/leads".to_owned()),
        ("problem", "/app/leads/led_0".to_owned()),
        ("leads-none", "/app/leads?state=unavailable".to_owned()),
        ("leads-tagged", format!("/app/leads?tag={tag}&put=3&undo=put.{tag}.1")),
        ("exports", format!("/app/leads/exports?tag={tag}")),
        ("lead", format!("/app/leads/{}", lead(1))),
        ("lead-erase", format!("/app/leads/{}/erase", lead(1))),
        ("broadcasts", "/app/broadcasts?done=saved".to_owned()),
        ("compose", "/app/broadcasts/new".to_owned()),
        ("broadcast-draft", format!("/app/broadcasts/{draft}")),
        ("send", format!("/app/broadcasts/{draft}/send")),
        ("broadcast-paused", format!("/app/broadcasts/{paused}")),
        ("broadcast-finished", format!("/app/broadcasts/{second}")),
        ("broadcast-scheduled", format!("/app/broadcasts/{timed}?done=scheduled-first")),
        ("broadcast-missed", format!("/app/broadcasts/{missed}")),
        ("schedule", format!("/app/broadcasts/{draft}/schedule")),
        ("again", format!("/app/broadcasts/{missed}/again")),
        ("tags", "/app/tags".to_owned()),
        ("tag-delete", format!("/app/tags/{tag}/delete")),
        ("templates", "/app/templates".to_owned()),
        ("template-write", "/app/templates/new".to_owned()),
        ("template-delete", format!("/app/templates/{template}/delete")),
        ("deliveries", format!("/app/broadcasts/{second}/deliveries?state=refused")),
        ("tokens", "/app/tokens".to_owned()),
        ("token-revoke", format!("/app/tokens/{token}/revoke")),
        ("account", "/account?done=profile-saved".to_owned()),
        ("log", "/log".to_owned()),
        ("security", "/security".to_owned()),
        ("log-compare", "/log?size=2".to_owned()),
    ];
    let is_other = |page: &&Value| page["name"] != SECOND_PAGE;
    let other_page =
        pages["items"].as_array().unwrap().iter().find(is_other).unwrap()["id"].as_str().unwrap();
    paths.extend(bots(&home, other_page, &second_page).await);
    (home, paths)
}

/// A bot of somebody's own words beside one of the brand's.
async fn bots(home: &Home, first: &str, second: &str) -> Vec<(&'static str, String)> {
    let answer = |text: &str| {
        json!({ "text": text,
            "buttons": [{ "type": "url", "title": "Order online", "url": "https://shop.example/order" }],
            "quick_replies": [{ "title": "Where are you?", "payload": "Where are you?" }, { "title": "Offers", "payload": "OFFERS" }] })
    };
    let said = |text: &str| json!({ "kind": "answer", "answer": answer(text) });
    let rule = |name: &str, when: Value, then: Value| json!({ "name": name, "when": when, "then": then });
    let mut in_arabic = rule(
        "أوقات العمل",
        json!({ "kind": "contains", "words": ["دوام", "أوقات العمل"] }),
        said("نفتح من التاسعة صباحًا إلى الخامسة مساءً."),
    );
    in_arabic["language"] = json!("ar");
    let settings = json!({
        "is_on": true,
        "speech": {
            "en": {
                "greeting": "Fresh bread every morning.",
                "welcome": "Welcome to {page}! Ask about opening hours, orders and cakes.",
                "question": "May we send you our weekly offers here?",
                "yes": "Yes, please", "no": "No, thanks",
                "default_answer": answer("Thank you for your message. Somebody will look at it during the day."),
                "menu": [{ "type": "url", "title": "Our shop", "url": "https://shop.example/" }, { "type": "postback", "title": "Opening hours", "payload": "Opening hours" }],
                "ice_breakers": [{ "question": "When are you open?", "payload": "When are you open?" }, { "question": "Can I order a cake?", "payload": "CAKE" }],
            },
            "ar": { "greeting": "خبز طازج كل صباح.", "welcome": "أهلًا بك في {page}! اسأل عن الطلبات والكعك." },
        },
        "rules": [
            rule("Opening hours", json!({ "kind": "contains", "words": ["open", "opening hours", "closed"] }), said("We are open from 9 to 5, every day but Sunday.")),
            in_arabic,
            rule("Greeting", json!({ "kind": "exact", "words": ["hello", "hi", "good morning"] }), said("Good day! How can we help you?")),
            rule("Cakes", json!({ "kind": "contains", "words": ["cake", "cakes"] }), json!({ "kind": "ask", "question": "Phone number" })),
            rule("Order number", json!({ "kind": "pattern", "pattern": "\\b[0-9]{4,8}\\b" }), said("Let us look for your order.")),
        ],
        "questions": [
            { "name": "Phone number", "kind": "phone", "uses": ["store", "show"], "speech": {
                "en": { "text": "On which number may we call you?", "purpose": "To tell you when your cake is ready." },
                "ar": { "text": "على أي رقم نتصل بك؟", "purpose": "لنخبرك حين تجهز كعكتك." } } },
            { "name": "Flavour", "kind": "choice", "uses": ["store", "show"], "speech": {
                "en": { "text": "Which flavour do you like?", "purpose": "To bake your cake.", "choices": ["Chocolate", "Lemon"] } } },
        ],
    });
    let id: model::id::PageId = first.parse().unwrap();
    let settings = serde_json::from_value(settings).unwrap();
    let set = engine::actions::bot::set(&home.engine, &home.actor(), id, 0, settings).await.unwrap();
    let (bot, plain) = (format!("/app/pages/{first}/bot"), format!("/app/pages/{second}/bot"));
    let at = |at: usize| format!("at={at}&version={}", set.version);
    vec![
        ("bot", format!("{bot}?done=bot-saved")),
        ("bot-plain", plain.clone()),
        ("bot-greeting", format!("{bot}/greeting")),
        ("bot-opening", format!("{bot}/opening")),
        ("bot-menu", format!("{bot}/menu")),
        ("bot-fallback", format!("{bot}/fallback")),
        ("bot-fallback-plain", format!("{plain}/fallback")),
        ("bot-rules", format!("{bot}/rules")),
        ("bot-rules-none", format!("{plain}/rules")),
        ("bot-rule", format!("{bot}/rule?{}", at(0))),
        ("bot-rule-asks", format!("{bot}/rule?{}", at(3))),
        ("bot-rule-new", format!("{plain}/rule")),
        ("bot-rule-delete", format!("{bot}/rule/delete?{}", at(0))),
        ("bot-asks", format!("{bot}/asks")),
        ("bot-asks-none", format!("{plain}/asks")),
        ("bot-ask", format!("{bot}/ask?{}", at(0))),
        ("bot-ask-choice", format!("{bot}/ask?{}", at(1))),
        ("bot-ask-delete", format!("{bot}/ask/delete?{}", at(0))),
        ("bot-try-begin", format!("{bot}/try")),
    ]
}

async fn broadcast(home: &Home, text: &str) -> String {
    let button = json!({ "type": "url", "title": "Shop", "url": "https://shop.example/autumn" });
    let form = json!({ "purpose": "promotion", "text": text, "buttons": [button] });
    let made = home.post("/api/v1/broadcasts", &form).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn send(home: &Home, id: &str) {
    assert_eq!(home.post(&format!("/api/v1/broadcasts/{id}/send"), &json!({})).await.status, 200);
}

/// That the page is the one that was asked for, and not the way in.
pub async fn is_there(browser: &Browser, path: &str, at: &str) {
    let shown = browser.run("return location.pathname", &[]).await;
    assert_eq!(shown, json!(path.split('?').next().unwrap()), "{at} shows another page");
    let is_whole = browser.run("return !!document.querySelector('.e-side, .e-portal-wide')", &[]).await;
    let says = browser.run("return document.body.innerText", &[]).await;
    assert!(is_whole == json!(true), "{at} shows another page: {says}");
    let shift = browser.layout_shift().await;
    assert!(shift < 0.001, "{at}: the page moves while it is drawn, by {shift}");
}

/// Goes to a page, takes its picture under the name `at`, and says what does not hold on it.
pub async fn look(site: &Site, browser: &Browser, axe: &str, path: &str, at: &str) -> Vec<String> {
    browser.go(&format!("{}{path}", site.base)).await;
    is_there(browser, path, at).await;
    let pictures = browser::pictures(Path::new(env!("CARGO_TARGET_TMPDIR")));
    browser.photograph(&pictures.join(format!("{at}.png"))).await;
    check(site, browser, axe, at).await
}

/// What holds on every page: nothing of others is loaded, nothing is complained about, no cookie, no
/// scrolling sideways, nothing that axe-core takes seriously.
pub async fn check(site: &Site, browser: &Browser, axe: &str, at: &str) -> Vec<String> {
    let loaded =
        browser.run("return performance.getEntriesByType('resource').map(entry => entry.name)", &[]).await;
    for address in loaded.as_array().unwrap() {
        let address = address.as_str().unwrap();
        assert!(address.starts_with(&site.base) || address.starts_with("data:"), "{at} loads {address}");
    }
    assert_eq!(browser.cookies().await, Vec::<Value>::new(), "{at}");
    // A page that is not there says so with its status, which the browser mentions.
    let troubles = browser.troubles(axe).await.into_iter();
    let troubles = troubles.filter(|trouble| !trouble.contains("status of 404"));
    troubles.map(|trouble| format!("{at}: {trouble}")).collect()
}

async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let (home, paths) = filled().await;
    zones::live_in(&home, language, "Asia/Amman").await;
    let site = Site::open(home, language).await;
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in &paths {
            browser.go(&format!("{}{path}", site.base)).await;
            let at = format!("{name}-{language}-{device}");
            is_there(&browser, path, &at).await;
            browser.run(UNFOLD, &[]).await;
            browser.photograph(&browser::pictures(tmp).join(format!("{at}.png"))).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
        }
    }
    browser.prefer("dark").await;
    for (name, path) in paths.iter().filter(|(name, _)| matches!(*name, "dashboard" | "compose" | "lead")) {
        let at = format!("{name}-{language}-dark");
        troubles.extend(look(&site, &browser, &axe, path, &at).await);
    }
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_right_in_english_on_a_desk_and_on_a_phone() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_right_in_arabic_on_a_desk_and_on_a_phone() {
    tour("ar").await;
}

/// Which entries of the open menu a finger does not hit: as it opens the last, and each once it is scrolled to.
const OUT_OF_REACH: &str = "
    const menu = document.querySelector('.e-menu'), entries = [...menu.querySelectorAll('a, button')];
    const isHit = entry => {
        const box = entry.getBoundingClientRect();
        return entry.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
    };
    const missed = isHit(entries.at(-1)) ? [] : ['at once: ' + entries.at(-1).textContent];
    for (const entry of entries) {
        entry.focus();
        if (!isHit(entry)) missed.push(entry.textContent);
    }
    return { missed, count: entries.length, end: entries.at(-1).form?.getAttribute('action') };";

#[tokio::test(flavor = "multi_thread")]
async fn an_admins_menu_is_reached_to_its_end_on_a_phone_with_the_way_out_in_sight() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    for language in ["en", "ar"] {
        let home = Home::new().await;
        let admin = home.admin_session().await;
        let site = Site::open_as(home, &admin, language).await;
        let browser = Browser::start().await;
        for (width, height, device) in [WIDTHS[1], (360, 640, "small-phone"), (740, 360, "lying-phone")] {
            browser.resize(width, height).await;
            browser.go(&format!("{}/app", site.base)).await;
            browser.click(".e-more summary").await;
            let found = browser.run(OUT_OF_REACH, &[]).await;
            let at = format!("menu-{language}-{device}");
            browser.photograph(&browser::pictures(tmp).join(format!("{at}.png"))).await;
            assert_eq!(found["missed"], json!([]), "{at}");
            assert_eq!(found["end"], json!("/logout"), "{at}");
            assert!(found["count"].as_u64().unwrap() > 15, "{found}");
            assert_eq!(check(&site, &browser, &axe, &at).await, Vec::<String>::new());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_pages_teach_what_to_do() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let mut troubles = Vec::new();
    for language in ["en", "ar"] {
        let site = Site::open(Home::new().await, language).await;
        let browser = Browser::start().await;
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            for (name, path) in [
                ("empty-dashboard", "/app"),
                ("empty-pages", "/app/pages"),
                ("empty-leads", "/app/leads"),
                ("empty-broadcasts", "/app/broadcasts"),
                ("empty-compose", "/app/broadcasts/new"),
                ("empty-templates", "/app/templates"),
            ] {
                let at = format!("{name}-{language}-{device}");
                troubles.extend(look(&site, &browser, &axe, path, &at).await);
            }
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

/// Where the column's edge stands in the window, with the page scrolled to its end.
const SCROLLED: &str = "
    window.scrollTo(0, document.documentElement.scrollHeight);
    return [scrollY > innerHeight, document.querySelector('.e-column').getBoundingClientRect().top];";

#[tokio::test(flavor = "multi_thread")]
async fn the_navigation_stays_in_sight_however_long_the_page_is() {
    if !browser::is_installed() {
        return;
    }
    let home = Home::new().await;
    let admin = home.admin_session().await;
    let site = Site::open_as(home, &admin, "en").await;
    let browser = Browser::start().await;
    browser.resize(1366, 640).await;
    browser.go(&format!("{}/admin/documents/privacy", site.base)).await;
    assert_eq!(browser.run(SCROLLED, &[]).await, json!([true, 0]));
}

/// Makes this text a part of the page; how many elements came of it, or what the browser said.
const MAKE: &str = "const place = document.createElement('div');
    document.body.append(place);
    try { place.innerHTML = arguments[0]; return place.childElementCount; } catch (error) { return error.name; }";
/// Tries what nobody may do here at all, and says what the browser said to each.
const NEVER: &str =
    "const said = (act) => { try { act(); return 'done'; } catch (error) { return error.name; } };
    const script = document.createElement('script');
    return [
      said(() => { script.src = '/assets/other.js'; }),
      said(() => { script.text = 'document.title = 1'; }),
      said(() => { document.createElement('p').setAttribute('onclick', 'document.title = 1'); }),
      said(() => { document.createElement('iframe').srcdoc = '<script>document.title = 1</script>'; }),
      said(() => { trustedTypes.createPolicy('other', { createHTML: (html) => html }); }),
    ];";

#[tokio::test(flavor = "multi_thread")]
async fn claim_x10_what_a_script_makes_a_part_of_a_page_is_looked_through_first() {
    if !browser::is_installed() {
        return;
    }
    let site = Site::open(Home::with_page().await, "en").await;
    let browser = Browser::start().await;
    browser.go(&format!("{}/app/broadcasts/new", site.base)).await;
    let made = async |text: &str| browser.run(MAKE, &[json!(text)]).await;
    assert_eq!(made("<p>one</p><a href='/app'>two</a>").await, json!(2));
    for text in [
        "<img src=x onerror='document.title = 1'>",
        "<b><svg><g onload='document.title = 1'/></svg></b>",
        "<script>document.title = 1</script>",
        "<script src='https://evil.example/x.js'></script>",
        "<a href=x ONCLICK=y>z</a>",
        "<a href=' java\nscript:document.title = 1'>z</a>",
        "<a href='javascript:document.title = 1'>z</a>",
        "<form action='javascript:x'></form>",
        "<iframe src='/app'></iframe>",
        "<base href='https://evil.example/'>",
        "<template><img src=x onerror=y></template>",
    ] {
        assert_eq!(made(text).await, json!("TypeError"), "{text}");
    }
    // A policy that calls itself otherwise, and texts that are scripts or their addresses.
    let said = browser.run(NEVER, &[]).await;
    assert_eq!(said, json!(["TypeError", "TypeError", "TypeError", "TypeError", "TypeError"]));
    // A page without scripts makes no part of itself at all.
    browser.go(&format!("{}/terms", site.base)).await;
    assert_eq!(made("<p>one</p>").await, json!("TypeError"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_is_written_seen_sent_and_watched() {
    if !browser::is_installed() {
        return;
    }
    let home = Home::with_page().await;
    home.opt_in("psid-7", "My name is Zelda").await;
    let site = Site::open(home, "en").await;
    let browser = Browser::start().await;
    browser.go(&format!("{}/app/broadcasts/new", site.base)).await;
    browser.write("#text", "Hello {name|friend}, fresh bread!").await;
    // Drawn while one writes, once with a name and once without.
    browser.reads("#sketch", "Hello friend, fresh bread!").await;
    let drawn = browser.text("#sketch").await;
    assert!(
        drawn.contains("Hello Sara, fresh bread!") && drawn.contains("Hello friend, fresh bread!"),
        "{drawn}"
    );
    assert!(drawn.contains("Unsubscribe"), "{drawn}");
    let pictures = browser::pictures(Path::new(env!("CARGO_TARGET_TMPDIR")));
    browser.resize(1280, 800).await;
    browser.photograph(&pictures.join("compose-written-en-desk.png")).await;
    browser.click("button[value=save]").await;
    browser.click("a[href$='/send']").await;
    browser.reads("main", "Send to 1 person").await;
    browser.click("main form button").await;
    // On its way: the part that moves asks again by itself, and is replaced by the result.
    browser.wait_for("#progress[hx-get]").await;
    browser.photograph(&pictures.join("broadcast-sending-en-desk.png")).await;
    site.home.settle().await;
    browser.wait_for("#progress:not([hx-get]) .good").await;
    browser.reads("#progress", "1 / 1").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_scripts() {
    if !browser::is_installed() {
        return;
    }
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let site = Site::open(home, "en").await;
    let browser = Browser::start().await;
    browser.allow_scripts(false).await;
    browser.go(&format!("{}/app/broadcasts/new", site.base)).await;
    browser.write("#text", "Hello {nmae|friend}").await;
    browser.click("button[value=preview]").await;
    browser.wait_for("#text-wrong").await;
    // Ticked, put on, and taken back, all by forms.
    site.home.post("/api/v1/tags", &json!({ "name": "Regulars" })).await;
    browser.go(&format!("{}/app/leads", site.base)).await;
    browser.click(&format!("input[name=lead][value='{lead}']")).await;
    browser.click("button[name=do][value=put]").await;
    browser.wait_for("form[action='/app/leads/tag/undo'] button").await;
    browser.reads("main", "put on 1 lead.").await;
    browser.click("form[action='/app/leads/tag/undo'] button").await;
    browser.reads("main", "Taken back.").await;
    browser.go(&format!("{}/app/leads/{lead}", site.base)).await;
    assert!(!browser.text("main").await.contains("Zelda"));
    browser.click("form[action$='/reveal'] button").await;
    browser.wait_for("[aria-labelledby=who] dl").await;
    browser.reads("main", "Zelda").await;
    browser.go(&format!("{}/app/leads/{lead}/erase", site.base)).await;
    browser.click("button.e-danger").await;
    browser.wait_for("a[href^='/erasure/']").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_while_a_page_is_drawn_is_noticed() {
    if !browser::is_installed() {
        return;
    }
    let browser = Browser::start().await;
    browser
        .go("data:text/html,<body style='margin:0'><div id=a></div><p style='height:400px'>words</p>")
        .await;
    assert!(browser.layout_shift().await < 0.001);
    let drawn = "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))";
    browser.run("document.querySelector('#a').style.height = '300px'", &[]).await;
    browser.run(drawn, &[]).await;
    assert!(browser.layout_shift().await > 0.1);
}

/// Clicks what may stand under the tabs of a phone.
async fn tap(browser: &Browser, selector: &str) {
    let middle = format!("document.querySelector(\"{selector}\").scrollIntoView({{ block: 'center' }})");
    browser.run(&middle, &[]).await;
    browser.click(selector).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_is_talked_to_without_loading_the_page_anew_and_without_scripts() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let pictures = browser::pictures(tmp);
    let mut troubles = Vec::new();
    for (language, says) in [
        ("en", ["Hello", "Can I order a cake?", "0123 456789", "stop"]),
        ("ar", ["مرحبا", "أوقات العمل؟", "شكرا", "توقف"]),
    ] {
        let home = Home::with_page().await;
        let page =
            home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        bots(&home, &page, &page).await;
        let lead = home.opt_in("psid-7", "hello there").await;
        home.write("psid-7", json!({ "text": "I want a cake" })).await;
        home.write("psid-7", json!({ "text": "0123 456789" })).await;
        let site = Site::open(home, language).await;
        let browser = Browser::start().await;
        let pane = format!("{}/app/pages/{page}/bot/try", site.base);
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            browser.go(&pane).await;
            browser.run("window.isTheSame = true", &[]).await;
            tap(&browser, ".e-start button").await;
            browser.wait_for(".e-mine").await;
            tap(&browser, ".e-replies button").await;
            for (number, text) in says.iter().enumerate() {
                browser.wait_for(&format!(".e-because:nth-of-type({})", number + 2)).await;
                browser.write("#say", text).await;
                tap(&browser, ".e-say button").await;
            }
            browser.wait_for(".e-because:nth-of-type(6)").await;
            assert_eq!(browser.run("return window.isTheSame", &[]).await, json!(true), "the page stays");
            let at = format!("bot-try-{language}-{device}");
            browser.photograph(&pictures.join(format!("{at}.png"))).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
        }
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            browser.go(&format!("{}/app/leads/{lead}", site.base)).await;
            tap(&browser, "form[action$='/reveal'] button").await;
            browser.wait_for(".e-told").await;
            let at = format!("lead-told-{language}-{device}");
            browser.photograph(&pictures.join(format!("{at}.png"))).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
            tap(&browser, ".e-permits a").await;
            browser.wait_for("button.e-danger").await;
            let at = format!("lead-withdraw-{language}-{device}");
            browser.photograph(&pictures.join(format!("{at}.png"))).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
        }
        browser.resize(1280, 900).await;
        browser.allow_scripts(false).await;
        browser.go(&pane).await;
        browser.click(".e-start button").await;
        browser.wait_for(".e-because").await;
        browser.write("#say", says[0]).await;
        browser.click(".e-say button").await;
        browser.wait_for(".e-because:nth-of-type(2)").await;
        browser.allow_scripts(true).await;
        // Drawn while one writes.
        browser.go(&format!("{}/app/pages/{page}/bot/rule", site.base)).await;
        browser.write("#text", "Fresh bread for {page}").await;
        browser.wait_for("#sketch .e-bubble").await;
        browser.reads("#sketch", "Fresh bread for Corner").await;
        tap(&browser, "button[value=save]").await;
        browser.wait_for("#name-wrong").await;
        browser.photograph(&pictures.join(format!("bot-rule-wrong-{language}-desk.png"))).await;
        troubles.extend(check(&site, &browser, &axe, &format!("bot-rule-wrong-{language}")).await);
    }
    assert_eq!(troubles, Vec::<String>::new());
}
