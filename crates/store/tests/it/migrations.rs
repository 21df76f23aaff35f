//! Migrating: once, in order, by one program at a time, and never over what it does not know.

use crate::home::{Home, INSERT_ID, THINGS, ids, insert_id, on_both};
use model::delivery::DeliveryState;
use model::id::{AccountId, BrandId, BroadcastId, InboxId, LeadId, PageId, PlanId};
use model::plan::{Limits, SubscriptionState};
use model::time::Timestamp;
use std::time::Duration;
use store::tables::{consent_event, delivery, inbox, lead, outbox, plan, subscription};
use store::{Database, Kind, Migration, Options, Schema, StoreError, params, statements};

statements! {
    NEWER = "UPDATE migration SET needs = 9001 WHERE number = 1";
    OLD_TABLE = "ALTER TABLE migration DROP COLUMN needs";
    COLOURS = "SELECT colour FROM thing ORDER BY id";
    NOTED = "SELECT idle, waits FROM noted";
    OLD_LEAD = "INSERT INTO lead (id, brand_id, page_id, created_at, confirmed_at, sealed) VALUES ($1, $2, $3, 5, 6, $4)";
    OLD_EVENT = "INSERT INTO consent_event (id, brand_id, lead_id, page_id, kind, purpose, how, happened_at, recorded_at, leaf_index, sealed) VALUES ($1, $2, $3, $4, 'opt_in', 'promotion', 'confirmed', 1, 2, $5, $6)";
    OLD_DELIVERY = "INSERT INTO delivery (broadcast_id, lead_id, brand_id, page_id, state, reason, attempts, changed_at) VALUES ($1, $2, $3, $4, 4, '100', 3, 9)";
    OLD_INBOX = "INSERT INTO inbox (id, brand_id, page_id, received_at, sealed) VALUES ($1, $2, $3, 7, $4)";
    OLD_OUTBOX = "INSERT INTO outbox (id, brand_id, page_id, lead_id, state, intent, answers_at, attempts, sealed) VALUES ($1, $2, $3, $4, 0, 'answer', 8, 2, $5)";
    OLD_BRAND = "INSERT INTO brand (id, slug, created_at) VALUES ($1, 'one', 1)";
    OLD_ACCOUNT = "INSERT INTO account (id, brand_id, role, quota_left, created_at, state, sealed) VALUES ($1, $2, $3, 77, 2, $4, $5)";
}

const FIRST: Migration = THINGS[0];
const SECOND_SQL: &str = "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';
                          UPDATE thing SET colour = 'red' WHERE id = 1";
const SECOND: Migration = Migration {
    number: 2,
    kind: Kind::Expand,
    name: "0002_colour",
    sqlite: SECOND_SQL,
    postgres: SECOND_SQL,
};
const BROKEN: Migration = Migration {
    number: 3,
    kind: Kind::Expand,
    name: "0003_broken",
    sqlite: "ALTER TABLE no DROP it",
    postgres: "ALTER TABLE no DROP it",
};

static TWO: &[Migration] = &[FIRST, SECOND];
static THREE_ONE_BROKEN: &[Migration] = &[FIRST, SECOND, BROKEN];
const THIRD_SQL: &str = "ALTER TABLE thing DROP COLUMN colour";
/// Programs that know the second do without what it takes away.
const THIRD: Migration = Migration {
    number: 3,
    kind: Kind::Contract { since: 2 },
    name: "0003_no_colour",
    sqlite: THIRD_SQL,
    postgres: THIRD_SQL,
};
/// Notes what its transaction is given.
const NOTING: Migration = Migration {
    number: 2,
    kind: Kind::Expand,
    name: "0002_noted",
    sqlite: "SELECT 1",
    postgres: "CREATE TABLE noted AS SELECT current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('lock_timeout') AS waits",
};
static NOTES: &[Migration] = &[FIRST, NOTING];
static CONTRACTED: &[Migration] = &[FIRST, SECOND, THIRD];
static EDITED: &[Migration] = &[Migration {
    number: 1,
    kind: Kind::Expand,
    name: "0001_thing",
    sqlite: "CREATE TABLE thing (id INT)",
    postgres: "CREATE TABLE thing (id INT)",
}];

on_both! {
    async fn a_later_program_brings_the_database_up_to_date(home: &Home) {
        let db = home.open().await;
        insert_id(&db, 1).await.unwrap();
        insert_id(&db, 2).await.unwrap();
        drop(db);
        for _ in 0..2 {
            let db = home.try_open(Schema::Data, TWO).await.unwrap();
            let rows = db.read("colours", |tx| tx.query(&COLOURS, &[])).await.unwrap();
            let colours: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
            assert_eq!(colours, ["red", "blue"], "once, however often it is opened");
        }
    }

    async fn what_nothing_was_made_in_is_told_apart_without_making_anything(home: &Home) {
        for _ in 0..2 {
            assert!(Database::is_bare(&home.url()).await.unwrap());
        }
        if home.is_sqlite() {
            std::fs::write(home.file(), "").unwrap();
            assert!(Database::is_bare(&home.url()).await.unwrap());
        }
        drop(home.try_open(Schema::Data, TWO).await.unwrap());
        assert!(!Database::is_bare(&home.url()).await.unwrap());
    }

    async fn an_older_program_works_on_a_database_to_which_a_newer_one_has_added(home: &Home) {
        let newer = home.try_open(Schema::Data, TWO).await.unwrap();
        insert_id(&newer, 1).await.unwrap();
        let older = home.try_open(Schema::Data, THINGS).await.unwrap();
        insert_id(&older, 2).await.unwrap();
        assert_eq!((older.knows(), newer.knows()), (1, 2));
        for db in [&older, &newer] {
            assert_eq!(ids(db).await, [1, 2]);
            assert_eq!(db.read("needed", store::needed).await, Ok(1));
        }
    }

    async fn a_program_from_before_something_was_taken_away_leaves_the_database_alone(home: &Home) {
        drop(home.try_open(Schema::Data, CONTRACTED).await.unwrap());
        let error = home.try_open(Schema::Data, THINGS).await.err();
        assert_eq!(error, Some(StoreError::Newer { found: 2, known: 1 }));
        // The one in between does without already.
        let between = home.try_open(Schema::Data, TWO).await.unwrap();
        insert_id(&between, 1).await.unwrap();
        assert_eq!(between.read("needed", store::needed).await, Ok(2));
    }

    async fn whoever_looks_at_a_database_knows_whether_its_program_may_work_on_it(home: &Home) {
        let db = home.open().await;
        let look = |tx: &store::Tx<'_>| store::check_needed(tx, Schema::Data);
        assert_eq!(db.read("look", look).await, Ok(()));
        db.write("newer", |tx: &store::Tx<'_>| tx.execute(&NEWER, &[])).await.unwrap();
        let refused = db.read("look", look).await;
        assert!(matches!(refused, Err(StoreError::Newer { found: 9001, .. })), "{refused:?}");
    }

    async fn a_database_from_before_migrations_said_what_they_need_is_brought_up_to_date(home: &Home) {
        let db = home.open().await;
        let drop_needs = |tx: &store::Tx<'_>| tx.execute(&OLD_TABLE, &[]);
        db.write("as_before", drop_needs).await.unwrap();
        drop(db);
        let db = home.try_open(Schema::Data, CONTRACTED).await.unwrap();
        assert_eq!(db.read("needed", store::needed).await, Ok(2));
    }

    async fn a_migration_edited_after_it_was_applied_is_refused(home: &Home) {
        drop(home.open().await);
        let error = home.try_open(Schema::Data, EDITED).await.err();
        assert_eq!(error, Some(StoreError::MigrationChanged { name: "0001_thing".to_owned() }));
    }

    async fn a_failing_migration_changes_nothing(home: &Home) {
        let db = home.open().await;
        insert_id(&db, 1).await.unwrap();
        drop(db);
        let error = home.try_open(Schema::Data, THREE_ONE_BROKEN).await.err().unwrap();
        assert!(matches!(&error, StoreError::Migration { name, .. } if name == "0003_broken"), "{error}");
        // Not even the second, which had gone through: the first program still opens it.
        assert_eq!(ids(&home.open().await).await, [1]);
    }

    async fn data_and_keys_are_not_mixed_up(home: &Home) {
        drop(home.open().await);
        let error = home.try_open(Schema::Keys, store::migrations(Schema::Keys)).await.err();
        assert_eq!(error, Some(StoreError::WrongSchema { found: "data".to_owned(), wanted: "keys" }));
    }

    async fn programs_that_start_at_once_migrate_once(home: &Home) {
        let starts: Vec<_> = (0..6_i64)
            .map(|id| {
                let url = home.url();
                tokio::spawn(async move {
                    let options = store::Options { readers: 1, connections: 1 };
                    let db = store::Database::open_with(&url, Schema::Data, TWO, options).await?;
                    db.write("first", move |tx| tx.execute(&INSERT_ID, &params![id])).await
                })
            })
            .collect();
        for start in starts {
            assert_eq!(start.await.unwrap(), Ok(1));
        }
        assert_eq!(ids(&home.try_open(Schema::Data, TWO).await.unwrap()).await, [0, 1, 2, 3, 4, 5]);
    }
}

/// A change of a table that waits for a reader has everybody wait behind it who comes for the table later: a moment at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_waits_for_a_reader_lets_others_write_between_its_tries() {
    let Some(home) = Home::postgres().await else { return };
    let db = home.open().await;
    insert_id(&db, 1).await.unwrap();
    let (reader, connection) = tokio_postgres::connect(&home.url(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    reader.batch_execute("BEGIN; SELECT 1 FROM thing").await.unwrap();
    let url = home.url();
    let migrating = tokio::spawn(async move {
        let options = Options { readers: 1, connections: 1 };
        Database::open_with(&url, Schema::Data, TWO, options).await
    });
    let waits =
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = to_regclass('thing'))";
    while !reader.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {
        assert!(!migrating.is_finished(), "it changed a table that is being read");
    }
    for id in 2..5 {
        // One try, and some.
        let written = tokio::time::timeout(Duration::from_secs(20), insert_id(&db, id)).await;
        assert_eq!(written.expect("whoever writes waits for as long as somebody reads"), Ok(1));
    }
    assert!(!migrating.is_finished(), "it did not wait");
    reader.batch_execute("COMMIT").await.unwrap();
    let migrated = migrating.await.unwrap().unwrap();
    let rows = migrated.read("colours", |tx| tx.query(&COLOURS, &[])).await.unwrap();
    let colours: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(colours, ["red", "blue", "blue", "blue"]);
    drop((reader, db, migrated));
    connection.await.unwrap().unwrap();
    home.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_stands_still_loses_what_it_holds_and_none_waits_for_long() {
    let Some(home) = Home::postgres().await else { return };
    let db = home.try_open(Schema::Data, NOTES).await.unwrap();
    let row = db.read("noted", |tx| tx.query_one(&NOTED, &[])).await.unwrap();
    assert_eq!((row.text(0).unwrap(), row.text(1).unwrap()), ("10s", "1s"));
    drop(db);
    home.remove().await;
}

on_both! {
    async fn what_was_written_before_a_rebuild_is_there_after_it(home: &Home) {
        let first = store::migrations(Schema::Data).get(..1).unwrap();
        let db = home.try_open(Schema::Data, first).await.unwrap();
        let (brand, page, lead) = (BrandId([1; 16]), PageId([2; 16]), LeadId([3; 16]));
        let sealed = [0xE5_u8, 1, 7];
        db.write("before", move |tx| {
            tx.execute(&OLD_LEAD, &params![lead, brand, page, sealed])?;
            tx.execute(&OLD_EVENT, &params![[4_u8; 16], brand, lead, page, 41_i64, sealed])?;
            tx.execute(&OLD_EVENT, &params![[5_u8; 16], brand, lead, page, None::<i64>, sealed])?;
            tx.execute(&OLD_DELIVERY, &params![[6_u8; 16], lead, brand, page])?;
            tx.execute(&OLD_INBOX, &params![[7_u8; 16], brand, page, sealed])?;
            tx.execute(&OLD_OUTBOX, &params![[8_u8; 16], brand, page, lead, sealed])
        }).await.unwrap();
        drop(db);
        let db = home.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        db.write("after", move |tx| {
            let scope = tx.brand(brand);
            let stored = lead::get(scope, lead)?.unwrap();
            assert_eq!((stored.lead.page, stored.lead.created_at, stored.sealed), (page, Timestamp(5), sealed.to_vec()));
            let leaves: Vec<_> = consent_event::list_of_lead(scope, lead)?.into_iter().map(|e| e.leaf_index).collect();
            assert_eq!(leaves, [Some(41), None]);
            let lines = delivery::list(scope, BroadcastId([6; 16]), None, (PageId([0; 16]), LeadId([0; 16])), 9)?;
            let line = lines.first().unwrap();
            assert_eq!((lines.len(), line.lead, line.page, line.state), (1, lead, page, DeliveryState::Failed));
            assert_eq!((line.reason.as_deref(), line.attempts, line.changed_at), (Some("100"), 3, Timestamp(9)));
            let waiting = inbox::list_oldest(tx, InboxId([0; 16]), 9, None)?;
            assert_eq!((waiting.len(), waiting[0].received_at, waiting[0].sealed.clone()), (1, Timestamp(7), sealed.to_vec()));
            let replies = outbox::list_claimable(tx, &[(page, 9)], Timestamp(9))?.concat();
            assert_eq!((replies.len(), replies[0].attempts, replies[0].lead.lead.id), (1, 2, lead));
            Ok::<_, StoreError>(())
        }).await.unwrap();
    }

    async fn accounts_from_before_there_were_plans_are_on_the_first_one(home: &Home) {
        let before = store::migrations(Schema::Data).get(..6).unwrap();
        let db = home.try_open(Schema::Data, before).await.unwrap();
        let (brand, sealed) = (BrandId([1; 16]), [0xE5_u8, 1, 7]);
        db.write("before", move |tx| {
            tx.execute(&OLD_BRAND, &params![brand])?;
            tx.execute(&OLD_ACCOUNT, &params![[2_u8; 16], brand, "admin", "active", sealed])?;
            tx.execute(&OLD_ACCOUNT, &params![[3_u8; 16], brand, "user", "cancelled", sealed])?;
            tx.execute(&OLD_ACCOUNT, &params![[4_u8; 16], brand, "user", "unconfirmed", sealed])
        }).await.unwrap();
        drop(db);
        let db = home.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        db.write("after", move |tx| {
            let scope = tx.brand(brand);
            assert_eq!(plan::start(scope)?, PlanId(brand.0));
            let of = |account: u8| subscription::get(scope, AccountId([account; 16])).map(|s| s.unwrap().subscription);
            assert_eq!((of(2)?.plan, of(2)?.limits), (None, Limits::NONE));
            assert_eq!((of(3)?.limits, of(3)?.state), (Limits::START, SubscriptionState::Cancelled));
            assert_eq!((of(4)?.limits, of(4)?.state), (Limits::START, SubscriptionState::Active));
            let states: Vec<_> = subscription::list_newest(scope, AccountId([9; 16]), 9)?.into_iter().map(|a| a.is_confirmed).collect();
            assert_eq!(states, [false, true, true]);
            Ok::<_, StoreError>(())
        }).await.unwrap();
    }
}
