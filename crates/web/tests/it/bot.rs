//! A page's bot through the API and on the console's pages: set, published, tried out.

use crate::home::{Answer, Home};
use axum::body::Body;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The address of the page's bot in the API, and the page's id.
async fn bot_of(home: &Home) -> (String, String) {
    let page = home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    (format!("/api/v1/pages/{page}/bot"), page)
}

async fn put(home: &Home, path: &str, body: &Value) -> Answer {
    let request = home.signed("PUT", path, &home.token).header("content-type", "application/json");
    home.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Settings with everything in them.
pub fn settings() -> Value {
    let button = json!({ "type": "url", "title": "The shop", "url": "https://shop.example/" });
    let postback = json!({ "type": "postback", "title": "Opening hours", "payload": "HOURS" });
    let answer = |text: &str| json!({ "text": text, "buttons": [button, postback], "quick_replies": [{ "title": "Hours", "payload": "HOURS" }] });
    json!({
        "is_on": true,
        "speech": { "en": {
            "greeting": "Bread since 1900.",
            "welcome": "Welcome to {page}.",
            "question": "May we send you our offers?",
            "yes": "Gladly",
            "no": "Rather not",
            "default_answer": answer("We shall read that."),
            "menu": [button, postback],
            "ice_breakers": [{ "question": "When are you open?", "payload": "HOURS" }],
        } },
        "rules": [
            { "name": "hours", "language": "en", "when": { "kind": "tap", "payload": "HOURS" },
              "then": { "kind": "answer", "answer": answer("From 9 to 5.") } },
            { "name": "greeted", "language": null, "when": { "kind": "exact", "words": ["hello", "good morning"] },
              "then": { "kind": "answer", "answer": answer("Good day!") } },
            { "name": "bread", "language": null, "when": { "kind": "pattern", "pattern": "\\bbread" },
              "then": { "kind": "answer", "answer": answer("We have rye.") } },
            { "name": "cake", "language": null, "when": { "kind": "contains", "words": ["cake"] },
              "then": { "kind": "ask", "question": "phone" } },
        ],
        "questions": [{
            "name": "phone", "kind": "phone", "uses": ["store", "show"],
            "speech": { "en": { "text": "Which number may we call?", "purpose": "To tell you that your cake is ready.",
                "choices": [], "thanks": "We shall call." } },
        }],
    })
}

#[tokio::test]
async fn a_bot_is_set_on_top_of_the_version_that_was_read_and_published() {
    let home = Home::with_page().await;
    let (path, page) = bot_of(&home).await;
    let none = home.call("GET", &path).await.json();
    assert_eq!((&none["page"], &none["version"]), (&json!(page), &json!(0)));
    let set = put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!((&set.json()["version"], &set.json()["settings"]), (&json!(1), &settings()));
    assert_eq!(set.json()["published"]["state"], "waiting");
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await.is_problem(409, "conflict");
    home.settle().await;
    let done = home.call("GET", &path).await.json();
    assert_eq!(done["published"]["state"], "done");
    let again = home.post_once(&format!("{path}/publish"), "once more", &json!({})).await.json();
    assert_eq!(again["published"]["state"], "waiting");
    let before = home.meta.requests();
    let replayed = home.post_once(&format!("{path}/publish"), "once more", &json!({})).await;
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    home.settle().await;
    assert_eq!(home.meta.requests(), before + 1, "it was published once");
}

#[tokio::test]
async fn what_does_not_fit_a_bot_is_named_by_its_path_and_changes_nothing() {
    let home = Home::with_page().await;
    let (path, _) = bot_of(&home).await;
    for (pointer, value, field) in [
        ("/rules/2/when/pattern", json!("("), "settings.rules[2].when.pattern"),
        ("/rules/0/name", json!("bread"), "settings.rules[2].name"),
        ("/questions/0/speech/en/purpose", json!(" "), "settings.questions[0].speech.en.purpose"),
        ("/questions/0/uses", json!(["store", "share"]), "settings.questions[0].uses"),
        ("/speech/en/menu/0/url", json!("http://shop.example"), "settings.speech.en.menu[0].url"),
        ("/speech/en/menu/0/title", json!("stop"), "settings.speech.en.menu[0].title"),
        ("/rules/0/then/answer/text", json!("long ".repeat(200)), "settings.rules[0].then.answer.text"),
    ] {
        let mut wrong = settings();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let refused = put(&home, &path, &json!({ "version": 0, "settings": wrong })).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.json()["field"], field);
        let said = json!({ "kind": "text", "text": "bread" });
        let tried = home.post(&format!("{path}/try"), &json!({ "said": said, "settings": wrong })).await;
        assert_eq!(tried.json()["field"], field);
    }
    let unknown = json!({ "version": 0, "settings": { "is_on": true, "greting": "x" } });
    put(&home, &path, &unknown).await.is_problem(422, "invalid");
    assert_eq!(home.call("GET", &path).await.json()["version"], 0);
}

#[tokio::test]
async fn claim_d2_a_bot_is_talked_to_without_facebook_and_says_why_it_answers() {
    let home = Home::with_page().await;
    let (path, _) = bot_of(&home).await;
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    home.settle().await;
    let before = home.content().await;
    let requests = home.meta.requests();
    let said = async |body: Value| {
        let tried = home.post(&format!("{path}/try"), &body).await;
        assert_eq!(tried.status, 200, "{}", tried.text());
        tried.json()
    };
    let first = said(json!({ "said": { "kind": "get_started" }, "is_new": true })).await;
    let text = first["messages"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("This is an automated assistant.") && text.contains("May we send you our offers?")
    );
    assert_eq!((&first["because"], &first["evidence"]), (&json!("opening"), &json!("informed")));
    let yes = &first["messages"][0]["quick_replies"][0];
    assert_eq!(yes["title"], "Gladly");
    let tap = json!({ "kind": "tap", "title": yes["title"], "payload": yes["payload"] });
    assert_eq!(said(json!({ "said": tap, "was_asked": true })).await["evidence"], "confirmed");
    let rye = said(json!({ "said": { "kind": "text", "text": "Bread?" }, "was_asked": true })).await;
    assert_eq!((&rye["because"], &rye["because_of"]), (&json!("rule"), &json!("bread")));
    let cake = said(json!({ "said": { "kind": "text", "text": "a cake" }, "was_asked": true })).await;
    assert!(cake["messages"][0]["text"].as_str().unwrap().contains("To tell you that your cake is ready."));
    let number = json!({ "said": { "kind": "text", "text": "0123456789" }, "was_asked": true, "pending": cake["pending"] });
    assert_eq!(said(number).await["keeps_for"], "To tell you that your cake is ready.");
    let stop = said(json!({ "said": { "kind": "text", "text": "stop" }, "was_asked": true })).await;
    assert_eq!((&stop["withdraws"], &stop["because"]), (&json!(true), &json!("withdrawn")));
    assert!(
        before == home.content().await && requests == home.meta.requests(),
        "trying keeps and sends nothing"
    );
}

/// The document describes the settings by types of its own; they name the very fields that are read.
#[test]
fn the_document_s_settings_are_those_that_are_taken() {
    let document: Value = serde_json::from_str(&web::openapi()).unwrap();
    let fields = |schema: &str| -> BTreeSet<String> {
        let found = document.pointer(&format!("/components/schemas/{schema}/properties"));
        found.unwrap_or_else(|| panic!("{schema}")).as_object().unwrap().keys().cloned().collect()
    };
    let written = settings();
    let keys = |pointers: &[&str]| -> BTreeSet<String> {
        let of = |pointer: &&str| written.pointer(pointer).unwrap().as_object().unwrap().keys().cloned();
        pointers.iter().flat_map(of).collect()
    };
    for (schema, pointers) in [
        ("BotSettings", &[""][..]),
        ("BotSpeech", &["/speech/en"]),
        ("BotMenuEntry", &["/speech/en/menu/0", "/speech/en/menu/1"]),
        ("BotIceBreaker", &["/speech/en/ice_breakers/0"]),
        ("BotAnswer", &["/speech/en/default_answer"]),
        ("BotQuickReply", &["/speech/en/default_answer/quick_replies/0"]),
        ("BotRule", &["/rules/0"]),
        ("BotWhen", &["/rules/0/when", "/rules/1/when", "/rules/2/when"]),
        ("BotThen", &["/rules/0/then", "/rules/3/then"]),
        ("BotQuestion", &["/questions/0"]),
        ("BotQuestionSpeech", &["/questions/0/speech/en"]),
    ] {
        assert_eq!(fields(schema), keys(pointers), "{schema}");
    }
}
