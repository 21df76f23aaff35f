//! An installation goes from SQLite to PostgreSQL: everything is there and works, a kill at any commit loses nothing
//! and serves nothing by half, and what is not fit is refused before anything is changed (claim F1).

use crate::admin::{self, EMAIL, PASSWORD};
use crate::backup::done;
use crate::databases::Databases;
use crate::installation::{agreed, answered, leads};
use crate::program::{HOST, Program, World, entente, refused, run};
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use serde_json::Value;
use simulator::{Action, Options};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use store::moving::{self, Stage};
use store::{Database, Schema};
use testkit::short_or_long;

const CONFIG: [&str; 2] = ["--config", "entente.toml"];
const SERVE: [&str; 3] = ["serve", "--config", "entente.toml"];

fn command<'a>(targets: &'a Databases, more: &[&'a str]) -> Vec<&'a str> {
    let [data, keys] = targets.urls.each_ref().map(String::as_str);
    [&["move", "--to-data", data, "--to-keys", keys], &CONFIG[..], more].concat()
}

/// People who agreed, a broadcast, somebody who left, a proof and an erasure.
async fn filled(world: &mut World, people: usize) -> Vec<simulator::Psid> {
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = agreed(world, 0, people).await;
    let broadcast = program.site.compose("Bread is cheaper today").await;
    program.site.step(broadcast, "send").await;
    let all = people.len();
    eventually("the broadcast", || async { (reached(&world.sim, broadcast).len() == all).then_some(()) })
        .await;
    let of = leads(&program.site).await;
    program.site.call("DELETE", &format!("/api/v1/leads/{}", of[&people[0]]), None).await;
    proof(world, &program, of[&people[1]]).await;
    program.stop().await;
    people
}

/// The proof of a lead's opt-in, verified with the log's key.
async fn proof(world: &World, program: &Program, lead: model::id::LeadId) {
    let path = format!("/api/v1/leads/{lead}/proof");
    let file = eventually("the proof", || async {
        let (status, file) = program.site.try_call("GET", &path, None).await?;
        (status == 200).then_some(file)
    })
    .await;
    let key = program.site.try_call("GET", "/.well-known/entente/log-key", None).await.unwrap().1;
    std::fs::write(world.folder.path().join("proof.json"), file).unwrap();
    std::fs::write(world.folder.path().join("log.key"), key).unwrap();
    done(world, &["proof", "verify", "proof.json", "--key", "log.key"]).await;
}

/// How many rows each table of a file holds.
fn counts(file: &Path) -> BTreeMap<String, u64> {
    let open = rusqlite::Connection::open(file).unwrap();
    let mut tables = open
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let count = |table: String| {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows: u32 = open.query_row(&sql, [], |row| row.get(0)).unwrap();
        (table, u64::from(rows))
    };
    tables.into_iter().map(count).collect()
}

async fn stages(targets: &Databases) -> [Option<Stage>; 2] {
    let stage = async |url: &str, schema| moving::mark_at(url, schema).await.unwrap().map(|mark| mark.stage);
    [stage(&targets.urls[0], Schema::Data).await, stage(&targets.urls[1], Schema::Keys).await]
}

async fn are_bare(targets: &Databases) -> bool {
    Database::is_bare(&targets.urls[0]).await.unwrap() && Database::is_bare(&targets.urls[1]).await.unwrap()
}

/// Everything of the program on its new databases.
async fn all_works(world: &mut World, people: &[simulator::Psid]) {
    let program = world.serve(&[]).await;
    let of = leads(&program.site).await;
    assert_eq!(of.len(), people.len() - 1, "who was erased stays so, everybody else is there");
    // Found by their look-up: no second lead comes of somebody who writes again.
    let action = Action::write("hello again");
    world.sim.act(people[2], &action, &Options::default()).unwrap();
    answered(world, &people[2..3]).await;
    assert_eq!(leads(&program.site).await, of);
    proof(world, &program, of[&people[1]]).await;
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let base = format!("http://{}", program.site.address);
    let door = admin::Site { client: &client, base: &base, host: HOST };
    door.sign_in(EMAIL, PASSWORD).await;
    let second = program.site.compose("And cakes").await;
    program.site.step(second, "send").await;
    let all = people.len() - 1;
    eventually("the broadcast", || async { (reached(&world.sim, second).len() == all).then_some(()) }).await;
    assert_nobody_reached_twice(&world.sim);

    let erased = program.site.call("DELETE", &format!("/api/v1/leads/{}", of[&people[3]]), None).await;
    let receipt = format!("/erasure/{}/receipt", erased["code"].as_str().unwrap());
    let file = eventually("the receipt", || async {
        let (status, file) = program.site.try_call("GET", &receipt, None).await?;
        (status == 200).then_some(file)
    })
    .await;
    std::fs::write(world.folder.path().join("receipt.json"), file).unwrap();
    done(world, &["receipt", "verify", "receipt.json", "--key", "log.key"]).await;
    assert_eq!(leads(&program.site).await.len(), people.len() - 2);
    program.stop().await;
    assert!(done(world, &["ledger", "check", "--config", "entente.toml"]).await.contains("The log stands"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_an_installation_is_moved_with_every_row_and_goes_on_at_its_new_place_alone() {
    let Some(targets) = Databases::on_postgres().await else { return };
    let mut world = World::new(1).await;
    let people = filled(&mut world, 6).await;
    let here = world.folder.path().to_owned();
    let files = ["entente.db", "keys.db"].map(|name| world.data().join(name));
    let mut before = files.each_ref().map(|file| counts(file));

    let said: Value = serde_json::from_str(&done(&world, &command(&targets, &["--json"])).await).unwrap();
    for (counts, part) in before.iter_mut().zip(["data", "keys"]) {
        // Neither belongs to the installation.
        counts.remove("lease");
        counts.remove("node");
        counts.remove("migration");
        let tables = said[part]["tables"].as_object().unwrap();
        let told: BTreeMap<_, _> =
            tables.iter().map(|(name, table)| (name.clone(), table["rows"].as_u64().unwrap())).collect();
        assert_eq!(&told, counts);
    }
    for table in ["lookup", "account_lookup", "session", "delivery", "consent_leaf", "erasure", "seen"] {
        assert!(before[0][table] > 0, "the test has nothing in {table}");
    }
    assert_eq!(stages(&targets).await, [Some(Stage::Whole), Some(Stage::Whole)]);
    refused(&here, &command(&targets, &[]), 2, &["was moved", "already"]).await;

    // A second copy would be a second life.
    let others = Databases::on_postgres().await.unwrap();
    refused(&here, &command(&others, &[]), 2, &["was moved elsewhere", "--undo"]).await;
    refused(&here, &command(&others, &["--undo"]), 2, &["nothing is there", "was moved to"]).await;
    assert!(are_bare(&others).await);
    others.remove().await;

    // Neither served nor copied here any more.
    refused(&here, &SERVE, 78, &["was moved to PostgreSQL", "database.url, keys.url", "--undo"]).await;
    let backup = ["backup", "late", "--config", "entente.toml", "--passphrase-file", "words"];
    std::fs::write(here.join("words"), "twelve letters and more").unwrap();
    refused(&here, &backup, 2, &["was moved to PostgreSQL"]).await;
    let copies = Database::peek(&targets.urls[1], "copies", store::key_copies::list_living).await.unwrap();
    assert_eq!(copies.len(), 1, "the old file of keys is noted as a copy");
    assert_eq!(Path::new(&copies[0].place), files[1].canonicalize().unwrap());

    targets.name_in(&world);
    all_works(&mut world, &people).await;
    assert_eq!(stages(&targets).await, [None, None]);
    // Back would be to forget the erasure.
    let old = world.configuration("127.0.0.1:0");
    std::fs::write(here.join("old.toml"), old).unwrap();
    let undo = [&command(&targets, &["--undo"])[..5], &["--undo", "--config", "old.toml"]].concat();
    refused(&here, &undo, 2, &["was served since", "no way back"]).await;
    refused(&here, &["serve", "--config", "old.toml"], 78, &["was moved to PostgreSQL"]).await;
    let again = [&command(&targets, &[])[..5], &["--config", "old.toml"]].concat();
    refused(&here, &again, 2, &["was moved there already", "database.url, keys.url"]).await;
    targets.remove().await;
    world.close().await;
}

/// Moves, and dies at this commit; whether it did.
async fn dies_at(world: &World, targets: &Databases, step: u64) -> bool {
    let mut command_line = entente(world.folder.path());
    command_line.args(command(targets, &["--json"]));
    command_line.env("ENTENTE_TEST_MOVE_ROWS", "9").env("ENTENTE_TEST_MOVE_STEP", step.to_string());
    let output = tokio::task::spawn_blocking(move || command_line.output().unwrap()).await.unwrap();
    let is_dead = output.status.signal() == Some(9);
    assert!(is_dead || output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    is_dead
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_a_move_that_is_killed_serves_nothing_by_half_and_goes_on_where_it_stopped() {
    let Some(targets) = Databases::on_postgres().await else { return };
    let mut world = World::new(1).await;
    let people = filled(&mut world, 12).await;
    let here = world.folder.path().to_owned();
    let mut new = world.configuration("127.0.0.1:0");
    for (from, to) in world.databases.urls.iter().zip(&targets.urls) {
        new = new.replace(from.as_str(), to);
    }
    std::fs::write(here.join("new.toml"), new).unwrap();
    let serve_new = ["serve", "--config", "new.toml"];

    // No more commits at a time than there are marks at the end, so that one of the kills falls among them.
    let (mut kills, stride) = (0, short_or_long(3, 1));
    loop {
        let was = stages(&targets).await;
        assert!(dies_at(&world, &targets, stride).await, "it was done after {kills} kills");
        let is = stages(&targets).await;
        assert_ne!(is, was, "a run that began again from the start");
        if kills % 4 == 0 {
            let words = ["is not finished", "entente move", "goes on where it stopped"];
            refused(&here, &serve_new, 2, &words).await;
        }
        kills += 1;
        if is[1] == Some(Stage::Whole) {
            break;
        }
    }
    assert!(kills > 6, "{kills} kills test nothing");
    // Filled; a mark more each time. The source is served until the first of its own.
    for step in 1..=3 {
        assert!(dies_at(&world, &targets, step).await);
        refused(&here, &serve_new, 2, &["is not finished"]).await;
        assert!(matches!(stages(&targets).await, [Some(Stage::Filling { .. }), Some(Stage::Whole)]));
        if step > 1 {
            refused(&here, &SERVE, 78, &["was moved to PostgreSQL"]).await;
        }
    }
    assert!(!dies_at(&world, &targets, u64::MAX).await);
    assert_eq!(stages(&targets).await, [Some(Stage::Whole), Some(Stage::Whole)]);
    targets.name_in(&world);
    all_works(&mut world, &people).await;
    targets.remove().await;
    world.close().await;
}

/// What lies in a folder, by name and content.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_what_cannot_be_moved_is_refused_in_a_sentence_and_nothing_is_changed() {
    let Some(targets) = Databases::on_postgres().await else { return };
    let Some(others) = Databases::on_postgres().await else { return };
    let mut world = World::new(1).await;
    let here = world.folder.path().to_owned();
    refused(&here, &command(&targets, &[]), 2, &["database.url: there is no database"]).await;
    filled(&mut world, 4).await;

    let program = world.serve(&[]).await;
    let words =
        ["nothing is moved while the installation is served", "another process uses", "stop that one"];
    refused(&here, &command(&targets, &[]), 2, &words).await;
    program.stop().await;
    let before = contents(&world.data());

    let [data, keys] = targets.urls.each_ref().map(String::as_str);
    let both = |data, keys| [&["move", "--to-data", data, "--to-keys", keys], &CONFIG[..]].concat();
    refused(&here, &both(data, data), 2, &["--to-keys", "give each its own"]).await;
    refused(&here, &both("sqlite:a.db", keys), 2, &["--to-data", "`postgres://`"]).await;
    refused(
        &here,
        &both(data, "postgres://nobody:word@127.0.0.1:1/x"),
        2,
        &["--to-keys", "cannot be reached"],
    )
    .await;

    // Another installation lives there.
    drop(Database::open(&others.urls[0], Schema::Data, store::Options::default()).await.unwrap());
    let full = |tx: &store::Tx<'_>| store::tables::installation::set(tx, "a", b"b");
    Database::touch(&others.urls[0], "fill", full).await.unwrap();
    refused(&here, &both(&others.urls[0], keys), 2, &["--to-data", "is not empty"]).await;
    assert_eq!(counts(&world.data().join("entente.db"))["brand"], 1);

    let root = world.data().join("root.key");
    let right = std::fs::read_to_string(&root).unwrap();
    std::fs::write(&root, "0123456789abcdef00112233445566778899aabbccddeeff0f1e2d3c4b5a6978").unwrap();
    refused(&here, &command(&targets, &[]), 2, &["root"]).await;
    std::fs::write(&root, right).unwrap();

    assert!(are_bare(&targets).await, "something was made although it was refused");
    let after = contents(&world.data());
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    assert!(after == before, "the source was changed");
    refused(&here, &command(&targets, &["--undo"]), 2, &["nothing to take back"]).await;
    let undo = [&both(&others.urls[0], keys)[..], &["--undo"]].concat();
    refused(&here, &undo, 2, &["--to-data", "nothing was moved there"]).await;
    world.serve(&[]).await.stop().await;
    targets.remove().await;
    others.remove().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_a_move_is_taken_back_as_long_as_nobody_served_the_new_place() {
    let Some(targets) = Databases::on_postgres().await else { return };
    let mut world = World::new(1).await;
    let people = filled(&mut world, 5).await;
    let here = world.folder.path().to_owned();
    done(&world, &command(&targets, &[])).await;
    refused(&here, &SERVE, 78, &["was moved"]).await;
    done(&world, &command(&targets, &["--undo"])).await;
    assert!(are_bare(&targets).await);
    let program = world.serve(&[]).await;
    assert_eq!(leads(&program.site).await.len(), people.len() - 1);
    program.stop().await;

    // Half of it, and the source goes on living: that half is of no use any more.
    assert!(dies_at(&world, &targets, 12).await);
    let program = world.serve(&[]).await;
    agreed(&world, 0, 1).await;
    program.stop().await;
    refused(&here, &command(&targets, &[]), 2, &["was changed since", "--undo"]).await;
    done(&world, &command(&targets, &["--undo"])).await;
    assert!(are_bare(&targets).await);
    let said = run(&here, &command(&targets, &[])).await;
    assert!(said.status.success());
    assert!(String::from_utf8_lossy(&said.stdout).contains("every row was compared"));
    targets.name_in(&world);
    let program = world.serve(&[]).await;
    assert_eq!(leads(&program.site).await.len(), people.len());
    program.stop().await;
    targets.remove().await;
    world.close().await;
}
