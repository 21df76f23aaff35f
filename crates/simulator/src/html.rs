//! Server-made HTML for the few pages the simulator has.
//!
//! Invariant: nothing that came from outside is put on a page except through [`escape`].

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}\
code{background:#eee;padding:.1em .3em}table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:start;border-bottom:1px solid #ddd}\
.page,.person{padding:.4em .8em;border-radius:1em;margin:.3em 0;max-width:70%;width:fit-content;white-space:pre-wrap}\
.page{background:#e7f0ff}.person{background:#eee;margin-inline-start:auto}small{color:#666}";

/// Text made safe for an element or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A whole page; `body` is already safe.
pub fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    );
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        // No form-action: the login form is answered by a redirect to the bot, wherever that is.
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (status, headers, Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_keeps_a_meaning_in_html() {
        assert_eq!(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
    }
}
