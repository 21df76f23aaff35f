//! The notification to the supervisory authority by mail, from the case itself: it is written, looked at, and sent.
//!
//! Why not by the queue of letters: that one belongs to accounts, and hands over what was never answered once more. Here
//! a second mail would be worse than an admin who has to ask.
//!
//! Invariants: what is sent is the draft that was shown, or nothing; right before a mail is handed over its entry is
//! committed behind the one that its writer had before them, so that of any number of clicks, admins and nodes one hands
//! it over, and what follows after a kill is that the answer is not known; the program hands over nothing a second time
//! by itself; the authority counts as told when the server took the mail, and not before; in a drill the mail goes to the
//! admin who sends it.

use super::breaches::{Before, ON_ITS_WAY, TEXT_LIMIT, TRIES, before, told, words};
use super::requests::admin;
use crate::brands::BrandContext;
use crate::breach::mail::{self, Mailed, Sender};
use crate::breach::{Facts, MailDraft, changed};
use crate::failpoint::Point;
use crate::run::pause;
use crate::{Actor, Engine, EngineError};
use model::breach::{EntryKind, Mailing, No};
use model::id::{BreachId, MailId};
use model::mail::EmailAddress;
use model::personal::Personal;
use model::ports::{Mail, MailError, Mailer};
use model::time::Timestamp;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Tx;
use store::tables::breach;

/// Characters of the mail: all that a case knows fits, with its headings.
pub const MAIL_LIMIT: usize = 30_000;
const SUBJECT_LIMIT: usize = 200;
/// How long whoever sends it waits for what becomes of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail as it is typed.
#[derive(Debug, Clone, Default)]
pub struct MailForm {
    pub to: String,
    pub language: String,
    pub subject: String,
    pub text: String,
    /// Why it comes late; the text says it too.
    pub reason: String,
}

/// What an admin says when they send it.
#[derive(Debug, Clone, Copy)]
pub struct Send {
    /// Of the draft that they saw.
    pub draft: Timestamp,
    /// Something is not known yet and follows in a further phase.
    pub is_phase: bool,
    /// An earlier one may have arrived, and it is sent all the same.
    pub is_again: bool,
}

/// Keeps the mail, so that it can be looked at as it will be sent. Nobody is told anything.
///
/// # Errors
/// [`EngineError::Invalid`] of `to`, `text` or `reason`; [`EngineError::Conflict`] before one is aware, and when it is closed.
pub async fn draft(engine: &Engine, actor: &Actor, id: BreachId, form: &MailForm) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    let now = engine.clock.now();
    let reason = words("reason", &form.reason, 0, TEXT_LIMIT)?;
    may_tell(&before, &reason, now)?;
    let to =
        EmailAddress::parse(&form.to).map_err(|problem| EngineError::invalid("to", problem.to_string()))?;
    let (_, after) = mail::read(&ctx, &before.entries)?;
    let sender = Sender::of(&ctx, before.facts.contact.reveal());
    before.facts.mail = Some(MailDraft {
        to: to.into_personal(),
        language: form.language.clone(),
        subject: words("subject", &form.subject, 3, SUBJECT_LIMIT)?,
        // As forms send it, lines end otherwise than mails are written.
        text: words("text", &form.text.replace("\r\n", "\n"), 10, MAIL_LIMIT)?,
        at: now,
        after,
        reason,
        from: sender.name,
        reply_to: sender.reply_to.map(EmailAddress::into_personal),
    });
    let (brand, head, sealed) = (ctx.id, before.head, before.facts.seal(engine, &ctx, id)?);
    let write = move |tx: &Tx<'_>| breach::set_draft(tx.brand(brand), head, id, &sealed);
    if engine.data.write("draft_for_authority", write).await? { Ok(()) } else { Err(changed()) }
}

/// Whether the authority may be told now, with this reason if it comes late.
fn may_tell(before: &Before, reason: &Personal<String>, now: Timestamp) -> Result<(), EngineError> {
    let mut course = before.stored.course;
    course.tell_authority(now, reason.reveal().chars().count() >= 3, now)?;
    Ok(())
}

/// Sends the draft that was shown and says what became of it. Goes on when nobody waits for it any more.
///
/// # Errors
/// As [`super::breaches::tell_authority`], and [`EngineError::Invalid`] of `again` where an earlier mail may have arrived,
/// of `mailer` where there is nothing to send with, of `own` where a drill's mail has no confirmed address to go to;
/// [`EngineError::Conflict`] where something else was shown than would be sent, or one is being handed over.
pub async fn send(
    engine: &Arc<Engine>,
    actor: &Actor,
    id: BreachId,
    asked: Send,
) -> Result<Mailing, EngineError> {
    admin(actor)?;
    let (engine, actor) = (Arc::clone(engine), actor.clone());
    // A browser that goes away must not cut off what is being handed over, and need not wait as long as a server may take.
    let sending = tokio::spawn(async move { carry(&engine, &actor, id, asked).await });
    tokio::select! {
        sent = sending => sent.unwrap_or(Ok(Mailing::Handed)),
        () = pause(PATIENCE) => Ok(Mailing::Handed),
    }
}

/// Everything that has to be so before it is handed over.
struct Ready {
    before: Before,
    draft: MailDraft,
    mail: Mail,
    is_again: bool,
}

async fn carry(engine: &Engine, actor: &Actor, id: BreachId, asked: Send) -> Result<Mailing, EngineError> {
    let ctx = engine.brand(actor.brand)?;
    let no_mailer = || EngineError::invalid("mailer", "this installation has nothing to send mails with");
    let mailer = Arc::clone(&engine.post.as_ref().ok_or_else(no_mailer)?.mailer);
    let ready = ready(engine, &ctx, actor, id, asked).await?;
    let Ready { before, draft, mail, is_again } = ready;
    let (known, is_phase) = (before.facts.clone(), asked.is_phase);
    let sent = Sent { id: mail.id.clone(), draft, known, is_phase, handed_at: mail.at };
    let outcome = hand_over(engine, &ctx, actor, (before, &*mailer), (mail, &sent, is_again)).await?;
    engine.settings.fail_points.pass(Point::BeforeTellCommit);
    let written = record(engine, &ctx, actor, id, &sent, outcome).await;
    engine.settings.fail_points.pass(Point::AfterTellCommit);
    if let Err(error) = &written {
        tracing::error!(%error, row = %sent.id, "what became of a mail to the authority could not be written down");
    }
    written
}

async fn ready(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    id: BreachId,
    asked: Send,
) -> Result<Ready, EngineError> {
    let before = before(engine, ctx, id).await?;
    let now = engine.clock.now();
    let (last, known) = mail::read(ctx, &before.entries)?;
    let sender = Sender::of(ctx, before.facts.contact.reveal());
    let is_it = |draft: &MailDraft| draft.at == asked.draft && draft.after == known && draft.is_of(&sender);
    let draft = before.facts.mail.clone().filter(is_it).ok_or_else(changed)?;
    if last.as_ref().is_some_and(|last| last.is_on_its_way(now)) {
        return Err(EngineError::Conflict(ON_ITS_WAY.to_owned()));
    }
    let is_open = last.as_ref().is_some_and(Mailed::is_open);
    if is_open && !asked.is_again {
        return Err(EngineError::invalid("again", "an earlier mail may have arrived: say that you know"));
    }
    may_tell(&before, &draft.reason, now)?;
    if !before.facts.missing().is_empty() && !asked.is_phase {
        return Err(EngineError::from(No::NeedsPhase));
    }
    let to = if before.facts.is_drill {
        own_address(engine, ctx, actor).await?
    } else {
        EmailAddress::parse(draft.to.reveal()).map_err(|_| changed())?
    };
    let mail = Mail {
        id: MailId::new(now, &*engine.entropy).to_string(),
        brand: ctx.id,
        from_name: sender.name,
        reply_to: sender.reply_to,
        to,
        language: draft.language.clone(),
        subject: draft.subject.clone(),
        text: draft.text.clone(),
        html: None,
        is_automatic: false,
        at: now,
    };
    Ok(Ready { before, draft, mail, is_again: is_open })
}

/// Where a drill's mail goes: to whoever practises.
pub(crate) async fn own_address(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
) -> Result<EmailAddress, EngineError> {
    let opened = engine.open_account(ctx, actor.account).await?;
    let confirmed = opened.filter(|own| own.stored.state == "active");
    let address = confirmed.and_then(|own| EmailAddress::parse(own.profile.email.reveal()).ok());
    address.ok_or_else(|| EngineError::invalid("own", "your account has no confirmed address"))
}

/// What an entry tells, and more.
fn with<const MORE: usize>(mut of: Value, more: [(&str, Value); MORE]) -> Value {
    if let Some(all) = of.as_object_mut() {
        all.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    of
}

/// A mail that was handed over, or was to be.
struct Sent {
    id: String,
    draft: MailDraft,
    /// What the case knew then.
    known: Facts,
    is_phase: bool,
    /// When it began.
    handed_at: Timestamp,
}

/// Hands the mail over. Its entry is committed at the last moment at which it can be kept back, behind what its sender
/// saw; whoever comes second keeps it back, and so does whoever cannot tell that it was committed.
async fn hand_over(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    (before, mailer): (Before, &dyn Mailer),
    (mail, sent, is_again): (Mail, &Sent, bool),
) -> Result<Mailing, EngineError> {
    let kept_back = Mutex::new(None);
    let mark = async {
        let now = engine.clock.now();
        let entry = Mailed::entry(Mailing::Handed, &sent.id, &sent.draft, before.facts.is_drill, now);
        let entry = with(
            entry,
            [
                ("language", sent.draft.language.as_str().into()),
                ("subject", sent.draft.subject.reveal().as_str().into()),
                ("text", sent.draft.text.reveal().as_str().into()),
                ("from", sent.draft.from.as_str().into()),
                ("reply_to", sent.draft.reply_to.as_ref().map(|to| to.reveal().as_str()).into()),
                ("again", is_again.into()),
            ],
        );
        let written = before.write(engine, ctx, actor, (EntryKind::Mailed, entry)).await;
        let is_first = written.is_ok();
        *kept_back.lock().unwrap_or_else(PoisonError::into_inner) = written.err();
        is_first
    };
    let outcome = mailer.send(mail, Box::pin(mark)).await;
    match kept_back.into_inner().unwrap_or_else(PoisonError::into_inner) {
        None => {}
        // Another was first, and the entry was not written.
        Some(error @ EngineError::Conflict(_)) => return Err(error),
        // The entry may stand all the same, as where only the key store failed: what follows says that nothing left.
        Some(error) => {
            tracing::warn!(row = %sent.id, %error, "a mail to the authority was kept back");
            return Ok(Mailing::NotTaken);
        }
    }
    if let Err(error) = &outcome {
        tracing::warn!(row = %sent.id, %error, "a mail to the authority was not taken");
    }
    Ok(match outcome {
        Ok(()) => Mailing::Taken,
        Err(MailError::Refused(_)) => Mailing::Refused,
        Err(MailError::NotNow(_)) => Mailing::NotTaken,
        Err(MailError::Unanswered(_)) => Mailing::Unanswered,
    })
}

/// Writes down what became of a mail, whatever else was written meanwhile.
async fn record(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    id: BreachId,
    sent: &Sent,
    outcome: Mailing,
) -> Result<Mailing, EngineError> {
    let at = engine.clock.now();
    let mut tries = 1;
    loop {
        let mut before = before(engine, ctx, id).await?;
        let is_drill = before.facts.is_drill;
        let facts = Mailed::entry(outcome, &sent.id, &sent.draft, is_drill, at);
        let entry = match outcome {
            Mailing::Taken => {
                // What was on its way in time has no reason: nobody could be asked for one any more.
                let how = (sent.is_phase, !before.stored.course.is_late(sent.handed_at));
                let times = (at, engine.clock.now());
                match told(&mut before, times, &sent.known, how, &sent.draft.reason) {
                    Ok((_, told)) => (EntryKind::Authority, with(told, [("mail", facts)])),
                    // It was closed meanwhile, or the clock was put back: what is true is written all the same.
                    Err(problem) => {
                        (EntryKind::Mailed, with(facts, [("problem", problem.to_string().into())]))
                    }
                }
            }
            _ => (EntryKind::Mailed, facts),
        };
        match before.write(engine, ctx, actor, entry).await {
            Err(EngineError::Conflict(_)) if tries < TRIES => tries += 1,
            written => return written.map(|()| outcome),
        }
    }
}
