//! A form with a file in it (`multipart/form-data`, RFC 7578), as one body that is small enough to be held.
//!
//! Invariants: a body that is no such form is refused, and so is U+0000 in a name or a text; the name that somebody's disk gave the file is neither
//! kept nor shown; at most [`PARTS`] parts are read.

use super::fields::Fields;
use crate::door::form_limit;
use crate::problem::Problem;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

/// No form of ours has more.
const PARTS: usize = 16;

/// What a form with one file sent.
#[derive(Debug, Default)]
pub struct Upload {
    pub fields: Fields,
    /// Empty when none was chosen.
    pub file: Bytes,
    /// Whether a part is named with U+0000, or its file is.
    is_odd: bool,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let limit = form_limit(request.uri().path());
        let boundary = boundary(request.headers());
        let body = to_bytes(request.into_body(), limit).await.map_err(|_| Problem::too_large(limit))?;
        let boundary = boundary.ok_or_else(|| Problem::malformed("The body is not a form with a file."))?;
        let upload = parse(&body, &boundary).filter(|upload| upload.fields.are_kept() && !upload.is_odd);
        upload.ok_or_else(|| Problem::malformed("The form cannot be read."))
    }
}

/// What stands between the parts, if the body is said to be of this kind.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (kind, parameters) = text.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = |parameter: &str| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"').to_owned())
    };
    // RFC 2046: 1 to 70 characters.
    parameters.split(';').find_map(named).filter(|boundary| (1..=70).contains(&boundary.len()))
}

/// The file is a part of `body`, not a copy: it may be large.
pub fn parse(body: &Bytes, boundary: &str) -> Option<Upload> {
    let mark = format!("--{boundary}");
    let mut rest = body.strip_prefix(mark.as_bytes())?;
    let mark = format!("\r\n--{boundary}");
    let (mut fields, mut file, mut is_odd) = (Vec::new(), Bytes::new(), false);
    for _ in 0..=PARTS {
        if rest.starts_with(b"--") {
            return Some(Upload { fields: Fields::from(fields), file, is_odd });
        }
        let part = rest.strip_prefix(b"\r\n")?;
        let (part, after) = split(part, mark.as_bytes())?;
        let (head, content) = split(part, b"\r\n\r\n")?;
        let head = std::str::from_utf8(head).ok()?;
        is_odd |= head.contains('\0');
        let name = parameter(head, "name")?;
        if parameter(head, "filename").is_some() {
            file = body.slice_ref(content);
        } else {
            fields.push((name, std::str::from_utf8(content).ok()?.replace("\r\n", "\n")));
        }
        rest = after;
    }
    None
}

fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    let (head, rest) = bytes.split_at_checked(at)?;
    Some((head, rest.get(mark.len()..)?))
}

/// `name="…"` of the part's Content-Disposition. Browsers write a quotation mark in a name as `%22`.
fn parameter(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (kind, parameters) = line.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let value = |parameter: &str| parameter.trim().strip_prefix(name)?.strip_prefix("=\"").map(str::to_owned);
    let quoted = parameters.split(';').find_map(value)?;
    quoted.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n\
        --xyz\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"name of mine.png\"\r\nContent-Type: image/png\r\n\r\n\
        \x89PNG\r\n\r\n--xy\xff\r\n--xyz--\r\n";

    #[test]
    fn a_form_with_a_file_is_read() {
        let upload = parse(&Bytes::from_static(BODY), "xyz").expect("a form");
        assert_eq!((upload.fields.get("csrf"), upload.fields.get("logo")), ("abc", ""));
        assert_eq!(upload.file, b"\x89PNG\r\n\r\n--xy\xff"[..]);
        let none = b"--b\r\ncontent-disposition: form-data; filename=\"\"; name=\"logo\"\r\n\r\n\r\n--b--";
        assert_eq!(parse(&Bytes::from_static(none), "b").expect("a form").file, b""[..]);
    }

    #[test]
    fn what_is_cut_off_or_none_is_refused() {
        for end in [0, 3, 10, 60, 150, BODY.len() - 5] {
            assert!(parse(&Bytes::from_static(&BODY[..end]), "xyz").is_none(), "{end}");
        }
        assert!(parse(&Bytes::from_static(BODY), "abc").is_none());
        let part = "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b";
        assert!(parse(&format!("--b{}--", part.repeat(PARTS)).into(), "b").is_some());
        assert!(parse(&format!("--b{}--", part.repeat(PARTS + 1)).into(), "b").is_none());
    }

    #[test]
    fn claim_x10_no_bytes_break_the_reader_of_forms_with_a_file() {
        testkit::mutate::fuzz("upload", 10_000, |bytes| {
            let body = Bytes::copy_from_slice(bytes);
            let mut headers = HeaderMap::new();
            let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if let Ok(value) = axum::http::HeaderValue::from_bytes(line) {
                headers.insert(CONTENT_TYPE, value);
            }
            assert!(boundary(&headers).is_none_or(|boundary| (1..=70).contains(&boundary.len())));
            let Some(upload) = parse(&body, "xyz") else { return false };
            let is_within = upload.file.is_empty() || body.as_ptr_range().contains(&upload.file.as_ptr());
            assert!(is_within && upload.file.len() < body.len(), "the file is no part of the body");
            true
        });
    }

    #[test]
    fn the_boundary_is_found() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, text.parse().expect("a header"));
            boundary(&headers)
        };
        assert_eq!(of("multipart/form-data; boundary=----a1").as_deref(), Some("----a1"));
        assert_eq!(of("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"").as_deref(), Some("a b"));
        for bad in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=a",
            "text/html; boundary=a",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
