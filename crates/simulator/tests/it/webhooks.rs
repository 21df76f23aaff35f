//! Webhooks on the wire: bytes, signatures, order, retries, backlog, and the end of patience.

use crate::support::{ALL_FIELDS, APP, SECRET, bot, encode, scene, scene_with};
use aws_lc_rs::hmac;
use model::time::Span;
use serde_json::json;
use simulator::{Action, Options, Settings, Sign};
use std::sync::atomic::Ordering;

fn sign(algorithm: hmac::Algorithm, name: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(algorithm, SECRET.as_bytes());
    format!("{name}={}", hex::encode(hmac::sign(&key, body)))
}

#[tokio::test]
async fn a_webhook_is_escaped_ascii_and_signed_over_exactly_those_bytes() {
    let scene = scene().await;
    scene.simulator.write(scene.person, "äöå 😀 a/b 100% x@y <b>").unwrap();
    scene.simulator.flush().await;
    let heard = scene.bot.ear.heard().remove(0);
    let body = std::str::from_utf8(&heard.body).unwrap();
    assert!(body.is_ascii());
    assert!(
        body.contains(r#""text":"\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b 100\u0025 x\u0040y \u003Cb>""#),
        "{body}"
    );
    let sha256 = sign(hmac::HMAC_SHA256, "sha256", &heard.body);
    let sha1 = sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, "sha1", &heard.body);
    assert_eq!(heard.header("x-hub-signature-256"), Some(sha256.as_str()));
    assert_eq!(heard.header("x-hub-signature"), Some(sha1.as_str()));
    assert_eq!(heard.header("user-agent"), Some("facebookexternalua"));
    assert_eq!(heard.header("content-type"), Some("application/json"));
    assert_eq!(heard.json()["object"], "page");
}

#[tokio::test]
async fn signatures_can_be_missing_partial_or_wrong() {
    let scene = scene().await;
    let cases = [
        (Sign::Unsigned, false, false),
        (Sign::Sha1Only, true, false),
        (Sign::Sha256Only, false, true),
        (Sign::Bad, true, true),
    ];
    for (way, with_sha1, with_sha256) in cases {
        scene.bot.ear.clear();
        let options = Options { sign: way, ..Options::default() };
        scene.simulator.act(scene.person, &Action::write("x"), &options).unwrap();
        scene.simulator.flush().await;
        let heard = scene.bot.ear.heard().remove(0);
        assert_eq!(heard.header("x-hub-signature").is_some(), with_sha1, "{way:?}");
        let sha256 = heard.header("x-hub-signature-256");
        assert_eq!(sha256.is_some(), with_sha256, "{way:?}");
        let right = sign(hmac::HMAC_SHA256, "sha256", &heard.body);
        let is_right = sha256 == Some(right.as_str());
        assert_eq!(is_right, way == Sign::Sha256Only, "{way:?}");
        assert!(sha256.is_none_or(|header| header.len() == right.len()));
    }
}

#[tokio::test]
async fn copies_arrive_and_are_counted_as_such() {
    let scene = scene().await;
    let before = scene.simulator.webhooks()[&scene.page];
    let options = Options { copies: 3, ..Options::default() };
    scene.simulator.act(scene.person, &Action::write("x"), &options).unwrap();
    scene.simulator.flush().await;
    let heard = scene.bot.ear.heard();
    assert_eq!(heard.len(), 3);
    assert!(heard.iter().all(|one| one.body == heard[0].body));
    let counts = scene.simulator.webhooks()[&scene.page];
    assert_eq!(
        (counts.made - before.made, counts.delivered - before.delivered, counts.duplicates),
        (1, 3, 2)
    );
}

#[tokio::test]
async fn a_held_webhook_is_overtaken_by_the_next() {
    let scene = scene().await;
    let hold = Options { reorder: true, ..Options::default() };
    scene.simulator.act(scene.person, &Action::write("first"), &hold).unwrap();
    scene.simulator.write(scene.person, "second").unwrap();
    scene.simulator.act(scene.person, &Action::write("alone"), &hold).unwrap();
    scene.simulator.flush().await;
    let texts: Vec<_> = scene
        .bot
        .ear
        .events()
        .iter()
        .map(|(_, event)| event["message"]["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts, ["second", "first", "alone"]);
}

#[tokio::test]
async fn noise_duplicates_and_reorders_the_same_way_for_the_same_seed() {
    async fn run() -> Vec<String> {
        let scene = scene_with(|config| config.delivery.concurrency = 1).await;
        scene.simulator.set_settings(Settings {
            duplicate_webhooks: 0.3,
            reorder_webhooks: 0.3,
            ..Settings::default()
        });
        for number in 0..40 {
            scene.simulator.write(scene.person, &number.to_string()).unwrap();
        }
        scene.simulator.flush().await;
        scene
            .bot
            .ear
            .events()
            .iter()
            .map(|(_, e)| e["message"]["text"].as_str().unwrap().to_owned())
            .collect()
    }
    let texts = run().await;
    assert!(texts.len() > 40, "{texts:?}");
    let mut sorted = texts.clone();
    sorted.sort_by_key(|text| text.parse::<u32>().unwrap());
    assert_ne!(texts, sorted);
    assert_eq!(texts, run().await);
}

#[tokio::test]
async fn one_persons_webhooks_arrive_in_order() {
    let scene = scene().await;
    let people = scene.simulator.add_people(scene.page, 20).unwrap();
    for number in 0..10 {
        for person in &people {
            scene.simulator.write(*person, &number.to_string()).unwrap();
        }
    }
    scene.simulator.flush().await;
    let events = scene.bot.ear.events();
    assert_eq!(events.len(), 200);
    for person in people {
        let texts: Vec<_> = events
            .iter()
            .filter(|(_, event)| event["sender"]["id"] == person.to_string())
            .map(|(_, event)| event["message"]["text"].as_str().unwrap().parse::<u32>().unwrap())
            .collect();
        assert_eq!(texts, (0..10).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn several_people_and_entries_travel_in_one_delivery() {
    let scene = scene().await;
    let other = scene.simulator.add_people(scene.page, 1).unwrap()[0];
    let acts = [
        (scene.person, Action::write("a"), Options::default()),
        (other, Action::write("b"), Options::default()),
        (scene.person, Action::Comment { text: "c".to_owned(), post_id: None }, Options::default()),
    ];
    scene.simulator.together(&acts, false).unwrap();
    scene.simulator.flush().await;
    let body = scene.bot.ear.heard()[0].json();
    assert_eq!(body["entry"].as_array().unwrap().len(), 1);
    assert_eq!(body["entry"][0]["messaging"].as_array().unwrap().len(), 2);
    assert_eq!(body["entry"][0]["changes"].as_array().unwrap().len(), 1);
    scene.bot.ear.clear();
    scene.simulator.together(&acts, true).unwrap();
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.heard().len(), 1);
    let body = scene.bot.ear.heard()[0].json();
    assert_eq!(body["entry"].as_array().unwrap().len(), 3);
    assert!(body["entry"][2]["time"].as_i64().unwrap() < 10_000_000_000, "changes count seconds");
}

#[tokio::test]
async fn anything_can_be_sent_raw() {
    let scene = scene().await;
    scene.simulator.raw("not json at all", Sign::Both);
    scene.simulator.flush().await;
    let heard = scene.bot.ear.heard().remove(0);
    assert_eq!(&heard.body[..], b"not json at all");
    let sha256 = sign(hmac::HMAC_SHA256, "sha256", &heard.body);
    assert_eq!(heard.header("x-hub-signature-256"), Some(sha256.as_str()));
}

#[tokio::test]
async fn a_failed_webhook_is_retried_at_once_and_again_when_the_bot_is_back() {
    let scene = scene().await;
    scene.bot.ear.answer(500);
    let before = scene.bot.ear.attempts.load(Ordering::SeqCst);
    scene.simulator.write(scene.person, "anyone?").unwrap();
    let flushed = scene.simulator.flush().await;
    assert_eq!(flushed.backlog, 1);
    assert!(scene.bot.ear.attempts.load(Ordering::SeqCst) - before >= 4);
    assert_eq!(scene.simulator.webhooks()[&scene.page].failed, 4);
    scene.bot.ear.answer(200);
    assert_eq!(scene.simulator.flush().await.backlog, 0);
    assert_eq!(scene.bot.ear.only()["message"]["text"], "anyone?");
}

#[tokio::test]
async fn only_200_counts_as_received() {
    let scene = scene().await;
    scene.bot.ear.answer(204);
    scene.simulator.write(scene.person, "x").unwrap();
    assert_eq!(scene.simulator.flush().await.backlog, 1);
}

#[tokio::test]
async fn after_an_hour_of_failure_the_app_is_unsubscribed_from_the_page() {
    let scene = scene().await;
    scene.bot.ear.answer(503);
    scene.simulator.write(scene.person, "one").unwrap();
    scene.simulator.flush().await;
    scene.simulator.advance(Span::minutes(59));
    scene.simulator.flush().await;
    let subscribed = || !scene.simulator.pages()[0].subscriptions.is_empty();
    assert!(subscribed());
    scene.simulator.advance(Span::minutes(1));
    assert_eq!(scene.simulator.flush().await.backlog, 0);
    assert!(!subscribed());
    assert_eq!(scene.simulator.webhooks()[&scene.page].given_up, 1);
    scene.bot.ear.answer(200);
    scene.simulator.write(scene.person, "two").unwrap();
    scene.simulator.flush().await;
    assert!(scene.bot.ear.events().is_empty(), "what happened meanwhile is not told");
    let path = "/v25.0/me/subscribed_apps?subscribed_fields=messages";
    assert_eq!(scene.call("POST", path, None).await.status, 200);
    scene.simulator.write(scene.person, "three").unwrap();
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.only()["message"]["text"], "three");
}

#[tokio::test]
async fn one_success_ends_the_count_of_failure() {
    let scene = scene().await;
    scene.bot.ear.answer(500);
    scene.simulator.write(scene.person, "one").unwrap();
    scene.simulator.flush().await;
    scene.simulator.advance(Span::minutes(50));
    scene.bot.ear.answer(200);
    scene.simulator.flush().await;
    scene.bot.ear.answer(500);
    scene.simulator.write(scene.person, "two").unwrap();
    scene.simulator.flush().await;
    scene.simulator.advance(Span::minutes(50));
    scene.simulator.flush().await;
    assert!(!scene.simulator.pages()[0].subscriptions.is_empty());
}

#[tokio::test]
async fn a_callback_is_taken_over_only_with_the_right_challenge() {
    let scene = scene_with(|config| config.callback_url = None).await;
    let url = format!("{}/webhook", scene.bot.url);
    let token = format!("{APP}|{SECRET}");
    let subscribe = |verify_token: &'static str, token: String| {
        let pairs = encode(&[
            ("object", "page"),
            ("callback_url", &url),
            ("verify_token", verify_token),
            ("fields", "messages,messaging_postbacks"),
            ("access_token", &token),
        ]);
        let request = scene.http.post(scene.url(&format!("/v25.0/{APP}/subscriptions?{pairs}")));
        async { crate::support::reply(request.send().await.unwrap()).await }
    };
    assert_eq!(subscribe("wrong", token.clone()).await.refusal(), (2200, None));
    assert_eq!(subscribe("simulated_verify_token", scene.token.clone()).await.refusal(), (15, None));
    scene.simulator.write(scene.person, "unheard").unwrap();
    scene.simulator.flush().await;
    assert!(scene.bot.ear.heard().is_empty());
    assert_eq!(subscribe("simulated_verify_token", token.clone()).await.body, json!({ "success": true }));
    scene.simulator.write(scene.person, "heard").unwrap();
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.only()["message"]["text"], "heard");
    let listed = scene
        .http
        .get(scene.url(&format!("/v25.0/{APP}/subscriptions?{}", encode(&[("access_token", &token)]))));
    let listed = crate::support::reply(listed.send().await.unwrap()).await;
    assert_eq!(listed.body["data"][0]["callback_url"], url);
    assert!(scene.simulator.set_callback("http://127.0.0.1:1/none").await.is_err());
    scene.simulator.set_callback(&url).await.unwrap();
}

#[tokio::test]
async fn two_apps_hear_of_the_same_page_each_with_its_own_secret() {
    let scene = scene().await;
    let other = bot().await;
    let app = scene.simulator.add_app("Other", "other_secret", Some(&format!("{}/webhook", other.url)));
    scene.simulator.subscribe(app, scene.page, &ALL_FIELDS).unwrap();
    scene.simulator.write(scene.person, "both").unwrap();
    scene.simulator.flush().await;
    let heard = other.ear.heard().remove(0);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"other_secret");
    let expected = format!("sha256={}", hex::encode(hmac::sign(&key, &heard.body)));
    assert_eq!(heard.header("x-hub-signature-256"), Some(expected.as_str()));
    assert_eq!(scene.bot.ear.heard().len(), 1);
}

#[tokio::test]
async fn receipts_come_when_configured_and_due() {
    let scene = scene().await;
    scene.simulator.set_settings(Settings {
        delivery_millis: Some(0),
        read_millis: Some(60_000),
        ..Settings::default()
    });
    let mid = scene.say("x").await.body["message_id"].clone();
    assert_eq!(scene.simulator.flush().await.scheduled, 1);
    let events = scene.bot.ear.events();
    let delivery = events.iter().find(|(_, event)| event.get("delivery").is_some()).unwrap();
    assert_eq!(delivery.1["delivery"]["mids"], json!([mid]));
    scene.bot.ear.clear();
    scene.simulator.advance(Span::minutes(1));
    assert_eq!(scene.simulator.flush().await.scheduled, 0);
    let read = scene.bot.ear.only();
    assert_eq!(read["read"]["watermark"], delivery.1["delivery"]["watermark"]);
}

#[tokio::test]
async fn everything_that_waited_arrives_in_order_once_the_bot_is_back() {
    let scene = scene().await;
    scene.bot.ear.answer(500);
    for number in 0..30 {
        scene.simulator.write(scene.person, &number.to_string()).unwrap();
    }
    assert_eq!(scene.simulator.flush().await.backlog, 30);
    scene.bot.ear.answer(200);
    assert_eq!(scene.simulator.flush().await.backlog, 0);
    let events = scene.bot.ear.events();
    let texts: Vec<_> = events.iter().map(|(_, event)| event["message"]["text"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..30).map(|number| number.to_string()).collect();
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn the_backlog_is_tried_again_without_being_asked() {
    let scene =
        scene_with(|config| config.delivery.backlog_every = std::time::Duration::from_millis(5)).await;
    scene.bot.ear.answer(500);
    scene.simulator.write(scene.person, "later").unwrap();
    scene.simulator.flush().await;
    scene.bot.ear.answer(200);
    while scene.bot.ear.events().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.bot.ear.only()["message"]["text"], "later");
}

#[tokio::test]
async fn a_bot_that_answers_too_late_has_not_received_it() {
    let scene = scene_with(|config| config.delivery.timeout = std::time::Duration::from_millis(50)).await;
    // Accepts connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    scene.simulator.set_callback_unverified(&format!("http://{}/webhook", silent.local_addr().unwrap()));
    scene.simulator.write(scene.person, "x").unwrap();
    assert_eq!(scene.simulator.flush().await.backlog, 1);
    assert_eq!(scene.simulator.webhooks()[&scene.page].failed, 4);
}

#[tokio::test]
async fn after_the_shutdown_nobody_listens() {
    let scene = scene().await;
    let url = scene.url("/");
    scene.simulator.shutdown().await;
    let fresh = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(fresh.get(url).send().await.is_err());
}
