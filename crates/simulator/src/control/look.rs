//! Pages for people: what this is, which pages there are, and one person's conversation.
//!
//! Invariant: they only show; every text on them is escaped.

use super::{Outcome, Shared, Trouble, handle, id};
use crate::html::{self, escape};
use crate::id::{PageId, Psid};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::fmt::Write as _;

/// How many people a page lists.
const SHOWN: usize = 200;

pub async fn index(State(inner): Shared) -> Response {
    let handle = handle(inner);
    let mut body = String::from(
        "<p>This is a local Messenger platform: a Graph API, a login dialog and webhooks, for building and \
testing a bot. Nothing here reaches Facebook, and everyone on it is invented.</p>",
    );
    {
        let world = handle.0.world();
        body.push_str("<h2>Apps</h2><div class=\"wide\"><table><tr><th>App id<th>Secret<th>Verify token<th>Callback</tr>");
        for app in world.apps.values() {
            let _ = write!(
                body,
                "<tr><td><code>{}</code><td><code>{}</code><td><code>{}</code><td>{}</tr>",
                app.id,
                escape(&app.secret_text),
                escape(&app.verify_token),
                escape(app.callback_url.as_deref().unwrap_or("none yet"))
            );
        }
        body.push_str("</table></div>");
    }
    let url = escape(&handle.url());
    let _ = write!(
        body,
        "<h2>Use</h2><p>Graph API: <code>{url}/v25.0/…</code> · login dialog: <code>{url}/v25.0/dialog/oauth</code> · \
control API: <code>{url}/simulator/…</code>, described in <code>docs/simulator.md</code>; for example \
<a href=\"/simulator/pages\">pages</a>, <a href=\"/simulator/record\">record</a>, \
<a href=\"/simulator/record/webhooks\">webhooks</a>, <a href=\"/simulator/faults\">faults</a>, \
<a href=\"/simulator/settings\">settings</a>, <a href=\"/simulator/clock\">clock</a>.</p><h2>Pages</h2><div class=\"wide\"><table>\
<tr><th>Page<th>Id<th>People<th>Use</tr>"
    );
    for page in handle.pages() {
        let _ = write!(
            body,
            "<tr><td><a href=\"/simulator/look/{0}\">{1}</a><td><code>{0}</code><td>{2}<td>{3} %</tr>",
            page.page,
            escape(&page.name),
            page.people,
            page.usage_percent
        );
    }
    body.push_str("</table></div>");
    html::page(StatusCode::OK, "Local Messenger platform", &body)
}

pub async fn page(State(inner): Shared, Path(page): Path<String>) -> Outcome {
    let page: PageId = id(&page)?;
    let handle = handle(inner);
    let view = handle.pages().into_iter().find(|view| view.page == page);
    let view = view.ok_or_else(|| Trouble::missing("there is no such page"))?;
    let people = handle.people(page)?;
    let mut body = format!("<p><a href=\"/simulator\">All pages</a> · {} people</p><ul>", people.len());
    for person in people.iter().take(SHOWN).filter_map(|person| handle.person(*person)) {
        let _ = write!(
            body,
            "<li><a href=\"/simulator/look/{page}/{}\">{} {}</a> {}</li>",
            person.person,
            escape(&person.first_name),
            escape(&person.last_name),
            if person.blocked { "<small>has blocked the page</small>" } else { "" }
        );
    }
    body.push_str("</ul>");
    if people.len() > SHOWN {
        let _ = write!(body, "<p>The first {SHOWN} are shown.</p>");
    }
    Ok(html::page(StatusCode::OK, &view.name, &body))
}

pub async fn thread(State(inner): Shared, Path((page, person)): Path<(String, String)>) -> Outcome {
    let (page, person): (PageId, Psid) = (id(&page)?, id(&person)?);
    let handle = handle(inner);
    let view = handle.person(person).filter(|view| view.page == page);
    let view = view.ok_or_else(|| Trouble::missing("there is no such person on this page"))?;
    let mut body = format!("<p><a href=\"/simulator/look/{page}\">Back to the page</a></p>");
    for line in handle.transcript(person) {
        let side = if line.from == "person" { "person" } else { "page" };
        let text = line.text.unwrap_or_else(|| line.message.to_string());
        let _ = write!(body, "<div class=\"{side}\"><bdi>{}</bdi>", html::linked(&text));
        for button in &line.buttons {
            let target = button.payload.as_deref().map(escape);
            let target = target.or_else(|| button.url.as_deref().map(|url| html::link(url, url)));
            let _ = write!(
                body,
                "<br><small>[<bdi>{}</bdi>] <code>{}</code></small>",
                escape(&button.title),
                target.unwrap_or_default()
            );
        }
        body.push_str("</div>");
    }
    let name = format!("{} {}", view.first_name, view.last_name);
    Ok(html::page(StatusCode::OK, &name, &body))
}
