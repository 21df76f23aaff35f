//! Checks that need nothing but files: proofs and receipts, offline; and the log of this
//! installation. 0: it is so; 1: it is not; 2: it could not be checked.

use crate::command::{say, say_and_end};
use crate::config::Config;
use crate::wiring;
use anyhow::{Context as _, Result};
use engine::EngineError;
use ledger::VerifyingKey;
use std::path::Path;
use std::process::ExitCode;

fn log_key(path: &Path) -> Result<VerifyingKey> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the log's key {}", path.display()))?;
    VerifyingKey::parse(text.trim()).with_context(|| path.display().to_string())
}

fn file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

pub fn proof(path: &Path, key: &Path) -> ExitCode {
    let (bytes, key) = match file(path).and_then(|bytes| Ok((bytes, log_key(key)?))) {
        Ok(both) => both,
        Err(error) => return say_and_end(&error, 2),
    };
    match ledger::proof::verify(&bytes, &key, &[]) {
        Ok(verified) => {
            let text = |pointer: &str| {
                verified.record.pointer(pointer).and_then(|v| v.as_str()).unwrap_or("-").to_owned()
            };
            say(&format!(
                "The proof holds: {} ({}) of person {} to {} on page {}, at {}.",
                text("/event"),
                text("/how"),
                text("/person"),
                text("/purpose"),
                text("/page/name"),
                text("/happened_at"),
            ));
            say(&format!("Leaf {} of {} in the log {}.", verified.index, verified.size, verified.origin));
            say(&match verified.witnessed_by.as_slice() {
                [] => "unwitnessed".to_owned(),
                names => format!("witnessed by {}", names.join(", ")),
            });
            ExitCode::SUCCESS
        }
        Err(error) => say_and_end(&anyhow::anyhow!("the proof does not hold: {error}"), 1),
    }
}

pub fn receipt(path: &Path, key: &Path) -> ExitCode {
    let (bytes, key) = match file(path).and_then(|bytes| Ok((bytes, log_key(key)?))) {
        Ok(both) => both,
        Err(error) => return say_and_end(&error, 2),
    };
    match ledger::receipt::verify(&bytes, &key, &[]) {
        Ok(verified) => {
            say(&format!(
                "The receipt holds: the key behind tag {} was destroyed.",
                hex::encode(verified.tag)
            ));
            ExitCode::SUCCESS
        }
        Err(error) => say_and_end(&anyhow::anyhow!("the receipt does not hold: {error}"), 1),
    }
}

pub async fn ledger(config: Option<&Path>) -> ExitCode {
    let opened = async {
        let config = Config::load(config)?;
        wiring::open_existing(&config, &wiring::Ambient::real()).await
    };
    let (data, vault) = match opened.await {
        Ok(stores) => stores,
        Err(error) => return say_and_end(&error, 2),
    };
    match engine::check_stored_log(&data, &vault).await {
        Ok(report) => {
            say(&format!("The log stands: {} leaves, root {}.", report.size, report.root));
            ExitCode::SUCCESS
        }
        Err(error @ EngineError::Log(_)) => say_and_end(&error.into(), 1),
        Err(error) => say_and_end(&error.into(), 2),
    }
}
