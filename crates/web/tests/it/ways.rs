//! Small ways of the pages: a chosen language holds, a refused form says where, nobody is asked to send to
//! nobody, and an address that leads nowhere leads back.

use crate::home::{Answer, HOST, Home};
use serde_json::json;
use std::collections::BTreeSet;

async fn page(home: &Home, path: &str) -> String {
    let answer = home.call("GET", path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().to_owned()
}

fn is_arabic(answer: &Answer) -> bool {
    answer.text().contains("<html lang=\"ar\" dir=\"rtl\">")
}

#[tokio::test]
async fn the_console_switches_to_a_language_and_stays_in_it() {
    let home = Home::with_page().await;
    let list = page(&home, "/app/leads?level=confirmed&done=saved").await;
    assert!(list.contains("action=\"/account/language\""), "{list}");
    assert!(
        list.contains("name=\"back\" value=\"/app/leads?level=confirmed\""),
        "without what was said: {list}"
    );
    let sent = [("language", "ar"), ("back", "/app/leads?level=confirmed")];
    let switched = home.submit("/account/language", &sent).await;
    assert_eq!((switched.status.as_u16(), switched.header("location")), (303, "/app/leads?level=confirmed"));
    for path in ["/app", "/app/leads", "/account"] {
        assert!(is_arabic(&home.call("GET", path).await), "{path}");
    }
    let elsewhere = [("language", "en"), ("back", "https://evil.example/")];
    let switched = home.submit("/account/language", &elsewhere).await;
    assert_eq!((switched.status.as_u16(), switched.header("location")), (303, "/app"));
    assert!(!is_arabic(&home.call("GET", "/app").await));
    let unknown = home.submit("/account/language", &[("language", "xx"), ("back", "/app")]).await;
    assert_eq!(unknown.status, 422);
    // The answer to a form leads back to the page that the form stands on.
    let refused = home.submit("/account/password", &[("current", "wrong"), ("password", "x")]).await;
    assert!(refused.text().contains("name=\"back\" value=\"/account\""), "{}", refused.text());
}

#[tokio::test]
async fn a_visitor_who_asked_for_a_language_stays_in_it() {
    let home = Home::new().await;
    for path in ["/", "/login", "/register", "/account/forgotten", "/terms"] {
        let asked = home.visit("GET", &format!("{path}?lang=ar")).await;
        assert!(is_arabic(&asked), "{path}");
        for href in asked.text().split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let is_own = href.starts_with('/') && !href.starts_with("/assets/");
            assert!(!is_own || href.ends_with("lang=ar"), "{path} leads to {href}");
        }
        let plain = home.visit("GET", path).await;
        assert!(
            !plain.text().contains("href=\"/login?lang"),
            "{path}: nothing is carried that nobody asked for"
        );
    }
    // The switch keeps where to go afterwards.
    let inside = home.visit("GET", "/login?next=/app/leads").await;
    assert!(inside.text().contains("?next=/app/leads&#38;lang=ar\""), "{}", inside.text());
    let led = home.visit("GET", "/app/leads?lang=ar").await;
    assert!(led.header("location").ends_with("&lang=ar"), "{}", led.header("location"));
}

/// Whether it is a page, which has a language, and no file.
fn is_page(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/')
        && !path.contains('.')
        && !path.starts_with("/assets/")
        && !path.ends_with("/hashed")
}

#[tokio::test]
async fn every_public_page_that_another_leads_to_is_in_the_language_that_was_asked_for() {
    let home = Home::new().await;
    home.notice_names(HOST, " See [how data is used](/data#backups) and [who gets it](/recipients).").await;
    let (mut seen, mut open) = (BTreeSet::new(), vec!["/?lang=ar".to_owned()]);
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = home.visit("GET", &path).await;
        assert!(answer.status == 200 && is_arabic(&answer), "{path}: {}", answer.status);
        let main = answer.text().split("<main").nth(1).unwrap();
        for href in main.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let href = href.replace("&#38;", "&");
            assert!(!is_page(&href) || href.contains("lang=ar"), "{path} leads to {href}");
            open.extend(is_page(&href).then(|| href.split('#').next().unwrap().to_owned()));
        }
    }
    for path in ["/data", "/terms", "/privacy", "/recipients", "/promises", "/log", "/documents/terms/1"] {
        assert!(seen.contains(&format!("{path}?lang=ar")), "{path} among {seen:?}");
    }
}

#[tokio::test]
async fn public_pages_speak_the_language_of_whoever_has_signed_in() {
    let home = Home::new().await;
    home.submit("/account/language", &[("language", "ar"), ("back", "/app")]).await;
    for path in ["/", "/data", "/terms", "/privacy", "/breach-policy", "/recipients", "/log", "/security"] {
        assert!(is_arabic(&home.call("GET", path).await), "{path}");
        // Another may be asked for, and strangers get what their browser asks for.
        assert!(!is_arabic(&home.call("GET", &format!("{path}?lang=en")).await), "{path}");
        assert!(!is_arabic(&home.visit("GET", path).await), "{path}");
        assert!(!is_arabic(&home.call_as("nobody's", "GET", path).await), "{path}");
    }
}

#[tokio::test]
async fn nobody_is_asked_to_send_to_nobody() {
    let home = Home::with_page().await;
    let form = json!({ "purpose": "promotion", "text": "Fresh bread" });
    let made = home.post("/api/v1/broadcasts", &form).await.json();
    let path = format!("/app/broadcasts/{}/send", made["id"].as_str().unwrap());
    let empty = page(&home, &path).await;
    assert!(
        empty.contains("nobody has written to the pages yet") && !empty.contains("btn-primary"),
        "{empty}"
    );
    home.write("1", json!({ "text": "only a question" })).await;
    home.settle().await;
    let none = page(&home, &path).await;
    assert!(none.contains("none of your leads has agreed") && none.contains("href=\"/app/leads\""), "{none}");
    assert!(!none.contains("btn-primary"));
    home.opt_in("2", "hello").await;
    assert!(page(&home, &path).await.contains("btn-primary"));
}

#[tokio::test]
async fn a_refused_form_says_at_its_top_where_it_went_wrong() {
    let home = Home::with_page().await;
    let admin = home.admin_session().await;
    let refused = home.submit_as(&admin, "/admin/brand/name", &[("name", "")]).await;
    assert_eq!(refused.status, 422);
    let text = refused.text();
    let top = text.split("<h1>").next().unwrap();
    assert!(top.contains("Nothing was saved"), "{top}");
    let field = top.split("stands at this field: <a href=\"#").nth(1).unwrap().split('"').next().unwrap();
    assert!(text.contains(&format!("id=\"{field}\"")), "{field}");
    assert!(text.contains("autofocus"));
    let texts = home.call_as(&admin, "GET", "/admin/brand/texts/ar").await;
    assert!(texts.text().contains("dir=\"rtl\" required"), "a language's fields run its way");
    let pages = page(&home, "/app/pages").await;
    let id = pages.split("/app/pages/pag_").nth(1).unwrap().split(['"', '/']).next().unwrap();
    let bot = format!("/app/pages/pag_{id}/bot/greeting");
    let form = page(&home, &bot).await;
    assert!(form.contains("name=\"greeting-ar\" rows=\"2\" dir=\"rtl\""), "{form}");
    let version = form.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let long = "x".repeat(400);
    let refused = home.submit(&bot, &[("version", version), ("greeting-en", &long), ("do", "save")]).await;
    assert!(refused.text().contains("href=\"#greeting-en\""), "{}", refused.text());
    assert!(refused.text().contains("aria-invalid=\"true\" autofocus"));
}

#[tokio::test]
async fn an_address_in_the_console_that_is_nothing_leads_back_to_the_overview() {
    let home = Home::with_page().await;
    let inside = home.call("GET", "/app/nothing").await;
    assert_eq!(inside.status, 404);
    assert!(inside.text().contains("href=\"/app\"") && inside.text().contains("Back to the overview"));
    assert!(inside.text().contains("action=\"/logout\"") && !inside.text().contains("“stop”"));
    let outside = home.visit("GET", "/app/nothing").await;
    assert_eq!(outside.status, 404);
    assert!(!outside.text().contains("/logout"), "a stranger is told nothing of the console");
}

#[tokio::test]
async fn a_draft_shows_the_way_out_and_an_empty_text_is_asked_for_in_few_words() {
    let home = Home::with_page().await;
    let form = json!({ "purpose": "promotion", "text": "Fresh bread" });
    let made = home.post("/api/v1/broadcasts", &form).await.json();
    let shown = page(&home, &format!("/app/broadcasts/{}", made["id"].as_str().unwrap())).await;
    assert!(shown.contains("<span class=\"e-chip\" dir=\"auto\">Unsubscribe</span>"), "{shown}");
    let pages = page(&home, "/app/pages").await;
    let id = pages.split("/app/pages/pag_").nth(1).unwrap().split(['"', '/']).next().unwrap();
    let id = format!("pag_{id}");
    let empty = home.submit("/app/broadcasts", &[("text", ""), ("page", &id), ("do", "save")]).await;
    assert!(empty.text().contains("Write a text."), "{}", empty.text());
}

#[tokio::test]
async fn the_picture_of_a_second_factor_and_the_field_for_its_code_stand_together() {
    let home = Home::new().await;
    let begun = home.submit("/account/two-factor", &[]).await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    let text = begun.text();
    let card = text.split("id=\"new-factor\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(card.contains("e-qr") && card.contains("/account/two-factor/confirm"), "{card}");
    assert_eq!(text.matches("action=\"/account/two-factor/confirm\"").count(), 1);
    assert!(text.find("id=\"new-factor\"") < text.find("id=\"profile\""));
    let wrong = home.submit("/account/two-factor/confirm", &[("code", "000000")]).await;
    assert!(wrong.text().contains("action=\"/account/two-factor/confirm\""), "{}", wrong.text());
}
