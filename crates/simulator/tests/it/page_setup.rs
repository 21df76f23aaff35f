//! What a page sets up: its Messenger profile, personas, templates.

use crate::support::scene;
use model::time::Span;
use serde_json::json;

const PROFILE: &str = "/v25.0/me/messenger_profile";

#[tokio::test]
async fn a_profile_is_set_read_and_taken_back() {
    let scene = scene().await;
    let menu = json!({ "persistent_menu": [{ "locale": "default", "call_to_actions": [] }] });
    assert_eq!(scene.call("POST", PROFILE, Some(menu.clone())).await.refusal(), (100, Some(2_018_145)));
    let start =
        json!({ "get_started": { "payload": "START" }, "greeting": [{ "locale": "default", "text": "Hi" }] });
    assert_eq!(scene.call("POST", PROFILE, Some(start)).await.body, json!({ "result": "success" }));
    assert_eq!(scene.call("POST", PROFILE, Some(menu)).await.status, 200);
    let get_started = json!({ "fields": ["get_started"] });
    assert_eq!(scene.call("DELETE", PROFILE, Some(get_started)).await.refusal(), (100, Some(2_018_145)));
    let read = scene.call("GET", &format!("{PROFILE}?fields=get_started,commands"), None).await;
    assert_eq!(read.body, json!({ "data": [{ "get_started": { "payload": "START" } }] }));
    let both = json!({ "fields": ["get_started", "persistent_menu"] });
    assert_eq!(scene.call("DELETE", PROFILE, Some(both)).await.status, 200);
    let read = scene.call("GET", &format!("{PROFILE}?fields=get_started"), None).await;
    assert_eq!(read.body, json!({ "data": [] }));
}

#[tokio::test]
async fn profile_limits_hold_and_change_nothing_when_broken() {
    let scene = scene().await;
    let entry = |title: &str| json!({ "type": "postback", "title": title, "payload": "P" });
    let wrong = [
        json!({ "get_started": { "payload": "p".repeat(1_001) } }),
        json!({ "greeting": [{ "locale": "default", "text": "t".repeat(161) }] }),
        json!({ "get_started": { "payload": "P" }, "persistent_menu": [{ "locale": "de_DE", "call_to_actions": [] }] }),
        json!({ "get_started": { "payload": "P" },
            "persistent_menu": [{ "locale": "default", "call_to_actions": vec![entry("a"); 21] }] }),
        json!({ "get_started": { "payload": "P" },
            "persistent_menu": [{ "locale": "default", "call_to_actions": [entry(&"t".repeat(31))] }] }),
        json!({ "whitelisted_domains": ["http://plain.invalid"] }),
        json!({ "account_linking_url": "http://plain.invalid" }),
        json!({}),
    ];
    for body in wrong {
        assert_eq!(scene.call("POST", PROFILE, Some(body.clone())).await.refusal(), (100, None), "{body}");
    }
    let read = scene.call("GET", &format!("{PROFILE}?fields=get_started,greeting"), None).await;
    assert_eq!(read.body, json!({ "data": [] }));
}

#[tokio::test]
async fn ten_profile_calls_in_ten_minutes_are_enough() {
    let scene = scene().await;
    let read = format!("{PROFILE}?fields=greeting");
    for _ in 0..10 {
        assert_eq!(scene.call("GET", &read, None).await.status, 200);
    }
    assert_eq!(scene.call("GET", &read, None).await.refusal(), (613, None));
    scene.simulator.advance(Span::minutes(10));
    assert_eq!(scene.call("GET", &read, None).await.status, 200);
}

#[tokio::test]
async fn one_person_can_have_a_menu_of_their_own() {
    let scene = scene().await;
    let path = format!("/v25.0/me/custom_user_settings?psid={}", scene.person);
    let menu = json!({ "persistent_menu": [{ "locale": "default", "call_to_actions": [] }] });
    assert_eq!(scene.call("POST", &path, Some(menu)).await.status, 200);
    let read = scene.call("GET", &path, None).await;
    assert_eq!(read.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(scene.call("DELETE", &path, None).await.status, 200);
    let stranger = scene.call("GET", "/v25.0/me/custom_user_settings?psid=5", None).await;
    assert_eq!(stranger.refusal(), (100, Some(2_018_001)));
}

#[tokio::test]
async fn templates_are_made_cloned_listed_and_deleted() {
    let scene = scene().await;
    let path = format!("/v25.0/{}/message_templates", scene.page);
    let library =
        scene.call("GET", "/v25.0/message_template_library?name_or_content=appointment", None).await;
    let name = library.body["data"][0]["name"].as_str().unwrap();
    let cloned =
        json!({ "name": "mine", "language": "en_US", "category": "UTILITY", "library_template_name": name });
    assert_eq!(scene.call("POST", &path, Some(cloned.clone())).await.body["status"], "APPROVED");
    assert_eq!(scene.call("POST", &path, Some(cloned)).await.refusal(), (100, None), "the name is taken");
    let edge = json!({ "name": "edge", "language": "en_US", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": "{{1}} is ready for you." }] });
    assert_eq!(scene.call("POST", &path, Some(edge)).await.body["status"], "REJECTED");
    let listed = scene.call("GET", &format!("{path}?status=REJECTED"), None).await;
    assert_eq!(listed.body["data"][0]["rejected_reason"], "INCORRECT_PARAMS");
    let marketing = json!({ "name": "x", "language": "en_US", "category": "MARKETING", "components": [] });
    assert_eq!(scene.call("POST", &path, Some(marketing)).await.refusal(), (100, None));
    assert_eq!(scene.call("DELETE", &format!("{path}?name=mine"), None).await.status, 200);
    assert_eq!(scene.call("DELETE", &format!("{path}?name=mine"), None).await.refusal(), (100, None));
}

#[tokio::test]
async fn a_templates_status_is_told_to_the_app_that_made_it() {
    let scene = scene().await;
    let app = scene.simulator.app_id();
    scene.simulator.subscribe(app, scene.page, &["message_template_status_update"]).unwrap();
    let path = format!("/v25.0/{}/message_templates", scene.page);
    let template = json!({ "name": "t", "language": "en_US", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": "Your table is reserved." }] });
    let id = scene.call("POST", &path, Some(template)).await.body["id"].clone();
    scene.simulator.flush().await;
    let entry = scene.bot.ear.heard()[0].json()["entry"][0].clone();
    assert_eq!(entry["changes"][0]["field"], "message_template_status_update");
    let value = &entry["changes"][0]["value"];
    assert_eq!((&value["event"], &value["message_template_id"]), (&json!("APPROVED"), &id));
}
