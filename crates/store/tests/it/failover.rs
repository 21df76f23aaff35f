//! A server that goes away or takes no writes any more, and its replica that takes over.

use crate::home::{Home, INSERT_ID, THINGS, ids, insert_id};
use crate::server::Server;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use store::{Database, Options, Schema, StoreError, params, statements};

statements! {
    READ_ONLY = "SET TRANSACTION READ ONLY";
}

/// Lets the test into the middle of a transaction's first run.
struct Gate {
    runs: Arc<AtomicUsize>,
    reached: Sender<()>,
    go_on: Receiver<()>,
}

impl Gate {
    fn new() -> (Self, Arc<AtomicUsize>, Receiver<()>, Sender<()>) {
        let (runs, (reached, is_reached), (open, go_on)) = (Arc::default(), channel(), channel());
        (Self { runs: Arc::clone(&runs), reached, go_on }, runs, is_reached, open)
    }

    fn pass(&self) {
        if self.runs.fetch_add(1, Ordering::SeqCst) == 0 {
            self.reached.send(()).unwrap();
            self.go_on.recv().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_over_and_only_what_was_not_being_committed_is_run_again() {
    let Some(mut server) = Server::start(&[OsStr::new("pair")]).await else { return };
    let (first, second) = (server.said(), server.said());
    let port = second.rsplit_once(':').unwrap().1.split_once('/').unwrap().0;
    // The replica is asked first and is not taken.
    let both = first.replace("@127.0.0.1:", &format!("@127.0.0.1:{port},127.0.0.1:"));
    let options = Options { readers: 1, connections: 8 };
    let db = Database::open_with(&both, Schema::Data, THINGS, options).await.unwrap();
    insert_id(&db, 1).await.unwrap();

    // One is between its statements when the server stops, the other before its COMMIT.
    let (between, runs_between, at_between, open_between) = Gate::new();
    let (at_end, runs_at_end, at_commit, open_at_end) = Gate::new();
    let again = tokio::spawn({
        let db = db.clone();
        async move {
            db.write("between", move |tx| {
                tx.execute(&INSERT_ID, &params![2_i64])?;
                between.pass();
                tx.execute(&INSERT_ID, &params![3_i64])
            })
            .await
        }
    });
    let unknown = tokio::spawn({
        let db = db.clone();
        async move {
            db.write("at_end", move |tx| {
                let rows = tx.execute(&INSERT_ID, &params![4_i64])?;
                at_end.pass();
                Ok::<_, StoreError>(rows)
            })
            .await
        }
    });
    // Only the replica is named, so it has to be waited for.
    let alone = tokio::task::spawn_blocking(move || {
        at_between.recv().unwrap();
        at_commit.recv().unwrap();
        server.order("stop");
        open_between.send(()).unwrap();
        open_at_end.send(()).unwrap();
        server
    });
    let mut server = alone.await.unwrap();
    let told = unknown.await.unwrap();
    assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    assert_eq!(runs_at_end.load(Ordering::SeqCst), 1, "what may have been committed is not run again");
    // Nobody takes writes now: who starts waits, and so does who wants to write.
    let starts = tokio::spawn(async move { Database::open_with(&both, Schema::Data, THINGS, options).await });
    let late = tokio::spawn({
        let db = db.clone();
        async move { insert_id(&db, 7).await }
    });
    let write =
        async move || Database::touch(&second, "standby", |tx| tx.execute(&INSERT_ID, &params![5_i64])).await;
    let waited = tokio::time::timeout(Duration::from_millis(300), write()).await;
    assert!(waited.is_err(), "{waited:?}");
    assert!(!starts.is_finished(), "a start does not wait for the one that takes over");
    assert!(!late.is_finished(), "a write does not wait for the one that takes over");
    let standby = tokio::spawn(async move { write().await });
    let server = tokio::task::spawn_blocking(move || {
        server.order("promote");
        server
    });
    let server = server.await.unwrap();
    assert_eq!(again.await.unwrap(), Ok(1));
    assert!(runs_between.load(Ordering::SeqCst) >= 2);
    assert_eq!(standby.await.unwrap(), Ok(1));
    assert_eq!(late.await.unwrap(), Ok(1));
    assert_eq!(ids(&starts.await.unwrap().unwrap()).await, [1, 2, 3, 5, 7]);
    insert_id(&db, 6).await.unwrap();
    assert_eq!(ids(&db).await, [1, 2, 3, 5, 6, 7]);
    drop((db, server));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_b1_one_that_stands_still_amid_a_transaction_does_not_hold_up_the_others() {
    let Some(home) = Home::postgres().await else { return };
    let (still, other) = (home.open().await, home.open().await);
    let (gate, runs, reached, open) = Gate::new();
    let stands = tokio::spawn(async move {
        still
            .write("stands", move |tx| {
                tx.execute(&INSERT_ID, &params![1_i64])?;
                gate.pass();
                tx.execute(&INSERT_ID, &params![2_i64])
            })
            .await
    });
    tokio::task::spawn_blocking(move || reached.recv().unwrap()).await.unwrap();
    // It waits for the row of the one that stands still.
    let waited = tokio::time::timeout(Duration::from_secs(25), insert_id(&other, 1)).await;
    assert_eq!(waited.expect("held up"), Ok(1));
    open.send(()).unwrap();
    let told = stands.await.unwrap();
    assert!(matches!(told, Err(StoreError::Conflict { .. })), "{told:?}");
    assert_eq!((runs.load(Ordering::SeqCst), ids(&other).await), (1, vec![1]));
    home.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_any_more_is_left_in_the_middle_of_a_transaction() {
    let Some(home) = Home::postgres().await else { return };
    let db = home.open().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let written = db.write("turned", {
        let runs = Arc::clone(&runs);
        move |tx| {
            if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                tx.execute(&READ_ONLY, &[])?;
            }
            tx.execute(&INSERT_ID, &params![1_i64])
        }
    });
    assert_eq!(written.await, Ok(1));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    // In a reading transaction the program is at fault, and told at once.
    let runs = Arc::new(AtomicUsize::new(0));
    let read = db.read("reads", {
        let runs = Arc::clone(&runs);
        move |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            tx.execute(&INSERT_ID, &params![2_i64])
        }
    });
    let told = read.await;
    assert!(matches!(&told, Err(StoreError::Statement { code, .. }) if code == "25006"), "{told:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    drop(db);
    home.remove().await;
}

/// Each is cut off in the middle, by the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_transaction_that_was_cut_off_is_run_again() {
    let Some(home) = Home::postgres().await else { return };
    let db = home.open().await;
    insert_id(&db, 1).await.unwrap();
    let (gate, runs, reached, open) = Gate::new();
    let read = tokio::spawn({
        let db = db.clone();
        async move {
            db.read("cut", move |tx| {
                let first = tx.query(&crate::home::IDS, &[])?.len();
                gate.pass();
                Ok::<_, StoreError>((first, tx.query(&crate::home::IDS, &[])?.len()))
            })
            .await
        }
    });
    tokio::task::spawn_blocking(move || reached.recv().unwrap()).await.unwrap();
    home.cut_connections().await;
    open.send(()).unwrap();
    assert_eq!(read.await.unwrap(), Ok((1, 1)));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    drop(db);
    home.remove().await;
}

/// Stands before a server and says of it, so many times, that it is starting.
fn starting(server: String, times: usize) -> u16 {
    // Severity, code and message, each with its letter and its end; then the end of all.
    let fields = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0";
    let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
    let refusal = [&b"E"[..], &length, fields].concat();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut asked = stream.unwrap();
            if number < times {
                let mut first = [0; 512];
                assert!(asked.read(&mut first).unwrap() > 0);
                asked.write_all(&refusal).unwrap();
                continue;
            }
            let mut real = TcpStream::connect(&server).unwrap();
            let (mut back_from, mut back_to) = (real.try_clone().unwrap(), asked.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut back_from, &mut back_to));
            std::thread::spawn(move || std::io::copy(&mut asked, &mut real));
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_starting_is_waited_for_and_one_that_refuses_is_not() {
    let Some(home) = Home::postgres().await else { return };
    let url = home.url();
    let (before, rest) = url.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let (port, few) = (starting(server.to_owned(), 4), Options { readers: 1, connections: 2 });
    let through = format!("{before}@127.0.0.1:{port}/{database}");
    let db = Database::open_with(&through, Schema::Data, THINGS, few).await.unwrap();
    insert_id(&db, 1).await.unwrap();
    assert_eq!(ids(&db).await, [1]);
    let elsewhere = format!("{before}@127.0.0.1:{port}/not_there");
    let asked = tokio::time::timeout(
        Duration::from_secs(20),
        Database::open_with(&elsewhere, Schema::Data, THINGS, few),
    );
    let refused = asked.await.expect("not asked again, as it will never be there");
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    drop(db);
    home.remove().await;
}
