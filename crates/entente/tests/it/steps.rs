//! A broadcast is paused, resumed, cancelled and limited by the plan while it is being sent.

use crate::databases::{On, on_both};
use crate::home::{Home, Setup};
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use engine::failpoint::{FailPoints, Point};
use model::id::BroadcastId;
use model::time::Span;
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use testkit::FixedClock;

const LEADS: usize = 60;

/// Sixty leads, two in a request, and a lane that dawdles before each request of a broadcast, so that
/// somebody can act in the midst of it.
async fn midst(on: On) -> (Home, BroadcastId) {
    let dawdles = Arc::new(AtomicBool::new(false));
    let slow = Arc::clone(&dawdles);
    let fail_points = FailPoints::new(move |point| {
        if point == Point::BeforeRequest && slow.load(Ordering::SeqCst) {
            testkit::dawdle(5);
        }
    });
    let home = Home::new(Setup { on, batch: 2, fail_points, ..Setup::default() }).await;
    home.agreed(0, LEADS).await;
    dawdles.store(true, Ordering::SeqCst);
    let broadcast = home.send("Something new").await;
    let some_got_it = || async { (reached(&home.sim, broadcast).len() >= 6).then_some(()) };
    eventually("the first requests", some_got_it).await;
    (home, broadcast)
}

/// Pauses it and waits until what was on the wire has landed; how many got it.
async fn pause(home: &Home, broadcast: BroadcastId) -> usize {
    assert_eq!(home.site.step(broadcast, "pause").await["state"], "paused");
    let landed = || async {
        let sending = home.site.broadcast(broadcast).await["counts"]["sending"].as_u64();
        sending.is_none().then_some(())
    };
    eventually("the landing", landed).await;
    home.settle().await;
    reached(&home.sim, broadcast).len()
}

async fn a_paused_broadcast_rests_and_goes_on_where_it_was(on: On) {
    let (home, broadcast) = midst(on).await;
    let got = pause(&home, broadcast).await;
    let paused = home.site.broadcast(broadcast).await;
    assert!(got < LEADS, "it was over before the pause");
    // The others are planned, and no more leave.
    assert_eq!(paused["state"], "paused");
    assert_eq!(paused["counts"], json!({ "sent": got, "planned": LEADS - got }));
    home.clock.advance(Span::hours(1));
    home.settle().await;
    assert_eq!(reached(&home.sim, broadcast).len(), got);
    assert_eq!(home.site.step(broadcast, "resume").await["state"], "sending");
    home.settle().await;
    let finished = home.site.broadcast(broadcast).await;
    assert_eq!((&finished["state"], &finished["counts"]), (&json!("finished"), &json!({ "sent": LEADS })));
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

async fn a_paused_broadcast_stays_paused_over_a_restart(on: On) {
    let (mut home, broadcast) = midst(on).await;
    let got = pause(&home, broadcast).await;
    home.restart().await;
    home.settle().await;
    assert_eq!(reached(&home.sim, broadcast).len(), got);
    home.site.step(broadcast, "resume").await;
    home.settle().await;
    assert_eq!(home.site.broadcast(broadcast).await["counts"], json!({ "sent": LEADS }));
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

async fn a_cancelled_broadcast_reaches_nobody_more_and_says_who_did_not_get_it(on: On) {
    let (home, broadcast) = midst(on).await;
    assert_eq!(home.site.step(broadcast, "cancel").await["state"], "cancelled");
    home.settle().await;
    let got = reached(&home.sim, broadcast).len();
    assert!(got < LEADS, "it was over before it was cancelled");
    let outcome = home.site.broadcast(broadcast).await;
    assert_eq!(outcome["state"], "cancelled");
    assert_eq!(outcome["counts"], json!({ "sent": got, "refused": LEADS - got }));
    assert_eq!(outcome["reasons"], json!({ "refused/broadcast_cancelled": LEADS - got }));
    assert!(outcome["finished_at"].is_string());
    let (status, _) =
        home.site.try_call("POST", &format!("/api/v1/broadcasts/{broadcast}/resume"), None).await.unwrap();
    assert_eq!(status, 409);
    home.settle().await;
    assert_eq!(reached(&home.sim, broadcast).len(), got);
    home.close().await;
}

async fn an_orderly_end_in_the_midst_leaves_nothing_unknown(on: On) {
    let (mut home, broadcast) = midst(on).await;
    home.restart().await;
    home.settle().await;
    let outcome = home.site.broadcast(broadcast).await;
    assert_eq!((&outcome["state"], &outcome["counts"]), (&json!("finished"), &json!({ "sent": LEADS })));
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

async fn asking_to_send_many_times_at_once_sends_once(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    home.agreed(0, 20).await;
    let broadcast = home.site.compose("Something new").await;
    let path = format!("/api/v1/broadcasts/{broadcast}/send");
    let asked = futures_util::future::join_all((0..8).map(|_| home.site.try_call("POST", &path, None))).await;
    // Whoever comes when it has finished already is told so.
    assert!(asked.iter().flatten().all(|(status, _)| [200, 409].contains(status)));
    home.settle().await;
    assert_eq!(reached(&home.sim, broadcast).len(), 20);
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

async fn the_plans_quota_ends_a_broadcast_and_lost_attempts_cost_nothing(on: On) {
    let home = Home::new(Setup { on, quota: 25, batch: 4, pages: 2, ..Setup::default() }).await;
    home.agreed(0, 20).await;
    home.agreed(1, 20).await;
    // Two messages are refused for a moment and sent after all: each counts once.
    home.sim.add_fault(simulator::Fault::new(simulator::Effect::error(1200, None)).next(2));
    let broadcast = home.promote("Something new").await;
    let outcome = home.site.broadcast(broadcast).await;
    assert_eq!(outcome["counts"], json!({ "sent": 25, "refused": 15 }));
    assert_eq!(outcome["reasons"], json!({ "refused/quota_exhausted": 15 }));
    assert_eq!(reached(&home.sim, broadcast).len(), 25);
    home.set_quota(1).await;
    let next = home.promote("One more").await;
    assert_eq!(home.site.broadcast(next).await["counts"], json!({ "sent": 1, "refused": 39 }));
    home.close().await;
}

/// Every other request dawdles until its permits have expired: it does not start, and what it held is
/// sent by a later one, once, at the price of one message each.
async fn claim_b3_no_request_starts_on_an_expired_permit_and_none_is_lost_by_it(on: On) {
    let clock: Arc<OnceLock<Arc<FixedClock>>> = Arc::default();
    let passes = Arc::new(AtomicUsize::new(0));
    let (turned, passed) = (Arc::clone(&clock), Arc::clone(&passes));
    let fail_points = FailPoints::new(move |point| {
        if point == Point::BeforeRequest
            && let Some(clock) = turned.get()
            && passed.fetch_add(1, Ordering::SeqCst).is_multiple_of(2)
        {
            clock.advance(Span::secs(3));
        }
    });
    let home = Home::new(Setup { on, batch: 4, quota: 20, fail_points, ..Setup::default() }).await;
    let people = home.agreed(0, 20).await;
    clock.set(Arc::clone(&home.clock)).ok().unwrap();
    let broadcast = home.promote("Something new").await;
    assert_eq!(home.site.broadcast(broadcast).await["counts"], json!({ "sent": 20 }));
    assert_eq!(passes.load(Ordering::SeqCst), 10, "five requests that started and five that did not");
    home.write(people[0], "hello").await;
    assert_eq!(home.sim.received(people[0]).len(), 4, "an answer waits for a permit of its own too");
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

on_both! {
    a_paused_broadcast_rests_and_goes_on_where_it_was,
    a_paused_broadcast_stays_paused_over_a_restart,
    a_cancelled_broadcast_reaches_nobody_more_and_says_who_did_not_get_it,
    an_orderly_end_in_the_midst_leaves_nothing_unknown,
    asking_to_send_many_times_at_once_sends_once,
    the_plans_quota_ends_a_broadcast_and_lost_attempts_cost_nothing,
    claim_b3_no_request_starts_on_an_expired_permit_and_none_is_lost_by_it,
}
