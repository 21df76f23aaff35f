//! `entente doctor` as a process: it looks, names what is not fit and the way out, and changes nothing.

use crate::backup::backup;
use crate::first_start::Running;
use crate::program::{World, refused, run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use testkit::mail::{Catcher, Encryption};

/// Exit status, and state and text of each check.
pub async fn doctor(folder: &Path, arguments: &[&str]) -> (i32, BTreeMap<String, (String, String)>) {
    let output = run(folder, &[&["doctor", "--json"], arguments].concat()).await;
    let err = String::from_utf8(output.stderr).unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{err}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut checks = BTreeMap::new();
    for check in report["checks"].as_array().unwrap() {
        let (state, remedy) = (text(&check["state"]), text(&check["remedy"]));
        assert!(["ok", "warn", "fail"].contains(&state.as_str()), "{check}");
        assert_eq!(remedy.is_empty(), state == "ok", "what is not well has a remedy: {check}");
        let told = format!("{} {remedy}", text(&check["what"]));
        checks.insert(text(&check["name"]), (state, told));
    }
    let worst = if checks.values().any(|(state, _)| state == "fail") { "fail" } else { "warn" };
    assert_eq!(report["state"], worst);
    (output.status.code().unwrap(), checks)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_folder_may_be_tried_and_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (status, checks) = doctor(folder.path(), &[]).await;
    assert_eq!(status, 0, "{checks:?}");
    for name in ["tls", "certificate", "public-url", "brands", "mail", "facebook-app", "backups", "root-key"]
    {
        assert_eq!(checks[name].0, "warn", "{name}: {checks:?}");
    }
    assert!(checks["backups"].1.contains("`entente backup`"), "{checks:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // For people: one line each, with the remedies, and no colours into a file.
    let output = run(folder.path(), &["doctor"]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("warn  tls") && text.contains("-> for people, get a certificate"), "{text}");
    assert!(!text.contains('\x1b'), "{text}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f10_a_badly_protected_set_up_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    Running::start(here, &[]).await.stop().await;
    let (status, checks) = doctor(here, &[]).await;
    assert_eq!(status, 0, "{checks:?}");
    for name in ["root-key", "database-files", "certificate-key", "certificate", "clock", "configuration"] {
        assert_eq!(checks[name].0, "ok", "{name}: {checks:?}");
    }
    assert_eq!(checks["keys-apart"].0, "warn", "{checks:?}");

    let set = |file: &str, mode| {
        std::fs::set_permissions(here.join(file), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("entente-data", 0o755);
    for (file, name) in [
        ("entente-data/root.key", "root-key"),
        ("entente-data/entente.db", "database-files"),
        ("entente-data/keys.db", "database-files"),
    ] {
        set(file, 0o644);
        let (status, checks) = doctor(here, &[]).await;
        assert_eq!((status, checks[name].0.as_str()), (1, "fail"), "{file}: {checks:?}");
        assert!(checks[name].1.contains("chmod 600"), "{checks:?}");
        set(file, 0o600);
    }
    std::fs::remove_file(here.join("entente-data/root.key")).unwrap();
    let (status, checks) = doctor(here, &[]).await;
    assert_eq!((status, checks["root-key"].0.as_str()), (1, "fail"), "{checks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_trial_may_lack_fails_where_people_come() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let text = "[server]\ntls = \"behind-proxy\"\npublic_url = \"https://chat.shop-of-ours.eu\"\n";
    std::fs::write(here.join("entente.toml"), text).unwrap();
    let (status, checks) = doctor(here, &[]).await;
    assert_eq!(status, 1);
    for (name, state) in [("mail", "fail"), ("brands", "fail"), ("tls", "ok"), ("public-url", "ok")] {
        assert_eq!(checks[name].0, state, "{name}: {checks:?}");
    }
    // Plain HTTP for people; a certificate that is not there; a database anybody can enter.
    let plain = text.replace("https://", "http://");
    let files = text.replace("behind-proxy\"", "files\"\ncertificate = \"c.pem\"\nkey = \"k.pem\"");
    let server = format!("{text}[database]\nurl = \"postgres://app@203.0.113.9/x?sslmode=disable\"\n");
    for (text, name) in [(plain, "tls"), (files, "certificate"), (server, "database-server")] {
        std::fs::write(here.join("other.toml"), text).unwrap();
        let (status, checks) = doctor(here, &["--config", "other.toml"]).await;
        assert_eq!((status, checks[name].0.as_str()), (1, "fail"), "{name}: {checks:?}");
        // Nothing was ever made here; of a server that does not answer that is not known.
        let told = if name == "database-server" { "not known" } else { "not published" };
        assert!(checks["documents"].1.contains(told), "{name}: {checks:?}");
        // A server of somebody else's that nobody was told of is not asked, and so not dialled (claim F9).
        if name == "database-server" {
            assert!(
                checks["documents"].1.contains("not announced") && !checks.contains_key("database-log"),
                "{checks:?}"
            );
        }
    }
    // A list of passwords that became known is looked at where there is one.
    let listed = format!("{text}[accounts]\nbreached_passwords = \"known.txt\"\n");
    std::fs::write(here.join("other.toml"), listed).unwrap();
    for (list, state) in [("password\n".to_owned(), "fail"), (format!("{}:1\n", "0".repeat(40)), "ok")] {
        std::fs::write(here.join("known.txt"), list).unwrap();
        let (_, checks) = doctor(here, &["--config", "other.toml"]).await;
        assert_eq!(checks["breached-passwords"].0, state, "{checks:?}");
    }
    // So is a scanner for uploaded files.
    assert!(!checks.contains_key("scanner"), "{checks:?}");
    let scanned = format!("{text}[uploads]\nscanner = \"unix:{}/clamd.ctl\"\n", here.display());
    std::fs::write(here.join("other.toml"), scanned).unwrap();
    let (_, checks) = doctor(here, &["--config", "other.toml"]).await;
    assert!(checks["scanner"].0 == "warn" && checks["scanner"].1.contains("start clamd"), "{checks:?}");
    // What cannot be looked at is not known; it is not said to be missing.
    std::fs::create_dir(here.join("entente-data")).unwrap();
    std::fs::write(here.join("entente-data/entente.db"), "no database at all, and not an empty one").unwrap();
    let (_, checks) = doctor(here, &[]).await;
    for name in ["documents", "backups", "pages", "recipients"] {
        assert_eq!(checks[name].0, "warn", "{name}: {checks:?}");
        assert!(checks[name].1.contains("not known"), "{name}: {checks:?}");
    }
    // It cannot look without a configuration that can be read.
    std::fs::write(here.join("other.toml"), "[server]\ntls = \"none\"\n").unwrap();
    for arguments in [["doctor", "--config", "other.toml"], ["doctor", "--config", "missing.toml"]] {
        assert_eq!(run(here, &arguments).await.status.code(), Some(2));
    }
    assert_eq!(run(here, &["doctor", "--loud"]).await.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_controller_who_was_named_in_the_console_is_one_and_looking_leaves_no_trace() {
    use store::{Database, Options, Schema, tables};
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    Running::start(here, &[]).await.stop().await;
    assert_eq!(doctor(here, &[]).await.1["brands"].0, "warn");
    let url = format!("sqlite:{}", here.join("entente-data/entente.db").display());
    let data = Database::open(&url, Schema::Data, Options::default()).await.unwrap();
    let named = r#"{"controller":{"name":"Bread Ltd","address":"1 Mill Lane","country":"IE","contact":"privacy@bread.ie"}}"#;
    data.write("set", move |tx| {
        let brand = tables::brand::find_by_slug(tx, "entente")?.unwrap();
        tables::brand::set_particulars(tx.brand(brand), named, 0)
    })
    .await
    .unwrap();
    // While another program is at work, and after it.
    assert_eq!(doctor(here, &[]).await.1["brands"].0, "ok");
    drop(data);
    let files = || {
        let files = std::fs::read_dir(here.join("entente-data")).unwrap().map(|file| file.unwrap().path());
        files.map(|file| (std::fs::read(&file).ok(), file)).collect::<Vec<_>>()
    };
    let before = files();
    assert_eq!(doctor(here, &[]).await.1["brands"].0, "ok");
    assert_eq!(files().len(), before.len());
    assert!(files() == before, "it changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f10_what_others_can_enter_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for url in ["postgres://app@203.0.113.9/x", "postgres://app:hush@203.0.113.9/x?sslmode=disable"] {
        // Also where it is only tried out.
        std::fs::write(here.join("entente.toml"), format!("[database]\nurl = \"{url}\"\n")).unwrap();
        refused(here, &["serve"], 78, &["database-server", "database.url", "->"]).await;
        let left: Vec<_> = std::fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["entente.toml"], "nothing is made");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f10_a_root_key_that_others_can_read_is_not_served() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    Running::start(here, &[]).await.stop().await;
    let key = here.join("entente-data/root.key");
    for mode in [0o644, 0o640, 0o602] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        refused(here, &["serve"], 78, &["root-key", "root.key", "chmod 600"]).await;
    }
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    Running::start(here, &[]).await.stop().await;
}

/// A user with a confirmed account, of whom nothing opens.
async fn somebody(url: &str) {
    use store::{Database, tables};
    let add = |tx: &store::Tx<'_>| {
        let scope = tx.brand(tables::brand::find_by_slug(tx, "mysocium")?.unwrap());
        let (id, now) = (model::id::AccountId([9; 16]), model::time::Timestamp::ZERO);
        let sealed = vec![0xe5, 0x01];
        let new = tables::account::NewAccount { id, role: "user", plan: None, state: "active", sealed };
        tables::account::insert(scope, &new, now)?;
        let sealed = vec![0xe5, 0x01];
        let credential = tables::credential::StoredCredential { must_change: false, changed_at: now, sealed };
        tables::credential::set(scope, id, &credential)
    };
    Database::touch(url, "somebody", add).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_d3_claim_f10_what_stands_elsewhere_is_looked_at() {
    let mut world = World::new(1).await;
    let program = world.serve(&[]).await;
    let here = world.folder.path().to_owned();
    let look = async || doctor(&here, &["--config", "entente.toml"]).await.1;
    let found = look().await;
    // The simulator delivers here, but was never told what.
    assert_eq!(found["facebook-webhook"].0, "warn", "{found:?}");
    assert!(found["facebook-webhook"].1.contains("without messages"), "{found:?}");
    assert_eq!(found["meta-clock"].0, "ok", "both are this machine's: {found:?}");
    assert_eq!(found["backups"].0, "warn", "{found:?}");
    assert!(!found.contains_key("mail-server"), "{found:?}");
    let callback = format!("http://{}/webhooks/messenger", program.site.address);
    let fields = messenger::login::FIELDS.join(",");
    let app = world.sim.app_id();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let subscribe = async |fields: &str| {
        let form = [
            ("object", "page"),
            ("callback_url", callback.as_str()),
            ("verify_token", "simulated_verify_token"),
            ("fields", fields),
        ];
        let url =
            reqwest::Url::parse_with_params(&format!("{}/v25.0/{app}/subscriptions", world.sim.url()), form);
        let asked = client.post(url.unwrap()).bearer_auth(format!("{app}|simulated_app_secret")).send().await;
        let answer = asked.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    };
    subscribe(&fields).await;
    let found = look().await;
    assert_eq!(found["facebook-webhook"].0, "ok", "{found:?}");
    subscribe(&fields.replace("message_reactions,", "")).await;
    let found = look().await;
    assert!(found["facebook-webhook"].1.contains("not subscribed to message_reactions"), "{found:?}");
    // Documents: those of this brand say nothing of a template, nor of the brand.
    assert!(found["documents"].1.contains("does not name who is responsible"), "{found:?}");
    assert!(found["pages"].1.starts_with("0 connected"), "{found:?}");
    program.site.connect(&world.sim, &world.pages).await;
    assert!(look().await["pages"].1.starts_with("1 connected"));
    backup(&world, "monday", &["--keys-only"]).await;
    assert_eq!(look().await["backups"].0, "warn", "keys are not the data");
    backup(&world, "tuesday", &[]).await;
    let found = look().await;
    assert!(found["backups"].0 == "ok" && found["backups"].1.contains("0 hours ago"), "{found:?}");
    // A mail server on this machine stands in for the one that is announced.
    let catcher = Catcher::start(Encryption::None).await;
    let register = here.join("recipients.toml");
    let text = std::fs::read_to_string(&register).unwrap();
    let entry = "\n[[recipient]]\nname = \"mail\"\nhost = \"mail.example\"\nport = 587\nwho = \"Example Mail\"\ndata = \"E-mail address\"\n\
        purpose = \"Notices\"\ncountry = \"Germany\"\nsafeguard = \"Contract\"\nin_force_from = 2026-11-01\n";
    std::fs::write(&register, format!("{text}{entry}")).unwrap();
    let config = std::fs::read_to_string(world.config()).unwrap();
    let mail = format!("[mail]\nurl = \"smtp://{}\"\nfrom = \"no-reply@brand.example\"\n", catcher.address);
    std::fs::write(world.config(), format!("{config}{mail}")).unwrap();
    // Somebody has an account: they are to be told first, whatever the entry's date says (claim D3).
    somebody(&world.databases.urls[0]).await;
    let found = look().await;
    assert_eq!(found["mail-server"].0, "warn", "{found:?}");
    assert!(found["mail-server"].1.contains("gets nothing before everybody was told"), "{found:?}");
    assert_eq!((found["recipients"].0.as_str(), catcher.connections()), ("fail", 0), "{found:?}");
    std::fs::write(&register, format!("{text}{entry}urgent = \"The server of before closes\"\n")).unwrap();
    let found = look().await;
    assert_eq!(found["mail-server"].0, "ok", "{found:?}");
    assert!(found["recipients"].0 == "ok" && catcher.connections() > 0, "{found:?}");
    assert!(catcher.caught().is_empty());
    drop(catcher);
    let found = look().await;
    assert_eq!(found["mail-server"].0, "warn", "{found:?}");
    program.stop().await;
}
