//! Whether somebody else signs the log's checkpoints, and how far they are; and whether what we remember as
//! somebody's witness is kept.

use super::{Check, PATIENCE};
use crate::config::Config;
use crate::wiring;
use crate::witness::with_witnesses;
use engine::witness::Problem;
use model::time::{Span, Timestamp};
use store::tables::{ledger, witness};
use store::{Database, StoreError, Tx};

/// A witness that is this far behind a newer checkpoint is not there.
const LATE: Span = Span::hours(1);

/// What the database says: the newest checkpoint's size and time, and each witness's standing.
type Found = (Option<(u64, Timestamp)>, Vec<Option<witness::Standing>>);

pub async fn examine(config: &Config, now: Timestamp) -> Vec<Check> {
    let name = "witnesses";
    if config.asked.peers.is_empty() {
        let what = "nobody signs the log's checkpoints: what it proves rests on this installation's word";
        let remedy = "agree with somebody on witnessing each other, see docs/witness.md";
        return vec![Check::warn(name, what, remedy)];
    }
    let placed = wiring::register(config).and_then(|register| with_witnesses(register, &config.asked));
    if let Err(error) = placed {
        return vec![Check::fail(
            name,
            format!("{error:#}"),
            "the program does not start before that is right",
        )];
    }
    let keys: Vec<String> = config.asked.peers.iter().map(|peer| peer.key.to_string()).collect();
    let read = move |tx: &Tx<'_>| {
        let head = ledger::head(tx)?.map(|head| (head.size, head.signed_at));
        let found: Result<Vec<_>, _> = keys.iter().map(|key| witness::standing(tx, key)).collect();
        Ok::<Found, StoreError>((head, found?))
    };
    let peek = Database::peek(&config.database, "witnesses", read);
    let Ok(Ok((head, standings))) = tokio::time::timeout(PATIENCE, peek).await else {
        let what =
            format!("{} are named; the database does not say how far they are", config.asked.peers.len());
        return vec![Check::warn(name, what, "start the program once, then look again")];
    };
    let peers = config.asked.peers.iter().zip(standings);
    peers.map(|(peer, standing)| judge(name, peer.key.name(), head, standing, now)).collect()
}

fn judge(
    name: &'static str,
    who: &str,
    head: Option<(u64, Timestamp)>,
    standing: Option<witness::Standing>,
    now: Timestamp,
) -> Check {
    let Some((size, signed_at)) = head else {
        return Check::ok(name, format!("{who} is asked once there is a checkpoint"));
    };
    let problem = standing.as_ref().and_then(|found| found.problem.as_deref()).and_then(Problem::from_code);
    match problem {
        Some(Problem::RolledBack) => Check::fail(
            name,
            format!("{who} holds a longer log under this log's signature: older data was put back here"),
            "restore newer data, see docs/witness.md",
        ),
        Some(Problem::Forked) => Check::fail(
            name,
            format!("{who} holds another history under this log's signature"),
            "restore the data that was published, see docs/witness.md",
        ),
        Some(Problem::Unknown | Problem::OtherKey) => Check::warn(
            name,
            format!("{who} does not know this log's key"),
            "hand its operator the key at /.well-known/entente/log-key",
        ),
        Some(other) => Check::warn(
            name,
            format!("{who} did not sign when it was last asked ({})", other.code()),
            "see whether it is reachable; it is asked again with the next checkpoint",
        ),
        None if standing.is_some_and(|found| found.size >= size) => {
            Check::ok(name, format!("{who} has signed the newest checkpoint"))
        }
        None if now.since(signed_at) < LATE => Check::ok(name, format!("{who} is being asked")),
        None => Check::warn(
            name,
            format!("{who} has not signed the newest checkpoint"),
            "start the program: it asks then",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn a_witness_is_judged_by_what_it_signed_and_what_it_has_against_us() {
        let now = Timestamp::from_secs(1_000_000);
        let standing = |size, problem: Option<Problem>| {
            let problem = problem.map(|problem| problem.code().to_owned());
            Some(witness::Standing { size, tried_at: now, cosigned_at: Some(now), problem })
        };
        let old = now.minus(Span::days(1));
        for (head, standing, state) in [
            (None, None, State::Ok),
            (Some((5, old)), standing(5, None), State::Ok),
            (Some((5, now)), None, State::Ok),
            (Some((5, old)), None, State::Warn),
            (Some((5, old)), standing(4, None), State::Warn),
            (Some((5, old)), standing(5, Some(Problem::Unreachable)), State::Warn),
            (Some((5, old)), standing(5, Some(Problem::Unknown)), State::Warn),
            (Some((5, old)), standing(5, Some(Problem::RolledBack)), State::Fail),
            (Some((5, old)), standing(5, Some(Problem::Forked)), State::Fail),
        ] {
            let check = judge("witnesses", "w.example", head, standing, now);
            assert_eq!(check.state, state, "{check:?}");
            assert_eq!(check.remedy.is_empty(), state == State::Ok, "{check:?}");
        }
    }
}
