//! The simulator from outside: over HTTP, as a bot meets it.

mod sending;
mod support;
