//! The brands in memory: file and what the console has set over it, key, look-up key, wordings.
//!
//! What the console sets takes effect at once: the node that sets it reads it anew, and the others notice by the
//! version in the brand's row, which they look at while they work, at most every [`LOOK_AGAIN`] (and before
//! every batch of events, since a Yes may answer a question that another node has just begun to ask).
//!
//! Invariants: a brand is found by its id, its host or its slug, and nothing of one brand is reached
//! through another's context; every page in the data belongs to a brand that is here, since a withdrawal
//! of its leads could not be taken otherwise (claim B3); whoever holds a context sees one state of the brand
//! until they ask again; a brand that was erased is served by nobody and never again, whatever its file says; a
//! wording is written down before any context shows it.

use crate::actor::Door;
use crate::{Engine, EngineError};
use model::bot::Wording;
use model::brand::Brand;
use model::brand::logo::Logo;
use model::brand::overlay::Overlay;
use model::entropy::Entropy;
use model::id::{BrandId, SessionId};
use model::time::{Clock, Monotonic, Span, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use store::tables;
use store::{Database, StoreError};
use vault::{Key, LookupKeys, NewKey, Vault, VaultError};

/// How long a node may not notice what another has set.
pub const LOOK_AGAIN: Span = Span::secs(2);

/// One brand, opened.
pub struct BrandContext {
    pub id: BrandId,
    /// As it stands: the file with what the console has set over it.
    pub brand: Brand,
    /// As its file says.
    pub file: Arc<Brand>,
    /// What the console has set.
    pub overlay: Overlay,
    pub logo: Option<Logo>,
    /// One more with everything that the console sets.
    pub version: i64,
    pub(crate) key: Arc<Key>,
    pub(crate) lookup: LookupKeys,
    /// In force, by language.
    pub(crate) wordings: Vec<Wording>,
    /// All that were ever used, by name.
    pub(crate) all_wordings: HashMap<String, Wording>,
}

impl BrandContext {
    pub(crate) fn place(&self, table: &'static str, row: [u8; 16]) -> vault::Place {
        vault::Place { brand: self.id, person: self.id.0, table, row }
    }

    /// What is kept of a door: whoever knows the session or token finds what went through it; to others it says nothing.
    pub(crate) fn door(&self, door: Door) -> [u8; 32] {
        let (kind, id) = door.parts();
        self.key.mac("door", &[kind.as_bytes(), id])
    }

    /// Names a session to what is bound to it, such as its forms, whatever its secret is; nobody finds it from the id.
    pub fn bound(&self, session: SessionId) -> [u8; 32] {
        self.key.mac("session", &[&session.0])
    }

    pub(crate) fn person_place(&self, person: [u8; 16], table: &'static str, row: [u8; 16]) -> vault::Place {
        vault::Place { brand: self.id, person, table, row }
    }
}

/// A brand that was erased, as its file still describes it: for its receipts' pages, and for saying at its hosts
/// that it is gone. It holds no key, so nothing of it opens.
pub struct ErasedBrand {
    pub id: BrandId,
    pub file: Arc<Brand>,
}

enum Slot {
    Serving(Arc<BrandContext>),
    Erased(Arc<ErasedBrand>),
}

/// All brands. Which there are, and their hosts, is settled when the program starts.
pub struct Brands {
    list: Vec<RwLock<Slot>>,
    by_id: HashMap<BrandId, usize>,
    by_host: HashMap<String, usize>,
    /// On the forward-only clock.
    looked_at: AtomicI64,
}

impl Brands {
    /// What stands there: the brand, or what is left of an erased one.
    fn slot<T>(&self, number: usize, pick: impl Fn(&Slot) -> Option<T>) -> Option<T> {
        pick(&self.list.get(number)?.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn at(&self, number: usize) -> Option<Arc<BrandContext>> {
        self.slot(number, |slot| match slot {
            Slot::Serving(context) => Some(Arc::clone(context)),
            Slot::Erased(_) => None,
        })
    }

    fn erased_at(&self, number: usize) -> Option<Arc<ErasedBrand>> {
        self.slot(number, |slot| match slot {
            Slot::Erased(erased) => Some(Arc::clone(erased)),
            Slot::Serving(_) => None,
        })
    }

    /// Those that are served.
    pub fn iter(&self) -> impl Iterator<Item = Arc<BrandContext>> {
        (0..self.list.len()).filter_map(|number| self.at(number))
    }

    pub fn get(&self, id: BrandId) -> Result<Arc<BrandContext>, EngineError> {
        let found = self.by_id.get(&id).and_then(|number| self.at(*number));
        found.ok_or(EngineError::NotFound("this brand"))
    }

    /// Whether this program was started with this brand's file, also if it is erased since. Another version's may know more.
    pub(crate) fn knows(&self, id: BrandId) -> bool {
        self.by_id.contains_key(&id)
    }

    fn number_of_host(&self, host: &str) -> Option<usize> {
        let host = host
            .rsplit_once(':')
            .filter(|(_, p)| p.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host, |(h, _)| h);
        self.by_host.get(&host.to_ascii_lowercase()).copied()
    }

    /// By host name, without port, in lower case.
    pub fn by_host(&self, host: &str) -> Option<Arc<BrandContext>> {
        self.at(self.number_of_host(host)?)
    }

    /// The same, of a brand that was erased.
    pub fn erased_by_host(&self, host: &str) -> Option<Arc<ErasedBrand>> {
        self.erased_at(self.number_of_host(host)?)
    }

    /// Every host that a brand's file names, also an erased brand's: whoever comes there is told.
    pub fn hosts(&self) -> Vec<String> {
        self.by_host.keys().cloned().collect()
    }

    /// A brand's short name, also of an erased one.
    pub fn slug(&self, id: BrandId) -> Option<String> {
        let number = *self.by_id.get(&id)?;
        self.slot(number, |slot| match slot {
            Slot::Serving(context) => Some(context.brand.slug.clone()),
            Slot::Erased(erased) => Some(erased.file.slug.clone()),
        })
    }

    fn slot_of(&self, id: BrandId) -> Option<RwLockWriteGuard<'_, Slot>> {
        let slot = self.by_id.get(&id).and_then(|number| self.list.get(*number))?;
        Some(slot.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a newer state in place of the one that is there. An erased brand stays erased.
    fn put(&self, new: Arc<BrandContext>) {
        if let Some(mut slot) = self.slot_of(new.id)
            && let Slot::Serving(known) = &*slot
            && known.version <= new.version
        {
            *slot = Slot::Serving(new);
        }
    }

    /// Forgets a brand that was erased, with its keys.
    pub fn close(&self, id: BrandId) {
        if let Some(mut slot) = self.slot_of(id)
            && let Slot::Serving(known) = &*slot
        {
            *slot = Slot::Erased(Arc::new(ErasedBrand { id, file: Arc::clone(&known.file) }));
        }
    }

    /// Whether it is time to look whether another node has set something; if so, nobody else need.
    fn is_due(&self, now: Monotonic) -> bool {
        let last = self.looked_at.load(Ordering::Relaxed);
        now.0.saturating_sub(last) >= LOOK_AGAIN.0
            && self.looked_at.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Engine {
    /// Takes up what other nodes have set, at most every [`LOOK_AGAIN`]. What is known goes on to hold while the
    /// database does not answer.
    pub async fn notice_brands(&self) {
        if self.brands.is_due(self.clock.monotonic())
            && let Err(error) = self.take_up_brands().await
        {
            tracing::warn!(%error, "the brands could not be looked at");
        }
    }

    /// The same, whenever it was last.
    pub(crate) async fn take_up_brands(&self) -> Result<(), EngineError> {
        let read = |tx: &store::Tx<'_>| {
            Ok::<_, StoreError>((tables::brand::list_versions(tx)?, tables::brand::list_erased(tx)?))
        };
        let (versions, erased) = self.data.read("brand_versions", read).await?;
        for id in erased.into_iter().filter(|id| self.brands.get(*id).is_ok()) {
            // Another node did it: here too its pages lead nowhere any more.
            self.brands.close(id);
            self.load_routes().await?;
        }
        for (id, version) in versions {
            if self.brands.get(id).is_ok_and(|known| known.version < version) {
                self.reload_brand(id).await?;
            }
        }
        Ok(())
    }

    /// Reads what is set and puts it in force on this node.
    pub(crate) async fn reload_brand(&self, id: BrandId) -> Result<Arc<BrandContext>, EngineError> {
        let known = self.brands.get(id)?;
        let key = Arc::clone(&known.key);
        let lookup = match self.vault.lookup(id).await {
            // The brand is being erased.
            Err(VaultError::NoParent(_)) => known.lookup.clone(),
            found => found?,
        };
        let context = Arc::new(load(&self.data, id, &known.file, key, lookup, self.clock.now()).await?);
        self.brands.put(Arc::clone(&context));
        self.note_data_map(&context).await?;
        Ok(context)
    }
}

/// The name of a wording: a hash over everything that is shown, and whose it is.
pub(crate) fn wording_name(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize().get(..12).unwrap_or_default())
}

/// The wordings that a brand's texts make.
pub(crate) fn wordings_of(brand: &Brand) -> Vec<Wording> {
    brand.languages.iter().filter_map(|language| wording(brand, language)).collect()
}

/// The wording that a brand's texts make in one language.
fn wording(brand: &Brand, language: &str) -> Option<Wording> {
    let texts = brand.texts.get(language)?;
    let text =
        texts.opening().replace("{brand}", &brand.name).replace("{contact}", &brand.controller.contact);
    let name = wording_name(&[&brand.slug, language, &text, &texts.yes, &texts.no]);
    Some(Wording { name, language: language.to_owned(), text, yes: texts.yes.clone(), no: texts.no.clone() })
}

/// Refuses brands among which one is missing that has pages: its leads' withdrawals would be passed over.
async fn check_all_are_there(data: &Database, brands: &[Brand]) -> Result<(), EngineError> {
    let known = data
        .read("pages_of_brands", |tx| {
            let slugs: HashMap<_, _> = tables::brand::list(tx)?.into_iter().collect();
            let mut pages: BTreeMap<String, u64> = BTreeMap::new();
            for stored in tables::page::list_every(tx)? {
                let slug = slugs.get(&stored.page.brand).cloned().unwrap_or_default();
                let count = pages.entry(slug).or_default();
                *count = count.saturating_add(1);
            }
            Ok::<_, StoreError>(pages)
        })
        .await?;
    match known.iter().find(|(slug, _)| !brands.iter().any(|brand| brand.slug == **slug)) {
        None => Ok(()),
        Some((slug, pages)) => Err(EngineError::invalid(
            "brands.dir",
            format!(
                "no brand.toml has the slug `{slug}`, but the data holds {pages} of this brand's pages: put its file back, or the people there could not leave"
            ),
        )),
    }
}

/// Opens every brand: makes its row and key when it is new, notes its wordings.
pub async fn open(
    data: &Database,
    vault: &Vault,
    brands: Vec<Brand>,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Brands, EngineError> {
    check_all_are_there(data, &brands).await?;
    let mut opened = Brands {
        list: Vec::new(),
        by_id: HashMap::new(),
        by_host: HashMap::new(),
        looked_at: AtomicI64::new(clock.monotonic().0),
    };
    let erased = data.read("erased_brands", tables::brand::list_erased).await?;
    for brand in brands {
        let slug = brand.slug.clone();
        let found = data.read("find_brand", move |tx| tables::brand::find_by_slug(tx, &slug)).await?;
        let id = match found {
            Some(id) => id,
            None => {
                // The key is durable first, then the row: an orphan key harms nobody.
                let id = BrandId::new(clock.now(), entropy);
                vault.create(&[NewKey { id: id.0, parent: None }]).await?;
                let (slug, now) = (brand.slug.clone(), clock.now());
                data.write("insert_brand", move |tx| tables::brand::insert(tx, id, &slug, now)).await?;
                id
            }
        };
        let (hosts, slot) = if erased.contains(&id) {
            let file = Arc::new(brand);
            (file.hosts.clone(), Slot::Erased(Arc::new(ErasedBrand { id, file })))
        } else {
            let key = vault.key(&id.0).await?.ok_or(EngineError::NotFound("the brand's key"))?;
            let lookup = vault.lookup(id).await?;
            let context = load(data, id, &Arc::new(brand), key, lookup, clock.now()).await?;
            (context.brand.hosts.clone(), Slot::Serving(Arc::new(context)))
        };
        let number = opened.list.len();
        for host in hosts {
            if opened.by_host.insert(host.to_ascii_lowercase(), number).is_some() {
                return Err(EngineError::invalid(
                    "brands.hosts",
                    format!("`{host}` is claimed by two brands"),
                ));
            }
        }
        opened.by_id.insert(id, number);
        opened.list.push(RwLock::new(slot));
    }
    Ok(opened)
}

/// One brand as it stands now, its wordings written down.
async fn load(
    data: &Database,
    id: BrandId,
    file: &Arc<Brand>,
    key: Arc<Key>,
    lookup: LookupKeys,
    now: Timestamp,
) -> Result<BrandContext, EngineError> {
    let (stored, picture, known) = data
        .read("brand", move |tx| {
            let scope = tx.brand(id);
            let known = tables::wording::list(scope)?;
            Ok::<_, StoreError>((tables::brand::particulars(scope)?, tables::logo::get(scope)?, known))
        })
        .await?;
    let (overlay, unread) = stored.text.as_deref().map(Overlay::read).unwrap_or_default();
    for part in unread {
        tracing::warn!(part, brand = %id, "what the console has set cannot be read by this version: the file holds");
    }
    let (brand, left_out) = overlay.over(file);
    for error in left_out {
        tracing::warn!(%error, "what the console has set does not fit the brand's file any more: the file holds");
    }
    let logo = picture.and_then(|bytes| Logo::read(&bytes).ok());
    let wordings = wordings_of(&brand);
    let mut all_wordings: HashMap<String, Wording> =
        known.into_iter().map(|wording| (wording.name.clone(), wording)).collect();
    let new: Vec<Wording> =
        wordings.iter().filter(|wording| !all_wordings.contains_key(&wording.name)).cloned().collect();
    if !new.is_empty() {
        all_wordings.extend(new.iter().map(|wording| (wording.name.clone(), wording.clone())));
        data.write("note_wordings", move |tx| {
            new.iter().try_for_each(|wording| tables::wording::insert(tx.brand(id), wording, None, now))
        })
        .await?;
    }
    let (file, version) = (Arc::clone(file), stored.version);
    Ok(BrandContext { id, brand, file, overlay, logo, version, key, lookup, wordings, all_wordings })
}
