//! `/api/v1/leads/exports`: many leads as a file, and which files were taken out; `/api/v1/broadcasts/{id}/export`: who got
//! a broadcast and who did not, as a file.

use super::wire::List;
use super::{DEFAULT_LIMIT, Id, Json, Query, next};
use crate::App;
use crate::problem::Problem;
use crate::table;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use engine::Actor;
use engine::actions::exports::{
    By, COLUMNS, DeliveriesForm, ExportForm, Form, Which, begin, begin_deliveries,
};
use engine::views::broadcasts::DeliveryView;
use engine::views::csv;
use engine::views::exports::{ExportView, newest};
use engine::views::leads::{Filter, LeadState};
use model::consent::EvidenceLevel;
use model::id::{BroadcastId, ExportId, PageId, TagId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which leads, in what form, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// `pag_…`: only those of this page.
    pub page: Option<String>,
    /// `started`, `informed` or `confirmed`: only those with this best evidence.
    pub level: Option<String>,
    /// `subscribed`, `unsubscribed`, `window_open` or `unavailable`.
    pub state: Option<String>,
    /// `tag_…`: only those who bear it.
    pub tag: Option<String>,
    /// `csv` or `json`.
    pub form: String,
    /// With given name, language and Messenger's id of each.
    #[serde(default)]
    pub with_names: bool,
    /// What the file is for, in 3 to 200 characters. Kept for a year.
    pub why: String,
}

/// A file that was taken out.
#[derive(Serialize, ToSchema)]
pub struct TakenExport {
    /// `exp_…`
    pub id: String,
    /// RFC 3339, UTC.
    pub taken_at: String,
    /// Absent: it was broken off, or is being taken.
    pub finished_at: Option<String>,
    pub leads: u64,
    /// `csv`, `json`, `lead` for everything about one lead, `archive` for everything of the account, or `deliveries`.
    pub form: String,
    pub with_names: bool,
    /// `console` or `api`.
    pub by: String,
    pub page: Option<String>,
    pub level: Option<String>,
    /// Of leads, or of deliveries; `not_reached` for all that did not arrive.
    pub state: Option<String>,
    /// The tag's word at that time.
    pub tag: Option<String>,
    /// `brd_…`: whose deliveries, in entries since that is written down.
    pub broadcast: Option<String>,
    pub why: String,
}

impl From<ExportView> for TakenExport {
    fn from(view: ExportView) -> Self {
        Self {
            id: view.id.to_string(),
            taken_at: view.taken_at.to_string(),
            finished_at: view.finished_at.map(|at| at.to_string()),
            leads: view.leads,
            form: view.form,
            with_names: view.with_names,
            by: view.by,
            page: view.page.map(|page| page.to_string()),
            level: view.level,
            state: view.state,
            tag: view.tag.map(|tag| tag.reveal().clone()),
            broadcast: view.broadcast.map(|id| id.to_string()),
            why: view.why.reveal().clone(),
        }
    }
}

/// A filter as its parts are named; what is not known is refused.
pub fn filter(
    page: Option<&str>,
    level: Option<&str>,
    state: Option<&str>,
    tag: Option<&str>,
) -> Result<Filter, Problem> {
    let wrong = |field: &str, wanted: &str| Problem::invalid(field, wanted);
    Ok(Filter {
        page: page
            .map(|id| id.parse::<PageId>().map_err(|error| wrong("page", &error.to_string())))
            .transpose()?,
        level: level
            .map(|code| {
                let found = EvidenceLevel::ALL.into_iter().find(|level| level.code() == code);
                found.ok_or_else(|| wrong("level", "must be `started`, `informed` or `confirmed`"))
            })
            .transpose()?,
        state: state
            .map(|code| {
                let wanted = "must be `subscribed`, `unsubscribed`, `window_open` or `unavailable`";
                LeadState::from_code(code).ok_or_else(|| wrong("state", wanted))
            })
            .transpose()?,
        tag: tag
            .map(|id| id.parse::<TagId>().map_err(|error| wrong("tag", &error.to_string())))
            .transpose()?,
    })
}

/// Gives leads as a file, made while it is read. It is written down with what it is for, and the account is
/// told by mail. A request repeated with its `Idempotency-Key` makes it anew.
#[utoipa::path(
    post, path = "/api/v1/leads/exports", tag = "leads", security(("token" = ["leads:read"])),
    request_body = ExportRequest,
    responses((status = 200, description = "CSV, or an entente-leads-export/1 file", body = String, content_type = "text/csv"))
)]
pub async fn take(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Json(asked): Json<ExportRequest>,
) -> Result<Response, Problem> {
    let form =
        Form::from_code(&asked.form).ok_or_else(|| Problem::invalid("form", "must be `csv` or `json`"))?;
    let parts = [&asked.page, &asked.level, &asked.state, &asked.tag].map(Option::as_deref);
    let [page, level, state, tag] = parts;
    let export = ExportForm {
        filter: filter(page, level, state, tag)?,
        form,
        with_names: asked.with_names,
        why: asked.why,
        by: By::Api,
    };
    let heads = COLUMNS.map(str::to_owned).into();
    let export = begin(&app.engine, &actor, export, heads).await?;
    let (name, media) = match form {
        Form::Csv => ("leads.csv", table::CSV),
        Form::Json => ("leads.json", "application/json"),
    };
    Ok(table::file(name, media, String::new(), (app, export), |(app, mut export)| async move {
        let part = export.next(&app.engine).await?;
        Ok(part.map(|part| (part, (app, export))))
    }))
}

/// Which deliveries, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesExportRequest {
    /// `planned`, `sending`, `sent`, `refused`, `failed` or `unknown`, or `not_reached` for all but `sent`; everybody when
    /// left out.
    pub state: Option<String>,
    /// What the file is for, in 3 to 200 characters. Kept for a year.
    pub why: String,
}

/// The heads of the table.
const HEAD: [&str; 6] = ["lead", "page", "state", "reason", "attempts", "changed_at"];

/// Gives who got a broadcast and who did not, and why, as a table (CSV), made while it is read. It is written down with what
/// it is for, and the account is told by mail. A request repeated with its `Idempotency-Key` makes it anew.
#[utoipa::path(
    post, path = "/api/v1/broadcasts/{id}/export", tag = "broadcasts", security(("token" = ["broadcasts:read"])),
    params(("id" = String, Path, description = "`brd_…`")),
    request_body = DeliveriesExportRequest,
    responses((status = 200, description = "Done", body = String, content_type = "text/csv"))
)]
pub async fn take_deliveries(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Id(id): Id<BroadcastId>,
    Json(asked): Json<DeliveriesExportRequest>,
) -> Result<Response, Problem> {
    let which = Which::from_code(asked.state.as_deref().unwrap_or_default()).ok_or_else(|| {
        Problem::invalid("state", "is none of planned, sending, sent, refused, failed, unknown, not_reached")
    })?;
    let form = DeliveriesForm { broadcast: id, which, why: asked.why, by: By::Api };
    let export = begin_deliveries(&app.engine, &actor, form).await?;
    let (head, state) = (csv::line(HEAD), (app, export));
    Ok(table::file("deliveries.csv", table::CSV, head, state, |(app, mut export)| async move {
        let some = export.next(&app.engine).await?;
        Ok(some.map(|some| (some.iter().map(line).collect(), (app, export))))
    }))
}

fn line(view: &DeliveryView) -> String {
    let (lead, page, attempts) = (view.lead.to_string(), view.page.to_string(), view.attempts.to_string());
    let reason = view.reason.as_deref().unwrap_or_default();
    csv::line([&lead, &page, view.state.code(), reason, &attempts, &view.changed_at.to_string()])
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportCursor {
    /// `next` of the list before.
    #[param(value_type = Option<String>)]
    after: Option<ExportId>,
    /// 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// Lists the files with leads that were taken out within a year, the newest first.
#[utoipa::path(
    get, path = "/api/v1/leads/exports", tag = "leads", security(("token" = ["leads:read"])),
    params(ExportCursor),
    responses((status = 200, description = "Done", body = List<TakenExport>))
)]
pub async fn taken(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    Query(cursor): Query<ExportCursor>,
) -> Result<axum::Json<List<TakenExport>>, Problem> {
    let limit = cursor.limit.unwrap_or(DEFAULT_LIMIT);
    let found = newest(&app.engine, &actor, cursor.after, limit).await?;
    let next = next(&found, limit, |view| view.id);
    Ok(axum::Json(List { items: found.into_iter().map(TakenExport::from).collect(), next }))
}
