//! The platform's three uses of HMAC: webhook signatures, `appsecret_proof`, `signed_request`.
//!
//! Invariant: a signature is over the exact bytes that are sent.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

/// An app's secret, prepared for signing many bodies.
pub struct Secret {
    sha256: hmac::Key,
    sha1: hmac::Key,
}

impl Secret {
    pub fn new(secret: &str) -> Self {
        Self {
            sha256: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
            sha1: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes()),
        }
    }

    /// The value of `X-Hub-Signature-256`.
    pub fn header_256(&self, body: &[u8]) -> String {
        format!("sha256={}", hex::encode(hmac::sign(&self.sha256, body)))
    }

    /// The value of the older `X-Hub-Signature`.
    pub fn header_1(&self, body: &[u8]) -> String {
        format!("sha1={}", hex::encode(hmac::sign(&self.sha1, body)))
    }

    /// Whether `proof` belongs to the token (and time, when one was sent).
    pub fn proves(&self, proof: &str, token: &str, time: Option<&str>) -> bool {
        verify_slices_are_equal(proof.as_bytes(), self.proof(token, time).as_bytes()).is_ok()
    }

    /// `appsecret_proof` of a token, optionally bound to `appsecret_time`.
    pub fn proof(&self, token: &str, time: Option<&str>) -> String {
        let message = time.map_or_else(|| token.to_owned(), |time| format!("{token}|{time}"));
        hex::encode(hmac::sign(&self.sha256, message.as_bytes()))
    }

    /// The form field that the deauthorise and data-deletion callbacks carry.
    pub fn signed_request(&self, payload: &serde_json::Value) -> String {
        self.sign_encoded(&URL_SAFE_NO_PAD.encode(payload.to_string()))
    }

    /// The payload of a `signed_request` about one person.
    pub fn request_about(&self, user: &str, now_secs: i64) -> String {
        self.signed_request(&json!({
            "user_id": user, "algorithm": "HMAC-SHA256",
            "issued_at": now_secs, "expires": now_secs.saturating_add(3_600),
        }))
    }

    fn sign_encoded(&self, payload: &str) -> String {
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.sha256, payload.as_bytes()));
        format!("{signature}.{payload}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"object":"page","entry":[{"id":"1067280970047460","time":1760000000123,"messaging":[{"sender":{"id":"24001122334455667"},"recipient":{"id":"1067280970047460"},"timestamp":1760000000001,"message":{"mid":"m_TEST","text":"\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b 100\u0025 x\u0040y"}}]}]}"#;

    #[test]
    fn webhook_signatures_match_the_published_vectors() {
        assert_eq!(
            Secret::new("sesame").header_256(b"hello world"),
            "sha256=f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17"
        );
        assert_eq!(BODY.len(), 282);
        let secret = Secret::new("test_app_secret");
        assert_eq!(
            secret.header_256(BODY.as_bytes()),
            "sha256=098fad9cf7299012019638abcf7945ede27cff6dd2ea8463bbc086979ebadd36"
        );
        assert_eq!(secret.header_1(BODY.as_bytes()), "sha1=3fc0650c563f4a69e3e4cef8aef84aaecd525ffd");
    }

    #[test]
    fn proofs_match_the_vectors_with_and_without_time() {
        let secret = Secret::new("test_app_secret");
        let plain = "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135";
        let timed = "e745f0bae969c3d778ddabcb90e030c98228adfa3f70cc63b5dda3a0bf2ee1cd";
        assert!(secret.proves(plain, "EAATESTTOKEN", None));
        assert!(secret.proves(timed, "EAATESTTOKEN", Some("1760000000")));
        assert!(!secret.proves(timed, "EAATESTTOKEN", None));
    }

    #[test]
    fn signed_requests_match_the_vectors() {
        let encoded = "eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjEyOTE4MzY4MDAsImV4cGlyZXMiOjEyOTE4NDA0MDB9";
        assert_eq!(
            Secret::new("test_app_secret").sign_encoded(encoded),
            format!("9C3os-BVqHdGR8ArmepqNL8RgHPK_ApB7oJt2EtN234.{encoded}")
        );
        let encoded =
            "eyJ1c2VyX2lkIjoiMCIsImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNjI0MjQ0MTU2fQ";
        assert_eq!(
            Secret::new("key").sign_encoded(encoded),
            format!("Mf_s6nTb38UYqioBmPqu0Ewm9souPZB9I2fIGwV729U.{encoded}")
        );
    }
}
