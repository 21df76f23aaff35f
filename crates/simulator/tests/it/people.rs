//! What people do, and the webhook each act makes.

use crate::support::{Scene, scene};
use serde_json::{Value, json};
use simulator::{Action, Attachment, Options, Referral, Refusal};

/// The event that an action makes.
async fn event(scene: &Scene, action: Action) -> Value {
    event_with(scene, action, Options::default()).await
}

async fn event_with(scene: &Scene, action: Action, options: Options) -> Value {
    scene.bot.ear.clear();
    scene.simulator.act(scene.person, &action, &options).unwrap();
    scene.simulator.flush().await;
    scene.bot.ear.only()
}

async fn with_get_started(scene: &Scene) {
    let profile = json!({ "get_started": { "payload": "START" } });
    assert_eq!(scene.call("POST", "/v25.0/me/messenger_profile", Some(profile)).await.status, 200);
}

#[tokio::test]
async fn a_text_has_a_message_id_and_milliseconds() {
    let scene = scene().await;
    let text = event(&scene, Action::write("hi 👋")).await;
    assert_eq!(text["sender"]["id"], scene.person.to_string());
    assert_eq!(text["recipient"]["id"], scene.page.to_string());
    assert_eq!(text["message"]["text"], "hi 👋");
    assert!(text["message"]["mid"].as_str().unwrap().starts_with("m_"));
    assert!(text["timestamp"].as_i64().unwrap() > 1_000_000_000_000);
    let mid = text["message"]["mid"].as_str().unwrap().to_owned();
    let reply = event(&scene, Action::Write { text: "and".to_owned(), reply_to: Some(mid.clone()) }).await;
    assert_eq!(reply["message"]["reply_to"], json!({ "mid": mid, "is_self_reply": true }));
}

#[tokio::test]
async fn two_events_of_one_person_never_share_a_timestamp() {
    let scene = scene().await;
    scene.simulator.write(scene.person, "one").unwrap();
    scene.simulator.write(scene.person, "two").unwrap();
    scene.simulator.flush().await;
    let stamps: Vec<_> =
        scene.bot.ear.events().iter().map(|(_, event)| event["timestamp"].as_i64().unwrap()).collect();
    assert!(stamps[0] < stamps[1], "{stamps:?}");
}

#[tokio::test]
async fn get_started_carries_the_pages_payload_and_the_way_in() {
    let scene = scene().await;
    let refused = scene.simulator.get_started(scene.person);
    assert_eq!(refused, Err(Refusal::NoGetStarted));
    with_get_started(&scene).await;
    let referral = Referral {
        r#ref: Some("flyer".to_owned()),
        source: Some("SHORTLINK".to_owned()),
        ..Referral::default()
    };
    let started = event(&scene, Action::GetStarted { payload: None, referral: Some(referral.clone()) }).await;
    assert_eq!(started["postback"]["payload"], "START");
    assert_eq!(
        started["postback"]["referral"],
        json!({ "ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD" })
    );
    let known = event(&scene, Action::Arrive(referral.clone())).await;
    assert_eq!(known["referral"]["ref"], "flyer");
    let newcomer = scene.simulator.add_people(scene.page, 1).unwrap()[0];
    scene.simulator.act(newcomer, &Action::Arrive(referral), &Options::default()).unwrap();
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.only()["postback"]["referral"]["ref"], "flyer");
    let ad =
        Referral { ad_id: Some("6".to_owned()), ad_title: Some("Autumn".to_owned()), ..Referral::default() };
    let came = event(&scene, Action::Ad { text: "Tell me more".to_owned(), referral: ad }).await;
    assert_eq!(came["message"]["referral"]["source"], "ADS");
    assert_eq!(came["message"]["referral"]["ads_context_data"]["ad_title"], "Autumn");
}

#[tokio::test]
async fn buttons_and_quick_replies_of_received_messages_can_be_tapped() {
    let scene = scene().await;
    let buttons = json!({ "message": { "attachment": { "type": "template", "payload": {
        "template_type": "button", "text": "Choose",
        "buttons": [
            { "type": "postback", "title": "Stop", "payload": "STOP" },
            { "type": "web_url", "title": "Read", "url": "https://bot.invalid" },
        ],
    } } } });
    assert_eq!(scene.send(buttons).await.status, 200);
    let replies = json!({ "message": { "text": "Sure?", "quick_replies": [
        { "content_type": "text", "title": "Yes", "payload": "YES" },
        { "content_type": "text", "title": "No", "payload": "NO" },
    ] } });
    assert_eq!(scene.send(replies).await.status, 200);
    scene.simulator.flush().await;
    let titles: Vec<_> =
        scene.simulator.buttons(scene.person).into_iter().map(|button| button.title).collect();
    assert_eq!(titles, ["Yes", "No"]);
    let stop = event(&scene, Action::tap("Stop")).await;
    assert_eq!((&stop["postback"]["title"], &stop["postback"]["payload"]), (&json!("Stop"), &json!("STOP")));
    let no = event(&scene, Action::tap_payload("NO")).await;
    assert_eq!(no["message"]["text"], "No");
    assert_eq!(no["message"]["quick_reply"]["payload"], "NO");
    assert_eq!(
        scene.simulator.tap(scene.person, "Yes"),
        Err(Refusal::NoButton),
        "quick replies are offered once"
    );
    assert_eq!(scene.simulator.tap(scene.person, "Read"), Err(Refusal::NoWebhook("web_url".to_owned())));
    let first = Action::Tap { title: None, payload: None, index: Some(0), message: None };
    assert_eq!(event(&scene, first).await["postback"]["payload"], "STOP");
}

#[tokio::test]
async fn a_postbacks_payload_is_for_the_app_that_sent_the_button() {
    let scene = scene().await;
    let other = crate::support::bot().await;
    let app = scene.simulator.add_app("Other", "other_secret", Some(&format!("{}/webhook", other.url)));
    scene.simulator.subscribe(app, scene.page, &["messaging_postbacks"]).unwrap();
    let button = json!({ "message": { "attachment": { "type": "template", "payload": {
        "template_type": "button", "text": "Choose",
        "buttons": [{ "type": "postback", "title": "Stop", "payload": "STOP" }],
    } } } });
    scene.send(button).await;
    scene.simulator.flush().await;
    assert_eq!(event(&scene, Action::tap("Stop")).await["postback"]["payload"], "STOP");
    assert!(other.ear.only()["postback"].get("payload").is_none());
}

#[tokio::test]
async fn the_menu_and_ice_breakers_are_tapped_by_their_text() {
    let scene = scene().await;
    with_get_started(&scene).await;
    let profile = json!({
        "persistent_menu": [{ "locale": "default", "call_to_actions": [
            { "type": "postback", "title": "My data", "payload": "DATA" }] }],
        "ice_breakers": [{ "locale": "default", "call_to_actions": [
            { "question": "Where are you?", "payload": "WHERE" }] }],
    });
    assert_eq!(scene.call("POST", "/v25.0/me/messenger_profile", Some(profile)).await.status, 200);
    let menu = event(&scene, Action::Menu { title: "My data".to_owned() }).await;
    assert_eq!(menu["postback"]["payload"], "DATA");
    let breaker = event(&scene, Action::Menu { title: "Where are you?".to_owned() }).await;
    assert_eq!(breaker["postback"]["payload"], "WHERE");
    let nothing = Action::Menu { title: "Other".to_owned() };
    assert_eq!(scene.simulator.act(scene.person, &nothing, &Options::default()), Err(Refusal::NoMenu));
}

#[tokio::test]
async fn every_kind_of_attachment_has_its_shape() {
    let scene = scene().await;
    let attach = |kind: &str| Action::Attach(Attachment { kind: kind.to_owned(), ..Attachment::default() });
    for kind in ["image", "audio", "video", "file"] {
        let sent = event(&scene, attach(kind)).await;
        assert_eq!(sent["message"]["attachments"][0]["type"], kind);
        assert!(sent["message"]["attachments"][0]["payload"]["url"].is_string());
    }
    let sticker = event(&scene, attach("sticker")).await;
    assert!(sticker["message"]["attachments"][0]["payload"]["sticker_id"].is_u64());
    let place = event(&scene, attach("location")).await;
    assert!(place["message"]["attachments"][0]["payload"]["coordinates"]["lat"].is_f64());
    let shared = event(&scene, attach("fallback")).await;
    assert_eq!(shared["message"]["attachments"][0]["payload"], Value::Null);
    assert!(shared["message"]["attachments"][0]["url"].is_string());
    assert_eq!(scene.simulator.act(scene.person, &attach(""), &Options::default()), Err(Refusal::NoKind));
}

#[tokio::test]
async fn people_react_edit_take_back_and_read() {
    let scene = scene().await;
    let mid = scene.say("news").await.body["message_id"].clone();
    scene.simulator.flush().await;
    let react = event(&scene, Action::React { reaction: "love".to_owned(), message: None }).await;
    assert_eq!(react["reaction"], json!({ "mid": mid, "action": "react", "reaction": "love", "emoji": "❤" }));
    let unreact = event(&scene, Action::Unreact { message: None }).await;
    assert_eq!(unreact["reaction"], json!({ "mid": mid, "action": "unreact" }));
    let edit = || Action::Edit { text: "hello!".to_owned(), message: None };
    assert_eq!(event(&scene, edit()).await["message_edit"]["num_edit"], 1);
    for _ in 0..4 {
        event(&scene, edit()).await;
    }
    assert_eq!(scene.simulator.act(scene.person, &edit(), &Options::default()), Err(Refusal::NotEditable));
    assert_eq!(scene.simulator.transcript(scene.person)[0].text.as_deref(), Some("hello!"));
    let gone = event(&scene, Action::Unsend { message: None }).await;
    assert_eq!(gone["message"]["is_deleted"], true);
    assert!(scene.simulator.transcript(scene.person).iter().all(|line| line.from != "person"));
    let read = event(&scene, Action::Read {}).await;
    assert_eq!(read["read"]["watermark"], read["timestamp"]);
}

#[tokio::test]
async fn accounts_are_linked_and_policies_enforced() {
    let scene = scene().await;
    let linked = event(&scene, Action::LinkAccount { authorization_code: "c".to_owned() }).await;
    assert_eq!(linked["account_linking"], json!({ "status": "linked", "authorization_code": "c" }));
    let unlinked = event(&scene, Action::UnlinkAccount {}).await;
    assert_eq!(unlinked["account_linking"]["status"], "unlinked");
    scene.simulator.policy_notice(scene.page, "block", Some("spam")).unwrap();
    scene.simulator.flush().await;
    let notice = scene.bot.ear.only();
    assert_eq!(notice["policy_enforcement"], json!({ "action": "block", "reason": "spam" }));
    assert!(notice.get("sender").is_none());
    assert_eq!(scene.say("x").await.refusal(), (10, Some(1_893_063)));
    scene.simulator.policy_notice(scene.page, "unblock", Some("ignored")).unwrap();
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.only()["policy_enforcement"], json!({ "action": "unblock" }));
}

#[tokio::test]
async fn opting_in_again_refreshes_the_same_token() {
    let scene = scene().await;
    let opt_in = || Action::OptIn { title: "News".to_owned(), payload: Some("P".to_owned()) };
    let first = event(&scene, opt_in()).await["optin"].clone();
    let second = event(&scene, opt_in()).await["optin"].clone();
    assert_eq!(first["notification_messages_token"], second["notification_messages_token"]);
    assert_eq!(
        (&first["user_token_status"], &second["user_token_status"]),
        (&json!("NOT_REFRESHED"), &json!("REFRESHED"))
    );
    let path = format!("/v25.0/{}/notification_message_tokens", scene.page);
    let listed = scene.call("GET", &path, None).await;
    assert_eq!(listed.body["data"][0]["recipient_id"], scene.person.to_string());
}

#[tokio::test]
async fn odd_shapes_come_when_asked_for() {
    let scene = scene().await;
    let odd =
        Options { seconds: true, numeric_ids: true, standby: true, late_seconds: 60, ..Options::default() };
    scene.bot.ear.clear();
    scene.simulator.act(scene.person, &Action::write("odd"), &odd).unwrap();
    scene.simulator.flush().await;
    let (channel, event) = scene.bot.ear.events().remove(0);
    assert_eq!(channel, "standby");
    assert_eq!(event["sender"]["id"], scene.person.0);
    let entry = scene.bot.ear.heard()[0].json()["entry"][0].clone();
    assert_eq!(entry["id"], scene.page.0);
    let sent = entry["time"].as_i64().unwrap();
    assert_eq!(event["timestamp"].as_i64().unwrap(), sent / 1_000 - 60);
}

#[tokio::test]
async fn who_blocked_the_page_writes_nothing_until_unblocking() {
    let scene = scene().await;
    scene.simulator.block(scene.person).unwrap();
    assert_eq!(scene.simulator.write(scene.person, "x"), Err(Refusal::Blocked));
    scene.simulator.act(scene.person, &Action::Unblock {}, &Options::default()).unwrap();
    assert!(scene.simulator.write(scene.person, "x").is_ok());
    let stranger = simulator::Psid(5);
    assert_eq!(scene.simulator.write(stranger, "x"), Err(Refusal::NoPerson(stranger)));
}

#[tokio::test]
async fn one_human_has_a_different_id_on_each_page() {
    let scene = scene().await;
    let other = scene
        .simulator
        .add_page(simulator::NewPage { name: "Other".to_owned(), ..simulator::NewPage::default() })
        .unwrap();
    let there = scene.simulator.introduce(scene.person, other).unwrap();
    assert_ne!(there, scene.person);
    assert_eq!(scene.simulator.introduce(scene.person, other), Ok(there));
    let (here, there) =
        (scene.simulator.person(scene.person).unwrap(), scene.simulator.person(there).unwrap());
    assert_eq!((here.first_name, here.last_name), (there.first_name, there.last_name));
}
