//! Any bytes as an encrypted file: nobody here has its key, and finding that out costs little.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealed::{Identity, WorkFactor, decrypt_with_identity, decrypt_with_passphrase, lock_of};

fuzz_target!(|bytes: &[u8]| {
    let _ = lock_of(bytes);
    let identity = Identity::generate(|bytes| bytes.fill(7));
    assert!(decrypt_with_identity(bytes, &identity).is_err());
    assert!(decrypt_with_passphrase(bytes, "passphrase", WorkFactor::LOWEST).is_err());
});
