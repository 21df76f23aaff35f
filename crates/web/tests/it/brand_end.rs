//! The end of a brand in the console: announced by its admin, read by whoever has an account or is about to, called off
//! (claims A2, R3).

use crate::admin::Person;
use crate::browser::{Site, look};
use crate::home::{Answer, HOST, Home};
use crate::look::axe;
use crate::people;
use model::time::{Clock, Span};
use sha2::{Digest as _, Sha256};
use testkit::browser::{self, Browser, WIDTHS};

const END: &str = "/admin/brand/end";
const ERASE: &str = "/admin/brand/erase";

fn leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, path), "{}", answer.text());
}

fn day(home: &Home, days: i64) -> String {
    let at = home.clock.fixed.now().plus(Span::days(days));
    jiff::Timestamp::from_microsecond(at.micros()).unwrap().strftime("%Y-%m-%d").to_string()
}

fn bare(answer: &Answer) -> String {
    answer.text().replace(['\u{2068}', '\u{2069}'], "")
}

#[tokio::test]
async fn claim_r3_the_admin_announces_the_end_and_erases_nothing_before() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let name = home.engine.brand(home.brand_id(HOST)).unwrap().brand.name.clone();
    assert!(admin.get("/admin/brand").await.text().contains(END));
    // It has a user: asking for the erasure, or sending the form, leads to what has to be done before.
    leads_to(&admin.get(ERASE).await, END);
    leads_to(&admin.post(ERASE, &[("name", &name)]).await, "/admin/brand/end?done=brand-end-waits");
    let told = admin.get("/admin/brand/end?done=brand-end-waits").await;
    assert!(told.text().contains("Nothing was erased: this brand has users"), "{}", told.text());
    assert!(told.text().contains("name=\"end-day\"") && !told.text().contains(ERASE), "{}", told.text());
    for path in [END, "/admin/brand/end/off"] {
        assert_eq!(home.call("GET", path).await.status, 404, "{path} is the admin's");
        assert_eq!(home.submit(path, &[("end-day", "2027-01-01")]).await.status, 404, "{path}");
    }
    for (typed, act) in [(day(&home, 29), "look"), (day(&home, 400), "publish"), ("soon".to_owned(), "look")]
    {
        let refused = admin.post(END, &[("end-day", &typed), ("do", act)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("at least 30 days from now") && refused.text().contains(&typed));
    }
    let late = day(&home, 32);
    let shown = admin.post(END, &[("end-day", &late), ("do", "look")]).await;
    assert!(bare(&shown).contains("2 accounts get this mail"), "{}", shown.text());
    assert!(shown.text().contains("take along what is yours") && shown.text().contains("خذ ما هو لك"));
    assert!(shown.text().contains("value=\"publish\"") && shown.text().contains(&late));
    for path in ["/account", "/account/leave", "/app"] {
        assert!(!home.call("GET", path).await.text().contains("Back up and leave"), "{path}");
    }
    leads_to(
        &admin.post(END, &[("end-day", &late), ("do", "publish")]).await,
        "/admin/brand/end?done=brand-end-announced",
    );
    let waits = bare(&admin.get(END).await);
    assert!(waits.contains("2 accounts have not been mailed yet") && !waits.contains(ERASE), "{waits}");
    home.engine.announce_all().await.unwrap();
    let letter = home.mails.text_to(&home.engine, people::EMAIL, "brand_ends").await;
    assert!(letter.contains("/account/leave") && letter.contains("Ends on"), "{letter}");
    let told = bare(&admin.get(END).await);
    assert!(told.contains("Nobody is still to be mailed") && told.contains("/admin/brand/end/off"), "{told}");
    // A second time is not announced, and still nothing is erased.
    leads_to(&admin.post(END, &[("end-day", &late), ("do", "publish")]).await, END);
    leads_to(&admin.post(ERASE, &[("name", &name)]).await, "/admin/brand/end?done=brand-end-waits");
    assert_eq!(home.call("GET", "/account").await.status, 200);
}

#[tokio::test]
async fn claim_a2_whoever_has_an_account_or_is_about_to_reads_of_the_end_until_it_is_called_off() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let late = day(&home, 32);
    admin.post(END, &[("end-day", &late), ("do", "publish")]).await;
    home.engine.announce_all().await.unwrap();
    let ends = format!("{} ends on ", home.engine.brand(home.brand_id(HOST)).unwrap().brand.name);
    for path in ["/account", "/account/leave", "/app"] {
        assert!(bare(&home.call("GET", path).await).contains(&ends), "{path}");
    }
    let leave = home.call("GET", "/account/leave").await;
    for way in ["/account/archive", "/account/erase", "mailto:"] {
        assert!(leave.text().contains(way), "{way}: {}", leave.text());
    }
    let register = home.visit("GET", "/register").await;
    assert!(bare(&register).contains(&ends), "{}", register.text());
    for answer in [&register, &leave, &home.call("GET", "/app").await, &home.call("GET", "/account").await] {
        assert!(answer.text().contains("href=\"/end\""), "{}", answer.text());
    }
    is_shown_with_its_bytes(&home, "/end/1/hashed", "entente-brand-end/1").await;
    assert_eq!(home.visit("GET", "/end/1/off/hashed").await.status, 404);
    assert!(home.visit("GET", "/register?lang=ar").await.text().contains("تنتهي خدمة"));

    assert!(admin.get("/admin/brand/end/off").await.text().contains("Call the end off?"));
    leads_to(&admin.post("/admin/brand/end/off", &[]).await, "/admin/brand/end?done=brand-end-off");
    leads_to(&admin.post("/admin/brand/end/off", &[]).await, END);
    leads_to(&admin.get("/admin/brand/end/off").await, END);
    home.engine.announce_all().await.unwrap();
    let letter = home.mails.text_to(&home.engine, people::EMAIL, "brand_goes_on").await;
    assert!(letter.contains("called off"), "{letter}");
    for path in ["/account", "/account/leave", "/app"] {
        assert!(!bare(&home.call("GET", path).await).contains(&ends), "{path}");
    }
    assert!(!bare(&home.visit("GET", "/register").await).contains(&ends));
    // What was announced, and that it was called off, stays to be checked by everybody.
    for (path, format) in
        [("/end/1/hashed", "entente-brand-end/1"), ("/end/1/off/hashed", "entente-brand-end-off/1")]
    {
        is_shown_with_its_bytes(&home, path, format).await;
    }
    let page = bare(&home.visit("GET", "/end").await);
    assert!(page.contains("Was to end on ") && page.contains("Called off"), "{page}");
    assert!(home.visit("GET", "/end?lang=ar").await.text().contains("كان مقررًا أن تنتهي في"));
    assert!(home.call("GET", "/account/leave").await.text().contains("href=\"/end\""));
    leads_to(&admin.get(ERASE).await, END);
}

/// Whoever has no account finds the hash, and the bytes that it is of.
async fn is_shown_with_its_bytes(home: &Home, path: &str, format: &str) {
    let page = home.visit("GET", "/end").await;
    assert!(page.text().contains(&format!("href=\"{path}\"")), "{path} in {}", page.text());
    let bytes = home.visit("GET", path).await;
    assert_eq!((bytes.status.as_u16(), bytes.header("content-type")), (200, "application/json"));
    assert!(bytes.text().contains(format), "{}", bytes.text());
    let hash = hex::encode(Sha256::digest(bytes.text()));
    assert!(page.text().contains(&hash), "{hash} in {}", page.text());
}

async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let axe = axe();
    let home = Home::new().await;
    let session = home.admin_session().await;
    let browser = Browser::start().await;
    let site = Site::of(home, HOST, &session, language).await;
    let mut troubles = Vec::new();
    for (name, path) in [
        ("brand-end", END),
        ("brand-end-due", END),
        ("brand-end-off", "/admin/brand/end/off"),
        ("brand-end-app", "/app"),
        ("brand-end-account", "/account"),
        ("brand-end-leave", "/account/leave"),
        ("brand-end-public", "/end"),
    ] {
        if name == "brand-end-public" {
            let actor = engine::Actor { role: engine::Role::Admin, ..site.home.actor() };
            engine::actions::brand_end::call_off(&site.home.engine, &actor).await.unwrap();
            site.home.engine.checkpoint().await.unwrap();
        }
        if name == "brand-end-due" {
            site.home.let_end(HOST).await;
        }
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            let at = format!("{name}-{language}-{device}");
            troubles.extend(look(&site, &browser, &axe, path, &at).await);
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_brand_is_right_in_english_on_a_desk_and_on_a_phone() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_brand_is_right_in_arabic_on_a_desk_and_on_a_phone() {
    tour("ar").await;
}
