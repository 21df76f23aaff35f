//! What the metrics' port shows: what the documentation lists and nothing else, in a form that others read, and
//! nothing that is anybody's.

use crate::databases::{On, on_both};
use crate::home::tap;
use crate::program::World;
use crate::site::eventually;
use serde_json::Value;
use simulator::{Action, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const NAME: &str = "Quillianne";
const QUESTION: &str = "whether marmalade is vegan in Ouagadougou";

fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Name → kind and description, as documented. Samples of histograms have endings of their own.
fn documented() -> BTreeMap<String, (String, String)> {
    let text = read("docs/operate/metrics.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| {
        let (name, rest) = row.split_once("` | ")?;
        let (kind, rest) = rest.split_once(" | ")?;
        Some((name.to_owned(), (kind.to_owned(), rest.to_owned())))
    });
    cells.collect()
}

/// A sample as the parser that Prometheus' own people wrote for Python reads it.
struct Sample {
    name: String,
    kind: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// `None` where that parser is not installed.
fn parsed(text: &str) -> Option<Vec<Sample>> {
    const READ: &str = "
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
for family in read(sys.stdin.read()):
    for s in family.samples:
        print(json.dumps([s.name, family.type, s.labels, s.value]))
";
    let run = Command::new("/usr/bin/python3").args(["-c", "import prometheus_client"]).output();
    if !run.is_ok_and(|ended| ended.status.success()) {
        #[expect(
            clippy::disallowed_methods,
            reason = "whether something may be left out, the environment says"
        )]
        let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!is_ci, "the parser must be installed under CI: apt-get install python3-prometheus-client");
        eprintln!("not parsed: apt-get install python3-prometheus-client");
        return None;
    }
    let mut parser = Command::new("/usr/bin/python3");
    parser.args(["-c", READ]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut parser = parser.spawn().unwrap();
    parser.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = parser.wait_with_output().unwrap();
    assert!(said.status.success(), "it does not parse: {text}");
    let lines = String::from_utf8(said.stdout).unwrap();
    let samples = lines.lines().map(|line| {
        let (name, kind, labels, value): (String, String, BTreeMap<String, String>, Value) =
            serde_json::from_str(line).unwrap();
        Sample { name, kind, labels, value: value.as_f64().unwrap() }
    });
    Some(samples.collect())
}

on_both!(the_metrics_are_those_that_are_documented_and_say_nothing_of_anybody);

async fn the_metrics_are_those_that_are_documented_and_say_nothing_of_anybody(on: On) {
    let mut world = World::on(on, 2).await;
    let program = world.serve(&[("ENTENTE_METRICS__LISTEN", "127.0.0.1:0")]).await;
    let shown = program.said.lines().find_map(|line| line.strip_prefix("Metrics on ")).unwrap().to_owned();
    program.site.connect(&world.sim, &world.pages).await;
    let people = world.sim.add_people(world.pages[0], 4).unwrap();
    let sim = world.sim.clone();
    for action in
        [Action::get_started(), tap(0), Action::write(QUESTION), Action::write(format!("I am {NAME}"))]
    {
        for person in &people {
            sim.act(*person, &action, &Options::default()).unwrap();
        }
        eventually("the answers", || async {
            sim.flush().await;
            let answered = |person| sim.transcript(person).last().is_some_and(|line| line.from != "person");
            people.iter().all(|person| answered(*person)).then_some(())
        })
        .await;
    }
    let broadcast = program.site.compose("A quarter off every zeppelin").await;
    program.site.step(broadcast, "send").await;
    eventually("the end of the broadcast", || async {
        (program.site.broadcast(broadcast).await["state"] == "finished").then_some(())
    })
    .await;
    let leads = program.site.leads().await;

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(&shown).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    assert!(client.get(shown.replace("/metrics", "/readyz")).send().await.unwrap().status() == 404);
    assert!(
        client.get(format!("http://{}/metrics", program.site.address)).send().await.unwrap().status() != 200
    );

    let mut canaries = vec![
        NAME.to_owned(),
        "marmalade".to_owned(),
        "zeppelin".to_owned(),
        "Sample".to_owned(),
        program.site.token.clone(),
    ];
    canaries.extend(people.iter().chain(&[]).map(ToString::to_string));
    canaries.extend(world.pages.iter().map(ToString::to_string));
    canaries.extend(leads.iter().map(|lead| lead["id"].as_str().unwrap().to_owned()));
    // Ids of ours, whatever they are of: a prefix and 32 digits.
    let is_id = |word: &str| word.len() >= 32 && word.chars().all(|c| c.is_ascii_hexdigit());
    assert!(!text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_id), "an id: {text}");
    for canary in &canaries {
        assert!(!text.contains(canary.as_str()), "{canary} is in: {text}");
    }
    program.stop().await;

    let Some(samples) = parsed(&text) else { return };
    let documented = documented();
    let of_family = |sample: &Sample| match sample.kind.as_str() {
        "histogram" => {
            let ends = ["_bucket", "_count", "_sum", "_created"];
            ends.iter().find_map(|end| sample.name.strip_suffix(end)).unwrap_or(&sample.name).to_owned()
        }
        _ => sample.name.clone(),
    };
    let seen: BTreeMap<String, String> = samples.iter().map(|s| (of_family(s), s.kind.clone())).collect();
    for (name, kind) in &seen {
        let (told, _) = documented.get(name).unwrap_or_else(|| panic!("{name} is not documented"));
        assert_eq!(told, kind, "{name}");
    }
    // This run is behind a proxy and has little to do.
    let absent: BTreeSet<&str> =
        documented.keys().map(String::as_str).filter(|name| !seen.contains_key(*name)).collect();
    let of_servers = ["entente_database_connections", "entente_database_connections_max"];
    let expected = [
        "entente_certificate_not_after_timestamp_seconds",
        "entente_limited_total",
        "entente_refused_total",
        "entente_turned_away_total",
    ];
    let expected = expected.into_iter().chain(of_servers.into_iter().filter(|_| on == On::Sqlite));
    assert_eq!(absent, expected.collect());

    let value = |name: &str, labels: &[(&str, &str)]| {
        let has = |sample: &&Sample| {
            labels.iter().all(|(l, v)| sample.labels.get(*l).map(String::as_str) == Some(*v))
        };
        samples
            .iter()
            .filter(|sample| sample.name == name)
            .filter(has)
            .map(|sample| sample.value)
            .sum::<f64>()
    };
    assert_eq!(value("entente_ready", &[]), 1.0);
    assert_eq!(value("entente_deliveries_total", &[("state", "sent")]), 4.0);
    assert_eq!(value("entente_sends_total", &[("kind", "broadcast"), ("class", "sent")]), 4.0);
    let sent = value("entente_sends_total", &[("class", "sent")]);
    assert_eq!(sent, sim.messages(None, None, 0, usize::MAX).len() as f64, "as many as the simulator took");
    assert!(value("entente_webhook_seconds_count", &[("status", "200")]) >= 4.0);
    assert_eq!(value("entente_webhook_events_total", &[("outcome", "taken")]), 16.0);
    assert!(value("entente_graph_request_seconds_count", &[("outcome", "ok")]) >= 1.0);
    assert!(value("entente_transactions_total", &[("database", "data"), ("name", "receive")]) >= 4.0);
    assert!(value("entente_transactions_total", &[("database", "keys")]) >= 1.0);
    assert!(value("process_resident_memory_bytes", &[]) > 1e6);
    assert_eq!(value("entente_look_up_step", &[("brand", "mysocium"), ("step", "settled")]), 1.0);
}

#[test]
fn the_dashboard_shows_every_metric_and_asks_for_nothing_that_is_not_there() {
    let board: Value = serde_json::from_str(&read("contrib/grafana/entente.json")).unwrap();
    let documented = documented();
    assert!(documented.len() > 25, "{documented:?}");
    let mut asked = BTreeSet::new();
    for panel in board["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let query = target["expr"].as_str().unwrap();
            let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let names: Vec<&str> =
                words.filter(|word| word.starts_with("entente_") || word.starts_with("process_")).collect();
            assert!(!names.is_empty(), "{}: {query}", panel["title"]);
            for name in names {
                let histogram = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
                let is_one = |name: &&str| documented.get(*name).is_some_and(|(kind, _)| kind == "histogram");
                let own = Some(name).filter(|name| documented.contains_key(*name));
                let Some(own) = own.or(histogram.filter(is_one)) else {
                    panic!("{}: {name} is not a metric of ours", panel["title"]);
                };
                asked.insert(own.to_owned());
            }
        }
    }
    let all: BTreeSet<String> = documented.into_keys().collect();
    assert_eq!(asked, all, "without a panel");
}
