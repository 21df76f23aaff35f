//! A clock that jumps, forwards and back, and calendars with a leap day (claims F1, D1): nothing that is promised
//! comes too early by the clock, nothing that was said is taken back, and once the clock is right again everything
//! goes on as before.

use crate::broadcasts::promotion;
use crate::home::Home;
use engine::actions::{broadcasts, leads};
use engine::look_ups::HEARD;
use engine::views;
use ledger::{VerifyingKey, receipt};
use model::broadcast::Step;
use model::id::{BrandId, ErasureId};
use model::time::{Clock, Span, Timestamp};
use serde_json::json;
use store::key_copies::{self, KeyCopy};
use store::tables::erasure::{self, Erasure, ErasureKind};

const YEARS: Span = Span::days(3_650);

fn back(span: Span) -> Span {
    Span(-span.0)
}

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

fn turn_to(home: &Home, text: &str) {
    turn(home, at(text));
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

/// The key of look-ups changes, without which nothing is said either; when the old one went: from then the days count.
async fn change(home: &Home) -> Timestamp {
    let began = home.clock.now();
    home.clock.advance(Span::days(2));
    home.change_look_up_key().await;
    home.vault.lookup(home.brand).await.unwrap().gone_at(began).unwrap()
}

fn turn(home: &Home, to: Timestamp) {
    home.clock.advance(to.since(home.clock.now()));
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
    turn(&home, gone.plus(Span::days(7)).minus(Span::secs(1)));
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
    turn(&home, gone.plus(Span::days(7)));
    assert!(is_past_backups(&home, &now).await && !is_past_backups(&home, &ahead).await);
}

#[tokio::test]
async fn claim_f1_the_days_of_backups_are_whole_days_over_a_leap_day_and_the_end_of_a_year() {
    for (gone_at, still, over) in [
        ("2028-02-25T12:00:00Z", "2028-03-03T11:59:59Z", "2028-03-03T12:00:00Z"),
        ("2027-02-25T12:00:00Z", "2027-03-04T11:59:59Z", "2027-03-04T12:00:00Z"),
        ("2027-12-31T23:59:59Z", "2028-01-07T23:59:58Z", "2028-01-07T23:59:59Z"),
    ] {
        let home = Home::new().await;
        turn(&home, at(gone_at).minus(Span::days(1)));
        let code = erased(&home, "5550001").await;
        let erased_at = home.clock.now();
        // Two steps are heard of, and at the third the old key goes.
        turn(&home, at(gone_at).minus(HEARD).minus(HEARD));
        home.change_look_up_key().await;
        let keys = home.vault.lookup(home.brand).await.unwrap();
        assert_eq!(keys.gone_at(erased_at), Some(at(gone_at)));
        turn_to(&home, still);
        assert!(!is_past_backups(&home, &code).await, "{still}");
        turn_to(&home, over);
        assert!(is_past_backups(&home, &code).await, "{over}");
    }
}

#[tokio::test]
async fn claim_f1_a_copy_of_the_keys_that_holds_the_look_up_key_of_then_holds_the_second_receipt_up() {
    let home = Home::new().await;
    let code = erased(&home, "5550001").await;
    home.clock.advance(Span::hours(12));
    // It opens nothing of the lead, but tells, beside a copied data folder, that they were there.
    let copy = KeyCopy { id: [1; 16], made_at: home.clock.now(), place: "keys.age".to_owned(), host: None };
    home.keys.write("copied", move |tx| key_copies::insert(tx, &copy)).await.unwrap();
    let gone = change(&home).await;
    turn(&home, gone.plus(Span::days(30)));
    assert!(!is_past_backups(&home, &code).await);
    let now = home.clock.now();
    home.keys.write("destroyed", move |tx| key_copies::set_gone(tx, &[1; 16], now)).await.unwrap();
    assert!(is_past_backups(&home, &code).await);
}

#[tokio::test]
async fn claim_f1_erasures_that_never_pass_hold_no_other_up() {
    let home = Home::new().await;
    let now = home.clock.now();
    let stuck = move |tx: &store::Tx<'_>| {
        for (number, class) in (0..250_u16).zip(["F", "-"].into_iter().cycle()) {
            let [high, low] = number.to_be_bytes();
            let (mut id, mut tag) = ([9; 16], [9; 32]);
            (id[0], id[1], tag[0], tag[1]) = (high, low, high, low);
            // Of a brand that nobody knows here any more.
            let brand = BrandId([9; 16]);
            let code = format!("stuck{number}");
            let new = Erasure::new(ErasureId(id), brand, ErasureKind::Lead, code, id, tag, now);
            erasure::insert(tx.brand(brand), &new)?;
            erasure::set_key_destroyed(tx, new.id, now, (1, class))?;
            erasure::set_done(tx, new.id, "{}", now)?;
        }
        Ok::<_, store::StoreError>(())
    };
    home.data.write("stuck", stuck).await.unwrap();
    let code = erased(&home, "5550001").await;
    let gone = change(&home).await;
    turn(&home, gone.plus(Span::days(7)));
    assert!(is_past_backups(&home, &code).await);
}

store::statements! {
    MARKS = "SELECT count(*) FROM seen";
    EVENTS = "SELECT count(*) FROM consent_event";
    // What comes from now on was put off until an hour after the clock's beginning.
    pair DELIVERIES_LATER = {
        sqlite: "CREATE TRIGGER later AFTER INSERT ON delivery BEGIN UPDATE delivery SET next_at = 1795352400000000 WHERE lead_id = NEW.lead_id; END",
        postgres: "ALTER TABLE delivery ALTER COLUMN next_at SET DEFAULT 1795352400000000"
    };
    pair ANSWERS_LATER = {
        sqlite: "CREATE TRIGGER answers_later AFTER INSERT ON outbox BEGIN UPDATE outbox SET next_at = 1795352400000000 WHERE id = NEW.id; END",
        postgres: "ALTER TABLE outbox ALTER COLUMN next_at SET DEFAULT 1795352400000000"
    };
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

#[tokio::test]
async fn claim_b3_a_stop_counts_though_the_clock_was_set_back_after_the_yes() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    let is_in_force = async || {
        let view = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
        view.lead.promotion_in_force
    };
    assert!(is_in_force().await);
    home.clock.advance(Span::secs(1));
    let stop = home.event("5550001", json!({ "message": { "mid": "m_stop", "text": "stop" } }));
    // Meta's goes on as before.
    home.clock.advance(back(Span::hours(1)));
    home.deliver(&stop).await;
    assert!(!is_in_force().await, "acknowledged");
    home.settle().await;
    assert!(!is_in_force().await, "processed");
}

#[tokio::test]
async fn claim_b1_what_was_put_off_while_the_clock_was_ahead_does_not_wait_until_it_is_there_again() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let (began, before) = (home.clock.now(), home.meta.messages().len());
    let later = |tx: &store::Tx<'_>| tx.execute(&DELIVERIES_LATER, &[]).and(tx.execute(&ANSWERS_LATER, &[]));
    home.data.write("later", later).await.unwrap();
    home.write("5550001", "Are you open?").await;
    let made = broadcasts::create(&home.engine, &home.actor(), promotion("To all")).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    home.settle().await;
    assert_eq!(home.meta.messages().len(), before + 2);
    let took = home.clock.now().since(began);
    assert!(took < Span::minutes(10), "{} s", took.0 / 1_000_000);
}

#[tokio::test]
async fn an_answer_that_was_put_off_while_the_clock_was_ahead_goes_amid_a_broadcast() {
    const PEOPLE: usize = 90;
    let home = Home::new().await;
    for number in 0..PEOPLE {
        home.opt_in(&format!("555{number:04}"), "hello").await;
    }
    let before = home.meta.messages().len();
    home.data.write("later", |tx| tx.execute(&ANSWERS_LATER, &[])).await.unwrap();
    home.write("5550001", "Are you open?").await;
    let made = broadcasts::create(&home.engine, &home.actor(), promotion("To all")).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    // A minute and a half of sending.
    let engine = home.with_pace(1).await;
    let running = engine.run();
    engine.settle().await.unwrap();
    running.stop().await;
    let sent = home.meta.messages().split_off(before);
    let answer = sent.iter().position(|message| !message.contains("To all")).unwrap();
    assert_eq!(sent.len(), PEOPLE + 1);
    assert!(answer < PEOPLE - 20, "the answer went after {answer} of the broadcast's");
}
