//! Nobody is followed (claims F5, X4): what Messenger tells of reading and delivering leaves nothing, of a reaction
//! the time alone, and a link leaves as its writer wrote it, for everybody the same.

use crate::home::{Home, find};
use engine::actions::broadcasts::{self, BroadcastForm};
use engine::views;
use model::broadcast::Step;
use model::id::LeadId;
use model::outgoing::Button;
use model::time::{Clock, Span};
use serde_json::json;

const LINK: &str = "https://shop.example/bread?from=page&size=2#oven";

/// Two people who agreed, and a promotion with a link that both got.
async fn sent() -> (Home, [LeadId; 2]) {
    let home = Home::new().await;
    let leads = [home.opt_in("5550001", "hello").await, home.opt_in("5550002", "hello").await];
    let buttons = vec![Button::Url { title: "Shop".into(), url: LINK.into() }];
    let form = BroadcastForm { buttons, ..crate::broadcasts::promotion(&format!("Fresh bread: {LINK} today")) };
    let made = broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    home.settle().await;
    (home, leads)
}

#[tokio::test]
async fn claim_f5_that_somebody_got_or_read_a_message_leaves_nothing() {
    let (home, _) = sent().await;
    let before = home.content().await;
    for psid in ["5550001", "5550002", "5550003"] {
        for _ in 0..3 {
            home.clock.advance(Span::minutes(7));
            let watermark = home.clock.now().millis();
            for told in [
                json!({ "delivery": { "mids": ["m_1"], "watermark": watermark } }),
                json!({ "read": { "watermark": watermark } }),
                json!({ "reaction": { "mid": "m_1", "action": "unreact" } }),
                json!({ "message_edit": { "mid": "m_1", "text": "Other words" } }),
                json!({ "something_new": { "clicked": LINK } }),
            ] {
                home.deliver(&home.event(psid, told)).await;
            }
        }
    }
    assert!(before == home.content().await, "something of it was kept");
    // The same door keeps what somebody writes.
    home.write("5550001", "hello again").await;
    assert!(before != home.content().await, "the comparison sees nothing");
}

#[tokio::test]
async fn claim_f5_of_a_reaction_the_time_is_kept_and_nothing_else() {
    let (home, [lead, other]) = sent().await;
    let look = |lead| {
        let home = &home;
        async move { views::leads::get(&home.engine, &home.actor(), lead).await.unwrap() }
    };
    let (before, theirs) = (look(lead).await, look(other).await);
    home.clock.advance(Span::hours(2));
    let mut events = Vec::new();
    for action in ["react", "unreact"] {
        let reaction = json!({ "mid": "m_1", "action": action, "reaction": "Quetzalfinch", "emoji": "Quetzalfinch" });
        events.push(home.event("5550001", json!({ "reaction": reaction })));
    }
    for event in &events {
        home.deliver(event).await;
        home.settle().await;
    }
    let after = look(lead).await;
    assert!(after.lead.last_inbound_at > before.lead.last_inbound_at, "it counts as a word of theirs");
    let (at, until) = (before.lead.last_inbound_at, before.lead.window_open_until);
    let bare = views::leads::LeadView { last_inbound_at: at, window_open_until: until, ..after.lead };
    assert_eq!((bare, after.consents), (before.lead, before.consents), "nothing else changed");
    assert_eq!(look(other).await.lead, theirs.lead);
    assert_eq!(find(&home.content().await, b"Quetzalfinch"), None);
}

#[tokio::test]
async fn claim_x4_a_link_leaves_as_it_was_written_and_for_everybody_the_same() {
    let (home, _) = sent().await;
    let messages = home.meta.messages();
    let sent: Vec<&String> = messages.iter().filter(|message| message.contains("shop.example")).collect();
    assert_eq!(sent.len(), 2);
    for message in sent {
        // In the text and at the button: nothing before it, nothing put into it, nothing behind it.
        assert!(message.contains(&format!("Fresh bread: {LINK} today")), "{message}");
        assert!(message.contains(&format!("\"{LINK}\"")), "{message}");
        assert_eq!(message.matches("shop.example").count(), 2, "{message}");
        for track in ["utm_", "fbclid", "click", "redirect"] {
            assert!(!message.contains(track), "{track} in {message}");
        }
    }
}
