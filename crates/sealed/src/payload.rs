//! The payload's rules, which writer and reader share: 64 KiB chunks, numbered, the last one marked.

use crate::primitive::{self, FileKey};
use aws_lc_rs::aead::LessSafeKey;

/// Bytes of text per chunk; every chunk but the last is full.
pub const CHUNK: usize = 64 * 1024;
/// Random bytes before the chunks.
pub const NONCE: usize = 16;

pub fn key(file_key: &FileKey, nonce: &[u8; NONCE]) -> LessSafeKey {
    primitive::aead(&primitive::derive(file_key.as_slice(), nonce, b"payload"))
}

/// A chunk's nonce: its number in eleven bytes, and whether it is the last.
pub fn nonce(number: u64, is_last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    let (number_at, last_at) = nonce.split_at_mut(11);
    number_at.iter_mut().skip(3).zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    last_at.fill(u8::from(is_last));
    nonce
}
