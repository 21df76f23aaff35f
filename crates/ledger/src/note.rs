//! Signed notes (c2sp.org/signed-note): a text, a blank line, signature lines; and the two kinds of
//! key that sign them here: the log's (Ed25519, type 0x01) and a witness's (cosignature/v1, 0x04).
//!
//! Invariant: a note is strict UTF-8 without control characters, every base 64 has one spelling, a
//! signature by a known key that does not verify spoils the whole note, and a signature by an
//! unknown key proves nothing and is passed over, as the specification asks.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::time::Timestamp;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Longest note that is read, in bytes: room for sixteen post-quantum signatures.
pub const MAX_NOTE: usize = 128 * 1024;
/// Most signature lines that are read; the specification asks for sixteen at least.
pub const MAX_SIGNATURES: usize = 64;
/// Longest key name, in bytes.
pub const MAX_NAME: usize = 255;

const ED25519_NOTE: u8 = 0x01;
const ED25519_COSIGNATURE: u8 = 0x04;

/// What is wrong with a note, a checkpoint or a key. Never quotes what it read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("the signed note is longer than {MAX_NOTE} bytes")]
    TooLong,
    #[error("this is no signed note: {0}")]
    Syntax(&'static str),
    #[error("this is no checkpoint: {0}")]
    Checkpoint(&'static str),
    #[error("the note is not signed by the key of `{0}`: ask for the key of the log that the file came from")]
    NotSigned(String),
    #[error(
        "the note is signed by another key of `{0}`: compare your key file with the one that the log publishes"
    )]
    OtherKey(String),
    #[error("the signature of `{0}` is wrong: the note was changed after it was signed")]
    Signature(String),
    #[error("the cosignature of the witness `{0}` is wrong: the checkpoint was changed, or never witnessed")]
    Cosignature(String),
    #[error("the checkpoint belongs to another log than `{0}`")]
    OtherLog(String),
    #[error(
        "this is no key of the form name+id+key ({0}): fetch it from /.well-known/entente/log-key of the log"
    )]
    Key(&'static str),
    #[error("a key's name is 1 to {MAX_NAME} bytes without white space, plus or control characters")]
    Name,
}

/// A note taken apart, not yet trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<'a> {
    /// The signed text, with its last newline.
    pub text: &'a str,
    signatures: Vec<Signature<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature<'a> {
    name: &'a str,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl<'a> Note<'a> {
    pub fn parse(note: &'a str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Syntax("it holds a control character"));
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Syntax("the blank line is missing"))?;
        let text = note.get(..=text.len()).unwrap_or(text);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Syntax("the last newline is missing"))?;
        let signatures: Vec<_> = lines.split('\n').map(Signature::parse).collect::<Result<_, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Syntax("too many signatures"));
        }
        Ok(Self { text, signatures })
    }

    /// The text with the signatures by this log alone: what is kept and handed on of a note that came with
    /// those of strangers.
    pub fn only(&self, key: &VerifyingKey) -> String {
        let mut note = format!("{}\n", self.text);
        for bytes in self.by(&key.0) {
            note.push_str(&signature_line(&key.0, bytes));
            note.push('\n');
        }
        note
    }

    /// The signatures that claim to be by this key.
    fn by(&self, key: &PublicKey) -> impl Iterator<Item = &[u8]> {
        self.signatures.iter().filter(|s| s.name == key.name && s.id == key.id).map(|s| s.bytes.as_slice())
    }
}

impl<'a> Signature<'a> {
    fn parse(line: &'a str) -> Result<Self, NoteError> {
        const BAD: NoteError = NoteError::Syntax("a signature line is malformed");
        let (name, base64) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(BAD)?;
        check_name(name).map_err(|_| BAD)?;
        let decoded = STANDARD.decode(base64).map_err(|_| BAD)?;
        match decoded.split_first_chunk::<4>() {
            Some((id, bytes)) if !bytes.is_empty() => Ok(Self { name, id: *id, bytes: bytes.to_vec() }),
            _ => Err(BAD),
        }
    }
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let fits = !name.is_empty() && name.len() <= MAX_NAME;
    let clean = !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
    if fits && clean { Ok(()) } else { Err(NoteError::Name) }
}

/// Name, id and 32 bytes of a public key, without its kind.
#[derive(Clone, PartialEq, Eq)]
struct PublicKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl PublicKey {
    fn new(name: &str, kind: u8, public: [u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        let digest: [u8; 32] = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', kind])
            .chain_update(public)
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], public })
    }

    fn parse(text: &str, kind: u8) -> Result<Self, NoteError> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key("it does not have three parts"));
        };
        let decoded = STANDARD.decode(base64).map_err(|_| NoteError::Key("the last part is not base 64"))?;
        let public = match decoded.split_first() {
            Some((found, public)) if *found == kind => public,
            Some(_) => return Err(NoteError::Key("it is a key of another kind")),
            None => return Err(NoteError::Key("the last part is empty")),
        };
        let public = public.try_into().map_err(|_| NoteError::Key("it is not 32 bytes long"))?;
        let key = Self::new(name, kind, public)?;
        if hex::encode(key.id) != id {
            return Err(NoteError::Key("the id does not fit the name and the key"));
        }
        Ok(key)
    }

    fn to_text(&self, kind: u8) -> String {
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&self.public);
        format!("{}+{}+{}", self.name, hex::encode(self.id), STANDARD.encode(bytes))
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public).verify(message, signature).is_ok()
    }
}

/// The public key of a log, as published: `name+id+key`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey(PublicKey);

impl VerifyingKey {
    /// Reads the text form; one newline at its end is allowed.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        PublicKey::parse(text, ED25519_NOTE).map(Self)
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Checks that this key signed the note.
    pub fn verify(&self, note: &Note<'_>) -> Result<(), NoteError> {
        let mut signed = false;
        for signature in note.by(&self.0) {
            if !self.0.verifies(note.text.as_bytes(), signature) {
                return Err(NoteError::Signature(self.0.name.clone()));
            }
            signed = true;
        }
        match () {
            () if signed => Ok(()),
            () if note.signatures.iter().any(|s| s.name == self.0.name) => {
                Err(NoteError::OtherKey(self.0.name.clone()))
            }
            () => Err(NoteError::NotSigned(self.0.name.clone())),
        }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_text(ED25519_NOTE))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The private key of a log. Its name is the log's origin.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// The key that follows from 32 random bytes; the same seed and name give the same key.
    pub fn from_seed(seed: &[u8; 32], name: &str) -> Result<Self, NoteError> {
        let (pair, public) = key_pair(seed)?;
        Ok(Self { pair, public: PublicKey::new(name, ED25519_NOTE, public)? })
    }

    pub fn name(&self) -> &str {
        &self.public.name
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.public.clone())
    }

    /// Signs a text that ends in a newline; returns the whole note.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        let line = signature_line(&self.public, self.pair.sign(text.as_bytes()).as_ref());
        let note = format!("{text}\n{line}\n");
        // What we cannot read back we must not publish.
        if Note::parse(&note)?.text != text || !text.ends_with('\n') {
            return Err(NoteError::Syntax("the text does not end in a newline"));
        }
        Ok(note)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.name)
    }
}

fn key_pair(seed: &[u8; 32]) -> Result<(Ed25519KeyPair, [u8; 32]), NoteError> {
    const BAD: NoteError = NoteError::Key("the seed makes no key");
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| BAD)?;
    let public = pair.public_key().as_ref().try_into().map_err(|_| BAD)?;
    Ok((pair, public))
}

fn signature_line(key: &PublicKey, signature: &[u8]) -> String {
    let mut bytes = key.id.to_vec();
    bytes.extend_from_slice(signature);
    format!("— {} {}", key.name, STANDARD.encode(bytes))
}

/// The public key of a witness: somebody else, who signs only checkpoints that extend those it saw.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey(PublicKey);

impl WitnessKey {
    /// Reads the text form; one newline at its end is allowed.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        PublicKey::parse(text, ED25519_COSIGNATURE).map(Self)
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether the key proper is the same, whatever the names: the signature says nothing of the name, so one
    /// signer could pass for two.
    pub(crate) fn is_signer(&self, other: &Self) -> bool {
        self.0.public == other.0.public
    }

    /// Whether the log itself holds this key: nobody is their own witness.
    pub(crate) fn is_of_log(&self, log: &VerifyingKey) -> bool {
        self.0.public == log.0.public
    }

    /// This witness's line for `note` out of what it answered, and the time in it. Lines of others are passed
    /// over, as the protocol asks.
    pub fn take_line(&self, note: &str, answer: &str) -> Result<(String, Timestamp), NoteError> {
        let text = Note::parse(note)?.text;
        let answered = format!("{text}\n{answer}");
        let answered = Note::parse(&answered)?;
        if answered.text != text {
            return Err(NoteError::Syntax("the witness answered with another text"));
        }
        let missing = || NoteError::NotSigned(self.0.name.clone());
        let at = self.cosigned_at(&answered)?.ok_or_else(missing)?;
        let seconds = u64::try_from(at.secs()).map_err(|_| missing())?;
        // Of several lines the one with the earliest time, which is the one just read.
        let line = answered.by(&self.0).find(|bytes| bytes.starts_with(&seconds.to_be_bytes()));
        Ok((signature_line(&self.0, line.ok_or_else(missing)?), at))
    }

    /// When this witness cosigned the checkpoint (the earliest time, if it did so more than once), or
    /// `None` when it did not.
    pub fn cosigned_at(&self, note: &Note<'_>) -> Result<Option<Timestamp>, NoteError> {
        let mut earliest: Option<u64> = None;
        for bytes in note.by(&self.0) {
            let seconds = bytes.split_first_chunk::<8>().and_then(|(time, signature)| {
                let seconds = u64::from_be_bytes(*time);
                let valid = i64::try_from(seconds).is_ok()
                    && self.0.verifies(cosigned_text(seconds, note.text).as_bytes(), signature);
                valid.then_some(seconds)
            });
            let seconds = seconds.ok_or_else(|| NoteError::Cosignature(self.0.name.clone()))?;
            earliest = Some(earliest.map_or(seconds, |earlier| earlier.min(seconds)));
        }
        Ok(earliest.map(|seconds| Timestamp::from_secs(seconds.try_into().unwrap_or(i64::MAX))))
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_text(ED25519_COSIGNATURE))
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn cosigned_text(seconds: u64, checkpoint: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{checkpoint}")
}

/// The private key of a witness. Whether a checkpoint deserves the cosignature is for the caller to
/// check first, with [`crate::path::verify_consistency`].
pub struct Cosigner {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl Cosigner {
    /// The key that follows from 32 random bytes. One seed serves one witness name only, since the
    /// name is not part of what is signed.
    pub fn from_seed(seed: &[u8; 32], name: &str) -> Result<Self, NoteError> {
        let (pair, public) = key_pair(seed)?;
        Ok(Self { pair, public: PublicKey::new(name, ED25519_COSIGNATURE, public)? })
    }

    pub fn witness_key(&self) -> WitnessKey {
        WitnessKey(self.public.clone())
    }

    /// The signed note with this witness's line added.
    pub fn cosign(&self, note: &str, at: Timestamp) -> Result<String, NoteError> {
        Ok(format!("{note}{}\n", self.line(note, at)?))
    }

    /// This witness's line for the note, without its newline.
    pub fn line(&self, note: &str, at: Timestamp) -> Result<String, NoteError> {
        let text = Note::parse(note)?.text;
        let seconds = at.secs().try_into().map_err(|_| NoteError::Syntax("the time lies before 1970"))?;
        let mut bytes = u64::to_be_bytes(seconds).to_vec();
        bytes.extend_from_slice(self.pair.sign(cosigned_text(seconds, text).as_bytes()).as_ref());
        Ok(signature_line(&self.public, &bytes))
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.public.name)
    }
}
