//! What can go wrong, in the terms of whoever asked.
//!
//! Invariant: no text here holds personal data, a token or a database value.

use crate::accounts::password::Weakness;
use model::bot::BotError;
use model::brand::BrandError;
use model::brand::logo::LogoFault;
use model::broadcast::StepError;
use model::mail::AddressError;
use model::outgoing::ContentError;
use model::personal::Personal;
use outbound::scanner::ScanError;

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("{0} does not exist here")]
    NotFound(&'static str),
    /// What a grant of access for support does not open is not there.
    #[error("this page does not exist here")]
    NotGranted,
    #[error("the API token lacks the scope `{0}`: make one that has it")]
    Forbidden(&'static str),
    #[error("{field}: {problem}")]
    Invalid { field: &'static str, problem: String },
    #[error("the e-mail address or the password is not right")]
    WrongCredentials,
    #[error("the e-mail address is not confirmed yet: open the link in the mail that was just sent")]
    Unconfirmed,
    #[error("this password has ended: choose a new one by the link that was mailed")]
    MustReset,
    #[error("the password alone does not sign in to this account: use its passkey")]
    NeedsPasskey,
    #[error("password: it would be guessed ({})", .0.code())]
    Weak(Weakness),
    #[error("too many tries: come again in {seconds} seconds")]
    TooMany { seconds: u32 },
    /// As [`Self::Invalid`], of a field within a list or a table.
    #[error(transparent)]
    Bot(#[from] BotError),
    #[error(transparent)]
    Brand(#[from] BrandError),
    #[error("logo: {0}")]
    Logo(#[from] LogoFault),
    /// Of a file that was uploaded.
    #[error("the scanner found something harmful in the file: nothing of it was kept")]
    Harmful,
    #[error("the file could not be looked at, and nothing of it was kept: {0}")]
    Unscanned(ScanError),
    #[error("{0}")]
    Conflict(String),
    #[error(transparent)]
    Step(#[from] StepError),
    /// The account's subscription is cancelled.
    #[error("the subscription is cancelled: take it up again at /account/plan first")]
    Cancelled,
    /// The account's plan does not allow more.
    #[error(
        "these are more pages than the plan allows ({pages}): choose fewer, or have it changed, see /account/plan"
    )]
    PlanLimit { pages: u64 },
    /// Pages out of somebody's own dialog that are connected elsewhere already; never where.
    #[error(
        "connected by another account already: page {}. Leave it out, or have the other account erased first", listed(.0)
    )]
    PageTaken(Vec<TakenPage>),
    #[error(
        "no Facebook app is configured here: the operator gives messenger.app_id, app_secret and verify_token"
    )]
    NoApp,
    /// A page whose former leads go at this moment.
    #[error("what an erased account had of this page is still being removed: try again in a few minutes")]
    BeingRemoved,
    #[error("Meta answered: {0}")]
    Meta(String),
    /// Not possible yet; asking again later is right.
    #[error("{0}")]
    NotYet(&'static str),
    /// A newer version has taken away what this one uses.
    #[error(
        "a newer version has changed the database while this node was cut off (it needs migration {needed}, this program knows {known}): install that version here"
    )]
    Outdated { needed: i64, known: i64 },
    #[error("the log does not stand: {0}")]
    Log(String),
    #[error("a sealed value does not open ({place}): restore that row from a backup")]
    Sealed { place: &'static str },
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
}

/// As Facebook's dialog showed it to whoever asked.
#[derive(Debug, Clone)]
pub struct TakenPage {
    pub meta_id: String,
    pub name: Personal<String>,
}

fn listed(pages: &[TakenPage]) -> String {
    pages.iter().map(|page| page.meta_id.as_str()).collect::<Vec<_>>().join(", ")
}

impl EngineError {
    pub(crate) fn log(error: impl std::fmt::Display) -> Self {
        Self::Log(error.to_string())
    }

    /// Whether it would come again however often the same is tried: the data itself is wrong. All
    /// else (a database that is away, a full disk) passes.
    pub(crate) const fn is_about_the_data(&self) -> bool {
        use store::StoreError as S;
        use vault::VaultError as V;
        match self {
            Self::Sealed { .. } | Self::Invalid { .. } | Self::Bot(_) | Self::NotFound(_) => true,
            Self::Store(error) => {
                matches!(error, S::Constraint { .. } | S::Column { .. } | S::Panicked { .. })
            }
            Self::Vault(error) => matches!(error, V::DamagedKey(_) | V::NoParent(_)),
            _ => false,
        }
    }

    pub(crate) fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into() }
    }
}

impl From<AddressError> for EngineError {
    fn from(error: AddressError) -> Self {
        Self::invalid("email", error.to_string())
    }
}

impl From<ContentError> for EngineError {
    fn from(error: ContentError) -> Self {
        Self::Invalid { field: error.field, problem: error.problem }
    }
}
