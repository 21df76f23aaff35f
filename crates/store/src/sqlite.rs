//! SQLite: one writer thread that commits in groups, and a few readers.
//!
//! A commit costs a sync of the disk whatever is in it, so the writer takes everything that waits
//! into one transaction and answers only after the commit. What waits beyond [`QUEUED`] jobs waits outside the queue:
//! it costs its caller's future and nothing more, and is gone when the caller is.
//! Invariants: no queue grows without end; nobody is told "done" before the sync; a job that fails or panics takes nothing of
//! its neighbours with it.

#[cfg(test)]
mod plans;
pub(crate) mod rows;

use self::rows::failure;
use crate::error::StoreError;
use crate::line::{Line, Place};
use crate::migrate::{self, Migration};
use crate::port::{Options, Schema, Tx};
use crate::timing::Timings;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// At most so many jobs share a commit …
const GROUP_JOBS: usize = 512;
/// … and none joins after so many changed rows, so that nobody waits long for a neighbour.
const GROUP_ROWS: u64 = 20_000;
/// At most so many lie in the writer's queue or run, and as many in that of the readers.
const QUEUED: usize = 2 * GROUP_JOBS;
const BUSY: Duration = Duration::from_secs(5);
/// How long emptying the log waits for readers in one try: all writers wait as long, webhooks among them.
const CHECKPOINT_BUSY: Duration = Duration::from_millis(500);
const CHECKPOINT_TRIES: usize = 120;
/// Files up to this size are checked page by page when they are opened.
const CHECKED_BYTES: u64 = 64 * 1024 * 1024;
/// More than there are statements, so that each is prepared once per connection.
const CACHED_STATEMENTS: usize = 1024;

pub(crate) struct Sqlite {
    pub(crate) timings: Timings,
    pub(crate) line: Line,
    writer: Option<Sender<Message>>,
    room_to_write: Arc<Semaphore>,
    readers: Option<Sender<Box<dyn Job>>>,
    room_to_read: Arc<Semaphore>,
    threads: Vec<JoinHandle<()>>,
}

enum Message {
    Write(Box<dyn Job>),
    Checkpoint(oneshot::Sender<Result<bool, StoreError>>),
}

impl Sqlite {
    pub(crate) async fn open(
        path: PathBuf,
        schema: Schema,
        migrations: &'static [Migration],
        options: Options,
    ) -> Result<Self, StoreError> {
        let written = path.as_os_str().as_encoded_bytes();
        if written.is_empty() || written.starts_with(b":memory:") || written.starts_with(b"file:") {
            return Err(StoreError::Address("`sqlite:` must be followed by the path of a file".to_owned()));
        }
        let (ready, opened) = oneshot::channel();
        let (writer, jobs) = channel();
        let file = path.clone();
        let mut threads = vec![spawn("sqlite-writer", move || {
            match open_writer(&file, schema, migrations) {
                Ok(connection) => {
                    // Nobody waits for the opening any more: then nobody will write either.
                    if ready.send(Ok(())).is_ok() {
                        write_jobs(&connection, &jobs);
                    }
                }
                Err(error) => drop(ready.send(Err(error))),
            }
        })?];
        opened.await.map_err(|_| StoreError::Stopped)??;
        let (readers, jobs) = channel::<Box<dyn Job>>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..options.readers.max(1) {
            let (connection, jobs) = (open_reader(&path)?, Arc::clone(&jobs));
            threads.push(spawn("sqlite-reader", move || read_jobs(&connection, &jobs))?);
        }
        Ok(Self {
            timings: Timings::default(),
            line: Line::default(),
            writer: Some(writer),
            room_to_write: Arc::new(Semaphore::new(QUEUED)),
            readers: Some(readers),
            room_to_read: Arc::new(Semaphore::new(QUEUED)),
            threads,
        })
    }

    pub(crate) async fn write<T, E, F>(&self, name: &'static str, f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let turn = self.turn(&self.room_to_write).await?;
        let (job, answer) = Call::queued(name, f, turn);
        let sent = self.writer.as_ref().is_some_and(|writer| writer.send(Message::Write(job)).is_ok());
        if sent {
            answer.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
        } else {
            Err(StoreError::Stopped.into())
        }
    }

    pub(crate) async fn read<T, E, F>(&self, name: &'static str, f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let turn = self.turn(&self.room_to_read).await?;
        let (job, answer) = Call::queued(name, f, turn);
        let sent = self.readers.as_ref().is_some_and(|readers| readers.send(job).is_ok());
        if sent {
            answer.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
        } else {
            Err(StoreError::Stopped.into())
        }
    }

    /// A place in the queue, once there is one.
    async fn turn(&self, room: &Arc<Semaphore>) -> Result<Turn, StoreError> {
        let place = self.line.join();
        let room = match Arc::clone(room).try_acquire_owned() {
            Ok(free) => free,
            Err(_) => Arc::clone(room).acquire_owned().await.map_err(|_| StoreError::Stopped)?,
        };
        Ok(Turn { place: Some(place), _room: room })
    }

    /// Each try waits half a second for readers; between tries waiting writers have their turn.
    pub(crate) async fn checkpoint_truncate(&self) -> Result<(), StoreError> {
        for _ in 0..CHECKPOINT_TRIES {
            let (reply, answer) = oneshot::channel();
            let writer = self.writer.as_ref().ok_or(StoreError::Stopped)?;
            writer.send(Message::Checkpoint(reply)).map_err(|_| StoreError::Stopped)?;
            if answer.await.map_err(|_| StoreError::Stopped)?? {
                return Ok(());
            }
        }
        Err(StoreError::Held)
    }

    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.read("check", |tx| tx.check_pages()).await
    }
}

impl Drop for Sqlite {
    /// Readers first: the last connection to close must be the writer, which tidies the log away.
    fn drop(&mut self) {
        self.readers = None;
        for thread in self.threads.drain(..).rev() {
            if thread.thread().name() == Some("sqlite-writer") {
                self.writer = None;
            }
            // A job may hold the last handle; a thread cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                drop(thread.join());
            }
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Unavailable(format!("no thread could be started: {error}")))
}

// ---- jobs

trait Job: Send {
    /// Runs inside the open transaction; whether what it did is to be kept.
    fn run(&mut self, tx: &Tx<'_>) -> bool;
    /// Tells the caller, once it is known how the transaction ended.
    fn answer(self: Box<Self>, ended: Result<(), StoreError>);
}

/// What a job holds until it is answered.
struct Turn {
    /// Until it runs.
    place: Option<Place>,
    _room: OwnedSemaphorePermit,
}

struct Call<T, E, F> {
    name: &'static str,
    f: F,
    turn: Turn,
    returned: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Call<T, E, F>
where
    F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn queued(name: &'static str, f: F, turn: Turn) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { name, f, turn, returned: None, reply }), answer)
    }
}

impl<T, E, F> Job for Call<T, E, F>
where
    F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn run(&mut self, tx: &Tx<'_>) -> bool {
        self.turn.place = None;
        let returned = match catch_unwind(AssertUnwindSafe(|| (self.f)(tx))) {
            Ok(returned) => tx.settle(self.name, returned),
            Err(_) => Err(StoreError::Panicked { name: self.name }.into()),
        };
        let keep = returned.is_ok();
        self.returned = Some(returned);
        keep
    }

    fn answer(self: Box<Self>, ended: Result<(), StoreError>) {
        let answer = match (self.returned, ended) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(ended)) => Err(ended.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Stopped.into()),
        };
        // Whoever asked may have gone; the work is done all the same.
        drop(self.reply.send(answer));
    }
}

fn write_jobs(connection: &Connection, jobs: &Receiver<Message>) {
    let mut waiting = None;
    while let Some(message) = waiting.take().or_else(|| jobs.recv().ok()) {
        match message {
            Message::Write(job) => waiting = commit_group(connection, job, jobs),
            Message::Checkpoint(reply) => drop(reply.send(truncate_between(connection))),
        }
    }
}

/// Runs `first` and everything that waits in one transaction. Returns a message that was taken from
/// the queue and is not a job.
///
/// A savepoint for each job would have SQLite copy every page that the job touches, so there is none
/// until a job is not to be kept, which is rare: then all are taken back and run again, each in its own.
fn commit_group(connection: &Connection, first: Box<dyn Job>, jobs: &Receiver<Message>) -> Option<Message> {
    if let Err(error) = control(connection, "BEGIN IMMEDIATE") {
        first.answer(Err(error));
        return None;
    }
    let before = connection.total_changes();
    let (mut done, mut next, mut left, mut all_kept) = (Vec::new(), Some(first), None, true);
    while let Some(mut job) = next.take() {
        all_kept = job.run(&Tx::sqlite(connection));
        done.push(job);
        let full =
            done.len() >= GROUP_JOBS || connection.total_changes().saturating_sub(before) >= GROUP_ROWS;
        if !all_kept || full {
            break;
        }
        match jobs.try_recv() {
            Ok(Message::Write(job)) => next = Some(job),
            other => left = other.ok(),
        }
    }
    let ended = match done.as_mut_slice() {
        _ if all_kept => control(connection, "COMMIT"),
        // Its own error is the answer.
        [_] => Ok(()),
        several => run_apart(connection, several).and_then(|()| control(connection, "COMMIT")),
    };
    if roll_back(connection).is_err() {
        tracing::error!(
            "SQLite could not roll back; further writes will fail until the program is started again"
        );
    }
    for job in done {
        job.answer(ended.clone());
    }
    left
}

/// Ends the transaction, if there is one.
fn roll_back(connection: &Connection) -> Result<(), StoreError> {
    if connection.is_autocommit() { Ok(()) } else { control(connection, "ROLLBACK") }
}

/// Runs the jobs from the start, so that each that fails takes back its own part only.
fn run_apart(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    roll_back(connection)?;
    control(connection, "BEGIN IMMEDIATE")?;
    jobs.iter_mut().try_for_each(|job| in_savepoint(connection, job.as_mut()))
}

/// An error means that the whole transaction is lost, not only this job's part.
fn in_savepoint(connection: &Connection, job: &mut dyn Job) -> Result<(), StoreError> {
    control(connection, "SAVEPOINT job")?;
    if !job.run(&Tx::sqlite(connection)) {
        // A full disk makes SQLite roll back everything by itself; then this fails, as it should.
        control(connection, "ROLLBACK TO job")?;
    }
    control(connection, "RELEASE job")
}

fn read_jobs(connection: &Connection, jobs: &Mutex<Receiver<Box<dyn Job>>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut job) = next else { return };
        let ended = control(connection, "BEGIN").map(|()| {
            job.run(&Tx::sqlite(connection));
        });
        let ended = ended.and_then(|()| control(connection, "ROLLBACK"));
        job.answer(ended);
    }
}

fn control(connection: &Connection, sql: &'static str) -> Result<(), StoreError> {
    let run = || connection.prepare_cached(sql)?.execute([]);
    run().map(drop).map_err(|error| failure(sql, &error))
}

/// As [`truncate`], not waiting long: writers wait meanwhile.
fn truncate_between(connection: &Connection) -> Result<bool, StoreError> {
    let wait = |time| connection.busy_timeout(time).map_err(|error| failure("busy_timeout", &error));
    wait(CHECKPOINT_BUSY)?;
    let emptied = truncate(connection);
    wait(BUSY)?;
    emptied
}

/// Whether the log is empty now; `false` when a reader, or another program that does the same, was in the way.
fn truncate(connection: &Connection) -> Result<bool, StoreError> {
    const SQL: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
    let blocked = connection.query_row(SQL, [], |row| row.get::<_, i64>(0));
    match blocked.map_err(|error| failure(SQL, &error)) {
        Ok(blocked) => Ok(blocked == 0),
        Err(StoreError::Held) => Ok(false),
        Err(error) => Err(error),
    }
}

// ---- opening

/// How often a file is switched to the write-ahead log while others do the same.
const SWITCH_TRIES: usize = 20;

fn open_writer(path: &Path, schema: Schema, migrations: &[Migration]) -> Result<Connection, StoreError> {
    create_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|e| opening(path, &e))?;
    set_up(&connection, 8).map_err(|e| opening(path, &e))?;
    // The log is kept at a size that it reaches again: making a file longer costs more at each sync than
    // writing over it. What must not stay in it is wiped by whoever erases (`checkpoint_truncate`).
    let pragmas = || {
        let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;
             PRAGMA wal_autocheckpoint = 2000;",
        )?;
        Ok(mode)
    };
    let mut mode = pragmas().map_err(|e| opening(path, &e));
    // SQLite does not wait when two programs switch a file to this log at once. Taking the write lock does
    // wait, and after it the other one is done.
    for _ in 0..SWITCH_TRIES {
        if !matches!(mode, Err(StoreError::Held)) {
            break;
        }
        // Held again: then the next try says so.
        let _ = connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
        mode = pragmas().map_err(|e| opening(path, &e));
    }
    let mode = mode?;
    if mode != "wal" {
        let reason =
            format!("{} lies on a file system without shared memory; choose a local disk", path.display());
        return Err(StoreError::Unavailable(reason));
    }
    if std::fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_BYTES) {
        check_pages(&connection).map_err(|error| match error {
            StoreError::Damaged { code, .. } => {
                StoreError::Damaged { what: path.display().to_string(), code }
            }
            other => other,
        })?;
    }
    migrate::sqlite(&mut connection, schema, migrations)?;
    connection.execute_batch("PRAGMA foreign_keys = ON").map_err(|e| opening(path, &e))?;
    // A run that was killed may have left in the log what it had deleted. Nobody reads yet, unless another
    // program does.
    truncate(&connection)?;
    Ok(connection)
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| opening(path, &e))?;
    set_up(&connection, 2).map_err(|e| opening(path, &e))?;
    Ok(connection)
}

/// Reads a file and lays nothing beside it: where there is no log, nobody is at work on it, and it is read as
/// what does not change.
pub(crate) fn open_as_it_lies(path: &Path) -> Result<Connection, StoreError> {
    let mut log = path.to_path_buf().into_os_string();
    log.push("-wal");
    if Path::new(&log).exists() {
        return open_reader(path);
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let name: String = path.as_os_str().as_encoded_bytes().iter().fold(String::new(), |mut name, byte| {
        // RFC 3986: what could be read as a part of the address is written as a number.
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(byte) {
            name.push(char::from(*byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
        name
    });
    Connection::open_with_flags(format!("file:{name}?immutable=1"), flags).map_err(|e| opening(path, &e))
}

/// One transaction beside the program whose file it is.
pub(crate) fn touch<T>(
    path: &Path,
    f: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| opening(path, &e))?;
    set_up(&connection, 2).map_err(|e| opening(path, &e))?;
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
        .map_err(|e| opening(path, &e))?;
    control(&connection, "BEGIN IMMEDIATE")?;
    let returned = f(&Tx::sqlite(&connection))?;
    control(&connection, "COMMIT")?;
    Ok(returned)
}

pub(crate) fn in_snapshot<T>(
    connection: &Connection,
    f: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    control(connection, "BEGIN")?;
    let returned = f(&Tx::sqlite(connection))?;
    control(connection, "ROLLBACK")?;
    Ok(returned)
}

fn set_up(connection: &Connection, cache_mib: i64) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // Otherwise each statement with `LIMIT $n` is planned anew whenever it runs: its plan would depend
    // on the number.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "cache_size", -1024 * cache_mib)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// Makes the file, if it is not there, readable by its owner only; SQLite gives its log the same.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .map(drop)
        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", path.display())))
}

fn opening(path: &Path, error: &rusqlite::Error) -> StoreError {
    match failure("open", error) {
        StoreError::Damaged { code, .. } => StoreError::Damaged { what: path.display().to_string(), code },
        StoreError::Statement { code, .. } => StoreError::Unavailable(format!("{}: {code}", path.display())),
        other => other,
    }
}

fn check_pages(connection: &Connection) -> Result<(), StoreError> {
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| failure("check", &error))?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StoreError::Damaged { what: "the database".to_owned(), code: "page check".to_owned() })
    }
}

impl Tx<'_> {
    fn check_pages(&self) -> Result<(), StoreError> {
        self.on_sqlite().map_or(Ok(()), check_pages)
    }
}
