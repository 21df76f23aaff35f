//! A key of the tree, and the wrapping of one key by another.
//!
//! `4B 01 ‖ commitment (32) ‖ nonce (12) ‖ ciphertext of the key (32) ‖ tag (16)`
//!
//! AES-GCM-SIV alone does not commit to its key: who knows two keys can make a ciphertext that opens
//! under both, to different texts. Hence the commitment: 32 bytes of HKDF over the wrapped key, checked
//! when it is unwrapped.
//!
//! Invariant: a wrapped key opens to one key only, under its own parent, id and erasure tag only.

use crate::primitive::{Aead, NONCE, TAG, expand, framed, hmac_key, label, mac, sha256};
use model::entropy::{Entropy, random};
use model::ports::{KeyId, WrappedKey};
use model::time::Timestamp;
use std::sync::{Arc, OnceLock};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const HEAD: [u8; 2] = [0x4B, 0x01];
const COMMITMENT: usize = 32;
const WRAPPED: usize = HEAD.len() + COMMITMENT + NONCE + 32 + TAG;

/// One key: a brand's, an account's or a person's. Wiped when dropped; never printed.
pub struct Key {
    id: KeyId,
    /// The one key that no other wraps; it has no id of its own.
    root: bool,
    /// The ids of the keys above, nearest first; empty directly under the root.
    path: Arc<[KeyId]>,
    secret: Zeroizing<[u8; 32]>,
    commitment: [u8; COMMITMENT],
    rows: Aead,
    /// Made on first use: most keys are leaves and never wrap another.
    children: OnceLock<Children>,
}

/// What a key needs to hold other keys.
struct Children {
    wrapping: Aead,
    path: Arc<[KeyId]>,
}

/// Why a wrapped key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwrap {
    Format,
    Refused,
    Commitment,
}

impl Key {
    pub(crate) fn new(id: KeyId, path: Arc<[KeyId]>, secret: Zeroizing<[u8; 32]>) -> Self {
        // One expansion gives both: the first half is stored in the open, the second stays here.
        let derived = expand::<64>(&secret, &[b"entente/key/1"]);
        let (mut commitment, mut rows) = ([0; COMMITMENT], Zeroizing::new([0; 32]));
        let (first, second) = derived.split_at(COMMITMENT);
        commitment.copy_from_slice(first);
        rows.copy_from_slice(second);
        Self { id, root: false, path, secret, commitment, rows: Aead::new(&rows), children: OnceLock::new() }
    }

    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// HMAC-SHA-256 over `parts` under the sub-key named `label`: for tokens in links and the like.
    /// Dies with the key.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        mac(&hmac_key(&self.derive("mac", label)), label.as_bytes(), parts)
    }

    pub(crate) fn derive(&self, purpose: &str, name: &str) -> Zeroizing<[u8; 32]> {
        expand(&self.secret, &[b"entente/derive/1", &label(purpose, name)])
    }

    pub(crate) const fn rows(&self) -> &Aead {
        &self.rows
    }

    /// Whether destroying `id` makes this key unreadable.
    pub(crate) fn hangs_on(&self, id: &KeyId) -> bool {
        self.id == *id || self.path.contains(id)
    }

    fn children(&self) -> &Children {
        self.children.get_or_init(|| Children {
            wrapping: Aead::new(&self.derive("wrap", "")),
            path: self.as_parent().into_iter().chain(self.path.iter().copied()).collect(),
        })
    }

    pub(crate) fn root(secret: &[u8; 32]) -> Self {
        Self { root: true, ..Self::new([0; 16], Arc::new([]), Zeroizing::new(*secret)) }
    }

    /// How this key stands in the rows of those that it wraps.
    fn as_parent(&self) -> Option<KeyId> {
        (!self.root).then_some(self.id)
    }

    /// A new random key under this one, and the form in which it is stored.
    pub(crate) fn make_child(
        &self,
        id: KeyId,
        created_at: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, WrappedKey) {
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(secret.as_mut_slice());
        let key = Self::new(id, Arc::clone(&self.children().path), secret);
        let row = self.wrap(&key, created_at, entropy);
        (key, row)
    }

    fn wrap(&self, key: &Self, created_at: Timestamp, entropy: &dyn Entropy) -> WrappedKey {
        let erasure_tag = sha256(&[b"erased", key.secret.as_slice()]);
        let parent = self.as_parent();
        let nonce = random::<NONCE>(entropy);
        let mut text = key.secret.clone();
        let data = associated_data(&key.id, parent.as_ref(), &erasure_tag, &key.commitment);
        let tag = self.children().wrapping.seal(nonce, &data, text.as_mut_slice());
        let mut wrapped = Vec::with_capacity(WRAPPED);
        let parts: [&[u8]; 5] = [&HEAD, &key.commitment, &nonce, text.as_slice(), &tag];
        parts.iter().for_each(|part| wrapped.extend_from_slice(part));
        WrappedKey { id: key.id, parent, wrapped, erasure_tag, created_at }
    }

    /// Opens a key that this one wraps.
    pub(crate) fn unwrap_child(&self, row: &WrappedKey) -> Result<Self, Unwrap> {
        let rest = row.wrapped.strip_prefix(&HEAD).ok_or(Unwrap::Format)?;
        let (commitment, rest) = rest.split_first_chunk::<COMMITMENT>().ok_or(Unwrap::Format)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Unwrap::Format)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(Unwrap::Format)?;
        if ciphertext.len() != 32 {
            return Err(Unwrap::Format);
        }
        let mut secret = Zeroizing::new([0; 32]);
        let data = associated_data(&row.id, self.as_parent().as_ref(), &row.erasure_tag, commitment);
        let children = self.children();
        children
            .wrapping
            .open(*nonce, &data, ciphertext, tag, secret.as_mut_slice())
            .ok_or(Unwrap::Refused)?;
        let key = Self::new(row.id, Arc::clone(&children.path), secret);
        if bool::from(key.commitment.ct_eq(commitment)) { Ok(key) } else { Err(Unwrap::Commitment) }
    }
}

fn associated_data(id: &KeyId, parent: Option<&KeyId>, erasure_tag: &[u8; 32], commitment: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(192);
    let parent: &[u8] = parent.map_or(&[], |parent| parent.as_slice());
    let parts: [&[u8]; 6] = [b"entente/wrap", &HEAD, id, parent, erasure_tag, commitment];
    framed(&parts, |bytes| data.extend_from_slice(bytes));
    data
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::two_faced;
    use proptest::prelude::*;
    use testkit::SeededEntropy;

    const NOW: Timestamp = Timestamp(1_795_348_800_000_000);

    fn root() -> Key {
        Key::root(&[9; 32])
    }

    fn parent(id: u8) -> Key {
        root().make_child([id; 16], NOW, &SeededEntropy::new(id.into())).0
    }

    #[test]
    fn a_wrapped_key_opens_under_its_parent_id_and_tag_only() {
        let (key, row) = parent(1).make_child([2; 16], NOW, &SeededEntropy::new(1));
        let again = parent(1).unwrap_child(&row).unwrap();
        assert_eq!(again.secret, key.secret);
        assert!(again.hangs_on(&[1; 16]) && again.hangs_on(&[2; 16]) && !again.hangs_on(&[3; 16]));
        assert_eq!(row.erasure_tag, sha256(&[b"erased", key.secret.as_slice()]));
        assert_eq!(row.wrapped.len(), WRAPPED);

        assert_eq!(parent(2).unwrap_child(&row).unwrap_err(), Unwrap::Refused);
        assert_eq!(root().unwrap_child(&row).unwrap_err(), Unwrap::Refused);
        let moved = WrappedKey { id: [3; 16], ..row.clone() };
        assert_eq!(parent(1).unwrap_child(&moved).unwrap_err(), Unwrap::Refused);
        let tagged = WrappedKey { erasure_tag: [0; 32], ..row };
        assert_eq!(parent(1).unwrap_child(&tagged).unwrap_err(), Unwrap::Refused);
    }

    #[test]
    fn every_flipped_bit_of_a_wrapped_key_is_refused() {
        let (_, row) = root().make_child([2; 16], NOW, &SeededEntropy::new(1));
        for bit in 0..row.wrapped.len() * 8 {
            let mut changed = row.clone();
            changed.wrapped[bit / 8] ^= 1 << (bit % 8);
            assert!(root().unwrap_child(&changed).is_err(), "bit {bit}");
        }
    }

    /// What somebody who knows both parents would store: any ciphertext, with any commitment.
    fn forged(
        id: KeyId,
        commitment: [u8; 32],
        nonce: [u8; 12],
        ciphertext: [u8; 32],
        tag: [u8; 16],
    ) -> WrappedKey {
        let wrapped = [HEAD.as_slice(), &commitment, &nonce, &ciphertext, &tag].concat();
        WrappedKey { id, parent: None, wrapped, erasure_tag: [5; 32], created_at: NOW }
    }

    #[test]
    fn a_wrapped_key_made_for_two_parents_opens_under_neither() {
        let (one, two) = (parent(1), parent(2));
        let secrets = [one.derive("wrap", ""), two.derive("wrap", "")];
        let (id, tag, nonce, commitment) = ([7; 16], [5; 32], [3; 12], [4; 32]);
        let aads =
            [&one, &two].map(|parent| associated_data(&id, parent.as_parent().as_ref(), &tag, &commitment));
        let (ciphertext, seal) =
            two_faced::ciphertext([&secrets[0], &secrets[1]], &nonce, [&aads[0], &aads[1]]);

        // The cipher alone is fooled: both open, to different keys.
        let mut texts = [[0; 32]; 2];
        for (parent, (aad, text)) in [&one, &two].into_iter().zip(aads.iter().zip(&mut texts)) {
            parent.children().wrapping.open(nonce, aad, &ciphertext, &seal, text).expect("the forgery opens");
        }
        assert_ne!(texts[0], texts[1]);

        // The commitment is not.
        let row = forged(id, commitment, nonce, ciphertext, seal);
        assert_eq!(one.unwrap_child(&row).unwrap_err(), Unwrap::Commitment);
        assert_eq!(two.unwrap_child(&row).unwrap_err(), Unwrap::Commitment);
    }

    #[test]
    fn a_key_that_does_not_match_its_commitment_is_refused() {
        let (parent, id, nonce) = (parent(1), [7; 16], [3; 12]);
        let mut text = [8; 32];
        let right = Key::new(id, Arc::new([]), Zeroizing::new(text)).commitment;
        for (commitment, ok) in [(right, true), ([4; 32], false)] {
            let data = associated_data(&id, Some(&[1; 16]), &[5; 32], &commitment);
            text = [8; 32];
            let tag = parent.children().wrapping.seal(nonce, &data, &mut text);
            let opened = parent.unwrap_child(&forged(id, commitment, nonce, text, tag));
            assert_eq!(opened.err(), (!ok).then_some(Unwrap::Commitment));
        }
    }

    #[test]
    fn sub_keys_differ_by_label_and_by_key() {
        let (one, two) = (parent(1), parent(2));
        assert_eq!(one.mac("unsubscribe", &[b"a"]), one.mac("unsubscribe", &[b"a"]));
        assert_ne!(one.mac("unsubscribe", &[b"a"]), one.mac("my-data", &[b"a"]));
        assert_ne!(one.mac("unsubscribe", &[b"a"]), two.mac("unsubscribe", &[b"a"]));
        assert_ne!(one.mac("unsubscribe", &[b"a", b"b"]), one.mac("unsubscribe", &[b"ab"]));
        assert_eq!(format!("{one:?}"), "Key(…)");
    }

    proptest! {
        #[test]
        fn any_bytes_in_place_of_a_wrapped_key_are_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            head in any::<bool>(),
        ) {
            let (_, mut row) = root().make_child([2; 16], NOW, &SeededEntropy::new(1));
            row.wrapped = if head { [HEAD.as_slice(), &bytes].concat() } else { bytes };
            prop_assert!(root().unwrap_child(&row).is_err());
        }
    }
}
