//! Whether people were told of what this program stores about them.
//!
//! Invariant: it looks at the database as it lies; the findings are those by which `serve` decides.

use super::{Check, PATIENCE};
use crate::config::Config;
use crate::gate::{self, day, listed};
use engine::datamap::gate::Standing;
use model::brand::Brand;
use model::time::Timestamp;

pub async fn examine(config: &Config, brands: &[Brand], now: Timestamp) -> Vec<Check> {
    // The findings about brands and recipients say what is wrong with those.
    let Ok(program) = gate::program(config, brands.to_vec()) else { return Vec::new() };
    let looked = tokio::time::timeout(PATIENCE, gate::standings(config, program, now)).await;
    // What cannot be looked at is named by whoever looks at the databases.
    let Ok(Ok(standings)) = looked else { return Vec::new() };
    vec![check(&standings, gate::is_trial(config))]
}

fn check(standings: &[(String, Standing)], is_trial: bool) -> Check {
    let name = "data-map";
    for (slug, standing) in standings {
        match standing {
            Standing::Free => {}
            Standing::Due(from) => {
                let what = format!(
                    "{slug}: this version's data map was announced for {}, which has come",
                    day(*from)
                );
                return Check::warn(name, what, "serve with this version: people expect it");
            }
            Standing::Behind(from) => {
                let what =
                    format!("{slug}: another data map was announced for {}, which has come", day(*from));
                return Check::warn(name, what, "serve with the version or configuration that was announced");
            }
            Standing::Waits(from, changes) => {
                let what = format!(
                    "{slug}: what this version changes for people is announced for {} ({})",
                    day(*from),
                    listed(changes)
                );
                return Check::needed(
                    is_trial,
                    name,
                    what,
                    "serve with the version of before until that day",
                );
            }
            Standing::Unannounced(changes) => {
                let what = format!(
                    "{slug}: this version or configuration changes what is stored about people, and nobody was told ({})",
                    listed(changes)
                );
                let remedy = "serve with that of before, and announce this one with `entente data-map announce --in-force DATE`";
                return Check::needed(is_trial, name, what, remedy);
            }
        }
    }
    Check::ok(name, "this program stores about people what they were told")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;
    use engine::datamap::diff::Change;

    #[test]
    fn claim_d1_a_map_that_nobody_was_told_of_and_one_that_is_due_are_named() {
        let at = Timestamp::from_secs(1_795_348_800);
        let changes = || vec![Change::LongerBackups { days: 14 }];
        for (standing, state, named) in [
            (Standing::Free, State::Ok, "what they were told"),
            (Standing::Due(at), State::Warn, "2026-11-22"),
            (Standing::Behind(at), State::Warn, "another data map"),
            (Standing::Waits(at, changes()), State::Fail, "longer-backups 14 days"),
            (Standing::Unannounced(changes()), State::Fail, "data-map announce"),
        ] {
            let all = [("one".to_owned(), Standing::Free), ("two".to_owned(), standing.clone())];
            let found = check(&all, false);
            assert_eq!(found.state, state, "{found:?}");
            assert!(format!("{} {}", found.what, found.remedy).contains(named), "{found:?}");
            assert!(check(&all, true).state != State::Fail, "a trial may");
        }
        assert_eq!(check(&[], false).state, State::Ok);
    }
}
