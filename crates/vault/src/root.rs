//! The root key: 32 random bytes that live outside every database and wrap the top of the key tree.
//!
//! Invariant: the text form is exactly 64 hexadecimal digits; a text that no random source makes is
//! refused, so that a sample value or a truncated file never becomes a root.

use model::entropy::Entropy;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The root of the key tree, or a half of it. Wiped when dropped; never printed.
#[derive(Clone)]
pub struct RootKey(Zeroizing<[u8; 32]>);

impl PartialEq for RootKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for RootKey {}

/// The text is no root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootKeyError {
    #[error(
        "a root key is 64 hexadecimal digits, but {0} characters were found: make one with `openssl rand -hex 32`, \
         or restore the file from where you keep its copy"
    )]
    Length(usize),
    #[error(
        "a root key is 64 hexadecimal digits, but another character was found: make one with `openssl rand -hex 32`, \
         or restore the file from where you keep its copy"
    )]
    Digits,
    #[error("this root key is not random: make one with `openssl rand -hex 32`")]
    NotRandom,
}

impl RootKey {
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads the content of a root key file, or the value of its setting; white space around is fine.
    pub fn parse(text: &str) -> Result<Self, RootKeyError> {
        let text = text.trim();
        let mut bytes = Zeroizing::new([0; 32]);
        let length = text.chars().count();
        if length != 64 {
            return Err(RootKeyError::Length(length));
        }
        hex::decode_to_slice(text, bytes.as_mut_slice()).map_err(|_| RootKeyError::Digits)?;
        // 32 random bytes hold about 30 different values; fewer than 8 happen once in 2^130 tries.
        let different = (0..=u8::MAX).filter(|value| bytes.contains(value)).count();
        if different < 8 { Err(RootKeyError::NotRandom) } else { Ok(Self(bytes)) }
    }

    /// The text to write into the root key file.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut digits = Zeroizing::new([0; 64]);
        // Cannot fail: the buffer is exactly twice as long.
        let _ = hex::encode_to_slice(self.0.as_slice(), digits.as_mut_slice());
        Zeroizing::new(digits.iter().map(|digit| char::from(*digit)).collect())
    }

    /// Bit by bit, without carry: the sum of a random half and what completes it is the root.
    pub(crate) fn sum(&self, other: &Self) -> Self {
        let mut bytes = self.0.clone();
        bytes.iter_mut().zip(other.0.iter()).for_each(|(byte, other)| *byte ^= other);
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use testkit::SeededEntropy;

    #[test]
    fn a_root_key_reads_back_as_written() {
        let root = RootKey::generate(&SeededEntropy::new(1));
        let text = root.to_text();
        assert_eq!(RootKey::parse(&format!(" {}\r\n", text.as_str())).unwrap().bytes(), root.bytes());
        assert_eq!(RootKey::parse(&text.to_uppercase()).unwrap().bytes(), root.bytes());
        assert_eq!(format!("{root:?}"), "RootKey(…)");
    }

    #[test]
    fn refuses_what_is_not_a_random_key_and_says_what_to_do() {
        let cases = [
            ("", RootKeyError::Length(0)),
            ("00ff", RootKeyError::Length(4)),
            (&"g".repeat(64), RootKeyError::Digits),
            (&"0".repeat(64), RootKeyError::NotRandom),
            (&"0123456789abcdef".repeat(4)[..62], RootKeyError::Length(62)),
            (&"deadbeef".repeat(8), RootKeyError::NotRandom),
        ];
        for (text, error) in cases {
            assert_eq!(RootKey::parse(text).unwrap_err(), error);
            assert!(error.to_string().contains("openssl rand -hex 32"));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,80}", wide in "[0-9a-fé]{60,66}") {
            let _ = RootKey::parse(&text);
            let _ = RootKey::parse(&wide);
        }
    }
}
