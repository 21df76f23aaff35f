//! What the door keeps goes when its time is over, and not before.

use crate::home::Home;
use model::time::{Clock, Span};
use serde_json::json;

async fn marks(home: &Home) -> usize {
    let count = |tx: &store::Tx<'_>| tx.query(&COUNT, &[]);
    let rows: Vec<store::Row> = home.data.read("marks", count).await.unwrap();
    usize::try_from(rows[0].int(0).unwrap()).unwrap()
}

store::statements! {
    COUNT = "SELECT count(*) FROM seen";
}

#[tokio::test]
async fn a_repeated_delivery_is_recognised_for_a_week_and_its_mark_is_gone_after_two() {
    let home = Home::new().await;
    let event = home.event("5550001", json!({"message": {"mid": "m_1", "text": "hello"}}));
    home.deliver(&event).await;
    home.settle().await;
    let answered = home.meta.messages().len();
    home.clock.advance(Span::days(7));
    home.deliver(&event).await;
    home.settle().await;
    assert_eq!(home.meta.messages().len(), answered, "answered twice");
    assert_eq!(marks(&home).await, 2, "one under each week's key");

    let later = home.clock.now().plus(Span::days(14));
    home.clock.advance(later.since(home.clock.now()));
    home.write("5550002", "hello").await;
    home.settle().await;
    assert_eq!(marks(&home).await, 1, "only the newest is left");
}
