//! The files of a PostgreSQL server as a thief has them: the tables of a test's two databases with every old
//! version of a row that still lies there, and the log of all changes since the test began.
//!
//! Invariant: what is found here is found in bytes of the disk; the server is only asked to write them out.

use crate::databases::{Databases, connect};
use crate::search::{File, file, files};
use model::ports::WrappedKey;
use model::time::Timestamp;
use std::path::PathBuf;

/// Of a short value; twice the length and one, counting this byte.
const SIXTEEN: u8 = 0x23;
const THIRTY_TWO: u8 = 0x43;
/// Where a row's level stands, behind two ids of 17 bytes each, and its wrapped key.
const LEVEL: usize = 40;
const WRAPPED: usize = 48;

pub struct Cluster {
    url: String,
    folder: PathBuf,
    tables: Vec<PathBuf>,
    /// The log's file when the test began.
    first: String,
}

impl Cluster {
    /// `None` on SQLite, and where the server's files cannot be read, which is said.
    pub async fn of(databases: &Databases) -> Option<Self> {
        let folder = databases.server_folder().await?;
        let mut tables = Vec::new();
        for url in &databases.urls {
            let sql = "SELECT oid::text FROM pg_database WHERE datname = current_database()";
            let row = connect(url).await.query_one(sql, &[]).await.unwrap();
            tables.push(folder.join("base").join(row.get::<_, String>(0)));
        }
        let mut here = Self { url: databases.urls[0].clone(), folder, tables, first: String::new() };
        here.first = here.newest().await;
        Some(here)
    }

    /// The name of the log's newest file.
    async fn newest(&self) -> String {
        let sql = "SELECT pg_walfile_name(pg_current_wal_insert_lsn())";
        connect(&self.url).await.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// All of it, and whatever the server keeps beside databases: its own tables, its statistics, its log.
    pub async fn files(&self) -> Vec<File> {
        connect(&self.url).await.batch_execute("CHECKPOINT").await.unwrap();
        let newest = self.newest().await;
        let is_ours = |name: &str| (self.first.as_str()..=newest.as_str()).contains(&name);
        let mut found: Vec<File> = self.tables.iter().flat_map(|folder| files(folder)).collect();
        let changes = files(&self.folder.join("pg_wal")).into_iter();
        found.extend(changes.filter(|(name, _)| is_ours(name.rsplit('/').next().unwrap())));
        for entry in std::fs::read_dir(&self.folder).unwrap().map(Result::unwrap) {
            if entry.file_name() != "base" && entry.file_name() != "pg_wal" {
                found.extend(if entry.path().is_dir() {
                    files(&entry.path())
                } else {
                    file(&entry.path()).into_iter().collect()
                });
            }
        }
        // As `scripts/postgres` lays it.
        found.extend(file(&self.folder.with_extension("log")));
        found
    }

    /// Every version of a row of the key store.
    pub async fn keys(&self) -> Vec<WrappedKey> {
        let files = self.files().await;
        files.iter().flat_map(|(_, bytes)| carved(bytes)).collect()
    }
}

/// What looks like a row of the table `key`: it is one if it opens.
fn carved(bytes: &[u8]) -> Vec<WrappedKey> {
    let begin = bytes.iter().enumerate().filter(|(_, byte)| **byte == SIXTEEN);
    begin.filter_map(|(at, _)| row(&bytes[at..])).collect()
}

fn row(bytes: &[u8]) -> Option<WrappedKey> {
    let id = |at: usize| -> Option<[u8; 16]> {
        (*bytes.get(at)? == SIXTEEN).then_some(bytes.get(at + 1..at + 17)?.try_into().ok()?)
    };
    let (node, id) = (id(0)?, id(17)?);
    let level = i64::from_le_bytes(bytes.get(LEVEL..WRAPPED)?.try_into().ok()?);
    let level = u8::try_from(level).ok().filter(|level| *level < 64)?;
    let head = bytes.get(WRAPPED).filter(|head| **head % 2 == 1)?;
    let end = WRAPPED + usize::from(head / 2);
    let wrapped = bytes.get(WRAPPED + 1..end)?.to_vec();
    let tag = bytes.get(end).filter(|head| **head == THIRTY_TWO).and_then(|_| bytes.get(end + 1..end + 33));
    let erasure_tag = tag.filter(|_| level == 0).map(|tag| tag.try_into().unwrap());
    Some(WrappedKey { id, node, level: level.into(), wrapped, erasure_tag, created_at: Timestamp(0) })
}
