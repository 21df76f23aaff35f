//! Any bytes as what a scanner says of a file: clean by the one answer that says so.

#![no_main]

use libfuzzer_sys::fuzz_target;
use outbound::scanner::{Verdict, verdict};

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(verdict(bytes) == Ok(Verdict::Clean), bytes == b"stream: OK\0");
});
