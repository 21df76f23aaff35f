//! Connecting Facebook pages; their names and tokens lie sealed under the account's key.

use crate::brands::BrandContext;
use crate::{Engine, EngineError};
use minicbor::{Decode, Encode};
use model::personal::Personal;
use store::tables::page::StoredPage;

/// What lies in `page.sealed`.
#[derive(Clone, Encode, Decode)]
pub(crate) struct PageSecrets {
    #[n(0)]
    pub name: Personal<String>,
    #[n(1)]
    pub token: Personal<String>,
}

impl PageSecrets {
    /// Opens a page's row under its account's key.
    pub async fn open(
        engine: &Engine,
        brand: &BrandContext,
        stored: &StoredPage,
    ) -> Result<Self, EngineError> {
        let sealed = || EngineError::Sealed { place: "page" };
        let key = engine.vault.key(&stored.page.account.0).await?.ok_or_else(sealed)?;
        let place = brand.person_place(stored.page.account.0, "page", stored.page.id.0);
        key.open_value(&place, &stored.sealed).map_err(|_| sealed())
    }
}
