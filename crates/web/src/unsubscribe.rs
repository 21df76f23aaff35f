//! The unsubscribe link of a bulk message (claim B3): no sign-in, works for good, and is not set off
//! by whoever fetches links to look at them.
//!
//! Invariants: GET shows a button and changes nothing; POST withdraws at once and may be repeated;
//! neither shows anything of the person. A browser is led from the POST to the GET; a mail program's one click is
//! answered at once, since RFC 8058 has no redirects.
//!
//! There is no CSRF token: the address itself is the permission (128 random-looking bits that only
//! the lead was sent). A site that could make a browser post here would have to know the link, and
//! whoever knows the link may unsubscribe. No cookie or session is involved that could be borrowed. A place that
//! tries links of its own making is slowed; a link that is good works there all the same.

use crate::App;
use crate::console::see;
use crate::door::{Named, Visit};
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::page::{self, LinkUnknownPage, UnsubscribePage, UnsubscribedPage};
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::Guess;
use engine::actions::links;

/// `GET /u/{token}`
pub async fn show(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    from: ClientAddress,
    Named(token): Named,
    uri: Uri,
) -> Result<Response, Problem> {
    let Some(link) = links::open(&app.engine, visit.brand.id, &token).await? else {
        return unknown(&app, &visit, from);
    };
    let frame = visit.frame(spoken(&visit, &uri, link.language.as_deref()));
    let page = link.page_name.as_deref().unwrap_or_default();
    Ok(if link.is_withdrawn {
        page::html(&UnsubscribedPage { frame, page })
    } else {
        page::html(&UnsubscribePage { frame, page })
    })
}

/// `POST /u/{token}`, by the button or by RFC 8058's `List-Unsubscribe=One-Click`: whatever the body
/// says, it is not needed and not read.
pub async fn unsubscribe(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    from: ClientAddress,
    Named(token): Named,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let brand = visit.brand.id;
    if links::unsubscribe(&app.engine, brand, &token).await?.is_none() {
        return unknown(&app, &visit, from);
    }
    // The button was pressed: loading the page again asks nothing then.
    if headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate") {
        return Ok(see(uri.path_and_query().map_or("/", PathAndQuery::as_str), ""));
    }
    let link = links::open(&app.engine, brand, &token).await?;
    let language = link.as_ref().and_then(|link| link.language.as_deref());
    let frame = visit.frame(spoken(&visit, &uri, language));
    let page = link.as_ref().and_then(|link| link.page_name.as_deref()).unwrap_or_default();
    Ok(page::html(&UnsubscribedPage { frame, page }))
}

/// What the person chose on the page, else what they write, else what their browser asks for.
fn spoken(visit: &Visit, uri: &Uri, lead: Option<&str>) -> Language {
    let has_chosen = uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("lang=")));
    let writes = lead.and_then(Language::from_tag).filter(|_| !has_chosen);
    let offered =
        |language: &Language| visit.brand.brand.languages.iter().any(|code| code == language.code());
    writes.filter(offered).unwrap_or(visit.language)
}

fn unknown(app: &App, visit: &Visit, from: ClientAddress) -> Result<Response, Problem> {
    app.engine.guessed(Guess::Unsubscribe, Some(from.0))?;
    let shown = LinkUnknownPage { frame: visit.frame(visit.language) };
    Ok(page::html_with(StatusCode::NOT_FOUND, &shown))
}
