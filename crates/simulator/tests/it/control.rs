//! The control API over HTTP: it does what the methods do, and says what is wrong with bad input.

use crate::support::scene;
use serde_json::{Value, json};

#[tokio::test]
async fn a_whole_conversation_is_driven_over_http() {
    let scene = scene().await;
    let page = scene
        .control(
            "POST",
            "/pages",
            Some(json!({ "name": "Café", "subscribe": ["messages", "messaging_postbacks"] })),
        )
        .await;
    let page = page.body["page"].as_str().unwrap().to_owned();
    let ada = json!({ "first_name": "Ada", "last_name": "Null", "locale": "en_GB" });
    let people = scene.control("POST", &format!("/pages/{page}/people"), Some(ada)).await;
    let ada = people.body["people"][0].as_str().unwrap().to_owned();
    let more = scene.control("POST", &format!("/pages/{page}/people"), Some(json!({ "count": 3 }))).await;
    assert_eq!(more.body["people"].as_array().unwrap().len(), 3);
    let write = json!({ "do": "write", "text": "hello", "options": { "copies": 2 } });
    let done = scene.control("POST", &format!("/people/{ada}/act"), Some(write)).await;
    assert!(done.body["mid"].is_string(), "{done:?}");
    let crowd = json!({ "do": "write", "text": "all", "after": 1 });
    let crowd = scene.control("POST", &format!("/pages/{page}/crowd"), Some(crowd)).await;
    assert_eq!((&crowd.body["acted"], &crowd.body["refused"]), (&json!(3), &json!(0)));
    let flushed = scene.control("POST", "/flush", None).await;
    assert_eq!(flushed.body, json!({ "backlog": 0, "scheduled": 0 }));
    assert_eq!(scene.bot.ear.events().len(), 5);

    let token = scene.control("POST", &format!("/pages/{page}/token"), None).await;
    let body = json!({ "recipient": { "id": ada }, "message": { "text": "Hi <Ada>, see https://shop.example/a?b=c&d=\"", "quick_replies": [
        { "content_type": "text", "title": "Stop", "payload": "STOP" }] } });
    let sent = scene
        .http
        .post(scene.url("/v25.0/me/messages"))
        .bearer_auth(token.body["access_token"].as_str().unwrap())
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 200);
    let transcript = scene.control("GET", &format!("/people/{ada}/transcript"), None).await;
    assert_eq!(transcript.body["buttons"][0]["title"], "Stop");
    let looked = scene.control("GET", &format!("/look/{page}/{ada}"), None).await;
    let html = looked.body.as_str().unwrap();
    assert!(html.contains("Hi &lt;Ada&gt;") && !html.contains("Hi <Ada>"));
    let link = "<a href=\"https://shop.example/a?b=c&amp;d=\" target=\"_blank\" rel=\"noopener noreferrer\">";
    assert!(html.contains(link), "{html}");
    // One writes and taps there as that person, by forms.
    assert!(html.contains("name=\"payload\" value=\"STOP\"") && html.contains("name=\"text\""), "{html}");
    assert!(
        scene
            .control("GET", &format!("/look/{page}"), None)
            .await
            .body
            .as_str()
            .unwrap()
            .contains("Ada Null")
    );
    let tap = scene
        .control("POST", &format!("/people/{ada}/act"), Some(json!({ "do": "tap", "title": "Stop" })))
        .await;
    assert_eq!(tap.status, 200);
    // What was tapped is gone for a form, too; a text is written by one.
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let here = format!("/simulator/look/{page}/{ada}");
    let post = |form: &'static str| client.post(scene.url(&here)).body(form).send();
    assert_eq!(post("payload=STOP").await.unwrap().status(), 409);
    let sent = post("text=my+data%3F").await.unwrap();
    let back = sent.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!((sent.status().as_u16(), back), (303, format!("{here}#say")));
    let looked = scene.control("GET", &format!("/look/{page}/{ada}"), None).await;
    assert!(looked.body.as_str().unwrap().contains("my data?"));
    // Somebody new comes by a button, with a conversation that has not begun.
    let came = client.post(scene.url(&format!("/simulator/look/{page}"))).send().await.unwrap();
    let there = came.headers()["location"].to_str().unwrap().to_owned();
    assert!(came.status() == 303 && there != format!("{here}#say"), "{there}");
    let begins = client.get(scene.url(&there)).send().await.unwrap().text().await.unwrap();
    assert!(begins.contains("name=\"start\"") && begins.contains("You write as"), "{begins}");
    let record = scene.control("GET", "/record", None).await;
    assert_eq!((&record.body["accepted"], &record.body["people_reached"]), (&json!(1), &json!(1)));
    let listed = scene.control("GET", &format!("/record/messages?page={page}&limit=1"), None).await;
    assert_eq!(listed.body["messages"][0]["kind"], "quick_replies");
    assert_eq!(listed.body["next_after"], 1);
    assert_eq!(scene.control("GET", "/record/messages?after=1", None).await.body["messages"], json!([]));
    let webhooks = scene.control("GET", "/record/webhooks", None).await;
    let ours = webhooks.body["pages"].as_array().unwrap().iter().find(|entry| entry["page"] == page.as_str());
    assert_eq!(ours.unwrap()["webhooks"]["duplicates"], 1);
}

#[tokio::test]
async fn the_clock_is_turned_over_http() {
    let scene = scene().await;
    let before = scene.control("GET", "/clock", None).await.body["now_millis"].as_i64().unwrap();
    let turned = scene.control("POST", "/clock", Some(json!({ "advance_seconds": 90_000 }))).await;
    assert_eq!(turned.body["now_millis"].as_i64().unwrap() - before, 90_000_000);
    assert_eq!(turned.body["offset_seconds"], 90_000);
    assert_eq!(scene.say("x").await.refusal(), (10, Some(2_018_278)));
}

#[tokio::test]
async fn settings_faults_and_policies_change_over_http() {
    let scene = scene().await;
    let changed =
        scene.control("PATCH", "/settings", Some(json!({ "rates": { "messages_per_second": null } }))).await;
    assert_eq!(changed.body["rates"]["messages_per_second"], Value::Null);
    assert_eq!(changed.body["rates"]["media_per_second"], 10, "what is left out stays");
    let fault = json!({ "effect": { "kind": "drop_before" }, "probability": 0.0 });
    let id = scene.control("POST", "/faults", Some(fault)).await.body["id"].as_u64().unwrap();
    assert_eq!(scene.say("x").await.status, 200);
    let listed = scene.control("GET", "/faults", None).await;
    assert_eq!(
        (&listed.body["faults"][0]["matched"], &listed.body["faults"][0]["applied"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(scene.control("DELETE", &format!("/faults/{id}"), None).await.status, 200);
    assert_eq!(scene.control("DELETE", &format!("/faults/{id}"), None).await.status, 404);
    let page = format!("/pages/{}", scene.page);
    let restricted = scene.control("PATCH", &page, Some(json!({ "restricted": true }))).await;
    assert_eq!(restricted.body["policy"]["restricted"], true);
    assert_eq!(scene.say("x").await.refusal(), (10, Some(1_893_063)));
    let killed = scene.control("POST", "/tokens/kill", Some(json!({ "page": scene.page.to_string() }))).await;
    assert_eq!(killed.body["killed"], 1);
}

#[tokio::test]
async fn bad_input_is_named_and_changes_nothing() {
    let scene = scene().await;
    let act = format!("/people/{}/act", scene.person);
    let cases = [
        ("POST", "/pages".to_owned(), json!({ "nmae": "x" }), 400, "nmae"),
        ("POST", "/pages".to_owned(), json!({ "name": " " }), 400, "name"),
        ("POST", "/pages".to_owned(), json!({ "name": "x", "subscribe": ["poems"] }), 400, "poems"),
        ("POST", "/pages".to_owned(), json!({ "name": "x", "admins": ["5"] }), 404, "no user 5"),
        ("POST", "/pages/77/people".to_owned(), json!({ "count": 1 }), 404, "no page 77"),
        ("POST", "/pages/abc/people".to_owned(), json!({ "count": 1 }), 400, "abc"),
        ("POST", act.clone(), json!({ "do": "dance" }), 400, "dance"),
        ("POST", act.clone(), json!({ "do": "write", "txet": "x" }), 400, "txet"),
        ("POST", act.clone(), json!({ "do": "write", "text": "x", "options": { "copy": 2 } }), 400, "copy"),
        ("POST", act.clone(), json!({ "do": "tap", "title": "Nothing" }), 409, "button"),
        ("POST", act, json!({ "do": "react", "reaction": "shrug" }), 409, "shrug"),
        ("POST", "/people/5/act".to_owned(), json!({ "do": "write", "text": "x" }), 404, "no person 5"),
        ("POST", "/clock".to_owned(), json!({ "advance_seconds": -5 }), 400, "-5"),
        ("POST", "/faults".to_owned(), json!({ "effect": { "kind": "explode" } }), 400, "explode"),
        (
            "POST",
            "/faults".to_owned(),
            json!({ "effect": { "kind": "drop_after" }, "probability": 2.0 }),
            400,
            "between",
        ),
        ("PATCH", "/settings".to_owned(), json!({ "speed": 1 }), 400, "speed"),
        ("PATCH", "/settings".to_owned(), json!({ "duplicate_webhooks": 7.0 }), 400, "between"),
        ("POST", "/raw".to_owned(), json!({}), 400, "body"),
        ("POST", "/callback".to_owned(), json!({ "callback_url": "nonsense" }), 400, "URL"),
        ("GET", "/nowhere".to_owned(), json!({}), 404, "docs/simulator.md"),
    ];
    for (method, path, body, status, hint) in cases {
        let answer = scene.control(method, &path, Some(body.clone())).await;
        let error = answer.body["error"].as_str().unwrap_or_else(|| panic!("{path} {body}: {answer:?}"));
        assert_eq!(answer.status, status, "{path} {body}: {error}");
        assert!(error.contains(hint), "{path} {body}: {error}");
    }
    assert_eq!(scene.control("GET", "/record/messages?pgae=1", None).await.status, 400);
    assert_eq!(scene.simulator.pages().len(), 1);
    assert!(scene.simulator.faults().is_empty());
}

#[tokio::test]
async fn the_front_page_says_what_this_is() {
    let scene = scene().await;
    for path in ["/", "/simulator"] {
        let html = scene.call("GET", path, None).await.body.as_str().unwrap().to_owned();
        assert!(html.contains("local Messenger platform") && html.contains("simulated_verify_token"));
        assert!(html.contains("Bäckerei Müller"));
    }
}
