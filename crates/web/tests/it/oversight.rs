//! What an account keeps, in the admin's console: reached by forms that say what for, shown once, and read of by whose it is.

use crate::admin::Person;
use crate::browser::{Site, check, look};
use crate::home::Home;
use crate::people::EMAIL;
use model::time::Span;
use serde_json::json;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};

const WHY: &str = "a page sends nothing since Monday";
const TEXT: &str = "Fresh rye bread on Friday";
const TAG: &str = "regulars";
const FOR: &str = "the bookkeeper asked";

/// Somebody's page with a lead and a broadcast.
async fn peopled() -> (Home, String, String) {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let made = home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": TEXT })).await;
    let broadcast = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(home.post("/api/v1/tags", &json!({ "name": TAG })).await.status, 201);
    let taken = json!({ "form": "csv", "why": FOR });
    assert_eq!(home.post("/api/v1/leads/exports", &taken).await.status, 200);
    (home, lead, broadcast)
}

#[tokio::test]
async fn claim_a1_an_admin_is_shown_what_an_account_keeps_for_a_reason_and_whoever_s_it_is_reads_of_it() {
    let (home, lead, broadcast) = peopled().await;
    let (admin, own) = (Person::admin(&home).await, format!("/admin/accounts/{}", home.account));
    let (one, sent) = (format!("/admin/leads/{lead}"), format!("/admin/broadcasts/{broadcast}"));
    // Of the name, what a page writes as it is.
    let page = home.call("GET", "/api/v1/pages").await.json()["items"][0]["name"].clone();
    let page = page.as_str().unwrap().split(' ').next().unwrap();
    let is_masked = |text: &str| !["Zelda", "psid-7", TEXT, page].iter().any(|hidden| text.contains(hidden));
    let before = home.content().await;
    for address in [&own, &one, &sent] {
        let asks = admin.get(address).await;
        assert!(asks.status == 200 && is_masked(asks.text()), "{address}: {}", asks.text());
        assert!(asks.text().contains("name=\"reason\""), "{address}");
    }
    let look = format!("{own}/look");
    for (path, fields) in [
        (&look, &[("part", "leads"), ("reason", "so")][..]),
        (&format!("{one}/show"), &[("reason", "so")]),
        (&format!("{sent}/show"), &[("reason", "so")]),
    ] {
        let refused = admin.post(path, fields).await;
        assert_eq!(refused.status, 422, "{path}");
        assert!(refused.text().contains("role=\"alert\"") && refused.text().contains("value=\"so\""));
        assert!(is_masked(refused.text()), "{path}");
        // For others there is no such page.
        let other = home.submit(path, &[("part", "leads"), ("reason", WHY)]).await;
        assert_eq!(other.status, 404, "{path}");
    }
    assert!(before == home.content().await, "where nothing is shown, nothing is written down");
    let into = async |part: &str, after: &str| {
        // Mails and entries are in the order of their times.
        home.clock.fixed.advance(Span::secs(1));
        let fields = [("part", part), ("reason", WHY), ("after", after)];
        let shown = admin.post(&look, &fields).await;
        assert_eq!(shown.status, 200, "{part}: {}", shown.text());
        shown.text().to_owned()
    };
    let list = into("leads", "").await;
    assert!(list.contains(&format!("href=\"{one}\"")) && is_masked(&list), "{list}");
    assert!(!into("leads", &lead).await.contains(&one), "the list goes on behind them");
    let list = into("broadcasts", "").await;
    assert!(list.contains(&format!("href=\"{sent}\"")) && is_masked(&list), "{list}");
    assert!(into("pages", "").await.contains(page));
    let bots = into("bots", "").await;
    assert!(bots.contains(page) && bots.contains("In the brand") && !bots.contains("Zelda"), "{bots}");
    assert!(into("tags", "").await.contains(TAG));
    assert!(into("exports", "").await.contains(FOR));
    assert!(into("templates", "").await.contains("There is nothing here."));
    home.clock.fixed.advance(Span::secs(1));
    let shown = admin.post(&format!("{one}/show"), &[("reason", WHY)]).await;
    assert!(shown.text().contains("psid-7") && shown.text().contains("Zelda"), "{}", shown.text());
    home.clock.fixed.advance(Span::secs(1));
    let shown = admin.post(&format!("{sent}/show"), &[("reason", WHY)]).await;
    assert!(shown.text().contains(TEXT), "{}", shown.text());
    assert!(is_masked(admin.get(&one).await.text()) && is_masked(admin.get(&sent).await.text()));

    // The account, on its page and by mail; the lead, on theirs; and in the audit.
    let account = home.call("GET", "/account?lang=en").await;
    let looks = account.text().split("id=\"looks\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(looks.matches(WHY).count(), 10, "{looks}");
    for said in
        ["The administrator", "The list of your leads", "One of your leads", "Your pages", "Your tags"]
    {
        assert!(looks.contains(said), "{said} in {looks}");
    }
    let mail = home.mails.text_to(&home.engine, EMAIL, "admin_opened").await;
    assert!(mail.contains(WHY) && mail.contains("What one of your broadcasts says"), "{mail}");
    let open = home.open_own_page("psid-7").await;
    let my = home.on_own_page(&open, "GET", "/my?lang=en", &[]).await;
    assert!(my.text().contains("The administrator") && my.text().contains(WHY), "{}", my.text());
    assert!(my.text().contains("2\u{2069} times on this day"), "lists that they may stand in: {}", my.text());
    let audit = admin.get("/admin/audit?lang=en&kind=account_opened").await;
    let rows = audit.text().split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    assert_eq!((rows.matches("<tr>").count(), rows.matches(WHY).count()), (10, 10), "{rows}");
    assert!(rows.contains("its leads, without names") && is_masked(rows), "{rows}");

    // Asked for again once the proof has grown old.
    home.clock.fixed.advance(Span::minutes(16));
    let before = home.content().await;
    let late = admin.post(&look, &[("part", "leads"), ("reason", WHY)]).await;
    assert!(late.header("location").starts_with("/account/prove"), "{}", late.header("location"));
    assert!(before == home.content().await);
}

/// By clicks, from the list of accounts to one lead and one broadcast, and how each page looks on the way.
async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let (home, ..) = peopled().await;
    let account = format!("/admin/accounts/{}", home.account);
    let session = home.admin_session().await;
    let site = Site::open_as(home, &session, language).await;
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        let at = |name: &str| format!("oversight-{name}-{language}-{device}");
        let pictures = browser::pictures(tmp);
        let open = async |part: &str| {
            browser.go(&format!("{}{account}", site.base)).await;
            browser.write("#reason", WHY).await;
            let button = format!("form[action$='/look'] button[value={part}]");
            // Or a driver is content with what lies behind a phone's bar.
            let middle = format!(
                "document.querySelector('{}').scrollIntoView({{ block: 'center' }})",
                button.replace('\'', "\\'")
            );
            browser.run(&middle, &[]).await;
            browser.click(&button).await;
            browser.wait_for(".e-trail li:nth-child(3)").await;
        };
        troubles.extend(look(&site, &browser, &axe, &account, &at("account")).await);
        for part in ["pages", "bots", "templates", "tags", "exports", "leads", "broadcasts"] {
            open(part).await;
            browser.photograph(&pictures.join(format!("{}.png", at(part)))).await;
            troubles.extend(check(&site, &browser, &axe, &at(part)).await);
            if !["leads", "broadcasts"].contains(&part) {
                continue;
            }
            browser.click("table a").await;
            browser.wait_for("form[action$='/show']").await;
            browser.photograph(&pictures.join(format!("{}.png", at(&format!("{part}-ask"))))).await;
            troubles.extend(check(&site, &browser, &axe, &at(&format!("{part}-ask"))).await);
            browser.write("#reason", WHY).await;
            browser.click("form[action$='/show'] button").await;
            browser.wait_for("#main dl, main dl").await;
            browser.photograph(&pictures.join(format!("{}.png", at(&format!("{part}-shown"))))).await;
            troubles.extend(check(&site, &browser, &axe, &at(&format!("{part}-shown"))).await);
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_keeps_is_reached_by_clicks_and_right_in_english() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_keeps_is_reached_by_clicks_and_right_in_arabic() {
    tour("ar").await;
}
