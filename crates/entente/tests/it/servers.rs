//! What concerns a PostgreSQL server alone: its settings, and that it may be served by others.

use crate::databases::{Databases, On, connect};
use crate::own_server::Server;
use crate::program::{RealClock, World, refused, run};
use model::time::{Clock as _, Span};
use serde_json::Value;
use store::tables::lease;
use store::{Database, Options, Schema};
use testkit::sign_in::{Authority, FAR, SignIn};

/// State, and text with remedy, of the named check of each database.
async fn doctor(world: &World, name: &str) -> Vec<(String, String)> {
    let config = world.config();
    let output = run(world.folder.path(), &["doctor", "--json", "--config", config.to_str().unwrap()]).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = report["checks"].as_array().unwrap().iter().filter(|check| check["name"] == name);
    found
        .map(|check| (text(&check["state"]), format!("{} {}", text(&check["what"]), text(&check["remedy"]))))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f10_what_a_server_would_write_into_its_log_is_asked_of_the_server_itself() {
    if !On::Postgres.is_there() {
        return;
    }
    let world = World::on(On::Postgres, 1).await;
    let databases = &world.databases;
    let text = std::fs::read_to_string(world.config()).unwrap();
    // The test server is set as it should be, but for what an error quotes.
    for (state, told) in doctor(&world, "database-log").await {
        assert_eq!(state, "warn", "{told}");
        assert!(
            told.contains("SET log_error_verbosity = 'terse'") && !told.contains("log_statement"),
            "{told}"
        );
    }
    // Settings of our own connection are what is judged.
    let set = |settings: &str| {
        let mut changed = text.clone();
        for url in &databases.urls {
            let options = url.replace("options=", &format!("options={settings}%20"));
            changed = changed.replace(url.as_str(), &options);
        }
        std::fs::write(world.config(), changed).unwrap();
    };
    set("-clog_error_verbosity%3Dterse");
    let checks = doctor(&world, "database-log").await;
    assert_eq!(checks.len(), 2);
    assert!(checks.iter().all(|(state, _)| state == "ok"), "{checks:?}");
    for (settings, named) in [
        ("-clog_statement%3Dall", "log_statement = 'none'"),
        ("-clog_min_error_statement%3Derror", "log_min_error_statement = 'panic'"),
        ("-clog_parameter_max_length_on_error%3D-1", "log_parameter_max_length_on_error = '0'"),
        ("-clog_min_duration_statement%3D100", "log_parameter_max_length = '0'"),
        ("-cdebug_print_plan%3Don", "debug_print_plan = 'off'"),
        (
            "-csession_preload_libraries%3Dauto_explain%20-cauto_explain.log_min_duration%3D10",
            "auto_explain.log_min_duration = '-1'",
        ),
    ] {
        set(settings);
        for (state, told) in doctor(&world, "database-log").await {
            // `warn`: only this machine reaches the installation. Its own test has the other.
            assert!(
                state == "warn" && told.contains(&format!("ALTER SYSTEM SET {named}")),
                "{settings}: {told}"
            );
        }
    }
    set("-csynchronous_commit%3Doff");
    for (state, told) in doctor(&world, "database-durability").await {
        assert!(state == "fail" && told.contains("synchronous_commit = 'on'"), "{told}");
    }
    world.close().await;
}

/// PRIVACY asks for what the doctor does: a statement that fails leaves no value in the server's log, as long as the server
/// is set so; and it does where one of these settings is as PostgreSQL comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f2_claim_f10_a_statement_that_fails_leaves_no_value_in_the_servers_log() {
    const CANARY: &str = "marmalade from Ouagadougou";
    let Some(server) = Server::start(&["own"]) else { return };
    let databases = Databases::at(server.url.clone()).await;
    let Some(folder) = databases.server_folder().await else { return };
    let log = || std::fs::read_to_string(folder.with_extension("log")).unwrap();
    let make = format!("CREATE TABLE {}.kept (it TEXT UNIQUE CHECK (length(it) < 40))", databases.names[0]);
    databases.order(&make).await;
    let well = "-clog_error_verbosity%3Dterse";
    let as_it_comes = ["-clog_error_verbosity%3Ddefault", "-clog_min_error_statement%3Derror"];
    for (number, settings) in
        [well.to_owned()].into_iter().chain(as_it_comes.map(|one| format!("{well}%20{one}"))).enumerate()
    {
        let url = databases.urls[0].replace("options=", &format!("options={settings}%20"));
        let client = connect(&url).await;
        let (canary, before) = (format!("{CANARY} {number}"), log().len());
        let insert = "INSERT INTO kept VALUES ($1)";
        client.execute(insert, &[&canary]).await.unwrap();
        // Given twice, and too long: of either the server may quote the row, the statement, or what was bound to it.
        client.execute(insert, &[&canary]).await.unwrap_err();
        client.execute(insert, &[&canary.repeat(2)]).await.unwrap_err();
        client.batch_execute(&format!("INSERT INTO kept VALUES ('{canary}')")).await.unwrap_err();
        let said = log().split_off(before);
        assert_eq!(said.matches("ERROR:").count(), 3, "{said}");
        assert_eq!(said.contains(CANARY), number > 0, "{settings}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_onto_a_server_whose_data_are_being_served_is_refused() {
    if !On::Postgres.is_there() {
        return;
    }
    let world = World::on(On::Postgres, 1).await;
    let databases = &world.databases;
    let data = Database::open(&databases.urls[0], Schema::Data, Options::default()).await.unwrap();
    let now = RealClock.now();
    let take =
        data.write("take", move |tx| lease::take(tx, "a lane", &[1; 16], now.plus(Span::minutes(5)), now));
    assert_eq!(take.await, Ok(Some(1)));
    let passphrase = world.folder.path().join("passphrase");
    std::fs::write(&passphrase, "a long enough passphrase\n").unwrap();
    let (config, passphrase) = (world.config(), passphrase.to_str().unwrap().to_owned());
    let restore =
        ["restore", "some.backup", "--passphrase-file", &passphrase, "--config", config.to_str().unwrap()];
    let words = ["database.url: the data is being served (a lane)", "stop every `entente serve`"];
    refused(world.folder.path(), &restore, 2, &words).await;
    // Nobody is at work any more: the next word is that there is something.
    data.write("release", |tx| lease::release(tx, "a lane", &[1; 16])).await.unwrap();
    refused(world.folder.path(), &restore, 2, &["database.url: the data is not empty"]).await;
    drop(data);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f8_claim_f10_it_is_served_by_a_certificate_alone_where_the_server_asks_for_it() {
    let (folder, ca) = (tempfile::tempdir().unwrap(), Authority::new("ours"));
    let files = ca.server(folder.path()).map(|file| file.display().to_string());
    let Some(server) = Server::start(&["tls", &files[0], &files[1], &files[2]]) else { return };
    let databases = Databases::at(server.url.clone()).await;
    let mut world = World::over(databases.clone(), 1).await;
    let text = std::fs::read_to_string(world.config()).unwrap();
    // Who comes in, and how, `scripts/postgres` says.
    let by = async |role: &str, user: &str| {
        let make = format!(
            "CREATE ROLE {role}; CREATE ROLE {user} LOGIN IN ROLE {role}; GRANT ALL ON SCHEMA {}, {} TO {user}",
            databases.names[0], databases.names[1]
        );
        databases.order(&make).await;
        let sign_in = SignIn::new(folder.path(), user);
        sign_in.renew(&ca, user, 1, FAR);
        let mut text = text.clone();
        for url in &databases.urls {
            let (_, place) = url.rsplit_once('@').unwrap();
            let place = place.replace("127.0.0.1", "localhost");
            let parameters = sign_in.parameters(folder.path());
            text = text.replace(url.as_str(), &format!("postgres://{user}@{place}&{parameters}"));
        }
        std::fs::write(world.config(), text).unwrap();
    };
    by("trusted", "lax").await;
    for (state, told) in doctor(&world, "database-reach").await {
        assert!(state == "fail" && told.contains("without its password or certificate"), "{told}");
    }
    let config = world.config();
    let serve = ["serve", "--config", config.to_str().unwrap()];
    let words = ["keys.url", "lets our user in without its certificate", "leave sslcert and sslkey out"];
    refused(world.folder.path(), &serve, 2, &words).await;
    by("certified", "app").await;
    for name in ["database-reach", "database-server"] {
        let checks = doctor(&world, name).await;
        assert!(checks.len() == 2 && checks.iter().all(|(state, _)| state == "ok"), "{checks:?}");
    }
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    program.stop().await;
    world.close().await;
}
