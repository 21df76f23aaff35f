//! The keys `[ledger]` (who signs our checkpoints) and `[witness]` (whose checkpoints we sign), checked.

use crate::wiring::{loopback, public_host};
use anyhow::{Context as _, Result, bail};
use engine::witness::Peer;
use ledger::{VerifyingKey, WitnessKey};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// More would not fit under one checkpoint together with the log's own line.
const MAX_WITNESSES: usize = 16;
const MAX_LOGS: usize = 1_000;

/// Who signs our checkpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub peers: Vec<Peer>,
    /// As many are needed; nought without peers.
    pub quorum: usize,
}

/// Whose checkpoints we sign, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    pub name: String,
    /// 64 hexadecimal digits; made at the first start.
    pub key_file: PathBuf,
    /// What was signed last of each log.
    pub folder: PathBuf,
    pub logs: Vec<VerifyingKey>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKeys {
    /// A list of tables, or from the environment the same as text.
    witnesses: Option<toml::Value>,
    /// A number, or from the environment the same as text.
    quorum: Option<toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeerKeys {
    recipient: String,
    url: String,
    key: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessKeys {
    name: Option<String>,
    key_file: Option<PathBuf>,
    folder: Option<PathBuf>,
    /// A list, or from the environment a text with commas.
    logs: Option<toml::Value>,
}

#[derive(Deserialize)]
struct Written {
    list: Vec<PeerKeys>,
}

impl LedgerKeys {
    pub fn check(self) -> Result<Asked> {
        let text = match self.witnesses {
            None => "[]".to_owned(),
            Some(toml::Value::String(text)) => text,
            Some(list) => list.to_string(),
        };
        let Written { list } = toml::from_str(&format!("list = {text}")).map_err(|_| {
            anyhow::anyhow!(
                "ledger.witnesses: must be a list such as [{{ recipient = \"witness-anna\", url = \"https://anna.example/witness\", key = \"…\" }}]"
            )
        })?;
        if list.len() > MAX_WITNESSES {
            bail!("ledger.witnesses: {} are more than {MAX_WITNESSES}: keep those you rely on", list.len());
        }
        let mut peers: Vec<Peer> = Vec::with_capacity(list.len());
        for keys in list {
            let peer = peer(keys)?;
            if peers.iter().any(|other| other.recipient == peer.recipient || other.key == peer.key) {
                bail!("ledger.witnesses: `{}` stands twice: each witness has one entry", peer.recipient);
            }
            peers.push(peer);
        }
        let wrong = || anyhow::anyhow!("ledger.quorum: must be a number from 1 to that of ledger.witnesses");
        let quorum = match self.quorum {
            None => usize::from(!peers.is_empty()),
            Some(toml::Value::Integer(number)) => usize::try_from(number).map_err(|_| wrong())?,
            Some(toml::Value::String(text)) => text.trim().parse().map_err(|_| wrong())?,
            Some(_) => return Err(wrong()),
        };
        if quorum > peers.len() || quorum == 0 && !peers.is_empty() {
            return Err(wrong());
        }
        Ok(Asked { peers, quorum })
    }
}

fn peer(keys: PeerKeys) -> Result<Peer> {
    let name = &keys.recipient;
    // By its beginning the data map knows what it gets.
    if !name.starts_with("witness-") {
        bail!(
            "ledger.witnesses: the recipient `{name}` must begin with `witness-`: rename it here and in the register"
        );
    }
    let url = keys.url.trim_end_matches('/').to_owned();
    let is_fine = url.starts_with("https://") || url.strip_prefix("http://").and_then(place).is_some();
    if !is_fine || url.contains(['?', '#', '@', ' ']) {
        bail!("ledger.witnesses: the url of `{name}` is not https://, a host and a path");
    }
    let key = WitnessKey::parse(keys.key.trim())
        .with_context(|| format!("ledger.witnesses: the key of `{name}`, which is at {url}/key"))?;
    Ok(Peer { recipient: keys.recipient, url, key })
}

/// The address on this machine that a URL without its scheme begins with.
fn place(rest: &str) -> Option<SocketAddr> {
    loopback(&format!("http://{}", rest.split('/').next().unwrap_or_default()))
}

impl WitnessKeys {
    pub fn check(self, public_url: &str, folder: &Path) -> Result<Own> {
        let texts: Vec<String> = match self.logs {
            None => Vec::new(),
            Some(toml::Value::String(text)) => text.split(',').map(|key| key.trim().to_owned()).collect(),
            Some(toml::Value::Array(list)) if list.iter().all(toml::Value::is_str) => {
                list.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect()
            }
            Some(_) => bail!("witness.logs: must be a list of public keys of logs"),
        };
        if texts.len() > MAX_LOGS {
            bail!(
                "witness.logs: {} are more than {MAX_LOGS}: run another witness for the others",
                texts.len()
            );
        }
        let mut logs: Vec<VerifyingKey> = Vec::with_capacity(texts.len());
        for text in texts.iter().filter(|text| !text.is_empty()) {
            let key = VerifyingKey::parse(text.trim()).context("witness.logs")?;
            if logs.iter().any(|other| other.name() == key.name()) {
                bail!("witness.logs: the log {} stands twice: a log has one key", key.name());
            }
            logs.push(key);
        }
        Ok(Own {
            name: self.name.unwrap_or_else(|| format!("{}/witness", host_and_port(public_url))),
            key_file: self.key_file.unwrap_or_else(|| folder.join("witness.key")),
            folder: self.folder.unwrap_or_else(|| folder.join("witness")),
            logs,
        })
    }
}

/// As the log's name has it.
fn host_and_port(url: &str) -> String {
    url.split("://").nth(1).map_or_else(|| public_host(url), |host| host.replace(['/', ':'], "-"))
}

/// The register with each witness where it is: one on this machine takes the place of the one announced;
/// any other must be the one that is announced.
pub fn with_witnesses(mut register: outbound::Register, asked: &Asked) -> Result<outbound::Register> {
    for Peer { recipient, url, .. } in &asked.peers {
        let Some(entry) = register.recipients().iter().find(|entry| entry.name == *recipient) else {
            bail!(
                "ledger.witnesses: the register of recipients has no entry `{recipient}`: announce {url} there, with its date"
            );
        };
        if let Some(address) = url.strip_prefix("http://").and_then(place) {
            register = register.at_loopback(recipient, address)?;
            continue;
        }
        let authority = url.trim_start_matches("https://").split('/').next().unwrap_or_default();
        let announced =
            if entry.port == 443 { entry.host.clone() } else { format!("{}:{}", entry.host, entry.port) };
        if !authority.strip_suffix(":443").unwrap_or(authority).eq_ignore_ascii_case(&announced) {
            bail!(
                "ledger.witnesses: {authority} is not in the register of recipients, which announces {announced} as `{recipient}`: make them the same"
            );
        }
    }
    Ok(register)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Cosigner, SigningKey};

    fn key(seed: u8) -> String {
        Cosigner::from_seed(&[seed; 32], &format!("w{seed}.example")).unwrap().witness_key().to_string()
    }

    fn asked(text: &str) -> Result<Asked> {
        toml::from_str::<LedgerKeys>(text).unwrap().check()
    }

    #[test]
    fn witnesses_are_named_in_the_file_or_as_the_same_text_in_the_environment() {
        let list = format!(
            "[{{ recipient = \"witness-a\", url = \"https://a.example/witness/\", key = \"{}\" }}, {{ recipient = \"witness-b\", url = \"http://127.0.0.1:9000/witness\", key = \"{}\" }}]",
            key(1),
            key(2)
        );
        let both = asked(&format!("witnesses = {list}\nquorum = 2\n")).unwrap();
        assert_eq!((both.peers.len(), both.quorum), (2, 2));
        assert_eq!(both.peers[0].url, "https://a.example/witness");
        let from_environment = asked(&format!("witnesses = '''{list}'''\nquorum = \"2\"\n")).unwrap();
        assert_eq!(both, from_environment);
        assert_eq!(asked("").unwrap(), Asked::default());
        assert_eq!(asked(&format!("witnesses = {list}\n")).unwrap().quorum, 1);
    }

    #[test]
    fn what_is_wrong_about_witnesses_is_named() {
        let one = |recipient: &str, url: &str, key: &str| {
            format!("{{ recipient = \"{recipient}\", url = \"{url}\", key = \"{key}\" }}")
        };
        let good = one("witness-a", "https://a.example", &key(1));
        let log = SigningKey::from_seed(&[1; 32], "log.example").unwrap().verifying_key().to_string();
        for (text, named) in [
            ("witnesses = 5".to_owned(), "ledger.witnesses: must be a list"),
            (format!("witnesses = [{good}, {good}]"), "`witness-a` stands twice"),
            (
                format!("witnesses = [{}]", one("witness-a", "http://a.example", &key(1))),
                "the url of `witness-a`",
            ),
            (
                format!("witnesses = [{}]", one("witness-a", "https://a.example?x", &key(1))),
                "the url of `witness-a`",
            ),
            (
                format!("witnesses = [{}]", one("witness-a", "https://a.example", &log)),
                "the key of `witness-a`",
            ),
            (format!("witnesses = [{}]", one("a", "https://a.example", &key(1))), "begin with `witness-`"),
            (format!("witnesses = [{good}]\nquorum = 2"), "ledger.quorum"),
            (format!("witnesses = [{good}]\nquorum = 0"), "ledger.quorum"),
            ("quorum = 1".to_owned(), "ledger.quorum"),
        ] {
            let error = format!("{:#}", asked(&text).unwrap_err());
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn claim_d3_a_witness_that_is_not_announced_is_refused_at_the_start() {
        let register = outbound::Register::parse(
            "[[recipient]]\nname = \"a\"\nhost = \"a.example\"\nwho = \"w\"\ndata = \"d\"\npurpose = \"p\"\ncountry = \"c\"\nsafeguard = \"s\"\nin_force_from = 2026-11-01\n",
        )
        .unwrap();
        let with = |recipient: &str, url: &str| {
            let key = WitnessKey::parse(&key(1)).unwrap();
            let peers = vec![Peer { recipient: recipient.into(), url: url.into(), key }];
            with_witnesses(register.clone(), &Asked { peers, quorum: 1 })
        };
        with("a", "https://a.example/witness").unwrap();
        with("a", "https://A.example:443").unwrap();
        let moved = with("a", "http://127.0.0.1:9000/witness").unwrap();
        assert_eq!(moved.recipients()[0].place(), ("127.0.0.1".to_owned(), 9000));
        for (recipient, url, named) in [
            ("b", "https://a.example", "has no entry `b`"),
            ("a", "https://b.example/witness", "announces a.example as `a`"),
            ("a", "https://a.example:444", "announces a.example as `a`"),
        ] {
            let error = with(recipient, url).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_witness_is_called_after_the_public_address_and_signs_for_the_logs_it_is_given() {
        let log = |seed: u8, name: &str| {
            SigningKey::from_seed(&[seed; 32], name).unwrap().verifying_key().to_string()
        };
        let check = |text: &str| {
            toml::from_str::<WitnessKeys>(text).unwrap().check("https://chat.example:8443", Path::new("data"))
        };
        let own = check("").unwrap();
        assert_eq!(
            (own.name.as_str(), own.key_file.as_path()),
            ("chat.example-8443/witness", Path::new("data/witness.key"))
        );
        let (one, two) = (log(1, "one.example"), log(2, "two.example"));
        let listed = check(&format!("logs = [\"{one}\", \"{two}\"]")).unwrap();
        assert_eq!(check(&format!("logs = \"{one}, {two}\"")).unwrap(), listed);
        let twice = check(&format!("logs = [\"{one}\", \"{}\"]", log(2, "one.example"))).unwrap_err();
        assert!(twice.to_string().contains("one.example stands twice"), "{twice}");
        assert!(check(&format!("logs = [\"{}\"]", key(1))).is_err(), "a witness's key is no log's");
    }
}
