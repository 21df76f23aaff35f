//! The table of a broadcast's deliveries, taken out: who got it and who did not, and why.
//!
//! Invariants (claim A3): as with every file, nothing leaves before its entry is on the disk; leads are named by their id,
//! never by who they are; the table is made while it is read, whatever its length; a broadcast that is not there is said to
//! be so before anything else.

use super::{By, DELIVERIES, finish, reason, record};
use crate::views::broadcasts::{self, DeliveryView};
use crate::views::exports::Kept;
use crate::views::{LIMIT, own};
use crate::{Actor, Engine, EngineError, TokenScope};
use model::delivery::DeliveryState;
use model::id::{BroadcastId, ExportId, LeadId, PageId};
use model::personal::Personal;
use model::time::{Span, Timestamp};
use store::Tx;
use store::tables::delivery::{self, DeliveryLine};

/// A change of state may be on the disk so much later than it says, by another node's clock too.
const SETTLED: Span = Span::minutes(1);

/// Which deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    In(DeliveryState),
    /// Those that did not arrive, or not yet.
    NotReached,
}

impl Which {
    /// `None` where it is all.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::In(state) => Some(state.code()),
            Self::NotReached => Some("not_reached"),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "" => Some(Self::All),
            "not_reached" => Some(Self::NotReached),
            code => DeliveryState::from_code(code).map(Self::In),
        }
    }

    fn holds(self, state: DeliveryState) -> bool {
        match self {
            Self::All => true,
            Self::In(own) => own == state,
            Self::NotReached => state != DeliveryState::Sent,
        }
    }

    /// Whether a delivery stood in a table that was begun at that time; `None` where its state may have been another.
    pub(crate) fn held(self, line: &DeliveryLine, at: Timestamp) -> Option<bool> {
        // What was on the wire is planned again without another time.
        let is_as_it_was =
            matches!(self, Self::All | Self::NotReached) || line.state != DeliveryState::Planned;
        let has_stood = is_as_it_was && line.changed_at.plus(SETTLED) <= at;
        has_stood.then(|| self.holds(line.state))
    }
}

/// What is to be taken out.
#[derive(Debug, Clone)]
pub struct DeliveriesForm {
    pub broadcast: BroadcastId,
    pub which: Which,
    /// What for.
    pub why: String,
    pub by: By,
}

/// A table that is being taken out. Read it to its end with [`DeliveryExport::next`].
pub struct DeliveryExport {
    actor: Actor,
    id: ExportId,
    broadcast: BroadcastId,
    which: Which,
    after: Option<(PageId, LeadId)>,
    written: u64,
    is_read: bool,
}

/// Writes down what is taken out, tells the account, and begins the table.
pub async fn begin_deliveries(
    engine: &Engine,
    actor: &Actor,
    asked: DeliveriesForm,
) -> Result<DeliveryExport, EngineError> {
    actor.may(TokenScope::BroadcastsRead)?;
    let (asking, broadcast, which) = (actor.clone(), asked.broadcast, asked.which);
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(asking.brand);
        own::broadcast(scope, &asking, broadcast)?;
        Ok::<_, EngineError>(delivery::count_rows(scope, broadcast)?)
    };
    let counted = engine.data.read("deliveries_to_export", read).await?;
    let leads = counted.iter().filter(|line| which.holds(line.state)).map(|line| line.count).sum();
    let kept = Kept {
        form: DELIVERIES.to_owned(),
        with_names: false,
        by: asked.by.code().to_owned(),
        page: None,
        level: None,
        state: which.code().map(str::to_owned),
        tag: None,
        why: Personal::from(reason(&asked.why)?),
        broadcast: Some(broadcast),
    };
    let id = record(engine, actor, leads, false, &kept).await?;
    let actor = actor.clone();
    Ok(DeliveryExport { actor, id, broadcast, which, after: None, written: 0, is_read: false })
}

impl DeliveryExport {
    /// The next lines; `None` after the last. An error breaks the table off, and its entry says that it was never
    /// complete.
    pub async fn next(&mut self, engine: &Engine) -> Result<Option<Vec<DeliveryView>>, EngineError> {
        if self.is_read {
            finish(engine, &self.actor, self.id, self.written).await?;
            return Ok(None);
        }
        let (actor, id, after) = (&self.actor, self.broadcast, self.after);
        let some = match self.which {
            Which::All => broadcasts::deliveries(engine, actor, id, None, after, LIMIT).await?,
            Which::In(state) => broadcasts::deliveries(engine, actor, id, Some(state), after, LIMIT).await?,
            Which::NotReached => broadcasts::not_reached(engine, actor, id, after, LIMIT).await?,
        };
        self.is_read = u32::try_from(some.len()).is_ok_and(|length| length < LIMIT);
        self.after = some.last().map(|last| (last.page, last.lead));
        self.written = self.written.saturating_add(u64::try_from(some.len()).unwrap_or(u64::MAX));
        Ok(Some(some))
    }
}
