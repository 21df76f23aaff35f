//! What the mail table promises, on both engines: it commits with the act, each mail has one holder,
//! a dead holder's mail goes on, and an end is counted and leaves nothing.

use crate::home::{Home, on_both};
use model::id::{AccountId, AnnouncementId, BrandId, MailId};
use model::time::Timestamp;
use store::tables::mail::{self, MailOutcome, NewMail};
use store::tables::{brand, tally};
use store::{Database, Schema, StoreError, Tx};

const BRAND: BrandId = BrandId([1; 16]);
const OTHER: BrandId = BrandId([2; 16]);
const ONE: [u8; 16] = [6; 16];
const TWO: [u8; 16] = [7; 16];

async fn open(home: &Home) -> Database {
    let db = home.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
    write(&db, |tx| {
        brand::insert(tx, BRAND, "one", Timestamp(1))?;
        brand::insert(tx, OTHER, "two", Timestamp(1))
    })
    .await;
    db
}

async fn write<T: Send + 'static>(
    db: &Database,
    f: impl FnMut(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write("test", f).await.unwrap()
}

fn a_mail(number: u8, account: u8, at: i64) -> NewMail {
    NewMail {
        id: MailId([number; 16]),
        account: AccountId([account; 16]),
        kind: "password_changed",
        created_at: Timestamp(at),
        ends_at: Timestamp(at + 1_000),
        sealed: vec![0xE5, 1, number],
    }
}

async fn put(db: &Database, number: u8, account: u8, at: i64) {
    write(db, move |tx| mail::insert(tx.brand(BRAND), &a_mail(number, account, at))).await;
}

async fn claim(db: &Database, by: [u8; 16], now: i64) -> Vec<(u8, i64, i64)> {
    let claimed = write(db, move |tx| mail::claim(tx, &by, Timestamp(now + 50), Timestamp(now), 10)).await;
    claimed.iter().map(|m| (m.id.0[0], m.attempts, m.handed)).collect()
}

async fn counts(db: &Database) -> Vec<(String, u64)> {
    write(db, |tx| mail::counts(tx.brand(BRAND))).await
}

on_both! {
    async fn claim_f6_a_mail_commits_with_its_act_or_not_at_all(home: &Home) {
        let db = open(home).await;
        let act = |fails: bool| move |tx: &Tx<'_>| {
            tally::add(tx.brand(BRAND), model::id::PageId([4; 16]), "act", 1)?;
            mail::insert(tx.brand(BRAND), &a_mail(1, 3, 10))?;
            if fails { Err(StoreError::Address("the act failed".to_owned())) } else { Ok(()) }
        };
        assert!(db.write("test", act(true)).await.is_err());
        assert_eq!(write(&db, mail::waiting).await, (0, None));
        write(&db, act(false)).await;
        assert_eq!(write(&db, mail::waiting).await, (1, Some(Timestamp(10))));
        // The same mail written twice is refused: a repeated act does not mail twice.
        assert!(db.write("test", act(false)).await.is_err());
    }

    async fn one_run_holds_a_mail_and_a_dead_run_s_goes_on(home: &Home) {
        let db = open(home).await;
        put(&db, 1, 3, 10).await;
        put(&db, 2, 3, 20).await;
        assert_eq!(claim(&db, ONE, 10).await, [(1, 0, 0)]);
        assert_eq!(claim(&db, TWO, 20).await, [(2, 0, 0)]);
        assert_eq!(claim(&db, TWO, 59).await, []);
        assert!(write(&db, |tx| mail::set_handed(tx, MailId([1; 16]), &ONE)).await);
        // Its holder is gone: the claim has run out, and the trace of the handing over is there.
        assert_eq!(claim(&db, TWO, 60).await, [(1, 1, 1)]);
        assert!(!write(&db, |tx| mail::set_handed(tx, MailId([1; 16]), &ONE)).await);
        assert!(!write(&db, |tx| mail::end(tx.brand(BRAND), MailId([1; 16]), &ONE, MailOutcome::Sent)).await);
        assert!(write(&db, |tx| mail::end(tx.brand(BRAND), MailId([1; 16]), &TWO, MailOutcome::Sent)).await);
        assert_eq!(counts(&db).await, [("sent".to_owned(), 1)]);
        assert_eq!(write(&db, mail::waiting).await.0, 1);
    }

    async fn what_was_answered_with_not_now_waits_and_is_not_taken_for_handed_over(home: &Home) {
        let db = open(home).await;
        put(&db, 1, 3, 10).await;
        claim(&db, ONE, 10).await;
        write(&db, |tx| {
            mail::set_handed(tx, MailId([1; 16]), &ONE)?;
            mail::set_again(tx, MailId([1; 16]), true, Timestamp(100), &ONE)
        }).await;
        assert_eq!(write(&db, mail::next_due).await, Some(Timestamp(100)));
        assert_eq!(write(&db, |tx| mail::count_due(tx, Timestamp(99))).await, 0);
        assert_eq!(claim(&db, TWO, 100).await, [(1, 1, 0)]);
    }

    async fn what_was_not_sent_in_time_is_given_up_unless_it_is_in_somebody_s_hands(home: &Home) {
        let db = open(home).await;
        put(&db, 1, 3, 10).await;
        put(&db, 2, 3, 10).await;
        write(&db, |tx| mail::claim(tx, &ONE, Timestamp(2_000), Timestamp(10), 1)).await;
        assert_eq!(write(&db, |tx| mail::give_up(tx, Timestamp(1_009))).await, []);
        let ended = [(BRAND, AccountId([3; 16]), MailId([2; 16]))];
        assert_eq!(write(&db, |tx| mail::give_up(tx, Timestamp(1_010))).await, ended);
        assert_eq!(counts(&db).await, [("given_up".to_owned(), 1)]);
        assert_eq!(write(&db, mail::waiting).await.0, 1);
    }

    async fn what_nobody_took_is_counted_by_announcement_and_beside_the_outcomes(home: &Home) {
        let db = open(home).await;
        let (one, other) = (AnnouncementId([8; 16]), AnnouncementId([9; 16]));
        write(&db, move |tx| {
            let scope = tx.brand(BRAND);
            mail::add_lost(scope, one, 2)?;
            mail::add_lost(scope, other, 1)?;
            mail::add_lost(scope, one, 3)
        }).await;
        assert_eq!(write(&db, |tx| mail::lost(tx.brand(BRAND))).await, [(one, 5), (other, 1)]);
        assert_eq!(write(&db, |tx| mail::lost(tx.brand(OTHER))).await, []);
        assert_eq!(counts(&db).await, []);
        put(&db, 1, 3, 10).await;
        let waiting = write(&db, |tx| mail::list_waiting(tx.brand(BRAND))).await;
        assert_eq!(waiting, [(AccountId([3; 16]), MailId([1; 16]))]);
        assert_eq!(write(&db, |tx| mail::list_waiting(tx.brand(OTHER))).await, []);
    }

    async fn an_account_s_mails_go_with_it_and_another_brand_cannot_reach_them(home: &Home) {
        let db = open(home).await;
        put(&db, 1, 3, 10).await;
        put(&db, 2, 4, 10).await;
        assert_eq!(write(&db, |tx| mail::delete_of_account(tx.brand(OTHER), AccountId([3; 16]))).await, 0);
        assert_eq!(write(&db, |tx| mail::delete_of_account(tx.brand(BRAND), AccountId([3; 16]))).await, 1);
        assert_eq!(claim(&db, ONE, 10).await, [(2, 0, 0)]);
    }
}
