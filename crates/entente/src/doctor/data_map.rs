//! Whether people were told of what this program stores about them.
//!
//! Invariant: it looks at the database as it lies; the findings are those by which `serve` decides.

use super::{Check, PATIENCE};
use crate::config::Config;
use crate::gate::{self, day, listed};
use engine::datamap::gate::Standing;
use model::brand::Brand;
use model::time::Timestamp;

const NAME: &str = "data-map";
const FREE: &str = "this program stores about people what they were told";

pub async fn examine(config: &Config, brands: &[Brand], now: Timestamp) -> Vec<Check> {
    // The findings about brands and recipients say what is wrong with those.
    let Ok(program) = gate::program(config, brands.to_vec()) else { return Vec::new() };
    let looked = tokio::time::timeout(PATIENCE, gate::standings(config, program, now)).await;
    // What cannot be looked at is named by whoever looks at the databases.
    let Ok(Ok(standings)) = looked else { return Vec::new() };
    vec![check(&standings, gate::is_trial(config))]
}

/// The worst of all brands: what keeps from serving is not hidden by what is only to be known.
fn check(standings: &[(String, Standing)], is_trial: bool) -> Check {
    let worst = standings.iter().rev().max_by_key(|(_, standing)| weight(standing));
    worst.map_or_else(|| Check::ok(NAME, FREE), |(slug, standing)| of_brand(slug, standing, is_trial))
}

const fn weight(standing: &Standing) -> u8 {
    match standing {
        Standing::Free => 0,
        Standing::Due(_) => 1,
        Standing::Behind(_) => 2,
        Standing::Waits(..) => 3,
        Standing::Unannounced(_) => 4,
    }
}

fn of_brand(slug: &str, standing: &Standing, is_trial: bool) -> Check {
    match standing {
        Standing::Free => Check::ok(NAME, FREE),
        Standing::Due(from) => {
            let what =
                format!("{slug}: this version's data map was announced for {}, which has come", day(*from));
            Check::warn(NAME, what, "serve with this version: people expect it")
        }
        Standing::Behind(from) => {
            let what = format!("{slug}: another data map was announced for {}, which has come", day(*from));
            Check::warn(NAME, what, "serve with the version or configuration that was announced")
        }
        Standing::Waits(from, changes) => {
            let what = format!(
                "{slug}: what this version changes for people is announced for {} ({})",
                day(*from),
                listed(changes)
            );
            Check::needed(is_trial, NAME, what, "serve with the version of before until that day")
        }
        Standing::Unannounced(changes) => {
            let what = format!(
                "{slug}: this version or configuration changes what is stored about people, and nobody was told ({})",
                listed(changes)
            );
            let remedy = "serve with that of before, and announce this one with `entente data-map announce --in-force DATE`";
            Check::needed(is_trial, NAME, what, remedy)
        }
    }
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

    #[test]
    fn claim_d1_what_keeps_from_serving_is_not_hidden_by_another_brand() {
        let at = Timestamp::from_secs(1_795_348_800);
        let changes = || vec![Change::LongerBackups { days: 14 }];
        let ordered = [
            Standing::Free,
            Standing::Due(at),
            Standing::Behind(at),
            Standing::Waits(at, changes()),
            Standing::Unannounced(changes()),
        ];
        for pair in ordered.windows(2) {
            let [mild, bad] = pair else { panic!("{pair:?}") };
            let (mild, bad) = (("mild".to_owned(), mild.clone()), ("bad".to_owned(), bad.clone()));
            for all in [[mild.clone(), bad.clone()], [bad, mild]] {
                let found = check(&all, false);
                assert!(found.what.starts_with("bad: "), "{found:?}");
            }
        }
        let two = ["one", "two"].map(|slug| (slug.to_owned(), Standing::Due(at)));
        assert!(check(&two, false).what.starts_with("one: "), "of two that are alike the first");
    }
}
