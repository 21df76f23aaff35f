//! How fast the port is on this machine: `cargo run --release -p store --example port_speed`, or
//! `… --example port_speed -- postgres://…` (an empty database) for PostgreSQL.
//!
//! Beside each figure stands what the engine does bare, as only the ratio outlives the machine.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a measurement prints, takes the time and stops where something is not as it should be"
)]

use std::time::{Duration, Instant};
use store::{Database, Migration, Options, Schema, StoreError, Value, params, statements};

static TABLE: &[Migration] = &[Migration {
    number: 1,
    kind: store::Kind::Expand,
    name: "0001_event",
    sqlite: "CREATE TABLE event (id BLOB NOT NULL PRIMARY KEY, at INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID",
    postgres: "CREATE TABLE event (id BYTEA NOT NULL PRIMARY KEY, at BIGINT NOT NULL, sealed BYTEA NOT NULL)",
}];

statements! {
    INSERT = "INSERT INTO event (id, at, sealed) VALUES ($1, $2, $3)";
    UPSERT = "INSERT INTO event (id, at, sealed) VALUES ($1, $2, $3)
              ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed";
    GET = "SELECT at, sealed FROM event WHERE id = $1";
}

const LONG: Duration = Duration::from_secs(4);

/// Ids in the order of time, as UUIDv7 are.
fn row(number: u64) -> Vec<Value> {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    params![id, number.cast_signed(), [0x5a_u8; 160]]
}

async fn single_writes(db: &Database, tasks: u64, base: u64) -> f64 {
    let start = Instant::now();
    let workers: Vec<_> = (0..tasks)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut done = 0;
                while start.elapsed() < LONG {
                    let row = row(base + done * tasks + task);
                    db.write("insert", move |tx| tx.execute(&INSERT, &row)).await.unwrap();
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.unwrap();
    }
    rate(done, start)
}

async fn batches(db: &Database, base: u64) -> f64 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < LONG {
        let rows: Vec<_> = (0..1_000).map(|n| row(base + done + n)).collect();
        done += db.write("batch", move |tx| tx.execute_many(&INSERT, &rows)).await.unwrap();
    }
    rate(done, start)
}

/// What PostgreSQL does not take as one statement.
async fn upserts(db: &Database, base: u64) -> f64 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < LONG {
        let rows: Vec<_> = (0..1_000).map(|n| row(base + done + n)).collect();
        done += db.write("upserts", move |tx| tx.execute_many(&UPSERT, &rows)).await.unwrap();
    }
    rate(done, start)
}

/// What `execute_many` spares.
async fn one_by_one(db: &Database, base: u64) -> f64 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < LONG {
        let rows: Vec<_> = (0..1_000).map(|n| row(base + done + n)).collect();
        let each =
            move |tx: &store::Tx<'_>| rows.iter().map(|row| tx.execute(&UPSERT, row)).sum::<Result<u64, _>>();
        done += db.write("one_by_one", each).await.unwrap();
    }
    rate(done, start)
}

async fn look_ups(db: &Database, base: u64) -> f64 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < LONG {
        let keys: Vec<_> = (0..1_000).map(|n| row(base + n)[..1].to_vec()).collect();
        let found = db.read("look_up", move |tx| tx.query_many(&GET, &keys)).await;
        done += found.unwrap().iter().flatten().count() as u64;
    }
    rate(done, start)
}

async fn single_reads(db: &Database, tasks: u64, base: u64) -> f64 {
    let start = Instant::now();
    let workers: Vec<_> = (0..tasks)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut done = 0;
                while start.elapsed() < LONG {
                    let key = row(base + (done * tasks + task) % 1_000)[..1].to_vec();
                    let found =
                        db.read("get", move |tx| Ok::<_, StoreError>(tx.query_opt(&GET, &key)?.is_some()));
                    assert!(found.await.unwrap());
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.unwrap();
    }
    rate(done, start)
}

/// The same rows through rusqlite alone, a thousand to a commit, synced.
fn bare_sqlite(path: &std::path::Path) -> f64 {
    let mut connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;",
        )
        .unwrap();
    connection.execute_batch(TABLE[0].sqlite).unwrap();
    let (start, mut done) = (Instant::now(), 0_u64);
    while start.elapsed() < LONG {
        let tx = connection.transaction().unwrap();
        let mut insert = tx.prepare_cached("INSERT INTO event (id, at, sealed) VALUES (?1, ?2, ?3)").unwrap();
        for _ in 0..1_000 {
            let mut id = [0_u8; 16];
            id[..8].copy_from_slice(&done.to_be_bytes());
            insert.execute((id, done.cast_signed(), [0x5a_u8; 160])).unwrap();
            done += 1;
        }
        drop(insert);
        tx.commit().unwrap();
    }
    rate(done, start)
}

/// A write and a sync, one after the other.
fn bare_syncs(folder: &std::path::Path) -> f64 {
    use std::io::Write;
    let mut file = std::fs::File::create(folder.join("sync")).unwrap();
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < LONG {
        file.write_all(&[0; 4096]).unwrap();
        file.sync_data().unwrap();
        done += 1;
    }
    rate(done, start)
}

fn rate(done: u64, start: Instant) -> f64 {
    done as f64 / start.elapsed().as_secs_f64()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| format!("sqlite:{}", folder.path().join("speed.db").display()));
    println!("bare: writes of 4 KiB, each synced {:>10.0} /s", bare_syncs(folder.path()));
    if url.starts_with("sqlite:") {
        println!(
            "bare: rusqlite, 1,000 a commit   {:>10.0} rows/s",
            bare_sqlite(&folder.path().join("bare.db"))
        );
    }
    let db = Database::open_with(&url, Schema::Data, TABLE, Options::default()).await.unwrap();
    for (place, tasks) in [(1_u64, 1_u64), (2, 32), (3, 256)] {
        let rate = single_writes(&db, tasks, place << 40).await;
        println!("{tasks:>4} tasks, one small row each   {rate:>10.0} commits acknowledged/s");
    }
    println!("execute_many, 1,000 a commit     {:>10.0} rows/s", batches(&db, 4 << 40).await);
    println!("  an upsert per row              {:>10.0} rows/s", upserts(&db, 5 << 40).await);
    println!("  the same, one after the other  {:>10.0} rows/s", one_by_one(&db, 6 << 40).await);
    println!("query_many, 1,000 keys           {:>10.0} look-ups/s", look_ups(&db, 4 << 40).await);
    println!("  32 tasks, one look-up each     {:>10.0} reads/s", single_reads(&db, 32, 4 << 40).await);
}
