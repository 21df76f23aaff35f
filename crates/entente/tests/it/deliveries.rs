//! Webhook deliveries as they really come: badly signed, several people and pages in one, each array,
//! ids as numbers, times in seconds; and faults that were seen in other bots.

use crate::databases::{On, on_both};
use crate::home::{APP_SECRET, Home, Setup, tap};
use crate::search::find;
use crate::site::reached;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use engine::ReceiveError;
use ledger::VerifyingKey;
use model::evidence::NOT_RECHECKABLE;
use model::time::Span;
use serde_json::{Value, json};
use simulator::{Action, Options, Sign};

fn signed(sign: Sign) -> Options {
    Options { sign, ..Options::default() }
}

/// The signature that Meta would put over these bytes.
pub fn signature(body: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, APP_SECRET.as_bytes());
    format!("sha256={}", hex::encode(aws_lc_rs::hmac::sign(&key, body)))
}

async fn a_wrong_signature_stores_nothing_and_ends_nothing(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.people(0, 6);
    // Each way of not being signed with SHA-256 by the app.
    for (person, sign) in people.iter().zip([Sign::Bad, Sign::Unsigned, Sign::Sha1Only]) {
        home.sim.act(*person, &Action::write("a forged canary"), &signed(sign)).unwrap();
    }
    let flushed = home.sim.flush().await;
    assert_eq!(flushed.backlog, 3, "all three were refused");
    home.settle().await;
    assert_eq!(home.site.leads().await, [] as [Value; 0]);
    // The next one is taken as if nothing had been.
    home.sim.act(people[3], &Action::write("hello"), &signed(Sign::Sha256Only)).unwrap();
    home.sim.act(people[4], &Action::write("hello"), &signed(Sign::Both)).unwrap();
    home.settle().await;
    assert_eq!(home.site.leads().await.len(), 2);
    let lies = find(&home.databases.content(home.folder.path()).await, "a forged canary").map(str::to_owned);
    assert_eq!(lies, None);
    home.close().await;
}

async fn what_is_no_delivery_is_refused_and_ends_nothing(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    for body in [
        "",
        "not json",
        "[]",
        "{}",
        "{\"object\":\"page\"}",
        "{\"object\":\"page\",\"entry\":7}",
        "null",
        "{\"object\":\"user\",\"entry\":[]}",
    ] {
        let body = Bytes::from(body);
        let signed = signature(&body);
        match home.engine().receive(body.clone(), Some(&signed)).await {
            Ok(received) => assert_eq!(received.taken, 0, "{body:?}"),
            Err(error) => assert!(matches!(error, ReceiveError::Malformed), "{body:?}: {error}"),
        }
        // One byte more than was signed.
        let longer = Bytes::from([body.as_ref(), b" "].concat());
        let refused = home.engine().receive(longer, Some(&signed)).await;
        assert!(matches!(refused, Err(ReceiveError::BadSignature)));
    }
    // Events of odd shapes beside a good one: the good one counts.
    let person = home.people(0, 1)[0];
    let page = home.pages[0].to_string();
    let good = json!({ "sender": { "id": person.to_string() }, "recipient": { "id": page }, "timestamp": 1_795_348_800_000_i64, "message": { "mid": "m_1", "text": "hello" } });
    let odd = [
        json!(null),
        json!(7),
        json!({}),
        json!({ "sender": {}, "message": {} }),
        json!({ "sender": { "id": "1" }, "surprise": { "deep": [[[]]] } }),
    ];
    let messaging: Vec<Value> = odd.into_iter().chain([good]).collect();
    let body = json!({ "object": "page", "entry": [{ "id": page, "time": 1, "messaging": messaging, "surprise": 1 }, { "id": "99", "messaging": [] }] });
    let body = Bytes::from(body.to_string());
    let received = home.engine().receive(body.clone(), Some(&signature(&body))).await.unwrap();
    assert!(received.taken > 0);
    home.settle().await;
    assert_eq!(home.site.leads().await.len(), 1);
    home.close().await;
}

async fn every_event_of_an_entry_and_every_entry_is_handled(on: On) {
    for own_entries in [false, true] {
        let home = Home::new(Setup { on, pages: 2, ..Setup::default() }).await;
        let people = [home.people(0, 3), home.people(1, 3)].concat();
        let acts: Vec<_> =
            people.iter().map(|person| (*person, Action::get_started(), Options::default())).collect();
        home.sim.together(&acts, own_entries).unwrap();
        home.settle().await;
        assert_eq!(home.site.leads().await.len(), 6);
        let answers: Vec<_> = people.iter().map(|p| (*p, tap(0), Options::default())).collect();
        home.clock.advance(Span::secs(1));
        home.sim.together(&answers, own_entries).unwrap();
        home.settle().await;
        let broadcast = home.promote("For all six").await;
        assert_eq!(reached(&home.sim, broadcast).len(), 6, "own entries: {own_entries}");
        home.close().await;
    }
}

async fn ids_as_numbers_times_in_seconds_and_standby_are_understood(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.people(0, 3);
    let odd = [
        Options { numeric_ids: true, ..Options::default() },
        Options { seconds: true, ..Options::default() },
        Options { standby: true, ..Options::default() },
    ];
    for (person, options) in people.iter().zip(&odd) {
        home.sim.act(*person, &Action::write("hello"), options).unwrap();
    }
    home.settle().await;
    assert_eq!(home.leads_of().await.len(), 3);
    // In standby another app speaks with the person: heard, not answered.
    let answered: Vec<usize> = people.iter().map(|person| home.sim.received(*person).len()).collect();
    assert_eq!(answered, [1, 1, 0]);
    // A stop in standby is a stop.
    home.start_all(&people).await;
    home.agree_all(&people).await;
    home.clock.advance(Span::secs(1));
    home.sim.act(people[2], &Action::write("stop"), &odd[2]).unwrap();
    home.settle().await;
    let broadcast = home.promote("For two").await;
    assert_eq!(reached(&home.sim, broadcast).len(), 2);
    home.close().await;
}

/// Two people in one signed delivery: nobody's evidence holds the other's bytes, so that the erased
/// are gone and the others keep theirs.
async fn claim_f1_erasing_one_of_two_in_a_delivery_leaves_nothing_of_one_and_all_of_the_other(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.people(0, 2);
    let texts = ["My name is Zephyrina", "My name is Bartholomew"];
    let acts: Vec<_> = people
        .iter()
        .zip(texts)
        .map(|(person, text)| (*person, Action::write(text), Options::default()))
        .collect();
    home.sim.together(&acts, false).unwrap();
    home.settle().await;
    let leads = home.leads_of().await;
    let (gone, stays) = (leads[&people[0]], leads[&people[1]]);
    let export = home.site.get(&format!("/api/v1/leads/{stays}/export")).await.to_string();
    assert!(export.contains("Bartholomew") && !export.contains("Zephyrina"));
    assert!(!export.contains(&people[0].to_string()), "one's export names the other");

    home.site.call("DELETE", &format!("/api/v1/leads/{gone}"), None).await;
    home.settle().await;
    let content = home.databases.content(home.folder.path()).await;
    for canary in ["Zephyrina", &people[0].to_string(), &gone.to_string()] {
        assert_eq!(find(&content, canary), None, "{canary}");
    }
    // The other's evidence is whole, verifies, and says that the signature cannot be checked again.
    let (status, proof) =
        home.site.try_call("GET", &format!("/api/v1/leads/{stays}/proof"), None).await.unwrap();
    assert_eq!(status, 200);
    let (_, key) = home.site.try_call("GET", "/.well-known/entente/log-key", None).await.unwrap();
    let key = VerifyingKey::parse(std::str::from_utf8(&key).unwrap().trim()).unwrap();
    let verified = ledger::proof::verify(&proof, &key, &[]).unwrap();
    let source = &verified.record["source"];
    assert_eq!((&source["kind"], &source["note"]), (&json!("event"), &json!(NOT_RECHECKABLE)));
    let body = BASE64_STANDARD.decode(source["body"].as_str().unwrap()).unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("Bartholomew"));
    assert!(!body.contains("Zephyrina") && !body.contains(&people[0].to_string()), "{body}");
    // Who is alone in a delivery has its signature kept.
    let alone = home.agreed(0, 1).await;
    let lead = home.leads_of().await[&alone[0]];
    let (_, proof) = home.site.try_call("GET", &format!("/api/v1/leads/{lead}/proof"), None).await.unwrap();
    let verified = ledger::proof::verify(&proof, &key, &[]).unwrap();
    let source = &verified.record["source"];
    let body = BASE64_STANDARD.decode(source["body"].as_str().unwrap()).unwrap();
    assert_eq!(source["signature"], signature(&body));
    home.close().await;
}

on_both! {
    a_wrong_signature_stores_nothing_and_ends_nothing,
    what_is_no_delivery_is_refused_and_ends_nothing,
    every_event_of_an_entry_and_every_entry_is_handled,
    ids_as_numbers_times_in_seconds_and_standby_are_understood,
    claim_f1_erasing_one_of_two_in_a_delivery_leaves_nothing_of_one_and_all_of_the_other,
}
