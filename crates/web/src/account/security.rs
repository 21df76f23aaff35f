//! Where weaknesses are reported: `/.well-known/security.txt` (RFC 9116), for programs and whoever looks for it, and
//! `/security`, for people.
//!
//! Invariants: the address is one that the operator or the brand has given; the file never says that it is older
//! than it is, since the day until which it counts is reckoned when it is asked for; an address in it is an https one.

use super::Guest;
use crate::console::Shell;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use engine::views::At;
use model::brand::Brand;
use model::time::{Span, Timestamp};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::fmt::Write as _;

/// The RFC asks for less than a year.
const GOOD_FOR: Span = Span::days(180);
const PATH: &str = "/.well-known/security.txt";
/// What may not stand in an address as it is (RFC 6068, 2).
const ODD: &AsciiSet = &CONTROLS
    .add(b'%')
    .add(b'?')
    .add(b'#')
    .add(b'&')
    .add(b'/')
    .add(b'`')
    .add(b'^')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Where to write: what the operator gives for all brands, else the address at which the brand answers for its data.
fn contact(operator: Option<&str>, brand: &Brand) -> String {
    operator.map_or_else(|| of_address(&brand.controller.contact), str::to_owned)
}

/// An e-mail address as the RFC wants it.
pub fn of_address(address: &str) -> String {
    format!("mailto:{}", utf8_percent_encode(address, ODD))
}

/// The file, line by line.
fn written(operator: Option<&str>, brand: &Brand, now: Timestamp) -> String {
    let day = Span::days(1).0;
    let until = now.plus(GOOD_FOR);
    let until = At(Timestamp(until.0.saturating_sub(until.0.rem_euclid(day)))).to_string();
    let until = until.get(..10).unwrap_or_default();
    let mut text = format!("Contact: {}\nExpires: {until}T00:00:00Z\n", contact(operator, brand));
    let mut line = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name}: {value}");
    };
    line("Preferred-Languages", &brand.languages.join(", "));
    let site = brand.public_url.trim_end_matches('/');
    // The RFC takes https only; without it (a trial on this machine) there is nothing canonical.
    if site.starts_with("https://") {
        line("Canonical", &format!("{site}{PATH}"));
        line("Policy", &format!("{site}/security"));
    }
    text
}

/// `GET /.well-known/security.txt`
pub async fn text(guest: Guest) -> Response {
    let operator = guest.app.settings.security_contact.as_deref();
    let text = written(operator, &guest.visit.brand.brand, guest.engine().clock().now());
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

#[derive(Template)]
#[template(path = "account/security.html")]
struct SecurityPage<'a> {
    frame: Shell<'a>,
    href: String,
    contact: String,
}

/// `GET /security`
pub async fn show(guest: Guest) -> Result<Response, Problem> {
    let operator = guest.app.settings.security_contact.as_deref();
    let href = contact(operator, &guest.visit.brand.brand);
    let contact = match (operator, href.strip_prefix("mailto:")) {
        (None, _) => guest.visit.brand.brand.controller.contact.clone(),
        (Some(_), Some(address)) => {
            percent_encoding::percent_decode_str(address).decode_utf8_lossy().into_owned()
        }
        (Some(other), None) => other.to_owned(),
    };
    Ok(page::html(&SecurityPage { href, contact, frame: guest.frame()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand() -> Brand {
        toml::from_str(include_str!("../../../../brands/almujeeb/brand.toml")).expect("a brand's file")
    }

    #[test]
    fn claim_x10_the_file_has_what_rfc_9116_asks_for() {
        let mut brand = brand();
        brand.controller.contact = "sec%urity+1@chat.example".to_owned();
        brand.public_url = "https://chat.example".to_owned();
        let now = Timestamp::from_secs(1_795_356_300);
        let expected = "Contact: mailto:sec%25urity+1@chat.example\n\
            Expires: 2027-05-21T00:00:00Z\n\
            Preferred-Languages: ar, en\n\
            Canonical: https://chat.example/.well-known/security.txt\n\
            Policy: https://chat.example/security\n";
        assert_eq!(written(None, &brand, now), expected);
        // The operator's own comes first, and the day goes on with the days.
        let text = written(Some("https://operator.example/report"), &brand, now.plus(Span::days(1)));
        assert!(text.starts_with("Contact: https://operator.example/report\nExpires: 2027-05-22T"), "{text}");
        // Nothing but https stands in it.
        brand.public_url = "http://chat.localhost:8480".to_owned();
        assert!(!written(None, &brand, now).contains("http:"));
    }
}
