//! How the brands look in a real browser: each one's way in and overview, and the admin's pages about it, in
//! both languages and on both devices. The pictures lie in `target/screenshots`.

use crate::admin::{LOGO, Person};
use crate::browser::{Site, check, look};
use crate::home::{HOST, Home};
use crate::people::{self, EMAIL};
use serde_json::json;
use std::path::{Path, PathBuf};
use testkit::browser::{self, Browser, WIDTHS};

const HOSTS: [(&str, &str); 5] = [
    ("leangzbotchat", "leangzbotchat.localhost"),
    ("chatmagico", "chatmagico-bot.localhost"),
    ("qchatai", "qchatai.localhost"),
    ("almujeeb", "almujeeb.localhost"),
    ("mysocium", "mysocium.localhost"),
];

fn tmp() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

pub fn picture(name: &str) -> PathBuf {
    browser::pictures(tmp()).join(format!("{name}.png"))
}

pub fn axe() -> String {
    browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_brand_comes_in_its_own_dress_and_the_arabic_one_from_right_to_left() {
    if !browser::is_installed() {
        return;
    }
    let axe = axe();
    let mut troubles = Vec::new();
    let browser = Browser::start().await;
    for (name, host) in HOSTS {
        let home = Home::new().await;
        let brand = home.brand_id(host);
        let email = format!("sample.{EMAIL}");
        let (_, session) = people::settle_in(&home.engine, &home.mails, brand, &email).await;
        // Whatever else the browser speaks: the brand's own first language is what it begins with.
        let site = Site::of(home, host, &session, "fr").await;
        let first = if name == "almujeeb" { ("ar", "rtl") } else { ("en", "ltr") };
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            for (page, path) in [("sign-in", "/login"), ("overview", "/app")] {
                browser.go(&format!("{}{path}", site.base)).await;
                let root = "const root = document.documentElement; return [root.lang, root.dir]";
                assert_eq!(browser.run(root, &[]).await, json!([first.0, first.1]), "{name}");
                let colour =
                    "return getComputedStyle(document.documentElement).getPropertyValue('--primary').trim()";
                let own = &site.home.engine.brand_by_host(host).unwrap().brand.colours.primary;
                assert_eq!(browser.run(colour, &[]).await, json!(own), "{name}");
                let at = format!("brand-{name}-{page}-{device}");
                browser.photograph(&picture(&at)).await;
                troubles.extend(check(&site, &browser, &axe, &at).await);
            }
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let axe = axe();
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    let session = admin.session.clone();
    assert_eq!(
        admin.post("/admin/brand/colours", &[("primary", "#5b2a86"), ("on_primary", "#ffffff")]).await.status,
        303
    );
    assert_eq!(admin.set_logo(WIDE).await.status, 303);
    let site = Site::of(home, HOST, &session, language).await;
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    let pages = [
        ("admin-brand", "/admin/brand?done=brand-saved"),
        ("admin-brand-texts", "/admin/brand/texts/en"),
        ("admin-brand-texts-ar", "/admin/brand/texts/ar"),
        ("admin-brand-back", "/admin/brand/back/colours"),
        ("admin-documents", "/admin/documents"),
    ];
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in pages {
            let at = format!("{name}-{language}-{device}");
            troubles.extend(look(&site, &browser, &axe, path, &at).await);
        }
        let at = format!("sign-in-with-logo-{language}-{device}");
        browser.go(&format!("{}/login", site.base)).await;
        browser.photograph(&picture(&at)).await;
        troubles.extend(check(&site, &browser, &axe, &at).await);
    }
    browser.prefer("dark").await;
    browser.go(&format!("{}/admin/brand", site.base)).await;
    let at = format!("admin-brand-{language}-dark");
    browser.photograph(&picture(&at)).await;
    troubles.extend(check(&site, &browser, &axe, &at).await);
    assert_eq!(troubles, Vec::<String>::new());
}

/// A picture of 480 by 120 pixels: a line of writing.
const WIDE: &[u8] = include_bytes!("../wide.png");

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_s_pages_about_the_brand_are_right_in_english() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_s_pages_about_the_brand_are_right_in_arabic() {
    tour("ar").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_judged_while_one_chooses_and_a_logo_is_taken_from_the_disk() {
    if !browser::is_installed() {
        return;
    }
    let home = Home::new().await;
    let session = home.admin_session().await;
    let site = Site::of(home, HOST, &session, "en").await;
    let browser = Browser::start().await;
    browser.resize(1280, 800).await;
    browser.go(&format!("{}/admin/brand", site.base)).await;
    assert!(browser.run("return !document.querySelector('#pair .bad')", &[]).await == json!(true));
    let choose = "const field = document.getElementById('brand-colours-primary'); field.value = arguments[0];
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    browser.run(choose, &[json!("#ffd400")]).await;
    browser.wait_for("#pair .bad").await;
    assert!(
        browser.text("#pair").await.contains("1.2 to 1") || browser.text("#pair").await.contains("1.3 to 1")
    );
    browser.photograph(&picture("admin-brand-faint-en-desk")).await;
    browser.click("form[action='/admin/brand/colours'] button").await;
    browser.wait_for("form[action='/admin/brand/colours']").await;
    browser.wait_for(".e-note.bad").await;
    let file = tmp().join(format!("logo-{}.png", std::process::id()));
    std::fs::write(&file, LOGO).unwrap();
    browser.go(&format!("{}/admin/brand", site.base)).await;
    browser.write("#logo", file.to_str().unwrap()).await;
    browser.click("form[action='/admin/brand/logo'] button").await;
    browser.wait_for(".e-logo-shown img").await;
    std::fs::remove_file(&file).unwrap();
    let drawn = "const logo = document.querySelector('.e-logo'); return [logo.complete, logo.naturalWidth]";
    assert_eq!(browser.run(drawn, &[]).await, json!([true, 16]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_is_calm_and_its_documents_unfold() {
    if !browser::is_installed() {
        return;
    }
    let axe = axe();
    let mut troubles = Vec::new();
    for language in ["en", "ar"] {
        let home = Home::new().await;
        let host = "qchatai.localhost";
        let link = engine::actions::set_up::offer(&home.engine, home.brand_id(host)).await.unwrap().unwrap();
        let path = link.reveal().split("localhost:8443").nth(1).unwrap().to_owned();
        let site = Site::of(home, host, "", language).await;
        let browser = Browser::start().await;
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            browser.go(&format!("{}{path}", site.base)).await;
            let at = format!("set-up-{language}-{device}");
            browser.photograph(&picture(&at)).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
            browser.click("#privacy-en-name").await;
            browser.photograph(&picture(&format!("{at}-unfolded"))).await;
            troubles.extend(check(&site, &browser, &axe, &at).await);
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}
