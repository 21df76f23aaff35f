//! Where the load's databases lie, what is in them, and how the program's memory went.

use crate::ambient::RealEntropy;
use anyhow::{Context as _, Result};
use model::entropy::random;
use std::path::Path;
use store::tables::{brand, inbox, lead, seen};
use store::{Database, StoreError};
use tokio_postgres::NoTls;

pub struct Databases {
    /// Of the data and of the keys.
    pub urls: [String; 2],
    /// The server that they are on, and their names there.
    server: Option<(String, [String; 2])>,
}

/// What is in the data.
#[derive(Clone, Copy)]
pub struct Stand {
    /// Events that were ever taken.
    pub seen: u64,
    pub inbox: u64,
    pub leads: u64,
}

impl Databases {
    pub async fn make(server: Option<&str>, folder: &Path) -> Result<Self> {
        let Some(server) = server else {
            let url = |name: &str| format!("sqlite:{}", folder.join(name).display());
            return Ok(Self { urls: [url("entente.db"), url("keys.db")], server: None });
        };
        let (address, options) =
            server.split_once('?').map_or((server, ""), |(address, more)| (address, more));
        let (host, _) = address.rsplit_once('/').context("the URL ends with a database's name")?;
        let names = ["data", "keys"]
            .map(|what| format!("entente_load_{}_{what}", hex::encode(random::<4>(&RealEntropy))));
        let urls = names.each_ref().map(|name| format!("{host}/{name}?{options}"));
        for name in &names {
            order(server, &format!("CREATE DATABASE {name}")).await?;
        }
        Ok(Self { urls, server: Some((server.to_owned(), names)) })
    }

    pub async fn remove(self) -> Result<()> {
        if let Some((server, names)) = &self.server {
            for name in names {
                order(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
            }
        }
        Ok(())
    }

    pub const fn kind(&self) -> &'static str {
        if self.server.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    pub async fn stand(&self) -> Result<Stand> {
        let look = |tx: &store::Tx<'_>| {
            let mut leads = 0;
            for (id, _) in brand::list(tx)? {
                leads += lead::count_by_page(tx.brand(id))?.iter().map(|page| page.leads).sum::<u64>();
            }
            Ok::<_, StoreError>(Stand { seen: seen::count(tx)?, inbox: inbox::count(tx)?, leads })
        };
        let [data, _] = &self.urls;
        Ok(Database::peek(data, "stand", look).await?)
    }
}

async fn order(server: &str, sql: &str) -> Result<()> {
    let (client, connection) = tokio_postgres::connect(server, NoTls).await?;
    let speaking = tokio::spawn(connection);
    let done = client.batch_execute(sql).await;
    drop(client);
    // It ends with its client.
    let _ = speaking.await;
    Ok(done?)
}

/// The program's memory in MiB, second by second.
#[derive(Default)]
pub struct Memory(Vec<(f64, f64)>);

impl Memory {
    pub fn note(&mut self, at: f64, mebibytes: f64) {
        self.0.push((at, mebibytes));
    }

    /// The median of a part of the time.
    fn around(&self, from: f64, to: f64) -> f64 {
        let end = self.0.last().map_or(0.0, |(at, _)| *at);
        let within = self.0.iter().filter(|(at, _)| *at >= from * end && *at <= to * end);
        let mut figures: Vec<f64> = within.map(|(_, mebibytes)| *mebibytes).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    }

    pub fn line(&self) -> String {
        let (before, end) = (self.around(0.667, 0.767), self.around(0.9, 1.0));
        let most = self.0.iter().map(|(_, mebibytes)| *mebibytes).fold(0.0, f64::max);
        let grew = (end / before - 1.0) * 100.0;
        format!(
            "memory: {:.0} MiB at the start, {:.0} in the middle, {end:.0} at the end, {most:.0} at most; the last third grew by {grew:.1} % ({})\n",
            self.around(0.0, 0.1),
            self.around(0.45, 0.55),
            if grew < 5.0 { "flat" } else { "not flat" }
        )
    }
}
