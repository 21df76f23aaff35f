//! Any bytes as a file of leads within an account's archive: read or refused with a reason.

#![no_main]

use engine::archive::read::read;
use engine::archive::zip::{Limits, Reader, Writer};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const LIMITS: Limits = Limits { files: 100, one: 1 << 20, all: 1 << 22, swell: 200, free: 1 << 20 };

/// A whole archive's files, each with its name.
static WHOLE: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut reader = Reader::new(&include_bytes!("../corpus/archive/stored.zip")[..], LIMITS);
    std::iter::from_fn(|| reader.next(|_| true).expect("an archive")).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let mut writer = Writer::new(Vec::new());
    for (name, content) in &*WHOLE {
        let content = if name.starts_with("leads/") { bytes } else { content };
        writer.file(name, content).expect("it is written to memory");
    }
    let file = writer.finish().expect("it is written to memory");
    if let Err(error) = read(file.as_slice(), "", &tokio::sync::Mutex::new(()), |_| Ok(())) {
        assert!(!error.to_string().is_empty());
    }
});
