//! The public state of an erasure and its receipt.

use crate::home::{HOST, Home, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;

#[tokio::test]
async fn claim_f1_the_status_page_shows_the_erasure_its_receipt_and_nobody() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let path = format!("/api/v1/leads/{lead}");
    let erased = home.call("DELETE", &path).await;
    assert_eq!(erased.status, 200, "{}", erased.text());
    let erased = erased.json();
    home.call("GET", &path).await.is_problem(404, "not-found");
    home.settle().await;
    let code = erased["code"].as_str().unwrap();
    let status = erased["status_url"].as_str().unwrap();
    assert_eq!(status, format!("https://leangzbotchat.localhost:8443/erasure/{code}"));
    let page = home.visit("GET", &format!("/erasure/{code}")).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("The data has been erased") && page.text().contains(code));
    assert!(page.text().contains(erased["tag"].as_str().unwrap()));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    for way in [
        "href=\"/.well-known/entente/log-key\"",
        "entente receipt verify receipt.json",
        "href=\"/log?lang=en\"",
    ] {
        assert!(!page.text().contains("logs-") && page.text().contains(way), "{way}: {}", page.text());
    }
    let arabic = home.visit("GET", &format!("/erasure/{code}?lang=ar")).await;
    assert!(arabic.text().contains("تمّ محو البيانات") && arabic.text().contains("dir=\"rtl\""));
    let receipt = home.visit("GET", &format!("/erasure/{code}/receipt")).await;
    assert_eq!((receipt.status.as_u16(), receipt.header("content-type")), (200, "application/json"));
    assert_eq!(receipt.json()["format"], "entente-receipt/1");
    assert!(receipt.header("content-disposition").contains("receipt.json"));
    for answer in [&page, &arabic, &receipt] {
        for personal in ["Zelda", "psid-7", lead.as_str()] {
            assert!(!answer.text().contains(personal), "{personal}");
        }
    }
}

#[tokio::test]
async fn a_code_is_good_at_its_own_brand_only() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let erased = home.call("DELETE", &format!("/api/v1/leads/{lead}")).await.json();
    let code = erased["code"].as_str().unwrap();
    for (host, path) in [(OTHER_HOST, code), (HOST, "none"), (HOST, "%27"), (HOST, "%ff"), (HOST, "a%00b")] {
        for tail in ["", "/receipt"] {
            let request = Request::builder().uri(format!("/erasure/{path}{tail}")).header("host", host);
            let answer = home.ask(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 404, "{host} {path}{tail}");
        }
    }
}
