//! Where a test keeps its two databases: in files of its folder, or, with `ENTENTE_TEST_ON=postgres`, in schemas of
//! its own on the server that `ENTENTE_TEST_POSTGRES` names.
//!
//! Invariant: no test sees another's rows, and what a test made on the server is gone when it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops where something is not as it should be"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
pub use tokio_postgres::Client;
use tokio_postgres::NoTls;
use tokio_postgres::types::Type;

/// Of the data and of the keys.
pub struct Place {
    pub urls: [String; 2],
    schemas: Option<Schemas>,
}

struct Schemas {
    server: String,
    names: [String; 2],
}

fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "where the databases are, the environment says")]
    std::env::var(name).ok()
}

/// Whether databases are on a server. A test that looks into a database's file says so and ends.
pub fn is_on_server() -> bool {
    match environment("ENTENTE_TEST_ON").as_deref() {
        None | Some("sqlite") => false,
        Some("postgres") => true,
        Some(other) => panic!("ENTENTE_TEST_ON={other}: sqlite or postgres"),
    }
}

impl Place {
    /// Empty ones.
    pub async fn new(folder: &Path) -> Self {
        if is_on_server() {
            return Self::on_server().await.expect("ENTENTE_TEST_POSTGRES: scripts/postgres run -- …");
        }
        let url = |name: &str| format!("sqlite:{}", folder.join(name).display());
        Self { urls: ["data.db", "keys.db"].map(url), schemas: None }
    }

    /// Empty ones on the server, for a test of what only a server does. `None`, and said why, where there is none.
    pub async fn on_server() -> Option<Self> {
        let Some(server) = environment("ENTENTE_TEST_POSTGRES") else {
            assert!(
                environment("CI").as_deref() != Some("true"),
                "ENTENTE_TEST_POSTGRES must be set under CI"
            );
            eprintln!("skipped: it needs a server, `scripts/postgres run -- …`");
            return None;
        };
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let names = ["data", "keys"].map(|what| format!("home_{}_{number}_{what}", std::process::id()));
        let and = if server.contains('?') { '&' } else { '?' };
        let urls = names.each_ref().map(|name| format!("{server}{and}options=-csearch_path%3D{name}"));
        let orders = names.each_ref().map(|name| format!("CREATE SCHEMA {name};")).concat();
        order(&server, &orders).await.unwrap();
        Some(Self { urls, schemas: Some(Schemas { server, names }) })
    }

    pub const fn is_on_server(&self) -> bool {
        self.schemas.is_some()
    }
}

impl Place {
    /// What lies there: files as they are, and on a server every table.
    pub async fn content(&self, folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
            // What a reader has mapped is no content.
            if !name.ends_with("-shm") {
                found.insert(name, std::fs::read(&entry).unwrap());
            }
        }
        for (url, name) in self.urls.iter().zip(["data", "keys"]).filter(|_| self.schemas.is_some()) {
            let tables = tables(url).await.into_iter();
            found.extend(tables.map(|(table, bytes)| (format!("{name}.{table}"), bytes)));
        }
        found
    }
}

impl Drop for Schemas {
    fn drop(&mut self) {
        let drops = self.names.each_ref().map(|name| format!("DROP SCHEMA {name} CASCADE;"));
        let orders = format!("SET lock_timeout = '5s'; {}", drops.concat());
        let server = self.server.clone();
        // A runtime of its own: this one may be ending. What cannot be removed ends with the server.
        let removed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(order(&server, &orders)))
        });
        let _ = removed.join();
    }
}

/// Ends when the client is dropped.
pub async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn order(server: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    connect(server).await?.batch_execute(sql).await
}

/// A row as a server has it.
pub struct Row {
    pub table: &'static str,
    /// As JSON.
    pub text: String,
    /// Its columns that are bytes.
    pub bytes: Vec<Vec<u8>>,
}

/// Every row of every table of a schema.
pub async fn every_row(url: &str) -> Vec<Row> {
    let client = connect(url).await.unwrap();
    let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()";
    let mut found = Vec::new();
    for named in client.query(sql, &[]).await.unwrap() {
        let table: &'static str = Box::leak(named.get::<_, String>(0).into_boxed_str());
        let sql = format!("SELECT row_to_json(own)::text, own.* FROM {table} own");
        for row in client.query(&sql, &[]).await.unwrap() {
            let bytes = row.columns().iter().enumerate().filter(|(_, column)| *column.type_() == Type::BYTEA);
            let bytes = bytes.filter_map(|(at, _)| row.get::<_, Option<Vec<u8>>>(at)).collect();
            found.push(Row { table, text: row.get(0), bytes });
        }
    }
    found
}

/// Every row of every table as if each table were a file; what is bytes stands as bytes.
pub async fn tables(url: &str) -> BTreeMap<String, Vec<u8>> {
    let mut tables: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for row in every_row(url).await {
        let table = tables.entry(row.table.to_owned()).or_default();
        for bytes in [row.text.into_bytes()].into_iter().chain(row.bytes) {
            table.extend(bytes);
            table.push(b'\n');
        }
    }
    tables
}
