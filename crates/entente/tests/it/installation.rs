//! A real installation with two accounts, looked at as a thief of its files would: every wrapped key with the
//! root at hand, and every envelope with every key that opens.
//!
//! Invariant: what a thief opens here he opens by the cipher alone; no code of the program stands in his way.

use crate::admin;
use crate::program::{HOST, Program, RealClock, World};
use crate::site::Site;
use engine::actions::accounts::NewAccount;
use engine::{Engine, Parts, Role, Settings, TokenScope};
use messenger::graph::{Graph, GraphConfig};
use model::id::{AccountId, BrandId};
use model::personal::Personal;
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Span};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Database, Schema, SqlKeyStore};
use testkit::SeededEntropy;
use vault::{FileRoot, Key, Place, RootKey, Vault};

/// Nothing leaves while an account is made.
struct Nowhere;

impl Outbound for Nowhere {
    fn send(&self, _: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        panic!("nothing is sent here")
    }
}

/// Makes a customer's account with a token, on the files of a program that does not run.
pub async fn second_account(world: &World) -> (AccountId, String) {
    let clock: Arc<dyn Clock> = Arc::new(RealClock);
    let seed = u64::try_from(clock.now().micros()).unwrap();
    let entropy = Arc::new(SeededEntropy::new(seed));
    let open = |url: &String, schema| {
        let url = url.clone();
        async move { Database::open(&url, schema, store::Options::default()).await.unwrap() }
    };
    let [data, keys] = &world.databases.urls;
    let (data, keys) = (open(data, Schema::Data).await, open(keys, Schema::Keys).await);
    let root: Box<dyn vault::RootSource> = Box::new(FileRoot::new(world.data().join("root.key")));
    let vault =
        Vault::open(Arc::new(SqlKeyStore::new(keys)), root, Arc::clone(&clock), entropy.clone()).await;
    let secret = || Personal::from("simulated_app_secret");
    let config = GraphConfig {
        base_url: world.sim.url(),
        version: "v25.0".to_owned(),
        app_id: world.sim.app_id().to_string(),
        app_secret: secret(),
    };
    let brand = std::fs::read_to_string(world.folder.path().join("brands/mysocium/brand.toml")).unwrap();
    let parts = Parts {
        data,
        vault: vault.unwrap(),
        graph: Graph::new(Arc::new(Nowhere), config, Arc::clone(&clock)),
        clock,
        entropy,
        brands: vec![toml::from_str(&brand).unwrap()],
        post: None,
        witnesses: None,
        scanner: None,
    };
    let settings = Settings {
        app_secrets: vec![secret()],
        app_id: world.sim.app_id().to_string(),
        verify_token: Personal::from("simulated_verify_token"),
        log_name: "127.0.0.1/entente".to_owned(),
        pace: None,
        batch: 10,
        in_flight: engine::IN_FLIGHT,
        version: engine::VERSION.to_owned(),
        plan_chunk: engine::PLAN_CHUNK,
        checkpoint_every: Span::secs(1),
        backup_days: engine::actions::erasure::BACKUP_DAYS,
        breached: None,
        second_factor: engine::SecondFactor::Offered,
        fail_points: engine::failpoint::FailPoints::default(),
    };
    let engine = Engine::open(parts, settings).await.unwrap();
    let brand: BrandId = engine.brand_by_host(HOST).unwrap().id;
    let new = NewAccount {
        role: Role::User,
        name: Personal::from("Second Shop"),
        // An address has one account, and this may be asked for several.
        email: Personal::new(format!("second.{seed}@shop.example")),
        plan: None,
    };
    let account = engine::actions::accounts::create(&engine, brand, new).await.unwrap();
    let made = engine::actions::tokens::create(&engine, brand, account, &TokenScope::ALL, None).await;
    (account, made.unwrap().1.reveal().clone())
}

/// The second account's own site.
pub fn site_of(program: &Program, token: &str) -> Site {
    Site::new(program.site.address, HOST, token)
}

/// The brand's admin erases an account by its page; the status code, or `None` when there was no answer.
pub async fn erase_account(program: &Program, account: AccountId) -> Option<String> {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let (client, base) = (client.build().unwrap(), format!("http://{}", program.site.address));
    let door = admin::Site { client: &client, base: &base, host: HOST };
    let session = door.sign_in(admin::EMAIL, admin::PASSWORD).await;
    let path = format!("/admin/accounts/{account}/erase");
    let page = admin::text(door.get(&path, &session).await).await;
    let csrf = admin::between(&page, "name=\"csrf\" value=\"", "\"");
    let form = format!("csrf={csrf}&reason=It+was+asked+for");
    let request = client.post(format!("{base}{path}")).header("host", HOST).header("cookie", session);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = request.send().await.ok()?;
    let (status, to) = (answer.status(), answer.headers().get("location").cloned());
    let to = to.map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(status, 303, "{}", answer.text().await.ok()?);
    Some(to.strip_prefix("/admin/erased/").unwrap().to_owned())
}

/// Copies a folder's files.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        if file.is_file() {
            std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
}

/// A copy of a database file, with its log, opened where nothing of the original changes.
fn looked_at(file: &Path) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let mut from = file.as_os_str().to_owned();
        from.push(suffix);
        let from = PathBuf::from(from);
        if from.exists() {
            std::fs::copy(&from, folder.path().join(format!("looked.db{suffix}"))).unwrap();
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let open = Connection::open_with_flags(folder.path().join("looked.db"), flags).unwrap();
    (folder, open)
}

pub fn root(data: &Path) -> RootKey {
    RootKey::parse(&std::fs::read_to_string(data.join("root.key")).unwrap()).unwrap()
}

/// A sealed column's value, with every id and hash in its row: one of them is the place's.
pub struct Envelope {
    pub table: &'static str,
    ids: BTreeSet<[u8; 16]>,
    sealed: Vec<u8>,
}

/// Every sealed value of the data.
pub fn envelopes(data: &Path) -> Vec<Envelope> {
    let (_folder, open) = looked_at(data);
    let mut tables = open
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut found = Vec::new();
    for table in tables {
        let table: &'static str = Box::leak(table.into_boxed_str());
        let mut all = open.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = (0..columns).map(|at| row.get::<_, Value>(at).unwrap());
            let blobs: Vec<Vec<u8>> = values
                .filter_map(|value| if let Value::Blob(bytes) = value { Some(bytes) } else { None })
                .collect();
            found.extend(envelopes_in(table, blobs));
        }
    }
    found
}

/// The sealed ones of a row's values.
pub fn envelopes_in(table: &'static str, blobs: Vec<Vec<u8>>) -> Vec<Envelope> {
    // A place is named by an id, or by the first half of a hash.
    let ids: BTreeSet<[u8; 16]> = blobs
        .iter()
        .filter_map(|bytes| bytes.get(..16).filter(|_| matches!(bytes.len(), 16 | 32)))
        .map(|bytes| bytes.try_into().unwrap())
        .collect();
    let sealed = blobs.into_iter().filter(|bytes| bytes.starts_with(&vault::MAGIC));
    sealed.map(|sealed| Envelope { table, ids: ids.clone(), sealed }).collect()
}

/// How many envelopes of each table open, by whose key it was.
pub type Opens = BTreeMap<[u8; 16], BTreeMap<&'static str, usize>>;

/// Every envelope with every key, at every place that its row could mean.
pub fn opens(envelopes: &[Envelope], keys: &[Key]) -> Opens {
    let mut opens = Opens::new();
    for (id, table) in opened(envelopes, keys).into_iter().map(|(id, table, _)| (id, table)) {
        *opens.entry(id).or_default().entry(table).or_default() += 1;
    }
    opens
}

/// What stands in every envelope that opens, and by whose key.
pub fn keyed(envelopes: &[Envelope], keys: &[Key]) -> Vec<([u8; 16], Vec<u8>)> {
    opened(envelopes, keys).into_iter().map(|(id, _, text)| (id, text)).collect()
}

fn opened(envelopes: &[Envelope], keys: &[Key]) -> Vec<([u8; 16], &'static str, Vec<u8>)> {
    // The brand is the one id that is in the row of everybody's envelopes.
    let leads: Vec<&Envelope> = envelopes.iter().filter(|envelope| envelope.table == "lead").collect();
    let mut brands: Vec<[u8; 16]> = keys.iter().map(|key| *key.id()).collect();
    brands.retain(|id| leads.iter().all(|lead| lead.ids.contains(id)));
    assert_eq!(brands.len(), 1, "which key is the brand's?");
    let brand = BrandId(brands[0]);
    let mut found = Vec::new();
    for key in keys {
        for envelope in envelopes {
            let table = envelope.table;
            let text = envelope.ids.iter().chain(std::iter::once(key.id())).find_map(|row| {
                let place = Place { brand, person: *key.id(), table, row: *row };
                key.open(&place, &envelope.sealed).ok().map(|text| text.to_vec())
            });
            found.extend(text.map(|text| (*key.id(), table, text)));
        }
    }
    found
}

/// The ids of these keys.
pub fn ids(keys: &[Key]) -> BTreeSet<[u8; 16]> {
    keys.iter().map(|key| *key.id()).collect()
}

/// Lead ids by person, as an account's own exports tell them.
pub async fn leads(site: &Site) -> HashMap<simulator::Psid, model::id::LeadId> {
    let mut leads = HashMap::new();
    for lead in site.leads().await {
        let id = lead["id"].as_str().unwrap();
        let export = site.get(&format!("/api/v1/leads/{id}/export")).await;
        leads.insert(export["profile"]["psid"].as_str().unwrap().parse().unwrap(), id.parse().unwrap());
    }
    leads
}

/// People who have agreed on one page, once their answers have come.
pub async fn agreed(world: &World, page: usize, count: usize) -> Vec<simulator::Psid> {
    let people = world.sim.add_people(world.pages[page], count).unwrap();
    for action in [simulator::Action::get_started(), crate::home::tap(0)] {
        for person in &people {
            world.sim.act(*person, &action, &simulator::Options::default()).unwrap();
        }
        answered(world, &people).await;
    }
    people
}

/// Until everybody's last word has been answered.
pub async fn answered(world: &World, people: &[simulator::Psid]) {
    crate::site::eventually("the answers", || async {
        world.sim.flush().await;
        let last = |person: &simulator::Psid| {
            world.sim.transcript(*person).last().is_some_and(|line| line.from != "person")
        };
        people.iter().all(last).then_some(())
    })
    .await;
}
