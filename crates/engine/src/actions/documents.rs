//! A brand's documents: published in versions, shown before anybody gives data; a new version is announced to
//! everybody, who decides (claims A2, F7, U1, X6).
//!
//! Invariant: a version never changes; whoever signs up accepts the versions that were in force and shown.

use super::sign_in::SignedIn;
use crate::audit::{self, Act};
use crate::views::documents::{self, Decision, Shown};
use crate::{Actor, Engine, EngineError, Role, acceptance};
use model::id::{AnnouncementId, BrandId};
use model::time::{Span, Timestamp};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use store::tables::Scope;
use store::tables::announcement::{self, NewAnnouncement};
use store::tables::document::{self, Document};
use store::tables::ledger::{self, PendingLeaf};
use store::{StoreError, Tx};

/// The documents without which nobody can sign up, and those that there are. What is not accepted (the breach policy)
/// is published, announced and kept in versions like the others.
pub use model::brand::{ACCEPTED as REQUIRED, DOCUMENTS as KINDS};

const DAY: i64 = Span::days(1).0;
/// Characters of one document.
pub const LONGEST: usize = 200_000;

/// One document in one language, to be published.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// One of [`KINDS`].
    pub kind: String,
    pub language: String,
    /// Markdown.
    pub text: String,
}

pub(crate) fn check(new: &[NewDocument], languages: &[String]) -> Result<(), EngineError> {
    for document in new {
        if !KINDS.contains(&document.kind.as_str()) {
            return Err(EngineError::invalid(
                "documents",
                "is none of terms, privacy, data_use, breach_policy",
            ));
        }
        let length = document.text.chars().count();
        if document.text.trim().is_empty() || length > LONGEST {
            return Err(EngineError::invalid(
                "documents",
                format!("a document must have 1 to {LONGEST} characters"),
            ));
        }
    }
    for kind in new.iter().map(|document| &document.kind) {
        for language in languages {
            if !new.iter().any(|document| document.kind == *kind && document.language == *language) {
                return Err(EngineError::invalid(
                    "documents",
                    "must be there in each of the brand's languages",
                ));
            }
        }
    }
    Ok(())
}

/// How long before it is in force a new version is announced.
pub const NOTICE: Span = Span::days(30);
/// The last day that can be chosen.
pub const LATEST: Span = Span::days(366);
/// Characters of a summary, at least and at most.
pub const SUMMARY: RangeInclusive<usize> = 20..=2_000;

/// Why a new version comes with less notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Early {
    /// A law or an authority asks for it.
    Law,
    /// It protects people's data or safety.
    Security,
}

impl Early {
    pub const ALL: [Self; 2] = [Self::Law, Self::Security];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Law => "law",
            Self::Security => "security",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|early| early.code() == code)
    }
}

/// A new version of one document.
#[derive(Debug, Clone)]
pub struct NextVersion {
    /// One of [`KINDS`].
    pub kind: String,
    /// The newest version that its author had before them.
    pub after: i64,
    pub texts: Vec<NextText>,
    pub effective_at: Timestamp,
    pub early: Option<Early>,
}

/// The same in one language.
#[derive(Debug, Clone)]
pub struct NextText {
    pub language: String,
    /// Markdown.
    pub text: String,
    /// What changes, in plain words.
    pub summary: String,
}

/// The first moment from which on what is announced now may be in force. What cannot wait is so from the moment that it
/// is published, if its day has begun.
pub const fn earliest(now: Timestamp, early: Option<Early>) -> Timestamp {
    if early.is_some() { now.minus(Span::days(1)) } else { now.plus(NOTICE) }
}

/// Why it comes with less notice, if it does: with enough of it, no reason is told.
pub fn hurried(now: Timestamp, effective_at: Timestamp, early: Option<Early>) -> Option<Early> {
    early.filter(|_| effective_at < now.plus(NOTICE))
}

/// Whether people would read the same: how lines are ended and what stands around a text is no difference.
fn reads_alike(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}

fn check_next(next: &NextVersion, languages: &[String], now: Timestamp) -> Result<(), EngineError> {
    let plain = |text: &NextText| NewDocument {
        kind: next.kind.clone(),
        language: text.language.clone(),
        text: text.text.clone(),
    };
    check(&next.texts.iter().map(plain).collect::<Vec<_>>(), languages)?;
    if next.texts.is_empty() || next.texts.iter().any(|text| !languages.contains(&text.language)) {
        return Err(EngineError::invalid("documents", "must be there in each of the brand's languages"));
    }
    for text in &next.texts {
        if !SUMMARY.contains(&text.summary.trim().chars().count()) {
            return Err(EngineError::invalid(
                "summary",
                format!(
                    "must say in {} to {} characters what changes, in each language",
                    SUMMARY.start(),
                    SUMMARY.end()
                ),
            ));
        }
    }
    let earliest = earliest(now, next.early);
    if next.effective_at > now.plus(LATEST) {
        return Err(EngineError::invalid("effective_at", "must be within a year"));
    }
    if next.effective_at < earliest {
        return Err(EngineError::invalid(
            "effective_at",
            format!(
                "must be {} days from now or later, unless a law or safety asks for less",
                NOTICE.0 / DAY
            ),
        ));
    }
    Ok(())
}

/// Whether it may follow what is there.
fn check_against(tx: &Tx<'_>, brand: BrandId, next: &NextVersion) -> Result<(), EngineError> {
    let scope = tx.brand(brand);
    if document::newest_version(scope, &next.kind)? != next.after || next.after == 0 {
        return Err(EngineError::Conflict(
            "somebody has published a version of it meanwhile: look at it first".into(),
        ));
    }
    let before = document::list_of_version(scope, &next.kind, next.after)?;
    // What cannot wait may overtake: the newest in force counts.
    if next.early.is_none() && before.iter().any(|text| text.effective_at > next.effective_at) {
        return Err(EngineError::Conflict(
            "the version before this one comes into force later: choose a day after that".into(),
        ));
    }
    let is_same = |text: &NextText| {
        before.iter().any(|old| old.language == text.language && reads_alike(&old.text, &text.text))
    };
    if next.texts.iter().all(is_same) {
        return Err(EngineError::Conflict("nothing is different from the version before".into()));
    }
    Ok(())
}

/// Whether [`publish_next`] would publish this now. Changes nothing.
pub async fn preview_next(engine: &Engine, actor: &Actor, next: &NextVersion) -> Result<(), EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    let brand = actor.brand;
    check_next(next, &engine.brand(brand)?.brand.languages, engine.clock.now())?;
    let next = next.clone();
    engine.data.read("preview_next", move |tx| check_against(tx, brand, &next)).await
}

/// Publishes a new version, to be in force from its date on, and has everybody told: in one commit with the leaf of
/// what was announced.
///
/// # Errors
/// [`EngineError::Conflict`] when somebody published meanwhile, when nothing is another, or when a version that was
/// announced before would come into force later than this one.
pub async fn publish_next(engine: &Engine, actor: &Actor, next: NextVersion) -> Result<i64, EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    let (brand, now) = (actor.brand, engine.clock.now());
    check_next(&next, &engine.brand(brand)?.brand.languages, now)?;
    let id = AnnouncementId::new(now, &*engine.entropy);
    let version = next.after.saturating_add(1);
    let effective_at = next.effective_at.max(now);
    let act = Act::DocumentPublished { documents: vec![(next.kind.clone(), version)] };
    let entry = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    engine
        .data
        .write("publish_next", move |tx| {
            check_against(tx, brand, &next)?;
            let scope = tx.brand(brand);
            let mut rows: Vec<Document> = next
                .texts
                .iter()
                .map(|text| Document {
                    kind: next.kind.clone(),
                    version,
                    language: text.language.clone(),
                    text: text.text.clone(),
                    published_at: now,
                    effective_at,
                    summary: text.summary.trim().to_owned(),
                })
                .collect();
            rows.sort_by(|a, b| a.language.cmp(&b.language));
            rows.iter().try_for_each(|row| document::insert(scope, row))?;
            let hash = documents::hash_of(brand, &rows);
            let new = NewAnnouncement {
                id,
                kind: &next.kind,
                version,
                hash,
                early: hurried(now, effective_at, next.early).map(Early::code),
                announced_at: now,
                effective_at,
                text: None,
            };
            announcement::insert(scope, &new)?;
            ledger::insert_pending(tx, &[PendingLeaf { id: id.0, commitment: hash, consent: None }])?;
            store::tables::audit::insert(scope, &entry)?;
            Ok::<_, EngineError>(version)
        })
        .await?;
    engine.wake.log.notify_one();
    engine.wake.announce.notify_one();
    Ok(version)
}

/// A version that somebody has read, and in which language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub kind: String,
    pub version: i64,
    pub language: String,
}

/// Somebody accepts versions that were published, as they were shown to them.
///
/// # Errors
/// [`EngineError::Invalid`] when one of them does not exist: what was shown is out of date.
pub async fn accept(engine: &Engine, who: &SignedIn, versions: &[Read]) -> Result<(), EngineError> {
    let (brand, account) = (who.actor.brand, who.actor.account);
    let to_decide = documents::to_decide(engine, &who.actor).await?;
    let read = |one: Decision| {
        let read = versions.iter().find(|read| {
            one.shown.kind == read.kind
                && one.shown.version == read.version
                && one.texts.iter().any(|text| text.language == read.language)
        });
        read.map(|read| (one.shown, read.language.clone()))
    };
    let wanted: Vec<(Shown, String)> = to_decide.into_iter().filter_map(read).collect();
    if wanted.len() != versions.len() {
        return Err(EngineError::invalid("accepted", "has changed meanwhile: read it and decide once more"));
    }
    let ctx = engine.brand(brand)?;
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    let accepted = acceptance::accept(engine, &ctx, (account, &key), &wanted)?;
    engine.data.write("accept", move |tx| accepted.insert(tx, brand)).await?;
    engine.wake.log.notify_one();
    Ok(())
}

/// Publishes version 1 of documents of which there is none yet; in force at once.
pub async fn publish_first(engine: &Engine, actor: &Actor, new: Vec<NewDocument>) -> Result<(), EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    check(&new, &engine.brand(actor.brand)?.brand.languages)?;
    let (brand, now) = (actor.brand, engine.clock.now());
    let act = Act::DocumentPublished { documents: first_of(&new) };
    let entry = audit::by(engine, &*engine.brand(brand)?, actor, &act).await?;
    engine
        .data
        .write("publish_first", move |tx| {
            let scope = tx.brand(brand);
            for one in &new {
                if document::newest_version(scope, &one.kind)? > 0 {
                    return Err(EngineError::Conflict("this document has been published already".into()));
                }
            }
            insert_first(scope, &new, now)?;
            Ok(store::tables::audit::insert(scope, &entry)?)
        })
        .await?;
    engine.wake.log.notify_one();
    Ok(())
}

/// Which documents these begin, as the audit names them.
pub(crate) fn first_of(new: &[NewDocument]) -> Vec<(String, i64)> {
    let kinds: BTreeSet<&String> = new.iter().map(|one| &one.kind).collect();
    kinds.into_iter().map(|kind| (kind.clone(), 1)).collect()
}

/// Part of a transaction. What has been published stays as it is: it changes only by a version that is announced.
pub(crate) fn insert_first(scope: Scope<'_>, new: &[NewDocument], now: Timestamp) -> Result<(), StoreError> {
    for kind in KINDS {
        if document::newest_version(scope, kind)? > 0 {
            continue;
        }
        for one in new.iter().filter(|one| one.kind == kind) {
            let row = Document {
                kind: kind.to_owned(),
                version: 1,
                language: one.language.clone(),
                text: one.text.clone(),
                published_at: now,
                effective_at: now,
                summary: String::new(),
            };
            document::insert(scope, &row)?;
        }
    }
    Ok(())
}
