//! Which addresses are connected to, and how a name becomes one: it is looked up once for each connection, by us,
//! and exactly the addresses that were looked at are dialled (claim D3).
//!
//! Why: a name in the register says who is meant. Whoever could make that name point into the operator's own network
//! would have the program knock at doors that stand open to it alone.
//!
//! Invariant: an address that is not public is dialled only for an entry that says `private = true`, or that stands
//! in for a third party on this machine; link-local, multicast and unspecified ones never.

use model::time::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// What is said of a name whose addresses are all refused.
pub const REFUSED: &str = "its addresses are not public: if it is meant to be in your own network, say `private = true` in the register of recipients";

/// Where an address lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Public,
    /// This machine, or a network of somebody's own.
    Private,
    /// Where nobody of a register can be.
    Nowhere,
}

/// By the registries of special addresses (RFC 6890 and what was added).
fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        // Carriers' networks (RFC 6598) are private as well.
        [10 | 127, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Reach::Private,
        // This network; link-local, where clouds keep their secrets; protocols, examples, old relays, measuring.
        [0, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        // Multicast, reserved, broadcast.
        | [224..=255, ..] => Reach::Nowhere,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Reach::Private,
        // An IPv4 address behind a translator (RFC 6052) is what it is.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            match reach_v4(Ipv4Addr::new(a, b, c, d)) {
                Reach::Public => Reach::Public,
                Reach::Private | Reach::Nowhere => Reach::Nowhere,
            }
        }
        // Protocols (Teredo among them), examples, and 6to4, which carries an IPv4 address of anybody's choice.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => {
            Reach::Nowhere
        }
        [0x2000..=0x3fff, ..] => Reach::Public,
        // Unspecified, mapped and compatible IPv4, link-local, site-local, multicast, and what is not given out.
        _ => Reach::Nowhere,
    }
}

/// Whether it may be dialled.
pub fn may_dial(address: IpAddr, is_private: bool) -> bool {
    match reach(address) {
        Reach::Public => true,
        Reach::Private => is_private,
        Reach::Nowhere => false,
    }
}

/// Who knows the addresses of a name.
pub trait Names: Send + Sync {
    fn look_up(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As this machine is set up.
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Whether whoever answers at this host is on this machine or in a network of one's own, wherever its name leads.
///
/// # Errors
/// The name leads nowhere.
pub async fn is_own(names: &dyn Names, host: &str) -> io::Result<bool> {
    if host == "localhost" {
        return Ok(true);
    }
    let found = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => names.look_up(host.to_owned()).await?,
    };
    Ok(!found.is_empty() && found.iter().all(|address| reach(*address) == Reach::Private))
}

/// Names become addresses here, for the HTTP client and for bare streams.
#[derive(Clone)]
pub struct Resolver {
    names: Arc<dyn Names>,
    /// Hosts that may be in the operator's own network.
    private: Arc<HashSet<String>>,
}

impl Resolver {
    pub fn new(names: Arc<dyn Names>, private: HashSet<String>) -> Self {
        Self { names, private: Arc::new(private) }
    }

    /// The addresses of a host that may be dialled, of which there is at least one.
    pub async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let is_private = self.private.contains(host);
        let mut found = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.names.look_up(host.to_owned()).await?,
        };
        if found.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        }
        found.retain(|address| may_dial(*address, is_private));
        if found.is_empty() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, REFUSED));
        }
        Ok(found)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            // The port is the URL's.
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claim_d3_an_address_that_is_not_public_needs_to_be_meant() {
        for public in
            ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2a03:2880::1", "64:ff9b::808:808"]
        {
            let address = public.parse().unwrap();
            assert!(may_dial(address, false) && may_dial(address, true), "{public}");
        }
        for private in [
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "::1",
            "fc00::1",
            "fdff::1",
        ] {
            let address = private.parse().unwrap();
            assert!(!may_dial(address, false) && may_dial(address, true), "{private}");
        }
        for nowhere in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
            "4000::1",
            "100::1",
        ] {
            let address = nowhere.parse().unwrap();
            assert!(!may_dial(address, false) && !may_dial(address, true), "{nowhere}");
        }
    }
}
