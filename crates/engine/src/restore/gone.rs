//! Accounts and brands that were erased after the copy: erased again, by the journal, as they were the first time.
//!
//! Their keys are gone already, so their entries begin behind that step; the station removes the rows. The code of
//! an entry follows from its tag, so a link to the page of the first erasure leads to this one.
//!
//! Invariant: whoever is in the journal already is not entered twice; Meta was told the first time, and the tokens
//! of a copy open for nobody, so nobody is told again.

use crate::EngineError;
use crate::actions::erasure::{code_of, fence_account, fence_brand};
use model::id::{AccountId, BrandId, ErasureId, PageId};
use model::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use store::tables::erasure::{self, Erasure, ErasureKind};
use store::tables::erasure_page::NewErasurePage;
use store::tables::{brand, ledger, page};
use store::{Database, StoreError, Tx};

/// What the key store says of keys that are gone: their tags, by the names of whose they were.
pub(super) struct Gone {
    pub tags: HashMap<[u8; 32], [u8; 32]>,
    pub now: Timestamp,
    /// The root of the keys now: how often it has changed, and how it is kept.
    pub root: (u64, &'static str),
}

/// One erasure as it is entered again.
#[derive(Clone)]
struct Again {
    erasure: Erasure,
    /// The key store knows nothing of it, so that no tag was told to the log yet.
    is_untold: bool,
    now: Timestamp,
    root: (u64, &'static str),
}

impl Again {
    fn of(gone: &Gone, brand: BrandId, kind: ErasureKind, subject: [u8; 16]) -> Self {
        let known = gone.tags.get(&store::erased_keys::name_of(&subject)).copied();
        // A key that nobody noted: something nobody can guess stands for its tag.
        let stand_in = || Sha256::new().chain_update(b"entente lost tag\0").chain_update(subject).finalize();
        let tag = known.unwrap_or_else(|| stand_in().into());
        let mut id = [0; 16];
        let hash = Sha256::new().chain_update(b"entente erased again\0").chain_update(tag).finalize();
        id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        let erasure = Erasure::new(ErasureId(id), brand, kind, code_of(&tag), subject, tag, gone.now);
        Self { erasure, is_untold: known.is_none(), now: gone.now, root: gone.root }
    }

    /// The pages go with it; of none Meta is told again.
    fn pages(&self, pages: Vec<(PageId, String)>) -> Vec<NewErasurePage> {
        let notice = |(page, meta_id)| NewErasurePage {
            page,
            erasure: self.erasure.id,
            meta_id,
            ends_at: self.now,
            sealed: None,
            is_let_go: false,
        };
        pages.into_iter().map(notice).collect()
    }

    /// Behind the fence: the key is gone.
    fn go_on(&self, tx: &Tx<'_>) -> Result<(), StoreError> {
        let id = self.erasure.id;
        erasure::set_key_destroyed(tx, id, self.now, self.root)?;
        if self.is_untold {
            let leaf = ledger::PendingLeaf { id: id.0, commitment: self.erasure.tag, consent: None };
            ledger::insert_pending(tx, &[leaf])?;
        }
        Ok(())
    }
}

fn pages_of(
    tx: &Tx<'_>,
    is_wanted: impl Fn(&model::page::Page) -> bool,
) -> Result<Vec<(PageId, String)>, StoreError> {
    let pages = page::list_every(tx)?.into_iter().map(|stored| stored.page);
    Ok(pages.filter(is_wanted).map(|page| (page.id, page.meta_id)).collect())
}

impl Gone {
    /// Nothing of the account is found any more, and its rows go when the program runs.
    pub async fn account(&self, data: &Database, of: BrandId, id: AccountId) -> Result<(), EngineError> {
        let again = Again::of(self, of, ErasureKind::Account, id.0);
        let write = move |tx: &Tx<'_>| {
            let again = again.clone();
            let pages = pages_of(tx, |page| page.brand == of && page.account == id)?;
            let pages = again.pages(pages);
            fence_account(tx, &again.erasure, id, &pages, again.now)?;
            again.go_on(tx)
        };
        data.write("erase_account_again", write).await.map_err(|error: StoreError| error.into())
    }

    /// The same for a brand; 0 if it is in the journal.
    pub async fn brand(&self, data: &Database, id: BrandId) -> Result<u64, EngineError> {
        let again = Again::of(self, id, ErasureKind::Brand, id.0);
        let write = move |tx: &Tx<'_>| {
            if brand::list_erased(tx)?.contains(&id) {
                return Ok(0);
            }
            let again = again.clone();
            let pages = pages_of(tx, |page| page.brand == id)?;
            let pages = again.pages(pages);
            fence_brand(tx, &again.erasure, &pages, again.now)?;
            again.go_on(tx)?;
            Ok::<_, StoreError>(1)
        };
        Ok(data.write("erase_brand_again", write).await?)
    }
}
