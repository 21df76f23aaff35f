//! What was typed into a form that did not fit, until its page is shown again. So each form is answered by going on to a
//! page, and neither "back" nor "reload" asks to send it once more.
//!
//! Invariants: only the account that typed it gets it back; it lies in memory only, for minutes, and the oldest goes when
//! there are many. Where several nodes serve, the next request may reach another one: there the page itself is the answer.

use super::fields::Fields;
use super::{Desk, see};
use axum::response::Response;
use model::id::AccountId;
use model::time::{Span, Timestamp};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How long somebody has to see the page again.
const LASTS: Span = Span::minutes(10);
/// Forms that are kept at a time, of all accounts.
const LIMIT: usize = 64;

/// A form that did not fit.
#[derive(Debug, Clone)]
pub struct Returned {
    /// Which form of its page.
    pub form: &'static str,
    /// The Fluent id of what was wrong.
    pub wrong: &'static str,
    pub fields: Fields,
}

#[derive(Default)]
struct All {
    last: u64,
    forms: VecDeque<(u64, AccountId, Timestamp, Returned)>,
}

/// The forms that did not fit, the newest last.
#[derive(Default)]
pub struct KeptForms(Mutex<All>);

impl KeptForms {
    /// Its number.
    fn keep(&self, account: AccountId, now: Timestamp, form: Returned) -> u64 {
        // The shell's own field is none of what was typed.
        let form = Returned { fields: form.fields.without("csrf"), ..form };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.forms.retain(|(_, _, at, _)| now.since(*at) < LASTS);
        if all.forms.len() >= LIMIT {
            all.forms.pop_front();
        }
        all.last = all.last.wrapping_add(1);
        let number = all.last;
        all.forms.push_back((number, account, now, form));
        number
    }

    fn find(&self, account: AccountId, now: Timestamp, number: u64) -> Option<Returned> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all
            .forms
            .iter()
            .find(|(own, whose, at, _)| (*own, *whose) == (number, account) && now.since(*at) < LASTS);
        found.map(|(.., form)| form.clone())
    }
}

/// On to the page of a form that did not fit, where it stands as it was typed; the form itself where that page may be
/// made by another node.
pub fn again(desk: &Desk, path: &str, form: Returned) -> Result<Response, Returned> {
    if desk.engine().is_one_of_several() {
        return Err(form);
    }
    let (place, now) = (form.form, desk.engine().clock().now());
    let number = desk.app.kept_forms.keep(desk.actor.account, now, form);
    Ok(see(&format!("{path}?again={number}#{place}"), ""))
}

/// The form that this page is shown again for.
pub fn returned(desk: &Desk, again: &str) -> Option<Returned> {
    let number = again.parse().ok()?;
    desk.app.kept_forms.find(desk.actor.account, desk.engine().clock().now(), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_to_whoever_typed_it_for_ten_minutes_and_few_are_kept() {
        let kept = KeptForms::default();
        let form = |text: &str| Returned {
            form: "note",
            wrong: "breaches-wrong-title",
            fields: Fields::new(&[("title", text)]),
        };
        let (one, other, now) = (AccountId([1; 16]), AccountId([2; 16]), Timestamp(1_000_000));
        let first = kept.keep(one, now, form("x"));
        let title = |account, now, number| {
            kept.find(account, now, number).map(|form| form.fields.get("title").to_owned())
        };
        assert_eq!(title(one, now, first).as_deref(), Some("x"));
        assert_eq!(title(one, now, first).as_deref(), Some("x"), "the page may be loaded again");
        assert_eq!((title(other, now, first), title(one, now, first + 1)), (None, None));
        assert_eq!(title(one, now.plus(LASTS), first), None);
        let numbers: Vec<u64> = (0..LIMIT).map(|_| kept.keep(other, now, form("y"))).collect();
        assert_eq!(title(one, now, first), None, "the oldest makes room");
        assert!(numbers.iter().all(|number| title(other, now, *number).is_some()));
    }
}
