//! Back-pressure: which requests are turned away, and in which order, when more is asked than can be answered.
//!
//! Two figures decide: how long the first of those that wait for the data's database has waited, and how many of the
//! places for webhooks are taken. They are looked at as a request comes, before anything is read or done for it. A class that
//! was shut opens again when both have fallen to half of what shut it. Webhooks go last: when no place is left. (One that has its
//! place and is not stored within 4.5 s is told so by itself, whatever is shut.)
//!
//! Invariants: a class is turned away only while every class before it is, and webhooks for want of a place only while all are; the ways out, and what leads to them, are
//! never turned away; nothing has happened for a request that was turned away.

use crate::routes::{Caller, Route};
use axum::http::Method;
use engine::PLACES;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// In the order in which they are turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Exports, archives, lists, and what looks at every lead of an account.
    Lists,
    /// The other pages, and the other calls of the API.
    Console,
    SignUp,
    /// Unsubscribing, one's own page, erasure, stopping a broadcast; signing in, which leads to some of them; and
    /// what costs the database nothing or has a measure of its own.
    WayOut,
}

/// From how long a wait on a class is turned away, and from how many places (`engine::PLACES`) that are taken. Meta waits five
/// seconds for the answer to a webhook.
pub const SHUT_FROM: [(Class, Duration, usize); 3] = [
    (Class::Lists, Duration::from_secs(1), PLACES / 4 * 3),
    (Class::Console, Duration::from_secs(2), PLACES / 8 * 7),
    // The largest delivery takes 64 places.
    (Class::SignUp, Duration::from_secs(3), PLACES / 16 * 15),
];

const LISTS: &[&str] = &[
    "/account/archive",
    "/account/import",
    "/account/import/start",
    "/admin/accounts",
    "/admin/breaches",
    "/admin/breaches/{id}/affected",
    "/admin/breaches/{id}/search",
    "/admin/audit",
    "/admin/audit/export",
    "/admin/log",
    "/admin/requests",
    "/admin/support",
    "/api/v1/broadcasts",
    "/api/v1/broadcasts/{id}/again",
    "/api/v1/broadcasts/{id}/deliveries",
    "/api/v1/broadcasts/{id}/export",
    "/api/v1/broadcasts/{id}/not-reached",
    "/api/v1/broadcasts/{id}/preview",
    "/api/v1/leads",
    "/api/v1/leads/exports",
    "/api/v1/leads/{id}/export",
    "/api/v1/tags/{id}/leads",
    "/app/broadcasts",
    "/app/broadcasts/{id}/again",
    "/app/broadcasts/{id}/deliveries",
    "/app/broadcasts/{id}/export",
    "/app/leads",
    "/app/leads/exports",
    "/app/leads/find",
    "/app/leads/tag",
    "/app/leads/tag/undo",
    "/app/leads/{id}/export",
];

const WAYS_OUT: &[&str] = &[
    "/account/erase",
    "/account/not-me/{token}",
    "/account/plan/cancel",
    "/account/sessions/end",
    "/account/sessions/{id}/end",
    "/admin/accounts/{id}/erase",
    "/admin/brand/erase",
    "/api/v1/broadcasts/{id}/cancel",
    "/api/v1/broadcasts/{id}/pause",
    "/app/broadcasts/{id}/cancel",
    "/app/broadcasts/{id}/pause",
    "/app/leads/{id}/erase",
    "/app/leads/{id}/withdraw",
    "/app/pages/{id}/pause",
    "/app/tokens/{id}/revoke",
    "/logout",
];

/// What begins like this is a way out, leads to one, or is needed to show one.
const LEADS_OUT: &[&str] = &[
    "/u/",
    "/my",
    "/erasure/",
    "/app/erased/",
    "/admin/erased/",
    "/login",
    "/account/prove",
    "/account/decide",
    "/assets/",
];

impl Class {
    pub fn of(route: &Route) -> Self {
        let path = route.path;
        let leads_out = WAYS_OUT.contains(&path)
            || LEADS_OUT.iter().any(|begin| path.starts_with(begin))
            || (route.method == Method::DELETE && path == "/api/v1/leads/{id}");
        // Like Meta, whoever signs repeats what got no 200, and the signature is looked at first.
        let is_apart = matches!(route.caller, Caller::Anyone | Caller::Meta | Caller::Billing);
        if leads_out || is_apart {
            Self::WayOut
        } else if LISTS.contains(&path) {
            Self::Lists
        } else if path == "/register" || path.starts_with("/setup/") || path.starts_with("/account/confirm/")
        {
            Self::SignUp
        } else {
            Self::Console
        }
    }

    /// As the metrics name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lists => "lists",
            Self::Console => "console",
            Self::SignUp => "sign_up",
            Self::WayOut => "way_out",
        }
    }
}

/// How many classes are shut.
#[derive(Default)]
pub struct Pressure(AtomicUsize);

impl Pressure {
    /// Whether a request of this class is taken, when the first in the line has waited so long and so many places are taken.
    pub fn admits(&self, class: Class, waited: Duration, taken: usize) -> bool {
        let before = self.0.load(Ordering::Relaxed);
        let now = shut(before, waited, taken);
        if now != before && self.0.swap(now, Ordering::Relaxed) != now {
            say(now);
        }
        !SHUT_FROM.iter().take(now).any(|(shut, ..)| *shut == class)
    }
}

/// How many are shut, after so many were.
fn shut(before: usize, waited: Duration, taken: usize) -> usize {
    let is_beyond = |of_wait: Duration, of_places: usize| waited >= of_wait || taken >= of_places;
    let full = SHUT_FROM.iter().filter(|(_, wait, places)| is_beyond(*wait, *places)).count();
    let half = SHUT_FROM.iter().filter(|(_, wait, places)| is_beyond(*wait / 2, places / 2)).count();
    before.min(half).max(full)
}

fn say(shut: usize) {
    match shut {
        0 => tracing::warn!("what is asked can be answered again: no request is turned away any more"),
        1 => tracing::warn!("more is asked than can be answered in time: lists and exports are turned away"),
        2 => tracing::warn!("more is asked than can be answered in time: pages and the API are turned away"),
        _ => tracing::warn!(
            "more is asked than can be answered in time: everything but webhooks and ways out is turned away"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::ROUTES;

    #[test]
    fn classes_are_shut_in_their_order_and_open_at_half() {
        let pressure = Pressure::default();
        let classes = [Class::Lists, Class::Console, Class::SignUp, Class::WayOut];
        let open = |millis| classes.map(|class| pressure.admits(class, Duration::from_millis(millis), 0));
        assert_eq!(open(999), [true; 4]);
        assert_eq!(open(1_000), [false, true, true, true]);
        assert_eq!(open(999), [false, true, true, true], "not at once");
        assert_eq!(open(499), [true; 4]);
        assert_eq!(open(3_000), [false, false, false, true]);
        assert_eq!(open(60_000), [false, false, false, true], "the ways out never");
        assert_eq!(open(1_500), [false, false, false, true]);
        assert_eq!(open(1_499), [false, false, true, true]);
        assert_eq!(open(999), [false, true, true, true]);
        assert_eq!(open(0), [true; 4]);
        // However quick the database is: before a webhook finds no place, all the others are turned away.
        let open = |taken| classes.map(|class| pressure.admits(class, Duration::ZERO, taken));
        assert_eq!(open(3_071), [true; 4]);
        assert_eq!(open(3_072), [false, true, true, true]);
        assert_eq!(open(3_584), [false, false, true, true]);
        assert_eq!(open(3_840), [false, false, false, true]);
        assert_eq!(open(1_920), [false, false, false, true], "not at once");
        assert_eq!(open(1_919), [false, false, true, true]);
        assert_eq!(open(1_535), [true; 4]);
    }

    #[test]
    fn every_named_route_is_there_and_nothing_that_lets_people_go_is_turned_away() {
        for path in LISTS.iter().chain(WAYS_OUT) {
            assert!(ROUTES.iter().any(|route| route.path == *path), "{path}");
        }
        for begin in LEADS_OUT {
            assert!(ROUTES.iter().any(|route| route.path.starts_with(begin)), "{begin}");
        }
        for route in ROUTES {
            let class = Class::of(route);
            let words = ["erase", "unsubscribe", "withdraw", "deletion", "cancel", "pause", "not-me"];
            if words.iter().any(|word| route.path.contains(word))
                || matches!(route.caller, Caller::Lead | Caller::Meta | Caller::Anyone)
            {
                assert_eq!(class, Class::WayOut, "{} {}", route.method, route.path);
            }
            let words = ["export", "archive", "csv", "deliveries"];
            if words.iter().any(|word| route.path.contains(word)) && route.caller != Caller::Lead {
                assert_eq!(class, Class::Lists, "{} {}", route.method, route.path);
            }
        }
    }
}
