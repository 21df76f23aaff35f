//! An authenticator in software: makes passkeys and signs with them as a device and its browser would, and says
//! whatever a test wants to be refused. Written from the specification, without a line of the program's.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it should be"
)]

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::time::Timestamp;
use serde_json::{Value, json};

/// The person touched it, and was verified.
pub const PRESENT_AND_VERIFIED: u8 = 0b101;
const HAS_KEY: u8 = 1 << 6;

/// The code that an authenticator app shows for this secret (RFC 6238), computed here by other means.
pub fn code(secret: &str, at: Timestamp) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = secret
        .chars()
        .flat_map(|c| {
            let value = alphabet.find(c).unwrap() as u8;
            (0..5).rev().map(move |bit| (value >> bit) & 1)
        })
        .collect();
    let key: Vec<u8> =
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| (sum << 1) | bit)).collect();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = aws_lc_rs::hmac::sign(&key, &(at.micros() / 30_000_000).to_be_bytes());
    let offset = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// What is said while it signs.
#[derive(Clone)]
pub struct Moment {
    pub challenge: String,
    /// Where the browser says that the page stood.
    pub origin: String,
    /// What the device signs for.
    pub host: String,
    pub flags: u8,
    /// What the browser says it was for, if not what it is.
    pub kind: Option<&'static str>,
    pub is_cross_origin: bool,
    /// Bytes behind the device's words.
    pub trailing: Vec<u8>,
}

impl Moment {
    pub fn new(challenge: &str, origin: &str, host: &str) -> Self {
        Self {
            challenge: challenge.to_owned(),
            origin: origin.to_owned(),
            host: host.to_owned(),
            flags: PRESENT_AND_VERIFIED,
            kind: None,
            is_cross_origin: false,
            trailing: Vec::new(),
        }
    }

    fn client_data(&self, kind: &str) -> String {
        let kind = self.kind.unwrap_or(kind);
        json!({ "type": kind, "challenge": self.challenge, "origin": self.origin, "crossOrigin": self.is_cross_origin })
            .to_string()
    }
}

/// The kinds of keys that devices have.
enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// One device with one passkey.
pub struct Authenticator {
    pair: Pair,
    pub own_id: Vec<u8>,
    /// Whom it says the passkey lets in.
    pub user: Option<Vec<u8>>,
    /// Counts up with each signature; stays at zero if it is not counting.
    pub counter: u32,
    pub is_counting: bool,
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The head of a CBOR value.
fn head(kind: u8, length: usize) -> Vec<u8> {
    let kind = kind << 5;
    let low = |length: usize| u8::try_from(length & 0xff).expect("a byte");
    match length {
        0..24 => vec![kind | low(length)],
        24..256 => vec![kind | 24, low(length)],
        _ => vec![kind | 25, low(length >> 8), low(length)],
    }
}

fn byte_string(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

fn text_string(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

fn integer(number: i64) -> Vec<u8> {
    let length = |number: i64| usize::try_from(number).expect("small");
    if number < 0 { head(1, length(-1 - number)) } else { head(0, length(number)) }
}

/// Number and value of each entry.
fn map(entries: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let mut out = head(5, entries.len());
    for (label, value) in entries {
        out.extend(integer(*label));
        out.extend(value);
    }
    out
}

impl Authenticator {
    fn with(pair: Pair, name: &str) -> Self {
        let own_id = digest(&SHA256, name.as_bytes()).as_ref().to_vec();
        Self { pair, own_id, user: None, counter: 0, is_counting: true }
    }

    /// With a key on P-256, as nearly all have.
    pub fn p256(name: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        Self::with(Pair::P256(pair), name)
    }

    pub fn ed25519(name: &str) -> Self {
        Self::with(Pair::Ed25519(Ed25519KeyPair::generate().expect("a key")), name)
    }

    pub fn rsa(name: &str) -> Self {
        let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("a key");
        Self::with(Pair::Rsa(pair), name)
    }

    /// The public key as COSE writes it.
    fn cose(&self) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref().get(1..).expect("a point").split_at(32);
                let (x, y) = (byte_string(x), byte_string(y));
                map(&[(1, integer(2)), (3, integer(-7)), (-1, integer(1)), (-2, x), (-3, y)])
            }
            Pair::Ed25519(pair) => {
                let x = byte_string(pair.public_key().as_ref());
                map(&[(1, integer(1)), (3, integer(-8)), (-1, integer(6)), (-2, x)])
            }
            Pair::Rsa(pair) => {
                // RSAPublicKey in DER (RFC 8017, A.1.1) of 2048 bits, whose lengths are always the same.
                let der = pair.public_key().as_ref();
                let n = byte_string(der.get(9..265).expect("the modulus"));
                let e = byte_string(der.get(267..).expect("the exponent"));
                map(&[(1, integer(3)), (3, integer(-257)), (-1, n), (-2, e)])
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        #[expect(clippy::disallowed_methods, reason = "a device has a randomness of its own")]
        let random = aws_lc_rs::rand::SystemRandom::new();
        match &self.pair {
            Pair::P256(pair) => pair.sign(&random, message).expect("a signature").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = &aws_lc_rs::signature::RSA_PKCS1_SHA256;
                pair.sign(padding, &random, message, &mut signature).expect("a signature");
                signature
            }
        }
    }

    fn words(&mut self, moment: &Moment, key: &[u8]) -> Vec<u8> {
        self.counter += u32::from(self.is_counting);
        let flags = moment.flags | if key.is_empty() { 0 } else { HAS_KEY };
        let site = digest(&SHA256, moment.host.as_bytes());
        [site.as_ref(), &[flags], &self.counter.to_be_bytes(), key, &moment.trailing].concat()
    }

    /// Makes its passkey; what the page's script writes of it.
    pub fn make(&mut self, moment: &Moment) -> String {
        let id = &self.own_id;
        let length = u16::try_from(id.len()).expect("short").to_be_bytes();
        let key = [&[0_u8; 16][..], &length, id, &self.cose()].concat();
        let data = self.words(moment, &key);
        let mut object = head(5, 3);
        object.extend([text_string("fmt"), text_string("none"), text_string("attStmt"), head(5, 0)].concat());
        object.extend([text_string("authData"), byte_string(&data)].concat());
        json!({
            "clientDataJSON": text(moment.client_data("webauthn.create")),
            "attestationObject": text(object),
        })
        .to_string()
    }

    /// Signs; what the page's script writes of it.
    pub fn answer(&mut self, moment: &Moment) -> String {
        let client_data = moment.client_data("webauthn.get");
        let data = self.words(moment, &[]);
        let message = [&data[..], digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let user = self.user.as_ref().map_or(Value::Null, |user| text(user).into());
        json!({
            "id": text(&self.own_id),
            "clientDataJSON": text(&client_data),
            "authenticatorData": text(&data),
            "signature": text(self.sign(&message)),
            "userHandle": user,
        })
        .to_string()
    }
}
