//! Where a test's installation keeps its data and its keys: in files of a folder, or on the server that
//! `ENTENTE_TEST_POSTGRES` names, in two schemas or in two databases of their own.
//!
//! Without a server the PostgreSQL half is skipped and says so; under `CI=true` it fails instead.

use crate::installation::{self, Envelope};
use crate::program::World;
use crate::search::{File, files};
use crate::site::eventually;
use model::ports::WrappedKey;
use model::time::Timestamp;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Database, Row, Schema, StoreError, statements};
use testkit::place;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

statements! {
    KEYS = "SELECT id, node, level, wrapped, erasure_tag, created_at FROM key";
    ERASURES = "SELECT code, finished_at, closed_at FROM erasure ORDER BY id";
}

/// Makes two tests, `NAME::on_sqlite` and `NAME::on_postgres`, of each function `async fn NAME(on: On)`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::databases::On;

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn on_sqlite() {
                super::$name(On::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn on_postgres() {
                if On::Postgres.is_there() {
                    super::$name(On::Postgres).await;
                }
            }
        }
    )+};
}
pub(crate) use on_both;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

impl On {
    /// Says why, if it is not.
    pub fn is_there(self) -> bool {
        if self == Self::Sqlite || server().is_some() {
            return true;
        }
        assert!(environment("CI").as_deref() != Some("true"), "ENTENTE_TEST_POSTGRES must be set under CI");
        eprintln!("skipped on PostgreSQL: run `scripts/postgres run -- cargo test -p entente`");
        false
    }
}

fn server() -> Option<String> {
    environment("ENTENTE_TEST_POSTGRES")
}

pub fn environment(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test server is, the environment says, and how long to play"
    )]
    std::env::var(name).ok()
}

#[derive(Clone)]
enum Place {
    Files(PathBuf),
    /// Of the server's own database.
    Schemas,
    /// Can be copied whole, and take longer to make and to remove. How many were put away so far.
    Whole(Arc<AtomicU32>),
}

#[derive(Clone)]
pub struct Databases {
    /// Of the data and of the keys.
    pub urls: [String; 2],
    /// Files, schemas or databases.
    pub names: [String; 2],
    place: Place,
    /// Whose databases these are; empty for files.
    server: String,
}

/// An erasure in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    pub code: String,
    pub is_finished: bool,
    pub is_closed: bool,
}

const fn at(which: Schema) -> usize {
    match which {
        Schema::Data => 0,
        Schema::Keys => 1,
    }
}

impl Databases {
    pub async fn new(on: On, folder: &Path) -> Self {
        if on == On::Sqlite { Self::files(folder) } else { Self::at(server().unwrap()).await }
    }

    /// In two schemas of the server with this URL.
    pub async fn at(server: String) -> Self {
        let names = Self::names();
        // What a test puts into a schema, such as another clock, comes before what the server has.
        let url = |schema: &String| {
            let path = format!("options=-csearch_path%3D{schema}%2Cpg_catalog&application_name={schema}");
            with(&server, &path)
        };
        let here = Self { urls: names.each_ref().map(url), names, place: Place::Schemas, server };
        for schema in &here.names {
            here.order(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")).await;
        }
        here
    }

    /// Of which copies can be kept and put back.
    pub async fn whole(on: On, folder: &Path) -> Self {
        if on == On::Sqlite {
            return Self::files(folder);
        }
        Self::whole_at(server().unwrap()).await
    }

    /// In two databases of the server with this URL.
    pub async fn whole_at(server: String) -> Self {
        let names = Self::names();
        let url = |name: &String| {
            let (address, options) = server.split_once('?').unwrap_or((&server, ""));
            let (address, _) = address.rsplit_once('/').unwrap();
            with(&format!("{address}/{name}?{options}"), &format!("application_name={name}"))
        };
        let place = Place::Whole(Arc::default());
        let here = Self { urls: names.each_ref().map(url), names, place, server };
        for name in &here.names {
            here.order(&format!("CREATE DATABASE {name}")).await;
        }
        here
    }

    /// Two bare ones on the server, if there is one.
    pub async fn on_postgres() -> Option<Self> {
        if On::Postgres.is_there() { Some(Self::new(On::Postgres, Path::new("")).await) } else { None }
    }

    fn files(folder: &Path) -> Self {
        let names = ["entente.db", "keys.db"].map(str::to_owned);
        let url = |name: &String| format!("sqlite:{}", folder.join(name).display());
        Self {
            urls: names.each_ref().map(url),
            names,
            place: Place::Files(folder.to_owned()),
            server: String::new(),
        }
    }

    fn names() -> [String; 2] {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        ["data", "keys"].map(|what| format!("it_{}_{number}_{what}", std::process::id()))
    }

    /// Has a world's configuration name these instead of its own.
    pub fn name_in(&self, world: &World) {
        let mut text = std::fs::read_to_string(world.config()).unwrap();
        for (from, to) in world.databases.urls.iter().zip(&self.urls) {
            text = text.replace(from.as_str(), to);
        }
        std::fs::write(world.config(), text).unwrap();
    }

    pub const fn on(&self) -> On {
        match self.place {
            Place::Files(_) => On::Sqlite,
            Place::Schemas | Place::Whole(_) => On::Postgres,
        }
    }

    /// To the server's own database.
    pub async fn order(&self, sql: &str) {
        connect(&self.server).await.batch_execute(sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    }

    pub async fn remove(&self) {
        match &self.place {
            Place::Files(_) => {}
            Place::Schemas => {
                for schema in &self.names {
                    self.order(&format!("DROP SCHEMA {schema} CASCADE")).await;
                }
            }
            Place::Whole(_) => {
                let own = self.names[0].trim_end_matches("data");
                let sql = format!("SELECT datname FROM pg_database WHERE datname ^@ '{own}'");
                for row in connect(&self.server).await.query(&sql, &[]).await.unwrap() {
                    self.order(&format!("DROP DATABASE {} WITH (FORCE)", row.get::<_, &str>(0))).await;
                }
            }
        }
    }

    /// Takes these away, as a broken disk does; on a server empty ones are there then.
    pub async fn lose(&self, which: &[Schema]) {
        for which in which {
            let name = &self.names[at(*which)];
            match &self.place {
                Place::Files(folder) => {
                    for suffix in ["", "-wal", "-shm"] {
                        let _ = std::fs::remove_file(folder.join(format!("{name}{suffix}")));
                    }
                }
                Place::Schemas => {
                    self.order(&format!("DROP SCHEMA {name} CASCADE; CREATE SCHEMA {name}")).await;
                }
                Place::Whole(_) => {
                    self.put_away(name).await;
                    self.order(&format!("CREATE DATABASE {name}")).await;
                }
            }
        }
    }

    /// Quicker than to drop it at once.
    async fn put_away(&self, name: &str) {
        let Place::Whole(count) = &self.place else { panic!("not whole") };
        let number = count.fetch_add(1, Ordering::SeqCst);
        self.order(&format!("ALTER DATABASE {name} RENAME TO {name}_away_{number}")).await;
    }

    /// Keeps a copy of both under a name. Nobody may be at work on them.
    pub async fn keep(&self, day: &str) {
        match &self.place {
            Place::Files(folder) => installation::copy(folder, &kept(folder, day)),
            Place::Schemas => panic!("schemas cannot be copied whole"),
            Place::Whole(_) => {
                for name in &self.names {
                    self.order(&format!("CREATE DATABASE {name}_{day} TEMPLATE {name}")).await;
                }
            }
        }
    }

    /// Puts kept ones in the place of those that are there.
    pub async fn put_back(&self, day: &str, which: &[Schema]) {
        for which in which {
            let name = &self.names[at(*which)];
            match &self.place {
                Place::Files(folder) => {
                    self.lose(&[*which]).await;
                    for suffix in ["", "-wal"] {
                        let file = format!("{name}{suffix}");
                        let from = kept(folder, day).join(&file);
                        if from.exists() {
                            std::fs::copy(from, folder.join(file)).unwrap();
                        }
                    }
                }
                Place::Schemas => panic!("schemas cannot be copied whole"),
                Place::Whole(_) => {
                    self.put_away(name).await;
                    self.order(&format!("CREATE DATABASE {name} TEMPLATE {name}_{day}")).await;
                }
            }
        }
    }

    /// What the first column of the first row says.
    pub async fn number(&self, which: Schema, sql: &str) -> i64 {
        let url = &self.urls[at(which)];
        if let Some(file) = store::sqlite_file(url) {
            let open = rusqlite::Connection::open(file).unwrap();
            return open.query_row(sql, [], |row| row.get(0)).unwrap();
        }
        connect(url).await.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// What a server answers, if it does.
    pub async fn try_rows(&self, which: Schema, sql: &str) -> Option<Vec<tokio_postgres::Row>> {
        let (client, connection) =
            tokio_postgres::connect(&self.urls[at(which)], tokio_postgres::NoTls).await.ok()?;
        tokio::spawn(connection);
        client.query(sql, &[]).await.ok()
    }

    pub async fn rows_of(&self, which: Schema, sql: &str) -> Vec<tokio_postgres::Row> {
        connect(&self.urls[at(which)]).await.query(sql, &[]).await.unwrap()
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.number(Schema::Data, &format!("SELECT count(*) FROM {table}")).await
    }

    /// How many rows it changed.
    pub async fn change(&self, which: Schema, sql: &str) -> u64 {
        let url = &self.urls[at(which)];
        if let Some(file) = store::sqlite_file(url) {
            let open = rusqlite::Connection::open(file).unwrap();
            return u64::try_from(open.execute(sql, []).unwrap()).unwrap();
        }
        connect(url).await.execute(sql, &[]).await.unwrap()
    }

    /// Every row of the key store.
    pub async fn wrapped(&self) -> Vec<WrappedKey> {
        let read = |tx: &store::Tx<'_>| {
            let rows: Vec<Row> = tx.query(&KEYS, &[])?;
            rows.iter()
                .map(|row| {
                    let tag = row.opt_bytes(4)?.map(|tag| tag.try_into().unwrap());
                    Ok::<_, StoreError>(WrappedKey {
                        id: row.array(0)?,
                        node: row.array(1)?,
                        level: row.int(2)?.try_into().unwrap(),
                        wrapped: row.bytes(3)?.to_vec(),
                        erasure_tag: tag,
                        created_at: Timestamp(row.int(5)?),
                    })
                })
                .collect()
        };
        Database::peek(&self.urls[1], "wrapped", read).await.unwrap()
    }

    /// Every sealed value of the data.
    pub async fn envelopes(&self) -> Vec<Envelope> {
        if let Some(file) = store::sqlite_file(&self.urls[0]) {
            return installation::envelopes(&file);
        }
        let rows = place::every_row(&self.urls[0]).await;
        rows.into_iter().flat_map(|row| installation::envelopes_in(row.table, row.bytes)).collect()
    }

    /// Everything that lies in the folder, and on a server every row.
    pub async fn content(&self, folder: &Path) -> Vec<File> {
        [files(folder), self.rows().await].concat()
    }

    /// On a server every row of every table, table by table: what is long lies squeezed in the server's files.
    pub async fn rows(&self) -> Vec<File> {
        let mut found = Vec::new();
        for (url, name) in self.urls.iter().zip(&self.names).filter(|_| self.on() == On::Postgres) {
            let tables = place::tables(url).await.into_iter();
            found.extend(tables.map(|(table, bytes)| (format!("{name}.{table}"), bytes)));
        }
        found
    }

    /// Where the server has its files, once everything is on the disk; `None` on SQLite, and where they cannot be
    /// read, which is said.
    pub async fn server_folder(&self) -> Option<PathBuf> {
        if self.on() == On::Sqlite {
            return None;
        }
        let client = connect(&self.urls[0]).await;
        client.batch_execute("CHECKPOINT").await.unwrap();
        let row = client.query_one("SHOW data_directory", &[]).await.unwrap();
        let folder = PathBuf::from(row.get::<_, String>(0));
        if let Err(error) = std::fs::read_dir(folder.join("base")) {
            eprintln!("skipped: the server's files in {} cannot be read: {error}", folder.display());
            return None;
        }
        Some(folder)
    }

    /// On a server puts a text into a table of its own, as nothing of the program's ever lies there, so that it is
    /// seen whether it is found.
    pub async fn plant(&self, text: &str) {
        if self.on() == On::Postgres {
            let sql = format!("CREATE TABLE planted (it TEXT); INSERT INTO planted VALUES ('{text}')");
            connect(&self.urls[0]).await.batch_execute(&sql).await.unwrap();
        }
    }

    pub async fn journal(&self) -> Vec<Journal> {
        let read = |tx: &store::Tx<'_>| {
            let rows: Vec<Row> = tx.query(&ERASURES, &[])?;
            rows.iter()
                .map(|row| {
                    Ok::<_, StoreError>(Journal {
                        code: row.text(0)?.to_owned(),
                        is_finished: row.opt_int(1)?.is_some(),
                        is_closed: row.opt_int(2)?.is_some(),
                    })
                })
                .collect()
        };
        Database::peek(&self.urls[0], "journal", read).await.unwrap()
    }

    /// What a dead process held is held until its lease runs out; here that time is over at once.
    pub async fn let_leases_run_out(&self) {
        self.change(Schema::Data, "UPDATE lease SET expires_at = 0").await;
        // Who was killed is dead, and no receipt waits for what they may have in memory.
        self.change(Schema::Data, "DELETE FROM node").await;
    }

    /// Tables and their columns, as the database knows them.
    pub async fn columns(&self, which: Schema) -> BTreeSet<(String, String)> {
        let url = &self.urls[at(which)];
        if let Some(file) = store::sqlite_file(url) {
            let open = rusqlite::Connection::open(file).unwrap();
            let sql = "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
                       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
            let mut rows = open.prepare(sql).unwrap();
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            return rows.unwrap().map(Result::unwrap).collect();
        }
        let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                   WHERE table_schema = current_schema()";
        let rows = connect(url).await.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

/// Where copies of a folder lie.
fn kept(folder: &Path, day: &str) -> PathBuf {
    folder.with_file_name(format!("folder-{day}"))
}

fn with(url: &str, options: &str) -> String {
    let and = if url.ends_with('?') {
        ""
    } else if url.contains('?') {
        "&"
    } else {
        "?"
    };
    format!("{url}{and}{options}")
}

/// Once a server one of whose processes was killed a moment ago has recovered.
pub async fn connect(url: &str) -> Client {
    let ask = || async {
        match place::connect(url).await {
            Ok(client) => Some(client),
            Err(error) if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) => None,
            // The other one of a pair takes no writes.
            Err(error) if error.code().is_none() && url.contains("target_session_attrs") => None,
            Err(error) => panic!("{error}"),
        }
    };
    eventually("the server lets us in", ask).await
}
