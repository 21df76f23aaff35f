//! A large account, of 100,000 leads in the long form: taken along, erased and brought back, in a real browser
//! (claims F1, X9).

use crate::browser::Site;
use crate::home::{HOST, Home, META_PAGE};
use crate::people;
use model::time::{Clock as _, Span};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::browser::{self, Browser};
use testkit::short_or_long;

/// Events in one delivery.
const TOGETHER: usize = 200;
/// How long the browser's page is waited for; in a debug build a large archive takes its time.
fn patience() -> Duration {
    short_or_long(Duration::from_secs(150), Duration::from_secs(3_600))
}

fn pause(millis: u64) -> impl Future<Output = ()> {
    #[expect(clippy::disallowed_methods, reason = "a browser is waited for, which lives in real time")]
    tokio::time::sleep(Duration::from_millis(millis))
}

#[expect(clippy::disallowed_methods, reason = "measures how long real work takes")]
fn now() -> Instant {
    Instant::now()
}

/// Everybody sends this, as Meta delivers it when much comes at once: several events in one POST.
async fn all_send(home: &Home, leads: usize, mark: &str, message: &Value) {
    home.clock.fixed.advance(Span::secs(1));
    let at = home.clock.fixed.now().millis();
    for first in (0..leads).step_by(TOGETHER) {
        let events: Vec<Value> = (first..leads.min(first + TOGETHER))
            .map(|number| {
                let mut message = message.clone();
                message["mid"] = json!(format!("m_{mark}_{number}"));
                json!({ "sender": { "id": format!("psid-{number}") }, "recipient": { "id": META_PAGE },
                    "timestamp": at, "message": message })
            })
            .collect();
        let entry = json!([{ "id": META_PAGE, "time": at, "messaging": events }]);
        let answer = home.deliver(&json!({ "object": "page", "entry": entry }).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    home.engine.settle().await.unwrap();
}

/// Opens the page again until it says so.
async fn until(browser: &Browser, address: &str, css: &str, words: &str) {
    let began = now();
    loop {
        browser.go(address).await;
        let text = browser.text(css).await;
        if text.contains(words) {
            return;
        }
        assert!(began.elapsed() < patience(), "`{words}` did not come: {text}");
        pause(500).await;
    }
}

/// The file that the browser has saved, once it is whole.
async fn saved(folder: &Path) -> std::path::PathBuf {
    let began = now();
    loop {
        let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        if let [file] = files.as_slice()
            && file.extension().is_some_and(|end| end == "age")
        {
            return file.clone();
        }
        assert!(began.elapsed() < patience(), "no archive was saved: {files:?}");
        pause(200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_f1_a_large_account_is_taken_along_erased_and_brought_back_in_a_browser() {
    if !browser::is_installed() {
        return;
    }
    let leads: usize = short_or_long(5_000, 100_000);
    let counted = if leads == 5_000 { "5,000" } else { "100,000" };
    let said = |what: &str, began: Instant| eprintln!("{what}: {:.1} s", began.elapsed().as_secs_f64());
    let home = Home::with_page().await;
    let running = home.engine.run();

    let began = now();
    all_send(&home, leads, "hello", &json!({ "text": "Hello" })).await;
    let payload = home.meta.newest("entente:yes:promotion:");
    let payload = payload.split(['"', '\\']).next().unwrap().to_owned();
    all_send(&home, leads, "yes", &json!({ "text": "Yes", "quick_reply": { "payload": payload } })).await;
    said("opt-ins", began);

    let folder = tempfile::tempdir().unwrap();
    let browser = Browser::start().await;
    browser.download_to(folder.path()).await;
    let session = home.session.clone();
    let site = Site::open_as(home, &session, "en").await;
    let at = |path: &str| format!("{}{path}", site.base);

    let began = now();
    browser.go(&at("/account/archive")).await;
    assert!(
        browser.text("main").await.contains(&format!("{counted} leads")),
        "{}",
        browser.text("main").await
    );
    for field in ["#passphrase", "#again"] {
        browser.write(field, "correct horse battery").await;
    }
    browser.write("#why", "to keep").await;
    browser.click("form[action='/account/archive'] button").await;
    let archive = saved(folder.path()).await;
    said("archive", began);
    eprintln!("archive: {} bytes", std::fs::metadata(&archive).unwrap().len());

    let began = now();
    browser.go(&at("/account/erase")).await;
    browser.reads("main", &format!("{counted} leads")).await;
    browser.write("#email", people::EMAIL).await;
    browser.click("form[action='/account/erase'] button").await;
    // On the public page alone, however long the way there takes.
    browser.wait_for("dl bdi.code").await;
    said("unreadable", began);
    let status = browser.address().await;
    assert!(status.contains("/erasure/"), "{status}");
    until(&browser, &status, "main", "its last row is gone").await;
    said("erased", began);

    // Their mails are taken by hand.
    running.stop().await;
    // Somebody new, whom nothing but the file connects with the account that was.
    let (engine, mails) = (&site.home.engine, &site.home.mails);
    let brand = site.home.brand_id(HOST);
    let (_, session) = people::settle_in(engine, mails, brand, "again@corner.example.com").await;
    let site = Site::open_as(site.home, &session, "en").await;
    let running = site.home.engine.run();
    let at = |path: &str| format!("{}{path}", site.base);
    browser.go(&at("/account/import")).await;
    let began = now();
    browser.write("#passphrase", "correct horse battery").await;
    browser.write("#file", archive.to_str().unwrap()).await;
    browser.click("form[action='/account/import'] button").await;
    browser.wait_for("form[action='/account/import/start'] button").await;
    said("looked through", began);
    assert!(
        browser.text("main").await.contains(&format!("{counted} leads")),
        "{}",
        browser.text("main").await
    );
    let began = now();
    browser.click("form[action='/account/import/start'] button").await;
    until(&browser, &at("/account/import"), "main", "All is in that could come").await;
    said("brought back", began);
    browser.go(&at("/account/archive")).await;
    assert!(browser.text("main").await.contains(&format!("{counted} leads")), "they are not all here");
    browser.go(&at("/app/leads")).await;
    assert!(browser.text("main").await.contains("Asleep"), "{}", browser.text("main").await);
    running.stop().await;
}
