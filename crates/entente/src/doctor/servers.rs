//! Who gets into PostgreSQL servers, what they write into their logs, whether what they answered is kept, and what time it
//! is there.
//!
//! Why: the log of the server is a file that nobody erases from. Values go to the server apart from the statements,
//! so that only the server's own settings can bring them there.
//!
//! Invariants: it asks over our own connection, so that what holds for our user and database is judged; what a server does
//! not say is not known, and never well.

use super::network::is_local;
use super::{Check, PATIENCE, is_here};
use crate::config::Config;
use model::time::{Clock, Span, Timestamp};
use store::{Database, ServerSettings, Without};

/// How far apart two clocks that are set by the network may be, and from when on times that were told are wrong.
const OFF: Span = Span::secs(2);
const GRAVELY_OFF: Span = Span::secs(30);

pub async fn examine(config: &Config, clock: &dyn Clock, is_trial: bool) -> Vec<Check> {
    let mut checks = Vec::new();
    for (key, url, is_keys) in [("database.url", &config.database, false), ("keys.url", &config.keys, true)] {
        let before = clock.now();
        match tokio::time::timeout(PATIENCE, Database::server_settings(url)).await {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(settings))) => {
                checks.extend(user(key, &settings));
                checks.push(rights(key, &settings));
                checks.push(reach(key, is_local(url), &settings));
                checks.push(log(key, &settings, is_trial));
                checks.push(durability(key, &settings, is_keys));
                checks.push(clocks(key, settings.now, before, clock.now()));
            }
            Ok(Err(error)) => checks.push(Check::fail(
                "database-log",
                format!("{key}: the server cannot be asked what it writes into its log: {error}"),
                "see that it runs and lets this user in",
            )),
            Err(_) => checks.push(Check::fail(
                "database-log",
                format!("{key}: the server does not answer"),
                "see that it runs and can be reached from here",
            )),
        }
    }
    checks
}

/// The server's time is the nodes' time; what this machine does by its own (certificates, files, links) should not be
/// far from it. `now` was said some time between `before` and `after`.
fn clocks(key: &str, now: Timestamp, before: Timestamp, after: Timestamp) -> Check {
    let remedy = "switch on time synchronisation on both machines, and wait until it has set the clocks";
    judged("database-clock", &format!("{key}: the server's clock"), (now, now), (before, after), remedy)
}

/// `said`: between which moments it was by the other clock when it was asked, between `asked` by ours.
pub(super) fn judged(
    name: &'static str,
    whose: &str,
    said: (Timestamp, Timestamp),
    asked: (Timestamp, Timestamp),
    remedy: &str,
) -> Check {
    let off = asked.0.since(said.1).0.max(said.0.since(asked.1).0).max(0);
    let what = format!("{whose} and this machine's are {} seconds apart", off / 1_000_000);
    if Span(off) > GRAVELY_OFF {
        Check::fail(name, what, remedy)
    } else if Span(off) > OFF {
        Check::warn(name, what, remedy)
    } else {
        Check::ok(name, format!("{whose} and this machine's agree"))
    }
}

fn setting<'s>(settings: &'s ServerSettings, name: &str) -> Option<&'s str> {
    let found = settings.settings.iter().find(|(of, _)| of == name);
    found.map(|(_, value)| value.as_str())
}

/// Settings of every PostgreSQL that this server does not know.
fn unknown<'n>(settings: &ServerSettings, names: &[&'n str]) -> Option<String> {
    let missing: Vec<&'n str> =
        names.iter().copied().filter(|name| setting(settings, name).is_none()).collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// Whatever its name is.
fn user(key: &str, settings: &ServerSettings) -> Option<Check> {
    let is_superuser = setting(settings, "is_superuser") == Some("on");
    is_superuser.then(|| {
        Check::warn(
            "database-user",
            format!("{key}: our user is the server's superuser, who reads files and every database of the server"),
            "in psql: CREATE ROLE entente LOGIN PASSWORD '…'; then a database that it owns (createdb -O entente), into which the data goes with every node stopped: pg_dump --no-owner … | psql -U entente …",
        )
    })
}

/// What our user can do to the tables. Either way is well: a note.
fn rights(key: &str, settings: &ServerSettings) -> Check {
    let what = if settings.may_change_tables {
        "our user may change tables, and each start brings them up to date; with less it serves as well: `entente migrate --grant`"
    } else {
        "our user reads and writes rows and changes no table; `entente migrate` brings them up to date as their owner"
    };
    Check::ok("database-rights", format!("{key}: {what}"))
}

/// Who else gets in.
fn reach(key: &str, is_local: bool, settings: &ServerSettings) -> Check {
    let name = "database-reach";
    match settings.open {
        None => {}
        Some(Without::Anything) => {
            return Check::fail(
                name,
                format!("{key}: the server lets our user in without its password or certificate"),
                "in pg_hba.conf write scram-sha-256, or for certificates cert, where it says trust; then, as the server's superuser, in psql: SELECT pg_reload_conf();",
            );
        }
        Some(Without::Certificate) => {
            return Check::fail(
                name,
                format!("{key}: the server lets our user in by the password alone, without the certificate"),
                "in pg_hba.conf add clientcert=verify-full to the user's hostssl line, or write cert in place of scram-sha-256; then, as the server's superuser, in psql: SELECT pg_reload_conf();",
            );
        }
    }
    let listens = setting(settings, "listen_addresses").unwrap_or("");
    let elsewhere = listens.split(',').map(str::trim).any(|address| !address.is_empty() && !is_here(address));
    if is_local && elsewhere {
        return Check::warn(
            name,
            format!("{key}: only this machine uses the server, and it listens at {listens}"),
            "as the server's superuser, in psql: ALTER SYSTEM SET listen_addresses = 'localhost'; then start it anew",
        );
    }
    let what = format!("{key}: nobody gets in as our user without what lets us in");
    if elsewhere {
        // Whether that is more than the network which both machines share, the server does not say.
        return Check::ok(
            name,
            format!("{what}; it listens at {listens}, so its network decides who may try"),
        );
    }
    Check::ok(name, what)
}

/// The name of a setting that is not well, what follows from it, and what it should be.
type Fault = (&'static str, &'static str, &'static str);

/// What brings statements with their values into the log.
fn faults(settings: &ServerSettings) -> Vec<Fault> {
    let is = |name: &str, fine: &[&str]| setting(settings, name).is_none_or(|value| fine.contains(&value));
    let mut faults: Vec<Fault> = Vec::new();
    if !is("log_statement", &["none", "ddl"]) {
        faults.push(("log_statement", "every statement is written down", "none"));
    }
    if !is("log_min_error_statement", &["panic", "fatal", "log"]) {
        faults.push(("log_min_error_statement", "a statement that fails is written down", "panic"));
    }
    if !is("log_parameter_max_length_on_error", &["0"]) {
        faults.push(("log_parameter_max_length_on_error", "the values of one that fails too", "0"));
    }
    let has_sampling = !is("log_min_duration_statement", &["-1"])
        || !is("log_min_duration_sample", &["-1"])
        || !is("log_transaction_sample_rate", &["0"]);
    if has_sampling && !is("log_parameter_max_length", &["0"]) {
        faults.push(("log_parameter_max_length", "slow or sampled statements come with their values", "0"));
    }
    for name in ["debug_print_parse", "debug_print_rewritten", "debug_print_plan"] {
        if !is(name, &["off"]) {
            faults.push((name, "statements are taken apart in the log, values included", "off"));
        }
    }
    // Its plans hold the values whatever it is told about parameters.
    if !is("auto_explain.log_min_duration", &["-1"]) {
        faults.push(("auto_explain.log_min_duration", "plans are written down, values included", "-1"));
    }
    if !is("pgaudit.log", &["none"]) && !is("pgaudit.log_parameter", &["off"]) {
        faults.push(("pgaudit.log_parameter", "the audit log holds values", "off"));
    }
    faults
}

fn log(key: &str, settings: &ServerSettings, is_trial: bool) -> Check {
    let name = "database-log";
    let mut faults = faults(settings);
    let is_severe = !faults.is_empty();
    if setting(settings, "log_error_verbosity") != Some("terse") {
        faults.push(("log_error_verbosity", "an error quotes the values of a row", "terse"));
    }
    if faults.is_empty() {
        let asked = ["log_statement", "log_min_error_statement", "log_parameter_max_length_on_error"];
        return match unknown(settings, &asked) {
            Some(missing) => Check::warn(
                name,
                format!("{key}: not known: the server has no {missing}"),
                "look into its log, whether statements stand there with their values",
            ),
            None => Check::ok(name, format!("{key}: the server's log holds no values")),
        };
    }
    let told: Vec<_> = faults.iter().map(|(name, what, _)| format!("{what} ({name})")).collect();
    let set = faults.iter().map(|(name, _, fine)| format!("ALTER SYSTEM SET {name} = '{fine}';"));
    let remedy = format!(
        "as the server's superuser, in psql: {} SELECT pg_reload_conf();",
        set.collect::<Vec<_>>().join(" ")
    );
    let what = format!("{key}: into the server's log, {}", told.join("; "));
    if is_severe { Check::needed(is_trial, name, what, remedy) } else { Check::warn(name, what, remedy) }
}

/// Whether a commit that was answered outlives a crash, and the server itself where another takes over.
fn durability(key: &str, settings: &ServerSettings, is_keys: bool) -> Check {
    let name = "database-durability";
    for (of, fine) in [("fsync", "on"), ("full_page_writes", "on")] {
        if setting(settings, of) == Some("off") {
            return Check::fail(
                name,
                format!("{key}: a crash of the server's machine may destroy the database ({of} is off)"),
                format!(
                    "as the server's superuser, in psql: ALTER SYSTEM SET {of} = '{fine}'; SELECT pg_reload_conf();"
                ),
            );
        }
    }
    let commit = setting(settings, "synchronous_commit").unwrap_or("on");
    if commit == "off" {
        return Check::fail(
            name,
            format!(
                "{key}: what was answered, a withdrawal or an erasure, may be lost in a crash (synchronous_commit is off)"
            ),
            "as the server's superuser, in psql: ALTER SYSTEM SET synchronous_commit = 'on'; SELECT pg_reload_conf();",
        );
    }
    let is_replicated = setting(settings, "synchronous_standby_names").is_some() && commit != "local";
    if settings.has_successor && !is_replicated {
        let lost = if is_keys {
            "after an erasure the root key would open nothing there"
        } else {
            "a withdrawal that was answered would be lost"
        };
        return Check::fail(
            name,
            format!("{key}: the server that takes over may lack the newest commits: {lost}"),
            "make the replica synchronous: name it in synchronous_standby_names, and leave synchronous_commit on",
        );
    }
    if let Some(missing) = unknown(settings, &["fsync", "full_page_writes", "synchronous_commit"]) {
        return Check::warn(
            name,
            format!("{key}: not known: the server has no {missing}"),
            "see in its own documents that what a commit was answered for outlives a crash, and set it so",
        );
    }
    Check::ok(name, format!("{key}: what is answered is kept"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    fn with(changed: &[(&str, &str)], has_successor: bool) -> ServerSettings {
        let good = [
            ("log_statement", "none"),
            ("log_min_error_statement", "panic"),
            ("log_parameter_max_length_on_error", "0"),
            ("log_error_verbosity", "terse"),
            ("log_min_duration_statement", "-1"),
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
        ];
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        // The first of a name is taken.
        let settings = changed.iter().chain(&good).map(owned).collect();
        ServerSettings {
            is_encrypted: true,
            open: None,
            has_successor,
            may_change_tables: true,
            now: Timestamp::ZERO,
            settings,
        }
    }

    #[test]
    fn claim_f10_a_user_who_may_everything_on_the_server_is_named() {
        for (is_superuser, state) in [("on", Some(State::Warn)), ("off", None)] {
            let check = user("k", &with(&[("is_superuser", is_superuser)], false));
            assert_eq!(check.as_ref().map(|check| check.state), state, "{check:?}");
        }
    }

    #[test]
    fn claim_f10_a_server_that_others_get_into_is_named() {
        let mut settings = with(&[], false);
        assert_eq!(reach("k", true, &settings).state, State::Ok);
        for (listens, is_local, state) in [
            ("localhost", true, State::Ok),
            ("127.0.0.1, ::1", true, State::Ok),
            ("*", true, State::Warn),
            ("localhost,10.0.0.9", true, State::Warn),
            ("*", false, State::Ok),
        ] {
            let check = reach("k", is_local, &with(&[("listen_addresses", listens)], false));
            assert_eq!(check.state, state, "{check:?}");
        }
        for open in [Without::Anything, Without::Certificate] {
            settings.open = Some(open);
            assert_eq!(reach("k", false, &settings).state, State::Fail);
        }
    }

    #[test]
    fn claim_f10_what_a_server_does_not_say_is_not_well() {
        let silent = ServerSettings { settings: Vec::new(), ..with(&[], false) };
        for check in [log("k", &silent, false), durability("k", &silent, false)] {
            assert!(check.state == State::Warn && !check.remedy.is_empty(), "{check:?}");
        }
        let some = ServerSettings {
            settings: vec![("log_error_verbosity".to_owned(), "terse".to_owned())],
            ..with(&[], false)
        };
        assert!(log("k", &some, false).what.contains("not known"), "{:?}", log("k", &some, false));
    }

    #[test]
    fn claim_f10_a_server_that_writes_values_into_its_log_is_named() {
        assert_eq!(log("k", &with(&[], false), false).state, State::Ok);
        for (name, value) in [
            ("log_statement", "mod"),
            ("log_min_error_statement", "error"),
            ("log_parameter_max_length_on_error", "-1"),
            ("debug_print_plan", "on"),
            ("auto_explain.log_min_duration", "250ms"),
        ] {
            let settings = with(&[(name, value)], false);
            let check = log("k", &settings, false);
            assert_eq!(check.state, State::Fail, "{name}");
            assert!(check.remedy.contains(&format!("ALTER SYSTEM SET {name} = ")), "{check:?}");
            assert_eq!(log("k", &settings, true).state, State::Warn, "a trial may");
        }
        let slow = [("log_min_duration_statement", "100ms"), ("log_parameter_max_length", "-1")];
        assert_eq!(log("k", &with(&slow, false), false).state, State::Fail);
        let without = [("log_min_duration_statement", "100ms"), ("log_parameter_max_length", "0")];
        assert_eq!(log("k", &with(&without, false), false).state, State::Ok);
        let audit = [("pgaudit.log", "write"), ("pgaudit.log_parameter", "on")];
        assert_eq!(log("k", &with(&audit, false), false).state, State::Fail);
        assert_eq!(log("k", &with(&[("log_error_verbosity", "default")], false), false).state, State::Warn);
    }

    #[test]
    fn claim_f10_a_server_that_may_forget_what_it_answered_is_named() {
        let state = |changed: &[(&str, &str)], several| durability("k", &with(changed, several), true).state;
        assert_eq!(state(&[], false), State::Ok);
        assert_eq!(state(&[("fsync", "off")], false), State::Fail);
        assert_eq!(state(&[("synchronous_commit", "off")], false), State::Fail);
        assert_eq!(state(&[], true), State::Fail);
        let named = ("synchronous_standby_names", "ANY 1 (b, c)");
        assert_eq!(state(&[named], true), State::Ok);
        assert_eq!(state(&[named, ("synchronous_commit", "local")], true), State::Fail);
    }

    #[test]
    fn claim_f10_a_server_whose_clock_is_another_is_named() {
        let at = |seconds: i64| Timestamp::from_secs(1_795_000_000 + seconds);
        for (now, state) in [
            (at(0), State::Ok),
            (at(3), State::Ok),
            (at(-2), State::Ok),
            (at(-3), State::Warn),
            (at(6), State::Warn),
            (at(-31), State::Fail),
            (at(3_600), State::Fail),
        ] {
            let check = clocks("database.url", now, at(0), at(3));
            assert_eq!(check.state, state, "{check:?}");
        }
    }
}
