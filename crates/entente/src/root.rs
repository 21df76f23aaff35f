//! Where this installation keeps its root key, as the configuration says.
//!
//! Invariant: a root is made at the very first start only; where a key store is in use and its root is not
//! there, nothing is made in its place.

use crate::backup::escrow::Escrowed;
use crate::config::{Config, Root};
use crate::files::make_folder;
use crate::status::{Configured as _, misconfigured};
use crate::wiring::named as database;
use anyhow::{Context as _, Result, anyhow, bail};
use model::entropy::Entropy;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vault::{CommandRoot, FileRoot, RootKey, RootSource, SplitRoot, VaultError};

/// The configuration key that says where the root is.
pub const fn key(config: &Config) -> &'static str {
    match config.root {
        Root::File => "keys.root_file",
        Root::Split(_) => "keys.root_split_file",
        Root::Command(_) => "keys.root_command",
        Root::Value(_) => "keys.root",
    }
}

/// The files that hold it.
pub fn files(config: &Config) -> Vec<PathBuf> {
    match &config.root {
        Root::File => vec![config.root_file.clone()],
        Root::Split(second) => vec![config.root_file.clone(), second.clone()],
        Root::Command(_) | Root::Value(_) => Vec::new(),
    }
}

/// Whether a file, or one that shall follow it, is there: a crash may leave the second alone.
pub fn is_there(file: &Path) -> bool {
    !vault::root_files(file).is_empty()
}

/// For those who only look.
pub fn must_be_there(config: &Config) -> Result<()> {
    for file in files(config) {
        if !is_there(&file) {
            bail!("{}: {} is not there: name the root key of this installation", key(config), file.display());
        }
    }
    Ok(())
}

pub fn source(config: &Config, is_in_use: bool, entropy: &Arc<dyn Entropy>) -> Result<Box<dyn RootSource>> {
    for file in files(config) {
        if !is_in_use {
            file.parent().map_or(Ok(()), make_folder)?;
        } else if !is_there(&file) {
            return Err(misconfigured(anyhow!(
                "{}: {} is missing, but {} is in use: put the root key back, without it nothing opens",
                key(config),
                file.display(),
                database("the key store", &config.keys)
            )));
        }
    }
    let source: Box<dyn RootSource> = match &config.root {
        Root::File => FileRoot::new(&config.root_file).into(),
        Root::Split(second) => SplitRoot::new(&config.root_file, second, Arc::clone(entropy)).into(),
        Root::Command(program) => CommandRoot::new(program).into(),
        Root::Value(value) => RootKey::parse(value.reveal()).context("keys.root").configured()?.into(),
    };
    let (Some(folder), Some(to)) = (&config.escrow_dir, &config.backup_recipient) else { return Ok(source) };
    let to = to.parse().context("backup.recipient").configured()?;
    Ok(Box::new(Escrowed::new(source, folder, to, Arc::clone(entropy))))
}

/// What lies there and cannot be read, or is no root key. Why a program gave none, it alone knows: it is asked when the
/// key is needed.
pub fn refuse_unreadable(config: &Config, source: &dyn RootSource) -> Result<()> {
    if matches!(config.root, Root::Command(_)) {
        return Ok(());
    }
    source.read().map(drop).map_err(|error| named(config, error.into())).configured()
}

/// With the configuration key to look at.
pub fn named(config: &Config, error: VaultError) -> anyhow::Error {
    match error {
        VaultError::Source(error) => anyhow!("{}: {error}", key(config)),
        other => other.into(),
    }
}
