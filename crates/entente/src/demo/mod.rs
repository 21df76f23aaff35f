//! `entente demo`: the main job from end to end, against the simulator, over real HTTP.
//!
//! Simulator and Entente run in this process; what passes between them are the same signed
//! deliveries and Graph calls as with Meta. Every figure shown at the end is checked against the
//! simulator's own record; a difference is an error.

mod cast;
mod mailbox;
mod report;
mod stage;

use crate::command::{self, say, say_and_end};
use crate::wiring;
use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Database;

#[derive(Args)]
pub struct Options {
    /// People who write in: 20 to 5,000,000.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(20..=5_000_000))]
    pub leads: u32,
    /// Facebook pages that are connected: 1 to 500.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub pages: u32,
    /// One brand by its short name, or all.
    #[arg(long, default_value = "all")]
    pub brand: String,
    /// End when done instead of staying up.
    #[arg(long)]
    pub once: bool,
    /// Print the summary as one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Where Entente listens; the simulator takes the port after it.
    #[arg(long, default_value = "127.0.0.1:8480")]
    pub listen: SocketAddr,
    /// Keep the data in this folder (it must be new or empty) instead of a temporary one.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Use this empty database for the data instead of a file of the folder: postgres://…
    #[arg(long, requires = "keys")]
    pub database: Option<String>,
    /// Use this empty database for the keys: postgres://…
    #[arg(long, requires = "database")]
    pub keys: Option<String>,
    /// The same seed gives the same people and acts.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Shows how far a phase is; silent where nobody looks.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn start(what: &'static str, total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(
            Some(u64::try_from(total).unwrap_or(u64::MAX)),
            ProgressDrawTarget::stderr(),
        );
        if let Ok(style) = ProgressStyle::with_template("{msg:32} {bar:40} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self(bar)
    }

    pub fn set(&self, done: usize) {
        self.0.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// Ends with 1 when a figure differs or the play breaks off, with 2 when it could not begin.
pub async fn run(options: Options) -> ExitCode {
    let log = wiring::log_to_stderr();
    // From before the folder is made, so that a temporary one is removed whenever the demo is ended.
    let mut told_to_stop = std::pin::pin!(wiring::stop_signal());
    let opened = async {
        let folder = Folder::take(options.data.clone())?;
        for (option, url) in [("--database", &options.database), ("--keys", &options.keys)] {
            if let Some(url) = url {
                refuse_used(option, url).await?;
            }
        }
        let stage = stage::Stage::open(&options, folder.path(), log).await?;
        Ok((folder, stage))
    };
    let (folder, mut stage) = match opened.await {
        Ok(both) => both,
        Err(error) => return say_and_end(&error, 2),
    };
    let ended = tokio::select! {
        ended = perform(&options, &mut stage) => ended,
        () = &mut told_to_stop => Err((anyhow!("the demo was stopped before its end, so nothing was checked"), 1)),
    };
    if ended.is_ok() && !options.once && command::is_heard() {
        stage.print_addresses(options.json);
        told_to_stop.await;
    }
    stage.shut_down().await;
    // Nothing writes into it any more.
    drop(folder);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err((error, status)) => say_and_end(&error, status),
    }
}

/// An error comes with the status to end with.
async fn perform(options: &Options, stage: &mut stage::Stage) -> Result<(), (anyhow::Error, u8)> {
    stage.invite(options).await.map_err(|error| (error, 2))?;
    play(options, stage).await.map_err(|error| (error, 1))
}

async fn play(options: &Options, stage: &mut stage::Stage) -> Result<()> {
    if !options.json {
        say(&format!(
            "Demo: {} people write to {} pages of {} brands. The clock is turned instead of waiting for the page \
             limiter and the 24-hour window; the rules themselves are in force.",
            options.leads,
            options.pages,
            stage.brand_count()
        ));
    }
    let played = stage.play().await?;
    let report = report::Report::make(stage, &played).await?;
    if options.json {
        say(&report.to_json()?);
    } else {
        report.print();
    }
    let differences = report.differences();
    if !differences.is_empty() {
        bail!("{} figures differ from the simulator's record: {}", differences.len(), differences.join("; "));
    }
    Ok(())
}

/// The demo starts from nothing.
async fn refuse_used(option: &str, url: &str) -> Result<()> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        bail!("{option}: give a `postgres://` address; files of its own need no option");
    }
    if !Database::is_bare(url).await.with_context(|| option.to_owned())? {
        bail!("{option}: this database is not empty; the demo starts from nothing, so name another");
    }
    Ok(())
}

/// The data folder: given and kept, or temporary and removed.
enum Folder {
    Kept(PathBuf),
    Temporary(tempfile::TempDir),
}

impl Folder {
    fn take(given: Option<PathBuf>) -> Result<Self> {
        match given {
            Some(path) => {
                std::fs::create_dir_all(&path)
                    .with_context(|| format!("--data: cannot make {}", path.display()))?;
                let mut entries = std::fs::read_dir(&path)
                    .with_context(|| format!("--data: cannot read {}", path.display()))?;
                if entries.next().is_some() {
                    bail!(
                        "--data: {} is not empty; the demo starts from nothing, so give a new folder",
                        path.display()
                    );
                }
                Ok(Self::Kept(path))
            }
            None => {
                let made = tempfile::Builder::new().prefix("entente-demo-").tempdir();
                Ok(Self::Temporary(made.context("cannot make a temporary folder")?))
            }
        }
    }

    fn path(&self) -> &std::path::Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}
