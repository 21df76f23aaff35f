//! Any bytes as the payload of a rightly signed `signed_request`: an id that is one, or a refusal.

#![no_main]

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use messenger::signature::signed_request;

fuzz_target!(|bytes: &[u8]| {
    let payload = URL_SAFE_NO_PAD.encode(bytes);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"secret"), payload.as_bytes());
    let text = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
    let Ok(read) = signed_request(&["secret"], &text) else { return };
    let id = read.user_id.reveal();
    assert!(!id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
});
