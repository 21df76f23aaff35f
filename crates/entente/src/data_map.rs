//! `entente data-map` and `entente retention`: the map without a server, and what is past its time.
//!
//! Invariants: the map is that of this very program with the configured brands and register; a dry run changes
//! nothing and needs no key; what deletes runs only while no server does.

use crate::ambient::OsClock;
use crate::command::say;
use crate::config::Config;
use crate::lock::Lock;
use crate::{moving, wiring};
use anyhow::{Context as _, Result, anyhow, bail};
use clap::ValueEnum;
use engine::InForce;
use engine::datamap::record::{Part, markdown, record};
use engine::datamap::{Announced, DataMap, jsonld};
use model::time::Clock as _;
use serde_json::json;
use std::path::Path;
use store::{Database, Schema};

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    Markdown,
    Json,
    Jsonld,
    RecordController,
    RecordProcessor,
}

/// Why a map comes with less notice than is promised.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Because {
    /// A law or an authority asks for it.
    Law,
    /// It protects people's data or safety.
    Security,
}

/// Prints the map of one brand.
pub fn show(format: Format, brand: Option<&str>, config: Option<&Path>) -> Result<()> {
    let config = Config::load(config)?;
    let brands = wiring::brands(&config)?;
    let found = match brand {
        None => brands.first(),
        Some(slug) => brands.iter().find(|brand| brand.slug == slug),
    };
    let found = found.ok_or_else(|| {
        let slugs: Vec<&str> = brands.iter().map(|brand| brand.slug.as_str()).collect();
        anyhow!(
            "--brand: there is no brand `{}`: name one of {}",
            brand.unwrap_or_default(),
            slugs.join(", ")
        )
    })?;
    let map =
        DataMap::new(found, &Announced::of(&wiring::register(&config)?, &InForce::new()), config.backup_days);
    let text = match format {
        Format::Markdown => markdown(&map),
        Format::Json => String::from_utf8(map.bytes()).context("the map is no text")?,
        Format::Jsonld => jsonld::write(&map),
        Format::RecordController => record(&map, Part::Controller, &[]),
        Format::RecordProcessor => record(&map, Part::Processor, &[]),
    };
    say(text.trim_end());
    Ok(())
}

/// Looks at what is past its time and, unless it is a dry run, deletes it.
pub async fn retention(dry_run: bool, as_json: bool, config: Option<&Path>) -> Result<()> {
    let config = Config::load(config)?;
    if let Some(file) = store::sqlite_file(&config.database).filter(|file| !file.exists()) {
        bail!("database.url: there is no database {}: name the one to look at with --config", file.display());
    }
    // Two processes do not write to one SQLite file; whoever serves enforces every hour anyway.
    let _lock = if dry_run { None } else { Some(Lock::take(&config)?) };
    if !dry_run {
        moving::refuse_marked(&config).await?;
    }
    let data = Database::open(&config.database, Schema::Data, config.database_options).await;
    let data = data.context("database.url")?;
    let now = OsClock::new().now();
    let lines = engine::retention::look(&data, now).await?;
    let went = if dry_run { Vec::new() } else { engine::retention::enforce(&data, now).await? };
    if as_json {
        let went: serde_json::Map<_, _> =
            went.iter().map(|(place, rows)| ((*place).to_owned(), json!(rows))).collect();
        let whole =
            json!({ "format": "entente-retention/1", "dry_run": dry_run, "tables": lines, "removed": went });
        say(&format!("{whole:#}"));
        return Ok(());
    }
    say(&format!("{:<20} {:>9} {:>9} {:>9}  {:<26} by", "table", "days", "rows", "due", "oldest"));
    for line in &lines {
        let oldest = line.oldest.map_or_else(|| "-".to_owned(), |at| at.to_string());
        say(&format!(
            "{:<20} {:>9} {:>9} {:>9}  {:<26} {}",
            line.place, line.days, line.rows, line.due, oldest, line.by
        ));
    }
    let due: u64 = lines.iter().filter(|line| line.by == "job").map(|line| line.due).sum();
    if dry_run {
        say(&format!("The next run removes {due} rows. Nothing was changed."));
    } else {
        let removed: u64 = went.iter().map(|(_, rows)| rows).sum();
        say(&format!("{removed} rows were past their time and are gone."));
    }
    Ok(())
}
