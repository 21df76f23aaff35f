//! With which status a service ends.
//!
//! Why: whoever watches it (systemd) starts again what failed, and what is wrong in a file is wrong again five seconds
//! later, for ever.
//!
//! Invariant: [`CONFIGURATION`] is said only where the fault lies on this machine, in the configuration or in what it names,
//! so that another start ends alike until somebody has changed it. What passes by itself, or what others put right (a
//! server, the network, another node, a day that comes), is never called so.

use anyhow::Result;
use engine::EngineError;
use std::error::Error;
use std::fmt;
use store::StoreError;
use vault::VaultError;

/// As the system's own programs have it (`EX_CONFIG` of `sysexits.h`).
pub const CONFIGURATION: u8 = 78;
/// What ended otherwise.
const FAILED: u8 = 2;

/// An error that stays until the configuration, or what it names here, is another. It says what it says without this.
#[derive(Debug)]
struct Misconfigured(anyhow::Error);

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl Error for Misconfigured {}

pub fn misconfigured(error: impl Into<anyhow::Error>) -> anyhow::Error {
    Misconfigured(error.into()).into()
}

pub trait Configured<T> {
    /// Its error is one of the configuration.
    fn configured(self) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> Configured<T> for Result<T, E> {
    fn configured(self) -> Result<T> {
        self.map_err(misconfigured)
    }
}

/// What a service ends with.
pub fn of_service(error: &anyhow::Error) -> u8 {
    if error.chain().any(stays) { CONFIGURATION } else { FAILED }
}

fn stays(cause: &(dyn Error + 'static)) -> bool {
    if let Some(error) = cause.downcast_ref::<EngineError>() {
        return match error {
            // At a start, of a key of the configuration.
            EngineError::Invalid { .. } | EngineError::Outdated { .. } => true,
            EngineError::Store(error) => of_store(error),
            EngineError::Vault(error) => of_vault(error),
            _ => false,
        };
    }
    cause.is::<Misconfigured>()
        || cause.downcast_ref().is_some_and(of_store)
        || cause.downcast_ref().is_some_and(of_vault)
}

const fn of_store(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Address(_)
            | StoreError::Newer { .. }
            | StoreError::MigrationChanged { .. }
            | StoreError::WrongSchema { .. }
    )
}

const fn of_vault(error: &VaultError) -> bool {
    matches!(error, VaultError::WrongRoot | VaultError::NoRoot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context as _, anyhow};

    #[test]
    fn only_what_another_start_would_find_again_is_one_of_the_configuration() {
        let newer = || StoreError::Newer { found: 2, known: 1 };
        let away = || StoreError::Unavailable("nobody answers".to_owned());
        for (error, status) in [
            (anyhow!("anything"), 2),
            (anyhow::Error::from(away()).context("database.url"), 2),
            (EngineError::Store(away()).into(), 2),
            (StoreError::InUse { name: String::new(), nodes: String::new() }.into(), 2),
            (StoreError::Behind { name: String::new() }.into(), 2),
            (StoreError::LongHeld { name: String::new() }.into(), 2),
            (anyhow::Error::from(newer()).context("database.url"), 78),
            (EngineError::Store(newer()).into(), 78),
            (EngineError::Vault(VaultError::NoRoot).into(), 78),
            (anyhow::Error::from(VaultError::WrongRoot).context("keys.url"), 78),
            (misconfigured(anyhow!("no such key")).context("entente.toml"), 78),
        ] {
            assert_eq!(of_service(&error), status, "{error:#}");
        }
        let told = Err::<(), _>(anyhow!("inside").context("outside")).configured().context("around");
        assert_eq!(format!("{:#}", told.unwrap_err()), "around: outside: inside");
    }
}
