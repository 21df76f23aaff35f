//! Addresses that are refused, and that no refusal repeats a password.

use store::{Database, Options, Schema, StoreError};

async fn refusal(url: &str) -> StoreError {
    Database::open(url, Schema::Data, Options::default()).await.err().expect("must be refused")
}

#[tokio::test]
async fn addresses_without_a_file_or_a_known_engine_are_refused() {
    for url in
        ["", "data.db", "mysql://localhost/x", "sqlite:", "sqlite::memory:", "sqlite:file:x?mode=memory"]
    {
        assert!(matches!(refusal(url).await, StoreError::Address(_)), "{url}");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing").join("test.db");
    let error = refusal(&format!("sqlite:{}", path.display())).await;
    assert!(matches!(&error, StoreError::Unavailable(text) if text.contains("missing")), "{error}");
}

#[tokio::test]
async fn an_address_that_does_not_fit_is_refused_without_its_password() {
    for url in [
        "postgres://me:hush@localhost/x?nonsense=hush",
        "postgres://me:hush@db.example/x?sslmode=allow",
        "postgres://me:hush@db.example/x?sslmode=disable&sslrootcert=ca.pem",
    ] {
        let error = refusal(url).await;
        assert!(matches!(error, StoreError::Address(_)), "{url}: {error}");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_the_password() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = refusal(&format!("postgres://me:hush@127.0.0.1:{port}/x")).await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(!error.to_string().contains("hush"), "{error}");
}
