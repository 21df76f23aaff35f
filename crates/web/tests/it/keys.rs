//! The way in and out in a real browser that keeps its own cookie: signing out without scripts, the proof.
//!
//! Without Chromium the tests say so and are left out; under `CI=true` they fail instead.

use crate::home::{HOST, Home};
use crate::people::{EMAIL, PASSWORD};
use model::time::Span;
use serde_json::Value;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};

const SUBMIT: &str = "main form button[type=submit]";

/// The router at a port of its own, and a browser in front of it.
struct Street {
    home: Home,
    base: String,
    browser: Browser,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Street {
    async fn open() -> Self {
        let home = Home::with_page().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{HOST}:{}", listener.local_addr().unwrap().port());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(web::serve(listener, home.router.clone(), async move { drop(stopped.await) }));
        Self { home, base, browser: Browser::start().await, _stop: stop }
    }

    async fn go(&self, path: &str) {
        self.browser.go(&format!("{}{path}", self.base)).await;
    }

    async fn sign_in(&self) {
        self.go("/login").await;
        self.browser.write("#email", EMAIL).await;
        self.browser.write("#password", PASSWORD).await;
        self.browser.click(SUBMIT).await;
        self.browser.wait_for("body.e-shell").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_x3_without_scripts_the_way_back_shows_nothing_of_who_has_signed_out() {
    if !browser::is_installed() {
        return;
    }
    let street = Street::open().await;
    let browser = &street.browser;
    browser.allow_scripts(false).await;
    street.sign_in().await;
    for path in ["/app/pages", "/app/leads", "/account"] {
        street.go(path).await;
        browser.wait_for("body.e-shell").await;
    }
    assert!(browser.text("main").await.contains(EMAIL));
    browser.click(".e-aside .e-out button").await;
    browser.wait_for("body.e-portal .e-note.good").await;
    assert_eq!(browser.all_cookies().await, Vec::<Value>::new());
    for _ in 0..4 {
        browser.back().await;
        browser.wait_for("body.e-portal").await;
        assert!(!browser.text("body").await.contains(EMAIL));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_asked_for_and_the_way_leads_on() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let street = Street::open().await;
    let browser = &street.browser;
    street.sign_in().await;
    street.home.clock.fixed.advance(Span::minutes(20));
    let mut troubles = Vec::new();
    for language in ["ar", "en"] {
        for (width, height, device) in WIDTHS.into_iter().rev() {
            browser.resize(width, height).await;
            for (name, path) in [("prove", "/account/prove?next=/app/tokens"), ("tokens-shut", "/app/tokens")]
            {
                street
                    .go(&format!("{path}{}lang={language}", if path.contains('?') { '&' } else { '?' }))
                    .await;
                let at = format!("{name}-{language}-{device}");
                browser.photograph(&browser::pictures(tmp).join(format!("{at}.png"))).await;
                troubles.extend(
                    browser.troubles(&axe).await.into_iter().map(|trouble| format!("{at}: {trouble}")),
                );
            }
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
    browser.click("main a[href^='/account/prove']").await;
    browser.write("#password", PASSWORD).await;
    browser.click(SUBMIT).await;
    browser.click("input[value='leads:read']").await;
    browser.click("main form[action='/app/tokens'] button").await;
    assert!(browser.text("code.e-secret").await.starts_with("ent_"));
}
