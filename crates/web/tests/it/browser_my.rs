//! A lead's own page and the admin's register in a real browser, in both languages, on a desk, on a phone and in
//! the width of Messenger's own browser; pictures are kept to be looked at.

use crate::browser::{Site, check, look};
use crate::home::{HOST, Home};
use model::time::Clock;
use serde_json::json;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};

/// What Messenger's browser leaves of a small phone.
const IN_MESSENGER: (u32, u32, &str) = (360, 640, "messenger");

async fn filled() -> Home {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "My name is Zelda").await;
    let lead = home.call("GET", "/api/v1/leads").await.json()["items"][0]["id"].clone();
    let lead = lead.as_str().unwrap();
    home.submit(&format!("/app/leads/{lead}/reveal"), &[("reason", "order")]).await;
    let tag = home.post("/api/v1/tags", &json!({ "name": "Regulars" })).await.json();
    let borne = json!({ "leads": [lead], "bears": true });
    home.post(&format!("/api/v1/tags/{}/leads", tag["id"].as_str().unwrap()), &borne).await;
    let made = home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "Hi" })).await.json();
    home.post(&format!("/api/v1/broadcasts/{}/send", made["id"].as_str().unwrap()), &json!({})).await;
    home.settle().await;
    let many = json!({ "form": "csv", "with_names": true, "why": "The raffle in spring" });
    home.post("/api/v1/leads/exports", &many).await;
    home
}

async fn tour(language: &'static str) -> Vec<String> {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let home = filled().await;
    let secret = home.open_own_page("psid-7").await;
    // The page tells of its own use too.
    home.on_own_page(&secret, "POST", "/my/export", &[]).await;
    let link = home.own_page_link("psid-7").await;
    let site = Site::of(home, HOST, &format!("x; __Host-my={secret}"), language).await;
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    let pages = [
        ("my-link", format!("{link}?lang={language}")),
        ("my", format!("/my?done=corrected&lang={language}")),
        ("my-erase", format!("/my/erase?lang={language}")),
        ("my-closed", "/my/AAAA".to_owned()),
    ];
    for (width, height, device) in WIDTHS.into_iter().chain([IN_MESSENGER]) {
        browser.resize(width, height).await;
        for (name, path) in &pages {
            browser.go(&format!("{}{path}", site.base)).await;
            let at = format!("{name}-{language}-{device}");
            browser.photograph(&browser::pictures(tmp).join(format!("{at}.png"))).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
        }
        browser.go(&format!("{}/my?lang={language}", site.base)).await;
        browser
            .run("document.querySelectorAll('details').forEach(part => { part.open = true; });", &[])
            .await;
        let at = format!("my-unfolded-{language}-{device}");
        browser.photograph(&browser::pictures(tmp).join(format!("{at}.png"))).await;
        troubles.extend(check(&site, &browser, &axe, &at).await);
    }
    troubles
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leads_own_page_is_right_in_both_languages_and_at_every_width() {
    if !browser::is_installed() {
        return;
    }
    let mut troubles = tour("en").await;
    troubles.extend(tour("ar").await);
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_of_requests_is_right_in_both_languages() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let mut troubles = Vec::new();
    for language in ["en", "ar"] {
        let home = filled().await;
        let admin = home.admin_session().await;
        let today = jiff::Timestamp::from_second(home.clock.fixed.now().secs()).unwrap();
        let day = |days: i64| {
            let day =
                today.to_zoned(jiff::tz::TimeZone::UTC).date().checked_sub(jiff::Span::new().days(days));
            day.unwrap().to_string()
        };
        for (kind, days) in [("access", 3), ("erasure", 27), ("correction", 40), ("export", 20)] {
            let form = [("kind", kind), ("received", &day(days)), ("note", "Ticket 4711")];
            assert_eq!(home.submit_as(&admin, "/admin/requests", &form).await.status, 303);
        }
        let list = home.call_as(&admin, "GET", "/admin/requests").await;
        let one = list.text().split("href=\"/admin/requests/req_").nth(1).unwrap().split('"').next().unwrap();
        let one = format!("/admin/requests/req_{one}");
        home.open_own_page("psid-7").await;
        let site = Site::open_as(home, &admin, language).await;
        let browser = Browser::start().await;
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            for (name, path) in [("requests", "/admin/requests"), ("request", one.as_str())] {
                let at = format!("{name}-{language}-{device}");
                troubles.extend(look(&site, &browser, &axe, path, &at).await);
            }
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}
