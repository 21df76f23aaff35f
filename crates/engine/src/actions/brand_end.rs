//! The end of a brand is announced before the brand is erased, so that its users can take along what is theirs; and it
//! may be called off again (claims A2, R3).
//!
//! Invariants: the day is as far ahead as that of anything else that is announced; everybody with an account is told of
//! the end once, and so they are if it is called off; an announcement, its leaf of the log and its entry of the audit
//! are one commit.

use super::documents::{LATEST, NOTICE, earliest};
use super::plans::admin;
use crate::announce::end_letter;
use crate::audit::{self, Act};
use crate::mail::Letter;
use crate::views::brand_end::{KIND, LETTER, LETTER_OFF, OFF, bytes_of, off_bytes_of, standing};
use crate::{Actor, Engine, EngineError};
use model::id::AnnouncementId;
use model::time::{Span, Timestamp};
use sha2::{Digest as _, Sha256};
use store::Tx;
use store::tables::announcement::{self, NewAnnouncement};
use store::tables::ledger::{self, PendingLeaf};
use store::tables::{Scope, account, audit as entries, mail};

const DAY: i64 = Span::days(1).0;

fn check_day(ends_at: Timestamp, now: Timestamp) -> Result<(), EngineError> {
    if ends_at > now.plus(LATEST) {
        return Err(EngineError::invalid("ends_at", "must be within a year"));
    }
    if ends_at < earliest(now, None) {
        let days = NOTICE.0 / DAY;
        return Err(EngineError::invalid("ends_at", format!("must be {days} days from now or later")));
    }
    Ok(())
}

/// Whether there is an end to announce, and to whom.
fn check_against(scope: Scope<'_>) -> Result<(), EngineError> {
    if standing(scope)?.is_some() {
        return Err(EngineError::Conflict("the brand's end is announced already".into()));
    }
    if !account::has_users(scope)? {
        return Err(EngineError::Conflict(
            "nobody but admins has an account: the brand can be erased at once".into(),
        ));
    }
    Ok(())
}

fn insert(scope: Scope<'_>, new: &NewAnnouncement<'_>) -> Result<(), EngineError> {
    announcement::insert(scope, new)?;
    let leaf = PendingLeaf { id: new.id.0, commitment: new.hash, consent: None };
    Ok(ledger::insert_pending(scope.tx(), &[leaf])?)
}

/// An end as it would be announced.
#[derive(Debug, Clone)]
pub struct Preview {
    /// How many accounts get the letter.
    pub told: u64,
    pub letter: Letter,
}

/// What [`announce`] would do with this day now. Changes nothing.
///
/// # Errors
/// As those of [`announce`].
pub async fn preview(engine: &Engine, actor: &Actor, ends_at: Timestamp) -> Result<Preview, EngineError> {
    admin(actor)?;
    check_day(ends_at, engine.clock.now())?;
    let brand = actor.brand;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        check_against(scope)?;
        Ok::<_, EngineError>(account::count_reachable(scope)?)
    };
    let told = engine.data.read("preview_brand_end", read).await?;
    Ok(Preview { told, letter: end_letter(&*engine.brand(brand)?, ends_at) })
}

/// Announces that the brand ends: from that day on, and not before, it can be erased.
///
/// # Errors
/// [`EngineError::Invalid`] for a day that is too early or too late; [`EngineError::Conflict`] when it is announced
/// already, or when there is nobody to tell.
pub async fn announce(engine: &Engine, actor: &Actor, ends_at: Timestamp) -> Result<(), EngineError> {
    admin(actor)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    check_day(ends_at, now)?;
    let id = AnnouncementId::new(now, &*engine.entropy);
    let act = Act::BrandEndAnnounced { ends_at };
    let audited = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        check_against(scope)?;
        let all = announcement::list_of_kind(scope, KIND)?;
        let version = all.iter().map(|end| end.version).max().unwrap_or(0).saturating_add(1);
        let text = bytes_of(brand, version, now, ends_at);
        let new = NewAnnouncement {
            id,
            kind: KIND,
            version,
            hash: Sha256::digest(&text).into(),
            early: None,
            announced_at: now,
            effective_at: ends_at,
            text: Some(&text),
        };
        // Nobody reads of this one first, and of the one before that it was called off afterwards.
        for off in announcement::list_of_kind(scope, OFF)? {
            announcement::stop(scope, off.id, now)?;
        }
        mail::withdraw(scope, LETTER_OFF)?;
        insert(scope, &new)?;
        entries::insert(scope, &audited)?;
        Ok::<_, EngineError>(())
    };
    engine.data.write("announce_brand_end", write).await?;
    engine.wake.log.notify_one();
    engine.wake.announce.notify_one();
    Ok(())
}

/// The brand goes on: whoever was not told of its end yet is not told of it any more, and everybody is told of this.
///
/// # Errors
/// [`EngineError::Conflict`] when no end is announced.
pub async fn call_off(engine: &Engine, actor: &Actor) -> Result<(), EngineError> {
    admin(actor)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let id = AnnouncementId::new(now, &*engine.entropy);
    let audited = audit::by(engine, &*engine.brand(brand)?, actor, &Act::BrandEndCalledOff).await?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let Some(end) = standing(scope)? else {
            return Err(EngineError::Conflict("no end of the brand is announced".into()));
        };
        let text = off_bytes_of(brand, end.version, now);
        let new = NewAnnouncement {
            id,
            kind: OFF,
            version: end.version,
            hash: Sha256::digest(&text).into(),
            early: None,
            announced_at: now,
            effective_at: now,
            text: Some(&text),
        };
        announcement::stop(scope, end.id, now)?;
        mail::withdraw(scope, LETTER)?;
        insert(scope, &new)?;
        entries::insert(scope, &audited)?;
        Ok(())
    };
    engine.data.write("call_off_brand_end", write).await?;
    engine.wake.log.notify_one();
    engine.wake.announce.notify_one();
    Ok(())
}
