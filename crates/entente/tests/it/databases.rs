//! Where a real installation of a test keeps its data and its keys: in files of its folder, or in two schemas of
//! their own on the server that `ENTENTE_TEST_POSTGRES` names.
//!
//! Without a server the PostgreSQL half is skipped and says so; under `CI=true` it fails instead.

use crate::program::World;
use model::ports::WrappedKey;
use model::time::Timestamp;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Database, Row, StoreError, statements};

statements! {
    KEYS = "SELECT id, node, level, wrapped, erasure_tag, created_at FROM key";
    LEASES = "UPDATE lease SET expires_at = 0";
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
        let here = Self::on_postgres().await?;
        here.name_in(world);
        Some(here)
    }

    /// Has the world's configuration name them instead of its files.
    pub fn name_in(&self, world: &World) {
        let mut text = std::fs::read_to_string(world.config()).unwrap();
        for (from, to) in Self::sqlite(world).urls.iter().zip(&self.urls) {
            text = text.replace(from.as_str(), to);
        }
        std::fs::write(world.config(), text).unwrap();
    }

    /// Makes two bare ones.
    pub async fn on_postgres() -> Option<Self> {
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
