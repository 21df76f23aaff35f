//! Points in time, and the clock as a parameter.
//!
//! Invariant: nothing in the libraries asks the operating system what time it is; they ask the
//! [`Clock`] they were given, so that tests and the demo can turn it.

use minicbor::{Decode, Encode};
use std::future::Future;
use std::pin::Pin;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] pub i64);

impl Timestamp {
    pub const ZERO: Self = Self(0);

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// As the header `Date` of HTTP says it, to the second: `Thu, 26 Nov 2026 15:00:00 GMT`.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Self(at.as_microsecond()))
    }

    /// This point plus `span`, never wrapping.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// How long after `earlier` this is (negative when it is before).
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A length of time in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

impl Span {
    pub const ZERO: Self = Self(0);

    pub const fn micros(micros: i64) -> Self {
        Self(micros)
    }
    pub const fn millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }
    pub const fn secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }
    pub const fn minutes(minutes: i64) -> Self {
        Self::secs(minutes.saturating_mul(60))
    }
    pub const fn hours(hours: i64) -> Self {
        Self::minutes(hours.saturating_mul(60))
    }
    pub const fn days(days: i64) -> Self {
        Self::hours(days.saturating_mul(24))
    }
}

/// A reading of a clock that only goes forward, in microseconds since an arbitrary start. Permits
/// are measured by it, so that turning the wall clock cannot lengthen one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Monotonic(pub i64);

/// A future that a port returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time, as a parameter.
pub trait Clock: Send + Sync {
    /// What the wall clock says.
    fn now(&self) -> Timestamp;
    /// What the forward-only clock says.
    fn monotonic(&self) -> Monotonic;
    /// Resolves once [`Clock::now`] has reached `at`. A turned clock may jump there at once.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()>;
    /// What a clock that several processes share said between these two moments of the forward-only one: from now on
    /// [`Clock::now`] says that, whatever becomes of the machine's own. How far the machine's own is ahead of it. A clock
    /// that nobody shares passes over it.
    fn follow(&self, _said: Timestamp, _asked: Monotonic, _answered: Monotonic) -> Span {
        Span::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_http_is_read_and_nothing_else_is() {
        assert_eq!(Timestamp::from_http_date("Thu, 01 Jan 1970 00:00:09 GMT"), Some(Timestamp::from_secs(9)));
        let later = Timestamp::from_http_date("Thu, 26 Nov 2026 15:00:00 GMT");
        assert_eq!(later, Some(Timestamp::from_secs(1_795_705_200)));
        for wrong in ["", "now", "26 Nov", "Mon, 26 Nov 2026 15:00:00 GMT", "2026-11-26T15:00:00Z"] {
            assert_eq!(Timestamp::from_http_date(wrong), None, "{wrong}");
        }
    }
}
