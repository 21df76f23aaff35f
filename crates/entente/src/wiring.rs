//! Puts the crates together: databases, vault, the one way out, brands, engine, HTTP.

use crate::ambient::{OsClock, OsEntropy};
use crate::config::{AppKeys, Config, Mail};
use crate::documents;
use crate::files::{make_folder, touch};
use crate::hosting::{self, Hosted};
use crate::lock::Lock;
use crate::log_lines::{Keeping, Lines};
use crate::metrics::Meters;
use crate::status::{Configured as _, misconfigured};
use crate::witness::with_witnesses;
use crate::{gate, moving, next, place, root};
use anyhow::{Context as _, Result, anyhow, bail};
use engine::datamap::gate::Program;
use engine::failpoint::{FailPoints, Point};
use engine::mail::Post;
use engine::witness::Witnesses;
use engine::{Engine, Parts, Settings};
use messenger::graph::{Graph, GraphConfig, RECIPIENT as RECIPIENT_META};
use model::brand::Brand;
use model::entropy::Entropy;
use model::keys::KeyStore;
use model::personal::Personal;
use model::ports::{Mailer, Outbound};
use model::time::{Clock, Span};
use outbound::mail::{MailRoute, RECIPIENT};
use outbound::scanner::Scanner;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{Database, Schema, SqlKeyStore};
use vault::{RootKey, Vault, VaultError};

/// The world that the engine is given.
#[derive(Clone)]
pub struct Ambient {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl Ambient {
    pub fn real() -> Self {
        let clock = match test_switch("ENTENTE_TEST_CLOCK") {
            Some(file) => OsClock::off_by(file.into()),
            None => OsClock::new(),
        };
        Self { clock: Arc::new(clock), entropy: Arc::new(OsEntropy) }
    }
}

/// What differs between serving, the demo and measuring.
pub struct Tuning {
    pub pace: Option<u32>,
    pub batch: usize,
    pub checkpoint_every: Span,
    /// Takes the mails instead of what the configuration says.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Measures for whoever looks at the metrics.
    pub meters: Option<Arc<Meters>>,
    /// Servers of the databases that somebody else hosts; the demo has nobody's data.
    pub hosted: Vec<Hosted>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            pace: Some(model::pace::POLITE_PER_SECOND),
            batch: usize::try_from(model::pace::BURST).unwrap_or(1),
            checkpoint_every: Span::secs(60),
            mailer: None,
            meters: None,
            hosted: Vec::new(),
        }
    }
}

/// What the program has to say goes to standard error; the newest lines of it are kept for the console.
pub fn log_to_stderr() -> Arc<Lines> {
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;
    use tracing_subscriber::{EnvFilter, fmt, registry};
    let filter = EnvFilter::try_from_env("ENTENTE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // Where the log cannot be written, because the disk is full say, a line of it is lost; telling that on the
    // same standard error would panic.
    let log = fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let lines = Arc::new(Lines::new(Arc::new(OsClock::new())));
    let kept = Keeping(Arc::clone(&lines));
    #[expect(clippy::disallowed_methods, reason = "as the filter: before there is a configuration to read")]
    let format = std::env::var("ENTENTE_LOG_FORMAT");
    if format.is_ok_and(|format| format == "json") {
        registry().with(filter).with(log.json().flatten_event(true)).with(kept).init();
    } else {
        registry().with(filter).with(log).with(kept).init();
    }
    lines
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

/// The `brand.toml` of every folder in `dir`. One without it is an error: a brand that was passed over
/// could not be left.
fn read_brands(dir: &Path) -> Result<Vec<Brand>> {
    let entries = std::fs::read_dir(dir).with_context(|| {
        format!("brands.dir: cannot read {}: name the folder that holds the brands", dir.display())
    })?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("brands.dir: cannot read {}", dir.display()))?;
        // Folders such as `.git` are no brands.
        if !entry.path().is_dir() || entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let file = entry.path().join("brand.toml");
        if !file.is_file() {
            bail!(
                "brands.dir: the folder {} holds no brand.toml: put the brand's file back, or move the folder away",
                entry.path().display()
            );
        }
        files.push(file);
    }
    files.sort();
    if files.is_empty() {
        bail!("brands.dir: {} holds no brand: copy one of the examples, brands/*/brand.toml", dir.display());
    }
    files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file);
            let mut brand = text
                .map_err(Into::into)
                .and_then(|text| parse_brand(&text))
                .with_context(|| file.display().to_string())?;
            brand.documents = documents::read(&file.with_file_name("documents"), &brand.languages)?;
            Ok(brand)
        })
        .collect()
}

pub fn parse_brand(text: &str) -> Result<Brand> {
    let brand: Brand = toml::from_str(text).map_err(|error| anyhow!("{}", place::sentence(text, &error)))?;
    brand.check()?;
    Ok(brand)
}

/// What a database is called in a sentence. The address of a server may hold a password.
pub fn named(what: &str, url: &str) -> String {
    store::sqlite_file(url).map_or_else(|| what.to_owned(), |file| format!("{what} {}", file.display()))
}

/// Makes the file of a SQLite database, for its owner only, if there is none.
fn make_database(url: &str) -> Result<()> {
    let Some(file) = store::sqlite_file(url) else { return Ok(()) };
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    touch(&file)
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

/// The register with Meta where the configuration says. A simulator on this machine takes its place;
/// any other host must be the one that is announced, or every call would be refused later.
fn with_graph(register: outbound::Register, url: &str) -> Result<outbound::Register> {
    if let Some(address) = loopback(url) {
        return Ok(register.at_loopback(RECIPIENT_META, address)?);
    }
    let Some(entry) = register.recipients().iter().find(|entry| entry.name == RECIPIENT_META) else {
        bail!(
            "messenger.graph_url: the register of recipients has no entry `{RECIPIENT_META}`: announce {url} there, with its date"
        );
    };
    let authority = url.strip_prefix("https://").unwrap_or(url).to_ascii_lowercase();
    let announced =
        if entry.port == 443 { entry.host.clone() } else { format!("{}:{}", entry.host, entry.port) };
    if authority.strip_suffix(":443").unwrap_or(&authority) != announced {
        bail!(
            "messenger.graph_url: {authority} is not in the register of recipients, which announces {announced} as `{RECIPIENT_META}`: correct it, or announce the host there, with its date"
        );
    }
    Ok(register)
}

/// The register with the mail server where it is. A server on this machine takes the place of the one
/// announced: it is the operator's own, and hands the mail on to whom the register names.
fn with_mail(register: outbound::Register, mail: Option<&Mail>) -> Result<outbound::Register> {
    let Some(Mail { route: MailRoute::Smtp(server), .. }) = mail else { return Ok(register) };
    let Some(entry) = register.recipients().iter().find(|entry| entry.name == RECIPIENT) else {
        bail!(
            "mail.url: the register of recipients has no entry `{RECIPIENT}`: announce there who carries the mail ({}:{}), with its date",
            server.host,
            server.port
        );
    };
    if let Ok(address) = server.host.parse::<std::net::IpAddr>() {
        return Ok(register.at_loopback(RECIPIENT, SocketAddr::new(address, server.port))?);
    }
    if (entry.host.as_str(), entry.port) != (server.host.as_str(), server.port) {
        bail!(
            "mail.url: the mail server is {}:{}, but the register of recipients announces {}:{} as `{RECIPIENT}`: make them the same",
            server.host,
            server.port,
            entry.host,
            entry.port
        );
    }
    Ok(register)
}

/// The register with everybody whom the configuration says where to find.
pub fn whole_register(config: &Config) -> Result<outbound::Register> {
    let register = with_graph(register(config)?, &config.graph_url)?;
    let register = with_mail(register, config.mail.as_ref())?;
    with_witnesses(register, &config.asked)
}

/// Opens everything of an installation; nothing runs yet.
pub async fn open(
    config: &Config,
    ambient: Ambient,
    meters: Option<Arc<Meters>>,
) -> Result<(Lock, Arc<Engine>)> {
    let brands = brands(config).configured()?;
    let register = whole_register(config).configured()?;
    let hosted = hosting::servers(config).await?;
    hosting::refuse_unannounced(&hosted, &register, ambient.clock.now())?;
    let mut tuning = Tuning { meters, hosted, ..Tuning::default() };
    // Small requests, so that a kill test's few leads make many of them.
    if let Some(batch) = test_switch("ENTENTE_TEST_BATCH").and_then(|n| n.parse().ok()) {
        tuning.batch = batch;
    }
    assemble(config, brands, register, ambient, tuning).await
}

/// The one way out, for `recipient`, which must be announced.
pub async fn way_out(
    config: &Config,
    recipient: &str,
    engine: &Engine,
    ambient: &Ambient,
) -> Result<Arc<dyn Outbound>> {
    let register = register(config)?;
    if !register.recipients().iter().any(|entry| entry.name == recipient) {
        return Err(misconfigured(anyhow!(
            "outbound.recipients: the register has no entry `{recipient}`: announce it, with its date, before it is connected to"
        )));
    }
    let in_force = engine.look_at_recipients(&register).await?;
    let out = outbound::Client::new(register, Arc::clone(&ambient.clock));
    out.hold_back(in_force);
    Ok(Arc::new(out))
}

/// The address of a Graph URL on this machine (a simulator).
pub fn loopback(url: &str) -> Option<SocketAddr> {
    url.strip_prefix("http://")?
        .trim_end_matches('/')
        .parse()
        .ok()
        .filter(|a: &SocketAddr| a.ip().is_loopback())
}

async fn open_data(config: &Config) -> Result<Database> {
    let (url, options) = (&config.database, config.database_options);
    let opened = match next::migrations() {
        Some(migrations) => Database::open_with(url, Schema::Data, migrations, options).await,
        None => Database::open(url, Schema::Data, options).await,
    };
    opened.context("database.url")
}

/// Keys that are made anew open nothing of what is there, so none are made beside data that is in use.
async fn refuse_lost_keys(config: &Config) -> Result<()> {
    if Database::is_bare(&config.database).await.context("database.url")?
        || !engine::has_begun(&open_data(config).await?).await?
    {
        return Ok(());
    }
    Err(misconfigured(anyhow!(
        "keys.url: {} is missing or empty, but {} is in use: restore the key store, without it nothing opens",
        named("the key store", &config.keys),
        named("the data", &config.database)
    )))
}

/// What the databases are opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// They are served from now on, or filled.
    Serve,
    /// Nothing is made that is not there.
    Look,
    /// As looking, also at both sides of a move.
    Move,
}

/// The database of the keys; both are made at the very first start.
async fn open_keys(config: &Config, to: To) -> Result<Database> {
    if Database::is_bare(&config.keys).await.context("keys.url")? {
        refuse_lost_keys(config).await?;
    }
    make_database(&config.database)?;
    make_database(&config.keys)?;
    let keys = Database::open(&config.keys, Schema::Keys, config.keys_options).await.context("keys.url")?;
    moving::refuse_keys(&keys, to).await?;
    Ok(keys)
}

/// Data and keys, as a start leaves them at the place where they lie, and nothing is done with what they hold.
pub async fn bring_up_to_date(config: &Config) -> Result<(Database, Database)> {
    let keys = open_keys(config, To::Serve).await?;
    let data = open_data(config).await?;
    moving::take_up(&data, &keys, To::Look).await?;
    Ok((data, keys))
}

/// The database, and the vault on its key store.
async fn open_stores(
    config: &Config,
    ambient: &Ambient,
    to: To,
    meters: Option<&Meters>,
) -> Result<(Database, Vault)> {
    let keys = open_keys(config, to).await?;
    if let Some(meters) = meters {
        meters.keys_are(keys.figures());
    }
    let keys_database = keys.clone();
    let keys = Arc::new(SqlKeyStore::new(keys));
    let is_in_use = Vault::is_in_use(&*keys).await?;
    if !is_in_use {
        refuse_lost_keys(config).await?;
    }
    let root = root::source(config, is_in_use, &ambient.entropy)?;
    root::refuse_unreadable(config, &*root)?;
    let data = open_data(config).await?;
    moving::take_up(&data, &keys_database, to).await?;
    let (clock, entropy) = (Arc::clone(&ambient.clock), Arc::clone(&ambient.entropy));
    let opened = if to == To::Serve {
        Vault::open(keys, root, clock, entropy).await
    } else {
        Vault::look(keys, root, clock, entropy).await
    };
    Ok((data, opened.map_err(|error| root::named(config, error))?))
}

/// What opens the key store, to be copied with it: more than one root while it is exchanged.
pub fn root_texts(config: &Config, ambient: &Ambient) -> Result<Vec<String>> {
    let found = root::source(config, true, &ambient.entropy)?.read()?;
    Ok(found.roots.iter().map(|root| root.to_text().to_string()).collect())
}

/// Fills an empty key store from a copy, and puts its root key where the configuration says.
pub async fn fill_keys(
    config: &Config,
    ambient: &Ambient,
    roots: &[String],
    from: &mut (impl Read + Send),
    told: impl FnMut(u64) + Send,
) -> Result<()> {
    let source = root::source(config, false, &ambient.entropy)?;
    if !source.read()?.roots.is_empty() {
        bail!(
            "{}: a root key is there, but the key store is empty: move it away, the copy of the keys brings its own",
            root::key(config)
        );
    }
    make_database(&config.keys)?;
    let keys = Database::open(&config.keys, Schema::Keys, config.keys_options).await.context("keys.url")?;
    keys.copy_in(Schema::Keys, from, told).await?;
    let keys: Arc<dyn KeyStore> = Arc::new(SqlKeyStore::new(keys));
    for text in roots {
        let root = RootKey::parse(text).context("the copy's root key")?;
        let (clock, entropy) = (Arc::clone(&ambient.clock), Arc::clone(&ambient.entropy));
        match Vault::look(Arc::clone(&keys), root.clone(), clock, entropy).await {
            Ok(vault) => {
                engine::restore::note_copied_keys(&vault).await?;
                let (clock, entropy) = (&*ambient.clock, &*ambient.entropy);
                return Ok(Vault::put_root(&*keys, source, &root, clock, entropy).await?);
            }
            Err(VaultError::WrongRoot) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("no root key in the copy opens the keys in it: take another copy")
}

/// The keys alone, which must be there: nothing is made.
pub async fn look_at_keys(config: &Config, ambient: &Ambient) -> Result<Vault> {
    let keys = Database::open(&config.keys, Schema::Keys, config.keys_options).await.context("keys.url")?;
    moving::refuse_keys(&keys, To::Serve).await?;
    let keys = Arc::new(SqlKeyStore::new(keys));
    if !Vault::is_in_use(&*keys).await? {
        bail!(
            "keys.url: {} was filled by half, by a restore that was broken off: move it away and run the restore again",
            named("the key store", &config.keys)
        );
    }
    let root = root::source(config, true, &ambient.entropy)?;
    let (clock, entropy) = (Arc::clone(&ambient.clock), Arc::clone(&ambient.entropy));
    Vault::look(keys, root, clock, entropy).await.map_err(|error| root::named(config, error))
}

/// As [`open_stores`], for filling the data, after [`look_at_keys`].
pub async fn open_for_restore(config: &Config, ambient: &Ambient) -> Result<(Database, Vault)> {
    open_stores(config, ambient, To::Serve, None).await
}

/// As [`open_stores`], for looking only.
pub async fn open_existing(config: &Config, ambient: &Ambient, to: To) -> Result<(Database, Vault)> {
    for (key, url) in [("database.url", &config.database), ("keys.url", &config.keys)] {
        if let Some(file) = store::sqlite_file(url).filter(|file| !file.exists()) {
            bail!("{key}: there is no database {}: name the one to check with --config", file.display());
        }
    }
    root::must_be_there(config)?;
    hosting::refuse(config, ambient.clock.now()).await?;
    open_stores(config, ambient, to, None).await
}

/// The engine, and what keeps other processes from the same files: drop the engine first.
pub async fn assemble(
    config: &Config,
    brands: Vec<Brand>,
    register: outbound::Register,
    ambient: Ambient,
    tuning: Tuning,
) -> Result<(Lock, Arc<Engine>)> {
    let lock = Lock::take(config)?;
    let program =
        Program { brands: brands.clone(), register: register.clone(), backup_days: config.backup_days };
    let looked = gate::standings(config, program.clone(), ambient.clock.now()).await;
    if let Ok(standings) = &looked {
        gate::refuse(config, standings, ambient.clock.now())?;
    }
    let (data, vault) = open_stores(config, &ambient, To::Serve, tuning.meters.as_deref()).await?;
    let (clock, entropy) = (ambient.clock, ambient.entropy);
    if looked.is_err() {
        // It could not be looked at as it lay, but it opens.
        let now = clock.now();
        let read = move |tx: &store::Tx<'_>| engine::datamap::gate::standings(tx, &program, now);
        gate::refuse(config, &data.read("data_map_gate", read).await?, now)?;
    }
    let out = Arc::new(outbound::Client::new(register, Arc::clone(&clock)));
    let by_mail = |mail: &Mail| {
        outbound::mail::mailer(mail.route.clone(), Arc::clone(&out), mail.from.clone(), Vec::new())
    };
    let mailer = tuning.mailer.or_else(|| config.mail.as_ref().map(by_mail));
    let post = mailer.map(|mailer| Post { letters: Arc::new(web::FluentLetters), mailer });
    // Without an app nothing is signed and nobody is asked for.
    let app = config.app.clone().unwrap_or_else(|| AppKeys {
        id: String::new(),
        secret: Personal::new(String::new()),
        verify_token: Personal::new(String::new()),
    });
    let witnesses = (!config.asked.peers.is_empty()).then(|| Witnesses {
        out: Arc::<outbound::Client>::clone(&out),
        peers: config.asked.peers.clone(),
        quorum: config.asked.quorum,
    });
    let to_graph: Arc<dyn Outbound> = match &tuning.meters {
        Some(meters) => meters.on_graph(Arc::<outbound::Client>::clone(&out)),
        None => Arc::<outbound::Client>::clone(&out),
    };
    let graph = Graph::new(
        to_graph,
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
        in_flight: config.in_flight,
        version: next::version(),
        plan_chunk: test_switch("ENTENTE_TEST_PLAN_CHUNK")
            .and_then(|n| n.parse().ok())
            .unwrap_or(engine::PLAN_CHUNK),
        checkpoint_every: tuning.checkpoint_every,
        backup_days: config.backup_days,
        breached: breached(config)?,
        second_factor: config.second_factor,
        fail_points: fail_points(),
    };
    let scanner = config.scanner.clone().map(Scanner::new);
    let parts = Parts { data, vault, graph, clock, entropy, brands, post, witnesses, scanner };
    let engine = Engine::open(parts, settings).await?;
    refuse_unheard_mail(config, &engine, out.register()).await?;
    if !tuning.hosted.is_empty() {
        let in_force = engine.look_at_recipients(out.register()).await?;
        hosting::refuse_unheard(&tuning.hosted, out.register(), &in_force, engine.clock().now())?;
    }
    out.hold_back(engine.announce(out.register()).await?);
    Ok((lock, engine))
}

fn breached(config: &Config) -> Result<Option<Arc<engine::Breached>>> {
    let open = |list: &PathBuf| {
        let opened = engine::Breached::open(list);
        opened.map(Arc::new).with_context(|| format!("accounts.breached_passwords: {}", list.display()))
    };
    config.breached_passwords.as_ref().map(open).transpose().configured()
}

/// Mails that are not taken are given up after some days, and so would be the ones that tell of their new carrier.
async fn refuse_unheard_mail(config: &Config, engine: &Engine, register: &outbound::Register) -> Result<()> {
    let Some(Mail { route: MailRoute::Smtp(server), .. }) = &config.mail else { return Ok(()) };
    let in_force = engine.look_at_recipients(register).await?;
    let Some(from) = in_force.get(RECIPIENT).filter(|from| **from > engine.clock().now()) else {
        return Ok(());
    };
    bail!(
        "mail.url: {} would get mails before everybody was told of it, which makes {} the first day: keep the server of before until then, and announce this one beside it in the register of recipients, under another name; or say in its entry why it cannot wait: urgent = \"…\"",
        server.host,
        engine::views::At(*from)
    )
}

/// Only the kill tests set these: they are no configuration and are not documented as such.
pub fn test_switch(name: &str) -> Option<String> {
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

pub fn kill_self() -> ! {
    let me = std::process::id().to_string();
    loop {
        // SIGKILL, as a real crash would be: nothing is flushed, no destructor runs.
        let _ = std::process::Command::new("kill").args(["-KILL", &me]).status();
        std::thread::yield_now();
    }
}

/// Listens from this call on; ends once somebody has asked the program to stop, by Ctrl-C or SIGTERM.
/// Called before anything is made that has to be tidied up.
pub fn stop_signal() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    #[cfg(unix)]
    let interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    async move {
        #[cfg(unix)]
        if let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::mail::EmailAddress;

    fn register(rest: &str) -> outbound::Register {
        let entry = |name: &str, place: &str| {
            format!(
                "[[recipient]]\nname = \"{name}\"\n{place}\nwho = \"w\"\ndata = \"d\"\npurpose = \"p\"\ncountry = \"c\"\nsafeguard = \"s\"\nin_force_from = 2026-11-01\n"
            )
        };
        let mail = if rest.is_empty() { String::new() } else { entry("mail", rest) };
        outbound::Register::parse(&format!("{}{mail}", entry("meta", "host = \"graph.facebook.com\"")))
            .unwrap()
    }

    fn placed(url: &str, rest: &str) -> Result<Vec<(String, u16)>> {
        let from = EmailAddress::parse("a@chat.example").unwrap();
        let mail = Mail { route: MailRoute::parse(url).unwrap(), from };
        let register = with_mail(register(rest), Some(&mail))?;
        Ok(register.recipients().iter().skip(1).map(outbound::Recipient::place).collect())
    }

    #[test]
    fn what_is_wrong_in_a_brand_file_is_named_with_its_line_and_key() {
        let first = format!("surprise = 1\n{DEFAULT_BRAND}");
        let last = format!("{DEFAULT_BRAND}\nsurprise = 1\n");
        let without = DEFAULT_BRAND.replacen("slug = ", "# ", 1);
        let wrong = DEFAULT_BRAND.replacen("languages = [", "languages = 5 # [", 1);
        for (text, named) in [
            (&first, &["line 1, `surprise`: unknown field", "`slug`, `name`, `hosts`, `public_url`"][..]),
            (&last, &["`texts.ar.surprise`: unknown field", "`greeting`, `welcome`"]),
            (&without, &["missing field `slug`"]),
            (&wrong, &["`languages`: must be a list in brackets"]),
        ] {
            let error = parse_brand(text).unwrap_err().to_string();
            assert!(named.iter().all(|named| error.contains(named)), "{error}");
        }
    }

    #[test]
    fn claim_d3_a_graph_host_that_is_not_announced_is_refused_at_the_start() {
        for fine in [
            "https://graph.facebook.com",
            "https://Graph.Facebook.com",
            "https://graph.facebook.com:443",
            "http://127.0.0.1:8490",
        ] {
            with_graph(register(""), fine).unwrap();
        }
        for wrong in [
            "https://graph.facebok.com",
            "https://graph.facebook.com:8443",
            "https://graph.facebook.com.evil.example",
        ] {
            let error = with_graph(register(""), wrong).unwrap_err().to_string();
            let named = [
                "messenger.graph_url",
                "not in the register of recipients",
                "announces graph.facebook.com as `meta`",
            ];
            assert!(named.iter().all(|named| error.contains(named)), "{error}");
        }
        let without = outbound::Register::default();
        let error = with_graph(without, "https://graph.facebook.com").unwrap_err().to_string();
        assert!(error.contains("has no entry `meta`"), "{error}");
    }

    #[test]
    fn claim_d3_a_mail_server_that_is_not_announced_is_refused_at_the_start() {
        let announced = "host = \"mail.example\"\nport = 587";
        assert_eq!(placed("smtp://mail.example", announced).unwrap(), [("mail.example".to_owned(), 587)]);
        assert_eq!(placed("smtp://127.0.0.1:2525", announced).unwrap(), [("127.0.0.1".to_owned(), 2525)]);
        assert_eq!(placed("mailbox:mails", "").unwrap(), []);
        for (url, rest, named) in [
            ("smtp://mail.example", "", "has no entry `mail`"),
            ("smtp://127.0.0.1:25", "", "has no entry `mail`"),
            (
                "smtps://mail.example",
                announced,
                "mail.example:465, but the register of recipients announces mail.example:587",
            ),
            ("smtp://other.example", announced, "other.example:587, but"),
        ] {
            let error = placed(url, rest).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
