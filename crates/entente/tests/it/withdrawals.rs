//! Leaving (claim B3): every way out stops the next promotion, and once the way out is acknowledged
//! no further message starts, whatever is under way at that moment.

use crate::databases::{On, on_both};
use crate::home::{Happened, Home, Setup, tap};
use crate::site::{assert_nobody_reached_twice, reached};
use engine::failpoint::{FailPoints, Point};
use model::delivery::DeliveryRef;
use model::id::{BroadcastId, LeadId};
use model::time::Span;
use simulator::{Action, Effect, Fault, Psid, Visitor};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use testkit::SeededEntropy;

/// A text that is too long for buttons, so that the message carries the link.
fn long() -> String {
    "An offer that needs many words. ".repeat(30)
}

/// The path of the unsubscribe link in the newest message that has one.
fn link_of(home: &Home, person: Psid) -> String {
    let texts = home.sim.received(person).into_iter().rev().filter_map(|line| line.text);
    let mut links =
        texts.filter_map(|text| text.rsplit_once("/u/").map(|(_, token)| format!("/u/{}", token.trim())));
    links.next().unwrap()
}

async fn claim_b3_word_button_link_and_no_each_stop_the_next_promotion(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 7).await;
    let first = home.promote("Short, so it has a button").await;
    let second = home.promote(&long()).await;
    assert_eq!((reached(&home.sim, first).len(), reached(&home.sim, second).len()), (7, 7));

    home.write(people[0], "STOP!").await;
    home.write(people[1], "توقّف").await;
    home.leave_by_button(people[2]);
    home.settle().await;
    // The link: Meta's preview and the person look at it, which changes nothing; then the button.
    let path = link_of(&home, people[3]);
    for agent in ["facebookexternalhit/1.1", "Mozilla/5.0"] {
        let visitor = Visitor::new(home.site.address, agent).unwrap();
        assert_eq!(visitor.get(&home.site.host, &path, None).await.unwrap().status, 200);
    }
    let only_looked = link_of(&home, people[6]);
    assert_eq!(home.site.visitor.get(&home.site.host, &only_looked, None).await.unwrap().status, 200);
    let done = home.site.visitor.post(&home.site.host, &path, None, None).await.unwrap();
    assert!((200..400).contains(&done.status));
    // The No: asked again, answered with the second button.
    home.write(people[4], "sign me up").await;
    home.all(&[people[4]], &tap(1));
    home.settle().await;

    let third = home.promote("For those who stay").await;
    let got: BTreeSet<Psid> = reached(&home.sim, third).into_iter().map(|(_, person)| person).collect();
    assert_eq!(got, BTreeSet::from([people[5], people[6]]));
    let outcome = home.site.broadcast(third).await;
    assert_eq!(outcome["reasons"], serde_json::json!({ "refused/withdrawn": 5 }));
    // Each who left was told so, once; the link's page tells it itself.
    for person in [people[0], people[2]] {
        let told = home.sim.received(person).into_iter().filter_map(|line| line.text);
        assert_eq!(told.filter(|text| text.contains("You have left")).count(), 1);
    }
    home.close().await;
}

/// Where in the diary the request with this delivery began to leave.
fn starts(home: &Home, broadcast: BroadcastId, leads: &BTreeMap<Psid, LeadId>) -> BTreeMap<Psid, usize> {
    home.diary.read(|all| {
        let mut found = BTreeMap::new();
        for (at, happened) in all.iter().enumerate() {
            let Happened::Started { body } = happened else { continue };
            for (person, lead) in leads {
                if body.contains(&DeliveryRef { broadcast, lead: *lead }.to_metadata()) {
                    found.insert(*person, at);
                }
            }
        }
        found
    })
}

/// Where in the diary the newest delivery of each person was acknowledged.
fn acknowledged(home: &Home) -> BTreeMap<Psid, usize> {
    home.diary.read(|all| {
        let mut found = BTreeMap::new();
        for (at, happened) in all.iter().enumerate() {
            let Happened::Acknowledged { body, .. } = happened else { continue };
            let body: serde_json::Value = serde_json::from_slice(body).unwrap();
            for entry in body["entry"].as_array().unwrap() {
                for event in entry["messaging"].as_array().into_iter().flatten() {
                    let echo = event["message"]["is_echo"] == true;
                    let sender = event["sender"]["id"].as_str().filter(|_| !echo);
                    if let Some(person) = sender.and_then(|id| id.parse().ok()) {
                        found.insert(person, at);
                    }
                }
            }
        }
        found
    })
}

fn roll(entropy: &SeededEntropy, sides: u64) -> u64 {
    u64::from_le_bytes(model::entropy::random::<8>(entropy)) % sides
}

/// Until one more request has begun to leave, or none has for a moment.
async fn another_request(home: &Home) {
    let begun = || {
        let is_begun = |happened: &&Happened| matches!(happened, Happened::Started { .. });
        home.diary.read(|all| all.iter().filter(is_begun).count())
    };
    let before = begun();
    let waiting = async {
        while begun() == before {
            tokio::task::yield_now().await;
        }
    };
    drop(tokio::time::timeout(Duration::from_millis(20), waiting).await);
}

/// One running broadcast, people leaving in the midst of it. Says how many had left before their
/// message would have started, and how many of them after it.
async fn leave_in_the_midst(on: On, seed: u64, count: usize) -> (usize, usize) {
    // Dawdles between the claim and the request, where a withdrawal may come in.
    let fail_points = FailPoints::new(|point| {
        if matches!(point, Point::AfterClaimCommit | Point::BeforeRequest) {
            testkit::dawdle(1);
        }
    });
    let batch = [1, 7, 50][usize::try_from(seed % 3).unwrap()];
    let home = Home::new(Setup { on, pages: 2, batch, seed, fail_points, ..Setup::default() }).await;
    let people = [home.agreed(0, count / 2).await, home.agreed(1, count / 2).await].concat();
    let first = home.promote("So that each has a button").await;
    let leads: BTreeMap<Psid, LeadId> =
        reached(&home.sim, first).into_iter().map(|(lead, p)| (p, lead)).collect();
    assert_eq!(leads.len(), people.len());

    home.sim.add_fault(Fault::new(Effect::Slow { millis: 3 }).probability(0.1));
    let entropy = SeededEntropy::new(seed);
    // Later than every Yes.
    home.clock.advance(Span::secs(2));
    let broadcast = home.send("A promotion that some leave").await;
    let mut left = BTreeSet::new();
    for person in &people {
        if roll(&entropy, 3) != 0 {
            continue;
        }
        match roll(&entropy, 2) {
            0 => drop(home.sim.write(*person, "stop").unwrap()),
            _ => home.leave_by_button(*person),
        }
        left.insert(*person);
        if roll(&entropy, 3) != 0 {
            another_request(&home).await;
        }
    }
    home.settle().await;

    let (starts, acknowledged) = (starts(&home, broadcast, &leads), acknowledged(&home));
    let (mut before, mut after) = (0, 0);
    for person in &people {
        match (left.contains(person), starts.get(person)) {
            (false, started) => assert!(started.is_some(), "somebody who stayed was left out"),
            (true, None) => before += 1,
            (true, Some(started)) => {
                assert!(
                    *started < acknowledged[person],
                    "seed {seed}: a message started after the way out was acknowledged"
                );
                after += 1;
            }
        }
    }
    // The simulator saw exactly what began to leave, and the books say the same.
    let got: BTreeSet<Psid> = reached(&home.sim, broadcast).into_iter().map(|(_, person)| person).collect();
    assert_eq!(got, starts.into_keys().collect());
    assert_nobody_reached_twice(&home.sim);
    let outcome = home.site.broadcast(broadcast).await;
    assert_eq!(outcome["counts"]["sent"], got.len());
    assert_eq!(outcome["counts"]["refused"].as_u64().unwrap_or(0), u64::try_from(before).unwrap());
    // And from here on nobody who left gets anything.
    let next = home.promote("The next one").await;
    assert!(reached(&home.sim, next).iter().all(|(_, person)| !left.contains(person)));
    home.close().await;
    (before, after)
}

async fn claim_b3_after_the_acknowledgement_of_a_withdrawal_no_message_starts(on: On) {
    let (mut before, mut after) = (0, 0);
    for seed in 1..=6 {
        let (b, a) = leave_in_the_midst(on, seed, 120).await;
        before += b;
        after += a;
    }
    // Both sides of the race must have been met; how often depends on what else the machine does.
    assert!(before > 5 && after > 5, "no race: {before} left before their message, {after} after");
}

async fn claim_b3_meta_saying_that_a_person_stopped_is_a_withdrawal(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 3).await;
    home.sim.add_fault(Fault::new(Effect::error(10, Some(1_893_015))).person(people[1]).next(1));
    let first = home.promote("One has stopped at Meta").await;
    assert_eq!(reached(&home.sim, first).len(), 2);
    let second = home.promote("The next one").await;
    assert_eq!(home.outcome(second, people[1]).await, ("refused".to_owned(), "withdrawn".to_owned()));
    // A new Yes counts again.
    home.all(&[people[1]], &Action::write("sign me up"));
    home.settle().await;
    home.agree_all(&people[1..2]).await;
    let third = home.promote("Welcome back").await;
    assert_eq!(reached(&home.sim, third).len(), 3);
    home.close().await;
}

on_both! {
    claim_b3_word_button_link_and_no_each_stop_the_next_promotion,
    claim_b3_after_the_acknowledgement_of_a_withdrawal_no_message_starts,
    claim_b3_meta_saying_that_a_person_stopped_is_a_withdrawal,
}
