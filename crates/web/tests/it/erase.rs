//! Erasing an account in the console, as its holder and as the admin (claims F1, R3, X9).

use crate::home::{HOST, Home};
use model::id::LeadId;

const EMAIL: &str = "owner@leangzbotchat.example";

/// The account's address, as the account page shows it.
async fn address(home: &Home) -> String {
    let page = home.call("GET", "/account").await;
    let text = page.text().to_owned();
    let at = text.find("<p class=\"e-lead\"><bdi>").unwrap();
    let rest = &text[at + "<p class=\"e-lead\"><bdi>".len()..];
    rest.split('<').next().unwrap().to_owned()
}

/// What lies under the account's and its lead's ids: whatever names them is about them.
async fn places(home: &Home, lead: &str) -> Vec<String> {
    let lead: LeadId = lead.parse().unwrap();
    let mut found = Vec::new();
    for (name, bytes) in home.content().await {
        for (what, id) in [("account", home.account.0), ("lead", lead.0)] {
            if bytes.windows(id.len()).any(|window| window == id) {
                found.push(format!("{what} in {name}"));
            }
        }
    }
    found
}

#[tokio::test]
async fn claim_f1_an_account_is_erased_by_its_holder_after_seeing_what_goes_and_typing_the_address() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let email = address(&home).await;
    // The tag is handed out before.
    let own = home.call("GET", "/account").await;
    assert!(own.text().contains("Your erasure tag") && own.text().contains("/account/erase"));
    let page = home.call("GET", "/account/erase").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text().replace(['\u{2068}', '\u{2069}'], "");
    for said in ["1 page,", "1 lead,", "0 broadcasts", "7 days at most", "/account/archive"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let tag: String = text.split("e-secret").nth(1).unwrap().split('>').nth(1).unwrap()[..64].to_owned();
    for typed in ["", "somebody@else.example"] {
        let refused = home.submit("/account/erase", &[("email", typed)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("nothing was erased"));
    }
    assert_eq!(home.call("GET", &format!("/api/v1/leads/{lead}")).await.status, 200);

    let done = home.submit("/account/erase", &[("email", &email.to_uppercase())]).await;
    assert_eq!(done.status, 303);
    let path = done.header("location").to_owned();
    // In the language of the page that it was asked on: the account that knew it is gone.
    let path = path.strip_suffix("?lang=en").unwrap_or_else(|| panic!("{path}")).to_owned();
    assert!(path.starts_with("/erasure/"), "{path}");
    assert!(done.header("clear-site-data").contains("cookies"));
    // Signed out, tokens gone, at once.
    assert_eq!(home.call("GET", "/account").await.header("location"), "/login?next=/account");
    let refused = home.call("GET", "/api/v1/leads").await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    let status = home.visit("GET", &path).await;
    assert!(status.text().contains("An account was erased"), "{}", status.text());
    assert!(status.text().contains("<progress"));
    home.settle().await;
    let status = home.visit("GET", &path).await;
    assert!(
        status.text().contains(&tag) && status.text().contains("its last row is gone"),
        "{}",
        status.text()
    );
    assert!(!status.text().contains("<progress"));
    let receipt = home.visit("GET", &format!("{path}/receipt")).await;
    assert_eq!(receipt.status, 200);
    for answer in [&status, &receipt] {
        for personal in ["Zelda", "psid-7", lead.as_str(), email.as_str(), EMAIL] {
            assert!(!answer.text().contains(personal), "{personal}");
        }
    }
    let arabic = home.visit("GET", &format!("{path}?lang=ar")).await;
    assert!(arabic.text().contains("مُحي حساب"));
}

#[tokio::test]
async fn claim_x9_cancelling_offers_to_keep_to_take_along_and_to_erase() {
    let home = Home::with_page().await;
    let page = home.call("GET", "/account/plan/cancel").await;
    let text = page.text();
    assert!(text.contains("Nothing is deleted") && text.contains("action=\"/account/plan/cancel\""));
    assert!(text.contains("/account/archive") && text.contains("href=\"/account/erase\""));
}

#[tokio::test]
async fn claim_x9_a_cancelled_plan_keeps_everything_and_erasing_from_there_leaves_nothing() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let email = address(&home).await;
    let cancelled = home.submit("/account/plan/cancel", &[]).await;
    assert_eq!(cancelled.status, 303, "{}", cancelled.text());
    home.settle().await;
    // What is said before: nothing goes by cancelling alone.
    assert_eq!(home.call("GET", &format!("/api/v1/leads/{lead}")).await.status, 200);
    let kept = places(&home, &lead).await;
    assert!(kept.iter().any(|at| at.starts_with("account")) && kept.iter().any(|at| at.starts_with("lead")));
    let page = home.call("GET", "/account/plan/cancel").await;
    assert!(page.text().contains("href=\"/account/erase\""), "still offered: {}", page.text());
    let erased = home.submit("/account/erase", &[("email", &email)]).await;
    assert_eq!(erased.status, 303, "{}", erased.text());
    home.settle().await;
    assert_eq!(home.call("GET", "/account/plan").await.header("location"), "/login?next=/account/plan");
    assert_eq!(home.call("GET", &format!("/api/v1/leads/{lead}")).await.status, 401);
    let body = format!("email={}&password={}", crate::home::encoded(&email), crate::people::PASSWORD);
    let request = axum::http::Request::builder().method("POST").uri("/login").header("host", HOST);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let refused = home.ask(request.body(axum::body::Body::from(body)).unwrap()).await;
    assert_eq!((refused.status.as_u16(), refused.header("set-cookie")), (422, ""));
    assert_eq!(places(&home, &lead).await, Vec::<String>::new(), "neither a row nor a key is left");
}

#[tokio::test]
async fn claim_r3_the_admin_erases_an_account_on_request_with_a_reason() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let admin = home.admin_session_of(HOST).await;
    let account = format!("/admin/accounts/{}", home.account);
    let page = home.call_as(&admin, "GET", &account).await;
    assert!(page.text().contains(&format!("{account}/erase")));
    let path = format!("{account}/erase");
    assert_eq!(home.call("GET", &path).await.status, 404, "for others it does not exist");
    assert_eq!(home.submit(&path, &[("reason", "because")]).await.status, 404);
    let asked = home.call_as(&admin, "GET", &path).await;
    assert!(asked.text().contains("Erase this account?") && asked.text().contains("name=\"reason\""));
    let refused = home.submit_as(&admin, &path, &[("reason", " ")]).await;
    assert_eq!(refused.status, 422);
    let done = home.submit_as(&admin, &path, &[("reason", "asked for by post")]).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let shown = home.call_as(&admin, "GET", done.header("location")).await;
    assert!(shown.status == 200 && shown.text().contains("/erasure/"), "{}", shown.text());
    // An address puts no code on a page that is nobody's.
    assert_eq!(home.call_as(&admin, "GET", "/admin/erased/some-code").await.status, 404);
    assert_eq!(home.call_as(&admin, "GET", "/app/erased/some-code").await.status, 404);
    assert_eq!(home.call_as(&admin, "GET", &account).await.status, 404);
    assert_eq!(home.call("GET", "/account").await.status, 303);
    home.settle().await;
    assert_eq!(places(&home, &lead).await, Vec::<String>::new(), "all of it is erased");
}

#[tokio::test]
async fn claim_r3_the_admin_erases_the_whole_brand_and_its_host_says_so_and_shows_the_receipt() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let admin = home.admin_session_of(HOST).await;
    let brand = home.brand_id(HOST);
    let name = home.engine.brand(brand).unwrap().brand.name.clone();
    let path = "/admin/brand/erase";
    assert_eq!(home.call("GET", path).await.status, 404, "for others it does not exist");
    assert_eq!(home.submit(path, &[("name", name.as_str())]).await.status, 404);
    assert!(home.call_as(&admin, "GET", "/admin/brand").await.text().contains(path));
    home.let_end(HOST).await;
    let asked = home.call_as(&admin, "GET", path).await;
    for text in ["2 accounts, yours included", "1 page", "1 lead", "erasure tag", "/account/archive"] {
        let shown = asked.text().replace(['\u{2068}', '\u{2069}'], "");
        assert!(shown.contains(text), "{text} in {shown}");
    }
    let wrong = home.submit_as(&admin, path, &[("name", "another")]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("nothing was erased"));

    let done = home.submit_as(&admin, path, &[("name", name.as_str())]).await;
    assert_eq!(
        (done.status, done.header("clear-site-data")),
        (303.try_into().unwrap(), "\"cache\", \"cookies\", \"storage\"")
    );
    let shown = done.header("location").strip_suffix("?lang=en").unwrap().to_owned();
    home.settle().await;
    let status = home.visit("GET", &shown).await;
    assert_eq!(status.status, 200);
    assert!(status.text().contains("A brand was erased") && status.text().contains("its last row is gone"));
    assert!(home.visit("GET", &format!("{shown}?lang=ar")).await.text().contains("مُحيت علامة"));
    let sheet = status.text().split("/assets/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(home.visit("GET", &format!("/assets/{sheet}")).await.status, 200);
    let receipt = home.visit("GET", &format!("{shown}/receipt")).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    for answer in [&status, &receipt] {
        for personal in ["Zelda", "psid-7", lead.as_str(), EMAIL] {
            assert!(!answer.text().contains(personal), "{personal}");
        }
    }
    // Everything else is gone, for people and for programs; the log goes on.
    for path in ["/", "/login", "/app", "/data", "/my", "/erasure", "/admin/brand"] {
        let gone = home.call_as(&admin, "GET", path).await;
        assert_eq!(gone.status, 410, "{path}");
        assert!(gone.text().contains("This service was erased"), "{path}");
    }
    home.call("GET", "/api/v1/leads").await.is_problem(410, "gone");
    assert_eq!(home.submit("/login", &[("email", EMAIL), ("password", "x")]).await.status, 410);
    let tile = "/.well-known/entente/tile/0/000.p/1";
    for path in ["/log", "/.well-known/entente/checkpoint", "/.well-known/entente/log-key", tile] {
        assert_eq!(home.visit("GET", path).await.status, 200, "{path}");
    }
    // What Meta still delivers of its pages is taken and kept nowhere.
    let event = home.event("psid-8", &serde_json::json!({ "mid": "m_late", "text": "Quetzalfinch" }));
    assert_eq!(home.deliver(&event).await.status, 200);
    home.settle().await;
    assert!(
        home.content().await.values().all(|rows| !String::from_utf8_lossy(rows).contains("Quetzalfinch"))
    );
    // The other brand is as it was.
    let other = axum::http::Request::builder().uri("/login").header("host", crate::home::OTHER_HOST);
    assert_eq!(home.ask(other.body(axum::body::Body::empty()).unwrap()).await.status, 200);
}
