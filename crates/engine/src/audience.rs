//! Which leads of a page a filtered broadcast goes to: by tag, evidence and language.
//!
//! Invariant: a filter only leaves leads out. Whether a lead may be written to is the gate's to say, for
//! each that is left.

use crate::brands::BrandContext;
use crate::views::own;
use crate::{Engine, EngineError};
use model::consent::Purpose;
use model::id::{BrandId, LeadId, PageId};
use model::outgoing::Filter;
use std::collections::HashSet;
use store::tables::lead::StoredLead;
use store::tables::{lead, tag};
use store::{StoreError, Tx};

/// Leads of a page after one of them, and those of them that bear one of the filter's tags.
pub struct Stretch {
    pub leads: Vec<StoredLead>,
    tagged: HashSet<LeadId>,
}

/// Reads the next leads of a page.
pub fn stretch(
    tx: &Tx<'_>,
    brand: BrandId,
    page: PageId,
    after: LeadId,
    limit: u32,
    filter: &Filter,
) -> Result<Stretch, StoreError> {
    let scope = tx.brand(brand);
    let leads = lead::list_of_page(scope, page, after, limit)?;
    let mut tagged = HashSet::new();
    if let (Some(first), Some(last)) = (leads.first(), leads.last()) {
        for id in &filter.tags {
            tagged.extend(tag::list_between(scope, *id, (first.lead.id, last.lead.id))?);
        }
    }
    Ok(Stretch { leads, tagged })
}

/// Those whom the filter does not leave out. Profiles are opened only where a language is asked for.
pub async fn chosen(
    engine: &Engine,
    brand: &BrandContext,
    stretch: &Stretch,
    filter: &Filter,
    purpose: Purpose,
) -> Result<HashSet<LeadId>, EngineError> {
    let fits = |stored: &&StoredLead| {
        let level = stored.lead.consents.in_force(purpose).map(|(level, _)| level);
        (filter.tags.is_empty() || stretch.tagged.contains(&stored.lead.id))
            && filter.level.is_none_or(|wanted| level.is_some_and(|level| level >= wanted))
    };
    let some: Vec<&StoredLead> = stretch.leads.iter().filter(fits).collect();
    let Some(language) = &filter.language else {
        return Ok(some.into_iter().map(|stored| stored.lead.id).collect());
    };
    let ids: Vec<[u8; 16]> = some.iter().map(|stored| stored.lead.id.0).collect();
    let keys = engine.vault.keys(&ids).await?;
    let mut chosen = HashSet::with_capacity(some.len());
    for stored in some {
        // No key: an erasure has begun.
        let Some(key) = keys.get(&stored.lead.id.0) else { continue };
        let profile = own::profile(brand, key, stored)?;
        // Whoever has written nothing yet is spoken to in the brand's first language.
        let known = profile.language.as_ref().map(|known| known.reveal().as_str());
        let spoken = brand.brand.texts_for(known).map(|(spoken, _)| spoken);
        if spoken == Some(language) {
            chosen.insert(stored.lead.id);
        }
    }
    Ok(chosen)
}
