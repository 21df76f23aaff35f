//! The gate for data maps on the command line: a program whose map is materially another is not served before it was
//! announced in time (claims D1, F7).
//!
//! Invariants: the database is looked at as it lies, before it is brought up to date, so that a program that is refused
//! leaves it to the one before; an announcement is one commit beside the program that serves.

use crate::ambient::OsEntropy;
use crate::command::say;
use crate::config::{Config, Mail};
use crate::status::misconfigured;
use crate::wiring::{self, Ambient};
use crate::{data_map, hosting, moving};
use anyhow::{Context as _, Result, anyhow, bail};
use engine::actions::documents::{Early, NOTICE};
use engine::datamap::diff::Change;
use engine::datamap::gate::{self, Announcing, Program, Standing, Told};
use engine::views::At;
use model::brand::Brand;
use model::id::AnnouncementId;
use model::time::{Span, Timestamp};
use outbound::mail::MailRoute;
use std::path::Path;
use store::{Database, StoreError};

/// How the program stands, brand by brand; nothing where there is no database yet.
pub async fn standings(
    config: &Config,
    program: Program,
    now: Timestamp,
) -> Result<Vec<(String, Standing)>, StoreError> {
    if Database::is_bare(&config.database).await? {
        return Ok(Vec::new());
    }
    Database::peek(&config.database, "data_map_gate", move |tx| gate::standings(tx, &program, now)).await
}

/// Whether nobody real is reached: Meta is a simulator on this machine, and mail goes to nobody.
pub fn is_trial(config: &Config) -> bool {
    let has_server = matches!(&config.mail, Some(Mail { route: MailRoute::Smtp(_), .. }));
    wiring::loopback(&config.graph_url).is_some() && !has_server
}

/// A day, as it is given and said.
pub fn day(at: Timestamp) -> String {
    At(at).to_string().chars().take(10).collect()
}

/// The first day that begins after the notice has run.
fn first_day(now: Timestamp) -> String {
    day(now.plus(NOTICE).plus(Span::days(1)))
}

/// Changes in the map's codes.
pub fn listed(changes: &[Change]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Refuses to serve a map that people were not told of in time. In a trial it is only said: whoever tries out what they
/// develop changes the map as they like.
///
/// # Errors
/// Says what is another, and what to do.
pub fn refuse(config: &Config, standings: &[(String, Standing)], now: Timestamp) -> Result<()> {
    let Some((slug, standing)) = standings.iter().find(|(_, standing)| !standing.may_serve()) else {
        return Ok(());
    };
    let problem = match standing {
        Standing::Waits(from, changes) => format!(
            "data map: what changes for the people of {slug} is announced for {}: serve with the version or configuration of before until then ({})",
            day(*from),
            listed(changes)
        ),
        Standing::Unannounced(changes) => format!(
            "data map: for the people of {slug} this version or configuration changes what is stored about them: serve with that of before, and announce this one beside it: entente data-map announce --in-force {} ({})",
            first_day(now),
            listed(changes)
        ),
        Standing::Free | Standing::Due(_) | Standing::Behind(_) => return Ok(()),
    };
    if is_trial(config) {
        tracing::warn!(
            problem,
            "served all the same: with a simulator and without a mail server it is a trial"
        );
        return Ok(());
    }
    let problem = anyhow!(problem);
    // The day that is waited for comes by itself.
    Err(if matches!(standing, Standing::Unannounced(_)) { misconfigured(problem) } else { problem })
}

/// `entente data-map announce`
pub async fn announce(day: &str, because: Option<data_map::Because>, config: Option<&Path>) -> Result<()> {
    let config = Config::load(config)?;
    let ambient = Ambient::real();
    let now = ambient.clock.now();
    let begins = At::parse(&format!("{day}T00:00:00Z"));
    let begins = begins.ok_or_else(|| anyhow!("--in-force: give a day, such as {}", first_day(now)))?.0;
    let early = because.map(|because| match because {
        data_map::Because::Law => Early::Law,
        data_map::Because::Security => Early::Security,
    });
    gate::check_day(now, begins, early).map_err(|problem| {
        anyhow!("--in-force: {day} {problem}; the first day without a reason is {}", first_day(now))
    })?;
    hosting::refuse(&config, now).await?;
    if Database::is_bare(&config.database).await.context("database.url")? {
        bail!("database.url: nothing was ever served here: there is nobody to tell");
    }
    moving::refuse_marked(&config).await?;
    let brands = wiring::brands(&config)?;
    let ids = brands.iter().map(|_| AnnouncementId::new(now, &OsEntropy)).collect();
    let new = Announcing {
        program: program(&config, brands)?,
        in_force_from: begins,
        early,
        words: web::datamap::changes::in_words,
        ids,
    };
    let write = move |tx: &store::Tx<'_>| gate::announce(tx, &new, now);
    let told = Database::touch(&config.database, "announce_data_map", write).await.context("database.url")?;
    for (slug, told) in told {
        say(&match told {
            Told::Nothing => format!("{slug}: nothing to announce: this version may be served"),
            Told::Already(from) => format!("{slug}: announced already, for {}", self::day(from)),
            Told::Announced(from, changes) => format!(
                "{slug}: announced for {}; whoever serves tells every account now ({})",
                self::day(from),
                listed(&changes)
            ),
        });
    }
    Ok(())
}

/// This program with this configuration.
pub fn program(config: &Config, brands: Vec<Brand>) -> Result<Program> {
    Ok(Program { brands, register: wiring::register(config)?, backup_days: config.backup_days })
}
