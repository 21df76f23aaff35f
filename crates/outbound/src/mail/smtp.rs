//! Handing a mail to the one mail server (RFC 5321), over a stream that the [`Client`] dialled.
//!
//! Why a connection for each mail: they are few and far between, and one that stands idle is one more
//! thing that breaks unnoticed.
//!
//! STARTTLS is spoken here and not by `lettre`: nothing that the server says before the handshake may
//! be taken for an answer after it, so the replies before are read byte by byte and whatever else was
//! sent in the clear meets the TLS handshake, which refuses it.
//!
//! Invariants: an error names the step and the server's three figures, never its words (they repeat
//! addresses); after the first byte of the mail only the server's own answer says that it was not
//! taken.

use super::message::{self, Travelling};
use super::{Credentials, RECIPIENT, Security, Server};
use crate::Client;
use lettre::transport::smtp::authentication::{self, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands;
use lettre::transport::smtp::extension::ClientId;
use model::mail::EmailAddress;
use model::ports::{Mail, MailError, Mailer, OutboundError};
use model::time::BoxFuture;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long everything before the mail itself may take.
const PRELIMINARIES: Duration = Duration::from_secs(60);
/// How long the server may take over the mail itself. Whoever gives up here may send it twice.
const HANDING_OVER: Duration = Duration::from_secs(180);
/// How long a farewell may take; nothing depends on it.
const FAREWELL: Duration = Duration::from_secs(2);
/// The longest reply before the handshake, in bytes.
const MAX_REPLY: usize = 8 * 1024;
/// The first line that `lettre` waits for, already read when the handshake began.
const GREETING: &[u8] = b"220 ready\r\n";

/// The implementation of [`Mailer`] that speaks SMTP.
pub struct SmtpMailer {
    client: Arc<Client>,
    server: Server,
    from: EmailAddress,
    roots: Vec<CertificateDer<'static>>,
    timing: Timing,
    /// Made when first used: a machine without root certificates can still mail to itself.
    tls: OnceLock<Result<TlsConnector, String>>,
}

#[derive(Debug, Clone, Copy)]
struct Timing {
    preliminaries: Duration,
    handing_over: Duration,
}

impl SmtpMailer {
    /// `roots` are trusted besides the system's certificates.
    pub const fn new(
        client: Arc<Client>,
        server: Server,
        from: EmailAddress,
        roots: Vec<CertificateDer<'static>>,
    ) -> Self {
        let timing = Timing { preliminaries: PRELIMINARIES, handing_over: HANDING_OVER };
        Self { client, server, from, roots, timing, tls: OnceLock::new() }
    }

    /// Waits less: for the tests of a server that hangs.
    #[doc(hidden)]
    #[must_use]
    pub const fn impatient(mut self, preliminaries: Duration, handing_over: Duration) -> Self {
        self.timing = Timing { preliminaries, handing_over };
        self
    }

    async fn deliver(&self, mail: Mail, mark: BoxFuture<'_, bool>) -> Result<(), MailError> {
        let travelling = message::write(&mail, &self.from)?;
        let mut connection =
            within(self.timing.preliminaries, "the mail server", self.address_it(&travelling)).await?;
        if !mark.await {
            farewell(connection).await;
            return Err(MailError::NotNow("it is in other hands".to_owned()));
        }
        within(self.timing.preliminaries, "DATA", async {
            connection.command(commands::Data).await.map_err(|error| about_the_mail("DATA", &error))
        })
        .await?;
        let handed = tokio::time::timeout(self.timing.handing_over, connection.message(&travelling.bytes));
        match handed.await {
            Ok(Ok(_)) => {
                farewell(connection).await;
                Ok(())
            }
            Ok(Err(error)) if error.status().is_some() => Err(about_the_mail("the mail", &error)),
            Ok(Err(_)) => Err(MailError::Unanswered("the connection broke".to_owned())),
            Err(_) => Err(MailError::Unanswered(format!("no answer within {:?}", self.timing.handing_over))),
        }
    }

    /// Connects, greets, signs in and takes leave: no mail is named.
    pub async fn try_out(&self) -> Result<(), MailError> {
        let connection = within(self.timing.preliminaries, "the mail server", self.enter()).await?;
        farewell(connection).await;
        Ok(())
    }

    /// Connects, greets and signs in.
    async fn enter(&self) -> Result<AsyncSmtpConnection, MailError> {
        let hello = ClientId::Domain(self.from.domain().to_owned());
        let stream = self.connect().await?;
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &hello)
            .await
            .map_err(|error| not_now("EHLO", &error))?;
        if let Some(Credentials { user, password }) = &self.server.credentials {
            let credentials =
                authentication::Credentials::new(user.reveal().clone(), password.reveal().clone());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection
                .auth(&mechanisms, &credentials)
                .await
                .map_err(|error| not_now("signing in (check user and password in mail.url)", &error))?;
        }
        Ok(connection)
    }

    /// Enters and names sender and receiver. Nothing of the mail has left by then.
    async fn address_it(&self, mail: &Travelling) -> Result<AsyncSmtpConnection, MailError> {
        let mut connection = self.enter().await?;
        // Whoever is refused as a sender is set up wrongly; that is not about this mail.
        let sender = commands::Mail::new(Some(mail.from.clone()), Vec::new());
        connection
            .command(sender)
            .await
            .map_err(|error| not_now("MAIL (is mail.from allowed to send there?)", &error))?;
        let receiver = commands::Rcpt::new(mail.to.clone(), Vec::new());
        connection.command(receiver).await.map_err(|error| about_the_mail("RCPT", &error))?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<Box<dyn AsyncTokioStream>, MailError> {
        let Server { host, port, security, .. } = &self.server;
        let mut stream = self.client.dial(RECIPIENT, host, *port).await.map_err(undialled)?;
        let greeting = match security {
            Security::Plain => return Ok(Box::new(stream)),
            Security::Tls => &[],
            Security::StartTls => {
                ask_for_tls(&mut stream, self.from.domain()).await?;
                GREETING
            }
        };
        let name = ServerName::try_from(host.clone())
            .map_err(|_| MailError::NotNow("the server's name cannot stand in a certificate".to_owned()))?;
        let tls = self.tls()?.connect(name, stream).await;
        let stream = tls.map_err(|error| MailError::NotNow(format!("TLS with the mail server: {error}")))?;
        Ok(Box::new(Encrypted { greeting, stream }))
    }

    fn tls(&self) -> Result<&TlsConnector, MailError> {
        self.tls
            .get_or_init(|| connector(self.roots.clone()).map_err(|error| error.to_string()))
            .as_ref()
            .map_err(|problem| {
                MailError::NotNow(format!(
                    "TLS cannot start ({problem}): install the system's root certificates"
                ))
            })
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, mail: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(self.deliver(mail, mark))
    }
}

fn connector(roots: Vec<CertificateDer<'static>>) -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?;
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn within<T>(
    time: Duration,
    step: &str,
    work: impl Future<Output = Result<T, MailError>>,
) -> Result<T, MailError> {
    let late = |_| MailError::NotNow(format!("{step}: no answer within {time:?}"));
    tokio::time::timeout(time, work).await.map_err(late)?
}

/// Nothing depends on how the server takes leave.
async fn farewell(mut connection: AsyncSmtpConnection) {
    let _ = tokio::time::timeout(FAREWELL, connection.quit()).await;
}

fn undialled(error: OutboundError) -> MailError {
    MailError::NotNow(format!("the mail server: {error}"))
}

/// The server's figures, or that there were none.
fn said(step: &str, error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("{step}: the server answered {code}"),
        None if error.is_client() => format!("{step}: the server does not offer what is needed"),
        None => format!("{step}: no usable answer"),
    }
}

fn not_now(step: &str, error: &lettre::transport::smtp::Error) -> MailError {
    MailError::NotNow(said(step, error))
}

/// A permanent refusal here is one of this mail or its receiver.
fn about_the_mail(step: &str, error: &lettre::transport::smtp::Error) -> MailError {
    if error.is_permanent() { MailError::Refused(said(step, error)) } else { not_now(step, error) }
}

/// Greeting, EHLO, STARTTLS, all in the clear; afterwards the server expects the handshake.
async fn ask_for_tls(stream: &mut TcpStream, hello: &str) -> Result<(), MailError> {
    reply(stream, "the greeting", "220").await?;
    say(stream, &format!("EHLO {hello}\r\n")).await?;
    let offers = reply(stream, "EHLO", "250").await?;
    let has_it = offers
        .lines()
        .any(|line| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS")));
    if !has_it {
        return Err(MailError::NotNow(
            "the mail server offers no STARTTLS: use smtps://, or smtp://127.0.0.1:25 for a server on this machine"
                .to_owned(),
        ));
    }
    say(stream, "STARTTLS\r\n").await?;
    reply(stream, "STARTTLS", "220").await.map(drop)
}

async fn say(stream: &mut TcpStream, line: &str) -> Result<(), MailError> {
    let sent = stream.write_all(line.as_bytes()).await;
    sent.map_err(|_| MailError::NotNow("the mail server hung up".to_owned()))
}

/// Reads one reply and not a byte more.
async fn reply(stream: &mut TcpStream, step: &str, wanted: &str) -> Result<String, MailError> {
    let mut text = Vec::new();
    let mut line_at = 0;
    loop {
        let byte = stream
            .read_u8()
            .await
            .map_err(|_| MailError::NotNow(format!("{step}: the mail server hung up")))?;
        text.push(byte);
        if text.len() > MAX_REPLY {
            return Err(MailError::NotNow(format!("{step}: the mail server's reply is too long")));
        }
        if byte != b'\n' {
            continue;
        }
        // `250-…` goes on, `250 …` and `250` end it.
        if text.get(line_at + 3) != Some(&b'-') {
            break;
        }
        line_at = text.len();
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    match text.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit())) {
        Some(code) if code == wanted => Ok(text),
        Some(code) => Err(MailError::NotNow(format!("{step}: the server answered {code}"))),
        None => Err(MailError::NotNow(format!("{step}: no usable answer"))),
    }
}

/// A TLS stream that first repeats the greeting that was read before the handshake.
#[derive(Debug)]
struct Encrypted {
    greeting: &'static [u8],
    stream: TlsStream<TcpStream>,
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.greeting.is_empty() {
            let (now, later) = self.greeting.split_at(self.greeting.len().min(buf.remaining()));
            buf.put_slice(now);
            self.greeting = later;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
