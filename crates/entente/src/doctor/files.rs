//! What lies on this machine: the root key, the databases, the configuration, space and time.

use super::{Check, Patient};
use crate::ambient::OsEntropy;
use crate::certificate::Source;
use crate::config::{Config, Root};
use crate::root;
use model::entropy::Entropy;
use model::time::{Span, Timestamp};
use std::collections::BTreeSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use vault::Strength;

/// Free space below which it is time to think, and below which a day's work may not fit.
const LITTLE: u64 = 2 * 1024 * 1024 * 1024;
const TOO_LITTLE: u64 = 256 * 1024 * 1024;
/// No clock that is right is before this program was written: 2026-11-01.
const WRITTEN: Timestamp = Timestamp::from_secs(1_793_491_200);
/// How far ahead of the clock a file may have been written.
const SLACK: Span = Span::minutes(5);

pub fn examine(patient: &Patient<'_>, checks: &mut Vec<Check>) {
    let config = patient.config;
    checks.push(configuration(patient.file));
    checks.push(root_key(patient));
    checks.push(permissions("database-files", &database_files(config)));
    checks.push(keys_apart(config));
    if let Some(source) = &patient.source {
        checks.push(permissions("certificate-key", &key_files(source)));
    }
    let databases = [&config.database, &config.keys].into_iter().filter_map(|url| sqlite(url));
    let folders: BTreeSet<PathBuf> =
        databases.map(|file| folder_of(&file)).chain([config.folder().to_owned()]).collect();
    checks.push(space(&folders));
    checks.push(clock(&database_files(config), patient.now));
}

/// The file of a SQLite address.
fn sqlite(url: &str) -> Option<PathBuf> {
    url.strip_prefix("sqlite:").map(PathBuf::from)
}

/// Those that are there, with what SQLite lays beside them.
fn database_files(config: &Config) -> Vec<PathBuf> {
    let databases = [&config.database, &config.keys].into_iter().filter_map(|url| sqlite(url));
    let with_logs = databases.flat_map(|file| {
        ["", "-wal", "-shm"].map(|suffix| {
            let mut name = file.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        })
    });
    with_logs.filter(|file| file.exists()).collect()
}

fn key_files(source: &Source) -> Vec<PathBuf> {
    let files = match source {
        Source::SelfSigned(own) => own.secrets().to_vec(),
        Source::Files { key, .. } => vec![key.clone()],
        Source::Acme { own, file } => {
            let [authority, server] = own.secrets();
            vec![authority, server, file.clone(), file.with_extension("json")]
        }
    };
    files.into_iter().filter(|file| file.exists()).collect()
}

/// Whether others than the owner can read a file: its own permissions and those of its folder. A group
/// may be given a key on purpose; everybody never.
#[cfg(unix)]
fn others_can_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |metadata: std::io::Result<Metadata>| metadata.map_or(0, |m| m.permissions().mode());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let enters = mode(std::fs::metadata(folder.unwrap_or_else(|| Path::new(".")))) & 0o011;
    let reads = mode(std::fs::metadata(file)) & 0o044;
    (reads & 0o004 != 0 && enters & 0o001 != 0) || (reads & 0o040 != 0 && enters & 0o010 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

fn permissions(name: &'static str, files: &[PathBuf]) -> Check {
    let open: Vec<String> =
        files.iter().filter(|file| others_can_read(file)).map(|file| file.display().to_string()).collect();
    if files.is_empty() {
        Check::ok(name, "none on this machine yet")
    } else if open.is_empty() {
        Check::ok(name, "only their owner can read them")
    } else {
        let list = open.join(" ");
        Check::fail(name, format!("others can read {list}"), format!("chmod 600 {list}"))
    }
}

/// A configuration that holds secrets is for its owner only.
fn configuration(file: Option<&Path>) -> Check {
    let name = "configuration";
    let Some(file) = file else { return Check::ok(name, "no file; the environment and the defaults count") };
    let held = std::fs::read_to_string(file).map(|text| secrets(&text)).unwrap_or_default();
    if held.is_empty() {
        Check::ok(name, format!("{} holds no secret", file.display()))
    } else if others_can_read(file) {
        let what = format!("others can read {}, which holds {}", file.display(), held.join(", "));
        Check::fail(name, what, format!("chmod 600 {}, or give secrets as files (…_file)", file.display()))
    } else {
        Check::ok(name, format!("{} holds secrets, and only its owner can read it", file.display()))
    }
}

/// The keys of a configuration that hold a secret.
fn secrets(text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().unwrap_or_default();
    let mut held = Vec::new();
    for (section, keys) in &table {
        for (key, value) in keys.as_table().into_iter().flatten() {
            let is_secret = matches!(key.as_str(), "app_secret" | "verify_token" | "root");
            let has_password = || {
                let rest = value.as_str().and_then(|url| url.split_once("://")).map_or("", |(_, rest)| rest);
                rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
            };
            if is_secret || has_password() {
                held.push(format!("{section}.{key}"));
            }
        }
    }
    held
}

/// Where others than the owner may read or change the root key.
pub(super) fn root_key_is_open(config: &Config) -> Option<Check> {
    let open = root::files(config)
        .iter()
        .flat_map(|file| vault::root_files(file))
        .find(|file| others_can_touch(file))?;
    let open = open.display();
    Some(Check::fail("root-key", format!("others may read or change {open}"), format!("chmod 600 {open}")))
}

fn root_key(patient: &Patient<'_>) -> Check {
    let (name, config) = ("root-key", patient.config);
    let files = root::files(config);
    let shown: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let shown = shown.join(" and ");
    let store_exists = sqlite(&config.keys).is_some_and(|store| store.exists());
    if let Some(missing) = files.iter().find(|file| !root::is_there(file)) {
        return if store_exists {
            let remedy = "put the root key back: without it nothing opens";
            Check::fail(name, format!("{} is not there", missing.display()), remedy)
        } else {
            Check::warn(name, format!("{shown} is not there yet"), "the first `entente serve` makes it")
        };
    }
    if let Some(open) = root_key_is_open(config) {
        return open;
    }
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    let read = root::source(config, true, &entropy).and_then(|source| {
        let found = source.read()?;
        anyhow::ensure!(!found.roots.is_empty() || !store_exists, "there is no root key");
        Ok(source.strength())
    });
    let strength = match read {
        Ok(strength) => strength,
        Err(error) => {
            let remedy = match config.root {
                Root::Command(_) => {
                    "see that keys.root_command can be run by this user and prints the root key: docs/configuration.md, The root key"
                }
                _ => "put the right root key there",
            };
            return Check::fail(name, format!("{error:#}"), remedy);
        }
    };
    if let (Strength::File | Strength::Split, Some(problem)) =
        (strength, files.iter().find_map(|file| not_writable(file)))
    {
        let what = format!("an erasure cannot exchange it: {problem}");
        return Check::fail(name, what, "let the user who runs the program write into that folder");
    }
    let class = format!("strength class {}", strength.letter());
    match strength {
        Strength::File => Check::ok(
            name,
            format!(
                "from the file {shown}, for its owner only; {class}: an erasure overwrites the old one, of which some media keep traces (keys.root_split_file is stronger)"
            ),
        ),
        Strength::Split => Check::ok(
            name,
            format!(
                "in two halves, {shown}, for their owner only; {class}: an old one is gone with either half"
            ),
        ),
        Strength::Service => Check::ok(name, format!("kept by the program of keys.root_command; {class}")),
        Strength::Fixed => Check::needed(
            patient.is_trial,
            name,
            "keys.root cannot be exchanged, so that old copies of the key store open what was erased",
            "keep the root in a file instead (keys.root_file), in two (keys.root_split_file), or by a program (keys.root_command)",
        ),
    }
}

/// Why no new file can come to lie beside this one, if none can.
fn not_writable(file: &Path) -> Option<String> {
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let tried = folder.join(format!(".entente-doctor-{}", std::process::id()));
    let made = std::fs::File::create_new(&tried).and_then(|_| std::fs::remove_file(&tried));
    made.err().map(|error| format!("{} cannot be written to ({error})", folder.display()))
}

/// As the start asks it of the root key: no permission for anybody else, whatever the folder says.
#[cfg(unix)]
fn others_can_touch(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_touch(_: &Path) -> bool {
    false
}

/// Data, keys and root key in one place are copied, and stolen, together.
fn keys_apart(config: &Config) -> Check {
    let name = "keys-apart";
    let folder = |file: &Path| file.parent().map(|folder| folder.canonicalize().unwrap_or(folder.to_owned()));
    if config.database == config.keys {
        return Check::fail(
            name,
            "keys.url is the data's own database",
            "give the keys a database of their own",
        );
    }
    let files = root::files(config);
    let places = [sqlite(&config.database), sqlite(&config.keys), files.first().cloned()];
    let [data, keys, root] = places.map(|file| file.and_then(|file| folder(&file)));
    let mut together = Vec::new();
    if data.is_some() && data == keys {
        together.push("the key store lies beside the data");
    }
    if files.get(1).is_some_and(|second| folder(second) == root) {
        together.push("both halves of the root key lie in one folder");
    }
    if root.is_some() && (root == data || root == keys) && files.len() < 2 {
        together.push("the root key lies beside a database");
    }
    if together.is_empty() {
        return Check::ok(name, "data, key store and root key lie apart");
    }
    Check::warn(
        name,
        format!("{}: whoever copies the folder can read everything", together.join(", ")),
        "put root.key and keys.db on other media (keys.root_file, keys.url) and never into one backup with the data",
    )
}

fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new(".")).to_owned()
}

#[cfg(unix)]
fn free_at(folder: &Path) -> Option<u64> {
    // The folder is not there before the first start; what is above it is on the same disk.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or_else(|| Path::new("."));
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_at(_: &Path) -> Option<u64> {
    None
}

/// Of all disks the one with the least, or that does not say.
fn space(folders: &BTreeSet<PathBuf>) -> Check {
    let least = folders.iter().map(|folder| (free_at(folder), folder)).min();
    let (free, folder) = least.map_or((None, Path::new(".")), |(free, folder)| (free, folder.as_path()));
    judge_space(free, folder)
}

fn judge_space(free: Option<u64>, folder: &Path) -> Check {
    let name = "disk-space";
    let Some(free) = free else {
        let what = format!("the disk of {} does not say how much is free", folder.display());
        return Check::warn(name, what, "look with df");
    };
    let what = format!("{} MiB are free at {}", free / 1024 / 1024, folder.display());
    let remedy = "make room: a database on a full disk takes nothing more, so that deliveries are refused";
    if free < TOO_LITTLE {
        Check::fail(name, what, remedy)
    } else if free < LITTLE {
        Check::warn(name, what, remedy)
    } else {
        Check::ok(name, what)
    }
}

/// Consent, the window and retention are about times: a clock that is wrong breaks promises.
fn clock(files: &[PathBuf], now: Timestamp) -> Check {
    let name = "clock";
    let remedy = "switch on the system's time synchronisation, and wait until it has set the clock";
    if now < WRITTEN {
        return Check::fail(name, "the clock says a time before this program was written", remedy);
    }
    let written = files.iter().filter_map(|file| {
        let since = std::fs::metadata(file).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some((i64::try_from(since.as_secs()).ok()?, file))
    });
    match written.max() {
        Some((at, file)) if Timestamp::from_secs(at).since(now) > SLACK => Check::fail(
            name,
            format!("{} was written later than the clock says it is now", file.display()),
            remedy,
        ),
        _ => Check::ok(name, "the clock is not behind what was written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[cfg(target_os = "linux")]
    #[test]
    fn claim_f10_the_fullest_disk_is_named() {
        let here = tempfile::tempdir().unwrap();
        // No file fits there, ever.
        let folders = [here.path().to_owned(), PathBuf::from("/proc")].into();
        let check = space(&folders);
        assert!(check.state == State::Fail && check.what.contains("/proc"), "{check:?}");
        for (free, state) in [
            (None, State::Warn),
            (Some(TOO_LITTLE - 1), State::Fail),
            (Some(LITTLE - 1), State::Warn),
            (Some(LITTLE), State::Ok),
        ] {
            assert_eq!(judge_space(free, here.path()).state, state);
        }
    }

    #[cfg(unix)]
    #[test]
    fn claim_f10_what_others_can_read_fails() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap()
        };
        let file = folder.path().join("entente.db");
        std::fs::write(&file, "x").unwrap();
        for (on_folder, on_file, state) in [
            (0o755, 0o644, State::Fail),
            (0o755, 0o640, State::Fail),
            (0o755, 0o600, State::Ok),
            (0o700, 0o644, State::Ok),
            (0o750, 0o604, State::Ok),
        ] {
            set(&file, on_file);
            set(folder.path(), on_folder);
            let check = permissions("database-files", std::slice::from_ref(&file));
            assert_eq!(check.state, state, "{on_folder:o} {on_file:o}: {check:?}");
        }
        set(folder.path(), 0o755);
        for (text, mode, state) in [
            ("[messenger]\napp_secret = \"x\"\n", 0o644, State::Fail),
            ("[database]\nurl = \"postgres://me:sample-password@localhost/x\"\n", 0o644, State::Fail),
            ("[messenger]\napp_secret = \"x\"\n", 0o600, State::Ok),
            ("[messenger]\napp_secret_file = \"x\"\n[database]\nurl = \"sqlite:x\"\n", 0o644, State::Ok),
        ] {
            std::fs::write(&file, text).unwrap();
            set(&file, mode);
            let check = configuration(Some(&file));
            assert_eq!(check.state, state, "{text} {mode:o}: {check:?}");
            assert!(!format!("{check:?}").contains("sample-password"), "{check:?}");
        }
    }

    #[test]
    fn a_clock_that_is_behind_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("entente.db");
        std::fs::write(&file, "x").unwrap();
        let files = [file];
        let modified = std::fs::metadata(&files[0]).unwrap().modified().unwrap();
        let at = i64::try_from(modified.duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
        let state = |seconds| clock(&files, Timestamp::from_secs(seconds)).state;
        assert_eq!(state(0), State::Fail);
        assert_eq!(state(at), State::Ok);
        assert_eq!(state(at - 3_600), State::Fail);
        assert_eq!(state(at + 3_600 * 24 * 365), State::Ok);
    }
}
