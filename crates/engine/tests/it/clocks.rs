//! A clock that jumps, forwards and back, and calendars with a leap day (claims F1, D1): nothing that is promised
//! comes too early by the clock, nothing that was said is taken back, and once the clock is right again everything
//! goes on as before.

use crate::home::Home;
use engine::actions::leads;
use engine::views;
use ledger::{VerifyingKey, receipt};
use model::time::{Clock, Span, Timestamp};
use serde_json::json;

const YEARS: Span = Span::days(3_650);

fn back(span: Span) -> Span {
    Span(-span.0)
}

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

fn turn_to(home: &Home, text: &str) {
    home.clock.advance(at(text).since(home.clock.now()));
}

async fn erased(home: &Home, psid: &str) -> String {
    let lead = home.opt_in(psid, "hello").await;
    let erased = leads::erase(&home.engine, &home.actor(), lead).await.unwrap();
    work(home).await;
    erased.code
}

async fn work(home: &Home) {
    while home.engine.erase_some().await.unwrap() {}
}

/// The key of look-ups changes meanwhile, without which nothing is said either; how much time that takes.
async fn change(home: &Home) -> Span {
    let began = home.clock.now();
    home.clock.advance(Span::days(2));
    home.change_look_up_key().await;
    home.clock.now().since(began)
}

/// Whether there is the second statement, in the status and in a receipt that holds.
async fn is_past_backups(home: &Home, code: &str) -> bool {
    work(home).await;
    home.engine.checkpoint().await.unwrap();
    let status = views::erasures::status(&home.engine, home.brand, code).await.unwrap().unwrap();
    let file = views::erasures::receipt(&home.engine, home.brand, code).await.unwrap().unwrap();
    let key = VerifyingKey::parse(&views::log::key(&home.engine)).unwrap();
    let held = receipt::verify(&file, &key, &[]).unwrap();
    assert_eq!(held.backups.is_some(), status.backups_at.is_some());
    held.backups.is_some()
}

#[tokio::test]
async fn claim_f1_a_jump_of_the_clock_takes_no_second_receipt_back_and_going_back_hastens_none() {
    let home = Home::new().await;
    let first = erased(&home, "5550001").await;
    home.clock.advance(back(YEARS));
    assert!(!is_past_backups(&home, &first).await, "said ten years before it was erased");
    home.clock.advance(YEARS);
    let gone = change(&home).await;
    home.clock.advance(Span(Span::days(7).0 - Span::secs(1).0 - gone.0));
    assert!(!is_past_backups(&home, &first).await, "a second too early");
    home.clock.advance(Span::secs(1));
    assert!(is_past_backups(&home, &first).await);
    // The clock goes back before the erasure: what was said stays said, and once.
    home.clock.advance(back(YEARS));
    assert!(is_past_backups(&home, &first).await);
    home.clock.advance(YEARS);
    let size = views::log::check(&home.data, &home.engine.log_key()).await.unwrap().size;
    assert!(is_past_backups(&home, &first).await);
    assert_eq!(views::log::check(&home.data, &home.engine.log_key()).await.unwrap().size, size);
    // Erased while the clock was far ahead: by the right clock its time has not come, and so it is not said.
    home.clock.advance(YEARS);
    let ahead = erased(&home, "5550002").await;
    home.clock.advance(back(YEARS));
    assert!(!is_past_backups(&home, &ahead).await);
    home.clock.advance(Span::days(8));
    assert!(!is_past_backups(&home, &ahead).await);
    // And whoever is erased now is not held up by that one.
    let now = erased(&home, "5550003").await;
    let gone = change(&home).await;
    home.clock.advance(Span(Span::days(7).0 - gone.0));
    assert!(is_past_backups(&home, &now).await && !is_past_backups(&home, &ahead).await);
}

#[tokio::test]
async fn claim_f1_the_days_of_backups_are_whole_days_over_a_leap_day_and_the_end_of_a_year() {
    for (erased_at, still, over) in [
        ("2028-02-25T12:00:00Z", "2028-03-03T11:59:59Z", "2028-03-03T12:00:00Z"),
        ("2027-02-25T12:00:00Z", "2027-03-04T11:59:59Z", "2027-03-04T12:00:00Z"),
        ("2027-12-31T23:59:59Z", "2028-01-07T23:59:58Z", "2028-01-07T23:59:59Z"),
    ] {
        let home = Home::new().await;
        turn_to(&home, erased_at);
        let lead = home.opt_in("5550001", "hello").await;
        turn_to(&home, erased_at);
        let code = leads::erase(&home.engine, &home.actor(), lead).await.unwrap().code;
        change(&home).await;
        turn_to(&home, still);
        assert!(!is_past_backups(&home, &code).await, "{still}");
        turn_to(&home, over);
        assert!(is_past_backups(&home, &code).await, "{over}");
    }
}

store::statements! {
    MARKS = "SELECT count(*) FROM seen";
    EVENTS = "SELECT count(*) FROM consent_event";
}

async fn count(home: &Home, statement: &'static store::Stmt) -> i64 {
    let read = move |tx: &store::Tx<'_>| tx.query(statement, &[]);
    let rows: Vec<store::Row> = home.data.read("count", read).await.unwrap();
    rows[0].int(0).unwrap()
}

#[tokio::test]
async fn claim_d1_retention_goes_on_after_the_clock_was_ahead_and_deletes_nothing_when_it_goes_back() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let evidence = count(&home, &EVENTS).await;
    // Ten years back: nothing is old.
    let marks = count(&home, &MARKS).await;
    home.clock.advance(back(YEARS));
    home.engine.enforce_retention().await.unwrap();
    assert_eq!(count(&home, &MARKS).await, marks);
    home.clock.advance(YEARS);
    // Far ahead by mistake, and right again.
    home.clock.advance(YEARS);
    home.engine.enforce_retention().await.unwrap();
    home.clock.advance(back(YEARS));
    let event = home.event("5550002", json!({"message": {"mid": "m_1", "text": "hello"}}));
    home.deliver(&event).await;
    home.settle().await;
    assert!(count(&home, &MARKS).await > 0);
    home.clock.advance(Span::days(22));
    home.write("5550003", "hello").await;
    home.settle().await;
    assert_eq!(count(&home, &MARKS).await, 1, "more than the newest: what is three weeks old is still there");
    assert!(count(&home, &EVENTS).await >= evidence, "evidence of somebody who lives is gone");
}
