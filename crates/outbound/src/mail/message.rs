//! A mail in the form in which it travels (RFC 5322, MIME).
//!
//! Invariants: it is plain ASCII, so that every server takes it; the same mail comes out byte for
//! byte the same each time; no header can be added through a name, a subject or an address; nothing
//! in it reports back that it was read.

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use model::mail::EmailAddress;
use model::ports::{Mail, MailError};
use std::time::{Duration, UNIX_EPOCH};

/// The last second that a date header can show: the end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

pub struct Travelling {
    pub from: Address,
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// Writes the message. A mail that cannot be written will not be writable later either.
pub fn write(mail: &Mail, from: &EmailAddress) -> Result<Travelling, MailError> {
    let unusable = |what: &str| MailError::Refused(format!("the mail's {what} cannot be written"));
    let is_plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    };
    if !is_plain(&mail.id) {
        return Err(unusable("id"));
    }
    if !is_plain(&mail.language) {
        return Err(unusable("language"));
    }
    let sender = address(from).ok_or_else(|| unusable("sender"))?;
    let to = address(&mail.to).ok_or_else(|| unusable("receiver"))?;
    let seconds = u64::try_from(mail.at.secs().clamp(0, LAST_SECOND)).unwrap_or(0);
    let mut builder = Message::builder()
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(message_id(mail, from)))
        .from(Mailbox::new(Some(one_line(&mail.from_name)), sender.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(one_line(mail.subject.reveal()))
        .raw_header(header("Content-Language", &mail.language));
    if mail.is_automatic {
        builder = builder.raw_header(header("Auto-Submitted", "auto-generated"));
    }
    if let Some(reply_to) = &mail.reply_to {
        let reply_to = address(reply_to).ok_or_else(|| unusable("address for answers"))?;
        builder = builder.reply_to(Mailbox::new(None, reply_to));
    }
    let text = SinglePart::plain(mail.text.reveal().clone());
    let message = match &mail.html {
        None => builder.singlepart(text),
        Some(html) => builder.multipart(
            MultiPart::alternative()
                .boundary(format!("{}_part", mail.id))
                .singlepart(text)
                .singlepart(SinglePart::html(html.reveal().clone())),
        ),
    };
    let message = message.map_err(|_| unusable("text"))?;
    Ok(Travelling { from: sender, to, bytes: message.formatted() })
}

/// The same for every attempt: whoever got the mail twice can tell.
fn message_id(mail: &Mail, from: &EmailAddress) -> String {
    format!("<{}@{}>", mail.id, from.domain())
}

fn address(address: &EmailAddress) -> Option<Address> {
    address.reveal().parse().ok()
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A text without anything that could begin a new header.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;
    use model::id::BrandId;
    use model::personal::Personal;
    use model::time::Timestamp;
    use proptest::prelude::*;

    fn parse(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    fn mail(from_name: &str, subject: &str, text: &str) -> Mail {
        Mail {
            id: "mai_0190".to_owned(),
            brand: BrandId([1; 16]),
            from_name: from_name.to_owned(),
            reply_to: Some(parse("privacy@brand.example")),
            to: parse("owner@shop.example"),
            language: "ar".to_owned(),
            subject: Personal::from(subject),
            text: Personal::from(text),
            html: Some(Personal::new(format!("<p>{text}</p>"))),
            is_automatic: true,
            at: Timestamp::from_secs(1_795_348_800),
        }
    }

    fn written(mail: &Mail) -> Vec<u8> {
        write(mail, &parse("no-reply@brand.example")).unwrap().bytes
    }

    #[test]
    fn a_mail_reads_back_as_it_was_meant() {
        let bytes = written(&mail("المجيب \"A\"", "تغيّرت كلمة المرور", "سطر\n.\nFrom here\n"));
        assert!(bytes.is_ascii());
        let read = MessageParser::default().parse(&bytes).unwrap();
        let from = read.from().unwrap().first().unwrap();
        assert_eq!((from.name(), from.address()), (Some("المجيب \"A\""), Some("no-reply@brand.example")));
        assert_eq!(read.to().unwrap().first().unwrap().address(), Some("owner@shop.example"));
        assert_eq!(read.reply_to().unwrap().first().unwrap().address(), Some("privacy@brand.example"));
        assert_eq!(read.subject(), Some("تغيّرت كلمة المرور"));
        assert_eq!(read.message_id(), Some("mai_0190@brand.example"));
        assert_eq!(read.date().unwrap().to_rfc3339(), "2026-11-22T12:00:00Z");
        assert_eq!(read.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
        assert_eq!(read.header_raw("Content-Language").unwrap().trim(), "ar");
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), "سطر\n.\nFrom here");
        assert!(read.body_html(0).unwrap().contains("سطر"));
        assert_eq!((read.text_body_count(), read.html_body_count(), read.attachment_count()), (1, 1, 0));
    }

    #[test]
    fn what_somebody_wrote_is_plain_text_and_may_be_answered() {
        let by_hand = Mail { html: None, is_automatic: false, ..mail("Brand", "Subject", "سطر\n.\nline") };
        let bytes = written(&by_hand);
        assert!(bytes.is_ascii());
        let read = MessageParser::default().parse(&bytes).unwrap();
        assert!(read.header_raw("Auto-Submitted").is_none());
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), "سطر\n.\nline");
        let kind = read.header_raw("Content-Type").unwrap();
        assert!(kind.contains("text/plain") && read.parts.len() == 1, "{kind}");
    }

    #[test]
    fn the_same_mail_is_the_same_bytes() {
        let one = mail("Brand", "Subject", "Text");
        assert_eq!(written(&one), written(&one));
    }

    #[test]
    fn nothing_asks_for_a_sign_that_it_was_read() {
        let text = String::from_utf8(written(&mail("Brand", "Subject", "Text"))).unwrap().to_lowercase();
        for asks in ["disposition-notification", "return-receipt", "x-confirm-reading", "list-", "x-mailer"] {
            assert!(!text.contains(asks), "{asks}");
        }
    }

    #[test]
    fn what_would_break_a_header_is_refused_or_flattened() {
        let mut odd = mail("Brand\r\nBcc: thief@x.example", "Hi\nX-Evil: 1\r\n\r\nbody", "Text");
        let bytes = written(&odd);
        let read = MessageParser::default().parse(&bytes).unwrap();
        assert!(read.bcc().is_none() && read.header("X-Evil").is_none());
        for id in ["", "a b", "a>\r\nX: y", "ä"] {
            odd.id = id.to_owned();
            assert!(matches!(write(&odd, &parse("a@b.example")), Err(MailError::Refused(_))), "{id:?}");
        }
        odd.id = "fine".to_owned();
        odd.language = "en\r\nX-Evil: 1".to_owned();
        assert!(matches!(write(&odd, &parse("a@b.example")), Err(MailError::Refused(_))));
    }

    proptest! {
        #[test]
        fn no_name_subject_or_text_adds_a_header(name in "\\PC{0,60}|[a-z\\r\\n:]{0,60}", subject in "\\PC{0,200}|[a-z \\r\\n:]{0,200}", text in "\\PC{0,200}|[a-z.\\r\\n]{0,200}") {
            let bytes = written(&mail(&name, &subject, &text));
            prop_assert!(bytes.is_ascii());
            prop_assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() < 999));
            let read = MessageParser::default().parse(&bytes).unwrap();
            let mut names: Vec<&str> = read.headers_raw().map(|(name, _)| name).collect();
            names.sort_unstable();
            prop_assert_eq!(names, ["Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Reply-To", "Subject", "To"]);
        }

        #[test]
        fn every_checked_address_can_be_written(local in "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\\.[a-z0-9]{1,10}){0,2}", domain in "[a-z0-9]{1,20}(-[a-z0-9]{1,5})?\\.[a-z]{2,10}") {
            if let Ok(checked) = EmailAddress::parse(&format!("{local}@{domain}")) {
                prop_assert!(address(&checked).is_some());
            }
        }
    }
}
