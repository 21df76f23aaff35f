//! Wrong use and broken surroundings: each ends with a status that is not 0 and one sentence that
//! says what to do; nothing is begun anew over what is damaged.

use crate::databases::On;
use crate::home::tap;
use crate::program::{World, entente, refused, run};
use crate::site::eventually;
use simulator::{Action, Options};
use std::path::Path;
use std::process::Stdio;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_use_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let free = "127.0.0.1:0";
    refused(
        here,
        &["demo", "--once", "--leads", "20", "--listen", &taken],
        2,
        &[&taken, "taken", "--listen"],
    )
    .await;
    refused(
        here,
        &["demo", "--once", "--leads", "20", "--listen", free, "--brand", "nobody"],
        2,
        &["--brand", "nobody", "mysocium"],
    )
    .await;
    std::fs::create_dir(here.join("full")).unwrap();
    std::fs::write(here.join("full/file"), "x").unwrap();
    refused(
        here,
        &["demo", "--once", "--leads", "20", "--listen", free, "--data", "full"],
        2,
        &["--data", "not empty"],
    )
    .await;
    refused(here, &["simulator", "--listen", &taken], 2, &["--listen", &taken, "(address in use)"]).await;
    // The simulator's port, which is the one after the one that was asked for; that one has to be free.
    let mut held = Vec::new();
    let before = loop {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let before = format!("127.0.0.1:{}", listener.local_addr().unwrap().port() - 1);
        held.push(listener);
        if std::net::TcpListener::bind(&before).is_ok() {
            break before;
        }
    };
    let words = ["--listen", "(address in use)", "the one after it"];
    refused(here, &["demo", "--once", "--leads", "20", "--listen", &before], 2, &words).await;
    refused(here, &["demo", "--once", "--leads", "20", "--listen", "127.0.0.1:65535"], 2, &["a lower one"])
        .await;
    std::fs::write(here.join("bad.key"), "a+b").unwrap();
    std::fs::write(here.join("proof.json"), "{}").unwrap();
    let words = ["bad.key: this is no key", "/.well-known/entente/log-key of the log"];
    refused(here, &["proof", "verify", "proof.json", "--key", "bad.key"], 2, &words).await;
    refused(here, &["serve", "--config", "missing.toml"], 78, &["missing.toml"]).await;
    refused(here, &["ledger", "check", "--config", "missing.toml"], 2, &["missing.toml"]).await;
    // What clap says has lines of its own; the status is what counts.
    for wrong in [
        ["demo", "--leads", "3"].as_slice(),
        &["dance"],
        &["proof", "verify"],
        &["demo", "--listen", "here"],
        &[],
    ] {
        assert_eq!(run(here, wrong).await.status.code(), Some(2), "{wrong:?}");
    }
    for fine in [["--help"].as_slice(), &["--version"], &["serve", "--help"], &["openapi"]] {
        assert_eq!(run(here, fine).await.status.code(), Some(0), "{fine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_help_says_what_the_status_means_and_what_a_check_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    for command in
        [&["--help"][..], &["demo", "--help"], &["serve", "--help"], &["ledger", "check", "--help"]]
    {
        let help = String::from_utf8(run(folder.path(), command).await.stdout).unwrap();
        assert!(help.contains("Exit status:") && help.contains("  2  wrong use"), "{command:?}: {help}");
        assert!(help.contains(" 78  serve and witness only"), "{command:?}: {help}");
    }
    let help = String::from_utf8(run(folder.path(), &["ledger", "check", "--help"]).await.stdout).unwrap();
    assert!(help.contains("does not look at the records"), "{help}");
    let help = String::from_utf8(run(folder.path(), &["demo", "--help"]).await.stdout).unwrap();
    assert!(help.contains("1 to 500") && help.contains("20 to 5,000,000"), "{help}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_written_to_standard_output_is_a_failure_and_a_closed_pipe_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--leads", "20", "--pages", "1", "--json", "--listen", "127.0.0.1:0"];
    for arguments in
        [&["openapi"][..], &["--help"], &["--version"], &demo, &[&demo[..], &["--once"]].concat()]
    {
        let mut command = entente(folder.path());
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        command.args(arguments).stdout(full).stderr(Stdio::piped());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(err.starts_with("entente: standard output cannot be written"), "{arguments:?}: {err}");
        assert_eq!(err.trim().lines().count(), 1, "{arguments:?}: {err}");
    }
    let mut command = entente(folder.path());
    command.arg("openapi").stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    drop(process.stdout.take());
    let status = tokio::task::spawn_blocking(move || process.wait().unwrap()).await.unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_cannot_work_is_refused_before_anything_is_made() {
    let world = World::new(1).await;
    let here = world.folder.path();
    let good = std::fs::read_to_string(world.config()).unwrap();
    let without = |key: &str| good.lines().filter(|l| !l.starts_with(key)).collect::<Vec<_>>().join("\n");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let files = format!("tls = \"files\"\ncertificate = \"{0}\"\nkey = \"{0}\"", world.config().display());
    let cases: [(String, &[&str]); 12] = [
        (without("app_id"), &["messenger.app_id"]),
        (without("app_secret"), &["messenger.app_secret"]),
        (without("verify_token"), &["messenger.verify_token"]),
        (good.replace("/brands\"", "/nowhere\""), &["brands.dir", "nowhere"]),
        (good.replace("recipients.toml", "nobody.toml"), &["outbound.recipients", "nobody.toml"]),
        (good.replacen("url = \"sqlite:", "url = \"mysql:", 1), &["database.url"]),
        (good.replace("graph_url = \"http://127.0.0.1", "graph_url = \"http://192.0.2.1"), &["graph_url"]),
        (format!("{good}\n[surprise]\nkey = 1\n"), &["surprise"]),
        (world.configuration(&address), &["server.listen", &address, "ENTENTE_SERVER__LISTEN"]),
        (good.replace("behind-proxy", "acme"), &["server.acme_accept_terms"]),
        (good.replace("http://127.0.0.1\"", "127.0.0.1\""), &["server.public_url"]),
        // The files are there and are no certificate.
        (
            good.replace("tls = \"behind-proxy\"", &files)
                .replace("\"http://127.0.0.1\"", "\"https://127.0.0.1\""),
            &["server.certificate", "PEM"],
        ),
    ];
    for (text, words) in &cases {
        std::fs::write(here.join("other.toml"), text).unwrap();
        // Whoever has the port may give it back.
        let status = if words[0] == "server.listen" { 2 } else { 78 };
        refused(here, &["serve", "--config", "other.toml"], status, words).await;
    }
    // A brand that breaks a rule is named with its file.
    let file = here.join("brands/mysocium/brand.toml");
    let brand = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, brand.replace("slug = \"mysocium\"", "slug = \"My Socium\"")).unwrap();
    refused(here, &["serve", "--config", "entente.toml"], 78, &["brand.toml"]).await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_says_by_its_status_whether_another_start_is_worth_it_and_the_unit_listens_to_it() {
    let mut world = World::on(On::Sqlite, 1).await;
    world.serve(&[]).await.stop().await;
    let here = world.folder.path().to_owned();
    let good = std::fs::read_to_string(world.config()).unwrap();
    let [data, keys] = world.databases.urls.clone();
    let swapped = good.replace(&data, "?").replace(&keys, &data).replace('?', &keys);
    // Nobody listens there, yet.
    let away = good.replace(&keys, "postgres://me@127.0.0.1:1/x");
    let rootless = good.replace("/root.key\"", "/nowhere.key\"");
    for (text, status, words) in [
        (swapped, 78, &["keys.url", "give each its own address"][..]),
        (away, 2, &["keys.url", "cannot be reached"]),
        (rootless, 78, &["keys.root_file", "is missing", "put the root key back"]),
        ("server = 1".to_owned(), 78, &["other.toml", "server"]),
    ] {
        std::fs::write(here.join("other.toml"), text).unwrap();
        refused(&here, &["serve", "--config", "other.toml"], status, words).await;
    }
    let unit = include_str!("../../../../contrib/systemd/entente.service");
    for line in ["Restart=on-failure", "RestartPreventExitStatus=78"] {
        assert!(unit.lines().any(|said| said == line), "{line}");
    }
    world.serve(&[]).await.stop().await;
    world.close().await;
}

/// Nobody is dialled here: it is an address of somebody else's, and the program ends before.
const HOSTED: &str = "postgres://me:c0ffee5ecret@8.8.8.8:5433";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_d3_a_database_that_somebody_else_hosts_is_neither_served_nor_moved_to_unannounced() {
    let world = with_evidence_on(World::on(On::Sqlite, 1).await, 1).await;
    let here = world.folder.path();
    let good = std::fs::read_to_string(world.config()).unwrap();
    let hosted = good.replace(&world.databases.urls[1], &format!("{HOSTED}/keys"));
    assert_ne!(hosted, good);
    std::fs::write(here.join("hosted.toml"), &hosted).unwrap();
    let to_data = format!("{HOSTED}/data");
    let to_keys = format!("{HOSTED}/keys");
    let go = ["move", "--config", "entente.toml", "--to-data", &to_data, "--to-keys", &to_keys];
    let unannounced = "8.8.8.8:5433 is neither on this machine nor in your own network";
    refused(here, &["serve", "--config", "hosted.toml"], 78, &["keys.url", unannounced, "port = 5433"]).await;
    refused(here, &["ledger", "check", "--config", "hosted.toml"], 2, &[unannounced]).await;
    refused(here, &go, 2, &["database.url", unannounced]).await;
    let doctor = async |config: &str| {
        let output = run(here, &["doctor", "--json", "--config", config]).await;
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let all = report["checks"].as_array().unwrap();
        all.iter().find(|check| check["name"] == "database-host").unwrap()["state"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(doctor("entente.toml").await, "ok");
    // In the register, whatever its day: people are there, and were not told.
    let register = here.join("recipients.toml");
    let text = std::fs::read_to_string(&register).unwrap();
    let entry = "\n[[recipient]]\nname = \"database\"\nhost = \"8.8.8.8\"\nport = 5433\nwho = \"Example Cloud BV\"\ndata = \"Everything\"\n\
        purpose = \"Keeping the database\"\ncountry = \"Netherlands\"\nsafeguard = \"Contract\"\nin_force_from = 2026-11-01\n";
    std::fs::write(&register, format!("{text}{entry}")).unwrap();
    let words = ["8.8.8.8:5433 would hold people's data before everybody was told of it", "urgent"];
    refused(here, &go, 2, &words).await;
    world.close().await;
}

/// A world with some evidence in its log, stopped.
async fn with_evidence(acts: usize) -> World {
    with_evidence_on(World::new(1).await, acts).await
}

async fn with_evidence_on(mut world: World, acts: usize) -> World {
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = world.sim.add_people(world.pages[0], 3).unwrap();
    grow(&world, &people, acts).await;
    program.stop().await;
    world
}

pub async fn grow(world: &World, people: &[simulator::Psid], acts: usize) {
    for act in 0..acts {
        for person in people {
            let action = if act == 0 { Action::get_started() } else { tap(0) };
            world.sim.act(*person, &action, &Options::default()).unwrap();
        }
        let answered = || async {
            world.sim.flush().await;
            people.iter().all(|p| world.sim.received(*p).len() > act).then_some(())
        };
        eventually("the answers", answered).await;
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_and_foreign_files_are_refused_and_stay_as_they_are() {
    let world = with_evidence(2).await;
    let (here, data) = (world.folder.path(), world.data());
    let kept = here.join("kept");
    copy(&data, &kept);
    let again = || {
        std::fs::remove_dir_all(&data).unwrap();
        copy(&kept, &data);
    };
    let output = run(here, &["ledger", "check", "--config", "entente.toml"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("The log stands"));
    again();

    // Another installation's root key; a broken one; none.
    let other = vault::RootKey::generate(&testkit::SeededEntropy::new(5)).to_text();
    let key = data.join("root.key");
    for (text, word) in [(other.as_str(), "root"), ("not a key", "root_file")] {
        std::fs::write(&key, text).unwrap();
        refused(here, &["serve", "--config", "entente.toml"], 78, &[word]).await;
    }
    std::fs::remove_file(&key).unwrap();
    refused(
        here,
        &["serve", "--config", "entente.toml"],
        78,
        &["keys.root_file", "missing", "put the root key back"],
    )
    .await;
    assert!(!key.exists(), "a new root key over an old key store would lose everything");
    again();

    // Damage in the middle of either database, at its head, and a file that is none.
    for name in ["entente.db", "keys.db"] {
        for suffix in ["-wal", "-shm"] {
            drop(std::fs::remove_file(data.join(format!("{name}{suffix}"))));
        }
        let whole = std::fs::read(data.join(name)).unwrap();
        let damaged = |from: usize, to: usize| {
            let mut bytes = whole.clone();
            bytes[from..to].fill(0xa5);
            bytes
        };
        for bytes in [
            damaged(0, 100),
            damaged(4_096, whole.len() * 3 / 4),
            whole[..whole.len() / 2].to_vec(),
            b"no database at all".to_vec(),
        ] {
            std::fs::write(data.join(name), &bytes).unwrap();
            let output = run(here, &["serve", "--config", "entente.toml"]).await;
            let err = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{name}: {err}");
            assert!(err.starts_with("entente: ") && !err.contains("panicked"), "{name}: {err}");
        }
        again();
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_b2_a_log_that_was_rolled_back_is_refused() {
    let mut world = with_evidence(1).await;
    let old = std::fs::read(world.data().join("entente.db")).unwrap();
    let program = world.serve(&[]).await;
    let people = world.sim.add_people(world.pages[0], 3).unwrap();
    grow(&world, &people, 2).await;
    program.stop().await;
    let new = std::fs::read(world.data().join("entente.db")).unwrap();
    assert_ne!(old, new);
    for suffix in ["-wal", "-shm"] {
        drop(std::fs::remove_file(world.data().join(format!("entente.db{suffix}"))));
    }
    std::fs::write(world.data().join("entente.db"), &old).unwrap();
    let here = world.folder.path();
    refused(here, &["serve", "--config", "entente.toml"], 2, &["old copy", "put the newest one back"]).await;
    refused(
        here,
        &["ledger", "check", "--config", "entente.toml"],
        1,
        &["old copy", "put the newest one back"],
    )
    .await;
    // The newest copy is taken as ever.
    std::fs::write(world.data().join("entente.db"), &new).unwrap();
    let program = world.serve(&[]).await;
    assert_eq!(program.site.leads().await.len(), 6);
    program.stop().await;
    world.close().await;
}
