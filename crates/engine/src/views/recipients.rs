//! Who gets data: the register of recipients, for everybody.

use super::At;
use crate::recipients::{KIND, has_people};
use crate::{Actor, Engine, EngineError};
use model::id::BrandId;
use model::time::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::tables::{announcement, recipient};
use store::{StoreError, Tx};

pub use store::tables::announcement::Announcement;
pub use store::tables::recipient::{Origin, Recipient};

/// How an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    InForce,
    /// Gets nothing yet.
    Coming,
    /// Gets nothing any more.
    Ended,
}

impl Standing {
    pub const ALL: [Self; 3] = [Self::InForce, Self::Coming, Self::Ended];

    pub const fn code(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Coming => "coming",
            Self::Ended => "ended",
        }
    }

    pub(crate) fn of(row: &Recipient, now: Timestamp) -> Self {
        if row.ended_at.is_some_and(|at| at <= now) {
            Self::Ended
        } else if row.in_force_from > now {
            Self::Coming
        } else {
            Self::InForce
        }
    }
}

/// An entry, and how it was announced.
#[derive(Debug, Clone)]
pub struct RecipientView {
    pub entry: Recipient,
    pub standing: Standing,
    /// None for what was there before anybody else was.
    pub announcement: Option<Announcement>,
}

impl RecipientView {
    /// When, of those to whom it got data.
    pub fn was_in_force_between(&self, from: Timestamp, to: Timestamp) -> bool {
        self.entry.in_force_from <= to && self.entry.ended_at.is_none_or(|ended| ended > from)
    }
}

/// All entries there ever were, the newest first.
pub async fn list(engine: &Engine, brand: BrandId) -> Result<Vec<RecipientView>, EngineError> {
    let now = engine.clock.now();
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((recipient::list(scope)?, announcement::list_of_kind(scope, KIND)?))
    };
    let (rows, announced) = engine.data.read("recipients", read).await?;
    let view = |entry: Recipient| RecipientView {
        standing: Standing::of(&entry, now),
        announcement: announced.iter().find(|one| one.version == entry.number).cloned(),
        entry,
    };
    Ok(rows.into_iter().rev().map(view).collect())
}

/// One entry.
pub async fn get(engine: &Engine, brand: BrandId, number: i64) -> Result<RecipientView, EngineError> {
    let found = list(engine, brand).await?.into_iter().find(|one| one.entry.number == number);
    found.ok_or(EngineError::NotFound("this recipient"))
}

/// Whether an announcement made now would have to wait: whether there is anybody but admins.
pub async fn has_to_wait(engine: &Engine, actor: &Actor) -> Result<bool, EngineError> {
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| has_people(tx.brand(brand));
    Ok(engine.data.read("recipients_wait", read).await?)
}

/// The bytes that an entry's hash is of. Public.
pub fn bytes_of(brand: BrandId, row: &Recipient) -> Vec<u8> {
    let host = (!row.host.is_empty()).then(|| json!({ "name": row.host, "port": row.port }));
    json!({
        "format": "entente-recipient/1",
        "brand": brand.to_string(),
        "number": row.number,
        "name": row.name,
        "host": host,
        "who": row.who,
        "data": row.data,
        "purpose": row.purpose,
        "country": row.country,
        "safeguard": row.safeguard,
        "reason": row.reason,
        "announced_at": At(row.announced_at).to_string(),
        "in_force_from": At(row.in_force_from).to_string(),
    })
    .to_string()
    .into_bytes()
}

pub(crate) fn hash_of(brand: BrandId, row: &Recipient) -> [u8; 32] {
    Sha256::digest(bytes_of(brand, row)).into()
}
