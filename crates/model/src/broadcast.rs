//! A broadcast: one bulk message to an audience, and the states it may be in.

use crate::consent::Purpose;
use crate::id::{AccountId, BrandId, BroadcastId, PageId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastState {
    /// Composed; nothing planned.
    Draft,
    Sending,
    Paused,
    /// Every delivery has an end state.
    Finished,
    /// Stopped for good; what had not left is refused.
    Cancelled,
    /// Sent by itself at a time.
    Scheduled,
}

impl BroadcastState {
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Sending, Self::Paused, Self::Finished, Self::Cancelled, Self::Scheduled];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Scheduled => "scheduled",
        }
    }

    pub const fn number(self) -> i64 {
        match self {
            Self::Draft => 0,
            Self::Sending => 1,
            Self::Paused => 2,
            Self::Finished => 3,
            Self::Cancelled => 4,
            Self::Scheduled => 5,
        }
    }

    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// What can be asked of a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Send,
    Pause,
    Resume,
    Cancel,
    Schedule,
    /// Back to a draft, before it began.
    Unschedule,
}

/// The step does not fit the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a broadcast that is {} cannot be asked to {}", from.code(), step.verb())]
pub struct StepError {
    pub from: BroadcastState,
    pub step: Step,
}

impl Step {
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Schedule => "schedule",
            Self::Unschedule => "unschedule",
        }
    }
}

impl BroadcastState {
    /// The state after `step`.
    ///
    /// # Errors
    /// When the step does not fit. Asking twice for the same is fine and changes nothing.
    pub const fn after(self, step: Step) -> Result<Self, StepError> {
        match (self, step) {
            (Self::Draft | Self::Scheduled | Self::Sending, Step::Send)
            | (Self::Paused | Self::Sending, Step::Resume) => Ok(Self::Sending),
            (Self::Sending | Self::Paused, Step::Pause) => Ok(Self::Paused),
            (
                Self::Draft | Self::Scheduled | Self::Sending | Self::Paused | Self::Cancelled,
                Step::Cancel,
            ) => Ok(Self::Cancelled),
            (Self::Draft | Self::Scheduled, Step::Schedule) => Ok(Self::Scheduled),
            (Self::Draft | Self::Scheduled, Step::Unschedule) => Ok(Self::Draft),
            (from, step) => Err(StepError { from, step }),
        }
    }
}

/// A broadcast as the rules see it; its content lies sealed under the account's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    pub id: BroadcastId,
    pub brand: BrandId,
    pub account: AccountId,
    pub purpose: Purpose,
    pub state: BroadcastState,
    /// The pages whose leads it goes to.
    pub pages: Vec<PageId>,
    pub open_until: Option<Timestamp>,
    /// When it is sent by itself, and the time zone in which that was said.
    pub send_at: Option<Timestamp>,
    pub zone: Option<String>,
    /// Its content says which leads of the pages it goes to.
    pub is_filtered: bool,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// All of the audience has its delivery.
    pub is_planned: bool,
}
