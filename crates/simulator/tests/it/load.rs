//! Many people at once.

use crate::support::scene;
use serde_json::json;
use simulator::{NewPage, Rates, Settings};

/// How many people come; a hundred thousand take longer than a test may.
const CROWD: usize = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_carried_and_counted_to_the_last_message() {
    let scene = scene().await;
    scene.simulator.set_settings(Settings {
        rates: Rates { messages_per_second: None, ..Rates::default() },
        ..Settings::default()
    });
    let subscribe = ["messages", "message_echoes"].map(str::to_owned).to_vec();
    let page = scene
        .simulator
        .add_page(NewPage { name: "Crowded".to_owned(), subscribe, ..NewPage::default() })
        .unwrap();
    let people = scene.simulator.add_people(page, CROWD).unwrap();
    for person in &people {
        scene.simulator.write(*person, "I am here").unwrap();
    }
    scene.simulator.flush().await;
    let counts = scene.simulator.webhooks()[&page];
    assert_eq!((counts.made, counts.delivered, counts.failed), (CROWD as u64, CROWD as u64, 0));
    let mut senders: Vec<String> = scene
        .bot
        .ear
        .events()
        .iter()
        .map(|(_, event)| event["sender"]["id"].as_str().unwrap().to_owned())
        .collect();
    senders.sort();
    senders.dedup();
    assert_eq!(senders.len(), CROWD);

    let token = scene.simulator.page_token(page).unwrap();
    for people in people.chunks(50) {
        let operations: Vec<_> =
            people.iter().map(|person| crate::support::operation(&person.to_string(), "news")).collect();
        let batch = json!(operations).to_string();
        let answer =
            scene.form("/v25.0/", &[("access_token", token.as_str()), ("batch", batch.as_str())]).await;
        assert!(answer.body.as_array().unwrap().iter().all(|slot| slot["code"] == 200));
    }
    scene.simulator.flush().await;
    let totals = scene.simulator.totals();
    assert_eq!((totals.accepted, totals.people_reached), (CROWD as u64, CROWD as u64));
    assert_eq!(totals.reached_more_than_once, 0);
    assert_eq!(scene.simulator.webhooks()[&page].delivered, 2 * CROWD as u64);
}
