//! Every noun and every rule of Entente.
//!
//! Invariant: pure. No I/O, no runtime, no clock and no randomness of its own; what a rule needs of
//! the world comes in as a parameter or through one of the ports (`time::Clock`, `entropy::Entropy`,
//! `ports::KeyStore`, `ports::Outbound`), which other crates implement.

pub mod bot;
pub mod brand;
pub mod breach;
pub mod broadcast;
pub mod consent;
pub mod datamap;
pub mod delivery;
pub mod entropy;
pub mod evidence;
pub mod failure;
pub mod gate;
pub mod id;
pub mod inbound;
pub mod keys;
pub mod lead;
pub mod mail;
pub mod outgoing;
pub mod pace;
pub mod page;
pub mod personal;
pub mod plan;
pub mod ports;
pub mod request;
pub mod support;
pub mod template;
pub mod time;
pub mod words;
