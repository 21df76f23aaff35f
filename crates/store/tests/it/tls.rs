//! TLS to a real PostgreSQL server: whose certificate is believed, and that nothing goes there unverified.

use crate::server::Server;
use std::ffi::OsStr;
use std::path::Path;
use store::{Database, Options, Protection, Schema, StoreError, Without, protection, verified_with};
use testkit::sign_in::{Authority, FAR, SignIn};

/// A server with a certificate for `localhost` from the authority in `ca.pem`; its address, by 127.0.0.1.
async fn server(folder: &Path) -> Option<(Server, String)> {
    let [certificate, key, _] = Authority::new("right").server(folder);
    std::fs::write(folder.join("other.pem"), Authority::new("other").pem()).unwrap();
    let mut server = Server::start(&["tls".as_ref(), certificate.as_os_str(), key.as_os_str()]).await?;
    let url = server.said();
    Some((server, url))
}

/// One that asks for certificates of this authority, with users in the roles that `scripts/postgres` tells apart, who may
/// make what they need in a schema of their own; its superuser's address.
async fn asking_server(ca: &Authority, folder: &Path) -> Option<(Server, String)> {
    let files = ca.server(folder);
    let arguments: Vec<&OsStr> =
        ["tls".as_ref()].into_iter().chain(files.iter().map(|f| f.as_os_str())).collect();
    let mut server = Server::start(&arguments).await?;
    let url = server.said();
    for (role, user) in [("certified", "app"), ("pair", "careful"), ("trusted", "lax"), ("plain", "word")] {
        let sql = format!(
            "CREATE ROLE {role}; CREATE ROLE {user} LOGIN PASSWORD 'hush' IN ROLE {role}; CREATE SCHEMA AUTHORIZATION {user}"
        );
        as_superuser(&url, &sql).await;
    }
    Some((server, url))
}

/// The first column of the first row, if there is one.
async fn as_superuser(server: &str, sql: &str) -> Option<String> {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let answers = client.simple_query(sql).await.unwrap();
    answers.iter().find_map(|answer| match answer {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

/// The address of a user who signs in by a certificate (and a password, if `user` has one), where the superuser's is `server`.
fn signs_in(by: &SignIn, user: &str, server: &str, folder: &Path) -> String {
    let place = server.rsplit_once('@').unwrap().1.replace("127.0.0.1", "localhost");
    format!("postgres://{user}@{place}?{}", by.parameters(folder))
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f8_a_certificate_signs_us_in_and_a_renewed_one_at_the_next_connection() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Authority::new("right"));
    let Some((_server, server)) = asking_server(&ca, folder.path()).await else { return };
    let ours = SignIn::new(folder.path(), "ours");
    ours.renew(&ca, "app", 7, FAR);
    let url = signs_in(&ours, "app", &server, folder.path());
    assert_eq!(protection(&url), Ok(Some(Protection::Verified)));
    let db = Database::open(&url, Schema::Keys, Options::default()).await.unwrap();
    let settings = Database::server_settings(&url).await.unwrap().unwrap();
    assert_eq!((settings.open, settings.is_encrypted), (None, true));

    let seen = "SELECT DISTINCT CAST(client_serial AS TEXT) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'app'";
    assert_eq!(as_superuser(&server, seen).await.as_deref(), Some("7"));
    let cut = "SELECT count(pg_terminate_backend(pid, 9000)) FROM pg_stat_activity WHERE usename = 'app'";
    // What is being written is no pair yet: connections that stand go on, and no new one is made.
    std::fs::write(&ours.certificate, "").unwrap();
    db.check().await.unwrap();
    as_superuser(&server, cut).await;
    let error = db.presence(&[1; 16]).await.err().unwrap().to_string();
    assert!(error.contains("ours.crt: it holds no certificate in PEM"), "{error}");

    ours.renew(&ca, "app", 8, FAR);
    let look = |tx: &store::Tx<'_>| store::check_needed(tx, Schema::Keys);
    db.read("look", look).await.unwrap();
    let presence = db.presence(&[1; 16]).await.unwrap().unwrap();
    presence.hold().await.unwrap();
    assert_eq!(as_superuser(&server, seen).await.as_deref(), Some("8"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f8_a_certificate_that_does_not_sign_us_in_is_named_with_what_to_do() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Authority::new("right"));
    let Some((_server, server)) = asking_server(&ca, folder.path()).await else { return };
    let ours = SignIn::new(folder.path(), "ours");
    let url = signs_in(&ours, "app", &server, folder.path());
    let says = async |words: &[&str]| {
        let error = refusal(&url).await;
        assert!(words.iter().all(|word| error.contains(word)), "{words:?}: {error}");
    };
    says(&["(sslcert)", "ours.crt"]).await;
    ours.renew(&ca, "app", 1, 2000);
    says(&["(sslcert) has ended: renew it"]).await;
    ours.renew(&Authority::new("other"), "app", 2, FAR);
    says(&["the server does not believe the certificate", "ssl_ca_file"]).await;
    ours.renew(&ca, "somebody", 3, FAR);
    says(&["PostgreSQL refused the user", "whose common name is the user's"]).await;
    let absent = url.split("&sslcert").next().unwrap();
    let error = refusal(absent).await;
    assert!(error.contains("give a certificate in the address (sslcert, sslkey)"), "{error}");

    ours.renew(&ca, "app", 4, FAR);
    ours.may_be_read(0o604);
    says(&["(sslkey)", "others may read it: run `chmod 600 ", "ours.key`"]).await;
    ours.may_be_read(0o600);
    Database::is_bare(&url).await.unwrap();
    let other = SignIn::new(folder.path(), "other");
    other.renew(&ca, "app", 5, FAR);
    std::fs::copy(&other.key, &ours.key).unwrap();
    says(&["ours.crt", "the key that it was made for", "ours.key"]).await;
    std::fs::copy(&ours.certificate, &ours.key).unwrap();
    ours.may_be_read(0o600);
    says(&["(sslkey)", "ours.key: it holds no private key"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f10_a_server_that_lets_us_in_without_our_certificate_is_refused_or_named() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Authority::new("right"));
    let Some((_server, server)) = asking_server(&ca, folder.path()).await else { return };
    for (user, by, open, opens) in [
        ("app", "app", None, true),
        ("careful", "careful:hush", None, true),
        // A password is asked for, but no certificate.
        ("word", "word:hush", Some(Without::Certificate), true),
        ("lax", "lax", Some(Without::Anything), false),
        ("lax", "lax:hush", Some(Without::Anything), false),
    ] {
        let theirs = SignIn::new(folder.path(), user);
        theirs.renew(&ca, user, 1, FAR);
        let url = signs_in(&theirs, by, &server, folder.path());
        assert_eq!(Database::server_settings(&url).await.unwrap().unwrap().open, open, "{by}");
        let opened = Database::open(&url, Schema::Keys, Options::default()).await;
        match opened.err() {
            None => assert!(opens, "{by}"),
            Some(error) => assert!(error == StoreError::LetsInAnybody && !opens, "{by}: {error}"),
        }
    }
}
