//! `entente doctor`: what is missing for production, and what to do about it (claim F10).
//!
//! Invariants: it looks and changes nothing; every finding that is not well names its remedy; it shows
//! no secret. 0: nothing fails; 1: something does; 2: it could not look.

mod content;
mod copies;
mod data_map;
mod files;
mod hosts;
mod network;
mod outside;
mod people;
mod servers;
mod witnesses;

use crate::certificate::Source;
use crate::command::{say, say_and_end};
use crate::config::Config;
use crate::wiring::{self, Ambient};
use engine::{InForce, would_be_in_force};
use model::brand::Brand;
use model::brand::overlay::Overlay;
use model::time::Timestamp;
use std::io::IsTerminal as _;
use std::net::IpAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use store::{Database, StoreError, Tx, tables};

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How it stands with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ok,
    /// Fit for a trial, or worth a thought.
    Warn,
    /// Not fit to serve people.
    Fail,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// Green, yellow, red.
    const fn colour(self) -> u8 {
        match self {
            Self::Ok => 32,
            Self::Warn => 33,
            Self::Fail => 31,
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Check {
    /// Stable, for scripts.
    name: &'static str,
    state: State,
    what: String,
    /// Empty when all is well.
    remedy: String,
}

impl Check {
    fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: State::Ok, what: what.into(), remedy: String::new() }
    }

    fn warn(name: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, state: State::Warn, what: what.into(), remedy: remedy.into() }
    }

    fn fail(name: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, state: State::Fail, what: what.into(), remedy: remedy.into() }
    }

    /// What a trial on one's own machine may do without and a server for people may not.
    fn needed(trial: bool, name: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        let check = Self::fail(name, what, remedy);
        if trial { Self { state: State::Warn, ..check } } else { check }
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name,
            "state": self.state.word(),
            "what": self.what,
            "remedy": if self.remedy.is_empty() { None } else { Some(&self.remedy) },
        })
    }
}

/// What is looked at.
struct Patient<'a> {
    config: &'a Config,
    /// The configuration's file, if there is one.
    file: Option<&'a Path>,
    brands: Result<Vec<Brand>, String>,
    register: Result<outbound::Register, String>,
    in_force: &'a Result<InForce, String>,
    source: Option<Source>,
    now: Timestamp,
    /// Whether only this machine can reach it: then it serves nobody yet.
    is_trial: bool,
}

/// Why a database was not looked at.
const UNASKED: &str = "whoever hosts it is not announced, so it is not asked";

pub async fn run(file: Option<&Path>, json: bool) -> ExitCode {
    let config = match Config::load(file) {
        Ok(config) => config,
        Err(error) => return say_and_end(&error, 2),
    };
    let here = Path::new(crate::config::FILE);
    let file = file.or_else(|| here.exists().then_some(here));
    let ambient = Ambient::real();
    let now = ambient.clock.now();
    // Nobody is asked who is not announced, not even to look (claim F9).
    let may_ask = hosts::may_be_dialled(&config, now).await;
    let brands = match wiring::brands(&config) {
        Ok(brands) if may_ask => Ok(as_set(&config, brands).await),
        Ok(brands) => Ok(brands),
        Err(error) => Err(format!("{error:#}")),
    };
    let is_trial = is_here(&wiring::public_host(&config.public_url));
    let served = brands.clone().unwrap_or_default();
    let in_force = if may_ask { in_force(&config, &served, now).await } else { Err(UNASKED.to_owned()) };
    let mut checks = examine(&config, file, brands, &in_force, now);
    checks.extend(network::databases(&config).await);
    if may_ask {
        checks.extend(servers::examine(&config, &*ambient.clock, is_trial).await);
    }
    checks.push(hosts::examine(&config, &in_force, now).await);
    checks.extend(outside::examine(&config, &served, in_force, &ambient, is_trial).await);
    checks.extend(outside::scanner(&config).await);
    if may_ask {
        checks.extend(content::schema(&config).await);
        checks.extend(content::examine(&config, &served, now, is_trial).await);
        checks.extend(data_map::examine(&config, &served, now).await);
        checks.push(copies::examine(&config, now).await);
        checks.extend(witnesses::examine(&config, now).await);
    } else {
        checks.extend(content::not_asked(UNASKED));
    }
    let worst = checks.iter().map(|check| check.state).max().unwrap_or(State::Ok);
    if json {
        let list: Vec<_> = checks.iter().map(Check::to_json).collect();
        say(&serde_json::json!({ "state": worst.word(), "checks": list }).to_string());
    } else {
        print(&checks, is_trial);
    }
    if worst == State::Fail { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// What is so grave that nothing is served, tried out or not: whoever reaches the root key or the database by the
/// network has everything.
///
/// # Errors
/// The finding and its remedy.
pub async fn refuse_grave(config: &Config) -> anyhow::Result<()> {
    let mut grave = files::root_key_is_open(config).into_iter().chain(network::open_databases(config).await);
    if let Some(check) = grave.next() {
        anyhow::bail!("{}: {} -> {}", check.name, check.what, check.remedy);
    }
    Ok(())
}

/// The brands with what their admins have set in the console over them, as far as the database can be looked at
/// now; else their files stand for them.
async fn as_set(config: &Config, mut brands: Vec<Brand>) -> Vec<Brand> {
    let peek = Database::peek(&config.database, "brands_as_set", tables::brand::list_particulars);
    let Ok(Ok(set)) = tokio::time::timeout(PATIENCE, peek).await else { return brands };
    for (slug, text) in set {
        if let Some(brand) = brands.iter_mut().find(|brand| brand.slug == slug) {
            *brand = Overlay::read(&text).0.over(brand).0;
        }
    }
    brands
}

/// From when on each recipient may be connected to: whom the database does not know yet, everybody is to be told of
/// first (claim D3). Where nothing was ever made, nobody has to be told, and the dates of the register hold.
///
/// # Errors
/// Why it is not known; then nobody is connected to.
async fn in_force(config: &Config, brands: &[Brand], now: Timestamp) -> Result<InForce, String> {
    let register = wiring::whole_register(config).map_err(|error| format!("{error:#}"))?;
    let slugs: Vec<String> = brands.iter().map(|brand| brand.slug.clone()).collect();
    let look = async {
        if Database::is_bare(&config.database).await? {
            return Ok(InForce::new());
        }
        let read = move |tx: &Tx<'_>| {
            let mut ids = Vec::with_capacity(slugs.len());
            for slug in &slugs {
                ids.extend(tables::brand::find_by_slug(tx, slug)?);
            }
            would_be_in_force(tx, &ids, &register, now)
        };
        Database::peek(&config.database, "recipients_as_announced", read).await
    };
    within(look).await
}

/// What the database says, or why it says nothing.
async fn within<T>(look: impl Future<Output = Result<T, StoreError>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(found) => found.map_err(|error| error.to_string()),
        Err(_) => Err(format!("it does not answer within {} seconds", PATIENCE.as_secs())),
    }
}

fn examine(
    config: &Config,
    file: Option<&Path>,
    brands: Result<Vec<Brand>, String>,
    in_force: &Result<InForce, String>,
    now: Timestamp,
) -> Vec<Check> {
    let patient = Patient {
        config,
        file,
        brands,
        register: wiring::register(config).map_err(|error| format!("{error:#}")),
        in_force,
        source: Source::of(&config.tls, config.folder()),
        now,
        is_trial: is_here(&wiring::public_host(&config.public_url)),
    };
    let mut checks = Vec::new();
    files::examine(&patient, &mut checks);
    network::examine(&patient, &mut checks);
    people::examine(&patient, &mut checks);
    checks
}

/// Whether a host leads nowhere but to the machine that asks.
pub fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare.ends_with(".localhost")
        || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn print(checks: &[Check], is_trial: bool) {
    let is_coloured = std::io::stdout().is_terminal();
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    for check in checks {
        let word = format!("{:<4}", check.state.word());
        let word = if is_coloured { format!("\x1b[{}m{word}\x1b[0m", check.state.colour()) } else { word };
        say(&format!("{word}  {:width$}  {}", check.name, check.what));
        if !check.remedy.is_empty() {
            say(&format!("{:indent$}-> {}", "", check.remedy, indent = width.saturating_add(8)));
        }
    }
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    say(&format!(
        "{} checks: {} ok, {} to think about, {} not fit for production",
        checks.len(),
        count(State::Ok),
        count(State::Warn),
        count(State::Fail)
    ));
    if is_trial {
        say(
            "This is a trial: only this machine reaches it. Much of what is to be thought about fails once server.public_url is a host that others reach.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_names_make_a_trial() {
        for (host, is_trial) in [
            ("localhost", true),
            ("mysocium.localhost", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("chat.example", false),
            ("localhost.example", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_here(host), is_trial, "{host}");
        }
    }

    #[test]
    fn what_a_trial_may_lack_a_server_may_not() {
        assert_eq!(Check::needed(true, "mail", "", "").state, State::Warn);
        assert_eq!(Check::needed(false, "mail", "", "").state, State::Fail);
    }
}
