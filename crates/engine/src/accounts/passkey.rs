//! What a passkey says (Web Authentication, level 3): a browser's word on where and for what it was asked, an
//! authenticator's word on whom it saw, and a signature over both. Pure; no state is looked at here.
//!
//! Invariants: an answer counts only for the site at which the page stood, only if the person was verified on
//! the device (so that it is worth both factors), and only by the key that was stored; what is not exactly as
//! the specification writes it is refused. Where a device comes from is not asked (attestation `none`), so
//! nothing is kept that would tell.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use minicbor::{Decode, Decoder, Encode};
use model::personal::Personal;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The signatures that we verify, by COSE's numbers, the most wanted first: Ed25519, P-256, and RSA, which
/// older Windows devices have.
pub const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// The person touched the device; the device verified them; keys follow; extensions follow.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const MAY_BE_COPIED: u8 = 1 << 3;
const IS_COPIED: u8 = 1 << 4;
const HAS_KEY: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;
/// The longest own id that the specification allows.
const LONGEST_ID: usize = 1023;

/// Why an answer does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It is not written as the specification says.
    Malformed,
    /// A signature for something else.
    OtherKind,
    /// It was asked for on another site, or from within one.
    OtherOrigin,
    /// The authenticator signed for another site.
    OtherSite,
    /// Nobody touched the device.
    NobodyPresent,
    /// The device did not verify who touched it.
    NotVerified,
    /// A kind of key that was not asked for.
    OtherAlgorithm,
    Forged,
    /// The device has signed less often than it had before: there are two of it.
    Copied,
}

/// Where a page stands: what passkeys are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The host, without a port: the relying party's id.
    pub host: String,
    /// The same with the port, as origins have it.
    pub authority: String,
}

impl Site {
    /// From what a request names as its host, which was found to be one of the brand's.
    pub fn of_host(authority: &str) -> Self {
        let authority = authority.to_ascii_lowercase();
        let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host).to_owned();
        Self { host, authority }
    }

    /// Over HTTPS; on this machine's own names plain HTTP is as good, as browsers see it.
    fn is_origin(&self, origin: &str) -> bool {
        let is_local = self.host == "localhost" || self.host.ends_with(".localhost");
        match origin.split_once("://") {
            Some(("https", authority)) => authority == self.authority,
            Some(("http", authority)) => is_local && authority == self.authority,
            _ => false,
        }
    }
}

/// A page's bytes, as they travel: base64 for addresses, without padding.
fn bytes(text: &str) -> Result<Vec<u8>, Flaw> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Flaw::Malformed)
}

pub fn in_text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What the browser says about where it was asked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// The challenge that was signed, if it was for this and asked for here.
fn challenge(client_data: &[u8], kind: &str, site: &Site) -> Result<String, Flaw> {
    let said: ClientData = serde_json::from_slice(client_data).map_err(|_| Flaw::Malformed)?;
    if said.kind != kind {
        return Err(Flaw::OtherKind);
    }
    if !site.is_origin(&said.origin) || said.cross_origin || said.top_origin.is_some() {
        return Err(Flaw::OtherOrigin);
    }
    Ok(said.challenge)
}

/// What the authenticator says.
struct Said<'a> {
    counter: u32,
    /// The passkey's own id and, from there on, its public key.
    key: Option<(&'a [u8], &'a [u8])>,
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Flaw> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Flaw::Malformed)?;
    *rest = left;
    Ok(taken)
}

fn number<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Flaw> {
    take(rest, N)?.try_into().map_err(|_| Flaw::Malformed)
}

/// One value of CBOR at the start.
fn value<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Flaw> {
    let mut decoder = Decoder::new(rest);
    decoder.skip().map_err(|_| Flaw::Malformed)?;
    let length = decoder.position();
    take(rest, length)
}

/// Authenticator data (level 3, 6.1), of this site, with the person there and verified.
fn said<'a>(data: &'a [u8], site: &Site) -> Result<Said<'a>, Flaw> {
    let mut rest = data;
    let site_hash = take(&mut rest, 32)?;
    let [flags] = number::<1>(&mut rest)?;
    let counter = u32::from_be_bytes(number(&mut rest)?);
    let has = |flag: u8| flags & flag != 0;
    if site_hash != Sha256::digest(site.host.as_bytes()).as_slice() {
        return Err(Flaw::OtherSite);
    }
    if !has(PRESENT) {
        return Err(Flaw::NobodyPresent);
    }
    if !has(VERIFIED) {
        return Err(Flaw::NotVerified);
    }
    if has(IS_COPIED) && !has(MAY_BE_COPIED) {
        return Err(Flaw::Malformed);
    }
    let mut key = None;
    if has(HAS_KEY) {
        // Which make of device it is; not kept.
        take(&mut rest, 16)?;
        let length = usize::from(u16::from_be_bytes(number(&mut rest)?));
        if length == 0 || length > LONGEST_ID {
            return Err(Flaw::Malformed);
        }
        let id = take(&mut rest, length)?;
        key = Some((id, value(&mut rest)?));
    }
    if has(HAS_EXTENSIONS) {
        value(&mut rest)?;
    }
    if rest.is_empty() { Ok(Said { counter, key }) } else { Err(Flaw::Malformed) }
}

/// A public key.
enum PublicKey {
    P256([u8; 65]),
    Ed25519([u8; 32]),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

/// The numbers of a COSE key that matter here (RFC 9053, 7; RFC 8230, 4).
#[derive(Default)]
struct Cose {
    kind: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    /// By the labels -1 (RSA's n), -2 and -3.
    parts: [Option<Vec<u8>>; 3],
}

fn cose(bytes: &[u8]) -> Result<Cose, minicbor::decode::Error> {
    let twice = || minicbor::decode::Error::message("a label stands twice");
    let mut decoder = Decoder::new(bytes);
    let mut cose = Cose::default();
    let count = decoder.map()?.ok_or_else(|| minicbor::decode::Error::message("no fixed length"))?;
    for _ in 0..count {
        let label = decoder.i64()?;
        let is_number = matches!(decoder.datatype()?, minicbor::data::Type::Bytes);
        let had = match (label, is_number) {
            (1, false) => cose.kind.replace(decoder.i64()?).is_some(),
            (3, false) => cose.algorithm.replace(decoder.i64()?).is_some(),
            (-1, false) => cose.curve.replace(decoder.i64()?).is_some(),
            (-3..=-1, true) => {
                let at = usize::try_from(-1 - label).unwrap_or(0);
                let slot = cose.parts.get_mut(at).ok_or_else(twice)?;
                slot.replace(decoder.bytes()?.to_vec()).is_some()
            }
            _ => {
                decoder.skip()?;
                false
            }
        };
        if had {
            return Err(twice());
        }
    }
    Ok(cose)
}

fn public_key(bytes: &[u8]) -> Result<PublicKey, Flaw> {
    let Cose { kind, algorithm, curve, parts: [first, second, third] } =
        cose(bytes).map_err(|_| Flaw::Malformed)?;
    match (kind, algorithm, curve, first, second, third) {
        (Some(2), Some(ES256), Some(1), None, Some(x), Some(y)) if x.len() == 32 && y.len() == 32 => {
            let point = [&[4][..], &x, &y].concat();
            point.try_into().map(PublicKey::P256).map_err(|_| Flaw::Malformed)
        }
        (Some(1), Some(EDDSA), Some(6), None, Some(x), None) => {
            x.try_into().map(PublicKey::Ed25519).map_err(|_| Flaw::Malformed)
        }
        (Some(3), Some(RS256), None, Some(n), Some(e), None) => Ok(PublicKey::Rsa { n, e }),
        (_, Some(algorithm), ..) if !ALGORITHMS.contains(&algorithm) => Err(Flaw::OtherAlgorithm),
        _ => Err(Flaw::Malformed),
    }
}

impl PublicKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Flaw> {
        let verified = match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
            Self::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.map_err(|_| Flaw::Forged)
    }
}

/// What lies in `passkey.sealed`.
#[derive(Clone, Encode, Decode)]
pub struct Passkey {
    #[n(0)]
    pub name: Personal<String>,
    /// Its own id, by which a browser finds it.
    #[n(1)]
    pub own_id: Personal<Vec<u8>>,
    /// Its public key, as COSE writes it.
    #[n(2)]
    pub key: Personal<Vec<u8>>,
}

/// A new passkey, as a page hands it over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewText {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

/// A new passkey that counts.
pub struct New {
    /// What it was made for; the caller knows whether that was asked.
    pub challenge: String,
    pub own_id: Vec<u8>,
    pub key: Vec<u8>,
    pub counter: u32,
}

/// `authData` out of an attestation object (level 3, 6.5.4). The statement is not asked for and not looked at.
fn authenticator_data(object: &[u8]) -> Result<Vec<u8>, minicbor::decode::Error> {
    let missing = || minicbor::decode::Error::message("not an attestation object");
    let mut decoder = Decoder::new(object);
    let mut data = None;
    for _ in 0..decoder.map()?.ok_or_else(missing)? {
        if decoder.str()? == "authData" {
            data = Some(decoder.bytes()?.to_vec());
        } else {
            decoder.skip()?;
        }
    }
    if decoder.position() == object.len() { data.ok_or_else(missing) } else { Err(missing()) }
}

impl New {
    /// From the text that the page's script wrote.
    pub fn read(text: &str, site: &Site) -> Result<Self, Flaw> {
        let text: NewText = serde_json::from_str(text).map_err(|_| Flaw::Malformed)?;
        let challenge = challenge(&bytes(&text.client_data)?, "webauthn.create", site)?;
        let object = bytes(&text.attestation_object)?;
        let data = authenticator_data(&object).map_err(|_| Flaw::Malformed)?;
        let said = said(&data, site)?;
        let (own_id, key) = said.key.ok_or(Flaw::Malformed)?;
        public_key(key)?;
        Ok(Self { challenge, own_id: own_id.to_vec(), key: key.to_vec(), counter: said.counter })
    }
}

/// A signature, as a page hands it over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedText {
    id: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

/// A signature whose key is not known yet.
pub struct Signed {
    pub own_id: Vec<u8>,
    /// Whose passkey the device says it is.
    pub user: Option<Vec<u8>>,
    pub challenge: String,
    client_data: Vec<u8>,
    data: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    /// From the text that the page's script wrote.
    pub fn read(text: &str, site: &Site) -> Result<Self, Flaw> {
        let text: SignedText = serde_json::from_str(text).map_err(|_| Flaw::Malformed)?;
        let client_data = bytes(&text.client_data)?;
        Ok(Self {
            own_id: bytes(&text.id)?,
            user: text.user_handle.filter(|user| !user.is_empty()).as_deref().map(bytes).transpose()?,
            challenge: challenge(&client_data, "webauthn.get", site)?,
            client_data,
            data: bytes(&text.authenticator_data)?,
            signature: bytes(&text.signature)?,
        })
    }

    /// How often the device says that it has signed, if this is its signature. Those that count do so from
    /// one on; those that lie on several devices always say zero.
    pub fn verify(&self, passkey: &Passkey, counted: i64, site: &Site) -> Result<i64, Flaw> {
        let said = said(&self.data, site)?;
        let message = [&self.data[..], &Sha256::digest(&self.client_data)].concat();
        public_key(passkey.key.reveal())?.verify(&message, &self.signature)?;
        let counter = i64::from(said.counter);
        if (counter, counted) != (0, 0) && counter <= counted {
            return Err(Flaw::Copied);
        }
        Ok(counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use testkit::authenticator::{Authenticator, Moment};

    const CHALLENGE: &str = "Y2hhbGxlbmdl";
    const HOST: &str = "shop.example";

    type Change = fn(&mut Moment);

    fn site() -> Site {
        Site::of_host("Shop.example:8443")
    }

    fn moment() -> Moment {
        Moment::new(CHALLENGE, "https://shop.example:8443", HOST)
    }

    fn made(device: &mut Authenticator) -> Passkey {
        let new = New::read(&device.make(&moment()), &site()).unwrap();
        assert_eq!((new.challenge.as_str(), &new.own_id), (CHALLENGE, &device.own_id));
        Passkey {
            name: Personal::from("phone"),
            own_id: Personal::new(new.own_id),
            key: Personal::new(new.key),
        }
    }

    fn verified(passkey: &Passkey, text: &str, counted: i64) -> Result<i64, Flaw> {
        Signed::read(text, &site())?.verify(passkey, counted, &site())
    }

    #[test]
    fn every_kind_of_key_that_is_asked_for_signs_in() {
        for mut device in [Authenticator::p256("a"), Authenticator::ed25519("b"), Authenticator::rsa("c")] {
            let passkey = made(&mut device);
            assert_eq!(verified(&passkey, &device.answer(&moment()), 1), Ok(2));
            let mut other = Authenticator::p256("a");
            other.counter = 7;
            assert_eq!(verified(&passkey, &other.answer(&moment()), 1), Err(Flaw::Forged));
        }
    }

    #[test]
    fn what_was_asked_for_elsewhere_or_of_nobody_does_not_count() {
        let elsewhere = |change: Change| {
            let mut moment = moment();
            change(&mut moment);
            moment
        };
        let cases: [(Flaw, Change); 11] = [
            (Flaw::OtherOrigin, |m| m.origin = "https://evil.example".into()),
            (Flaw::OtherOrigin, |m| m.origin = "https://shop.example:8443.evil.example".into()),
            (Flaw::OtherOrigin, |m| m.origin = "https://shop.example".into()),
            (Flaw::OtherOrigin, |m| m.origin = "http://shop.example:8443".into()),
            (Flaw::OtherOrigin, |m| m.origin = "null".into()),
            (Flaw::OtherOrigin, |m| m.is_cross_origin = true),
            (Flaw::OtherKind, |m| m.kind = Some("payment.get")),
            (Flaw::OtherSite, |m| m.host = "evil.example".into()),
            (Flaw::NotVerified, |m| m.flags = 0b001),
            (Flaw::NobodyPresent, |m| m.flags = 0b100),
            (Flaw::Malformed, |m| m.trailing = vec![0]),
        ];
        let mut device = Authenticator::p256("a");
        let passkey = made(&mut device);
        for (number, (flaw, change)) in cases.into_iter().enumerate() {
            let moment = elsewhere(change);
            assert_eq!(New::read(&device.make(&moment), &site()).err(), Some(flaw), "{number}, made");
            assert_eq!(verified(&passkey, &device.answer(&moment), 0), Err(flaw), "{number}, signed");
        }
        // One kind of answer is not the other.
        let (made, signed) = (Some("webauthn.create"), Some("webauthn.get"));
        let moment = |kind| Moment { kind, ..moment() };
        assert_eq!(New::read(&device.make(&moment(signed)), &site()).err(), Some(Flaw::OtherKind));
        assert_eq!(verified(&passkey, &device.answer(&moment(made)), 0), Err(Flaw::OtherKind));
    }

    #[test]
    fn plain_http_is_as_good_on_this_machines_own_names_only() {
        for (host, origin, is) in [
            ("brand.localhost:8080", "http://brand.localhost:8080", true),
            ("localhost", "http://localhost", true),
            ("shop.example", "http://shop.example", false),
            ("evillocalhost", "http://evillocalhost", false),
            ("shop.example", "https://shop.example", true),
        ] {
            assert_eq!(Site::of_host(host).is_origin(origin), is, "{origin}");
        }
        assert_eq!(Site::of_host("brand.localhost:8080").host, "brand.localhost");
    }

    #[test]
    fn a_device_that_counts_backwards_is_a_copy() {
        let mut device = Authenticator::p256("a");
        let passkey = made(&mut device);
        let text = device.answer(&moment());
        assert_eq!(verified(&passkey, &text, 1), Ok(2));
        assert_eq!(verified(&passkey, &text, 2), Err(Flaw::Copied));
        assert_eq!(verified(&passkey, &text, 9), Err(Flaw::Copied));
        (device.is_counting, device.counter) = (false, 0);
        assert_eq!(verified(&passkey, &device.answer(&moment()), 0), Ok(0), "one that never counts");
        assert_eq!(verified(&passkey, &device.answer(&moment()), 3), Err(Flaw::Copied));
    }

    #[test]
    fn a_key_of_another_kind_is_not_taken() {
        // COSE: EC2, ES384, P-384.
        let key = [&[0xa5, 1, 2, 3, 0x38, 34, 0x20, 2, 0x21, 0x40, 0x22, 0x40][..]].concat();
        assert_eq!(public_key(&key).err(), Some(Flaw::OtherAlgorithm));
        // EC2 with ES256, its coordinates too short; the same label twice; no map at all.
        for bad in [
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x41, 0, 0x22, 0x41, 0][..],
            &[0xa2, 1, 2, 1, 2],
            &[0xbf, 0xff],
            &[0x80],
            &[],
        ] {
            assert_eq!(public_key(bad).err(), Some(Flaw::Malformed), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_refused_and_breaks_nothing(
            data in proptest::collection::vec(any::<u8>(), 0..300), flags in any::<u8>(), tail in proptest::collection::vec(any::<u8>(), 0..120),
        ) {
            let mut own = Sha256::digest(HOST.as_bytes()).to_vec();
            own.push(flags);
            own.extend(&tail);
            for data in [&data, &own] {
                let _ = said(data, &site());
                let _ = authenticator_data(data);
                let _ = public_key(data);
                let text = in_text(data);
                let new = format!(r#"{{"clientDataJSON":"{text}","attestationObject":"{text}"}}"#);
                prop_assert!(New::read(&new, &site()).is_err());
            }
        }

        #[test]
        fn a_signature_with_one_bit_turned_does_not_count(at in 0usize..10_000, bit in 0u8..8) {
            let mut device = Authenticator::ed25519("a");
            let passkey = made(&mut device);
            let text = device.answer(&moment());
            let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
            let field = ["signature", "authenticatorData", "clientDataJSON"][at % 3];
            let mut turned = bytes(json[field].as_str().unwrap()).unwrap();
            let place = at % turned.len();
            turned[place] ^= 1 << bit;
            json[field] = in_text(&turned).into();
            prop_assert!(verified(&passkey, &json.to_string(), 1).is_err());
        }
    }

    /// The bytes inside, as a device would hand them over: CBOR, keys, and what they stand in.
    #[test]
    fn claim_x10_no_bytes_break_the_readers_of_passkeys() {
        let client = serde_json::json!({ "type": "webauthn.create", "challenge": CHALLENGE, "origin": "https://shop.example:8443" });
        let client = in_text(client.to_string().as_bytes());
        testkit::mutate::fuzz("passkey", 20_000, |bytes| {
            let _ = (
                said(bytes, &site()).is_ok(),
                public_key(bytes).is_ok(),
                New::read(&String::from_utf8_lossy(bytes), &site()).is_ok(),
            );
            let text = format!(r#"{{"clientDataJSON":"{client}","attestationObject":"{}"}}"#, in_text(bytes));
            let Ok(new) = New::read(&text, &site()) else { return false };
            assert!((1..=LONGEST_ID).contains(&new.own_id.len()) && new.challenge == CHALLENGE);
            let passkey = Passkey {
                name: Personal::from("x"),
                own_id: Personal::new(new.own_id),
                key: Personal::new(new.key),
            };
            let signed = format!(
                r#"{{"id":"AA","clientDataJSON":"{client}","authenticatorData":"{0}","signature":"{0}"}}"#,
                in_text(bytes)
            );
            assert!(verified(&passkey, &signed, 1).is_err());
            true
        });
    }
}
