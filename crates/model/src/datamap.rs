//! The vocabulary of the data map: what is said of every stored item.
//!
//! A column declares itself beside its table (`store::tables`), what holds for a whole table stands in
//! `store::holdings`, what lies inside an envelope in `engine::datamap`, what lies elsewhere (browser, memory, logs,
//! letters, files) in [`elsewhere`]. Tests compare the declarations with the migrated schemas of both databases,
//! the sealed types, a real browser, the sources and the files that leave (claim D1). From them come the data
//! page, the records of processing, the erasure plan and the job of retention.

pub mod category;
pub mod elsewhere;
pub mod holding;
pub mod purpose;

pub use category::Category;
pub use holding::{Goes, Holding, Source};
pub use purpose::Purpose;

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

impl Subject {
    pub const ALL: [Self; 4] = [Self::Account, Self::Lead, Self::Brand, Self::Nobody];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Account => "account",
            Self::Brand => "brand",
            Self::Nobody => "nobody",
        }
    }

    pub const fn is_a_person(self) -> bool {
        matches!(self, Self::Lead | Self::Account)
    }
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

impl Protection {
    pub const fn code(self) -> &'static str {
        match self {
            Self::SealedPerson => "sealed-person",
            Self::SealedBrand => "sealed-brand",
            Self::Wrapped => "wrapped",
            Self::KeyedHash => "keyed-hash",
            Self::Hash => "hash",
            Self::Plain(_) => "readable",
        }
    }
}

impl Retention {
    /// Names its sentence, which takes the number of days.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UntilErasure => "until-erasure",
            Self::UntilProcessed => "until-processed",
            Self::Days(_) => "days",
            Self::Installation => "installation",
        }
    }

    pub const fn days(self) -> Option<u16> {
        match self {
            Self::Days(days) => Some(days),
            _ => None,
        }
    }
}

/// How long an item is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retention {
    /// As long as the person is there; goes with the erasure.
    UntilErasure,
    /// Minutes: gone once the step that needs it is done.
    UntilProcessed,
    /// So many days at most.
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
    /// Why it is kept, in this item's own words.
    pub purpose: &'static str,
    /// What it is, where that does not follow from how it lies ([`Item::category`]).
    pub is: Option<Category>,
    /// What it is used for, where it is not what its whole table is used for.
    pub serves: &'static [Purpose],
    /// Where it comes from, where it is not where the rest of its table comes from.
    pub from: Option<Source>,
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
            is: None,
            serves: &[],
            from: None,
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
            is: None,
            serves: &[],
            from: None,
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
            is: None,
            serves: &[],
            from: None,
            basis,
            retention: Retention::UntilErasure,
            protection: Protection::SealedPerson,
            recipients: &[],
        }
    }

    /// A field or column that lies under an account's own key.
    pub const fn account_sealed(name: &'static str, category: &'static str, purpose: &'static str) -> Self {
        Self::own(name, category, purpose)
            .about(Subject::Account)
            .basis(Basis::Contract)
            .protected(Protection::SealedPerson)
    }

    /// Whose it is. What is about somebody is personal and goes with them, unless it is said otherwise.
    #[must_use]
    pub const fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        if matches!(subject, Subject::Lead | Subject::Account) {
            if matches!(self.basis, Basis::NotPersonal) {
                self.basis = Basis::Contract;
            }
            if let Protection::Plain(_) = self.protection {
                self.protection = Protection::Plain("an id, a time, a state or a number without content");
            }
        }
        if !matches!(subject, Subject::Nobody) && matches!(self.retention, Retention::Installation) {
            self.retention = Retention::UntilErasure;
        }
        self
    }

    /// What it is, where that does not follow from how it lies.
    #[must_use]
    pub const fn is(mut self, category: Category) -> Self {
        self.is = Some(category);
        self
    }

    /// What it is used for, where that differs from the rest of its table.
    #[must_use]
    pub const fn serves(mut self, purposes: &'static [Purpose]) -> Self {
        self.serves = purposes;
        self
    }

    /// Where it comes from, where that differs from the rest of its table.
    #[must_use]
    pub const fn from(mut self, source: Source) -> Self {
        self.from = Some(source);
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
