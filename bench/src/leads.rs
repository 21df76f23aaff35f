//! Leads made in bulk, sealed as the product seals them: key, row, look-up, two consent events with their
//! records (the first message and the Yes), and what the log is to take of them.
//!
//! Invariant: the product reads and proves what is made here; each loading asks it to (`World::check_loaded`).

use crate::world::SECRET;
use anyhow::Result;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minicbor::Encode;
use model::brand::Brand;
use model::consent::Consents;
use model::entropy::{Entropy, random};
use model::evidence::{ConsentRecord, FORMAT, PageParty, Party, Shown, Source};
use model::id::{BrandId, ConsentId, LeadId, PageId};
use model::lead::{Lead, LeadProfile};
use model::personal::Personal;
use model::time::{Span, Timestamp};
use store::tables::consent_event::ConsentEvent;
use store::tables::lead::StoredLead;
use store::tables::ledger::PendingLeaf;
use store::tables::lookup::Macs;
use store::{StoreError, Tx, tables};
use vault::{Key, LookupKeys, Place};

const WITHDRAWAL_METHOD: &str = "the unsubscribe button or link in every bulk message, or the word \"stop\" (also in Arabic) in the thread, at any time";

/// What the engine seals of a consent event: the commitment's key and the record.
#[derive(Encode)]
struct Kept {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    key: Vec<u8>,
    #[n(1)]
    record: Personal<String>,
}

/// What one commit writes.
#[derive(Default)]
pub struct Rows {
    leads: Vec<StoredLead>,
    macs: Vec<(Macs, LeadId)>,
    events: Vec<ConsentEvent>,
    pending: Vec<PendingLeaf>,
}

impl Rows {
    pub fn insert(&self, tx: &Tx<'_>, brand: BrandId) -> Result<(), StoreError> {
        let scope = tx.brand(brand);
        tables::lead::insert_many(scope, &self.leads)?;
        tables::lookup::insert_many(scope, &self.macs)?;
        tables::consent_event::insert_many(scope, &self.events)?;
        tables::ledger::insert_pending(tx, &self.pending)
    }
}

pub struct Maker {
    brand: BrandId,
    controller: Party,
    lookups: LookupKeys,
    signing: hmac::Key,
}

/// What is the same of one lead's events.
struct About<'a> {
    lead: LeadId,
    page: &'a (PageId, String),
    psid: &'a str,
    key: &'a Key,
    now: Timestamp,
}

impl Maker {
    pub fn new(brand: BrandId, file: &Brand, lookups: LookupKeys) -> Self {
        let c = &file.controller;
        let controller = Party {
            name: c.name.clone(),
            address: c.address.clone(),
            country: c.country.clone(),
            contact: c.contact.clone(),
        };
        Self { brand, controller, lookups, signing: hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()) }
    }

    #[expect(clippy::too_many_arguments, reason = "one lead's making; a struct would only rename it")]
    pub fn make(
        &self,
        rows: &mut Rows,
        id: LeadId,
        page: &(PageId, String),
        psid: String,
        key: &Key,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<()> {
        let brand = self.brand;
        let (wrote, said_yes) = (now.minus(Span::secs(90)), now.minus(Span::secs(60)));
        let mac = self.lookups.in_force.1.mac("lead", &[page.1.as_bytes(), psid.as_bytes()]);
        rows.macs.push((Macs::only(mac, self.lookups.in_force.0), id));
        let about = About { lead: id, page, psid: &psid, key, now };
        let first = self.event(rows, &about, ("promotion", "informed"), wrote, None, entropy)?;
        let shown = Shown {
            wording: "leangzbotchat-2026-01".to_owned(),
            language: "en".to_owned(),
            text: "May Sample Page send you promotions here on Messenger? You can stop them at any time: press the button in any of them, or write stop.".to_owned(),
            answers: vec!["Yes, send offers".to_owned(), "No, thanks".to_owned()],
            answered: "Yes, send offers".to_owned(),
        };
        let yes = self.event(rows, &about, ("promotion", "confirmed"), said_yes, Some(shown), entropy)?;
        let consents = Consents {
            started: Some((wrote, first)),
            informed: Some((wrote, first)),
            confirmed: Some((said_yes, yes)),
            ..Consents::default()
        };
        let lead = Lead {
            id,
            brand,
            page: page.0,
            created_at: now,
            last_inbound_at: Some(said_yes),
            consents,
            unavailable_at: None,
            thread_elsewhere_at: None,
            asked_at: Some(wrote),
            fenced_at: None,
            restricted_at: None,
            dormant_at: None,
        };
        let profile = LeadProfile {
            psid: Personal::new(psid),
            given_name: Some(Personal::from("Sample")),
            language: Some(Personal::from("en")),
            pending: None,
            name_for_show: Some(true),
        };
        let place = Place { brand, person: id.0, table: "lead", row: id.0 };
        rows.leads.push(StoredLead { lead, sealed: key.seal_value(&place, &profile, entropy)? });
        Ok(())
    }

    /// One consent event: recorded, committed to, sealed.
    fn event(
        &self,
        rows: &mut Rows,
        about: &About<'_>,
        (purpose, how): (&'static str, &'static str),
        happened_at: Timestamp,
        shown: Option<Shown>,
        entropy: &dyn Entropy,
    ) -> Result<ConsentId> {
        let id = ConsentId::new(about.now, entropy);
        let time = |at: Timestamp| jiff::Timestamp::from_microsecond(at.micros()).map(|at| at.to_string());
        let (page, psid, at) = (&about.page.1, about.psid, happened_at.millis());
        let body = format!(
            r#"{{"object":"page","entry":[{{"id":"{page}","time":{at},"messaging":[{{"sender":{{"id":"{psid}"}},"recipient":{{"id":"{page}"}},"timestamp":{at},"message":{{"mid":"m_{at}00000000000000000000000000000000","text":"Hello, when do you open?"}}}}]}}]}}"#
        );
        let signature = format!("sha256={}", hex::encode(hmac::sign(&self.signing, body.as_bytes())));
        let record = ConsentRecord {
            format: FORMAT.to_owned(),
            id: id.to_string(),
            event: "opt_in".to_owned(),
            purpose: purpose.to_owned(),
            how: how.to_owned(),
            lawful_basis: "GDPR 6(1)(a)".to_owned(),
            controller: self.controller.clone(),
            page: PageParty { meta_id: page.clone(), name: "Sample Page".to_owned() },
            person: psid.to_owned(),
            happened_at: time(happened_at)?,
            recorded_at: time(about.now)?,
            shown,
            withdrawal_method: WITHDRAWAL_METHOD.to_owned(),
            source: Source::SignedDelivery {
                body: BASE64_STANDARD.encode(&body),
                signature,
                encoding: "base64".to_owned(),
            },
            log_before: None,
        };
        let json = serde_json::to_string(&record)?;
        let key: [u8; 64] = random(entropy);
        let commitment = ledger::commit(&key, json.as_bytes());
        let kept = Kept { key: key.to_vec(), record: Personal::new(json) };
        let place = Place { brand: self.brand, person: about.lead.0, table: "consent_event", row: id.0 };
        rows.events.push(ConsentEvent {
            id,
            lead: about.lead,
            page: about.page.0,
            kind: "opt_in",
            purpose,
            how,
            happened_at,
            recorded_at: about.now,
            leaf_index: None,
            sealed: about.key.seal_value(&place, &kept, entropy)?,
        });
        rows.pending.push(PendingLeaf { id: id.0, commitment, consent: Some(id) });
        Ok(id)
    }
}
