//! Everything that looks random: ids, tokens, message ids, choices. All of it follows from the seed.
//!
//! Invariant: not cryptography. The same seed and the same calls give the same ids, and a message id
//! depends only on the person and the message's place in their thread, so that it is the same however
//! the calls of a concurrent bot interleave.

use crate::id::Psid;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub struct SplitMix(u64);

impl SplitMix {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit` (0 when `limit` is 0).
    pub const fn below(&mut self, limit: u64) -> u64 {
        let drawn = self.next();
        if limit == 0 { 0 } else { drawn % limit }
    }

    /// A number of exactly `digits` digits.
    pub fn digits(&mut self, digits: u32) -> u64 {
        let low = 10u64.saturating_pow(digits.saturating_sub(1));
        low + self.below(low.saturating_mul(9))
    }

    /// Letters and digits, as tokens are made of.
    pub fn letters(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length)
            .filter_map(|_| {
                ALPHABET.get(usize::try_from(self.below(62)).unwrap_or(0)).map(|b| char::from(*b))
            })
            .collect()
    }
}

/// One number that follows from all of `values`.
pub fn mix(values: &[u64]) -> u64 {
    values.iter().fold(0x6a09_e667_f3bc_c908, |state, value| SplitMix::new(state ^ value).next())
}

/// Whether a thing of probability `p` happens, given the number that decides it.
pub fn happens(p: f64, decided_by: u64) -> bool {
    // 53 bits are what a double carries exactly.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
    let unit = (decided_by >> 11) as f64 / (1u64 << 53) as f64;
    unit < p
}

/// The id of the `number`th line of a person's thread: `m_` and 86 base64url characters.
pub fn mid(seed: u64, psid: Psid, number: u32) -> String {
    let mut text = String::with_capacity(88);
    text.push_str("m_");
    URL_SAFE_NO_PAD.encode_string(mid_bytes(seed, psid, number), &mut text);
    text
}

/// The thread and line that [`mid`] named.
pub fn read_mid(seed: u64, mid: &str) -> Option<(Psid, u32)> {
    let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(mid.strip_prefix("m_")?).ok()?.try_into().ok()?;
    let [a, b, c, d, e, f, g, h, ..] = bytes;
    let psid = Psid(u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ mix(&[seed, 1]));
    let [_, _, _, _, _, _, _, _, a, b, c, d, ..] = bytes;
    #[expect(clippy::cast_possible_truncation, reason = "only the low half masks the number")]
    let number = u32::from_le_bytes([a, b, c, d]) ^ mix(&[seed, psid.0]) as u32;
    (mid_bytes(seed, psid, number) == bytes).then_some((psid, number))
}

fn mid_bytes(seed: u64, psid: Psid, number: u32) -> [u8; 64] {
    let mut bytes = [0; 64];
    let mut rest = SplitMix::new(mix(&[seed, psid.0, u64::from(number)]));
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&rest.next().to_le_bytes());
    }
    #[expect(clippy::cast_possible_truncation, reason = "only the low half masks the number")]
    let number = number ^ mix(&[seed, psid.0]) as u32;
    let head = (psid.0 ^ mix(&[seed, 1])).to_le_bytes().into_iter().chain(number.to_le_bytes());
    for (byte, known) in bytes.iter_mut().zip(head) {
        *byte = known;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_message_id_names_its_line(seed: u64, psid: u64, number: u32) {
            let text = mid(seed, Psid(psid), number);
            proptest::prop_assert_eq!(text.len(), 88);
            proptest::prop_assert_eq!(read_mid(seed, &text), Some((Psid(psid), number)));
        }
    }

    #[test]
    fn a_foreign_message_id_is_not_recognised() {
        assert_eq!(read_mid(1, &mid(2, Psid(7), 3)), None);
        assert_eq!(read_mid(1, "m_short"), None);
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut a, mut b) = (SplitMix::new(9), SplitMix::new(9));
        assert_eq!(a.letters(40), b.letters(40));
        assert_eq!(a.digits(16).to_string().len(), 16);
        assert!(happens(1.0, b.next()) && !happens(0.0, b.next()));
    }
}
