//! What a configuration says about the two databases besides where they are.
//!
//! Invariant: an address that comes out of here still holds what protects the way to it, so that whoever opens it
//! cannot leave that out.

use anyhow::{Context as _, Result};
use std::path::Path;

/// The address, with the authority that its server's certificate is verified with.
pub fn address(section: &str, url: Option<String>, file: &str, ca: Option<&Path>) -> Result<String> {
    let url = url.unwrap_or_else(|| format!("sqlite:entente-data/{file}"));
    match ca {
        Some(ca) => store::verified_with(&url, ca).with_context(|| format!("{section}.ca_file")),
        None => Ok(url),
    }
}
