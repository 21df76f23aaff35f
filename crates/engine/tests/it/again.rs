//! Sending at a time, sending again, and the list of those who did not get it.

use crate::broadcasts::promotion;
use crate::home::{Home, is_on_server};
use engine::actions::broadcasts::{self, BroadcastForm, ScheduleForm, look_again, schedule, send_again};
use engine::schedule::How;
use engine::{EngineError, views};
use model::broadcast::{BroadcastState, Step};
use model::id::BroadcastId;
use model::time::{Clock, Span};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

fn at(local: &str) -> ScheduleForm {
    ScheduleForm { local: local.to_owned(), zone: "Europe/Dublin".to_owned(), second_time: false }
}

async fn draft(home: &Home) -> BroadcastId {
    broadcasts::create(&home.engine, &home.actor(), promotion("Hi {name|friend}!")).await.unwrap().id
}

fn sent_to(home: &Home, psid: &str) -> usize {
    home.meta.messages().iter().filter(|m| m.contains(psid) && m.contains("friend!")).count()
}

#[tokio::test]
async fn claim_b1_a_scheduled_broadcast_starts_when_it_is_due_and_once_across_restarts() {
    // The clock stands at 12:00 UTC, and Dublin has winter time.
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let id = draft(&home).await;
    let actor = home.actor();
    let (view, resolved) = schedule(&home.engine, &actor, id, at("2026-11-22T18:00")).await.unwrap();
    assert_eq!((view.state, resolved.how), (BroadcastState::Scheduled, How::Exact));
    assert_eq!(view.send_local.as_deref(), Some("2026-11-22T18:00:00+00:00[Europe/Dublin]"));
    let home = home.restart(|_| {}).await.unwrap();
    // Two nodes look at once, where there may be two.
    let other = if is_on_server() { Some(home.another().await.unwrap()) } else { None };
    let (one, two) = (home.engine.run(), other.map(|other| other.run()));
    loop {
        let view = views::broadcasts::get(&home.engine, &actor, id).await.unwrap();
        if view.state == BroadcastState::Finished {
            assert!(view.started_at.unwrap() >= view.send_at.unwrap());
            break;
        }
        tokio::task::yield_now().await;
    }
    one.stop().await;
    if let Some(two) = two {
        two.stop().await;
    }
    let home = home.restart(|_| {}).await.unwrap();
    home.settle().await;
    assert_eq!(sent_to(&home, "5550001"), 1);
    let view = views::broadcasts::get(&home.engine, &actor, id).await.unwrap();
    assert_eq!((view.state, view.counts.get("sent")), (BroadcastState::Finished, Some(&1)));
}

#[tokio::test]
async fn a_schedule_can_be_moved_and_taken_back_until_it_begins() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let (id, actor) = (draft(&home).await, home.actor());
    let field = |result: Result<_, EngineError>| match result {
        Err(EngineError::Invalid { field, .. }) => field,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was accepted"),
    };
    assert_eq!(field(schedule(&home.engine, &actor, id, at("2026-11-22T11:59")).await), "local");
    assert_eq!(field(schedule(&home.engine, &actor, id, at("2028-11-22T11:59")).await), "local");
    assert_eq!(
        field(broadcasts::step(&home.engine, &actor, id, Step::Schedule).await.map(|v| (v, unsaid()))),
        "local"
    );
    schedule(&home.engine, &actor, id, at("2026-11-22T18:00")).await.unwrap();
    let (moved, _) = schedule(&home.engine, &actor, id, at("2026-11-22T19:00")).await.unwrap();
    assert_eq!(moved.send_at.unwrap().to_string(), "2026-11-22T19:00:00Z");
    let back = broadcasts::step(&home.engine, &actor, id, Step::Unschedule).await.unwrap();
    assert_eq!((back.state, back.send_at), (BroadcastState::Draft, None));
    home.clock.advance(Span::hours(8));
    home.settle().await;
    assert_eq!(sent_to(&home, "5550001"), 0);
    let open_until = Some(home.clock.now().plus(Span::hours(1)));
    let short = BroadcastForm { open_until, ..promotion("Hi") };
    let short = broadcasts::create(&home.engine, &actor, short).await.unwrap().id;
    assert_eq!(field(schedule(&home.engine, &actor, short, at("2026-11-23T18:00")).await), "local");
    broadcasts::step(&home.engine, &actor, id, Step::Send).await.unwrap();
    home.settle().await;
    let late = schedule(&home.engine, &actor, id, at("2026-11-23T18:00")).await;
    assert!(matches!(late, Err(EngineError::Step(_))));
    assert_eq!(sent_to(&home, "5550001"), 1);
}

fn unsaid() -> engine::schedule::Resolved {
    engine::schedule::resolve("2026-11-22T18:00", "Europe/Dublin", false).unwrap()
}

/// Answers the first message to each of these people with this error.
fn fail_once(home: &Home, errors: &[(&'static str, i64, i64)]) {
    let left: Arc<Mutex<HashMap<&str, (i64, i64)>>> =
        Arc::new(Mutex::new(errors.iter().map(|(psid, code, sub)| (*psid, (*code, *sub))).collect()));
    home.meta.answer_with(move |request| {
        let body = std::str::from_utf8(&request.body).unwrap();
        if !request.url.contains("/messages") || !body.contains("friend") {
            return None;
        }
        let mut left = left.lock().unwrap();
        let psid = left.keys().copied().find(|psid| body.contains(psid))?;
        let (code, subcode) = left.remove(psid)?;
        if code == 0 {
            // An answer that says nothing: unknown.
            return Some(json!({ "what": "ever" }));
        }
        Some(json!({ "error": { "code": code, "error_subcode": subcode, "message": "no" } }))
    });
}

#[tokio::test]
async fn claim_b1_only_what_may_have_passed_is_sent_again_and_the_unknown_only_on_the_user_s_word() {
    let home = Home::new().await;
    for psid in ["5550001", "5550002", "5550003", "5550004", "5550005"] {
        home.opt_in(psid, "hello").await;
    }
    home.write("5550005", "stop").await;
    home.settle().await;
    // Another app has the thread; nobody by that id; no answer that says anything; stopped.
    fail_once(&home, &[("5550001", 2_018_300, 0), ("5550002", 100, 2_018_001), ("5550003", 0, 0)]);
    let (id, actor) = (draft(&home).await, home.actor());
    let early = send_again(&home.engine, &actor, id, true).await;
    assert!(matches!(early, Err(EngineError::Conflict(_))), "what never began is not sent again");
    broadcasts::step(&home.engine, &actor, id, Step::Send).await.unwrap();
    home.settle().await;
    let look = look_again(&home.engine, &actor, id).await.unwrap();
    assert_eq!((look.failed, look.unknown, look.failed_for_good), (1, 1, 1));

    // The thread is ours again.
    home.clock.advance(Span::secs(1));
    home.write("5550001", "hello again").await;
    home.clock.advance(Span::hours(24).0.checked_sub(Span::hours(1).0).map(Span).unwrap());
    for psid in ["5550001", "5550003"] {
        home.write(psid, "back").await;
    }
    home.clock.advance(Span::hours(2));
    home.settle().await;
    send_again(&home.engine, &actor, id, false).await.unwrap();
    home.settle().await;
    assert_eq!([1, 2, 3, 4, 5].map(|n| sent_to(&home, &format!("555000{n}"))), [2, 1, 1, 1, 0]);
    let nobody = send_again(&home.engine, &actor, id, false).await;
    assert!(matches!(nobody, Err(EngineError::Conflict(_))));

    send_again(&home.engine, &actor, id, true).await.unwrap();
    home.settle().await;
    assert_eq!([1, 2, 3, 4, 5].map(|n| sent_to(&home, &format!("555000{n}"))), [2, 1, 2, 1, 0]);
    let view = views::broadcasts::get(&home.engine, &actor, id).await.unwrap();
    assert_eq!(view.state, BroadcastState::Finished);
    assert_eq!(view.reasons.get("refused/withdrawn"), Some(&1));
    assert_eq!(view.counts.get("sent"), Some(&3), "{:?} {:?}", view.counts, view.reasons);

    let missed = views::broadcasts::not_reached(&home.engine, &actor, id, None, 9).await.unwrap();
    assert_eq!(missed.len(), 2, "{missed:?}");
}

#[tokio::test]
async fn claim_b3_whoever_withdrew_after_a_failure_is_not_sent_to_again() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    fail_once(&home, &[("5550001", 10, 2_018_278)]);
    let (id, actor) = (draft(&home).await, home.actor());
    broadcasts::step(&home.engine, &actor, id, Step::Send).await.unwrap();
    home.settle().await;
    home.write("5550001", "stop").await;
    home.settle().await;
    send_again(&home.engine, &actor, id, true).await.unwrap();
    home.settle().await;
    let view = views::broadcasts::get(&home.engine, &actor, id).await.unwrap();
    assert_eq!(view.reasons.get("refused/withdrawn"), Some(&1), "{:?}", view.reasons);
    assert_eq!(sent_to(&home, "5550001"), 1);
}
