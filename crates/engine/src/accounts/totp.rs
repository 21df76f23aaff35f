//! The second factor: time-based one-time codes (RFC 6238: HMAC-SHA-1, 30 seconds, six digits, as every
//! authenticator app takes them), and recovery codes for a lost phone.
//!
//! Invariant: a code is good once.

use aws_lc_rs::hmac;
use minicbor::{Decode, Encode};
use model::entropy::{Entropy, random};
use model::personal::Personal;
use model::time::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

const STEP_SECONDS: i64 = 30;
/// Steps that a phone's clock may be early or late.
const DRIFT: i64 = 1;
const RECOVERY_CODES: usize = 8;
/// Characters of a recovery code, of five random bits each, and how many are shown together.
const RECOVERY_LENGTH: usize = 24;
const GROUP: usize = 4;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Of recovery codes: whatever looks like another of them is left out (Crockford's base 32).
const READABLE: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A second factor, as it lies sealed in the credential.
#[derive(Clone, Encode, Decode)]
pub struct Factor {
    #[n(0)]
    secret: Personal<Vec<u8>>,
    /// The step of the newest code that was taken.
    #[n(1)]
    used: i64,
    /// Hashes of the recovery codes that are left; each has 120 random bits, so a plain hash says nothing of it. Those that
    /// were made before November 2026 have 60.
    #[n(2)]
    recovery: Vec<[u8; 32]>,
    /// Whether a code has been given, which shows that the app has the secret.
    #[n(3)]
    pub is_confirmed: bool,
}

fn base32(bytes: &[u8]) -> String {
    let (mut out, mut buffer, mut bits) = (String::new(), 0_u32, 0_u32);
    let digit = |n: u32| ALPHABET.get((n & 31) as usize).map_or('A', |c| char::from(*c));
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(digit(buffer >> bits));
        }
    }
    if bits > 0 {
        out.push(digit(buffer << (5 - bits)));
    }
    out
}

/// The six digits of one step (RFC 4226).
fn code(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = tag.last().map_or(0, |byte| usize::from(byte & 15));
    let four = tag.get(offset..offset + 4).and_then(|four| four.try_into().ok()).unwrap_or([0; 4]);
    (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000
}

/// What somebody has read off paper, however they spelled it.
fn spelled(typed: &str) -> String {
    let one = |c| match c {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    typed.chars().filter(char::is_ascii_alphanumeric).map(one).collect()
}

fn recovery_code(entropy: &dyn Entropy) -> Personal<String> {
    let random = random::<RECOVERY_LENGTH>(entropy);
    let digit = |byte: &u8| READABLE.get(usize::from(byte & 31)).copied().map(char::from);
    let groups = random.chunks(GROUP).map(|group| group.iter().filter_map(digit).collect::<String>());
    Personal::new(groups.collect::<Vec<_>>().join("-"))
}

fn recovery_hash(code: &str) -> [u8; 32] {
    Sha256::digest(code.as_bytes()).into()
}

impl Factor {
    /// A new one, to be confirmed by a first code, and its recovery codes, which are shown this once.
    pub fn new(entropy: &dyn Entropy) -> (Self, Vec<Personal<String>>) {
        let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery_code(entropy)).collect();
        let recovery = codes.iter().map(|code| recovery_hash(&spelled(code.reveal()))).collect();
        let secret = Personal::new(random::<20>(entropy).to_vec());
        (Self { secret, used: 0, recovery, is_confirmed: false }, codes)
    }

    /// What an authenticator app takes by hand.
    pub fn secret_text(&self) -> Personal<String> {
        Personal::new(base32(self.secret.reveal()))
    }

    /// What an authenticator app takes as a picture.
    pub fn address(&self, issuer: &str, account: &str) -> Personal<String> {
        let (issuer, account) = (encoded(issuer), encoded(account));
        let secret = self.secret_text();
        Personal::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            secret.reveal()
        ))
    }

    pub fn recovery_codes_left(&self) -> usize {
        self.recovery.len()
    }

    /// Takes a code or a recovery code, once; whether it is right. What changed has to be stored.
    pub fn take(&mut self, text: &str, now: Timestamp) -> bool {
        let typed: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        if typed.len() == 6 && typed.bytes().all(|b| b.is_ascii_digit()) {
            return self.take_code(&typed, now);
        }
        // Older ones were kept as they were shown.
        let hashes = [recovery_hash(&spelled(&typed)), recovery_hash(&typed)];
        let is_one = |known: &[u8; 32]| hashes.iter().any(|hash| bool::from(known.ct_eq(hash)));
        let found = self.recovery.iter().position(is_one);
        // A recovery code cannot confirm that the app works.
        match found.filter(|_| self.is_confirmed) {
            Some(at) => {
                self.recovery.remove(at);
                true
            }
            None => false,
        }
    }

    fn take_code(&mut self, typed: &str, now: Timestamp) -> bool {
        let step = now.micros().div_euclid(STEP_SECONDS * 1_000_000);
        let right = (step - DRIFT..=step + DRIFT).find(|step| {
            let wanted = format!("{:06}", code(self.secret.reveal(), *step));
            *step > self.used && bool::from(wanted.as_bytes().ct_eq(typed.as_bytes()))
        });
        if let Some(step) = right {
            self.used = step;
            self.is_confirmed = true;
        }
        right.is_some()
    }

    /// The code of this moment: for tests, which play the app.
    #[cfg(test)]
    fn code_at(&self, now: Timestamp) -> String {
        format!("{:06}", code(self.secret.reveal(), now.micros().div_euclid(STEP_SECONDS * 1_000_000)))
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::Span;
    use testkit::SeededEntropy;

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1, the last six of its eight digits.
        for (seconds, digits) in
            [(59_i64, 287_082), (1_111_111_109, 81_804), (1_234_567_890, 5_924), (20_000_000_000, 353_130)]
        {
            assert_eq!(code(b"12345678901234567890", seconds / 30), digits);
        }
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"foob"), "MZXW6YQ");
    }

    #[test]
    fn a_code_is_good_once_and_for_a_moment() {
        let (mut factor, recovery) = Factor::new(&SeededEntropy::new(3));
        let now = Timestamp::from_millis(1_760_000_000_000);
        let code = factor.code_at(now);
        assert!(!factor.take(recovery[0].reveal(), now), "before the app has shown that it works");
        assert!(!factor.take("12345", now));
        assert!(factor.take(&format!(" {} {} ", &code[..3], &code[3..]), now));
        assert!(!factor.take(&code, now), "a second time");
        assert!(!factor.take(&code, now.plus(Span::minutes(5))));
        let next = now.plus(Span::secs(30));
        let code = factor.code_at(next);
        assert!(factor.take(&code, next.plus(Span::secs(25))), "a slow typist");
        assert!(factor.take(&recovery[0].reveal().to_uppercase(), now));
        assert!(!factor.take(recovery[0].reveal(), now), "a recovery code is good once");
        assert_eq!(factor.recovery_codes_left(), RECOVERY_CODES - 1);
    }

    #[test]
    fn recovery_codes_have_120_random_bits_and_can_be_copied_from_paper() {
        let (mut factor, codes) = Factor::new(&SeededEntropy::new(3));
        factor.is_confirmed = true;
        let now = Timestamp::from_millis(1_760_000_000_000);
        for code in &codes {
            let groups: Vec<&str> = code.reveal().split('-').collect();
            assert!(groups.len() == 6 && groups.iter().all(|group| group.len() == 4), "{groups:?}");
            assert!(!code.reveal().contains(['i', 'l', 'o', 'u']), "{groups:?}");
        }
        let all: String = codes.iter().flat_map(|code| code.reveal().chars()).collect();
        assert!(READABLE.iter().all(|digit| all.contains(char::from(*digit))), "none is left out: {all}");
        // As it is read and typed.
        let typed = codes[0].reveal().replace('-', " ").replace('0', "O").replace('1', "l").to_uppercase();
        assert!(factor.take(&typed, now) && !factor.take(&typed, now), "{typed}");
        assert!(!factor.take(&codes[1].reveal()[..24], now), "the whole code only");
    }

    #[test]
    fn recovery_codes_of_before_go_on_working() {
        let (mut factor, _) = Factor::new(&SeededEntropy::new(3));
        factor.is_confirmed = true;
        factor.recovery = vec![recovery_hash("ilo2u7-zzq4ab")];
        let now = Timestamp::from_millis(1_760_000_000_000);
        assert!(factor.take("ILO2U7-zzq4ab", now) && !factor.take("ilo2u7-zzq4ab", now));
    }

    #[test]
    fn the_address_holds_no_character_that_ends_it_early() {
        let (factor, _) = Factor::new(&SeededEntropy::new(3));
        let address = factor.address("المجيب & Co", "a+b@shop.example");
        assert!(address.reveal().is_ascii() && !address.reveal().contains("& "));
        assert!(address.reveal().contains("a%2Bb@shop.example"));
    }
}
