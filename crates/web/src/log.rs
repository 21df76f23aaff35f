//! What everybody may know: that we live, whether we are ready, and where the log stands.
//!
//! Invariant: the same for all brands and without any of their data.

use crate::App;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use engine::views;

fn text(body: impl Into<String>) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], body.into()).into_response()
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> Response {
    text("ok\n")
}

/// `GET /readyz`: whether a balancer may send requests here: see [`engine::NotReady`].
pub async fn readyz(State(app): State<App>) -> Response {
    match app.engine.ready().await {
        Ok(()) => text("ok\n"),
        Err(reason) => {
            (StatusCode::SERVICE_UNAVAILABLE, text(format!("not ready: {reason}\n"))).into_response()
        }
    }
}

/// `GET /.well-known/entente/checkpoint`: the newest signed checkpoint, as a C2SP note.
pub async fn checkpoint(State(app): State<App>) -> Result<Response, Problem> {
    let note = views::log::checkpoint(&app.engine).await?;
    note.map(text).ok_or_else(|| Problem::not_found("a checkpoint (nothing has been logged yet)"))
}

/// `GET /.well-known/entente/tile/{level}/{*tile}`: hashes of the log, as C2SP tlog-tiles asks for them. Entries are not
/// kept: a leaf is all that there ever was of them.
pub async fn tile(
    State(app): State<App>,
    Path((level, tile)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("a tile of this number and width");
    let (level, index, width) = read_tile(&level, &tile).ok_or_else(missing)?;
    let hashes = views::log::tile(&app.engine, level, index, width).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], hashes.ok_or_else(missing)?).into_response())
}

/// Level, number and width: `0`, `x001/x234/067.p/5`. Each tile has one spelling.
fn read_tile(level: &str, tile: &str) -> Option<(u8, u64, u16)> {
    let (number, width) = match tile.split_once(".p/") {
        Some((number, width)) => (number, plain(width).filter(|width| (1..256).contains(width))?),
        None => (tile, 256),
    };
    let groups: Vec<&str> = number.split('/').collect();
    let (last, before) = groups.split_last()?;
    if before.len() > 5 || before.first() == Some(&"x000") {
        return None;
    }
    let mut index = 0_u64;
    for digits in before.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
        let digits =
            digits.filter(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))?;
        index = index.checked_mul(1_000)?.checked_add(digits.parse().ok()?)?;
    }
    Some((plain(level)?, index, width))
}

/// A number without a sign or zeros before it.
fn plain<N: std::str::FromStr + ToString>(text: &str) -> Option<N> {
    text.parse::<N>().ok().filter(|number| number.to_string() == text)
}

/// `GET /.well-known/entente/log-key`: the key by which checkpoints, proofs and receipts are checked.
pub async fn key(State(app): State<App>) -> Response {
    text(views::log::key(&app.engine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tile_has_one_address() {
        for (level, tile, read) in [
            ("0", "000", (0, 0, 256)),
            ("7", "255", (7, 255, 256)),
            ("0", "x001/000.p/1", (0, 1_000, 1)),
            ("1", "x001/x234/067.p/255", (1, 1_234_067, 255)),
        ] {
            assert_eq!(read_tile(level, tile), Some(read), "{level}/{tile}");
        }
        for (level, tile) in [
            ("00", "000"),
            ("+0", "000"),
            ("256", "000"),
            ("entries", "000"),
            ("0", ""),
            ("0", "0"),
            ("0", "0000"),
            ("0", "x000/001"),
            ("0", "001/002"),
            ("0", "x001"),
            ("0", "000.p/0"),
            ("0", "000.p/256"),
            ("0", "000.p/01"),
            ("0", "000.p/1/2"),
            ("0", "00\u{663}"),
            ("0", "x999/x999/x999/x999/x999/x999/x999/999"),
        ] {
            assert_eq!(read_tile(level, tile), None, "{level}/{tile}");
        }
    }

    #[test]
    fn claim_x10_no_address_of_a_tile_breaks_its_reader() {
        testkit::mutate::fuzz("tile", 20_000, |bytes| {
            read_tile("0", &String::from_utf8_lossy(bytes)).is_some()
        });
    }
}
