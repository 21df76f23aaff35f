//! What a form of the console sent: named texts.
//!
//! Invariants: a body that is no form is refused, and so is a text with U+0000, which PostgreSQL keeps
//! nowhere; the fields of the shell (`csrf`, `lang`) are read by others and are no error here; nothing of a
//! body goes into an error.

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

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.trim())
    }

    /// The bytes of its texts.
    pub fn size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// Whether each text is one that both databases keep, and named by one.
    pub fn are_kept(&self) -> bool {
        !self.0.iter().any(|(name, value)| name.contains('\0') || value.contains('\0'))
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
        let fields = parse(&body).map(Self).filter(Self::are_kept);
        fields.ok_or_else(|| Problem::malformed("The form cannot be read."))
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
                let mut digit = || char::from(*rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::bot::pane::Talk;
    use crate::console::many::Undo;

    #[test]
    fn a_form_is_read() {
        let fields =
            Fields(parse("text=a+b%0D%0A%D8%B3&page=1&page=2&empty=&bare".as_bytes()).expect("a form"));
        assert_eq!(fields.get("text"), "a b\nس");
        assert_eq!(fields.all("page").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((fields.get("empty"), fields.get("bare"), fields.get("none")), ("", "", ""));
        for bad in ["a=%", "a=%zz", "a=%ff", "a=%+1"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
        assert!(fields.are_kept());
        for bad in ["a=b%00", "a%00=b", "a=b&%00"] {
            assert!(!Fields(parse(bad.as_bytes()).expect("a form")).are_kept(), "{bad}");
        }
    }

    /// As a browser writes it.
    fn written(fields: &[(String, String)]) -> Vec<u8> {
        let mut body = Vec::new();
        let mut encode = |text: &str, end: u8| {
            for byte in text.replace('\n', "\r\n").bytes() {
                body.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
            body.push(end);
        };
        for (name, value) in fields {
            encode(name, b'=');
            encode(value, b'&');
        }
        body
    }

    #[test]
    fn claim_x10_no_body_breaks_the_reader_of_forms() {
        testkit::mutate::fuzz("form", 10_000, |body| {
            let Some(read) = parse(body) else { return false };
            let length: usize = read.iter().map(|(name, value)| name.len() + value.len()).sum();
            assert!(length <= body.len(), "more came out than went in");
            let is_plain = read
                .iter()
                .all(|(name, value)| !name.contains('\r') && !name.contains('\n') && !value.contains('\r'));
            if is_plain {
                assert_eq!(
                    parse(&written(&read)).as_ref(),
                    Some(&read),
                    "it is another form once written again"
                );
            }
            let fields = Fields::from(read);
            let talk = Talk::read(&fields);
            assert!(talk.turns.len() <= fields.all("turn_kind").count());
            if let Some(undo) = Undo::read(fields.get("undo")) {
                assert_eq!(Undo::read(&undo.write()), Some(undo));
            }
            true
        });
    }
}
