//! What the door keeps goes when its time is over, and not before.

use crate::home::Home;
use crate::people::{PASSWORD, Town};
use engine::actions::erasure::UNCONFIRMED_DAYS;
use model::time::{Clock, Span};
use serde_json::json;

async fn marks(home: &Home) -> usize {
    let count = |tx: &store::Tx<'_>| tx.query(&COUNT, &[]);
    let rows: Vec<store::Row> = home.data.read("marks", count).await.unwrap();
    usize::try_from(rows[0].int(0).unwrap()).unwrap()
}

async fn count(home: &Home, stmt: &'static store::Stmt) -> i64 {
    let rows = home.data.read("count", |tx: &store::Tx<'_>| tx.query(stmt, &[])).await;
    let rows: Vec<store::Row> = rows.unwrap();
    rows[0].int(0).unwrap()
}

store::statements! {
    COUNT = "SELECT count(*) FROM seen";
    UNCONFIRMED = "SELECT count(*) FROM account WHERE state = 'unconfirmed'";
    ACTIVE = "SELECT count(*) FROM account WHERE state = 'active'";
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

#[tokio::test]
async fn an_account_that_nobody_confirms_is_erased_after_a_month_and_one_that_is_confirmed_stays() {
    let town = Town::new().await;
    let home = &town.home;
    let active = count(home, &ACTIVE).await;
    town.register(town.form().await).await.unwrap();
    let link = town.link("confirm_address").await;
    // What the list of periods says of them.
    let standing = || async {
        let lines = engine::retention::look(&home.data, home.clock.now()).await.unwrap();
        let line = lines.into_iter().find(|line| line.place == "account").unwrap();
        assert_eq!(line.days, UNCONFIRMED_DAYS);
        (line.rows, line.due)
    };
    assert_eq!(standing().await, (1, 0));
    let month = Span::days(i64::from(UNCONFIRMED_DAYS));
    home.clock.advance(Span(month.0 - Span::hours(1).0));
    home.engine.enforce_retention().await.unwrap();
    assert_eq!(count(home, &UNCONFIRMED).await, 1, "not before its time");
    home.clock.advance(Span::hours(2));
    assert_eq!(standing().await, (1, 1));
    home.engine.enforce_retention().await.unwrap();
    assert_eq!(count(home, &UNCONFIRMED).await, 0);
    assert_eq!(standing().await, (0, 0));
    assert!(town.mails().await.is_empty(), "nobody said that the address is theirs");
    assert!(!town.confirm(&link, PASSWORD).await.unwrap(), "its link opens nothing");

    town.settle_in().await;
    home.clock.advance(month);
    home.clock.advance(month);
    home.engine.enforce_retention().await.unwrap();
    assert_eq!(count(home, &ACTIVE).await, active + 1);
}
