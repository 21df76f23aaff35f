//! The whole program's tests: one binary, every file listed here.
//!
//! `home` runs Entente and the simulator in this process on a clock that is turned; `program` runs the
//! real binary. Whatever is claimed is checked against the simulator's own record.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops where something is not as it should be, and says what it skips"
)]

mod acme;
mod admin;
mod backup;
mod bots;
mod builds;
mod cluster;
mod commands;
mod consents;
mod crowd;
mod data_map;
mod databases;
mod deliveries;
mod demo;
mod doctor;
mod duplicates;
mod ending;
mod erasure;
mod failures;
mod faults;
mod first_start;
mod full_disk;
mod gate;
mod home;
mod hunt;
mod hunt_cast;
mod installation;
mod journey;
mod keyed;
mod kill;
mod kill_erasure;
mod metrics;
mod moving;
mod nodes;
mod offline;
mod own_server;
mod play;
mod pressure;
mod program;
mod proxy;
mod receiving;
mod reckoning;
mod recorded;
mod rights;
mod roles;
mod roots;
#[cfg(unix)]
mod scan;
mod search;
mod secrecy;
mod servers;
mod site;
mod starting;
mod steps;
mod storm;
mod thief;
mod unlinkable;
mod versions;
mod withdrawals;
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
