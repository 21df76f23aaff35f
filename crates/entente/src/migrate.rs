//! `entente migrate`: both databases brought up to date by whoever may change tables, so that whoever serves need not.
//!
//! Invariants: what a start refuses is refused here, before anything is changed; nothing is done with what the databases
//! hold; a role that is given rights can do with rows what serving does, and nothing to tables.

use crate::command::say;
use crate::config::Config;
use crate::lock::Lock;
use crate::wiring::{self, Ambient};
use crate::{gate, hosting};
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;
use store::{Database, Schema, StoreError};

#[derive(clap::Args)]
pub struct Options {
    /// Configuration file [default: entente.toml here, if there is one].
    #[arg(long)]
    config: Option<PathBuf>,
    /// A file with the data's address for whoever owns the tables [default: the configured address].
    #[arg(long, value_name = "FILE")]
    database_url_file: Option<PathBuf>,
    /// The same for the keys.
    #[arg(long, value_name = "FILE")]
    keys_url_file: Option<PathBuf>,
    /// A role of the server that serves: it gets what that needs, and no right to change tables.
    #[arg(long, value_name = "ROLE")]
    grant: Option<String>,
}

pub async fn run(options: Options) -> Result<()> {
    wiring::log_to_stderr();
    let Options { config, database_url_file, keys_url_file, grant } = options;
    let config = Config::load_with(config.as_deref(), database_url_file, keys_url_file)?;
    if grant.is_some() && ![&config.database, &config.keys].into_iter().all(|url| store::is_postgres(url)) {
        bail!("--grant: {}", StoreError::NoRoles);
    }
    let _lock = Lock::take(&config)?;
    let now = Ambient::real().clock.now();
    hosting::refuse(&config, now).await?;
    if let Some(role) = &grant {
        for (key, url) in [("keys.url", &config.keys), ("database.url", &config.database)] {
            Database::refuse_role(url, role).await.with_context(|| format!("--grant, {key}"))?;
        }
    }
    let program = gate::program(&config, wiring::brands(&config)?)?;
    // What cannot be looked at as it lies is looked at by the start.
    if let Ok(standings) = gate::standings(&config, program, now).await {
        gate::refuse(&config, &standings, now)?;
    }
    let (data, keys) = wiring::bring_up_to_date(&config).await?;
    say(&format!(
        "Both databases are up to date: the data at {}, the keys at {}.",
        data.knows(),
        keys.knows()
    ));
    let Some(role) = grant else { return Ok(()) };
    for (key, database, schema) in [("keys.url", &keys, Schema::Keys), ("database.url", &data, Schema::Data)]
    {
        database.grant(schema, &role).await.with_context(|| format!("--grant, {key}"))?;
    }
    say(&format!(
        "{role} may serve: it reads and writes rows, also of tables to come, and changes no table."
    ));
    Ok(())
}
