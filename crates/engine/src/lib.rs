//! Moves data and makes no rules: receive → reply → plan → send → record.
//!
//! [`Engine`] holds what the stations share. `actions` is the only way for a person to change
//! something and `views` the only way to see something; both take the [`Actor`] first, so that
//! access and brand stand in one place. Command line, API and pages use the same two doors.
//!
//! Invariants: no transaction is open across a network call; work is taken by lease; every step is
//! safe to run twice.

mod acceptance;
mod accounts;
pub mod actions;
mod actor;
mod announce;
pub mod archive;
mod audience;
mod audit;
mod bots;
mod brands;
pub mod breach;
mod claim;
mod counts;
pub mod datamap;
mod denials;
mod ends;
mod error;
mod evidence;
pub mod failpoint;
mod flight;
mod log;
pub mod look_ups;
pub mod mail;
mod nodes;
mod plan;
mod reading;
mod ready;
mod receive;
mod recipients;
mod record;
mod reply;
mod rest;
pub mod restore;
pub mod retention;
mod room;
mod run;
mod scan;
pub mod schedule;
mod send;
mod subscriptions;
mod support;
mod tell;
mod templates;
mod unfit;
pub mod views;
pub mod witness;

pub use accounts::breached::Breached;
pub use accounts::demand::SecondFactor;
pub use accounts::limits::Guess;
pub use accounts::notice::LinkPurpose;
pub use accounts::password::{Weakness, least as least_password};
pub use accounts::whence::Whence;
pub use actor::{Actor, Door, Role, TokenScope};
pub use audit::By as ActBy;
pub use brands::{BrandContext, ErasedBrand};
pub use counts::Counted;
pub use denials::Denial;
pub use error::{EngineError, TakenPage};
pub use log::{check_stored as check_stored_log, has_begun};
pub use plan::CHUNK as PLAN_CHUNK;
pub use reading::{Reader, Reason};
pub use ready::NotReady;
pub use receive::{ReceiveError, Received};
pub use recipients::{InForce, would_be_in_force};
pub use room::{FOR_WITHDRAWALS, PLACES};
pub use run::Running;
pub use unfit::Unfit;

use crate::accounts::limits::Limits;
use crate::accounts::password::Passwords;
use crate::brands::Brands;
use crate::failpoint::FailPoints;
use crate::flight::InFlight;
use crate::nodes::Nodes;
use ledger::{SigningKey, Tree};
use messenger::graph::Graph;
use model::brand::Brand;
use model::entropy::{Entropy, random};
use model::id::{AccountId, BrandId, PageId, TokenId};
use model::personal::Personal;
use model::time::{Clock, Span, Timestamp};
use outbound::scanner::Scanner;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use store::Database;
use store::together::Together;
use tokio::sync::{Notify, Semaphore};
use vault::Vault;

/// As many requests of lanes are on the wire to Graph at a time where nobody says otherwise: as many connections as the
/// way out keeps for the next request.
pub const IN_FLIGHT: usize = 256;
/// The program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the engine is made of.
pub struct Parts {
    pub data: Database,
    pub vault: Vault,
    pub graph: Graph,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Checked ([`Brand::check`]).
    pub brands: Vec<Brand>,
    /// How mails are written and sent; without it they wait.
    pub post: Option<mail::Post>,
    /// Who signs the log's checkpoints; nobody, and proofs are unwitnessed.
    pub witnesses: Option<witness::Witnesses>,
    /// Whom uploaded files are shown to; without one they are looked at by nobody.
    pub scanner: Option<Scanner>,
}

/// How it works.
#[derive(Clone)]
pub struct Settings {
    /// The app's secrets; any of them may sign a delivery. None: there is no app yet.
    pub app_secrets: Vec<Personal<String>>,
    pub app_id: String,
    pub verify_token: Personal<String>,
    /// Name of the log in its checkpoints, for example `log.brand.example/entente`. Taken at the very
    /// first start; a log keeps its name whatever is configured later.
    pub log_name: String,
    /// Messages a page may send in a second; `None` opens the limiter (for measuring only).
    pub pace: Option<u32>,
    /// Messages in one Graph request; 1 sends each alone.
    pub batch: usize,
    /// Requests of all lanes together that may be on the wire to Graph at a time. See [`IN_FLIGHT`].
    pub in_flight: usize,
    /// This program's version, as other nodes are told. See [`VERSION`].
    pub version: String,
    /// Deliveries planned in one commit.
    pub plan_chunk: u32,
    /// How long commitments may wait for their checkpoint.
    pub checkpoint_every: Span,
    /// Days for which copies of the key store are kept: so long a copy may open what was erased since it was
    /// made. See [`actions::erasure::BACKUP_DAYS`].
    pub backup_days: u16,
    /// Passwords that are not taken, because they became known.
    pub breached: Option<Arc<Breached>>,
    /// Of whom a second factor is demanded.
    pub second_factor: SecondFactor,
    /// Where a test kills the process.
    pub fail_points: FailPoints,
}

impl Settings {
    /// Whether there is a Facebook app behind this installation: without one nothing that is delivered
    /// can be verified and no page can be connected.
    pub fn has_app(&self) -> bool {
        !self.app_id.is_empty() && !self.app_secrets.is_empty()
    }
}

/// Where an event's page leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    pub page: PageId,
    pub brand: BrandId,
    pub account: AccountId,
}

impl Route {
    /// Where its events go.
    const fn place(&self) -> (PageId, AccountId) {
        (self.page, self.account)
    }
}

/// Everything the stations share. Cheap to clone behind its [`Arc`].
pub struct Engine {
    pub(crate) data: Database,
    pub(crate) vault: Vault,
    pub(crate) graph: Graph,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) brands: Brands,
    pub(crate) settings: Settings,
    /// Random id of this run: holder of leases, claim of deliveries.
    pub(crate) holder: [u8; 16],
    pub(crate) draining: ready::Draining,
    pub(crate) counts: counts::Counts,
    /// For deliveries that are not durable yet.
    pub(crate) room: room::Room,
    pub(crate) deliveries: Together<receive::Parcel>,
    pub(crate) claims: Together<claim::Claiming>,
    /// Lanes end at the same time, and each finds everything done: one of them counts the broadcast's deliveries.
    pub(crate) finishing: tokio::sync::Mutex<()>,
    /// Meta's page id → page, brand, account.
    pub(crate) routes: RwLock<HashMap<String, Route>>,
    pub(crate) in_flight: InFlight,
    /// A permit for each request that may be on the wire. Whoever waits longest is next.
    pub(crate) slots: Arc<Semaphore>,
    /// Who else serves, and what is this node's share.
    pub(crate) nodes: Nodes,
    pub(crate) log_key: SigningKey,
    /// The log's frontier; whoever appends holds it.
    pub(crate) tree: tokio::sync::Mutex<Tree>,
    pub(crate) wake: Wake,
    pub(crate) retained: retention::Retained,
    /// Events that cannot be processed now.
    pub(crate) aside: reply::aside::Aside,
    pub(crate) maps: datamap::versions::Maps,
    pub(crate) post: Option<mail::Post>,
    pub(crate) witnesses: Option<witness::Witnesses>,
    pub(crate) scanner: Option<Scanner>,
    pub(crate) passwords: Passwords,
    pub(crate) limits: Limits,
    pub(crate) denials: denials::Denials,
    pub(crate) unfits: unfit::Unfits,
    /// When sessions were last used, until it is written down.
    pub(crate) seen: Mutex<HashMap<[u8; 32], Timestamp>>,
    /// Keys that were made for accounts that there were already, until they are destroyed.
    pub(crate) spare_keys: Mutex<Vec<[u8; 16]>>,
    /// Who is beyond each account's number of leads, as its lanes last found out.
    pub(crate) leads_ends: tokio::sync::Mutex<HashMap<AccountId, subscriptions::LeadsEnd>>,
    pub(crate) bots: bots::Bots,
    /// Whoever tries a passphrase on an archive holds it: see `archive::read::read`.
    pub(crate) opening: Arc<tokio::sync::Mutex<()>>,
    /// When the data was brought back from a backup without all that came after it.
    pub(crate) restored_at: Option<Timestamp>,
}

/// What wakes the stations.
#[derive(Default)]
pub(crate) struct Wake {
    pub reply: Notify,
    pub log: Notify,
    pub plan: Notify,
    pub mail: Notify,
    pub erase: Notify,
    pub publish: Notify,
    pub schedule: Notify,
    pub witness: Notify,
    pub templates: Notify,
    pub import: Notify,
    pub announce: Notify,
    pub breach: Notify,
    pub support: Notify,
    pub denied: Notify,
    /// Lanes that have something to do.
    pub lanes: Mutex<HashMap<PageId, Arc<Notify>>>,
    pub new_lane: Notify,
    /// A session was used.
    pub seen: Notify,
}

impl Engine {
    /// Puts the engine together, checks that the log was not rolled back and that no brand with pages is
    /// missing, and finishes what a crash left half-way. Nothing runs yet: see [`Engine::run`].
    pub async fn open(parts: Parts, settings: Settings) -> Result<Arc<Self>, EngineError> {
        nodes::follow(&parts.data, &*parts.clock).await?;
        let seed = parts.vault.secret(log::SEED).await?;
        let log_name = log::name(&parts.data, &settings.log_name).await?;
        let log_key = SigningKey::from_seed(&seed, &log_name).map_err(EngineError::log)?;
        let tree = log::load(&parts.data, &parts.vault, &log_key).await?;
        let likeness = nodes::likeness(&parts.brands, &settings);
        let brands =
            brands::open(&parts.data, &parts.vault, parts.brands, &*parts.clock, &*parts.entropy).await?;
        let restored_at = restore::restored_at(&parts.data).await?;
        let slots = Arc::new(Semaphore::new(settings.in_flight.clamp(1, Semaphore::MAX_PERMITS)));
        let holder = random(&*parts.entropy);
        let nodes = Nodes::new(holder, parts.data.can_be_shared(), parts.clock.now(), likeness);
        let engine = Arc::new(Self {
            data: parts.data,
            vault: parts.vault,
            graph: parts.graph,
            holder,
            nodes,
            draining: ready::Draining::default(),
            counts: counts::Counts::default(),
            room: room::Room::default(),
            deliveries: Together::default(),
            claims: Together::default(),
            finishing: tokio::sync::Mutex::default(),
            passwords: Passwords::new(&*parts.entropy, settings.breached.clone()),
            limits: Limits::new(Arc::clone(&parts.clock)),
            denials: denials::Denials::default(),
            unfits: unfit::Unfits::default(),
            seen: Mutex::new(HashMap::new()),
            spare_keys: Mutex::default(),
            leads_ends: tokio::sync::Mutex::default(),
            clock: parts.clock,
            entropy: parts.entropy,
            brands,
            settings,
            routes: RwLock::new(HashMap::new()),
            in_flight: InFlight::default(),
            slots,
            log_key,
            tree: tokio::sync::Mutex::new(tree),
            wake: Wake::default(),
            retained: retention::Retained::default(),
            aside: reply::aside::Aside::default(),
            maps: datamap::versions::Maps::default(),
            post: parts.post,
            witnesses: parts.witnesses,
            scanner: parts.scanner,
            bots: bots::Bots::default(),
            opening: Arc::default(),
            restored_at,
        });
        engine.join().await?;
        engine.load_routes().await?;
        actions::erasure::finish_open(&engine).await?;
        restore::tell(&engine).await?;
        Ok(engine)
    }

    /// By what this node is told from others, as it says at its start.
    pub fn node(&self) -> String {
        hex::encode(self.nodes.own)
    }

    /// The brands this installation serves.
    pub fn brands(&self) -> impl Iterator<Item = Arc<BrandContext>> {
        self.brands.iter()
    }

    pub fn brand_by_host(&self, host: &str) -> Option<Arc<BrandContext>> {
        self.brands.by_host(host)
    }

    /// A brand that was erased, by a host that its file still names.
    pub fn erased_brand_by_host(&self, host: &str) -> Option<Arc<ErasedBrand>> {
        self.brands.erased_by_host(host)
    }

    /// Every host that answers here, also those of erased brands.
    pub fn hosts(&self) -> Vec<String> {
        self.brands.hosts()
    }

    /// As it stands now; who holds it sees that state until they ask again.
    pub fn brand(&self, id: BrandId) -> Result<Arc<BrandContext>, EngineError> {
        self.brands.get(id)
    }

    /// A brand's short name, also of an erased one.
    pub(crate) fn slug(&self, id: BrandId) -> Result<String, EngineError> {
        self.brands.slug(id).ok_or(EngineError::NotFound("this brand"))
    }

    /// How long the first of those that wait for the data's database has waited.
    pub fn waits(&self) -> Duration {
        self.data.waiting().longest
    }

    /// How many of [`PLACES`] for deliveries are taken.
    pub fn places_taken(&self) -> usize {
        self.room.taken()
    }

    /// Counts a request that was turned away because too much is at work.
    pub fn note_turned_away(&self, class: &'static str) {
        self.counts.turned_away(class);
    }

    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// Whether other nodes serve beside this one, so that what it remembers may not be where the next request arrives.
    pub fn is_one_of_several(&self) -> bool {
        self.nodes.has_peers()
    }

    /// Whether letters leave: without a mail server nobody can confirm an address.
    pub const fn can_mail(&self) -> bool {
        self.post.is_some()
    }

    /// When a backup was brought back last: what came shortly before is not known here.
    pub fn restored_at(&self) -> Option<views::At> {
        self.restored_at.map(views::At)
    }

    /// How often the keys' root has changed, and the letter of how it is kept: what receipts say of it.
    pub(crate) fn root_in_force(&self) -> (u64, &'static str) {
        (self.vault.epoch(), self.vault.strength().letter())
    }

    /// Counts that somebody was wrong about what would have let them in.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] for a place that is wrong again and again.
    pub fn guessed(&self, what: Guess, from: Option<std::net::IpAddr>) -> Result<(), EngineError> {
        self.limits.guessed(what, from)
    }

    /// Counts a call of the API by this token.
    ///
    /// # Errors
    /// [`EngineError::TooMany`] for a token that calls too often.
    pub fn called(&self, token: TokenId) -> Result<(), EngineError> {
        self.limits.of_token(token)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The public key by which checkpoints, proofs and receipts are verified.
    pub fn log_key(&self) -> ledger::VerifyingKey {
        self.log_key.verifying_key()
    }

    /// Recomputes the whole log and compares it with its newest checkpoint.
    pub async fn check_log(&self) -> Result<ledger::Report, EngineError> {
        views::log::check(&self.data, &self.log_key()).await
    }

    pub(crate) async fn load_routes(&self) -> Result<(), EngineError> {
        let pages = self.data.read("routes", store::tables::page::list_every).await?;
        let routes = pages
            .into_iter()
            .map(|stored| {
                let page = stored.page;
                (page.meta_id, Route { page: page.id, brand: page.brand, account: page.account })
            })
            .collect();
        *self.routes.write().unwrap_or_else(std::sync::PoisonError::into_inner) = routes;
        Ok(())
    }

    pub(crate) fn route(&self, meta_page: &str) -> Option<Route> {
        self.routes.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(meta_page).copied()
    }

    /// The same, of a page that another node may have connected meanwhile.
    pub(crate) async fn routed(&self, meta_page: &str) -> Result<Option<Route>, EngineError> {
        let known = self.route(meta_page);
        if known.is_some() || !self.nodes.is_shared {
            return Ok(known);
        }
        let wanted = meta_page.to_owned();
        let find = move |tx: &store::Tx<'_>| store::tables::page::find_by_meta_id(tx, &wanted);
        if self.data.read("find_page", find).await?.is_none() {
            return Ok(None);
        }
        self.load_routes().await?;
        Ok(self.route(meta_page))
    }

    /// Tells a page's lane that there is something to send.
    pub(crate) fn wake_lane(&self, page: PageId) {
        if !self.nodes.has_page(page) {
            return self.nodes.call(format!("lane:{page}"));
        }
        let mut lanes = self.wake.lanes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(lane) = lanes.get(&page) {
            lane.notify_one();
        } else {
            lanes.insert(page, Arc::new(Notify::new()));
            drop(lanes);
            self.wake.new_lane.notify_one();
        }
    }
}
