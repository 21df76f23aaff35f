//! What a thief of the files or of the logs would find (claims F2, R4): nothing that says who somebody
//! is, what they wrote, or what opens a door. The real binary, logging everything it can.

use crate::databases::{On, on_both};
use crate::home::tap;
use crate::program::{World, entente};
use crate::search::{Hunt, files};
use crate::site::eventually;
use bytes::Bytes;
use simulator::{Action, Effect, Fault, Options, Psid, Sign};
use std::process::Stdio;

/// Whether a page's token (Meta's begin with EAA) stands in a text.
fn holds_a_token(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let long = |rest: &str| rest.chars().take(60).filter(char::is_ascii_alphanumeric).count() == 60;
    text.match_indices("EAA").any(|(at, _)| text.get(at..).is_some_and(long))
}

const NAME: &str = "Quillianne";
const QUESTION: &str = "whether marmalade is vegan in Ouagadougou";
const ARABIC: &str = "سؤال نادر عن المربّى";
const OFFER: &str = "A quarter off every zeppelin";

async fn claim_f2_claim_r4_neither_files_nor_logs_hold_anything_personal_or_secret(on: On) {
    let mut world = World::on(on, 2).await;
    let program = world.serve(&[("ENTENTE_LOG", "trace")]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people =
        [world.sim.add_people(world.pages[0], 5).unwrap(), world.sim.add_people(world.pages[1], 3).unwrap()]
            .concat();
    let sim = world.sim.clone();
    let answered = || async {
        sim.flush().await;
        let last = |person: &Psid| sim.transcript(*person).last().is_some_and(|line| line.from != "person");
        people.iter().all(last).then_some(())
    };
    let name = format!("My name is {NAME}");
    for action in
        [Action::get_started(), tap(0), Action::write(QUESTION), Action::write(ARABIC), Action::write(name)]
    {
        for person in &people {
            sim.act(*person, &action, &Options::default()).unwrap();
        }
        eventually("the answers", answered).await;
    }
    // Everything that makes a program talkative: refusals, odd answers, bad bodies, a dead token.
    sim.raw(Bytes::from(format!("{{\"broken\": \"{QUESTION}\"")), Sign::Both);
    sim.raw(Bytes::from(format!("{{\"forged\": \"{QUESTION}\"}}")), Sign::Bad);
    sim.add_fault(Fault::new(Effect::error(100, None)).person(people[0]));
    sim.add_fault(Fault::new(Effect::NotJson).person(people[1]));
    sim.add_fault(Fault::new(Effect::PlainServerError).person(people[2]));
    sim.add_fault(Fault::new(Effect::TokenDeath).page(world.pages[1]));
    let broadcast = program.site.compose(OFFER).await;
    program.site.step(broadcast, "send").await;
    let finished =
        || async { (program.site.broadcast(broadcast).await["state"] == "finished").then_some(()) };
    eventually("the end of the broadcast", finished).await;
    sim.clear_faults();
    sim.write(people[3], "stop").unwrap();
    eventually("the confirmation", || async {
        sim.flush().await;
        sim.transcript(people[3]).last().is_some_and(|line| line.from != "person").then_some(())
    })
    .await;
    let leads = program.site.leads().await;
    assert_eq!(leads.len(), people.len());
    let path = |lead: &serde_json::Value, what: &str| {
        format!("/api/v1/leads/{}{what}", lead["id"].as_str().unwrap())
    };
    let shown = program.site.get(&path(&leads[0], "/export")).await.to_string();
    assert!(shown.contains(NAME), "the person's own export names them");
    program.site.call("DELETE", &path(&leads[0], ""), None).await;
    let wrong = crate::site::Site::new(program.site.address, &program.site.host, "ent_wrong_token_canary");
    assert_eq!(wrong.try_call("GET", "/api/v1/leads", None).await.unwrap().0, 401);
    let token = program.site.token.clone();
    program.stop().await;

    let root = std::fs::read_to_string(world.data().join("root.key")).unwrap();
    let mut canaries = vec![
        NAME,
        "marmalade",
        "Ouagadougou",
        ARABIC,
        "zeppelin",
        token.trim(),
        root.trim(),
        "simulated_app_secret",
        "simulated_verify_token",
        "wrong_token_canary",
        crate::admin::PASSWORD,
        crate::admin::EMAIL,
        "Sample Page 1",
    ];
    let ids: Vec<String> = people.iter().map(ToString::to_string).collect();
    canaries.extend(ids.iter().map(String::as_str));

    let logs = world.logs();
    assert!(logs.contains("TRACE"), "nothing was logged at the finest level");
    let logs = [("the logs".to_owned(), logs.into_bytes())];
    let kept = [files(&world.data()), world.databases.rows().await].concat();
    // The one file that is a secret itself, readable by nobody else.
    let (secret, kept): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(name, _)| name.ends_with("root.key"));
    assert_eq!(secret.len(), 1);
    assert!(kept.iter().map(|(_, content)| content.len()).sum::<usize>() > 100_000);
    assert!(holds_a_token(sim.page_token(world.pages[0]).unwrap().as_bytes()));
    for (name, content) in logs.iter().chain(&kept) {
        assert!(!holds_a_token(content), "a page's token stands in {name}");
    }
    let nothing: [String; 0] = [];
    assert_eq!(Hunt::texts(canaries).found(logs.iter().chain(&kept)), nothing);
    world.close().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f2_nobody_else_may_read_what_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut world = World::new(1).await;
    let program = world.serve(&[]).await;
    for entry in std::fs::read_dir(world.data()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o077;
        assert_eq!(mode, 0, "others may read {}", entry.path().display());
    }
    program.stop().await;
    // A root key that others may read is not used.
    let key = world.data().join("root.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut command = entente(world.folder.path());
    command.args(["serve", "--config"]).arg(world.config()).stdout(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(78));
    assert!(String::from_utf8(output.stderr).unwrap().contains("chmod 600"));
    world.close().await;
}

on_both! {
    claim_f2_claim_r4_neither_files_nor_logs_hold_anything_personal_or_secret,
}
