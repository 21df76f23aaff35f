//! Where the databases of a measurement lie: a fresh folder, or two fresh databases of a PostgreSQL server
//! beside it (the keys' root lies in the folder either way).
//!
//! Invariant: nothing is left behind: the folder goes when it is dropped, a throw-away server with its
//! owner, and databases on a server of somebody's when [`Place::close`] is called.

use anyhow::{Context as _, Result, ensure};
use model::entropy::random;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio_postgres::{Client, NoTls};

/// A PostgreSQL server.
pub struct Server {
    url: String,
    /// Of a throw-away one: the script that serves it until it is asked to end.
    script: Option<Child>,
}

impl Server {
    /// Somebody's, or a throw-away one by `scripts/postgres`.
    pub fn new(url: Option<&str>) -> Result<Self> {
        if let Some(url) = url {
            return Ok(Self { url: url.to_owned(), script: None });
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no folder above")?;
        let mut script = Command::new("scripts/postgres")
            .current_dir(root)
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start scripts/postgres")?;
        let mut url = String::new();
        BufReader::new(script.stdout.take().context("no output")?).read_line(&mut url)?;
        let server = Self { url: url.trim().to_owned(), script: Some(script) };
        ensure!(store::is_postgres(&server.url), "scripts/postgres did not start a server");
        Ok(server)
    }

    /// The address of another database of the same server.
    fn of(&self, name: &str) -> Result<String> {
        let (address, options) = self.url.split_once('?').map_or((&*self.url, None), |(a, o)| (a, Some(o)));
        let (host, _) = address.rsplit_once('/').context("a PostgreSQL URL ends with a database's name")?;
        Ok(options.map_or_else(|| format!("{host}/{name}"), |o| format!("{host}/{name}?{o}")))
    }

    async fn order(&self, sql: &str) -> Result<()> {
        Ok(connect(&self.url).await?.batch_execute(sql).await?)
    }

    /// Bytes that the server has written to its log so far.
    pub async fn log_written(&self) -> Result<i64> {
        let sql = "SELECT CAST(pg_current_wal_lsn() - '0/0' AS BIGINT)";
        Ok(connect(&self.url).await?.query_one(sql, &[]).await?.try_get(0)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(script) = &mut self.script {
            // A kill would leave the server running: the script removes it when it is asked to end.
            let _ = Command::new("kill").arg(script.id().to_string()).status();
            let _ = script.wait();
        }
    }
}

/// A connection of the bench's own.
pub async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // Ends with the client.
    tokio::spawn(connection);
    Ok(client)
}

/// Bytes on the disk.
pub struct Disk {
    pub data: u64,
    pub keys: u64,
    /// SQLite's write-ahead logs as they lie there; of PostgreSQL all that its log was written with since
    /// the place was made.
    pub log: u64,
}

pub struct Place {
    folder: tempfile::TempDir,
    pub data: String,
    pub keys: String,
    server: Option<(Arc<Server>, [String; 2], i64)>,
}

impl Place {
    pub async fn new(dir: &Path, server: Option<Arc<Server>>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("entente-bench-").tempdir_in(dir)?;
        let Some(server) = server else {
            let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
            return Ok(Self { data: file("entente.db"), keys: file("keys.db"), folder, server: None });
        };
        let name = hex::encode(random::<6>(&crate::ambient::RealEntropy));
        let [data_name, keys_name] = ["data", "keys"].map(|what| format!("bench_{what}_{name}"));
        let (data, keys) = (server.of(&data_name)?, server.of(&keys_name)?);
        let names = [data_name, keys_name];
        for name in &names {
            server.order(&format!("CREATE DATABASE {name}")).await?;
        }
        let before = server.log_written().await?;
        Ok(Self { folder, data, keys, server: Some((server, names, before)) })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub const fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    /// What a server does by itself a minute after many rows came; SQLite is asked without statistics always.
    pub async fn analyze(&self) -> Result<()> {
        if self.is_postgres() {
            for url in [&self.data, &self.keys] {
                connect(url).await?.batch_execute("ANALYZE").await?;
            }
        }
        Ok(())
    }

    pub async fn disk(&self) -> Result<Disk> {
        let Some((server, names, before)) = &self.server else {
            let size = |name: &str| std::fs::metadata(self.path().join(name)).map_or(0, |file| file.len());
            let log = size("entente.db-wal") + size("keys.db-wal");
            return Ok(Disk { data: size("entente.db"), keys: size("keys.db"), log });
        };
        let client = connect(&server.url).await?;
        // What is written later belongs to this as well.
        client.batch_execute("CHECKPOINT").await?;
        let mut sizes = [0_u64; 2];
        for (size, name) in sizes.iter_mut().zip(names) {
            let row = client.query_one("SELECT pg_database_size($1::text::name)", &[name]).await?;
            *size = u64::try_from(row.try_get::<_, i64>(0)?)?;
        }
        let log = u64::try_from(server.log_written().await? - before)?;
        let [data, keys] = sizes;
        Ok(Disk { data, keys, log })
    }

    /// Once whatever was opened on it is dropped.
    pub async fn close(self) -> Result<()> {
        if let Some((server, names, _)) = &self.server {
            for name in names {
                server.order(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
            }
        }
        Ok(())
    }
}
