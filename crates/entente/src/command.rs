//! The command line.

use crate::config::Config;
use crate::status::{self, Configured as _};
use crate::{backup, data_map, demo, doctor, gate, migrate, moving, serve, verify, wiring, witness};
use anyhow::Context as _;
use clap::Parser;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;

const STATUS: &str = "\
Exit status:
  0  all is well
  1  what was checked is not so: a proof, a receipt or the log does not hold, the demo's figures differ
  2  wrong use or configuration, or it could not be done: a damaged database, a file that cannot be read
 78  serve and witness only: the configuration, or what it names on this machine, is at fault, and another start would
     end alike";

/// Messenger marketing that people agreed to, can prove they agreed to, can stop at any time, and can be erased from.
#[derive(Parser)]
#[command(name = "entente", version, after_help = STATUS)]
pub enum Command {
    /// Shows the main job from end to end against the built-in simulator.
    #[command(after_help = STATUS)]
    Demo(demo::Options),
    /// Serves webhooks, the API and the public pages.
    #[command(after_help = STATUS)]
    Serve {
        /// Configuration file [default: entente.toml here, if there is one].
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Says what is missing for production.
    Doctor {
        /// Configuration file [default: entente.toml here, if there is one].
        #[arg(long)]
        config: Option<PathBuf>,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Runs a local Messenger platform for any bot.
    Simulator {
        #[arg(long, default_value = "127.0.0.1:8490")]
        listen: SocketAddr,
        /// The same seed gives the same ids and choices.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Signs the checkpoints of other installations' logs, and does nothing else.
    ///
    /// An installation that runs anyway does the same within `serve`, once its configuration has a section
    /// [witness].
    #[command(after_help = STATUS)]
    Witness {
        /// Configuration file [default: entente.toml here, if there is one].
        #[arg(long)]
        config: Option<PathBuf>,
        /// Prints the witness's public key, which is made if there is none, and ends. Its name and place follow from
        /// the configuration: give --config here as well.
        #[arg(long)]
        show_key: bool,
    },
    /// Opt-in proofs.
    #[command(subcommand)]
    Proof(Proof),
    /// The log of commitments.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Erasure receipts.
    #[command(subcommand)]
    Receipt(Receipt),
    /// Writes a backup while the program runs: FILE holds the data, FILE.keys the keys that open it.
    ///
    /// FILE may be kept for long: whoever was erased cannot be opened in it any more. FILE.keys opens everybody who
    /// was there when it was made, so it is to be gone within the stated days (keys.backup_days).
    #[command(after_help = STATUS)]
    Backup(backup::Options),
    /// Brings a backup back into an empty installation, and erases again whoever was erased since.
    #[command(after_help = STATUS)]
    Restore(backup::restore::Options),
    /// Moves the installation from SQLite to PostgreSQL, while it is not served.
    ///
    /// Broken off, it goes on where it stopped when it is called again. Every row is compared at the end; the SQLite
    /// files stay, marked so that they are not served any more.
    #[command(after_help = STATUS)]
    Move(moving::Options),
    /// Brings both databases up to date, as each start does whose user owns the tables.
    ///
    /// With it who serves needs no right to change tables: give the owner's addresses here, and with --grant the role
    /// that the configured ones sign in as. What a start refuses this refuses: a contract while older nodes serve, a
    /// change of the data map that was not announced.
    #[command(after_help = STATUS)]
    Migrate(migrate::Options),
    /// Makes a secret key that opens backups, and prints the public one that they are encrypted to.
    Identity {
        /// The file for the secret key; keep it on another machine.
        file: PathBuf,
    },
    /// Prints the data map: everything that is stored, why, how long, how protected, and who gets it.
    #[command(name = "data-map", after_help = STATUS, args_conflicts_with_subcommands = true)]
    DataMap {
        #[command(subcommand)]
        act: Option<MapAct>,
        /// `record-controller` and `record-processor` are the records of processing (GDPR article 30).
        #[arg(long, value_enum, default_value = "markdown")]
        format: data_map::Format,
        /// The brand's short name, where there are several [default: the first].
        #[arg(long)]
        brand: Option<String>,
        /// Configuration file [default: entente.toml here, if there is one].
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Says what is past its time, and deletes it.
    #[command(after_help = STATUS)]
    Retention {
        /// Looks only; may be asked while the server runs.
        #[arg(long)]
        dry_run: bool,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
        /// Configuration file [default: entente.toml here, if there is one].
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Prints the API's OpenAPI 3.1 document.
    Openapi,
}

#[derive(clap::Subcommand)]
pub enum MapAct {
    /// Announces what this version or configuration changes about people's data, while the one before serves.
    ///
    /// Every account of a brand for which it matters is told by a mail about nothing else. Before that day this version
    /// is not served. Where nothing matters to anybody, nothing is announced.
    #[command(after_help = STATUS)]
    Announce {
        /// The day from which on it may be served, such as 2027-01-31: 30 days from now or later.
        #[arg(long, value_name = "DATE")]
        in_force: String,
        /// Why it comes with less notice; the mail says so.
        #[arg(long, value_enum)]
        because: Option<data_map::Because>,
        /// Configuration file [default: entente.toml here, if there is one].
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[derive(clap::Subcommand)]
pub enum Proof {
    /// Checks a proof file offline.
    #[command(after_help = STATUS)]
    Verify {
        file: PathBuf,
        #[command(flatten)]
        against: Against,
    },
}

/// What a file is checked against.
#[derive(clap::Args)]
pub struct Against {
    /// File with the log's public key (one line).
    #[arg(long)]
    pub key: PathBuf,
    /// File with the public key of a witness that you trust (one line); may be given several times.
    #[arg(long)]
    pub witness: Vec<PathBuf>,
    /// As many of these witnesses must have signed; with fewer the file does not hold.
    #[arg(long)]
    pub quorum: Option<usize>,
    /// One JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Subcommand)]
pub enum Ledger {
    /// Recomputes the whole log and compares it with its signed checkpoint.
    ///
    /// It checks that every leaf still stands where it was signed, and that the log continues the one that
    /// the key store remembers.
    ///
    /// It does not look at the records that the leaves stand for: no proof can be made any more of a consent
    /// event that was changed in the data, and one that was deleted there is not missed.
    #[command(after_help = STATUS)]
    Check {
        /// Configuration file [default: entente.toml here, if there is one].
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[derive(clap::Subcommand)]
pub enum Receipt {
    /// Checks offline that the log's key signed an erasure receipt, and that its tag stands in the log.
    ///
    /// What it says was erased is the operator's statement: no file can show that a key is nowhere any more.
    #[command(after_help = STATUS)]
    Verify {
        file: PathBuf,
        #[command(flatten)]
        against: Against,
    },
}

/// One sentence on standard error, and the status.
pub fn say_and_end(error: &anyhow::Error, status: u8) -> ExitCode {
    #[expect(clippy::print_stderr, reason = "this is where the command line speaks")]
    {
        eprintln!("entente: {error:#}");
    }
    ExitCode::from(status)
}

/// Why the first line that could not be written was not.
static UNSAID: OnceLock<std::io::Error> = OnceLock::new();

/// A line on standard output. That it cannot be written is told when the command ends, which is then
/// a failure; a closed pipe is the reader's choice and none.
pub fn say(line: &str) {
    let mut out = std::io::stdout();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        // Only the first is of interest.
        let _ = UNSAID.set(error);
    }
}

/// Whether all that was said so far could be written.
pub fn is_heard() -> bool {
    UNSAID.get().is_none()
}

/// What is wrong with how the program was called, or the help that was asked for.
pub fn explain(asked: &clap::Error) -> ExitCode {
    match asked.print() {
        Err(error) if !asked.use_stderr() && error.kind() != ErrorKind::BrokenPipe => unwritten(&error),
        _ => ExitCode::from(if asked.use_stderr() { 2 } else { 0 }),
    }
}

fn unwritten(error: &std::io::Error) -> ExitCode {
    say_and_end(
        &anyhow::anyhow!("standard output cannot be written ({error}): free some room, or send it elsewhere"),
        2,
    )
}

impl Command {
    pub async fn run(self) -> ExitCode {
        let ended = self.perform().await;
        match UNSAID.get() {
            // One sentence is enough.
            Some(error) if ended == ExitCode::SUCCESS => unwritten(error),
            _ => ended,
        }
    }

    async fn perform(self) -> ExitCode {
        let done = match self {
            Self::Demo(options) => return demo::run(options).await,
            Self::Serve { config } => return ended(run_server(config).await),
            Self::Doctor { config, json } => return doctor::run(config.as_deref(), json).await,
            Self::Simulator { listen, seed } => simulator(listen, seed).await,
            Self::Witness { config, show_key } => return ended(run_witness(config, show_key).await),
            Self::Proof(Proof::Verify { file, against }) => return verify::proof(&file, &against),
            Self::Receipt(Receipt::Verify { file, against }) => return verify::receipt(&file, &against),
            Self::Ledger(Ledger::Check { config }) => return verify::ledger(config.as_deref()).await,
            Self::Backup(options) => return backup::run(options).await,
            Self::Restore(options) => return backup::restore::run(options).await,
            Self::Move(options) => return moving::run(options).await,
            Self::Migrate(options) => migrate::run(options).await,
            Self::Identity { file } => backup::identity(&file),
            Self::DataMap { act: Some(MapAct::Announce { in_force, because, config }), .. } => {
                gate::announce(&in_force, because, config.as_deref()).await
            }
            Self::DataMap { act: None, format, brand, config } => {
                data_map::show(format, brand.as_deref(), config.as_deref())
            }
            Self::Retention { dry_run, json, config } => {
                data_map::retention(dry_run, json, config.as_deref()).await
            }
            Self::Openapi => {
                say(&web::openapi());
                Ok(())
            }
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => say_and_end(&error, 2),
        }
    }
}

/// The end of what somebody starts again when it failed.
fn ended(service: anyhow::Result<()>) -> ExitCode {
    match service {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say_and_end(&error, status::of_service(&error)),
    }
}

async fn run_server(config: Option<PathBuf>) -> anyhow::Result<()> {
    let log = wiring::log_to_stderr();
    serve::serve(Config::load(config.as_deref()).configured()?, log).await
}

async fn run_witness(config: Option<PathBuf>, shows_key: bool) -> anyhow::Result<()> {
    wiring::log_to_stderr();
    witness::run(Config::load(config.as_deref()).configured()?, shows_key).await
}

async fn simulator(listen: SocketAddr, seed: u64) -> anyhow::Result<()> {
    wiring::log_to_stderr();
    let mut config = simulator::Config::new(std::sync::Arc::new(crate::ambient::OsClock::new()), seed);
    config.listen = listen;
    let running = simulator::Simulator::start(config).await.context("--listen")?;
    let told_to_stop = wiring::stop_signal();
    say(&format!(
        "The simulator listens on {}; open it in a browser, or see docs/simulator.md",
        running.handle().url()
    ));
    told_to_stop.await;
    running.shutdown().await;
    Ok(())
}
