//! The tags of many keys at once: an erasure that takes thousands of people with it writes down what the ledger
//! will say of each before their keys are gone.

use crate::{Vault, VaultError};
use model::ports::KeyId;
use std::collections::HashMap;

impl Vault {
    /// What the ledger will say once each of these keys is destroyed. Whose parent is gone already has its tag
    /// still; a key that is not there has none.
    pub async fn erasure_tags(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, [u8; 32]>, VaultError> {
        Ok(self.store.get(ids).await?.into_iter().map(|row| (row.id, row.erasure_tag)).collect())
    }
}
