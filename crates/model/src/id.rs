//! Ids: UUIDv7, one newtype per noun, shown with the noun's prefix (`led_0190…`).
//!
//! Invariant: an id of one noun cannot be passed for another's.

use crate::entropy::{Entropy, random};
use crate::time::Timestamp;
use std::fmt;
use std::str::FromStr;

/// The text was not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind} id: expected `{prefix}_` followed by 32 hexadecimal digits")]
pub struct IdError {
    pub kind: &'static str,
    pub prefix: &'static str,
}

fn v7(now: Timestamp, entropy: &dyn Entropy) -> [u8; 16] {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    *uuid::Builder::from_unix_timestamp_millis(millis, &random::<10>(entropy)).as_uuid().as_bytes()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id that sorts by `now`.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(v7(now, entropy))
            }

            /// A new id that sorts by `now` and, within its millisecond, by `order` (of which the
            /// lowest 12 bits count).
            pub fn in_order(now: Timestamp, order: usize, entropy: &dyn Entropy) -> Self {
                let mut bytes = v7(now, entropy);
                let [.., high, low] = order.to_be_bytes();
                bytes[6] = 0x70 | (high & 0x0f);
                bytes[7] = low;
                Self(bytes)
            }

            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// From the 16 bytes of a database column.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Self::from_slice(d.bytes()?).ok_or_else(|| minicbor::decode::Error::message("not an id"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), uuid::Uuid::from_bytes(self.0).simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let wrong = IdError { kind: stringify!($name), prefix: $prefix };
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or_else(|| wrong.clone())?;
                if digits.len() != 32 || digits.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(wrong);
                }
                uuid::Uuid::try_parse(digits).map(|u| Self(u.into_bytes())).map_err(|_| wrong)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A white-label tenant.
    BrandId = "bra";
    /// A user's or admin's sign-in within a brand.
    AccountId = "acc";
    /// A connected Facebook page (ours, not Meta's id).
    PageId = "pag";
    /// A person who wrote to a page.
    LeadId = "led";
    /// One bulk message to an audience.
    BroadcastId = "brd";
    /// One consent event: an opt-in or a withdrawal.
    ConsentId = "con";
    /// An event that waits in the inbox.
    InboxId = "evt";
    /// A reply that waits in the outbox.
    OutboxId = "rep";
    /// A mail that waits to be sent.
    MailId = "mai";
    /// An API token (the row, not the secret).
    TokenId = "tok";
    /// What a lead answered to a question that asked for data.
    AnswerId = "ans";
    /// A word that an account puts on leads.
    TagId = "tag";
    /// A utility template.
    TemplateId = "tpl";
    /// What an account may use: limits under a name.
    PlanId = "pla";
    /// One erasure.
    ErasureId = "era";
    /// Where an account is signed in.
    SessionId = "ses";
    /// A passkey (the row, not its own id).
    PasskeyId = "pky";
    /// One entry of an account's sign-in history.
    SignInId = "sin";
    /// One file with leads that was taken out.
    ExportId = "exp";
    /// One exercise of a right.
    RequestId = "req";
    /// An announcement to everybody who has an account.
    AnnouncementId = "ann";
    /// One breach of personal data, suspected or certain.
    BreachId = "bre";
    /// One entry of the register of breaches.
    BreachEntryId = "ben";
    /// One look at somebody's data.
    ReadingId = "rea";
    /// One entry of the audit.
    AuditId = "aud";
    /// Access that an admin granted to a helper.
    SupportGrantId = "sup";
    /// One thing that a helper did.
    SupportActId = "sac";
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;
    impl Entropy for Zero {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn an_id_reads_back_as_shown_and_only_as_its_own_kind() {
        let id = LeadId::new(Timestamp::from_millis(1_760_000_000_123), &Zero);
        assert_eq!(id.to_string().parse::<LeadId>().unwrap(), id);
        assert!(id.to_string().parse::<PageId>().is_err());
        assert!(id.to_string().to_uppercase().parse::<LeadId>().is_err());
        assert!("led_".parse::<LeadId>().is_err());
    }

    #[test]
    fn ids_of_one_millisecond_sort_by_their_order() {
        let now = Timestamp::from_millis(5);
        let ids: Vec<InboxId> = (0..600).map(|n| InboxId::in_order(now, n, &Zero)).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn ids_sort_by_their_time() {
        let early = LeadId::new(Timestamp::from_millis(1), &Zero);
        let late = LeadId::new(Timestamp::from_millis(2), &Zero);
        assert!(early < late);
    }

    #[test]
    fn claim_x10_no_text_given_as_an_id_is_read_under_two_spellings() {
        testkit::mutate::fuzz("cursor", 100_000, |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            let read = |spelling: Option<String>| spelling.is_some_and(|spelling| spelling == text);
            if let Ok(lead) = text.parse::<LeadId>() {
                assert!(read(Some(lead.to_string())), "{text:?}");
            }
            let spelling = text.parse::<BroadcastId>().map(|id| id.to_string());
            assert!(
                spelling.as_ref().is_ok_and(|spelling| spelling == text) || spelling.is_err(),
                "{text:?}"
            );
            text.parse::<LeadId>().is_ok() || spelling.is_ok()
        });
    }
}
