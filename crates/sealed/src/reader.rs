//! Decrypting: a file in the age format comes out as it was.
//!
//! Invariant: a byte is given out only after its chunk was found unaltered and in its place; after an
//! error nothing more comes.

use crate::header::{self, Header, Stanza};
use crate::payload::{self, CHUNK, NONCE};
use crate::primitive::{self, FileKey, TAG};
use crate::writer::{SCRYPT, SCRYPT_LABEL, X25519, X25519_LABEL};
use crate::{Identity, OpenError, WorkFactor};
use aws_lc_rs::aead::LessSafeKey;
use std::io::{self, BufRead, Read};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Opens a file that was encrypted to a passphrase, unless it asks for more work than `most`. Takes the
/// time of one attempt: not on a thread that others wait for.
pub fn decrypt_with_passphrase<R: BufRead>(
    mut input: R,
    passphrase: &str,
    most: WorkFactor,
) -> Result<Reader<R>, OpenError> {
    let header = header::read(&mut input)?;
    if !header.stanzas.iter().any(|stanza| stanza.kind == SCRYPT) {
        return Err(OpenError::AsksForKey);
    }
    // A passphrase stands alone, or whoever knows another key could pretend to know the passphrase.
    let [stanza] = header.stanzas.as_slice() else { return Err(OpenError::DamagedHeader) };
    let (salt, log_n, wrapped) = scrypt_stanza(stanza).ok_or(OpenError::DamagedHeader)?;
    if log_n > most.log_n() {
        return Err(OpenError::TooMuchWork { asked: log_n, allowed: most.log_n() });
    }
    // Whatever is below the bound is read: age writes any number that its user asks for.
    let with = primitive::stretch_any(passphrase, &[SCRYPT_LABEL, &salt].concat(), log_n)
        .ok_or(OpenError::DamagedHeader)?;
    let file_key = primitive::unwrap(&with, &wrapped).ok_or(OpenError::WrongPassphrase)?;
    begin(input, &header, file_key)
}

/// Opens a file that was encrypted to this identity's recipient, and perhaps to others too.
pub fn decrypt_with_identity<R: BufRead>(mut input: R, identity: &Identity) -> Result<Reader<R>, OpenError> {
    let header = header::read(&mut input)?;
    if header.stanzas.iter().any(|stanza| stanza.kind == SCRYPT) {
        return Err(OpenError::AsksForPassphrase);
    }
    let ours = identity.recipient();
    let mut found = None;
    for stanza in header.stanzas.iter().filter(|stanza| stanza.kind == X25519) {
        let (share, wrapped) = x25519_stanza(stanza).ok_or(OpenError::DamagedHeader)?;
        let shared = primitive::agree(&identity.0, &share).ok_or(OpenError::DamagedHeader)?;
        let with = primitive::derive(shared.as_slice(), &[share, ours.0].concat(), X25519_LABEL);
        found = found.or(primitive::unwrap(&with, &wrapped));
    }
    begin(input, &header, found.ok_or(OpenError::WrongKey)?)
}

fn scrypt_stanza(stanza: &Stanza) -> Option<([u8; 16], u8, [u8; 32])> {
    let [salt, log_n] = stanza.arguments.as_slice() else { return None };
    let is_number = log_n.bytes().all(|b| b.is_ascii_digit()) && !log_n.starts_with('0');
    let log_n = is_number.then(|| log_n.parse().ok()).flatten()?;
    let salt = header::decoded(salt.as_bytes())?.try_into().ok()?;
    Some((salt, log_n, stanza.body.as_slice().try_into().ok()?))
}

fn x25519_stanza(stanza: &Stanza) -> Option<([u8; 32], [u8; 32])> {
    let [share] = stanza.arguments.as_slice() else { return None };
    let share = header::decoded(share.as_bytes())?.try_into().ok()?;
    Some((share, stanza.body.as_slice().try_into().ok()?))
}

fn begin<R: BufRead>(mut input: R, header: &Header, file_key: FileKey) -> Result<Reader<R>, OpenError> {
    let wanted =
        primitive::mac(&primitive::derive(file_key.as_slice(), &[], b"header"), &header.authenticated);
    if !bool::from(wanted.ct_eq(&header.mac)) {
        return Err(OpenError::Damaged);
    }
    let mut nonce = [0; NONCE];
    input.read_exact(&mut nonce).map_err(|e| match e.kind() {
        io::ErrorKind::UnexpectedEof => OpenError::Truncated,
        _ => OpenError::Io(e),
    })?;
    Ok(Reader {
        input,
        key: payload::key(&file_key, &nonce),
        number: 0,
        sealed: Vec::with_capacity(CHUNK + TAG + 1),
        text: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
        given: 0,
        state: State::More,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    More,
    Ended,
    Failed,
}

/// Gives the text of an encrypted file. An [`io::Error`] of it carries an [`OpenError`] ([`OpenError::of`]).
pub struct Reader<R> {
    input: R,
    key: LessSafeKey,
    number: u64,
    /// What was read and not opened: a chunk, and one byte that says whether another follows.
    sealed: Vec<u8>,
    text: Zeroizing<Vec<u8>>,
    given: usize,
    state: State,
}

impl<R: BufRead> Reader<R> {
    fn next_chunk(&mut self) -> Result<(), OpenError> {
        let wanted = (CHUNK + TAG + 1).saturating_sub(self.sealed.len()) as u64;
        self.input.by_ref().take(wanted).read_to_end(&mut self.sealed)?;
        let is_last = self.sealed.len() <= CHUNK + TAG;
        let rest = if is_last { Vec::new() } else { self.sealed.split_off(CHUNK + TAG) };
        if self.sealed.len() < TAG {
            return Err(OpenError::Truncated);
        }
        std::mem::swap(&mut *self.text, &mut self.sealed);
        self.sealed.clear();
        self.sealed.extend(rest);
        self.given = 0;
        let opened =
            primitive::open(&self.key, payload::nonce(self.number, is_last), &mut self.text).map(|t| t.len());
        let Some(length) = opened else { return Err(OpenError::Damaged) };
        self.text.truncate(length);
        // An empty chunk is the only one of its file, or it was put there.
        if is_last && length == 0 && self.number > 0 {
            return Err(OpenError::Damaged);
        }
        self.number += 1;
        self.state = if is_last { State::Ended } else { State::More };
        Ok(())
    }
}

impl<R: BufRead> Read for Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.given == self.text.len() {
            match self.state {
                State::Ended => return Ok(0),
                State::Failed => return Err(io::Error::new(io::ErrorKind::InvalidData, OpenError::Damaged)),
                State::More => {}
            }
            if let Err(error) = self.next_chunk() {
                self.state = State::Failed;
                self.text.clear();
                self.given = 0;
                return Err(match error {
                    OpenError::Io(error) => error,
                    other => io::Error::new(io::ErrorKind::InvalidData, other),
                });
            }
        }
        let mut left = self.text.get(self.given..).unwrap_or_default();
        let count = left.read(out)?;
        self.given += count;
        Ok(count)
    }
}
