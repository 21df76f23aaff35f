//! Files with many leads: all of an account's, or those that fit a filter, and the deliveries of a broadcast.
//!
//! Invariants (claim A3): nothing leaves before the entry that says who took what, when and what for is on
//! the disk; who the leads are is left out unless it was asked for in so many words; a file is made while
//! it is read, whatever its length; no cell of a table can be taken for a formula.

mod deliveries;

pub use deliveries::{DeliveriesForm, DeliveryExport, Which, begin_deliveries};

use crate::mail::ExportKind;
use crate::views::exports::Kept;
use crate::views::leads::{Filter, LeadView, count};
use crate::views::{At, Walk, csv, own};
use crate::{Actor, Engine, EngineError, TokenScope, views};
use model::consent::EvidenceLevel;
use model::id::{ExportId, LeadId, PageId};
use model::personal::Personal;
use serde::Serialize;
use std::collections::HashMap;
use store::Tx;
use store::tables::export::{self, StoredExport};
use store::tables::lead::StoredLead;
use store::tables::{page, tag};

/// Characters of what an export is for.
pub const WHY_LIMIT: usize = 200;
/// How an entry names an archive of the whole account.
pub(crate) const ARCHIVE: &str = "archive";
/// How an entry names the table of a broadcast's deliveries.
pub(crate) const DELIVERIES: &str = "deliveries";
/// What a file with many leads is called inside.
pub const FORMAT: &str = "entente-leads-export/1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Csv,
    Json,
}

impl Form {
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.code() == code)
    }
}

/// By which way somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Console,
    Api,
}

impl By {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Api => "api",
        }
    }
}

/// What is to be taken out.
#[derive(Debug, Clone)]
pub struct ExportForm {
    pub filter: Filter,
    pub form: Form,
    /// With given name, language and Messenger's id.
    pub with_names: bool,
    /// What for.
    pub why: String,
    pub by: By,
}

/// The columns of the table and the members of the JSON, in their order.
pub const COLUMNS: [&str; 13] = [
    "lead",
    "page",
    "first_wrote_at",
    "last_wrote_at",
    "evidence",
    "promotions",
    "withdrawn_at",
    "window_open_until",
    "unavailable",
    "tags",
    "given_name",
    "language",
    "messenger_id",
];
/// So many of them say nothing of who somebody is.
const MASKED: usize = 10;

/// A lead in a file.
#[derive(Serialize)]
struct Line {
    lead: LeadId,
    page: String,
    first_wrote_at: At,
    last_wrote_at: Option<At>,
    evidence: Option<&'static str>,
    promotions: &'static str,
    withdrawn_at: Option<At>,
    window_open_until: Option<At>,
    unavailable: bool,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    who: Option<Who>,
}

#[derive(Serialize)]
struct Who {
    given_name: Option<String>,
    language: Option<String>,
    messenger_id: String,
}

/// A file that is being taken out. Read it to its end with [`Export::next`].
pub struct Export {
    actor: Actor,
    /// `None`: part of an archive, which has an entry of its own.
    id: Option<ExportId>,
    form: Form,
    with_names: bool,
    heads: Vec<String>,
    walk: Walk,
    pages: HashMap<PageId, String>,
    tags: Vec<views::tags::TagView>,
    written: u64,
    step: Step,
}

enum Step {
    Head,
    Leads,
    Done,
}

/// Writes down what is taken out, tells the account, and begins the file. `heads` are the names of the
/// columns ([`COLUMNS`]) as the table shall call them.
pub async fn begin(
    engine: &Engine,
    actor: &Actor,
    asked: ExportForm,
    heads: Vec<String>,
) -> Result<Export, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let why = reason(&asked.why)?;
    let leads = count(engine, actor, asked.filter).await?;
    let tags = views::tags::all(engine, actor).await?;
    let tag = asked.filter.tag.and_then(|id| tags.iter().find(|tag| tag.id == id));
    let kept = Kept {
        form: asked.form.code().to_owned(),
        with_names: asked.with_names,
        by: asked.by.code().to_owned(),
        page: asked.filter.page,
        level: asked.filter.level.map(EvidenceLevel::code).map(str::to_owned),
        state: asked.filter.state.map(|state| state.code().to_owned()),
        tag: tag.map(|tag| Personal::new(tag.name.clone())),
        why: Personal::from(why),
        broadcast: None,
    };
    let id = record(engine, actor, leads, false, &kept).await?;
    made(engine, actor, (Some(id), asked), heads, tags).await
}

/// The table of all leads for an archive, which has written down already that it is taken.
pub(crate) async fn table_of_all(
    engine: &Engine,
    actor: &Actor,
    heads: Vec<String>,
) -> Result<Export, EngineError> {
    let (filter, form, why) = (Filter::default(), Form::Csv, String::new());
    let asked = ExportForm { filter, form, with_names: true, why, by: By::Console };
    let tags = views::tags::all(engine, actor).await?;
    made(engine, actor, (None, asked), heads, tags).await
}

async fn made(
    engine: &Engine,
    actor: &Actor,
    (id, asked): (Option<ExportId>, ExportForm),
    heads: Vec<String>,
    tags: Vec<views::tags::TagView>,
) -> Result<Export, EngineError> {
    Ok(Export {
        actor: actor.clone(),
        id,
        form: asked.form,
        with_names: asked.with_names,
        heads,
        walk: Walk::new(actor.clone(), asked.filter),
        pages: page_names(engine, actor).await?,
        tags,
        written: 0,
        step: Step::Head,
    })
}

/// What a file is for, if it says so.
pub(crate) fn reason(why: &str) -> Result<&str, EngineError> {
    let why = why.trim();
    let length = why.chars().count();
    if !(3..=WHY_LIMIT).contains(&length) || why.chars().any(char::is_control) {
        return Err(EngineError::invalid(
            "why",
            format!("must say in 3 to {WHY_LIMIT} characters what the file is for"),
        ));
    }
    Ok(why)
}

/// Writes an entry and the letter in one commit.
pub(crate) async fn record(
    engine: &Engine,
    actor: &Actor,
    leads: u64,
    is_finished: bool,
    kept: &Kept,
) -> Result<ExportId, EngineError> {
    let (ctx, now, account) = (engine.brand(actor.brand)?, engine.clock.now(), actor.account.0);
    let id = ExportId::new(now, &*engine.entropy);
    let key = engine.vault.key(&account).await?.ok_or(EngineError::NotFound("this account"))?;
    let sealed = key
        .seal_value(&ctx.person_place(account, "export", id.0), kept, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "export" })?;
    let finished_at = is_finished.then_some(now);
    let door = actor.door.map(|door| ctx.door(door));
    let entry = StoredExport { id, account: actor.account, taken_at: now, finished_at, leads, door, sealed };
    let what = if kept.form == ARCHIVE { ExportKind::Account } else { ExportKind::Leads };
    let (brand, told) = (actor.brand, engine.told_of_export(actor.brand, actor.account, what, leads).await?);
    let write = move |tx: &Tx<'_>| {
        export::insert(tx.brand(brand), &entry)?;
        told.insert(tx.brand(brand))
    };
    engine.data.write("record_export", write).await?;
    engine.wake_mail();
    Ok(id)
}

/// The file is complete.
pub(crate) async fn finish(
    engine: &Engine,
    actor: &Actor,
    id: ExportId,
    leads: u64,
) -> Result<(), EngineError> {
    let (brand, now) = (actor.brand, engine.clock.now());
    let finish = move |tx: &Tx<'_>| export::finish(tx.brand(brand), id, leads, now);
    engine.data.write("finish_export", finish).await?;
    Ok(())
}

async fn page_names(engine: &Engine, actor: &Actor) -> Result<HashMap<PageId, String>, EngineError> {
    let (ctx, brand, account) = (engine.brand(actor.brand)?, actor.brand, actor.account);
    let mut names = HashMap::new();
    let mut after = PageId([0; 16]);
    loop {
        let read = move |tx: &Tx<'_>| page::list_of_account(tx.brand(brand), account, after, views::LIMIT);
        let some = engine.data.read("pages_to_export", read).await?;
        let Some(last) = some.last() else { return Ok(names) };
        after = last.page.id;
        for stored in &some {
            let name = crate::actions::pages::PageSecrets::open(engine, &ctx, stored).await?.name;
            names.insert(stored.page.id, name.reveal().clone());
        }
    }
}

impl Export {
    /// The next part of the file; `None` after the last. An error breaks the file off, and its entry says
    /// that it was never complete.
    pub async fn next(&mut self, engine: &Engine) -> Result<Option<String>, EngineError> {
        match self.step {
            Step::Head => {
                self.step = Step::Leads;
                Ok(Some(self.head(engine)))
            }
            Step::Leads => match self.walk.next(engine).await? {
                Some(some) => self.lines(engine, some).await.map(Some),
                None => {
                    self.step = Step::Done;
                    if let Some(id) = self.id {
                        finish(engine, &self.actor, id, self.written).await?;
                    }
                    Ok(Some(if self.form == Form::Json { "\n]}\n".to_owned() } else { String::new() }))
                }
            },
            Step::Done => Ok(None),
        }
    }

    fn head(&self, engine: &Engine) -> String {
        let columns = if self.with_names { COLUMNS.len() } else { MASKED };
        match self.form {
            // The mark tells spreadsheets that it is UTF-8.
            Form::Csv => {
                let heads = self.heads.iter().take(columns).map(String::as_str);
                format!("\u{feff}{}", csv::row(heads))
            }
            Form::Json => {
                let at = At(engine.clock.now());
                format!(
                    "{{\"format\":\"{FORMAT}\",\"exported_at\":\"{at}\",\"with_names\":{},\"leads\":[",
                    self.with_names
                )
            }
        }
    }

    async fn lines(
        &mut self,
        engine: &Engine,
        some: Vec<(StoredLead, LeadView)>,
    ) -> Result<String, EngineError> {
        let ids: Vec<[u8; 16]> = some.iter().map(|(stored, _)| stored.lead.id.0).collect();
        let keys = if self.with_names { engine.vault.keys(&ids).await? } else { HashMap::default() };
        let borne = self.borne(engine, &some).await?;
        let ctx = &engine.brand(self.actor.brand)?;
        let mut text = String::new();
        for (stored, lead) in some {
            // Kept and not used (GDPR article 18): no name of theirs leaves.
            if self.with_names && lead.restricted {
                continue;
            }
            let who = if self.with_names {
                // No key: an erasure has begun.
                let Some(key) = keys.get(&lead.id.0) else { continue };
                let profile = own::profile(ctx, key, &stored)?;
                Some(Who {
                    given_name: profile.shown_name().map(|name| name.reveal().clone()),
                    language: profile.language.as_ref().map(|language| language.reveal().clone()),
                    messenger_id: profile.psid.reveal().clone(),
                })
            } else {
                None
            };
            let line = Line {
                lead: lead.id,
                page: self.pages.get(&lead.page).cloned().unwrap_or_default(),
                first_wrote_at: lead.created_at,
                last_wrote_at: lead.last_inbound_at,
                evidence: lead.level,
                promotions: match (lead.promotion_in_force, lead.withdrawn_at) {
                    (true, _) => "agreed",
                    (false, Some(_)) => "withdrawn",
                    (false, None) => "not_agreed",
                },
                withdrawn_at: lead.withdrawn_at,
                window_open_until: lead.window_open_until,
                unavailable: lead.unavailable,
                tags: borne.get(&lead.id).cloned().unwrap_or_default(),
                who,
            };
            match self.form {
                Form::Csv => text += &csv::row(line.cells().iter().map(String::as_str)),
                Form::Json => {
                    text.push_str(if self.written == 0 { "\n" } else { ",\n" });
                    text +=
                        &serde_json::to_string(&line).map_err(|_| EngineError::Sealed { place: "lead" })?;
                }
            }
            self.written += 1;
        }
        Ok(text)
    }

    /// The tags of these leads, by name.
    async fn borne(
        &self,
        engine: &Engine,
        some: &[(StoredLead, LeadView)],
    ) -> Result<HashMap<LeadId, Vec<String>>, EngineError> {
        let mut borne: HashMap<LeadId, Vec<String>> = HashMap::new();
        let (Some((first, _)), Some((last, _))) = (some.first(), some.last()) else { return Ok(borne) };
        let (brand, span) = (self.actor.brand, (first.lead.id, last.lead.id));
        let ids: Vec<_> = self.tags.iter().map(|tag| tag.id).collect();
        let read = move |tx: &Tx<'_>| {
            ids.iter().map(|id| tag::list_between(tx.brand(brand), *id, span)).collect::<Result<Vec<_>, _>>()
        };
        let found: Vec<Vec<LeadId>> = engine.data.read("tags_to_export", read).await?;
        for (tag, leads) in self.tags.iter().zip(found) {
            for lead in leads {
                borne.entry(lead).or_default().push(tag.name.clone());
            }
        }
        Ok(borne)
    }
}

impl Line {
    fn cells(&self) -> Vec<String> {
        let at = |at: Option<At>| at.map(|at| at.to_string()).unwrap_or_default();
        let mut cells = vec![
            self.lead.to_string(),
            self.page.clone(),
            self.first_wrote_at.to_string(),
            at(self.last_wrote_at),
            self.evidence.unwrap_or_default().to_owned(),
            self.promotions.to_owned(),
            at(self.withdrawn_at),
            at(self.window_open_until),
            if self.unavailable { "yes" } else { "no" }.to_owned(),
            self.tags.join("; "),
        ];
        if let Some(who) = &self.who {
            cells.push(who.given_name.clone().unwrap_or_default());
            cells.push(who.language.clone().unwrap_or_default());
            cells.push(who.messenger_id.clone());
        }
        cells
    }
}
