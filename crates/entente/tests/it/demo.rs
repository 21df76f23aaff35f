//! `entente demo` and the files it leaves, as somebody runs them on their first day.

use crate::admin::{Site, between, text};
use crate::databases::{Databases, On, on_both};
use crate::program::{entente, run};
use crate::site::eventually;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

async fn status(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(folder, arguments).await;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum()
}

on_both!(the_demo_ends_with_figures_that_agree_and_a_proof_that_verifies);

async fn the_demo_ends_with_figures_that_agree_and_a_proof_that_verifies(on: On) {
    let folder = tempfile::tempdir().unwrap();
    let databases = Databases::new(on, &folder.path().join("kept")).await;
    let [data, keys] = databases.urls.each_ref().map(String::as_str);
    let mut arguments =
        vec!["demo", "--leads", "300", "--once", "--json", "--listen", "127.0.0.1:0", "--data", "kept"];
    if on == On::Postgres {
        arguments.extend(["--database", data, "--keys", keys]);
    }
    let (code, out, err) = status(folder.path(), &arguments).await;
    assert_eq!(code, Some(0), "{err}");
    let report: Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!(report["differences"], serde_json::json!([]));

    let brands = report["brands"].as_array().unwrap();
    assert_eq!(brands.len(), 5);
    let pages: Vec<&Value> = brands.iter().flat_map(|b| b["pages"].as_array().unwrap()).collect();
    assert_eq!(pages.len(), 20);
    let (mut leads, mut accepted, mut erased, mut confirmed) = (0, 0, 0, 0);
    for page in &pages {
        leads += page["leads"].as_u64().unwrap();
        erased += page["erasures"].as_u64().unwrap();
        confirmed += page["opt_ins"]["confirmed"].as_u64().unwrap_or(0);
        let seen = &page["simulator_accepted"];
        accepted += sum(&seen["broadcasts"]) + seen["replies"].as_u64().unwrap();
        for counts in page["deliveries"].as_object().unwrap().values() {
            // Everybody known when it was sent is accounted for; the erased one later by count only.
            assert!(
                counts.as_object().unwrap().keys().all(|k| !["planned", "sending"].contains(&k.as_str())),
                "{counts}"
            );
        }
    }
    assert_eq!(leads + erased, 300);
    assert_eq!(erased, 1);
    assert_eq!(accepted, report["simulator_accepted"].as_u64().unwrap());
    assert!(confirmed > 100, "a demo in which hardly anybody agrees shows nothing");

    // The folder that was asked for is kept, with the proof beside the data, and not used a second time.
    let kept = folder.path().join("kept");
    assert_eq!(kept.join("entente.db").is_file(), on == On::Sqlite);
    verify(&kept).await;
    let (code, _, err) = status(folder.path(), &arguments).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("not empty"), "{err}");
    if on == On::Postgres {
        let elsewhere = arguments.iter().map(|argument| if *argument == "kept" { "new" } else { argument });
        let (code, _, err) = status(folder.path(), &elsewhere.collect::<Vec<_>>()).await;
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("--database: this database is not empty"), "{err}");
        let bad = ["demo", "--database", "sqlite:x.db", "--keys", keys];
        let (code, _, err) = status(folder.path(), &bad).await;
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("--database: give a `postgres://` address"), "{err}");
    }
    databases.remove().await;
}

/// `proof verify`: 0 for what holds, 1 for what does not, 2 for what cannot be checked.
async fn verify(folder: &Path) {
    let proof = std::fs::read_to_string(folder.join("demo-proof.json")).unwrap();
    let check = |file: &'static str, key: &'static str| async move {
        status(folder, &["proof", "verify", file, "--key", key]).await
    };
    let (code, out, err) = check("demo-proof.json", "demo-proof.key").await;
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("The proof holds") && out.contains("unwitnessed"), "{out}");

    // Lies: another person, with and without a fitting commitment; another root; half a file.
    let told: Value = serde_json::from_str(&proof).unwrap();
    let text = |field: &str| told[field].as_str().unwrap().to_owned();
    let record = String::from_utf8(BASE64_STANDARD.decode(text("record")).unwrap()).unwrap();
    let other_record = record.replacen("\"person\":\"", "\"person\":\"1", 1);
    assert_ne!(record, other_record);
    let opening: [u8; 64] = BASE64_STANDARD.decode(text("key")).unwrap().try_into().unwrap();
    let commitment = hex::encode(ledger::commit(&opening, other_record.as_bytes()));
    let mut lie = told.clone();
    lie["record"] = BASE64_STANDARD.encode(&other_record).into();
    let mut better_lie = lie.clone();
    better_lie["commitment"] = commitment.into();
    let mut other_log = told.clone();
    // The third line of the checkpoint, which stands behind the empty one.
    let logged = text("proof");
    let root = logged.split("\n\n").nth(1).unwrap().lines().nth(2).unwrap();
    let other = if root.starts_with('A') { "B" } else { "A" };
    let other = logged.replacen(root, &format!("{other}{}", &root[1..]), 1);
    assert_ne!(other, logged);
    other_log["proof"] = other.into();
    let lies =
        [lie.to_string(), better_lie.to_string(), other_log.to_string(), proof[..proof.len() / 2].to_owned()];
    for (number, lie) in lies.into_iter().enumerate() {
        std::fs::write(folder.join("changed.json"), lie).unwrap();
        let (code, _, err) = check("changed.json", "demo-proof.key").await;
        assert_eq!(code, Some(1), "lie {number}: {err}");
        assert_eq!(err.trim().lines().count(), 1, "lie {number}: {err}");
    }
    // Another log's key.
    let key = std::fs::read_to_string(folder.join("demo-proof.key")).unwrap();
    let other = testkit::SeededEntropy::new(5);
    let other =
        ledger::SigningKey::from_seed(&model::entropy::random(&other), "other.example/entente").unwrap();
    std::fs::write(folder.join("other.key"), other.verifying_key().to_string()).unwrap();
    assert_eq!(check("demo-proof.json", "other.key").await.0, Some(1));
    // Nothing to check with.
    std::fs::write(folder.join("broken.key"), &key[..key.len() / 2]).unwrap();
    for (file, key) in [
        ("demo-proof.json", "missing.key"),
        ("missing.json", "demo-proof.key"),
        ("demo-proof.json", "broken.key"),
    ] {
        let (code, _, err) = check(file, key).await;
        assert_eq!(code, Some(2), "{file} {key}: {err}");
        assert!(err.starts_with("entente: ") && err.trim().lines().count() == 1, "{err}");
    }
    // A proof is no receipt.
    let (code, _, err) =
        status(folder, &["receipt", "verify", "demo-proof.json", "--key", "demo-proof.key"]).await;
    assert_eq!(code, Some(1), "{err}");
}

/// What the demo has left of its own in the folder for temporary files.
fn left(folder: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    all.filter(|entry| entry.file_name().to_string_lossy().starts_with("entente-demo-"))
        .map(|e| e.path())
        .collect()
}

/// The admin practises a breach as far as the mail to the authority, which comes to them.
async fn the_authority_is_mailed_in_a_drill(site: &Site<'_>, session: &str, email: &str) {
    let list = text(site.get("/admin/breaches", session).await).await;
    let csrf = ("csrf", between(&list, "name=\"csrf\" value=\"", "\""));
    let now = between(between(&list, "id=\"suspected\"", ">"), "value=\"", "\"");
    let leads_on = async |path: &str, fields: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([csrf]).collect();
        let answer = site.post(path, session, &fields).await;
        assert_eq!(answer.status(), 303, "{path}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    let noted = [("title", "A+drill"), ("suspected", now), ("drill", "yes")];
    let case = leads_on("/admin/breaches", &noted).await;
    let case = case.split('?').next().unwrap();
    leads_on(&format!("{case}/aware"), &[("at", now)]).await;
    let facts = ["nature", "contact", "consequences", "measures"].map(|name| (name, "Written+in+the+drill."));
    leads_on(&format!("{case}/facts"), &facts).await;
    let mail = format!("{case}/mail");
    let draft =
        [("to", "notify@authority.example"), ("language", "en"), ("text", "What+the+authority+is+told.")];
    leads_on(&format!("{mail}/draft"), &draft).await;
    let shown = text(site.get(&mail, session).await).await;
    let sent = leads_on(&mail, &[("draft", between(&shown, "name=\"draft\" value=\"", "\""))]).await;
    assert_eq!(sent, format!("{case}?done=breach-mailed-drill"));
    let mails = text(site.get("/mailbox", "").await).await;
    let mail = between(&mails, "Drill: Notification of a personal data breach", "</article>");
    assert!(mail.contains("What the authority is told.") && mail.contains(email), "{mail}");
    assert!(!mails.contains("notify@authority.example"), "it does not go there: {mails}");
}

/// A mail of a brand that was given another name in its console comes to the mailbox like those before.
async fn a_mail_under_another_name_comes(site: &Site<'_>, session: &str, email: &str) {
    let page = text(site.get("/admin/brand", session).await).await;
    let csrf = ("csrf", between(&page, "name=\"csrf\" value=\"", "\""));
    let renamed = site.post("/admin/brand/name", session, &[("name", "Juniper+Works"), csrf]).await;
    assert_eq!(renamed.status(), 303, "{}", text(renamed).await);
    let mails = async || text(site.get("/mailbox", "").await).await.matches("<article").count();
    let before = mails().await;
    let asked = site.post("/account/forgotten", "", &[("email", email)]).await;
    assert!(asked.status().is_success() || asked.status().is_redirection(), "{}", text(asked).await);
    eventually("the mail", || async { (mails().await > before).then_some(()) }).await;
    let mails = text(site.get("/mailbox", "").await).await;
    let newest = between(&mails, "<article", "</article>");
    assert!(newest.contains("Juniper Works") && newest.contains("/account/reset/"), "{newest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_its_data_in_the_console_and_its_mails_to_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("said.txt");
    let mut command = entente(folder.path());
    command.args(["demo", "--listen", "127.0.0.1:0", "--leads", "40", "--pages", "5"]);
    command.env("TMPDIR", folder.path());
    command.stdout(std::fs::File::create(&file).unwrap()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    let said = eventually("its addresses", || {
        let said = std::fs::read_to_string(&file).unwrap();
        std::future::ready(said.contains("Ctrl-C").then_some(said))
    })
    .await;
    let port = between(&said, "http://almujeeb.localhost:", "/");
    let (email, password) = (between(&said, "Sign in there as ", " "), between(&said, "the password ", " "));
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let (client, base) = (client.build().unwrap(), format!("http://127.0.0.1:{port}"));
    for (host, word) in [("mysocium.localhost", "Overview"), ("almujeeb.localhost", "نظرة عامة")] {
        let site = Site { client: &client, base: &base, host };
        let session = site.sign_in(email, password).await;
        let page = text(site.get("/app", &session).await).await;
        assert!(page.contains(word), "{page}");
        let listed = text(site.get("/app/pages", &session).await).await;
        assert!(listed.contains("Sample Page"), "{listed}");
        let mails = text(site.get("/mailbox", "").await).await;
        assert!(mails.contains("<article") && mails.contains(email), "{mails}");
        assert!(mails.contains(&format!("http://{host}:{port}/login")), "{mails}");
        if word == "Overview" {
            let says = "Its clock is turned forward instead of waiting";
            assert!(page.contains(says) && mails.contains(says), "{page} {mails}");
            the_authority_is_mailed_in_a_drill(&site, &session, email).await;
            a_mail_under_another_name_comes(&site, &session, email).await;
        }
        // The other brand's are not among them.
        let other = if word == "Overview" { "almujeeb.localhost" } else { "mysocium.localhost" };
        assert!(!mails.contains(other), "{mails}");
    }
    // As a lead one writes in the thread that is named, and is given the link to one's own page.
    let thread = between(&said, "A lead, who gets the messages:  ", " ");
    let sent = client.post(thread).body("text=my+data").send().await.unwrap();
    assert_eq!(sent.status(), 303);
    eventually("the link to one's own page", || async {
        let page = client.get(thread).send().await.unwrap().text().await.unwrap();
        page.contains("http://leangzbotchat.localhost:").then_some(()).filter(|()| page.contains("/my/"))
    })
    .await;
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Stops a demo by a signal once `begun` says so; its exit status.
async fn stopped(signal: &str, arguments: &[&str], begun: impl Fn(&Path, &Path) -> bool) -> Option<i32> {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let said = folder.path().join("said.txt");
    let mut command = entente(folder.path());
    command.args(["demo", "--listen", "127.0.0.1:0"]).args(arguments).env("TMPDIR", temporary.path());
    command.stdout(std::fs::File::create(&said).unwrap()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    eventually("its beginning", || {
        let has_begun = begun(temporary.path(), &said);
        std::future::ready(has_begun.then_some(()))
    })
    .await;
    let sent = Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let status = eventually("its end", || std::future::ready(process.try_wait().unwrap())).await;
    assert_eq!(left(temporary.path()), Vec::<PathBuf>::new(), "{signal}");
    status.code()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_that_is_stopped_takes_its_temporary_folder_with_its_keys_along() {
    let has_keys = |temporary: &Path, _: &Path| left(temporary).iter().any(|f| f.join("root.key").exists());
    for signal in ["-INT", "-TERM"] {
        assert_eq!(stopped(signal, &["--leads", "200000"], has_keys).await, Some(1), "{signal}");
    }
    let is_up = |_: &Path, said: &Path| {
        let said = std::fs::read_to_string(said).unwrap();
        let is_up = said.contains("Ctrl-C");
        // Addresses that a browser can open.
        let opens = said.contains(" http://leangzbotchat.localhost:") && said.contains("/u/");
        assert!(!is_up || opens, "{said}");
        is_up
    };
    assert_eq!(stopped("-INT", &["--leads", "20", "--pages", "1"], is_up).await, Some(0));
}
