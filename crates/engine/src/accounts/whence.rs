//! Where somebody comes from: address and browser, as far as security needs them (claim F4), and the session that the
//! browser still shows.
//!
//! Invariant: of the browser only family and system are kept, never its whole description.

use super::hash_of;
use minicbor::{Decode, Encode};
use model::personal::Personal;
use std::net::IpAddr;
use std::sync::Arc;

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Whence {
    pub address: Option<IpAddr>,
    /// Family and system, such as `Firefox, Linux`.
    browser: String,
    /// The hash of the secret that came with the request. A session that begins takes its place.
    pub(crate) shown: Option<[u8; 32]>,
    /// At which route of the table it came, where what it brings is denied.
    pub(crate) route: Arc<str>,
}

/// As it lies sealed with a session or a sign-in.
#[derive(Clone, Encode, Decode)]
pub struct Kept {
    #[n(0)]
    pub address: Option<Personal<String>>,
    #[n(1)]
    pub browser: Personal<String>,
    /// The surroundings of the address, /24 or /48.
    #[n(2)]
    around: Option<Personal<String>>,
}

/// Families by what their description says, the more special first.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

impl Whence {
    /// From the address and the `User-Agent` header.
    pub fn new(address: Option<IpAddr>, agent: Option<&str>) -> Self {
        let agent = agent.unwrap_or_default();
        let family = |list: &[(&str, &'static str)]| {
            list.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
        };
        let browser = match (family(&BROWSERS), family(&SYSTEMS)) {
            (Some(browser), Some(system)) => format!("{browser}, {system}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => "?".to_owned(),
        };
        Self { address, browser, ..Self::default() }
    }

    /// With the session's secret that the browser shows, good or not.
    pub fn showing(self, secret: Option<&str>) -> Self {
        Self { shown: secret.map(hash_of), ..self }
    }

    /// At this route, as the table has it.
    pub fn at(self, route: &Arc<str>) -> Self {
        Self { route: Arc::clone(route), ..self }
    }

    pub fn kept(&self) -> Kept {
        Kept {
            address: self.address.map(|a| Personal::new(a.to_string())),
            browser: Personal::new(self.browser.clone()),
            around: self.address.map(|a| Personal::new(around(a))),
        }
    }

    /// As a mail tells it: the network and the browser.
    pub fn told(&self) -> (Personal<String>, Personal<String>) {
        let network = self.address.map_or_else(|| "?".to_owned(), around);
        (Personal::new(network), Personal::new(self.browser.clone()))
    }

    /// Whether nobody signed in to this account from this network with this browser before.
    pub fn is_new_beside(&self, known: &[Kept]) -> bool {
        let own = self.kept();
        !known.iter().any(|kept| kept.around == own.around && kept.browser == own.browser)
    }
}

/// The network's part of an address: /24 of IPv4, /48 of IPv6.
fn around(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0";

    fn at(address: &str, agent: &str) -> Whence {
        Whence::new(address.parse().ok(), Some(agent))
    }

    #[test]
    fn claim_f4_of_a_browser_only_the_family_is_kept() {
        assert_eq!(at("192.0.2.7", FIREFOX).kept().browser.reveal(), "Firefox, Linux");
        assert_eq!(at("192.0.2.7", EDGE).kept().browser.reveal(), "Edge, Windows");
        assert_eq!(Whence::new(None, None).kept().browser.reveal(), "?");
    }

    #[test]
    fn a_new_place_is_a_new_network_or_another_browser() {
        let known = [at("192.0.2.7", FIREFOX).kept(), at("2001:db8:1:2::3", EDGE).kept()];
        assert!(!at("192.0.2.99", FIREFOX).is_new_beside(&known));
        assert!(!at("2001:db8:1:ffff::1", EDGE).is_new_beside(&known));
        assert!(at("192.0.3.7", FIREFOX).is_new_beside(&known));
        assert!(at("192.0.2.7", EDGE).is_new_beside(&known));
        assert!(!at("::ffff:192.0.2.8", FIREFOX).is_new_beside(&known), "the same address written as IPv6");
        assert!(at("192.0.2.7", FIREFOX).is_new_beside(&[]));
    }
}
