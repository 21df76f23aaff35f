//! Any bytes as a logo: what is kept reads as itself and is no longer than what came.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::brand::logo::Logo;

fuzz_target!(|bytes: &[u8]| {
    let Ok(logo) = Logo::read(bytes) else { return };
    assert!(logo.bytes.len() <= bytes.len());
    assert!(Logo::read(&logo.bytes).as_ref() == Ok(&logo), "read again it is another");
});
