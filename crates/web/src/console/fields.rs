//! What a form of the console sent: named texts.
//!
//! Invariants: a body that is no form is refused; the fields of the shell (`csrf`, `lang`) are read
//! by others and are no error here; nothing of a body goes into an error.

use super::upload;
use crate::door::form_limit;
use crate::problem::Problem;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

/// The fields in their order; one name may stand several times (ticked boxes).
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn new(fields: &[(&str, &str)]) -> Self {
        Self(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// The first of this name, without the space around it; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    /// The same as it was typed: a password may begin or end with a space.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// All but those of this name.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| own != name);
        self
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.trim())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or("").trim();
        let is_form = media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let limit = form_limit(request.uri().path());
        let body = to_bytes(request.into_body(), limit).await.map_err(|_| Problem::too_large(limit))?;
        if body.is_empty() {
            return Ok(Self::default());
        }
        if !is_form {
            return Err(Problem::malformed("The body is not a form."));
        }
        parse(&body).map(Self).ok_or_else(|| Problem::malformed("The form cannot be read."))
    }
}

impl From<Vec<(String, String)>> for Fields {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }
}

/// The first field of this name in a form's body, of either kind.
pub fn of_body(headers: &HeaderMap, body: &Bytes, name: &str) -> Option<String> {
    if let Some(boundary) = upload::boundary(headers) {
        return Some(upload::parse(body, &boundary)?.fields.get(name).to_owned());
    }
    parse(body)?.into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

/// `a=1&b=2`, percent-encoded, with `+` for a space (WHATWG URL, 5.1). Browsers end lines with CR LF.
fn parse(body: &[u8]) -> Option<Vec<(String, String)>> {
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.iter().position(|byte| *byte == b'=').map_or((pair, &[][..]), |at| {
                let (name, value) = pair.split_at(at);
                (name, value.get(1..).unwrap_or_default())
            });
            Some((decoded(name)?, decoded(value)?.replace("\r\n", "\n")))
        })
        .collect()
}

fn decoded(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [*rest.next()?, *rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read() {
        let fields =
            Fields(parse("text=a+b%0D%0A%D8%B3&page=1&page=2&empty=&bare".as_bytes()).expect("a form"));
        assert_eq!(fields.get("text"), "a b\nس");
        assert_eq!(fields.all("page").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((fields.get("empty"), fields.get("bare"), fields.get("none")), ("", "", ""));
        for bad in ["a=%", "a=%zz", "a=%ff"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
