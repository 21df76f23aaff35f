//! What shows that a request comes from Meta, and what shows Meta that one comes from us.
//!
//! Invariant: signatures are checked over the bytes as they arrived (Meta signs its own escaped
//! JSON; whoever serialises it anew checks something else), in constant time, and with SHA-256
//! only. Secrets are a list: the first signs, any opens, so that a secret can be replaced.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::personal::Personal;
use model::time::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;

/// Why a webhook's signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("no X-Hub-Signature-256 header: only requests signed by Meta with SHA-256 are taken")]
    Missing,
    #[error("the X-Hub-Signature-256 header is not `sha256=` with 64 hexadecimal digits")]
    Malformed,
    #[error(
        "the signature does not fit the body: check that `messenger.app_secret` is this app's secret and that no proxy changes the body"
    )]
    Wrong,
}

/// Checks `X-Hub-Signature-256` over the untouched body. The SHA-1 header is not looked at.
///
/// # Errors
/// When the header is missing, malformed, or fits none of the secrets.
pub fn verify(secrets: &[&str], body: &[u8], sha256_header: Option<&str>) -> Result<(), SignatureError> {
    let digits = sha256_header
        .ok_or(SignatureError::Missing)?
        .trim()
        .strip_prefix("sha256=")
        .ok_or(SignatureError::Malformed)?;
    let mut tag = [0; 32];
    hex::decode_to_slice(digits, &mut tag).map_err(|_| SignatureError::Malformed)?;
    if opens(secrets, body, &tag) { Ok(()) } else { Err(SignatureError::Wrong) }
}

/// Whether any secret fits. An empty secret fits nothing: it would be known to everybody.
fn opens(secrets: &[&str], message: &[u8], tag: &[u8]) -> bool {
    secrets.iter().filter(|secret| !secret.is_empty()).any(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::verify(&key, message, tag).is_ok()
    })
}

/// A person's request that Meta passes on: the data-deletion and deauthorize callbacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The app-scoped id of whoever signed in with Facebook; not a page-scoped id.
    pub user_id: Personal<String>,
    pub issued_at: Option<Timestamp>,
}

/// Why a `signed_request` is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignedRequestError {
    #[error("the signed_request is not two base64url parts around a dot, the second a JSON object")]
    Malformed,
    #[error("the signed_request is not signed by Meta with this app's secret: check `messenger.app_secret`")]
    Wrong,
    #[error("the signed_request names another algorithm than HMAC-SHA256")]
    Algorithm,
    #[error("the signed_request names no user_id")]
    NoUser,
}

#[derive(Deserialize)]
struct Payload<'a> {
    algorithm: Option<String>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    issued_at: Option<i64>,
}

/// Without padding as Meta sends it; padding and unused bits are tolerated, the signature decides.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Opens a `signed_request`.
///
/// # Errors
/// When its shape, signature or algorithm is wrong. The signature is looked at before the payload.
pub fn signed_request(secrets: &[&str], text: &str) -> Result<SignedRequest, SignedRequestError> {
    let (tag, payload) = text.trim().split_once('.').ok_or(SignedRequestError::Malformed)?;
    let tag = BASE64.decode(tag).map_err(|_| SignedRequestError::Malformed)?;
    if !opens(secrets, payload.as_bytes(), &tag) {
        return Err(SignedRequestError::Wrong);
    }
    let payload = BASE64.decode(payload).map_err(|_| SignedRequestError::Malformed)?;
    let payload: Payload<'_> = serde_json::from_slice(&payload).map_err(|_| SignedRequestError::Malformed)?;
    if !payload.algorithm.is_some_and(|name| name.eq_ignore_ascii_case("HMAC-SHA256")) {
        return Err(SignedRequestError::Algorithm);
    }
    let user_id = payload
        .user_id
        .map(|raw| raw.get().trim_matches('"').to_owned())
        .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        .filter(|id| id != "null")
        .ok_or(SignedRequestError::NoUser)?;
    Ok(SignedRequest {
        user_id: Personal::new(user_id),
        issued_at: payload.issued_at.map(Timestamp::from_secs),
    })
}

/// `appsecret_proof` for a call with this token.
pub fn appsecret_proof(secret: &str, token: &Personal<String>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, token.reveal().as_bytes()))
}

/// The GET that Meta makes before it delivers was not Meta's: answer 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a subscription with our verify token: enter the value of `messenger.verify_token` in the app's dashboard"
)]
pub struct VerificationRefused;

/// Answers the GET: the challenge to send back as plain text.
///
/// # Errors
/// When mode or token is wrong, the token is not configured, or the challenge is not one of Meta's.
pub fn verification<'a>(
    verify_token: &str,
    mode: Option<&str>,
    token: Option<&str>,
    challenge: Option<&'a str>,
) -> Result<&'a str, VerificationRefused> {
    let known = token.is_some_and(|token| {
        !verify_token.is_empty() && bool::from(token.as_bytes().ct_eq(verify_token.as_bytes()))
    });
    // Meta's challenge is a number; nothing that a browser could read as a page is sent back.
    let challenge = challenge.filter(|text| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    });
    match challenge {
        Some(challenge) if known && mode == Some("subscribe") => Ok(challenge),
        _ => Err(VerificationRefused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "test_app_secret";
    const ESCAPED: &str = r#"{"object":"page","entry":[{"id":"1067280970047460","time":1760000000123,"messaging":[{"sender":{"id":"24001122334455667"},"recipient":{"id":"1067280970047460"},"timestamp":1760000000001,"message":{"mid":"m_TEST","text":"\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b 100\u0025 x\u0040y"}}]}]}"#;
    const TAG: &str = "sha256=098fad9cf7299012019638abcf7945ede27cff6dd2ea8463bbc086979ebadd36";

    #[test]
    fn the_published_vectors_verify() {
        let hello = "sha256=f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17";
        assert_eq!(verify(&["sesame"], b"hello world", Some(hello)), Ok(()));
        assert_eq!(ESCAPED.len(), 282);
        assert_eq!(verify(&[SECRET], ESCAPED.as_bytes(), Some(TAG)), Ok(()));
    }

    #[test]
    fn the_same_json_serialised_anew_does_not_verify() {
        let anew = ESCAPED
            .replace(r"\u00e4\u00f6\u00e5 \ud83d\ude00", "äöå 😀")
            .replace(r"\/", "/")
            .replace(r"\u0025", "%")
            .replace(r"\u0040", "@");
        // The tag that a verifier over the re-serialised text would compute.
        let theirs = "sha256=07c1e2477401bf16e24767d3bf7e3e99ad1bd10f0466a150b2776497bf6f9c76";
        assert_eq!(verify(&[SECRET], anew.as_bytes(), Some(theirs)), Ok(()));
        assert_eq!(verify(&[SECRET], anew.as_bytes(), Some(TAG)), Err(SignatureError::Wrong));
        assert_eq!(verify(&[SECRET], ESCAPED.as_bytes(), Some(theirs)), Err(SignatureError::Wrong));
    }

    #[test]
    fn any_of_the_secrets_opens_and_an_empty_one_never() {
        assert_eq!(verify(&["new", SECRET], ESCAPED.as_bytes(), Some(TAG)), Ok(()));
        assert_eq!(verify(&[], ESCAPED.as_bytes(), Some(TAG)), Err(SignatureError::Wrong));
        let of_nothing = format!("sha256={}", appsecret_proof("", &Personal::from("x")));
        assert_eq!(verify(&[""], b"x", Some(&of_nothing)), Err(SignatureError::Wrong));
    }

    #[test]
    fn sha1_alone_and_malformed_headers_are_refused() {
        let sha1 = "sha1=3fc0650c563f4a69e3e4cef8aef84aaecd525ffd";
        for (header, why) in [
            (None, SignatureError::Missing),
            (Some(sha1), SignatureError::Malformed),
            (Some(""), SignatureError::Malformed),
            (Some("sha256="), SignatureError::Malformed),
            (Some("sha256=zz"), SignatureError::Malformed),
            (Some(&TAG[..70]), SignatureError::Malformed),
            (Some(&format!("{TAG}00")), SignatureError::Malformed),
            (Some(&TAG.replace('0', "1")), SignatureError::Wrong),
        ] {
            assert_eq!(verify(&[SECRET], ESCAPED.as_bytes(), header), Err(why), "{header:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_pass(header in ".{0,90}", body: Vec<u8>) {
            prop_assert!(verify(&[SECRET], &body, Some(&header)).is_err());
            let _ = signed_request(&[SECRET], &header);
        }

        #[test]
        fn one_changed_bit_is_noticed(at in 0usize..282, bit in 0u8..8) {
            let mut body = ESCAPED.as_bytes().to_vec();
            body[at] ^= 1 << bit;
            prop_assert_eq!(verify(&[SECRET], &body, Some(TAG)), Err(SignatureError::Wrong));
        }
    }

    const REQUEST: &str = "9C3os-BVqHdGR8ArmepqNL8RgHPK_ApB7oJt2EtN234.eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjEyOTE4MzY4MDAsImV4cGlyZXMiOjEyOTE4NDA0MDB9";

    #[test]
    fn signed_requests_open_with_the_secret_only() {
        let opened = signed_request(&[SECRET], REQUEST).unwrap();
        assert_eq!(opened.user_id.reveal(), "218471");
        assert_eq!(opened.issued_at, Some(Timestamp::from_secs(1_291_836_800)));
        let other = "Mf_s6nTb38UYqioBmPqu0Ewm9souPZB9I2fIGwV729U.eyJ1c2VyX2lkIjoiMCIsImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNjI0MjQ0MTU2fQ";
        assert_eq!(signed_request(&["key"], other).unwrap().user_id.reveal(), "0");
        assert_eq!(signed_request(&["key"], REQUEST), Err(SignedRequestError::Wrong));
        assert_eq!(signed_request(&[SECRET], &REQUEST.replace('.', "")), Err(SignedRequestError::Malformed));
    }

    #[test]
    fn a_signed_request_with_another_algorithm_or_no_user_is_refused() {
        let make = |payload: &str| {
            let payload = BASE64.encode(payload);
            let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
            format!("{}.{payload}", BASE64.encode(hmac::sign(&key, payload.as_bytes())))
        };
        let open = |payload: &str| signed_request(&[SECRET], &make(payload));
        assert_eq!(open(r#"{"user_id":"1","algorithm":"none"}"#), Err(SignedRequestError::Algorithm));
        assert_eq!(open(r#"{"user_id":"1"}"#), Err(SignedRequestError::Algorithm));
        assert_eq!(open(r#"{"algorithm":"HMAC-SHA256"}"#), Err(SignedRequestError::NoUser));
        assert_eq!(open(r#"[]"#), Err(SignedRequestError::Malformed));
        let number = open(r#"{"user_id":90071992547409931,"algorithm":"HMAC-SHA256"}"#).unwrap();
        assert_eq!(number.user_id.reveal(), "90071992547409931");
    }

    #[test]
    fn the_proof_vector_holds() {
        let token = Personal::from("EAATESTTOKEN");
        assert_eq!(
            appsecret_proof(SECRET, &token),
            "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135"
        );
    }

    #[test]
    fn only_the_right_token_gets_the_challenge_back() {
        let ask = |mode, token, challenge| verification("secret", mode, token, challenge);
        assert_eq!(ask(Some("subscribe"), Some("secret"), Some("1158201444")), Ok("1158201444"));
        for (mode, token, challenge) in [
            (Some("unsubscribe"), Some("secret"), Some("1")),
            (None, Some("secret"), Some("1")),
            (Some("subscribe"), Some("Secret"), Some("1")),
            (Some("subscribe"), Some(""), Some("1")),
            (Some("subscribe"), None, Some("1")),
            (Some("subscribe"), Some("secret"), None),
            (Some("subscribe"), Some("secret"), Some("<script>")),
        ] {
            assert_eq!(ask(mode, token, challenge), Err(VerificationRefused));
        }
        assert!(verification("", Some("subscribe"), Some(""), Some("1")).is_err());
    }

    /// Signed rightly, so that what is changed is the payload: what an app's own secret vouches for is still read with care.
    #[test]
    fn claim_x10_no_payload_breaks_the_reader_of_signed_requests() {
        testkit::mutate::fuzz("signed_request", 20_000, |bytes| {
            let _ = signed_request(&[SECRET], &String::from_utf8_lossy(bytes));
            let payload = BASE64.encode(bytes);
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), payload.as_bytes());
            let text = format!("{}.{payload}", BASE64.encode(tag.as_ref()));
            match signed_request(&[SECRET], &text) {
                Ok(read) => {
                    let id = read.user_id.reveal();
                    assert!(
                        !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
                        "{id:?}"
                    );
                    true
                }
                Err(error) => testkit::mutate::refused(&error),
            }
        });
    }
}
