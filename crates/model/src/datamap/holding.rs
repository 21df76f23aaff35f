//! What is said of a whole table: where its content comes from, what for, with whom it goes, and who enforces
//! its end.
//!
//! Invariant: a place has an end that somebody enforces: the job of retention, a station, or an erasure.

use super::Purpose;
use serde::Serialize;

/// Where data comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The person typed or chose it: directly given.
    Given,
    /// It arises when the service is used: indirectly given.
    Arises,
    /// Meta delivers it when somebody writes to a page: indirectly given.
    Meta,
    /// The program makes it.
    Made,
    /// The brand's own settings and texts.
    Brand,
}

impl Source {
    pub const ALL: [Self; 5] = [Self::Given, Self::Arises, Self::Meta, Self::Made, Self::Brand];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Arises => "arises",
            Self::Meta => "meta",
            Self::Made => "made",
            Self::Brand => "brand",
        }
    }

    /// Its term of the Data Privacy Vocabulary, version 2.3.
    pub const fn iri(self) -> &'static str {
        match self {
            Self::Given | Self::Arises => "https://w3id.org/dpv#DataSubjectDataSource",
            Self::Meta => "https://w3id.org/dpv#ThirdPartyDataSource",
            Self::Made | Self::Brand => "https://w3id.org/dpv#DataControllerDataSource",
        }
    }
}

/// With whose erasure a place's rows go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goes {
    Lead,
    /// With the account; what is about its leads goes with them.
    Account,
    Brand,
    /// Stays: it is about nobody, or noise once the keys are gone.
    Stays,
}

impl Goes {
    pub const ALL: [Self; 4] = [Self::Lead, Self::Account, Self::Brand, Self::Stays];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Account => "account",
            Self::Brand => "brand",
            Self::Stays => "stays",
        }
    }
}

/// One table: what holds for all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Holding {
    pub place: &'static str,
    pub source: Source,
    pub purposes: &'static [Purpose],
    pub goes: Goes,
    /// The step after which a row (or what it says of a person) is gone by itself; empty: no step ends it.
    pub step: &'static str,
}

impl Holding {
    pub const fn new(place: &'static str, source: Source, purposes: &'static [Purpose], goes: Goes) -> Self {
        Self { place, source, purposes, goes, step: "" }
    }

    /// Names what ends it long before anybody is erased.
    #[must_use]
    pub const fn until(mut self, step: &'static str) -> Self {
        self.step = step;
        self
    }
}
