//! Erasing an account in the console, as its holder and as the admin (claims F1, R3, X9).

use crate::home::{HOST, Home};

const EMAIL: &str = "owner@leangzbotchat.example";

/// The account's address, as the account page shows it.
async fn address(home: &Home) -> String {
    let page = home.call("GET", "/account").await;
    let text = page.text().to_owned();
    let at = text.find("<p class=\"e-lead\"><bdi>").unwrap();
    let rest = &text[at + "<p class=\"e-lead\"><bdi>".len()..];
    rest.split('<').next().unwrap().to_owned()
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
async fn claim_r3_the_admin_erases_an_account_on_request_with_a_reason() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "My name is Zelda").await;
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
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.text().contains("/erasure/"));
    assert_eq!(home.call_as(&admin, "GET", &account).await.status, 404);
    assert_eq!(home.call("GET", "/account").await.status, 303);
    home.settle().await;
}
