//! A program whose data map is materially another: refused until it was announced in time, by the real binary beside the
//! one that serves, and everybody mailed once though that one is killed (claims D1, F7).

use crate::admin;
use crate::databases::{On, on_both};
use crate::hunt::mailing;
use crate::hunt_cast::{FIRST, SECOND, sign_up};
use crate::program::{HOST, RealClock, World, entente};
use crate::site::eventually;
use engine::views::At;
use mail_parser::MessageParser;
use model::time::{Clock, Span};
use serde_json::Value;
use std::process::Output;
use testkit::mail::Catcher;

type Environment<'a> = Vec<(&'a str, &'a str)>;

async fn run(world: &World, environment: &Environment<'_>, arguments: &[&str]) -> Output {
    let mut command = entente(world.folder.path());
    command.args(arguments).arg("--config").arg(world.config()).envs(environment.iter().copied());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// It ends with these words, which are those of one sentence unless it does as it was told.
async fn says(world: &World, environment: &Environment<'_>, arguments: &[&str], status: i32, words: &[&str]) {
    let output = run(world, environment, arguments).await;
    let said = if status == 0 { output.stdout } else { output.stderr };
    let said = String::from_utf8(said).unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: `{word}` is not said: {said}");
    }
}

/// The mails to somebody about a map that is to change.
fn told(mails: &Catcher, to: &str) -> Vec<String> {
    let to_them = mails.caught().into_iter().filter(|mail| mail.to == [to]);
    to_them
        .filter_map(|mail| {
            let parsed = MessageParser::default().parse(mail.message.as_bytes())?;
            let is_it = parsed.subject()?.contains("announces a change in how data is used");
            is_it.then(|| parsed.body_text(0).map(|text| text.into_owned()))?
        })
        .collect()
}

fn day_in(days: i64) -> String {
    At(RealClock.now().plus(Span::days(days))).to_string().chars().take(10).collect()
}

async fn doctor(world: &World, environment: &Environment<'_>) -> (String, String) {
    let output = run(world, environment, &["doctor", "--json"]).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = report["checks"].as_array().unwrap();
    let check = all.iter().find(|check| check["name"] == "data-map").unwrap();
    (check["state"].as_str().unwrap().to_owned(), check["what"].as_str().unwrap().to_owned())
}

async fn claim_d1_claim_f7_a_material_change_is_not_served_before_its_day_and_everybody_is_mailed_once(
    on: On,
) {
    let mut world = World::on(on, 1).await;
    let mails = mailing(&world).await;
    let (mail, clock) = (format!("smtp://{}", mails.address), world.folder.path().join("clock"));
    let before =
        vec![("ENTENTE_MAIL__URL", mail.as_str()), ("ENTENTE_MAIL__FROM", "no-reply@sample.example")];
    let with = |days| [before.clone(), vec![("ENTENTE_KEYS__BACKUP_DAYS", days)]].concat();
    let (changed, day) = (with("14"), day_in(32));
    let announce = ["data-map", "announce", "--in-force", &day];
    let program = world.serve(&before).await;
    says(&world, &changed, &announce, 0, &["mysocium: nothing to announce"]).await;
    for who in [&FIRST, &SECOND] {
        sign_up(&program, &mails, who, &mut Vec::new()).await;
    }
    program.stop().await;
    let words = ["longer-backups 14 days", "data-map announce --in-force", "mysocium"];
    says(&world, &changed, &["serve"], 78, &words).await;
    let (state, what) = doctor(&world, &changed).await;
    assert!(state == "fail" && what.contains("longer-backups 14 days"), "{state}: {what}");

    // Refused, it has changed nothing: the one before serves, and is told of what is coming while it does.
    let program = world.serve(&before).await;
    assert_eq!(doctor(&world, &before).await.0, "ok");
    let (soon, never) = (day_in(20), "2027-02-30");
    for wrong in [soon.as_str(), never, "tomorrow"] {
        says(&world, &changed, &["data-map", "announce", "--in-force", wrong], 2, &["--in-force"]).await;
    }
    let said = [&format!("announced for {day}"), "longer-backups 14 days"];
    says(&world, &changed, &announce, 0, &said).await;
    drop(program);
    let program = world.serve(&before).await;
    says(&world, &changed, &announce, 0, &["announced already"]).await;
    let all =
        || async { [FIRST, SECOND].iter().all(|who| !told(&mails, who.email).is_empty()).then_some(()) };
    eventually("the mails about the map", all).await;
    let leaf = "SELECT count(*) FROM announcement WHERE kind = 'data_map' AND done_at IS NOT NULL AND leaf_index IS NOT NULL";
    let noted = || async { (world.databases.number(store::Schema::Data, leaf).await == 1).then_some(()) };
    eventually("its place in the log", noted).await;
    for who in [FIRST, SECOND] {
        let mails = told(&mails, who.email);
        assert_eq!(mails.len(), 1, "{}: {mails:?}", who.email);
        assert!(mails[0].contains("14 days at most") && mails[0].contains("/data"), "{mails:?}");
    }
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let base = format!("http://{}", program.site.address);
    let site = admin::Site { client: &client, base: &base, host: HOST };
    let page = admin::text(site.get("/data", "").await).await;
    assert!(page.contains("Copies of the keys are kept longer"), "{page}");
    program.stop().await;
    says(&world, &changed, &["serve"], 2, &["is announced for", &day]).await;
    assert_eq!(world.databases.count("data_map").await, 1);

    // On its day it is served.
    std::fs::write(&clock, Span::days(33).0.to_string()).unwrap();
    let there = [changed.clone(), vec![("ENTENTE_TEST_CLOCK", clock.to_str().unwrap())]].concat();
    let earlier = [before.clone(), vec![("ENTENTE_TEST_CLOCK", clock.to_str().unwrap())]].concat();
    assert!(doctor(&world, &there).await.1.contains("was announced for"));
    assert!(doctor(&world, &earlier).await.1.contains("another data map was announced"));
    let program = world.serve(&there).await;
    program.stop().await;
    assert_eq!(world.databases.count("data_map").await, 2);
    says(&world, &there, &["ledger", "check"], 0, &[]).await;

    // With a simulator and without a mail server it is a trial: there nothing is held up, but said.
    let tried = vec![("ENTENTE_KEYS__BACKUP_DAYS", "30"), ("ENTENTE_TEST_CLOCK", clock.to_str().unwrap())];
    let program = world.serve(&tried).await;
    program.stop().await;
    assert!(world.logs().contains("longer-backups 30 days"), "{}", world.logs());
    world.close().await;
}

on_both!(claim_d1_claim_f7_a_material_change_is_not_served_before_its_day_and_everybody_is_mailed_once);
