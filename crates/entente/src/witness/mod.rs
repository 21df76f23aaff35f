//! Being somebody's witness, within `serve` or alone (`entente witness`); its key and its memory.
//!
//! Invariant: the key is made here, at random, for its owner only, and is not taken when others may read it.

mod config;
mod memory;

pub use config::{Asked, LedgerKeys, Own, WitnessKeys, with_witnesses};

use crate::certificate::{self, Source};
use crate::command::say;
use crate::config::{Config, Tls};
use crate::files::{make_folder, write_secret};
use crate::serve;
use crate::status::{Configured as _, misconfigured};
use crate::wiring::{self, Ambient, public_host};
use anyhow::{Context as _, Result, anyhow, bail};
use engine::witness::Cosigning;
use ledger::Cosigner;
use memory::Files;
use model::entropy::random;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Notify;
use web::listen::Transport;
use web::listen::client::Proxies;

/// Takes the key and the memory for this process.
pub fn open(own: &Own, ambient: &Ambient) -> Result<Arc<Cosigning>> {
    let cosigner = Cosigner::from_seed(&seed(&own.key_file, ambient)?, &own.name);
    let cosigner = cosigner.context("witness.name").configured()?;
    let memory = Arc::new(Files::open(&own.folder)?);
    let cosigning = Cosigning::new(cosigner, own.logs.clone(), memory, Arc::clone(&ambient.clock));
    cosigning.check().map_err(|problem| {
        anyhow!(
            "witness.folder: {problem}: put that file back as it was; if it is lost, remove it, make a new key, and tell the log's operator"
        )
    })?;
    Ok(Arc::new(cosigning))
}

fn seed(file: &Path, ambient: &Ambient) -> Result<[u8; 32]> {
    if !file.exists() {
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder)?;
        }
        let made: [u8; 32] = random(&*ambient.entropy);
        write_secret(file, &format!("{}\n", hex::encode(made)))
            .with_context(|| format!("witness.key_file: cannot write {}", file.display()))?;
        say(&format!("Made {}: the witness's key; keep it here and nowhere else", file.display()));
    }
    read_seed(file).configured()
}

fn read_seed(file: &Path) -> Result<[u8; 32]> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(file).map(|file| file.permissions().mode());
        let mode = mode.with_context(|| format!("witness.key_file: cannot read {}", file.display()))?;
        if mode & 0o077 != 0 {
            let file = file.display();
            bail!("witness.key_file: others may read {file}: run `chmod 600 {file}`, or make a new key");
        }
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("witness.key_file: cannot read {}", file.display()))?;
    let seed = hex::decode(text.trim()).ok().and_then(|seed| seed.try_into().ok());
    seed.with_context(|| format!("witness.key_file: {} is no key of 64 hexadecimal digits", file.display()))
}

/// Whose checkpoints are signed, in a sentence.
pub fn introduce(cosigning: &Cosigning, base: &str) {
    let logs: Vec<&str> = cosigning.logs().collect();
    let logs = if logs.is_empty() { "no log yet".to_owned() } else { logs.join(", ") };
    say(&format!("Witness {} signs for {logs}, at {base}/witness", cosigning.key()));
}

/// `entente witness`: nothing but the witness, until it is told to stop.
pub async fn run(mut config: Config, shows_key: bool) -> Result<()> {
    let ambient = Ambient::real();
    let own = config.witness_or_default().configured()?;
    if shows_key {
        let cosigner = Cosigner::from_seed(&seed(&own.key_file, &ambient)?, &own.name);
        let (key, folder) = (own.key_file.display(), own.folder.display());
        say(&format!("The key of {} lies in {key}; what it signed last, in {folder}.", own.name));
        say(&cosigner.context("witness.name")?.witness_key().to_string());
        return Ok(());
    }
    let listener = serve::bind("server.listen", config.listen).await?;
    config.has_port(listener.local_addr()?.port());
    let cosigning = open(&own, &ambient)?;
    let mut renewing = tokio::task::JoinSet::new();
    let transport = match (&config.tls, Source::of(&config.tls, config.folder())) {
        (Tls::BehindProxy { trusted }, _) => Transport::Plain(Proxies::only(trusted.clone())),
        (Tls::Files { .. } | Tls::SelfSigned, Some(source)) => {
            let names = vec![public_host(&config.public_url)];
            let (pair, certificates) = certificate::first(&source, &names, &ambient)?;
            let (served, fresh) = (Arc::clone(&certificates), Arc::new(Notify::new()));
            let names = move || names.clone();
            renewing.spawn(certificate::keep_fresh(
                source,
                pair,
                certificates,
                names,
                ambient.clone(),
                fresh,
            ));
            Transport::Tls(served)
        }
        _ => {
            return Err(misconfigured(anyhow!(
                "server.tls: a witness alone speaks TLS with `files`, or stands `behind-proxy`: set one of these"
            )));
        }
    };
    let stopping = wiring::stop_signal();
    say(&format!("Entente listens on {}", listener.local_addr()?));
    introduce(&cosigning, &config.public_url);
    let router = web::witness_router(cosigning);
    let ended = web::listen::serve(listener, router, transport, serve::limits(), stopping).await;
    renewing.shutdown().await;
    ended.context("the listener ended")
}
