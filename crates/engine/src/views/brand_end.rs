//! The end of a brand as it is announced: how it stands, for its admin, and when it is, for everybody who has an
//! account or is about to get one (claims A2, R3).

use super::At;
use super::announced::Unmailed;
use crate::actions::documents::NOTICE;
use crate::actions::plans::admin;
use crate::{Actor, Engine, EngineError};
use model::id::BrandId;
use model::time::{Span, Timestamp};
use serde_json::json;
use std::cmp::Reverse;
use store::tables::announcement::{self, Announcement};
use store::tables::{Scope, account, mail};
use store::{StoreError, Tx};

/// Under which kinds it is announced that a brand ends, and that it goes on after all.
pub(crate) const KIND: &str = "brand_end";
pub(crate) const OFF: &str = "brand_end_off";

/// The letters that tell of it, and of its being called off.
pub(crate) const LETTER: &str = "brand_ends";
pub(crate) const LETTER_OFF: &str = "brand_goes_on";

/// Whether this announces an end that was called off since.
pub(crate) fn is_called_off(scope: Scope<'_>, of: &Announcement) -> Result<bool, StoreError> {
    Ok(of.kind == KIND && announcement::list_of_kind(scope, OFF)?.iter().any(|off| off.version == of.version))
}

/// The announced end that nobody called off.
pub(crate) fn standing(scope: Scope<'_>) -> Result<Option<Announcement>, StoreError> {
    let newest = announcement::list_of_kind(scope, KIND)?.into_iter().max_by_key(|end| end.version);
    let Some(newest) = newest else { return Ok(None) };
    Ok((!is_called_off(scope, &newest)?).then_some(newest))
}

/// So long everybody has known of it: the notice, less a day for the telling.
pub const KNOWN_FOR: Span = Span(NOTICE.0 - Span::days(1).0);

/// Whether the brand may be erased: nobody but its admins has an account, or its end was announced, the day has come,
/// everybody has known for long enough, and no mail about it waits, whoever it is for.
pub(crate) fn may_erase(scope: Scope<'_>, now: Timestamp) -> Result<bool, StoreError> {
    if !account::has_users(scope)? {
        return Ok(true);
    }
    let is_known = |end: &Announcement| end.done_at.is_some_and(|told| told.plus(KNOWN_FOR) <= now);
    let has_come = standing(scope)?.is_some_and(|end| end.effective_at <= now && is_known(&end));
    Ok(has_come && mail::count_waiting_of(scope, LETTER)? == 0)
}

/// The bytes that an announced end's hash is of.
pub(crate) fn bytes_of(brand: BrandId, number: i64, announced_at: Timestamp, ends_at: Timestamp) -> Vec<u8> {
    json!({
        "format": "entente-brand-end/1",
        "brand": brand.to_string(),
        "number": number,
        "announced_at": At(announced_at).to_string(),
        "ends_at": At(ends_at).to_string(),
    })
    .to_string()
    .into_bytes()
}

/// The same of its being called off.
pub(crate) fn off_bytes_of(brand: BrandId, number: i64, called_off_at: Timestamp) -> Vec<u8> {
    json!({
        "format": "entente-brand-end-off/1",
        "brand": brand.to_string(),
        "number": number,
        "called_off_at": At(called_off_at).to_string(),
    })
    .to_string()
    .into_bytes()
}

/// An end that is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub announcement: Announcement,
    /// The bytes that its hash is of.
    pub text: String,
    /// Letters that are still to be written, or wait to be sent.
    pub unmailed: u64,
    /// Of the letters that are written, those that have not left.
    pub mails: Unmailed,
}

/// How the end of a brand stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Whether anybody but admins has an account: then it has to be announced.
    pub has_users: bool,
    pub end: Option<End>,
    /// Whether the brand may be erased now.
    pub may_erase: bool,
}

/// For the brand's admin.
///
/// # Errors
/// [`EngineError::Forbidden`] for others.
pub async fn get(engine: &Engine, actor: &Actor) -> Result<Outlook, EngineError> {
    admin(actor)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let end = standing(scope)?.map(|announcement| {
            let text = announcement::text(scope, KIND, announcement.version)?.unwrap_or_default();
            let waiting = mail::count_waiting_of(scope, LETTER)?;
            let lost = mail::lost(scope)?.into_iter().find(|(of, _)| *of == announcement.id);
            Ok::<_, StoreError>(End {
                unmailed: announcement::count_untold(scope, &announcement)?.saturating_add(waiting),
                mails: Unmailed { waiting, lost: lost.map_or(0, |(_, count)| count) },
                text: String::from_utf8_lossy(&text).into_owned(),
                announcement,
            })
        });
        Ok::<_, StoreError>(Outlook {
            has_users: account::has_users(scope)?,
            end: end.transpose()?,
            may_erase: may_erase(scope, now)?,
        })
    };
    Ok(engine.data.read("brand_end", read).await?)
}

/// What is announced of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Ends,
    /// That it is called off.
    GoesOn,
}

impl Word {
    const fn kind(self) -> &'static str {
        match self {
            Self::Ends => KIND,
            Self::GoesOn => OFF,
        }
    }
}

/// An end that was announced, for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub end: Announcement,
    /// That it was called off.
    pub off: Option<Announcement>,
}

/// All that were announced, the newest first.
pub async fn list(engine: &Engine, brand: BrandId) -> Result<Vec<Said>, EngineError> {
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let offs = announcement::list_of_kind(scope, OFF)?;
        let mut ends = announcement::list_of_kind(scope, KIND)?;
        ends.sort_by_key(|end| Reverse(end.version));
        let off = |end: &Announcement| offs.iter().find(|off| off.version == end.version).cloned();
        Ok::<_, StoreError>(ends.into_iter().map(|end| Said { off: off(&end), end }).collect())
    };
    Ok(engine.data.read("brand_ends", read).await?)
}

/// The bytes that the hash of what was announced of this end is of, for everybody.
///
/// # Errors
/// [`EngineError::NotFound`].
pub async fn hashed(
    engine: &Engine,
    brand: BrandId,
    number: i64,
    word: Word,
) -> Result<Vec<u8>, EngineError> {
    let read = move |tx: &Tx<'_>| announcement::text(tx.brand(brand), word.kind(), number);
    engine.data.read("brand_end_text", read).await?.ok_or(EngineError::NotFound("this announcement"))
}

/// From when on the brand may be erased, if its end is announced.
pub async fn ends_at(engine: &Engine, brand: BrandId) -> Result<Option<Timestamp>, EngineError> {
    let end = engine.data.read("brand_ends_at", move |tx| standing(tx.brand(brand))).await?;
    Ok(end.map(|end| end.effective_at))
}
