//! Tags on many leads at once, from the list of leads: on those that are ticked, on the page of the list, or
//! on all that fit its filter.
//!
//! Invariants: whoever tags all that fit sees first how many they are; what was done can be taken back with
//! one button, and that changes those only whom it had changed; nothing of a lead but its id stands in an
//! address.

use super::fields::Fields;
use super::leads::{Choice, filter_of, query_of};
use super::words::number;
use super::{Desk, Section, Shell, see};
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::actions::tag_many::{Changed, Whom, tag_many, take_back};
use engine::{EngineError, views};
use model::id::{LeadId, TagId};
use model::time::Timestamp;

/// What a step changed, as the address of the list names it: `put.<tag>.<when>`, or
/// `take.<tag>.<lead>.<lead>…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    Put(TagId, Timestamp),
    Take(TagId, Vec<LeadId>),
}

impl Undo {
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (what, tag) = (parts.next()?, parts.next()?.parse().ok()?);
        match what {
            "put" => Some(Self::Put(tag, Timestamp(parts.next()?.parse().ok()?))),
            "take" => {
                let leads: Vec<LeadId> = parts.map(str::parse).collect::<Result<_, _>>().ok()?;
                (!leads.is_empty()).then_some(Self::Take(tag, leads))
            }
            _ => None,
        }
    }

    pub fn write(&self) -> String {
        match self {
            Self::Put(tag, at) => format!("put.{tag}.{}", at.micros()),
            Self::Take(tag, leads) => {
                let leads: Vec<String> = leads.iter().map(ToString::to_string).collect();
                format!("take.{tag}.{}", leads.join("."))
            }
        }
    }
}

/// The question before a tag goes on all that fit, or from them.
#[derive(Template)]
#[template(path = "console/many.html")]
pub struct ManyPage<'a> {
    pub frame: Shell<'a>,
    pub title: String,
    /// Nobody fits.
    pub is_nobody: bool,
    /// Whether the tag is put on them; else it is taken from them.
    pub bears: bool,
    pub tag: String,
    /// Names and values that say the filter again.
    pub hidden: Vec<(&'static str, String)>,
    pub back: String,
}

impl<'a> ManyPage<'a> {
    pub fn new(
        frame: Shell<'a>,
        (tag, name): (TagId, &str),
        count: u64,
        bears: bool,
        filter: views::leads::Filter,
    ) -> Self {
        let id = if bears { "many-put-title" } else { "many-take-title" };
        let mut args = fluent_bundle::FluentArgs::new();
        args.set("count", frame.language.form_of(count));
        args.set("shown", number(count));
        args.set("name", name.to_owned());
        Self {
            title: frame.language.tell(id, Some(&args)),
            is_nobody: count == 0,
            bears,
            tag: tag.to_string(),
            hidden: super::leads::parts_of(filter),
            back: format!("/app/leads?{}", query_of(filter)),
            frame,
        }
    }
}

fn ids(fields: &Fields, name: &'static str) -> Vec<LeadId> {
    fields.all(name).filter_map(|id| id.parse().ok()).collect()
}

/// `POST /app/leads/tag`
pub async fn set(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let pages = super::leads::page_names(&desk).await?;
    let tags = views::tags::list(desk.engine(), &desk.actor).await?;
    let named = |name: &str| fields.get(name).to_owned();
    let filter = filter_of([&named("page"), &named("level"), &named("state"), &named("tag")], &pages, &tags);
    let (query, after) = (query_of(filter), fields.get("after").parse::<LeadId>().ok());
    let after = after.map(|after| format!("after={after}&")).unwrap_or_default();
    let back = |rest: &str| see(format!("/app/leads?{query}{after}{rest}").trim_end_matches(['&', '?']), "");
    let bears = fields.get("do") != "take";
    let Some(tag) = fields.get("which").parse().ok().and_then(|id| tags.iter().find(|tag| tag.id == id))
    else {
        return Ok(back("done=many-no-tag"));
    };
    let whom = match fields.get("whom") {
        "fitting" if fields.get("sure") == "yes" => Whom::Fitting(filter),
        "fitting" => {
            let count = views::leads::count(desk.engine(), &desk.actor, filter).await?;
            let shell = desk.shell(Section::Leads)?;
            return Ok(page::html(&ManyPage::new(shell, (tag.id, &tag.name), count, bears, filter)));
        }
        "page" => Whom::Named(ids(&fields, "shown")),
        _ => Whom::Named(ids(&fields, "lead")),
    };
    if matches!(&whom, Whom::Named(leads) if leads.is_empty()) {
        return Ok(back("done=many-nobody"));
    }
    match tag_many(desk.engine(), &desk.actor, tag.id, whom, bears).await {
        Ok(Changed { leads, at, taken }) => {
            let undo = match (bears, taken.is_empty()) {
                _ if leads == 0 => String::new(),
                (true, _) => format!("&undo={}", Undo::Put(tag.id, at).write()),
                (false, false) => format!("&undo={}", Undo::Take(tag.id, taken).write()),
                (false, true) => String::new(),
            };
            let what = if bears { "put" } else { "taken" };
            Ok(back(&format!("{what}={leads}{undo}")))
        }
        Err(EngineError::NotFound(_)) => Ok(back("done=changed")),
        Err(error) => Err(error.into()),
    }
}

/// `POST /app/leads/tag/undo`
pub async fn undo(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let engine = desk.engine();
    let done = match Undo::read(fields.get("undo")) {
        Some(Undo::Put(tag, at)) => take_back(engine, &desk.actor, tag, at).await.map(drop),
        Some(Undo::Take(tag, leads)) => {
            tag_many(engine, &desk.actor, tag, Whom::Named(leads), true).await.map(drop)
        }
        None => return Ok(see("/app/leads", "changed")),
    };
    match done {
        Ok(()) => Ok(see("/app/leads", "many-undone")),
        Err(EngineError::NotFound(_) | EngineError::Invalid { .. }) => Ok(see("/app/leads", "changed")),
        Err(error) => Err(error.into()),
    }
}

/// The account's tags as a list to choose from.
pub fn choices(tags: &[views::tags::TagView], chosen: Option<TagId>) -> Vec<Choice> {
    let choice = |tag: &views::tags::TagView| Choice {
        value: tag.id.to_string(),
        label: tag.name.clone(),
        is_chosen: chosen == Some(tag.id),
    };
    tags.iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_is_named_in_an_address_and_nothing_else_is() {
        let tag = TagId([7; 16]);
        for undo in [
            Undo::Put(tag, Timestamp(1_795_356_300_000_001)),
            Undo::Take(tag, vec![LeadId([1; 16]), LeadId([2; 16])]),
        ] {
            assert_eq!(Undo::read(&undo.write()), Some(undo));
        }
        for bad in ["", "put", "put.x.1", "take.tag_1", "give.x", &format!("take.{tag}.someone")] {
            assert_eq!(Undo::read(bad), None, "{bad}");
        }
    }
}
