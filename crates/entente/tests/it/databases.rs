//! Where a real installation of a test keeps its data and its keys: in files of its folder, or in two schemas of
//! their own on the server that `ENTENTE_TEST_POSTGRES` names.
//!
//! Without a server the PostgreSQL half is skipped and says so; under `CI=true` it fails instead.

use crate::program::World;
use crate::search::File;
use model::ports::WrappedKey;
use model::time::Timestamp;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Database, Row, StoreError, statements};

statements! {
    KEYS = "SELECT id, node, level, wrapped, erasure_tag, created_at FROM key";
    LEASES = "UPDATE lease SET expires_at = 0";
    WAITING = "SELECT count(*) FROM mail";
    ERASURES = "SELECT code, finished_at, closed_at FROM erasure ORDER BY id";
}

pub struct Databases {
    /// Of the data and of the keys.
    pub urls: [String; 2],
    /// Server and schemas.
    postgres: Option<(String, [String; 2])>,
}

/// An erasure in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    pub code: String,
    pub is_finished: bool,
    pub is_closed: bool,
}

impl Databases {
    pub fn sqlite(world: &World) -> Self {
        let url = |name: &str| format!("sqlite:{}", world.data().join(name).display());
        Self { urls: [url("entente.db"), url("keys.db")], postgres: None }
    }

    /// Makes them, and has the world's configuration name them.
    pub async fn postgres(world: &World) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Some(server) = environment("ENTENTE_TEST_POSTGRES") else {
            let is_ci = environment("CI").as_deref() == Some("true");
            assert!(!is_ci, "ENTENTE_TEST_POSTGRES must be set under CI");
            eprintln!("skipped on PostgreSQL: run `scripts/postgres run -- cargo test -p entente`");
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let schemas = ["data", "keys"].map(|what| format!("it_{}_{number}_{what}", std::process::id()));
        let and = if server.contains('?') { '&' } else { '?' };
        let url = |schema: &String| {
            format!("{server}{and}options=-csearch_path%3D{schema}&application_name={schema}")
        };
        let here = Self { urls: schemas.each_ref().map(url), postgres: Some((server.clone(), schemas)) };
        here.on_server("DROP SCHEMA IF EXISTS {} CASCADE; CREATE SCHEMA {}").await;
        let mut text = std::fs::read_to_string(world.config()).unwrap();
        for (from, to) in Self::sqlite(world).urls.iter().zip(&here.urls) {
            text = text.replace(from.as_str(), to);
        }
        std::fs::write(world.config(), text).unwrap();
        Some(here)
    }

    async fn on_server(&self, sql: &str) {
        let Some((server, schemas)) = &self.postgres else { return };
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        for schema in schemas {
            client.batch_execute(&sql.replace("{}", schema)).await.unwrap();
        }
        drop(client);
        connection.await.unwrap().unwrap();
    }

    pub const fn is_on_server(&self) -> bool {
        self.postgres.is_some()
    }

    pub async fn remove(self) {
        self.on_server("DROP SCHEMA {} CASCADE").await;
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

    /// How many mails wait to be sent.
    pub async fn mails(&self) -> i64 {
        let read = |tx: &store::Tx<'_>| {
            let rows: Vec<Row> = tx.query(&WAITING, &[])?;
            rows[0].int(0).map_err(|error: StoreError| error)
        };
        Database::peek(&self.urls[0], "mails", read).await.unwrap()
    }

    /// The folder of the PostgreSQL server, with its log beside it as `scripts/postgres` lays it, once everything
    /// is on the disk; `None` on SQLite, and where that folder is not this machine's.
    pub async fn server_folder(&self) -> Option<PathBuf> {
        let (server, _) = self.postgres.as_ref()?;
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute("CHECKPOINT").await.unwrap();
        let row = client.query_one("SELECT current_setting('data_directory')", &[]).await.unwrap();
        let folder = PathBuf::from(row.get::<_, String>(0));
        drop(client);
        connection.await.unwrap().unwrap();
        std::fs::read_dir(&folder).is_ok().then(|| folder.parent().unwrap().to_owned())
    }

    /// Puts a text into a table of its own on the server, as nothing of the program's ever lies there, so that it
    /// is seen whether it is found.
    pub async fn plant(&self, text: &str) {
        if let Some((_, schemas)) = &self.postgres {
            let table = format!("{}.planted", schemas[0]);
            self.on_server(&format!(
                "CREATE TABLE IF NOT EXISTS {table} (it TEXT); INSERT INTO {table} VALUES ('{text}')"
            ))
            .await;
        }
    }

    /// On PostgreSQL every row of every table as text, and what its bytes are: a row that is long lies squeezed in
    /// the server's files.
    pub async fn rows(&self) -> Vec<File> {
        let Some((server, schemas)) = &self.postgres else { return Vec::new() };
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut found = Vec::new();
        for schema in schemas {
            let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = $1";
            for table in client.query(tables, &[schema]).await.unwrap() {
                let table: String = table.get(0);
                let all = format!("SELECT row_to_json(t)::text FROM {schema}.{table} t");
                let rows = client.query(&all, &[]).await.unwrap();
                let texts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                let mut bytes = texts.join("\n").into_bytes();
                for text in texts.iter().flat_map(|text| text.split("\\\\x").skip(1)) {
                    bytes.push(b'\n');
                    bytes.extend(hex::decode(text.split('"').next().unwrap()).unwrap_or_default());
                }
                found.push((format!("{schema}.{table}"), bytes));
            }
        }
        drop(client);
        connection.await.unwrap().unwrap();
        found
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
        let run_out = |tx: &store::Tx<'_>| tx.execute(&LEASES, &[]).map_err(|error: StoreError| error);
        Database::touch(&self.urls[0], "run_out", run_out).await.unwrap();
    }
}

fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "where the test server is, the environment says")]
    std::env::var(name).ok()
}
