//! The only crate that knows Meta's JSON: webhook → model, permitted message → Send API.
//!
//! Invariants: nothing in a signed delivery makes it fail but its not being a page's JSON; a
//! message leaves only with a [`model::gate::Permit`], taken by value; what Meta may have taken is
//! never called failed. All requests go through the one way out, [`model::ports::Outbound`].

pub mod errors;
pub mod graph;
pub mod health;
pub mod login;
mod outcome;
pub mod profile;
pub mod recognise;
pub mod send;
pub mod signature;
pub mod templates;
pub mod webhook;
