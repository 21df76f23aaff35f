//! `entente data-map` and `entente retention`, over what a demo and the program leave: the map misses no table and
//! no column of it.

use crate::databases::{Databases, On, on_both};
use crate::installation::agreed;
use crate::program::{World, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use store::Schema;

type Columns = BTreeSet<(String, String)>;

fn listed(map: &Value, database: &str) -> Columns {
    let places = map["places"].as_array().unwrap().iter();
    let of = |value: &Value| value["name"].as_str().unwrap().to_owned();
    places
        .filter(|place| place["database"] == database || place["name"] == "migration")
        .flat_map(|place| {
            place["columns"].as_array().unwrap().iter().map(move |column| (of(place), of(column)))
        })
        .collect()
}

async fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_r1_the_map_misses_nothing_of_what_a_demo_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let demo = [
        "demo",
        "--leads",
        "40",
        "--pages",
        "5",
        "--once",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--data",
        "kept",
    ];
    said(folder, &demo).await;
    let kept = folder.join("kept");
    let databases = Databases::new(On::Sqlite, &kept).await;
    std::fs::write(folder.join("entente.toml"), format!("[database]\nurl = \"{}\"\n", databases.urls[0]))
        .unwrap();

    let map: Value = serde_json::from_str(&said(folder, &["data-map", "--format", "json"]).await).unwrap();
    assert_eq!(databases.columns(Schema::Data).await, listed(&map, "data"));
    assert_eq!(databases.columns(Schema::Keys).await, listed(&map, "keys"));
    assert!(said(folder, &["data-map"]).await.contains("## sign_in (data)"));
    let linked: Value =
        serde_json::from_str(&said(folder, &["data-map", "--format", "jsonld"]).await).unwrap();
    assert_eq!(linked["@context"]["dpv"], "https://w3id.org/dpv#");
    assert!(said(folder, &["data-map", "--format", "record-processor"]).await.contains("30(2)"));

    let looked: Value =
        serde_json::from_str(&said(folder, &["retention", "--dry-run", "--json"]).await).unwrap();
    let tables = looked["tables"].as_array().unwrap();
    assert!(tables.iter().any(|table| table["place"] == "sign_in" && table["days"] == 30), "{looked}");
    assert_eq!((&looked["dry_run"], &looked["removed"]), (&true.into(), &serde_json::json!({})));
    assert!(said(folder, &["retention"]).await.contains("rows were past their time"));
}

async fn claim_r1_the_map_misses_nothing_of_what_the_program_leaves(on: On) {
    let mut world = World::on(on, 1).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    agreed(&world, 0, 3).await;
    program.stop().await;
    let folder = world.folder.path();
    let map: Value = serde_json::from_str(&said(folder, &["data-map", "--format", "json"]).await).unwrap();
    for (schema, name) in [(Schema::Data, "data"), (Schema::Keys, "keys")] {
        let columns = world.databases.columns(schema).await;
        assert!(columns.len() > 10, "{name}: {columns:?}");
        assert_eq!(columns, listed(&map, name), "{name}");
    }
    let old = "UPDATE sign_in SET at = at - 31 * 86400000000";
    let changed = world.databases.change(Schema::Data, old).await;
    assert!(changed > 0, "nobody has signed in");
    let looked: Value =
        serde_json::from_str(&said(folder, &["retention", "--dry-run", "--json"]).await).unwrap();
    let tables = looked["tables"].as_array().unwrap();
    assert!(tables.iter().any(|table| table["place"] == "sign_in" && table["days"] == 30), "{looked}");
    assert_eq!(world.databases.count("sign_in").await, i64::try_from(changed).unwrap());
    let removed: Value = serde_json::from_str(&said(folder, &["retention", "--json"]).await).unwrap();
    assert_eq!(removed["removed"]["sign_in"], changed, "{removed}");
    assert_eq!(world.databases.count("sign_in").await, 0);
    world.close().await;
}

on_both!(claim_r1_the_map_misses_nothing_of_what_the_program_leaves);
