//! `entente data-map` and `entente retention`, over what a demo leaves: the map misses no table and no column of it.

use crate::program::run;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use store::{Database, Options, Row, Schema, StoreError, statements};

statements! {
    COLUMNS = "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
}

type Columns = BTreeSet<(String, String)>;

async fn held(file: &Path, schema: Schema) -> Columns {
    let url = format!("sqlite:{}", file.display());
    let data = Database::open(&url, schema, Options::default()).await.unwrap();
    let read = data.read("columns", |tx| tx.query(&COLUMNS, &[])).await;
    let rows: Vec<Row> = read.map_err(|error: StoreError| error).unwrap();
    rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.text(1).unwrap().to_owned())).collect()
}

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
    let data = std::fs::read_dir(&kept).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = data.filter(|file| file.extension().is_some_and(|kind| kind == "db")).collect();
    let of = |name: &str| {
        files.iter().find(|file| file.file_name().is_some_and(|own| own == name)).unwrap().clone()
    };
    let (data, keys) = (of("entente.db"), of("keys.db"));
    std::fs::write(folder.join("entente.toml"), format!("[database]\nurl = \"sqlite:{}\"\n", data.display()))
        .unwrap();

    let map: Value = serde_json::from_str(&said(folder, &["data-map", "--format", "json"]).await).unwrap();
    assert_eq!(held(&data, Schema::Data).await, listed(&map, "data"));
    assert_eq!(held(&keys, Schema::Keys).await, listed(&map, "keys"));
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
