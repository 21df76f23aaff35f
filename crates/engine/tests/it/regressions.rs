//! Cases in which a promise was once broken: each stays here.

use crate::home::Home;
use engine::actions::{broadcasts, links};
use engine::views;
use model::broadcast::Step;
use model::delivery::{DeliveryRef, DeliveryState};
use model::time::{Clock, Span};
use serde_json::json;
use store::tables;

#[tokio::test]
async fn claim_b3_an_older_yes_that_comes_late_does_not_outlive_a_repeated_unsubscribe() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "my name is Sam").await;
    let form = crate::broadcasts::promotion(&"Fresh bread! ".repeat(60));
    let made = broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    home.settle().await;
    let messages = home.meta.messages();
    let message = messages.iter().rev().find(|m| m.contains("https://bakery.example/u/")).unwrap();
    let (_, rest) = message.split_once("https://bakery.example/u/").unwrap();
    let token: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    home.write("5550001", "stop").await; // t1
    home.settle().await;
    home.clock.advance(Span::secs(10));
    // Yes tapped at t1+10, received, waits in the inbox (or is delayed at Meta).
    let yes = home.yes();
    let late = home.event(
        "5550001",
        json!({ "message": { "mid": "m_late", "text": "Yes", "quick_reply": { "payload": yes } } }),
    );
    home.clock.advance(Span::secs(10));
    // t1+20: the person unsubscribes by link; acknowledged.
    links::unsubscribe(&home.engine, home.brand, &token).await.unwrap().unwrap();
    home.clock.advance(Span::secs(5));
    home.deliver(&late).await;
    home.settle().await;
    let shown = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
    assert!(
        !shown.lead.promotion_in_force,
        "VIOLATION: promotions in force after an acknowledged withdrawal"
    );
}

#[tokio::test]
async fn claim_b3_a_second_opt_out_is_no_duplicate_of_the_first_though_it_states_no_time() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    let opt_out = |sent_at: Option<i64>| {
        let notice =
            json!({ "type": "notification_messages", "notification_messages_status": "STOP NOTIFICATIONS" });
        let mut delivery = home.event("5550001", json!({ "optin": notice }));
        let entry = delivery["entry"][0].as_object_mut().unwrap();
        entry["messaging"][0].as_object_mut().unwrap().remove("timestamp");
        match sent_at {
            Some(at) => entry["time"] = json!(at),
            None => drop(entry.remove("time")),
        }
        delivery
    };
    // Once with the time of the delivery, once with no time at all.
    for states_time in [true, false] {
        for again in [false, true] {
            home.clock.advance(Span::secs(5));
            home.deliver(&opt_out(states_time.then(|| home.clock.now().millis()))).await;
            home.settle().await;
            let shown = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
            assert!(!shown.lead.promotion_in_force, "states a time: {states_time}, again: {again}");
            home.tap("5550001", &home.yes()).await;
            home.settle().await;
            let shown = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
            assert!(shown.lead.promotion_in_force, "the Yes that came between");
        }
    }
}

#[tokio::test]
async fn a_message_that_comes_back_after_the_cancel_is_refused_and_the_broadcast_ends() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    let made =
        broadcasts::create(&home.engine, &home.actor(), crate::broadcasts::promotion("Hi")).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    let (brand, page, id, now) = (home.brand, home.page, made.id, home.clock.now());
    let claim = [9_u8; 16];
    let named = DeliveryRef { broadcast: id, lead };
    // The planner and the lane, by hand: planned, claimed.
    home.data
        .write("plan", move |tx| {
            let scope = tx.brand(brand);
            tables::delivery::plan_chunk(scope, id, page, model::id::LeadId([0; 16]), 10, now)?;
            tables::broadcast::set_plan_cursor(scope, id, 1, model::id::LeadId([0; 16]), true)?;
            tables::delivery::set_sending(tx, &[(page, named, claim)], now)
        })
        .await
        .unwrap();
    broadcasts::step(&home.engine, &home.actor(), id, Step::Cancel).await.unwrap();
    // Meta's answer: try again in a moment.
    let outcome = tables::delivery::Outcome {
        delivery: named,
        state: DeliveryState::Planned,
        reason: Some("2".into()),
        next_at: now,
    };
    home.data
        .write("record", move |tx| tables::delivery::record_outcomes(tx, [(page, &claim, &outcome)], now))
        .await
        .unwrap();
    let running = home.engine.run();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(5), home.engine.settle()).await;
    running.stop().await;
    let view = views::broadcasts::get(&home.engine, &home.actor(), id).await.unwrap();
    assert!(ended.is_ok() && view.finished_at.is_some(), "STUCK: {:?} {:?}", view.state, view.counts);
}

store::statements! {
pair BREAK = {
    sqlite: "CREATE TRIGGER broken BEFORE UPDATE ON delivery WHEN OLD.state = 1 BEGIN SELECT RAISE(ABORT, 'broken'); END",
    postgres: "ALTER TABLE delivery ADD CONSTRAINT broken CHECK (state <= 1) NOT VALID"
};
pair MEND = { sqlite: "DROP TRIGGER broken", postgres: "ALTER TABLE delivery DROP CONSTRAINT broken" };}

#[tokio::test]
async fn an_outcome_that_could_not_be_written_at_once_is_written_later() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    home.data.write("break", |tx: &store::Tx<'_>| tx.execute(&BREAK, &[])).await.unwrap();
    let before = home.meta.messages().len();
    let made =
        broadcasts::create(&home.engine, &home.actor(), crate::broadcasts::promotion("Hi")).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    let running = home.engine.run();
    while home.meta.messages().len() == before {
        tokio::task::yield_now().await;
    }
    // Long enough for the record to be tried and to fail.
    let a_while = std::time::Duration::from_millis(300);
    let _ = tokio::time::timeout(a_while, std::future::pending::<()>()).await;
    home.data.write("mend", |tx: &store::Tx<'_>| tx.execute(&MEND, &[])).await.unwrap();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), home.engine.settle()).await;
    running.stop().await;
    let view = views::broadcasts::get(&home.engine, &home.actor(), made.id).await.unwrap();
    assert!(ended.is_ok() && view.counts.get("sent") == Some(&1), "{:?} {:?}", view.state, view.counts);
    assert_eq!(home.meta.messages().len(), before + 1, "sent once");
}
