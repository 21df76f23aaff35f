//! Which of an account's leads fit a filter: for the list, for tags on many at once, for exports.
//!
//! Invariants: the rules of the model say who fits, not the database; leads come in the order of their ids,
//! each once, whatever happens meanwhile; nothing sealed is opened.

use super::leads::{LeadView, view};
use super::{limited, own};
use crate::{Actor, Engine, EngineError, TokenScope};
use model::consent::EvidenceLevel;
use model::id::{LeadId, PageId, TagId};
use store::tables::lead::{self, StoredLead};

/// Which leads a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    pub page: Option<PageId>,
    /// The best evidence there ever was.
    pub level: Option<EvidenceLevel>,
    pub state: Option<LeadState>,
    pub tag: Option<TagId>,
}

/// What can be asked of a lead's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadState {
    /// Promotions may be sent, as far as consent goes.
    Subscribed,
    /// Promotions were withdrawn and not agreed to since.
    Unsubscribed,
    /// The 24-hour window is open.
    WindowOpen,
    /// Meta says that the person cannot be reached.
    Unavailable,
}

impl LeadState {
    pub const ALL: [Self; 4] = [Self::Subscribed, Self::Unsubscribed, Self::WindowOpen, Self::Unavailable];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
            Self::WindowOpen => "window_open",
            Self::Unavailable => "unavailable",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    const fn fits(self, lead: &LeadView) -> bool {
        match self {
            Self::Subscribed => lead.promotion_in_force,
            Self::Unsubscribed => lead.withdrawn_at.is_some() && !lead.promotion_in_force,
            Self::WindowOpen => lead.window_open_until.is_some(),
            Self::Unavailable => lead.unavailable,
        }
    }
}

impl Filter {
    fn fits(&self, lead: &LeadView) -> bool {
        self.page.is_none_or(|page| page == lead.page)
            && self.state.is_none_or(|state| state.fits(lead))
            && self.level.is_none_or(|level| lead.level == Some(level.code()))
    }

    /// Whether what is read of the database may hold leads that do not fit.
    const fn leaves_out(&self) -> bool {
        self.level.is_some() || self.state.is_some() || (self.page.is_some() && self.tag.is_some())
    }
}

/// A part of a filtered list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub leads: Vec<LeadView>,
    /// Where to go on; `None` at the end. There may be one though fewer than asked for were found:
    /// one question looks at [`SCANNED`] leads at most.
    pub next: Option<LeadId>,
}

/// Leads that one question of a filtered list looks at, so that a rare state does not hold up the
/// database.
pub const SCANNED: usize = 4_000;
const SCAN_CHUNK: u32 = 500;

/// The next leads in the order of their ids: along the tag if one is asked for, else along the page, else
/// the account.
async fn stretch(
    engine: &Engine,
    actor: &Actor,
    filter: Filter,
    after: LeadId,
    limit: u32,
) -> Result<Vec<StoredLead>, EngineError> {
    let asking = actor.clone();
    let read = move |tx: &store::Tx<'_>| {
        let scope = tx.brand(asking.brand);
        if let Some(page) = filter.page {
            own::page(scope, &asking, page)?;
        }
        if let Some(tag) = filter.tag {
            own::tag(scope, &asking, tag)?;
        }
        Ok::<_, EngineError>(match (filter.tag, filter.page) {
            (Some(tag), _) => lead::list_of_tag(scope, tag, after, limit)?,
            (None, Some(page)) => lead::list_of_page(scope, page, after, limit)?,
            (None, None) => lead::list_of_account(scope, asking.account, after, limit)?,
        })
    };
    engine.data.read("filter_leads", read).await
}

/// As [`super::leads::list`], of those that fit the filter.
pub async fn filtered(
    engine: &Engine,
    actor: &Actor,
    filter: Filter,
    after: Option<LeadId>,
    limit: u32,
) -> Result<Found, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let limit = limited(limit)?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let now = engine.clock.now();
    let chunk = if filter.leaves_out() { SCAN_CHUNK } else { limit.saturating_add(1) };
    let mut after = after.unwrap_or(LeadId([0; 16]));
    let (mut leads, mut scanned) = (Vec::new(), 0);
    loop {
        let rows = stretch(engine, actor, filter, after, chunk).await?;
        let is_last = u32::try_from(rows.len()).is_ok_and(|length| length < chunk);
        for stored in &rows {
            let lead = view(&stored.lead, now);
            after = lead.id;
            if filter.fits(&lead) {
                leads.push(lead);
                // One more than wanted says that there is more.
                if leads.len() > wanted {
                    leads.truncate(wanted);
                    return Ok(Found { next: leads.last().map(|lead| lead.id), leads });
                }
            }
        }
        scanned += rows.len();
        if is_last {
            return Ok(Found { leads, next: None });
        }
        if scanned >= SCANNED {
            return Ok(Found { leads, next: Some(after) });
        }
    }
}

/// Goes through all that fit a filter, a chunk at a time, in readings of their own.
pub(crate) struct Walk {
    actor: Actor,
    filter: Filter,
    after: LeadId,
    is_done: bool,
}

impl Walk {
    pub const fn new(actor: Actor, filter: Filter) -> Self {
        Self { actor, filter, after: LeadId([0; 16]), is_done: false }
    }

    /// Those that fit of the next leads, which may be none; `None` at the end.
    pub async fn next(
        &mut self,
        engine: &Engine,
    ) -> Result<Option<Vec<(StoredLead, LeadView)>>, EngineError> {
        if self.is_done {
            return Ok(None);
        }
        let rows = stretch(engine, &self.actor, self.filter, self.after, SCAN_CHUNK).await?;
        self.is_done = u32::try_from(rows.len()).is_ok_and(|length| length < SCAN_CHUNK);
        if let Some(last) = rows.last() {
            self.after = last.lead.id;
        }
        let now = engine.clock.now();
        let seen = rows.into_iter().map(|stored| {
            let lead = view(&stored.lead, now);
            (stored, lead)
        });
        Ok(Some(seen.filter(|(_, lead)| self.filter.fits(lead)).collect()))
    }
}

/// How many fit the filter, all of them counted.
pub async fn count(engine: &Engine, actor: &Actor, filter: Filter) -> Result<u64, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let mut walk = Walk::new(actor.clone(), filter);
    let mut count: u64 = 0;
    while let Some(some) = walk.next(engine).await? {
        count = count.saturating_add(u64::try_from(some.len()).unwrap_or(u64::MAX));
    }
    Ok(count)
}

/// How many fit, as far as was looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub leads: u64,
    /// All were looked at; else there may be more.
    pub is_all: bool,
}

/// As [`count`], of the first [`SCANNED`] leads at most: for a page that is only looked at.
pub async fn count_first(engine: &Engine, actor: &Actor, filter: Filter) -> Result<Counted, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let mut walk = Walk::new(actor.clone(), filter);
    let (mut leads, mut scanned) = (0_u64, 0);
    while scanned < SCANNED {
        let Some(some) = walk.next(engine).await? else { break };
        leads = leads.saturating_add(u64::try_from(some.len()).unwrap_or(u64::MAX));
        scanned += usize::try_from(SCAN_CHUNK).unwrap_or(SCANNED);
    }
    Ok(Counted { leads, is_all: walk.is_done })
}
