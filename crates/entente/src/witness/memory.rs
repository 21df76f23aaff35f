//! What a witness remembers, as files: the newest cosigned checkpoint of each log in a file of its own.
//!
//! Invariants: a file is replaced whole and synced with its folder before the signature is given away; one
//! process at a time writes there, because it holds the folder's lock.

use crate::files::{make_folder, replace, touch};
use anyhow::{Context as _, Result, bail};
use engine::witness::Memory;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A note is never longer.
const LIMIT: u64 = ledger::note::MAX_NOTE as u64;

/// A folder of checkpoints.
pub struct Files {
    folder: PathBuf,
    _lock: File,
}

impl Files {
    /// Takes the folder for this process; makes it at the first start.
    pub fn open(folder: &Path) -> Result<Self> {
        make_folder(folder)?;
        let path = folder.join("witness.lock");
        touch(&path)?;
        let lock = File::options().write(true).open(&path);
        let lock = lock.with_context(|| format!("witness.folder: cannot open {}", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "witness.folder: another process is the witness of {}: stop that one first, or give this one a folder and a key of its own",
                folder.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("witness.folder: {} cannot be locked", path.display()))
            }
        }
    }

    fn file(&self, place: &str) -> PathBuf {
        self.folder.join(format!("{place}.checkpoint"))
    }
}

impl Memory for Files {
    fn read(&self, place: &str) -> io::Result<Option<String>> {
        let file = match File::open(self.file(place)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut text = String::new();
        file.take(LIMIT).read_to_string(&mut text)?;
        Ok(Some(text))
    }

    fn replace(&self, place: &str, note: &str) -> io::Result<()> {
        replace(&self.file(place), note, 0o600).map_err(|error| io::Error::other(format!("{error:#}")))?;
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_replaced_is_there_after_a_new_start_and_half_a_file_is_not_taken_up() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        assert_eq!(files.read("a").unwrap(), None);
        files.replace("a", "one").unwrap();
        files.replace("a", "two").unwrap();
        // What a kill in the middle of writing leaves.
        std::fs::write(folder.path().join("a.new"), "th").unwrap();
        let held = Files::open(folder.path()).err().unwrap().to_string();
        assert!(held.contains("another process is the witness"), "{held}");
        drop(files);
        let files = Files::open(folder.path()).unwrap();
        assert_eq!(files.read("a").unwrap().as_deref(), Some("two"));
        files.replace("a", "three").unwrap();
        assert_eq!(files.read("a").unwrap().as_deref(), Some("three"));
        assert_eq!(files.read("b").unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_written_keeps_what_was_there() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        files.replace("a", "one").unwrap();
        // In the way of the new file; also for root, whom permissions do not stop.
        std::fs::create_dir(folder.path().join("a.new")).unwrap();
        assert!(files.replace("a", "two").is_err());
        assert_eq!(files.read("a").unwrap().as_deref(), Some("one"));
        let mode = std::fs::metadata(folder.path().join("a.checkpoint")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
