//! The register of recipients: which third party gets what, why, where, under which safeguard, and from
//! when. It is a TOML file that the brand publishes and the program obeys.
//!
//! Why one file for both: what the page announces and what the client allows cannot drift apart.
//!
//! Invariant: a [`Register`] that exists is complete and unambiguous. Every field is filled in, a name
//! stands once, a host and port stand once, and a host is an exact one (no pattern, no default).
//!
//! ```toml
//! [[recipient]]
//! name = "meta"                    # how the program calls it: a-z, 0-9, '-'; at most 40
//! host = "graph.facebook.com"      # exact: a host name in lower case, or an IP address
//! port = 443                       # 443 when left out
//! who = "Meta Platforms Ireland Limited"
//! data = "Page-scoped id, message text"
//! purpose = "Delivering messages to the people who asked for them"
//! country = "Ireland, with transfers to the United States"
//! safeguard = "Standard contractual clauses"
//! in_force_from = 2026-01-01       # from the start of that day, UTC, and never before everybody was told in time
//! urgent = "Our carrier closes"    # only if it cannot wait that long: the mail and the page say why
//! private = true                   # only if the host is in your own network: else private addresses are refused
//! ```

use jiff::civil;
use jiff::tz::TimeZone;
use model::time::Timestamp;
use serde::Deserialize;
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use toml::Spanned;

/// The largest register file, in bytes.
const MAX_FILE: usize = 64 * 1024;
const MAX_RECIPIENTS: usize = 100;
const MAX_NAME: usize = 40;
/// The longest text of one field, in characters.
const MAX_TEXT: usize = 500;

/// One third party, as announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// How the program calls it; stands in [`model::ports::OutboundRequest::recipient`].
    pub name: String,
    /// A host name in lower case, or an IP address without brackets.
    pub host: String,
    pub port: u16,
    /// The company behind it.
    pub who: String,
    /// What it gets.
    pub data: String,
    pub purpose: String,
    pub country: String,
    /// What protects the data there (contract, adequacy decision, clauses).
    pub safeguard: String,
    /// The first moment at which a connection may be opened.
    pub in_force_from: Timestamp,
    /// Why people are told with less notice than is promised.
    pub urgent: Option<String>,
    /// Whether the host may have an address of the operator's own network.
    pub is_private: bool,
    /// Where it is found on this machine instead.
    pub stand_in: Option<SocketAddr>,
}

impl Recipient {
    /// The host and the port that are connected to.
    pub fn place(&self) -> (String, u16) {
        match self.stand_in {
            Some(address) => (address.ip().to_string(), address.port()),
            None => (self.host.clone(), self.port),
        }
    }

    /// Whether that is it. A host in figures has no brackets.
    pub(crate) fn is_at(&self, host: &str, port: u16) -> bool {
        match self.stand_in {
            Some(address) => {
                address.port() == port && host.parse().is_ok_and(|ip: IpAddr| ip == address.ip())
            }
            None => self.host == host && self.port == port,
        }
    }
}

/// All recipients, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    recipients: Vec<Recipient>,
}

/// Why the text is not a register.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    #[error("the register of recipients, line {line}, `{key}`: {problem}")]
    Entry { line: usize, key: String, problem: String },
    #[error("the register of recipients is {bytes} bytes long, the limit is {MAX_FILE}: shorten its texts")]
    TooLong { bytes: usize },
    #[error(
        "the register of recipients has {entries} entries, the limit is {MAX_RECIPIENTS}: take out those no longer used"
    )]
    TooMany { entries: usize },
    #[error(
        "the register of recipients has no entry `{name}` to place on this machine: use a name that it holds"
    )]
    NoSuchRecipient { name: String },
    #[error(
        "{address} is not on this machine: only a loopback address may stand in for a registered host, announce any other in the register"
    )]
    NotLoopback { address: SocketAddr },
    #[error("{address} stands for two recipients: give each a port of its own")]
    AddressTaken { address: SocketAddr },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    recipient: Vec<Entry>,
}

/// An entry as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    host: Spanned<String>,
    port: Option<Spanned<u16>>,
    who: Spanned<String>,
    data: Spanned<String>,
    purpose: Spanned<String>,
    country: Spanned<String>,
    safeguard: Spanned<String>,
    in_force_from: Spanned<toml::value::Datetime>,
    urgent: Option<Spanned<String>>,
    #[serde(default)]
    private: bool,
}

impl Register {
    /// Reads and checks the text of a register file. An error names the key, the line and what to do.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        if text.len() > MAX_FILE {
            return Err(RegisterError::TooLong { bytes: text.len() });
        }
        let source = Source(text);
        let file: File = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            source.error(&span, source.key_at(&span), error.message().replace('\n', ", "))
        })?;
        if file.recipient.len() > MAX_RECIPIENTS {
            return Err(RegisterError::TooMany { entries: file.recipient.len() });
        }
        let mut recipients: Vec<Recipient> = Vec::with_capacity(file.recipient.len());
        for entry in &file.recipient {
            let recipient = source.recipient(entry)?;
            if recipients.iter().any(|other| other.name == recipient.name) {
                return Err(source.error(
                    &entry.name.span(),
                    "name",
                    "stands twice: each recipient needs its own",
                ));
            }
            if recipients.iter().any(|other| (&other.host, other.port) == (&recipient.host, recipient.port)) {
                return Err(source.error(
                    &entry.host.span(),
                    "host",
                    "stands twice with the same port: say all that this host gets in one entry",
                ));
            }
            recipients.push(recipient);
        }
        Ok(Self { recipients })
    }

    /// The same register with `name` found at an address of this very machine: how the simulator takes
    /// a third party's place. Nothing leaves the machine, so nothing needs to be announced.
    pub fn at_loopback(mut self, name: &str, address: SocketAddr) -> Result<Self, RegisterError> {
        if !address.ip().is_loopback() {
            return Err(RegisterError::NotLoopback { address });
        }
        let place = (address.ip().to_string(), address.port());
        if self.recipients.iter().any(|r| r.name != name && r.place() == place) {
            return Err(RegisterError::AddressTaken { address });
        }
        let recipient = self
            .recipients
            .iter_mut()
            .find(|recipient| recipient.name == name)
            .ok_or_else(|| RegisterError::NoSuchRecipient { name: name.to_owned() })?;
        recipient.stand_in = Some(address);
        Ok(self)
    }

    /// In the order of the file.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Hosts of which every entry says that they may be in the operator's own network.
    pub(crate) fn private_hosts(&self) -> HashSet<String> {
        let (yes, no): (Vec<&Recipient>, Vec<&Recipient>) =
            self.recipients.iter().partition(|one| one.is_private);
        let is_meant = |one: &&Recipient| no.iter().all(|other| other.host != one.host);
        let own = yes.into_iter().filter(is_meant).map(|one| one.host.clone());
        own.chain(self.recipients.iter().filter_map(|one| Some(one.stand_in?.ip().to_string()))).collect()
    }
}

/// The text, to say where in it something is wrong.
struct Source<'a>(&'a str);

impl Source<'_> {
    fn recipient(&self, entry: &Entry) -> Result<Recipient, RegisterError> {
        Ok(Recipient {
            name: self.name(&entry.name)?,
            host: self.host(&entry.host)?,
            port: self.port(entry.port.as_ref())?,
            who: self.text("who", &entry.who)?,
            data: self.text("data", &entry.data)?,
            purpose: self.text("purpose", &entry.purpose)?,
            country: self.text("country", &entry.country)?,
            safeguard: self.text("safeguard", &entry.safeguard)?,
            in_force_from: self.date("in_force_from", &entry.in_force_from)?,
            urgent: entry.urgent.as_ref().map(|reason| self.text("urgent", reason)).transpose()?,
            is_private: entry.private,
            stand_in: None,
        })
    }

    fn name(&self, value: &Spanned<String>) -> Result<String, RegisterError> {
        let name = value.get_ref();
        let fits = (1..=MAX_NAME).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !fits {
            let problem = format!("use 1 to {MAX_NAME} of a-z, 0-9 and '-'");
            return Err(self.error(&value.span(), "name", problem));
        }
        Ok(name.clone())
    }

    fn host(&self, value: &Spanned<String>) -> Result<String, RegisterError> {
        let host = value.get_ref();
        // As the URL parser writes it, because that is what it is compared with.
        let address = host.parse::<IpAddr>().is_ok_and(|ip| ip.to_string() == *host);
        if !address && !is_host_name(host) {
            return Err(self.error(
                &value.span(),
                "host",
                "write one exact host name in lower case (no pattern, no scheme, no port), or an IP address",
            ));
        }
        Ok(host.clone())
    }

    fn port(&self, value: Option<&Spanned<u16>>) -> Result<u16, RegisterError> {
        match value {
            None => Ok(443),
            Some(port) if *port.get_ref() == 0 => {
                Err(self.error(&port.span(), "port", "use a number from 1 to 65535"))
            }
            Some(port) => Ok(*port.get_ref()),
        }
    }

    fn text(&self, key: &str, value: &Spanned<String>) -> Result<String, RegisterError> {
        let text = value.get_ref().trim();
        if text.is_empty() || text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
            let problem = format!("say it in 1 to {MAX_TEXT} characters on one line");
            return Err(self.error(&value.span(), key, problem));
        }
        Ok(text.to_owned())
    }

    /// The start of the day in UTC.
    fn date(&self, key: &str, value: &Spanned<toml::value::Datetime>) -> Result<Timestamp, RegisterError> {
        let wrong = || self.error(&value.span(), key, "write a date alone, unquoted, like 2026-01-31");
        let written = value.get_ref();
        let (Some(date), None, None) = (written.date, written.time, written.offset) else {
            return Err(wrong());
        };
        let year = i16::try_from(date.year).map_err(|_| wrong())?;
        let month = i8::try_from(date.month).map_err(|_| wrong())?;
        let day = i8::try_from(date.day).map_err(|_| wrong())?;
        let day = civil::Date::new(year, month, day).map_err(|_| wrong())?;
        let start = day.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
        Ok(Timestamp(start.timestamp().as_microsecond()))
    }

    fn error(
        &self,
        span: &Range<usize>,
        key: impl Into<String>,
        problem: impl Into<String>,
    ) -> RegisterError {
        let before = self.0.get(..span.start).unwrap_or(self.0);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        RegisterError::Entry { line, key: key.into(), problem: problem.into() }
    }

    /// The key, or the heading, on the line where `span` starts.
    fn key_at(&self, span: &Range<usize>) -> String {
        let start = self.0.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.0.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let key = line.split(['=', '#']).next().unwrap_or("").trim();
        key.chars().take(MAX_NAME).collect()
    }
}

/// Labels of letters, digits and inner hyphens, all in lower case (RFC 1123, section 2.1).
fn is_host_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
        // Otherwise it would be read as an (unusual) way to write an IPv4 address.
        && !host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = r#"
[[recipient]]
name = "meta"
host = "graph.facebook.com"
who = "Meta Platforms Ireland Limited"
data = "Page-scoped id, message text"
purpose = "Delivering messages"
country = "Ireland"
safeguard = "Standard contractual clauses"
in_force_from = 2026-11-22
"#;

    fn refusal(text: &str) -> String {
        Register::parse(text).expect_err("should be refused").to_string()
    }

    #[test]
    fn reads_an_entry_with_its_date_and_the_default_port() {
        let register = Register::parse(META).unwrap();
        let [meta] = register.recipients() else { panic!("one entry") };
        assert_eq!((meta.name.as_str(), meta.host.as_str(), meta.port), ("meta", "graph.facebook.com", 443));
        assert_eq!(meta.in_force_from, Timestamp::from_secs(1_795_305_600));
        assert_eq!(meta.safeguard, "Standard contractual clauses");
    }

    #[test]
    fn whoever_stands_in_is_the_place_and_the_announced_one_is_not() {
        let register = Register::parse(META).unwrap();
        let [meta] = register.recipients() else { panic!("one entry") };
        assert!(meta.is_at("graph.facebook.com", 443));
        assert!(!meta.is_at("graph.facebook.com", 444) && !meta.is_at("facebook.com", 443));
        for (address, host) in [("127.0.0.1:8490", "127.0.0.1"), ("[::1]:8490", "::1")] {
            let register = register.clone().at_loopback("meta", address.parse().unwrap()).unwrap();
            let [meta] = register.recipients() else { panic!("one entry") };
            assert_eq!(meta.place(), (host.to_owned(), 8490));
            assert!(meta.is_at(host, 8490));
            assert!(
                !meta.is_at(host, 443)
                    && !meta.is_at("graph.facebook.com", 443)
                    && !meta.is_at("127.0.0.2", 8490)
            );
        }
    }

    #[test]
    fn a_register_without_entries_allows_nobody() {
        assert!(Register::parse("").unwrap().recipients().is_empty());
    }

    #[test]
    fn names_the_key_and_the_line_of_what_is_wrong() {
        let cases = [
            ("name = \"meta\"", "name = \"Meta Inc\"", "line 3, `name`: use 1 to 40 of a-z"),
            ("graph.facebook.com", "*.facebook.com", "line 4, `host`: write one exact host name"),
            ("graph.facebook.com", "https://graph.facebook.com", "line 4, `host`"),
            ("graph.facebook.com", "Graph.Facebook.com", "line 4, `host`"),
            ("graph.facebook.com", "graph.facebook.com.", "line 4, `host`"),
            ("graph.facebook.com", "127.1", "line 4, `host`"),
            ("who = ", "port = 0\nwho = ", "line 5, `port`: use a number from 1"),
            ("who = ", "port = 70000\nwho = ", "line 5, `port`"),
            ("who = ", "port = \"443\"\nwho = ", "line 5, `port`: invalid type"),
            ("\"Delivering messages\"", "\"  \"", "line 7, `purpose`: say it in 1 to 500"),
            ("2026-11-22", "2026-11-22T10:00:00Z", "line 10, `in_force_from`: write a date alone"),
            ("2026-11-22", "\"2026-11-22\"", "line 10, `in_force_from`"),
            ("2026-11-22", "2026-02-30", "line 10, `in_force_from`"),
            ("who = ", "private = 1\nwho = ", "line 5, `private`"),
            ("who = ", "urgent = \" \"\nwho = ", "line 5, `urgent`: say it in 1 to 500"),
            ("country = ", "land = ", "line 8, `land`: unknown field `land`"),
            ("country = \"Ireland\"\n", "", "line 2, `[[recipient]]`: missing field `country`"),
            ("country = ", "who = ", "line 8, `who`: duplicate key"),
            ("[[recipient]]", "[[recipients]]", "line 2, `[[recipients]]`: unknown field `recipients`"),
            ("country = \"Ireland\"", "country = Ireland", "line 8, `country`"),
        ];
        for (from, to, expected) in cases {
            let text = META.replacen(from, to, 1);
            assert_ne!(text, META, "{from} is not in the sample");
            let message = refusal(&text);
            assert!(message.contains(expected), "{to}: {message}");
        }
    }

    #[test]
    fn refuses_a_name_or_a_host_that_stands_twice() {
        let other_host = META.replace("graph.facebook.com", "mail.example.com");
        assert!(refusal(&format!("{META}{other_host}")).contains("line 13, `name`: stands twice"));
        let other_name = META.replace("\"meta\"", "\"mail\"");
        assert!(refusal(&format!("{META}{other_name}")).contains("line 14, `host`: stands twice"));
        let other_port = other_name.replace("who =", "port = 465\nwho =");
        assert_eq!(Register::parse(&format!("{META}{other_port}")).unwrap().recipients().len(), 2);
    }

    #[test]
    fn states_its_limits() {
        assert!(refusal(&"#".repeat(MAX_FILE + 1)).contains("the limit is 65536"));
        let many: String = (0..=MAX_RECIPIENTS)
            .map(|n| {
                format!(
                    "[[recipient]]\nname=\"r{n}\"\nhost=\"h{n}.example\"\nwho=\"w\"\ndata=\"d\"\npurpose=\"p\"\ncountry=\"c\"\nsafeguard=\"s\"\nin_force_from=2026-01-01\n"
                )
            })
            .collect();
        assert!(refusal(&many).contains("101 entries, the limit is 100"));
        let long = META.replace("Delivering messages", &"x".repeat(MAX_TEXT + 1));
        assert!(refusal(&long).contains("`purpose`: say it in 1 to 500"));
    }

    #[test]
    fn a_recipient_is_placed_on_this_machine_and_nowhere_else() {
        let register = Register::parse(META).unwrap();
        let placed = register.clone().at_loopback("meta", "127.0.0.1:8080".parse().unwrap()).unwrap();
        let [meta] = placed.recipients() else { panic!("one entry") };
        assert_eq!(meta.place(), ("127.0.0.1".to_owned(), 8080));
        assert_eq!(meta.host, "graph.facebook.com", "what is announced stays");
        let elsewhere = register.clone().at_loopback("meta", "192.0.2.1:80".parse().unwrap());
        assert!(matches!(elsewhere, Err(RegisterError::NotLoopback { .. })));
        let unknown = register.at_loopback("mail", "127.0.0.1:25".parse().unwrap());
        assert!(matches!(unknown, Err(RegisterError::NoSuchRecipient { .. })));
        let mail = META.replace("\"meta\"", "\"mail\"").replace("graph.", "mail.");
        let both = Register::parse(&format!("{META}{mail}")).unwrap();
        let address = "[::1]:8080".parse().unwrap();
        let taken = both.at_loopback("meta", address).unwrap().at_loopback("mail", address);
        assert!(matches!(taken, Err(RegisterError::AddressTaken { .. })));
    }

    #[test]
    fn claim_x10_no_text_breaks_the_reader_of_the_register() {
        testkit::mutate::fuzz("register", 4_000, |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            match Register::parse(text) {
                Ok(register) => {
                    let all = register.recipients();
                    assert!(all.len() <= MAX_RECIPIENTS && text.len() <= MAX_FILE);
                    assert!(
                        all.iter()
                            .all(|one| one.port > 0 && !one.host.is_empty() && !one.who.trim().is_empty())
                    );
                    !all.is_empty()
                }
                Err(error) => testkit::mutate::refused(&error),
            }
        });
    }
}
