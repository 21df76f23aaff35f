//! The engine's integration tests: one binary, every file listed here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops where something is not as it should be"
)]

mod accounts;
mod again;
mod archive;
mod aside;
mod audience;
mod audit;
mod billing;
mod bot;
mod brand;
mod brand_end;
mod breach;
mod breach_admin;
mod breach_mail;
mod breach_told;
mod broadcasts;
mod clocks;
mod console;
mod demand;
mod disconnect;
mod documents;
mod erase_account;
mod erase_brand;
mod erasure;
mod exports;
mod fences;
mod gate;
mod gate_before;
mod home;
mod import;
mod links;
mod log;
mod look_ups;
mod mail;
mod oversight;
mod page_check;
mod passkeys;
mod people;
mod plans;
mod ready;
mod recipients;
mod regressions;
mod restore;
mod retain;
mod safe;
#[cfg(unix)]
mod scan;
mod support;
mod told;
mod traces;
mod tracking;
mod utility;
mod witness;

#[test]
fn every_file_of_this_folder_is_listed_here() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(here.join("main.rs")).unwrap();
    for file in std::fs::read_dir(here).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".rs").unwrap();
        assert!(name == "main" || main.contains(&format!("mod {name};")), "{name} is not listed in main.rs");
    }
}
