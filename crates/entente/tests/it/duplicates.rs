//! What Meta delivers again counts once: at once, after a restart, and after the person was erased.

use crate::databases::{On, on_both};
use crate::home::{APP_SECRET, Home, Setup};
use crate::site::assert_nobody_reached_twice;
use aws_lc_rs::hmac;
use bytes::Bytes;
use model::id::LeadId;
use model::time::Span;
use serde_json::Value;
use simulator::{Action, Options, Psid};
use std::sync::Arc;

/// Delivers everything of these people again, byte for byte; how many events were new.
async fn again(home: &Home, people: &[Psid]) -> usize {
    let mut new = 0;
    for person in people {
        let deliveries = home.diary.deliveries_of(*person);
        assert!(!deliveries.is_empty());
        for (body, signature) in deliveries {
            let received = home.engine().receive(body, signature.as_deref()).await.unwrap();
            assert!(received.taken + received.duplicates > 0);
            new += received.taken;
        }
    }
    home.settle().await;
    new
}

async fn evidence(home: &Home, lead: LeadId) -> Value {
    home.site.get(&format!("/api/v1/leads/{lead}")).await["consents"].clone()
}

async fn the_same_delivery_counts_once_at_once_and_after_a_restart(on: On) {
    let mut home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.people(0, 4);
    let thrice = Options { copies: 3, ..Options::default() };
    for person in &people {
        home.sim.act(*person, &Action::get_started(), &thrice).unwrap();
    }
    home.settle().await;
    home.agree_all(&people).await;
    let leads = home.leads_of().await;
    let mut before = Vec::new();
    for (person, lead) in &leads {
        assert_eq!(home.sim.received(*person).len(), 2, "each act is answered once");
        let evidence = evidence(&home, *lead).await;
        assert_eq!(evidence.as_array().unwrap().len(), 2);
        before.push(evidence);
    }
    let accepted = home.sim.totals().accepted;
    assert_eq!(again(&home, &people).await, 0);
    home.restart().await;
    home.settle().await;
    assert_eq!(again(&home, &people).await, 0);
    // Days later, within the week in which Meta may repeat, though the key has rotated.
    home.clock.advance(Span::days(5));
    assert_eq!(again(&home, &people).await, 0);
    assert_eq!(home.sim.totals().accepted, accepted, "somebody was answered again");
    for (lead, before) in leads.values().zip(before) {
        assert_eq!(evidence(&home, *lead).await, before);
    }
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

async fn two_equal_messages_are_two(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let person = home.people(0, 1)[0];
    for _ in 0..3 {
        home.write(person, "hello").await;
    }
    assert_eq!(home.sim.received(person).len(), 3);
    home.close().await;
}

async fn claim_f1_a_repeated_delivery_does_not_raise_an_erased_lead(on: On) {
    let mut home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 3).await;
    let leads = home.leads_of().await;
    let erased = leads[&people[0]];
    home.site.call("DELETE", &format!("/api/v1/leads/{erased}"), None).await;
    home.settle().await;
    let accepted = home.sim.totals().accepted;
    for restart in [false, true] {
        if restart {
            home.restart().await;
            home.settle().await;
        }
        assert_eq!(again(&home, &people).await, 0);
        assert_eq!(home.site.leads().await.len(), 2);
        assert!(!home.leads_of().await.contains_key(&people[0]));
    }
    assert_eq!(home.sim.totals().accepted, accepted);
    // A new message of theirs is a new beginning, without any consent.
    home.write(people[0], "hello").await;
    assert_eq!(home.site.leads().await.len(), 3);
    let broadcast = home.promote("For the two").await;
    assert_eq!(home.outcome(broadcast, people[0]).await.0, "refused");
    home.close().await;
}

async fn webhooks_twice_and_out_of_order_end_in_the_same(on: On) {
    let home = Home::new(Setup { on, pages: 2, ..Setup::default() }).await;
    let mut settings = home.sim.settings();
    settings.duplicate_webhooks = 0.5;
    settings.reorder_webhooks = 0.3;
    home.sim.set_settings(settings);
    let people = [home.people(0, 20), home.people(1, 20)].concat();
    home.start_all(&people).await;
    home.agree_all(&people).await;
    home.clock.advance(Span::secs(1));
    let (left, stayed) = people.split_at(15);
    for person in left {
        home.sim.write(*person, "stop").unwrap();
    }
    home.settle().await;
    assert_eq!(home.leads_of().await.len(), 40);
    let broadcast = home.promote("For those who stay").await;
    let got: std::collections::BTreeSet<Psid> =
        crate::site::reached(&home.sim, broadcast).into_iter().map(|(_, person)| person).collect();
    assert_eq!(got, stayed.iter().copied().collect());
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

/// A delivery of another message, signed as Meta would.
fn with_mid(body: &Bytes, mid: &str) -> (Bytes, String) {
    let mut delivery: Value = serde_json::from_slice(body).unwrap();
    delivery["entry"][0]["messaging"][0]["message"]["mid"] = mid.into();
    let body = Bytes::from(delivery.to_string());
    let key = hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes());
    let signature = format!("sha256={}", hex::encode(hmac::sign(&key, &body)));
    (body, signature)
}

/// On PostgreSQL they share commits.
async fn deliveries_that_come_at_once_count_once_each_and_each_is_told_its_own(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.people(0, 12);
    let mut deliveries = Vec::new();
    for person in &people {
        home.write(*person, "hello").await;
        let (body, _) = home.diary.deliveries_of(*person).pop().unwrap();
        let (one, other) =
            (with_mid(&body, &format!("m_{person}_1")), with_mid(&body, &format!("m_{person}_2")));
        deliveries.extend([one.clone(), other, one.clone(), one]);
        let mut elsewhere: Value = serde_json::from_slice(&body).unwrap();
        elsewhere["entry"][0]["id"] = "1".into();
        deliveries.push(with_mid(&Bytes::from(elsewhere.to_string()), "m_elsewhere"));
    }
    let mut sent = tokio::task::JoinSet::new();
    for (number, (body, signature)) in deliveries.into_iter().enumerate() {
        let engine = Arc::clone(home.engine());
        sent.spawn(async move { (number, engine.receive(body, Some(&signature)).await.unwrap()) });
    }
    let mut told = sent.join_all().await;
    told.sort_by_key(|(number, _)| *number);
    for of_person in told.chunks(5) {
        let what =
            |at: usize| (of_person[at].1.taken, of_person[at].1.duplicates, of_person[at].1.passed_over);
        assert_eq!((what(1), what(4)), ((1, 0, 0), (0, 0, 1)));
        let same = [what(0), what(2), what(3)];
        assert_eq!(same.iter().filter(|what| **what == (1, 0, 0)).count(), 1, "{same:?}");
        assert_eq!(same.iter().filter(|what| **what == (0, 1, 0)).count(), 2, "{same:?}");
    }
    home.settle().await;
    for person in &people {
        assert_eq!(home.sim.received(*person).len(), 3, "each message is answered once");
    }
    assert_nobody_reached_twice(&home.sim);
    home.close().await;
}

on_both! {
    the_same_delivery_counts_once_at_once_and_after_a_restart,
    two_equal_messages_are_two,
    claim_f1_a_repeated_delivery_does_not_raise_an_erased_lead,
    webhooks_twice_and_out_of_order_end_in_the_same,
    deliveries_that_come_at_once_count_once_each_and_each_is_told_its_own,
}
