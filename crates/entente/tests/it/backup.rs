//! Backups of a running installation, and their return: what was erased or withdrawn since stays so, nothing is
//! sent twice, and an older copy is not taken for the newest (DESIGN: restore; claims F1, B1, B3).

use crate::admin::{self, EMAIL, PASSWORD};
use crate::databases::{On, on_both};
use crate::home::tap;
use crate::program::{HOST, Program, RealClock, World, refused, run};
use crate::site::{Site, assert_nobody_reached_twice, eventually, reached};
use engine::views::At;
use model::time::Clock as _;
use serde_json::Value;
use simulator::{Action, Options, Psid};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use store::{Database, Schema};

/// Runs the program to a good end; what it said.
pub async fn done(world: &World, arguments: &[&str]) -> String {
    let output = run(world.folder.path(), arguments).await;
    let (said, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {error}");
    said
}

pub fn file(world: &World, name: &str) -> PathBuf {
    world.folder.path().join(name)
}

pub async fn backup(world: &World, name: &str, more: &[&str]) {
    if !file(world, "backup.key").exists() {
        let public = done(world, &["identity", "backup.key"]).await;
        std::fs::write(file(world, "backup.pub"), public.trim()).unwrap();
    }
    let public = std::fs::read_to_string(file(world, "backup.pub")).unwrap();
    let fixed = ["backup", name, "--config", "entente.toml", "--recipient", &public];
    done(world, &[&fixed[..], more].concat()).await;
}

pub async fn restore(world: &World, name: &str, more: &[&str]) -> Value {
    let fixed = ["restore", name, "--config", "entente.toml", "--identity", "backup.key", "--json"];
    serde_json::from_str(&done(world, &[&fixed[..], more].concat()).await).unwrap()
}

/// Everybody with a transcript has had their last word answered.
async fn answered(world: &World, people: &[Psid]) {
    eventually("the answers", || async {
        world.sim.flush().await;
        let last =
            |person: &Psid| world.sim.transcript(*person).last().is_some_and(|line| line.from != "person");
        people.iter().all(last).then_some(())
    })
    .await;
}

async fn agreed(world: &World, count: usize) -> Vec<Psid> {
    let people = world.sim.add_people(world.pages[0], count).unwrap();
    for action in [Action::get_started(), tap(0)] {
        for person in &people {
            world.sim.act(*person, &action, &Options::default()).unwrap();
        }
        answered(world, &people).await;
    }
    people
}

/// Lead ids by person.
async fn leads(site: &Site) -> BTreeMap<Psid, String> {
    let mut leads = BTreeMap::new();
    for lead in site.leads().await {
        let id = lead["id"].as_str().unwrap().to_owned();
        let export = site.get(&format!("/api/v1/leads/{id}/export")).await;
        leads.insert(export["profile"]["psid"].as_str().unwrap().parse().unwrap(), id);
    }
    leads
}

/// The admin signs in again: the tokens of the copy are good no longer.
pub async fn with_new_token(program: &Program) -> Site {
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let base = format!("http://{}", program.site.address);
    let door = admin::Site { client: &client, base: &base, host: HOST };
    let session = door.sign_in(EMAIL, PASSWORD).await;
    Site::new(program.site.address, HOST, &door.token(&session).await)
}

async fn send(site: &Site, text: &str) -> (model::id::BroadcastId, Value) {
    let broadcast = site.compose(text).await;
    site.step(broadcast, "send").await;
    let ended = || async {
        let shown = site.broadcast(broadcast).await;
        (shown["state"] == "finished").then_some(shown)
    };
    (broadcast, eventually("the end of the broadcast", ended).await)
}

async fn claim_f1_an_older_backup_comes_back_without_who_was_erased_or_left_since(on: On) {
    let mut world = World::on(on, 1).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = agreed(&world, 5).await;
    let before = leads(&program.site).await;
    // Waiting for its time while it is copied: it will have been sent by then.
    let running = program.site.compose("Something that was under way").await;
    backup(&world, "monday", &[]).await;

    program.site.step(running, "send").await;
    eventually("the broadcast", || async { (reached(&world.sim, running).len() == 5).then_some(()) }).await;
    let path = format!("/api/v1/leads/{}", before[&people[0]]);
    let erased = program.site.call("DELETE", &path, None).await["code"].as_str().unwrap().to_owned();
    world.sim.write(people[1], "stop").unwrap();
    answered(&world, &people[1..2]).await;
    let tuesday = RealClock.now();
    backup(&world, "tuesday.keys", &["--keys-only"]).await;
    program.stop().await;

    // The data's disk breaks, the keys stay: the copy lacks the newest of the log, and says so.
    world.databases.lose(&[Schema::Data]).await;
    let fixed = ["restore", "monday", "--config", "entente.toml", "--identity", "backup.key"];
    refused(world.folder.path(), &fixed, 1, &["lacks the newest", "--accept-log-loss"]).await;
    // Nothing was made: the same command with the word for it goes.
    assert!(Database::is_bare(&world.databases.urls[0]).await.unwrap(), "a database was left behind");
    let restored = restore(&world, "monday", &["--accept-log-loss", "--keys", "tuesday.keys"]).await;
    assert_eq!(
        (&restored["leads_erased"], &restored["withdrawals_taken_over"]),
        (&1.into(), &1.into()),
        "{restored}"
    );
    assert!(restored["log_records_lost"].as_u64().unwrap() >= 2, "{restored}");
    let known = At::parse(restored["withdrawals_known_until"].as_str().unwrap()).unwrap();
    assert!(tuesday <= known.0 && known.0 <= RealClock.now(), "{restored}");
    refused(world.folder.path(), &fixed, 2, &["is not empty"]).await;

    let program = world.serve(&[]).await;
    assert_eq!(
        program.site.try_call("GET", "/api/v1/leads", None).await.unwrap().0,
        401,
        "an old token is good"
    );
    let site = with_new_token(&program).await;
    let after = leads(&site).await;
    let kept: BTreeMap<_, _> = before.iter().filter(|(person, _)| **person != people[0]).collect();
    assert_eq!(after.iter().collect::<BTreeMap<_, _>>(), kept);
    // The page of an erasure that the copy does not know says why.
    let (status, page) = shown(&program, &format!("/erasure/{erased}?lang=en")).await.unwrap();
    assert!(status == 404 && page.contains("was brought back from a backup on"), "{page}");
    let overview = overview(&program).await;
    assert!(overview.contains("3 people who said yes get no bulk message"), "{overview}");
    assert!(overview.contains("(24-hour window)</dt><dd>0</dd>"), "{overview}");
    // Nobody is written to before they write, and who left stays out of it.
    let (_, outcome) = send(&site, "Too early").await;
    assert_eq!(outcome["reasons"]["refused/not_heard_since_restore"], 3, "{outcome}");
    assert_eq!(outcome["reasons"]["refused/withdrawn"], 1, "{outcome}");
    for person in &people[2..4] {
        world.sim.write(*person, "Hello again").unwrap();
    }
    answered(&world, &people[2..4]).await;
    let overview = self::overview(&program).await;
    assert!(overview.contains("1 person who said yes gets no bulk message"), "{overview}");
    assert!(overview.contains("(24-hour window)</dt><dd>2</dd>"), "{overview}");
    let (second, outcome) = send(&site, "In time").await;
    assert_eq!(reached(&world.sim, second).len(), 2, "{outcome}");
    assert_nobody_reached_twice(&world.sim);
    program.stop().await;
    assert!(done(&world, &["ledger", "check", "--config", "entente.toml"]).await.contains("The log stands"));
    world.close().await;
}

async fn a_backup_with_its_keys_fills_an_empty_machine(on: On) {
    let mut world = World::on(on, 1).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = agreed(&world, 3).await;
    let before = leads(&program.site).await;
    let path = format!("/api/v1/leads/{}/export", before[&people[0]]);
    let was = program.site.get(&path).await;
    program.stop().await;
    backup(&world, "whole", &[]).await;
    assert!(file(&world, "whole.keys").exists());

    world.databases.lose(&[Schema::Data, Schema::Keys]).await;
    std::fs::remove_file(world.data().join("root.key")).unwrap();
    let restored = restore(&world, "whole", &[]).await;
    assert_eq!(restored["log_records_lost"], 0, "{restored}");
    assert_eq!(restored["look_ups"], 3, "{restored}");
    // Nobody knows how long the log was, nor which tokens were revoked since.
    assert!(restored["log_goes_on_as"].as_str().unwrap().contains("/entente/restored-20"), "{restored}");
    let mut program = world.serve(&[]).await;
    assert_eq!(
        program.site.try_call("GET", "/api/v1/leads", None).await.unwrap().0,
        401,
        "an old token is good"
    );
    program.site = with_new_token(&program).await;
    assert_eq!(leads(&program.site).await, before);
    let is = program.site.get(&path).await;
    assert_eq!((&is["profile"], &is["broadcasts"]), (&was["profile"], &was["broadcasts"]));
    assert_eq!(is["consents"].as_array().map(Vec::len), was["consents"].as_array().map(Vec::len));
    // Who writes is known, not a new person.
    world.sim.write(people[1], "Hello again").unwrap();
    world.sim.write(people[2], "stop").unwrap();
    answered(&world, &people[1..]).await;
    let (broadcast, outcome) = send(&program.site, "Back again").await;
    assert_eq!(reached(&world.sim, broadcast).len(), 1, "{outcome}");
    assert_eq!(leads(&program.site).await.len(), 3);
    program.stop().await;
    world.close().await;
}

/// What one of them signs would contradict what the other signs.
async fn claim_b2_two_returns_from_one_copy_have_different_log_names(on: On) {
    let mut world = World::on(on, 1).await;
    let mut program = world.serve(&[]).await;
    program.stop().await;
    backup(&world, "whole", &[]).await;
    let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..2 {
        world.databases.lose(&[Schema::Data, Schema::Keys]).await;
        std::fs::remove_file(world.data().join("root.key")).unwrap();
        let restored = restore(&world, "whole", &[]).await;
        let name = restored["log_goes_on_as"].as_str().unwrap().to_owned();
        program = world.serve(&[]).await;
        let (status, key) = shown(&program, "/.well-known/entente/log-key").await.unwrap();
        assert_eq!(status, 200, "{key}");
        assert!(key.starts_with(&format!("{name}+")), "{name}: {key}");
        program.stop().await;
        names.insert(name);
        keys.insert(key);
    }
    assert_eq!((names.len(), keys.len()), (2, 2), "{names:?}");
    // A return from a copy of what came back: one such word in the name, not two.
    backup(&world, "again", &[]).await;
    world.databases.lose(&[Schema::Data, Schema::Keys]).await;
    std::fs::remove_file(world.data().join("root.key")).unwrap();
    let restored = restore(&world, "again", &[]).await;
    let name = restored["log_goes_on_as"].as_str().unwrap().to_owned();
    assert_eq!(name.matches("restored-").count(), 1, "{name}");
    assert!(names.insert(name), "{names:?}");
    world.close().await;
}

async fn a_backup_that_is_damaged_or_the_wrong_one_is_refused_and_nothing_is_lost(on: On) {
    let mut world = World::whole(on, 1).await;
    world.serve(&[]).await.stop().await;
    backup(&world, "good", &[]).await;
    let restore = |file: &'static str, with: &'static str| {
        ["restore", file, "--config", "entente.toml", "--identity", with]
    };
    let folder = world.folder.path();
    refused(folder, &restore("good", "backup.key"), 2, &["is not empty", "move it away"]).await;
    refused(folder, &["backup", "good", "--config", "entente.toml"], 2, &["encrypted", "--recipient"]).await;
    let public = std::fs::read_to_string(file(&world, "backup.pub")).unwrap();
    let again = ["backup", "good", "--config", "entente.toml", "--recipient", &public];
    refused(folder, &again, 2, &["is there already"]).await;
    let unseen = ["backup", "/tmp/it-was-never-here", "--config", "entente.toml", "--recipient", &public];
    refused(folder, &unseen, 2, &["/tmp/it-was-never-here", "no copy of the keys may", "a folder of yours"])
        .await;
    assert!(!PathBuf::from("/tmp/it-was-never-here").exists());

    world.databases.keep("good").await;
    world.databases.lose(&[Schema::Data]).await;
    done(&world, &["identity", "other.key"]).await;
    refused(folder, &restore("good", "other.key"), 2, &["does not open this file"]).await;
    refused(folder, &restore("good.keys", "backup.key"), 2, &["holds the keys"]).await;
    refused(folder, &restore("nowhere", "backup.key"), 2, &["cannot read nowhere"]).await;
    let bytes = std::fs::read(file(&world, "good")).unwrap();
    std::fs::write(file(&world, "cut"), &bytes[..bytes.len() - 40]).unwrap();
    refused(folder, &restore("cut", "backup.key"), 2, &["cut"]).await;
    // It is found out before a row is filled in, or the rest is refused.
    world.databases.lose(&[Schema::Data]).await;
    // Broken off: not served, and not filled on.
    let said = done(&world, &restore("good", "backup.key")).await;
    for word in ["WITHDRAWALS ARE KNOWN UNTIL 20", "--keys"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let nobody = match on {
        On::Sqlite => "zeroblob(16)",
        On::Postgres => "decode(repeat('00', 16), 'hex')",
    };
    let held = format!("INSERT INTO lease VALUES ('restore', {nobody}, 1, 9223372036854775807)");
    world.databases.change(Schema::Data, &held).await;
    refused(folder, &["serve", "--config", "entente.toml"], 2, &["broken off", "restore"]).await;
    refused(folder, &restore("good", "backup.key"), 2, &["is not empty"]).await;
    world.databases.put_back("good", &[Schema::Data]).await;
    world.serve(&[]).await.stop().await;
    world.close().await;
}

/// Has something erased in the console, by typing `field`; the path of its public page.
async fn erase(program: &Program, path: &str, (field, typed): (&str, &str)) -> String {
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let base = format!("http://{}", program.site.address);
    let door = admin::Site { client: &client, base: &base, host: HOST };
    let session = door.sign_in(EMAIL, PASSWORD).await;
    let page = admin::text(door.get(path, &session).await).await;
    let csrf = admin::between(&page, "name=\"csrf\" value=\"", "\"");
    let done = door.post(path, &session, &[("csrf", csrf), (field, typed)]).await;
    assert_eq!(done.status(), 303, "{}", admin::text(done).await);
    done.headers()["location"].to_str().unwrap().to_owned()
}

/// What the console shows first.
async fn overview(program: &Program) -> String {
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let base = format!("http://{}", program.site.address);
    let door = admin::Site { client: &client, base: &base, host: HOST };
    let session = door.sign_in(EMAIL, PASSWORD).await;
    // Without the marks around what was put in.
    admin::text(door.get("/app", &session).await).await.replace(['\u{2068}', '\u{2069}'], "")
}

async fn shown(program: &Program, path: &str) -> Option<(u16, String)> {
    let (status, body) = program.site.try_call("GET", path, None).await?;
    Some((status, String::from_utf8(body).unwrap()))
}

/// Until the last row is gone.
async fn gone(program: &Program, path: &str) {
    eventually("the last row to go", || async {
        shown(program, path).await.filter(|(_, page)| page.contains("its last row is gone"))
    })
    .await;
}

async fn receipt(program: &Program, path: &str) {
    eventually("the receipt", || async {
        shown(program, &format!("{path}/receipt")).await.filter(|(status, _)| *status == 200)
    })
    .await;
}

/// What was erased in the console after the copy is erased again by the return, before anything is served.
async fn comes_back_erased(
    on: On,
    path: &str,
    typed: (&str, &str),
    counted: &str,
) -> (World, Program, String) {
    let mut world = World::on(on, 1).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = agreed(&world, 3).await;
    assert_eq!(leads(&program.site).await.len(), 3);
    backup(&world, "monday", &[]).await;
    let page = erase(&program, path, typed).await;
    gone(&program, &page).await;
    program.stop().await;
    // A start takes up at once what waits for the log.
    let program = world.serve(&[]).await;
    receipt(&program, &page).await;
    program.stop().await;

    world.databases.lose(&[Schema::Data]).await;
    let restored = restore(&world, "monday", &["--accept-log-loss"]).await;
    assert_eq!(restored[counted], 1, "{restored}");
    for table in ["page", "session", "lookup"] {
        assert_eq!(world.databases.count(table).await, 0, "{table}");
    }
    let program = world.serve(&[]).await;
    // The link that was handed out then leads to the erasure as it was entered again.
    gone(&program, &page).await;
    receipt(&program, &page).await;
    for table in ["account", "lead", "consent_event", "answer", "delivery", "credential", "api_token"] {
        assert_eq!(world.databases.count(table).await, 0, "{table}");
    }
    // Nobody is known, and nobody is taken in: the page is nobody's.
    world.sim.write(people[0], "Hello again").unwrap();
    world.sim.flush().await;
    assert_eq!(world.databases.count("lead").await, 0);
    (world, program, page)
}

async fn claim_f1_an_account_that_was_erased_since_the_backup_comes_back_erased(on: On) {
    let (world, program, _) =
        comes_back_erased(on, "/account/erase", ("email", EMAIL), "accounts_erased").await;
    assert_eq!(shown(&program, "/api/v1/leads").await.unwrap().0, 401);
    program.stop().await;
    assert!(done(&world, &["ledger", "check", "--config", "entente.toml"]).await.contains("The log stands"));
    world.close().await;
}

async fn claim_r3_a_brand_that_was_erased_since_the_backup_comes_back_erased(on: On) {
    let (world, program, _) =
        comes_back_erased(on, "/admin/brand/erase", ("name", "mySocium"), "brands_erased").await;
    for path in ["/", "/login", "/api/v1/leads"] {
        assert_eq!(shown(&program, path).await.unwrap().0, 410, "{path}");
    }
    assert_eq!(shown(&program, "/log").await.unwrap().0, 200);
    assert_eq!(shown(&program, "/.well-known/entente/log-key").await.unwrap().0, 200);
    program.stop().await;
    assert!(done(&world, &["ledger", "check", "--config", "entente.toml"]).await.contains("The log stands"));
    world.close().await;
}

on_both! {
    claim_f1_an_older_backup_comes_back_without_who_was_erased_or_left_since,
    a_backup_with_its_keys_fills_an_empty_machine,
    claim_b2_two_returns_from_one_copy_have_different_log_names,
    a_backup_that_is_damaged_or_the_wrong_one_is_refused_and_nothing_is_lost,
    claim_f1_an_account_that_was_erased_since_the_backup_comes_back_erased,
    claim_r3_a_brand_that_was_erased_since_the_backup_comes_back_erased,
}
