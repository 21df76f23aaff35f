//! The data page and what an admin gets of the data map in a real browser, in both languages, on a desk and on a
//! phone; pictures are kept to be looked at. And what a browser holds afterwards.

use crate::browser::{Site, check, is_there};
use crate::home::{HOST, Home};
use model::datamap::elsewhere::BROWSER;
use serde_json::json;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};

/// Everything that a page can keep in a browser, apart from cookies: kind and name.
const KEPT: &str = "
    const names = [];
    for (const [kind, store] of [['local_storage', localStorage], ['session_storage', sessionStorage]])
        for (let at = 0; at < store.length; at++) names.push([kind, store.key(at)]);
    const asked = [];
    if (window.caches) asked.push(caches.keys().then(keys => keys.forEach(key => names.push(['cache', key]))));
    if (indexedDB.databases) asked.push(indexedDB.databases().then(all => all.forEach(one => names.push(['indexed_db', one.name]))));
    if (navigator.serviceWorker) asked.push(navigator.serviceWorker.getRegistrations().then(all => all.forEach(one => names.push(['service_worker', one.scope]))));
    return Promise.all(asked).then(() => names);";

/// That the browser holds these cookies, each declared and ending in time, and nothing else at all.
pub async fn holds_only_what_is_declared(browser: &Browser, cookies: &[&str]) {
    let held = browser.all_cookies().await;
    let mut names: Vec<&str> = held.iter().map(|cookie| cookie["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, cookies);
    for cookie in &held {
        let name = cookie["name"].as_str().unwrap();
        let declared = BROWSER.iter().find(|one| one.kind == "cookie" && one.name == name);
        let declared = declared
            .unwrap_or_else(|| panic!("declare the cookie {name} in crates/model/src/datamap/elsewhere.rs"));
        assert_eq!((&cookie["secure"], &cookie["httpOnly"]), (&json!(true), &json!(true)), "{cookie}");
        if cookie["session"] != json!(true) {
            let now = browser.run("return Date.now() / 1000", &[]).await.as_f64().unwrap();
            let minutes = (cookie["expires"].as_f64().unwrap() - now) / 60.0;
            let days = u32::from(declared.longest_days) * 1_440;
            let longest = days.max(u32::from(declared.idle_minutes));
            assert!(minutes <= f64::from(longest), "{name} stays {minutes} minutes");
        }
    }
    let kept = browser.run(KEPT, &[]).await;
    for pair in kept.as_array().unwrap() {
        let (kind, name) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        assert!(
            BROWSER.iter().any(|one| (one.kind, one.name) == (kind, name)),
            "declare {kind} `{name}` in crates/model/src/datamap/elsewhere.rs"
        );
    }
}

async fn look(
    site: &Site,
    browser: &Browser,
    pages: &[(&str, &str)],
    language: &str,
    axe: &str,
    is_console: bool,
) -> Vec<String> {
    let pictures = browser::pictures(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let mut troubles = Vec::new();
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in pages {
            browser.go(&format!("{}{path}", site.base)).await;
            let at = format!("{name}-{language}-{device}");
            if is_console {
                is_there(browser, path, &at).await;
            }
            browser.photograph(&pictures.join(format!("{at}.png"))).await;
            troubles.extend(check(site, browser, axe, &at).await);
        }
    }
    troubles
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_page_and_the_admins_pages_about_it_are_right_in_both_languages() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let mut troubles = Vec::new();
    for language in ["en", "ar"] {
        let home = Home::with_page().await;
        let admin = home.admin_session().await;
        home.opt_in("psid-7", "hello").await;
        home.settle().await;
        let browser = Browser::start().await;
        let site = Site::of(home, HOST, "", language).await;
        troubles.extend(look(&site, &browser, &[("data", "/data")], language, &axe, false).await);
        // One table opened, near the end of the page.
        browser.run("document.querySelector('#table-session').open = true; document.querySelector('#table-session').scrollIntoView()", &[]).await;
        let pictures = browser::pictures(tmp);
        browser.photograph(&pictures.join(format!("data-table-{language}-phone.png"))).await;
        troubles.extend(check(&site, &browser, &axe, "data-table").await);
        browser.run("const card = document.querySelector('#backups').closest('section'); card.querySelector('details').open = true; card.scrollIntoView()", &[]).await;
        browser.photograph(&pictures.join(format!("data-backups-{language}-phone.png"))).await;
        let site = Site::open_as(site.home, &admin, language).await;
        let pages = [("admin-data-map", "/admin/data-map"), ("admin-retention", "/admin/retention")];
        troubles.extend(look(&site, &browser, &pages, language, &axe, true).await);
    }
    assert_eq!(troubles, Vec::<String>::new());
}
