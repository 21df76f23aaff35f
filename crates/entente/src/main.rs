//! The one binary: reads the command line, wires the crates together, and ends with 0 (fine),
//! 1 (the thing checked is not so) or 2 (wrong use or configuration); a service whose configuration is at fault with 78.
//!
//! Invariant: ambient time, randomness and environment are touched in this crate only.

mod acme;
mod ambient;
mod backup;
mod certificate;
mod command;
mod config;
mod data_map;
mod demo;
mod doctor;
mod documents;
mod files;
mod gate;
mod hosting;
mod lock;
mod log_lines;
mod metrics;
mod migrate;
mod moving;
mod next;
mod place;
mod root;
mod serve;
mod status;
mod verify;
mod wiring;
mod witness;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let command = match command::Command::try_parse() {
        Ok(command) => command,
        Err(error) => return command::explain(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return command::say_and_end(&anyhow::anyhow!("the runtime cannot start: {error}"), 2),
    };
    runtime.block_on(command.run())
}
