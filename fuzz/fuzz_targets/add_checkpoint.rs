//! Any text as what a witness is asked: one spelling, and nothing that is not signed passes.

#![no_main]

use ledger::{SigningKey, witness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(request) = witness::Request::parse(text) else { return };
    let key = SigningKey::from_seed(&[7; 32], "log.example/test").expect("a name").verifying_key();
    assert_eq!(request.to_text(), text);
    assert!(request.proof.len() <= 64 && request.judge(&key, None).is_err());
    let _ = request.claimed();
});
