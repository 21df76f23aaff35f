//! Misbehaviour on order, as a bot meets it.

use crate::support::{operation, scene};
use model::time::Span;
use serde_json::{Value, json};
use simulator::{Effect, Fault, Settings};

#[tokio::test]
async fn any_error_can_be_injected_for_one_person() {
    let scene = scene().await;
    let other = scene.simulator.add_people(scene.page, 1).unwrap()[0];
    scene.simulator.write(other, "hi").unwrap();
    let effect: Effect = serde_json::from_value(json!({
        "kind": "error", "code": 2, "status": 500, "is_transient": true, "message": "(#2) Service temporarily unavailable",
        "error_user_title": "Sorry", "error_data": { "remaining_seconds": 30 },
    }))
    .unwrap();
    scene.simulator.add_fault(Fault::new(effect).person(scene.person).next(1));
    let body = json!({ "recipient": { "id": other.to_string() }, "message": { "text": "x" } });
    assert_eq!(scene.call("POST", "/v25.0/me/messages", Some(body)).await.status, 200);
    let failed = scene.say("x").await;
    assert_eq!((failed.status, failed.refusal()), (500, (2, None)));
    assert_eq!(failed.body["error"]["is_transient"], true);
    assert_eq!(failed.body["error"]["error_data"]["remaining_seconds"], 30);
    assert_eq!(failed.body["error"]["error_user_title"], "Sorry");
    assert_eq!(scene.say("x").await.status, 200);
    assert_eq!(scene.simulator.faults()[0].applied, 1);
    assert_eq!(scene.simulator.totals().refused_by_code["2"], 1);
}

#[tokio::test]
async fn a_dropped_connection_hides_whether_the_message_was_sent() {
    let scene = scene().await;
    let send = || {
        let body = json!({ "recipient": { "id": scene.person.to_string() }, "message": { "text": "x" } });
        scene
            .http
            .post(scene.url("/v25.0/me/messages"))
            .bearer_auth(&scene.token)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
    };
    scene.simulator.add_fault(Fault::new(Effect::DropBefore).nth(1));
    scene.simulator.add_fault(Fault::new(Effect::DropAfter).nth(2));
    assert!(send().await.is_err());
    assert_eq!(scene.simulator.totals().accepted, 0);
    assert!(send().await.is_err());
    assert_eq!(scene.simulator.totals().accepted, 1);
    assert_eq!(send().await.unwrap().status(), 200);
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.events().len(), 2, "the echo tells of the message that got no answer");
}

#[tokio::test]
async fn answers_break_off_or_are_not_json() {
    let scene = scene().await;
    let path = scene.url("/v25.0/me/messages");
    let body =
        json!({ "recipient": { "id": scene.person.to_string() }, "message": { "text": "x" } }).to_string();
    let send = || {
        let request = scene.http.post(&path).bearer_auth(&scene.token);
        request.header("content-type", "application/json").body(body.clone()).send()
    };
    scene.simulator.add_fault(Fault::new(Effect::Truncate).nth(1));
    scene.simulator.add_fault(Fault::new(Effect::NotJson).nth(2));
    scene.simulator.add_fault(Fault::new(Effect::PlainServerError).nth(3));
    let broken = send().await.unwrap();
    assert_eq!(broken.status(), 200);
    assert!(broken.text().await.is_err());
    let odd = send().await.unwrap();
    assert_eq!(odd.status(), 200);
    assert!(serde_json::from_str::<Value>(&odd.text().await.unwrap()).is_err());
    let plain = send().await.unwrap();
    assert_eq!(plain.status(), 500);
    assert!(plain.text().await.unwrap().starts_with("<html>"));
    assert_eq!(scene.simulator.totals().accepted, 2);
}

#[tokio::test]
async fn a_batch_has_holes_or_ends_early() {
    let scene = scene().await;
    let people = scene.simulator.add_people(scene.page, 4).unwrap();
    for person in &people {
        scene.simulator.write(*person, "hi").unwrap();
    }
    let all: Vec<Value> = people.iter().map(|person| operation(&person.to_string(), "x")).collect();
    scene.simulator.add_fault(Fault::new(Effect::NullSlot { processed: false }).person(people[0]));
    scene.simulator.add_fault(Fault::new(Effect::NullSlot { processed: true }).person(people[1]));
    scene.simulator.add_fault(Fault::new(Effect::PlainServerError).person(people[2]));
    let answer = scene.batch(&all).await.unwrap();
    assert_eq!((&answer.body[0], &answer.body[1]), (&Value::Null, &Value::Null));
    assert_eq!((&answer.body[2]["code"], &answer.body[3]["code"]), (&json!(500), &json!(200)));
    let reached: Vec<bool> =
        people.iter().map(|person| !scene.simulator.received(*person).is_empty()).collect();
    assert_eq!(reached, [false, true, false, true]);
    scene.simulator.clear_faults();
    scene.simulator.add_fault(Fault::new(Effect::ShortBatch { keep: 1 }).path("batch"));
    assert_eq!(scene.batch(&all).await.unwrap().body.as_array().unwrap().len(), 1);
    assert_eq!(scene.simulator.totals().accepted, 6);
    scene.simulator.clear_faults();
    scene.simulator.add_fault(Fault::new(Effect::DropAfter).person(people[3]));
    assert!(scene.batch(&all).await.is_err());
    assert_eq!(scene.simulator.totals().accepted, 10);
    scene.simulator.clear_faults();
    scene.simulator.add_fault(Fault::new(Effect::error(1, Some(1_357_046))).path("batch").next(1));
    assert_eq!(scene.batch(&all).await.unwrap().refusal(), (1, Some(1_357_046)));
    assert_eq!(scene.simulator.totals().accepted, 10);
}

#[tokio::test]
async fn tokens_die_and_pages_are_restricted_for_good() {
    let scene = scene().await;
    scene.simulator.add_fault(Fault::new(Effect::Restrict).next(1));
    assert_eq!(scene.say("x").await.refusal(), (10, Some(1_893_063)));
    assert_eq!(scene.say("x").await.refusal(), (10, Some(1_893_063)));
    scene.simulator.policy_notice(scene.page, "unblock", None).unwrap();
    assert_eq!(scene.say("x").await.status, 200);
    scene.simulator.add_fault(Fault::new(Effect::TokenDeath).next(1));
    assert_eq!(scene.say("x").await.refusal(), (190, Some(460)));
    assert_eq!(scene.say("x").await.refusal(), (190, Some(460)));
}

#[tokio::test]
async fn limits_can_be_simulated_without_traffic() {
    let scene = scene().await;
    scene.simulator.add_fault(Fault::new(Effect::RateLimit).nth(1));
    scene.simulator.add_fault(Fault::new(Effect::UsageExhausted).nth(2));
    assert_eq!(scene.say("x").await.refusal(), (613, None));
    assert_eq!(scene.say("x").await.refusal(), (80_006, None));
    scene.simulator.force_usage(scene.page, Some(101)).unwrap();
    assert_eq!(scene.say("x").await.refusal(), (80_006, None));
    scene.simulator.force_usage(scene.page, None).unwrap();
    assert_eq!(scene.say("x").await.status, 200);
}

#[tokio::test]
async fn echoes_are_kept_back_or_late() {
    let scene = scene().await;
    scene.simulator.add_fault(Fault::new(Effect::SuppressEcho).nth(1));
    scene.simulator.add_fault(Fault::new(Effect::LateEcho { seconds: 30 }).nth(2));
    scene.say("never").await;
    scene.say("late").await;
    assert_eq!(scene.simulator.flush().await.scheduled, 1);
    assert!(scene.bot.ear.events().is_empty());
    scene.simulator.advance(Span::secs(30));
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.only()["message"]["text"], "late");
}

#[tokio::test]
async fn a_late_echo_leaves_by_itself_when_the_clock_is_turned_elsewhere() {
    let scene = scene().await;
    scene.simulator.set_settings(Settings { echo_millis: 5_000, ..Settings::default() });
    scene.say("late").await;
    scene.clock.advance(Span::secs(5));
    while scene.bot.ear.events().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.bot.ear.only()["message"]["text"], "late");
}

#[tokio::test]
async fn faults_meet_other_paths_too() {
    let scene = scene().await;
    scene.simulator.add_fault(Fault::new(Effect::error(4, None)).path("messenger_profile"));
    let profile = "/v25.0/me/messenger_profile?fields=greeting";
    assert_eq!(scene.call("GET", profile, None).await.refusal(), (4, None));
    assert_eq!(scene.say("x").await.status, 200);
    scene.simulator.clear_faults();
    scene.simulator.add_fault(Fault::new(Effect::Slow { millis: 1 }).path("*"));
    assert_eq!(scene.call("GET", profile, None).await.status, 200);
    assert_eq!(scene.simulator.faults()[0].applied, 1);
}
