//! Measures Entente: `cargo run --release -p bench`, or `… -- ingest send` for some rows only.
//!
//! A figure by itself says little about a program and much about a machine, so each row is a ratio:
//! what Entente does, over what the named limit does, measured turn by turn in the same run. The load
//! generator and the peer (a sink that answers like Graph) run in the same process and share its cores.
//! `docs/performance.md` holds figures and what they mean.

mod ambient;
mod limit;
mod load;
mod report;
mod rows;
mod sink;
mod world;

use anyhow::{Result, bail};
use clap::Parser;
use report::Report;
use std::io::Write as _;

/// What can be measured, each against a limit of the same machine (docs/performance.md).
const ROWS: [&str; 6] = ["ingest", "process", "send", "batch", "seal", "memory"];

#[derive(Parser)]
#[command(about = "Measures Entente against the limits of this machine; `load` has options of its own")]
struct Args {
    /// Rows: ingest, process (with ledger), send and batch (with planning), seal, memory. All if none.
    rows: Vec<String>,
    /// How often each measurement is repeated, limit and Entente in turn.
    #[arg(long, default_value_t = 5)]
    repeat: usize,
    /// Leads of the sending rows.
    #[arg(long, default_value_t = 50_000)]
    leads: usize,
    /// Pages, each with its own lane: as many requests are on the wire at most.
    #[arg(long, default_value_t = 64)]
    pages: usize,
    /// Events of the receiving rows, per repetition.
    #[arg(long, default_value_t = 40_000)]
    events: usize,
    /// Leads of the broadcast whose memory is looked at.
    #[arg(long, default_value_t = 200_000)]
    memory_leads: usize,
    /// Where the databases are made; the system's folder for temporary files if not given.
    #[arg(long)]
    dir: Option<std::path::PathBuf>,
    /// One JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// How much to measure.
pub struct Plan {
    repeat: usize,
    leads: usize,
    pages: usize,
    events: usize,
    memory_leads: usize,
    dir: std::path::PathBuf,
}

impl Plan {
    /// A fresh folder for databases, deleted when dropped.
    fn folder(&self) -> Result<tempfile::TempDir> {
        Ok(tempfile::Builder::new().prefix("entente-bench-").tempdir_in(&self.dir)?)
    }
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<()> {
    if std::env::args_os().nth(1).is_some_and(|first| first == "load") {
        return rows::load::run().await;
    }
    let args = Args::parse();
    if let Some(unknown) = args.rows.iter().find(|row| !ROWS.contains(&row.as_str())) {
        bail!("there is no row `{unknown}`: choose among {}", ROWS.join(", "));
    }
    if args.repeat == 0 || args.pages == 0 || args.leads < args.pages || args.events == 0 {
        bail!("nothing to measure: give at least one repetition, page and event, and a lead for each page");
    }
    let wanted = |row: &str| args.rows.is_empty() || args.rows.iter().any(|name| name == row);
    let plan = Plan {
        repeat: args.repeat,
        leads: args.leads,
        pages: args.pages,
        events: args.events,
        memory_leads: args.memory_leads,
        dir: args.dir.clone().unwrap_or_else(std::env::temp_dir),
    };
    let mut report = Report::new(args.json);
    if wanted("seal") {
        rows::seal::measure(&plan, &mut report).await?;
    }
    if wanted("ingest") {
        rows::ingest::measure(&plan, &mut report).await?;
    }
    if wanted("process") {
        rows::process::measure(&plan, &mut report).await?;
    }
    for (row, batch) in [("send", 1), ("batch", messenger::send::MAX_BATCH)] {
        if wanted(row) {
            rows::send::measure(&plan, batch, &mut report).await?;
        }
    }
    if wanted("memory") {
        rows::memory::measure(&plan, &mut report).await?;
    }
    std::io::stdout().lock().write_all(report.end().as_bytes())?;
    Ok(())
}
