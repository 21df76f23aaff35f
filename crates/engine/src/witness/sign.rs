//! Being somebody's witness: signs a checkpoint if it extends the one that was signed before
//! (c2sp.org/tlog-witness).
//!
//! Invariants: one request at a time; what is signed is kept durably before it is given away, so that a crash
//! in between signs nothing that is not remembered; a memory that cannot be read signs nothing at all. The time
//! never goes back from one signature to the next.
//!
//! What it cannot guard itself against: a memory that is put back to an older state. So it lies apart
//! from what is backed up, and `docs/witness.md` says so.

use crate::EngineError;
use crate::accounts::limits::ByPlace;
use ledger::note::{Note, NoteError};
use ledger::witness::{Refusal, Request};
use ledger::{Checkpoint, Cosigner, VerifyingKey, WitnessKey};
use model::time::{Clock, Span, Timestamp};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Where the newest cosigned checkpoint of each log lies, by [`Cosigning::place`].
pub trait Memory: Send + Sync {
    fn read(&self, place: &str) -> io::Result<Option<String>>;
    /// Whole and durable when it returns; after an error the old one or the new one is there.
    fn replace(&self, place: &str, note: &str) -> io::Result<()>;
}

/// What goes back to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status that the protocol gives it.
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

const TEXT: &str = "text/plain; charset=utf-8";
/// Of the body of a 409.
const SIZE: &str = "text/x.tlog.size";
/// The same checkpoint again within this time gets the signature that there is: whoever repeats somebody's
/// request costs us nothing.
const STILL_FRESH: Span = Span::hours(1);

impl Answer {
    fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, content_type: TEXT, body: body.into() }
    }
}

/// A witness at work.
pub struct Cosigning {
    cosigner: Cosigner,
    /// By [`Self::place`].
    logs: BTreeMap<String, VerifyingKey>,
    memory: Arc<dyn Memory>,
    clock: Arc<dyn Clock>,
    one: Mutex<()>,
    /// How often a place may ask.
    askers: ByPlace,
}

/// Why nothing was signed: the asker's fault, or ours.
enum Failed {
    Refused(Refusal),
    /// The memory cannot be read or written.
    Memory(io::Error),
    /// It holds what is no checkpoint of that log.
    Damaged(NoteError),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What is remembered of a log.
struct Kept {
    checkpoint: Checkpoint,
    note: String,
    /// Under the key of now; `None` after a new key was made.
    signed_at: Option<Timestamp>,
}

impl Cosigning {
    pub fn new(
        cosigner: Cosigner,
        logs: Vec<VerifyingKey>,
        memory: Arc<dyn Memory>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let logs = logs.into_iter().map(|key| (Self::place(key.name()), key)).collect();
        // A log asks once for each checkpoint, which is once a minute: many logs of one place find room, a flood does not.
        let askers = ByPlace::new(Arc::clone(&clock), 120, Duration::from_millis(500));
        Self { cosigner, logs, memory, clock, one: Mutex::new(()), askers }
    }

    /// Whether this place may ask once more.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn admit(&self, from: IpAddr) -> Result<(), u32> {
        self.askers.check(Some(from)).map_err(|error| match error {
            EngineError::TooMany { seconds } => seconds,
            _ => 1,
        })
    }

    /// How a log is called in addresses and in the memory: the hash of its origin, in hexadecimal.
    pub fn place(origin: &str) -> String {
        hex::encode(Sha256::digest(origin))
    }

    pub fn key(&self) -> WitnessKey {
        self.cosigner.witness_key()
    }

    /// The logs that are signed for, by name.
    pub fn logs(&self) -> impl Iterator<Item = &str> {
        self.logs.values().map(VerifyingKey::name)
    }

    /// Reads all that is remembered, so that a damaged memory is noticed at the start.
    ///
    /// # Errors
    /// Names the log whose checkpoint cannot be read.
    pub fn check(&self) -> Result<(), String> {
        for (place, key) in &self.logs {
            self.kept(place, key).map_err(|failed| match failed {
                Failed::Memory(error) => format!("the memory of {} cannot be read ({error})", key.name()),
                Failed::Refused(_) => format!("the memory of {} is damaged", key.name()),
                Failed::Damaged(error) => format!("the memory of {} is damaged ({error})", key.name()),
            })?;
        }
        Ok(())
    }

    /// `POST …/add-checkpoint`.
    pub fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let signed = std::str::from_utf8(body)
            .map_err(|_| Refusal::Malformed("it is no text").into())
            .and_then(|body| self.sign(body));
        match signed {
            Ok(line) => Answer::text(200, format!("{line}\n")),
            Err(Failed::Refused(refusal @ Refusal::Conflict(_))) => {
                let body = format!("{refusal}\n");
                Answer { status: refusal.status(), content_type: SIZE, body }
            }
            Err(Failed::Refused(refusal)) => {
                tracing::warn!(status = refusal.status(), "a checkpoint was not cosigned");
                Answer::text(refusal.status(), format!("{refusal}\n"))
            }
            Err(Failed::Memory(error)) => {
                tracing::error!(%error, "the witness's memory cannot be read or written; nothing was signed");
                Answer::text(503, "the witness cannot remember at the moment: ask again later\n")
            }
            Err(Failed::Damaged(error)) => {
                tracing::error!(%error, "the witness's memory is damaged; nothing is signed for this log");
                Answer::text(503, "the witness's memory is damaged: tell its operator\n")
            }
        }
    }

    /// `GET …/<place>/checkpoint`: the newest that was cosigned, with both signatures.
    pub fn newest(&self, place: &str) -> Answer {
        let nothing = || Answer::text(404, "no checkpoint of that log was cosigned here\n");
        let Some(key) = self.logs.get(place) else { return nothing() };
        match self.kept(place, key) {
            Ok(Some(kept)) if kept.signed_at.is_some() => Answer::text(200, kept.note),
            Ok(_) => nothing(),
            Err(_) => Answer::text(503, "the witness cannot read its memory at the moment\n"),
        }
    }

    fn kept(&self, place: &str, key: &VerifyingKey) -> Result<Option<Kept>, Failed> {
        let Some(note) = self.memory.read(place).map_err(Failed::Memory)? else { return Ok(None) };
        let own = [self.key()];
        let opened = Checkpoint::open(&note, key, &own).map_err(Failed::Damaged)?;
        let signed_at = opened.witnessed_by.first().map(|(_, at)| *at);
        Ok(Some(Kept { checkpoint: opened.checkpoint, note, signed_at }))
    }

    fn sign(&self, body: &str) -> Result<String, Failed> {
        let request = Request::parse(body)?;
        let place = Self::place(&request.claimed()?.origin);
        let key = self.logs.get(&place).ok_or(Refusal::UnknownLog)?;
        let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.kept(&place, key)?;
        let claimed = request.judge(key, kept.as_ref().map(|kept| &kept.checkpoint))?;
        let now = self.clock.now();
        let refused = |error| Failed::Refused(Refusal::Checkpoint(error));
        if let Some(kept) = kept.as_ref().filter(|kept| kept.checkpoint == claimed)
            && kept.signed_at.is_some_and(|at| now < at.plus(STILL_FRESH))
        {
            let (line, _) = self.key().take_line(&kept.note, last_line(&kept.note)).map_err(refused)?;
            return Ok(line);
        }
        let at = kept.and_then(|kept| kept.signed_at).map_or(now, |last| last.max(now));
        let note = Note::parse(&request.note).map_err(refused)?.only(key);
        let line = self.cosigner.line(&note, at).map_err(refused)?;
        self.memory.replace(&place, &format!("{note}{line}\n")).map_err(Failed::Memory)?;
        Ok(line)
    }
}

/// With its newline: where [`Cosigning::sign`] puts our own.
fn last_line(note: &str) -> &str {
    let start = note.trim_end_matches('\n').rfind('\n').map_or(0, |at| at.saturating_add(1));
    note.get(start..).unwrap_or_default()
}
