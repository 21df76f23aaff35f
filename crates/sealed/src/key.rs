//! A pair of keys: who holds the identity opens what was encrypted to the recipient.
//!
//! Invariant: an [`Identity`] prints nothing of itself by accident; its text comes out of one function only.

use crate::bech32;
use crate::primitive::{self, Key};
use zeroize::Zeroizing;

const PUBLIC: &str = "age";
const SECRET: &str = "age-secret-key-";

/// What was given is no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    #[error("this is no public key of age: one begins with `age1` and has 62 characters")]
    NotRecipient,
    #[error("this is the secret key: keep it to yourself, and give the public one, which begins with `age1`")]
    SecretGiven,
    #[error("there is no secret key of age here: one begins with `AGE-SECRET-KEY-1`")]
    NotIdentity,
}

/// A public key, `age1…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient(pub(crate) [u8; 32]);

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&bech32::encode(PUBLIC, &self.0))
    }
}

impl std::str::FromStr for Recipient {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.get(..SECRET.len()).is_some_and(|start| start.eq_ignore_ascii_case(SECRET)) {
            return Err(KeyError::SecretGiven);
        }
        let bytes = bech32::decode(PUBLIC, text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(KeyError::NotRecipient)
    }
}

/// A secret key, `AGE-SECRET-KEY-1…`.
#[derive(Clone)]
pub struct Identity(pub(crate) Key);

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// A new one of random bytes.
    pub fn generate(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut secret = Key::default();
        fill(secret.as_mut_slice());
        Self(secret)
    }

    pub fn recipient(&self) -> Recipient {
        Recipient(primitive::public(&self.0))
    }

    /// As it is written into a file that only its owner reads.
    pub fn secret_text(&self) -> Zeroizing<String> {
        let lower = Zeroizing::new(bech32::encode(SECRET, self.0.as_slice()));
        Zeroizing::new(lower.to_ascii_uppercase())
    }

    /// The first secret key in a text, such as a file of `age-keygen`: empty lines and those that
    /// begin with `#` are passed over.
    pub fn find(text: &str) -> Result<Self, KeyError> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().ok_or(KeyError::NotIdentity)?;
        let bytes = Zeroizing::new(bech32::decode(SECRET, line).ok_or(KeyError::NotIdentity)?);
        let mut secret = Key::default();
        if bytes.len() != secret.len() {
            return Err(KeyError::NotIdentity);
        }
        secret.copy_from_slice(&bytes);
        Ok(Self(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_was_written() {
        let identity = Identity::generate(|bytes| bytes.fill(7));
        let text = identity.secret_text();
        assert!(text.starts_with("AGE-SECRET-KEY-1"), "{}", *text);
        let file = format!("# created: today\n# public key: {}\n\n{}\n", identity.recipient(), *text);
        let again = Identity::find(&file).unwrap();
        assert_eq!(again.recipient(), identity.recipient());
        assert_eq!(identity.recipient().to_string().parse::<Recipient>().unwrap(), identity.recipient());
        assert_eq!(identity.recipient().to_string().len(), 62);
    }

    #[test]
    fn says_when_the_secret_key_was_given_for_the_public_one() {
        let identity = Identity::generate(|bytes| bytes.fill(7));
        assert_eq!(identity.secret_text().parse::<Recipient>(), Err(KeyError::SecretGiven));
        assert_eq!("ssh-ed25519 AAAA".parse::<Recipient>(), Err(KeyError::NotRecipient));
        assert_eq!("".parse::<Recipient>(), Err(KeyError::NotRecipient));
        assert!(Identity::find("# nothing\n").is_err());
        assert_eq!(format!("{identity:?}"), "Identity");
    }
}
