//! A second place for the root key, encrypted to the operator's key: whoever loses `root.key` loses everything.
//!
//! Invariants: a root lies here before it is used; once another one is in force, nothing of the old one is left
//! here, or the exchange is not done: an erasure is not finished while an old root lies anywhere.

use super::copies::wipe;
use model::entropy::Entropy;
use sealed::Recipient;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vault::{Found, Goes, RootKey, RootSource, RootSourceError, Strength};

const PREFIX: &str = "root-";
const SUFFIX: &str = ".age";
const PART: &str = ".part";

/// A source with a second place.
pub struct Escrowed {
    inner: Box<dyn RootSource>,
    folder: PathBuf,
    to: Recipient,
    entropy: Arc<dyn Entropy>,
}

impl Escrowed {
    /// Nothing is written yet: a source whose copy is missing, or that has copies of others beside it, counts as
    /// unsettled, and whoever may change the root settles it.
    pub fn new(inner: Box<dyn RootSource>, folder: &Path, to: Recipient, entropy: Arc<dyn Entropy>) -> Self {
        Self { inner, folder: folder.to_owned(), to, entropy }
    }

    /// Whether this root's copy lies here and nothing of any other.
    fn holds_only(&self, root: &RootKey) -> io::Result<bool> {
        let kept = self.file(root);
        let copies = self.copies()?;
        Ok(copies.len() == 1 && copies.first() == Some(&kept))
    }

    /// Whole or half.
    fn copies(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with(PREFIX) && (name.ends_with(SUFFIX) || name.ends_with(PART)) {
                found.push(path);
            }
        }
        Ok(found)
    }

    fn failed(&self, error: &io::Error) -> RootSourceError {
        RootSourceError(format!(
            "the root's copy cannot be kept in {} ({error}): make the folder reachable (keys.escrow_dir), or leave it out",
            self.folder.display()
        ))
    }

    fn file(&self, root: &RootKey) -> PathBuf {
        let hash =
            Sha256::new_with_prefix(b"entente/escrow/1").chain_update(root.to_text().as_bytes()).finalize();
        let name = hex::encode(hash.get(..8).unwrap_or_default());
        self.folder.join(format!("{PREFIX}{name}{SUFFIX}"))
    }

    fn put(&self, root: &RootKey) -> io::Result<()> {
        let file = self.file(root);
        if file.exists() {
            return Ok(());
        }
        let part = file.with_extension("part");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut to =
            sealed::encrypt_to_recipient(options.open(&part)?, &self.to, |bytes| self.entropy.fill(bytes))?;
        to.write_all(root.to_text().as_bytes())?;
        to.write_all(b"\n")?;
        to.finish()?.sync_all()?;
        fs::rename(&part, &file)?;
        File::open(&self.folder)?.sync_all()
    }

    /// Nothing is left of these copies.
    fn drop_copies(&self, goes: impl Iterator<Item = PathBuf>) -> io::Result<()> {
        let lie = self.copies()?;
        for path in goes.filter(|path| lie.contains(path)) {
            match wipe(&path) {
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                wiped => wiped?,
            }
        }
        File::open(&self.folder)?.sync_all()
    }
}

impl RootSource for Escrowed {
    fn strength(&self) -> Strength {
        self.inner.strength()
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        let found = self.inner.read()?;
        let is_settled = match found.roots.as_slice() {
            // A folder that is away is told by whoever settles.
            [root] => self.holds_only(root).unwrap_or(false),
            _ => true,
        };
        let mut beside = found.beside;
        beside.extend(self.copies().unwrap_or_default());
        Ok(Found { is_settled: found.is_settled && is_settled, beside, ..found })
    }

    fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError> {
        self.put(next).map_err(|error| self.failed(&error))?;
        self.inner.stage(next, fence)
    }

    fn settle(&self, keep: &RootKey, goes: Goes<'_>, fence: u64) -> Result<(), RootSourceError> {
        self.inner.settle(keep, goes, fence)?;
        let kept = self.file(keep);
        let settled = match goes {
            // Its copy was made when it was staged. If it is away by now, others have gone on from it.
            Goes::Before(before) => self.drop_copies(std::iter::once(self.file(before))),
            Goes::Listed(found) => self
                .put(keep)
                .and_then(|()| self.drop_copies(found.beside.iter().filter(|path| **path != kept).cloned())),
        };
        settled.map_err(|error| self.failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealed::Identity;
    use testkit::SeededEntropy;
    use vault::FileRoot;

    #[test]
    fn claim_f1_the_second_place_holds_the_root_in_force_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let identity = Identity::generate(|bytes| entropy.fill(bytes));
        let away = folder.path().join("away");
        fs::create_dir(&away).unwrap();
        let open = || {
            let inner = FileRoot::new(folder.path().join("root.key")).into();
            Escrowed::new(inner, &away, identity.recipient(), Arc::clone(&entropy))
        };
        let lie = || -> Vec<String> {
            let files = fs::read_dir(&away).unwrap().map(|entry| entry.unwrap().path());
            files
                .map(|file| {
                    let input = io::BufReader::new(File::open(file).unwrap());
                    io::read_to_string(sealed::decrypt_with_identity(input, &identity).unwrap()).unwrap()
                })
                .collect()
        };
        let (first, second) = (RootKey::generate(&*entropy), RootKey::generate(&*entropy));
        let source = open();
        source.stage(&first, 1).unwrap();
        let settle = |source: &Escrowed, keep: &RootKey| {
            let found = source.read().unwrap();
            source.settle(keep, Goes::Listed(&found), 9).unwrap();
        };
        settle(&source, &first);
        assert_eq!(lie(), [format!("{}\n", *first.to_text())]);
        source.stage(&second, 2).unwrap();
        assert_eq!(lie().len(), 2, "a root was staged without its copy");
        source.settle(&second, Goes::Before(&first), 2).unwrap();
        assert_eq!(lie(), [format!("{}\n", *second.to_text())]);

        // A second place that is away holds the exchange up, before the root is staged.
        fs::rename(&away, folder.path().join("gone")).unwrap();
        let refused = source.stage(&first, 3).unwrap_err().to_string();
        assert!(refused.contains("keys.escrow_dir"), "{refused}");
        assert_eq!(source.read().unwrap().roots, std::slice::from_ref(&second));
        // Begun anew beside a root that is there: the copy is made.
        fs::create_dir(&away).unwrap();
        let source = open();
        assert!(!source.read().unwrap().is_settled && lie().is_empty(), "a look wrote");
        settle(&source, &second);
        assert_eq!(lie(), [format!("{}\n", *second.to_text())]);
        assert!(source.read().unwrap().is_settled);
        // A crash left the copy of the one before, or half of another.
        fs::write(away.join("root-0123456789abcdef.age"), b"age-encryption.org/v1").unwrap();
        fs::write(away.join("root-0123456789abcde0.part"), b"age-encryption.org/v1").unwrap();
        assert!(!source.read().unwrap().is_settled);
        settle(&source, &second);
        assert_eq!(fs::read_dir(&away).unwrap().count(), 1);
    }
}
