//! Encrypting: what is written comes out as a file in the age format.
//!
//! Invariant: a file is whole only after [`Writer::finish`]; without it, every reader says that it ends too early.

use crate::header::{self, Stanza};
use crate::payload::{self, CHUNK, NONCE};
use crate::primitive::{self, FileKey, Key};
use crate::{Recipient, WorkFactor};
use aws_lc_rs::aead::LessSafeKey;
use std::io::{self, Write};

pub(crate) const SCRYPT: &str = "scrypt";
pub(crate) const SCRYPT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
pub(crate) const X25519: &str = "X25519";
pub(crate) const X25519_LABEL: &[u8] = b"age-encryption.org/v1/X25519";

/// Whoever knows the passphrase opens the file. Takes the time that `work` says: not on a thread that
/// others wait for. `fill` gives random bytes.
pub fn encrypt_to_passphrase<W: Write>(
    out: W,
    passphrase: &str,
    work: WorkFactor,
    mut fill: impl FnMut(&mut [u8]),
) -> io::Result<Writer<W>> {
    let mut salt = [0; 16];
    fill(&mut salt);
    let with = primitive::stretch(passphrase, &[SCRYPT_LABEL, &salt].concat(), work);
    let arguments = vec![header::encoded(&salt), work.log_n().to_string()];
    begin(out, SCRYPT, arguments, &with, fill)
}

/// Whoever holds the recipient's secret key opens the file.
pub fn encrypt_to_recipient<W: Write>(
    out: W,
    to: &Recipient,
    mut fill: impl FnMut(&mut [u8]),
) -> io::Result<Writer<W>> {
    let mut ephemeral = Key::default();
    fill(ephemeral.as_mut_slice());
    let share = primitive::public(&ephemeral);
    let shared = primitive::agree(&ephemeral, &to.0).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "this public key is not one that opens anything")
    })?;
    let with = primitive::derive(shared.as_slice(), &[share, to.0].concat(), X25519_LABEL);
    begin(out, X25519, vec![header::encoded(&share)], &with, fill)
}

fn begin<W: Write>(
    mut out: W,
    kind: &str,
    arguments: Vec<String>,
    with: &Key,
    mut fill: impl FnMut(&mut [u8]),
) -> io::Result<Writer<W>> {
    let mut file_key = FileKey::default();
    fill(file_key.as_mut_slice());
    let body = primitive::wrap(with, &file_key);
    let header = header::write(&[Stanza { kind: kind.to_owned(), arguments, body }]);
    let mac = primitive::mac(&primitive::derive(file_key.as_slice(), &[], b"header"), &header);
    out.write_all(&header)?;
    out.write_all(format!(" {}\n", header::encoded(&mac)).as_bytes())?;
    let mut nonce = [0; NONCE];
    fill(&mut nonce);
    out.write_all(&nonce)?;
    let key = payload::key(&file_key, &nonce);
    Ok(Writer { out, key, number: 0, chunk: Vec::with_capacity(CHUNK + primitive::TAG) })
}

/// Takes text, writes ciphertext.
pub struct Writer<W> {
    out: W,
    key: LessSafeKey,
    number: u64,
    chunk: Vec<u8>,
}

impl<W: Write> Writer<W> {
    fn write_chunk(&mut self, is_last: bool) -> io::Result<()> {
        primitive::seal(&self.key, payload::nonce(self.number, is_last), &mut self.chunk);
        self.number += 1;
        let written = self.out.write_all(&self.chunk);
        self.chunk.clear();
        written
    }

    /// Writes the last chunk and gives back what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_chunk(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// What is written to, for whoever takes the bytes away as they come.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if text.is_empty() {
            return Ok(0);
        }
        // A full chunk waits until there is more, because the last one is marked.
        if self.chunk.len() == CHUNK {
            self.write_chunk(false)?;
        }
        let taken = text.len().min(CHUNK - self.chunk.len());
        self.chunk.extend(text.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
