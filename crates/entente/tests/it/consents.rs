//! Whom a broadcast may address (claim B2): those who said Yes to a question that said exactly that,
//! and whose Yes is newer than their last No.

use crate::databases::{On, on_both};
use crate::home::{Home, Setup, tap};
use crate::site::reached;
use model::time::Span;
use simulator::{Action, Options, Psid};
use std::collections::BTreeSet;

fn late(seconds: i64) -> Options {
    Options { late_seconds: seconds, ..Options::default() }
}

async fn got(home: &Home, text: &str) -> BTreeSet<Psid> {
    let broadcast = home.promote(text).await;
    reached(&home.sim, broadcast).into_iter().map(|(_, person)| person).collect()
}

async fn claim_b2_a_broadcast_addresses_nobody_without_a_confirmed_consent(on: On) {
    let home = Home::new(Setup { on, pages: 2, ..Setup::default() }).await;
    let wrote = home.people(0, 3);
    home.all(&wrote, &Action::write("Do you deliver?"));
    let started = home.people(1, 3);
    home.all(&started, &Action::get_started());
    let said_yes_in_words = home.people(0, 2);
    home.all(&said_yes_in_words, &Action::write("hello"));
    home.settle().await;
    home.all(&said_yes_in_words, &Action::write("Yes, count me in"));
    let declined = home.people(1, 2);
    home.all(&declined, &Action::get_started());
    home.settle().await;
    home.all(&declined, &tap(1));
    home.settle().await;
    let agreed: BTreeSet<Psid> =
        [home.agreed(0, 4).await, home.agreed(1, 3).await].concat().into_iter().collect();

    let broadcast = home.promote("Twenty percent off").await;
    let people: BTreeSet<Psid> = reached(&home.sim, broadcast).into_iter().map(|(_, p)| p).collect();
    assert_eq!(people, agreed);
    let outcome = home.site.broadcast(broadcast).await;
    assert_eq!(outcome["state"], "finished");
    assert_eq!(outcome["counts"], serde_json::json!({ "sent": 7, "refused": 10 }));
    let reasons = outcome["reasons"].as_object().unwrap();
    assert_eq!(reasons["refused/evidence_too_weak"], 8, "{outcome}");
    assert_eq!(reasons["refused/withdrawn"], 2, "{outcome}");
    home.close().await;
}

async fn claim_b2_a_late_yes_does_not_count_and_a_new_one_does(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.people(0, 4);
    home.start_all(&people).await;
    home.clock.advance(Span::secs(60));
    // Two stop and say Yes in the same instant, in either order: a tie means withdrawn.
    home.sim.act(people[1], &Action::write("Stop."), &late(30)).unwrap();
    home.sim.act(people[1], &tap(0), &late(30)).unwrap();
    home.sim.act(people[3], &tap(0), &late(30)).unwrap();
    home.sim.act(people[3], &Action::write("Stop."), &late(30)).unwrap();
    // Two stop now. The Yes of one, tapped before, arrives after; the other says Yes anew, later.
    home.sim.write(people[0], "Stop.").unwrap();
    home.sim.write(people[2], "Stop.").unwrap();
    home.settle().await;
    home.sim.act(people[0], &tap(0), &late(30)).unwrap();
    home.settle().await;
    home.clock.advance(Span::secs(1));
    home.sim.write(people[2], "sign me up").unwrap();
    home.settle().await;
    home.clock.advance(Span::secs(1));
    home.sim.act(people[2], &tap(0), &Options::default()).unwrap();
    home.settle().await;
    assert_eq!(got(&home, "To whom it may concern").await, BTreeSet::from([people[2]]));
    home.close().await;
}

async fn claim_b3_a_withdrawal_before_the_leads_row_exists_is_honoured(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.people(0, 2);
    // The very first thing that arrives is a stop, of now; what the person did before comes after it.
    home.sim.write(people[0], "unsubscribe").unwrap();
    home.settle().await;
    home.clock.advance(Span::secs(5));
    home.sim.act(people[0], &Action::get_started(), &late(20)).unwrap();
    home.settle().await;
    home.sim.act(people[0], &tap(0), &late(10)).unwrap();
    home.settle().await;
    // The other writes only: nothing was withdrawn, but neither agreed.
    home.sim.write(people[1], "hello").unwrap();
    home.settle().await;
    let broadcast = home.promote("Nobody gets this").await;
    assert_eq!(reached(&home.sim, broadcast), []);
    assert_eq!(home.outcome(broadcast, people[0]).await, ("refused".to_owned(), "withdrawn".to_owned()));
    home.close().await;
}

on_both! {
    claim_b2_a_broadcast_addresses_nobody_without_a_confirmed_consent,
    claim_b2_a_late_yes_does_not_count_and_a_new_one_does,
    claim_b3_a_withdrawal_before_the_leads_row_exists_is_honoured,
}
