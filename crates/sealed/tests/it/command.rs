//! Against the `age` command, in both directions.
//!
//! Without it (`apt-get install age`) these tests say nothing; under CI that is a failure.

use crate::seeded;
use sealed::{Identity, WorkFactor, decrypt_with_identity, decrypt_with_passphrase};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

fn has_age() -> bool {
    let is_there = Command::new("age").arg("--version").output().is_ok();
    #[expect(clippy::disallowed_methods, reason = "the switch of all tests that need something installed")]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(is_there || !is_ci, "age must be installed under CI");
    is_there
}

fn sample() -> Vec<u8> {
    (0..200_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn age(arguments: &[&str], folder: &Path) -> bool {
    Command::new("age").args(arguments).current_dir(folder).status().unwrap().success()
}

/// It asks a terminal for passphrases: `script` is one.
fn age_at_a_terminal(arguments: &str, typed: &str, folder: &Path) -> bool {
    let mut command = Command::new("script");
    command.args(["-qefc", &format!("age {arguments}"), "/dev/null"]).current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut terminal = child.stdin.take().unwrap();
    terminal.write_all(typed.as_bytes()).unwrap();
    let status = child.wait().unwrap();
    drop(terminal);
    status.success()
}

#[test]
fn the_command_opens_what_was_encrypted_to_a_key_here() {
    if !has_age() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::generate(seeded(1));
    std::fs::write(folder.path().join("key"), identity.secret_text().as_bytes()).unwrap();
    let out = std::fs::File::create(folder.path().join("file.age")).unwrap();
    let mut writer = sealed::encrypt_to_recipient(out, &identity.recipient(), seeded(2)).unwrap();
    writer.write_all(&sample()).unwrap();
    writer.finish().unwrap();
    assert!(age(&["-d", "-i", "key", "-o", "back", "file.age"], folder.path()));
    assert_eq!(std::fs::read(folder.path().join("back")).unwrap(), sample());
}

#[test]
fn what_the_command_encrypted_to_a_key_opens_here() {
    if !has_age() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (Identity::generate(seeded(1)), Identity::generate(seeded(9)));
    std::fs::write(folder.path().join("file"), sample()).unwrap();
    let (to, also) = (ours.recipient().to_string(), other.recipient().to_string());
    assert!(age(&["-r", &also, "-r", &to, "-o", "file.age", "file"], folder.path()));
    let file = std::fs::read(folder.path().join("file.age")).unwrap();
    let mut back = Vec::new();
    decrypt_with_identity(file.as_slice(), &ours).unwrap().read_to_end(&mut back).unwrap();
    assert_eq!(back, sample());
}

#[test]
fn a_passphrase_works_in_both_directions() {
    if !has_age() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let word = "correct horse battery ‏قطار";
    let out = std::fs::File::create(folder.path().join("ours.age")).unwrap();
    let mut writer = sealed::encrypt_to_passphrase(out, word, WorkFactor::LOWEST, seeded(3)).unwrap();
    writer.write_all(&sample()).unwrap();
    writer.finish().unwrap();
    assert!(age_at_a_terminal("-d -o back ours.age", &format!("{word}\n"), folder.path()));
    assert_eq!(std::fs::read(folder.path().join("back")).unwrap(), sample());

    assert!(age_at_a_terminal("-p -o theirs.age back", &format!("{word}\n{word}\n"), folder.path()));
    let file = std::fs::read(folder.path().join("theirs.age")).unwrap();
    let mut back = Vec::new();
    decrypt_with_passphrase(file.as_slice(), word, WorkFactor::AGE).unwrap().read_to_end(&mut back).unwrap();
    assert_eq!(back, sample());
}
