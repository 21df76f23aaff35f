//! The receipt of an erasure: what is left when the person's data is gone. It says what went, by
//! count, and that the erasure's tag stands in the log; it holds no personal data.
//!
//! Once no backup of keys can open what was erased, a second statement is added, with an entry of its own in the
//! log: [`backups_tag`]. Then the file is of the second format and carries both.
//!
//! The log's entry is the tag itself. The statement is signed together with the tag, as a note, by
//! the log's key. Its three lines cannot be taken for a checkpoint, whose second line is a number.
//!
//! Invariant: the statement has one meaning: keys appear once, values are texts, counts or groups of
//! such, and it is signed in one canonical spelling (RFC 8785), so re-indenting the file is harmless.

use crate::checkpoint::Opened;
use crate::hash;
use crate::logged::{Logged, LoggedError};
use crate::note::{Note, NoteError, SigningKey, VerifyingKey, WitnessKey};
use crate::proof::{FileError, from_hex, read_file, write_file};
use model::time::Timestamp;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// Name and version of the format.
pub const FORMAT: &str = "entente-receipt/1";
/// The same with the second statement.
pub const FORMAT_2: &str = "entente-receipt/2";
/// What the second statement is signed as.
const BACKUPS: &str = "entente-erasure-backups/1";
/// Longest file that is read or written, in bytes.
pub const MAX_FILE: usize = 256 * 1024;
/// Largest count: beyond it JavaScript would round.
pub const MAX_COUNT: u64 = (1 << 53) - 1;
/// Groups within groups.
const MAX_DEPTH: usize = 4;

/// Why a receipt does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(
        "the statement does not fit: keys are a-z, 0-9 and _, at most 64 long; counts are below 2^53; four groups deep at most"
    )]
    Statement,
    #[error("the statement's signature is wrong: {0}")]
    Signature(NoteError),
    #[error(transparent)]
    Log(#[from] LoggedError),
}

/// One value of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    Count(u64),
    Text(String),
    Group(Statement),
}

/// What went, by count. Nothing in it may point to a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Statement(BTreeMap<String, Fact>);

impl Statement {
    pub fn new() -> Self {
        Self::default()
    }

    /// The statement with one more value.
    #[must_use]
    pub fn with(mut self, key: &str, fact: Fact) -> Self {
        self.0.insert(key.to_owned(), fact);
        self
    }

    pub fn get(&self, key: &str) -> Option<&Fact> {
        self.0.get(key)
    }

    /// In the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(key, fact)| (key.as_str(), fact))
    }

    fn fits(&self, depth: usize) -> bool {
        let key_fits = |key: &str| {
            (1..=64).contains(&key.len())
                && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        depth > 0
            && self.0.iter().all(|(key, fact)| {
                key_fits(key)
                    && match fact {
                        Fact::Count(count) => *count <= MAX_COUNT,
                        Fact::Text(_) => true,
                        Fact::Group(group) => group.fits(depth - 1),
                    }
            })
    }

    /// One line of JSON: keys in order, no white space.
    fn canonical(&self) -> Result<String, ReceiptError> {
        if !self.fits(MAX_DEPTH) {
            return Err(ReceiptError::Statement);
        }
        serde_json::to_string(self).map_err(|_| ReceiptError::Statement)
    }
}

/// By hand, because a map would silently keep the last of two equal keys.
impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Facts;
        impl<'de> Visitor<'de> for Facts {
            type Value = BTreeMap<String, Fact>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts, counts and groups")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut facts = BTreeMap::new();
                while let Some((key, fact)) = map.next_entry()? {
                    if facts.insert(key, fact).is_some() {
                        return Err(A::Error::custom("a key is given twice"));
                    }
                }
                Ok(facts)
            }
        }
        deserializer.deserialize_map(Facts).map(Self)
    }
}

/// A receipt that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedReceipt {
    pub tag: [u8; 32],
    pub statement: Statement,
    pub index: u64,
    pub size: u64,
    pub origin: String,
    /// When the first of the witnesses saw it.
    pub checkpoint_time: Option<Timestamp>,
    /// Those of the given witnesses that cosigned, and when. Empty: say `unwitnessed`.
    pub witnessed_by: Vec<(String, Timestamp)>,
    /// The second statement, once it is made: that no backup can open it any more.
    pub backups: Option<VerifiedBackups>,
}

/// The second statement of a receipt that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedBackups {
    pub statement: Statement,
    pub index: u64,
    pub size: u64,
    pub checkpoint_time: Option<Timestamp>,
    pub witnessed_by: Vec<(String, Timestamp)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    tag: String,
    statement: Statement,
    proof: String,
    /// The signature line of the note, without its newline.
    signature: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backups: Option<Second>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Second {
    statement: Statement,
    proof: String,
    signature: String,
}

/// What the log holds once no backup can open any more what was erased under `tag`: a hash of it, so that who
/// holds the tag can find both.
pub fn backups_tag(tag: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(BACKUPS.as_bytes());
    hasher.update(b"\n");
    hasher.update(tag);
    hasher.finalize().into()
}

fn signed_text(kind: &str, tag: &str, statement: &Statement) -> Result<String, ReceiptError> {
    Ok(format!("{kind}\n{tag}\n{}\n", statement.canonical()?))
}

/// The signature line over a statement.
fn signed(kind: &str, tag: &str, statement: &Statement, key: &SigningKey) -> Result<String, ReceiptError> {
    let text = signed_text(kind, tag, statement)?;
    let note = key.sign(&text).map_err(ReceiptError::Signature)?;
    Ok(note.strip_prefix(&text).unwrap_or_default().trim_matches('\n').to_owned())
}

fn check_signed(
    kind: &str,
    tag: &str,
    statement: &Statement,
    signature: &str,
    key: &VerifyingKey,
) -> Result<(), ReceiptError> {
    let text = signed_text(kind, tag, statement)?;
    let note = format!("{text}\n{signature}\n");
    let note = Note::parse(&note).map_err(ReceiptError::Signature)?;
    if note.text != text {
        return Err(FileError::Field("signature").into());
    }
    key.verify(&note).map_err(ReceiptError::Signature)
}

/// Writes the receipt of an erasure whose tag stands in the log.
pub fn build(
    tag: &[u8; 32],
    statement: &Statement,
    logged: &Logged,
    key: &SigningKey,
) -> Result<Vec<u8>, ReceiptError> {
    build_both(tag, (statement, logged), None, key)
}

/// As [`build`], with the second statement and its place in the log, if it is made.
pub fn build_both(
    tag: &[u8; 32],
    (statement, logged): (&Statement, &Logged),
    backups: Option<(&Statement, &Logged)>,
    key: &SigningKey,
) -> Result<Vec<u8>, ReceiptError> {
    logged.verify_unsigned(hash::leaf(tag))?;
    let second = backups_tag(tag);
    let tag = hex::encode(tag);
    let backups = backups
        .map(|(statement, logged)| {
            logged.verify_unsigned(hash::leaf(&second))?;
            Ok::<_, ReceiptError>(Second {
                statement: statement.clone(),
                proof: logged.to_text(),
                signature: signed(BACKUPS, &tag, statement, key)?,
            })
        })
        .transpose()?;
    let file = File {
        format: if backups.is_some() { FORMAT_2 } else { FORMAT }.to_owned(),
        signature: signed(FORMAT, &tag, statement, key)?,
        tag,
        statement: statement.clone(),
        proof: logged.to_text(),
        backups,
    };
    Ok(write_file(&file, MAX_FILE)?)
}

fn read(bytes: &[u8]) -> Result<File, ReceiptError> {
    match read_file::<File>(bytes, FORMAT, MAX_FILE) {
        Ok(File { backups: Some(_), .. }) => Err(FileError::Field("backups").into()),
        Err(first @ FileError::Format(_)) => match read_file(bytes, FORMAT_2, MAX_FILE) {
            // Of neither format: the first is what is asked for.
            Err(FileError::Format(_)) => Err(first.into()),
            read => Ok(read?),
        },
        read => Ok(read?),
    }
}

/// Checks a receipt against the log's public key. `witnesses` may be empty.
pub fn verify(
    bytes: &[u8],
    key: &VerifyingKey,
    witnesses: &[WitnessKey],
) -> Result<VerifiedReceipt, ReceiptError> {
    let file = read(bytes)?;
    let tag = from_hex(&file.tag).ok_or(FileError::Field("tag"))?;
    check_signed(FORMAT, &file.tag, &file.statement, &file.signature, key)?;
    let logged = Logged::parse(&file.proof)?;
    let Opened { checkpoint, witnessed_by } = logged.verify(hash::leaf(&tag), key, witnesses)?;
    let backups = match file.backups {
        Some(second) => Some(verify_backups(&file.tag, &tag, second, key, witnesses)?),
        None => None,
    };
    Ok(VerifiedReceipt {
        tag,
        statement: file.statement,
        index: logged.index,
        size: checkpoint.size,
        origin: checkpoint.origin,
        checkpoint_time: witnessed_by.iter().map(|(_, at)| *at).min(),
        witnessed_by,
        backups,
    })
}

fn verify_backups(
    text: &str,
    tag: &[u8; 32],
    second: Second,
    key: &VerifyingKey,
    witnesses: &[WitnessKey],
) -> Result<VerifiedBackups, ReceiptError> {
    check_signed(BACKUPS, text, &second.statement, &second.signature, key)?;
    let logged = Logged::parse(&second.proof)?;
    let Opened { checkpoint, witnessed_by } = logged.verify(hash::leaf(&backups_tag(tag)), key, witnesses)?;
    Ok(VerifiedBackups {
        statement: second.statement,
        index: logged.index,
        size: checkpoint.size,
        checkpoint_time: witnessed_by.iter().map(|(_, at)| *at).min(),
        witnessed_by,
    })
}
