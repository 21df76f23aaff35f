//! Which machine this is: a copy of the keys lies on the one that wrote it, and a path says nothing elsewhere.
//!
//! Invariant: two machines that share the installation's folder are still two, where the system knows which it is;
//! what is noted elsewhere says nothing of the machine.

use crate::ambient::OsEntropy;
use crate::files::{make_folder, write_secret};
use anyhow::{Context as _, Result};
use model::entropy::random;
use sha2::{Digest as _, Sha256};
use std::io::ErrorKind;
use std::path::Path;

pub type Host = [u8; 16];

/// A random number of the installation on this machine.
const FILE: &str = "host";
/// What the system calls this machine. Not everywhere.
const MACHINE: &str = "/etc/machine-id";

/// This machine; it is given its number when it has none.
pub fn ours(folder: &Path) -> Result<Host> {
    if let Some(host) = known(folder)? {
        return Ok(host);
    }
    make_folder(folder)?;
    let text = format!("{}\n", hex::encode(random::<16>(&OsEntropy)));
    let file = folder.join(FILE);
    match write_secret(&file, &text) {
        // Somebody else who starts at this moment.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => made.with_context(|| format!("cannot write {}", file.display()))?,
    }
    known(folder)?.with_context(|| format!("{} does not hold what was written", file.display()))
}

/// This machine, if it has its number.
pub fn known(folder: &Path) -> Result<Option<Host>> {
    let file = folder.join(FILE);
    let text = match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("cannot read {}", file.display()))?,
    };
    let own = hex::decode(text.trim()).ok().filter(|own| own.len() == 16);
    let own = own.with_context(|| {
        format!(
            "{} is damaged: put it back, or remove it and look after old copies of the keys",
            file.display()
        )
    })?;
    let machine = std::fs::read_to_string(MACHINE).unwrap_or_default();
    Ok(Some(of(&own, machine.trim())))
}

fn of(own: &[u8], machine: &str) -> Host {
    let parts = Sha256::new().chain_update(b"entente host").chain_update(own).chain_update(machine);
    let mut host = Host::default();
    host.iter_mut().zip(parts.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_keeps_its_number_and_a_shared_folder_makes_no_two_one() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("new");
        assert_eq!(known(&here).unwrap(), None);
        let host = ours(&here).unwrap();
        assert_eq!((ours(&here).unwrap(), known(&here).unwrap()), (host, Some(host)));
        assert_ne!(ours(folder.path()).unwrap(), host);
        std::fs::write(here.join(FILE), "half").unwrap();
        assert!(ours(&here).is_err());

        assert_ne!(of(&[1; 16], "a"), of(&[1; 16], "b"));
        assert_ne!(of(&[1; 16], "a"), of(&[2; 16], "a"));
    }
}
