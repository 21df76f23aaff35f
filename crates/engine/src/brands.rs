//! The brands in memory: file, key, look-up key, wordings.
//!
//! Invariants: a brand is found by its id, its host or its slug, and nothing of one brand is reached
//! through another's context; every page in the data belongs to a brand that is here, since a withdrawal
//! of its leads could not be taken otherwise (claim B3).

use crate::EngineError;
use model::bot::Wording;
use model::brand::Brand;
use model::entropy::Entropy;
use model::id::BrandId;
use model::time::Clock;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::tables;
use store::{Database, StoreError};
use vault::{Key, LookupKey, NewKey, Vault};

/// One brand, opened.
pub struct BrandContext {
    pub id: BrandId,
    pub brand: Brand,
    pub(crate) key: Arc<Key>,
    pub(crate) lookup: LookupKey,
    /// In force, by language.
    pub(crate) wordings: Vec<Wording>,
    /// All that were ever used, by name.
    pub(crate) all_wordings: HashMap<String, Wording>,
}

impl BrandContext {
    /// The look-up hash of a person: page and page-scoped id.
    pub(crate) fn lead_mac(&self, meta_page: &str, psid: &str) -> [u8; 32] {
        self.lookup.mac("lead", &[meta_page.as_bytes(), psid.as_bytes()])
    }

    pub(crate) fn place(&self, table: &'static str, row: [u8; 16]) -> vault::Place {
        vault::Place { brand: self.id, person: self.id.0, table, row }
    }

    pub(crate) fn person_place(&self, person: [u8; 16], table: &'static str, row: [u8; 16]) -> vault::Place {
        vault::Place { brand: self.id, person, table, row }
    }
}

pub struct Brands {
    list: Vec<Arc<BrandContext>>,
    by_id: HashMap<BrandId, Arc<BrandContext>>,
    by_host: HashMap<String, Arc<BrandContext>>,
}

impl Brands {
    pub fn iter(&self) -> impl Iterator<Item = &Arc<BrandContext>> {
        self.list.iter()
    }

    pub fn get(&self, id: BrandId) -> Result<&Arc<BrandContext>, EngineError> {
        self.by_id.get(&id).ok_or(EngineError::NotFound("this brand"))
    }

    /// By host name, without port, in lower case.
    pub fn by_host(&self, host: &str) -> Option<&Arc<BrandContext>> {
        let host = host
            .rsplit_once(':')
            .filter(|(_, p)| p.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host, |(h, _)| h);
        self.by_host.get(&host.to_ascii_lowercase())
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
    let mut opened = Brands { list: Vec::new(), by_id: HashMap::new(), by_host: HashMap::new() };
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
        let key = vault.key(&id.0).await?.ok_or(EngineError::NotFound("the brand's key"))?;
        let lookup = vault.lookup(id).await?;
        let wordings: Vec<Wording> = brand.languages.iter().filter_map(|l| wording(&brand, l)).collect();
        let (current, now) = (wordings.clone(), clock.now());
        let all = data
            .write("note_wordings", move |tx| {
                let scope = tx.brand(id);
                for wording in &current {
                    tables::wording::insert(scope, wording, None, now)?;
                }
                tables::wording::list(scope)
            })
            .await?;
        let all_wordings = all.into_iter().map(|w| (w.name.clone(), w)).collect();
        let context = Arc::new(BrandContext { id, brand, key, lookup, wordings, all_wordings });
        for host in &context.brand.hosts {
            if opened.by_host.insert(host.to_ascii_lowercase(), Arc::clone(&context)).is_some() {
                return Err(EngineError::invalid(
                    "brands.hosts",
                    format!("`{host}` is claimed by two brands"),
                ));
            }
        }
        opened.by_id.insert(id, Arc::clone(&context));
        opened.list.push(context);
    }
    Ok(opened)
}
