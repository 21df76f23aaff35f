//! `entente.toml` and the environment, into one checked [`Config`].
//!
//! Every key can be given as `ENTENTE_SECTION__KEY`; secrets also as a file (`…_file`). An unknown
//! key, a wrong type or a missing value is one sentence that names the key and says what to do.

mod databases;
mod server;

use crate::witness::{self, LedgerKeys, WitnessKeys};
use crate::{place, wiring};
use anyhow::{Context as _, Result, bail};
use axum::http::uri::Authority;
use model::mail::EmailAddress;
use model::personal::Personal;
use outbound::mail::MailRoute;
use outbound::scanner::Place;
use serde::Deserialize;
use server::{Server, address};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use web::listen::client::IpNet;

/// What is read when no other file is named, if it is there.
pub const FILE: &str = "entente.toml";
/// The longest configuration file that is read.
const LIMIT: u64 = 1024 * 1024;

#[derive(Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where plain HTTP is redirected to HTTPS.
    pub http_listen: Option<SocketAddr>,
    pub tls: Tls,
    /// How long we go on serving after saying that we are not ready.
    pub drain_wait: Duration,
    /// Nothing: no metrics.
    pub metrics_listen: Option<SocketAddr>,
    /// Where weaknesses are reported, as an address; nothing: to each brand's contact.
    pub security_contact: Option<String>,
    /// Without a slash at its end.
    pub public_url: String,
    pub database: String,
    /// How much of its server this process takes.
    pub database_options: store::Options,
    pub keys: String,
    pub keys_options: store::Options,
    /// Where the root lies, or would lie; its folder is the installation's.
    pub root_file: PathBuf,
    pub root: Root,
    /// Days for which copies of the key store are kept.
    pub backup_days: u16,
    pub graph_url: String,
    pub graph_version: String,
    /// A second place for the root key, encrypted like backups.
    pub escrow_dir: Option<PathBuf>,
    /// The public key that backups are encrypted to.
    pub backup_recipient: Option<String>,
    /// Days between two backups of the data, if the operator says so.
    pub backup_every_days: Option<u16>,
    /// Requests of pages' sending on the wire to Graph at a time.
    pub in_flight: usize,
    /// Of whom a second factor is demanded.
    pub second_factor: engine::SecondFactor,
    /// A list of passwords that became known: see [`engine::Breached`].
    pub breached_passwords: Option<PathBuf>,
    /// Where the scanner listens that uploaded files are shown to. Nothing: they are shown to none.
    pub scanner: Option<Place>,
    /// Nothing: no page can be connected yet.
    pub app: Option<AppKeys>,
    /// Nothing: mails wait.
    pub mail: Option<Mail>,
    /// Nothing: `brands` here, and if there is no such folder, the brand that comes with the program.
    pub brands: Option<PathBuf>,
    /// Nothing: `brands/recipients.toml` here, and if there is no such file, the one that comes with the
    /// program.
    pub recipients: Option<PathBuf>,
    /// Who signs the log's checkpoints.
    pub asked: witness::Asked,
    /// Nothing: this installation signs for nobody.
    pub witness: Option<witness::Own>,
}

/// Silent: the addresses of database and mail server hold passwords.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Config({})", self.public_url)
    }
}

/// How the root key is kept.
#[derive(Debug, Clone)]
pub enum Root {
    /// In `root_file`.
    File,
    /// One half in `root_file`, the other in this file.
    Split(PathBuf),
    /// By a program of the operator's.
    Command(PathBuf),
    /// In the configuration itself: it cannot be exchanged.
    Value(Personal<String>),
}

/// How HTTPS comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// With a certificate that we make ourselves.
    SelfSigned,
    /// With a certificate that others put there.
    Files { certificate: PathBuf, key: PathBuf },
    /// With a certificate that we ask a certificate authority for.
    Acme(AcmeSettings),
    /// At a proxy in front of us, to which we speak plain HTTP.
    BehindProxy { trusted: Vec<IpNet> },
}

/// Which certificate authority, by RFC 8555.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeSettings {
    /// The address of its directory.
    pub directory: String,
    /// Whom it writes to; the operator's own address.
    pub contact: Option<String>,
}

/// What Meta's dashboard says about the app.
#[derive(Debug, Clone)]
pub struct AppKeys {
    pub id: String,
    pub secret: Personal<String>,
    pub verify_token: Personal<String>,
}

/// How mail leaves, checked.
#[derive(Debug, Clone)]
pub struct Mail {
    pub route: MailRoute,
    pub from: EmailAddress,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    server: Server,
    #[serde(default)]
    database: Database,
    #[serde(default)]
    keys: Keys,
    #[serde(default)]
    backup: Backup,
    #[serde(default)]
    messenger: Messenger,
    #[serde(default)]
    accounts: Accounts,
    #[serde(default)]
    sending: Sending,
    #[serde(default)]
    uploads: Uploads,
    #[serde(default)]
    mail: MailKeys,
    #[serde(default)]
    brands: Brands,
    #[serde(default)]
    outbound: Outbound,
    #[serde(default)]
    ledger: LedgerKeys,
    witness: Option<WitnessKeys>,
    #[serde(default)]
    metrics: MetricsKeys,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricsKeys {
    listen: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Database {
    url: Option<String>,
    url_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    /// A number, or from the environment its text.
    connections: Option<toml::Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    url: Option<String>,
    url_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    /// A number, or from the environment its text.
    connections: Option<toml::Value>,
    root_file: Option<PathBuf>,
    root_split_file: Option<PathBuf>,
    root_command: Option<PathBuf>,
    root: Option<String>,
    escrow_dir: Option<PathBuf>,
    /// A number, or from the environment its text.
    backup_days: Option<toml::Value>,
}

impl Keys {
    /// A day at least, since a copy made just before an erasure is there for a while; a year at most, since the
    /// second receipt waits so long.
    fn backup_days(&self) -> Result<u16> {
        let given = match &self.backup_days {
            None => return Ok(engine::actions::erasure::BACKUP_DAYS),
            Some(toml::Value::Integer(days)) => u16::try_from(*days).ok(),
            Some(toml::Value::String(days)) => days.trim().parse().ok(),
            Some(_) => None,
        };
        match given {
            Some(days @ 1..=366) => Ok(days),
            _ => bail!("keys.backup_days: must be a number of days, 1 to 366"),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    second_factor: Option<String>,
    breached_passwords: Option<PathBuf>,
}

impl Accounts {
    fn second_factor(&self) -> Result<engine::SecondFactor> {
        let Some(given) = self.second_factor.as_deref() else { return Ok(engine::SecondFactor::default()) };
        engine::SecondFactor::from_code(given.trim()).with_context(|| {
            let known = engine::SecondFactor::ALL.map(engine::SecondFactor::code).join(", ");
            format!("accounts.second_factor: `{given}` is none of {known}")
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending {
    /// A number, or from the environment its text.
    in_flight: Option<toml::Value>,
}

impl Sending {
    fn in_flight(&self) -> Result<usize> {
        let given = match &self.in_flight {
            None => return Ok(engine::IN_FLIGHT),
            Some(toml::Value::Integer(number)) => usize::try_from(*number).ok(),
            Some(toml::Value::String(number)) => number.trim().parse().ok(),
            Some(_) => None,
        };
        match given {
            Some(number @ 1..=10_000) => Ok(number),
            _ => bail!("sending.in_flight: must be a number of requests, 1 to 10000"),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Uploads {
    scanner: Option<String>,
}

impl Uploads {
    fn scanner(&self) -> Result<Option<Place>> {
        let Some(given) = self.scanner.as_deref() else { return Ok(None) };
        let place = Place::parse(given.trim());
        place.map(Some).map_err(|error| anyhow::anyhow!("uploads.scanner: `{given}` {error}"))
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Backup {
    recipient: Option<String>,
    /// A number, or from the environment its text.
    every_days: Option<toml::Value>,
}

impl Backup {
    fn every_days(&self) -> Result<Option<u16>> {
        let given = match &self.every_days {
            None => return Ok(None),
            Some(toml::Value::Integer(days)) => u16::try_from(*days).ok(),
            Some(toml::Value::String(days)) => days.trim().parse().ok(),
            Some(_) => None,
        };
        match given {
            Some(days @ 1..=366) => Ok(Some(days)),
            _ => bail!("backup.every_days: must be a number of days, 1 to 366"),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Messenger {
    graph_url: Option<String>,
    graph_version: Option<String>,
    app_id: Option<String>,
    app_secret: Option<String>,
    app_secret_file: Option<PathBuf>,
    verify_token: Option<String>,
    verify_token_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MailKeys {
    url: Option<String>,
    url_file: Option<PathBuf>,
    from: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Brands {
    dir: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outbound {
    recipients: Option<PathBuf>,
}

impl Config {
    /// Reads `path` (or `entente.toml` here, if there is one) and the environment over it.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        Self::load_with(path, None, None)
    }

    /// As [`Config::load`], with the addresses in these files in place of the configured ones.
    pub fn load_with(
        path: Option<&Path>,
        database_url_file: Option<PathBuf>,
        keys_url_file: Option<PathBuf>,
    ) -> Result<Self> {
        let file = path.unwrap_or(Path::new(FILE));
        let text = if path.is_none() && !file.exists() {
            String::new()
        } else {
            read(file).with_context(|| format!("cannot read the configuration {}", file.display()))?
        };
        // A variable of somebody else's that is not text is none of ours.
        let text_of = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let environment = std::env::vars_os().map(|(name, value)| (text_of(name), text_of(value)));
        let mut file = Self::merged(file, &text, environment)?;
        if database_url_file.is_some() {
            (file.database.url, file.database.url_file) = (None, database_url_file);
        }
        if keys_url_file.is_some() {
            (file.keys.url, file.keys.url_file) = (None, keys_url_file);
        }
        Self::check(file)
    }

    /// The file alone first, so that an error in it has a place; then each variable over it.
    fn merged(path: &Path, text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<File> {
        let in_file = |error| anyhow::anyhow!("{}, {}", path.display(), place::sentence(text, &error));
        let mut file: File = toml::from_str(text).map_err(in_file)?;
        let mut table: toml::Table = text.parse().map_err(in_file)?;
        for (name, value) in environment {
            let Some((section, key)) = name.strip_prefix("ENTENTE_").and_then(|rest| rest.split_once("__"))
            else {
                continue;
            };
            let section = table
                .entry(section.to_ascii_lowercase())
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(section) = section.as_table_mut() {
                section.insert(key.to_ascii_lowercase(), toml::Value::String(value));
            }
            file = table.clone().try_into().map_err(|error: toml::de::Error| {
                anyhow::anyhow!(
                    "the variable {name}: {}; the keys are listed in docs/configuration.md",
                    place::problem(error.message())
                )
            })?;
        }
        Ok(file)
    }

    fn check(file: File) -> Result<Self> {
        let drain_wait = file.server.drain_wait()?;
        let security_contact = file.server.security_contact()?;
        let metrics_listen = file.metrics.listen.as_deref();
        let metrics_listen =
            metrics_listen.map(|text| address("metrics.listen", text, "127.0.0.1:9464")).transpose()?;
        let (listen, http_listen, tls, public_url) = file.server.check()?;
        let (graph_url, graph_version) =
            (file.messenger.graph_url.clone(), file.messenger.graph_version.clone());
        let graph_url = graph_url.unwrap_or_else(|| "https://graph.facebook.com".to_owned());
        // Named addresses of this machine are not looked up: the register knows the numbers.
        let graph_url = graph_url.replacen("http://localhost:", "http://127.0.0.1:", 1);
        let graph_url = graph_url.trim_end_matches('/').to_owned();
        let is_fine = if graph_url.starts_with("https://") {
            is_bare(&graph_url)
        } else {
            wiring::loopback(&graph_url).is_some()
        };
        if !is_fine {
            bail!(
                "messenger.graph_url: `{graph_url}` is neither https:// and a host, nor a simulator's address such as http://127.0.0.1:8490"
            );
        }
        let root = file.keys.root()?;
        let root_file: PathBuf =
            file.keys.root_file.clone().unwrap_or_else(|| "entente-data/root.key".into());
        let folder = folder_of(&root_file);
        let witness = file.witness.map(|keys| keys.check(&public_url, folder)).transpose()?;
        let escrow_dir = escrow_dir(&file.keys, file.backup.recipient.is_some())?;
        let backup_days = file.keys.backup_days()?;
        let backup_every_days = file.backup.every_days()?;
        let (data, keys) = (file.database, file.keys);
        let given = secret(data.url, data.url_file, "database.url")?;
        let database = databases::address("database", given, "entente.db", data.ca_file.as_deref())?;
        let keys_connections = keys.connections;
        let given = secret(keys.url, keys.url_file, "keys.url")?;
        let keys = databases::address("keys", given, "keys.db", keys.ca_file.as_deref())?;
        Ok(Self {
            asked: file.ledger.check()?,
            witness,
            listen,
            http_listen,
            tls,
            drain_wait,
            metrics_listen,
            security_contact,
            public_url,
            database,
            database_options: databases::options("database", data.connections.as_ref())?,
            keys,
            keys_options: databases::options("keys", keys_connections.as_ref())?,
            root,
            root_file,
            backup_days,
            graph_url,
            graph_version: graph_version.unwrap_or_else(|| "v25.0".to_owned()),
            escrow_dir,
            backup_recipient: file.backup.recipient,
            backup_every_days,
            in_flight: file.sending.in_flight()?,
            second_factor: file.accounts.second_factor()?,
            breached_passwords: file.accounts.breached_passwords,
            scanner: file.uploads.scanner()?,
            app: file.messenger.check()?,
            mail: mail(file.mail)?,
            brands: file.brands.dir,
            recipients: file.outbound.recipients,
        })
    }

    /// Where this installation keeps what it makes for itself: beside the root key.
    pub fn folder(&self) -> &Path {
        folder_of(&self.root_file)
    }

    /// For the program that is a witness and nothing else.
    pub fn witness_or_default(&self) -> Result<witness::Own> {
        match &self.witness {
            Some(own) => Ok(own.clone()),
            None => WitnessKeys::default().check(&self.public_url, self.folder()),
        }
    }

    /// Port 0 asks the operating system for one: this is the one it gave.
    pub fn has_port(&mut self, port: u16) {
        if self.listen.port() == 0 {
            self.listen.set_port(port);
            if let Some(host) = self.public_url.strip_suffix(":0") {
                self.public_url = format!("{host}:{port}");
            }
        }
    }

    /// Whether people reach us by HTTPS, here or at a proxy.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

fn folder_of(root_file: &Path) -> &Path {
    let folder = root_file.parent().unwrap_or_else(|| Path::new("."));
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// The root's copy is encrypted to the key that opens backups.
fn escrow_dir(keys: &Keys, has_recipient: bool) -> Result<Option<PathBuf>> {
    match &keys.escrow_dir {
        Some(_) if !has_recipient => {
            bail!(
                "keys.escrow_dir needs backup.recipient: `entente identity FILE` makes a key and prints its public one"
            )
        }
        Some(_) if keys.root.is_some() => {
            bail!(
                "keys.escrow_dir is for a root key that is exchanged: keys.root stays the same, so leave one out"
            )
        }
        given => Ok(given.clone()),
    }
}

/// Scheme, host and port, and nothing more.
fn is_bare(url: &str) -> bool {
    let Some((_, place)) = url.split_once("://") else { return false };
    let Ok(authority) = place.parse::<Authority>() else { return false };
    let port = place.rsplit_once(']').map_or(place, |(_, rest)| rest).split_once(':').map(|(_, port)| port);
    !place.contains('@')
        && !authority.host().is_empty()
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

impl Keys {
    /// At most one of the three ways that are not the file alone.
    fn root(&self) -> Result<Root> {
        match (&self.root_split_file, &self.root_command, &self.root) {
            (None, None, None) => Ok(Root::File),
            (Some(second), None, None) if Some(second) == self.root_file.as_ref() => {
                bail!("keys.root_split_file: the second half needs a file of its own, best on another medium")
            }
            (Some(second), None, None) => Ok(Root::Split(second.clone())),
            (None, Some(program), None) => Ok(Root::Command(program.clone())),
            (None, None, Some(value)) => Ok(Root::Value(Personal::new(value.clone()))),
            _ => bail!(
                "keys.root_split_file, keys.root_command and keys.root are three ways to keep one root: give one"
            ),
        }
    }
}

/// A secret by value or by file.
fn secret(value: Option<String>, from: Option<PathBuf>, key: &str) -> Result<Option<Personal<String>>> {
    match (value, from) {
        (Some(_), Some(_)) => bail!("{key} and {key}_file are both given: keep one"),
        (Some(value), None) => Ok(Some(Personal::new(value.trim().to_owned()))),
        (None, Some(path)) => {
            let text = read(&path).with_context(|| format!("{key}_file: cannot read {}", path.display()))?;
            Ok(Some(Personal::new(text.trim().to_owned())))
        }
        (None, None) => Ok(None),
    }
}

impl Messenger {
    /// The app's three values, or none of them.
    fn check(self) -> Result<Option<AppKeys>> {
        let app_secret = secret(self.app_secret, self.app_secret_file, "messenger.app_secret")?;
        let verify_token = secret(self.verify_token, self.verify_token_file, "messenger.verify_token")?;
        let missing = |key: &str| {
            anyhow::anyhow!(
                "messenger.{key} is missing or empty: app_id and app_secret stand in the app's dashboard at Meta, verify_token is a text of your own; give all three or none"
            )
        };
        let is_empty = |secret: &Personal<String>| secret.reveal().is_empty();
        match (self.app_id, app_secret, verify_token) {
            (None, None, None) => Ok(None),
            (id, secret, verify_token) => {
                let id = id.filter(|id| !id.trim().is_empty()).ok_or_else(|| missing("app_id"))?;
                let secret = secret.filter(|s| !is_empty(s)).ok_or_else(|| missing("app_secret"))?;
                let verify_token =
                    verify_token.filter(|t| !is_empty(t)).ok_or_else(|| missing("verify_token"))?;
                Ok(Some(AppKeys { id, secret, verify_token }))
            }
        }
    }
}

/// Nothing configured is allowed: then mails wait, and the checks say so.
fn mail(keys: MailKeys) -> Result<Option<Mail>> {
    let url = match (keys.url, keys.url_file) {
        (Some(_), Some(_)) => bail!("mail.url and mail.url_file are both given: keep one"),
        (Some(url), None) => url,
        (None, Some(path)) => {
            read(&path).with_context(|| format!("mail.url_file: cannot read {}", path.display()))?
        }
        (None, None) if keys.from.is_some() => bail!(
            "mail.from is given without mail.url: name the mail server too, or mailbox:FOLDER to try things out"
        ),
        (None, None) => return Ok(None),
    };
    let route = MailRoute::parse(url.trim()).context("mail.url")?;
    let from = keys.from.context(
        "mail.from is missing: give the address that mails come from, such as no-reply@chat.example",
    )?;
    let from = EmailAddress::parse(&from).context("mail.from")?;
    Ok(Some(Mail { route, from }))
}

fn read(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > LIMIT {
        bail!("{} has {size} bytes; at most {LIMIT} are read", path.display());
    }
    Ok(std::fs::read_to_string(path)?)
}

#[cfg(test)]
mod tests;
