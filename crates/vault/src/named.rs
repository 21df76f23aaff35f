//! Keys with a purpose instead of a person: look-ups, duplicates, secrets of the installation; and
//! small records under the root.
//!
//! Each named key is an ordinary random key of the tree, whose id is the hash of its name. The key
//! store takes an id once only, so two nodes that make the same key at the same moment end with one.
//! Invariants: no duplicate key lies outside the list of their periods, whichever nodes change it at once; a brand's
//! look-up keys hang on the brand's key and go with it; how they change is in `generations`.

use crate::VaultError;
use crate::envelope::Opened;
use crate::key::Key;
use crate::primitive::{framed, hmac_key, mac, sha256};
use crate::tree::TRIES;
use crate::vault::{NewKey, Vault};
use aws_lc_rs::hmac;
use model::ports::KeyId;
use model::time::{Span, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// How long one duplicate key is in use; it is kept for one more such period, to recognise with.
pub const DUPLICATE_PERIOD: Span = Span::days(7);
/// So long before a period ends its events are looked for under the next one's key too: another process, whose clock is
/// ahead, may write under it already.
const AHEAD: Span = Span::minutes(5);
const DUPLICATES: &str = "duplicates";

/// Finds rows by a value that is not stored: equal values have equal macs, and only the holder of
/// the key can tell which. Made per brand and field.
#[derive(Clone)]
pub struct LookupKey(pub(crate) hmac::Key);

impl LookupKey {
    /// HMAC-SHA-256 over the field's name and the parts, each with its length.
    pub fn mac(&self, field: &str, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.0, field.as_bytes(), parts)
    }
}

/// Recognises an event that came before, without keeping anything of it.
#[derive(Clone)]
pub struct DuplicateKey(hmac::Key);

impl DuplicateKey {
    /// The first 16 bytes of HMAC-SHA-256 over the parts, each with its length.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut short = [0; 16];
        short.iter_mut().zip(mac(&self.0, b"duplicate", parts)).for_each(|(to, from)| *to = from);
        short
    }
}

/// The duplicate keys in force: what is new is written under `current` and looked for under all.
/// The number is the period, in steps of [`DUPLICATE_PERIOD`] since 1970.
#[derive(Clone)]
pub struct DuplicateKeys {
    pub current: (i64, DuplicateKey),
    pub previous: Option<(i64, DuplicateKey)>,
    /// Shortly before it comes into force.
    pub next: Option<(i64, DuplicateKey)>,
}

/// What is held between calls.
#[derive(Default)]
pub struct Named {
    duplicates: Mutex<Option<DuplicateKeys>>,
    /// One rotation at a time.
    rotation: tokio::sync::Mutex<()>,
}

impl Vault {
    /// A secret of this installation, made when missing: the seed of a signing key and the like.
    pub async fn secret(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        Ok(self.named_key(None, &format!("secret/{name}")).await?.derive("secret", name))
    }

    /// The duplicate keys in force at `now`. Rotates when a new period has begun: makes its key and
    /// destroys those older than the previous period.
    pub async fn duplicates(&self, now: Timestamp) -> Result<DuplicateKeys, VaultError> {
        let period = now.micros().div_euclid(DUPLICATE_PERIOD.0);
        let last = now.plus(AHEAD).micros().div_euclid(DUPLICATE_PERIOD.0);
        if let Some(keys) = self.duplicates_at_hand(period, last) {
            return Ok(keys);
        }
        let _one_at_a_time = self.named.rotation.lock().await;
        if let Some(keys) = self.duplicates_at_hand(period, last) {
            return Ok(keys);
        }
        // The list is written before the key, so that no key ever lies outside the list.
        let listed = |periods: &mut Vec<i64>| {
            for period in period..=last {
                if !periods.contains(&period) {
                    periods.push(period);
                }
            }
        };
        let periods = self.change_periods(listed).await?;
        let key = |key: &Key| DuplicateKey(hmac_key(&key.derive("duplicates", "")));
        let current = (period, key(&*self.named_key(None, &duplicate_name(period)).await?));
        let next = if last > period {
            Some((last, key(&*self.named_key(None, &duplicate_name(last)).await?)))
        } else {
            None
        };
        let before = self.key(&named_id(None, &duplicate_name(period - 1))).await?;
        let previous = before.map(|before| (period - 1, key(&before)));

        let old: Vec<i64> = periods.into_iter().filter(|old| *old < period - 1).collect();
        if !old.is_empty() {
            let ids: Vec<KeyId> = old.iter().map(|old| named_id(None, &duplicate_name(*old))).collect();
            self.destroy(&ids).await?;
            self.change_periods(|periods| periods.retain(|kept| !old.contains(kept))).await?;
        }
        let keys = DuplicateKeys { current, previous, next };
        *self.named.duplicates.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }

    fn duplicates_at_hand(&self, period: i64, last: i64) -> Option<DuplicateKeys> {
        let held = self.named.duplicates.lock().unwrap_or_else(PoisonError::into_inner);
        let is_all =
            |keys: &&DuplicateKeys| keys.current.0 == period && (last == period || keys.next.is_some());
        held.as_ref().filter(is_all).cloned()
    }

    /// Changes the list of periods, in one commit with the look whether it is still the one that was read: what another
    /// node lists stays. The list as it is then.
    async fn change_periods(&self, change: impl Fn(&mut Vec<i64>)) -> Result<Vec<i64>, VaultError> {
        for _ in 0..TRIES {
            let was = self.recall(DUPLICATES).await?;
            let (listed, rest) = was.as_deref().unwrap_or_default().as_chunks::<8>();
            if !rest.is_empty() {
                return Err(VaultError::DamagedRecord(DUPLICATES.to_owned()));
            }
            let mut periods: Vec<i64> = listed.iter().map(|period| i64::from_be_bytes(*period)).collect();
            change(&mut periods);
            let bytes: Vec<u8> = periods.iter().flat_map(|period| period.to_be_bytes()).collect();
            let is_so = bytes.as_slice() == was.as_deref().unwrap_or_default();
            if is_so || self.remember_over(DUPLICATES, &bytes, |known| Some(known) == was.as_deref()).await? {
                return Ok(periods);
            }
        }
        Err(VaultError::Busy)
    }

    /// Keeps a small record, sealed under the root and bound to its name. Durable when it returns.
    /// It lies in the key store, apart from the data: what it says of the data (the newest ledger
    /// head) shows when the data was exchanged for an older copy.
    pub async fn remember(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        self.tree.remember(&record_name(name), bytes).await
    }

    /// As [`Vault::remember`], if nothing is there or `is_over` says of what is there that it is over, in the same commit;
    /// whether it was written.
    pub async fn remember_over(
        &self,
        name: &str,
        bytes: &[u8],
        is_over: impl Fn(&[u8]) -> bool + Send + Sync,
    ) -> Result<bool, VaultError> {
        self.tree.remember_over(&record_name(name), bytes, is_over).await
    }

    /// Takes away what was remembered under this name, if anything was.
    pub async fn forget(&self, name: &str) -> Result<(), VaultError> {
        self.tree.forget(&record_name(name)).await
    }

    /// What was remembered under this name.
    pub async fn recall(&self, name: &str) -> Result<Option<Opened>, VaultError> {
        self.tree.recall(&record_name(name)).await
    }

    pub(crate) async fn named_key(&self, parent: Option<KeyId>, name: &str) -> Result<Arc<Key>, VaultError> {
        let id = named_id(parent, name);
        if let Some(key) = self.key(&id).await? {
            return Ok(key);
        }
        match self.create(&[NewKey { id, parent }]).await {
            Ok(keys) => keys.into_iter().next().ok_or(VaultError::DamagedKey(id)),
            // Somebody else may have made it in the meantime.
            Err(error) => self.key(&id).await?.ok_or(error),
        }
    }
}

pub(crate) fn named_id(parent: Option<KeyId>, name: &str) -> KeyId {
    let mut framed_name = Vec::new();
    let parent: &[u8] = parent.as_ref().map_or(&[], |parent| parent.as_slice());
    framed(&[b"entente/named-key/1", parent, name.as_bytes()], |bytes| framed_name.extend_from_slice(bytes));
    let mut id = [0; 16];
    id.iter_mut().zip(sha256(&[&framed_name])).for_each(|(to, from)| *to = from);
    id
}

fn duplicate_name(period: i64) -> String {
    format!("{DUPLICATES}/{period}")
}

fn record_name(name: &str) -> String {
    format!("vault.record.{name}")
}
