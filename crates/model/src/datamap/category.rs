//! What an item is: the closed list of categories, each with its term of the Data Privacy Vocabulary (DPV 2.3) and
//! a code under which the pages name it in each language.
//!
//! Invariant: a readable column about a person has a category that somebody chose; only what follows from
//! how a column lies (an envelope, a hash, a key), or from a name that can mean nothing else (an id, a time),
//! needs no choice.

use super::{Item, Protection, Subject};
use serde::{Serialize, Serializer};

macro_rules! categories {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $iri:literal;)*) => {
        /// What an item is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Category { $($(#[$meta])* $name,)* }

        impl Category {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Names it in the pages' texts (`data-is-CODE`) and in files.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The nearest term of the Data Privacy Vocabulary, version 2.3.
            pub const fn iri(self) -> &'static str {
                match self { $(Self::$name => $iri,)* }
            }
        }
    };
}

categories! {
    // What people give.
    Name = "name", "https://w3id.org/dpv/pd#Name";
    EmailAddress = "email", "https://w3id.org/dpv/pd#EmailAddress";
    Language = "language", "https://w3id.org/dpv/pd#Language";
    TimeZone = "zone", "https://w3id.org/dpv/pd#Region";
    Password = "password", "https://w3id.org/dpv/pd#Password";
    SecondFactor = "second-factor", "https://w3id.org/dpv/pd#Authenticating";
    Passkey = "passkey", "https://w3id.org/dpv/pd#Authenticating";
    /// Greeting, menu, rules, questions, templates, bulk messages: what an account has its page say.
    OwnWords = "own-words", "https://w3id.org/dpv/pd#Communication";
    /// A word that an account puts on leads.
    Mark = "mark", "https://w3id.org/dpv/pd#Profile";
    PageToken = "page-token", "https://w3id.org/dpv/pd#Authenticating";
    PageName = "page-name", "https://w3id.org/dpv/pd#SocialMedia";
    Answer = "answer", "https://w3id.org/dpv/pd#Communication";
    Reason = "reason", "https://w3id.org/dpv/pd#Communication";
    /// Whatever somebody wrote: of the highest class, because it may hold anything.
    MessageText = "message", "https://w3id.org/dpv/pd#SocialMediaCommunication";
    Evidence = "evidence", "https://w3id.org/dpv/pd#PrivacyPreference";
    // What comes with it.
    MessengerId = "messenger-id", "https://w3id.org/dpv/pd#UID";
    PageId = "page-id", "https://w3id.org/dpv/pd#UID";
    IpAddress = "ip-address", "https://w3id.org/dpv/pd#IPAddress";
    Browser = "browser", "https://w3id.org/dpv/pd#UserAgent";
    Permission = "permission", "https://w3id.org/dpv/pd#PrivacyPreference";
    LetterText = "letter", "https://w3id.org/dpv/pd#EmailContent";
    // What the program makes.
    Id = "id", "https://w3id.org/dpv/pd#Identifier";
    Time = "time", "https://w3id.org/dpv/pd#Historical";
    State = "state", "https://w3id.org/dpv/pd#Transactional";
    Count = "count", "https://w3id.org/dpv/pd#Transactional";
    Envelope = "envelope", "https://w3id.org/dpv#PersonalData";
    KeyedHash = "keyed-hash", "https://w3id.org/dpv/pd#Identifier";
    SecretHash = "secret-hash", "https://w3id.org/dpv/pd#Authenticating";
    Key = "key", "https://w3id.org/dpv/pd#Identifier";
    // Not about people.
    BrandMatter = "brand", "https://w3id.org/dpv#NonPersonalData";
    BookKeeping = "book-keeping", "https://w3id.org/dpv#NonPersonalData";
}

impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl Item {
    /// What it is: as declared, or as follows from how it lies. None: somebody has to say it.
    pub fn category(&self) -> Option<Category> {
        if self.is.is_some() {
            return self.is;
        }
        Some(match (self.protection, self.name, self.subject) {
            (Protection::SealedPerson | Protection::SealedBrand, "sealed", _) => Category::Envelope,
            (Protection::Wrapped, ..) => Category::Key,
            (Protection::KeyedHash, ..) => Category::KeyedHash,
            (Protection::Hash, ..) => Category::SecretHash,
            (_, name, _) if is_id(name) => Category::Id,
            (_, name, _) if is_time(name) => Category::Time,
            (_, _, Subject::Nobody) => Category::BookKeeping,
            (_, _, Subject::Brand) => Category::BrandMatter,
            _ => return None,
        })
    }
}

fn is_id(name: &str) -> bool {
    matches!(name, "id" | "claim" | "holder") || name.ends_with("_id")
}

fn is_time(name: &str) -> bool {
    matches!(name, "at" | "day" | "month") || name.ends_with("_at")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datamap::Basis;
    use std::collections::BTreeSet;

    #[test]
    fn claim_d1_a_readable_column_about_a_person_is_not_filed_by_itself() {
        let column = |name| Item::own(name, "w", "y").about(Subject::Account);
        assert_eq!(column("phone").category(), None);
        assert_eq!(column("phone").is(Category::State).category(), Some(Category::State));
        assert_eq!(column("account_id").category(), Some(Category::Id));
        assert_eq!(column("created_at").category(), Some(Category::Time));
        assert_eq!(column("mac").protected(Protection::KeyedHash).category(), Some(Category::KeyedHash));
        let sealed = Item::lead_sealed("given_name", "w", "y", Basis::Consent);
        assert_eq!(sealed.category(), None, "what lies inside is named too");
    }

    #[test]
    fn each_category_has_a_code_of_its_own_and_a_term_of_the_vocabulary() {
        let codes: BTreeSet<&str> = Category::ALL.iter().map(|category| category.code()).collect();
        assert_eq!(codes.len(), Category::ALL.len());
        assert!(Category::ALL.iter().all(|category| category.iri().starts_with("https://w3id.org/dpv")));
    }
}
