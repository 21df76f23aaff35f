//! The section `[server]`: where we listen, how HTTPS comes about, and how people reach us.
//!
//! Invariant: plain HTTP is spoken to this machine and to proxies that are named, and to nobody else.

use super::{AcmeSettings, Tls, is_bare};
use anyhow::{Result, bail};
use model::mail::EmailAddress;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use web::listen::client::{IpNet, parse_network};

/// Where we listen unless told otherwise: with TLS of our own, and behind a proxy.
pub(super) const LISTEN: &str = "127.0.0.1:8443";
pub(super) const LISTEN_PLAIN: &str = "127.0.0.1:8480";
/// The certificate authority that is asked unless another is named.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    listen: Option<String>,
    http_listen: Option<String>,
    tls: Option<String>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    acme_directory: Option<String>,
    acme_contact: Option<String>,
    /// `true`, or from the environment the text `true`.
    acme_accept_terms: Option<toml::Value>,
    /// A list, or from the environment a text with commas.
    trusted_proxies: Option<toml::Value>,
    public_url: Option<String>,
    /// A number, or from the environment its text.
    drain_wait: Option<toml::Value>,
    security_contact: Option<String>,
}

pub(super) fn address(key: &str, text: &str, like: &str) -> Result<SocketAddr> {
    text.parse().map_err(|_| anyhow::anyhow!("{key}: `{text}` is not an address such as {like}"))
}

impl Server {
    pub(super) fn drain_wait(&self) -> Result<Duration> {
        let given = match &self.drain_wait {
            None => return Ok(Duration::ZERO),
            Some(toml::Value::Integer(secs)) => u64::try_from(*secs).ok(),
            Some(toml::Value::String(secs)) => secs.trim().parse().ok(),
            Some(_) => None,
        };
        match given {
            Some(secs @ 0..=300) => Ok(Duration::from_secs(secs)),
            _ => bail!("server.drain_wait: must be a number of seconds, 0 to 300"),
        }
    }

    /// Where weaknesses are reported, as RFC 9116 writes it.
    pub(super) fn security_contact(&self) -> Result<Option<String>> {
        let Some(given) = self.security_contact.as_deref().map(str::trim) else { return Ok(None) };
        if given.starts_with("https://")
            && given.len() > 8
            && given.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Ok(Some(given.to_owned()));
        }
        match EmailAddress::parse(given) {
            Ok(address) => Ok(Some(web::of_address(address.reveal()))),
            Err(_) => bail!(
                "server.security_contact: must be an e-mail address or a page that begins with https://"
            ),
        }
    }

    pub(super) fn check(self) -> Result<(SocketAddr, Option<SocketAddr>, Tls, String)> {
        let kind = self.tls.as_deref().unwrap_or("self-signed");
        let is_plain = kind == "behind-proxy";
        let default = if is_plain { LISTEN_PLAIN } else { LISTEN };
        let listen = address("server.listen", self.listen.as_deref().unwrap_or(default), default)?;
        let acme = acme(kind == "acme", self.acme_directory, self.acme_contact, self.acme_accept_terms)?;
        if kind == "acme" && self.http_listen.is_none() {
            bail!(
                "server.http_listen is missing: the certificate authority asks at port 80, so give 0.0.0.0:80, or a port that 80 leads to"
            );
        }
        let tls = match (kind, self.certificate, self.key) {
            ("files", Some(certificate), Some(key)) => Tls::Files { certificate, key },
            ("files", None, _) => bail!(
                "server.certificate is missing: name the PEM file with the certificate and its chain, or leave out server.tls"
            ),
            ("files", _, None) => {
                bail!("server.key is missing: name the PEM file with the certificate's key")
            }
            (_, Some(_), _) => {
                bail!("server.certificate is for server.tls = \"files\": set that, or leave it out")
            }
            (_, _, Some(_)) => bail!("server.key is for server.tls = \"files\": set that, or leave it out"),
            ("self-signed", ..) => Tls::SelfSigned,
            ("behind-proxy", ..) => {
                Tls::BehindProxy { trusted: trusted(self.trusted_proxies.as_ref(), listen)? }
            }
            ("acme", ..) => Tls::Acme(acme),
            (other, ..) => bail!("server.tls: `{other}` is none of self-signed, files, acme, behind-proxy"),
        };
        if self.trusted_proxies.is_some() && !is_plain {
            bail!("server.trusted_proxies is for server.tls = \"behind-proxy\": set that, or leave it out");
        }
        let http_listen = match &self.http_listen {
            Some(_) if is_plain => bail!(
                "server.http_listen is for TLS of our own: behind a proxy the proxy redirects plain HTTP, so leave it out"
            ),
            given => {
                given.as_deref().map(|text| address("server.http_listen", text, "0.0.0.0:80")).transpose()?
            }
        };
        let public_url = match (self.public_url, &tls) {
            (Some(url), _) => url,
            (None, Tls::Files { .. } | Tls::Acme(_)) => {
                bail!(
                    "server.public_url is missing: say how people reach this server, for example https://chat.example"
                )
            }
            (None, Tls::BehindProxy { .. }) => format!("http://{listen}"),
            (None, Tls::SelfSigned) if listen.port() == 443 => "https://localhost".to_owned(),
            (None, Tls::SelfSigned) => format!("https://localhost:{}", listen.port()),
        };
        let scheme = if is_plain { "http:// or https://" } else { "https://" };
        let has_scheme = public_url.starts_with("https://") || is_plain && public_url.starts_with("http://");
        if !has_scheme || !is_bare(&public_url) {
            bail!(
                "server.public_url: `{public_url}` is not {scheme} and a host (with a port if need be), without a path, a query or a slash at its end"
            );
        }
        Ok((listen, http_listen, tls, public_url))
    }
}

/// The certificate authority. Its terms are the operator's to accept, not ours.
fn acme(
    is_wanted: bool,
    directory: Option<String>,
    contact: Option<String>,
    terms: Option<toml::Value>,
) -> Result<AcmeSettings> {
    if !is_wanted && (directory.is_some() || contact.is_some() || terms.is_some()) {
        bail!("server.acme_… is for server.tls = \"acme\": set that, or leave it out");
    }
    let directory = directory.unwrap_or_else(|| LETS_ENCRYPT.to_owned());
    if !directory.starts_with("https://") {
        bail!("server.acme_directory: `{directory}` is not https://");
    }
    if contact.as_ref().is_some_and(|contact| !contact.contains('@') || contact.contains([':', ',', ' '])) {
        bail!("server.acme_contact: must be an e-mail address");
    }
    let accepts = match terms {
        Some(toml::Value::Boolean(accepts)) => accepts,
        Some(toml::Value::String(text)) => text == "true",
        _ => false,
    };
    if is_wanted && !accepts {
        bail!(
            "server.acme_accept_terms is missing: read the terms of the certificate authority ({directory} names them) and set it to true"
        );
    }
    Ok(AcmeSettings { directory, contact })
}

/// The proxies that are believed. On this machine everybody is one who is here anyway; elsewhere they
/// are named, because plain HTTP is spoken to nobody else.
fn trusted(given: Option<&toml::Value>, listen: SocketAddr) -> Result<Vec<IpNet>> {
    let wrong =
        || anyhow::anyhow!("server.trusted_proxies: must be a list such as [\"10.0.0.5\", \"10.1.0.0/16\"]");
    let texts: Vec<&str> = match given {
        None if listen.ip().is_loopback() => vec!["127.0.0.0/8", "::1"],
        None => bail!(
            "server.trusted_proxies is missing: {listen} is not on this machine alone, so name the proxy that may speak plain HTTP to it"
        ),
        Some(toml::Value::String(text)) => text.split(',').collect(),
        Some(toml::Value::Array(list)) => {
            list.iter().map(|entry| entry.as_str().ok_or_else(wrong)).collect::<Result<_>>()?
        }
        Some(_) => return Err(wrong()),
    };
    if is_public(listen.ip()) {
        bail!(
            "server.listen: {listen} is a public address, and plain HTTP would be read on the way: listen on a private one, or let this program speak TLS"
        );
    }
    let mut trusted = Vec::with_capacity(texts.len());
    for text in texts {
        let network = parse_network(text).map_err(|_| {
            anyhow::anyhow!(
                "server.trusted_proxies: `{text}` is neither an address nor a network such as 10.0.0.0/8"
            )
        })?;
        if network.prefix_len() == 0 {
            bail!(
                "server.trusted_proxies: `{text}` is everybody, and everybody could claim any address: name the proxy"
            );
        }
        trusted.push(network);
    }
    Ok(trusted)
}

/// Whether an address is reached from everywhere. An unspecified one (`0.0.0.0`) is not known to be.
fn is_public(address: IpAddr) -> bool {
    let is_inside = match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    };
    !is_inside && !address.is_unspecified()
}
