//! The envelope around one row's personal fields.
//!
//! `E5 01 ‖ nonce (12) ‖ ciphertext of (length (4) ‖ plaintext ‖ zeros) ‖ tag (16)`
//!
//! Invariants: it opens under its key and at its [`Place`] only; its length tells no more than a size
//! step; the second byte is the format version, so that the format can change and old rows still open.
//! The two first bytes are what the databases check each sealed column for.

use crate::key::Key;
use crate::primitive::{Aead, NONCE, TAG, framed};
use minicbor::{Decode, Encode};
use model::entropy::{Entropy, random};
use model::id::BrandId;
use model::ports::KeyId;
use std::fmt;
use std::ops::Deref;
use zeroize::{Zeroize, Zeroizing};

/// Mark and format version.
pub const MAGIC: [u8; 2] = [0xE5, 0x01];

const LENGTH: usize = 4;
const BODY: usize = MAGIC.len() + NONCE;
const TEXT: usize = BODY + LENGTH;

/// Where an envelope belongs. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub brand: BrandId,
    /// Whose data it is: the lead, the account, or the brand itself.
    pub person: KeyId,
    pub table: &'static str,
    pub row: [u8; 16],
}

impl Place {
    fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(96);
        let parts: [&[u8]; 5] = [&MAGIC, &self.brand.0, &self.person, self.table.as_bytes(), &self.row];
        framed(&parts, |bytes| data.extend_from_slice(bytes));
        data
    }
}

/// The value refused to be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the value could not be encoded for sealing: its encoder refused it, which is a mistake in the program"
)]
pub struct SealError;

/// The envelope does not open here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("not a sealed value: the column was written past the program; restore the row from a backup")]
    NotSealed,
    #[error("sealed by a newer version of the program (format {0}): update the program")]
    Version(u8),
    #[error(
        "the sealed value was changed, or moved from another row, person or brand: restore the row from a backup"
    )]
    Refused,
    #[error(
        "the sealed value opens, but holds something else than this version of the program expects: update the program"
    )]
    Content,
}

/// An opened plaintext. Reads as bytes; wiped when dropped; never printed.
pub struct Opened {
    /// Length, plaintext, padding: as it lay in the envelope.
    block: Vec<u8>,
    length: usize,
}

impl Deref for Opened {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.block.get(LENGTH..LENGTH + self.length).unwrap_or_default()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // As `Zeroize` does for a `Vec`, but in one stroke instead of byte by byte, which took longer
        // than the decryption.
        self.block.fill(0);
        zeroize::optimization_barrier(self.block.as_slice());
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}

impl Key {
    /// Seals `plaintext` for `place`.
    pub fn seal(&self, place: &Place, plaintext: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        seal(self.rows(), &place.associated_data(), plaintext, entropy)
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: &Place, envelope: &[u8]) -> Result<Opened, OpenError> {
        open(self.rows(), &place.associated_data(), envelope)
    }

    /// Seals a value in its CBOR form.
    pub fn seal_value<T: Encode<()>>(
        &self,
        place: &Place,
        value: &T,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, SealError> {
        let mut draft = Draft::new(512);
        minicbor::encode(value, &mut draft).map_err(|_| SealError)?;
        Ok(draft.close(self.rows(), &place.associated_data(), entropy))
    }

    /// Opens a value that was sealed in its CBOR form. Bytes after it are refused.
    pub fn open_value<T: for<'b> Decode<'b, ()>>(
        &self,
        place: &Place,
        envelope: &[u8],
    ) -> Result<T, OpenError> {
        let plaintext = self.open(place, envelope)?;
        let mut decoder = minicbor::Decoder::new(&plaintext);
        let value = decoder.decode().map_err(|_| OpenError::Content)?;
        if decoder.position() == plaintext.len() { Ok(value) } else { Err(OpenError::Content) }
    }
}

pub fn seal(aead: &Aead, associated_data: &[u8], plaintext: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
    let mut draft = Draft::new(plaintext.len());
    draft.append(plaintext);
    draft.close(aead, associated_data, entropy)
}

pub fn open(aead: &Aead, associated_data: &[u8], envelope: &[u8]) -> Result<Opened, OpenError> {
    let (magic, rest) = envelope.split_first_chunk::<2>().ok_or(OpenError::NotSealed)?;
    match *magic {
        MAGIC => {}
        [mark, version] if mark == MAGIC[0] => return Err(OpenError::Version(version)),
        _ => return Err(OpenError::NotSealed),
    }
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(OpenError::Refused)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(OpenError::Refused)?;
    let mut opened = Opened { block: vec![0; ciphertext.len()], length: 0 };
    aead.open(*nonce, associated_data, ciphertext, tag, &mut opened.block).ok_or(OpenError::Refused)?;

    // From here the bytes are ours; a length or a padding that we would not have made is refused
    // nevertheless, so that a text has one envelope form only.
    let (length, body) = opened.block.split_first_chunk::<LENGTH>().ok_or(OpenError::Refused)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| OpenError::Refused)?;
    let padding = body.get(length..).ok_or(OpenError::Refused)?;
    if opened.block.len() != padded(LENGTH + length) || padding.iter().any(|byte| *byte != 0) {
        return Err(OpenError::Refused);
    }
    opened.length = length;
    Ok(opened)
}

/// The size step for `length` bytes: 64 and some, then at most an eighth more.
fn padded(length: usize) -> usize {
    const STEPS: [usize; 8] = [64, 128, 192, 256, 384, 512, 768, 1024];
    STEPS
        .into_iter()
        .find(|step| length <= *step)
        .unwrap_or_else(|| length.next_multiple_of(1 << ((length - 1).ilog2() - 3)))
}

/// An envelope in the making: room for the head, then the plaintext, encrypted where it lies. Wiped
/// when dropped before it is closed, and whenever it moves to a larger buffer.
struct Draft(Zeroizing<Vec<u8>>);

impl Draft {
    fn new(length: usize) -> Self {
        let mut bytes = Vec::with_capacity(BODY + padded(LENGTH + length) + TAG);
        bytes.extend_from_slice(&MAGIC);
        bytes.resize(TEXT, 0);
        Self(Zeroizing::new(bytes))
    }

    fn append(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// `Vec` would free the old buffer with the plaintext still in it.
    fn reserve(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            let mut larger = Vec::with_capacity((self.0.len() + more).max(self.0.capacity() * 2));
            larger.extend_from_slice(&self.0);
            let mut old = std::mem::replace(&mut *self.0, larger);
            old.zeroize();
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "a row of 4 GiB cannot come about: bodies are limited at the door"
    )]
    #[expect(clippy::indexing_slicing, reason = "the head of 18 bytes is written by `new`")]
    fn close(mut self, aead: &Aead, associated_data: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let length = self.0.len() - TEXT;
        let block = padded(LENGTH + length);
        self.reserve(block - LENGTH - length + TAG);
        let nonce = random::<NONCE>(entropy);
        self.0.resize(BODY + block, 0);
        self.0[MAGIC.len()..BODY].copy_from_slice(&nonce);
        let length = u32::try_from(length).expect("a row is shorter than 4 GiB");
        self.0[BODY..TEXT].copy_from_slice(&length.to_be_bytes());
        let tag = aead.seal(nonce, associated_data, &mut self.0[BODY..]);
        self.0.extend_from_slice(&tag);
        std::mem::take(&mut *self.0)
    }
}

impl minicbor::encode::Write for Draft {
    type Error = std::convert::Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.append(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::SeededEntropy;

    #[test]
    fn size_steps_grow_by_an_eighth_at_most_above_one_kilobyte() {
        for length in 1..100_000 {
            let step = padded(length);
            assert!(step >= length && padded(step) == step, "{length}");
            assert!(length <= 1024 || (step - length) * 8 < length, "{length} grows to {step}");
        }
        let small: Vec<usize> = [1, 64, 65, 193, 257, 512, 513, 1024, 1025, 1152, 2048].map(padded).into();
        assert_eq!(small, [64, 64, 128, 256, 384, 512, 768, 1024, 1152, 1152, 2048]);
    }

    #[test]
    fn a_padding_or_length_that_we_do_not_make_is_refused_although_it_is_authentic() {
        let aead = Aead::new(&[1; 32]);
        let with = |text: &mut Vec<u8>| {
            let tag = aead.seal([2; NONCE], b"here", text);
            open(&aead, b"here", &[&MAGIC, [2; NONCE].as_slice(), text, &tag].concat())
        };
        let mut right = vec![0; 64];
        right[3] = 1;
        assert_eq!(*with(&mut right.clone()).unwrap(), [0]);
        let changes: [fn(&mut Vec<u8>); 6] = [
            |text| text[63] = 1,        // padding that is not zero
            |text| text[3] = 61,        // longer than the block
            |text| text[0] = 0xff,      // much longer
            |text| text.resize(128, 0), // a step too many
            |text| text.truncate(63),   // no step at all
            |text| text.truncate(3),    // no room for a length
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut text = right.clone();
            change(&mut text);
            assert_eq!(with(&mut text).unwrap_err(), OpenError::Refused, "change {index}");
        }
    }

    #[test]
    fn a_value_that_outgrows_its_first_buffer_is_sealed_whole() {
        let aead = Aead::new(&[1; 32]);
        let entropy = SeededEntropy::new(1);
        let mut draft = Draft::new(0);
        (0..=u8::MAX).cycle().take(5_000).for_each(|byte| draft.append(&[byte]));
        let opened = open(&aead, b"", &draft.close(&aead, b"", &entropy)).unwrap();
        assert!(opened.iter().copied().eq((0..=u8::MAX).cycle().take(5_000)));
    }
}
