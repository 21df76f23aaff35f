//! A page's bot through the API and on the console's pages: set, published, tried out.

use crate::home::{Answer, Home};
use axum::body::Body;
use model::time::Span;
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

/// Lets the stations work until what was set stands at Meta.
async fn published(home: &Home, path: &str) {
    let running = home.engine.run();
    for _ in 0..10_000 {
        if home.call("GET", path).await.json()["published"]["state"] == "done" {
            break;
        }
        tokio::task::yield_now().await;
    }
    running.stop().await;
    assert_eq!(home.call("GET", path).await.json()["published"]["state"], "done");
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
    published(&home, &path).await;
    let again = home.post_once(&format!("{path}/publish"), "once more", &json!({})).await.json();
    assert_eq!(again["published"]["state"], "waiting");
    let before = home.meta.requests();
    let replayed = home.post_once(&format!("{path}/publish"), "once more", &json!({})).await;
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    // Meta wants a pause between two.
    home.clock.fixed.advance(Span::minutes(5));
    published(&home, &path).await;
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

/// Where an answer leads.
fn to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location")
}

/// A page without the marks around what is filled in.
fn seen(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().replace(['\u{2066}', '\u{2068}', '\u{2069}'], "")
}

async fn version(home: &Home) -> (i64, Value) {
    let (path, _) = bot_of(home).await;
    let bot = home.call("GET", &path).await.json();
    (bot["version"].as_i64().unwrap(), bot["settings"].clone())
}

#[tokio::test]
async fn each_part_of_a_bot_is_set_by_its_own_form_and_leaves_the_others() {
    let home = Home::with_page().await;
    let (_, page) = bot_of(&home).await;
    let bot = format!("/app/pages/{page}/bot");
    let shown = seen(&home.call("GET", &format!("/app/pages/{page}")).await);
    assert!(shown.contains(&format!("href=\"{bot}\"")), "the page leads to its bot");
    // Part, what is typed, and where one is led.
    type Filled = (&'static str, &'static [(&'static str, &'static str)], &'static str);
    let forms: [Filled; 6] = [
        ("greeting", &[("greeting-en", "Bread since 1900."), ("breakers-en_title", "Open today?")], ""),
        ("opening", &[("question-en", "May we write to you?"), ("yes-ar", "بكل سرور")], ""),
        (
            "menu",
            &[
                ("menu-en_title", "Shop"),
                ("menu-en_kind", "url"),
                ("menu-en_target", "https://shop.example/"),
            ],
            "",
        ),
        ("fallback", &[("text-en", "We shall read that.")], ""),
        (
            "ask",
            &[
                ("name", "phone"),
                ("kind", "phone"),
                ("uses", "show"),
                ("text-en", "Number?"),
                ("purpose-en", "To call you."),
            ],
            "/asks",
        ),
        (
            "rule",
            &[
                ("name", "call"),
                ("kind", "contains"),
                ("value", "call\nphone me"),
                ("then", "ask"),
                ("ask", "phone"),
            ],
            "/rules",
        ),
    ];
    for (number, (part, fields, back)) in forms.into_iter().enumerate() {
        let version = number.to_string();
        let typed = [fields, &[("version", version.as_str())]].concat();
        let done = home.submit(&format!("{bot}/{part}"), &typed).await;
        assert_eq!(to(&done), format!("{bot}{back}?done=bot-saved"), "{part}");
    }
    let (version, settings) = version(&home).await;
    assert_eq!(version, 6);
    let wanted = json!({
        "is_on": true,
        "speech": {
            "ar": { "greeting": null, "welcome": null, "question": null, "yes": "بكل سرور", "no": null,
                "default_answer": null, "menu": [], "ice_breakers": [] },
            "en": { "greeting": "Bread since 1900.", "welcome": null, "question": "May we write to you?", "yes": null, "no": null,
                "default_answer": { "text": "We shall read that.", "buttons": [], "quick_replies": [] },
                "menu": [{ "type": "url", "title": "Shop", "url": "https://shop.example/" }],
                "ice_breakers": [{ "question": "Open today?", "payload": "Open today?" }] },
        },
        "rules": [{ "name": "call", "language": null, "when": { "kind": "contains", "words": ["call", "phone me"] },
            "then": { "kind": "ask", "question": "phone" } }],
        "questions": [{ "name": "phone", "kind": "phone", "uses": ["store", "show"],
            "speech": { "en": { "text": "Number?", "purpose": "To call you.", "choices": [], "thanks": null } } }],
    });
    assert_eq!(settings, wanted);
    let overview = seen(&home.call("GET", &bot).await);
    for word in [
        "1 rule",
        "1 question, with its purpose",
        "In your own words: English",
        "This is an automated assistant.",
    ] {
        assert!(overview.contains(word), "{word}: {overview}");
    }
    let off = home.submit(&format!("{bot}/switch"), &[("on", "no")]).await;
    assert_eq!(to(&off), format!("{bot}?done=bot-off"));
    assert!(seen(&home.call("GET", &bot).await).contains("The bot is switched off"));
    assert_eq!(to(&home.submit(&format!("{bot}/publish"), &[]).await), format!("{bot}?done=bot-publishing"));
}

#[tokio::test]
async fn a_lost_race_keeps_what_was_typed_and_says_what_to_do() {
    let home = Home::with_page().await;
    let (path, page) = bot_of(&home).await;
    let form = format!("/app/pages/{page}/bot/fallback");
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    let lost = home.submit(&form, &[("version", "0"), ("text-en", "Mine & ours")]).await;
    let shown = seen(&lost);
    assert!(
        shown.contains("Somebody changed this bot while you were writing")
            && shown.contains("Mine &#38; ours")
    );
    assert!(shown.contains("name=\"version\" value=\"1\""), "saving once more goes over what stands now");
    assert_eq!(version(&home).await, (1, settings()));
    let won = home.submit(&form, &[("version", "1"), ("text-en", "Mine & ours")]).await;
    assert_eq!(to(&won), format!("/app/pages/{page}/bot?done=bot-saved"));
    let (_, now) = version(&home).await;
    assert_eq!(now["speech"]["en"]["default_answer"]["text"], "Mine & ours");
    assert_eq!(now["rules"], settings()["rules"]);
}

#[tokio::test]
async fn rules_are_changed_moved_and_deleted_one_at_a_time_in_the_list_that_was_seen() {
    let home = Home::with_page().await;
    let (path, page) = bot_of(&home).await;
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    let bot = format!("/app/pages/{page}/bot");
    let names = async || {
        let (_, settings) = version(&home).await;
        let rules = settings["rules"].as_array().unwrap().clone();
        rules.iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let moved = home.submit(&format!("{bot}/rules"), &[("version", "1"), ("up", "2")]).await;
    assert_eq!(to(&moved), format!("{bot}/rules?done=bot-moved"));
    assert_eq!(names().await, ["hours", "bread", "greeted", "cake"]);
    // The same list again, which is not the list any more.
    for (field, value) in [("up", "2"), ("down", "0")] {
        let late = home.submit(&format!("{bot}/rules"), &[("version", "1"), (field, value)]).await;
        assert_eq!(to(&late), format!("{bot}/rules?done=changed"));
    }
    let beyond = home.submit(&format!("{bot}/rules"), &[("version", "2"), ("down", "3")]).await;
    assert_eq!(to(&beyond), format!("{bot}/rules?done=changed"));
    let late = home.call("GET", &format!("{bot}/rule?at=1&version=1")).await;
    assert_eq!(to(&late), format!("{bot}/rules?done=changed"));
    let form = seen(&home.call("GET", &format!("{bot}/rule?at=1&version=2")).await);
    assert!(form.contains("value=\"bread\"") && form.contains("\\bbread"));
    let edited = [
        ("version", "2"),
        ("was", "bread"),
        ("name", "loaf"),
        ("kind", "exact"),
        ("value", "loaf"),
        ("text", "Rye."),
    ];
    assert_eq!(
        to(&home.submit(&format!("{bot}/rule"), &edited).await),
        format!("{bot}/rules?done=bot-saved")
    );
    assert_eq!(names().await, ["hours", "loaf", "greeted", "cake"]);
    let asked = format!("{bot}/rule/delete?at=2&version=3");
    assert!(seen(&home.call("GET", &asked).await).contains("Delete the rule “greeted”?"));
    assert_eq!(to(&home.submit(&asked, &[]).await), format!("{bot}/rules?done=bot-deleted"));
    assert_eq!(to(&home.submit(&asked, &[]).await), format!("{bot}/rules?done=changed"), "once only");
    assert_eq!(names().await, ["hours", "loaf", "cake"]);
}

#[tokio::test]
async fn claim_a3_a_question_without_a_purpose_is_not_kept_and_one_that_is_asked_not_deleted() {
    let home = Home::with_page().await;
    let (path, page) = bot_of(&home).await;
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    let bot = format!("/app/pages/{page}/bot");
    let typed = [("version", "1"), ("name", "mail"), ("kind", "email"), ("text-en", "Your address?")];
    let refused = seen(&home.submit(&format!("{bot}/ask"), &typed).await);
    assert!(refused.contains("id=\"purpose-en-wrong\"") && refused.contains("Your address?"), "{refused}");
    assert_eq!(version(&home).await.0, 1);
    let asked = format!("{bot}/ask/delete?at=0&version=1");
    let in_the_way = seen(&home.call("GET", &asked).await);
    assert!(in_the_way.contains("These rules still ask it: cake") && !in_the_way.contains("e-danger\""));
    assert_eq!(to(&home.submit(&asked, &[]).await), format!("{bot}/asks?done=bot-kept"));
    // Its rule follows it to a new name.
    let typed = [
        ("version", "1"),
        ("was", "phone"),
        ("name", "number"),
        ("kind", "phone"),
        ("text-en", "Number?"),
        ("purpose-en", "To call."),
    ];
    assert_eq!(to(&home.submit(&format!("{bot}/ask"), &typed).await), format!("{bot}/asks?done=bot-saved"));
    assert_eq!(version(&home).await.1["rules"][3]["then"]["question"], "number");
}

#[tokio::test]
async fn claim_b2_the_opening_s_page_names_the_version_that_evidence_refers_to() {
    let home = Home::with_page().await;
    let (path, page) = bot_of(&home).await;
    let opening = format!("/app/pages/{page}/bot/opening");
    assert!(seen(&home.call("GET", &opening).await).contains("Asked now, in the brand&#39;s words"));
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    home.settle().await;
    let lead = home.opt_in("psid-7", "hello there").await;
    let export = home.call("GET", &format!("/api/v1/leads/{lead}/export")).await.json();
    let events = export["consent_events"].as_array().unwrap();
    let shown = events.iter().find_map(|event| event["record"]["shown"]["wording"].as_str()).unwrap();
    let before = seen(&home.call("GET", &opening).await);
    assert!(before.contains(shown), "{before}");
    home.submit(&opening, &[("version", "1"), ("question-en", "Another question?")]).await;
    let after = seen(&home.call("GET", &opening).await);
    assert!(
        after.contains(shown)
            && after.contains("Asked before, first on")
            && after.contains("Another question?")
    );
}

#[tokio::test]
async fn claim_d2_what_somebody_told_is_shown_as_far_as_they_permit_and_each_use_is_taken_back_by_itself() {
    let home = Home::with_page().await;
    let (path, _) = bot_of(&home).await;
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    home.settle().await;
    let lead = home.opt_in("psid-7", "hello there").await;
    home.write("psid-7", json!({ "text": "a cake please" })).await;
    home.write("psid-7", json!({ "text": "0123 456789" })).await;
    let page = format!("/app/leads/{lead}");
    assert!(!seen(&home.call("GET", &page).await).contains("0123456789"), "hidden until it is asked for");
    let shown = async || seen(&home.submit(&format!("{page}/reveal"), &[]).await);
    let told = shown().await;
    assert!(told.contains("0123456789") && told.contains("To tell you that your cake is ready."));
    let detail = home.call("GET", &format!("/api/v1/leads/{lead}")).await.json();
    let answer = detail["answers"][0]["id"].as_str().unwrap();
    let end = format!("{page}/withdraw?answer={answer}&use=show");
    assert!(told.contains(&end.replace('&', "&#38;")), "{told}");
    assert!(seen(&home.call("GET", &end).await).contains("Take back the permission"));
    home.clock.fixed.advance(Span::secs(1));
    assert_eq!(to(&home.submit(&end, &[]).await), format!("{page}?done=told-ended"));
    let hidden = shown().await;
    assert!(
        !hidden.contains("0123456789")
            && hidden.contains("Not permitted to be shown")
            && hidden.contains("Taken back on")
    );
    assert!(hidden.contains("use=store") && !hidden.contains("use=show"), "the other permission stands");
    for wrong in ["", "?answer=nonsense&use=show", &format!("?answer=ans_{}&use=show", "0".repeat(32))] {
        let nothing = home.submit(&format!("{page}/withdraw{wrong}"), &[]).await;
        assert_eq!(to(&nothing), format!("{page}?done=changed"), "{wrong}");
    }
}

#[tokio::test]
async fn the_pane_carries_the_conversation_in_its_form_and_keeps_nothing() {
    let home = Home::with_page().await;
    let (path, page) = bot_of(&home).await;
    put(&home, &path, &json!({ "version": 0, "settings": settings() })).await;
    home.settle().await;
    let pane = format!("/app/pages/{page}/bot/try");
    let before = home.content().await;
    let requests = home.meta.requests();
    let begun = seen(&home.call("GET", &pane).await);
    assert!(
        begun.contains("Get Started")
            && begun.contains("When are you open?")
            && begun.contains("Bread since 1900.")
    );
    let started = seen(&home.submit(&pane, &[("do", "start")]).await);
    assert!(
        started.contains("This is an automated assistant.")
            && started.contains("“started under the greeting”")
    );
    let turn = |kind, text, payload| [("turn_kind", kind), ("turn_text", text), ("turn_payload", payload)];
    let yes = seen(&home.submit(&pane, &[&turn("start", "", "")[..], &[("tap", "0:0")]].concat()).await);
    assert!(yes.contains("an opt-in to promotions") && yes.contains("Gladly"), "{yes}");
    let said = [&turn("text", "a cake", "")[..], &[("who", "known"), ("say", "0123456789")]].concat();
    let kept = seen(&home.submit(&pane, &said).await);
    assert!(
        kept.contains("would be kept, encrypted, for this purpose: To tell you that your cake is ready."),
        "{kept}"
    );
    assert!(kept.contains("The rule “cake” matched."));
    let menu = seen(&home.submit(&pane, &[("who", "known"), ("tap", "menu:2")]).await);
    assert!(menu.contains("Asked for their data"), "{menu}");
    let many: Vec<_> = (0..30).flat_map(|_| turn("text", "hello", "")).chain([("say", "one more")]).collect();
    let full = seen(&home.submit(&pane, &many).await);
    assert_eq!(full.matches("name=\"turn_kind\"").count(), 20);
    assert!(full.contains("This conversation is long enough") && !full.contains("one more"));
    let again = seen(
        &home
            .submit(
                &pane,
                &[("do", "again"), ("turn_kind", "text"), ("turn_text", "x"), ("turn_payload", "")],
            )
            .await,
    );
    assert!(!again.contains("turn_kind"));
    assert!(before == home.content().await && requests == home.meta.requests());
}
