//! What the format is made of: ChaCha20-Poly1305, HKDF-SHA-256, HMAC-SHA-256, X25519 and scrypt. Lengths
//! are fixed here, so that callers have one failure to handle: that something does not open.

use crate::WorkFactor;
use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{agreement, hkdf, hmac};
use zeroize::Zeroizing;

/// 16 bytes that everything else of one file is derived from.
pub type FileKey = Zeroizing<[u8; 16]>;
pub type Key = Zeroizing<[u8; 32]>;

pub const TAG: usize = 16;

#[expect(clippy::expect_used, reason = "32 bytes are the key length; only exhausted memory can fail here")]
pub fn aead(key: &Key) -> LessSafeKey {
    LessSafeKey::new(
        UnboundKey::new(&CHACHA20_POLY1305, key.as_slice()).expect("a ChaCha20-Poly1305 key has 32 bytes"),
    )
}

/// Replaces `text` by ciphertext and tag.
#[expect(clippy::expect_used, reason = "fails only above 256 GiB, and a chunk has 64 KiB")]
pub fn seal(key: &LessSafeKey, nonce: [u8; 12], text: &mut Vec<u8>) {
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), text)
        .expect("a chunk is shorter than the limit of the cipher");
}

/// What `sealed` opens to, where it lies.
pub fn open<'a>(key: &LessSafeKey, nonce: [u8; 12], sealed: &'a mut [u8]) -> Option<&'a mut [u8]> {
    key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), sealed).ok()
}

/// The key of one file, wrapped under a key that is used for nothing else.
pub fn wrap(with: &Key, file_key: &FileKey) -> Vec<u8> {
    let mut text = file_key.to_vec();
    seal(&aead(with), [0; 12], &mut text);
    text
}

pub fn unwrap(with: &Key, wrapped: &[u8; 32]) -> Option<FileKey> {
    let mut bytes = Zeroizing::new(*wrapped);
    let opened = open(&aead(with), [0; 12], bytes.as_mut_slice())?;
    let mut key = FileKey::default();
    (opened.len() == key.len()).then(|| key.copy_from_slice(opened))?;
    Some(key)
}

struct Length;

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// HKDF-SHA-256 with 32 bytes of output.
#[expect(clippy::expect_used, reason = "fails only above 8,160 bytes of output")]
pub fn derive(secret: &[u8], salt: &[u8], info: &[u8]) -> Key {
    let mut out = Key::default();
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(secret)
        .expand(&[info], Length)
        .and_then(|okm| okm.fill(out.as_mut_slice()))
        .expect("32 bytes are within what HKDF-SHA-256 gives");
    out
}

pub fn mac(key: &Key, text: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()), text);
    let mut out = [0; 32];
    out.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    out
}

/// The public key of an X25519 secret.
#[expect(clippy::expect_used, reason = "any 32 bytes are an X25519 secret")]
pub fn public(secret: &Key) -> [u8; 32] {
    let key = agreement::PrivateKey::from_private_key(&agreement::X25519, secret.as_slice())
        .expect("any 32 bytes are an X25519 secret");
    let public = key.compute_public_key().expect("an X25519 secret has a public key");
    let mut out = [0; 32];
    out.iter_mut().zip(public.as_ref()).for_each(|(to, from)| *to = *from);
    out
}

/// `None` when the other side's point is one of the few that make every result zero.
pub fn agree(secret: &Key, other: &[u8; 32]) -> Option<Key> {
    let key = agreement::PrivateKey::from_private_key(&agreement::X25519, secret.as_slice()).ok()?;
    let other = agreement::UnparsedPublicKey::new(&agreement::X25519, other.as_slice());
    agreement::agree(&key, other, (), |shared| {
        let mut out = Key::default();
        out.iter_mut().zip(shared).for_each(|(to, from)| *to = *from);
        Ok(out)
    })
    .ok()
}

/// scrypt with r = 8 and p = 1.
#[expect(clippy::expect_used, reason = "the work factor is between 10 and 22, and 32 bytes are asked for")]
pub fn stretch(passphrase: &str, salt: &[u8], work: WorkFactor) -> Key {
    stretch_any(passphrase, salt, work.log_n()).expect("the work factor is within scrypt's bounds")
}

/// The same for a number that a file named; `None` when scrypt does not know it. The caller has bounded it.
pub fn stretch_any(passphrase: &str, salt: &[u8], log_n: u8) -> Option<Key> {
    let params = scrypt::Params::new(log_n, 8, 1).ok()?;
    let mut out = Key::default();
    scrypt::scrypt(passphrase.as_bytes(), salt, &params, out.as_mut_slice()).ok()?;
    Some(out)
}
