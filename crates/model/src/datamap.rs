//! The vocabulary of the data map: what is said of every stored item.
//!
//! A column declares itself beside its table (`store::tables`), a sealed field beside its type. A
//! test compares the declarations with the migrated schemas of both databases (claim D1).

use serde::Serialize;

/// Whose data an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Lead,
    Account,
    Brand,
    /// Nobody's: the installation's own book-keeping.
    Nobody,
}

/// The lawful basis (GDPR article 6), or why none is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Article 6(1)(a).
    Consent,
    /// Article 6(1)(b): answering who wrote, running the account.
    Contract,
    /// Article 6(1)(c): proving consent, honouring objections.
    LegalObligation,
    /// Article 6(1)(f): security.
    LegitimateInterest,
    /// Not personal data.
    NotPersonal,
}

/// How an item lies at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Inside an envelope under the person's key.
    SealedPerson,
    /// Inside an envelope under the brand's key.
    SealedBrand,
    /// A key, wrapped by its parent.
    Wrapped,
    /// A keyed hash (HMAC) that only the installation can compute.
    KeyedHash,
    /// A plain hash of a random secret.
    Hash,
    /// Readable, for the stated reason.
    Plain(&'static str),
}

/// How long an item is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retention {
    /// As long as the person is there; goes with the erasure.
    UntilErasure,
    /// Minutes: gone once the step that needs it is done.
    UntilProcessed,
    Days(u16),
    /// As long as the installation: not personal, or noise after erasure.
    Installation,
}

/// One stored item: a column, or a field inside an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Column or field name.
    pub name: &'static str,
    /// What it is, in plain words.
    pub category: &'static str,
    pub subject: Subject,
    /// Why it is kept.
    pub purpose: &'static str,
    pub basis: Basis,
    pub retention: Retention,
    pub protection: Protection,
    /// Third parties that get it (names as in the register of recipients).
    pub recipients: &'static [&'static str],
}

/// All items of one stored type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Declaration {
    /// Table, or `table.envelope` for what lies sealed.
    pub place: &'static str,
    pub items: &'static [Item],
}

/// A type that is kept says what it keeps.
pub trait Declared {
    const DECLARATION: Declaration;
}

impl Item {
    /// A column of the installation's own book-keeping.
    pub const fn own(name: &'static str, category: &'static str, purpose: &'static str) -> Self {
        Self {
            name,
            category,
            subject: Subject::Nobody,
            purpose,
            basis: Basis::NotPersonal,
            retention: Retention::Installation,
            protection: Protection::Plain("not personal data"),
            recipients: &[],
        }
    }

    /// A column about a lead that has to be readable for the stated reason.
    pub const fn lead_plain(
        name: &'static str,
        category: &'static str,
        purpose: &'static str,
        reason: &'static str,
    ) -> Self {
        Self {
            name,
            category,
            subject: Subject::Lead,
            purpose,
            basis: Basis::Contract,
            retention: Retention::UntilErasure,
            protection: Protection::Plain(reason),
            recipients: &[],
        }
    }

    /// A field or column that lies under a lead's own key.
    pub const fn lead_sealed(
        name: &'static str,
        category: &'static str,
        purpose: &'static str,
        basis: Basis,
    ) -> Self {
        Self {
            name,
            category,
            subject: Subject::Lead,
            purpose,
            basis,
            retention: Retention::UntilErasure,
            protection: Protection::SealedPerson,
            recipients: &[],
        }
    }

    #[must_use]
    pub const fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    #[must_use]
    pub const fn basis(mut self, basis: Basis) -> Self {
        self.basis = basis;
        self
    }

    #[must_use]
    pub const fn kept(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    #[must_use]
    pub const fn protected(mut self, protection: Protection) -> Self {
        self.protection = protection;
        self
    }

    #[must_use]
    pub const fn shared_with(mut self, recipients: &'static [&'static str]) -> Self {
        self.recipients = recipients;
        self
    }
}
