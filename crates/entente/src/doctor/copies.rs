//! Whether the keys are copied at all, and whether every copy of them goes in time.

use super::{Check, PATIENCE};
use crate::backup::copies::is_ours;
use crate::backup::host;
use crate::config::Config;
use model::time::{Span, Timestamp};
use store::Database;
use store::key_copies::{self, KeyCopy};

pub async fn examine(config: &Config, now: Timestamp) -> Check {
    let peek = Database::peek(&config.keys, "key_copies", key_copies::list_living);
    match tokio::time::timeout(PATIENCE, peek).await {
        Ok(Ok(copies)) => match host::known(config.folder()) {
            Ok(here) => {
                judge(&copies, |copy| is_ours(copy, here.as_ref(), &config.keys), config.backup_days, now)
            }
            Err(error) => {
                Check::fail("key-copies", format!("{error:#}"), "without it no copy is known to be gone")
            }
        },
        _ => Check::warn(
            "key-copies",
            "the key store cannot be asked which copies of it were made",
            "it is made by the first start; else see the finding about the database",
        ),
    }
}

fn judge(copies: &[KeyCopy], is_ours: impl Fn(&KeyCopy) -> bool, days: u16, now: Timestamp) -> Check {
    let name = "key-copies";
    let age = |copy: &KeyCopy| now.since(copy.made_at);
    let life = Span::days(i64::from(days));
    // The program destroys one within the hour.
    let late: Vec<String> = copies
        .iter()
        .filter(|copy| age(copy) > Span(life.0.saturating_add(Span::hours(2).0)))
        .map(|copy| format!("{}{}", copy.place, if is_ours(copy) { "" } else { " (on another machine)" }))
        .collect();
    if !late.is_empty() {
        return Check::fail(
            name,
            format!(
                "copies of the keys are older than the {days} days that receipts promise: {}",
                late.join(", ")
            ),
            "destroy them, and whatever was made of them, and see that `entente serve` or `entente backup` runs on the machine that wrote them: it finds them gone; the second receipts wait for it",
        );
    }
    let away: Vec<&str> =
        copies.iter().filter(|copy| !is_ours(copy)).map(|copy| copy.place.as_str()).collect();
    if !away.is_empty() {
        return Check::warn(
            name,
            format!(
                "copies of the keys lie on other machines, and only there are they destroyed: {}",
                away.join(", ")
            ),
            "let `entente serve` run there, or a timer call `entente backup`; both destroy what is too old",
        );
    }
    match copies.iter().map(age).min() {
        None => Check::warn(
            name,
            "no copy of the keys is there: what is lost with the key store is lost for good",
            "let a timer call `entente backup`, see docs/backup.md",
        ),
        Some(newest) if newest > Span::days(1) => Check::warn(
            name,
            "the newest copy of the keys is older than a day: whoever came since is lost with the key store",
            "let a timer call `entente backup FILE --keys-only`, see docs/backup.md",
        ),
        Some(_) => Check::ok(name, format!("{} copies of the keys, none too old", copies.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn claim_f10_copies_of_the_keys_that_outlive_the_promise_are_found() {
        let now = Timestamp(1_795_348_800_000_000);
        let made = |days: i64| KeyCopy {
            id: [1; 16],
            made_at: now.minus(Span::days(days)),
            place: format!("/away/{days}"),
            host: None,
        };
        let judge =
            |copies: &[KeyCopy], days, now| super::judge(copies, |copy| copy.host.is_none(), days, now);
        assert_eq!(judge(&[], 7, now).state, State::Warn);
        assert_eq!(judge(&[made(0), made(6)], 7, now).state, State::Ok);
        assert_eq!(judge(&[made(3)], 7, now).state, State::Warn);
        let late = judge(&[made(8), made(0)], 7, now);
        assert!(late.state == State::Fail && late.what.contains("/away/8") && !late.what.contains("/away/0"));
        let there = |days| KeyCopy { host: Some([2; 16]), ..made(days) };
        let away = judge(&[made(0), there(3)], 7, now);
        assert!(away.state == State::Warn && away.what.contains("/away/3") && !away.what.contains("/away/0"));
        let late = judge(&[made(0), there(8)], 7, now);
        assert!(late.state == State::Fail && late.what.contains("/away/8 (on another machine)"), "{late:?}");
    }
}
