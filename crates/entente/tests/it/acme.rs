//! A certificate from a real certificate authority: Pebble, the one that Let's Encrypt tests clients
//! with, on this machine, with a name server that leads every name here.
//!
//! Without Pebble (`apt-get install pebble`) the test says so and ends; under CI that is a failure.

use crate::first_start::Running;
use crate::program::{BRANDS, entente};
use crate::site::eventually;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Certificate, Client};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process of this test, which ends with it.
struct Helper(Child);

impl Drop for Helper {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Helper {
    fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

/// The certificate of the authority's own site, and who signed it.
fn certify_site(folder: &Path) -> Vec<u8> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let mut site = CertificateParams::new(names).unwrap();
    site.distinguished_name = rcgen::DistinguishedName::new();
    std::fs::write(folder.join("site.pem"), site.signed_by(&key, &issuer).unwrap().pem()).unwrap();
    std::fs::write(folder.join("site.key"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("root.pem"), issuer.pem()).unwrap();
    issuer.pem().into_bytes()
}

fn has_pebble() -> bool {
    let is_there = Command::new("pebble-challtestsrv").arg("-help").output().is_ok()
        && Command::new("pebble").arg("-help").output().is_ok();
    #[expect(clippy::disallowed_methods, reason = "the switch of all tests that need something installed")]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(is_there || !is_ci, "pebble must be installed under CI");
    is_there
}

/// A host that the name server leads to this machine.
const HOST: &str = "chat.shop-of-ours.eu";

/// The authority at work.
struct Authority {
    _helpers: [Helper; 2],
    directory: String,
    port: u16,
    /// Where it comes to see what it asked for.
    plain: String,
    /// Who signs the certificates that it grants.
    root: Certificate,
}

impl Authority {
    /// Nothing when Pebble is not installed.
    async fn start(here: &Path) -> Option<Self> {
        if !has_pebble() {
            #[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was left out")]
            {
                eprintln!("skipped: pebble is not installed (apt-get install pebble)");
            }
            return None;
        }
        let site_root = certify_site(here);
        let [port, management, plain, names, names_management] = [(); 5].map(|()| testkit::free_port());
        let pebble = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": here.join("site.pem"), "privateKey": here.join("site.key"),
            "httpPort": plain, "tlsPort": 1, "ocspResponderURL": "", "externalAccountBindingRequired": false,
        }});
        std::fs::write(here.join("pebble.json"), pebble.to_string()).unwrap();
        let name_server = Helper::start(
            Command::new("pebble-challtestsrv")
                .args(["-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", ""])
                .args(["-dns01", &format!("127.0.0.1:{names}")])
                .args(["-management", &format!("127.0.0.1:{names_management}")]),
        );
        let authority = Helper::start(
            Command::new("pebble")
                .args(["-strict", "-dnsserver", &format!("127.0.0.1:{names}")])
                .arg("-config")
                .arg(here.join("pebble.json"))
                // Neither its waits at random nor its refusals at random.
                .envs([("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_WFE_NONCEREJECT", "0")]),
        );
        let site = Certificate::from_pem(&site_root).unwrap();
        let trusting = Client::builder().no_proxy().tls_certs_only([site]).build().unwrap();
        let roots = format!("https://localhost:{management}/roots/0");
        let asked = async || trusting.get(&roots).send().await.ok()?.bytes().await.ok();
        let root = Certificate::from_pem(&eventually("the authority", asked).await).unwrap();
        let (directory, plain) = (format!("https://localhost:{port}/dir"), format!("127.0.0.1:{plain}"));
        Some(Self { _helpers: [name_server, authority], directory, port, plain, root })
    }

    /// The register that comes along, with this authority.
    fn announce(&self, here: &Path) {
        let register = std::fs::read_to_string(format!("{BRANDS}/recipients.toml")).unwrap();
        let entry = format!(
            "{register}\n[[recipient]]\nname = \"acme\"\nhost = \"localhost\"\nport = {}\nwho = \"Pebble\"\n\
             data = \"The hosts' names\"\npurpose = \"A certificate\"\ncountry = \"Here\"\n\
             safeguard = \"None needed\"\nin_force_from = 2026-11-01\nprivate = true\n",
            self.port
        );
        std::fs::write(here.join("recipients.toml"), entry).unwrap();
    }

    /// How the program is told, which answers the authority at `plain`.
    fn environment<'a>(&'a self, plain: &'a str) -> [(&'a str, &'a str); 9] {
        [
            ("ENTENTE_SERVER__TLS", "acme"),
            ("ENTENTE_SERVER__ACME_DIRECTORY", &self.directory),
            ("ENTENTE_SERVER__ACME_CONTACT", "operator@shop-of-ours.eu"),
            ("ENTENTE_SERVER__ACME_ACCEPT_TERMS", "true"),
            ("ENTENTE_SERVER__HTTP_LISTEN", plain),
            ("ENTENTE_SERVER__PUBLIC_URL", "https://chat.shop-of-ours.eu"),
            ("ENTENTE_OUTBOUND__RECIPIENTS", "recipients.toml"),
            ("ENTENTE_LOG", "info"),
            // Where the system's root certificates lie, for this process.
            ("SSL_CERT_FILE", "root.pem"),
        ]
    }

    /// Whether the program answers with a certificate of this authority.
    async fn is_served(&self, running: &Running) -> Option<()> {
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        // A connection of its own each time, so that the certificate of the moment is seen.
        let visitor = Client::builder().no_proxy().tls_certs_only([self.root.clone()]).resolve(HOST, here);
        let url = format!("https://{HOST}:{}/healthz", running.address.port());
        let answer = visitor.build().unwrap().get(url).send().await.ok()?;
        (answer.status() == 200).then_some(())
    }
}

fn log(here: &Path) -> String {
    std::fs::read_to_string(here.join("standard-error.txt")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_x2_a_certificate_is_asked_for_proven_and_put_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let Some(authority) = Authority::start(here).await else { return };
    authority.announce(here);
    let environment = authority.environment(&authority.plain);
    let running = Running::start(here, &environment).await;
    let served = async || {
        assert!(!log(here).contains("no certificate was granted"), "{}", log(here));
        authority.is_served(&running).await
    };
    eventually("the certificate", served).await;
    let read = |file: &str| std::fs::read(here.join("entente-data/tls").join(file)).unwrap();
    let (granted, account) = (read("acme.pem"), read("acme.json"));
    running.stop().await;
    // The next start serves the same at once, and asks for nothing.
    let again = Running::start(here, &environment).await;
    authority.is_served(&again).await.unwrap();
    again.stop().await;
    assert!(granted == read("acme.pem") && account == read("acme.json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_that_fails_is_told_and_the_program_serves_on() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let Some(authority) = Authority::start(here).await else { return };
    authority.announce(here);
    // Nobody is where the authority comes to look.
    let running = Running::start(here, &authority.environment("127.0.0.1:0")).await;
    let told = async || log(here).contains("the authority did not find what it asked for").then_some(());
    eventually("the reason", told).await;
    assert!(log(here).contains(HOST), "the reason names the host: {}", log(here));
    assert!(authority.is_served(&running).await.is_none());
    let own = std::fs::read(here.join("entente-data/tls/ca.pem")).unwrap();
    let own = Certificate::from_pem(&own).unwrap();
    let visitor = Client::builder().no_proxy().tls_certs_only([own]).build().unwrap();
    assert_eq!(
        visitor.get(format!("https://{}/healthz", running.address)).send().await.unwrap().status(),
        200
    );
    running.stop().await;
    let state = std::fs::read_to_string(here.join("entente-data/tls/acme.json")).unwrap();
    assert!(state.contains("\"failures\":1"), "the failure is not remembered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_d3_an_authority_that_is_not_announced_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut command = entente(here);
    command.arg("serve").envs([
        ("ENTENTE_SERVER__LISTEN", "127.0.0.1:0"),
        ("ENTENTE_SERVER__TLS", "acme"),
        ("ENTENTE_SERVER__ACME_ACCEPT_TERMS", "true"),
        ("ENTENTE_SERVER__HTTP_LISTEN", "127.0.0.1:0"),
        ("ENTENTE_SERVER__PUBLIC_URL", "https://chat.shop-of-ours.eu"),
    ]);
    let refused = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(refused.status.code(), Some(78));
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("no entry `acme`"), "{refused}");
}
