//! The stage: simulator, Entente, brands, pages, people. The play itself stands in `play.rs`.
//!
//! Invariant: whatever is done here is done as from outside: through the login dialog, the API and the webhook.

mod play;

use super::cast::{Leaving, Part};
use super::mailbox::Mails;
use super::{Options, Progress};
use crate::ambient::{OsEntropy, TurnedClock};
use crate::command::say;
use crate::config::{AppKeys, Config, Root, Tls};
use crate::lock::Lock;
use crate::log_lines::Lines;
use crate::wiring::{self, Ambient, Tuning};
use anyhow::{Context as _, Result, bail};
use engine::actions::set_up::SetUp;
use engine::{Engine, Running, TokenScope};
use model::entropy::{Entropy, random};
use model::id::{AccountId, BrandId, BroadcastId};
use model::personal::Personal;
use model::ports::Mailer;
use model::time::{Clock, Span};
pub use play::Played;
use serde_json::{Value, json};
use simulator::{Handle, Login, NewPage, PageId, Psid, Settings, Simulator, StartError, Visited, Visitor};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The five brands and the register, as the repository has them.
const BRANDS: [&str; 5] = [
    include_str!("../../../../brands/leangzbotchat/brand.toml"),
    include_str!("../../../../brands/chatmagico-bot/brand.toml"),
    include_str!("../../../../brands/qchatai/brand.toml"),
    include_str!("../../../../brands/almujeeb/brand.toml"),
    include_str!("../../../../brands/mysocium/brand.toml"),
];
const RECIPIENTS: &str = include_str!("../../../../brands/recipients.toml");

/// Nobody's yet.
const FREE_PAGE: &str = "Sample Page of Yours";
/// Who signs in to the console of each brand.
const EMAIL: &str = "owner@shop.example";

pub struct DemoBrand {
    pub id: BrandId,
    pub slug: String,
    pub name: String,
    pub host: String,
    pub token: Personal<String>,
    /// Its promotion carries the link.
    pub has_link: bool,
    pub broadcasts: Vec<BroadcastId>,
}

pub struct DemoPage {
    pub brand: usize,
    pub meta: PageId,
    pub name: String,
}

pub struct Person {
    pub page: usize,
    pub psid: Psid,
    pub part: Part,
}

pub struct Stage {
    pub engine: Arc<Engine>,
    running: Option<Running>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    stop_server: tokio::sync::oneshot::Sender<()>,
    simulator: Simulator,
    pub clock: Arc<TurnedClock>,
    pub visitor: Visitor,
    preview: Visitor,
    address: SocketAddr,
    pub brands: Vec<DemoBrand>,
    pub pages: Vec<DemoPage>,
    pub people: Vec<Person>,
    /// Of the brands' admins, in this run.
    password: Personal<String>,
    proof_file: PathBuf,
    key_file: PathBuf,
    options: StageOptions,
    _lock: Lock,
}

struct StageOptions {
    seed: u64,
    leads: usize,
}

impl Stage {
    pub fn sim(&self) -> Handle {
        self.simulator.handle()
    }

    pub const fn brand_count(&self) -> usize {
        self.brands.len()
    }

    /// Starts everything; nobody is there yet.
    pub async fn open(options: &Options, folder: &Path, log: Arc<Lines>) -> Result<Self> {
        let clock = Arc::new(TurnedClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let listener = listen(options.listen).await?;
        let address = listener.local_addr()?;
        let app_secret = hex::encode(random::<16>(&*entropy));
        let verify_token = hex::encode(random::<16>(&*entropy));
        let mut config = simulator::Config::new(Arc::clone(&clock) as Arc<dyn Clock>, options.seed);
        config.listen = simulators(options.listen)?;
        config.app_secret.clone_from(&app_secret);
        config.verify_token.clone_from(&verify_token);
        config.settings.login = Login::Auto;
        config.settings.require_proof = true;
        let simulator = Simulator::start(config).await.map_err(|error| match error {
            StartError::Listen { addr, reason } => taken(", where the simulator goes,", addr, reason),
            other => other.into(),
        })?;
        let sim = simulator.handle();

        let mut brands = Vec::new();
        for text in BRANDS {
            let mut brand = wiring::parse_brand(text)?;
            let host = brand.hosts.first().cloned().unwrap_or_default();
            brand.public_url = format!("http://{host}:{}", address.port());
            brands.push(brand);
        }
        if options.brand != "all" {
            let known: Vec<String> = brands.iter().map(|b| b.slug.clone()).collect();
            brands.retain(|brand| brand.slug == options.brand);
            if brands.is_empty() {
                bail!("--brand: `{}` is none of: all, {}", options.brand, known.join(", "));
            }
        }
        let graph: SocketAddr = sim.addr();
        let register = outbound::Register::parse(RECIPIENTS)?.at_loopback("meta", graph)?;
        let file = |name: &str| folder.join(name);
        let url = |given: &Option<String>, name: &str| {
            given.clone().unwrap_or_else(|| format!("sqlite:{}", file(name).display()))
        };
        let config = Config {
            asked: crate::witness::Asked::default(),
            witness: None,
            backup_recipient: None,
            escrow_dir: None,
            listen: address,
            http_listen: None,
            tls: Tls::BehindProxy { trusted: Vec::new() },
            drain_wait: std::time::Duration::ZERO,
            metrics_listen: None,
            security_contact: None,
            backup_every_days: None,
            public_url: format!("http://{address}"),
            database: url(&options.database, "entente.db"),
            database_options: store::Options::default(),
            keys: url(&options.keys, "keys.db"),
            keys_options: store::Options::default(),
            root_file: file("root.key"),
            root: Root::File,
            backup_days: engine::actions::erasure::BACKUP_DAYS,
            graph_url: format!("http://{graph}"),
            graph_version: "v25.0".to_owned(),
            in_flight: engine::IN_FLIGHT,
            // Whoever looks around has one password and no phone at hand. The demo says so.
            second_factor: engine::SecondFactor::Offered,
            breached_passwords: None,
            scanner: None,
            app: Some(AppKeys {
                id: sim.app_id().to_string(),
                secret: Personal::new(app_secret),
                verify_token: Personal::new(verify_token),
            }),
            mail: None,
            brands: None,
            recipients: None,
        };
        let ambient = Ambient { clock: Arc::clone(&clock) as Arc<dyn Clock>, entropy };
        let mails = Arc::new(Mails::default());
        let mailer: Arc<dyn Mailer> = Arc::clone(&mails) as _;
        let tuning = Tuning { checkpoint_every: Span::secs(1), mailer: Some(mailer), ..Tuning::default() };
        let (lock, engine) = wiring::assemble(&config, brands, register, ambient, tuning).await?;
        let running = engine.run();
        let settings = web::WebSettings {
            is_turned: true,
            mailbox: Some(mails),
            log: Some(log),
            ..web::WebSettings::default()
        };
        let router = web::router(Arc::clone(&engine), settings);
        let (stop_server, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(web::serve(listener, router, async {
            // An error means that the sender is gone, which is as good a reason to stop.
            let _ = stopped.await;
        }));
        sim.set_callback(&format!("http://{address}/webhooks/messenger"))
            .await
            .context("the webhook's verification")?;
        let callback = |what: &str| Some(format!("http://{address}/facebook/{what}"));
        sim.set_person_callbacks(callback("deauthorize"), callback("data-deletion"));

        // Beside the kept data, or here.
        let proofs = options.data.clone().unwrap_or_default();
        let password = Personal::new(hex::encode(random::<8>(engine.entropy())));
        Ok(Self {
            engine,
            password,
            running: Some(running),
            server,
            stop_server,
            simulator,
            clock,
            visitor: Visitor::new(address, "Entente-demo")?,
            preview: Visitor::new(address, "facebookexternalhit/1.1")?,
            address,
            brands: Vec::new(),
            pages: Vec::new(),
            people: Vec::new(),
            proof_file: proofs.join("demo-proof.json"),
            key_file: proofs.join("demo-proof.key"),
            options: StageOptions { seed: options.seed, leads: usize::try_from(options.leads).unwrap_or(0) },
            _lock: lock,
        })
    }

    /// Accounts, pages connected through the login dialog, and people.
    pub async fn invite(&mut self, options: &Options) -> Result<()> {
        self.make_accounts().await?;
        self.connect_pages(usize::try_from(options.pages).unwrap_or(1), self.sim().addr()).await?;
        self.leave_a_page_free()?;
        self.invite_people()
    }

    /// The first admin of a brand, made by the set-up link as everywhere.
    async fn set_up(&self, context: &engine::BrandContext) -> Result<AccountId> {
        let link = engine::actions::set_up::offer(&self.engine, context.id).await?;
        let link = link.context("the brand has an admin already")?;
        let secret = link.reveal().rsplit('/').next().unwrap_or_default();
        let form = SetUp {
            name: "Sample Shop".to_owned(),
            email: EMAIL.to_owned(),
            password: self.password.clone(),
            language: context.brand.languages.first().cloned().unwrap_or_default(),
            documents: web::account::documents::first(&context.brand),
        };
        Ok(engine::actions::set_up::set_up(&self.engine, context.id, secret, form).await?)
    }

    async fn make_accounts(&mut self) -> Result<()> {
        let contexts: Vec<_> = self.engine.brands().collect();
        for (number, context) in contexts.into_iter().enumerate() {
            let account = self.set_up(&context).await?;
            let (_, token) =
                engine::actions::tokens::create(&self.engine, context.id, account, &TokenScope::ALL, None)
                    .await?;
            self.brands.push(DemoBrand {
                id: context.id,
                slug: context.brand.slug.clone(),
                name: context.brand.name.clone(),
                host: context.brand.hosts.first().cloned().unwrap_or_default(),
                token,
                has_link: number == 0,
                broadcasts: Vec::new(),
            });
        }
        Ok(())
    }

    /// Each brand's owner signs in at the simulator and allows the pages, as in a browser.
    async fn connect_pages(&mut self, count: usize, graph: SocketAddr) -> Result<()> {
        let sim = self.sim();
        let owner = sim.users().first().map_or_else(|| sim.add_user("Sample Owner"), |(user, _)| *user);
        for number in 0..count {
            let brand = number % self.brands.len();
            let name = format!("Sample Page {}", number.saturating_add(1));
            let new = NewPage { name: name.clone(), admins: vec![owner], ..NewPage::default() };
            let meta = sim.add_page(new)?;
            self.pages.push(DemoPage { brand, meta, name });
        }
        let browser = Visitor::new(graph, "Mozilla/5.0 (sample browser)")?;
        let progress = Progress::start("connecting pages", count);
        let mut connected = 0;
        for (number, brand) in self.brands.iter().enumerate() {
            let own: Vec<String> =
                self.pages.iter().filter(|p| p.brand == number).map(|p| p.meta.to_string()).collect();
            if own.is_empty() {
                continue;
            }
            let redirect = format!("http://{}:{}/app/pages/connected", brand.host, self.address.port());
            let state = hex::encode(random::<16>(self.engine.entropy()));
            let dialog = engine::actions::pages::login_url(
                &self.engine,
                &format!("http://{graph}"),
                &redirect,
                &state,
            );
            let path = dialog.strip_prefix(&format!("http://{graph}")).unwrap_or(&dialog);
            let answer = browser.get(&graph.to_string(), path, None).await?;
            let back = answer.location.context("the login dialog did not return to the app")?;
            let parameter = |name: &str| {
                let query = back.split_once('?').map_or("", |(_, q)| q);
                let query = query.split('#').next().unwrap_or("");
                query
                    .split('&')
                    .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
                    .map(str::to_owned)
            };
            if parameter("state").as_deref() != Some(state.as_str()) {
                bail!("the login dialog returned another state than it was given");
            }
            let code = parameter("code").context("the login dialog returned no code")?;
            let body = json!({"code": code, "redirect_uri": redirect, "pages": own});
            let pages = self.api(number, "POST", "/api/v1/pages", Some(body)).await?;
            connected += pages.get("items").and_then(Value::as_array).map_or(0, Vec::len);
            progress.set(connected);
        }
        if connected != count {
            bail!("{connected} of {count} pages were connected");
        }
        Ok(())
    }

    /// For whoever looks around and signs up: a page that nobody has connected, and a dialog in which they choose it.
    fn leave_a_page_free(&self) -> Result<()> {
        let sim = self.sim();
        let visitor = sim.add_user("Sample Visitor");
        sim.add_page(NewPage { name: FREE_PAGE.to_owned(), admins: vec![visitor], ..NewPage::default() })?;
        sim.set_settings(Settings { login: Login::Ask, ..sim.settings() });
        Ok(())
    }

    /// The people, spread over the pages.
    fn invite_people(&mut self) -> Result<()> {
        let sim = self.sim();
        for page in 0..self.pages.len() {
            let of = self.options.leads / self.pages.len()
                + usize::from(page < self.options.leads % self.pages.len());
            let Some(demo_page) = self.pages.get(page) else { continue };
            let has_link = self.brands.get(demo_page.brand).is_some_and(|b| b.has_link);
            for psid in sim.add_people(demo_page.meta, of)? {
                let part = Part::of(self.options.seed, self.people.len(), has_link);
                self.people.push(Person { page, psid, part });
            }
        }
        Ok(())
    }

    /// One call of the API, as a customer's script would make it.
    pub async fn api(&self, brand: usize, method: &str, path: &str, body: Option<Value>) -> Result<Value> {
        let answer = self.call(brand, method, path, body).await?;
        serde_json::from_slice(&answer.body)
            .with_context(|| format!("{method} {path}: the answer is not JSON"))
    }

    pub async fn call(&self, brand: usize, method: &str, path: &str, body: Option<Value>) -> Result<Visited> {
        let brand = self.brands.get(brand).context("no such brand")?;
        let token = Some(brand.token.reveal().as_str());
        let answer = match method {
            "GET" => self.visitor.get(&brand.host, path, token).await?,
            "DELETE" => self.visitor.delete(&brand.host, path, token).await?,
            _ => self.visitor.post(&brand.host, path, token, body.map(|b| b.to_string())).await?,
        };
        if !(200..300).contains(&answer.status) {
            bail!(
                "{method} {path} was answered {}: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
        }
        Ok(answer)
    }

    pub fn print_addresses(&self, quiet: bool) {
        if quiet {
            return;
        }
        let port = self.address.port();
        say("\nThe app admin of each brand, whose the sample pages are, too:");
        for brand in &self.brands {
            say(&format!(
                "{:16} http://{}:{port}/login  (API token {})",
                brand.slug,
                brand.host,
                brand.token.reveal()
            ));
        }
        say(&format!("Sign in there as {EMAIL} with the password {} of this run.", self.password.reveal()));
        if let Some(brand) = self.brands.first() {
            let at = format!("http://{}:{port}", brand.host);
            say(&format!(
                "A user, who connects pages and sends:  sign up at {at}/register; all mails of this brand, also the one \
                 that confirms the address, stand at {at}/mailbox; in the dialog for pages come as Sample Visitor, whose \
                 {FREE_PAGE} is free, and write to it at {} to have somebody to send to",
                self.sim().url()
            ));
        }
        if let Some(thread) = self.sample_thread() {
            say(&format!(
                "A lead, who gets the messages:  {thread} is the thread of one, in which you write: \"my data\" brings \
                 the link to their own page, \"stop\" ends promotions. All pages and people:  {}",
                self.sim().url()
            ));
        }
        say(
            "A second factor is offered here; `entente serve` demands one of admins (accounts.second_factor).",
        );
        if let Some(link) = self.sample_link() {
            say(&format!(
                "Somebody's way out, as it stands in their promotion (open it in a browser):  {link}"
            ));
        }
        if let Some(brand) = self.brands.first() {
            say(&format!(
                "Try:  curl --resolve {host}:{port}:{ip} -H 'Authorization: Bearer {token}' http://{host}:{port}/api/v1/broadcasts",
                host = brand.host,
                ip = self.address.ip(),
                token = brand.token.reveal()
            ));
        }
        say("Press Ctrl-C to end.");
    }

    /// Where one writes as somebody of the first brand who has stayed.
    fn sample_thread(&self) -> Option<String> {
        let page_of = |person: &Person| self.pages.get(person.page).filter(|page| page.brand == 0);
        let stays = |person: &&Person| person.part.leaving == Leaving::Stays && !person.part.is_unavailable;
        let found = self.people.iter().filter(stays).find_map(|person| Some((page_of(person)?, person)));
        let (page, person) = found?;
        Some(format!("{}/simulator/look/{}/{}", self.sim().url(), page.meta, person.psid))
    }

    /// The unsubscribe link of somebody who has stayed.
    fn sample_link(&self) -> Option<String> {
        let staying = self.people.iter().filter(|person| person.part.leaving == Leaving::Stays);
        let (host, path) = staying.filter_map(|person| self.link_of(person.psid)).next()?;
        Some(format!("http://{host}{path}"))
    }

    pub async fn shut_down(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        // Fails only when the server has ended already.
        let _ = self.stop_server.send(());
        self.simulator.shutdown().await;
        let _ = self.server.await;
    }
}

/// The simulator takes the port after Entente's; of either the operating system may choose.
fn simulators(address: SocketAddr) -> Result<SocketAddr> {
    match (address.port(), address.port().checked_add(1)) {
        (0, _) => Ok(address),
        (_, Some(port)) => Ok(SocketAddr::new(address.ip(), port)),
        (_, None) => bail!("--listen: the simulator takes the port after {address}, so give a lower one"),
    }
}

fn taken(what: &str, address: SocketAddr, reason: std::io::ErrorKind) -> anyhow::Error {
    anyhow::anyhow!(
        "--listen: {address}{what} is taken or not allowed ({reason}): name another address whose port and the one after it are free, for example --listen 127.0.0.1:0"
    )
}

async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address).await.map_err(|error| taken("", address, error.kind()))
}
