//! One broadcast to one lead: `planned → sending → sent / refused / failed / unknown`.
//!
//! Invariant: every delivery ends in an end state, with a reason; only a late echo moves an end
//! state (`unknown` or `failed` become `sent`), and only the user may send again.

use crate::id::{BroadcastId, LeadId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Planned,
    Sending,
    Sent,
    Refused,
    Failed,
    Unknown,
}

impl DeliveryState {
    pub const ALL: [Self; 6] =
        [Self::Planned, Self::Sending, Self::Sent, Self::Refused, Self::Failed, Self::Unknown];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The number in the row.
    pub const fn number(self) -> i64 {
        match self {
            Self::Planned => 0,
            Self::Sending => 1,
            Self::Sent => 2,
            Self::Refused => 3,
            Self::Failed => 4,
            Self::Unknown => 5,
        }
    }

    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    pub const fn is_end(self) -> bool {
        !matches!(self, Self::Planned | Self::Sending)
    }
}

/// Names one delivery towards Meta: travels in `metadata`, comes back in the echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliveryRef {
    pub broadcast: BroadcastId,
    pub lead: LeadId,
}

impl DeliveryRef {
    /// `d` and 64 hexadecimal digits.
    pub fn to_metadata(self) -> String {
        let hex = |b: &[u8; 16]| uuid::Uuid::from_bytes(*b).simple().to_string();
        format!("d{}{}", hex(self.broadcast.as_bytes()), hex(self.lead.as_bytes()))
    }

    pub fn from_metadata(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('d').filter(|d| d.len() == 64 && d.is_ascii())?;
        let (broadcast, lead) = digits.split_at_checked(32)?;
        let parse = |d: &str| uuid::Uuid::try_parse(d).ok().map(uuid::Uuid::into_bytes);
        Some(Self { broadcast: BroadcastId(parse(broadcast)?), lead: LeadId(parse(lead)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_delivery_is_recognised_in_its_echo(broadcast: [u8; 16], lead: [u8; 16]) {
            let named = DeliveryRef { broadcast: BroadcastId(broadcast), lead: LeadId(lead) };
            prop_assert_eq!(DeliveryRef::from_metadata(&named.to_metadata()), Some(named));
        }

        #[test]
        fn foreign_metadata_is_nobodys_delivery(text in ".{0,80}") {
            if let Some(named) = DeliveryRef::from_metadata(&text) {
                prop_assert_eq!(named.to_metadata(), text.to_lowercase());
            }
        }
    }
}
