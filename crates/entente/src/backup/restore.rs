//! `entente restore`: a backup comes back into an empty installation, and whoever was erased since stays erased.
//!
//! Invariants: nothing that is there is written over; while it is under way nothing is served, and broken off it
//! starts again from the beginning; the keys in place are taken before any copy of them, because they are newer.

use super::container::{self, Header, Holds, Opener, with_suffix};
use super::{KEYS, passphrase, progress};
use crate::command::{say, say_and_end};
use crate::config::Config;
use crate::hosting;
use crate::lock::Lock;
use crate::wiring::{self, Ambient};
use anyhow::{Context as _, Result, bail};
use engine::EngineError;
use engine::restore::{self, Restored, Since};
use engine::views::At;
use indicatif::ProgressBar;
use model::entropy::Entropy;
use model::time::{Clock, Timestamp};
use sealed::Identity;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{Database, Schema};
use vault::Vault;

#[derive(clap::Args)]
pub struct Options {
    /// The file with the data.
    file: PathBuf,
    /// Configuration of the installation to fill [default: entente.toml here, if there is one].
    #[arg(long)]
    config: Option<PathBuf>,
    /// A copy of the keys, if the key store is lost [default: FILE.keys, if it is there]. Take the newest.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// The file with the secret key that opens the backup.
    #[arg(long, conflicts_with = "passphrase_file")]
    identity: Option<PathBuf>,
    /// The file with the passphrase that opens the backup (its first line).
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// Goes on although the newest records of the log are lost: under a new name of the log, and told.
    #[arg(long)]
    accept_log_loss: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub async fn run(options: Options) -> ExitCode {
    wiring::log_to_stderr();
    match bring_back(&options).await {
        Ok(restored) if options.json => {
            say(&serde_json::to_string(&restored).unwrap_or_default());
            ExitCode::SUCCESS
        }
        Ok(restored) => {
            tell(&restored);
            ExitCode::SUCCESS
        }
        // The backup is older than the log: it could be done, with the word for it.
        Err(error) if matches!(error.downcast_ref(), Some(EngineError::Log(_))) => say_and_end(&error, 1),
        Err(error) => say_and_end(&error, 2),
    }
}

fn tell(restored: &Restored) {
    say(&format!(
        "Restored. Erased again: {} leads, {} accounts, {} brands. Withdrawals taken over: {}. Look-ups made: {}.",
        restored.leads_erased,
        restored.accounts_erased,
        restored.brands_erased,
        restored.withdrawals_taken_over,
        restored.look_ups
    ));
    say(&format!(
        "Broadcasts stopped: {}. Deliveries whose fate is unknown: {}. API tokens revoked: {}.",
        restored.broadcasts_stopped, restored.deliveries_unknown, restored.tokens_revoked
    ));
    if restored.rows_damaged > 0 {
        say(&format!(
            "Damaged: {} rows could not be opened; whoever they are of is not found by them. The log names each.",
            restored.rows_damaged
        ));
    }
    if let Some(name) = &restored.log_goes_on_as {
        say(&format!(
            "Lost of the log, as far as the key store knows: {} records. It goes on as {name}; proofs made before are checked with the key that belongs to them.",
            restored.log_records_lost
        ));
    }
    say(&format!(
        "WITHDRAWALS ARE KNOWN UNTIL {}. Who left after that gets bulk messages again once they write. Is there a newer copy of the keys? Then move the database away and restore again, before anything is served, with --keys NEWEST.keys.",
        restored.withdrawals_known_until
    ));
    say("Bulk messages go to people who have written since; start the program with `entente serve`.");
    say(
        "What was announced after this backup was made is not in it: if `entente doctor` names the data map, serve with the version of before and announce it again.",
    );
}

fn opener(options: &Options) -> Result<Opener> {
    match (&options.identity, &options.passphrase_file) {
        (Some(file), _) => {
            let text =
                std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let text = zeroize::Zeroizing::new(text);
            Ok(Opener::Identity(Identity::find(&text).with_context(|| file.display().to_string())?))
        }
        (None, Some(file)) => Ok(Opener::Passphrase(passphrase(file)?)),
        (None, None) => bail!("a backup is encrypted: give --identity or --passphrase-file"),
    }
}

async fn bring_back(options: &Options) -> Result<Restored> {
    let (config, opener) = (Config::load(options.config.as_deref())?, opener(options)?);
    let ambient = Ambient::real();
    let _lock = Lock::take(&config)?;
    hosting::refuse(&config, ambient.clock.now()).await?;
    if !Database::is_bare(&config.database).await.context("database.url")? {
        // Not to be moved away under somebody's hands.
        if let Some(work) = served(&config.database, ambient.clock.now()).await {
            bail!(
                "database.url: {} is being served ({work}): stop every `entente serve` that uses it, and wait half a minute",
                wiring::named("the data", &config.database)
            );
        }
        bail!(
            "database.url: {} is not empty: move it away (with what lies beside it), or name another place",
            wiring::named("the data", &config.database)
        );
    }
    for (key, url) in [("database.url", &config.database), ("keys.url", &config.keys)] {
        let is_made = Database::is_bare(url).await.context(key)?;
        if is_made && !Database::may_change_tables(url).await.context(key)? {
            bail!(
                "{key}: a return makes tables, which our user may not: give a configuration with the addresses of whoever may own them, then run `entente migrate --grant` with these"
            );
        }
    }
    let (header, mut from) = of_kind(&options.file, &opener, Holds::Data)?;
    same_version(&header, Schema::Data, &options.file)?;
    let bar = progress(options.json);
    let mut since = Since { accept_log_loss: options.accept_log_loss, ..Since::default() };
    since.known_until.clone_from(&header.made_at);
    since.copied_at = At::parse(&header.made_at).map(|at| at.0);
    keys(options, (&config, &ambient), &opener, &bar, &mut since).await?;
    since.erased =
        Database::peek(&config.keys, "erased_keys", store::erased_keys::list).await.context("keys.url")?;

    bar.set_message("data");
    refuse_gap(&wiring::look_at_keys(&config, &ambient).await?, &header, options.accept_log_loss).await?;
    let (data, vault) = wiring::open_for_restore(&config, &ambient).await?;
    restore::begin(&data).await?;
    data.copy_in(Schema::Data, &mut from, |rows| bar.set_position(rows))
        .await
        .context(options.file.display().to_string())?;
    bar.set_message("people");
    let with: (&dyn Clock, &dyn Entropy) = (&*ambient.clock, &*ambient.entropy);
    let restored = restore::settle(&data, &vault, with, since, |leads| bar.set_position(leads)).await?;
    bar.finish_and_clear();
    Ok(restored)
}

/// What a process that serves these data is doing. Files are locked by who serves them.
async fn served(url: &str, now: Timestamp) -> Option<String> {
    if store::sqlite_file(url).is_some() {
        return None;
    }
    // What cannot be asked is no database of ours, and is not filled either.
    Database::peek(url, "at_work", move |tx| restore::at_work(tx, now)).await.ok().flatten()
}

/// Before the database is made: the same command, with the word for it, finds the place empty again.
async fn refuse_gap(vault: &Vault, header: &Header, is_accepted: bool) -> Result<()> {
    let lost = restore::log_gap(vault, header.log_size).await?;
    if lost > 0 && !is_accepted {
        return Err(EngineError::Log(format!(
            "the backup of {} lacks the newest {lost} records of the log: take a newer one, or run this again with --accept-log-loss",
            header.made_at
        ))
        .into());
    }
    Ok(())
}

fn of_kind(
    file: &Path,
    opener: &Opener,
    wanted: Holds,
) -> Result<(Header, impl std::io::Read + Send + use<>)> {
    let (header, from) = container::open(file, opener)?;
    if header.holds != wanted {
        let (is, other) = match wanted {
            Holds::Data => ("keys", "the one with the data"),
            Holds::Keys => ("data", "the one with the keys"),
        };
        bail!("{} holds the {is}: name {other}", file.display());
    }
    Ok((header, from))
}

fn same_version(header: &Header, schema: Schema, file: &Path) -> Result<()> {
    let own = store::copy::version(schema);
    if header.version != own {
        bail!(
            "{} was made by version {} of the program (tables {}), this one has tables {own}: restore with that version, then start this one",
            file.display(),
            header.program,
            header.version
        );
    }
    Ok(())
}

/// Keys in place are the newest; a copy is brought in only where there are none. The journal of a copy is taken
/// over either way: the key store itself knows of no withdrawal.
async fn keys(
    options: &Options,
    (config, ambient): (&Config, &Ambient),
    opener: &Opener,
    bar: &ProgressBar,
    since: &mut Since,
) -> Result<()> {
    let beside = with_suffix(&options.file, KEYS);
    let copy = options.keys.clone().or_else(|| beside.exists().then_some(beside));
    let are_lost = Database::is_bare(&config.keys).await.context("keys.url")?;
    let Some(file) = copy else {
        if are_lost {
            bail!("keys.url: the key store is empty: give the newest copy of the keys with --keys");
        }
        return Ok(());
    };
    let (header, mut from) = of_kind(&file, opener, Holds::Keys)?;
    since.withdrawn = container::read_withdrawn(&mut from).with_context(|| file.display().to_string())?;
    let at = |text: &str| At::parse(text).map(|at| at.0);
    if at(&header.made_at) > at(&since.known_until) {
        since.known_until.clone_from(&header.made_at);
    }
    if are_lost {
        same_version(&header, Schema::Keys, &file)?;
        bar.set_message("keys");
        wiring::fill_keys(config, ambient, &header.roots, &mut from, |rows| bar.set_position(rows))
            .await
            .with_context(|| file.display().to_string())?;
    }
    Ok(())
}
