//! Checks that need nothing but files: proofs and receipts, offline; and the log of this
//! installation. 0: it is so; 1: it is not; 2: it could not be checked.

use crate::command::{say, say_and_end};
use crate::config::Config;
use crate::wiring;
use anyhow::{Context as _, Result};
use engine::EngineError;
use ledger::VerifyingKey;
use ledger::receipt::{Fact, Statement};
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
            say_where(verified.index, verified.size, &verified.origin, &verified.witnessed_by);
            ExitCode::SUCCESS
        }
        Err(error) => say_and_end(&anyhow::anyhow!("the proof does not hold: {error}"), 1),
    }
}

fn say_where(index: u64, size: u64, origin: &str, witnessed_by: &[String]) {
    say(&format!("Leaf {index} of {size} in the log {origin}."));
    say(&match witnessed_by {
        [] => "unwitnessed".to_owned(),
        names => format!("witnessed by {}", names.join(", ")),
    });
}

/// `consent_events 2, leads 1`. The words are the receipt's own, in the order of its keys.
fn stated(statement: &Statement) -> String {
    let facts = statement.iter().map(|(key, fact)| match fact {
        Fact::Count(count) => format!("{key} {count}"),
        Fact::Text(text) => format!("{key} {}", text.escape_default()),
        Fact::Group(group) => format!("{key} ({})", stated(group)),
    });
    facts.collect::<Vec<_>>().join(", ")
}

pub fn receipt(path: &Path, key: &Path) -> ExitCode {
    let (bytes, key) = match file(path).and_then(|bytes| Ok((bytes, log_key(key)?))) {
        Ok(both) => both,
        Err(error) => return say_and_end(&error, 2),
    };
    match ledger::receipt::verify(&bytes, &key, &[]) {
        Ok(verified) => {
            say(&format!(
                "The receipt holds: it is signed by the log's key, and the tag {} stands in the log.",
                hex::encode(verified.tag)
            ));
            say(&format!("It states: {}.", stated(&verified.statement)));
            say("That nothing is left is the operator's statement: no file can show it.");
            say_where(verified.index, verified.size, &verified.origin, &verified.witnessed_by);
            match verified.backups {
                None => say(
                    "The second statement is not in this file: it is added when no backup of keys can open it any more.",
                ),
                Some(second) => {
                    say(&format!(
                        "The second statement holds as well. It states: {}.",
                        stated(&second.statement)
                    ));
                    say_where(second.index, second.size, &verified.origin, &second.witnessed_by);
                }
            }
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
