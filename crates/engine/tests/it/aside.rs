//! What cannot be read where it waits: events and broadcasts of a brand that another version's node alone knows, events that
//! do not open. They wait for a version that can (claim B1), and hold up nobody meanwhile.

use crate::broadcasts::promotion;
use crate::home::{Home, account, actor, deliver_to};
use engine::actions::broadcasts::{self, BroadcastForm};
use engine::{Actor, Engine, views};
use model::broadcast::{BroadcastState, Step};
use model::consent::EvidenceLevel;
use model::id::{BroadcastId, InboxId};
use model::outgoing::Filter;
use model::time::{Clock, Span};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use store::tables::inbox::{self, Waiting};
use store::{StoreError, Tx, params};

store::statements! {
    SPOIL = "UPDATE inbox SET sealed = substr(sealed, 1, length(sealed) - 1)";
    MEND = "UPDATE inbox SET sealed = $1 WHERE id = $2";
    TRIED = "SELECT COALESCE(MAX(attempts), 0) FROM inbox";
}

const NEXT: &str = "9.9.9";
const GROCERS_PAGE: &str = "500600700800";

/// Looks again and again; meanwhile so much time goes by at each look.
#[expect(clippy::disallowed_methods, reason = "nodes wake their stations in real time")]
async fn until(home: &Home, meanwhile: Span, what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..3_000 {
        if is_so().await {
            return;
        }
        home.clock.advance(meanwhile);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within a minute: {what}");
}

/// Events that wait, and those that were set aside.
async fn standing(home: &Home, engine: &Engine) -> (u64, u64) {
    let waiting = home.data.read("waiting", inbox::count).await.unwrap();
    (waiting, engine.events_set_aside().await.unwrap())
}

/// How often what waits was tried at most.
async fn tried(home: &Home) -> u64 {
    home.data.read("tried", |tx| tx.query_one(&TRIED, &[])?.unsigned(0)).await.unwrap()
}

/// Damages the one event that waits; as it was.
async fn spoil(home: &Home) -> Waiting {
    let spoil = |tx: &Tx<'_>| {
        let intact = inbox::list_oldest(tx, InboxId([0; 16]), 2, None)?;
        tx.execute(&SPOIL, &[])?;
        Ok::<_, StoreError>(intact)
    };
    let [intact]: [Waiting; 1] = home.data.write("spoil", spoil).await.unwrap().try_into().unwrap();
    intact
}

async fn mend(home: &Home, intact: &Waiting) {
    let (id, sealed) = (intact.id, intact.sealed.clone());
    let write = move |tx: &Tx<'_>| tx.execute(&MEND, &params![&sealed, id]);
    assert_eq!(home.data.write("mend", write).await.unwrap(), 1);
}

/// This node serves until nothing waits.
async fn settle(engine: &Arc<Engine>) {
    let running = engine.run();
    engine.settle().await.unwrap();
    running.stop().await;
}

/// Another version's node that has one brand more, in which an account has a page. It serves, and has ended.
async fn with_a_grocer(home: &Home) -> (Arc<Engine>, Actor) {
    let first = home.of_version(NEXT, &["grocer"]).await;
    let brand = first.brand_by_host("grocer.example").unwrap().id;
    let owner = account(&first, brand, 1_000).await;
    home.add_page_of(brand, owner, GROCERS_PAGE).await;
    first.run().stop().await;
    drop(first);
    // Opened again: now the page is in its routes.
    let next = home.of_version(NEXT, &["grocer"]).await;
    next.run().stop().await;
    (next, actor(brand, owner))
}

async fn send(engine: &Arc<Engine>, actor: &Actor, form: BroadcastForm) -> BroadcastId {
    let made = broadcasts::create(engine, actor, form).await.unwrap();
    broadcasts::step(engine, actor, made.id, Step::Send).await.unwrap();
    made.id
}

async fn state(engine: &Arc<Engine>, actor: &Actor, id: BroadcastId) -> BroadcastState {
    views::broadcasts::get(engine, actor, id).await.unwrap().state
}

#[tokio::test]
async fn claim_b1_an_event_of_a_brand_that_a_node_does_not_know_waits_for_one_that_does() {
    let home = Home::new().await;
    let (next, _) = with_a_grocer(&home).await;
    let at = home.clock.now().millis();
    let event = json!({
        "sender": { "id": "psid-g" }, "recipient": { "id": GROCERS_PAGE }, "timestamp": at,
        "message": { "mid": "m_in_g", "text": "hello" },
    });
    let entry = json!({ "id": GROCERS_PAGE, "time": at, "messaging": [event] });
    deliver_to(&next, &json!({ "object": "page", "entry": [entry] })).await;

    // More looks than there are attempts, each with that event at the head.
    let running = home.engine.run();
    for number in 0..7 {
        let psid = format!("psid-{number}");
        home.write(&psid, "hello").await;
        until(&home, Span::ZERO, "somebody else's lead", async || home.lead(&psid).await.is_some()).await;
    }
    running.stop().await;
    assert_eq!((standing(&home, &next).await, tried(&home).await), ((1, 0), 0));
    assert!(!home.meta.messages().iter().any(|message| message.contains("psid-g")));

    settle(&next).await;
    assert_eq!(standing(&home, &next).await, (0, 0));
    assert!(home.meta.messages().iter().any(|message| message.contains("psid-g")), "nobody answered");
}

#[tokio::test]
async fn claim_b1_what_a_version_cannot_read_is_set_aside_after_pauses_and_tried_anew_by_the_next() {
    let home = Home::new().await;
    home.write("psid-1", "hello").await;
    let intact = spoil(&home).await;
    home.write("psid-2", "hello").await;
    let began = home.clock.now();
    let running = home.engine.run();
    until(&home, Span::ZERO, "the one behind it", async || home.lead("psid-2").await.is_some()).await;
    let is_aside = async || standing(&home, &home.engine).await == (0, 1);
    until(&home, Span::secs(3), "it is set aside", is_aside).await;
    running.stop().await;
    // One second, eight, sixty-four, and five minutes.
    assert!(home.clock.now().since(began) >= Span::secs(373), "five attempts without pauses");

    // The same version has tried it, and does not again.
    mend(&home, &intact).await;
    settle(&home.another().await.unwrap()).await;
    assert_eq!((standing(&home, &home.engine).await, home.lead("psid-1").await), ((0, 1), None));
    let next = home.of_version(NEXT, &[]).await;
    assert_eq!(standing(&home, &next).await, (1, 0), "it waits again");
    settle(&next).await;
    assert_eq!(standing(&home, &next).await, (0, 0));
    assert!(home.lead("psid-1").await.is_some());
}

#[tokio::test]
async fn claim_b1_while_two_versions_serve_nothing_is_set_aside_and_the_others_go_on() {
    let Some(home) = Home::on_server().await else { return };
    let next = home.of_version(NEXT, &[]).await;
    home.write("psid-1", "hello").await;
    let intact = spoil(&home).await;
    let (old, new) = (home.engine.run(), next.run());
    for engine in [&home.engine, &next] {
        let sees_both = async || views::standing::read(engine).await.unwrap().nodes == 2;
        until(&home, Span::ZERO, "each sees the other", sees_both).await;
    }
    let mut before = None;
    for number in 2..12 {
        // Longer than any pause, so that each look tries it again.
        home.clock.advance(Span::minutes(6));
        let psid = format!("psid-{number}");
        home.write(&psid, "hello").await;
        until(&home, Span::ZERO, "somebody else's lead", async || home.lead(&psid).await.is_some()).await;
        // The one node may have tried it while it did not see the other.
        let tried = tried(&home).await;
        assert_eq!(*before.get_or_insert(tried), tried, "it was an attempt");
    }
    assert_eq!(standing(&home, &next).await, (1, 0));

    // One version alone: now attempts count.
    old.stop().await;
    until(&home, Span::secs(3), "it is set aside", async || standing(&home, &next).await == (0, 1)).await;
    new.stop().await;
    // Back to the other one, which may read what this one could not.
    mend(&home, &intact).await;
    settle(&home.another().await.unwrap()).await;
    assert_eq!(standing(&home, &next).await, (0, 0));
    assert!(home.lead("psid-1").await.is_some());
}

#[tokio::test]
async fn claim_b1_a_broadcast_of_a_brand_that_a_node_does_not_know_holds_up_none_behind_it() {
    let home = Home::new().await;
    home.opt_in("psid-1", "hello").await;
    let (next, grocer) = with_a_grocer(&home).await;
    let filter = Filter { level: Some(EvidenceLevel::Confirmed), ..Filter::default() };
    let first = send(&next, &grocer, BroadcastForm { filter, ..promotion("Fresh apples!") }).await;
    home.clock.advance(Span::secs(1));
    let behind = send(&home.engine, &home.actor(), promotion("Fresh bread!")).await;
    let running = home.engine.run();
    let is_over = async || state(&home.engine, &home.actor(), behind).await == BroadcastState::Finished;
    until(&home, Span::ZERO, "the broadcast behind it", is_over).await;
    running.stop().await;
    assert_eq!(state(&next, &grocer, first).await, BroadcastState::Sending);
    settle(&next).await;
    assert_eq!(state(&next, &grocer, first).await, BroadcastState::Finished);
}
