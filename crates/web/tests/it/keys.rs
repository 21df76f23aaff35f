//! The way in and out in a real browser that keeps its own cookie: signing out without scripts, the proof.
//!
//! Without Chromium the tests say so and are left out; under `CI=true` they fail instead.

use crate::browser_data::holds_only_what_is_declared;
use crate::home::{HOST, Home};
use crate::people::{EMAIL, PASSWORD};
use model::time::Span;
use serde_json::Value;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};
use web::routes::{Caller, ROUTES};

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
    browser.reads("main", EMAIL).await;
    holds_only_what_is_declared(browser, &["__Host-session"]).await;
    browser.click(".e-aside .e-out button").await;
    browser.wait_for("body.e-portal .e-note.good").await;
    assert_eq!(browser.all_cookies().await, Vec::<Value>::new());
    for _ in 0..4 {
        browser.back().await;
        browser.wait_for("body.e-portal").await;
        assert!(!browser.text("body").await.contains(EMAIL));
    }
}

/// After a tour through the pages of visitors and of the console, the browser holds what the data page says that it
/// holds, and for as long as it says.
#[tokio::test(flavor = "multi_thread")]
async fn claim_r2_a_browser_holds_only_what_the_data_map_lists() {
    if !browser::is_installed() {
        return;
    }
    let street = Street::open().await;
    let browser = &street.browser;
    for route in ROUTES.iter().filter(|route| route.method == "GET" && route.caller == Caller::Visitor) {
        if !route.path.contains(['{', '.']) {
            street.go(route.path).await;
        }
    }
    holds_only_what_is_declared(browser, &[]).await;
    street.sign_in().await;
    for route in ROUTES.iter().filter(|route| route.method == "GET" && route.caller == Caller::User) {
        let is_page = !route.path.contains(['{', '.']) && !route.path.ends_with("/connect");
        if is_page {
            street.go(route.path).await;
        }
    }
    holds_only_what_is_declared(browser, &["__Host-session"]).await;
    // Kept for days, if that was wished.
    street.go("/account").await;
    browser.click(".e-aside .e-out button").await;
    browser.wait_for("body.e-portal .e-note.good").await;
    street.go("/login").await;
    browser.click("#keep option:last-child").await;
    browser.write("#email", EMAIL).await;
    browser.write("#password", PASSWORD).await;
    browser.click(SUBMIT).await;
    browser.wait_for("body.e-shell").await;
    holds_only_what_is_declared(browser, &["__Host-session"]).await;
}

/// What becomes of two submissions, and of one by whoever comes back; none of them leaves the page.
const TWICE: &str = "
    const form = document.querySelector('form[data-once]'), seen = [];
    const note = event => { seen.push(event.defaultPrevented ? 'kept back' : 'sent'); event.preventDefault(); };
    form.addEventListener('submit', note);
    const comesBack = () => dispatchEvent(new PageTransitionEvent('pageshow'));
    form.requestSubmit(); form.requestSubmit(); comesBack(); form.requestSubmit(); comesBack();
    form.removeEventListener('submit', note);
    return seen;";

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
    let mut troubles = look(&street, &axe, "prove", "/account/prove?next=/app/tokens").await;
    troubles.extend(look(&street, &axe, "tokens-shut", "/app/tokens").await);
    assert_eq!(troubles, Vec::<String>::new());
    browser.click("main a[href^='/account/prove']").await;
    browser.write("#password", PASSWORD).await;
    // A second click would lose the answer to the first; whoever comes back may send again.
    let clicked = browser.run(TWICE, &[]).await;
    assert_eq!(clicked, serde_json::json!(["sent", "kept back", "sent"]));
    browser.click(SUBMIT).await;
    browser.click("input[value='leads:read']").await;
    browser.click("main form[action='/app/tokens'] button").await;
    assert!(browser.text("code.e-secret").await.starts_with("ent_"));
}

/// Pictures and troubles of a page, in both languages and windows.
async fn look(street: &Street, axe: &str, name: &str, path: &str) -> Vec<String> {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (browser, mut troubles) = (&street.browser, Vec::new());
    for language in ["ar", "en"] {
        for (width, height, device) in WIDTHS.into_iter().rev() {
            browser.resize(width, height).await;
            street.go(&format!("{path}{}lang={language}", if path.contains('?') { '&' } else { '?' })).await;
            let at = format!("{name}-{language}-{device}");
            browser.photograph(&browser::pictures(tmp).join(format!("{at}.png"))).await;
            let found = browser.troubles(axe).await.into_iter();
            troubles.extend(found.map(|trouble| format!("{at}: {trouble}")));
        }
    }
    troubles
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_signed_in_with_given_as_a_proof_and_removed() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let street = Street::open().await;
    let browser = &street.browser;
    let device = browser.add_authenticator().await;
    street.sign_in().await;
    let mut troubles = look(&street, &axe, "account-no-passkey", "/account").await;

    // After a while the proof comes first, and leads back.
    street.home.clock.fixed.advance(Span::minutes(20));
    street.go("/account").await;
    browser.write("#passkey-name", "Arbeitsrechner").await;
    browser.click("form[data-passkey=create] button").await;
    browser.write("#password", PASSWORD).await;
    browser.click(SUBMIT).await;
    browser.wait_for(".e-note.good").await;
    browser.write("#passkey-name", "Mein Rechner").await;
    browser.click("form[data-passkey=create] button").await;
    browser.wait_for("a[href$='/remove']").await;
    browser.reads("[aria-labelledby=passkeys] table", "Mein Rechner").await;
    // The same device a second time.
    browser.write("#passkey-name", "Noch einmal").await;
    browser.click("form[data-passkey=create] button").await;
    browser.wait_for("p[data-say=known]:not([hidden])").await;
    troubles.extend(look(&street, &axe, "account-passkey", "/account").await);

    // Out, and in again with it.
    browser.resize(1280, 800).await;
    browser.click(".e-aside .e-out button").await;
    browser.wait_for("body.e-portal .e-note.good").await;
    troubles.extend(look(&street, &axe, "login-passkey", "/login?next=/app/leads").await);
    street.go("/login?next=/app/leads").await;
    browser.click("form[data-passkey=get] button").await;
    browser.wait_for("body.e-shell").await;
    assert!(browser.address().await.ends_with("/app/leads"));
    let [cookie] = &browser.all_cookies().await[..] else { panic!("one cookie") };
    assert_eq!((&cookie["name"], &cookie["session"]), (&"__Host-session".into(), &true.into()));

    // As a proof.
    street.home.clock.fixed.advance(Span::minutes(20));
    troubles.extend(look(&street, &axe, "prove-passkey", "/account/prove?next=/app/tokens").await);
    street.go("/app/tokens").await;
    browser.click("main a[href^='/account/prove']").await;
    browser.click("form[data-passkey=get] button").await;
    browser.wait_for("main form[action='/app/tokens']").await;

    // Asked before it goes; then it opens nothing.
    street.go("/account").await;
    browser.click("a[href$='/remove']").await;
    browser.reads("h1", "Mein Rechner").await;
    let question = browser.address().await;
    troubles
        .extend(look(&street, &axe, "passkey-remove", question.strip_prefix(&street.base).unwrap()).await);
    browser.click("main button.e-danger").await;
    browser.wait_for(".e-note.good").await;
    browser.resize(1280, 800).await;
    browser.click(".e-aside .e-out button").await;
    browser.wait_for("body.e-portal .e-note.good").await;
    browser.complaints().await;
    browser.click("form[data-passkey=get] button").await;
    browser.wait_for(".e-note.bad").await;
    assert_eq!(browser.all_cookies().await, Vec::<Value>::new());

    // A device that does not find its person says so, and nothing is sent.
    browser.set_verified(&device, false).await;
    street.go("/login").await;
    browser.click("form[data-passkey=get] button").await;
    browser.wait_for("p[data-say=cancelled]:not([hidden])").await;
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_pages_say_that_a_passkey_needs_one_and_the_password_works() {
    if !browser::is_installed() {
        return;
    }
    let street = Street::open().await;
    let browser = &street.browser;
    browser.allow_scripts(false).await;
    street.go("/login").await;
    browser.reads("main", "A passkey needs JavaScript").await;
    assert!(!browser.text("main").await.contains("Sign in with a passkey"));
    street.sign_in().await;
    street.go("/account").await;
    browser.reads("[aria-labelledby=passkeys]", "A passkey needs JavaScript").await;
}
