//! `/app/leads`: a list without names, one lead with its evidence, who it is on demand, proof and
//! export as files, erasing.
//!
//! Invariants: nothing that says who somebody is stands on a page unless it was asked for by POST
//! (claim F2); an id of Messenger's never stands in an address; erasing asks first.

use super::told::{self, Told};
use super::words::{count, short, time};
use super::{ConfirmPage, Desk, ROWS, Section, Shell, many, see};
use crate::api::{Id, Query, file};
use crate::console::fields::Fields;
use crate::door::Named;
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use askama::Template;
use axum::response::{IntoResponse, Response};
use engine::views::leads::{ConsentView, Filter, Identity, LeadState, LeadView};
use engine::views::tags::TagView;
use engine::{EngineError, Guess, Reason, actions, views};
use model::consent::EvidenceLevel;
use model::id::{LeadId, PageId};
use serde::Deserialize;

/// A choice in a list of choices.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

pub struct Badge {
    pub kind: &'static str,
    pub word: String,
}

pub struct Row {
    pub href: String,
    /// The whole id.
    pub lead: String,
    pub id: String,
    pub page: String,
    pub badges: Vec<Badge>,
    pub wrote_at: String,
}

#[derive(Template)]
#[template(path = "console/leads.html")]
pub struct LeadsPage<'a> {
    pub frame: Shell<'a>,
    pub choices: Choices,
    pub is_filtered: bool,
    pub has_pages: bool,
    pub rows: Vec<Row>,
    /// How many they are.
    pub shown: u64,
    /// The address of what follows.
    pub next: Option<String>,
    /// Where this part of the list begins.
    pub after: Option<String>,
    /// Names and values that say the filter again.
    pub hidden: Vec<(&'static str, String)>,
    /// The account's tags, to put on or take off.
    pub tags: Vec<Choice>,
    pub export: String,
    /// What was just done to many, and how it is taken back.
    pub done: Option<(String, Option<String>)>,
}

/// What the filters of a list of leads offer.
pub struct Choices {
    pub pages: Vec<Choice>,
    pub levels: Vec<Choice>,
    pub states: Vec<Choice>,
    pub tags: Vec<Choice>,
}

impl Choices {
    pub fn new(language: Language, pages: &[(PageId, String)], tags: &[TagView], filter: Filter) -> Self {
        let choice = |value: String, label: String, is_chosen: bool| Choice { value, label, is_chosen };
        Self {
            pages: pages
                .iter()
                .map(|(id, name)| choice(id.to_string(), name.clone(), filter.page == Some(*id)))
                .collect(),
            levels: EvidenceLevel::ALL
                .map(|own| {
                    let label = language.say(&format!("leads-level-{}", own.code()));
                    choice(own.code().to_owned(), label, filter.level == Some(own))
                })
                .into(),
            states: LeadState::ALL
                .map(|own| {
                    let label = language.say(&format!("leads-state-{}", own.code()));
                    choice(own.code().to_owned(), label, filter.state == Some(own))
                })
                .into(),
            tags: many::choices(tags, filter.tag),
        }
    }

    /// Name, label, word for all, and choices of each.
    pub fn selects(&self, frame: &Shell<'_>) -> [(&'static str, String, String, &[Choice]); 4] {
        [
            ("page", frame.say("leads-column-page"), frame.say("leads-any-page"), &self.pages),
            ("level", frame.say("leads-evidence"), frame.say("leads-any-level"), &self.levels),
            ("state", frame.say("leads-column-state"), frame.say("leads-any-state"), &self.states),
            ("tag", frame.say("tags-column-tag"), frame.say("leads-any-tag"), &self.tags),
        ]
    }
}

/// Reads a filter: page, level, state and tag as an address or a form names them. What it does not know,
/// it leaves out.
pub fn filter_of(
    [page, level, state, tag]: [&str; 4],
    pages: &[(PageId, String)],
    tags: &[TagView],
) -> Filter {
    Filter {
        page: page.parse().ok().filter(|id| pages.iter().any(|(own, _)| own == id)),
        level: EvidenceLevel::ALL.into_iter().find(|own| own.code() == level),
        state: LeadState::from_code(state),
        tag: tag.parse().ok().filter(|id| tags.iter().any(|own| own.id == *id)),
    }
}

/// A filter as names and values.
pub fn parts_of(filter: Filter) -> Vec<(&'static str, String)> {
    let parts = [
        ("page", filter.page.map(|page| page.to_string())),
        ("level", filter.level.map(|level| level.code().to_owned())),
        ("state", filter.state.map(|state| state.code().to_owned())),
        ("tag", filter.tag.map(|tag| tag.to_string())),
    ];
    parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A filter as the beginning of a query.
pub fn query_of(filter: Filter) -> String {
    parts_of(filter).into_iter().map(|(name, value)| format!("{name}={value}&")).collect()
}

/// Something that happened, in the evidence.
pub struct Event {
    pub kind: &'static str,
    pub title: String,
    pub explain: String,
    pub at: String,
    pub leaf: Option<String>,
    pub id: String,
}

/// Who it is, once shown.
pub struct Revealed {
    pub psid: String,
    pub given_name: Option<String>,
    pub language: Option<String>,
}

#[derive(Template)]
#[template(path = "console/lead.html")]
pub struct LeadPage<'a> {
    pub frame: Shell<'a>,
    pub id: String,
    pub short: String,
    pub page: String,
    pub badges: Vec<Badge>,
    /// Came back from an archive and has not been heard of since.
    pub is_dormant: bool,
    pub created_at: String,
    pub wrote_at: String,
    pub window_until: Option<String>,
    pub revealed: Option<Revealed>,
    /// Asked that their data be kept and not used.
    pub is_restricted: bool,
    pub events: Vec<Event>,
    /// Id and name of those that it bears.
    pub tags: Vec<(String, String)>,
    /// The account's others.
    pub other_tags: Vec<(String, String)>,
    /// What this person told when asked; empty until it is shown.
    pub told: Vec<Told>,
}

/// After an erasure.
#[derive(Template)]
#[template(path = "console/erased.html")]
pub struct ErasedPage<'a> {
    pub frame: Shell<'a>,
    pub code: String,
}

/// What the address of the list says. What it does not know, it leaves out.
#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    page: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    after: String,
    /// How many a tag was just put on, or taken from.
    put: Option<u64>,
    taken: Option<u64>,
    #[serde(default)]
    undo: String,
}

pub fn badges(language: Language, lead: &LeadView) -> Vec<Badge> {
    let mut badges = Vec::new();
    let mut put = |kind, id: &str| badges.push(Badge { kind, word: language.say(id) });
    if lead.dormant_since.is_some() {
        put("warn", "leads-badge-dormant");
    }
    if lead.promotion_in_force {
        put("good", "leads-badge-subscribed");
    } else if lead.withdrawn_at.is_some() {
        put("bad", "leads-badge-unsubscribed");
    } else if let Some(level) = lead.level {
        put("", &format!("leads-level-{level}"));
    }
    if lead.window_open_until.is_some() {
        put("info", "leads-badge-window");
    }
    if lead.restricted {
        put("warn", "leads-badge-restricted");
    }
    if lead.unavailable {
        put("warn", "leads-badge-unavailable");
    }
    badges
}

/// When a lead last wrote. Of what came from an archive only those who kept it know.
fn wrote_at(reader: Reader, lead: &LeadView) -> String {
    let never = || {
        let id = if lead.dormant_since.is_some() { "leads-before-archive" } else { "leads-never" };
        reader.language.say(id)
    };
    lead.last_inbound_at.map_or_else(never, |at| time(reader, at))
}

impl Row {
    pub fn new(reader: Reader, lead: &LeadView, pages: &[(PageId, String)]) -> Self {
        let language = reader.language;
        Self {
            href: format!("/app/leads/{}", lead.id),
            lead: lead.id.to_string(),
            id: short(&lead.id),
            page: name_of(pages, lead.page),
            badges: badges(language, lead),
            wrote_at: wrote_at(reader, lead),
        }
    }
}

fn name_of(pages: &[(PageId, String)], id: PageId) -> String {
    pages.iter().find(|(own, _)| *own == id).map_or_else(|| short(&id), |(_, name)| name.clone())
}

/// The account's pages by name, for lists that name them.
pub async fn page_names(desk: &Desk) -> Result<Vec<(PageId, String)>, Problem> {
    let pages = views::pages::list(desk.engine(), &desk.actor, None, views::LIMIT).await?;
    Ok(pages.into_iter().map(|page| (page.id, page.name)).collect())
}

/// `GET /app/leads`
pub async fn list(desk: Desk, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let pages = page_names(&desk).await?;
    let tags = views::tags::list(desk.engine(), &desk.actor).await?;
    let filter = filter_of([&asked.page, &asked.level, &asked.state, &asked.tag], &pages, &tags);
    let after = asked.after.parse::<LeadId>().ok();
    let found = views::leads::filtered(desk.engine(), &desk.actor, filter, after, ROWS).await?;
    let rows = found.leads.iter().map(|lead| Row::new(desk.reader(), lead, &pages)).collect();
    let mut page = LeadsPage::new(desk.shell(Section::Leads)?, &pages, &tags, filter, rows, found.next);
    page.after = after.map(|after| after.to_string());
    page.done = asked.done(desk.language());
    Ok(page::html(&page))
}

impl Asked {
    /// What was just done to many: only a number and ids are read of the address, the words are ours.
    fn done(&self, language: Language) -> Option<(String, Option<String>)> {
        let sentence = match (self.put, self.taken) {
            (Some(leads), _) => count(language, "many-put", leads),
            (None, Some(leads)) => count(language, "many-taken", leads),
            (None, None) => return None,
        };
        Some((sentence, many::Undo::read(&self.undo).map(|undo| undo.write())))
    }
}

impl<'a> LeadsPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        pages: &[(PageId, String)],
        tags: &[TagView],
        filter: Filter,
        rows: Vec<Row>,
        next: Option<LeadId>,
    ) -> Self {
        Self {
            choices: Choices::new(frame.language, pages, tags, filter),
            is_filtered: filter != Filter::default(),
            has_pages: !pages.is_empty(),
            next: next.map(|after| format!("/app/leads?{}after={after}", query_of(filter))),
            after: None,
            hidden: parts_of(filter),
            tags: many::choices(tags, None),
            export: super::exports::address(filter),
            done: None,
            shown: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            rows,
            frame,
        }
    }
}

/// `POST /app/leads/find`: exactly, by page and Messenger's id.
pub async fn find(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let psid = fields.get("psid");
    let found = match fields.get("page").parse() {
        Ok(page) if !psid.is_empty() => actions::leads::find(desk.engine(), &desk.actor, page, psid).await?,
        _ => None,
    };
    Ok(match found {
        Some(lead) => see(&format!("/app/leads/{lead}"), ""),
        None => see("/app/leads", "not-found"),
    })
}

async fn lead_page(desk: &Desk, id: LeadId, revealed: Option<Revealed>) -> Result<Response, Problem> {
    let (lead, events) = views::leads::masked(desk.engine(), &desk.actor, id).await?;
    let pages = page_names(desk).await?;
    let all = views::tags::list(desk.engine(), &desk.actor).await?;
    let borne = views::tags::of_lead(desk.engine(), &desk.actor, id).await?;
    let told = if revealed.is_some() { told::of(desk, id).await? } else { Vec::new() };
    let mut page = LeadPage::new(desk.shell(Section::Leads)?, &lead, &events, &pages, revealed);
    page.told = told;
    let shown = |tag: &TagView| (tag.id.to_string(), tag.name.clone());
    page.other_tags = all.iter().filter(|tag| !borne.contains(tag)).map(shown).collect();
    page.tags = borne.iter().map(shown).collect();
    Ok(page::html(&page))
}

impl<'a> LeadPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        lead: &LeadView,
        events: &[ConsentView],
        pages: &[(PageId, String)],
        revealed: Option<Revealed>,
    ) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        Self {
            id: lead.id.to_string(),
            short: short(&lead.id),
            page: name_of(pages, lead.page),
            badges: badges(language, lead),
            is_dormant: lead.dormant_since.is_some(),
            created_at: time(reader, lead.created_at),
            wrote_at: wrote_at(reader, lead),
            window_until: lead.window_open_until.map(|at| time(reader, at)),
            revealed,
            is_restricted: lead.restricted,
            // The newest first.
            tags: Vec::new(),
            other_tags: Vec::new(),
            told: Vec::new(),
            events: events.iter().rev().map(|event| Event::new(reader, event)).collect(),
            frame,
        }
    }
}

impl Event {
    pub(super) fn new(reader: Reader, event: &ConsentView) -> Self {
        let language = reader.language;
        let id = format!("lead-event-{}-{}", event.kind, event.how);
        Self {
            kind: if event.kind == "withdrawal" { "bad" } else { "good" },
            title: language.say(&id),
            explain: language.say(&format!("lead-purpose-{}", event.purpose)),
            at: time(reader, event.happened_at),
            leaf: event.leaf_index.map(super::words::number),
            id: event.id.to_string(),
        }
    }
}

impl From<Identity> for Revealed {
    fn from(identity: Identity) -> Self {
        Self {
            psid: identity.psid.reveal().clone(),
            given_name: identity.given_name.map(|name| name.reveal().clone()),
            language: identity.language.map(|language| language.reveal().clone()),
        }
    }
}

/// `GET /app/leads/{id}`
pub async fn show(desk: Desk, Id(id): Id<LeadId>) -> Result<Response, Problem> {
    lead_page(&desk, id, None).await
}

/// `POST /app/leads/{id}/reveal`: the same page, this once with who it is.
pub async fn reveal(desk: Desk, Id(id): Id<LeadId>, fields: Fields) -> Result<Response, Problem> {
    let reason = Reason::from_code(fields.get("reason"));
    let identity = actions::leads::reveal(desk.engine(), &desk.actor, id, reason).await?;
    lead_page(&desk, id, Some(identity.into())).await
}

/// `POST /app/leads/{id}/proof`: the file names the lead, so that it was taken is written down for them.
pub async fn proof(desk: Desk, Id(id): Id<LeadId>, fields: Fields) -> Result<Response, Problem> {
    let event = fields.get("event").parse().map_err(|_| Problem::not_found("this event"))?;
    match actions::leads::proof(desk.engine(), &desk.actor, id, event).await {
        Ok(proof) => Ok(file("proof.json", proof)),
        Err(EngineError::NotYet(_)) => {
            let mut page = ConfirmPage {
                title: desk.language().say("lead-proof-wait-title"),
                back: (format!("/app/leads/{id}"), desk.language().say("lead-back")),
                sentences: vec![desk.language().say("lead-proof-wait")],
                button: String::new(),
                is_dangerous: false,
                frame: desk.shell(Section::Leads)?,
            };
            page.frame.flash = None;
            Ok((axum::http::StatusCode::CONFLICT, page::html(&page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /app/leads/{id}/export`: the account is told of it by mail.
pub async fn export(desk: Desk, Id(id): Id<LeadId>) -> Result<Response, Problem> {
    Ok(file("export.json", actions::leads::export(desk.engine(), &desk.actor, id).await?))
}

/// `GET /app/leads/{id}/erase`: asks.
pub async fn ask_erase(desk: Desk, Id(id): Id<LeadId>) -> Result<Response, Problem> {
    views::leads::masked(desk.engine(), &desk.actor, id).await?;
    Ok(page::html(&erase_question(desk.shell(Section::Leads)?, &id)))
}

pub fn erase_question<'a>(frame: Shell<'a>, id: &LeadId) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say("lead-erase-title"),
        back: (format!("/app/leads/{id}"), language.say("lead-back")),
        sentences: ["lead-erase-what", "lead-erase-proof", "lead-erase-final"]
            .map(|id| language.say(id))
            .into(),
        button: language.say("lead-erase-button"),
        is_dangerous: true,
        frame,
    }
}

/// `POST /app/leads/{id}/erase`
pub async fn erase(desk: Desk, Id(id): Id<LeadId>) -> Result<Response, Problem> {
    let erasure = actions::leads::erase(desk.engine(), &desk.actor, id).await?;
    Ok(see(&format!("/app/erased/{}", erasure.code), ""))
}

/// `GET /app/erased/{code}`: that it is done, and the code for whoever asked for it.
pub async fn erased(desk: Desk, from: ClientAddress, Named(code): Named) -> Result<Response, Problem> {
    known_erasure(&desk, from, &code).await?;
    Ok(page::html(&ErasedPage { frame: desk.shell(Section::Leads)?, code }))
}

/// An address cannot put a code on a page that means nothing here.
///
/// # Errors
/// [`Problem::no_such_route`] for a code that is nobody's; whoever tries many is told to wait.
pub async fn known_erasure(desk: &Desk, from: ClientAddress, code: &str) -> Result<(), Problem> {
    if views::erasures::status(desk.engine(), desk.actor.brand, code).await?.is_none() {
        desk.engine().guessed(Guess::Code, Some(from.0))?;
        return Err(Problem::no_such_route());
    }
    Ok(())
}
