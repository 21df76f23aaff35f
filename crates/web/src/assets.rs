//! Style sheets and scripts, under names that change with their content.
//!
//! The console's parts from others come out of `build.rs`; the brand's colours come first in its own
//! two sheets (see [`crate::look`]). Everything is in the program, but for the logo: nothing is fetched.
//!
//! Invariant: what a name leads to never changes, so that it may be kept for good.

use crate::App;
use crate::door::{Named, Visit};
use crate::look::Look;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

const SCRIPT: &[u8] = include_bytes!("../assets/console.js");
const PASSKEYS: &[u8] = include_bytes!("../assets/passkeys.js");
const ONCE: &[u8] = include_bytes!("../assets/once.js");

macro_rules! front {
    ($name:literal) => {
        (
            include_bytes!(concat!(env!("OUT_DIR"), "/front/", $name)),
            include_bytes!(concat!(env!("OUT_DIR"), "/front/", $name, ".gz")),
        )
    };
}

/// A file that all brands share.
pub struct Shared {
    /// With the digest in it.
    pub file: String,
    media_type: &'static str,
    plain: &'static [u8],
    /// Where it is worth it.
    gzip: Option<&'static [u8]>,
}

impl Shared {
    fn new(
        (stem, extension): (&str, &str),
        media_type: &'static str,
        (plain, gzip): (&'static [u8], &'static [u8]),
    ) -> Self {
        Self { file: format!("{stem}.{}.{extension}", digest(plain)), media_type, plain, gzip: Some(gzip) }
    }
}

/// What the console loads besides the brand's sheet.
pub struct Front {
    /// Tabler for what is read from left to right, and for the other way.
    pub ltr: Shared,
    pub rtl: Shared,
    pub htmx: Shared,
    /// Our own few lines.
    pub script: Shared,
    /// The same where passkeys are asked for.
    pub passkeys: Shared,
    /// The same where a form is to be sent once.
    pub once: Shared,
}

fn own(stem: &str, plain: &'static [u8]) -> Shared {
    Shared { file: format!("{stem}.{}.js", digest(plain)), media_type: JAVASCRIPT, plain, gzip: None }
}

pub static FRONT: LazyLock<Front> = LazyLock::new(|| Front {
    ltr: Shared::new(("tabler", "css"), CSS, front!("tabler.css")),
    rtl: Shared::new(("tabler-rtl", "css"), CSS, front!("tabler.rtl.css")),
    htmx: Shared::new(("htmx", "js"), JAVASCRIPT, front!("htmx.js")),
    script: own("console", SCRIPT),
    passkeys: own("passkeys", PASSKEYS),
    once: own("once", ONCE),
});

/// The part of a digest that goes into a name.
pub fn digest(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content).get(..8).unwrap_or_default())
}

/// `GET /assets/{file}`
pub async fn show(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
    Named(file): Named,
) -> Result<Response, Problem> {
    if let Some(response) = of_brand(&visit.look, &file) {
        return Ok(response);
    }
    if let Some(response) = app.looks.before(visit.brand.id).iter().find_map(|look| of_brand(look, &file)) {
        return Ok(response);
    }
    let front = [&FRONT.ltr, &FRONT.rtl, &FRONT.htmx, &FRONT.script, &FRONT.passkeys, &FRONT.once];
    let shared = front.into_iter().find(|shared| shared.file == file).ok_or_else(Problem::no_such_route)?;
    let headers_of = [(CONTENT_TYPE, shared.media_type), (VARY, "accept-encoding")];
    let Some(gzip) = shared.gzip.filter(|_| takes_gzip(&headers)) else {
        return Ok((headers_of, shared.plain).into_response());
    };
    let mut response = (headers_of, gzip).into_response();
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Ok(response)
}

/// What belongs to one look of one brand.
fn of_brand(look: &Look, file: &str) -> Option<Response> {
    if let Some(sheet) = [&look.public, &look.sheet].into_iter().find(|sheet| sheet.file == file) {
        return Some(([(CONTENT_TYPE, CSS)], sheet.content.clone()).into_response());
    }
    if look.icon.file == file {
        return Some(([(CONTENT_TYPE, SVG)], look.icon.content.clone()).into_response());
    }
    let logo = look.logo.as_ref().filter(|logo| logo.file == file)?;
    Some(([(CONTENT_TYPE, logo.media_type)], logo.content.clone()).into_response())
}

/// Whether the browser takes gzip (all of them do; a command line may not).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    accepted.split(',').any(|part| {
        let (name, quality) = part.split_once(';').unwrap_or((part, ""));
        let quality = quality.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>).unwrap_or(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && quality > 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(shared: &Shared) -> &'static str {
        std::str::from_utf8(shared.plain).expect("text")
    }

    #[test]
    fn claim_x4_what_the_console_loads_loads_nothing_from_elsewhere() {
        for sheet in [&FRONT.ltr, &FRONT.rtl] {
            let text = text(sheet);
            assert!(!text.contains("@import") && !text.contains("sourceMappingURL"), "{}", sheet.file);
            for url in text.split("url(").skip(1) {
                let url = url.trim_start_matches(['"', '\'']);
                assert!(url.starts_with("data:image/svg+xml"), "{}: {:.60}", sheet.file, url);
            }
        }
        assert!(!text(&FRONT.htmx).contains("sourceMappingURL"));
    }

    #[test]
    fn the_sheets_are_dark_where_the_system_is() {
        for sheet in [&FRONT.ltr, &FRONT.rtl] {
            let (_, dark) =
                text(sheet).rsplit_once("@media (prefers-color-scheme:dark){").expect("a dark part");
            assert!(dark.starts_with(":root") && dark.contains("--tblr-body-bg"), "{:.80}", dark);
            assert_eq!(dark.matches('{').count() + 1, dark.matches('}').count());
        }
    }

    #[test]
    fn each_file_has_a_smaller_twin() {
        for shared in [&FRONT.ltr, &FRONT.rtl, &FRONT.htmx] {
            let gzip = shared.gzip.expect("a twin");
            assert!(gzip.starts_with(&[0x1f, 0x8b]) && gzip.len() * 2 < shared.plain.len());
        }
        assert_ne!(FRONT.ltr.file, FRONT.rtl.file);
    }

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        for (header, takes) in
            [("gzip, deflate, br", true), ("br;q=1, GZIP;q=0.5", true), ("gzip;q=0", false), ("", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(takes_gzip(&headers), takes, "{header}");
        }
    }
}
