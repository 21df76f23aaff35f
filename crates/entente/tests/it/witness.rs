//! A ring of two: two installations as processes of their own that sign each other's checkpoints over
//! loopback; and the witness that is nothing but that.

use crate::commands::grow;
use crate::databases::{On, on_both};
use crate::program::{Program, World, entente, refused, run};
use crate::site::eventually;
use ledger::{Checkpoint, VerifyingKey, WitnessKey};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use store::Schema;

const CHECKPOINT: &str = "/.well-known/entente/checkpoint";
const SERVE: [&str; 3] = ["serve", "--config", "entente.toml"];

async fn ask(address: SocketAddr, path: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("http://{address}{path}")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn send(address: SocketAddr, body: String) -> (u16, String, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer =
        client.post(format!("http://{address}/witness/add-checkpoint")).body(body).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

/// One of the two: a world with a port of its own.
struct Half {
    world: World,
    port: u16,
    log: String,
    witness: String,
}

impl Half {
    /// Started once, so that its keys are made and read.
    async fn new(on: On) -> Self {
        let mut world = World::whole(on, 1).await;
        let port = testkit::free_port();
        let half = format!("{}\n[witness]\n", world.configuration(&format!("127.0.0.1:{port}")));
        let half = half.replace("\"http://127.0.0.1\"", &format!("\"http://127.0.0.1:{port}\""));
        std::fs::write(world.config(), half).unwrap();
        let program = world.serve(&[]).await;
        program.site.connect(&world.sim, &world.pages).await;
        let address = program.site.address;
        let log = ask(address, "/.well-known/entente/log-key").await.1;
        let witness = ask(address, "/witness/key").await.1;
        program.stop().await;
        Self { world, port, log: log.trim().to_owned(), witness: witness.trim().to_owned() }
    }

    fn folder(&self) -> &Path {
        self.world.folder.path()
    }

    /// What the other one's configuration says of this one.
    fn introduce_to(&self, other: &Self, is_asked: bool) {
        let text = std::fs::read_to_string(other.world.config()).unwrap();
        let (before, _) = text.split_once("[witness]").unwrap();
        let before = before.split("[ledger]").next().unwrap();
        let ledger = format!(
            "[ledger]\nquorum = 1\n[[ledger.witnesses]]\nrecipient = \"witness-friend\"\nurl = \"http://127.0.0.1:{}/witness\"\nkey = \"{}\"\n",
            self.port, self.witness
        );
        let ledger = if is_asked { ledger } else { String::new() };
        let text = format!("{before}{ledger}[witness]\nlogs = [\"{}\"]\n", self.log);
        std::fs::write(other.world.config(), text).unwrap();
        let register = other.folder().join("recipients.toml");
        let known = std::fs::read_to_string(&register).unwrap();
        if !known.contains("friend.example\"\nwho = \"A friend\"") {
            let entry = "\n[[recipient]]\nname = \"witness-friend\"\nhost = \"friend.example\"\nwho = \"A friend\"\ndata = \"Checkpoints of the log\"\npurpose = \"Signing them\"\ncountry = \"Ireland\"\nsafeguard = \"No personal data is sent\"\nin_force_from = 2020-01-01\n";
            std::fs::write(&register, format!("{known}{entry}")).unwrap();
        }
    }

    /// The served checkpoint, once the other has signed it; its size.
    async fn witnessed(&self, address: SocketAddr, by: &str) -> u64 {
        let (key, by) = (VerifyingKey::parse(&self.log).unwrap(), [WitnessKey::parse(by).unwrap()]);
        let look = || async {
            let (_, note) = ask(address, CHECKPOINT).await;
            let opened = Checkpoint::open(&note, &key, &by).ok()?;
            (!opened.witnessed_by.is_empty()).then_some(opened.checkpoint.size)
        };
        eventually("the cosignature", look).await
    }
}

async fn verify(folder: &Path, more: &[&str]) -> (i32, String, String) {
    let arguments = [&["proof", "verify", "proof.json", "--key", "log.key"], more].concat();
    let output = run(folder, &arguments).await;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

async fn take_proof(program: &Program, to: &Path) {
    let lead = program.site.leads().await[0]["id"].as_str().unwrap().to_owned();
    let (status, file) =
        program.site.try_call("GET", &format!("/api/v1/leads/{lead}/proof"), None).await.unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&file));
    std::fs::write(to, file).unwrap();
}

async fn claim_b2_two_installations_are_each_other_s_witness_and_a_rolled_back_or_forked_log_is_refused(
    on: On,
) {
    let (mut one, mut two) = (Half::new(on).await, Half::new(on).await);
    one.introduce_to(&two, true);
    two.introduce_to(&one, true);

    // The first is served although the second is not there yet.
    let first = one.world.serve(&[]).await;
    let people = one.world.sim.add_people(one.world.pages[0], 3).unwrap();
    grow(&one.world, &people, 2).await;
    first.stop().await;
    one.world.databases.keep("bare").await;
    let first = one.world.serve(&[]).await;
    let signed = || async { (ask(first.site.address, CHECKPOINT).await.0 == 200).then_some(()) };
    eventually("the checkpoint", signed).await;
    first.stop().await;
    one.world.databases.keep("older").await;
    let first = one.world.serve(&[]).await;
    grow(&one.world, &one.world.sim.add_people(one.world.pages[0], 4).unwrap(), 2).await;
    first.stop().await;

    // A new start numbers at once what waits.
    let second = two.world.serve(&[]).await;
    let first = one.world.serve(&[]).await;
    let size = one.witnessed(first.site.address, &two.witness).await;
    let more = two.world.sim.add_people(two.world.pages[0], 2).unwrap();
    grow(&two.world, &more, 2).await;
    take_proof(&first, &one.folder().join("proof.json")).await;

    // Offline, with nothing but files.
    let here = one.folder().to_owned();
    let stranger =
        ledger::Cosigner::from_seed(&[9; 32], "stranger.example").unwrap().witness_key().to_string();
    for (file, text) in [("log.key", &one.log), ("witness.key", &two.witness), ("stranger.key", &stranger)] {
        std::fs::write(here.join(file), format!("{text}\n")).unwrap();
    }
    let (status, out, err) = verify(&here, &["--witness", "witness.key", "--quorum", "1"]).await;
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains(&format!("witnessed by 127.0.0.1-{}/witness at 20", two.port)), "{out}");
    let (status, out, _) = verify(&here, &[]).await;
    assert!(status == 0 && out.ends_with("unwitnessed\n"), "{out}");
    let (status, out, err) = verify(&here, &["--witness", "stranger.key", "--quorum", "1"]).await;
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.starts_with("entente: the proof does not hold: 0 of the given witnesses signed"), "{err}");
    let both = ["--witness", "stranger.key", "--witness", "witness.key", "--json"];
    let (status, out, _) = verify(&here, &[&both[..], &["--quorum", "2"]].concat()).await;
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, found["holds"].as_bool()), (1, Some(false)), "{out}");
    let (status, out, _) = verify(&here, &[&both[..], &["--quorum", "1"]].concat()).await;
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, found["holds"].as_bool()), (0, Some(true)), "{out}");
    assert_eq!(found["log"]["witnessed_by"][0]["name"], format!("127.0.0.1-{}/witness", two.port));
    assert_eq!(found["proof"]["event"], "opt_in");
    let (status, _, err) = verify(&here, &["--witness", "witness.key", "--quorum", "2"]).await;
    assert!(status == 2 && err.contains("--quorum 2"), "{err}");

    // What anybody may send: an older checkpoint, a bad proof, noise.
    let (_, note) = ask(first.site.address, CHECKPOINT).await;
    let (status, kind, told) = send(second.site.address, format!("old 0\n\n{note}")).await;
    assert_eq!((status, kind.as_str(), told), (409, "text/x.tlog.size", format!("{size}\n")));
    let zeros = ledger::Hash([0; 32]).to_base64();
    assert_eq!(send(second.site.address, format!("old {size}\n{zeros}\n\n{note}")).await.0, 422);
    assert_eq!(send(second.site.address, "hello".to_owned()).await.0, 400);
    assert_eq!(send(second.site.address, "x".repeat(1 << 20)).await.0, 413);
    assert_eq!(send(first.site.address, format!("old 0\n\n{note}")).await.0, 404, "nobody signs for itself");
    let place = engine::witness::Cosigning::place(VerifyingKey::parse(&one.log).unwrap().name());
    let (status, kept) = ask(second.site.address, &format!("/witness/{place}/checkpoint")).await;
    assert_eq!(status, 200);
    assert!(note.starts_with(kept.split("\n\n").next().unwrap()), "{kept}");
    assert_eq!(ask(first.site.address, &format!("/witness/{place}/checkpoint")).await.0, 404);
    first.stop().await;

    // Data and keys put back to the older state: only the other can know better. What the installation
    // remembers as a witness is no part of it: a witness that is put back could sign a second history.
    let words = ["holds a longer log under this log's signature", "restore newer data", "ledger.witnesses"];
    for state in ["bare", "older"] {
        one.world.databases.put_back(state, &[Schema::Data, Schema::Keys]).await;
        refused(one.folder(), &SERVE, 2, &words).await;
    }
    // Going on without the witness forks the log.
    two.introduce_to(&one, false);
    let first = one.world.serve(&[]).await;
    grow(&one.world, &one.world.sim.add_people(one.world.pages[0], 9).unwrap(), 2).await;
    first.stop().await;
    one.world.serve(&[]).await.stop().await;
    two.introduce_to(&one, true);
    refused(one.folder(), &SERVE, 2, &["holds another history under this log's signature"]).await;

    // Meanwhile the second's own log, whose witness is gone, went on; it is signed once the other is back.
    two.introduce_to(&one, false);
    second.stop().await;
    let first = one.world.serve(&[]).await;
    let second = two.world.serve(&[]).await;
    two.witnessed(second.site.address, &one.witness).await;
    first.stop().await;
    second.stop().await;
    one.world.close().await;
    two.world.close().await;
}

on_both! {
    claim_b2_two_installations_are_each_other_s_witness_and_a_rolled_back_or_forked_log_is_refused,
}

/// A running `entente witness`. Ends when dropped.
struct Alone(Child, SocketAddr, Vec<String>);

impl Alone {
    async fn start(folder: &Path) -> Self {
        let mut command = entente(folder);
        command.args(["witness", "--config", "w.toml"]).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said =
            tokio::task::spawn_blocking(move || lines.by_ref().map_while(Result::ok).take(2).collect());
        let said: Vec<String> = said.await.unwrap();
        let at = said.iter().find_map(|line| line.strip_prefix("Entente listens on ")).unwrap_or_default();
        Self(process, at.parse().unwrap_or_else(|_| panic!("{said:?}")), said)
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn checkpoint(kind: u8, old: u64, size: u64) -> String {
    let key = ledger::SigningKey::from_seed(&[7; 32], "log.example").unwrap();
    let (mut tree, mut tiles) = (ledger::Tree::new(), ledger::Tiles::new());
    let leaves: Vec<_> = (0..size).map(|n| ledger::leaf(&[kind, u8::try_from(n).unwrap()])).collect();
    tiles.apply(tree.append(&leaves));
    let head = Checkpoint { origin: "log.example".to_owned(), size, root: tree.root() };
    let proof = ledger::path::consistency(old, size, &tiles).unwrap();
    ledger::witness::Request { old, proof, note: head.sign(&key).unwrap() }.to_text()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_b2_a_witness_alone_remembers_through_kills_what_it_signed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let log = ledger::SigningKey::from_seed(&[7; 32], "log.example").unwrap().verifying_key();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\ntls = \"behind-proxy\"\n[witness]\nname = \"w.example\"\nlogs = [\"{log}\"]\n"
    );
    std::fs::write(here.join("w.toml"), text).unwrap();
    let shown = run(here, &["witness", "--config", "w.toml", "--show-key"]).await;
    assert_eq!(shown.status.code(), Some(0), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown = String::from_utf8(shown.stdout).unwrap();
    let key = WitnessKey::parse(shown.lines().last().unwrap()).unwrap();
    for place in ["The key of w.example lies in", "witness.key;", "/witness."] {
        assert!(shown.contains(place), "{place}: {shown}");
    }

    let witness = Alone::start(here).await;
    assert!(
        witness.2.iter().any(|line| line.contains(&format!("{key} signs for log.example"))),
        "{:?}",
        witness.2
    );
    assert_eq!(ask(witness.1, "/witness/key").await, (200, format!("{key}\n")));
    let held = run(here, &["witness", "--config", "w.toml"]).await;
    assert!(String::from_utf8(held.stderr).unwrap().contains("another process is the witness"));
    let (status, _, line) = send(witness.1, checkpoint(0, 0, 5)).await;
    assert_eq!(status, 200);
    let body = checkpoint(0, 0, 5);
    let note = body.split_once("\n\n").unwrap().1;
    key.take_line(note, &line).unwrap();
    witness.kill();

    // Killed again and again while both histories are pushed: one of them goes on, the other never.
    let mut size = 5;
    for round in 0..6u64 {
        let witness = Alone::start(here).await;
        assert_eq!(send(witness.1, checkpoint(1, size, size + 1)).await.0, 422, "round {round}");
        let address = witness.1;
        let pushing = tokio::spawn(async move {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let url = format!("http://{address}/witness/add-checkpoint");
            for new in size + 1..size + 20 {
                // It is killed in the middle of this.
                let sent = client.post(&url).body(checkpoint(0, new - 1, new)).send().await;
                if !sent.is_ok_and(|answer| answer.status() == 200) {
                    return new - 1;
                }
            }
            size + 19
        });
        if round % 2 == 0 {
            tokio::task::yield_now().await;
        } else {
            let _ = ask(address, "/healthz").await;
        }
        witness.kill();
        let answered = pushing.await.unwrap();
        let witness = Alone::start(here).await;
        let (status, _, told) = send(witness.1, checkpoint(1, 0, 200)).await;
        assert_eq!(status, 409, "{told}");
        size = told.trim().parse().unwrap();
        assert!(size >= answered, "{size} is remembered, and {answered} was signed");
        witness.kill();
    }

    let stopped = Alone::start(here).await;
    assert!(Command::new("kill").arg(stopped.0.id().to_string()).status().unwrap().success());
    let mut stopped = stopped;
    let status = eventually("the end", || std::future::ready(stopped.0.try_wait().unwrap())).await;
    assert!(status.success(), "{status}");
    // A memory that was tampered with, and a key that others may read.
    let file = here
        .join("entente-data/witness")
        .join(format!("{}.checkpoint", engine::witness::Cosigning::place("log.example")));
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, good.replacen(&format!("\n{size}\n"), "\n3\n", 1)).unwrap();
    refused(here, &["witness", "--config", "w.toml"], 2, &["witness.folder", "log.example is damaged"]).await;
    std::fs::write(&file, &good).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    let secret = here.join("entente-data/witness.key");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    refused(here, &["witness", "--config", "w.toml"], 78, &["witness.key_file", "chmod 600"]).await;
}
