//! Mail on its way out: by SMTP to the one server that the register of recipients names, or into a
//! folder of this machine.
//!
//! Invariant: a password crosses a network only inside TLS whose certificate was verified for the
//! configured name, and a mail does too; in the clear both go to a loopback address only.

mod mailbox;
mod message;
mod smtp;

use crate::Client;
use model::mail::EmailAddress;
use model::personal::Personal;
use model::ports::{MailError, Mailer};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use rustls::pki_types::CertificateDer;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

pub use mailbox::Mailbox;
pub use smtp::SmtpMailer;

/// As the register of recipients names who carries the mail.
pub const RECIPIENT: &str = "mail";

/// Where mail goes, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailRoute {
    Smtp(Server),
    /// One file for each mail, in this folder.
    Mailbox(PathBuf),
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// In lower case; an IP address without brackets.
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub credentials: Option<Credentials>,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: on this machine only.
    Plain,
    /// By STARTTLS, or no mail is sent.
    StartTls,
    /// By TLS from the first byte.
    Tls,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: Personal<String>,
    pub password: Personal<String>,
}

/// Why an address of a mail server cannot be used. Repeats nothing of it: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailRouteError {
    #[error("write smtp://user:password@host:587, smtps://user:password@host:465 or mailbox:FOLDER")]
    Form,
    #[error("the user name or password is not in UTF-8: write special characters as %XX")]
    Credentials,
    #[error("give both a user name and a password, or neither")]
    HalfCredentials,
    #[error("mailbox: needs a folder, for example mailbox:entente-data/mail")]
    NoFolder,
    #[error(
        "an address in figures gets no certificate: write the server's name (figures are for 127.0.0.1 and ::1)"
    )]
    Figures,
}

impl MailRoute {
    /// Reads `smtp://…` (STARTTLS; in the clear to a loopback address in figures), `smtps://…` (TLS
    /// from the start) or `mailbox:FOLDER`.
    ///
    /// # Errors
    /// What is wrong with it; never its text.
    pub fn parse(text: &str) -> Result<Self, MailRouteError> {
        if let Some(folder) = text.strip_prefix("mailbox:") {
            return if folder.is_empty() {
                Err(MailRouteError::NoFolder)
            } else {
                Ok(Self::Mailbox(PathBuf::from(folder)))
            };
        }
        let url = Url::parse(text).map_err(|_| MailRouteError::Form)?;
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let host = url.host_str().filter(|host| !host.is_empty() && is_bare).ok_or(MailRouteError::Form)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let figures = host.parse::<IpAddr>().ok();
        let is_loopback = figures.is_some_and(|address| address.is_loopback());
        let (security, usual_port) = match url.scheme() {
            "smtp" if is_loopback => (Security::Plain, 25),
            "smtp" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            _ => return Err(MailRouteError::Form),
        };
        if figures.is_some() && !is_loopback {
            return Err(MailRouteError::Figures);
        }
        let port = url.port().unwrap_or(usual_port);
        Ok(Self::Smtp(Server { host, port, security, credentials: credentials(&url)? }))
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailRouteError> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| MailRouteError::Credentials)?;
        Ok(Personal::new(text.into_owned()))
    };
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err(MailRouteError::HalfCredentials),
        (user, password) => Ok(Some(Credentials { user: decoded(user)?, password: decoded(password)? })),
    }
}

/// What carries mail along `route`, with `from` as the sender. `roots` are trusted besides the
/// system's certificates.
pub fn mailer(
    route: MailRoute,
    client: Arc<Client>,
    from: EmailAddress,
    roots: Vec<CertificateDer<'static>>,
) -> Arc<dyn Mailer> {
    match route {
        MailRoute::Smtp(server) => Arc::new(SmtpMailer::new(client, server, from, roots)),
        MailRoute::Mailbox(folder) => Arc::new(Mailbox::new(folder, from)),
    }
}

/// Whether this server lets us in, by all steps that come before a mail.
///
/// # Errors
/// The step at which it does not.
pub async fn try_out(server: Server, client: Arc<Client>, from: EmailAddress) -> Result<(), MailError> {
    SmtpMailer::new(client, server, from, Vec::new()).try_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Server {
        match MailRoute::parse(text) {
            Ok(MailRoute::Smtp(server)) => server,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_server_s_address_says_how_it_is_spoken_to() {
        let given = server("smtp://Shop%40x:p%3A%2Fw@Mail.Example:2525");
        assert_eq!(
            (given.host.as_str(), given.port, given.security),
            ("mail.example", 2525, Security::StartTls)
        );
        let credentials = given.credentials.unwrap();
        assert_eq!(
            (credentials.user.reveal().as_str(), credentials.password.reveal().as_str()),
            ("Shop@x", "p:/w")
        );
        for (text, host, port, security) in [
            ("smtp://mail.example", "mail.example", 587, Security::StartTls),
            ("smtps://mail.example", "mail.example", 465, Security::Tls),
            ("smtps://mail.example:2465/", "mail.example", 2465, Security::Tls),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::Plain),
            ("smtp://[::1]", "::1", 25, Security::Plain),
            ("smtp://localhost:587", "localhost", 587, Security::StartTls),
        ] {
            let server = server(text);
            assert_eq!(
                (server.host.as_str(), server.port, server.security),
                (host, port, security),
                "{text}"
            );
            assert_eq!(server.credentials, None);
        }
        assert_eq!(MailRoute::parse("mailbox:a/b"), Ok(MailRoute::Mailbox("a/b".into())));
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_showing_it() {
        for (text, expected) in [
            ("", MailRouteError::Form),
            ("mail.example", MailRouteError::Form),
            ("http://user:hidden@mail.example", MailRouteError::Form),
            ("smtp://", MailRouteError::Form),
            ("smtp://user:hidden@mail.example/path", MailRouteError::Form),
            ("smtp://user:hidden@mail.example?tls=no", MailRouteError::Form),
            ("smtp://user@mail.example", MailRouteError::HalfCredentials),
            ("smtp://:hidden@mail.example", MailRouteError::HalfCredentials),
            ("smtp://user:%ff@mail.example", MailRouteError::Credentials),
            ("smtp://192.0.2.7:25", MailRouteError::Figures),
            ("smtps://user:hidden@192.0.2.7", MailRouteError::Figures),
            ("mailbox:", MailRouteError::NoFolder),
        ] {
            let error = MailRoute::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!format!("{error} {error:?}").contains("hidden"));
        }
        let shown = format!("{:?}", MailRoute::parse("smtp://shopkeeper:hidden@mail.example"));
        assert!(!shown.contains("hidden") && !shown.contains("shopkeeper"), "{shown}");
    }
}
