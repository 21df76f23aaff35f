//! Erasing a lead, an account with all its pages and leads, or a whole brand, step by step, so that a kill at any
//! point ends in "untouched" or "erased".
//!
//! Each is an entry of the journal (`erasure`) that goes forward only. What is the same of an account and of a
//! brand stands in `whole`: the fence is one commit, the key is destroyed right after it, and from there
//! everything is unreadable; the rows go in the background, in chunks, while the service runs.
//!
//! Invariants: data and keys share no commit, so after the fence every start-up finishes the rest; a tag is
//! written down before its key is destroyed; an erasure waits for no stranger: who is to be told of it is told
//! beside it, within stated days.

mod account;
mod backups;
mod brand;
mod lead;
mod recipients;
mod station;
mod unconfirmed;
mod whole;

pub(crate) use account::commit as fence_account;
pub use account::{By, Going, counts_of, own_tag};
pub use account::{erase as erase_account, of_account as erase_account_of, own as erase_own_account};
pub use backups::BACKUP_DAYS;
pub(crate) use brand::commit as fence_brand;
pub use brand::{BrandGoing, counts_of_brand, tag_of_brand};
pub use brand::{erase as erase_brand, own_brand as erase_own_brand};
pub(crate) use lead::erase_lead;
#[doc(hidden)]
pub use lead::{advance, fence};
pub(crate) use recipients::{check_free, connected_anew};
pub use unconfirmed::UNCONFIRMED_DAYS;
pub(crate) use unconfirmed::erase as erase_unconfirmed;

use crate::run::pause;
use crate::{Engine, EngineError};
use model::entropy::random;
use model::id::{BrandId, ErasureId};
use model::time::Span;
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::tables::erasure::{self, Erasure, ErasureKind, ErasureStep};
use store::{StoreError, Tx};

/// Letters and digits that cannot be mistaken for each other: 32, so a code holds 100 random bits.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";
const CODE: usize = 20;
/// How often the fence is tried when pages change at the same time, or lanes and the bot keep writing.
const FENCES: usize = 20;
/// Before it is tried beside others that write the same rows.
const ASIDE: Duration = Duration::from_millis(100);
/// For so long an erasure is the business of the node that began it, up to the destruction of the key.
const OWN: Span = Span::secs(20);

pub(crate) fn code(engine: &Engine) -> String {
    let random: [u8; CODE] = random(&*engine.entropy);
    random.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|c| char::from(*c)).collect()
}

/// The code of an account's or a brand's erasure: it follows from the tag, which nobody can guess, so that a link
/// to its page holds on after a return from a backup that knew nothing of it.
pub(crate) fn code_of(tag: &[u8; 32]) -> String {
    let hash = Sha256::new().chain_update(b"entente erasure code\0").chain_update(tag).finalize();
    let letters = hash.iter().take(CODE).filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
    letters.map(|c| char::from(*c)).collect()
}

/// What the fence came to; `None`: something else was quicker, and it is tried again. Who asks for an erasure is not
/// told that others are busy.
async fn or_again(fenced: Result<Erasure, EngineError>) -> Result<Option<Erasure>, EngineError> {
    match fenced {
        Err(EngineError::NotYet(_)) => Ok(None),
        Err(EngineError::Store(StoreError::Contended { .. })) => {
            pause(ASIDE).await;
            Ok(None)
        }
        fenced => fenced.map(Some),
    }
}

/// Who looked while it was whole may find its keys gone: then somebody else's erasure was quicker, and it is that
/// one.
async fn or_open(
    engine: &Engine,
    fenced: Result<Erasure, EngineError>,
    kind: ErasureKind,
    brand: BrandId,
    subject: [u8; 16],
) -> Result<Erasure, EngineError> {
    match fenced {
        Err(gone) if gone.is_about_the_data() => {
            let open = move |tx: &Tx<'_>| erasure::find_open(tx.brand(brand), kind, subject);
            engine.data.read("open_erasure", open).await?.ok_or(gone)
        }
        fenced => fenced,
    }
}

/// The journal's entry as it stands now.
async fn reread(engine: &Engine, erasure: Erasure) -> Result<Erasure, EngineError> {
    let found = engine
        .data
        .read("erasure", move |tx| erasure::find_by_code(tx.brand(erasure.brand), &erasure.code))
        .await?;
    found.ok_or(EngineError::NotFound("this erasure"))
}

impl Engine {
    /// Whether whoever began it has had the time to end it: until then it is theirs.
    fn is_left(&self, erasure: &Erasure) -> bool {
        self.clock.now() > erasure.requested_at.plus(OWN)
    }
}

/// The place of what lies under an erasure's own key: the letter that tells of it, and tokens with which
/// recipients are told.
fn own_place(erasure: &Erasure, table: &'static str, row: [u8; 16]) -> vault::Place {
    vault::Place { brand: erasure.brand, person: erasure.id.0, table, row }
}

fn id_of(engine: &Engine) -> ErasureId {
    ErasureId::new(engine.clock.now(), &*engine.entropy)
}

/// Finishes what an earlier run began, as far as nothing may be served before it: called at start, before
/// anything else runs. Of accounts and brands the keys are gone when it returns; their rows follow while the
/// program runs.
pub(crate) async fn finish_open(engine: &Engine) -> Result<(), EngineError> {
    for erasure in engine.data.read("open_erasures", erasure::list_open).await? {
        if engine.nodes.has_peers() && !engine.is_left(&erasure) {
            continue;
        }
        match erasure.kind {
            ErasureKind::Lead => lead::finish(engine, erasure).await?,
            ErasureKind::Account | ErasureKind::Brand if erasure.step == ErasureStep::Fenced => {
                whole::destroy_key(engine, erasure).await?;
            }
            ErasureKind::Account | ErasureKind::Brand => {}
        }
    }
    Ok(())
}
