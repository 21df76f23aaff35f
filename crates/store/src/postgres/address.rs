//! A server's address, and how the way to it is protected.
//!
//! Invariant: to a server that is not on this machine we speak TLS with a certificate that is verified, its name
//! included, or nothing at all, unless the address itself says `sslmode=disable`. A certificate of ours is shown to such
//! a server only. No error repeats the address: it may hold a password.

use super::tls::Tls;
use crate::error::StoreError;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// The certificate authority's file, as libpq calls it.
const ROOTS: &str = "sslrootcert";
const MODE: &str = "sslmode";
/// By what we sign in, as libpq calls both files.
const CERTIFICATE: &str = "sslcert";
const KEY: &str = "sslkey";
/// Where a server listens unless its address says otherwise.
const PORT: u16 = 5432;
/// How long a server may leave unanswered what was sent to it.
const SILENCE: Duration = Duration::from_secs(30);

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Plainly, on this machine.
    Here,
    /// Plainly over a network, because the address says so.
    None,
    /// By TLS; the certificate is verified.
    Verified,
}

pub(crate) struct Address {
    pub config: Config,
    pub protection: Protection,
    roots: Option<PathBuf>,
    client: Option<ClientFiles>,
}

/// The PEM files of the certificate by which we sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Address {
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong = || StoreError::Address("it does not read as a `postgres://` URL".to_owned());
        let (rest, own) = split(url).ok_or_else(wrong)?;
        let mut config: Config = rest.parse().map_err(|_| wrong())?;
        let client = match (own.certificate, own.key) {
            (Some(certificate), Some(key)) => Some(ClientFiles { certificate, key }),
            (None, None) => None,
            _ => {
                return Err(StoreError::Address(
                    "sslcert and sslkey belong together: give both files, or none (one file that holds both may be given twice)".to_owned(),
                ));
            }
        };
        let wants_tls = own.roots.is_some() || client.is_some();
        let protection = match own.mode.as_deref() {
            Some("disable") if wants_tls => {
                return Err(StoreError::Address(
                    "a certificate authority or a certificate is named and TLS is switched off: leave one out"
                        .to_owned(),
                ));
            }
            Some("disable") if is_here(&config) => Protection::Here,
            Some("disable") => Protection::None,
            None | Some("prefer") if is_here(&config) && !wants_tls => Protection::Here,
            None | Some("prefer" | "require" | "verify-ca" | "verify-full") => Protection::Verified,
            Some(_) => {
                return Err(StoreError::Address(
                    "sslmode is `verify-full` (TLS, and the server is verified) or `disable`".to_owned(),
                ));
            }
        };
        let is_verified = protection == Protection::Verified;
        config.ssl_mode(if is_verified { SslMode::Require } else { SslMode::Disable });
        // Of several servers, the one that takes writes.
        if config.get_target_session_attrs() == TargetSessionAttrs::Any && several(&config) {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if config.get_application_name().is_none() {
            config.application_name("entente");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        // A server that went away without a word is noticed before the half hour of the operating system.
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_keepalives_idle() > SILENCE {
            config.keepalives_idle(SILENCE);
            config.keepalives_interval(config.get_keepalives_interval().unwrap_or(SILENCE / 3));
            config.keepalives_retries(config.get_keepalives_retries().unwrap_or(3));
        }
        Ok(Self { config, protection, roots: own.roots, client })
    }

    pub fn has_several(&self) -> bool {
        several(&self.config)
    }

    pub const fn has_certificate(&self) -> bool {
        self.client.is_some()
    }

    pub fn tls(&self) -> Result<Option<Tls>, StoreError> {
        match self.protection {
            Protection::Here | Protection::None => Ok(None),
            Protection::Verified => Tls::new(self.roots.as_deref(), self.client.clone()).map(Some),
        }
    }

    /// As somebody who has not got what lets us in.
    pub fn without_certificate(&self) -> Self {
        let Self { config, protection, roots, .. } = self;
        Self { config: config.clone(), protection: *protection, roots: roots.clone(), client: None }
    }
}

/// How the server at `url` is spoken to; nothing if it is no server.
pub fn protection(url: &str) -> Result<Option<Protection>, StoreError> {
    if !crate::port::is_postgres(url) {
        return Ok(None);
    }
    Address::parse(url).map(|address| Some(address.protection))
}

/// A server that is reached by a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// As it is called, in lower case; in figures where it has no name.
    pub host: String,
    /// Where it is dialled, if the address says so and leaves it to no name.
    pub address: Option<IpAddr>,
    pub port: u16,
}

/// The servers that `url` may lead to by a network; none of a file or a socket.
pub fn servers(url: &str) -> Result<Vec<Server>, StoreError> {
    if !crate::port::is_postgres(url) {
        return Ok(Vec::new());
    }
    let config = Address::parse(url)?.config;
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let server = |at: usize| {
        let address = addresses.get(at).copied();
        let host = match hosts.get(at) {
            Some(Host::Tcp(name)) => name.to_ascii_lowercase(),
            _ => address?.to_string(),
        };
        // One port holds for all.
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
        Some(Server { host, address, port })
    };
    Ok((0..hosts.len().max(addresses.len())).filter_map(server).collect())
}

/// The address of a server whose certificate is verified with the authorities in `file` and no others.
pub fn verified_with(url: &str, file: &Path) -> Result<String, StoreError> {
    let said = |text: &str| StoreError::Address(text.to_owned());
    if !crate::port::is_postgres(url) {
        return Err(said("a certificate authority is for a PostgreSQL server"));
    }
    let file =
        file.to_str().ok_or_else(|| said("the name of the certificate authority's file is not text"))?;
    let and = if query_of(url).is_some() { '&' } else { '?' };
    let address = format!("{url}{and}{ROOTS}={}", utf8_percent_encode(file, NON_ALPHANUMERIC));
    Address::parse(&address).map(|_| address)
}

/// What an address says that the driver does not know.
#[derive(Default)]
struct Own {
    mode: Option<String>,
    roots: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

/// Where the parameters begin: as the driver reads it, a password may hold a `?`.
fn query_of(url: &str) -> Option<usize> {
    let from = url.find('@').unwrap_or(0);
    url.get(from..)?.find('?').map(|at| from.saturating_add(at))
}

/// Takes out what is ours. Whatever is given twice is refused.
fn split(url: &str) -> Option<(String, Own)> {
    let mut own = Own::default();
    let Some(at) = query_of(url) else { return Some((url.to_owned(), own)) };
    let (before, query) = url.split_at_checked(at)?;
    let mut others = Vec::new();
    for pair in query.strip_prefix('?')?.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = || percent_decode_str(value).decode_utf8().ok().map(String::from);
        let twice = match &*percent_decode_str(key).decode_utf8().ok()? {
            MODE => own.mode.replace(value()?).is_some(),
            ROOTS => own.roots.replace(value()?.into()).is_some(),
            CERTIFICATE => own.certificate.replace(value()?.into()).is_some(),
            KEY => own.key.replace(value()?.into()).is_some(),
            _ => {
                others.push(pair);
                false
            }
        };
        if twice {
            return None;
        }
    }
    let rest = if others.is_empty() { before.to_owned() } else { format!("{before}?{}", others.join("&")) };
    Some((rest, own))
}

fn several(config: &Config) -> bool {
    config.get_hosts().len().max(config.get_hostaddrs().len()) > 1
}

/// Whether every server is on this machine. An address beside a name is where the name leads.
fn is_here(config: &Config) -> bool {
    let names = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    names && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claim_f8_a_server_elsewhere_is_verified_or_the_address_says_otherwise() {
        for (url, protection) in [
            ("postgres://me@localhost/x", Protection::Here),
            ("postgres://me@127.0.0.1,[::1]/x?sslmode=prefer", Protection::Here),
            ("postgres://me@localhost/x?sslmode=disable", Protection::Here),
            ("postgres://me@%2Frun%2Fpostgresql/x", Protection::Here),
            ("postgres://me@localhost/x?sslrootcert=ca.pem", Protection::Verified),
            ("postgres://me@localhost/x?sslmode=require", Protection::Verified),
            ("postgres://me@localhost/x?sslcert=c.pem&sslkey=k.pem", Protection::Verified),
            ("postgres://me@db.example/x", Protection::Verified),
            ("postgres://me@db.example/x?sslmode=prefer", Protection::Verified),
            ("postgres://me@db.example/x?sslmode=verify%2Dfull&connect_timeout=3", Protection::Verified),
            ("postgres://me@localhost,db.example/x", Protection::Verified),
            ("postgres://me@localhost/x?hostaddr=203.0.113.9", Protection::Verified),
            ("postgres:///x?hostaddr=203.0.113.9", Protection::Verified),
            ("postgres://me:a?sslmode=disable&b@db.example/x", Protection::Verified),
            ("postgres://me@db.example/x?sslmode=disable", Protection::None),
        ] {
            assert_eq!(Address::parse(url).unwrap().protection, protection, "{url}");
        }
        for url in [
            "postgres://me@db.example/x?sslmode=allow",
            "postgres://me@db.example/x?sslmode=verify-full&sslmode=disable",
            "postgres://me@db.example/x?sslmode=disable&sslrootcert=ca.pem",
            "postgres://me@localhost/x?sslmode=disable&sslcert=c.pem&sslkey=k.pem",
            "postgres://me@db.example/x?sslcert=c.pem",
            "postgres://me@db.example/x?sslkey=k.pem",
            "postgres://me@db.example/x?sslcert=c.pem&sslkey=k.pem&sslkey=l.pem",
            "postgres://me@db.example/x?nonsense=1",
        ] {
            assert!(matches!(Address::parse(url), Err(StoreError::Address(_))), "{url}");
        }
    }

    #[test]
    fn a_file_of_authorities_is_added_to_an_address_once() {
        let file = Path::new("/etc/a b&c=%.pem");
        for url in ["postgres://me:h?i@db.example/x", "postgres://db.example/x?connect_timeout=3"] {
            let with = verified_with(url, file).unwrap();
            assert_eq!(Address::parse(&with).unwrap().roots.as_deref(), Some(file), "{with}");
            assert!(verified_with(&with, file).is_err());
        }
        assert!(verified_with("postgres://db.example/x?sslmode=disable", file).is_err());
        assert!(verified_with("sqlite:x.db", file).is_err());
    }

    #[test]
    fn of_several_servers_the_one_that_takes_writes_is_wanted() {
        let wanted = |url: &str| Address::parse(url).unwrap().config.get_target_session_attrs();
        assert_eq!(wanted("postgres://localhost/x"), TargetSessionAttrs::Any);
        assert_eq!(wanted("postgres://localhost,127.0.0.1/x"), TargetSessionAttrs::ReadWrite);
        let one = "postgres://localhost/x?target_session_attrs=read-write";
        assert_eq!(wanted(one), TargetSessionAttrs::ReadWrite);
    }

    #[test]
    fn claim_x10_no_text_breaks_the_reader_of_addresses_and_none_shows_its_password() {
        testkit::mutate::fuzz("postgres_address", 20_000, |bytes| {
            let Ok(url) = std::str::from_utf8(bytes) else { return false };
            let _ = verified_with(url, Path::new("ca.pem"));
            let _ = servers(url);
            let _ = protection(url)
                .inspect_err(|error| assert!(!error.to_string().contains("c0ffee5ecret"), "{error}"));
            match Address::parse(url) {
                Ok(address) => {
                    let _ = (address.has_several(), address.protection);
                    true
                }
                Err(error) => {
                    let said = error.to_string();
                    assert!(!said.is_empty() && !said.contains("c0ffee5ecret"), "{said}");
                    false
                }
            }
        });
    }
}
