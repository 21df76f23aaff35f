//! The simulator from outside: over HTTP, as a bot meets it.

mod sending;
#[cfg(test)]
mod support;
