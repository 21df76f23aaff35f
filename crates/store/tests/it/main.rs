//! The contract that both engines keep, each test run on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops where something is not as it should be"
)]

mod address;
mod bots;
mod copy;
mod days;
mod declarations;
mod group;
mod home;
mod keys;
mod look_ups;
mod mail;
mod migrations;
mod moving;
mod passkeys;
mod plans;
mod removal;
mod retention;
mod tables;
mod transactions;
mod values;
mod witness;
