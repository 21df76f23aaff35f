//! Any bytes as a proof, a receipt, a checkpoint or what a witness is asked: nothing that is not signed passes, and
//! what is read has one spelling.

#![no_main]

use ledger::logged::Logged;
use ledger::{Checkpoint, SigningKey, proof, receipt, witness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let key = SigningKey::from_seed(&[7; 32], "log.example/test").expect("a name").verifying_key();
    assert!(proof::verify(bytes, &key, &[]).is_err());
    assert!(receipt::verify(bytes, &key, &[]).is_err());
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert!(Checkpoint::open(text, &key, &[]).is_err());
    if let Ok(read) = Checkpoint::parse(text) {
        assert_eq!(read.text(), text);
    }
    if let Ok(read) = Logged::parse(text) {
        assert_eq!(read.to_text(), text);
    }
    if let Ok(read) = witness::Request::parse(text) {
        assert_eq!(read.to_text(), text);
    }
});
