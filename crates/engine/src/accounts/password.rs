//! Passwords: judged with the person's and the brand's own words as hints (claim U2), hashed with Argon2id.
//!
//! Invariants: verifying takes as long for an account that is not there; few hashes run at a time, so that
//! nobody stops the program by signing in.

use super::breached::Breached;
use crate::{EngineError, Role};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use model::entropy::{Entropy, random};
use model::personal::Personal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use zxcvbn::feedback::Warning;

/// Characters that a password may have; more is only work for the server.
pub const MOST: usize = 200;
/// Characters that the estimate looks at: it takes quadratic time, and the rest only makes it stronger.
const LOOKED_AT: usize = 100;
/// Letters and digits that must be left once one's own words are taken out.
const OF_ONES_OWN: usize = 6;
/// OWASP's first choice for Argon2id: memory in KiB, passes, lanes.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashes at a time: each takes a core for some fifty milliseconds.
const AT_A_TIME: usize = 2;

/// Why a password is not taken. Closed list; each has a sentence in every language (`password-…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    TooLong,
    /// Made of the person's name, address or the brand's.
    OwnWords,
    Common,
    /// It stands in the operator's list of passwords that became known.
    Breached,
    Word,
    Name,
    Pattern,
    Repeat,
    Sequence,
    Date,
    Guessable,
}

impl Weakness {
    pub const ALL: [Self; 12] = [
        Self::TooShort,
        Self::TooLong,
        Self::OwnWords,
        Self::Common,
        Self::Breached,
        Self::Word,
        Self::Name,
        Self::Pattern,
        Self::Repeat,
        Self::Sequence,
        Self::Date,
        Self::Guessable,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::OwnWords => "own-words",
            Self::Common => "common",
            Self::Breached => "breached",
            Self::Word => "word",
            Self::Name => "name",
            Self::Pattern => "pattern",
            Self::Repeat => "repeat",
            Self::Sequence => "sequence",
            Self::Date => "date",
            Self::Guessable => "guessable",
        }
    }
}

/// Characters that a password must have at least; admins see everybody's data.
pub const fn least(role: Role) -> usize {
    match role {
        Role::User => 10,
        Role::Admin => 14,
    }
}

/// Of zxcvbn's scores 0 to 4 the least: 3 is a hundred million guesses, 4 ten thousand million.
const fn wanted(role: Role) -> u8 {
    match role {
        Role::User => 3,
        Role::Admin => 4,
    }
}

/// Whether a password may protect an account of this role. `own` are the person's and the brand's words.
///
/// # Errors
/// Why not.
fn judge(password: &str, own: &[&str], role: Role) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < least(role) {
        return Err(Weakness::TooShort);
    }
    if length > MOST {
        return Err(Weakness::TooLong);
    }
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    // A name counts as a whole and by its parts.
    let parts: Vec<&str> = own
        .iter()
        .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()).chain([*words]))
        .filter(|word| word.chars().count() > 2)
        .collect();
    if is_made_of(&looked_at, &parts) {
        return Err(Weakness::OwnWords);
    }
    let with = zxcvbn::zxcvbn(&looked_at, &parts);
    if u8::from(with.score()) >= wanted(role) {
        return Ok(());
    }
    if u8::from(zxcvbn::zxcvbn(&looked_at, &[]).score()) >= wanted(role) {
        return Err(Weakness::OwnWords);
    }
    Err(match with.feedback().and_then(zxcvbn::feedback::Feedback::warning) {
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
            Weakness::Pattern
        }
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => Weakness::Repeat,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => Weakness::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => Weakness::Date,
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => Weakness::Common,
        Some(Warning::AWordByItselfIsEasyToGuess) => Weakness::Word,
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Weakness::Name,
        None => Weakness::Guessable,
    })
}

/// Whether hardly anything is left without these words: several of them in a row are many guesses for who
/// does not know the person, and few for who does.
fn is_made_of(password: &str, words: &[&str]) -> bool {
    let mut words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let whole = password.to_lowercase();
    let rest = words.iter().fold(whole.clone(), |rest, word| rest.replace(word.as_str(), ""));
    rest.len() < whole.len() && rest.chars().filter(|c| c.is_alphanumeric()).count() < OF_ONES_OWN
}

/// Hashes and verifies, a few at a time.
pub struct Passwords {
    room: Semaphore,
    breached: Option<Arc<Breached>>,
    /// What an unknown account's password is compared with.
    nobody: String,
    worked: AtomicU64,
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_with(password: &str, salt: [u8; 16]) -> Option<String> {
    let hash: PasswordHash = hasher().hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

impl Passwords {
    pub fn new(entropy: &dyn Entropy, breached: Option<Arc<Breached>>) -> Self {
        let nobody = hash_with("nobody's", random(entropy)).unwrap_or_default();
        Self { room: Semaphore::new(AT_A_TIME), breached, nobody, worked: AtomicU64::new(0) }
    }

    pub fn worked(&self) -> u64 {
        self.worked.load(Ordering::Relaxed)
    }

    /// As [`judge`], and whether it became known in a breach, where the operator has a list of these.
    pub async fn judge(
        &self,
        password: &Personal<String>,
        own: &[&str],
        role: Role,
    ) -> Result<(), EngineError> {
        judge(password.reveal(), own, role).map_err(EngineError::Weak)?;
        let Some(list) = self.breached.clone() else { return Ok(()) };
        let password = password.clone();
        match tokio::task::spawn_blocking(move || list.holds(&password)).await {
            Ok(Ok(false)) => Ok(()),
            Ok(Ok(true)) => Err(EngineError::Weak(Weakness::Breached)),
            Ok(Err(error)) => {
                tracing::error!(%error, "the list of accounts.breached_passwords cannot be read: no password is taken");
                Err(EngineError::NotYet(
                    "the password could not be compared with those that became known: try again",
                ))
            }
            Err(_) => Err(EngineError::NotYet("the password could not be looked at: try again")),
        }
    }

    /// A PHC string.
    pub async fn hash(
        &self,
        password: &Personal<String>,
        entropy: &dyn Entropy,
    ) -> Result<Personal<String>, EngineError> {
        let (password, salt) = (password.clone(), random::<16>(entropy));
        let hashed = self.alone(move || hash_with(password.reveal(), salt)).await;
        hashed.map(Personal::new).ok_or(EngineError::NotYet("the password could not be hashed: try again"))
    }

    /// Whether it is the password of `hash`. Without a hash the answer is no, after the same time.
    pub async fn verify(&self, password: &Personal<String>, hash: Option<&Personal<String>>) -> bool {
        let known = hash.is_some();
        let hash = hash.cloned().unwrap_or_else(|| Personal::new(self.nobody.clone()));
        // Longer ones are never set; trying them must not cost more.
        let password =
            if password.reveal().chars().count() > MOST { Personal::default() } else { password.clone() };
        let matches = self
            .alone(move || {
                let parsed = PasswordHash::new(hash.reveal()).ok()?;
                Some(hasher().verify_password(password.reveal().as_bytes(), &parsed).is_ok())
            })
            .await;
        known && matches.unwrap_or(false)
    }

    async fn alone<T: Send + 'static>(&self, work: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
        // Closed never, so waiting does not fail.
        let _room = self.room.acquire().await.ok()?;
        self.worked.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(work).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::SeededEntropy;

    #[test]
    fn claim_u2_dictionary_words_and_ones_own_words_are_refused_with_the_reason() {
        let own = ["Sample Person", "owner@bakery.example.com", "leangzbotchat"];
        for (password, why) in [
            ("short", Weakness::TooShort),
            ("passwordpassword", Weakness::Repeat),
            ("qwertyuiop", Weakness::Common),
            ("aaaaaaaaaaaaaa", Weakness::Repeat),
            ("leangzbotchat1", Weakness::OwnWords),
            ("Sample-Bakery-2026", Weakness::OwnWords),
            ("owner@bakery.example.com", Weakness::OwnWords),
        ] {
            assert_eq!(judge(password, &own, Role::User), Err(why), "{password}");
        }
        assert_eq!(judge(&"ab1".repeat(80), &own, Role::User), Err(Weakness::TooLong));
        assert_eq!(judge("tidal-moss-kettle-91", &own, Role::User), Ok(()));
    }

    #[test]
    fn a_password_may_have_200_characters_whatever_they_are() {
        // Without a pattern, so that nothing but its length is judged.
        let entropy = SeededEntropy::new(5);
        let long: String = (0..MOST)
            .map(|_| char::from_u32(0x21 + u32::from(model::entropy::random::<1>(&entropy)[0] % 94)).unwrap())
            .collect();
        for length in [64, 65, 128, MOST] {
            assert_eq!(judge(&long[..length], &[], Role::Admin), Ok(()), "{length}");
        }
        // As people count them: an Arabic letter, a picture and a space are one each.
        let letters: String = "شاي بالنعناع ☕ ".chars().chain(long.chars()).take(MOST).collect();
        assert_eq!(judge(&letters, &[], Role::Admin), Ok(()));
        assert_eq!(judge(&format!("{long}x"), &[], Role::Admin), Err(Weakness::TooLong));
    }

    #[test]
    fn claim_f10_admins_need_more() {
        // The first is too short for an admin; the second is long enough and guessed too soon.
        for (password, why) in
            [("tidal-moss-91", Weakness::TooShort), ("umbrella-fig-7", Weakness::Guessable)]
        {
            assert_eq!(judge(password, &[], Role::User), Ok(()), "{password}");
            assert_eq!(judge(password, &[], Role::Admin), Err(why), "{password}");
        }
        assert_eq!(judge("tidal-moss-kettle-91-orbit", &[], Role::Admin), Ok(()));
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let entropy = SeededEntropy::new(1);
        let passwords = Passwords::new(&entropy, None);
        let right = Personal::from("tidal-moss-kettle-91");
        let hash = passwords.hash(&right, &entropy).await.unwrap();
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "OWASP's parameters");
        assert!(passwords.verify(&right, Some(&hash)).await);
        assert!(!passwords.verify(&Personal::from("tidal-moss-kettle-92"), Some(&hash)).await);
        assert!(!passwords.verify(&right, None).await);
        assert!(!passwords.verify(&Personal::from("nobody's"), None).await, "the stand-in is nobody's");
    }
}
