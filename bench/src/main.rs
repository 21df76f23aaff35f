//! Measures Entente: `cargo run --release -p bench`, or `… -- ingest send` for some rows only.
//!
//! A figure by itself says little about a program and much about a machine, so each row is a ratio:
//! what Entente does, over what the named limit does, measured turn by turn in the same run. The load
//! generator and the peer (a sink that answers like Graph) run in the same process and share its cores.
//! `docs/performance.md` holds figures and what they mean.

mod ambient;
mod leads;
mod limit;
mod load;
mod place;
mod report;
mod rows;
mod sink;
mod world;

use anyhow::{Result, bail};
use clap::Parser;
use place::{Place, Server};
use report::Report;
use std::io::Write as _;
use std::sync::Arc;

/// What can be measured, each against a limit of the same machine (docs/performance.md).
const ROWS: [&str; 6] = ["ingest", "process", "send", "batch", "seal", "memory"];
/// What is measured only when asked for.
const ASKED: [&str; 3] = ["growth", "peers", "timing"];

#[derive(Parser)]
#[command(about = "Measures Entente against the limits of this machine; `load` has options of its own")]
struct Args {
    /// Rows: ingest, process (with ledger), send and batch (with planning), seal, memory; all of them if none.
    /// Only when named: growth; timing, whether the time of a check tells how much of a guess was right; peers, which
    /// installs packages of npm and PyPI into a folder of its own.
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
    /// Accounts that the pages of the sending rows are spread over, each with a broadcast of its own.
    #[arg(long, default_value_t = 1)]
    accounts: usize,
    /// Events of the receiving rows, per repetition.
    #[arg(long, default_value_t = 40_000)]
    events: usize,
    /// Leads of the broadcast whose memory is looked at.
    #[arg(long, default_value_t = 200_000)]
    memory_leads: usize,
    /// Leads of the growth, ascending.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000")]
    sizes: Vec<usize>,
    /// On PostgreSQL instead of SQLite: on the server at this URL, or on a throw-away one (scripts/postgres).
    #[arg(long, num_args = 0..=1, default_missing_value = "", value_name = "URL")]
    postgres: Option<String>,
    /// Where the peers are installed, to be used again; a temporary folder if not given.
    #[arg(long)]
    peers_dir: Option<std::path::PathBuf>,
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
    accounts: usize,
    events: usize,
    memory_leads: usize,
    sizes: Vec<usize>,
    dir: std::path::PathBuf,
    server: Option<Arc<Server>>,
}

impl Plan {
    /// Fresh databases.
    async fn place(&self) -> Result<Place> {
        Place::new(&self.dir, self.server.clone()).await
    }
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<()> {
    if std::env::args_os().nth(1).is_some_and(|first| first == "load") {
        return rows::load::run().await;
    }
    let args = Args::parse();
    if let Some(unknown) = args.rows.iter().find(|row| !ROWS.iter().chain(&ASKED).any(|known| known == row)) {
        bail!("there is no row `{unknown}`: choose among {}, {}", ROWS.join(", "), ASKED.join(", "));
    }
    if args.repeat == 0
        || args.pages == 0
        || !(1..=args.pages).contains(&args.accounts)
        || args.leads < args.pages
        || args.events == 0
    {
        bail!(
            "nothing to measure: give at least one repetition, page and event, a page for each account, and a lead for each page"
        );
    }
    if !args.sizes.is_sorted() || args.sizes.first().is_none_or(|least| *least < rows::growth::LEAST) {
        bail!("sizes ascend and begin with {} or more", rows::growth::LEAST);
    }
    let asked = |row: &str| args.rows.iter().any(|name| name == row);
    let wanted = |row: &str| args.rows.is_empty() || asked(row);
    let server = match args.postgres.as_deref() {
        None => None,
        Some(url) => Some(Arc::new(Server::new(Some(url).filter(|url| !url.is_empty()))?)),
    };
    let plan = Plan {
        repeat: args.repeat,
        leads: args.leads,
        pages: args.pages,
        accounts: args.accounts,
        events: args.events,
        memory_leads: args.memory_leads,
        sizes: args.sizes.clone(),
        dir: args.dir.clone().unwrap_or_else(std::env::temp_dir),
        server,
    };
    let mut report = Report::new(args.json, if plan.server.is_some() { "PostgreSQL" } else { "SQLite" });
    // Seals nothing into a database.
    if wanted("seal") && (plan.server.is_none() || asked("seal")) {
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
    if asked("growth") {
        rows::growth::measure(&plan, &mut report).await?;
    }
    if asked("timing") {
        rows::timing::measure(&plan, &mut report).await?;
    }
    if asked("peers") {
        rows::peers::measure(&plan, args.peers_dir.as_deref(), &mut report).await?;
    }
    std::io::stdout().lock().write_all(report.end().as_bytes())?;
    Ok(())
}
