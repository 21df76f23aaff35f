//! The data map where people meet it: the page misses nothing of the databases, its fingerprint is in the log, what
//! was shown at sign-up is recorded, and nothing leaves in a file or a letter that is not declared.

use crate::home::{HOST, Home, REGISTER};
use engine::actions::documents::NOTICE;
use engine::datamap::gate::{self, Announcing, Program};
use engine::datamap::versions;
use model::datamap::elsewhere::{EXPORT_FIELDS, LETTER_FIELDS};
use model::id::AnnouncementId;
use model::time::Clock as _;
use outbound::Register;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::{Row, StoreError, statements};

statements! {
    pair COLUMNS = {
        sqlite: "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
        postgres: "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema()"
    };
    ACCEPTED = "SELECT kind, version FROM acceptance WHERE account_id = $1 AND kind = 'data_map'";
}

async fn columns(home: &Home) -> Vec<(String, String)> {
    let rows = home.data.read("columns", |tx| tx.query(&COLUMNS, &[])).await;
    let rows: Vec<Row> = rows.map_err(|error: StoreError| error).unwrap();
    rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.text(1).unwrap().to_owned())).collect()
}

#[tokio::test]
async fn claim_r1_the_data_page_misses_no_table_and_no_column_of_the_database() {
    let home = Home::with_page().await;
    let columns = columns(&home).await;
    assert!(columns.len() > 300, "{}", columns.len());
    for language in ["en", "ar"] {
        let page = home.visit("GET", &format!("/data?lang={language}")).await;
        assert_eq!(page.status, 200);
        let page = page.text();
        for (table, column) in &columns {
            let own = page.split(&format!("id=\"table-{table}\"")).nth(1);
            let own = own.unwrap_or_else(|| panic!("{language}: the page does not show `{table}`"));
            let own = own.split("</details>").next().unwrap();
            assert!(own.contains(&format!(">{column}</code>")), "{language}: {table}.{column}");
        }
        assert!(page.contains("__Host-session") && page.contains("__Host-my"), "{language}");
        for id in [
            "short",
            "account-given",
            "account-arises",
            "lead-given",
            "lead-arises",
            "browser",
            "address",
            "recipients",
            "backups",
            "not",
            "rights",
            "all",
        ] {
            assert!(
                page.contains(&format!("href=\"#{id}\"")) && page.contains(&format!("id=\"{id}\"")),
                "{id}"
            );
        }
        assert!(page.contains("Meta Platforms Ireland Limited"));
        // What lies in an envelope stands there too.
        assert!(page.split("id=\"table-lead\"").nth(1).unwrap().contains(">psid</code>"));
        // A text that is missing would show its id.
        assert!(!page.contains(">data-"), "{language}: a text is missing");
    }
}

#[tokio::test]
async fn claim_d1_the_fingerprint_shown_is_of_the_file_and_stands_in_the_log() {
    let home = Home::new().await;
    let before = home.visit("GET", "/data").await.text().to_owned();
    home.settle().await;
    home.engine.checkpoint().await.unwrap();
    let file = home.visit("GET", "/data/map.json").await;
    assert_eq!(file.header("content-type"), "application/json");
    let hash = hex::encode(Sha256::digest(file.text().as_bytes()));
    let after = home.visit("GET", "/data").await.text().to_owned();
    assert!(before.contains(&hash) && after.contains(&hash));
    let version = versions::in_force(&home.engine, home.brand_id(HOST)).await.unwrap().unwrap();
    assert_eq!((version.number, version.hash.as_str()), (1, hash.as_str()));
    assert!(version.leaf_index.is_some(), "its hash is a leaf");
    home.engine.check_log().await.unwrap();
    // Each brand has a map of its own.
    let other = home.engine.data_map(&home.engine.brand_by_host(crate::home::OTHER_HOST).unwrap());
    assert_ne!(hex::encode(other.hash), hash);
    let linked = home.visit("GET", "/data/map.jsonld").await;
    assert_eq!(linked.header("content-type"), "application/ld+json");
    assert!(linked.json()["@graph"].as_array().unwrap().len() > 20);
}

#[tokio::test]
async fn claim_a2_the_map_shown_at_sign_up_is_recorded_and_another_promise_is_another_version() {
    let home = Home::new().await;
    let form = home.visit("GET", "/register").await.text().to_owned();
    assert!(form.contains("value=\"data_map:1\""), "the form carries the version that was shown");
    let account = home.account;
    let read = move |tx: &store::Tx<'_>| tx.query(&ACCEPTED, &store::params![account]);
    let rows: Vec<Row> = home.data.read("accepted", read).await.map_err(|e: StoreError| e).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].int(1).unwrap(), 1);
    // The same again is no new version; another recipient is.
    home.engine.announce(&Register::parse(REGISTER).unwrap()).await.unwrap();
    let brand = home.brand_id(HOST);
    assert_eq!(versions::list(&home.engine, brand).await.unwrap().len(), 1);
    let more = format!(
        "{REGISTER}\n[[recipient]]\nname = \"mail\"\nhost = \"mail.example.com\"\nwho = \"Example Mail GmbH\"\ndata = \"d\"\npurpose = \"p\"\ncountry = \"Germany\"\nsafeguard = \"s\"\nin_force_from = 2026-12-01\n"
    );
    home.engine.announce(&Register::parse(&more).unwrap()).await.unwrap();
    let known = versions::list(&home.engine, brand).await.unwrap();
    assert_eq!(known.iter().map(|version| version.number).collect::<Vec<_>>(), [2, 1]);
    assert!(home.visit("GET", "/data").await.text().contains("Example Mail GmbH"));
    // The bytes that were promised first are there still.
    let first = versions::text(&home.engine, brand, 1).await.unwrap().unwrap();
    assert_eq!(hex::encode(Sha256::digest(&first)), known[1].hash);
    assert!(home.visit("GET", "/register").await.text().contains("value=\"data_map:2\""));
}

/// Another program's map is announced: one by which copies of the keys are kept for 14 days.
pub async fn announce(home: &Home) {
    let now = home.clock.now();
    let ctx = home.engine.brand_by_host(HOST).unwrap();
    let entropy = testkit::SeededEntropy::new(14);
    let new = Announcing {
        program: Program {
            brands: vec![ctx.brand.clone()],
            register: Register::parse(REGISTER).unwrap(),
            backup_days: 14,
        },
        in_force_from: now.plus(NOTICE),
        early: None,
        words: web::datamap::changes::in_words,
        ids: vec![AnnouncementId::new(now, &entropy)],
    };
    let told: Result<_, StoreError> =
        home.data.write("announce", move |tx| gate::announce(tx, &new, now)).await;
    assert!(matches!(told.unwrap()[0].1, gate::Told::Announced(..)));
}

#[tokio::test]
async fn claim_d1_claim_f7_what_is_coming_stands_on_the_data_page_and_the_admins_with_its_day_and_file() {
    let home = Home::new().await;
    assert!(!home.visit("GET", "/data").await.text().contains("What is coming"));
    let admin = home.admin_session().await;
    let empty = home.call_as(&admin, "GET", "/admin/data-map").await;
    assert!(empty.text().contains("No change is announced."), "{}", empty.text());
    announce(&home).await;
    home.engine.announce_all().await.unwrap();
    home.engine.checkpoint().await.unwrap();
    let english = "Copies of the keys are kept longer, 14 days at most";
    let arabic = "تُحفظ نسخ المفاتيح مدة أطول، 14 يومًا على الأكثر";
    let of_admin = home.call_as(&admin, "GET", "/admin/data-map").await;
    assert!(of_admin.text().contains(english), "{}", of_admin.text());
    assert!(home.visit("GET", "/data?lang=ar").await.text().contains(arabic));
    let page = home.visit("GET", "/data").await;
    let coming = page.text().split_once("<h2 id=\"coming\">").unwrap().1.split("</section>").next().unwrap();
    assert!(coming.contains(english) && coming.contains(" · by mail"), "{coming}");
    let file = home.visit("GET", "/data/coming/1").await;
    assert_eq!(file.header("content-type"), "application/json");
    let hash = hex::encode(Sha256::digest(&file.body));
    assert!(coming.contains(&hash) && coming.contains("as leaf "), "{coming}");
    assert_eq!(file.json()["map"]["backups"]["days_of_keys"], 14);
    for nothing in ["/data/coming/2", "/data/coming/x"] {
        assert_eq!(home.visit("GET", nothing).await.status, 404, "{nothing}");
    }
    let letter = home.mails.text_to(&home.engine, crate::people::EMAIL, "data_map_changed").await;
    assert!(letter.contains(english) && letter.contains("/data"), "{letter}");
}

/// Every name of a JSON value's members, however deep.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, inside) in members {
                found.insert(name.clone());
                names(inside, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inside| names(inside, found)),
        _ => {}
    }
}

#[tokio::test]
async fn claim_d1_every_field_of_a_file_that_leaves_is_declared() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    let mut found = BTreeSet::new();
    names(&home.call("GET", &format!("/api/v1/leads/{lead}/export")).await.json(), &mut found);
    let asked = json!({ "form": "json", "with_names": true, "why": "The raffle in spring" });
    let exported = home.post("/api/v1/leads/exports", &asked).await;
    assert_eq!(exported.status, 200);
    names(&serde_json::from_str(exported.text()).unwrap(), &mut found);
    let asked = json!({ "form": "csv", "with_names": true, "why": "The raffle in spring" });
    let table = home.post("/api/v1/leads/exports", &asked).await.text().to_owned();
    let form = json!({ "purpose": "promotion", "text": "Hi" });
    let id = home.post("/api/v1/broadcasts", &form).await.json()["id"].as_str().unwrap().to_owned();
    let asked = json!({ "why": "The raffle in spring" });
    let deliveries = home.post(&format!("/api/v1/broadcasts/{id}/export"), &asked).await.text().to_owned();
    let secret = home.open_own_page("psid-7").await;
    let own = home.on_own_page(&secret, "POST", "/my/export", &[]).await;
    names(&serde_json::from_str(own.text()).unwrap(), &mut found);
    for table in [table, deliveries] {
        let heads = table.trim_start_matches('\u{feff}').lines().next().unwrap();
        found.extend(heads.split(',').map(|head| head.trim_matches('"').to_owned()));
    }
    let declared: BTreeSet<String> = EXPORT_FIELDS.iter().map(|field| field.name.to_owned()).collect();
    let undeclared: Vec<_> = found.difference(&declared).collect();
    assert!(
        undeclared.is_empty(),
        "declare these fields in EXPORT_FIELDS, crates/model/src/datamap/elsewhere.rs: {undeclared:?}"
    );
}

#[test]
fn claim_d1_every_variable_of_a_letter_is_declared() {
    let declared: BTreeSet<&str> = LETTER_FIELDS.iter().map(|field| field.name).collect();
    let mut found = BTreeSet::new();
    let texts = [include_str!("../../locales/en/mail.ftl"), include_str!("../../locales/ar/mail.ftl")];
    for text in texts {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        found.extend(text.split('$').skip(1).filter_map(|rest| rest.split(|c| !is_name(c)).next()));
    }
    let letters = include_str!("../../../engine/src/mail/letter.rs");
    let letters = letters.split("pub enum Letter {").nth(1).unwrap().split("\n}").next().unwrap();
    for line in letters.lines().map(str::trim).filter(|line| !line.starts_with(['/', '#'])) {
        if let Some((name, _)) = line.split_once(": ") {
            found.insert(name);
        }
    }
    // It fills nothing in: by it the words about a number choose their form.
    assert!(found.remove("count"));
    let undeclared: Vec<_> = found.difference(&declared).collect();
    assert!(
        undeclared.is_empty(),
        "declare these in LETTER_FIELDS, crates/model/src/datamap/elsewhere.rs: {undeclared:?}"
    );
    let unused: Vec<_> =
        declared.difference(&found).filter(|name| !["controller", "contact"].contains(name)).collect();
    assert!(unused.is_empty(), "no letter tells {unused:?}");
}

#[tokio::test]
async fn the_admin_takes_the_records_of_processing_and_sees_what_is_past_due() {
    let home = Home::new().await;
    let admin = home.admin_session().await;
    let page = home.call_as(&admin, "GET", "/admin/data-map").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("record-as-controller.md"));
    for (file, word) in [("controller", "### sign_in"), ("processor", "### consent_event")] {
        let file = home.call_as(&admin, "GET", &format!("/admin/data-map/record-as-{file}.md")).await;
        assert_eq!((file.status.as_u16(), file.header("content-disposition")), (200, "attachment"));
        assert!(file.text().contains(word), "{}", file.text());
        let controllers = file.text().contains("## Controllers") && file.text().contains("\n- account acc_");
        assert_eq!(controllers, word == "### consent_event", "{}", file.text());
    }
    let shown = home.call_as(&admin, "GET", "/admin/retention").await.text().to_owned();
    assert!(shown.contains("Nothing is past due."), "{shown}");
    // All that `entente retention` lists.
    let lines = engine::retention::look(&home.data, home.engine.clock().now()).await.unwrap();
    assert!(["seen", "pending_withdrawal", "account"].iter().all(|p| lines.iter().any(|l| l.place == *p)));
    for line in &lines {
        assert!(shown.contains(&format!(">{}</code>", line.place)), "{}: {shown}", line.place);
    }
    home.clock.fixed.advance(model::time::Span::days(31));
    let lines = engine::retention::look(&home.data, home.engine.clock().now()).await.unwrap();
    let due: u64 = lines.iter().map(|line| line.due).sum();
    assert!(due > 0, "{lines:?}");
    home.engine.enforce_retention().await.unwrap();
    let lines = engine::retention::look(&home.data, home.engine.clock().now()).await.unwrap();
    assert!(lines.iter().filter(|line| line.by == "job").all(|line| line.due == 0), "{lines:?}");
}
