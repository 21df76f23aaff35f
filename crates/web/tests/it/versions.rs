//! New versions of documents as people meet them: written and looked at by the admin, told to everybody, decided, and
//! public for ever.

use crate::admin::Person;
use crate::browser::{Site, check, look};
use crate::home::{Answer, HOST, Home};
use crate::look::{axe, picture};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::actions::documents::{self, Early, NOTICE, NextText, NextVersion};
use engine::{Actor, Role};
use model::time::{Clock, Span, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use testkit::browser::{self, Browser, WIDTHS};
use web::routes::{Caller, DECIDE, ROUTES};

const SUMMARY: &str = "We keep sign-ins for a shorter time.";

fn leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, path), "{}", answer.text());
}

/// The version after this one.
async fn publish(home: &Home, kind: &str, after: i64, effective_at: Timestamp, early: Option<Early>) {
    let brand = home.brand_id(HOST);
    let text = |language: &String| NextText {
        language: language.clone(),
        text: format!("# {kind}\n\nWhat holds here from {after} on."),
        summary: SUMMARY.to_owned(),
    };
    let texts = home.engine.brand(brand).unwrap().brand.languages.iter().map(text).collect();
    let next = NextVersion { kind: kind.to_owned(), after, texts, effective_at, early };
    let admin = Actor { role: Role::Admin, ..home.actor() };
    documents::publish_next(&home.engine, &admin, next).await.unwrap();
}

fn now(home: &Home) -> Timestamp {
    home.clock.fixed.now()
}

#[tokio::test]
async fn claim_f7_whoever_has_not_decided_reaches_the_decision_and_the_ways_out_and_nothing_else() {
    let home = Home::new().await;
    publish(&home, "terms", 1, now(&home), Some(Early::Law)).await;
    leads_to(&home.call("GET", "/app").await, "/account/decide?next=/app");
    let open = [
        "/account/accepted/{kind}/{version}",
        "/account/archive",
        "/account/decide",
        "/account/erase",
        "/account/language",
        "/account/leave",
        "/account/plan",
        "/account/plan/cancel",
        "/account/prove",
        "/account/prove/passkey",
        "/account/prove/passkey/begin",
        "/logout",
    ];
    for route in ROUTES.iter().filter(|route| matches!(route.caller, Caller::User | Caller::Proved)) {
        let path = route.path.replace("{kind}", "terms").replace("{version}", "1");
        let path = path.replace("{id}", &format!("led_{}", "0".repeat(32)));
        if path == "/logout" {
            continue;
        }
        let answer = home.call(route.method.as_str(), &path).await;
        let is_asked = answer.header("location").starts_with(DECIDE);
        assert_eq!(is_asked, !open.contains(&route.path), "{} {}: {}", route.method, path, answer.status);
    }
    let page = home.call("GET", DECIDE).await;
    let text = page.text();
    assert!(text.contains(SUMMARY) && text.contains("<ins") && text.contains("<del"), "{text}");
    assert!(!text.contains("checked"), "nothing is ticked beforehand");
    for way in ["/account/archive", "/account/erase", "/account/plan/cancel", "mailto:"] {
        assert!(text.contains(way), "{way}");
    }
    // Without a tick nothing is accepted; what was not shown neither.
    assert_eq!(home.submit(DECIDE, &[("next", "/app/leads")]).await.status, 422);
    assert_eq!(home.submit(DECIDE, &[("accepted", "privacy:2:en")]).await.status, 422);
    leads_to(&home.call("GET", "/app").await, "/account/decide?next=/app");
    let accepted = [("accepted", "terms:2:en"), ("next", "/app/leads")];
    leads_to(&home.submit(DECIDE, &accepted).await, "/app/leads?done=decided");
    assert_eq!(home.call("GET", "/app").await.status, 200);
    leads_to(&home.call("GET", DECIDE).await, "/app");
    // The admin has published it, and decides nothing.
    publish(&home, "privacy", 1, now(&home), Some(Early::Security)).await;
    let admin = Person::admin(&home).await;
    assert_eq!(admin.get("/app").await.status, 200);
}

#[tokio::test]
async fn claim_f7_an_announced_version_is_shown_at_sign_in_and_programs_go_on_for_thirty_days_more() {
    let mut home = Home::new().await;
    publish(&home, "terms", 1, now(&home).plus(NOTICE), None).await;
    // Nothing is shut before its day, but whoever signs in is asked.
    assert_eq!(home.call("GET", "/app").await.status, 200);
    let fields = [("email", crate::people::EMAIL), ("password", crate::people::PASSWORD), ("next", "/app")];
    let entered = home.submit("/login", &fields).await;
    leads_to(&entered, "/account/decide?next=/app");
    // It takes the place of the one that the browser showed.
    entered.session().clone_into(&mut home.session);
    let page = home.call("GET", "/account/decide?next=/app").await;
    assert!(page.text().contains("href=\"/app\""), "{}", page.text());
    home.clock.fixed.advance(NOTICE);
    home.clock.fixed.advance(Span::days(29));
    assert_eq!(home.call("GET", "/api/v1/leads").await.status, 200);
    home.clock.fixed.advance(Span::days(2));
    home.call("GET", "/api/v1/leads").await.is_problem(403, "decision-due");
}

#[tokio::test]
async fn claim_x6_every_version_stays_public_with_its_differences_and_the_bytes_of_its_hash() {
    let home = Home::new().await;
    publish(&home, "terms", 1, now(&home).plus(NOTICE), None).await;
    home.engine.checkpoint().await.unwrap();
    let page = home.visit("GET", "/documents/terms/2").await;
    let text = page.text();
    assert_eq!(page.status, 200);
    assert!(text.contains(SUMMARY) && text.contains("<ins") && text.contains("<del"), "{text}");
    assert!(text.contains("/documents/terms/1") && text.contains("Announced"), "{text}");
    let bytes = home.visit("GET", "/documents/terms/2/hashed").await;
    assert!(text.contains(&hex::encode(Sha256::digest(&bytes.body))), "{text}");
    assert!(text.contains("entry \u{2068}"), "its leaf: {text}");
    // The first is there too, with nothing to compare; what never was is not.
    let first = home.visit("GET", "/documents/terms/1").await;
    assert!(first.status == 200 && !first.text().contains("<ins"));
    for nothing in
        ["/documents/terms/3", "/documents/else/1", "/documents/terms/x", "/documents/terms/3/hashed"]
    {
        assert_eq!(home.visit("GET", nothing).await.status, 404, "{nothing}");
    }
    // What cannot wait overtakes an announced one, whose page says so.
    publish(&home, "privacy", 1, now(&home).plus(NOTICE), None).await;
    publish(&home, "privacy", 2, now(&home), Some(Early::Law)).await;
    let overtaken = home.visit("GET", "/documents/privacy/2").await;
    assert_eq!(overtaken.text().matches("never in force").count(), 2, "itself, and in the list of all");
    // In force is the first, until the day.
    let shown = home.visit("GET", "/terms").await;
    assert!(shown.text().contains("/documents/terms/1") && shown.text().contains("Version \u{2068}1"));
    home.clock.fixed.advance(NOTICE);
    assert!(home.visit("GET", "/terms").await.text().contains("Version \u{2068}2"));
    assert_eq!(
        home.visit("GET", "/documents/terms/1").await.status,
        200,
        "what was in force before stays public"
    );
}

#[tokio::test]
async fn claim_f7_the_admin_looks_at_the_differences_before_they_are_published_and_everybody_told() {
    let home = Home::new().await;
    let mut admin = Person::admin(&home).await;
    let page = admin.get("/admin/documents/terms").await;
    assert!(page.text().contains("What holds here."), "{}", page.text());
    let day = |days: i64| {
        let at = now(&home).plus(Span::days(days));
        jiff::Timestamp::from_microsecond(at.micros()).unwrap().strftime("%Y-%m-%d").to_string()
    };
    let (soon, late) = (day(29), day(32));
    let fields = |date: &'static str, act: &'static str| {
        [
            ("after", "1"),
            ("text-en", "# terms\r\n\r\nWhat holds there."),
            ("text-ar", "# terms\r\n\r\nWhat holds here."),
            ("summary-en", SUMMARY),
            ("summary-ar", SUMMARY),
            ("early", ""),
            ("effective_at", date),
            ("do", act),
        ]
    };
    let (soon, late): (&'static str, &'static str) = (soon.leak(), late.leak());
    let refused = admin.types("/admin/documents/terms", &fields(soon, "look")).await;
    assert!(refused.text().contains("at least 30 days from now") && refused.text().contains("holds there"));
    // What is not different, but for how it ends, is not published.
    let mut same = fields(late, "look");
    same[1].1 = "# terms\r\n\r\nWhat holds here.\r\n";
    same[2].1 = " # terms\r\n\r\nWhat holds here.\r\n\r\n";
    for act in ["look", "publish"] {
        same[7].1 = act;
        let refused = admin.types("/admin/documents/terms", &same).await;
        assert!(refused.text().contains("Nothing is different"), "{}", refused.text());
    }
    // With enough notice no reason for less is told; what cannot wait is in force when it is published.
    let early = |date: &'static str| {
        let mut fields = fields(date, "look");
        fields[5].1 = "law";
        fields
    };
    let look = admin.types("/admin/documents/terms", &early(late)).await;
    assert!(!look.text().contains("less than 30 days"), "{}", look.text());
    let look = admin.types("/admin/documents/terms", &early(soon)).await;
    assert!(look.text().contains("less than 30 days"), "{}", look.text());
    let look = admin.types("/admin/documents/terms", &early(day(0).leak())).await;
    assert!(look.text().contains("as soon as it is published"), "{}", look.text());
    assert!(!look.text().contains("in force since"), "{}", look.text());
    let look = admin.types("/admin/documents/terms", &fields(late, "look")).await;
    assert_eq!(look.status, 200, "{}", look.text());
    assert!(look.text().contains("<ins") && look.text().contains("there"), "{}", look.text());
    // Looking publishes nothing, and is what a page is there for: "back" and "reload" send no form. Whoever goes back to
    // the form finds what was typed, until it is published or begun anew.
    let typed = admin.get("/admin/documents/terms").await;
    let is_kept = !home.engine.is_one_of_several();
    assert_eq!(typed.text().contains("holds there") && typed.text().contains("a few minutes ago"), is_kept);
    for elsewhere in ["/admin/documents/terms?again=anew", "/admin/documents/privacy"] {
        assert!(!admin.get(elsewhere).await.text().contains("holds there"), "{elsewhere}");
    }
    assert_eq!(home.visit("GET", "/documents/terms/2").await.status, 404);
    let change = admin.types("/admin/documents/terms", &fields(late, "change")).await;
    assert!(change.text().contains("holds there") && change.text().contains(late));
    // Who it is was shown too long ago: it is asked, and what was written stays.
    home.clock.fixed.advance(Span::minutes(16));
    let asked = admin.types("/admin/documents/terms", &fields(late, "publish")).await;
    assert!(asked.text().contains("holds there") && asked.text().contains("Publishing asks for"));
    assert_eq!(home.visit("GET", "/documents/terms/2").await.status, 404);
    assert_eq!(admin.prove("/admin/documents").await.status, 303);
    // One language stays as it was: that is said, with its name, and nobody publishes it without knowing.
    let unaware = admin.types("/admin/documents/terms", &fields(late, "publish")).await;
    assert_eq!(home.visit("GET", "/documents/terms/2").await.status, 404);
    for page in [&look, &unaware] {
        let text = page.text().replace(['\u{2068}', '\u{2069}'], "");
        assert!(text.contains("Only the text in English is different. In العربية it stays"), "{text}");
        assert!(text.contains("name=\"unchanged\"") && text.contains("value=\"publish\""), "{text}");
    }
    let knowingly = || fields(late, "publish").into_iter().chain([("unchanged", "yes")]).collect::<Vec<_>>();
    let done = admin.types("/admin/documents/terms", &knowingly()).await;
    leads_to(&done, "/admin/documents?done=announced");
    assert!(!admin.get("/admin/documents/terms").await.text().contains("a few minutes ago"));
    home.engine.announce_all().await.unwrap();
    let letter = home.mails.text_to(&home.engine, crate::people::EMAIL, "document_changed").await;
    assert!(letter.contains(SUMMARY) && letter.contains("/documents/terms/2"), "{letter}");
    assert!(letter.contains("/account/decide"), "{letter}");
    // Whoever published it decides nothing, and is not asked to.
    let letter = home.mails.text_to(&home.engine, "admin@corner.example.com", "document_changed").await;
    assert!(letter.contains("/documents/terms/2") && !letter.contains("/account/decide"), "{letter}");
    let list = admin.get("/admin/documents").await;
    assert!(list.text().contains("accounts were written to"), "{}", list.text());
    assert!(list.text().contains("/documents/terms/2"));
    // A second time from the same page.
    let again = admin.types("/admin/documents/terms", &knowingly()).await;
    assert!(again.text().contains("meanwhile"), "{}", again.text());
    // Only admins, and only documents.
    assert_eq!(home.call("GET", "/admin/documents/terms").await.status, 404);
    assert_eq!(admin.get("/admin/documents/else").await.status, 404);
}

#[tokio::test]
async fn claim_a2_what_was_accepted_stands_in_the_account_with_a_file_that_proves_it() {
    let home = Home::new().await;
    home.engine.checkpoint().await.unwrap();
    let page = home.call("GET", "/account").await;
    for kind in ["terms", "privacy", "data_use"] {
        let path = format!("/account/accepted/{kind}/1");
        assert!(page.text().contains(&path), "{kind}");
        let file = home.call("GET", &path).await;
        assert_eq!(file.status, 200);
        let record = BASE64_STANDARD.decode(file.json()["record"].as_str().unwrap()).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["document"], kind);
        let bytes = home.visit("GET", &format!("/documents/{kind}/1/hashed")).await;
        assert_eq!(record["hash"], hex::encode(Sha256::digest(&bytes.body)));
    }
    assert_eq!(home.call("GET", "/account/accepted/terms/2").await.status, 404);
}

/// Written, looked at, published, decided, and in public: in one language, on desk and phone.
async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let axe = axe();
    let home = Home::new().await;
    let (admin, user) = (home.admin_session().await, home.session.clone());
    publish(&home, "privacy", 1, now(&home), Some(Early::Security)).await;
    home.engine.announce_all().await.unwrap();
    home.engine.checkpoint().await.unwrap();
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    let site = Site::of(home, HOST, &admin, language).await;
    let take = "for (const own of ['en', 'ar']) { const text = document.getElementById('text-' + own); text.value += '\\n\\nOne line more.'; document.getElementById('summary-' + own).value = 'A line was added to the end.'; }";
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in
            [("version-documents", "/admin/documents"), ("version-write", "/admin/documents/terms")]
        {
            let at = format!("{name}-{language}-{device}");
            troubles.extend(look(&site, &browser, &axe, path, &at).await);
        }
        browser.run(take, &[]).await;
        // The bar at the foot of a phone lies over what the driver has just scrolled to.
        browser
            .run("document.querySelector(\"button[value='look']\").scrollIntoView({ block: 'center' })", &[])
            .await;
        browser.click("button[value='look']").await;
        browser.wait_for("button[value='publish']").await;
        let at = format!("version-look-{language}-{device}");
        browser.photograph(&picture(&at)).await;
        troubles.extend(check(&site, &browser, &axe, &at).await);
    }
    browser
        .run("document.querySelector(\"button[value='publish']\").scrollIntoView({ block: 'center' })", &[])
        .await;
    browser.click("button[value='publish']").await;
    browser.wait_for(".e-note.good").await;
    let home = site.home;
    home.engine.announce_all().await.unwrap();
    let site = Site::of(home, HOST, &user, language).await;
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in [("decide", DECIDE), ("version-public", "/documents/terms/2")] {
            let at = format!("{name}-{language}-{device}");
            troubles.extend(look(&site, &browser, &axe, path, &at).await);
        }
    }
    // One is due and one is announced: what is due opens the rest.
    browser.go(&format!("{}{DECIDE}?next=/account", site.base)).await;
    browser.click("input[value^='privacy:2:']").await;
    browser.click("main form[action='/account/decide'] button").await;
    browser.wait_for("#accepted").await;
    browser.photograph(&picture(&format!("accepted-{language}"))).await;
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_f7_a_new_version_is_written_published_and_decided_in_a_browser_in_english() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_f7_a_new_version_is_written_published_and_decided_in_a_browser_in_arabic() {
    tour("ar").await;
}
