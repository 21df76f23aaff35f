//! A key of the tree, and the wrapping of one key by another.
//!
//! `4B 02 ‖ commitment (32) ‖ nonce (12) ‖ ciphertext of the key (32) ‖ tag (16)`
//!
//! AES-GCM-SIV alone does not commit to its key: who knows two keys can make a ciphertext that opens
//! under both, to different texts. Hence the commitment: 32 bytes of HKDF over the wrapped key, checked
//! when it is unwrapped.
//!
//! Two kinds of key are wrapped alike: keys that seal, which never change, and nodes, which wrap and get
//! another key at each erasure below them. Version 1 is of the time before the tree (`flat`): there a key
//! that seals wrapped others, and so could never be exchanged.
//!
//! Invariant: a wrapped key opens to one key only, under its own node, id and erasure tag only.

use crate::primitive::{Aead, NONCE, TAG, expand, framed, hmac_key, label, mac, sha256};
use model::entropy::{Entropy, random};
use model::ports::{FlatKey, KeyId, WrappedKey};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const HEAD: [u8; 2] = [0x4B, 0x02];
const FLAT_HEAD: [u8; 2] = [0x4B, 0x01];
const COMMITMENT: usize = 32;
const WRAPPED: usize = HEAD.len() + COMMITMENT + NONCE + 32 + TAG;

/// What stands in place of a node's id where the root itself wraps.
pub const ROOT: KeyId = [0; 16];

/// One key: a brand's, an account's, a person's, or a node's. Wiped when dropped; never printed.
pub struct Key {
    id: KeyId,
    /// The ids of the nodes above, nearest first; empty directly under the root.
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
        Self { id, path, secret, commitment, rows: Aead::new(&rows), children: OnceLock::new() }
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

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    pub(crate) const fn rows(&self) -> &Aead {
        &self.rows
    }

    /// Whether this key is one of `ids`, or hangs on one of them.
    pub(crate) fn hangs_on(&self, ids: &HashSet<KeyId>) -> bool {
        ids.contains(&self.id) || self.path.iter().any(|id| ids.contains(id))
    }

    fn children(&self) -> &Children {
        self.children.get_or_init(|| Children {
            wrapping: Aead::new(&self.derive("wrap", "")),
            // The root has no id of its own.
            path: std::iter::once(self.id)
                .filter(|id| *id != ROOT)
                .chain(self.path.iter().copied())
                .collect(),
        })
    }

    pub(crate) fn root(secret: &[u8; 32]) -> Self {
        Self::new(ROOT, Arc::new([]), Zeroizing::new(*secret))
    }

    /// A new random key under this one.
    pub(crate) fn make_child(&self, id: KeyId, entropy: &dyn Entropy) -> Self {
        self.adopt(id, fresh(entropy))
    }

    /// A key with a given secret under this one.
    pub(crate) fn adopt(&self, id: KeyId, secret: Zeroizing<[u8; 32]>) -> Self {
        Self::new(id, Arc::clone(&self.children().path), secret)
    }

    /// A node's next key: same id, same place, another secret.
    pub(crate) fn renewed(&self, entropy: &dyn Entropy) -> Self {
        Self::new(self.id, Arc::clone(&self.path), fresh(entropy))
    }

    pub(crate) fn erasure_tag(&self) -> [u8; 32] {
        sha256(&[b"erased", self.secret.as_slice()])
    }

    /// The form in which `key`, which seals, is stored under this one.
    pub(crate) fn wrap(&self, key: &Self, entropy: &dyn Entropy) -> Vec<u8> {
        self.close(&key.id, Some(&key.erasure_tag()), &key.commitment, &key.secret, entropy)
    }

    /// The form in which `node` is stored under this one.
    pub(crate) fn wrap_node(&self, node: &Self, entropy: &dyn Entropy) -> Vec<u8> {
        self.close(&node.id, None, &node.commitment, &node.secret, entropy)
    }

    fn close(
        &self,
        id: &KeyId,
        erasure_tag: Option<&[u8; 32]>,
        commitment: &[u8; COMMITMENT],
        secret: &Zeroizing<[u8; 32]>,
        entropy: &dyn Entropy,
    ) -> Vec<u8> {
        let nonce = random::<NONCE>(entropy);
        let mut text = secret.clone();
        let data = associated_data(id, &self.id, erasure_tag, commitment);
        let tag = self.children().wrapping.seal(nonce, &data, text.as_mut_slice());
        let mut wrapped = Vec::with_capacity(WRAPPED);
        let parts: [&[u8]; 5] = [&HEAD, commitment, &nonce, text.as_slice(), &tag];
        parts.iter().for_each(|part| wrapped.extend_from_slice(part));
        wrapped
    }

    /// What this key wraps, wrapped by `other` instead; the key itself and its commitment stay as they are.
    pub(crate) fn rewrap(
        &self,
        row: &WrappedKey,
        other: &Self,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, Unwrap> {
        let (commitment, secret) = self.unseal(row)?;
        Ok(other.close(&row.id, row.erasure_tag.as_ref(), &commitment, &secret, entropy))
    }

    fn unseal(&self, row: &WrappedKey) -> Result<([u8; COMMITMENT], Zeroizing<[u8; 32]>), Unwrap> {
        let parts = Parts::read(&row.wrapped, HEAD)?;
        let data = associated_data(&row.id, &self.id, row.erasure_tag.as_ref(), parts.commitment);
        Ok((*parts.commitment, parts.open(&self.children().wrapping, &data)?))
    }

    /// Opens a key that this one wraps.
    pub(crate) fn unwrap_child(&self, row: &WrappedKey) -> Result<Self, Unwrap> {
        let (commitment, secret) = self.unseal(row)?;
        self.adopt(row.id, secret).committed_to(&commitment)
    }

    /// Opens a key of the time before the tree: its secret. `self` is its parent, or the root.
    pub(crate) fn unwrap_flat(&self, row: &FlatKey) -> Result<Zeroizing<[u8; 32]>, Unwrap> {
        let parts = Parts::read(&row.wrapped, FLAT_HEAD)?;
        let data = flat_data(&row.id, row.parent.as_ref(), &row.erasure_tag, parts.commitment);
        let key = Self::new(row.id, Arc::new([]), parts.open(&self.children().wrapping, &data)?);
        Ok(key.committed_to(parts.commitment)?.secret.clone())
    }

    fn committed_to(self, commitment: &[u8; COMMITMENT]) -> Result<Self, Unwrap> {
        if bool::from(self.commitment.ct_eq(commitment)) { Ok(self) } else { Err(Unwrap::Commitment) }
    }
}

pub fn fresh(entropy: &dyn Entropy) -> Zeroizing<[u8; 32]> {
    let mut secret = Zeroizing::new([0; 32]);
    entropy.fill(secret.as_mut_slice());
    secret
}

/// The parts of a wrapped key.
struct Parts<'a> {
    commitment: &'a [u8; COMMITMENT],
    nonce: &'a [u8; NONCE],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG],
}

impl<'a> Parts<'a> {
    fn read(wrapped: &'a [u8], head: [u8; 2]) -> Result<Self, Unwrap> {
        let rest = wrapped.strip_prefix(&head).ok_or(Unwrap::Format)?;
        let (commitment, rest) = rest.split_first_chunk::<COMMITMENT>().ok_or(Unwrap::Format)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Unwrap::Format)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG>().ok_or(Unwrap::Format)?;
        if ciphertext.len() == 32 {
            Ok(Self { commitment, nonce, ciphertext, tag })
        } else {
            Err(Unwrap::Format)
        }
    }

    fn open(&self, wrapping: &Aead, data: &[u8]) -> Result<Zeroizing<[u8; 32]>, Unwrap> {
        let mut secret = Zeroizing::new([0; 32]);
        wrapping
            .open(*self.nonce, data, self.ciphertext, self.tag, secret.as_mut_slice())
            .ok_or(Unwrap::Refused)?;
        Ok(secret)
    }
}

fn associated_data(id: &KeyId, node: &KeyId, erasure_tag: Option<&[u8; 32]>, commitment: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(192);
    // A node has no tag, and so never passes for a key that seals.
    let tag: &[u8] = erasure_tag.map_or(&[], |tag| tag.as_slice());
    let parts: [&[u8]; 6] = [b"entente/wrap", &HEAD, id, node, tag, commitment];
    framed(&parts, |bytes| data.extend_from_slice(bytes));
    data
}

fn flat_data(id: &KeyId, parent: Option<&KeyId>, erasure_tag: &[u8; 32], commitment: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(192);
    let parent: &[u8] = parent.map_or(&[], |parent| parent.as_slice());
    let parts: [&[u8]; 6] = [b"entente/wrap", &FLAT_HEAD, id, parent, erasure_tag, commitment];
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

    use model::time::Timestamp;

    const NOW: Timestamp = Timestamp(1_795_348_800_000_000);

    fn root() -> Key {
        Key::root(&[9; 32])
    }

    fn parent(id: u8) -> Key {
        root().make_child([id; 16], &SeededEntropy::new(id.into()))
    }

    fn child(of: &Key, id: u8) -> (Key, WrappedKey) {
        let entropy = SeededEntropy::new(1);
        let key = of.make_child([id; 16], &entropy);
        let (wrapped, erasure_tag) = (of.wrap(&key, &entropy), Some(key.erasure_tag()));
        let row = WrappedKey { id: key.id, node: of.id, level: 0, wrapped, erasure_tag, created_at: NOW };
        (key, row)
    }

    #[test]
    fn a_wrapped_key_opens_under_its_parent_id_and_tag_only() {
        let (key, row) = child(&parent(1), 2);
        let again = parent(1).unwrap_child(&row).unwrap();
        assert_eq!(again.secret, key.secret);
        let hangs_on = |id: u8| again.hangs_on(&HashSet::from([[id; 16]]));
        assert!(hangs_on(1) && hangs_on(2) && !hangs_on(3));
        assert_eq!(row.erasure_tag, Some(sha256(&[b"erased", key.secret.as_slice()])));
        assert_eq!(row.wrapped.len(), WRAPPED);

        assert_eq!(parent(2).unwrap_child(&row).unwrap_err(), Unwrap::Refused);
        assert_eq!(root().unwrap_child(&row).unwrap_err(), Unwrap::Refused);
        let moved = WrappedKey { id: [3; 16], ..row.clone() };
        assert_eq!(parent(1).unwrap_child(&moved).unwrap_err(), Unwrap::Refused);
        for erasure_tag in [None, Some([0; 32])] {
            let tagged = WrappedKey { erasure_tag, ..row.clone() };
            assert_eq!(parent(1).unwrap_child(&tagged).unwrap_err(), Unwrap::Refused);
        }
    }

    #[test]
    fn every_flipped_bit_of_a_wrapped_key_is_refused() {
        let (_, row) = child(&root(), 2);
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
        WrappedKey { id, node: ROOT, level: 0, wrapped, erasure_tag: Some([5; 32]), created_at: NOW }
    }

    #[test]
    fn a_wrapped_key_made_for_two_parents_opens_under_neither() {
        let (one, two) = (parent(1), parent(2));
        let secrets = [one.derive("wrap", ""), two.derive("wrap", "")];
        let (id, tag, nonce, commitment) = ([7; 16], [5; 32], [3; 12], [4; 32]);
        let aads = [&one, &two].map(|parent| associated_data(&id, &parent.id, Some(&tag), &commitment));
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
            let data = associated_data(&id, &[1; 16], Some(&[5; 32]), &commitment);
            text = [8; 32];
            let tag = parent.children().wrapping.seal(nonce, &data, &mut text);
            let opened = parent.unwrap_child(&forged(id, commitment, nonce, text, tag));
            assert_eq!(opened.err(), (!ok).then_some(Unwrap::Commitment));
        }
    }

    #[test]
    fn a_key_wrapped_by_another_node_is_the_same_key_and_opens_under_the_old_node_no_more() {
        let (old, entropy) = (parent(1), SeededEntropy::new(9));
        let (key, row) = child(&old, 2);
        let new = old.renewed(&entropy);
        let row = WrappedKey { wrapped: old.rewrap(&row, &new, &entropy).unwrap(), ..row };
        assert_eq!(new.unwrap_child(&row).unwrap().secret, key.secret);
        assert_eq!(old.unwrap_child(&row).unwrap_err(), Unwrap::Refused);
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
            let (_, mut row) = child(&root(), 2);
            row.wrapped = if head { [HEAD.as_slice(), &bytes].concat() } else { bytes };
            prop_assert!(root().unwrap_child(&row).is_err());
        }
    }
}
