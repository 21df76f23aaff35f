//! Proofs and receipts of every format there has been, checked by the program where there is no network at all
//! (claims B2, F1): the files below `tests/corpus` were written by the program of their day and never change.
//!
//! Invariant: a file is added with each new format, and none is ever written again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
const FORMATS: [&str; 3] = [ledger::proof::FORMAT, ledger::receipt::FORMAT, ledger::receipt::FORMAT_2];

/// A command in a network namespace of its own, in which even the loopback interface is down.
fn alone(program: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "--", program]).stdin(Stdio::null());
    command
}

/// Whether that can be had here; it must be under `CI=true`.
fn can_be_alone() -> bool {
    let is_there = alone("true").output().is_ok_and(|output| output.status.success());
    #[expect(clippy::disallowed_methods, reason = "whether it may be skipped, the environment says")]
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(is_there || !is_ci, "there must be network namespaces under CI");
    if !is_there {
        eprintln!(
            "skipped: this machine gives no network namespace of one's own (unshare --map-root-user --net)"
        );
    }
    is_there
}

/// Every file of the corpus with the key beside it.
fn corpus() -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(CORPUS).unwrap().map(|entry| entry.unwrap().path()) {
        for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|kind| kind == "json") {
                found.push((file, folder.join("log.key")));
            }
        }
    }
    found
}

fn verify(file: &Path, key: &Path) -> (String, Output) {
    let content: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let format = content["format"].as_str().unwrap().to_owned();
    let kind = if format.starts_with("entente-proof/") { "proof" } else { "receipt" };
    let mut command = alone(env!("CARGO_BIN_EXE_entente"));
    command.args([kind, "verify"]).arg(file).arg("--key").arg(key);
    (format, command.output().unwrap())
}

#[test]
fn claim_b2_claim_f1_files_of_every_format_there_was_verify_without_any_network() {
    if !can_be_alone() {
        return;
    }
    let interfaces = alone("cat").arg("/proc/net/dev").output().unwrap();
    let interfaces = String::from_utf8(interfaces.stdout).unwrap();
    let names: Vec<&str> =
        interfaces.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim()).collect();
    assert!(names.iter().all(|name| *name == "lo"), "there is a network: {names:?}");

    let mut formats = BTreeSet::new();
    let folder = tempfile::tempdir().unwrap();
    for (file, key) in corpus() {
        let (format, output) = verify(&file, &key);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}: {said} {}",
            file.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(said.contains("unwitnessed"), "{said}");
        assert_eq!(
            said.contains("The second statement holds"),
            format == ledger::receipt::FORMAT_2,
            "{said}"
        );
        // A commitment or a tag with one other digit.
        let text = std::fs::read_to_string(&file).unwrap();
        let name = if format == ledger::proof::FORMAT { "\"commitment\": \"" } else { "\"tag\": \"" };
        let at = text.find(name).unwrap() + name.len();
        let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
        let changed = folder.path().join("changed.json");
        std::fs::write(&changed, [&text[..at], other, &text[at + 1..]].concat()).unwrap();
        assert_eq!(verify(&changed, &key).1.status.code(), Some(1), "{}: changed, it holds", file.display());
        formats.insert(format);
    }
    assert_eq!(
        formats,
        FORMATS.into_iter().map(str::to_owned).collect(),
        "a format has no file in the corpus"
    );
}
