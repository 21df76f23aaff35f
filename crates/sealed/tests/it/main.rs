//! Tests on whole files, and against the `age` command that others wrote.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, where a panic is the report"
)]

mod command;
mod files;

/// The tests' files; a file in this folder that is not named here would not be compiled.
#[test]
fn every_test_file_is_named_here() {
    let folder = format!("{}/tests/it", env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    found.sort();
    assert_eq!(found, ["command.rs", "files.rs", "main.rs"]);
}

/// Different bytes at each call, the same in each run.
pub fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 33) as u8;
        }
    }
}
