//! A mail catcher: a small SMTP server on this machine that keeps what it is given, and that can be
//! told to behave as badly as real ones do.
//!
//! Invariant: a mail is listed once its last dot has arrived, whatever the catcher then answers, so
//! that a test counts what really left.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How the catcher encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    None,
    StartTls,
    Tls,
}

/// What it does with the next mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Takes,
    /// 451 to the receiver.
    NotNow,
    /// 550 to the receiver.
    NeverTo,
    /// 554 to the whole mail.
    Never,
    /// 452 to the whole mail.
    Full,
    /// Says nothing when a connection is opened.
    HangsAtFirst,
    /// Says nothing after the last dot.
    HangsAtLast,
    /// Hangs up after the last dot.
    HangsUpAtLast,
    /// Hangs up when DATA is asked for.
    HangsUpAtData,
    /// Puts a reply behind the one to STARTTLS, as somebody in between would.
    Injects,
    /// Does not offer STARTTLS.
    HidesTls,
}

/// A mail that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    pub from: String,
    pub to: Vec<String>,
    /// As sent, without the doubled dots.
    pub message: String,
    pub was_encrypted: bool,
    /// User and password that were given.
    pub signed_in: Option<(String, String)>,
}

struct State {
    mood: Mutex<Mood>,
    credentials: Option<(String, String)>,
    caught: watch::Sender<Vec<Caught>>,
    connections: watch::Sender<usize>,
}

/// Listens until it is dropped.
pub struct Catcher {
    pub address: SocketAddr,
    /// Trust this one to trust the catcher.
    pub root: CertificateDer<'static>,
    state: Arc<State>,
    task: JoinHandle<()>,
}

/// A certificate authority of a test's own, and a certificate of `localhost` by it.
pub struct TestCa {
    pub root: CertificateDer<'static>,
    pub certificate_pem: String,
    pub key_pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl TestCa {
    /// # Panics
    /// When no certificate can be made.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &ca).unwrap();
        Self {
            root: ca.der().clone(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }

    fn acceptor(self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

impl Default for TestCa {
    fn default() -> Self {
        Self::new()
    }
}

impl Catcher {
    /// Listens on a port of its own of 127.0.0.1; its certificate is `localhost`'s and 127.0.0.1's.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn start(encryption: Encryption) -> Self {
        Self::with_credentials(encryption, None).await
    }

    /// As [`Catcher::start`]; takes mail only from who signs in.
    ///
    /// # Panics
    /// When it cannot listen.
    pub async fn with_credentials(encryption: Encryption, credentials: Option<(&str, &str)>) -> Self {
        let ca = TestCa::new();
        let root = ca.root.clone();
        let acceptor = ca.acceptor();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            mood: Mutex::new(Mood::Takes),
            credentials: credentials.map(|(user, password)| (user.to_owned(), password.to_owned())),
            caught: watch::Sender::new(Vec::new()),
            connections: watch::Sender::new(0),
        });
        let of_task = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, acceptor) = (Arc::clone(&of_task), acceptor.clone());
                state.connections.send_modify(|count| *count += 1);
                tokio::spawn(async move {
                    // A client that goes away is the test's business.
                    let _ = serve(&state, &acceptor, encryption, stream).await;
                });
            }
        });
        Self { address, root, state, task }
    }

    pub fn be(&self, mood: Mood) {
        *self.state.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// All that arrived so far.
    pub fn caught(&self) -> Vec<Caught> {
        self.state.caught.borrow().clone()
    }

    /// Waits until `count` mails have arrived.
    ///
    /// # Panics
    /// Never while the catcher is there.
    pub async fn wait(&self, count: usize) -> Vec<Caught> {
        self.state.caught.subscribe().wait_for(|caught| caught.len() >= count).await.unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.state.connections.borrow()
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    state: &State,
    acceptor: &TlsAcceptor,
    encryption: Encryption,
    stream: TcpStream,
) -> std::io::Result<()> {
    let mood = *state.mood.lock().unwrap_or_else(PoisonError::into_inner);
    if mood == Mood::HangsAtFirst {
        return std::future::pending().await;
    }
    let mut talk = Talk { state, mood, is_encrypted: false, signed_in: None };
    match encryption {
        Encryption::Tls => {
            talk.is_encrypted = true;
            talk.hold(&mut BufReader::new(acceptor.accept(stream).await?), true, false).await.map(drop)
        }
        Encryption::None => talk.hold(&mut BufReader::new(stream), true, false).await.map(drop),
        Encryption::StartTls => {
            let mut plain = BufReader::new(stream);
            if talk.hold(&mut plain, true, mood != Mood::HidesTls).await? {
                talk.is_encrypted = true;
                let encrypted = acceptor.accept(plain.into_inner()).await?;
                talk.hold(&mut BufReader::new(encrypted), false, false).await?;
            }
            Ok(())
        }
    }
}

struct Talk<'a> {
    state: &'a State,
    mood: Mood,
    is_encrypted: bool,
    signed_in: Option<(String, String)>,
}

impl Talk<'_> {
    /// Talks until the client leaves, or asks for TLS (true).
    async fn hold<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut BufReader<S>,
        greets: bool,
        offers_tls: bool,
    ) -> std::io::Result<bool> {
        if greets {
            say(stream, "220 catcher.example ESMTP").await?;
        }
        let (mut from, mut to) = (String::new(), Vec::new());
        while let Some(line) = read_line(stream).await? {
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" | "HELO" => {
                    let mut offers = vec!["250-catcher.example"];
                    if offers_tls {
                        offers.push("250-STARTTLS");
                    }
                    if self.state.credentials.is_some() && !offers_tls {
                        offers.push("250-AUTH PLAIN LOGIN");
                    }
                    offers.push("250 8BITMIME");
                    say(stream, &offers.join("\r\n")).await?;
                }
                "STARTTLS" if offers_tls => {
                    let more = if self.mood == Mood::Injects { "\r\n250 injected" } else { "" };
                    say(stream, &format!("220 go ahead{more}")).await?;
                    return Ok(true);
                }
                "AUTH" => {
                    self.signed_in =
                        rest.split_once(' ').and_then(|(_, response)| plain_credentials(response));
                    let fits = self.signed_in.is_some() && self.signed_in == self.state.credentials;
                    say(stream, if fits { "235 welcome" } else { "535 who are you" }).await?;
                }
                "MAIL" if offers_tls || self.state.credentials != self.signed_in => {
                    say(stream, "530 not like this").await?;
                }
                "MAIL" => {
                    from = path(rest);
                    to.clear();
                    say(stream, "250 fine").await?;
                }
                "RCPT" => {
                    let answer = match self.mood {
                        // As real servers do, it repeats the address.
                        Mood::NotNow => format!("451 4.2.1 <{}> is busy", path(rest)),
                        Mood::NeverTo => format!("550 5.1.1 <{}> is unknown", path(rest)),
                        _ => {
                            to.push(path(rest));
                            "250 fine".to_owned()
                        }
                    };
                    say(stream, &answer).await?;
                }
                "DATA" if self.mood == Mood::HangsUpAtData => return Ok(false),
                "DATA" => {
                    say(stream, "354 go on").await?;
                    let Some(message) = read_message(stream).await? else { return Ok(false) };
                    let caught = Caught {
                        from: from.clone(),
                        to: to.clone(),
                        message,
                        was_encrypted: self.is_encrypted,
                        signed_in: self.signed_in.clone(),
                    };
                    self.state.caught.send_modify(|all| all.push(caught));
                    match self.mood {
                        Mood::HangsAtLast => return std::future::pending().await,
                        Mood::HangsUpAtLast => return Ok(false),
                        Mood::Never => say(stream, "554 5.6.0 not this").await?,
                        Mood::Full => say(stream, "452 4.3.1 no room").await?,
                        _ => say(stream, "250 taken").await?,
                    }
                }
                "QUIT" => {
                    say(stream, "221 farewell").await?;
                    return Ok(false);
                }
                _ => say(stream, "500 what").await?,
            }
        }
        Ok(false)
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn read_line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).await?;
    Ok((length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Up to the dot that stands alone.
async fn read_message<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>> {
    let mut message = String::new();
    while let Some(line) = read_line(stream).await? {
        if line == "." {
            return Ok(Some(message));
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
        message.push_str("\r\n");
    }
    Ok(None)
}

/// What stands between the angle brackets.
fn path(rest: &str) -> String {
    rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(path, _)| path).to_owned()
}

fn plain_credentials(response: &str) -> Option<(String, String)> {
    use base64::Engine as _;
    let decoded = base64::prelude::BASE64_STANDARD.decode(response).ok()?;
    let mut parts = decoded.split(|byte| *byte == 0).skip(1).map(|part| String::from_utf8(part.to_vec()));
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}
