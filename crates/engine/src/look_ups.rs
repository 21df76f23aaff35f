//! By what people are found: keyed hashes, and how the key under them changes.
//!
//! Whoever has an older copy of the data and a brand's look-up key can test whether somebody who can be named was
//! there. So after something was erased the key changes (`vault::LookupStep` has the steps): every hash is
//! made again from what is sealed, and the old key is destroyed. From then on the hashes of older copies are
//! noise, also for whoever holds today's root.
//!
//! Invariants: while a key changes everybody is found, under whichever of the two; a step is taken only when every
//! program has long heard of the one before; the old key goes only when nothing lies under it any more;
//! stopped anywhere, it goes on from there.

use crate::accounts::AccountProfile;
use crate::accounts::passkey::Passkey;
use crate::actions::pages;
use crate::brands::BrandContext;
use crate::views::own::opened;
use crate::{Engine, EngineError};
use model::id::BrandId;
use model::lead::LeadProfile;
use model::personal::Personal;
use model::time::{Span, Timestamp};
use store::tables::look_ups::{self, Hashed, Older};
use store::tables::lookup::{self, Mac, Macs};
use store::tables::{brand, lease};
use store::{Database, Tx};
use vault::{Key, LookupKey, LookupKeys, LookupStep, Place, Vault, VaultError};

/// Within which every program has heard of a step ([`crate::brands::LOOK_AGAIN`]) and has done what it began
/// before.
pub const HEARD: Span = Span::minutes(10);
/// How far the clocks of programs may be apart.
const APART: Span = Span::minutes(1);
/// The longest that the key stays after an erasure before it begins to change.
const AT_MOST: Span = Span::days(1);
/// Hashes made in one commit.
const CHUNK: u32 = 1_000;
const LEASE: &str = "look-ups";
/// How long one run may take between two looks at its lease. What a node that is gone has of it counts for nothing, also
/// what it took after others had seen that it was gone: each step is taken only from the one that was seen.
const HOLD: Span = Span::hours(1);

impl BrandContext {
    fn macs(&self, make: impl Fn(&LookupKey) -> Mac) -> Macs {
        let (generation, key) = &self.lookup.in_force;
        Macs {
            in_force: make(key),
            generation: *generation,
            other: self.lookup.other.as_ref().map(|(_, key)| make(key)),
        }
    }

    /// The look-up hashes of a person: page and page-scoped id.
    pub(crate) fn lead_macs(&self, meta_page: &str, psid: &str) -> Macs {
        self.macs(|key| lead_mac(key, meta_page, psid))
    }

    /// The look-up hashes of an e-mail address.
    pub(crate) fn email_macs(&self, email: &str) -> Macs {
        self.macs(|key| email_mac(key, email))
    }

    /// The one by which tries are counted; not for finding.
    pub(crate) fn email_mac(&self, email: &str) -> Mac {
        email_mac(&self.lookup.in_force.1, email)
    }

    /// The look-up hashes of a passkey's own id.
    pub(crate) fn passkey_macs(&self, own_id: &[u8]) -> Macs {
        self.macs(|key| passkey_mac(key, own_id))
    }

    /// The look-up hashes of Facebook's id of whoever connected a page.
    pub(crate) fn login_macs(&self, user: &Personal<String>) -> Macs {
        self.macs(|key| login_mac(key, user))
    }
}

pub(crate) fn lead_mac(key: &LookupKey, meta_page: &str, psid: &str) -> Mac {
    key.mac("lead", &[meta_page.as_bytes(), psid.as_bytes()])
}

pub(crate) fn email_mac(key: &LookupKey, email: &str) -> Mac {
    key.mac("account", &[email.as_bytes()])
}

fn passkey_mac(key: &LookupKey, own_id: &[u8]) -> Mac {
    key.mac("passkey", &[own_id])
}

fn login_mac(key: &LookupKey, user: &Personal<String>) -> Mac {
    key.mac("facebook_login", &[user.reveal().as_bytes()])
}

/// When the look-up key under which this erasure's person was found was destroyed; `None` while it may exist: then
/// an older copy of the data shows, to whoever holds the root, that they were there. Not asked of an erased brand,
/// whose look-up keys hang on the brand's own key.
pub(crate) fn look_ups_gone_at(
    engine: &Engine,
    brand: BrandId,
    unreadable_at: Timestamp,
) -> Option<Timestamp> {
    engine.brand(brand).ok()?.lookup.gone_at(unreadable_at.plus(APART))
}

impl Engine {
    /// Takes every brand's change of keys one step further, and begins one where something was erased; whether
    /// anything was done. Safe on several nodes at once, and after being stopped anywhere.
    pub async fn renew_look_ups(&self) -> Result<bool, EngineError> {
        if !self.holds_look_ups().await? {
            return Ok(false);
        }
        let done = self.renew_look_ups_of_all().await;
        // However it ended: another node may go on.
        let holder = self.holder;
        let over = self.data.write("look_ups_over", move |tx| lease::release(tx, LEASE, &holder)).await;
        let has_done = done?;
        over?;
        Ok(has_done)
    }

    async fn renew_look_ups_of_all(&self) -> Result<bool, EngineError> {
        let mut has_done = false;
        for brand in self.brands.iter().map(|ctx| ctx.id).collect::<Vec<_>>() {
            has_done |= self.renew_look_ups_of(brand).await?;
        }
        Ok(has_done)
    }

    /// Takes or extends the lease on this work.
    async fn holds_look_ups(&self) -> Result<bool, EngineError> {
        let (holder, now) = (self.holder, self.clock.now());
        let take = move |tx: &Tx<'_>| lease::take_from_node(tx, LEASE, &holder, now.plus(HOLD), now);
        Ok(self.data.write("look_ups_begin", take).await?.is_some())
    }

    async fn renew_look_ups_of(&self, brand: BrandId) -> Result<bool, EngineError> {
        let keys = match self.vault.lookup(brand).await {
            Ok(keys) => keys,
            // The brand was erased.
            Err(VaultError::NoParent(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let now = self.clock.now();
        let has_been_heard = keys.told_at.is_some_and(|at| now.since(at) >= HEARD);
        match (keys.step, keys.told_at) {
            (LookupStep::Settled, told_at) if told_at.is_some() || keys.is_first() => {
                if !self.is_change_due(brand, &keys, now).await? {
                    return Ok(false);
                }
                if !self.holds_look_ups().await? || !self.vault.announce_lookup(brand, &keys).await? {
                    return Ok(false);
                }
            }
            // Stopped between a step and telling of it.
            (_, None) => {}
            (LookupStep::Announced, _) if has_been_heard => {
                if !self.holds_look_ups().await? || !self.vault.write_next_lookup(brand, &keys, now).await? {
                    return Ok(false);
                }
            }
            (LookupStep::Writing, _) => {
                let made = self.hash_all_again(brand, &keys).await?;
                if !has_been_heard || !self.may_drop(brand, &keys).await? {
                    return Ok(made > 0);
                }
                if !self.vault.drop_previous_lookup(brand, &keys, || self.clock.now()).await? {
                    // Somebody else ended it, and tells of it.
                    return Ok(made > 0);
                }
                tracing::info!(%brand, "the key of look-ups was changed: older copies of the data find nobody");
            }
            _ => return Ok(false),
        }
        self.tell_of_look_ups(brand).await?;
        Ok(true)
    }

    /// Makes every program read the keys anew, this one at once. They were told of the step that was there before; whoever
    /// took another one meanwhile tells of that.
    async fn tell_of_look_ups(&self, brand: BrandId) -> Result<(), EngineError> {
        let keys = self.vault.lookup(brand).await?;
        self.data.write("look_ups_changed", move |tx| brand::touch(tx.brand(brand))).await?;
        self.vault.note_lookup_told(brand, &keys, self.clock.now()).await?;
        self.reload_brand(brand).await.map(drop)
    }

    /// Something was erased since the key came into force, which is not of today.
    async fn is_change_due(
        &self,
        brand: BrandId,
        keys: &LookupKeys,
        now: Timestamp,
    ) -> Result<bool, EngineError> {
        let half = Span::hours(i64::from(self.settings.backup_days).saturating_mul(12));
        if now.since(keys.written_since) < AT_MOST.min(half) {
            return Ok(false);
        }
        let since = keys.written_since.minus(APART);
        Ok(self.data.read("erased_since", move |tx| look_ups::erased_since(tx.brand(brand), since)).await?)
    }

    async fn hash_all_again(&self, brand: BrandId, keys: &LookupKeys) -> Result<u64, EngineError> {
        let mut made = 0_u64;
        for of in Hashed::ALL {
            let generation = keys.in_force.0;
            let again = hash_again(&self.data, &self.vault, brand, keys, of, generation).await?;
            made = made.saturating_add(again.made);
        }
        Ok(made)
    }

    /// Whether nothing lies under the key of before, and nobody else has taken this work over.
    async fn may_drop(&self, brand: BrandId, keys: &LookupKeys) -> Result<bool, EngineError> {
        // Who came so late may not have heard; a withdrawal ahead of its lead cannot be hashed again.
        let by = keys.told_at.unwrap_or(keys.written_since).plus(HEARD);
        let generation = keys.in_force.0;
        let is_used = move |tx: &Tx<'_>| {
            Ok::<_, store::StoreError>(
                lookup::waits_ahead(tx, by)? || look_ups::is_one_left(tx.brand(brand), generation)?,
            )
        };
        Ok(!self.data.read("older_look_ups", is_used).await? && self.holds_look_ups().await?)
    }
}

/// What [`hash_again`] did.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Made {
    pub made: u64,
    /// Rows that could not be opened.
    pub damaged: u64,
}

/// Makes every hash of this kind again that lies under a key older than `below`. Who has no key any more is
/// passed over: their rows are about to go. Leads whose page waits to be connected are hashed with the id that
/// it will have at Meta, as they were when they came.
pub(crate) async fn hash_again(
    data: &Database,
    vault: &Vault,
    brand: BrandId,
    keys: &LookupKeys,
    of: Hashed,
    below: i64,
) -> Result<Made, EngineError> {
    let (mut after, mut again) = ([0; 16], Made::default());
    let mut waiting = None;
    loop {
        let read = move |tx: &Tx<'_>| look_ups::list(tx.brand(brand), of, below, after, CHUNK);
        let some = data.read("look_ups_to_make", read).await?;
        let Some(last) = some.last() else { return Ok(again) };
        after = last.row;
        if of == Hashed::Returned && waiting.is_none() {
            waiting = Some(pages::waiting(data, vault, brand).await?);
        }
        let people: Vec<[u8; 16]> = some.iter().map(|older| older.person).collect();
        let found = vault.keys(&people).await?;
        let mut new = Vec::with_capacity(some.len());
        for mut older in some {
            let Some(key) = found.get(&older.person) else { continue };
            if of == Hashed::Returned && pages::is_waiting(&older.meta_page) {
                // One that came meanwhile has its turn the next time.
                let meta_id = waiting.as_ref().and_then(|pages| pages.get(&older.meta_page));
                let Some(meta_id) = meta_id else { continue };
                older.meta_page.clone_from(meta_id);
            }
            match mac_of(of, brand, &keys.in_force.1, key, &older) {
                Ok(mac) => new.push((older, mac)),
                Err(error) => {
                    let row = hex::encode(older.row);
                    tracing::error!(%error, row, "a look-up could not be made again");
                    again.damaged = again.damaged.saturating_add(1);
                }
            }
        }
        again.made = again.made.saturating_add(u64::try_from(new.len()).unwrap_or(u64::MAX));
        let generation = keys.in_force.0;
        data.write("look_ups_made", move |tx| look_ups::set(tx.brand(brand), of, generation, &new)).await?;
    }
}

fn mac_of(
    of: Hashed,
    brand: BrandId,
    look_up: &LookupKey,
    key: &Key,
    older: &Older,
) -> Result<Mac, EngineError> {
    let place = |table| Place { brand, person: older.person, table, row: older.row };
    Ok(match of {
        Hashed::Leads | Hashed::Returned => {
            let profile: LeadProfile = opened(key, &place("lead"), &older.sealed)?;
            lead_mac(look_up, &older.meta_page, profile.psid.reveal())
        }
        Hashed::Accounts => {
            let profile: AccountProfile = opened(key, &place("account"), &older.sealed)?;
            email_mac(look_up, profile.email.reveal())
        }
        Hashed::Passkeys => {
            let own: Passkey = opened(key, &place("passkey"), &older.sealed)?;
            passkey_mac(look_up, own.own_id.reveal())
        }
        Hashed::Logins => {
            let user: Personal<String> = opened(key, &place("facebook_login"), &older.sealed)?;
            login_mac(look_up, &user)
        }
    })
}
