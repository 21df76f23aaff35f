//! Recipients that the program does not connect to by itself, announced by the admin: who hosts the machine, who keeps
//! the books (claims D3, X7).
//!
//! Invariant: nobody is announced to be given data before everybody was told in time, but for a stated reason.

use super::documents::{LATEST, NOTICE};
use super::plans::admin;
use crate::announce::recipient_letter;
use crate::audit::{self, Act};
use crate::mail::Letter;
use crate::recipients::{earliest, has_people, insert, numbered};
use crate::views::recipients::Standing;
use crate::{Actor, Engine, EngineError};
use model::id::AnnouncementId;
use model::time::{Span, Timestamp};
use store::Tx;
use store::tables::recipient::{self, Origin, Recipient};
use store::tables::{Scope, account, audit as entries};

/// Characters of one text.
pub const LONGEST: usize = 500;
/// Entries that have not ended; more than that nobody reads.
const MOST: usize = 100;
const DAY: i64 = Span::days(1).0;

/// Somebody who is to get data, as the admin wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecipient {
    pub who: String,
    pub data: String,
    pub purpose: String,
    pub country: String,
    pub safeguard: String,
    pub in_force_from: Timestamp,
    /// Why with less notice than is promised.
    pub reason: Option<String>,
}

fn checked(field: &'static str, text: &str) -> Result<String, EngineError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return Err(EngineError::invalid(field, format!("must have 1 to {LONGEST} characters on one line")));
    }
    Ok(text.to_owned())
}

fn check_day(new: &NewRecipient, now: Timestamp, has_people: bool) -> Result<Timestamp, EngineError> {
    if new.in_force_from > now.plus(LATEST) {
        return Err(EngineError::invalid("in_force_from", "must be within a year"));
    }
    // A day that has begun is today.
    let asked = if new.in_force_from > now.minus(Span::days(1)) {
        new.in_force_from.max(now)
    } else {
        new.in_force_from
    };
    if asked < now {
        return Err(EngineError::invalid("in_force_from", "must not lie in the past"));
    }
    if asked < earliest(now, asked, has_people, new.reason.is_some()) {
        let days = NOTICE.0 / DAY;
        return Err(EngineError::invalid(
            "in_force_from",
            format!("must be {days} days from now or later, unless you say why it cannot wait"),
        ));
    }
    Ok(asked)
}

fn checked_all(new: &NewRecipient) -> Result<NewRecipient, EngineError> {
    Ok(NewRecipient {
        who: checked("who", &new.who)?,
        data: checked("data", &new.data)?,
        purpose: checked("purpose", &new.purpose)?,
        country: checked("country", &new.country)?,
        safeguard: checked("safeguard", &new.safeguard)?,
        in_force_from: new.in_force_from,
        reason: new.reason.as_deref().map(|reason| checked("reason", reason)).transpose()?,
    })
}

/// The entry as it would be announced now, and whether there is anybody to tell.
fn entry(scope: Scope<'_>, new: &NewRecipient, now: Timestamp) -> Result<(Recipient, bool), EngineError> {
    let (rows, has_people) = (recipient::list(scope)?, has_people(scope)?);
    let in_force_from = check_day(new, now, has_people)?;
    if rows.iter().filter(|row| Standing::of(row, now) != Standing::Ended).count() >= MOST {
        return Err(EngineError::Conflict(format!("{MOST} recipients at most: end one first")));
    }
    let row = Recipient {
        number: 0,
        name: String::new(),
        origin: Origin::Console,
        host: String::new(),
        port: 0,
        who: new.who.clone(),
        data: new.data.clone(),
        purpose: new.purpose.clone(),
        country: new.country.clone(),
        safeguard: new.safeguard.clone(),
        // With enough notice no reason is told.
        reason: new.reason.clone().filter(|_| in_force_from < now.plus(NOTICE)),
        announced_at: now,
        in_force_from,
        ended_at: None,
        hash: [0; 32],
        leaf_index: None,
    };
    Ok((numbered(scope.brand(), &rows, row), has_people))
}

/// A recipient as it would be announced.
#[derive(Debug, Clone)]
pub struct Preview {
    pub in_force_from: Timestamp,
    /// Why with less notice, if it comes with less.
    pub reason: Option<String>,
    /// How many accounts get the letter.
    pub told: u64,
    /// As users get it.
    pub letter: Letter,
}

/// What [`announce`] would do with this now. Changes nothing.
///
/// # Errors
/// As those of [`announce`].
pub async fn preview(engine: &Engine, actor: &Actor, new: &NewRecipient) -> Result<Preview, EngineError> {
    admin(actor)?;
    let (new, brand, now) = (checked_all(new)?, actor.brand, engine.clock.now());
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let (row, has_people) = entry(scope, &new, now)?;
        let told = if has_people { account::count_reachable(scope)? } else { 0 };
        Ok::<_, EngineError>((row, told))
    };
    let (row, told) = engine.data.read("preview_recipient", read).await?;
    let letter = recipient_letter(&*engine.brand(brand)?, &row);
    Ok(Preview { in_force_from: row.in_force_from, reason: row.reason, told, letter })
}

/// Announces a recipient: in one commit with what everybody is told and its leaf of the log.
///
/// # Errors
/// [`EngineError::Invalid`] names the field.
pub async fn announce(engine: &Engine, actor: &Actor, new: NewRecipient) -> Result<i64, EngineError> {
    admin(actor)?;
    let new = checked_all(&new)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let id = AnnouncementId::new(now, &*engine.entropy);
    let act = Act::RecipientAnnounced { name: new.who.clone() };
    let audited = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let (row, has_people) = entry(scope, &new, now)?;
        insert(scope, id, &row, has_people)?;
        entries::insert(scope, &audited)?;
        Ok::<_, EngineError>(row.number)
    };
    let number = engine.data.write("announce_recipient", write).await?;
    engine.wake.log.notify_one();
    engine.wake.announce.notify_one();
    Ok(number)
}

/// A recipient that was announced here gets nothing any more, or never got anything.
///
/// # Errors
/// [`EngineError::Conflict`] for one that the program connects to: that ends with its line in the operator's file.
pub async fn end(engine: &Engine, actor: &Actor, number: i64) -> Result<(), EngineError> {
    admin(actor)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let act = Act::RecipientEnded { recipient: number };
    let audited = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    let write = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let row = recipient::get(scope, number)?.ok_or(EngineError::NotFound("this recipient"))?;
        if row.origin == Origin::File {
            return Err(EngineError::Conflict(
                "the program connects to it: it ends when it is taken out of recipients.toml".into(),
            ));
        }
        if Standing::of(&row, now) != Standing::Ended {
            recipient::set_ended(scope, number, Some(now))?;
            entries::insert(scope, &audited)?;
        }
        Ok(())
    };
    engine.data.write("end_recipient", write).await
}
