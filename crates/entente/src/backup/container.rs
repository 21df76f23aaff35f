//! A backup's file: the age format around a line that names it, a header, and the copy of a database.
//!
//! Invariants: a file is there whole or not at all, for its owner only, and an existing one is never
//! written over; nothing of it lies unencrypted on the disk.

use super::copies::wipe;
use anyhow::{Context as _, Result, bail};
use model::entropy::Entropy;
use model::id::LeadId;
use model::time::Timestamp;
use sealed::{Identity, Recipient, WorkFactor};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use store::tables::restored::Withdrawn;
use zeroize::{Zeroize, Zeroizing};

const MAGIC: &[u8] = b"entente backup 1\n";
/// A header is a few hundred bytes.
const MAX_HEADER: u32 = 1 << 20;
/// Withdrawals in one piece.
const PIECE: usize = 10_000;
/// An id and three times.
const WITHDRAWN: usize = 16 + 3 * 8;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    Data,
    Keys,
}

/// What is said of a copy before its rows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub holds: Holds,
    /// RFC 3339, UTC.
    pub made_at: String,
    /// The version of the database's tables.
    pub version: i64,
    /// The version of the program.
    pub program: String,
    /// Records in the log of the data.
    #[serde(default)]
    pub log_size: u64,
    /// Keys only: what opens them. The text of the root key, or of both while it changes.
    #[serde(default)]
    pub roots: Vec<String>,
}

impl Drop for Header {
    fn drop(&mut self) {
        self.roots.iter_mut().for_each(Zeroize::zeroize);
    }
}

/// To whom files are encrypted.
pub enum Lock {
    Recipient(Recipient),
    Passphrase(Zeroizing<String>),
}

/// With what they are opened.
pub enum Opener {
    Identity(Identity),
    Passphrase(Zeroizing<String>),
}

/// A file that is being written; it takes its name when it is whole.
pub struct Writing {
    /// Nothing once it is finished.
    to: Option<sealed::Writer<BufWriter<File>>>,
    part: PathBuf,
    file: PathBuf,
}

/// What is written under this name until the file is whole.
pub const PART: &str = ".part";

impl Drop for Writing {
    /// Keys that were written half open people as well.
    fn drop(&mut self) {
        if self.to.take().is_some()
            && let Err(error) = wipe(&self.part)
        {
            tracing::warn!(%error, "a backup that was broken off could not be wiped; the next one is written over it");
        }
    }
}

impl Writing {
    pub fn begin(file: &Path, lock: &Lock, entropy: &dyn Entropy, header: &Header) -> Result<Self> {
        if file.exists() {
            bail!("{} is there already: give the backup another name, or move that one away", file.display());
        }
        let part = with_suffix(file, PART);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let out = options.open(&part).with_context(|| format!("cannot write {}", part.display()))?;
        let out = BufWriter::new(out);
        let fill = |bytes: &mut [u8]| entropy.fill(bytes);
        let to = match lock {
            Lock::Recipient(to) => sealed::encrypt_to_recipient(out, to, fill),
            Lock::Passphrase(text) => sealed::encrypt_to_passphrase(out, text, WorkFactor::AGE, fill),
        }?;
        let mut writing = Self { to: Some(to), part, file: file.to_owned() };
        writing.write(MAGIC)?;
        let header = Zeroizing::new(serde_json::to_vec(header)?);
        writing.write_piece(&header)?;
        Ok(writing)
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let to = self.to.as_mut().context("the backup is finished")?;
        to.write_all(bytes).with_context(|| format!("cannot write {}", self.part.display()))
    }

    fn write_piece(&mut self, bytes: &[u8]) -> Result<()> {
        let length = u32::try_from(bytes.len()).context("a piece is too long")?;
        self.write(&length.to_be_bytes())?;
        self.write(bytes)
    }

    /// The journal of withdrawals: random ids and times.
    pub fn write_withdrawn(&mut self, all: &[Withdrawn]) -> Result<()> {
        for some in all.chunks(PIECE) {
            let piece: Vec<u8> = some
                .iter()
                .flat_map(|w| {
                    let times =
                        w.at.iter().flat_map(|at| at.map_or(i64::MIN, |at| at.micros()).to_be_bytes());
                    w.lead.0.into_iter().chain(times).collect::<Vec<u8>>()
                })
                .collect();
            self.write_piece(&piece)?;
        }
        self.write_piece(&[])
    }

    /// The file takes its name; its size.
    pub fn finish(mut self) -> Result<u64> {
        let to = self.to.take().context("the backup is finished")?;
        let done = || -> std::io::Result<u64> {
            let out = to.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            out.sync_all()?;
            let size = out.metadata()?.len();
            std::fs::rename(&self.part, &self.file)?;
            Ok(size)
        };
        let done = done();
        if done.is_err() {
            // Its own error is the answer.
            let _ = wipe(&self.part);
        }
        done.with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// Opens a file and reads its header. What follows is the copy (after the withdrawals, with keys).
pub fn open(file: &Path, opener: &Opener) -> Result<(Header, impl Read + Send + use<>)> {
    let input = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let input = BufReader::with_capacity(1 << 16, input);
    let of_file = || file.display().to_string();
    let opened = match opener {
        Opener::Identity(identity) => sealed::decrypt_with_identity(input, identity),
        Opener::Passphrase(text) => sealed::decrypt_with_passphrase(input, text, WorkFactor::AGE),
    };
    let mut from = BufReader::with_capacity(1 << 16, opened.with_context(of_file)?);
    let header = read_header(&mut from).with_context(of_file)?;
    Ok((header, from))
}

fn read_header(from: &mut impl BufRead) -> Result<Header> {
    let mut magic = Vec::new();
    from.by_ref().take(64).read_until(b'\n', &mut magic)?;
    if magic != MAGIC {
        bail!("this is no backup of Entente: name the file that `entente backup` wrote");
    }
    let header = Zeroizing::new(read_piece(from, MAX_HEADER)?);
    serde_json::from_slice(&header)
        .map_err(|_| anyhow::anyhow!("its header does not read as one of this version"))
}

pub fn read_withdrawn(from: &mut impl Read) -> Result<Vec<Withdrawn>> {
    let mut all = Vec::new();
    loop {
        let piece = read_piece(from, u32::try_from(PIECE * WITHDRAWN).unwrap_or(u32::MAX))?;
        if piece.is_empty() {
            return Ok(all);
        }
        let (entries, rest) = piece.as_chunks::<WITHDRAWN>();
        if !rest.is_empty() {
            bail!("the list of withdrawals is damaged: take an older copy");
        }
        all.extend(entries.iter().filter_map(withdrawn));
    }
}

fn withdrawn(entry: &[u8; WITHDRAWN]) -> Option<Withdrawn> {
    let (lead, times) = entry.split_first_chunk::<16>()?;
    let (times, _) = times.as_chunks::<8>();
    let mut at = [None; 3];
    for (to, from) in at.iter_mut().zip(times) {
        *to = Some(i64::from_be_bytes(*from)).filter(|micros| *micros != i64::MIN).map(Timestamp);
    }
    Some(Withdrawn { lead: LeadId(*lead), at })
}

fn read_piece(from: &mut impl Read, most: u32) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > most {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "a piece is longer than any that is made",
        ));
    }
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() == usize::try_from(length).unwrap_or(usize::MAX) {
        Ok(bytes)
    } else {
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}

pub fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use testkit::SeededEntropy;

    fn header() -> Header {
        Header {
            holds: Holds::Keys,
            made_at: "2026-11-26T12:00:00Z".to_owned(),
            version: 3,
            program: "0.1.0".to_owned(),
            log_size: 7,
            roots: vec!["00ff".to_owned()],
        }
    }

    fn lock() -> (Lock, Opener) {
        let identity = Identity::generate(|bytes| SeededEntropy::new(1).fill(bytes));
        (Lock::Recipient(identity.recipient()), Opener::Identity(identity))
    }

    #[test]
    fn claim_x10_no_bytes_break_the_reader_of_backups() {
        testkit::mutate::fuzz("backup", 10_000, |bytes| {
            let mut from = bytes;
            match read_header(&mut from).and_then(|header| Ok((header, read_withdrawn(&mut from)?))) {
                Ok((header, withdrawn)) => {
                    assert!(header.roots.len() <= bytes.len() && withdrawn.len() <= bytes.len() / WITHDRAWN);
                    true
                }
                Err(error) => testkit::mutate::refused(&format!("{error:#}")),
            }
        });
    }

    #[test]
    fn a_file_comes_back_as_written_and_holds_nothing_readable() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.backup");
        let (lock, opener) = lock();
        let withdrawn: Vec<Withdrawn> = (0..25_000_u32)
            .map(|n| {
                let mut lead = LeadId([0; 16]);
                lead.0[..4].copy_from_slice(&n.to_be_bytes());
                Withdrawn { lead, at: [Some(Timestamp(n.into())), None, Some(Timestamp(-5))] }
            })
            .collect();
        let mut writing = Writing::begin(&file, &lock, &SeededEntropy::new(2), &header()).unwrap();
        assert!(!file.exists(), "it has its name before it is whole");
        writing.write_withdrawn(&withdrawn).unwrap();
        writing.write(b"the copy").unwrap();
        writing.finish().unwrap();
        assert!(!with_suffix(&file, ".part").exists());
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            !bytes.windows(4).any(|four| four == b"00ff")
                && !bytes.windows(8).any(|eight| eight == b"the copy")
        );

        let (read, mut from) = open(&file, &opener).unwrap();
        assert_eq!((read.holds, read.log_size, read.roots[0].as_str()), (Holds::Keys, 7, "00ff"));
        assert_eq!(read_withdrawn(&mut from).unwrap(), withdrawn);
        let mut rest = Vec::new();
        from.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"the copy");
        assert!(Writing::begin(&file, &lock, &SeededEntropy::new(3), &header()).is_err(), "written over");
        // Broken off: nothing of it stays.
        let other = folder.path().join("other");
        let mut writing = Writing::begin(&other, &lock, &SeededEntropy::new(4), &header()).unwrap();
        writing.write(&[7; 200_000]).unwrap();
        assert!(with_suffix(&other, PART).exists());
        drop(writing);
        assert!(!with_suffix(&other, PART).exists() && !other.exists());
    }

    proptest! {
        #[test]
        fn any_bytes_for_withdrawals_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_withdrawn(&mut bytes.as_slice());
            let _ = read_piece(&mut bytes.as_slice(), 100);
        }
    }
}
