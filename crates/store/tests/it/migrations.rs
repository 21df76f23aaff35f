//! Migrating: once, in order, by one program at a time, and never over what it does not know.

use crate::home::{Home, INSERT_ID, THINGS, ids, insert_id, on_both};
use store::{Migration, Schema, StoreError, params, statements};

statements! { COLOURS = "SELECT colour FROM thing ORDER BY id"; }

const FIRST: Migration = Migration {
    number: THINGS[0].number,
    name: THINGS[0].name,
    sqlite: THINGS[0].sqlite,
    postgres: THINGS[0].postgres,
};
const SECOND_SQL: &str = "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';
                          UPDATE thing SET colour = 'red' WHERE id = 1";
const SECOND: Migration =
    Migration { number: 2, name: "0002_colour", sqlite: SECOND_SQL, postgres: SECOND_SQL };
const BROKEN: Migration = Migration {
    number: 3,
    name: "0003_broken",
    sqlite: "ALTER TABLE no DROP it",
    postgres: "ALTER TABLE no DROP it",
};

static TWO: &[Migration] = &[FIRST, SECOND];
static THREE_ONE_BROKEN: &[Migration] = &[FIRST, SECOND, BROKEN];
static EDITED: &[Migration] = &[Migration {
    number: 1,
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

    async fn an_older_program_leaves_a_newer_database_alone(home: &Home) {
        drop(home.try_open(Schema::Data, TWO).await.unwrap());
        let error = home.try_open(Schema::Data, THINGS).await.err();
        assert_eq!(error, Some(StoreError::Newer { found: 2, known: 1 }));
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
