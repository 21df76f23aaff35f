//! What is SQLite's own: the group commit, the threads, the write-ahead log, the file.

use crate::home::{Home, IDS, INSERT, INSERT_ID, ids, insert_id};
use std::fs;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Waker};
use store::{Database, StoreError, params, statements};

statements! {
    DELETE = "DELETE FROM thing WHERE id = $1";
    pair FEW_PAGES = { sqlite: "PRAGMA max_page_count = 40", postgres: "SELECT 1" };
    pair MANY_PAGES = { sqlite: "PRAGMA max_page_count = 4000", postgres: "SELECT 1" };
    pair BLOB = { sqlite: "INSERT INTO thing (id, data) VALUES ($1, zeroblob(1000000))", postgres: "SELECT $1" };
}

type Waiting = Pin<Box<dyn Future<Output = Result<u64, StoreError>> + Send>>;

/// Holds the writer inside a transaction until the returned end is dropped or sent to.
fn hold(db: &Database) -> (Sender<()>, Waiting) {
    let (release, held): (_, Receiver<()>) = channel();
    let db = db.clone();
    // A group runs again when one of its jobs fails.
    let mut is_first_run = true;
    let holding = async move {
        db.write("hold", move |tx| {
            if std::mem::take(&mut is_first_run) {
                let _released = held.recv();
            }
            tx.execute(&INSERT_ID, &params![0_i64])
        })
        .await
    };
    (release, queued(holding))
}

/// Polled once, so that its job waits in the queue.
fn queued(work: impl Future<Output = Result<u64, StoreError>> + Send + 'static) -> Waiting {
    let mut work: Waiting = Box::pin(work);
    assert!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    work
}

fn job(db: &Database, f: impl FnMut(&store::Tx<'_>) -> Result<u64, StoreError> + Send + 'static) -> Waiting {
    let db = db.clone();
    queued(async move { db.write("job", f).await })
}

#[tokio::test]
async fn a_failing_job_takes_nothing_of_its_neighbours_with_it() {
    let home = Home::sqlite();
    let db = home.open().await;
    let (release, first) = hold(&db);
    let good = job(&db, |tx| tx.execute(&INSERT_ID, &params![1_i64]));
    let refused = job(&db, |tx| {
        tx.execute(&INSERT_ID, &params![2_i64])?;
        Err(StoreError::Stopped)
    });
    let panics = job(&db, |tx| {
        tx.execute(&INSERT_ID, &params![3_i64])?;
        panic!("on purpose")
    });
    let clashes = job(&db, |tx| {
        tx.execute(&INSERT_ID, &params![4_i64])?;
        tx.execute(&INSERT_ID, &params![1_i64])
    });
    let last = job(&db, |tx| tx.execute(&INSERT_ID, &params![5_i64]));
    release.send(()).unwrap();
    assert_eq!((first.await, good.await, last.await), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(refused.await, Err(StoreError::Stopped));
    assert_eq!(panics.await, Err(StoreError::Panicked { name: "job" }));
    assert_eq!(clashes.await, Err(StoreError::Conflict { statement: INSERT_ID.name() }));
    assert_eq!(ids(&db).await, [0, 1, 5]);
}

#[tokio::test]
async fn jobs_run_once_unless_one_of_their_group_fails() {
    let home = Home::sqlite();
    let db = home.open().await;
    let counted = |id: i64| {
        let runs = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&runs);
        let counting = job(&db, move |tx| {
            counter.fetch_add(1, Ordering::SeqCst);
            tx.execute(&INSERT_ID, &params![id])
        });
        (runs, counting)
    };
    let (release, held) = hold(&db);
    let (once, first) = counted(1);
    release.send(()).unwrap();
    assert_eq!((held.await, first.await, once.load(Ordering::SeqCst)), (Ok(1), Ok(1), 1));

    let (release, held) = channel();
    let holding = job(&db, move |_| {
        let _released: Result<(), _> = held.recv();
        Ok(0)
    });
    let (twice, before) = counted(2);
    let fails = job(&db, |tx| {
        tx.execute(&INSERT_ID, &params![3_i64])?;
        Err(StoreError::Stopped)
    });
    let (alone, after) = counted(4);
    drop(release);
    assert_eq!((holding.await, before.await, after.await), (Ok(0), Ok(1), Ok(1)));
    assert_eq!(fails.await, Err(StoreError::Stopped));
    assert_eq!((twice.load(Ordering::SeqCst), alone.load(Ordering::SeqCst)), (2, 1));
    assert_eq!(ids(&db).await, [0, 1, 2, 4]);
}

#[tokio::test]
async fn a_full_disk_is_told_to_everybody_whose_work_it_took() {
    let home = Home::sqlite();
    let db = home.open().await;
    db.write("few", |tx| tx.query(&FEW_PAGES, &[])).await.unwrap();
    let (release, first) = hold(&db);
    let full = job(&db, |tx| tx.execute(&BLOB, &params![1_i64]));
    let last = job(&db, |tx| tx.execute(&INSERT_ID, &params![2_i64]));
    release.send(()).unwrap();
    let told = [(0, first.await.is_ok()), (1, full.await.is_ok()), (2, last.await.is_ok())];
    assert!(!told[1].1);
    let kept: Vec<i64> = told.iter().filter(|(_, ok)| *ok).map(|(id, _)| *id).collect();
    assert_eq!(ids(&db).await, kept);
    // And it works again once there is room.
    db.write("many", |tx| tx.query(&MANY_PAGES, &[])).await.unwrap();
    db.write("blob", |tx| tx.execute(&BLOB, &params![9_i64])).await.unwrap();
    assert!(ids(&db).await.contains(&9));
}

#[tokio::test]
async fn what_is_queued_is_finished_when_callers_and_handles_are_gone() {
    let home = Home::sqlite();
    let db = home.open().await;
    let (release, first) = hold(&db);
    let waiting: Vec<_> =
        (1..1_000_i64).map(|id| job(&db, move |tx| tx.execute(&INSERT_ID, &params![id]))).collect();
    drop(waiting);
    drop(first);
    drop(release);
    drop(db);
    assert!(!home.file().with_extension("db-wal").exists(), "the last to close tidies the log away");
    assert_eq!(ids(&home.open().await).await, (0..1_000).collect::<Vec<_>>());
}

/// What a closure holds, counted while it lives.
struct Held(Arc<AtomicUsize>);

impl Held {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn no_more_than_so_many_jobs_lie_in_the_queue_and_who_hangs_up_leaves_the_line() {
    let home = Home::sqlite();
    let db = home.open().await;
    assert_eq!(db.waiting(), store::Waiting::default());
    let (release, first) = hold(&db);
    let (held, many) = (Arc::new(AtomicUsize::new(0)), 5_000_usize);
    let waiting: Vec<_> = (1..=many)
        .map(|id| {
            let own = Held::new(&held);
            job(&db, move |tx| {
                let _own = &own;
                tx.execute(&INSERT_ID, &params![i64::try_from(id).unwrap()])
            })
        })
        .collect();
    // The one that holds the writer is not in the line once it runs.
    while db.waiting().count > many {
        tokio::task::yield_now().await;
    }
    assert_eq!((db.waiting().count, held.load(Ordering::SeqCst)), (many, many));
    let first_waited = db.waiting().longest;
    assert!(first_waited > std::time::Duration::ZERO && db.waiting().longest >= first_waited);
    // Nobody waits for an answer any more: what lies in the queue stays, the rest is gone with its caller.
    drop(waiting);
    let left = held.load(Ordering::SeqCst);
    assert_eq!((db.waiting().count, left), (1_023, 1_023), "with the one that runs 1,024");
    release.send(()).unwrap();
    assert_eq!(first.await, Ok(1));
    assert_eq!(insert_id(&db, 9_999).await, Ok(1));
    assert_eq!(ids(&db).await.len(), left + 2, "what was queued was written");
    assert_eq!((db.waiting().count, held.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn a_job_may_hold_the_last_handle() {
    let home = Home::sqlite();
    let db = home.open().await;
    let (release, held) = channel::<()>();
    let (ended, end) = channel::<()>();
    let inner = db.clone();
    let writing = job(&db, move |tx| {
        let _keep = (&inner, &ended);
        let _released = held.recv();
        tx.execute(&INSERT_ID, &params![1_i64])
    });
    drop(writing);
    drop(db);
    drop(release);
    // The job drops `ended` when it is dropped itself, on the writer's thread.
    assert!(end.recv().is_err());
    let db = home.open().await;
    assert_eq!(insert_id(&db, 2).await, Ok(1));
    assert_eq!(ids(&db).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_the_log_is_empty_after_a_checkpoint_even_behind_a_reader() {
    let home = Home::sqlite();
    let db = home.open().await;
    let needle = b"needle in the log and in the pages";
    db.write("insert", move |tx| {
        tx.execute(&INSERT, &params![1_i64, None::<&str>, needle, None::<i64>, None::<i64>])
    })
    .await
    .unwrap();
    assert!(found(&home, needle));
    let (looking, looks) = channel::<()>();
    let (release, held) = channel::<()>();
    let reader = tokio::spawn({
        let db = db.clone();
        async move {
            db.read("slow", move |tx| {
                let rows = tx.query(&IDS, &[])?.len();
                looking.send(()).unwrap();
                held.recv().unwrap();
                Ok::<_, StoreError>(rows)
            })
            .await
        }
    });
    tokio::task::spawn_blocking(move || looks.recv().unwrap()).await.unwrap();
    db.write("erase", |tx| tx.execute(&DELETE, &params![1_i64])).await.unwrap();
    let cleaning = tokio::spawn({
        let db = db.clone();
        async move { db.checkpoint_truncate().await }
    });
    release.send(()).unwrap();
    assert_eq!(reader.await.unwrap(), Ok(1));
    assert_eq!(cleaning.await.unwrap(), Ok(()));
    assert_eq!(fs::metadata(home.file().with_extension("db-wal")).unwrap().len(), 0);
    assert!(!found(&home, needle));
}

/// Whether the bytes are in any file of the database.
fn found(home: &Home, needle: &[u8]) -> bool {
    fs::read_dir(home.file().parent().unwrap()).unwrap().any(|file| {
        fs::read(file.unwrap().path()).unwrap().windows(needle.len()).any(|bytes| bytes == needle)
    })
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::sqlite();
    let db = home.open().await;
    insert_id(&db, 1).await.unwrap();
    for file in fs::read_dir(home.file().parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_what_to_do() {
    let home = Home::sqlite();
    fs::write(home.file(), [b'x'; 5_000]).unwrap();
    let error = home.try_open(store::Schema::Data, crate::home::THINGS).await.err().unwrap();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("test.db") && error.to_string().contains("restore"), "{error}");
}

#[tokio::test]
async fn a_damaged_page_is_found_when_opening() {
    let home = Home::sqlite();
    let db = home.open().await;
    let rows: Vec<_> = (1..2_000_i64).map(|id| params![id]).collect();
    db.write("fill", move |tx| tx.execute_many(&INSERT_ID, &rows)).await.unwrap();
    db.check().await.unwrap();
    drop(db);
    let mut bytes = fs::read(home.file()).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 4);
    bytes[(pages - 1) * 4096..].fill(0xa5);
    fs::write(home.file(), bytes).unwrap();
    let error = home.try_open(store::Schema::Data, crate::home::THINGS).await.err().unwrap();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}
