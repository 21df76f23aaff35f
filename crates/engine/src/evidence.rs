//! Consent evidence: the record is written once, committed to, sealed, and queued for the ledger.
//!
//! Invariant: what lies in `consent_event.sealed` is the exact record that the commitment in the
//! ledger opens to, together with the 64-byte key that opens it. Once the lead's key is gone, both
//! are gone and the leaf is noise.

use crate::brands::BrandContext;
use crate::{Engine, EngineError, log};
use minicbor::{Decode, Encode};
use model::brand::Brand;
use model::entropy::random;
use model::evidence::{ConsentRecord, FORMAT, LogHead, PageParty, Party, Shown, Source};
use model::id::{ConsentId, LeadId, PageId};
use model::personal::Personal;
use model::time::Timestamp;
use serde_json::{Value, json};
use store::tables::consent_event::ConsentEvent;
use store::tables::ledger::PendingLeaf;
use vault::Key;
use zeroize::Zeroizing;

const TABLE: &str = "consent_event";
/// How a lead may withdraw, as it stands in every record.
const WITHDRAWAL_METHOD: &str = "the unsubscribe button or link in every bulk message, or the word \"stop\" (also in Arabic) in the thread, at any time";

/// A consent event before it is written down.
pub struct NewEvidence {
    pub id: ConsentId,
    /// `opt_in` or `withdrawal`.
    pub event: &'static str,
    /// `promotion`, `utility`, `conversation` or `all`.
    pub purpose: &'static str,
    /// Evidence level or way.
    pub how: &'static str,
    pub happened_at: Timestamp,
    pub shown: Option<Shown>,
    pub source: Source,
}

/// The page, as a record names it.
pub struct PageNames {
    pub id: PageId,
    pub meta_id: String,
    pub name: String,
}

/// What lies in the envelope, here and of acceptances, breaches and the audit: a record, and what opens its commitment.
#[derive(Encode, Decode)]
pub(crate) struct Kept {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub key: Vec<u8>,
    #[n(1)]
    pub record: Personal<String>,
}

impl Kept {
    /// Commits to a record under a random key: what goes into the envelope, and what goes into the log.
    pub fn commit(engine: &Engine, record: String) -> (Self, [u8; 32]) {
        let key: [u8; 64] = random(&*engine.entropy);
        let commitment = ledger::commit(&key, record.as_bytes());
        (Self { key: key.to_vec(), record: Personal::new(record) }, commitment)
    }

    /// What opens the commitment.
    pub fn opening(&self, place: &'static str) -> Result<[u8; 64], EngineError> {
        self.key.as_slice().try_into().map_err(|_| EngineError::Sealed { place })
    }

    /// The proof file of the record.
    ///
    /// # Errors
    /// [`EngineError::NotYet`] until it stands under a checkpoint.
    pub async fn proof(
        &self,
        engine: &Engine,
        place: &'static str,
        leaf_index: Option<u64>,
    ) -> Result<Vec<u8>, EngineError> {
        let record = self.record.reveal().as_bytes();
        log::proof_file(engine, leaf_index, record, &self.opening(place)?).await
    }
}

/// Who is responsible, as a record names them.
pub(crate) fn controller(brand: &Brand) -> Value {
    let controller = &brand.controller;
    json!({
        "name": controller.name,
        "address": controller.address,
        "country": controller.country,
        "contact": controller.contact,
    })
}

/// An opened consent event.
pub struct OpenedEvidence {
    /// The exact bytes of the [`ConsentRecord`].
    pub record: Zeroizing<Vec<u8>>,
    pub key: [u8; 64],
}

/// RFC 3339 in UTC.
pub fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros()).map_or_else(|_| at.micros().to_string(), |t| t.to_string())
}

/// Whom and what a record is about.
pub struct About<'a> {
    pub page: &'a PageNames,
    pub lead: LeadId,
    pub psid: &'a str,
    pub key: &'a Key,
    /// The newest checkpoint: the record cannot be older.
    pub log_before: Option<LogHead>,
}

/// Writes the record, commits to it, seals it.
pub fn seal(
    engine: &Engine,
    brand: &BrandContext,
    about: About<'_>,
    new: NewEvidence,
) -> Result<(ConsentEvent, PendingLeaf), EngineError> {
    let now = engine.clock.now();
    let controller = &brand.brand.controller;
    let record = ConsentRecord {
        format: FORMAT.to_owned(),
        id: new.id.to_string(),
        event: new.event.to_owned(),
        purpose: new.purpose.to_owned(),
        how: new.how.to_owned(),
        lawful_basis: if new.event == "opt_in" { "GDPR 6(1)(a)" } else { "GDPR 7(3)" }.to_owned(),
        controller: Party {
            name: controller.name.clone(),
            address: controller.address.clone(),
            country: controller.country.clone(),
            contact: controller.contact.clone(),
        },
        page: PageParty { meta_id: about.page.meta_id.clone(), name: about.page.name.clone() },
        person: about.psid.to_owned(),
        happened_at: rfc3339(new.happened_at),
        recorded_at: rfc3339(now),
        shown: new.shown,
        withdrawal_method: WITHDRAWAL_METHOD.to_owned(),
        source: new.source,
        log_before: about.log_before,
    };
    let json = serde_json::to_string(&record).map_err(|_| EngineError::Sealed { place: TABLE })?;
    let (kept, commitment) = Kept::commit(engine, json);
    let place = brand.person_place(about.lead.0, TABLE, new.id.0);
    let sealed = about
        .key
        .seal_value(&place, &kept, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: TABLE })?;
    let event = ConsentEvent {
        id: new.id,
        lead: about.lead,
        page: about.page.id,
        kind: new.event,
        purpose: new.purpose,
        how: new.how,
        happened_at: new.happened_at,
        recorded_at: now,
        leaf_index: None,
        sealed,
    };
    Ok((event, PendingLeaf { id: new.id.0, commitment, consent: Some(new.id) }))
}

/// Opens a consent event's envelope.
pub fn open(brand: &BrandContext, key: &Key, event: &ConsentEvent) -> Result<OpenedEvidence, EngineError> {
    let sealed = EngineError::Sealed { place: TABLE };
    let place = brand.person_place(event.lead.0, TABLE, event.id.0);
    let Ok(kept) = key.open_value::<Kept>(&place, &event.sealed) else { return Err(sealed) };
    let Ok(opening) = <[u8; 64]>::try_from(kept.key.as_slice()) else { return Err(sealed) };
    Ok(OpenedEvidence { record: Zeroizing::new(kept.record.reveal().clone().into_bytes()), key: opening })
}
