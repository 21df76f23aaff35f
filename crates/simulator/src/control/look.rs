//! Pages for people: what this is, which pages there are, and one person's conversation, in which one writes and taps
//! as that person.
//!
//! Invariant: what is done there is an action like any other; every text on them is escaped.

use super::{Outcome, Shared, Trouble, handle, id};
use crate::action::Action;
use crate::graph::params::pairs;
use crate::handle::{Handle, PersonView};
use crate::html::{self, escape};
use crate::id::{PageId, Psid};
use crate::outbox::Options;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::time::{Clock as _, Span};
use std::fmt::Write as _;
use std::time::Duration;

/// How many people a page lists.
const SHOWN: usize = 200;
/// How often, and how long, it is looked whether the bot has answered.
const LOOK_EVERY: Span = Span::millis(50);
const LOOK_FOR: Duration = Duration::from_secs(2);

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
    let mut body = format!(
        "<p><a href=\"/simulator\">All pages</a> · {} people</p><form method=\"post\"><button>Write as somebody new</button></form><ul>",
        people.len()
    );
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

/// Somebody new comes to the page: on to their conversation.
pub async fn come(State(inner): Shared, Path(page): Path<String>) -> Outcome {
    let page: PageId = id(&page)?;
    let new = handle(inner).add_people(page, 1)?;
    let person = new.first().ok_or_else(|| Trouble::missing("nobody came"))?;
    to(&format!("/simulator/look/{page}/{person}#say"))
}

fn to(address: &str) -> Outcome {
    let address = HeaderValue::from_str(address).map_err(Trouble::bad)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response())
}

fn person_of(handle: &Handle, page: &str, person: &str) -> Result<(PageId, PersonView), Trouble> {
    let (page, person): (PageId, Psid) = (id(page)?, id(person)?);
    let view = handle.person(person).filter(|view| view.page == page);
    Ok((page, view.ok_or_else(|| Trouble::missing("there is no such person on this page"))?))
}

/// A button that sends one field.
fn button(body: &mut String, field: &str, value: &str, label: &str) {
    let _ = write!(
        body,
        "<form method=\"post\"><button name=\"{field}\" value=\"{}\"><bdi>{}</bdi></button></form>",
        escape(value),
        escape(label)
    );
}

pub async fn thread(State(inner): Shared, Path((page, person)): Path<(String, String)>) -> Outcome {
    let handle = handle(inner);
    let (page, view) = person_of(&handle, &page, &person)?;
    let mut body = format!("<p><a href=\"/simulator/look/{page}\">Back to the page</a></p>");
    let lines = handle.transcript(view.person);
    let is_new = lines.is_empty();
    for line in lines {
        let side = if line.from == "person" { "person" } else { "page" };
        let text = line.text.unwrap_or_else(|| line.message.to_string());
        let _ = write!(body, "<div class=\"{side}\"><bdi>{}</bdi>", html::linked(&text));
        for one in &line.buttons {
            if let Some(payload) = &one.payload {
                button(&mut body, "payload", payload, &one.title);
            } else if let Some(url) = &one.url {
                let _ = write!(body, "<br>{}", html::link(url, &one.title));
            }
        }
        body.push_str("</div>");
    }
    let _ = write!(body, "<div id=\"say\"><p>You write as {}.</p>", escape(&view.first_name));
    if is_new {
        button(&mut body, "start", "1", "Get Started");
    }
    body.push_str(
        "<form method=\"post\"><input name=\"text\" aria-label=\"Message\" dir=\"auto\" autocomplete=\"off\" required \
maxlength=\"2000\" size=\"40\"> <button>Send</button></form></div>",
    );
    let name = format!("{} {}", view.first_name, view.last_name);
    Ok(html::page(StatusCode::OK, &name, &body))
}

/// Writes or taps, waits a moment for the bot's answer, and shows the conversation.
pub async fn say(State(inner): Shared, Path((page, person)): Path<(String, String)>, body: Bytes) -> Outcome {
    let handle = handle(inner);
    let (page, view) = person_of(&handle, &page, &person)?;
    let form = std::str::from_utf8(&body).unwrap_or_default();
    let action = pairs(form).find_map(|(name, value)| match name.as_str() {
        "text" if !value.trim().is_empty() => Some(Action::write(value.trim())),
        "payload" => Some(Action::tap_payload(value)),
        "start" => Some(Action::get_started()),
        _ => None,
    });
    let action = action.ok_or_else(|| Trouble::bad("write something, or tap a button"))?;
    let answers = || handle.received(view.person).len();
    let before = answers();
    handle.act(view.person, &action, &Options::default())?;
    let clock = handle.clock();
    let answered = async {
        while answers() == before {
            clock.sleep_until(clock.now().plus(LOOK_EVERY)).await;
        }
    };
    // A bot need not answer.
    let _ = tokio::time::timeout(LOOK_FOR, answered).await;
    to(&format!("/simulator/look/{page}/{}#say", view.person))
}
