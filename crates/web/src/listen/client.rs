//! Where a request comes from.
//!
//! Directly, that is the peer. Behind a proxy the peer is the proxy, and what it adds about the client
//! is a header that any client can send too.
//!
//! Invariants: a forwarding header is believed only from a trusted proxy, and only as far as the chain
//! of trusted proxies reaches; behind [`arrive`] no such header is left, so that no handler can
//! believe one by mistake.

use crate::listen::redirect::KnownHosts;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::header::{FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
pub use ipnet::IpNet;
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The address a request comes from: the peer's, or behind trusted proxies that of the first hop that
/// is none of them. It belongs to a person: it does not print itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAddress(…)")
    }
}

impl ClientAddress {
    /// `0.0.0.0` when the router was reached without a connection, as tests do.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

/// Who may speak plain HTTP to us, and who of them is believed.
#[derive(Clone)]
pub struct Proxies {
    trusted: Arc<[IpNet]>,
    /// Others than these and this machine get no service.
    only: bool,
    /// Given when people are to come by HTTPS: what a proxy took in plain HTTP is sent back there.
    https: Option<KnownHosts>,
}

impl Proxies {
    /// No proxy: whoever connects is the client. For a server on this machine, as in the demo.
    pub fn none() -> Self {
        Self { trusted: Arc::new([]), only: false, https: None }
    }

    /// Serves these proxies, and this machine, only.
    pub fn only(trusted: Vec<IpNet>) -> Self {
        Self { trusted: trusted.into(), only: true, https: None }
    }

    /// People come by HTTPS: a request of which the proxy says otherwise is redirected.
    #[must_use]
    pub fn by_https(mut self, hosts: KnownHosts) -> Self {
        self.https = Some(hosts);
        self
    }

    pub(super) fn https_hosts(&self) -> Option<&KnownHosts> {
        self.https.as_ref()
    }

    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }
}

/// An address, or a network as `10.0.0.0/8`.
///
/// # Errors
/// When it is neither.
pub fn parse_network(text: &str) -> Result<IpNet, ipnet::AddrParseError> {
    let text = text.trim();
    text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse())
}

/// What a request's headers and peer come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrived {
    From {
        client: ClientAddress,
        /// Unless a trusted proxy says that it took the request in plain HTTP.
        by_https: bool,
    },
    /// The peer is no proxy of ours.
    Refused,
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Whatever claims to know better than the peer's address.
const CLAIMS: [HeaderName; 8] = [
    FORWARDED,
    FORWARDED_FOR,
    FORWARDED_HOST,
    FORWARDED_PROTO,
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("cf-connecting-ip"),
];

/// Finds the client, and takes every forwarding header away.
pub(super) fn arrive(headers: &mut HeaderMap, peer: IpAddr, proxies: Option<&Proxies>) -> Arrived {
    let mut arrived = Arrived::From { client: ClientAddress(peer), by_https: true };
    let mut host = None;
    if let Some(proxies) = proxies {
        if proxies.trusts(peer) {
            let told = Told::read(headers);
            let client = ClientAddress(told.client(peer, proxies));
            arrived = Arrived::From { client, by_https: told.proto.as_deref() != Some("http") };
            host = told.host.and_then(|host| HeaderValue::try_from(host).ok());
        } else if proxies.only && !peer.is_loopback() {
            return Arrived::Refused;
        }
    }
    for claim in &CLAIMS {
        headers.remove(claim);
    }
    if let Some(host) = host {
        headers.insert(HOST, host);
    }
    arrived
}

/// What the headers tell. Of each list the last entry is the nearest proxy's.
#[derive(Default)]
struct Told {
    /// By `X-Forwarded-For`, nearest hop last.
    plain: Vec<String>,
    /// By `Forwarded` (RFC 7239), nearest hop last.
    standard: Vec<String>,
    proto: Option<String>,
    host: Option<String>,
}

impl Told {
    fn read(headers: &HeaderMap) -> Self {
        let plain = list(headers, &FORWARDED_FOR).map(str::to_owned).collect();
        let mut told = Self { plain, ..Self::default() };
        for element in list(headers, &FORWARDED) {
            let mut hop = String::new();
            for pair in element.split(';') {
                let Some((name, value)) = pair.trim().split_once('=') else { continue };
                let value = value.trim().trim_matches('"').to_owned();
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => hop = value,
                    "proto" => told.proto = Some(value.to_ascii_lowercase()),
                    "host" => told.host = Some(value),
                    _ => {}
                }
            }
            told.standard.push(hop);
        }
        if let Some(proto) = list(headers, &FORWARDED_PROTO).last() {
            told.proto = Some(proto.to_ascii_lowercase());
        }
        if let Some(host) = list(headers, &FORWARDED_HOST).last() {
            told.host = Some(host.to_owned());
        }
        told
    }

    /// The first hop, from our side, that is no trusted proxy.
    ///
    /// A proxy writes one of the two headers and passes the other on as the client sent it. When both
    /// are there and disagree, nobody knows which is which: then the proxy itself is taken.
    fn client(&self, peer: IpAddr, proxies: &Proxies) -> IpAddr {
        let plain = first_outside(&self.plain, peer, proxies);
        let standard = first_outside(&self.standard, peer, proxies);
        match (self.plain.is_empty(), self.standard.is_empty()) {
            (_, true) => plain,
            (true, false) => standard,
            (false, false) if plain == standard => plain,
            (false, false) => peer,
        }
    }
}

/// The entries of a list header, over all its lines.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|entry| !entry.is_empty())
}

fn first_outside(hops: &[String], peer: IpAddr, proxies: &Proxies) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        if !proxies.trusts(nearest) {
            break;
        }
        // `unknown` or an invented name (RFC 7239, 6): who told it is the last that is known.
        let Some(address) = hop_address(hop) else { break };
        nearest = address;
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn proxies() -> Proxies {
        Proxies::only(vec![parse_network("127.0.0.1").unwrap(), parse_network("10.0.0.0/8").unwrap()])
    }

    fn client(lines: &[(&'static str, &str)], peer: &str) -> String {
        let mut headers = headers(lines);
        match arrive(&mut headers, peer.parse().unwrap(), Some(&proxies())) {
            Arrived::From { client, .. } => client.0.to_string(),
            Arrived::Refused => "refused".to_owned(),
        }
    }

    #[test]
    fn claim_x10_no_headers_break_their_readers() {
        let proxies = Proxies::only(vec![parse_network("10.0.0.0/8").unwrap()]);
        let [proxy, local, far] = ["10.0.0.1", "127.0.0.1", "192.0.2.1"].map(|text| text.parse().unwrap());
        testkit::mutate::fuzz("headers", 10_000, |bytes| {
            let mut headers = HeaderMap::new();
            for line in bytes.split(|byte| *byte == b'\n').take(64) {
                let Some(at) = line.iter().position(|byte| *byte == b':') else { return false };
                let (name, value) = line.split_at(at);
                let value = value.get(1..).unwrap_or_default().trim_ascii();
                let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
                else {
                    return false;
                };
                headers.append(name, value);
            }
            assert!(crate::session::secret(&headers).is_none_or(|secret| !secret.contains(';')));
            assert_eq!(arrive(&mut headers.clone(), far, Some(&proxies)), Arrived::Refused);
            let (mut of_local, host) = (headers.clone(), headers.get(HOST).cloned());
            let told = arrive(&mut of_local, local, Some(&proxies));
            let itself = Arrived::From { client: ClientAddress(local), by_https: true };
            assert_eq!(
                (told, of_local.get(HOST).cloned()),
                (itself, host),
                "who is no proxy chose something"
            );
            arrive(&mut headers, proxy, Some(&proxies));
            for claim in &CLAIMS {
                assert!(!headers.contains_key(claim) && !of_local.contains_key(claim));
            }
            true
        });
    }

    #[test]
    fn the_client_is_the_first_hop_that_is_no_trusted_proxy() {
        const XFF: &str = "x-forwarded-for";
        for (lines, peer, expected) in [
            (vec![], "127.0.0.1", "127.0.0.1"),
            (vec![(XFF, "192.0.2.7")], "127.0.0.1", "192.0.2.7"),
            (vec![(XFF, "192.0.2.7, 10.1.1.1")], "127.0.0.1", "192.0.2.7"),
            // What the client put in front is not looked at.
            (vec![(XFF, "198.51.100.9, 192.0.2.7")], "127.0.0.1", "192.0.2.7"),
            (vec![(XFF, "198.51.100.9"), (XFF, "192.0.2.7, 10.1.1.1")], "10.2.2.2", "192.0.2.7"),
            (vec![(XFF, "10.3.3.3, 10.1.1.1")], "127.0.0.1", "10.3.3.3"),
            (vec![(XFF, "192.0.2.7:4711")], "127.0.0.1", "192.0.2.7"),
            (vec![(XFF, "2001:db8::7")], "127.0.0.1", "2001:db8::7"),
            (vec![(XFF, "::ffff:192.0.2.7")], "127.0.0.1", "192.0.2.7"),
            (vec![(XFF, "192.0.2.7, nonsense")], "127.0.0.1", "127.0.0.1"),
            (vec![("forwarded", "for=192.0.2.7;proto=https, for=10.1.1.1")], "127.0.0.1", "192.0.2.7"),
            (vec![("forwarded", "For=\"[2001:db8::7]:4711\"")], "127.0.0.1", "2001:db8::7"),
            (vec![("forwarded", "for=unknown")], "127.0.0.1", "127.0.0.1"),
            // A proxy that writes one of them passes the other on.
            (vec![(XFF, "192.0.2.7"), ("forwarded", "for=198.51.100.9")], "127.0.0.1", "127.0.0.1"),
            (vec![(XFF, "192.0.2.7"), ("forwarded", "for=192.0.2.7")], "127.0.0.1", "192.0.2.7"),
            (vec![("x-real-ip", "192.0.2.7")], "127.0.0.1", "127.0.0.1"),
            // From this machine, but not a proxy; from elsewhere.
            (vec![(XFF, "192.0.2.7")], "127.0.0.9", "127.0.0.9"),
            (vec![(XFF, "192.0.2.7")], "203.0.113.5", "refused"),
        ] {
            assert_eq!(client(&lines, peer), expected, "{lines:?} from {peer}");
        }
    }

    #[test]
    fn no_forwarding_header_reaches_a_handler() {
        let lines = [
            ("host", "shop.example"),
            ("x-forwarded-for", "192.0.2.7"),
            ("forwarded", "for=192.0.2.7"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "other.example"),
            ("x-real-ip", "192.0.2.7"),
        ];
        for (proxies, host, is_https) in [
            (None, "shop.example", true),
            (Some(Proxies::none()), "shop.example", true),
            (Some(proxies()), "other.example", false),
        ] {
            let mut headers = headers(&lines);
            let arrived = arrive(&mut headers, "127.0.0.1".parse().unwrap(), proxies.as_ref());
            assert!(matches!(arrived, Arrived::From { by_https, .. } if by_https == is_https));
            assert_eq!(headers.len(), 1, "{headers:?}");
            assert_eq!(headers["host"], host);
        }
    }

    #[test]
    fn an_address_does_not_print_itself() {
        let address = ClientAddress("192.0.2.7".parse().unwrap());
        assert!(!format!("{address:?}").contains("192"));
    }
}
