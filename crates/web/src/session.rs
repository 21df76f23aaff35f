//! The session's cookie, and what shows that a form was sent from one of our own pages.
//!
//! Invariants: the cookie is `__Host-`, Secure, HttpOnly and SameSite=Strict; it is set by signing in and by a proof only and
//! ends with the browser unless the person chose otherwise (claim F3); a request that changes something and
//! comes with the cookie carries a token that only pages of that session know.

use axum::http::header::{COOKIE, HOST, ORIGIN, REFERER};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use engine::Whence;
use model::time::{Span, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use subtle::ConstantTimeEq as _;

/// The one cookie there is.
pub const COOKIE_NAME: &str = "__Host-session";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
pub const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// The session's secret that a request brings.
pub fn secret(headers: &HeaderMap) -> Option<&str> {
    named(headers, COOKIE_NAME)
}

/// The value of the cookie of this name.
pub fn named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
        .filter(|secret| !secret.is_empty())
}

/// The cookie of a session that has begun.
pub fn cookie(secret: &str, kept_until: Option<Timestamp>, now: Timestamp) -> Option<HeaderValue> {
    let age = kept_until.map(|until| format!("; Max-Age={}", until.since(now).0 / Span::secs(1).0));
    HeaderValue::from_str(&format!("{COOKIE_NAME}={secret}; {ATTRIBUTES}{}", age.unwrap_or_default())).ok()
}

/// Has the browser forget it.
pub fn forget() -> HeaderValue {
    HeaderValue::from_static("__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// What a form carries: of a page that is opened by a link, made of its cookie's secret; of a session, of what stays while
/// its secret changes ([`of_session`]), so that a proof in one window ends no form in another. Neither can be found from it.
pub fn form_token(secret: &str) -> String {
    let digest = Sha256::new().chain_update(b"entente/form/1").chain_update(secret.as_bytes()).finalize();
    hex::encode(digest)
}

/// What the forms of a session are made of.
pub fn of_session(binding: &[u8]) -> String {
    hex::encode(binding)
}

/// Whether a form's token is that of this session.
pub fn is_token(secret: &str, given: &str) -> bool {
    form_token(secret).as_bytes().ct_eq(given.as_bytes()).into()
}

/// Whether a browser sent this from another site. What is no browser says nothing of it, and has no
/// cookie that could be borrowed.
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(FETCH_SITE) {
        return !matches!(site, "same-origin" | "none");
    }
    // Older browsers name where a form stands.
    match (text(ORIGIN), text(HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, own)| own != host),
        _ => false,
    }
}

/// Whether a link on another site led here. Then a strict cookie stays away though there is one.
pub fn was_led_here(headers: &HeaderMap) -> bool {
    headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site" || site == "same-site")
}

/// What stays as it is inside a value of an address's query.
const IN_VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The address of `page` with where to go afterwards.
pub fn then(page: &str, next: &str) -> String {
    format!("{page}?next={}", utf8_percent_encode(next, IN_VALUE))
}

/// The page on this site that a request was sent from, without what it said was done.
pub fn sent_from<'a>(headers: &'a HeaderMap, host: &str) -> Option<&'a str> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let (_, rest) = text(REFERER)?.split_once("://")?;
    let path = rest.strip_prefix(host).filter(|path| path.starts_with('/'))?;
    let path = path.split_once("?done=").map_or(path, |(path, _)| path);
    Some(path).filter(|path| next(path) == *path)
}

/// Where a request comes from, as far as security needs it.
pub fn whence(address: Option<IpAddr>, headers: &HeaderMap) -> Whence {
    let agent = headers.get(axum::http::header::USER_AGENT).and_then(|value| value.to_str().ok());
    Whence::new(address, agent).showing(secret(headers))
}

/// The longest such address, in bytes: what Facebook's dialog comes back with carries a code.
const NEXT_LIMIT: usize = 2_000;

/// An address on this site to go to after signing in; anything else leads to the console.
pub fn next(wanted: &str) -> &str {
    let fits = wanted.starts_with("/app") || wanted.starts_with("/account") || wanted.starts_with("/admin");
    let plain = wanted.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_?=&.%+".contains(&byte));
    if fits && plain && wanted.len() <= NEXT_LIMIT && !wanted.contains("//") { wanted } else { "/app" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
        };
        list.iter().map(pair).collect()
    }

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_whole_name() {
        let found = |line: &str| secret(&headers(&[("cookie", line)])).map(str::to_owned);
        assert_eq!(found("a=b; __Host-session=xyz; c=d").as_deref(), Some("xyz"));
        for none in ["", "__Host-session=", "__Host-sessions=x", "session=x", "x__Host-session=x"] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn claim_f3_the_cookie_ends_with_the_browser_unless_it_was_asked_to_stay() {
        let now = Timestamp::from_millis(1_760_000_000_000);
        let short = cookie("abc", None, now).expect("a cookie");
        assert_eq!(short, "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Strict");
        let long = cookie("abc", Some(now.plus(Span::days(7))), now).expect("a cookie");
        assert!(long.to_str().expect("text").ends_with("; Max-Age=604800"));
    }

    #[test]
    fn claim_x10_a_form_of_another_site_is_known() {
        for (list, is) in [
            (vec![("sec-fetch-site", "same-origin")], false),
            (vec![("sec-fetch-site", "none")], false),
            (
                vec![
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://a.example"),
                    ("host", "a.example"),
                ],
                true,
            ),
            (vec![("sec-fetch-site", "same-site")], true),
            (vec![("origin", "https://a.example:8443"), ("host", "a.example:8443")], false),
            (vec![("origin", "https://evil.example"), ("host", "a.example")], true),
            (vec![("origin", "null"), ("host", "a.example")], true),
            (vec![], false),
        ] {
            assert_eq!(is_from_elsewhere(&headers(&list)), is, "{list:?}");
        }
    }

    #[test]
    fn a_token_is_of_one_session_only() {
        assert!(is_token("one", &form_token("one")));
        assert!(!is_token("one", &form_token("two")) && !is_token("one", "") && !is_token("one", "one"));
    }

    #[test]
    fn where_to_go_afterwards_is_one_value_of_the_query() {
        assert_eq!(then("/login", "/app/leads"), "/login?next=/app/leads");
        assert_eq!(
            then("/login", "/app/leads?page=2&done=a%20b"),
            "/login?next=/app/leads%3Fpage%3D2%26done%3Da%2520b"
        );
    }

    #[test]
    fn a_request_was_sent_from_a_page_of_ours_or_from_nowhere() {
        let from =
            |page: &str| sent_from(&headers(&[("referer", page)]), "a.example:8443").map(str::to_owned);
        assert_eq!(from("https://a.example:8443/app/leads/x?page=1").as_deref(), Some("/app/leads/x?page=1"));
        assert_eq!(from("https://a.example:8443/account?done=saved").as_deref(), Some("/account"));
        for other in
            ["https://a.example:84430/app", "https://evil.example/app", "https://a.example:8443/u/x", "x", ""]
        {
            assert_eq!(from(other), None, "{other}");
        }
    }

    #[test]
    fn claim_x10_signing_in_leads_to_no_other_site() {
        assert_eq!(next("/app/leads?page=2"), "/app/leads?page=2");
        assert_eq!(next("/account"), "/account");
        for bad in [
            "",
            "/",
            "//evil.example",
            "/app//evil.example",
            "https://evil.example",
            "/app\r\nx",
            "/u/x",
            "/app\\x",
        ] {
            assert_eq!(next(bad), "/app", "{bad:?}");
        }
    }
}
