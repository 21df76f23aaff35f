//! Meta's door, as Meta and others see it.

use crate::home::{Home, VERIFY};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn the_handshake_gives_the_challenge_back_for_the_right_token_only() {
    let home = Home::new().await;
    let ask = |query: String| {
        let home = &home;
        async move { home.visit("GET", &format!("/webhooks/messenger?{query}")).await }
    };
    let token = VERIFY.replace(' ', "%20");
    let right = ask(format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444")).await;
    assert_eq!((right.status.as_u16(), right.text()), (200, "1158201444"));
    assert_eq!(right.header("content-type"), "text/plain; charset=utf-8");
    let long = "x".repeat(201);
    for wrong in [
        "hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1".to_owned(),
        format!("hub.mode=unsubscribe&hub.verify_token={token}&hub.challenge=1"),
        format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge={long}"),
        "hub.mode=subscribe&hub.verify_token=&hub.challenge=1".to_owned(),
        String::new(),
    ] {
        ask(wrong).await.is_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn a_signed_delivery_is_taken_at_any_host_and_answered_with_nothing() {
    let home = Home::with_page().await;
    let body = home.event("psid-1", &json!({ "text": "hello" }));
    let answer = home.deliver(&body).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    home.settle().await;
    assert_eq!(home.call("GET", "/api/v1/leads").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_not_signed_or_not_a_delivery_leaves_nothing() {
    let home = Home::with_page().await;
    let before = home.content().await;
    let body = home.event("psid-1", &json!({ "text": "hello" }));
    for signature in [None, Some("sha256=00"), Some(&*format!("sha256={}", "0".repeat(64)))] {
        let mut request = Request::builder().method("POST").uri("/webhooks/messenger");
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        home.ask(request.body(Body::from(body.clone())).unwrap()).await.is_problem(403, "bad-signature");
    }
    home.deliver("{\"object\":").await.is_problem(400, "malformed");
    assert!(before == home.content().await);
}

#[tokio::test]
async fn a_delivery_of_more_than_a_mebibyte_is_refused_unread() {
    let home = Home::new().await;
    let body = vec![b' '; 1024 * 1024 + 1];
    let ask = |request: axum::http::request::Builder, body: Body| home.ask(request.body(body).unwrap());
    let post = || Request::builder().method("POST").uri("/webhooks/messenger");
    ask(post().header("content-length", body.len()), Body::from(body.clone()))
        .await
        .is_problem(413, "too-large");
    ask(post(), Body::from(body)).await.is_problem(413, "too-large");
}

#[tokio::test]
async fn a_panic_costs_one_answer_and_the_next_delivery_is_taken() {
    let home = Home::with_page().await;
    let body = home.event("psid-1", &json!({ "text": "hello" }));
    home.clock.is_broken.store(true, Ordering::SeqCst);
    home.deliver(&body).await.is_problem(500, "broken");
    home.call("GET", "/api/v1/leads").await.is_problem(500, "broken");
    home.clock.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(home.deliver(&body).await.status, 200);
    assert_eq!(home.call("GET", "/api/v1/leads").await.status, 200);
}
