//! Files and folders that the program makes.
//!
//! Invariant: what is made here is for its owner only unless it says otherwise, and a file is there
//! whole or not at all.

use anyhow::{Context as _, Result};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

/// Makes a folder with all above it; nobody else looks into those that are new.
pub fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

fn create(file: &Path, mode: u32) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    options.open(file)
}

/// Writes a file that is not there yet, for its owner only.
pub fn write_secret(file: &Path, text: &str) -> std::io::Result<()> {
    let mut handle = create(file, 0o600)?;
    handle.write_all(text.as_bytes())?;
    handle.sync_all()
}

/// Makes an empty file for its owner only, if there is none. SQLite takes such a file as a new
/// database and gives what it lays beside it the same permissions.
pub fn touch(file: &Path) -> Result<()> {
    match create(file, 0o600) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("cannot make {}", file.display()))
        }
        _ => Ok(()),
    }
}

/// Puts a file in the place of another.
pub fn replace(file: &Path, text: &str, mode: u32) -> Result<()> {
    let new = file.with_extension("new");
    let write = || {
        // What a crash left.
        let _ = std::fs::remove_file(&new);
        let mut handle = create(&new, mode)?;
        handle.write_all(text.as_bytes())?;
        handle.sync_all()?;
        std::fs::rename(&new, file)
    };
    write().with_context(|| format!("cannot write {}", file.display()))
}
