//! A request that says its `Idempotency-Key` is carried out once: the first answer is given again
//! for a day.
//!
//! Invariants: keys of different accounts never meet; a key belongs to the first request that used
//! it; what was answered lies sealed under the brand's key; nobody carries a request out while another run may still
//! be at it. A request whose run has died may be carried out again: what it did before is not known.

use crate::{Actor, Engine, EngineError};
use minicbor::{Decode, Encode};
use model::time::Span;
use sha2::{Digest, Sha256};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use store::tables::idempotency::{self, Holder, Known};

/// How long an answer is kept.
pub const KEPT: Span = Span::hours(24);

/// A key that this request has claimed; to be settled or released.
#[derive(Debug)]
#[must_use = "an unsettled claim holds its key for a day"]
pub struct Claim([u8; 32]);

/// What is known of a key.
#[derive(Debug)]
pub enum Begun {
    /// Never seen: carry the request out, then [`settle`] or [`release`].
    New(Claim),
    /// It was used for another request.
    Other,
    /// The first request is still at work.
    Running,
    Answered {
        status: u16,
        body: Vec<u8>,
    },
}

/// What lies in `idempotency.sealed`.
#[derive(Encode, Decode)]
struct Kept {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    body: Vec<u8>,
}

/// SHA-256 over the parts, each with its length before it.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The row's id in its envelope: the first half of its hash.
fn row(hash: &[u8; 32]) -> [u8; 16] {
    let mut row = [0; 16];
    row.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    row
}

/// Claims `key` for a request (its method, target and body), or says what became of it before.
pub async fn begin(
    engine: &Engine,
    actor: &Actor,
    key: &str,
    request: &[&[u8]],
) -> Result<Begun, EngineError> {
    let claim = hash(&[actor.account.as_bytes(), key.as_bytes()]);
    let (asked, brand, now) = (hash(request), actor.brand, engine.clock.now());
    let account = actor.account;
    let own = Holder { id: engine.holder, is_shared: engine.nodes.is_shared };
    let known = engine
        .data
        .write("claim_key", move |tx| {
            idempotency::claim(tx.brand(brand), account, &claim, &asked, own, now.plus(KEPT), now)
        })
        .await?;
    Ok(match known {
        Known::New => Begun::New(Claim(claim)),
        Known::Other => Begun::Other,
        Known::Running => Begun::Running,
        Known::Answered { status, sealed } => {
            let ctx = &engine.brand(brand)?;
            let kept: Kept = ctx
                .key
                .open_value(&ctx.place("idempotency", row(&claim)), &sealed)
                .map_err(|_| EngineError::Sealed { place: "idempotency" })?;
            Begun::Answered { status: u16::try_from(status).unwrap_or(200), body: kept.body }
        }
    })
}

/// Carries a request out as long as others see this node alive; `None` when it was cut off, or stood still, for so long
/// that another may have taken the request over. What it has begun by then may yet come to its end.
pub async fn while_seen<T>(engine: &Engine, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        if engine.nodes.is_seen(engine.clock.monotonic()) {
            work.as_mut().poll(context).map(Some)
        } else {
            Poll::Ready(None)
        }
    })
    .await
}

/// Keeps the answer.
pub async fn settle(
    engine: &Engine,
    actor: &Actor,
    claim: Claim,
    status: u16,
    body: &[u8],
) -> Result<(), EngineError> {
    let ctx = &engine.brand(actor.brand)?;
    let kept = Kept { body: body.to_vec() };
    let sealed = ctx
        .key
        .seal_value(&ctx.place("idempotency", row(&claim.0)), &kept, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "idempotency" })?;
    let (brand, own) = (actor.brand, engine.holder);
    engine
        .data
        .write("settle_key", move |tx| {
            idempotency::settle(tx.brand(brand), &claim.0, &own, i64::from(status), &sealed)
        })
        .await?;
    Ok(())
}

/// Forgets the claim of a request of which nothing came, so that it can be made again.
pub async fn release(engine: &Engine, actor: &Actor, claim: Claim) -> Result<(), EngineError> {
    let (brand, own) = (actor.brand, engine.holder);
    engine.data.write("release_key", move |tx| idempotency::release(tx.brand(brand), &claim.0, &own)).await?;
    Ok(())
}
