//! The station that sends what waits.
//!
//! A mail is claimed for a few minutes in one commit, written and handed to the mailer outside any
//! transaction, and its outcome recorded in another. Right before it is handed over a mark is
//! committed; the difference between "marked" and "answered" is what may arrive twice.
//!
//! Invariant: whatever happens to this process, a mail is sent, waits, or is counted as ended, and of one about an
//! announcement or a breach that nobody took it is noted in that commit that it told nobody; it is
//! handed over at most [`HANDED_LIMIT`] times without an answer. Log lines carry the mail's id, its
//! kind and the server's figures.

use super::{Addressed, Letters};
use crate::run::pause;
use crate::{Engine, EngineError, announce, breach};
use futures_util::future::join_all;
use model::entropy::random;
use model::mail::EmailAddress;
use model::ports::{Mail, MailError, Mailer};
use model::time::{Span, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::tables::mail::{self, Ended, MailOutcome, WaitingMail};
use store::{StoreError, Tx};
use tokio::sync::watch;
use vault::OpenError;

/// Mails on their way at the same time.
const AT_ONCE: u32 = 8;
/// How long a run may hold a mail: longer than a mailer takes at worst, so that only a dead run's
/// mails are taken over.
const LEASE: Span = Span::minutes(6);
/// Handed over this often without an answer, a mail ends.
const HANDED_LIMIT: i64 = 2;
/// The pause after the first failure; it doubles each time.
const FIRST_PAUSE: Span = Span::minutes(1);
/// Doublings: the longest pause is a bit over four hours.
const DOUBLINGS: i64 = 8;
/// Before a mail that was handed over without an answer is handed over again.
const UNANSWERED_PAUSE: Span = Span::minutes(10);
/// The kind of the letter that tells of an erasure: [`Letter::AccountErased`](super::Letter::AccountErased).
const LAST: &str = "account_erased";
/// How often the table is looked at unasked: another node may have written and died.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long a stop waits for mails on their way; one that is cut off is tried again after its lease.
const GRACE: Duration = Duration::from_secs(10);

/// Writes letters and carries them.
#[derive(Clone)]
pub struct Post {
    pub letters: Arc<dyn Letters>,
    pub mailer: Arc<dyn Mailer>,
}

/// What a look at the waiting mails came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailed {
    /// Something was sent or ended; there may be more.
    On,
    /// The next one is due then.
    Until(Timestamp),
    /// Nothing waits, or there is nothing to send with.
    Idle,
}

/// Gives up what was not sent in time; how many.
fn give_up(tx: &Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let ended = mail::give_up(tx, now)?;
    lost(tx, &ended)?;
    Ok(ended.len())
}

/// These end and nobody took them: whoever they were to tell was not told. Part of the commit that ends them.
fn lost(tx: &Tx<'_>, ended: &[Ended]) -> Result<(), StoreError> {
    announce::lost(tx, ended)?;
    breach::tell::not_mailed(tx, ended)
}

impl Engine {
    /// Until stopped: then what is on its way may land, within reason.
    pub(crate) async fn mail_forever(&self, mut stopped: watch::Receiver<bool>) {
        let mut stopping = stopped.clone();
        while !*stopped.borrow() {
            let late = async {
                // Fails only when the engine's owner is gone, which is a stop as well.
                let _ = stopping.wait_for(|stop| *stop).await;
                pause(GRACE).await;
            };
            let next = tokio::select! {
                next = self.mail_some() => next,
                () = late => return,
            };
            let wait = async {
                match next {
                    Ok(Mailed::On) => {}
                    Ok(Mailed::Until(at)) => {
                        tokio::select! {
                            () = self.clock.sleep_until(at) => {}
                            () = self.wake.mail.notified() => {}
                        }
                    }
                    Ok(Mailed::Idle) => {
                        tokio::select! {
                            () = pause(LOOK_EVERY) => {}
                            () = self.wake.mail.notified() => {}
                        }
                    }
                    Err(error) => self.failed("mail", &error).await,
                }
            };
            tokio::select! {
                () = wait => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
        }
    }

    /// Gives up what is out of date and sends some of what is due. Safe to run on several nodes at
    /// once, and after being stopped anywhere.
    pub async fn mail_some(&self) -> Result<Mailed, EngineError> {
        let (now, claim) = (self.clock.now(), random(&*self.entropy));
        let Some(post) = &self.post else {
            self.data.write("mail_give_up", move |tx| give_up(tx, now)).await?;
            return Ok(Mailed::Idle);
        };
        let (given_up, claimed) = self
            .data
            .write("mail_claim", move |tx| {
                let given_up = give_up(tx, now)?;
                let claimed = mail::claim(tx, &claim, now.plus(LEASE), now, AT_ONCE)?;
                Ok::<_, StoreError>((given_up, claimed))
            })
            .await?;
        if given_up > 0 {
            tracing::warn!(given_up, "mails were given up: nobody took them in time");
        }
        if claimed.is_empty() {
            let next = self.data.read("mail_next", mail::next_due).await?;
            return Ok(next.map_or(Mailed::Idle, Mailed::Until));
        }
        let sent = join_all(claimed.into_iter().map(|waiting| self.mail_one(post, waiting, claim))).await;
        sent.into_iter().collect::<Result<(), EngineError>>()?;
        Ok(Mailed::On)
    }

    async fn mail_one(&self, post: &Post, waiting: WaitingMail, claim: [u8; 16]) -> Result<(), EngineError> {
        if waiting.handed >= HANDED_LIMIT {
            return self.mail_ended(&waiting, claim, MailOutcome::Unanswered).await;
        }
        let ready = match self.mail_written(post, &waiting).await {
            Ok(ready) => ready,
            Err(error) if error.is_about_the_data() => {
                tracing::error!(row = %waiting.id, %error, "a waiting mail cannot be read and was dropped");
                return self.mail_ended(&waiting, claim, MailOutcome::Unreadable).await;
            }
            Err(error) => {
                tracing::warn!(row = %waiting.id, %error, "a mail waits");
                return self.mail_again(&waiting, claim, false, FIRST_PAUSE).await;
            }
        };
        let was_marked = AtomicBool::new(false);
        let mark = async {
            let id = waiting.id;
            let set = self.data.write("mail_handed", move |tx| mail::set_handed(tx, id, &claim)).await;
            let marked = set.unwrap_or(false);
            was_marked.store(marked, Ordering::Relaxed);
            marked
        };
        let outcome = post.mailer.send(ready, Box::pin(mark)).await;
        let was_marked = was_marked.into_inner();
        if let Err(error) = &outcome {
            let attempts = waiting.attempts.saturating_add(1);
            tracing::warn!(row = %waiting.id, kind = %waiting.kind, attempts, %error, "a mail was not taken");
        }
        match outcome {
            Ok(()) => self.mail_ended(&waiting, claim, MailOutcome::Sent).await,
            Err(MailError::Refused(_)) => self.mail_ended(&waiting, claim, MailOutcome::Refused).await,
            Err(MailError::NotNow(_)) => {
                let doublings = u32::try_from(waiting.attempts.clamp(0, DOUBLINGS)).unwrap_or(0);
                let pause = Span(FIRST_PAUSE.0.saturating_mul(2_i64.saturating_pow(doublings)));
                self.mail_again(&waiting, claim, was_marked, pause).await
            }
            Err(MailError::Unanswered(_)) if waiting.handed.saturating_add(1) >= HANDED_LIMIT => {
                self.mail_ended(&waiting, claim, MailOutcome::Unanswered).await
            }
            Err(MailError::Unanswered(_)) => self.mail_again(&waiting, claim, false, UNANSWERED_PAUSE).await,
        }
    }

    /// Opens a mail and puts it into words. An error about the data is one that stays.
    async fn mail_written(&self, post: &Post, waiting: &WaitingMail) -> Result<Mail, EngineError> {
        let unreadable = || EngineError::Sealed { place: "mail" };
        // A brand that is not configured today may be tomorrow; till then its mails wait.
        let ctx =
            self.brand(waiting.brand).map_err(|_| EngineError::NotYet("its brand is not configured"))?;
        let key = self.vault.key(&waiting.account.0).await?.ok_or_else(unreadable)?;
        let place = ctx.person_place(waiting.account.0, "mail", waiting.id.0);
        let opened = key.open_value(&place, &waiting.sealed);
        let addressed: Addressed = opened.map_err(|error| match error {
            // It opens, and says what only a newer version knows, whose nodes will send it.
            OpenError::Content => EngineError::NotYet("another version wrote it"),
            _ => unreadable(),
        })?;
        let to = EmailAddress::parse(addressed.to.reveal()).map_err(|_| unreadable())?;
        let (language, zone) = (&addressed.language, addressed.zone.as_deref());
        let written = post.letters.write(&ctx.brand, language, zone, &addressed.letter);
        Ok(Mail {
            id: waiting.id.to_string(),
            brand: ctx.id,
            from_name: ctx.brand.name.clone(),
            reply_to: EmailAddress::parse(&ctx.brand.controller.contact).ok(),
            to,
            language: written.language.to_owned(),
            subject: written.subject,
            text: written.text,
            html: Some(written.html),
            is_automatic: true,
            at: waiting.created_at,
        })
    }

    async fn mail_ended(
        &self,
        waiting: &WaitingMail,
        claim: [u8; 16],
        outcome: MailOutcome,
    ) -> Result<(), EngineError> {
        let ended = (waiting.brand, waiting.account, waiting.id);
        let end = move |tx: &Tx<'_>| {
            let (brand, _, id) = ended;
            let has_ended = mail::end(tx.brand(brand), id, &claim, outcome)?;
            if has_ended && outcome != MailOutcome::Sent {
                lost(tx, &[ended])?;
            }
            Ok::<_, StoreError>(())
        };
        self.data.write("mail_end", end).await?;
        // The key that the last letter lay under has nothing left to hold.
        if waiting.kind == LAST {
            self.wake.erase.notify_one();
        }
        Ok(())
    }

    async fn mail_again(
        &self,
        waiting: &WaitingMail,
        claim: [u8; 16],
        taken_back: bool,
        pause: Span,
    ) -> Result<(), EngineError> {
        let (id, next_at) = (waiting.id, self.clock.now().plus(pause).min(waiting.ends_at));
        self.data.write("mail_again", move |tx| mail::set_again(tx, id, taken_back, next_at, &claim)).await?;
        Ok(())
    }
}
