//! Any text as a checkpoint, a note, a place in the log or a key: nothing that is not signed passes, and what is read
//! has one spelling.

#![no_main]

use ledger::logged::Logged;
use ledger::{Checkpoint, SigningKey, VerifyingKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let key = SigningKey::from_seed(&[7; 32], "log.example/test").expect("a name").verifying_key();
    assert!(Checkpoint::open(text, &key, &[]).is_err());
    if let Ok(read) = Checkpoint::parse(text) {
        assert_eq!(read.text(), text);
    }
    if let Ok(read) = Logged::parse(text) {
        assert_eq!(read.to_text(), text);
    }
    let _ = VerifyingKey::parse(text);
});
