//! One process at a time on a SQLite installation: who is being sent to, and what the log's next number
//! is, stand in that process's memory.
//!
//! Invariant: the lock is the operating system's, on a file beside the database that stays there. It
//! ends with the process however that ends, so a crash leaves nothing to clean up.

use crate::config::Config;
use crate::files::{make_folder, touch};
use anyhow::{Context as _, Result, bail};
use std::fs::{File, TryLockError};
use std::path::PathBuf;

/// Held until it is dropped. Nothing is held for PostgreSQL.
pub struct Lock {
    _files: Vec<File>,
}

impl Lock {
    /// Takes the data and the key store for this process, or says who has it.
    pub fn take(config: &Config) -> Result<Self> {
        let keys = [("database.url", &config.database), ("keys.url", &config.keys)];
        let mut files: Vec<(&str, PathBuf)> = Vec::new();
        for (key, url) in keys {
            // The same file twice is refused when it is opened, with a better sentence.
            if let Some(file) = store::sqlite_file(url).filter(|file| files.iter().all(|(_, f)| f != file)) {
                files.push((key, file));
            }
        }
        let locked = files.iter().map(|(key, database)| lock(key, database)).collect::<Result<_>>()?;
        Ok(Self { _files: locked })
    }
}

fn lock(key: &str, database: &std::path::Path) -> Result<File> {
    if let Some(folder) = database.parent() {
        make_folder(folder)?;
    }
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    touch(&path)?;
    let file = File::options().write(true).open(&path);
    let file = file.with_context(|| format!("{key}: cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "{key}: another process uses {} (it holds {}): stop that one first, or give this one files of its own",
            database.display(),
            path.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{key}: {} cannot be locked", path.display()))
        }
    }
}
