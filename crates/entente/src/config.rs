//! `entente.toml` and the environment, into one checked [`Config`].
//!
//! Every key can be given as `ENTENTE_SECTION__KEY`; secrets also as a file (`…_file`). An unknown
//! key, a wrong type or a missing value is one sentence that names the key and says what to do.

use crate::wiring;
use anyhow::{Context as _, Result, bail};
use model::personal::Personal;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use web::listen::client::{IpNet, parse_network};

/// Looked for in the present folder.
pub const FILE: &str = "entente.toml";
/// The longest configuration file that is read.
const LIMIT: u64 = 1024 * 1024;
/// Where we listen unless told otherwise: with TLS of our own, and behind a proxy.
const LISTEN: &str = "127.0.0.1:8443";
/// The certificate authority that is asked unless another is named.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
const LISTEN_PLAIN: &str = "127.0.0.1:8480";

#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where plain HTTP is redirected to HTTPS.
    pub http_listen: Option<SocketAddr>,
    pub tls: Tls,
    /// Without a slash at its end.
    pub public_url: String,
    pub database: String,
    pub keys: String,
    pub root_file: PathBuf,
    pub graph_url: String,
    pub graph_version: String,
    /// Nothing: no page can be connected yet.
    pub app: Option<AppKeys>,
    /// Where mail goes: `smtp://…`, `smtps://…` or `mailbox:FOLDER`; it may hold a password.
    pub mail: Option<Personal<String>>,
    /// Nothing: `brands` here, and if there is no such folder, the brand that comes with the program.
    pub brands: Option<PathBuf>,
    /// Nothing: `brands/recipients.toml` here, and if there is no such file, the one that comes with the
    /// program.
    pub recipients: Option<PathBuf>,
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
    messenger: Messenger,
    #[serde(default)]
    mail: Mail,
    #[serde(default)]
    brands: Brands,
    #[serde(default)]
    outbound: Outbound,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
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
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Database {
    url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    url: Option<String>,
    root_file: Option<PathBuf>,
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
struct Mail {
    url: Option<String>,
    url_file: Option<PathBuf>,
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
        let text = match path {
            Some(path) => {
                read(path).with_context(|| format!("cannot read the configuration {}", path.display()))?
            }
            None if Path::new(FILE).exists() => read(Path::new(FILE))?,
            None => String::new(),
        };
        Self::parse(&text, std::env::vars())
    }

    fn parse(text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Self> {
        let mut table: toml::Table = text
            .parse()
            .map_err(|error| anyhow::anyhow!("the configuration is not TOML: {}", one_line(&error)))?;
        for (name, value) in environment {
            if let Some((section, key)) = name.strip_prefix("ENTENTE_").and_then(|rest| rest.split_once("__"))
            {
                let section = table
                    .entry(section.to_ascii_lowercase())
                    .or_insert_with(|| toml::Value::Table(toml::Table::new()));
                let Some(section) = section.as_table_mut() else {
                    bail!(
                        "{name} names a section that the configuration file has as a value: rename one of them"
                    );
                };
                section.insert(key.to_ascii_lowercase(), toml::Value::String(value));
            }
        }
        let file: File = table.try_into().map_err(|error| {
            anyhow::anyhow!(
                "configuration: {}; the keys are listed in docs/configuration.md",
                one_line(&error)
            )
        })?;
        Self::check(file)
    }

    fn check(file: File) -> Result<Self> {
        let (listen, http_listen, tls, public_url) = file.server.check()?;
        let (graph_url, graph_version) =
            (file.messenger.graph_url.clone(), file.messenger.graph_version.clone());
        let graph_url = graph_url.unwrap_or_else(|| "https://graph.facebook.com".to_owned());
        // Named addresses of this machine are not looked up: the register knows the numbers.
        let graph_url = graph_url.replacen("http://localhost:", "http://127.0.0.1:", 1);
        if !graph_url.starts_with("https://") && wiring::loopback(&graph_url).is_none() {
            bail!(
                "messenger.graph_url: `{graph_url}` is neither https:// nor a simulator's address such as http://127.0.0.1:8490"
            );
        }
        Ok(Self {
            listen,
            http_listen,
            tls,
            public_url,
            database: file.database.url.unwrap_or_else(|| "sqlite:entente-data/entente.db".to_owned()),
            keys: file.keys.url.unwrap_or_else(|| "sqlite:entente-data/keys.db".to_owned()),
            root_file: file.keys.root_file.unwrap_or_else(|| "entente-data/root.key".into()),
            graph_url,
            graph_version: graph_version.unwrap_or_else(|| "v25.0".to_owned()),
            app: file.messenger.check()?,
            mail: file.mail.check()?,
            brands: file.brands.dir,
            recipients: file.outbound.recipients,
        })
    }

    /// Where this installation keeps what it makes for itself: beside the root key.
    pub fn folder(&self) -> &Path {
        let folder = self.root_file.parent().unwrap_or_else(|| Path::new("."));
        if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
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

fn address(key: &str, text: &str, like: &str) -> Result<SocketAddr> {
    text.parse().map_err(|_| anyhow::anyhow!("{key}: `{text}` is not an address such as {like}"))
}

impl Server {
    fn check(self) -> Result<(SocketAddr, Option<SocketAddr>, Tls, String)> {
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
        let is_bare =
            public_url.split_once("://").is_some_and(|(_, host)| !host.is_empty() && !host.contains('/'));
        if !has_scheme || !is_bare {
            bail!(
                "server.public_url: `{public_url}` is not {scheme} and a host, without a path or a slash at its end"
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

/// A secret by value or by file.
fn secret(value: Option<String>, from: Option<PathBuf>, key: &str) -> Result<Option<Personal<String>>> {
    match (value, from) {
        (Some(_), Some(_)) => bail!("{key} and {key}_file are both given: keep one"),
        (Some(value), None) => Ok(Some(Personal::new(value))),
        (None, Some(path)) => {
            let text = read(&path).with_context(|| format!("{key}_file: cannot read {}", path.display()))?;
            Ok(Some(Personal::new(text.trim().to_owned())))
        }
        (None, None) => Ok(None),
    }
}

impl Mail {
    fn check(self) -> Result<Option<Personal<String>>> {
        let url = secret(self.url, self.url_file, "mail.url")?;
        let fits = |url: &str| ["smtp://", "smtps://", "mailbox:"].iter().any(|known| url.starts_with(known));
        if url.as_ref().is_some_and(|url| !fits(url.reveal())) {
            bail!(
                "mail.url: write smtp://user:password@host:587, smtps://user:password@host:465 or mailbox:FOLDER"
            );
        }
        Ok(url)
    }
}

impl Messenger {
    /// The app's three values, or none of them.
    fn check(self) -> Result<Option<AppKeys>> {
        let app_secret = secret(self.app_secret, self.app_secret_file, "messenger.app_secret")?;
        let verify_token = secret(self.verify_token, self.verify_token_file, "messenger.verify_token")?;
        let missing = |key: &str| {
            anyhow::anyhow!(
                "messenger.{key} is missing: app_id and app_secret stand in the app's dashboard at Meta, verify_token is a text of your own; give all three or none"
            )
        };
        let is_empty = |secret: &Personal<String>| secret.reveal().is_empty();
        match (self.app_id, app_secret, verify_token) {
            (None, None, None) => Ok(None),
            (id, secret, verify_token) => {
                let id = id.filter(|id| !id.is_empty()).ok_or_else(|| missing("app_id"))?;
                let secret = secret.filter(|s| !is_empty(s)).ok_or_else(|| missing("app_secret"))?;
                let verify_token =
                    verify_token.filter(|t| !is_empty(t)).ok_or_else(|| missing("verify_token"))?;
                Ok(Some(AppKeys { id, secret, verify_token }))
            }
        }
    }
}

fn read(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > LIMIT {
        bail!("{} has {size} bytes; at most {LIMIT} are read", path.display());
    }
    Ok(std::fs::read_to_string(path)?)
}

/// An error of the TOML parser without its drawing of the place, which could show a secret.
fn one_line(error: &toml::de::Error) -> String {
    error.message().replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config> {
        Config::parse(text, environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    const GOOD: &str = "[messenger]\napp_id = \"1\"\napp_secret = \"s\"\nverify_token = \"v\"\n";

    #[test]
    fn the_environment_goes_over_the_file() {
        let config =
            parse(GOOD, &[("ENTENTE_SERVER__LISTEN", "127.0.0.1:9000"), ("HOME", "/nowhere")]).unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.database, "sqlite:entente-data/entente.db");
    }

    #[test]
    fn without_a_word_it_speaks_tls_on_this_machine_and_has_no_app() {
        let config = parse("", &[]).unwrap();
        assert_eq!((config.listen.to_string().as_str(), &config.tls), (LISTEN, &Tls::SelfSigned));
        assert_eq!(config.public_url, "https://localhost:8443");
        assert!(config.app.is_none() && config.brands.is_none() && config.is_https());
        assert_eq!(config.folder(), Path::new("entente-data"));
        let config = parse("[server]\ntls = \"behind-proxy\"\n", &[]).unwrap();
        assert_eq!(config.listen.to_string(), LISTEN_PLAIN);
        assert_eq!(config.public_url, "http://127.0.0.1:8480");
    }

    #[test]
    fn proxies_are_named_as_a_list_or_as_a_text_with_commas() {
        let expected = Tls::BehindProxy {
            trusted: vec![parse_network("10.0.0.5").unwrap(), parse_network("10.1.0.0/16").unwrap()],
        };
        let server = "[server]\ntls = \"behind-proxy\"\nlisten = \"0.0.0.0:8480\"\n";
        let list = format!("{server}trusted_proxies = [\"10.0.0.5\", \"10.1.0.0/16\"]\n");
        assert_eq!(parse(&list, &[]).unwrap().tls, expected);
        let variable = [("ENTENTE_SERVER__TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16")];
        assert_eq!(parse(server, &variable).unwrap().tls, expected);
    }

    #[test]
    fn every_bad_key_is_named_and_no_secret_is_shown() {
        let proxy = |rest: &str| format!("[server]\ntls = \"behind-proxy\"\n{rest}\n");
        let files = |rest: &str| format!("[server]\ntls = \"files\"\n{rest}\n");
        let acme = |rest: &str| format!("[server]\ntls = \"acme\"\n{rest}\n");
        type Case = (String, Vec<(&'static str, &'static str)>, &'static str);
        let cases: Vec<Case> = vec![
            ("[messenger]\napp_id = 5\n".into(), vec![], "string"),
            ("[messager]\n".into(), vec![], "messager"),
            ("[server]\nlisten = \"here\"\n".into(), vec![], "server.listen"),
            ("[server]\nhttp_listen = \"80\"\n".into(), vec![], "server.http_listen"),
            ("[server]\ntls = \"none\"\n".into(), vec![], "self-signed, files, acme, behind-proxy"),
            (acme(""), vec![], "server.acme_accept_terms"),
            (acme("acme_accept_terms = false"), vec![], "server.acme_accept_terms"),
            (acme("acme_accept_terms = true"), vec![], "server.http_listen"),
            (
                acme("acme_accept_terms = true\nhttp_listen = \"0.0.0.0:80\""),
                vec![("ENTENTE_SERVER__ACME_DIRECTORY", "http://ca.example")],
                "server.acme_directory",
            ),
            (acme("acme_accept_terms = true\nhttp_listen = \"0.0.0.0:80\""), vec![], "server.public_url"),
            (acme("acme_contact = \"me\""), vec![], "server.acme_contact"),
            ("[server]\nacme_accept_terms = true\n".into(), vec![], "server.acme_"),
            (files(""), vec![], "server.certificate"),
            (files("certificate = \"c.pem\""), vec![], "server.key"),
            (files("certificate = \"c.pem\"\nkey = \"k.pem\""), vec![], "server.public_url"),
            ("[server]\ncertificate = \"c.pem\"\n".into(), vec![], "server.certificate"),
            ("[server]\nkey = \"k.pem\"\n".into(), vec![], "server.key"),
            ("[server]\npublic_url = \"http://a.example\"\n".into(), vec![], "server.public_url"),
            ("[server]\npublic_url = \"https://a.example/\"\n".into(), vec![], "server.public_url"),
            (proxy("public_url = \"a.example\""), vec![], "server.public_url"),
            (proxy("http_listen = \"127.0.0.1:80\""), vec![], "server.http_listen"),
            (proxy("listen = \"10.0.0.1:80\""), vec![], "server.trusted_proxies"),
            (proxy("listen = \"0.0.0.0:80\""), vec![], "server.trusted_proxies"),
            (proxy("listen = \"192.0.2.1:80\"\ntrusted_proxies = [\"10.0.0.1\"]"), vec![], "server.listen"),
            (proxy("trusted_proxies = [\"0.0.0.0/0\"]"), vec![], "everybody"),
            (proxy("trusted_proxies = [\"proxy\"]"), vec![], "server.trusted_proxies"),
            (proxy("trusted_proxies = [5]"), vec![], "server.trusted_proxies"),
            (proxy("trusted_proxies = 5"), vec![], "server.trusted_proxies"),
            ("[server]\ntrusted_proxies = [\"10.0.0.1\"]\n".into(), vec![], "server.trusted_proxies"),
            (
                GOOD.into(),
                vec![("ENTENTE_MESSENGER__GRAPH_URL", "http://graph.example")],
                "messenger.graph_url",
            ),
            ("[messenger]\napp_id = \"1\"\n".into(), vec![], "messenger.app_secret"),
            ("[messenger]\napp_secret = \"hidden\"\n".into(), vec![], "messenger.app_id"),
            (GOOD.into(), vec![("ENTENTE_MESSENGER__VERIFY_TOKEN", "")], "messenger.verify_token"),
            (GOOD.into(), vec![("ENTENTE_MESSENGER__APP_SECRET_FILE", "/tmp/x")], "both given"),
            ("messenger = 5\n".into(), vec![("ENTENTE_MESSENGER__APP_ID", "1")], "ENTENTE_MESSENGER__APP_ID"),
            ("[mail]\nurl = \"hidden@host\"\n".into(), vec![], "mail.url"),
            ("app_secret = \"hidden".into(), vec![], "TOML"),
        ];
        for (text, environment, named) in cases {
            let error = format!("{:#}", parse(&text, &environment).unwrap_err());
            assert!(error.contains(named), "{error}");
            assert!(!error.contains("hidden"), "{error}");
        }
    }
}
