//! A role of PostgreSQL that serves and changes no table, and the owner of the tables who brings them up to date by
//! `entente migrate` (claims B1, F10).

use crate::backup::{backup, done, file};
use crate::databases::{Databases, On};
use crate::hunt::mailing;
use crate::hunt_cast::{FIRST, make_page, sign_up};
use crate::installation::{agreed, leads};
use crate::nodes::{are, finished, send};
use crate::own_server::Server;
use crate::program::{World, entente, refused, run};
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use serde_json::Value;
use store::Schema;

const MIGRATE: [&str; 7] = [
    "migrate",
    "--config",
    "entente.toml",
    "--database-url-file",
    "owner-data.url",
    "--keys-url-file",
    "owner-keys.url",
];
const GRANT: [&str; 2] = ["--grant", "serving"];
/// What it needs of tables.
const ROWS: [&str; 4] = ["DELETE", "INSERT", "SELECT", "UPDATE"];
const TABLES: &str = "SELECT count(*) FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r'";
const PAGE: &str = include_str!("../../../../docs/operate/nodes.md");
const EXPAND: (&str, &str) = ("ENTENTE_TEST_NEXT", "expand");
const CONTRACT: (&str, &str) = ("ENTENTE_TEST_NEXT", "contract");

/// An installation whose configuration signs in as `serving`, which has no rights yet; whose tables are the owner's, with
/// the addresses in two files. Neither is a superuser. `None`, said aloud, where there is no server.
async fn world(pages: usize) -> Option<(Server, World)> {
    let server = Server::start(&["own"])?;
    let databases = Databases::at(server.url.clone()).await;
    let [data, keys] = &databases.names;
    databases
        .order(&format!(
            "CREATE ROLE owner LOGIN PASSWORD 'owns'; CREATE ROLE serving LOGIN PASSWORD 'serves';
             ALTER SCHEMA {data} OWNER TO owner; ALTER SCHEMA {keys} OWNER TO owner"
        ))
        .await;
    let world = World::over(databases, pages).await;
    sign_in(&world);
    Some((server, world))
}

/// The configuration signs in as `serving`, and the files with the owner's addresses are there.
fn sign_in(world: &World) {
    let mut text = std::fs::read_to_string(world.config()).unwrap();
    for (url, name) in world.databases.urls.iter().zip(["owner-data.url", "owner-keys.url"]) {
        let (_, place) = url.rsplit_once('@').unwrap();
        std::fs::write(file(world, name), format!("postgres://owner:owns@{place}\n")).unwrap();
        text = text.replace(url.as_str(), &format!("postgres://serving:serves@{place}"));
    }
    std::fs::write(world.config(), text).unwrap();
}

async fn migrated(world: &World, environment: &[(&str, &str)], more: &[&str]) -> Result<String, String> {
    let mut command = entente(world.folder.path());
    command.args(MIGRATE).args(more).envs(environment.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (said, error) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    if output.status.success() { Ok(said) } else { Err(error) }
}

/// A start that ends with one sentence.
async fn unserved(world: &World, environment: &[(&str, &str)]) -> String {
    let mut command = entente(world.folder.path());
    command.args(["serve", "--config", "entente.toml"]).envs(environment.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

/// What the named checks say, all of them well.
async fn doctor(world: &World, name: &str) -> Vec<String> {
    let output = run(world.folder.path(), &["doctor", "--json", "--config", "entente.toml"]).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = report["checks"].as_array().unwrap().iter().filter(|check| check["name"] == name);
    let said = |check: &Value| {
        assert_eq!(check["state"], "ok", "{check}");
        check["what"].as_str().unwrap().to_owned()
    };
    found.map(said).collect()
}

/// Kinds of rights that `serving` has to tables of a database, in the order of the alphabet.
async fn rights(world: &World, which: Schema, tables: &str) -> Vec<String> {
    let sql = format!(
        "SELECT DISTINCT privilege_type::text FROM information_schema.role_table_grants
         WHERE grantee = 'serving' AND table_schema = current_schema() AND table_name {tables} ORDER BY 1"
    );
    world.databases.rows_of(which, &sql).await.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_claim_f10_two_nodes_do_everything_with_a_role_that_changes_no_table() {
    let Some((_server, mut world)) = world(2).await else { return };
    // Nothing is there, and the role makes nothing.
    let said = unserved(&world, &[]).await;
    assert!(said.contains("keys.url") && said.contains("lacks migration 0001_first"), "{said}");
    assert!(said.contains("run `entente migrate` with the address"), "{said}");
    let said = migrated(&world, &[], &GRANT).await.unwrap();
    assert!(said.contains("up to date") && said.contains("serving may serve"), "{said}");

    let mails = mailing(&world).await;
    let mail = format!("smtp://{}", mails.address);
    let environment = [
        ("ENTENTE_MAIL__URL", mail.as_str()),
        ("ENTENTE_MAIL__FROM", "no-reply@sample.example"),
        ("ENTENTE_LOG", "warn"),
    ];
    let first = world.serve(&environment).await;
    first.site.connect(&world.sim, &world.pages).await;
    let second = world.serve(&environment).await;
    are(&world, 2).await;
    let page = make_page(&world);
    let (_, theirs) = sign_up(&second, &mails, &FIRST, &mut Vec::new()).await;
    theirs.connect(&world.sim, &[page]).await;
    let people = [agreed(&world, 0, 4).await, agreed(&world, 1, 4).await].concat();
    let broadcast = send(&first, "From a role that changes no table").await;
    finished(&second, broadcast).await;
    assert_eq!(reached(&world.sim, broadcast).len(), people.len());
    let left = people[0];
    world.sim.write(left, "stop").unwrap();
    let lead = leads(&first.site).await[&people[1]];
    let erased = first.site.call("DELETE", &format!("/api/v1/leads/{lead}"), None).await;
    let receipt = format!("/erasure/{}/receipt", erased["code"].as_str().unwrap());
    let receipt = || async {
        let (status, _) = second.site.try_call("GET", &receipt, None).await?;
        (status == 200).then_some(())
    };
    crate::site::within(100, "the receipt", receipt).await;
    backup(&world, "monday", &[]).await;
    for name in ["database-reach", "database-schema"] {
        assert!(!doctor(&world, name).await.is_empty(), "{name}");
    }
    for said in doctor(&world, "database-rights").await {
        assert!(said.contains("changes no table"), "{said}");
    }
    done(&world, &["ledger", "check", "--config", "entente.toml"]).await;
    done(&world, &["retention", "--config", "entente.toml"]).await;
    first.stop().await;
    second.stop().await;
    assert_nobody_reached_twice(&world.sim);
    let logs = world.logs();
    assert!(!logs.contains("our user may not"), "{logs}");

    for (which, url) in [(Schema::Data, 0), (Schema::Keys, 1)] {
        assert_eq!(rights(&world, which, "<> 'migration'").await, ROWS);
        assert_eq!(rights(&world, which, "= 'migration'").await, ["SELECT"]);
        let owned = "SELECT count(*) FROM pg_class WHERE relowner = 'serving'::regrole";
        assert_eq!(world.databases.number(which, owned).await, 0);
        let place = world.databases.urls[url].rsplit_once('@').unwrap().1;
        let serving = format!("postgres://serving:serves@{place}");
        let (client, connection) = tokio_postgres::connect(&serving, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let table = if which == Schema::Data { "lead" } else { "key" };
        for sql in [
            "CREATE TABLE other (id BIGINT)".to_owned(),
            format!("DROP TABLE {table} CASCADE"),
            format!("TRUNCATE {table} CASCADE"),
            format!("ALTER TABLE {table} ADD COLUMN other BIGINT"),
            "DELETE FROM migration".to_owned(),
        ] {
            let refused = client.batch_execute(&sql).await.unwrap_err();
            assert_eq!(refused.code().unwrap().code(), "42501", "{sql}");
        }
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_migrating_is_refused_and_done_as_a_start_would_and_gives_rights_to_what_it_makes() {
    let Some((_server, mut world)) = world(1).await else { return };
    let words = |said: String, words: &[&str]| {
        assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
    };
    words(
        migrated(&world, &[], &["--grant", "nobody"]).await.unwrap_err(),
        &["no role nobody", "CREATE ROLE"],
    );
    words(migrated(&world, &[], &["--grant", "owner"]).await.unwrap_err(), &["owner may do everything"]);
    for which in [Schema::Data, Schema::Keys] {
        assert_eq!(world.databases.number(which, TABLES).await, 0, "made before the role was looked at");
    }
    migrated(&world, &[], &GRANT).await.unwrap();
    // Whatever it had besides is taken from it.
    let schema = &world.databases.names[0];
    world
        .databases
        .order(&format!("GRANT ALL ON {schema}.lead TO serving; GRANT ALL ON SCHEMA {schema} TO serving"))
        .await;
    assert_ne!(rights(&world, Schema::Data, "= 'lead'").await, ROWS);
    migrated(&world, &[], &GRANT).await.unwrap();
    assert_eq!(rights(&world, Schema::Data, "= 'lead'").await, ROWS);
    for said in doctor(&world, "database-rights").await {
        assert!(said.contains("changes no table"), "{said}");
    }
    let old = world.serve(&[]).await;
    old.site.connect(&world.sim, &world.pages).await;
    let people = agreed(&world, 0, 3).await;

    // The next version: who serves cannot bring it up to date, and the owner does so beside the old one.
    let lacks = ["database.url", "lacks migration next_expand", "run `entente migrate`"];
    words(unserved(&world, &[EXPAND]).await, &lacks);
    migrated(&world, &[EXPAND], &[]).await.unwrap();
    assert_eq!(rights(&world, Schema::Data, "= 'next'").await, ROWS);
    let next = world.serve(&[EXPAND]).await;
    are(&world, 2).await;
    let refused = migrated(&world, &[CONTRACT], &[]).await.unwrap_err();
    words(refused, &["next_contract", "nodes of an older version", "stop them first, nothing was changed"]);
    old.stop().await;
    are(&world, 1).await;
    migrated(&world, &[CONTRACT], &[]).await.unwrap();
    assert!(rights(&world, Schema::Data, "= 'next'").await.is_empty(), "it was taken away");
    let last = world.serve(&[CONTRACT]).await;
    are(&world, 2).await;
    let broadcast = send(&last, "It goes on").await;
    finished(&next, broadcast).await;
    eventually("everybody", || async {
        (reached(&world.sim, broadcast).len() == people.len()).then_some(())
    })
    .await;
    drop(next);
    drop(last);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_return_is_refused_to_a_role_that_changes_no_table_and_its_owner_s_is_served_by_it() {
    let Some((_server, mut world)) = world(1).await else { return };
    let folder = world.folder.path().to_owned();
    migrated(&world, &[], &GRANT).await.unwrap();
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    agreed(&world, 0, 3).await;
    program.stop().await;
    // Of all that is in the log.
    backup(&world, "monday", &[]).await;
    world.databases.lose(&[Schema::Data]).await;
    let schema = &world.databases.names[0];
    let hand_over =
        format!("ALTER SCHEMA {schema} OWNER TO owner; GRANT USAGE ON SCHEMA {schema} TO serving");
    world.databases.order(&hand_over).await;
    let restore = |config| ["restore", "monday", "--identity", "backup.key", "--config", config];
    let words = [
        "database.url: a return makes tables, which our user may not",
        "the addresses of whoever may own them",
        "then run `entente migrate --grant`",
    ];
    refused(&folder, &restore("entente.toml"), 2, &words).await;
    assert_eq!(world.databases.number(Schema::Data, TABLES).await, 0);
    let text = std::fs::read_to_string(world.config()).unwrap();
    std::fs::write(file(&world, "owner.toml"), text.replace("serving:serves", "owner:owns")).unwrap();
    done(&world, &restore("owner.toml")).await;
    let said = unserved(&world, &[]).await;
    assert!(said.contains("database.url") && said.contains("run `entente migrate --grant"), "{said}");
    migrated(&world, &[], &GRANT).await.unwrap();
    world.serve(&[]).await.stop().await;
    assert_eq!(world.databases.count("lead").await, 3);
    world.close().await;
}

/// By the statements of the page themselves, with other names.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_owns_the_tables_hands_them_over_as_the_page_says_and_serves_on() {
    let said = |beginning: &str| {
        let found = PAGE.split(['`', '\n']).find(|text| text.starts_with(beginning));
        found.unwrap_or_else(|| panic!("the page has no `{beginning}`")).replace("entente", "serving")
    };
    let Some(server) = Server::start(&["own"]) else { return };
    let databases = Databases::whole_at(server.url.clone()).await;
    let [data, keys] = &databases.names;
    databases
        .order(&format!(
            "CREATE ROLE serving LOGIN PASSWORD 'serves';
             ALTER DATABASE {data} OWNER TO serving; ALTER DATABASE {keys} OWNER TO serving"
        ))
        .await;
    let mut world = World::over(databases, 1).await;
    sign_in(&world);
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = agreed(&world, 0, 3).await;
    program.stop().await;
    for said in doctor(&world, "database-rights").await {
        assert!(said.contains("may change tables"), "{said}");
    }
    let owner = said("CREATE ROLE entente_owner ").replace("serving_owner", "owner").replace('…', "owns");
    world.databases.order(&owner).await;
    let hand_over = said("REASSIGN OWNED BY ").replace("serving_owner", "owner");
    let owned = "SELECT count(*) FROM pg_class WHERE relowner = CAST('serving' AS regrole)";
    for which in [Schema::Data, Schema::Keys] {
        assert!(world.databases.number(which, owned).await > 0);
        world.databases.change(which, &hand_over).await;
        assert_eq!(world.databases.number(which, owned).await, 0);
    }
    let said = unserved(&world, &[]).await;
    assert!(said.contains("run `entente migrate --grant"), "{said}");
    migrated(&world, &[], &GRANT).await.unwrap();
    for said in doctor(&world, "database-rights").await {
        assert!(said.contains("changes no table"), "{said}");
    }
    assert_eq!(rights(&world, Schema::Data, "<> 'migration'").await, ROWS);
    let program = world.serve(&[]).await;
    let broadcast = send(&program, "From a role that owned the tables").await;
    finished(&program, broadcast).await;
    assert_eq!(reached(&world.sim, broadcast).len(), people.len());
    program.stop().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_migrating_makes_the_files_and_waits_for_whoever_serves_them() {
    let mut world = World::on(On::Sqlite, 1).await;
    let migrate = ["migrate", "--config", "entente.toml"];
    refused(world.folder.path(), &[&migrate[..], &GRANT].concat(), 2, &["--grant: SQLite knows no roles"])
        .await;
    assert_eq!(
        world.databases.urls.iter().filter_map(|url| store::sqlite_file(url)).filter(|f| f.exists()).count(),
        0
    );
    let said = done(&world, &migrate).await;
    assert!(said.contains("up to date"), "{said}");
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    refused(world.folder.path(), &migrate, 2, &["another process uses"]).await;
    program.stop().await;
    done(&world, &migrate).await;
    world.close().await;
}
