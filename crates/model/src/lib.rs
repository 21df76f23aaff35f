//! Every noun and every rule of Entente.
//!
//! Invariant: pure. No I/O, no runtime, no clock and no randomness of its own; what a rule needs of
//! the world comes in as a parameter or through one of the ports (`time::Clock`, `entropy::Entropy`,
//! `ports::KeyStore`, `ports::Outbound`), which other crates implement.

pub mod datamap;
pub mod entropy;
pub mod id;
pub mod personal;
pub mod ports;
pub mod time;
