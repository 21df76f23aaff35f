//! The only way for a person to change something. Each function takes the actor first, or says that
//! its caller is trusted (the operator's command line, a person who proved themselves by a link).
//!
//! Invariants: an id is looked for in the actor's own account only; every write is one named
//! transaction; no transaction is open across a network call; doing the same twice is harmless.

pub mod accounts;
pub mod archive;
pub mod audit;
pub mod billing;
pub mod bot;
pub mod brand;
pub mod brand_end;
pub mod breach_mail;
pub mod breaches;
pub mod broadcasts;
pub mod disconnect;
pub mod documents;
pub mod erasure;
pub mod exports;
pub mod facebook;
pub mod import;
pub mod leads;
pub mod links;
pub mod my;
pub mod once;
pub mod oversight;
pub mod page_check;
pub mod pages;
pub mod passkeys;
pub mod plans;
pub mod recipients;
pub mod recovery;
pub mod requests;
pub(crate) mod rights;
pub mod security;
pub mod set_up;
pub mod sign_in;
pub mod sign_up;
pub mod subscriptions;
pub mod support;
pub mod tag_many;
pub mod tags;
pub mod templates;
pub mod tokens;
