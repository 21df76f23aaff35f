//! Puts the crates together: databases, vault, the one way out, brands, engine, HTTP.

use crate::ambient::{OsClock, OsEntropy};
use crate::config::{AppKeys, Config};
use crate::files::{make_folder, touch, write_secret};
use anyhow::{Context as _, Result, bail};
use engine::failpoint::{FailPoints, Point};
use engine::{Engine, Parts, Settings};
use messenger::graph::{Graph, GraphConfig};
use model::brand::Brand;
use model::entropy::Entropy;
use model::personal::Personal;
use model::ports::Outbound;
use model::time::{Clock, Span};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{Database, Schema, SqlKeyStore};
use vault::{RootKey, Vault};

/// The world that the engine is given.
#[derive(Clone)]
pub struct Ambient {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl Ambient {
    pub fn real() -> Self {
        Self { clock: Arc::new(OsClock::new()), entropy: Arc::new(OsEntropy) }
    }
}

/// What differs between serving, the demo and measuring.
pub struct Tuning {
    pub pace: Option<u32>,
    pub batch: usize,
    pub checkpoint_every: Span,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            pace: Some(model::pace::POLITE_PER_SECOND),
            batch: usize::try_from(model::pace::BURST).unwrap_or(1),
            checkpoint_every: Span::secs(60),
        }
    }
}

pub fn log_to_stderr() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("ENTENTE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// The brand of an installation that has none of its own yet.
const DEFAULT_BRAND: &str = include_str!("default_brand.toml");
const BRANDS: &str = "brands";
/// The register that comes with the program, and where another is looked for.
const REGISTER: &str = include_str!("../../../brands/recipients.toml");
const RECIPIENTS: &str = "brands/recipients.toml";

/// The brands that are configured; without a word about them and without a folder, one that follows
/// the public address.
pub fn brands(config: &Config) -> Result<Vec<Brand>> {
    match &config.brands {
        Some(dir) => read_brands(dir),
        None if Path::new(BRANDS).exists() => read_brands(Path::new(BRANDS)),
        None => {
            let mut brand = parse_brand(DEFAULT_BRAND)?;
            brand.public_url.clone_from(&config.public_url);
            let host = public_host(&config.public_url);
            if !brand.hosts.contains(&host) {
                brand.hosts.push(host);
            }
            Ok(vec![brand])
        }
    }
}

/// The host of a public address, in lower case, without its port.
pub fn public_host(url: &str) -> String {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let bare = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    bare.map_or(host, |(bare, _)| bare).to_ascii_lowercase()
}

/// Every `brand.toml` in the folders of `dir`.
fn read_brands(dir: &Path) -> Result<Vec<Brand>> {
    let entries = std::fs::read_dir(dir).with_context(|| {
        format!("brands.dir: cannot read {}: name the folder that holds the brands", dir.display())
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path().join("brand.toml")))
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("brands.dir: {} holds no brand: copy one of the examples, brands/*/brand.toml", dir.display());
    }
    files
        .iter()
        .map(|file| parse_brand(&std::fs::read_to_string(file)?).with_context(|| file.display().to_string()))
        .collect()
}

pub fn parse_brand(text: &str) -> Result<Brand> {
    let brand: Brand =
        toml::from_str(text).map_err(|error| anyhow::anyhow!("{}", error.message().replace('\n', " ")))?;
    brand.check()?;
    Ok(brand)
}

/// Reads the root key, or makes it on the very first start: while the key store is empty.
fn root_key(file: &Path, keys_url: &str, is_in_use: bool, entropy: &dyn Entropy) -> Result<RootKey> {
    if file.exists() {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("keys.root_file: cannot read {}", file.display()))?;
        tight(file)?;
        return RootKey::parse(text.trim()).with_context(|| format!("keys.root_file: {}", file.display()));
    }
    if is_in_use {
        // The address of a server may hold a password.
        let store = if keys_url.starts_with("sqlite:") { keys_url } else { "keys.url" };
        bail!(
            "keys.root_file: {} is missing, but the key store {store} exists: put the root key back, without it nothing opens",
            file.display()
        );
    }
    let root = RootKey::generate(entropy);
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    write_secret(file, root.to_text().as_str())
        .with_context(|| format!("keys.root_file: cannot write {}", file.display()))?;
    Ok(root)
}

#[cfg(unix)]
fn tight(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file)?.permissions().mode() & 0o077;
    if mode != 0 {
        bail!("keys.root_file: others may read {}: run `chmod 600 {}`", file.display(), file.display());
    }
    Ok(())
}

#[cfg(not(unix))]
fn tight(_: &Path) -> Result<()> {
    Ok(())
}

/// Makes the file of a SQLite database, for its owner only, if there is none.
fn make_database(url: &str) -> Result<()> {
    // Whether the address is one is the database's to say.
    let file = url.strip_prefix("sqlite:").filter(|file| !file.is_empty() && !file.contains([':', '?']));
    let Some(file) = file.map(Path::new) else { return Ok(()) };
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    touch(file)
}

/// The register of recipients that comes with the program.
pub fn embedded_register() -> Result<outbound::Register> {
    Ok(outbound::Register::parse(REGISTER)?)
}

/// The register of recipients that is configured, or the one that comes with the program.
pub fn register(config: &Config) -> Result<outbound::Register> {
    let file = config.recipients.as_deref().unwrap_or(Path::new(RECIPIENTS));
    if config.recipients.is_none() && !file.exists() {
        return embedded_register();
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("outbound.recipients: cannot read {}", file.display()))?;
    outbound::Register::parse(&text).with_context(|| format!("outbound.recipients: {}", file.display()))
}

/// Opens everything of an installation; nothing runs yet.
pub async fn open(config: &Config, ambient: Ambient) -> Result<Arc<Engine>> {
    let brands = brands(config)?;
    let mut register = register(config)?;
    if let Some(address) = loopback(&config.graph_url) {
        register = register.at_loopback("meta", address)?;
    }
    let mut tuning = Tuning::default();
    // Small requests, so that a kill test's few leads make many of them.
    if let Some(batch) = test_switch("ENTENTE_TEST_BATCH").and_then(|n| n.parse().ok()) {
        tuning.batch = batch;
    }
    assemble(config, brands, register, ambient, tuning).await
}

/// The one way out, for `recipient`, which must be announced.
pub fn way_out(config: &Config, recipient: &str, ambient: &Ambient) -> Result<Arc<dyn Outbound>> {
    let register = register(config)?;
    if !register.recipients().iter().any(|entry| entry.name == recipient) {
        bail!(
            "outbound.recipients: the register has no entry `{recipient}`: announce it, with its date, before it is connected to"
        );
    }
    Ok(Arc::new(outbound::Client::new(register, Arc::clone(&ambient.clock))))
}

/// The address of a Graph URL on this machine (a simulator).
pub fn loopback(url: &str) -> Option<SocketAddr> {
    url.strip_prefix("http://")?
        .trim_end_matches('/')
        .parse()
        .ok()
        .filter(|a: &SocketAddr| a.ip().is_loopback())
}

/// The database, and the vault on its key store; both are made at the very first start.
async fn open_stores(config: &Config, ambient: &Ambient) -> Result<(Database, Vault)> {
    make_database(&config.database)?;
    make_database(&config.keys)?;
    let keys =
        Database::open(&config.keys, Schema::Keys, store::Options::default()).await.context("keys.url")?;
    let keys = Arc::new(SqlKeyStore::new(keys));
    let root = root_key(&config.root_file, &config.keys, Vault::is_in_use(&*keys).await?, &*ambient.entropy)?;
    let data = Database::open(&config.database, Schema::Data, store::Options::default())
        .await
        .context("database.url")?;
    let (clock, entropy) = (Arc::clone(&ambient.clock), Arc::clone(&ambient.entropy));
    let vault = Vault::open(keys, root, clock, entropy).await?;
    Ok((data, vault))
}

/// As [`open_stores`], for looking only: nothing is made that is not there.
pub async fn open_existing(config: &Config, ambient: &Ambient) -> Result<(Database, Vault)> {
    for (key, url) in [("database.url", &config.database), ("keys.url", &config.keys)] {
        if let Some(path) = url.strip_prefix("sqlite:").filter(|path| !Path::new(path).exists()) {
            bail!("{key}: there is no database {path}: name the one to check with --config");
        }
    }
    if !config.root_file.exists() {
        bail!(
            "keys.root_file: {} is not there: name the root key of this installation",
            config.root_file.display()
        );
    }
    open_stores(config, ambient).await
}

pub async fn assemble(
    config: &Config,
    brands: Vec<Brand>,
    register: outbound::Register,
    ambient: Ambient,
    tuning: Tuning,
) -> Result<Arc<Engine>> {
    let (data, vault) = open_stores(config, &ambient).await?;
    let (clock, entropy) = (ambient.clock, ambient.entropy);
    let out = Arc::new(outbound::Client::new(register, Arc::clone(&clock)));
    // Without an app nothing is signed and nobody is asked for.
    let app = config.app.clone().unwrap_or_else(|| AppKeys {
        id: String::new(),
        secret: Personal::new(String::new()),
        verify_token: Personal::new(String::new()),
    });
    let graph = Graph::new(
        out,
        GraphConfig {
            base_url: config.graph_url.clone(),
            version: config.graph_version.clone(),
            app_id: app.id.clone(),
            app_secret: app.secret.clone(),
        },
        Arc::clone(&clock),
    );
    let host = config.public_url.split("://").nth(1).unwrap_or("localhost").replace(['/', ':'], "-");
    let settings = Settings {
        app_secrets: config.app.iter().map(|app| app.secret.clone()).collect(),
        app_id: app.id,
        verify_token: app.verify_token,
        log_name: format!("{host}/entente"),
        pace: tuning.pace,
        batch: tuning.batch,
        plan_chunk: test_switch("ENTENTE_TEST_PLAN_CHUNK")
            .and_then(|n| n.parse().ok())
            .unwrap_or(engine::PLAN_CHUNK),
        checkpoint_every: tuning.checkpoint_every,
        fail_points: fail_points(),
    };
    Ok(Engine::open(Parts { data, vault, graph, clock, entropy, brands }, settings).await?)
}

/// Only the kill tests set these: they are no configuration and are not documented as such.
fn test_switch(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test's switch, never set in operation")]
    std::env::var(name).ok()
}

/// `ENTENTE_TEST_FAIL_POINT=7:3` kills the process with SIGKILL when it passes point 7 for the third
/// time.
fn fail_points() -> FailPoints {
    let Some(wanted) = test_switch("ENTENTE_TEST_FAIL_POINT") else { return FailPoints::default() };
    let mut numbers = wanted.split(':').filter_map(|n| n.parse::<usize>().ok());
    let (Some(number), Some(pass)) = (numbers.next(), numbers.next()) else { return FailPoints::default() };
    let passed = AtomicUsize::new(0);
    FailPoints::new(move |point: Point| {
        if point.number() == number && passed.fetch_add(1, Ordering::SeqCst).saturating_add(1) == pass {
            kill_self();
        }
    })
}

fn kill_self() -> ! {
    let me = std::process::id().to_string();
    loop {
        // SIGKILL, as a real crash would be: nothing is flushed, no destructor runs.
        let _ = std::process::Command::new("kill").args(["-KILL", &me]).status();
        std::thread::yield_now();
    }
}

/// Ctrl-C or SIGTERM. Listened for from the call on, not only from the first wait, so that whoever
/// reads that we stand can stop us in good order.
pub fn stop_signal() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        async move {
            match signals {
                (Ok(mut interrupt), Ok(mut terminate)) => {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = terminate.recv() => {}
                    }
                }
                _ => drop(tokio::signal::ctrl_c().await),
            }
        }
    }
    #[cfg(not(unix))]
    async {
        let _ = tokio::signal::ctrl_c().await;
    }
}
