//! Deliberate misbehaviour: which calls it meets, and what it does to them.
//!
//! Invariant: whether a fault of some probability meets a call follows from the seed, the person and
//! the number of calls about that person, not from how concurrent calls happen to interleave.

use crate::id::{PageId, Psid};
use crate::seed;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A fault to be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub effect: Effect,
    /// Only calls for this page.
    #[serde(default)]
    pub page: Option<PageId>,
    /// Only calls about this person.
    #[serde(default)]
    pub person: Option<Psid>,
    /// Only calls whose path ends so, without ids (`messages`, `me/accounts`, `batch`); `*` for all.
    #[serde(default = "messages")]
    pub path: String,
    /// Only the so-manieth matching call, counted from 1.
    #[serde(default)]
    pub nth: Option<u64>,
    /// Only the next so many matching calls.
    #[serde(default)]
    pub next: Option<u64>,
    /// Each matching call with this probability.
    #[serde(default)]
    pub probability: Option<f64>,
}

fn messages() -> String {
    "messages".to_owned()
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Any Graph error. Nothing is sent.
    Error {
        code: i64,
        #[serde(default)]
        subcode: Option<i64>,
        /// 400 when absent (500 for codes 1 and 2).
        #[serde(default)]
        status: Option<u16>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        error_type: Option<String>,
        #[serde(default)]
        is_transient: Option<bool>,
        #[serde(default)]
        error_user_title: Option<String>,
        #[serde(default)]
        error_user_msg: Option<String>,
        #[serde(default)]
        error_data: Option<Value>,
    },
    /// The answer comes late (real time).
    Slow { millis: u64 },
    /// The connection ends before anything was done.
    DropBefore,
    /// Everything was done, but the connection ends without an answer.
    DropAfter,
    /// Everything was done, but the answer breaks off in the middle.
    Truncate,
    /// Everything was done; the answer is 200 and not JSON.
    NotJson,
    /// Nothing was done; the answer is a 500 page without a Graph error.
    PlainServerError,
    /// This operation's place in a batch answer is `null`.
    NullSlot { processed: bool },
    /// The batch answer (path `batch`) ends after so many operations, though all were done.
    ShortBatch { keep: usize },
    /// The message is sent, its echo is not.
    SuppressEcho,
    /// The message is sent, its echo comes later (simulated time).
    LateEcho { seconds: i64 },
    /// The token dies (190/460): this call and all later ones.
    TokenDeath,
    /// The page is restricted (10/1893063): this call and all later ones until it is lifted.
    Restrict,
    /// 613 for this call.
    RateLimit,
    /// 80006 for this call.
    UsageExhausted,
}

/// A fault that is set, and how often it met a call.
#[derive(Debug, Clone, Serialize)]
pub struct SetFault {
    pub id: u64,
    #[serde(flatten)]
    pub fault: Fault,
    pub matched: u64,
    pub applied: u64,
}

/// All faults that are set.
pub struct Faults {
    seed: u64,
    next_id: u64,
    set: Vec<SetFault>,
}

/// What a call looks like to the faults.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub path: &'a str,
    pub page: Option<PageId>,
    pub person: Option<Psid>,
    /// How many calls about this person there were.
    pub calls: u32,
}

impl Faults {
    pub const fn new(seed: u64) -> Self {
        Self { seed, next_id: 1, set: Vec::new() }
    }

    pub fn add(&mut self, fault: Fault) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.set.push(SetFault { id, fault, matched: 0, applied: 0 });
        id
    }

    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.set.len();
        self.set.retain(|fault| fault.id != id);
        self.set.len() < before
    }

    pub fn clear(&mut self) {
        self.set.clear();
    }

    pub fn list(&self) -> &[SetFault] {
        &self.set
    }

    /// Every effect that meets this call.
    pub fn meet(&mut self, seen: Seen<'_>) -> Vec<Effect> {
        if self.set.is_empty() {
            return Vec::new();
        }
        let seed = self.seed;
        self.set.iter_mut().filter_map(|fault| fault.meet(seed, seen)).collect()
    }
}

impl SetFault {
    fn meet(&mut self, seed: u64, seen: Seen<'_>) -> Option<Effect> {
        let fault = &self.fault;
        let path_fits = fault.path == "*"
            || seen.path == fault.path
            || seen.path.strip_suffix(fault.path.as_str()).is_some_and(|rest| rest.ends_with('/'));
        if !path_fits
            || fault.page.is_some_and(|page| seen.page != Some(page))
            || fault.person.is_some_and(|person| seen.person != Some(person))
        {
            return None;
        }
        self.matched += 1;
        let decided_by = match seen.person {
            Some(person) => seed::mix(&[seed, self.id, person.0, u64::from(seen.calls)]),
            None => seed::mix(&[seed, self.id, self.matched]),
        };
        let meets = fault.nth.is_none_or(|nth| nth == self.matched)
            && fault.probability.is_none_or(|p| seed::happens(p, decided_by))
            && fault.next.is_none_or(|next| self.applied < next);
        meets.then(|| {
            self.applied += 1;
            fault.effect.clone()
        })
    }
}

impl Fault {
    /// A fault that meets every `messages` call until it is removed; narrow it by its fields.
    pub fn new(effect: Effect) -> Self {
        Self { effect, page: None, person: None, path: messages(), nth: None, next: None, probability: None }
    }

    #[must_use]
    pub fn page(self, page: PageId) -> Self {
        Self { page: Some(page), ..self }
    }

    #[must_use]
    pub fn person(self, person: Psid) -> Self {
        Self { person: Some(person), ..self }
    }

    #[must_use]
    pub fn path(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }

    #[must_use]
    pub fn nth(self, nth: u64) -> Self {
        Self { nth: Some(nth), ..self }
    }

    #[must_use]
    pub fn next(self, calls: u64) -> Self {
        Self { next: Some(calls), ..self }
    }

    #[must_use]
    pub fn probability(self, probability: f64) -> Self {
        Self { probability: Some(probability), ..self }
    }
}

impl Effect {
    /// A Graph error by its numbers.
    pub fn error(code: i64, subcode: Option<i64>) -> Self {
        Self::Error {
            code,
            subcode,
            status: None,
            message: None,
            error_type: None,
            is_transient: None,
            error_user_title: None,
            error_user_msg: None,
            error_data: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(person: u64, calls: u32) -> Seen<'static> {
        Seen { path: "{page}/messages", page: Some(PageId(1)), person: Some(Psid(person)), calls }
    }

    #[test]
    fn a_fault_meets_only_what_it_names() {
        let mut faults = Faults::new(1);
        faults.add(Fault::new(Effect::DropAfter).person(Psid(7)).next(2));
        assert!(faults.meet(seen(8, 1)).is_empty());
        assert!(faults.meet(Seen { path: "me/accounts", ..seen(7, 1) }).is_empty());
        assert_eq!(faults.meet(seen(7, 1)), [Effect::DropAfter]);
        assert_eq!(faults.meet(seen(7, 2)), [Effect::DropAfter]);
        assert!(faults.meet(seen(7, 3)).is_empty());
        assert_eq!((faults.list()[0].matched, faults.list()[0].applied), (3, 2));
    }

    #[test]
    fn the_nth_call_is_counted_from_one() {
        let mut faults = Faults::new(1);
        let id = faults.add(Fault::new(Effect::RateLimit).nth(2));
        assert!(faults.meet(seen(1, 1)).is_empty());
        assert_eq!(faults.meet(seen(2, 1)), [Effect::RateLimit]);
        assert!(faults.meet(seen(3, 1)).is_empty());
        assert!(faults.remove(id) && !faults.remove(id));
    }

    #[test]
    fn probability_does_not_depend_on_the_order_of_people() {
        let run = |order: &[u64]| {
            let mut faults = Faults::new(5);
            faults.add(Fault::new(Effect::DropBefore).probability(0.5));
            let mut met: Vec<u64> =
                order.iter().copied().filter(|p| !faults.meet(seen(*p, 1)).is_empty()).collect();
            met.sort_unstable();
            met
        };
        let forward: Vec<u64> = (0..100).collect();
        let backward: Vec<u64> = (0..100).rev().collect();
        assert_eq!(run(&forward), run(&backward));
        assert!((20..80).contains(&run(&forward).len()));
    }
}
