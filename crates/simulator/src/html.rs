//! Server-made HTML for the few pages the simulator has.
//!
//! Invariant: nothing that came from outside is put on a page except through [`escape`].

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}\
code{background:#eee;padding:.1em .3em;overflow-wrap:anywhere}.wide{overflow-x:auto}table{border-collapse:collapse}\
td{overflow-wrap:anywhere}td,th{padding:.2em .8em;text-align:start;border-bottom:1px solid #ddd}\
.page,.person{padding:.4em .8em;border-radius:1em;margin:.3em 0;max-width:70%;width:fit-content;white-space:pre-wrap;overflow-wrap:anywhere}\
.page{background:#e7f0ff}.person{background:#eee;margin-inline-start:auto}form{margin:.3em 0}button,input{font:inherit}small{color:#666}";

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

/// Text with its web addresses as links that tell the other side nothing of this page. Safe as
/// [`escape`]'s is.
pub fn linked(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'`{}|\\^".contains(c));
        let whole = from.get(..end.unwrap_or(from.len())).unwrap_or(from);
        // What ends a sentence does not belong to the address in it.
        let address = whole.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '،', '؛', '؟', '»']);
        safe.push_str(&escape(before));
        safe.push_str(&link(address, address));
        rest = from.get(address.len()..).unwrap_or_default();
    }
    safe.push_str(&escape(rest));
    safe
}

/// A link to a web address; of anything else (`javascript:` and the like) the text alone.
pub fn link(address: &str, text: &str) -> String {
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    if host.is_none_or(str::is_empty) {
        return escape(text);
    }
    format!(
        "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}</a>",
        escape(address),
        escape(text)
    )
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
    use super::{escape, link, linked};

    #[test]
    fn nothing_keeps_a_meaning_in_html() {
        assert_eq!(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
    }

    #[test]
    fn addresses_in_a_text_become_links_and_nothing_else_does() {
        let to = |address: &str| {
            format!("<a href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\">{address}</a>")
        };
        for (text, html) in [
            ("no link", "no link".to_owned()),
            ("Leave: http://a.example/u/x.", format!("Leave: {}.", to("http://a.example/u/x"))),
            ("https://a.example", to("https://a.example")),
            (
                "(https://a.example/b?c=d&e) and http://b.example!",
                format!("({}) and {}!", to("https://a.example/b?c=d&amp;e"), to("http://b.example")),
            ),
            ("https://a.example/\"onclick=\"x", format!("{}&quot;onclick=&quot;x", to("https://a.example/"))),
            ("https://a.example/<script>", format!("{}&lt;script&gt;", to("https://a.example/"))),
            ("http:// and https://", "http:// and https://".to_owned()),
            ("javascript:alert(1)", "javascript:alert(1)".to_owned()),
        ] {
            assert_eq!(linked(text), html, "{text}");
        }
        assert_eq!(link("javascript:alert(1)", "<b>"), "&lt;b&gt;");
        assert_eq!(link("data:text/html,x", "x"), "x");
    }
}
