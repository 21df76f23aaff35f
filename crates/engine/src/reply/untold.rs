//! Leads who are affected by a breach and could not be written to: their own page told them, and nothing reached them. Once
//! they write, they are told in their thread, before they are answered (GDPR article 34).
//!
//! Invariant: each case once, noted in the commit of the message, which also deletes the event; whether the message may
//! go is the gate's to say, there. Of several cases one is told with each event.

use super::Opened;
use super::commit::{Batch, Notice};
use super::people::Person;
use crate::brands::BrandContext;
use crate::breach::Facts;
use crate::breach::tell::{message_id, to_thread};
use crate::{Engine, EngineError};
use model::id::{BrandId, BreachId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::tables::breach;
use store::tables::lookup::Macs;
use store::tables::outbox::{NewReply, ReplyIntent};
use store::{StoreError, Tx};

impl Engine {
    /// Puts what these people were not told into the batch, ahead of the answers.
    pub(super) async fn tell_untold(
        &self,
        opened: &[(Arc<BrandContext>, Opened)],
        people: &mut HashMap<(BrandId, Macs), Person>,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        let cases: BTreeSet<(BrandId, BreachId)> =
            people.iter().filter_map(|((brand, _), person)| Some((*brand, person.untold?))).collect();
        if cases.is_empty() {
            return Ok(());
        }
        let cases = self.cases(cases).await?;
        for (brand, event) in opened.iter().filter(|(_, event)| event.inbound.event.opens_window()) {
            let Some(person) = event.mac.and_then(|mac| people.get_mut(&(brand.id, mac))) else { continue };
            let may_be_told = !person.fenced && !person.restricted;
            let Some(breach) = person.untold.take_if(|_| may_be_told) else { continue };
            let Some(facts) = cases.get(&breach) else { continue };
            let language = person.profile.language.as_ref().map_or("", |language| language.reveal().as_str());
            let message = to_thread(brand, facts, language);
            let id = message_id(self, batch.replies.len(), self.clock.now(), (breach, person.id));
            let sealed = person
                .key
                .seal_value(&brand.person_place(person.id.0, "outbox", id.0), &message, &*self.entropy)
                .map_err(|_| EngineError::Sealed { place: "outbox" })?;
            batch.notices.push(Notice { breach, reply: id, issued: self.clock.monotonic() });
            batch.replies.push(NewReply {
                id,
                brand: brand.id,
                page: event.page,
                lead: person.id,
                intent: ReplyIntent::Answer,
                answers_at: event.inbound.at,
                sealed,
            });
        }
        Ok(())
    }

    /// What is known of each case; of one that does not open nothing, so that nobody's event waits for it.
    async fn cases(
        &self,
        wanted: BTreeSet<(BrandId, BreachId)>,
    ) -> Result<HashMap<BreachId, Facts>, EngineError> {
        let read = move |tx: &Tx<'_>| {
            let found = wanted.iter().map(|(brand, id)| Ok((*brand, breach::get(tx.brand(*brand), *id)?)));
            found.collect::<Result<Vec<_>, StoreError>>()
        };
        let mut cases = HashMap::new();
        for (brand, stored) in self.data.read("breaches_to_tell", read).await? {
            let Some(stored) = stored else { continue };
            match Facts::open(&*self.brands.get(brand)?, &stored) {
                Ok(facts) => drop(cases.insert(stored.id, facts)),
                Err(error) => {
                    tracing::warn!(%error, row = %stored.id, "what people are told of a breach does not open");
                }
            }
        }
        Ok(cases)
    }
}
