//! Mails about what happened to an account (claim F6): written down in the same commit as the act,
//! sent afterwards.
//!
//! An action calls [`prepare`] before its transaction, `store::tables::mail::insert` inside it, and
//! [`Engine::wake_mail`] after the commit. A process that is killed in between leaves either both or
//! neither, and the next start sends what waits.
//!
//! How often a mail can arrive: once, as a rule. A mail whose handing over was never answered (the
//! server hung, the process was killed at that very moment) is handed over once more, with the same
//! Message-ID, and then ends: a notice that never came is worse than one that came twice.
//!
//! Invariant: a mail's address, language, zone and arguments lie sealed under its account's key; what is
//! sent or given up is deleted, and only counted.

mod letter;
mod station;

pub use letter::{ExportKind, Letter, Seen, TwoFactorChange};
pub use station::{Mailed, Post};
pub use store::tables::mail::NewMail;

use crate::{Engine, EngineError, ends};
use minicbor::{Decode, Encode};
use model::brand::Brand;
use model::id::{AccountId, BrandId, MailId};
use model::mail::EmailAddress;
use model::personal::Personal;
use model::time::Span;
use store::tables;
use vault::Key;

/// How long a mail that nobody takes is tried; those with a link end with it.
pub const PATIENCE: Span = Span::days(tables::mail::DAYS as i64);

/// What lies in `mail.sealed`.
#[derive(Encode, Decode)]
pub(crate) struct Addressed {
    #[n(0)]
    to: Personal<String>,
    #[n(1)]
    language: String,
    #[n(2)]
    letter: Letter,
    /// By whose clocks it tells times; UTC if none.
    #[n(3)]
    zone: Option<String>,
}

/// Who gets a mail: where, in which language, by which clocks.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub to: &'a Personal<String>,
    pub language: &'a str,
    /// As the IANA database names it; UTC if none.
    pub zone: Option<&'a str>,
}

/// Puts letters into words.
pub trait Letters: Send + Sync {
    /// Subject and both texts, in `language` or, if that is not spoken, in one that is; times as the clocks
    /// of `zone` show them or, if that is none or not known, in UTC.
    fn write(&self, brand: &Brand, language: &str, zone: Option<&str>, letter: &Letter) -> Written;
}

/// A letter in words.
pub struct Written {
    /// The language it came out in.
    pub language: &'static str,
    pub subject: Personal<String>,
    pub text: Personal<String>,
    pub html: Personal<String>,
}

/// A mail for an account, sealed; to be inserted in the commit of the act it tells of.
pub async fn prepare(
    engine: &Engine,
    brand: BrandId,
    account: AccountId,
    reader: Reader<'_>,
    letter: Letter,
) -> Result<NewMail, EngineError> {
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("the account's key"))?;
    prepare_with(engine, &key, brand, (account, None), reader, letter)
}

/// As [`prepare`], for who holds the account's key already; `about` the id of an announcement or a breach, if it is one of
/// those letters that count as telling of it.
pub fn prepare_with(
    engine: &Engine,
    key: &Key,
    brand: BrandId,
    (account, about): (AccountId, Option<[u8; 16]>),
    reader: Reader<'_>,
    letter: Letter,
) -> Result<NewMail, EngineError> {
    let to = EmailAddress::parse(reader.to.reveal())?;
    let now = engine.clock.now();
    let mut id = MailId::new(now, &*engine.entropy);
    if let Some(about) = about {
        ends::mark(&mut id.0, &about, &account.0);
    }
    let (kind, ends_at) = (letter.kind(), letter.ends_at(now.plus(PATIENCE)));
    let (language, zone) = (reader.language.to_owned(), reader.zone.map(str::to_owned));
    let addressed = Addressed { to: to.into_personal(), language, letter, zone };
    let place = engine.brand(brand)?.person_place(account.0, "mail", id.0);
    let sealed = key
        .seal_value(&place, &addressed, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "mail" })?;
    Ok(NewMail { id, account, kind, created_at: now, ends_at, sealed })
}

impl Engine {
    /// Tells the station that a mail was committed.
    pub fn wake_mail(&self) {
        self.wake.mail.notify_one();
    }
}
