//! The web's integration tests: the real router over a whole engine. One binary, every file listed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops where something is not as it should be"
)]

mod admin;
mod api;
mod archive;
mod audit;
mod bot;
mod brand_end;
mod brands;
mod breach_mail;
mod breaches;
mod browser;
mod browser_admin;
mod browser_breach;
mod browser_data;
mod browser_my;
mod browser_plans;
mod console;
mod data_map;
mod denials;
mod document;
mod door;
mod erase;
mod erasure;
mod files;
mod friend;
mod home;
mod isolation;
mod keys;
mod large;
mod leads;
mod listen;
mod look;
mod my;
mod oversight;
mod owed;
mod people;
mod plans;
mod pressure;
mod promises;
mod proof;
mod recipients;
mod requests;
#[cfg(unix)]
mod scan;
mod sessions;
mod shell;
mod smuggling;
mod support;
mod unfit;
mod unsubscribe;
mod versions;
mod ways;
mod webhook;
mod zones;

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
