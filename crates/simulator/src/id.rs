//! The platform's ids: numbers inside, strings of digits on the wire.
//!
//! Invariant: an id is written as a string (PSIDs exceed what a JSON number can carry exactly), yet
//! a number is understood where one comes in, as the platform does.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is a string of digits; give one as the simulator printed it")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.parse().map(Self).map_err(|_| NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visit;
                impl de::Visitor<'_> for Visit {
                    type Value = u64;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an id: a string of digits")
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
                        text.parse().map_err(|_| E::custom(NotAnId))
                    }
                    fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
                        Ok(number)
                    }
                }
                deserializer.deserialize_any(Visit).map(Self)
            }
        }
    };
}

id!(
    /// An app at the platform: the bot's registration.
    AppId
);
id!(
    /// A page: the business that people write to.
    PageId
);
id!(
    /// A person as one page sees them (page-scoped id).
    Psid
);
id!(
    /// A person who logs in to connect pages, as one app sees them (app-scoped id).
    UserId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_from_strings_and_numbers_and_written_as_strings() {
        let number: Psid = serde_json::from_str("24001122334455667").unwrap();
        let text: Psid = serde_json::from_str("\"24001122334455667\"").unwrap();
        assert_eq!(number, text);
        assert_eq!(serde_json::to_string(&text).unwrap(), "\"24001122334455667\"");
        assert!(serde_json::from_str::<Psid>("\"abc\"").is_err());
    }
}
