//! The way in of the real binary: an empty folder is enough, certificates are exchanged under way, and
//! plain HTTP leads to HTTPS.

use crate::admin::{self, set_up_link};
use crate::program::{BRANDS, entente, run};
use crate::site::eventually;
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Certificate, Client, Version};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `entente serve` and what it said until it stood.
pub struct Running {
    process: Child,
    pub lines: Vec<String>,
    pub address: SocketAddr,
}

impl Running {
    pub async fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = entente(folder);
        command.arg("serve").env("ENTENTE_SERVER__LISTEN", "127.0.0.1:0");
        // Tests come in by the password, unless they say otherwise.
        command.env("ENTENTE_ACCOUNTS__SECOND_FACTOR", "offered").envs(environment.iter().copied());
        command.stdout(Stdio::piped()).stderr(File::create(folder.join("standard-error.txt")).unwrap());
        let mut process = command.spawn().unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let is_own = !environment.iter().any(|(name, _)| *name == "ENTENTE_SERVER__TLS");
        let last = if is_own { "Your browser" } else { "Entente listens" };
        let reading = tokio::task::spawn_blocking(move || {
            let mut lines: Vec<String> = Vec::new();
            while !lines.last().is_some_and(|line| line.starts_with(last)) {
                match said.next() {
                    Some(line) => lines.push(line.unwrap()),
                    None => return (lines, false),
                }
            }
            (lines, true)
        });
        let (lines, stands) = reading.await.unwrap();
        let problem = std::fs::read_to_string(folder.join("standard-error.txt")).unwrap();
        assert!(stands, "it did not start: {problem}");
        let address = lines.iter().find_map(|line| line.strip_prefix("Entente listens on ")).unwrap();
        let address = address.split("://").nth(1).unwrap().parse().unwrap();
        Self { process, lines, address }
    }

    fn said(&self, beginning: &str) -> Vec<&str> {
        self.lines.iter().filter_map(|line| line.strip_prefix(beginning)).collect()
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub async fn stop(self) {
        self.signal("-TERM");
        self.ended().await;
    }

    /// Until it has ended by itself, and well.
    pub async fn ended(mut self) {
        let status = eventually("the end", || std::future::ready(self.process.try_wait().unwrap())).await;
        assert!(status.success(), "it did not end well: {status}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Trusts this authority and nobody else.
fn client(pem: &[u8]) -> Client {
    let root = Certificate::from_pem(pem).unwrap();
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let client = Client::builder().no_proxy().tls_certs_only([root]).resolve("localhost", here);
    let client = client.resolve("own.localhost", here);
    client.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn read(folder: &Path, file: &str) -> Vec<u8> {
    std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_x2_an_empty_folder_is_enough_to_serve_https() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let first = Running::start(here, &[]).await;
    let made = first.said("Made ");
    for file in [
        "entente-data/root.key",
        "entente-data/entente.db",
        "entente-data/keys.db",
        "entente-data/tls/ca.pem",
    ] {
        let lines = made.iter().filter(|line| line.starts_with(&format!("{file}: "))).count();
        assert_eq!(lines, 1, "{file}: {made:?}");
        assert!(here.join(file).exists(), "{file}");
    }
    assert_eq!(first.said("Open "), [first.url("").as_str()]);
    assert!(first.lines.last().unwrap().contains("will warn of the certificate"), "{:?}", first.lines);
    let authority = read(here, "entente-data/tls/ca.pem");
    let browser = client(&authority);
    let answer = browser.get(first.url("/healthz")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    // A name that a browser would keep for good is not pinned to a certificate that it does not know.
    assert!(answer.headers().get("strict-transport-security").is_none());
    let by_number = format!("https://{}/healthz", first.address);
    assert_eq!(browser.get(by_number).send().await.unwrap().status(), 200);
    // The machine's own list of authorities does not hold ours.
    let stranger = Client::builder().no_proxy().build().unwrap();
    assert!(stranger.get(first.url("/healthz")).send().await.is_err());

    // Without a Facebook app: said, not failed.
    let log = String::from_utf8(read(here, "standard-error.txt")).unwrap();
    assert!(log.contains("no Facebook app is configured"), "{log}");
    let webhook = first.url("/webhooks/messenger");
    let handshake = format!("{webhook}?hub.mode=subscribe&hub.verify_token=&hub.challenge=1");
    assert_eq!(browser.get(handshake).send().await.unwrap().status(), 503);
    assert_eq!(browser.post(webhook).body("{}").send().await.unwrap().status(), 503);
    // The link makes the admin, once.
    let link = set_up_link(first.lines.iter().map(String::as_str), "entente").unwrap();
    assert!(link.starts_with(&first.url("/setup/")), "{link}");
    let site = admin::Site { client: &browser, base: &first.url(""), host: "" };
    assert_eq!(site.get(admin::path(link), "").await.status(), 200);
    let token = site.begin(link).await;
    assert_eq!(site.get(admin::path(link), "").await.status(), 404);
    let form = json!({ "code": "c", "redirect_uri": "https://localhost/back" }).to_string();
    let connect = browser.post(first.url("/api/v1/pages")).bearer_auth(token.trim()).body(form);
    let answer = connect.header("content-type", "application/json").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("messenger.app_id"), "{problem}");
    first.stop().await;

    // The second start makes nothing and is trusted as the first was.
    let second = Running::start(here, &[]).await;
    assert_eq!(second.said("Made "), Vec::<&str>::new());
    assert_eq!(second.said("Set up "), Vec::<&str>::new());
    assert_eq!(browser.get(second.url("/healthz")).send().await.unwrap().status(), 200);
    assert_eq!(read(here, "entente-data/tls/ca.pem"), authority);
    second.stop().await;
}

/// As a browser sends a text in a form.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_a2_a_brand_begins_with_documents_of_its_own_however_long_they_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let brand = folder.path().join("brands/own");
    let toml = include_str!("../../src/default_brand.toml").replace("localhost", "own.localhost");
    std::fs::create_dir_all(brand.join("documents/ar")).unwrap();
    std::fs::write(brand.join("brand.toml"), toml).unwrap();
    // As long as a file may be.
    let long = format!("# سياسة {{brand}}\n\n{}", "ش".repeat(model::brand::DOCUMENT_LIMIT / 2 - 20));
    for kind in ["terms", "privacy"] {
        std::fs::write(brand.join(format!("documents/ar/{kind}.md")), &long).unwrap();
    }
    let running = Running::start(folder.path(), &[]).await;
    let browser = client(&read(folder.path(), "entente-data/tls/ca.pem"));
    let link = set_up_link(running.lines.iter().map(String::as_str), "entente").unwrap();
    let base = running.url("").replace("localhost", "own.localhost");
    let site = admin::Site { client: &browser, base: &base, host: "" };
    let form = site.get(admin::path(link), "").await;
    let form = String::from_utf8(form.bytes().await.unwrap().to_vec()).unwrap();
    assert_eq!(form.matches("# سياسة Entente\n\nشش").count(), 2, "its own, twice");
    assert_eq!(form.matches("<textarea").count(), 8, "and templates for the others");

    let text = encoded(&long.replace("{brand}", "Entente"));
    let mut fields = vec![("name", "Sample"), ("email", admin::EMAIL), ("password", admin::PASSWORD)];
    for name in ["terms-ar", "privacy-ar"] {
        fields.push((name, &text));
    }
    for name in
        ["terms-en", "privacy-en", "data_use-en", "data_use-ar", "breach_policy-en", "breach_policy-ar"]
    {
        fields.push((name, "Sample"));
    }
    assert_eq!(site.post(admin::path(link), "", &fields).await.status(), 303);
    // What this installation cannot do yet is said, and nothing that would not come is promised.
    for path in ["/register", "/account/forgotten"] {
        let page = admin::text(site.get(path, "").await).await;
        assert!(page.contains("cannot send mail yet") && !page.contains("<form"), "{page}");
    }
    let session = site.sign_in(admin::EMAIL, admin::PASSWORD).await;
    let connect = admin::text(site.get("/app/pages/connect", &session).await).await;
    assert!(connect.contains("No Facebook app stands behind"), "{connect}");
    let shown = site.get("/privacy?lang=ar", "").await;
    assert!(shown.bytes().await.unwrap().windows(400).any(|part| part == "ش".repeat(200).as_bytes()));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f10_a_new_admin_is_led_straight_to_a_second_factor() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &[("ENTENTE_ACCOUNTS__SECOND_FACTOR", "admins")]).await;
    let browser = client(&read(folder.path(), "entente-data/tls/ca.pem"));
    let link = set_up_link(running.lines.iter().map(String::as_str), "entente").unwrap();
    let site = admin::Site { client: &browser, base: &running.url(""), host: "" };
    site.set_up(link).await;
    let session = site.sign_in(admin::EMAIL, admin::PASSWORD).await;
    for wanted in ["/app", "/app/tokens", "/admin/brand", "/account"] {
        let led = site.get(wanted, &session).await;
        assert_eq!(
            (led.status().as_u16(), led.headers()["location"].to_str().unwrap()),
            (303, web::routes::OWED)
        );
    }
    let page = admin::text(site.get(web::routes::OWED, &session).await).await;
    assert!(page.contains("Set up a second factor") && page.contains("/account/two-factor"), "{page}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f9_claim_r5_no_default_credential_is_made_by_a_first_start() {
    let (mut seen, mut links, mut tokens) = (Vec::new(), Vec::<String>::new(), Vec::<String>::new());
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(folder.path(), &[]).await;
        let browser = client(&read(folder.path(), "entente-data/tls/ca.pem"));
        let secrets = ["root.key", "tls/server.pem", "tls/authority.pem"]
            .map(|file| read(folder.path(), &format!("entente-data/{file}")));
        let link = set_up_link(running.lines.iter().map(String::as_str), "entente").unwrap();
        let link = admin::path(link).to_owned();
        let said = running.lines.join("\n");
        for secret in &secrets {
            let secret = String::from_utf8_lossy(secret);
            assert!(!said.contains(secret.trim()), "a secret is on the screen");
        }
        seen.push(secrets);
        let site = admin::Site { client: &browser, base: &running.url(""), host: "" };
        // Before anybody was made, nobody can come in.
        for password in ["admin", "entente", "password", ""] {
            let fields = [("email", "admin@localhost"), ("password", password)];
            let asked = site.post("/login", "", &fields).await;
            assert!(asked.status().is_client_error() && !asked.headers().contains_key("set-cookie"));
        }
        if let Some(earlier) = links.first() {
            // What worked at the other installation is worth nothing here.
            assert_eq!(site.get(earlier, "").await.status(), 404);
            for token in [tokens[0].as_str(), "admin", "entente", ""] {
                let asked = browser.get(running.url("/api/v1/leads")).bearer_auth(token);
                assert_eq!(asked.send().await.unwrap().status(), 401);
            }
        }
        tokens.push(site.begin(&running.url(&link)).await);
        links.push(link);
        running.stop().await;
    }
    let [first, second] = seen.as_slice() else { unreachable!("two starts") };
    for (one, other) in first.iter().zip(second) {
        assert_ne!(one, other);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_port_is_named_with_the_way_out_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    std::fs::write(folder.path().join("entente.toml"), format!("[server]\nlisten = \"{address}\"\n"))
        .unwrap();
    let output = run(folder.path(), &["serve"]).await;
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains(&address) && err.contains("ENTENTE_SERVER__LISTEN=127.0.0.1:"), "{err}");
    assert!(!folder.path().join("entente-data").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f8_the_plain_port_of_the_program_leads_to_https() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &[("ENTENTE_SERVER__HTTP_LISTEN", "127.0.0.1:0")]).await;
    let plain = running.said("Plain HTTP on ")[0].split_whitespace().next().unwrap().to_owned();
    let browser = client(&read(folder.path(), "entente-data/tls/ca.pem"));
    for path in ["/", "/login", "/healthz?a=b"] {
        let asked = browser.get(format!("http://{plain}{path}")).header("host", "localhost");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 308);
        assert_eq!(answer.headers()["location"].to_str().unwrap(), running.url(path));
    }
    let asked = browser.get(format!("http://{plain}/api/v1/leads")).header("host", "localhost");
    assert_eq!(asked.send().await.unwrap().status(), 403, "a program would go on in plain text");
    let asked = browser.get(format!("http://{plain}/")).header("host", "elsewhere.example");
    assert_eq!(asked.send().await.unwrap().status(), 421);
    running.stop().await;
}

/// Writes a fresh pair for localhost; the certificate is its own authority.
fn write_pair(folder: &Path) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    certificate.pem().into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificate_files_are_read_again_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let old = client(&write_pair(here));
    let files = [
        ("ENTENTE_SERVER__TLS", "files"),
        ("ENTENTE_SERVER__CERTIFICATE", "certificate.pem"),
        ("ENTENTE_SERVER__KEY", "key.pem"),
        ("ENTENTE_SERVER__PUBLIC_URL", "https://localhost"),
    ];
    let running = Running::start(here, &files).await;
    let answer = old.get(running.url("/healthz")).send().await.unwrap();
    assert!(answer.headers().contains_key("strict-transport-security"));
    answer.bytes().await.unwrap();
    let new = client(&write_pair(here));
    running.signal("-HUP");
    let taken = async || new.get(running.url("/healthz")).send().await.ok();
    eventually("the new certificate", taken).await;
    // Who was connected still is.
    assert_eq!(old.get(running.url("/healthz")).send().await.unwrap().status(), 200);
    // A broken file changes nothing, and is said.
    std::fs::write(here.join("certificate.pem"), "half a fi").unwrap();
    running.signal("-HUP");
    let said = async || {
        let log = String::from_utf8(read(here, "standard-error.txt")).unwrap();
        log.contains("the old one stays").then_some(())
    };
    eventually("the warning", said).await;
    assert_eq!(new.get(running.url("/readyz")).send().await.unwrap().status(), 200);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_certificate_serves_all_five_brands() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &[("ENTENTE_BRANDS__DIR", BRANDS)]).await;
    let root = Certificate::from_pem(&read(folder.path(), "entente-data/tls/ca.pem")).unwrap();
    let mut hosts = 0;
    for file in std::fs::read_dir(BRANDS).unwrap() {
        let Ok(text) = std::fs::read_to_string(file.unwrap().path().join("brand.toml")) else { continue };
        let brand: model::brand::Brand = toml::from_str(&text).unwrap();
        for host in &brand.hosts {
            let builder = Client::builder().no_proxy().tls_certs_only([root.clone()]);
            let browser = builder.resolve(host, running.address).build().unwrap();
            let url = format!("https://{host}:{}/api/v1/openapi.json", running.address.port());
            assert_eq!(browser.get(url).send().await.unwrap().status(), 200, "{host}");
            hosts += 1;
        }
    }
    assert!(hosts >= 5);
    running.stop().await;
}
