//! TLS to a real PostgreSQL server: whose certificate is believed, and that nothing goes there unverified.

use crate::server::Server;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::ffi::OsStr;
use std::path::Path;
use store::{Database, Options, Protection, Schema, StoreError, protection, verified_with};

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for `localhost` from the authority in `ca.pem`; its address, by 127.0.0.1.
async fn server(folder: &Path) -> Option<(Server, String)> {
    let (ca, key) = (authority("right"), KeyPair::generate().unwrap());
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &ca).unwrap();
    let [crt, pem] = ["server.crt", "server.key"].map(|name| folder.join(name));
    std::fs::write(&crt, certificate.pem()).unwrap();
    std::fs::write(&pem, key.serialize_pem()).unwrap();
    std::fs::write(folder.join("ca.pem"), ca.pem()).unwrap();
    std::fs::write(folder.join("other.pem"), authority("other").pem()).unwrap();
    let mut server = Server::start(&[OsStr::new("tls"), crt.as_os_str(), pem.as_os_str()]).await?;
    let url = server.said();
    Some((server, url))
}

async fn refusal(url: &str) -> String {
    match Database::is_bare(url).await {
        Err(StoreError::Unavailable(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f8_a_server_is_believed_with_the_right_authority_and_name_only() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_server, by_number)) = server(folder.path()).await else { return };
    let by_name = by_number.replace("127.0.0.1", "localhost");
    let file = |name: &str| folder.path().join(name);

    let url = verified_with(&by_name, &file("ca.pem")).unwrap();
    assert_eq!(protection(&url), Ok(Some(Protection::Verified)));
    let db = Database::open(&url, Schema::Keys, Options::default()).await.unwrap();
    db.check().await.unwrap();
    // That it was TLS is what the server itself saw.
    let seen = |url: &str| {
        let url = url.to_owned();
        async move { Database::server_settings(&url).await.unwrap().unwrap().is_encrypted }
    };
    assert!(seen(&url).await);
    assert!(!seen(&by_name).await, "plainly on this machine, as before");

    let wrong = refusal(&verified_with(&by_name, &file("other.pem")).unwrap()).await;
    assert!(wrong.contains("UnknownIssuer"), "{wrong}");
    let system = refusal(&format!("{by_name}?sslmode=verify-full")).await;
    assert!(system.contains("certificate"), "{system}");
    let name = refusal(&verified_with(&by_number, &file("ca.pem")).unwrap()).await;
    assert!(name.contains("not valid for name"), "{name}");
    for gone in ["missing.pem", "server.key"] {
        let error = Database::is_bare(&verified_with(&by_name, &file(gone)).unwrap()).await.unwrap_err();
        assert!(matches!(&error, StoreError::Address(text) if text.contains(gone)), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f8_a_server_without_tls_gets_no_password() {
    let Some(home) = crate::home::Home::postgres().await else { return };
    let error = refusal(&format!("{}&sslmode=verify-full", home.url())).await;
    assert!(error.contains("does not support TLS"), "{error}");
    home.remove().await;
}
