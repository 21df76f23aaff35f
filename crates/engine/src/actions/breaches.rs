//! What an admin does about a breach of personal data: notes that something is suspected, that it is certain, what is
//! known, who is affected, that the authority was told or why not; has the people told; closes the case.
//!
//! Invariants: each of these is one entry of the register, committed with what it changes; whoever is not the admin
//! finds no register; the clock's rules are those of `model::breach`.

use super::requests::admin;
use crate::brands::BrandContext;
use crate::breach::affected::{self, Asked, Summary};
use crate::breach::{self as register, Case, Draft, Facts, Opened, Words};
use crate::evidence::rfc3339;
use crate::{Actor, Engine, EngineError};
use model::breach::{Course, EntryKind, No, Start};
use model::id::BreachId;
use model::personal::Personal;
use model::time::Timestamp;
use serde_json::{Value, json};
use store::tables::breach::{self, Head, StoredBreach, StoredEntry};
use store::tables::{brand, breach_person};
use store::{StoreError, Tx};

/// Characters of what is known of a case, of a reason, and of each part of what people are told: all four parts fit
/// into one message of Messenger's.
pub const TEXT_LIMIT: usize = 4_000;
pub const WORDS_LIMIT: usize = 400;
/// How often an entry is written again because somebody else wrote meanwhile.
pub(super) const TRIES: u32 = 5;
/// Why nothing else is done meanwhile.
pub(super) const ON_ITS_WAY: &str = "a mail to the authority is being handed over: wait what becomes of it";
/// Characters of what a case is called.
pub const TITLE_LIMIT: usize = 120;

/// What the authority is told at least (article 33(3)).
#[derive(Debug, Clone, Default)]
pub struct FactsForm {
    pub nature: String,
    pub contact: String,
    pub consequences: String,
    pub measures: String,
}

impl From<No> for EngineError {
    fn from(no: No) -> Self {
        match no {
            No::Time => Self::invalid("at", no.to_string()),
            No::BeforeBrand => Self::invalid("suspected", no.to_string()),
            No::NeedsPhase => Self::invalid("phase", no.to_string()),
            No::NeedsReason => Self::invalid("reason", no.to_string()),
            No::Incomplete => Self::invalid("facts", no.to_string()),
            _ => Self::Conflict(no.to_string()),
        }
    }
}

pub(super) fn words(
    field: &'static str,
    text: &str,
    least: usize,
    most: usize,
) -> Result<Personal<String>, EngineError> {
    let text = text.trim();
    if (least..=most).contains(&text.chars().count()) {
        Ok(Personal::from(text))
    } else {
        Err(EngineError::invalid(field, format!("must have {least} to {most} characters")))
    }
}

/// What is said in this language, or in the first that there is.
pub(crate) fn text_for(facts: &Facts, language: &str) -> Words {
    let found = facts.texts.iter().find(|text| text.language == language).or(facts.texts.first());
    found.cloned().unwrap_or_default()
}

/// A case, the register's head as its reader has it before them, and what is known.
pub(super) struct Before {
    pub head: Option<Head>,
    pub stored: StoredBreach,
    pub facts: Facts,
    /// The case's own, sealed.
    pub entries: Vec<StoredEntry>,
}

pub(super) async fn before(engine: &Engine, ctx: &BrandContext, id: BreachId) -> Result<Before, EngineError> {
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((
            breach::head(scope)?,
            breach::get(scope, id)?,
            breach::list_entries_of(scope, id)?,
        ))
    };
    let (head, stored, entries) = engine.data.read("breach", read).await?;
    let stored = stored.ok_or(EngineError::NotFound("this case"))?;
    Ok(Before { head, facts: Facts::open(ctx, &stored)?, stored, entries })
}

impl Before {
    /// Writes an entry, with the case as it is now.
    pub async fn write(
        mut self,
        engine: &Engine,
        ctx: &BrandContext,
        actor: &Actor,
        entry: (EntryKind, Value),
    ) -> Result<(), EngineError> {
        self.stored.sealed = self.facts.seal(engine, ctx, self.stored.id)?;
        register::write(engine, ctx, self.head, Case::Known(self.stored), entry, actor).await
    }

    /// What becomes of a mail to the authority has to find the case as it was.
    fn waits_for_no_mail(&self, ctx: &BrandContext, now: Timestamp) -> Result<(), EngineError> {
        let (last, _) = register::mail::read(ctx, &self.entries)?;
        match last.is_some_and(|last| last.is_on_its_way(now)) {
            true => Err(EngineError::Conflict(ON_ITS_WAY.to_owned())),
            false => Ok(()),
        }
    }
}

/// Notes that something is suspected, since when, and what is known of it. A drill is practised in the same way, is
/// counted apart, and tells nobody anything.
///
/// # Errors
/// [`EngineError::Invalid`] naming the field: `suspected` for a time before the brand was set up here, `at` for one to come.
pub async fn note(
    engine: &Engine,
    actor: &Actor,
    (title, nature): (&str, &str),
    suspected_at: Timestamp,
    is_drill: bool,
) -> Result<BreachId, EngineError> {
    admin(actor)?;
    let (ctx, now) = (engine.brand(actor.brand)?, engine.clock.now());
    let title = words("title", title, 3, TITLE_LIMIT)?;
    let nature = words("nature", nature, 0, TEXT_LIMIT)?;
    let id = ctx.id;
    let since = engine.data.read("brand_since", move |tx| brand::since(tx.brand(id))).await?;
    let course = Course::begin(suspected_at, since.unwrap_or(Timestamp::ZERO), now)?;
    let id = BreachId::new(now, &*engine.entropy);
    let contact = Personal::new(ctx.brand.controller.contact.clone());
    let entry = json!({
        "title": title.reveal(),
        "nature": nature.reveal(),
        "suspected_at": rfc3339(suspected_at),
    });
    let kind = if is_drill { EntryKind::Drill } else { EntryKind::Suspected };
    let facts = Facts { title, nature, contact, is_drill, ..Facts::default() };
    let sealed = facts.seal(engine, &ctx, id)?;
    let stored = StoredBreach { id, course, reminded: 0, sealed };
    let head = register::head(engine, ctx.id).await?;
    register::write(engine, &ctx, head, Case::New(stored), (kind, entry), actor).await?;
    Ok(id)
}

/// From `at` on one is aware that personal data was concerned: the 72 hours run.
pub async fn become_aware(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    at: Timestamp,
) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    before.stored.course.become_aware(at, engine.clock.now())?;
    let due = before.stored.course.due_at().map(rfc3339);
    let entry = json!({ "aware_at": rfc3339(at), "due_at": due });
    before.write(engine, &ctx, actor, (EntryKind::Aware, entry)).await
}

/// What is known by now. Nothing of it has to be complete before the case is closed: what is told without it is a phase
/// (article 33(4)).
pub async fn set_facts(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    form: &FactsForm,
) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    open(&before.stored.course)?;
    let known = facts_of(&before.facts);
    before.facts.nature = words("nature", &form.nature, 0, TEXT_LIMIT)?;
    before.facts.contact = words("contact", &form.contact, 0, TEXT_LIMIT)?;
    before.facts.consequences = words("consequences", &form.consequences, 0, TEXT_LIMIT)?;
    before.facts.measures = words("measures", &form.measures, 0, TEXT_LIMIT)?;
    let entry = facts_of(&before.facts);
    if entry == known {
        // Nothing new is no entry.
        return Ok(());
    }
    before.write(engine, &ctx, actor, (EntryKind::Facts, entry)).await
}

fn facts_of(facts: &Facts) -> Value {
    json!({
        "nature": facts.nature.reveal(),
        "contact": facts.contact.reveal(),
        "consequences": facts.consequences.reveal(),
        "measures": facts.measures.reveal(),
    })
}

fn open(course: &Course) -> Result<(), EngineError> {
    if course.closed_at.is_some() { Err(EngineError::from(No::Closed)) } else { Ok(()) }
}

/// Searches for whoever is affected, and notes them. Whoever was found before stays found.
///
/// # Errors
/// [`EngineError::Invalid`] where the session, token or account is not known, or the times are none.
pub async fn search(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    asked: &Asked,
) -> Result<Summary, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    open(&before(engine, &ctx, id).await?.stored.course)?;
    let number = next_search(engine, &ctx, id).await?;
    let found = affected::find(engine, &ctx, (id, number), asked).await?;
    let entry = json!({
        "search": number,
        "start": asked.start.code(),
        // Where nothing is named, what was typed all the same is not kept for good.
        "name": if asked.start.is_named() { asked.name.trim() } else { "" },
        "from": rfc3339(asked.from),
        "until": rfc3339(asked.until),
        "with_keys": asked.start == Start::Backup && asked.with_keys,
        "leads_certain": found.leads_certain,
        "leads_possible": found.leads_possible,
        "accounts_certain": found.accounts_certain,
        "accounts_possible": found.accounts_possible,
        "unreadable": found.unreadable,
        "gone": found.gone,
    });
    // Whom it found is noted, so that the entry says from where; whatever else was written meanwhile.
    let mut tries = 1;
    loop {
        let before = before(engine, &ctx, id).await?;
        open(&before.stored.course)?;
        match before.write(engine, &ctx, actor, (EntryKind::Affected, entry.clone())).await {
            Err(EngineError::Conflict(_)) if tries < TRIES => tries += 1,
            written => return written.map(|()| found),
        }
    }
}

/// A number that no search of the case has yet, neither in its entry nor beside whom it found.
async fn next_search(engine: &Engine, ctx: &BrandContext, id: BreachId) -> Result<u32, EngineError> {
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        Ok::<_, StoreError>((breach_person::last_search(scope, id)?, breach::list_entries_of(scope, id)?))
    };
    let (mut last, entries) = engine.data.read("searches_of_breach", read).await?;
    for entry in entries.iter().filter(|entry| entry.kind.known() == Some(EntryKind::Affected)) {
        let facts = Opened::of(ctx, entry)?.value()?;
        let own = facts.pointer("/facts/search").and_then(Value::as_u64).unwrap_or(0);
        last = last.max(u32::try_from(own).unwrap_or(breach_person::SEARCHES_LIMIT));
    }
    Ok(last.saturating_add(1).min(breach_person::SEARCHES_LIMIT))
}

/// The authority was told at this time, with what is known by now; which phase it was. `is_phase`: something is not
/// known yet and follows in a further one (article 33(4)).
///
/// # Errors
/// [`EngineError::Invalid`] of `reason` where the first comes late without one, of `phase` where something is missing
/// and it is not said that it follows.
pub async fn tell_authority(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    (at, is_phase): (Timestamp, bool),
    reason: &str,
) -> Result<u32, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    let reason = words("reason", reason, 0, TEXT_LIMIT)?;
    let known = before.facts.clone();
    let (phase, entry) = told(&mut before, (at, engine.clock.now()), &known, (is_phase, false), &reason)?;
    before.write(engine, &ctx, actor, (EntryKind::Authority, entry)).await?;
    Ok(phase)
}

/// As what the case stands once the authority was told at this time what was known then, and the entry that says so.
/// `was_in_time`: it was on its way before the 72 hours were over, and no reason is needed.
pub(super) fn told(
    before: &mut Before,
    (at, now): (Timestamp, Timestamp),
    known: &Facts,
    (is_phase, was_in_time): (bool, bool),
    reason: &Personal<String>,
) -> Result<(u32, Value), EngineError> {
    let has_reason = reason.reveal().chars().count() >= 3 || was_in_time;
    let missing = known.missing();
    let is_late = before.stored.course.told_at.is_none() && before.stored.course.is_late(at);
    let phase = before.stored.course.tell_authority(at, has_reason, now)?;
    if !missing.is_empty() && !is_phase {
        return Err(EngineError::from(No::NeedsPhase));
    }
    let entry = json!({
        "told_at": rfc3339(at),
        "phase": phase,
        "late": is_late,
        "reason": reason.reveal(),
        "is_complete": missing.is_empty(),
        "follows": missing.iter().map(|field| field.code()).collect::<Vec<_>>(),
        "told": facts_of(known),
    });
    if is_late {
        before.facts.reason = reason.clone();
    }
    before.facts.told_in_full |= missing.is_empty();
    Ok((phase, entry))
}

/// The authority is not told: a risk for anybody is unlikely, for this reason (article 33(1)).
pub async fn leave_authority(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    reason: &str,
) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    let reason = words("reason", reason, 10, TEXT_LIMIT)?;
    before.stored.course.leave_authority(engine.clock.now())?;
    before.waits_for_no_mail(&ctx, engine.clock.now())?;
    let entry = json!({ "reason": reason.reveal() });
    before.facts.reason = reason;
    before.write(engine, &ctx, actor, (EntryKind::NotTold, entry)).await
}

/// What people are told, in every language of the brand.
fn checked(ctx: &BrandContext, texts: &[Words]) -> Result<Vec<Words>, EngineError> {
    let mut checked = Vec::new();
    for language in &ctx.brand.languages {
        let text = texts.iter().find(|text| text.language == *language);
        let text = text.ok_or_else(|| EngineError::invalid("happened", "must be there in each language"))?;
        let part =
            |field, text: &str| words(field, text, 10, WORDS_LIMIT).map(|words| words.reveal().clone());
        checked.push(Words {
            language: language.clone(),
            happened: part("happened", &text.happened)?,
            follows: part("follows", &text.follows)?,
            done: part("done", &text.done)?,
            advice: part("advice", &text.advice)?,
        });
    }
    Ok(checked)
}

/// Keeps what people are to be told, so that it can be looked at as it will be sent. Nobody is told anything.
///
/// # Errors
/// As [`tell_people`].
pub async fn draft_people(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    texts: &[Words],
) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    let texts = checked(&ctx, texts)?;
    before.stored.course.tell_people(engine.clock.now())?;
    before.facts.draft = Some(Draft { texts, at: engine.clock.now() });
    let (brand, head, sealed) = (ctx.id, before.head, before.facts.seal(engine, &ctx, id)?);
    let write = move |tx: &Tx<'_>| breach::set_draft(tx.brand(brand), head, id, &sealed);
    if engine.data.write("draft_for_people", write).await? {
        Ok(())
    } else {
        Err(EngineError::Conflict("somebody wrote into the register meanwhile: look at it again".to_owned()))
    }
}

/// Has everybody told who was found to be affected, each in their language, once; whoever is found later too. In a drill
/// it is only written down what they would have been told.
///
/// # Errors
/// [`EngineError::Invalid`] where a language of the brand is missing, or a part of it.
pub async fn tell_people(
    engine: &Engine,
    actor: &Actor,
    id: BreachId,
    texts: &[Words],
) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    let checked = checked(&ctx, texts)?;
    let is_drill = before.facts.is_drill;
    let mut told = before.stored.course;
    told.tell_people(engine.clock.now())?;
    if !is_drill {
        before.stored.course = told;
    }
    let said: Vec<Value> = checked
        .iter()
        .map(|text| {
            json!({
                "language": text.language,
                "happened": text.happened,
                "follows": text.follows,
                "done": text.done,
                "advice": text.advice,
            })
        })
        .collect();
    before.facts.texts = checked;
    before.facts.draft = None;
    before.write(engine, &ctx, actor, (EntryKind::People, json!({ "texts": said, "drill": is_drill }))).await
}

/// Closes the case. One that was never more than suspected turns out to be none.
///
/// # Errors
/// [`EngineError::Conflict`] while the authority was neither told nor left out for a reason, and while a mail to it is
/// being handed over;
/// [`EngineError::Invalid`] of `facts` where it was told in part only.
pub async fn close(engine: &Engine, actor: &Actor, id: BreachId, text: &str) -> Result<(), EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let mut before = before(engine, &ctx, id).await?;
    let text = words("words", text, 3, TEXT_LIMIT)?;
    let is_breach = before.stored.course.aware_at.is_some();
    before.stored.course.close(before.facts.told_in_full, engine.clock.now())?;
    before.waits_for_no_mail(&ctx, engine.clock.now())?;
    let is_drill = before.facts.is_drill;
    let entry = json!({ "words": text.reveal(), "is_breach": is_breach && !is_drill });
    before.write(engine, &ctx, actor, (EntryKind::Closed, entry)).await
}
