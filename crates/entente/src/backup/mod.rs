//! `entente backup`: the data into one file and the keys into another, while the program runs.
//!
//! The two have different lives: the data stays closed to whoever has no key, so its file may be kept; the
//! keys' file opens everybody who was there, so it has to be gone within the days that receipts promise.
//!
//! Invariants: each file is one snapshot, the keys' the later one, so that no row of the data lacks its key;
//! the running program is neither waited for nor held up; every copy of the keys is noted in the key store
//! before it takes its name, since receipts depend on which copies remain.

mod container;
pub mod copies;
pub mod escrow;
pub mod host;
pub mod restore;

use crate::ambient::OsEntropy;
use crate::command::{say, say_and_end};
use crate::config::Config;
use crate::files::write_secret;
use crate::{moving, wiring};
use anyhow::{Context as _, Result, bail};
use container::{Header, Holds, Lock, Writing, with_suffix};
use engine::views::At;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use model::entropy::Entropy as _;
use model::id::LeadId;
use model::time::Timestamp;
use sealed::{Identity, Recipient};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use store::copy::CopyError;
use store::tables::restored::{self, Withdrawn};
use store::tables::{installation, ledger};
use store::{Database, Schema, Tx};
use zeroize::Zeroizing;

/// Frames on their way to the file.
const QUEUE: usize = 4;
/// How often the keys are copied again because their root was exchanged meanwhile.
const TRIES: u32 = 20;
/// Withdrawals read at a time.
const CHUNK: u32 = 10_000;
pub const KEYS: &str = ".keys";

#[derive(clap::Args)]
pub struct Options {
    /// The file to write; the keys go into FILE.keys beside it.
    file: PathBuf,
    /// Configuration file [default: entente.toml here, if there is one].
    #[arg(long)]
    config: Option<PathBuf>,
    /// Encrypts to this public key (age1…) instead of the configured backup.recipient.
    #[arg(long, conflicts_with = "passphrase_file")]
    recipient: Option<String>,
    /// Encrypts to the passphrase in this file (its first line).
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// Only the keys: small and quick, to be done often.
    #[arg(long)]
    keys_only: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub async fn run(options: Options) -> ExitCode {
    match take(&options).await {
        Ok(taken) => {
            taken.say(options.json);
            ExitCode::SUCCESS
        }
        Err(error) => say_and_end(&error, 2),
    }
}

/// `entente identity FILE`
pub fn identity(file: &Path) -> Result<()> {
    let identity = Identity::generate(|bytes| OsEntropy.fill(bytes));
    let (public, secret) = (identity.recipient().to_string(), identity.secret_text());
    let text = Zeroizing::new(format!("# public key: {public}\n{}\n", secret.as_str()));
    write_secret(file, &text).with_context(|| format!("cannot write {}", file.display()))?;
    say(&public);
    Ok(())
}

/// What was written.
struct Taken {
    data: Option<(PathBuf, u64, u64)>,
    keys: (PathBuf, u64, u64),
}

impl Taken {
    fn say(&self, is_json: bool) {
        let part =
            |(file, rows, bytes): &(PathBuf, u64, u64)| json!({ "file": file, "rows": rows, "bytes": bytes });
        if is_json {
            let data = self.data.as_ref().map(part);
            say(&json!({ "data": data, "keys": part(&self.keys) }).to_string());
            return;
        }
        if let Some((file, rows, bytes)) = &self.data {
            say(&format!("{}: {rows} rows of data, {}", file.display(), HumanBytes(*bytes)));
        }
        let (file, rows, bytes) = &self.keys;
        say(&format!("{}: {rows} rows of keys, {}", file.display(), HumanBytes(*bytes)));
        say("Keep the keys apart from the data, and destroy them within the days that receipts promise.");
    }
}

fn lock(config: &Config, options: &Options) -> Result<Lock> {
    if let Some(file) = &options.passphrase_file {
        return Ok(Lock::Passphrase(passphrase(file)?));
    }
    let Some(text) = options.recipient.as_ref().or(config.backup_recipient.as_ref()) else {
        bail!(
            "a backup is encrypted: give --recipient (`entente identity FILE` makes a key), backup.recipient in the configuration, or --passphrase-file"
        );
    };
    let recipient: Recipient = text.parse().context("the public key for backups")?;
    Ok(Lock::Recipient(recipient))
}

pub fn passphrase(file: &Path) -> Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = Zeroizing::new(text);
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() < 12 {
        bail!("{}: the passphrase has fewer than 12 characters: take a longer one", file.display());
    }
    Ok(Zeroizing::new(line.to_owned()))
}

async fn take(options: &Options) -> Result<Taken> {
    let config = Config::load(options.config.as_deref())?;
    let lock = lock(&config, options)?;
    copies::refuse_out_of_sight(&options.file)?;
    // Where nothing was made yet, the copying says so.
    moving::refuse_marked(&config).await?;
    let ambient = wiring::Ambient::real();
    let clock = &ambient.clock;
    let at = clock.now();
    let bar = progress(options.json);
    let data = if options.keys_only {
        None
    } else {
        bar.set_message("data");
        let (rows, bytes) = data(&config, &options.file, &lock, at, &bar).await?;
        Some((options.file.clone(), rows, bytes))
    };
    let file = if options.keys_only { options.file.clone() } else { with_suffix(&options.file, KEYS) };
    bar.set_message("keys");
    let (rows, bytes) = keys((&config, &ambient), &file, &lock, &bar).await?;
    bar.finish_and_clear();
    if data.is_some() {
        let note =
            move |tx: &Tx<'_>| installation::set(tx, installation::LAST_BACKUP, &at.micros().to_be_bytes());
        let noted = Database::touch(&config.database, "note_backup", note).await;
        noted.context("the backup is made, but when it was could not be noted in database.url")?;
    }
    // Nobody else does where backups are taken on a machine that serves nothing.
    let host = host::ours(config.folder())?;
    let expired = copies::expire(&config.keys, &host, config.backup_days, &**clock).await;
    expired.context("the backup is made, but older copies could not be looked through")?;
    Ok(Taken { data, keys: (file, rows, bytes) })
}

fn progress(is_quiet: bool) -> ProgressBar {
    if is_quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}: {bytes} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn header(holds: Holds, at: Timestamp) -> Header {
    let schema = if holds == Holds::Data { Schema::Data } else { Schema::Keys };
    Header {
        holds,
        made_at: At(at).to_string(),
        version: store::copy::version(schema),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        log_size: 0,
        roots: Vec::new(),
    }
}

async fn data(
    config: &Config,
    file: &Path,
    lock: &Lock,
    at: Timestamp,
    bar: &ProgressBar,
) -> Result<(u64, u64)> {
    let size =
        Database::peek(&config.database, "log_size", |tx| Ok(ledger::head(tx)?.map_or(0, |head| head.size)));
    // That of the snapshot may be newer: what the header says is a lower bound, for a first word to the reader.
    let log_size = size.await.context("database.url")?;
    let mut header = header(Holds::Data, at);
    header.log_size = log_size;
    let writing = Writing::begin(file, lock, &OsEntropy, &header)?;
    let (rows, writing) = copy(&config.database, Schema::Data, writing, bar).await.context("database.url")?;
    Ok((rows, writing.finish()?))
}

async fn keys(
    (config, ambient): (&Config, &wiring::Ambient),
    file: &Path,
    lock: &Lock,
    bar: &ProgressBar,
) -> Result<(u64, u64)> {
    // Before they are read: a return says until when they are known.
    let at = ambient.clock.now();
    let withdrawn =
        Database::peek(&config.database, "withdrawals", list_withdrawn).await.context("database.url")?;
    let host = host::ours(config.folder())?;
    copies::note(&config.keys, &copies::Copy::new(file, host, at)?).await?;
    for _ in 0..TRIES {
        let mut header = header(Holds::Keys, at);
        header.roots = wiring::root_texts(config, ambient)?;
        let mut writing = Writing::begin(file, lock, &OsEntropy, &header)?;
        writing.write_withdrawn(&withdrawn)?;
        let (rows, writing) = copy(&config.keys, Schema::Keys, writing, bar).await.context("keys.url")?;
        // An erasure may have exchanged the root before the snapshot: then nothing in the file would open it.
        if wiring::root_texts(config, ambient)?.iter().all(|root| header.roots.contains(root)) {
            return Ok((rows, writing.finish()?));
        }
        // Dropped unfinished: the part is wiped.
    }
    bail!(
        "the root of the keys is exchanged faster than they are copied: try again when fewer people are being erased"
    )
}

fn list_withdrawn(tx: &Tx<'_>) -> Result<Vec<Withdrawn>, store::StoreError> {
    let (mut all, mut after) = (Vec::new(), LeadId([0; 16]));
    loop {
        let some = restored::list_withdrawn(tx, after, CHUNK)?;
        let Some(last) = some.last() else { return Ok(all) };
        after = last.lead;
        all.extend(some);
    }
}

/// The rows, and the file that is still to be finished.
async fn copy(url: &str, schema: Schema, mut writing: Writing, bar: &ProgressBar) -> Result<(u64, Writing)> {
    let (out, frames) = sync_channel::<Vec<u8>>(QUEUE);
    let bar = bar.clone();
    let writing = tokio::task::spawn_blocking(move || {
        for frame in frames {
            writing.write(&frame)?;
            bar.inc(u64::try_from(frame.len()).unwrap_or(0));
        }
        anyhow::Ok(writing)
    });
    let copied = Database::copy_out(url, schema, out, |_| Ok(())).await;
    let written = writing.await.context("the writing of the file broke off")?;
    match (copied, written) {
        // The disk is full, say: the copy only noticed that nobody takes it.
        (Err(CopyError::Hung), Err(error)) => Err(error),
        (Err(error), _) => Err(error.into()),
        (Ok(_), Err(error)) => Err(error),
        (Ok(rows), Ok(writing)) => Ok((rows, writing)),
    }
}
