//! The thin port over both engines: named transactions as plain closures.
//!
//! A transaction is a synchronous closure over [`Tx`], the same for SQLite and PostgreSQL, so that
//! each table is written once. The closure may run twice (PostgreSQL repeats it after a
//! serialization failure, SQLite after the failure of one that shares its commit): it changes nothing
//! but the database. Both engines see a serial world, and
//! in both a failed statement ends its transaction. A write that has started is carried to its end
//! even when nobody waits for the answer any more; one that still waits for its turn may be given up.
//!
//! Invariant: a transaction is all or nothing, and it is on the disk when [`Database::write`] returns.

use crate::error::StoreError;
use crate::line::{Place, Waiting};
use crate::migrate::Migration;
use crate::postgres::{Postgres, ServerSettings, Session};
use crate::presence::Presence;
use crate::sqlite::{Sqlite, rows};
use crate::statement::Stmt;
use crate::timing::Figures;
use crate::value::{Row, Value};
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

/// What the database is for. Data and keys never share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    Data,
    Keys,
}

impl Schema {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Keys => "keys",
        }
    }

    pub(crate) const fn migrations(self) -> &'static [Migration] {
        match self {
            Self::Data => crate::migrate::DATA,
            Self::Keys => crate::migrate::KEYS,
        }
    }
}

/// The file that `url` names, if it is a SQLite database.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}

/// How much of the machine the database may take.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// SQLite: threads that read at the same time.
    pub readers: usize,
    /// PostgreSQL: connections of this process.
    pub connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 3, connections: 16 }
    }
}

/// A database. Clones are handles to the same one; when the last is dropped, what is queued is
/// finished and the files are closed.
#[derive(Clone)]
pub struct Database(Arc<Engine>, i64);

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…`, creates it or brings it up to date, and refuses one
    /// that is damaged, newer than this program, or meant for the other schema.
    ///
    /// SQLite files up to 64 MiB are checked page by page at every opening; larger ones by
    /// [`Database::check`] only, as that takes about a second per GiB.
    pub async fn open(url: &str, schema: Schema, options: Options) -> Result<Self, StoreError> {
        Self::open_with(url, schema, schema.migrations(), options).await
    }

    /// As [`Database::open`], with migrations of the caller's: for the tests of migrating itself.
    #[doc(hidden)]
    pub async fn open_with(
        url: &str,
        schema: Schema,
        migrations: &'static [Migration],
        options: Options,
    ) -> Result<Self, StoreError> {
        let engine = if let Some(file) = sqlite_file(url) {
            Engine::Sqlite(Sqlite::open(file, schema, migrations, options).await?)
        } else if is_postgres(url) {
            Engine::Postgres(Postgres::open(url, schema, migrations, options).await?)
        } else {
            return Err(unknown_address());
        };
        Ok(Self(Arc::new(engine), migrations.last().map_or(0, |migration| migration.number)))
    }

    /// Whether nothing was ever made at `url`: no file or an empty one, or a PostgreSQL schema without
    /// our tables. Looks only, makes nothing.
    pub async fn is_bare(url: &str) -> Result<bool, StoreError> {
        if let Some(file) = sqlite_file(url) {
            return match std::fs::metadata(file) {
                Ok(found) => Ok(found.len() == 0),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
                Err(error) => Err(StoreError::Unavailable(error.to_string())),
            };
        }
        if is_postgres(url) {
            return Postgres::is_bare(url).await;
        }
        Err(unknown_address())
    }

    /// What a PostgreSQL server says about itself; nothing for a file.
    pub async fn server_settings(url: &str) -> Result<Option<ServerSettings>, StoreError> {
        if is_postgres(url) { ServerSettings::ask(url).await.map(Some) } else { Ok(None) }
    }

    /// Looks at a database as it lies, while another program may be using it: makes nothing, brings nothing up to
    /// date, holds nothing. What is asked of an older one may not be there yet, and is an error then.
    pub async fn peek<T, F>(url: &str, name: &'static str, mut f: F) -> Result<T, StoreError>
    where
        F: FnMut(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        if let Some(file) = sqlite_file(url) {
            let connection = crate::sqlite::open_as_it_lies(&file)?;
            return f(&Tx::sqlite(&connection));
        }
        if is_postgres(url) {
            return Postgres::connect(url, Options { connections: 1, ..Options::default() })?
                .read(name, f)
                .await;
        }
        Err(unknown_address())
    }

    /// One short writing transaction on a database that another program may be serving: brings nothing up to
    /// date, holds nothing afterwards.
    pub async fn touch<T, F>(url: &str, name: &'static str, mut f: F) -> Result<T, StoreError>
    where
        F: FnMut(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let Some(file) = sqlite_file(url) else {
            let one = Options { connections: 1, ..Options::default() };
            return Postgres::connect(url, one)?.write(name, f).await;
        };
        let work = move || crate::sqlite::touch(&file, |tx| f(tx));
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Panicked { name })?
    }

    /// As [`Database::peek`], over one snapshot and on a thread that may block: for copies, which read no faster than what
    /// they read is taken.
    pub(crate) async fn peek_snapshot<T, F>(url: &str, name: &'static str, mut f: F) -> Result<T, StoreError>
    where
        F: FnMut(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let Some(file) = sqlite_file(url) else {
            if !is_postgres(url) {
                return Err(unknown_address());
            }
            let one = Options { connections: 1, ..Options::default() };
            return Postgres::connect(url, one)?.copy(name, f).await;
        };
        let work = move || {
            let connection = crate::sqlite::open_as_it_lies(&file)?;
            crate::sqlite::in_snapshot(&connection, |tx| f(tx))
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Panicked { name })?
    }

    /// Runs `f` in a writing transaction. `Ok` commits, `Err` rolls back, a panic rolls back and is
    /// an error.
    pub async fn write<T, E, F>(&self, name: &'static str, f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &*self.0 {
            Engine::Sqlite(sqlite) => sqlite.timings.of(name, sqlite.write(name, f)).await,
            Engine::Postgres(postgres) => postgres.timings.of(name, postgres.write(name, f)).await,
        }
    }

    /// Runs `f` over one snapshot; writing in it is an error.
    pub async fn read<T, E, F>(&self, name: &'static str, f: F) -> Result<T, E>
    where
        F: FnMut(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &*self.0 {
            Engine::Sqlite(sqlite) => sqlite.timings.of(name, sqlite.read(name, f)).await,
            Engine::Postgres(postgres) => postgres.timings.of(name, postgres.read(name, f)).await,
        }
    }

    /// Who waits for it at this moment.
    pub fn waiting(&self) -> Waiting {
        match &*self.0 {
            Engine::Sqlite(sqlite) => sqlite.line.stands(),
            Engine::Postgres(postgres) => postgres.line.stands(),
        }
    }

    /// A place among who waits, for whoever waits to be put into somebody else's transaction.
    pub fn join_line(&self) -> Place {
        match &*self.0 {
            Engine::Sqlite(sqlite) => sqlite.line.join(),
            Engine::Postgres(postgres) => postgres.line.join(),
        }
    }

    /// What it does and how long that takes.
    pub fn figures(&self) -> Figures {
        match &*self.0 {
            Engine::Sqlite(sqlite) => {
                Figures { timings: sqlite.timings.clone(), line: sqlite.line.clone(), pool: None }
            }
            Engine::Postgres(postgres) => Figures {
                timings: postgres.timings.clone(),
                line: postgres.line.clone(),
                pool: Some(postgres.pool.clone()),
            },
        }
    }

    /// Empties SQLite's write-ahead log, so that nothing deleted is left in it. Waits for readers.
    /// On PostgreSQL there is nothing to do here: its log is the server's.
    pub async fn checkpoint_truncate(&self) -> Result<(), StoreError> {
        match &*self.0 {
            Engine::Sqlite(sqlite) => sqlite.checkpoint_truncate().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// The newest migration that this program knows; the database may have had more.
    pub const fn knows(&self) -> i64 {
        self.1
    }

    /// Whether other processes may be using this database too.
    pub fn can_be_shared(&self) -> bool {
        matches!(&*self.0, Engine::Postgres(_))
    }

    /// Shows other processes that this one lives, on a database that can be shared.
    pub async fn presence(&self, id: &[u8; 16]) -> Result<Option<Presence>, StoreError> {
        match &*self.0 {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(postgres) => postgres.presence(id).await.map(Some),
        }
    }

    /// Whether our user can do something to tables and not to rows alone.
    pub async fn may_change_tables(url: &str) -> Result<bool, StoreError> {
        if is_postgres(url) { Postgres::may_change_tables(url).await } else { Ok(true) }
    }

    /// Refuses a role that [`Self::grant`] will refuse, before anything is changed for its sake.
    pub async fn refuse_role(url: &str, role: &str) -> Result<(), StoreError> {
        if is_postgres(url) { Postgres::refuse_role(url, role).await } else { Err(StoreError::NoRoles) }
    }

    /// Gives a role of the server what serving needs and no right to change tables, also of tables that are made later.
    pub async fn grant(&self, schema: Schema, role: &str) -> Result<(), StoreError> {
        match &*self.0 {
            Engine::Sqlite(_) => Err(StoreError::NoRoles),
            Engine::Postgres(postgres) => postgres.grant(schema, role).await,
        }
    }

    /// Reads every page of an SQLite file; one question to a PostgreSQL server.
    pub async fn check(&self) -> Result<(), StoreError> {
        match &*self.0 {
            Engine::Sqlite(sqlite) => sqlite.check().await,
            Engine::Postgres(postgres) => postgres.check().await,
        }
    }

    /// Prepares each statement and runs none: the first that this engine refuses.
    pub async fn prepare_all(&self, statements: Vec<&'static Stmt>) -> Result<(), StoreError> {
        self.read("prepare_all", move |tx| statements.iter().try_for_each(|stmt| tx.prepare(stmt))).await
    }
}

/// Whether `url` names a PostgreSQL server.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn unknown_address() -> StoreError {
    StoreError::Address("it must begin with `sqlite:` or `postgres://`".to_owned())
}

/// How a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Fine,
    Failed,
    /// Failed for reasons of others; worth running again.
    Contended,
    /// Failed together with its connection; worth running again on another.
    Lost,
}

/// An open transaction.
pub struct Tx<'a> {
    on: On<'a>,
    health: Cell<Health>,
}

enum On<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(Session<'a>),
}

impl<'a> Tx<'a> {
    pub(crate) const fn sqlite(connection: &'a rusqlite::Connection) -> Self {
        Self { on: On::Sqlite(connection), health: Cell::new(Health::Fine) }
    }

    pub(crate) const fn postgres(session: Session<'a>) -> Self {
        Self { on: On::Postgres(session), health: Cell::new(Health::Fine) }
    }

    pub(crate) const fn health(&self) -> Health {
        self.health.get()
    }

    /// Runs a statement that returns no rows; the number of rows it touched.
    pub fn execute(&self, stmt: &Stmt, params: &[Value]) -> Result<u64, StoreError> {
        self.guarded(stmt, || match &self.on {
            On::Sqlite(connection) => rows::execute(connection, stmt, params),
            On::Postgres(session) => session.execute(stmt, params),
        })
    }

    /// Runs one statement for each of `rows`, in order; the number of rows touched in all. SQLite
    /// prepares it once; PostgreSQL gets an INSERT, and what is `keyed`, as one statement with an array per parameter, and
    /// anything else all at once before the first answer is awaited. No two rows of what is `keyed` name the same row.
    ///
    /// # Errors
    /// [`StoreError::Twice`] where two do, in builds with `debug_assertions`.
    pub fn execute_many(&self, stmt: &Stmt, rows: &[Vec<Value>]) -> Result<u64, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        self.guarded(stmt, || {
            stmt.refuse_twice(rows)?;
            match &self.on {
                On::Sqlite(connection) => rows::execute_many(connection, stmt, rows),
                On::Postgres(session) => session.execute_many(stmt, rows),
            }
        })
    }

    pub fn query(&self, stmt: &Stmt, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.guarded(stmt, || match &self.on {
            On::Sqlite(connection) => rows::query(connection, stmt, params),
            On::Postgres(session) => session.query(stmt, params),
        })
    }

    /// Each combination of what is `grouped`, in order, and at the end of the row how often it comes. Memory is needed for
    /// the combinations, not for the rows that are counted.
    pub fn count_grouped(&self, stmt: &Stmt, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.guarded(stmt, || match &self.on {
            On::Sqlite(connection) => rows::count_grouped(connection, stmt, params),
            On::Postgres(session) => session.query(stmt, params),
        })?;
        rows.sort_unstable();
        Ok(rows)
    }

    /// The first row, if there is one.
    pub fn query_opt(&self, stmt: &Stmt, params: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(stmt, params)?.into_iter().next())
    }

    /// The first row of a statement that always gives one, such as a count.
    pub fn query_one(&self, stmt: &Stmt, params: &[Value]) -> Result<Row, StoreError> {
        self.query_opt(stmt, params)?.ok_or(StoreError::Column {
            statement: stmt.name(),
            column: 0,
            wanted: "a row",
            found: "missing",
        })
    }

    /// Point look-ups for a batch: for each of `keys` in order the first row found.
    pub fn query_many(&self, stmt: &Stmt, keys: &[Vec<Value>]) -> Result<Vec<Option<Row>>, StoreError> {
        self.guarded(stmt, || match &self.on {
            On::Sqlite(connection) => rows::query_many(connection, stmt, keys),
            On::Postgres(session) => session.query_many(stmt, keys),
        })
    }

    /// For each of `keys` in order all rows found.
    pub fn query_each(&self, stmt: &Stmt, keys: &[Vec<Value>]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.guarded(stmt, || match &self.on {
            On::Sqlite(connection) => keys.iter().map(|key| rows::query(connection, stmt, key)).collect(),
            On::Postgres(session) => session.query_each(stmt, keys),
        })
    }

    /// Runs one statement for each of `rows`, which has `RETURNING`; all that is returned, in no order: it says itself
    /// what it is of. No two rows of what is `keyed` name the same row.
    ///
    /// # Errors
    /// As [`Self::execute_many`].
    pub fn query_rows(&self, stmt: &Stmt, rows: &[Vec<Value>]) -> Result<Vec<Row>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.guarded(stmt, || {
            stmt.refuse_twice(rows)?;
            match &self.on {
                On::Sqlite(connection) => {
                    let each: Result<Vec<_>, _> =
                        rows.iter().map(|row| rows::query(connection, stmt, row)).collect();
                    Ok(each?.into_iter().flatten().collect())
                }
                On::Postgres(session) => session.query_rows(stmt, rows),
            }
        })
    }

    pub(crate) const fn on_sqlite(&self) -> Option<&'a rusqlite::Connection> {
        match &self.on {
            On::Sqlite(connection) => Some(connection),
            On::Postgres(_) => None,
        }
    }

    fn prepare(&self, stmt: &Stmt) -> Result<(), StoreError> {
        // That it names its rows is seen here, too.
        stmt.refuse_twice(&[])?;
        self.guarded(stmt, || match &self.on {
            On::Sqlite(connection) => rows::prepare(connection, stmt),
            On::Postgres(session) => session.prepare(stmt),
        })
    }

    /// PostgreSQL does nothing more in a transaction after a failed statement, and its COMMIT then
    /// quietly rolls back. Here both engines say so aloud.
    fn guarded<T>(&self, stmt: &Stmt, run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.health.get() != Health::Fine {
            return Err(StoreError::Aborted { statement: stmt.name() });
        }
        // Its name alone: what it is asked for is somebody's.
        let statement = stmt.name();
        tracing::trace!(statement, "runs");
        run().inspect_err(|error| {
            self.health.set(match error {
                StoreError::Contended { .. } => Health::Contended,
                StoreError::Unavailable(_) => Health::Lost,
                _ => Health::Failed,
            });
        })
    }

    /// What a closure returned, or an error if it passed over a failed statement.
    pub(crate) fn settle<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        returned: Result<T, E>,
    ) -> Result<T, E> {
        match returned {
            Ok(_) if self.health.get() != Health::Fine => Err(StoreError::PassedOver { name }.into()),
            returned => returned,
        }
    }
}
