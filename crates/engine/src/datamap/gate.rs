//! The gate: a program whose data map is materially another than what people were promised serves nobody before that
//! map was announced and its day has come (claims D1, F7).
//!
//! Held against each other are the newest version that was shown and the program's own map ([`super::diff`]). What is
//! more in it must stand in a map that was announced for a day that is over; that may be an earlier one than the
//! program's, as long as the program's own has nothing material more. What was shown since that day with less is what
//! people are promised now: the announcement counts no more, but for a short return to the version before. A brand
//! without leads and without confirmed accounts of users has nobody to tell, and what a program without this gate has
//! shown is taken over as it is.
//!
//! All of it runs in a transaction on a database that another program may be serving, perhaps an older one: nothing is
//! asked for or written here that the version before does not know.
//!
//! Invariant: an announcement, what it is about in words and its leaf of the log are written in one commit; everybody
//! is told by whoever serves ([`crate::announce`]).

use super::diff::{self, Change};
use super::versions::KIND;
use super::{Announced, DataMap};
use crate::actions::documents::{Early, LATEST, earliest, hurried};
use crate::recipients::{has_people, words_from};
use crate::views::At;
use crate::{Engine, EngineError};
use model::brand::Brand;
use model::brand::overlay::Overlay;
use model::id::{AnnouncementId, BrandId};
use model::time::{Span, Timestamp};
use outbound::Register;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use store::tables::announcement::{self, Announcement, NewAnnouncement, Text};
use store::tables::data_map::{self, Promised, Version};
use store::tables::ledger::{self, PendingLeaf};
use store::tables::{Scope, account, brand};
use store::{StoreError, Tx};

/// The form of a file that announces a map, named in it.
pub const FORMAT: &str = "entente-coming-data-map/1";

/// So long the version before may be served once more, without a new announcement for the one after it.
pub const RETURN: Span = Span::days(7);

/// Comparisons that are remembered. There are few, or the brands are many.
const MOST_KNOWN: usize = 1_000;

/// What changes, a sentence each, by language.
pub type Words = BTreeMap<String, Vec<String>>;

/// A program, as it would be served.
#[derive(Debug, Clone)]
pub struct Program {
    pub brands: Vec<Brand>,
    pub register: Register,
    pub backup_days: u16,
}

/// How a program's map stands to what a brand's people were promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may be served.
    Free,
    /// It was announced, its day has come, and it is not served yet.
    Due(Timestamp),
    /// Another map was announced and its day has come: people expect that one.
    Behind(Timestamp),
    /// It is announced for a day that is still to come.
    Waits(Timestamp, Vec<Change>),
    /// Nobody was told of it.
    Unannounced(Vec<Change>),
}

impl Standing {
    pub const fn may_serve(&self) -> bool {
        !matches!(self, Self::Waits(..) | Self::Unannounced(_))
    }
}

/// What is compared, of one brand.
struct Compared {
    brand: Brand,
    own: DataMap,
    promised: Promised,
    changes: Vec<Change>,
    announced: Vec<Text>,
    /// Whether what is shown is a short return: what is more in the program's map was shown just before, and nobody
    /// joined since.
    is_return: bool,
}

impl Compared {
    /// The first day for which what is more in the program's map is announced.
    fn announced_for(&self) -> Option<Timestamp> {
        let counts = |one: &&Text| self.is_return || one.effective_at >= self.promised.made_at;
        let counting = self.announced.iter().filter(counts);
        let of_own = counting.filter(|one| diff::is_announced_in(&one.text, &self.own));
        of_own.map(|one| one.effective_at).min()
    }
}

/// Nothing where nobody has to be told.
fn compare(
    tx: &Tx<'_>,
    program: &Program,
    file: &Brand,
    now: Timestamp,
) -> Result<Option<(BrandId, Compared)>, StoreError> {
    let Some(id) = brand::find_by_slug(tx, &file.slug)? else { return Ok(None) };
    let scope = tx.brand(id);
    if !has_people(scope)? {
        return Ok(None);
    }
    let Some(promised) = data_map::promised(scope)? else { return Ok(None) };
    let set = brand::particulars(scope)?.text.map(|text| Overlay::read(&text).0.over(file).0);
    let brand = set.unwrap_or_else(|| file.clone());
    let recipients = Announced::of(&program.register, &words_from(tx, id, &program.register, now)?);
    let own = DataMap::new(&brand, &recipients, program.backup_days);
    let changes = diff::diff(&promised.text, &own).material().to_vec();
    let announced = announcement::texts(scope, KIND)?;
    let is_return = !changes.is_empty() && is_return(scope, &promised, &own, now)?;
    Ok(Some((id, Compared { brand, own, promised, changes, announced, is_return })))
}

fn is_return(
    scope: Scope<'_>,
    promised: &Promised,
    own: &DataMap,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let before = promised.before.as_deref();
    let was_shown = before.is_some_and(|before| diff::diff(before, own).material().is_empty());
    Ok(was_shown
        && now <= promised.made_at.plus(RETURN)
        && !account::has_joined_since(scope, promised.made_at)?)
}

/// How this program stands, brand by brand, by their short names.
///
/// # Errors
/// Those of the database, which is looked at as it lies.
pub fn standings(
    tx: &Tx<'_>,
    program: &Program,
    now: Timestamp,
) -> Result<Vec<(String, Standing)>, StoreError> {
    if !data_map::has_gate(tx)? {
        return Ok(Vec::new());
    }
    let of = |file: &Brand| {
        let compared = compare(tx, program, file, now)?;
        let standing = compared.map_or(Standing::Free, |(_, compared)| standing(&compared, now));
        Ok((file.slug.clone(), standing))
    };
    program.brands.iter().map(of).collect()
}

fn standing(compared: &Compared, now: Timestamp) -> Standing {
    let changes = || compared.changes.clone();
    if !compared.changes.is_empty() {
        return match compared.announced_for() {
            Some(from) if from <= now => Standing::Due(from),
            Some(from) => Standing::Waits(from, changes()),
            None => Standing::Unannounced(changes()),
        };
    }
    let is_missing = |one: &&Text| is_to_come(one.effective_at, &one.text, &compared.promised);
    let due = compared.announced.iter().filter(|one| one.effective_at <= now).find(is_missing);
    due.map_or(Standing::Free, |one| Standing::Behind(one.effective_at))
}

/// Whether a map that was announced is not shown yet: nothing was since its day, and what is shown is less. Until that
/// day the version before may well show itself anew, with another recipient or name.
fn is_to_come(effective: Timestamp, file: &[u8], promised: &Promised) -> bool {
    effective >= promised.made_at && diff::is_more_than(file, &promised.text)
}

/// An announcement that is to be made.
#[derive(Debug, Clone)]
pub struct Announcing {
    pub program: Program,
    pub in_force_from: Timestamp,
    pub early: Option<Early>,
    /// What changes, in each language of the brand.
    pub words: fn(&Brand, &DataMap, &[Change]) -> Words,
    /// One for each of the program's brands.
    pub ids: Vec<AnnouncementId>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Nothing is material, or there is nobody to tell: the program may be served.
    Nothing,
    /// It is announced already, for that day.
    Already(Timestamp),
    Announced(Timestamp, Vec<Change>),
}

/// Whether this day may be chosen.
///
/// # Errors
/// Says what is wrong with it.
pub fn check_day(now: Timestamp, day: Timestamp, early: Option<Early>) -> Result<(), &'static str> {
    if day > now.plus(LATEST) {
        return Err("must be within a year");
    }
    if day < earliest(now, early) {
        return Err(if early.is_some() {
            "is over: choose today or a day to come"
        } else {
            "must be 30 days from now or later, unless a law or safety asks for less"
        });
    }
    Ok(())
}

/// Announces the program's map to the people of each brand for which it is materially another. A day that
/// [`check_day`] lets pass is the caller's duty.
///
/// # Errors
/// Those of the database, which another program may be serving.
pub fn announce(tx: &Tx<'_>, new: &Announcing, now: Timestamp) -> Result<Vec<(String, Told)>, StoreError> {
    let mut told = Vec::new();
    let has_gate = data_map::has_gate(tx)?;
    for (file, id) in new.program.brands.iter().zip(&new.ids) {
        let compared = if has_gate { compare(tx, &new.program, file, now)? } else { None };
        let done = match compared {
            Some((brand, compared)) if !compared.changes.is_empty() => {
                announce_to(tx.brand(brand), new, *id, compared, now)?
            }
            _ => Told::Nothing,
        };
        told.push((file.slug.clone(), done));
    }
    Ok(told)
}

fn announce_to(
    scope: Scope<'_>,
    new: &Announcing,
    id: AnnouncementId,
    compared: Compared,
    now: Timestamp,
) -> Result<Told, StoreError> {
    let effective_at = new.in_force_from.max(now);
    if let Some(from) = compared.announced_for().filter(|from| *from <= effective_at) {
        return Ok(Told::Already(from));
    }
    let version = compared.announced.last().map_or(0, |one| one.version).saturating_add(1);
    let early = hurried(now, effective_at, new.early).map(Early::code);
    let file = Written {
        format: FORMAT,
        brand: scope.brand().to_string(),
        number: version,
        announced_at: At(now),
        in_force_from: At(effective_at),
        early,
        changes: &compared.changes,
        words: (new.words)(&compared.brand, &compared.own, &compared.changes),
        map: &compared.own,
    };
    let text = serde_json::to_vec_pretty(&file).unwrap_or_default();
    let hash: [u8; 32] = Sha256::digest(&text).into();
    let row = NewAnnouncement {
        id,
        kind: KIND,
        version,
        hash,
        early,
        announced_at: now,
        effective_at,
        text: Some(&text),
    };
    announcement::insert(scope, &row)?;
    ledger::insert_pending(scope.tx(), &[PendingLeaf { id: id.0, commitment: hash, consent: None }])?;
    Ok(Told::Announced(effective_at, compared.changes))
}

/// A file that announces a map, as it is written and hashed.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    brand: String,
    number: i64,
    announced_at: At,
    in_force_from: At,
    early: Option<&'static str>,
    changes: &'a [Change],
    words: Words,
    map: &'a DataMap,
}

/// What is read again of such a file, perhaps of a later version's.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Coming {
    words: Words,
}

impl Coming {
    pub(crate) fn read(scope: Scope<'_>, version: i64) -> Result<Self, StoreError> {
        Ok(Self::parse(&announcement::text(scope, KIND, version)?.unwrap_or_default()))
    }

    fn parse(text: &[u8]) -> Self {
        serde_json::from_slice(text).unwrap_or_default()
    }

    pub(crate) fn said(&self, language: &str) -> &[String] {
        said(&self.words, language)
    }
}

fn said<'a>(words: &'a Words, language: &str) -> &'a [String] {
    words.get(language).or_else(|| words.values().next()).map_or(&[], Vec::as_slice)
}

/// A map that is announced and not shown yet.
#[derive(Debug, Clone)]
pub struct ComingView {
    pub announcement: Announcement,
    words: Arc<Words>,
}

impl ComingView {
    /// What changes, in this language or another that the brand speaks.
    pub fn said(&self, language: &str) -> &[String] {
        said(&self.words, language)
    }
}

/// What is announced and not shown yet, the newest first.
pub async fn coming(engine: &Engine, brand: BrandId) -> Result<Vec<ComingView>, EngineError> {
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((data_map::newest(scope)?, announcement::list_of_kind(scope, KIND)?))
    };
    let (newest, announced) = engine.data.read("coming_data_maps", read).await?;
    let Some(shown) = newest.filter(|newest| newest.is_held) else { return Ok(Vec::new()) };
    let mut coming = Vec::new();
    // As in [`is_to_come`].
    for announcement in announced.into_iter().filter(|one| one.effective_at >= shown.made_at) {
        if let Some(words) = more(engine, brand, &announcement, &shown).await? {
            coming.push(ComingView { announcement, words });
        }
    }
    coming.sort_by_key(|one| std::cmp::Reverse(one.announcement.version));
    Ok(coming)
}

/// What changes by an announced map, if it is more than the one that is shown. Two maps are read and compared once; after
/// that it is known, since neither text ever changes.
async fn more(
    engine: &Engine,
    brand: BrandId,
    of: &Announcement,
    shown: &Version,
) -> Result<Option<Arc<Words>>, EngineError> {
    let known = || engine.maps.more.lock().unwrap_or_else(PoisonError::into_inner);
    let pair = (of.hash, shown.hash);
    if let Some(found) = known().get(&pair) {
        return Ok(found.clone());
    }
    let (version, number) = (of.version, shown.number);
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let file = announcement::text(scope, KIND, version)?.unwrap_or_default();
        Ok::<_, StoreError>((file, data_map::text(scope, number)?.unwrap_or_default()))
    };
    let (file, shown) = engine.data.read("coming_data_map", read).await?;
    let found = diff::is_more_than(&file, &shown).then(|| Arc::new(Coming::parse(&file).words));
    let mut known = known();
    if known.len() >= MOST_KNOWN {
        known.clear();
    }
    known.insert(pair, found.clone());
    Ok(found)
}

/// The very bytes that announced a map.
pub async fn text(engine: &Engine, brand: BrandId, number: i64) -> Result<Option<Vec<u8>>, EngineError> {
    let read = move |tx: &Tx<'_>| announcement::text(tx.brand(brand), KIND, number);
    Ok(engine.data.read("coming_data_map", read).await?)
}
