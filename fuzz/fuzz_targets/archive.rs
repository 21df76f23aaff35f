//! Any bytes as an account's archive: read within limits or refused with a reason.

#![no_main]

use engine::archive::read::read;
use engine::archive::zip::{Limits, Reader};
use libfuzzer_sys::fuzz_target;

const NARROW: Limits = Limits { files: 20, one: 4_096, all: 16_384, swell: 20, free: 1_024 };

fuzz_target!(|bytes: &[u8]| {
    let (mut reader, mut all) = (Reader::new(bytes, NARROW), 0);
    while let Ok(Some((name, content))) = reader.next(|_| true) {
        all += content.len() as u64;
        assert!(!name.split('/').any(|part| part == "..") && !name.starts_with('/'));
        assert!(content.len() as u64 <= NARROW.one && all <= NARROW.all);
    }
    let _ = read(bytes, "", &tokio::sync::Mutex::new(()), |_| Ok(()));
});
