//! Erasing a lead (claim F1), seen from outside: nothing of the person in any file in any form, the
//! log still stands, the receipt holds, and what waited or was under way for them dies.

use crate::databases::{On, on_both};
use crate::home::{Home, Setup};
use crate::program::run;
use crate::search::{Hunt, find};
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use engine::failpoint::{FailPoints, Point};
use ledger::VerifyingKey;
use model::time::Span;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

async fn log_key(home: &Home) -> VerifyingKey {
    let (_, key) = home.site.try_call("GET", "/.well-known/entente/log-key", None).await.unwrap();
    VerifyingKey::parse(std::str::from_utf8(&key).unwrap().trim()).unwrap()
}

async fn claim_f1_after_an_erasure_no_file_holds_the_person_in_any_form(on: On) {
    let mut home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 3).await;
    let canaries = ["My name is Philomena", "a very particular question about quinces"];
    for text in canaries {
        home.write(people[0], text).await;
    }
    home.write(people[1], "My name is Theodora").await;
    home.promote("Hi {name|friend}! Something new").await;
    let leads = home.leads_of().await;
    let (erased, stays) = (leads[&people[0]], leads[&people[1]]);
    let size = home.engine().check_log().await.unwrap().size;

    let erasure = home.site.call("DELETE", &format!("/api/v1/leads/{erased}"), None).await;
    home.settle().await;
    assert!(erasure["finished_at"].is_string());
    // The receipt follows with the next checkpoint, and holds by the log's key alone.
    let path = format!("/erasure/{}/receipt", erasure["code"].as_str().unwrap());
    let (status, receipt) = home.site.try_call("GET", &path, None).await.unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&receipt));
    let key = log_key(&home).await;
    assert_eq!(
        hex::encode(ledger::receipt::verify(&receipt, &key, &[]).unwrap().tag),
        erasure["tag"].as_str().unwrap()
    );

    let check = async |home: &Home| {
        let content = home.databases.content(home.folder.path()).await;
        let psid = people[0].to_string();
        for canary in ["Philomena", "quinces", psid.as_str(), &erased.to_string()] {
            assert_eq!(find(&content, canary), None, "{canary}");
        }
        // The id in the forms in which rows and keys would hold it.
        let nothing: [String; 0] = [];
        assert_eq!(Hunt::new([("the id", erased.as_bytes())]).found(&content), nothing);
    };
    check(&home).await;
    home.restart().await;
    home.settle().await;
    check(&home).await;
    // The log has grown by the tag and stands; the others are untouched.
    assert_eq!(home.engine().check_log().await.unwrap().size, size + 1);
    let other = home.site.get(&format!("/api/v1/leads/{stays}")).await;
    assert_eq!(other["given_name"], "Theodora");
    let (_, proof) = home.site.try_call("GET", &format!("/api/v1/leads/{stays}/proof"), None).await.unwrap();
    ledger::proof::verify(&proof, &key, &[]).unwrap();
    let (status, _) = home.site.try_call("GET", &format!("/api/v1/leads/{erased}"), None).await.unwrap();
    assert_eq!(status, 404);
    let next = home.promote("Something else").await;
    assert_eq!(reached(&home.sim, next).len(), 2);
    home.close().await;
}

/// People are erased while a broadcast to them is running: each either got it before or not at all,
/// and nothing starts once the erasure is done.
async fn claim_f1_an_erasure_in_the_midst_of_a_broadcast_kills_the_message(on: On) {
    let slow = Arc::new(AtomicBool::new(false));
    let is_slow = Arc::clone(&slow);
    let fail_points = FailPoints::new(move |point| {
        if matches!(point, Point::AfterClaimCommit | Point::BeforeRequest) && is_slow.load(Ordering::SeqCst) {
            testkit::dawdle(2);
        }
    });
    let home = Home::new(Setup { on, batch: 3, fail_points, ..Setup::default() }).await;
    let people = home.agreed(0, 60).await;
    let leads = home.leads_of().await;
    home.clock.advance(Span::secs(2));
    slow.store(true, Ordering::SeqCst);
    let broadcast = home.send("Something new").await;
    let mut after_erasure = Vec::new();
    for person in people.iter().rev().step_by(5) {
        home.site.call("DELETE", &format!("/api/v1/leads/{}", leads[person]), None).await;
        let got = reached(&home.sim, broadcast).iter().filter(|(_, p)| p == person).count();
        after_erasure.push((*person, got));
    }
    slow.store(false, Ordering::SeqCst);
    home.settle().await;
    for (person, got) in after_erasure {
        let now = reached(&home.sim, broadcast).iter().filter(|(_, p)| *p == person).count();
        assert_eq!(now, got, "a message went out after the erasure was done");
    }
    assert_nobody_reached_twice(&home.sim);
    let outcome: Value = home.site.broadcast(broadcast).await;
    assert_eq!(outcome["state"], "finished");
    assert_eq!(home.site.leads().await.len(), 48);
    home.close().await;
}

/// A message whose permit was made before the erasure began: the erasure is not done before that
/// request has begun, so nothing starts after it.
async fn claim_f1_an_erasure_waits_for_the_message_that_is_on_its_way(on: On) {
    let (armed, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (is_armed, is_held) = (Arc::clone(&armed), Arc::clone(&held));
    // Dropping the sender lets the request go, however this test ends.
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Mutex::new(released);
    let fail_points = FailPoints::new(move |point| {
        if point == Point::BeforeRequest && is_armed.swap(false, Ordering::SeqCst) {
            is_held.store(true, Ordering::SeqCst);
            let _ = tokio::task::block_in_place(|| released.lock().unwrap().recv());
        }
    });
    let home = Home::new(Setup { on, fail_points, ..Setup::default() }).await;
    let person = home.agreed(0, 1).await[0];
    let lead = home.leads_of().await[&person];
    armed.store(true, Ordering::SeqCst);
    let broadcast = home.send("Something new").await;
    eventually("the claim", || std::future::ready(held.load(Ordering::SeqCst).then_some(()))).await;
    let (engine, admin) = (Arc::clone(home.engine()), home.admin());
    let erasing =
        tokio::spawn(async move { engine::actions::leads::erase(&engine, &admin, lead).await.unwrap() });
    // Time enough for an erasure that does not wait.
    for _ in 0..100 {
        if !erasing.is_finished() {
            #[expect(clippy::disallowed_methods, reason = "the erasure waits in real time")]
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    let was_early = erasing.is_finished();
    drop(release);
    assert!(!was_early, "erased while a message to the person was on its way");
    assert!(erasing.await.unwrap().finished_at.is_some());
    let got = reached(&home.sim, broadcast).len();
    home.settle().await;
    assert_eq!(reached(&home.sim, broadcast).len(), got);
    assert_eq!(home.site.leads().await, [] as [Value; 0]);
    home.close().await;
}

async fn claim_f1_a_receipt_is_read_out_as_what_it_shows_and_what_it_only_states(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let person = home.agreed(0, 1).await[0];
    let lead = home.leads_of().await[&person];
    let erasure = home.site.call("DELETE", &format!("/api/v1/leads/{lead}"), None).await;
    home.settle().await;
    let path = format!("/erasure/{}/receipt", erasure["code"].as_str().unwrap());
    let (_, receipt) = home.site.try_call("GET", &path, None).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("receipt.json"), &receipt).unwrap();
    std::fs::write(folder.path().join("log.key"), log_key(&home).await.to_string()).unwrap();
    let verify = ["receipt", "verify", "receipt.json", "--key", "log.key"];
    let output = run(folder.path(), &verify).await;
    assert_eq!(output.status.code(), Some(0));
    let out = String::from_utf8(output.stdout).unwrap();
    let tag = erasure["tag"].as_str().unwrap();
    for said in [
        format!("signed by the log's key, and the tag {tag} stands in the log."),
        "\n    leads: 1\n".into(),
        "\n    consent_events: 2\n".into(),
        "the operator's statement".into(),
        // Behind two consents and three entries of the audit.
        "Leaf 5 of 6 in the log ".into(),
        "unwitnessed".into(),
    ] {
        assert!(out.contains(&said), "{said}: {out}");
    }
    assert!(!out.contains("was destroyed"), "{out}");
    // Other counts than those that were signed.
    let changed = String::from_utf8(receipt).unwrap().replace("\"leads\": 1", "\"leads\": 2");
    std::fs::write(folder.path().join("receipt.json"), changed).unwrap();
    assert_eq!(run(folder.path(), &verify).await.status.code(), Some(1));
    home.close().await;
}

on_both! {
    claim_f1_after_an_erasure_no_file_holds_the_person_in_any_form,
    claim_f1_an_erasure_in_the_midst_of_a_broadcast_kills_the_message,
    claim_f1_an_erasure_waits_for_the_message_that_is_on_its_way,
    claim_f1_a_receipt_is_read_out_as_what_it_shows_and_what_it_only_states,
}
