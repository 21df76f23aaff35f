//! When a message may go: the 24 hours, tags, utility templates, notification tokens, private replies.

use crate::support::{Scene, scene};
use model::time::Span;
use serde_json::{Value, json};
use simulator::{Action, Options, Policy};

fn act(scene: &Scene, action: Action) -> simulator::Done {
    scene.simulator.act(scene.person, &action, &Options::default()).unwrap()
}

#[tokio::test]
async fn the_window_closes_after_a_day_and_a_word_opens_it() {
    let scene = scene().await;
    scene.simulator.advance(Span::hours(24));
    assert_eq!(scene.say("still in time").await.status, 200);
    scene.simulator.advance(Span::millis(1));
    let late = scene.say("too late").await;
    assert_eq!((late.status, late.refusal()), (400, (10, Some(2_018_278))));
    assert!(
        late.body["error"]["message"].as_str().unwrap().starts_with("(#10) This message is sent outside")
    );
    assert_eq!(scene.send(json!({ "sender_action": "typing_on" })).await.refusal(), (10, Some(2_018_278)));
    act(&scene, Action::Read {});
    act(&scene, Action::OptIn { title: "News".to_owned(), payload: None });
    assert_eq!(scene.say("reading opens nothing").await.status, 400);
    act(&scene, Action::React { reaction: "love".to_owned(), message: None });
    assert_eq!(scene.say("a reaction opens it").await.status, 200);
}

#[tokio::test]
async fn a_late_event_opens_the_window_from_its_own_time() {
    let scene = scene().await;
    scene.simulator.advance(Span::days(3));
    let late = Options { late_seconds: 23 * 3_600, ..Options::default() };
    scene.simulator.act(scene.person, &Action::write("sent yesterday"), &late).unwrap();
    assert_eq!(scene.say("an hour is left").await.status, 200);
    scene.simulator.advance(Span::hours(2));
    assert_eq!(scene.say("it is over").await.refusal(), (10, Some(2_018_278)));
}

#[tokio::test]
async fn a_human_agent_has_seven_days_if_the_page_has_the_feature() {
    let scene = scene().await;
    let tagged =
        json!({ "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT", "message": { "text": "hi" } });
    scene.simulator.advance(Span::days(2));
    assert_eq!(scene.send(tagged.clone()).await.refusal(), (10, Some(2_018_278)));
    scene.simulator.set_policy(scene.page, Policy { human_agent: true, ..Policy::default() }).unwrap();
    assert_eq!(scene.send(tagged.clone()).await.status, 200);
    scene.simulator.advance(Span::days(5));
    scene.simulator.advance(Span::secs(1));
    assert_eq!(scene.send(tagged).await.refusal(), (10, Some(2_018_278)));
}

#[tokio::test]
async fn a_utility_template_needs_no_window_but_approval() {
    let scene = scene().await;
    let path = format!("/v25.0/{}/message_templates", scene.page);
    let template = json!({
        "name": "visit", "language": "en_US", "category": "UTILITY",
        "components": [
            { "type": "BODY", "text": "Dear {{1}}, your visit at {{2}} is settled." },
            { "type": "BUTTONS", "buttons": [{ "type": "POSTBACK", "text": "Change it", "payload": "CHANGE" }] },
        ],
    });
    let made = scene.call("POST", &path, Some(template)).await;
    assert_eq!(made.body["status"], "APPROVED", "{made:?}");
    scene.simulator.advance(Span::days(30));
    let send = |name: &str, values: &[&str]| {
        let parameters: Vec<Value> =
            values.iter().map(|text| json!({ "type": "text", "text": text })).collect();
        json!({ "messaging_type": "UTILITY", "message": { "template": {
            "name": name, "language": { "code": "en_US" },
            "components": [{ "type": "body", "parameters": parameters }],
        }, "metadata": "visit 1" } })
    };
    scene.simulator.flush().await;
    scene.bot.ear.clear();
    assert_eq!(scene.send(send("visit", &["Ada", "9:00"])).await.status, 200);
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.only()["message"]["metadata"], "visit 1", "the echo names the message");
    let seen = scene.simulator.received(scene.person).pop().unwrap();
    assert_eq!(seen.text.as_deref(), Some("Dear Ada, your visit at 9:00 is settled."));
    assert_eq!(scene.send(send("visit", &["Ada"])).await.refusal(), (100, None));
    assert_eq!(scene.send(send("absent", &[])).await.refusal(), (100, None));
    let mut untyped = send("visit", &["Ada", "9:00"]);
    untyped["messaging_type"] = json!("UPDATE");
    assert_eq!(scene.send(untyped).await.refusal(), (100, None));
    let tapped = scene.simulator.tap(scene.person, "Change it").unwrap();
    assert!(tapped.mid.is_some());
    assert_eq!(scene.say("the tap opened the window").await.status, 200);
    let id = made.body["id"].as_str().unwrap().parse().unwrap();
    scene.simulator.set_template_status(scene.page, id, "PAUSED").unwrap();
    assert_eq!(scene.send(send("visit", &["Ada", "9:00"])).await.refusal(), (100, None));
    assert!(scene.simulator.set_template_status(scene.page, id, "MAYBE").is_err());
}

#[tokio::test]
async fn recurring_notifications_keep_their_distance_and_stop_when_told() {
    let scene = scene().await;
    let policy = Policy { recurring_notifications: true, ..Policy::default() };
    scene.simulator.set_policy(scene.page, policy).unwrap();
    let request = json!({ "message": { "attachment": { "type": "template", "payload": {
        "template_type": "notification_messages", "title": "News", "payload": "NEWS",
    } } } });
    assert_eq!(scene.send(request.clone()).await.status, 200);
    assert_eq!(scene.send(request).await.refusal(), (613, Some(1_893_016)));
    let token = scene.simulator.tap(scene.person, "News").unwrap().token.unwrap();
    scene.simulator.advance(Span::days(10));
    let notify =
        json!({ "recipient": { "notification_messages_token": token }, "message": { "text": "news" } });
    let send = || scene.call("POST", "/v25.0/me/messages", Some(notify.clone()));
    assert_eq!(send().await.status, 200);
    assert_eq!(send().await.refusal(), (4, Some(2_018_354)));
    scene.simulator.advance(Span::hours(48));
    assert_eq!(send().await.status, 200);
    scene.simulator.flush().await;
    scene.bot.ear.clear();
    act(&scene, Action::OptOut { title: None });
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.only()["optin"]["notification_messages_status"], "STOP NOTIFICATIONS");
    scene.simulator.advance(Span::hours(48));
    assert_eq!(send().await.refusal(), (10, Some(1_893_015)));
    act(&scene, Action::Resume { title: Some("News".to_owned()) });
    assert_eq!(send().await.status, 200);
    scene.simulator.set_policy(scene.page, Policy::default()).unwrap();
    scene.simulator.advance(Span::hours(48));
    assert_eq!(send().await.refusal(), (10, None));
}

#[tokio::test]
async fn a_one_time_notification_is_good_once() {
    let scene = scene().await;
    let token = act(&scene, Action::NotifyOnce { payload: "P".to_owned() }).token.unwrap();
    scene.simulator.advance(Span::days(30));
    let notify =
        json!({ "recipient": { "one_time_notif_token": token }, "message": { "text": "it is back" } });
    let send = || scene.call("POST", "/v25.0/me/messages", Some(notify.clone()));
    assert_eq!(send().await.status, 200);
    assert_eq!(send().await.refusal(), (100, None));
}

#[tokio::test]
async fn a_comment_is_answered_once_within_a_week() {
    let scene = scene().await;
    let comment =
        |text: &str| act(&scene, Action::Comment { text: text.to_owned(), post_id: None }).comment.unwrap();
    let answer = |id: &str| {
        let body = json!({ "recipient": { "comment_id": id }, "message": { "text": "thanks" } });
        scene.call("POST", "/v25.0/me/messages", Some(body))
    };
    scene.simulator.advance(Span::days(30));
    let (first, second) = (comment("lovely"), comment("where?"));
    assert_eq!(answer(&first).await.status, 200);
    assert_eq!(answer(&first).await.refusal(), (10_900, None));
    scene.simulator.advance(Span::days(8));
    assert_eq!(answer(&second).await.refusal(), (10, Some(2_018_278)));
    assert_eq!(answer("0_0").await.refusal(), (100, Some(2_018_001)));
}

#[tokio::test]
async fn a_checkbox_gives_a_reference_that_can_be_written_to_without_a_psid() {
    let scene = scene().await;
    scene.bot.ear.clear();
    act(&scene, Action::Checkbox { reference: "shop".to_owned(), user_ref: "u-1".to_owned() });
    scene.simulator.flush().await;
    let event = scene.bot.ear.only();
    assert_eq!(event["optin"], json!({ "ref": "shop", "user_ref": "u-1" }));
    assert!(event.get("sender").is_none());
    let body = json!({ "recipient": { "user_ref": "u-1" }, "message": { "text": "welcome" } });
    let sent = scene.call("POST", "/v25.0/me/messages", Some(body)).await;
    assert!(sent.body["message_id"].is_string() && sent.body.get("recipient_id").is_none());
}
