//! How the installation stands, in numbers: for whoever operates it (trusted callers).
//!
//! Invariant: numbers and brands' short names; nothing that is about an account or a person.

use crate::counts::Counted;
use crate::{Engine, EngineError, send};
use model::time::Timestamp;
use store::tables::{erasure, inbox, lease, ledger, mail, outbox};
use store::{Figures, StoreError};
use vault::LookupStep;

#[derive(Debug, Clone)]
pub struct Standing {
    pub now: Timestamp,
    pub events_waiting: u64,
    pub answers_waiting: u64,
    pub mails_waiting: u64,
    pub mails_since: Option<Timestamp>,
    pub erasures_open: u64,
    /// Leaves that a checkpoint covers.
    pub log_size: u64,
    pub log_pending: u64,
    /// When the oldest commitment that waits was made.
    pub log_pending_since: Option<Timestamp>,
    /// Pages whose sending this run has in hand.
    pub lanes_held: u64,
    /// Requests of lanes that this node has on the wire, and as many as it may.
    pub on_the_wire: (usize, usize),
    /// How many serve, this one among them, as far as this one sees.
    pub nodes: usize,
    /// How often the keys' root has changed.
    pub key_epoch: u64,
    /// Of each brand: its short name, and how far the change of its look-up key is.
    pub look_ups: Vec<(String, &'static str)>,
    pub counted: Counted,
}

/// The steps of a change of look-up keys.
pub const LOOK_UP_STEPS: [&str; 3] = ["settled", "announced", "writing"];

pub async fn read(engine: &Engine) -> Result<Standing, EngineError> {
    let (now, holder, epoch) = (engine.clock.now(), engine.holder, engine.vault.epoch());
    let mut look_ups: Vec<_> = engine
        .brands()
        .map(|ctx| {
            let [settled, announced, writing] = LOOK_UP_STEPS;
            let step = match ctx.lookup.step {
                LookupStep::Settled => settled,
                LookupStep::Announced => announced,
                LookupStep::Writing => writing,
            };
            (ctx.brand.slug.clone(), step)
        })
        .collect();
    look_ups.sort_unstable();
    let counted = Counted { limited: engine.limits.told(), ..engine.counts.now() };
    let nodes = engine.nodes.count();
    let most = engine.settings.in_flight;
    let on_the_wire = (most.saturating_sub(engine.slots.available_permits()), most);
    let read = move |tx: &store::Tx<'_>| {
        let (mails_waiting, mails_since) = mail::waiting(tx)?;
        let oldest = ledger::list_pending(tx, 1)?.into_iter().next();
        Ok::<_, StoreError>(Standing {
            now,
            events_waiting: inbox::count(tx)?,
            answers_waiting: outbox::count(tx)?,
            mails_waiting,
            mails_since,
            erasures_open: u64::try_from(erasure::list_open(tx)?.len()).unwrap_or(u64::MAX),
            log_size: ledger::head(tx)?.map_or(0, |head| head.size),
            log_pending: ledger::count_pending(tx)?,
            log_pending_since: oldest.map(|leaf| made_at(leaf.id)),
            on_the_wire,
            nodes,
            lanes_held: lease::count_held(tx, send::LANE, &holder, now)?,
            key_epoch: epoch,
            look_ups: look_ups.clone(),
            counted: counted.clone(),
        })
    };
    Ok(engine.data.read("standing", read).await?)
}

/// Ids sort by time (RFC 9562, 5.7): the first 48 bits are its milliseconds.
fn made_at(id: [u8; 16]) -> Timestamp {
    let millis = id.iter().take(6).fold(0_i64, |millis, byte| millis << 8 | i64::from(*byte));
    Timestamp(millis.saturating_mul(1_000))
}

/// Of the data's database.
pub fn figures(engine: &Engine) -> Figures {
    engine.data.figures()
}
