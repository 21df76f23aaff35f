//! Bringing an archive back into an account: looked through as a whole, shown, and read in part by part.
//!
//! Invariants (claim F1): nothing is stored of an archive that is damaged, hostile or of another version, or that a scanner
//! for malware, where there is one, has not found clean;
//! what waits to be read in lies sealed under the account's key; a part is done once, whatever happens, and
//! the same archive twice brings nothing twice; nothing of an archive is ever a basis for a message; nothing
//! shown or stored depends on what other accounts have connected, since anybody can write an archive that names
//! any page.

mod bring;

use crate::archive::read::{self, Contents, HELD_LIMIT, LeadFile, ReadError};
use crate::nodes::Job;
use crate::rest::between;
use crate::views::{At, own};
use crate::{Actor, BrandContext, Engine, EngineError, TokenScope};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use minicbor::{Decode, Encode};
use model::entropy::Entropy;
use model::id::AccountId;
use model::personal::Personal;
use model::time::{Span, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};
use std::sync::Arc;
pub use store::tables::import::ImportState;
use store::tables::import::{self, StoredImport};
use store::tables::page;
use store::{StoreError, Tx};
use vault::{Key, Place};

/// What was looked through and not wanted within this time is dropped.
const WAITS: Span = Span::hours(1);
/// Bytes of a refused file that are read all the same.
const PASSED_OVER: u64 = 256 * 1024 * 1024;

/// Why an archive does not come.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("an archive is being read in already: wait until it is done")]
    Busy,
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<vault::VaultError> for ImportError {
    fn from(error: vault::VaultError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// What lies in `import.sealed`.
#[derive(Clone, Encode, Decode)]
struct Kept {
    #[n(0)]
    made_at: i64,
    #[n(1)]
    brand: Personal<String>,
    #[n(2)]
    pages: Vec<KeptPage>,
    #[n(3)]
    tags: u64,
    #[n(4)]
    templates: u64,
    #[n(5)]
    bots: u64,
    /// Never sent.
    #[n(6)]
    drafts: u64,
    #[n(7)]
    past: u64,
}

#[derive(Clone, Encode, Decode)]
struct KeptPage {
    #[n(0)]
    meta_id: String,
    #[n(1)]
    name: Personal<String>,
}

/// An archive that is to come, is coming, or has come.
#[derive(Debug, Clone)]
pub struct ImportView {
    pub state: ImportState,
    pub made_at: At,
    /// Where it was made.
    pub brand: String,
    pub pages: Vec<PageLine>,
    pub tags: u64,
    pub templates: u64,
    pub bots: u64,
    pub drafts: u64,
    pub past: u64,
    pub leads: u64,
    pub parts: u64,
    pub parts_done: u64,
    pub leads_in: u64,
    /// There already.
    pub leads_known: u64,
    /// Could not come: their page is not among the archive's.
    pub leads_left: u64,
}

#[derive(Debug, Clone)]
pub struct PageLine {
    pub meta_id: String,
    pub name: String,
    pub fate: Fate,
}

/// What becomes of a page of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It has to be connected through Facebook's dialog.
    Connect,
    /// This account has connected it.
    Here,
}

fn unsealed(place: &'static str) -> EngineError {
    EngineError::Sealed { place }
}

/// The place of a part of an account's import.
fn part_place(ctx: &BrandContext, account: AccountId, number: u64) -> Place {
    let mut row = [0; 16];
    row.iter_mut().skip(8).zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    ctx.person_place(account.0, "import_part", row)
}

fn packed(value: &impl Serialize) -> Option<Personal<Vec<u8>>> {
    let text = serde_json::to_vec(value).ok()?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&text).ok()?;
    encoder.finish().ok().map(Personal::new)
}

fn unpacked<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut text = Vec::new();
    DeflateDecoder::new(bytes).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Seals what waits.
struct Sealer {
    ctx: Arc<BrandContext>,
    account: AccountId,
    key: Arc<Key>,
    entropy: Arc<dyn Entropy>,
}

impl Sealer {
    fn part(&self, number: u64, value: &impl Serialize) -> Result<Vec<u8>, EngineError> {
        let packed = packed(value).ok_or_else(|| unsealed("import_part"))?;
        let place = part_place(&self.ctx, self.account, number);
        let sealed = self.key.seal_value(&place, &packed, &*self.entropy);
        sealed.map_err(|_| unsealed("import_part"))
    }
}

/// Looks an archive through while it comes and keeps it, sealed, until its owner says yes. Nothing else is
/// changed.
pub async fn look(
    engine: &Engine,
    actor: &Actor,
    mut file: impl Read + Send + 'static,
    passphrase: Personal<String>,
) -> Result<(), ImportError> {
    actor.may(TokenScope::PagesWrite)?;
    let (ctx, account) = (engine.brand(actor.brand)?, actor.account);
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let sealer = Sealer {
        ctx: Arc::clone(&ctx),
        account,
        key: Arc::clone(&key),
        entropy: Arc::clone(&engine.entropy),
    };
    let (opening, mut watch) = (Arc::clone(&engine.opening), engine.watch());
    // Minutes of work for a large one: not on a thread that others wait for.
    let work = tokio::task::spawn_blocking(move || {
        let (mut parts, mut held) = (vec![Vec::new()], 0_usize);
        let keep = |leads: &[LeadFile]| {
            let number = parts.len() as u64;
            let part = sealer.part(number, &leads).map_err(|_| ReadError::Damaged)?;
            held = held.saturating_add(part.len());
            parts.push(part);
            if held > HELD_LIMIT { Err(ReadError::TooLarge) } else { Ok(()) }
        };
        let show = |bytes: &[u8]| watch.show(bytes);
        let read = read::read_shown(&mut file, passphrase.reveal(), &opening, show, keep);
        // Whoever is cut off while they send is not told what was wrong.
        if read.is_err() {
            let _ = io::copy(&mut file.take(PASSED_OVER), &mut io::sink());
        }
        watch.end(read.is_ok())?;
        let contents = read?;
        if let Some(first) = parts.first_mut() {
            *first = sealer.part(0, &contents.head)?;
        }
        Ok::<_, ImportError>((contents, parts))
    });
    let (contents, parts) = work.await.map_err(|_| unsealed("import"))??;
    let kept = kept(&contents);
    let place = ctx.person_place(account.0, "import", account.0);
    let sealed = key.seal_value(&place, &kept, &*engine.entropy).map_err(|_| unsealed("import"))?;
    let new = StoredImport {
        account,
        brand: actor.brand,
        state: ImportState::Checked,
        changed_at: engine.clock.now(),
        parts: parts.len() as u64,
        parts_done: 0,
        leads: contents.leads,
        leads_in: 0,
        leads_known: 0,
        leads_left: 0,
        sealed,
    };
    let brand = actor.brand;
    let parts = Arc::new(parts);
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        if !import::begin(scope, &new)? {
            return Ok(false);
        }
        for (number, part) in parts.iter().enumerate() {
            import::put_part(scope, account, number as u64, part)?;
        }
        Ok::<_, StoreError>(true)
    };
    if engine.data.write("keep_import", write).await? { Ok(()) } else { Err(ImportError::Busy) }
}

fn kept(contents: &Contents) -> Kept {
    let head = &contents.head;
    let is_draft = |b: &&read::BroadcastFile| bring::is_draft(b.state);
    let drafts = head.broadcasts.iter().filter(is_draft).count() as u64;
    let page = |page: &read::PageFile| KeptPage {
        meta_id: page.meta_id.clone(),
        name: Personal::new(page.name.clone()),
    };
    Kept {
        made_at: contents.made_at.0.micros(),
        brand: Personal::new(contents.brand.clone()),
        pages: head.pages.iter().map(page).collect(),
        tags: head.tags.len() as u64,
        templates: head.templates.len() as u64,
        bots: head.pages.iter().filter(|page| page.bot.as_ref().is_some_and(|bot| bot.version > 0)).count()
            as u64,
        drafts,
        past: (head.broadcasts.len() as u64).saturating_sub(drafts),
    }
}

/// The archive that this account brought last, if any.
pub async fn get(engine: &Engine, actor: &Actor) -> Result<Option<ImportView>, EngineError> {
    let (brand, account) = (actor.brand, actor.account);
    let found = engine.data.read("import", move |tx| import::get(tx.brand(brand), account)).await?;
    let Some(stored) = found else { return Ok(None) };
    let ctx = engine.brand(brand)?;
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let kept: Kept = own::opened(&key, &ctx.person_place(account.0, "import", account.0), &stored.sealed)?;
    let metas: Vec<String> = kept.pages.iter().map(|page| page.meta_id.clone()).collect();
    let asking = actor.clone();
    let fates = engine.data.read("pages_of_import", move |tx| fates(tx, &asking, &metas)).await?;
    let pages = kept.pages.iter().zip(fates).map(|(page, fate)| PageLine {
        meta_id: page.meta_id.clone(),
        name: page.name.reveal().clone(),
        fate,
    });
    Ok(Some(ImportView {
        state: stored.state,
        made_at: At(Timestamp(kept.made_at)),
        brand: kept.brand.reveal().clone(),
        pages: pages.collect(),
        tags: kept.tags,
        templates: kept.templates,
        bots: kept.bots,
        drafts: kept.drafts,
        past: kept.past,
        leads: stored.leads,
        parts: stored.parts,
        parts_done: stored.parts_done,
        leads_in: stored.leads_in,
        leads_known: stored.leads_known,
        leads_left: stored.leads_left,
    }))
}

/// What becomes of pages with these ids at Meta. One that is connected elsewhere is as one that is not: connecting
/// it finds out, and only for whom Facebook says that it is theirs.
fn fates(tx: &Tx<'_>, actor: &Actor, metas: &[String]) -> Result<Vec<Fate>, StoreError> {
    let own = (actor.brand, actor.account);
    let of = |meta_id: &String| {
        let found = page::find_by_meta_id(tx, meta_id)?;
        let is_here = found.is_some_and(|stored| (stored.page.brand, stored.page.account) == own);
        Ok(if is_here { Fate::Here } else { Fate::Connect })
    };
    metas.iter().map(of).collect()
}

/// Its owner says yes: it is read in from here on, whatever happens. `false`: there is none that waits.
pub async fn start(engine: &Engine, actor: &Actor) -> Result<bool, EngineError> {
    actor.may(TokenScope::PagesWrite)?;
    let (brand, account, now) = (actor.brand, actor.account, engine.clock.now());
    let started =
        engine.data.write("start_import", move |tx| import::start(tx.brand(brand), account, now)).await?;
    engine.wake.import.notify_one();
    Ok(started)
}

/// Drops an archive that waits, or what is told of one that came.
pub async fn forget(engine: &Engine, actor: &Actor) -> Result<bool, EngineError> {
    let (brand, account) = (actor.brand, actor.account);
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        match import::get(scope, account)?.map(|stored| stored.state) {
            None | Some(ImportState::Running) => Ok(false),
            Some(_) => Ok::<_, StoreError>(import::delete(scope, account)? == 1),
        }
    };
    Ok(engine.data.write("forget_import", write).await?)
}

/// Whole installation: drops archives that were looked through and not wanted; how many.
pub(crate) fn drop_stale(tx: &Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    let stale = import::list_stale(tx, now.minus(WAITS))?;
    let gone = stale.iter().map(|stored| import::delete(tx.brand(stored.brand), stored.account));
    gone.sum()
}

impl Engine {
    /// Reads in what its owners said yes to, a part of each at a time.
    pub(crate) async fn import_all(&self) -> Result<(), EngineError> {
        loop {
            // Before it is read what there is to do: whoever has the job in between makes the fence another.
            let duty = self.nodes.duty(Job::Import).await;
            let running = self.data.read("imports", import::list_running).await?;
            if running.is_empty() {
                return Ok(());
            }
            // One that cannot go on holds up no other.
            let mut failed = None;
            for stored in &running {
                failed = self.import_part(stored, duty).await.err().or(failed);
                between().await;
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
    }
}
