//! The proof file: one record, its opening, and its place in the log, for somebody who has nothing
//! else but the log's public key. `docs/proof.md` tells third parties how to check it themselves.
//!
//! Invariant: [`verify`] reads a file only once and strictly; what it returns was committed to, byte
//! for byte, in a log that the given key signed. Error texts never quote the file: it holds personal
//! data.

use crate::checkpoint::Opened;
use crate::hash::{self, Hash};
use crate::logged::{Logged, LoggedError};
use crate::note::{VerifyingKey, WitnessKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::time::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// Name and version of the format.
pub const FORMAT: &str = "entente-proof/1";
/// Longest file that is read or written, in bytes.
pub const MAX_FILE: usize = 4 * 1024 * 1024;

/// Which check failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("the file is longer than {0} bytes, so it is none of ours")]
    TooLarge(usize),
    #[error("the file is not JSON (line {line}, column {column}): get it again, it was cut or changed")]
    NotJson { line: usize, column: usize },
    #[error("the file is not of the format {0}: update this program, or ask whoever sent it for that format")]
    Format(&'static str),
    #[error("a field is missing, unknown, given twice or of a wrong kind (line {line}, column {column})")]
    Fields { line: usize, column: usize },
    #[error("the field `{0}` is not written as the format says")]
    Field(&'static str),
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the record is not JSON (line {line}, column {column})")]
    Record { line: usize, column: usize },
    #[error("the commitment does not match: record or key is not the one that was recorded")]
    Commitment,
    #[error(transparent)]
    Log(#[from] LoggedError),
}

/// A record that the log holds.
#[derive(Clone, PartialEq)]
pub struct Verified {
    pub record: serde_json::Value,
    /// The bytes that were committed to.
    pub record_bytes: Vec<u8>,
    /// Its place in the log.
    pub index: u64,
    /// Size and root of the log when the checkpoint was signed.
    pub size: u64,
    pub root: Hash,
    /// The log's name.
    pub origin: String,
    /// When the first of the witnesses saw it. A log's own word for the time would prove nothing, so
    /// an unwitnessed checkpoint has none.
    pub checkpoint_time: Option<Timestamp>,
    /// Those of the given witnesses that cosigned, and when. Empty: say `unwitnessed`.
    pub witnessed_by: Vec<(String, Timestamp)>,
}

/// Silent about the record, which is personal data.
impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified(entry {} of {}, witnessed by {:?})", self.index, self.size, self.witnessed_by)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    record: String,
    key: String,
    commitment: String,
    proof: String,
}

/// Writes the proof file of a record (JSON) that is committed to under `key`.
pub fn build(record: &[u8], key: &[u8; 64], logged: &Logged) -> Result<Vec<u8>, ProofError> {
    parse_record(record)?;
    let commitment = hash::commit(key, record);
    logged.verify_unsigned(hash::leaf(&commitment))?;
    let file = File {
        format: FORMAT.to_owned(),
        record: STANDARD.encode(record),
        key: STANDARD.encode(key),
        commitment: hex::encode(commitment),
        proof: logged.to_text(),
    };
    Ok(write_file(&file, MAX_FILE)?)
}

/// Checks a proof file against the log's public key. `witnesses` may be empty.
pub fn verify(bytes: &[u8], key: &VerifyingKey, witnesses: &[WitnessKey]) -> Result<Verified, ProofError> {
    let file: File = read_file(bytes, FORMAT, MAX_FILE)?;
    let record_bytes = STANDARD.decode(&file.record).map_err(|_| FileError::Field("record"))?;
    let opening = STANDARD.decode(&file.key).ok().and_then(|key| <[u8; 64]>::try_from(key).ok());
    let opening = opening.ok_or(FileError::Field("key"))?;
    let record = parse_record(&record_bytes)?;
    let commitment = hash::commit(&opening, &record_bytes);
    if from_hex(&file.commitment).ok_or(FileError::Field("commitment"))? != commitment {
        return Err(ProofError::Commitment);
    }
    let logged = Logged::parse(&file.proof)?;
    let Opened { checkpoint, witnessed_by } = logged.verify(hash::leaf(&commitment), key, witnesses)?;
    Ok(Verified {
        record,
        record_bytes,
        index: logged.index,
        size: checkpoint.size,
        root: checkpoint.root,
        origin: checkpoint.origin,
        checkpoint_time: witnessed_by.iter().map(|(_, at)| *at).min(),
        witnessed_by,
    })
}

fn parse_record(record: &[u8]) -> Result<serde_json::Value, ProofError> {
    serde_json::from_slice(record)
        .map_err(|error| ProofError::Record { line: error.line(), column: error.column() })
}

/// 32 bytes in lower-case hexadecimal.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let bytes: [u8; 32] = hex::decode(text).ok()?.try_into().ok()?;
    (hex::encode(bytes) == text).then_some(bytes)
}

pub(crate) fn write_file(file: &impl Serialize, max: usize) -> Result<Vec<u8>, FileError> {
    let mut bytes = serde_json::to_vec_pretty(file)
        .map_err(|error| FileError::Fields { line: error.line(), column: error.column() })?;
    bytes.push(b'\n');
    if bytes.len() > max { Err(FileError::TooLarge(max)) } else { Ok(bytes) }
}

/// Reads a JSON file whose field `format` must be `format`; looks at that first, so that a later
/// version is told apart from a damaged file.
pub(crate) fn read_file<T: DeserializeOwned>(
    bytes: &[u8],
    format: &'static str,
    max: usize,
) -> Result<T, FileError> {
    #[derive(Deserialize)]
    struct Head {
        format: String,
    }
    if bytes.len() > max {
        return Err(FileError::TooLarge(max));
    }
    let wrong = |error: serde_json::Error| match error.classify() {
        serde_json::error::Category::Data => FileError::Fields { line: error.line(), column: error.column() },
        _ => FileError::NotJson { line: error.line(), column: error.column() },
    };
    let head: Head = serde_json::from_slice(bytes).map_err(wrong)?;
    if head.format != format {
        return Err(FileError::Format(format));
    }
    serde_json::from_slice(bytes).map_err(wrong)
}
