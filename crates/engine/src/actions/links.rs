//! The unsubscribe link of a bulk message: needs no login, works for good, and nothing happens when
//! somebody only looks at it.
//!
//! Invariants: opening changes nothing (claim B3: Messenger and scanners fetch links by themselves);
//! a token is a lead's id with a keyed hash under the brand's key, so it cannot be made up, is good
//! for no other brand, and says nothing about the person.

use crate::actions::leads::withdraw;
use crate::actions::pages::PageSecrets;
use crate::brands::BrandContext;
use crate::views::own;
use crate::{Engine, EngineError};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::consent::{Purpose, Scope, Way};
use model::evidence::Source;
use model::id::{BrandId, LeadId};
use serde::Serialize;
use store::{StoreError, tables};
use subtle::ConstantTimeEq;

const MAC: usize = 16;

/// What the page behind an unsubscribe link may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    pub lead: LeadId,
    /// `None` once the lead is erased.
    pub page_name: Option<String>,
    /// The language that the lead writes, if it is known.
    pub language: Option<String>,
    /// Nothing is sent to this lead (any more).
    pub is_withdrawn: bool,
}

fn mac(brand: &BrandContext, lead: LeadId) -> [u8; MAC] {
    let mut short = [0; MAC];
    short.iter_mut().zip(brand.key.mac("unsubscribe", &[lead.as_bytes()])).for_each(|(to, from)| *to = from);
    short
}

/// The link that this lead's bulk messages carry.
pub(crate) fn unsubscribe_url(brand: &BrandContext, lead: LeadId) -> String {
    let token = BASE64_URL_SAFE_NO_PAD.encode([*lead.as_bytes(), mac(brand, lead)].concat());
    format!("{}/u/{token}", brand.brand.public_url)
}

/// Whose token it is; `None` when it was made up or belongs to another brand.
fn lead_of(brand: &BrandContext, token: &str) -> Option<LeadId> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let (id, given) = bytes.split_at_checked(16)?;
    let lead = LeadId::from_slice(id)?;
    bool::from(mac(brand, lead).ct_eq(given)).then_some(lead)
}

/// What lies behind a link; `None` for a token that is not ours. Changes nothing.
pub async fn open(engine: &Engine, brand: BrandId, token: &str) -> Result<Option<LinkView>, EngineError> {
    let ctx = &engine.brand(brand)?;
    let Some(lead) = lead_of(ctx, token) else { return Ok(None) };
    let gone = LinkView { lead, page_name: None, language: None, is_withdrawn: true };
    let found = engine
        .data
        .read("lead_of_link", move |tx| {
            let scope = tx.brand(brand);
            let Some(stored) = tables::lead::get(scope, lead)? else { return Ok(None) };
            let page = tables::page::get(scope, stored.lead.page)?;
            Ok::<_, StoreError>(page.map(|page| (stored, page)))
        })
        .await?;
    let Some((stored, page)) = found.filter(|(stored, _)| stored.lead.fenced_at.is_none()) else {
        return Ok(Some(gone));
    };
    let Some(key) = engine.vault.key(&lead.0).await? else { return Ok(Some(gone)) };
    let profile = own::profile(ctx, &key, &stored)?;
    let consents = &stored.lead.consents;
    let ended = |purpose| consents.in_force(purpose).is_none();
    Ok(Some(LinkView {
        lead,
        page_name: Some(PageSecrets::open(engine, ctx, &page).await?.name.reveal().clone()),
        language: profile.language.as_ref().map(|language| language.reveal().clone()),
        is_withdrawn: consents.withdrawn_at.is_some() && ended(Purpose::Promotion) && ended(Purpose::Utility),
    }))
}

/// Withdraws everything for the person behind the link; `None` for a token that is not ours. When
/// it returns, no further bulk message to this lead can start. Doing it twice is fine.
pub async fn unsubscribe(engine: &Engine, brand: BrandId, token: &str) -> Result<Option<()>, EngineError> {
    let ctx = &engine.brand(brand)?;
    let Some(lead) = lead_of(ctx, token) else { return Ok(None) };
    withdraw(engine, ctx, lead, Scope::All, Way::Link, Source::Link).await?;
    engine.landed(&[(brand, lead)]).await;
    Ok(Some(()))
}
