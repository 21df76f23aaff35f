//! The people of a batch of events: found by look-up, or made, their keys first.
//!
//! Invariants: a key is durable before the row that needs it; only a person's own act raises a
//! lead; whose key is gone is being erased, and nothing is written about them.

use super::commit::Batch;
use super::{Opened, PageContext};
use crate::brands::BrandContext;
use crate::{Engine, EngineError};
use model::bot::permission::Use;
use model::bot::question::{FieldKind, LeadAnswer};
use model::bot::{Data, Reaction};
use model::consent::Consents;
use model::id::{AnswerId, BrandId, BreachId, LeadId, PageId};
use model::inbound::Event;
use model::lead::{Lead, LeadProfile, PendingQuestion};
use model::personal::Personal;
use model::time::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use store::StoreError;
use store::tables::answer::StoredAnswer;
use store::tables::lead::StoredLead;
use store::tables::{
    self,
    lookup::{self, Macs},
};
use vault::{Key, NewKey};

/// A lead while a batch is put together.
pub(super) struct Person {
    pub id: LeadId,
    pub key: Arc<Key>,
    pub profile: LeadProfile,
    /// The profile's envelope as it was read; empty for whom this batch makes.
    pub read: Vec<u8>,
    /// Made by this batch.
    pub is_new: bool,
    pub fenced: bool,
    /// Asked that their data be kept and not used.
    pub restricted: bool,
    pub changed: bool,
    /// The opt-in question was put.
    pub was_asked: bool,
    /// Came back from an archive and does something for the first time since: met as if new.
    pub wakes: bool,
    /// An earlier event of this batch was this person's.
    pub met: bool,
    /// A breach of which nothing but their own page told them.
    pub untold: Option<BreachId>,
}

impl Engine {
    /// Finds the leads of the batch; makes those who are new, their keys first.
    pub(super) async fn people(
        &self,
        opened: &[(Arc<BrandContext>, Opened)],
        pages: &HashMap<PageId, PageContext>,
        batch: &mut Batch,
    ) -> Result<HashMap<(BrandId, Macs), Person>, EngineError> {
        let mut wanted: Vec<(BrandId, Macs)> =
            opened.iter().filter_map(|(brand, event)| Some((brand.id, event.mac?))).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let asked = wanted.clone();
        let found = self
            .data
            .read("leads_of_events", move |tx| {
                let mut found = Vec::with_capacity(asked.len());
                let is_any_told = tables::breach::is_any_told(tx)?;
                for same in asked.chunk_by(|a, b| a.0 == b.0) {
                    let Some((brand, _)) = same.first() else { continue };
                    let scope = tx.brand(*brand);
                    let macs: Vec<Macs> = same.iter().map(|(_, mac)| *mac).collect();
                    let ids = lookup::find_many(scope, &macs)?;
                    let known: Vec<LeadId> = ids.iter().flatten().copied().collect();
                    let untold = match is_any_told {
                        true => tables::breach_person::on_page_only(scope, &known)?,
                        false => vec![None; known.len()],
                    };
                    let rows = tables::lead::get_many(scope, &known)?.into_iter().zip(untold);
                    let mut rows = rows.map(|(row, untold)| row.map(|row| (row, untold)));
                    found.extend(ids.iter().map(|id| id.and_then(|_| rows.next().flatten())));
                }
                Ok::<_, StoreError>(found)
            })
            .await?;
        let known: Vec<[u8; 16]> = found.iter().flatten().map(|(stored, _)| stored.lead.id.0).collect();
        let keys = self.vault.keys(&known).await?;
        let mut people = HashMap::with_capacity(wanted.len());
        let mut strangers = Vec::new();
        for (who, stored) in wanted.into_iter().zip(found) {
            let Some((stored, untold)) = stored else {
                strangers.push(who);
                continue;
            };
            // No key: this person is being erased. Nothing is written about them.
            let Some(key) = keys.get(&stored.lead.id.0) else { continue };
            let brand = self.brands.get(who.0)?;
            let place = brand.person_place(stored.lead.id.0, "lead", stored.lead.id.0);
            let profile =
                key.open_value(&place, &stored.sealed).map_err(|_| EngineError::Sealed { place: "lead" })?;
            let fenced = stored.lead.fenced_at.is_some();
            let restricted = stored.lead.restricted_at.is_some();
            let (id, was_asked) = (stored.lead.id, stored.lead.asked_at.is_some());
            let wakes = stored.lead.dormant_at.is_some();
            people.insert(
                who,
                Person {
                    id,
                    key: Arc::clone(key),
                    profile,
                    read: stored.sealed,
                    is_new: false,
                    fenced,
                    restricted,
                    changed: false,
                    was_asked,
                    wakes,
                    met: false,
                    untold,
                },
            );
        }
        self.make_people(opened, pages, strangers, &mut people, batch).await?;
        Ok(people)
    }

    async fn make_people(
        &self,
        opened: &[(Arc<BrandContext>, Opened)],
        pages: &HashMap<PageId, PageContext>,
        strangers: Vec<(BrandId, Macs)>,
        people: &mut HashMap<(BrandId, Macs), Person>,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        let mut first: HashMap<(BrandId, Macs), &Opened> = HashMap::new();
        for (brand, event) in opened.iter().filter(|(_, event)| raises(&event.inbound.event)) {
            if let Some(mac) = event.mac {
                first.entry((brand.id, mac)).or_insert(event);
            }
        }
        let mut new = Vec::new();
        for who in strangers {
            let Some(event) = first.get(&who) else { continue };
            let (Some(page), Some(psid)) = (pages.get(&event.page), event.inbound.psid.clone()) else {
                continue;
            };
            let id = LeadId::new(now, &*self.entropy);
            new.push((who, id, *event, page, psid));
        }
        let keys: Vec<NewKey> =
            new.iter().map(|(_, id, _, page, _)| NewKey { id: id.0, parent: Some(page.account) }).collect();
        let keys = if keys.is_empty() { Vec::new() } else { self.vault.create(&keys).await? };
        for ((who, id, event, _, psid), key) in new.into_iter().zip(keys) {
            let profile =
                LeadProfile { psid, given_name: None, language: None, pending: None, name_for_show: None };
            let lead = Lead {
                id,
                brand: who.0,
                page: event.page,
                created_at: now,
                last_inbound_at: None,
                consents: Consents::default(),
                unavailable_at: None,
                thread_elsewhere_at: None,
                asked_at: None,
                fenced_at: None,
                restricted_at: None,
                dormant_at: None,
            };
            batch.new_leads.push((StoredLead { lead, sealed: Vec::new() }, who.1));
            people.insert(
                who,
                Person {
                    id,
                    key,
                    profile,
                    read: Vec::new(),
                    is_new: true,
                    fenced: false,
                    restricted: false,
                    changed: true,
                    was_asked: false,
                    wakes: false,
                    met: false,
                    untold: None,
                },
            );
        }
        Ok(())
    }

    pub(super) fn seal_profile(&self, brand: &BrandId, person: &Person) -> Result<Vec<u8>, EngineError> {
        let place = self.brands.get(*brand)?.person_place(person.id.0, "lead", person.id.0);
        person
            .key
            .seal_value(&place, &person.profile, &*self.entropy)
            .map_err(|_| EngineError::Sealed { place: "lead" })
    }

    /// Takes into the profile what the lead told.
    pub(super) fn learn(&self, person: &mut Person, reaction: &mut Reaction) {
        if let Some(name) = reaction.given_name.take() {
            // Said unasked, to the page.
            person.profile.set_name(name, true);
            person.changed = true;
        }
        if let Some(language) = reaction.language
            && person.profile.language.as_ref().is_none_or(|known| known.reveal() != language)
        {
            person.profile.language = Some(Personal::from(language));
            person.changed = true;
        }
        person.was_asked |= reaction.asks;
    }

    /// Notes a question that asks for data, or takes the answer to it; what is to be kept of it.
    pub(super) fn take_data(
        &self,
        brand: &BrandContext,
        person: &mut Person,
        data: Data,
        page: PageId,
        at: Timestamp,
    ) -> Result<Option<StoredAnswer>, EngineError> {
        person.changed = true;
        let given = match data {
            Data::Asked(question) => {
                let question = Personal::new(question);
                person.profile.pending = Some(PendingQuestion { question, asked_at: at.micros() });
                return Ok(None);
            }
            Data::Skipped(_) => {
                person.profile.pending = None;
                return Ok(None);
            }
            Data::Given(given) => given,
        };
        person.profile.pending = None;
        let sealed = || EngineError::Sealed { place: "answer" };
        // The question asks for permission to store (`Question::new`); without it nothing is kept.
        let Ok(answer) = LeadAnswer::keep(&given, at) else { return Ok(None) };
        if let (FieldKind::GivenName, Ok(name)) = (answer.kind(), answer.for_use(Use::Message)) {
            person.profile.set_name(name.clone(), answer.for_use(Use::Show).is_ok());
        }
        let id = AnswerId::new(self.clock.now(), &*self.entropy);
        let place = brand.person_place(person.id.0, "answer", id.0);
        let sealed = person.key.seal_value(&place, &answer, &*self.entropy).map_err(|_| sealed())?;
        Ok(Some(StoredAnswer { id, page, lead: person.id, answered_at: at, sealed }))
    }
}

/// Whether an event is a person's own act, which may raise a new lead.
const fn raises(event: &Event) -> bool {
    matches!(
        event,
        Event::Message(_)
            | Event::Postback { .. }
            | Event::Referral { .. }
            | Event::OptOut
            | Event::Reaction { .. }
    )
}
