//! An installation to measure: a brand, an account, pages and leads, made in a place of its own; engines
//! are opened on it as often as needed, one at a time, each with cold caches.

use crate::ambient::{RealClock, RealEntropy};
use crate::leads;
use crate::place::Place as Databases;
use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use engine::actions::accounts::{self, NewAccount};
use engine::actions::broadcasts::{self, BroadcastForm};
use engine::actions::plans::{self, PlanForm};
use engine::failpoint::FailPoints;
use engine::{Actor, Engine, Parts, Role, Settings, TokenScope, views};
use messenger::graph::{Graph, GraphConfig};
use minicbor::Encode;
use model::brand::Brand;
use model::broadcast::Step;
use model::consent::Purpose;
use model::delivery::DeliveryState;
use model::id::{AccountId, BrandId, BroadcastId, LeadId, PageId, PlanId};
use model::personal::Personal;
use model::plan::Limits;
use model::time::{Clock, Span};
use outbound::Register;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::tables;
use store::{Database, Options, Schema, SqlKeyStore, StoreError};
use vault::{NewKey, Place, RootKey, Vault};

const BRAND: &str = include_str!("../../brands/leangzbotchat/brand.toml");
const REGISTER: &str = include_str!("../../brands/recipients.toml");
pub const SECRET: &str = "the app secret of the bench";
/// Of every page.
pub const TOKEN: [&str; 48] = ["EAAB"; 48];
/// What a broadcast says.
pub const PROMOTION: &str = "Hello {name|there}! Our autumn sale has begun: everything is half price until Sunday, in the shop and by post. Come and have a look.";
/// Keys and rows made at a time.
const CHUNK: usize = 5_000;
/// The second account's page and its first person.
const SMALL_PAGE: &str = "1068000000000000";
const SMALL_FROM: usize = 900_000_000;
/// Messages a second and page of an engine whose messages shall wait; one that sends nothing at all would be
/// no engine.
const NEARLY_HELD: u32 = 1;

pub struct World {
    folder: PathBuf,
    graph: SocketAddr,
    data: Database,
    keys: Database,
    pub vault: Vault,
    pub clock: Arc<RealClock>,
    pub entropy: Arc<RealEntropy>,
    pub brand: BrandId,
    pub account: AccountId,
    /// Whose pages they are, one after another; the first is `account`.
    accounts: Vec<AccountId>,
    /// Ours and Meta's id.
    pub pages: Vec<(PageId, String)>,
    plan: PlanId,
}

/// What the engine seals of a page: name and token.
#[derive(Encode)]
struct Page<'a>(#[n(0)] &'a str, #[n(1)] &'a str);

/// A page-scoped id as Meta's look.
pub fn psid(number: usize) -> String {
    format!("2400{number:013}")
}

impl World {
    /// A brand and an account with `pages` pages, and no lead yet. `graph` answers in Meta's place.
    pub async fn new(place: &Databases, graph: SocketAddr, pages: usize) -> Result<Self> {
        Self::with_accounts(place, graph, pages, 1).await
    }

    /// The pages spread over so many accounts.
    pub async fn with_accounts(
        place: &Databases,
        graph: SocketAddr,
        pages: usize,
        accounts: usize,
    ) -> Result<Self> {
        let (clock, entropy) = (Arc::new(RealClock::new()), Arc::new(RealEntropy));
        let folder = place.path();
        let data = Database::open(&place.data, Schema::Data, Options::default()).await?;
        let keys = Database::open(&place.keys, Schema::Keys, Options::default()).await?;
        let root = RootKey::generate(&*entropy);
        write_secret(&folder.join("root.key"), root.to_text().as_str())?;
        let vault = open_vault(&keys, root, &clock, &entropy).await?;
        // Brand and account are made by the engine, below.
        let (brand, account) = (BrandId([0; 16]), AccountId([0; 16]));
        let (folder, pages_to_make, pages, plan) = (folder.to_owned(), pages, Vec::new(), PlanId([0; 16]));
        let mut world = Self {
            folder,
            graph,
            data,
            keys,
            vault,
            clock,
            entropy,
            brand,
            account,
            accounts: Vec::new(),
            pages,
            plan,
        };
        let engine = world.engine(1).await?;
        world.brand = engine.brands().next().context("no brand")?.id;
        // On a plan without limits: it is the program that is measured.
        let admin = Actor {
            brand: world.brand,
            account,
            role: Role::Admin,
            scopes: TokenScope::ALL.to_vec(),
            door: None,
        };
        let form = PlanForm { name: "Bench".to_owned(), limits: Limits::NONE };
        world.plan = plans::create(&engine, &admin, form).await?;
        for number in 0..accounts.max(1) {
            let account = world.make_account(&engine, &format!("owner-{number}@shop.example.com")).await?;
            world.accounts.push(account);
        }
        world.account = *world.accounts.first().context("no account")?;
        drop(engine);
        for number in 0..pages_to_make {
            let meta_id = format!("1067{number:012}");
            let page = world.make_page(world.account_of(number)?, meta_id.clone()).await?;
            world.pages.push((page, meta_id));
        }
        Ok(world)
    }

    /// Whose the page of this number is.
    fn account_of(&self, page: usize) -> Result<AccountId> {
        let count = self.accounts.len().max(1);
        Ok(*self.accounts.get(page % count).context("no account")?)
    }

    async fn make_account(&self, engine: &Engine, email: &str) -> Result<AccountId> {
        let new = NewAccount {
            role: Role::User,
            name: Personal::from("Sample Shop"),
            email: Personal::from(email),
            plan: Some(self.plan),
        };
        Ok(accounts::create(engine, self.brand, new).await?)
    }

    /// Another account of the brand, with one page and some leads.
    pub async fn make_small_shop(&self, engine: &Engine, count: usize) -> Result<Actor> {
        let account = self.make_account(engine, "owner@small.example.com").await?;
        let page = (self.make_page(account, SMALL_PAGE.to_owned()).await?, SMALL_PAGE.to_owned());
        self.make(&[account], &[page], SMALL_FROM, count).await?;
        Ok(Actor { account, ..self.actor() })
    }

    async fn make_page(&self, account: AccountId, meta_id: String) -> Result<PageId> {
        let now = self.clock.now();
        let (id, brand) = (PageId::new(now, &*self.entropy), self.brand);
        let key = self.vault.key(&account.0).await?.context("the account's key")?;
        let place = Place { brand, person: account.0, table: "page", row: id.0 };
        let token = TOKEN.concat();
        let sealed = key.seal_value(&place, &Page("Sample Page", &token), &*self.entropy)?;
        let insert = move |tx: &store::Tx<'_>| {
            let new = tables::page::NewPage {
                id,
                account,
                meta_id: &meta_id,
                has_echoes: true,
                greeting_at: Some(now),
                sealed: sealed.clone(),
            };
            tables::page::insert(tx.brand(brand), &new, now)
        };
        self.data.write("insert_page", insert).await?;
        Ok(id)
    }

    /// An engine with cold caches and the limiter open; `batch` messages to a request. Nothing runs yet.
    pub async fn engine(&self, batch: usize) -> Result<Arc<Engine>> {
        self.open(batch, None).await
    }

    /// One whose messages wait, but for one a second and page.
    pub async fn waiting_engine(&self) -> Result<Arc<Engine>> {
        self.open(1, Some(NEARLY_HELD)).await
    }

    /// Forgets an engine that was dropped and not stopped, so that the next one waits for nobody.
    pub async fn nobody_serves(&self) -> Result<()> {
        Ok(self.data.write("nobody_serves", tables::node::remove_all).await?)
    }

    async fn open(&self, batch: usize, pace: Option<u32>) -> Result<Arc<Engine>> {
        self.nobody_serves().await?;
        let clock: Arc<dyn Clock> = Arc::<RealClock>::clone(&self.clock);
        let register = Register::parse(REGISTER)?.at_loopback("meta", self.graph)?;
        let config = GraphConfig {
            base_url: format!("http://{}", self.graph),
            version: "v25.0".to_owned(),
            app_id: "4711".to_owned(),
            app_secret: Personal::from(SECRET),
        };
        let out = Arc::new(outbound::Client::new(register, Arc::clone(&clock)));
        let mut brand: Brand = toml::from_str(BRAND)?;
        brand.public_url = "https://bench.example".to_owned();
        let root = RootKey::parse(std::fs::read_to_string(self.folder.join("root.key"))?.trim())?;
        let parts = Parts {
            data: self.data.clone(),
            vault: open_vault(&self.keys, root, &self.clock, &self.entropy).await?,
            graph: Graph::new(out, config, Arc::clone(&clock)),
            clock,
            entropy: Arc::<RealEntropy>::clone(&self.entropy),
            brands: vec![brand],
            post: None,
            witnesses: None,
            scanner: None,
        };
        let settings = Settings {
            app_secrets: vec![Personal::from(SECRET)],
            app_id: "4711".to_owned(),
            verify_token: Personal::from("verify"),
            log_name: "log.bench.example/entente".to_owned(),
            pace,
            batch,
            in_flight: engine::IN_FLIGHT,
            version: engine::VERSION.to_owned(),
            plan_chunk: engine::PLAN_CHUNK,
            // Only when asked: the log is a row of its own.
            checkpoint_every: Span::secs(86_400),
            backup_days: engine::actions::erasure::BACKUP_DAYS,
            breached: None,
            second_factor: engine::SecondFactor::Offered,
            fail_points: FailPoints::default(),
        };
        Ok(Engine::open(parts, settings).await?)
    }

    /// `count` more leads spread over the pages, who wrote a minute ago and said Yes: as processing their
    /// events leaves them, evidence included, but for the answers and the marks against duplicates.
    pub async fn make_leads(&self, from: usize, count: usize) -> Result<()> {
        self.make(&self.accounts, &self.pages, from, count).await
    }

    async fn make(
        &self,
        accounts: &[AccountId],
        pages: &[(PageId, String)],
        from: usize,
        count: usize,
    ) -> Result<()> {
        let maker =
            leads::Maker::new(self.brand, &toml::from_str(BRAND)?, self.vault.lookup(self.brand).await?);
        let mut made = 0;
        // The next are sealed while these are written.
        let mut writing = tokio::spawn(async { Ok(()) });
        while made < count {
            let some = CHUNK.min(count - made);
            let now = self.clock.now();
            let ids: Vec<LeadId> = (0..some).map(|_| LeadId::new(now, &*self.entropy)).collect();
            let parent = |number: usize| Some(accounts.get(number % pages.len() % accounts.len())?.0);
            let new: Vec<NewKey> = (from + made..)
                .zip(&ids)
                .map(|(number, id)| NewKey { id: id.0, parent: parent(number) })
                .collect();
            let keys = self.vault.create(&new).await?;
            let mut rows = leads::Rows::default();
            for (number, (id, key)) in (from + made..).zip(ids.into_iter().zip(keys)) {
                let page = pages.get(number % pages.len()).context("no page")?;
                maker.make(&mut rows, id, page, psid(number), &key, now, &*self.entropy)?;
            }
            writing.await??;
            let (data, brand) = (self.data.clone(), self.brand);
            writing =
                tokio::spawn(async move { data.write("make_leads", move |tx| rows.insert(tx, brand)).await });
            made += some;
        }
        Ok(writing.await??)
    }

    /// Fails unless the product finds and proves what was loaded: of one lead, by page and PSID.
    pub async fn check_loaded(&self, engine: &Engine, number: usize) -> Result<()> {
        let (page, _) = self.pages.get(number % self.pages.len()).context("no page")?;
        let found = views::leads::find(engine, &self.actor(), *page, &psid(number)).await?;
        let lead = found.with_context(|| format!("lead {number} is not found"))?;
        views::leads::proof(engine, &self.actor(), lead, None).await?;
        Ok(())
    }

    /// Signed deliveries, each one person's message to one of the pages; body and signature.
    pub fn deliveries(
        &self,
        people: impl Iterator<Item = usize>,
        text: &str,
    ) -> Result<Vec<(Bytes, String)>> {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
        let at = self.clock.now().millis();
        people
            .map(|number| {
                let (_, page) = self.pages.get(number % self.pages.len()).context("no page")?;
                let psid = psid(number);
                let mid = format!("m_{at}{number:032}");
                let body = format!(
                    r#"{{"object":"page","entry":[{{"id":"{page}","time":{at},"messaging":[{{"sender":{{"id":"{psid}"}},"recipient":{{"id":"{page}"}},"timestamp":{at},"message":{{"mid":"{mid}","text":"{text}"}}}}]}}]}}"#
                );
                let signature = hex::encode(aws_lc_rs::hmac::sign(&key, body.as_bytes()));
                Ok((Bytes::from(body), format!("sha256={signature}")))
            })
            .collect()
    }

    pub fn actor(&self) -> Actor {
        Actor {
            brand: self.brand,
            account: self.account,
            role: Role::User,
            scopes: TokenScope::ALL.to_vec(),
            door: None,
        }
    }

    /// A promotion of each account to all its pages, being sent from now on.
    pub async fn broadcast(&self, engine: &Arc<Engine>) -> Result<Vec<BroadcastId>> {
        let mut ids = Vec::new();
        for account in &self.accounts {
            let actor = Actor { account: *account, ..self.actor() };
            let id = broadcasts::create(engine, &actor, promotion()).await?.id;
            broadcasts::step(engine, &actor, id, Step::Send).await?;
            ids.push(id);
        }
        Ok(ids)
    }

    pub async fn draft(&self, engine: &Engine) -> Result<BroadcastId> {
        Ok(broadcasts::create(engine, &self.actor(), promotion()).await?.id)
    }

    /// Whether broadcasts are planned to their end, and whether they are finished.
    pub async fn stand(&self, ids: &[BroadcastId]) -> Result<(bool, bool)> {
        let (mut are_planned, mut are_finished) = (true, true);
        for id in ids {
            let (brand, id) = (self.brand, *id);
            let get = move |tx: &store::Tx<'_>| tables::broadcast::get(tx.brand(brand), id);
            let stored = self.data.read("broadcast", get).await?.context("the broadcast is gone")?.broadcast;
            are_planned &= stored.is_planned;
            are_finished &= stored.finished_at.is_some();
        }
        Ok((are_planned, are_finished))
    }

    /// Fails unless all of `count` deliveries were sent.
    pub async fn check_sent(&self, ids: &[BroadcastId], count: usize) -> Result<()> {
        let (mut sent, mut all) = (0, 0);
        for id in ids {
            let (brand, id) = (self.brand, *id);
            let counted =
                self.data.read("count", move |tx| tables::delivery::count(tx.brand(brand), id)).await?;
            sent += counted.iter().filter(|c| c.state == DeliveryState::Sent).map(|c| c.count).sum::<u64>();
            all += counted.iter().map(|c| c.count).sum::<u64>();
        }
        ensure!(
            usize::try_from(sent)? == count && sent == all,
            "{sent} of {all} deliveries were sent, {count} leads there are"
        );
        Ok(())
    }

    /// Whether no event waits any more.
    pub async fn has_processed(&self) -> Result<bool> {
        let oldest =
            |tx: &store::Tx<'_>| tables::inbox::list_oldest(tx, model::id::InboxId([0; 16]), 1, None);
        Ok(self.data.read("inbox", oldest).await?.is_empty())
    }

    pub async fn count_inbox(&self) -> Result<usize> {
        Ok(usize::try_from(self.data.read("count_inbox", tables::inbox::count).await?)?)
    }

    /// Answers that wait, and commitments that wait for the log.
    pub async fn waiting(&self) -> Result<(usize, usize)> {
        let count = |tx: &store::Tx<'_>| {
            Ok::<_, StoreError>((tables::outbox::count(tx)?, tables::ledger::count_pending(tx)?))
        };
        let (replies, pending) = self.data.read("waiting", count).await?;
        Ok((usize::try_from(replies)?, usize::try_from(pending)?))
    }

    /// Whether no erasure is under way any more.
    pub async fn has_erased(&self) -> Result<bool> {
        Ok(self.data.read("open_erasures", tables::erasure::list_open).await?.is_empty())
    }
}

async fn open_vault(
    keys: &Database,
    root: RootKey,
    clock: &Arc<RealClock>,
    entropy: &Arc<RealEntropy>,
) -> Result<Vault> {
    let store = Arc::new(SqlKeyStore::new(keys.clone()));
    Ok(Vault::open(store, root, Arc::<RealClock>::clone(clock), Arc::<RealEntropy>::clone(entropy)).await?)
}

#[cfg(unix)]
fn write_secret(file: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut handle = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    Ok(handle.write_all(text.as_bytes())?)
}

#[cfg(not(unix))]
fn write_secret(file: &Path, text: &str) -> Result<()> {
    Ok(std::fs::write(file, text)?)
}

fn promotion() -> BroadcastForm {
    BroadcastForm {
        purpose: Purpose::Promotion,
        text: PROMOTION.to_owned(),
        buttons: Vec::new(),
        template: None,
        image: None,
        filter: Default::default(),
        pages: None,
        open_until: None,
    }
}
