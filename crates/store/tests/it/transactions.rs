//! All or nothing, serial, and on the disk.

use crate::home::{GET, Home, INSERT_ID, PUT_NUMBER, SET_NUMBER, ids, insert_id, on_both};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{StoreError, params};

/// A caller's own error, as the tables above the port have one.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    Rule,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

on_both! {
    async fn an_error_takes_back_the_whole_transaction(home: &Home) {
        let db = home.open().await;
        let ended = db
            .write("refused", |tx| {
                tx.execute(&INSERT_ID, &params![1_i64])?;
                Err::<(), _>(Refused::Rule)
            })
            .await;
        assert_eq!(ended, Err(Refused::Rule));
        assert_eq!(ids(&db).await, [0_i64; 0]);
    }

    async fn a_panic_takes_back_its_transaction_and_the_next_one_works(home: &Home) {
        let db = home.open().await;
        let ended = db
            .write("panics", |tx| -> Result<(), StoreError> {
                tx.execute(&INSERT_ID, &params![1_i64])?;
                panic!("on purpose");
            })
            .await;
        assert_eq!(ended, Err(StoreError::Panicked { name: "panics" }));
        let read = db.read("panics", |_| -> Result<(), StoreError> { panic!("on purpose") }).await;
        assert_eq!(read, Err(StoreError::Panicked { name: "panics" }));
        insert_id(&db, 2).await.unwrap();
        assert_eq!(ids(&db).await, [2]);
    }

    async fn a_statement_that_failed_ends_its_transaction(home: &Home) {
        let db = home.open().await;
        insert_id(&db, 1).await.unwrap();
        let ended = db
            .write("goes_on", |tx| {
                tx.execute(&INSERT_ID, &params![2_i64])?;
                assert!(tx.execute(&INSERT_ID, &params![1_i64]).is_err());
                let next = tx.execute(&INSERT_ID, &params![3_i64]);
                assert_eq!(next, Err(StoreError::Aborted { statement: INSERT_ID.name() }));
                Ok::<_, StoreError>(())
            })
            .await;
        assert_eq!(ended, Err(StoreError::PassedOver { name: "goes_on" }));
        assert_eq!(ids(&db).await, [1]);
    }

    async fn reading_transactions_cannot_write_and_see_one_moment(home: &Home) {
        let db = home.open().await;
        insert_id(&db, 1).await.unwrap();
        let (seen, go_on) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
        let (seen_tx, seen_rx) = seen;
        let (go_tx, go_rx) = go_on;
        let reader = tokio::spawn({
            let db = db.clone();
            async move {
                db.read("two_looks", move |tx| {
                    let first = tx.query(&crate::home::IDS, &[])?.len();
                    seen_tx.send(()).unwrap();
                    go_rx.recv().unwrap();
                    Ok::<_, StoreError>((first, tx.query(&crate::home::IDS, &[])?.len()))
                })
                .await
            }
        });
        tokio::task::spawn_blocking(move || seen_rx.recv().unwrap()).await.unwrap();
        insert_id(&db, 2).await.unwrap();
        go_tx.send(()).unwrap();
        assert_eq!(reader.await.unwrap(), Ok((1, 1)));
        let write = db.read("writes", |tx| tx.execute(&INSERT_ID, &params![3_i64])).await;
        assert!(write.is_err());
        assert_eq!(ids(&db).await, [1, 2], "a later reader sees what was committed before");
    }

    async fn what_many_writers_were_told_is_there_after_reopening(home: &Home) {
        let db = home.open().await;
        let writers = (0..64_i64).map(|id| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write("sometimes", move |tx| {
                    tx.execute(&INSERT_ID, &params![id])?;
                    match id % 4 {
                        2 => Err(Refused::Rule),
                        3 => panic!("on purpose"),
                        _ => Ok(id),
                    }
                })
                .await
            })
        });
        let mut told = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            match writer.await.unwrap() {
                Ok(id) => told.push(id),
                Err(Refused::Rule | Refused::Store(StoreError::Panicked { .. })) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(told, (0..64).filter(|id| id % 4 < 2).collect::<Vec<_>>());
        drop(db);
        assert_eq!(ids(&home.open().await).await, told);
    }

    async fn reading_then_writing_loses_no_update(home: &Home) {
        let db = home.open().await;
        db.write("zero", |tx| tx.execute(&PUT_NUMBER, &params![1_i64, 100_i64])).await.unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let adders = (0..24).map(|_| {
            let (db, runs) = (db.clone(), Arc::clone(&runs));
            tokio::spawn(async move {
                db.write("add", move |tx| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    let number = tx.query_one(&GET, &params![1_i64])?.int(3)?;
                    tx.execute(&SET_NUMBER, &params![1_i64, number + 1])
                })
                .await
            })
        });
        let mut added = 0;
        for adder in adders.collect::<Vec<_>>() {
            match adder.await.unwrap() {
                Ok(_) => added += 1,
                // Allowed, as long as it is told.
                Err(StoreError::Contended { .. }) => assert!(!home.is_sqlite()),
                Err(other) => panic!("{other}"),
            }
        }
        let number = db.read("get", |tx| tx.query_one(&GET, &params![1_i64])?.int(3)).await.unwrap();
        assert_eq!(number, 100 + added);
        assert!(added >= 20, "only {added} of 24 got through");
        if home.is_sqlite() {
            assert_eq!(runs.load(Ordering::SeqCst), 24, "SQLite runs each closure once");
        }
    }
}

/// The port must not need a second worker thread.
#[tokio::test(flavor = "current_thread")]
async fn one_worker_thread_is_enough() {
    for home in [Some(Home::sqlite()), Home::postgres().await].into_iter().flatten() {
        let db = home.open().await;
        let writers: Vec<_> = (0..40)
            .map(|id| {
                let db = db.clone();
                tokio::spawn(async move { insert_id(&db, id).await })
            })
            .collect();
        for writer in writers {
            assert_eq!(writer.await.unwrap(), Ok(1));
        }
        assert_eq!(ids(&db).await.len(), 40);
        drop(db);
        home.remove().await;
    }
}

/// On one thread, so that nothing can notice the cut before the next transaction begins.
#[tokio::test(flavor = "current_thread")]
async fn a_connection_that_died_unnoticed_is_replaced() {
    let Some(home) = Home::postgres().await else { return };
    let db = home.open().await;
    insert_id(&db, 1).await.unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let elsewhere = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            elsewhere.block_on(home.cut_connections());
        });
    });
    assert_eq!(insert_id(&db, 2).await, Ok(1));
    assert_eq!(ids(&db).await, [1, 2]);
    drop(db);
    home.remove().await;
}
