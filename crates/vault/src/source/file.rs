//! A root key in a file, the next one in a file beside it: `FILE.next.` and the number it was staged with.
//!
//! Any process that shares the folder may stand still before any step here and go on when others have gone far beyond it. Why
//! that harms nothing:
//! - no file is ever written with a second root; a name with a number is one root's for ever;
//! - `FILE` is overwritten through a handle that was opened while the root to follow still lay beside it: then the
//!   handle leads to a root that is over, whatever the name leads to by now;
//! - what takes its place is renamed from a name that is gone once anybody has done so.
//!
//! Invariants: all files are for their owner only; `FILE` is replaced by a rename, so that one whole root is
//! readable at every moment; the old bytes are overwritten where they lie, and that is on the disk, before
//! the name goes to the next root.

use super::{Found, Goes, RootSource, RootSourceError, Strength};
use crate::root::RootKey;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// How often a place is looked at again while somebody else changes it.
const LOOKS: usize = 5;

/// The root in one file: strength class `F`.
pub struct FileRoot(Place);

impl FileRoot {
    /// Nothing is read or made yet. The folder must be there when the first root is made.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self(Place::new(file.into()))
    }
}

impl RootSource for FileRoot {
    fn strength(&self) -> Strength {
        Strength::File
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        let slots = self.0.read()?;
        Ok(Found {
            is_settled: slots.is_settled(),
            is_in_place: slots.current.is_some(),
            beside: slots.beside().cloned().collect(),
            roots: slots.secrets().map(|(secret, _)| secret).cloned().collect(),
        })
    }

    fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError> {
        self.0.stage(next, fence)
    }

    fn settle(&self, keep: &RootKey, goes: Goes<'_>, _: u64) -> Result<(), RootSourceError> {
        let slots = self.0.read()?;
        let mut secrets = slots.secrets();
        let (_, lies) = secrets.find(|(secret, _)| *secret == keep).ok_or_else(|| not_there(&self.0.file))?;
        self.0.settle(keep, lies, goes)
    }
}

impl From<FileRoot> for Box<dyn RootSource> {
    fn from(root: FileRoot) -> Self {
        Box::new(root)
    }
}

pub fn not_there(file: &Path) -> RootSourceError {
    RootSourceError(format!("the root key in force does not lie at {}", file.display()))
}

/// A secret in a file, and those that may follow it in `FILE.next.…`.
pub struct Place {
    pub file: PathBuf,
}

/// What lies at a [`Place`].
#[derive(Default)]
pub struct Slots {
    pub current: Option<RootKey>,
    /// Each with its name; `None`: it is torn.
    pub staged: Vec<(PathBuf, Option<RootKey>)>,
}

impl Slots {
    pub const fn is_settled(&self) -> bool {
        self.current.is_some() && self.staged.is_empty()
    }

    /// All secrets, the one at its place first; the others with the name under which they lie.
    pub fn secrets(&self) -> impl Iterator<Item = (&RootKey, Option<&Path>)> {
        let staged = self.staged.iter().filter_map(|(name, secret)| Some((secret.as_ref()?, Some(&**name))));
        self.current.iter().map(|current| (current, None)).chain(staged)
    }

    pub fn beside(&self) -> impl Iterator<Item = &PathBuf> {
        self.staged.iter().map(|(name, _)| name)
    }
}

impl Place {
    pub const fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// A file that cannot be read as a key is passed over if another one can: a crash leaves a next one
    /// that is not whole, or a current one that is overwritten already.
    pub fn read(&self) -> Result<Slots, RootSourceError> {
        let mut looks = 0;
        loop {
            looks += 1;
            // In this order: what takes its place meanwhile is seen beside it or at its place, or twice.
            let mut staged = Vec::new();
            for name in beside(&self.file)? {
                if let Some(found) = secret(&name)? {
                    staged.push((name, found.ok()));
                }
            }
            return match secret(&self.file)? {
                Some(Err(error)) if staged.iter().all(|(_, secret)| secret.is_none()) => {
                    // It was overwritten just now, by somebody who had staged after we had listed.
                    if looks < LOOKS {
                        continue;
                    }
                    Err(error)
                }
                current => Ok(Slots { current: current.and_then(Result::ok), staged }),
            };
        }
    }

    pub fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError> {
        let name = next_to(&self.file, Some(fence));
        let write = || {
            let mut handle = match private(&name) {
                // Asked for a second time; of another root there is none under this number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && holds(&name, next) => {
                    OpenOptions::new().write(true).open(&name)?
                }
                handle => handle?,
            };
            handle.write_all(next.to_text().as_bytes())?;
            handle.sync_all()?;
            sync_folder(&name)
        };
        write().map_err(|error| failed("write", &name, &error))
    }

    /// `keep` lies at `lies` (`None`: at its place already); it is the only one afterwards, but for what was not listed.
    pub fn settle(&self, keep: &RootKey, lies: Option<&Path>, goes: Goes<'_>) -> Result<(), RootSourceError> {
        if let Some(name) = lies {
            self.promote(name, keep).map_err(|error| failed("replace", &self.file, &error))?;
        }
        let Goes::Listed(found) = goes else { return Ok(()) };
        let own: Vec<PathBuf> = beside(&self.file)?;
        for name in found.beside.iter().filter(|name| own.contains(name)) {
            // It may have taken its place at the first look and be listed from before.
            if lies.is_none() || !holds(name, keep) {
                discard(name).map_err(|error| failed("remove", name, &error))?;
            }
        }
        Ok(())
    }

    /// The one that lies at `name` takes the place of the current one, of which nothing is left.
    fn promote(&self, name: &Path, keep: &RootKey) -> io::Result<()> {
        let old = gone_is_none(OpenOptions::new().read(true).write(true).open(&self.file))?;
        // As long as it lies there, what was opened is what it follows.
        if holds(name, keep) {
            if let Some(old) = old {
                wipe(old)?;
            }
            gone_is_none(std::fs::rename(name, &self.file))?;
        }
        sync_folder(&self.file)
    }
}

/// Nothing is left of what lies at `name`.
fn discard(name: &Path) -> io::Result<()> {
    if let Some(handle) = gone_is_none(OpenOptions::new().read(true).write(true).open(name))? {
        wipe(handle)?;
        gone_is_none(std::fs::remove_file(name))?;
    }
    sync_folder(name)
}

/// Where the next one is staged under a number; without one, as earlier versions did.
fn next_to(file: &Path, fence: Option<u64>) -> PathBuf {
    let mut next = OsString::from(file);
    next.push(".next");
    if let Some(fence) = fence {
        next.push(format!(".{fence}"));
    }
    next.into()
}

/// The names of all that is staged beside `file`.
pub fn beside(file: &Path) -> Result<Vec<PathBuf>, RootSourceError> {
    let bare = next_to(file, None);
    let (Some(folder), Some(bare)) = (folder(file), bare.file_name()) else { return Ok(Vec::new()) };
    let listed = || -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let name = entry?.file_name();
            let rest = name.as_encoded_bytes().strip_prefix(bare.as_encoded_bytes());
            let is_staged = |rest: &[u8]| match rest {
                [] => true,
                [b'.', number @ ..] => !number.is_empty() && number.iter().all(u8::is_ascii_digit),
                _ => false,
            };
            if rest.is_some_and(is_staged) {
                found.push(file.with_file_name(name));
            }
        }
        found.sort();
        Ok(found)
    };
    match listed() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(|error| failed("look beside", file, &error)),
    }
}

fn gone_is_none<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

fn failed(what: &str, file: &Path, error: &io::Error) -> RootSourceError {
    RootSourceError(format!("cannot {what} {}: {error}", file.display()))
}

/// Whether this secret lies at `file`.
fn holds(file: &Path, wanted: &RootKey) -> bool {
    matches!(secret(file), Ok(Some(Ok(found))) if found == *wanted)
}

/// The secret in a file, if there is a file; the inner error: it is no secret.
fn secret(file: &Path) -> Result<Option<Result<RootKey, RootSourceError>>, RootSourceError> {
    let not_read = |error: io::Error| failed("read", file, &error);
    let Some(mut handle) = gone_is_none(File::open(file)).map_err(not_read)? else { return Ok(None) };
    let mut text = zeroize::Zeroizing::new(String::new());
    match handle.read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::InvalidData => text.clear(),
        Err(error) => return Err(not_read(error)),
    }
    tight(file, &handle)?;
    Ok(Some(RootKey::parse(&text).map_err(|error| RootSourceError(format!("{}: {error}", file.display())))))
}

#[cfg(unix)]
fn tight(file: &Path, handle: &File) -> Result<(), RootSourceError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = handle.metadata().map_err(|error| failed("read", file, &error))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        let shown = file.display();
        return Err(RootSourceError(format!("others may read {shown}: run `chmod 600 {shown}`")));
    }
    Ok(())
}

#[cfg(not(unix))]
fn tight(_: &Path, _: &File) -> Result<(), RootSourceError> {
    Ok(())
}

/// A new file, for its owner only from the moment it is there.
fn private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)
}

/// Overwrites a file where it lies.
fn wipe(mut handle: File) -> io::Result<()> {
    let length = usize::try_from(handle.metadata()?.len()).unwrap_or(64).min(4096);
    handle.rewind()?;
    handle.write_all(&vec![b'0'; length])?;
    handle.sync_all()
}

fn folder(file: &Path) -> Option<&Path> {
    Some(file.parent()?).map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// A name is as durable as its folder.
#[cfg(unix)]
fn sync_folder(file: &Path) -> io::Result<()> {
    File::open(folder(file).unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
