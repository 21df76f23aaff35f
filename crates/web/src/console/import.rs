//! `/account/import`: an archive comes back. Looked through, shown, and read in after a Yes.
//!
//! Invariant: choosing a file changes nothing but what waits for that Yes; a passphrase is neither kept nor
//! shown again.

use super::words::{count, number, time};
use super::{Desk, Section, Shell, see};
use crate::arriving::Arriving;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::Extension;
use axum::response::{IntoResponse, Response};
use engine::actions::import::{self, Fate, ImportError, ImportView};
use engine::archive::read::ReadError;

/// A page of the archive, and what becomes of it.
pub struct PageRow {
    pub name: String,
    pub meta_id: String,
    pub kind: &'static str,
    pub fate: String,
}

/// How far it is.
pub struct Progress {
    pub is_moving: bool,
    /// Of 1,000.
    pub width: u64,
    pub x: u64,
    pub figure: String,
    pub facts: Vec<(String, String)>,
}

/// The archive that was chosen last.
pub struct Chosen {
    /// `checked`, `running` or `done`.
    pub state: &'static str,
    pub whence: String,
    pub comes: Vec<String>,
    pub pages: Vec<PageRow>,
    pub progress: Progress,
}

#[derive(Template)]
#[template(path = "console/import.html")]
pub struct ImportPage<'a> {
    pub frame: Shell<'a>,
    pub chosen: Option<Chosen>,
    pub wrong: Option<String>,
    pub asks_passphrase: bool,
}

#[derive(Template)]
#[template(path = "console/import_progress.html")]
pub struct ProgressPart<'a> {
    pub frame: Shell<'a>,
    pub progress: Progress,
}

impl Chosen {
    pub fn new(frame: &Shell<'_>, view: &ImportView) -> Self {
        let language = frame.language;
        let state = match view.state {
            import::ImportState::Checked => "checked",
            import::ImportState::Running => "running",
            import::ImportState::Done => "done",
        };
        let comes = [
            ("import-comes-leads", view.leads),
            ("import-comes-tags", view.tags),
            ("import-comes-bots", view.bots),
            ("import-comes-templates", view.templates),
            ("import-comes-drafts", view.drafts),
            ("import-comes-past", view.past),
        ];
        let pages = view.pages.iter().map(|page| {
            let (kind, id) = match page.fate {
                Fate::Connect => ("warn", "import-page-connect"),
                Fate::Here => ("good", "import-page-here"),
            };
            let (name, meta_id) = (page.name.clone(), page.meta_id.clone());
            PageRow { name, meta_id, kind, fate: language.say(id) }
        });
        let mut whence = language.say_with("import-whence", "brand", &view.brand);
        whence.push(' ');
        whence += &language.say_with("archive-file-made", "time", &time(frame.reader(), view.made_at));
        Self {
            state,
            whence,
            comes: comes.iter().filter(|(_, n)| *n > 0).map(|(id, n)| count(language, id, *n)).collect(),
            pages: pages.collect(),
            progress: Progress::new(language, view),
        }
    }
}

impl Progress {
    fn new(language: Language, view: &ImportView) -> Self {
        let part = (view.parts_done.saturating_mul(1_000)).checked_div(view.parts).unwrap_or(1_000);
        let is_moving = view.state == import::ImportState::Running;
        let width = if is_moving { part.max(6) } else { 1_000 };
        let x = if language.direction() == "rtl" { 1_000_u64.saturating_sub(width) } else { 0 };
        let fact = |id: &str, n: u64| (language.say(id), number(n));
        let mut facts = vec![fact("import-leads-in", view.leads_in)];
        if view.leads_known > 0 {
            facts.push(fact("import-leads-known", view.leads_known));
        }
        if view.leads_left > 0 {
            facts.push(fact("import-leads-left", view.leads_left));
        }
        let done = view.leads_in.saturating_add(view.leads_known).saturating_add(view.leads_left);
        let figure = super::own_plan::used_of(language, done, Some(view.leads));
        Self { is_moving, width, x, figure, facts }
    }
}

async fn shown(desk: &Desk, wrong: Option<&ReadError>, is_busy: bool) -> Result<Response, Problem> {
    let view = import::get(desk.engine(), &desk.actor).await?;
    let frame = desk.shell(Section::Account)?;
    let id = match wrong {
        None if is_busy => Some("import-wrong-busy"),
        None => None,
        Some(ReadError::NotOurs) => Some("import-wrong-not-ours"),
        Some(ReadError::OtherVersion) => Some("import-wrong-version"),
        Some(ReadError::NeedsPassphrase) => Some("import-wrong-needs-passphrase"),
        Some(ReadError::WrongPassphrase) => Some("import-wrong-passphrase"),
        Some(ReadError::NeedsKey) => Some("import-wrong-key"),
        Some(ReadError::Truncated) => Some("import-wrong-truncated"),
        Some(ReadError::TooLarge) => Some("import-wrong-large"),
        Some(ReadError::Damaged | ReadError::Shape(_)) => Some("import-wrong-damaged"),
    };
    Ok(page::html(&ImportPage {
        chosen: view.as_ref().map(|view| Chosen::new(&frame, view)),
        wrong: id.map(|id| frame.say(id)),
        asks_passphrase: matches!(wrong, Some(ReadError::NeedsPassphrase | ReadError::WrongPassphrase)),
        frame,
    }))
}

/// `GET /account/import`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    shown(&desk, None, false).await
}

/// `POST /account/import`: looks the file through and keeps it until its owner says yes.
pub async fn look(desk: Desk, Extension(arriving): Extension<Arriving>) -> Result<Response, Problem> {
    let mut archive =
        arriving.take().ok_or_else(|| Problem::malformed("The body is not a form with a file."))?;
    let passphrase = std::mem::take(&mut archive.passphrase);
    match import::look(desk.engine(), &desk.actor, archive.into_reader(), passphrase).await {
        Ok(()) => Ok(see("/account/import", "")),
        Err(ImportError::Read(error)) => shown(&desk, Some(&error), false).await,
        Err(ImportError::Busy) => shown(&desk, None, true).await,
        Err(ImportError::Engine(error)) => Err(error.into()),
    }
}

/// `POST /account/import/start`
pub async fn start(desk: Desk) -> Result<Response, Problem> {
    import::start(desk.engine(), &desk.actor).await?;
    Ok(see("/account/import", ""))
}

/// `POST /account/import/drop`
pub async fn forget(desk: Desk) -> Result<Response, Problem> {
    let is_gone = import::forget(desk.engine(), &desk.actor).await?;
    Ok(see("/account/import", if is_gone { "import-dropped" } else { "" }))
}

/// `GET /account/import/progress`: that part of the page, for a page that stands open.
pub async fn progress(desk: Desk) -> Result<Response, Problem> {
    let Some(view) = import::get(desk.engine(), &desk.actor).await? else {
        return Ok(see("/account/import", "").into_response());
    };
    let frame = desk.shell(Section::Account)?;
    Ok(page::html(&ProgressPart { progress: Progress::new(frame.language, &view), frame }))
}
