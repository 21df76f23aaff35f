//! Sending: single and batched, what is told back, and the order of the checks.

use crate::support::{Scene, encode, operation, scene};
use serde_json::json;
use simulator::{Effect, Fault};

#[tokio::test]
async fn a_message_arrives_is_echoed_and_is_on_record() {
    let scene = scene().await;
    let sent = scene
        .send(json!({ "messaging_type": "RESPONSE", "message": { "text": "Grüße 👋", "metadata": "m1" } }))
        .await;
    assert_eq!(sent.status, 200, "{sent:?}");
    assert_eq!(sent.body["recipient_id"], scene.person.to_string());
    let mid = sent.body["message_id"].as_str().unwrap();
    assert!(mid.starts_with("m_") && mid.len() == 88);
    assert_eq!(sent.headers["facebook-api-version"], "v25.0");
    assert_eq!(sent.headers["content-type"], "application/json; charset=UTF-8");
    assert!(sent.headers["x-business-use-case-usage"].to_str().unwrap().contains(&scene.page.to_string()));
    assert!(!sent.headers.contains_key("x-app-usage"));

    scene.simulator.flush().await;
    let echo = scene.bot.ear.only();
    assert_eq!(echo["sender"]["id"], scene.page.to_string());
    assert_eq!(echo["message"]["is_echo"], true);
    assert_eq!(echo["message"]["app_id"], 1_000_000_000_000_001_u64);
    assert_eq!(echo["message"]["metadata"], "m1");
    assert_eq!(echo["message"]["mid"], mid);
    let received = scene.simulator.received(scene.person);
    assert_eq!(received[0].text.as_deref(), Some("Grüße 👋"));
    let recorded = scene.simulator.messages(Some(scene.page), None, 0, 10);
    assert_eq!((recorded[0].mid.as_str(), recorded[0].metadata.as_deref()), (mid, Some("m1")));
}

#[tokio::test]
async fn a_batch_answers_every_operation_in_its_place() {
    let scene = scene().await;
    let person = scene.person.to_string();
    let answer = scene
        .batch(&[operation(&person, "one"), operation("999", "two"), operation(&person, "three")])
        .await
        .unwrap();
    let slots = answer.body.as_array().unwrap();
    let codes: Vec<_> = slots.iter().map(|slot| slot["code"].as_u64().unwrap()).collect();
    assert_eq!(codes, [200, 400, 200]);
    let body: serde_json::Value = serde_json::from_str(slots[1]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["error"]["error_subcode"], 2_018_001);
    assert!(slots[1]["headers"].to_string().contains("WWW-Authenticate"));
    assert_eq!(scene.simulator.totals().accepted, 2);
    let many = vec![operation(&person, "x"); 51];
    assert_eq!(scene.batch(&many).await.unwrap().refusal(), (100, None));
}
