//! Who reads a page: in which language, and by which clocks.
//!
//! Invariant: a zone is one of the bundled database's, so that no page fails over its name; who has chosen
//! none reads UTC, because nothing that comes with a request tells where somebody lives.

use crate::language::Language;
use engine::schedule::zones;
use jiff::tz::TimeZone;
use std::sync::LazyLock;

/// In the order of the alphabet.
static ZONES: LazyLock<Vec<String>> = LazyLock::new(zones);

/// A time zone, by its name in the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(&'static str);

impl Zone {
    pub const UTC: Self = Self("UTC");

    /// None where the database has no such zone.
    pub fn named(name: &str) -> Option<Self> {
        let at = ZONES.binary_search_by(|own| own.as_str().cmp(name)).ok()?;
        ZONES.get(at).map(|name| Self(name))
    }

    /// What an account has chosen, else UTC.
    pub fn chosen(name: Option<&str>) -> Self {
        name.and_then(Self::named).unwrap_or(Self::UTC)
    }

    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Its name as people read it: `America/New York`.
    pub fn shown(self) -> String {
        self.0.replace('_', " ")
    }

    pub fn tz(self) -> TimeZone {
        TimeZone::get(self.0).unwrap_or(TimeZone::UTC)
    }
}

/// For whom times are put into words.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    pub language: Language,
    pub zone: Zone,
}

/// The zones that readers of a language most often live in, roughly by how many they are.
pub fn likely(language: Language) -> impl Iterator<Item = Zone> {
    let names: &[&str] = match language {
        Language::English => &[
            "Europe/London",
            "Europe/Dublin",
            "Europe/Berlin",
            "America/New_York",
            "America/Chicago",
            "America/Los_Angeles",
            "Asia/Kolkata",
            "Australia/Sydney",
            "UTC",
        ],
        Language::Arabic => &[
            "Africa/Cairo",
            "Asia/Riyadh",
            "Asia/Dubai",
            "Asia/Baghdad",
            "Asia/Amman",
            "Asia/Beirut",
            "Africa/Casablanca",
            "Africa/Algiers",
            "Africa/Tunis",
            "UTC",
        ],
    };
    names.iter().filter_map(|name| Zone::named(name))
}

/// All the others.
pub fn others(language: Language) -> impl Iterator<Item = Zone> {
    let likely: Vec<Zone> = likely(language).collect();
    ZONES.iter().map(|name| Zone(name)).filter(move |zone| !likely.contains(zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_database_is_offered_once() {
        for language in Language::ALL {
            let mut offered: Vec<&str> =
                likely(language).chain(others(language)).map(|zone| zone.name()).collect();
            assert_eq!(likely(language).last(), Some(Zone::UTC), "all of the likely ones are found");
            offered.sort_unstable();
            assert_eq!(offered, *ZONES);
        }
    }

    #[test]
    fn a_zone_that_is_none_is_utc() {
        assert_eq!(Zone::chosen(None), Zone::UTC);
        assert_eq!(Zone::chosen(Some("Mars/Olympus")), Zone::UTC);
        assert_eq!(Zone::chosen(Some("America/New_York")).shown(), "America/New York");
    }
}
