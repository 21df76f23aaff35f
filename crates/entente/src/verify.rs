//! Checks that need nothing but files: proofs and receipts, offline; and the log of this
//! installation. 0: it is so; 1: it is not; 2: it could not be checked.

use crate::command::{Against, say, say_and_end};
use crate::config::Config;
use crate::wiring;
use anyhow::{Context as _, Result, bail};
use engine::EngineError;
use ledger::receipt::{Fact, Statement};
use ledger::{VerifyingKey, WitnessKey};
use model::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

/// More than any file that is checked may have.
const MOST: u64 = 5 * 1024 * 1024;

fn text(path: &Path, what: &str) -> Result<String> {
    let bytes = file(path).with_context(|| what.to_owned())?;
    String::from_utf8(bytes).with_context(|| format!("{what} {} is no text", path.display()))
}

/// What is read before anything is checked.
struct Keys {
    log: VerifyingKey,
    witnesses: Vec<WitnessKey>,
    quorum: usize,
    json: bool,
}

impl Keys {
    fn read(against: &Against) -> Result<Self> {
        let log = VerifyingKey::parse(text(&against.key, "the log's key")?.trim());
        let log = log.with_context(|| against.key.display().to_string())?;
        let mut witnesses = Vec::with_capacity(against.witness.len());
        for path in &against.witness {
            let key = WitnessKey::parse(text(path, "the witness's key")?.trim());
            witnesses.push(key.with_context(|| {
                format!("{}: fetch a witness's key from its address, followed by /key", path.display())
            })?);
        }
        let quorum = against.quorum.unwrap_or(0);
        let names: BTreeSet<String> = witnesses.iter().map(ToString::to_string).collect();
        if quorum > names.len() {
            bail!(
                "--quorum {quorum}: there are {} different keys given with --witness: give more, or ask for fewer",
                names.len()
            );
        }
        Ok(Self { log, witnesses, quorum, json: against.json })
    }
}

/// What is too large for anything that is checked here is not read to its end.
fn file(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    let length = read.with_context(|| format!("cannot read {}", path.display()))?;
    if length as u64 > MOST {
        bail!("{} has more than {} MiB: it is no file of these", path.display(), MOST / 1024 / 1024);
    }
    Ok(bytes)
}

/// Where a file's entry stands in the log, and who saw it there.
struct Place {
    index: u64,
    size: u64,
    origin: String,
    witnessed_by: Vec<(String, Timestamp)>,
}

impl Place {
    fn say(&self) {
        say(&format!("Leaf {} of {} in the log {}.", self.index, self.size, self.origin));
        if self.witnessed_by.is_empty() {
            say("unwitnessed");
        }
        for (name, at) in &self.witnessed_by {
            say(&format!("witnessed by {name} at {}", engine::views::At(*at)));
        }
    }

    fn to_json(&self) -> Value {
        let by = self.witnessed_by.iter();
        let by: Vec<_> =
            by.map(|(name, at)| json!({ "name": name, "at": engine::views::At(*at).to_string() })).collect();
        json!({ "index": self.index, "size": self.size, "log": self.origin, "witnessed_by": by })
    }

    /// Whether as many saw it as were asked for; if not, in a sentence.
    fn missing(&self, keys: &Keys) -> Option<String> {
        let seen = self.witnessed_by.len();
        (seen < keys.quorum).then(|| {
            format!(
                "{seen} of the given witnesses signed the checkpoint, and {} were asked for: ask for a file made after a later checkpoint",
                keys.quorum
            )
        })
    }
}

/// Says how it ended: `what` holds (with these lines and this object), or does not.
fn conclude(what: &str, keys: &Keys, checked: Result<(Place, Vec<String>, Value), String>) -> ExitCode {
    let (problem, found) = match checked {
        Ok((place, lines, found)) => (place.missing(keys), Some((place, lines, found))),
        Err(problem) => (Some(problem), None),
    };
    if keys.json {
        let mut object = json!({ "holds": problem.is_none(), "problem": problem });
        if let (Some(object), Some((place, _, found))) = (object.as_object_mut(), &found) {
            object.insert("log".to_owned(), place.to_json());
            object.insert(what.to_owned(), found.clone());
        }
        say(&object.to_string());
        return ExitCode::from(u8::from(problem.is_some()));
    }
    if let Some((place, lines, _)) = found.filter(|_| problem.is_none()) {
        for line in lines {
            say(&line);
        }
        place.say();
    }
    match problem {
        Some(problem) => say_and_end(&anyhow::anyhow!("the {what} does not hold: {problem}"), 1),
        None => ExitCode::SUCCESS,
    }
}

pub fn proof(path: &Path, against: &Against) -> ExitCode {
    let (bytes, keys) = match file(path).and_then(|bytes| Ok((bytes, Keys::read(against)?))) {
        Ok(both) => both,
        Err(error) => return say_and_end(&error, 2),
    };
    let checked = ledger::proof::verify(&bytes, &keys.log, &keys.witnesses).map(|verified| {
        let text = |pointer: &str| {
            verified.record.pointer(pointer).and_then(|v| v.as_str()).unwrap_or("-").to_owned()
        };
        let line = if text("/event") == "acceptance" {
            let version = verified.record.pointer("/version").map(ToString::to_string).unwrap_or_default();
            format!(
                "The proof holds: account {} accepted version {version} of {} of {} ({}), at {}.",
                text("/account"),
                text("/document"),
                text("/brand"),
                text("/hash"),
                text("/accepted_at"),
            )
        } else if text("/event") == "breach" {
            let number = verified.record.pointer("/number").map(ToString::to_string).unwrap_or_default();
            format!(
                "The proof holds: entry {number} of the register of breaches of {} ({}), written at {}.",
                text("/controller"),
                text("/kind"),
                text("/written_at"),
            )
        } else if text("/event") == "support" {
            let found = |pointer: &str| verified.record.pointer(pointer);
            let tokens = found("/tokens_revoked").and_then(|all| all.as_array()).map_or(0, Vec::len);
            format!(
                "The proof holds: access for support {} at {}, ended at {} by {}; people shown: {}; tokens made and revoked: {tokens}.",
                text("/grant"),
                text("/brand"),
                text("/ended_at"),
                text("/ended_by"),
                found("/people").map(ToString::to_string).unwrap_or_default(),
            )
        } else if text("/event") == "audit" {
            format!(
                "The proof holds: {} by {} (account {}) of {}, at {}: {}",
                text("/kind"),
                text("/by"),
                text("/account"),
                text("/brand"),
                text("/at"),
                verified.record.pointer("/facts").map(ToString::to_string).unwrap_or_default(),
            )
        } else {
            format!(
                "The proof holds: {} ({}) of person {} to {} on page {}, at {}.",
                text("/event"),
                text("/how"),
                text("/person"),
                text("/purpose"),
                text("/page/name"),
                text("/happened_at"),
            )
        };
        let record = verified.record.clone();
        let place = Place {
            index: verified.index,
            size: verified.size,
            origin: verified.origin,
            witnessed_by: verified.witnessed_by,
        };
        (place, vec![line], record)
    });
    conclude("proof", &keys, checked.map_err(|error| error.to_string()))
}

/// One fact a line, what belongs together set in. The words are the receipt's own, in the order of its keys.
fn stated(statement: &Statement, indent: &str, lines: &mut Vec<String>) {
    for (key, fact) in statement.iter() {
        match fact {
            Fact::Count(count) => lines.push(format!("{indent}{key}: {count}")),
            Fact::Text(text) => lines.push(format!("{indent}{key}: {}", text.escape_default())),
            Fact::Group(group) => {
                lines.push(format!("{indent}{key}:"));
                stated(group, &format!("{indent}  "), lines);
            }
        }
    }
}

pub fn receipt(path: &Path, against: &Against) -> ExitCode {
    let (bytes, keys) = match file(path).and_then(|bytes| Ok((bytes, Keys::read(against)?))) {
        Ok(both) => both,
        Err(error) => return say_and_end(&error, 2),
    };
    let checked = ledger::receipt::verify(&bytes, &keys.log, &keys.witnesses).map(|verified| {
        let tag = hex::encode(verified.tag);
        let mut lines = vec![
            format!("The receipt holds: it is signed by the log's key, and the tag {tag} stands in the log."),
            "It states:".to_owned(),
        ];
        stated(&verified.statement, "  ", &mut lines);
        lines.push("That nothing is left is the operator's statement: no file can show it.".to_owned());
        match &verified.backups {
            None => lines.push("The second statement is not in this file: it is added when no backup of keys can open it any more.".to_owned()),
            Some(second) => {
                let (leaf, size) = (second.index, second.size);
                lines.push(format!("The second statement holds as well (leaf {leaf} of {size}). It states:"));
                stated(&second.statement, "  ", &mut lines);
            }
        }
        let second = verified.backups.as_ref().map(|second| json!({ "states": second.statement, "index": second.index }));
        let found = json!({ "tag": tag, "states": verified.statement, "backups": second });
        let place = Place {
            index: verified.index,
            size: verified.size,
            origin: verified.origin,
            witnessed_by: verified.witnessed_by,
        };
        (place, lines, found)
    });
    conclude("receipt", &keys, checked.map_err(|error| error.to_string()))
}

pub async fn ledger(config: Option<&Path>) -> ExitCode {
    let opened = async {
        let config = Config::load(config)?;
        wiring::open_existing(&config, &wiring::Ambient::real(), wiring::To::Look).await
    };
    let (data, vault) = match opened.await {
        Ok(stores) => stores,
        Err(error) => return say_and_end(&error, 2),
    };
    match engine::check_stored_log(&data, &vault).await {
        Ok(report) => {
            say(&format!("The log stands: {} leaves, root {}.", report.size, report.root.to_base64()));
            ExitCode::SUCCESS
        }
        Err(error @ EngineError::Log(_)) => say_and_end(&error.into(), 1),
        Err(error) => say_and_end(&error.into(), 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_not_read_to_its_end() {
        let large = tempfile::NamedTempFile::new().unwrap();
        for (length, is_read) in [(MOST, true), (MOST + 1, false), (1 << 33, false)] {
            // Nothing of it is on the disk.
            large.as_file().set_len(length).unwrap();
            let read = file(large.path()).map(|bytes| bytes.len() as u64);
            assert_eq!(read.as_ref().ok(), is_read.then_some(&length), "{read:?}");
        }
        assert!(text(large.path(), "the log's key").is_err());
    }
}
