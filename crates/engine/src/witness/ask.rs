//! Asking witnesses to sign the newest checkpoint (c2sp.org/tlog-witness).
//!
//! A witness is sent what it has not seen yet; if it knows another size than we thought, it says so and is
//! asked again. One that is down is asked again with the next checkpoint, and a minute later without one. Two nodes
//! that ask at the same time do no harm: the same checkpoint twice is the same statement.
//!
//! Invariants: nothing of an answer is kept that was not verified; that this log was rolled back or forked is
//! said only on the evidence of a checkpoint under our own signature.

use super::{Peer, Problem};
use crate::log::read_tiles;
use crate::nodes::Job;
use crate::rest::rest;
use crate::run::pause;
use crate::{Engine, EngineError};
use bytes::Bytes;
use futures_util::future::join_all;
use ledger::note::NoteError;
use ledger::witness::{MAX_ANSWER, Request, conflicting_size};
use ledger::{Checkpoint, path};
use model::ports::{Method, OutboundError, OutboundRequest, OutboundResponse};
use model::time::Span;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use store::tables::ledger as table;
use store::tables::witness::{self as rows, Cosignature, Standing};
use store::{StoreError, Tx};

/// How long a witness may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same before anything is served.
const PATIENCE_AT_START: Duration = Duration::from_secs(3);
/// Until a witness that did not sign is asked again, if there is no new checkpoint before.
const AGAIN: Span = Span::secs(60);
/// How often it is looked for checkpoints of other nodes; in real time, as no rule depends on it.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Tries in one round: it tells its size, we send what it lacks; once more, because another node may ask too.
const TRIES: usize = 3;

/// The newest checkpoint and how far the witness is.
struct Ahead {
    head: table::Checkpoint,
    is_signed: bool,
    known: u64,
}

impl Engine {
    /// Asks every witness that has not signed the newest checkpoint; who has a problem with it.
    pub async fn ask_witnesses(&self) -> Result<Vec<(Peer, Problem)>, EngineError> {
        self.ask_all(PATIENCE).await
    }

    /// The same before anything is served: refuses to go on when a witness shows, under our own signature,
    /// that this log is not the one that was published.
    ///
    /// # Errors
    /// [`EngineError::Log`] names the witness and says what to do.
    pub async fn compare_with_witnesses(&self) -> Result<(), EngineError> {
        for (peer, problem) in self.ask_all(PATIENCE_AT_START).await? {
            let by = peer.key.name();
            match problem {
                Problem::RolledBack => {
                    return Err(EngineError::Log(format!(
                        "the witness {by} holds a longer log under this log's signature, so the data was rolled back: restore newer data; or, to go on without what is missing, take {by} out of ledger.witnesses, which it will not sign again"
                    )));
                }
                Problem::Forked => {
                    return Err(EngineError::Log(format!(
                        "the witness {by} holds another history under this log's signature, so older data was restored and written on, or a copy of this installation ran elsewhere: restore the data that was published; or, to go on with this one, take {by} out of ledger.witnesses, which it will not sign again"
                    )));
                }
                other => complain(&peer, other),
            }
        }
        Ok(())
    }

    async fn ask_all(&self, patience: Duration) -> Result<Vec<(Peer, Problem)>, EngineError> {
        let Some(witnesses) = &self.witnesses else { return Ok(Vec::new()) };
        let asked = witnesses.peers.iter().map(|peer| async move {
            let found = self.ask(peer, patience).await?;
            Ok::<_, EngineError>(found.map(|problem| (peer.clone(), problem)))
        });
        let asked: Result<Vec<_>, _> = join_all(asked).await.into_iter().collect();
        Ok(asked?.into_iter().flatten().collect())
    }

    /// Brings one witness up to date and notes how it went.
    async fn ask(&self, peer: &Peer, patience: Duration) -> Result<Option<Problem>, EngineError> {
        let mut told = None;
        for _ in 0..TRIES {
            let Some(Ahead { head, is_signed, known }) = self.ahead(peer).await? else {
                // A new log, or one that was put back to before its first checkpoint.
                let problem = self.evidence(peer, patience).await?;
                return if problem.is_grave() { self.note(peer, 0, problem).await } else { Ok(None) };
            };
            if is_signed {
                return Ok(None);
            }
            let old = told.unwrap_or(known);
            if old > head.size {
                let problem = self.evidence(peer, patience).await?;
                return self.note(peer, known, problem).await;
            }
            let answer = match self.send(peer, &head, old, patience).await? {
                Ok(answer) => answer,
                Err(problem) => return self.note(peer, known, problem).await,
            };
            let body = std::str::from_utf8(&answer.body).unwrap_or_default();
            let problem = match answer.status {
                200 if body.len() <= MAX_ANSWER => match peer.key.take_line(&head.note, body) {
                    Ok((line, at)) => {
                        let witness = peer.key.to_string();
                        self.cosigned(&head, Cosignature { witness, line, cosigned_at: at }).await?;
                        return Ok(None);
                    }
                    Err(_) => Problem::Senseless,
                },
                409 => match conflicting_size(body) {
                    Some(size) if told != Some(size) => {
                        told = Some(size);
                        continue;
                    }
                    _ => Problem::Senseless,
                },
                422 => self.evidence(peer, patience).await?,
                403 => Problem::OtherKey,
                404 => Problem::Unknown,
                500.. => Problem::Unreachable,
                _ => Problem::Senseless,
            };
            return self.note(peer, known, problem).await;
        }
        let known = self.ahead(peer).await?.map_or(0, |ahead| ahead.known);
        self.note(peer, known, Problem::Senseless).await
    }

    /// `None`: there is no checkpoint yet.
    async fn ahead(&self, peer: &Peer) -> Result<Option<Ahead>, EngineError> {
        let witness = peer.key.to_string();
        let read = move |tx: &Tx<'_>| {
            let Some(head) = table::head(tx)? else { return Ok(None) };
            let is_signed = rows::list_cosignatures(tx, head.size)?.iter().any(|c| c.witness == witness);
            let known = rows::standing(tx, &witness)?.map_or(0, |standing| standing.size);
            Ok::<_, StoreError>(Some(Ahead { head, is_signed, known }))
        };
        Ok(self.data.read("witness_ahead", read).await?)
    }

    async fn send(
        &self,
        peer: &Peer,
        head: &table::Checkpoint,
        old: u64,
        patience: Duration,
    ) -> Result<Result<OutboundResponse, Problem>, EngineError> {
        let size = head.size;
        let needed = move |tx: &Tx<'_>| read_tiles(tx, path::needed_for_consistency(old, size));
        let tiles = self.data.read("tiles_for_witness", needed).await?;
        let proof = path::consistency(old, size, &tiles).map_err(EngineError::log)?;
        let body = Request { old, proof, note: head.note.clone() }.to_text();
        Ok(self.exchange(peer, Method::Post, "add-checkpoint", body, patience).await)
    }

    async fn exchange(
        &self,
        peer: &Peer,
        method: Method,
        path: &str,
        body: String,
        patience: Duration,
    ) -> Result<OutboundResponse, Problem> {
        let witnesses = self.witnesses.as_ref().ok_or(Problem::Unregistered)?;
        let request = OutboundRequest {
            recipient: peer.recipient.clone().into(),
            method,
            url: format!("{}/{path}", peer.url),
            headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
            body: Bytes::from(body),
            timeout: patience,
        };
        witnesses.out.send(request).await.map_err(|error| match error {
            OutboundError::NotInRegister { .. } | OutboundError::BadUrl(_) => Problem::Unregistered,
            OutboundError::NotSent(_) | OutboundError::Unanswered(_) => Problem::Unreachable,
        })
    }

    /// What the checkpoint shows that this witness keeps of our log, if it is under our own signature.
    async fn evidence(&self, peer: &Peer, patience: Duration) -> Result<Problem, EngineError> {
        let key = self.log_key();
        let path = format!("{}/checkpoint", hex::encode(Sha256::digest(key.name())));
        let answer = match self.exchange(peer, Method::Get, &path, String::new(), patience).await {
            Ok(answer) if answer.status == 200 => answer,
            Ok(_) => return Ok(Problem::Senseless),
            Err(problem) => return Ok(problem),
        };
        let opened = std::str::from_utf8(&answer.body)
            .map_err(|_| NoteError::Syntax("it is no text"))
            .and_then(|note| Checkpoint::open(note, &key, &[]));
        let Ok(opened) = opened else { return Ok(Problem::Senseless) };
        let kept = opened.checkpoint;
        let size = kept.size;
        let read = move |tx: &Tx<'_>| {
            let Some(head) = table::head(tx)?.filter(|head| head.size >= size) else { return Ok(None) };
            Ok::<_, StoreError>(Some((head, read_tiles(tx, ledger::tiles::needed_for_append(size))?)))
        };
        let Some((_, tiles)) = self.data.read("tiles_of_evidence", read).await? else {
            return Ok(Problem::RolledBack);
        };
        let own = path::root(size, &tiles).map_err(EngineError::log)?;
        Ok(if own == kept.root { Problem::Senseless } else { Problem::Forked })
    }

    async fn cosigned(&self, head: &table::Checkpoint, signed: Cosignature) -> Result<(), EngineError> {
        let (size, now) = (head.size, self.clock.now());
        let write = move |tx: &Tx<'_>| {
            rows::insert_cosignature(tx, size, &signed)?;
            let standing = Standing { size, tried_at: now, cosigned_at: Some(now), problem: None };
            rows::set_standing(tx, &signed.witness, &standing)
        };
        Ok(self.data.write("cosigned", write).await?)
    }

    async fn note(&self, peer: &Peer, size: u64, problem: Problem) -> Result<Option<Problem>, EngineError> {
        let (witness, tried_at) = (peer.key.to_string(), self.clock.now());
        let standing =
            Standing { size, tried_at, cosigned_at: None, problem: Some(problem.code().to_owned()) };
        self.data.write("witness_tried", move |tx| rows::set_standing(tx, &witness, &standing)).await?;
        Ok(Some(problem))
    }

    /// The station: after each checkpoint, and again where somebody did not sign. Then the week's letter, if it
    /// is due.
    pub(crate) async fn witness_forever(&self) {
        loop {
            self.nodes.duty(Job::Witness).await;
            let is_done = match self.ask_witnesses().await {
                Ok(problems) => {
                    problems.iter().for_each(|(peer, problem)| complain(peer, *problem));
                    problems.is_empty()
                }
                Err(error) => {
                    self.failed("witness", &error).await;
                    false
                }
            };
            if let Err(error) = self.mail_checkpoint().await {
                self.failed("witness", &error).await;
            }
            let again = async { self.clock.sleep_until(self.clock.now().plus(AGAIN)).await };
            tokio::select! {
                () = rest(self.wake.witness.notified()) => {}
                () = again, if !is_done => {}
                // Also without a call: a checkpoint may have been signed on another node.
                () = pause(LOOK_EVERY), if self.nodes.is_shared => {}
            }
        }
    }
}

fn complain(peer: &Peer, problem: Problem) {
    let (witness, code) = (peer.key.name(), problem.code());
    if problem.is_grave() {
        tracing::error!(witness, problem = code, "this log is not the one that was published");
    } else {
        tracing::warn!(witness, problem = code, "a witness did not sign the newest checkpoint");
    }
}
