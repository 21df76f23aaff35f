//! What a configuration says about the two databases besides where they are.
//!
//! Invariant: an address that comes out of here still holds what protects the way to it, so that whoever opens it
//! cannot leave that out.

use anyhow::{Context as _, Result, bail};
use model::personal::Personal;
use std::path::Path;

/// The address, with the authority that its server's certificate is verified with.
pub fn address(
    section: &str,
    given: Option<Personal<String>>,
    file: &str,
    ca: Option<&Path>,
) -> Result<String> {
    let url = match given {
        Some(url) if url.reveal().is_empty() => bail!("{section}.url: is empty"),
        Some(url) => url.reveal().clone(),
        None => format!("sqlite:entente-data/{file}"),
    };
    match ca {
        Some(ca) => store::verified_with(&url, ca).with_context(|| format!("{section}.ca_file")),
        None => Ok(url),
    }
}

/// How many connections to a PostgreSQL server this process keeps at most. Two and not one, so that nothing that
/// serves waits for what is long.
pub fn options(section: &str, connections: Option<&toml::Value>) -> Result<store::Options> {
    let given = match connections {
        None => return Ok(store::Options::default()),
        Some(toml::Value::Integer(number)) => usize::try_from(*number).ok(),
        Some(toml::Value::String(number)) => number.trim().parse().ok(),
        Some(_) => None,
    };
    match given {
        Some(connections @ 2..=1_000) => Ok(store::Options { connections, ..store::Options::default() }),
        _ => bail!("{section}.connections: must be a number, 2 to 1000"),
    }
}
