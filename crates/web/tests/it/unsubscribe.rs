//! The unsubscribe link, as the lead, a previewer and a stranger see it.

use crate::home::{HOST, Home, OTHER_HOST, PAGE_NAME};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

async fn home_with_link() -> (Home, String, String) {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let path = home.unsubscribe_path().await;
    (home, lead, path)
}

async fn in_force(home: &Home, lead: &str) -> bool {
    home.call("GET", &format!("/api/v1/leads/{lead}")).await.json()["promotion_in_force"].as_bool().unwrap()
}

#[tokio::test]
async fn claim_b3_looking_at_the_link_changes_nothing_and_shows_nobody() {
    let (home, lead, path) = home_with_link().await;
    let before = home.content().await;
    for method in ["GET", "HEAD", "OPTIONS"] {
        for agent in ["facebookexternalhit/1.1", "Mozilla/5.0"] {
            let request = Request::builder().method(method).uri(&path).header("host", HOST);
            let answer = home.ask(request.header("user-agent", agent).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, if method == "OPTIONS" { 405 } else { 200 }, "{method}");
        }
    }
    assert!(before == home.content().await, "somebody looked, and the data changed");
    let page = home.visit("GET", &path).await;
    assert!(page.text().contains("<form method=\"post\">"));
    assert!(page.text().contains("Corner &#60;Bakery&#62; &#38; Sons") && !page.text().contains(PAGE_NAME));
    for personal in ["Zelda", "psid-7", lead.as_str()] {
        assert!(!page.text().contains(personal), "{personal}");
    }
    assert!(in_force(&home, &lead).await);
}

#[tokio::test]
async fn claim_b3_one_post_without_sign_in_unsubscribes_and_twice_is_fine() {
    let (home, lead, path) = home_with_link().await;
    let done = home.visit("POST", &path).await;
    assert_eq!(done.status, 200);
    assert!(done.text().contains("You are unsubscribed"));
    assert!(!in_force(&home, &lead).await);
    let again = home.visit("POST", &path).await;
    assert_eq!((again.status, again.text()), (done.status, done.text()));
    let looked = home.visit("GET", &path).await;
    assert!(looked.text().contains("You are unsubscribed") && !looked.text().contains("<form"));
    // By the button of a browser it leads there, so that loading it again sends nothing.
    let button = Request::builder().method("POST").uri(format!("{path}?lang=ar")).header("host", HOST);
    let led = home.ask(button.header("sec-fetch-mode", "navigate").body(Body::empty()).unwrap()).await;
    assert_eq!((led.status.as_u16(), led.header("location")), (303, format!("{path}?lang=ar").as_str()));
    let consents = home.call("GET", &format!("/api/v1/leads/{lead}")).await.json();
    let withdrawals = consents["consents"].as_array().unwrap().iter().filter(|c| c["kind"] == "withdrawal");
    assert_eq!(withdrawals.map(|c| c["how"].as_str().unwrap()).collect::<Vec<_>>(), ["link"]);
}

#[tokio::test]
async fn the_one_click_body_of_rfc_8058_is_taken_as_it_is() {
    let (home, lead, path) = home_with_link().await;
    let request = Request::builder().method("POST").uri(&path).header("host", HOST);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = home.ask(request.body(Body::from("List-Unsubscribe=One-Click")).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (200, ""));
    assert!(!in_force(&home, &lead).await);
}

#[tokio::test]
async fn nothing_is_sent_after_the_button_was_pressed() {
    let (home, _, path) = home_with_link().await;
    home.visit("POST", &path).await;
    home.settle().await;
    let before = home.meta.requests();
    let broadcast =
        home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "More" })).await.json();
    let id = broadcast["id"].as_str().unwrap();
    let preview = home.post(&format!("/api/v1/broadcasts/{id}/preview"), &json!({})).await.json();
    assert_eq!(preview["will_get"], 0);
    assert_eq!(preview["will_not_get"][0]["reason"], "withdrawn");
    assert_eq!(preview["will_not_get"][0]["sentence"], "Unsubscribed.");
    home.post(&format!("/api/v1/broadcasts/{id}/send"), &json!({})).await;
    home.settle().await;
    assert_eq!(home.meta.requests(), before);
}

#[tokio::test]
async fn a_forged_or_foreign_link_says_how_to_stop_otherwise() {
    let (home, lead, path) = home_with_link().await;
    let mut forged = path.clone();
    let other = if &forged[4..5] == "A" { "B" } else { "A" };
    forged.replace_range(4..5, other);
    let before = home.content().await;
    for path in [forged.as_str(), "/u/x", "/u/%ff", "/u/..", &format!("{path}x")] {
        for method in ["GET", "POST"] {
            let answer = home.visit(method, path).await;
            assert_eq!(answer.status, 404, "{method} {path}");
            assert!(answer.text().contains("stop"), "{method} {path}: {}", answer.text());
        }
    }
    let elsewhere = Request::builder().method("POST").uri(&path).header("host", OTHER_HOST);
    let answer = home.ask(elsewhere.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("توقف") && answer.text().contains("dir=\"rtl\""));
    assert!(before == home.content().await && in_force(&home, &lead).await);
}

#[tokio::test]
async fn claim_b3_the_link_of_an_erased_lead_says_what_to_do_for_whoever_came_back_and_does_nothing_to_others()
 {
    let (home, lead, path) = home_with_link().await;
    assert_eq!(home.call("DELETE", &format!("/api/v1/leads/{lead}")).await.status, 200);
    // Another lead, of whom nothing says that they are the same person.
    let came_back = home.opt_in("psid-7", "hello again").await;
    for method in ["GET", "POST"] {
        let page = home.visit(method, &path).await;
        assert_eq!(page.status, 200, "{method}");
        let (text, says) = (page.text(), ["Nothing is sent for this link", "write “stop” to it"]);
        assert!(says.iter().all(|said| text.contains(said)), "{method}: {text}");
        assert!(!text.contains("You are unsubscribed"), "{method}: {text}");
    }
    assert!(in_force(&home, &came_back.to_string()).await);
}

#[tokio::test]
async fn the_page_speaks_what_the_lead_writes_unless_told_otherwise() {
    let home = Home::with_page().await;
    home.opt_in("psid-8", "hello").await;
    let path = home.unsubscribe_path().await;
    home.write("psid-8", json!({ "text": "شكرًا على الرد" })).await;
    let page = |suffix: &str, accept: &'static str| {
        let request = Request::builder().uri(format!("{path}{suffix}")).header("host", HOST);
        let request = request.header("accept-language", accept).body(Body::empty()).unwrap();
        let home = &home;
        async move { home.ask(request).await.text().to_owned() }
    };
    assert!(page("", "en").await.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(page("?lang=ar", "en").await.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(page("?lang=en", "ar").await.contains("<html lang=\"en\" dir=\"ltr\">"));
    // What we do not speak falls back to the browser.
    assert!(page("?lang=xx", "en-GB").await.contains("<html lang=\"en\""));
}

#[tokio::test]
async fn the_page_needs_no_script_and_names_its_style_sheet_by_content() {
    let (home, _, path) = home_with_link().await;
    let page = home.visit("GET", &path).await;
    assert!(!page.text().contains("<script") && !page.text().contains("http"));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("set-cookie"), "");
    assert!(page.header("x-robots-tag").contains("noindex"));
    let sheet = page.text().split("href=\"/assets/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sheet = home.visit("GET", &format!("/assets/{sheet}")).await;
    assert_eq!((sheet.status.as_u16(), sheet.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(sheet.header("cache-control").contains("immutable"));
    let stale = home.visit("GET", "/assets/0000000000000000.css").await;
    assert_eq!((stale.status.as_u16(), stale.header("cache-control")), (404, "no-store"));
}
