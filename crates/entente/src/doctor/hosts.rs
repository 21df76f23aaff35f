//! Who hosts the databases: somebody else who does is a recipient like any other (claim D3).

use super::Check;
use crate::config::Config;
use crate::{hosting, wiring};
use engine::InForce;
use model::time::Timestamp;

const NAME: &str = "database-host";

/// Whether the databases' servers may be dialled: what somebody else hosts only once the register names it for a day that
/// has come.
pub async fn may_be_dialled(config: &Config, now: Timestamp) -> bool {
    let Ok(hosted) = hosting::servers(config).await else { return false };
    let is_named =
        |register: outbound::Register| hosting::refuse_unannounced(&hosted, &register, now).is_ok();
    hosted.is_empty() || wiring::register(config).is_ok_and(is_named)
}

/// `held`: what the database says of when each recipient gets data, or why it says nothing.
pub async fn examine(config: &Config, held: &Result<InForce, String>, now: Timestamp) -> Check {
    let hosting::Found { hosted, mut lost } = match hosting::look(config).await {
        Ok(found) => found,
        Err(error) => return Check::fail(NAME, format!("{error:#}"), "put that address right"),
    };
    if hosted.is_empty() && !lost.is_empty() {
        lost.dedup();
        return Check::warn(
            NAME,
            format!("not known: from here the name {} leads nowhere", lost.join(", ")),
            "see that this machine can look the name up, then look again",
        );
    }
    if hosted.is_empty() {
        return Check::ok(NAME, "the databases are on this machine or in your own network");
    }
    let found = wiring::register(config).and_then(|register| {
        hosting::refuse_unannounced(&hosted, &register, now)?;
        match held {
            Ok(held) => hosting::refuse_unheard(&hosted, &register, held, now).map(|()| true),
            Err(_) => Ok(false),
        }
    });
    match found {
        Ok(true) => Check::ok(NAME, "whoever hosts the databases is announced and in force"),
        Ok(false) => Check::warn(
            NAME,
            "whoever hosts the databases is announced; whether everybody was told is not known, as the database does not say",
            "see that it can be reached from here, then look again",
        ),
        Err(error) => Check::fail(
            NAME,
            format!("{error:#}"),
            "the register of recipients in docs/configuration.md says how; entente serve does not start before",
        ),
    }
}
