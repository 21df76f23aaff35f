//! Input that was refused since it did not fit (400, 413, 415, 422), as a line of the log and a count: a mistake looks as an
//! attempt to get round the checks does, and how often there was one tells them apart (claim R4: ids and codes alone).
//!
//! Invariants: nothing of what was sent is here, so none of it can be in a line; for one reason, of one account or grant,
//! within an hour, the first has a line, and so have the tenth, the hundredth and so on. Whoever is not known is counted
//! together with all of their brand who are not.

use crate::denials::{Counts, Whose, is_told};
use crate::{Actor, Door, Engine};
use model::id::BrandId;
use std::sync::{Mutex, PoisonError};

/// What was refused.
#[derive(Debug, Clone, Copy)]
pub struct Unfit<'a> {
    pub brand: Option<BrandId>,
    /// Who asked, where that is known.
    pub asker: Option<&'a Actor>,
    /// As the table of routes has it: never the path of a request.
    pub route: &'a str,
    pub status: u16,
    /// A code.
    pub why: &'static str,
}

/// Whose refusals are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Known(Whose),
    Anybody(Option<BrandId>),
}

#[derive(Default)]
pub(crate) struct Unfits(Mutex<Counts<(Who, &'static str)>>);

impl Engine {
    /// Counts that input was refused, and says it in the log while that is new, or grows.
    pub fn unfit(&self, of: &Unfit<'_>) {
        self.counts.unfit(of.status);
        let who = of.asker.map_or(Who::Anybody(of.brand), |actor| Who::Known(Whose::of(actor)));
        let mut counts = self.unfits.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = counts.one_more((who, of.why), self.clock.monotonic());
        drop(counts);
        if !is_told(tries) {
            return;
        }
        // A helper is nobody's account.
        let account = of.asker.filter(|actor| !matches!(actor.door, Some(Door::Support(_))));
        tracing::warn!(
            brand = of.brand.map(display),
            account = account.map(|actor| display(actor.account)),
            route = of.route,
            status = of.status,
            why = of.why,
            tries,
            "input was refused"
        );
    }
}
