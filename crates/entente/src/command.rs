//! The command line.

use crate::{config::Config, demo, doctor, serve, verify, wiring};
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Messenger marketing that people agreed to, can prove they agreed to, and can leave without a trace.
#[derive(Parser)]
#[command(name = "entente", version)]
pub enum Command {
    /// Shows the main job from end to end against the built-in simulator.
    Demo(demo::Options),
    /// Serves webhooks, the API and the public pages.
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
    /// Opt-in proofs.
    #[command(subcommand)]
    Proof(Proof),
    /// The log of commitments.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Erasure receipts.
    #[command(subcommand)]
    Receipt(Receipt),
    /// Prints the API's OpenAPI 3.1 document.
    Openapi,
}

#[derive(clap::Subcommand)]
pub enum Proof {
    /// Checks a proof file offline.
    Verify {
        file: PathBuf,
        /// File with the log's public key (one line).
        #[arg(long)]
        key: PathBuf,
    },
}

#[derive(clap::Subcommand)]
pub enum Ledger {
    /// Recomputes the whole log and compares it with its signed checkpoint.
    Check {
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[derive(clap::Subcommand)]
pub enum Receipt {
    /// Checks an erasure receipt offline.
    Verify {
        file: PathBuf,
        #[arg(long)]
        key: PathBuf,
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

/// A line on standard output.
pub fn say(line: &str) {
    use std::io::Write as _;
    // A closed pipe is the reader's choice, not a failure.
    let _ = writeln!(std::io::stdout(), "{line}");
}

impl Command {
    pub async fn run(self) -> ExitCode {
        let done = match self {
            Self::Demo(options) => return demo::run(options).await,
            Self::Serve { config } => run_server(config).await,
            Self::Doctor { config, json } => return doctor::run(config.as_deref(), json),
            Self::Simulator { listen, seed } => simulator(listen, seed).await,
            Self::Proof(Proof::Verify { file, key }) => return verify::proof(&file, &key),
            Self::Receipt(Receipt::Verify { file, key }) => return verify::receipt(&file, &key),
            Self::Ledger(Ledger::Check { config }) => return verify::ledger(config.as_deref()).await,
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

async fn run_server(config: Option<PathBuf>) -> anyhow::Result<()> {
    wiring::log_to_stderr();
    serve::serve(Config::load(config.as_deref())?).await
}

async fn simulator(listen: SocketAddr, seed: u64) -> anyhow::Result<()> {
    wiring::log_to_stderr();
    let mut config = simulator::Config::new(std::sync::Arc::new(crate::ambient::OsClock::new()), seed);
    config.listen = listen;
    let running = simulator::Simulator::start(config).await?;
    say(&format!(
        "The simulator listens on {}; open it in a browser, or see docs/simulator.md",
        running.handle().url()
    ));
    wiring::stop_signal().await;
    running.shutdown().await;
    Ok(())
}
