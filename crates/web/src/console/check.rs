//! The self-check of a page's set-up: each point says what is good or wrong and what to do next, with a
//! button where one click mends it.
//!
//! Invariants: looking at the page asks Meta nothing, the button does; what Meta did not say is not called
//! good; coming back from the dialog of a renewal leads to the page for which it was opened.

use super::fields::Fields;
use super::pages::PagePage;
use super::words::time;
use super::{Desk, Section, Shell, away, see};
use crate::api::Id;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::reader::Reader;
use axum::response::Response;
use engine::actions::page_check::{self, FOR_NOTICES, PageCheck};
use engine::views::At;
use engine::views::bot::{PublishState, Published};
use engine::views::pages::PageView;
use engine::{EngineError, views};
use model::id::PageId;
use model::time::Span;

/// One point of the self-check.
pub struct Check {
    /// `good`, `warn`, `bad`, or `info` for what is not known.
    pub kind: &'static str,
    pub title: String,
    pub explain: String,
    pub repair: Option<Repair>,
}

/// What mends it.
pub struct Repair {
    pub label: String,
    pub href: String,
    /// By a form; else by a link.
    pub is_post: bool,
}

/// What the page shows that is not in its view.
pub struct Known {
    pub heard_at: Option<At>,
    pub published: Published,
    pub now: At,
}

/// The points, as far as they are known: all of them right after a check.
pub fn checks(reader: Reader, page: &PageView, known: &Known, asked: Option<&PageCheck>) -> Vec<Check> {
    let points = Points { language: reader.language, reader, page };
    if page.is_awaited {
        // Of a page that nobody has connected there is nothing to say yet.
        return Vec::new();
    }
    vec![
        points.access(asked),
        points.permissions(asked),
        points.events(asked),
        points.policy(),
        points.greeting(known),
        points.heard(known),
    ]
}

struct Points<'a> {
    language: Language,
    reader: Reader,
    page: &'a PageView,
}

impl Points<'_> {
    /// Title `pages-check-<id>-<kind>`, and how it is explained.
    fn check(&self, id: &str, kind: &'static str, repair: Option<Repair>) -> Check {
        let part = if kind == "warn" { "bad" } else { kind };
        Check {
            kind,
            title: self.language.say(&format!("pages-check-{id}-{part}")),
            explain: self.language.say(&format!("pages-check-{id}-explain")),
            repair,
        }
    }

    fn repair(&self, label: &str, step: &str, is_post: bool) -> Option<Repair> {
        let href = format!("/app/pages/{}/{step}", self.page.id);
        Some(Repair { label: self.language.say(label), href, is_post })
    }

    fn renew(&self) -> Option<Repair> {
        self.repair("pages-renew", "renew", false)
    }

    fn stopped_by(&self, codes: &[&str]) -> bool {
        self.page.stop.is_some_and(|stop| codes.contains(&stop))
    }

    fn access(&self, asked: Option<&PageCheck>) -> Check {
        if self.stopped_by(&["token_invalid", "disconnected"]) {
            return self.check("access", "bad", self.renew());
        }
        match asked {
            Some(PageCheck { is_valid: None, silence, .. }) => {
                let mut check = self.check("access", "info", None);
                check.explain = self.language.say_with(
                    "pages-check-access-silent",
                    "said",
                    silence.as_deref().unwrap_or_default(),
                );
                check
            }
            _ => self.check("access", "good", None),
        }
    }

    /// Permissions that are missing, as Meta said now or when it last did.
    fn permissions(&self, asked: Option<&PageCheck>) -> Check {
        let missing = self.page.lacks_permissions.iter().flatten().map(String::as_str);
        let (notices, missing): (Vec<&str>, Vec<&str>) = missing.partition(|name| *name == FOR_NOTICES);
        if !missing.is_empty() {
            let mut check = self.check("permissions", "bad", self.renew());
            check.explain =
                self.language.say_with("pages-check-permissions-missing", "names", &missing.join(", "));
            return check;
        }
        if self.stopped_by(&["permission_missing"]) {
            return self.check("permissions", "bad", self.renew());
        }
        if !notices.is_empty() {
            let mut check = self.check("permissions", "warn", self.renew());
            check.explain = self.language.say("pages-check-permissions-notices");
            return check;
        }
        if asked.is_some_and(|asked| asked.is_valid != Some(true)) {
            return self.check("permissions", "info", None);
        }
        self.check("permissions", "good", None)
    }

    fn events(&self, asked: Option<&PageCheck>) -> Check {
        let again = || self.repair("pages-subscribe", "subscribe", true);
        match self.page.lacks_fields.as_deref() {
            Some(missing) if !missing.is_empty() => {
                let kind = if missing.iter().any(|name| name == "messages") { "bad" } else { "warn" };
                let mut check = self.check("events", kind, again());
                check.explain =
                    self.language.say_with("pages-check-events-missing", "names", &missing.join(", "));
                check
            }
            // It is not called good by what Meta said before.
            _ if asked.is_some_and(|asked| !asked.has_said_events) => self.check("events", "info", None),
            Some(_) => self.check("events", "good", None),
            None if self.page.has_echoes => self.check("events", "good", None),
            None => {
                let mut check = self.check("events", "warn", again());
                check.explain = self.language.say("pages-check-echoes-explain");
                check
            }
        }
    }

    fn policy(&self) -> Check {
        let is_well = !self.stopped_by(&["restricted", "policy_blocked"]);
        self.check("policy", if is_well { "good" } else { "bad" }, None)
    }

    fn greeting(&self, known: &Known) -> Check {
        let state = known.published.state;
        if self.page.greeting_at.is_some() && state == PublishState::Done {
            return self.check("greeting", "good", None);
        }
        let mut check = self.check("greeting", "warn", None);
        if state == PublishState::Waiting {
            check.kind = "info";
            check.title = self.language.say("pages-check-greeting-info");
            check.explain = self.language.say("pages-check-greeting-waits");
        } else if self.page.stop.is_none() {
            check.repair = self.repair("pages-renew", "renew", false);
        }
        check
    }

    fn heard(&self, known: &Known) -> Check {
        let Some(at) = known.heard_at else { return self.check("heard", "info", None) };
        let is_long = known.now.0.since(at.0) > Span::days(7);
        let mut check = self.check("heard", if is_long { "info" } else { "good" }, None);
        check.title = self.language.say_with("pages-check-heard-at", "at", &time(self.reader, at));
        check.explain =
            self.language.say(if is_long { "pages-check-heard-long" } else { "pages-check-heard-well" });
        check
    }
}

/// What is known of a page without asking Meta.
pub async fn known(desk: &Desk, id: PageId) -> Result<Known, Problem> {
    Ok(Known {
        heard_at: views::pages::heard_at(desk.engine(), &desk.actor, id).await?,
        published: views::bot::get(desk.engine(), &desk.actor, id).await?.published,
        now: At(desk.engine().clock().now()),
    })
}

/// `POST /app/pages/{id}/check`: asks Meta, and shows the page with what it said.
pub async fn check(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    let asked = page_check::check(desk.engine(), &desk.actor, id).await?;
    let known = known(&desk, id).await?;
    Ok(page::html(&PagePage::new(desk.shell(Section::Pages)?, asked.page.clone(), &known, Some(&asked))))
}

/// `POST /app/pages/{id}/subscribe`: has the events delivered again.
pub async fn subscribe(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    let done = match page_check::subscribe_again(desk.engine(), &desk.actor, id).await {
        Ok(_) => "subscribed",
        Err(EngineError::Meta(_)) => "not-subscribed",
        Err(error) => return Err(error.into()),
    };
    Ok(see(&format!("/app/pages/{id}"), done))
}

/// `GET /app/pages/{id}/renew`: to Facebook's login dialog, for this page.
pub async fn renew(desk: Desk, Id(id): Id<PageId>) -> Result<Response, Problem> {
    if !desk.engine().settings().has_app() {
        return super::pages::answer(&desk, None, "pages-connect-no-app", String::new(), None);
    }
    let back = super::pages::return_address(&desk);
    let binding = &desk.session.binding;
    Ok(away(&page_check::renewal_url(desk.engine(), &desk.actor, binding, id, &back).await?))
}

/// The page that a dialog's state renews, if it is one.
pub fn renews(desk: &Desk, state: &str) -> Result<Option<PageId>, Problem> {
    Ok(page_check::renewal_of(desk.engine(), &desk.actor, &desk.session.binding, state)?)
}

/// The end of a renewal: the page sends again, or what stands in the way.
pub async fn finish(desk: Desk, id: PageId, fields: &Fields) -> Result<Response, Problem> {
    let back = super::pages::return_address(&desk);
    let code = fields.get("code").to_owned();
    let (problem, said) = match page_check::renew(desk.engine(), &desk.actor, id, code, back).await {
        Ok(_) => return Ok(see(&format!("/app/pages/{id}"), "renewed")),
        Err(EngineError::Invalid { .. }) => ("pages-renew-not-granted", String::new()),
        Err(error) => super::pages::in_the_way(desk.language(), error)?,
    };
    super::pages::answer(&desk, None, problem, said, Some(id))
}

impl Check {
    pub fn sign(&self, frame: &Shell<'_>) -> String {
        frame.sign(self.kind)
    }
}
