//! All or nothing, serial, and on the disk.

use crate::home::{GET, Home, INSERT_ID, PUT_NUMBER, SET_NUMBER, ids, insert_id, on_both};
use crate::tables::{self, BRAND, BULK};
use model::delivery::{DeliveryRef, DeliveryState};
use model::id::{LeadId, PageId};
use model::time::Timestamp;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use store::tables::delivery::{self, Outcome};
use store::{Database, Schema, StoreError, Tx, params, statements};

statements! {
    MAY_IDLE = "SELECT current_setting('idle_in_transaction_session_timeout')";
}

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

/// Of whoever says nothing amid a transaction the server ends it, but not of a copy: its rows go into a file, and no faster
/// than that is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stands_still_amid_a_transaction_loses_it_unless_it_is_a_copy() {
    let Some(home) = Home::postgres().await else { return };
    let db = home.open().await;
    let asked = |tx: &Tx<'_>| Ok::<_, StoreError>(tx.query_one(&MAY_IDLE, &[])?.text(0)?.to_owned());
    assert_eq!(db.write("asked", asked).await.as_deref(), Ok("10s"));
    assert_eq!(db.read("asked", asked).await.as_deref(), Ok("1min"));
    let (out, _frames) = std::sync::mpsc::sync_channel(1);
    let (tell, told) = std::sync::mpsc::channel();
    let seen = move |tx: &Tx<'_>| {
        tell.send(asked(tx)?).unwrap();
        Ok::<_, StoreError>(())
    };
    // These tables are not ours, so there is nothing to copy.
    Database::copy_out(&home.url(), Schema::Data, out, seen).await.unwrap_err();
    assert!(!["10s", "1min"].contains(&told.recv().unwrap().as_str()));
    drop(db);
    home.remove().await;
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

/// Rows of this page are on the wire, and one that was planned for each.
async fn lanes_that_write(home: &Home, db: &store::Database, pages: [PageId; 2], analysed: bool) -> usize {
    let (runs, meet) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(2)));
    let claim = [7; 16];
    if analysed {
        home.on_server("ANALYZE {}.delivery").await;
    }
    let lane = |page: PageId| {
        let (db, runs, meet) = (db.clone(), Arc::clone(&runs), Arc::clone(&meet));
        async move {
            let write = move |tx: &Tx<'_>| {
                let is_first = runs.fetch_add(1, Ordering::SeqCst) < 2;
                let rows = |from: u8| {
                    (from..from + 20).map(move |n| DeliveryRef { broadcast: BULK, lead: LeadId([n; 16]) })
                };
                let done: Vec<_> = rows(1)
                    .map(|delivery| Outcome {
                        delivery,
                        state: DeliveryState::Sent,
                        reason: None,
                        next_at: Timestamp(0),
                    })
                    .collect();
                let recorded =
                    delivery::record_outcomes(tx, done.iter().map(|o| (page, &claim, o)), Timestamp(9))?;
                let taken: Vec<_> = rows(101).map(|named| (page, named, claim)).collect();
                let taken = delivery::set_sending(tx, &taken, Timestamp(9))?;
                if is_first {
                    meet.wait();
                }
                Ok::<_, StoreError>((recorded, taken))
            };
            assert_eq!(db.write("lane", write).await, Ok((20, 20)), "{page}");
        }
    };
    tokio::join!(lane(pages[0]), lane(pages[1]));
    runs.load(Ordering::SeqCst)
}

/// A server that has looked at its tables when hardly anything was on the wire takes the index of what is for the quickest
/// way, reads all of it for each, and then undoes whoever writes beside it, again and again.
#[tokio::test(flavor = "multi_thread")]
async fn lanes_of_different_pages_do_not_undo_each_other_whatever_the_server_knows_of_its_tables() {
    let Some(home) = Home::postgres().await else { return };
    let db = tables::open(&home).await;
    let row = |page: u8, state: u8, from: u8| {
        format!(
            "INSERT INTO {{}}.delivery (broadcast_id, lead_id, brand_id, page_id, state, claim, changed_at) SELECT '\\x{bulk}', decode(repeat(lpad(to_hex(n), 2, '0'), 16), 'hex'), '\\x{brand}', '\\x{page}', {state}, {claim}, 1 FROM generate_series({from}, {to}) n;",
            bulk = hex(&BULK.0),
            brand = hex(&BRAND.0),
            page = hex(&[page; 16]),
            claim = if state == 1 { format!("'\\x{}'", hex(&[7; 16])) } else { "NULL".to_owned() },
            to = from + 19,
        )
    };
    for analysed in [false, true] {
        home.on_server("DELETE FROM {}.delivery").await;
        for page in [1, 9] {
            home.on_server(&row(page, 1, 1)).await;
            home.on_server(&row(page, 0, 101)).await;
        }
        // Sent long ago, between the two.
        let old = format!(
            "INSERT INTO {{}}.delivery (broadcast_id, lead_id, brand_id, page_id, state, changed_at) SELECT '\\x{}', decode(md5(n::text), 'hex'), '\\x{}', '\\x{}', 2, 1 FROM generate_series(1, 20000) n",
            hex(&BULK.0),
            hex(&BRAND.0),
            hex(&[5; 16])
        );
        home.on_server(&old).await;
        let runs = lanes_that_write(&home, &db, [PageId([1; 16]), PageId([9; 16])], analysed).await;
        assert_eq!(runs, 2, "analysed: {analysed}");
    }
    home.remove().await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
