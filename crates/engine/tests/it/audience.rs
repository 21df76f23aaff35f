//! Broadcasts to some of the leads, by tag, evidence and language; and with a picture.

use crate::broadcasts::promotion;
use crate::home::{Home, find};
use engine::actions::broadcasts::{self, BroadcastForm};
use engine::actions::tags;
use engine::{EngineError, views};
use model::broadcast::{BroadcastState, Step};
use model::consent::EvidenceLevel;
use model::id::{LeadId, TagId};
use model::outgoing::Filter;

async fn send(home: &Home, filter: Filter) -> views::broadcasts::BroadcastView {
    let actor = home.actor();
    let form = BroadcastForm { filter, ..promotion("Hi {name|friend}!") };
    let made = broadcasts::create(&home.engine, &actor, form).await.unwrap();
    let preview = broadcasts::preview(&home.engine, &actor, made.id).await.unwrap();
    broadcasts::step(&home.engine, &actor, made.id, Step::Send).await.unwrap();
    home.settle().await;
    let view = views::broadcasts::get(&home.engine, &actor, made.id).await.unwrap();
    assert_eq!(view.state, BroadcastState::Finished);
    assert_eq!(
        view.counts.get("sent").copied().unwrap_or(0),
        preview.will_get,
        "the preview says who gets it"
    );
    view
}

#[tokio::test]
async fn a_filter_leaves_out_all_others_and_consent_is_asked_besides() {
    let home = Home::new().await;
    let actor = home.actor();
    let one = home.opt_in("5550001", "hello").await;
    let two = home.opt_in("5550002", "مرحبا").await;
    let three = home.opt_in("5550003", "hello").await;
    home.write("5550004", "hello").await;
    home.write("5550002", "شكرا جزيلا").await;
    home.write("5550003", "stop").await;
    home.settle().await;
    let unasked = home.lead("5550004").await.unwrap();
    let regulars = tags::create(&home.engine, &actor, " Regulars ").await.unwrap();
    assert_eq!(tags::create(&home.engine, &actor, "regulars").await.unwrap().id, regulars.id);
    let (new, same) =
        tokio::join!(tags::create(&home.engine, &actor, "new"), tags::create(&home.engine, &actor, "New"));
    assert_eq!(new.unwrap().id, same.unwrap().id, "two of a name");
    assert_eq!(tags::set(&home.engine, &actor, regulars.id, &[one, three, unasked], true).await.unwrap(), 3);
    assert_eq!(tags::set(&home.engine, &actor, regulars.id, &[one], true).await.unwrap(), 0);
    assert_eq!(find(&home.content().await, b"Regulars"), None, "an account's word lies sealed");
    let detail = views::leads::get(&home.engine, &actor, one).await.unwrap();
    assert_eq!(detail.tags, std::slice::from_ref(&regulars));

    let tagged = send(&home, Filter { tags: vec![regulars.id], ..Filter::default() }).await;
    assert_eq!(tagged.counts.get("sent"), Some(&1));
    assert_eq!(tagged.reasons.get("refused/withdrawn"), Some(&1));
    assert_eq!(tagged.reasons.get("refused/evidence_too_weak"), Some(&1));
    let arabic = send(&home, Filter { language: Some("ar".into()), ..Filter::default() }).await;
    let lines = views::broadcasts::deliveries(&home.engine, &actor, arabic.id, None, None, 50).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.lead).collect::<Vec<_>>(), [two]);
    let proven = send(&home, Filter { level: Some(EvidenceLevel::Confirmed), ..Filter::default() }).await;
    assert_eq!(proven.counts.values().sum::<u64>(), 2, "who never agreed, or agrees no more, is left out");

    tags::delete(&home.engine, &actor, regulars.id).await.unwrap();
    assert!(views::leads::get(&home.engine, &actor, one).await.unwrap().tags.is_empty());
    let foreign =
        BroadcastForm { filter: Filter { tags: vec![regulars.id], ..Filter::default() }, ..promotion("Hi") };
    let refused = broadcasts::create(&home.engine, &actor, foreign).await;
    assert!(matches!(refused, Err(EngineError::NotFound("this tag"))));
    let strangers = tags::set(&home.engine, &actor, TagId([1; 16]), &[LeadId([1; 16])], true).await;
    assert!(matches!(strangers, Err(EngineError::NotFound("this tag"))));
}

#[tokio::test]
async fn a_filtered_broadcast_walks_a_large_audience_in_chunks_and_survives_a_restart() {
    let home = Home::new().await;
    for n in 0..7 {
        home.opt_in(&format!("555000{n}"), "hello").await;
    }
    let actor = home.actor();
    let filter = Filter { level: Some(EvidenceLevel::Confirmed), ..Filter::default() };
    let form = BroadcastForm { filter, ..promotion("Hi {name|friend}!") };
    let made = broadcasts::create(&home.engine, &actor, form).await.unwrap();
    broadcasts::step(&home.engine, &actor, made.id, Step::Send).await.unwrap();
    let home = home.restart(|_| {}).await.unwrap();
    home.settle().await;
    let view = views::broadcasts::get(&home.engine, &actor, made.id).await.unwrap();
    assert_eq!((view.state, view.counts.get("sent")), (BroadcastState::Finished, Some(&7)));
}

#[tokio::test]
async fn claim_b3_a_picture_leaves_in_one_message_with_its_way_out() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let actor = home.actor();
    let with = |image: &str, text: &str| BroadcastForm { image: Some(image.into()), ..promotion(text) };
    let refused = broadcasts::create(&home.engine, &actor, with("http://a.example/a.jpg", "Hi")).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "image", .. })));
    let refused =
        broadcasts::create(&home.engine, &actor, with("https://a.example/a.jpg", &"x".repeat(81))).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "text", .. })));
    let fine = with("https://a.example/a.jpg", "Hi {name|friend}!\nFresh bread today.");
    let made = broadcasts::create(&home.engine, &actor, fine).await.unwrap();
    let preview = broadcasts::preview(&home.engine, &actor, made.id).await.unwrap();
    assert_eq!(preview.example.image.as_deref(), Some("https://a.example/a.jpg"));
    broadcasts::step(&home.engine, &actor, made.id, Step::Send).await.unwrap();
    home.settle().await;
    let last = home.meta.messages().pop().unwrap();
    for part in
        ["\"generic\"", "https://a.example/a.jpg", "Hi friend!", "Fresh bread today.", "entente:unsubscribe"]
    {
        assert!(last.contains(part), "{part}: {last}");
    }
}
