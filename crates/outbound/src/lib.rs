//! The one way out: every connection to somebody else's machine is opened here, against the register
//! of recipients.
//!
//! Why: sharing with a third party is announced before it happens (claims D3, F9), and that can only be
//! true if a host that was not announced cannot be reached at all.
//!
//! Invariant 10: no other crate opens an outbound connection, and this one opens none to a host that has
//! no entry in force in the [`Register`], nor to an address of a private network that no entry means. The simulator, which plays the third party, is the exception.

mod address;
mod client;
pub mod mail;
mod register;
pub mod scanner;

pub use address::{Names, SystemNames, is_own};
pub use client::{Client, Connection, MAX_ANSWER};
pub use register::{Recipient, Register, RegisterError};
