//! The register of requests as the admin uses it, and what Facebook's callbacks leave in it.

use crate::admin::Person;
use crate::home::Answer;
use crate::home::{FACEBOOK_USER, HOST, Home, OTHER_HOST, SECRET};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::time::{Clock, Span};
use serde_json::json;

fn signed(home: &Home, secret: &str, user: &str) -> String {
    let payload =
        json!({ "user_id": user, "algorithm": "HMAC-SHA256", "issued_at": home.clock.fixed.now().secs() });
    let payload = BASE64_URL_SAFE_NO_PAD.encode(payload.to_string());
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = BASE64_URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, payload.as_bytes()));
    format!("{tag}.{payload}")
}

async fn call(home: &Home, host: &str, what: &str, signed: &str) -> Answer {
    let request = Request::builder().method("POST").uri(format!("/facebook/{what}")).header("host", host);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    home.ask(request.body(Body::from(format!("signed_request={signed}"))).unwrap()).await
}

async fn stop_of_the_page(home: &Home) -> serde_json::Value {
    home.call("GET", "/api/v1/pages").await.json()["items"][0]["stop"].clone()
}

#[tokio::test]
async fn claim_r3_facebooks_deletion_request_erases_what_the_login_gave_and_says_where_to_look() {
    let home = Home::with_page().await;
    assert!(stop_of_the_page(&home).await.is_null());
    let done = call(&home, HOST, "data-deletion", &signed(&home, SECRET, FACEBOOK_USER)).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let body = done.json();
    let code = body["confirmation_code"].as_str().unwrap();
    assert!(body["url"].as_str().unwrap().ends_with(&format!("/erasure/{code}")), "{body}");
    assert_eq!(stop_of_the_page(&home).await, "disconnected");
    let status = home.visit("GET", &format!("/erasure/{code}")).await;
    assert!(status.text().contains("What the login with Facebook gave has been erased"), "{}", status.text());
    // The account is there and may sign in: it is erased by its owner only.
    assert_eq!(home.call("GET", "/account").await.status, 200);
    // Said again, there is nothing left of that login.
    let again = call(&home, HOST, "data-deletion", &signed(&home, SECRET, FACEBOOK_USER)).await.json();
    assert_ne!(again["confirmation_code"], code);
    let code = again["confirmation_code"].as_str().unwrap();
    let status = home.visit("GET", &format!("/erasure/{code}")).await;
    assert!(status.text().contains("There is no data from this login"));
    // Connected anew, the page sends again.
    let form = json!({ "code": "c", "redirect_uri": "https://leangzbotchat.localhost/back" });
    assert_eq!(home.post("/api/v1/pages", &form).await.status, 201);
    assert!(stop_of_the_page(&home).await.is_null());
}

#[tokio::test]
async fn a_removed_app_stops_the_pages_and_keeps_the_id_for_a_request_that_may_follow() {
    let home = Home::with_page().await;
    let old = signed(&home, SECRET, FACEBOOK_USER);
    home.clock.fixed.advance(Span::minutes(1));
    let removed = call(&home, HOST, "deauthorize", &signed(&home, SECRET, FACEBOOK_USER)).await;
    assert_eq!(removed.status, 200);
    assert_eq!(stop_of_the_page(&home).await, "disconnected");
    let deleted = call(&home, HOST, "data-deletion", &signed(&home, SECRET, FACEBOOK_USER)).await.json();
    let code = deleted["confirmation_code"].as_str().unwrap();
    let status = home.visit("GET", &format!("/erasure/{code}")).await;
    assert!(status.text().contains("has been erased"));
    // What was said before the page was connected anew is not about it.
    home.clock.fixed.advance(Span::minutes(30));
    let form = json!({ "code": "c", "redirect_uri": "https://leangzbotchat.localhost/back" });
    assert_eq!(home.post("/api/v1/pages", &form).await.status, 201);
    assert_eq!(call(&home, HOST, "deauthorize", &old).await.status, 200);
    assert!(stop_of_the_page(&home).await.is_null());
}

#[tokio::test]
async fn claim_r3_a_callback_that_facebook_did_not_sign_changes_nothing_and_an_unknown_id_gets_a_code() {
    let home = Home::with_page().await;
    let good = signed(&home, SECRET, FACEBOOK_USER);
    let before = home.content().await;
    let forged = signed(&home, "another secret", FACEBOOK_USER);
    let tampered = format!("{}A", good);
    for text in ["", "x", "a.b", &forged, &tampered] {
        for what in ["data-deletion", "deauthorize"] {
            let answer = call(&home, HOST, what, text).await;
            assert_eq!(answer.status, 403, "{what} {text}");
        }
    }
    let nothing = Request::builder().method("POST").uri("/facebook/deauthorize").header("host", HOST);
    assert_eq!(home.ask(nothing.body(Body::empty()).unwrap()).await.status, 400);
    assert!(before == home.content().await);
    let unknown = call(&home, OTHER_HOST, "data-deletion", &signed(&home, SECRET, "999")).await.json();
    assert!(unknown["url"].as_str().unwrap().contains("almujeeb"), "{unknown}");
    // At a host that is nobody's, somebody answers too.
    let unknown = call(&home, "127.0.0.1", "data-deletion", &signed(&home, SECRET, "999")).await;
    assert_eq!(unknown.status, 200);
    assert!(stop_of_the_page(&home).await.is_null());
}

#[tokio::test]
async fn claim_r3_the_admin_notes_puts_off_once_and_closes_what_came_by_mail() {
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    let empty = admin.get("/admin/requests").await;
    assert!(empty.text().contains("Nothing waits") && empty.text().contains("Nothing has been answered yet"));
    let today = jiff::Timestamp::from_second(home.clock.fixed.now().secs()).unwrap();
    let today = today.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let noted = admin
        .post("/admin/requests", &[("kind", "access"), ("received", &today), ("note", "Ticket 4711")])
        .await;
    assert_eq!(noted.header("location"), "/admin/requests?done=request-noted", "{}", noted.text());
    for (kind, day) in [("access", "2999-01-01"), ("access", "yesterday"), ("facebook_data", today.as_str())]
    {
        let refused = admin.post("/admin/requests", &[("kind", kind), ("received", day)]).await;
        assert!(refused.text().contains("Choose a day that is not in the future"), "{kind} {day}");
    }
    let list = admin.get("/admin/requests").await;
    let path = list.text().split("href=\"/admin/requests/req_").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/admin/requests/req_{path}");
    assert!(list.text().contains("days left"));
    let one = admin.get(&path).await;
    assert!(one.text().contains("Ticket 4711") && one.text().contains("/extend"));
    let short = admin.post(&format!("{path}/extend"), &[("reason", "x")]).await;
    assert!(short.text().contains("3 to 500 characters"));
    let reason = [("reason", "Many records, from several years")];
    assert_eq!(admin.post(&format!("{path}/extend"), &reason).await.status, 303);
    let twice = admin.post(&format!("{path}/extend"), &reason).await;
    assert!(twice.text().contains("It cannot be put off"), "{}", twice.text());
    let bare = admin.post(&format!("{path}/close"), &[("outcome", "refused")]).await;
    assert!(bare.text().contains("why it was refused"));
    let closed =
        admin.post(&format!("{path}/close"), &[("outcome", "done"), ("answer", "Sent by post")]).await;
    assert_eq!(closed.header("location"), "/admin/requests?done=request-closed");
    let again = admin.post(&format!("{path}/close"), &[("outcome", "done")]).await;
    assert_eq!(again.header("location"), format!("{path}?done=changed"));
    assert!(admin.get(&path).await.text().contains("Sent by post"));
    // What the admin wrote lies sealed.
    for (name, bytes) in home.content().await {
        for word in ["Ticket 4711", "several years", "Sent by post"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} in {name}");
        }
    }
    // For users, the register does not exist.
    assert_eq!(home.call("GET", "/admin/requests").await.status, 404);
}
