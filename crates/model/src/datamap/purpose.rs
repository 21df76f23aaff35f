//! What data is used for: the closed list of purposes, each with its lawful basis and its term of the Data
//! Privacy Vocabulary (DPV 2.3).
//!
//! Invariant: a purpose has exactly one basis, so that none can be used without one.

use super::Basis;
use serde::{Serialize, Serializer};

macro_rules! purposes {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $basis:ident, $iri:literal;)*) => {
        /// What data is used for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Purpose { $($(#[$meta])* $name,)* }

        impl Purpose {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Names it in the pages' texts (`data-for-CODE`) and in files.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub const fn basis(self) -> Basis {
                match self { $(Self::$name => Basis::$basis,)* }
            }

            /// The nearest term of the Data Privacy Vocabulary, version 2.3.
            pub const fn iri(self) -> &'static str {
                match self { $(Self::$name => concat!("https://w3id.org/dpv#", $iri),)* }
            }
        }
    };
}

purposes! {
    RunAccount = "run-account", Contract, "AccountManagement";
    SignIn = "sign-in", Contract, "IdentityAuthentication";
    /// Noticing strangers, showing people where they are signed in.
    Security = "security", LegitimateInterest, "EnforceSecurity";
    /// Mails about what happens in an account.
    TellOwner = "tell-owner", Contract, "CommunicationManagement";
    /// Showing what was accepted, agreed to, exported.
    Prove = "prove", LegalObligation, "LegalCompliance";
    ConnectPage = "connect-page", Contract, "TechnicalServiceProvision";
    /// Answering whoever wrote.
    Answer = "answer", Contract, "RequestedServiceProvision";
    CallByName = "call-by-name", Consent, "ServicePersonalisation";
    /// What the bot's question named.
    AsAsked = "as-asked", Consent, "Purpose";
    /// Bulk messages: each once, everybody accounted for.
    Deliver = "deliver", Contract, "ServiceProvision";
    /// Choosing who gets a message.
    Sort = "sort", Contract, "CustomerManagement";
    HonourNo = "honour-no", LegalObligation, "RightsFulfilment";
    /// Answering who asks about their own data, and showing who looked at it.
    ServeRights = "serve-rights", LegalObligation, "RightsFulfilment";
    /// Finding out who is affected by a breach, telling them, documenting it.
    HandleBreach = "handle-breach", LegalObligation, "LegalCompliance";
    Erase = "erase", LegalObligation, "RightsFulfilment";
    GrantAccess = "grant-access", Contract, "EnforceAccessControl";
    KeepLimits = "keep-limits", Contract, "ServiceAccessDetermination";
    /// Nothing is done twice, nothing is lost.
    DoOnce = "do-once", Contract, "IncreaseServiceRobustness";
    KeepLog = "keep-log", LegalObligation, "RecordManagement";
    Operate = "operate", NotPersonal, "TechnicalServiceProvision";
    Present = "present", NotPersonal, "ServiceProvision";
    /// Figures without people.
    Count = "count", NotPersonal, "ServiceMonitoring";
}

impl Serialize for Purpose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl Basis {
    pub const ALL: [Self; 5] =
        [Self::Consent, Self::Contract, Self::LegalObligation, Self::LegitimateInterest, Self::NotPersonal];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Contract => "contract",
            Self::LegalObligation => "legal-obligation",
            Self::LegitimateInterest => "legitimate-interest",
            Self::NotPersonal => "not-personal",
        }
    }

    /// Its term in the vocabulary's GDPR part (DPV 2.3); none for what is about nobody.
    pub const fn iri(self) -> Option<&'static str> {
        match self {
            Self::Consent => Some("https://w3id.org/dpv/legal/eu/gdpr#A6-1-a"),
            Self::Contract => Some("https://w3id.org/dpv/legal/eu/gdpr#A6-1-b"),
            Self::LegalObligation => Some("https://w3id.org/dpv/legal/eu/gdpr#A6-1-c"),
            Self::LegitimateInterest => Some("https://w3id.org/dpv/legal/eu/gdpr#A6-1-f"),
            Self::NotPersonal => None,
        }
    }
}
