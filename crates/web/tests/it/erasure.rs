//! The public state of an erasure and its receipt.

use crate::home::{HOST, Home, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

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

/// The leaves of the log, as anybody fetches them, and the root that was signed over them.
async fn public_log(home: &Home) -> (Vec<[u8; 32]>, String) {
    let note = home.visit("GET", "/.well-known/entente/checkpoint").await.text().to_owned();
    let lines: Vec<&str> = note.lines().collect();
    let (size, root): (usize, &str) = (lines[1].parse().unwrap(), lines[2]);
    let mut leaves = Vec::new();
    while leaves.len() < size {
        let (tile, width) = (leaves.len() / 256, (size - leaves.len()).min(256));
        let part = if width < 256 { format!(".p/{width}") } else { String::new() };
        let hashes = home.visit("GET", &format!("/.well-known/entente/tile/0/{tile:03}{part}")).await;
        assert_eq!((hashes.status.as_u16(), hashes.body.len()), (200, width * 32), "{}", hashes.text());
        leaves.extend(hashes.body.chunks(32).map(|hash| <[u8; 32]>::try_from(hash).unwrap()));
    }
    // Whoever keeps the roots of whole tiles needs no leaves of before.
    let whole = leaves.chunks_exact(256).map(root_of).collect::<Vec<_>>();
    if !whole.is_empty() {
        let above = format!("/.well-known/entente/tile/1/000.p/{}", whole.len());
        assert_eq!(home.visit("GET", &above).await.body, whole.concat(), "{above}");
    }
    // Nothing is shown that is not signed.
    let next = format!("/.well-known/entente/tile/0/{:03}.p/{}", size / 256, size % 256 + 1);
    home.visit("GET", &next).await.is_problem(404, "not-found");
    (leaves, root.to_owned())
}

/// RFC 6962, 2.1.
fn root_of(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        more => {
            let (left, right) = more.split_at(more.len().next_power_of_two() / 2);
            Sha256::new()
                .chain_update([1])
                .chain_update(root_of(left))
                .chain_update(root_of(right))
                .finalize()
                .into()
        }
    }
}

#[tokio::test]
async fn claim_f1_claim_b2_whoever_noted_a_tag_finds_it_in_the_public_log_once_it_was_erased_and_not_before()
{
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    for number in 0..300 {
        home.write(&format!("psid-{}", 1_000 + number), json!({ "text": "hello" })).await;
    }
    let why = json!({ "why": "somebody asked" });
    let file = home.post(&format!("/api/v1/leads/{lead}/export"), &why).await.json();
    let tag = hex::decode(file["erasure_tag"].as_str().unwrap()).unwrap();
    let leaf: [u8; 32] = Sha256::new().chain_update([0]).chain_update(tag).finalize().into();
    home.settle().await;
    let (before, root) = public_log(&home).await;
    assert_eq!((BASE64_STANDARD.encode(root_of(&before)), before.contains(&leaf)), (root, false));
    assert_eq!(home.call("DELETE", &format!("/api/v1/leads/{lead}")).await.status, 200);
    home.settle().await;
    let (after, root) = public_log(&home).await;
    assert_eq!(BASE64_STANDARD.encode(root_of(&after)), root);
    assert_eq!(after.iter().filter(|one| **one == leaf).count(), 1);
    // It only grew: whoever kept the older checkpoint sees it.
    assert!(after.starts_with(&before) && before.len() > 256, "{} leaves", before.len());
}
