//! Whose turn it is to bring an archive: the one thing people send that takes long to read.
//!
//! Invariants: at most [`LIMIT`] archives are received and read in this process at a time, one of each
//! account; a turn is taken before a byte of the body is read, and given back however the request ends.

use model::id::AccountId;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What comes out of each is held in memory until all of it is read, up to [`engine::archive::read::HELD_LIMIT`].
pub const LIMIT: usize = 2;

/// Who has a turn.
#[derive(Clone, Default)]
pub struct Uploads(Arc<Mutex<HashSet<AccountId>>>);

/// Gives the turn back when it is dropped.
pub struct Turn {
    uploads: Uploads,
    account: AccountId,
}

impl Uploads {
    /// `None`: this account, or [`LIMIT`] others, are bringing an archive.
    pub fn begin(&self, account: AccountId) -> Option<Turn> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = all.len() < LIMIT && all.insert(account);
        is_free.then(|| Turn { uploads: self.clone(), account })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.uploads.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_one_turn_and_all_together_have_two() {
        let uploads = Uploads::default();
        let account = |number| AccountId([number; 16]);
        let first = uploads.begin(account(1));
        assert!(first.is_some() && uploads.begin(account(1)).is_none());
        let second = uploads.begin(account(2));
        assert!(second.is_some() && uploads.begin(account(3)).is_none());
        drop(first);
        assert!(uploads.begin(account(2)).is_none() && uploads.begin(account(1)).is_some());
        assert!(uploads.begin(account(3)).is_some());
    }
}
