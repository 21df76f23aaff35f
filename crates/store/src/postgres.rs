//! PostgreSQL: a pool of connections, and each transaction's closure on a thread that may block.
//!
//! Invariants: writing transactions are serializable, so that a rule which reads and then writes
//! holds on several nodes as it does under SQLite's one writer; a connection goes back to the pool
//! only outside a transaction; a transaction is run again only if its COMMIT was not sent, or was refused; only an
//! error's code is told, as its text may quote values.

mod address;
mod rights;
mod settings;
mod tls;

pub use address::{Protection, Server, protection, servers, verified_with};
pub use settings::{ServerSettings, Without};

use crate::error::{COMMIT, StoreError};
use crate::line::Line;
use crate::migrate::{self, Migration};
use crate::port::{Health, Options, Schema, Tx};
use crate::presence::Presence;
use crate::statement::{Stmt, with_parameters};
use crate::timing::Timings;
use crate::value::{Row, Value};
use address::Address;
use deadpool_postgres::{Client, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use futures_util::TryStreamExt;
use futures_util::future::join;
use std::cell::Cell;
use std::error::Error;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;
use tls::Tls;
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{BorrowToSql, FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Statement};

/// How often a transaction is run before giving up against others.
const TRIES: u32 = 20;
/// The longest pause between two of these, in milliseconds.
const PAUSE: u64 = 50;
/// How often another connection is tried after one was lost: about ten seconds, in which a replica takes over.
const CONNECTIONS: u32 = 20;
/// How often a server that is coming up is asked at our own start: for about a minute.
const STARTING: u32 = 80;
/// The longest pause between two of these, in milliseconds.
const LONG_PAUSE: u64 = 1_000;
/// Requests on the way at once; bounds the memory of a batch.
const PIPELINED: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(30);
/// A node that stands still, or whose wire is silent, while it holds rows that others wait for loses them after ten seconds:
/// the server ends its connection, and the transaction runs again on another. A table that is read from end to end is read by everybody who writes
/// to it, as a serializable transaction counts: small ones, too, are read by their indexes. Where there is none the server takes what it was told not
/// to do for very dear, and would compile it first. The same goes for an index from end to end, which is what two tables are merged or
/// hashed by.
const WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashjoin = off; SET LOCAL jit = off";
/// Set behind what a writing transaction asks: a plan that a reading one has made is not its own.
const OF_WRITING: &str = " /* writes */";
/// A reader is in the way of nobody but whoever changes tables. One that stands still is for a minute: nobody computes for
/// so long between two questions.
const READ: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '1min'";
/// Between two of its questions a file is written, or another database, as slow as these are: as the server has it.
const COPY: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Read,
    /// Reading at the pace of whoever takes it.
    Copy,
}

impl Mode {
    const fn begin(self) -> &'static str {
        match self {
            Self::Write => WRITE,
            Self::Read => READ,
            Self::Copy => COPY,
        }
    }

    const fn is_writing(self) -> bool {
        matches!(self, Self::Write)
    }
}

pub(crate) struct Postgres {
    pub(crate) timings: Timings,
    pub(crate) line: Line,
    pub(crate) pool: Pool,
    address: Box<Address>,
    /// Whether another server may take over, so that waiting for one is worth it.
    has_successor: bool,
}

impl Postgres {
    pub(crate) async fn open(
        url: &str,
        schema: Schema,
        migrations: &'static [Migration],
        options: Options,
    ) -> Result<Self, StoreError> {
        let postgres = Self::connect(url, options)?;
        let first = postgres.first().await?;
        // Of an address without a password nobody can say by looking at it whether the server asks for anything.
        if postgres.address.has_certificate() && postgres.lets_in_without().await? == Some(Without::Anything)
        {
            return Err(StoreError::LetsInAnybody);
        }
        migrate::postgres(&first, schema, migrations).await?;
        Ok(postgres)
    }

    pub(crate) fn connect(url: &str, options: Options) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let (tls, has_successor) = (address.tls()?, address.has_several());
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match tls {
            Some(tls) => Manager::from_config(address.config.clone(), tls, recycling),
            None => Manager::from_config(address.config.clone(), NoTls, recycling),
        };
        let pool = Pool::builder(manager)
            .max_size(options.connections.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let (timings, line) = (Timings::default(), Line::default());
        Ok(Self { timings, line, pool, address: Box::new(address), has_successor })
    }

    /// Whether the schema knows no migration: nothing of ours was ever in it.
    pub(crate) async fn is_bare(url: &str) -> Result<bool, StoreError> {
        let one = Self::connect(url, Options { connections: 1, ..Options::default() })?;
        let client = one.first().await?;
        let row = client.query_one("SELECT to_regclass('migration') IS NULL", &[]).await;
        row.and_then(|row| row.try_get(0)).map_err(|error| failure("is_bare", &error))
    }

    /// A connection beside the pool that shows the others that this process lives.
    pub(crate) async fn presence(&self, id: &[u8; 16]) -> Result<Presence, StoreError> {
        let failed = |error: tokio_postgres::Error| unreachable_server(&error);
        if let Some(tls) = self.address.tls()? {
            let (client, connection) = self.address.config.connect(tls).await.map_err(failed)?;
            return Presence::begin(client, connection, id).await;
        }
        let (client, connection) = self.address.config.connect(NoTls).await.map_err(failed)?;
        Presence::begin(client, connection, id).await
    }

    /// What of that which the address has our user gets in without.
    pub(crate) async fn lets_in_without(&self) -> Result<Option<Without>, StoreError> {
        let (mut config, address) = (self.address.config.clone(), self.address.without_certificate());
        let has_password = config.get_password().is_some();
        if !has_password && !self.address.has_certificate() {
            return Ok(None);
        }
        // Where one is asked for, this is not it.
        config.password("");
        if is_let_in(&config, address.tls()?).await {
            return Ok(Some(Without::Anything));
        }
        let by_password = has_password && self.address.has_certificate();
        if by_password && is_let_in(&address.config, address.tls()?).await {
            return Ok(Some(Without::Certificate));
        }
        Ok(None)
    }

    /// The first connection: a server that is starting, or recovering from a crash, is waited for; of several servers
    /// also while none of them takes writes, of which the answer of the last one says nothing.
    async fn first(&self) -> Result<Client, StoreError> {
        for tries in 0..STARTING {
            match self.pool.get().await {
                Err(PoolError::Backend(error))
                    if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW)
                        || self.has_successor && error.code().is_none_or(is_ending) => {}
                found => return found.map_err(|error| unavailable(&error)),
            }
            if tries == 0 {
                tracing::warn!("no database server takes writes yet: waiting for one, about a minute");
            }
            pause(tries.saturating_add(3), LONG_PAUSE).await;
        }
        self.client().await
    }

    async fn client(&self) -> Result<Client, StoreError> {
        self.pool.get().await.map_err(|error| unavailable(&error))
    }

    pub(crate) async fn write<T, E, F>(&self, name: &'static str, f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(name, Mode::Write, f).await
    }

    pub(crate) async fn read<T, E, F>(&self, name: &'static str, f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(name, Mode::Read, f).await
    }

    /// As [`Self::read`], where somebody else takes what is read, as slowly as they like.
    pub(crate) async fn copy<T, E, F>(&self, name: &'static str, f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(name, Mode::Copy, f).await
    }

    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        let client = self.client().await?;
        client.batch_execute("SELECT 1").await.map_err(|error| failure("check", &error))
    }

    /// The connection is awaited before a thread is taken, so that waiting transactions hold none.
    async fn run<T, E, F>(&self, name: &'static str, mode: Mode, mut f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut lost = 0;
        loop {
            let place = self.line.join();
            let found = self.pool.get().await;
            drop(place);
            match found {
                Ok(client) => match self.on(client, name, mode, f).await? {
                    (_, Ended::Clean(returned) | Ended::Open(returned)) => return returned,
                    (_, Ended::Lost(error)) if lost >= CONNECTIONS => return Err(error),
                    (again, Ended::Lost(_)) => f = again,
                },
                // Somebody is about to take over.
                Err(PoolError::Backend(error))
                    if lost < CONNECTIONS
                        && (lost > 0 || self.has_successor)
                        && error.code().is_none_or(is_ending) => {}
                Err(error) => return Err(unavailable(&error).into()),
            }
            // Those that lie idle were made to the same server.
            self.pool.retain(|_, _| false);
            // tidy(log): the name of a transaction, fixed when compiling
            tracing::debug!(transaction = name, tries = lost, "run again on another connection");
            lost = lost.saturating_add(1);
            pause(lost.saturating_add(3), LONG_PAUSE).await;
        }
    }

    /// Runs the closure on one connection, and gives it back.
    async fn on<T, E, F>(
        &self,
        client: Client,
        name: &'static str,
        mode: Mode,
        mut f: F,
    ) -> Result<(F, Ended<T, E>), StoreError>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let handle = Handle::current();
        let timings = self.timings.clone();
        let work = move || {
            let is_open = Cell::new(false);
            let session = Session { client: &client, handle: &handle, mode, is_open: &is_open };
            let ended = repeated(name, session, &timings, &mut f);
            if !matches!(ended, Ended::Clean(_)) {
                // Not known to be outside a transaction: not for the pool.
                drop(Object::take(client));
            }
            (f, ended)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Panicked { name })
    }
}

async fn is_let_in(config: &tokio_postgres::Config, tls: Option<Tls>) -> bool {
    match tls {
        Some(tls) => config.connect(tls).await.is_ok(),
        None => config.connect(NoTls).await.is_ok(),
    }
}

/// Waits for up to 2 to the power of `tries` milliseconds and never longer than `longest`, half of it by chance: those
/// who collided would collide again.
pub(crate) async fn pause(tries: u32, longest: u64) {
    let most = 1_u64.checked_shl(tries).unwrap_or(longest).min(longest).max(2);
    // Each state is made with other keys. Nothing depends on it but who comes first.
    let chance = RandomState::new().hash_one(tries);
    let half = most / 2;
    let millis = half.saturating_add(chance.checked_rem(half.saturating_add(1)).unwrap_or(0));
    #[expect(
        clippy::disallowed_methods,
        reason = "a moment between two tries at the database; a turned clock would never end it"
    )]
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

enum Ended<T, E> {
    /// The connection is outside the transaction.
    Clean(Result<T, E>),
    /// It may still be inside.
    Open(Result<T, E>),
    /// The connection is of no use any more, and nothing was committed.
    Lost(E),
}

fn repeated<T, E: From<StoreError>>(
    name: &'static str,
    session: Session<'_>,
    timings: &Timings,
    f: &mut impl FnMut(&Tx<'_>) -> Result<T, E>,
) -> Ended<T, E> {
    let mut tries = 1;
    loop {
        let (ended, again) = once(name, session, f);
        if !again || tries >= TRIES {
            return ended;
        }
        timings.retried(name);
        // tidy(log): the name of a transaction, fixed when compiling
        tracing::debug!(transaction = name, tries, "run again after a conflict");
        session.handle.block_on(pause(tries, PAUSE));
        tries = tries.saturating_add(1);
    }
}

/// One run of the closure, and whether another is worth it.
fn once<T, E: From<StoreError>>(
    name: &'static str,
    session: Session<'_>,
    f: &mut impl FnMut(&Tx<'_>) -> Result<T, E>,
) -> (Ended<T, E>, bool) {
    session.is_open.set(false);
    let tx = Tx::postgres(session);
    let returned = match catch_unwind(AssertUnwindSafe(|| f(&tx))) {
        Ok(returned) => tx.settle(name, returned),
        Err(_) => Err(StoreError::Panicked { name }.into()),
    };
    let contended = tx.health() == Health::Contended;
    match returned {
        returned if !session.is_open.get() => (Ended::Clean(returned), false),
        Ok(value) => match session.control(COMMIT) {
            Ok(()) => (Ended::Clean(Ok(value)), false),
            // A refused COMMIT has rolled back.
            Err(StoreError::Contended { .. }) => {
                (Ended::Clean(Err(StoreError::Contended { statement: name }.into())), true)
            }
            // Of a writing one it is not known what became.
            Err(error) if session.mode.is_writing() => (Ended::Open(Err(error.into())), false),
            Err(error) => (Ended::Lost(error.into()), false),
        },
        Err(error) if tx.health() == Health::Lost => (Ended::Lost(error), false),
        Err(error) => match session.control("ROLLBACK") {
            Ok(()) => (Ended::Clean(Err(error)), contended),
            Err(_) => (Ended::Open(Err(error)), false),
        },
    }
}

/// A connection inside a transaction, spoken to from a thread that may block.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    client: &'a Client,
    handle: &'a Handle,
    mode: Mode,
    /// Whether the transaction has begun: it does with its first statement.
    is_open: &'a Cell<bool>,
}

type Pending<'f, T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + 'f>>;

impl Session<'_> {
    fn control(&self, sql: &'static str) -> Result<(), StoreError> {
        self.handle.block_on(self.client.batch_execute(sql)).map_err(|error| self.failed(sql, &error))
    }

    /// A server that takes no writes any more is not ours any more. In a reading transaction it is the program
    /// that is at fault.
    fn failed(&self, statement: &'static str, error: &tokio_postgres::Error) -> StoreError {
        match error.code() {
            Some(&SqlState::READ_ONLY_SQL_TRANSACTION) if self.mode.is_writing() => standby(),
            // What BEGIN says on a standby.
            Some(&SqlState::FEATURE_NOT_SUPPORTED) if statement == WRITE => standby(),
            _ => failure(statement, error),
        }
    }

    fn wait<T>(
        &self,
        stmt: &Stmt,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let answer = if self.is_open.replace(true) {
            self.handle.block_on(work)
        } else {
            let begin = self.mode.begin();
            let begin = async {
                self.client.batch_execute(begin).await.map_err(|error| match self.failed(begin, &error) {
                    // Nothing was done: it may be run again on another connection.
                    unavailable @ StoreError::Unavailable(_) => unavailable,
                    _ => unreachable_server(&error),
                })
            };
            // A question may go with it: without the transaction its answer is worth nothing, but it changes nothing either.
            if stmt.postgres().starts_with("SELECT ") {
                let (begun, answer) = self.handle.block_on(join(begin, work));
                begun?;
                answer
            } else {
                self.handle.block_on(begin)?;
                self.handle.block_on(work)
            }
        };
        answer.map_err(|error| self.failed(stmt.name(), &error))
    }

    /// Also refuses what could be prepared and never run: a column or parameter of a type that has no
    /// [`Value`], such as the NUMERIC that SUM makes of BIGINT.
    pub(crate) fn prepare(&self, stmt: &Stmt) -> Result<(), StoreError> {
        let prepared = self.wait(stmt, self.prepared(stmt))?;
        let types = prepared.params();
        for all in [in_one(stmt, types), looked_up(stmt.postgres(), types)].into_iter().flatten() {
            self.wait(stmt, self.client.prepare_cached(&all))?;
        }
        let columns = prepared.columns().iter().map(tokio_postgres::Column::type_);
        match columns.chain(prepared.params()).find(|kind| !<Value as FromSql<'_>>::accepts(kind)) {
            None => Ok(()),
            Some(kind) => {
                let code = format!("{kind} in a column or parameter: CAST it to BIGINT, BYTEA or TEXT");
                Err(StoreError::Statement { statement: stmt.name(), code })
            }
        }
    }

    async fn prepared(&self, stmt: &Stmt) -> Result<Statement, tokio_postgres::Error> {
        self.prepared_text(stmt.postgres()).await
    }

    async fn prepared_text(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if self.mode.is_writing() {
            return self.client.prepare_cached(&format!("{sql}{OF_WRITING}")).await;
        }
        self.client.prepare_cached(sql).await
    }

    pub(crate) fn execute(&self, stmt: &Stmt, params: &[Value]) -> Result<u64, StoreError> {
        self.wait(stmt, async { self.client.execute_raw(&self.prepared(stmt).await?, params).await })
    }

    pub(crate) fn query(&self, stmt: &Stmt, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.wait(stmt, async { self.rows(stmt.name(), &self.prepared(stmt).await?, params).await })
    }

    async fn rows<P>(
        &self,
        name: &'static str,
        prepared: &Statement,
        params: P,
    ) -> Result<Vec<Row>, tokio_postgres::Error>
    where
        P: IntoIterator<Item: BorrowToSql, IntoIter: ExactSizeIterator>,
    {
        let rows = self.client.query_raw(prepared, params).await?;
        rows.and_then(|row| async move { owned(name, &row, row.len()) }).try_collect().await
    }

    pub(crate) fn execute_many(&self, stmt: &Stmt, rows: &[Vec<Value>]) -> Result<u64, StoreError> {
        self.wait(stmt, async {
            let (one, mut sum) = (&self.prepared(stmt).await?, 0_u64);
            let all = in_one(stmt, one.params());
            for chunk in rows.chunks(PIPELINED) {
                if let (Some(all), Some(columns)) = (&all, transposed(chunk, one.params().len())) {
                    let all = self.prepared_text(all).await?;
                    sum = sum.saturating_add(self.client.execute_raw(&all, columns).await?);
                    continue;
                }
                let sent = chunk
                    .iter()
                    .map(|row| -> Pending<'_, u64> { Box::pin(self.client.execute_raw(one, row)) });
                sum = pipelined(sent.collect()).await?.into_iter().fold(sum, u64::saturating_add);
            }
            Ok(sum)
        })
    }

    pub(crate) fn query_rows(&self, stmt: &Stmt, rows: &[Vec<Value>]) -> Result<Vec<Row>, StoreError> {
        self.wait(stmt, async {
            let (one, mut found) = (&self.prepared(stmt).await?, Vec::with_capacity(rows.len()));
            let all = in_one(stmt, one.params());
            for chunk in rows.chunks(PIPELINED) {
                if let (Some(all), Some(columns)) = (&all, transposed(chunk, one.params().len())) {
                    let all = self.prepared_text(all).await?;
                    found.extend(self.rows(stmt.name(), &all, columns).await?);
                    continue;
                }
                let sent = chunk
                    .iter()
                    .map(|row| -> Pending<'_, Vec<Row>> { Box::pin(self.rows(stmt.name(), one, row)) });
                found.extend(pipelined(sent.collect()).await?.into_iter().flatten());
            }
            Ok(found)
        })
    }

    pub(crate) fn query_many(
        &self,
        stmt: &Stmt,
        keys: &[Vec<Value>],
    ) -> Result<Vec<Option<Row>>, StoreError> {
        let each = self.query_each(stmt, keys)?.into_iter();
        Ok(each.map(|rows| rows.into_iter().next()).collect())
    }

    pub(crate) fn query_each(&self, stmt: &Stmt, keys: &[Vec<Value>]) -> Result<Vec<Vec<Row>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.wait(stmt, async {
            let (one, mut found) = (&self.prepared(stmt).await?, Vec::with_capacity(keys.len()));
            let all = if keys.len() > 1 { looked_up(stmt.postgres(), one.params()) } else { None };
            for chunk in keys.chunks(PIPELINED) {
                if let (Some(all), Some(columns)) = (&all, transposed(chunk, one.params().len())) {
                    let all = self.prepared_text(all).await?;
                    found.extend(self.rows_of_each(stmt.name(), &all, columns, chunk.len()).await?);
                    continue;
                }
                let sent = chunk
                    .iter()
                    .map(|key| -> Pending<'_, Vec<Row>> { Box::pin(self.rows(stmt.name(), one, key)) });
                found.extend(pipelined(sent.collect()).await?);
            }
            Ok(found)
        })
    }

    /// What was found for each of so many keys: each row says at its end for which.
    async fn rows_of_each(
        &self,
        name: &'static str,
        prepared: &Statement,
        columns: Vec<Vec<&Value>>,
        keys: usize,
    ) -> Result<Vec<Vec<Row>>, tokio_postgres::Error> {
        let mut of_each: Vec<Vec<Row>> = (0..keys).map(|_| Vec::new()).collect();
        let mut rows = pin!(self.client.query_raw(prepared, columns).await?);
        while let Some(row) = rows.try_next().await? {
            let width = row.len().saturating_sub(1);
            let number = usize::try_from(row.try_get::<_, i64>(width)?).unwrap_or(0);
            if let Some(own) = of_each.get_mut(number.wrapping_sub(1)) {
                own.push(owned(name, &row, width)?);
            }
        }
        Ok(of_each)
    }
}

/// Many rows as one statement, where it is the same.
fn in_one(stmt: &Stmt, types: &[Type]) -> Option<String> {
    let (sql, is_keyed) = (stmt.postgres(), stmt.is_keyed());
    if sql.starts_with("INSERT ") {
        unnested(sql, types, is_keyed)
    } else if is_keyed {
        joined(sql, types)
    } else {
        None
    }
}

/// An array for each parameter, and the names of what is in them.
fn arrays(types: &[Type]) -> (String, String) {
    let arrays: Vec<_> = (1..).zip(types).map(|(n, kind)| format!("${n}::{}[]", kind.name())).collect();
    let names: Vec<_> = (1..=types.len()).map(|n| format!("p{n}")).collect();
    (arrays.join(", "), names.join(", "))
}

/// An `UPDATE` or `DELETE` of one row by its key, for many keys with an array per parameter: each row is looked for by
/// itself, as [`looked_up`] does, and then changed where it lies. Joined by its key, the server would take any order of
/// the two that it finds cheaper, such as to read the whole table.
fn joined(sql: &str, types: &[Type]) -> Option<String> {
    let (head, condition) = sql.split_once(" WHERE ")?;
    let (condition, returning) = condition.split_once(" RETURNING ").unwrap_or((condition, ""));
    let (change, link) =
        if head.starts_with("UPDATE ") { ("UPDATE ", "FROM") } else { ("DELETE FROM ", "USING") };
    let table = head.strip_prefix(change)?.split(' ').next()?;
    let [head, condition] = [head, condition].map(|sql| with_parameters(sql, "given.p"));
    let (arrays, names) = arrays(types);
    let returning = if returning.is_empty() { String::new() } else { format!(" RETURNING {returning}") };
    Some(format!(
        "{head} {link} UNNEST({arrays}) AS given({names}) CROSS JOIN LATERAL (SELECT tableoid AS part, ctid AS place FROM {table} WHERE {condition} OFFSET 0) AS found WHERE {table}.ctid = found.place AND {table}.tableoid = found.part{returning}"
    ))
}

/// A one-row INSERT as one statement for many rows, with an array per parameter: several times as
/// fast as a row at a time. Not for one that may update the same row twice, which PostgreSQL refuses in
/// one statement, nor for one that makes more of its values than to put them down.
fn unnested(sql: &str, types: &[Type], is_keyed: bool) -> Option<String> {
    let (head, tail) = sql.split_once("VALUES (").filter(|(head, _)| head.starts_with("INSERT INTO "))?;
    let (values, tail) = tail.split_once(')')?;
    let is_plain = !types.is_empty() && !values.contains('(') && !tail.contains('$');
    if !is_plain || (!is_keyed && tail.contains("DO UPDATE")) {
        return None;
    }
    let values = with_parameters(values, "given.p");
    let (arrays, names) = arrays(types);
    Some(format!("{head}SELECT {values} FROM UNNEST({arrays}) AS given({names}){tail}"))
}

/// A question for one key as one for many: asked for each in turn, each row with the number of its key at the end. A limit
/// or a lock keeps the server from making another plan of it than for one, such as reading the whole table; where there is neither, `OFFSET 0` does.
fn looked_up(sql: &str, types: &[Type]) -> Option<String> {
    if types.is_empty() || !sql.starts_with("SELECT ") {
        return None;
    }
    let stays = if sql.contains(" LIMIT ") || sql.contains(" FOR ") { "" } else { " OFFSET 0" };
    let ((arrays, names), one) = (arrays(types), with_parameters(sql, "given.p"));
    Some(format!(
        "SELECT found.*, given.number FROM UNNEST({arrays}) WITH ORDINALITY AS given({names}, number) CROSS JOIN LATERAL ({one}{stays}) AS found"
    ))
}

/// The columns of `rows`, if each row has `width` values.
fn transposed(rows: &[Vec<Value>], width: usize) -> Option<Vec<Vec<&Value>>> {
    let mut columns: Vec<Vec<&Value>> = (0..width).map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        if row.len() != width {
            return None;
        }
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    Some(columns)
}

/// Polls each request once in order, which puts it on the wire, then awaits the answers in order.
/// All requests are awaited even after one has failed, so that none is left on the connection.
async fn pipelined<T>(mut requests: Vec<Pending<'_, T>>) -> Result<Vec<T>, tokio_postgres::Error> {
    let mut early = Vec::with_capacity(requests.len());
    for request in &mut requests {
        early.push(poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await);
    }
    let mut answers = Vec::with_capacity(requests.len());
    let mut first_error = None;
    for (request, early) in requests.into_iter().zip(early) {
        let answer = match early {
            Poll::Ready(answer) => answer,
            Poll::Pending => request.await,
        };
        match answer {
            Ok(answer) => answers.push(answer),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    first_error.map_or(Ok(answers), Err)
}

/// The first `width` columns.
fn owned(name: &'static str, row: &tokio_postgres::Row, width: usize) -> Result<Row, tokio_postgres::Error> {
    let values = (0..width).map(|column| row.try_get::<_, Option<Value>>(column));
    let values: Result<Vec<_>, _> = values.map(|value| value.map(|v| v.unwrap_or(Value::Null))).collect();
    Ok(Row::new(name, values?))
}

// ---- opening

fn unavailable(error: &PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => unreachable_server(error),
        PoolError::Timeout(_) => StoreError::Unavailable("no connection became free within 30 s".to_owned()),
        other => StoreError::Unavailable(other.to_string()),
    }
}

fn standby() -> StoreError {
    StoreError::Unavailable("PostgreSQL takes no writes: the server is a standby".to_owned())
}

/// Whether the server is going down or coming up, or the way to it is broken.
fn is_ending(code: &SqlState) -> bool {
    matches!(
        *code,
        SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
    ) || code.code().starts_with("08")
}

fn unreachable_server(error: &tokio_postgres::Error) -> StoreError {
    match error.code() {
        Some(&SqlState::INVALID_PASSWORD) => {
            StoreError::Unavailable("PostgreSQL refused the user or the password".to_owned())
        }
        Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => StoreError::Unavailable(
            "PostgreSQL refused the user: see that it is there and pg_hba.conf has a line for it; where that says `cert` or `clientcert`, give a certificate in the address (sslcert, sslkey) whose common name is the user's".to_owned(),
        ),
        Some(&SqlState::UNDEFINED_DATABASE) => StoreError::Unavailable(
            "PostgreSQL has no database of that name; create it with `createdb`".to_owned(),
        ),
        Some(code) => StoreError::Unavailable(format!("PostgreSQL says {}", code.code())),
        None => StoreError::Unavailable(format!("{error}{}", cause(error))),
    }
}

fn cause(error: &tokio_postgres::Error) -> String {
    error.source().map(|cause| format!(": {cause}")).unwrap_or_default()
}

// ---- values and errors

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, wanted) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(int), &Type::INT8) => int.to_sql(wanted, out),
            (Self::Int(int), &Type::INT4) => narrow::<i32>(*int)?.to_sql(wanted, out),
            (Self::Int(int), &Type::INT2) => narrow::<i16>(*int)?.to_sql(wanted, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(wanted, out),
            (Self::Text(text), wanted) if <&str as ToSql>::accepts(wanted) => text.to_sql(wanted, out),
            _ => Err(format!("{self:?} given where {wanted} is wanted").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn narrow<T: TryFrom<i64>>(int: i64) -> Result<T, &'static str> {
    T::try_from(int).map_err(|_| "the number is too large for its column")
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(found: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *found {
            Type::INT8 => Self::Int(i64::from_sql(found, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(found, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(found, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(found, raw)?.into()),
            Type::BYTEA => Self::Bytes(raw.to_vec()),
            _ => Self::Text(String::from_sql(found, raw)?),
        })
    }

    fn accepts(found: &Type) -> bool {
        matches!(*found, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA)
            || <&str as FromSql<'_>>::accepts(found)
    }
}

/// The code only; the message just for class 42, which is about the statement's own text.
pub(crate) fn failure(statement: &'static str, error: &tokio_postgres::Error) -> StoreError {
    let Some(said) = error.as_db_error() else {
        if error.is_closed() {
            return StoreError::Unavailable("PostgreSQL closed the connection".to_owned());
        }
        return StoreError::Statement { statement, code: format!("{error}{}", cause(error)) };
    };
    match said.code() {
        code if is_ending(code) => {
            StoreError::Unavailable(format!("PostgreSQL ended the connection ({})", code.code()))
        }
        &SqlState::UNIQUE_VIOLATION => StoreError::Conflict { statement },
        &SqlState::FOREIGN_KEY_VIOLATION => StoreError::Constraint { statement, kind: "reference" },
        &SqlState::NOT_NULL_VIOLATION => StoreError::Constraint { statement, kind: "not-null" },
        &SqlState::CHECK_VIOLATION => StoreError::Constraint { statement, kind: "check" },
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
            StoreError::Contended { statement }
        }
        &SqlState::LOCK_NOT_AVAILABLE => StoreError::Held,
        // A schema that may not be used is not there.
        &SqlState::INSUFFICIENT_PRIVILEGE | &SqlState::INVALID_SCHEMA_NAME => {
            StoreError::NotGranted { statement }
        }
        code if code.code().starts_with("42") => {
            StoreError::Statement { statement, code: format!("{}: {}", code.code(), said.message()) }
        }
        code => StoreError::Statement { statement, code: code.code().to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_inserts_that_put_down_what_is_given_are_made_one_statement() {
        let types = [Type::BYTEA, Type::INT8];
        let given = "FROM UNNEST($1::bytea[], $2::int8[]) AS given(p1, p2)";
        for (one, all) in [
            ("(a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING", "given.p1, given.p2 {} ON CONFLICT DO NOTHING"),
            ("(a, b) VALUES ($2, $1) RETURNING a", "given.p2, given.p1 {} RETURNING a"),
            ("(a, b, c) VALUES ($1, $2, 0)", "given.p1, given.p2, 0 {}"),
        ] {
            let (head, _) = one.split_once(" VALUES").unwrap();
            let all = format!("INSERT INTO t {head} SELECT {}", all.replace("{}", given));
            assert_eq!(unnested(&format!("INSERT INTO t {one}"), &types, false), Some(all));
        }
        for other in [
            "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
            "INSERT INTO t (a, b) VALUES (lower($1), $2)",
            "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = $2",
            "UPDATE t SET b = $2 WHERE a = $1",
        ] {
            assert_eq!(unnested(other, &types, false), None, "{other}");
        }
        let adds = "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b";
        assert!(unnested(adds, &types, true).is_some(), "where each is another row");
    }

    #[test]
    fn a_question_for_one_key_becomes_one_for_many_along_the_same_plan() {
        let types = [Type::BYTEA, Type::INT8];
        let all = |one: &str| {
            format!(
                "SELECT found.*, given.number FROM UNNEST($1::bytea[], $2::int8[]) WITH ORDINALITY AS given(p1, p2, number) CROSS JOIN LATERAL ({one}) AS found"
            )
        };
        for (one, many) in [
            (
                "SELECT a FROM t WHERE b = $2 AND a > $1",
                "SELECT a FROM t WHERE b = given.p2 AND a > given.p1 OFFSET 0",
            ),
            ("SELECT a FROM t WHERE a > $1 LIMIT $2", "SELECT a FROM t WHERE a > given.p1 LIMIT given.p2"),
            (
                "SELECT a FROM t WHERE a = $1 LIMIT $2 FOR UPDATE",
                "SELECT a FROM t WHERE a = given.p1 LIMIT given.p2 FOR UPDATE",
            ),
        ] {
            assert_eq!(looked_up(one, &types), Some(all(many)));
        }
        assert_eq!(looked_up("DELETE FROM t WHERE a = $1 AND b = $2 RETURNING a", &types), None);
        assert_eq!(looked_up("SELECT count(*) FROM t", &[]), None);
    }

    #[test]
    fn a_row_by_its_key_becomes_many_by_their_keys() {
        let types = [Type::BYTEA, Type::INT8];
        let all = |head: &str, condition: &str, returning: &str| {
            format!(
                "{head} UNNEST($1::bytea[], $2::int8[]) AS given(p1, p2) CROSS JOIN LATERAL (SELECT tableoid AS part, ctid AS place FROM t WHERE {condition} OFFSET 0) AS found WHERE t.ctid = found.place AND t.tableoid = found.part{returning}"
            )
        };
        let update = "UPDATE t SET b = $2 WHERE a = $1 AND b IS NULL";
        let many = all("UPDATE t SET b = given.p2 FROM", "a = given.p1 AND b IS NULL", "");
        assert_eq!(joined(update, &types), Some(many));
        let delete = "DELETE FROM t WHERE a = $1 AND b = $2 RETURNING a";
        let many = all("DELETE FROM t USING", "a = given.p1 AND b = given.p2", " RETURNING a");
        assert_eq!(joined(delete, &types), Some(many));
    }
}
