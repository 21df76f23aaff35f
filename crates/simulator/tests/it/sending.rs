//! Sending: single and batched, what is told back, and the order of the checks.

use crate::support::{ALL_FIELDS, Scene, encode, log_in, operation, reply, scene};
use serde_json::{Value, json};
use simulator::{AppId, Kind, MessagingType, NewPage, PAGE_INBOX, Policy, Rates, Settings};

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
    assert!(sent.headers.contains_key("x-fb-trace-id"));

    scene.simulator.flush().await;
    let echo = scene.bot.ear.only();
    assert_eq!(echo["sender"]["id"], scene.page.to_string());
    assert_eq!(echo["recipient"]["id"], scene.person.to_string());
    assert_eq!(echo["message"]["is_echo"], true);
    assert_eq!(echo["message"]["app_id"], 1_000_000_000_000_001_u64);
    assert_eq!(echo["message"]["metadata"], "m1");
    assert_eq!(echo["message"]["mid"], mid);
    let received = scene.simulator.received(scene.person);
    assert_eq!(received[0].text.as_deref(), Some("Grüße 👋"));
    let recorded = scene.simulator.messages(Some(scene.page), None, 0, 10);
    assert_eq!((recorded[0].mid.as_str(), recorded[0].metadata.as_deref()), (mid, Some("m1")));
    assert_eq!((recorded[0].kind, recorded[0].messaging_type), (Kind::Text, MessagingType::Response));
}

#[tokio::test]
async fn form_fields_mean_the_same_as_json() {
    let scene = scene().await;
    let recipient = json!({ "id": scene.person.to_string() }).to_string();
    let pairs = [
        ("recipient", recipient.as_str()),
        ("message", r#"{"text":"as a form"}"#),
        ("access_token", &scene.token),
    ];
    for path in [format!("/v25.0/{}/messages", scene.page), "/me/messages".to_owned()] {
        assert_eq!(scene.form(&path, &pairs).await.status, 200);
    }
    assert_eq!(scene.simulator.received(scene.person).len(), 2);
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
    let body: Value = serde_json::from_str(slots[1]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["error"]["error_subcode"], 2_018_001);
    assert!(slots[1]["headers"].to_string().contains("WWW-Authenticate"));
    assert_eq!(scene.simulator.totals().accepted, 2);
    let many = vec![operation(&person, "x"); 51];
    assert_eq!(scene.batch(&many).await.unwrap().refusal(), (100, None));
    assert_eq!(scene.simulator.requests()["POST /me/messages"], 3);
}

#[tokio::test]
async fn a_batch_may_leave_out_headers_and_successes_and_must_bring_a_token() {
    let scene = scene().await;
    let mut quiet = operation(&scene.person.to_string(), "q");
    quiet["omit_response_on_success"] = json!(true);
    let batch = json!([quiet, { "method": "GET", "relative_url": "v25.0/me?fields=name" }]).to_string();
    let pairs =
        [("batch", batch.as_str()), ("include_headers", "false"), ("access_token", scene.token.as_str())];
    let answer = scene.form("/v25.0/", &pairs).await;
    assert_eq!(answer.body[0], Value::Null);
    assert_eq!(answer.body[1]["code"], 200);
    assert!(answer.body[1].get("headers").is_none());
    assert!(answer.body[1]["body"].as_str().unwrap().contains("B\\u00e4ckerei"));
    assert_eq!(scene.simulator.received(scene.person).len(), 1);
    assert_eq!(scene.form("/v25.0/", &[("batch", batch.as_str())]).await.refusal(), (2500, None));
}

/// A call in which everything is wrong; one thing after another is put right, and each time the next
/// check in the platform's order answers.
#[tokio::test]
async fn the_checks_stand_in_the_platforms_order() {
    let mut scene = scene().await;
    let simulator = scene.simulator.handle();
    let good_token = scene.token.clone();
    let other = simulator.add_app("Another bot", "another_secret", None);
    simulator.set_policy(scene.page, Policy { restricted: true, ..Policy::default() }).unwrap();
    simulator.set_unavailable(scene.person, true).unwrap();
    simulator.set_thread_owner(scene.person, Some(other)).unwrap();
    scene.clock.advance(model::time::Span::hours(24));
    let user = log_in(&scene, "pages_show_list").await;
    scene.token = user;
    let weak_token = scene.call("GET", "/me/accounts", None).await.body["data"][0]["access_token"].clone();
    simulator.set_settings(Settings {
        rates: Rates { messages_per_second: Some(0), ..Rates::default() },
        ..simulator.settings()
    });

    let mut body = json!({
        "recipient": { "id": "1" }, "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE",
        "message": { "text": "x".repeat(2_001) },
    });
    scene.token = "EAAnonsense".to_owned();
    let path = format!("/v25.0/{}/messages", scene.page);
    assert_eq!(scene.call("POST", &path, Some(body.clone())).await.refusal(), (190, None));
    scene.token = weak_token.as_str().unwrap().to_owned();
    let answer = scene.call("POST", &path, Some(body.clone())).await;
    assert_eq!((answer.status, answer.refusal()), (403, (10, None)));
    scene.token = good_token;
    let refused = |body: Value| scene.call("POST", "/v25.0/me/messages", Some(body));
    assert_eq!(refused(body.clone()).await.refusal(), (10, Some(1_893_063)));
    simulator.set_policy(scene.page, Policy::default()).unwrap();
    assert_eq!(refused(body.clone()).await.refusal(), (100, Some(2_018_001)));
    body["recipient"]["id"] = json!(scene.person.to_string());
    assert_eq!(refused(body.clone()).await.refusal(), (551, Some(1_545_041)));
    simulator.set_unavailable(scene.person, false).unwrap();
    assert_eq!(refused(body.clone()).await.refusal(), (2_018_300, None));
    simulator.set_thread_owner(scene.person, None).unwrap();
    let too_long = refused(body.clone()).await;
    assert!(too_long.body["error"]["message"].as_str().unwrap().contains("2000"), "{too_long:?}");
    body["message"]["text"] = json!("fine");
    let dead = refused(body.clone()).await;
    assert!(dead.body["error"]["message"].as_str().unwrap().contains("ACCOUNT_UPDATE"), "{dead:?}");
    body.as_object_mut().unwrap().remove("tag");
    body["messaging_type"] = json!("RESPONSE");
    scene.clock.advance(model::time::Span::hours(1));
    assert_eq!(refused(body.clone()).await.refusal(), (10, Some(2_018_278)));
    simulator.write(scene.person, "here I am").unwrap();
    assert_eq!(refused(body.clone()).await.refusal(), (613, None));
    simulator.set_settings(Settings { rates: Rates::default(), ..simulator.settings() });
    assert_eq!(refused(body).await.status, 200);
    assert_eq!(simulator.totals().accepted, 1);
    assert_eq!(simulator.totals().refused_by_code["10/2018278"], 1);
}

#[tokio::test]
async fn a_person_who_blocked_the_page_is_not_available() {
    let scene = scene().await;
    scene.simulator.block(scene.person).unwrap();
    let answer = scene.say("are you there?").await;
    assert_eq!((answer.status, answer.refusal()), (400, (551, Some(1_545_041))));
    assert_eq!(answer.body["error"]["message"], "(#551) This person isn't available right now.");
    assert!(scene.simulator.received(scene.person).is_empty());
}

#[tokio::test]
async fn message_and_sender_action_do_not_go_together() {
    let scene = scene().await;
    let both = scene.send(json!({ "message": { "text": "x" }, "sender_action": "typing_on" })).await;
    assert_eq!(both.refusal(), (100, Some(2_018_014)));
    let typing = scene.send(json!({ "sender_action": "typing_on" })).await;
    assert_eq!(typing.body, json!({ "recipient_id": scene.person.to_string() }));
    assert_eq!(scene.send(json!({ "sender_action": "dance" })).await.refusal(), (100, None));
    assert_eq!(scene.send(json!({})).await.refusal(), (100, None));
    assert_eq!(scene.simulator.totals().accepted, 0);
}

#[tokio::test]
async fn uploads_personas_and_quoted_messages_must_be_the_pages_own() {
    let scene = scene().await;
    let upload = json!({ "message": { "attachment": { "type": "image",
        "payload": { "url": "https://bot.invalid/i.png", "is_reusable": true } } } });
    let upload = scene.call("POST", "/v25.0/me/message_attachments", Some(upload)).await;
    let id = upload.body["attachment_id"].as_str().unwrap();
    let image = |id: &str| json!({ "message": { "attachment": { "type": "image", "payload": { "attachment_id": id } } } });
    assert_eq!(scene.send(image(id)).await.status, 200);
    assert_eq!(scene.send(image("12")).await.refusal(), (100, Some(2_018_074)));

    let persona = json!({ "name": "Ada", "profile_picture_url": "https://bot.invalid/a.png" });
    let path = format!("/v25.0/{}/personas", scene.page);
    let persona = scene.call("POST", &path, Some(persona)).await.body["id"].as_str().unwrap().to_owned();
    let as_persona = |id: &str| json!({ "message": { "text": "hi" }, "persona_id": id });
    assert_eq!(scene.send(as_persona(&persona)).await.status, 200);
    assert_eq!(scene.call("DELETE", &format!("/v25.0/{persona}"), None).await.status, 200);
    assert_eq!(scene.send(as_persona(&persona)).await.refusal(), (100, Some(2_018_145)));

    let known = scene.say("first").await.body["message_id"].clone();
    let quoting = |mid: &Value| json!({ "message": { "text": "re" }, "reply_to": { "mid": mid } });
    assert_eq!(scene.send(quoting(&known)).await.status, 200);
    assert_eq!(scene.send(quoting(&json!("m_unknown"))).await.refusal(), (100, None));
}

#[tokio::test]
async fn a_page_is_held_to_its_rates() {
    let scene = scene().await;
    scene.simulator.set_settings(Settings {
        rates: Rates {
            messages_per_second: Some(5),
            inbox_per_second: 3,
            media_per_second: Some(1),
            ..Rates::default()
        },
        ..Settings::default()
    });
    let video = json!({ "message": { "attachment": { "type": "video", "payload": { "url": "https://a.invalid/v" } } } });
    assert_eq!(scene.send(video.clone()).await.status, 200);
    assert_eq!(scene.send(video).await.refusal(), (613, None));
    for _ in 0..4 {
        assert_eq!(scene.say("x").await.status, 200);
    }
    let limited = scene.say("x").await;
    assert_eq!((limited.status, limited.refusal()), (400, (613, None)));
    assert_eq!(scene.simulator.totals().inbox_warnings, 1);
    scene.simulator.advance(model::time::Span::secs(1));
    assert_eq!(scene.say("x").await.status, 200);
}

#[tokio::test]
async fn usage_rises_and_then_stops_the_page() {
    let scene = scene().await;
    scene.simulator.set_settings(Settings {
        rates: Rates { calls_per_engaged_person: Some(4), ..Rates::default() },
        ..Settings::default()
    });
    let percent = |reply: &crate::support::Reply| {
        let usage: Value =
            serde_json::from_str(reply.headers["x-business-use-case-usage"].to_str().unwrap()).unwrap();
        let entry = &usage[scene.page.to_string()][0];
        (entry["call_count"].as_u64().unwrap(), entry["estimated_time_to_regain_access"].as_u64().unwrap())
    };
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(percent(&scene.say("x").await));
    }
    assert_eq!(seen, [(25, 0), (50, 0), (75, 0), (100, 0)]);
    let stopped = scene.say("x").await;
    assert_eq!(stopped.refusal(), (80_006, None));
    assert!(percent(&stopped).1 > 0);
    scene.simulator.advance(model::time::Span::hours(23));
    scene.simulator.write(scene.person, "still here").unwrap();
    assert_eq!(scene.say("x").await.refusal(), (80_006, None));
    scene.simulator.advance(model::time::Span::hours(2));
    assert_eq!(scene.say("x").await.status, 200);
}

#[tokio::test]
async fn the_thread_goes_to_another_app_and_comes_back() {
    let scene = scene().await;
    let recipient = json!({ "id": scene.person.to_string() });
    let pass =
        json!({ "recipient": recipient, "target_app_id": PAGE_INBOX.to_string(), "metadata": "human" });
    let path = |verb: &str| format!("/v25.0/me/{verb}");
    assert_eq!(scene.call("POST", &path("pass_thread_control"), Some(pass.clone())).await.status, 200);
    scene.simulator.flush().await;
    let event = scene.bot.ear.only();
    assert_eq!(event["pass_thread_control"]["new_owner_app_id"], PAGE_INBOX.to_string());
    assert_eq!(scene.say("x").await.refusal(), (2_018_300, None));
    let owner = scene.call("GET", &format!("/v25.0/me/thread_owner?recipient={}", scene.person), None).await;
    assert_eq!(owner.body["data"][0]["thread_owner"]["app_id"], PAGE_INBOX.to_string());
    // What the person writes now comes in standby.
    scene.simulator.write(scene.person, "hello human").unwrap();
    scene.simulator.flush().await;
    assert_eq!(scene.bot.ear.events()[0].0, "standby");
    let take = json!({ "recipient": recipient });
    assert_eq!(
        scene.call("POST", &path("take_thread_control"), Some(take.clone())).await.refusal(),
        (2_018_171, None)
    );
    let mine: AppId = scene.simulator.app_id();
    scene.simulator.set_policy(scene.page, Policy { default_app: Some(mine), ..Policy::default() }).unwrap();
    assert_eq!(scene.call("POST", &path("take_thread_control"), Some(take)).await.status, 200);
    assert_eq!(scene.say("x").await.status, 200);
    let nowhere = json!({ "recipient": recipient, "target_app_id": "5" });
    let refused = scene.call("POST", &path("pass_thread_control"), Some(nowhere)).await;
    assert_eq!(refused.refusal(), (100, Some(2_018_164)));
    // Ownership lapses after a day of silence.
    assert_eq!(scene.call("POST", &path("pass_thread_control"), Some(pass)).await.status, 200);
    scene.simulator.advance(model::time::Span::hours(25));
    let owner = scene.call("GET", &format!("/v25.0/me/thread_owner?recipient={}", scene.person), None).await;
    assert_eq!(owner.body["data"], json!([]));
}

#[tokio::test]
async fn the_same_metadata_twice_is_seen() {
    let scene = scene().await;
    let tagged = |metadata: &str| json!({ "message": { "text": "x", "metadata": metadata } });
    for metadata in ["a", "b", "a"] {
        assert_eq!(scene.send(tagged(metadata)).await.status, 200);
    }
    let repeated = scene.simulator.reached_more_than_once();
    assert_eq!(repeated.len(), 1);
    assert_eq!(
        (repeated[0].metadata.as_str(), repeated[0].times, repeated[0].person),
        ("a", 2, scene.person)
    );
    assert_eq!(scene.simulator.totals().reached_more_than_once, 1);
    assert_eq!(scene.simulator.totals().people_reached, 1);
}

#[tokio::test]
async fn versions_unknown_paths_and_root_ids_are_answered_as_the_platform_does() {
    let scene = scene().await;
    assert_eq!(scene.call("GET", "/v19.0/me", None).await.headers["facebook-api-version"], "v21.0");
    assert_eq!(scene.call("GET", "/me", None).await.body["name"], "Bäckerei Müller");
    assert_eq!(scene.call("GET", "/v99.0/me", None).await.refusal(), (2500, None));
    assert_eq!(scene.call("POST", "/v25.0/me/nonsense", None).await.refusal(), (2500, None));
    let ids = scene.call("GET", &format!("/v25.0/?ids={}", scene.page), None).await;
    assert_eq!(ids.refusal(), (100, None));
    let answer = scene.http.get(scene.url("/v25.0/me")).send().await.unwrap();
    let answer = reply(answer).await;
    assert_eq!(answer.refusal(), (2500, None));
    assert!(answer.headers.contains_key("www-authenticate"));
    assert!(answer.body["error"]["fbtrace_id"].is_string());
    let other = scene.simulator.add_page(NewPage { name: "Other".to_owned(), ..NewPage::default() }).unwrap();
    let foreign = scene.call("POST", &format!("/v25.0/{other}/messages"), Some(json!({}))).await;
    assert_eq!(foreign.refusal(), (100, Some(33)));
    let broken = scene.http.post(scene.url("/v25.0/me/messages")).header("content-type", "application/json");
    assert_eq!(reply(broken.body("{").send().await.unwrap()).await.refusal(), (100, None));
}

#[tokio::test]
async fn the_same_seed_and_calls_give_the_same_ids() {
    async fn run(seed: u64) -> Vec<String> {
        let scene: Scene = crate::support::scene_with(|config| config.seed = seed).await;
        let mid = scene.say("x").await.body["message_id"].as_str().unwrap().to_owned();
        let people = scene.simulator.add_people(scene.page, 20).unwrap();
        let names = people.iter().map(|person| {
            let view = scene.simulator.person(*person).unwrap();
            format!("{} {} {}", view.person, view.first_name, view.last_name)
        });
        let names: Vec<String> = names.collect();
        [vec![scene.page.to_string(), scene.token.clone(), mid], names].concat()
    }
    let first = run(1).await;
    assert_eq!(first, run(1).await);
    assert_ne!(first, run(2).await);
}

#[tokio::test]
async fn subscribing_takes_only_published_fields_and_unsubscribing_silences() {
    let scene = scene().await;
    let path = format!("/v25.0/{}/subscribed_apps", scene.page);
    let fields = |list: &str| encode(&[("subscribed_fields", list)]);
    let unknown = scene.call("POST", &format!("{path}?{}", fields("messages,poems")), None).await;
    assert_eq!(unknown.refusal(), (100, None));
    assert_eq!(scene.call("POST", &path, None).await.refusal(), (100, None));
    let set = scene.call("POST", &format!("{path}?{}", fields("messages,message_reads")), None).await;
    assert_eq!(set.body, json!({ "success": true }));
    let listed = scene.call("GET", &path, None).await;
    assert_eq!(listed.body["data"][0]["subscribed_fields"], json!(["message_reads", "messages"]));
    scene
        .simulator
        .act(
            scene.person,
            &simulator::Action::Comment { text: "nice".to_owned(), post_id: None },
            &simulator::Options::default(),
        )
        .unwrap();
    scene.simulator.flush().await;
    assert!(scene.bot.ear.events().is_empty(), "feed is not subscribed");
    assert_eq!(scene.call("DELETE", &path, None).await.status, 200);
    scene.simulator.write(scene.person, "anyone?").unwrap();
    scene.simulator.flush().await;
    assert!(scene.bot.ear.events().is_empty());
    assert!(ALL_FIELDS.contains(&"feed"));
}
