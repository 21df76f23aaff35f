//! What accounts are made of, for the actions and views about them: passwords, second factors, limits on
//! trying, where somebody comes from, and what lies sealed.
//!
//! Invariant: nobody learns from an answer whether an address has an account, nor from the time that it takes:
//! for an address without one as many passwords are hashed, as many rows read and as many commits made.

pub mod breached;
pub mod demand;
pub mod limits;
pub mod notice;
pub mod passkey;
pub mod password;
pub mod totp;
pub mod whence;

use crate::brands::BrandContext;
use crate::{Engine, EngineError, Role};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use minicbor::{Decode, Encode};
use model::datamap::{Basis, Category, Declaration, Declared, Item, Protection, Retention, Subject};
use model::entropy::{Entropy, random};
use model::id::{AccountId, BrandId};
use model::personal::Personal;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::tables::account::StoredAccount;
use store::tables::credential::StoredCredential;
use store::tables::link::NewLink;
use vault::Key;

/// What lies in `account.sealed`.
#[derive(Clone, Encode, Decode)]
pub struct AccountProfile {
    #[n(0)]
    pub name: Personal<String>,
    #[n(1)]
    pub email: Personal<String>,
    /// In which mails are written; the brand's first if none.
    #[n(2)]
    pub language: Option<String>,
    /// By whose clocks times are told, as the IANA database names it; UTC if none.
    #[n(3)]
    pub zone: Option<String>,
}

impl Declared for AccountProfile {
    const DECLARATION: Declaration = Declaration {
        place: "account.sealed",
        items: &[
            asked("name", "a person's or shop's name", "so that we know what to call you").is(Category::Name),
            asked(
                "email",
                "e-mail address",
                "so that you can sign in and we can write when something happens in your account",
            )
            .is(Category::EmailAddress)
            .shared_with(&["mail"]),
            asked("language", "language", "so that the console and our mails speak it")
                .is(Category::Language),
            asked(
                "zone",
                "time zone",
                "so that the console and our mails tell times as your clocks show them",
            )
            .is(Category::TimeZone),
        ],
    };
}

/// A field that an account's holder is asked for.
const fn asked(name: &'static str, category: &'static str, purpose: &'static str) -> Item {
    Item::own(name, category, purpose)
        .about(Subject::Account)
        .basis(Basis::Contract)
        .kept(Retention::UntilErasure)
        .protected(Protection::SealedPerson)
}

/// What lies in `credential.sealed`.
#[derive(Clone, Encode, Decode)]
pub struct Credential {
    /// Argon2id, as a PHC string.
    #[n(0)]
    pub hash: Personal<String>,
    #[n(1)]
    pub totp: Option<totp::Factor>,
}

/// A secret for a cookie or a link, and the hash of it that is kept.
pub struct Secret {
    pub text: Personal<String>,
    pub hash: [u8; 32],
}

impl Secret {
    /// 256 random bits.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let text = Personal::new(BASE64_URL_SAFE_NO_PAD.encode(random::<32>(entropy)));
        Self { hash: hash_of(text.reveal()), text }
    }
}

/// The hash under which a secret is kept. It has 256 random bits, so a plain hash says nothing of it.
pub fn hash_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A person's or shop's name.
pub fn checked_name(text: &str) -> Result<String, EngineError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(EngineError::invalid("name", "must have 1 to 100 characters"));
    }
    Ok(name.to_owned())
}

/// A time zone as the database spells it; none if nothing was chosen.
pub fn checked_zone(text: &str) -> Result<Option<String>, EngineError> {
    let wanted = text.trim();
    if wanted.is_empty() {
        return Ok(None);
    }
    let found = crate::schedule::zones().into_iter().find(|zone| zone.eq_ignore_ascii_case(wanted));
    found.map(Some).ok_or_else(crate::schedule::no_zone)
}

/// An account with all that is sealed of it.
pub struct Opened {
    pub id: AccountId,
    pub key: Arc<Key>,
    pub stored: StoredAccount,
    pub profile: AccountProfile,
    pub credential: Option<(StoredCredential, Credential)>,
}

impl Opened {
    pub(crate) fn role(&self) -> Role {
        Role::named(&self.stored.role)
    }

    /// Whether codes of an app are asked for at its sign-in.
    pub(crate) fn has_codes(&self) -> bool {
        let factor = self.credential.as_ref().and_then(|(_, credential)| credential.totp.as_ref());
        factor.is_some_and(|factor| factor.is_confirmed)
    }
}

/// Whether password and second factor are still those that were read before.
pub(crate) fn is_unchanged(
    scope: store::tables::Scope<'_>,
    account: AccountId,
    seen: &StoredCredential,
) -> Result<bool, store::StoreError> {
    let now = store::tables::credential::get(scope, account)?;
    Ok(now.is_some_and(|now| now.sealed == seen.sealed && now.must_change == seen.must_change))
}

fn sealed(place: &'static str) -> EngineError {
    EngineError::Sealed { place }
}

impl Engine {
    /// Opens an account of this brand.
    pub(crate) async fn open_account(
        &self,
        ctx: &BrandContext,
        id: AccountId,
    ) -> Result<Option<Opened>, EngineError> {
        let brand = ctx.id;
        let found = self
            .data
            .read("account", move |tx| {
                let scope = tx.brand(brand);
                let Some(account) = store::tables::account::get(scope, id)? else { return Ok(None) };
                Ok::<_, store::StoreError>(Some((account, store::tables::credential::get(scope, id)?)))
            })
            .await?;
        // No key is looked for that is not this brand's: the time it takes would tell whether it exists.
        let Some((stored, credential)) = found else { return Ok(None) };
        let Some(key) = self.vault.key(&id.0).await? else { return Ok(None) };
        let place = ctx.person_place(id.0, "account", id.0);
        let profile = key.open_value(&place, &stored.sealed).map_err(|_| sealed("account"))?;
        let place = ctx.person_place(id.0, "credential", id.0);
        let credential = credential
            .map(|stored| {
                let opened = key.open_value(&place, &stored.sealed).map_err(|_| sealed("credential"))?;
                Ok::<_, EngineError>((stored, opened))
            })
            .transpose()?;
        Ok(Some(Opened { id, key, stored, profile, credential }))
    }

    /// By its address.
    pub(crate) async fn find_account(
        &self,
        ctx: &BrandContext,
        email: &str,
    ) -> Result<Option<Opened>, EngineError> {
        let (brand, mac) = (ctx.id, ctx.email_macs(email));
        let found = self
            .data
            .read("find_account", move |tx| store::tables::account_lookup::find(tx.brand(brand), &mac))
            .await?;
        match found {
            Some(id) => self.open_account(ctx, id).await,
            // Nobody's id: found nowhere, after the same look-ups.
            None => self.open_account(ctx, AccountId([0; 16])).await,
        }
    }

    /// A commit like the one that the same request makes for an address with an account: a link that leads
    /// nowhere, which goes with the next tidying.
    pub(crate) async fn stand_in(&self, brand: BrandId) -> Result<(), EngineError> {
        let now = self.clock.now();
        let hash = Secret::new(&*self.entropy).hash;
        let row =
            NewLink { hash, account: None, purpose: "none", created_at: now, expires_at: now, sealed: None };
        self.data.write("stand_in", move |tx| store::tables::link::insert(tx.brand(brand), &row)).await?;
        self.wake.seen.notify_one();
        Ok(())
    }

    /// How many passwords were hashed or verified: what the way in costs.
    pub fn passwords_worked(&self) -> u64 {
        self.passwords.worked()
    }

    /// A credential's row.
    pub(crate) fn seal_credential(
        &self,
        ctx: &BrandContext,
        id: AccountId,
        key: &Key,
        credential: &Credential,
    ) -> Result<StoredCredential, EngineError> {
        let place = ctx.person_place(id.0, "credential", id.0);
        let bytes = key.seal_value(&place, credential, &*self.entropy).map_err(|_| sealed("credential"))?;
        Ok(StoredCredential { must_change: false, changed_at: self.clock.now(), sealed: bytes })
    }

    pub(crate) fn seal_account(
        &self,
        ctx: &BrandContext,
        id: AccountId,
        key: &Key,
        profile: &AccountProfile,
    ) -> Result<Vec<u8>, EngineError> {
        let place = ctx.person_place(id.0, "account", id.0);
        key.seal_value(&place, profile, &*self.entropy).map_err(|_| sealed("account"))
    }

    /// Whether this brand has an admin who can sign in.
    pub async fn has_admin(&self, brand: BrandId) -> Result<bool, EngineError> {
        let admins = self
            .data
            .read("count_admins", move |tx| store::tables::account::count_admins(tx.brand(brand)))
            .await?;
        Ok(admins > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_of_before_there_were_zones_is_read_without_one() {
        let profile = AccountProfile {
            name: Personal::from("Corner Bakery"),
            email: Personal::from("owner@corner.example.com"),
            language: Some("en".to_owned()),
            zone: Some("Asia/Amman".to_owned()),
        };
        let bytes = minicbor::to_vec((&profile.name, &profile.email, &profile.language)).unwrap();
        let old: AccountProfile = minicbor::decode(&bytes).unwrap();
        assert_eq!((old.name, old.zone), (profile.name.clone(), None));
        let new: AccountProfile = minicbor::decode(&minicbor::to_vec(&profile).unwrap()).unwrap();
        assert_eq!(new.zone, profile.zone);
    }

    #[test]
    fn the_secret_of_a_session_or_link_has_256_random_bits_of_which_a_hash_is_kept() {
        let (entropy, same) = (testkit::SeededEntropy::new(1), testkit::SeededEntropy::new(1));
        let mut seen = std::collections::BTreeSet::new();
        let mut ones = [0_u32; 256];
        for _ in 0..2_000 {
            let secret = Secret::new(&entropy);
            // All of it is drawn, nothing is made of anything else.
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(secret.text.reveal()).unwrap();
            assert_eq!(bytes, random::<32>(&same));
            assert_eq!(secret.hash, <[u8; 32]>::from(Sha256::digest(secret.text.reveal().as_bytes())));
            for (bit, count) in ones.iter_mut().enumerate() {
                *count += u32::from(bytes[bit / 8] >> (bit % 8) & 1);
            }
            assert!(seen.insert(bytes), "one came twice");
        }
        assert!(ones.iter().all(|count| (800..1_200).contains(count)), "a bit that is no coin: {ones:?}");
    }

    #[test]
    fn a_zone_is_kept_as_the_database_spells_it_and_what_is_none_is_refused() {
        assert_eq!(checked_zone("").unwrap(), None);
        assert_eq!(checked_zone(" asia/amman ").unwrap().as_deref(), Some("Asia/Amman"));
        for text in ["Mars/Olympus", "+03:00", "EET-2"] {
            let refused = checked_zone(text).unwrap_err();
            assert!(matches!(refused, EngineError::Invalid { field: "zone", .. }), "{text}: {refused}");
        }
    }
}
