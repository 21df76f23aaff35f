//! `entente.toml` and the environment, into one checked [`Config`].
//!
//! Every key can be given as `ENTENTE_SECTION__KEY`; secrets also as a file (`…_file`). An unknown
//! key, a wrong type or a missing value is one sentence that names the key and says what to do.

use crate::wiring;
use anyhow::{Context as _, Result, bail};
use model::mail::EmailAddress;
use model::personal::Personal;
use outbound::mail::MailRoute;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The longest configuration file that is read.
const LIMIT: u64 = 1024 * 1024;

#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: String,
    pub database: String,
    pub keys: String,
    pub root_file: PathBuf,
    pub graph_url: String,
    pub graph_version: String,
    pub app_id: String,
    pub app_secret: Personal<String>,
    pub verify_token: Personal<String>,
    pub mail: Option<Mail>,
    pub brands: PathBuf,
    pub recipients: PathBuf,
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
    messenger: Messenger,
    #[serde(default)]
    mail: MailKeys,
    #[serde(default)]
    brands: Brands,
    #[serde(default)]
    outbound: Outbound,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    listen: Option<String>,
    tls: Option<String>,
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
        let text = match path {
            Some(path) => {
                read(path).with_context(|| format!("cannot read the configuration {}", path.display()))?
            }
            None if Path::new("entente.toml").exists() => read(Path::new("entente.toml"))?,
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
        let listen = file.server.listen.as_deref().unwrap_or("127.0.0.1:8480");
        let listen = listen.parse().map_err(|_| {
            anyhow::anyhow!("server.listen: `{listen}` is not an address such as 127.0.0.1:8480")
        })?;
        match file.server.tls.as_deref().unwrap_or("behind-proxy") {
            "behind-proxy" => {}
            "self-signed" | "files" | "acme" => {
                bail!(
                    "server.tls: this version serves plain HTTP to a proxy on the same machine; set `behind-proxy` and let the proxy speak TLS"
                )
            }
            other => bail!("server.tls: `{other}` is none of self-signed, files, acme, behind-proxy"),
        }
        let secret = |value: Option<String>, from: Option<PathBuf>, key: &str| -> Result<Personal<String>> {
            match (value, from) {
                (Some(_), Some(_)) => bail!("{key} and {key}_file are both given: keep one"),
                (Some(value), None) => Ok(Personal::new(value)),
                (None, Some(path)) => {
                    let text =
                        read(&path).with_context(|| format!("{key}_file: cannot read {}", path.display()))?;
                    Ok(Personal::new(text.trim().to_owned()))
                }
                (None, None) => {
                    bail!("{key} is missing: copy it from the app's dashboard at Meta, or try `entente demo`")
                }
            }
        };
        let m = file.messenger;
        let graph_url = m.graph_url.unwrap_or_else(|| "https://graph.facebook.com".to_owned());
        // Named addresses of this machine are not looked up: the register knows the numbers.
        let graph_url = graph_url.replacen("http://localhost:", "http://127.0.0.1:", 1);
        if !graph_url.starts_with("https://") && wiring::loopback(&graph_url).is_none() {
            bail!(
                "messenger.graph_url: `{graph_url}` is neither https:// nor a simulator's address such as http://127.0.0.1:8490"
            );
        }
        Ok(Self {
            listen,
            public_url: file.server.public_url.unwrap_or_else(|| format!("http://{listen}")),
            database: file.database.url.unwrap_or_else(|| "sqlite:entente-data/entente.db".to_owned()),
            keys: file.keys.url.unwrap_or_else(|| "sqlite:entente-data/keys.db".to_owned()),
            root_file: file.keys.root_file.unwrap_or_else(|| "entente-data/root.key".into()),
            graph_url,
            graph_version: m.graph_version.unwrap_or_else(|| "v25.0".to_owned()),
            app_id: m.app_id.context("messenger.app_id is missing: copy it from the app's dashboard at Meta, or try `entente demo`")?,
            app_secret: secret(m.app_secret, m.app_secret_file, "messenger.app_secret")?,
            verify_token: secret(m.verify_token, m.verify_token_file, "messenger.verify_token")?,
            mail: mail(file.mail)?,
            brands: file.brands.dir.unwrap_or_else(|| "brands".into()),
            recipients: file.outbound.recipients.unwrap_or_else(|| "brands/recipients.toml".into()),
        })
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
    fn mail_is_left_out_or_whole() {
        assert!(parse(GOOD, &[]).unwrap().mail.is_none());
        let whole = format!(
            "{GOOD}[mail]\nurl = \"smtp://shop:pass@mail.example\"\nfrom = \"no-reply@chat.example\"\n"
        );
        let mail = parse(&whole, &[]).unwrap().mail.unwrap();
        assert_eq!(mail.from.reveal(), "no-reply@chat.example");
        assert!(
            matches!(mail.route, MailRoute::Smtp(server) if server.host == "mail.example" && server.port == 587)
        );
        let from = ("ENTENTE_MAIL__FROM", "a@chat.example");
        let mailbox = parse(GOOD, &[("ENTENTE_MAIL__URL", "mailbox:mails"), from]).unwrap().mail.unwrap();
        assert_eq!(mailbox.route, MailRoute::Mailbox("mails".into()));
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "smtps://u:p@mail.example\n").unwrap();
        let path = secret.path().to_str().unwrap();
        assert!(parse(GOOD, &[("ENTENTE_MAIL__URL_FILE", path), from]).unwrap().mail.is_some());
    }

    #[test]
    fn every_bad_key_is_named_and_no_secret_is_shown() {
        for (text, environment, named) in [
            ("[messenger]\napp_id = 5\n", vec![], "string"),
            ("[messager]\n", vec![], "messager"),
            ("[server]\nlisten = \"here\"\n", vec![], "server.listen"),
            ("[server]\ntls = \"acme\"\n", vec![], "server.tls"),
            ("", vec![], "messenger.app_id"),
            (GOOD, vec![("ENTENTE_MESSENGER__GRAPH_URL", "http://graph.example")], "messenger.graph_url"),
            ("[messenger]\napp_id = \"1\"\n", vec![], "messenger.app_secret"),
            (GOOD, vec![("ENTENTE_MESSENGER__APP_SECRET_FILE", "/tmp/x")], "both given"),
            ("messenger = 5\n", vec![("ENTENTE_MESSENGER__APP_ID", "1")], "ENTENTE_MESSENGER__APP_ID"),
            ("app_secret = \"hidden", vec![], "TOML"),
            (GOOD, vec![("ENTENTE_MAIL__URL", "smtp://u:hidden@mail.example")], "mail.from is missing"),
            (GOOD, vec![("ENTENTE_MAIL__FROM", "a@chat.example")], "mail.from is given without mail.url"),
            (
                GOOD,
                vec![
                    ("ENTENTE_MAIL__URL", "smtp://u:hidden@192.0.2.1"),
                    ("ENTENTE_MAIL__FROM", "a@chat.example"),
                ],
                "mail.url: an address in figures",
            ),
            (
                GOOD,
                vec![("ENTENTE_MAIL__URL", "smtp://mail.example"), ("ENTENTE_MAIL__FROM", "hidden")],
                "mail.from: an e-mail address has the form",
            ),
            (GOOD, vec![("ENTENTE_MAIL__URL", "x"), ("ENTENTE_MAIL__URL_FILE", "y")], "both given"),
        ] {
            let error = format!("{:#}", parse(text, &environment).unwrap_err());
            assert!(error.contains(named), "{error}");
            assert!(!error.contains("hidden"), "{error}");
        }
    }
}
