//! The whole way through a real browser, over HTTPS, once in English and once in Arabic: set the brand
//! up, sign up, confirm by the mailed link, sign in, connect a page, write, send, watch, unsubscribe as
//! the lead, sign out. Each step is looked at on a desk and on a phone, and its picture kept in
//! `target/screenshots`.
//!
//! Without Chromium the tests say so and are left out; under `CI=true` they fail instead.

use crate::admin::{self, PASSWORD, set_up_link};
use crate::databases::{Databases, On, on_both};
use crate::first_start::Running;
use crate::home::tap;
use crate::program::{BRANDS, RealClock};
use crate::search::{Hunt, files};
use crate::site::{eventually, pause};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use simulator::{Config, NewPage, NewPerson, Options, PageId, Psid, Simulator};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use testkit::browser::{self, Browser, WIDTHS};

const OWNER: &str = "owner@sample.example";
const SUBMIT: &str = "form.e-form button[type=submit]";

/// A brand, and what the people of this journey are called and write.
struct Cast {
    brand: &'static str,
    /// The host in its file, with the port there.
    address: &'static str,
    language: &'static str,
    direction: &'static str,
    admin: &'static str,
    owner: &'static str,
    page: &'static str,
    /// How the lead introduces themselves.
    lead: &'static str,
    /// With the lead's name in its place.
    text: &'static str,
    written: &'static str,
    /// Makes the text too long for buttons, so that the way out is a link in it.
    more: &'static str,
}

const ENGLISH: Cast = Cast {
    brand: "mysocium",
    address: "https://mysocium.localhost:8443",
    language: "en",
    direction: "ltr",
    admin: "Ada Sample",
    owner: "Corner Bakery",
    page: "Corner Bakery",
    lead: "My name is Zelda",
    text: "Hello {name|friend}, our autumn sale begins today: everything 20 % off until Sunday.",
    written: "Hello Zelda, our autumn sale",
    more: "Rye bread, rolls, cakes and coffee. ",
};

const ARABIC: Cast = Cast {
    brand: "almujeeb",
    address: "https://almujeeb.localhost:8443",
    language: "ar",
    direction: "rtl",
    admin: "سلمى مثال",
    owner: "مخبز الحيّ",
    page: "مخبز الحيّ",
    lead: "اسمي ليلى",
    text: "مرحبًا {name|صديقنا}، بدأت تخفيضات الخريف اليوم: خصم 20 % على كل شيء حتى يوم الأحد.",
    written: "مرحبًا ليلى، بدأت تخفيضات الخريف",
    more: "خبز ومعجنات وكعك وقهوة طازجة كل يوم. ",
};

/// What is looked at along the way.
struct Journey {
    cast: Cast,
    base: String,
    axe: String,
    troubles: Vec<String>,
}

impl Journey {
    /// Looks at the page where it stands, in both windows, and goes on at the desk.
    async fn look(&mut self, browser: &Browser, step: &str) {
        let pictures = browser::pictures(Path::new(env!("CARGO_TARGET_TMPDIR")));
        let shown = browser
            .run("return [document.documentElement.dir, document.documentElement.lang, location.origin]", &[])
            .await;
        assert_eq!(shown, json!([self.cast.direction, self.cast.language, self.base]), "{step}");
        for (width, height, device) in WIDTHS.into_iter().rev() {
            browser.resize(width, height).await;
            let at = format!("journey-{step}-{}-{device}", self.cast.language);
            browser.photograph(&pictures.join(format!("{at}.png"))).await;
            // A form that was not right says so with its status, which the browser mentions.
            let found = browser.troubles(&self.axe).await.into_iter();
            let found = found.filter(|trouble| !trouble.contains("status of 422"));
            self.troubles.extend(found.map(|trouble| format!("{at}: {trouble}")));
        }
        let loaded = "return performance.getEntriesByType('resource').map(entry => entry.name)";
        for address in browser.run(loaded, &[]).await.as_array().unwrap() {
            let address = address.as_str().unwrap();
            assert!(
                address.starts_with(&self.base) || address.starts_with("data:"),
                "{step} loads {address}"
            );
        }
    }

    async fn go(&self, browser: &Browser, path: &str) {
        browser.go(&format!("{}{path}", self.base)).await;
    }

    /// Signs in.
    async fn sign_in(&self, browser: &Browser, email: &str) {
        browser.write("#email", email).await;
        browser.write("#password", PASSWORD).await;
        browser.click(SUBMIT).await;
        self.is_in(browser).await;
    }

    /// Holds what the browser keeps of who is signed in to be one cookie that scripts and others' pages
    /// never see and that ends with the browser.
    async fn is_in(&self, browser: &Browser) {
        browser.wait_for("body.e-shell").await;
        let cookies = browser.all_cookies().await;
        let [cookie] = cookies.as_slice() else { panic!("one cookie: {cookies:?}") };
        assert_eq!(cookie["name"], "__Host-session");
        assert_eq!(
            (&cookie["httpOnly"], &cookie["secure"], &cookie["session"]),
            (&json!(true), &json!(true), &json!(true))
        );
        assert_eq!(cookie["sameSite"], "Strict");
    }

    /// Signs out and finds that the browser holds nothing of us.
    async fn sign_out(&self, browser: &Browser) {
        browser.click(".e-aside .e-out button").await;
        browser.wait_for("body.e-portal .e-note.good").await;
        assert_eq!(browser.all_cookies().await, Vec::<Value>::new());
        let kept = "return caches.keys().then(async caches =>
            [localStorage.length, sessionStorage.length, caches.length, (await indexedDB.databases()).length])";
        assert_eq!(browser.run(kept, &[]).await, json!([0, 0, 0, 0]));
        // Not even the way back shows what was there.
        browser.run("document.body.dataset.old = ''; history.back()", &[]).await;
        browser.wait_for("body.e-portal:not([data-old]) #password").await;
        self.go(browser, "/app").await;
        browser.wait_for("body.e-portal #password").await;
    }
}

/// The link with this path in a mail to `to`, once there is one.
fn mailed_link(mailbox: &Path, to: &str, path: &str) -> Option<String> {
    let files = std::fs::read_dir(mailbox).ok()?;
    files.filter_map(|file| std::fs::read(file.ok()?.path()).ok()).find_map(|bytes| {
        let mail = MessageParser::default().parse(&bytes)?;
        let text = mail.body_text(0)?;
        let link = text.split_whitespace().find(|word| word.contains(path))?.to_owned();
        (mail.to()?.first()?.address()? == to).then_some(link)
    })
}

async fn simulator() -> Simulator {
    let mut config = Config::new(Arc::new(RealClock), 1);
    config.settings.require_proof = true;
    Simulator::start(config).await.unwrap()
}

async fn serve(
    folder: &Path,
    databases: &Databases,
    cast: &Cast,
    simulator: &Simulator,
) -> (Running, String) {
    // The brand's address holds the port before the program can say one.
    let base = format!("{}:{}", cast.address.rsplit_once(':').unwrap().0, testkit::free_port());
    let brand = folder.join("brands").join(cast.brand);
    std::fs::create_dir_all(&brand).unwrap();
    let file = std::fs::read_to_string(format!("{BRANDS}/{}/brand.toml", cast.brand)).unwrap();
    assert!(file.contains(cast.address));
    std::fs::write(brand.join("brand.toml"), file.replace(cast.address, &base)).unwrap();
    let listen = format!("127.0.0.1:{}", base.rsplit_once(':').unwrap().1);
    let (graph, app) = (simulator.url(), simulator.app_id().to_string());
    let environment = [
        ("ENTENTE_SERVER__LISTEN", listen.as_str()),
        ("ENTENTE_SERVER__PUBLIC_URL", base.as_str()),
        ("ENTENTE_DATABASE__URL", databases.urls[0].as_str()),
        ("ENTENTE_KEYS__URL", databases.urls[1].as_str()),
        ("ENTENTE_MESSENGER__GRAPH_URL", graph.as_str()),
        ("ENTENTE_MESSENGER__APP_ID", app.as_str()),
        ("ENTENTE_MESSENGER__APP_SECRET", "simulated_app_secret"),
        ("ENTENTE_MESSENGER__VERIFY_TOKEN", "simulated_verify_token"),
        ("ENTENTE_MAIL__URL", "mailbox:mailbox"),
        ("ENTENTE_MAIL__FROM", "no-reply@sample.example"),
    ];
    let running = Running::start(folder, &environment).await;
    simulator.set_callback_unverified(&format!("https://{listen}/webhooks/messenger"));
    (running, base)
}

/// Who has the computer after it, and looks at every byte of the profile, finds nobody's lead, no way in, and
/// nothing that was written to people. How the users call themselves, which they typed into forms that ask for it,
/// stands where a browser keeps such for the next form and for a tab that is opened again, and nowhere else.
fn hunt_profile(cast: &Cast, browser: &Browser, session: &str) {
    let profile = files(browser.folder());
    let lead = cast.lead.rsplit(' ').next().unwrap();
    // The first words behind the lead's name: a long text is shown cut off.
    let offer: String = cast.text.split('}').nth(1).unwrap().chars().take(16).collect();
    assert_eq!(Hunt::texts([lead, PASSWORD, session, &offer]).found(&profile), [""; 0]);
    let own = ["/Default/Web Data", "/Default/Sessions/"];
    let typed = Hunt::texts([cast.admin, cast.owner, cast.page, OWNER, admin::EMAIL]);
    let found = typed.found(profile.iter().filter(|(name, _)| !own.iter().any(|own| name.contains(own))));
    assert_eq!(found, [""; 0]);
    // It is the profile: what is typed is found in it.
    assert!(!typed.found(&profile).is_empty());
}

/// Somebody writes to the page and presses Yes.
async fn agrees(simulator: &Simulator, page: PageId, words: &str) -> Psid {
    let lead = simulator.add_person(page, NewPerson::default()).unwrap();
    let answered = async |before: usize| {
        let answer = || async {
            simulator.flush().await;
            (simulator.received(lead).len() > before).then_some(())
        };
        eventually("the bot's answer", answer).await;
    };
    simulator.write(lead, words).unwrap();
    answered(0).await;
    let before = simulator.received(lead).len();
    simulator.act(lead, &tap(0), &Options::default()).unwrap();
    answered(before).await;
    lead
}

/// The page is checked, and what is shown then is there.
async fn checked(browser: &Browser) {
    browser.run("document.querySelector(\"form[action$='/check']\").dataset.old = ''", &[]).await;
    browser.click("form[action$='/check'] button").await;
    browser.wait_for("form[action$='/check']:not([data-old]) button").await;
}

/// The page's access dies; the check says so, the overview too, and one click there renews it.
async fn renewal(journey: &mut Journey, browser: &Browser, simulator: &Simulator, page: PageId) {
    const ALL_WELL: &str =
        "return document.querySelectorAll('.e-checks li > .bad, .e-checks li > .warn').length";
    browser.resize(1280, 800).await;
    journey.go(browser, "/app/pages").await;
    browser.click("table.e-table a[href^='/app/pages/']").await;
    browser.wait_for("form[action$='/check'] button").await;
    checked(browser).await;
    journey.look(browser, "page-checked").await;
    assert_eq!(browser.run(ALL_WELL, &[]).await, 0, "{}", browser.text("main").await);
    assert!(simulator.kill_tokens(Some(page), None, 460) > 0);
    browser.resize(1280, 800).await;
    browser.click("form[action$='/check'] button").await;
    browser.wait_for(".e-checks li > .bad").await;
    journey.look(browser, "page-dead").await;
    journey.go(browser, "/app").await;
    browser.wait_for(".e-attention a[href$='/renew']").await;
    journey.look(browser, "attention").await;
    browser.resize(1280, 800).await;
    browser.click(".e-attention a[href$='/renew']").await;
    browser.wait_for("button[value=allow]").await;
    browser.click("button[value=allow]").await;
    // Back, and on by itself to the very page.
    browser.wait_for("body.e-shell form[action$='/pause']").await;
    let address = browser.address().await;
    assert!(address.contains("/app/pages/pag_") && address.ends_with("?done=renewed"), "{address}");
    browser.complaints().await;
    checked(browser).await;
    assert_eq!(browser.run(ALL_WELL, &[]).await, 0, "{}", browser.text("main").await);
    // It sends again.
    agrees(simulator, page, journey.cast.lead).await;
    journey.go(browser, "/app").await;
    assert_eq!(
        browser.run("return document.querySelectorAll('.e-attention a[href$=\"/renew\"]').length", &[]).await,
        0
    );
}

async fn journey(on: On, cast: Cast) {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../web"), tmp);
    let folder = tempfile::tempdir().unwrap();
    let databases = Databases::new(on, folder.path()).await;
    let simulator = simulator().await;
    let owner = simulator.add_user(cast.owner);
    let page = NewPage { name: cast.page.to_owned(), admins: vec![owner], ..NewPage::default() };
    let page = simulator.add_page(page).unwrap();
    let (running, base) = serve(folder.path(), &databases, &cast, &simulator).await;
    let mut journey = Journey { cast, base, axe, troubles: Vec::new() };
    let browser = Browser::start().await;
    browser.speak(journey.cast.language).await;

    // The installation's first admin, by the link that the start said.
    journey.go(&browser, "/register").await;
    journey.look(&browser, "register-closed").await;
    let link = set_up_link(running.lines.iter().map(String::as_str), journey.cast.brand).unwrap();
    browser.go(link).await;
    browser.wait_for("#terms-en").await;
    journey.look(&browser, "set-up").await;
    browser.write("#name", journey.cast.admin).await;
    browser.write("#email", "admin@sample.example").await;
    browser.write("#password", PASSWORD).await;
    browser.click(SUBMIT).await;
    browser.wait_for("body.e-portal .e-note.good").await;
    journey.look(&browser, "login").await;
    journey.sign_in(&browser, "admin@sample.example").await;
    journey.sign_out(&browser).await;
    browser.go(link).await;
    assert!(browser.text("h1").await.len() > 3);
    assert_eq!(browser.run("return document.querySelectorAll('form').length", &[]).await, 0);
    browser.complaints().await;

    // A second person reads and signs up.
    journey.go(&browser, "/").await;
    journey.look(&browser, "home").await;
    for document in ["terms", "privacy", "data"] {
        journey.go(&browser, &format!("/{document}")).await;
        journey.look(&browser, document).await;
    }
    journey.go(&browser, "/").await;
    browser.click("main a[href='/register']").await;
    browser.wait_for("#agree").await;
    assert!(browser.text("details.e-document[open] .e-prose").await.len() > 500);
    journey.look(&browser, "register").await;
    browser.write("#name", journey.cast.owner).await;
    browser.write("#email", OWNER).await;
    browser.write("#password", "short").await;
    browser.click("#agree").await;
    browser.click(SUBMIT).await;
    browser.wait_for("#password-wrong").await;
    journey.look(&browser, "register-wrong").await;
    browser.write("#password", PASSWORD).await;
    browser.click("#agree").await;
    browser.click(SUBMIT).await;
    browser.wait_for("body.e-portal main:not(:has(form)) h1").await;
    journey.look(&browser, "register-sent").await;
    let mailbox = folder.path().join("mailbox");
    let mailed = || std::future::ready(mailed_link(&mailbox, OWNER, "/account/confirm/"));
    browser.go(&eventually("the mail", mailed).await).await;
    browser.wait_for("form.e-form").await;
    journey.look(&browser, "confirm").await;
    browser.write("#password", "walnut-ferry-lamp-22").await;
    browser.click(SUBMIT).await;
    browser.wait_for("#password-wrong").await;
    journey.look(&browser, "confirm-wrong").await;
    browser.write("#password", PASSWORD).await;
    browser.click(SUBMIT).await;
    journey.is_in(&browser).await;
    journey.look(&browser, "empty").await;

    // The way back is as it was, as long as one is signed in.
    journey.go(&browser, "/app/pages").await;
    browser.run("history.back()", &[]).await;
    browser.wait_for("html:not([hidden]) .e-nav a[href='/app'][aria-current=page]").await;

    // A page, through the login dialog of the other side.
    journey.go(&browser, "/app/pages").await;
    browser.click("main a[href='/app/pages/connect']").await;
    browser.wait_for("button[value=allow]").await;
    assert!(browser.address().await.starts_with(&simulator.url()));
    // The one who manages a page is offered.
    browser.wait_for(&format!("input[name=user][value='{owner}']:checked")).await;
    browser.click("button[value=allow]").await;
    browser.wait_for("form[action='/app/pages/connected'] button").await;
    browser.complaints().await;
    journey.look(&browser, "connected").await;
    browser.click("form[action='/app/pages/connected'] button").await;
    browser.wait_for("table.e-table a[href^='/app/pages/']").await;
    browser.reads("main", journey.cast.page).await;
    journey.look(&browser, "pages").await;
    let lead = agrees(&simulator, page, journey.cast.lead).await;

    // A broadcast: written, seen, sent, watched without loading the page again.
    journey.go(&browser, "/app/broadcasts").await;
    browser.click("main a[href='/app/broadcasts/new']").await;
    let text = format!("{}\n\n{}", journey.cast.text, journey.cast.more.repeat(18));
    browser.write("#text", &text).await;
    browser.wait_for("#sketch .e-bubble").await;
    journey.look(&browser, "compose").await;
    browser.click("button[value=save]").await;
    browser.click("a[href$='/send']").await;
    browser.wait_for("form.e-actions button").await;
    journey.look(&browser, "send").await;
    let mut settings = simulator.settings();
    // Nor does the echo say earlier that it went.
    (settings.answer_millis, settings.echo_millis) = (8_000, 60_000);
    simulator.set_settings(settings.clone());
    browser.click("main form.e-actions button").await;
    browser.wait_for("#progress[hx-get]").await;
    browser.run("window.isTheSame = true; document.querySelector('#progress').dataset.old = ''", &[]).await;
    browser.wait_for("#progress[hx-get]:not([data-old])").await;
    assert_eq!(browser.run("return window.isTheSame", &[]).await, true);
    // The browser looks for ten seconds, and the answer comes late in them: it begins later.
    pause(Duration::from_secs(3)).await;
    browser.wait_for("#progress:not([hx-get]) .good").await;
    (settings.answer_millis, settings.echo_millis) = (0, 0);
    simulator.set_settings(settings);
    journey.look(&browser, "result").await;
    let received = simulator.received(lead);
    let message = received.last().unwrap().message.to_string();
    let spoken = message.replace(['\u{2068}', '\u{2069}'], "");
    assert!(spoken.contains(journey.cast.written), "{message}");

    // The lead follows the way out that came with it.
    let start = format!("{}/u/", journey.base);
    let token = message.split(&start).nth(1).unwrap_or_else(|| panic!("no way out in {message}"));
    let token = token.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap();
    let reader = Browser::start().await;
    reader.speak(journey.cast.language).await;
    reader.go(&format!("{start}{token}")).await;
    reader.wait_for("main form button").await;
    journey.look(&reader, "unsubscribe").await;
    reader.click("main form button").await;
    reader.wait_for(".mark").await;
    journey.look(&reader, "unsubscribed").await;
    assert_eq!(reader.all_cookies().await, Vec::<Value>::new());
    drop(reader);

    // The next broadcast is for nobody.
    journey.go(&browser, "/app/leads").await;
    journey.look(&browser, "leads").await;
    journey.go(&browser, "/app/broadcasts/new").await;
    browser.write("#text", journey.cast.text).await;
    browser.click("button[value=save]").await;
    browser.click("a[href$='/send']").await;
    browser.wait_for("#why").await;
    assert_eq!(browser.text(".e-figures dd").await.replace('٠', "0"), "0");

    renewal(&mut journey, &browser, &simulator, page).await;

    // Who that is is shown when it is asked for.
    journey.go(&browser, "/app/leads").await;
    browser.click("main a[href^='/app/leads/led_']").await;
    browser.click("form[action$='/reveal'] button").await;
    let name = journey.cast.lead.rsplit(' ').next().unwrap();
    browser.wait_for("main:not(:has(form[action$='/reveal']))").await;
    browser.reads("main", name).await;

    // One's own account; then nothing is left in the browser.
    journey.go(&browser, "/account").await;
    browser.wait_for("#sessions").await;
    journey.look(&browser, "account").await;
    browser.resize(1280, 800).await;
    let cookies = browser.all_cookies().await;
    journey.sign_out(&browser).await;
    hunt_profile(&journey.cast, &browser, cookies[0]["value"].as_str().unwrap());
    running.stop().await;
    simulator.shutdown().await;
    databases.remove().await;
    assert_eq!(journey.troubles, Vec::<String>::new());
}

async fn the_whole_way_is_gone_in_english(on: On) {
    journey(on, ENGLISH).await;
}

on_both! { the_whole_way_is_gone_in_english }

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_way_is_gone_in_arabic() {
    journey(On::Sqlite, ARABIC).await;
}
