//! Mail over real sockets: to the catcher in all its moods, to an independent server, and into a
//! folder.
//!
//! Claims D3 and F6: no mail goes to a server that was not announced, and it is always known what may
//! have happened to one.

use mail_parser::MessageParser;
use model::id::BrandId;
use model::mail::EmailAddress;
use model::personal::Personal;
use model::ports::{Mail, MailError, Mailer};
use model::time::Timestamp;
use outbound::mail::{MailRoute, Mailbox, SmtpMailer};
use outbound::{Client, Register};
use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::FixedClock;
use testkit::mail::{Catcher, Encryption, Mood, TestCa};

const TO: &str = "owner@shop.example";
/// For whoever answers: a machine may be busy.
const PATIENT: Duration = Duration::from_secs(20);

/// A register in which `mail` is at this host and port.
fn client(host: &str, port: u16) -> Arc<Client> {
    let register = format!(
        "[[recipient]]\nname = \"mail\"\nhost = \"{host}\"\nport = {port}\nwho = \"Example Mail\"\ndata = \"E-mail address, text of the mail\"\n\
         purpose = \"Notices about the account\"\ncountry = \"Germany\"\nsafeguard = \"Contract under article 28\"\nin_force_from = 2026-11-01\nprivate = true\n"
    );
    Arc::new(Client::new(Register::parse(&register).unwrap(), Arc::new(FixedClock::new())))
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn mailer(client: Arc<Client>, url: &str, roots: &[CertificateDer<'static>]) -> SmtpMailer {
    let Ok(MailRoute::Smtp(server)) = MailRoute::parse(url) else { panic!("{url}") };
    SmtpMailer::new(client, server, address("no-reply@brand.example"), roots.to_vec())
        .impatient(PATIENT, PATIENT)
}

fn mail() -> Mail {
    Mail {
        id: "mai_0190".to_owned(),
        brand: BrandId([1; 16]),
        from_name: "Brand".to_owned(),
        reply_to: Some(address("privacy@brand.example")),
        to: address(TO),
        language: "en".to_owned(),
        subject: Personal::from("Your password was changed"),
        text: Personal::from("One line\n.dotted\n.\nand the end"),
        is_automatic: true,
        html: Some(Personal::from("<p>Ein schöner Tag</p>")),
        at: Timestamp::from_secs(1_795_348_800),
    }
}

/// Sends one mail; what came of it, and whether it was marked as handed over.
async fn send(mailer: &impl Mailer) -> (Result<(), MailError>, bool) {
    let marked = AtomicBool::new(false);
    let outcome = mailer
        .send(
            mail(),
            Box::pin(async {
                marked.store(true, Ordering::SeqCst);
                true
            }),
        )
        .await;
    if let Err(error) = &outcome {
        let text = format!("{error} {error:?}");
        assert!(!text.contains(TO) && !text.contains("s3cret") && !text.contains("unknown"), "{text}");
    }
    (outcome, marked.into_inner())
}

/// A mailer for the catcher, by its name or by its address in figures.
fn to(catcher: &Catcher, scheme: &str, user: &str) -> SmtpMailer {
    let port = catcher.address.port();
    let is_plain = scheme == "smtp-plain";
    let (scheme, host) = if is_plain { ("smtp", "127.0.0.1") } else { (scheme, "localhost") };
    mailer(
        client(host, port),
        &format!("{scheme}://{user}{host}:{port}"),
        std::slice::from_ref(&catcher.root),
    )
}

#[tokio::test]
async fn claim_f6_a_mail_arrives_over_starttls_over_tls_and_on_this_machine() {
    for (encryption, scheme) in
        [(Encryption::StartTls, "smtp"), (Encryption::Tls, "smtps"), (Encryption::None, "smtp-plain")]
    {
        let catcher = Catcher::with_credentials(encryption, Some(("shop", "s3cret:/@"))).await;
        assert_eq!(send(&to(&catcher, scheme, "shop:s3cret%3A%2F%40@")).await, (Ok(()), true), "{scheme}");
        let [caught] = &catcher.caught()[..] else { panic!("{scheme}") };
        assert_eq!((caught.from.as_str(), &caught.to[..]), ("no-reply@brand.example", &[TO.to_owned()][..]));
        assert_eq!(caught.was_encrypted, encryption != Encryption::None);
        assert_eq!(caught.signed_in, Some(("shop".to_owned(), "s3cret:/@".to_owned())));
        let read = MessageParser::default().parse(&caught.message).unwrap();
        assert_eq!(read.subject(), Some("Your password was changed"));
        let text = read.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), "One line\n.dotted\n.\nand the end");
        assert!(read.body_html(0).unwrap().contains("schöner"));
    }
}

#[tokio::test]
async fn claim_f10_a_server_is_tried_out_without_a_mail() {
    for (encryption, scheme) in
        [(Encryption::StartTls, "smtp"), (Encryption::Tls, "smtps"), (Encryption::None, "smtp-plain")]
    {
        let catcher = Catcher::with_credentials(encryption, Some(("shop", "s3cret"))).await;
        assert_eq!(to(&catcher, scheme, "shop:s3cret@").try_out().await, Ok(()), "{scheme}");
        let wrong = to(&catcher, scheme, "shop:other@").try_out().await.unwrap_err().to_string();
        assert!(wrong.contains("signing in") && !wrong.contains("other"), "{wrong}");
        assert!(catcher.caught().is_empty(), "{scheme}");
    }
    let catcher = Catcher::start(Encryption::StartTls).await;
    catcher.be(Mood::HidesTls);
    let hidden = to(&catcher, "smtp", "").try_out().await.unwrap_err().to_string();
    assert!(hidden.contains("STARTTLS"), "{hidden}");
    let gone = catcher.address.port();
    drop(catcher);
    let url = format!("smtp://127.0.0.1:{gone}");
    assert!(mailer(client("127.0.0.1", gone), &url, &[]).try_out().await.is_err());
}

#[tokio::test]
async fn claim_f6_it_is_known_what_may_have_happened_to_each_mail() {
    let catcher = Catcher::start(Encryption::StartTls).await;
    for (mood, wanted, is_marked, arrived) in [
        (Mood::NotNow, "not sent yet: RCPT: the server answered 451", false, 0),
        (Mood::NeverTo, "refused for good: RCPT: the server answered 550", false, 0),
        (Mood::HangsUpAtData, "not sent yet: DATA: no usable answer", true, 0),
        (Mood::Full, "not sent yet: the mail: the server answered 452", true, 1),
        (Mood::Never, "refused for good: the mail: the server answered 554", true, 1),
        (Mood::HangsUpAtLast, "handed over without an answer: the connection broke", true, 1),
        (Mood::HangsAtLast, "handed over without an answer: no answer within 300ms", true, 1),
    ] {
        let before = catcher.caught().len();
        catcher.be(mood);
        let handing_over = if mood == Mood::HangsAtLast { Duration::from_millis(300) } else { PATIENT };
        let (outcome, marked) = send(&to(&catcher, "smtp", "").impatient(PATIENT, handing_over)).await;
        assert_eq!(outcome.unwrap_err().to_string(), wanted);
        assert_eq!((marked, catcher.caught().len() - before), (is_marked, arrived), "{mood:?}");
    }
}

#[tokio::test]
async fn a_mark_that_says_no_keeps_the_mail_back() {
    let catcher = Catcher::start(Encryption::StartTls).await;
    let outcome = to(&catcher, "smtp", "").send(mail(), Box::pin(async { false })).await;
    assert!(matches!(outcome, Err(MailError::NotNow(_))));
    assert_eq!(catcher.caught(), []);
}

#[tokio::test]
async fn a_server_that_hangs_is_left() {
    let catcher = Catcher::start(Encryption::StartTls).await;
    catcher.be(Mood::HangsAtFirst);
    let mailer = to(&catcher, "smtp", "").impatient(Duration::from_secs(2), PATIENT);
    let (outcome, marked) = send(&mailer).await;
    assert_eq!(outcome.unwrap_err().to_string(), "not sent yet: the mail server: no answer within 2s");
    assert!(!marked);
}

#[tokio::test]
async fn claim_d3_no_mail_goes_to_a_server_that_is_not_in_the_register() {
    let catcher = Catcher::start(Encryption::StartTls).await;
    let port = catcher.address.port();
    let url = format!("smtp://localhost:{port}");
    for elsewhere in [client("localhost", port.wrapping_add(1)), client("mail.example.com", port)] {
        let (outcome, marked) = send(&mailer(elsewhere, &url, std::slice::from_ref(&catcher.root))).await;
        let text = outcome.unwrap_err().to_string();
        assert!(text.contains("the register of recipients has no entry in force"), "{text}");
        assert!(!marked);
    }
    assert_eq!(catcher.connections(), 0);
}

#[tokio::test]
async fn claim_d3_every_mail_is_counted_as_a_way_out() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let client = client("localhost", catcher.address.port());
    let url = format!("smtps://localhost:{}", catcher.address.port());
    send(&mailer(Arc::clone(&client), &url, std::slice::from_ref(&catcher.root))).await.0.unwrap();
    let [connection] = &client.connections()[..] else { panic!("one recipient") };
    assert_eq!((connection.recipient.as_str(), connection.count), ("mail", 1));
}

#[tokio::test]
async fn a_server_whose_certificate_is_not_verified_gets_nothing() {
    for (encryption, scheme) in [(Encryption::StartTls, "smtp"), (Encryption::Tls, "smtps")] {
        let catcher = Catcher::with_credentials(encryption, Some(("shop", "s3cret"))).await;
        let port = catcher.address.port();
        let stranger = TestCa::new().root;
        let url = format!("{scheme}://shop:s3cret@localhost:{port}");
        let (outcome, marked) = send(&mailer(client("localhost", port), &url, &[stranger])).await;
        let text = outcome.unwrap_err().to_string();
        assert!(
            text.starts_with("not sent yet: TLS with the mail server: invalid peer certificate"),
            "{text}"
        );
        assert!(!marked && catcher.caught().is_empty());
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing_and_nothing_slips_in_before_it() {
    let catcher = Catcher::with_credentials(Encryption::StartTls, Some(("shop", "s3cret"))).await;
    let mailer = to(&catcher, "smtp", "shop:s3cret@");
    catcher.be(Mood::HidesTls);
    let text = send(&mailer).await.0.unwrap_err().to_string();
    assert!(text.contains("offers no STARTTLS: use smtps://"), "{text}");
    catcher.be(Mood::Injects);
    let text = send(&mailer).await.0.unwrap_err().to_string();
    assert!(text.starts_with("not sent yet: TLS with the mail server"), "{text}");
    assert_eq!(catcher.caught(), []);
}

#[tokio::test]
async fn a_wrong_password_is_a_matter_of_the_set_up_and_not_of_the_mail() {
    let catcher = Catcher::with_credentials(Encryption::StartTls, Some(("shop", "other"))).await;
    let text = send(&to(&catcher, "smtp", "shop:s3cret@")).await.0.unwrap_err().to_string();
    assert!(text.starts_with("not sent yet: signing in") && text.contains("535"), "{text}");
    // Nor is a server that wants a password and was given none.
    let text = send(&to(&catcher, "smtp", "")).await.0.unwrap_err().to_string();
    assert!(text.starts_with("not sent yet: MAIL") && text.contains("530"), "{text}");
}

#[tokio::test]
async fn a_mailbox_holds_one_whole_file_for_each_mail_whatever_is_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("new/mail");
    let mailbox = Mailbox::new(folder.clone(), address("no-reply@brand.example"));
    for _ in 0..2 {
        assert_eq!(send(&mailbox).await, (Ok(()), true));
    }
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    assert_eq!(file.file_name().unwrap(), "mai_0190.eml");
    let bytes = std::fs::read(file).unwrap();
    let read = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(read.to().unwrap().first().unwrap().address(), Some(TO));
    assert_eq!(read.body_text(0).unwrap().lines().count(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o077, 0);
    }
    // Where no folder can be, the mail waits.
    let nowhere = Mailbox::new(file.join("below"), address("no-reply@brand.example"));
    let text = send(&nowhere).await.0.unwrap_err().to_string();
    assert!(text.starts_with("not sent yet: the mailbox's folder: "), "{text}");
}

/// A mail server that others wrote (Debian's `python3-aiosmtpd`), as a process of its own.
struct Independent {
    process: Child,
    port: u16,
    dir: tempfile::TempDir,
    ca: TestCa,
}

impl Independent {
    /// `None` where it is not installed; with `CI=true` that fails.
    async fn start(encryption: Encryption) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let ca = TestCa::new();
        let (certificate, key) = (dir.path().join("certificate.pem"), dir.path().join("key.pem"));
        std::fs::write(&certificate, &ca.certificate_pem).unwrap();
        std::fs::write(&key, &ca.key_pem).unwrap();
        let port = testkit::free_port();
        let mut command = Command::new("aiosmtpd");
        command.args(["--nosetuid", "--listen", &format!("127.0.0.1:{port}")]);
        let (with_certificate, with_key) = match encryption {
            Encryption::Tls => ("--smtpscert", "--smtpskey"),
            _ => ("--tlscert", "--tlskey"),
        };
        command.arg(with_certificate).arg(certificate).arg(with_key).arg(key);
        command.args(["--class", "aiosmtpd.handlers.Mailbox"]).arg(dir.path().join("mail"));
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let Ok(process) = spawned else {
            #[expect(clippy::disallowed_methods, reason = "whether a missing server may be passed over")]
            let is_ci = std::env::var("CI").as_deref() == Ok("true");
            assert!(!is_ci, "aiosmtpd must be installed under CI: apt-get install python3-aiosmtpd");
            return None;
        };
        let server = Self { process, port, dir, ca };
        server.wait_until_it_listens().await;
        Some(server)
    }

    async fn wait_until_it_listens(&self) {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        for _ in 0..1_200 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return;
            }
            tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).await.unwrap_err();
        }
        panic!("aiosmtpd does not listen");
    }

    fn mails(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(self.dir.path().join("mail/new")).unwrap();
        files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

impl Drop for Independent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn claim_f6_a_server_that_others_wrote_takes_the_mail() {
    for (encryption, scheme) in [(Encryption::StartTls, "smtp"), (Encryption::Tls, "smtps")] {
        let Some(server) = Independent::start(encryption).await else {
            eprintln!("skipped: aiosmtpd is not installed (apt-get install python3-aiosmtpd)");
            return;
        };
        let url = format!("{scheme}://localhost:{}", server.port);
        let mailer = mailer(client("localhost", server.port), &url, std::slice::from_ref(&server.ca.root));
        assert_eq!(send(&mailer).await, (Ok(()), true), "{scheme}");
        let [mail] = &server.mails()[..] else { panic!("{scheme}") };
        let read = MessageParser::default().parse(mail).unwrap();
        assert_eq!(read.message_id(), Some("mai_0190@brand.example"));
        let text = read.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), "One line\n.dotted\n.\nand the end");
    }
}
