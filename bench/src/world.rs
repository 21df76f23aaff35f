//! An installation to measure: a brand, an account, pages and leads on SQLite, made in a folder of its
//! own; engines are opened on it as often as needed, each with cold caches.

use crate::ambient::{RealClock, RealEntropy};
use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use engine::actions::accounts::{self, NewAccount};
use engine::actions::broadcasts::{self, BroadcastForm};
use engine::actions::plans::{self, PlanForm};
use engine::failpoint::FailPoints;
use engine::{Actor, Engine, Parts, Role, Settings, TokenScope};
use messenger::graph::{Graph, GraphConfig};
use minicbor::Encode;
use model::brand::Brand;
use model::broadcast::Step;
use model::consent::{Consents, Purpose};
use model::delivery::DeliveryState;
use model::id::{AccountId, BrandId, BroadcastId, ConsentId, LeadId, PageId};
use model::lead::{Lead, LeadProfile};
use model::personal::Personal;
use model::plan::Limits;
use model::time::{Clock, Span};
use outbound::Register;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::tables::lead::StoredLead;
use store::tables::{self, lease};
use store::{Database, Options, Schema, SqlKeyStore, StoreError};
use vault::{NewKey, Place, RootKey, Vault};

const BRAND: &str = include_str!("../../brands/leangzbotchat/brand.toml");
const REGISTER: &str = include_str!("../../brands/recipients.toml");
pub const SECRET: &str = "the app secret of the bench";
/// Keys and rows made at a time.
const CHUNK: usize = 5_000;
/// Who holds the lanes while nothing shall be sent.
const SOMEBODY_ELSE: [u8; 16] = [9; 16];

pub struct World {
    folder: PathBuf,
    graph: SocketAddr,
    data: Database,
    keys: Database,
    pub vault: Vault,
    pub clock: Arc<RealClock>,
    pub entropy: Arc<RealEntropy>,
    pub brand: BrandId,
    account: AccountId,
    /// Ours and Meta's id.
    pages: Vec<(PageId, String)>,
}

/// What the engine seals of a page: name and token.
#[derive(Encode)]
struct Page<'a>(#[n(0)] &'a str, #[n(1)] &'a str);

fn url(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

/// A page-scoped id as Meta's look.
pub fn psid(number: usize) -> String {
    format!("2400{number:013}")
}

impl World {
    /// A brand and an account with `pages` pages, and no lead yet. `graph` answers in Meta's place.
    pub async fn new(folder: &Path, graph: SocketAddr, pages: usize) -> Result<Self> {
        let (clock, entropy) = (Arc::new(RealClock::new()), Arc::new(RealEntropy));
        let data = Database::open(&url(folder, "entente.db"), Schema::Data, Options::default()).await?;
        let keys = Database::open(&url(folder, "keys.db"), Schema::Keys, Options::default()).await?;
        let root = RootKey::generate(&*entropy);
        write_secret(&folder.join("root.key"), root.to_text().as_str())?;
        let vault = open_vault(&keys, root, &clock, &entropy).await?;
        // Brand and account are made by the engine, below.
        let (brand, account) = (BrandId([0; 16]), AccountId([0; 16]));
        let (folder, pages_to_make, pages) = (folder.to_owned(), pages, Vec::new());
        let mut world = Self { folder, graph, data, keys, vault, clock, entropy, brand, account, pages };
        let engine = world.engine(1).await?;
        world.brand = engine.brands().next().context("no brand")?.id;
        // On a plan without limits: it is the program that is measured.
        let admin =
            Actor { brand: world.brand, account, role: Role::Admin, scopes: TokenScope::ALL.to_vec() };
        let form = PlanForm { name: "Bench".to_owned(), limits: Limits::NONE };
        let plan = plans::create(&engine, &admin, form).await?;
        let new = NewAccount {
            role: Role::User,
            name: Personal::from("Sample Shop"),
            email: Personal::from("owner@shop.example.com"),
            plan: Some(plan),
        };
        world.account = accounts::create(&engine, world.brand, new).await?;
        drop(engine);
        for number in 0..pages_to_make {
            world.make_page(format!("1067{number:012}")).await?;
        }
        Ok(world)
    }

    async fn make_page(&mut self, meta_id: String) -> Result<()> {
        let now = self.clock.now();
        let (id, brand, account) = (PageId::new(now, &*self.entropy), self.brand, self.account);
        let key = self.vault.key(&account.0).await?.context("the account's key")?;
        let place = Place { brand, person: account.0, table: "page", row: id.0 };
        let token = "EAAB".repeat(48);
        let sealed = key.seal_value(&place, &Page("Sample Page", &token), &*self.entropy)?;
        self.pages.push((id, meta_id.clone()));
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
        Ok(self.data.write("insert_page", insert).await?)
    }

    /// An engine with cold caches and the limiter open; `batch` messages to a request. Nothing runs yet.
    pub async fn engine(&self, batch: usize) -> Result<Arc<Engine>> {
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
        };
        let settings = Settings {
            app_secrets: vec![Personal::from(SECRET)],
            app_id: "4711".to_owned(),
            verify_token: Personal::from("verify"),
            log_name: "log.bench.example/entente".to_owned(),
            pace: None,
            batch,
            in_flight: engine::IN_FLIGHT,
            version: engine::VERSION.to_owned(),
            plan_chunk: engine::PLAN_CHUNK,
            // Only when asked: the log is a row of its own.
            checkpoint_every: Span::secs(86_400),
            backup_days: engine::actions::erasure::BACKUP_DAYS,
            fail_points: FailPoints::default(),
        };
        Ok(Engine::open(parts, settings).await?)
    }

    /// `count` leads spread over the pages, who wrote a minute ago and said Yes: as processing their
    /// events would leave them, without the consent's evidence.
    pub async fn make_leads(&self, count: usize) -> Result<()> {
        let lookup = self.vault.lookup(self.brand).await?;
        let (brand, now) = (self.brand, self.clock.now());
        let said_yes = now.minus(Span::secs(60));
        let mut made = 0;
        while made < count {
            let some = CHUNK.min(count - made);
            let ids: Vec<LeadId> = (0..some).map(|_| LeadId::new(now, &*self.entropy)).collect();
            let new: Vec<NewKey> =
                ids.iter().map(|id| NewKey { id: id.0, parent: Some(self.account.0) }).collect();
            let keys = self.vault.create(&new).await?;
            let (mut leads, mut macs) = (Vec::with_capacity(some), Vec::with_capacity(some));
            for (number, (id, key)) in (made..).zip(ids.into_iter().zip(keys)) {
                let (page, meta_page) = self.pages.get(number % self.pages.len()).context("no page")?;
                let psid = psid(number);
                let mac = lookup.in_force.1.mac("lead", &[meta_page.as_bytes(), psid.as_bytes()]);
                let profile = LeadProfile {
                    psid: Personal::new(psid),
                    given_name: Some(Personal::from("Sample")),
                    language: Some(Personal::from("en")),
                    pending: None,
                    name_for_show: Some(true),
                };
                let place = Place { brand, person: id.0, table: "lead", row: id.0 };
                let yes = ConsentId::new(said_yes, &*self.entropy);
                let consents = Consents {
                    started: Some((said_yes, yes)),
                    confirmed: Some((said_yes, yes)),
                    ..Consents::default()
                };
                let lead = Lead {
                    id,
                    brand,
                    page: *page,
                    created_at: now,
                    last_inbound_at: Some(now),
                    consents,
                    unavailable_at: None,
                    thread_elsewhere_at: None,
                    asked_at: Some(said_yes),
                    fenced_at: None,
                    restricted_at: None,
                    dormant_at: None,
                };
                let sealed = key.seal_value(&place, &profile, &*self.entropy)?;
                leads.push(StoredLead { lead, sealed });
                macs.push((tables::lookup::Macs::only(mac, lookup.in_force.0), id));
            }
            let insert = move |tx: &store::Tx<'_>| {
                tables::lead::insert_many(tx.brand(brand), &leads)?;
                tables::lookup::insert_many(tx.brand(brand), &macs)
            };
            self.data.write("make_leads", insert).await?;
            made += some;
        }
        Ok(())
    }

    /// Signed deliveries, each one person's message to one of the pages; body and signature.
    pub fn deliveries(&self, people: std::ops::Range<usize>, text: &str) -> Result<Vec<(Bytes, String)>> {
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

    fn actor(&self) -> Actor {
        Actor { brand: self.brand, account: self.account, role: Role::User, scopes: TokenScope::ALL.to_vec() }
    }

    /// A promotion to all pages, being sent from now on.
    pub async fn broadcast(&self, engine: &Arc<Engine>) -> Result<BroadcastId> {
        let form = BroadcastForm {
            purpose: Purpose::Promotion,
            text: "Hello {name|there}! Our autumn sale has begun: everything is half price until Sunday, in the shop and by post. Come and have a look.".to_owned(),
            buttons: Vec::new(),
            template: None,
            image: None,
            filter: Default::default(),
            pages: None,
            open_until: None,
        };
        let made = broadcasts::create(engine, &self.actor(), form).await?;
        broadcasts::step(engine, &self.actor(), made.id, Step::Send).await?;
        Ok(made.id)
    }

    /// Whether a broadcast is planned to its end, and whether it is finished.
    pub async fn stands(&self, id: BroadcastId) -> Result<(bool, bool)> {
        let brand = self.brand;
        let get = move |tx: &store::Tx<'_>| tables::broadcast::get(tx.brand(brand), id);
        let stored = self.data.read("broadcast", get).await?.context("the broadcast is gone")?.broadcast;
        Ok((stored.is_planned, stored.finished_at.is_some()))
    }

    /// Fails unless all of `count` deliveries were sent.
    pub async fn check_sent(&self, id: BroadcastId, count: usize) -> Result<()> {
        let brand = self.brand;
        let counted = self.data.read("count", move |tx| tables::delivery::count(tx.brand(brand), id)).await?;
        let sent: u64 = counted.iter().filter(|c| c.state == DeliveryState::Sent).map(|c| c.count).sum();
        let all: u64 = counted.iter().map(|c| c.count).sum();
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

    /// Holds every lane as another node would: what is due to be sent waits.
    pub async fn hold_lanes(&self) -> Result<()> {
        let names: Vec<String> = self.pages.iter().map(|(page, _)| format!("lane:{page}")).collect();
        let now = self.clock.now();
        let until = now.plus(Span::secs(86_400));
        let take = move |tx: &store::Tx<'_>| {
            names.iter().try_for_each(|name| lease::take(tx, name, &SOMEBODY_ELSE, until, now).map(drop))
        };
        Ok(self.data.write("hold_lanes", take).await?)
    }

    pub async fn release_lanes(&self) -> Result<()> {
        let names: Vec<String> = self.pages.iter().map(|(page, _)| format!("lane:{page}")).collect();
        let release = move |tx: &store::Tx<'_>| {
            names.iter().try_for_each(|name| lease::release(tx, name, &SOMEBODY_ELSE))
        };
        Ok(self.data.write("release_lanes", release).await?)
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
