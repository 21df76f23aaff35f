//! Any bytes as the receipt of an erasure: nothing that is not signed passes.

#![no_main]

use ledger::{SigningKey, receipt};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let key = SigningKey::from_seed(&[7; 32], "log.example/test").expect("a name").verifying_key();
    assert!(receipt::verify(bytes, &key, &[]).is_err());
});
