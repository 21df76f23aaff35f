//! The root key in the program: each erasure exchanges it, wherever it is kept, and the program goes on with it.

use crate::databases::{On, on_both};
use crate::program::{World, refused, run};
use crate::site::eventually;
use simulator::{Action, Options};

/// Sets up a program under `environment`, has three people write, erases one, starts again and reads the
/// others. What was kept of the root before and after, by `root`.
async fn erased_and_started_again(
    world: &mut World,
    environment: &[(&str, &str)],
    root: impl Fn() -> Vec<Vec<u8>>,
) -> [Vec<Vec<u8>>; 2] {
    let program = world.serve(environment).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = world.sim.add_people(world.pages[0], 3).unwrap();
    for person in &people {
        world.sim.act(*person, &Action::get_started(), &Options::default()).unwrap();
    }
    let answered = || async {
        world.sim.flush().await;
        people.iter().all(|person| !world.sim.received(*person).is_empty()).then_some(())
    };
    eventually("the answers", answered).await;
    let before = root();
    let leads = program.site.leads().await;
    assert_eq!(leads.len(), 3);
    let path = |at: usize| format!("/api/v1/leads/{}", leads[at]["id"].as_str().unwrap());
    program.site.call("DELETE", &path(0), None).await;
    let after = root();
    program.stop().await;

    let program = world.serve(environment).await;
    assert_eq!(program.site.leads().await.len(), 2);
    for at in [1, 2] {
        let shown = program.site.get(&format!("{}/export", path(at))).await;
        assert!(shown.to_string().len() > 100, "{shown}");
    }
    program.stop().await;
    [before, after]
}

async fn claim_f1_each_erasure_exchanges_both_halves_of_the_root(on: On) {
    let mut world = World::on(on, 1).await;
    let (data, other) = (world.data(), world.folder.path().join("other/half.key"));
    let environment = [("ENTENTE_KEYS__ROOT_SPLIT_FILE", other.to_str().unwrap())];
    let halves = || vec![std::fs::read(data.join("root.key")).unwrap(), std::fs::read(&other).unwrap()];
    let [before, after] = erased_and_started_again(&mut world, &environment, halves).await;
    assert!(before.iter().zip(&after).all(|(before, after)| before != after));

    // Beside a program at work, looking settles nothing and finds the log whole.
    let here = world.folder.path().to_owned();
    let config = here.join("entente.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let split = format!("[keys]\nroot_split_file = \"{}\"", other.display());
    std::fs::write(&config, text.replace("[keys]", &split)).unwrap();
    let check = ["ledger", "check", "--config", "entente.toml"];
    let output = run(&here, &check).await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_file(&other).unwrap();
    refused(&here, &check, 2, &["keys.root_split_file", "half.key"]).await;
    refused(
        &here,
        &["serve", "--config", "entente.toml"],
        78,
        &["half.key is missing", "put the root key back"],
    )
    .await;
    world.close().await;
}

async fn a_root_from_the_environment_stays_and_the_doctor_says_so(on: On) {
    let mut world = World::on(on, 1).await;
    let root = vault::RootKey::generate(&testkit::SeededEntropy::new(5)).to_text();
    let environment = [("ENTENTE_KEYS__ROOT", root.as_str())];
    erased_and_started_again(&mut world, &environment, Vec::new).await;
    assert!(!world.data().join("root.key").exists());

    let config = world.config();
    let text = std::fs::read_to_string(&config).unwrap();
    let local = text.replace("[keys]", &format!("[keys]\nroot = \"{}\"", root.as_str()));
    let public =
        local.replace("public_url = \"http://127.0.0.1\"", "public_url = \"https://chat.shop-of-ours.eu\"");
    for (text, state) in [(local, "warn"), (public, "fail")] {
        std::fs::write(&config, text).unwrap();
        let output = run(world.folder.path(), &["doctor", "--json", "--config", "entente.toml"]).await;
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["name"] == "root-key").unwrap();
        assert_eq!(found["state"], state, "{found}");
        assert!(found["what"].as_str().unwrap().contains("cannot be exchanged"), "{found}");
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains(root.as_str()), "it shows the root");
    }
    world.close().await;
}

on_both! {
    claim_f1_each_erasure_exchanges_both_halves_of_the_root,
    a_root_from_the_environment_stays_and_the_doctor_says_so,
}
