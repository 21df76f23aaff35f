//! Hashes of the Merkle tree (RFC 6962 §2.1, RFC 9162 §2.1.1) and the commitments it holds.
//!
//! Invariant: leaves and inner nodes are hashed under different prefixes, so neither can be passed
//! off as the other.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Length of a hash in bytes.
pub const HASH_LEN: usize = 32;

/// A SHA-256 hash of a leaf or of an inner node. Says nothing about a person: print it freely.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_LEN]);

impl Hash {
    /// The hash that `bytes` are, if they are 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Standard base 64 with padding, as checkpoints and proofs write it.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// The reverse of [`Self::to_base64`]; only the one canonical spelling is accepted.
    pub fn from_base64(text: &str) -> Option<Self> {
        Self::from_slice(&STANDARD.decode(text).ok()?)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the log keeps of a record: HMAC-SHA-256 under a fresh random key of 64 bytes.
///
/// The key is twice as long as the result, so about 2^256 keys fit each candidate record: without
/// the key nobody can confirm a guess, however much they compute.
pub fn commit(key: &[u8; 64], record: &[u8]) -> [u8; HASH_LEN] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), record);
    let mut commitment = [0; HASH_LEN];
    for (to, from) in commitment.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    commitment
}

/// The leaf hash of an entry: `H(0x00 ‖ entry)`. Our entries are commitments of 32 bytes.
pub fn leaf(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The hash of an inner node: `H(0x01 ‖ left ‖ right)`.
pub fn node(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root of the empty log: the hash of nothing.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// The root of a complete subtree over `hashes`, whose number is a power of two (`None` for none).
pub(crate) fn complete(hashes: &[Hash]) -> Option<Hash> {
    debug_assert!(hashes.len().is_power_of_two() || hashes.is_empty(), "a subtree of {}", hashes.len());
    let mut row: Vec<Hash> = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node(*left, *right)),
                _ => None,
            })
            .collect();
    }
    row.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_root_and_the_empty_leaf_are_those_of_rfc_6962() {
        assert_eq!(
            empty_root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(leaf(b"").to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn a_commitment_is_hmac_sha_256() {
        // RFC 4231 §4.2; HMAC fills a short key with zeros, so its 20-byte key is this 64-byte one.
        let mut key = [0; 64];
        key[..20].fill(0x0b);
        let tag = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex::encode(commit(&key, b"Hi There")), tag);
    }

    #[test]
    fn another_key_or_another_record_gives_another_commitment() {
        let c = commit(&[1; 64], b"record");
        assert_ne!(c, commit(&[2; 64], b"record"));
        assert_ne!(c, commit(&[1; 64], b"recorD"));
    }

    #[test]
    fn base64_has_one_spelling_only() {
        let text = leaf(b"x").to_base64();
        assert_eq!(Hash::from_base64(&text), Some(leaf(b"x")));
        assert_eq!(Hash::from_base64(text.trim_end_matches('=')), None, "padding is part of it");
        // The last letter before the padding carries two bits that must be zero.
        let zero = Hash([0; 32]).to_base64();
        assert_eq!(Hash::from_base64(&zero.replace("A=", "B=")), None);
    }
}
