//! What others reach, and how it is protected on the way: TLS, the certificate, the public address,
//! a database server.

use super::{Check, Patient, State, is_here};
use crate::certificate;
use crate::config::{Config, Tls};
use crate::hosting;
use crate::wiring::public_host;
use model::time::{Span, Timestamp};
use outbound::SystemNames;
use std::collections::BTreeSet;
use std::net::IpAddr;
use store::Protection;
use web::listen::certificate::Facts;

/// A certificate that others renew should have been renewed by then.
const SOON: Span = Span::days(14);

pub fn examine(patient: &Patient<'_>, checks: &mut Vec<Check>) {
    checks.push(tls(patient));
    if patient.source.is_some() {
        checks.push(certificate(patient));
    }
    checks.push(public_url(patient));
}

/// The database servers, by their addresses and by where those lead.
pub async fn databases(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    for (key, url) in [("database.url", &config.database), ("keys.url", &config.keys)] {
        if !url.starts_with("sqlite:") {
            checks.push(database_server(key, url, hosting::is_elsewhere(&SystemNames, key, url).await));
        }
    }
    checks
}

fn tls(patient: &Patient<'_>) -> Check {
    let name = "tls";
    match &patient.config.tls {
        Tls::SelfSigned => Check::warn(
            name,
            "the certificate is signed by this installation itself: every browser warns, and Meta delivers nothing",
            "for people, get a certificate and set server.tls = \"files\", or put a proxy in front (\"behind-proxy\")",
        ),
        Tls::Acme(_) => {
            Check::ok(name, "TLS 1.2 and 1.3, with a certificate that a certificate authority grants")
        }
        Tls::Files { .. } => Check::ok(name, "TLS 1.2 and 1.3, with the certificate of server.certificate"),
        Tls::BehindProxy { .. } if !patient.config.is_https() => Check::needed(
            patient.is_trial,
            name,
            "people come by plain HTTP: server.public_url does not begin with https://",
            "let the proxy speak TLS and set server.public_url to the https:// address",
        ),
        Tls::BehindProxy { trusted } if patient.config.listen.ip().is_unspecified() => Check::warn(
            name,
            format!(
                "plain HTTP on every address of this machine, answered to {} networks only",
                trusted.len()
            ),
            "listen on the one address that the proxy uses, or close the port to others",
        ),
        Tls::BehindProxy { .. } => Check::ok(name, "a proxy speaks TLS"),
    }
}

/// All hosts that a certificate has to be good for.
fn hosts(patient: &Patient<'_>) -> BTreeSet<String> {
    let brands = patient.brands.iter().flatten().flat_map(|brand| brand.hosts.iter());
    let hosts = brands.map(|host| host.to_ascii_lowercase());
    hosts.chain([public_host(&patient.config.public_url)]).collect()
}

fn certificate(patient: &Patient<'_>) -> Check {
    let name = "certificate";
    let (Some(source), is_own) = (&patient.source, patient.config.tls == Tls::SelfSigned) else {
        return Check::ok(name, "the proxy's affair");
    };
    let pair = match source.present() {
        Ok(Some(pair)) => pair,
        Ok(None) => {
            let remedy = "`entente serve` makes it or asks for it; its log says why if it does not come";
            return Check::warn(name, "there is none yet", remedy);
        }
        Err(error) => {
            return Check::fail(name, format!("{error:#}"), "put the files there, readable for this program");
        }
    };
    if let Err(error) = certificate::usable(source, &pair) {
        return Check::fail(name, format!("{error:#}"), "put a certificate and its key there");
    }
    match Facts::of_pem(&pair.chain) {
        Ok(facts) => judge(&facts, &hosts(patient), is_own, patient.now),
        Err(error) => Check::fail(name, error.to_string(), "put a certificate there"),
    }
}

fn judge(facts: &Facts, hosts: &BTreeSet<String>, is_own: bool, now: Timestamp) -> Check {
    let name = "certificate";
    let days = facts.ends_at.since(now).0 / Span::days(1).0;
    let missing: Vec<&str> = hosts.iter().map(String::as_str).filter(|host| !facts.covers(host)).collect();
    let renew = if is_own {
        "start `entente serve`, which renews it"
    } else {
        "renew it; the files are read again by themselves"
    };
    if facts.ends_at <= now {
        Check::fail(name, "it has ended", renew)
    } else if facts.begins_at > now {
        Check::fail(name, "it is not valid yet", "look at the clock, or put the right file there")
    } else if !missing.is_empty() && !is_own {
        Check::fail(
            name,
            format!("it does not hold for {}", missing.join(", ")),
            "get one for all hosts of all brands",
        )
    } else if facts.is_self_signed {
        Check::warn(
            name,
            "it is signed by itself: browsers warn",
            "get one from an authority that browsers know",
        )
    } else if facts.ends_at.since(now) < SOON {
        Check::warn(name, format!("it ends in {days} days"), renew)
    } else {
        Check::ok(name, format!("it is good for {} hosts and {days} days more", hosts.len()))
    }
}

fn public_url(patient: &Patient<'_>) -> Check {
    let name = "public-url";
    let url = &patient.config.public_url;
    let host = public_host(url);
    let Ok(brands) = &patient.brands else {
        return Check::fail(name, "not known without the brands", "put the brands' files right first");
    };
    let is_a_brands =
        brands.iter().any(|brand| brand.hosts.iter().any(|own| own.eq_ignore_ascii_case(&host)));
    let strays: Vec<&str> = brands
        .iter()
        .filter(|brand| {
            let host = public_host(&brand.public_url);
            !brand.hosts.iter().any(|own| own.eq_ignore_ascii_case(&host))
        })
        .map(|brand| brand.slug.as_str())
        .collect();
    let plain = brands.iter().filter(|brand| !brand.public_url.starts_with("https://"));
    let plain: Vec<&str> = plain.map(|brand| brand.slug.as_str()).collect();
    if !url.starts_with("https://") {
        let remedy = "set server.public_url to the https:// address that people use";
        Check::needed(patient.is_trial, name, format!("{url} is not https://"), remedy)
    } else if !plain.is_empty() {
        let what = format!("links of {} begin with http://", plain.join(", "));
        Check::needed(patient.is_trial, name, what, "write https:// into `public_url` of their brand.toml")
    } else if !strays.is_empty() {
        let what =
            format!("`public_url` of {} is at a host that is not among its `hosts`", strays.join(", "));
        Check::fail(name, what, "add the host to `hosts` of that brand.toml: links of messages lead there")
    } else if !is_a_brands && !patient.is_trial {
        let what = format!("{host} is no brand's host");
        Check::fail(name, what, "add it to `hosts` of a brand.toml, or set server.public_url to one that is")
    } else if patient.is_trial {
        let what = format!("{url} leads to this machine only");
        Check::warn(name, what, "for people, set server.public_url to a name that the world can reach")
    } else {
        Check::ok(name, format!("{url} is https:// and a brand's"))
    }
}

/// The user, whether there is a password or a certificate, and the hosts of a PostgreSQL address.
fn read_address(url: &str) -> (String, bool, Vec<String>) {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = rest.split('/').next().unwrap_or("");
    let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let queried = |key: &str| {
        query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=')).unwrap_or("").to_owned()
    };
    let named = if hosts.is_empty() { queried("host") } else { hosts.to_owned() };
    // A number beside a name is where the name leads.
    let named = format!("{named},{}", queried("hostaddr"));
    let bare = |host: &str| {
        let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        port.map_or(host, |(bare, _)| bare).to_owned()
    };
    let has_proof =
        [password, &queried("password"), &queried("sslcert")].iter().any(|proof| !proof.is_empty());
    let user = if user.is_empty() { queried("user") } else { user.to_owned() };
    (user, has_proof, named.split(',').filter(|host| !host.is_empty()).map(bare).collect())
}

/// Databases whose address says that whoever reaches their port is let in, or that they are spoken to in the clear over
/// the internet.
pub(super) async fn open_databases(config: &Config) -> impl Iterator<Item = Check> {
    databases(config).await.into_iter().filter(|check| check.state == State::Fail)
}

/// Whether all hosts of the address are this machine.
pub(super) fn is_local(url: &str) -> bool {
    let (_, _, hosts) = read_address(url);
    hosts.iter().all(|host| is_here(host) || host.starts_with('/') || host.starts_with("%2F"))
}

/// A database server that others can reach, or that lets in whoever asks; `is_public`: its name leads out of one's own
/// network. The address is not shown: it may hold a password.
fn database_server(key: &'static str, url: &str, is_public: bool) -> Check {
    let name = "database-server";
    let (user, has_proof, hosts) = read_address(url);
    let is_socket = hosts.iter().all(|host| host.starts_with('/') || host.starts_with("%2F"));
    let is_outside = |host: &String| {
        host.trim_start_matches('[').trim_end_matches(']').parse().is_ok_and(|address| match address {
            IpAddr::V4(v4) => !(v4.is_private() || v4.is_loopback() || v4.is_link_local()),
            IpAddr::V6(v6) => !(v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local()),
        })
    };
    let (is_local, has_public) = (is_local(url), is_public || hosts.iter().any(is_outside));
    let protection = match store::protection(url) {
        Ok(protection) => protection,
        Err(error) => {
            return Check::fail(name, format!("{key}: {error}"), "see Databases in docs/configuration.md");
        }
    };
    let is_verified = protection == Some(Protection::Verified);
    if has_public && !is_verified {
        Check::fail(
            name,
            format!("{key}: the server has a public address and is spoken to without TLS"),
            "leave out sslmode=disable, or move it to this machine or into a private network",
        )
    } else if !has_proof && !is_socket {
        let what = format!("{key}: there is no password, so the server lets in whoever reaches its port");
        let remedy = "give its user a password (scram-sha-256 in pg_hba.conf) or a certificate (cert there, sslcert and sslkey in the address), or use the server's socket";
        if is_local { Check::warn(name, what, remedy) } else { Check::fail(name, what, remedy) }
    } else if user == "postgres" {
        Check::warn(
            name,
            format!("{key}: the program works as the server's superuser"),
            "make a user that owns its two databases and nothing else",
        )
    } else if has_public {
        Check::warn(
            name,
            format!("{key}: the server has a public address, so that everybody may try passwords there"),
            "let only this machine reach its port, or move it into a private network",
        )
    } else if is_verified {
        Check::ok(name, format!("{key}: by TLS, to a server that is verified, with an own user"))
    } else if !is_local {
        Check::warn(
            name,
            format!("{key}: the way to the server is not encrypted"),
            "leave out sslmode=disable, or keep that network to these two machines",
        )
    } else {
        Check::ok(name, format!("{key}: on this machine, with an own user"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    #[test]
    fn claim_f10_an_exposed_or_open_database_server_is_named_without_its_password() {
        for (url, state) in [
            ("postgres://app:hush@localhost/x", State::Ok),
            ("postgres://app:hush@127.0.0.1:5433/x", State::Ok),
            ("postgres://app@/x?host=/run/postgresql", State::Ok),
            ("postgres:///x", State::Ok),
            ("postgres://app@localhost/x", State::Warn),
            ("postgres://postgres:hush@localhost/x", State::Warn),
            ("postgres://app:hush@db.internal/x?sslmode=disable", State::Warn),
            ("postgres://app:hush@10.0.0.9/x?sslmode=disable", State::Warn),
            ("postgres://app:hush@db.internal/x", State::Ok),
            ("postgres://app:hush@203.0.113.9/x?sslrootcert=ca.pem", State::Warn),
            ("postgres://app@db.internal/x", State::Fail),
            ("postgres://app@db.internal/x?sslcert=c.pem&sslkey=k.pem", State::Ok),
            ("postgres://app@localhost/x?sslcert=c.pem&sslkey=k.pem", State::Ok),
            ("postgres://app@db.internal/x?sslcert=c.pem", State::Fail),
            ("postgres://app:hush@localhost/x?hostaddr=203.0.113.9&sslmode=disable", State::Fail),
            ("postgres://app:hush@db.internal/x?sslmode=allow", State::Fail),
            ("postgres://app@db.internal/x?sslmode=disable", State::Fail),
            ("postgres://app:hush@203.0.113.9:5432/x?sslmode=disable", State::Fail),
            ("postgres://app:hush@localhost,203.0.113.9/x?sslmode=disable", State::Fail),
            ("postgres://app:hush@[2001:db8::1]:5432/x?sslmode=disable", State::Fail),
        ] {
            let check = database_server("database.url", url, false);
            assert_eq!(check.state, state, "{url}: {check:?}");
            assert!(!format!("{check:?}").contains("hush"), "{check:?}");
            assert_eq!(check.remedy.is_empty(), state == State::Ok);
        }
        // The same where the name leads out of one's own network.
        for (url, state) in [
            ("postgres://app:hush@db.provider.example/x?sslmode=disable", State::Fail),
            ("postgres://app:hush@db.provider.example/x", State::Warn),
        ] {
            let check = database_server("database.url", url, true);
            assert_eq!(check.state, state, "{url}: {check:?}");
            assert!(check.what.contains("public address"), "{check:?}");
        }
    }

    #[test]
    fn a_certificate_is_judged_by_its_end_and_its_hosts() {
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::default();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        ca.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
        let issuer = rcgen::Issuer::new(ca, ca_key);
        let mut params = CertificateParams::new(vec!["chat.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.not_before = rcgen::date_time_ymd(2026, 11, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 30);
        let key = KeyPair::generate().unwrap();
        let facts = Facts::of_pem(params.signed_by(&key, &issuer).unwrap().pem().as_bytes()).unwrap();
        let day = |days: i64| facts.begins_at.plus(Span::days(days));
        let own: BTreeSet<String> = ["chat.example".to_owned()].into();
        let more: BTreeSet<String> = ["chat.example".to_owned(), "shop.example".to_owned()].into();
        for (hosts, days, state) in [
            (&own, 1, State::Ok),
            (&own, 80, State::Warn),
            (&own, 90, State::Fail),
            (&own, -1, State::Fail),
            (&more, 1, State::Fail),
        ] {
            let check = judge(&facts, hosts, false, day(days));
            assert_eq!(check.state, state, "{days}: {check:?}");
        }
        assert!(judge(&facts, &more, false, day(1)).what.contains("shop.example"));
        // What is missing in our own is added by the next start.
        assert_eq!(judge(&facts, &more, true, day(1)).state, State::Ok);
    }
}
