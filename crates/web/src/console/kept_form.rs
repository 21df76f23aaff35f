//! What was typed into a form that did not fit, or that is looked at once more before it counts, until its page is shown.
//! So each form is answered by going on to a page, and neither "back" nor "reload" asks to send it once more.
//!
//! Invariants: only the session in which it was typed gets it back; it lies in memory only, for minutes, and the oldest goes when
//! there are many or they are large. Where several nodes serve, the next request may reach another one: there the page
//! itself is the answer.

use super::fields::Fields;
use super::{Desk, see};
use crate::door::Refused;
use axum::http::StatusCode;
use axum::response::Response;
use model::time::{Span, Timestamp};
use serde::Deserialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How long somebody has to see the page again.
const LASTS: Span = Span::minutes(10);
/// Forms that are kept at a time, of all accounts.
const LIMIT: usize = 64;
/// Bytes that they may have together.
const ROOM: usize = 16 * 1024 * 1024;

/// In place of a number: the form is begun anew.
const ANEW: &str = "anew";

/// A form that did not fit.
#[derive(Debug, Clone)]
pub struct Returned {
    /// Which form of its page.
    pub form: &'static str,
    /// The Fluent id of what was wrong.
    pub wrong: &'static str,
    pub fields: Fields,
}

/// An address that names one.
#[derive(Deserialize, Default)]
pub struct Again {
    /// Its number, or [`ANEW`].
    #[serde(default)]
    pub again: String,
}

/// A session, by what its forms are bound to.
type Whose = Vec<u8>;

#[derive(Default)]
struct All {
    last: u64,
    forms: VecDeque<(u64, Whose, Timestamp, Returned)>,
}

/// The forms that did not fit, the newest last.
#[derive(Default)]
pub struct KeptForms(Mutex<All>);

impl KeptForms {
    /// Its number.
    fn keep(&self, whose: &[u8], now: Timestamp, form: Returned) -> u64 {
        // The shell's own field is none of what was typed.
        let form = Returned { fields: form.fields.without("csrf"), ..form };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.forms.retain(|(_, _, at, _)| now.since(*at) < LASTS);
        let size = |all: &All| all.forms.iter().map(|(.., form)| form.fields.size()).sum::<usize>();
        while all.forms.len() >= LIMIT || !all.forms.is_empty() && size(&all) + form.fields.size() > ROOM {
            all.forms.pop_front();
        }
        all.last = all.last.wrapping_add(1);
        let number = all.last;
        all.forms.push_back((number, whose.to_vec(), now, form));
        number
    }

    fn find(&self, whose: &[u8], now: Timestamp, number: u64) -> Option<Returned> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.forms.retain(|(_, _, at, _)| now.since(*at) < LASTS);
        let found = all.forms.iter().find(|(own, by, ..)| (*own, &**by) == (number, whose));
        found.map(|(.., form)| form.clone())
    }

    /// What somebody typed last into this form, with its number.
    fn last(&self, whose: &[u8], now: Timestamp, form: &str) -> Option<(u64, Fields)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.forms.retain(|(_, _, at, _)| now.since(*at) < LASTS);
        let found = all.forms.iter().rev().find(|(_, by, _, own)| (&**by, own.form) == (whose, form));
        found.map(|(number, .., form)| (*number, form.fields.clone()))
    }

    fn forget(&self, whose: &[u8], form: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.forms.retain(|(_, by, _, own)| (&**by, own.form) != (whose, form));
    }
}

/// On to the page of a form that did not fit, where it stands as it was typed; the form itself where that page may be
/// made by another node.
pub fn again(desk: &Desk, path: &str, form: Returned) -> Result<Response, Returned> {
    if desk.engine().is_one_of_several() {
        return Err(form);
    }
    let (place, now) = (form.form, desk.engine().clock().now());
    let number = desk.app.kept_forms.keep(&desk.session.binding, now, form);
    let mut on = see(&format!("{path}?again={number}#{place}"), "");
    on.extensions_mut().insert(Refused);
    Ok(on)
}

/// On to the page on which what was typed is looked at before it counts; `shown`, that page as it is now, where another node
/// may be asked for it.
pub fn look(desk: &Desk, path: &str, form: &'static str, fields: Fields, shown: Response) -> Response {
    // What the page says of it would be lost with its status.
    let is_refused = matches!(shown.status(), StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT);
    let mut on = if desk.engine().is_one_of_several() {
        shown
    } else {
        let now = desk.engine().clock().now();
        let number =
            desk.app.kept_forms.keep(&desk.session.binding, now, Returned { form, wrong: "", fields });
        see(&format!("{path}?again={number}"), "")
    };
    if is_refused {
        on.extensions_mut().insert(Refused);
    }
    on
}

/// What was typed into this form and does not count yet.
pub enum Typed {
    /// It is looked at by this address.
    Looked(Fields),
    /// Somebody has come back to the form: they go on from what they typed last.
    Last(Fields),
    Nothing,
}

pub fn typed(desk: &Desk, form: &str, asked: &Again) -> Typed {
    match desk.app.kept_forms.last(&desk.session.binding, desk.engine().clock().now(), form) {
        Some((number, fields)) if asked.again == number.to_string() => Typed::Looked(fields),
        Some((_, fields)) if asked.again != ANEW => Typed::Last(fields),
        Some(_) => {
            forget(desk, form);
            Typed::Nothing
        }
        None => Typed::Nothing,
    }
}

/// What was typed counts by now.
pub fn forget(desk: &Desk, form: &str) {
    desk.app.kept_forms.forget(&desk.session.binding, form);
}

/// The form that this page is shown again for.
pub fn returned(desk: &Desk, again: &str) -> Option<Returned> {
    let number = again.parse().ok()?;
    desk.app.kept_forms.find(&desk.session.binding, desk.engine().clock().now(), number)
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
        let (one, other, now): (&[u8], &[u8], _) = (b"one", b"other", Timestamp(1_000_000));
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
        // What was typed last is found without its number, and gone once it counts.
        kept.keep(one, now, form("z"));
        let last =
            |account, form| kept.last(account, now, form).map(|(_, fields)| fields.get("title").to_owned());
        assert_eq!((last(one, "note").as_deref(), last(one, "write")), (Some("z"), None));
        kept.forget(one, "note");
        assert_eq!((last(one, "note"), last(other, "note").as_deref()), (None, Some("y")));
        // Large ones make room for each other.
        let large = "x".repeat(ROOM / 2 - 64);
        let numbers = [(); 3].map(|()| kept.keep(one, now, form(&large)));
        assert_eq!(numbers.map(|number| title(one, now, number).is_some()), [false, true, true]);
    }
}
