//! A root key in a file, its next one in a file beside it.
//!
//! Invariants: both files are for their owner only; `FILE` is replaced by a rename, so that one whole root is
//! readable at every moment; the old bytes are overwritten where they lie, and that is on the disk, before
//! the name goes to the next root.

use super::{Found, RootSource, RootSourceError, Strength};
use crate::root::RootKey;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

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
        let is_settled = slots.is_settled();
        Ok(Found { roots: slots.current.into_iter().chain(slots.next).collect(), is_settled })
    }

    fn stage(&self, next: &RootKey) -> Result<(), RootSourceError> {
        self.0.stage(next)
    }

    fn settle(&self, keep: &RootKey, drop: &RootKey) -> Result<(), RootSourceError> {
        let slots = self.0.read()?;
        if slots.next.as_ref() == Some(keep) {
            self.0.promote()
        } else if slots.has_next && (keep == drop || slots.next.as_ref() == Some(drop)) {
            self.0.discard()
        } else {
            Ok(())
        }
    }
}

impl From<FileRoot> for Box<dyn RootSource> {
    fn from(root: FileRoot) -> Self {
        Box::new(root)
    }
}

/// A secret in a file, and the one that shall follow it in `FILE.next`.
pub struct Place {
    file: PathBuf,
    next: PathBuf,
}

/// What lies at a [`Place`].
pub struct Slots {
    pub current: Option<RootKey>,
    pub next: Option<RootKey>,
    /// Whether there is a file for the next one, whatever is in it.
    pub has_next: bool,
}

impl Slots {
    pub const fn is_settled(&self) -> bool {
        self.current.is_some() && !self.has_next
    }
}

impl Place {
    pub fn new(file: PathBuf) -> Self {
        let mut next = OsString::from(&file);
        next.push(".next");
        Self { file, next: next.into() }
    }

    /// A file that cannot be read as a key is passed over if the other one can: a crash leaves a next one
    /// that is not whole, or a current one that is overwritten already.
    pub fn read(&self) -> Result<Slots, RootSourceError> {
        let (current, next) = (secret(&self.file)?, secret(&self.next)?);
        match (current, next) {
            (Some(Err(error)), None | Some(Err(_))) => Err(error),
            (current, next) => Ok(Slots {
                current: current.and_then(Result::ok),
                has_next: next.is_some(),
                next: next.and_then(Result::ok),
            }),
        }
    }

    pub fn stage(&self, next: &RootKey) -> Result<(), RootSourceError> {
        let write = || {
            let mut handle = private(&self.next)?;
            handle.write_all(next.to_text().as_bytes())?;
            handle.sync_all()?;
            sync_folder(&self.next)
        };
        write().map_err(|error| failed("write", &self.next, &error))
    }

    /// The next one takes the place of the current one, of which nothing is left.
    pub fn promote(&self) -> Result<(), RootSourceError> {
        let promote = || {
            wipe(&self.file)?;
            std::fs::rename(&self.next, &self.file)?;
            sync_folder(&self.file)
        };
        promote().map_err(|error| failed("replace", &self.file, &error))
    }

    /// Nothing is left of the next one.
    pub fn discard(&self) -> Result<(), RootSourceError> {
        let discard = || {
            wipe(&self.next)?;
            std::fs::remove_file(&self.next)?;
            sync_folder(&self.next)
        };
        discard().map_err(|error| failed("remove", &self.next, &error))
    }
}

fn failed(what: &str, file: &Path, error: &io::Error) -> RootSourceError {
    RootSourceError(format!("cannot {what} {}: {error}", file.display()))
}

/// The secret in a file, if there is a file; the inner error: it is no secret.
fn secret(file: &Path) -> Result<Option<Result<RootKey, RootSourceError>>, RootSourceError> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => zeroize::Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => zeroize::Zeroizing::new(String::new()),
        Err(error) => return Err(failed("read", file, &error)),
    };
    tight(file)?;
    Ok(Some(RootKey::parse(&text).map_err(|error| RootSourceError(format!("{}: {error}", file.display())))))
}

#[cfg(unix)]
fn tight(file: &Path) -> Result<(), RootSourceError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(file).map_err(|error| failed("read", file, &error))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        let shown = file.display();
        return Err(RootSourceError(format!("others may read {shown}: run `chmod 600 {shown}`")));
    }
    Ok(())
}

#[cfg(not(unix))]
fn tight(_: &Path) -> Result<(), RootSourceError> {
    Ok(())
}

/// For its owner only, from the moment it is there. What is written goes over what lies there.
fn private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)
}

/// Overwrites a file where it lies, if there is one.
fn wipe(file: &Path) -> io::Result<()> {
    let mut handle = match OpenOptions::new().write(true).open(file) {
        Ok(handle) => handle,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(handle.metadata()?.len()).unwrap_or(64).min(4096);
    handle.write_all(&vec![b'0'; length])?;
    handle.sync_all()
}

/// A name is as durable as its folder.
#[cfg(unix)]
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
