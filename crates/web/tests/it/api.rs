//! The API as a program uses it.

use crate::home::{Home, META_PAGE, PAGE_NAME};
use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::time::Span;
use serde_json::{Value, json};
use std::future::Future;
use std::task::Poll;

fn promotion(text: &str) -> Value {
    json!({ "purpose": "promotion", "text": text })
}

#[tokio::test]
async fn a_page_is_connected_listed_and_its_leads_are_seen_without_their_names() {
    let home = Home::with_page().await;
    let pages = home.call("GET", "/api/v1/pages").await.json();
    assert_eq!(pages["items"][0]["name"], PAGE_NAME);
    assert_eq!(
        (&pages["items"][0]["meta_id"], &pages["items"][0]["stop"]),
        (&json!(META_PAGE), &Value::Null)
    );
    assert_eq!(pages["items"][0]["has_echoes"], true);
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let list = home.call("GET", "/api/v1/leads").await;
    assert!(!list.text().contains("Zelda") && !list.text().contains("psid-7"));
    assert_eq!(list.json()["items"][0]["level"], "confirmed");
    let one = home.call("GET", &format!("/api/v1/leads/{lead}")).await.json();
    assert_eq!((&one["given_name"], &one["promotion_in_force"]), (&json!("Zelda"), &json!(true)));
    assert!(
        one["consents"].as_array().unwrap().iter().any(|c| c["how"] == "confirmed" && c["kind"] == "opt_in")
    );
    let export = home.call("GET", &format!("/api/v1/leads/{lead}/export")).await;
    assert!(export.text().contains("psid-7") && export.header("content-disposition").contains("export.json"));
}

#[tokio::test]
async fn a_draft_is_written_anew_whole_and_nothing_else_is() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let made = home.post("/api/v1/broadcasts", &promotion("Fresh bred!")).await.json();
    let path = format!("/api/v1/broadcasts/{}", made["id"].as_str().unwrap());
    let mut form = promotion("Fresh bread!");
    form["filter"] = json!({ "level": "confirmed" });
    let wrong = home.put(&path, &promotion("")).await;
    wrong.is_problem(422, "invalid");
    let changed = home.put(&path, &form).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let shown = home.call("GET", &path).await.json();
    assert_eq!(
        (&shown["text"], &shown["filter"]["level"], &shown["state"], &shown["created_at"]),
        (&json!("Fresh bread!"), &json!("confirmed"), &json!("draft"), &made["created_at"])
    );
    home.call("POST", &format!("{path}/send")).await;
    home.settle().await;
    home.put(&path, &promotion("Too late")).await.is_problem(409, "conflict");
    assert!(home.meta.newest("Fresh").starts_with("Fresh bread!"), "what was saved last is what {lead} got");
}

#[tokio::test]
async fn a_page_is_disconnected_by_its_id_and_says_so() {
    let home = Home::with_page().await;
    let page = home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].clone();
    let template = json!({
        "page": page, "name": "order_approved", "language": "en_US",
        "body": "Your order {{1}} is ready.", "examples": ["4711"],
    });
    let made = home.post("/api/v1/templates", &template).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let of_it = format!("/api/v1/templates/{}", made.json()["id"].as_str().unwrap());
    let id = home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].clone();
    let path = format!("/api/v1/pages/{}/disconnect", id.as_str().unwrap());
    for _ in 0..2 {
        let gone = home.call("POST", &path).await;
        assert_eq!((gone.status.as_u16(), &gone.json()["stop"]), (200, &json!("disconnected")));
    }
    // What only Meta can do waits for the page.
    home.call("POST", &format!("{of_it}/refresh")).await.is_problem(409, "conflict");
    home.call("DELETE", &of_it).await.is_problem(409, "conflict");
    home.post("/api/v1/templates", &template).await.is_problem(409, "conflict");
    home.call("POST", &format!("/api/v1/pages/pag_{}/disconnect", "0".repeat(32)))
        .await
        .is_problem(404, "not-found");
}

#[tokio::test]
async fn claim_a3_a_lead_s_file_taken_by_a_token_is_written_down_with_what_it_is_for_and_told() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let path = format!("/api/v1/leads/{lead}/export");
    let entries = async || home.call("GET", "/api/v1/leads/exports").await.json()["items"].clone();
    assert_eq!(home.call("GET", &path).await.status, 200);
    assert_eq!(entries().await, json!([]), "looking writes nothing");
    let silent = home.post(&path, &json!({ "why": " " })).await;
    assert_eq!(silent.status, 422, "{}", silent.text());
    assert_eq!(entries().await, json!([]));
    let asked = json!({ "why": "she asked for it" });
    for _ in 0..2 {
        // Nothing of it is kept for the key: it would outlive the lead.
        let file = home.post_once(&path, "key-1", &asked).await;
        assert_eq!(file.status, 200, "{}", file.text());
        assert!(file.header("content-disposition").contains("export.json") && file.text().contains("Zelda"));
    }
    let taken = entries().await;
    let said: Vec<_> =
        taken.as_array().unwrap().iter().map(|t| (&t["form"], &t["by"], &t["leads"], &t["why"])).collect();
    let one = (&json!("lead"), &json!("api"), &json!(1), &asked["why"]);
    assert_eq!(said, [one, one]);
    assert!(!taken.to_string().contains(&lead), "which lead is not written down");
    home.mails.link(&home.engine, "export_taken", "/account/not-me/").await;
}

#[tokio::test]
async fn claim_b2_the_proof_of_an_opt_in_is_given_as_a_file() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let proof = home.call("GET", &format!("/api/v1/leads/{lead}/proof")).await;
    assert_eq!(proof.status, 200, "{}", proof.text());
    assert_eq!(proof.json()["format"], "entente-proof/1");
    assert!(proof.header("content-disposition").contains("proof.json"));
}

#[tokio::test]
async fn claim_b2_no_proof_of_a_withdrawal_is_given_for_one_of_an_opt_in_and_each_event_has_its_own() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let address = format!("/api/v1/leads/{lead}/proof");
    let each_has_its_own = async || {
        let about = home.call("GET", &format!("/api/v1/leads/{lead}")).await.json();
        let events = about["consents"].as_array().unwrap();
        assert!(events.len() > 1, "{about}");
        for event in events {
            let proof = home.call("GET", &format!("{address}?event={}", event["id"].as_str().unwrap())).await;
            assert_eq!(proof.status, 200, "{}", proof.text());
            let record = BASE64_STANDARD.decode(proof.json()["record"].as_str().unwrap()).unwrap();
            let record: Value = serde_json::from_slice(&record).unwrap();
            assert_eq!((&record["id"], &record["event"]), (&event["id"], &event["kind"]));
        }
    };
    // Also while an opt-in is in force, and once none is.
    each_has_its_own().await;
    home.write("psid-7", json!({ "text": "stop" })).await;
    home.settle().await;
    let refused = home.call("GET", &address).await;
    refused.is_problem(409, "conflict");
    each_has_its_own().await;
    let other = home.opt_in("psid-8", "hello").await;
    let of_another = home.call("GET", &format!("/api/v1/leads/{other}")).await.json();
    let of_another = of_another["consents"][0]["id"].as_str().unwrap().to_owned();
    for (event, status) in [(of_another.as_str(), 404), ("nonsense", 400)] {
        assert_eq!(home.call("GET", &format!("{address}?event={event}")).await.status, status, "{event}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_a_list_is_no_object() {
    let home = Home::with_page().await;
    for body in [json!([]), json!(["promotion", "hello"]), json!([{}])] {
        let refused = home.post("/api/v1/broadcasts", &body).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(
            refused.json()["detail"].as_str().unwrap().contains("expected an object"),
            "{}",
            refused.text()
        );
    }
    for (query, field) in [("limit=abc", "limit"), ("after=xyz", "after"), ("colour=red", "colour")] {
        let refused = home.call("GET", &format!("/api/v1/leads?{query}")).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert_eq!(refused.json()["field"], field, "{}", refused.text());
        assert!(!refused.text().contains("deserialize"), "{}", refused.text());
    }
    let none = json!({ "purpose": "promotion", "text": "Hi", "pages": [] });
    let refused = home.post("/api/v1/broadcasts", &none).await.json();
    assert_eq!((&refused["field"], &refused["status"]), (&json!("pages"), &json!(422)));
    assert!(refused["detail"].as_str().unwrap().contains("leave it out"), "{refused}");
    // What a GET answers can be sent again.
    let all = json!({ "purpose": "promotion", "text": "Hi", "filter": null });
    assert_eq!(home.post("/api/v1/broadcasts", &all).await.status, 201);
}

#[tokio::test]
async fn a_broadcast_goes_from_draft_to_everybody_accounted_for() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    home.write("psid-8", json!({ "text": "I only ask" })).await;
    let created = home.post("/api/v1/broadcasts", &promotion("Hello {name|friend}!")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let created = created.json();
    assert_eq!(created["state"], "draft");
    let path = format!("/api/v1/broadcasts/{}", created["id"].as_str().unwrap());
    let preview = home.post(&format!("{path}/preview"), &json!({})).await.json();
    assert_eq!((&preview["will_get"], &preview["will_not_get"][0]["leads"]), (&json!(1), &json!(1)));
    assert_eq!(preview["example"]["text"], "Hello friend!");
    assert_eq!(preview["example"]["buttons"][0]["title"], "Unsubscribe");
    assert_eq!(home.call("POST", &format!("{path}/send")).await.json()["state"], "sending");
    home.settle().await;
    let done = home.call("GET", &path).await.json();
    assert_eq!(
        (&done["state"], &done["counts"]["sent"], &done["counts"]["refused"]),
        (&json!("finished"), &json!(1), &json!(1))
    );
    let sent = home.call("GET", &format!("{path}/deliveries?state=sent")).await.json();
    assert_eq!(sent["items"].as_array().unwrap().len(), 1);
    assert_eq!((&sent["items"][0]["lead"], &sent["items"][0]["sentence"]), (&json!(lead), &json!("Sent")));
    let request = home.signed("GET", &format!("{path}/deliveries?state=refused"), &home.token);
    let refused = home.ask(request.header("accept-language", "ar").body(Body::empty()).unwrap()).await.json();
    assert_eq!(refused["items"][0]["reason"], "evidence_too_weak");
    assert_eq!(refused["items"][0]["sentence"], "وصلت إلى الصفحة رسالة لكن من دون موافقة صريحة على العروض.");
    home.call("POST", &format!("{path}/pause")).await.is_problem(409, "conflict");
}

#[tokio::test]
async fn a_broadcast_can_be_paused_resumed_and_cancelled() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    let created = home.post("/api/v1/broadcasts", &promotion("Hi")).await.json();
    let path = format!("/api/v1/broadcasts/{}", created["id"].as_str().unwrap());
    for (step, state) in
        [("send", "sending"), ("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")]
    {
        let answer = home.call("POST", &format!("{path}/{step}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["state"].as_str()), (200, Some(state)), "{step}");
    }
    home.call("POST", &format!("{path}/send")).await.is_problem(409, "conflict");
}

#[tokio::test]
async fn a_broadcast_is_scheduled_filtered_and_sent_again_through_the_api() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    home.opt_in("psid-8", "hello").await;
    let tag = home.post("/api/v1/tags", &json!({ "name": "Regulars" })).await;
    assert_eq!(tag.status, 201, "{}", tag.text());
    let tag = tag.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/tags/{tag}/leads");
    let tagged = home.post(&path, &json!({ "leads": [lead], "bears": true })).await;
    assert_eq!(tagged.json()["changed"], 1);
    assert_eq!(
        home.call("GET", &format!("/api/v1/leads/{lead}")).await.json()["tags"][0]["name"],
        "Regulars"
    );

    let form =
        json!({ "purpose": "promotion", "text": "Hi", "filter": { "tags": [tag], "level": "confirmed" } });
    let made = home.post("/api/v1/broadcasts", &form).await.json();
    assert_eq!(made["filter"]["tags"][0], tag.as_str());
    let path = format!("/api/v1/broadcasts/{}", made["id"].as_str().unwrap());
    let preview = home.post(&format!("{path}/preview"), &json!({})).await.json();
    assert_eq!((&preview["will_get"], &preview["left_out"]), (&json!(1), &json!(1)));
    let when = json!({ "local": "2027-03-28T01:30", "zone": "Europe/Dublin" });
    let scheduled = home.post(&format!("{path}/schedule"), &when).await.json();
    assert_eq!(
        (&scheduled["how"], &scheduled["broadcast"]["state"]),
        (&json!("skipped"), &json!("scheduled"))
    );
    assert_eq!(scheduled["broadcast"]["send_local"], "2027-03-28T02:30:00+01:00[Europe/Dublin]");
    let draft = home.call("POST", &format!("{path}/unschedule")).await.json();
    assert_eq!((&draft["state"], &draft["send_at"]), (&json!("draft"), &Value::Null));
    home.post(&format!("{path}/again"), &json!({})).await.is_problem(409, "conflict");
    home.call("POST", &format!("{path}/send")).await;
    home.settle().await;
    assert_eq!(home.call("GET", &path).await.json()["counts"], json!({ "sent": 1 }));
    let again = home.call("GET", &format!("{path}/again")).await.json();
    assert_eq!(again, json!({ "failed": 0, "unknown": 0, "failed_for_good": 0 }));
    let missed = home.call("GET", &format!("{path}/not-reached")).await.json();
    assert_eq!(missed, json!({ "items": [], "next": null }), "everybody got it");
    let wrong = home.post(&format!("{path}/export"), &json!({ "state": "lost", "why": "the books" })).await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["field"]), (422, &json!("state")));
    let table = home.post(&format!("{path}/export"), &json!({ "state": "sent", "why": "the books" })).await;
    assert_eq!((table.status.as_u16(), table.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!(table.text().lines().count(), 2, "{}", table.text());
    let taken = home.call("GET", "/api/v1/leads/exports").await.json()["items"][0].clone();
    assert_eq!(
        (&taken["form"], &taken["state"], &taken["why"]),
        (&json!("deliveries"), &json!("sent"), &json!("the books"))
    );
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let home = Home::with_page().await;
    let url = json!({ "type": "url", "title": "Shop", "url": 5 });
    let many = "x".repeat(2000);
    for (body, status, field) in [
        (json!({ "purpose": "promotion", "text": "Hi", "colour": "red" }), 422, "colour"),
        (json!({ "purpose": "promotion", "text": 5 }), 422, "text"),
        (json!({ "purpose": "survey", "text": "Hi" }), 422, "purpose"),
        (json!({ "text": "Hi" }), 422, ""),
        (json!({ "purpose": "promotion", "text": "Hi", "buttons": [url] }), 422, "buttons[0]"),
        (json!({ "purpose": "promotion", "text": many }), 422, "text"),
        (json!({ "purpose": "promotion", "text": "Hi {nmae|x}" }), 422, "text"),
        (json!({ "purpose": "promotion", "text": "Hi", "pages": ["led_1"] }), 422, "pages[0]"),
        (json!({ "purpose": "promotion", "text": "Hi", "open_until": "tomorrow" }), 422, "open_until"),
        (
            json!({ "purpose": "promotion", "text": "Hi", "open_until": "2001-01-01T00:00:00Z" }),
            422,
            "open_until",
        ),
        (json!({ "purpose": "utility" }), 422, "template"),
        (json!({ "purpose": "promotion", "text": "Hi", "image": "http://plain.example" }), 422, "image"),
        (json!({ "purpose": "promotion", "text": "Hi", "filter": { "tags": ["x"] } }), 422, "filter.tags[0]"),
        (json!({ "purpose": "promotion", "text": "Hi", "filter": { "level": "x" } }), 422, "filter.level"),
        (
            json!({ "purpose": "promotion", "text": "Hi", "filter": { "language": "fr" } }),
            422,
            "filter.language",
        ),
    ] {
        let answer = home.post("/api/v1/broadcasts", &body).await;
        answer.is_problem(status, "invalid");
        let problem = answer.json();
        assert!(problem["field"].as_str().unwrap_or("").starts_with(field), "{body}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(field), "{body}: {problem}");
    }
    assert_eq!(home.call("GET", "/api/v1/broadcasts").await.json()["items"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_read_is_said_to_be_so() {
    let home = Home::with_page().await;
    let ask = |content_type: &'static str, body: Vec<u8>| {
        let request =
            home.signed("POST", "/api/v1/broadcasts", &home.token).header("content-type", content_type);
        home.ask(request.body(Body::from(body)).unwrap())
    };
    ask("application/json", b"{\"purpose\"".to_vec()).await.is_problem(400, "malformed");
    ask("application/json", b"{\"purpose\":\"promotion\",\"text\":\"x\"} tail".to_vec())
        .await
        .is_problem(400, "malformed");
    ask("text/plain", b"{}".to_vec()).await.is_problem(415, "wrong-media-type");
    ask("application/json", vec![b' '; 256 * 1024 + 1]).await.is_problem(413, "too-large");
    for query in ["limit=0", "limit=201"] {
        home.call("GET", &format!("/api/v1/leads?{query}")).await.is_problem(422, "invalid");
    }
    for query in ["limit=x", "limt=5", "after=brd_1"] {
        home.call("GET", &format!("/api/v1/leads?{query}")).await.is_problem(400, "malformed");
    }
    home.call("GET", "/api/v1/leads/none").await.is_problem(404, "not-found");
    let broadcast = home.post("/api/v1/broadcasts", &promotion("Hi")).await.json();
    let path = format!("/api/v1/broadcasts/{}", broadcast["id"].as_str().unwrap());
    home.call("GET", &format!("{path}/deliveries?state=lost")).await.is_problem(422, "invalid");
    home.post(&format!("{path}/send"), &json!({ "now": true })).await.is_problem(422, "invalid");
}

/// What a list holds in `field`, read two by two.
async fn walked(home: &Home, list: &str, field: &str) -> Vec<String> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let part = home.call("GET", &format!("{list}limit=2{after}")).await;
        assert_eq!(part.status, 200, "{}", part.text());
        let part = part.json();
        seen.extend(
            part["items"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()),
        );
        let Some(next) = part["next"].as_str() else { return seen };
        after = format!("&after={next}");
    }
}

#[tokio::test]
async fn a_list_is_read_to_its_end_by_its_cursor() {
    let home = Home::with_page().await;
    for number in 0..3 {
        home.opt_in(&format!("psid-yes-{number}"), "hello").await;
    }
    for number in 0..4 {
        home.write(&format!("psid-{number}"), json!({ "text": "hello" })).await;
    }
    let leads = walked(&home, "/api/v1/leads?", "id").await;
    assert_eq!(leads.len(), 7);
    assert!(leads.windows(2).all(|pair| pair[0] < pair[1]));

    let broadcast = home.post("/api/v1/broadcasts", &promotion("Hi")).await.json();
    let path = format!("/api/v1/broadcasts/{}", broadcast["id"].as_str().unwrap());
    home.call("POST", &format!("{path}/send")).await;
    home.settle().await;
    assert_eq!(walked(&home, &format!("{path}/deliveries?"), "lead").await, leads);
    let refused = walked(&home, &format!("{path}/deliveries?state=refused&"), "lead").await;
    assert_eq!(refused, leads[3..]);
    for wrong in ["nonsense", "led_1", &format!("{}.nonsense", leads[0]), &leads[0]] {
        let answer = home.call("GET", &format!("{path}/deliveries?after={wrong}")).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.json()["field"], "after");
    }
}

#[tokio::test]
async fn a_request_with_a_key_happens_once_and_is_answered_alike() {
    let home = Home::with_page().await;
    let first = home.post_once("/api/v1/broadcasts", "key-1", &promotion("Hi")).await;
    let again = home.post_once("/api/v1/broadcasts", "key-1", &promotion("Hi")).await;
    assert_eq!((first.status.as_u16(), first.json()), (201, again.json()));
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(home.call("GET", "/api/v1/broadcasts").await.json()["items"].as_array().unwrap().len(), 1);
    home.post_once("/api/v1/broadcasts", "key-1", &promotion("Other")).await.is_problem(422, "key-reused");
    let path = format!("/api/v1/broadcasts/{}/send", first.json()["id"].as_str().unwrap());
    home.post_once(&path, "key-1", &json!({})).await.is_problem(422, "key-reused");
    // A day later the key is free.
    home.clock.fixed.advance(Span::hours(25));
    // A node that was not seen for a day takes nothing on, where there may be others.
    home.settle().await;
    let later = home.post_once("/api/v1/broadcasts", "key-1", &promotion("Other")).await;
    assert_eq!((later.status.as_u16(), later.header("idempotency-replayed")), (201, ""));
}

#[tokio::test]
async fn a_key_whose_request_failed_may_be_used_again() {
    let home = Home::with_page().await;
    home.post_once("/api/v1/broadcasts", "key-2", &promotion("")).await.is_problem(422, "invalid");
    assert_eq!(home.post_once("/api/v1/broadcasts", "key-2", &promotion("Hi")).await.status, 201);
    let long = "k".repeat(201);
    home.post_once("/api/v1/broadcasts", &long, &promotion("Hi")).await.is_problem(400, "malformed");
}

#[tokio::test]
async fn the_same_key_at_the_same_time_is_carried_out_once() {
    let home = Home::with_page().await;
    let body = promotion("Hi");
    let (one, two) = tokio::join!(
        home.post_once("/api/v1/broadcasts", "key-3", &body),
        home.post_once("/api/v1/broadcasts", "key-3", &body)
    );
    for answer in [one, two] {
        match answer.status.as_u16() {
            201 => {}
            _ => answer.is_problem(409, "still-running"),
        }
    }
    assert_eq!(home.call("GET", "/api/v1/broadcasts").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_kept_answer_of_a_request_lies_sealed() {
    let home = Home::with_page().await;
    home.post_once("/api/v1/broadcasts", "key-4", &promotion("A very secret autumn sale")).await;
    for (name, bytes) in home.content().await {
        let found = bytes.windows(24).any(|window| window == b"A very secret autumn sal");
        assert!(!found, "{name}");
    }
}

#[tokio::test]
async fn a_task_is_carried_to_its_end_though_the_asker_hangs_up() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let path = format!("/api/v1/leads/{lead}");
    // Polled until the lead is fenced, then dropped: the client has gone.
    let mut asking = Box::pin(home.call("DELETE", &path));
    let mut is_fenced = false;
    for _ in 0..10_000 {
        let pending = std::future::poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx).is_pending())).await;
        assert!(pending, "it ended before anybody could hang up");
        // A token may call fifty times a second.
        home.clock.fixed.advance(Span::millis(20));
        is_fenced = home.call("GET", &path).await.status == 404;
        if is_fenced {
            break;
        }
    }
    assert!(is_fenced);
    drop(asking);
    let mut left = json!(null);
    for _ in 0..10_000 {
        home.clock.fixed.advance(Span::millis(20));
        left = home.call("GET", "/api/v1/leads").await.json()["items"].clone();
        if left == json!([]) {
            break;
        }
    }
    assert_eq!(left, json!([]), "the erasure stopped half-way");
    home.call("GET", &path).await.is_problem(404, "not-found");
}
