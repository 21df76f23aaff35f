//! What must not start: an installation of which a part is missing, or that another process runs. Each
//! is refused with what to do, and nothing is made in its place.

use crate::program::{BRANDS, World, refused, run};
use std::path::Path;
use store::{Database, Options, Schema};

const SERVE: [&str; 3] = ["serve", "--config", "entente.toml"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_b3_a_brand_that_has_pages_and_no_file_is_refused_at_the_start() {
    let mut world = World::new(1).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    program.stop().await;
    let here = world.folder.path().to_owned();
    let brands = here.join("brands");
    std::fs::rename(brands.join("mysocium"), here.join("away")).unwrap();
    std::fs::create_dir(brands.join("qchatai")).unwrap();
    std::fs::create_dir(brands.join(".git")).unwrap();
    // A folder whose file was forgotten is named as well.
    refused(&here, &SERVE, 78, &["brands.dir", "brands/qchatai", "brand.toml"]).await;
    std::fs::copy(format!("{BRANDS}/qchatai/brand.toml"), brands.join("qchatai/brand.toml")).unwrap();
    refused(&here, &SERVE, 78, &["brands.dir", "`mysocium`", "1 of this brand's pages", "put its file back"])
        .await;
    let data = rusqlite::Connection::open(world.data().join("entente.db")).unwrap();
    let rows: u32 = data.query_row("SELECT count(*) FROM brand", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1, "the other brand was made although the start was refused");
    drop(data);
    std::fs::rename(here.join("away"), brands.join("mysocium")).unwrap();
    world.serve(&[]).await.stop().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_files_is_refused_and_a_killed_one_leaves_nothing_in_the_way() {
    let mut world = World::new(1).await;
    let here = world.folder.path().to_owned();
    let first = world.serve(&[]).await;
    let words = ["database.url", "another process", "data/entente.db.lock", "stop that one"];
    refused(&here, &SERVE, 2, &words).await;
    // Other data, the same keys.
    let other = std::fs::read_to_string(world.config()).unwrap().replace("/entente.db", "/other.db");
    std::fs::write(here.join("other.toml"), other).unwrap();
    refused(&here, &["serve", "--config", "other.toml"], 2, &["keys.url", "keys.db.lock"]).await;
    assert!(!world.data().join("other.db").exists());
    // Looking is allowed.
    let looked = run(&here, &["ledger", "check", "--config", "entente.toml"]).await;
    assert_eq!(looked.status.code(), Some(0), "{}", String::from_utf8_lossy(&looked.stderr));
    // Dropping it sends SIGKILL; the file stays, the lock does not.
    drop(first);
    assert!(world.data().join("entente.db.lock").exists());
    world.serve(&[]).await.stop().await;
    world.close().await;
}

/// What lies in a folder, by name and content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_key_store_is_not_made_anew_beside_data_that_is_in_use() {
    let mut world = World::new(1).await;
    let here = world.folder.path().to_owned();
    world.serve(&[]).await.stop().await;
    let (keys, kept) = (world.data().join("keys.db"), here.join("kept.db"));
    std::fs::rename(&keys, &kept).unwrap();
    let empty_schema = here.join("empty.db");
    let url = format!("sqlite:{}", empty_schema.display());
    drop(Database::open(&url, Schema::Keys, Options::default()).await.unwrap());
    let words = ["keys.url: the key store", "is missing or empty", "the data", "restore the key store"];
    let without_root = [false, true];
    for is_root_gone in without_root {
        if is_root_gone {
            std::fs::rename(world.data().join("root.key"), here.join("root.key")).unwrap();
        }
        let before = files(&world.data());
        refused(&here, &SERVE, 78, &words).await;
        assert_eq!(files(&world.data()), before, "missing");
        std::fs::write(&keys, "").unwrap();
        refused(&here, &SERVE, 78, &words).await;
        refused(&here, &["ledger", "check", "--config", "entente.toml"], 2, &[]).await;
        assert!(std::fs::read(&keys).unwrap().is_empty(), "empty");
        std::fs::copy(&empty_schema, &keys).unwrap();
        refused(&here, &SERVE, 78, &words).await;
        std::fs::remove_file(&keys).unwrap();
        assert_eq!(files(&world.data()), before, "tables without a row");
    }
    std::fs::rename(here.join("root.key"), world.data().join("root.key")).unwrap();
    std::fs::rename(&kept, &keys).unwrap();
    world.serve(&[]).await.stop().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_key_store_on_postgresql_is_not_taken_for_that_of_data_in_use() {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test server is, is told by the environment only"
    )]
    let Ok(server) = std::env::var("ENTENTE_TEST_POSTGRES") else { return };
    let mut world = World::new(1).await;
    world.serve(&[]).await.stop().await;
    let text = std::fs::read_to_string(world.config()).unwrap();
    let sqlite = format!("sqlite:{}", world.data().join("keys.db").display());
    assert!(text.contains(&sqlite));
    std::fs::write(world.config(), text.replace(&sqlite, &server)).unwrap();
    let words = ["keys.url: the key store is missing or empty", "restore the key store"];
    refused(world.folder.path(), &SERVE, 78, &words).await;
    assert!(Database::is_bare(&server).await.unwrap(), "tables were made although the start was refused");
    world.close().await;
}
