//! Databases that somebody else hosts. A server that is neither on this machine nor in a network of one's own holds
//! everything, so whoever runs it is a recipient like any other (claims D3, F9).
//!
//! Invariants: such a server is not dialled unless the register names it for a day that has come; nothing is served from
//! it before everybody was told of it in time. Who was told stands in the database itself, so that alone is read there
//! before.

use crate::config::Config;
use crate::status::misconfigured;
use crate::wiring;
use anyhow::{Context as _, Result, anyhow, bail};
use engine::InForce;
use engine::views::At;
use model::time::Timestamp;
use outbound::{Names, Recipient, Register, SystemNames};

/// A server of somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosted {
    /// What of the configuration names it.
    pub key: &'static str,
    pub host: String,
    pub port: u16,
}

impl Hosted {
    pub fn entry<'r>(&self, register: &'r Register) -> Option<&'r Recipient> {
        register.recipients().iter().find(|one| (&one.host, one.port) == (&self.host, self.port))
    }
}

/// The servers of both databases that somebody else hosts.
///
/// # Errors
/// An address that is none.
pub async fn servers(config: &Config) -> Result<Vec<Hosted>> {
    Ok(look(config).await?.hosted)
}

/// Where the servers of the databases are.
#[derive(Debug, Default)]
pub struct Found {
    /// By somebody else.
    pub hosted: Vec<Hosted>,
    /// Hosts whose names lead nowhere from here, so that nobody knows.
    pub lost: Vec<String>,
}

/// # Errors
/// An address that is none.
pub async fn look(config: &Config) -> Result<Found> {
    find(&SystemNames, [("database.url", &*config.database), ("keys.url", &*config.keys)]).await
}

async fn find<'u>(
    names: &dyn Names,
    urls: impl IntoIterator<Item = (&'static str, &'u str)>,
) -> Result<Found> {
    let Found { mut hosted, mut lost } = Found::default();
    for (key, url) in urls {
        for server in store::servers(url).context(key)? {
            let leads_to = server.address.map_or_else(|| server.host.clone(), |address| address.to_string());
            match outbound::is_own(names, &leads_to).await {
                Ok(true) => continue,
                Ok(false) => {}
                // There is nobody to be dialled, and the database says so.
                Err(_) => {
                    lost.push(leads_to);
                    continue;
                }
            }
            let (host, port) = (server.host, server.port);
            if !hosted.iter().any(|known| (&known.host, known.port) == (&host, port)) {
                hosted.push(Hosted { key, host, port });
            }
        }
    }
    Ok(Found { hosted, lost })
}

/// Whether a server of this address lies out of one's own network; of an address that is none, the database says so.
pub async fn is_elsewhere(names: &dyn Names, key: &'static str, url: &str) -> bool {
    find(names, [(key, url)]).await.is_ok_and(|found| !found.hosted.is_empty())
}

/// Refuses servers that the register does not name for a day that has come.
///
/// # Errors
/// Says what to write into the register.
pub fn refuse_unannounced(hosted: &[Hosted], register: &Register, now: Timestamp) -> Result<()> {
    for one @ Hosted { key, host, port } in hosted {
        match one.entry(register) {
            Some(entry) if entry.in_force_from <= now => {}
            Some(entry) => bail!(
                "{key}: {host}:{port} is announced in the register of recipients (`{}`) for {}: keep the database of before until then",
                entry.name,
                At(entry.in_force_from)
            ),
            None => {
                return Err(misconfigured(anyhow!(
                    "{key}: {host}:{port} is neither on this machine nor in your own network, and whoever runs it is not in the register of recipients: add to recipients.toml a [[recipient]] with name = \"database\", host = \"{host}\", port = {port}, and who, data, purpose, country, safeguard and in_force_from; if people's data lies there already, also urgent = \"…\", which says so"
                )));
            }
        }
    }
    Ok(())
}

/// Refuses servers of which not everybody was told yet; `in_force` says from when on each recipient gets data.
///
/// # Errors
/// Says from when on, and what to do until then.
pub fn refuse_unheard(
    hosted: &[Hosted],
    register: &Register,
    in_force: &InForce,
    now: Timestamp,
) -> Result<()> {
    for one @ Hosted { key, host, port } in hosted {
        let from =
            one.entry(register).and_then(|entry| in_force.get(&entry.name)).filter(|from| **from > now);
        if let Some(from) = from {
            bail!(
                "{key}: {host}:{port} would hold people's data before everybody was told of it, which makes {} the first day: serve with the database of before until then, with this entry in the register of recipients; or say in it why it cannot wait: urgent = \"…\"",
                At(*from)
            );
        }
    }
    Ok(())
}

/// As [`refuse_unannounced`], for whoever opens the databases of this configuration.
pub async fn refuse(config: &Config, now: Timestamp) -> Result<()> {
    let hosted = servers(config).await?;
    if hosted.is_empty() {
        return Ok(());
    }
    refuse_unannounced(&hosted, &wiring::register(config)?, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::{BoxFuture, Span};
    use std::io;
    use std::net::IpAddr;

    /// Who is where, by the name.
    struct Played;

    impl Names for Played {
        fn look_up(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            Box::pin(async move {
                let found = match host.as_str() {
                    "db.provider.example" => vec!["8.8.4.4"],
                    "db" => vec!["172.18.0.3"],
                    "both.example" => vec!["10.0.0.7", "8.8.8.8"],
                    _ => return Err(io::ErrorKind::NotFound.into()),
                };
                Ok(found.into_iter().map(|address| address.parse().unwrap()).collect())
            })
        }
    }

    async fn found(data: &str, keys: &str) -> Vec<(&'static str, String, u16)> {
        let found = find(&Played, [("database.url", data), ("keys.url", keys)]).await.unwrap();
        found.hosted.into_iter().map(|one| (one.key, one.host, one.port)).collect()
    }

    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_said_to_be_unknown_and_not_taken_for_ones_own() {
        let (lost, own) = ("postgres://me@nowhere.example/x", "postgres://me@db/x");
        let found = find(&Played, [("database.url", lost), ("keys.url", own)]).await.unwrap();
        assert_eq!((found.hosted, found.lost), (Vec::new(), vec!["nowhere.example".to_owned()]));
    }

    #[tokio::test]
    async fn claim_d3_a_database_that_somebody_else_hosts_is_known_as_such() {
        for own in [
            "sqlite:entente-data/data.db",
            "postgres://me@localhost/x",
            "postgres://me@127.0.0.1,[::1],192.168.1.9,10.1.2.3/x",
            "postgres://me@%2Frun%2Fpostgresql/x",
            "postgres://me@db/x",
            "postgres://me@db.provider.example/x?hostaddr=10.0.0.9",
            "postgres://me@nowhere.example/x",
        ] {
            assert_eq!(found(own, own).await, [], "{own}");
        }
        let one = |key, host: &str, port| (key, host.to_owned(), port);
        let hosted = "postgres://me:secret@DB.provider.example/x";
        // Of one server for both, one entry speaks.
        assert_eq!(found(hosted, hosted).await, [one("database.url", "db.provider.example", 5432)]);
        let several = "postgres://me@db:6000,8.8.8.8:6001,both.example:6002/x";
        let expected = [one("keys.url", "8.8.8.8", 6001), one("keys.url", "both.example", 6002)];
        assert_eq!(found("sqlite:x.db", several).await, expected);
        let by_address = "postgres://me@localhost/x?hostaddr=8.8.8.8";
        assert_eq!(found(by_address, "sqlite:x.db").await, [one("database.url", "localhost", 5432)]);
        for (url, is_there) in [
            (hosted, true),
            (several, true),
            (by_address, true),
            ("postgres://me@db/x", false),
            ("sqlite:x.db", false),
        ] {
            assert_eq!(is_elsewhere(&Played, "keys.url", url).await, is_there, "{url}");
        }
        let bare = "postgres:///x?hostaddr=8.8.8.8&port=7000";
        assert_eq!(found(bare, "sqlite:x.db").await, [one("database.url", "8.8.8.8", 7000)]);
    }

    #[test]
    fn claim_d3_a_hosted_database_is_refused_until_whoever_runs_it_is_announced_and_everybody_was_told() {
        let hosted = [Hosted { key: "keys.url", host: "db.provider.example".to_owned(), port: 5432 }];
        let register = |host: &str, port: u16| {
            Register::parse(&format!(
                "[[recipient]]\nname = \"database\"\nhost = \"{host}\"\nport = {port}\nwho = \"w\"\ndata = \"d\"\npurpose = \"p\"\ncountry = \"c\"\nsafeguard = \"s\"\nin_force_from = 2026-12-01\n"
            ))
            .unwrap()
        };
        let now = Timestamp::from_secs(1_796_083_200);
        let named = register("db.provider.example", 5432);
        refuse_unannounced(&hosted, &named, now).unwrap();
        refuse_unannounced(&[], &Register::default(), now).unwrap();
        let said = |refused: Result<()>, words: &[&str]| {
            let said = refused.unwrap_err().to_string();
            assert!(words.iter().all(|word| said.contains(word)), "{said}");
        };
        for other in
            [Register::default(), register("db.provider.example", 443), register("provider.example", 5432)]
        {
            said(
                refuse_unannounced(&hosted, &other, now),
                &[
                    "keys.url: db.provider.example:5432",
                    "host = \"db.provider.example\", port = 5432",
                    "urgent",
                ],
            );
        }
        let early = Timestamp::from_secs(1_796_083_199);
        said(refuse_unannounced(&hosted, &named, early), &["(`database`) for 2026-12-01"]);
        // Whatever its date says: everybody is told first.
        let day = now.plus(Span::days(30));
        let held = InForce::from([("database".to_owned(), day)]);
        said(refuse_unheard(&hosted, &named, &held, now), &["would hold people's data before", "2026-12-31"]);
        refuse_unheard(&hosted, &named, &held, day).unwrap();
        refuse_unheard(&[], &named, &held, now).unwrap();
    }
}
