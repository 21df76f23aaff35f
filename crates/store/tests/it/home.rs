//! A database of a test's own: a temporary file, or a schema of its own on the server that
//! `ENTENTE_TEST_POSTGRES` names (`scripts/postgres run -- cargo test -p store`).
//!
//! Without a server the PostgreSQL half is skipped and says so; under `CI=true` it fails instead.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Database, Kind, Migration, Options, Schema, StoreError, params, statements};

/// One table to try the port on.
pub static THINGS: &[Migration] = &[Migration {
    number: 1,
    kind: Kind::Contract { since: 1 },
    name: "0001_thing",
    sqlite: "CREATE TABLE thing (id INT NOT NULL PRIMARY KEY, name TEXT UNIQUE, data BLOB,
             number INTEGER CHECK (number <> 13), parent INTEGER REFERENCES thing (id)) STRICT",
    postgres: "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, name TEXT UNIQUE, data BYTEA,
               number BIGINT CHECK (number <> 13), parent BIGINT REFERENCES thing (id))",
}];

statements! {
    pub INSERT = "INSERT INTO thing (id, name, data, number, parent) VALUES ($1, $2, $3, $4, $5)";
    pub INSERT_ID = "INSERT INTO thing (id) VALUES ($1)";
    pub GET = "SELECT id, name, data, number, parent FROM thing WHERE id = $1";
    pub IDS = "SELECT id FROM thing ORDER BY id";
    pub SET_NUMBER = "UPDATE thing SET number = $2 WHERE id = $1";
    pub PUT_NUMBER = "INSERT INTO thing (id, number) VALUES ($1, $2)
                      ON CONFLICT (id) DO UPDATE SET number = excluded.number";
}

pub enum Home {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, schema: String },
}

impl Home {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub async fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Some(server) = environment("ENTENTE_TEST_POSTGRES") else {
            assert_ne!(
                environment("CI").as_deref(),
                Some("true"),
                "ENTENTE_TEST_POSTGRES must be set under CI"
            );
            eprintln!("skipped on PostgreSQL: run `scripts/postgres run -- cargo test -p store`");
            return None;
        };
        let schema = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let home = Self::Postgres { server, schema };
        home.on_server("DROP SCHEMA IF EXISTS {} CASCADE; CREATE SCHEMA {}").await;
        Some(home)
    }

    /// In a database of the server that sorts texts as English does; it stays there for the next time.
    pub async fn postgres_in_english() -> Option<Self> {
        let Self::Postgres { server, schema } = Self::postgres().await? else { return None };
        let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&format!("DROP SCHEMA {schema}")).await.unwrap();
        let made = client
            .batch_execute("CREATE DATABASE entente_test_en TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en'")
            .await;
        let is_there = |error: &tokio_postgres::Error| {
            error.code() == Some(&tokio_postgres::error::SqlState::DUPLICATE_DATABASE)
        };
        assert!(made.as_ref().err().is_none_or(is_there), "{made:?}");
        drop(client);
        connection.await.unwrap().unwrap();
        let (address, query) = server.split_once('?').map_or((server.as_str(), ""), |(a, q)| (a, q));
        let (address, _) = address.rsplit_once('/').unwrap();
        let and = if query.is_empty() { "" } else { "?" };
        let home = Self::Postgres { server: format!("{address}/entente_test_en{and}{query}"), schema };
        home.on_server("CREATE SCHEMA {}").await;
        Some(home)
    }

    pub async fn remove(self) {
        self.on_server("DROP SCHEMA {} CASCADE").await;
    }

    /// By hand, with its schema's name in place of `{}`.
    pub async fn on_server(&self, sql: &str) {
        let Self::Postgres { server, schema } = self else { return };
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&sql.replace("{}", schema)).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }

    /// Ends every connection of this test's database, as a server that is started anew does.
    pub async fn cut_connections(&self) {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{}'";
        self.on_server(sql).await;
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(_) => format!("sqlite:{}", self.file().display()),
            Self::Postgres { server, schema } => {
                let and = if server.contains('?') { '&' } else { '?' };
                format!("{server}{and}options=-csearch_path%3D{schema}&application_name={schema}")
            }
        }
    }

    pub const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// The SQLite file.
    pub fn file(&self) -> PathBuf {
        let Self::Sqlite(folder) = self else { panic!("no file") };
        folder.path().join("test.db")
    }

    pub async fn try_open(
        &self,
        schema: Schema,
        migrations: &'static [Migration],
    ) -> Result<Database, StoreError> {
        Database::open_with(&self.url(), schema, migrations, Options { readers: 2, connections: 8 }).await
    }

    /// With the table `thing`.
    pub async fn open(&self) -> Database {
        self.try_open(Schema::Data, THINGS).await.unwrap()
    }
}

fn environment(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test server is, is told by the environment only"
    )]
    std::env::var(name).ok()
}

/// The ids in `thing`.
pub async fn ids(db: &Database) -> Vec<i64> {
    db.read("ids", |tx| tx.query(&IDS, &[])?.iter().map(|row| row.int(0)).collect::<Result<_, StoreError>>())
        .await
        .unwrap()
}

pub async fn insert_id(db: &Database, id: i64) -> Result<u64, StoreError> {
    db.write("insert_id", move |tx| tx.execute(&INSERT_ID, &params![id])).await
}

/// Each test twice: `name::on_sqlite` and `name::on_postgres`.
macro_rules! on_both {
    ($(async fn $name:ident($home:ident: &Home) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn the_test($home: &Home) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let home = Home::sqlite();
                the_test(&home).await;
                home.remove().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(home) = Home::postgres().await {
                    the_test(&home).await;
                    home.remove().await;
                }
            }
        }
    )*};
}
pub(crate) use on_both;
