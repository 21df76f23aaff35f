//! Everything that Meta's side can do to a broadcast, and what the books say of it afterwards: what
//! may be tried again is, what may have arrived never is, and each delivery has its reason.

use crate::databases::{On, on_both};
use crate::home::{Home, Setup};
use crate::site::{assert_nobody_reached_twice, reached};
use model::id::BroadcastId;
use model::time::Span;
use serde_json::{Value, json};
use simulator::{Action, Effect, Fault, Options, Psid};

async fn counts(home: &Home, broadcast: BroadcastId) -> Value {
    home.site.broadcast(broadcast).await["counts"].clone()
}

/// Sends to ten people under a fault that meets the second request, three messages a request.
async fn under(on: On, fault: Fault, batch: usize) -> (Home, BroadcastId, Vec<Psid>) {
    let home = Home::new(Setup { on, batch, ..Setup::default() }).await;
    let people = home.agreed(0, 10).await;
    home.sim.add_fault(fault);
    let broadcast = home.promote("Something new").await;
    assert_eq!(home.site.broadcast(broadcast).await["state"], "finished");
    (home, broadcast, people)
}

/// A lost answer is unknown and not sent again; a later broadcast goes to everybody as usual.
async fn is_unknown(on: On, fault: Fault, batch: usize, unknown: u64, accepted: usize) -> Home {
    let case = format!("{fault:?}");
    let (home, broadcast, _) = under(on, fault, batch).await;
    let counted = counts(&home, broadcast).await;
    assert_eq!(counted, json!({ "sent": 10 - unknown, "unknown": unknown }), "{case}");
    assert_eq!(reached(&home.sim, broadcast).len(), accepted, "{case}");
    home.clock.advance(Span::hours(1));
    home.settle().await;
    assert_eq!(reached(&home.sim, broadcast).len(), accepted, "{case}: it was sent again");
    home.sim.clear_faults();
    let next = home.promote("The next one").await;
    assert_eq!(counts(&home, next).await, json!({ "sent": 10 }), "{case}");
    assert_nobody_reached_twice(&home.sim);
    home
}

async fn claim_b1_an_answer_that_says_nothing_is_unknown_and_never_sent_again(on: On) {
    // Alone: what met the fourth message. Nothing was done, and nobody can know that.
    let nothing_done = Fault::new(Effect::PlainServerError).nth(4);
    is_unknown(on, nothing_done, 1, 1, 9).await.close().await;
    let nothing_done = Fault::new(Effect::DropBefore).nth(4);
    is_unknown(on, nothing_done, 1, 1, 9).await.close().await;
    // In a batch: one slot, or the whole request.
    let slot = Fault::new(Effect::NullSlot { processed: false }).nth(4);
    is_unknown(on, slot, 4, 1, 9).await.close().await;
    let slot = Fault::new(Effect::PlainServerError).nth(4);
    is_unknown(on, slot, 4, 1, 9).await.close().await;
    let whole = Fault::new(Effect::PlainServerError).path("batch").nth(1);
    is_unknown(on, whole, 4, 4, 6).await.close().await;
    // Meta's own "messages may have been sent".
    let may_have = Fault::new(Effect::error(1, Some(1_357_046))).nth(4);
    is_unknown(on, may_have, 1, 1, 9).await.close().await;
}

/// Everything was done and the answer lost; without an echo that stays unknown, and a late echo
/// settles it.
async fn is_settled_by_a_late_echo(on: On, effect: Effect, path: &str, batch: usize, lost: u64) {
    let case = format!("{effect:?}");
    let home = Home::new(Setup { on, batch, ..Setup::default() }).await;
    home.agreed(0, 10).await;
    home.sim.add_fault(Fault::new(effect).path(path).nth(1));
    home.sim.add_fault(Fault::new(Effect::LateEcho { seconds: 600 }));
    let broadcast = home.promote("Something new").await;
    assert_eq!(counts(&home, broadcast).await, json!({ "sent": 10 - lost, "unknown": lost }), "{case}");
    assert_eq!(reached(&home.sim, broadcast).len(), 10, "{case}");
    home.clock.advance(Span::secs(700));
    home.settle().await;
    assert_eq!(counts(&home, broadcast).await, json!({ "sent": 10 }), "{case}: the echo settled nothing");
    assert_eq!(home.site.broadcast(broadcast).await["reasons"], json!({}), "{case}");
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

async fn claim_b1_a_lost_answer_is_settled_by_a_late_echo(on: On) {
    is_settled_by_a_late_echo(on, Effect::DropAfter, "messages", 1, 1).await;
    is_settled_by_a_late_echo(on, Effect::Truncate, "messages", 1, 1).await;
    is_settled_by_a_late_echo(on, Effect::NotJson, "messages", 1, 1).await;
    is_settled_by_a_late_echo(on, Effect::DropAfter, "batch", 4, 4).await;
    is_settled_by_a_late_echo(on, Effect::Truncate, "batch", 4, 4).await;
    is_settled_by_a_late_echo(on, Effect::NotJson, "batch", 4, 4).await;
    is_settled_by_a_late_echo(on, Effect::ShortBatch { keep: 1 }, "batch", 4, 3).await;
    is_settled_by_a_late_echo(on, Effect::NullSlot { processed: true }, "messages", 4, 1).await;
}

async fn a_limit_slows_the_page_down_and_everybody_is_reached_in_the_end(on: On) {
    let transient = Effect::Error {
        code: 2,
        subcode: None,
        status: None,
        message: None,
        error_type: None,
        is_transient: Some(true),
        error_user_title: None,
        error_user_msg: None,
        error_data: None,
    };
    for effect in [Effect::RateLimit, Effect::UsageExhausted, transient, Effect::error(1200, None)] {
        for batch in [1, 4] {
            let case = format!("{effect:?}, {batch} in a request");
            let home = Home::new(Setup { on, batch, pace: Some(38), ..Setup::default() }).await;
            home.agreed(0, 10).await;
            let refused = home.sim.totals().refused;
            home.sim.add_fault(Fault::new(effect.clone()).next(2));
            let broadcast = home.promote("Something new").await;
            assert_eq!(counts(&home, broadcast).await, json!({ "sent": 10 }), "{case}");
            assert_eq!(home.sim.totals().refused - refused, 2, "{case}");
            assert_eq!(reached(&home.sim, broadcast).len(), 10, "{case}");
            assert_nobody_reached_twice(&home.sim);
            home.close().await;
        }
    }
}

async fn what_meta_keeps_refusing_for_a_moment_ends_failed_after_some_attempts(on: On) {
    let (home, broadcast, people) = {
        let home = Home::new(Setup { on, batch: 1, ..Setup::default() }).await;
        let people = home.agreed(0, 3).await;
        home.sim.add_fault(Fault::new(Effect::error(1200, None)).person(people[1]));
        let broadcast = home.promote("Something new").await;
        (home, broadcast, people)
    };
    assert_eq!(counts(&home, broadcast).await, json!({ "sent": 2, "failed": 1 }));
    assert_eq!(home.outcome(broadcast, people[1]).await.1, "1200");
    let refused = home.sim.refused(0, 100);
    assert!((2..=6).contains(&refused.len()), "{} attempts", refused.len());
    home.close().await;
}

/// A page that Meta stops: what has not left is refused with the page's reason, the page says so, and
/// the other page goes on.
async fn stops_the_page(on: On, effect: Effect, stop: &str) {
    let home = Home::new(Setup { on, pages: 2, batch: 2, ..Setup::default() }).await;
    home.agreed(0, 8).await;
    home.agreed(1, 4).await;
    home.sim.add_fault(Fault::new(effect).page(home.pages[0]).nth(4));
    let broadcast = home.promote("Something new").await;
    let outcome = home.site.broadcast(broadcast).await;
    assert_eq!(outcome["state"], "finished");
    assert_eq!(outcome["counts"], json!({ "sent": 7, "refused": 5 }), "{stop}: {outcome}");
    assert_eq!(outcome["reasons"], json!({ format!("refused/page_{stop}"): 5 }), "{stop}");
    assert_eq!(home.page(0).await["stop"], stop);
    assert_eq!(home.page(1).await["stop"], Value::Null);
    assert_eq!(reached(&home.sim, broadcast).len(), 7);
    // A page that may not send does not try: the next broadcast costs no request to it.
    let refused = home.sim.totals().refused;
    let next = home.promote("The next one").await;
    assert_eq!(counts(&home, next).await, json!({ "sent": 4, "refused": 8 }));
    assert_eq!(home.sim.totals().refused, refused);
    home.sim.clear_faults();
    home.close().await;
}

async fn a_page_that_meta_stops_refuses_the_rest_with_its_reason(on: On) {
    stops_the_page(on, Effect::TokenDeath, "token_invalid").await;
    stops_the_page(on, Effect::Restrict, "restricted").await;
    stops_the_page(on, Effect::error(368, None), "policy_blocked").await;
    stops_the_page(on, Effect::error(200, None), "permission_missing").await;
}

async fn a_page_that_is_connected_again_sends_again(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    home.agreed(0, 3).await;
    home.sim.add_fault(Fault::new(Effect::TokenDeath).next(1));
    let first = home.promote("Nobody gets this").await;
    assert_eq!(reached(&home.sim, first), []);
    home.site.connect(&home.sim, &home.pages).await;
    assert_eq!(home.page(0).await["stop"], Value::Null);
    let second = home.promote("Everybody gets this").await;
    assert_eq!(counts(&home, second).await, json!({ "sent": 3 }));
    home.close().await;
}

async fn a_policy_notice_stops_the_page_until_it_is_lifted(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    home.agreed(0, 2).await;
    home.sim.policy_notice(home.pages[0], "block", Some("spam")).unwrap();
    home.settle().await;
    assert_eq!(home.page(0).await["stop"], "policy_blocked");
    let first = home.promote("Nobody gets this").await;
    assert_eq!(counts(&home, first).await, json!({ "refused": 2 }));
    home.sim.policy_notice(home.pages[0], "unblock", None).unwrap();
    home.settle().await;
    let second = home.promote("Everybody gets this").await;
    assert_eq!(counts(&home, second).await, json!({ "sent": 2 }));
    home.close().await;
}

async fn a_person_who_cannot_be_reached_is_left_alone_until_they_write(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 3).await;
    home.sim.set_unavailable(people[0], true).unwrap();
    let first = home.promote("Something new").await;
    assert_eq!(counts(&home, first).await, json!({ "sent": 2, "failed": 1 }));
    assert_eq!(home.outcome(first, people[0]).await.0, "failed");
    home.sim.set_unavailable(people[0], false).unwrap();
    let second = home.promote("Not for this person").await;
    assert_eq!(
        home.outcome(second, people[0]).await,
        ("refused".to_owned(), "person_unavailable".to_owned())
    );
    home.write(people[0], "I am back").await;
    let third = home.promote("For everybody").await;
    assert_eq!(counts(&home, third).await, json!({ "sent": 3 }));
    home.close().await;
}

async fn a_thread_that_another_app_holds_is_left_to_it(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 3).await;
    let other = home.sim.add_app("A live chat", "another secret", None);
    home.sim.set_thread_owner(people[0], Some(other)).unwrap();
    home.settle().await;
    let first = home.promote("Something new").await;
    assert_eq!(reached(&home.sim, first).len(), 2);
    let (state, _) = home.outcome(first, people[0]).await;
    assert!(["failed", "refused"].contains(&state.as_str()), "{state}");
    let second = home.promote("Something more").await;
    assert_eq!(home.outcome(second, people[0]).await, ("refused".to_owned(), "thread_elsewhere".to_owned()));
    home.close().await;
}

async fn a_closed_window_keeps_a_promotion_back(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 3).await;
    home.clock.advance(Span::hours(25));
    home.sim.act(people[0], &Action::write("hello again"), &Options::default()).unwrap();
    home.settle().await;
    let broadcast = home.promote("Something new").await;
    assert_eq!(home.site.broadcast(broadcast).await["reasons"], json!({ "refused/window_closed": 2 }));
    assert_eq!(reached(&home.sim, broadcast).len(), 1);
    home.close().await;
}

on_both! {
    claim_b1_an_answer_that_says_nothing_is_unknown_and_never_sent_again,
    claim_b1_a_lost_answer_is_settled_by_a_late_echo,
    a_limit_slows_the_page_down_and_everybody_is_reached_in_the_end,
    what_meta_keeps_refusing_for_a_moment_ends_failed_after_some_attempts,
    a_page_that_meta_stops_refuses_the_rest_with_its_reason,
    a_page_that_is_connected_again_sends_again,
    a_policy_notice_stops_the_page_until_it_is_lifted,
    a_person_who_cannot_be_reached_is_left_alone_until_they_write,
    a_thread_that_another_app_holds_is_left_to_it,
    a_closed_window_keeps_a_promotion_back,
}
