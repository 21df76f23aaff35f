//! The four primitives everything here is made of, from aws-lc-rs: AES-256-GCM-SIV, HKDF-Expand,
//! HMAC-SHA-256 and SHA-256. Every length is fixed here, so that callers have no failure to handle
//! except the one that matters: a ciphertext that does not open.
//!
//! Invariant: whatever is hashed, authenticated or used as a label is length-prefixed ([`framed`]),
//! so that two different inputs never meet as the same bytes.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac};
use zeroize::Zeroizing;

pub const NONCE: usize = 12;
pub const TAG: usize = 16;

/// A ready AES-256-GCM-SIV key. The library wipes its state when it is freed.
pub struct Aead(LessSafeKey);

impl Aead {
    #[expect(
        clippy::expect_used,
        reason = "32 bytes are the key length; only exhausted memory can fail here"
    )]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(LessSafeKey::new(
            UnboundKey::new(&AES_256_GCM_SIV, key).expect("an AES-256-GCM-SIV key has 32 bytes"),
        ))
    }

    /// Turns `text` into ciphertext where it lies; the tag comes back apart.
    #[expect(clippy::expect_used, reason = "fails only above 2^36 bytes, which no row in memory reaches")]
    pub fn seal(&self, nonce: [u8; NONCE], aad: &[u8], text: &mut [u8]) -> [u8; TAG] {
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), text)
            .expect("the text is shorter than the limit of AES-GCM-SIV");
        let mut bytes = [0; TAG];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }

    /// `None` when key, nonce, associated data, ciphertext and tag do not belong together. `text` has
    /// the length of `ciphertext`.
    pub fn open(
        &self,
        nonce: [u8; NONCE],
        aad: &[u8],
        ciphertext: &[u8],
        tag: &[u8; TAG],
        text: &mut [u8],
    ) -> Option<()> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0.open_separate_gather(nonce, Aad::from(aad), ciphertext, tag, text).ok()
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand (RFC 5869, §2.3) with SHA-256. The extract step is left out, as its §3.3 allows: every key
/// that comes here is uniformly random.
#[expect(clippy::expect_used, reason = "fails only above 8,160 bytes of output")]
pub fn expand<const N: usize>(key: &[u8; 32], info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32) };
    let mut out = Zeroizing::new([0; N]);
    hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, key)
        .expand(info, Length(N))
        .and_then(|okm| okm.fill(out.as_mut_slice()))
        .expect("the length is within what HKDF-SHA-256 gives");
    out
}

/// `info` for [`expand`]: a purpose of ours and the name within it.
pub fn label(purpose: &str, name: &str) -> Vec<u8> {
    let mut info = Vec::with_capacity(16 + purpose.len() + name.len());
    framed(&[purpose.as_bytes(), name.as_bytes()], |bytes| info.extend_from_slice(bytes));
    info
}

pub fn hmac_key(key: &[u8; 32]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

/// HMAC-SHA-256 over the parts, each with its length before it.
pub fn mac(key: &hmac::Key, first: &[u8], rest: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    framed(&[first], |bytes| context.update(bytes));
    framed(rest, |bytes| context.update(bytes));
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// SHA-256 over the concatenation of `parts` (no lengths: the caller's parts are of fixed length).
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// Gives `write` each part with its length in eight bytes before it.
pub fn framed(parts: &[&[u8]], mut write: impl FnMut(&[u8])) {
    for part in parts {
        write(&(part.len() as u64).to_be_bytes());
        write(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    /// RFC 8452, appendix C.2 and C.3: key, nonce, plaintext, associated data, result.
    const VECTORS: &[[&str; 5]] = &[
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "030000000000000000000000",
            "",
            "",
            "07f5f4169bbf55a8400cd47ea6fd400f",
        ],
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "030000000000000000000000",
            "0100000000000000",
            "",
            "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28",
        ],
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "030000000000000000000000",
            "010000000000000000000000",
            "",
            "9aab2aeb3faa0a34aea8e2b18ca50da9ae6559e48fd10f6e5c9ca17e",
        ],
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "030000000000000000000000",
            "01000000000000000000000000000000",
            "",
            "85a01b63025ba19b7fd3ddfc033b3e76c9eac6fa700942702e90862383c6c366",
        ],
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "030000000000000000000000",
            "0100000000000000000000000000000002000000000000000000000000000000",
            "",
            "4a6a9db4c8c6549201b9edb53006cba821ec9cf850948a7c86c68ac7539d027fe819e63abcd020b006a976397632eb5d",
        ],
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "030000000000000000000000",
            "0200000000000000",
            "01",
            "1de22967237a813291213f267e3b452f02d01ae33e4ec854",
        ],
        [
            "e66021d5eb8e4f4066d4adb9c33560e4f46e44bb3da0015c94f7088736864200",
            "e0eaf5284d884a0e77d31646",
            "",
            "",
            "169fbb2fbf389a995f6390af22228a62",
        ],
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000",
            "000000000000000000000000000000004db923dc793ee6497c76dcc03a98e108",
            "",
            "f3f80f2cf0cb2dd9c5984fcda908456cc537703b5ba70324a6793a7bf218d3eaffffffff000000000000000000000000",
        ],
    ];

    #[test]
    fn the_aead_gives_the_published_results_of_rfc_8452() {
        for [key, nonce, text, aad, result] in VECTORS {
            let aead = Aead::new(&bytes(key));
            let text = hex::decode(text).unwrap();
            let aad = hex::decode(aad).unwrap();
            let mut sealed = text.clone();
            let tag = aead.seal(bytes(nonce), &aad, &mut sealed);
            assert_eq!(format!("{}{}", hex::encode(&sealed), hex::encode(tag)), *result);

            let mut opened = vec![0; sealed.len()];
            aead.open(bytes(nonce), &aad, &sealed, &tag, &mut opened).unwrap();
            assert_eq!(opened, text);
            assert!(aead.open(bytes(nonce), b"other", &sealed, &tag, &mut opened).is_none());
        }
    }

    #[test]
    fn hkdf_gives_the_published_result_of_rfc_5869() {
        // Test case 1: its pseudorandom key has the 32 bytes that expand takes.
        let key = bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let info = bytes::<10>("f0f1f2f3f4f5f6f7f8f9");
        assert_eq!(
            hex::encode(expand::<42>(&key, &[&info]).as_slice()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
    }

    #[test]
    fn parts_that_read_the_same_when_joined_have_different_macs() {
        let key = hmac_key(&[7; 32]);
        assert_ne!(mac(&key, b"psid", &[b"12", b"3"]), mac(&key, b"psid", &[b"1", b"23"]));
        assert_ne!(mac(&key, b"psid", &[b"123"]), mac(&key, b"psid1", &[b"23"]));
        assert_ne!(mac(&key, b"psid", &[]), mac(&key, b"psid", &[b""]));
        assert_eq!(mac(&key, b"psid", &[b"12", b"3"]), mac(&key, b"psid", &[b"12", b"3"]));
    }
}
